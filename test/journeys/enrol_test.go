package journeys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"openiis/internal/access"
	"openiis/internal/course"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/rest"
	"openiis/internal/store"
)

// inMassachusetts has the registry go by the policy of a state in which sites enrol.
func (r *registry) inMassachusetts() {
	r.t.Helper()
	_, err := r.keeper.GoBy(context.Background(), policy.Named("ma"), iis.Actor{Kind: "command"}, true)
	is.NoError(r.t, "go by ma", err)
}

// takes chooses an option of a list by its value.
func (b *browser) takes(id, value string) {
	b.t.Helper()
	b.do("choose "+value, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.getElementById(%q).value = %q`, id, value)))
}

// answersForm answers what a form asks and is not answered yet, as anybody might.
func (b *browser) answersForm() {
	b.t.Helper()
	b.do("answer the form", chromedp.Evaluate[chromedp.Void](`
		for (const e of document.querySelectorAll("[name^='f-']")) {
			if (e.type == "radio" || e.type == "checkbox") {
				if (e.id != "f-signer-agrees" && !document.querySelector("[name='" + e.name + "']:checked")) e.checked = true;
			} else if (!e.value && !e.name.includes("signer")) {
				e.value = e.name.includes("phone") ? "978-555-0199" : e.name.includes("email") ? "somebody@elm.example" : "Somebody";
			}
		}`))
}

// signsForm signs the form that is open.
func (b *browser) signsForm(name, title string) {
	b.t.Helper()
	b.answersForm()
	b.do("agree", chromedp.Evaluate[chromedp.Void](`document.getElementById("f-signer-agrees").checked = true`))
	b.write("f-signer-name", name)
	b.write("f-signer-title", title)
	b.press("main form .actions button")
}

// learns has users complete every course that their roles must in Massachusetts: the
// quizzes have a journey of their own.
func (r *registry) learns(usernames ...string) { r.learnsBefore(course.BeforeGoLive, usernames...) }

func (r *registry) learnsBefore(stage course.Stage, usernames ...string) {
	r.t.Helper()
	ctx := context.Background()
	needs, err := course.Needs(policy.Named("ma"), stage)
	is.NoError(r.t, "needs", err)
	for _, username := range usernames {
		var a store.Account
		is.NoError(r.t, "account", r.store.Read(ctx, func(tx *store.Tx) (err error) {
			a, err = tx.Account(username)
			return err
		}))
		for _, n := range needs[a.Role] {
			is.NoError(r.t, "learn "+n.Course, r.training.ByCommand(ctx, a.ID, a.Role, n.Course))
		}
	}
}

// posts sends a message by HTTP as a record system does, with its user name and password.
func (r *registry) posts(address, username, secret, text string) {
	r.t.Helper()
	q, err := http.NewRequest(http.MethodPost, address+"/hl7", strings.NewReader(text))
	is.NoError(r.t, "request", err)
	q.SetBasicAuth(username, secret)
	q.Header.Set("Content-Type", "application/hl7-v2")
	got, err := http.DefaultClient.Do(q)
	is.NoError(r.t, "post", err)
	body, err := io.ReadAll(got.Body)
	is.NoError(r.t, "answer", errors.Join(err, got.Body.Close()))
	if got.StatusCode != http.StatusOK || !strings.Contains(string(body), "MSA|AA") {
		r.t.Fatalf("%s: %s", got.Status, body)
	}
}

// asTest is a message with another processing id (MSH-11): a test, of a site that is not live.
func asTest(text string) string { return strings.Replace(text, "|P|2.5.1|", "|T|2.5.1|", 1) }

func TestAMassachusettsClinicEnrolsTestsAndGoesLive(t *testing.T) {
	r := newRegistry(t)
	r.inMassachusetts()
	b := openBrowser(t, r.address)

	// Somebody of the clinic begins, without an account.
	b.visit("/signin")
	b.press("a[href='/enrol']")
	b.sees("Enroll a site in the registry", "Provider Site Enrollment Agreement: one per site")
	b.isSound("enrol-01-begin")
	b.press("main form button")
	b.sees("Write this code down now", "Not sent yet")
	application := b.path()
	code := b.reads(".reference")
	b.press("a[href$='/steps/site']")
	b.takes("kind", "clinic")
	for field, text := range map[string]string{
		"name": "Elm Hill Pediatrics", "street": "1 Elm Hill", "city": "Lowell", "state": "ma", "zip": "0185", "county": "Middlesex", "phone": "978-555-0100", "npi": "1234567893", "pin": "MA200",
	} {
		b.types(field, text)
	}
	b.press("button[value=here]")
	b.sees("Saved.", "ZIP code: write five digits")
	b.isSound("enrol-02-site")
	b.write("zip", "01850")
	b.press("button[value=next]")
	b.picks("reports-hl7")
	b.types("vendor", "Chartwell")
	b.types("volume", "200")
	b.isSound("enrol-03-reporting")
	b.press("button[value=next]")
	for field, text := range map[string]string{
		"contact-name": "Cora Contact", "contact-phone": "978-555-0101", "contact-email": "cora@elm.example",
		"official-name": "Otto Official", "official-title": "Medical Director", "official-email": "otto@elm.example",
	} {
		b.types(field, text)
	}
	b.isSound("enrol-04-people")
	b.press("button[value=next]")
	for n, u := range [][4]string{{"Ava Admin", "ava@elm.example", "ava", "access-administrator"}, {"Vic Vax", "vic@elm.example", "vic", "vaccinator"}} {
		id := fmt.Sprintf("user-%d-", n+1)
		b.types(id+"name", u[0])
		b.types(id+"email", u[1])
		b.types(id+"username", u[2])
		b.takes(id+"role", u[3])
	}
	b.isSound("enrol-05-users")
	b.press("button[value=list]")
	b.sees("It was saved.", "Complete", "Designation of Access Administrator: Ava Admin")

	// She goes away, and comes back by the code.
	b.visit("/enrol")
	b.write("code", strings.ToLower(code))
	b.press("form[action='/enrol/return'] button")
	is.Equal(t, "back at", b.path(), application)
	b.isSound("enrol-06-filled-in")
	b.downloads("a[href$='/forms/1/form.pdf']", "enrol-form-filled-in")
	b.press("form:not(:has([name=person]))[action$='/links'] button")
	b.sees("This link is shown once.", "Link for Otto Official")
	official := strings.TrimPrefix(b.reads(".made-link"), r.address)

	// The senior official signs each form.
	b.visit(official)
	b.sees("3 to sign")
	b.isSound("enrol-07-official")
	for n := 1; n <= 3; n++ {
		b.visit(fmt.Sprintf("%s/%d", official, n))
		if n == 1 {
			b.isSound("enrol-08-sign")
			b.press("main form .actions button")
			b.sees("Error")
			b.isSound("enrol-09-sign-wrong")
		}
		b.signsForm("Otto Official", "Medical Director")
		b.sees("The form was signed.")
	}
	b.sees("All are signed")
	b.visit(application)
	b.press("form[action$='/send'] button")
	b.sees("It was sent for review.", "Waits for review")
	b.isSound("enrol-10-sent")

	// The programme asks for something, and approves.
	b.signsIn("ada")
	b.press("a[href='/applications']")
	b.isSound("enrol-11-queue")
	b.press("a.row-link")
	b.sees("Elm Hill Pediatrics", "Approve it")
	b.isSound("enrol-12-review")
	review := b.path()
	b.types("ask-said", "Is the PIN right?")
	b.press("form[action$='/ask'] .actions button")
	b.sees("The applicant is asked for changes.")
	b.signsOut()
	b.visit(application)
	b.sees("Changes are asked for", "Is the PIN right?")
	b.isSound("enrol-13-asked")
	b.types("said", "Yes, it is.")
	b.press("form[action$='/send'] button")
	b.signsIn("ada")
	b.visit(review)
	b.sees("Yes, it is.")
	b.picks("site-new")
	b.write("facility", "ELMHILL")
	b.press("form[action$='/approve'] button")
	b.sees("The application was approved.", "Link for Ava Admin")
	b.isSound("enrol-14-approved")
	invited := strings.TrimPrefix(b.reads(".made-link"), r.address)
	b.signsOut()

	// Ava takes up her link, sets up a second factor, and signs her own agreement first.
	const hers = password
	b.visit(invited)
	b.types("password", hers)
	b.types("again", hers)
	b.press("main .usa-form button")
	factor := b.reads("input[name=secret]")
	b.types("code", shownCode(t, factor, 0))
	b.press("main .usa-form button")
	b.visit("/")
	b.sees("Your access waits until this is signed:", "Individual User Agreement")
	b.isSound("enrol-15-waits")
	b.press("main .usa-alert a[href^='/agreements/']")
	b.signsForm("Ava Admin", "Office manager")
	b.sees("The form was signed.")
	b.isSound("enrol-16-agreements")

	// She is led to the courses that come first, and does them.
	b.visit("/")
	b.sees("Training", "Privacy")
	b.isSound("enrol-16b-training")
	b.visit("/training/courses/privacy-and-security/quiz")
	b.answers("privacy-and-security", true)
	b.press("main form button")
	b.sees("You have completed the course")
	r.learns("ava") // the others, as she did this one

	// She writes the plan; the clinic's record system sends test messages.
	b.visit("/agreements")
	b.press("main a[href$='/enrolment']")
	b.sees("Before it goes live", "Vic Vax", "No plan was written yet.")
	b.picks("how-fact-sheet")
	b.types("designated", "The front desk")
	b.press("form[action$='/plan'] button")
	b.sees("The plan was stored.")
	site := b.path()
	b.visit("/credentials")
	b.sees("It has no user name: it cannot send.", "ELMHILL")
	b.do("name the record system", chromedp.SendKeys(chromedp.CSS("input[name=username]"), "elmhill-ehr"))
	b.do("prove it", chromedp.SendKeys(chromedp.CSS("form:has(input[name=username]) input[name=proof]"), hers))
	b.press("form:has(input[name=username]) button")
	b.sees("This password is shown once.", "elmhill-ehr")
	b.isSound("enrol-16d-record-system")
	secret := b.valueOf("password")
	door := httptest.NewServer(rest.Handler(r.desk, r.gate, rest.Options{}))
	t.Cleanup(door.Close)
	for n := range 20 {
		r.posts(door.URL, "elmhill-ehr", secret, asTest(r.vxu(
			fmt.Sprintf("PID|1||T%d^^^ELMHILL^MR||Testcase^Number%c^^^^^L|Fen^Anne^^^^^M|20240105|F||2106-3^White^CDCREC|1 Elm^^Lowell^MA^01850^USA^H||^PRN^PH^^^978^5550100|||||||||2186-5^not Hispanic^CDCREC", n, 'A'+n),
			fmt.Sprintf("ORC|RE||%d^ELMHILL", n), fmt.Sprintf("RXA|0|1|%s||110^x^CVX|0.5|mL^mL^UCUM||01^x^NIP001|||||||||||CP|A", time.Now().AddDate(0, 0, -1).Format("20060102")))))
	}
	r.counts()
	b.visit("/submissions")
	b.sees("Could be stored", "Test")
	b.isSound("enrol-16c-tests")
	b.visit(site)
	b.sees("20 messages", "Of these 20 were tests", "Vic Vax (has no account yet)")
	b.isSound("enrol-17-checklist")

	b.downloads("a[href$='/letters/registration-of-intent']", "enrol-letter")

	// Vic is invited, signs and learns.
	b.press("main form[action$='/invite'] button")
	b.sees("This link is shown once.", "hand it to Vic Vax yourself")
	invited = strings.TrimPrefix(b.reads("#link"), r.address)
	b.signsOut()
	b.visit(invited)
	b.types("password", hers)
	b.types("again", hers)
	b.press("main .usa-form button")
	b.visit("/")
	b.press("main .usa-alert a[href^='/agreements/']")
	b.signsForm("Vic Vax", "Nurse")
	b.sees("The form was signed.")
	r.learns("vic")
	b.signsOut()

	// Ada designates Vic to record objections, and says that the site tests.
	b.signsIn("ada")
	b.visit(site)
	b.sees("Training", "Nobody is designated to record objections to sharing")
	b.doesNotSee("has no account yet")
	b.visit(r.page("vic"))
	b.write("designation-why", "The plan says so")
	b.press("section[aria-labelledby='designation'] button")
	b.visit(site)
	b.sees("Signed in the account of Ava Admin (ava)")
	b.press("form[action$='/testing'] button")
	b.sees("The site is testing.", "Testing")
	b.isSound("enrol-17b-testing")
	b.signsOut()

	// A state reviewer has it go live, and corrects the day.
	r.hasUser(access.NewUser{Username: "stan", Name: "Stan State", Role: "state-reviewer"})
	b.signsInWithNewFactor("stan")
	b.visit(site)
	b.do("a day to come", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.getElementById("day").value = %q`, time.Now().AddDate(0, 0, 20).Format(time.DateOnly))))
	b.types("why", "Everything is done.")
	b.press("form[action$='/live'] button")
	b.sees("The site goes live on", "Until then what its senders send is history", "Everything is done.")
	b.isSound("enrol-18-live")
	b.unfolds("section[aria-labelledby='correct'] details")
	b.do("the right day", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.getElementById("other-day").value = %q`, time.Now().Format(time.DateOnly))))
	b.types("day-why", "It was a slip.")
	b.press("form[action$='/enrolment/day'] button")
	b.sees("The day was corrected.", "Went live on", "It was a slip.")
	b.visit("/renewals")
	b.sees("Renewals of agreements", "Nothing is due.")
	b.isSound("enrol-19-renewals")

	// Four weeks later it is reviewed by both.
	_, err := r.quality.Watch(context.Background(), time.Now().AddDate(0, 0, 30))
	is.NoError(t, "watch", err)
	b.visit(site)
	b.sees("Reviews of data quality", "opened")
	b.press("a[href^='/reviews/']")
	b.sees("After go-live", "Elm Hill Pediatrics", "The site and the programme")
	reviewed := b.path()
	b.types("comment", "All 20 of your messages could be stored.")
	b.press("form[action$='/comment'] button")
	b.press("form[action$='/sign'] button")
	b.sees("You act for the programme, which has signed.")
	b.signsOut()
	b.signsIn("ava")
	b.types("code", shownCode(t, factor, 1))
	b.press("main .usa-form button")
	b.visit(reviewed)
	b.sees("All 20 of your messages could be stored.", "Stan State, for the programme")
	b.types("remark", "Thank you.")
	b.press("form[action$='/sign'] button")
	b.sees("Closed", "Nobody: both have signed", "Ava Admin, for the site")
	b.isSound("enrol-20-reviewed")
}
