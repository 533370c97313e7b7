package journeys

import (
	"testing"

	"github.com/chromedp/chromedp"
)

func TestAnAdministratorFindsAPageInTheFoldedMenu(t *testing.T) {
	r := newRegistry(t)
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.hides("a[href='/opt-outs']")
	b.isSound("menu-1-folded")
	b.unfolds(".site-group summary")
	b.sees("Duplicates", "Notes from users", "Opt-outs", "Notices")
	b.isAccessible("menu unfolded")
	b.fits("menu unfolded", wide)
	b.pictures("menu-2-unfolded")
	b.press("a[href='/opt-outs']")
	b.sees("People who asked to be left out")

	b.holdsAPhone()
	b.visit("/")
	b.unfolds(".site-menu")
	b.sees("Find a person", "Records", "Users and audit", "Sign out")
	b.isSoundOnAPhone("menu-3-phone")
	b.do("unfold the last group", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".site-group summary")].at(-1).click()`))
	b.sees("Users", "Alerts", "Audit")
	b.isSoundOnAPhone("menu-4-phone-unfolded")
}
