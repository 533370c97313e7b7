package web

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// sendRaw sends a text whatever its answer, and gives the page of the
// submission.
func (w *registry) sendRaw(text string) string {
	w.t.Helper()
	reply, err := w.Desk.Message(context.Background(), w.oak, iis.DoorHTTP, []byte(text))
	if fault.KindOf(err) != fault.Invalid {
		is.NoError(w.t, "send", err)
	}
	return "/submissions/" + reply.Submission.Public()
}

// refused is a message without a birth date.
const refused = "MSH|^~\\&|EHR|X|||20240612093012-0500||VXU^V04^VXU_V04|C7|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
	"PID|1||A9^^^X^MR||Quillfeather^Juniper^^^^^L|||F\r"

func (b *browser) post(path string, form ...string) page {
	b.w.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		v.Set(form[i], form[i+1])
	}
	return b.do(http.MethodPost, path, v)
}

func TestASubmissionIsFoundAndOpened(t *testing.T) {
	w := open(t)
	address := w.sendRaw(refused)
	b := w.signedIn("clinic")
	b.get("/submissions").want(t, "<h1>Submissions</h1>", `href="`+address+`"`, "Oak &lt;i&gt;Street&lt;/i&gt; Clinic", "has no birth date", "MSH-10", `aria-current="page"`)
	b.get("/submissions?answer=AA").want(t, "No submission is like this.")
	p := b.get(address)
	is.Equal(t, "status", p.status, http.StatusOK)
	p.want(t, "Nothing of this message was stored.", "PID-7", "Date/time of birth", "nothing was sent", "Quillfeather", "101 Required field missing", "MSA|AE|C7", `href="`+address+`/replay"`)
	if n := strings.Count(p.body, `href="#place-`); n == 0 || n != strings.Count(p.body, ` id="place-`) {
		t.Errorf("%d links lead to places, and %d places are marked", n, strings.Count(p.body, ` id="place-`))
	}
	is.Equal(t, "nonsense", b.get("/submissions/nonsense").status, http.StatusNotFound)
	is.Equal(t, "one that is not there", b.get("/submissions/00000000000G1").status, http.StatusNotFound)
}

func TestAFilterStaysOnTheNextPage(t *testing.T) {
	w := open(t)
	for range 51 {
		w.sendRaw(refused)
	}
	b := w.signedIn("clinic")
	today := time.Now().Format("2006-01-02")
	p := b.get("/submissions?answer=refused&kind=VXU&day=" + today + "&sender=" + w.oak.ID.Public())
	p.want(t, `<option value="refused" selected>`, `<option value="VXU" selected>`, `<option value="`+w.oak.ID.Public()+`" selected>`, `value="`+today+`"`)
	older := regexp.MustCompile(`href="(/submissions\?[^"]*)">Older`).FindStringSubmatch(p.body)
	if older == nil {
		t.Fatal("there is no way to older submissions")
	}
	next := b.get(strings.ReplaceAll(older[1], "&amp;", "&"))
	next.want(t, `<option value="refused" selected>`, "Older submissions", `">Newest</a>`)
	is.Equal(t, "submissions on the last page", strings.Count(next.body, `class="row-link"`), 1)
	p = b.get("/submissions?answer=Quillfeather&kind=Quillfeather")
	p.want(t, `">Older`)
	if strings.Contains(p.body, "Quillfeather") {
		t.Error("what was in the address is in the next")
	}
	b.get("/submissions?answer=%00&kind=x&day=2024-13-99&sender=!&before=?").want(t, "Newest submissions")
}

func TestNoMarkupOfAMessageReachesItsPages(t *testing.T) {
	w := open(t)
	const x = `<script>alert("x")</script>`
	message := strings.ReplaceAll("MSH|^~\\&|§|§|||20240612||VXU^V04^VXU_V04|§|P|2.5.1|||ER|AL|||||Z22^§\rPID|1||§^^^§&§^MR~§||§^§^^^^^§|||§\r§|§\rORC|RE||§^§\rRXA|0|1|20240408||777^§^CVX|§\r", "§", x)
	address := w.sendRaw(message)
	garbage := w.sendRaw("no message: " + x)
	b := w.signedIn("administrator")
	for name, p := range map[string]page{
		"list": b.get("/submissions"), "message": b.get(address), "garbage": b.get(garbage), "copy": b.get(address + "/replay"),
		"copy of garbage": b.get(garbage + "/replay"), "replay": b.post(address+"/replay", "message", message+x),
		"senders": b.get("/senders"), "sender": b.get("/senders/" + w.oak.ID.Public()),
	} {
		is.Equal(t, name, p.status, http.StatusOK)
		if strings.Contains(p.body, "<script>") || strings.Contains(p.body, "<i>Street") {
			t.Errorf("page %s has markup that was sent", name)
		}
	}
}

func TestACorrectedCopyShowsWhatWouldHappenAndNothingDoes(t *testing.T) {
	w := open(t)
	address := w.sendRaw(refused)
	b := w.signedIn("clinic")
	b.get(address+"/replay").want(t, `<textarea class="usa-textarea code" id="message" name="message"`, "PID|1||A9^^^X^MR||Quillfeather^Juniper", "nothing is sent")
	corrected := strings.Replace(refused, "^L|||F", "^L||20230405|F", 1) + "ORC|RE||1^X\rRXA|0|1|20240408||03^MMR^CVX|999||||||||||||||CP|A\r"
	b.post(address+"/replay", "message", strings.ReplaceAll(corrected, "\r", "\r\n")).want(t, "It would be stored,", "A new record: nobody matched.", "MMR", "Added", "Nothing was stored and nothing was sent.", "MSA|A")
	b.post(address+"/replay", "message", refused).want(t, "Nothing of it would be stored.", "has no birth date")
	b.search("Quillfeather Juniper 4/5/2023").want(t, "Nobody found")
	query := strings.Replace(refused, "VXU^V04^VXU_V04", "QBP^Q11^QBP_Q11", 1)
	p := b.post(address+"/replay", "message", query)
	is.Equal(t, "a query", p.status, http.StatusBadRequest)
	p.want(t, "A query cannot be tried here")
	b.get(w.sendRaw(strings.Replace(refused, "A9", strings.Repeat("x", 30000), 1))+"/replay").want(t, "too long to be edited here")
	is.Equal(t, "too large a form", b.post(address+"/replay", "message", strings.Repeat("x", 70<<10)).status, http.StatusRequestEntityTooLarge)
}

func TestAReviewGoesFromOneSideToTheOther(t *testing.T) {
	w := open(t)
	sender := "/senders/" + w.oak.ID.Public()
	officer, engineer, reader := w.signedIn("administrator"), w.signedIn("clinic"), w.signedIn("reader")
	empty := officer.post(sender+"/review", "said", " ")
	is.Equal(t, "without a reason", empty.status, http.StatusBadRequest)
	empty.want(t, "Say why the review is opened.", `role="alert"`, "<title>Error: ")
	review := officer.post(sender+"/review", "said", "Birth dates are missing.").location()
	again := officer.post(sender+"/review", "said", "Again.")
	is.Equal(t, "a second one", again.status, http.StatusConflict)
	again.want(t, "A review of this sender is open already.")
	officer.get(sender).want(t, "A review is open.", `href="`+review+`"`)
	officer.get(review).want(t, "Sign for the programme", "Birth dates are missing.", "Nora administrator, for the programme")
	is.Equal(t, "comment", engineer.post(review+"/comment", "said", "Mended <b>now</b>.").location(), review)
	is.Equal(t, "site", engineer.post(review+"/sign").location(), review)
	engineer.get(review).want(t, "which has signed", "Mended &lt;b&gt;now&lt;/b&gt;.")
	is.Equal(t, "site again", engineer.post(review+"/sign").status, http.StatusConflict)
	reader.get("/reviews").want(t, `href="`+review+`"`, "The programme")
	reader.get(review).want(t, "You may read this review.")
	denied := reader.post(review+"/sign", "said", "")
	is.Equal(t, "a reader signs", denied.status, http.StatusForbidden)
	denied.want(t, "may not write in reviews of senders")
	is.Equal(t, "programme", officer.post(review+"/sign", "said", "Checked.").location(), review)
	reader.get(review).want(t, "Closed", "Nobody: both have signed")
	is.Equal(t, "open again", engineer.post(review+"/reopen", "said", "It is back.").location(), review)
	engineer.get("/reviews").want(t, "The site and the programme")
	is.Equal(t, "another act", officer.post(review+"/burn").status, http.StatusNotFound)
	is.Equal(t, "another review", officer.post("/reviews/00000000000G1/sign").status, http.StatusNotFound)
}

func TestSomeoneOfASiteSeesAndTriesAndSignsForThatSiteAlone(t *testing.T) {
	w := open(t)
	address := w.sendRaw(refused)
	_, err := w.doors.Quality.Tally(context.Background(), time.Now().Add(time.Hour))
	is.NoError(t, "tally", err)
	elm := w.Facility("ELM", "Elm Square")
	w.hasUser("elm", access.Clinic, "ELM")
	w.hasUser("nowhere", access.Clinic, "")
	sender := "/senders/" + w.oak.ID.Public()
	review := w.signedIn("administrator").post(sender+"/review", "said", "Birth dates are missing.").location()
	for user, says := range map[string]string{"elm": "another sender", "nowhere": "belongs to no sender"} {
		b := w.signedIn(user)
		messages := http.StatusNotFound
		if user == "nowhere" {
			messages = http.StatusForbidden
		}
		for name, p := range map[string]page{"message": b.get(address), "copy": b.get(address + "/replay"), "replay": b.post(address+"/replay", "message", refused)} {
			is.Equal(t, user+": "+name, p.status, messages)
			if strings.Contains(p.body, "Quillfeather") {
				t.Errorf("%s: %s shows the message", user, name)
			}
		}
		for name, p := range map[string]page{
			"comment": b.post(review+"/comment", "said", "Mine."), "sign": b.post(review + "/sign"), "reopen": b.post(review+"/reopen", "said", "Mine."),
			"review": b.post(sender+"/review", "said", "Mine."),
		} {
			is.Equal(t, user+": "+name, p.status, http.StatusForbidden)
			p.want(t, says)
			if strings.Contains(p.body, "Quillfeather") {
				t.Errorf("%s: %s shows the message", user, name)
			}
		}
		for _, list := range []string{"/submissions", "/submissions?sender=" + w.oak.ID.Public()} {
			if p := b.get(list); strings.Contains(p.body, "Oak") || strings.Contains(p.body, address) || strings.Contains(p.body, w.oak.ID.Public()) {
				t.Errorf("%s: %s tells of another sender", user, list)
			}
		}
		p := b.get(review)
		p.want(t, "You may read this review.", "Birth dates are missing.")
		if strings.Contains(p.body, `action="`+review) {
			t.Errorf("%s is offered to write in the review", user)
		}
		p = b.get(sender)
		is.Equal(t, user+": figures", p.status, http.StatusOK)
		if strings.Contains(p.body, "/submissions?sender=") || strings.Contains(p.body, address) || strings.Contains(p.body, sender+"/review") {
			t.Errorf("%s is offered another sender's messages or reviews", user)
		}
	}
	w.signedIn("nowhere").get("/submissions").want(t, "Your account belongs to no sender,", "Ask the administrator")
	w.signedIn("elm").get("/submissions").want(t, `value="`+elm.ID.Public()+`"`, "No submission is like this.")
	own := w.signedIn("clinic")
	own.get(sender).want(t, "/submissions?sender="+w.oak.ID.Public(), address)
	own.get(review).want(t, "Sign for the site")
	is.Equal(t, "their own", own.post(review+"/sign").location(), review)
	w.signedIn("administrator").get(address).want(t, "Quillfeather")
}

func TestGoingLiveIsADayThatAnAdministratorSets(t *testing.T) {
	w := open(t)
	sender := "/senders/" + w.oak.ID.Public()
	officer := w.signedIn("administrator")
	is.Equal(t, "set", officer.post(sender+"/go-live", "day", "2026-01-05").location(), sender)
	officer.get(sender).want(t, "Jan 5, 2026", `value="2026-01-05"`)
	wrong := officer.post(sender+"/go-live", "day", "next week")
	is.Equal(t, "no day", wrong.status, http.StatusBadRequest)
	wrong.want(t, "Write the day as YYYY-MM-DD")
	is.Equal(t, "removed", officer.post(sender+"/go-live", "day", "").location(), sender)
	officer.get(sender).want(t, "not set")
	is.Equal(t, "a clinic user", w.signedIn("clinic").post(sender+"/go-live", "day", "2026-01-05").status, http.StatusForbidden)
}

func TestASendersPageHasItsFiguresAndATableForEachChart(t *testing.T) {
	w := open(t)
	w.sendRaw(refused)
	w.send("Marsh", "ORC|RE||1^X\rRXA|0|1|20240408||03^MMR^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L77||MSD^Merck^MVX|||CP|A")
	_, err := w.doors.Quality.Tally(context.Background(), time.Now().Add(time.Hour))
	is.NoError(t, "tally", err)
	b := w.signedIn("reader")
	p := b.get("/senders/" + w.oak.ID.Public())
	p.want(t, "50%", "Messages a day", "The same as a table", `role="img" aria-label="Columns of messages a day`, `class="part-refused"`, "over a year", "has no birth date", "Lot number", "100%")
	for _, chart := range regexp.MustCompile(`<svg[^>]*>`).FindAllString(p.body, -1) {
		if !strings.Contains(chart, `aria-hidden="true"`) && !strings.Contains(chart, `role="img"`) {
			t.Errorf("a drawing is neither hidden nor named: %s", chart)
		}
	}
	if strings.Contains(p.body, "/submissions/") {
		t.Error("a reader is led to messages, which a reader may not open")
	}
	b.get("/senders").want(t, "Oak &lt;i&gt;Street&lt;/i&gt; Clinic", "50%", "none open")
	is.Equal(t, "one that is not there", b.get("/senders/00000000000G1").status, http.StatusNotFound)
	is.Equal(t, "nonsense", b.get("/senders/nonsense").status, http.StatusNotFound)
}

// wandering opens every page that links lead to, from some pages on, and returns
// the addresses of all.
func (b *browser) wandering(t *testing.T, from ...string) []string {
	t.Helper()
	link := regexp.MustCompile(`href="(/[^"#]*)"`)
	seen := map[string]bool{}
	var all []string
	for len(from) > 0 {
		var path string
		if path, from = from[0], from[1:]; seen[path] || strings.HasPrefix(path, "/assets/") {
			continue
		}
		seen[path] = true
		all = append(all, path)
		p := b.get(path)
		if to := p.location(); p.status == http.StatusSeeOther && !strings.HasPrefix(to, "/signin") { // the first page of who finds nobody
			from = append(from, to)
			continue
		}
		if p.status != http.StatusOK {
			t.Errorf("a link leads to %s, which answers %d", path, p.status)
		}
		for _, m := range link.FindAllStringSubmatch(p.body, -1) {
			from = append(from, html.UnescapeString(m[1]))
		}
	}
	return all
}

func TestNoLinkLeadsWhereARoleMayNotGoAndNoneTellsAName(t *testing.T) {
	w := open(t)
	w.sendRaw(refused)
	w.send("Marsh", "ORC|RE||1^X\rRXA|0|1|20240408||03^MMR^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L77||MSD^Merck^MVX|||CP|A")
	_, err := w.doors.Quality.Tally(context.Background(), time.Now().Add(time.Hour))
	is.NoError(t, "tally", err)
	review := w.signedIn("administrator").post("/senders/"+w.oak.ID.Public()+"/review", "said", "Send birth dates.").location()
	for role, pages := range map[string][]string{
		access.Reader:        {"/people/", "/log", "/senders/", review},
		access.Clinic:        {"/people/", "/log", "/senders/", review, "/submissions/", "/replay", "/concern"},
		access.Administrator: {"/people/", "/log", "/senders/", review, "/submissions/", "/replay", "/concern", "/severity", "/concerns"},
	} {
		b := w.signedIn(role)
		found := b.do(http.MethodPost, "/people/find", url.Values{"q": {"Juniper Marsh 4/5/2023"}}).location()
		record := regexp.MustCompile(`/people/[0-9A-Z]{13}`).FindString(b.get(found).body)
		all := strings.Join(b.wandering(t, "/", found, record+"/log"), "\n")
		for _, page := range pages {
			if !strings.Contains(all, page) {
				t.Errorf("%s: no link leads to %s", role, page)
			}
		}
		for _, secret := range []string{"Juniper", "Marsh", "Quillfeather", "2023"} {
			if strings.Contains(all, secret) {
				t.Errorf("%s: an address tells %q:\n%s", role, secret, all)
			}
		}
	}
}

func TestNothingOfAMessageReachesTheLogOrAnAddress(t *testing.T) {
	w := open(t)
	address := w.sendRaw(refused)
	b := w.signedIn("clinic")
	w.Log.Reset()
	for _, p := range []page{
		b.get("/submissions"), b.get(address), b.get(address + "/replay"), b.post(address+"/replay", "message", refused),
		b.post(address+"/replay", "message", "QBP Quillfeather"), b.get("/submissions/Quillfeather"), b.post("/senders/"+w.oak.ID.Public()+"/review", "said", "Quillfeather"),
	} {
		for _, link := range regexp.MustCompile(`(?:href|action)="[^"]*"`).FindAllString(p.body, -1) {
			if strings.Contains(link, "Quillfeather") || strings.Contains(link, "Juniper") {
				t.Errorf("an address tells a name: %s", link)
			}
		}
	}
	w.server.Close() // waits for the lines
	for _, secret := range []string{"Quillfeather", "Juniper", strings.TrimPrefix(address, "/submissions/")} {
		if strings.Contains(w.Log.String(), secret) {
			t.Errorf("the log tells %q: %s", secret, w.Log.String())
		}
	}
}

// A copy of a site's own message may be edited to say somebody who is hidden from the site: the page tells no more of them than of
// somebody new, and gives no number.
func TestACorrectedCopyLeadsToNobodyWhoIsHidden(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		nurse, hidden := w.as("one-clinic-staff"), w.cell(objected, another)
		copied := "/submissions/" + w.cell(open_, own).subs["oak"] + "/replay"
		p := nurse.post(copied, "message", strings.ReplaceAll(w.update(hidden.pid("A7")+"\r"+shotOf("A7", "20160712", "03", "X1")), "\r", "\n"))
		p.want(t, "A new record: nobody matched.")
		p.lacks(t, hidden.id.Public(), "Open the record")
	})
}

// What a site's own message says of its record is the same whether the record is open to the site in part or closed by an opt-out: it leads
// to it by its number, as a search does, and such a search finds whom its site may see and nobody else.
func TestThePageOfAMessageDoesNotTellThatItsRecordIsClosed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "mn")
		nurse, staff := w.as("one-clinic-staff"), w.as("one-administrator")
		said := func(c *cell) string {
			p := nurse.get("/submissions/" + c.subs["oak"])
			p.want(t, "Open the record")
			p.lacks(t, `href="/people/`+c.id.Public())
			_, fate, _ := strings.Cut(p.body, `id="fate"`)
			fate, _, found := strings.Cut(fate, "</section>")
			is.Equal(t, "it says what became of it", found, true)
			return strings.ReplaceAll(fate, c.id.Public(), "~")
		}
		part, gone, whole := w.cell(protected, shared), w.cell(closed, shared), w.cell(open_, shared)
		is.Equal(t, "of a closed record and of one's own part", said(gone), said(part))
		for _, c := range []*cell{part, gone, whole} {
			said(c)
			found := nurse.get(nurse.post("/people/find", "q", c.id.Public()).location())
			is.Equal(t, c.name()+" is opened by one press", found.location() == "/people/"+c.id.Public(), c != gone)
			is.Equal(t, c.name()+" is found by nobody", strings.Contains(found.body, "Nobody found"), c == gone)
		}
		is.Equal(t, "staff open it", staff.get(staff.post("/people/find", "q", gone.id.Public()).location()).location(), "/people/"+gone.id.Public())
	})
}
