package record

import (
	"context"
	"slices"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// What the audit calls decisions about deaths of whom there is no record.
const (
	ActPlaceDeath    = "decide whose death it is"
	ActSettleDeath   = "decide that a death is nobody's here"
	ActUnsettleDeath = "put a death back on the list"
)

// PlaceDeath decides that a certificate on the list of the unmatched is that of a person,
// whose record it closes as if it had matched. The certificate leaves the list; undoing
// the decision puts it back there, and opens the record again.
//
// The decision is a merge: what the certificate says is made a record, which becomes part
// of the person's. Where it is a source of somebody already, whose death it is not, it is
// a move.
//
// fault.NotFound: it is not on the list, or there is no such record. fault.Invalid: no
// reason was given. fault.Conflict: somebody decided that it is not this person's, or
// what it says is not kept.
func (k *Keeper) PlaceDeath(ctx context.Context, id iis.UnmatchedID, person iis.PersonID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActPlaceDeath, by, why, func(x *deciding) error {
		u, err := x.tx.Unmatched(id)
		if err != nil {
			return err
		}
		if u.Said == nil {
			return fault.New(fault.Conflict, "What this certificate says is not kept here. Import its file again: nothing else changes by it.")
		}
		if err := x.holdDeath(&u, person); err != nil {
			return err
		}
		u, err = x.tx.Unmatched(id) // somebody may have decided while the keys were waited for
		if err != nil {
			return err
		}
		x.d.Moved.Unmatched = &u
		if err := x.placeDeath(&u, person); err != nil {
			return err
		}
		return x.tx.DropUnmatched(u.Sender, u.Certificate, 0)
	})
}

// holdDeath makes messages and others wait who decide about a certificate, or about whom it
// is to be placed with or taken from.
func (x *deciding) holdDeath(u *store.UnmatchedDeath, person iis.PersonID) error {
	x.keys = lockKeys(u.Sender, match.OwnKeys(u.Said), x.judges.describe(u.Said, true).keys)
	ids, err := x.tx.Follow(person)
	if err != nil {
		return err
	}
	home, _, err := x.deathIn(u)
	if err != nil {
		return err
	}
	if home != 0 {
		ids = append(ids, home)
	}
	_, err = x.hold(sortedOnce(ids)...)
	return err
}

func (x *deciding) placeDeath(u *store.UnmatchedDeath, person iis.PersonID) error {
	home, source, err := x.deathIn(u)
	if err != nil {
		return err
	}
	if home != 0 {
		return x.moveDeath(source, home, person)
	}
	gone, err := x.recordOfDeath(u)
	if err != nil {
		return err
	}
	now, err := x.tx.Follow(person)
	if err != nil {
		return err
	}
	sides, err := x.hold(now[0])
	if err != nil {
		return err
	}
	if err := x.mayBeOne(now[0], gone.id); err != nil {
		return err
	}
	x.d.Kind, x.d.Person, x.d.Other, x.d.Sources = iis.DecidedMerge, now[0], gone.id, gone.sources()
	if err := x.absorb(sides[0], gone); err != nil {
		return err
	}
	return x.join(sides[0])
}

// deathIn is the open record of which a certificate is a source, and that source: who
// was decided to be alive; 0 when it is none's. A sealed one is not told of.
func (x *deciding) deathIn(u *store.UnmatchedDeath) (iis.PersonID, iis.SourceID, error) {
	hits, _, err := x.tx.FindSources(u.Sender, match.OwnKeys(u.Said), nil, 0)
	if err != nil {
		return 0, 0, err
	}
	for _, h := range hits {
		found, err := x.tx.Folders(h.Person)
		if err != nil {
			return 0, 0, err
		}
		if len(found) == 1 && found[0].Source(h.Source) != nil {
			return found[0].ID, h.Source, nil
		}
	}
	return 0, 0, nil
}

// moveDeath moves a certificate that was set aside out of the record of somebody who is
// alive.
func (x *deciding) moveDeath(source iis.SourceID, from, to iis.PersonID) error {
	now, err := x.tx.Follow(to)
	if err != nil {
		return err
	}
	if now[0] == from {
		return fault.New(fault.Conflict, "Somebody decided that this person is alive. Undo that decision on the record’s page, if it was wrong.")
	}
	return x.move(source, from, to)
}

// recordOfDeath is a record of nothing but what a certificate says, which is somebody's
// once it is absorbed: that which a decision left to nobody, or a new one. It is stored
// under its person, and nothing is derived of it.
func (x *deciding) recordOfDeath(u *store.UnmatchedDeath) (*side, error) {
	if left, err := x.retired(u); err != nil || left != nil {
		return left, err
	}
	s := &side{id: iis.PersonID(x.k.store.NewID()), created: x.now}
	source := iis.SourceID(x.k.store.NewID())
	err := x.tx.AddLink(store.Link{Person: s.id, Source: source, Method: store.MethodNew, Since: x.now, Actor: x.d.By.Kind})
	if err != nil {
		return nil, err
	}
	r := store.Report{
		ID: x.k.store.NewID(), Person: s.id, Source: source, Sender: u.Sender, Submission: u.Submission, Received: u.Since.UnixMicro(), Said: u.Said,
	}
	if _, err := x.tx.AddReport(&r); err != nil {
		return nil, err
	}
	var own, bare []string
	for _, k := range match.OwnKeys(u.Said) {
		if match.IsBare(k) {
			bare = append(bare, k)
		} else {
			own = append(own, k)
		}
	}
	if err := x.tx.AddKeys(u.Sender, s.id, source, own, bare, x.judges.describe(u.Said, false).keys); err != nil {
		return nil, err
	}
	s.reports = []store.Report{r}
	s.linked, err = x.tx.Linked(s.id)
	return s, err
}

// retired is the record that a decision left to nobody, of which a certificate is a
// source; nil when there is none.
func (x *deciding) retired(u *store.UnmatchedDeath) (*side, error) {
	if u.Decision == 0 {
		return nil, nil
	}
	d, _, err := x.tx.Decision(u.Decision)
	if err != nil || d == nil {
		return nil, err
	}
	for _, gone := range d.Moved.Retired {
		s, err := x.leftOf(gone)
		if err != nil {
			return nil, err
		}
		of := func(r store.Report) bool {
			return r.Said != nil && r.Sender == u.Sender && certificateOf(r.Said) == u.Certificate
		}
		if !slices.ContainsFunc(s.reports, of) {
			continue
		}
		for _, l := range s.linked {
			_, keys := s.keys(l.Source)
			if err := x.tx.AddMatchKeys(s.id, l.Source, keys); err != nil {
				return nil, err
			}
		}
		return s, nil
	}
	return nil, nil
}

// unplaceDeath puts a certificate back on the list of the unmatched by the undoing of
// the decision that took it off: as it stood there.
func (x *deciding) unplaceDeath(d *store.Decision, back *side) error {
	was := d.Moved.Unmatched
	if was == nil {
		return nil
	}
	if merges(d) {
		before := len(x.d.Moved.Retired)
		back.had = foundBy(back) // what settle has just stored
		if err := x.retire(back); err != nil || len(x.d.Moved.Retired) == before {
			return err // it waits for another decision: it stays a record
		}
	}
	again, err := x.tx.UnmatchedOf(was.Sender, was.Certificate)
	if err != nil {
		return err
	}
	if again == nil {
		for i := range back.reports {
			if r := &back.reports[i]; r.Said != nil && r.Sender == was.Sender && certificateOf(r.Said) == was.Certificate {
				was.Said, was.Submission = r.Said, r.Submission // what it says now
			}
		}
		return x.tx.PutUnmatched(*was)
	}
	was.Said, was.Submission = again.Said, again.Submission
	if was.Decision == 0 {
		was.Decision = again.Decision // by which its record is found again
	} else {
		x.d.Moved.Retired = nil // the earlier decision left it to nobody, and may be undone
	}
	if err := x.tx.DropUnmatched(was.Sender, was.Certificate, 0); err != nil {
		return err
	}
	return x.tx.PutUnmatched(*was)
}

// SettleDeath decides that a certificate on the list of the unmatched is nobody's here: it
// leaves the list of those that wait until it says something else, or this is undone
// (settled false). Whether the reason is given is for the caller to ask.
//
// fault.NotFound: it is not on the list. fault.Conflict: somebody decided so already.
func (k *Keeper) SettleDeath(ctx context.Context, id iis.UnmatchedID, settled bool, by iis.Actor, why string) error {
	return k.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.Unmatched(id)
		if err != nil {
			return err
		}
		if !u.Settled.IsZero() == settled {
			return fault.New(fault.Conflict, "Somebody decided so already. Open the list again.")
		}
		line := store.Audit{At: k.store.Now(), Actor: by, Act: ActSettleDeath, Subject: int64(id), Written: []byte(why)}
		at, user, kept := line.At, by.User, why
		if !settled {
			line.Act, at, user, kept = ActUnsettleDeath, time.Time{}, 0, ""
		}
		if err := tx.SettleUnmatched(id, at, user, kept); err != nil {
			return err
		}
		return tx.AddAudit(line)
	})
}

// DeathCandidates are persons whose death a certificate may tell of, best first, so many
// at most: those whom the profile of updates would not call new. Nobody is among them who
// was decided to be alive, or not to be meant. Who is sealed is not, nor whom it would give
// away. That someone reads them is for the caller to audit.
func (k *Keeper) DeathCandidates(ctx context.Context, u *store.UnmatchedDeath, limit int) ([]match.Scored, error) {
	by, err := k.judges(ctx)
	if err != nil {
		return nil, err
	}
	var out []match.Scored
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		former, err := k.former(tx)
		if err != nil {
			return err
		}
		who := by.describe(u.Said, former)
		l, err := k.lookUp(tx, by, u.Sender, &who)
		if err != nil {
			return err
		}
		aside := l.own // of those who were decided to be alive, or of nobody
		if err := l.heed(tx); err != nil {
			return err
		}
		candidates := slices.DeleteFunc(slices.Clone(l.candidates), func(c match.Candidate) bool {
			return slices.ContainsFunc(aside, func(h store.Hit) bool { return h.Person == c.Person })
		})
		d := by.updates.Decide(who.record, candidates)
		sealed := by.updates.Decide(who.record, l.vault.candidates)
		if left, parted := l.vault.partFrom(&sealed, &d, candidates); parted {
			d = by.updates.Decide(who.record, left)
		}
		out = d.Candidates[:min(len(d.Candidates), limit)]
		return nil
	})
	return out, err
}
