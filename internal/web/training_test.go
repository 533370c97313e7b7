package web

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/codeset"
	"openiis/internal/course"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// goesBy has the registry go by a policy.
func (w *registry) goesBy(p *policy.Policy) {
	w.t.Helper()
	_, err := record.New(w.Store, codeset.Default()).GoBy(context.Background(), p, iis.Actor{Kind: "command"}, true)
	is.NoError(w.t, "state", err)
	time.Sleep(time.Second) // a change holds within one
}

// answers are those to a course's quiz, as a browser sends them: the right ones, but for
// so many questions.
func answers(t testing.TB, p *policy.Policy, code string, wrong int) url.Values {
	t.Helper()
	l, err := course.Of(p)
	is.NoError(t, "library", err)
	c := l.Named(code)
	form := url.Values{"version": {strconv.Itoa(c.Version)}}
	for i, q := range c.Quiz {
		for j, choice := range q.Choices {
			if choice.Right != (i < wrong) {
				form.Add("q"+strconv.Itoa(i), strconv.Itoa(j))
			}
		}
	}
	return form
}

// completes has somebody take a quiz with the right answers.
func (b *browser) completes(p *policy.Policy, code string) page {
	b.w.t.Helper()
	out := b.do(http.MethodPost, courseAddress(code)+"/quiz", answers(b.w.t, p, code, 0))
	is.Equal(b.w.t, "quiz of "+code, out.status, http.StatusOK)
	return out
}

// hasLearned are the pages of training and help, with a course that was completed, a
// session and a ticket.
func (w *registry) hasLearned(b *browser) []string {
	w.t.Helper()
	const code = "finding-a-person"
	b.completes(policy.Neutral(), code)
	session := b.post("/training/sessions", "kind", "webinar", "title", "For everybody", "day", "2099-05-01", "time", "14:00", "minutes", "60", "link", "https://meet.example/1").location()
	ticket := b.post("/help/new", "topic", "page", "subject", "The page is slow", "say", "It takes long since this morning.").location()
	session, _, _ = strings.Cut(session, "?")
	ticket, _, _ = strings.Cut(ticket, "?")
	return []string{
		"/training", courseAddress(code), courseAddress(code) + "/pages/1", courseAddress(code) + "/quiz", courseAddress(code) + "/certificate",
		"/training/sessions", "/training/sessions/new", "/training/sessions/ask", session, session + "/change", "/training/users",
		"/help", "/help/topics/records", "/help/ask", "/help/new", "/help/tickets", ticket, "/help/desk", "/help/corrections",
	}
}

func TestEveryoneReadsCoursesAndWhoIsSignedInTakesTheQuiz(t *testing.T) {
	w := open(t)
	stranger := w.browser()
	stranger.get("/training").want(t, "Finding a person", "Everyone may read them")
	stranger.get(courseAddress("finding-a-person")).want(t, "What to type", "signed in</a>")
	stranger.get(courseAddress("finding-a-person")+"/pages/1").want(t, "<h1>What to type</h1>", "<code>juniper marsh 4/5/2023</code>", "Page 1 of 4", `href="/training/courses/finding-a-person/pages/2"`)
	is.Equal(t, "a page that is not there", stranger.get(courseAddress("finding-a-person")+"/pages/9").status, http.StatusNotFound)
	is.Equal(t, "a course that is not there", stranger.get(courseAddress("flying")).status, http.StatusNotFound)
	for _, path := range []string{"/quiz", "/certificate", "/certificate.pdf"} {
		is.Equal(t, path, stranger.get(courseAddress("finding-a-person")+path).location(), "/signin?return=%2Ftraining")
	}

	b := w.signedIn("clinic")
	b.get("/training").want(t, "Required of you", "Before your site goes live")
	w.signedIn("administrator").get("/training").want(t, "There is nothing left that your role, Administrator, has to complete.")
	is.Equal(t, "no certificate yet", b.get(courseAddress("finding-a-person")+"/certificate").status, http.StatusNotFound)
	b.get(courseAddress("finding-a-person")+"/quiz").want(t, "jun mar 4/5/2023", "choose all that are right", `type="checkbox"`, `type="radio"`)
	form := answers(t, policy.Neutral(), "finding-a-person", 0)
	form.Del("q2")
	p := b.do(http.MethodPost, courseAddress("finding-a-person")+"/quiz", form)
	is.Equal(t, "a question is left out", p.status, http.StatusBadRequest)
	p.want(t, "Question 3 is not answered yet.", " checked")
	p = b.do(http.MethodPost, courseAddress("finding-a-person")+"/quiz", answers(t, policy.Neutral(), "finding-a-person", 2))
	p.want(t, "Not passed yet", "3 of 5 answers are right", "Not right</span>", "Write all ten digits")
	is.Equal(t, "no certificate for a try", b.get(courseAddress("finding-a-person")+"/certificate").status, http.StatusNotFound)
	old := answers(t, policy.Neutral(), "finding-a-person", 0)
	old.Set("version", "99")
	is.Equal(t, "another version", b.do(http.MethodPost, courseAddress("finding-a-person")+"/quiz", old).status, http.StatusConflict)
	b.completes(policy.Neutral(), "finding-a-person").want(t, "You have completed the course", "5 of 5 answers are right")
	b.get(courseAddress("finding-a-person")+"/certificate").want(t, "Nora clinic", "Finding a person, version 1", "By the quiz, with 5 of 5 answers right", "Role then")
	pdf := b.get(courseAddress("finding-a-person") + "/certificate.pdf")
	is.Equal(t, "PDF", pdf.header.Get("Content-Type"), "application/pdf")
	b.get("/training").want(t, "Completed</span>")
	other := w.signedIn("reader")
	is.Equal(t, "somebody else's certificate", other.get(courseAddress("finding-a-person")+"/certificate").status, http.StatusNotFound)
}

func TestWhoeverGuessesAtAQuizHasToWait(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	form := answers(t, policy.Neutral(), "finding-a-person", 3)
	for range 8 {
		is.Equal(t, "a try", b.do(http.MethodPost, courseAddress("finding-a-person")+"/quiz", form).status, http.StatusOK)
	}
	p := b.do(http.MethodPost, courseAddress("finding-a-person")+"/quiz", answers(t, policy.Neutral(), "finding-a-person", 0))
	is.Equal(t, "the ninth, with the right answers", p.status, http.StatusServiceUnavailable)
	p.want(t, "You have tried this quiz 8 times within a day.")
}

// A course that is required before use keeps a user from every address but those that
// are for everyone who is signed in; the program's rules of roles stay as they are.
func TestARequiredCourseGatesEveryAddressAndOpensThemWhenItIsCompleted(t *testing.T) {
	w := open(t)
	ma := policy.Named("ma")
	w.hasNewOfEach()
	w.goesBy(ma)
	use, err := course.Needs(ma, course.BeforeUse)
	is.NoError(t, "needs", err)
	number := regexp.MustCompile(`\{[a-z.]+\}`)
	for _, id := range []string{"clinic-staff", "vaccinator", "access-administrator", "viewer", "administrator", "help-desk"} {
		b, gated := w.as("one-"+id), len(use[id]) > 0
		for _, rt := range routes() {
			method, pattern, _ := strings.Cut(rt.pattern, " ")
			if method == "" || pattern == "" || rt.may == signingOut || rt.may == finishSignIn || rt.may == anyone || rt.may == signsAgreements || !rt.may.allows(w.user("one-"+id)) {
				continue
			}
			path := strings.ReplaceAll(number.ReplaceAllString(pattern, "0ABCDEFGHJKM1"), "{$}", "")
			p := b.do(method, path, nil)
			held := p.location() == "/training?first" || p.status == http.StatusForbidden && strings.Contains(p.body, "Complete the courses that are required of you first")
			is.Equal(t, id+": "+rt.pattern+" is held back", held, gated && (rt.may != ownAccount || rt.pattern == firstPage))
		}
	}
	b := w.as("one-clinic-staff")
	p := b.get("/training?first")
	p.want(t, "Before you use the registry", "Privacy and security", "Before use", "Before your site goes live", "Informing patients and data sharing in Massachusetts")
	for _, link := range []string{`href="/submissions"`, `href="/files"`, `href="/people/newest"`} {
		if strings.Contains(p.body, link) {
			t.Errorf("the page offers %s, which is not open yet", link)
		}
	}
	b.get("/account").want(t, "Your account")
	b.get("/help/new").want(t, "Ask the help desk")
	b.completes(ma, "privacy-and-security").want(t, `href="/submissions"`)
	is.Equal(t, "the first page", b.get("/").status, http.StatusOK)
	is.Equal(t, "messages", b.get("/submissions").status, http.StatusOK)
}

// user is a user by their name.
func (w *registry) user(username string) (u access.User) {
	w.t.Helper()
	is.NoError(w.t, "user", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		a, err := tx.Account(username)
		u = access.User{ID: a.ID, Role: a.Role, Sender: a.Sender, Seals: a.Seals}
		return err
	}))
	return u
}

func TestSessionsHaveSeatsAWaitingListAndAttendanceThatCounts(t *testing.T) {
	w := open(t)
	w.hasUser("zoe", access.Clinic, "OAK")
	staff, nora, zoe := w.signedIn("administrator"), w.signedIn("clinic"), w.signedIn("zoe")
	p := staff.post("/training/sessions", "kind", "webinar", "title", "Finding people", "day", "yesterday", "time", "14:00", "minutes", "60", "link", "https://meet.example/1")
	is.Equal(t, "a day that is none", p.status, http.StatusBadRequest)
	p.want(t, "Write the day as", "Finding people")
	is.Equal(t, "a link that is none", staff.post("/training/sessions", "kind", "webinar", "title", "Finding people", "day", "2099-05-01", "time", "14:00", "minutes", "60", "link", "javascript:alert(1)").status, http.StatusBadRequest)
	soon := time.Now().Add(10 * time.Minute).Local()
	form := []string{"kind", "webinar", "title", "Finding people", "course", "finding-a-person", "day", soon.Format("2006-01-02"), "time", soon.Format("15:04"), "minutes", "60", "seats", "1", "link", "https://meet.example/1"}
	address, _, _ := strings.Cut(staff.post("/training/sessions", form...).location(), "?")
	is.Equal(t, "a user plans none", nora.post("/training/sessions", form...).status, http.StatusForbidden)
	nora.get("/training/sessions").want(t, "Finding people", "0 of 1 seats taken", "Counts as the course “Finding a person”")
	if strings.Contains(nora.get(address).body, "meet.example") {
		t.Error("who has no seat sees the link")
	}
	is.Equal(t, "a seat", nora.post(address+"/seat").location(), address+"?done=taken")
	nora.get(address).want(t, "You have a seat.", "https://meet.example/1")
	is.Equal(t, "the next one waits", zoe.post(address+"/seat").location(), address+"?done=waiting")
	if strings.Contains(zoe.get(address).body, "meet.example") {
		t.Error("who waits sees the link")
	}
	is.Equal(t, "too early", staff.post(address+"/attendance").status, http.StatusConflict)
	is.Equal(t, "given up", nora.post(address+"/seat", "seat", "give-up").location(), address+"?done=given-up")
	zoe.get(address).want(t, "You have a seat.", "https://meet.example/1")
	is.Equal(t, "who comes again is last", nora.post(address+"/seat").location(), address+"?done=waiting")
	begun := time.Now().Add(-5 * time.Minute).Local()
	form[7], form[9] = begun.Format("2006-01-02"), begun.Format("15:04")
	is.Equal(t, "it begins earlier", staff.post(address+"/change", form...).location(), address+"?done=changed")
	there := regexp.MustCompile(`name="there" id="u-(\w{13})"`).FindStringSubmatch(staff.get(address).body)
	if len(there) == 0 {
		t.Fatal("the page lists nobody")
	}
	is.Equal(t, "marked", staff.post(address+"/attendance", "there", there[1]).location(), address+"?done=marked")
	zoe.get(address).want(t, "You were there.")
	zoe.get(courseAddress("finding-a-person")+"/certificate").want(t, "By taking part in the session “Finding people”")
	is.Equal(t, "who waited has nothing", nora.get(courseAddress("finding-a-person")+"/certificate").status, http.StatusNotFound)
	is.Equal(t, "nobody registers afterwards", nora.post(address+"/seat").status, http.StatusConflict)
	is.Equal(t, "nobody marks themselves", nora.post(address+"/attendance").status, http.StatusForbidden)
}

func TestASiteAsksForASessionAndTheProgrammeAnswers(t *testing.T) {
	w := open(t)
	w.Facility("ELM", "Elm Clinic")
	w.hasUser("ada", "access-administrator", "OAK")
	w.hasUser("eli", "clinic-staff", "ELM")
	staff, ada, eli, nora := w.signedIn("administrator"), w.as("ada"), w.signedIn("eli"), w.signedIn("clinic")
	is.Equal(t, "without a wish", ada.post("/training/sessions/ask", "kind", "site", "title", "New staff").status, http.StatusBadRequest)
	address, _, _ := strings.Cut(ada.post("/training/sessions/ask", "kind", "site", "title", "New staff", "wish", "In May, about five of us").location(), "?")
	is.Equal(t, "clinic staff asks for none", nora.post("/training/sessions/ask", "kind", "site", "title", "x", "wish", "y").status, http.StatusForbidden)
	staff.get("/training/sessions").want(t, "Asked for", "New staff", "Oak")
	staff.get(address).want(t, "In May, about five of us", "Plan it", "Decline")
	is.Equal(t, "nobody else sees what was asked for", nora.get(address).status, http.StatusNotFound)
	is.Equal(t, "without a place", staff.post(address+"/change", "kind", "site", "title", "New staff", "day", "2099-05-01", "time", "09:00", "minutes", "90").status, http.StatusBadRequest)
	is.Equal(t, "planned", staff.post(address+"/change", "kind", "site", "title", "New staff", "day", "2099-05-01", "time", "09:00", "minutes", "90", "place", "Your meeting room").location(), address+"?done=planned")
	is.Equal(t, "a seat for the site", nora.post(address+"/seat").location(), address+"?done=taken")
	ada.get(address).want(t, "Who of your site comes", "Nora clinic", "has a seat")
	if strings.Contains(nora.get(address).body, "Who of your site comes") {
		t.Error("clinic staff sees who comes")
	}
	is.Equal(t, "none for another site", eli.post(address+"/seat").status, http.StatusNotFound)
	if strings.Contains(eli.get("/training/sessions").body, "New staff") || eli.get(address).status != http.StatusNotFound {
		t.Error("another site sees the session of a site")
	}
	is.Equal(t, "without a reason", staff.post(address+"/end", "why", " ").status, http.StatusBadRequest)
	is.Equal(t, "called off", staff.post(address+"/end", "why", "The trainer is ill").location(), address+"?done=ended")
	nora.get(address).want(t, "Called off", "The trainer is ill")
	second, _, _ := strings.Cut(ada.post("/training/sessions/ask", "kind", "region", "title", "For the region", "wish", "In June").location(), "?")
	is.Equal(t, "declined", staff.post(second+"/end", "why", "See the webinar in May").location(), second+"?done=ended")
	ada.get(second).want(t, "Declined", "See the webinar in May")
	is.Equal(t, "declined twice", staff.post(second+"/end", "why", "Again").status, http.StatusConflict)
}

func TestAnAccessAdministratorSeesTheTrainingOfTheirOwnSiteAlone(t *testing.T) {
	w := open(t)
	w.Facility("ELM", "Elm Clinic")
	w.hasUser("ada", "access-administrator", "OAK")
	w.hasUser("eli", "clinic-staff", "ELM")
	w.hasUser("=cmd", "clinic-staff", "OAK")
	ma := policy.Named("ma")
	w.goesBy(ma)
	ada := w.as("ada")
	ada.completes(ma, "privacy-and-security")
	w.signedIn("clinic").completes(ma, "privacy-and-security")
	p := ada.get("/training/users")
	p.want(t, "Nora clinic", "Privacy and security", "required before use", "not completed", "still to do")
	csv := ada.get("/training/users.csv")
	is.Equal(t, "CSV", csv.header.Get("Content-Type"), "text/csv; charset=utf-8")
	csv.want(t, "clinic,Nora clinic", "before use,"+time.Now().Local().Format(time.DateOnly)+",1,yes", "'=cmd")
	for _, list := range []page{p, csv} {
		if strings.Contains(list.body, "eli") || strings.Contains(list.body, "reader") {
			t.Error("somebody of another site, or of none, is listed")
		}
	}
	w.signedIn("administrator").get("/training/users").want(t, "eli", "Nora clinic", "reader")
	is.Equal(t, "clinic staff", w.signedIn("clinic").get("/training/users").status, http.StatusForbidden)
}

// A folder of one's own has courses of its own, with a film that the operator has in
// another folder, sent in ranges.
func TestAStateOfOnesOwnTeachesItsOwnWithFilms(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"one.mp4": "0123456789", "one.vtt": "WEBVTT", "secret.txt": "secret"} {
		is.NoError(t, "film", os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	text, err := os.ReadFile("../../states/neutral/policy.yaml")
	is.NoError(t, "policy", err)
	own, err := policy.ReadFolder("own/", policy.Folder{Policy: []byte(strings.Replace(string(text), "state: neutral", "state: own", 1)), Files: map[string]string{
		"training/film/course.yaml": "course: film\nlanguage: en\ntitle: A film\nabout: What one sees.\nplace: 1\nminutes: 5\nversion: 1\ncounts since: 1\n" +
			"videos:\n- title: One\n  file: one.mp4\n  captions: one.vtt\n  transcript: one.md\n- title: Two\n  file: two.mp4\n  captions: two.vtt\n  transcript: one.md\n",
		"training/film/pages.md": "# Look\n\nLook at it.\n", "training/film/one.md": "A nurse says *hello*.\n",
		"help/own.md": "# Ours\n\n## What is ours?\n\nThis.\n",
	}})
	is.NoError(t, "read", err)
	w := open(t)
	w.doors.Videos = dir
	w.server.Config.Handler = Handler(w.doors)
	w.goesBy(own)
	b := w.browser()
	p := b.get(courseAddress("film"))
	p.want(t, `<source src="/training/videos/one.mp4">`, `<track kind="captions"`, "A nurse says <em>hello</em>.", "The film is not here.", "of the state")
	is.Equal(t, "what may be loaded", p.header.Get("Content-Security-Policy"), contentPolicy+"; media-src 'self'")
	film := b.do(http.MethodGet, "/training/videos/one.mp4", nil, "Range", "bytes=2-4")
	is.Equal(t, "a range", []any{film.status, film.body, film.header.Get("Content-Type")}, []any{http.StatusPartialContent, "234", "video/mp4"})
	is.Equal(t, "captions", b.get("/training/videos/one.vtt").header.Get("Content-Type"), "text/vtt; charset=utf-8")
	for _, name := range []string{"secret.txt", "two.mp4", "..%2fsecret.txt", "%2e%2e"} {
		is.Equal(t, name, b.get("/training/videos/"+name).status, http.StatusNotFound)
	}
	b.get("/help").want(t, "Ours")
	is.Equal(t, "no quiz", w.signedIn("clinic").get(courseAddress("film")+"/quiz").status, http.StatusNotFound)
}

func TestASessionInARegionIsOfferedWhereTheStateHasRegions(t *testing.T) {
	w := open(t)
	w.inMassachusetts()
	w.hasNewOfEach()
	form := w.as("one-administrator").get("/training/sessions/new")
	form.want(t, "now "+time.Now().Format("MST"))
	if strings.Contains(form.body, `value="region"`) {
		t.Error("a session in a region is offered in a state without regions")
	}
	other := open(t)
	other.inMinnesota()
	other.as("administrator").get("/training/sessions/new").want(t, `value="region"`)
}
