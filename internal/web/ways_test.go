package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/sso"
	"openiis/test/provider"
)

// byProvider has people come by a provider, who says that they are somebody.
func (w *registry) byProvider(t *testing.T, sub string) *provider.Server {
	t.Helper()
	l := provider.Start(t)
	l.Claims = func(c map[string]any) { c["sub"] = sub }
	p, err := sso.New(sso.Settings{Issuer: l.URL, ClientID: "openiis", Name: "State Login", Back: w.server.URL + "/signin/provider/back"})
	is.NoError(t, "provider", err)
	w.Gate.SingleSignOn(p)
	return l
}

// comesBack is what a browser brings back from where it was led.
func (b *browser) comesBack(l *provider.Server, address string) page {
	return b.get("/signin/provider/back?" + l.Goes(address).Encode())
}

func TestSomebodyLinksTheirAccountAndComesBySingleSignOn(t *testing.T) {
	w := open(t)
	l := w.byProvider(t, "77")
	b := w.browser()
	b.get("/signin?return=%2Fsenders").want(t, "Sign in with State Login", `href="/signin/provider?return=%2fsenders"`, "Or with a password")
	p := b.get("/signin/provider?return=%2Fsenders")
	is.Equal(t, "led", []any{p.status, strings.HasPrefix(p.location(), l.URL+"/auth?")}, []any{http.StatusSeeOther, true})
	p = b.comesBack(l, p.location())
	is.Equal(t, "a stranger", p.status, http.StatusForbidden)
	p.want(t, "nobody in this registry is linked to your name there")
	is.Equal(t, "is told no referrer", p.header.Get("Referrer-Policy"), "strict-origin")

	b = w.signedIn("clinic")
	b.get("/account").want(t, "Link to State Login", "not linked")
	p = b.post("/account/provider", "proof", "wrong")
	is.Equal(t, "without proof", p.status, http.StatusBadRequest)
	p = b.post("/account/provider", "proof", password)
	p.want(t, "Go on to State Login")
	address := regexp.MustCompile(`href="(http[^"]+/auth\?[^"]+)"`).FindStringSubmatch(p.body)
	is.Equal(t, "linked", b.comesBack(l, strings.ReplaceAll(address[1], "&amp;", "&")).location(), "/account?done=linked")
	b.get("/account?done=linked").want(t, "Your account is linked.", "Take the link away")

	other := w.browser()
	p = other.comesBack(l, other.get("/signin/provider?return=%2Fsenders").location())
	is.Equal(t, "in", p.location(), "/senders")
	other.get("/account").want(t, "signed in with single sign-on")
	is.Equal(t, "out", other.post("/signout").location(), "/signin?out=provider")
	other.get("/signin?out=provider").want(t, "You are still signed in at State Login")
	l.End = l.URL + "/end"
	fresh := w.byProvider(t, "77")
	fresh.End = fresh.URL + "/end"
	if to := other.get("/signin/provider/out").location(); !strings.HasPrefix(to, fresh.URL+"/end?") {
		t.Errorf("signs out at %q", to)
	}

	admin := w.signedIn("administrator")
	page := userPageOf(t, w, "clinic")
	admin.get(page).want(t, "Take the link away", "Switch the password off")
	is.Equal(t, "switch off", admin.post(page+"/password-use", "use", "off", "why", "The hospital wants it.").location(), page+"?done=password")
	p = w.browser().signIn("clinic")
	is.Equal(t, "no password", p.status, http.StatusForbidden)
	p.want(t, "Passwords are switched off.")
	is.Equal(t, "unlink needs a reason", admin.post(page+"/unlink", "why", "").status, http.StatusBadRequest)
	is.Equal(t, "unlink", admin.post(page+"/unlink", "why", "Left the hospital.").location(), page+"?done=unlinked")
	w.NeverLogs("code=")
}

func TestAProviderThatIsDownGivesAClearPage(t *testing.T) {
	w := open(t)
	l := w.byProvider(t, "77")
	l.Close()
	p := w.browser().get("/signin/provider")
	is.Equal(t, "status", p.status, http.StatusServiceUnavailable)
	p.want(t, "State Login does not answer at the moment.", `role="alert"`, `name="password"`)
	link := w.signedIn("administrator").invites("vera", "vaccinator", "OAK")
	b := w.browser()
	b.get(link).want(t, "Go on with State Login", "Or choose a password")
	p = b.post(link + "/provider")
	is.Equal(t, "an invitation", p.status, http.StatusServiceUnavailable)
	p.want(t, "State Login does not answer at the moment.", "Set the password and sign in")
	p = w.signedIn("clinic").post("/account/provider", "proof", password)
	is.Equal(t, "an account", p.status, http.StatusServiceUnavailable)
}

func TestAnInvitationIsTakenUpAtTheProvider(t *testing.T) {
	w := open(t)
	l := w.byProvider(t, "v1")
	link := w.signedIn("administrator").invites("vera", "vaccinator", "OAK")
	b := w.browser()
	p := b.post(link + "/provider")
	p.want(t, "Go on to State Login")
	is.Equal(t, "referrer", p.header.Get("Referrer-Policy"), "strict-origin")
	address := regexp.MustCompile(`href="(http[^"]+/auth\?[^"]+)"`).FindStringSubmatch(p.body)
	is.Equal(t, "in", b.comesBack(l, strings.ReplaceAll(address[1], "&amp;", "&")).location(), "/")
	b.get("/account").want(t, "Vera Vale", "Vaccinator")
	is.Equal(t, "used up", w.browser().get(link).status, http.StatusNotFound)
}

func TestWithoutPasskeysAndSingleSignOnNothingOfThemIsOffered(t *testing.T) {
	w := open(t)
	b := w.browser()
	for _, word := range []string{"passkey", "State Login", "Or with a password"} {
		if strings.Contains(b.get("/signin").body, word) {
			t.Errorf("the sign-in page offers %q", word)
		}
	}
	for _, path := range []string{"/signin/provider", "/signin/passkey", "/signin/provider/back?code=x&state=y"} {
		is.Equal(t, path, b.get(path).status, http.StatusNotFound)
	}
	w.signedIn("clinic").get("/account/passkeys").want(t, "No passkeys can be made here")
}

func TestACertificateIsMadeKnownAndRemovedOnThePageOfASender(t *testing.T) {
	w := open(t)
	admin := w.signedIn("administrator")
	page := senderAddress(w.oak.ID) + "/certificates"
	admin.get(senderAddress(w.oak.ID)).want(t, page)
	admin.get(page).want(t, "None.", "its user name and password")
	p := admin.post(senderAddress(w.oak.ID)+"/proof", "proof", "certificate")
	is.Equal(t, "without one", p.status, http.StatusConflict)
	p.want(t, "No certificate is known as this sender")
	for text, say := range map[string]string{"12": "64 hexadecimal digits", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----": "never its private key", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----": "cannot be read"} {
		p := admin.do(http.MethodPost, page, url.Values{"kind": {"sha256"}, "certificate": {text}})
		is.Equal(t, say, p.status, http.StatusBadRequest)
		p.want(t, say)
	}
	is.Equal(t, "added", admin.post(page, "kind", "san", "certificate", "dns:EHR.oak.example").location(), page+"?done=added")
	admin.get(page).want(t, "dns:ehr.oak.example", "no certificate was seen yet")
	is.Equal(t, "twice", admin.post(page, "kind", "san", "certificate", "dns:ehr.oak.example").status, http.StatusConflict)
	is.Equal(t, "proof", admin.post(senderAddress(w.oak.ID)+"/proof", "proof", "both").location(), page+"?done=proof")
	remove := regexp.MustCompile(page + `/\w{13}/remove`).FindString(admin.get(page).body)
	is.Equal(t, "removed", admin.post(remove).location(), page+"?done=removed")
	is.Equal(t, "again", admin.post(remove).status, http.StatusNotFound)
	is.Equal(t, "clinic staff", w.signedIn("clinic").get(page).status, http.StatusForbidden)
}
