package intake_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

// A sender of several hospitals has one number twice. Without the authority it
// means nobody, for the wrong child's history is worse than none.
func TestANumberThatTwoAuthoritiesGaveMeansNobodyWithoutItsAuthority(t *testing.T) {
	each(t, func(w *world) {
		hal, jim := child{"77^^^NORTH^MR", "Hale", "Hal", "20200101", "M", ""}, child{"77^^^SOUTH^MR", "Jade", "Jim", "20190101", "M", ""}
		message := func(c child, day string) string {
			return strings.Replace(w.vxu(c, order("1", day, "94^MMRV^CVX", "00", "A", "L1")), "^MR^^^X^MR", "^MR", 1)
		}
		bare := child{mrn: "77^^^^MR"}
		w.accepted(w.oak, message(hal, "20240101"))
		is.Equal(t, "while one has it", doses(w.ask(w.oak, bare)), []string{"20240101 94 CP"})
		w.accepted(w.oak, message(jim, "20240202"))
		is.Equal(t, "the number alone", profile(w.ask(w.oak, bare)), "Z33")
		is.Equal(t, "the number without its type", profile(w.ask(w.oak, child{mrn: "77"})), "Z33")
		is.Equal(t, "one", doses(w.ask(w.oak, child{mrn: hal.mrn})), []string{"20240101 94 CP"})
		is.Equal(t, "the other", doses(w.ask(w.oak, child{mrn: jim.mrn})), []string{"20240202 94 CP"})

		noAuthority := hal // a message without it goes by name and birth date
		noAuthority.mrn = "77^^^^MR"
		w.accepted(w.oak, message(noAuthority, "20240303"))
		is.Equal(t, "one, as it was", doses(w.ask(w.oak, child{mrn: hal.mrn})), []string{"20240303 94 CP"})
		is.Equal(t, "the other, as it was", doses(w.ask(w.oak, child{mrn: jim.mrn})), []string{"20240202 94 CP"})
		is.Equal(t, "the number alone still", profile(w.ask(w.oak, bare)), "Z33")
	})
}

func TestANumberWithoutAuthorityThatTwoHadMeansNobodyAloneAndTheLastWithMore(t *testing.T) {
	each(t, func(w *world) {
		bare := func(c child, o ...string) string { return strings.Replace(w.vxu(c, o...), "^^^X^MR", "^^^^MR", 1) }
		otis := child{"A1", "Marsh", "Otis", "20190101", "M", ""}
		w.accepted(w.oak, bare(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		w.accepted(w.oak, bare(otis, order("2", "20240712", "94^MMRV^CVX", "00", "A", "L1")))
		is.Equal(t, "alone", profile(w.ask(w.oak, child{mrn: "A1^^^^MR"})), "Z33")
		otis.family = "Fern" // adopted
		w.accepted(w.oak, bare(otis, order("2", "20240713", "94^MMRV^CVX", "00", "U", "L1")))
		otis.mrn = ""
		is.Equal(t, "with more", doses(w.ask(w.elm, otis)), []string{"20240713 94 CP"})
	})
}

// Who repeats what it said of its own patient is not compared again: another
// clinic's word that came meanwhile does not move the patient.
func TestARepeatedMessageStaysWhereItWasPlaced(t *testing.T) {
	each(t, func(w *world) {
		first := w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"))
		w.accepted(w.oak, first)
		w.accepted(w.elm, w.vxu(child{"E7", "Quillfeather", "Juniper", "20230405", "F", ""}, order("9", "20240812", "83^HepA^CVX", "00", "A", "L2")))
		w.accepted(w.elm, w.vxu(child{"E7", "Quillfeather", "Juniper", "20230405", "F", "||||||||||||||||Y|2"})) // a twin, it says now
		w.accepted(w.oak, first)
		w.accepted(w.oak, w.vxu(juniper, order("2", "20240901", "83^HepA^CVX", "00", "A", "L3")))
		m := w.ask(w.oak, child{mrn: "A1^^^X^MR"})
		is.Equal(t, "doses", len(doses(m)), 3)
	})
}

func TestASenderIsToldThatItsNumberIsAnothersAlready(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		m := w.send(w.oak, w.vxu(child{"A1", "Marsh", "Otis", "20190101", "M", ""}, order("2", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		is.Equal(t, "place of duplicate key", places(m)["205"], "PID^1^3^1^1")
		if a := w.ask(w.elm, child{"", "Marsh", "Otis", "20190101", "M", ""}); profile(a) != "Z32" {
			t.Errorf("the dose of the second patient is not found: %s", a.Raw())
		}
	})
}

func TestANumberIsFoundWithAndWithoutItsAuthority(t *testing.T) {
	each(t, func(w *world) {
		dose := order("7", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		bare := func(s string) string { return strings.Replace(s, "7^X", "7", 1) }
		w.accepted(w.oak, w.vxu(juniper, dose))
		w.accepted(w.oak, w.vxu(juniper, bare(order("7", "20240613", "94^MMRV^CVX", "00", "U", "L1"))))
		is.Equal(w.t, "updated", doses(w.ask(w.oak, juniper)), []string{"20240613 94 CP"})
		w.accepted(w.oak, w.vxu(juniper, bare(order("7", "20240613", "94^MMRV^CVX", "00", "D", "L1"))))
		is.Equal(w.t, "deleted", doses(w.ask(w.oak, juniper)), []string{})
	})
}

func TestTwinsUnderOneNumberAreNotOneChild(t *testing.T) {
	each(t, func(w *world) {
		ann := child{"T1", "Twina", "Ann", "20240404", "F", "||||||||||||||||Y|1"}
		bea := child{"T1", "Twina", "Bea", "20240404", "F", "||||||||||||||||Y|2"}
		w.accepted(w.oak, w.vxu(ann, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		w.accepted(w.oak, w.vxu(bea, order("2", "20240613", "94^MMRV^CVX", "00", "A", "L1")))
		ann.mrn, bea.mrn = "", ""
		is.Equal(w.t, "Ann", doses(w.ask(w.elm, ann)), []string{"20240612 94 CP"})
		is.Equal(w.t, "Bea", doses(w.ask(w.elm, bea)), []string{"20240613 94 CP"})
	})
}

func TestTwoClinicsThatShareNoKeyLoseNothingOfEachOther(t *testing.T) {
	each(t, func(w *world) {
		for i := range 8 {
			c := child{fmt.Sprintf("R%d", i), "Racer", fmt.Sprintf("Kid%c", 'A'+i), "20200101", "F", ""}
			w.accepted(w.oak, w.vxu(c))
			renamed := c
			renamed.family = "Renamed"
			var group sync.WaitGroup
			for from, text := range map[iis.SenderID]string{
				w.oak.ID: w.vxu(renamed, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")),
				w.elm.ID: w.vxu(child{"E" + c.mrn, c.family, c.given, c.birth, c.sex, ""}, order("2", "20240612", "94^MMRV^CVX", "01", "A", "")),
			} {
				sender := w.oak
				if from == w.elm.ID {
					sender = w.elm
				}
				group.Go(func() {
					if _, err := w.desk.Message(context.Background(), sender, iis.DoorHTTP, []byte(text)); err != nil {
						w.t.Error(err)
					}
				})
			}
			group.Wait()
			if got := doses(w.ask(w.oak, renamed)); len(got) != 1 {
				w.t.Errorf("race %d: %v, want one dose", i, got)
			}
		}
	})
}

func TestTwoChartsOfOneFacilityAreNotMergedWithoutAPerson(t *testing.T) {
	each(t, func(w *world) {
		other := juniper
		other.mrn = "A2"
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		w.accepted(w.oak, w.vxu(other, order("2", "20240101", "08^HepB^CVX", "00", "A", "L2")))
		is.Equal(w.t, "the first chart", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP"})
		asked := juniper
		asked.mrn = ""
		if m := w.ask(w.elm, asked); profile(m) != "Z31" {
			w.t.Errorf("another clinic's question: %s", m.Raw())
		}
	})
}
