package iis

import "strings"

// Form is what someone entered on a page of ours, in words: the submission as it
// is kept. It can be read without this program.
type Form struct{ Fields []FormField }

// FormField is a line of a form: what is asked, and what was entered.
type FormField struct{ Label, Value string }

// formTitle is the first line of every form that is kept; the number is that of
// the way of writing.
const formTitle = "OPENIIS FORM 1"

// Add adds a line; one without a value is left out.
func (f *Form) Add(label, value string) {
	if value = strings.Join(strings.Fields(value), " "); value != "" {
		f.Fields = append(f.Fields, FormField{label, value})
	}
}

// Value is what was entered under a label; "" when nothing was.
func (f *Form) Value(label string) string {
	for _, l := range f.Fields {
		if l.Label == label {
			return l.Value
		}
	}
	return ""
}

// Text is the form as it is kept: a title, then a line a field.
func (f *Form) Text() []byte {
	var b strings.Builder
	b.WriteString(formTitle + "\n")
	for _, l := range f.Fields {
		b.WriteString(l.Label + ": " + l.Value + "\n")
	}
	return []byte(b.String())
}

// ParseForm reads what Text wrote; false for anything else.
func ParseForm(text []byte) (Form, bool) {
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if lines[0] != formTitle {
		return Form{}, false
	}
	var f Form
	for _, line := range lines[1:] {
		label, value, _ := strings.Cut(line, ": ")
		f.Fields = append(f.Fields, FormField{label, value})
	}
	return f, true
}
