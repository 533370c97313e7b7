package steward_test

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
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/steward"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// world is a registry with two clinics and people who decide.
type world struct {
	t        *testing.T
	store    *store.Store
	intake   *intake.Desk
	desk     *steward.Desk
	oak, elm iis.Sender
	ada      steward.By // for the programme
	olga     steward.By // of Oak Street
	serial   int
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		codes := codeset.Default()
		w := &world{t: t, store: s, intake: intake.New(s, codes), desk: steward.New(s, record.New(s, codes), codes)}
		is.NoError(t, "senders and users", s.Write(context.Background(), func(tx *store.Tx) (err error) {
			for name, by := range map[string]*steward.By{"Ada Admin": &w.ada, "Olga Oak": &w.olga} {
				by.Kind = "user"
				if by.User, err = tx.PutAccount(store.Account{Username: name, Name: name}, time.Now()); err != nil {
					return err
				}
			}
			if w.oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street Clinic"}, "oak", "-", time.Now()); err != nil {
				return err
			}
			w.elm, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm Square Clinic"}, "elm", "-", time.Now())
			return err
		}))
		w.ada.Everyone, w.olga.Sender = true, w.oak.ID
		test(w)
	})
}

// sends sends a message about somebody, with more segments, and returns whose
// record it became.
func (w *world) sends(from iis.Sender, pid string, lines ...string) iis.PersonID {
	w.t.Helper()
	w.serial++
	text := fmt.Sprintf("MSH|^~\\&|EHR|X|||20260612093012-0500||VXU^V04^VXU_V04|C%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", w.serial) +
		pid + "\r" + strings.Join(lines, "\r") + "\r"
	reply, err := w.intake.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(w.t, "send", err)
	if reply.Ack == "AR" {
		w.t.Fatalf("refused: %s", reply.Bytes)
	}
	var id iis.PersonID
	is.NoError(w.t, "whose", w.store.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.RecentPersons(1)
		id = ids[0]
		return err
	}))
	return id
}

// queued puts two records into the queue.
func (w *world) queued(a, b iis.PersonID, why string) {
	w.t.Helper()
	is.NoError(w.t, "put into the queue", w.store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.AddPossibleMatch(a, b, 0, []byte(why), w.store.Now())
	}))
}

// queue lists what somebody sees, each pair with its risk.
func (w *world) queue(by steward.By, f steward.Filter) []string {
	w.t.Helper()
	page, err := w.desk.Queue(context.Background(), by, f)
	is.NoError(w.t, "queue", err)
	out := []string{}
	for _, p := range page.Tasks {
		out = append(out, p.A.Golden.Names[0].Given+" "+p.B.Golden.Names[0].Given+": "+p.Risk.Words())
	}
	return out
}

// audited are the acts of the audit about a person, the oldest first.
func (w *world) audited(id iis.PersonID) []string {
	w.t.Helper()
	log, err := w.store.AccessLog(context.Background(), id, 100)
	is.NoError(w.t, "access log", err)
	var out []string
	for _, a := range log {
		if a.Act != record.ActTake {
			out = append([]string{a.Act}, out...)
		}
	}
	return out
}

// home is an address and a telephone number.
const home = "|||1 Main Street^^Plymouth^MA^02360^USA^H||^PRN^PH^^^508^5550199"

func born(name, day, more string) string {
	return "PID|1||" + name + day + "^^^X^MR||Marsh^" + name + "||" + day + "|F" + more
}

// Of two young children whose records are likely one the doses stand in two
// places; a grown-up can wait.
func TestTheQueueIsByRiskAndByHowLongSomethingWaits(t *testing.T) {
	each(t, func(w *world) {
		year := time.Now().Year()
		grown, old := w.sends(w.oak, born("Greta", "19800405", "")), w.sends(w.elm, born("Gerda", "19610816", ""))
		child, other := w.sends(w.oak, born("Juniper", fmt.Sprintf("%d0105", year-1), "")), w.sends(w.elm, born("Junia", fmt.Sprintf("%d1123", year-3), ""))
		third, fourth := w.sends(w.oak, born("Thea", "19700228", "")), w.sends(w.elm, born("Theodora", "19991009", ""))
		w.queued(grown, old, `{"bits": 1}`)
		w.queued(fourth, child, `{"rule": "own number", "bits": 1}`)
		w.queued(third, fourth, `{"Bits": 3, "Why": [{"field": "own number", "level": "same", "bits": 20}]}`)
		w.queued(child, other, `{"profile": "balanced", "bits": 9.5}`)
		w.queued(child, grown, `{"bits": 9}`)
		w.queued(old, third, `{"bits": 9}`)
		w.queued(other, old, `[]`)
		is.Equal(t, "queue", w.queue(w.ada, steward.Filter{}), []string{
			"Theodora Juniper: High", "Thea Theodora: High", "Juniper Junia: High", "Juniper Greta: High", "Gerda Thea: Middle", "Junia Gerda: Middle", "Greta Gerda: Low",
		})
		is.Equal(t, "of Elm Square", w.queue(w.ada, steward.Filter{Sender: w.elm.ID})[:4], []string{"Theodora Juniper: High", "Thea Theodora: High", "Juniper Junia: High", "Gerda Thea: Middle"})
		is.Equal(t, "audited", w.audited(fourth), []string{steward.ActQueue, steward.ActQueue})
	})
}

func TestTheQueueIsReadPageByPage(t *testing.T) {
	each(t, func(w *world) {
		last := w.sends(w.oak, born("Last", "20090912", ""))
		for i := range steward.PageSize + 1 {
			w.queued(w.sends(w.oak, born(fmt.Sprintf("Nr%c", 'a'+i), fmt.Sprintf("%d%02d%02d", 1950+2*i, 1+i%12, 1+i), "")), last, `[]`)
		}
		page, err := w.desk.Queue(context.Background(), w.ada, steward.Filter{})
		is.NoError(t, "queue", err)
		is.Equal(t, "on the first page", len(page.Tasks), steward.PageSize)
		is.Equal(t, "on the second", w.queue(w.ada, steward.Filter{After: page.Next}), []string{fmt.Sprintf("Nr%c Last: Low", 'a'+steward.PageSize)})
		is.Equal(t, "behind what is no place", len(w.queue(w.ada, steward.Filter{After: "x-y-z"})), steward.PageSize)
	})
}

// What a clinic may not see does not take the place of what it may.
func TestAPageOfTheQueueIsFullThoughSomeIsHidden(t *testing.T) {
	each(t, func(w *world) {
		all := w.manyQueued(steward.PageSize + 2)
		w.closes(all[:steward.PageSize]...)
		is.Equal(t, "theirs", len(w.queue(w.olga, steward.Filter{})), 2)
	})
}

// Nor does it have a next page be offered, behind a page that is full.
func TestNoNextPageIsOfferedForWhatIsHidden(t *testing.T) {
	each(t, func(w *world) {
		all := w.manyQueued(steward.PageSize + 2)
		offered := func(by steward.By) bool {
			page, err := w.desk.Queue(context.Background(), by, steward.Filter{})
			is.NoError(t, "queue", err)
			is.Equal(t, "on the page", len(page.Tasks), steward.PageSize)
			return page.Next != ""
		}
		is.Equal(t, "two more of theirs", offered(w.olga), true)
		w.closes(all[steward.PageSize:]...)
		is.Equal(t, "two more that are hidden", offered(w.olga), false)
		ada := w.ada
		ada.SeesClosed = true
		is.Equal(t, "for the programme", offered(ada), true)
	})
}

// manyQueued are so many persons who may each be one other of Oak, in the order of the queue, where people opt out.
func (w *world) manyQueued(n int) (all []iis.PersonID) {
	w.t.Helper()
	last := w.sends(w.oak, born("Last", "20090912", ""))
	for i := range n {
		all = append(all, w.sends(w.oak, born(fmt.Sprintf("Nr%c", 'a'+i), fmt.Sprintf("%d%02d%02d", 1950+2*i, 1+i%12, 1+i%28), "")))
		w.queued(all[i], last, `[]`)
	}
	keeper := record.New(w.store, codeset.Default())
	_, err := keeper.GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, true)
	is.NoError(w.t, "policy", err)
	time.Sleep(time.Second) // a change holds within one
	return all
}

// closes has people opt out: they are the programme's to decide about.
func (w *world) closes(people ...iis.PersonID) {
	w.t.Helper()
	keeper := record.New(w.store, codeset.Default())
	for _, id := range people {
		_, err := keeper.OptOut(context.Background(), record.OptingOut{
			Person: id, How: "call", Relation: "mother", Checked: "known", Said: "Ivy Lowe", Asked: cal.On(w.store.Now()),
			By: iis.Actor{Kind: "user", User: 7, SeesClosed: true, SeesAll: true},
		})
		is.NoError(w.t, "opt out", err)
	}
}

// A clinic sees pairs both of whom it has reported, also when it reports one of
// them only later.
func TestAClinicSeesAndDecidesOnlyItsOwn(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ours, also := w.sends(w.oak, born("Olive", "20230405", "")), w.sends(w.oak, born("Olivia", "20220117", ""))
		theirs := w.sends(w.elm, born("Elma", "20211119", home))
		w.queued(ours, also, `[]`)
		w.queued(ours, theirs, `[]`)
		is.Equal(t, "their queue", w.queue(w.olga, steward.Filter{}), []string{"Olive Olivia: Middle"})
		is.Equal(t, "all of it", len(w.queue(w.ada, steward.Filter{})), 2)
		_, err := w.desk.Pair(ctx, w.olga, ours, theirs)
		is.Equal(t, "compare another's", fault.KindOf(err), fault.Denied)
		for _, v := range []steward.Verdict{steward.Same, steward.Different, steward.Later} {
			_, err := w.desk.Decide(ctx, w.olga, ours, theirs, v, "I know.")
			is.Equal(t, "decide "+string(v), fault.KindOf(err), fault.Denied)
		}
		nobody := steward.By{Actor: w.olga.Actor}
		_, err = w.desk.Queue(ctx, nobody, steward.Filter{})
		is.Equal(t, "who belongs to no site", fault.KindOf(err), fault.Denied)
		is.Equal(t, "seen", w.audited(theirs), []string{steward.ActQueue})

		w.sends(w.oak, born("Elma", "20211119", home))
		is.Equal(t, "when it has reported her too", len(w.queue(w.olga, steward.Filter{})), 2)
		_, err = w.desk.Pair(ctx, w.olga, ours, theirs)
		is.NoError(t, "compare", err)
	})
}

// Most pairs of which a site of several senders reported one are with another site's, and are not
// shown: the address of the next page names none of those either, and it leads on behind them all.
func TestTheNextPageOfASiteNamesNobodyWhoIsNotShown(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		site := w.olga
		site.Site = w.oak.ID
		is.NoError(t, "billing", w.store.Write(ctx, func(tx *store.Tx) error {
			at, err := tx.OrganizationOf(w.oak.ID)
			if err == nil {
				_, err = tx.AddSenderAt("OAKBILL", "Oak Street, billing", at.ID, w.store.Now())
			}
			if err == nil {
				site.Home, err = tx.HomeOf(w.oak.ID)
			}
			return err
		}))
		var own, theirs []iis.PersonID
		for i := range 24 { // one birth date: all wait at one rank
			own = append(own, w.sends(w.oak, born(fmt.Sprintf("Olive%c", 'a'+i), "20230405", "")))
			theirs = append(theirs, w.sends(w.elm, born(fmt.Sprintf("Elma%c", 'a'+i), "20230405", "")))
		}
		now := w.store.Now()
		is.NoError(t, "queued", w.store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.Exec(`DELETE FROM possible_match`); err != nil {
				return err
			}
			for _, a := range own {
				for _, b := range theirs {
					if err := tx.AddPossibleMatch(max(a, b), min(a, b), 0, []byte(`[]`), now); err != nil {
						return err
					}
				}
			}
			for i := range 48 { // and two pages behind them
				if err := tx.AddPossibleMatch(own[i%6], own[i/6+10], 0, []byte(`[]`), now.Add(time.Hour)); err != nil {
					return err
				}
			}
			return nil
		}))
		for {
			n, err := w.desk.Arrange(ctx)
			is.NoError(t, "arrange", err)
			if n == 0 {
				break
			}
		}
		seen, pages, after := 0, 0, ""
		for ; pages == 0 || after != "" && pages < 9; pages++ {
			p, err := w.desk.Queue(ctx, site, steward.Filter{After: after})
			is.NoError(t, "queue", err)
			seen, after = seen+len(p.Tasks), p.Next
			for _, id := range theirs {
				if strings.Contains(after, id.Public()) {
					t.Fatalf("the address of page %d names another site's patient: %s", pages+1, after)
				}
			}
		}
		is.Equal(t, "all of their own, and the end", []any{seen, after}, []any{48, ""})
	})
}

// A clinic's EHR and its billing system are where most pairs come from: they are the clinic's to decide.
func TestASiteDecidesWhatItsSendersReportedOfBoth(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		var billing iis.Sender
		is.NoError(t, "billing", w.store.Write(ctx, func(tx *store.Tx) error {
			site, err := tx.OrganizationOf(w.oak.ID)
			if err == nil {
				billing, err = tx.AddSenderAt("OAKBILL", "Oak Street, billing", site.ID, w.store.Now())
			}
			return err
		}))
		a := w.sends(w.oak, born("Olive", "20230405", ""))
		b := w.sends(billing, born("Olivia", "20220117", ""))
		other := w.sends(w.elm, born("Elma", "20211119", home))
		w.queued(b, a, `[]`)
		w.queued(other, a, `[]`)
		site := w.olga
		site.Site = w.oak.ID
		is.Equal(t, "of one sender", len(w.queue(site, steward.Filter{})), 0)
		is.NoError(t, "home", w.store.Read(ctx, func(tx *store.Tx) (err error) {
			site.Home, err = tx.HomeOf(w.oak.ID)
			return err
		}))
		is.Equal(t, "of the site, and nothing of which another reported one", len(w.queue(site, steward.Filter{})), 1)
		is.Equal(t, "the programme’s", len(w.queue(w.ada, steward.Filter{})), 2)
		_, err := w.desk.Decide(ctx, site, other, a, steward.Later, "I know.")
		is.Equal(t, "with another’s", fault.KindOf(err), fault.Denied)
		_, err = w.desk.Decide(ctx, site, b, a, steward.Later, "I ask her.")
		is.NoError(t, "its own", err)
		is.Equal(t, "put off", len(w.queue(site, steward.Filter{})), 0)
	})
}

func TestLaterPutsOffInOnesOwnQueueForAWeek(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		a, b := w.sends(w.oak, born("Olive", "20230405", "")), w.sends(w.oak, born("Olivia", "20220117", ""))
		w.queued(a, b, `[]`)
		w.queue(w.ada, steward.Filter{})
		_, err := w.desk.Decide(ctx, w.olga, b, a, steward.Later, "") // whichever is named first
		is.NoError(t, "later", err)
		is.Equal(t, "their queue", len(w.queue(w.olga, steward.Filter{})), 0)
		is.Equal(t, "the programme's", len(w.queue(w.ada, steward.Filter{})), 1)
		p, err := w.desk.Pair(ctx, w.ada, a, b)
		is.NoError(t, "pair", err)
		is.Equal(t, "by whom", p.PutOff[0].ByName, "Olga Oak")
		now := time.Now()
		w.store.SetClock(func() time.Time { return now.Add(steward.PutOffFor + time.Minute) })
		is.Equal(t, "a week later", len(w.queue(w.olga, steward.Filter{})), 1)
		is.Equal(t, "audited", w.audited(b)[1], steward.ActPutOff)
	})
}

// What is kept with a pair has had several forms, and a page reads them all.
func TestWhatWasDecidedIsReadInWhateverForm(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.sends(w.oak, born("Olive", "20230405", "")), w.sends(w.oak, born("Olivia", "20220117", ""))
		for name, c := range map[string]struct {
			why   string
			bits  float64
			says  []string
			guard string
			flag  string
		}{
			"of the exact rules": {
				`{"Person":1,"Outcome":"possible","Bits":14,"Rule":"","Why":[{"field":"name","level":"same","bits":14,"says":""}],"Guards":["different birth orders"]}`,
				14, []string{"The name: same."}, "Different birth orders.", "",
			},
			"of the engine": {
				`{"rule":"balanced","outcome":"possible","profile":"balanced","weights":"1","bits":4.5,"levels":[{"field":"sex","level":"same","bits":1},{"field":"registry","level":"many people","bits":-21.25}],"guards":["another number of the same facility"],"rival":7}`,
				4.5, []string{"The sexes are the same.", "Before anything is compared, one person of a whole registry is rarely the one."},
				"One facility has two numbers for them, as for two of its patients.", "",
			},
			"of a user": {`{"Rule":"flagged","Decision":5,"Say":"His mother told me."}`, 0, nil, "", "His mother told me."},
			"nothing":   {`[]`, 0, nil, "", ""},
		} {
			is.NoError(t, "put", w.store.Write(context.Background(), func(tx *store.Tx) error {
				return tx.Exec(`DELETE FROM possible_match`)
			}))
			w.queued(a, b, c.why)
			p, err := w.desk.Pair(context.Background(), w.ada, a, b)
			is.NoError(t, name, err)
			var says []string
			for _, r := range p.Stored.Reasons {
				says = append(says, r.Says)
			}
			is.Equal(t, name+": bits", p.Stored.Bits, c.bits)
			is.Equal(t, name+": says", says, c.says)
			is.Equal(t, name+": guard", strings.Join(p.Stored.Guards, " "), c.guard)
			is.Equal(t, name+": flag", p.Stored.Flag, c.flag)
		}
	})
}

// The reasons add up to the bits, and twins are told as such.
func TestAPairIsJudgedByAllThatIsSaidOfBothNow(t *testing.T) {
	each(t, func(w *world) {
		twin := func(name, order string) iis.PersonID {
			return w.sends(w.oak, born(name, "20230405", "|||12 Pond Road^^Plymouth^MA^02360|||||||||||||Y|"+order))
		}
		a, b := twin("Juniper", "1"), twin("Rowan", "2")
		p, err := w.desk.Pair(context.Background(), w.ada, a, b)
		is.NoError(t, "pair", err)
		is.Equal(t, "in the queue", p.Queued, false)
		sum := 0.0
		for _, r := range p.Now.Reasons {
			sum += r.Bits
		}
		if d := sum - p.Now.Bits; d > 0.05 || d < -0.05 {
			t.Errorf("the reasons add up to %.2f, not %.2f", sum, p.Now.Bits)
		}
		if all := strings.Join(p.Now.Guards, " "); !strings.Contains(all, "twin") || !strings.Contains(all, "birth orders") {
			t.Errorf("the guards of twins are %q", all)
		}
		_, err = w.desk.Pair(context.Background(), w.ada, a, a)
		is.Equal(t, "one record", fault.KindOf(err), fault.Invalid)
		_, err = w.desk.Pair(context.Background(), w.ada, a, 77)
		is.Equal(t, "no record", fault.KindOf(err), fault.NotFound)
	})
}
