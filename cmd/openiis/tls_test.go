package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/mllp"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	is.NoError(t, "key", err)
	like := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, like, like, &key.PublicKey, key)
	is.NoError(t, "authority", err)
	cert, err := x509.ParseCertificate(der)
	is.NoError(t, "read", err)
	return &authority{t, cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// signs makes a certificate for a name, good for so long.
func (a *authority) signs(name string, good time.Duration) (pair tls.Certificate, certPEM, keyPEM []byte) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	is.NoError(a.t, "key", err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	is.NoError(a.t, "serial", err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Oak Street Clinic"}}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(good), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}, a.cert, &key.PublicKey, a.key)
	is.NoError(a.t, "certificate", err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	is.NoError(a.t, "key", err)
	certPEM, keyPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
	pair, err = tls.X509KeyPair(certPEM, keyPEM)
	is.NoError(a.t, "pair", err)
	return pair, certPEM, keyPEM
}

// overTLS is a registry whose doors speak TLS, and ask senders for certificates.
type overTLS struct {
	t             *testing.T
	r             *registry
	oak           iis.Sender
	ours, theirs  *authority // of the server, and of senders
	pages, doors  string
	mllp          string
	cert, key, ca string
}

func openTLS(t *testing.T, address string) *overTLS {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	o := &overTLS{t: t, ours: newAuthority(t, "server authority"), theirs: newAuthority(t, "sender authority"), cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), ca: filepath.Join(dir, "ca.pem")}
	_, cert, key := o.ours.signs("localhost", time.Hour)
	for name, text := range map[string][]byte{o.cert: cert, o.key: key, o.ca: o.theirs.pem} {
		is.NoError(t, "write", os.WriteFile(name, text, 0o600))
	}
	r, err := openRegistry(ctx, address)
	is.NoError(t, "open", err)
	t.Cleanup(func() { is.NoError(t, "close", r.Close()) })
	o.r = r
	o.oak, err = r.gate.AddSender(ctx, iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "secret")
	is.NoError(t, "sender", err)
	c := defaults()
	c.HTTP, c.MLLP, c.Senders, c.TLSCert, c.TLSKey, c.ClientCA = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", o.cert, o.key, o.ca
	is.NoError(t, "settings", c.check())
	l, err := listen(c)
	is.NoError(t, "listen", err)
	log := slog.New(slog.DiscardHandler)
	s := &service{Config: c, registry: r, desk: r.desk, health: newHealth(r.store, log), log: log}
	stopping, stop := context.WithCancel(ctx)
	ended := make(chan error, 3)
	go func() { ended <- s.serveHTTP(stopping, l.web, s.routes(stopping), time.Second) }()
	go func() { ended <- s.serveHTTP(stopping, l.senders, s.sendersOnly(stopping), time.Second) }()
	go func() { ended <- (&mllp.Server{Desk: s.desk, Gate: r.gate, Log: log}).Serve(stopping, l.mllp) }()
	t.Cleanup(func() {
		stop()
		for range 3 {
			<-ended
		}
	})
	o.pages, o.doors, o.mllp = l.web.Addr().String(), l.senders.Addr().String(), l.mllp.Addr().String()
	return o
}

func (o *overTLS) config(pair *tls.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(o.ours.cert)
	c := &tls.Config{RootCAs: pool, ServerName: "localhost"}
	if pair != nil {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return pair, nil }
	}
	return c
}

// posts sends a message by HTTP; password "" sends none. It returns the status, 0 when there
// is no connection.
func (o *overTLS) posts(at, path, control, password string, pair *tls.Certificate) (int, string) {
	o.t.Helper()
	body, kind := world.Update(control, control, ""), "application/hl7-v2"
	if path == "/soap" {
		kind = `application/soap+xml; charset=utf-8; action="urn:cdc:iisb:2011:submitSingleMessage"`
		credential := ""
		if password != "" {
			credential = "<u:username>oak</u:username><u:password>" + password + "</u:password>"
		}
		body = `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:u="urn:cdc:iisb:2011"><e:Body><u:submitSingleMessage>` + credential +
			"<u:hl7Message>" + strings.NewReplacer("&", "&amp;", "\r", "&#13;").Replace(body) + "</u:hl7Message></u:submitSingleMessage></e:Body></e:Envelope>"
	}
	req, err := http.NewRequest(http.MethodPost, "https://"+at+path, strings.NewReader(body))
	is.NoError(o.t, "request", err)
	req.Header.Set("Content-Type", kind)
	if password != "" && path != "/soap" {
		req.SetBasicAuth("oak", password)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: o.config(pair), DisableKeepAlives: true}, Timeout: 20 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	is.NoError(o.t, "read", err)
	return resp.StatusCode, string(text)
}

// frames sends a message by MLLP and returns its acknowledgement; "" when there is none.
func (o *overTLS) frames(control, security string, pair *tls.Certificate) string {
	o.t.Helper()
	c, err := tls.Dial("tcp", o.mllp, o.config(pair))
	if err != nil {
		return ""
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Write([]byte("\x0b" + world.Update(control, control, security) + "\x1c\r")); err != nil {
		return ""
	}
	var b bytes.Buffer
	buf := make([]byte, 4096)
	for !bytes.Contains(b.Bytes(), []byte{0x1c}) {
		n, err := c.Read(buf)
		if err != nil {
			return ""
		}
		b.Write(buf[:n])
	}
	_, msa, _ := strings.Cut(b.String(), "\rMSA|")
	return msa[:min(2, len(msa))]
}

func TestASenderProvesItselfByItsCertificate(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		o := openTLS(t, address)
		gate := o.r.gate
		good, goodPEM, _ := o.theirs.signs("ehr.oak.example", time.Hour)
		renewed, _, _ := o.theirs.signs("ehr.oak.example", 2*time.Hour)
		other, _, _ := o.theirs.signs("ehr.elm.example", time.Hour)
		foreign, _, _ := newAuthority(t, "another authority").signs("ehr.oak.example", time.Hour)
		over, _, _ := o.theirs.signs("ehr.oak.example", -time.Minute)
		tries := func(name string, want int, password string, pair *tls.Certificate) {
			t.Helper()
			for _, path := range []string{"/hl7", "/soap"} {
				status, say := o.posts(o.doors, path, "C"+name[:1], password, pair)
				if path == "/soap" && want == http.StatusUnauthorized && status != 0 {
					is.Equal(t, name+" by SOAP: "+say, status == http.StatusOK, false)
					continue
				}
				is.Equal(t, name+" by "+path+": "+say, status, want)
			}
			security := ""
			if password != "" {
				security = "oak:" + password
			}
			is.Equal(t, name+" by MLLP", o.frames("M"+name[:1], security, pair), map[int]string{http.StatusOK: "AA", http.StatusUnauthorized: "AR", 0: ""}[want])
		}
		tries("a password alone, as ever", http.StatusOK, "secret", nil)
		tries("b certificate that nobody knows", http.StatusUnauthorized, "", &good)
		is.NoError(t, "add", gate.AddCertificate(ctx, iis.Actor{Kind: "command"}, o.oak.ID, iis.ByFingerprint, string(goodPEM)))
		tries("c known one, where a password is wanted", http.StatusUnauthorized, "", &good)

		is.NoError(t, "both", gate.SetProof(ctx, iis.Actor{Kind: "command"}, o.oak.ID, iis.ByBoth))
		tries("d both", http.StatusOK, "secret", &good)
		tries("e password alone", http.StatusUnauthorized, "secret", nil)
		tries("f certificate alone", http.StatusUnauthorized, "", &good)
		tries("g another's certificate", http.StatusUnauthorized, "secret", &other)
		tries("h wrong password", http.StatusUnauthorized, "wrong", &good)

		is.NoError(t, "certificate", gate.SetProof(ctx, iis.Actor{Kind: "command"}, o.oak.ID, iis.ByCertificate))
		tries("i certificate alone", http.StatusOK, "", &good)
		tries("j password alone", http.StatusUnauthorized, "secret", nil)
		tries("k neither", http.StatusUnauthorized, "", nil)
		tries("l renewed one, known by nothing of it", http.StatusUnauthorized, "", &renewed)
		tries("m of another authority", 0, "", &foreign)
		tries("n one that is over", 0, "", &over)

		is.NoError(t, "by name", gate.AddCertificate(ctx, iis.Actor{Kind: "command"}, o.oak.ID, iis.ByName, "dns:ehr.oak.example"))
		tries("o renewed one, known by its name", http.StatusOK, "", &renewed)
		list, err := gate.Certificates(ctx, o.oak.ID)
		is.NoError(t, "list", err)
		is.Equal(t, "seen, and its end is warned of", []any{len(list), list[0].EndsSoon, list[1].EndsSoon, list[1].Used.IsZero()}, []any{2, true, true, false})
		ending, err := gate.EndingSoon(ctx)
		is.NoError(t, "ending", err)
		is.Equal(t, "whose", ending, []iis.SenderID{o.oak.ID})
		for _, c := range list {
			is.NoError(t, "remove", gate.RemoveCertificate(ctx, iis.Actor{Kind: "command"}, o.oak.ID, c.ID))
		}
		tries("p removed", http.StatusUnauthorized, "", &good)

		// two senders share a name: it names neither
		elm, err := gate.AddSender(ctx, iis.Sender{Facility: "ELM", Name: "Elm"}, "elm", "secret")
		is.NoError(t, "elm", err)
		subject := mustParse(t, goodPEM).Subject.String()
		is.NoError(t, "add", gate.AddCertificate(ctx, iis.Actor{Kind: "command"}, o.oak.ID, iis.BySubject, subject))
		tries("q by its subject", http.StatusOK, "", &good)
		if err := gate.AddCertificate(ctx, iis.Actor{Kind: "command"}, elm.ID, iis.BySubject, subject); err == nil {
			t.Error("one subject names two senders")
		}
		is.NoError(t, "elm by its fingerprint", gate.AddCertificate(ctx, iis.Actor{Kind: "command"}, elm.ID, iis.ByFingerprint, access.Fingerprint(mustParse(t, goodPEM))))
		tries("r one certificate of two senders", http.StatusUnauthorized, "", &good)
	})
}

func mustParse(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text)
	c, err := x509.ParseCertificate(block.Bytes)
	is.NoError(t, "parse", err)
	return c
}

func TestThePagesAskNobodyForACertificateAndSendersSeeNoPages(t *testing.T) {
	o := openTLS(t, storetest.SQLite(t))
	client := func(change func(*tls.Config)) *http.Client {
		c := o.config(nil)
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			t.Error("somebody who looks at pages is asked for a certificate")
			return &tls.Certificate{}, nil
		}
		if change != nil {
			change(c)
		}
		return &http.Client{Transport: &http.Transport{TLSClientConfig: c}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	resp, err := client(nil).Get("https://" + o.pages + "/signin")
	is.NoError(t, "pages", err)
	defer resp.Body.Close()
	is.Equal(t, "pages", []any{resp.StatusCode, resp.Header.Get("Strict-Transport-Security")}, []any{http.StatusOK, "max-age=31536000; includeSubDomains"})
	for name, change := range map[string]func(*tls.Config){
		"TLS 1.1": func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 },
		"no forward secrecy": func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
		},
		"CBC": func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
		},
	} {
		if resp, err := client(change).Get("https://" + o.pages + "/signin"); err == nil {
			resp.Body.Close()
			t.Errorf("%s is spoken", name)
		}
	}
	resp, err = client(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }).Get("https://" + o.pages + "/signin")
	is.NoError(t, "TLS 1.2", err)
	resp.Body.Close()
	for _, path := range []string{"/signin", "/", "/people/find"} {
		tr := &http.Transport{TLSClientConfig: o.config(nil)}
		resp, err := (&http.Client{Transport: tr}).Get("https://" + o.doors + path)
		is.NoError(t, path, err)
		resp.Body.Close()
		is.Equal(t, "senders reach "+path, resp.StatusCode, http.StatusNotFound)
	}
}

func TestARenewedServerCertificateIsTakenWithoutARestart(t *testing.T) {
	o := openTLS(t, storetest.SQLite(t))
	serial := func() string {
		c, err := tls.Dial("tcp", o.pages, o.config(nil))
		is.NoError(t, "dial", err)
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	before := serial()
	_, cert, key := o.ours.signs("localhost", time.Hour)
	later := time.Now().Add(5 * time.Second)
	for name, text := range map[string][]byte{o.cert: cert, o.key: key} {
		is.NoError(t, "write", os.WriteFile(name, text, 0o600))
		is.NoError(t, "time", os.Chtimes(name, later, later))
	}
	for range 100 {
		if serial() != before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the renewed certificate is not used")
}

func TestEveryDoorSetsTheHeadersThatHoldABrowser(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	r := opened(t)
	s := newService(r, r.desk, log)
	s.SecureCookies = true
	l := listening(t)
	stopping, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.serveHTTP(stopping, l, s.routes(stopping), time.Second) }()
	t.Cleanup(func() { stop(); <-ended })
	for _, path := range []string{"/hl7", "/hl7/batch", "/hl7/receipts/1", "/soap", "/soap?wsdl", "/healthz", "/signin", "/nowhere"} {
		resp, err := http.Get("http://" + l.Addr().String() + path)
		is.NoError(t, path, err)
		resp.Body.Close()
		h := resp.Header
		is.Equal(t, path, []string{h.Get("X-Content-Type-Options"), h.Get("Strict-Transport-Security")}, []string{"nosniff", "max-age=31536000; includeSubDomains"})
		if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: %s", path, h.Get("Content-Security-Policy"))
		}
	}
}

func TestASenderThatSendsTooFastIsAskedToWait(t *testing.T) {
	r := opened(t)
	r.gate.SendersPerMinute(3)
	log := slog.New(slog.DiscardHandler)
	s := newService(r, r.desk, log)
	l := listening(t)
	stopping, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.serveHTTP(stopping, l, s.routes(stopping), time.Second) }()
	t.Cleanup(func() { stop(); <-ended })
	var got []int
	for range 4 {
		req, err := http.NewRequest(http.MethodPost, "http://"+l.Addr().String()+"/hl7", strings.NewReader(world.Update("C1", "1", "")))
		is.NoError(t, "request", err)
		req.SetBasicAuth("clinic", "secret")
		resp, err := http.DefaultClient.Do(req)
		is.NoError(t, "post", err)
		resp.Body.Close()
		got = append(got, resp.StatusCode)
	}
	is.Equal(t, "answers", got, []int{200, 200, 200, http.StatusServiceUnavailable})
}

func TestAPasswordInAnAddressIsWarnedOf(t *testing.T) {
	for address, warns := range map[string]bool{"postgres://ann:hush@127.0.0.1/x": true, "postgres://ann@127.0.0.1/x": false, "registry.db": false} {
		var errs bytes.Buffer
		_, _, ok := readConfig("serve", []string{"--db", address}, &errs)
		is.Equal(t, address+": "+errs.String(), []bool{ok, strings.Contains(errs.String(), "everyone reads who lists processes")}, []bool{true, warns})
		if strings.Contains(errs.String(), "hush") {
			t.Errorf("the password is told: %s", errs.String())
		}
	}
}

// No setting is itself a secret: what is secret is in a file.
func TestNoFlagTakesASecret(t *testing.T) {
	c := defaults()
	for name := range c.settings() {
		low := strings.ToLower(name)
		if (strings.Contains(low, "secret") || strings.Contains(low, "password") || strings.Contains(low, "key")) && !strings.HasSuffix(low, "file") && name != "noPasswords" && name != "tlsKey" {
			t.Errorf("the setting %s takes a secret", name)
		}
	}
	for _, command := range [][]string{{"sender", "add"}, {"user", "add"}, {"serve"}, {"demo"}} {
		var errs bytes.Buffer
		run(append(command, "-h"), strings.NewReader(""), io.Discard, &errs)
		for _, line := range strings.Split(errs.String(), "\n") {
			flagged, ok := strings.CutPrefix(strings.TrimSpace(line), "-")
			if name, _, _ := strings.Cut(flagged, " "); ok && (strings.Contains(name, "password") || strings.Contains(name, "secret")) && !strings.HasSuffix(name, "-file") && name != "no-passwords" {
				t.Errorf("openiis %s takes a secret by the flag -%s", strings.Join(command, " "), name)
			}
		}
	}
}

func TestTheFileOfAProviderIsReadStrictly(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	is.NoError(t, "secret", os.WriteFile(secret, []byte("hush\n"), 0o600))
	good := `{"name": "State Login", "issuer": "https://sign-in.example.gov", "clientId": "openiis", "clientSecretFile": "` + secret + `", "twoFactors": ["amr:mfa"]}`
	for text, want := range map[string]string{
		good: "", `{"name": "x"`: "cannot be read", good + "{}": "something stands after", strings.Replace(good, `"name"`, `"nmae"`, 1): "nmae",
		strings.Replace(good, `"name"`, `"claim": "email", "name"`, 1): `the claim "email" cannot name a user`, strings.Replace(good, secret, secret+"x", 1): "clientSecretFile",
		strings.Replace(good, "https:", "http:", 1): "not reached by HTTPS",
	} {
		path := filepath.Join(dir, "provider.json")
		is.NoError(t, "write", os.WriteFile(path, []byte(text), 0o600))
		p, err := readProvider(path, "https://registry.example.gov/")
		if want == "" {
			is.NoError(t, "good", err)
			is.Equal(t, "name", p.Name(), "State Login")
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	for say, change := range map[string]func(*Config){
		"together": func(c *Config) { c.TLSCert = "x" }, "needs --tls-cert": func(c *Config) { c.ClientCA, c.Senders = "x", "y" }, "needs --client-ca": func(c *Config) { c.Senders = "x" },
		"needs --senders or --mllp": func(c *Config) { c.TLSCert, c.TLSKey, c.ClientCA = "x", "y", "z" }, "needs --pages-at": func(c *Config) { c.SingleSignOn = "x" }, "0 or more": func(c *Config) { c.SenderPerMinute = -1 },
	} {
		c := defaults()
		change(&c)
		if err := c.check(); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", say, err)
		}
	}
}
