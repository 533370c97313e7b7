package intake_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/quality"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// asTest is a message with another processing id (MSH-11).
func asTest(text, processing string) string {
	return strings.Replace(text, "|P|2.5.1|", "|"+processing+"|2.5.1|", 1)
}

// stands puts the site of a sender into a status, and gives the sender a day of going live.
func (w *world) stands(sender iis.Sender, status iis.OrganizationStatus, live cal.Date) {
	w.t.Helper()
	is.NoError(w.t, "status", w.store.Write(context.Background(), func(tx *store.Tx) error {
		o, err := tx.OrganizationOf(sender.ID)
		if err != nil {
			return err
		}
		o.Status = status
		if err := tx.PutOrganization(o); err != nil {
			return err
		}
		return tx.SetGoLive(sender.ID, live, time.Now())
	}))
}

// unnumbered is a reply without its own number and time.
func unnumbered(reply []byte) string {
	lines := strings.Split(string(reply), "\r")
	fields := strings.Split(lines[0], "|")
	fields[6], fields[9] = "", ""
	lines[0] = strings.Join(fields, "|")
	return strings.Join(lines, "\r")
}

func TestWhichMessagesAreTestsIsTheSitesAndItsOwnWord(t *testing.T) {
	each(t, func(w *world) {
		today := cal.On(w.store.Now())
		shot := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		for i, c := range []struct {
			name       string
			status     iis.OrganizationStatus
			live       cal.Date
			processing string
			test       bool
		}{
			{"live since ever", iis.StatusLive, cal.None, "T", false},
			{"live since ever, debugging", iis.StatusLive, cal.None, "D", false},
			{"live since today", iis.StatusLive, today, "T", false},
			{"live tomorrow", iis.StatusLive, today.AddDays(1), "T", true},
			{"testing", iis.StatusTesting, cal.None, "T", true},
			{"testing, debugging", iis.StatusTesting, cal.None, "D", true},
			{"training", iis.StatusTraining, cal.None, "T", true},
			{"enrolling", iis.StatusEnrolling, cal.None, "T", true},
			{"testing, for real", iis.StatusTesting, cal.None, "P", false},
			{"testing again, and live since a day", iis.StatusTesting, today.AddDays(-9), "T", false},
		} {
			w.stands(w.oak, c.status, c.live)
			before, _ := w.holds()
			someone := child{fmt.Sprint("B", i), []string{"Marsh", "Fern", "Birch", "Stone", "Vale", "Lowe", "Hale", "Reed", "Dunn", "Moss"}[i], "Otis", fmt.Sprintf("2019%02d10", i+1), "M", ""}
			m := w.send(w.oak, asTest(w.vxu(someone, shot), c.processing))
			after, _ := w.holds()
			is.Equal(t, c.name+": nothing is stored", after == before, c.test)
			is.Equal(t, c.name+": it is said", strings.Contains(string(m.Raw()), "This was a test"), c.test)
		}
	})
}

func TestATestLeavesNothingButItselfAndIsAnsweredAsIfNobodyWereThere(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address)
		w := newWorld(t, s)
		shot := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		w.accepted(w.oak, w.vxu(juniper, shot))
		w.accepted(w.elm, w.vxu(child{"E1", "Quillfeather", "Juniper", "20230405", "F", ""}, shot))
		w.stands(w.oak, iis.StatusTesting, cal.None)
		ages := child{"A9", "Marsh", "Otis", "", "M", ""}
		for name, text := range map[string]string{
			"somebody new":             w.vxu(child{"B2", "Marsh", "Otis", "20190101", "M", "|||||123 Oak St^^Town^MN^55119"}, shot),
			"a patient of one's own":   w.vxu(juniper, shot),
			"somebody of others":       w.vxu(child{"Z1", "Quillfeather", "Juniper", "20230405", "F", ""}, shot),
			"a delete":                 w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "D", "L1")),
			"a refused message":        w.vxu(ages, shot),
			"a message that is unread": strings.Replace(w.vxu(juniper, shot), "VXU^V04^VXU_V04", "ADT^A04^ADT_A01", 1),
			"a query":                  w.header("QBP^Q11^QBP_Q11") + "Z34^CDCPHINVS\rQPD|Z34^Request Immunization History^CDCPHINVS|T1|A1^^^X^MR|Quillfeather^Juniper^^^^^L||20230405|F\rRCP|I|10^RD&Records&HL70126\r",
			"a query for a forecast":   w.header("QBP^Q11^QBP_Q11") + "Z44^CDCPHINVS\rQPD|Z44^Request Evaluated History and Forecast^CDCPHINVS|T1|A1^^^X^MR|Quillfeather^Juniper^^^^^L||20230405|F\rRCP|I|10^RD&Records&HL70126\r",
		} {
			before := contents(t, address)
			m := w.send(w.oak, asTest(text, "T"))
			after := contents(t, address)
			for _, table := range []string{"submission", "receipt", "audit"} { // it came; a query is in the audit
				delete(before, table)
				delete(after, table)
			}
			is.Equal(t, name+": what is there", after, before)
			if said := string(m.Raw()); !strings.Contains(said, "This was a test") || strings.Contains(said, "known by") || strings.Contains(said, "a known record") {
				t.Errorf("%s: the answer is %s", name, said)
			}
		}
	})
}

// Whoever is on record, the answer is the same: a test learns nothing.
func TestTheAnswerToATestDoesNotTellWhoIsOnRecord(t *testing.T) {
	each(t, func(w *world) {
		w.stands(w.oak, iis.StatusTesting, cal.None)
		texts := []string{
			asTest(w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "U", "L1"), order("2", "20240612", "94^MMRV^CVX", "00", "D", "L1")), "T"),
			asTest(w.header("QBP^Q11^QBP_Q11")+"Z34^CDCPHINVS\rQPD|Z34^Request Immunization History^CDCPHINVS|T1|A1^^^X^MR|Quillfeather^Juniper^^^^^L||20230405|F\rRCP|I|10^RD&Records&HL70126\r", "D"),
		}
		answers := func() (out []string) {
			for _, text := range texts {
				reply, err := w.desk.Message(context.Background(), w.oak, iis.DoorHTTP, []byte(text))
				is.NoError(t, "send", err)
				out = append(out, unnumbered(reply.Bytes))
			}
			return out
		}
		nobody := answers()
		if !strings.Contains(nobody[0], "Of 2 reports: 2 could be stored.") || !strings.Contains(nobody[1], "|NF|") {
			t.Errorf("the answers are %q", nobody)
		}
		w.accepted(w.elm, w.vxu(child{"E1", "Quillfeather", "Juniper", "20230405", "F", ""}, order("9", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		is.Equal(t, "others know her", answers(), nobody)
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		is.Equal(t, "so does the site itself", answers(), nobody)
	})
}

func TestATestOfSomebodyWhoOptedOutIsErasedAndAnsweredAsAnyOther(t *testing.T) {
	each(t, func(w *world) {
		w.stands(w.oak, iis.StatusTesting, cal.None)
		text := asTest(w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")), "T")
		send := func() (string, iis.SubmissionID) {
			reply, err := w.desk.Message(context.Background(), w.oak, iis.DoorHTTP, []byte(text))
			is.NoError(t, "send", err)
			return unnumbered(reply.Bytes), reply.Submission
		}
		usual, kept := send()
		_, err := record.New(w.store, codeset.Default()).OptOut(context.Background(), record.OptingOut{
			Who: iis.Person{
				Names: []iis.Name{{Family: "Quillfeather", Given: "Juniper", Type: "L"}}, Birth: cal.Of(2023, time.April, 5), Sex: "F",
				Addresses: []iis.Address{{Street: "12 Larch Street", City: "Fargo", State: "ND", Zip: "58102"}},
			},
			How: "call", Relation: "mother", Said: "Ivy Lowe", Asked: cal.On(w.store.Now()), By: iis.Actor{Kind: "user", User: 7, SeesClosed: true, SeesAll: true},
		})
		is.NoError(t, "opt out", err)
		said, gone := send()
		is.Equal(t, "the answer", said, usual)
		for id, want := range map[iis.SubmissionID]bool{kept: false, gone: true} {
			sub, err := w.store.Submission(context.Background(), id)
			is.NoError(t, "read", err)
			is.Equal(t, "erased", string(sub.Raw) == store.ErasedNote, want)
		}
		tests, err := w.store.Submissions(context.Background(), store.SubmissionFilter{Kinds: []iis.Kind{iis.KindTest}}, 10)
		is.NoError(t, "tests", err)
		is.Equal(t, "tests that are listed", len(tests), 1)
	})
}

func TestTestsAreErasedAfterThePolicysDaysAndTheirAnswersStay(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.stands(w.oak, iis.StatusTesting, cal.None)
		shot := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		w.accepted(w.oak, w.vxu(juniper, shot))
		w.send(w.oak, asTest(w.vxu(juniper, shot), "T"))
		w.send(w.oak, asTest(w.vxu(child{"A1", "Quillfeather", "Juniper", "", "F", ""}, shot), "T"))
		erased := func(before time.Time) int {
			n, err := w.store.EraseTests(ctx, iis.Actor{Kind: "job"}, before, w.store.Now())
			is.NoError(t, "erase", err)
			return n
		}
		soon := time.Now().Add(time.Hour)
		is.Equal(t, "not counted yet", erased(soon), 0)
		_, err := quality.New(w.store, codeset.Default()).Tally(ctx, soon)
		is.NoError(t, "tally", err)
		n, err := w.desk.EraseTests(ctx)
		is.NoError(t, "by the policy", err)
		is.Equal(t, "too young", n, 0)
		is.Equal(t, "old enough", erased(soon), 2)
		is.Equal(t, "once", erased(soon), 0)
		list, err := w.store.Submissions(ctx, store.SubmissionFilter{}, 10)
		is.NoError(t, "list", err)
		var kinds []iis.Kind
		for _, l := range list {
			kinds = append(kinds, l.Kind)
			sub, err := w.store.Submission(ctx, l.ID)
			is.NoError(t, "read", err)
			is.Equal(t, "erased", string(sub.Raw) == store.TestErasedNote, l.Kind.IsTest())
		}
		is.Equal(t, "what is listed still", kinds, []iis.Kind{iis.KindTest, iis.KindTest, iis.KindUpdate})
		is.Equal(t, "and how it was answered", []bool{list[0].Answer.Refused(), list[1].Answer.Refused()}, []bool{true, false})
		var days []store.SenderDay
		is.NoError(t, "figures", w.store.Read(ctx, func(tx *store.Tx) (err error) {
			today := cal.On(time.Now())
			days, err = tx.SenderDays(w.oak.ID, today.AddDays(-1), today.AddDays(1))
			return err
		}))
		is.Equal(t, "tests of the day", days[0].Tests, store.Share{Have: 1, Of: 2})
		is.Equal(t, "messages of the day", days[0].Messages(), int64(3))
		is.Equal(t, "doses of the day: a test's is late for nothing", days[0].Doses, int64(1))
	})
}

// A test that named somebody whose former identity was sealed is sealed with it, and is kept no longer than
// others; what is unsealed later is as erased as they are.
func TestATestThatIsSealedIsErasedAsOthersAre(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.stands(w.oak, iis.StatusTesting, cal.None)
		shot := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		former := iis.PersonID(w.store.NewID())
		raw := func(id iis.SubmissionID) string {
			var sub iis.Submission
			is.NoError(t, "read", w.store.Read(ctx, func(tx *store.Tx) (err error) {
				found := false
				if sub, found, err = tx.SealedSubmission(id); !found && err == nil {
					err = fault.New(fault.NotFound, "it is not sealed")
				}
				return err
			}))
			return string(sub.Raw)
		}
		sent := func(text string) iis.SubmissionID {
			reply, err := w.desk.Message(ctx, w.oak, iis.DoorHTTP, []byte(text))
			is.NoError(t, "send", err)
			return reply.Submission
		}
		var sealed []iis.SubmissionID
		for _, text := range []string{
			asTest(w.vxu(juniper, shot), "T"), asTest(w.vxu(child{"A1", "Quillfeather", "Juniper", "", "F", ""}, shot), "T"),
			asTest(w.describes(juniper, "Z34"), "T"), w.vxu(juniper, shot),
		} {
			sealed = append(sealed, sent(text))
		}
		open := sent(asTest(w.vxu(juniper, shot), "T"))
		_, err := quality.New(w.store, codeset.Default()).Tally(ctx, time.Now().Add(time.Hour))
		is.NoError(t, "tally", err)
		is.NoError(t, "seal", w.store.Write(ctx, func(tx *store.Tx) error {
			for _, id := range sealed {
				if err := tx.SealSubmission(id, former); err != nil {
					return err
				}
			}
			return nil
		}))
		erases := func(before time.Time) int {
			n, err := w.store.EraseTests(ctx, iis.Actor{Kind: "job"}, before, w.store.Now())
			is.NoError(t, "erase", err)
			return n
		}
		is.Equal(t, "too young", erases(time.Now().Add(-time.Hour)), 0)
		is.Equal(t, "with the one that is open", erases(time.Now().Add(time.Hour)), 4)
		is.Equal(t, "once", erases(time.Now().Add(time.Hour)), 0)
		for i, id := range sealed {
			is.Equal(t, "erased", raw(id) == store.TestErasedNote, i < 3)
		}
		sub, err := w.store.Submission(ctx, open)
		is.NoError(t, "read", err)
		is.Equal(t, "the open one", string(sub.Raw), store.TestErasedNote)
		is.NoError(t, "unseal", w.store.Write(ctx, func(tx *store.Tx) error { return tx.UnsealSubmissions(former) }))
		sub, err = w.store.Submission(ctx, sealed[0])
		is.NoError(t, "read", err)
		is.Equal(t, "unsealed", string(sub.Raw), store.TestErasedNote)
		is.NoError(t, "audit", w.store.Read(ctx, func(tx *store.Tx) error {
			lines, _, err := tx.SearchAudit(store.AuditFilter{Acts: []string{"erase test messages"}}, 10)
			if err == nil {
				is.Equal(t, "the audit names none that is sealed", []any{len(lines), lines[0].Subject}, []any{1, int64(open)})
			}
			return err
		}))
	})
}
