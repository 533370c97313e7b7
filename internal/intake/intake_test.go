package intake_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
)

func TestARecordThatWasTamperedWithIsFound(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		var id iis.PersonID
		change := func(f func(*store.Folder)) {
			is.NoError(t, "change", w.store.Write(context.Background(), func(tx *store.Tx) error {
				ids, err := tx.RecentPersons(1)
				if err != nil {
					return err
				}
				id = ids[0]
				folder, err := tx.Folder(id)
				if err != nil {
					return err
				}
				f(folder)
				return tx.PutFolder(folder, time.Now())
			}))
		}
		change(func(f *store.Folder) { f.Doses[0].Dose.Lot = "L9" })
		is.Equal(t, "wrong after a lot was changed", wrong(t, w.store), 1)
		change(func(f *store.Folder) { f.Doses[0].Dose.Lot = "L1" })
	})
}

func TestADoseSentByOneClinicIsFoundByAnother(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		asked := juniper
		asked.mrn = "" // the other clinic has no number for her
		m := w.ask(w.elm, asked)
		if profile(m) != "Z32" {
			t.Fatalf("answer: %s", m.Raw())
		}
		is.Equal(t, "doses", doses(m), []string{"20240612 94 CP"})
		pid := m.First("PID")
		if pid.Field(3).Comp(5).String() != "SR" || strings.Contains(string(pid.Raw()), "A1^") {
			t.Errorf("PID-3 must be the registry's number and not another clinic's: %s", pid.Field(3).Raw())
		}
		again := child{mrn: pid.Field(3).Comp(1).String() + "^^^OPENIIS^SR"}
		if m := w.ask(w.elm, again); profile(m) != "Z32" {
			t.Errorf("the registry's own number finds nobody: %s", m.Raw())
		}
		if m := w.ask(w.oak, child{mrn: "A1^^^X^MR"}); profile(m) != "Z32" {
			t.Errorf("the clinic's own number finds nobody: %s", m.Raw())
		}
		if m := w.ask(w.elm, child{mrn: "A1^^^X^MR"}); profile(m) != "Z33" {
			t.Errorf("a clinic's number works for another clinic: %s", m.Raw())
		}
	})
}

func TestARefusedMessageStoresNothingButItself(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		for _, text := range []string{
			w.header("VXU^V04^VXU_V04") + "Z22^CDCPHINVS\rPID|\r" + order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"),
			w.vxu(juniper, order("1", "SHOT DATE", "94^MMRV^CVX", "00", "A", "L1")),
			strings.Replace(w.vxu(juniper), "2.5.1", "9", 1),
			strings.Replace(w.vxu(juniper), "VXU^V04", "ADT^A01", 1),
			"not a message at all",
		} {
			reply, err := w.desk.Message(ctx, w.oak, iis.DoorHTTP, []byte(text))
			if err != nil && !intake.IsNoMessage(err) {
				t.Errorf("%.40q: %v", text, err)
			}
			if reply.Findings.Worst() != iis.Error || reply.Ack == "AA" {
				t.Errorf("%.40q: %s with %v", text, reply.Ack, reply.Findings)
			}
			kept, err := w.store.Submission(ctx, reply.Submission)
			is.NoError(t, "read back", err)
			if string(kept.Raw) != text {
				t.Errorf("kept as %q", kept.Raw)
			}
			is.NoError(t, "receipt", w.store.Read(ctx, func(tx *store.Tx) error {
				r, err := tx.Receipt(reply.Submission)
				if r.Person != 0 || r.Ack != reply.Ack || len(r.Findings) == 0 {
					t.Errorf("receipt %+v", r)
				}
				return err
			}))
		}
		is.NoError(t, "persons", w.store.Read(ctx, func(tx *store.Tx) error {
			ids, err := tx.RecentPersons(10)
			if len(ids) != 0 {
				t.Errorf("%d persons were stored", len(ids))
			}
			return err
		}))
	})
}

func TestManyMessagesAboutOneNewPersonMakeOnePerson(t *testing.T) {
	each(t, func(w *world) {
		var group sync.WaitGroup
		for i := range 24 {
			from := w.oak
			if i%2 == 1 {
				from = w.elm
			}
			c := juniper
			c.mrn = fmt.Sprintf("M%d", i%2)
			text := w.vxu(c, order(fmt.Sprint(i), fmt.Sprintf("202401%02d", i+1), "08^HepB^CVX", "01", "A", ""))
			group.Go(func() {
				if _, err := w.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text)); err != nil {
					t.Errorf("message %d: %v", i, err)
				}
			})
		}
		group.Wait()
		if n := len(doses(w.ask(w.oak, juniper))); n != 24 {
			t.Errorf("%d doses, want 24: two messages made two persons, or one was lost", n)
		}
	})
}

func TestASenderSetToEnforceMustSendUnderItsOwnName(t *testing.T) {
	each(t, func(w *world) {
		strict := w.oak
		strict.Enforce = true
		other := w.send(strict, strings.Replace(w.vxu(juniper), "|EHR|X|", "|EHR|OAK|", 1))
		if ack := other.First("MSA").Field(1).String(); ack != "AA" {
			w.t.Errorf("its own name: %s", other.Raw())
		}
		m := w.send(strict, w.vxu(juniper))
		if m.First("ERR").Field(2).Comp(3).String() != "4" || m.First("MSA").Field(1).String() == "AA" {
			t.Errorf("MSH-4 of another facility: %s", m.Raw())
		}
		w.accepted(w.oak, w.vxu(juniper))
		q := w.ask(strict, juniper) // it passed the first pass: a query is answered as one
		is.Equal(t, "a query", []string{profile(q), q.First("MSA").Field(1).String(), q.First("QAK").Field(2).String(), string(q.First("ERR").Field(2).Raw()), q.First("PID").Name()},
			[]string{"Z33", "AE", "AE", "MSH^1^4", ""})
	})
}
