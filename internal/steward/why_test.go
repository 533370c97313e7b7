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

// A queue of which nobody may be shown anything is read on as often as a page may be, and no more.
func TestAQueueIsReadOnWithinBounds(t *testing.T) {
	for _, c := range []struct{ of, shown, last, want int }{ // the first that may be shown, and what is on the page
		{of: 60, shown: 0, last: 25, want: 25},
		{of: 60, shown: 30, last: 55, want: 25},
		{of: 60, shown: 50, last: 0, want: 10},
		{of: 25, shown: 0, last: 0, want: 25},
		{of: 26, shown: 0, last: 25, want: 25},
		{of: 2000, shown: 1990, last: mostReads * PageSize, want: 0},
	} {
		list := func(after int) (out []int, err error) {
			for n := after + 1; n <= c.of && len(out) <= PageSize; n++ {
				out = append(out, n)
			}
			return out, nil
		}
		got := 0
		last, err := fill(0, list, func(n int) int { return n }, func(n int) (bool, error) {
			if n > c.shown {
				got++
			}
			return n > c.shown, nil
		})
		is.NoError(t, "read", err)
		is.Equal(t, "shown", got, c.want)
		if last == nil {
			last = new(int)
		}
		is.Equal(t, "the next page", *last, c.last)
	}
}
