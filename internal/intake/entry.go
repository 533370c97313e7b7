package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
)

// actRefusedEntry is what the audit calls that an entry changed nothing.
const actRefusedEntry = "refuse a form"

// What the audit calls entries.
const (
	ActAddPerson = record.ActAddPerson
	ActEnter     = record.ActEnter
	ActCorrect   = record.ActCorrect
	ActDelete    = record.ActDelete
)

// Entry is what a user enters on a page in the name of a sender, as the message that was made of
// it: it goes the way of every message (ADR 34).
type Entry struct {
	By   iis.Actor
	From iis.Sender
	// Known is whose record they have open: what they say is said of that person, whoever else
	// is like them. 0: the message describes somebody.
	Known    iis.PersonID
	Raw      []byte
	Act      string           // what the audit calls it: ActEnter and its like
	Corrects string           // the number of the report that is corrected or deleted; "" where all is new
	Version  iis.SourceDoseID // of it that whoever corrects it has seen; 0: whichever stands
	Reason   string           // why
}

// Entered is what became of an entry. Whose record it is part of it does not say: to whoever describes
// somebody that would tell of a record that is closed, or sealed (ADR 39).
type Entered struct {
	Reply
	Stored bool
	// NumberTaken says that the site's number for a person is that of another patient of it.
	NumberTaken bool
}

// MayEnter is fault.Denied for somebody in a sender's name in which nothing may be entered: its site
// enrols as yet, or is closed; it is an office that sends certificates; or they are held to a roster,
// and the state lets a site of its kind enter nothing.
func (d *Desk) MayEnter(ctx context.Context, by iis.Actor, from iis.Sender) error {
	if from.Kind == iis.SendsCertificates {
		return fault.New(fault.Denied, "An office of vital records sends certificates, and enters no vaccinations here. Nothing was changed.")
	}
	var site *iis.Organization
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if site, err = tx.OrganizationOf(from.ID); err != nil {
			return err
		}
		return d.addsHistory(tx, by, from.ID)
	})
	switch {
	case fault.KindOf(err) == fault.Denied:
		return err
	case err != nil:
		return fmt.Errorf("read the site of sender %d: %w", from.ID, err)
	case site == nil:
	case site.Status == iis.StatusEnrolling:
		return fault.New(fault.Denied, "Your site is still enrolling. Vaccinations can be entered as soon as it trains, tests or is live. Nothing was changed.")
	case !site.Open():
		return fault.New(fault.Denied, "The site in whose name this is entered is closed in this registry, so that nothing can be entered for it. Nothing was changed.")
	}
	return nil
}

// addsHistory is fault.Denied for who is held to the roster of a sender's site where the state lets a
// site of its kind enter nothing (rosters: may add history).
func (d *Desk) addsHistory(tx *store.Tx, by iis.Actor, from iis.SenderID) error {
	if !by.Roster {
		return nil
	}
	site, err := tx.RosterSite(from)
	if err != nil {
		return err
	}
	law, err := d.keeper.PolicyIn(tx)
	if err != nil {
		return err
	}
	if site == nil || !law.AddsHistory(site.Kind) {
		return fault.New(fault.Denied, "In this state your kind of site views records, and enters no vaccinations. Nothing was changed. If one is missing, ask the family's clinic to enter it.")
	}
	return nil
}

// LookAtTyped says what is wrong or doubtful with what was typed, at its rows and fields, looking at no
// record. Nothing is kept. It reports whether all of it would be stored.
func (d *Desk) LookAtTyped(ctx context.Context, from iis.Sender, m *flat.Message) (fit bool, err error) {
	if m.Raw == nil {
		return false, nil
	}
	severities, err := d.severitiesOf(ctx, from.ID)
	if err != nil {
		return false, err
	}
	e := Examine(m.Raw, d.codes, severities, d.store.Now())
	worth := slices.DeleteFunc(slices.Clone(e.Findings), func(f iis.Finding) bool { return f.Severity == iis.Information })
	m.Tell(worth)
	return !e.Refused && worth.Worst() != iis.Error, nil
}

// Enter takes what somebody enters on a page: it is kept as the message that it is, read, checked,
// placed, joined, stored and answered as one of a sender is (Message). fault.Denied when the site
// may enter nothing, fault.Conflict when what is corrected is there no more. What cannot be taken
// is written down as refused.
func (d *Desk) Enter(ctx context.Context, e Entry) (Entered, error) {
	if err := d.MayEnter(ctx, e.By, e.From); err != nil {
		return Entered{}, err
	}
	m := &message{now: d.store.Now, sub: iis.Submission{Sender: e.From, Door: iis.DoorWeb, Received: d.store.Now(), Raw: e.Raw}, entry: &e}
	m.kept = d.store.Keep(&m.sub)
	if err := d.answer(ctx, m); err != nil {
		return Entered{}, fmt.Errorf("enter submission %d: %w", m.sub.ID, err)
	}
	return Entered{Reply: m.reply, Stored: m.taken.Person != 0, NumberTaken: m.taken.NumberTaken}, nil
}

// LeftOut reports the finding that nothing of an entry is kept, for the person opted out.
func LeftOut(f *iis.Finding) bool { return f.Rule == ruleOptedOut.Name }

// entered has what is taken be said by whoever entered it, of the record that they have open. Whether
// they may, and what is corrected is there still, is asked once more in the transaction.
func (d *Desk) entered(e *Entry, in *record.Arrival) {
	in.Actor, in.Known, in.Act = e.By, e.Known, e.Act
	in.Before = func(tx *store.Tx, f *store.Folder) error {
		if err := d.addsHistory(tx, e.By, e.From.ID); err != nil {
			return err
		}
		return e.stands(f)
	}
}

// stands is fault.Conflict when a record has no report of the entry's site any more that was
// entered under the number of what is corrected.
func (e *Entry) stands(f *store.Folder) error {
	if e.Corrects != "" && !slices.ContainsFunc(f.Doses, func(d iis.SourceDose) bool {
		return d.Sender == e.From.ID && d.Dose.EnteredAs() == e.Corrects && d.Dose.Action != iis.Delete && (e.Version == 0 || d.ID == e.Version)
	}) {
		return fault.New(fault.Conflict, "This vaccination is not in the record any more as it was entered: somebody corrected or deleted it.")
	}
	return nil
}

// refuseEntry writes down why an entry that was kept changes nothing, so that whoever looks at what
// came sees one that was refused; and returns why. Of a failure of ours nothing is known, and
// nothing is written.
func (d *Desk) refuseEntry(m *message, why error) error {
	if k := fault.KindOf(why); k == fault.Internal || k == fault.Busy {
		return why
	}
	outcome, err := json.Marshal(iis.Receipt{Submission: m.sub.ID, Person: m.entry.Known})
	if err != nil {
		return errors.Join(why, err)
	}
	found := entryRefused.At(iis.Where{})
	found.Say = fault.Public(why)
	m.reply.Findings, m.reply.Ack = iis.Findings{found}, iz.AckError
	line := store.Audit{At: m.now(), Actor: m.entry.By, Act: actRefusedEntry, Person: m.entry.Known, Subject: int64(m.sub.ID), Written: m.sub.Raw}
	if err := d.store.Settle(m.receipt(0, outcome), line); err != nil {
		return fmt.Errorf("write down that submission %d was refused: %w", m.sub.ID, errors.Join(err, why))
	}
	return errors.Join(m.kept.Wait(), why)
}

// entryRefused is found of an entry that changed nothing. It is for our own users, and never in a
// reply.
var entryRefused = iis.Rule{Name: "entry refused", Severity: iis.Error, Source: "a form of our own pages", HL7: iis.CodeApplication}
