package web

import (
	"html"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// The matrix: everybody who can look (viewers) asks every route for every person (cells: how a record stands,
// and what the viewer's site has to do with it), by the law of each state, on both databases. What they read is held
// against what they are to see (mayIn), and the words of docs/who-sees-what.md are what they saw.

// TestNobodySeesWhatThePolicyDenies walks the matrix. On PostgreSQL, which is slower and has the same pages, each
// viewer looks at every third person, so that every person is looked at by every third viewer.
func TestNobodySeesWhatThePolicyDenies(t *testing.T) {
	saw := table{}
	was := debug.SetGCPercent(400) // a quarter of the time would be the collector's
	var merging sync.Mutex
	t.Cleanup(func() { // when all states were walked
		debug.SetGCPercent(was)
		if !t.Failed() && saw.whole() {
			saw.isWritten(t)
		}
	})
	for state := range standingsIn {
		t.Run(state, func(t *testing.T) {
			t.Parallel() // most of the time databases and disks are waited for
			seen := table{}
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				w := newMatrix(t, s, state)
				w.hasFewMore()
				w.hasFew()
				w.sets()
				w.overhears()
				for i, v := range viewers() {
					cells := w.thirds(i)
					if v.rosters {
						cells = append(slices.Clone(cells), w.off())
					}
					w.walks(v, cells, seen)
				}
				w.fewLook()
				d := w.opens()
				w.isAnswered(d)
				w.isAnsweredInBatches(d)
				w.isAcknowledged(d)
				mails := w.mails()
				for _, c := range w.everybody() {
					for _, word := range slices.Concat(c.elms(), c.oaks(), c.work(), []string{c.given}) {
						w.NeverLogs(word)
						is.Equal(t, "a mail says "+word, strings.Contains(mails, word), false)
					}
				}
			})
			merging.Lock()
			defer merging.Unlock()
			maps.Copy(saw, seen)
		})
	}
}

// walks has a viewer ask everything of some persons.
func (w *matrix) walks(v viewer, cells []*cell, saw table) {
	w.t.Helper()
	b := w.browser()
	if v.username != "" {
		b = w.looks(v.username)
	}
	w.site, w.file = w.rosters[w.rosterOf(v)].Public(), w.held[w.rosterOf(v)].file
	pages := w.listsFor(v, b)
	w.guesses(v, b)
	for i, c := range cells {
		read := map[string]*strings.Builder{}
		for _, kind := range kinds() {
			read[kind] = &strings.Builder{}
		}
		w.asksAll(v, b, c, i == 0, read)
		w.isOfOwnSite(v, c, read)
		var all strings.Builder
		for kind, text := range read {
			lower := strings.ToLower(text.String()) + pages[kind]
			if c.is(sealed) && v.everyone() && strings.Contains(kind, "sealed") {
				continue // the list of what is sealed is for who seals
			}
			if !c.is(removed) { // as anybody whom another reported, but for those who had them on the roster
				saw.add(w, kind, c, v, sightOf(kind, c, lower))
			}
			all.WriteString(lower)
		}
		w.isSeen(v, c, all.String())
	}
}

// listsFor are the pages on which nobody is asked for by a number, as a viewer reads them, by what they
// are, in lower case.
func (w *matrix) listsFor(v viewer, b *browser) map[string]string {
	w.t.Helper()
	pages := map[string]string{}
	for _, rt := range routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		at, person := w.at(path, w.cells[0].numbers)
		if method != http.MethodGet || person || strings.Contains(path, "{code}") || strings.Contains(path, "{token}") { // who guesses at a secret waits, whoever it is
			continue
		}
		pages[kindOf(path)] += inWords(b.get(at)) + "\n"
	}
	for _, other := range []string{w.apart.Public(), w.alike.Public()} {
		for _, suffix := range []string{"", "/log", "/same", "/record.pdf"} {
			pages["Who is who"] += inWords(b.get("/people/"+other+suffix)) + "\n"
		}
	}
	for kind, text := range pages {
		pages[kind] = strings.ToLower(text)
	}
	return pages
}

// asksAll asks every route that has a number of a person, and searches. Who may not use a route is
// told so whoever it is about: that is asked once, of the first person.
func (w *matrix) asksAll(v viewer, b *browser, c *cell, first bool, read map[string]*strings.Builder) {
	w.t.Helper()
	w.of = c
	if c.parted != nil {
		c.numbers["/rosters/{site}/unsure/{entry}"] = c.parted[w.rosters[w.rosterOf(v)]]
	}
	for _, rt := range routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		w.isFormer(v, b, c, rt, method, path)
		for _, numbers := range []map[string]string{c.numbers, c.second, c.ours} {
			if isOf(path, numbers) && (first || rt.may.allows(v.user())) {
				w.asksOf(v, b, c, rt, method, path, numbers, read)
			}
		}
	}
	if rt := permission("find people"); rt.allows(v.user()) && !v.looks { // nothing that they send is taken
		w.searches(v, b, c, read)
	}
	w.describes(v, b, c)
}

// isOf reports a path in which a number of a person is to stand; of the second place, the path has one.
func isOf(path string, numbers map[string]string) bool {
	_, person, _ := addressOf(path, numbers)
	_, second := numbers[besideOther]
	if numbers[ofOak] != "" {
		return person && strings.HasPrefix(path, "/submissions/")
	}
	return person && (!second || strings.HasSuffix(path, "/{other}") && !strings.Contains(path, "/doses/"))
}

// asksOf asks one route for a person, as that viewer is to be answered.
func (w *matrix) asksOf(v viewer, b *browser, c *cell, rt route, method, path string, numbers map[string]string, read map[string]*strings.Builder) {
	w.t.Helper()
	want, name := w.mayIn(v, c), v.name+", "+c.name()+", "+rt.pattern
	all := want == allOfIt && !v.looks
	switch may := rt.may.allows(v.user()); {
	case may && strings.HasPrefix(path, "/sealed/"): // the one place where what is sealed is told, of those who seal
		if method == http.MethodGet && c.is(sealed) {
			at, _ := w.at(path, numbers)
			is.Equal(w.t, name+" tells of whom", strings.Contains(b.get(at).body, c.given), true)
		}
	case v.elm && secrets(path) && !c.is(sealed): // their own, whatever became of the person
	case !may, want == notThere, secrets(path) && !v.everyone() && !(v.oak && numbers[ofOak] != ""):
		w.isNone(v, b, name, method, path, numbers, asNobody(numbers))
	case method == http.MethodGet && w.isOthers(v, c, path, numbers):
		w.isNoneWithin(v, b, c, name, method, path, numbers)
	case method == http.MethodGet:
		at, _ := w.at(path, numbers)
		read[kindOf(path)].WriteString(inWords(b.get(at)) + "\n")
	case v.elm: // they would change what is their own
	case v.rosters && strings.HasPrefix(path, "/rosters/"): // they keep it, and would change the entry for all who follow
	case all, numbers[ofOak] != "" && v.oak, want > isRefused && slices.Contains([]string{"/people/{number}/sharing", "/people/{number}/glass", "/people/{number}/concern"}, path):
		// it may, and would change the record for all who follow
	case want == ownPart && numbers[besideOther] == "":
		w.isNoneWithin(v, b, c, name, method, path, numbers)
	default:
		w.changesNothing(b, c, name, path, numbers)
	}
}

// isNone asks with numbers, and with such as were never given: the whole answers are one, and nothing was written.
func (w *matrix) isNone(v viewer, b *browser, name, method, path string, numbers, none map[string]string) {
	w.t.Helper()
	here, did := w.asksWith(b, name, method, path, numbers)
	there, didThere := w.asksWith(b, name, method, path, none)
	is.Equal(w.t, name+" is answered as of none", here, there)
	w.takesAsLong(v, name, path, did, didThere)
}

// asksWith is the whole answer to a request with numbers, by which nothing was written, and what was asked of the store for it.
func (w *matrix) asksWith(b *browser, name, method, path string, numbers map[string]string) (said string, asked []string) {
	w.t.Helper()
	at, _ := w.at(path, numbers)
	w.forgets()
	said = w.answer(b, method, at, numbers)
	w.writesNothing(name)
	return said, w.asked
}

// isOthers reports that a number within a record that somebody sees a part of is of what they do not see: Elm's, of whoever sees
// Oak's part; a signed form, and what was entered as confidential, of whoever has the person on the roster.
func (w *matrix) isOthers(v viewer, c *cell, path string, numbers map[string]string) bool {
	none := asNobody(numbers)
	none["people/{number}"] = numbers["people/{number}"]
	at, _ := w.at(path, numbers)
	if other, _ := w.at(path, none); numbers[besideOther] != "" || at == other || !strings.HasPrefix(path, "/people/") {
		return false
	}
	switch w.mayIn(v, c) {
	case ownPart:
		return c.elm && !v.elm
	case asReader:
		return strings.Contains(path, "/signed/") || c.confides() && strings.Contains(path, "/vaccinations/{entry}")
	}
	return false
}

// isNoneWithin asks within a record of which somebody sees a part for what another site has in it.
func (w *matrix) isNoneWithin(v viewer, b *browser, c *cell, name, method, path string, numbers map[string]string) {
	w.t.Helper()
	none := asNobody(numbers)
	within := strings.Count(path, "{") > 1 && numbers["people/{number}"] != ""
	if !within || c.relation == own {
		return
	}
	none["people/{number}"] = numbers["people/{number}"]
	w.isNone(v, b, name, method, path, numbers, none)
}

// changesNothing sends a form that must not be taken.
func (w *matrix) changesNothing(b *browser, c *cell, name, path string, numbers map[string]string) {
	w.t.Helper()
	at, _ := w.at(path, numbers)
	w.forgets()
	b.do(http.MethodPost, at, filledFor(c.id.Public()))
	w.writesNothing(name)
}

var (
	foundKey  = regexp.MustCompile(`found=\w+|/found/\w+`)
	reference = regexp.MustCompile(`(reference=|[Rr]eference[^<]*<[^>]*>)[A-Z2-7]{8}`)
)

// answer is all that a browser is told: status, headers and body, but for the numbers that were asked for
// and what is another at each request.
func (w *matrix) answer(b *browser, method, path string, numbers map[string]string) string {
	w.t.Helper()
	var p page
	if method == http.MethodGet {
		p = b.get(path)
	} else {
		p = b.do(method, path, filledFor(numbers["people/{number}"]))
	}
	var head []string
	for name, values := range p.header {
		if name != "Date" && name != "Content-Length" && name != "Location" {
			head = append(head, name+": "+strings.Join(values, "; "))
		}
	}
	slices.Sort(head)
	at := p.location()
	p.header.Del("Location") // said by at
	for _, n := range numbers {
		at, p.body = strings.ReplaceAll(at, n, "ASKED"), strings.ReplaceAll(p.body, n, "ASKED")
	}
	if at != "" { // the way back has what was asked for
		at, p.body = strings.ReplaceAll(at, never, "ASKED"), strings.ReplaceAll(p.body, never, "ASKED")
	}
	body := reference.ReplaceAllString(alike(p, "ASKED"), "$1REFERENCE")
	return strings.Join([]string{http.StatusText(p.status), foundKey.ReplaceAllString(at, "found"), strings.Join(head, "\n"), body}, "\n")
}

// searchesOf is what a person is searched by, and what nobody is found by.
func (c *cell) searchesOf() map[string]string {
	year := c.born[:4]
	out := map[string]string{
		c.given + " Quillhaven " + year: "Nevernever Wasnever " + year, c.id.Public(): never, c.given + " " + year: "Nevernever " + year,
	}
	for _, word := range c.elms()[:min(1, len(c.elms()))] {
		out[word], out["mrn "+word] = "ELMCHARTNever", "mrn ELMCHARTNever"
	}
	return out
}

// searches searches for a person in every way: what is hidden is found as nobody is, and of those of a name
// just those are found, and counted, who may be.
func (w *matrix) searches(v viewer, b *browser, c *cell, read map[string]*strings.Builder) {
	w.t.Helper()
	for asked, none := range c.searchesOf() {
		w.forgets()
		p := b.search(asked)
		did := w.asked
		if w.mayIn(v, c) == notThere {
			w.forgets()
			is.Equal(w.t, v.name+" searches for "+c.name(), alike(p, asked), alike(b.search(none), none))
			w.takesAsLong(v, v.name+" searches for "+c.name(), "/people/find", did, w.asked)
		}
		read[asList].WriteString(strings.ReplaceAll(readable(p), html.EscapeString(asked), "ASKED") + "\n")
	}
	there := 0
	for _, other := range w.everybody() {
		if sight := w.mayIn(v, other); sight > isRefused {
			there++
		}
	}
	found := map[string]bool{}
	p := b.search("quillhaven 2015")
	for _, at := range personAddressIn.FindAllString(p.body, -1) {
		found[at] = true
	}
	is.Equal(w.t, v.name+" finds of the name", len(found), there)
}
