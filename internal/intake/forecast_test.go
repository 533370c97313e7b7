package intake

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// office is a registry with two senders.
type office struct {
	t        *testing.T
	store    *store.Store
	desk     *Desk
	oak, elm iis.Sender
	serial   int
}

func eachOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := &office{t: t, store: s, desk: New(s, codeset.Default())}
		is.NoError(t, "senders", s.Write(context.Background(), func(tx *store.Tx) (err error) {
			if o.oak, err = tx.EnsureSender("OAK", "Oak Street Clinic", time.Now()); err != nil {
				return err
			}
			o.elm, err = tx.EnsureSender("ELM", "Elm Square Clinic", time.Now())
			return err
		}))
		test(o)
	})
}

func (o *office) send(from iis.Sender, text string) Reply {
	o.t.Helper()
	reply, err := o.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(o.t, "send", err)
	return reply
}

// tell sends doses ("20240312 110") of a person, and whatever segments come
// between PID and the first order.
func (o *office) tell(from iis.Sender, mrn, name, born, more string, doses ...string) {
	o.t.Helper()
	o.serial++
	text := fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||VXU^V04^VXU_V04|V%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", o.serial) +
		fmt.Sprintf("PID|1||%s^^^X^MR||%s^^^^^L||%s|F%s", mrn, name, born, more)
	if !bytes.HasSuffix([]byte(text), []byte("\r")) {
		text += "\r"
	}
	for i, d := range doses {
		text += fmt.Sprintf("ORC|RE||%s-%s-%d^X\rRXA|0|1|%s||%s^^CVX|999|||01^^NIP001|||||||||||CP|A\r", from.Facility, mrn, i, d[:8], d[9:])
	}
	if reply := o.send(from, text); reply.Findings.Worst() == iis.Error {
		o.t.Fatalf("refused: %s", reply.Bytes)
	}
}

// larch is PID-9 to 11 with an address: two clinics' words on a name, birth date
// and sex alone are two people's until somebody has looked.
const larch = "|||12 Larch Street^^Fargo^ND^58102^USA^H"

// ask is the answer to a Z44.
func (o *office) ask(from iis.Sender, mrn, name, born, limit string) []byte {
	o.t.Helper()
	o.serial++
	if mrn != "" {
		mrn += "^^^X^MR"
	}
	return o.send(from, fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||QBP^Q11^QBP_Q11|Q%d|P|2.5.1|||ER|AL|||||Z44^CDCPHINVS\r", o.serial)+
		fmt.Sprintf("QPD|Z44^Request Evaluated History and Forecast^CDCPHINVS|T%d|%s|%s^^^^^L||%s|F\rRCP|I|%s^RD&Records&HL70126\r", o.serial, mrn, name, born, limit)).Bytes
}

// status are MSH-21, MSA-1 and QAK-2 of an answer.
func status(t *testing.T, answer []byte) []string {
	t.Helper()
	m, err := hl7.Parse(answer)
	is.NoError(t, "parse", err)
	return []string{m.MSH().Field(21).Comp(1).String(), m.First("MSA").Field(1).String(), m.First("QAK").Field(2).String()}
}

// assessed is what the engine says today of what an asker may see of a person.
func (o *office) assessed(asker iis.Sender, name, born string) record.Assessment {
	o.t.Helper()
	family, given, _ := bytes.Cut([]byte(name), []byte("^"))
	found, err := record.New(o.store, codeset.Default()).Find(context.Background(), asker.ID, &iis.Person{
		Names: []iis.Name{{Family: string(family), Given: string(given), Type: "L"}}, Birth: on(born), Sex: "F"})
	is.NoError(o.t, "find", err)
	if found.Folder == nil {
		o.t.Fatal("nobody is found")
	}
	today := cal.On(time.Now())
	engine, err := engineFor(today)
	is.NoError(o.t, "engine", err)
	return record.Assess(engine, codeset.Default(), found.Folder, today, cdsi.Options{})
}

func TestARequestForAForecastIsAnsweredByWhatTheEngineSays(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.tell(o.oak, "A1", "Quillfeather^Juniper", "20230405", larch, "20230605 110", "20230605 49", "20240401 03", "20240612 94", "20240612 26", "20230101 08")
		o.tell(o.elm, "B1", "Quillfeather^Juniper", "20230405", larch, "20240612 94", "20250101 146")
		for _, from := range []iis.Sender{o.oak, o.elm} {
			answer := o.ask(from, "", "Quillfeather^Juniper", "20230405", "1")
			is.Equal(o.t, "status", status(o.t, answer), []string{"Z42", "AA", "OK"})
			a := o.assessed(from, "Quillfeather^Juniper", "20230405")
			is.Equal(o.t, "doses", len(a.Doses), 7)
			groups := groupsIn(o.t, answer)
			sameAs(o.t, groups, &a)
			is.Equal(o.t, "day of the forecast", groups[len(groups)-1].day, cal.On(time.Now()).Compact())
			is.Equal(o.t, "departures", z42Departures(o.t, answer), nil)
		}
	})
}

// A code of the sender's own may look like one of CVX: only when its text names that
// very vaccine is the dose counted for it.
func TestADoseOfACodeOfTheSendersOwnCountsForNothing(t *testing.T) {
	eachOffice(t, func(o *office) {
		for text, want := range map[string]string{"measles shot": "", "MMR": "Y"} {
			message := "MSH|^~\\&|EHR|X|||20240612093012-0500||VXU^V04^VXU_V04|V1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\rPID|1||A1^^^X^MR||Quillfeather^Juniper^^^^^L||20220405|F" + larch +
				"\rORC|RE||1^X\rRXA|0|1|20240612||03^" + text + "^XYZ|999|||01^^NIP001|||||||||||CP|A\r"
			is.Equal(o.t, text+": answer", string(o.send(o.oak, message).Ack), "AE")
			answer := groupsIn(o.t, o.ask(o.oak, "A1", "Quillfeather^Juniper", "20220405", "1"))
			is.Equal(o.t, text+": day", answer[0].day, "20240612")
			is.Equal(o.t, text+": valid", answer[0].facts[0]["59781-5"], want)
		}
	})
}

func TestARequestForAForecastNeverGetsAListOfCandidates(t *testing.T) {
	eachOffice(t, func(o *office) {
		is.Equal(o.t, "nobody", status(o.t, o.ask(o.elm, "", "Marsh^Otta", "20200101", "10")), []string{"Z33", "AA", "NF"})
		for i := range 3 { // look-alikes whom nothing but their birth order tells apart
			o.tell(o.oak, fmt.Sprint("T", i), "Marsh^Otta", "20200101", fmt.Sprintf("||||||||||||||||Y|%d", i+1), "20240612 94")
		}
		is.Equal(o.t, "several", status(o.t, o.ask(o.elm, "", "Marsh^Otta", "20200101", "10")), []string{"Z33", "AA", "TM"})
		o.tell(o.oak, "U", "Hollow^Ina", "20200101", "", "20240612 94")
		is.Equal(o.t, "one, perhaps", status(o.t, o.ask(o.elm, "", "Hollow^Ina", "20200102", "10")), []string{"Z33", "AA", "NF"})
		bad := o.send(o.elm, "MSH|^~\\&|EHR|X|||20240612093012-0500||QBP^Q11^QBP_Q11|Q|P|2.5.1|||ER|AL|||||Z44^CDCPHINVS\rQPD|Z44^x^CDCPHINVS||1^^^X^MR\r")
		is.Equal(o.t, "a query without a tag", status(o.t, bad.Bytes), []string{"Z33", "AE", "AE"})
	})
}

func TestAProtectedRecordIsForecastFromWhatTheAskerMaySee(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.tell(o.oak, "A1", "Quillfeather^Juniper", "20230405", larch+"\rPD1||||||||||||Y|20240612\r", "20240612 94")
		is.Equal(o.t, "another's", status(o.t, o.ask(o.elm, "", "Quillfeather^Juniper", "20230405", "1")), []string{"Z33", "AA", "NF"})
		o.tell(o.elm, "B1", "Quillfeather^Juniper", "20230405", larch, "20240101 08")
		for _, c := range []struct {
			from iis.Sender
			want []string
		}{{o.elm, []string{"20240101 08"}}, {o.oak, []string{"20240101 08", "20240612 94"}}} {
			groups := groupsIn(o.t, o.ask(c.from, "", "Quillfeather^Juniper", "20230405", "1"))
			var got []string
			for _, g := range groups[:len(groups)-1] {
				got = append(got, g.day+" "+g.cvx)
			}
			is.Equal(o.t, c.from.Facility+" sees", got, c.want)
			mmr := groups[len(groups)-1].facts[slices.IndexFunc(groups[len(groups)-1].facts, func(f map[string]string) bool { return f["30956-7"] == "03" })]
			is.Equal(o.t, c.from.Facility+" is told the number of the next MMR", mmr["30973-2"], fmt.Sprint(len(c.want)))
		}
	})
}

func TestAForecastIsAuditedBeforeItLeaves(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.tell(o.oak, "A1", "Quillfeather^Juniper", "20230405", "", "20240612 94")
		for _, asks := range []struct {
			from   iis.Sender
			number string
		}{{o.elm, ""}, {o.oak, "A1"}} { // found by comparing, and by the asker's number
			answer := o.ask(asks.from, asks.number, "Quillfeather^Juniper", "20230405", "1")
			is.Equal(o.t, "status", status(o.t, answer), []string{"Z42", "AA", "OK"})
		}
		acts := map[string][]string{}
		is.NoError(o.t, "people", o.store.Read(context.Background(), func(tx *store.Tx) error {
			ids, err := tx.RecentPersons(1)
			if err != nil {
				return err
			}
			lines, err := o.store.AccessLog(context.Background(), ids[0], 10)
			for _, l := range lines {
				for _, from := range []iis.Sender{o.elm, o.oak} {
					if l.Actor.Sender == from.ID {
						acts[from.Facility] = append(acts[from.Facility], l.Act)
					}
				}
			}
			return err
		}))
		is.Equal(o.t, "what the audit has of the askers, the newest first", acts, map[string][]string{
			o.elm.Facility: {"answer query"}, o.oak.Facility: {"answer query", "take message"},
		})
	})
}

func TestEveryVaccineGroupHasItsCode(t *testing.T) {
	engine, err := engineFor(cal.On(time.Now()))
	is.NoError(t, "engine", err)
	codes := codeset.Default()
	known := map[string]bool{}
	for _, g := range codes.AllGroups() {
		known[g.CVX] = true
	}
	names := engine.Groups()
	is.Equal(t, "groups", len(groupCodes), len(names))
	for _, name := range names {
		list := groupCodes[name]
		if len(list) == 0 {
			t.Errorf("%s has no code", name)
		}
		for _, cvx := range list {
			if !known[cvx] {
				t.Errorf("%s: %q stands for no vaccine group", name, cvx)
			}
		}
	}
}
