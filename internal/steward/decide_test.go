package steward_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/steward"
	"openiis/internal/store"
)

// about is what stands on a person's page: whom it may be, and what was decided.
func (w *world) about(by steward.By, id iis.PersonID) (maybe []iis.PersonID, decisions []string) {
	w.t.Helper()
	s, err := w.desk.About(context.Background(), by, id)
	is.NoError(w.t, "about", err)
	for _, m := range s.Maybe {
		maybe = append(maybe, m.Other)
	}
	for _, d := range s.Decisions {
		line := d.Who + " " + string(d.Kind) + ": " + d.Why
		if d.UndoneBy != 0 {
			line += " (undone)"
		}
		if d.MayUndo {
			line += " (may be undone)"
		}
		decisions = append(decisions, line)
	}
	return maybe, decisions
}

func (w *world) exists(id iis.PersonID) bool {
	w.t.Helper()
	var cards []store.Card
	is.NoError(w.t, "card", w.store.Read(context.Background(), func(tx *store.Tx) (err error) {
		cards, err = tx.Cards(id)
		return err
	}))
	return len(cards) == 1
}

func TestTheOlderRecordKeepsItsNumberAndUndoingBringsBothBackIntoTheQueue(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		a, b := w.sends(w.oak, born("Olive", "20230405", "")), w.sends(w.elm, born("Olivia", "20220117", ""))
		w.queued(b, a, `{"bits": 7}`)
		maybe, _ := w.about(w.ada, a)
		is.Equal(t, "before", maybe, []iis.PersonID{b})
		_, err := w.desk.Decide(ctx, w.ada, b, a, steward.Same, " ")
		is.Equal(t, "without a reason", fault.KindOf(err), fault.Invalid)
		_, err = w.desk.Decide(ctx, w.ada, b, a, "perhaps", "Who knows.")
		is.Equal(t, "without a verdict", fault.KindOf(err), fault.Invalid)
		is.Equal(t, "nothing was done", []bool{w.exists(a), w.exists(b)}, []bool{true, true})

		kept, err := w.desk.Decide(ctx, w.ada, b, a, steward.Same, "They moved; the mother says so.")
		is.NoError(t, "same", err)
		is.Equal(t, "kept", kept, a)
		is.Equal(t, "records", []bool{w.exists(a), w.exists(b)}, []bool{true, false})
		is.Equal(t, "queue", len(w.queue(w.ada, steward.Filter{})), 0)
		maybe, decisions := w.about(w.ada, a)
		is.Equal(t, "after", len(maybe), 0)
		is.Equal(t, "history", decisions, []string{"Ada Admin merge: They moved; the mother says so. (may be undone)"})
		_, decisions = w.about(w.olga, a)
		is.Equal(t, "to another user", decisions, []string{"Ada Admin merge: They moved; the mother says so."})
		_, err = w.desk.Pair(ctx, w.ada, a, b)
		is.Equal(t, "compare what is one", fault.KindOf(err), fault.NotFound)
		_, err = w.desk.Decide(ctx, w.ada, a, b, steward.Same, "Again.")
		is.Equal(t, "join what is one", fault.KindOf(err), fault.NotFound)

		s, err := w.desk.About(ctx, w.ada, a)
		is.NoError(t, "about", err)
		id := s.Decisions[0].ID
		is.Equal(t, "undo by another", fault.KindOf(w.desk.Undo(ctx, w.olga, a, id, "No.")), fault.Denied)
		is.Equal(t, "undo without a reason", fault.KindOf(w.desk.Undo(ctx, w.ada, a, id, "")), fault.Invalid)
		is.Equal(t, "undo of another record's", fault.KindOf(w.desk.Undo(ctx, w.ada, w.sends(w.oak, born("Greta", "19800405", "")), id, "No.")), fault.NotFound)
		is.NoError(t, "undo", w.desk.Undo(ctx, w.ada, a, id, "It was a cousin."))
		is.Equal(t, "undo again", fault.KindOf(w.desk.Undo(ctx, w.ada, a, id, "No.")), fault.Conflict)
		is.Equal(t, "records", []bool{w.exists(a), w.exists(b)}, []bool{true, true})
		is.Equal(t, "queue", len(w.queue(w.ada, steward.Filter{})), 1)
		_, decisions = w.about(w.ada, b)
		is.Equal(t, "history", decisions, []string{"Ada Admin undo: It was a cousin.", "Ada Admin merge: They moved; the mother says so. (undone)"})
	})
}

func TestOfManyRecordsThatMayBeOneAFewAreNamed(t *testing.T) {
	each(t, func(w *world) {
		a := w.sends(w.oak, born("Olive", "20230405", ""))
		for n := range 7 {
			w.queued(w.sends(w.elm, born("Wendell", fmt.Sprintf("2012010%d", n+1), "")), a, `{"bits": 7}`)
		}
		s, err := w.desk.About(context.Background(), w.ada, a)
		is.NoError(t, "about", err)
		is.Equal(t, "named", len(s.Maybe), 5)
		is.Equal(t, "more", s.MoreMaybe, 2)
	})
}

func TestTwoPeopleAreKeptApartUntilThatIsUndone(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		a, b := w.sends(w.oak, born("Olive", "20230405", "")), w.sends(w.oak, born("Olivia", "20220117", ""))
		w.queued(b, a, `{"bits": 7}`)
		_, err := w.desk.Decide(ctx, w.olga, a, b, steward.Different, "They are cousins.")
		is.NoError(t, "different", err)
		is.Equal(t, "queue", len(w.queue(w.olga, steward.Filter{})), 0)
		_, decisions := w.about(w.olga, b)
		is.Equal(t, "history", decisions, []string{"Olga Oak apart: They are cousins. (may be undone)"})
		_, err = w.desk.Decide(ctx, w.ada, a, b, steward.Same, "One and the same.")
		is.Equal(t, "join them in spite of it", fault.KindOf(err), fault.Conflict)
		is.Equal(t, "flag them in spite of it", fault.KindOf(w.desk.Flag(ctx, w.ada, a, b, "One and the same.")), fault.Conflict)
		for _, id := range []iis.PersonID{a, b} {
			if got := w.audited(id); got[len(got)-1] != record.ActApart {
				t.Errorf("the audit of %d is %q", id, got)
			}
		}
	})
}

// Whoever may open records may flag two, also those whom others decide about.
func TestAFlagPutsTwoRecordsIntoTheQueueWithTheUsersWords(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		a, b := w.sends(w.oak, born("Greta", "19800405", "")), w.sends(w.elm, born("Gerda", "19610816", ""))
		is.Equal(t, "without words", fault.KindOf(w.desk.Flag(ctx, w.olga, a, b, "")), fault.Invalid)
		is.Equal(t, "too many", fault.KindOf(w.desk.Flag(ctx, w.olga, a, b, strings.Repeat("x", 1001))), fault.Invalid)
		is.Equal(t, "one record", fault.KindOf(w.desk.Flag(ctx, w.olga, a, a, "Same.")), fault.Invalid)
		is.NoError(t, "flag", w.desk.Flag(ctx, w.olga, a, b, "She told me."))
		is.Equal(t, "queue", w.queue(w.ada, steward.Filter{}), []string{"Greta Gerda: Middle"})
		is.Equal(t, "her own queue", len(w.queue(w.olga, steward.Filter{})), 0)
		p, err := w.desk.Pair(ctx, w.ada, a, b)
		is.NoError(t, "pair", err)
		is.Equal(t, "words", p.Stored.Flag, "She told me.")
		_, decisions := w.about(w.olga, a)
		is.Equal(t, "history", decisions, []string{"Olga Oak flag: She told me."})
	})
}
