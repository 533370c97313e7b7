package journeys

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"openiis/internal/access"
	"openiis/internal/codeset"
	"openiis/internal/course"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
)

// goesByMassachusetts has the registry require courses, of Nell at Oak Street too.
func (r *registry) goesByMassachusetts() {
	r.t.Helper()
	ctx := context.Background()
	_, err := record.New(r.store, codeset.Default()).GoBy(ctx, policy.Named("ma"), iis.Actor{Kind: "command"}, true)
	is.NoError(r.t, "state", err)
	for _, u := range []access.NewUser{{Username: "nell", Name: "Nell Newcomer", Role: access.Clinic, Facility: "OAK"}, {Username: "hal", Name: "Hal Helper", Role: "help-desk"}} {
		is.NoError(r.t, "user", r.gate.AddUser(ctx, u, password))
	}
	time.Sleep(time.Second) // a change of state holds within one
}

// answers chooses answers of a quiz: the right ones, or of the first question wrong ones.
func (b *browser) answers(code string, right bool) {
	b.t.Helper()
	l, err := course.Of(policy.Named("ma"))
	is.NoError(b.t, "library", err)
	for i, q := range l.Named(code).Quiz {
		for j, c := range q.Choices {
			if c.Right == (right || i > 1) {
				b.do("choose an answer", chromedp.Evaluate[chromedp.Void](`document.getElementById("q`+string(rune('0'+i))+`-`+string(rune('0'+j))+`").checked = true`))
			}
		}
	}
}

func TestANurseInMassachusettsLearnsBeforeSheUsesTheRegistry(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	r.goesByMassachusetts()
	b := openBrowser(t, r.address)

	// Everyone reads what is taught.
	b.visit("/training")
	b.sees("Everyone may read them", "Privacy and security", "Informing patients and data sharing in Massachusetts")
	b.isSound("training-1-library")

	// Nell is led to training, whatever she opens.
	b.signsIn("nell")
	b.sees("Before you use the registry", "Before use", "Before your site goes live")
	b.isSound("training-2-required")
	b.doesNotSee("Submissions")
	b.visit("/people/newest")
	b.sees("Before you use the registry")
	b.visit("/training/courses/privacy-and-security")
	b.sees("Your sign-in", "About 12 minutes")
	b.isSound("training-3-course")
	b.press("main a.usa-button")
	b.sees("You may open a record when your work with that person needs it", "Page 1 of 6")
	b.isSound("training-4-page")

	// She guesses first, and reads then.
	b.visit("/training/courses/privacy-and-security/quiz")
	b.isSound("training-5-quiz")
	b.answers("privacy-and-security", false)
	b.press("main form button")
	b.sees("Not passed yet", "Not right")
	b.isSound("training-6-not-passed")
	b.visit("/training/courses/privacy-and-security/quiz")
	b.answers("privacy-and-security", true)
	b.press("main form button")
	b.sees("You have completed the course", "Submissions")
	b.isSound("training-7-passed")
	b.visit("/training/courses/privacy-and-security/certificate")
	b.sees("Nell Newcomer", "version 1", "answers right")
	b.isSound("training-8-certificate")
	b.downloads("main a.usa-button", "training-certificate")
	b.visit("/")
	b.sees("Find a person")
	b.signsOut()

	// Ada plans a webinar, and Nell takes a seat.
	b.signsIn("ada")
	b.visit("/training/sessions/new")
	b.do("choose a webinar", chromedp.Evaluate[chromedp.Void](`document.querySelector("label[for=kind-webinar]").click()`))
	b.types("title", "Reading a record")
	b.do("choose day and course", chromedp.Evaluate[chromedp.Void](`document.getElementById("day").value = "2099-05-01"; document.getElementById("time").value = "14:00"; document.getElementById("course").value = "reading-a-record"`))
	b.types("link", "https://meet.example/1")
	b.types("seats", "20")
	b.isSound("training-9-plan")
	b.press("main .usa-form button")
	b.sees("The session is planned.")
	b.isSound("training-10-planned")
	b.visit("/training/users")
	b.sees("Nell Newcomer", "Privacy and security", "still to do")
	b.isSound("training-11-users")
	b.signsOut()
	b.signsIn("nell")
	b.visit("/training/sessions")
	b.sees("Reading a record", "0 of 20 seats taken")
	b.isSound("training-12-sessions")
	b.press("main a.row-link")
	b.press("main form button")
	b.sees("You have a seat.", "https://meet.example/1")
	b.isSound("training-13-seat")
}

func TestANurseAsksTheHelpDeskAndForACorrection(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	r.hasUser(access.NewUser{Username: "nora", Name: "Nora Nurse", Role: access.Clinic, Facility: "OAK"})
	is.NoError(t, "user", r.gate.AddUser(context.Background(), access.NewUser{Username: "hal", Name: "Hal Helper", Role: "help-desk"}, password))
	b := openBrowser(t, r.address)

	b.visit("/help")
	b.sees("You have no account?", "Finding and reading records")
	b.isSound("help-1-stranger")
	b.visit("/help/ask")
	b.isSound("help-2-ask")
	b.visit("/help/topics/records")
	b.isSound("help-3-topic")

	b.signsIn("nora")
	b.searches("Marsh Juniper 4/5/2023")
	b.press("main a.row-link")
	b.press("nav a[href^='/help?page=']")
	b.sees("What do you want to know?")
	b.write("text", "two records")
	b.press("main form button")
	b.sees("One person has two records. Can you join them?")
	b.isSound("help-4-found")
	b.visit("/help/new?page=%2Fpeople%2F%7Bnumber%7D")
	b.do("choose a topic", chromedp.Evaluate[chromedp.Void](`document.getElementById("topic").value = "record"`))
	b.types("subject", "One person, two records")
	b.types("say", "Juniper Marsh, born 4/5/2023, has two records.")
	b.press("main .usa-form button")
	b.sees("seems to have a date of birth in it", "Nothing was sent")
	b.isSound("help-5-refused")
	b.do("write it anew", chromedp.Evaluate[chromedp.Void](`document.getElementById("say").value = ""`))
	b.types("say", "A girl of my site has two records. May I join them?")
	b.press("main .usa-form button")
	b.sees("Your question was sent to the help desk.", "/people/{number}")
	b.isSound("help-6-ticket")
	ticket := b.path()
	b.visit("/help/tickets")
	b.isSound("help-7-mine")

	// She asks for a correction, with a scan.
	b.searches("Marsh Juniper 4/5/2023")
	b.press("main a.row-link")
	record := b.path()
	b.visit(record + "/concern")
	scan := filepath.Join(t.TempDir(), "card.pdf")
	is.NoError(t, "scan", os.WriteFile(scan, []byte("%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"), 0o600))
	b.do("choose what looks wrong", chromedp.Evaluate[chromedp.Void](`document.querySelector("label[for=reason-dose]").click()`))
	b.types("say", "The dose of October 2023 was not given.")
	b.types("asked", "Without the dose of October 9, 2023.")
	b.do("choose the scan", chromedp.SetUploadFiles(chromedp.CSS("#evidence"), []string{scan}))
	b.isSound("help-8-petition")
	b.press("main .usa-form button")
	b.sees("Your note was sent", "It should say:", "card.pdf")
	b.visit("/help/corrections")
	b.sees("a correction was asked for")
	b.isSound("help-9-corrections")
	b.signsOut()

	// The help desk answers, and staff decide.
	b.signsIn("ada")
	b.visit("/help/desk")
	b.sees("One person, two records", "Nora Nurse")
	b.isSound("help-10-desk")
	b.visit(ticket)
	b.types("say", "Yes: open one of them and choose There is another record.")
	b.press("main form[action$='/say'] button")
	b.sees("It was added.", "Answered")
	b.isSound("help-11-answered")
	b.visit("/concerns")
	b.sees("It should say:", "What was decided?")
	b.isSound("help-12-decide")
	b.do("decide", chromedp.Evaluate[chromedp.Void](`document.querySelector("main label[for^=v-corrected]").click()`))
	b.do("say why", chromedp.SendKeys(chromedp.CSS("main textarea[name=answer]"), "The clinic has withdrawn it."))
	b.press("main form[action$='/settle'] button")
	b.sees("No note is open.")
	b.visit(record)
	b.sees("The record was corrected as asked.", "The clinic has withdrawn it.")
}
