// Package relay hands mails to an SMTP relay of the operator's: over TLS from the first byte
// or by STARTTLS, which must succeed, unless the relay is on this machine.
//
// It knows nothing of what a mail is about, keeps none, and tries once: when to try again is
// decided by package mail. Start at New and Relay.Send.
package relay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	smtp "github.com/wneessen/go-mail"
)

// Settings are what an operator says of a relay.
type Settings struct {
	// Address is smtp://host:587, for STARTTLS, or smtps://host:465, for TLS from the first
	// byte; the port may be left out.
	Address            string
	Username, Password string // "": none is asked for
	From, FromName     string // whose mails are
	ReplyTo            string // where answers go; "": to From
	// Authorities are those that vouch for the relay's certificate; nil: those of the system.
	Authorities *x509.CertPool
}

// within is how long one mail may take.
const within = 30 * time.Second

// Relay is a relay. It is safe for concurrent use.
type Relay struct {
	settings Settings
	host     string
	options  []smtp.Option
}

// New is a relay by its settings; an error says what is wrong with them. Nothing is
// connected to.
func New(s Settings) (*Relay, error) {
	u, err := url.Parse(s.Address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("relay: %q is no address of one: want smtp://host:587, or smtps://host:465", s.Address)
	}
	if (s.Username == "") != (s.Password == "") {
		return nil, errors.New("username and passwordFile are given together or not at all")
	}
	for _, a := range []struct{ name, is string }{{"from", s.From}, {"replyTo", s.ReplyTo}} {
		if read, err := mail.ParseAddress(a.is); a.is != "" && (err != nil || read.Address != a.is) || a.is == "" && a.name == "from" {
			return nil, fmt.Errorf("%s: %q is no address: want one such as registry@example.gov", a.name, a.is)
		}
	}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if text := u.Port(); text != "" {
		if port, err = strconv.Atoi(text); err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("relay: %q has no port that there can be", s.Address)
		}
	}
	r := &Relay{settings: s, host: u.Hostname()}
	r.options = []smtp.Option{
		smtp.WithPort(port), smtp.WithTimeout(within), smtp.WithoutNoop(),
		smtp.WithTLSConfig(&tls.Config{ServerName: r.host, RootCAs: s.Authorities, MinVersion: tls.VersionTLS12}),
	}
	switch {
	case u.Scheme == "smtps":
		r.options = append(r.options, smtp.WithSSL())
	case isLoopback(r.host): // what does not leave the machine needs no TLS, and takes it when it is there
		r.options = append(r.options, smtp.WithTLSPolicy(smtp.TLSOpportunistic))
	default:
		r.options = append(r.options, smtp.WithTLSPolicy(smtp.TLSMandatory))
	}
	if s.Username != "" {
		r.options = append(r.options, smtp.WithSMTPAuth(smtp.SMTPAuthAutoDiscover), smtp.WithUsername(s.Username), smtp.WithPassword(s.Password))
	}
	_, err = smtp.NewClient(r.host, r.options...)
	return r, err
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Host is the relay's, for people to read.
func (r *Relay) Host() string { return r.host }

// Letter is a mail of plain text.
type Letter struct {
	To            string
	Subject, Text string
	// Number names the mail for ever: one that is sent twice has the same Message-ID twice
	// (RFC 5322, 3.6.4).
	Number string
	At     time.Time
}

// Trouble is why a mail was not taken.
type Trouble struct {
	// Final says that the relay refused this mail for good (5xx: RFC 5321, 4.2.1): to try it
	// again is of no use.
	Final bool
	// Relay says that it is not about this mail: nothing can be sent now.
	Relay  bool
	Answer string // what the relay said, or why it could not be asked
}

func (t *Trouble) Error() string { return t.Answer }

// Send hands over one mail. nil means that the relay has taken it; an error is a *Trouble.
func (r *Relay) Send(ctx context.Context, l Letter) error {
	m, err := r.message(l)
	if err != nil {
		return &Trouble{Final: true, Answer: tidy("the mail could not be made: " + err.Error())}
	}
	client, err := smtp.NewClient(r.host, r.options...)
	if err != nil {
		return &Trouble{Relay: true, Answer: tidy(err.Error())}
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return &Trouble{Relay: true, Answer: tidy("the relay could not be reached, or does not let us in: " + err.Error())}
	}
	// A connection that was cut is cut for whoever waits at it, too.
	stop := context.AfterFunc(ctx, func() { _ = session.Close() })
	defer stop()
	err = client.SendWithSMTPClient(session, m)
	_ = client.CloseWithSMTPClient(session) // what was taken was taken
	if err == nil || m.IsDelivered() {
		return nil
	}
	return troubleOf(err)
}

// troubleOf is what a relay's refusal of one mail means.
func troubleOf(err error) *Trouble {
	t := &Trouble{Answer: tidy(err.Error())}
	var said *smtp.SendError
	if !errors.As(err, &said) {
		t.Relay = true
		return t
	}
	// The recipients and the number, which the library adds, stand beside the answer anyway.
	if at := strings.Index(t.Answer, ", affected "); at > 0 {
		t.Answer = t.Answer[:at]
	}
	switch said.Reason {
	case smtp.ErrSMTPRcptTo, smtp.ErrSMTPData, smtp.ErrSMTPDataClose:
		t.Final = said.ErrorCode() >= 500
	case smtp.ErrWriteContent:
	default: // our own address is not taken, or the connection is gone
		t.Relay = true
	}
	return t
}

// message is a mail as it is sent.
func (r *Relay) message(l Letter) (*smtp.Msg, error) {
	m := smtp.NewMsg(smtp.WithNoDefaultUserAgent())
	if err := m.FromFormat(r.settings.FromName, r.settings.From); err != nil {
		return nil, err
	}
	if err := m.To(l.To); err != nil {
		return nil, err
	}
	if r.settings.ReplyTo != "" {
		if err := m.ReplyTo(r.settings.ReplyTo); err != nil {
			return nil, err
		}
	}
	_, domain, _ := strings.Cut(r.settings.From, "@")
	m.SetMessageIDWithValue(l.Number + "@" + domain)
	m.SetDateWithValue(l.At)
	m.Subject(l.Subject)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, 5: nobody's holiday program answers
	m.SetBodyString(smtp.TypeTextPlain, l.Text)
	return m, nil
}

// mostAnswer is how much of what a relay says is kept, in bytes.
const mostAnswer = 400

// tidy is what a relay said as it is kept: on one line, and not for ever.
func tidy(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, s), "?")), " ")
	for len(s) > mostAnswer {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// IsAddress reports a text that a mail can be sent to: an address and nothing else.
func IsAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 { // RFC 5321, 4.5.3.1.3
		return false
	}
	_, host, _ := strings.Cut(s, "@")
	return strings.Contains(host, ".") && net.ParseIP(strings.Trim(host, "[]")) == nil
}
