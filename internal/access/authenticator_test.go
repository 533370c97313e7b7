package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"openiis/internal/is"
)

// authenticator is a passkey of a device with the browser that asks for it (Web Authentication,
// 6 and 5.1), with what can be wrong about both. The journeys have Chromium's own.
type authenticator struct {
	t        *testing.T
	key      *ecdsa.PrivateKey
	id       []byte
	user     []byte // whose it is
	counter  uint32
	origin   string
	rp       string
	verified bool // it asked for a finger, a face or a PIN
}

func newAuthenticator(t *testing.T, origin, rp string) *authenticator {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	is.NoError(t, "key", err)
	return &authenticator{t: t, key: k, id: []byte(rand.Text()), counter: 1, origin: origin, rp: rp, verified: true}
}

func text64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// data is the authenticator's data: of whom, how, how often.
func (a *authenticator) data(more []byte) []byte {
	rp := sha256.Sum256([]byte(a.rp))
	flags := byte(0x01)
	if a.verified {
		flags |= 0x04
	}
	if more != nil {
		flags |= 0x40
	}
	out := append(rp[:], flags)
	return append(binary.BigEndian.AppendUint32(out, a.counter), more...)
}

func (a *authenticator) client(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	is.NoError(a.t, "client data", err)
	return b
}

type options struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	User      struct {
		ID string `json:"id"`
	} `json:"user"`
	UserVerification string `json:"userVerification"`
	AllowCredentials []struct {
		ID string `json:"id"`
	} `json:"allowCredentials"`
}

func (a *authenticator) reads(text string) (o options) {
	a.t.Helper()
	is.NoError(a.t, "options", json.Unmarshal([]byte(text), &o))
	return o
}

func bytesOf(n int, b []byte) []byte { return append([]byte{0x58, byte(n)}, b...) } // CBOR

// makes makes the passkey and answers.
func (a *authenticator) makes(asked string) string {
	a.t.Helper()
	o := a.reads(asked)
	user, err := base64.RawURLEncoding.DecodeString(o.User.ID)
	is.NoError(a.t, "user", err)
	a.user = user
	cose := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21} // EC2, ES256, P-256 (RFC 9053)
	cose = append(cose, bytesOf(32, a.key.X.FillBytes(make([]byte, 32)))...)
	cose = append(append(cose, 0x22), bytesOf(32, a.key.Y.FillBytes(make([]byte, 32)))...)
	made := append(make([]byte, 16), 0, byte(len(a.id)))
	data := a.data(append(append(made, a.id...), cose...))
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(object, 0x67), "attStmt"...)
	object = append(append(object, 0xa0, 0x68), "authData"...)
	object = append(object, bytesOf(len(data), data)...)
	return a.answer(map[string]any{"clientDataJSON": text64(a.client("webauthn.create", o.Challenge)), "attestationObject": text64(object)})
}

// uses signs in by it.
func (a *authenticator) uses(asked string) string {
	a.t.Helper()
	a.counter++
	return a.repeats(a.reads(asked).Challenge)
}

// repeats is uses without counting.
func (a *authenticator) repeats(challenge string) string {
	a.t.Helper()
	client, data := a.client("webauthn.get", challenge), a.data(nil)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	is.NoError(a.t, "sign", err)
	return a.answer(map[string]any{"clientDataJSON": text64(client), "authenticatorData": text64(data), "signature": text64(sig), "userHandle": text64(a.user)})
}

func (a *authenticator) answer(response map[string]any) string {
	b, err := json.Marshal(map[string]any{"id": text64(a.id), "rawId": text64(a.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	is.NoError(a.t, "answer", err)
	return string(b)
}
