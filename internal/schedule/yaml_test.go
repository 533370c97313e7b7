package schedule_test

import (
	"testing"

	"go.yaml.in/yaml/v3"

	"openiis/internal/schedule"
)

var plainFiles = []string{
	"a: b",
	"a: b # why\n# more\nc: \"d # not\" # why\n",
	"list:\n- a\n- b\nother:\n  - c\n",
	"rows:\n- {a: b, c: [d, \"e\", {f: g}]} # why\n- []\n- {}\n",
	"a:\n  b:\n    c: d\n  e: f\r\ng: h\n",
	"- ", "a: -4 days", "a: https://example.org/b#c", `a: "\u00a0\n\t\\\""`, "a: [b c, d]", "a: 'b'", "a: >\n  b", "a: b\n c", "a: &x b",
	"a: ? b", "a: - b", "a: b: c", "a:b", "a: [b\n]", "a: [b,]", "a: {b}", "a: ~", "a:", "a: null", "---\na: b", "a: {b: c}d", "a:\n- b: c\n  d: e\n- f: g",
	"a: [0?]", "a:\n- - b\n", "a: \"b\" c", "a: [b: c]", "\ta: b", "a: b\n\n\n", "a: {b: c:d}", "a: b\u2028c", "a: [a b, {c: d e}]", "a: {b: \"c\"}", "-a: b",
}

func TestTextsAreWrittenSoThatTheyAreReadBack(t *testing.T) {
	texts := []string{
		"plain", "with: colon", "ends with:", "a #b", "[x]", "{x}", "- x", "-x", "? x", "'x'", `"x"`, `back\slash`, "two\nlines", "tab\tx", "~", "null",
		"yes", "no", "true", "03", "1.0", "2020-01-01", "≥ 1 month", "x ≥ 1", "nbsp\u00a0x", "a, b", "key: [b]", "trailing ", " leading", "x:y", "*", "&a", "%", "@", "!",
	}
	s := own(t)
	hpv := series(t, s, "HPV", "HPV 2-dose series")
	hpv.Guidance = texts
	hpv.Doses[0].Inadvertent = nil
	for _, text := range texts {
		hpv.Doses[0].Inadvertent = append(hpv.Doses[0].Inadvertent, schedule.VaccineAges{CVX: "62", Type: text})
	}
	back, err := schedule.Read(inMemory(s.Files()))
	if err != nil {
		t.Fatal(err)
	}
	again := series(t, back, "HPV", "HPV 2-dose series")
	for i, text := range texts {
		if got := again.Guidance[i]; got != text {
			t.Errorf("%q is read back from a line as %q", text, got)
		}
		if got := again.Doses[0].Inadvertent[i].Type; got != text {
			t.Errorf("%q is read back from a row as %q", text, got)
		}
	}
	schedule.CompareYAML(t, "hpv.yaml", s.Files()["hpv.yaml"], yaml.Unmarshal)
}

// Whatever we read means to other readers of YAML what it means to us, and is
// read back when it is written.
func FuzzWhatIsReadMeansTheSameToOthers(f *testing.F) {
	for _, text := range plainFiles {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		written, err := schedule.EmitAgain([]byte(text))
		if err != nil {
			return
		}
		schedule.CompareYAML(t, text, []byte(text), yaml.Unmarshal)
		if again, err := schedule.EmitAgain([]byte(written)); err != nil || again != written {
			t.Errorf("%q is written\n%s\nand read as\n%s, %v", text, written, again, err)
		}
	})
}
