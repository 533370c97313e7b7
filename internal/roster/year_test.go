package roster

import (
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestEveryoneGoesUpAGradeAndTheLastLeaves(t *testing.T) {
	y := &Year{Last: "5"}
	for from, want := range map[string]string{"PK": "K", "K": "1", "1": "2", "4": "5", "5": "", "6": ""} {
		is.Equal(t, from, y.next(from), want)
	}
	is.Equal(t, "the last of all", (&Year{Last: "12"}).next("12"), "")
}

func TestARosterIsSearchedAndOrdered(t *testing.T) {
	line := func(name, place, own string, due Due) Line {
		return Line{RosterEntry: iis.RosterEntry{Place: place, Own: own}, Name: name, Due: due, order: name}
	}
	all := []Line{line("Quillhaven, Ada Rose", "10", "S7", Overdue), line("Alder, Bo", "K", "S8", NothingIs), line("Sedge, Cy", "", "S9", DueNow), line("Pine, Di", "2", "", Overdue)}
	names := func(q Query) (out []string) {
		for _, l := range q.of(all) {
			out = append(out, l.Name)
		}
		return out
	}
	is.Equal(t, "by name", names(Query{}), []string{"Alder, Bo", "Pine, Di", "Quillhaven, Ada Rose", "Sedge, Cy"})
	is.Equal(t, "by grade", names(Query{Sort: "place"}), []string{"Alder, Bo", "Pine, Di", "Quillhaven, Ada Rose", "Sedge, Cy"})
	is.Equal(t, "by what is due", names(Query{Sort: "due"}), []string{"Pine, Di", "Quillhaven, Ada Rose", "Sedge, Cy", "Alder, Bo"})
	is.Equal(t, "beginnings", names(Query{Text: "quill ro"}), []string{"Quillhaven, Ada Rose"})
	is.Equal(t, "a number", names(Query{Text: "s9"}), []string{"Sedge, Cy"})
	is.Equal(t, "no grade", names(Query{Place: NoPlace}), []string{"Sedge, Cy"})
	is.Equal(t, "overdue", names(Query{Due: Overdue}), []string{"Pine, Di", "Quillhaven, Ada Rose"})
}
