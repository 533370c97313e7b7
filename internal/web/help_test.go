package web

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

func TestAnswersAreFoundByEveryoneAndNoAddressSaysWhatWasLookedFor(t *testing.T) {
	w := open(t)
	b := w.browser()
	b.get("/help").want(t, "Finding and reading records", "You have no account?")
	p := b.post("/help/find", "text", "forgotten my password")
	is.Equal(t, "found", p.status, http.StatusOK)
	p.want(t, "I have forgotten my password. What do I do?", "Ask the access administrator")
	b.post("/help/find", "text", "helicopter").want(t, "No answer found")
	b.get("/help/topics/records").want(t, `id="what-is-a-registry-number"`)
	is.Equal(t, "a topic that is not there", b.get("/help/topics/flying").status, http.StatusNotFound)
}

func TestATicketTakesItsContextAndGoesToAndFro(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	w.hasUser("hal", "help-desk", "")
	nora, hal := w.signedIn("clinic"), w.as("hal")
	p := nora.get("/people/" + id.Public())
	p.want(t, `href="/help?page=%2Fpeople%2F%7Bnumber%7D"`)
	nora.get("/help?page=%2Fpeople%2F%7Bnumber%7D").want(t, `href="/help/new?page=%2Fpeople%2F%7Bnumber%7D"`)
	// From a record to Help, to a search that finds nothing, to the help desk: the page goes along.
	nora.get("/help?page=%2Fpeople%2F%7Bnumber%7D").want(t, `<input type="hidden" name="page" value="/people/{number}">`)
	nora.post("/help/find", "text", "zzz", "page", "/people/{number}").want(t, "No answer found", `href="/help/new?page=%2Fpeople%2F%7Bnumber%7D">ask the help desk`, `<input type="hidden" name="page" value="/people/{number}">`)
	if body := nora.post("/help/find", "text", "zzz", "page", "/people/Juniper").body; strings.Contains(body, "Juniper") {
		t.Error("an address that is no page of ours goes along")
	}
	nora.get("/help/new?page=%2Fpeople%2F%7Bnumber%7D&reference=ABCDEFG2").want(t, `name="page" value="/people/{number}"`, `name="reference" value="ABCDEFG2"`, "Write nothing of a patient")
	if body := nora.get("/help/new?page=%2Fpeople%2F" + id.Public() + "&reference=Juniper").body; strings.Contains(body, id.Public()) || strings.Contains(body, "Juniper") {
		t.Error("what is no pattern of a page goes along")
	}
	form := []string{"topic", "record", "subject", "The forecast looks odd", "say", "It says that MMR is due, and it was given.", "page", "/people/{number}", "reference", "ABCDEFG2", "record", id.Public()}
	address, _, _ := strings.Cut(nora.post("/help/new", form...).location(), "?")
	nora.get("/help/tickets").want(t, "The forecast looks odd", "Open")
	p = hal.get("/help/desk")
	p.want(t, "The forecast looks odd", "Nora clinic", "Oak")
	p = hal.get(address)
	p.want(t, "It says that MMR is due", "/people/{number}", "ABCDEFG2", id.Public(), "Clinic staff", "Answers that may help")
	if strings.Contains(p.body, `href="/people/`) {
		t.Error("the help desk is led to a record that it may not open")
	}
	is.Equal(t, "the record itself", hal.get("/people/"+id.Public()).status, http.StatusForbidden)
	is.Equal(t, "a note", hal.post(address+"/say", "say", "Looks like a late report.", "note", "yes").location(), address+"?done=said")
	is.Equal(t, "an answer", hal.post(address+"/say", "say", "It was reported an hour later.").location(), address+"?done=said")
	is.Equal(t, "pointed", hal.post(address+"/point", "answer", "records#a-dose-is-missing-what-do-i-do").location(), address+"?done=pointed")
	is.Equal(t, "to nothing", hal.post(address+"/point", "answer", "records#nothing").status, http.StatusNotFound)
	is.Equal(t, "arranged", hal.post(address+"/arrange", "priority", "2", "assigned", w.user("hal").ID.Public()).location(), address+"?done=arranged")
	is.Equal(t, "to somebody else", hal.post(address+"/arrange", "priority", "2", "assigned", w.user("clinic").ID.Public()).status, http.StatusBadRequest)
	p = nora.get(address)
	p.want(t, "It was reported an hour later.", "Answered", "A dose is missing. What do I do?", "Nora help-desk")
	if strings.Contains(p.body, "Looks like a late report") || strings.Contains(p.body, "Assigned to") {
		t.Error("whoever asked reads a note of the help desk")
	}
	is.Equal(t, "a note of somebody else", nora.post(address+"/say", "say", "x", "note", "yes").status, http.StatusForbidden)
	nora.post(address+"/say", "say", "Thank you.")
	hal.get("/help/desk").want(t, "The forecast looks odd", "High")
	is.Equal(t, "closed", nora.post(address+"/close").location(), address+"?done=closed")
	if strings.Contains(hal.get("/help/desk").body, "The forecast looks odd") {
		t.Error("what is closed waits still")
	}
	hal.get("/help/desk?all").want(t, "The forecast looks odd", "Closed")
	is.Equal(t, "again", nora.post(address+"/close", "again", "yes").location(), address+"?done=again")
	is.Equal(t, "twice", nora.post(address+"/close", "again", "yes").status, http.StatusConflict)
}

func TestATicketIsSeenByWhoAskedTheirSiteAndTheHelpDesk(t *testing.T) {
	w := open(t)
	w.Facility("ELM", "Elm Clinic")
	for _, u := range [][3]string{{"hal", "help-desk", ""}, {"ada", "access-administrator", "OAK"}, {"eva", "access-administrator", "ELM"}, {"zoe", "clinic-staff", "OAK"}, {"vic", "auditor", ""}} {
		w.hasUser(u[0], u[1], u[2])
	}
	address, _, _ := strings.Cut(w.signedIn("clinic").post("/help/new", "topic", "page", "subject", "Slow pages", "say", "Since this morning.").location(), "?")
	for user, sees := range map[string]bool{"clinic": true, "hal": true, "ada": true, "administrator": true, "eva": false, "zoe": false, "vic": false, "reader": false} {
		b := w.as(user)
		status := b.get(address).status
		is.Equal(t, user+" sees it", status == http.StatusOK, sees)
		if !sees {
			is.Equal(t, user, status, http.StatusNotFound)
			is.Equal(t, user+" writes", b.post(address+"/say", "say", "hello").status, http.StatusNotFound)
			is.Equal(t, user+" closes", b.post(address+"/close").status, http.StatusNotFound)
		}
		if p := b.get("/help/desk"); strings.Contains(p.body, "Slow pages") != (sees && user != "clinic") {
			t.Errorf("%s and the list of tickets: %d", user, p.status)
		}
	}
	ada := w.as("ada")
	is.Equal(t, "the site's administrator reads and does not write", ada.post(address+"/say", "say", "hello").status, http.StatusForbidden)
	is.Equal(t, "nor closes", ada.post(address+"/close").status, http.StatusForbidden)
	is.Equal(t, "nor arranges", ada.post(address+"/arrange", "priority", "1").status, http.StatusForbidden)
}

func TestWhatLooksLikeAPatientsDataIsRefusedAndNotLost(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	p := b.post("/help/new", "topic", "record", "subject", "Wrong record", "say", "Juniper Marsh, born 4/5/2023, has two.")
	is.Equal(t, "status", p.status, http.StatusBadRequest)
	p.want(t, "a date of birth", "registry number in its own field", "Juniper Marsh, born 4/5/2023, has two.")
	b.get("/help/tickets").want(t, "There is no ticket")
	w.NeverLogs("Juniper")
	p = b.post("/help/new", "topic", "record", "subject", "Wrong record", "say", "See there.", "record", "Juniper Marsh")
	is.Equal(t, "no number", p.status, http.StatusBadRequest)
	p.want(t, "This is no registry number")
}

func TestPeopleWithoutAnAccountAskAndNobodyFloodsTheHelpDesk(t *testing.T) {
	w := open(t)
	w.hasUser("hal", "help-desk", "")
	b := w.browser()
	form := []string{"name", "Eve Parent", "contact", "(508) 555-0147", "topic", "mine", "subject", "My record", "say", "How do I get it?"}
	is.Equal(t, "without a contact", b.post("/help/ask", "name", "Eve", "topic", "mine", "subject", "x", "say", "y").status, http.StatusBadRequest)
	is.Equal(t, "a topic of users", b.post("/help/ask", "name", "Eve", "contact", "x", "topic", "message", "subject", "x", "say", "y").status, http.StatusBadRequest)
	for range 5 {
		p := b.post("/help/ask", form...)
		is.Equal(t, "sent", p.status, http.StatusOK)
		p.want(t, "Your question was sent.")
	}
	p := b.post("/help/ask", form...)
	is.Equal(t, "too many", p.status, http.StatusServiceUnavailable)
	p.want(t, "Too many questions have come within an hour.", "How do I get it?")
	hal := w.as("hal")
	p = hal.get("/help/desk")
	p.want(t, "Eve Parent", "without an account")
	address := regexp.MustCompile(`/help/tickets/\w{13}`).FindString(p.body)
	hal.get(address).want(t, "(508) 555-0147", "call or write to them")
	is.Equal(t, "a stranger reads none", b.get(address).location(), "/signin?return="+url.QueryEscape(address))
	is.Equal(t, "no user reads it as their own", w.signedIn("clinic").get(address).status, http.StatusNotFound)
}

// petition sends the form of a record with files.
func (b *browser) petition(record string, fields map[string]string, files map[string][]byte) page {
	b.w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		is.NoError(b.w.t, "field", form.WriteField(name, value))
	}
	for name, content := range files {
		part, err := form.CreateFormFile("evidence", name)
		is.NoError(b.w.t, "file", err)
		_, err = part.Write(content)
		is.NoError(b.w.t, "file", err)
	}
	is.NoError(b.w.t, "form", form.Close())
	req, err := http.NewRequest(http.MethodPost, b.w.server.URL+record+"/concern", &body)
	is.NoError(b.w.t, "request", err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := b.Do(req)
	is.NoError(b.w.t, "do", err)
	defer resp.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(resp.Body)
	is.NoError(b.w.t, "read", err)
	return page{resp.StatusCode, resp.Header, text.String()}
}

func TestAPetitionForCorrectionHasEvidenceAndIsDecidedWithAReason(t *testing.T) {
	w := open(t)
	record := "/people/" + w.send("Marsh").Public()
	w.hasUser("hal", "help-desk", "")
	nora, staff := w.signedIn("clinic"), w.signedIn("administrator")
	var picture bytes.Buffer
	is.NoError(t, "picture", png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
	scan := []byte("%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n")
	fields := map[string]string{"reason": "person", "say": "The sex is wrong.", "asked": "Male", "asker": "parent"}
	for name, bad := range map[string][]byte{
		"page.html": []byte("<html><script>alert(1)</script>"), "card.pdf": []byte("MZ executable"), "cut.pdf": []byte("%PDF-1.4 and no end"), "script.pdf": []byte("%PDF-1.4 /JavaScript %%EOF"), "empty.png": {},
	} {
		p := nora.petition(record, fields, map[string][]byte{name: bad})
		is.Equal(t, name, p.status, http.StatusBadRequest)
		p.want(t, "Nothing was stored.", "The sex is wrong.")
	}
	p := nora.petition(record, map[string]string{"reason": "person", "say": "The sex is wrong.", "asked": ""}, map[string][]byte{"card.pdf": scan})
	is.Equal(t, "evidence of nothing", p.status, http.StatusBadRequest)
	p = nora.petition(record, fields, map[string][]byte{"large.pdf": append(append([]byte("%PDF-1.4"), make([]byte, 5<<20)...), "%%EOF"...)})
	is.Equal(t, "too large", p.status, http.StatusRequestEntityTooLarge)
	nora.get(record).want(t, "Nobody has said that something looks wrong.")

	p = nora.petition(record, fields, map[string][]byte{`..\..\Card <b> 1.exe`: picture.Bytes(), "letter.pdf": scan})
	is.Equal(t, "sent", p.location(), record+"?raised")
	p = nora.get(record)
	p.want(t, "The sex is wrong.", "It should say:", "Male", "A parent or guardian", "letter.pdf", "Card -b- 1.png")
	files := regexp.MustCompile(`href="(/people/\w{13}/evidence/\w{13})"`).FindAllStringSubmatch(p.body, -1)
	is.Equal(t, "files", len(files), 2)
	for _, f := range files {
		e := nora.get(f[1])
		is.Equal(t, "status", e.status, http.StatusOK)
		is.Equal(t, "policy", e.header.Get("Content-Security-Policy"), "default-src 'none'; sandbox")
		if !strings.HasPrefix(e.header.Get("Content-Disposition"), "attachment;") || e.body != picture.String() && e.body != string(scan) {
			t.Errorf("evidence came as %q", e.header.Get("Content-Disposition"))
		}
	}
	is.Equal(t, "who may not open records", w.as("hal").get(files[0][1]).status, http.StatusForbidden)
	is.Equal(t, "a stranger", w.browser().get(files[0][1]).location(), "/signin?return="+url.QueryEscape(files[0][1]))
	w.Takes(w.oak, "PID|1||A2^^^X^MR||Sedge^Rowan||20200101|M")
	other := regexp.MustCompile(`/people/\w{13}`).FindString(strings.ReplaceAll(nora.get("/people/newest").body, record, ""))
	is.Equal(t, "under another record", nora.get(other+strings.TrimPrefix(files[0][1], record)).status, http.StatusNotFound)
	nora.get(record).want(t, "Opened a file that was given with a petition to correct this record")

	staff.get("/concerns").want(t, "It should say:", "letter.pdf", "What was decided?")
	action := regexp.MustCompile(`action="(/people/\w{13}/concerns/\w{13}/settle)"`).FindStringSubmatch(staff.get("/concerns").body)[1]
	is.Equal(t, "without a verdict", staff.post(action, "answer", "Seen.").status, http.StatusBadRequest)
	is.Equal(t, "decided", staff.post(action, "answer", "The clinic has sent it anew.", "verdict", "corrected").location(), "/concerns?settled")
	nora.get(record).want(t, "The record was corrected as asked.", "The clinic has sent it anew.")
	nora.get("/help/corrections").want(t, "The record was corrected as asked.", "Answered", record)
	is.Equal(t, "nobody sees others' corrections", strings.Contains(staff.get("/help/corrections").body, record), false)

	p = staff.petition(record, fields, nil)
	is.Equal(t, "sent", p.location(), record+"?raised")
	w.hasOneOfEach()
	action = regexp.MustCompile(`action="(/people/\w{13}/concerns/\w{13}/settle)"`).FindStringSubmatch(w.as("one-administrator").get("/concerns").body)[1]
	own := staff.get("/concerns")
	own.want(t, "You have asked for this correction yourself.", "Another administrator decides it")
	if strings.Contains(own.body, "/settle") {
		t.Error("who has asked is offered to decide")
	}
	refused := staff.post(action, "answer", "So <it> is.", "verdict", "corrected")
	is.Equal(t, "nobody decides what they have asked for", refused.status, http.StatusForbidden)
	refused.want(t, "another administrator decides it", "So &lt;it&gt; is.")
}

// A petition waits for nobody who is not there: the one user who may decide decides what she has taken down herself, and
// the record, the list and the audit say that it was she.
func TestTheOnlyAdministratorDecidesWhatSheTookDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		id := w.send("Marsh")
		record := "/people/" + id.Public()
		staff := w.signedIn("administrator")
		fields := map[string]string{"reason": "person", "say": "The sex is wrong.", "asked": "Male", "asker": "parent"}
		is.Equal(t, "sent", staff.petition(record, fields, nil).location(), record+"?raised")
		list := staff.get("/concerns")
		list.want(t, "You have asked for this correction yourself,", "and nobody else may decide it", "What was decided?")
		action := regexp.MustCompile(`action="(/people/\w{13}/concerns/\w{13}/settle)"`).FindStringSubmatch(list.body)[1]
		w.hasUser("otto", "administrator", "")
		is.Equal(t, "where another could", staff.post(action, "answer", "The card says so.", "verdict", "corrected").status, http.StatusForbidden)
		staff.get("/concerns").lacks(t, "/settle")
		is.NoError(t, "he leaves", s.Write(context.Background(), func(tx *store.Tx) error {
			a, err := tx.Account("otto")
			if err != nil {
				return err
			}
			a.Ended = s.Now()
			return tx.SetAccount(a, s.Now())
		}))
		is.Equal(t, "without a reason", staff.post(action, "answer", " ", "verdict", "corrected").status, http.StatusBadRequest)
		is.Equal(t, "decided", staff.post(action, "answer", "The card says so.", "verdict", "corrected").location(), "/concerns?settled")
		staff.get("/concerns?closed").want(t, "Decided by who took it down: nobody else could")
		staff.get(record).want(t, "The card says so.", "Decided by who took it down: nobody else could", "that they took down themselves, as nobody else could")
	})
}

// Nobody acts in another's name: no address makes a session of somebody else, whatever a
// form says, and what is written is of who is signed in. (A session is made by a password,
// or by a link whose secret is shown once to whoever invites and sets a new password.)
func TestNobodyCanImpersonateAnybody(t *testing.T) {
	w := open(t)
	w.hasOneOfEach()
	victim := w.user("clinic").ID.Public()
	number := regexp.MustCompile(`\{[a-z.]+\}`)
	for _, id := range []string{"administrator", "help-desk", "access-administrator", "auditor"} {
		b := w.as("one-" + id)
		for _, rt := range routes() {
			method, pattern, _ := strings.Cut(rt.pattern, " ")
			if method == "" || pattern == "" || rt.may == signingOut || pattern == "/signin" || strings.HasPrefix(pattern, "/account") {
				continue // signing in and out, and what one does with one's own account
			}
			path := strings.ReplaceAll(number.ReplaceAllString(pattern, victim), "{$}", "")
			if strings.HasPrefix(pattern, "/users/{user}/end") || strings.HasPrefix(pattern, "/users/{user}/second-factor") {
				continue // they end what somebody may, and give nobody anything
			}
			p := b.do(method, path, map[string][]string{"user": {victim}, "account": {victim}, "account_id": {victim}, "as": {"clinic"}, "username": {"clinic"}, "on-behalf-of": {victim}},
				"X-Forwarded-User", "clinic", "X-Remote-User", "clinic", "Remote-User", "clinic")
			for _, c := range p.header.Values("Set-Cookie") {
				t.Errorf("%s gives %s another cookie: %s", rt.pattern, id, c)
			}
		}
		b.get("/account").want(t, "one-"+id)
	}
	hal := w.as("one-help-desk")
	form := []string{"topic", "page", "subject", "In another's name", "say", "Is it?", "user", victim, "account", victim, "by", victim, "name", "Nora clinic"}
	address, _, _ := strings.Cut(hal.post("/help/new", form...).location(), "?")
	w.as("one-administrator").get(address).want(t, "Nora Help desk", "Is it?")
	is.Equal(t, "it is not the other's", w.signedIn("clinic").get(address).status, http.StatusNotFound)
}
