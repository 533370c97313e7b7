package web

import (
	"compress/zlib"
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// canaries are words that are told of a former identity, and of nothing else.
var canaries = []string{
	"Quillcanary", "Wrencanary", "CHART-CANARY", "CONTROL-CANARY", "Canarylane", "PLACER-CANARY", "Doctorcanary", "Mothercanary", "201-555-0142", "(201) 555-0142",
	"2015550142", "canary note", "canary reason", "ROOM-CANARY", "FILLER-CANARY",
}

// formerPID is the former identity as a clinic tells it; % is the clinic's chart.
const formerPID = "PID|1||CHART-CANARY-%^^^X^MR||Quillcanary^Wrencanary^^^^^L|Mothercanary^^^^^^M|20200505|F|||99 Canarylane^^Plymouth^MA^02360^USA^H||^PRN^PH^^^201^5550142\r" +
	"NK1|1|Quillcanary^Mothercanary^^^^^L|MTH^Mother^HL70063\r"

// formerDose is a dose as a clinic tells it: its number, day, vaccine and lot.
func formerDose(number, day, cvx, lot string) string {
	return "ORC|RE|PLACER-CANARY^X|FILLER-CANARY-" + number + "^X|||||||||^Doctorcanary^Ann\r" +
		"RXA|0|1|" + day + "||" + cvx + "^x^CVX|0.5|mL^mL^UCUM||00^New^NIP001|^Doctorcanary^Ann|^^^ROOM-CANARY||||" + lot + "||MSD^x^MVX|||CP|A\r"
}

// former is a registry with a former identity of which there is everything that there
// can be.
type former struct {
	*registry
	elm, fir iis.Sender
	id       iis.PersonID   // the record
	numbers  []string       // under which it can be asked for
	subs     []string       // the submissions about it
	files    []string       // the pages of files with rows about it
	control  int            // of messages
	prefix   string         // of their numbers
	users    []string       // who looks
	words    []iis.PersonID // others, who stay
	others   string         // the submission of one of them, by a clinic of the former identity
}

func newFormer(t *testing.T, s *store.Store) *former {
	w := &former{registry: over(t, world.Over(t, s)), prefix: "CONTROL-CANARY-", users: []string{"plain", access.Clinic, "elmer", access.Reader}}
	w.elm, w.fir = w.Facility("ELM", "Elm Square"), w.Facility("FIR", "Fir Lane")
	w.hasUser("plain", access.Administrator, "")
	w.hasUser("elmer", access.Clinic, "ELM")
	return w
}

// tell sends a message, and returns the answer with its submission.
func (w *former) tell(from iis.Sender, text string) intake.Reply {
	w.t.Helper()
	r, err := w.Desk.Message(context.Background(), from, iis.DoorHTTP, []byte(w.head("VXU^V04^VXU_V04", "Z22")+text))
	is.NoError(w.t, "send", err)
	return r
}

func (w *former) ask(from iis.Sender, qpd string) intake.Reply {
	w.t.Helper()
	r, err := w.Desk.Message(context.Background(), from, iis.DoorHTTP, []byte(w.head("QBP^Q11^QBP_Q11", "Z34")+"QPD|Z34^Request Immunization History^CDCPHINVS|T|"+qpd+"\rRCP|I|5^RD&Records&HL70126\r"))
	is.NoError(w.t, "ask", err)
	return r
}

func (w *former) head(kind, profile string) string {
	w.control++
	return "MSH|^~\\&|EHR|X|||20260612093012-0500||" + kind + "|" + w.prefix + strings.Repeat("I", w.control) + "|P|2.5.1|||ER|AL|||||" + profile + "^CDCPHINVS\r"
}

const formerQuery = "CHART-CANARY-%^^^X^MR|Quillcanary^Wrencanary^^^^^L|Mothercanary^^^^^^M|20200505|F|99 Canarylane^^Plymouth^MA^02360^USA^H|^PRN^PH^^^201^5550142"

// lives makes the former identity: two clinics, a record that was merged into it, a
// twin held apart, a note, a flag that was undone, a fact from a page, a file, and
// queries.
func (w *former) lives() {
	w.t.Helper()
	ctx := context.Background()
	person := func(r intake.Reply) (id iis.PersonID) {
		w.subs = append(w.subs, r.Submission.Public())
		is.NoError(w.t, "receipt", w.Store.Read(ctx, func(tx *store.Tx) error {
			got, err := tx.Receipt(r.Submission)
			id = got.Person
			return err
		}))
		return id
	}
	w.id = person(w.tell(w.oak, strings.ReplaceAll(formerPID, "%", "O")+formerDose("1", "20200706", "20", "LOT7")+formerDose("2", "20210506", "03", "M1")))
	is.Equal(w.t, "two clinics, one record", person(w.tell(w.elm, strings.ReplaceAll(formerPID, "%", "E")+formerDose("3", "20200907", "10", "P3"))), w.id)
	merged := person(w.tell(w.elm, strings.Replace(strings.ReplaceAll(formerPID, "%", "M"), "20200505", "19990101", 1)))
	w.prefix = "OTHER-"
	twin := person(w.tell(w.elm, "PID|1||T1^^^X^MR||Heather^Robin||20200505|M"))
	w.prefix = "CONTROL-CANARY-"
	w.others, w.subs = w.subs[len(w.subs)-1], w.subs[:len(w.subs)-1]
	k := record.New(w.Store, codeset.Default())
	by := iis.Actor{Kind: "user", User: 7}
	_, err := k.Merge(ctx, w.id, merged, by, "canary reason")
	is.NoError(w.t, "merge", err)
	_, err = k.Apart(ctx, w.id, twin, by, "canary reason")
	is.NoError(w.t, "apart", err)
	flag, err := k.Flag(ctx, w.id, w.send("Flagged"), by, "canary reason")
	if fault.KindOf(err) != fault.Conflict {
		is.NoError(w.t, "flag", err)
		_, err = k.Undo(ctx, flag, by, "canary reason")
		is.NoError(w.t, "undo", err)
	}
	person(w.tell(w.oak, strings.ReplaceAll(formerPID, "%", "O")+strings.Replace(formerDose("1", "20200706", "20", "LOT7"), "|CP|A", "|CP|D", 1)+formerDose("4", "20200706", "20", "LOT7")))
	for _, from := range []iis.Sender{w.oak, w.fir} {
		w.subs = append(w.subs, w.ask(from, strings.ReplaceAll(formerQuery, "%", "O")).Submission.Public())
	}
	// what is stored with nobody: a refused message, and a query that finds nobody
	w.subs = append(w.subs, w.tell(w.oak, strings.Replace(strings.ReplaceAll(formerPID, "%", "O"), "20200505", "", 1)).Submission.Public(),
		w.ask(w.elm, "CHART-CANARY-E^^^X^MR|Quillcanary^Wrencanary^^^^^L||19000101|M").Submission.Public())
	nurse := w.signedIn(access.Clinic)
	page := "/people/" + w.id.Public()
	nurse.do(http.MethodPost, page+"/concern", url.Values{"reason": {"missing"}, "say": {"canary note"}})
	entry, elmer := page+"/facts/condition", w.signedIn("elmer")
	elmer.do(http.MethodPost, entry, url.Values{"number": {numberOf(elmer.get(entry))}, "what": {"observation-014"}, "since": {"4/9/2021"}, "says": {"record"}})
	file := "mrn,last_name,first_name,birth_date,sex,street,city,state,zip,phone,date,cvx\n" +
		"CHART-CANARY-F,Quillcanary,Wrencanary,05/05/2020,F,99 Canarylane,Plymouth,MA,02360,2015550142,05/06/2020,08\n"
	address := elmer.uploads(w.elm, "shots.csv", file).location()
	is.Equal(w.t, "file", elmer.do(http.MethodPost, address+"/store", url.Values{"mapping": {"doses:\tgiven\nmrn\tmrn\n"}}).location(), address)
	w.files = append(w.files, address)
	w.words = append(w.words, twin)
	w.numbers = []string{w.id.Public(), merged.Public()}
	was := len(w.subs)
	if w.subs = append(w.subs, w.sentOf(w.id)...); len(w.subs) < was+6 {
		w.t.Fatalf("the file or the form made no report: %v", w.subs[was:])
	}
}

// sentOf are the submissions of all reports of a person.
func (w *former) sentOf(id iis.PersonID) (out []string) {
	w.t.Helper()
	is.NoError(w.t, "reports", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		all, err := tx.Reports(id)
		for _, r := range all {
			out = append(out, r.Submission.Public())
		}
		return err
	}))
	return out
}

var link = regexp.MustCompile(`(?:href|action)="(/[^"#]*)"`)

// walks opens every page that a user comes to from some addresses, and returns what
// each says. Forms are opened too, by what they would show.
func (w *former) walks(username string, from []string) map[string]string {
	w.t.Helper()
	b := w.signedIn(username)
	seen := map[string]string{}
	for next := slices.Clone(from); len(next) > 0; next = next[1:] {
		path := html.UnescapeString(next[0])
		if _, been := seen[path]; been || strings.HasPrefix(path, "/assets/") || len(seen) > 600 {
			continue
		}
		p := b.get(path)
		seen[path] = readable(p) + "\n" + p.location()
		for _, found := range link.FindAllStringSubmatch(p.body, -1) {
			if !strings.Contains(found[1], "?") || strings.Contains(found[1], "before=") { // the same list, cut otherwise
				next = append(next, found[1])
			}
		}
	}
	if len(seen) < 50 {
		w.t.Fatalf("%s comes to %d pages only", username, len(seen))
	}
	for _, q := range []string{"Moorland Sorrel 5/5/2020", "moorland 2020", "Robin Heather 5/5/2020"} { // who is there
		seen["search "+q] = readable(b.search(q))
	}
	return seen
}

// readable is a page with the text of a PDF unpacked.
func readable(p page) string {
	text := html.UnescapeString(p.body)
	if !strings.HasPrefix(p.header.Get("Content-Type"), "application/pdf") {
		return text
	}
	for _, part := range strings.Split(p.body, "stream\n")[1:] {
		r, err := zlib.NewReader(strings.NewReader(part))
		if err != nil {
			continue
		}
		if plain, err := io.ReadAll(r); err == nil || len(plain) > 0 {
			text += string(plain)
		}
	}
	return text
}

// told are canaries and numbers that pages tell.
func told(pages map[string]string, words []string) (out []string) {
	for path, text := range pages {
		lower := strings.ToLower(text)
		for _, word := range words {
			if strings.Contains(lower, strings.ToLower(word)) {
				out = append(out, path+" tells "+word)
			}
		}
	}
	slices.Sort(out)
	return out
}

// searches are what a former identity is searched for by, each with what nobody ever
// was.
func (w *former) searches() map[string]string {
	out := map[string]string{
		"Quillcanary Wrencanary 5/5/2020": "Nevernever Wasnever 5/5/2020", "quillcanary 2020": "nevernever 2020", "CHART-CANARY-O": "CHART-NEVER-O", "mrn CHART-CANARY-E": "mrn CHART-NEVER-E",
		"201 555 0142": "201 555 0143", "Wrencanary 2020": "Wasnever 2020",
	}
	for _, n := range w.numbers {
		out[n] = never
	}
	return out
}

// never is a number that was never given.
const never = "0AAAAAAAAAAA1"

// What two answers to the same question may differ in: the clock, and the key of a search.
var (
	signedOut  = regexp.MustCompile(`signed out at [^<]* if nothing|data-left="\d+"`)
	foundAt    = regexp.MustCompile(`/found/\w+`)
	askedAgain = regexp.MustCompile(`\?q=\S+`)
)

// alike makes two answers comparable that differ in what was asked for alone.
func alike(p page, asked string) string {
	for _, word := range []string{asked, url.QueryEscape(asked), html.EscapeString(asked)} {
		p.body = strings.ReplaceAll(p.body, word, "ASKED")
	}
	body := signedOut.ReplaceAllString(p.body, "")
	return askedAgain.ReplaceAllString(strings.Join([]string{http.StatusText(p.status), foundAt.ReplaceAllString(p.location(), "/found/"), body}, "\n"), "")
}

// isNobody fails the test where a former number, or what was told of it, is answered
// otherwise than one that never was.
func (w *former) isNobody(username string) {
	w.t.Helper()
	b := w.signedIn(username)
	for asked, other := range w.searches() {
		is.Equal(w.t, username+" searches "+asked, alike(b.search(asked), asked), alike(b.search(other), other))
	}
	pages := []string{"", "/log", "/record.pdf", "/log.pdf", "/concern", "/facts/condition", "/facts/refusal", "/same", "/entries/" + never + "/withdraw", "/same/" + w.words[0].Public(), "/compare/" + w.words[0].Public(), "/doses/" + never + "/compare/" + never, "/sources/" + never}
	for _, n := range w.numbers {
		for _, suffix := range pages {
			is.Equal(w.t, username+" opens "+suffix, alike(b.get("/people/"+n+suffix), n), alike(b.get("/people/"+never+suffix), never))
		}
		form := url.Values{"reason": {"missing"}, "say": {"x"}, "why": {"x"}, "verdict": {"same"}}
		for _, suffix := range []string{"/concern", "/same/" + w.words[0].Public(), "/compare/" + w.words[0].Public(), "/facts/condition", "/sources/" + never} {
			is.Equal(w.t, username+" posts to "+suffix, alike(b.do(http.MethodPost, "/people/"+n+suffix, form), n), alike(b.do(http.MethodPost, "/people/"+never+suffix, form), never))
		}
		other := "/people/" + w.words[0].Public()
		for _, path := range []string{"/same/", "/compare/"} {
			is.Equal(w.t, username+" compares", alike(b.get(other+path+n), n), alike(b.get(other+path+never), never))
			is.Equal(w.t, username+" decides", alike(b.do(http.MethodPost, other+path+n, form), n), alike(b.do(http.MethodPost, other+path+never, form), never))
		}
	}
	for _, f := range w.files {
		is.Equal(w.t, username+" opens a file", b.get(f).status, b.get("/files/"+never).status)
	}
	for _, n := range w.subs {
		for _, suffix := range []string{"", "/replay"} {
			is.Equal(w.t, username+" opens a submission", alike(b.get("/submissions/"+n+suffix), n), alike(b.get("/submissions/"+never+suffix), never))
		}
	}
}

func TestNothingTellsOfAFormerIdentityThatIsSealed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newFormer(t, s)
		if s.Engine() == db.PostgreSQL { // slower, and the same pages
			w.users = []string{"plain", "elmer"}
		}
		w.lives()
		admin := w.signedIn(access.Administrator)
		from := everyPage(t, w.registry, admin, w.words[0])
		from = append(from, "/people/"+w.id.Public(), "/people/"+w.id.Public()+"/record.pdf", "/people/"+w.id.Public()+"/log")
		for _, n := range w.subs {
			from = append(from, "/submissions/"+n)
		}
		words := slices.Concat(canaries, w.numbers, w.subs)
		before := map[string]int{}
		for _, u := range w.users {
			before[u] = len(told(w.walks(u, from), words))
			if before[u] < 15 {
				t.Fatalf("%s meets only %d words of the former identity: the test does not reach it", u, before[u])
			}
		}
		form := newIdentity(w.id.Public())
		for field, value := range map[string]string{"family": "Moorland", "given": "Sorrel", "street": "5 Fen Court", "telephone": "413 555 0177", "birth": "5/5/2020"} {
			form.Set(field, value)
		}
		form.Set("why", "An adoption. Quillcanary is no more.")
		sealed := admin.do(http.MethodPost, "/sealed", form)
		address, _, ok := strings.Cut(sealed.location(), "?")
		if !ok {
			t.Fatalf("not sealed: %s", regexp.MustCompile(`Error:</strong> [^<]*`).FindString(sealed.body))
		}
		w.Log.Reset()

		w.isUnknownEverywhere(append(slices.Clone(w.users), access.Administrator), from, words, address)
		w.isAnsweredAsBefore()
		w.isUnknownEverywhere([]string{"plain", access.Clinic}, from, slices.Concat(canaries, w.numbers, w.subs), address)
		for _, word := range words {
			w.NeverLogs(word)
		}
		opened := readable(admin.get(address))
		for _, word := range []string{"Quillcanary", w.id.Public(), "An adoption."} {
			if !strings.Contains(opened, word) {
				t.Errorf("whoever may seal does not read %q", word)
			}
		}
	})
}

// isUnknownEverywhere walks every page as some users.
func (w *former) isUnknownEverywhere(users, from, words []string, address string) {
	w.t.Helper()
	for _, u := range users {
		pages := w.walks(u, append(slices.Clone(from), w.newPages()...))
		delete(pages, address) // where those who may seal read it
		if u == access.Administrator {
			for path := range pages {
				if strings.HasPrefix(path, "/sealed") {
					delete(pages, path)
				}
			}
		}
		is.Equal(w.t, u+" is told", told(asked(pages, words), words), nil)
		w.isNobody(u)
	}
	own := w.ofNew()
	is.Equal(w.t, "the new record tells the clinics", told(own, []string{"Elm Square", "Oak &lt;i&gt;", "Oak <i>", "Street&lt;", "PR-2026-114", "seal", "Sealed", "former"}), nil)
}

// asked leaves out of pages the numbers that stand in their own addresses.
func asked(pages map[string]string, words []string) map[string]string {
	out := map[string]string{}
	for path, text := range pages {
		for _, word := range words {
			if strings.Contains(path, word) {
				text = strings.ReplaceAll(text, word, "")
			}
		}
		out[strings.NewReplacer(pairs(words)...).Replace(path)] += text
	}
	return out
}

func pairs(words []string) (out []string) {
	for _, w := range words {
		out = append(out, w, "ASKED")
	}
	return out
}

// newPages are the pages of the new identity.
func (w *former) newPages() []string {
	w.t.Helper()
	page := personAddressIn.FindString(w.signedIn(access.Reader).search("Moorland Sorrel 5/5/2020").body)
	if page == "" {
		w.t.Fatal("nobody has the new name")
	}
	return []string{page, page + "/log", page + "/log.pdf", page + "/record.pdf"}
}

// ofNew is what the pages of the new identity say to somebody without the right, with
// the message that made it.
func (w *former) ofNew() map[string]string {
	w.t.Helper()
	b, out := w.signedIn("plain"), map[string]string{}
	for _, path := range w.newPages() {
		text := readable(b.get(path))
		if _, main, ok := strings.Cut(text, "<main"); ok {
			text = main
		}
		text = regexp.MustCompile(`\(Clinic staff of [^)]*\)`).ReplaceAllString(text, "") // whoever looks at it in this test has a site
		out[path] = strings.NewReplacer("Found by a former name", "", "former names", "").Replace(text)
		for _, found := range regexp.MustCompile(`/submissions/\w{13}`).FindAllString(text, -1) {
			out[found] = readable(b.get(found))
		}
	}
	return out
}

// isAnsweredAsBefore sends to the doors what still comes for a former identity: its
// clinics are answered as if each alone had ever told of it, others as if nobody had.
func (w *former) isAnsweredAsBefore() {
	w.t.Helper()
	w.rehearsalsLearnNothing()
	w.strangersLearnNothing()
	w.formerSendersLearnNothing()
}

// nobodys are the words of the former identity with those of nobody in their place.
func (w *former) nobodys() *strings.Replacer {
	return strings.NewReplacer("Quillcanary", "Nevernever", "Wrencanary", "Wasnever", "CHART-CANARY", "CHART-NEVER", "Canarylane", "Neverlane",
		"Mothercanary", "Mothernever", "5550142", "5550143", "FILLER-CANARY", "FILLER-NEVER", w.id.Public(), never)
}

// rehearsalsLearnNothing has an administrator try, in the name of a clinic that told of
// the former identity, what it would come to.
func (w *former) rehearsalsLearnNothing() {
	w.t.Helper()
	b, fake := w.signedIn("plain"), w.nobodys()
	chart := strings.ReplaceAll(formerPID, "%", "E")
	for _, text := range []string{
		chart + formerDose("3", "20200907", "10", "P3"), chart + strings.Replace(formerDose("3", "20200907", "10", "P3"), "|CP|A", "|CP|D", 1),
		strings.NewReplacer("Quillcanary", "Sedge", "Wrencanary", "Otto", "20200505", "19800101").Replace(chart),
	} {
		try := func(text string) string {
			p := b.do(http.MethodPost, "/submissions/"+w.others+"/replay", url.Values{"message": {strings.ReplaceAll(w.head("VXU^V04^VXU_V04", "Z22")+text, "\r", "\n")}})
			is.Equal(w.t, "tried", p.status, http.StatusOK)
			return masked(readable(p))
		}
		is.Equal(w.t, "a rehearsal", fake.Replace(try(text)), try(fake.Replace(text)))
	}
}

// strangersLearnNothing has a clinic ask that never told of the former identity.
func (w *former) strangersLearnNothing() {
	w.t.Helper()
	fake := w.nobodys()
	for _, q := range []string{
		strings.ReplaceAll(formerQuery, "%", "Z"), strings.Replace(formerQuery, "CHART-CANARY-%^^^X^MR", w.id.Public()+"^^^OPENIIS^SR", 1),
		strings.Replace(strings.ReplaceAll(formerQuery, "%", "O"), "Wrencanary", "", 1), "|Quillcanary^Wrencanary^^^^^L||20200505|F",
	} {
		real := w.ask(w.fir, q)
		w.prefix = "OTHER-"
		none := w.ask(w.fir, fake.Replace(q))
		w.prefix = "CONTROL-CANARY-"
		is.Equal(w.t, "a stranger's answer", masked(fake.Replace(string(real.Bytes))), masked(string(none.Bytes)))
		w.forget(real.Submission) // its own words stand in it, as in any query
	}
}

// forget removes a query, so that the words in which it asks are not met again.
func (w *former) forget(id iis.SubmissionID) {
	w.t.Helper()
	is.NoError(w.t, "forget", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.SealSubmission(id, 1)
	}))
}

// formerSendersLearnNothing compares the answers to a clinic that told of the former
// identity with those of a registry to which nobody else ever told anything.
func (w *former) formerSendersLearnNothing() {
	w.t.Helper()
	alone := newFormer(w.t.(*testing.T), storetest.Open(w.t, storetest.SQLite(w.t)))
	chart := strings.ReplaceAll(formerPID, "%", "O")
	alone.tell(alone.oak, chart+formerDose("1", "20200706", "20", "LOT7")+formerDose("2", "20210506", "03", "M1"))
	alone.tell(alone.oak, chart+strings.Replace(formerDose("1", "20200706", "20", "LOT7"), "|CP|A", "|CP|D", 1)+formerDose("4", "20200706", "20", "LOT7"))
	w.control, alone.control = 500, 500
	query := strings.ReplaceAll(formerQuery, "%", "O")
	for what, text := range map[string]string{
		"1 the same again":        chart + formerDose("4", "20200706", "20", "LOT7"),
		"2 another dose":          chart + formerDose("9", "20220506", "21", "V9"),
		"3 a correction":          chart + strings.Replace(formerDose("9", "20220507", "21", "V9"), "|CP|A", "|CP|U", 1),
		"4 a dose of the others":  chart + formerDose("10", "20200907", "10", "P3"),
		"5 a withdrawal":          chart + strings.Replace(formerDose("9", "20220507", "21", "V9"), "|CP|A", "|CP|D", 1),
		"6 nothing to withdraw":   chart + strings.Replace(formerDose("77", "20220507", "21", "V9"), "|CP|A", "|CP|D", 1),
		"7 with a slip":           strings.Replace(chart, "Wrencanary^", "Wrencanari^", 1),
		"8 its registry's number": strings.Replace(chart, "PID|1||", "PID|1||"+w.id.Public()+"^^^OPENIIS^SR~", 1),
	} {
		here, there := w.tell(w.oak, text), alone.tell(alone.oak, text)
		is.Equal(w.t, what+": answer", masked(string(here.Bytes)), masked(string(there.Bytes)))
		is.Equal(w.t, what+": receipt", w.receipt(w.oak, here.Submission), alone.receipt(alone.oak, there.Submission))
		w.subs = append(w.subs, here.Submission.Public())
	}
	here, there := w.ask(w.oak, query), alone.ask(alone.oak, query)
	if !strings.Contains(string(here.Bytes), "|OK|Z34") {
		w.t.Errorf("the clinic does not get what it told: %s", here.Bytes)
	}
	is.Equal(w.t, "query", segments(here.Bytes), segments(there.Bytes))
	w.subs = append(w.subs, here.Submission.Public())
	for _, sub := range w.subs { // nobody else reads its receipts
		n, _ := iis.ParseSubmissionID(sub)
		is.Equal(w.t, "another's receipt", w.receipt(w.fir, n), w.receipt(w.fir, 1))
	}
}

// segments are the kinds of segments of an answer, and the doses in it.
func segments(answer []byte) (out []string) {
	for _, s := range strings.Split(masked(string(answer)), "\r") {
		if f := strings.Split(s, "|"); f[0] == "RXA" {
			out = append(out, strings.Join(f[:min(len(f), 6)], "|"))
		}
	}
	slices.Sort(out)
	return out
}

// receipt is what became of a message, as its sender's programs read it.
func (w *former) receipt(from iis.Sender, id iis.SubmissionID) string {
	w.t.Helper()
	r, err := inbox.New(w.Store, codeset.Default(), intake.Name).Receipt(context.Background(), from, id)
	if err != nil {
		return fault.KindOf(err).String() + ": " + fault.Public(err)
	}
	r.Submission = ""
	text, err := json.Marshal(r)
	is.NoError(w.t, "receipt", err)
	return masked(string(text))
}

// masked is an answer without its times and the registry's own numbers.
func masked(text string) string {
	text = regexp.MustCompile(`\b[0-9]{8}[0-9.]{4,}([-+][0-9]{4})?|20[0-9-]+T[0-9:.]+Z`).ReplaceAllString(text, "TIME")
	text = regexp.MustCompile(`\b0[0-9A-HJKMNP-TV-Z]{12}\b`).ReplaceAllString(text, "NUMBER")
	return regexp.MustCompile(`(CONTROL-CANARY|OTHER)-I+`).ReplaceAllString(text, "CONTROL")
}
