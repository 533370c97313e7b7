package journeys

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"openiis/internal/course"
	"openiis/internal/is"
)

// reads is the text or the value of an element.
func (b *browser) reads(selector string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(`(e => e.value || e.textContent)(document.querySelector(%q))`, selector)))
	is.NoError(b.t, "read "+selector, err)
	return text
}

// shownCode is what an authenticator program shows for a secret (RFC 6238), so many steps
// from now.
func shownCode(t *testing.T, secret string, steps int64) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.Join(strings.Fields(secret), ""))
	is.NoError(t, "secret", err)
	mac := hmac.New(sha1.New, key)
	is.NoError(t, "step", binary.Write(mac, binary.BigEndian, time.Now().Unix()/30+steps))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// signsInWithNewFactor signs in a user whose role must have a second factor, and sets it up.
func (b *browser) signsInWithNewFactor(username string) {
	b.t.Helper()
	b.signsIn(username)
	b.sees("Your role must have a second factor.")
	b.types("code", shownCode(b.t, b.reads("input[name=secret]"), 0))
	b.press("main .usa-form button")
	b.sees("These are shown once.")
	b.press("main a.usa-button")
}

func TestAnAccessAdministratorIsInvitedAndLeaves(t *testing.T) {
	r := newRegistry(t)
	b := openBrowser(t, r.address)

	// Ada invites Vera, who shall look after the users of Oak Street.
	b.signsIn("ada")
	b.visit("/users/invite")
	b.types("name", "Vera Vale")
	b.types("email", "vera@oak.example")
	b.types("username", "vera")
	b.do("choose a role", chromedp.Evaluate[chromedp.Void](`document.querySelector("label[for=role-access-administrator]").click()`))
	b.types("facility", "OAK")
	b.isSound("users-1-invite")
	b.press("main .usa-form button")
	b.sees("This link is shown once.", "hand it to Vera Vale yourself")
	b.isSound("users-2-link")
	link := strings.TrimPrefix(b.reads("#link"), r.address)
	b.signsOut()

	// Vera chooses a password, and sets up the second factor that her role must have.
	const hers = "four words in a row"
	b.visit(link)
	b.sees("Welcome, Vera Vale", "Access administrator", "Oak Street Pediatrics")
	b.types("password", hers)
	b.types("again", hers)
	b.isSound("users-3-password")
	b.press("main .usa-form button")
	b.sees("Your role must have a second factor.", "Write the code that it shows")
	secret := b.reads("input[name=secret]")
	b.types("code", "000000")
	b.press("main .usa-form button")
	b.sees("The code is wrong")
	b.isSound("users-4-factor")
	b.types("code", shownCode(t, secret, 0))
	b.press("main .usa-form button")
	b.sees("These are shown once.")
	b.isSound("users-5-codes")
	r.learnsBefore(course.BeforeUse, "vera")
	b.press("main a.usa-button")
	b.sees("Find a person", "Vera Vale")
	b.signsOut()

	// The next time she is asked for a code.
	b.visit("/signin")
	b.write("username", "vera")
	b.write("password", hers)
	b.press("main button")
	b.sees("The six digits that your authenticator program shows now")
	b.isSound("users-6-code")
	b.types("code", shownCode(t, secret, 1))
	b.press("main .usa-form button")
	b.visit("/account")
	b.sees("Where you are signed in", "this one", "Access administrator", "set a password by a link")
	b.isSound("users-7-account")
	b.visit("/users")
	b.sees("Everyone of your site who may sign in.", "Vera Vale")
	b.doesNotSee("Nora Nurse")
	b.signsOut()

	// She leaves, and Ada ends her access.
	b.signsIn("ada")
	b.visit("/users")
	b.isSound("users-8-users")
	b.do("find Vera", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("a.row-link")].find(a => a.textContent === "Vera Vale").id = "vera"`))
	b.press("#vera")
	b.sees("End access now", "Lost second factor", "signed in")
	b.isSound("users-9-user")
	b.types("why", "She has left the practice.")
	b.press("form[action$='/end'] button")
	b.sees("Their access has ended", "Ada Admin: She has left the practice.", "Let in again")
	b.isSound("users-10-ended")
	b.signsOut()
	b.visit("/signin")
	b.write("username", "vera")
	b.write("password", hers)
	b.press("main button")
	b.sees("Your access has ended.")
}
