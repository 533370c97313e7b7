package flat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// Typed is what somebody typed on a page about one person: by the fields of a file's columns,
// as it was typed. It is read as rows of a file are, but for one thing: what cannot be read is
// told, and never left out, for whoever typed it sits before it.
type Typed struct {
	// Person are the fields about a person who is described; nil where their record is open,
	// and Known is as whom the message names them.
	Person map[string]string
	Known  *iis.Person
	// Number is one that a page gave, by which the site knows the person from then on.
	Number  string
	Doses   []map[string]string // besides the fields of doses, those of typedFields
	By      string              // who typed it
	Why     string              // of a correction, in one line
	History bool                // whoever typed it may add history, and no dose that was given here
}

// What a row of Typed has beyond the fields of a file.
const (
	FieldNumber       = "number"       // of the report, made with the form: the form sent twice is one report
	FieldAction       = "action"       // U where it corrects what was reported under the number
	FieldConfidential = "confidential" // yes
	FieldVIS          = "vis_given"    // the day on which the information statements were handed out
	FieldEdition      = "vis_edition"  // of them; "": the one that is current
)

var typedFields = []Field{
	{Name: FieldNumber, Of: "dose", Label: "Number"}, {Name: FieldAction, Of: "dose", Label: "What is done"},
	{Name: FieldConfidential, Of: "dose", Label: "Confidential"},
	{Name: FieldVIS, Of: "dose", Label: "Information statement (VIS) handed out"}, {Name: FieldEdition, Of: "dose", Label: "Edition of the information statement"},
}

// typedLabels are what fields are called on a page, where it is not as in a file.
var typedLabels = map[string]string{
	"vaccine": "Vaccine", "mvx": "Maker", "source": "How it is known", "mrn": "Your number for the person", "phone": "Telephone", "multiple_birth": "Twin or other multiple birth",
	"completion": "How it is known", "refusal_reason": "Why it was refused",
}

// TypedLabel is what a field is called on a page.
func TypedLabel(field string) string {
	if label, ok := typedLabels[field]; ok {
		return label
	}
	for _, f := range typedFields {
		if f.Name == field {
			return f.Label
		}
	}
	return LabelOf(field)
}

// plan is how what was typed is read: every field has its column, and each dose a row. Where
// there is none, a row has the person alone.
func (t *Typed) plan(from iis.Sender, today cal.Date) *Plan {
	table, m := &Table{}, Mapping{Doses: Elsewhere}
	fields := slices.Concat(Fields(), typedFields)
	for _, f := range fields {
		table.Header = append(table.Header, TypedLabel(f.Name))
		m.Columns = append(m.Columns, Assigned{Column: TypedLabel(f.Name), Field: f.Name})
	}
	for i := range max(len(t.Doses), 1) {
		row := Row{Line: i + 1}
		for _, f := range fields {
			value := t.Person[f.Name]
			if f.Of == "dose" {
				value = ""
				if i < len(t.Doses) {
					value = t.Doses[i][f.Name]
				}
			}
			row.Cells = append(row.Cells, value)
		}
		table.Rows = append(table.Rows, row)
	}
	p := NewPlan(table, m, from, today)
	p.typed = t
	for _, f := range append(slices.Clone(dateFields), FieldVIS, FieldEdition) {
		p.byField[f] = dates{order: monthFirst, today: today} // as the page says
	}
	return p
}

// Message makes the message of what was typed. Raw is nil when anything of it cannot be read;
// each row has its problems, and the first those of the person.
func (t *Typed) Message(from iis.Sender, control string, at time.Time) *Message {
	p := t.plan(from, cal.On(at))
	m := &Message{plan: p, Rows: make([]Understood, len(p.Table.Rows))}
	for i := range m.Rows {
		m.group, m.Rows[i].Line = append(m.group, i), i+1
	}
	m.Rows[0].Refused = !t.who(m)
	var doses []iis.Dose
	for i := range t.Doses {
		r := rowReader{plan: p, lines: func(int) int { return i + 1 }, cells: p.Table.Rows[i].Cell}
		u := &m.Rows[i]
		dose, ok := r.typedDose(&m.Person)
		for k := range doses {
			if ok && dose.Kind == doses[k].Kind && dose.Date == doses[k].Date && dose.SameVaccine(&doses[k]) {
				ok = r.refuse("vaccine", "same dose twice", fmt.Sprintf("is the same, of the same day, as another vaccination of this page (number %d).", k+1))
			}
		}
		u.Problems = append(u.Problems, r.problems...)
		u.Refused = u.Refused || !ok
		u.Order, u.Dose = i+1, dose
		doses = append(doses, dose)
	}
	if slices.ContainsFunc(m.Rows, func(u Understood) bool { return u.Refused }) {
		return m
	}
	m.Raw = iz.WriteVXU(iz.Update{
		From: from, App: typedApp, Control: control, At: at, Person: m.Person, Doses: doses, Reason: t.Why,
	}, codeset.Default())
	m.place()
	return m
}

// who reads the person, and reports whether it could.
func (t *Typed) who(m *Message) bool {
	if t.Known != nil {
		m.Person = *t.Known
		return true
	}
	p := m.plan
	r := rowReader{plan: p, lines: func(int) int { return 1 }, cells: p.Table.Rows[0].Cell}
	r.who(&m.Person)
	if m.Person.Birth > p.today {
		r.refuse("birth_date", "birth date in the future", "is in the future.")
	}
	given, family := r.said("guardian_first"), r.said("guardian_last")
	if given == "" && family != "" {
		r.refuse("guardian_first", "name missing", "is missing.")
	}
	if given != "" && family == "" {
		r.refuse("guardian_last", "name missing", "is missing.")
	}
	if email := r.said("email"); email != "" && !strings.Contains(email, "@") {
		r.refuse("email", "value unreadable", "is no e-mail address. Correct it, or leave it empty.")
	}
	var own []iis.Identifier
	if mrn := r.cell("mrn"); mrn != "" {
		own = append(own, iis.Identifier{Value: mrn, Type: "MR", Authority: p.sender.Facility})
	}
	own = append(own, iis.Identifier{Value: t.Number, Type: "PI", Authority: iis.EnteredOnPage})
	m.Person.IDs = append(own, m.Person.IDs...)
	m.Rows[0].Problems = append(m.Rows[0].Problems, r.problems...)
	return !r.refused
}

// typedDose reads a dose that was typed of a person.
func (r *rowReader) typedDose(of *iis.Person) (iis.Dose, bool) {
	r.scanned()
	if r.cell("vaccine") == "" && r.cell("ndc") == "" {
		r.refuse("vaccine", "vaccine missing", "is missing.")
	}
	if r.cell("date") == "" {
		r.refuse("date", "date missing", "is missing.")
	}
	if r.cell("source") == "" && r.cell("completion") == "" {
		r.refuse("source", "source missing", "is missing: say how this is known.")
	}
	if r.refused {
		return iis.Dose{}, false
	}
	if _, say := r.plan.dates("date").read(r.cell("date")); say != "" {
		r.refuse("date", "date unreadable", say)
		r.vaccine(&iis.Dose{}) // what is wrong with both is told at once
		return iis.Dose{}, false
	}
	d, ok := r.dose()
	if !ok {
		return d, false
	}
	t := r.plan.typed
	if d.Route.IsZero() && !d.Site.IsZero() { // RXR-2 does not go without RXR-1
		r.refuse("route", "route missing", "is missing: a body site is stored with its route alone.")
	}
	switch {
	case d.Date > r.plan.today:
		r.refuse("date", "date in the future", "is in the future.")
	case of.Birth != cal.None && d.Date < of.Birth:
		r.refuse("date", "date before birth", "is before the person was born.")
	}
	switch {
	case t.History && d.Kind == iis.Given && d.Administered():
		r.refuse("source", "history alone", "cannot be that it was given here: your role adds vaccinations that others gave.")
	case t.History && d.Kind != iis.Given:
		r.refuse("completion", "history alone", "cannot be that it was not given: your role adds vaccinations that others gave.")
	case t.History && r.cell(FieldConfidential) != "":
		r.refuse(FieldConfidential, "history alone", "cannot be marked: you would not see it any more, to correct or delete it.")
	}
	d.Filler = iis.Ref{ID: r.cell(FieldNumber), Authority: iis.EnteredOnPage}
	if d.Kind != iis.Given {
		d.Filler.Authority = iis.RegistryAuthority // as whatever else is said on a page of health
	}
	if r.cell(FieldAction) == string(iis.Update) {
		d.Action = iis.Update
	}
	d.Enterer = providerNamed(t.By)
	if r.cell(FieldConfidential) != "" && d.Kind == iis.Given {
		d.Observations = append(d.Observations, iis.Confidential)
	}
	r.statements(&d)
	return d, !r.refused
}

// statements reads which vaccine information statements were handed out, and when.
func (r *rowReader) statements(d *iis.Dose) {
	if d.Kind != iis.Given || !d.Administered() {
		return
	}
	given, edition := r.date(FieldVIS), r.date(FieldEdition)
	switch {
	case given == cal.None && edition == cal.None:
		return
	case given == cal.None:
		r.refuse(FieldVIS, "value unreadable", "is missing: say on which day.")
		return
	case given > d.Date:
		r.refuse(FieldVIS, "value unreadable", "is after the day of the vaccination.")
		return
	}
	n := 0
	for _, v := range codeset.Default().VISFor(d.CVX) {
		if edition == cal.None && !v.Current || edition != cal.None && v.Edition != edition {
			continue
		}
		n++
		group := "VIS " + strconv.Itoa(n)
		d.Observations = append(d.Observations, iis.Observation{
			Code: iis.Coded{Code: "69764-9", Text: "Document type", System: "LN"}, Group: group, Type: "CE",
			Value: iis.Coded{Code: v.GDTI, Text: v.Title, System: "cdcgs1vis"}, On: d.Date,
		}, iis.Observation{
			Code: iis.Coded{Code: "29769-7", Text: "Date vaccine information statement presented", System: "LN"}, Group: group, Type: "DT",
			Text: given.Compact(), On: d.Date,
		})
	}
	switch {
	case n > 0:
	case edition != cal.None:
		r.refuse(FieldEdition, "value unreadable", "is that of no statement of this vaccine. Correct it, or leave it empty for the one that is current.")
	default:
		r.refuse(FieldVIS, "value unreadable", "cannot be stored: no statement of this vaccine is known. Leave it empty.")
	}
}

// scanned takes the bar code of a package or vial apart, where one was read into the field of
// the vaccine or of the package: the trade item, and perhaps the last day of use and the lot
// (GS1 General Specifications, 01, 17 and 10).
func (r *rowReader) scanned() {
	for _, field := range []string{"vaccine", "ndc"} {
		code := strings.NewReplacer("(", "", ")", "", " ", "").Replace(r.cell(field))
		if !allDigits(code[:min(len(code), 16)]) || len(code) < 14 {
			continue
		}
		item, rest := code[:14], code[14:]
		if len(code) > 16 && code[:2] == "01" {
			item, rest = code[2:16], code[16:]
		}
		p, ok := codeset.Default().GTIN(item)
		if !ok {
			continue
		}
		r.fill(field, "")
		r.fill("ndc", p.Code)
		if len(rest) >= 8 && rest[:2] == "17" && allDigits(rest[2:8]) {
			if r.cell("expiration") == "" {
				r.fill("expiration", "20"+rest[2:4]+"-"+rest[4:6]+"-"+rest[6:8])
			}
			rest = rest[8:]
		}
		if lot, ok := strings.CutPrefix(rest, "10"); ok && lot != "" && r.cell("lot") == "" {
			r.fill("lot", lot)
		}
		return
	}
}

// fill writes a value into a field of a row that was typed.
func (r *rowReader) fill(field, value string) {
	r.plan.Table.Rows[r.lines(0)-1].Cells[r.column(field)] = value
}

// Field is the field of a problem; "" when it is none's.
func (m *Message) Field(p Problem) string {
	if p.Column < 0 || p.Column >= len(m.plan.mapping.Columns) {
		return ""
	}
	return m.plan.mapping.Columns[p.Column].Field
}

// OfPerson reports a field that is about the person, and not about a dose.
func OfPerson(field string) bool {
	return slices.ContainsFunc(theFields().list, func(f Field) bool { return f.Name == field && f.Of == "patient" })
}

// TypedOf is a dose that was reported as it would be typed.
func TypedOf(d *iis.Dose) map[string]string {
	out := map[string]string{
		FieldNumber: d.Filler.ID, "date": typedDay(d.Date), "ndc": d.NDC, "lot": d.Lot, "expiration": typedDay(d.Expiration), "mvx": d.MVX,
		"route": d.Route.Code, "site": d.Site.Code, "source": d.InfoSource,
	}
	if d.CVX != "" {
		out["vaccine"] = vaccineNames().typed(d.CVX)
	}
	if d.ExpirationMonth {
		y, month, _ := d.Expiration.YMD()
		out["expiration"] = fmt.Sprintf("%02d/%d", int(month), y)
	}
	if d.Amount != "" {
		out["amount"] = strings.TrimSpace(d.Amount + " " + d.Unit.Code)
	}
	if e, ok := codeset.Default().Site(d.Site); ok {
		out["site"] = e.Code
	}
	if e, ok := codeset.Default().Route(d.Route); ok {
		out["route"] = e.Code
	}
	out["provider"] = strings.Join(strings.Fields(d.Administrator.Given+" "+d.Administrator.Family), " ")
	for _, o := range d.Observations {
		switch o.Code.Code {
		case "64994-7":
			out["eligibility"] = o.Value.Code
		case "30963-3":
			out["funding"] = o.Value.Code
		case "29769-7":
			out[FieldVIS] = typedDay(cal.ParseCompact(o.Text))
		case "69764-9":
			if v, ok := codeset.Default().VIS(o.Value.Code); ok && !v.Current {
				out[FieldEdition] = typedDay(v.Edition)
			}
		case iis.Confidential.Code.Code:
			out[FieldConfidential] = "yes"
		}
	}
	return out
}

// typedDay is a day as Americans type it; "" of none.
func typedDay(d cal.Date) string {
	if d == cal.None {
		return ""
	}
	return d.Time().Format("1/2/2006")
}

// typed is how a vaccine is typed so that it is read again: by its name, or by its code where
// another has the same name.
func (v *vaccines) typed(cvx string) string {
	if c, ok := v.codes.CVX(cvx); ok {
		for _, name := range []string{c.Plain(), c.Short} {
			if meant := v.named(name, ""); len(meant) == 1 && meant[0] == c.CVX {
				return name
			}
		}
	}
	return cvx
}

// Suggestion is a name by which a vaccine is typed, with what it is.
type Suggestion struct{ Name, Says string }

// Suggestions are names of the vaccines that are in use, each of which means one: kinds first, as
// old records have them, then products.
func Suggestions() []Suggestion {
	v := vaccineNames()
	var out []Suggestion
	add := func(name, says, cvx string) {
		meant := v.named(name, "")
		if len(meant) == 1 && meant[0] == cvx && !slices.ContainsFunc(out, func(s Suggestion) bool { return strings.EqualFold(s.Name, name) }) {
			out = append(out, Suggestion{name, says})
		}
	}
	groups := v.codes.AllGroups()
	slices.SortFunc(groups, func(a, b codeset.Group) int { return strings.Compare(a.Name, b.Name) })
	for _, g := range groups {
		if c, ok := v.codes.CVX(g.CVX); ok {
			add(c.Plain(), "kind not known more exactly", g.CVX)
		}
	}
	for n := 1; n < 1000; n++ {
		c, ok := v.codes.CVX(pad(n, 2))
		if !ok || !c.Active() || len(c.Groups) == 0 {
			continue
		}
		add(c.Plain(), "", c.CVX)
		for _, product := range v.codes.TradeNames(c.CVX, "") {
			if product.Status == codeset.Active {
				add(product.Name, c.Plain(), c.CVX)
			}
		}
	}
	return out
}

// Maker is a maker of vaccines, by its code (MVX).
type Maker struct{ Code, Name string }

// Makers are those of products that are in use, by their names.
func Makers() []Maker {
	v := vaccineNames()
	var out []Maker
	for n := 1; n < 1000; n++ {
		c, ok := v.codes.CVX(pad(n, 2))
		if !ok || !c.Active() || len(c.Groups) == 0 {
			continue
		}
		for _, product := range v.codes.TradeNames(c.CVX, "") {
			m, ok := v.codes.MVX(product.MVX)
			if ok && product.Status == codeset.Active && !slices.Contains(out, Maker{m.MVX, m.Name}) {
				out = append(out, Maker{m.MVX, m.Name})
			}
		}
	}
	slices.SortFunc(out, func(a, b Maker) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Deletion is the message that takes back a dose which was entered on a page.
func (t *Typed) Deletion(from iis.Sender, d iis.Dose, control string, at time.Time) []byte {
	d.Action, d.Enterer = iis.Delete, providerNamed(t.By)
	return iz.WriteVXU(iz.Update{
		From: from, App: typedApp, Control: control, At: at, Person: *t.Known, Doses: []iis.Dose{d}, Reason: t.Why,
	}, codeset.Default())
}

// typedApp is what made the message (MSH-3).
const typedApp = "WEB PAGE"
