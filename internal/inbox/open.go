package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Message is a submission with all that the registry knows of it.
type Message struct {
	ID         iis.SubmissionID
	Sender     iis.SenderID
	SenderName string
	Door       string // in words
	Received   time.Time
	Size       int // bytes
	Kind       iis.Kind
	Answer     iis.Answer
	Ack        string // "" when it was never answered
	Result     string // what became of it, in words
	Content
	Answered time.Time
	Reply    []string // its segments; none when it is not kept
	Fate     Fate
}

// Content is a message taken apart.
type Content struct {
	Marks    []Mark // all findings, worst first
	More     int    // findings beyond those
	Segments []Segment
	Cut      int             // segments that are not shown
	Garbage  string          // the text, when it is no HL7 message
	Form     []iis.FormField // what was entered, when it is a form of our own pages
}

// Open is a submission as it came, with what was found and what became of it;
// fault.NotFound when there is none within the scope, and fault.Denied to whom none can be. It is audited first, under the person whom it is about.
func (d *Desk) Open(ctx context.Context, by iis.Actor, in iis.Scope, id iis.SubmissionID) (*Message, error) {
	sub, receipt, err := d.read(ctx, by, in, id, actOpen)
	if err != nil {
		return nil, err
	}
	m := &Message{
		ID: id, Sender: sub.Sender.ID, SenderName: sub.Sender.Name, Door: doorWords(sub.Door), Received: sub.Received, Size: len(sub.Raw),
		Kind: iis.KindOther, Answer: iis.Unanswered,
	}
	if _, notHL7 := hl7.Parse(sub.Raw); sub.Door == iis.DoorWeb && notHL7 != nil {
		m.Kind = iis.KindForm
	}
	var findings iis.Findings
	if receipt != nil {
		findings = receipt.Findings
		m.Ack, m.Answered = receipt.Ack, receipt.Answered
		m.Kind, m.Answer = receipt.Class()
		m.Reply = d.reply(sub.Raw, receipt)
	}
	m.Result = resultWords(m.Kind, m.Answer)
	m.Content = d.Content(sub.Raw, findings)
	if receipt != nil {
		m.Fate, err = d.fate(ctx, by, m.Kind, sub.Raw, receipt)
	}
	return m, err
}

// Copy is a message as text for someone to edit: a segment a line, without the
// password that MSH-8 may hold, and in UTF-8, which MSH-18 then says.
type Copy struct {
	ID         iis.SubmissionID
	Sender     iis.Sender
	Text       string
	Replayable bool // it is no query and no form
}

// Copy is a copy of a message to be edited; as for Open, it is audited first
// and fails with fault.NotFound or fault.Denied.
func (d *Desk) Copy(ctx context.Context, by iis.Actor, in iis.Scope, id iis.SubmissionID) (Copy, error) {
	sub, receipt, err := d.read(ctx, by, in, id, actCopy)
	if err != nil {
		return Copy{}, err
	}
	out := Copy{ID: id, Sender: sub.Sender, Text: editable(sub.Raw)}
	_, notHL7 := hl7.Parse(sub.Raw) // of a page, a form; but vaccinations that were entered are a message
	out.Replayable = (sub.Door != iis.DoorWeb || notHL7 == nil) && sub.Door != iis.DoorImport && (receipt == nil || !iis.KindOf(receipt.Kind).Asks())
	return out, nil
}

func editable(raw []byte) string {
	m, err := hl7.Parse(raw)
	if err != nil {
		return legible(raw)
	}
	lines := make([]string, m.Len())
	for i := range lines {
		s := m.Segment(i)
		text := s.Raw()
		if i == 0 && !utf8.Valid(raw) && m.Charset().Fits { // it names another set, rightly: not of the copy
			text = replaceLeaf(text, m.Delims(), place(s, 18), 1, "UNICODE UTF-8")
		}
		if s.Is("MSH") && !s.Field(8).IsEmpty() {
			text = replaceField(text, m.Delims(), place(s, 8), "")
		}
		lines[i] = legible(m.UTF8(text))
	}
	return strings.Join(lines, "\n")
}

// errNoSubmission is said of a number that was never given, and of a message that is not within a
// scope: that it is there is for its sender alone.
func errNoSubmission() error {
	return fault.New(fault.NotFound, "There is no submission with this number.")
}

// read reads a submission with its receipt, nil when it was never answered, and
// audits the look before anything is shown.
func (d *Desk) read(ctx context.Context, by iis.Actor, in iis.Scope, id iis.SubmissionID, act string) (iis.Submission, *store.StoredReceipt, error) {
	if !in.Everyone && in.Sender == 0 {
		return iis.Submission{}, nil, fault.New(fault.Denied, "Your account belongs to no sender, so that there are no messages for you to open. Ask the administrator of this registry to set the facility of your account.")
	}
	sub, err := d.store.Submission(ctx, id)
	switch {
	case err != nil && fault.KindOf(err) == fault.NotFound, err == nil && !in.Has(sub.Sender.ID):
		return iis.Submission{}, nil, errNoSubmission()
	case err != nil:
		return sub, nil, err
	}
	var receipt *store.StoredReceipt
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		receipt = nil
		p, err := tx.SenderProfile(sub.Sender.ID)
		if err == nil {
			sub.Sender = p.Sender
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		r, err := tx.Receipt(id)
		if err == nil {
			receipt = &r
		} else if fault.KindOf(err) == fault.NotFound {
			err = nil
		}
		return err
	})
	if err != nil {
		return sub, nil, fmt.Errorf("read what became of submission %d: %w", id, err)
	}
	if in.Tests && (receipt == nil || !iis.KindOf(receipt.Kind).IsTest()) {
		return sub, nil, errNoSubmission()
	}
	line := store.Audit{At: d.now(), Actor: by, Act: act, Subject: int64(id)}
	if receipt != nil {
		line.Person = receipt.Person
	}
	if err := d.store.AuditRead(line); err != nil {
		return sub, nil, fmt.Errorf("audit the opening of submission %d: %w", id, err)
	}
	return sub, receipt, nil
}

// keptWhole are lines of a form that hold a document, which has a page of its own.
var keptWhole = []string{"Document", "Paper"}

// Content takes a message apart, with what was found at its place. It reads
// nothing and is about nobody in particular: whoever shows it has audited that.
func (d *Desk) Content(raw []byte, findings iis.Findings) Content {
	c := Content{Marks: d.marks(findings)}
	c.More = len(findings.OnePerPlace()) - len(c.Marks)
	if form, ok := iis.ParseForm(raw); ok {
		c.Form = slices.DeleteFunc(form.Fields, func(l iis.FormField) bool { return slices.Contains(keptWhole, l.Label) })
		return c
	}
	m, err := hl7.Parse(raw)
	if err != nil {
		c.Garbage = short(legible(raw), 10*maxRaw)
		return c
	}
	c.Segments, c.Cut = d.layout(m, c.Marks)
	return c
}

// reply is the acknowledgement, written again from what was kept: its own
// number (MSH-10) was not. The answer to a query is not kept, and a form has none.
func (d *Desk) reply(raw []byte, r *store.StoredReceipt) []string {
	if k := iis.KindOf(r.Kind); k == iis.KindForm || r.Kind == iis.ImportReceipt || k.Asks() && r.Ack != iz.AckReject {
		return nil
	}
	if s := string(raw); s == store.ErasedNote || s == store.TestErasedNote { // what would be said again is gone
		return nil
	}
	var head iz.Header
	said := ""
	if m, err := hl7.Parse(raw); err == nil {
		head = iz.ReadHeader(m)
		if t, err := told(r); err == nil && t.Match != "" {
			v := iz.ReadVXU(m, d.codes)
			said = record.Told(&v.Person, v.Orders, &t)
		}
	}
	w := iz.Responder{
		App: d.name, Facility: d.name, Now: func() time.Time { return r.Answered.Local() }, NewID: func() string { return "" },
	}
	return Lines(w.ACK(head, r.Findings, said))
}

// Lines are the segments of a message of ours.
func Lines(message []byte) []string {
	return strings.Split(strings.TrimRight(legible([]byte(strings.ReplaceAll(string(message), "\r", "\n"))), "\n"), "\n")
}

func doorWords(d iis.Door) string {
	switch d {
	case iis.DoorSOAP:
		return "SOAP"
	case iis.DoorHTTP:
		return "HTTP"
	case iis.DoorMLLP:
		return "MLLP"
	case iis.DoorFile:
		return "a file"
	case iis.DoorImport:
		return "the import of an old registry"
	case iis.DoorWeb:
		return "these pages"
	}
	return string(d)
}

// told is the receipt of a submission that was stored.
func told(r *store.StoredReceipt) (out iis.Receipt, err error) {
	if err := json.Unmarshal(r.Outcome, &out); err != nil {
		return out, fmt.Errorf("read the receipt of submission %d: %w", r.Submission, err)
	}
	return out, nil
}
