package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/role"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// ofUnseen are the routes that are for whoever sees a record by name alone: an answer is asked
// of them, the forms about sharing are for whoever brings them, and glass is broken.
var ofUnseen = []string{
	"POST /people/{number}/sharing", "GET /people/{number}/sharing/{form}", "POST /people/{number}/sharing/{form}",
	"GET /people/{number}/sharing/{form}/blank.pdf", "POST /people/{number}/sharing/{form}/paper", "POST /people/{number}/glass",
}

// actsUnseen asks, as a user to whom the page of a record shows nothing of it, every other route
// of the record: each refuses, and writes nothing.
func (w *matrix) actsUnseen(name string, b *browser, id iis.PersonID, numbers map[string]string, besides ...string) {
	w.t.Helper()
	opened := b.get("/people/" + id.Public())
	if strings.Contains(opened.body, "<h2 id=\"sources\">") {
		w.t.Fatalf("%s sees the record", name)
	}
	before := w.said(id)
	for _, rt := range routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		if !strings.HasPrefix(path, "/people/{number}/") || slices.Contains(besides, rt.pattern) {
			continue
		}
		path, _, _ = addressOf(path, numbers)
		for _, files := range []bool{false, true} {
			var p page
			switch {
			case files && rt.pattern != "POST /people/{number}/concern":
				continue
			case method == http.MethodGet:
				p = b.get(path)
			case files:
				contentType, body := withFile()
				p = b.sendsRaw(path, contentType, body)
			default:
				p = b.do(http.MethodPost, path, filled)
			}
			if p.status != http.StatusForbidden && p.status != http.StatusNotFound && !(rt.pattern == "GET /people/{number}/sharing" && strings.Contains(p.body, "<h1>May this record be shared?")) &&
				!(rt.pattern == "GET /people/{number}/glass") {
				w.t.Errorf("%s, %s: answered %d %s, and the record’s page shows nothing of it", name, rt.pattern, p.status, p.location())
			}
		}
	}
	is.Equal(w.t, name+" has changed", w.said(id), before)
}

// said is how much was said of a person.
func (w *matrix) said(id iis.PersonID) (n []int) {
	w.t.Helper()
	is.NoError(w.t, "count", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		concerns, err := tx.ConcernIDs(id)
		if err != nil {
			return err
		}
		informed, err := tx.InformedIDs(id)
		if err != nil {
			return err
		}
		queued, err := tx.Queued(id)
		if err != nil {
			return err
		}
		reports, err := tx.Reports(id)
		n = []int{len(concerns), len(informed), len(queued), len(reports)}
		return err
	}))
	return n
}

// TestNobodyActsOnARecordThatItsPageDoesNotShowThem is about a record that is known by its name
// alone (nobody was told yet), and one that is closed.
func TestNobodyActsOnARecordThatItsPageDoesNotShowThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		named, closed := w.cell(unknown, another), w.cell(open_, shared)
		w.closes(closed)
		for _, r := range role.All() {
			if !r.May("open records") || r.Everyone {
				continue
			}
			b := w.as("one-" + r.ID)
			w.actsUnseen(r.ID+", by name", b, named.id, named.numbers, ofUnseen...)
			w.actsUnseen(r.ID+", closed", b, closed.id, closed.numbers)
		}
	})
}

// closes has Elm say of a person of its own that the parents want no record.
func (w *matrix) closes(c *cell) {
	w.t.Helper()
	is.NoError(w.t, "opt out", w.keeper.Bulk(context.Background(), func(b *record.Bulk) error {
		born, _ := cal.Parse(c.born[:4] + "-" + c.born[4:6] + "-" + c.born[6:])
		r, err := b.Take(record.Arrival{Submission: 7, Sender: w.elm, Received: time.Now(), Person: iis.Person{
			Names: []iis.Name{{Family: "Quillhaven", Given: c.given, Type: "L"}}, Birth: born, Sex: "F", OptOut: "Y",
			IDs: []iis.Identifier{{Value: c.elms()[0], Type: "MR", Authority: "X"}},
		}})
		is.Equal(w.t, "whose", r.Person, c.id)
		return err
	}))
}

// Of a record that a provider protects in a state whose law knows no objection, the pages offer no
// form, and say by whose word it is so and how it is taken back.
func TestWithoutAFormThePagesSayHowProtectionIsTakenBack(t *testing.T) {
	for _, state := range []string{"ms", "mn"} {
		w := over(t, world.Over(t, storetest.Open(t, storetest.SQLite(t))))
		w.goesBy(policy.Named(state))
		elm := w.Facility("ELM", "Elm Square")
		w.Takes(elm, "PID|1||E1^^^X^MR||Marsh^Juniper||20230405|F", "PD1||||||||||||Y|20260101")
		w.hasUser("desk", access.Administrator, "")
		w.hasOneOfEach()
		admin := w.signedIn("desk")
		record := personAddressIn.FindString(admin.search("Marsh Juniper 4/5/2023").body)
		const how = "it ends when Elm Square sends the person again with PD1-12 N."
		admin.get(record).want(t, "Elm Square sent it with a message (PD1-12).", how)
		p := admin.get(record + "/sharing")
		p.want(t, "names no objection to sharing", "How it is taken back:", how)
		other := w.as("one-access-administrator").get(record)
		other.want(t, "it ends when the provider that set it sends the person again with PD1-12 N.")
		for name, p := range map[string]page{"the staff": p, "another site": other} {
			if strings.Contains(p.body, "/sharing/objection") || strings.Contains(p.body, "/sharing/withdrawal") || strings.Contains(p.body, "withdraw the objection") {
				t.Errorf("%s: %s is offered a form that there is not", state, name)
			}
		}
		is.Equal(t, "no form", admin.get(record+"/sharing/objection").status, http.StatusNotFound)
	}
}
