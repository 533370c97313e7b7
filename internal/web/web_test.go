package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

const password = "correct horse battery"

// world is a registry with its pages on a real server.
type world struct {
	t      *testing.T
	store  *store.Store
	intake *intake.Desk
	oak    iis.Sender
	doors  Doors
	log    bytes.Buffer
	server *httptest.Server
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	s := storetest.Open(t, storetest.SQLite(t))
	gate, err := access.NewGate(s)
	is.NoError(t, "gate", err)
	w := &world{t: t, store: s, intake: intake.New(s, codeset.Default())}
	for _, role := range access.Roles {
		is.NoError(t, "user", gate.AddUser(ctx, role, "Nora "+role, role, password))
	}
	is.NoError(t, "sender", s.Write(ctx, func(tx *store.Tx) (err error) {
		w.oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak <i>Street</i> Clinic"}, "oak", "-", time.Now())
		return err
	}))
	w.doors = Doors{Gate: gate, Chart: chart.New(s, codeset.Default()), Log: slog.New(slog.NewJSONHandler(&w.log, nil))}
	w.server = httptest.NewServer(Handler(w.doors))
	t.Cleanup(w.server.Close)
	return w
}

// send sends a message about Juniper Marsh, born 4/5/2023, with more lines.
func (w *world) send(family string, lines ...string) iis.PersonID {
	w.t.Helper()
	text := "MSH|^~\\&|EHR|X|||20240612093012-0500||VXU^V04^VXU_V04|C1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
		fmt.Sprintf("PID|1||A1^^^X^MR||%s^Juniper||20230405|F\r", family) + strings.Join(lines, "\r") + "\r"
	reply, err := w.intake.Message(context.Background(), w.oak, iis.DoorHTTP, []byte(text))
	is.NoError(w.t, "send", err)
	if reply.Ack == "AR" {
		w.t.Fatalf("refused: %s", reply.Bytes)
	}
	var ids []iis.PersonID
	is.NoError(w.t, "newest", w.store.Read(context.Background(), func(tx *store.Tx) (err error) {
		ids, err = tx.RecentPersons(1)
		return err
	}))
	return ids[0]
}

// browser is someone with cookies who does not follow redirects by herself.
type browser struct {
	*http.Client
	w *world
}

func (w *world) browser() *browser {
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

func (b *browser) signIn(username string) page {
	b.w.t.Helper()
	return b.do(http.MethodPost, "/signin", url.Values{"username": {username}, "password": {password}})
}

func (b *browser) search(text string) page {
	b.w.t.Helper()
	return b.do(http.MethodPost, "/people/find", url.Values{"q": {text}})
}

// signedIn is a browser in which a role is signed in.
func (w *world) signedIn(role string) *browser {
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
