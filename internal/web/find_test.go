package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/is"
)

func TestSearchingShowsWhoIsMeantAndKeepsNamesOutOfAddresses(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	b := w.signedIn("reader")
	p := b.get("/")
	p.want(t, "<h1>Find a person</h1>", `<label class="usa-label" for="q">`, `id="q"`, `method="post" action="/people/find"`, `aria-current="page"`)
	p = b.search("juniper marsh 4/5/2023")
	is.Equal(t, "status", p.status, http.StatusOK)
	p.want(t, "1 person found", `<a class="row-link" href="/people/`+id.Public()+`">Marsh, Juniper</a>`, "Apr 5, 2023", "Female", `value="juniper marsh 4/5/2023"`)
	b.search("mar 2023").want(t, "1 person found")
	b.search("Marsh Ada 4/5/2023").want(t, "People born that day of whom only part of the name fits", "Marsh, Juniper")
	b.search("Nobody 4/5/2023").want(t, "Nobody found")
	b.search("A1").want(t, "1 person found", "Marsh, Juniper")
	is.Equal(t, "by number", b.search(id.Public()).location(), "/people/"+id.Public())
	is.Equal(t, "the results' address", b.get("/people/find").location(), "/")
}

func TestATelephoneNumberWithoutItsAreaCodeIsAskedForIt(t *testing.T) {
	w := open(t)
	w.send("Marsh")
	b := w.signedIn("reader")
	const ask = "A telephone number is found only with its area code"
	for _, text := range []string{"5550147", "555-0147", "555 0147", "phone 555-0147"} {
		b.search(text).want(t, "Nobody found", ask)
	}
	for _, text := range []string{"(508) 555-0147", "B55501", "Nobody 4/5/2023"} {
		if p := b.search(text); !strings.Contains(p.body, "Nobody found") || strings.Contains(p.body, ask) {
			t.Errorf("%s is answered:\n%s", text, p.body)
		}
	}
}

func TestWhoeverSearchedCanComeBackToTheResultsAndNobodyElse(t *testing.T) {
	w := open(t)
	w.send("Marsh")
	b := w.signedIn("reader")
	results := b.do(http.MethodPost, "/people/find", url.Values{"q": {"marsh 2023"}}).location()
	for range 2 {
		b.get(results).want(t, "1 person found", `value="marsh 2023"`)
	}
	other := b.do(http.MethodPost, "/people/find", url.Values{"q": {"fern 2023"}}).location()
	b.get(other).want(t, "Nobody found")
	b.get(results).want(t, "1 person found")
	for name, p := range map[string]page{
		"someone else": w.signedIn("clinic").get(results), "a session of the same user": w.signedIn("reader").get(results), "another address": b.get("/found/x"),
	} {
		if strings.Contains(p.body, `value="marsh`) || strings.Contains(p.body, "Marsh") || !strings.Contains(p.body, "no longer kept") {
			t.Errorf("%s sees the results:\n%s", name, p.body)
		}
	}
	is.Equal(t, "a stranger", w.browser().get(results).location(), "/signin")
}

func TestSearchesAreKeptForAWhileAndNotWithoutEnd(t *testing.T) {
	s, start := newSearches(), time.Now()
	first := s.keep(search{"nora", strings.Repeat("é", maxSearchText), start})
	text, ok := s.text(first, "nora", start.Add(access.SessionIdle))
	is.Equal(t, "kept", ok, true)
	is.Equal(t, "cut", len(text), maxSearchText)
	_, ok = s.text(first, "nora", start.Add(access.SessionIdle+1))
	is.Equal(t, "too old", ok, false)
	for range maxEach - 1 {
		s.keep(search{"nora", "x", start})
	}
	_, ok = s.text(first, "nora", start)
	is.Equal(t, "kept beside others", ok, true)
	omars := s.keep(search{"omar", "x", start})
	for range maxSearches {
		s.keep(search{"nora", "x", start})
	}
	_, ok = s.text(first, "nora", start)
	is.Equal(t, "too many of one session", ok, false)
	_, ok = s.text(omars, "omar", start)
	is.Equal(t, "kept however much another searches", ok, true)
	is.Equal(t, "of one session at most", len(s.byKey), maxEach+1)
	for i := range maxSearches {
		s.keep(search{strconv.Itoa(i), "x", start})
	}
	_, ok = s.text(omars, "omar", start)
	is.Equal(t, "too many", ok, false)
	is.Equal(t, "at most", len(s.byKey), maxSearches)
	is.Equal(t, "keys at most", len(s.keys), maxSearches)
	s.keep(search{"nora", "x", start.Add(time.Hour)})
	is.Equal(t, "old ones are forgotten", len(s.byKey), 1)
}

func TestASearchWithoutABirthDateSaysThatOneIsNeeded(t *testing.T) {
	w := open(t)
	p := w.signedIn("reader").search("Marsh <Juniper>")
	is.Equal(t, "status", p.status, http.StatusBadRequest)
	p.want(t, "A birth date is needed.", `role="alert"`, `value="Marsh &lt;Juniper&gt;"`)
}

func TestAFormThatIsTooLargeIsRefused(t *testing.T) {
	w := open(t)
	p := w.signedIn("reader").search(strings.Repeat("x", maxForm+1))
	is.Equal(t, "status", p.status, http.StatusRequestEntityTooLarge)
	p.want(t, "The form is larger than this page takes.")
}

func TestTheNewestRecordsAreListed(t *testing.T) {
	w := open(t)
	b := w.signedIn("administrator")
	b.get("/people/newest").want(t, "There are no records yet.")
	id := w.send("Marsh")
	b.get("/people/newest").want(t, `href="/people/`+id.Public()+`"`)
}
