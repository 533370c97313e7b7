package golden

import (
	"slices"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

func TestTheNewestWordWinsAndNothingThatWasSaidIsLost(t *testing.T) {
	older := iis.Person{
		Names: []iis.Name{{Family: "Marsh", Given: "Juniper", Middle: "Wren", Type: "L"}}, Birth: cal.Of(2020, 1, 2), BirthTime: "0715", Sex: "F",
		IDs:       []iis.Identifier{{Value: "A1", Type: "MR"}, {Value: "219099999", Type: "SS"}},
		Addresses: []iis.Address{{Street: "1 Old Road"}, {City: "Born", Type: "BDL"}}, MultipleBirth: "N",
	}
	newer := iis.Person{
		Names: []iis.Name{{Family: "Quillfeather", Given: "Juniper", Type: "L"}}, Birth: cal.Of(2020, 1, 2), Sex: "U",
		Addresses: []iis.Address{{Street: "2 New Road"}},
	}
	g := Person([]Source{{older, 1, 1}, {newer, 2, 2}})
	if g.LegalName().Family != "Quillfeather" || len(g.Names) != 2 {
		t.Errorf("names: %+v", g.Names)
	}
	if g.Sex != "F" || g.MultipleBirth != "N" {
		t.Errorf("unknown sex stood before a known one: %q %q", g.Sex, g.MultipleBirth)
	}
	if g.BirthTime != "0715" {
		t.Errorf("the time of birth that the older source knew was lost: %q", g.BirthTime)
	}
	if len(g.IDs) != 1 || g.IDs[0].Type != "SS" {
		t.Errorf("numbers: %+v, want the one that is kept for life", g.IDs)
	}
	if len(g.Addresses) != 2 || g.Addresses[0].Street != "2 New Road" || g.Addresses[1].City != "Born" {
		t.Errorf("addresses: %+v", g.Addresses)
	}
}

// A message that leaves a field out says nothing of it (IG 1.5, chapter 4), also
// when it says the field beside it: a twin stays the second, a death has its day.
func TestWhatIsLeftOutBesideWhatIsSaidHolds(t *testing.T) {
	day, later := cal.Of(2024, 5, 6), cal.Of(2025, 7, 8)
	reminders, none := iis.Coded{Code: "02"}, iis.Coded{Code: "01"}
	for name, c := range map[string]struct{ before, said, want iis.Person }{
		"a birth order":              {iis.Person{MultipleBirth: "Y", BirthOrder: 2}, iis.Person{MultipleBirth: "Y"}, iis.Person{MultipleBirth: "Y", BirthOrder: 2}},
		"a birth order alone":        {iis.Person{MultipleBirth: "Y", BirthOrder: 1}, iis.Person{BirthOrder: 2}, iis.Person{MultipleBirth: "Y", BirthOrder: 2}},
		"of no twin after all":       {iis.Person{MultipleBirth: "Y", BirthOrder: 2}, iis.Person{MultipleBirth: "N"}, iis.Person{MultipleBirth: "N"}},
		"a day of death":             {iis.Person{Dead: "Y", Death: day, DeathTime: "0830"}, iis.Person{Dead: "Y"}, iis.Person{Dead: "Y", Death: day, DeathTime: "0830"}},
		"a death":                    {iis.Person{Dead: "Y", Death: day, DeathTime: "0830"}, iis.Person{}, iis.Person{Dead: "Y", Death: day, DeathTime: "0830"}},
		"a time of the same death":   {iis.Person{Dead: "Y", Death: day, DeathTime: "0830"}, iis.Person{Dead: "Y", Death: day}, iis.Person{Dead: "Y", Death: day, DeathTime: "0830"}},
		"a time of another death":    {iis.Person{Dead: "Y", Death: day, DeathTime: "0830"}, iis.Person{Dead: "Y", Death: later}, iis.Person{Dead: "Y", Death: later}},
		"of who is alive after all":  {iis.Person{Dead: "Y", Death: day}, iis.Person{Dead: "N"}, iis.Person{Dead: "N"}},
		"a time of the same birth":   {iis.Person{Birth: day, BirthTime: "0715"}, iis.Person{Birth: day}, iis.Person{Birth: day, BirthTime: "0715"}},
		"a time of another birth":    {iis.Person{Birth: day, BirthTime: "0715"}, iis.Person{Birth: later}, iis.Person{Birth: later}},
		"since when it is protected": {iis.Person{Protection: "Y", ProtectionFrom: day, ProtectedAt: 7}, iis.Person{Protection: "Y", ProtectedAt: 9}, iis.Person{Protection: "Y", ProtectionFrom: day, ProtectedAt: 7}},
		"since when it was":          {iis.Person{Protection: "Y", ProtectionFrom: day, ProtectedAt: 7}, iis.Person{Protection: "N"}, iis.Person{Protection: "N"}},
		"since when it is active":    {iis.Person{Status: "A", StatusFrom: day}, iis.Person{Status: "A"}, iis.Person{Status: "A", StatusFrom: day}},
		"since when it was active":   {iis.Person{Status: "A", StatusFrom: day}, iis.Person{Status: "I"}, iis.Person{Status: "I"}},
		"since when to remind":       {iis.Person{Publicity: reminders, PublicityFrom: day}, iis.Person{Publicity: reminders}, iis.Person{Publicity: reminders, PublicityFrom: day}},
		"since when to remind not":   {iis.Person{Publicity: reminders, PublicityFrom: day}, iis.Person{Publicity: none}, iis.Person{Publicity: none}},
	} {
		if got := Update(&c.before, &c.said); !got.Same(&c.want) {
			t.Errorf("%s, said again by one source:\n got %+v\nwant %+v", name, got, c.want)
		}
		c.want.ProtectedAt = 0 // is each source's own
		if name == "since when it was" || name == "of who is alive after all" {
			continue // of two sources one is enough
		}
		if got := Person([]Source{{c.before, 1, 1}, {c.said, 2, 2}}); !got.Same(&c.want) {
			t.Errorf("%s, said by two sources:\n got %+v\nwant %+v", name, got, c.want)
		}
	}
}

func TestAPlaceholderNeverStandsBeforeARealName(t *testing.T) {
	named := iis.Person{Names: []iis.Name{{Family: "Marsh", Given: "Otto"}}}
	baby := iis.Person{Names: []iis.Name{{Family: "Marsh", Given: "Baby  Boy"}}}
	if g := Person([]Source{{named, 1, 1}, {baby, 2, 2}}); g.LegalName().Given != "Otto" || len(g.Names) != 1 {
		t.Errorf("names: %+v", g.Names)
	}
	if g := Person([]Source{{baby, 2, 2}}); g.LegalName().Given != "Baby  Boy" {
		t.Errorf("the only name was lost: %+v", g.Names)
	}
}

func TestTheNamesOfTwinsWithoutNamesArePlaceholders(t *testing.T) {
	for given, want := range map[string]bool{
		"Baby Boy A": true, "BABYGIRL 2": true, "Twin C": true, "boy b": true, "Newborn Girl": true, "Baby": true, "Unknown": true,
		"Otto": false, "Otto A": false, "A": false, "": false, "Baby Otto": false, "Boyd A": false,
	} {
		if got := IsPlaceholder(iis.Name{Family: "Marsh", Given: given}); got != want {
			t.Errorf("IsPlaceholder(%q) = %v", given, got)
		}
	}
}

func TestADeathHoldsWhileASourceSaysSo(t *testing.T) {
	const day = 20000
	died, alive := iis.Person{Dead: "Y", Death: day}, iis.Person{Dead: "N"}
	for name, all := range map[string][]Source{"the newest": {{alive, 2, 2}, {died, 1, 1}}, "the oldest": {{alive, 1, 1}, {died, 2, 2}}} {
		if g := Person(all); !g.HasDied() || g.Death != day {
			t.Errorf("N of %s lifted another's word: %q %d", name, g.Dead, g.Death)
		}
	}
	closed, active := iis.Person{Dead: "Y", Death: day, Status: "P", StatusFrom: day}, iis.Person{Status: "A"}
	if g := Person([]Source{{active, 2, 2}, {closed, 1, 1}}); g.Status != "P" || g.StatusFrom != day || !g.HasDied() {
		t.Errorf("one who died is sent as status %q", g.Status)
	}
	if g := Person([]Source{{alive, 2, 2}, {alive, 1, 1}}); g.HasDied() {
		t.Error("nobody says that they died")
	}
}

func TestOneObjectionProtectsUntilItsOwnerWithdrawsIt(t *testing.T) {
	yes, no := iis.Person{Protection: "Y"}, iis.Person{Protection: "N"}
	if g := Person([]Source{{yes, 1, 1}, {no, 2, 2}}); g.Protection != "Y" {
		t.Errorf("another source's N lifted the protection")
	}
}

func TestTheOrderOfSourcesDoesNotMatter(t *testing.T) {
	a, b := iis.Person{Sex: "F", Birth: cal.Of(2020, 1, 2)}, iis.Person{Sex: "M", Birth: cal.Of(2020, 1, 3)}
	x, y := Person([]Source{{a, 5, 1}, {b, 5, 2}}), Person([]Source{{b, 5, 2}, {a, 5, 1}})
	if x.Sex != y.Sex || x.Birth != y.Birth || x.Sex != "M" {
		t.Errorf("%v %v and %v %v", x.Sex, x.Birth, y.Sex, y.Birth)
	}
}

func TestTheNameAndBirthDateOfABirthCertificateLead(t *testing.T) {
	name := func(family, given string) []iis.Name { return []iis.Name{{Family: family, Given: given, Type: "L"}} }
	born, wrong := cal.Of(2020, 1, 2), cal.Of(2020, 1, 3)
	at := func(year int) int64 { return cal.Of(year, 6, 1).Time().UnixMicro() }
	certificate := iis.Person{Certificate: iis.BirthCertificate, Names: name("Marsh", "Juniper"), Birth: born}
	clinic := iis.Person{Names: name("Mash", "June"), Birth: wrong, BirthTime: "0715", Sex: "F"}
	renamed := iis.Person{Names: append(name("Fern", "Juniper"), iis.Name{Family: "MARSH", Given: "Juniper", Type: "B"}), Birth: born}
	nameless := iis.Person{Certificate: iis.BirthCertificate, Names: name("Marsh", "Baby Girl"), Birth: born}
	for title, c := range map[string]struct {
		all  []Source
		want string
	}{
		"a clinic's later word on a child":               {[]Source{{certificate, at(2020), 1}, {clinic, at(2021), 2}}, "Marsh"},
		"a clinic's earlier word":                        {[]Source{{clinic, at(2020), 1}, {certificate, at(2021), 2}}, "Marsh"},
		"a clinic's word on somebody of age":             {[]Source{{certificate, at(2020), 1}, {clinic, at(2039), 2}}, "Mash"},
		"the same, and the certificate came late":        {[]Source{{clinic, at(2039), 1}, {certificate, at(2040), 2}}, "Mash"},
		"a clinic that knows the former name":            {[]Source{{certificate, at(2020), 1}, {renamed, at(2021), 2}, {clinic, at(2022), 3}}, "Fern"},
		"the same, and the certificate was amended":      {[]Source{{renamed, at(2021), 1}, {certificate, at(2022), 2}}, "Fern"},
		"a certificate with a placeholder":               {[]Source{{clinic, at(2020), 1}, {nameless, at(2021), 2}}, "Mash"},
		"the newest of two certificates":                 {[]Source{{iis.Person{Certificate: iis.BirthCertificate, Names: name("Lund", "Juniper"), Birth: born}, at(2022), 1}, {certificate, at(2020), 2}}, "Lund"},
		"the certificate of a death, which is as others": {[]Source{{certificate, at(2020), 1}, {iis.Person{Certificate: iis.DeathCertificate, Names: name("Mash", "Juniper"), Birth: wrong}, at(2022), 2}}, "Marsh"},
	} {
		for range 2 {
			g := Person(c.all)
			if g.LegalName().Family != c.want || g.Birth != born {
				t.Errorf("%s: %v, born %s; want %s, born %s", title, g.Names, g.Birth, c.want, born)
			}
			if g.Certificate != "" {
				t.Errorf("%s: the record is a certificate", title)
			}
			slices.Reverse(c.all)
		}
	}
	if g := Person([]Source{{certificate, 1, 1}, {clinic, 2, 2}}); g.BirthTime != "" || g.Sex != "F" || len(g.Names) != 2 {
		t.Errorf("what else was said: %+v", g)
	}
	if g := Person([]Source{{clinic, 2, 2}, {renamed, 1, 1}}); g.LegalName().Family != "Mash" || g.Birth != wrong {
		t.Errorf("without a certificate the newest word leads: %+v", g)
	}
}
