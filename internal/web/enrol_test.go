package web

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/course"
	"openiis/internal/enrol"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// inMassachusetts has sites enrol.
func (w *registry) inMassachusetts() {
	w.t.Helper()
	_, err := w.keeper.GoBy(context.Background(), policy.Named("ma"), iis.Actor{Kind: "command"}, true)
	is.NoError(w.t, "go by ma", err)
}

// applies fills in an application on the pages, and returns its address.
func (b *browser) applies(name string) string {
	b.w.t.Helper()
	at, _, _ := strings.Cut(b.post("/enrol").location(), "?")
	step := func(key string, form ...string) {
		b.w.t.Helper()
		is.Equal(b.w.t, key, b.post(at+"/steps/"+key, form...).status, http.StatusSeeOther)
	}
	step("site", "kind", "clinic", "name", name, "street", "1 Elm Street", "city", "Lowell", "state", "ma", "zip", "01850", "county", "Middlesex",
		"phone", "978-555-0100", "npi", "1234567893", "pin", "MA100")
	step("reporting", "reports", "hl7", "vendor", "Chartwell", "volume", "200")
	step("people", "contact-name", "Cora Contact", "contact-phone", "978-555-0101", "contact-email", "cora@elm.example",
		"official-name", "Otto Official", "official-title", "Medical Director", "official-email", "otto@elm.example")
	step("users", "user-1-name", "Ava Admin", "user-1-title", "Manager", "user-1-email", "ava@elm.example", "user-1-phone", "978-555-0102", "user-1-username", "ava", "user-1-role", "access-administrator",
		"user-2-name", "Vic Vax", "user-2-title", "Nurse", "user-2-email", "vic@elm.example", "user-2-phone", "978-555-0103", "user-2-username", "vic", "user-2-role", "vaccinator", "user-3-name", "")
	return at
}

var signLink = regexp.MustCompile(`/sign/[A-Z2-7]{20,}`)

// signsPaper reads a form and signs it, with answers to what it asks.
func (b *browser) signsPaper(at, name string) page {
	b.w.t.Helper()
	p := b.get(at)
	is.Equal(b.w.t, at, p.status, http.StatusOK)
	post := url.Values{"form-seen": {regexp.MustCompile(`name="form-seen" value="([^"]+)"`).FindStringSubmatch(p.body)[1]}, "form-language": {"eng"}}
	for _, m := range regexp.MustCompile(`<(?:input|textarea)[^>]* name="(f-[a-z-]+)"[^>]*>`).FindAllStringSubmatch(p.body, -1) {
		value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(m[0])
		chooses := strings.Contains(m[0], `type="radio"`) || strings.Contains(m[0], `type="checkbox"`)
		switch {
		case chooses && (strings.Contains(m[0], " checked") || !post.Has(m[1])):
			post.Set(m[1], value[1])
		case chooses:
		case len(value) > 1 && value[1] != "":
			post.Set(m[1], value[1])
		case strings.Contains(m[1], "phone"):
			post.Set(m[1], "978-555-0199")
		case strings.Contains(m[1], "email"):
			post.Set(m[1], "somebody@elm.example")
		default:
			post.Set(m[1], "Somebody")
		}
	}
	post.Set(formPrefix+form.SignerName, name)
	post.Set(formPrefix+form.SignerTitle, "Medical Director")
	return b.do(http.MethodPost, at, post)
}

// signsAll has the senior official of an application sign everything.
func (b *browser) signsAll(at string) {
	b.w.t.Helper()
	link := signLink.FindString(b.post(at + "/links").body)
	official := b.w.browser()
	list := official.get(link)
	list.want(b.w.t.(*testing.T), "3 to sign", "Designation of Access Administrator: Ava Admin")
	list.want(b.w.t.(*testing.T), "To read: who is to use the registry", "Vic Vax")
	reads := regexp.MustCompile(link+`/\d+/form\.pdf`).FindAllString(list.body, -1)
	last := reads[len(reads)-1]
	is.Equal(b.w.t, "reads a user's", official.get(last).header.Get("Content-Type"), "application/pdf")
	is.Equal(b.w.t, "and does not sign it", official.get(strings.TrimSuffix(last, "/form.pdf")).status, http.StatusNotFound)
	for _, one := range regexp.MustCompile(link+`/\d+"`).FindAllString(list.body, -1) {
		p := official.signsPaper(strings.TrimSuffix(one, `"`), "Otto Official")
		is.Equal(b.w.t, "signed "+p.body, p.status, http.StatusSeeOther)
	}
	official.get(link).want(b.w.t.(*testing.T), "All are signed")
}

// sends sends an application, and returns its address for reviewers.
func (b *browser) sends(at string, admin *browser) string {
	b.w.t.Helper()
	is.Equal(b.w.t, "send", b.post(at+"/send", "said", "Hello.").location(), at+"?done=sent")
	return regexp.MustCompile(`/applications/\w{13}`).FindString(admin.get("/applications").body)
}

// hasEnrolled are the pages of a site that has enrolled and of one that applies.
func (w *registry) hasEnrolled(b *browser) []string {
	w.t.Helper()
	_, err := w.keeper.GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, true)
	is.NoError(w.t, "go by mn", err)
	stranger := w.browser()
	at := stranger.applies("Elm Street Pediatrics")
	link := signLink.FindString(stranger.post(at + "/links").body)
	official := w.browser()
	for _, one := range regexp.MustCompile(link+`/\d+"`).FindAllString(official.get(link).body, -1) {
		is.Equal(w.t, "sign", official.signsPaper(strings.TrimSuffix(one, `"`), "Otto Official").status, http.StatusSeeOther)
	}
	application := stranger.sends(at, b)
	site := regexp.MustCompile(`/organizations/\w{13}`).FindString(b.get("/senders/" + w.oak.ID.Public()).body)
	return []string{
		"/enrol", at, at + "/steps/users", at + "/forms/1", link, link + "/1", "/agreements", "/applications", application, "/renewals", site + "/enrolment",
	}
}

func TestAClinicEnrolsAndNobodyOfItDoesAnythingBeforeTheySign(t *testing.T) {
	w := open(t)
	w.inMassachusetts()
	admin, stranger := w.signedIn("administrator"), w.browser()
	at := stranger.applies("Elm Street Pediatrics")
	stranger.get(at).want(t, "Elm Street Pediatrics", "Complete", "Not signed")
	stranger.post(at+"/send").want(t, "It is not complete yet.", "To be signed: Services Agreement")
	stranger.signsAll(at)
	application := stranger.sends(at, admin)
	admin.get("/account").want(t, "1 application waits")
	review := admin.get(application)
	review.want(t, "Elm Street Pediatrics", "1234567893", "Otto Official", "Approve it", `value="MA100"`)
	is.Equal(t, "ask", admin.post(application+"/ask", "note-pin", "Is this your PIN?", "said", "One question.").location(), application+"?done=ask")
	stranger.get(at).want(t, "Changes are asked for", "Is this your PIN?", "One question.")
	stranger.get(at+"/steps/site").want(t, "Is this your PIN?")
	stranger.sends(at, admin)
	p := admin.post(application+"/approve", "site", "new", "facility", "elm")
	p.want(t, "The application was approved.", "This link is shown once.")
	link := regexp.MustCompile(`/invited/[A-Z2-7]+`).FindString(p.body)

	ava := w.browser()
	is.Equal(t, "takes it up", ava.post(link, "password", "four words in a row", "again", "four words in a row").status, http.StatusSeeOther)
	ava = w.as("ava")
	for _, path := range []string{"/", "/people/newest", "/users", "/submissions", "/account"} {
		is.Equal(t, path, strings.HasPrefix(ava.get(path).location(), "/agreements"), true)
	}
	is.Equal(t, "a form", strings.HasPrefix(ava.post("/people/find", "q", "Marsh Juniper 4/5/2023").location(), "/agreements?return=%2Fkept%2F"), true)
	agreements := ava.get("/agreements")
	agreements.want(t, "Your access waits until this is signed", "Individual User Agreement", "Sign out")
	mine := regexp.MustCompile(`/agreements/\d+`).FindString(agreements.body)
	is.Equal(t, "signs", ava.signsPaper(mine, "Ava Admin").location(), "/agreements?done=signed")
	ava.get("/agreements").want(t, "What you sent meanwhile was kept")
	is.Equal(t, "before the course that comes before use", strings.HasPrefix(ava.get("/people/newest").location(), "/training"), true)
	w.learns("ava")
	is.Equal(t, "then", ava.get("/people/newest").status, http.StatusOK)
	ava.get("/account").want(t, "What you have signed, and are to sign")

	site := regexp.MustCompile(`/organizations/\w{13}/enrolment`).FindString(ava.get("/agreements").body)
	ava.get(site).want(t, "Before it goes live", "Vic Vax", "Test messages have passed", "Since ")
	is.Equal(t, "plan", ava.post(site+"/plan", "how", "fact-sheet", "designated", "The front desk").location(), site+"?done=plan")
	ava.post(site+"/invite", "username", "vic").want(t, "hand it to Vic Vax yourself")
	is.Equal(t, "she says how it reports", ava.post(site+"/reports", "reports", "hand").location(), site+"?done=reports")
	ava.get(site).want(t, "no test messages are needed", "We enter vaccinations on these pages")
	is.Equal(t, "the programme says another way", admin.post(site+"/reports", "reports", "hl7").location(), site+"?done=reports")
	is.Equal(t, "she has it test", ava.post(site+"/testing").status, http.StatusForbidden)
	is.Equal(t, "the programme does", admin.post(site+"/testing").location(), site+"?done=testing")
	admin.get(site).want(t, "Signed in the account of Ava Admin (ava)", "Signed by a link for Otto Official that the applicant made")
	is.Equal(t, "she takes it live", ava.post(site+"/live", "override", "yes", "why", "now").status, http.StatusForbidden)
	admin.post(site+"/live").want(t, "Still to do")
	is.Equal(t, "live", admin.post(site+"/live", "override", "yes", "why", "An outbreak.", "day", time.Now().AddDate(0, 0, 20).Format(time.DateOnly)).location(), site+"?done=live")
	admin.get(site+"?done=live").want(t, "The site goes live on", "Goes live on")
	is.Equal(t, "she corrects the day", ava.post(site+"/day", "day", time.Now().Format(time.DateOnly), "why", "A slip.").status, http.StatusForbidden)
	admin.post(site+"/day", "day", "2001-01-01", "why", "A slip.").want(t, "The day of go-live is today, within the last year")
	is.Equal(t, "the programme does", admin.post(site+"/day", "day", time.Now().Format(time.DateOnly), "why", "A slip.").location(), site+"?done=day")
	admin.get(site+"?done=live").want(t, "The site is live.", "A slip.")
	admin.get(site).want(t, "Live", "An outbreak.", "not everything was done")
	is.Equal(t, "letter", ava.get(site+"/letters/registration-of-intent").header.Get("Content-Type"), "application/pdf")
	is.Equal(t, "a letter without figures", ava.get(site+"/letters/active-engagement").status, http.StatusConflict)
	is.Equal(t, "another site", w.as("ava").get(regexp.MustCompile(`/organizations/\w{13}`).FindString(admin.get("/senders/"+w.oak.ID.Public()).body)+"/enrolment").status, http.StatusNotFound)

	// The programme refuses her site's agreement: the session that runs ends there.
	admin.post(site+"/agreements/refuse", "n", "2", "paper", "provider-site-enrollment-agreement/", "why", "not the director").want(t, "has changed since you opened the page")
	is.Equal(t, "refuse", admin.post(site+"/agreements/refuse", "n", "1", "paper", "provider-site-enrollment-agreement/", "why", "not the director").location(), site+"?done=refuse")
	is.Equal(t, "at the next request", strings.HasPrefix(ava.get("/people/newest").location(), "/agreements"), true)
	ava.get("/agreements").want(t, "The senior official signs it: make a link for them below, or upload it", "The application of your site names somebody else than you")
	made := ava.post("/agreements/link", "official", "Otto Official")
	official := w.browser()
	is.Equal(t, "renewed", official.signsPaper(signLink.FindString(made.body)+"/1", "Otto Official").status, http.StatusSeeOther)
	is.Equal(t, "back", ava.get("/people/newest").status, http.StatusOK)
}

// learns has a user complete what comes before use.
func (w *registry) learns(usernames ...string) {
	for _, name := range usernames {
		w.learnsAll(name)
	}
}

func (w *registry) learnsAll(username string) {
	w.t.Helper()
	needs, err := course.Needs(policy.Neutral(), course.BeforeUse) // each state's is the same
	is.NoError(w.t, "needs", err)
	is.NoError(w.t, "learn", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		a, err := tx.Account(username)
		if err != nil {
			return err
		}
		for _, n := range needs[a.Role] {
			r := iis.CourseResult{User: a.ID, Course: n.Course, Version: n.Least, Role: a.Role, Passed: true, At: time.Now()}
			if err := tx.AddCourseResult(r, iis.Actor{Kind: "user", User: a.ID}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestAStrangerReachesNoApplicationWithoutItsCodeAndIsSlowedDown(t *testing.T) {
	w := open(t)
	w.inMassachusetts()
	stranger := w.browser()
	at := stranger.applies("Elm Street Pediatrics")
	code := strings.TrimPrefix(at, "/enrol/")
	is.Equal(t, "as it is written down", stranger.post("/enrol/return", "code", strings.ToLower(enrol.CodeWords(code))).location(), at)
	p := stranger.get(at)
	is.Equal(t, "referrer", p.header.Get("Referrer-Policy"), "strict-origin")
	is.Equal(t, "cache", p.header.Get("Cache-Control"), "no-store")
	other := strings.Repeat("A", 26)
	for _, path := range []string{"/enrol/" + other, "/sign/" + strings.Repeat("A", 52)} {
		is.Equal(t, path, w.browser().get(path).status, http.StatusNotFound)
	}
	stranger.post("/enrol/return", "code", other).want(t, "There is no application with this code.")
	for range 9 {
		stranger.post("/enrol")
	}
	stranger.post("/enrol").want(t, "Several applications were begun from here lately.")
	w.server.Close() // waits for the lines
	if strings.Contains(w.Log.String(), code) {
		t.Error("the log tells the code of an application")
	}
}

func TestAnUploadedDocumentIsServedAsAFileAndNeverAsAPage(t *testing.T) {
	w := open(t)
	w.inMassachusetts()
	stranger := w.browser()
	at := stranger.applies("Elm Street Pediatrics")
	upload := func(content string) page {
		var body bytes.Buffer
		f := multipart.NewWriter(&body)
		for name, value := range map[string]string{"paper": "provider-site-enrollment-agreement/", "signer": "Otto Official", "title": "Medical Director", "day": time.Now().Format(time.DateOnly)} {
			is.NoError(t, "field", f.WriteField(name, value))
		}
		file, err := f.CreateFormFile("file", `evil"; filename="page.html`)
		is.NoError(t, "file", err)
		_, err = file.Write([]byte(content))
		is.NoError(t, "content", err)
		is.NoError(t, "close", f.Close())
		req, err := http.NewRequest(http.MethodPost, w.server.URL+at+"/forms/1", &body)
		is.NoError(t, "request", err)
		req.Header.Set("Content-Type", f.FormDataContentType())
		resp, err := stranger.Do(req)
		is.NoError(t, "do", err)
		defer resp.Body.Close()
		var read bytes.Buffer
		_, err = read.ReadFrom(resp.Body)
		is.NoError(t, "read", err)
		return page{resp.StatusCode, resp.Header, read.String()}
	}
	upload("<html><script>alert(1)</script>").want(t, "is neither a PDF nor a JPEG or PNG", "Otto Official")
	const scan = "%PDF-1.4\n<script>alert(1)</script>\n%%EOF\n"
	is.Equal(t, "upload", upload(scan).location(), at+"?done=uploaded")
	p := stranger.get(at + "/forms/1/document")
	is.Equal(t, "content", p.body, scan)
	is.Equal(t, "disposition", p.header.Get("Content-Disposition"), `attachment; filename="evil-- filename--page.pdf"`)
	is.Equal(t, "type", p.header.Get("Content-Type"), "application/pdf")
	if csp := p.header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") {
		t.Errorf("a document may act: %s", csp)
	}
}

func TestARegionalCoordinatorIsHeldToTheRegionOfTheAccount(t *testing.T) {
	w := open(t)
	_, err := w.keeper.GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, true)
	is.NoError(t, "go by mn", err)
	w.hasUser("regina", "regional-coordinator", "")
	region := func(code string) {
		_, err := w.Gate.ChangeUser(context.Background(), "regina", access.UserChange{Region: &code})
		is.NoError(t, "region", err)
	}
	var site iis.OrganizationID
	is.NoError(t, "site", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		o := iis.Organization{Kind: iis.KindClinic, Name: "Lake Clinic", County: "Hennepin", Status: iis.StatusTraining, Created: time.Now(), Changed: time.Now()}
		err := tx.AddOrganization(&o)
		site = o.ID
		return err
	}))
	law := policy.Named("mn")
	at := "/organizations/" + site.Public() + "/enrolment"
	w.as("regina").get("/applications").want(t, "Your account has no region yet")
	is.Equal(t, "without a region", w.as("regina").get(at).status, http.StatusNotFound)
	region(law.RegionOf("Houston").Code)
	is.Equal(t, "of another region", w.as("regina").get(at).status, http.StatusNotFound)
	is.Equal(t, "changes one of another region", w.as("regina").post(at+"/agreements/ask", "until", "2030-01-01", "why", "x").status, http.StatusNotFound)
	region(law.RegionOf("Hennepin").Code)
	w.as("regina").get(at).want(t, "Enrollment of Lake Clinic")
	is.Equal(t, "takes it live", w.as("regina").post(at+"/live", "override", "yes", "why", "x").status, http.StatusForbidden)
}
