package record

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// ahead reads ahead for what a sender says of a person, has something happen, and takes it.
func (p *places) ahead(from iis.Sender, who iis.Person, meanwhile func()) (a *arrival, ready int) {
	p.t.Helper()
	ctx := context.Background()
	by, err := p.k.judges(ctx)
	is.NoError(p.t, "weights", err)
	a = p.k.arrival(Arrival{
		Submission: iis.SubmissionID(p.s.NewID()), Sender: from, Received: p.s.Now(), Person: who,
		Finish: func(iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: iis.SubmissionID(p.s.NewID())}
		},
	}, by)
	is.NoError(p.t, "look ahead", p.k.lookAhead(ctx, a))
	if a.who.ahead != nil {
		ready = len(a.who.ahead.ready)
	}
	meanwhile()
	is.NoError(p.t, "take", p.s.Write(ctx, func(tx *store.Tx) error {
		a.tx, a.now = tx, p.s.Now()
		a.receipt = iis.Receipt{Submission: a.Submission}
		return a.take()
	}))
	return a, ready
}

// What was read before the writer's turn came decides nothing: whoever changed, came or went
// meanwhile is as they are now, and who did not is not made ready again.
func TestWhatWasReadAheadDecidesNothing(t *testing.T) {
	p := &places{t: t, s: storetest.Open(t, storetest.SQLite(t))}
	p.open()
	larch := living("12 Larch Street", "58102")
	ana := someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", "1", "OAK"))
	known := p.take(p.oak, ana).Person
	elms := func(n string) iis.Person {
		return someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", n, "ELM"))
	}

	a, ready := p.ahead(p.elm, elms("1"), func() {})
	is.Equal(t, "who did not change", a.receipt.Person, known)
	is.Equal(t, "made ready", ready, 1)
	is.Equal(t, "and not once more", len(a.who.ahead.ready), 1)
	a, ready = p.ahead(p.elm, elms("1"), func() {})
	is.Equal(t, "the same again", a.receipt.Person, known)
	is.Equal(t, "nobody is compared", ready, 0)

	ben := someone("Quistgaard", "Ben", "20170814", "M", larch, number("MR", "2", "OAK"))
	was := p.take(p.oak, ben).Person
	a, ready = p.ahead(p.elm, someone("Quistgaard", "Ben", "20170814", "M", larch, number("MR", "2", "ELM")), func() {
		is.Equal(t, "corrected", p.take(p.oak, someone("Quistgaard", "Ben", "20170819", "M", larch, number("MR", "2", "OAK"))).Person, was)
	})
	is.Equal(t, "whose birth date was corrected meanwhile", strings.Contains(string(a.receipt.Why), `"field":"birth date","level":"one digit differs"`), true)
	is.Equal(t, "made ready of him then, perhaps of his sister", ready > 0, true)

	var came iis.PersonID
	cleo := someone("Vandermolen", "Cleo", "20180505", "F", larch, number("MR", "3", "ELM"))
	a, _ = p.ahead(p.elm, cleo, func() {
		came = p.take(p.oak, someone("Vandermolen", "Cleo", "20180505", "F", larch, number("MR", "3", "OAK"))).Person
	})
	is.Equal(t, "who came meanwhile", a.receipt.Person, came)
}
