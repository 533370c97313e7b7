package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/test/world"
)

// relation is what Oak Street Clinic has to do with a person.
type relation struct {
	name      string
	oak, elm  bool                 // who reported the person
	describes func(*matrix, *cell) // how else somebody comes to have to do with the person; nil: they do by that
}

// The relations. A further one (a region, a school's roster) is a line here, with how a person
// comes into it, and a line of mayIn (matrix_sight_test.go).
var (
	own     = &relation{name: "own patient", oak: true}
	shared  = &relation{name: "own and another’s", oak: true, elm: true}
	another = &relation{name: "another’s", elm: true}

	relations = []*relation{own, shared, another}
)

// standing is how a person's record stands.
type standing struct {
	name    string
	pd1     bool                 // who reported the person first protects the record, by PD1-12
	pid     string               // what follows in PID
	obx     string               // what follows the first dose
	sharing iis.Sharing          // what it comes to
	after   func(*matrix, *cell) // what happens to the record then
	only    []*relation          // of these relations; nil: of all
	home    string               // where the person lives; "": in Salem, Massachusetts
	few     bool                 // few look at such persons (matrix_further_test.go)
	early   bool                 // it began before the sites were live
	as      []*standing          // of which it is one more kind, and hides likewise
}

// The standings. Unknown is made before the sites are live, and comes first.
var (
	unknown      = &standing{name: "Unknown", sharing: iis.SharingUnknown}
	open_        = &standing{name: "Yes", sharing: iis.SharingYes}
	objected     = &standing{name: "No, by a form", sharing: iis.SharingNo, after: (*matrix).objects}
	protected    = &standing{name: "No, by a message", sharing: iis.SharingNo, pd1: true}
	dead         = &standing{name: "Yes, dead", sharing: iis.SharingYes, pid: "|||||||||||||||||20240105|Y", only: []*relation{shared}}
	confidential = &standing{name: "Yes, with a confidential dose", sharing: iis.SharingYes, obx: "OBX|1|CE|CONFIDENTIAL^Confidential dose^L|1|Y^Yes^HL70136||||||F\r", only: []*relation{shared}}
	sealed       = &standing{name: "sealed", sharing: iis.SharingYes, after: (*matrix).isSealed, only: []*relation{shared}}
	removed      = &standing{name: "Yes, taken off every roster", sharing: iis.SharingYes, after: (*matrix).isRemoved, few: true}
	closed       = &standing{name: "closed by an opt-out", sharing: iis.SharingYes, after: (*matrix).isClosed, only: []*relation{shared}}
)

// standingsIn are those that there are in a state: in Minnesota and Mississippi nobody asks
// first, and nobody objects by a form; in Minnesota people opt out.
var standingsIn = map[string][]*standing{
	"ma":      {unknown, open_, objected, protected, dead, confidential, sealed},
	"ms":      {open_, protected, dead, confidential, sealed},
	"mn":      {open_, protected, dead, confidential, sealed, closed},
	"neutral": {open_, objected, protected, dead, confidential, sealed, closed},
}

// cell is a person of a standing and a relation.
type cell struct {
	*relation
	*standing
	id    iis.PersonID
	given string // a name that nobody else has
	born  string
	subs  map[string]string // messages about the person, by site
	// numbers are those of all that there is of the person, by what they stand for in an address
	// (matrix_routes_test.go); at is likewise of another address, in which the person comes second.
	numbers, second, ours map[string]string
	parted                map[iis.OrganizationID]string // the number of an entry of each roster of which it cannot be told whose it is; nil: there is none
	former                string                        // the number of a record that was joined to it; "": none was
}

// is reports a standing, or one that is a kind of it.
func (c *cell) is(st *standing) bool {
	return c.standing != nil && (c.standing == st || slices.Contains(c.as, st))
}

func (c *cell) name() string { return c.standing.name + ", " + c.relation.name }

// elms, oaks and both are words that a clinic alone told of the person, or that everyone told; work is what
// was written down by staff of Elm, which is not for other sites whatever is shared.
func (c *cell) elms() []string {
	if !c.elm {
		return nil
	}
	out := []string{"ELMCHART" + c.given, "Elmgran" + c.given}
	if !c.is(sealed) { // shots go over to the new identity
		out = append(out, c.lot("ELM"))
	}
	return out
}

func (c *cell) oaks() []string {
	if !c.oak || c.is(sealed) {
		return nil
	}
	return []string{c.lot("OAK")}
}

// lot is that of the shot that a site gave.
func (c *cell) lot(site string) string { return site + "LOT" + c.born }

// confides reports that Elm's dose is confidential.
func (c *cell) confides() bool { return c.obx != "" }

func (c *cell) work() []string {
	if !c.elm {
		return nil
	}
	return []string{"Elmsaid" + c.given, "Elmasked" + c.given, "Elmproof" + c.given, "Elmfile" + c.given, "Elmreason" + c.given}
}

// matrix is a registry with a person in each cell, of whom there is everything that there can be.
type matrix struct {
	*registry
	state        string
	elm, fir     iis.Sender
	senders      []iis.Sender // further strangers
	cells        []*cell
	further      []*cell      // at whom few look
	planted      []planted    // what is of no person, or of somebody's own
	apart, alike iis.PersonID // two others, of Elm: each person is told apart from one, and may be the other
	eve          chart.Teller // who works at Elm
	rosters      []iis.OrganizationID
	held         []rosterOf // whose sites those are
	of           *cell      // of whom is asked
	site, file   string     // the site whose roster is asked for, and a file of it, by their numbers
	control      int
	looking      map[string]*browser
	asked        []string // of the store, since it was forgotten
}

func newMatrix(t *testing.T, s *store.Store, state string) *matrix {
	t.Helper()
	w := &matrix{registry: over(t, world.Over(t, s)), state: state, looking: map[string]*browser{}}
	w.elm, w.fir = w.Facility("ELM", "Elm Square"), w.Facility("FIR", "Fir Lane")
	_, err := w.keeper.GoBy(context.Background(), policy.Named(state), iis.Actor{Kind: "command"}, false)
	is.NoError(t, "go by "+state, err)
	w.hasOneOfEach()
	w.hasFurther()
	w.hasRosters()
	w.apart, w.alike = w.hasOther("Alder", "19990102"), w.hasOther("Birch", "19880304")
	for i, st := range standingsIn[state] {
		if i == 0 || st == open_ {
			w.live(st != unknown)
		}
		for _, rel := range relations {
			if st.only == nil || slices.Contains(st.only, rel) {
				w.lives(st, rel)
			}
		}
	}
	w.Log.Reset()
	return w
}

// browser is one past the network: what a page asks of the store is done when its answer is here.
func (w *matrix) browser() *browser {
	b := w.registry.browser()
	b.Transport = &inside{Handler: w.server.Config.Handler}
	return b
}

// inside answers requests by a handler, each as from an address of its own: who guesses at numbers waits.
type inside struct {
	http.Handler
	requests int
}

func (h *inside) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	h.requests++
	in.RequestURI, in.Host = r.URL.RequestURI(), r.URL.Host
	in.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1234", h.requests>>16&255, h.requests>>8&255, h.requests&255)
	if in.Body == nil {
		in.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, in)
	return rec.Result(), nil
}

// hasRosters has a school, a child care programme and a health plan, each with somebody, and, where there
// are regions, somebody of that in which Elm is.
func (w *matrix) hasRosters() {
	w.t.Helper()
	w.held = []rosterOf{
		{role: "school-nurse", facility: "PINE", name: "Pine School", kind: iis.KindSchool}, {role: "child-care", facility: "WREN", name: "Wren Child Care", kind: iis.KindChildCare},
		{role: "health-plan", facility: "LARK", name: "Lark Plan", kind: iis.KindHealthPlan},
	}
	for i := range w.held {
		site := &w.held[i]
		w.rosters = append(w.rosters, w.rosterSite(site.facility, site.name, site.kind))
		w.rosteredAs(site.role, site.facility)
		is.NoError(w.t, "sender", w.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
			site.sender, err = tx.SenderByFacility(site.facility)
			return err
		}))
	}
	region := ""
	if regions := policy.Named(w.state).Regions; len(regions) > 0 {
		region = regions[0].Code
		w.putInRegion(w.elm, region)
	}
	w.coordinates("regional", region)
	w.learns("regional")
}

// rosterOf is a site that keeps a roster, and the role of who works there.
type rosterOf struct {
	role, facility, name string
	kind                 iis.OrganizationKind
	sender               iis.Sender
	file                 string // the number of a file of it with everybody, that was looked at; "": there is none
}

// isRemoved takes a person off every roster.
func (w *matrix) isRemoved(c *cell) {
	w.t.Helper()
	is.NoError(w.t, "take off", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		entries, err := tx.RosterEntries(c.id)
		for i := range entries {
			e := &entries[i]
			if e.Until, e.Why = cal.On(w.Store.Now()), "left"; err == nil {
				err = tx.PutRosterEntry(e)
			}
		}
		return err
	}))
}

// everybody are all persons of whom is asked.
func (w *matrix) everybody() []*cell { return slices.Concat(w.cells, w.further) }

// rosterOf is the roster that a viewer's site keeps; of who keeps none, another's.
func (w *matrix) rosterOf(v viewer) int {
	return max(0, slices.IndexFunc(w.held, func(site rosterOf) bool { return v.rosters && v.role.ID == site.role }))
}

// at is addressOf with the roster that is asked for.
func (w *matrix) at(path string, numbers map[string]string) (string, bool) {
	at, person, _ := addressOf(path, numbers)
	if rest, roster := strings.CutPrefix(at, "/rosters/"+never); roster {
		at = "/rosters/" + w.site + strings.Replace(rest, "/files/"+never, "/files/"+cmp.Or(w.file, never), 1)
	}
	return at, person
}

// live has both clinics live since long, or not yet.
func (w *matrix) live(already bool) {
	w.t.Helper()
	day := cal.On(time.Now()).AddDays(100)
	if already {
		day = cal.On(time.Now()).AddDays(-100)
	}
	is.NoError(w.t, "go live", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		for _, s := range []iis.Sender{w.oak, w.elm} {
			if err := tx.SetGoLive(s.ID, day, time.Now()); err != nil {
				return err
			}
		}
		return nil
	}))
	time.Sleep(time.Second) // what the desks have read of the state holds so long
}

// tell sends a message, and returns the answer.
func (w *matrix) tell(from iis.Sender, text string) intake.Reply {
	w.t.Helper()
	r, err := w.Desk.Message(context.Background(), from, iis.DoorHTTP, []byte(w.update(text)))
	is.NoError(w.t, "send", err)
	return r
}

func (w *matrix) update(text string) string {
	w.control++
	return fmt.Sprintf("MSH|^~\\&|EHR|X|||20260612093012-0500||VXU^V04^VXU_V04|W%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", w.control) + text
}

func (c *cell) pid(chart string) string {
	return "PID|1||" + chart + "^^^X^MR||Quillhaven^" + c.given + "^^^^^L|Sedge^Mary^^^^^M|" + c.born + "|F|||" + c.home() + "||^PRN^PH^^^978^5550188"
}

// home is where the person lives.
func (c *cell) home() string {
	if c.standing == nil || c.standing.home == "" {
		return "5 Larch Way^^Salem^MA^01970^USA^H"
	}
	return c.standing.home
}

func shotOf(number, day, cvx, lot string) string {
	return "ORC|RE||" + number + "^X\rRXA|0|1|" + day + "||" + cvx + "^x^CVX|0.5|mL^mL^UCUM||00^New^NIP001||||||" + lot + "||MSD^x^MVX|||CP|A\r"
}

// person is the person of whom a message was.
func (w *matrix) person(r intake.Reply) (id iis.PersonID) {
	w.t.Helper()
	is.NoError(w.t, "receipt", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		got, err := tx.Receipt(r.Submission)
		id = got.Person
		return err
	}))
	return id
}

func (w *matrix) hasOther(family, born string) iis.PersonID {
	return w.person(w.tell(w.elm, "PID|1||"+family+"^^^X^MR||"+family+"^Otto||"+born+"|M\r"))
}

// lives makes the person of a cell.
func (w *matrix) lives(st *standing, rel *relation) {
	w.t.Helper()
	n := len(w.everybody())
	given := []string{"Zabbatha", "Yorricka", "Xanthula", "Wunnifer", "Vexalia", "Ulfrieda", "Tuzmira", "Syrphina", "Rhozanne", "Quorella", "Pazzinta", "Oxmirelda", "Nyvolla", "Mizzabeth", "Lurkette", "Krimhildur", "Jossamyn", "Ibberletta", "Hyacintra", "Gravemilda", "Fennimoor", "Elzbetha", "Dwinolla", "Corvanna", "Brynhalda", "Azaphira", "Zuberta", "Ymogenia", "Wilgefort"}[n]
	c := &cell{relation: rel, standing: st, given: given, born: fmt.Sprintf("2015%02d%02d", n%12+1, n%20+9), subs: map[string]string{}}
	if st.few {
		w.further = append(w.further, c)
	} else {
		w.cells = append(w.cells, c)
	}
	keep := func(site string, r intake.Reply) {
		id := w.person(r)
		if c.id != 0 && c.id != id {
			w.t.Fatalf("%s is two people", given)
		}
		c.id, c.subs[site] = id, r.Submission.Public()
	}
	pd1 := ""
	if st.pd1 {
		pd1 = "PD1||||||||||||Y|20250102\r"
	}
	if rel.elm {
		keep("elm", w.tell(w.elm, c.pid(c.elms()[0])+st.pid+"\r"+pd1+"NK1|1|"+c.elms()[1]+"^Ann^^^^^L|GRP^Grandparent^HL70063\r"+
			shotOf("E"+given, "20160712", "03", c.lot("ELM"))+st.obx+shotOf("F"+given, "20160712", "03", "SECOND"+c.born)))
		pd1 = ""
	}
	if rel.oak {
		keep("oak", w.tell(w.oak, c.pid("OAKCHART"+given)+st.pid+"\r"+pd1+shotOf("O"+given, "20160312", "20", c.lot("OAK"))+shotOf("P"+given, "20160312", "20", "OTHER"+c.born)))
	}
	if rel.describes != nil {
		rel.describes(w, c)
	}
	w.plants(c)
	for _, site := range w.rosters {
		w.rostered(site, c.id)
	}
	w.parts(c)
	if st.after != nil {
		st.after(w, c)
	}
	if c.is(sealed) || c.is(closed) {
		return
	}
	is.NoError(w.t, "status", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(c.id)
		is.Equal(w.t, c.name(), record.SharingOf(f.Sources, f.Choices).Status, st.sharing)
		return err
	}))
}

// objects has an objection signed at the site that reported the person, at Elm before Oak.
func (w *matrix) objects(c *cell) { w.signs(c, "objection") }

// withdraws has an objection signed there, and its withdrawal.
func (w *matrix) withdraws(c *cell) {
	w.objects(c)
	w.signs(c, "withdrawal")
}

// signs has a form about sharing signed on the screen of that site, and finds the number of what was signed.
func (w *matrix) signs(c *cell, form string) {
	w.t.Helper()
	by := "eve"
	if !c.elm {
		by = "one-access-administrator"
	}
	p := w.looks(by).signs("/people/"+c.id.Public()+"/sharing/"+form, url.Values{"f-patient": {c.given + " Quillhaven"}, "f-birth-date": {c.born}})
	is.Equal(w.t, form+" of "+c.name(), p.status, http.StatusSeeOther)
	is.NoError(w.t, "what was signed", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(c.id)
		if n := len(f.Choices); n > 0 {
			c.numbers["signed/{submission}"] = f.Choices[n-1].Submission.Public()
		}
		return err
	}))
}

// chooses records a choice in the name of a clinic.
func (w *matrix) chooses(from iis.Sender, id iis.PersonID, kind iis.ChoiceKind) {
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

// isSealed gives the person a new identity.
func (w *matrix) isSealed(c *cell) {
	w.t.Helper()
	w.maySeal("one-administrator")
	var waiting []store.PossibleMatch // everybody here is a little like others
	is.NoError(w.t, "queue", w.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
		waiting, err = tx.PossibleOf(c.id)
		return err
	}))
	for _, m := range waiting {
		_, err := w.keeper.Apart(context.Background(), m.Person, m.Other, iis.Actor{Kind: "command"}, "two children")
		is.NoError(w.t, "apart", err)
	}
	form := newIdentity(c.id.Public())
	who := map[string]string{"family": "Moorland", "given": "Sorrel", "street": "5 Fen Court", "telephone": "413 555 0177", "birth": "5/5/2020", "why": "An adoption."}
	if c.few {
		who["family"], who["given"], who["street"], who["telephone"], who["birth"] = "Bracken", "Teasel", "77 Ridge Lane", "508 555 0133", "9/19/2012"
	}
	for field, value := range who {
		form.Set(field, value)
	}
	p := w.looks("one-administrator").do(http.MethodPost, "/sealed", form)
	number, ok := strings.CutPrefix(p.location(), "/sealed/")
	if !ok {
		w.t.Fatalf("not sealed: %d %s", p.status, p.body)
	}
	number, _, _ = strings.Cut(number, "?")
	c.numbers["sealed/{number}"] = number
}

// isClosed takes an opt-out, which is not erased yet.
func (w *matrix) isClosed(c *cell) {
	w.t.Helper()
	p := w.looks("one-administrator").do(http.MethodPost, "/people/"+c.id.Public()+"/opt-out", url.Values{
		"how": {"form"}, "relation": {"mother"}, "checked": {"notary"}, "said": {"Ivy Sedge"}, "asked": {"1/4/2025"}, "understood": {"yes"},
	})
	number, ok := strings.CutPrefix(strings.TrimSuffix(p.location(), "?taken"), "/opt-outs/")
	if !ok {
		w.t.Fatalf("not closed: %d %s", p.status, p.body)
	}
	c.numbers["opt-outs/{request}"] = number
}

// looks is the browser of a user, signed in once.
func (w *matrix) looks(username string) *browser {
	w.t.Helper()
	if w.looking[username] == nil {
		signed := w.as(username)
		b := w.browser()
		b.Jar = signed.Jar
		w.looking[username] = b
	}
	return w.looking[username]
}

func (w *matrix) cell(st *standing, rel *relation) *cell {
	return w.cells[slices.IndexFunc(w.cells, func(c *cell) bool { return c.standing == st && c.relation == rel })]
}
