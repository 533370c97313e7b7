package journeys

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"openiis/internal/is"
	"openiis/internal/store"
)

// passes has so many minutes pass in the browser, as its scripts see it.
func (b *browser) passes(minutes string) {
	b.t.Helper()
	b.do(minutes+" minutes pass", chromedp.Evaluate[chromedp.Void](`{ const before = Date.now; Date.now = () => before() + `+minutes+` * 60000; }`))
	time.Sleep(1500 * time.Millisecond) // the page looks each second
}

// sessionsEnd has every session end after so long, whatever is done.
func (r *registry) sessionsEnd(after time.Duration) {
	r.t.Helper()
	is.NoError(r.t, "sessions", r.store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.Exec(`UPDATE session SET expires = $1`, time.Now().Add(after).UnixMicro())
	}))
}

func TestAPageWarnsBeforeTheSessionEndsAndNothingIsLost(t *testing.T) {
	r := newRegistry(t)
	r.hasSites()
	r.learns("olga")
	b := openBrowser(t, r.address)
	b.signsIn("olga")
	b.visit("/help/new")
	b.hides("#session-warning")
	b.write("subject", "How is a lot number corrected?")
	b.passes("26")
	b.sees("You will be signed out in less than 4 minutes, because nothing was done for a while.", "Stay signed in")
	b.isSound("session-1-warning")
	b.clicks("#session-warning button")
	time.Sleep(time.Second)
	b.hides("#session-warning")
	is.Equal(t, "what was written is there", b.valueOf("subject"), "How is a lot number corrected?")
	is.Equal(t, "on the same page", b.path(), "/help/new")
	b.passes("29")
	b.sees("You will be signed out in less than a minute")

	// No sign-in lasts longer than half a day: there is nothing to press, and nothing is lost.
	r.sessionsEnd(3 * time.Minute)
	b.visit("/help/new")
	b.sees("You will be signed out in less than 3 minutes, because no sign-in lasts longer.")
	b.hides("#session-warning button")
	b.isSound("session-2-last")
	b.do("choose a topic", chromedp.Evaluate[chromedp.Void](`document.getElementById("topic").selectedIndex = 1`))
	b.write("subject", "Where is my certificate?")
	b.write("say", "I have passed the quiz.")
	b.passes("3")
	b.sees("Your session has ended. What you wrote on this page can still be sent")
	r.sessionsEnd(-time.Second)
	b.press("main button")
	b.sees("What you sent last was kept")
	b.write("username", "olga")
	b.write("password", password)
	b.press("main button")
	b.sees("What you wrote was kept", "I have passed the quiz.")
	b.signsOut()

	// Without script the foot of the page says when, and a form lets the session go on.
	b.hasNoScript()
	b.signsIn("olga")
	b.visit("/people/newest")
	b.hides("#session-warning")
	b.sees("You are signed out at", "A form that you send later is kept for you, without its files.")

	// It opens a tab of its own: what is half typed stays.
	b.visit("/help/new")
	b.write("subject", "How is a dose taken back?")
	opened := chromedp.WaitNewTarget(b.ctx, func(*target.Info) bool { return true })
	b.do("stay signed in", chromedp.Click(chromedp.CSS("#stay button")))
	select {
	case <-opened:
	case <-time.After(20 * time.Second):
		t.Error("no tab was opened")
	}
	is.Equal(t, "the page stays", []string{b.path(), b.valueOf("subject")}, []string{"/help/new", "How is a dose taken back?"})
}

// valueOf is what stands in a field.
func (b *browser) valueOf(id string) string {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.getElementById("`+id+`").value`))
	is.NoError(b.t, "read "+id, err)
	return value
}
