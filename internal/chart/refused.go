package chart

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// formRefused is found of a form of our own pages that changed nothing. It is for our own users,
// and never in a reply.
var formRefused = iis.Rule{Name: "form.refused", Severity: iis.Error, Source: "a form of our own pages", HL7: iis.CodeApplication}

// refuseForm writes down why a form that was kept changes nothing, so that whoever looks at what
// came sees a form that was refused and no message that nobody answered; and returns why. Of a
// failure of ours nothing is known, and nothing is written. The record is named in the audit and
// in what became of the form: when the person opts out, it is found by these.
func (d *Desk) refuseForm(ctx context.Context, sub *iis.Submission, in record.Arrival, why error) error {
	say := fault.Public(why)
	switch {
	case errors.Is(why, errSentBefore):
		say = sentBefore
	case fault.KindOf(why) == fault.Internal || fault.KindOf(why) == fault.Busy:
		return why
	}
	person := in.Known
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		now, err := tx.Follow(in.Known)
		if err == nil {
			person = now[0]
		}
		return err
	})
	if err != nil {
		return errors.Join(why, err)
	}
	outcome, err := json.Marshal(iis.Receipt{Submission: sub.ID, Person: person})
	if err != nil {
		return errors.Join(why, err)
	}
	found := formRefused.At(iis.Where{})
	found.Say = say
	now := d.now()
	err = d.store.Settle(
		store.StoredReceipt{Submission: sub.ID, Sender: sub.Sender.ID, Answered: now, Kind: iis.FormReceipt, Ack: "AE", Findings: iis.Findings{found}, Outcome: outcome},
		store.Audit{At: now, Actor: in.Actor, Act: actRefused, Person: person, Subject: int64(sub.ID), Written: sub.Raw})
	if err != nil {
		return fmt.Errorf("write down that form %d was refused: %w", sub.ID, errors.Join(err, why))
	}
	return why
}
