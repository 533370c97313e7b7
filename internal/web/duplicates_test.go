package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
)

// hasTwoRecords gives the registry two records that may be of one child, in the
// queue.
func (w *registry) hasTwoRecords() (a, b iis.PersonID) {
	w.t.Helper()
	newest := func(pid string, lines ...string) (id iis.PersonID) {
		w.Takes(w.oak, append([]string{pid}, lines...)...)
		is.NoError(w.t, "newest", w.Store.Read(context.Background(), func(tx *store.Tx) error {
			ids, err := tx.RecentPersons(1)
			id = ids[0]
			return err
		}))
		return id
	}
	const dose = "ORC|RE||%^X\rRXA|0|1|20230606||110^x^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||4RT82||SKB^x^MVX|||CP|A"
	a = newest("PID|1||B1^^^X^MR~555667777^^^SSA^SS||Marsh^Juniper||20230405|F|||12 Long Pond Road^^Plymouth^MA^02360", strings.Replace(dose, "%", "1", 1))
	b = newest("PID|1||B2^^^X^MR||Fen^Junia||20210917|F|||3 Elm Street^^Plymouth^MA^02360", strings.Replace(dose, "%", "2", 1))
	is.NoError(w.t, "queue", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.AddPossibleMatch(b, a, 0, []byte(`{"profile":"balanced","bits":7,"why":[],"guards":["given name"]}`), w.Store.Now())
	}))
	return a, b
}

func (w *registry) acts(id iis.PersonID) string {
	w.t.Helper()
	log, err := w.Store.AccessLog(context.Background(), id, 100)
	is.NoError(w.t, "access log", err)
	var out []string
	for _, a := range log {
		out = append(out, a.Act)
	}
	return strings.Join(out, ", ")
}

func TestTwoRecordsStandBesideEachOtherAndBothAreAudited(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	admin := w.signedIn(access.Administrator)
	admin.get("/duplicates").want(t, "Fen, Junia", "Marsh, Juniper", "/people/"+b.Public()+"/compare/"+a.Public(), "High", "Likely one person")
	p := admin.get("/people/" + b.Public() + "/compare/" + a.Public())
	is.Equal(t, "status", p.status, http.StatusOK)
	p.want(t, "Are these one person?", "Juniper", "Junia", "Fen", "≠</span> Different", "=</span> Same", "=</span> In both", "ends in 7777",
		"The given names", `accesskey="s"`, `accesskey="d"`, `accesskey="l"`, "In the queue since", "The given names are not the same.")
	if strings.Contains(p.body, "555667777") {
		t.Error("the page shows a whole social security number")
	}
	for _, id := range []iis.PersonID{a, b} {
		if got := w.acts(id); !strings.HasPrefix(got, "compare records, list possible duplicates") {
			t.Errorf("the audit has %q", got)
		}
	}
	admin.get("/people/"+a.Public()).want(t, "This may not be the whole record.", b.Public(), "compare them")
}

func TestAReaderSeesThatARecordMayBeTwoAndDecidesNothing(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	reader := w.signedIn(access.Reader)
	p := reader.get("/people/" + a.Public())
	p.want(t, "This may not be the whole record.")
	for _, gone := range []string{"compare them", "There is another record", "/duplicates"} {
		if strings.Contains(p.body, gone) {
			t.Errorf("a reader is offered %q", gone)
		}
	}
	pair := "/people/" + a.Public() + "/compare/" + b.Public()
	for _, ask := range []func() page{
		func() page { return reader.get("/duplicates") },
		func() page { return reader.get("/duplicates/doses") },
		func() page { return reader.get(pair) },
		func() page { return reader.do(http.MethodPost, pair, url.Values{"verdict": {"same"}, "why": {"x"}}) },
		func() page { return reader.get("/people/" + a.Public() + "/same") },
		func() page {
			return reader.do(http.MethodPost, "/people/"+a.Public()+"/same/"+b.Public(), url.Values{"why": {"x"}})
		},
	} {
		p := ask()
		is.Equal(t, "status", p.status, http.StatusForbidden)
		p.want(t, "Not allowed", "Your role, read-only, may not")
	}
	if got := w.acts(b); strings.Contains(got, "compare") {
		t.Errorf("what was refused was audited as seen: %s", got)
	}
}

func TestADecisionWithoutAReasonComesBackWithTheForm(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	admin := w.signedIn(access.Administrator)
	pair := "/people/" + b.Public() + "/compare/" + a.Public()
	p := admin.do(http.MethodPost, pair, url.Values{"verdict": {"same"}, "why": {" "}})
	is.Equal(t, "status", p.status, http.StatusBadRequest)
	p.want(t, "Error:", "Say why", "Juniper")
	p = admin.do(http.MethodPost, pair, url.Values{"verdict": {"perhaps"}, "why": {"I <b>think</b> so."}})
	is.Equal(t, "status", p.status, http.StatusBadRequest)
	p.want(t, "I &lt;b&gt;think&lt;/b&gt; so.")
	p = admin.do(http.MethodPost, pair, url.Values{"verdict": {"later"}})
	is.Equal(t, "later", p.location(), "/duplicates?done=later")
	admin.get(p.location()).want(t, "It comes back into the queue in a week.", "Nothing is to be decided.")
}

func TestWhatWasDecidedToBeTwoPeopleStandsInPlaceOfTheForm(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	admin := w.signedIn(access.Administrator)
	pair := "/people/" + a.Public() + "/compare/" + b.Public()
	p := admin.do(http.MethodPost, pair, url.Values{"verdict": {"different"}, "how": {"papers"}, "why": {"Cousins of one street."}})
	is.Equal(t, "decided", p.location(), "/duplicates?done=different")
	for _, address := range []string{pair, "/people/" + b.Public() + "/compare/" + a.Public()} {
		p = admin.get(address)
		is.Equal(t, "status", p.status, http.StatusOK)
		p.want(t, "<h1>These are two people", "What was decided", "Cousins of one street.", "Holds</span>", "Juniper", "Junia", "/undo\"", "Undo it to decide about the two anew.")
		if strings.Contains(p.body, `name="verdict"`) {
			t.Error("the page asks for what is decided")
		}
	}
	p = admin.do(http.MethodPost, pair, url.Values{"verdict": {"same"}, "how": {"papers"}, "why": {"One."}})
	is.Equal(t, "a form that was open before", p.status, http.StatusConflict)
	p.want(t, "What was decided", "Error: these are two people")
	_, undo, _ := strings.Cut(p.body, `action="/people/`+a.Public()+`/decisions/`)
	undo, _, _ = strings.Cut(undo, `"`)
	p = admin.do(http.MethodPost, "/people/"+a.Public()+"/decisions/"+undo, url.Values{"why": {"They are one."}})
	admin.get(p.location()).want(t, "The decision holds no more.")
	admin.get(pair).want(t, "Are these one person?", `name="verdict"`)
}

func TestRecordsThatAnOperatorUnitedSaySoAndAreUndoneOnThePage(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	d, err := record.New(w.Store, codeset.Default()).Unite(context.Background(), a, b, iis.Actor{Kind: "command"}, "The clinic has seen the papers.")
	is.NoError(t, "unite", err)
	admin := w.signedIn(access.Administrator)
	admin.get("/people/"+a.Public()).want(t, "are of one person, were joined, and stay together", "The clinic has seen the papers.",
		"The registry itself", "Decided that two records are of one person, and stay together")
	p := admin.do(http.MethodPost, "/people/"+a.Public()+"/decisions/"+d.Public()+"/undo", url.Values{"why": {"Those were the cousin’s."}})
	admin.get(p.location()).want(t, "The decision holds no more.")
	admin.get("/people/"+b.Public()).want(t, "Junia", "An earlier decision was undone")
}

func TestASearchForAnotherRecordStandsInNoAddress(t *testing.T) {
	w := open(t)
	a, b := w.hasTwoRecords()
	clinic := w.signedIn(access.Clinic)
	p := clinic.do(http.MethodPost, "/people/"+a.Public()+"/same", url.Values{"q": {"fen junia 2021"}})
	if !strings.HasPrefix(p.location(), "/people/"+a.Public()+"/same?found=") || strings.Contains(strings.ToLower(p.location()), "fen") {
		t.Fatalf("the address is %q", p.location())
	}
	clinic.get(p.location()).want(t, "Which one is it?", "Fen, Junia", "/people/"+a.Public()+"/same/"+b.Public())
	clinic.get("/people/"+a.Public()+"/same?found=gone").want(t, "This search is no longer kept.")
	p = clinic.do(http.MethodPost, "/people/"+a.Public()+"/same/"+b.Public(), url.Values{"why": {""}})
	is.Equal(t, "without a reason", p.status, http.StatusBadRequest)
}

// hasDosesInQuestion gives the registry a child with two reports of one day that
// name different lots, and returns the address where they stand beside each other.
func (w *registry) hasDosesInQuestion() (id iis.PersonID, address string) {
	w.t.Helper()
	const dose = "ORC|RE||%1^X\rRXA|0|1|20240506||03^x^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||%2||MSD^x^MVX|||CP|A"
	w.Takes(w.oak, "PID|1||B1^^^X^MR||Quill^Ida||20230406|F",
		strings.NewReplacer("%1", "1", "%2", "X012345").Replace(dose), strings.NewReplacer("%1", "2", "%2", "K777777").Replace(dose))
	is.NoError(w.t, "doses", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.RecentPersons(1)
		if err != nil {
			return err
		}
		id = ids[0]
		f, err := tx.Folder(id)
		address = "/people/" + id.Public() + "/doses/" + f.Consolidated[0].ID.Public() + "/compare/" + f.Consolidated[1].ID.Public()
		return err
	}))
	return id, address
}

func TestTwoDosesStandBesideEachOtherAreDecidedAboutAndThatIsUndone(t *testing.T) {
	w := open(t)
	id, address := w.hasDosesInQuestion()
	admin := w.signedIn(access.Administrator)
	admin.get("/duplicates/doses").want(t, "Quill, Ida", address, "lot X012345")
	admin.get("/people/"+id.Public()).want(t, "Needs review", address, "Compare the two")
	p := admin.get(address)
	is.Equal(t, "status", p.status, http.StatusOK)
	p.want(t, "Is this one shot?", "Ida Quill", "X012345", "K777777", "≠</span> Different", "=</span> Same", "May 6, 2024", "Oak", "Administered",
		"One site says that it gave this vaccine on this day from two lots.", "Received", `accesskey="s"`)
	if got := w.acts(id); !strings.HasPrefix(got, "compare doses, ") {
		t.Errorf("the audit has %q", got)
	}
	_, seen, _ := strings.Cut(p.body, `name="seen" value="`)
	seen, _, _ = strings.Cut(seen, `"`)

	p = admin.do(http.MethodPost, address, url.Values{"seen": {seen}, "verdict": {"same"}, "why": {" "}})
	is.Equal(t, "without a reason", p.status, http.StatusBadRequest)
	p.want(t, "Error:", "Say why", "K777777")
	p = admin.do(http.MethodPost, address, url.Values{"seen": {"older"}, "verdict": {"same"}, "why": {"I <b>think</b> so."}})
	is.Equal(t, "of what was", p.status, http.StatusConflict)
	p.want(t, "has changed since", "I &lt;b&gt;think&lt;/b&gt; so.")
	p = admin.do(http.MethodPost, address, url.Values{"seen": {seen}, "verdict": {"same"}, "why": {"One vial, misread."}})
	is.Equal(t, "decided", p.location(), "/duplicates/doses?done=same&record="+id.Public())
	admin.get(p.location()).want(t, "counted as one shot now", "No dose is in question", "/people/"+id.Public())
	admin.get("/people/"+id.Public()).want(t, "One shot or two", "One shot: ", "One vial, misread.", address+"/undo", "1 dose<")
	is.Equal(t, "what is decided", admin.get(address).status, http.StatusNotFound)

	p = admin.do(http.MethodPost, address+"/undo", url.Values{"why": {"Both vials are here."}})
	is.Equal(t, "undone", p.location(), "/people/"+id.Public()+"?undone-dose#one-shot")
	admin.get(p.location()).want(t, "The decision about the two reports holds no more.", "Holds no more", "Both vials are here.", "Needs review", "2 doses<")
	is.Equal(t, "no such doses", admin.get("/people/"+id.Public()+"/doses/x/compare/y").status, http.StatusNotFound)
}

func TestAReaderSeesDosesInQuestionAndDecidesNothing(t *testing.T) {
	w := open(t)
	id, address := w.hasDosesInQuestion()
	reader := w.signedIn(access.Reader)
	p := reader.get("/people/" + id.Public())
	p.want(t, "Needs review")
	if strings.Contains(p.body, "Compare the two") {
		t.Error("a reader is offered to decide")
	}
	for _, p := range []page{
		reader.get(address), reader.do(http.MethodPost, address, url.Values{"verdict": {"same"}, "why": {"x"}}),
		reader.do(http.MethodPost, address+"/undo", url.Values{"why": {"x"}}),
	} {
		is.Equal(t, "status", p.status, http.StatusForbidden)
		p.want(t, "Not allowed", "Your role, read-only, may not decide whether two reports are of one shot.")
	}
	if got := w.acts(id); strings.Contains(got, "doses") {
		t.Errorf("what was refused was done, or audited as seen: %s", got)
	}
}
