package iis

import (
	"testing"

	"openiis/internal/is"
)

func TestOnePerPlaceKeepsTheWorstAndEveryFact(t *testing.T) {
	at := Where{Segment: "RXA", Sequence: 1, Field: 5}
	note := Finding{Rule: "a note", Severity: Information, Where: at}
	doubt := Finding{Rule: "a doubt", Severity: Warning, Where: at}
	fact := Finding{Rule: "a fact", Severity: Information, Where: at, Fact: true}
	other := Finding{Rule: "another fact", Severity: Information, Where: at, Fact: true}
	nowhere := Finding{Rule: "of the whole", Severity: Information}
	for name, c := range map[string]struct{ found, want Findings }{
		"a fact before a doubt":        {Findings{fact, note, doubt}, Findings{doubt, fact}},
		"a fact behind a doubt":        {Findings{doubt, fact}, Findings{doubt, fact}},
		"facts alone":                  {Findings{fact, other}, Findings{fact, other}},
		"a fact does not hide a note":  {Findings{fact, note}, Findings{fact, note}},
		"the same fact again":          {Findings{fact, fact, doubt}, Findings{doubt, fact}},
		"what has no place stays":      {Findings{nowhere, nowhere, fact}, Findings{nowhere, nowhere, fact}},
		"the worst of what is no fact": {Findings{note, doubt}, Findings{doubt}},
	} {
		is.Equal(t, name, c.found.OnePerPlace(), c.want)
		is.Equal(t, name+", again", c.found.OnePerPlace().OnePerPlace(), c.want)
	}
}
