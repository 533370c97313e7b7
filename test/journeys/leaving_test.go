package journeys

import (
	"testing"

	"github.com/chromedp/chromedp"

	"openiis/internal/access"
)

func TestAUserLeaves(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	r.hasSites()
	r.hasUser(access.NewUser{Username: "vera", Name: "Vera Vale", Role: "access-administrator", Facility: "OAK"})
	r.hasUser(access.NewUser{Username: "eva", Name: "Eva Elm", Role: "access-administrator", Facility: "ELM"})

	// Olga is at work: she writes a note to a record, and has a page open.
	olga := openBrowser(t, r.address)
	olga.signsIn("olga")
	olga.searches("marsh juniper 4/5/2023")
	olga.press("a.row-link")
	record := olga.path()
	olga.visit(record + "/concern")
	olga.sees("looks wrong")
	olga.do("choose", chromedp.Evaluate[chromedp.Void](`document.querySelector("main label.usa-radio__label").click()`))
	olga.types("say", "The mother has a card with a dose that is not here.")
	olga.press("main form .actions button")
	olga.sees("Olga Oak")

	// The access administrator of her site ends her access; that of another site may not.
	b := openBrowser(t, r.address)
	b.signsInWithNewFactor("eva")
	b.visit("/users")
	b.doesNotSee("Olga Oak")
	b.signsOut()
	b.signsInWithNewFactor("vera")
	b.press("a[href='/users']")
	b.isSound("leaving-1-users")
	b.do("find Olga", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("a.row-link")].find(a => a.textContent === "Olga Oak").id = "olga"`))
	b.press("#olga")
	b.isSound("leaving-2-user")
	b.types("why", "She has left the practice.")
	b.press("form[action$='/end'] button")
	b.sees("Their access has ended", "Vera Vale: She has left the practice.")
	b.isSound("leaving-3-ended")

	// The next click of her session, in her browser, leads nowhere.
	olga.visit(record)
	olga.sees("Sign in")
	olga.doesNotSee("Juniper")
	olga.isSound("leaving-4-out")
	olga.write("username", "olga")
	olga.write("password", password)
	olga.press("main button")
	olga.sees("Your access has ended.")
	olga.doesNotSee("Juniper")
	olga.isSound("leaving-5-refused")

	// What she did stays, with her name.
	b.visit(record)
	b.unfolds("#log ~ details summary")
	b.sees("Olga Oak", "Opened this record")
	b.signsOut()
	b.signsIn("ada")
	b.visit("/concerns")
	b.sees("Olga Oak", "The mother has a card with a dose that is not here.")
}
