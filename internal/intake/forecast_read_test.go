package intake

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/test/conformance/nist"
)

// group is an order group of a Z42 as a receiver reads it.
type group struct {
	day, cvx, completion, filler string
	facts                        []map[string]string // by OBX-4, the first component of OBX-5 by that of OBX-3
}

// groupsIn reads a Z42 and holds its OBX-1 and OBX-4 to the guide: one number
// runs through the message, the other from 1 through each group.
func groupsIn(t testing.TB, answer []byte) []group {
	t.Helper()
	m, err := hl7.Parse(answer)
	is.NoError(t, "parse the answer", err)
	is.Equal(t, "profile", m.MSH().Field(21).Comp(1).String(), "Z42")
	var out []group
	obx := 0
	for i := range m.Len() {
		s := m.Segment(i)
		switch s.Name() {
		case "ORC":
			out = append(out, group{filler: s.Field(3).Comp(1).String()})
		case "RXA":
			g := &out[len(out)-1]
			g.day, g.cvx, g.completion = s.Field(3).String(), s.Field(5).Comp(1).String(), s.Field(20).String()
		case "OBX":
			obx++
			is.Equal(t, "OBX-1", s.Field(1).String(), strconv.Itoa(obx))
			g := &out[len(out)-1]
			n, _ := strconv.Atoi(s.Field(4).String())
			if n == len(g.facts)+1 {
				g.facts = append(g.facts, map[string]string{})
			}
			if n == 0 || n != len(g.facts) {
				t.Fatalf("OBX-4 is %d after %d facts: %s", n, len(g.facts), s.Raw())
			}
			g.facts[n-1][s.Field(3).Comp(1).String()] = s.Field(5).Comp(1).String()
		case "PD1", "NK1", "NTE":
			t.Errorf("a Z42 has no %s", s.Name())
		}
	}
	for _, g := range out {
		if len(g.facts) == 0 {
			t.Errorf("a group without an observation: %+v", g)
		}
	}
	return out
}

// sameAs requires of an answer that it says what the engine says: each verdict,
// each forecast, each problem, and nothing else.
func sameAs(t testing.TB, groups []group, a *record.Assessment) {
	t.Helper()
	is.Equal(t, "order groups", len(groups), len(a.Doses)+len(a.Others)+1)
	for i := range a.Doses {
		sameDose(t, &groups[i], a, i+1)
	}
	sameForecasts(t, &groups[len(groups)-1], a)
}

func sameDose(t testing.TB, g *group, a *record.Assessment, n int) {
	t.Helper()
	is.Equal(t, "the dose", g.day+" "+g.cvx, a.Doses[n-1].Dose.Date.Compact()+" "+a.Doses[n-1].Dose.CVX)
	told := 0
	for i := range a.Evaluations {
		e := &a.Evaluations[i]
		if e.Dose != n {
			continue
		}
		told++
		at := slices.IndexFunc(g.facts, func(f map[string]string) bool {
			return slices.Contains(strings.Split(f["59780-7"], "; "), e.Series)
		})
		if at < 0 {
			t.Errorf("dose %d: no verdict on %s", n, e.Series)
			continue
		}
		f := g.facts[at]
		is.Equal(t, "valid", f["59781-5"] == "Y", e.Status == cdsi.Valid)
		is.Equal(t, "schedule", f["59779-9"], "VXC16")
		if !codeset.Default().GroupCode(f["30956-7"]) {
			t.Errorf("dose %d: the group is %q", n, f["30956-7"])
		}
		if e.Status == cdsi.Valid {
			continue
		}
		is.Equal(t, "reason", f["30982-3"], e.Why())
		is.Equal(t, "number of a dose that does not count", f["30973-2"], "")
	}
	var series, reasons []string
	for _, f := range g.facts {
		if f["59780-7"] != "" {
			series = append(series, strings.Split(f["59780-7"], "; ")...)
		}
		reasons = append(reasons, f["30982-3"])
	}
	is.Equal(t, "verdicts told", len(series), told)
	if told == 0 && !slices.ContainsFunc(reasons, func(s string) bool { return s != "" }) {
		t.Errorf("dose %d has no verdict and no reason", n)
	}
	for _, p := range a.Problems {
		if p.Dose == n && !slices.Contains(reasons, p.Text) {
			t.Errorf("dose %d does not tell its problem %q: %q", n, p.Text, reasons)
		}
	}
}

func sameForecasts(t testing.TB, g *group, a *record.Assessment) {
	t.Helper()
	is.Equal(t, "the group that holds the forecasts", g.cvx+g.completion+g.filler, "998NA9999")
	remarks := 0
	for _, p := range a.Problems {
		if p.Dose == 0 {
			remarks++
		}
	}
	if a.Died {
		remarks++
		is.Equal(t, "what is said of the dead", len(a.Forecasts) == 0 && slices.ContainsFunc(g.facts, func(f map[string]string) bool {
			return f["30982-3"] == "This person has died. Nothing is due."
		}), true)
	}
	is.Equal(t, "forecasts", len(g.facts), len(a.Forecasts)+remarks)
	seen := map[string]bool{}
	for i := range a.Forecasts {
		f, got := &a.Forecasts[i], g.facts[i]
		number := ""
		if f.DoseNumber > 0 {
			number = strconv.Itoa(f.DoseNumber)
		}
		is.Equal(t, "forecast of "+f.Group,
			[]string{got["30981-5"], got["30980-7"], got["59778-1"], got["59777-3"], got["30973-2"], got["59783-1"], got["30982-3"], got["59780-7"], got["59779-9"]},
			[]string{f.Earliest.Compact(), f.Recommended.Compact(), f.PastDue.Compact(), f.Latest.Compact(), number, f.Status.String(), reason(f), seriesNames(f), "VXC16"})
		if key := got["30956-7"] + got["59780-7"]; got["30956-7"] == "" || seen[key] {
			t.Errorf("the forecast of %s (%q) is told twice or has no code: %q", f.Group, got["59780-7"], got["30956-7"])
		} else {
			seen[key] = true
		}
	}
}

// z42Departures are what NIST's profile finds wrong with a Z42, but for codes that
// are newer than its list of vaccines, of 2016: all above 187; and for editions of
// information statements and makers that are newer than its lists of those (IZ-36;
// Moderna and MSP).
func z42Departures(t testing.TB, answer []byte) []string {
	t.Helper()
	m, err := hl7.Parse(answer)
	is.NoError(t, "parse the answer", err)
	newer := map[string]bool{}
	obx, rxa := 0, 0
	for i := range m.Len() {
		s := m.Segment(i)
		at, code := "", ""
		switch s.Name() {
		case "OBX":
			obx++
			at, code = "E OBX["+strconv.Itoa(obx)+"] IZ-37", s.Field(5).Comp(1).String()
		case "RXA":
			rxa++
			at, code = "VS RXA["+strconv.Itoa(rxa)+"]-5[1] ", s.Field(5).Comp(1).String()
		}
		if n, _ := strconv.Atoi(code); n > 187 {
			newer[at] = true
		}
	}
	var out []string
	for _, f := range nist.Load(t, "Z42").Validate(answer) {
		text := f.String()
		known := strings.HasPrefix(text, "E OBX[") && strings.Contains(text, "] IZ-36: ") || newerMaker.MatchString(text)
		for at := range newer {
			known = known || at != "" && strings.HasPrefix(text, at)
		}
		if !known {
			out = append(out, text)
		}
	}
	return out
}

var newerMaker = regexp.MustCompile(`-17\[1\] (MOD|MSP) not in MVX$`)
