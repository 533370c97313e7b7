package steward

import (
	"context"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Decide does what somebody says of two records: joins them, for good perhaps, keeps
// them apart for ever, or puts the decision off. The record that is older keeps its
// number when they are joined: it is returned, and 0 for another verdict. Who may not decide
// is fault.Denied; without a reason it is fault.Invalid, but for Later.
func (d *Desk) Decide(ctx context.Context, by By, person, other iis.PersonID, v Verdict, why string) (iis.PersonID, error) {
	if v == Later {
		return 0, d.putOff(ctx, by, store.Pair{Person: person, Other: other})
	}
	why, err := reason(why, "Say why: whoever looks at this record later has to understand it.")
	if err != nil {
		return 0, err
	}
	older, newer, err := d.mayDecide(ctx, by, person, other)
	if err != nil {
		return 0, err
	}
	switch v {
	case Same:
		_, err = d.keeper.Merge(ctx, older, newer, by.Actor, why)
		return older, wrap("join records", err)
	case Together:
		_, err = d.keeper.Unite(ctx, older, newer, by.Actor, why)
		return older, wrap("join records for good", err)
	case Different:
		_, err = d.keeper.Apart(ctx, older, newer, by.Actor, why)
		return 0, wrap("keep records apart", err)
	}
	return 0, fault.New(fault.Invalid, "Say whether they are the same person, two people, or to be decided later.")
}

// mayDecide reads two records for somebody who decides about both, the older
// first.
func (d *Desk) mayDecide(ctx context.Context, by By, person, other iis.PersonID) (older, newer iis.PersonID, err error) {
	if err := by.speaks(); err != nil {
		return 0, 0, err
	}
	err = d.read(ctx, "decide", func(tx *store.Tx) error {
		a, b, err := d.both(tx, by, store.Pair{Person: person, Other: other})
		if err != nil {
			return err
		}
		if !by.may(a, b) {
			return errOthers
		}
		older, newer = min(a.ID, b.ID), max(a.ID, b.ID) // ids are ordered by time
		return nil
	})
	return older, newer, err
}

// Alive decides that a person is alive of whom a source says that they died: the
// programme alone does. The reason is required; fault.Conflict when nobody says so.
func (d *Desk) Alive(ctx context.Context, by By, person iis.PersonID, why string) error {
	if !by.Everyone {
		return fault.New(fault.Denied, "Only the registry’s staff decide that somebody is alive. Nothing was changed.")
	}
	why, err := reason(why, "Say why, and who confirmed it: whoever looks at this record later has to understand it.")
	if err != nil {
		return err
	}
	_, err = d.keeper.Alive(ctx, person, by.Actor, why)
	return wrap("decide that a person is alive", err)
}

// Flag says that two records are one person's, for those who decide. Anyone who
// may open both may say so; the reason is required.
func (d *Desk) Flag(ctx context.Context, by By, person, other iis.PersonID, why string) error {
	why, err := reason(why, "Say why you think that these are one person.")
	if err != nil {
		return err
	}
	err = d.read(ctx, "flag records", func(tx *store.Tx) error {
		found, err := tx.Folders(person, other)
		if err != nil || len(found) == 0 {
			return err
		}
		return d.sees(tx, by, errGone, found...)
	})
	if err != nil {
		return err
	}
	_, err = d.keeper.Flag(ctx, person, other, by.Actor, why)
	return wrap("flag records", err)
}

// Standing is what was decided about a person, and what is still to decide.
type Standing struct {
	Maybe     []Maybe    // at most mostMaybe
	MoreMaybe int        // how many other records may be of the same person
	Decisions []Decision // the newest first
	// Doubts are doses that may be one shot, of which the reader decides; Doses is what
	// was said of others, the newest first.
	Doubts []DoseDoubt
	Doses  []DoseDecision
}

// mostMaybe is how many other records a person's page names. A name that stands
// for none, as of a test patient, can be like a hundred others.
const mostMaybe = 5

// Maybe is another record that may be of the same person.
type Maybe struct {
	Other iis.PersonID
	May   bool // the reader may decide about the two
}

// Decision is one decision with who took it.
type Decision struct {
	iis.IdentityDecision
	Who     string // the user's name; empty for another kind of actor
	MayUndo bool
}

// About is what stands on a person's page, which is audited as opened by the
// caller. It shows nothing of the other records but their numbers.
func (d *Desk) About(ctx context.Context, by By, id iis.PersonID) (Standing, error) {
	var out Standing
	if by.Actor.Roster { // others, of whom it may be, are not theirs to know
		return out, nil
	}
	whole := false
	err := d.read(ctx, "read what is to decide", func(tx *store.Tx) error {
		f, err := tx.Folder(id)
		if err == nil {
			whole, err = d.keeper.SeesWhole(tx, by.Actor, f)
		}
		return err
	})
	if err != nil || !whole { // what was decided tells of what others reported
		return out, err
	}
	decisions, err := d.keeper.Decisions(ctx, id)
	if err != nil {
		return Standing{}, wrap("read decisions", err)
	}
	err = d.read(ctx, "read what is to decide", func(tx *store.Tx) error {
		out = Standing{}
		pairs, err := tx.PossibleOf(id)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			m := Maybe{Other: p.Other}
			if m.Other == id {
				m.Other = p.Person
			}
			if len(out.Maybe) == mostMaybe && by.SeesAll {
				out.MoreMaybe++
				continue
			}
			cards, err := tx.Cards(id, m.Other)
			if err != nil {
				return err
			}
			seen, err := d.seesCards(tx, by, cards)
			switch {
			case err != nil:
				return err
			case !seen: // neither named nor counted
			case len(out.Maybe) == mostMaybe:
				out.MoreMaybe++
			default:
				m.May = len(cards) == 2 && by.speaks() == nil && by.reported(cards)
				out.Maybe = append(out.Maybe, m)
			}
		}
		told, err := d.told(tx, by, decisions)
		if err != nil {
			return err
		}
		if out.Decisions, err = by.decisions(tx, told); err != nil {
			return err
		}
		f, err := tx.Folder(id)
		if err != nil {
			return err
		}
		out.Doubts = d.doubtsFor(by, f)
		out.Doses, err = d.doseDecisions(tx, by, f)
		return err
	})
	return out, err
}

// told are those of some decisions whose two persons somebody sees whole: a decision, and why
// it was taken, tells of both.
func (d *Desk) told(tx *store.Tx, by By, list []iis.IdentityDecision) ([]iis.IdentityDecision, error) {
	if by.SeesAll {
		return list, nil
	}
	var out []iis.IdentityDecision
	for i := range list {
		about := []iis.PersonID{list[i].Person}
		if list[i].Other != 0 {
			about = append(about, list[i].Other)
		}
		found, err := tx.Folders(about...)
		if err != nil {
			return nil, err
		}
		whole := true
		for _, f := range found {
			_, sight, err := d.keeper.Sees(tx, by.Actor, f)
			if err != nil {
				return nil, err
			}
			whole = whole && (sight == record.Whole || sight == record.Glass)
		}
		if whole {
			out = append(out, list[i])
		}
	}
	return out, nil
}

// decisions puts names to decisions, the newest first.
func (b By) decisions(tx *store.Tx, list []iis.IdentityDecision) ([]Decision, error) {
	var users []iis.UserID
	for _, d := range list {
		users = append(users, d.By.User)
	}
	names, err := tx.UserNames(users)
	if err != nil {
		return nil, err
	}
	out := make([]Decision, 0, len(list))
	for i := range list {
		out = append(out, Decision{list[i], names[list[i].By.User], b.mayUndo(&list[i])})
	}
	return out, nil
}

// mayUndo reports that somebody may undo a decision: the programme any, others
// what they decided themselves.
func (b By) mayUndo(d *iis.IdentityDecision) bool {
	if !d.Stands() || d.Kind == iis.DecidedFlag {
		return false
	}
	return b.Everyone || b.Sender != 0 && d.By.User == b.User
}

// Undo undoes a decision about a person: fault.NotFound when it is none of this
// person's, fault.Denied when somebody else has to.
func (d *Desk) Undo(ctx context.Context, by By, person iis.PersonID, id iis.DecisionID, why string) error {
	why, err := reason(why, "Say why it is undone.")
	if err != nil {
		return err
	}
	err = d.read(ctx, "undo a decision", func(tx *store.Tx) error {
		found, err := tx.Folders(person)
		if err != nil {
			return err
		}
		return d.sees(tx, by, errNoDecision, found...)
	})
	if err != nil {
		return err
	}
	decisions, err := d.keeper.Decisions(ctx, person)
	if err != nil {
		return wrap("read decisions", err)
	}
	for i := range decisions {
		if decisions[i].ID != id {
			continue
		}
		if !by.mayUndo(&decisions[i]) && decisions[i].Stands() {
			return fault.New(fault.Denied, "Somebody else decided this. Nothing was changed. The registry’s staff can undo it.")
		}
		_, err := d.keeper.Undo(ctx, id, by.Actor, why)
		return wrap("undo a decision", err)
	}
	return errNoDecision
}

// errNoDecision is for a decision that is not one about the record, or whose record is
// hidden.
var errNoDecision = fault.New(fault.NotFound, "There is no such decision about this record.")
