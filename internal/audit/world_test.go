package audit_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

var ctx = context.Background()

// office is a registry of two sites whose time stands still unless it is moved.
type office struct {
	*world.World
	t        *testing.T
	keeper   *record.Keeper
	desk     *audit.Desk
	clock    time.Time
	oak, elm iis.Sender
	ada, eve audit.By // administrators
	children int
	born     int // in which year children are born; 0: in one of sixty
}

// each runs a test on an office over each database.
func each(t *testing.T, test func(*office)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := &office{World: world.Over(t, s), t: t, keeper: record.New(s, codeset.Default()), clock: time.Date(2026, 3, 2, 10, 0, 0, 0, time.Local)}
		o.desk = audit.New(s, o.keeper)
		s.SetClock(func() time.Time { return o.clock })
		o.oak, o.elm = o.Facility("OAK", "Oak Street Clinic"), o.Facility("ELM", "Elm Square Clinic")
		o.ada, o.eve = audit.By{Actor: o.user("ada", "Ada Ashgrove", access.Administrator, ""), Reviews: true}, audit.By{Actor: o.user("eve", "Eve Elderwood", access.Administrator, ""), Reviews: true}
		test(o)
	})
}

// ofOak is one more sender of the site of Oak.
func (o *office) ofOak(facility string) (s iis.Sender) {
	o.t.Helper()
	is.NoError(o.t, "add sender", o.Store.Write(ctx, func(tx *store.Tx) error {
		site, err := tx.OrganizationOf(o.oak.ID)
		if err == nil {
			s, err = tx.AddSenderAt(facility, facility+" of Oak", site.ID, o.clock)
		}
		return err
	}))
	return s
}

func (o *office) user(username, name, role, facility string) iis.Actor {
	o.t.Helper()
	is.NoError(o.t, "add user", o.Gate.AddUser(ctx, access.NewUser{Username: username, Name: name, Role: role, Facility: facility}, "correct horse battery"))
	var a store.Account
	is.NoError(o.t, "read user", o.Store.Read(ctx, func(tx *store.Tx) (err error) { a, err = tx.Account(username); return err }))
	return iis.Actor{Kind: "user", User: a.ID}
}

// child is a patient whom a site reports.
func (o *office) child(from iis.Sender, family, given string, more ...string) iis.PersonID {
	o.t.Helper()
	o.children++
	o.pass(time.Second)
	year := o.born
	if year == 0 {
		year = 1950 + o.children%60
	}
	o.Takes(from, append([]string{fmt.Sprintf("PID|1||A%d^^^%s^MR||%s^%s||%d0405|F", o.children, from.Facility, family, given, year)}, more...)...)
	var ids []iis.PersonID
	is.NoError(o.t, "newest", o.Store.Read(ctx, func(tx *store.Tx) (err error) { ids, err = tx.RecentPersons(1); return err }))
	return ids[0]
}

// pass has time pass.
func (o *office) pass(d time.Duration) { o.clock = o.clock.Add(d) }

// opens has somebody open records, ten seconds each.
func (o *office) opens(by iis.Actor, ids ...iis.PersonID) {
	o.t.Helper()
	for _, id := range ids {
		_, err := o.Chart.Print(ctx, by, id)
		is.NoError(o.t, "open", err)
		o.pass(10 * time.Second)
	}
}

// judges lets what was done grow old enough, judges it, and returns how many alerts are
// new or have grown.
func (o *office) judges() (raised int) {
	o.t.Helper()
	o.pass(2 * time.Minute)
	for more := true; more; {
		var n int
		var err error
		n, more, err = o.desk.Judge(ctx, o.clock)
		is.NoError(o.t, "judge", err)
		raised += n
	}
	return raised
}

// alerts are the open alerts as a reviewer reads them.
func (o *office) alerts(by audit.By) []audit.Alert {
	o.t.Helper()
	page, err := o.desk.Alerts(ctx, by, false, 0)
	is.NoError(o.t, "alerts", err)
	return page.Alerts
}

// rules has the registry go by other rules.
func (o *office) rules(text string) {
	o.t.Helper()
	file, err := os.ReadFile("../../states/neutral/policy.yaml")
	is.NoError(o.t, "read", err)
	before, _, _ := strings.Cut(string(file), "alerts:\n")
	p, err := policy.Read("policy.yaml", []byte(strings.Replace(before, "state: neutral", "state: own", 1)+"alerts:\n"+text))
	is.NoError(o.t, "policy", err)
	_, err = o.keeper.GoBy(ctx, p, iis.Actor{Kind: "command"}, true)
	is.NoError(o.t, "go by", err)
}

// merges decides that two records are one, of which one stays.
func (o *office) merges(a, b iis.PersonID) (stays, former iis.PersonID) {
	o.t.Helper()
	_, err := o.keeper.Merge(ctx, a, b, o.ada.Actor, "one child")
	is.NoError(o.t, "merge", err)
	now, err := o.Chart.Now(ctx, o.ada.Actor, b)
	is.NoError(o.t, "now", err)
	if now == b {
		return b, a
	}
	return a, b
}
