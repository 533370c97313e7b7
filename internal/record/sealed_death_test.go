package record

import (
	"context"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// coroner is an office of vital records that tells of deaths.
type coroner struct {
	*town
	office iis.Sender
}

func newCoroner(w *town) *coroner {
	c := &coroner{town: w}
	is.NoError(w.t, "office", w.s.Write(context.Background(), func(tx *store.Tx) (err error) {
		c.office, err = tx.EnsureOffice("VITAL", "Office of Vital Records", w.s.Now())
		return err
	}))
	return c
}

// death is what a certificate says of somebody.
func (c *coroner) death(number string, p iis.Person) iis.Person {
	p.IDs = []iis.Identifier{{Value: number, Type: "PI", Authority: "VITAL-DEATHS"}}
	p.Certificate, p.Dead, p.Death = iis.DeathCertificate, "Y", p.Birth.AddDays(100)
	return p
}

// report has a certificate come.
func (c *coroner) report(death iis.Person) (r iis.Receipt) {
	c.t.Helper()
	is.NoError(c.t, "a death", c.k.Bulk(context.Background(), func(b *Bulk) (err error) {
		in := Arrival{Submission: iis.SubmissionID(c.s.NewID()), Sender: c.office, Received: c.s.Now(), Person: death, KnownOnly: true}
		if err := b.Lock([]Arrival{in}); err != nil {
			return err
		}
		r, err = b.Take(in)
		return err
	}))
	return r
}

// unmatched is the list of those of whom there is no record, with whether it says by
// which decision.
func (c *coroner) unmatched() (out []string) {
	c.t.Helper()
	all, err := c.k.Unmatched(context.Background())
	is.NoError(c.t, "unmatched", err)
	for _, u := range all {
		is.Equal(c.t, "the submission, which may be sealed", u.Submission, iis.SubmissionID(0))
		line := u.Certificate
		if u.Decision != 0 {
			line += " by a decision"
		}
		out = append(out, line)
	}
	return out
}

// Whose death a certificate tells that was set aside must still be found out: it stays on
// the list, which says no more of a sealed identity.
func TestADeathThatWasSetAsideIsNotTheSealedIdentitys(t *testing.T) {
	eachTown(t, func(w *town) {
		c, ctx := newCoroner(w), context.Background()
		death := c.death("D-1", canary.at(formerHome))
		id := w.tell(canary, formerHome).Person
		is.Equal(t, "whose", c.report(death).Person, id)
		_, err := w.k.Alive(ctx, id, steward, "Seen today.")
		is.NoError(t, "alive", err)
		is.Equal(t, "set aside", c.unmatched(), []string{"D-1 by a decision"})

		sealed, now := w.seal(id)
		w.nobody(id)
		is.Equal(t, "sealed", c.unmatched(), []string{"D-1"})
		is.Equal(t, "the new identity", w.folder(now).Golden.HasDied(), false)
		s, err := w.k.Sealing(ctx, sealed)
		is.NoError(t, "sealing", err)
		is.Equal(t, "the former one", s.Former.HasDied(), false)
		is.Equal(t, "the certificate comes again", c.report(death).Person, iis.PersonID(0))
		is.Equal(t, "sealed still", c.unmatched(), []string{"D-1"})
		is.NoError(t, "unseal", w.k.Unseal(ctx, sealed, steward, "reversed"))
		is.Equal(t, "unsealed", c.unmatched(), []string{"D-1 by a decision"})
		is.Equal(t, "alive", w.folder(id).Golden.HasDied(), false)
	})
}

// The number of a certificate that was set aside says nothing of a sealed identity
// either: another certificate of the office may be that person's.
func TestAnotherCertificateThanTheOneThatWasSetAsideIsASealedIdentitys(t *testing.T) {
	for name, seal := range map[string]bool{"open": false, "sealed": true} {
		t.Run(name, func(t *testing.T) {
			eachTown(t, func(w *town) {
				c := newCoroner(w)
				id := w.tell(canary, formerHome).Person
				c.report(c.death("D-1", canary.at(formerHome)))
				_, err := w.k.Alive(context.Background(), id, steward, "Seen today.")
				is.NoError(t, "alive", err)
				if !seal {
					is.Equal(t, "whose", c.report(c.death("D-2", canary.at(formerHome))).Person, id)
					return
				}
				sealing, _ := w.seal(id)
				is.Equal(t, "of nobody known", c.report(c.death("D-2", canary.at(formerHome))).Person, iis.PersonID(0))
				is.Equal(t, "on the list", c.unmatched(), []string{"D-1", "D-2"})
				is.Equal(t, "reports of the sealed identity", len(w.sealedReports(id)), 3)
				is.NoError(t, "unseal", w.k.Unseal(context.Background(), sealing, steward, "reversed"))
				is.Equal(t, "unsealed", c.unmatched(), []string{"D-1 by a decision"})
				is.Equal(t, "died, by the other", w.folder(id).Golden.HasDied(), true)
			})
		})
	}
}

// A certificate that was held apart from somebody stays on the list when that one is
// sealed, and is not the sealed identity's when it comes again.
func TestACertificateHeldApartFromWhoIsSealedStaysOnTheList(t *testing.T) {
	eachTown(t, func(w *town) {
		c, ctx := newCoroner(w), context.Background()
		id := w.tell(canary, formerHome).Person
		apart := c.report(c.death("D-7", canary.at(nowhere)))
		if apart.Person == 0 || apart.Person == id {
			t.Fatalf("the certificate is placed as %q: the test wants one that waits", apart.Match)
		}
		_, err := w.k.Apart(ctx, apart.Person, id, steward, "another")
		is.NoError(t, "apart", err)
		is.Equal(t, "held apart", c.unmatched(), []string{"D-7 by a decision"})
		sealing, _ := w.seal(id)
		is.Equal(t, "sealed", c.unmatched(), []string{"D-7"})
		before := len(w.sealedReports(id))
		// even when it comes to say just what is said of the sealed identity
		is.Equal(t, "again", c.report(c.death("D-7", canary.at(formerHome))).Person, iis.PersonID(0))
		is.Equal(t, "reports of the sealed identity", len(w.sealedReports(id)), before)
		is.Equal(t, "on the list still", c.unmatched(), []string{"D-7"})
		is.NoError(t, "unseal", w.k.Unseal(ctx, sealing, steward, "reversed"))
		is.Equal(t, "unsealed", c.unmatched(), []string{"D-7 by a decision"})
		is.Equal(t, "alive", w.folder(id).Golden.HasDied(), false)
	})
}

// What people said of the doses of a sealed identity holds for it: nothing is taken for a
// change, and nothing withdrawn from the new one.
func TestWhatWasSaidOfDosesHoldsWhileTheyAreSealed(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		w.tell(whose{1, "a", canary.family, canary.given, canary.born}, formerHome, shot("9", "2020-07-05", "20", "LOT7"))
		is.Equal(t, "one dose", w.shots(was.Person), []string{"2020-07-05 20 LOT7"})
		doses := w.folder(was.Person).Doses
		is.NoError(t, "two shots", w.k.PinDoses(ctx, was.Person, doses[0].Origin, doses[1].Origin, iis.PinDifferent, steward, "two"))
		two := []string{"2020-07-05 20 LOT7", "2020-07-05 20 LOT7"}
		is.Equal(t, "two doses", w.shots(was.Person), two)
		id, _ := w.seal(was.Person)
		s, err := w.k.Sealing(ctx, id)
		is.NoError(t, "sealing", err)
		is.Equal(t, "went over", len(s.Over), 2)
		is.Equal(t, "changes", len(s.Changes), 0)
		is.NoError(t, "unseal", w.k.Unseal(ctx, id, steward, "reversed"))
		is.Equal(t, "two doses again", w.shots(was.Person), two)
	})
}
