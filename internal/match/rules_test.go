package match

import (
	"strings"
	"testing"
	"testing/fstest"

	"openiis/internal/iis"
	"openiis/matching"
)

// changed are the files of matching/ with one text replaced.
func changed(t *testing.T, file, old, now string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	entries, err := matching.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := matching.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == file {
			if !strings.Contains(string(text), old) {
				t.Fatalf("%s has no %q", file, old)
			}
			text = []byte(strings.Replace(string(text), old, now, 1))
		}
		out[e.Name()] = &fstest.MapFile{Data: text}
	}
	return out
}

func TestWhatIsWrongInAFileIsToldWithItsLine(t *testing.T) {
	for _, c := range []struct{ file, old, now, say string }{
		{"weights.tsv", "sex\tsame\t1", "sex\tsame\tone", "weights.tsv:37: \"one\" is no number of bits"},
		{"weights.tsv", "sex\tsame", "sex\tequal", "there is no level \"equal\""},
		{"weights.tsv", "suffix\tdifferent\t-5", "suffix\tdifferent\t5", "what is different is nothing for a match"},
		{"weights.tsv", "# version: 2;", "#", "the comment has no version"},
		{"balanced.tsv", "match\t12", "match\t-1", "a match wants more bits"},
		{"balanced.tsv", "rival\t5", "rivals\t5", "there is no setting \"rivals\""},
		{"balanced.tsv", "guard: twins\tnew", "guard: twins\tnever", "there is no guard \"twins\" that leaves \"never\""},
		{"strict.tsv", "# profile: strict;", "# profile: severe;", "the profile is named \"severe\""},
		{"nicknames.tsv", "AARON\t", "AA RON\t", "is no name in capital letters"},
		{"family-names.tsv", "ABRAHAM", "AARON", "is not in its place"},
		{"placeholders.tsv", "1900-01-01", "1900-02-30", "is no day"},
		{"street-words.tsv", "ALLEY\tstreet\tALY", "ALLEY\tstreet\t", "want a street or direction and its abbreviation"},
		{"particles.tsv", "word\nAF", "words\nAF", "want a comment, the columns word"},
	} {
		_, err := Load(changed(t, c.file, c.old, c.now))
		if err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s with %q: %v, want %q", c.file, c.now, err, c.say)
		}
	}
}

func TestEveryProfileIsStricterThanTheOneBeforeIt(t *testing.T) {
	r, err := Published()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.Profiles(), " "); got != "balanced closing query strict" {
		t.Errorf("profiles %s", got)
	}
	balanced, strict, closing := profile(t, "balanced"), profile(t, "strict"), profile(t, "closing")
	if balanced.on&^closing.on != 0 || closing.match < balanced.match || closing.on.has(guardHomeNumber) == strict.on.has(guardHomeNumber) {
		t.Error("closing lets something pass that balanced does not")
	}
	if balanced.on&^strict.on != 0 || strict.match < balanced.match {
		t.Error("strict lets something pass that balanced does not")
	}
	if _, err := r.Profile("loose"); err == nil {
		t.Error("a profile that is not there is an error")
	}
}

func TestANumberForLifeStandsForTheHomeOfWhoDied(t *testing.T) {
	ss, larch := id("SS", "219099999"), home("12 Larch Street", "58102")
	known := person("Marsh", "Otto", "1940-01-02", "M", larch, ss)
	for name, c := range map[string]struct {
		died iis.Person
		want Outcome
	}{
		"with the number alone":            {person("Marsh", "Otto", "1940-01-02", "M", ss), Match},
		"under another family name":        {person("Quist", "Otto", "1940-01-02", "M", ss), Match},
		"with the home alone":              {person("Marsh", "Otto", "1940-01-02", "M", larch), Match},
		"with neither":                     {person("Marsh", "Otto", "1940-01-02", "M"), Possible},
		"with another number":              {person("Marsh", "Otto", "1940-01-02", "M", larch, id("SS", "317228888")), Possible},
		"with a digit wrong and no home":   {person("Marsh", "Otto", "1940-01-02", "M", id("SS", "219099998")), Possible},
		"born on another day, with both":   {person("Marsh", "Otto", "1940-01-03", "M", larch, ss), Possible},
		"with another given name and both": {person("Marsh", "Per", "1940-01-02", "M", larch, ss), Possible},
	} {
		if got := compared(t, ForClosing, known, c.died).Outcome; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// compared is what a profile says of two.
func compared(t *testing.T, name string, x, y iis.Person) Comparison {
	t.Helper()
	p := profile(t, name)
	return p.Compare(p.rules.Prepare(&x), p.rules.Prepare(&y))
}

func home(street, zip string) func(*iis.Person) {
	return func(p *iis.Person) {
		p.Addresses = []iis.Address{{Street: street, Zip: zip}}
		p.Telecoms = []iis.Telecom{{Area: "701", Local: "555-0142"}}
	}
}

func mother(given, maiden string) func(*iis.Person) {
	return func(p *iis.Person) { p.MotherMaiden = iis.Name{Given: given, Family: maiden} }
}

func former(family string) func(*iis.Person) {
	return func(p *iis.Person) {
		p.Names = append(p.Names, iis.Name{Family: family, Given: p.Names[0].Given, Type: "M"})
	}
}

func suffix(s string) func(*iis.Person) { return func(p *iis.Person) { p.Names[0].Suffix = s } }

func TestHardCasesAreJudgedAsAPersonWould(t *testing.T) {
	larch, ann := home("12 Larch Street", "58102"), mother("Ann", "Vang")
	ss := id("SS", "219099999")
	street := func(p *iis.Person) { p.Addresses = []iis.Address{{Street: "500 Tower Road", Zip: "02119"}} }
	for _, c := range []struct {
		name string
		x, y iis.Person
		want Outcome
	}{
		{"the same in other spelling", person("O'Brien-López", "Ana María", "2019-03-02", "F", larch), person("OBRIEN LOPEZ", "ANA MARIA", "2019-03-02", "F", home("12 LARCH ST.", "58102-1234")), Match},
		{"half of a Hispanic double name", person("García López", "Ana", "2019-03-02", "F", larch), person("Garcia", "Ana", "2019-03-02", "F", larch), Match},
		{"a double name turned round", person("García López", "Ana", "2019-03-02", "F", larch), person("Lopez Garcia", "Ana", "2019-03-02", "F", larch), Match},
		{"a maiden name", person("Marsh", "Ana", "1990-03-02", "F", larch, former("Quist")), person("Quist", "Ana", "1990-03-02", "F", larch), Match},
		{"a name changed by marriage, with nothing but a phone and address", person("Marsh", "Ana", "1990-03-02", "F", larch), person("Quist", "Ana", "1990-03-02", "F", larch), Possible},
		{"the mother's maiden name as family name", person("Marsh", "Ana", "2019-03-02", "F", larch, ann), person("Vang", "Ana", "2019-03-02", "F", larch, ann), Match},
		{"a short form", person("Quist", "William", "2019-03-02", "M", larch), person("Quist", "Bill", "2019-03-02", "M", larch), Match},
		{"day and month swapped, at the same home", person("Quist", "Ana", "2019-03-02", "F", larch), person("Quist", "Ana", "2019-02-03", "F", larch), Match},
		{"day and month swapped, and nothing else", person("Quist", "Ana", "2019-03-02", "F"), person("Quist", "Ana", "2019-02-03", "F"), Possible},
		{"senior and junior", person("Quist", "Otto", "1991-03-02", "M", larch, suffix("Sr")), person("Quist", "Otto", "1991-03-02", "M", larch, suffix("Jr")), Possible},
		{"twins who are told to be", person("Quist", "Ana", "2019-03-02", "F", larch, ann, order(1)), person("Quist", "Eva", "2019-03-02", "F", larch, ann, order(2)), New},
		{"twins of whom nobody told", person("Quist", "Ana", "2019-03-02", "F", larch, ann), person("Quist", "Eva", "2019-03-02", "F", larch, ann), New},
		{"twins with nearly one name", person("Quist", "Jayden", "2019-03-02", "M", larch, order(0)), person("Quist", "Jaydon", "2019-03-02", "M", larch), Possible},
		{"twins under one social security number", person("Quist", "Ana", "2019-03-02", "F", larch, ss, order(1)), person("Quist", "Eva", "2019-03-02", "F", larch, ss, order(2)), New},
		{"numbers a digit apart, and another birth date", person("Quist", "Ana", "2019-03-02", "F", larch, ann, ss), person("Quist", "Ana", "2019-03-12", "F", larch, ann, id("SS", "219099998")), Possible},
		{"numbers a digit apart, and all else the same", person("Quist", "Ana", "2019-03-02", "F", larch, ann, ss), person("Quist", "Ana", "2019-03-02", "F", larch, ann, id("SS", "219099998")), Match},
		{"brother and sister", person("Quist", "Ana", "2019-03-02", "F", larch, ann), person("Quist", "Otto", "2020-05-09", "M", larch, ann), New},
		{"namesakes, as far as anyone knows", person("Quist", "Ana", "2019-03-02", "F"), person("Quist", "Ana", "2019-03-02", "F"), Possible},
		{"two social security numbers", person("Quist", "Ana", "2019-03-02", "F", larch, ss), person("Quist", "Ana", "2019-03-02", "F", larch, id("SS", "219088888")), Possible},
		{"a baby without a name, by home and mother", person("Quist", "Baby Girl", "2019-03-02", "F", larch, ann), person("Quist", "Eva", "2019-03-02", "F", larch, ann), Match},
		{"a baby without a name, one of twins", person("Quist", "Baby Girl A", "2019-03-02", "F", larch, ann, order(1)), person("Quist", "Eva", "2019-03-02", "F", larch, ann), Possible},
		{"two babies whose names are letters", person("Quist", "Baby Girl A", "2019-03-02", "F", larch, ann), person("Quist", "BABY GIRL B", "2019-03-02", "F", larch, ann), Possible},
		{"the same in one word", person("Quist", "BoyA", "2019-03-02", "M", larch, ann), person("Quist", "BOY 2", "2019-03-02", "M", larch, ann), Possible},
		{"a letter and a name", person("Quist", "Baby B", "2019-03-02", "F", larch, ann), person("Quist", "Eva", "2019-03-02", "F", larch, ann), Possible},
		{"twins under one Medicaid number, one named", person("Quist", "Twin", "2019-03-02", "F", larch, ann, id("MA", "M12345")), person("Quist", "Eva", "2019-03-02", "F", larch, ann, id("MA", "M12345")), Possible},
		{"a twin of whom a form says that it is alone", person("Quist", "Twin B", "2019-03-02", "F", larch, ann, func(p *iis.Person) { p.MultipleBirth = "N" }), person("Quist", "Eva", "2019-03-02", "F", larch, ann), Possible},
		{"a letter of one who is alone", person("Quist", "Baby A", "2019-03-02", "F", larch, ann, func(p *iis.Person) { p.MultipleBirth = "N" }), person("Quist", "Eva", "2019-03-02", "F", larch, ann), Match},
		{"two names a letter apart, of one home and mother", person("Quist", "Jayden", "2019-03-02", "M", larch, ann), person("Quist", "Jaylen", "2019-03-02", "M", larch, ann), Possible},
		{"a name and a slip of it, of one home and mother", person("Quist", "Joshua", "2019-03-02", "M", larch, ann), person("Quist", "Joshau", "2019-03-02", "M", larch, ann), Match},
		{"a name that holds the other, of one home and mother", person("Quist", "Juniper", "2019-03-02", "F", larch, ann), person("Quist", "Juniper Anne", "2019-03-02", "F", larch, ann), Match},
		{"two names a letter apart, and one number", person("Quist", "Jayden", "2019-03-02", "M", larch, ann, ss), person("Quist", "Jaylen", "2019-03-02", "M", larch, ann, ss), Match},
		{"one first name and two middle names", person("Quist", "Maria", "2019-03-02", "F", larch, ann, middle("Elena")), person("Quist", "Maria", "2019-03-02", "F", larch, ann, middle("Luisa")), Possible},
		{"one first name and another initial", person("Quist", "Maria", "2019-03-02", "F", larch, ann, middle("E")), person("Quist", "Maria", "2019-03-02", "F", larch, ann, middle("Luisa")), Match},
		{"born on 1 January, in one house", person("Hassan", "Fatuma", "2000-01-01", "F", street), person("Hassan", "Fatuma", "2000-01-01", "F", street), Possible},
		{"born on 1 January, of one house and mother", person("Hassan", "Fatuma", "2000-01-01", "F", larch, ann), person("Hassan", "Fatuma", "2000-01-01", "F", larch, ann), Match},
		{"two babies without a name, of one home and mother", person("Quist", "Baby Girl", "2019-03-02", "F", larch, ann), person("Quist", "BB", "2019-03-02", "F", larch, ann), Possible},
		{"the same, with a number for life", person("Quist", "Baby Girl", "2019-03-02", "F", larch, ann, ss), person("Quist", "BB", "2019-03-02", "F", larch, ann, ss), Match},
		{"two babies without a name", person("Quist", "Baby Girl", "2019-03-02", "F"), person("Quist", "BB", "2019-03-02", "F"), Possible},
		{"names in each other's place", person("Ana", "Quist", "2019-03-02", "F", larch), person("Quist", "Ana", "2019-03-02", "F", larch), Possible},
		{"given name, birth date and sex of two families", person("Quist", "Ottoline", "2019-03-02", "F"), person("Marsh", "Ottoline", "2019-03-02", "F"), New},
		{"a birth date that stands for an unknown one", person("Quist", "Ana", "1900-01-01", "F"), person("Quist", "Ana", "1900-01-01", "F"), Possible},
		{"John Doe", person("Doe", "John", "2019-03-02", "M", larch), person("Doe", "John", "2019-03-02", "M", larch), Possible},
	} {
		if got := compared(t, "balanced", c.x, c.y); got.Outcome != c.want {
			t.Errorf("%s: %s, want %s (%.2f bits, guards %v, levels %v)", c.name, got.Outcome, c.want, got.Bits.Float(), got.Guards(), got.Levels)
		}
	}
}

// Parents and children of one name share home, name and often the telephone; what
// keeps them apart may not part two records of one person with a wrong year.
func TestParentAndChildOfOneNameAreTwo(t *testing.T) {
	larch, ann := home("12 Larch Street", "58102"), mother("Ann", "Vang")
	father := func(birth string, edit ...func(*iis.Person)) iis.Person {
		return person("Quisling", "Otto", birth, "M", append(edit, larch)...)
	}
	son := father("2019-03-02")
	for _, c := range []struct {
		name string
		x, y iis.Person
		want Outcome
	}{
		{"father and son", father("1987-08-14"), son, New},
		{"who share day and month", father("1987-03-02"), son, New},
		{"who share the day", father("1986-08-02"), son, New},
		{"mother and daughter", person("Quisling", "Ottilie", "1994-03-02", "F", larch), person("Quisling", "Ottilie", "2019-11-02", "F", larch), New},
		{"the son is JR", father("1999-03-02"), father("2019-03-02", suffix("Jr")), New},
		{"the father is SR", father("1978-03-02", suffix("Sr")), father("1998-03-02"), New},
		{"sixteen years", father("2003-03-09"), father("2019-03-02"), New},
		{"fifteen years are no parent", father("2004-05-12"), son, Possible},
		{"a grandfather", father("1952-03-02"), son, Possible},

		{"a year more", father("2018-03-02"), son, Match},
		{"two years more", father("2017-03-02"), son, Match},
		{"two digits of the year exchanged", father("1978-03-02"), father("1987-03-02"), Match},
		{"two digits exchanged, 27 years apart", father("1969-03-02"), father("1996-03-02"), Possible},
		{"a decade's digit wrong, 30 years apart", father("1988-03-02"), father("1958-03-02"), Possible},
		{"another century", father("1919-03-02"), son, Possible},
		{"the mother's birth date in place of the child's", father("1990-08-14", ann), father("2019-03-02", ann), Possible},
		{"a number for life says that they are one", father("1987-08-14", id("SS", "219099999")), father("2019-03-02", id("SS", "219099999")), Possible},
		{"a number for life with a wrong digit", father("1987-08-14", id("SS", "219099999")), father("2019-03-02", id("SS", "219099998")), Possible},
		{"JR and nothing, of one birth date", father("2019-03-02", suffix("Jr")), son, Match},
		{"JR and nothing, a year more", father("2018-03-02", suffix("Jr")), son, Match},
	} {
		for _, name := range []string{"balanced", "query"} {
			got := compared(t, name, c.x, c.y)
			if got.Outcome != c.want {
				t.Errorf("%s: %s is %s, want %s (%.2f bits, guards %v, levels %v)", name, c.name, got.Outcome, c.want, got.Bits.Float(), got.Guards(), got.Levels)
			}
		}
		if got := compared(t, "strict", c.x, c.y); c.want == New && got.Outcome != New {
			t.Errorf("strict: %s is %s", c.name, got.Outcome)
		}
	}
}

func TestARareNameSaysMore(t *testing.T) {
	smith := compared(t, "balanced", person("Smith", "Ana", "2019-03-02", "F"), person("Smith", "Ana", "2019-03-02", "F"))
	quist := compared(t, "balanced", person("Quisling", "Ana", "2019-03-02", "F"), person("Quisling", "Ana", "2019-03-02", "F"))
	if smith.points[FamilyName] >= quist.points[FamilyName] || smith.points[FamilyName] < 3*bit || quist.points[FamilyName] != 13*bit {
		t.Errorf("Smith says %v, a rare name %v", smith.points[FamilyName], quist.points[FamilyName])
	}
}

func TestVaccinationsMakeNoMatchButADoubt(t *testing.T) {
	p := profile(t, "balanced")
	x, y := person("Smith", "John", "2019-03-02", "M", middle("A")), person("Smith", "John", "2019-03-02", "M", middle("A"))
	a, b := p.rules.Prepare(&x), p.rules.Prepare(&y)
	doses := []Dose{{x.Birth + 60, "20"}, {x.Birth + 120, "20"}, {x.Birth + 180, "20"}}
	others := []Dose{{x.Birth + 61, "20"}, {x.Birth + 121, "20"}, {x.Birth + 181, "20"}}
	none, same, other := p.Compare(a, b), p.Compare(a.WithDoses(doses), b.WithDoses(doses)), p.Compare(a.WithDoses(doses), b.WithDoses(others))
	if same.Bits-none.Bits != 360 || other.Bits-none.Bits != -250 {
		t.Errorf("a shared dose adds %v, none in common %v", same.Bits-none.Bits, other.Bits-none.Bits)
	}
	if none.Outcome != Possible || same.Outcome != Possible {
		t.Errorf("without doses %s at %v, with them %s at %v", none.Outcome, none.Bits, same.Outcome, same.Bits)
	}
}

func TestNumbersThatSayNothingAreNotCompared(t *testing.T) {
	r, err := Published()
	if err != nil {
		t.Fatal(err)
	}
	for sent, want := range map[string]string{
		"219-09-9999": "219099999", "1234": "1234", "7654321": "007654321", "000-12-3456": "", "666123456": "", "987654321": "",
		"111111111": "", "123456789": "", "078051120": "", "21909999X": "", "12": "",
	} {
		if got := r.socialNumber(sent); got != want {
			t.Errorf("%q is compared as %q, want %q", sent, got, want)
		}
	}
}

func TestTextsThatASlipPartsAreNearlyTheSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want Level
	}{
		{"SMITH", "SMYTH", OneLetter}, {"SMITH", "SMTIH", OneLetter}, {"SMITH", "SMITHE", OneLetter}, {"SMITH", "MITH", OneLetter},
		{"SMITH", "SMITH", Alike}, {"VILLANUEVA", "VILANUEBA", Alike}, {"KIM", "TIM", Missing}, {"JON", "JOHN", OneLetter},
		{"ANDERSON", "PETERSON", Missing}, {"MARTHA", "MARHTA", OneLetter}, {"王小明", "王小红", Missing},
	} {
		x, y := spell(c.a), spell(c.b)
		if got, back := nearly(&x, &y), nearly(&y, &x); got != c.want || back != got {
			t.Errorf("%s and %s: %d and %d, want %d", c.a, c.b, got, back, c.want)
		}
	}
}
