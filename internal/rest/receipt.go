package rest

import (
	"context"
	"encoding/json"
	"log/slog"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/inbox"
)

// Receipts tells senders what became of their messages (inbox.Desk).
type Receipts interface {
	Receipt(ctx context.Context, from iis.Sender, id iis.SubmissionID) (*inbox.Receipt, error)
}

// receiptPath is where the receipt of a submission is, before its number.
const receiptPath = "/hl7/receipts/"

// receipt answers GET /hl7/receipts/{number}: the number is that of the answer's
// MSH-10, and the Link header of an answer names the whole address.
func (d *door) receipt(q *request) error {
	if err := d.identify(q); err != nil {
		return err
	}
	id, ok := iis.ParseSubmissionID(q.r.PathValue("number"))
	if !ok {
		return fault.New(fault.NotFound, "This is not the number of a message. It is MSH-10 of our answer and has 13 letters and digits.")
	}
	q.attrs = append(q.attrs, slog.String("submission", id.Public()))
	found, err := d.Receipts.Receipt(q.r.Context(), q.from, id)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(q.w).Encode(found)
}

// linkReceipt names the receipt of an answer in its header.
func (d *door) linkReceipt(q *request, id iis.SubmissionID) {
	if d.Receipts != nil && id != 0 {
		q.w.Header().Set("Link", "<"+receiptPath+id.Public()+`>; rel="describedby"; type="application/json"`)
	}
}
