package access_test

import (
	"context"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// goesBy has the gate ask for a state's policy.
func (w *staff) goesBy(state string) {
	w.GoBy(func(context.Context) (*policy.Policy, error) { return policy.Named(state), nil })
}

// designated are the names of those whom Oak has designated.
func (w *staff) designated() (out []string) {
	w.t.Helper()
	is.NoError(w.t, "designated", w.store.Read(context.Background(), func(tx *store.Tx) error {
		oak, err := tx.SenderByFacility("OAK")
		if err != nil {
			return err
		}
		list, err := tx.DesignatedAt(oak.ID)
		for _, d := range list {
			out = append(out, d.Name)
		}
		return err
	}))
	return out
}

// history is how the designations of somebody began and ended, the newest first.
func (w *staff) history(username string) (out []string) {
	w.t.Helper()
	a, err := w.User(context.Background(), access.ByCommand(), w.id(username))
	is.NoError(w.t, "user", err)
	for _, d := range a.Designations {
		out = append(out, d.BeganName+": "+d.BeganWhy+"; "+d.EndedName+": "+d.EndedWhy)
	}
	is.Equal(w.t, "one holds", a.Designated() != nil, len(a.Designations) > 0 && a.Designations[0].Holds())
	return out
}

func TestAnAccessAdministratorDesignatesWhoRecordsObjections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		w.goesBy("ma")
		w.has("rob", "vendor", "OAK")
		w.has("vic", "vaccinator", "")
		olga, ada := w.by("olga"), w.by("ada")
		for _, c := range []struct {
			what string
			err  error
			kind fault.Kind
		}{
			{"oneself", w.Designate(ctx, olga, w.id("olga"), "front desk"), fault.Denied},
			{"somebody of another site", w.Designate(ctx, olga, w.id("eli"), "front desk"), fault.NotFound},
			{"a role that may not", w.Designate(ctx, olga, w.id("rob"), "front desk"), fault.Invalid},
			{"somebody of no site", w.Designate(ctx, ada, w.id("vic"), "front desk"), fault.Invalid},
			{"without a reason", w.Designate(ctx, olga, w.id("ossi"), " "), fault.Invalid},
			{"by clinic staff", w.Designate(ctx, w.by("ossi"), w.id("olga"), "front desk"), fault.NotFound},
			{"an end of none", w.EndDesignation(ctx, olga, w.id("ossi"), "front desk"), fault.Conflict},
		} {
			is.Equal(t, c.what, fault.KindOf(c.err), c.kind)
		}
		is.Equal(t, "nobody", len(w.designated()), 0)
		is.NoError(t, "designate", w.Designate(ctx, olga, w.id("ossi"), "front desk"))
		is.Equal(t, "twice", fault.KindOf(w.Designate(ctx, olga, w.id("ossi"), "front desk")), fault.Conflict)
		is.Equal(t, "of another site", fault.KindOf(w.EndDesignation(ctx, olga, w.id("eli"), "x")), fault.NotFound)
		is.NoError(t, "by an administrator", w.Designate(ctx, ada, w.id("olga"), "the only one in the evening"))
		is.Equal(t, "both", w.designated(), []string{"Olga", "Ossi"})
		is.NoError(t, "end", w.EndDesignation(ctx, olga, w.id("ossi"), "another desk"))
		is.NoError(t, "again", w.Designate(ctx, olga, w.id("ossi"), "back again"))
		is.Equal(t, "history", w.history("ossi"), []string{"Olga: back again; : ", "Olga: front desk; Olga: another desk"})
		is.Equal(t, "audit", []int{w.acts()["designate for objections"], w.acts()["end designation for objections"]}, []int{3, 1})

		w.goesBy("mn")
		is.Equal(t, "where the role says it", fault.KindOf(w.Designate(ctx, olga, w.id("ossi"), "front desk")), fault.Conflict)
	})
}

func TestADesignationEndsWithAccessRoleAndSite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		w.goesBy("ma")
		ada, id := w.by("ada"), w.id("ossi")
		for _, c := range []struct {
			what, why, by string
			do, back      func() error
		}{
			{"access", "Their access ended.", "Ada", func() error { return w.EndAccess(ctx, ada, id, "left") }, func() error { return w.LetIn(ctx, ada, id, "back") }},
			{"role", "They were given a role that may not.", "Ada", func() error { return w.Change(ctx, ada, id, access.UserChange{Role: text("vendor")}) },
				func() error { return w.Change(ctx, ada, id, access.UserChange{Role: text(access.Clinic)}) }},
			{"site", "They left the site.", "Ada", func() error { return w.Change(ctx, ada, id, access.UserChange{Facility: text("ELM")}) },
				func() error { return w.Change(ctx, ada, id, access.UserChange{Facility: text("OAK")}) }},
			{"by command", "They left the site.", "the operator, by command", func() error {
				_, err := w.ChangeUser(ctx, "ossi", access.UserChange{Facility: text("ELM")})
				return err
			}, func() error { return w.Change(ctx, ada, id, access.UserChange{Facility: text("OAK")}) }},
			{"replaced", "They left the site.", "the operator, by command", func() error {
				return w.AddUser(ctx, access.NewUser{Username: "ossi", Name: "Ossi", Role: access.Clinic, Facility: "ELM"}, "secret")
			}, func() error { return w.Change(ctx, ada, id, access.UserChange{Facility: text("OAK")}) }},
		} {
			is.NoError(t, "designate", w.Designate(ctx, ada, id, "front desk"))
			is.NoError(t, c.what, c.do())
			is.Equal(t, c.what+": nobody", len(w.designated()), 0)
			is.Equal(t, c.what+": why", w.history("ossi")[0], "Ada: front desk; "+c.by+": "+c.why)
			is.NoError(t, c.what+": back", c.back())
			is.Equal(t, c.what+": does not come back by itself", len(w.designated()), 0)
		}
		is.NoError(t, "designate", w.Designate(ctx, ada, id, "front desk"))
		is.NoError(t, "another name", w.Change(ctx, ada, id, access.UserChange{Name: text("Ossi Oak"), Role: text("vaccinator")}))
		is.Equal(t, "a role that may, at the same site", w.designated(), []string{"Ossi Oak"})
	})
}

func TestARegionIsGivenOnPagesWithTheRoleThatNeedsOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		w.goesBy("mn")
		ada := w.by("ada")
		who := access.NewUser{Username: "regina", Name: "Regina Reed", Email: "regina@metro.example", Role: "regional-coordinator"}
		with := func(role, region string) access.NewUser { u := who; u.Role, u.Region = role, region; return u }
		for what, u := range map[string]access.NewUser{"no region": who, "one that there is not": with(who.Role, "moon"), "a role without": with("auditor", "metro")} {
			_, err := w.Invite(ctx, ada, u)
			is.Equal(t, what, fault.KindOf(err), fault.Invalid)
		}
		token, err := w.Invite(ctx, ada, with(who.Role, "metro"))
		is.NoError(t, "invite", err)
		list, err := w.Invitations(ctx, ada)
		is.NoError(t, "list", err)
		is.Equal(t, "invited for", list[0].Region, "metro")
		_, err = w.Accept(ctx, access.Place{Caller: "10.0.0.1"}, token, "four words in a row")
		is.NoError(t, "accept", err)
		region := func() string {
			a, err := w.User(ctx, ada, w.id("regina"))
			is.NoError(t, "user", err)
			return a.Region
		}
		is.Equal(t, "region", region(), "metro")

		id := w.id("regina")
		is.Equal(t, "to none", fault.KindOf(w.Change(ctx, ada, id, access.UserChange{Region: text("")})), fault.Invalid)
		is.Equal(t, "to one that there is not", fault.KindOf(w.Change(ctx, ada, id, access.UserChange{Region: text("moon")})), fault.Invalid)
		is.NoError(t, "to another", w.Change(ctx, ada, id, access.UserChange{Region: text("northeast")}))
		is.Equal(t, "region", region(), "northeast")
		is.Equal(t, "of a role without one", fault.KindOf(w.Change(ctx, ada, id, access.UserChange{Role: text("auditor"), Region: text("northeast")})), fault.Invalid)
		is.NoError(t, "another role", w.Change(ctx, ada, id, access.UserChange{Role: text("auditor"), Region: text("")}))
		is.Equal(t, "region", region(), "")
		is.Equal(t, "to regional staff without a region", fault.KindOf(w.Change(ctx, ada, w.id("eli"), access.UserChange{Role: text("regional-coordinator"), Facility: text("")})), fault.Invalid)
		is.NoError(t, "a site gives none", w.Change(ctx, w.by("olga"), w.id("ossi"), access.UserChange{Role: text("vaccinator"), Region: text("metro")}))

		w.goesBy("ma")
		_, err = w.Invite(ctx, ada, with(who.Role, "metro"))
		is.Equal(t, "a state without regions", fault.KindOf(err), fault.Invalid)
	})
}

func TestAViewAsRegionalStaffIsOfARegion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		w.goesBy("mn")
		u, token := w.in("ada")
		const as = "regional-coordinator"
		for what, region := range map[string]string{"no region": "", "one that there is not": "moon"} {
			is.Equal(t, what, fault.KindOf(w.BeginView(ctx, u, as, "", region)), fault.Invalid)
		}
		is.Equal(t, "of a role without one", fault.KindOf(w.BeginView(ctx, u, access.Clinic, "OAK", "metro")), fault.Invalid)
		is.NoError(t, "begin", w.BeginView(ctx, u, as, "", "metro"))
		now := w.holds(token)
		is.Equal(t, "as", []any{now.Role, now.Region, now.Everyone(), now.Scope().Everyone, now.Actor().Reach.Holds()}, []any{as, "metro", false, false, true})
		now.Reach = &iis.Reach{Region: "metro", Name: "Metro"}
		is.Equal(t, "whose region is found", now.RegionName(), "Metro")
		is.NoError(t, "end", w.EndView(ctx, now))
		is.Equal(t, "themselves", []any{w.holds(token).Role, w.holds(token).Region}, []any{access.Administrator, ""})
	})
}

func TestASessionEndsByItsIdleAndByItsAbsoluteLimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		u, token := w.in("ossi")
		is.Equal(t, "a new one ends when nothing is done", u.Last, false)
		set := func(what string, ago, left int64) { // in microseconds
			is.NoError(t, what, s.Write(ctx, func(tx *store.Tx) error {
				return tx.Exec(`UPDATE session SET seen = $1, expires = $2 WHERE account_id = $3`, time.Now().UnixMicro()-ago, time.Now().UnixMicro()+left, u.ID)
			}))
		}
		const minute = 60_000_000
		over := func() bool { _, err := w.SignedIn(ctx, token); return fault.KindOf(err) == fault.Denied }
		set("used a while ago", 29*minute, 60*minute)
		is.Equal(t, "it holds", w.holds(token).Last, false)
		set("not used for too long", 31*minute, 60*minute)
		is.Equal(t, "idle: over", over(), true)
		set("near its end", 0, 4*minute)
		near := w.holds(token)
		is.Equal(t, "whatever is done", near.Last, true)
		if left := near.Until.UnixMicro() - time.Now().UnixMicro(); left < 3*minute || left > 4*minute {
			t.Errorf("it ends in %d µs", left)
		}
		is.Equal(t, "use makes it no longer", w.holds(token).Until, near.Until)
		set("at its end", 0, -1)
		is.Equal(t, "in use until now: over", over(), true)
		lapsed, err := w.Lapsed(ctx, token)
		is.NoError(t, "lapsed", err)
		is.Equal(t, "whose it was", lapsed, u.ID)
	})
}

func TestASignInLastsNoLongerThanTheAbsoluteLimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newStaff(t, s)
		u, _ := w.in("ossi")
		is.NoError(t, "sessions", s.Read(context.Background(), func(tx *store.Tx) error {
			list, err := tx.Sessions(u.ID, time.Now(), time.Now().Add(-access.SessionIdle))
			is.Equal(t, "sessions", len(list), 1)
			for _, one := range list {
				is.Equal(t, "from sign-in to the end", one.Expires.Sub(one.Created), access.SessionMax)
			}
			return err
		}))
	})
}
