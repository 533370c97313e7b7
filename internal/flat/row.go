package flat

import (
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// rowReader reads one row, or the cells about a person that several rows share.
type rowReader struct {
	plan     *Plan
	lines    func(column int) int // the line from which a column's cell is
	cells    func(column int) string
	problems []Problem
	refused  bool // nothing of it can be stored
	passed   bool // it holds nothing to be stored
	// moved is the code of a vaccine that stands in the column of another field.
	moved, from string
}

// column is the column that holds a field; -1 when none does.
func (r *rowReader) column(field string) int { return r.plan.columnOf(field) }

// cell is what a row has for a field, without blanks about it; "" for nothing.
func (r *rowReader) cell(field string) string {
	if n := r.column(field); n >= 0 {
		return strings.Join(strings.Fields(r.cells(n)), " ")
	}
	return ""
}

// said is cell, without the words for nothing. On a page nothing is left out without a word: there
// they are refused, and a name may be one of two letters.
func (r *rowReader) said(field string) string {
	c := r.cell(field)
	if c == "" || silent.of(c) == "" || r.plan.typed != nil && len(c) <= 2 && slices.Contains(nameFields, field) {
		return c
	}
	const rule = "value says nothing"
	if r.plan.typed != nil && !slices.ContainsFunc(r.problems, func(p Problem) bool { return p.Rule == rule && p.Column == r.column(field) }) {
		r.refuse(field, rule, "has a word for what is not known. Leave it empty instead.")
	}
	return ""
}

// nameFields are those of names that need not be there.
var nameFields = []string{"middle_name", "mother_first", "mother_last", "mother_maiden", "guardian_first", "guardian_last"}

// note adds a problem at a field, whose sentence begins with the name of its column.
func (r *rowReader) note(severity iis.Severity, field, rule, say string) {
	p := Problem{Column: -1, Severity: severity, Rule: rule, Say: say}
	if field != "" && field == r.moved {
		field = r.from
	}
	if field != "" {
		p.Column = r.column(field)
		p.Say = "“" + r.plan.called(field) + "” " + say
	}
	p.Line = r.lines(p.Column)
	r.problems = append(r.problems, p)
}

// refuse refuses the row; it returns false.
func (r *rowReader) refuse(field, rule, say string) bool {
	r.refused = true
	r.note(iis.Error, field, rule, say)
	return false
}

// passOver passes a row over that is no dose; it returns false.
func (r *rowReader) passOver(field, rule, say string) bool {
	r.passed = true
	r.note(iis.Information, field, rule, say)
	return false
}

// lost says that a value was left out and the rest taken. What somebody typed on a page is
// refused: they can mend it.
func (r *rowReader) lost(field, say string) {
	if r.plan.typed != nil {
		r.refuse(field, "value unreadable", say+" Correct it, or leave it empty.")
		return
	}
	r.note(iis.Warning, field, "value left out", say+" It was left out; the rest of the row was read.")
}

// coded is the code that a value of a field spells by some words; what it does not
// spell is said, and left out.
func (r *rowReader) coded(field string, w words) string {
	value := r.cell(field)
	code := w.of(value) // before silent: a status may be “declined”
	if code == "" && r.said(field) != "" {
		r.lost(field, "has a value that is not known.")
	}
	return code
}

// date reads a day of a field that need not be there.
func (r *rowReader) date(field string) cal.Date {
	value := r.said(field)
	if value == "" {
		return cal.None
	}
	day, say := r.plan.dates(field).read(value)
	if say != "" {
		r.lost(field, say)
	}
	return day
}

// person reads the columns about a person. Without number, name or birth date the
// rows of the person are refused: whom they are about cannot be told.
func (r *rowReader) person() iis.Person {
	var p iis.Person
	if mrn := r.cell("mrn"); shortened.MatchString(mrn) {
		r.refuse("mrn", "number shortened", numberShortened)
	} else if mrn == "" {
		r.refuse("mrn", "patient number missing", "is missing. Each patient needs the number that your practice knows them by.")
	} else {
		p.IDs = append(p.IDs, iis.Identifier{Value: mrn, Type: "MR", Authority: r.plan.sender.Facility})
	}
	r.who(&p)
	return p
}

// who reads all of a person but the number.
func (r *rowReader) who(p *iis.Person) {
	r.names(p)
	if birth := r.cell("birth_date"); birth == "" {
		r.refuse("birth_date", "birth date missing", "is missing.")
	} else {
		d := r.plan.dates("birth_date")
		d.birth = true
		day, say := d.read(birth)
		if p.Birth = day; say != "" {
			r.refuse("birth_date", "birth date unreadable", say)
		}
	}
	if p.Sex = r.coded("sex", sexes); p.Sex == "" {
		p.Sex = "U"
	}
	r.origin(p)
	r.contact(p)
	r.kin(p)
	p.MultipleBirth = r.coded("multiple_birth", yesNo)
	if order := r.said("birth_order"); order != "" {
		if p.BirthOrder = number(order); p.BirthOrder < 1 || p.BirthOrder > 12 {
			p.BirthOrder = 0
			r.lost("birth_order", "is no number from 1 to 12.")
		}
	}
	if p.Death = r.date("death_date"); p.Death != cal.None {
		p.Dead = "Y"
	}
}

// names reads the person's name, from its parts or from one column.
func (r *rowReader) names(p *iis.Person) {
	n := iis.Name{Family: r.cell("last_name"), Given: r.cell("first_name"), Middle: r.said("middle_name"), Suffix: r.said("suffix"), Type: "L"}
	if n.Family == "" && n.Given == "" {
		whole := r.cell("full_name")
		if whole != "" {
			var ok bool
			if n, ok = fullName(whole); !ok {
				r.refuse("full_name", "name unclear", "cannot be cut into first and last name. Write it as Last, First, or in two columns.")
				return
			}
		}
	}
	switch {
	case n.Family == "":
		r.refuse(fieldHeld(r, "last_name", "full_name"), "name missing", "is missing.")
	case n.Given == "":
		r.refuse(fieldHeld(r, "first_name", "full_name"), "name missing", "is missing.")
	}
	p.Names = []iis.Name{n}
	if maiden := r.said("mother_maiden"); maiden != "" {
		p.MotherMaiden = iis.Name{Family: maiden, Given: r.said("mother_first"), Type: "M"}
	}
}

// fieldHeld is the first of two fields, unless only the second has a column.
func fieldHeld(r *rowReader, a, b string) string {
	if r.column(a) < 0 && r.column(b) >= 0 {
		return b
	}
	return a
}

// origin reads race, ethnicity and language.
func (r *rowReader) origin(p *iis.Person) {
	unknown := false
	value := r.said("race")
	parts := []string{value}
	if races.of(value) == "" {
		parts = strings.FieldsFunc(value, func(c rune) bool { return c == ';' || c == ',' || c == '|' || c == '/' })
	}
	for _, v := range parts {
		v = strings.TrimSpace(v)
		code := races.of(v)
		if e, ok := codeset.Default().Race(iis.Coded{Code: v}); code == "" && ok {
			code = e.Code
		}
		switch {
		case code != "":
			p.Races = append(p.Races, entry(codeset.TableRace, code, "CDCREC"))
		case len(v) > 1 && ethnicities.of(v) != "" && p.Ethnicity.IsZero():
			p.Ethnicity = entry(codeset.TableEthnicity, ethnicities.of(v), "CDCREC")
		case v != "" && silent.of(v) == "":
			unknown = true
		}
	}
	if unknown {
		r.lost("race", "has a value that is not known.")
	}
	if code := r.coded("ethnicity", ethnicities); code != "" {
		p.Ethnicity = entry(codeset.TableEthnicity, code, "CDCREC")
	}
	if value := r.said("language"); value != "" {
		if code := languages.of(value); code != "" {
			p.Language = iis.Coded{Code: code, Text: value, System: "ISO6392"}
		} else {
			r.lost("language", "has a value that is not known.")
		}
	}
}

// contact reads addresses, telephone, e-mail and numbers.
func (r *rowReader) contact(p *iis.Person) {
	a := iis.Address{Street: r.said("street"), Street2: r.said("street2"), City: r.said("city"), State: strings.ToUpper(r.said("state")), County: r.said("county")}
	if z := r.said("zip"); z != "" {
		var ok bool
		if a.Zip, ok = zipCode(z); !ok {
			r.lost("zip", "is no ZIP code of five or nine digits.")
		}
	}
	rest := r.said("city_state_zip")
	switch {
	case rest != "" && a.City == "" && a.Zip == "":
		whole := place("x, " + rest)
		a.City, a.State, a.Zip = whole.City, whole.State, whole.Zip
	case a.Street != "" && a.City == "" && a.State == "" && a.Zip == "":
		whole := place(a.Street)
		a.Street, a.City, a.State, a.Zip = whole.Street, whole.City, whole.State, whole.Zip
		if a.Street2 == "" {
			a.Street2 = whole.Street2
		}
	}
	if a != (iis.Address{}) {
		a.Country, a.Type = "USA", "H"
		p.Addresses = []iis.Address{a}
	}
	if v := r.said("phone"); v != "" {
		if t, ok := telephone(v); ok {
			p.Telecoms = append(p.Telecoms, t)
		} else {
			r.lost("phone", "is no telephone number of ten digits.")
		}
	}
	if v := r.said("email"); strings.Contains(v, "@") {
		p.Telecoms = append(p.Telecoms, iis.Telecom{Use: "NET", Equipment: "Internet", Email: v})
	}
	if d := digitsOf(r.said("ssn")); len(d) == 9 {
		p.IDs = append(p.IDs, iis.Identifier{Value: d, Type: "SS", Authority: "SSA"})
	}
	if v := r.said("medicaid_id"); v != "" && !shortened.MatchString(v) {
		p.IDs = append(p.IDs, iis.Identifier{Value: v, Type: "MA", Authority: "MEDICAID"})
	}
}

// kin reads mother and guardian.
func (r *rowReader) kin(p *iis.Person) {
	if given := r.said("mother_first"); given != "" {
		family := first(r.said("mother_last"), p.LegalName().Family)
		p.Kin = append(p.Kin, iis.Kin{Names: []iis.Name{{Family: family, Given: given, Type: "L"}}, Relation: entry("0063", "MTH", "HL70063")})
	}
	given, family := r.said("guardian_first"), r.said("guardian_last")
	if given == "" || family == "" {
		return
	}
	code := first(r.coded("guardian_relation", relations), "GRD")
	p.Kin = append(p.Kin, iis.Kin{Names: []iis.Name{{Family: family, Given: given, Type: "L"}}, Relation: entry("0063", code, "HL70063")})
}

// dose reads the columns about a dose. False: it is refused, or there is none.
func (r *rowReader) dose() (d iis.Dose, ok bool) {
	d = iis.Dose{Kind: iis.Given, Action: iis.Add, Completion: "CP"}
	given := r.cell("date")
	if given == "" && r.cell("cvx") == "" && r.cell("ndc") == "" && r.cell("cpt") == "" && r.cell("vaccine") == "" {
		return d, false // about the person alone
	}
	r.maker(&d)
	if !r.vaccine(&d) {
		return d, false
	}
	if given == "" {
		return d, r.refuse("date", "date missing", "is missing.")
	}
	day, say := r.plan.dates("date").read(given)
	if d.Date = day; say != "" {
		return d, r.refuse("date", "date unreadable", say)
	}
	if !r.status(&d) {
		return d, false
	}
	r.details(&d)
	r.money(&d)
	r.giver(&d)
	d.Filler = iis.Ref{ID: r.said("dose_id"), Authority: r.plan.sender.Facility}
	if d.Filler.ID == "" {
		// Without a number of the sender's own, what was given on which day is one: a
		// row that is sent again with another lot corrects the lot.
		d.Filler.ID = d.Date.Compact() + "-" + first(d.CVX, first(d.NDC, d.CPT))
	}
	return d, true
}

// status reads whether the dose was given, by whom, or refused.
func (r *rowReader) status(d *iis.Dose) bool {
	switch code := r.coded("completion", completions); code {
	case "NA":
		return r.passOver("completion", "not given", "says that nothing was given: the row was passed over.")
	case "RE":
		d.Kind, d.Completion = iis.Refusal, "RE"
		d.Refused = []iis.Coded{entry("NIP002", first(r.coded("refusal_reason", refusalReasons), "00"), "NIP002")}
	case "void":
		d.Action = iis.Delete
	case "PA":
		d.Completion = "PA"
	}
	d.InfoSource = "00"
	if r.plan.mapping.Doses == Elsewhere {
		d.InfoSource = "01"
	}
	if v := r.said("source"); v != "" {
		code := sources.of(v)
		if code == "" && yesNo.of(v) == "Y" { // a column that is called Historical
			code = "01"
		}
		if code == "" && yesNo.of(v) == "N" {
			code = "00"
		}
		if code == "" {
			return r.refuse("source", "source unknown", "says neither that the dose was given here nor that it is historical. Write administered or historical.")
		}
		d.InfoSource = code
	}
	return true
}

// maker reads the manufacturer, by code or name.
func (r *rowReader) maker(d *iis.Dose) {
	v := r.said("mvx")
	if v == "" {
		return
	}
	t := codeset.Default()
	if m, ok := t.MVX(v); ok {
		d.MVX = m.MVX
		d.Manufacturer = iis.Coded{Code: m.MVX, Text: m.Name, System: "MVX"}
	} else if code := makers.of(v); code != "" {
		m, _ := t.MVX(code)
		d.MVX = m.MVX
		d.Manufacturer = iis.Coded{Code: m.MVX, Text: m.Name, System: "MVX"}
	} else {
		r.lost("mvx", "is no manufacturer that is known by this code or name.")
	}
}

// details reads lot, expiration, amount, route and site.
func (r *rowReader) details(d *iis.Dose) {
	d.Lot = strings.ToUpper(r.said("lot"))
	if v := r.said("expiration"); v != "" {
		var say string
		if d.Expiration, d.ExpirationMonth, say = r.plan.dates("expiration").expiration(v); say != "" {
			r.lost("expiration", say)
		}
	}
	if v := r.said("amount"); v != "" {
		m := quantity.FindStringSubmatch(v)
		unit := ""
		if m != nil {
			unit = unitWords.of(first(r.said("unit"), m[2]))
		}
		switch {
		case m == nil || m[1] == "":
			r.lost("amount", "is no number.")
		case unit == "" && r.plan.typed != nil:
			r.lost("amount", "has no unit. Write it behind the number, as 0.5 mL.")
		case unit == "":
			// An amount without a unit cannot be sent; a bill's count of doses is none.
		default:
			d.Amount, d.Unit = m[1], iis.Coded{Code: unit, Text: unit, System: "UCUM"}
		}
	}
	if code := r.coded("route", routeWords); code != "" {
		d.Route = entry(codeset.TableRoute, code, "NCIT")
	}
	if v := r.said("site"); v != "" {
		if e, ok := codeset.Default().Site(iis.Coded{Code: strings.ToUpper(v)}); ok {
			d.Site = iis.Coded{Code: e.Code, Text: e.Meaning, System: "HL70163"}
		} else if code := siteWords.of(v); code != "" {
			d.Site = entry(codeset.TableSite, code, "HL70163")
		} else {
			r.lost("site", "has a value that is not known.")
		}
	}
}

// money reads eligibility and funding, which are facts about the dose.
func (r *rowReader) money(d *iis.Dose) {
	if d.Kind != iis.Given {
		return
	}
	if code := r.coded("eligibility", eligible); code != "" {
		d.Observations = append(d.Observations, iis.Observation{
			Code: iis.Coded{Code: "64994-7", Text: "Vaccine funding program eligibility category", System: "LN"}, Group: "1", Type: "CE",
			Value: entry("0064", code, "HL70064"), On: d.Date,
			Method: iis.Coded{Code: "VXC40", Text: "Eligibility captured at the immunization level", System: "CDCPHINVS"},
		})
	}
	if code := r.coded("funding", fundings); code != "" {
		d.Observations = append(d.Observations, iis.Observation{
			Code: iis.Coded{Code: "30963-3", Text: "Vaccine funding source", System: "LN"}, Group: "2", Type: "CE",
			Value: entry(codeset.TableFunding, code, "CDCPHINVS"), On: d.Date,
		})
	}
}

// giver reads who gave the dose, and where.
func (r *rowReader) giver(d *iis.Dose) {
	d.Administrator = providerNamed(r.said("provider"))
	if npi := digitsOf(r.said("provider_npi")); len(npi) == 10 {
		d.Administrator.ID, d.Administrator.Authority, d.Administrator.IDType = npi, "NPI", "NPI"
	}
	if d.InfoSource != "00" {
		return
	}
	d.Location = first(r.said("facility"), r.plan.sender.Facility)
	d.EnteringOrg = iis.Coded{Code: r.plan.sender.Facility, Text: r.plan.sender.Name, System: "HL70362"}
}

// differs says that a row has another value about the person than the first.
func differs(called string, line, column, other int) Problem {
	return Problem{
		Line: line, Column: column, Severity: iis.Warning, Rule: "rows differ",
		Say: fmt.Sprintf("“%s” is another than in line %d, which is about the same patient. That of line %d was taken.", called, other, other),
	}
}
