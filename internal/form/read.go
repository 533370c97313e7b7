package form

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"openiis/internal/cal"
	"openiis/internal/yaml"
)

// The folders of a state's folder that have its papers, a file a paper.
const (
	FormsFolder     = "forms"
	MaterialsFolder = "materials"
)

// Folders are both.
var Folders = []string{FormsFolder, MaterialsFolder}

// IsFile reports that a path within a state's folder is that of a paper:
// forms/objection.yaml.
func IsFile(name string) bool {
	return path.Ext(name) == ".yaml" && slices.Contains(Folders, path.Dir(name))
}

// Read reads the papers of a state's folder, whose name begins errors: files by their
// paths within it. It is as strict as policies are read: a key that is not known, is
// missing or is there twice, a value that is none, a placeholder that nothing fills and
// a language that lacks a text are errors with file, line and key, all told together.
func Read(folder string, files map[string][]byte, n Names) (*Set, error) {
	s := &Set{Names: n}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		code := strings.TrimSuffix(path.Base(name), ".yaml")
		var err error
		if path.Dir(name) == FormsFolder {
			f := &Form{names: n}
			err = yaml.ReadStrictly(folder+name, files[name], func(m *yaml.Map) { f.read(m, code) })
			s.Forms = append(s.Forms, f)
		} else {
			mat := &Material{names: n}
			err = yaml.ReadStrictly(folder+name, files[name], func(m *yaml.Map) { mat.read(m, code) })
			s.Materials = append(s.Materials, mat)
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// source is what says a fact: without it no paper is taken.
func source(m *yaml.Map) string {
	return m.Text("source", "the law or document that says so, or that the words are this file's own and who confirms them")
}

// head reads what forms and materials both begin with.
func head(m *yaml.Map, code string) (version cal.Date) {
	if have := m.Text("code", "the name of the file without .yaml"); have != "" && have != code {
		m.Fail(m.Find("code"), "code", "%q is not the name of the file, which is %q", have, code)
	}
	if !isName(code) {
		m.Fail(m.Find("code"), "code", "%q is no code: write lower-case letters, digits and hyphens, 60 at most", code)
	}
	text := m.Text("version", "the day of these words, as YYYY-MM-DD")
	version, err := cal.Parse(text)
	if err != nil || version == cal.None && text != "" {
		m.Fail(m.Find("version"), "version", "%q is no day: write YYYY-MM-DD", text)
	}
	return version
}

func isName(s string) bool {
	return s != "" && len(s) <= 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && s[0] != '-'
}

func (f *Form) read(m *yaml.Map, code string) {
	f.Code, f.Version = code, head(m, code)
	f.About = About(m.One("about", string(Site), string(User), string(Person)))
	f.Signer = Signer(m.One("signed by", string(SeniorOfficial), string(AsUser), string(AsAdministrator), string(PatientOrParent), string(SignedByTheStaff)))
	m.Group(m.Find("renew"), "renew", func(m *yaml.Map) { f.Renew = renewal(m) })
	f.Texts = texts(m, f.About, true)
	f.Fields = fields(m, f.About, languagesOf(f.Texts))
	f.Source = source(m)
}

func (mat *Material) read(m *yaml.Map, code string) {
	mat.Code, mat.Version = code, head(m, code)
	all := make([]string, len(Layouts))
	for i, l := range Layouts {
		all[i] = string(l)
	}
	mat.Layout = Layout(m.One("layout", all...))
	mat.About = About(m.One("about", string(Anyone), string(Person), string(Newborn)))
	mat.Texts = texts(m, mat.About, false)
	mat.Source = source(m)
}

// renewal reads "after: 3 years".
func renewal(m *yaml.Map) *Renewal {
	const want = "a time such as 3 years or 6 months"
	r := &Renewal{}
	text := m.Text("after", want)
	count, unit, _ := strings.Cut(text, " ")
	n := 0
	for _, c := range count {
		if c < '0' || c > '9' || n > 100 {
			n = 0
			break
		}
		n = 10*n + int(c-'0')
	}
	switch unit {
	case "year", "years":
		r.Years = n
	case "month", "months":
		r.Months = n
	}
	if text != "" && (r.Years+r.Months < 1 || r.Years > 20 || r.Months > 240) {
		m.Fail(m.Find("after"), m.At("after"), "%q is no time: want %s, 20 years at most", text, want)
	}
	r.Source = source(m)
	return r
}

// texts reads a paper's text in each language: all have the same blocks in the same
// order, so that none leaves out what another says.
func texts(m *yaml.Map, a About, signed bool) (out []Text) {
	codes := map[string]bool{}
	for _, item := range m.Items(m.Must("texts", "a list with the text in each language"), "texts") {
		m.Group(item, "texts", func(m *yaml.Map) {
			t := Text{Language: Language{Code: m.Text("language", "an ISO 639-2 code, such as eng"), Name: m.Text("name", "the language's name in itself")}}
			if t.Language.Code != "" {
				if _, err := language.ParseBase(t.Language.Code); err != nil || len(t.Language.Code) != 3 {
					m.Fail(m.Find("language"), m.At("language"), "%q is no language: write its ISO 639-2 code of three letters, such as eng or spa", t.Language.Code)
				}
				if codes[t.Language.Code] {
					m.Fail(m.Find("language"), m.At("language"), "%q is here twice: remove one", t.Language.Code)
				}
				codes[t.Language.Code] = true
			}
			t.Title = said(m, "title", "what the paper is called", a)
			t.Purpose = said(m, "purpose", "what it is for, in a sentence", a)
			t.Body = body(m, a)
			if signed {
				t.Declares = said(m, "declares", "what the signer declares", a)
			}
			if len(out) > 0 {
				same(m, t, out[0])
			}
			out = append(out, t)
		})
	}
	return out
}

// said is the text of a key, with placeholders that can be filled.
func said(m *yaml.Map, key, what string, a About) string {
	text := m.Text(key, what)
	if wrong := misplaced(text, a); wrong != "" {
		m.Fail(m.Find(key), m.At(key), "%s", wrong)
	}
	return text
}

// body reads blocks: each is one key, which says what it is, and its text.
func body(m *yaml.Map, a About) (out []Block) {
	kinds := []BlockKind{Heading, Paragraph, Point}
	for _, item := range m.Items(m.Must("body", "a list of headings, paragraphs and points"), "body") {
		m.Group(item, "body", func(m *yaml.Map) {
			found := 0
			for _, k := range kinds {
				n := m.Find(string(k))
				if n == nil {
					continue
				}
				found++
				text := m.Word(n, m.At(string(k)), "a text")
				if wrong := misplaced(text, a); wrong != "" {
					m.Fail(n, m.At(string(k)), "%s", wrong)
				}
				out = append(out, Block{k, text})
			}
			if found != 1 {
				m.Fail(nil, m.At("heading"), "want one of heading, paragraph and point in each item")
			}
		})
	}
	return out
}

// same refuses a language that has other blocks than the first one.
func same(m *yaml.Map, t, first Text) {
	if len(t.Body) == 0 || len(first.Body) == 0 {
		return // told already
	}
	if len(t.Body) != len(first.Body) {
		m.Fail(m.Find("body"), m.At("body"), "%s has %d blocks and %s %d: each language says all that the others say", t.Language.Code, len(t.Body), first.Language.Code, len(first.Body))
		return
	}
	for i := range t.Body {
		if t.Body[i].Kind != first.Body[i].Kind {
			m.Fail(m.Find("body"), m.At("body"), "block %d is a %s in %s and a %s in %s: the languages have the same blocks in the same order",
				i+1, t.Body[i].Kind, t.Language.Code, first.Body[i].Kind, first.Language.Code)
			return
		}
	}
}

// fields reads what a form asks; a form that is only signed has none.
func fields(m *yaml.Map, a About, langs []Language) (out []Field) {
	names := map[string]bool{}
	list := m.Find("fields")
	for _, item := range m.Items(list, "fields") {
		m.Group(item, "fields", func(m *yaml.Map) {
			f := field(m, a, langs)
			if names[f.Name] {
				m.Fail(m.Find("name"), m.At("name"), "%q is here twice: remove one", f.Name)
			}
			names[f.Name] = true
			out = append(out, f)
		})
	}
	return out
}

func field(m *yaml.Map, a About, langs []Language) Field {
	f := Field{Name: m.Text("name", "a name of lower-case letters, digits and hyphens")}
	if f.Name != "" && !isName(f.Name) {
		m.Fail(m.Find("name"), m.At("name"), "%q is no name: write lower-case letters, digits and hyphens, 60 at most", f.Name)
	}
	f.Kind = Kind(m.One("kind", string(Short), string(Long), string(Day), string(Choose), string(Several), string(Tick), string(Email), string(Phone), string(NPI)))
	f.Required = m.Flag("required")
	f.Section = inEach(m, m.Find("section"), "section", langs)
	f.Label = inEach(m, m.Must("label", "what the field is called, in each language"), "label", langs)
	f.Help = inEach(m, m.Find("help"), "help", langs)
	if n := m.Find("from"); n != nil {
		f.From = m.Word(n, m.At("from"), "a placeholder without its braces")
		if !slices.Contains(placeholders(a), f.From) {
			m.Fail(n, m.At("from"), "%q is none: want one of %s", f.From, strings.Join(placeholders(a), ", "))
		}
	}
	f.Choices = choices(m, f.Kind, langs)
	return f
}

func choices(m *yaml.Map, k Kind, langs []Language) (out []Choice) {
	n := m.Find("choices")
	asked := k == Choose || k == Several
	switch {
	case asked && n == nil:
		m.Fail(nil, m.At("choices"), "is missing: write a list of answers to choose from")
	case !asked && n != nil && k != "":
		m.Fail(n, m.At("choices"), "is here although the kind is %s: remove one of the two", k)
	}
	values := map[string]bool{}
	for _, item := range m.Items(n, "choices") {
		m.Group(item, "choices", func(m *yaml.Map) {
			c := Choice{Value: m.Text("value", "a name of lower-case letters, digits and hyphens"), Label: Said{}}
			if c.Value != "" && (!isName(c.Value) || values[c.Value]) {
				m.Fail(m.Find("value"), m.At("value"), "%q is here twice, or is no name of lower-case letters, digits and hyphens", c.Value)
			}
			values[c.Value] = true
			for _, l := range langs {
				if l.Code != "" {
					c.Label[l.Code] = m.Text(l.Code, "the answer in "+l.Code)
				}
			}
			out = append(out, c)
		})
	}
	return out
}

// inEach reads a text in each language: {eng: …, spa: …}; nil when it is not there.
func inEach(m *yaml.Map, n *yaml.Node, key string, langs []Language) Said {
	if n == nil {
		return nil
	}
	out := Said{}
	m.Group(n, key, func(m *yaml.Map) {
		for _, l := range langs {
			if l.Code != "" {
				out[l.Code] = m.Text(l.Code, "the text in "+l.Code)
			}
		}
	})
	return out
}
