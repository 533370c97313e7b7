package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// alerts stores open alerts about the user of a clinic.
func (w *registry) hasAlerts(n int) {
	w.t.Helper()
	is.NoError(w.t, "alerts", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		for range n {
			now := time.Now().UTC()
			a := store.Alert{ID: iis.AlertID(w.Store.NewID()), Rule: "many records", User: w.user("clinic").ID, Begun: now, Until: now, Count: 60}
			if err := tx.AddAlert(a); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestWhatWaitsIsToldToWhoeverWorksItOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.inMassachusetts()
		w.hasOneOfEach()
		auditor, reviewer, admin := w.as("one-auditor"), w.as("one-state-reviewer"), w.as("one-administrator")
		const three = `Alerts (3)<span class="unseen"> waiting</span></a>`
		auditor.get("/").want(t, "<h1>What waits</h1>", "Alerts on unusual access", "none waits")
		w.hasAlerts(3)
		p := auditor.get("/")
		p.want(t, three, "<strong>3</strong> to be decided", `<a href="/" aria-current="page">What waits</a>`)
		if strings.Contains(p.body, "Applications") {
			t.Error("who reviews no applications is told of them")
		}
		admin.get("/people/newest").want(t, three, `<summary>Users and audit (3`)
		for _, other := range []string{"one-clinic-staff", "one-state-reviewer", "one-viewer"} {
			if strings.Contains(w.as(other).get("/").body, "Alerts") {
				t.Errorf("%s is told of alerts", other)
			}
		}
		reviewer.get("/").want(t, "<h1>What waits</h1>", "Applications of sites", "Reviews of senders")
		stranger := w.browser()
		at := stranger.applies("Elm Street Pediatrics")
		stranger.signsAll(at)
		stranger.sends(at, admin)
		reviewer.get("/").want(t, `Applications (1)<span class="unseen"> waiting</span></a>`, "<strong>1</strong> to be answered")
		is.Equal(t, "the help desk comes to its tickets", w.as("one-help-desk").get("/").location(), "/help/desk")
		is.Equal(t, "who reads figures alone comes to them", w.as("one-reports-only").get("/").location(), "/senders")
	})
}

func TestSearchesWorkForWhoeverSeesPagesAsARoleAndAreAudited(t *testing.T) {
	w := open(t)
	w.hasOneOfEach()
	w.send("Marsh")
	admin := w.as("one-administrator")
	is.Equal(t, "begin", admin.post("/viewing", "role", access.Clinic, "facility", "OAK").location(), "/")
	p := admin.post("/people/find", "q", "Marsh 4/5/2023")
	is.Equal(t, "searched", p.status, http.StatusSeeOther)
	admin.get(p.location()).want(t, "1 person found", "You see pages as the role Clinic staff")
	n := 0
	is.NoError(t, "audit", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(db.Query{
			SQL: `SELECT act FROM audit WHERE act = $1`, Args: []any{"view as: clinic-staff /people/find"},
			Each: func(db.Row) error { n++; return nil },
		})
	}))
	is.Equal(t, "lines", n, 1)
}
