package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// invites invites somebody and returns the path of the link.
func (b *browser) invites(username, role, facility string) string {
	b.w.t.Helper()
	p := b.post("/users/invite", "name", "Vera Vale", "email", "vera@oak.example", "username", username, "role", role, "facility", facility)
	link := regexp.MustCompile(`/invited/[A-Z2-7]+`).FindString(p.body)
	if p.status != http.StatusOK || link == "" {
		b.w.t.Fatalf("no link: %s", p.body)
	}
	return link
}

func TestAnInvitedUserChoosesAPasswordAndIsSignedIn(t *testing.T) {
	w := open(t)
	admin := w.signedIn("administrator")
	link := admin.invites("vera", "vaccinator", "OAK")
	admin.get("/users").want(t, "Links that were not used yet", "Vera Vale", "Nora clinic", "Clinic staff")
	if strings.Contains(admin.get("/users").body, link) {
		t.Error("the link is shown twice")
	}
	b := w.browser()
	b.get(link).want(t, "Welcome, Vera Vale", "Vaccinator", "Oak &lt;i&gt;Street")
	for _, c := range [][3]string{{"short", "short", "has 5 characters. Write at least 12"}, {"four words in a row", "other", "not the same"}} {
		p := b.post(link, "password", c[0], "again", c[1])
		is.Equal(t, c[2], p.status, http.StatusBadRequest)
		p.want(t, c[2], `role="alert"`)
	}
	p := b.post(link, "password", "four words in a row", "again", "four words in a row")
	is.Equal(t, "signed in", []any{p.status, p.location()}, []any{http.StatusSeeOther, "/"})
	is.Equal(t, "and led to what comes before use", b.get("/").location(), "/training?first")
	w.learns("vera")
	b.get("/").want(t, "Vera Vale", "Vaccinator, Oak")
	is.Equal(t, "once", w.browser().get(link).status, http.StatusNotFound)
	w.NeverLogs(strings.TrimPrefix(link, "/invited/"))
}

func TestAUserWhoseAccessEndsIsOutAtTheNextRequest(t *testing.T) {
	w := open(t)
	admin, nurse := w.signedIn("administrator"), w.signedIn("clinic")
	id, err := w.Gate.Numbered(context.Background(), "clinic")
	is.NoError(t, "number", err)
	page := userAddress(id)
	admin.get(page).want(t, "End access now", "signed in", "Oak &lt;i&gt;Street")
	p := admin.post(page+"/end", "why", " ")
	is.Equal(t, "without a reason", p.status, http.StatusBadRequest)
	p.want(t, "Say why:")
	is.Equal(t, "end", admin.post(page+"/end", "why", "Left.").location(), page+"?done=ended")
	admin.get(page).want(t, "Nora administrator: Left.", "Let in again")
	is.Equal(t, "out", nurse.get("/").location(), "/signin?ended=yes")
	p = nurse.signIn("clinic")
	p.want(t, "Your access has ended.")
	is.Equal(t, "let in", admin.post(page+"/let-in", "why", "Back.").location(), page+"?done=let-in")
	is.Equal(t, "in again", nurse.signIn("clinic").status, http.StatusSeeOther)
	own, err := w.Gate.Numbered(context.Background(), "administrator")
	is.NoError(t, "number", err)
	p = admin.post(userAddress(own)+"/end", "why", "x")
	is.Equal(t, "oneself", p.status, http.StatusForbidden)
	p.want(t, "Nobody changes their own access.")
}

func TestAnAccessAdministratorIsOfferedTheirOwnSiteOnly(t *testing.T) {
	w := open(t)
	w.hasOneOfEach()
	w.Facility("ELM", "Elm Square")
	w.hasUser("eli", access.Clinic, "ELM")
	b := w.as("one-access-administrator")
	list := b.get("/users")
	list.want(t, "Everyone of your site", "one-vaccinator")
	if strings.Contains(list.body, ">eli<") || strings.Contains(list.body, "one-auditor") {
		t.Error("users of others are listed")
	}
	form := b.get("/users/invite")
	form.want(t, "Clinic staff", "Site: <strong>Oak")
	if strings.Contains(form.body, `value="administrator"`) || strings.Contains(form.body, `name="facility"`) {
		t.Error("a role or a site is offered that they may not give")
	}
	id, err := w.Gate.Numbered(context.Background(), "eli")
	is.NoError(t, "number", err)
	is.Equal(t, "another site's", b.get(userAddress(id)).status, http.StatusNotFound)
	is.Equal(t, "another site's", b.post(userAddress(id)+"/end", "why", "x").status, http.StatusNotFound)
	helper := w.as("one-help-desk")
	helper.get(userAddress(id)).want(t, "Sign-ins")
	if strings.Contains(helper.get(userAddress(id)).body, "End access now") {
		t.Error("the help desk is offered to end access")
	}
}

func TestWhoManagesAUserChangesTheirNameAndAddressOnTheirPage(t *testing.T) {
	w := open(t)
	w.hasOneOfEach()
	b := w.as("one-access-administrator")
	page := userPageOf(t, w, "one-vaccinator")
	b.get(page).want(t, "Name and e-mail", "links that wait there are void")
	p := b.post(page+"/change", "name", "Vera Vale", "email", "vera")
	is.Equal(t, "no address", p.status, http.StatusBadRequest)
	p.want(t, "such as name@example.org", `name="name" value="Vera Vale"`, `value="vera"`)
	is.Equal(t, "changed", b.post(page+"/change", "name", "Vera Vale", "email", "vera@oak.example").location(), page+"?done=details")
	b.get(page+"?done=details").want(t, "<h1>Vera Vale</h1>", "vera@oak.example", "<dt>Role</dt><dd>Vaccinator", "Their name or e-mail address was changed.")
	is.Equal(t, "the role alone", b.post(page+"/change", "role", "clinic-staff").location(), page+"?done=changed")
	b.get(page).want(t, "<h1>Vera Vale</h1>", "vera@oak.example", "<dt>Role</dt><dd>Clinic staff")
	is.Equal(t, "who sees and does not manage", w.as("one-help-desk").post(page+"/change", "name", "X", "email", "x@y.example").status, http.StatusForbidden)

	found := b.get("/users?text=vale")
	found.want(t, "Vera Vale", `name="text" maxlength="100" value="vale"`)
	if strings.Contains(found.body, "one-access-administrator</span>") {
		t.Error("others are listed")
	}
	b.get("/users?text=nobody").want(t, "Nobody is found.")
	w.signedIn("administrator").get("/users?site=oak").want(t, "Vera Vale", `name="site"`)
}

func TestTheSignInLogHasOlderPages(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	id := w.user("clinic").ID
	is.NoError(t, "attempts", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		for i := range 70 {
			at := time.Now().Add(time.Duration(i-100) * time.Hour)
			if err := tx.Exec(`INSERT INTO sign_in (account_id, id, at, outcome, address, agent) VALUES ($1, $2, $3, 'wrong password', $4, '')`, id, i+1, at.UnixMicro(), fmt.Sprintf("192.0.2.%d", i)); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, at := range []struct {
		b    *browser
		page string
	}{{b, "/account"}, {w.signedIn("administrator"), userPageOf(t, w, "clinic")}} {
		p := at.b.get(at.page)
		p.want(t, "192.0.2.69<", "192.0.2.21<", "Older sign-ins")
		if strings.Contains(p.body, "192.0.2.20<") {
			t.Error("a page has more than 50")
		}
		older := regexp.MustCompile(`href="(\?before=\d+)#log"`).FindStringSubmatch(p.body)[1]
		p = at.b.get(at.page + older)
		p.want(t, "192.0.2.20<", "192.0.2.0<")
		if strings.Contains(p.body, "192.0.2.21<") || strings.Contains(p.body, "Older sign-ins") {
			t.Error("the last page has what was before, or goes on")
		}
	}
}

// userPageOf is the page of a user.
func userPageOf(t *testing.T, w *registry, username string) string {
	t.Helper()
	id, err := w.Gate.Numbered(context.Background(), username)
	is.NoError(t, "number", err)
	return userAddress(id)
}

// codeOf is the code that an authenticator shows some steps from now.
func codeOf(t *testing.T, secret string, steps int64) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	is.NoError(t, "secret", err)
	mac := hmac.New(sha1.New, key)
	is.NoError(t, "step", binary.Write(mac, binary.BigEndian, time.Now().Unix()/30+steps))
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1000000)
}

func TestARoleThatMustHaveASecondFactorIsLedToIt(t *testing.T) {
	w := open(t)
	w.hasUser("aud", "auditor", "")
	b := w.browser()
	is.Equal(t, "the password is right", b.signIn("aud").status, http.StatusSeeOther)
	for _, path := range []string{"/", "/users", "/account", "/account/second-factor"} {
		if to := b.get(path).location(); !strings.HasPrefix(to, "/signin/second-factor") {
			t.Errorf("%s leads to %q", path, to)
		}
	}
	is.Equal(t, "no code is asked for", b.post("/signin/code", "code", "123456").status, http.StatusForbidden)
	p := b.get("/signin/second-factor")
	p.want(t, "Your role must have a second factor.", "<svg viewBox=")
	if strings.Contains(p.body, "site-nav") {
		t.Error("who is halfway in sees the navigation")
	}
	secret := regexp.MustCompile(`name="secret" value="([A-Z2-7 ]+)"`).FindStringSubmatch(p.body)[1]
	p = b.post("/signin/second-factor", "secret", secret, "code", "12")
	p.want(t, "The code is wrong", secret)
	p = b.post("/signin/second-factor", "secret", secret, "code", codeOf(t, secret, 0))
	p.want(t, "These are shown once.")
	recovery := regexp.MustCompile(`[a-z2-7]{7}-[a-z2-7]{7}-[a-z2-7]{6}-[a-z2-7]{6}`).FindString(p.body)
	b.get("/users").want(t, "Users", "Auditor")
	is.Equal(t, "done with that", b.get("/signin/second-factor").location(), "/")

	other := w.browser()
	other.signIn("aud")
	is.Equal(t, "asked", other.get("/submissions").location(), "/signin/code?return=%2Fsubmissions")
	p = other.post("/signin/code", "code", "000000", "return", "/users")
	is.Equal(t, "wrong", p.status, http.StatusBadRequest)
	is.Equal(t, "right", other.post("/signin/code", "code", codeOf(t, secret, 1), "return", "/senders").location(), "/senders")
	other.get("/account").want(t, "this one", "End all but this one", "wrong code")
	is.Equal(t, "others", other.post("/account/sessions/end").location(), "/account?done=others")
	is.Equal(t, "the first is out", b.get("/users").location(), "/signin?ended=yes&return=%2Fusers")
	b.signIn("aud")
	is.Equal(t, "recovery", b.post("/signin/code", "code", recovery).location(), "/")
	b.get("/account/second-factor").want(t, "9 recovery codes are left", "Your role must have one.")
	w.NeverLogs(secret)
}

// lapse has every session of a user run out.
func (w *registry) lapse(username string) {
	w.t.Helper()
	is.NoError(w.t, "lapse", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		a, err := tx.Account(username)
		if err != nil {
			return err
		}
		return tx.Exec(`UPDATE session SET seen = $1 WHERE account_id = $2`, time.Now().Add(-access.SessionIdle-time.Minute).UnixMicro(), a.ID)
	}))
}

// limits has every session of a user end after so long, whatever is done.
func (w *registry) limits(username string, after time.Duration) {
	w.t.Helper()
	is.NoError(w.t, "limit", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.Exec(`UPDATE session SET expires = $1 WHERE account_id = $2`, time.Now().Add(after).UnixMicro(), w.user(username).ID)
	}))
}

func TestASessionGoesOnByAFormAndByTheScriptOfItsPage(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	seen := func(ago time.Duration) {
		id := w.user("clinic").ID
		is.NoError(t, "seen", w.Store.Write(context.Background(), func(tx *store.Tx) error {
			return tx.Exec(`UPDATE session SET seen = $1 WHERE account_id = $2`, time.Now().Add(-ago).UnixMicro(), id)
		}))
	}
	seen(29 * time.Minute)
	is.Equal(t, "a form leads back", b.do(http.MethodPost, "/stay", nil, "Referer", w.server.URL+"/people/newest").location(), "/people/newest")
	is.Equal(t, "and to no other site", b.do(http.MethodPost, "/stay", nil, "Referer", "https://evil.example/people/newest").location(), "/")
	seen(29 * time.Minute)
	p := b.do(http.MethodPost, "/stay", nil, "Accept", "application/json")
	is.Equal(t, "the script", []any{p.status, p.header.Get("Content-Type")}, []any{http.StatusOK, "application/json"})
	if p.body != `{"left":1800,"last":false}` && p.body != `{"left":1799,"last":false}` {
		t.Errorf("the script is told %s", p.body)
	}
	w.limits("clinic", 3*time.Minute)
	p = b.do(http.MethodPost, "/stay", nil, "Accept", "application/json")
	if p.body != `{"left":180,"last":true}` && p.body != `{"left":179,"last":true}` {
		t.Errorf("near the limit the script is told %s", p.body)
	}
	seen(31 * time.Minute)
	is.Equal(t, "too late", b.do(http.MethodPost, "/stay", nil, "Accept", "application/json").location(), "/signin?ended=yes")
	is.Equal(t, "a stranger", w.browser().do(http.MethodPost, "/stay", nil).status, http.StatusSeeOther)
}

func TestWhatIsSentAfterASessionHasRunOutIsKeptForWhoeverSentIt(t *testing.T) {
	w := open(t)
	record := "/people/" + w.send("Marsh").Public()
	b := w.signedIn("clinic")
	b.get(record).want(t, "You are signed out at")
	form := b.formOn(record+"/concern", record+"/concern")
	w.lapse("clinic")
	sent := b.sendsBy(form, record+"/concern", url.Values{"reason": {"missing"}, "say": {"A dose <is> missing."}}, "evidence")
	to, kept := sent.location(), keptAt(t, sent)
	b.get(to).want(t, "What you sent last was kept", kept)
	is.Equal(t, "somebody else", w.signedIn("administrator").get(kept).status, http.StatusNotFound)
	p := b.do(http.MethodPost, "/signin", url.Values{"username": {"clinic"}, "password": {password}, "return": {kept}})
	is.Equal(t, "back", p.location(), kept)
	b.get(kept).want(t, "A dose &lt;is&gt; missing.", `action="`+record+`/concern"`, `name="reason" value="missing"`)
	is.Equal(t, "sent", b.post(record+"/concern", "reason", "missing", "say", "A dose <is> missing.").status, http.StatusSeeOther)

	w.lapse("clinic")
	to = b.post("/account/password", "present", "x", "password", "y").location()
	is.Equal(t, "a password", to, "/signin?ended=unsaved")

	// Nor is anything lost when a session that is in use ends because none lasts longer.
	b.signIn("clinic")
	b.get(record).want(t, "if nothing is done until then", `data-last="no"`, ">Stay signed in<noscript>")
	w.limits("clinic", 3*time.Minute)
	near := b.get(record)
	near.want(t, "no sign-in lasts longer", `data-last="yes"`, `role="alert" hidden`)
	if strings.Contains(near.body, ">Stay signed in<noscript>") {
		t.Error("more time is offered although there is none")
	}
	w.limits("clinic", -time.Second)
	kept = keptAt(t, b.sendsBy(form, record+"/concern", url.Values{"reason": {"missing"}, "say": {"Another dose is missing."}}, "evidence"))
	is.Equal(t, "back", b.do(http.MethodPost, "/signin", url.Values{"username": {"clinic"}, "password": {password}, "return": {kept}}).location(), kept)
	b.get(kept).want(t, "Another dose is missing.")
	w.NeverLogs("missing.")
}

// TestAKeptFormIsFoundAtAnyServerAndErased is about two servers of one registry with one secret,
// and one that has another.
func TestAKeptFormIsFoundAtAnyServerAndErased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		server := func(secret string) *access.Gate {
			g, err := access.NewGate(s)
			is.NoError(t, "gate", err)
			if secret != "" {
				is.NoError(t, "secret", g.SealFactors(ctx, []byte(secret)))
			}
			return g
		}
		one, another, stranger := server("a secret of the registry"), server("a secret of the registry"), server("")
		said := url.Values{"say": {"A dose is missing."}}
		key, err := one.KeepForm(ctx, 1, access.KeptForm{Action: "/people/X/concern", Values: said})
		is.NoError(t, "keep", err)
		f, err := another.FormOf(ctx, 1, key)
		is.NoError(t, "at another server", err)
		is.Equal(t, "as it was", []any{f.Action, f.Values}, []any{"/people/X/concern", said})
		f, err = another.FormOf(ctx, 1, "")
		is.NoError(t, "the last", err)
		is.Equal(t, "its key", f.Key, key)
		for name, err := range map[string]error{
			"of somebody else": second(another.FormOf(ctx, 2, key)), "without the secret": second(stranger.FormOf(ctx, 1, key)), "another key": second(one.FormOf(ctx, 1, never)),
		} {
			is.Equal(t, name, fault.KindOf(err), fault.NotFound)
		}
		var rows []store.KeptForm
		read := func() int {
			is.NoError(t, "read", s.Read(ctx, func(tx *store.Tx) (err error) {
				rows, err = tx.KeptForms(1)
				return err
			}))
			return len(rows)
		}
		is.Equal(t, "rows", read(), 1)
		if strings.Contains(rows[0].Content+rows[0].Digest, key) || strings.Contains(rows[0].Content, "missing") {
			t.Error("the database has a kept form in plain")
		}
		for range 15 {
			_, err := one.KeepForm(ctx, 1, access.KeptForm{Action: "/x", Values: said})
			is.NoError(t, "keep more", err)
		}
		is.Equal(t, "at most ten of one user", read(), 10)
		is.NoError(t, "old", s.Write(ctx, func(tx *store.Tx) error { return tx.ForgetForms(s.Now().Add(time.Hour)) }))
		is.Equal(t, "erased", read(), 0)
	})
}

func second[T any](_ T, err error) error { return err }

// One browser has one session, and the address of a link is told to no other page.
func TestASignInEndsTheSessionThatTheBrowserHad(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	u, err := w.Gate.Named(context.Background(), "clinic")
	is.NoError(t, "named", err)
	b.signIn("clinic")
	devices, err := w.Gate.Devices(context.Background(), u)
	is.NoError(t, "devices", err)
	is.Equal(t, "sessions", len(devices), 1)
	link := w.signedIn("administrator").invites("vera", "vaccinator", "OAK")
	is.Equal(t, "referrer", b.get(link).header.Get("Referrer-Policy"), "strict-origin")
	p := b.post(link, "password", "four words in a row", "again", "four words in a row")
	is.Equal(t, "signed in", []any{p.status, p.header.Get("Referrer-Policy")}, []any{http.StatusSeeOther, "strict-origin"})
	devices, err = w.Gate.Devices(context.Background(), u)
	is.NoError(t, "devices", err)
	is.Equal(t, "sessions of who was there before", len(devices), 0)
}

// Whoever is paused for being idle may have left.
func TestTheAccessOfAnIdleUserIsEndedOnTheirPage(t *testing.T) {
	w := open(t)
	page := userPageOf(t, w, "clinic")
	is.NoError(t, "idle", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.Exec(`UPDATE account SET active = 1 WHERE username = 'clinic'`)
	}))
	admin := w.signedIn("administrator")
	admin.get(page).want(t, "Paused: idle for too long", "End access now", "Let in again")
	is.Equal(t, "end", admin.post(page+"/end", "why", "Left.").location(), page+"?done=ended")
	if strings.Contains(admin.get(page).body, "End access now") {
		t.Error("access that has ended can be ended")
	}
}

func TestBrowsersAreToldInWords(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0": "Edge on Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                    "Firefox on Linux",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1":       "Safari on iPhone",
		"curl/8.5": "curl", "": "a program that does not say what it is",
	} {
		is.Equal(t, agent, browserWords(agent), want)
	}
}
