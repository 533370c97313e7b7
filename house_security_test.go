package house_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
)

// TestTheSecurityChecklistCountsItself keeps the sentence true that says how much of the
// standard is met, and each line answered.
func TestTheSecurityChecklistCountsItself(t *testing.T) {
	text, err := os.ReadFile("docs/security.md")
	is.NoError(t, "read", err)
	row := regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+\S*)[^|]*\| [^|]+ \| ([^|]+) \|$`)
	count, seen := map[string]int{}, map[string]bool{}
	lines := row.FindAllStringSubmatch(string(text), -1)
	for _, m := range lines {
		if seen[m[1]] {
			t.Errorf("%s is there twice", m[1])
		}
		seen[m[1]] = true
		kind := "answered"
		for _, k := range []string{"met in part", "not met", "the operator's", "does not apply"} {
			if rest, ok := strings.CutPrefix(m[2], "**"+k+":** "); ok {
				kind = k
				if len(rest) < 3 && k != "does not apply" {
					t.Errorf("%s does not say why", m[1])
				}
			}
		}
		count[kind]++
	}
	want := fmt.Sprintf("In numbers, of %d lines: %d answered, %d in part, %d not met, %d the operator's, %d that do not apply.",
		len(lines), count["answered"], count["met in part"], count["not met"], count["the operator's"], count["does not apply"])
	if !strings.Contains(string(text), want) {
		t.Errorf("docs/security.md does not say: %s", want)
	}
}
