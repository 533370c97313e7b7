package intake_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
)

func TestClaimingAProtectionDoesNotOpenARecord(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, "PD1||||||||||||Y|20240612\r", order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		for _, said := range []string{"Y", "N", "Y"} {
			w.accepted(w.elm, w.vxu(juniper, "PD1||||||||||||"+said+"|20200101\r", order("5", "20240101", "08^HepB^CVX", "00", "A", "L9")))
			is.Equal(w.t, "after saying "+said, doses(w.ask(w.elm, juniper)), []string{"20240101 08 CP"})
		}
		is.Equal(w.t, "the owner", doses(w.ask(w.oak, juniper)), []string{"20240101 08 CP", "20240612 94 CP"})
	})
}

func TestAHiddenPersonDoesNotChangeTheAnswerAboutAnother(t *testing.T) {
	each(t, func(w *world) {
		hidden, seen := juniper, juniper
		hidden.more, seen.more, seen.mrn = "||||||||||||||||Y|1", "||||||||||||||||Y|2", "E1"
		w.accepted(w.oak, w.vxu(hidden, "PD1||||||||||||Y|20240612\r"))
		w.accepted(w.elm, w.vxu(seen, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		asked := juniper
		asked.mrn = ""
		if m := w.ask(w.elm, asked); profile(m) != "Z32" {
			w.t.Errorf("the twin who is not hidden: %s", m.Raw())
		}
	})
}

func TestAProtectedPersonIsShownOnlyToWhoProtectsIt(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		dose := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		pd1 := "PD1||||||||||||Y|20240612\r"
		w.accepted(w.oak, w.vxu(juniper, pd1, dose))
		if m := w.ask(w.elm, juniper); profile(m) != "Z33" || m.First("QAK").Field(2).String() != "NF" {
			t.Errorf("another clinic sees a protected person: %s", m.Raw())
		}
		if m := w.ask(w.oak, juniper); profile(m) != "Z32" {
			t.Errorf("the owner does not see its patient: %s", m.Raw())
		}
		w.accepted(w.elm, w.vxu(juniper, "PD1||||||||||||N|20240612\r", order("5", "20240101", "08^HepB^CVX", "00", "A", "L9")))
		m := w.ask(w.elm, juniper)
		is.Equal(t, "what another clinic that treats her sees: its own dose", doses(m), []string{"20240101 08 CP"})
		is.Equal(t, "what the owner sees", doses(w.ask(w.oak, juniper)), []string{"20240101 08 CP", "20240612 94 CP"})
		w.accepted(w.oak, w.vxu(juniper, "PD1||||||||||||N|20240613\r"))
		is.Equal(t, "after the owner's N", doses(w.ask(w.elm, juniper)), []string{"20240101 08 CP", "20240612 94 CP"})
	})
}

// TestTheOwnPartOfARecordSaysHowTheWholeIsShared: an EHR that sends N by habit is not answered N for good
// when the mother objected elsewhere.
func TestTheOwnPartOfARecordSaysHowTheWholeIsShared(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		w.goesBy("ma")
		w.accepted(w.elm, w.vxu(juniper, "PD1||||||||||||N|20230101\r", order("5", "20240101", "08^HepB^CVX", "00", "A", "L9")))
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		said := func(from iis.Sender) string {
			pd1 := w.ask(from, juniper).First("PD1")
			return pd1.Field(12).String() + " " + pd1.Field(13).String()
		}
		is.Equal(t, "as long as nobody objects", said(w.elm), "N 20230101")
		today := cal.On(w.store.Now())
		w.chooses(w.oak, w.personOf(w.oak, juniper), iis.Choice{Kind: iis.Objects, From: today, By: 7})
		is.Equal(t, "the own part alone", doses(w.ask(w.elm, juniper)), []string{"20240101 08 CP"})
		is.Equal(t, "who said N", said(w.elm), "Y "+today.Compact())
		is.Equal(t, "who said nothing", said(w.oak), "Y "+today.Compact())
		w.chooses(w.oak, w.personOf(w.oak, juniper), iis.Choice{Kind: iis.Withdraws, From: today, By: 7})
		is.Equal(t, "when it is withdrawn", said(w.elm), "N "+today.Compact())
	})
}

// TestHistoryOfWhichNobodyToldThePersonIsAnsweredWithoutAWordOnSharing: N that was sent before the sender went
// live says nothing.
func TestHistoryOfWhichNobodyToldThePersonIsAnsweredWithoutAWordOnSharing(t *testing.T) {
	each(t, func(w *world) {
		w.goesBy("ma")
		is.NoError(w.t, "not live", w.store.Write(context.Background(), func(tx *store.Tx) error { return tx.SetGoLive(w.elm.ID, cal.On(w.store.Now()).AddDays(1), time.Now()) }))
		time.Sleep(time.Second) // a change holds within one
		w.accepted(w.elm, w.vxu(juniper, "PD1||||||||||||N|20230101\r", order("5", "20240101", "08^HepB^CVX", "00", "A", "L9")))
		is.Equal(t, "sharing", w.sharing(w.personOf(w.elm, juniper)), iis.SharingUnknown)
		is.Equal(t, "PD1-12", w.ask(w.elm, juniper).First("PD1").Field(12).String(), "")
	})
}

// chooses records a choice on a page, in the name of a clinic.
func (w *world) chooses(from iis.Sender, id iis.PersonID, c iis.Choice) {
	w.t.Helper()
	now := w.store.Now()
	var form iis.Form
	form.Add("Form", string(c.Kind))
	sub := iis.Submission{Sender: from, Door: iis.DoorWeb, Received: now, Raw: form.Text()}
	kept := w.store.Keep(&sub)
	is.NoError(w.t, "keep", kept.Before())
	_, err := record.New(w.store, codeset.Default()).Take(context.Background(), record.Arrival{
		Submission: sub.ID, Sender: from, Actor: nora, Received: now, Known: id, Choice: &c,
		Finish: func(r iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: sub.ID, Sender: from.ID, Answered: now, Kind: iis.FormReceipt, Ack: "AA", Person: r.Person, Outcome: []byte("{}")}
		},
	})
	is.NoError(w.t, "choose", err)
	is.NoError(w.t, "kept", kept.Wait())
}

func TestQueriesFindNobodySeveralOrTooMany(t *testing.T) {
	each(t, func(w *world) {
		if m := w.ask(w.elm, juniper); profile(m) != "Z33" || m.First("QAK").Field(2).String() != "NF" || m.First("MSA").Field(1).String() != "AA" {
			t.Errorf("nobody: %s", m.Raw())
		}
		for i := range 3 { // look-alikes whom nothing but their birth order tells apart
			c := child{fmt.Sprintf("T%d", i), "Marsh", "Otto", "20200101", "M", fmt.Sprintf("||||||||||||||||Y|%d", i+1)}
			w.accepted(w.oak, w.vxu(c))
		}
		otto := child{"", "Marsh", "Otto", "20200101", "M", ""}
		m := w.ask(w.elm, otto)
		if profile(m) != "Z31" || m.First("QAK").Field(2).String() != "OK" {
			t.Fatalf("three who may be meant: %s", m.Raw())
		}
		pids := 0
		for i := range m.Len() {
			if m.Segment(i).Name() == "PID" {
				pids++
			}
			if m.Segment(i).Name() == "RXA" {
				t.Error("a list of candidates reveals a history")
			}
		}
		if pids != 3 {
			t.Errorf("%d candidates, want 3", pids)
		}
		few := w.send(w.elm, w.header("QBP^Q11^QBP_Q11")+"Z34^CDCPHINVS\rQPD|Z34^x^CDCPHINVS|T1||Marsh^Otto^^^^^L||20200101|M\rRCP|I|2^RD&Records&HL70126\r")
		if profile(few) != "Z33" || few.First("QAK").Field(2).String() != "TM" {
			t.Errorf("more than were asked for: %s", few.Raw())
		}
	})
}

// Who asks must learn what of the query was not understood: it may be why nobody,
// or too many, were found.
func TestAnAnswerThatNamesNobodyTellsWhatOfTheQueryWasNotUnderstood(t *testing.T) {
	each(t, func(w *world) {
		for i := range 3 {
			w.accepted(w.oak, w.vxu(child{fmt.Sprintf("T%d", i), "Marsh", "Otto", "20200101", "M", fmt.Sprintf("||||||||||||||||Y|%d", i+1)}))
		}
		for _, c := range []struct {
			status, place string
			asked         child
		}{
			{"NF", "QPD^1^6", child{"A1^^^X^MR", "Quillfeather", "Juniper", "2023040", "F", ""}},
			{"TM", "QPD^1^7", child{"", "Marsh", "Otto", "20200101", "Q", ""}},
		} {
			m := w.send(w.elm, w.header("QBP^Q11^QBP_Q11")+"Z34^CDCPHINVS\r"+
				fmt.Sprintf("QPD|Z34^x^CDCPHINVS|T1|%s|%s^%s^^^^^L||%s|%s\rRCP|I|2^RD&Records&HL70126\r", c.asked.mrn, c.asked.family, c.asked.given, c.asked.birth, c.asked.sex))
			e := m.First("ERR")
			is.Equal(t, c.status, []string{m.First("QAK").Field(2).String(), m.First("MSA").Field(1).String(), string(e.Field(2).Raw()), e.Field(4).String()},
				[]string{c.status, "AA", c.place, "W"})
		}
	})
}

// Who sends queries hears of what is wrong with them as who sends updates does.
func TestAnAnswerTellsTheWorstOfWhatTheChecksFind(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240102", "03^MMR^CVX", "00", "A", "L1")))
		for _, c := range []struct{ name, place string }{
			{"Quillfeather^Juniper^^^^^L", ""},
			{"Quillfeather^^^^^^L", "QPD^1^4^1^2"}, // found by number and birth date; the given name is required
		} {
			m := w.send(w.oak, w.header("QBP^Q11^QBP_Q11")+"Z34^CDCPHINVS\r"+
				fmt.Sprintf("QPD|Z34^x^CDCPHINVS|T1|%s^^^X^MR|%s||%s\rRCP|I|2^RD&Records&HL70126\r", juniper.mrn, c.name, juniper.birth))
			e := m.First("ERR")
			is.Equal(t, c.name, []string{m.First("MSA").Field(1).String(), m.First("QAK").Field(2).String(), string(e.Field(2).Raw())}, []string{"AA", "OK", c.place})
		}
	})
}
