// Package form is the papers of a state's registry, as files say them: forms that
// people fill in and sign, and materials that people are handed or see.
//
// It reads them strictly, fills in the names of the state, the site or the person,
// checks answers in plain words, and gives what is signed a digest by which anybody
// can prove later that nothing changed. It keeps nothing, asks nobody who may sign,
// and draws nothing: package paper makes the PDF, package web the fields of a page.
// Start at Set, Form, Document and Material.
package form

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"openiis/internal/cal"
)

// Names are what a state's papers call it.
type Names struct {
	Code       string // of the state, such as mn
	State      string
	Registry   string
	Department string
	Contact    string // whom people turn to with a question
}

// Set is the papers of one state. It is never changed once read, and may be shared.
type Set struct {
	Names     Names
	Forms     []*Form // by their codes
	Materials []*Material
}

// For are the same papers for the names of another state.
func (s *Set) For(n Names) *Set {
	out := &Set{Names: n, Forms: make([]*Form, len(s.Forms)), Materials: make([]*Material, len(s.Materials))}
	for i, f := range s.Forms {
		another := *f
		another.names = n
		out.Forms[i] = &another
	}
	for i, m := range s.Materials {
		another := *m
		another.names = n
		out.Materials[i] = &another
	}
	return out
}

// Form is the form of a code; nil when the state has none such.
func (s *Set) Form(code string) *Form {
	for _, f := range s.Forms {
		if f.Code == code {
			return f
		}
	}
	return nil
}

// Material is the material of a code; nil when the state has none such.
func (s *Set) Material(code string) *Material {
	for _, m := range s.Materials {
		if m.Code == code {
			return m
		}
	}
	return nil
}

// About is whom a paper is about, which says what its placeholders can name.
type About string

// Whom papers are about.
const (
	Anyone  About = "anyone"
	Site    About = "site"    // one site of an organization
	User    About = "user"    // somebody who is to use the registry
	Person  About = "person"  // somebody whose record it is
	Newborn About = "newborn" // a child whom the birth feed has enrolled
)

// Signer is who signs a form.
type Signer string

// Who signs.
const (
	SeniorOfficial   Signer = "senior official" // who may bind the organization
	AsUser           Signer = "user"
	AsAdministrator  Signer = "access administrator"
	PatientOrParent  Signer = "patient or guardian"
	SignedByTheStaff Signer = "registry staff"
)

// Words is the signer at the begin of a line, in a language.
func (s Signer) Words(lang string) string { return words(lang, "signer "+string(s)) }

// Kind is what a field takes.
type Kind string

// The kinds of fields.
const (
	Short   Kind = "text"
	Long    Kind = "long text"
	Day     Kind = "day"
	Choose  Kind = "choice"
	Several Kind = "several choices"
	Tick    Kind = "tick" // its one value is Ticked
	Email   Kind = "email"
	Phone   Kind = "phone"
	NPI     Kind = "NPI"
)

// Ticked is the value of a tick that is set.
const Ticked = "yes"

// Said is a text in each language of a paper, by its code.
type Said map[string]string

// Form is one form.
type Form struct {
	Code    string // the name of its file: lower-case letters, digits and hyphens
	Version cal.Date
	About   About
	Signer  Signer
	Renew   *Renewal // nil: it holds until it is withdrawn
	Texts   []Text   // one a language; the first is for whoever asks for none of them
	Fields  []Field
	Source  string // law, document, or that the words are this file's own
	names   Names
}

// Renewal is after which time a form is to be signed again.
type Renewal struct {
	Years, Months int // one of the two
	Source        string
}

// Words are the time after which a form is signed again.
func (r *Renewal) Words() string {
	n, unit := r.Years, "year"
	if n == 0 {
		n, unit = r.Months, "month"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// Until is the last day on which a form signed on a day holds; None when it holds until
// it is withdrawn.
func (f *Form) Until(signed cal.Date) cal.Date {
	if f.Renew == nil || signed == cal.None {
		return cal.None
	}
	return signed.AddMonths(12*f.Renew.Years + f.Renew.Months).AddDays(-1)
}

// Language is one that a paper is in.
type Language struct {
	Code string // ISO 639-2, as PID-15 has it
	Name string // in itself
}

// Tag is the language as web pages name it: es of spa.
func (l Language) Tag() string {
	tag, err := language.Parse(l.Code)
	if err != nil {
		return l.Code
	}
	return tag.String()
}

// Text is a paper in one language.
type Text struct {
	Language Language
	Title    string
	Purpose  string // one sentence for lists
	Body     []Block
	Declares string // what the signer declares; "" of a material
}

// BlockKind is what a block of text is.
type BlockKind string

// The kinds of blocks.
const (
	Heading   BlockKind = "heading"
	Paragraph BlockKind = "paragraph"
	Point     BlockKind = "point" // of a list
)

// Block is a heading, a paragraph or a point of a list.
type Block struct {
	Kind BlockKind
	Say  string
}

// Field is one thing that a form asks.
type Field struct {
	Name     string
	Kind     Kind
	Required bool
	Section  Said // a heading above it; nil when it goes on in the section before
	Label    Said
	Help     Said // nil when there is none
	Choices  []Choice
	From     string // the placeholder by which it is filled in at first; "" when by none
}

// Choice is one answer to choose.
type Choice struct {
	Value string
	Label Said
}

// Field is the field of a name; nil when the form has none such.
func (f *Form) Field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// In is the text in a language, or in the first one when there is none in that.
func (f *Form) In(lang string) *Text { return textIn(f.Texts, lang) }

// Languages are those that the form is in.
func (f *Form) Languages() []Language { return languagesOf(f.Texts) }

// Title is the form's title in a language, with all that is known filled in.
func (f *Form) Title(lang string) string { return fill(f.In(lang).Title, f.names, nil) }

// Purpose is what the form is for, in a sentence.
func (f *Form) Purpose(lang string) string { return fill(f.In(lang).Purpose, f.names, nil) }

func textIn(texts []Text, lang string) *Text {
	i := slices.IndexFunc(texts, func(t Text) bool { return strings.EqualFold(t.Language.Code, lang) })
	return &texts[max(i, 0)]
}

func languagesOf(texts []Text) []Language {
	out := make([]Language, len(texts))
	for i := range texts {
		out[i] = texts[i].Language
	}
	return out
}

// Material is one thing that people are handed or see.
type Material struct {
	Code    string
	Version cal.Date
	Layout  Layout
	About   About
	Texts   []Text
	Source  string
	names   Names
}

// Layout is how a material is laid out.
type Layout string

// The layouts.
const (
	FactSheet Layout = "fact sheet" // pages to hand out
	Poster    Layout = "poster"     // one page for a wall
	Display   Layout = "display"    // one page across, in large letters, for a waiting or exam room
	TearOff   Layout = "tear-off"   // one page of slips
	Letter    Layout = "letter"     // to one person or family
	Wording   Layout = "wording"    // text to copy into a form of one's own
	Mail      Layout = "e-mail"     // text to copy into a message
)

// Layouts are all, in the order in which lists show them.
var Layouts = []Layout{FactSheet, Letter, Mail, Wording, Poster, Display, TearOff}

// Copied reports a text that people copy rather than print.
func (l Layout) Copied() bool { return l == Wording || l == Mail }

// In is the text in a language, or in the first one when there is none in that.
func (m *Material) In(lang string) *Text { return textIn(m.Texts, lang) }

// Languages are those that the material is in.
func (m *Material) Languages() []Language { return languagesOf(m.Texts) }

// Title is the material's title in a language.
func (m *Material) Title(lang string) string { return fill(m.In(lang).Title, m.names, nil) }

// Purpose is what the material is for, in a sentence.
func (m *Material) Purpose(lang string) string { return fill(m.In(lang).Purpose, m.names, nil) }

// Sheet is a material in one language, with everything filled in.
type Sheet struct {
	Code     string
	Version  cal.Date
	Layout   Layout
	Language Language
	Issuer   string // the registry
	Title    string
	Body     []Block
}

// Show is the material in a language, with what is known filled in: what is not has a
// line to write on.
func (m *Material) Show(lang string, v Values) *Sheet {
	t := m.In(lang)
	return &Sheet{
		Code: m.Code, Version: m.Version, Layout: m.Layout, Language: t.Language, Issuer: m.names.Registry,
		Title: fill(t.Title, m.names, v), Body: fillAll(t.Body, m.names, v),
	}
}

// Plain is the sheet as text to copy, without its title.
func (s *Sheet) Plain() string {
	var b strings.Builder
	for i, block := range s.Body {
		switch {
		case i == 0:
		case block.Kind == Point && s.Body[i-1].Kind == Point:
			b.WriteString("\n")
		default:
			b.WriteString("\n\n")
		}
		if block.Kind == Point {
			b.WriteString("- ")
		}
		b.WriteString(block.Say)
	}
	return b.String()
}

// noSuch is the error for a paper that there is not, with those that there are.
func noSuch(what, code string, have []string) error {
	if len(have) == 0 {
		return fmt.Errorf("there is no %s %q: this state has none", what, code)
	}
	return fmt.Errorf("there is no %s %q: want %s", what, code, strings.Join(have, ", "))
}

// MustForm is Form, or an error that names those that there are.
func (s *Set) MustForm(code string) (*Form, error) {
	if f := s.Form(code); f != nil {
		return f, nil
	}
	var have []string
	for _, f := range s.Forms {
		have = append(have, f.Code)
	}
	return nil, noSuch("form", code, have)
}

// MustMaterial is Material, or an error that names those that there are.
func (s *Set) MustMaterial(code string) (*Material, error) {
	if m := s.Material(code); m != nil {
		return m, nil
	}
	var have []string
	for _, m := range s.Materials {
		have = append(have, m.Code)
	}
	return nil, noSuch("material", code, have)
}
