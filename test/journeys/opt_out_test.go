package journeys

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
)

// asks has a clinic ask by HL7 for a child (QBP Z34), and is the answer.
func (r *registry) asks(from iis.Sender, name, birth, address, mother string) string {
	r.t.Helper()
	r.serial++
	text := fmt.Sprintf("MSH|^~\\&|EHR|X|||20260612093012-0500||QBP^Q11^QBP_Q11|Q%d|P|2.5.1|||ER|AL||UNICODE UTF-8|||Z34^CDCPHINVS\rQPD|Z34^Request Immunization History^CDCPHINVS|T%d||%s|%s^^^^^M|%s||%s|\rRCP|I|5^RD^HL70126\r", r.serial, r.serial, name, mother, birth, address)
	reply, err := r.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(r.t, "ask", err)
	return string(reply.Bytes)
}

func TestAMinnesotaParentOptsANewbornOut(t *testing.T) {
	r := newRegistry(t)
	r.hasNewborns() // by the birth feed, of Minnesota
	r.hasSites()
	const home = "12 Long Pond Road^Apt 3^Saint Paul^MN^55101^USA^H"
	birth := time.Now().AddDate(0, 0, -5)
	asked := func() string { return r.asks(r.oak, "Marsh^Juniper", birth.Format("20060102"), home, "Fen^Anne") }
	reports := func(number string) string {
		t.Helper()
		r.serial++
		reply, err := r.desk.Message(context.Background(), r.oak, iis.DoorHTTP, []byte(r.vxu(
			"PID|1||"+number+"^^^OAK^MR||Marsh^Juniper^^^^^L|Fen^Anne^^^^^M|"+birth.Format("20060102")+"|F||2106-3^White^CDCREC|"+home+"||^PRN^CP^^^651^5550147|||||||||2186-5^not Hispanic^CDCREC",
			"NK1|1|Marsh^Anne^^^^^L|MTH^Mother^HL70063",
			fmt.Sprintf("ORC|RE||B%d^OAK\rRXA|0|1|%s||08^x^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||4RT82|20280331|SKB^x^MVX|||CP|A", r.serial, birth.AddDate(0, 0, 1).Format("20060102")))))
		is.NoError(t, "report", err)
		return string(reply.Bytes)
	}
	if answer := asked(); !strings.Contains(answer, "Juniper") || !strings.Contains(answer, "|Z32^") && !strings.Contains(answer, "|Z42^") {
		t.Errorf("before the opt-out the clinic is answered\n%s", answer)
	}
	b := openBrowser(t, r.address)

	// The mother calls. Staff find the newborn that the birth feed brought.
	b.signsIn("ada")
	b.searches("marsh juniper " + birth.Format("1/2/2006"))
	b.press("a.row-link")
	record := b.path()
	b.sees("Juniper Marsh")
	b.press("a[href$='/opt-out']")
	b.sees("What happens", "closed at once", "After 7 days", "Refused messages")
	b.isSound("opt-out-01-form")
	b.picks("how-call")
	b.takes("relation", "mother")
	b.types("said", "Anne Marsh")
	b.takes("checked", "questions")
	b.picks("understood")
	b.write("asked", "tomorrow")
	b.press("main form .actions button")
	b.sees("Error")
	b.isSound("opt-out-02-wrong")
	b.write("asked", time.Now().Format("1/2/2006")) // the tick is still there
	b.press("main form .actions button")
	b.sees("The record is closed.", "Anne Marsh", "Erase it now")
	request := b.path()
	b.isSound("opt-out-03-closed")
	b.visit("/opt-outs")
	b.sees(strings.TrimPrefix(request, "/opt-outs/"), "by a call")
	b.isSound("opt-out-04-list")
	b.visit("/notices?state=withdrawn")
	b.sees("Marsh, Juniper", "the parents opted out")
	b.signsOut()

	// Clinics neither find nor open it, and are answered that nobody is there.
	b.signsIn("olga")
	b.searches("marsh juniper " + birth.Format("1/2/2006"))
	b.sees("Nobody found")
	b.visit(record)
	b.sees("Not found")
	b.doesNotSee("Juniper", "Long Pond")
	b.signsOut()
	if answer := asked(); strings.Contains(answer, "Long Pond") && strings.Contains(answer, "PID|") || !strings.Contains(answer, "|NF|") {
		t.Errorf("after the opt-out the clinic is answered\n%s", answer)
	}

	// She calls again: they shall not wait a week.
	b.signsIn("ada")
	b.visit(request)
	b.press("form[action$='/erase'] button")
	b.sees("The record is erased.", "What was erased", "A stub of")
	b.doesNotSee("Anne", "Juniper")
	b.isSound("opt-out-05-erased")
	b.visit(record)
	b.sees("There is no record with this number.")

	// The clinic's message about the child is answered, and makes no record.
	answer := reports("M1")
	if !strings.Contains(answer, "MSA|AA|") || !strings.Contains(answer, "opted out") && !strings.Contains(answer, "may not keep a record") {
		t.Errorf("the clinic's message is answered\n%s", answer)
	}
	b.searches("marsh juniper " + birth.Format("1/2/2006"))
	b.sees("Nobody found")
	b.visit("/opt-outs?state=erased")
	b.sees(strings.TrimPrefix(request, "/opt-outs/"))

	// Later the parents want the child in: nobody can read who a stub is of, so staff ask.
	b.visit("/opt-outs/find")
	b.isSound("opt-out-06-find")
	b.write("family", "Marsh")
	b.write("given", "Juniper")
	b.write("birth", birth.Format("1/2/2006"))
	b.press("main form .actions button")
	b.isSound("opt-out-07-found-or-not")
	b.visit(request)
	b.press("form[action$='/back'] button")
	b.sees("The opt-out is taken back.")
	b.isSound("opt-out-08-back")
	reports("M2")
	b.searches("marsh juniper " + birth.Format("1/2/2006"))
	b.press("a.row-link")
	b.sees("Juniper Marsh", "Hepatitis B")
}

func TestAParentOfSomebodyWithoutARecordOptsOut(t *testing.T) {
	r := newRegistry(t)
	r.hasNewborns()
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.visit("/opt-outs")
	b.isSound("opt-out-10-none")
	b.press("main a[href='/opt-outs/new']")
	b.sees("Somebody without a record opts out")
	b.isSound("opt-out-11-nobodys")
	for field, text := range map[string]string{"family": "Fern", "given": "Thistle", "birth": time.Now().AddDate(0, 0, -2).Format("1/2/2006"), "telephone": "218-555-0166"} {
		b.write(field, text)
	}
	b.picks("how-call")
	b.takes("relation", "mother")
	b.types("said", "Ivy Fern")
	b.takes("checked", "questions")
	b.press("main form .actions button")
	b.sees("Nothing but a stub is kept.")
	b.doesNotSee("Thistle")
	b.isSound("opt-out-12-left-out")
}
