package record

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
	"openiis/internal/stub"
)

// recognized is what stubs say of an arrival.
type recognized struct {
	hashes [][]byte // made once: they are slow
	doubts map[iis.OptOutID][]stub.Kind
}

// heldStub is whether there was a stub of anybody when it was last asked.
type heldStub struct {
	any  bool
	read time.Time
}

// stubs keeps it, so that no message pays for asking where nobody opted out.
type stubs = atomic.Pointer[heldStub]

// anyStub reports that there was a stub of anybody within the last second: by it nothing
// is decided, only what is prepared.
func (k *Keeper) anyStub(ctx context.Context) (bool, error) {
	if h := k.stubs.Load(); h != nil && time.Since(h.read) < policyFor {
		return h.any, nil
	}
	h := heldStub{read: time.Now()}
	err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
		h.any, err = tx.AnyOptOutKey()
		return err
	})
	if err == nil {
		k.stubs.Store(&h)
	}
	return h.any, err
}

// prehash makes the hashes of an arrival before the transaction in which it is taken, so
// that others do not wait for it: when anybody opted out, and the sender's own number is
// not known yet. What it could not know is made up for there.
func (k *Keeper) prehash(ctx context.Context, a *arrival) error {
	if a.Known != 0 || a.over {
		return nil
	}
	if any, err := k.anyStub(ctx); err != nil || !any {
		return err
	}
	return k.store.Read(ctx, func(tx *store.Tx) error {
		hits, _, err := tx.FindSources(a.Sender.ID, match.LookUpKeys(&a.Person), nil, 0)
		if err != nil || len(hits) > 0 {
			return err
		}
		return a.hash(tx)
	})
}

// hash makes the hashes of what is described.
func (a *arrival) hash(tx *store.Tx) error {
	if a.stub.hashes != nil {
		return nil
	}
	key, err := optOutKey(tx)
	if err != nil {
		return err
	}
	a.stub.hashes = [][]byte{}
	for _, c := range stub.Combinations(&a.Person, a.Sender.ID, namesKnown(a.by.rules), false) {
		a.stub.hashes = append(a.stub.hashes, key.Hash(c))
	}
	return nil
}

// recognize reports that an arrival is about somebody who opted out, so that no record is
// made and nothing is kept. Whoever matches a record that is there is that one's, for a
// namesake must not lose what is theirs; unless the sender's own number says that it is
// the other. Where it is doubtful the record is made, and somebody looks.
func (a *arrival) recognize(d *match.Decision) (bool, error) {
	if a.over || a.tx.Judging() {
		return false, nil
	}
	any, err := a.tx.AnyOptOutKey()
	if err != nil || !any {
		return false, err
	}
	if err := a.hash(a.tx); err != nil {
		return false, err
	}
	shared, err := kindsOf(a.tx, a.stub.hashes)
	if err != nil {
		return false, err
	}
	ids := make([]iis.OptOutID, 0, len(shared))
	for id := range shared {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		kinds := shared[id]
		verdict := stub.Judge(kinds)
		if d.Outcome == match.Match && !(verdict == stub.Same && stub.ByNumber(kinds)) {
			continue
		}
		switch verdict {
		case stub.Same:
			taken, err := a.takenBack(id)
			if err != nil || !taken {
				return err == nil, err
			}
		case stub.Doubtful:
			if a.stub.doubts == nil {
				a.stub.doubts = map[iis.OptOutID][]stub.Kind{}
			}
			a.stub.doubts[id] = kinds
		}
	}
	return false, nil
}

// takenBack reports that a birth certificate takes back what one said before: opt_out is N.
func (a *arrival) takenBack(id iis.OptOutID) (bool, error) {
	if a.Person.OptOut != "N" || a.Person.Certificate != iis.BirthCertificate {
		return false, nil
	}
	out, err := a.tx.OptOut(id)
	if err != nil || out == nil || out.How != "certificate" {
		return false, err
	}
	x := &deciding{k: a.k, judges: a.by, tx: a.tx, now: a.now}
	return true, x.back(out, a.Actor)
}

// keepDoubts has somebody look at a record that was made although it may be of somebody
// who opted out.
func (a *arrival) keepDoubts() error {
	for id, kinds := range a.stub.doubts {
		err := a.tx.AddOptOutDoubt(store.OptOutDoubt{
			Person: a.receipt.Person, OptOut: id, Submission: a.Submission, Kinds: kindWords(kinds), At: a.now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// kindWords are kinds of combinations in words.
func kindWords(kinds []stub.Kind) (out []string) {
	words := map[stub.Kind]string{
		stub.Name: "name and birth date", stub.GivenSounds: "a similar given name, family name and birth date", stub.Month: "name, year and month of birth",
		stub.Swapped: "name and birth date with day and month exchanged", stub.Mother: "given name, birth date and mother",
		stub.Telephone: "given name, birth date and telephone", stub.Home: "given name, birth date and home",
		stub.Social: "birth date and a number for life", stub.Chart: "birth date and the sender’s own number",
		stub.Certificate: "birth date and number of the birth certificate", stub.Unnamed: "birth date, mother and home of a child without a name",
	}
	slices.Sort(kinds)
	for _, k := range slices.Compact(kinds) {
		out = append(out, words[k])
	}
	return out
}

// leaveOut ends the taking of a message about somebody who opted out: nothing of it is
// kept but that it came.
func (a *arrival) leaveOut() error {
	if err := a.tx.Thoroughly(func() error { return a.tx.EraseSubmission(a.Submission) }); err != nil {
		return err
	}
	if err := a.tx.AddReceipt(a.Finish(a.receipt)); err != nil {
		return err
	}
	return a.tx.AddAudit(store.Audit{At: a.now, Actor: a.Actor, Act: ActLeftOut, Subject: int64(a.Submission)})
}

// OptedOut reports that what a sender describes is surely of somebody who opted out: for
// what makes no record and is kept all the same, as a query or a refused message.
func (k *Keeper) OptedOut(ctx context.Context, sender iis.SenderID, who *iis.Person) (is bool, err error) {
	if len(who.Names) == 0 || who.Birth == cal.None {
		return false, nil
	}
	by, err := k.judges(ctx)
	if err != nil {
		return false, err
	}
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		any, err := tx.AnyOptOutKey()
		if err != nil || !any {
			return err
		}
		key, err := optOutKey(tx)
		if err != nil {
			return err
		}
		same, err := sharedStub(tx, key, stub.Combinations(who, sender, namesKnown(by.rules), false))
		is = same != 0
		return err
	})
	return is, err
}

// LeaveOut makes the stub of a child whose parents had a birth certificate say so, and of
// whom there is no record; one that there is stays.
func (t *Bulk) LeaveOut(in Arrival) error {
	key, err := optOutKey(t.tx)
	if err != nil {
		return err
	}
	all := stub.Combinations(&in.Person, in.Sender.ID, namesKnown(t.by.rules), true)
	if same, err := sharedStub(t.tx, key, all); err != nil || same != 0 || len(all) == 0 {
		return err
	}
	out := store.OptOut{OptOut: certified(t.k, in)}
	out.State = iis.OptOutNone
	if err := t.tx.AddOptOutKeys(out.ID, hashed(key, all)); err != nil {
		return err
	}
	if err := t.tx.PutOptOut(&out); err != nil {
		return err
	}
	return t.tx.AddAudit(store.Audit{At: in.Received, Actor: in.Actor, Act: ActOptOut, Subject: int64(out.ID)})
}

// Closed notes that a birth certificate closed a record. Where the state's policy has
// what is held erased, that waits for the staff: nobody is erased by a match.
func (t *Bulk) Closed(in Arrival, person iis.PersonID) error {
	law, err := t.k.policyIn(t.tx)
	if err != nil {
		return err
	}
	x := &deciding{k: t.k, judges: t.by, tx: t.tx, now: in.Received}
	before, err := x.openRequest(person)
	if err != nil || before != nil {
		return err
	}
	out := store.OptOut{OptOut: certified(t.k, in)}
	if out.Person, out.State = person, iis.OptOutClosed; law.OptOut.Erases {
		out.State = iis.OptOutWaiting
	}
	return t.tx.PutOptOut(&out)
}

// certified is a request that a birth certificate makes.
func certified(k *Keeper, in Arrival) iis.OptOut {
	return iis.OptOut{
		ID: iis.OptOutID(k.store.NewID()), How: "certificate", Checked: "certificate", Asked: cal.On(in.Received), At: in.Received, By: in.Actor,
	}
}
