package web

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/role"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// The matrix of data sharing: every role of Oak Street Clinic, and of the programme, asks
// in every way for a person of each status and relation. A further role, status or relation
// is a line here.

// relation is what Oak has to do with a person.
type relation string

const (
	own     relation = "own patient"          // Oak alone reported the person
	shared  relation = "own and another's"    // Oak and Elm did
	another relation = "another's"            // Elm alone did
	nobody  relation = "of nobody's, a query" // for requests that name no person
)

var relations = []relation{own, shared, another}

// seen is how much of a person somebody is to see.
type seen int

const (
	notThere  seen = iota // as a number that is none
	isRefused             // the page says that they may not
	nameOnly              // that there is such a person
	ownPart               // what Oak reported
	allOfIt
)

// mayIn is what a role of Oak sees of a person in Massachusetts.
func mayIn(r *role.Role, s iis.Sharing, rel relation) seen {
	at := rel
	if r.Site == role.NoSite { // they belong to no site, and have no patients
		at = another
	}
	switch {
	case !r.May("open records"):
		return isRefused
	case r.Roster: // Oak is a clinic, and nobody is on a roster of it
		return notThere
	case r.Everyone || s == iis.SharingYes:
		return allOfIt
	case at == own || at == shared:
		return ownPart
	case s == iis.SharingUnknown:
		return nameOnly
	}
	return notThere
}

// cell is a person of a status and a relation.
type cell struct {
	status   iis.Sharing
	relation relation
	id       iis.PersonID
	given    string // a name that nobody else has
	born     string
	subs     []string // messages of Oak about the person
}

// elms and oaks are words that each clinic alone tells of the person.
func (c *cell) elms() []string {
	return []string{"ELMCHART" + c.given, "ELMLOT" + strings.ToUpper(c.given), "Elmgran" + c.given}
}
func (c *cell) oaks() []string { return []string{"OAKLOT" + strings.ToUpper(c.given)} }

// sharingWorld is a registry with a person in each cell.
type sharingWorld struct {
	*registry
	elm, fir iis.Sender
	keeper   *record.Keeper
	cells    []*cell
	control  int
}

func newSharingWorld(t *testing.T, s *store.Store, state string) *sharingWorld {
	w := &sharingWorld{registry: over(t, world.Over(t, s))}
	w.elm, w.fir = w.Facility("ELM", "Elm Square"), w.Facility("FIR", "Fir Lane")
	w.keeper = record.New(s, codeset.Default())
	_, err := w.keeper.GoBy(context.Background(), policy.Named(state), iis.Actor{Kind: "command"}, false)
	is.NoError(t, "go by "+state, err)
	w.hasOneOfEach()
	for _, r := range role.All() {
		w.learns("one-" + r.ID)
	}
	w.live(false)
	for _, st := range []iis.Sharing{iis.SharingUnknown, iis.SharingYes, iis.SharingNo} {
		if st == iis.SharingYes {
			w.live(true)
		}
		for _, rel := range relations {
			w.lives(st, rel)
		}
	}
	w.Log.Reset()
	return w
}

// live has both clinics live since long, or not yet.
func (w *sharingWorld) live(already bool) {
	w.t.Helper()
	day := cal.On(time.Now()).AddDays(100)
	if already {
		day = cal.On(time.Now()).AddDays(-100)
	}
	is.NoError(w.t, "go live", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		for _, s := range []iis.Sender{w.oak, w.elm} {
			if err := tx.SetGoLive(s.ID, day); err != nil {
				return err
			}
		}
		return nil
	}))
	time.Sleep(time.Second) // what the desks have read of the state holds so long
}

// tell sends a message, and returns the answer.
func (w *sharingWorld) tell(from iis.Sender, text string) intake.Reply {
	w.t.Helper()
	w.control++
	head := fmt.Sprintf("MSH|^~\\&|EHR|X|||20260612093012-0500||VXU^V04^VXU_V04|W%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", w.control)
	r, err := w.Desk.Message(context.Background(), from, iis.DoorHTTP, []byte(head+text))
	is.NoError(w.t, "send", err)
	return r
}

func (c *cell) pid(chart string) string {
	return "PID|1||" + chart + "^^^X^MR||Quillhaven^" + c.given + "^^^^^L|Sedge^Mary^^^^^M|" + c.born + "|F|||5 Larch Way^^Salem^MA^01970^USA^H||^PRN^PH^^^978^5550188\r"
}

func shotOf(number, day, cvx, lot string) string {
	return "ORC|RE||" + number + "^X\rRXA|0|1|" + day + "||" + cvx + "^x^CVX|0.5|mL^mL^UCUM||00^New^NIP001||||||" + lot + "||MSD^x^MVX|||CP|A\r"
}

// lives makes the person of a cell.
func (w *sharingWorld) lives(st iis.Sharing, rel relation) {
	w.t.Helper()
	n := len(w.cells)
	given := []string{"Ada", "Berta", "Cora", "Wilhelmina", "Etta", "Florence", "Greta", "Hilda", "Isolde"}[n]
	c := &cell{status: st, relation: rel, given: given, born: fmt.Sprintf("2015%02d%02d", n+1, 3*n+1)}
	w.cells = append(w.cells, c)
	keep := func(r intake.Reply) {
		is.NoError(w.t, "receipt", w.Store.Read(context.Background(), func(tx *store.Tx) error {
			got, err := tx.Receipt(r.Submission)
			if c.id != 0 && c.id != got.Person {
				w.t.Fatalf("%s is two people", given)
			}
			c.id = got.Person
			return err
		}))
	}
	if rel != another {
		r := w.tell(w.oak, c.pid("OAKCHART"+given)+shotOf("O"+given, "20160312", "20", c.oaks()[0]))
		c.subs = append(c.subs, r.Submission.Public())
		keep(r)
	}
	if rel != own {
		keep(w.tell(w.elm, c.pid(c.elms()[0])+"NK1|1|"+c.elms()[2]+"^Ann^^^^^L|GRP^Grandparent^HL70063\r"+shotOf("E"+given, "20160712", "03", c.elms()[1])))
	}
	if st == iis.SharingNo {
		by := w.elm
		if rel == own {
			by = w.oak
		}
		w.chooses(by, c.id, iis.Objects)
	}
	is.NoError(w.t, "status", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(c.id)
		is.Equal(w.t, string(rel)+" is "+string(st), record.SharingOf(f.Sources, f.Choices).Status, st)
		return err
	}))
}

// chooses records a choice in the name of a clinic.
func (w *sharingWorld) chooses(from iis.Sender, id iis.PersonID, kind iis.ChoiceKind) {
	w.t.Helper()
	now := w.Store.Now()
	var form iis.Form
	form.Add("Form", string(kind))
	sub := iis.Submission{Sender: from, Door: iis.DoorWeb, Received: now, Raw: form.Text()}
	kept := w.Store.Keep(&sub)
	is.NoError(w.t, "keep", kept.Before())
	_, err := w.keeper.Take(context.Background(), record.Arrival{
		Submission: sub.ID, Sender: from, Actor: iis.Actor{Kind: "user", User: 7}, Received: now, Known: id,
		Choice: &iis.Choice{Kind: kind, From: cal.On(now), By: 7},
		Finish: func(r iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: sub.ID, Sender: from.ID, Answered: now, Kind: iis.FormReceipt, Ack: "AA", Person: r.Person, Outcome: []byte("{}")}
		},
	})
	is.NoError(w.t, "choose", err)
	is.NoError(w.t, "kept", kept.Wait())
}

// suffixes are the pages of a person, forms and PDFs among them.
var suffixes = []string{
	"", "/record.pdf", "/log", "/log.pdf", "/concern", "/sharing", "/sharing/objection", "/sharing/withdrawal", "/sharing/objection/blank.pdf", "/glass",
	"/facts/condition", "/facts/refusal", "/same", "/entries/" + never + "/withdraw", "/signed/" + never, "/doses/" + never + "/compare/" + never, "/sources/" + never,
}

// inWords is what a page says, a PDF as poppler reads it: the letters of its font have
// numbers of their own.
func inWords(p page) string {
	text := readable(p)
	if !strings.HasPrefix(p.header.Get("Content-Type"), "application/pdf") {
		return text
	}
	read := exec.Command("pdftotext", "-", "-")
	read.Stdin = strings.NewReader(p.body)
	if out, err := read.Output(); err == nil {
		text += string(out)
	}
	return text
}

// reach is all that a user reads who asks for a person in every way: by searches and lists,
// by the person's pages and what these link to.
func (w *sharingWorld) reach(b *browser, c *cell) string {
	w.t.Helper()
	var text strings.Builder
	been := map[string]bool{}
	var next []string
	page := "/people/" + c.id.Public()
	for _, suffix := range suffixes {
		next = append(next, page+suffix)
	}
	next = append(next, "/people/newest", "/duplicates", "/duplicates/doses", "/submissions", "/files", "/notices", "/concerns", "/audit", "/alerts")
	for _, sub := range c.subs {
		next = append(next, "/submissions/"+sub, "/submissions/"+sub+"/replay")
	}
	for ; len(next) > 0 && len(been) < 120; next = next[1:] {
		path := html.UnescapeString(next[0])
		if been[path] || strings.Contains(path, "/assets/") || strings.HasPrefix(path, "/people/") && !strings.HasPrefix(path, page) {
			continue
		}
		been[path] = true
		p := b.get(path)
		said := inWords(p)
		text.WriteString(path + "\n" + said + "\n")
		for _, found := range link.FindAllStringSubmatch(p.body, -1) {
			if strings.HasPrefix(found[1], page) && !strings.Contains(found[1], "?") {
				next = append(next, found[1])
			}
		}
	}
	year := c.born[:4]
	for _, q := range []string{c.given + " Quillhaven " + year, "quillhaven " + year, c.id.Public(), c.elms()[0], "mrn " + c.elms()[0], c.elms()[2] + " " + year} {
		text.WriteString("search\n" + strings.ReplaceAll(readable(b.search(q)), html.EscapeString(q), "ASKED") + "\n")
	}
	return text.String()
}

func (w *sharingWorld) is(r *role.Role, c *cell, want seen) {
	w.t.Helper()
	name := fmt.Sprintf("%s, %s, %s", r.ID, c.status, c.relation)
	b := w.as("one-" + r.ID)
	text := strings.ToLower(w.reach(b, c))
	tells := func(words ...string) (out []string) {
		for _, word := range words {
			if strings.Contains(text, strings.ToLower(word)) {
				out = append(out, word)
			}
		}
		return out
	}
	elms, oaks := c.elms(), c.oaks()
	if c.relation == own {
		elms = nil
	}
	if c.relation == another {
		oaks = nil
	}
	switch want {
	case allOfIt:
		is.Equal(w.t, name+" reads all", tells(slices.Concat(elms, oaks)...), slices.Concat(elms, oaks))
	case ownPart:
		is.Equal(w.t, name+" reads its own part", tells(oaks...), oaks)
		is.Equal(w.t, name+" reads of the other clinic", tells(c.elms()...), nil)
	case nameOnly:
		is.Equal(w.t, name+" reads the name", tells(c.given), []string{c.given})
		is.Equal(w.t, name+" reads of the other clinic", tells(append(c.elms(), "5550188", "larch")...), nil)
	case isRefused:
		is.Equal(w.t, name+" reads", tells(append(elms, append(oaks, c.given)...)...), nil)
	case notThere:
		is.Equal(w.t, name+" reads", tells(append(c.elms(), c.given)...), nil)
		w.isNobody(name, b, c)
	}
}

// isNobody fails the test where a person is answered otherwise than a number that is none.
func (w *sharingWorld) isNobody(name string, b *browser, c *cell) {
	w.t.Helper()
	n, other := c.id.Public(), w.cell(iis.SharingYes, own).id.Public()
	for _, suffix := range suffixes {
		is.Equal(w.t, name+" opens "+suffix, alike(b.get("/people/"+n+suffix), n), alike(b.get("/people/"+never+suffix), never))
	}
	form := url.Values{"reason": {"missing"}, "say": {"x"}, "why": {"x"}, "verdict": {"same"}, "answer": {"yes"}, "told": {"yes"}, "confidential": {"yes"}}
	for _, suffix := range []string{
		"/concern", "/same/" + other, "/compare/" + other, "/facts/condition", "/sharing", "/sharing/objection", "/sharing/withdrawal", "/glass",
		"/doses/" + never + "/confidential", "/doses/" + never + "/compare/" + never, "/decisions/" + never + "/undo",
	} {
		is.Equal(w.t, name+" posts to "+suffix, alike(b.do(http.MethodPost, "/people/"+n+suffix, form), n), alike(b.do(http.MethodPost, "/people/"+never+suffix, form), never))
	}
	for _, path := range []string{"/same/", "/compare/"} {
		at := "/people/" + other + path
		is.Equal(w.t, name+" compares", alike(b.get(at+n), n), alike(b.get(at+never), never))
		is.Equal(w.t, name+" decides", alike(b.do(http.MethodPost, at+n, form), n), alike(b.do(http.MethodPost, at+never, form), never))
	}
	for asked, none := range map[string]string{n: never, c.elms()[0]: "ELMCHARTNever", c.given + " Quillhaven " + c.born[:4]: "Nevernever Wasnever " + c.born[:4]} {
		is.Equal(w.t, name+" searches", alike(b.search(asked), asked), alike(b.search(none), none))
	}
}

func (w *sharingWorld) cell(st iis.Sharing, rel relation) *cell {
	return w.cells[slices.IndexFunc(w.cells, func(c *cell) bool { return c.status == st && c.relation == rel })]
}

// TestNobodySeesWhatSharingHides walks the matrix on both databases: on PostgreSQL, which
// is slower and has the same pages, as three roles.
func TestNobodySeesWhatSharingHides(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newSharingWorld(t, s, "ma")
		for _, r := range role.All() {
			if s.Engine() == db.PostgreSQL && !slices.Contains([]string{access.Administrator, access.Clinic, access.Reader}, r.ID) {
				continue
			}
			for _, c := range w.cells {
				w.is(r, c, mayIn(r, c.status, c.relation))
			}
		}
		for _, c := range w.cells {
			for _, word := range append(c.elms(), c.given) {
				w.NeverLogs(word)
			}
		}
		w.isAnswered()
		w.isAcknowledged()
	})
}

// asks sends a query of a profile about the person of a cell.
func (w *sharingWorld) asks(from iis.Sender, c *cell, profile string) string {
	w.t.Helper()
	w.control++
	text := fmt.Sprintf("MSH|^~\\&|EHR|X|||20260612093012-0500||QBP^Q11^QBP_Q11|W%d|P|2.5.1|||ER|AL|||||%s^CDCPHINVS\r", w.control, profile) +
		"QPD|" + profile + "^x^CDCPHINVS|T||Quillhaven^" + c.given + "^^^^^L|Sedge^Mary^^^^^M|" + c.born + "|F|5 Larch Way^^Salem^MA^01970^USA^H|^PRN^PH^^^978^5550188\rRCP|I|5^RD&Records&HL70126\r"
	r, err := w.Desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(w.t, "ask", err)
	return string(r.Bytes)
}

// isAnswered asks for everybody by HL7, as who reported them and as a stranger.
func (w *sharingWorld) isAnswered() {
	w.t.Helper()
	for _, c := range w.cells {
		for _, profile := range []string{"Z34", "Z44"} {
			for _, from := range []iis.Sender{w.oak, w.fir} {
				name := fmt.Sprintf("%s asks %s of %s, %s", from.Facility, profile, c.status, c.relation)
				answer := w.asks(from, c, profile)
				mine := from.ID == w.oak.ID && c.relation != another
				open := c.status == iis.SharingYes
				is.Equal(w.t, name+": found", strings.Contains(answer, "|OK|"), open || mine)
				is.Equal(w.t, name+": the other clinic's lot", strings.Contains(answer, c.elms()[1]), open && c.relation != own)
				is.Equal(w.t, name+": the other clinic's words", strings.Contains(answer, c.elms()[0]) || strings.Contains(answer, c.elms()[2]) && !open, false)
				if mine {
					is.Equal(w.t, name+": its own lot", strings.Contains(answer, c.oaks()[0]), true)
				}
			}
		}
	}
	objected := w.asks(w.oak, w.cell(iis.SharingNo, own), "Z34")
	if !strings.Contains(objected, "|Y|"+cal.On(w.Store.Now()).Compact()) {
		w.t.Errorf("the reply to whose patient objected has no PD1-12 Y with its day: %s", objected)
	}
}

// isAcknowledged sends of whom Oak and Fir never reported, and who objected: the answer and
// its receipt are those of somebody new.
func (w *sharingWorld) isAcknowledged() {
	w.t.Helper()
	c := w.cell(iis.SharingNo, another)
	none := &cell{given: "Zelda", born: c.born}
	say := func(who *cell) (ack, receipt string) {
		r := w.tell(w.fir, strings.Replace(who.pid("FIR"+who.given), "5 Larch Way", "9 Fir Road", 1)+shotOf("F"+who.given, "20160712", "03", "FIRLOT"))
		got, err := inbox.New(w.Store, codeset.Default(), intake.Name).Receipt(context.Background(), w.fir, r.Submission)
		is.NoError(w.t, "receipt", err)
		text, err := json.Marshal(got)
		is.NoError(w.t, "receipt", err)
		mask := func(s string) string {
			return regexp.MustCompile(`\bW[0-9]+\b`).ReplaceAllString(strings.ReplaceAll(masked(s), who.given, "NAME"), "CONTROL")
		}
		return mask(string(r.Bytes)), mask(string(text))
	}
	ack, receipt := say(c)
	ackOfNew, receiptOfNew := say(none)
	is.Equal(w.t, "acknowledged", ack, ackOfNew)
	is.Equal(w.t, "receipt", receipt, receiptOfNew)
}
