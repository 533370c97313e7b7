package sso

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/test/provider"
)

func providerOf(t *testing.T, l *provider.Server, change func(*Settings)) *Provider {
	t.Helper()
	set := Settings{Issuer: l.URL, ClientID: "openiis", Secret: "s", Name: "State Login", Back: "http://localhost/back"}
	if change != nil {
		change(&set)
	}
	p, err := New(set)
	is.NoError(t, "provider", err)
	return p
}

// goes leads a browser there and gives what it brings back.
func goes(t *testing.T, l *provider.Server, p *Provider) (Asked, url.Values) {
	t.Helper()
	address, asked, err := p.Ask(context.Background())
	is.NoError(t, "ask", err)
	u, err := url.Parse(address)
	is.NoError(t, "address", err)
	q := u.Query()
	is.Equal(t, "is led to", []string{u.Path, q.Get("response_type"), q.Get("client_id"), q.Get("redirect_uri"), q.Get("code_challenge_method"), q.Get("scope")},
		[]string{"/auth", "code", "openiis", "http://localhost/back", "S256", "openid"})
	return asked, l.Goes(address)
}

func TestAProviderSaysWhoSomebodyIs(t *testing.T) {
	l := provider.Start(t)
	p := providerOf(t, l, nil)
	asked, back := goes(t, l, p)
	said, err := p.Answer(context.Background(), asked, back)
	is.NoError(t, "answer", err)
	is.Equal(t, "said", said, Said{Subject: "248", Shown: "Ada Ashgrove"})
	_, err = p.Answer(context.Background(), asked, back)
	is.Equal(t, "the same code again", fault.KindOf(err), fault.Denied)
}

func TestWhatIsNotInOrderIsRefused(t *testing.T) {
	past := time.Now().Add(-time.Hour).Unix()
	for name, change := range map[string]func(*provider.Server){
		"another nonce":      func(l *provider.Server) { l.Claims = func(c map[string]any) { c["nonce"] = "other" } },
		"no nonce":           func(l *provider.Server) { l.Claims = func(c map[string]any) { delete(c, "nonce") } },
		"another issuer":     func(l *provider.Server) { l.Claims = func(c map[string]any) { c["iss"] = "https://evil.example" } },
		"another audience":   func(l *provider.Server) { l.Claims = func(c map[string]any) { c["aud"] = "another" } },
		"for another client": func(l *provider.Server) { l.Claims = func(c map[string]any) { c["azp"] = "another" } },
		"for several, no azp": func(l *provider.Server) {
			l.Claims = func(c map[string]any) { c["aud"] = []string{"openiis", "another"} }
		},
		"expired":           func(l *provider.Server) { l.Claims = func(c map[string]any) { c["exp"] = past } },
		"names nobody":      func(l *provider.Server) { l.Claims = func(c map[string]any) { delete(c, "sub") } },
		"a name of no text": func(l *provider.Server) { l.Claims = func(c map[string]any) { c["sub"] = 7 } },
		"signed by another": func(l *provider.Server) { l.Signer = provider.NewKey(t) },
		"not signed":        func(l *provider.Server) { l.Header = map[string]any{"alg": "none"} },
		"signed with HMAC":  func(l *provider.Server) { l.Header = map[string]any{"alg": "HS256", "kid": "one"} },
		"a key nobody knows": func(l *provider.Server) {
			l.Header = map[string]any{"alg": "ES256", "kid": "two"}
			l.Signer = provider.NewKey(t)
		},
	} {
		l := provider.Start(t)
		change(l)
		p := providerOf(t, l, nil)
		asked, back := goes(t, l, p)
		_, err := p.Answer(context.Background(), asked, back)
		is.Equal(t, name, fault.KindOf(err), fault.Denied)
		if !strings.Contains(fault.Public(err), "State Login") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAnswerToAnotherQuestionIsRefused(t *testing.T) {
	l := provider.Start(t)
	p := providerOf(t, l, nil)
	asked, back := goes(t, l, p)
	other, theirs := goes(t, l, p)
	for name, q := range map[string]url.Values{
		"another state": {"state": {other.State}, "code": back["code"]}, "no state": {"code": back["code"]}, "another issuer": {"state": back["state"], "code": back["code"], "iss": {"https://evil.example"}},
		"no code": {"state": back["state"]}, "declined": {"state": back["state"], "error": {"access_denied"}}, "an error": {"state": back["state"], "error": {"<script>"}},
		// a code that somebody else was given: PKCE
		"another's code": {"state": back["state"], "code": theirs["code"]},
	} {
		_, err := p.Answer(context.Background(), asked, q)
		is.Equal(t, name, fault.KindOf(err), fault.Denied)
		if strings.Contains(fault.Public(err), "<") {
			t.Errorf("%s repeats what was sent: %v", name, err)
		}
	}
	_, err := p.Answer(context.Background(), Asked{}, url.Values{"state": {""}, "code": back["code"]})
	is.Equal(t, "nothing was asked", fault.KindOf(err), fault.Denied)
	_, err = p.Answer(context.Background(), asked, url.Values{"state": back["state"], "error": {"temporarily_unavailable"}})
	is.Equal(t, "it is busy", fault.KindOf(err), fault.Busy)
}

func TestAProviderThatIsDownIsSaidToBe(t *testing.T) {
	l := provider.Start(t)
	p, never := providerOf(t, l, nil), providerOf(t, l, nil)
	asked, back := goes(t, l, p)
	l.Close()
	_, err := p.Answer(context.Background(), asked, back)
	is.Equal(t, "at the code", fault.KindOf(err), fault.Busy)
	for range 2 { // asked, and known to have been silent a moment ago
		_, _, err = never.Ask(context.Background())
		is.Equal(t, "at the beginning", fault.KindOf(err), fault.Busy)
		is.Equal(t, "says", strings.HasPrefix(fault.Public(err), "State Login does not answer"), true)
	}
}

func TestTwoFactorsAreBelievedOnlyWhereTheOperatorSaysSo(t *testing.T) {
	for _, c := range []struct {
		trusted []string
		claims  map[string]any
		want    bool
	}{
		{nil, map[string]any{"amr": []string{"mfa"}, "acr": "high"}, false}, {[]string{"amr:mfa"}, map[string]any{"amr": []string{"pwd", "mfa"}}, true},
		{[]string{"amr:mfa"}, map[string]any{"amr": "mfa"}, false}, {[]string{"amr:mfa"}, map[string]any{"amr": []string{"pwd"}, "acr": "mfa"}, false},
		{[]string{"acr:high"}, map[string]any{"acr": "high"}, true}, {[]string{"acr:high"}, map[string]any{"acr": "low"}, false}, {[]string{"acr:high"}, map[string]any{}, false},
	} {
		l := provider.Start(t)
		l.Claims = func(m map[string]any) {
			for k, v := range c.claims {
				m[k] = v
			}
		}
		p := providerOf(t, l, func(s *Settings) { s.TwoFactors = c.trusted })
		asked, back := goes(t, l, p)
		said, err := p.Answer(context.Background(), asked, back)
		is.NoError(t, "answer", err)
		is.Equal(t, "two factors", said.TwoFactors, c.want)
	}
}

func TestAnotherClaimCanNameSomebodyButNoneThatChanges(t *testing.T) {
	l := provider.Start(t)
	l.Claims = func(m map[string]any) { m["employee_number"] = "E7" }
	p := providerOf(t, l, func(s *Settings) { s.Claim = "employee_number" })
	asked, back := goes(t, l, p)
	said, err := p.Answer(context.Background(), asked, back)
	is.NoError(t, "answer", err)
	is.Equal(t, "who", said.Subject, "E7")
	good := Settings{Issuer: "https://sign-in.example.gov", ClientID: "x", Name: "X", Back: "y"}
	is.NoError(t, "good", good.Check())
	for name, change := range map[string]func(*Settings){
		"e-mail": func(s *Settings) { s.Claim = "email" }, "user name": func(s *Settings) { s.Claim = "preferred_username" }, "no TLS": func(s *Settings) { s.Issuer = "http://sign-in.example.gov" },
		"no issuer": func(s *Settings) { s.Issuer = "x" }, "no client": func(s *Settings) { s.ClientID = "" }, "no name": func(s *Settings) { s.Name = "" }, "no way back": func(s *Settings) { s.Back = "" },
		"two factors by nothing": func(s *Settings) { s.TwoFactors = []string{"mfa"} },
	} {
		bad := good
		change(&bad)
		if bad.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestWhoSignsOutIsLedToTheProvidersOwnAddress(t *testing.T) {
	l := provider.Start(t)
	is.Equal(t, "none", providerOf(t, l, nil).Leave(context.Background(), "http://localhost/signin"), "")
	l.End = l.URL + "/end?x=1"
	u, err := url.Parse(providerOf(t, l, nil).Leave(context.Background(), "http://localhost/signin"))
	is.NoError(t, "address", err)
	is.Equal(t, "query", u.Query(), url.Values{"x": {"1"}, "client_id": {"openiis"}, "post_logout_redirect_uri": {"http://localhost/signin"}})
	is.Equal(t, "path", u.Path, "/end")
}
