package record

import (
	"context"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// onList is a certificate on the list of the unmatched, settled or not.
func (c *coroner) onList(number string) *store.UnmatchedDeath {
	c.t.Helper()
	var u *store.UnmatchedDeath
	is.NoError(c.t, "on the list", c.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		u, err = tx.UnmatchedOf(c.office.ID, number)
		return err
	}))
	if u == nil {
		c.t.Fatalf("certificate %s is not on the list", number)
	}
	return u
}

func (c *coroner) place(number string, person iis.PersonID) (iis.DecisionID, error) {
	return c.k.PlaceDeath(context.Background(), c.onList(number).ID, person, steward, "The family confirms it.")
}

// A death that is placed by hand closes the record as one that matched; undone, all is as
// it was, and it can be placed with another.
func TestADeathIsPlacedByHandAndTakenBack(t *testing.T) {
	eachTown(t, func(w *town) {
		c := newCoroner(w)
		id, other := w.tell(canary, formerHome).Person, w.send(whose{1, "b", "Oriole", "Wendell", "1961-02-03"}).Person
		stranger := canary
		stranger.given, stranger.family = "Zeno", "Quagga"
		death := c.death("D-1", stranger.at(nowhere))
		is.Equal(t, "nobody is known", c.report(death).Person, iis.PersonID(0))
		since, people := c.onList("D-1").Since, w.persons()
		for range 2 {
			placed, err := c.place("D-1", id)
			is.NoError(t, "place", err)
			is.Equal(t, "died", w.folder(id).Golden.HasDied(), true)
			is.Equal(t, "the list", c.unmatched(), nil)
			is.Equal(t, "it comes again", c.report(death).Person, id)
			w.verify()
			w.undo(placed)
			is.Equal(t, "alive", w.folder(id).Golden.HasDied(), false)
			is.Equal(t, "since", c.onList("D-1").Since, since)
			is.Equal(t, "people", w.persons(), people)
			is.Equal(t, "it comes again", c.report(death).Person, iis.PersonID(0))
			w.verify()
		}
		_, err := c.place("D-1", other)
		is.NoError(t, "place with another", err)
		is.Equal(t, "died", []bool{w.folder(id).Golden.HasDied(), w.folder(other).Golden.HasDied()}, []bool{false, true})
		w.verify()
	})
}

// What a decision set aside or left to nobody is placed too, and the decisions are undone
// in their order.
func TestADeathThatWasSomebodyElsesIsPlacedByHand(t *testing.T) {
	eachTown(t, func(w *town) {
		c, ctx := newCoroner(w), context.Background()
		id, other := w.tell(canary, formerHome).Person, w.send(whose{1, "b", "Oriole", "Wendell", "1961-02-03"}).Person
		c.report(c.death("D-1", canary.at(formerHome)))
		_, err := w.k.Alive(ctx, id, steward, "Seen today.")
		is.NoError(t, "alive", err)
		_, err = c.place("D-1", id)
		is.Equal(t, "with whom it was set aside", fault.KindOf(err), fault.Conflict)
		placed, err := c.place("D-1", other)
		is.NoError(t, "place what was set aside", err)
		is.Equal(t, "died", []bool{w.folder(id).Golden.HasDied(), w.folder(other).Golden.HasDied()}, []bool{false, true})
		is.Equal(t, "the list", c.unmatched(), nil)
		w.undo(placed)
		is.Equal(t, "died", []bool{w.folder(id).Golden.HasDied(), w.folder(other).Golden.HasDied()}, []bool{false, false})
		is.Equal(t, "the list", c.unmatched(), []string{"D-1 by a decision"})

		apart := c.report(c.death("D-7", canary.at(nowhere)))
		held := w.apart(apart.Person, id)
		_, err = c.place("D-7", id)
		is.Equal(t, "with whom it was held apart from", fault.KindOf(err), fault.Conflict)
		placed, err = c.place("D-7", other)
		is.NoError(t, "place what was left to nobody", err)
		is.Equal(t, "died", w.folder(other).Golden.HasDied(), true)
		_, err = w.k.Undo(ctx, held, steward, "No.")
		is.Equal(t, "undo what it builds on", fault.KindOf(err), fault.Conflict)
		w.undo(placed)
		is.Equal(t, "died", w.folder(other).Golden.HasDied(), false)
		is.Equal(t, "the list", c.unmatched(), []string{"D-1 by a decision", "D-7 by a decision"})
		w.undo(held)
		is.Equal(t, "the list", c.unmatched(), []string{"D-1 by a decision"})
		w.verify()
	})
}

// The certificate of somebody who is sealed is as that of whom nobody knows: neither the
// candidates nor what becomes of it tell of the sealed one or the new one.
func TestADeathOfWhomIsSealedIsPlacedAsAnothers(t *testing.T) {
	eachTown(t, func(w *town) {
		c, ctx := newCoroner(w), context.Background()
		id, other := w.tell(canary, formerHome).Person, w.send(whose{1, "b", "Oriole", "Wendell", "1961-02-03"}).Person
		_, now := w.seal(id)
		c.report(c.death("D-1", canary.at(formerHome)))
		found, err := w.k.DeathCandidates(ctx, c.onList("D-1"), 5)
		is.NoError(t, "candidates", err)
		is.Equal(t, "candidates", len(found), 0)
		before := len(w.sealedReports(id))
		placed, err := c.place("D-1", other)
		is.NoError(t, "place", err)
		is.Equal(t, "died", []bool{w.folder(other).Golden.HasDied(), w.folder(now).Golden.HasDied()}, []bool{true, false})
		is.Equal(t, "reports of the sealed identity", len(w.sealedReports(id)), before)
		w.nobody(id)
		w.undo(placed)
		is.Equal(t, "alive", w.folder(other).Golden.HasDied(), false)
		is.Equal(t, "on the list", c.onList("D-1").Certificate, "D-1")
	})
}

func TestADeathThatIsNobodysHereLeavesTheListUntilItSaysSomethingElse(t *testing.T) {
	eachTown(t, func(w *town) {
		c, ctx := newCoroner(w), context.Background()
		death := c.death("D-1", canary.at(formerHome))
		c.report(death)
		id := c.onList("D-1").ID
		is.NoError(t, "settle", w.k.SettleDeath(ctx, id, true, steward, "Lived elsewhere."))
		is.Equal(t, "settle again", fault.KindOf(w.k.SettleDeath(ctx, id, true, steward, "Again.")), fault.Conflict)
		is.Equal(t, "the list", c.unmatched(), nil)
		is.Equal(t, "why", c.onList("D-1").Why, "Lived elsewhere.")
		c.report(death)
		is.Equal(t, "it comes again", c.unmatched(), nil)
		is.NoError(t, "back", w.k.SettleDeath(ctx, id, false, steward, "Not sure."))
		is.Equal(t, "back", c.unmatched(), []string{"D-1"})
		is.NoError(t, "settle", w.k.SettleDeath(ctx, id, true, steward, "Lived elsewhere."))
		death.Death++
		c.report(death)
		is.Equal(t, "it says something else", c.unmatched(), []string{"D-1"})
		is.Equal(t, "nobody", fault.KindOf(w.k.SettleDeath(ctx, 77, true, steward, "No.")), fault.NotFound)
	})
}
