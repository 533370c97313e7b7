package journeys

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// sends sends a message whatever its answer.
func (r *registry) sends(from iis.Sender, text string) {
	r.t.Helper()
	if _, err := r.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text)); err != nil && !strings.Contains(err.Error(), "not begin with an MSH") {
		is.NoError(r.t, "send", err)
	}
}

// vxu is a message of an EHR, a line a segment.
func (r *registry) vxu(lines ...string) string {
	r.serial++
	head := fmt.Sprintf("MSH|^~\\&|EHR^2.16.840.1^ISO|OAK|OPENIIS|STATE|%s||VXU^V04^VXU_V04|OAK-%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS", time.Now().Format("20060102150405-0700"), r.serial)
	return strings.Join(append([]string{head}, lines...), "\r") + "\r"
}

// counts counts everything that was sent.
func (r *registry) counts() {
	r.t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = r.quality.Tally(context.Background(), time.Now().Add(time.Hour))
		is.NoError(r.t, "count", err)
	}
}

// signsOut signs out.
func (b *browser) signsOut() {
	b.t.Helper()
	b.press(".site-user button")
}

// types types into a text field that is empty.
func (b *browser) types(field, text string) {
	b.t.Helper()
	b.do("type into "+field, chromedp.SendKeys(chromedp.CSS("#"+field), text))
}

// edits replaces a text in a text field.
func (b *browser) edits(field, old, by string) {
	b.t.Helper()
	b.do("edit "+field, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`(() => { const f = document.getElementById(%q); if (!f.value.includes(%q)) throw "it is not there"; f.value = f.value.replace(%q, %q); })()`, field, old, old, by)))
}

// chooses chooses a value of a list.
func (b *browser) chooses(field, value string) {
	b.t.Helper()
	b.do("choose "+value, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.getElementById(%q).value = %q`, field, value)))
}

const (
	ash      = "PID|1||A3^^^OAK^MR~123456789^^^USA^SS||Fern^Ash^^^^^L~Fern^Ashley^^^^^A|Moss^Ivy^^^^^M||Q|Ash|2106-3^White^CDCREC|9 Mill Lane^Apt 2^Plymouth^MA^02360^USA^H||^PRN^PH^^^508^5550163"
	ashDose  = "ORC|RE||77^OAK|||||||^Reed^Lena^^^^^^OAK^L\rRXA|0|1|20260108||08^HepB^CVX|0.5|mL^mL^UCUM||00^new^NIP001|^Reed^Lena^^^^^^OAK^L|^^^OAK||||EN77|20271231|MSD^Merck^MVX|||CP|A\rRXR|C28161^IM^NCIT|XX^unknown place^HL70163\rOBX|1|CE|64994-7^Eligibility^LN|1|V01^Not eligible^HL70064||||||F|||20260108"
	ashNote  = "ZZ1|what a vendor adds"
	garbage  = "Dear registry,\r\nplease find enclosed Jos\xe9's \x02record\x03."
	askAbout = "QPD|Z34^Request Immunization History^CDCPHINVS|T1|A1^^^OAK^MR|Marsh^Juniper^^^^^L||20230405|F\rRCP|I|10^RD&Records&HL70126"
)

func TestAnEngineerFindsWhyAMessageWasRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the browser out")
	}
	r := newRegistry(t)
	r.hasUser(access.NewUser{Username: "ines", Name: "Ines Interface", Role: access.Clinic, Facility: "OAK"})
	r.hasJuniper()
	r.sends(r.oak, strings.Replace(r.vxu(askAbout), "VXU^V04^VXU_V04", "QBP^Q11^QBP_Q11", 1))
	r.sends(r.oak, garbage)
	r.sends(r.oak, r.vxu(ash, ashDose, ashNote))
	b := openBrowser(t, r.address)

	b.signsIn("ines")
	b.visit("/submissions")
	b.sees("Newest submissions", "Oak Street Pediatrics", "Query", "Not a known message", "Refused", " more")
	b.lacks(`option[value="` + r.elm.ID.Public() + `"]`)
	b.isSound("20-submissions")
	b.chooses("answer", "refused")
	b.chooses("kind", "VXU")
	b.press(".filters button")
	b.sees("Refused", "has no birth date")
	b.isSound("21-submissions-refused")

	b.press("a.row-link")
	b.sees("Nothing of this message was stored.", "PID-7", "Date/time of birth", "nothing was sent", "101 Required field missing", "Administrative sex",
		"•••• 6789 (hidden)", "Patient identifier list", "a segment that the guide does not use", "MSA|AE|OAK-", "Moss")
	b.isSound("22-message-refused")
	b.press(`section[aria-labelledby="found"] a.usa-button`)
	b.sees("The copy", "nothing is sent")
	b.isSound("23-replay")
	b.edits("message", "^^^^^M||Q|", "^^^^^M|20251206|F|")
	b.press("main form button")
	b.sees("It would be stored,", "A new record: nobody matched.", "Hep B", "Added", "Nothing was stored and nothing was sent.")
	b.isSound("24-replay-tried")

	b.visit("/submissions?answer=AR")
	b.press("a.row-link")
	b.sees("The message was not read,", "This is no HL7 message", "José", "<0x02>record<0x03>")
	b.isSound("25-message-garbage")
	b.visit("/submissions?kind=QBP")
	b.press("a.row-link")
	b.sees("The answer named one person", "is not kept")
	b.isSound("26-message-query")
	b.visit("/submissions?kind=VXU&answer=AE")
	b.visit("/submissions?kind=VXU")
	b.press("tr:nth-of-type(3) a.row-link")
	b.sees("Open the record", "MMRV", "Added")
	b.isSound("27-message-stored")

	b.signsOut()
	b.signsIn("rita")
	b.visit("/submissions")
	b.sees("Not allowed", "may not open messages")
	b.isSound("28-submissions-denied")
}

// hasHistory puts figures of twelve weeks before today into the registry: a
// sender whose quality drops in the last of them.
func (r *registry) hasHistory(of iis.Sender) {
	r.t.Helper()
	ctx := context.Background()
	after, _, err := r.store.Untallied(ctx, time.Now().Add(time.Hour), 1)
	is.NoError(r.t, "cursor", err)
	today := cal.On(time.Now())
	t := store.Tally{After: after, UpTo: after + 1}
	for back := 1; back < 84; back++ {
		n := int64(30 + (back*7)%17)
		d := store.SenderDay{Sender: of.ID, Day: today.AddDays(-back)}
		d.Sums = store.Sums{Accepted: n, Doubted: n / 4, InPart: n / 20, Rejected: int64(back % 2), Queries: n / 3, Doses: n, Within1: n / 2, Within7: n - 4, Within30: n - 1}
		if back < 8 {
			d.Unstored = n / 3
			d.Accepted -= d.Unstored
		}
		if today.AddDays(-back).Time().Weekday() == time.Sunday {
			d.Sums = store.Sums{}
		}
		d.Delay(0, d.Within1)
		d.Delay(3, d.Within7-d.Within1)
		d.Delay(12, d.Within30-d.Within7)
		d.Delay(90, d.Doses-d.Within30)
		d.Field("sex", store.Share{Have: d.Doses, Of: d.Doses})
		d.Field("race", store.Share{Have: d.Doses * 2 / 3, Of: d.Doses})
		d.Field("lot", store.Share{Have: d.Doses * 9 / 10, Of: d.Doses})
		t.Days = append(t.Days, d)
	}
	_, err = r.store.AddTally(ctx, t)
	is.NoError(r.t, "figures", err)
}

func TestAnOfficerReviewsASender(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the browser out")
	}
	r := newRegistry(t)
	r.hasUser(access.NewUser{Username: "otto", Name: "Otto Officer", Role: access.Administrator})
	r.hasUser(access.NewUser{Username: "ines", Name: "Ines Interface", Role: access.Clinic, Facility: "OAK"})
	r.hasHistory(r.oak)
	r.hasJuniper()
	r.sends(r.oak, r.vxu(ash, ashDose))
	r.sends(r.oak, r.vxu(ash, ashDose))
	r.counts()
	_, err := r.quality.Watch(context.Background(), time.Now())
	is.NoError(t, "watch", err)
	b := openBrowser(t, r.address)

	b.signsIn("otto")
	b.visit("/senders")
	b.sees("Oak Street Pediatrics", "Elm Square Health Center", "Open review")
	b.isSound("30-senders")
	b.visit("/senders/" + r.oak.ID.Public())
	b.sees("A review is open.", "Messages a day", "Week by week", "How late doses are reported", "The patient has no birth date", "Lot number")
	b.isSound("31-sender")
	b.unfolds("details:has(#go-live) summary")
	b.edits("go-live", "", "2026-01-05")
	b.press("details:has(#go-live) button")
	b.sees("Jan 5, 2026")

	b.visit("/reviews")
	b.sees("Oak Street Pediatrics", "Quality dropped", "The site and the programme")
	b.isSound("32-reviews")
	b.press("a.row-link")
	b.sees("Review of Oak Street Pediatrics", "The registry itself", "of which nothing was stored")
	b.types("comment", "Since Monday birth dates are missing. What changed in the interface?")
	b.press("form[action$=comment] button")
	b.sees("Otto Officer, for the programme", "What changed in the interface?")
	b.isSound("33-review")
	b.press("form[action$=sign] button")
	b.sees("You act for the programme, which has signed.")
	b.signsOut()

	b.signsIn("rita")
	b.visit("/reviews")
	b.press("a.row-link")
	b.sees("You may read this review.")
	b.isSound("34-review-read-only")
	b.signsOut()

	b.signsIn("ines")
	b.visit("/reviews")
	b.press("a.row-link")
	b.types("remark", "The mapping of PID-7 was lost in an upgrade, and is back.")
	b.press("form[action$=sign] button")
	b.sees("Closed", "Nobody: both have signed", "is back.")
	b.isSound("35-review-closed")

	b.visit("/senders/" + r.elm.ID.Public())
	b.lacks("details:has(#why)")
	b.signsOut()
	b.signsIn("otto")
	b.visit("/senders/" + r.elm.ID.Public())
	b.unfolds("details:has(#why) summary")
	b.isSound("36-sender-new")
}

func TestAnAdministratorChangesASeverityOfASender(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the browser out")
	}
	r := newRegistry(t)
	noSex := strings.Replace(strings.Replace(ash, "^^^^^M||Q|", "^^^^^M|20251206||", 1), "|Ash|", "||", 1)
	r.sends(r.oak, r.vxu(noSex, ashDose))
	r.counts()
	b := openBrowser(t, r.address)

	b.signsIn("ada")
	b.visit("/senders/" + r.oak.ID.Public())
	b.sees("Severities that were changed", "None: every rule has its own severity.", "PID-8 (sex) is missing")
	b.press(`section[aria-labelledby="top"] a[href*="severity?rule=PID-8%20missing"]`)
	b.sees("PID-8 missing", "Who demands it", "IG 1.5, PID-8", "Warning", "what keeps a person or a dose from being stored stays an error")
	b.isSound("40-severity")
	b.do("choose", chromedp.Click(chromedp.CSS(`label[for="severity-off"]`)))
	b.types("why", "Oak Street does not ask; agreed on with their office.")
	b.press("main form button")
	b.sees("Warning → Off", "“Oak Street does not ask; agreed on with their office.” Ada Admin")
	b.isSound("41-sender-severities")

	b.press(`section[aria-labelledby="severities"] > p:last-child a`)
	b.sees("Choose a rule")
	b.isSound("42-severity-rules")
	b.chooses("rule", "PD1-12 protected")
	b.press("main form button")
	b.sees("This rule tells a fact", "By itself", "Note")
	b.lacks(`#severity-W`)
	b.visit("/senders/" + r.oak.ID.Public() + "/severity?rule=PID-8+missing")
	b.sees("What was said before", "As if nothing had been said: warning")
	b.isSound("43-severity-history")
	b.visit("/senders/" + r.oak.ID.Public() + "/severity?rule=nothing")
	b.sees("There is no such rule.")
	b.isSound("44-severity-wrong")

	r.sends(r.oak, r.vxu(ash, ashDose))
	b.signsOut()
	b.signsIn("rita")
	b.visit("/senders/" + r.oak.ID.Public())
	b.sees("Warning → Off")
	b.lacks(`a[href*="/severity"]`)
}
