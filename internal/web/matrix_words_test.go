package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/is"
)

// describes has a viewer describe somebody who is hidden from them in every form that looks people up by words, or by what a
// message or a file says: each is answered as of nobody at all, after the same statements, and nothing is written but what was
// sent. Who is not hidden is found there, of which other tests tell.
func (w *matrix) describes(v viewer, b *browser, c *cell) {
	w.t.Helper()
	if w.mayIn(v, c) != notThere || v.looks || c.is(removed) { // who may be put on a roster is found for it
		return
	}
	for what, ask := range w.forms(v, b) {
		w.of = c
		here, did := w.told(ask, c)
		there, didThere := w.told(ask, c.nobodyLike())
		is.Equal(w.t, v.name+" describes "+c.name()+", "+what, here, there)
		if what != inFile && what != aCopy { // which is looked at beside, while the page waits; and is written where it belongs, and taken back
			w.takesAsLong(v, v.name+" describes "+c.name()+", "+what, "/people/find", did, didThere)
		}
	}
}

// nobodyLike is nobody of the same birth date and home.
func (c *cell) nobodyLike() *cell {
	return &cell{given: "Nevernever", born: c.born, relation: c.relation, standing: &standing{home: c.standing.home}}
}

// areFound fails the test where somebody who is hidden from nobody is not told from nobody by those forms: they would hold
// nothing. A file of vaccinations is read, and nobody is looked up for it before it is stored.
func (w *matrix) areFound(v viewer) {
	w.t.Helper()
	w.site = w.rosters[w.rosterOf(v)].Public()
	c := w.cell(open_, another)
	for what, ask := range w.forms(v, w.looks(v.username)) {
		here, _ := w.told(ask, c)
		there, _ := w.told(ask, c.nobodyLike())
		is.Equal(w.t, v.name+" finds whom nothing hides, "+what, here != there, what != inFile || v.rosters)
	}
}

// The forms that are not held to their statements.
const (
	inFile = "a file"
	aCopy  = "a corrected copy"
)

// told is what a form answers of somebody, and what the store was asked for it.
func (w *matrix) told(ask func(*cell) page, c *cell) (answer string, asked []string) {
	w.forgets()
	p := ask(c)
	return c.unsaid(p), w.asked
}

var (
	aNumber = regexp.MustCompile(`\b0[0-9A-HJKMNP-TV-Z]{12}\b`)
	aTime   = regexp.MustCompile(`\b[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?\b`)
)

// unsaid is an answer without who was described.
func (c *cell) unsaid(p page) string {
	text := alike(p, c.given)
	for _, word := range []string{c.given, strings.ToUpper(c.given), strings.ToLower(c.given)} {
		text = strings.ReplaceAll(text, word, "ASKED")
	}
	return aTime.ReplaceAllString(aNumber.ReplaceAllString(hl7s(text), "NUMBER"), "TIME")
}

// month is the birth date as Americans write one.
func (c *cell) month() string { return c.born[4:6] + "/" + c.born[6:] + "/" + c.born[:4] }

// forms are the forms of a viewer in which somebody is described.
func (w *matrix) forms(v viewer, b *browser) map[string]func(*cell) page {
	out, u := map[string]func(*cell) page{}, v.user()
	if keepRosters.allows(u) && v.rosters {
		roster := "/rosters/" + w.site
		names := func(c *cell) url.Values {
			return url.Values{"family": {"Quillhaven"}, "given": {c.given}, "birth": {c.month()}, "since": {"1/2/2020"}}
		}
		add := func(step string, of func(*cell) url.Values) func(*cell) page {
			return func(c *cell) page {
				form := of(c)
				form.Set("step", step)
				return b.do(http.MethodPost, roster+"/add", form)
			}
		}
		out["to find for a roster"], out["to put on a roster"] = add("find", names), add("add", names)
		out["by number, for a roster"] = add("find", func(c *cell) url.Values {
			number := never
			if c.id != 0 {
				number = c.id.Public()
			}
			return url.Values{"registry": {number}, "birth": {c.month()}}
		})
		out["a search within a roster"] = func(c *cell) page { return b.get(b.post(roster+"/search", "q", c.given).location()) }
		out[inFile] = func(c *cell) page { return b.uploadRosterAt(roster, rosterHead+c.ofRoster("7", "3")) }
	}
	if enterVaccinations.allows(u) {
		out["to add a person"] = func(c *cell) page { return b.do(http.MethodPost, "/people/add", c.typed("look")) }
	}
	if uploadFiles.allows(u) && v.oak {
		out[inFile] = func(c *cell) page {
			p := b.uploads(w.oak, "shots.csv", "mrn,last_name,first_name,birth_date,sex,street,city,state,zip,date,cvx\nA7,Quillhaven,"+c.given+","+c.born+",F,5 Larch Way,Salem,MA,01970,05/06/2020,08\n")
			return b.get(p.location())
		}
	}
	if replayMessages.allows(u) && v.oak {
		out[aCopy] = func(c *cell) page {
			text := strings.ReplaceAll("MSH|^~\\&|EHR|X|||20260612093012-0500||VXU^V04^VXU_V04|W1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r"+c.pid("A7")+"\r"+shotOf("A7", "20160712", "03", "X1"), "\r", "\n")
			return b.post("/submissions/"+w.cell(open_, own).subs["oak"]+"/replay", "message", text)
		}
	}
	return out
}

// typed is a person as typed for one who is not there.
func (c *cell) typed(do string) url.Values {
	return url.Values{
		"do": {do}, "number": {iis.DoseID(777).Public()}, "first_name": {c.given}, "last_name": {"Quillhaven"}, "birth_date": {c.month()}, "sex": {"F"},
		"street": {"5 Larch Way"}, "city": {"Salem"}, "state": {"MA"}, "zip": {"01970"}, "phone": {"978 555 0188"}, "mother_first": {"Mary"}, "mother_last": {"Sedge"},
	}
}
