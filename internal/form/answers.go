package form

import (
	"cmp"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Answers are what somebody wrote into a form, as it was written, by the names of its
// fields: several values only where several may be chosen.
type Answers map[string][]string

// Get is the first value of a field, without space around it.
func (a Answers) Get(name string) string {
	if v := a[name]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

// Wrong is what is wrong with an answer, in words that can stand beside its field.
type Wrong struct {
	Field string // its name; "" of the form as a whole
	Label string // of the field
	Say   string // a sentence, which never repeats what was written
}

// The fields of the signature, for what is wrong with it.
const (
	SignerName  = "signer-name"
	SignerTitle = "signer-title"
	Agreed      = "signer-agrees"
)

// How long answers may be, in characters.
const (
	mostShort = 300
	mostLong  = 5000
)

// Prefill is a form's first answers: what is known already, where fields say so.
func (f *Form) Prefill(v Values) Answers {
	a := Answers{}
	for i := range f.Fields {
		name := f.Fields[i].From
		if name == "" {
			continue
		}
		if value := fill("{"+name+"}", f.names, v); value != Line {
			a[f.Fields[i].Name] = []string{value}
		}
	}
	return a
}

// Check tells everything that is wrong with the answers, field by field in the form's
// order, in a language. An answer to what the form does not ask is told too: nothing
// that somebody wrote is dropped in silence.
func (f *Form) Check(lang string, a Answers) (out []Wrong) {
	lang = f.In(lang).Language.Code
	for i := range f.Fields {
		field := &f.Fields[i]
		if key := field.wrong(a); key != "" {
			out = append(out, Wrong{field.Name, field.Label[lang], words(lang, key)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if f.Field(name) == nil && a.Get(name) != "" {
			out = append(out, Wrong{Label: name, Say: words(lang, "not asked")})
		}
	}
	return out
}

// values are the answers to a field, without space around them and without empty ones.
func (f *Field) values(a Answers) (out []string) {
	for _, v := range a[f.Name] {
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// wrong is the key of the words that say what is wrong with the answer to a field; ""
// when nothing is.
func (f *Field) wrong(a Answers) string {
	v := f.values(a)
	switch {
	case len(v) == 0 && f.Required:
		return cmp.Or(map[Kind]string{Choose: "choose", Several: "choose some", Tick: "tick"}[f.Kind], "write")
	case len(v) == 0:
		return ""
	case len(v) > 1 && f.Kind != Several:
		return "one only"
	}
	for _, one := range v {
		if key := f.wrongValue(one); key != "" {
			return key
		}
	}
	return ""
}

func (f *Field) wrongValue(v string) string {
	most, tooLong := mostShort, "too long"
	if f.Kind == Long {
		most, tooLong = mostLong, "too long a text"
	}
	switch {
	case !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool { return unicode.IsControl(r) && (r != '\n' || f.Kind != Long) && r != '\t' }):
		return "letters"
	case utf8.RuneCountInString(v) > most:
		return tooLong
	}
	switch f.Kind {
	case Day:
		if _, unread := cal.ReadWritten(v, cal.MonthFirst); unread != cal.Readable {
			return "day"
		}
	case Choose, Several:
		if !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == v }) {
			return "no choice"
		}
	case Tick:
		if v != Ticked {
			return "no choice"
		}
	case Email:
		if at, err := mail.ParseAddress(v); err != nil || at.Address != v || !strings.Contains(v[strings.LastIndexByte(v, '@'):], ".") {
			return "email"
		}
	case Phone:
		if !isPhone(v) {
			return "phone"
		}
	case NPI:
		if !iis.ValidNPI(v) {
			return "npi"
		}
	}
	return ""
}

// isPhone accepts a number of the United States with an extension, or one with a + of
// any country.
func isPhone(v string) bool {
	number, extension, _ := strings.Cut(strings.ToLower(v), "x")
	number = strings.TrimSuffix(strings.TrimRight(number, " ,"), "e") // "ext." begins with an e
	if strings.Trim(extension, "0123456789 t.") != "" || strings.Trim(number, "0123456789+-.() ,") != "" {
		return false
	}
	digits := 0
	for _, r := range number {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	if strings.HasPrefix(strings.TrimSpace(number), "+") {
		return digits >= 7 && digits <= 15
	}
	return digits == 10 || digits == 11 && strings.HasPrefix(strings.TrimLeft(number, "( "), "1")
}

// shown are the answers to a field as a paper shows them.
func (f *Field) shown(lang string, a Answers) (out []string) {
	for _, v := range f.values(a) {
		switch f.Kind {
		case Day:
			if d, unread := cal.ReadWritten(v, cal.MonthFirst); unread == cal.Readable {
				v = DayWords(lang, d)
			}
		case Choose, Several:
			for _, c := range f.Choices {
				if c.Value == v {
					v = c.Label[lang]
					break
				}
			}
		}
		out = append(out, v)
	}
	return out
}
