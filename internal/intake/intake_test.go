package intake_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
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

func TestARecordThatWasTamperedWithIsFound(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		var id iis.PersonID
		change := func(f func(*store.Folder)) {
			is.NoError(t, "change", w.store.Write(context.Background(), func(tx *store.Tx) error {
				ids, err := tx.RecentPersons(1)
				if err != nil {
					return err
				}
				id = ids[0]
				folder, err := tx.Folder(id)
				if err != nil {
					return err
				}
				f(folder)
				return tx.PutFolder(folder, time.Now())
			}))
		}
		change(func(f *store.Folder) { f.Doses[0].Dose.Lot = "L9" })
		is.Equal(t, "wrong after a lot was changed", wrong(t, w.store), 1)
		change(func(f *store.Folder) { f.Doses[0].Dose.Lot = "L1" })
	})
}

// child is a made-up patient as one clinic describes it.
type child struct{ mrn, family, given, birth, sex, more string }

var juniper = child{"A1", "Quillfeather", "Juniper", "20230405", "F", ""}

func (w *world) header(kind string) string {
	w.serial++
	return fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||%s|C%d|P|2.5.1|||ER|AL|||||", kind, w.serial)
}

// vxu is a message about a child with order groups.
func (w *world) vxu(c child, orders ...string) string {
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

func TestADoseSentByOneClinicIsFoundByAnother(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		asked := juniper
		asked.mrn = "" // the other clinic has no number for her
		m := w.ask(w.elm, asked)
		if profile(m) != "Z32" {
			t.Fatalf("answer: %s", m.Raw())
		}
		is.Equal(t, "doses", doses(m), []string{"20240612 94 CP"})
		pid := m.First("PID")
		if pid.Field(3).Comp(5).String() != "SR" || strings.Contains(string(pid.Raw()), "A1^") {
			t.Errorf("PID-3 must be the registry's number and not another clinic's: %s", pid.Field(3).Raw())
		}
		again := child{mrn: pid.Field(3).Comp(1).String() + "^^^OPENIIS^SR"}
		if m := w.ask(w.elm, again); profile(m) != "Z32" {
			t.Errorf("the registry's own number finds nobody: %s", m.Raw())
		}
		if m := w.ask(w.oak, child{mrn: "A1^^^X^MR"}); profile(m) != "Z32" {
			t.Errorf("the clinic's own number finds nobody: %s", m.Raw())
		}
		if m := w.ask(w.elm, child{mrn: "A1^^^X^MR"}); profile(m) != "Z33" {
			t.Errorf("a clinic's number works for another clinic: %s", m.Raw())
		}
	})
}

// A sender of several hospitals has one number twice. Without the authority it
// means nobody, for the wrong child's history is worse than none.
func TestANumberThatTwoAuthoritiesGaveMeansNobodyWithoutItsAuthority(t *testing.T) {
	each(t, func(w *world) {
		hal, jim := child{"77^^^NORTH^MR", "Hale", "Hal", "20200101", "M", ""}, child{"77^^^SOUTH^MR", "Jade", "Jim", "20190101", "M", ""}
		message := func(c child, day string) string {
			return strings.Replace(w.vxu(c, order("1", day, "94^MMRV^CVX", "00", "A", "L1")), "^MR^^^X^MR", "^MR", 1)
		}
		bare := child{mrn: "77^^^^MR"}
		w.accepted(w.oak, message(hal, "20240101"))
		is.Equal(t, "while one has it", doses(w.ask(w.oak, bare)), []string{"20240101 94 CP"})
		w.accepted(w.oak, message(jim, "20240202"))
		is.Equal(t, "the number alone", profile(w.ask(w.oak, bare)), "Z33")
		is.Equal(t, "the number without its type", profile(w.ask(w.oak, child{mrn: "77"})), "Z33")
		is.Equal(t, "one", doses(w.ask(w.oak, child{mrn: hal.mrn})), []string{"20240101 94 CP"})
		is.Equal(t, "the other", doses(w.ask(w.oak, child{mrn: jim.mrn})), []string{"20240202 94 CP"})

		noAuthority := hal // a message without it goes by name and birth date
		noAuthority.mrn = "77^^^^MR"
		w.accepted(w.oak, message(noAuthority, "20240303"))
		is.Equal(t, "one, as it was", doses(w.ask(w.oak, child{mrn: hal.mrn})), []string{"20240303 94 CP"})
		is.Equal(t, "the other, as it was", doses(w.ask(w.oak, child{mrn: jim.mrn})), []string{"20240202 94 CP"})
		is.Equal(t, "the number alone still", profile(w.ask(w.oak, bare)), "Z33")
	})
}

func TestANumberWithoutAuthorityThatTwoHadMeansNobodyAloneAndTheLastWithMore(t *testing.T) {
	each(t, func(w *world) {
		bare := func(c child, o ...string) string { return strings.Replace(w.vxu(c, o...), "^^^X^MR", "^^^^MR", 1) }
		otis := child{"A1", "Marsh", "Otis", "20190101", "M", ""}
		w.accepted(w.oak, bare(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		w.accepted(w.oak, bare(otis, order("2", "20240712", "94^MMRV^CVX", "00", "A", "L1")))
		is.Equal(t, "alone", profile(w.ask(w.oak, child{mrn: "A1^^^^MR"})), "Z33")
		otis.family = "Fern" // adopted
		w.accepted(w.oak, bare(otis, order("2", "20240713", "94^MMRV^CVX", "00", "U", "L1")))
		otis.mrn = ""
		is.Equal(t, "with more", doses(w.ask(w.elm, otis)), []string{"20240713 94 CP"})
	})
}

// Who repeats what it said of its own patient is not compared again: another
// clinic's word that came meanwhile does not move the patient.
func TestARepeatedMessageStaysWhereItWasPlaced(t *testing.T) {
	each(t, func(w *world) {
		first := w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"))
		w.accepted(w.oak, first)
		w.accepted(w.elm, w.vxu(child{"E7", "Quillfeather", "Juniper", "20230405", "F", ""}, order("9", "20240812", "83^HepA^CVX", "00", "A", "L2")))
		w.accepted(w.elm, w.vxu(child{"E7", "Quillfeather", "Juniper", "20230405", "F", "||||||||||||||||Y|2"})) // a twin, it says now
		w.accepted(w.oak, first)
		w.accepted(w.oak, w.vxu(juniper, order("2", "20240901", "83^HepA^CVX", "00", "A", "L3")))
		m := w.ask(w.oak, child{mrn: "A1^^^X^MR"})
		is.Equal(t, "doses", len(doses(m)), 3)
	})
}

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

func TestADeleteOfWhatWasNeverReportedIsToldAndKeepsThePerson(t *testing.T) {
	each(t, func(w *world) {
		m := w.send(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "D", "L1")))
		is.Equal(t, "place of unknown key", places(m)["204"], "RXA^1")
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{})
	})
}

func TestASenderIsToldThatItsNumberIsAnothersAlready(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		m := w.send(w.oak, w.vxu(child{"A1", "Marsh", "Otis", "20190101", "M", ""}, order("2", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		is.Equal(t, "place of duplicate key", places(m)["205"], "PID^1^3^1^1")
		if a := w.ask(w.elm, child{"", "Marsh", "Otis", "20190101", "M", ""}); profile(a) != "Z32" {
			t.Errorf("the dose of the second patient is not found: %s", a.Raw())
		}
	})
}

func TestReportsOfTwoClinicsBecomeOneRecord(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		other := juniper
		other.mrn = "E77"
		w.accepted(w.elm, w.vxu(other, order("9", "20240612", "94^MMRV^CVX", "01", "A", ""), order("10", "20230607", "08^Hep B^CVX", "01", "A", "")))
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20230607 08 CP", "20240612 94 CP"})
	})
}

func TestSendingAgainChangesNothing(t *testing.T) {
	each(t, func(w *world) {
		for range 3 {
			w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("9999", "20240613", "08^HepB^CVX", "01", "A", "")))
		}
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP", "20240613 08 CP"})
	})
}

func TestUpdatesAndDeletesGoByTheSendersNumber(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("2", "20240612", "08^HepB^CVX", "00", "A", "L2")))
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240611", "03^MMR^CVX", "00", "U", "L1")))
		is.Equal(t, "after an update", doses(w.ask(w.oak, juniper)), []string{"20240611 03 CP", "20240612 08 CP"})
		w.accepted(w.elm, w.vxu(juniper, order("2", "20240612", "08^HepB^CVX", "00", "D", "L2")))
		is.Equal(t, "after another clinic's delete", doses(w.ask(w.oak, juniper)), []string{"20240611 03 CP", "20240612 08 CP"})
		w.accepted(w.oak, w.vxu(juniper, order("2", "20240612", "08^HepB^CVX", "00", "D", "L2")))
		is.Equal(t, "after a delete", doses(w.ask(w.oak, juniper)), []string{"20240611 03 CP"})
		m := w.send(w.oak, w.vxu(juniper, order("77", "20240612", "08^HepB^CVX", "00", "D", "")))
		if m.First("MSA").Field(1).String() != "AE" || m.First("ERR").Field(4).String() != "W" {
			t.Errorf("a delete of nothing: %s", m.Raw())
		}
		w.accepted(w.oak, w.vxu(juniper, order("2", "20240612", "08^HepB^CVX", "00", "A", "L2")))
		is.Equal(t, "sent again after the delete", doses(w.ask(w.oak, juniper)), []string{"20240611 03 CP", "20240612 08 CP"})
	})
}

func TestTheConstant9999IsNeverAKey(t *testing.T) {
	each(t, func(w *world) {
		refusal := "ORC|RE||9999^X\rRXA|0|1|20240612||21^Var^CVX|999||||||||||||00^Parental decision^NIP002||RE|A\r"
		immune := "ORC|RE||9999^X\rRXA|0|1|20240612||998^none^CVX|999||||||||||||||NA\rOBX|1|CE|59784-9^Disease^LN|1|38907003^Varicella^SCT||||||F\r"
		w.accepted(w.oak, w.vxu(juniper, refusal, immune))
		w.accepted(w.oak, w.vxu(juniper, "ORC|RE||9999^X\rRXA|0|1|20240612||21^Var^CVX|999||||||||||||00^x^NIP002||RE|D\r"))
		w.accepted(w.oak, w.vxu(juniper, order("9999", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("9999", "20240612", "94^MMRV^CVX", "00", "A", "L2")))
		m := w.ask(w.elm, juniper)
		is.Equal(t, "after a delete by 9999 and two shots under it", doses(m),
			[]string{"20240612 94 CP", "20240612 94 CP", "20240612 21 RE", "20240612 998 NA"})
	})
}

func TestANumberIsFoundWithAndWithoutItsAuthority(t *testing.T) {
	each(t, func(w *world) {
		dose := order("7", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		bare := func(s string) string { return strings.Replace(s, "7^X", "7", 1) }
		w.accepted(w.oak, w.vxu(juniper, dose))
		w.accepted(w.oak, w.vxu(juniper, bare(order("7", "20240613", "94^MMRV^CVX", "00", "U", "L1"))))
		is.Equal(w.t, "updated", doses(w.ask(w.oak, juniper)), []string{"20240613 94 CP"})
		w.accepted(w.oak, w.vxu(juniper, bare(order("7", "20240613", "94^MMRV^CVX", "00", "D", "L1"))))
		is.Equal(w.t, "deleted", doses(w.ask(w.oak, juniper)), []string{})
	})
}

func TestANumberUsedAgainForAnotherShotLosesNeither(t *testing.T) {
	each(t, func(w *world) {
		for _, o := range []string{order("1", "20240101", "08^HepB^CVX", "00", "A", "L1"), order("1", "20240612", "94^MMRV^CVX", "00", "A", "L2")} {
			w.accepted(w.oak, w.vxu(juniper, o))
			w.accepted(w.oak, w.vxu(juniper, o))
		}
		is.Equal(w.t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240101 08 CP", "20240612 94 CP"})
	})
}

func TestWhatAMessageLeavesOutHoldsAsItWas(t *testing.T) {
	each(t, func(w *world) {
		full := juniper
		full.more = "||2106-3^White^CDCREC|1 Oak St^^Town^MN^55119^USA^P||^PRN^PH^^^651^5550147"
		w.accepted(w.oak, w.vxu(full, "PD1||||||||||||Y|20240612\r"))
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		if m := w.ask(w.elm, juniper); profile(m) != "Z33" {
			w.t.Errorf("a message without PD1 lifted the protection: %s", m.Raw())
		}
		pid := w.ask(w.oak, juniper).First("PID")
		if pid.Field(11).Comp(1).String() != "1 Oak St" || pid.Field(13).Comp(7).String() != "5550147" {
			w.t.Errorf("address or phone is lost: %s", pid.Raw())
		}
	})
}

func TestClaimingAProtectionDoesNotOpenARecord(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, "PD1||||||||||||Y|20240612\r", order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		for _, said := range []string{"Y", "N", "Y"} {
			w.accepted(w.elm, w.vxu(juniper, "PD1||||||||||||"+said+"|20200101\r", order("5", "20240101", "08^HepB^CVX", "00", "A", "L9")))
			is.Equal(w.t, "after saying "+said, doses(w.ask(w.elm, juniper)), []string{"20240101 08 CP"})
		}
		is.Equal(w.t, "the owner", doses(w.ask(w.oak, juniper)), []string{"20240101 08 CP", "20240612 94 CP"})
	})
}

func TestADeleteNeverWithdrawsAnotherShot(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("S", "20240102", "08^HepB^CVX", "00", "A", "L1"),
			order("S", "20240202", "03^MMR^CVX", "00", "A", "L2"), order("S", "20240302", "20^DTaP^CVX", "00", "A", "L3")))
		w.accepted(w.oak, w.vxu(juniper, order("S", "20240202", "03^MMR^CVX", "00", "D", "L2")))
		is.Equal(w.t, "after a delete of the second", doses(w.ask(w.oak, juniper)), []string{"20240102 08 CP", "20240302 20 CP"})
	})
}

func TestTwinsUnderOneNumberAreNotOneChild(t *testing.T) {
	each(t, func(w *world) {
		ann := child{"T1", "Twina", "Ann", "20240404", "F", "||||||||||||||||Y|1"}
		bea := child{"T1", "Twina", "Bea", "20240404", "F", "||||||||||||||||Y|2"}
		w.accepted(w.oak, w.vxu(ann, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		w.accepted(w.oak, w.vxu(bea, order("2", "20240613", "94^MMRV^CVX", "00", "A", "L1")))
		ann.mrn, bea.mrn = "", ""
		is.Equal(w.t, "Ann", doses(w.ask(w.elm, ann)), []string{"20240612 94 CP"})
		is.Equal(w.t, "Bea", doses(w.ask(w.elm, bea)), []string{"20240613 94 CP"})
	})
}

func TestTwoClinicsThatShareNoKeyLoseNothingOfEachOther(t *testing.T) {
	each(t, func(w *world) {
		for i := range 8 {
			c := child{fmt.Sprintf("R%d", i), "Racer", fmt.Sprintf("Kid%c", 'A'+i), "20200101", "F", ""}
			w.accepted(w.oak, w.vxu(c))
			renamed := c
			renamed.family = "Renamed"
			var group sync.WaitGroup
			for from, text := range map[iis.SenderID]string{
				w.oak.ID: w.vxu(renamed, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")),
				w.elm.ID: w.vxu(child{"E" + c.mrn, c.family, c.given, c.birth, c.sex, ""}, order("2", "20240612", "94^MMRV^CVX", "01", "A", "")),
			} {
				sender := w.oak
				if from == w.elm.ID {
					sender = w.elm
				}
				group.Go(func() {
					if _, err := w.desk.Message(context.Background(), sender, iis.DoorHTTP, []byte(text)); err != nil {
						w.t.Error(err)
					}
				})
			}
			group.Wait()
			if got := doses(w.ask(w.oak, renamed)); len(got) != 1 {
				w.t.Errorf("race %d: %v, want one dose", i, got)
			}
		}
	})
}

func TestAHiddenPersonDoesNotChangeTheAnswerAboutAnother(t *testing.T) {
	each(t, func(w *world) {
		hidden, seen := juniper, juniper
		hidden.more, seen.more, seen.mrn = "||||||||||||||||Y|1", "||||||||||||||||Y|2", "E1"
		w.accepted(w.oak, w.vxu(hidden, "PD1||||||||||||Y|20240612\r"))
		w.accepted(w.elm, w.vxu(seen, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		asked := juniper
		asked.mrn = ""
		if m := w.ask(w.elm, asked); profile(m) != "Z32" {
			w.t.Errorf("the twin who is not hidden: %s", m.Raw())
		}
	})
}

func TestTwoChartsOfOneFacilityAreNotMergedWithoutAPerson(t *testing.T) {
	each(t, func(w *world) {
		other := juniper
		other.mrn = "A2"
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		w.accepted(w.oak, w.vxu(other, order("2", "20240101", "08^HepB^CVX", "00", "A", "L2")))
		is.Equal(w.t, "the first chart", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP"})
		asked := juniper
		asked.mrn = ""
		if m := w.ask(w.elm, asked); profile(m) != "Z31" {
			w.t.Errorf("another clinic's question: %s", m.Raw())
		}
	})
}

func TestOneNumberForSeveralDosesOfAMessageLosesNone(t *testing.T) {
	each(t, func(w *world) {
		msg := w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("1", "20240612", "08^HepB^CVX", "00", "A", "L2"))
		w.accepted(w.oak, msg)
		w.accepted(w.oak, msg)
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP", "20240612 08 CP"})
	})
}

func TestAProtectedPersonIsShownOnlyToWhoProtectsIt(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		dose := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		pd1 := "PD1||||||||||||Y|20240612\r"
		w.accepted(w.oak, w.vxu(juniper, pd1, dose))
		if m := w.ask(w.elm, juniper); profile(m) != "Z33" || m.First("QAK").Field(2).String() != "NF" {
			t.Errorf("another clinic sees a protected person: %s", m.Raw())
		}
		if m := w.ask(w.oak, juniper); profile(m) != "Z32" {
			t.Errorf("the owner does not see its patient: %s", m.Raw())
		}
		w.accepted(w.elm, w.vxu(juniper, "PD1||||||||||||N|20240612\r", order("5", "20240101", "08^HepB^CVX", "00", "A", "L9")))
		m := w.ask(w.elm, juniper)
		is.Equal(t, "what another clinic that treats her sees: its own dose", doses(m), []string{"20240101 08 CP"})
		is.Equal(t, "what the owner sees", doses(w.ask(w.oak, juniper)), []string{"20240101 08 CP", "20240612 94 CP"})
		w.accepted(w.oak, w.vxu(juniper, "PD1||||||||||||N|20240613\r"))
		is.Equal(t, "after the owner's N", doses(w.ask(w.elm, juniper)), []string{"20240101 08 CP", "20240612 94 CP"})
	})
}

func TestQueriesFindNobodySeveralOrTooMany(t *testing.T) {
	each(t, func(w *world) {
		if m := w.ask(w.elm, juniper); profile(m) != "Z33" || m.First("QAK").Field(2).String() != "NF" || m.First("MSA").Field(1).String() != "AA" {
			t.Errorf("nobody: %s", m.Raw())
		}
		for i := range 3 { // look-alikes whom nothing but their birth order tells apart
			c := child{fmt.Sprintf("T%d", i), "Marsh", "Otto", "20200101", "M", fmt.Sprintf("||||||||||||||||Y|%d", i+1)}
			w.accepted(w.oak, w.vxu(c))
		}
		otto := child{"", "Marsh", "Otto", "20200101", "M", ""}
		m := w.ask(w.elm, otto)
		if profile(m) != "Z31" || m.First("QAK").Field(2).String() != "OK" {
			t.Fatalf("three who may be meant: %s", m.Raw())
		}
		pids := 0
		for i := range m.Len() {
			if m.Segment(i).Name() == "PID" {
				pids++
			}
			if m.Segment(i).Name() == "RXA" {
				t.Error("a list of candidates reveals a history")
			}
		}
		if pids != 3 {
			t.Errorf("%d candidates, want 3", pids)
		}
		few := w.send(w.elm, w.header("QBP^Q11^QBP_Q11")+"Z34^CDCPHINVS\rQPD|Z34^x^CDCPHINVS|T1||Marsh^Otto^^^^^L||20200101|M\rRCP|I|2^RD&Records&HL70126\r")
		if profile(few) != "Z33" || few.First("QAK").Field(2).String() != "TM" {
			t.Errorf("more than were asked for: %s", few.Raw())
		}
	})
}

// Who asks must learn what of the query was not understood: it may be why nobody,
// or too many, were found.
func TestAnAnswerThatNamesNobodyTellsWhatOfTheQueryWasNotUnderstood(t *testing.T) {
	each(t, func(w *world) {
		for i := range 3 {
			w.accepted(w.oak, w.vxu(child{fmt.Sprintf("T%d", i), "Marsh", "Otto", "20200101", "M", fmt.Sprintf("||||||||||||||||Y|%d", i+1)}))
		}
		for _, c := range []struct {
			status, place string
			asked         child
		}{
			{"NF", "QPD^1^6", child{"A1^^^X^MR", "Quillfeather", "Juniper", "2023040", "F", ""}},
			{"TM", "QPD^1^7", child{"", "Marsh", "Otto", "20200101", "Q", ""}},
		} {
			m := w.send(w.elm, w.header("QBP^Q11^QBP_Q11")+"Z34^CDCPHINVS\r"+
				fmt.Sprintf("QPD|Z34^x^CDCPHINVS|T1|%s|%s^%s^^^^^L||%s|%s\rRCP|I|2^RD&Records&HL70126\r", c.asked.mrn, c.asked.family, c.asked.given, c.asked.birth, c.asked.sex))
			e := m.First("ERR")
			is.Equal(t, c.status, []string{m.First("QAK").Field(2).String(), m.First("MSA").Field(1).String(), string(e.Field(2).Raw()), e.Field(4).String()},
				[]string{c.status, "AA", c.place, "W"})
		}
	})
}

func TestARefusedMessageStoresNothingButItself(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		for _, text := range []string{
			w.header("VXU^V04^VXU_V04") + "Z22^CDCPHINVS\rPID|\r" + order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"),
			w.vxu(juniper, order("1", "SHOT DATE", "94^MMRV^CVX", "00", "A", "L1")),
			strings.Replace(w.vxu(juniper), "2.5.1", "9", 1),
			strings.Replace(w.vxu(juniper), "VXU^V04", "ADT^A01", 1),
			"not a message at all",
		} {
			reply, err := w.desk.Message(ctx, w.oak, iis.DoorHTTP, []byte(text))
			if err != nil && !intake.IsNoMessage(err) {
				t.Errorf("%.40q: %v", text, err)
			}
			if reply.Findings.Worst() != iis.Error || reply.Ack == "AA" {
				t.Errorf("%.40q: %s with %v", text, reply.Ack, reply.Findings)
			}
			kept, err := w.store.Submission(ctx, reply.Submission)
			is.NoError(t, "read back", err)
			if string(kept.Raw) != text {
				t.Errorf("kept as %q", kept.Raw)
			}
			is.NoError(t, "receipt", w.store.Read(ctx, func(tx *store.Tx) error {
				r, err := tx.Receipt(reply.Submission)
				if r.Person != 0 || r.Ack != reply.Ack || len(r.Findings) == 0 {
					t.Errorf("receipt %+v", r)
				}
				return err
			}))
		}
		is.NoError(t, "persons", w.store.Read(ctx, func(tx *store.Tx) error {
			ids, err := tx.RecentPersons(10)
			if len(ids) != 0 {
				t.Errorf("%d persons were stored", len(ids))
			}
			return err
		}))
	})
}

func TestManyMessagesAboutOneNewPersonMakeOnePerson(t *testing.T) {
	each(t, func(w *world) {
		var group sync.WaitGroup
		for i := range 24 {
			from := w.oak
			if i%2 == 1 {
				from = w.elm
			}
			c := juniper
			c.mrn = fmt.Sprintf("M%d", i%2)
			text := w.vxu(c, order(fmt.Sprint(i), fmt.Sprintf("202401%02d", i+1), "08^HepB^CVX", "01", "A", ""))
			group.Go(func() {
				if _, err := w.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text)); err != nil {
					t.Errorf("message %d: %v", i, err)
				}
			})
		}
		group.Wait()
		if n := len(doses(w.ask(w.oak, juniper))); n != 24 {
			t.Errorf("%d doses, want 24: two messages made two persons, or one was lost", n)
		}
	})
}

func TestASenderSetToEnforceMustSendUnderItsOwnName(t *testing.T) {
	each(t, func(w *world) {
		strict := w.oak
		strict.Enforce = true
		other := w.send(strict, strings.Replace(w.vxu(juniper), "|EHR|X|", "|EHR|OAK|", 1))
		if ack := other.First("MSA").Field(1).String(); ack != "AA" {
			w.t.Errorf("its own name: %s", other.Raw())
		}
		m := w.send(strict, w.vxu(juniper))
		if m.First("ERR").Field(2).Comp(3).String() != "4" || m.First("MSA").Field(1).String() == "AA" {
			t.Errorf("MSH-4 of another facility: %s", m.Raw())
		}
		w.accepted(w.oak, w.vxu(juniper))
		q := w.ask(strict, juniper) // it passed the first pass: a query is answered as one
		is.Equal(t, "a query", []string{profile(q), q.First("MSA").Field(1).String(), q.First("QAK").Field(2).String(), string(q.First("ERR").Field(2).Raw()), q.First("PID").Name()},
			[]string{"Z33", "AE", "AE", "MSH^1^4", ""})
	})
}
