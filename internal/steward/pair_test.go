package steward_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/steward"
)

// pair is what a page tells of two records.
func (w *world) pair(by steward.By, a, b iis.PersonID) *steward.Pair {
	w.t.Helper()
	p, err := w.desk.Pair(context.Background(), by, a, b)
	is.NoError(w.t, "pair", err)
	return p
}

// Two numbers of one facility, and two children under one number, say nothing of how alike
// two are: they are told all the same, for they are why the two wait.
func TestAPairTellsOfTwoNumbersOfOneFacility(t *testing.T) {
	each(t, func(w *world) {
		sent := func(from iis.Sender, number string) iis.PersonID {
			return w.sends(from, fmt.Sprintf("PID|||%s^^^CLINIC^MR||Quartermain^Ophelia^Jane^^^^L|Vanderbilt^Rosalind|20190405|F|||12 Pond Road^^Plymouth^MA^02360||^PRN^PH^^^508^5550147", number))
		}
		a := sent(w.oak, "1")
		b := sent(w.oak, "2")
		if a == b {
			t.Fatal("two patients of one facility are one record")
		}
		p := w.pair(w.ada, a, b)
		is.Equal(t, "likely", p.Now.Likely(), "Very likely one person")
		is.Equal(t, "why", p.Why(), []string{"One facility has two numbers for them, as for two of its patients."})
	})
}

// What any source of either record has against it is told, whichever record is asked about first.
func TestAPairTellsWhatAnySourceHasAgainstIt(t *testing.T) {
	each(t, func(w *world) {
		said := func(from iis.Sender, suffix, home string) iis.PersonID {
			return w.sends(from, fmt.Sprintf("PID|||1%s^^^%s^MR||Quartermain^Oscar^James^%s^^^L|Vanderbilt^Rosalind|19790405|M|||%s", suffix, from.Facility, suffix, home))
		}
		const home = "12 Pond Road^^Plymouth^MA^02360||^PRN^PH^^^508^5550147"
		a := said(w.oak, "", home)
		is.Equal(t, "one record", said(w.elm, "III", "12 Pond Road^^Plymouth^MA^02360"), a)
		b := said(w.oak, "JR", home)
		for _, two := range [][2]iis.PersonID{{a, b}, {b, a}} {
			if all := strings.Join(w.pair(w.ada, two[0], two[1]).Why(), " "); !strings.Contains(all, "suffixes") {
				t.Errorf("why: %q", all)
			}
		}
	})
}

// Who waits for a rival alone says so, with who that is, and nothing of who is there no more.
func TestAPairTellsOfARival(t *testing.T) {
	each(t, func(w *world) {
		one := func(from iis.Sender, number string) iis.PersonID {
			return w.sends(from, fmt.Sprintf("PID|||%s^^^%s^MR||Quartermain^Ophelia^Jane^^^^L|Vanderbilt^Rosalind|20190405|F|||12 Pond Road^^Plymouth^MA^02360||^PRN^PH^^^508^5550147", number, from.Facility))
		}
		a, b := one(w.oak, "1"), w.sends(w.oak, born("Olivia", "20220117", ""))
		rival := w.sends(w.elm, born("Olive", "20230405", ""))
		why := `{"rule":"balanced","outcome":"match","profile":"balanced","weights":"1","bits":14,"levels":[],"rival":%d}`
		w.queued(a, b, fmt.Sprintf(why, rival))
		is.Equal(t, "rival", w.pair(w.ada, a, b).Rival, rival)
		is.Equal(t, "of whom a clinic does not know", w.pair(w.olga, a, b).Rival, iis.PersonID(0))
		if all := w.pair(w.olga, a, b).Why(); len(all) == 0 {
			t.Error("a clinic is told nothing of why two wait")
		}
		_, err := w.desk.Decide(context.Background(), w.ada, rival, a, steward.Same, "They are one.")
		is.NoError(t, "join", err)
		is.Equal(t, "who is one of the two", w.pair(w.ada, a, b).Rival, iis.PersonID(0))
	})
}
