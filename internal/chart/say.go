package chart

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Teller is a user who says something for a record, and for whom: the site that
// they belong to, or the programme.
type Teller struct {
	Actor  iis.Actor
	Name   string
	Sender iis.SenderID // their site; 0: none
	Staff  bool         // of the registry: they speak for the programme and may withdraw for everyone
}

// May reports that the teller may correct and withdraw what a sender said: any of their own site.
func (t Teller) May(sender iis.SenderID) bool {
	return t.Staff || t.Sender != 0 && (sender == t.Sender || t.Actor.Home.Has(sender))
}

// Speaks is why a teller has nobody to speak for: fault.Denied, or nil when they have.
func (t Teller) Speaks() error {
	if t.Staff || t.Sender != 0 {
		return nil
	}
	return fault.New(fault.Denied, "Your account belongs to no site, so that nothing can be recorded in its name. Nothing was changed. Ask the administrator of this registry to set the facility of your account.")
}

// onPage reports a report that was made on a page: a fact or refusal with a number
// of ours. A sender that sends back what we answered uses our authority too, but for
// doses, and for facts with the constant that is no number.
func onPage(d *iis.Dose) bool {
	_, numbered := iis.ParseDoseID(d.Filler.ID)
	return numbered && d.Filler.Authority == iis.RegistryAuthority && d.Kind != iis.Given
}

// Say adds to a record what a user says of a person's health, as a report of the
// user's site or of the programme. What is wrong with the entry is told, and then
// nothing is changed. The same form sent twice says it once.
//
//  1. read the record, which is audited, and see whether the entry makes sense;
//  2. keep the form as it was entered, before anything is made of it;
//  3. take it as any report is taken (record.Take), and wait until it is durable.
func (d *Desk) Say(ctx context.Context, by Teller, id iis.PersonID, e Entry) ([]Wrong, error) {
	if err := by.Speaks(); err != nil {
		return nil, err
	}
	r, err := d.read(ctx, by.Actor, id, actForm)
	if err != nil {
		return nil, err
	}
	c, wrong := r.check(&e)
	if len(wrong) > 0 {
		return wrong, nil
	}
	from, err := d.speaksFor(ctx, by)
	if err != nil {
		return nil, fmt.Errorf("say something of %d: %w", id, err)
	}
	dose := c.dose()
	// Looked at once more when nobody else can change the record: the same form may
	// arrive twice at one moment.
	fresh := func(_ *store.Tx, f *store.Folder) error {
		had := reportedIn(f, c.number)
		if had != nil && (had.Sender != from.ID || had.Dose.Action == iis.Delete || !had.Dose.Same(&dose)) {
			return errSentBefore
		}
		return nil
	}
	form := c.form(from, by)
	form.Fields = append([]iis.FormField{{Label: "Form", Value: "Record"}, {Label: "Record", Value: id.Public()}}, form.Fields...)
	err = fresh(nil, r.folder)
	if err == nil {
		err = d.take(ctx, by, id, from, form, dose, actSay, fresh)
	}
	if errors.Is(err, errSentBefore) {
		return []Wrong{{"", sentBefore}}, nil
	}
	return nil, err
}

// What is wrong with a form whose number was used for other answers.
var errSentBefore = errors.New("the number of the form was used before")

const sentBefore = "This form was sent before, with other answers, and was recorded then. If this is to be recorded as well, send it again now. What was wrong can be withdrawn on the record."

// Withdraw takes back what was entered on a page in error: the report is marked as
// deleted by its own sender, and its history stays. Only the site that said it, or
// the registry's staff in its name, may. What is withdrawn already stays so.
func (d *Desk) Withdraw(ctx context.Context, by Teller, id iis.PersonID, number string) error {
	r, err := d.read(ctx, by.Actor, id, actForm)
	if err != nil {
		return err
	}
	had, err := r.mine(by, number)
	if err != nil || had.Dose.Action == iis.Delete {
		return err
	}
	from := iis.Sender{ID: had.Sender}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		p, err := tx.SenderProfile(had.Sender)
		from = p.Sender
		return err
	})
	if err != nil {
		return fmt.Errorf("withdraw from %d: %w", id, err)
	}
	dose := had.Dose
	dose.Action = iis.Delete
	var form iis.Form
	form.Add("Form", "Withdraw")
	form.Add("Record", id.Public())
	form.Add("Number", number)
	form.Add("For", from.Name)
	form.Add("Entered by", by.Name)
	form.Add("What", r.inShort(&dose))
	form.Add("First day", dose.Date.String())
	return d.take(ctx, by, id, from, form, dose, actWithdraw, nil)
}

// mine is a report made on a page, which a teller may withdraw.
func (r *reading) mine(by Teller, number string) (*iis.SourceDose, error) {
	had := r.reported(number)
	switch {
	case had == nil:
		return nil, fault.New(fault.NotFound, "This record has no entry with this number.")
	case !by.May(had.Sender):
		return nil, fault.New(fault.Denied, "This was entered by another site. Only that site, or the registry’s staff, can withdraw it. Nothing was changed. If it is wrong, say so under “Something looks wrong”.")
	}
	return had, nil
}

// reported is the report that a form of a number made; nil when there is none.
func (r *reading) reported(number string) *iis.SourceDose { return reportedIn(r.folder, number) }

func reportedIn(f *store.Folder, number string) *iis.SourceDose {
	for i := range f.Doses {
		d := &f.Doses[i]
		if d.Dose.Filler.ID == number && onPage(&d.Dose) {
			return d
		}
	}
	return nil
}

// speaksFor is the source for which a teller speaks. The programme's is made when it
// is first needed.
func (d *Desk) speaksFor(ctx context.Context, by Teller) (from iis.Sender, err error) {
	find := func(tx *store.Tx) error {
		if by.Staff {
			from, err = tx.SenderByFacility(iis.StaffFacility)
			return err
		}
		p, err := tx.SenderProfile(by.Sender)
		from = p.Sender
		return err
	}
	err = d.store.Read(ctx, find)
	if !by.Staff || fault.KindOf(err) != fault.NotFound || err == nil {
		return from, err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if from, err = tx.EnsureSender(iis.StaffFacility, iis.StaffName, d.now()); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: d.now(), Actor: by.Actor, Act: "set sender", Subject: int64(from.ID)})
	})
	return from, err
}

// take keeps a form about health and makes its report part of the record.
func (d *Desk) take(ctx context.Context, by Teller, id iis.PersonID, from iis.Sender, form iis.Form, dose iis.Dose, act string, before func(*store.Tx, *store.Folder) error) error {
	return d.takeForm(ctx, by, id, from, form, record.Arrival{Act: act, Doses: []record.Report{{Order: 1, Dose: dose}}, Before: before})
}

// takeForm keeps a form about a record that somebody has open, and takes what it says.
func (d *Desk) takeForm(ctx context.Context, by Teller, id iis.PersonID, from iis.Sender, form iis.Form, in record.Arrival) error {
	sub := iis.Submission{Sender: from, Door: iis.DoorWeb, Received: d.now(), Raw: form.Text()}
	kept := d.store.Keep(&sub)
	if err := kept.Before(); err != nil {
		return fmt.Errorf("keep the form for %d: %w", id, err)
	}
	in.Submission, in.Sender, in.Actor, in.Received, in.Known = sub.ID, from, by.Actor, sub.Received, id
	in.Finish = func(r iis.Receipt) store.StoredReceipt {
		outcome, err := json.Marshal(r)
		if err != nil {
			panic(fmt.Sprintf("a receipt cannot be written: %v", err)) // plain fields only
		}
		return store.StoredReceipt{
			Submission: sub.ID, Sender: from.ID, Answered: d.now(), Kind: iis.FormReceipt, Ack: "AA", Person: r.Person, Outcome: outcome,
		}
	}
	if _, err := d.keeper.Take(ctx, in); err != nil {
		return d.refuseForm(ctx, &sub, in, err)
	}
	return kept.Wait()
}

// Withdrawal is what a user is about to withdraw.
type Withdrawal struct {
	Person  Whom
	Number  string
	What    string
	Since   cal.Date
	By      string // whose report it is
	Already bool   // it is withdrawn
}

// Withdrawal shows what is about to be withdrawn, with whose it is; it is audited.
func (d *Desk) Withdrawal(ctx context.Context, by Teller, id iis.PersonID, number string) (*Withdrawal, error) {
	r, err := d.read(ctx, by.Actor, id, actForm)
	if err != nil {
		return nil, err
	}
	had, err := r.mine(by, number)
	if err != nil {
		return nil, err
	}
	return &Withdrawal{
		Person: r.whom(), Number: number, What: r.inShort(&had.Dose), Since: had.Dose.Date, By: r.sender(had.Sender),
		Already: had.Dose.Action == iis.Delete,
	}, nil
}
