package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"openiis/internal/is"
)

func TestSigningInLeadsBackToWhereOneWas(t *testing.T) {
	w := open(t)
	b := w.browser()
	p := b.get("/people/00000000000G1")
	is.Equal(t, "status", p.status, http.StatusSeeOther)
	is.Equal(t, "to the sign-in page", p.location(), "/signin?return=%2Fpeople%2F00000000000G1")
	p = b.get(p.location())
	p.want(t, `<input type="hidden" name="return" value="/people/00000000000G1">`, "<h1 id=\"heading\">Sign in</h1>",
		`<label class="usa-label" for="username">`, `id="username"`, `<label class="usa-label" for="password">`, `id="password"`, `autocomplete="current-password"`)
	p = b.do(http.MethodPost, "/signin", url.Values{"username": {" reader "}, "password": {password}, "return": {"/people/00000000000G1"}})
	is.Equal(t, "status", p.status, http.StatusSeeOther)
	is.Equal(t, "back", p.location(), "/people/00000000000G1")
	cookie := p.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie has no %s", part)
		}
	}
	is.Equal(t, "first page", b.get("/").status, http.StatusOK)
	is.Equal(t, "sign-in page when signed in", b.get("/signin").location(), "/")
}

func TestThePageNamesTheSiteOfWhoIsSignedIn(t *testing.T) {
	w := open(t)
	w.signedIn("clinic").get("/").want(t, `<span class="site-role">Clinic staff, Oak &lt;i&gt;Street&lt;/i&gt; Clinic</span>`)
	w.signedIn("reader").get("/").want(t, `<span class="site-role">Read-only</span>`)
}

func TestAWrongPasswordIsSaidClearlyAndTheUserNameStays(t *testing.T) {
	w := open(t)
	b := w.browser()
	for _, c := range []struct {
		username, password, say string
		status                  int
	}{
		{"reader", "hunter2hunter", "The user name or the password is wrong.", http.StatusForbidden},
		{"nobody", password, "The user name or the password is wrong.", http.StatusForbidden},
		{"reader", strings.Repeat("x", 2000), "The user name or the password is wrong.", http.StatusForbidden},
		{"", password, "Write your user name.", http.StatusBadRequest},
		{"reader", "", "Write your password.", http.StatusBadRequest},
		{"", "", "Write your user name and your password.", http.StatusBadRequest},
	} {
		p := b.do(http.MethodPost, "/signin", url.Values{"username": {c.username}, "password": {c.password}})
		is.Equal(t, c.say, p.status, c.status)
		p.want(t, c.say, `role="alert"`, `value="`+c.username+`"`, "<title>Error: sign in")
		if c.password != "" && strings.Contains(p.body, c.password) {
			t.Error("the password is in the page")
		}
	}
	is.Equal(t, "still outside", b.get("/").location(), "/signin")
}

func TestTooManyWrongPasswordsAreAskedToWait(t *testing.T) {
	w := open(t)
	b := w.browser()
	wrong := url.Values{"username": {"reader"}, "password": {"wrong"}}
	for range 5 {
		b.do(http.MethodPost, "/signin", wrong)
	}
	// Of two more, one waits for its turn; the other is answered at once.
	ctx, cancel := context.WithCancel(context.Background())
	answers := make(chan *http.Response, 2)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL+"/signin", strings.NewReader(wrong.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if resp, err := b.Do(req); err == nil {
				answers <- resp
			}
		})
	}
	resp := <-answers
	body, err := io.ReadAll(resp.Body)
	is.NoError(t, "read", err)
	is.NoError(t, "close", resp.Body.Close())
	cancel()
	group.Wait()
	is.Equal(t, "status", resp.StatusCode, http.StatusServiceUnavailable)
	is.Equal(t, "Retry-After", resp.Header.Get("Retry-After"), "10")
	page{body: string(body)}.want(t, "Too many failed attempts. Wait a few seconds and try again.")
}

func TestSigningOutEndsTheSession(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	u, err := url.Parse(w.server.URL)
	is.NoError(t, "address", err)
	kept := b.Jar.Cookies(u)
	is.Equal(t, "a link cannot sign out", b.get("/signout").status, http.StatusNotFound)
	p := b.do(http.MethodPost, "/signout", nil)
	is.Equal(t, "sign out", p.location(), "/signin?out")
	b.get("/signin?out").want(t, "You are signed out.")
	b.Jar.SetCookies(u, kept)
	is.Equal(t, "the old cookie", b.get("/").location(), "/signin?ended=yes")
}

func TestASessionThatEndedSaysSoAndWhatWasLost(t *testing.T) {
	w := open(t)
	b := w.browser()
	u, err := url.Parse(w.server.URL)
	is.NoError(t, "address", err)
	for _, c := range []struct{ method, path, to, say string }{
		{http.MethodGet, "/", "/signin?ended=yes", "Your session has ended,"},
		{http.MethodGet, "/submissions", "/signin?ended=yes&return=%2Fsubmissions", "nothing was done for 30 minutes, or after 12 hours"},
		{http.MethodPost, "/people/00000000000G1/concern", "/signin?ended=unsaved", "What you sent last was not stored:"},
		{http.MethodPost, "/signout", "/signin?out=yes", "You are signed out."},
	} {
		b.Jar.SetCookies(u, []*http.Cookie{{Name: "openiis", Value: "a session long gone"}})
		p := b.do(c.method, c.path, nil)
		is.Equal(t, c.path, p.location(), c.to)
		b.get(p.location()).want(t, c.say)
		is.Equal(t, "it is said once", len(b.Jar.Cookies(u)), 0)
	}
}

func TestOnlyPathsOfThisSiteAreReturnedTo(t *testing.T) {
	for _, good := range []string{
		"/", "/people/newest", "/people/00000000000G1", "/submissions", "/submissions/00000000000G1", "/senders/00000000000G1", "/reviews/00000000000G1", "/concerns",
		"/users", "/users/00000000000G1", "/users/invite", "/rosters/00000000000G1", "/rosters/00000000000G1/files/00000000000G2", "/alerts", "/alerts/00000000000G1", "/help/tickets/00000000000G1",
		"/people/00000000000G1/log", "/people/00000000000G1/compare/00000000000G2", "/submissions/00000000000G1/replay", "/agreements/3", "/account", "/audit",
	} {
		is.Equal(t, good, localPath(good), good)
	}
	for _, bad := range []string{
		"", "people", "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/%09/evil.example",
		"/a/..//evil.example", "/people/Juniper-Marsh", "/people/", "/people/00000000000G1?q=x", "/x\r\nSet-Cookie:a=b", "javascript:alert(1)", "/people?q=x", "/submissions?sender=x", "/nowhere/00000000000G1", "/people#x", "/./x", "/%2f/evil.example",
		"/signin", "/signin/code", "/signin/provider/out", "/signout", "/sign/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "/invited/00000000000G1", "/assets/x/y", "/found/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	} {
		is.Equal(t, bad, localPath(bad), "/")
	}
	// What is no page leads to the one to which it belongs.
	for bad, back := range map[string]string{
		"/people/00000000000G1/x": "/people/00000000000G1", "/people/00000000000G1/facts/Juniper": "/people/00000000000G1", "/users/Juniper": "/users", "/users/00000000000g1": "/users/00000000000G1",
		"/training/courses/Juniper": "/training", "/enrol/00000000000G1": "/enrol", "/materials/Juniper": "/materials", "/audit/found/ABCDEFGHIJKLMNOPQRSTUVWXYZ": "/audit", "/agreements/5085550147": "/agreements",
	} {
		is.Equal(t, bad, localPath(bad), back)
	}
}

func TestTheCookieIsBoundToTheHostWhenThereIsTLS(t *testing.T) {
	w := open(t)
	w.doors.Secure = true
	req := httptest.NewRequest(http.MethodPost, "/signin", strings.NewReader(url.Values{"username": {"reader"}, "password": {password}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	Handler(w.doors).ServeHTTP(rec, req)
	cookie := rec.Header().Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-openiis=") || !strings.Contains(cookie, "; Secure") || strings.Contains(cookie, "Domain") {
		t.Errorf("the cookie's attributes are wrong: %s", cookie[strings.IndexByte(cookie, ';')+1:])
	}
	is.Equal(t, "by HTTPS only from now on", rec.Header().Get("Strict-Transport-Security"), "max-age=31536000; includeSubDomains")
	is.Equal(t, "without TLS", w.browser().get("/signin").header.Get("Strict-Transport-Security"), "")
}
