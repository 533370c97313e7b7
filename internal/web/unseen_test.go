package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/role"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// ofUnseen are the routes that are for whoever sees a record by name alone: an answer is asked
// of them, the forms about sharing are for whoever brings them, and glass is broken.
var ofUnseen = []string{
	"POST /people/{number}/sharing", "GET /people/{number}/sharing/{form}", "POST /people/{number}/sharing/{form}",
	"GET /people/{number}/sharing/{form}/blank.pdf", "POST /people/{number}/sharing/{form}/paper", "POST /people/{number}/glass",
}

// actsUnseen asks, as a user to whom the page of a record shows nothing of it, every other route
// of the record: each refuses, and writes nothing.
func (w *sharingWorld) actsUnseen(name string, b *browser, id iis.PersonID, given map[string]string, besides ...string) {
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
		given["form"] = "objection"
		path = inPath.ReplaceAllStringFunc(path, func(part string) string {
			if part == "{number}" {
				return id.Public()
			}
			if v := given[strings.Trim(part, "{}")]; v != "" {
				return v
			}
			return unused
		})
		for _, files := range []bool{false, true} {
			var p page
			switch {
			case method == http.MethodGet && files:
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
func (w *sharingWorld) said(id iis.PersonID) (n []int) {
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
		w := newSharingWorld(t, s, "ma")
		named := w.cell(iis.SharingUnknown, another)
		given := w.everything(named)
		closed := w.cell(iis.SharingYes, shared)
		w.closes(closed)
		for _, r := range role.All() {
			if !r.May("open records") || r.Everyone {
				continue
			}
			b := w.as("one-" + r.ID)
			w.actsUnseen(r.ID+", by name", b, named.id, given, ofUnseen...)
			w.actsUnseen(r.ID+", closed", b, closed.id, map[string]string{"kind": "condition", "other": w.cell(iis.SharingYes, own).id.Public()})
		}
	})
}

// closes has Elm say of a person of its own that the parents want no record.
func (w *sharingWorld) closes(c *cell) {
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
