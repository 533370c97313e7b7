package training_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/training"
)

// school is a registry of a state with users of two sites.
type school struct {
	*training.Desk
	ctx   context.Context
	s     *store.Store
	users map[string]training.User
	law   *policy.Policy
}

func open(t *testing.T, s *store.Store, state string) *school {
	t.Helper()
	keeper := record.New(s, codeset.Default())
	w := &school{Desk: training.New(s, keeper), ctx: context.Background(), s: s, users: map[string]training.User{}, law: policy.Named(state)}
	_, err := keeper.GoBy(w.ctx, w.law, iis.Actor{Kind: "command"}, true)
	is.NoError(t, "state", err)
	is.NoError(t, "users", s.Write(w.ctx, func(tx *store.Tx) error {
		for _, code := range []string{"OAK", "ELM"} {
			if _, err := tx.PutSender(iis.Sender{Facility: code, Name: code + " Clinic"}, code, "-", time.Now()); err != nil {
				return err
			}
		}
		for _, u := range []struct{ name, role, facility string }{
			{"nora", "clinic-staff", "OAK"}, {"zoe", "clinic-staff", "OAK"}, {"vic", "vaccinator", "OAK"}, {"ada", "access-administrator", "OAK"}, {"eli", "clinic-staff", "ELM"}, {"admin", "administrator", ""},
		} {
			a := store.Account{Username: u.name, Name: u.name, Role: u.role, Hash: "-"}
			if u.facility != "" {
				at, err := tx.SenderByFacility(u.facility)
				if err != nil {
					return err
				}
				a.Sender = at.ID
			}
			id, err := tx.PutAccount(a, time.Now())
			if err != nil {
				return err
			}
			w.users[u.name] = training.User{Actor: iis.Actor{Kind: "user", User: id}, Role: u.role, Sender: a.Sender, Everyone: u.role == "administrator"}
		}
		return nil
	}))
	return w
}

// tries has somebody answer a quiz, so many questions wrongly.
func (w *school) tries(user, code string, wrong int) (*training.Outcome, error) {
	l, err := course.Of(w.law)
	if err != nil {
		return nil, err
	}
	c, chosen := l.Named(code), map[int][]int{}
	for i, q := range c.Quiz {
		for j, choice := range q.Choices {
			if choice.Right != (i < wrong) {
				chosen[i] = append(chosen[i], j)
			}
		}
	}
	return w.Try(w.ctx, w.users[user], code, c.Version, chosen)
}

func TestWhoHasNotCompletedARequiredCourseIsKeptFromUse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := open(t, s, "ma")
		before := func(user string) []string {
			lacks, err := w.Before(w.ctx, w.users[user].Actor.User, w.users[user].Role)
			is.NoError(t, "before", err)
			return lacks
		}
		is.Equal(t, "nora", before("nora"), []string{"privacy-and-security"})
		is.Equal(t, "the administrator", len(before("admin")), 0)
		out, err := w.tries("nora", "privacy-and-security", 2)
		is.NoError(t, "try", err)
		is.Equal(t, "four of six", []any{out.Score, out.Passed}, []any{4, false})
		is.Equal(t, "still kept", len(before("nora")), 1)
		out, err = w.tries("nora", "privacy-and-security", 1)
		is.NoError(t, "try", err)
		is.Equal(t, "five of six", []any{out.Score, out.Passed}, []any{5, true})
		is.Equal(t, "let through", len(before("nora")), 0)
		is.Equal(t, "and nobody else", len(before("zoe")), 1)
		is.NoError(t, "by command", w.ByCommand(w.ctx, w.users["zoe"].Actor.User, "clinic-staff", "privacy-and-security"))
		is.Equal(t, "let through", len(before("zoe")), 0)
		is.Equal(t, "no such course", fault.KindOf(w.ByCommand(w.ctx, w.users["zoe"].Actor.User, "clinic-staff", "flying")), fault.NotFound)

		mine, err := w.Mine(w.ctx, w.users["nora"])
		is.NoError(t, "mine", err)
		for _, m := range mine {
			if m.Code == "privacy-and-security" {
				is.Equal(t, "how it stands", []any{m.Use, m.Counts, m.Lacks(), m.Done.Score, len(m.Tries)}, []any{true, true, false, 5, 0})
			}
			if m.Code == "managing-users" {
				is.Equal(t, "what is for access administrators", m.Lacks(), false)
			}
		}
		c, err := w.Completion(w.ctx, w.users["ada"], "")
		is.NoError(t, "completion", err)
		var names []string
		for _, u := range c.Users {
			names = append(names, u.Username)
		}
		is.Equal(t, "those of the site", names, []string{"ada", "nora", "vic", "zoe"})
		all, err := w.CompletionOfAll(w.ctx, w.users["admin"])
		is.NoError(t, "completion", err)
		is.Equal(t, "everybody", len(all.Users), 6)
		none, err := w.Completion(w.ctx, training.User{Role: "access-administrator"}, "")
		is.NoError(t, "completion", err)
		is.Equal(t, "of no site", len(none.Users), 0)
	})
}

func TestAVersionThatDoesNotCountAnyMoreIsDoneAgain(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	w := open(t, s, "ma")
	u := w.users["nora"]
	is.NoError(t, "an old result", s.Write(w.ctx, func(tx *store.Tx) error {
		return tx.AddCourseResult(iis.CourseResult{User: u.Actor.User, Course: "privacy-and-security", Version: 0, Title: "Privacy, as it was", Role: u.Role, Passed: true, At: time.Now(), NotedBy: u.Actor.User}, u.Actor)
	}))
	lacks, err := w.Before(w.ctx, u.Actor.User, u.Role)
	is.NoError(t, "before", err)
	is.Equal(t, "lacks", lacks, []string{"privacy-and-security"})
	c, err := w.Certificate(w.ctx, u, "privacy-and-security")
	is.NoError(t, "certificate", err)
	is.Equal(t, "the certificate stays", []any{c.Title, c.Counts}, []any{"Privacy, as it was", false})
}

func TestSeatsGoInOrderAndAttendanceCompletesTheCourse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := open(t, s, "ma")
		admin := w.users["admin"]
		plan := iis.Event{Kind: iis.Webinar, Title: "Privacy", Course: "privacy-and-security", Begins: time.Now().Add(time.Hour), Minutes: 60, Link: "https://meet.example/1", Seats: 1}
		id, err := w.Plan(w.ctx, admin, plan)
		is.NoError(t, "plan", err)
		for _, x := range []struct {
			user string
			want iis.SeatStatus
		}{{"nora", iis.SeatTaken}, {"zoe", iis.SeatWaiting}, {"eli", iis.SeatWaiting}, {"zoe", iis.SeatWaiting}} {
			got, err := w.TakeSeat(w.ctx, w.users[x.user], id)
			is.NoError(t, x.user, err)
			is.Equal(t, x.user, got, x.want)
		}
		is.NoError(t, "give up", w.GiveUp(w.ctx, w.users["nora"], id))
		is.Equal(t, "twice", fault.KindOf(w.GiveUp(w.ctx, w.users["nora"], id)), fault.Conflict)
		seats := func() map[string]iis.SeatStatus {
			e, err := w.Event(w.ctx, admin, true, id)
			is.NoError(t, "open", err)
			out := map[string]iis.SeatStatus{}
			for _, s := range e.List {
				out[s.Name] = s.Status
			}
			return out
		}
		is.Equal(t, "who waited longest has it", seats(), map[string]iis.SeatStatus{"nora": iis.SeatGivenUp, "zoe": iis.SeatTaken, "eli": iis.SeatWaiting})
		is.NoError(t, "more seats", w.Change(w.ctx, admin, id, func(e *iis.Event) { e.Seats = 2 }))
		is.Equal(t, "more seats", seats()["eli"], iis.SeatTaken)
		is.Equal(t, "before it has begun", fault.KindOf(w.MarkAttendance(w.ctx, admin, id, nil)), fault.Conflict)
		is.NoError(t, "it begins", w.Change(w.ctx, admin, id, func(e *iis.Event) { e.Begins = time.Now().Add(-time.Minute) }))
		is.NoError(t, "mark", w.MarkAttendance(w.ctx, admin, id, []iis.UserID{w.users["zoe"].Actor.User}))
		is.Equal(t, "who was there", seats(), map[string]iis.SeatStatus{"nora": iis.SeatGivenUp, "zoe": iis.SeatAttended, "eli": iis.SeatAbsent})
		is.NoError(t, "one more", w.MarkAttendance(w.ctx, admin, id, []iis.UserID{w.users["eli"].Actor.User}))
		for user, lacks := range map[string]int{"zoe": 0, "eli": 0, "nora": 1} {
			got, err := w.Before(w.ctx, w.users[user].Actor.User, w.users[user].Role)
			is.NoError(t, user, err)
			is.Equal(t, user+" lacks", len(got), lacks)
		}
		is.Equal(t, "it is held, and changes no more", fault.KindOf(w.Change(w.ctx, admin, id, func(*iis.Event) {})), fault.Conflict)
		_, err = w.TakeSeat(w.ctx, w.users["nora"], id)
		is.Equal(t, "no seat afterwards", fault.KindOf(err), fault.Conflict)
	})
}

func TestASessionInARegionIsForTheUsersOfItsSitesAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := open(t, s, "mn")
		in := func(user, region string) training.User {
			u := w.users[user]
			u.Region = region
			return u
		}
		coordinator := func(region string) training.User {
			return training.User{Actor: iis.Actor{Kind: "user", User: 99, Reach: &iis.Reach{Region: region}}, Role: "regional-coordinator", Looks: true, Region: region}
		}
		id, err := w.Ask(w.ctx, in("ada", "metro"), iis.Event{Kind: iis.RegionalEvent, Title: "New staff", Wish: "May", Organization: 7})
		is.NoError(t, "ask", err)
		for region, want := range map[string]int{"metro": 1, "northwest": 0} {
			list, err := w.Events(w.ctx, coordinator(region), false)
			is.NoError(t, "list", err)
			is.Equal(t, "the coordinator of "+region, len(list.Asked), want)
		}
		is.NoError(t, "plan", w.Change(w.ctx, w.users["admin"], id, func(e *iis.Event) { e.Begins, e.Minutes, e.Place = time.Now().Add(time.Hour), 60, "There" }))
		_, err = w.TakeSeat(w.ctx, in("eli", "northwest"), id)
		is.Equal(t, "of another region", fault.KindOf(err), fault.NotFound)
		_, err = w.TakeSeat(w.ctx, in("eli", "metro"), id)
		is.NoError(t, "another site of the region", err)
		list, err := w.Events(w.ctx, in("eli", "metro"), false)
		is.NoError(t, "list", err)
		is.Equal(t, "for whom it is", strings.HasPrefix(list.Planned[0].For, "sites of "), true)

		soon := iis.Event{Title: "Reading a record", Begins: time.Now().Add(time.Hour), Minutes: 60, Place: "There"}
		for _, kind := range []iis.EventKind{iis.SiteEvent, iis.RegionalEvent} {
			soon.Kind = kind
			_, err = w.Plan(w.ctx, w.users["admin"], soon)
			is.Equal(t, "planned for nobody said: "+string(kind), fault.KindOf(err), fault.Invalid)
		}
		soon.Region = "metro"
		_, err = w.Plan(w.ctx, w.users["admin"], soon)
		is.NoError(t, "planned", err)
	})
}

func TestASessionOfASiteIsForItsUsersAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := open(t, s, "neutral")
		id, err := w.Ask(w.ctx, w.users["ada"], iis.Event{Kind: iis.SiteEvent, Title: "New staff", Wish: "May"})
		is.NoError(t, "ask", err)
		_, err = w.Ask(w.ctx, w.users["admin"], iis.Event{Kind: iis.SiteEvent, Title: "New staff", Wish: "May"})
		is.Equal(t, "of no site", fault.KindOf(err), fault.Invalid)
		_, err = w.TakeSeat(w.ctx, w.users["nora"], id)
		is.Equal(t, "before it is planned", fault.KindOf(err), fault.NotFound)
		is.NoError(t, "plan", w.Change(w.ctx, w.users["admin"], id, func(e *iis.Event) { e.Begins, e.Minutes, e.Place = time.Now().Add(time.Hour), 60, "There" }))
		for user, kind := range map[string]fault.Kind{"eli": fault.NotFound, "admin": fault.NotFound} {
			_, err = w.TakeSeat(w.ctx, w.users[user], id)
			is.Equal(t, user, fault.KindOf(err), kind)
		}
		_, err = w.TakeSeat(w.ctx, w.users["nora"], id)
		is.NoError(t, "nora", err)
		list, err := w.Events(w.ctx, w.users["eli"], false)
		is.NoError(t, "list", err)
		is.Equal(t, "another site sees none", len(list.Planned)+len(list.Asked)+len(list.Before), 0)
		is.NoError(t, "off", w.End(w.ctx, w.users["admin"], id, "ill"))
		list, err = w.Events(w.ctx, w.users["nora"], false)
		is.NoError(t, "list", err)
		is.Equal(t, "called off", []string{string(list.Before[0].Status), list.Before[0].Why}, []string{"called off", "ill"})
	})
}
