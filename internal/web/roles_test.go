package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/role"
	"openiis/internal/store"
)

// rolesIntro begins docs/roles.md.
const rolesIntro = `# Who may do what

Written from [roles/roles.yaml](../roles/README.md) and the [route table](../internal/web/routes.go) by
` + "`go test ./internal/web -run TestWhoMayDoWhat -update`" + `: a test fails when it is not true any more, and another asks a running
registry for every address as every role, and for data of another site.

**What is not here is denied.** “–” is no.

`

// TestWhoMayDoWhat keeps the tables that a privacy officer reads: a new route or role
// changes them.
func TestWhoMayDoWhat(t *testing.T) {
	var b strings.Builder
	b.WriteString(rolesIntro)
	writeRoles(&b)
	writeData(&b)
	writePages(&b)
	const golden = "../../docs/roles.md"
	if *update {
		is.NoError(t, "write", os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	is.NoError(t, "read", err)
	is.Equal(t, "who may do what (rewrite with -update)", b.String(), string(want))
}

func tableRow(b *strings.Builder, cells ...string) {
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}

// tableHead is a row of names, before the roles' own.
func tableHead(b *strings.Builder, before ...string) {
	for _, r := range role.All() {
		before = append(before, r.Name)
	}
	tableRow(b, before...)
	fmt.Fprintf(b, "|%s\n", strings.Repeat("---|", len(before)))
}

func writeRoles(b *strings.Builder) {
	b.WriteString("## Roles\n\n| role | is for | site | sees | second factor | may be given by | not yet | source |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range role.All() {
		sees, factor := "own site", "optional"
		if r.Everyone {
			sees = "everything"
		}
		if r.OneSender {
			sees = "own sender"
		}
		if r.Regional {
			sees = "own region"
		}
		switch {
		case r.SecondFactor:
			factor = "required"
		case r.FactorLive:
			factor = "required with real data"
		}
		var givers []string
		for _, g := range role.All() {
			if g.Gives(r) {
				givers = append(givers, g.Name)
			}
		}
		name := "**" + r.Name + "** `" + r.ID + "`"
		if len(r.Formerly) > 0 {
			name += ", formerly `" + strings.Join(r.Formerly, "`, `") + "`"
		}
		tableRow(b, name, r.Purpose, string(r.Site), sees, factor, strings.Join(givers, ", "), r.Denied, r.Source)
	}
}

func writeData(b *strings.Builder) {
	b.WriteString("\n## Data by role\n\nWhat somebody chose of [data sharing](sharing.md) hides records from all but those who see everything, whatever stands here: a site sees its own part.\n\n")
	tableHead(b, "data")
	for _, d := range role.AllData {
		cells := []string{d.What}
		for _, r := range role.All() {
			cells = append(cells, d.Sees(r))
		}
		tableRow(b, cells...)
	}
}

func writePages(b *strings.Builder) {
	b.WriteString("\n## Pages by role\n\nWhere a page is limited to a site's own data, the table above says so. Where the state's file says less for a site that keeps a roster ([`may add history`](rosters.md)), a yes for *add vaccinations from records* is no there. Sealing takes a right of its own beside the role.\n\n")
	tableHead(b, "address", "lets somebody", "signed out")
	for _, rt := range routes() {
		cells := []string{"`" + rt.pattern + "`", string(rt.may), mark(rt.may.allows(access.User{}))}
		for _, r := range role.All() {
			cells = append(cells, mark(rt.may.allows(whole(r))))
		}
		tableRow(b, cells...)
	}
}

// whole is somebody who has a role, and whatever right may be had beside it.
func whole(r *role.Role) access.User {
	return access.User{ID: 1, Role: r.ID, Seals: r.May(role.Seal)}
}

func mark(may bool) string {
	if may {
		return "yes"
	}
	return "–"
}

func TestEveryPermissionOfAPageIsOneThatRolesHaveAndTheOtherWayRound(t *testing.T) {
	special := []permission{anyone, signingOut, ownAccount, finishSignIn, signsAgreements}
	used := map[role.Permission]bool{role.OpenClosed: true, role.SignWeights: true} // which no address asks for
	for _, rt := range routes() {
		if !slices.Contains(special, rt.may) && !slices.Contains(role.Permissions, role.Permission(rt.may)) {
			t.Errorf("%s: %q is no permission: add it to role.Permissions and to roles/roles.yaml", rt.pattern, rt.may)
		}
		used[role.Permission(rt.may)] = true
	}
	for _, p := range role.Permissions {
		if !used[p] {
			t.Errorf("no page asks for %q", p)
		}
	}
	if findPeople.allows(access.User{ID: 1, Role: "visitor"}) || permission("unheard of").allows(access.User{ID: 1, Role: access.Administrator}) {
		t.Error("a role or permission that nobody granted allows something")
	}
	if sealIdentities.allows(access.User{ID: 1, Role: access.Administrator}) || sealIdentities.allows(access.User{ID: 1, Role: access.Clinic, Seals: true}) {
		t.Error("sealing takes the role and the right")
	}
	if half := (access.User{ID: 1, Role: access.Administrator, Stage: access.WantsCode}); findPeople.allows(half) || ownAccount.allows(half) || half.Everyone() || half.Actor().SeesClosed {
		t.Error("whoever has not finished signing in may something")
	}
}

// as is a browser in which a user's session is, past the pages of signing in.
func (w *registry) as(username string) *browser {
	w.t.Helper()
	token := "a session of " + username
	hash := sha256.Sum256([]byte(token))
	is.NoError(w.t, "session", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		a, err := tx.Account(username)
		if err != nil {
			return err
		}
		if err := tx.EndSession(hash[:]); err != nil {
			return err
		}
		if a.Factor == "" && access.NeedsFactor(a.Role) {
			if err := tx.SetFactor(a.ID, "one that was set up", 0); err != nil {
				return err
			}
		}
		return tx.AddSession(hash[:], store.Session{Account: a, Created: time.Now(), Expires: time.Now().Add(time.Hour)})
	}))
	b := w.browser()
	u, err := url.Parse(w.server.URL)
	is.NoError(w.t, "address", err)
	b.Jar.SetCookies(u, []*http.Cookie{{Name: "openiis", Value: token}})
	return b
}

// hasOneOfEach gives every role a user, named after it, who has learned what comes before use;
// those of a site are of Oak.
func (w *registry) hasOneOfEach() {
	w.t.Helper()
	w.hasNewOfEach()
	for _, r := range role.All() {
		w.learns("one-" + r.ID)
	}
}

// hasNewOfEach is hasOneOfEach of users who have learned nothing.
func (w *registry) hasNewOfEach() {
	w.t.Helper()
	is.NoError(w.t, "users", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		for _, r := range role.All() {
			a := store.Account{Username: "one-" + r.ID, Name: "Nora " + r.Name, Role: r.ID, Hash: "-", Seals: r.May(role.Seal)}
			if r.Site != role.NoSite {
				a.Sender = w.oak.ID
			}
			if _, err := tx.PutAccount(a, time.Now()); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestEveryRouteAnswersEveryRoleAsTheTableSays asks a running registry. An address with
// a number in it is asked with one that nothing has: whether somebody may is said before.
func TestEveryRouteAnswersEveryRoleAsTheTableSays(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.hasOneOfEach()
	number := regexp.MustCompile(`\{[a-z.]+\}`)
	for _, rt := range routes() {
		method, pattern, ok := strings.Cut(rt.pattern, " ")
		if !ok || rt.may == finishSignIn {
			continue
		}
		path := number.ReplaceAllString(strings.ReplaceAll(pattern, "{$}", ""), iis.PersonID(77).Public())
		if p := w.browser().do(method, path, nil); rt.may != anyone && !strings.HasPrefix(p.location(), "/signin") {
			t.Errorf("%s answers a stranger with status %d, %s", rt.pattern, p.status, p.location())
		}
		for _, r := range role.All() {
			p := w.as("one-"+r.ID).do(method, path, nil)
			refused := p.status == http.StatusForbidden && strings.Contains(p.body, "may not "+string(rt.may))
			if strings.HasPrefix(p.location(), "/signin") && rt.may != anyone && rt.may != signingOut {
				t.Errorf("%s takes %s for nobody", rt.pattern, r.ID)
			}
			u := whole(r)
			u.NoHistory = r.Roster // Oak is no school: no state lets it add history to a roster
			is.Equal(t, rt.pattern+" lets in "+r.ID, !refused, rt.may.allows(u))
			if refused && strings.Contains(p.body, "<form class=\"usa-form\"") {
				t.Errorf("%s refuses %s and shows a form", rt.pattern, r.ID)
			}
		}
	}
}

// TestDataOfAnotherSiteIsSeenAsTheTableSays asks for a message of one's own site and of
// another, and for a record.
func TestDataOfAnotherSiteIsSeenAsTheTableSays(t *testing.T) {
	w := open(t)
	w.hasOneOfEach()
	record := "/people/" + w.send("Marsh").Public()
	elm := w.Facility("ELM", "Elm Square Clinic")
	w.Takes(elm, "PID|1||E1^^^X^MR||Sedge^Rowan||20200101|M")
	admin := w.as("one-administrator")
	messages := regexp.MustCompile(`/submissions/[0-9A-Z]{13}`).FindAllString(admin.get("/submissions").body, -1)
	messages = slices.Compact(messages)
	is.Equal(t, "messages", len(messages), 2)
	theirs, own := messages[0], messages[1] // the newest first
	sees := map[string]map[string]string{}
	for _, d := range role.AllData {
		for _, r := range role.All() {
			if sees[string(d.By)] == nil {
				sees[string(d.By)] = map[string]string{}
			}
			sees[string(d.By)][r.ID] = d.Sees(r)
		}
	}
	for _, r := range role.All() {
		b := w.as("one-" + r.ID)
		reads := func(path, word string) bool {
			p := b.get(path)
			if p.status != http.StatusOK && strings.Contains(p.body, word) {
				t.Errorf("%s is refused %s and reads %q", r.ID, path, word)
			}
			return p.status == http.StatusOK && strings.Contains(p.body, word)
		}
		is.Equal(t, r.ID+": a record", reads(record, "Marsh"), sees["open records"][r.ID] == "all")
		is.Equal(t, r.ID+": a message of another site", reads(theirs, "Sedge"), sees["open messages"][r.ID] == "all")
		is.Equal(t, r.ID+": a message of the own site", reads(own, "Marsh"), sees["open messages"][r.ID] != "–")
	}
}
