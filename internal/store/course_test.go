package store_test

import (
	"context"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestWhoLacksWhichCoursesIsSaidOfAnOrganizationAndOfAUser(t *testing.T) {
	required := iis.CourseNeeds{"clinic-staff": {{Course: "privacy", Least: 2}, {Course: "finding", Least: 1}}, "viewer": {{Course: "finding", Least: 1}}}
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		users := map[string]iis.UserID{}
		var oak, elm iis.OrganizationID
		is.NoError(t, "users", s.Write(ctx, func(tx *store.Tx) error {
			for _, c := range []struct{ code, name string }{{"OAK", "Oak"}, {"ELM", "Elm"}} {
				if _, err := tx.PutSender(iis.Sender{Facility: c.code, Name: c.name}, c.code, "-", now); err != nil {
					return err
				}
			}
			for _, u := range []struct{ name, role, facility string }{
				{"ada", "clinic-staff", "OAK"}, {"bea", "viewer", "OAK"}, {"cyd", "administrator", "OAK"}, {"dan", "clinic-staff", "ELM"}, {"eve", "clinic-staff", "OAK"},
			} {
				at, err := tx.SenderByFacility(u.facility)
				if err != nil {
					return err
				}
				if users[u.name], err = tx.PutAccount(store.Account{Username: u.name, Name: u.name, Role: u.role, Hash: "-", Sender: at.ID}, now); err != nil {
					return err
				}
				o, err := tx.OrganizationOf(at.ID)
				if err != nil {
					return err
				}
				if u.facility == "OAK" {
					oak = o.ID
				} else {
					elm = o.ID
				}
			}
			eve, err := tx.Account("eve")
			if err != nil {
				return err
			}
			eve.Ended = now
			return tx.SetAccount(eve, now)
		}))
		lacking := func(of ...iis.OrganizationID) (out []string, total int) {
			is.NoError(t, "lacking", s.Read(ctx, func(tx *store.Tx) error {
				list, n, err := tx.UsersLackingCourses(of, required)
				out, total = nil, n
				for _, l := range list {
					for _, c := range l.Lacks {
						out = append(out, l.Username+" "+c)
					}
				}
				return err
			}))
			return out, total
		}
		did := func(user, course string, version int, passed bool) {
			is.NoError(t, "did", s.Write(ctx, func(tx *store.Tx) error {
				return tx.AddCourseResult(iis.CourseResult{User: users[user], Course: course, Version: version, Title: course, Role: "clinic-staff", Score: 3, Questions: 4, Passed: passed, At: now, NotedBy: users[user]},
					iis.Actor{Kind: "user", User: users[user]})
			}))
		}
		out, total := lacking(oak)
		is.Equal(t, "nobody has done anything", out, []string{"ada privacy", "ada finding", "bea finding"})
		is.Equal(t, "users of Oak", total, 3)
		out, _ = lacking(oak, elm)
		is.Equal(t, "both", out, []string{"ada privacy", "ada finding", "bea finding", "dan privacy", "dan finding"})
		did("ada", "privacy", 1, true)
		did("ada", "finding", 1, false)
		did("bea", "finding", 5, true)
		out, _ = lacking(oak)
		is.Equal(t, "an old version and a try in vain do not count", out, []string{"ada privacy", "ada finding"})
		did("ada", "privacy", 2, true)
		did("ada", "finding", 1, true)
		out, _ = lacking(oak)
		is.Equal(t, "all is done", len(out), 0)
		out, total = lacking()
		is.Equal(t, "of nobody", []int{len(out), total}, []int{0, 0})
		is.NoError(t, "one user", s.Read(ctx, func(tx *store.Tx) error {
			ada, err := tx.LacksCourses(users["ada"], required["clinic-staff"])
			if err != nil {
				return err
			}
			dan, err := tx.LacksCourses(users["dan"], required["clinic-staff"])
			is.Equal(t, "ada", len(ada), 0)
			is.Equal(t, "dan", dan, []string{"privacy", "finding"})
			return err
		}))
		results := 0
		is.NoError(t, "results", s.Read(ctx, func(tx *store.Tx) error {
			list, err := tx.CourseResults(users["ada"], 10)
			results = len(list)
			if results > 0 {
				is.Equal(t, "the newest first", list[0].Course, "finding")
			}
			return err
		}))
		is.Equal(t, "tries of ada", results, 4)
	})
}
