package flat

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"openiis/internal/fault"
	"openiis/internal/fold"
)

//go:embed fields.tsv
var fieldsFile string

// Field is something that a column can hold.
type Field struct {
	Name  string // as in a mapping: birth_date
	Of    string // patient or dose
	Label string // as people call it
	names []string
}

// fieldTable is the list of fields with the names by which columns are known.
type fieldTable struct {
	list []Field
	by   map[string]string // folded name of a column: field
}

var theFields = sync.OnceValue(func() *fieldTable {
	t := &fieldTable{by: map[string]string{}}
	for n, line := range strings.Split(strings.TrimSpace(fieldsFile), "\n") {
		cells := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || n == 1 {
			continue
		}
		f := Field{Name: cells[0], Of: cells[1], Label: cells[2], names: append(strings.Split(cells[3], ";"), cells[0], cells[2])}
		t.list = append(t.list, f)
		for _, name := range f.names {
			t.by[foldColumn(name)] = f.Name
		}
	}
	for _, f := range t.list { // its own name is never another's
		t.by[foldColumn(f.Name)] = f.Name
	}
	return t
})

// Fields are all fields in the order in which they are offered.
func Fields() []Field { return slices.Clone(theFields().list) }

// LabelOf is what people call a field; "" for none of the list.
func LabelOf(field string) string {
	for _, f := range theFields().list {
		if f.Name == field {
			return f.Label
		}
	}
	return ""
}

// foldColumn is a column's name made comparable.
func foldColumn(name string) string {
	words := fold.Words(strings.NewReplacer("#", " number ", "_", " ", "&", " ").Replace(name))
	for i, w := range words {
		switch w {
		case "NO", "NUM", "NBR", "NR":
			words[i] = "NUMBER"
		}
	}
	return strings.Join(words, "")
}

// passedOver are what may stand before a column's name without changing it.
var passedOver = []string{"PATIENTS", "PATIENT", "PAT", "PT", "CLIENT", "CHILD", "STUDENT", "PERSON", "RECIPIENT", "MEMBER", "VACCINE", "VACCINATION", "VACC", "VAX", "IMMUNIZATION", "IMM", "SHOT", "DOSE"}

// FieldOf is the field that a column's name means; "" when it means none.
func FieldOf(column string) string {
	by, key := theFields().by, foldColumn(column)
	if f, ok := by[key]; ok {
		return f
	}
	for _, before := range passedOver {
		if rest, had := strings.CutPrefix(key, before); had && rest != "" {
			if f, ok := by[rest]; ok {
				return f
			}
		}
	}
	return ""
}

// Doses is what rows say of a dose that do not say themselves whether it was given
// by the sender.
type Doses string

// What doses are.
const (
	GivenHere Doses = "given"      // by the sender: a log or a bill
	Elsewhere Doses = "historical" // copied from other records
)

// Mapping says which column holds which field, by the columns' names. The zero
// Mapping knows no column but those of the list of fields.
type Mapping struct {
	Columns []Assigned
	Doses   Doses // "" when nobody said
}

// Assigned is one column's field; "" says that the column is not used.
type Assigned struct{ Column, Field string }

// of is the field of a column by this mapping.
func (m Mapping) of(column string) (field string, said bool) {
	key := foldColumn(column)
	for _, a := range m.Columns {
		if foldColumn(a.Column) == key {
			return a.Field, true
		}
	}
	return "", false
}

// recognized counts cells that are names of columns.
func (m Mapping) recognized(cells []string) int {
	n := 0
	for _, c := range cells {
		if len(c) > 60 {
			continue
		}
		if f, said := m.of(c); said && f != "" || FieldOf(c) != "" {
			n++
		}
	}
	return n
}

// Text is the mapping as it is kept and as --mapping reads it: a column and its
// field a line, with a tab between them.
func (m Mapping) Text() string {
	var b strings.Builder
	if m.Doses != "" {
		fmt.Fprintf(&b, "doses:\t%s\n", m.Doses)
	}
	for _, a := range m.Columns {
		fmt.Fprintf(&b, "%s\t%s\n", strings.Join(strings.Fields(a.Column), " "), a.Field)
	}
	return b.String()
}

// ParseMapping reads what Text writes. A field that is none, or two columns for
// one field, is fault.Invalid. Lines that begin with # are passed over.
func ParseMapping(text string) (Mapping, error) {
	var m Mapping
	for n, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		column, field, tab := strings.Cut(line, "\t")
		field = strings.TrimSpace(field)
		switch {
		case !tab:
			return m, fault.New(fault.Invalid, "Line %d of the mapping has no tab between column and field.", n+1)
		case column == "doses:":
			if m.Doses = Doses(field); m.Doses != GivenHere && m.Doses != Elsewhere {
				return m, fault.New(fault.Invalid, "Line %d of the mapping: doses: is “given” or “historical”.", n+1)
			}
		case field != "" && LabelOf(field) == "":
			return m, fault.New(fault.Invalid, "Line %d of the mapping names a field that there is not. The fields are: %s.", n+1, fieldNames())
		default:
			m.Columns = append(m.Columns, Assigned{strings.TrimSpace(column), field})
		}
	}
	return m, m.Check()
}

// Check is fault.Invalid when two columns have one field.
func (m Mapping) Check() error {
	seen := map[string]bool{}
	for _, a := range m.Columns {
		if a.Field != "" && seen[a.Field] {
			return fault.New(fault.Invalid, "Two columns were chosen for “%s”. Choose one, and “not used” for the other.", LabelOf(a.Field))
		}
		seen[a.Field] = true
	}
	return nil
}

func fieldNames() string {
	var names []string
	for _, f := range theFields().list {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// table finds the header among the first rows: the one with the most columns that
// are known.
func (raw *rawTable) table(known Mapping) (*Table, error) {
	if len(raw.rows) == 0 {
		return nil, fault.New(fault.Invalid, "%s", refusals[kindEmpty])
	}
	at, most := -1, 1
	for i, r := range raw.rows[:min(len(raw.rows), sampleRows)] {
		if n := known.recognized(r.Cells); n > most {
			at, most = i, n
		}
	}
	if at < 0 {
		if at = firstOfWords(raw.rows); at < 0 {
			return nil, fault.New(fault.Invalid, "No row names the columns. The first row must say what each column holds, such as Last name, First name, DOB, Date given, CVX.")
		}
	}
	header := raw.rows[at]
	t := &Table{Header: header.Cells, Line: header.Line, Notes: raw.notes, Sheet: raw.sheet, Era1904: raw.era1904}
	for len(t.Header) > 0 && t.Header[len(t.Header)-1] == "" {
		t.Header = t.Header[:len(t.Header)-1]
	}
	if at > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("The columns are named in line %d; what stands above it was not read.", t.Line))
	}
	for _, r := range raw.rows[at+1:] {
		if slices.Equal(r.Cells, header.Cells) {
			t.Notes = append(t.Notes, fmt.Sprintf("Line %d names the columns again and was passed over.", r.Line))
			continue
		}
		t.Rows = append(t.Rows, t.fit(r))
	}
	if len(t.Rows) == 0 {
		return nil, fault.New(fault.Invalid, "The file names its columns and has no rows below them.")
	}
	return t, nil
}

// fit marks a row that has more in it than there are columns: a separator stands
// within a value, and everything behind it is in the wrong column.
func (t *Table) fit(r Row) Row {
	if r.Broken != "" || len(r.Cells) <= len(t.Header) {
		return r
	}
	for _, c := range r.Cells[len(t.Header):] {
		if c != "" {
			r.Broken = "The row has more cells than there are column names. A separator may stand within a value: put that value in quotation marks."
			return r
		}
	}
	r.Cells = r.Cells[:len(t.Header)]
	return r
}

// firstOfWords is the first row, when it reads like names: no cell in it has a
// digit first, and it has three or more. -1 else.
func firstOfWords(rows []Row) int {
	filled := 0
	for _, c := range rows[0].Cells {
		if c != "" {
			filled++
			if c[0] >= '0' && c[0] <= '9' {
				return -1
			}
		}
	}
	if filled < 3 || rows[0].Broken != "" || len(rows) < 2 {
		return -1
	}
	return 0
}

// Guess is a mapping for every column of a table: what the sender's mapping says of
// it, or else what its name means. Of two columns with one field the first has it.
func (t *Table) Guess(known Mapping) Mapping {
	out := Mapping{Doses: known.Doses}
	taken := map[string]bool{}
	for _, c := range t.Header { // what was said goes first
		if f, said := known.of(c); said {
			taken[f] = true
		}
	}
	used := map[string]bool{}
	for _, c := range t.Header {
		f, said := known.of(c)
		if !said {
			if f = FieldOf(c); taken[f] {
				f = ""
			}
		}
		if used[f] || c == "" {
			f = ""
		}
		taken[f], used[f] = true, true
		out.Columns = append(out.Columns, Assigned{c, f})
	}
	return out
}
