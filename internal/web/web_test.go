package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/codeset"
	"openiis/internal/enrol"
	"openiis/internal/helpdesk"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/mail"
	"openiis/internal/notice"
	"openiis/internal/quality"
	"openiis/internal/record"
	"openiis/internal/roster"
	"openiis/internal/steward"
	"openiis/internal/store"
	"openiis/internal/training"
	"openiis/test/world"
)

const password = "correct horse battery"

// registry is a registry with its pages on a real server.
type registry struct {
	*world.World
	t      testing.TB
	oak    iis.Sender
	doors  Doors
	keeper *record.Keeper // by which sites enrol
	server *httptest.Server
}

func open(t testing.TB) *registry {
	t.Helper()
	return over(t, world.Open(t))
}

// over is open over a world.
func over(t testing.TB, of *world.World) *registry {
	t.Helper()
	w := &registry{World: of, t: t}
	w.oak = w.Facility("OAK", "Oak <i>Street</i> Clinic")
	w.hasUser("administrator", access.Administrator, "")
	w.hasUser("clinic", access.Clinic, "OAK")
	w.hasUser("reader", access.Reader, "")
	w.keeper = record.New(w.Store, codeset.Default())
	w.Gate.GoBy(w.keeper.Policy)
	sites := enrol.New(w.Store, w.keeper)
	sites.InviteBy(w.Gate.InviteFor)
	w.Gate.HoldBy(sites.Bars)
	w.doors = Doors{
		Gate: w.Gate, Chart: w.Chart, Inbox: inbox.New(w.Store, codeset.Default(), intake.Name), Intake: w.Desk,
		Quality: quality.New(w.Store, codeset.Default()), Steward: steward.New(w.Store, record.New(w.Store, codeset.Default()), codeset.Default()),
		Notices: notice.New(w.Store, record.New(w.Store, codeset.Default())), Enrol: sites, Audit: audit.New(w.Store, record.New(w.Store, codeset.Default())),
		Training: training.New(w.Store, record.New(w.Store, codeset.Default())), Help: helpdesk.New(w.Store, record.New(w.Store, codeset.Default())), Mail: mail.New(w.Store, record.New(w.Store, codeset.Default()).Policy), Rosters: roster.New(w.Store, record.New(w.Store, codeset.Default())), Log: w.Log.Logger(),
	}
	w.server = httptest.NewServer(Handler(w.doors))
	t.Cleanup(w.server.Close)
	return w
}

// hasUser adds someone who may sign in, and has learned what comes before use.
func (w *registry) hasUser(username, role, facility string) {
	w.t.Helper()
	u := access.NewUser{Username: username, Name: "Nora " + cmp.Or(usernames[role], role), Role: role, Facility: facility}
	world.AddUser(w.t, w.Store, u, password)
	w.learns(username)
}

// send sends a message about Juniper Marsh, born 4/5/2023, with more lines.
func (w *registry) send(family string, lines ...string) iis.PersonID {
	w.t.Helper()
	pid := fmt.Sprintf("PID|1||A1^^^X^MR||%s^Juniper||20230405|F", family)
	w.Takes(w.oak, append([]string{pid}, lines...)...)
	var ids []iis.PersonID
	is.NoError(w.t, "newest", w.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
		ids, err = tx.RecentPersons(1)
		return err
	}))
	return ids[0]
}

// browser is someone with cookies who does not follow redirects by herself.
type browser struct {
	*http.Client
	w *registry
}

func (w *registry) browser() *browser {
	jar, err := cookiejar.New(nil)
	is.NoError(w.t, "jar", err)
	return &browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, w}
}

// page is an answer, read.
type page struct {
	status int
	header http.Header
	body   string
}

func (p page) location() string { return p.header.Get("Location") }

func (b *browser) do(method, path string, form url.Values, header ...string) page {
	b.w.t.Helper()
	req, err := http.NewRequest(method, b.w.server.URL+path, strings.NewReader(form.Encode()))
	is.NoError(b.w.t, "request", err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := b.Do(req)
	is.NoError(b.w.t, "do", err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	is.NoError(b.w.t, "read", err)
	return page{resp.StatusCode, resp.Header, string(body)}
}

func (b *browser) get(path string) page { b.w.t.Helper(); return b.do(http.MethodGet, path, nil) }

// usernames are those of the users whom every registry of a test has, by their roles.
var usernames = map[string]string{access.Clinic: "clinic", access.Reader: "reader"}

func (b *browser) signIn(username string) page {
	b.w.t.Helper()
	if name, ok := usernames[username]; ok {
		username = name
	}
	return b.do(http.MethodPost, "/signin", url.Values{"username": {username}, "password": {password}})
}

// search searches, and shows the results when there are some.
func (b *browser) search(text string) page {
	b.w.t.Helper()
	p := b.do(http.MethodPost, "/people/find", url.Values{"q": {text}})
	if strings.HasPrefix(p.location(), "/found/") {
		return b.get(p.location())
	}
	return p
}

// signedIn is a browser in which a role is signed in.
func (w *registry) signedIn(role string) *browser {
	w.t.Helper()
	b := w.browser()
	is.Equal(w.t, "sign in", b.signIn(role).status, http.StatusSeeOther)
	return b
}

// want fails the test for every text that a page does not have.
func (p page) want(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(p.body, s) {
			t.Errorf("the page has no %q:\n%s", s, p.body)
		}
	}
}
