package chart

import (
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
)

var (
	april = cal.Of(2023, 4, 5)
	today = cal.Of(2025, 11, 21)
)

func TestASearchIsReadInWhateverOrderItIsWritten(t *testing.T) {
	for _, c := range []struct {
		text  string
		words string
		birth cal.Date
		year  int
	}{
		{"marsh juniper 4/5/2023", "MARSH JUNIPER", april, 2023},
		{"2023-04-05 Quillfeather", "QUILLFEATHER", april, 2023},
		{"Marsh, Juniper, 04-05-2023", "MARSH JUNIPER", april, 2023},
		{"  Marsh\t20230405 ", "MARSH", april, 2023},
		{"Marsh 04052023", "MARSH", april, 2023},
		{"Juniper Apr 5, 2023 Marsh", "JUNIPER MARSH", april, 2023},
		{"5 april 2023 Marsh", "MARSH", april, 2023},
		{"April May 4/5/2023", "APRIL MAY", april, 2023},
		{"Smith-Jones O'Hara 2023/4/5", "SMITH JONES O HARA", april, 2023},
		{"Old 12/31/1899", "OLD", cal.Of(1899, 12, 31), 1899},
		{"m j 4/5/2023", "M J", april, 2023},
		{"2023 marsh ju", "MARSH JU", cal.None, 2023},
		{"April 2023", "APRIL", cal.None, 2023},
		{"Marsh 4/5/23", "MARSH", april, 2023},
		{"Marsh 4-5-23", "MARSH", april, 2023},
		{"Old 4/5/48", "OLD", cal.Of(1948, 4, 5), 1948},
		{"Marsh 4.5.2023", "MARSH", april, 2023},
		{"April 5th, 2023 Marsh", "MARSH", april, 2023},
		{"Marsh 5-Apr-2023", "MARSH", april, 2023},
		{"apr/05/2023 marsh", "MARSH", april, 2023},
		{"Marsh 4 5 2023", "MARSH", april, 2023},
		{"2023 04 05 Marsh", "MARSH", april, 2023},
		{"Marsh DOB: 4/5/2023", "MARSH", april, 2023},
		{"D.O.B. 4/5/2023 Marsh", "MARSH", april, 2023},
		{"José María de los Ángeles Íñigo García Márquez-O’Higgins 4/5/2023", "MARIA ANGELES INIGO GARCIA MARQUEZ HIGGINS", april, 2023},
	} {
		w, err := Search{c.text}.read(today)
		is.NoError(t, c.text, err)
		is.Equal(t, c.text, strings.Join(w.name.Words, " "), c.words)
		is.Equal(t, c.text, w.name.Birth, c.birth)
		is.Equal(t, c.text, w.name.Year, c.year)
	}
}

func TestARegistryNumberIsReadAsPeopleWriteIt(t *testing.T) {
	id := iis.PersonID(1<<40 + 33)
	for _, text := range []string{id.Public(), " " + strings.ToLower(id.Public()) + "\n"} {
		w, err := Search{text}.read(today)
		is.NoError(t, text, err)
		is.Equal(t, text, w.id, id)
	}
	if _, ok := (Search{"Livingstonish"}).Number(); ok { // 13 letters, all of them digits of base 32 or taken for one
		t.Error("a name was taken for a registry number")
	}
}

func TestANumberAloneIsLookedUpAsItIs(t *testing.T) {
	for text, want := range map[string]string{
		"A1": "A1", "MR-123": "MR-123", "#123": "123", "2023": "2023", "20230405": "20230405", "MRN 12 34": "12 34", "mrn: A-7": "A-7",
		"(508) 555-0147": "(508) 555-0147", "508 555 0147": "508 555 0147", "1-508-555-0147": "1-508-555-0147", "Tel. 508.555.0147": "508.555.0147",
		"+1 508 555 0147": "+1 508 555 0147",
	} {
		w, err := Search{text}.read(today)
		is.NoError(t, text, err)
		is.Equal(t, text, w.number, want)
	}
}

func TestASearchThatCannotBeUnderstoodSaysWhatToWrite(t *testing.T) {
	for _, c := range []struct{ text, say string }{
		{"", "Write a name and a birth date"},
		{" , ", "Write a name and a birth date"},
		{"Marsh Juniper", "A birth date is needed"},
		{"4/5/2023", "A name is needed"},
		{"Apr 5 2023", "A name is needed"},
		{"Marsh 4/5/026", "no birth date"},
		{"Marsh 4/2023", "with day, month and year"},
		{"Marsh 508-555-0147", "such as a telephone number, without a name"},
		{"Marsh 2/30/2023", "no such day"},
		{"Marsh 13/13/2023", "no such day"},
		{"Marsh 0405-01-01", "no such day"},
		{"Marsh 4/5/2023 4/6/2023", "more than one date"},
		{"Marsh 4/5/2023 2023", "more than one date"},
		{"Marsh 4/5/2053", "in the future"},
		{"Marsh 2053", "in the future"},
		{"Marsh 617", "Write any other number"},
		{"li x 2023", "three letters"},
		{strings.Repeat("x", 300), "too long"},
	} {
		_, err := Search{c.text}.read(today)
		if fault.KindOf(err) != fault.Invalid || err == nil || !strings.Contains(fault.Public(err), c.say) {
			t.Errorf("%q: got %v, want an invalid search that says %q", c.text, err, c.say)
		}
	}
}

func TestEveryVaccineGroupHasPlainWords(t *testing.T) {
	for _, g := range codeset.Default().AllGroups() {
		if groupWords[g.Name] == "" {
			t.Errorf("vaccine group %s has no words", g.Name)
		}
	}
}

func TestTheEndOfASecretNumberIsAllThatIsShown(t *testing.T) {
	is.Equal(t, "long", hidden("123456789"), "ends in 6789")
	is.Equal(t, "short", hidden("6789"), "on file")
}

func TestATelephoneIsWrittenAsAmericansDo(t *testing.T) {
	for _, c := range []struct {
		in   iis.Telecom
		want string
	}{
		{iis.Telecom{Area: "617", Local: "5550147"}, "(617) 555-0147"},
		{iis.Telecom{Country: "1", Area: "617", Local: "5550147", Extension: "12"}, "(617) 555-0147 ext. 12"},
		{iis.Telecom{Country: "44", Local: "2079460000"}, "+44 2079460000"},
		{iis.Telecom{Email: "ada@example.org"}, "ada@example.org"},
		{iis.Telecom{Text: "ask the aunt"}, "ask the aunt"},
		{iis.Telecom{}, ""},
	} {
		is.Equal(t, c.want, telephone(c.in), c.want)
	}
}
