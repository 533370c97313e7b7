package intake_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// isSchool makes the site of a sender a school, in a state in which a roster opens records there.
func (w *world) isSchool(s iis.Sender) (site iis.OrganizationID) {
	w.t.Helper()
	_, err := record.New(w.store, codeset.Default()).GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, true)
	is.NoError(w.t, "state", err)
	is.NoError(w.t, "a school", w.store.Write(context.Background(), func(tx *store.Tx) error {
		o, err := tx.OrganizationOf(s.ID)
		if err != nil {
			return err
		}
		o.Kind, site = iis.KindSchool, o.ID
		return tx.PutOrganization(o)
	}))
	return site
}

// rostered puts a person on a roster, with an entry that holds until a day (None: still).
func (w *world) rostered(site iis.OrganizationID, person iis.PersonID, until cal.Date) {
	w.t.Helper()
	is.NoError(w.t, "on the roster", w.store.Write(context.Background(), func(tx *store.Tx) error {
		at := w.store.Now()
		return tx.AddRosterEntries(iis.RosterEntry{Person: person, ID: iis.RosterID(w.store.NewID()), Site: site, Since: cal.On(at), Until: until, Added: at, Changed: at})
	}))
}

// describes is a query about a child with all by which anybody finds it.
func (w *world) describes(c child, profile string) string {
	w.serial++
	return fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||QBP^Q11^QBP_Q11|C%d|P|2.5.1|||ER|AL|||||%s^CDCPHINVS\r", w.serial, profile) +
		fmt.Sprintf("QPD|%s^x^CDCPHINVS|T1|%s|%s^%s^^^^^L||%s|%s|12 Larch Street^^Fargo^ND^58102^USA^H\rRCP|I|10^RD&Records&HL70126\r", profile, c.mrn, c.family, c.given, c.birth, c.sex)
}

// reads is an answer but for what is another in each.
func (w *world) reads(from iis.Sender, message string) string {
	w.t.Helper()
	m := w.send(from, message)
	text := regexp.MustCompile(`\bC\d+\b|\b20\d{12}[-+]\d{4}\b|\b[0-9A-Z]{13}\b`).ReplaceAllString(string(m.Raw()), "~")
	return regexp.MustCompile(`\b[0-9]{14}\b`).ReplaceAllString(text, "~")
}

var (
	otto   = child{"O7", "Fernwhistle", "Otto", "20190102", "M", ""}
	nobody = child{"N9", "Nevernever", "Wasnever", "20190304", "M", ""}
)

// of is an answer without what was asked for.
func (c child) of(answer string) string {
	return strings.NewReplacer(c.mrn, "MRN", c.family, "FAMILY", c.given, "GIVEN", c.birth, "BIRTH", "|"+c.sex+"|", "|SEX|").Replace(answer)
}

const marked = "OBX|1|CE|CONFIDENTIAL^Confidential dose^L|1|Y^Yes^HL70136||||||F\r"

// A school that asks by HL7 learns of whom is on its roster, without what is confidential, and of
// all others as of nobody: by the same answer, and by as many statements.
func TestASchoolThatAsksByMessageIsHeldToItsRoster(t *testing.T) {
	each(t, func(w *world) {
		school := w.isSchool(w.elm)
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("2", "20240612", "62^HPV^CVX", "00", "A", "L2"), marked))
		w.accepted(w.oak, w.vxu(otto, order("3", "20240612", "94^MMRV^CVX", "00", "A", "L3")))
		time.Sleep(time.Second) // what the desk has read of senders holds so long
		var asked []string
		store.Overhear(w.store, func(s store.Statement) {
			if text := strings.Join(strings.Fields(s.SQL), " "); s.Changed != 0 && !strings.HasPrefix(text, "SELECT sender.id,") && !strings.HasPrefix(text, "SELECT value FROM setting") {
				asked = append(asked, text)
			}
		})
		asOfNobody := func(name string, c child) {
			w.t.Helper()
			for _, profile := range []string{"Z34", "Z44"} {
				w.reads(w.elm, w.describes(nobody, profile)) // the desk reads of the state what it needs
				asked = nil
				here := c.of(w.reads(w.elm, w.describes(c, profile)))
				did := asked
				asked = nil
				is.Equal(w.t, name+" by "+profile, here, nobody.of(w.reads(w.elm, w.describes(nobody, profile))))
				is.Equal(w.t, name+" by "+profile+": statements", len(did), len(asked))
				if !strings.Contains(here, "|NF|") {
					w.t.Errorf("%s by %s is not answered as not found: %s", name, profile, here)
				}
			}
		}
		asOfNobody("off the roster", juniper)
		w.rostered(school, w.personOf(w.oak, juniper), cal.On(w.store.Now()))
		asOfNobody("an entry that has ended", juniper)
		w.rostered(school, w.personOf(w.oak, juniper), cal.None)
		is.Equal(w.t, "on the roster, without what is confidential", doses(w.send(w.elm, w.describes(juniper, "Z34"))), []string{"20240612 94 CP"})
		is.Equal(w.t, "a clinic sees it", len(doses(w.send(w.oak, w.describes(juniper, "Z34")))), 2)
		z44, whole := string(w.send(w.elm, w.describes(juniper, "Z44")).Raw()), string(w.send(w.oak, w.describes(juniper, "Z44")).Raw())
		for _, word := range []string{"|62^", "137^"} { // the vaccine, and its group, of which something is due
			is.Equal(w.t, "a school reads "+word, strings.Contains(z44, word), false)
			is.Equal(w.t, "a clinic reads "+word, strings.Contains(whole, word), true)
		}
		// a refusal that is marked so tells of its vaccine too
		refused := "ORC|RE||9999^X\rRXA|0|1|20250612||104^HepA-HepB^CVX|999||||||||||||00^Parental decision^NIP002||RE\r"
		w.accepted(w.oak, w.vxu(juniper, refused, marked))
		for what, from := range map[string]iis.Sender{"a school": w.elm, "a clinic": w.oak} {
			is.Equal(t, what+" reads a confidential refusal", strings.Contains(string(w.send(from, w.describes(juniper, "Z34")).Raw()), "|104^"), from == w.oak)
		}
		// a dose of the same group that is not confidential is judged as if the other were not there
		w.accepted(w.oak, w.vxu(juniper, order("8", "20230501", "08^HepB^CVX", "00", "A", "L7"), marked, order("10", "20230509", "08^HepB^CVX", "00", "A", "L8")))
		again, all := string(w.send(w.elm, w.describes(juniper, "Z44")).Raw()), string(w.send(w.oak, w.describes(juniper, "Z44")).Raw())
		soon := func(answer string) bool { return strings.Contains(answer, "given 8 days after") }
		is.Equal(t, "a school reads the day, and that it is too soon", []bool{strings.Contains(again, "20230509"), soon(again)}, []bool{true, false})
		is.Equal(t, "a clinic reads that it is too soon", soon(all), true)
		asOfNobody("another, off the roster", otto)
		w.accepted(w.elm, w.vxu(otto, order("9", "20240101", "08^HepB^CVX", "00", "A", "L9")))
		asOfNobody("reported by the school, off the roster", otto)
	})
}

// personOf is whose record a query of a sender finds.
func (w *world) personOf(from iis.Sender, c child) iis.PersonID {
	w.t.Helper()
	id, found := iis.ParsePersonID(w.send(from, w.describes(c, "Z34")).First("PID").Field(3).Comp(1).String()) // the registry's own number comes first
	is.Equal(w.t, "somebody is found", found, true)
	return id
}

// What a school is told of its own message is the same of somebody who is known as of somebody new.
func TestASchoolIsToldOfNobodyWhomItReports(t *testing.T) {
	each(t, func(w *world) {
		w.isSchool(w.elm)
		dose := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		w.accepted(w.oak, w.vxu(otto, dose))
		time.Sleep(time.Second)
		told, toldOfNew := otto.of(w.reads(w.elm, w.vxu(otto, dose))), nobody.of(w.reads(w.elm, w.vxu(nobody, dose)))
		is.Equal(w.t, "the acknowledgement", told, toldOfNew)
		is.Equal(w.t, "says so", strings.Contains(told, "a record of its own"), true)
		is.Equal(w.t, "and yet both are one", len(doses(w.send(w.oak, w.describes(otto, "Z34")))), 1)
	})
}

// A batch is answered message by message: what a school asks in one is held to its roster too.
func TestASchoolsBatchIsHeldToItsRoster(t *testing.T) {
	each(t, func(w *world) {
		w.isSchool(w.elm)
		w.accepted(w.oak, w.vxu(otto, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		time.Sleep(time.Second)
		var out strings.Builder
		_, err := w.desk.Batch(context.Background(), intake.Batch{From: w.elm, Door: iis.DoorHTTP, Max: 1 << 20}, strings.NewReader(w.describes(otto, "Z34")+w.describes(nobody, "Z34")+w.describes(otto, "Z44")), &out)
		is.NoError(w.t, "batch", err)
		found := regexp.MustCompile(`QAK\|[^|]*\|(\w+)`).FindAllStringSubmatch(out.String(), -1)
		is.Equal(w.t, "answers", len(found), 3)
		is.Equal(w.t, "somebody is found", slices.ContainsFunc(found, func(m []string) bool { return m[1] != "NF" }), false)
	})
}
