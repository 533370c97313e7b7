package intake_test

import (
	"strings"
	"testing"

	"openiis/internal/hl7"
	"openiis/internal/is"
)

// A dose whose vaccine only its sender's own list names was given: it is stored as
// sent and reported, and nobody takes its code for one of CVX.
func TestADoseOfACodeOfTheSendersOwnIsStoredAsSent(t *testing.T) {
	each(t, func(w *world) {
		own := order("1", "20240612", "03^measles shot^XYZ", "01", "A", "")
		m := w.send(w.oak, w.vxu(juniper, own))
		is.Equal(t, "answer", m.First("MSA").Field(1).String(), "AE")
		is.Equal(t, "place of the worst", string(m.First("ERR").Field(2).Raw()), "RXA^1^5^1^1")
		is.Equal(t, "history", vaccines(w.ask(w.oak, juniper)), []string{"20240612 999^unknown^CVX^03^measles shot^XYZ"})
		w.accepted(w.oak, w.vxu(juniper, own))
		is.Equal(t, "sent again", len(vaccines(w.ask(w.oak, juniper))), 1)
		w.accepted(w.oak, w.vxu(juniper, strings.Replace(own, "measles shot", "MMR", 1)))
		is.Equal(t, "when the text says so too", vaccines(w.ask(w.oak, juniper)), []string{"20240612 03^MMR^CVX"})
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "03^measles shot^XYZ", "01", "D", "")))
		is.Equal(t, "withdrawn", vaccines(w.ask(w.oak, juniper)), []string{})
	})
}

// Two codes of a sender's own are two vaccines, and the same code of two senders may
// be too.
func TestNoDoseOfACodeOfTheSendersOwnIsLostToAnother(t *testing.T) {
	each(t, func(w *world) {
		for range 2 {
			w.accepted(w.oak, w.vxu(juniper, order("", "20240612", "M1^measles^99OAK", "01", "A", ""), order("", "20240612", "P1^polio^99OAK", "01", "A", "")))
		}
		is.Equal(t, "without numbers", len(vaccines(w.ask(w.oak, juniper))), 2)
		w.accepted(w.elm, w.vxu(juniper, order("7", "20240612", "M1^mumps^99OAK", "01", "A", "")))
		is.Equal(t, "of another sender", len(vaccines(w.ask(w.oak, juniper))), 3)
	})
}

// Some senders number the message and not the dose.
func TestANumberUsedAgainForACodeOfTheSendersOwnLosesNeitherDose(t *testing.T) {
	each(t, func(w *world) {
		for _, o := range []string{
			order("1", "20240101", "08^HepB^CVX", "00", "A", "L1"), order("1", "20240612", "M1^measles^99OAK", "00", "A", "L2"),
			order("1", "20240613", "P1^polio^99OAK", "00", "A", "L2"),
		} {
			w.accepted(w.oak, w.vxu(juniper, o))
			w.accepted(w.oak, w.vxu(juniper, o))
		}
		is.Equal(w.t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240101 08 CP", "20240612 999 CP", "20240613 999 CP"})
	})
}

// vaccines are the doses of an answer: day and RXA-5.
func vaccines(m *hl7.Message) []string {
	out := []string{}
	for i := range m.Len() {
		if s := m.Segment(i); s.Name() == "RXA" {
			out = append(out, s.Field(3).String()+" "+string(s.Field(5).Raw()))
		}
	}
	return out
}
