package inbox

import (
	"context"
	"slices"
	"time"

	"openiis/internal/dedupe"
	"openiis/internal/fault"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Receipt is what became of a message, for the sender's own programs: whom it was
// matched with, by the sender's own number, and what became of each dose. Fields
// are only added; what a code means never changes.
type Receipt struct {
	Submission string    `json:"submission"` // its number, which the acknowledgement carries in MSH-10
	Received   time.Time `json:"received"`
	Answered   time.Time `json:"answered"`
	ControlID  string    `json:"control_id"` // MSH-10 of the message
	Ack        string    `json:"ack"`        // MSA-1 of the answer

	// Patient is absent when nothing was stored.
	Patient  *ReceiptPatient  `json:"patient,omitempty"`
	Doses    []ReceiptDose    `json:"doses"`
	Findings []ReceiptFinding `json:"findings"`
}

// ReceiptPatient says whose record it was.
type ReceiptPatient struct {
	Numbers []ReceiptNumber `json:"numbers"` // those that the message gave (PID-3)
	// Match is new, possible (kept apart until someone has looked), known or, of a test, test. Of whom
	// the sender may not know, nothing is told: it is new, unless the sender's own
	// number led to the record.
	Match string `json:"match"`
	Say   string `json:"say"`
}

// ReceiptNumber is a number of a patient.
type ReceiptNumber struct {
	Value     string `json:"value"`
	Type      string `json:"type"`
	Authority string `json:"authority,omitempty"`
}

// ReceiptDose is the fate of one order group.
type ReceiptDose struct {
	Order   int    `json:"order"`            // its place in the message, from 1
	Number  string `json:"number,omitempty"` // ORC-3.1
	Outcome string `json:"outcome"`          // iis.Outcome; "not stored" when it is in the findings
	Say     string `json:"say"`
	Rule    string `json:"rule,omitempty"` // why it is one dose with others, or may be
	Why     string `json:"why,omitempty"`  // the same as a sentence
}

// ReceiptFinding is one thing that was wrong.
type ReceiptFinding struct {
	Severity string `json:"severity"` // ERR-4
	Where    string `json:"where"`    // as RXA^1^5
	Rule     string `json:"rule"`
	Say      string `json:"say"`
}

// Receipt is what became of a message of a sender's own; fault.NotFound when there
// is none, it is another's, or it was a query. That it is read is audited under
// the person first. Of a record that another sender protects (PD1-12) it tells
// nothing: it reads as if nobody else had reported the person, or could be it.
func (d *Desk) Receipt(ctx context.Context, from iis.Sender, id iis.SubmissionID) (*Receipt, error) {
	sub, stored, sealed, err := d.taken(ctx, from, id)
	if err != nil {
		return nil, err
	}
	out := &Receipt{
		Submission: id.Public(), Received: sub.Received, Answered: stored.Answered, ControlID: stored.ControlID, Ack: stored.Ack,
		Doses: []ReceiptDose{}, Findings: []ReceiptFinding{},
	}
	for _, f := range stored.Findings {
		out.Findings = append(out.Findings, ReceiptFinding{string(f.Severity), f.Where.ERL(), f.Rule, f.Say})
	}
	if stored.Person == 0 && stored.Kind != iis.TestReceipt || string(sub.Raw) == store.TestErasedNote { // a test that is kept no longer
		return out, nil
	}
	r, err := told(stored)
	if err != nil {
		return nil, err
	}
	open := r.Match == iis.AnsweredTest // there is nobody of whom to know
	if !sealed && !open {
		if open, err = d.mayKnow(ctx, from.ID, &r); err != nil {
			return nil, err
		}
	}
	m, err := hl7.Parse(sub.Raw)
	if err != nil {
		return nil, err
	}
	d.tell(out, iz.ReadVXU(m, d.codes), &r, open)
	return out, nil
}

// errNoReceipt is for a message that is not the asker's, or no message that is
// stored.
var errNoReceipt = fault.New(fault.NotFound, "There is no message of yours with this number.")

// taken reads a sender's own message with what became of it, also of one about a
// sealed identity: its sender knows that it sent it. The reading is audited.
func (d *Desk) taken(ctx context.Context, from iis.Sender, id iis.SubmissionID) (sub iis.Submission, stored *store.StoredReceipt, sealed bool, err error) {
	by := iis.Actor{Kind: "sender", Sender: from.ID}
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		sub, sealed, err = tx.SealedSubmission(id)
		return err
	})
	if err == nil && !sealed {
		sub, err = d.store.Submission(ctx, id)
	}
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return sub, nil, false, err
	}
	if err != nil || sub.Sender.ID != from.ID {
		return sub, nil, false, errNoReceipt
	}
	if sealed {
		stored, err = d.sealedReceipt(ctx, by, id)
	} else {
		sub, stored, err = d.read(ctx, by, iis.Scope{Sender: from.ID}, id, actReceipt)
	}
	if err == nil && (stored == nil || !slices.Contains([]iis.Kind{iis.KindUpdate, iis.KindOther, iis.KindTest}, iis.KindOf(stored.Kind))) {
		err = errNoReceipt
	}
	return sub, stored, sealed, err
}

// sealedReceipt is what became of a sealed message; the reading is audited.
func (d *Desk) sealedReceipt(ctx context.Context, by iis.Actor, id iis.SubmissionID) (stored *store.StoredReceipt, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		found, _, err := tx.TakenReceipts(id)
		if len(found) > 0 {
			stored = &found[0]
		}
		return err
	})
	if err != nil || stored == nil {
		return nil, err
	}
	return stored, d.store.AuditRead(store.Audit{At: d.now(), Actor: by, Act: actReceipt, Person: stored.Person, Subject: int64(id)})
}

// mayKnow reports that a sender may know of a record beyond what it said itself.
func (d *Desk) mayKnow(ctx context.Context, sender iis.SenderID, r *iis.Receipt) (open bool, err error) {
	return d.mayTell(ctx, r, func(tx *store.Tx, f *store.Folder) (bool, error) { return d.keeper.Visible(tx, f, sender) })
}

// mayTell reports that somebody may know of the record of a receipt, by a function that
// says so of each record. From what is told it takes that others may be the person, when
// they may know of none of them.
func (d *Desk) mayTell(ctx context.Context, r *iis.Receipt, sees func(*store.Tx, *store.Folder) (bool, error)) (open bool, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		f, err := tx.Folder(r.Person)
		if err != nil {
			return err
		}
		if open, err = sees(tx, f); err != nil {
			return err
		}
		if r.Match != string(match.Possible) || f.ID != r.Person { // or joined with whom it may be
			return nil
		}
		pairs, err := tx.PossibleOf(r.Person)
		if err != nil {
			return err
		}
		var ids []iis.PersonID
		for _, p := range pairs {
			ids = append(ids, p.Person, p.Other)
		}
		others, err := tx.Folders(ids...)
		if err != nil {
			return err
		}
		r.Match = "new"
		for _, o := range others {
			seen, err := sees(tx, o)
			if err != nil {
				return err
			}
			if seen && o.ID != f.ID {
				r.Match = string(match.Possible)
			}
		}
		return nil
	})
	return open, err
}

// tell adds whose record it was, and what became of each dose.
func (d *Desk) tell(out *Receipt, v *iz.VXU, r *iis.Receipt, open bool) {
	said := shut(*r, open)
	p := &ReceiptPatient{Match: "known", Say: matchWords(&said), Numbers: []ReceiptNumber{}}
	if said.Match == "new" || said.Match == "possible" || said.Match == iis.AnsweredTest {
		p.Match = said.Match
	}
	for _, id := range v.Person.IDs {
		p.Numbers = append(p.Numbers, ReceiptNumber{id.Value, id.Type, id.Authority})
	}
	out.Patient = p
	outcomes := map[int]iis.DoseReceipt{}
	for _, o := range r.Doses {
		outcomes[o.Order] = o
	}
	for i := range v.Orders {
		o := &v.Orders[i]
		t := ReceiptDose{Order: o.Number, Number: o.Dose.Filler.ID, Outcome: "not stored", Say: notStored}
		if got, ok := outcomes[o.Number]; ok {
			if !open {
				got.Rule, got.Outcome = "", got.Outcome.Closed()
			}
			t.Outcome, t.Say, t.Rule = string(got.Outcome), outcomeWords(got.Outcome)+".", got.Rule
			if got.Rule != "" {
				t.Why = dedupe.Say(got.Rule)
			}
		}
		out.Doses = append(out.Doses, t)
	}
}

// shut is what of a receipt is told of whose record it was: of one that is not open no
// more than that it is a record, unless the sender's own number led there.
func shut(r iis.Receipt, open bool) iis.Receipt {
	if !open && r.Match != match.OwnNumber && r.Match != match.SaidBefore {
		return iis.Receipt{Match: "new"}
	}
	if r.Match == "possible" {
		r.Why = nil // it is of another's record
	}
	return r
}

// notStored is what is said of an order group of which nothing was stored.
const notStored = "Not stored: see the findings"
