package record

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// ActPart is what the audit calls that the clean-up parted a record.
const ActPart = "part records"

// ActAskPart is what the audit calls that the clean-up asks the staff about a record.
const ActAskPart = "ask whether a record is of one person"

// whyParted is the reason of a parting by the clean-up.
const whyParted = "Others came since who may be meant as well. Had they come first, this would not have been taken for one person with the rest of the record: somebody should look."

// part parts a record, unless something stands against it once nobody else changes it;
// fresh are those who are records of their own then.
func (c *Cleaner) part(ctx context.Context, p parting) (fresh []iis.PersonID, err error) {
	by, err := c.k.judges(ctx)
	if err != nil {
		return nil, err
	}
	for _, sources := range p.leave {
		id, err := c.leave(ctx, by, p, sources)
		switch kind := fault.KindOf(err); {
		case err == nil:
			fresh = append(fresh, id)
			if c.Done.Parted++; c.census == nil {
				continue
			}
			if err := c.tellCensus(ctx, by, p.person, id); err != nil {
				return fresh, err
			}
		case errors.Is(err, errStaysHidden):
			if err := c.askPart(ctx, p.person); err != nil {
				return fresh, err
			}
		case errors.Is(err, errNoLonger), kind == fault.Conflict, kind == fault.NotFound, kind == fault.Busy:
		default:
			return fresh, err
		}
	}
	return fresh, ctx.Err()
}

// tellCensus tells the census what is said of two of whom one was part of the other.
func (c *Cleaner) tellCensus(ctx context.Context, by *judges, home, fresh iis.PersonID) error {
	return c.k.store.Read(ctx, func(tx *store.Tx) error {
		said, err := tx.Described(home, fresh)
		if err == nil && len(said) == 2 {
			c.census.part(*by.known(&said[0]), *by.known(&said[1]))
		}
		return err
	})
}

// leave has sources leave a record: as the record that they were before the clean-up joined the
// two, or as a new one.
func (c *Cleaner) leave(ctx context.Context, by *judges, p parting, sources []iis.SourceID) (id iis.PersonID, err error) {
	was, err := c.joinedBefore(ctx, p, sources)
	if err != nil {
		return 0, err
	}
	still := func(goes []iis.SourceID) func(*deciding) error {
		return func(x *deciding) error {
			if err := c.k.surelyNot(x.tx, by, p.person, sources); err != nil {
				return err
			}
			return staysHidden(x.tx, p.person, goes)
		}
	}
	if was != nil {
		_, err = c.k.decide(ctx, ActPart, c.by, whyParted, func(x *deciding) error { return x.partAgain(p.person, was, still(was.Sources)) })
		if err == nil || fault.KindOf(err) != fault.Conflict {
			return was.Other, err
		}
	}
	_, err = c.k.decide(ctx, ActPart, c.by, whyParted, func(x *deciding) (err error) {
		id, err = x.part(p.person, sources, still(sources))
		return err
	})
	return id, err
}

// joinedBefore is the decision by which the clean-up joined a record to this one of which the
// oldest source is to leave; nil when there is none.
func (c *Cleaner) joinedBefore(ctx context.Context, p parting, leave []iis.SourceID) (was *store.Decision, err error) {
	err = c.k.store.Read(ctx, func(tx *store.Tx) error {
		former, err := tx.Former(p.person)
		if err != nil {
			return err
		}
		all, err := tx.Decisions(append(former, p.person)...)
		if err != nil {
			return err
		}
		for i := range all {
			d := &all[i]
			if !d.Stands() || !ofJob(d) || d.Kind != iis.DecidedMerge || len(d.Sources) == 0 || !slices.Contains(leave, slices.Min(d.Sources)) {
				continue
			}
			if now, err := tx.Follow(d.Other); err != nil || now[0] != p.person {
				return err
			}
			was = d // the newest, which others do not build on
		}
		return nil
	})
	return was, err
}

// part makes a record of some sources of a person.
func (x *deciding) part(from iis.PersonID, sources []iis.SourceID, still func(*deciding) error) (iis.PersonID, error) {
	home, there, err := x.sidesOfMove(from, 0)
	if err != nil {
		return 0, err
	}
	if home.id != from {
		return 0, errNoLonger
	}
	if err := still(x); err != nil {
		return 0, err
	}
	x.d.Kind, x.d.Person, x.d.Other, x.d.Sources = iis.DecidedMove, there.id, home.id, sources
	x.d.Moved.NewOne = true
	if err := x.mayMove(home, there, sources); err != nil {
		return 0, err
	}
	if err := x.carry(home, there, sources); err != nil {
		return 0, err
	}
	if err := x.carryWords(home, there, 0); err != nil {
		return 0, err
	}
	if err := x.settle(home, there); err != nil {
		return 0, err
	}
	return there.id, x.waitNoLonger(home.id)
}

// partAgain makes a record again of what the clean-up joined to a person.
func (x *deciding) partAgain(from iis.PersonID, was *store.Decision, still func(*deciding) error) error {
	if _, err := x.hold(from); err != nil {
		return err
	}
	if err := still(x); err != nil {
		return err
	}
	if err := x.undo(was.ID); err != nil {
		return err
	}
	return x.waitNoLonger(from)
}

// waitNoLonger takes pairs off the queue of which one has been parted, and that waited for what
// went.
func (x *deciding) waitNoLonger(home iis.PersonID) error {
	queued, err := x.tx.Queued(home)
	if err != nil {
		return err
	}
	c := newCards(x.k, x.judges, x.tx)
	for _, q := range queued {
		if v, compared := compared(q.Why); !compared || match.ByNumber(v.Rule) {
			continue
		}
		if err := c.read([]iis.PersonID{q.Person, q.Other}); err != nil {
			return err
		}
		if a, b := c.known[q.Person], c.known[q.Other]; a == nil || b == nil || x.judges.updates.Persons(a, []match.Known{*b}).Outcome != match.New {
			continue
		}
		x.d.Moved.Settled = append(x.d.Moved.Settled, q)
		if err := x.tx.Unqueue(q); err != nil {
			return err
		}
	}
	return nil
}

// surelyNot is nil when some sources of a person, as it is now, are not its by all that is
// known, nobody decided anything that is sealed, and no sealed identity would be told.
func (k *Keeper) surelyNot(tx *store.Tx, by *judges, id iis.PersonID, sources []iis.SourceID) error {
	if now, err := by.inForce(tx); err != nil || !now {
		return cmp.Or(err, errNoLonger)
	}
	c := newCards(k, by, tx)
	decisions, _, err := c.decide([]iis.PersonID{id})
	if err != nil {
		return err
	}
	now, err := c.settle(decisions)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(now.part, func(p parting) bool { return p.person == id })
	if i < 0 || !slices.ContainsFunc(now.part[i].leave, func(l []iis.SourceID) bool { return slices.Equal(l, sources) }) {
		return errNoLonger
	}
	former, err := tx.Former(id)
	if err != nil {
		return err
	}
	for _, of := range append(former, id) {
		if hidden, err := tx.HiddenDecisions(of); err != nil || len(hidden) > 0 {
			return cmp.Or(err, errNoLonger)
		}
	}
	behind, err := tx.Behind(now.part[i].among...)
	if err != nil || len(behind) > 0 {
		return cmp.Or(err, errNoLonger)
	}
	return nil
}

// errStaysHidden is a parting that a person decides about.
var errStaysHidden = errors.New("a job does not say of which half an objection is")

// whyAsked is what the staff are asked of a record that the clean-up would part, and may not.
const whyAsked = "The registry would part this record: others came since who may be meant as well, and had they come first, its sources would not have been taken for one person. " +
	"But the record is not shared, or is closed, and one of the halves would be open. Look whether its sources are of one person; where they are not, say so of the one that belongs elsewhere, and see to the sharing of both."

// askPart puts a record into the queue of the registry's staff that the clean-up would part, and
// may not: a note that it looks wrong, of nobody. It is said once, and again only when something
// was reported of the person since somebody settled it.
func (c *Cleaner) askPart(ctx context.Context, id iis.PersonID) error {
	return c.k.store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FolderToChange(id)
		if err != nil {
			return err
		}
		said, err := tx.Concerns(f.ID)
		if err != nil {
			return err
		}
		newest := int64(0)
		for _, s := range f.Sources {
			newest = max(newest, s.Received)
		}
		for _, was := range said {
			if was.By == 0 && was.Say == whyAsked && (was.IsOpen() || was.Settled.UnixMicro() >= newest) {
				return nil
			}
		}
		n := iis.Concern{Person: f.ID, ID: iis.ConcernID(c.k.store.NewID()), Reason: "mixed", Say: whyAsked, Raised: c.k.store.Now()}
		if err := tx.AddConcern(n); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: n.Raised, Actor: c.by, Act: ActAskPart, Person: f.ID, Subject: int64(n.ID), Written: []byte(whyAsked)})
	})
}

// staysHidden is errStaysHidden when a record is not shared, or closed, and one of the halves of
// which some sources go would be: an objection is one source's, and whether it is meant of the
// other half too is for a person to say, not for a job. Until then all of it is hidden.
func staysHidden(tx *store.Tx, id iis.PersonID, goes []iis.SourceID) error {
	f, err := tx.Folder(id)
	if err != nil {
		return err
	}
	isOpen := func(sources []store.SourcePerson, choices []iis.Choice) bool {
		return !closed(sources) && SharingOf(sources, choices).Status != iis.SharingNo
	}
	if isOpen(f.Sources, f.Choices) {
		return nil
	}
	for _, going := range []bool{true, false} {
		var sources []store.SourcePerson
		var choices []iis.Choice
		for _, s := range f.Sources {
			if slices.Contains(goes, s.Source) == going {
				sources = append(sources, s)
			}
		}
		for _, c := range f.Choices {
			if slices.Contains(goes, c.Source) == going {
				choices = append(choices, c)
			}
		}
		if isOpen(sources, choices) || f.Golden.Closed() && !closed(sources) {
			return errStaysHidden
		}
	}
	return nil
}

// compared is the verdict of a pair that waits for what comparing said.
func compared(why json.RawMessage) (match.Verdict, bool) {
	var kept struct {
		match.Verdict
		Bits *float64 `json:"bits"` // in place of the verdict's: nil when there are none
	}
	if json.Unmarshal(why, &kept) != nil || kept.Bits == nil {
		return match.Verdict{}, false // flagged, or of a program before
	}
	kept.Verdict.Bits = *kept.Bits
	return kept.Verdict, true
}
