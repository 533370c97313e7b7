package stub

import (
	"bytes"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
)

var plain = Words{
	Unnamed: func(given string) bool { return strings.HasPrefix(given, "Baby") },
	Nothing: func(given string) bool { return given == "Unknown" },
	Called: func(given string) []string {
		if given == "WILLIAM" {
			return []string{"BILL"}
		}
		return nil
	},
}

func day(y, m, d int) cal.Date {
	out, _ := cal.ReadWritten(strings.Join([]string{itoa(y), itoa(m), itoa(d)}, "-"), cal.MonthFirst)
	return out
}

func itoa(n int) string {
	s := ""
	for ; n > 0; n /= 10 {
		s = string(rune('0'+n%10)) + s
	}
	return strings.Repeat("0", max(0, 2-len(s))) + s
}

func child(given, family string, change func(*iis.Person)) *iis.Person {
	p := &iis.Person{
		IDs: []iis.Identifier{{Value: "MR-17", Type: "MR", Authority: "OAK"}}, Names: []iis.Name{{Given: given, Family: family}}, Birth: day(2024, 3, 4),
		MotherMaiden: iis.Name{Family: "Reed", Given: "Ivy"}, Addresses: []iis.Address{{Street: "77 Fen Court", Zip: "55801-1234"}},
		Telecoms: []iis.Telecom{{Area: "218", Local: "5550177"}},
	}
	if change != nil {
		change(p)
	}
	return p
}

func verdict(kept, told *iis.Person, sender iis.SenderID) Verdict {
	texts := map[string]bool{}
	for _, c := range Combinations(kept, 1, plain, true) {
		texts[c.Text] = true
	}
	var shared []Kind
	for _, c := range Combinations(told, sender, plain, false) {
		if texts[c.Text] {
			shared = append(shared, c.Kind)
		}
	}
	return Judge(shared)
}

func TestWhoOptedOutIsRecognizedAndOthersAreNot(t *testing.T) {
	bare := func(p *iis.Person) { p.IDs, p.MotherMaiden, p.Addresses, p.Telecoms = nil, iis.Name{}, nil, nil }
	with := func(all ...func(*iis.Person)) func(*iis.Person) {
		return func(p *iis.Person) {
			for _, f := range all {
				f(p)
			}
		}
	}
	home := func(p *iis.Person) { p.Addresses = []iis.Address{{Street: "77 Fen Ct", Zip: "55801"}} }
	several := func(p *iis.Person) { p.MultipleBirth = "Y" }
	for _, c := range []struct {
		is    string
		kept  *iis.Person
		told  *iis.Person
		other bool // told by another sender
		want  Verdict
	}{
		{"the same words", child("William", "Marsh", nil), child("William", "Marsh", nil), true, Same},
		{"another clinic, which knows the home alone", child("William", "Marsh", nil), child("William", "Marsh", with(bare, home)), true, Same},
		{"a family name that is misspelt", child("William", "Marsh", nil), child("William", "Mersh", with(bare, home)), true, Same},
		{"a name by which he is called", child("William", "Marsh", nil), child("Bill", "Marsh", with(bare, home)), true, Same},
		{"the father's family name", child("William", "Marsh", nil), child("William", "Fern", nil), true, Same},
		{"a given name that is misspelt, under the own number", child("William", "Marsh", nil), child("Willaim", "Marsh", bare2), false, Same},
		{"a child without a name yet", child("William", "Marsh", nil), child("Baby Boy", "Reed", func(p *iis.Person) { p.IDs = nil }), true, Same},
		{"a twin without a name yet", child("William", "Marsh", several), child("Baby Boy", "Reed", with(several, func(p *iis.Person) { p.IDs = nil })), true, Another},
		{"name and birth date alone", child("William", "Marsh", nil), child("William", "Marsh", bare), true, Doubtful},
		{"a namesake with another home and mother", child("William", "Marsh", nil), child("William", "Marsh", with(bare, func(p *iis.Person) {
			p.MotherMaiden, p.Addresses = iis.Name{Family: "Dale", Given: "Ada"}, []iis.Address{{Street: "9 Hill Road", Zip: "55802"}}
		})), true, Doubtful},
		{"a twin", child("William", "Marsh", nil), child("Walter", "Marsh", func(p *iis.Person) { p.IDs = nil }), true, Another},
		{"a twin whose name sounds alike", child("Taylor", "Marsh", nil), child("Tyler", "Marsh", func(p *iis.Person) { p.IDs = nil }), true, Another},
		{"the father of one name at one home", child("William", "Marsh", nil), child("William", "Marsh", func(p *iis.Person) { p.IDs, p.Birth = nil, day(1990, 3, 4) }), true, Another},
		{"day and month exchanged", child("William", "Marsh", nil), child("William", "Marsh", func(p *iis.Person) { p.Birth = day(2024, 4, 3) }), true, Doubtful},
		{"another's number alone", child("William", "Marsh", nil), child("Sorrel", "Fern", bare2), false, Doubtful},
		{"nobody's name", child("William", "Marsh", nil), child("Unknown", "Marsh", with(bare, home)), true, Another},
		{"no birth date", child("William", "Marsh", nil), child("William", "Marsh", func(p *iis.Person) { p.Birth = cal.None }), true, Another},
	} {
		sender := iis.SenderID(1)
		if c.other {
			sender = 2
		}
		if got := verdict(c.kept, c.told, sender); got != c.want {
			t.Errorf("%s: %d, want %d", c.is, got, c.want)
		}
	}
}

// bare2 leaves the sender's own number alone.
func bare2(p *iis.Person) { p.MotherMaiden, p.Addresses, p.Telecoms = iis.Name{}, nil, nil }

// What was hashed cannot be hashed anew: these texts never change, whatever the program
// learns.
func TestCombinationsAreWhatTheyWere(t *testing.T) {
	var got []string
	for _, c := range Combinations(child("William James", "De la Marsh", nil), 5, plain, true) {
		got = append(got, c.Text)
	}
	want := []string{
		"1|1|20240304|WILLIAM|M620", "1|2|20240304|W450|MARSH", "1|3|202403|WILLIAM|MARSH", "1|4|2024-03-04|WILLIAM|MARSH",
		"1|1|20240304|WILLIAM|D456", "1|2|20240304|W450|DELAMARSH", "1|3|202403|WILLIAM|DELAMARSH", "1|4|2024-03-04|WILLIAM|DELAMARSH",
		"1|5|20240304|WILLIAM|MAIDEN REED", "1|5|20240304|WILLIAM|GIVEN IVY", "1|6|20240304|WILLIAM|5550177", "1|7|20240304|WILLIAM|77 55801",
	}
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			t.Fatalf("combination %d is %q, want %q; all are\n%s", i, append(got, "")[min(i, len(got))], w, strings.Join(got, "\n"))
		}
	}
	is.Equal(t, "the sender's own number", strings.Contains(strings.Join(got, "\n"), "1|9|20240304|5|MR17"), true)
	key, err := NewKey(bytes.Repeat([]byte{7}, 32))
	is.NoError(t, "key", err)
	other, err := NewKey(bytes.Repeat([]byte{8}, 32))
	is.NoError(t, "key", err)
	c := Combination{Name, "1|1|20240304|WILLIAM|M620"}
	is.Equal(t, "a hash is the same each time", bytes.Equal(key.Hash(c), key.Hash(c)), true)
	is.Equal(t, "another key hashes otherwise", bytes.Equal(key.Hash(c), other.Hash(c)), false)
	is.Equal(t, "a key is known again", key.Is(key.Check()) && !other.Is(key.Check()), true)
	blank := append([]byte(" \n"), bytes.Repeat([]byte{7}, 30)...)
	_, err = ReadKey(blank)
	is.NoError(t, "a random byte may be a blank", err)
	written, err := ReadKey([]byte(strings.Repeat("07", 32) + "\n"))
	is.Equal(t, "written in digits", err == nil && written.Is(key.Check()), true)
	_, err = NewKey([]byte("short"))
	is.Equal(t, "a short key is refused", err != nil, true)
}

func BenchmarkHash(b *testing.B) {
	key, _ := NewKey(bytes.Repeat([]byte{7}, 32))
	for range b.N {
		key.Hash(Combination{Name, "1|1|20240304|WILLIAM|M620"})
	}
}
