package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// pathOf is an address of a route, with numbers that nothing has.
func pathOf(rt route) (method, path string) {
	method, pattern, ok := strings.Cut(rt.pattern, " ")
	if !ok {
		return http.MethodGet, "/nowhere"
	}
	path = strings.ReplaceAll(pattern, "{$}", "")
	return method, regexp.MustCompile(`\{[a-z.]+\}`).ReplaceAllString(path, iis.PersonID(77).Public())
}

// over TLS, as behind a proxy that ends it.
func openSecure(t *testing.T) *registry {
	w := open(t)
	w.server.Close()
	w.doors.Secure = true
	w.server = httptest.NewServer(Handler(w.doors))
	t.Cleanup(w.server.Close)
	return w
}

func TestEveryAnswerOfEveryRouteHasTheHeadersThatHoldABrowser(t *testing.T) {
	w := openSecure(t)
	stranger := w.browser()
	for _, rt := range routes() {
		method, path := pathOf(rt)
		h := stranger.do(method, path, nil).header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=31536000; includeSubDomains", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			is.Equal(t, rt.pattern+": "+name, h.Get(name), want)
		}
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy has no %s: %s", rt.pattern, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy lets in what is not ours: %s", rt.pattern, policy)
		}
		if r := h.Get("Referrer-Policy"); r != "same-origin" && r != "strict-origin" {
			t.Errorf("%s: referrer policy %q", rt.pattern, r)
		}
		if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: permissions policy %q", rt.pattern, h.Get("Permissions-Policy"))
		}
	}
}

// Every form is refused that another site sends, whoever is signed in.
func TestEveryRouteThatChangesSomethingRefusesFormsOfOtherSites(t *testing.T) {
	w := open(t)
	b := w.as("administrator")
	forms := 0
	for _, rt := range routes() {
		method, path := pathOf(rt)
		if method == http.MethodGet {
			continue
		}
		forms++
		is.Equal(t, rt.pattern+" changes by POST only", method, http.MethodPost)
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			p := b.do(method, path, nil, header...)
			is.Equal(t, rt.pattern+" "+strings.Join(header, " "), p.status, http.StatusForbidden)
			if !strings.Contains(p.body, "This form was sent from another site.") {
				t.Errorf("%s is refused for another reason: %s", rt.pattern, p.body)
			}
		}
	}
	if forms < 40 {
		t.Errorf("only %d forms found", forms)
	}
	is.Equal(t, "still signed in", b.get("/").status, http.StatusOK)
}

func TestTheCookiesAreTheBrowsersOwnAndTravelByTLSAlone(t *testing.T) {
	for _, secure := range []bool{true, false} {
		w := open(t)
		if secure {
			w = openSecure(t)
		}
		is.NoError(t, "pages", w.Gate.PagesAt("https://registry.example.gov"))
		var all []*http.Cookie
		for _, p := range []page{w.browser().signIn("clinic"), w.browser().get("/signin/passkey")} {
			all = append(all, (&http.Response{Header: p.header}).Cookies()...)
		}
		is.Equal(t, "cookies: the session's and a step's", len(all), 2)
		for _, c := range all {
			is.Equal(t, c.Name, []any{c.HttpOnly, c.SameSite, c.Path, c.Domain, c.Secure, strings.HasPrefix(c.Name, "__Host-")},
				[]any{true, http.SameSiteLaxMode, "/", "", secure, secure})
		}
	}
}

func TestPagesRunScriptsOfOursOnly(t *testing.T) {
	w := open(t)
	is.NoError(t, "pages", w.Gate.PagesAt("https://registry.example.gov"))
	b := w.signedIn("clinic")
	p := w.browser().get("/signin/passkey")
	policy := p.header.Get("Content-Security-Policy")
	is.Equal(t, "policy", policy, contentPolicy+"; script-src 'self'")
	is.Equal(t, "scripts", strings.Count(p.body, "<script"), 1)
	src := regexp.MustCompile(`<script src="(/assets/[0-9a-f]+/passkey\.js)" defer></script>`).FindStringSubmatch(p.body)
	if src == nil {
		t.Fatalf("no script of ours: %s", p.body)
	}
	script := b.get(src[1])
	is.Equal(t, "script", []any{script.status, script.header.Get("Content-Type")}, []any{http.StatusOK, "text/javascript; charset=utf-8"})
	for _, bad := range []string{"eval(", "innerHTML", "fetch(", "http://", "https://"} {
		if strings.Contains(script.body, bad) {
			t.Errorf("the script has %s", bad)
		}
	}
	made := b.post("/account/passkeys", "proof", password, "name", "key")
	is.Equal(t, "a new one", []any{made.header.Get("Content-Security-Policy"), strings.Count(made.body, "<script")}, []any{policy + "; connect-src 'self'", 2})
	warns := regexp.MustCompile(`<script src="(/assets/[0-9a-f]+/session\.js)" defer></script>`)
	for _, path := range []string{"/account", "/account/passkeys", "/account/second-factor", "/"} { // of whoever is signed in
		p := b.get(path)
		is.Equal(t, path, p.header.Get("Content-Security-Policy"), policy+"; connect-src 'self'")
		if strings.Count(p.body, "<script") != 1 || !warns.MatchString(p.body) {
			t.Errorf("%s has another script than that which warns before a session ends", path)
		}
	}
	script = b.get(warns.FindStringSubmatch(b.get("/").body)[1])
	is.Equal(t, "script", []any{script.status, script.header.Get("Content-Type")}, []any{http.StatusOK, "text/javascript; charset=utf-8"})
	for _, bad := range []string{"eval(", "innerHTML", "http://", "https://"} {
		if strings.Contains(script.body, bad) {
			t.Errorf("the script has %s", bad)
		}
	}
	is.Equal(t, "it asks one address", []int{strings.Count(script.body, "fetch("), strings.Count(script.body, "fetch(form.action,")}, []int{1, 1})
	for _, path := range []string{"/signin", "/training", "/help", "/enrol"} { // of whoever is not
		p := w.browser().get(path)
		is.Equal(t, path, p.header.Get("Content-Security-Policy"), contentPolicy)
		if strings.Contains(p.body, "<script") {
			t.Errorf("%s has a script", path)
		}
	}
}

func TestWhoeverBeginsTooManySignInsWaits(t *testing.T) {
	w := open(t)
	is.NoError(t, "pages", w.Gate.PagesAt("https://registry.example.gov"))
	b := w.browser()
	for range 600 {
		is.Equal(t, "begun", b.get("/signin/passkey").status, http.StatusOK)
	}
	for range 600 { // one is forgotten each tenth of a second
		if p := b.get("/signin/passkey"); p.status != http.StatusOK {
			is.Equal(t, "too many", []any{p.status, p.header.Get("Retry-After") != ""}, []any{http.StatusServiceUnavailable, true})
			p.want(t, "Too many are signing in from your address at once.", `name="password"`)
			return
		}
	}
	t.Error("nobody waits")
}

// Every paper and every form that is open to all is counted, but for those of signing in, which are
// counted by themselves.
func TestWhoeverAsksForManyPapersWithoutAnAccountWaits(t *testing.T) {
	var counted []string
	for _, rt := range routes() {
		if rt.hurries() {
			counted = append(counted, rt.pattern)
		}
	}
	for _, pattern := range []string{"GET /forms/{form}/blank.pdf", "POST /forms/{form}", "GET /materials/{material}/print.pdf", "POST /help/ask", "POST /help/find", "GET /enrol/{code}/forms/{n}/form.pdf", "POST /sign/{token}/{n}"} {
		if !slices.Contains(counted, pattern) {
			t.Errorf("%s is asked for as often as anybody likes", pattern)
		}
	}
	w := open(t)
	b := w.browser()
	for range 400 { // one is forgotten each second
		p := b.do(http.MethodPost, "/help/find", url.Values{"q": {"password"}})
		if p.status == http.StatusTooManyRequests {
			is.Equal(t, "when to come again", p.header.Get("Retry-After") != "", true)
			p.want(t, "Too many at once", "Wait a minute, then try again.")
			is.Equal(t, "a paper too", b.get("/forms/objection/blank.pdf").status, http.StatusTooManyRequests)
			is.Equal(t, "who signs in does not wait", w.browser().post("/signin", "username", "x", "password", "y").status, http.StatusForbidden)
			return
		}
	}
	t.Error("nobody waits")
}

func TestSigningOutClearsWhatTheBrowserKept(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	is.Equal(t, "signed out", b.post("/signout").header.Get("Clear-Site-Data"), `"cache", "storage"`)
}

// Whoever tries to get round what holds them leaves a line of the log, with what was tried and of
// what kind the refusal was, and nothing that they wrote.
func TestAttemptsToGetRoundAreInTheLog(t *testing.T) {
	w := open(t)
	clinic := w.signedIn("clinic")
	w.Log.Reset()
	clinic.get("/audit")                                                                        // a page of another role
	clinic.get("/submissions/" + never)                                                         // a number that is guessed
	w.browser().do(http.MethodPost, "/opt-outs", url.Values{"family": {"Guessedname"}})         // not signed in
	clinic.do(http.MethodPost, "/people/"+never+"/concern", url.Values{"say": {"Guessedname"}}) // no reason, and nobody's number
	r, err := http.NewRequest(http.MethodPost, w.server.URL+"/signout", strings.NewReader("say=Guessedname"))
	is.NoError(t, "request", err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := clinic.Do(r)
	is.NoError(t, "of another site", err)
	is.NoError(t, "close", resp.Body.Close())
	log := w.Log.String()
	for _, line := range []string{`"route":"GET /audit","status":403`, `"route":"GET /submissions/{number}","status":40`, `"route":"POST /opt-outs"`, `"route":"POST /people/{number}/concern"`, `"route":"POST /signout","status":403`} {
		if !strings.Contains(log, line) {
			t.Errorf("the log has no %s:\n%s", line, log)
		}
	}
	is.Equal(t, "each with its fault, but for who is led to sign in", strings.Count(log, `"fault":`), 4)
	w.NeverLogs("Guessedname")
}

func TestAFormThatIsTooLargeIsNotRead(t *testing.T) {
	w := open(t)
	for _, path := range []string{"/signin", "/signin/passkey"} {
		p := w.browser().post(path, "username", strings.Repeat("x", maxForm+1), "password", "x")
		is.Equal(t, path, p.status, http.StatusRequestEntityTooLarge)
	}
}

// refusesViewers are routes by POST that whoever looks at pages as another role may use.
var refusesViewers = map[string]bool{"POST /signout": true, "POST /viewing/end": true, stayAddress: true}

// An administrator sees pages as each role would. They see what somebody of that role sees and
// nothing more, change nothing, and the audit has their own name.
func TestWhoeverSeesPagesAsARoleSeesThemAsItDoesAndChangesNothing(t *testing.T) {
	w := open(t)
	w.hasOneOfEach()
	id := w.send("Marsh")
	pages := everyPage(t, w, w.signedIn("administrator"), id)
	admin := w.as("one-administrator")
	own := map[string]int{}
	for _, path := range pages {
		own[path] = admin.get(path).status
	}
	u, err := w.Gate.Named(context.Background(), "one-administrator")
	is.NoError(t, "named", err)
	u.Stage = access.Whole
	views := u.Views()
	if len(views) < 10 {
		t.Fatalf("only %d roles can be viewed as", len(views))
	}
	for _, r := range views {
		viewer, real := w.as("one-administrator"), w.as("one-"+r.ID)
		facility := ""
		if r.Site == "must" || r.Site == "may" {
			facility = "OAK"
		}
		region := ""
		if r.Regional {
			region = "metro" // of Minnesota, in which sites enrolled
		}
		is.Equal(t, "begin", viewer.post("/viewing", "role", r.ID, "facility", facility, "region", region).location(), "/")
		seen := 0
		for _, path := range pages {
			p := viewer.get(path)
			if somebodysOwn.MatchString(path) {
				is.Equal(t, r.ID+": somebody's own: "+path, p.status, http.StatusForbidden)
				continue
			}
			theirs := real.get(path).status
			if path != "/" { // a role that finds nobody comes to its own account
				is.Equal(t, r.ID+" sees "+path, p.status, theirs)
			}
			if own[path] != http.StatusOK && p.status == http.StatusOK {
				t.Errorf("as %s an administrator sees %s, and not as themselves", r.ID, path)
			}
			if p.status != http.StatusSeeOther && !isOfStrangers(path) {
				p.want(t, "You see pages as the role "+r.Name, "/viewing/end")
			}
			seen++
		}
		if seen < 40 {
			t.Errorf("only %d pages were seen", seen)
		}
		for _, rt := range routes() {
			method, path := pathOf(rt)
			if method != http.MethodPost || rt.may == anyone || rt.may == finishSignIn || refusesViewers[rt.pattern] {
				continue
			}
			p := viewer.do(method, path, url.Values{"why": {"x"}, "q": {"Marsh"}})
			if rt.reads { // as somebody of the role finds it
				is.Equal(t, r.ID+" "+rt.pattern, p.status, real.do(method, path, url.Values{"why": {"x"}, "q": {"Marsh"}}).status)
				if strings.Contains(p.body, "nothing can be changed meanwhile") {
					t.Errorf("%s %s: a search is refused", r.ID, rt.pattern)
				}
				continue
			}
			is.Equal(t, r.ID+" "+rt.pattern, p.status, http.StatusForbidden)
			p.want(t, "nothing can be changed meanwhile")
		}
		is.Equal(t, "end", viewer.post("/viewing/end").location(), "/")
		if p := viewer.get("/account"); p.status != http.StatusOK || strings.Contains(p.body, "/viewing/end") {
			t.Errorf("%s: it has not ended: %d", r.ID, p.status)
		}
	}
	w.NeverLogs("Marsh")
	admin.post("/audit", "person", id.Public())
	found := admin.get(admin.post("/audit", "person", id.Public()).location())
	found.want(t, "Saw a page as another role does: ", "Nora Administrator")
}

func TestAViewIsOfARoleThatSeesNoMoreAndOfNobody(t *testing.T) {
	w := open(t)
	w.hasOneOfEach()
	admin := w.as("one-administrator")
	for say, form := range map[string][]string{
		"Choose a role": {"role", "nobody", "facility", ""}, "write the site": {"role", "school-nurse", "facility", ""},
		"belongs to no site": {"role", "auditor", "facility", "OAK"}, "no sender with the facility code": {"role", "school-nurse", "facility", "NOWHERE"},
	} {
		p := admin.post("/viewing", form...)
		is.Equal(t, say, p.status, http.StatusBadRequest)
		p.want(t, say)
	}
	is.Equal(t, "begin", admin.post("/viewing", "role", "clinic-staff", "facility", "OAK").location(), "/")
	is.Equal(t, "not twice", admin.post("/viewing", "role", "auditor").status, http.StatusForbidden)
	is.Equal(t, "not sealed records", admin.get("/sealed").status, http.StatusForbidden)
	for _, username := range []string{"one-help-desk", "one-auditor", "one-access-administrator", "one-clinic-staff"} {
		p := w.as(username).post("/viewing", "role", "viewer")
		is.Equal(t, username, p.status, http.StatusForbidden)
	}
	// Another session of the same user is not one that looks.
	is.Equal(t, "elsewhere", w.as("administrator").get("/account").status, http.StatusOK)
}

// isOfStrangers reports a page that is reached by a secret in its address, by whoever has it: it
// looks the same signed in.
func isOfStrangers(path string) bool {
	return strings.HasPrefix(path, "/invited/") || strings.HasPrefix(path, "/enrol/") || strings.HasPrefix(path, "/sign/")
}

// somebodysOwn are the pages of one's account, courses, seats and tickets, which nobody sees as
// somebody else.
var somebodysOwn = regexp.MustCompile(`^/(account|kept)|^/training/courses/[^/]+/(quiz|certificate)|^/training/sessions(/[0-9A-Z]{13})?$|^/help/(new|tickets)`)
