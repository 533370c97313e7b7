package steward

import (
	"context"
	"slices"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Pair is two records of which somebody has to say whether they are one person's.
type Pair struct {
	store.Pair
	Now Judgement // of all that is said of both at present
	// Queued says that it is in the queue: since when, at what risk, and what was
	// said when it came.
	Queued bool
	Since  time.Time
	Risk   Risk
	Stored Judgement
	PutOff []store.PutOff // in which queues somebody has put it off
	// Apart is the decision that they are two people, while it stands: nothing is to be
	// decided until it is undone, as one about ApartOf, who is one of the two.
	Apart   *Decision
	ApartOf iis.PersonID
}

// Pair is what there is to decide about two records, for those who may:
// fault.Denied for others. It says how alike two people are and must not be shown
// before both records are audited as opened (chart.Desk.Compare).
func (d *Desk) Pair(ctx context.Context, by By, person, other iis.PersonID) (*Pair, error) {
	p := store.Pair{Person: person, Other: other}
	if err := by.speaks(); err != nil {
		return nil, err
	}
	rules, err := d.keeper.Weights(ctx)
	if err != nil {
		return nil, err
	}
	profile, err := rules.Profile(profileOfQueue)
	if err != nil {
		return nil, err
	}
	var out *Pair
	var apart iis.DecisionID
	err = d.read(ctx, "compare records", func(tx *store.Tx) error {
		a, b, err := d.both(tx, by, p)
		if err != nil {
			return err
		}
		if !by.may(a, b) {
			return errOthers
		}
		out = &Pair{Pair: store.Pair{Person: a.ID, Other: b.ID}, Now: d.judge(profile, a, b)} // by the numbers that they have now
		if apart, err = tx.ApartBy(a.ID, b.ID); err != nil {
			return err
		}
		m, err := tx.PossibleMatch(out.Pair)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			return nil
		case err != nil:
			return err
		}
		out.Queued, out.Since, out.Risk, out.Stored = true, m.Created, riskOf(m.Rank), read(rules, m.Why)
		out.PutOff, err = tx.PutsOff(m.Pair, d.now())
		return err
	})
	if err != nil || apart == 0 {
		return out, err
	}
	for _, id := range []iis.PersonID{out.Person, out.Other} { // of one it may be told under others, whose source it has
		if out.Apart, err = d.decision(ctx, by, id, apart); err != nil || out.Apart != nil {
			out.ApartOf = id
			break
		}
	}
	return out, err
}

// decision is one of the decisions about a person, with who took it; nil when it is none
// of them.
func (d *Desk) decision(ctx context.Context, by By, person iis.PersonID, id iis.DecisionID) (*Decision, error) {
	all, err := d.keeper.Decisions(ctx, person)
	if err != nil {
		return nil, wrap("read decisions", err)
	}
	all = slices.DeleteFunc(all, func(o iis.IdentityDecision) bool { return o.ID != id })
	var out *Decision
	err = d.read(ctx, "read who decided", func(tx *store.Tx) error {
		told, err := d.told(tx, by, all)
		if err != nil {
			return err
		}
		named, err := by.decisions(tx, told)
		if len(named) > 0 {
			out = &named[0]
		}
		return err
	})
	return out, err
}

// profileOfQueue is the profile by which records are judged that a person looks
// at (matching/README.md).
const profileOfQueue = "balanced"

// judge compares all that is said of one person with all that is said of
// another: the two descriptions that are most alike count, and what any has
// against it.
func (d *Desk) judge(p *match.Profile, a, b *store.Folder) Judgement {
	known := d.records(p.Rules(), b)
	var best match.Comparison
	for i, r := range d.records(p.Rules(), a) {
		if c := p.Person(r, known); i == 0 || c.Bits > best.Bits {
			best = c
		}
	}
	return Judgement{
		Outcome: best.Outcome, Bits: best.Bits.Float(), Reasons: p.Why(&best), Guards: guardWords(best.Guards()),
		Profile: p.Name, Version: p.Rules().Version(),
	}
}

// records are the descriptions of a person by all who describe it, each with the
// doses of the record.
func (d *Desk) records(rules *match.Rules, f *store.Folder) []*match.Record {
	doses := record.Given(f, d.codes)
	out := make([]*match.Record, len(f.Sources))
	for i := range f.Sources {
		out[i] = rules.Prepare(&f.Sources[i].Person).WithDoses(doses)
	}
	return out
}

// Verdict is what somebody decides about two records.
type Verdict string

// The verdicts.
const (
	Same      Verdict = "same"      // one person: the records are joined
	Different Verdict = "different" // two people: they are never joined
	Later     Verdict = "later"     // not now: it comes back into the queue after PutOffFor
	// Together is Same, and no source of the joined record is moved away from the
	// others until this is undone.
	Together Verdict = "together"
)

// PutOffFor is how long a decision is put off.
const PutOffFor = 7 * 24 * time.Hour

// putOff puts off a pair in the queue of whoever says so.
func (d *Desk) putOff(ctx context.Context, by By, p store.Pair) error {
	if err := by.speaks(); err != nil {
		return err
	}
	return wrap("put off a decision", d.store.Write(ctx, func(tx *store.Tx) error {
		a, b, err := d.both(tx, by, p)
		if err != nil {
			return err
		}
		if !by.may(a, b) {
			return errOthers
		}
		m, err := tx.PossibleMatch(store.Pair{Person: a.ID, Other: b.ID}) // as it stands in the queue
		if err != nil {
			return err
		}
		now := d.now()
		if err := tx.PutOff(store.PutOff{Pair: m.Pair, For: by.queue(), Until: now.Add(PutOffFor), At: now, By: by.User}); err != nil {
			return err
		}
		for _, id := range []iis.PersonID{a.ID, b.ID} {
			if err := tx.AddAudit(store.Audit{At: now, Actor: by.Actor, Act: ActPutOff, Person: id}); err != nil {
				return err
			}
		}
		return nil
	}))
}
