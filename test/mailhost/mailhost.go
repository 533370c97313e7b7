// Package mailhost is an SMTP relay for tests: it listens on this machine, keeps what it is
// given, and answers as a test says.
//
// It is for tests only and delivers nothing. Start at Open.
package mailhost

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"openiis/internal/is"
)

// How a relay takes mails.
const (
	Plain    = "plain"    // without TLS
	StartTLS = "starttls" // TLS when it is asked for
	TLS      = "tls"      // TLS from the first byte
)

// Username and Password are those that a relay with TLS wants.
const Username, Password = "registry", "open sesame of the relay"

// Mail is one that the relay took.
type Mail struct {
	From, To string
	Secure   bool // it came over TLS
	Message  *mail.Message
	Text     string // its body, decoded
}

// Host is a relay.
type Host struct {
	Address     string // smtp://… or smtps://…
	Authorities *x509.CertPool
	CAFile      string // the same as a file (PEM)

	t      testing.TB
	mu     sync.Mutex
	mails  []Mail
	answer func(step, to string) error
	tried  int
}

// Open starts a relay for the length of a test.
func Open(t testing.TB, how string) *Host {
	t.Helper()
	h := &Host{t: t}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	server := smtp.NewServer(h)
	server.Domain, server.ErrorLog = "relay.example", log.New(io.Discard, "", 0)
	server.AllowInsecureAuth = how == Plain
	h.Address = "smtp://" + l.Addr().String()
	if how != Plain {
		server.TLSConfig = h.certify()
	}
	if how == TLS {
		l, h.Address = tls.NewListener(l, server.TLSConfig), "smtps://"+l.Addr().String()
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return h
}

// certify makes a certificate for this machine's loopback address.
func (h *Host) certify() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	is.NoError(h.t, "key", err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	is.NoError(h.t, "certificate", err)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	h.Authorities = x509.NewCertPool()
	h.Authorities.AppendCertsFromPEM(text)
	h.CAFile = filepath.Join(h.t.TempDir(), "authorities.pem")
	is.NoError(h.t, "write the authorities", os.WriteFile(h.CAFile, text, 0o600))
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

// Answer says how the relay answers from now on: at a step (mail, rcpt, data), for whom; nil
// is that it takes it. Refusal makes an answer.
func (h *Host) Answer(f func(step, to string) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = f
}

// Refusal is an answer of a relay.
func Refusal(code int, say string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: say}
}

// Mails are those that it took so far.
func (h *Host) Mails() []Mail {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Mail(nil), h.mails...)
}

// Tried is how many mails were begun.
func (h *Host) Tried() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tried
}

// NewSession is for the server.
func (h *Host) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{host: h, conn: c}, nil }

func (h *Host) ask(step, to string) error {
	h.mu.Lock()
	f := h.answer
	if step == "mail" {
		h.tried++
	}
	h.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(step, to)
}

type session struct {
	host     *Host
	conn     *smtp.Conn
	let      bool
	from, to string
}

// AuthMechanisms is for the server.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth is for the server.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != Username || password != Password {
			return smtp.ErrAuthFailed
		}
		s.let = true
		return nil
	}), nil
}

// Mail is for the server.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.host.Authorities != nil && !s.let {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return s.host.ask("mail", "")
}

// Rcpt is for the server.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.host.ask("rcpt", to)
}

// Data is for the server.
func (s *session) Data(r io.Reader) error {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	text, err := body(message)
	if err != nil {
		return err
	}
	if err := s.host.ask("data", s.to); err != nil {
		return err
	}
	_, secure := s.conn.TLSConnectionState()
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	s.host.mails = append(s.host.mails, Mail{s.from, s.to, secure, message, text})
	return nil
}

// Reset is for the server.
func (s *session) Reset() {}

// Logout is for the server.
func (s *session) Logout() error { return nil }
