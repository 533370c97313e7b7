package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/is"
)

// failing is a site with one route that fails with err, or panics with it.
func failing(w *registry, handle func() error) *httptest.ResponseRecorder {
	s := &site{Doors: w.doors, assets: newAssets(), cross: http.NewCrossOriginProtection()}
	s.pages = newPages(s.assets)
	rt := route{"GET /x/{secret}", anyone, func(*site, http.ResponseWriter, *http.Request) error { return handle() }}
	rec := httptest.NewRecorder()
	s.serve(rt).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/x/Quillfeather", nil))
	return rec
}

func TestEveryKindOfFailureIsAPageWithItsStatus(t *testing.T) {
	w := open(t)
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.NotFound: 404, fault.Invalid: 400, fault.Denied: 403, fault.Conflict: 409, fault.Busy: 503, fault.TooLarge: 413,
	}
	for _, k := range fault.Kinds() {
		rec := failing(w, func() error { return fmt.Errorf("act: %w", fault.New(k, "Say this of %v.", k)) })
		is.Equal(t, k.String(), rec.Code, want[k])
		p := page{rec.Code, rec.Header(), rec.Body.String()}
		if k != fault.Internal {
			p.want(t, "Say this of "+k.String()+".")
		}
		_, heading := statusOf(k)
		p.want(t, "<h1 id=\"heading\">"+heading+"</h1>")
		is.Equal(t, "Retry-After", rec.Header().Get("Retry-After") != "", k == fault.Busy)
	}
}

func TestOurOwnFailureShowsAReferenceThatIsInTheLog(t *testing.T) {
	w := open(t)
	for _, handle := range []func() error{
		func() error { return errors.New("the disk is full") },
		func() error { panic("Quillfeather") },
		func() error { var list []string; return errors.New(list[len("Quillfeather")]) },
	} {
		w.Log.Reset()
		rec := failing(w, handle)
		is.Equal(t, "status", rec.Code, http.StatusInternalServerError)
		var line struct {
			Level, Method, Route, Reference, Fault, Error string
			Status                                        int
		}
		is.NoError(t, "log line", json.Unmarshal([]byte(w.Log.String()), &line))
		is.Equal(t, "level", line.Level, "ERROR")
		is.Equal(t, "route", line.Method+" "+line.Route, "GET GET /x/{secret}")
		is.Equal(t, "status in the log", line.Status, http.StatusInternalServerError)
		page{body: rec.Body.String()}.want(t, `<p class="reference">`+line.Reference+`</p>`)
		if strings.Contains(rec.Body.String(), "disk") || line.Error == "" {
			t.Errorf("the cause belongs in the log, not in the page: %q", line.Error)
		}
		if strings.Contains(w.Log.String(), "Quillfeather") {
			t.Errorf("the log tells a value: %s", w.Log.String())
		}
	}
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		p := b.do(http.MethodPost, "/signout", nil, header...)
		is.Equal(t, strings.Join(header, " "), p.status, http.StatusForbidden)
		p.want(t, "This form was sent from another site.")
	}
	is.Equal(t, "still signed in", b.get("/").status, http.StatusOK)
	is.Equal(t, "our own form without TLS", b.do(http.MethodPost, "/signout", nil, "Origin", w.server.URL).status, http.StatusSeeOther)
}

func TestNoPageIsKeptAndNoneMayRunScript(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	b := w.signedIn("reader")
	for _, path := range []string{"/", "/people/newest", "/people/" + id.Public(), "/nowhere"} {
		p := b.get(path)
		is.Equal(t, path, p.header.Get("Content-Security-Policy"),
			"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		is.Equal(t, path, p.header.Get("X-Content-Type-Options"), "nosniff")
		is.Equal(t, path, p.header.Get("Cache-Control"), "no-store")
		p.want(t, `<html lang="en">`, "<title>", `<a class="skip" href="#main">`, `<main id="main"`, "<h1", `name="viewport"`)
		if strings.Contains(p.body, "style=") || strings.Contains(p.body, "<script") || strings.Count(p.body, "<h1") != 1 {
			t.Errorf("page %s has inline style, script, or not one first heading", path)
		}
	}
}

func TestTheStyleSheetMayBeKeptForEver(t *testing.T) {
	w := open(t)
	b := w.browser()
	for _, file := range []string{"styles.css", "icon.svg"} {
		address := newAssets().address(file)
		b.get("/signin").want(t, `href="`+address+`"`)
		p := b.get(address)
		is.Equal(t, file, p.status, http.StatusOK)
		is.Equal(t, file, p.header.Get("Cache-Control"), "public, max-age=31536000, immutable")
	}
	is.Equal(t, "another name", b.get("/assets/styles.css").status, http.StatusNotFound)
}

func TestTheLogHasOneLineAPageAndNobodysName(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	b := w.signedIn("reader")
	w.Log.Reset()
	b.search("Marsh Juniper 2023-04-05")
	b.search("Marsh Juniper")
	b.get("/people/" + id.Public())
	b.get("/people/Juniper-Marsh?q=Juniper")
	b.get("/Juniper")
	w.server.Close() // waits for the lines
	lines := strings.Split(strings.TrimSpace(w.Log.String()), "\n")
	is.Equal(t, "lines", len(lines), 5)
	for _, secret := range []string{"Marsh", "Juniper", "2023-04", id.Public()} {
		if strings.Contains(w.Log.String(), secret) {
			t.Errorf("the log tells %q: %s", secret, w.Log.String())
		}
	}
	for _, line := range lines {
		var got struct{ User int64 }
		is.NoError(t, "line", json.Unmarshal([]byte(line), &got))
		if got.User == 0 {
			t.Errorf("a line does not say who: %s", line)
		}
	}
}

// TestWhoMayDoWhat is the table that a privacy officer reads: a new route or role
// changes it.
func TestWhoMayDoWhat(t *testing.T) {
	var got []string
	for _, rt := range routes() {
		who := "anyone"
		if rt.may != anyone {
			who = strings.Join(rt.may.holders(), " ")
		}
		got = append(got, rt.pattern+": "+who)
	}
	const all = "administrator clinic reader"
	is.Equal(t, "routes and roles", got, []string{
		"GET /assets/{name}: anyone",
		"GET /signin: anyone",
		"POST /signin: anyone",
		"POST /signout: " + all,
		"GET /{$}: " + all,
		"POST /people/find: " + all,
		"GET /people/find: " + all,
		"GET /people/newest: " + all,
		"GET /people/{number}: " + all,
		"/: anyone",
	})
	if findPeople.allows(access.User{ID: 1, Role: "visitor"}) || permission("unheard of").allows(access.User{ID: 1, Role: "administrator"}) {
		t.Error("a role or permission that nobody granted allows something")
	}
}

func TestNothingButTheSignInPageIsOpenToStrangers(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	b := w.browser()
	for _, path := range []string{"/", "/people/find", "/people/newest", "/people/" + id.Public()} {
		p := b.get(path)
		is.Equal(t, path, p.status, http.StatusSeeOther)
		if !strings.HasPrefix(p.location(), "/signin") || strings.Contains(p.body, "Marsh") {
			t.Errorf("%s answers a stranger with %q", path, p.body)
		}
	}
	is.Equal(t, "search", b.search("Marsh Juniper 4/5/2023").location(), "/signin")
	is.Equal(t, "nowhere", b.get("/nowhere").status, http.StatusNotFound)
}
