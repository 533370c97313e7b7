package journeys

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"openiis/internal/access"
	"openiis/internal/course"
	"openiis/internal/is"
	"openiis/internal/loopback"
	"openiis/internal/sso"
)

// atLocalhost has the registry's pages be at an address for which browsers make passkeys.
func (r *registry) atLocalhost() {
	r.t.Helper()
	r.address = strings.Replace(r.address, "127.0.0.1", "localhost", 1)
	is.NoError(r.t, "pages", r.gate.PagesAt(r.address))
}

// withProvider has people come by a certified provider of single sign-on, which runs beside.
// Whoever writes a login there is signed in as that.
func (r *registry) withProvider() (stop func()) {
	r.t.Helper()
	if testing.Short() {
		r.t.Skip("-short leaves the provider out")
	}
	port, err := loopback.FreePort()
	is.NoError(r.t, "port", err)
	back := r.address + "/signin/provider/back"
	run := exec.Command("node", "provider.mjs", strconv.Itoa(port), "openiis", "a secret of ours", back)
	run.Dir = filepath.Join(root(), "test", "clients")
	out, err := run.StdoutPipe()
	is.NoError(r.t, "output", err)
	is.NoError(r.t, "start the provider (run make npm if it is not installed)", run.Start())
	stop = func() { _ = run.Process.Kill(); _, _ = run.Process.Wait() }
	r.t.Cleanup(stop)
	said := make([]byte, 64)
	n, err := out.Read(said)
	is.NoError(r.t, "wait for the provider (run make npm if it is not installed)", err)
	is.Equal(r.t, "the provider", strings.TrimSpace(string(said[:n])), "ready")
	go func() { _, _ = io.Copy(io.Discard, out) }()
	p, err := sso.New(sso.Settings{Issuer: "http://127.0.0.1:" + strconv.Itoa(port), ClientID: "openiis", Secret: "a secret of ours", Name: "State Login", Scopes: []string{"profile", "email"}, Back: back})
	is.NoError(r.t, "provider", err)
	r.gate.SingleSignOn(p)
	return stop
}

// visitor is a plain client with cookies, which follows where it is led.
type visitor struct {
	t *testing.T
	*http.Client
	back string // the address to which the provider led back last
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	is.NoError(t, "jar", err)
	v := &visitor{t: t, Client: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	v.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/signin/provider/back" {
			v.back = r.URL.String()
		}
		return nil
	}
	return v
}

func (v *visitor) reads(resp *http.Response, err error) (status int, at *url.URL, body string) {
	v.t.Helper()
	is.NoError(v.t, "ask", err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	is.NoError(v.t, "read", err)
	return resp.StatusCode, resp.Request.URL, string(text)
}

var interaction = regexp.MustCompile(`(?s)action="([^"]+)".*?name="prompt" value="(\w+)"`)

// signsInAt answers what a provider asks for, as a login, until it leads back.
func (v *visitor) signsInAt(login string, status int, at *url.URL, body string) (int, *url.URL, string) {
	v.t.Helper()
	for range 4 {
		form := interaction.FindStringSubmatch(body)
		if form == nil {
			return status, at, body
		}
		to, err := at.Parse(form[1])
		is.NoError(v.t, "form", err)
		status, at, body = v.reads(v.PostForm(to.String(), url.Values{"prompt": {form[2]}, "login": {login}, "password": {"x"}}))
	}
	v.t.Fatalf("the provider asks again and again: %s", body)
	return 0, nil, ""
}

// The whole flow with a certified provider, by a plain client.
func TestACertifiedProviderSignsPeopleIn(t *testing.T) {
	r := newRegistry(t)
	r.atLocalhost()
	stop := r.withProvider()
	stranger := newVisitor(t)
	s, at, b := stranger.reads(stranger.Get(r.address + "/signin/provider"))
	status, at, body := stranger.signsInAt("dr.ada", s, at, b)
	is.Equal(t, "a name of nobody", []any{status, at.Path}, []any{http.StatusForbidden, "/signin/provider/back"})
	if !strings.Contains(body, "nobody in this registry is linked to your name there") {
		t.Errorf("it says: %s", body)
	}
	// an invitation is taken up there
	link, err := r.gate.Invite(context.Background(), access.ByCommand(), access.NewUser{Username: "vera", Name: "Vera Vale", Email: "vera@oak.example", Role: "vaccinator", Facility: "OAK"})
	is.NoError(t, "invite", err)
	vera := newVisitor(t)
	_, _, body = vera.reads(vera.PostForm(r.address+"/invited/"+link+"/provider", nil))
	goOn := regexp.MustCompile(`href="(http://127[^"]+)"`).FindStringSubmatch(body)
	if goOn == nil {
		t.Fatalf("it does not lead on: %s", body)
	}
	s, at, b = vera.reads(vera.Get(html.UnescapeString(goOn[1])))
	status, at, body = vera.signsInAt("dr.vera", s, at, b)
	is.Equal(t, "vera is in", []any{status, at.Path, strings.Contains(body, "Vera Vale")}, []any{http.StatusOK, "/training", true})
	r.learnsBefore(course.BeforeUse, "vera")
	// and signs in anew in another browser
	again := newVisitor(t)
	s, at, b = again.reads(again.Get(r.address + "/signin/provider?return=%2Fsenders"))
	status, at, _ = again.signsInAt("dr.vera", s, at, b)
	is.Equal(t, "and is in again", []any{status, at.Path}, []any{http.StatusOK, "/senders"})
	// what came back is good once, and in no other browser
	for name, who := range map[string]*visitor{"the same browser": again, "another": newVisitor(t)} {
		status, _, _ = who.reads(who.Get(again.back))
		is.Equal(t, "what came back, again, in "+name, status, http.StatusForbidden)
	}
	status, _, _ = again.reads(again.Get(r.address + "/signin/provider/back?code=x&state=y"))
	is.Equal(t, "what nobody asked for", status, http.StatusForbidden)
	// signing out there too
	_, at, _ = again.reads(again.PostForm(r.address+"/signout", nil))
	is.Equal(t, "out", at.RequestURI(), "/signin?out=provider")
	_, at, _ = again.reads(again.Get(r.address + "/signin/provider/out"))
	is.Equal(t, "led to the provider's own page", at.Path, "/session/end")
	stop()
	_, err = stranger.Get(r.address + "/signin/provider") // it is known where to go, and nobody is there
	is.Equal(t, "the provider is away", err != nil, true)
}

// signsInThere signs in at the provider with the browser.
func (b *browser) signsInThere(login string) {
	b.t.Helper()
	b.do("login", chromedp.SendKeys(chromedp.CSS("input[name=login]"), login))
	b.do("password", chromedp.SendKeys(chromedp.CSS("input[name=password]"), "x"))
	b.press("button[type=submit]")
	for range 3 { // it asks whether we may know the name
		asks, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.querySelector("input[name=prompt]") !== null`))
		is.NoError(b.t, "look", err)
		if !asks {
			return
		}
		b.press("button[type=submit]")
	}
}

func TestANurseLinksHerAccountAndComesBySingleSignOn(t *testing.T) {
	r := newRegistry(t)
	r.atLocalhost()
	r.withProvider()
	b := openBrowser(t, r.address)
	b.signsIn("nora")
	b.visit("/account")
	b.sees("Link this account to your name at State Login")
	b.isSound("signin-1-account")
	b.write("form[action='/account/provider'] [name=proof]", password)
	b.press("form[action='/account/provider'] button")
	b.sees("You are led to State Login")
	b.isSound("signin-2-continue")
	b.press("main a.usa-button")
	b.signsInThere("nora.nurse")
	b.sees("Your account is linked.", "Doctor nora.nurse")
	b.signsOut()
	b.visit("/signin")
	b.sees("Sign in with State Login", "Sign in with a passkey")
	b.isSound("signin-3-signin")
	b.press("a[href^='/signin/provider']")
	b.sees("Find a person", "Nora Nurse")
	b.signsOut()
	b.sees("You are still signed in at State Login")
	b.isSound("signin-4-out")
}

// hasAuthenticator gives the browser an authenticator that makes passkeys and verifies whoever
// sits there. It returns what sets whether it does.
func (b *browser) hasAuthenticator() (verifies func(bool)) {
	b.t.Helper()
	var made struct {
		ID string `json:"authenticatorId"`
	}
	call := func(what string, params any, result any) {
		b.do(what, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { return t.Call(ctx, what, params, result) }))
	}
	call("WebAuthn.enable", map[string]any{}, nil)
	call("WebAuthn.addVirtualAuthenticator", map[string]any{"options": map[string]any{
		"protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
	}}, &made)
	return func(good bool) {
		call("WebAuthn.setUserVerified", map[string]any{"authenticatorId": made.ID, "isUserVerified": good}, nil)
	}
}

func TestANurseSignsInWithAPasskey(t *testing.T) {
	r := newRegistry(t)
	r.atLocalhost()
	b := openBrowser(t, r.address)
	b.signsIn("nora")
	verifies := b.hasAuthenticator()
	b.visit("/account/passkeys")
	b.sees("You have none.")
	b.isSound("passkey-1-none")
	b.write("name", "my telephone")
	b.write("proof", "wrong password")
	b.press("form[action='/account/passkeys'] button")
	b.sees("That is neither your password nor a code that is good.")
	b.write("name", "my telephone")
	b.write("proof", password)
	b.press("form[action='/account/passkeys'] button")
	b.sees("Your browser asks on what to make the passkey")
	b.isSound("passkey-2-make")
	b.press("main form button")
	b.sees("These are shown once.")
	b.visit("/account/passkeys")
	b.sees("my telephone", "not used yet")
	b.isSound("passkey-3-one")
	b.signsOut()

	b.visit("/signin")
	b.press("a[href^='/signin/passkey']")
	b.isSound("passkey-4-use")
	b.press("main form button")
	b.sees("Find a person", "Nora Nurse")
	b.signsOut()

	// After the password it is the second factor.
	b.visit("/signin")
	b.write("username", "nora")
	b.write("password", password)
	b.press("main .usa-form button")
	b.sees("Use a passkey instead", "Your second factor is a passkey.")
	b.isSound("passkey-5-second")
	b.press("main a.usa-button")
	b.press("main form button")
	b.sees("Find a person")
	b.signsOut()

	// Whom the device does not verify it lets in nowhere, and the page says so.
	verifies(false)
	b.visit("/signin/passkey")
	b.do("press", chromedp.Click(chromedp.CSS("main form button")))
	for range 100 {
		said, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector("[data-passkey-problem]").textContent`))
		is.NoError(t, "read", err)
		if said != "" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.sees("It did not work:")
	verifies(true)

	// On a telephone, too.
	b.holdsAPhone()
	b.visit("/signin/passkey")
	b.taps("main form button")
	b.sees("Find a person")
	b.visit("/account/passkeys")
	b.isSoundOnAPhone("passkey-6-phone")
}

// A browser without script is told so, and shown other ways.
func TestWithoutScriptAPasskeyIsNotOfferedAndThePasswordWorks(t *testing.T) {
	r := newRegistry(t)
	r.atLocalhost()
	b := openBrowser(t, r.address)
	b.hasNoScript()
	b.visit("/signin/passkey")
	b.sees("This takes a script", "Choose another way.")
	b.hides("main form button")
	b.signsIn("nora")
	b.sees("Find a person")
}

func TestAnAdministratorSeesPagesAsClinicStaffDo(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.visit("/viewing")
	b.do("choose", chromedp.Evaluate[chromedp.Void](`document.querySelector("#role").value = "clinic-staff"`))
	b.types("facility", "OAK")
	b.isSound("viewing-1-form")
	b.press("main .usa-form button")
	b.sees("You see pages as the role Clinic staff of Oak Street Pediatrics does.", "Nothing can be changed")
	b.lacks("a[href='/users']")
	b.isSound("viewing-2-first")
	b.visit("/submissions")
	b.sees("You see pages as the role Clinic staff")
	b.isSound("viewing-3-submissions")
	b.press(".viewing button")
	b.doesNotSee("You see pages as")
	b.visit("/senders/" + r.oak.ID.Public() + "/certificates")
	b.isSound("certificates-1")
}
