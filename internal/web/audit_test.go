package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/role"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// judged judges all access until now. What is done later is done minutes later.
func (w *registry) judged() (raised int) {
	w.t.Helper()
	now := w.Store.Now()
	ahead := time.Until(now) + 5*time.Minute
	defer w.Store.SetClock(func() time.Time { return time.Now().Add(ahead) })
	for more := true; more; {
		var n int
		var err error
		n, more, err = w.doors.Audit.Judge(context.Background(), now.Add(2*time.Minute))
		is.NoError(w.t, "judge", err)
		raised += n
	}
	return raised
}

// hasAlert has a record watched and opened, and returns the page of the alert.
func (w *registry) hasAlert(b *browser, id iis.PersonID) string {
	w.t.Helper()
	b.do(http.MethodPost, "/alerts/watched", url.Values{"number": {id.Public()}, "why": {"Somebody well known."}})
	w.signedIn(access.Reader).get("/people/" + id.Public())
	if w.judged() == 0 {
		w.t.Fatal("no alert is raised")
	}
	list := b.get("/alerts").body
	_, after, _ := strings.Cut(list, `class="row-link" href="`)
	address, _, ok := strings.Cut(after, `"`)
	if !ok {
		w.t.Fatalf("no alert is listed: %s", list)
	}
	return address
}

func TestAnAdministratorSearchesTheAuditAndTheAddressSaysNothing(t *testing.T) {
	w := open(t)
	id := w.send("Marsh", manyDoses()[:6]...)
	w.signedIn(access.Clinic).get("/people/" + id.Public())
	admin := w.signedIn(access.Administrator)
	admin.get("/audit").want(t, "Every access to a record", "Registry number of a person")
	search := func(form url.Values) page { return admin.get(admin.do(http.MethodPost, "/audit", form).location()) }
	search(url.Values{"person": {id.Public()}}).want(t, "2 lines about this person", "Opened the record", "Nora clinic", "signs in as clinic", "Clinic staff of Oak &lt;i&gt;Street", "by these pages",
		"Sent a message for the record", "by HL7 by HTTP", "facility code OAK", "/people/"+id.Public())
	search(url.Values{"user": {"clinic"}, "kind": {"looked"}}).want(t, "Opened the record")
	search(url.Values{"user": {"clinic"}, "kind": {"printed"}}).want(t, "Nothing is found.")
	search(url.Values{"sender": {"OAK"}, "from": {time.Now().Format(time.DateOnly)}, "until": {time.Now().Format(time.DateOnly)}}).want(t, "Sent a message")
	search(url.Values{"from": {"yesterday"}}).want(t, "That is not a day.", "Error: audit")
	wrong := admin.do(http.MethodPost, "/audit", url.Values{"person": {world.Canary}})
	if strings.Contains(wrong.location(), world.Canary) {
		t.Errorf("the address names what was searched for: %s", wrong.location())
	}
	admin.get(wrong.location()).want(t, "That is not a registry number.", world.Canary)
	admin.get("/audit/found/none").want(t, "no longer kept")
	theirs := admin.search("marsh 2023") // leads to results of people, whose key is no search of the audit
	if theirs.status != http.StatusOK {
		t.Errorf("search: %d", theirs.status)
	}
	w.NeverLogs(world.Canary)
}

func TestAlertsAreReviewedByAnotherAndKeepTheirHistory(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		id := w.send("Marsh", manyDoses()[:6]...)
		admin := w.signedIn(access.Administrator)
		page := w.hasAlert(admin, id)
		admin.get("/alerts").want(t, "The record is watched.", "Nora reader", "Read-only", id.Public(), "since today")
		admin.get(page).want(t, "The record is watched.", "Nora reader", "1 access", "See what they did around that time")
		admin.do(http.MethodPost, page, url.Values{"verdict": {"explained"}}).want(t, "Write what you found", `value="explained" checked`)
		admin.do(http.MethodPost, page, url.Values{"note": {"Hm."}}).want(t, "Choose what you find", "Hm.")
		is.Equal(t, "noted", admin.do(http.MethodPost, page, url.Values{"verdict": {"not decided"}, "note": {"Asked."}}).location(), "/alerts?done=noted")
		is.Equal(t, "decided", admin.do(http.MethodPost, page, url.Values{"verdict": {"misuse"}, "note": {"No patient of theirs."}}).location(), "/alerts?done=misuse")
		admin.get("/alerts?done=misuse").want(t, "closed as misuse", "No alert is open")
		admin.get("/alerts?decided").want(t, "Misuse", id.Public())
		admin.get(page).want(t, "Asked.", "No patient of theirs.", "Nora administrator")
		is.Equal(t, "again", admin.do(http.MethodPost, page, url.Values{"verdict": {"explained"}, "note": {"Or not."}}).status, http.StatusConflict)

		// The mark is seen by nobody else.
		for _, path := range []string{"/people/" + id.Public(), "/people/" + id.Public() + "/log"} {
			for _, who := range []string{access.Clinic, access.Administrator} {
				if body := w.signedIn(who).get(path).body; strings.Contains(body, "atched") || strings.Contains(body, "well known") {
					t.Errorf("%s tells %s that the record is watched", path, who)
				}
			}
		}
		admin.get("/alerts/watched").want(t, "Somebody well known.", id.Public())
		admin.do(http.MethodPost, "/alerts/watched", url.Values{"number": {"Juniper Marsh"}, "why": {"x"}}).want(t, "That is not a registry number.")
		admin.get(admin.do(http.MethodPost, "/alerts/watched/"+id.Public()+"/end", nil).location()).want(t, "watched no longer", "No record is watched.")
		w.NeverLogs("Marsh")
		w.NeverLogs("Juniper")

		// One about the administrator is for another.
		admin.do(http.MethodPost, "/alerts/watched", url.Values{"number": {id.Public()}, "why": {"Again."}})
		admin.get("/people/" + id.Public())
		w.judged()
		mine := admin.get("/alerts")
		mine.want(t, "About you")
		before, _, _ := strings.Cut(mine.body, "About you")
		own, _, _ := strings.Cut(before[strings.LastIndex(before, `href="`)+len(`href="`):], `"`)
		admin.get(own).want(t, "This alert is about you.", "Where nobody else reviews alerts, invite somebody as auditor")
		is.Equal(t, "by themselves", admin.do(http.MethodPost, own, url.Values{"verdict": {"explained"}, "note": {"It is me."}}).status, http.StatusForbidden)
	})
}

func TestWhoSawARecordIsPrintedForThePerson(t *testing.T) {
	w := open(t)
	id := w.send("Marsh", manyDoses()[:6]...)
	w.signedIn(access.Clinic).get("/people/" + id.Public())
	reader := w.signedIn(access.Reader)
	reader.get("/people/"+id.Public()+"/log").want(t, "Who saw or changed this record", "Print all of it (PDF)", "Nora clinic", "(Clinic staff of Oak &lt;i&gt;Street&lt;/i&gt; Clinic)")
	pdf := reader.get("/people/" + id.Public() + "/log.pdf")
	is.Equal(t, "a PDF", []string{pdf.header.Get("Content-Type"), pdf.header.Get("Content-Disposition")}, []string{"application/pdf", `inline; filename="who-saw-my-record.pdf"`})
	is.Equal(t, "whole", strings.HasPrefix(pdf.body, "%PDF"), true)
	reader.get("/people/"+id.Public()).want(t, "Printed who saw or changed this record", "/log.pdf")
}

func TestNoLinkLeadsARoleWhereItMayNotGoFromItsOwnPages(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.hasOneOfEach()
	id := w.send("Marsh", manyDoses()[:6]...)
	w.as("one-clinic-staff").get("/people/" + id.Public())
	auditor := w.as("one-auditor")
	auditor.get(auditor.do(http.MethodPost, "/audit", url.Values{"person": {id.Public()}}).location()).want(t, "Sent a message for the record")
	for _, r := range role.All() {
		b := w.as("one-" + r.ID)
		from := []string{"/"}
		if r.May("search the audit") {
			found := b.do(http.MethodPost, "/audit", url.Values{"person": {id.Public()}}).location()
			b.get(found).want(t, "Opened the record", id.Public())
			sent := b.do(http.MethodPost, "/audit", url.Values{"person": {id.Public()}, "kind": {"changed"}}).location()
			b.get(sent).want(t, "Sent a message for the record")
			from = append(from, found)
		}
		if all := b.wandering(t, from...); len(all) > 400 {
			t.Errorf("%s: %d pages", r.ID, len(all))
		}
	}
}
