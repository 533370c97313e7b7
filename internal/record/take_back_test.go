package record

import (
	"context"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
)

var third = whose{2, "C3", "Third", "Cora", "2016-02-02"}

func (w *town) unseal(id iis.SealID) {
	w.t.Helper()
	is.NoError(w.t, "unseal", w.k.Unseal(context.Background(), id, steward, "reversed"))
}

// builtOn refuses an unsealing by a word, which is done once a decision is undone.
func (w *town) builtOn(id iis.SealID, d iis.DecisionID) {
	w.t.Helper()
	refused(w.t, w.k.Unseal(context.Background(), id, steward, "reversed"), fault.Conflict, d.Public())
	w.undo(d)
	w.unseal(id)
	w.verify()
}

// What a decision moved, or brought, of a new identity is undone before it is unsealed: else
// undoing it later would leave a record of which nothing says whose it is.
func TestAnUnsealingIsRefusedWhileADecisionBuildsOnIt(t *testing.T) {
	for name, decide := range map[string]func(w *town, new, other iis.PersonID) iis.DecisionID{
		"the new identity is merged into another": func(w *town, new, other iis.PersonID) iis.DecisionID { return w.merge(other, new) },
		"another is merged into it":               func(w *town, new, other iis.PersonID) iis.DecisionID { return w.merge(new, other) },
	} {
		t.Run(name, func(t *testing.T) {
			eachTown(t, func(w *town) {
				former, other := w.send(ann).Person, w.send(bella).Person
				sealing, now := w.seal(former)
				w.builtOn(sealing, decide(w, now, other))
				is.Equal(t, "the new number leads to", w.folder(now).ID, former)
				is.Equal(t, "the other", w.folder(other).ID, other)
			})
		})
	}
}

// The same of a record that was there before, and of which only what went over is left.
func TestAnUnsealingIsRefusedWhileTheNewIdentityHasNothingElse(t *testing.T) {
	eachTown(t, func(w *town) {
		former, into := w.send(ann).Person, w.send(third)
		in := w.sealing(former)
		in.Into = into.Person
		sealing, _, err := w.k.Seal(context.Background(), in)
		is.NoError(t, "seal", err)
		w.builtOn(sealing, w.move(into.Source, into.Person, 0))
		is.Equal(t, "the record", w.folder(into.Person).ID, into.Person)
	})
}

// A decision that another sealing hides is named by that one.
func TestAnUnsealingNamesTheSealingThatHidesWhatBuildsOnIt(t *testing.T) {
	eachTown(t, func(w *town) {
		former, from := w.send(ann).Person, w.send(bella).Person
		gone := w.send(third)
		w.merge(from, gone.Person)
		first, now := w.seal(former)
		w.move(gone.Source, from, now)
		in := w.sealing(from)
		in.New = unnumbered(whose{0, "", "Heather", "Rowan", "2011-11-11"}.at(nowhere))
		second, _, err := w.k.Seal(context.Background(), in)
		is.NoError(t, "seal", err)
		refused(t, w.k.Unseal(context.Background(), first, steward, "reversed"), fault.Conflict, second.Public())
		w.unseal(second)
		refused(t, w.k.Unseal(context.Background(), first, steward, "reversed"), fault.Conflict, "Undo it first")
	})
}

// What went over and was moved to another record does not get company in the old one.
func TestNothingGoesOverBesideWhatWasMovedAway(t *testing.T) {
	eachTown(t, func(w *town) {
		was, into := w.send(ann), w.send(third)
		in := w.sealing(was.Person)
		in.Into = into.Person
		sealing, now, err := w.k.Seal(context.Background(), in)
		is.NoError(t, "seal", err)
		_, linked, err := w.k.Sources(context.Background(), now)
		is.NoError(t, "sources", err)
		for _, l := range linked {
			if l.Source != into.Source {
				w.move(l.Source, now, 0)
			}
		}
		w.send(ann, shot("8", "2022-02-02", "03", "L8"))
		_, err = w.k.TakeOver(context.Background(), sealing, steward)
		refused(t, err, fault.Conflict, "no longer in the record")
		_, linked, err = w.k.Sources(context.Background(), now)
		is.NoError(t, "sources", err)
		is.Equal(t, "sources", len(linked), 1)
	})
}

// A decision that is undone while a later one is hidden, which moved its source on, finds
// nothing to put back. When the later one is undone too, the source is where it was before
// both of them.
func TestWhatAHiddenDecisionMovedGoesBackTheWholeWay(t *testing.T) {
	for name, first := range map[string]func(w *town, source iis.SourceID, from, to iis.PersonID) iis.DecisionID{
		"moved": func(w *town, source iis.SourceID, from, to iis.PersonID) iis.DecisionID {
			return w.move(source, from, to)
		},
		"merged": func(w *town, _ iis.SourceID, from, to iis.PersonID) iis.DecisionID { return w.merge(to, from) },
	} {
		t.Run(name, func(t *testing.T) {
			eachTown(t, func(w *town) {
				home, goes := w.send(ann).Person, w.send(anna)
				w.merge(home, goes.Person)
				there, named := w.send(bella).Person, w.send(third).Person
				brought := first(w, goes.Source, home, there)
				on := w.move(goes.Source, there, named)
				sealing, _ := w.seal(named)
				w.undo(brought)
				w.unseal(sealing)
				is.Equal(t, "where the source is", w.linkedTo(named, goes.Source), true)
				w.undo(on)
				is.Equal(t, "where the source is in the end", w.folder(w.send(anna).Person).ID, home)
				is.Equal(t, "the other has it", w.linkedTo(there, goes.Source), false)
			})
		})
	}
}
