package steward

import (
	"io/fs"
	"regexp"
	"testing"

	"openiis/internal/is"
	"openiis/matching"
)

// Every guard that a profile names has a sentence for people.
func TestEveryGuardHasASentence(t *testing.T) {
	line := regexp.MustCompile(`(?m)^guard: ([^\t]+)\t`)
	seen := 0
	for _, profile := range []string{"balanced.tsv", "strict.tsv", "closing.tsv", "query.tsv"} {
		text, err := fs.ReadFile(matching.Files, profile)
		is.NoError(t, profile, err)
		for _, m := range line.FindAllSubmatch(text, -1) {
			seen++
			if guardSentences[string(m[1])] == "" {
				t.Errorf("%s: guard %q has no sentence", profile, m[1])
			}
		}
	}
	is.Equal(t, "guards were found", seen > 15, true)
}
