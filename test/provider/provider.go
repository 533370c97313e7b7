// Package provider is a provider of single sign-on for tests, which says what a test has it say:
// also what no certified provider can be made to do.
//
// The flow with a certified one is in test/clients and test/journeys. Start at Start.
package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"openiis/internal/is"
)

// Server is a provider at a port of this machine, whose one client is openiis. Change it before
// it is asked.
type Server struct {
	*httptest.Server
	t      testing.TB
	key    *ecdsa.PrivateKey // by which its keys say that it signs
	Signer *ecdsa.PrivateKey // by which it does
	Header map[string]any
	Claims func(map[string]any) // changes what it says
	End    string               // where one signs out of it; "": nowhere

	mu    sync.Mutex
	codes map[string]url.Values // that are good, with what was asked
}

// NewKey is a key to sign with.
func NewKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	is.NoError(t, "key", err)
	return k
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Start starts one for the length of a test.
func Start(t testing.TB) *Server {
	t.Helper()
	l := &Server{t: t, key: NewKey(t), Header: map[string]any{"alg": "ES256", "kid": "one"}, Claims: func(map[string]any) {}, codes: map[string]url.Values{}}
	l.Signer = l.key
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": l.URL, "authorization_endpoint": l.URL + "/auth", "token_endpoint": l.URL + "/token", "jwks_uri": l.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"ES256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
			"end_session_endpoint": l.End,
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		pad := func(n *big.Int) string { return b64(n.FillBytes(make([]byte, 32))) }
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "one", "x": pad(l.key.X), "y": pad(l.key.Y)}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		asked, ok := l.codes[r.FormValue("code")]
		delete(l.codes, r.FormValue("code"))
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || b64(sum[:]) != asked.Get("code_challenge") || asked.Get("code_challenge_method") != "S256" {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]any{"error": "invalid_grant"})
			return
		}
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": l.token(asked.Get("nonce"))})
	})
	l.Server = httptest.NewServer(mux)
	t.Cleanup(l.Close)
	return l
}

// token is an ID token, changed as the test wants.
func (l *Server) token(nonce string) string {
	claims := map[string]any{"iss": l.URL, "aud": "openiis", "sub": "248", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": nonce, "name": "Ada Ashgrove"}
	l.Claims(claims)
	header, _ := json.Marshal(l.Header)
	body, _ := json.Marshal(claims)
	text := b64(header) + "." + b64(body)
	if l.Header["alg"] == "none" {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, l.Signer, sum[:])
	is.NoError(l.t, "sign", err)
	return text + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

// Goes is a browser that signs in there and brings something back, without a page: what it
// would bring.
func (l *Server) Goes(address string) url.Values {
	l.t.Helper()
	u, err := url.Parse(address)
	is.NoError(l.t, "address", err)
	q := u.Query()
	code := rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.codes[code] = q
	return url.Values{"state": {q.Get("state")}, "code": {code}}
}
