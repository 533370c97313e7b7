package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// tlsFiles are the files by which listeners speak TLS. A file that is replaced, as when a
// certificate is renewed, holds from the next connection on; one that cannot be read then
// leaves what was.
type tlsFiles struct {
	cert, key, ca string

	mu      sync.Mutex
	at      [3]time.Time // when the files were written that are in use
	looked  time.Time
	own     tls.Certificate
	clients *x509.CertPool // nil: nobody is asked for a certificate
}

// lookEvery is how often it is looked whether a file was replaced.
const lookEvery = time.Second

func newTLSFiles(cert, key, ca string) (*tlsFiles, error) {
	t := &tlsFiles{cert: cert, key: key, ca: ca}
	at, err := t.written()
	if err == nil {
		err = t.read(at)
	}
	return t, err
}

// written is when the files were written.
func (t *tlsFiles) written() (at [3]time.Time, err error) {
	for i, name := range []string{t.cert, t.key, t.ca} {
		if name == "" {
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return at, fmt.Errorf("TLS: %w", err)
		}
		at[i] = info.ModTime()
	}
	return at, nil
}

func (t *tlsFiles) read(at [3]time.Time) error {
	own, err := tls.LoadX509KeyPair(t.cert, t.key)
	if err != nil {
		return fmt.Errorf("--tls-cert %s and --tls-key: %w", t.cert, err)
	}
	var clients *x509.CertPool
	if t.ca != "" {
		text, err := os.ReadFile(t.ca)
		if err != nil {
			return fmt.Errorf("--client-ca: %w", err)
		}
		clients = x509.NewCertPool()
		if !clients.AppendCertsFromPEM(text) {
			return fmt.Errorf("--client-ca %s: %w", t.ca, errors.New("there is no certificate in it (PEM)"))
		}
	}
	t.own, t.clients, t.at = own, clients, at
	return nil
}

// now is what holds now.
func (t *tlsFiles) now() (tls.Certificate, *x509.CertPool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.looked) >= lookEvery {
		t.looked = time.Now()
		if at, err := t.written(); err == nil && at != t.at {
			_ = t.read(at) // a file that is half written is read in a second again
		}
	}
	return t.own, t.clients
}

// ciphers are those of TLS 1.2 that keep what was said secret when a key is lost, and that
// authenticate what they encrypt (RFC 9325, 4.2). TLS 1.3 has no others.
var ciphers = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// over is a listener with TLS over it; itself when there are no files. Where the other end is
// asked for a certificate it may come without one: whether it needs one, its sender says. One
// that no named authority has signed is refused at once.
func (t *tlsFiles) over(l net.Listener, asks bool) net.Listener {
	if t == nil {
		return l
	}
	return tls.NewListener(l, &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			own, clients := t.now()
			c := &tls.Config{
				MinVersion: tls.VersionTLS12, CipherSuites: ciphers, Certificates: []tls.Certificate{own},
				SessionTicketsDisabled: asks, // whoever resumes would skip the look at a certificate that has ended
			}
			if asks && clients != nil {
				c.ClientCAs, c.ClientAuth = clients, tls.VerifyClientCertIfGiven
			}
			if !asks {
				c.NextProtos = []string{"http/1.1"}
			}
			return c, nil
		},
	})
}
