package journeys

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
)

// newest is the newest record.
func (r *registry) newest() (id iis.PersonID) {
	r.t.Helper()
	is.NoError(r.t, "newest", r.store.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.RecentPersons(1)
		if err == nil {
			id = ids[0]
		}
		return err
	}))
	return id
}

// judged judges all access until now.
func (r *registry) judged() {
	r.t.Helper()
	desk := audit.New(r.store, record.New(r.store, codeset.Default()))
	for more := true; more; {
		var err error
		_, more, err = desk.Judge(context.Background(), time.Now().Add(2*time.Minute))
		is.NoError(r.t, "judge", err)
	}
}

func TestAReviewerLooksIntoWhoSawARecord(t *testing.T) {
	r := newRegistry(t)
	r.hasUser(access.NewUser{Username: "mara", Name: "Mara Marsh", Role: access.Reader})
	r.hasJuniper()
	number := r.newest().Public() // Rowan Marsh
	b := openBrowser(t, r.address)

	// Mara opens the record of somebody of her own name.
	b.signsIn("mara")
	b.visit("/people/" + number)
	b.sees("Access log")
	b.visit("/people/" + number + "/log")
	b.sees("Who saw or changed this record", "Mara Marsh (you)", "(Read-only)")
	b.isSound("audit-1-log")
	b.signsOut()

	// Ada has it watched, and looks into what was raised.
	b.signsIn("ada")
	b.visit("/alerts/watched")
	b.types("number", number)
	b.types("why", "The family asked for it after threats.")
	b.press("form.usa-form button[type=submit]")
	b.sees("The record is watched.", "The family asked for it")
	b.isSound("audit-2-watched")
	r.judged()
	b.press("a[href='/alerts']")
	b.sees("The family name of the user is that of the person.", "Mara Marsh", number)
	b.isSound("audit-3-alerts")
	b.press("a.row-link")
	b.sees("What happened", "Mara Marsh", "Decide")
	b.isSound("audit-4-alert")
	b.press("form[action='/audit'] button")
	b.sees("What was done", "Opened the record", "Mara Marsh", "signs in as mara")
	b.isSound("audit-5-found")
	b.visit("/alerts")
	b.press("a.row-link")
	b.do("misuse", chromedp.Evaluate[chromedp.Void](`document.querySelector("label[for=v-1]").click()`))
	b.types("note", "No patient of hers. Her supervisor is told.")
	b.press("form.usa-form button[type=submit]")
	b.sees("The alert is closed as misuse.", "No alert is open.")
	b.press("a[href='/alerts?decided']")
	b.sees("Misuse", "Mara Marsh")
	b.isSound("audit-6-decided")
	b.press("a.row-link")
	b.sees("What reviewers found", "No patient of hers.", "Ada Admin")
	b.isSound("audit-7-history")
	b.visit("/audit")
	b.isSound("audit-8-form")
}
