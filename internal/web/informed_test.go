package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/is"
	"openiis/internal/notice"
	"openiis/internal/policy"
)

func TestAUserWritesDownThatParentsWereInformed(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	b := w.signedIn("clinic")
	person := "/people/" + id.Public()
	b.get(person).want(t, "Nobody has written down that this person, or a parent or guardian, was informed", `href="`+person+`/informed"`)
	b.get(person+"/informed").want(t, "Given the fact sheet", `<option value="eng" selected>English</option>`)
	wrong := b.do(http.MethodPost, person+"/informed", url.Values{"day": {"4/31/2024"}, "language": {"spa"}})
	is.Equal(t, "wrong", wrong.status, http.StatusUnprocessableEntity)
	wrong.want(t, `<a class="tap" href="#day">This is not a day.`, "Choose how they were informed.", `value="4/31/2024"`, `<option value="spa" selected>`)
	p := b.do(http.MethodPost, person+"/informed", url.Values{"day": {"4/30/2024"}, "how": {"fact-sheet", "discussed"}, "language": {"spa"}})
	is.Equal(t, "leads", p.location(), person+"/informed?done=recorded")
	shown := b.get(p.location())
	shown.want(t, "It was written down.", "Apr 30, 2024", "Given the fact sheet; Discussed at the visit", "In Spanish.", "Withdraw it")
	b.get(person).want(t, "Apr 30, 2024</time></strong>: Given the fact sheet; Discussed at the visit. In Spanish.", "History, and write more down")
	withdraw := shown.body[strings.Index(shown.body, person+"/informed/"):]
	withdraw = withdraw[:strings.Index(withdraw, `"`)]
	none := b.do(http.MethodPost, withdraw, url.Values{"why": {" "}})
	is.Equal(t, "without a reason", none.status, http.StatusBadRequest)
	none.want(t, "Write why it is withdrawn.")
	b.get(b.do(http.MethodPost, withdraw, url.Values{"why": {"It was her brother."}}).location()).want(t, "It was withdrawn.", "Withdrawn</span> by Nora", "It was her brother.")
	is.Equal(t, "a reader writes nothing down", w.signedIn(access.Reader).get(person+"/informed").status, http.StatusForbidden)
}

func TestAnybodyDownloadsWhatPatientsAreHanded(t *testing.T) {
	w := open(t)
	b := w.browser()
	b.get("/materials").want(t, "Fact sheets", "Posters", "Tear-off sheets", "Displays for waiting and exam rooms", "Copy the text", `hreflang="es"`)
	p := b.get("/materials/fact-sheet?language=spa")
	p.want(t, `<h1 lang="es">Su registro de vacunas</h1>`, "¿Qué es?")
	b.get("/materials/patient-email").want(t, "<textarea", "readonly", "Dear patient, dear parent or guardian:")
	pdf := b.get("/materials/poster/print.pdf?language=spa")
	is.Equal(t, "a PDF", []string{pdf.header.Get("Content-Type"), pdf.header.Get("Content-Disposition"), pdf.header.Get("Cache-Control")},
		[]string{"application/pdf", `inline; filename="poster-es.pdf"`, "public, max-age=3600"})
	is.Equal(t, "no such material", b.get("/materials/flyer").status, http.StatusNotFound)
	w.signedIn("clinic").get("/materials").want(t, "Sign out")
}

func TestLettersToParentsArePrintedInOneRunEachInItsLanguage(t *testing.T) {
	w := open(t)
	vital := w.inMinnesota()
	w.isBorn(vital, "11", "Marsh^Juniper")
	w.isBorn(vital, "12", "Quist^Rowan")
	b := w.signedIn("administrator")
	p := b.get("/notices?state=due&all=")
	p.want(t, `formaction="/notices/print"`)
	var ids []string
	for _, m := range chosen.FindAllStringSubmatch(p.body, -1) {
		ids = append(ids, m[1])
	}
	pdf := b.do(http.MethodPost, "/notices/print", url.Values{"state": {"due"}, "notice": ids})
	is.Equal(t, "a PDF", []string{pdf.header.Get("Content-Type"), pdf.header.Get("Cache-Control")}, []string{"application/pdf", "no-store"})
	if n := strings.Count(pdf.body, "/Type /Page\n"); n < 4 {
		t.Errorf("%d pages for two children with a letter and a sheet each", n)
	}
	none := b.do(http.MethodPost, "/notices/print", url.Values{"state": {"due"}})
	is.Equal(t, "none chosen", none.status, http.StatusBadRequest)
	none.want(t, "Choose the notices first. Nothing was printed.")
	var person string
	for _, line := range strings.Split(p.body, "\n") {
		if at := strings.Index(line, `href="/people/`); at >= 0 {
			person = line[at+len(`href="`):][:len("/people/")+13]
		}
	}
	b.get(person+"/log").want(t, "Printed the letter to the parents")
}

func TestTheReportOfTimelinessIsOfOnesOwnSiteUnlessOneIsOfTheProgramme(t *testing.T) {
	w := open(t)
	w.inMinnesota()
	w.Facility("ELM", "=Elm Square")
	staff, clinic := w.signedIn("administrator"), w.signedIn("clinic")
	p := staff.get("/timeliness")
	p.want(t, "Every dose within 168 hours.", "by the end of day D+7", "Elm Square", `selected>`+time.Now().Format("January 2006"))
	own := clinic.get("/timeliness")
	own.want(t, "Your site:", "Oak &lt;i&gt;Street&lt;/i&gt; Clinic")
	if strings.Contains(own.body, "Elm Square") {
		t.Error("a site sees the figures of another")
	}
	month := time.Now().Format("2006-01")
	file := staff.get("/timeliness.csv?month=" + month)
	is.Equal(t, "a file", file.header.Get("Content-Type"), "text/csv; charset=utf-8")
	file.want(t, "month,sender,name,doses,in_time,birth_doses,birth_doses_in_time,informed,site\n", fmt.Sprintf("%s,", month), "'=Elm Square")
	if strings.Contains(clinic.get("/timeliness.csv").body, "Elm") {
		t.Error("a site's file has the figures of another")
	}
	reader := w.signedIn(access.Reader)
	reader.get("/timeliness").want(t, "Your account belongs to no site")
	is.Equal(t, "a file of nobody", reader.get("/timeliness.csv").status, http.StatusForbidden)
}

func TestALetterIsInTheLanguageOfTheFamilyWithItsFormFilledIn(t *testing.T) {
	law := policy.Named("ma")
	l := notice.Line{Mail: notice.Mail{To: "Anna Vang", Child: "Juniper Marsh", Street: "2 Larch Street", City: "Boston", State: "MA", Zip: "02108"}}
	l.Notice.Language, l.Card.Golden.Birth = "spa", cal.Of(2026, 11, 20)
	parts := letterOf(law, &l, cal.Of(2026, 11, 30))
	is.Equal(t, "parts", len(parts), 3)
	letter := parts[0].Sheet
	is.Equal(t, "letter", []string{letter.Language.Code, letter.Body[0].Say, letter.Body[1].Say, letter.Body[2].Say},
		[]string{"spa", "30 de noviembre de 2026", "Anna Vang\n2 Larch Street\nBoston, MA 02108", "Felicidades por el nacimiento de Juniper Marsh, el 20 de noviembre de 2026."})
	is.Equal(t, "fact sheet", parts[1].Sheet.Code, "fact-sheet")
	f := parts[2].Form
	is.Equal(t, "form", []string{f.Language.Code, f.Answer("patient"), f.Answer("birth-date"), f.Answer("address")}, []string{"spa", "Juniper Marsh", "11/20/2026", "2 Larch Street, Boston, MA 02108"})
	l.Notice.Language = "som"
	is.Equal(t, "another language", letterOf(law, &l, cal.Of(2026, 11, 30))[0].Sheet.Language.Code, "eng")
	is.Equal(t, "no notice", len(letterOf(policy.Named("ms"), &l, cal.Of(2026, 11, 30))), 0)
}
