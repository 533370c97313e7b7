package chart

import (
	"context"
	"fmt"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// reading is what is read of the store to open a record.
type reading struct {
	d   *Desk
	by  iis.Actor
	law *policy.Policy
	// histories says which of its sources are history of which nobody told the person.
	histories record.Histories
	folder    *store.Folder
	senders   map[iis.SenderID]string
	places    map[string]string // senders' names by facility code
	users     map[iis.UserID]store.Account
	concerns  []iis.Concern
	informed  []iis.Informed
	evidence  []iis.Evidence
	log       []store.Audit
	receipts  []store.StoredReceipt
	today     cal.Date
	outlook   Outlook
	barred    error // why nothing of the record is shown, where the reader may know that it is there
	// shared is how the whole record stands; sight is what of it the reader sees, and
	// folder holds no more than that.
	shared record.Shared
	sight  record.Sight
}

// partial reports a reading of what the reader's own site reported alone.
func (r *reading) partial() bool { return r.sight == record.OwnPart }

// narrow reports a reader to whom it is not told what others did with the record.
func (r *reading) narrow() bool { return narrow(r.by, r.sight) }

// narrow reports that who sees a record so is not told what others did with it: who sees no more
// than a part of it, and who sees it because somebody is on their roster.
func narrow(by iis.Actor, sight record.Sight) bool {
	return by.Roster || sight != record.Whole && sight != record.Glass
}

// tellsOf reports that who sees a record so is told what was said of its sharing for a sender, and
// opens the form on which that was signed.
func tellsOf(by iis.Actor, sight record.Sight, sender iis.SenderID) bool {
	return !narrow(by, sight) || by.Owns(sender)
}

// Now is the present number of a person: of a record that was merged, that of the
// record it is part of; of any other, there or not or hidden from whoever asks, its own.
func (d *Desk) Now(ctx context.Context, by iis.Actor, id iis.PersonID) (iis.PersonID, error) {
	err := d.store.Snapshot(ctx, func(tx *store.Tx) error {
		now, err := tx.Follow(id)
		if err != nil || now[0] == id {
			return err
		}
		cards, err := tx.Cards(now[0])
		if err != nil || len(cards) == 0 {
			return err
		}
		_, sight, err := d.keeper.SeesCard(tx, by, &cards[0])
		if sight != record.Nothing {
			id = now[0]
		}
		return err
	})
	return id, err
}

// Open is the record of a person as of today; fault.NotFound when there is none.
//
//  1. read the folder;
//  2. audit that it is opened, so that the access log shows this opening too;
//  3. read the access log, who is named in it, and the receipts of what made
//     the record;
//  4. ask the schedule, and put everything into words.
func (d *Desk) Open(ctx context.Context, by iis.Actor, id iis.PersonID) (*Record, error) {
	return d.open(ctx, by, id, func(*reading, *Record) {})
}

// open is Open with something more.
func (d *Desk) open(ctx context.Context, by iis.Actor, id iis.PersonID, more func(*reading, *Record)) (*Record, error) {
	r, err := d.read(ctx, by, id, actOpen)
	if err != nil {
		return nil, err
	}
	id = r.folder.ID
	if r.log, err = d.store.AccessLog(ctx, id, maxLog+1); err != nil {
		return nil, fmt.Errorf("read the access log of %d: %w", id, err)
	}
	older := r.cutLog()
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if r.receipts, err = tx.Receipts(r.submissionIDs()...); err != nil {
			return err
		}
		r.users, err = tx.AccountsOf(r.userIDs())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what made record %d: %w", id, err)
	}
	var out *Record
	if by.Roster {
		out = r.forFamily()
	} else {
		out = r.record()
	}
	r.origin(out)
	out.OlderAccess = older
	more(r, out)
	return out, nil
}

// Print is what of a record is put on paper for the family: the person and the history,
// without its origin and access log, and without what is confidential.
func (d *Desk) Print(ctx context.Context, by iis.Actor, id iis.PersonID) (*Record, error) {
	r, err := d.read(ctx, by, id, actPrint)
	if err != nil {
		return nil, err
	}
	return r.forFamily(), nil
}

// read reads a folder and audits the act for which it is; fault.NotFound when there is none, or
// it is hidden from whoever asks, and fault.Denied when they may know of it and see nothing of
// it, which is audited too.
func (d *Desk) read(ctx context.Context, by iis.Actor, id iis.PersonID, act string) (*reading, error) {
	return d.readAt(ctx, d.now(), by, id, act)
}

// readAt is read with the time of the act, which is one for all records that it opens.
func (d *Desk) readAt(ctx context.Context, at time.Time, by iis.Actor, id iis.PersonID, act string) (*reading, error) {
	r := &reading{d: d, by: by, today: cal.On(d.now())}
	var now iis.PersonID
	err := d.store.Snapshot(ctx, func(tx *store.Tx) (err error) {
		whole, err := tx.Folder(id)
		if err != nil {
			return err
		}
		if r.histories, err = d.keeper.Histories(tx); err != nil {
			return err
		}
		now, r.shared = whole.ID, r.histories.SharingOf(whole.Sources, whole.Choices)
		if r.folder, r.sight, err = d.keeper.Sees(tx, by, whole); err != nil {
			return err
		}
		if r.law, err = d.keeper.PolicyIn(tx); err != nil {
			return err
		}
		if r.shared.Status == iis.SharingUnknown && r.law.Sharing.Unknown == nil { // of a state that it went by before
			r.shared = record.Shared{Status: iis.SharingYes, Cause: record.ByDefault}
		}
		if r.folder == nil {
			d.bar(r, whole)
			return nil
		}
		if r.concerns, err = tx.Concerns(r.folder.ID); err != nil {
			return err
		}
		if r.informed, err = tx.InformedOf(r.folder.ID); err != nil {
			return err
		}
		if r.narrow() { // what others saw in the record, or said to the family, may tell of what they see
			r.concerns = slices.DeleteFunc(r.concerns, func(c iis.Concern) bool { return c.By != by.User })
			r.informed = slices.DeleteFunc(r.informed, func(i iis.Informed) bool { return i.By != by.User && !by.Owns(i.Sender) })
		}
		if r.evidence, err = evidenceOf(tx, r.concerns); err != nil {
			return err
		}
		if r.senders, err = tx.SenderNames(); err != nil {
			return err
		}
		r.places, err = tx.FacilityNames()
		return err
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, fmt.Errorf("%s %d: %w", act, id, err)
	}
	line := store.Audit{At: at, Actor: by, Act: act, Person: now}
	switch {
	case err != nil: // likewise in the audit, and in the time that it takes
		line.Act, line.Subject = actMissing, int64(id)
	case r.folder != nil:
	default:
		line.Act = actHidden
	}
	if err := d.store.AuditRead(line); err != nil {
		return nil, fmt.Errorf("audit %s %d: %w", act, id, err)
	}
	switch {
	case err != nil || r.folder == nil && r.sight == record.Nothing:
		return nil, errMissing
	case r.folder != nil:
		return r, nil
	}
	return nil, r.barred
}

// errMissing is for whoever asks for a record that is not there, or is hidden from them.
var errMissing = fault.New(fault.NotFound, "There is no record with this number. Check the number, or find the person by name and birth date.")

// record puts everything into words.
func (r *reading) record() *Record {
	if r.law == nil { // of what is no record yet, as a certificate
		r.law = policy.Neutral()
	}
	a := r.assess()
	out := &Record{ID: r.folder.ID}
	r.person(out)
	out.Sharing = r.sharing()
	out.Outlook = r.outlook
	var told []string // vaccine groups of which something is confidential
	for i, s := range a.Doses {
		d := r.dose(s)
		d.Confidential, d.Mine = record.Confidential(r.law, r.folder, &s), r.reportedHere(&s)
		if r.judged() {
			d.verdicts = r.verdicts(&a, i+1)
		}
		if out.Doses = append(out.Doses, d); d.Confidential {
			told = append(told, d.Groups...)
		}
	}
	out.Groups = groups(out.Doses)
	for _, s := range a.Others {
		is := r.statement(s)
		if is.Confidential {
			told = append(told, r.groupNames(s.Dose.CVX)...)
		}
		if s.Dose.Kind == iis.Refusal {
			out.Refusals = append(out.Refusals, is)
		} else {
			out.Facts = append(out.Facts, is)
		}
	}
	out.markConfidential(told)
	return out
}

// origin adds where the record comes from, what users said of it and who saw it.
func (r *reading) origin(out *Record) {
	if !r.by.Roster { // who reported may tell of a dose that is confidential
		out.Sources = r.sources()
		out.Submissions = r.submissions()
	}
	out.Access = r.access()
	for _, c := range r.concerns {
		out.Concerns = append(out.Concerns, r.concern(c))
	}
	for i := range r.informed {
		out.Informed = append(out.Informed, r.informing(&r.informed[i]))
	}
}

// userIDs are the users whom access log, concerns and informing name.
func (r *reading) userIDs() []iis.UserID {
	var ids []iis.UserID
	for _, a := range r.log {
		if a.Actor.Kind == "user" {
			ids = append(ids, a.Actor.User)
		}
	}
	for _, c := range r.concerns {
		ids = append(ids, c.By)
		if !c.IsOpen() {
			ids = append(ids, c.SettledBy)
		}
	}
	for i := range r.informed {
		ids = append(ids, r.informed[i].By)
		if !r.informed[i].Holds() {
			ids = append(ids, r.informed[i].WithdrawnBy)
		}
	}
	return ids
}

// user is a user's name.
func (r *reading) user(id iis.UserID) string {
	if id == 0 {
		return "The registry itself"
	}
	name := orElse(r.users[id].Name, "A user no longer known")
	if id == r.by.User {
		name += " (you)"
	}
	return name
}

// sender is a sender's name.
func (r *reading) sender(id iis.SenderID) string {
	return orElse(r.senders[id], "A sender no longer known")
}
