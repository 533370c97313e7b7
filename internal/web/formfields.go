package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/form"
)

// shownForm is a form on a page, as every door shows it: its words, its fields with
// what was written, what is wrong, and the signature where the page asks for one. The
// templates "form-words", "form-problems", "form-fields" and "form-signature" of
// formfields.html take it.
type shownForm struct {
	*form.Document
	Fields []formField
	Wrong  []form.Wrong
	by     form.Signing
}

// formField is one field in a language.
type formField struct {
	ID       string // f- and the field's name: that of its input, too
	Kind     form.Kind
	Section  string
	Label    string
	Help     string
	Hint     string // how it is written
	Optional string // the word for it; "" of a field that has to be filled in
	Value    string
	Choices  []formChoice
	Wrong    string
}

type formChoice struct {
	ID, Value, Label string
	Chosen           bool
}

// The kinds of fields, for the template.
func (f formField) IsTick() bool { return f.Kind == form.Tick }
func (f formField) IsLong() bool { return f.Kind == form.Long }
func (f formField) IsDay() bool  { return f.Kind == form.Day }
func (f formField) Many() bool   { return f.Kind == form.Several }

// Type and Mode are those of an input.
func (f formField) Type() string {
	if f.Kind == form.Phone {
		return "tel"
	}
	return "text" // of an e-mail address too: the browser's own check would speak another language
}

func (f formField) Mode() string {
	return map[form.Kind]string{form.NPI: "numeric", form.Email: "email"}[f.Kind]
}

// formPrefix is before the names of a form's fields, so that none is taken for another
// field of the page.
const formPrefix = "f-"

// showForm is a form to fill in: in a language, with what is known, with what was
// written and what is wrong with it.
func showForm(f *form.Form, lang string, v form.Values, a form.Answers, wrong []form.Wrong) *shownForm {
	s := &shownForm{Document: f.Show(lang, v, a), Wrong: wrong}
	lang = s.Language.Code
	for i := range f.Fields {
		field := &f.Fields[i]
		out := formField{
			ID: formPrefix + field.Name, Kind: field.Kind, Section: field.Section[lang], Label: field.Label[lang], Help: field.Help[lang],
			Value: a.Get(field.Name), Wrong: s.wrongWith(field.Name),
		}
		if !field.Required {
			out.Optional = form.Words(lang, "optional")
		}
		if field.Kind == form.Day {
			out.Hint = form.Words(lang, "day hint")
		}
		for _, c := range field.Choices {
			out.Choices = append(out.Choices, formChoice{out.ID + "-" + c.Value, c.Value, c.Label[lang], slices.Contains(a[field.Name], c.Value)})
		}
		s.Fields = append(s.Fields, out)
	}
	return s
}

// ToSign is the form with its signature to be filled in.
func (s *shownForm) ToSign(by form.Signing) *shownForm {
	s.by = by
	return s
}

func (s *shownForm) wrongWith(field string) string {
	for _, w := range s.Wrong {
		if w.Field == field {
			return w.Say
		}
	}
	return ""
}

// Tag is the form's language, for the page.
func (s *shownForm) Tag() string { return s.Language.Tag() }

// Word is a phrase of every form in this form's language.
func (s *shownForm) Word(key string) string { return form.Words(s.Language.Code, key) }

// Error and Nothing begin the list of what is wrong.
func (s *shownForm) Error() string   { return s.Word("error") }
func (s *shownForm) Nothing() string { return s.Word("nothing kept") }

// Sign is a field of the signature.
func (s *shownForm) Sign(name string) formField {
	f := formField{ID: formPrefix + name, Wrong: s.wrongWith(name)}
	switch name {
	case form.Agreed:
		if s.by.Agrees {
			f.Value = form.Ticked
		}
	case form.SignerName:
		f.Label, f.Value, f.Help = s.Word("your name"), s.by.Name, s.Word("type your name")
	case form.SignerTitle:
		f.Label, f.Value = s.Signer.TitleLabel(s.Language.Code), s.by.Title
		if !s.Signer.NeedsTitle() {
			f.Optional = s.Word("optional")
		}
	}
	return f
}

// SignFields are those that are written.
func (s *shownForm) SignFields() []formField {
	return []formField{s.Sign(form.SignerName), s.Sign(form.SignerTitle)}
}

// SignDay is the day that the signature will have.
func (s *shownForm) SignDay() string { return form.DayWords(s.Language.Code, s.by.Day) }

// formGroup is a heading, a paragraph or a list.
type formGroup struct {
	Heading, Paragraph string
	Points             []string
}

// Groups are the words, with points that follow one another in one list.
func (s *shownForm) Groups() []formGroup { return grouped(s.Body) }

func grouped(blocks []form.Block) (out []formGroup) {
	for i, b := range blocks {
		switch {
		case b.Kind == form.Heading:
			out = append(out, formGroup{Heading: b.Say})
		case b.Kind == form.Paragraph:
			out = append(out, formGroup{Paragraph: b.Say})
		case i > 0 && blocks[i-1].Kind == form.Point:
			last := &out[len(out)-1]
			last.Points = append(last.Points, b.Say)
		default:
			out = append(out, formGroup{Points: []string{b.Say}})
		}
	}
	return out
}

// answersIn are the answers of a form that was sent, and the language in which it was
// shown.
func answersIn(post url.Values) (a form.Answers, lang string) {
	a = form.Answers{}
	for name, values := range post {
		field, ours := strings.CutPrefix(name, formPrefix)
		if ours && field != form.SignerName && field != form.SignerTitle && field != form.Agreed {
			a[field] = values
		}
	}
	return a, post.Get("form-language")
}

// signingIn is the signature of a form that was sent on a day.
func signingIn(post url.Values, on cal.Date) form.Signing {
	return form.Signing{
		Name: post.Get(formPrefix + form.SignerName), Title: post.Get(formPrefix + form.SignerTitle),
		Agrees: post.Get(formPrefix+form.Agreed) == form.Ticked, Seen: post.Get("form-seen"), Day: on,
	}
}

// formFile is the name of a form's PDF, for whoever keeps it.
func formFile(d *form.Document) string {
	if d.Language.Code == "eng" {
		return d.Code + ".pdf"
	}
	return fmt.Sprintf("%s-%s.pdf", d.Code, d.Language.Tag())
}
