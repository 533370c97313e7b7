package check

import (
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestASendersSeveritiesReplaceTheRulesOwn(t *testing.T) {
	raw := with(goodVXU, "RXA-15=", "RXA-21=") + with(goodVXU[4:], "RXA-15=", "RXA-21=")
	for _, c := range []struct {
		name  string
		table map[string]iis.Severity
		want  []string
	}{
		{"nothing is replaced", nil,
			[]string{"W 101/7 RXA^1^15 RXA-15 missing", "I 101/7 RXA^1^21 RXA-21 missing", "W 101/7 RXA^2^15 RXA-15 missing"}},
		{"a warning becomes information, said once", map[string]iis.Severity{"RXA-15 missing": iis.Information},
			[]string{"I 101/7 RXA^1^15 RXA-15 missing", "I 101/7 RXA^1^21 RXA-21 missing"}},
		{"information becomes a warning, said everywhere", map[string]iis.Severity{"RXA-15 missing": Off, "RXA-21 missing": iis.Warning},
			[]string{"W 101/7 RXA^1^21 RXA-21 missing", "W 101/7 RXA^2^21 RXA-21 missing"}},
		{"all off", map[string]iis.Severity{"RXA-15 missing": Off, "RXA-21 missing": Off}, []string{}},
	} {
		in := read(t, raw)
		severities, err := NewSeverities(c.table)
		is.NoError(t, c.name, err)
		in.Severities = severities
		is.Equal(t, c.name, withoutRepeats(Message(in)), c.want)
	}
}

// withoutRepeats leaves out that the message says the same dose twice.
func withoutRepeats(fs iis.Findings) []string {
	out := []string{}
	for _, f := range fs {
		if f.Rule != "dose repeated" {
			out = append(out, short(f))
		}
	}
	return out
}

func TestATableOfSeveritiesThatIsWrongIsReportedAndTheRestOfItHolds(t *testing.T) {
	s, err := NewSeverities(map[string]iis.Severity{"RXA-15 missing": iis.Error, "no such rule": Off, "RXA-21 missing": iis.Warning})
	is.Equal(t, "error", err.Error(), "rule \"RXA-15 missing\": severity \"E\" is none of W, I and off\nthere is no rule \"no such rule\"")
	in := read(t, with(goodVXU, "RXA-15=", "RXA-21="))
	in.Severities = s
	is.Equal(t, "findings", shorts(Message(in)), []string{"W 101/7 RXA^1^15 RXA-15 missing", "W 101/7 RXA^1^21 RXA-21 missing"})
}
