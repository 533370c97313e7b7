package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Rehearsal is what would happen if a message came now.
type Rehearsal struct {
	Reply   Reply
	Receipt iis.Receipt // whose record it would go to, and what would become of each dose
	Stored  bool        // something would be stored
	At      time.Time   // when it was tried
}

// Rehearse says what would happen if a sender sent a message now: it is taken
// by the very code that takes messages, in a transaction that is undone.
// Nothing is kept, nothing is sent. That someone tried it, on a copy of which
// submission, and whose record they met, is audited before they learn of it.
//
// A query is fault.Invalid: its answer would be a patient's record.
func (d *Desk) Rehearse(ctx context.Context, by iis.Actor, copyOf iis.SubmissionID, from iis.Sender, raw []byte) (Rehearsal, error) {
	if open(raw).Kind == "QBP" {
		return Rehearsal{At: d.store.Now()}, fault.New(fault.Invalid, "A query cannot be tried here: its answer would be a patient's record.")
	}
	out, err := d.rehearse(ctx, from, iis.DoorWeb, raw)
	if err != nil {
		return out, fmt.Errorf("rehearse a copy of submission %d: %w", copyOf, err)
	}
	err = d.store.AuditRead(store.Audit{
		At: out.At, Actor: by, Act: "replay message", Person: out.Receipt.Person, Subject: int64(copyOf), Written: raw,
	})
	if err != nil {
		return Rehearsal{}, fmt.Errorf("audit the rehearsal of a copy of submission %d: %w", copyOf, err)
	}
	return out, nil
}

// rehearse is Rehearse without its line of the audit, which the caller owes before
// anybody learns of what it returns.
func (d *Desk) rehearse(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) (Rehearsal, error) {
	out := Rehearsal{At: d.store.Now()}
	m := &message{now: d.store.Now, sub: iis.Submission{Sender: from, Door: door, Received: out.At, Raw: raw}}
	dry := d.store.Rehearsal(func(tx *store.Tx) error {
		found, _, err := tx.TakenReceipts(m.sub.ID)
		if err != nil || len(found) == 0 {
			return cmp.Or(err, fmt.Errorf("submission %d has no receipt", m.sub.ID))
		}
		out.Receipt = iis.Receipt{}
		return json.Unmarshal(found[0].Outcome, &out.Receipt)
	})
	m.kept = dry.Keep(&m.sub)
	sandbox := New(dry, d.codes)
	sandbox.keeper, sandbox.severities = d.keeper.Over(dry), d.severities
	if err := sandbox.answer(ctx, m); err != nil {
		return out, err
	}
	out.Reply, out.Stored = m.reply, out.Receipt.Person != 0 || out.Receipt.Match == iis.AnsweredTest
	out.Reply.Submission = 0 // there is none
	if out.Receipt.Match == "new" || out.Receipt.Match == "possible" {
		out.Receipt.Person = 0 // there is no such record
	}
	return out, nil
}
