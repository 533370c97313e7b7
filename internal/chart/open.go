package chart

import (
	"context"
	"fmt"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// reading is what is read of the store to open a record.
type reading struct {
	d        *Desk
	by       iis.Actor
	folder   *store.Folder
	senders  map[iis.SenderID]string
	log      []store.Audit
	receipts []store.StoredReceipt
	today    cal.Date
}

// Open is the record of a person as of today; fault.NotFound when there is none.
//
//  1. read the folder;
//  2. audit that it is opened, so that the access log shows this opening too;
//  3. read the access log and the receipts of what made the record;
//  4. put it into words.
func (d *Desk) Open(ctx context.Context, by iis.Actor, id iis.PersonID) (*Record, error) {
	r := &reading{d: d, by: by, today: cal.On(d.now())}
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if r.folder, err = tx.Folder(id); err != nil {
			return err
		}
		r.senders, err = tx.SenderNames()
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.Wrap(fault.NotFound, err, "There is no record with this number. Check the number, or find the person by name and birth date.")
	}
	if err != nil {
		return nil, fmt.Errorf("open record %d: %w", id, err)
	}
	if err := d.store.AuditRead(d.auditLines(by, actOpen, []iis.PersonID{id})...); err != nil {
		return nil, fmt.Errorf("audit the opening of record %d: %w", id, err)
	}
	if r.log, err = d.store.AccessLog(ctx, id, maxLog); err != nil {
		return nil, fmt.Errorf("read the access log of %d: %w", id, err)
	}
	if err := r.readReceipts(ctx); err != nil {
		return nil, fmt.Errorf("read the receipts of %d: %w", id, err)
	}
	return r.record(), nil
}

// record puts everything into words.
func (r *reading) record() *Record {
	doses, others := record.History(r.folder)
	out := &Record{ID: r.folder.ID}
	r.person(out)
	out.Doses = len(doses)
	out.Groups = r.groups(doses)
	for _, s := range others {
		if s.Dose.Kind == iis.Refusal {
			out.Refusals = append(out.Refusals, r.refusal(s))
		} else {
			out.Facts = append(out.Facts, r.fact(s))
		}
	}
	out.Sources = r.sources()
	out.Submissions = r.submissions()
	out.Access = r.access()
	return out
}

// sender is a sender's name.
func (r *reading) sender(id iis.SenderID) string {
	return orElse(r.senders[id], "A sender no longer known")
}
