package legacy

import (
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// Why rows of patients are rejected.
const (
	rowBroken  = "a quotation mark is opened and not closed"
	rowShifted = "the row has not as many cells as there are columns"
	sameAgain  = "the same row stands before"
	idAgain    = "another row before has this "
	noName     = "last_name and first_name are missing"
	noBirth    = "birth_date is missing"
	birthLater = "birth_date lies in the future"
	longestID  = 100
)

// patient reads a row of an old registry's patient, whose doses are rows of their own.
func (r *rowReader) patient(registry string) (p iis.Person, doses []iis.Dose, why string) {
	if why := r.named(&p); why != "" {
		return p, nil, why
	}
	r.numbers(&p, registry)
	r.origin(&p)
	r.contact(&p)
	r.kin(&p)
	r.state(&p)
	return p, nil, ""
}

// named reads name, birth date and sex; why is the reason when the row is rejected.
func (r *rowReader) named(p *iis.Person) (why string) {
	p.Names = []iis.Name{{
		Family: r.text("last_name"), Given: r.text("first_name"), Middle: r.text("middle_name"), Suffix: r.text("suffix"), Type: "L",
	}}
	birth, unread := r.day("birth_date")
	switch {
	case len(r.text(r.table.id)) > longestID:
		return r.table.id + " is longer than 100 characters"
	case p.Names[0].Family == "" && p.Names[0].Given == "":
		return noName
	case unread != cal.Readable:
		return "birth_date " + string(unread)
	case birth == cal.None:
		return noBirth
	case birth > r.today:
		return birthLater
	}
	p.Birth = birth
	if p.Sex = r.word("sex", sexes); p.Sex == "" {
		p.Sex = "U"
	}
	return ""
}

// numbers reads the numbers: the old registry's own, its facility's, and those
// that a person keeps for life.
func (r *rowReader) numbers(p *iis.Person, registry string) {
	if mrn := r.text("mrn"); mrn != "" {
		p.IDs = append(p.IDs, iis.Identifier{Value: mrn, Type: "MR", Authority: r.text("facility")})
	}
	p.IDs = append(p.IDs, iis.Identifier{Value: r.text("patient_id"), Type: "PI", Authority: registry})
	for _, n := range []struct{ column, typ string }{{"ssn", "SS"}, {"medicaid_id", "MA"}} {
		if v := r.text(n.column); v != "" {
			p.IDs = append(p.IDs, iis.Identifier{Value: v, Type: n.typ})
		}
	}
}

func (r *rowReader) origin(p *iis.Person) {
	for cell := range strings.FieldsFuncSeq(r.text("race"), func(c rune) bool { return c == ';' || c == '~' || c == '|' }) {
		one := iis.Coded{Code: strings.TrimSpace(cell), System: "CDCREC"}
		if e, ok := r.codes.Race(one); ok {
			one = iis.Coded{Code: e.Code, Text: e.Meaning, System: "CDCREC"}
		} else {
			r.lost("race is in no table; it was kept as it is")
		}
		p.Races = append(p.Races, one)
	}
	if s := r.text("ethnicity"); s != "" {
		p.Ethnicity = iis.Coded{Code: s, System: "CDCREC"}
		if e, ok := r.codes.Ethnicity(p.Ethnicity); ok {
			p.Ethnicity = iis.Coded{Code: e.Code, Text: e.Meaning, System: "CDCREC"}
		} else if !strings.EqualFold(s, "U") {
			r.lost("ethnicity is in no table; it was kept as it is")
		}
	}
	if s := r.text("language"); s != "" {
		p.Language = iis.Coded{Code: s, System: "ISO6392"}
	}
	if state := r.text("birth_state"); state != "" {
		p.Addresses = append(p.Addresses, iis.Address{State: state, Type: "BDL"})
	}
}

func (r *rowReader) contact(p *iis.Person) {
	a := iis.Address{
		Street: r.text("street"), Street2: r.text("street2"), City: r.text("city"), State: r.text("state"),
		Zip: r.text("zip"), County: r.text("county"),
	}
	if a != (iis.Address{}) {
		a.Type = "H"
		p.Addresses = append([]iis.Address{a}, p.Addresses...)
	}
	if phone := r.text("phone"); phone != "" {
		p.Telecoms = append(p.Telecoms, telephone(phone))
	}
	if mail := r.text("email"); mail != "" {
		p.Telecoms = append(p.Telecoms, iis.Telecom{Use: "NET", Equipment: "Internet", Email: mail})
	}
}

// telephone takes an American number apart; another is kept as it is.
func telephone(s string) iis.Telecom {
	digits := strings.Map(func(c rune) rune {
		if '0' <= c && c <= '9' {
			return c
		}
		return -1
	}, s)
	if len(digits) == 11 {
		digits = strings.TrimPrefix(digits, "1")
	}
	t := iis.Telecom{Use: "PRN", Equipment: "PH"}
	if len(digits) == 10 {
		t.Area, t.Local = digits[:3], digits[3:]
	} else {
		t.Text = s
	}
	return t
}

// kin reads mother and guardian. A guardian who is the mother is one of them.
func (r *rowReader) kin(p *iis.Person) {
	mother, maiden := r.text("mother_first"), r.text("mother_maiden")
	if maiden != "" {
		p.MotherMaiden = iis.Name{Family: maiden, Given: mother, Type: "M"}
	}
	guardian := iis.Name{Family: r.text("guardian_last"), Given: r.text("guardian_first"), Type: "L"}
	hasGuardian := guardian.Family != "" || guardian.Given != ""
	relation := iis.Coded{}
	if hasGuardian {
		if relation = r.coded("guardian_relation", "HL70063", "0063"); relation.IsZero() {
			relation = r.relation("GRD")
		}
		p.Kin = append(p.Kin, iis.Kin{Names: []iis.Name{guardian}, Relation: relation})
	}
	if mother != "" && maiden == "" && !(relation.Code == "MTH" && strings.EqualFold(mother, guardian.Given)) {
		p.Kin = append(p.Kin, iis.Kin{Names: []iis.Name{{Given: mother, Type: "L"}}, Relation: r.relation("MTH")})
	}
}

func (r *rowReader) relation(code string) iis.Coded {
	c := iis.Coded{Code: code, System: "HL70063"}
	if e := r.codes.Find("0063", code); e != nil {
		c.Text = e.Meaning
	}
	return c
}

// state reads how the person stands with the old registry.
func (r *rowReader) state(p *iis.Person) {
	p.MultipleBirth = r.word("multiple_birth", yesNo)
	p.BirthOrder = r.number("birth_order")
	if p.Death = r.dayIfAny("death_date"); p.Death != cal.None {
		p.Dead = "Y"
	}
	if p.Death != cal.None && (p.Death < p.Birth || p.Death > r.today) {
		r.lost("death_date lies before the birth date or in the future")
		p.Dead, p.Death = "", cal.None
	}
	p.Status = r.word("status", statuses)
	p.Protection = r.word("sharing", sharing)
}

// number is a small number, of those who are born together; 0 for none.
func (r *rowReader) number(column string) int {
	s := r.text(column)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 12 {
		r.lost(column + " is no number from 1 to 12")
		return 0
	}
	return n
}

// Tables of codes that cells are looked up in.
var (
	routeTables = []string{codeset.TableOldRoute, codeset.TableRoute}
	unitTables  = []string{codeset.TableUnit, codeset.TableOldUnit}
)
