package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// planted is something that Elm, or Eve who works there, has, in an address of which a part is its number: whoever is not of
// those who may read it is answered as by a number that was never given. It says something of a person who is hidden from
// others where the state hides any.
//
// Alerts, deaths without a record, opt-outs and sealings are not among it: who lacks the permission for them is refused before
// a number is read, which is asked with one that was never given, and who has it is of the programme and sees all.
type planted struct {
	part, number, none string
	may                func(viewer) bool
}

func (v viewer) ofElm() bool { return v.elm }

// sets has there be one of each, and files of rosters with everybody.
func (w *matrix) sets() {
	w.t.Helper()
	ctx, eve := context.Background(), w.looks("eve")
	of := w.cell(protected, another)
	w.planted = append(w.planted, planted{"found/{search}", after(w.t, eve.do(http.MethodPost, "/people/find", url.Values{"q": {of.given + " 2015"}}), "/found/"), never, viewer.ofElm})
	key, err := w.Gate.KeepForm(ctx, w.user("eve").ID, access.KeptForm{Action: "/people/" + of.id.Public() + "/concern", Values: url.Values{"say": {"Elmkept" + of.given}}, Multipart: true})
	is.NoError(w.t, "keep a form", err)
	w.planted = append(w.planted, planted{"kept/{key}", key, strings.Repeat("A", len(key)), viewer.ofElm})
	ticket := after(w.t, eve.post("/help/new", "topic", "record", "subject", "A record", "say", "Elmasks of "+of.given, "record", of.id.Public()), "/help/tickets/")
	w.planted = append(w.planted, planted{"tickets/{ticket}", ticket, never, func(v viewer) bool { return v.everyone() || v.elm || v.region && w.state == "mn" }})
	yew := w.Facility("YEW", "Yew Court")
	w.siteIs(yew, iis.StatusTesting)
	test, err := w.Desk.Message(ctx, yew, iis.DoorHTTP, []byte(strings.Replace(w.update("PID|1||TEST^^^X^MR||Quillhaven^"+of.given+"||"+of.born+"|F\r"), "|P|2.5.1|", "|T|2.5.1|", 1)))
	is.NoError(w.t, "a test", err)
	is.Equal(w.t, "it is one", w.looks("one-administrator").get("/test-messages/"+test.Submission.Public()).status, http.StatusOK)
	w.planted = append(w.planted, planted{"test-messages/{number}", test.Submission.Public(), never, viewer.everyone},
		planted{"test-messages/{number}", of.subs["elm"], never, func(v viewer) bool { return v.everyone() || v.elm }}) // a real message is none of the tests
	for i := range w.held {
		w.hasFile(&w.held[i], w.rosters[i])
	}
	w.planted = append(w.planted, planted{"/rosters/{site}/files/{file}", w.held[0].file, never, func(v viewer) bool { return v.everyone() || v.rosters }})
}

// after is the number in the address to which an answer leads.
func after(t interface{ Fatalf(string, ...any) }, p page, before string) string {
	number, ok := strings.CutPrefix(p.location(), before)
	if !ok {
		t.Fatalf("%d leads to %s: %s", p.status, p.location(), p.body)
	}
	number, _, _ = strings.Cut(number, "?")
	return number
}

// hasFile uploads a roster with everybody on it by a site, where the state lets such sites keep one. That of the school is looked at,
// the others are taken over.
func (w *matrix) hasFile(site *rosterOf, id iis.OrganizationID) {
	w.t.Helper()
	var rows strings.Builder
	for i, c := range w.cells {
		rows.WriteString(c.ofRoster(string(rune('A'+i)), "3"))
	}
	p := w.looks(site.username()).uploadRoster(id, rosterHead+rows.String())
	if p.location() == "" {
		return
	}
	site.file = strings.TrimPrefix(p.location(), rosterAddress(id)+"/files/")
	if site.kind != iis.KindSchool {
		is.Equal(w.t, "taken over", w.looks(site.username()).do(http.MethodPost, p.location(), url.Values{}).status, http.StatusSeeOther)
	}
}

// username is of who keeps the roster of a site.
func (site *rosterOf) username() string { return strings.ToLower(site.role + "-" + site.facility) }

// parts has somebody who is hidden be on every roster once more, by an entry of which it cannot be told whose it is.
func (w *matrix) parts(c *cell) {
	w.t.Helper()
	if !w.isLimited(c) && !c.is(sealed) && !c.is(closed) {
		return
	}
	c.parted = map[iis.OrganizationID]string{}
	for _, site := range w.rosters {
		at := time.Now()
		e := iis.RosterEntry{
			Person: c.id, ID: iis.RosterID(w.Store.NewID()), Site: site, Own: "U" + c.id.Public()[9:], Place: "3", Since: cal.On(at).AddDays(-30), Added: at, Changed: at, Parted: 7,
		}
		is.NoError(w.t, "an entry that is nobody's", w.Store.Write(context.Background(), func(tx *store.Tx) error { return tx.AddRosterEntries(e) }))
		c.parted[site] = e.ID.Public()
	}
}

// guesses asks for all that is planted as a viewer who may not read it, with its number and with one that was never given.
func (w *matrix) guesses(v viewer, b *browser) {
	w.t.Helper()
	w.of = &cell{standing: removed, relation: another}
	for _, rt := range routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		for _, p := range w.planted {
			if !strings.Contains(path, p.part) || !rt.may.allows(v.user()) || p.may(v) || p.number == "" {
				continue
			}
			w.isNone(v, b, v.name+" guesses at "+rt.pattern, method, path, map[string]string{p.part: p.number}, map[string]string{p.part: p.none})
		}
	}
}
