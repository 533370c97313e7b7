package steward_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/steward"
	"openiis/internal/store"
)

// mmr is an order group of a dose of MMR that its sender gave.
func mmr(filler, day, lot string) string {
	return fmt.Sprintf("ORC|RE||%s^X\rRXA|0|1|%s||03^x^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||%s||MSD^x^MVX|||CP|A", filler, day, lot)
}

// doubt is the only question that somebody decides about a person.
func (w *world) doubt(by steward.By, id iis.PersonID) steward.DoseDoubt {
	w.t.Helper()
	s, err := w.desk.About(context.Background(), by, id)
	is.NoError(w.t, "about", err)
	if len(s.Doubts) != 1 {
		w.t.Fatalf("%d doubts, want one: %+v", len(s.Doubts), s.Doubts)
	}
	return s.Doubts[0]
}

// said is what was said of a person's doses, the newest first.
func (w *world) said(by steward.By, id iis.PersonID) (out []string) {
	w.t.Helper()
	s, err := w.desk.About(context.Background(), by, id)
	is.NoError(w.t, "about", err)
	for _, d := range s.Doses {
		line := fmt.Sprintf("%s %s %s and %s: %s", d.Who, d.Verdict, d.One.Lot, d.Another.Lot, d.Why)
		if d.Holds {
			line += " (holds)"
		}
		if d.MayUndo {
			line += " (may be undone)"
		}
		out = append(out, line)
	}
	return out
}

// inQuestion are the doses in somebody's queue, by their lots.
func (w *world) inQuestion(by steward.By) []string {
	w.t.Helper()
	page, err := w.desk.Doses(context.Background(), by, steward.Filter{})
	is.NoError(w.t, "queue", err)
	out := []string{}
	for _, q := range page.Questions {
		line := q.Card.Golden.Names[0].Given + ":"
		for _, d := range q.Doubts {
			line += " " + d.A.Lot + "?" + d.B.Lot
		}
		out = append(out, line)
	}
	return out
}

func TestDosesInQuestionAreOneShotOrTwoAndThatCanBeUndone(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		id := w.sends(w.oak, born("Olive", "20230405", ""), mmr("1", "20240506", "L1"), mmr("2", "20240506", "K2"))
		is.Equal(t, "queue", w.inQuestion(w.ada), []string{"Olive: L1?K2"})
		q := w.doubt(w.ada, id)
		is.Equal(t, "why", q.Why, "One site says that it gave this vaccine on this day from two lots.")
		decide := func(by steward.By, a, b iis.DoseID, seen string, v steward.Verdict, why string) error {
			_, err := w.desk.DecideDoses(ctx, by, id, a, b, seen, v, why)
			return err
		}
		for what, c := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"without a reason":      {decide(w.ada, q.A.ID, q.B.ID, q.Seen, steward.Same, " "), fault.Invalid},
			"without a verdict":     {decide(w.ada, q.A.ID, q.B.ID, q.Seen, "perhaps", "Who knows."), fault.Invalid},
			"without what was seen": {decide(w.ada, q.A.ID, q.B.ID, "", steward.Same, "I know."), fault.Conflict},
			"of one dose":           {decide(w.ada, q.A.ID, q.A.ID, q.Seen, steward.Same, "I know."), fault.NotFound},
			"of a dose that is not": {decide(w.ada, q.A.ID, 77, q.Seen, steward.Same, "I know."), fault.NotFound},
			"undo what nobody said": {w.desk.UndoDoses(ctx, w.ada, id, q.A.ID, q.B.ID, "No."), fault.NotFound},
			"undo without a reason": {w.desk.UndoDoses(ctx, w.ada, id, q.A.ID, q.B.ID, ""), fault.Invalid},
			"of whom nobody knows":  {w.desk.UndoDoses(ctx, w.ada, 77, q.A.ID, q.B.ID, "No."), fault.NotFound},
			"by who has no site":    {decide(steward.By{Actor: w.olga.Actor}, q.A.ID, q.B.ID, q.Seen, steward.Same, "I know."), fault.Denied},
		} {
			is.Equal(t, what, fault.KindOf(c.err), c.kind)
		}
		is.Equal(t, "nothing was said", len(w.said(w.ada, id)), 0)

		is.NoError(t, "one shot", decide(w.ada, q.B.ID, q.A.ID, q.Seen, steward.Same, " The vial was misread. ")) // whichever is named first
		is.Equal(t, "queue", w.inQuestion(w.ada), []string{})
		is.Equal(t, "history", w.said(w.ada, id), []string{"Ada Admin same L1 and K2: The vial was misread. (holds) (may be undone)"})
		is.Equal(t, "to another", w.said(w.olga, id), []string{"Ada Admin same L1 and K2: The vial was misread. (holds)"})
		is.Equal(t, "decide again", fault.KindOf(decide(w.ada, q.A.ID, q.B.ID, q.Seen, steward.Different, "No.")), fault.NotFound)
		is.Equal(t, "undo by another", fault.KindOf(w.desk.UndoDoses(ctx, w.olga, id, q.A.ID, q.B.ID, "No.")), fault.Denied)
		is.NoError(t, "undo", w.desk.UndoDoses(ctx, w.ada, id, q.B.ID, q.A.ID, "Both vials are here."))
		is.Equal(t, "undo again", fault.KindOf(w.desk.UndoDoses(ctx, w.ada, id, q.A.ID, q.B.ID, "No.")), fault.Conflict)
		is.Equal(t, "queue", w.inQuestion(w.ada), []string{"Olive: L1?K2"})

		is.NoError(t, "two shots", decide(w.olga, q.A.ID, q.B.ID, q.Seen, steward.Different, "Both vials are here."))
		is.Equal(t, "queue", w.inQuestion(w.ada), []string{})
		is.Equal(t, "history", w.said(w.olga, id), []string{
			"Olga Oak different L1 and K2: Both vials are here. (holds) (may be undone)",
			"Ada Admin lifted L1 and K2: Both vials are here.",
			"Ada Admin same L1 and K2: The vial was misread.",
		})
		is.NoError(t, "her own", w.desk.UndoDoses(ctx, w.olga, id, q.A.ID, q.B.ID, "I was wrong."))
		is.Equal(t, "audited", slices.DeleteFunc(w.audited(id), func(act string) bool { return act == steward.ActQueue }),
			[]string{record.ActPin, record.ActUnpin, record.ActPin, record.ActUnpin})
	})
}

// What is decided is what was looked at: a report that changed meanwhile has to be
// looked at again.
func TestADecisionIsOfWhatWasSeen(t *testing.T) {
	each(t, func(w *world) {
		id := w.sends(w.oak, born("Olive", "20230405", ""), mmr("1", "20240506", "L1"), mmr("2", "20240506", "K2"))
		q := w.doubt(w.ada, id)
		w.sends(w.oak, born("Olive", "20230405", ""), mmr("2", "20240506", "K3"))
		decide := func(seen string) error {
			_, err := w.desk.DecideDoses(context.Background(), w.ada, id, q.A.ID, q.B.ID, seen, steward.Different, "Both vials are here.")
			return err
		}
		is.Equal(t, "of what was", fault.KindOf(decide(q.Seen)), fault.Conflict)
		is.Equal(t, "nothing was said", len(w.said(w.ada, id)), 0)
		is.NoError(t, "of what is", decide(w.doubt(w.ada, id).Seen))
	})
}

func TestAClinicDecidesAboutDosesBothOfWhichItHasReported(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		shared := w.sends(w.oak, born("Olive", "20230405", home), mmr("1", "20240506", "L1"))
		is.Equal(t, "one person", w.sends(w.elm, born("Olive", "20230405", home), mmr("2", "20240506", "K2")), shared)
		q := w.doubt(w.ada, shared)
		is.Equal(t, "its queue has the person and no question for it", w.inQuestion(w.olga), []string{"Olive:"})
		_, err := w.desk.DoseDoubt(ctx, w.olga, shared, q.A.ID, q.B.ID)
		is.Equal(t, "compare", fault.KindOf(err), fault.Denied)
		for _, v := range []steward.Verdict{steward.Same, steward.Different, steward.Later} {
			_, err := w.desk.DecideDoses(ctx, w.olga, shared, q.A.ID, q.B.ID, q.Seen, v, "I know.")
			is.Equal(t, "decide "+string(v), fault.KindOf(err), fault.Denied)
		}
		is.Equal(t, "nothing was said", len(w.said(w.ada, shared)), 0)
		_, err = w.desk.DoseDoubt(ctx, w.ada, shared, q.A.ID, q.B.ID)
		is.NoError(t, "the programme", err)
	})
}

func TestLaterPutsOffAPersonsDosesInOnesOwnQueueForAWeek(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		id := w.sends(w.oak, born("Olive", "20230405", ""), mmr("1", "20240506", "L1"), mmr("2", "20240506", "K2"))
		q := w.doubt(w.olga, id)
		_, err := w.desk.DecideDoses(ctx, w.olga, id, q.A.ID, q.B.ID, "", steward.Later, "")
		is.NoError(t, "later", err)
		is.Equal(t, "her queue", w.inQuestion(w.olga), []string{})
		is.Equal(t, "the programme's", w.inQuestion(w.ada), []string{"Olive: L1?K2"})
		d, err := w.desk.DoseDoubt(ctx, w.ada, id, q.A.ID, q.B.ID)
		is.NoError(t, "doubt", err)
		is.Equal(t, "by whom", d.PutOff[0].ByName, "Olga Oak")
		is.Equal(t, "audited", w.audited(id)[0], steward.ActPutOffDoses)
		now := time.Now()
		w.store.SetClock(func() time.Time { return now.Add(steward.PutOffFor + time.Minute) })
		is.Equal(t, "a week later", w.inQuestion(w.olga), []string{"Olive: L1?K2"})
	})
}

// A decision is named by numbers that go on leading there when records become one.
func TestADecisionAboutDosesIsInTheHistoryOfAJoinedRecord(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		a := w.sends(w.elm, born("Olivia", "20220117", ""))
		b := w.sends(w.oak, born("Olive", "20230405", ""), mmr("1", "20240506", "L1"), mmr("2", "20240506", "K2"))
		q := w.doubt(w.ada, b)
		_, err := w.desk.DecideDoses(ctx, w.ada, b, q.A.ID, q.B.ID, q.Seen, steward.Same, "Misread.")
		is.NoError(t, "one shot", err)
		_, err = w.desk.Decide(ctx, w.ada, a, b, steward.Same, "Sisters they are not.")
		is.NoError(t, "join", err)
		is.Equal(t, "history", w.said(w.ada, a), []string{"Ada Admin same L1 and K2: Misread. (holds) (may be undone)"})
		is.NoError(t, "undo by the former number", w.desk.UndoDoses(ctx, w.ada, b, q.A.ID, q.B.ID, "No."))
		is.Equal(t, "in question again", w.doubt(w.ada, a).A.Lot, "L1")
		var review bool
		is.NoError(t, "read", w.store.Read(ctx, func(tx *store.Tx) error {
			f, err := tx.Folder(a)
			review = f.Consolidated[0].Review
			return err
		}))
		is.Equal(t, "to be looked at", review, true)
	})
}
