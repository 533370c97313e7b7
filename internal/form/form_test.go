package form_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/form"
	"openiis/internal/is"
)

// ours are the names of a state that there is not.
var ours = form.Names{Code: "xx", State: "Exland", Registry: "Exland Registry", Department: "Department of Health of Exland", Contact: "555-010-0100"}

// agreement is a small form with every kind of field.
const agreement = `code: agreement
version: 2026-11-01
about: site
signed by: senior official
renew:
  after: 3 years
  source: a setting
texts:
- language: eng
  name: English
  title: "Agreement of {site}"
  purpose: A site agrees.
  body:
  - heading: Duties
  - paragraph: "{site} uses the {registry} of {state}. Questions: {contact}."
  - point: Reports.
  declares: "I sign for {site}."
- language: spa
  name: Español
  title: "Acuerdo de {site}"
  purpose: Un sitio acuerda.
  body:
  - heading: Deberes
  - paragraph: "{site} usa el {registry} de {state}. Preguntas: {contact}."
  - point: Comunica.
  declares: "Firmo por {site}."
fields:
- name: site
  kind: text
  required: yes
  section: {eng: Site, spa: Sitio}
  label: {eng: Name, spa: Nombre}
  from: site
- name: why
  kind: long text
  required: no
  label: {eng: Why, spa: Por qué}
- name: since
  kind: day
  required: yes
  label: {eng: Since, spa: Desde}
- name: kind
  kind: choice
  required: yes
  label: {eng: Kind, spa: Clase}
  choices:
  - {value: clinic, eng: Clinic, spa: Clínica}
  - {value: school, eng: School, spa: Escuela}
- name: uses
  kind: several choices
  required: no
  label: {eng: Uses, spa: Usos}
  choices:
  - {value: assess, eng: Assess, spa: Evaluar}
  - {value: remind, eng: Remind, spa: Recordar}
- name: trained
  kind: tick
  required: yes
  label: {eng: All are trained, spa: Todos están capacitados}
- name: email
  kind: email
  required: no
  label: {eng: E-mail, spa: Correo}
- name: phone
  kind: phone
  required: no
  label: {eng: Telephone, spa: Teléfono}
- name: npi
  kind: NPI
  required: no
  label: {eng: NPI, spa: NPI}
source: ours
`

func read(t *testing.T, text string) *form.Form {
	t.Helper()
	s, err := form.Read("x/", map[string][]byte{"forms/agreement.yaml": []byte(text)}, ours)
	is.NoError(t, "read", err)
	return s.Form("agreement")
}

// whole are answers in which nothing is wrong.
func whole() form.Answers {
	return form.Answers{
		"site": {"Oak Street Pediatrics"}, "why": {"One.\r\nTwo."}, "since": {"4/30/2026"}, "kind": {"clinic"}, "uses": {"assess", "remind"}, "trained": {"yes"},
		"email": {"ada@example.org"}, "phone": {"(555) 010-0199 ext. 4"}, "npi": {"1234567893"},
	}
}

var oak = form.Values{"site": "Oak Street Pediatrics"}

// signing is a signature of a form as it is shown with these answers.
func signing(f *form.Form, lang string, v form.Values) form.Signing {
	return form.Signing{Name: " Ada  Fern ", Title: "Medical Director", Agrees: true, Seen: f.Show(lang, v, nil).Seen(), Day: cal.Of(2026, 11, 30)}
}

func TestAFormIsShownWithWhatIsKnownAndWithLinesForWhatIsNot(t *testing.T) {
	f := read(t, agreement)
	d := f.Show("eng", oak, whole())
	is.Equal(t, "title", d.Title, "Agreement of Oak Street Pediatrics")
	is.Equal(t, "text", d.Body[1].Say, "Oak Street Pediatrics uses the Exland Registry of Exland. Questions: 555-010-0100.")
	is.Equal(t, "blank", f.Show("eng", nil, nil).Declares, "I sign for "+form.Line+".")
	is.Equal(t, "a language that it is not in", f.Show("som", oak, nil).Language.Code, "eng")
	spanish := f.Show("spa", oak, whole())
	is.Equal(t, "in Spanish", spanish.Title, "Acuerdo de Oak Street Pediatrics")
	is.Equal(t, "choices in Spanish", spanish.Answers[4].Shown, []string{"Evaluar", "Recordar"})
	is.Equal(t, "a day in Spanish", spanish.Answers[2].Shown, []string{"30 de abril de 2026"})
	is.Equal(t, "as it was written", spanish.Answers[2].Values, []string{"4/30/2026"})
	is.Equal(t, "a value is no placeholder", f.Show("eng", form.Values{"site": "{state}"}, nil).Title, "Agreement of {state}")
	is.Equal(t, "tag", spanish.Language.Tag(), "es")
	is.Equal(t, "prefilled", f.Prefill(oak), form.Answers{"site": {"Oak Street Pediatrics"}})
	is.Equal(t, "prefilled with nothing", f.Prefill(nil), form.Answers{})
}

func TestAnswersAreCheckedFieldByFieldInPlainWords(t *testing.T) {
	f := read(t, agreement)
	is.Equal(t, "nothing is wrong", f.Check("eng", whole()), []form.Wrong(nil))
	for name, c := range map[string]struct {
		field string
		value []string
		say   string
	}{
		"missing":                  {"site", nil, "Write an answer."},
		"only space":               {"site", []string{"  "}, "Write an answer."},
		"two of one":               {"site", []string{"a", "b"}, "Give one answer only."},
		"a line break":             {"site", []string{"a\nb"}, "There are characters in it that cannot be kept. Write it again."},
		"not UTF-8":                {"site", []string{"a\xff"}, "There are characters in it that cannot be kept. Write it again."},
		"too long":                 {"site", []string{strings.Repeat("é", 301)}, "This is too long: 300 characters at most."},
		"too long a text":          {"why", []string{strings.Repeat("é", 5001)}, "This is too long: 5,000 characters at most."},
		"no day":                   {"since", []string{"2/30/2026"}, "This is not a day. Write month, day and year, such as 4/30/2026."},
		"no kind":                  {"kind", nil, "Choose one."},
		"no such kind":             {"kind", []string{"zoo"}, "Choose one of the answers that are given."},
		"no such use":              {"uses", []string{"assess", "sell"}, "Choose one of the answers that are given."},
		"not ticked":               {"trained", nil, "Tick the box."},
		"no address":               {"email", []string{"ada at example.org"}, "This is not an e-mail address. Write it as name@example.org."},
		"an address with a name":   {"email", []string{"Ada <ada@example.org>"}, "This is not an e-mail address. Write it as name@example.org."},
		"an address of a host":     {"email", []string{"ada@localhost"}, "This is not an e-mail address. Write it as name@example.org."},
		"no number":                {"phone", []string{"555-0199"}, "This is not a telephone number. Write ten digits, such as 555-010-0199."},
		"words for a number":       {"phone", []string{"call the front desk"}, "This is not a telephone number. Write ten digits, such as 555-010-0199."},
		"an NPI with a wrong end":  {"npi", []string{"1234567890"}, "This is not an NPI. It has ten digits, and the last one checks the others."},
		"an answer to no question": {"shoe-size", []string{"9"}, "The form does not ask this (any more). Open the form again; copy what you wrote before you do."},
	} {
		a := whole()
		a[c.field] = c.value
		wrong := f.Check("eng", a)
		if len(wrong) != 1 || wrong[0].Say != c.say {
			t.Errorf("%s: %v", name, wrong)
		}
	}
	for _, number := range []string{"5550100199", "555.010.0199", "1-555-010-0199", "+1 555 010 0199", "+44 20 7946 0018", "555-010-0199x12"} {
		a := whole()
		a["phone"] = []string{number}
		is.Equal(t, number, f.Check("eng", a), []form.Wrong(nil))
	}
	is.Equal(t, "all together, in the form's order and language", f.Check("spa", form.Answers{}), []form.Wrong{
		{Field: "site", Label: "Nombre", Say: "Escriba una respuesta."}, {Field: "since", Label: "Desde", Say: "Escriba una respuesta."},
		{Field: "kind", Label: "Clase", Say: "Elija una."}, {Field: "trained", Label: "Todos están capacitados", Say: "Marque la casilla."},
	})
}

func TestASignatureProvesEverythingThatWasSigned(t *testing.T) {
	f := read(t, agreement)
	d, wrong := f.Sign("eng", oak, whole(), signing(f, "eng", oak))
	is.Equal(t, "wrong", wrong, []form.Wrong(nil))
	is.Equal(t, "name", d.Signature.Name, "Ada Fern")
	is.Equal(t, "until", d.Until, cal.Of(2029, 11, 29))
	is.Equal(t, "holds", d.Holds(), true)
	is.Equal(t, "answer", d.Answer("why"), "One.\nTwo.")
	kept, err := json.Marshal(d)
	is.NoError(t, "keep", err)
	read := func() *form.Document {
		var again form.Document
		is.NoError(t, "read again", json.Unmarshal(kept, &again))
		return &again
	}
	is.Equal(t, "holds when it was kept", read().Holds(), true)
	for what, change := range map[string]func(*form.Document){
		"the code":            func(d *form.Document) { d.Code = "other" },
		"the state":           func(d *form.Document) { d.State = "yy" },
		"the version":         func(d *form.Document) { d.Version++ },
		"the language":        func(d *form.Document) { d.Language.Code = "spa" },
		"the registry":        func(d *form.Document) { d.Issuer = "Another" },
		"the title":           func(d *form.Document) { d.Title += "." },
		"a word":              func(d *form.Document) { d.Body[1].Say += " not" },
		"a block's kind":      func(d *form.Document) { d.Body[1].Kind = form.Point },
		"a block more":        func(d *form.Document) { d.Body = append(d.Body, form.Block{Kind: form.Point, Say: "And."}) },
		"two blocks as one":   func(d *form.Document) { d.Body[0].Say += d.Body[1].Say; d.Body = slices.Delete(d.Body, 1, 2) },
		"what is declared":    func(d *form.Document) { d.Declares = "I do not." },
		"who signs":           func(d *form.Document) { d.Signer = form.AsUser },
		"what was asked":      func(d *form.Document) { d.Answers[0].Label = "Your name" },
		"what could be asked": func(d *form.Document) { d.Answers[3].Choices = d.Answers[3].Choices[:1] },
		"an answer":           func(d *form.Document) { d.Answers[0].Values[0] = "Pine" },
		"an answer as shown":  func(d *form.Document) { d.Answers[3].Shown[0] = "School" },
		"an answer less":      func(d *form.Document) { d.Answers = d.Answers[1:] },
		"their order":         func(d *form.Document) { d.Answers[0], d.Answers[1] = d.Answers[1], d.Answers[0] },
		"until when":          func(d *form.Document) { d.Until++ },
		"the signer's name":   func(d *form.Document) { d.Signature.Name = "Ida Fern" },
		"the signer's title":  func(d *form.Document) { d.Signature.Title = "" },
		"the day":             func(d *form.Document) { d.Signature.Day-- },
	} {
		changed := read()
		change(changed)
		if changed.Holds() {
			t.Errorf("%s was changed, and the signature still holds", what)
		}
	}
}

func TestNobodySignsWhatIsNotWholeOrWhatTheyDidNotRead(t *testing.T) {
	f := read(t, agreement)
	for name, c := range map[string]struct {
		change func(v form.Values, a form.Answers, by *form.Signing)
		say    string
	}{
		"no name":         {func(_ form.Values, _ form.Answers, by *form.Signing) { by.Name = " " }, "Your name: Type your full name. It is your signature."},
		"no title":        {func(_ form.Values, _ form.Answers, by *form.Signing) { by.Title = "" }, "Your title or office: Write an answer."},
		"not declared":    {func(_ form.Values, _ form.Answers, by *form.Signing) { by.Agrees = false }, "What you declare: Tick the box."},
		"other words":     {func(_ form.Values, _ form.Answers, by *form.Signing) { by.Seen = "x" }, "This form: Its words have changed since you opened it, so you may not have read what you would sign. Read it again, and sign then."},
		"a wrong answer":  {func(_ form.Values, a form.Answers, _ *form.Signing) { a["npi"] = []string{"1"} }, "NPI: This is not an NPI. It has ten digits, and the last one checks the others."},
		"a name too long": {func(_ form.Values, _ form.Answers, by *form.Signing) { by.Name = strings.Repeat("a", 400) }, "Your name: This is too long: 300 characters at most."},
	} {
		a, by := whole(), signing(f, "eng", oak)
		c.change(oak, a, &by)
		d, wrong := f.Sign("eng", oak, a, by)
		if d != nil || len(wrong) != 1 || wrong[0].Label+": "+wrong[0].Say != c.say {
			t.Errorf("%s: %v", name, wrong)
		}
	}
	d, wrong := f.Sign("eng", nil, whole(), signing(f, "eng", nil))
	if d != nil || len(wrong) != 1 || !strings.Contains(wrong[0].Say, "is not known: site.") {
		t.Errorf("a form with a blank in its words was signed: %v", wrong)
	}
}

func TestPapersAreReadStrictlyAndEverythingWrongIsTold(t *testing.T) {
	for name, c := range map[string][3]string{ // from, to, what is told
		"a placeholder that is not known":   {"Questions: {contact}.", "Questions: {helpline}.", "forms/agreement.yaml:15: texts, body, paragraph: the placeholder {helpline} is not known in a paper about site"},
		"a placeholder of another paper":    {"I sign for {site}.", "I sign for {patient}.", "the placeholder {patient} is not known"},
		"a lone brace":                      {"Reports.", `"Reports }."`, "a brace stands alone"},
		"a code that is not the file's":     {"code: agreement", "code: agrement", `forms/agreement.yaml:1: code: "agrement" is not the name of the file, which is "agreement"`},
		"a day that there is not":           {"2026-11-01", "2026-02-30", `version: "2026-02-30" is no day`},
		"a signer that there is not":        {"senior official", "boss", `signed by: "boss" is none`},
		"a time that is none":               {"3 years", "soon", `renew, after: "soon" is no time`},
		"a time that is too long":           {"3 years", "30 years", `renew, after: "30 years" is no time`},
		"no source of the renewal":          {"  source: a setting\n", "", "renew, source: is missing"},
		"no source":                         {"source: ours\n", "", "source: is missing"},
		"a language that is none":           {"language: spa", "language: zzz1", `"zzz1" is no language`},
		"a language twice":                  {"language: spa", "language: eng", `"eng" is here twice`},
		"a block less in one language":      {"  - point: Comunica.\n", "", "spa has 2 blocks and eng 3"},
		"other blocks in one language":      {"  - point: Comunica.\n", "  - paragraph: Comunica.\n", "block 3 is a paragraph in spa and a point in eng"},
		"a block that is two":               {"  - heading: Duties\n", "  - heading: Duties\n    point: And\n", "want one of heading, paragraph and point"},
		"a label less in one language":      {"label: {eng: Name, spa: Nombre}", "label: {eng: Name}", "fields, label, spa: is missing"},
		"a label in a language of no text":  {"label: {eng: Name, spa: Nombre}", "label: {eng: Name, spa: Nombre, fra: Nom}", `the key "fra" is not known here`},
		"a field twice":                     {"- name: why", "- name: site", `fields, name: "site" is here twice`},
		"a kind that there is not":          {"kind: long text", "kind: essay", `fields, kind: "essay" is none`},
		"choices of a text":                 {"kind: several choices", "kind: text", "fields, choices: is here although the kind is text"},
		"no choices":                        {"kind: email", "kind: choice", "fields, choices: is missing"},
		"a choice twice":                    {"value: school", "value: clinic", `"clinic" is here twice`},
		"filled in by what is not known":    {"from: site", "from: patient", `fields, from: "patient" is none`},
		"a key that is not known":           {"about: site", "about: site\ncolour: red", `the key "colour" is not known here`},
		"neither required nor not required": {"required: no\n  label: {eng: Why", "required: maybe\n  label: {eng: Why", `fields, required: "maybe" is none`},
	} {
		if !strings.Contains(agreement, c[0]) {
			t.Fatalf("%s: %q is not in the form", name, c[0])
		}
		_, err := form.Read("x/", map[string][]byte{"forms/agreement.yaml": []byte(strings.Replace(agreement, c[0], c[1], 1))}, ours)
		if err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := strings.Replace(strings.Replace(agreement, "code: agreement", "code: other", 1), "kind: email", "kind: mail", 1)
	_, err := form.Read("x/", map[string][]byte{"forms/agreement.yaml": []byte(bad), "materials/poster.yaml": []byte("code: poster\n")}, ours)
	for _, want := range []string{"x/forms/agreement.yaml:1", `"mail" is none`, "x/materials/poster.yaml:1: version: is missing", "x/materials/poster.yaml:1: texts: is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("it does not tell %q: %v", want, err)
		}
	}
	is.Equal(t, "a file of a paper", form.IsFile("forms/a.yaml"), true)
	is.Equal(t, "none", []bool{form.IsFile("policy.yaml"), form.IsFile("forms/a.txt"), form.IsFile("forms/b/a.yaml"), form.IsFile("letters/a.yaml")}, []bool{false, false, false, false})
}

func TestTheSamePapersServeAnotherState(t *testing.T) {
	s, err := form.Read("x/", map[string][]byte{"forms/agreement.yaml": []byte(agreement)}, ours)
	is.NoError(t, "read", err)
	other := s.For(form.Names{Code: "yy", State: "Wyeland", Registry: "WIR", Department: "D", Contact: "C"})
	is.Equal(t, "its names", other.Form("agreement").Show("eng", oak, nil).Body[1].Say, "Oak Street Pediatrics uses the WIR of Wyeland. Questions: C.")
	is.Equal(t, "and the first one's stay", s.Form("agreement").Show("eng", oak, nil).Issuer, "Exland Registry")
	_, err = s.MustForm("agrement")
	if err == nil || err.Error() != `there is no form "agrement": want agreement` {
		t.Errorf("%v", err)
	}
}
