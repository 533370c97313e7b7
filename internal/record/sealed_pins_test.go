package record

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// sides are a record and one that holds a source of another record, from which the first was
// held apart: by a decision that names only that other record.
func (w *town) sides() (named, part iis.PersonID, source iis.SourceID, apart iis.PersonID, by iis.DecisionID) {
	w.t.Helper()
	named = w.send(ann).Person
	b := w.send(anna)
	w.merge(named, b.Person)
	apart = w.send(bella).Person
	by = w.apart(named, apart)
	w.move(b.Source, named, 0)
	return named, w.send(anna).Person, b.Source, apart, by
}

// What a decision held apart in two records that are open stays apart while the decision is
// hidden, and nobody is told by what.
func TestWhatWasHeldApartStaysSoWhileWhoTheDecisionNamesIsSealed(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		named, part, _, apart, by := w.sides()
		_, open := w.k.Merge(ctx, part, apart, steward, "x")
		refused(t, open, fault.Conflict, "different people")
		sealing, _ := w.seal(named)
		_, err := w.k.Merge(ctx, part, apart, steward, "x")
		refused(t, err, fault.Conflict, "different people")
		is.Equal(t, "what is said of it", err.Error(), open.Error())
		_, err = w.k.Flag(ctx, part, apart, steward, "x")
		refused(t, err, fault.Conflict, "different people")
		for _, hidden := range []string{by.Public(), named.Public(), sealing.Public()} {
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("the refusal names %s", hidden)
			}
		}
		again := w.apart(part, apart) // as if nobody had decided so
		w.undo(again)
		_, err = w.k.Merge(ctx, part, apart, steward, "x")
		refused(t, err, fault.Conflict, "different people")

		is.NoError(t, "unseal", w.k.Unseal(ctx, sealing, steward, "reversed"))
		_, err = w.k.Apart(ctx, part, apart, steward, "x")
		refused(t, err, fault.Conflict, by.Public())
		w.undo(by)
		w.merge(part, apart)
		w.verify()
	})
}

// A source that goes to another record while the decision is hidden takes its pin along.
func TestASourceThatMovesWhileTheDecisionIsHiddenStaysApart(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		named, part, source, apart, by := w.sides()
		sealing, _ := w.seal(named)
		third := w.send(third).Person
		w.merge(third, part)
		refusedNow := func(when string) {
			t.Helper()
			_, err := w.k.Merge(ctx, third, apart, steward, when)
			refused(t, err, fault.Conflict, "different people")
		}
		refusedNow("sealed")
		is.NoError(t, "unseal", w.k.Unseal(ctx, sealing, steward, "reversed"))
		refusedNow("unsealed")
		is.Equal(t, "where the source is", w.linkedTo(third, source), true)
		w.undo(by)
		w.merge(third, apart)
		w.verify()
	})
}

// A decision that is undone while what it held apart is sealed in other records holds
// nothing apart when those are unsealed.
func TestAPinOfADecisionUndoneMeanwhileIsNotPutBack(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		other, gone := w.send(bella).Person, w.send(third)
		w.merge(other, gone.Person)
		named := w.send(ann).Person
		b := w.send(anna)
		w.merge(named, b.Person)
		by := w.apart(named, other)
		w.move(b.Source, named, 0)
		w.move(gone.Source, other, 0)
		one, two := w.send(anna).Person, w.send(third).Person
		first, _ := w.seal(one)
		in := w.sealing(two)
		in.New = unnumbered(whose{0, "", "Heather", "Rowan", "2011-11-11"}.at(nowhere))
		second, _, err := w.k.Seal(ctx, in)
		is.NoError(t, "seal", err)
		w.undo(by)
		is.NoError(t, "unseal", w.k.Unseal(ctx, first, steward, "reversed"))
		is.NoError(t, "unseal", w.k.Unseal(ctx, second, steward, "reversed"))
		w.merge(one, two)
	})
}

// linkedTo reports that a person has a source.
func (w *town) linkedTo(id iis.PersonID, source iis.SourceID) bool {
	w.t.Helper()
	_, linked, err := w.k.Sources(context.Background(), id)
	is.NoError(w.t, "sources", err)
	for _, l := range linked {
		if l.Source == source {
			return true
		}
	}
	return false
}
