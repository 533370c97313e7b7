package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// What the audit calls decisions about who is who.
const (
	ActMerge    = "merge records"
	ActUnite    = "hold records together"
	ActMove     = "move a source"
	ActApart    = "hold records apart"
	ActTogether = "hold sources together"
	ActFlag     = "flag records as one"
	ActUndo     = "undo a decision"
)

// maxWhy is how many letters the reason of a decision has at most.
const maxWhy = 2000

// deciding is a decision on its way through one transaction.
type deciding struct {
	k         *Keeper
	judges    *judges // in force when it began
	tx        *store.Tx
	now       time.Time
	d         store.Decision
	concerned []iis.PersonID
	brought   map[iis.SourceID]iis.DecisionID // to a person since the decision that is undone, by which one
	holding
}

// errMoved is a decision whose persons were changed while it began: it begins
// again.
var errMoved = errors.New("a record was changed while a decision began")

// tries is how often a decision begins because others came before it.
const tries = 5

// decide carries a decision out, stores it under everyone concerned and audits
// it, all in one transaction.
func (k *Keeper) decide(ctx context.Context, act string, by iis.Actor, why string, do func(*deciding) error) (iis.DecisionID, error) {
	switch why = strings.TrimSpace(why); {
	case why == "" || !utf8.ValidString(why):
		return 0, fault.New(fault.Invalid, "Write why: whoever looks at the record later will want to know.")
	case utf8.RuneCountInString(why) > maxWhy:
		return 0, fault.New(fault.Invalid, "The reason is too long: %d letters are the most.", maxWhy)
	}
	var id iis.DecisionID
	err := k.try(ctx, act, func(x *deciding) error {
		number, err := x.tx.NewDecisionID()
		if err != nil {
			return err
		}
		x.d.IdentityDecision = iis.IdentityDecision{ID: iis.DecisionID(number), Why: why, At: x.now, By: by}
		if err := do(x); err != nil {
			return err
		}
		id = x.d.ID
		return x.close(act)
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// try does something in one transaction, and again when the persons were changed
// while it began, or when it turned out to be about more of them.
func (k *Keeper) try(ctx context.Context, act string, do func(*deciding) error) error {
	by, err := k.judges(ctx)
	if err != nil {
		return err
	}
	var also []iis.PersonID
	for moved := 0; ; {
		err = k.store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.Filled(); err != nil {
				return err
			}
			return do(&deciding{k: k, judges: by, tx: tx, now: k.store.Now(), holding: holding{also: &also}})
		})
		if errors.Is(err, errMoved) {
			moved++
		}
		if moved == tries || !errors.Is(err, errMoved) && !errors.Is(err, errMore) {
			break
		}
	}
	if errors.Is(err, errMoved) {
		err = fault.Wrap(fault.Busy, err, "Messages for these records keep coming. Please try again.")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	return nil
}

// close stores and audits what was decided.
func (x *deciding) close(act string) error {
	concerned := slices.Compact(slices.Sorted(slices.Values(append(x.concerned, x.d.Person, x.d.Other))))
	written, err := x.tx.AddDecision(&x.d, concerned...)
	if err != nil {
		return fmt.Errorf("store the decision: %w", err)
	}
	for _, id := range concerned {
		if id == 0 {
			continue
		}
		err := x.tx.AddAudit(store.Audit{At: x.now, Actor: x.d.By, Act: act, Person: id, Subject: int64(x.d.ID), Written: written})
		if err != nil {
			return err
		}
	}
	return nil
}

// two are the present ids of two persons, who must not be one.
func (x *deciding) two(a, b iis.PersonID) (iis.PersonID, iis.PersonID, error) {
	if a == b {
		return 0, 0, fault.New(fault.Invalid, "These are one record. Choose two.")
	}
	now, err := x.tx.Follow(a, b)
	if err != nil {
		return 0, 0, err
	}
	if now[0] == now[1] {
		return 0, 0, fault.New(fault.Conflict, "These records are one already.")
	}
	return now[0], now[1], nil
}

// present makes other writes to some persons wait, of whom each must be there.
func (x *deciding) present(ids ...iis.PersonID) error {
	for _, id := range ids {
		if _, err := x.tx.Folder(id); err != nil {
			return err
		}
	}
	return x.holdPersons(ids)
}

// holdPersons makes other writes to some persons wait, in the order of ids; when
// one was merged meanwhile, the decision begins again. It has its number from here on: decisions are
// undone in the order of their numbers, which has to be that in which they were carried out, and
// not that in which they began to wait, nor that of the clocks of several servers.
func (x *deciding) holdPersons(ids []iis.PersonID) error {
	all, err := x.tx.HoldPersons(slices.Sorted(slices.Values(ids))...)
	if err == nil && !all {
		err = errMoved
	}
	if err != nil || x.d.ID == 0 {
		return err
	}
	number, err := x.tx.NewDecisionID(ids...)
	x.d.ID = iis.DecisionID(number)
	return err
}

// The refusals of what goes against a pin never name its decision: it may be hidden because it
// names who is sealed, and then what is refused must sound like any other refusal.
const (
	areApart    = "Someone decided that these are different people. Undo that first, if it was wrong: it is among the decisions of the two records, or of others from which their sources came."
	areTogether = "Someone decided that this source belongs together with another of this record. Undo that first, if it was wrong: it is among the decisions of this record, or of others from which its sources came."
)

func apartFault() error { return fault.New(fault.Conflict, areApart) }

// mayBeOne refuses to join two persons whom someone decided to be two.
func (x *deciding) mayBeOne(a, b iis.PersonID) error {
	apart, err := x.tx.ApartBy(a, b)
	if err == nil && apart != 0 {
		err = apartFault()
	}
	return err
}

// Apart decides that two persons are two, for all that is known of them now and
// whatever comes: no message is matched across, no job and no user may join them
// or put them into the queue, until the decision is undone. What they were queued
// for is settled.
func (k *Keeper) Apart(ctx context.Context, a, b iis.PersonID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActApart, by, why, func(x *deciding) error {
		a, b, err := x.two(a, b)
		if err != nil {
			return err
		}
		sides, err := x.hold(a, b)
		if err != nil {
			return err
		}
		if err := x.notYetApart(a, b); err != nil {
			return err
		}
		x.d.Kind, x.d.Person, x.d.Other = iis.DecidedApart, a, b
		var pins []store.Pin
		for side, person := range []iis.PersonID{a, b} {
			linked, err := x.tx.Linked(person)
			if err != nil {
				return err
			}
			for _, l := range append(linked, store.Linked{}) { // and the person as such
				pins = append(pins, store.Pin{Person: person, Decision: x.d.ID, Source: l.Source, Kind: iis.DecidedApart, Side: side})
			}
		}
		if err := x.tx.AddPins(pins); err != nil {
			return err
		}
		if err := x.settleQueue(a, b); err != nil {
			return err
		}
		for _, s := range sides {
			if err := x.retire(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// notYetApart refuses to decide again that two persons are two. By a hidden decision nobody is
// told so: it is decided as if that had never been.
func (x *deciding) notYetApart(a, b iis.PersonID) error {
	pins, err := x.tx.Pins(a, b)
	if err != nil {
		return err
	}
	for _, id := range store.OpposedBy(pins, func(p store.Pin) bool { return p.Person == a }, func(p store.Pin) bool { return p.Person == b }) {
		switch d, _, err := x.tx.Decision(id); {
		case err != nil:
			return err
		case d != nil:
			return fault.New(fault.Conflict, "Decision %s says so already.", id.Public())
		}
	}
	return nil
}

// settleQueue takes what two persons were queued for off the queue.
func (x *deciding) settleQueue(a, b iis.PersonID) error {
	queued, err := x.tx.Queued(a)
	if err != nil {
		return err
	}
	for _, q := range queued {
		if q.Person == b || q.Other == b {
			x.d.Moved.Settled = append(x.d.Moved.Settled, q)
			if err := x.tx.Unqueue(q); err != nil {
				return err
			}
		}
	}
	return nil
}

// Together decides that two sources of a person belong together: no job and no
// decision takes one without the other, until this one is undone.
func (k *Keeper) Together(ctx context.Context, person iis.PersonID, a, b iis.SourceID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActTogether, by, why, func(x *deciding) error {
		if a == b {
			return fault.New(fault.Invalid, "This is one source. Choose two.")
		}
		f, err := x.tx.FolderToChange(person)
		if err != nil {
			return err
		}
		linked, err := x.tx.Linked(f.ID)
		if err != nil {
			return err
		}
		x.d.Kind, x.d.Person, x.d.Sources = iis.DecidedTogether, f.ID, []iis.SourceID{a, b}
		var pins []store.Pin
		for _, s := range x.d.Sources {
			if !slices.ContainsFunc(linked, func(l store.Linked) bool { return l.Source == s }) {
				return noSuchSource()
			}
			pins = append(pins, store.Pin{Person: f.ID, Decision: x.d.ID, Source: s, Kind: iis.DecidedTogether})
		}
		return x.tx.AddPins(pins)
	})
}

func noSuchSource() error {
	return fault.New(fault.NotFound, "This record has no such source.")
}

// RuleFlagged is the Rule of a possible match that a user's word made.
const RuleFlagged = "flagged"

// Flagged is why two persons are queued whom a user flagged: what
// store.Queued.Why holds then.
type Flagged struct {
	Rule     string // RuleFlagged
	Decision iis.DecisionID
	Say      string // the user's reason
}

// Flag puts two persons into the queue of possible matches with a user's word,
// for those who may decide.
func (k *Keeper) Flag(ctx context.Context, a, b iis.PersonID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActFlag, by, why, func(x *deciding) error {
		a, b, err := x.two(a, b)
		if err != nil {
			return err
		}
		if err := x.present(a, b); err != nil {
			return err
		}
		if err := x.mayBeOne(a, b); err != nil {
			return err
		}
		x.d.Kind, x.d.Person, x.d.Other = iis.DecidedFlag, a, b
		queued, err := x.tx.Queued(a)
		if err != nil || slices.ContainsFunc(queued, func(q store.Queued) bool { return q.Person == b || q.Other == b }) {
			return err // one row a pair: it waits already
		}
		say, err := json.Marshal(Flagged{RuleFlagged, x.d.ID, x.d.Why})
		if err != nil {
			return err
		}
		return x.tx.AddPossibleMatch(a, b, 0, say, x.now)
	})
}

// Decisions are what people decided of who a person is, under whatever id, the
// newest first; fault.NotFound when there is no such person. That someone reads
// them is for the caller to audit.
func (k *Keeper) Decisions(ctx context.Context, person iis.PersonID) ([]iis.IdentityDecision, error) {
	var out []iis.IdentityDecision
	err := k.store.Snapshot(ctx, func(tx *store.Tx) error {
		f, err := tx.Folder(person)
		if err != nil {
			return err
		}
		former, err := tx.Former(f.ID)
		if err != nil {
			return err
		}
		all, err := tx.Decisions(append(former, f.ID)...)
		for _, d := range slices.Backward(all) {
			out = append(out, d.IdentityDecision)
		}
		return err
	})
	return out, err
}

// Sources are all sources of a person, by whatever id; fault.NotFound when there
// is no such person. Nothing of a patient is in them.
func (k *Keeper) Sources(ctx context.Context, person iis.PersonID) (now iis.PersonID, out []store.Linked, err error) {
	err = k.store.Snapshot(ctx, func(tx *store.Tx) error {
		f, err := tx.Folder(person)
		if err != nil {
			return err
		}
		now = f.ID
		out, err = tx.Linked(f.ID)
		return err
	})
	return now, out, err
}
