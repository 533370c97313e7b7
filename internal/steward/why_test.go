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

// A queue is read on until it is known that something follows the page which is shown, and not for ever. The address of the
// next page is there, and what it says, by what is shown alone: whatever a site is not shown stands before, between or behind.
func TestAQueueIsReadOnWithinBounds(t *testing.T) {
	site, everyone := By{Sender: 1}, By{Everyone: true}
	from := func(first int) func(int) bool { return func(n int) bool { return n >= first } }
	many := mostOfSite + 2*stretch
	for _, c := range []struct {
		name       string
		by         By
		of         int // how many wait
		shown      func(int) bool
		want, last int // how many are on the page, and behind which the next one begins; 0: there is none
	}{
		{"all are shown", site, 60, from(1), 25, 25},
		{"some before are not", site, 60, from(31), 25, 55},
		{"the last page", site, 60, from(51), 10, 0},
		{"as many as a page has", site, 25, from(1), 25, 0},
		{"one more", site, 26, from(1), 25, 25},
		{"one more, which is not shown", site, 26, func(n int) bool { return n < 26 }, 25, 0},
		{"many more, of which none is shown", site, 900, func(n int) bool { return n < 26 }, 25, 0},
		{"many more, of which the last is shown", site, 900, func(n int) bool { return n < 26 || n == 900 }, 25, 25},
		{"none is shown", site, 900, from(1000), 0, 0},
		{"one behind many that are not", site, 900, from(900), 1, 0},
		{"more than are read on, which is told nobody", site, many, from(many), 0, 0},
		{"more than are read on for the programme", everyone, 2000, from(1990), 0, PageSize + 2*stretch},
	} {
		got := 0
		last, err := fill(reading[int, int]{
			most: c.by.mostRead(), whole: c.by.Everyone, place: func(n *int) int { return *n },
			list: func(after, limit int) (out []int, err error) {
				for n := after + 1; n <= c.of && len(out) < limit; n++ {
					out = append(out, n)
				}
				return out, nil
			},
			shows: func(n *int) (bool, error) { return c.shown(*n), nil },
			show:  func(*int) error { got++; return nil },
		})
		is.NoError(t, "read", err)
		is.Equal(t, c.name, got, c.want)
		if last == nil {
			last = new(int)
		}
		is.Equal(t, c.name+": the next page", *last, c.last)
	}
}
