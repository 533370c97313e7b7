package web

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// failing is a site with one route that fails with err, or panics with it.
func failing(w *registry, handle func() error) *httptest.ResponseRecorder {
	s := &site{Doors: w.doors, cross: http.NewCrossOriginProtection()}
	s.assets, s.pages = embedded()
	rt := route{line: line{"GET /x/{secret}", anyone, func(*site, http.ResponseWriter, *http.Request) error { return handle() }}}
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
		p.want(t, "<h1 id=\"heading\">"+heading+"</h1>", "<title>"+heading, adviceOn(k), `href="/signin"`)
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

func TestNoPageIsKeptAndNoneRunsAScriptButOurs(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	b := w.signedIn("reader")
	for _, path := range []string{"/", "/people/newest", "/people/" + id.Public(), "/people/" + id.Public() + "/concern", "/nowhere", "/senders", "/reviews", "/senders/" + w.oak.ID.Public()} {
		p := b.get(path)
		is.Equal(t, path, p.header.Get("Content-Security-Policy"),
			"default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; script-src 'self'; connect-src 'self'")
		is.Equal(t, path, p.header.Get("X-Content-Type-Options"), "nosniff")
		is.Equal(t, path, p.header.Get("Cache-Control"), "no-store")
		p.want(t, `<html lang="en">`, "<title>", `<a class="usa-skipnav" href="#main">`, `<main id="main"`, "<h1", `name="viewport"`)
		if strings.Contains(p.body, "style=") || strings.Count(p.body, "<script") != 1 || !strings.Contains(p.body, `/session.js" defer></script>`) || strings.Count(p.body, "<h1") != 1 {
			t.Errorf("page %s has inline style, another script than the session’s, or not one first heading", path)
		}
	}
}

func TestTheStyleSheetIsThereAndMayBeKeptForEver(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out what npm builds")
	}
	w := open(t)
	b := w.browser()
	a, _ := embedded()
	if a.address(styleSheet) == "" {
		t.Fatal("the styles are needed for this test: run make styles, or run with -short")
	}
	for _, file := range []string{styleSheet, icon} {
		b.get("/signin").want(t, `href="`+a.address(file)+`"`)
	}
	for file := range a.byPath { // the style sheet names its fonts and icons; a page asks for the script
		p := b.get(a.address(file))
		is.Equal(t, file, p.status, http.StatusOK)
		is.Equal(t, file, p.header.Get("Cache-Control"), "public, max-age=31536000, immutable")
		if file != styleSheet && file != icon && file != passkeyScript && file != sessionScript && !strings.Contains(string(a.byPath[styleSheet].content), file) {
			t.Errorf("%s is in the program and the style sheet does not name it", file)
		}
	}
	is.Equal(t, "another folder", b.get("/assets/0/styles.css").status, http.StatusNotFound)
	is.Equal(t, "another name", b.get("/assets/"+a.folder+"/other.css").status, http.StatusNotFound)
}

// maxFirstLoad is what a first page may weigh, packed, with all it loads.
const maxFirstLoad = 150_000

func TestAFirstPageIsLight(t *testing.T) {
	w := open(t)
	id := w.send("Marsh", manyDoses()...)
	b := w.signedIn("administrator")
	assets := 0
	a, _ := embedded()
	for file := range a.byPath {
		assets += len(b.do(http.MethodGet, a.address(file), nil, "Accept-Encoding", "gzip").body)
	}
	for _, path := range everyPage(t, w, b, id) {
		p := b.do(http.MethodGet, path, nil, "Accept-Encoding", "gzip")
		is.Equal(t, path, p.status, http.StatusOK)
		t.Logf("%s with the style sheet, every font and every icon: %d bytes", path, len(p.body)+assets)
		if sum := len(p.body) + assets; sum > maxFirstLoad {
			t.Errorf("page %s weighs %d bytes packed with all it loads, over %d", path, sum, maxFirstLoad)
		}
	}
}

// manyDoses are order groups of a person with as many doses as a whole life has.
func manyDoses() []string {
	var out []string
	for i := range 80 {
		out = append(out, fmt.Sprintf("ORC|RE||%d^X", i),
			fmt.Sprintf("RXA|0|1|%s||%s^x^CVX|0.5|mL^mL^UCUM||00^x^NIP001||^^^X||||L%dQ|20301231|SKB^x^MVX|||CP|A", april2023.AddMonths(i/2).AddDays(i%28), []string{"110", "94", "150", "133"}[i%4], i))
	}
	return out
}

var april2023 = cal.Of(2023, 4, 5)

// hasSites are the pages of organizations, of one that may be merged into another.
func (w *registry) hasSites(b *browser) []string {
	site := regexp.MustCompile(`/organizations/\w{13}`)
	of := site.FindString(b.get("/senders/" + w.oak.ID.Public()).body)
	other := site.FindString(b.post("/organizations", "kind", "pharmacy", "name", "Pine Pharmacy", "status", "testing").location())
	return []string{"/organizations", "/organizations/new", of, of + "/change", of + "/status", of + "/merge", of + "/merge/" + strings.TrimPrefix(other, "/organizations/")}
}

// everyPage are the addresses of all pages that can be asked for, with one
// person, sender, submission and review.
func everyPage(t *testing.T, w *registry, b *browser, id iis.PersonID) []string {
	t.Helper()
	person, sender := "/people/"+id.Public(), "/senders/"+w.oak.ID.Public()
	submission := regexp.MustCompile(`/submissions/\w{13}`).FindString(b.get("/submissions").body)
	review := b.do(http.MethodPost, sender+"/review", url.Values{"said": {"Lots are missing."}}).location()
	entry := person + "/facts/condition"
	number := numberOf(b.get(entry))
	b.do(http.MethodPost, entry, url.Values{"number": {number}, "what": {"observation-014"}, "since": {"4/9/2023"}, "says": {"record"}})
	joined, other := w.hasTwoRecords()
	_, doses := w.hasDosesInQuestion()
	source, death := w.hasTwoSources(b, joined), w.hasDeath(t, b)
	out := []string{
		"/duplicates", "/duplicates/doses", person + "/same", person + "/same/" + other.Public(), person + "/compare/" + other.Public(),
		source, source + "/to/" + other.Public(), "/deaths", death, death + "/person/" + other.Public(), doses, entry, person + "/entries/" + number + "/withdraw",
		"/", "/people/newest", person, person + "/log", person + "/concern", "/concerns", "/submissions", submission, submission + "/replay",
		person + "/sharing",
		"/sealed", "/sealed/new", w.hasSealed(), person + "/opt-out", "/opt-outs", "/opt-outs/new", "/opt-outs/find", b.optsOut("Nolongerhere"),
		"/audit", b.do(http.MethodPost, "/audit", url.Values{"person": {id.Public()}}).location(), "/alerts", "/alerts/watched", w.hasAlert(b, id),
		"/senders", sender, sender + "/severity", "/reviews", review, "/notices", "/files", b.uploads(w.oak, "shots.csv", shots).location(),
		"/account", "/account/second-factor", "/account/passkeys", "/viewing", "/mails", sender + "/certificates", "/users", "/users/invite", userPageOf(t, w, "clinic"), b.invites("vera", access.Reader, ""),
	}
	out = append(append(out, w.hasSites(b)...), w.hasEnrolled(b)...)
	out = append(out, "/forms", "/forms/data-use-agreement", "/materials", "/materials/fact-sheet", person+"/informed", "/timeliness")
	out = append(append(append(append(out, w.hasLearned(b)...), w.hasRoster(b, id)...), w.hasTest()...), w.hasEntry(b, person)...)
	// every route that shows a page is among them, but for those on the way in, and a form
	// that was kept
	pages := 0
	for _, rt := range routes() {
		if strings.HasPrefix(rt.pattern, "GET ") {
			pages++
		}
	}
	is.Equal(t, "pages (the others: assets, sign in, the results and the form's address, the PDFs, the empty file, two steps of signing in, what was kept; films, evidence, a list and a certificate to take away; of enrolment ten PDFs and documents, the form for one that was signed on paper, and three pages of a site's own people; three files of rosters; the form of an objection, which Minnesota has not; three on the way to a provider, two that ask for a passkey; blank and signed forms; and the reason for broken glass, which nobody is asked who sees the record)", len(out), pages-43)
	return out
}

func TestNoTitleAndNoAddressNamesAPatient(t *testing.T) {
	w := open(t)
	id := w.send("Marsh", manyDoses()[:6]...)
	b := w.signedIn("administrator")
	b.do(http.MethodPost, "/people/"+id.Public()+"/concern", url.Values{"reason": {"missing"}, "say": {"A dose."}})
	pages := map[string]page{"results": b.search("marsh 2023"), "no results": b.search("Juniper Nobody 4/5/2023"), "bad search": b.search("Juniper Marsh")}
	for _, path := range everyPage(t, w, b, id) {
		pages[path] = b.get(path)
	}
	for name, p := range pages {
		for _, found := range regexp.MustCompile(`<title>[^<]*|(?:href|action)="[^"]*`).FindAllString(p.body, -1) {
			for _, secret := range []string{"Juniper", "Marsh", "2023", "juniper", "marsh"} {
				if strings.Contains(strings.ReplaceAll(found, id.Public(), ""), secret) {
					t.Errorf("page %s tells %s in %s", name, secret, found)
				}
			}
		}
		is.Equal(t, name+" may be kept", p.header.Get("Cache-Control"), "no-store")
	}
}

func BenchmarkPersonPage(b *testing.B) {
	w := open(b)
	w.send("Marsh", manyDoses()...)
	visitor := w.signedIn("reader")
	address := regexp.MustCompile(`/people/\w{13}`).FindString(visitor.get("/people/newest").body)
	for b.Loop() {
		if p := visitor.do(http.MethodGet, address, nil, "Accept-Encoding", "gzip"); p.status != http.StatusOK {
			b.Fatal(p.status)
		}
	}
}

func TestOnlyWhoUnpacksGetsPackedPages(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip;q=0.8": true, "gzip;q=0": false, "gzip; q=0.0": false, "br": false, "deflate, gzip;q=1.0": true,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", header)
		is.Equal(t, header, unpacks(r), want)
	}
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
	is.Equal(t, "lines", len(lines), 7) // a search is two requests: the form, and its results
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

var update = flag.Bool("update", false, "rewrite the golden files")

func TestNothingButTheSignInPageIsOpenToStrangers(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	b := w.browser()
	for _, path := range []string{"/", "/people/find", "/people/newest", "/concerns", "/people/" + id.Public(), "/people/" + id.Public() + "/record.pdf",
		"/submissions", "/senders", "/reviews", "/senders/" + w.oak.ID.Public(), "/files", "/files/template.csv"} {
		p := b.get(path)
		is.Equal(t, path, p.status, http.StatusSeeOther)
		if !strings.HasPrefix(p.location(), "/signin") || strings.Contains(p.body, "Marsh") {
			t.Errorf("%s answers a stranger with %q", path, p.body)
		}
	}
	is.Equal(t, "search", b.search("Marsh Juniper 4/5/2023").location(), "/signin")
	is.Equal(t, "nowhere", b.get("/nowhere").status, http.StatusNotFound)
}
