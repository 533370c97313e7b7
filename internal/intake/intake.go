// Package intake is the act of taking one HL7 message and answering it: a
// vaccination update becomes part of a record, a query is answered from one.
//
// Every door hands its messages to Desk.Message. A file of rows becomes messages
// here too (Desk.StoreFile), so that there is one way in. It knows neither sockets
// nor SQL; what a record is made of is decided in package record. Start at
// Desk.Message.
package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"openiis/internal/check"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// Desk takes messages. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	codes  *codeset.Tables
	reply  iz.Responder
	// severities are those that senders were given.
	severities *store.Watched[severities]
	long       room
	// bars tells whose site has to sign something before its queries are answered; nil:
	// nobody's (HoldBy).
	bars func(context.Context, iis.SenderID) (bool, error)
}

// Name is how this registry calls itself in its replies when the sender named
// nobody, and the authority of its own numbers.
const Name = iis.RegistryAuthority

// New makes the desk of a registry.
func New(s *store.Store, codes *codeset.Tables) *Desk {
	return &Desk{
		store: s, keeper: record.New(s, codes), codes: codes, severities: watchSeverities(s), long: newRoom(),
		reply: iz.Responder{
			App: Name, Facility: Name, Now: s.Now,
			NewID: func() string { return iis.SubmissionID(s.NewID()).Public() },
		},
	}
}

// Matching has updates matched by a profile other than balanced. It is called
// before any message is taken.
func (d *Desk) Matching(profile string) { d.keeper.Matching(profile) }

// HoldBy tells the desk whose site has to sign something before its queries are answered:
// what is reported is taken all the same, for the law has it reported. It is called before
// any message is taken.
func (d *Desk) HoldBy(bars func(context.Context, iis.SenderID) (bool, error)) { d.bars = bars }

// Reply is the answer to one message.
type Reply struct {
	Bytes      []byte // the message to send back
	Submission iis.SubmissionID
	Kind       string // VXU, QBP or ?
	Ack        string // AA, AE, AR
	Findings   iis.Findings
	// Crowded says that too many people share everything by which the patient could
	// be found, so that nobody was compared.
	Crowded bool
}

// LogValue is a reply as the log shows it: what became of the message, never
// what is in it.
func (r Reply) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("kind", r.Kind), slog.String("ack", r.Ack), slog.Int("findings", len(r.Findings))}
	if r.Submission != 0 {
		attrs = append(attrs, slog.String("submission", r.Submission.Public()))
	}
	if r.Crowded {
		attrs = append(attrs, slog.Bool("crowded", true))
	}
	return slog.GroupValue(attrs...)
}

// message is one message on its way.
type message struct {
	Examined
	sub   iis.Submission
	kept  *db.Pending
	now   func() time.Time
	reply Reply
	told  string // what became of it, as the acknowledgement says
	// testAs is how the receipt of a test names it, and outcome what became of it; "" and nil
	// of what is none.
	testAs  string
	outcome json.RawMessage
	// sealed are the former identities with which it was answered (record.Found).
	sealed []iis.PersonID
	// entry is what a user entered on a page, of whom it is; nil: a sender sent it.
	entry *Entry
	taken iis.Receipt // of what was stored
}

// Message takes one message from a sender and answers it:
//
//  1. keep it as it came, before anything reads it;
//  2. find its segments;
//  3. first pass: type, version and processing id (else MSA-1 AR);
//  4. read and check it;
//  5. hand it to the one who answers its kind.
//
// The reply leaves only when what it acknowledges is durable. A bad message is
// a reply with findings and no error; a text that is no HL7 message is a reply
// and fault.Invalid; any other error is ours, nothing was acknowledged, and the
// sender should send again.
func (d *Desk) Message(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) (Reply, error) {
	leave, err := d.long.enter(ctx, len(raw))
	if err != nil {
		return Reply{Kind: "?"}, err
	}
	defer leave()
	m := &message{now: d.store.Now, sub: iis.Submission{Sender: from, Door: door, Received: d.store.Now(), Raw: raw}}
	m.kept = d.store.Keep(&m.sub)
	if err := d.answer(ctx, m); err != nil {
		return Reply{Submission: m.sub.ID, Kind: m.Kind}, fmt.Errorf("answer submission %d: %w", m.sub.ID, err)
	}
	if m.HL7 == nil {
		return m.reply, fault.Wrap(fault.Invalid, hl7.ErrNoMSH, notHL7.Say)
	}
	return m.reply, nil
}

// answer makes the reply to a message that is being kept. A panic while it is
// read is a failure of this one message: the others at the door are other
// people's.
func (d *Desk) answer(ctx context.Context, m *message) (err error) {
	defer func() {
		if p := recover(); p != nil { // its value may hold what was sent
			err = fmt.Errorf("it panicked: %T\n%s", p, debug.Stack())
		}
	}()
	m.Examined = open(m.sub.Raw)
	other := enforce(m)
	if m.Kind != "QBP" {
		m.refuse(other)
	}
	severities, err := d.severitiesOf(ctx, m.sub.Sender.ID)
	if err != nil {
		return err
	}
	m.read(check.Input{
		Codes: d.codes, Received: m.sub.Received, Severities: severities, Certificate: m.sub.Sender.Kind == iis.SendsCertificates,
	})
	m.refuseQuery(other)
	if err := d.certify(ctx, m); err != nil {
		return err
	}
	m.reply = Reply{Submission: m.sub.ID, Kind: m.Kind, Ack: m.Ack, Findings: m.Findings}
	test, err := d.isTest(ctx, m)
	switch {
	case err != nil:
		return err
	case test:
		return d.test(ctx, m)
	case m.Query != nil:
		return d.query(ctx, m)
	case m.Refused:
		return d.refuse(ctx, m)
	}
	return d.vxu(ctx, m)
}

// enforce refuses a message that names another facility than its credential,
// in MSH-4 or in MSH-22, for senders that are set so.
func enforce(m *message) iis.Findings {
	s := m.sub.Sender
	switch {
	case m.HL7 == nil || !s.Enforce:
		return nil
	case !strings.EqualFold(m.Head.SendingFacility, s.Facility):
		return iis.Findings{ruleFacilityForeign.at(m.HL7.MSH().AtField(4, 0, 0))}
	case m.Head.SendingOrg != "" && !strings.EqualFold(m.Head.SendingOrg, s.Facility):
		return iis.Findings{ruleOrgForeign.at(m.HL7.MSH().AtField(22, 0, 0))}
	}
	return nil
}

// refuse answers a message of which nothing is stored but itself.
func (d *Desk) refuse(ctx context.Context, m *message) error {
	m.reply.Bytes = d.acknowledges(m).ACK(m.Head, m.Findings, "")
	if m.VXU == nil {
		return d.settle(m)
	}
	return d.settleAbout(ctx, m, &m.VXU.Person)
}

// acknowledges is who answers a message: the number of the answer (MSH-10) is that
// under which its receipt is found.
func (d *Desk) acknowledges(m *message) iz.Responder {
	r := d.reply
	if id := m.sub.ID; id != 0 {
		r.NewID = id.Public
	}
	return r
}

// settle stores the receipt of a message that changed no record, and waits
// until it and the message itself are durable.
func (d *Desk) settle(m *message, reveals ...store.Audit) error {
	if len(m.sealed) > 0 {
		return d.settleSealed(m, reveals)
	}
	if err := d.store.Settle(m.receipt(0, nil), reveals...); err != nil {
		return err
	}
	return m.kept.Wait()
}

// settleSealed is settle of a query that was answered with sealed identities: nobody
// else is to find it.
func (d *Desk) settleSealed(m *message, reveals []store.Audit) error {
	if err := m.kept.Before(); err != nil {
		return err
	}
	err := d.store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.SettleSealed(m.sealed, m.receipt(0, nil), reveals...)
	})
	if err != nil {
		return err
	}
	return m.kept.Wait()
}

// receipt is the row that says what became of the message.
func (m *message) receipt(person iis.PersonID, outcome json.RawMessage) store.StoredReceipt {
	if outcome == nil {
		outcome = m.outcome
	}
	return store.StoredReceipt{
		Submission: m.sub.ID, Sender: m.sub.Sender.ID, Answered: m.now(), Kind: cmp.Or(m.testAs, m.reply.Kind),
		ControlID: m.Head.ControlID, Ack: m.reply.Ack, Person: person, Findings: m.reply.Findings, Outcome: outcome,
	}
}

// IsNoMessage reports the error of a text that is not an HL7 message.
func IsNoMessage(err error) bool { return errors.Is(err, hl7.ErrNoMSH) }
