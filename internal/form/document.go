package form

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
)

// Document is a form in one language with everything filled in that is known: blank,
// filled in, or signed. It stands for itself: whoever keeps it, as JSON, can print it
// and prove it without the file that it was made from.
type Document struct {
	State    string // code of the state
	Code     string
	Version  cal.Date
	Language Language
	Issuer   string // the registry
	Title    string
	Body     []Block
	Answers  []Answer
	Declares string
	Signer   Signer // who signs it
	// Until is the last day on which it holds; None of one that is not signed, or holds
	// until it is withdrawn.
	Until     cal.Date   `json:",omitzero"`
	Signature *Signature `json:",omitempty"` // nil: it is not signed
	// Through is in whose account or by whose link it was signed, as the registry has it: it is no
	// part of what was signed.
	Through string `json:"-"`
}

// Answer is one field as a document shows it.
type Answer struct {
	Name    string
	Kind    Kind
	Section string   `json:",omitempty"` // a heading above it
	Label   string   // what was asked
	Values  []string `json:",omitempty"` // as they were written; none: it was left empty
	Shown   []string `json:",omitempty"` // as they are shown: choices and days in words
	Choices []string `json:",omitempty"` // all that there were, as they are shown
}

// Signature is who signed a document, and the proof of what was signed.
type Signature struct {
	Name   string // as it was typed
	Title  string `json:",omitempty"` // the office, or whose parent or guardian
	Day    cal.Date
	Digest string // SHA-256, in hexadecimal: see Document.Digest
}

// Show is the form in a language: blank without answers, filled in with them. What is
// not known has a line to write on.
func (f *Form) Show(lang string, v Values, a Answers) *Document {
	t := f.In(lang)
	lang = t.Language.Code
	d := &Document{
		State: f.names.Code, Code: f.Code, Version: f.Version, Language: t.Language, Issuer: f.names.Registry,
		Title: fill(t.Title, f.names, v), Body: fillAll(t.Body, f.names, v), Declares: fill(t.Declares, f.names, v), Signer: f.Signer,
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		answer := Answer{Name: field.Name, Kind: field.Kind, Section: field.Section[lang], Label: field.Label[lang], Values: field.values(a), Shown: field.shown(lang, a)}
		for _, c := range field.Choices {
			answer.Choices = append(answer.Choices, c.Label[lang])
		}
		d.Answers = append(d.Answers, answer)
	}
	return d
}

// Signing is what somebody does who signs.
type Signing struct {
	Name   string // typed
	Title  string // the office, or whose parent or guardian; required of who signs for somebody else
	Agrees bool   // ticked that they declare what the form says
	Seen   string // Document.Seen of the form that they were shown
	Day    cal.Date
}

// NeedsTitle reports that whoever signs says as what.
func (s Signer) NeedsTitle() bool { return s == SeniorOfficial || s == PatientOrParent }

// Sign is the form in a language as somebody signed it; nil with everything that is
// wrong with the answers and the signature, when something is. A form whose words have
// changed since it was shown, or whose words name what is not known, is not signed.
func (f *Form) Sign(lang string, v Values, a Answers, by Signing) (*Document, []Wrong) {
	lang = f.In(lang).Language.Code
	wrong := f.Check(lang, a)
	by.Name, by.Title = strings.Join(strings.Fields(by.Name), " "), strings.Join(strings.Fields(by.Title), " ")
	add := func(field, label, key string) {
		wrong = append(wrong, Wrong{field, words(lang, label), words(lang, key)})
	}
	short := Field{Kind: Short}
	switch {
	case by.Name == "":
		add(SignerName, "your name", "type your name")
	case short.wrongValue(by.Name) != "":
		add(SignerName, "your name", short.wrongValue(by.Name))
	}
	switch {
	case by.Title == "" && f.Signer.NeedsTitle():
		add(SignerTitle, f.Signer.titleLabel(), "write")
	case by.Title != "" && short.wrongValue(by.Title) != "":
		add(SignerTitle, f.Signer.titleLabel(), short.wrongValue(by.Title))
	}
	if !by.Agrees {
		add(Agreed, "you declare", "tick")
	}
	d := f.Show(lang, v, a)
	switch {
	case by.Seen != d.Seen():
		add("", "this form", "has changed")
	case len(f.Missing(lang, v)) > 0:
		wrong = append(wrong, Wrong{"", words(lang, "this form"), fmt.Sprintf(words(lang, "is missing"), strings.Join(f.Missing(lang, v), ", "))})
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	d.Until = f.Until(by.Day)
	d.Signature = &Signature{Name: by.Name, Title: by.Title, Day: by.Day}
	d.Signature.Digest = d.Digest()
	return d, nil
}

// Missing are the placeholders in the form's text that have no value: without them
// nobody can sign it.
func (f *Form) Missing(lang string, v Values) []string {
	t := f.In(lang)
	texts := []string{t.Title, t.Declares}
	for _, b := range t.Body {
		texts = append(texts, b.Say)
	}
	return missing(v, texts...)
}

func (s Signer) titleLabel() string {
	if s == PatientOrParent {
		return "relation"
	}
	return "your title"
}

// TitleLabel is what a signer's title is called on the form, in a language.
func (s Signer) TitleLabel(lang string) string { return words(lang, s.titleLabel()) }

// digest is the digest of parts, each with its length before it: no part can pass for
// two, nor two for one.
type digest struct{ strings.Builder }

func (d *digest) add(parts ...string) {
	for _, p := range parts {
		fmt.Fprintf(d, "%d:%s\n", len(p), p)
	}
}

func (d *digest) sum() string {
	sum := sha256.Sum256([]byte(d.String()))
	return hex.EncodeToString(sum[:])
}

// Seen is a digest of the words of the form as they are shown, and of what it asks,
// whatever the answers: a page carries it, so that nobody signs other words than they
// read.
func (d *Document) Seen() string {
	var sum digest
	d.addWords(&sum)
	for i := range d.Answers {
		a := &d.Answers[i]
		sum.add("field", a.Name, string(a.Kind), a.Section, a.Label, fmt.Sprint(len(a.Choices)))
		sum.add(a.Choices...)
	}
	return sum.sum()
}

func (d *Document) addWords(sum *digest) {
	sum.add("openiis form 1", d.State, d.Code, d.Version.String(), d.Language.Code, d.Issuer, d.Title, fmt.Sprint(len(d.Body)), fmt.Sprint(len(d.Answers)))
	for _, b := range d.Body {
		sum.add(string(b.Kind), b.Say)
	}
	sum.add("declares", d.Declares, string(d.Signer))
}

// Digest is the SHA-256, in hexadecimal, of exactly what is signed: the form's code,
// version and language, all its words as they were shown, what was asked and answered
// in order, until when it holds, and the signer's name, title and day. Each part has
// its length in bytes before it (docs/forms.md).
func (d *Document) Digest() string {
	var sum digest
	d.addWords(&sum)
	for i := range d.Answers {
		a := &d.Answers[i]
		sum.add("field", a.Name, string(a.Kind), a.Section, a.Label, fmt.Sprint(len(a.Choices)), fmt.Sprint(len(a.Values)), fmt.Sprint(len(a.Shown)))
		sum.add(slices.Concat(a.Choices, a.Values, a.Shown)...)
	}
	sum.add("until", d.Until.String())
	if s := d.Signature; s != nil {
		sum.add("signed", s.Name, s.Title, s.Day.String())
	}
	return sum.sum()
}

// Holds reports that a document is signed, and that nothing in it has changed since.
func (d *Document) Holds() bool {
	return d.Signature != nil && d.Signature.Digest == d.Digest()
}

// Answer is the first value that was written into a field; "" when none was.
func (d *Document) Answer(name string) string {
	for i := range d.Answers {
		if a := &d.Answers[i]; a.Name == name && len(a.Values) > 0 {
			return a.Values[0]
		}
	}
	return ""
}
