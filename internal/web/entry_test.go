package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/is"
	"openiis/test/world"
)

// numberOf is the number that a form carries.
func numberOf(p page) string {
	if m := regexp.MustCompile(`name="number" value="(\w{13})"`).FindStringSubmatch(p.body); m != nil {
		return m[1]
	}
	return ""
}

// ago is a day so many days ago as people type it.
func ago(days int) string { return cal.On(time.Now()).AddDays(-days).Time().Format("1/2/2006") }

// says fills in a form about health with the number that it carries.
func (b *browser) says(record, kind string, fields url.Values) page {
	fields.Set("number", numberOf(b.get(record+"/facts/"+kind)))
	return b.do(http.MethodPost, record+"/facts/"+kind, fields)
}

func TestAClinicUserRecordsVaricellaAndWithdrawsIt(t *testing.T) {
	w := open(t)
	id := w.send(world.Canary, "ORC|RE||1^X\rRXA|0|1|20240408||03^MMR^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L77||MSD^Merck^MVX|||CP|A")
	record := "/people/" + id.Public()
	b := w.signedIn("clinic")
	b.get(record).want(t, "Health facts that matter to vaccination", record+"/facts/immunity", "Record a refusal", "No condition, immunity, allergy or reaction is on record.")
	b.get(record+"/facts/immunity").want(t, "Record immunity", world.Canary, "Apr 5, 2023", "Varicella (chickenpox)", "Who says so?")

	fields := url.Values{"what": {"observation-024"}, "since": {ago(50)}, "says": {"clinician"}}
	p := b.says(record, "immunity", fields)
	is.Equal(t, "recorded", p.location(), record+"?entry="+fields.Get("number"))
	b.get(p.location()).want(t, "<strong>Recorded:</strong> Presumed immunity after disease: Varicella (chickenpox).",
		"<strong>Varicella (chickenpox):</strong> was “", "is now “Immune”", "According to: A clinician of this site", "Withdraw<span", "Recorded a health fact or refusal")
	is.Equal(t, "sent twice", b.do(http.MethodPost, record+"/facts/immunity", fields).location(), p.location())
	is.Equal(t, "said once", strings.Count(b.get(record).body, "<strong>Presumed immunity"), 1)

	withdraw := record + "/entries/" + fields.Get("number") + "/withdraw"
	b.get(withdraw).want(t, "Withdraw an entry", "Varicella (chickenpox)", "Oak &lt;i&gt;Street&lt;/i&gt; Clinic")
	p = b.do(http.MethodPost, withdraw, url.Values{})
	b.get(p.location()).want(t, "<strong>Withdrawn:</strong>", "was “Immune”, is now “")
	is.Equal(t, "gone", strings.Count(b.get(record).body, "<strong>Presumed immunity"), 0)
	b.get(withdraw).want(t, "This entry is withdrawn already.")

	list := b.get("/submissions?kind=form")
	list.want(t, "Form on these pages")
	address := regexp.MustCompile(`/submissions/\w{13}`).FindString(list.body)
	form := b.get(address)
	form.want(t, "What was entered", "<dt>Entered by</dt><dd>Nora clinic</dd>", "Withdrawn", "by these pages", "the user had it open")
	if strings.Contains(form.body, "The reply") || strings.Contains(form.body, "Try a corrected copy") || strings.Contains(list.body, world.Canary) {
		t.Error("a form has a reply, can be tried, or the list names a patient")
	}
	b.get(address+"/replay").want(t, "Only messages to be stored can be tried here.")
}

func TestAFormThatIsWrongKeepsWhatWasTypedAndSaysWhere(t *testing.T) {
	w := open(t)
	record := "/people/" + w.send(world.Canary).Public()
	b := w.signedIn("clinic")
	p := b.says(record, "condition", url.Values{"what": {"observation-007"}, "since": {"4/4/2023"}, "until": {"<b>soon"}, "says": {"person"}})
	is.Equal(t, "status", p.status, http.StatusBadRequest)
	p.want(t, "<title>Error: Record a condition or risk", `role="alert"`, `<a class="tap" href="#since">This day is before the birth, Apr 5, 2023.</a>`, `id="since-error"`,
		`value="4/4/2023"`, `aria-invalid="true"`, `value="&lt;b&gt;soon"`, `<a class="tap" href="#until">Write a day of the calendar`, `value="observation-007" checked`, `value="person" checked`)
	if strings.Contains(w.Log.String(), "4/4/2023") || strings.Contains(w.Log.String(), "observation-007") {
		t.Error("the log has what was typed")
	}
	p = b.says(record, "condition", url.Values{"what": {"observation-007"}, "search": {"SPLEEN"}, "search-list": {"yes"}, "since": {"4/4/2024"}})
	is.Equal(t, "status", p.status, http.StatusOK)
	p.want(t, "Only what fits “SPLEEN” is shown", "Asplenia", `value="4/4/2024"`, `name="before" value="observation-007"`, "<details open>")
	if strings.Contains(p.body, "Diabetes") {
		t.Error("the search leaves what does not fit")
	}
	b.says(record, "condition", url.Values{"search": {"zzz"}, "search-list": {"yes"}}).want(t, "Nothing in the list fits “zzz”")
	p = b.says(record, "condition", url.Values{"before": {"observation-160"}, "since": {"4/9/2023"}, "says": {"record"}})
	b.get(p.location()).want(t, "Health condition or risk: Asplenia", "Haemophilus influenzae type b (Hib):</strong> was “")
	is.Equal(t, "no such form", b.get(record+"/facts/horoscope").status, http.StatusNotFound)
	is.Equal(t, "nobody", b.get("/people/00000000000G1/facts/condition").status, http.StatusNotFound)
	is.Equal(t, "from another site", b.do(http.MethodPost, record+"/facts/condition", url.Values{}, "Sec-Fetch-Site", "cross-site").status, http.StatusForbidden)
}

func TestWhoMayNotRecordSeesNoFormAndIsRefused(t *testing.T) {
	w := open(t)
	record := "/people/" + w.send("Marsh").Public()
	w.Facility("ELM", "Elm Square")
	w.hasUser("elm", access.Clinic, "ELM")
	w.hasUser("nowhere", access.Clinic, "")
	fields := url.Values{"what": {"vaccine-213"}, "since": {ago(3)}, "who": {"parent"}, "why": {"decision"}}
	p := w.signedIn("clinic").says(record, "refusal", fields)
	withdraw := record + "/entries/" + fields.Get("number") + "/withdraw"
	is.Equal(t, "recorded", p.location(), record+"?entry="+fields.Get("number"))

	for user, words := range map[string][2]string{
		"reader":  {"Your role, Read-only, cannot record any.", "may not record health facts"},
		"nowhere": {"Your account belongs to no site, so that you cannot record health facts.", "Your account belongs to no site"},
	} {
		b := w.signedIn(user)
		p := b.get(record)
		p.want(t, words[0], "COVID-19", "Decision of the parent")
		if strings.Contains(p.body, "/facts/") || strings.Contains(p.body, "/withdraw") {
			t.Errorf("%s is offered what they may not do", user)
		}
		for _, p := range []page{b.get(record + "/facts/refusal"), b.do(http.MethodPost, record+"/facts/refusal", fields), b.do(http.MethodPost, withdraw, url.Values{})} {
			is.Equal(t, user, p.status, http.StatusForbidden)
		}
		b.get(record+"/facts/refusal").want(t, words[1])
	}
	elm := w.signedIn("elm")
	if p := elm.get(record); strings.Contains(p.body, "/withdraw") || !strings.Contains(p.body, "/facts/refusal") {
		t.Error("another site is offered to withdraw, or not to record")
	}
	p = elm.do(http.MethodPost, withdraw, url.Values{})
	is.Equal(t, "another site", p.status, http.StatusForbidden)
	p.want(t, "This was entered by another site.")
	admin := w.signedIn("administrator")
	p = admin.do(http.MethodPost, withdraw, url.Values{})
	admin.get(p.location()).want(t, "<strong>Withdrawn:</strong> Refused: COVID-19")
}
