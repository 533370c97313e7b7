package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// joins makes two records one by a page, with more of the form.
func (w *registry) joins(admin *browser, a, b iis.PersonID, more url.Values) (record string) {
	w.t.Helper()
	form := url.Values{"verdict": {"same"}, "how": {"family"}}
	for k, v := range more {
		form[k] = v
	}
	p := admin.do(http.MethodPost, "/people/"+a.Public()+"/compare/"+b.Public(), form)
	is.Equal(w.t, "status", p.status, http.StatusSeeOther)
	to, err := url.Parse(p.location())
	is.NoError(w.t, "address", err)
	return "/people/" + to.Query().Get("record")
}

// sourcePages are the addresses at which a record's page asks where sources belong.
func sourcePages(body string) (out []string) {
	for _, part := range strings.Split(body, `href="`)[1:] {
		if address, _, _ := strings.Cut(part, `"`); strings.Contains(address, "/sources/") {
			out = append(out, address)
		}
	}
	return out
}

// hasTwoSources joins a record with that of another chart, and returns the address of
// one of its sources.
func (w *registry) hasTwoSources(admin *browser, a iis.PersonID) string {
	w.t.Helper()
	w.Takes(w.oak, "PID|1||B9^^^X^MR||Sedge^Lil||19910703|F")
	var b []iis.PersonID
	is.NoError(w.t, "newest", w.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
		b, err = tx.RecentPersons(1)
		return err
	}))
	return sourcePages(admin.get(w.joins(admin, a, b[0], nil)).body)[0]
}

func TestASourceIsMovedToARecordOfItsOwnAndBack(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	admin := w.signedIn(access.Administrator)
	if got := sourcePages(admin.get("/people/" + a.Public()).body); len(got) != 0 {
		t.Errorf("a record of one source offers to take it away: %q", got)
	}
	record := w.joins(admin, a, b, nil)
	admin.get(record).want(t, "Confirmed by the person or the family.")
	sources := sourcePages(admin.get(record).body)
	is.Equal(t, "sources", len(sources), 2)
	// Two charts of one clinic are held apart by its own number for the patient.
	page := admin.get(sources[0])
	page.want(t, "Does this belong in this record?", "Juniper", "Junia", "≠</span> Different", "Hold together with", `name="how" id="how-compared" value="compared" checked`)
	if got := w.acts(min(a, b)); !strings.HasPrefix(got, "compare a source") {
		t.Errorf("the audit has %q", got)
	}
	for wrong, form := range map[string]url.Values{
		"Say whether it is of another person":         {"how": {"papers"}},
		"Say why: whoever looks at this record later": {"verdict": {"new"}},
		"Choose with what it is to be held together":  {"how": {"papers"}, "verdict": {"together"}},
		"I &lt;b&gt;think&lt;/b&gt; so.":              {"why": {"I <b>think</b> so."}},
	} {
		p := admin.do(http.MethodPost, sources[0], form)
		is.Equal(t, "status", p.status, http.StatusBadRequest)
		p.want(t, "Error:", wrong)
	}
	p := admin.do(http.MethodPost, sources[0], url.Values{"how": {"sender"}, "verdict": {"new"}, "why": {"A cousin’s chart."}})
	is.Equal(t, "status", p.status, http.StatusSeeOther)
	if strings.HasPrefix(p.location(), record) || !strings.HasSuffix(p.location(), "?moved#identity") {
		t.Errorf("it leads to %q", p.location())
	}
	moved := admin.get(p.location())
	moved.want(t, "moved into this record", "Confirmed by a clinic or another sender. A cousin’s chart.", "was moved to")
	is.Equal(t, "sources that may be taken away", len(sourcePages(moved.body)), 0)
	is.Equal(t, "its only source", admin.get(p.location()[:strings.Index(p.location(), "?")]+sources[0][len(record):]).status, http.StatusConflict)

	// Undone, it is back; and goes to a record that is searched for and compared.
	_, after, _ := strings.Cut(moved.body, "/decisions/")
	decision, _, _ := strings.Cut(after, "/undo")
	p = admin.do(http.MethodPost, record+"/decisions/"+decision+"/undo", url.Values{"why": {"It was hers."}})
	is.Equal(t, "undone", p.location(), record+"?undone#identity")
	is.Equal(t, "sources", sourcePages(admin.get(record).body), sources)
	third := w.send("Quill")
	p = admin.do(http.MethodPost, sources[0]+"/find", url.Values{"q": {"quill 2023"}})
	is.Equal(t, "searched", strings.HasPrefix(p.location(), sources[0]+"?found="), true)
	to := sources[0] + "/to/" + third.Public()
	admin.get(strings.TrimSuffix(p.location(), "#pick")).want(t, "Which one is it?", `href="`+to+`"`)
	admin.get(sources[0]+"?found=forgotten").want(t, "This search is no longer kept.")
	p = admin.do(http.MethodPost, sources[0]+"/find", url.Values{"q": {"q"}})
	p = admin.get(strings.TrimSuffix(p.location(), "#pick"))
	is.Equal(t, "too little to search by", p.status, http.StatusBadRequest)
	is.Equal(t, "said once", strings.Count(p.body, `id="problem"`), 1)
	is.Equal(t, "beside its own record", admin.get(sources[0]+"/to/"+record[len("/people/"):]).status, http.StatusBadRequest)
	is.Equal(t, "beside nobody", admin.get(sources[0]+"/to/"+iis.PersonID(77).Public()).status, http.StatusNotFound)
	admin.get(to).want(t, "Move this into the other record?", "Quill", "≠</span> Different", `action="`+to+`"`)
	if got := w.acts(third); !strings.HasPrefix(got, "compare a source") {
		t.Errorf("the audit has %q", got)
	}
	p = admin.do(http.MethodPost, to, url.Values{"why": {" "}})
	is.Equal(t, "without a reason", p.status, http.StatusBadRequest)
	p.want(t, "Say why: whoever looks at this record later")
	p = admin.do(http.MethodPost, to, url.Values{"how": {"papers"}})
	is.Equal(t, "moved", p.location(), "/people/"+third.Public()+"?moved#identity")
	is.Equal(t, "sources there", len(sourcePages(admin.get(p.location()).body)), 2)
}

func TestWhatIsHeldTogetherOnAPageIsNotMoved(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	admin := w.signedIn(access.Administrator)
	record := w.joins(admin, a, b, url.Values{"hold": {"together"}})
	admin.get(record).want(t, "were joined, and stay together")
	sources := sourcePages(admin.get(record).body)
	p := admin.do(http.MethodPost, sources[0], url.Values{"how": {"papers"}, "verdict": {"new"}})
	is.Equal(t, "status", p.status, http.StatusConflict)
	p.want(t, "belongs together with another of this record")
	p = admin.do(http.MethodPost, sources[0], url.Values{"how": {"papers"}, "verdict": {"together"}, "with": {strings.TrimPrefix(sources[1], record+"/sources/")}})
	is.Equal(t, "held", p.location(), record+"?held#identity")
	admin.get(p.location()).want(t, "The two are held together.", "Two sources of this record belong together")
}

func TestOnlyTheProgrammeSaysWhereASourceBelongs(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	admin := w.signedIn(access.Administrator)
	record := w.joins(admin, a, b, nil)
	source := sourcePages(admin.get(record).body)[0]
	for _, role := range []string{access.Clinic, access.Reader} {
		other := w.signedIn(role)
		if got := sourcePages(other.get(record).body); len(got) != 0 {
			t.Errorf("%s is offered %q", role, got)
		}
		for _, p := range []page{other.get(source), other.do(http.MethodPost, source, url.Values{"verdict": {"new"}, "how": {"papers"}})} {
			is.Equal(t, "status", p.status, http.StatusForbidden)
			p.want(t, "may not decide in which record a source belongs")
		}
	}
}

// Who works through what one sender has reported goes on there, pair by pair.
func TestAfterADecisionTheSamePartOfTheQueueGoesOn(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	admin := w.signedIn(access.Administrator)
	part := "?sender=" + w.oak.ID.Public()
	pair := "/people/" + b.Public() + "/compare/" + a.Public() + part
	admin.get("/duplicates"+part).want(t, pair)
	admin.get(pair).want(t, `href="/duplicates`+part+`"`, `action="`+pair+`"`)
	p := admin.do(http.MethodPost, pair, url.Values{"verdict": {"later"}})
	is.Equal(t, "later", p.location(), "/duplicates?done=later&sender="+w.oak.ID.Public())
	_, doses := w.hasDosesInQuestion()
	admin.get("/duplicates/doses"+part).want(t, doses+part)
	p = admin.get("/duplicates/doses" + part + "&done=later")
	p.want(t, `accesskey="n">Next one`, doses+part)
	p = admin.do(http.MethodPost, doses+part, url.Values{"verdict": {"later"}})
	if !strings.HasSuffix(p.location(), "&sender="+w.oak.ID.Public()) {
		t.Errorf("it leads to %q", p.location())
	}
}

// One key is enough: how somebody knows is chosen beforehand.
func TestADecisionNeedsNoMoreThanHowItIsKnown(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	admin := w.signedIn(access.Administrator)
	pair := "/people/" + b.Public() + "/compare/" + a.Public()
	admin.get(pair).want(t, `value="compared" checked`)
	p := admin.do(http.MethodPost, pair, url.Values{"verdict": {"different"}, "how": {"compared"}, "why": {""}})
	is.Equal(t, "status", p.status, http.StatusSeeOther)
	admin.get("/people/"+a.Public()).want(t, "are of two people, and stay apart", `<p class="say">Compared side by side.</p>`)
}
