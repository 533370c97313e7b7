// Package sso asks a provider of single sign-on who somebody is, by OpenID Connect: the
// authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636), with what the
// provider says verified before anything is believed.
//
// It knows one provider and no account: whose a name is, what they may do and whether they
// are let in is decided by package access. Of what a provider sends nothing is kept but a
// name. Start at New and Provider.Ask.
package sso

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"openiis/internal/fault"
)

// Settings are what an operator says of a provider.
type Settings struct {
	Issuer   string // its address, as its discovery document has it (OpenID Connect Discovery 1.0, 3)
	ClientID string // ours there
	Secret   string // ours there; "": this is a public client
	Name     string // the provider's, for people to read
	// Claim is what of an ID token names somebody, for ever and nobody else: sub, or what the
	// provider promises the same of. "" is sub.
	Claim  string
	Scopes []string // asked for beside openid
	// TwoFactors are values by which the provider says that two factors were shown, each with
	// the claim before it: "amr:mfa" or "acr:…". None: our own second factor is asked for.
	TwoFactors []string
	// Back is our address to which the provider leads back.
	Back string
}

// Bounds of what is believed of a provider.
const (
	answersWithin = 10 * time.Second
	mostAnswer    = 1 << 20 // bytes
	knownFor      = time.Hour
	silentFor     = 3 * time.Second // after it did not answer, it is not asked again
	mostName      = 200             // characters of a name
)

// mutable are claims by which nobody may be named: they change, and can become another
// person's (OpenID Connect Core 1.0, 5.7).
var mutable = []string{"email", "name", "preferred_username", "nickname", "phone_number", "given_name", "family_name", "upn"}

// Check says what is wrong with settings.
func (s Settings) Check() error {
	u, err := url.Parse(s.Issuer)
	switch {
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return fmt.Errorf("the issuer %q is no address: want one such as https://sign-in.example.gov", s.Issuer)
	case u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())):
		return fmt.Errorf("the issuer %s is not reached by HTTPS: whoever is in between could say who somebody is", s.Issuer)
	case s.ClientID == "":
		return errors.New("the client id is missing: the provider gives one")
	case s.Name == "":
		return errors.New("the provider has no name: people read it on the sign-in page")
	case slices.Contains(mutable, s.Claim):
		return fmt.Errorf("the claim %q cannot name a user: it changes, and may be somebody else's tomorrow (OpenID Connect Core 1.0, 5.7). Take sub, or another that the provider never gives twice", s.Claim)
	case s.Back == "":
		return errors.New("single sign-on needs the address of the pages (--public-url)")
	}
	for _, v := range s.TwoFactors {
		if kind, value, ok := strings.Cut(v, ":"); !ok || value == "" || kind != "amr" && kind != "acr" {
			return fmt.Errorf("%q says of no claim that two factors were shown: want amr: or acr: and a value", v)
		}
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Provider is a provider as it is set up. It is safe for concurrent use.
type Provider struct {
	set    Settings
	client *http.Client

	mu    sync.Mutex
	known *oidc.Provider
	at    time.Time // when it was asked what it is
	late  time.Time // when it did not answer, last
}

// New makes a provider of good settings. It asks nothing yet: the registry starts while the
// provider is down.
func New(set Settings) (*Provider, error) {
	if set.Claim == "" {
		set.Claim = "sub"
	}
	if err := set.Check(); err != nil {
		return nil, err
	}
	return &Provider{set: set, client: &http.Client{
		Timeout: answersWithin, Transport: bounded{http.DefaultTransport.(*http.Transport).Clone()},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // where the operator says, and nowhere else
	}}, nil
}

// bounded reads so much of an answer and no more.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, mostAnswer), resp.Body}
	}
	return resp, err
}

// Name is the provider's, for people to read.
func (p *Provider) Name() string { return p.set.Name }

// Issuer is the provider's address.
func (p *Provider) Issuer() string { return p.set.Issuer }

// Claim is what of the provider's word names somebody.
func (p *Provider) Claim() string { return p.set.Claim }

// down is an error of a provider that does not answer, or not what it should.
func (p *Provider) down(what string, err error) error {
	return fault.Wrap(fault.Busy, fmt.Errorf("single sign-on: %s: %w", what, err),
		p.set.Name+" does not answer at the moment. Wait a minute and try again. If you have a password or a passkey here, sign in with that.")
}

// discovered is what the provider says of itself, asked for once an hour.
func (p *Provider) discovered(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil && time.Since(p.at) < knownFor {
		return p.known, nil
	}
	if time.Since(p.late) < silentFor { // whoever waited for the one before learns it at once
		return nil, p.down("discovery", errors.New("it did not answer a moment ago"))
	}
	// The keys are fetched later with the same context: it does not end with this request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.set.Issuer)
	if err != nil {
		p.late = time.Now()
		return nil, p.down("discovery", err)
	}
	p.known, p.at = found, time.Now()
	return found, nil
}

func (p *Provider) config(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.set.ClientID, ClientSecret: p.set.Secret, Endpoint: found.Endpoint(), RedirectURL: p.set.Back,
		Scopes: append([]string{oidc.ScopeOpenID}, p.set.Scopes...),
	}
}

// Asked is what of a question must be known when its answer comes: the browser's secret.
type Asked struct {
	State    string
	Nonce    string
	Verifier string // of PKCE
}

// Ask is where to lead a browser, and what to remember of it. A provider that is down is
// fault.Busy.
func (p *Provider) Ask(ctx context.Context) (address string, asked Asked, err error) {
	found, err := p.discovered(ctx)
	if err != nil {
		return "", asked, err
	}
	asked = Asked{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(asked.Nonce), oauth2.S256ChallengeOption(asked.Verifier)}
	var levels []string
	for _, v := range p.set.TwoFactors {
		if level, ok := strings.CutPrefix(v, "acr:"); ok {
			levels = append(levels, level)
		}
	}
	if len(levels) > 0 { // OpenID Connect Core 1.0, 3.1.2.1
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(levels, " ")))
	}
	return p.config(found).AuthCodeURL(asked.State, options...), asked, nil
}

// Said is who a provider says that somebody is.
type Said struct {
	Subject    string // by what the provider names them: the value of the claim
	Shown      string // what it calls them; for people to read, and never to be believed
	TwoFactors bool   // it says that two factors were shown, and the operator trusts that
}

var (
	errNotAsked = fault.New(fault.Denied, "This sign-in was not begun in this browser, or its time is over. Begin again.")
	errNotGood  = "What %s sent is not in order, and you were not signed in. Begin again. If it happens again, tell the administrator of this registry."
)

func (p *Provider) refused(why string, err error) error {
	return fault.Wrap(fault.Denied, fmt.Errorf("single sign-on: %s: %w", why, err), fmt.Sprintf(errNotGood, p.set.Name))
}

// Answer takes what the browser brings back, asks the provider for the ID token and verifies
// it: signature, issuer, audience, time and nonce (OpenID Connect Core 1.0, 3.1.3.7). What is
// not in order is fault.Denied; a provider that does not answer is fault.Busy.
func (p *Provider) Answer(ctx context.Context, asked Asked, back url.Values) (Said, error) {
	switch issuer := back.Get("iss"); {
	case asked.State == "" || subtle.ConstantTimeCompare([]byte(asked.State), []byte(back.Get("state"))) != 1:
		return Said{}, errNotAsked
	case issuer != "" && issuer != p.set.Issuer: // RFC 9207
		return Said{}, p.refused("answer", errors.New("it is from another issuer"))
	case back.Get("error") != "":
		return Said{}, p.declined(back.Get("error"))
	case back.Get("code") == "":
		return Said{}, p.refused("answer", errors.New("it has no code"))
	}
	found, err := p.discovered(ctx)
	if err != nil {
		return Said{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := p.config(found).Exchange(ctx, back.Get("code"), oauth2.VerifierOption(asked.Verifier))
	if said := (*oauth2.RetrieveError)(nil); errors.As(err, &said) && said.Response != nil && said.Response.StatusCode < 500 {
		return Said{}, p.refused("code", fmt.Errorf("the provider answers %d to it", said.Response.StatusCode))
	}
	if err != nil {
		return Said{}, p.down("code", errors.New("the provider gives no tokens for it"))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Said{}, p.refused("tokens", errors.New("there is no ID token"))
	}
	id, err := found.VerifierContext(ctx, &oidc.Config{ClientID: p.set.ClientID}).Verify(ctx, raw)
	if err != nil {
		return Said{}, p.refused("ID token", err)
	}
	return p.read(id, asked)
}

// declined is what a provider says that does not sign somebody in (RFC 6749, 4.1.2.1).
func (p *Provider) declined(code string) error {
	switch code {
	case "access_denied", "login_required", "consent_required", "interaction_required":
		return fault.New(fault.Denied, "%s did not sign you in: it was cancelled, or you may not use this registry there.", p.set.Name)
	case "temporarily_unavailable", "server_error":
		return p.down("answer", errors.New("it says that it is not available"))
	}
	return p.refused("answer", errors.New("it is an error that should not be"))
}

// read takes what matters from an ID token whose signature, issuer, audience and time are good.
func (p *Provider) read(id *oidc.IDToken, asked Asked) (Said, error) {
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(asked.Nonce)) != 1 {
		return Said{}, p.refused("ID token", errors.New("it has another nonce"))
	}
	var claims map[string]json.RawMessage
	if err := id.Claims(&claims); err != nil {
		return Said{}, p.refused("ID token", errors.New("its claims cannot be read"))
	}
	text := func(name string) (s string) {
		_ = json.Unmarshal(claims[name], &s) // what is no text is none
		return s
	}
	if azp := text("azp"); azp != p.set.ClientID && (azp != "" || len(id.Audience) > 1) {
		return Said{}, p.refused("ID token", errors.New("it was made for another client"))
	}
	said := Said{Subject: text(p.set.Claim)}
	if said.Subject == "" || len(said.Subject) > 255 || !isText(said.Subject) {
		return Said{}, p.refused("ID token", fmt.Errorf("its claim %s names nobody", p.set.Claim))
	}
	for _, claim := range []string{"name", "preferred_username", "email"} {
		if s := text(claim); said.Shown == "" && isText(s) && utf8.RuneCountInString(s) <= mostName {
			said.Shown = s
		}
	}
	var means []string
	_ = json.Unmarshal(claims["amr"], &means)
	said.TwoFactors = slices.ContainsFunc(p.set.TwoFactors, func(v string) bool {
		kind, value, _ := strings.Cut(v, ":")
		return kind == "acr" && value == text("acr") || kind == "amr" && slices.Contains(means, value)
	})
	return said, nil
}

// isText reports what every database takes.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// Leave is where a browser signs out of the provider (OpenID Connect RP-Initiated Logout 1.0);
// "" when the provider has no such address, or does not answer.
func (p *Provider) Leave(ctx context.Context, back string) string {
	found, err := p.discovered(ctx)
	if err != nil {
		return ""
	}
	var has struct {
		End string `json:"end_session_endpoint"`
	}
	if err := found.Claims(&has); err != nil || has.End == "" {
		return ""
	}
	u, err := url.Parse(has.End)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.set.ClientID)
	q.Set("post_logout_redirect_uri", back)
	u.RawQuery = q.Encode()
	return u.String()
}
