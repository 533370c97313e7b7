package check

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestEveryRuleIsWholeAndSaysWhatToDo(t *testing.T) {
	seen := map[string]bool{}
	place := regexp.MustCompile(`^[0-9]{1,3}$`)
	for _, r := range Catalogue() {
		if seen[r.Name] {
			t.Errorf("two rules are called %q", r.Name)
		}
		seen[r.Name] = true
		if r.Severity != iis.Warning && r.Severity != iis.Information {
			t.Errorf("%s: severity %q; a check is W or I", r.Name, r.Severity)
		}
		if !place.MatchString(r.HL7) || !place.MatchString(r.App) || (iis.Finding{HL7: r.HL7}).IsFirstPass() {
			t.Errorf("%s: codes %q and %q", r.Name, r.HL7, r.App)
		}
		if r.Source == "" {
			t.Errorf("%s: no source", r.Name)
		}
		if !strings.HasSuffix(r.Say, ".") || len(r.Say) > 250 || strings.Contains(r.Say, "  ") {
			t.Errorf("%s: not a sentence for ERR-8 (at most 250 characters): %q", r.Name, r.Say)
		}
	}
	if len(seen) > maxRules {
		t.Errorf("%d rules; a run has room for %d", len(seen), maxRules)
	}
}

func TestEveryTableThatTheRulesNameIsThere(t *testing.T) {
	codes := realCodes(t)
	names := regexp.MustCompile(`table ([0-9]{4}|NIP[0-9]{3})`)
	for _, r := range Catalogue() {
		for _, m := range names.FindAllStringSubmatch(r.Say, -1) {
			if len(codes.HL7Table(m[1])) == 0 {
				t.Errorf("%s: there is no table %s", r.Name, m[1])
			}
		}
	}
	// A code that no table lists must be told from a table that is not there.
	for _, name := range []string{"CDCREC-race", "0005", "CDCREC-ethnicity", "0189", "NCIT-route", "0162", "UCUM", "unit-old",
		"eligibility-method", "funding-source", "NIP001", "NIP003"} {
		if len(codes.HL7Table(name)) == 0 {
			t.Errorf("there is no table %s", name)
		}
	}
}

func TestTimesAndNumbersAreReadAsHL7WritesThem(t *testing.T) {
	for text, want := range map[string]bool{
		"20240229": true, "20230229": false, "20241301": false, "2024022": false, "202402": false, "": false, "2024-02-29": false,
		"20240229235959": true, "20240229240000": false, "202402291260": false, "20240229120060": false, "2024022912": true,
		"20240229120000.1234": true, "20240229120000.12345": false, "20240229120000.": false, "202402291200.5": false,
		"20240229120000-0500": true, "20240229120000-05": false, "20240229120000+1500": false, "20240229-0500": true, "+0500": false,
	} {
		if got := isTime([]byte(text), 8); got != want {
			t.Errorf("time %q: got %v, want %v", text, got, want)
		}
	}
	if !isTime([]byte("202402"), 6) || isTime([]byte("202413"), 6) || !isTime([]byte("2024"), 4) {
		t.Error("a month or a year is not read as one")
	}
	for text, want := range map[string]bool{"1": true, "0.5": true, ".5": true, "-1": true, "+1.": true, "": false, ".": false, "1,5": false, "1e3": false, "-": false} {
		if got := isNumber([]byte(text)); got != want {
			t.Errorf("number %q: got %v, want %v", text, got, want)
		}
	}
	for text, want := range map[string]bool{"1": true, "10": true, "0": false, "00": false, "-1": false, "1.5": false, "": false} {
		if got := isPositive([]byte(text)); got != want {
			t.Errorf("positive %q: got %v, want %v", text, got, want)
		}
	}
}

// What the rules keep of the code tables must not outlive a change of them.
func TestCodesAreLookedUpInTheTablesOfTheMessage(t *testing.T) {
	in := read(t, with(goodVXU))
	is.Equal(t, "in the tables of the repository", shorts(Message(in)), []string{})
	known := in.Codes
	in.Codes = new(codeset.Tables)
	if told := strings.Join(shorts(Message(in)), "\n"); !strings.Contains(told, "PID-8 unknown") {
		t.Errorf("in empty tables sex F is known: %s", told)
	}
	in.Codes = known
	is.Equal(t, "in the first ones again", shorts(Message(in)), []string{})
}

func BenchmarkMessage(b *testing.B) {
	in := read(b, with(goodVXU))
	b.SetBytes(int64(len(in.Message.Raw())))
	b.ReportAllocs()
	for b.Loop() {
		if len(Message(in)) > 0 {
			b.Fatal("the good message has a finding")
		}
	}
}

// BenchmarkGuideAlone is the same without the lists about segments and doses: what data quality costs
// is the difference.
func BenchmarkGuideAlone(b *testing.B) {
	in := read(b, with(goodVXU))
	b.ReportAllocs()
	w := desks.Get().(*desk)
	for b.Loop() {
		w.clear()
		r := &w.run
		r.view.Input = in
		r.view.kind, r.view.today = in.kind(), in.lastDay()
		r.view.orders, r.view.obx = ordersOf(in.Message, w.orders[:0], w.obx[:0])
		r.fields()
		r.whole()
		if len(r.found) > 0 {
			b.Fatal("the good message has a finding")
		}
	}
}

// A message that keeps the guide costs the run itself and nothing more.
func TestAGoodMessageIsCheckedWithHardlyAnAllocation(t *testing.T) {
	in := read(t, with(goodVXU))
	if got := testing.AllocsPerRun(100, func() { Message(in) }); got > 3 {
		t.Errorf("got %v allocations, want at most 3", got)
	}
}

// A desk is used again, perhaps for another sender: nothing may be left on it,
// whether the order groups fit it or not.
func TestNothingOfAMessageIsLeftBehind(t *testing.T) {
	for _, groups := range []int{0, 1, 3, 8, 9, 20} {
		segments := append([]string(nil), goodVXU[:4]...)
		for range groups {
			segments = append(segments, goodVXU[4:]...)
		}
		in := read(t, with(segments))
		w := desks.New().(*desk)
		w.check(in)
		if !reflect.ValueOf(*w).IsZero() {
			t.Errorf("%d order groups: something of the message is left", groups)
		}
	}
}

// What a table lists is found, and nothing else, whatever its length.
func TestASetOfCodesHasWhatItWasGiven(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 100, 5000} {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint(i), fmt.Sprintf("%08d", i))
		}
		set := codesOf(all)
		for _, code := range all {
			if !set.has([]byte(code)) {
				t.Fatalf("%d codes: %q is not found", n, code)
			}
		}
		for _, code := range []string{"", "\x00", "0\x00", "\x000", "00", "007", "x", "1234567", "0000000", "1234567890", fmt.Sprint(n), fmt.Sprintf("%08d", n)} {
			if set.has([]byte(code)) {
				t.Errorf("%d codes: %q is found", n, code)
			}
		}
	}
}

func FuzzMessage(f *testing.F) {
	for _, raw := range []string{
		with(goodVXU), with(goodQBP), with(goodVXU, "RXA-20=RE", "PID-8=Q", "OBX-5="), with(goodVXU, "PID-=", "ORC-="),
		"MSH|^~\\&|\rRXA\rRXA|||||\rOBX|\rzz\rRXR|~~\r", "MSH|", "MSH#&&&&#\rPID#1", "MSH|^~\\&|\rNK1|||||&1\r",
	} {
		f.Add([]byte(raw), false)
		f.Add([]byte(raw), true)
	}
	codes := realCodes(f)
	f.Fuzz(func(t *testing.T, raw []byte, alone bool) {
		m, err := hl7.Parse(raw)
		if err != nil {
			return
		}
		in := Input{Message: m, Codes: codes, Received: received}
		if !alone {
			in = read(t, string(raw))
		}
		for _, got := range Message(in) {
			switch {
			case got.Where.IsZero() || got.Where.Sequence == 0:
				t.Errorf("no place: %s", short(got))
			case got.Where.Component > 0 && got.Where.Rep == 0:
				t.Errorf("a component without its repetition: %s", short(got))
			case got.Severity != iis.Warning && got.Severity != iis.Information, got.HL7 == "", got.App == "", got.Say == "", got.Rule == "":
				t.Errorf("not a whole finding: %s", short(got))
			}
		}
	})
}
