package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// oakTests has the site of Oak test still.
func (w *registry) oakTests() { w.oakIs(iis.StatusTesting) }

// oakIs puts the site of Oak into a status.
func (w *registry) oakIs(status iis.OrganizationStatus) { w.siteIs(w.oak, status) }

// siteIs puts the site of a sender into a status.
func (w *registry) siteIs(from iis.Sender, status iis.OrganizationStatus) {
	w.t.Helper()
	is.NoError(w.t, "status", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		o, err := tx.OrganizationOf(from.ID)
		if err != nil {
			return err
		}
		o.Status = status
		return tx.PutOrganization(o)
	}))
}

// sendsTest sends a message as a test, and gives its page among the tests.
func (w *registry) sendsTest(text string) string {
	return testsAt + strings.TrimPrefix(w.sendRaw(strings.Replace(text, "|P|2.5.1|", "|T|2.5.1|", 1)), submissionsAt)
}

// hasTest are the pages of tests, of one that came before Oak was live.
func (w *registry) hasTest() []string {
	w.oakTests()
	page := w.sendsTest(refused)
	w.oakIs(iis.StatusLive)
	return []string{testsAt, page}
}

func TestAVendorSeesTheTestsOfTheirSiteAndNothingElse(t *testing.T) {
	w := open(t)
	w.Facility("ELM", "Elm Square")
	w.oakTests()
	w.hasUser("vera", "vendor", "OAK")
	w.hasUser("elvira", "vendor", "ELM")
	meant, tested := w.sendRaw(refused), w.sendsTest(refused)
	good := w.sendsTest(strings.Replace(refused, "|||F", "||20230405|F", 1) + "ORC|RE||1^X\rRXA|0|1|20240612||94^MMRV^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L1|||||CP|A\r")
	person := w.send("Marsh").Public()

	vera := w.signedIn("vera")
	is.Equal(t, "she is led to them", vera.get("/").location(), "/test-messages")
	list := vera.get("/test-messages")
	list.want(t, "<h1>Test messages</h1>", `href="`+tested+`"`, `href="`+good+`"`, "Could be stored", `<span class="usa-tag">Test</span>`, `href="/help/topics/test-messages"`, `aria-current="page"`)
	if strings.Contains(list.body, strings.TrimPrefix(meant, "/submissions/")) || strings.Contains(list.body, `name="kind"`) || strings.Contains(list.body, `href="/submissions`) {
		t.Errorf("the list has what is no test: %s", list.body)
	}
	p := vera.get(tested)
	p.want(t, "This was a test.", "Quillfeather", "Nothing of this message was stored.", "PID-7", "MSA|AE|C7", `href="/test-messages"`)
	vera.get(good).want(t, "Could be stored: it was a test", "Of 1 report: 1 could be stored.")
	for _, page := range []page{list, p} {
		for _, link := range regexp.MustCompile(`href="(/[^"]*)"`).FindAllStringSubmatch(page.body, -1) {
			if strings.HasPrefix(link[1], "/assets") {
				continue
			}
			if s := vera.get(strings.ReplaceAll(link[1], "&amp;", "&")).status; s != http.StatusOK && s != http.StatusSeeOther {
				t.Errorf("%s leads to %d", link[1], s)
			}
		}
	}
	is.Equal(t, "a real message of her site", vera.get("/test-messages/"+strings.TrimPrefix(meant, "/submissions/")).status, http.StatusNotFound)
	for _, path := range []string{meant, "/submissions", "/submissions/" + strings.TrimPrefix(tested, "/test-messages/"), meant + "/replay", "/people/" + person, "/people/newest", "/senders", "/organizations", "/users", "/files", "/credentials", "/duplicates", "/reviews"} {
		is.Equal(t, path, vera.get(path).status, http.StatusForbidden)
	}
	elvira := w.signedIn("elvira")
	is.Equal(t, "another site's", elvira.get(tested).status, http.StatusNotFound)
	elvira.get("/test-messages").want(t, "There is no test message like this.")
	w.signedIn("clinic").get("/submissions?kind=test").want(t, strings.TrimPrefix(tested, "/test-messages/"), `<option value="test" selected>`)

	// that she looked is written down
	id, _ := iis.ParseSubmissionID(strings.TrimPrefix(tested, "/test-messages/"))
	n := 0
	is.NoError(t, "audit", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		u, err := tx.Account("vera")
		if err != nil {
			return err
		}
		lines, _, err := tx.SearchAudit(store.AuditFilter{Actor: iis.Actor{Kind: "user", User: u.ID}, Acts: []string{"open message"}}, 100)
		for _, l := range lines {
			if l.Subject == int64(id) {
				n++
			}
		}
		return err
	}))
	is.Equal(t, "lines of the audit", n > 0, true)
}

// A site with the systems of two makers: staff of each see what their own sent as a test, and nothing
// of the other's; the site sees both.
func TestAVendorSeesNoTestsOfAnotherMakersSystemOfTheSite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.oakTests()
		billing := w.besideOak("OAKBILL")
		w.hasUser("vera", "vendor", "OAK")
		w.hasUser("bert", "vendor", "OAKBILL")
		ehrs := w.sendsTest(refused)
		reply, _ := w.Desk.Message(context.Background(), billing, iis.DoorHTTP, []byte(strings.Replace(refused, "|P|2.5.1|", "|T|2.5.1|", 1)))
		billings := testsAt + "/" + reply.Submission.Public()
		for username, own := range map[string]string{"vera": ehrs, "bert": billings} {
			other := map[string]string{ehrs: billings, billings: ehrs}[own]
			b := w.as(username)
			is.Equal(t, username+"'s own", b.get(own).status, http.StatusOK)
			is.Equal(t, "another maker's, to "+username, b.get(other).status, http.StatusNotFound)
			for _, filter := range []string{"", "?sender=" + w.oak.ID.Public(), "?sender=" + billing.ID.Public()} {
				list := b.get(testsAt + filter)
				is.Equal(t, "listed for "+username+filter, []bool{strings.Contains(list.body, own), strings.Contains(list.body, other), strings.Contains(list.body, "All senders")}, []bool{true, false, false})
			}
		}
		w.hasUser("one-view", "administrator", "")
		view := w.as("one-view")
		view.post("/viewing", "role", "vendor", "facility", "OAKBILL")
		is.Equal(t, "who views as one", []int{view.get(billings).status, view.get(ehrs).status}, []int{http.StatusOK, http.StatusNotFound})
		w.as("clinic").get("/submissions?kind=test").want(t, strings.TrimPrefix(ehrs, testsAt+"/"), strings.TrimPrefix(billings, testsAt+"/"))
	})
}

// besideOak is one more sender of the site of Oak.
func (w *registry) besideOak(facility string) (s iis.Sender) {
	w.t.Helper()
	is.NoError(w.t, "add sender", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		site, err := tx.OrganizationOf(w.oak.ID)
		if err == nil {
			s, err = tx.AddSenderAt(facility, facility+" of Oak", site.ID, w.Store.Now())
		}
		return err
	}))
	return s
}

func TestAnAccessAdministratorInvitesVendors(t *testing.T) {
	w := open(t)
	w.hasOneOfEach()
	w.as("one-access-administrator").get("/users/invite").want(t, `value="vendor"`, "they see the test messages of that record system")
	for _, id := range []string{"one-vendor", "one-clinic-staff"} {
		is.Equal(t, id, w.as(id).get("/users/invite").status, http.StatusForbidden)
	}
}
