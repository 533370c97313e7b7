package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"openiis/internal/codeset"
	"openiis/internal/flat"
	"openiis/internal/iis"
)

// typedOption is one of the answers of a field.
type typedOption struct{ Value, Words string }

// typedField is a field of a form that is typed.
type typedField struct {
	ID, Label, Hint string
	Value, Wrong    string
	Day, Long       bool
	List            string // the list of suggestions
	Options         []typedOption
	Tick            bool
}

// typedSpec is what a field is, whatever is typed.
type typedSpec struct {
	name, label, hint string
	day, tick         bool
	list              string
	options           func() []typedOption
}

// field is a field with what was typed, and what is wrong with it. A value that is none of the
// answers is one of them, lest it be lost.
func (s typedSpec) field(id, value, wrong string) typedField {
	f := typedField{ID: id, Label: s.label, Hint: s.hint, Value: value, Wrong: wrong, Day: s.day, List: s.list, Tick: s.tick}
	if f.Label == "" {
		f.Label = flat.TypedLabel(s.name)
	}
	if s.options == nil {
		return f
	}
	f.Options = s.options()
	if value != "" && !slices.ContainsFunc(f.Options, func(o typedOption) bool { return o.Value == value }) {
		f.Options = append(slices.Clone(f.Options), typedOption{value, value})
	}
	return f
}

// The fields of a vaccination: what is asked of each, what is asked of one that was given here,
// and what may be known of any. How it is known is “what”: a code of NIP001, or RE of a refusal.
var (
	doseMain = []typedSpec{
		{name: "date", label: "Date", hint: "Month/day/year: 4/30/2025.", day: true},
		{name: "vaccine", hint: "Name or brand, CVX code, or NDC; or scan the package.", list: "vaccines"},
		{name: "what", label: "How is it known?"},
	}
	doseDetails = []typedSpec{
		{name: "lot"}, {name: "expiration", hint: "As on the package: 4/30/2027, or 04/2027.", day: true}, {name: "mvx", options: makerOptions}, {name: "ndc", label: "NDC of the package"},
		{name: "amount", hint: "With its unit: 0.5 mL."}, {name: "route", options: tableOptions(codeset.TableRoute)}, {name: "site", options: tableOptions(codeset.TableSite)},
		{name: "provider", hint: "First and last name."}, {name: "eligibility", options: tableOptions("0064")}, {name: "funding", options: tableOptions(codeset.TableFunding)},
		{name: flat.FieldVIS, hint: "The day. The current statements of the vaccine are taken.", day: true}, {name: flat.FieldEdition, hint: "Only if it was not the current one.", day: true},
	}
	doseMore = []typedSpec{
		{name: flat.FieldConfidential, label: "Confidential: not on what families print, and not for schools", tick: true},
		{name: "refusal_reason", hint: "Only for a refusal.", options: func() []typedOption {
			return []typedOption{{"00", "The parent’s decision"}, {"03", "The person’s own decision"}, {"01", "Religious reasons"}, {"02", "Another reason"}}
		}},
	}
	doseSpecs = slices.Concat(doseMain, doseDetails, doseMore)
)

// knownHow are the ways in which a vaccination is known (NIP001), and a refusal.
var knownHow = []typedOption{
	{"00", "Given here, by our site"}, {"02", "From the record of another provider"}, {"03", "From a written record that the family brought"},
	{"04", "The family remembers it; there is no record"}, {"05", "From another registry"}, {"06", "From a birth certificate"}, {"07", "From a school’s record"},
	{"08", "From a public agency"}, {"01", "From another record"}, {refusedHow, "Not given: it was refused"},
}

const refusedHow = "RE"

// historyHow are those of whom it does not lie to say that a dose was given or refused with them.
func historyHow() []typedOption {
	return slices.DeleteFunc(slices.Clone(knownHow), func(o typedOption) bool { return o.Value == "00" || o.Value == refusedHow })
}

var makerOptions = sync.OnceValue(func() (out []typedOption) {
	for _, m := range flat.Makers() {
		out = append(out, typedOption{m.Code, m.Name})
	}
	return out
})

var suggestions = sync.OnceValue(flat.Suggestions)

// tableOptions are the codes of an HL7 table that the guide has.
func tableOptions(table string) func() []typedOption {
	return sync.OnceValue(func() (out []typedOption) {
		for _, e := range codeset.Default().HL7Table(table) {
			if e.Guide {
				out = append(out, typedOption{e.Code, strings.ToUpper(e.Meaning[:1]) + e.Meaning[1:]})
			}
		}
		return out
	})
}

// typedPart is a group of fields about a person.
type typedPart struct {
	Heading string
	Fields  []typedField
}

// personParts are the fields about somebody new.
var personParts = []struct {
	heading string
	specs   []typedSpec
}{
	{"Who", []typedSpec{
		{name: "last_name"}, {name: "first_name", hint: "Of a newborn without a name yet, leave the record to the hospital."}, {name: "middle_name"}, {name: "suffix"},
		{name: "birth_date", hint: "Month/day/year: 4/30/2019.", day: true},
		{name: "sex", options: func() []typedOption {
			return []typedOption{{"F", "Female"}, {"M", "Male"}, {"X", "Neither female nor male (X)"}, {"U", "Not known"}}
		}},
		{name: "mrn", hint: "By which your site knows the person, if it does."},
	}},
	{"Family", []typedSpec{
		{name: "mother_first"}, {name: "mother_last", hint: "If it is not the child’s."}, {name: "mother_maiden"},
		{name: "guardian_first", label: "First name of another parent or guardian"}, {name: "guardian_last", label: "Last name of another parent or guardian"},
		{name: "guardian_relation", label: "Who that is", options: func() []typedOption {
			return []typedOption{{"FTH", "Father"}, {"PAR", "Parent"}, {"GRD", "Guardian"}, {"GRP", "Grandparent"}, {"FCH", "Foster parent"}, {"OTH", "Other"}}
		}},
		{name: "multiple_birth", options: func() []typedOption { return []typedOption{{"Y", "Yes"}, {"N", "No"}} }},
		{name: "birth_order", hint: "Of twins: 1 or 2."},
	}},
	{"Address and contact", []typedSpec{
		{name: "street"}, {name: "street2"}, {name: "city"}, {name: "state", hint: "Two letters: MA."}, {name: "zip"}, {name: "county"}, {name: "phone", hint: "With its area code."}, {name: "email"},
	}},
	{"Background", []typedSpec{
		{name: "race", options: tableOptions(codeset.TableRace)}, {name: "ethnicity", options: tableOptions(codeset.TableEthnicity)}, {name: "language", options: func() []typedOption { return spokenHere }},
	}},
}

// spokenHere are the languages that are offered.
var spokenHere = func() (out []typedOption) {
	for _, name := range []string{
		"English", "Spanish", "Portuguese", "Haitian Creole", "Hmong", "Somali", "Vietnamese", "Chinese", "French", "Arabic", "Russian", "Korean", "Khmer",
	} {
		out = append(out, typedOption{name, name})
	}
	return out
}()

// typedWrong is what is wrong with a form, with the field.
type typedWrong struct{ ID, Say string }

// typedRow is a vaccination as it is typed.
type typedRow struct {
	N      int
	values map[string]string
	wrong  map[string]string
	// Doubts are what may be wrong with it, and can be stored all the same.
	Doubts []string
}

// maxTyped is how many vaccinations a form has at most.
const maxTyped = 20

// readRows reads the vaccinations of a form.
func readRows(form url.Values) []*typedRow {
	n, _ := strconv.Atoi(form.Get("rows")) // what cannot be read is one
	var out []*typedRow
	for i := range min(max(n, 1), maxTyped) {
		row := &typedRow{N: i + 1, values: map[string]string{}, wrong: map[string]string{}}
		for _, s := range doseSpecs {
			row.values[s.name] = strings.TrimSpace(form.Get(row.id(s.name)))
		}
		if id, ok := iis.ParseDoseID(form.Get(row.id(flat.FieldNumber))); ok {
			row.values[flat.FieldNumber] = id.Public()
		}
		out = append(out, row)
	}
	return out
}

func (r *typedRow) id(field string) string { return field + "-" + strconv.Itoa(r.N) }

// blank reports a row of which nothing was typed.
func (r *typedRow) blank() bool {
	for _, s := range doseSpecs {
		if s.name != "what" && r.values[s.name] != "" {
			return false
		}
	}
	return true
}

// typed is a row as it is read.
func (r *typedRow) typed() map[string]string {
	out := map[string]string{}
	for name, value := range r.values {
		out[name] = value
	}
	switch how := out["what"]; how {
	case refusedHow:
		out["completion"], out["source"] = refusedHow, ""
	default:
		out["source"], out["refusal_reason"] = how, ""
	}
	delete(out, "what")
	return out
}

func (r *typedRow) fields(specs []typedSpec) (out []typedField) {
	for _, s := range specs {
		out = append(out, s.field(r.id(s.name), r.values[s.name], r.wrong[s.name]))
	}
	return out
}

// Main, Details and More are the fields of the form.
func (r *typedRow) Main(history bool) []typedField {
	specs := slices.Clone(doseMain)
	specs[2].options = func() []typedOption { return knownHow }
	if history {
		specs[2].options = historyHow
	}
	return r.fields(specs)
}

// Details are what is told of a dose that was given here.
func (r *typedRow) Details() []typedField { return r.fields(doseDetails) }

// More is what is seldom told.
func (r *typedRow) More(history bool) []typedField {
	if history { // who is held to a roster does not see what is confidential, be it their own
		return nil
	}
	return r.fields(doseMore)
}

// Told reports that something of the details is told, or wrong.
func (r *typedRow) Told() bool {
	return slices.ContainsFunc(slices.Concat(doseDetails, doseMore), func(s typedSpec) bool { return r.values[s.name] != "" || r.wrong[s.name] != "" })
}

// Kept are all fields of the row, to be sent along.
func (r *typedRow) Kept() []typedField {
	return append(r.fields(doseSpecs), typedField{ID: r.id(flat.FieldNumber), Value: r.values[flat.FieldNumber]})
}

// Number is the number of the report to be.
func (r *typedRow) Number() typedField {
	return typedField{ID: r.id(flat.FieldNumber), Value: r.values[flat.FieldNumber]}
}

// fieldOfForm is what a field is called in the form.
func fieldOfForm(field string) string {
	if field == "source" || field == "completion" {
		return "what"
	}
	return field
}
