package store_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/helpdesk"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/quality"
	"openiis/internal/record"
	"openiis/internal/steward"
	"openiis/internal/store"
	"openiis/internal/training"
)

// life is a registry in which everything happens that asks the store: what its
// statements are read from, and what a cluster is tried with.
type life struct {
	t        *testing.T
	s        *store.Store
	desk     *intake.Desk
	chart    *chart.Desk
	keeper   *record.Keeper
	steward  *steward.Desk
	oak, elm iis.Sender
	serial   int
}

var nurse = iis.Actor{Kind: "user", User: 77}

func newLife(t *testing.T, s *store.Store) *life {
	codes := codeset.Default()
	l := &life{t: t, s: s, desk: intake.New(s, codes), chart: chart.New(s, codes), keeper: record.New(s, codes)}
	l.steward = steward.New(s, l.keeper, codes)
	is.NoError(t, "senders", s.Write(context.Background(), func(tx *store.Tx) (err error) {
		if l.oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street Clinic"}, "oak", "-", time.Now()); err != nil {
			return err
		}
		l.elm, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm Square Clinic"}, "elm", "-", time.Now())
		return err
	}))
	return l
}

// message sends a message, which must not be refused.
func (l *life) message(from iis.Sender, kind, segments string) string {
	l.t.Helper()
	l.serial++
	profile := map[string]string{"VXU^V04^VXU_V04": "Z22", "QBP^Q11^QBP_Q11": "Z34"}[kind]
	head := fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||%s|C%d|P|2.5.1|||ER|AL|||||%s^CDCPHINVS\r", kind, l.serial, profile)
	reply, err := l.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(head+segments))
	is.NoError(l.t, "send", err)
	if reply.Ack == "AR" {
		l.t.Fatalf("refused: %s", reply.Bytes)
	}
	return string(reply.Bytes)
}

// update sends a dose of a child.
func (l *life) update(from iis.Sender, number, name, born, day, cvx string) {
	l.t.Helper()
	l.message(from, "VXU^V04^VXU_V04", "PID|1||"+number+"^^^X^MR||"+name+"^^^^^L||"+born+"|F|||12 Larch Street^^Fargo^ND^58102^^L||^PRN^PH^^1^701^5550147\r"+
		"NK1|1|Marsh^Iris^^^^^L|MTH^Mother^HL70063\rORC|RE||"+number+day+cvx+"^X\rRXA|0|1|"+day+"||"+cvx+"^x^CVX|0.5|mL^mL^UCUM||00^New^NIP001|||||||||||CP|A\r")
}

// ask queries for a child, and returns the answer.
func (l *life) ask(from iis.Sender, number, name, born string) string {
	l.t.Helper()
	return l.message(from, "QBP^Q11^QBP_Q11", "QPD|Z34^Request Immunization History^CDCPHINVS|t|"+number+"^^^X^MR|"+name+"^^^^^L||"+born+"|F|12 Larch Street^^Fargo^ND^58102^^L\rRCP|I|5\r")
}

// found are those to whom a search leads.
func (l *life) found(text string) []iis.PersonID {
	l.t.Helper()
	found, err := l.chart.Find(context.Background(), nurse, chart.Search{Text: text})
	is.NoError(l.t, "search "+text, err)
	var out []iis.PersonID
	for _, line := range found.Fits {
		out = append(out, line.ID)
	}
	return out
}

// one is the one to whom a search leads.
func (l *life) one(text string) iis.PersonID {
	l.t.Helper()
	found := l.found(text)
	if len(found) != 1 {
		l.t.Fatalf("%q leads to %d people, want one", text, len(found))
	}
	return found[0]
}

// live has everything happen; begin hears what comes next.
func (l *life) live(begin func(what string)) {
	begin("messages")
	l.update(l.oak, "A1", "Marsh^Juniper^Rose", "20230405", "20230605", "110")
	l.update(l.oak, "A1", "Marsh^Juniper^Rose", "20230405", "20230805", "110")
	l.update(l.elm, "E7", "Marsh^Juniper", "20230405", "20230605", "110")
	l.update(l.oak, "A2", "Fern^Hazel", "20210102", "20210302", "110")
	l.update(l.elm, "E9", "Fernley^Hazel", "20210103", "20210303", "110")
	begin("queries")
	if got := l.ask(l.elm, "E7", "Marsh^Juniper", "20230405"); strings.Count(got, "RXA|") != 2 {
		l.t.Errorf("the record of two clinics has not two doses: %s", got)
	}
	if got := l.ask(l.oak, "Z9", "Nobody^Here", "20200101"); strings.Contains(got, "PID|") {
		l.t.Errorf("a child that nobody knows is answered: %s", got)
	}
	begin("searches")
	a, b := l.one("fern hazel 2021-01-02"), l.one("fernley hazel 2021")
	is.Equal(l.t, "found by half a name, a number and a telephone number", []iis.PersonID{l.one("fern haz 01/02/2021"), l.one("E9")}, []iis.PersonID{a, b})
	if len(l.found("701-555-0147")) != 3 {
		l.t.Error("a telephone number does not lead to the three who have it")
	}
	l.decide(begin, a, b)
	l.seal(begin, a)
	l.work(begin)
	l.audits(begin, b)
}

// seal gives somebody a new identity, lets what still comes go over, and takes it back.
func (l *life) seal(begin func(string), former iis.PersonID) {
	ctx := context.Background()
	begin("sealing")
	sealed, is2, err := l.steward.Seal(ctx, nurse, steward.Sealing{
		Person: former, Order: "PR-2026-114", Why: "adoption", New: steward.Identity{Family: "Moorland", Given: "Sorrel", Birth: "2021-01-02", Sex: "F"},
	})
	is.NoError(l.t, "seal", err)
	is.Equal(l.t, "the former identity", l.found("fern hazel 2021-01-02"), nil)
	begin("what still comes")
	l.update(l.oak, "A2", "Fern^Hazel", "20210102", "20210602", "110")
	l.update(l.elm, "E77", "Fern^Hazel", "20210102", "20210302", "110")
	if got := l.ask(l.oak, "A2", "Fern^Hazel", "20210102"); strings.Count(got, "RXA|") != 2 {
		l.t.Errorf("the clinic does not get what it told: %s", got)
	}
	begin("sealing")
	seals, _, err := l.steward.Seals(ctx, nurse, 0)
	is.NoError(l.t, "list", err)
	is.Equal(l.t, "sealed", len(seals), 1)
	open, err := l.steward.Sealing(ctx, nurse, sealed)
	is.NoError(l.t, "open", err)
	is.Equal(l.t, "what came since", len(open.Changes), 1)
	_, err = l.desk.EraseTests(ctx)
	is.NoError(l.t, "erase tests", err)
	_, err = l.steward.TakeOver(ctx, nurse, sealed)
	is.NoError(l.t, "take over", err)
	is.Equal(l.t, "the new one", l.one("moorland sorrel 2021"), is2)
	is.NoError(l.t, "unseal", l.steward.Unseal(ctx, nurse, sealed, "reversed"))
	is.Equal(l.t, "the former number leads again to", l.one("fern hazel 2021-01-02"), former)
}

// decide has people decide who is who.
func (l *life) decide(begin func(string), a, b iis.PersonID) {
	ctx, by := context.Background(), steward.By{Actor: nurse, Everyone: true}
	begin("decisions")
	is.NoError(l.t, "flag", l.steward.Flag(ctx, by, a, b, "one child"))
	_, err := l.steward.Arrange(ctx)
	is.NoError(l.t, "arrange", err)
	page, err := l.steward.Queue(ctx, by, steward.Filter{})
	is.NoError(l.t, "queue", err)
	is.Equal(l.t, "pairs in the queue", len(page.Tasks), 1)
	_, err = l.steward.Queue(ctx, by, steward.Filter{Sender: l.oak.ID})
	is.NoError(l.t, "a clinic's queue", err)
	_, err = l.steward.Doses(ctx, by, steward.Filter{})
	is.NoError(l.t, "doses in question", err)
	_, err = l.steward.Pair(ctx, by, a, b)
	is.NoError(l.t, "pair", err)
	// These two may be on one shard. Of some pairs, some are on two.
	is.NoError(l.t, "pairs", l.s.Read(ctx, func(tx *store.Tx) error {
		for i := range iis.PersonID(20) {
			if _, err := tx.PossibleMatch(store.Pair{Person: a, Other: a + 1 + i}); fault.KindOf(err) != fault.NotFound {
				return fmt.Errorf("a pair of nobody: %w", err)
			}
		}
		return nil
	}))
	_, err = l.steward.Decide(ctx, by, a, b, steward.Later, "")
	is.NoError(l.t, "later", err)
	d, err := l.keeper.Merge(ctx, a, b, nurse, "one child")
	is.NoError(l.t, "merge", err)
	is.Equal(l.t, "the former number leads to", l.one("E9"), a)
	l.update(l.elm, "E9", "Fernley^Hazel", "20210103", "20210503", "110") // of whoever is there now
	_, err = l.keeper.Undo(ctx, d, nurse, "cousins")
	is.NoError(l.t, "undo", err)
	is.Equal(l.t, "the number leads again to", l.one("E9"), b)
	child, sources, err := l.keeper.Sources(ctx, l.one("E7"))
	is.NoError(l.t, "sources", err)
	is.Equal(l.t, "sources of the child of two clinics", len(sources), 2)
	d, err = l.keeper.Move(ctx, sources[1].Source, child, a, nurse, "of the cousin")
	is.NoError(l.t, "move", err)
	_, err = l.keeper.Undo(ctx, d, nurse, "it was not")
	is.NoError(l.t, "undo the move", err)
	_, err = l.keeper.Apart(ctx, a, b, nurse, "cousins")
	is.NoError(l.t, "apart", err)
	begin("pages")
	_, err = l.chart.Open(ctx, nurse, a)
	is.NoError(l.t, "open", err)
	_, err = l.steward.About(ctx, by, a)
	is.NoError(l.t, "what is said of it", err)
	is.NoError(l.t, "raise", l.chart.Petition(ctx, nurse, a, chart.Petition{
		Reason: chart.Reasons[0].Code, Say: "the name is wrong", AskedFor: "Ferne", Evidence: []chart.File{{Name: "card.pdf", Content: []byte("%PDF-1.4 %%EOF")}},
	}))
	_, _, err = l.chart.Asked(ctx, nurse, 0)
	is.NoError(l.t, "what a user has asked for", err)
	open, _, err := l.chart.Concerns(ctx, nurse, false, 0)
	is.NoError(l.t, "concerns", err)
	_, err = l.chart.Evidence(ctx, nurse, a, open[0].Evidence[0].ID)
	is.NoError(l.t, "evidence", err)
	is.NoError(l.t, "decide", l.chart.Decide(ctx, iis.Actor{Kind: "user", User: 78}, a, open[0].ID, iis.Corrected, "it was mended"))
	begin("training and help")
	l.learn(ctx)
	_, err = l.chart.Recent(ctx, nurse, 5)
	is.NoError(l.t, "recent", err)
}

// learn has a user learn, and ask.
func (l *life) learn(ctx context.Context) {
	teach, help := training.New(l.s, l.keeper), helpdesk.New(l.s, l.keeper)
	u, asks := training.User{Actor: nurse, Role: "clinic-staff", Sender: l.oak.ID, Everyone: true}, helpdesk.User{Actor: nurse, Sees: true, Everyone: true, Answers: true}
	is.NoError(l.t, "a course", teach.ByCommand(ctx, nurse.User, "clinic-staff", "finding-a-person"))
	_, err := teach.Mine(ctx, u)
	is.NoError(l.t, "courses", err)
	_, err = teach.Completion(ctx, u, "")
	is.NoError(l.t, "completion", err)
	e, err := teach.Plan(ctx, u, iis.Event{Kind: iis.Webinar, Title: "A webinar", Begins: time.Now().Add(time.Hour), Minutes: 60, Link: "https://meet.example/1"})
	is.NoError(l.t, "plan", err)
	_, err = teach.TakeSeat(ctx, u, e)
	is.NoError(l.t, "a seat", err)
	_, err = teach.Events(ctx, u, true)
	is.NoError(l.t, "sessions", err)
	_, err = teach.Event(ctx, u, true, e)
	is.NoError(l.t, "a session", err)
	is.NoError(l.t, "no seat", teach.GiveUp(ctx, u, e))
	is.NoError(l.t, "called off", teach.End(ctx, u, e, "ill"))
	ticket, err := help.Open(ctx, asks, helpdesk.Question{Topic: "page", Subject: "Slow", Say: "It is slow."})
	is.NoError(l.t, "ticket", err)
	is.NoError(l.t, "say", help.Say(ctx, asks, ticket, "Still.", false))
	_, err = help.Ticket(ctx, asks, ticket, []string{"help-desk"})
	is.NoError(l.t, "read", err)
	for _, list := range []func() (*helpdesk.Page, error){
		func() (*helpdesk.Page, error) { return help.Mine(ctx, asks, 0) }, func() (*helpdesk.Page, error) { return help.All(ctx, asks, 0) },
		func() (*helpdesk.Page, error) { return help.Queue(ctx, asks, 0, 0) },
	} {
		_, err = list()
		is.NoError(l.t, "tickets", err)
	}
}

// work does what a server does by itself.
func (l *life) work(begin func(string)) {
	ctx, now, by := context.Background(), time.Now(), iis.Actor{Kind: "job"}
	begin("lists of submissions")
	counts := quality.New(l.s, codeset.Default())
	_, err := counts.Tally(ctx, now.Add(time.Hour))
	is.NoError(l.t, "tally", err)
	_, err = counts.Senders(ctx, nil)
	is.NoError(l.t, "senders", err)
	_, err = counts.Sender(ctx, nil, l.oak.ID)
	is.NoError(l.t, "sender", err)
	for _, f := range []inbox.Filter{{}, {Sender: l.oak.ID}, {Answer: "AA", Day: cal.On(now)}} {
		_, err = inbox.New(l.s, codeset.Default(), intake.Name).List(ctx, iis.Scope{Everyone: true}, f)
		is.NoError(l.t, "list", err)
	}
	begin("passes over everyone")
	steps := map[string]func(context.Context, time.Time) (bool, error){
		"clean-up": l.keeper.NewCleaner(by).Step, "standings": l.keeper.NewRefresher(by).Step, "renewal": l.keeper.NewRenewer(by, true).Step,
	}
	for what, step := range steps {
		for more, err := true, error(nil); more; {
			more, err = step(ctx, now)
			is.NoError(l.t, what, err)
		}
	}
	_, err = l.keeper.NewRekeyer(by).All(ctx, time.Now, func(store.KeyRun) {})
	is.NoError(l.t, "keys", err)
	wrong := func(id iis.PersonID) { l.t.Errorf("record %d is not what its reports come to", id) }
	_, err = l.keeper.Verify(ctx, record.Verified{Record: wrong, Standing: wrong, Progress: func(int) {}})
	is.NoError(l.t, "verify records", err)
	is.NoError(l.t, "counts", l.s.Read(ctx, func(tx *store.Tx) error {
		if _, err := tx.WithoutStanding(); err != nil {
			return err
		}
		if _, err := tx.PersonCount(); err != nil {
			return err
		}
		if _, err := tx.ChangedCount(0, 0); err != nil {
			return err
		}
		if _, _, err := tx.UnreadAfter(0); err != nil {
			return err
		}
		if _, err := tx.MatchKeys(nil, math.MinInt64, math.MaxInt64); err != nil {
			return err
		}
		_, err := tx.Blocks(2)
		return err
	}))
	begin("rosters")
	is.NoError(l.t, "rosters", l.s.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Roster(7, 10); err != nil {
			return err
		}
		if _, err := tx.RosterSizes(); err != nil {
			return err
		}
		if _, err := tx.RosterFiles(7, 10); err != nil {
			return err
		}
		return tx.GiveRoster(7, 8)
	}))
	begin("audit")
	_, err = l.s.NewSealer().Pass(ctx, now)
	is.NoError(l.t, "seal", err)
	v, err := l.s.VerifyAudit(ctx, now)
	is.NoError(l.t, "verify the audit", err)
	is.Equal(l.t, "broken", v.Broken, nil)
}
