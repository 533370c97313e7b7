// Package steward is the act of deciding who is who: the queue of records that
// may be of one person and of doses that may be one shot, what speaks for and
// against, and the decision of a person, with its reason.
//
// It moves no row itself: record.Keeper does, and keeps the history. It shows
// nobody's record: package chart does, and audits it. What it lists, it audits
// before it returns. Start at Desk.Queue, Desk.Pair and Desk.Decide.
package steward

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// What the audit says of each act of this package.
const (
	// ActQueue is what it says of each person whom the queue showed.
	ActQueue = "list possible duplicates"
	// ActPutOff is what it says of each person about whom a decision was put off.
	ActPutOff = "put off a decision"
)

// Desk is where people decide. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	codes  *codeset.Tables
	now    func() time.Time
}

// New makes the desk of a registry.
func New(s *store.Store, k *record.Keeper, codes *codeset.Tables) *Desk {
	return &Desk{store: s, keeper: k, codes: codes, now: s.Now}
}

// By is someone who decides. For whom is said by the caller.
type By struct {
	iis.Actor
	Everyone bool         // for the programme: everything
	Sender   iis.SenderID // else for this sender; 0: for nobody
}

// queue is whose queue they work in: 0 is that of the programme.
func (b By) queue() iis.SenderID {
	if b.Everyone {
		return 0
	}
	return b.Sender
}

// speaks says why somebody decides nothing.
func (b By) speaks() error {
	if b.Everyone || b.Sender != 0 {
		return nil
	}
	return fault.New(fault.Denied, "Your account belongs to no sender, so that you decide for none. Nothing was changed. Ask the administrator of this registry to set the facility of your account.")
}

// may reports that they decide about records that a sender of theirs has
// reported, each of them, and that are not closed.
func (b By) may(folders ...*store.Folder) bool {
	if b.Everyone {
		return true
	}
	for _, f := range folders {
		if f.Golden.Closed() || !slices.ContainsFunc(f.Sources, func(s store.SourcePerson) bool { return b.owns(s.Sender) }) {
			return false
		}
	}
	return len(folders) > 0
}

// owns reports a sender of the site for which they decide.
func (b By) owns(sender iis.SenderID) bool {
	return b.Sender != 0 && (sender == b.Sender || b.Actor.Home.Has(sender))
}

// errOthers is for those who decide about records of their own sender.
var errOthers = fault.New(fault.Denied, "You decide only about records both of which your own site has reported. Nothing was changed. The registry’s staff decide about this one.")

// errGone is for records that are not there by themselves any more.
var errGone = fault.New(fault.NotFound, "One of these records is no longer there by itself: it may have been joined with another. Open the queue again.")

// errPartial is for those who see a part of a record, or nothing of it.
var errPartial = fault.New(fault.Denied, "Sharing of one of these records is limited: you see what your own site reported at most. Only the registry’s staff decide about it. Nothing was changed.")

// sees refuses somebody who does not see all of each of some records: as if one of whom
// they may not know were not there (missing).
func (d *Desk) sees(tx *store.Tx, by By, missing error, folders ...*store.Folder) error {
	limited := false
	for _, f := range folders {
		_, sight, err := d.keeper.Sees(tx, by.Actor, f)
		switch {
		case err != nil:
			return err
		case sight == record.Nothing:
			return missing
		case sight != record.Whole && sight != record.Glass:
			limited = true
		}
	}
	if limited {
		return errPartial
	}
	return nil
}

// seesCards reports that somebody sees all of each of some persons of a list.
func (d *Desk) seesCards(tx *store.Tx, by By, cards []store.Card) (bool, error) {
	for i := range cards {
		if _, sight, err := d.keeper.SeesCard(tx, by.Actor, &cards[i]); err != nil || sight != record.Whole {
			return false, err
		}
	}
	return true, nil
}

// maxWhy is how many characters a reason may have.
const maxWhy = 1000

// reason is what someone wrote, fit to be kept.
func reason(text, required string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "" && required != "":
		return "", fault.New(fault.Invalid, "%s", required)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", fault.New(fault.Invalid, "Write plain text.")
	case utf8.RuneCountInString(text) > maxWhy:
		return "", fault.New(fault.Invalid, "Write at most %d characters.", maxWhy)
	}
	return text, nil
}

// both reads two records for somebody, in the order asked; fault.NotFound when one is
// not there, fault.Invalid when both are one, and fault.Denied when they see only a part
// of one.
func (d *Desk) both(tx *store.Tx, by By, p store.Pair) (a, b *store.Folder, err error) {
	if p.Person == p.Other {
		return nil, nil, fault.New(fault.Invalid, "These are not two records but one.")
	}
	found, err := tx.Folders(p.Person, p.Other)
	if err != nil {
		return nil, nil, err
	}
	if len(found) < 2 || found[0].ID == found[1].ID {
		return nil, nil, errGone
	}
	if err := d.sees(tx, by, errGone, found...); err != nil {
		return nil, nil, err
	}
	return found[0], found[1], nil
}

// wrap says what failed of a fault that is not the caller's.
func wrap(what string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// read reads of the store what one act needs.
func (d *Desk) read(ctx context.Context, what string, fn func(*store.Tx) error) error {
	return wrap(what, d.store.Snapshot(ctx, fn))
}
