package journeys

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
)

// inMinnesota has the registry go by the policy of a state with regions.
func (r *registry) inMinnesota() {
	r.t.Helper()
	_, err := record.New(r.store, codeset.Default()).GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, true)
	is.NoError(r.t, "go by mn", err)
}

// picks picks a choice by its label.
func (b *browser) picks(id string) {
	b.t.Helper()
	b.do("pick "+id, chromedp.Evaluate[chromedp.Void](`document.querySelector("label[for=`+id+`]").click()`))
}

func TestAnAdministratorAddsChangesMergesAndClosesAnOrganization(t *testing.T) {
	r := newRegistry(t)
	r.inMinnesota()
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.press("a[href='/organizations']")
	b.sees("Oak Street Pediatrics", "Elm Square Health Center")
	b.isSound("organizations-1-list")

	// A site of a long name, whose county says its region.
	b.press("a[href='/organizations/new']")
	b.isSound("organizations-2-kind")
	b.picks("kind-local-health-department")
	b.press("main form button")
	b.types("name", "Fillmore-Houston Health")
	b.types("county", "Houston")
	b.types("npi", "1234567890")
	b.types("why", "They wrote to us.")
	b.press("main form button")
	b.sees("NPI: it has ten digits")
	b.isSound("organizations-3-wrong")
	b.write("npi", "1234567893")
	b.press("main form button")
	b.sees("The organization was added.", "Southeast", "They wrote to us.")
	b.isSound("organizations-4-added")

	// Elm is merged into it, after a look at what that will do.
	b.visit("/organizations?text=elm")
	b.press("a.row-link")
	b.press("main a[href$='/merge']")
	b.types("text", "fillmore")
	b.press("main form button")
	b.sees("Found", "Fillmore-Houston")
	b.isSound("organizations-5-merge")
	b.press("a.row-link")
	b.sees("What will happen", "1 sender belongs")
	b.isSound("organizations-6-plan")
	b.types("why", "One service now.")
	b.press("main form button")
	b.sees("The other was merged into this one.", "Elm Square Health Center")
	b.isSound("organizations-7-merged")
	b.press("main a[href*='?own=']")
	b.sees("Merged into", "Its number leads there.")
	b.isSound("organizations-8-former")

	// It is closed on a day, and opened again.
	b.visit("/organizations?text=oak")
	b.press("a.row-link")
	b.press("main a[href$='?to=inactive']")
	b.isSound("organizations-9-status")
	b.types("why", "The physician retired.")
	b.press("main form button")
	b.sees("Inactive since", "The physician retired.")
	if !strings.Contains(b.path(), "/organizations/") {
		t.Errorf("the browser is at %s", b.path())
	}
	b.visit("/organizations?status=any&region=none")
	b.sees("Oak Street Pediatrics", "Inactive")
	b.visit("/senders")
	b.press("a.row-link")
	b.isSound("organizations-10-sender")
}
