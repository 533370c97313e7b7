package intake_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// world is a registry with two clinics that send to it.
type world struct {
	t      *testing.T
	store  *store.Store
	desk   *intake.Desk
	oak    iis.Sender
	elm    iis.Sender
	serial int
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		test(newWorld(t, s))
		is.Equal(t, "records that are not what their reports come to", wrong(t, s), 0)
	})
}

func newWorld(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := &world{t: t, store: s, desk: intake.New(s, codeset.Default())}
	is.NoError(t, "senders", s.Write(context.Background(), func(tx *store.Tx) (err error) {
		if w.oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street Clinic"}, "oak", "-", time.Now()); err != nil {
			return err
		}
		w.elm, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm Square Clinic"}, "elm", "-", time.Now())
		return err
	}))
	return w
}

// wrong counts the records that are not what their reports come to.
func wrong(t *testing.T, s *store.Store) int {
	t.Helper()
	n := 0
	count := func(iis.PersonID) { n++ }
	unchecked, err := record.New(s, codeset.Default()).Verify(context.Background(), record.Verified{Record: count, Standing: count, Progress: func(int) {}})
	is.NoError(t, "verify", err)
	is.Equal(t, "standings that cannot be held against anything", unchecked, record.Unchecked{})
	return n
}

// child is a made-up patient as one clinic describes it.
type child struct{ mrn, family, given, birth, sex, more string }

var juniper = child{"A1", "Quillfeather", "Juniper", "20230405", "F", ""}

func (w *world) header(kind string) string {
	w.serial++
	return fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||%s|C%d|P|2.5.1|||ER|AL|||||", kind, w.serial)
}

// larch is PID-9 to 11 with an address: without one a name, a birth date and a
// sex alone may be two people's, and are kept apart until somebody has looked.
const larch = "|||12 Larch Street^^Fargo^ND^58102^USA^H"

// vxu is a message about a child with order groups. The child has an address,
// unless more is said of it.
func (w *world) vxu(c child, orders ...string) string {
	if c.more == "" {
		c.more = larch
	}
	return w.header("VXU^V04^VXU_V04") + "Z22^CDCPHINVS\r" +
		fmt.Sprintf("PID|1||%s^^^X^MR||%s^%s^^^^^L||%s|%s%s\r", c.mrn, c.family, c.given, c.birth, c.sex, c.more) +
		strings.Join(orders, "")
}

// order is an order group: filler number, day, RXA-5, source (00 given here),
// action, lot.
func order(filler, day, vaccine, source, action, lot string) string {
	return fmt.Sprintf("ORC|RE||%s^X\rRXA|0|1|%s||%s|0.5|mL^mL^UCUM||%s^x^NIP001||||||%s|||||CP|%s\r", filler, day, vaccine, source, lot, action)
}

func (w *world) send(from iis.Sender, text string) *hl7.Message {
	w.t.Helper()
	reply, err := w.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(w.t, "send", err)
	m, err := hl7.Parse(reply.Bytes)
	is.NoError(w.t, "parse the reply", err)
	return m
}

func (w *world) accepted(from iis.Sender, text string) {
	w.t.Helper()
	m := w.send(from, text)
	for i := range m.Len() {
		if s := m.Segment(i); s.Name() == "ERR" && s.Field(4).String() == "E" {
			w.t.Errorf("refused: %s", s.Raw())
		}
	}
	if ack := m.First("MSA").Field(1).String(); ack == "AR" {
		w.t.Errorf("MSA-1 is %s: %s", ack, m.Raw())
	}
}

// ask is the answer to a query for a child.
func (w *world) ask(from iis.Sender, c child) *hl7.Message {
	w.t.Helper()
	return w.send(from, w.header("QBP^Q11^QBP_Q11")+"Z34^CDCPHINVS\r"+
		fmt.Sprintf("QPD|Z34^Request Immunization History^CDCPHINVS|T%d|%s|%s^%s^^^^^L||%s|%s\rRCP|I|10^RD&Records&HL70126\r",
			w.serial, c.mrn, c.family, c.given, c.birth, c.sex))
}

// doses lists the doses of an answer: day and RXA-5, in order.
func doses(m *hl7.Message) []string {
	out := []string{}
	for i := range m.Len() {
		if s := m.Segment(i); s.Name() == "RXA" {
			out = append(out, s.Field(3).String()+" "+s.Field(5).Comp(1).String()+" "+s.Field(20).String())
		}
	}
	return out
}

func profile(m *hl7.Message) string { return m.MSH().Field(21).String() }

// places are where an acknowledgement has something to say, by its code.
func places(m *hl7.Message) map[string]string {
	out := map[string]string{}
	for i := range m.Len() {
		if s := m.Segment(i); s.Name() == "ERR" {
			out[s.Field(3).Comp(1).String()] = string(s.Field(2).Raw())
		}
	}
	return out
}
