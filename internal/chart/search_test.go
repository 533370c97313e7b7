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
	}{
		{"marsh juniper 4/5/2023", "marsh juniper", april},
		{"2023-04-05 Quillfeather", "Quillfeather", april},
		{"Marsh, Juniper, 04-05-2023", "Marsh Juniper", april},
		{"  Marsh\t20230405 ", "Marsh", april},
		{"Marsh 04052023", "Marsh", april},
		{"Juniper Apr 5, 2023 Marsh", "Juniper Marsh", april},
		{"5 april 2023 Marsh", "Marsh", april},
		{"April May 4/5/2023", "April May", april},
		{"Smith-Jones O'Hara 2023/4/5", "Smith-Jones O'Hara", april},
		{"Old 12/31/1899", "Old", cal.Of(1899, 12, 31)},
	} {
		w, err := Search{c.text}.read(today)
		is.NoError(t, c.text, err)
		is.Equal(t, c.text, strings.Join(w.words, " "), c.words)
		is.Equal(t, c.text, w.birth, c.birth)
	}
}

func TestARegistryNumberIsReadAsPeopleWriteIt(t *testing.T) {
	id := iis.PersonID(1<<40 + 33)
	for _, text := range []string{id.Public(), " " + strings.ToLower(id.Public()) + "\n"} {
		w, err := Search{text}.read(today)
		is.NoError(t, text, err)
		is.Equal(t, text, w.number, id)
	}
	if _, ok := (Search{"Livingstonish"}).Number(); ok { // 13 letters, all of them digits of base 32 or taken for one
		t.Error("a name was taken for a registry number")
	}
}

func TestASearchThatCannotBeUnderstoodSaysWhatToWrite(t *testing.T) {
	for _, c := range []struct{ text, say string }{
		{"", "Write a name and a birth date"},
		{" , ", "Write a name and a birth date"},
		{"Marsh Juniper", "A birth date is needed"},
		{"4/5/2023", "A name is needed"},
		{"Marsh 4/5/23", "four digits"},
		{"Marsh 2/30/2023", "no such day"},
		{"Marsh 13/13/2023", "no such day"},
		{"Marsh 0405-01-01", "no such day"},
		{"Marsh 4/5/2023 4/6/2023", "more than one date"},
		{"Marsh 4/5/2053", "in the future"},
		{"Marsh 617", "not a birth date or a registry number"},
		{"a b c d e f 4/5/2023", "too many words"},
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
