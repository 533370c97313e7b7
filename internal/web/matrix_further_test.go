package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/role"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// Further standings, at whom those look alone of whom the answer would be another (few): one of Oak, one who has everybody on
// the roster, one of Elm. Hidden is as of the standing that hides likewise, so that all others would see what they see there.
// Each stands with each of the others in somebody of whom there is all at once (atOnce): what hides most is to hide them.
var (
	withdrawn      = &standing{name: "Yes, an objection withdrawn", sharing: iis.SharingYes, after: (*matrix).withdraws, only: []*relation{shared}, few: true}
	answeredNo     = &standing{name: "No, answered", sharing: iis.SharingNo, after: (*matrix).isAnsweredNo, early: true, only: []*relation{shared}, few: true}
	confidentialNo = &standing{name: "No, by a message, with a confidential dose", sharing: iis.SharingNo, pd1: true, obx: confidential.obx, only: []*relation{shared}, few: true}
	joined         = &standing{name: "No, and joined with another record", sharing: iis.SharingNo, pd1: true, after: (*matrix).isJoined, only: []*relation{another}, few: true}
	resident       = &standing{name: "Yes, living in another region", sharing: iis.SharingYes, home: "7 Bluff Road^^Pine City^MN^55063^USA^H^^" + elsewhere().Counties[0], only: []*relation{another}, few: true}
)

// Of each of these there is all at once: a dead person with a confidential dose, who is also what the name says.
var (
	unknownAtOnce   = atOnce("Unknown", standing{sharing: iis.SharingUnknown, early: true}, unknown)
	objectedAtOnce  = atOnce("No, by a form", standing{sharing: iis.SharingNo, after: (*matrix).objects}, objected)
	answeredAtOnce  = atOnce("No, answered", standing{sharing: iis.SharingNo, after: (*matrix).isAnsweredNo, early: true}, answeredNo)
	withdrawnAtOnce = atOnce("Yes, an objection withdrawn", standing{sharing: iis.SharingYes, after: (*matrix).withdraws}, withdrawn)
	joinedAtOnce    = atOnce("No, joined", standing{pd1: true, sharing: iis.SharingNo, after: (*matrix).isJoined}, joined, protected)
	removedAtOnce   = atOnce("No, joined, taken off every roster", standing{pd1: true, sharing: iis.SharingNo, after: both((*matrix).isJoined, (*matrix).isRemoved)}, removed, joined, protected)
	residentAtOnce  = atOnce("No, joined, living in another region", standing{pd1: true, sharing: iis.SharingNo, after: (*matrix).isJoined, home: resident.home}, resident, joined, protected)
	sealedAtOnce    = atOnce("No, joined, sealed", standing{pd1: true, sharing: iis.SharingNo, after: both((*matrix).isJoined, (*matrix).isSealed), home: resident.home}, sealed, joined, protected)
	closedAtOnce    = atOnce("No, joined, closed", standing{pd1: true, sharing: iis.SharingNo, after: both((*matrix).isJoined, (*matrix).isClosed), home: resident.home}, closed, joined, protected)
)

// atOnce is a further standing of somebody who is dead and has a confidential dose; a record that is joined with another is Elm’s.
func atOnce(name string, of standing, as ...*standing) *standing {
	of.name, of.pid, of.obx, of.as, of.few, of.only = name+", dead, with a confidential dose", dead.pid, confidential.obx, as, true, []*relation{shared}
	if slices.Contains(as, joined) {
		of.only = []*relation{another}
	}
	return &of
}

// both has one happen to a record after the other.
func both(first, then func(*matrix, *cell)) func(*matrix, *cell) {
	return func(w *matrix, c *cell) { first(w, c); then(w, c) }
}

// furtherIn are those of a state.
var furtherIn = map[string][]*standing{
	"ma": {
		answeredNo, unknownAtOnce, answeredAtOnce, withdrawn, confidentialNo, joined, removed, objectedAtOnce, withdrawnAtOnce, joinedAtOnce,
		removedAtOnce, sealedAtOnce,
	},
	"ms":      {confidentialNo, joined, removed, joinedAtOnce, removedAtOnce, sealedAtOnce},
	"mn":      {confidentialNo, joined, resident, removed, joinedAtOnce, removedAtOnce, residentAtOnce, sealedAtOnce, closedAtOnce},
	"neutral": {confidentialNo, joined, removed, objectedAtOnce, joinedAtOnce, removedAtOnce, sealedAtOnce, closedAtOnce},
}

// elsewhere is a region of Minnesota in which no site is.
func elsewhere() policy.Region { return policy.Named("mn").Regions[1] }

// hasFew has somebody of each further standing.
func (w *matrix) hasFew() {
	w.t.Helper()
	early := false // the sites are live
	for _, st := range furtherIn[w.state] {
		if st.early != early {
			early = st.early
			w.live(!early)
		}
		rel := another
		if st.only != nil {
			rel = st.only[0]
		}
		w.lives(st, rel)
	}
	w.Log.Reset()
}

// off is who was on every roster, and is on none any more.
func (w *matrix) off() *cell { return w.few(removed) }

func (w *matrix) few(st *standing) *cell {
	return w.further[slices.IndexFunc(w.further, func(c *cell) bool { return c.standing == st })]
}

// isAnsweredNo has Elm tell the person of the registry, who wants nothing to be shared.
func (w *matrix) isAnsweredNo(c *cell) {
	w.t.Helper()
	is.NoError(w.t, "answer", w.Chart.Answer(context.Background(), w.eve, c.id, false, true))
}

// isJoined joins the record of another chart to the person's, whose number leads on from then.
func (w *matrix) isJoined(c *cell) {
	w.t.Helper()
	other := w.person(w.tell(w.elm, "PID|1||CEDAR"+c.given+"^^^X^MR||Quillhaven^"+c.given+"||1977"+c.born[4:]+"|M\r"))
	_, err := w.keeper.Merge(context.Background(), c.id, other, iis.Actor{Kind: "command"}, "one person")
	is.NoError(w.t, "merge", err)
	is.Equal(w.t, "the number that stays", w.follows(other), c.id)
	c.former = other.Public()
	w.tell(w.elm, c.pid("ELMCHART"+c.given)+c.standing.pid+"\rPD1||||||||||||Y|20250102\r"+shotOf("J"+c.given, "20170812", "03", c.lot("ELM"))+c.obx) // by whose name it goes on
}

// few are viewers who look at some persons alone, each with those: what they see is held against what they are to see,
// and stands in no table.
func (w *matrix) fewLook() {
	w.t.Helper()
	staff := role.Named(access.Clinic)
	limited := []*cell{w.cell(protected, shared), w.cell(protected, another)}
	var others []*cell
	for _, c := range w.cells {
		if c.relation == another && c.standing != unknown {
			others = append(others, c)
		}
	}
	further := slices.DeleteFunc(slices.Clone(w.further), func(c *cell) bool { return c.is(removed) })
	looks := []struct {
		viewer
		at []*cell
	}{
		{viewer{name: "Clinic staff of Oak", username: "one-clinic-staff", role: staff, oak: true}, further},
		{viewer{name: "School nurse who has everybody on the roster", username: "school-nurse-pine", role: role.Named("school-nurse"), rosters: true}, further},
		{viewer{name: "Clinic staff of a school", username: "pine", role: staff, rosters: true, school: true}, others},
		{viewer{name: "Access administrator of Elm", username: "eve", role: role.Named("access-administrator"), elm: true}, w.ofElm()},
	}
	if policy.Named(w.state).Sharing.Glass != nil {
		looks = append(looks, struct {
			viewer
			at []*cell
		}{viewer{name: "Clinic staff of Oak who broke the glass", username: "glass", role: staff, oak: true, glass: true}, limited})
		w.breaksGlass("glass", limited)
	}
	if w.state == "mn" {
		looks = append(looks, struct {
			viewer
			at []*cell
		}{viewer{name: "Regional coordinator of the region in which somebody lives", username: "elsewhere", role: role.Named("regional-coordinator"), home: true}, []*cell{w.few(resident), w.few(residentAtOnce), w.few(closedAtOnce), w.cell(open_, another)}})
	}
	for i, l := range looks {
		w.walks(l.viewer, l.at, table{})
		if i < 2 {
			w.areFound(l.viewer)
		}
	}
}

// ofElm are at whom somebody of Elm looks: one of each kind of standing that is not everybody's.
func (w *matrix) ofElm() (out []*cell) {
	for _, c := range w.everybody() {
		hides := c.is(sealed) || c.is(closed) || c.sharing != iis.SharingYes
		if hides && (c.relation == shared || c.standing == protected) && !c.is(unknown) {
			out = append(out, c)
		}
	}
	return out
}

// hasFewMore adds the accounts of those few.
func (w *matrix) hasFewMore() {
	w.t.Helper()
	for username, from := range map[string]iis.SenderID{"pine": w.held[0].sender.ID, "glass": w.oak.ID} {
		is.NoError(w.t, "user", w.Store.Write(context.Background(), func(tx *store.Tx) error {
			_, err := tx.PutAccount(store.Account{Username: username, Name: "Nora " + username, Role: access.Clinic, Sender: from, Hash: "-"}, w.Store.Now())
			return err
		}))
		w.learns(username)
	}
	if w.state == "mn" {
		w.coordinates("elsewhere", elsewhere().Code)
		w.learns("elsewhere")
	}
}

// breaksGlass has a user break the glass of some records.
func (w *matrix) breaksGlass(username string, of []*cell) {
	w.t.Helper()
	form := url.Values{"reason": {policy.Named(w.state).Sharing.Glass.Reasons[0]}, "say": {"The child is here with a fever."}}
	for _, c := range of {
		is.Equal(w.t, "broken", w.looks(username).do(http.MethodPost, "/people/"+c.id.Public()+"/glass", form).status, http.StatusSeeOther)
	}
}

// isFormer asks for a record by the number that it had before it was joined to another: it leads on for those who may, and
// is none for others.
func (w *matrix) isFormer(v viewer, b *browser, c *cell, rt route, method, path string) {
	w.t.Helper()
	person := map[string]string{"people/{number}": c.former}
	at, of := w.at(path, person)
	if c.former == "" || !of || strings.Count(path, "{") > 1 || !strings.HasPrefix(path, "/people/") || !rt.may.allows(v.user()) {
		return
	}
	name := v.name + ", the former number of " + c.name() + ", " + rt.pattern
	switch {
	case w.mayIn(v, c) == notThere:
		here, did := w.asksWith(b, name, method, path, person)
		there, didThere := w.asksWith(b, name, method, path, asNobody(person))
		is.Equal(w.t, name+" is answered as of none", here, there)
		w.takesAsLong(v, name, path, withoutFollowing(did), withoutFollowing(didThere))
	case path == "/people/{number}":
		p := b.get(at)
		is.Equal(w.t, name+" leads on", strings.Contains(p.location()+p.body, c.id.Public()), true)
	}
}

// withoutFollowing are statements but for those by which a number is followed to whose it is now: one that leads on takes one more.
func withoutFollowing(asked []string) []string {
	return slices.DeleteFunc(asked, func(sql string) bool { return strings.HasPrefix(sql, "SELECT now_id FROM person_alias") })
}

// thirds are on PostgreSQL every third of some persons, another third for each viewer in turn.
func (w *matrix) thirds(i int) []*cell {
	if w.Store.Engine() != db.PostgreSQL {
		return w.cells
	}
	var out []*cell
	for j := i % 3; j < len(w.cells); j += 3 {
		out = append(out, w.cells[j])
	}
	return out
}
