package record

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
	"openiis/internal/policy"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// office is a registry of Minnesota to which the office of vital records sends.
type office struct {
	*places
	vital iis.Sender
}

func eachOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	eachPlace(t, func(p *places) {
		o := &office{places: p}
		is.NoError(t, "sender", p.s.Write(context.Background(), func(tx *store.Tx) (err error) {
			o.vital, err = tx.EnsureSender("VITAL-RECORDS", "Office of Vital Records", time.Now())
			return err
		}))
		o.goBy("mn")
		test(o)
	})
}

func (o *office) goBy(state string) {
	o.t.Helper()
	_, err := o.k.GoBy(context.Background(), policy.Named(state), steward, true)
	is.NoError(o.t, "go by "+state, err)
}

// newborn is a child that was born some days ago, as its certificate says it.
func newborn(family, given, certificate string, days int, edit ...func(*iis.Person)) iis.Person {
	born := cal.On(time.Now()).AddDays(-days)
	return someone(family, given, born.Compact(), "F", append([]func(*iis.Person){
		number("PI", certificate, "VITAL"), living("12 Larch Street", "58102"), bornTo("Anna", "Vang"),
	}, edit...)...)
}

// notices are those of a person: state, why and language of each.
func (o *office) notices(of iis.PersonID) (list []iis.Notice, said []string) {
	o.t.Helper()
	is.NoError(o.t, "read", o.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		list, err = tx.Notices(of)
		return err
	}))
	said = []string{}
	for _, n := range list {
		said = append(said, strings.TrimSpace(fmt.Sprint(n.State, " ", n.Language, " ", n.Why)))
	}
	return list, said
}

func (o *office) has(what string, of iis.PersonID, want ...string) []iis.Notice {
	o.t.Helper()
	list, said := o.notices(of)
	is.Equal(o.t, what, said, append([]string{}, want...))
	return list
}

func (o *office) mark(state iis.NoticeState, ids ...iis.NoticeID) error {
	_, err := o.k.MarkNotices(context.Background(), state, steward, ids...)
	return err
}

func TestANewbornOfVitalRecordsMakesANoticeDueOnce(t *testing.T) {
	eachOffice(t, func(o *office) {
		child := newborn("Marsh", "Juniper", "2026-0001", 5)
		id := o.take(o.vital, child).Person
		n := o.has("a certificate", id, "due eng")[0]
		is.Equal(t, "parts", n.Parts, policy.Named("mn").Notice.PartNames())
		is.Equal(t, "due by", n.DueBy, cal.On(time.Now()).AddDays(policy.Named("mn").Notice.Within))
		o.take(o.vital, child)
		o.has("the same certificate", id, "due eng")
		amended := newborn("Marsh", "Juniper Anne", "2026-0001", 5)
		is.Equal(t, "whose", o.take(o.vital, amended).Person, id)
		o.has("an amended certificate", id, "due eng")
		o.take(o.oak, newborn("Fern", "Ivy", "77", 5))
		o.has("what the clinic sends of it", o.take(o.oak, newborn("Marsh", "Juniper", "A1", 5)).Person, "due eng")
		o.has("a clinic's newborn", o.take(o.oak, newborn("Reed", "Ivy", "78", 5)).Person)
		o.has("who is a newborn no more", o.take(o.vital, newborn("Thorn", "Rose", "2024-0003", 400)).Person)
		o.goBy("ms")
		o.has("a state without a notice", o.take(o.vital, newborn("Birch", "Olive", "2026-0004", 5)).Person)
	})
}

func TestAChildThatTheHospitalReportedFirstHasANoticeToo(t *testing.T) {
	eachOffice(t, func(o *office) {
		id := o.take(o.oak, newborn("Marsh", "Juniper", "A1", 3)).Person
		o.has("before the certificate", id)
		is.Equal(t, "whose", o.take(o.vital, newborn("Marsh", "Juniper", "2026-0001", 3)).Person, id)
		o.has("after it", id, "due eng")
	})
}

func TestANoticeIsWithdrawnByADeathAndComesBackWithIt(t *testing.T) {
	eachOffice(t, func(o *office) {
		child := newborn("Marsh", "Juniper", "2026-0001", 5)
		id := o.take(o.vital, child).Person
		died := newborn("Marsh", "Juniper", "D-17", 5, func(p *iis.Person) { p.Dead, p.Death = "Y", p.Birth+1 })
		o.take(o.elm, died)
		o.has("a death", id, "withdrawn eng "+WhyDied)
		if err := o.mark(iis.NoticeSent, o.has("withdrawn", id, "withdrawn eng "+WhyDied)[0].ID); fault.KindOf(err) != fault.Conflict {
			t.Errorf("what is withdrawn is sent: %v", err)
		}
		alive := newborn("Marsh", "Juniper", "D-17", 5, func(p *iis.Person) { p.Dead = "N" })
		o.take(o.elm, alive)
		o.has("taken back", id, "due eng")
		sent := o.has("due again", id, "due eng")[0].ID
		is.NoError(t, "send", o.mark(iis.NoticeSent, sent))
		o.take(o.elm, died)
		o.has("what is sent stays sent", id, "sent eng")
	})
}

func TestADeathThatIsSetAsideMakesTheNoticeDueAgain(t *testing.T) {
	eachOffice(t, func(o *office) {
		ctx := context.Background()
		id := o.take(o.vital, newborn("Marsh", "Juniper", "2026-0001", 5)).Person
		died := newborn("Marsh", "Juniper", "D-17", 5, func(p *iis.Person) { p.Dead, p.Death = "Y", p.Birth+1 })
		o.take(o.elm, died)
		o.has("a death", id, "withdrawn eng "+WhyDied)
		alive, err := o.k.Alive(ctx, id, steward, "The mother called.")
		is.NoError(t, "alive", err)
		o.has("set aside", id, "due eng")
		o.take(o.elm, died)
		o.has("said again by the same source", id, "due eng")
		_, err = o.k.Undo(ctx, alive, steward, "She did die.")
		is.NoError(t, "undo", err)
		o.has("it holds", id, "withdrawn eng "+WhyDied)
	})
}

func TestANoticeIsWithdrawnByAnOptOutAndTheRecordIsClosed(t *testing.T) {
	eachOffice(t, func(o *office) {
		child := newborn("Marsh", "Juniper", "2026-0001", 5)
		id := o.take(o.vital, child).Person
		o.take(o.oak, newborn("Marsh", "Juniper", "A1", 5, protected)) // an owner, who sees it
		asked := newborn("Marsh", "Juniper", "A1", 5)
		is.Equal(t, "the owner sees", o.find(o.oak, asked).Folder != nil, true)
		child.OptOut = "Y"
		is.Equal(t, "whose", o.take(o.vital, child).Person, id)
		o.has("an opt-out", id, "withdrawn eng "+WhyOptedOut)
		for _, asker := range []iis.Sender{o.oak, o.elm, o.vital} {
			f := o.find(asker, asked)
			is.Equal(t, asker.Facility+" sees nothing", f.Folder == nil && len(f.Candidates) == 0, true)
		}
		child.OptOut = ""
		o.take(o.vital, child)
		o.has("a certificate that says nothing of it", id, "withdrawn eng "+WhyOptedOut)
		child.OptOut = "N"
		o.take(o.vital, child)
		o.has("the parents changed their mind", id, "due eng")
		is.Equal(t, "the owner sees again", o.find(o.oak, asked).Folder != nil, true)
	})
}

func TestNoticesGoWhereTheirCertificateGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s)
		o := &office{places: &places{t: t, s: s, k: w.k}, vital: w.clinics[0]}
		is.NoError(t, "vital", s.Write(context.Background(), func(tx *store.Tx) (err error) {
			o.vital, err = tx.EnsureSender("VITAL-RECORDS", "Office of Vital Records", time.Now())
			return err
		}))
		o.goBy("mn")
		one := o.take(o.vital, newborn("Marsh", "Juniper", "2026-0001", 5)).Person
		other := o.take(o.vital, newborn("Quist", "Rowan", "2026-0002", 6, living("3 Oak Lane", "55401"), bornTo("Eva", "Dahl"))).Person
		is.Equal(t, "two", one != other, true)
		before := w.state()
		merged := w.merge(one, other)
		o.has("one child, one notice", one, "due eng", "withdrawn eng "+WhyTold)
		_, err := w.k.Undo(context.Background(), merged, steward, "two children after all")
		is.NoError(t, "undo", err)
		is.Equal(t, "the registry", w.state(), before)
		o.has("its own", other, "due eng")

		// One is sent: it stands for both, for as long as they are one.
		second := o.has("its own", other, "due eng")[0].ID
		is.NoError(t, "send", o.mark(iis.NoticeSent, second))
		merged = w.merge(one, other)
		o.has("told already", one, "withdrawn eng "+WhyTold, "sent eng")
		is.NoError(t, "brought back", o.mark(iis.NoticeReturned, second))
		is.NoError(t, "to be sent again", o.mark(iis.NoticeDue, second))
		o.has("the older leads", one, "due eng", "withdrawn eng "+WhyTold)
		_, err = w.k.Undo(context.Background(), merged, steward, "two children after all")
		is.NoError(t, "undo", err)
		o.has("one", one, "due eng")
		o.has("the other", other, "due eng")
		w.verify()
	})
}

// Two children whose certificates were taken for one child's: whoever is parted from
// the other is told of too.
func TestACertificateThatIsMovedAwayTakesItsNoticeAlong(t *testing.T) {
	eachOffice(t, func(o *office) {
		ctx := context.Background()
		one := o.take(o.vital, newborn("Marsh", "Juniper", "2026-0001", 5)).Person
		second := o.take(o.vital, newborn("Quist", "Rowan", "2026-0002", 6, living("3 Oak Lane", "55401"), bornTo("Eva", "Dahl")))
		_, err := o.k.Merge(ctx, one, second.Person, steward, "one child")
		is.NoError(t, "merge", err)
		first := o.has("one is told", one, "due eng", "withdrawn eng "+WhyTold)[0].ID
		is.NoError(t, "sent", o.mark(iis.NoticeSent, first))
		_, err = o.k.Move(ctx, second.Source, one, 0, steward, "two after all")
		is.NoError(t, "move", err)
		o.has("sent", one, "sent eng")
		var now []iis.PersonID
		is.NoError(t, "newest", o.s.Read(ctx, func(tx *store.Tx) (err error) { now, err = tx.RecentPersons(1); return err }))
		o.has("due", now[0], "due eng")
	})
}

func TestNoticesAreMarkedInTheOrderOfTheirLife(t *testing.T) {
	eachOffice(t, func(o *office) {
		id := o.take(o.vital, newborn("Marsh", "Juniper", "2026-0001", 5)).Person
		n := o.has("due", id, "due eng")[0].ID
		for _, c := range []struct {
			to   iis.NoticeState
			want fault.Kind
			is   string
		}{
			{iis.NoticeReturned, fault.Conflict, "due"}, {iis.NoticeWithdrawn, fault.Invalid, "due"}, {iis.NoticeMade, -1, "made"},
			{iis.NoticeMade, -1, "made"}, {iis.NoticeSent, -1, "sent"}, {iis.NoticeMade, fault.Conflict, "sent"},
			{iis.NoticeReturned, -1, "returned"}, {iis.NoticeDue, -1, "due"},
		} {
			err := o.mark(c.to, n)
			if kind := fault.KindOf(err); c.want >= 0 && (err == nil || kind != c.want) || c.want < 0 && err != nil {
				t.Errorf("mark as %s: %v", c.to, err)
			}
			o.has("marked as "+string(c.to), id, c.is+" eng")
		}
		if err := o.mark(iis.NoticeSent, n, 12345); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a notice that is not there: %v", err)
		}
		o.has("all or none", id, "due eng")
	})
}

func TestARegistryRemembersItsState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, k := context.Background(), New(s, codeset.Default())
		holds := func(want string) {
			t.Helper()
			p, err := New(s, codeset.Default()).Policy(ctx)
			is.NoError(t, "policy", err)
			is.Equal(t, "holds", p.State, want)
		}
		holds("neutral")
		for range 2 {
			_, err := k.GoBy(ctx, policy.Named("mn"), steward, false)
			is.NoError(t, "go by mn", err)
			holds("mn")
		}
		_, err := k.GoBy(ctx, policy.Named("ma"), steward, false)
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Public(err), "goes by the policy of mn since") {
			t.Errorf("another state: %v", err)
		}
		holds("mn")
		changed, err := k.GoBy(ctx, policy.Named("ma"), steward, true)
		is.NoError(t, "meant", err)
		is.Equal(t, "changed", changed, true)
		holds("ma")
		own := *policy.Named("ms")
		own.Text = "state: ms" // as it was taken by another program
		_, err = k.GoBy(ctx, &own, steward, true)
		is.NoError(t, "own", err)
		if _, err := k.Policy(ctx); err == nil || !strings.Contains(err.Error(), "what this registry remembers of ms, policy.yaml:1: name: is missing") {
			t.Errorf("a policy that cannot be read any more: %v", err)
		}
		newer := own
		newer.Text += "\n"
		_, err = k.GoBy(ctx, &newer, steward, false)
		is.NoError(t, "the facts of one's own folder may change", err)
	})
}

// Whoever lists notices must not learn of a former identity, nor write to its parents.
func TestNobodyWritesToTheParentsOfASealedIdentity(t *testing.T) {
	eachOffice(t, func(o *office) {
		was := newborn("Marsh", "Juniper", "2026-0001", 9)
		id := o.take(o.vital, was).Person
		o.has("a certificate", id, "due eng")
		o.take(o.oak, newborn("Fern", "Ivy", "77", 5))
		sealed, _, err := o.k.Seal(context.Background(), Sealing{
			Person: id, New: unnumbered(adopted.at(newHome)), Sender: o.oak, Order: "PR-2026-114", Why: "adoption", By: steward,
		})
		is.NoError(t, "seal", err)
		o.has("sealed", id)
		amended := newborn("Marsh", "Juniper Anne", "2026-0001", 9)
		o.take(o.vital, amended)
		o.has("an amended certificate", id)
		is.NoError(t, "unseal", o.k.Unseal(context.Background(), sealed, steward, "reversed"))
		o.has("unsealed", id, "due eng")
	})
}

// What goes over to a new identity is no birth, whoever brings it.
func TestWhatGoesOverToANewIdentityMakesNoNoticeDue(t *testing.T) {
	eachOffice(t, func(o *office) {
		is.Equal(t, "the policy names the office", policy.Named("mn").IsBirthSender(o.vital.Facility), true)
		id := o.take(o.oak, newborn("Marsh", "Juniper", "A1", 9)).Person
		to := unnumbered(newborn("Heath", "Rowan", "", 9, living("7 Heath Street", "02360"), bornTo("Hazel", "Fields")))
		_, now, err := o.k.Seal(context.Background(), Sealing{
			Person: id, New: to, Sender: o.vital, Order: "PR-2026-114", Why: "adoption", By: steward,
		})
		is.NoError(t, "seal", err)
		o.has("the new identity", now)
	})
}

// Unsealing settles notices anew in the name of who unseals.
func TestANoticeThatUnsealingWithdrawsIsWithdrawnBySomebody(t *testing.T) {
	eachOffice(t, func(o *office) {
		was := newborn("Marsh", "Juniper", "2026-0001", 9)
		id := o.take(o.vital, was).Person
		sealed, _, err := o.k.Seal(context.Background(), Sealing{
			Person: id, New: unnumbered(adopted.at(newHome)), Sender: o.oak, Order: "PR-2026-114", Why: "adoption", By: steward,
		})
		is.NoError(t, "seal", err)
		was.OptOut = "Y"
		o.take(o.vital, was)
		is.NoError(t, "unseal", o.k.Unseal(context.Background(), sealed, steward, "reversed"))
		o.has("unsealed", id, "withdrawn eng "+WhyOptedOut)
		is.NoError(t, "audit", o.s.Read(context.Background(), func(tx *store.Tx) error {
			return tx.Select(db.Query{
				SQL: `SELECT actor FROM audit WHERE act = $1`, Args: []any{ActWithdrawNotice},
				Each: func(r db.Row) error {
					is.Equal(t, "who withdrew it", r.Text(0), steward.Kind)
					return nil
				},
			})
		}))
	})
}
