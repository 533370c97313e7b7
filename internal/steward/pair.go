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
	Rival  iis.PersonID   // whom one of the two may be as well, as was said when it came; 0: nobody whom they may know of
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
		if out.Rival, err = d.rival(tx, by, out); err != nil {
			return err
		}
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

// Why is why nobody joined the two without a person's decision, in sentences, but for
// Rival: what stands against it, or that nothing does and it was not sure.
func (p *Pair) Why() []string {
	switch {
	case len(p.Now.Guards) > 0:
		return p.Now.Guards
	case p.Now.Outcome != match.Match:
		return []string{"Too little agrees to be sure without anyone’s looking."}
	case p.Queued && p.Stored.Flag == "" && p.Rival == 0:
		return []string{"It was not certain when they came into the queue. By what is said of both now, nothing stands against it."}
	}
	return nil
}

// profileOfQueue is the profile by which records are judged that a person looks
// at (matching/README.md).
const profileOfQueue = "balanced"

// judge compares all that is said of one person with all that is said of
// another, as the registry does when it looks again: the two descriptions that are
// most alike count, and what any has against it.
func (d *Desk) judge(p *match.Profile, a, b *store.Folder) Judgement {
	best := p.Between(d.known(p.Rules(), a), d.known(p.Rules(), b))
	return Judgement{
		Outcome: best.Outcome, Bits: best.Bits.Float(), Reasons: p.Why(&best.Comparison), Guards: guardWords(best.Guards()),
		Profile: p.Name, Version: p.Rules().Version(),
	}
}

// known is a person with the descriptions of all who describe it, each with the doses of
// the record.
func (d *Desk) known(rules *match.Rules, f *store.Folder) *match.Known {
	doses := record.Given(f, d.codes)
	out := &match.Known{Person: f.ID, Left: f.Golden.Closed(), Sources: make([]match.Told, len(f.Sources))}
	for i := range f.Sources {
		out.Sources[i] = match.Told{Record: rules.Prepare(&f.Sources[i].Person).WithDoses(doses), Sender: f.Sources[i].Sender}
	}
	return out
}

// rival is whom one of a pair may be as well, when that is why it waits: as the number leads
// now, and 0 for one of the pair, who is there no more, or of whom somebody may not know.
func (d *Desk) rival(tx *store.Tx, by By, p *Pair) (iis.PersonID, error) {
	if p.Stored.Rival == 0 {
		return 0, nil
	}
	cards, err := tx.Cards(p.Stored.Rival)
	if err != nil || len(cards) == 0 || cards[0].ID == p.Person || cards[0].ID == p.Other {
		return 0, err
	}
	seen, err := d.seesCards(tx, by, cards)
	if err != nil || !seen || !by.reported(cards) {
		return 0, err
	}
	return cards[0].ID, nil
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
