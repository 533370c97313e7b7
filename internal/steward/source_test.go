package steward_test

import (
	"context"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/steward"
	"openiis/internal/store"
)

// sourcesOf are the sources of a person, in their order.
func (w *world) sourcesOf(id iis.PersonID) []iis.SourceID {
	w.t.Helper()
	var out []iis.SourceID
	is.NoError(w.t, "sources", w.store.Read(context.Background(), func(tx *store.Tx) error {
		out = nil
		linked, err := tx.Linked(id)
		for _, l := range linked {
			out = append(out, l.Source)
		}
		return err
	}))
	return out
}

// joined are two records made one, by a verdict.
func (w *world) joined(v steward.Verdict) iis.PersonID {
	w.t.Helper()
	a, b := w.sends(w.oak, born("Olive", "20230405", "")), w.sends(w.elm, born("Olivia", "20220117", ""))
	kept, err := w.desk.Decide(context.Background(), w.ada, a, b, v, "The mother says so.")
	is.NoError(w.t, "join", err)
	return kept
}

func TestTheProgrammeMovesASourceToANewRecordAndBack(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		one := w.joined(steward.Same)
		two := w.sourcesOf(one)
		is.Equal(t, "sources", len(two), 2)
		for name, err := range map[string]error{
			"by a clinic":      third(w.desk.MoveSource(ctx, w.olga, two[1], one, 0, "It is a cousin’s.")),
			"by nobody's user": third(w.desk.MoveSource(ctx, steward.By{}, two[1], one, 0, "It is a cousin’s.")),
		} {
			is.Equal(t, name, fault.KindOf(err), fault.Denied)
		}
		_, err := w.desk.MoveSource(ctx, w.ada, two[1], one, 0, " ")
		is.Equal(t, "without a reason", fault.KindOf(err), fault.Invalid)
		_, err = w.desk.MoveSource(ctx, w.ada, two[1], one, 12345, "It is a cousin’s.")
		is.Equal(t, "to a record that is not there", fault.KindOf(err), fault.Invalid)
		is.Equal(t, "nothing was moved", w.sourcesOf(one), two)

		cousin, err := w.desk.MoveSource(ctx, w.ada, two[1], one, 0, "It is a cousin’s.")
		is.NoError(t, "move", err)
		is.Equal(t, "left", w.sourcesOf(one), two[:1])
		is.Equal(t, "moved", w.sourcesOf(cousin), two[1:])
		_, decisions := w.about(w.ada, cousin)
		is.Equal(t, "history", decisions[0], "Ada Admin move: It is a cousin’s. (may be undone)")

		greta := w.sends(w.oak, born("Greta", "19800405", ""))
		grown := w.sourcesOf(greta)
		now, err := w.desk.MoveSource(ctx, w.ada, two[0], one, greta, "A wrong chart.")
		is.Equal(t, "what leaves nobody", fault.KindOf(err), fault.Conflict)
		is.Equal(t, "moved nowhere", now, 0)
		is.Equal(t, "theirs", w.sourcesOf(greta), grown)
	})
}

// third is the error of a call with a record before it.
func third(_ iis.PersonID, err error) error { return err }

func TestWhatIsHeldTogetherIsNotMovedUntilThatIsUndone(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		one := w.joined(steward.Same)
		two := w.sourcesOf(one)
		is.Equal(t, "by a clinic", fault.KindOf(w.desk.HoldTogether(ctx, w.olga, one, two[0], two[1], "Papers.")), fault.Denied)
		is.Equal(t, "without a reason", fault.KindOf(w.desk.HoldTogether(ctx, w.ada, one, two[0], two[1], "")), fault.Invalid)
		is.Equal(t, "with itself", fault.KindOf(w.desk.HoldTogether(ctx, w.ada, one, two[0], two[0], "Papers.")), fault.Invalid)
		is.NoError(t, "hold together", w.desk.HoldTogether(ctx, w.ada, one, two[0], two[1], "Papers."))
		_, err := w.desk.MoveSource(ctx, w.ada, two[1], one, 0, "It is a cousin’s.")
		is.Equal(t, "move what is held", fault.KindOf(err), fault.Conflict)
		s, err := w.desk.About(ctx, w.ada, one)
		is.NoError(t, "about", err)
		is.NoError(t, "undo", w.desk.Undo(ctx, w.ada, one, s.Decisions[0].ID, "The papers were a cousin’s."))
		_, err = w.desk.MoveSource(ctx, w.ada, two[1], one, 0, "It is a cousin’s.")
		is.NoError(t, "move what is held no more", err)
	})
}

func TestRecordsJoinedForGoodDoNotLoseASource(t *testing.T) {
	each(t, func(w *world) {
		one := w.joined(steward.Together)
		_, err := w.desk.MoveSource(context.Background(), w.ada, w.sourcesOf(one)[1], one, 0, "It is a cousin’s.")
		is.Equal(t, "move", fault.KindOf(err), fault.Conflict)
		_, decisions := w.about(w.ada, one)
		is.Equal(t, "history", decisions, []string{"Ada Admin together: The mother says so. (may be undone)"})
		if got := w.audited(one); got[len(got)-1] != record.ActUnite {
			t.Errorf("the audit ends with %q", got[len(got)-1])
		}
	})
}
