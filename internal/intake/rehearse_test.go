package intake_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// someone is who tries messages out.
var someone = iis.Actor{Kind: "user", User: 77}

func (w *world) rehearses(from iis.Sender, text string) intake.Rehearsal {
	w.t.Helper()
	r, err := w.desk.Rehearse(context.Background(), someone, 4711, from, []byte(text))
	is.NoError(w.t, "rehearse", err)
	return r
}

// holds is how much the registry holds.
func (w *world) holds() (persons, submissions int) {
	w.t.Helper()
	ctx := context.Background()
	is.NoError(w.t, "persons", w.store.Read(ctx, func(tx *store.Tx) error {
		ids, err := tx.RecentPersons(100)
		persons = len(ids)
		return err
	}))
	list, err := w.store.Submissions(ctx, store.SubmissionFilter{}, 100)
	is.NoError(w.t, "submissions", err)
	return persons, len(list)
}

func TestARehearsalTellsWhatAMessageWouldDoAndDoesNothing(t *testing.T) {
	each(t, func(w *world) {
		dose := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		r := w.rehearses(w.oak, w.vxu(juniper, dose))
		is.Equal(t, "match", r.Receipt.Match, "new")
		is.Equal(t, "whose", r.Receipt.Person, iis.PersonID(0))
		is.Equal(t, "stored", r.Stored, true)
		is.Equal(t, "dose", r.Receipt.Doses[0].Outcome, iis.OutcomeAdded)
		if !strings.Contains(string(r.Reply.Bytes), "\rMSA|"+r.Reply.Ack+"|") {
			t.Errorf("the reply is %q", r.Reply.Bytes)
		}
		persons, submissions := w.holds()
		is.Equal(t, "persons, submissions", []int{persons, submissions}, []int{0, 0})

		w.accepted(w.oak, w.vxu(juniper, dose))
		again := w.rehearses(w.oak, w.vxu(juniper, dose, order("2", "20240712", "08^HepB^CVX", "00", "A", "L2")))
		is.Equal(t, "match", again.Receipt.Match, "own number")
		is.Equal(t, "known dose", again.Receipt.Doses[0].Outcome, iis.OutcomeSame)
		is.Equal(t, "new dose", again.Receipt.Doses[1].Outcome, iis.OutcomeAdded)
		other := w.rehearses(w.elm, w.vxu(child{"E1", "Quillfeather", "Juniper", "20230405", "F", ""}, order("9", "20240612", "94^MMRV^CVX", "01", "A", "")))
		is.Equal(t, "match", other.Receipt.Match, "profile balanced")
		is.Equal(t, "known from another", other.Receipt.Doses[0].Outcome, iis.OutcomeKnown)
		is.Equal(t, "one dose is on record", len(doses(w.ask(w.oak, juniper))), 1)
		persons, _ = w.holds()
		is.Equal(t, "persons", persons, 1)
	})
}

func TestARehearsalOfARefusedMessageSaysWhy(t *testing.T) {
	each(t, func(w *world) {
		r := w.rehearses(w.oak, w.vxu(child{"A1", "Quillfeather", "Juniper", "", "F", ""}))
		is.Equal(t, "ack", r.Reply.Ack, "AE")
		is.Equal(t, "finding", r.Reply.Findings[0].Where.String(), "PID-7")
		is.Equal(t, "stored", r.Stored, false)
		garbage := w.rehearses(w.oak, "Dear registry,")
		is.Equal(t, "garbage", garbage.Reply.Ack, "AR")
		w.oak.Enforce = true
		foreign := w.rehearses(w.oak, w.vxu(juniper))
		is.Equal(t, "another facility's", foreign.Reply.Findings[0].Rule, "MSH-4 not the sender")
		persons, submissions := w.holds()
		is.Equal(t, "persons, submissions", []int{persons, submissions}, []int{0, 0})
	})
}

func TestAQueryIsNotRehearsed(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper))
		_, err := w.desk.Rehearse(context.Background(), someone, 4711, w.oak, []byte(w.header("QBP^Q11^QBP_Q11")+"Z34^CDCPHINVS\r"))
		is.Equal(t, "a query", fault.KindOf(err), fault.Invalid)
	})
}

func TestARehearsalIsAuditedUnderWhomItMet(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper))
		met := w.rehearses(w.oak, w.vxu(juniper)).Receipt.Person
		log, err := w.store.AccessLog(context.Background(), met, 10)
		is.NoError(t, "access log", err)
		is.Equal(t, "newest", log[0].Act, "replay message")
		is.Equal(t, "who", log[0].Actor, someone)
		is.Equal(t, "of which", log[0].Subject, int64(4711))
		is.Equal(t, "and the message that was taken", len(log), 2)
	})
}

// contents are how many rows each table of a database has, and on PostgreSQL
// what is in them.
func contents(t *testing.T, address string) map[string]string {
	t.Helper()
	out := map[string]string{}
	is.NoError(t, "look", db.Peek(context.Background(), address, func(tx db.Tx) error {
		tables := `SELECT name FROM sqlite_master WHERE type = 'table'`
		count := `SELECT CAST(COUNT(*) AS TEXT) FROM `
		if tx.Engine() == db.PostgreSQL {
			tables = `SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'`
			count = `SELECT COUNT(*) || ' ' || COALESCE(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM `
		}
		var names []string
		err := tx.Select(db.Query{SQL: tables, Each: func(r db.Row) error { names = append(names, r.Text(0)); return nil }})
		if err != nil {
			return err
		}
		for _, n := range names {
			err := tx.Select(db.Query{SQL: count + n + " t", Each: func(r db.Row) error { out[n] = r.Text(0); return nil }})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	if len(out) < 15 {
		t.Fatalf("only %d tables were found", len(out))
	}
	return out
}

func TestARehearsalLeavesNothingInAnyTableButThatSomebodyTriedIt(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address)
		w := newWorld(t, s)
		shot := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		w.accepted(w.oak, w.vxu(juniper, shot))
		for name, text := range map[string]string{
			"a new person":          w.vxu(child{"B2", "Marsh", "Otis", "20190101", "M", "|||||123 Oak St^^Town^MN^55119"}, shot),
			"the same again":        w.vxu(juniper, shot),
			"another name":          w.vxu(child{"A1", "Marsh", "Juniper", "20230405", "F", ""}, order("2", "20240712", "08^HepB^CVX", "00", "A", "")),
			"an update":             w.vxu(juniper, order("1", "20240613", "03^MMR^CVX", "00", "U", "L9")),
			"a delete":              w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "D", "L1")),
			"perhaps a known child": w.vxu(child{"A7", "Quillfeather", "Juniper", "20230405", "M", ""}, shot),
			"a refused message":     w.vxu(child{"A1", "Quillfeather", "Juniper", "", "F", ""}, shot),
			"no message":            "Dear registry,",
		} {
			before, lines := contents(t, address), auditLines(t, s)
			w.rehearses(w.elm, text)
			w.rehearses(w.oak, text)
			after := contents(t, address)
			is.Equal(t, name+": lines of the audit", auditLines(t, s)-lines, 2)
			delete(before, "audit")
			delete(after, "audit")
			is.Equal(t, name+": what is there", after, before)
		}
	})
}

// auditLines counts the lines of the audit.
func auditLines(t *testing.T, s *store.Store) int {
	t.Helper()
	n := 0
	is.NoError(t, "count", s.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(db.Query{SQL: `SELECT COUNT(*) FROM audit`, Each: func(r db.Row) error { n = int(r.Int(0)); return nil }})
	}))
	return n
}

// On SQLite those who share a transaction with a rehearsal run again without it;
// on PostgreSQL it holds locks that others wait for. Neither may cost anybody a
// message.
func TestRehearsalsBesideRealMessagesCostNobodyAMessage(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		shot := order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")
		var texts []string
		for i := range 120 {
			c := child{fmt.Sprintf("A%d", i), "Marsh", "Juniper", fmt.Sprintf("2020%02d%02d", i%12+1, i%10+1), "F", ""}
			texts = append(texts, w.vxu(c, shot))
		}
		before := auditLines(t, w.store)
		var sending, rehearsing sync.WaitGroup
		done := make(chan struct{})
		for lane := range 4 {
			sending.Go(func() {
				for i := lane; i < len(texts); i += 4 {
					reply, err := w.desk.Message(ctx, w.oak, iis.DoorHTTP, []byte(texts[i]))
					if err != nil || reply.Findings.Worst() == iis.Error {
						t.Errorf("not taken: %v %s", err, reply.Bytes)
					}
				}
			})
		}
		rehearsals := 0
		rehearsing.Go(func() {
			for ; ; rehearsals++ {
				select {
				case <-done:
					return
				default:
				}
				if _, err := w.desk.Rehearse(ctx, someone, 4711, w.elm, []byte(texts[rehearsals%len(texts)])); err != nil {
					t.Errorf("rehearse: %v", err)
				}
			}
		})
		sending.Wait()
		close(done)
		rehearsing.Wait()
		kept, err := w.store.Submissions(ctx, store.SubmissionFilter{}, 2*len(texts))
		is.NoError(t, "submissions", err)
		is.Equal(t, "submissions", len(kept), len(texts))
		is.Equal(t, "lines of the audit", auditLines(t, w.store)-before, len(texts)+rehearsals)
		for i := range texts {
			c := child{mrn: fmt.Sprintf("A%d^^^X^MR", i)}
			is.Equal(t, c.mrn, doses(w.ask(w.oak, c)), []string{"20240612 94 CP"})
		}
	})
}
