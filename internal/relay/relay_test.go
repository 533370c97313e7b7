package relay

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"openiis/internal/is"
	"openiis/test/mailhost"
)

func settings(h *mailhost.Host) Settings {
	s := Settings{Address: h.Address, From: "registry@example.gov", FromName: "The Registry", ReplyTo: "help@example.gov", Authorities: h.Authorities}
	if h.Authorities != nil {
		s.Username, s.Password = mailhost.Username, mailhost.Password
	}
	return s
}

var letter = Letter{To: "ann@clinic.example", Subject: "Grüße, ünd a subject", Text: "One line: naïve — yes.\n\nhttps://registry.example/invited/ABC\n", Number: "0ABC", At: time.Unix(1_700_000_000, 0)}

func send(t *testing.T, s Settings, l Letter) *Trouble {
	t.Helper()
	r, err := New(s)
	is.NoError(t, "relay", err)
	err = r.Send(context.Background(), l)
	var trouble *Trouble
	if err != nil && !errors.As(err, &trouble) {
		t.Fatalf("an error that is no trouble: %v", err)
	}
	return trouble
}

func TestARelayTakesAMail(t *testing.T) {
	for _, how := range []string{mailhost.Plain, mailhost.StartTLS, mailhost.TLS} {
		h := mailhost.Open(t, how)
		if trouble := send(t, settings(h), letter); trouble != nil {
			t.Fatalf("%s: %v", how, trouble)
		}
		got := h.Mails()
		is.Equal(t, how+": mails", len(got), 1)
		m := got[0]
		is.Equal(t, "over TLS", m.Secure, how != mailhost.Plain)
		is.Equal(t, "from, to", m.From+" "+m.To, "registry@example.gov ann@clinic.example")
		is.Equal(t, "subject", m.Subject(), letter.Subject)
		is.Equal(t, "text", m.Text, letter.Text)
		is.Equal(t, "number", m.Message.Header.Get("Message-ID"), "<0ABC@example.gov>")
		is.Equal(t, "automatic", m.Message.Header.Get("Auto-Submitted"), "auto-generated")
		is.Equal(t, "answers go to", m.Message.Header.Get("Reply-To"), "<help@example.gov>")
		is.Equal(t, "type", m.Message.Header.Get("Content-Type"), "text/plain; charset=UTF-8")
	}
}

func TestWhatARelayRefuses(t *testing.T) {
	h := mailhost.Open(t, mailhost.StartTLS)
	cases := map[string]struct {
		step         string
		code         int
		final, relay bool
	}{
		"no such mailbox":     {"rcpt", 550, true, false},
		"greylisted":          {"rcpt", 451, false, false},
		"content refused":     {"data", 554, true, false},
		"disk full":           {"data", 452, false, false},
		"our address refused": {"mail", 553, false, true},
		"busy":                {"mail", 421, false, true},
	}
	for name, c := range cases {
		h.Answer(func(step, _ string) error {
			if step == c.step {
				return mailhost.Refusal(c.code, name)
			}
			return nil
		})
		trouble := send(t, settings(h), letter)
		if trouble == nil {
			t.Fatalf("%s: the mail was taken", name)
		}
		is.Equal(t, name+": final", trouble.Final, c.final)
		is.Equal(t, name+": about the relay", trouble.Relay, c.relay)
		if !strings.Contains(trouble.Answer, name) {
			t.Errorf("%s: the answer is %q", name, trouble.Answer)
		}
	}
	is.Equal(t, "taken", len(h.Mails()), 0)
}

func TestAWrongPasswordAndAnUnknownAuthorityAreTroubleOfTheRelay(t *testing.T) {
	h := mailhost.Open(t, mailhost.StartTLS)
	wrong := settings(h)
	wrong.Password = "no"
	stranger := settings(h)
	stranger.Authorities = x509.NewCertPool()
	nobody := settings(h)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	nobody.Address = "smtp://" + l.Addr().String()
	is.NoError(t, "close", l.Close())
	for name, s := range map[string]Settings{"password": wrong, "authority": stranger, "nobody listens": nobody} {
		trouble := send(t, s, letter)
		if trouble == nil || trouble.Final || !trouble.Relay || strings.Contains(trouble.Answer, mailhost.Password) {
			t.Errorf("%s: %+v", name, trouble)
		}
	}
	is.Equal(t, "taken", len(h.Mails()), 0)
}

// A relay elsewhere that offers no TLS gets neither the password nor the mail. It is reached
// here by a name that is not loopback's.
func TestARelayElsewhereMustHaveTLS(t *testing.T) {
	h := mailhost.Open(t, mailhost.Plain)
	s := settings(h)
	s.Username, s.Password = mailhost.Username, mailhost.Password
	r, err := New(Settings{Address: "smtp://relay.example.gov", From: s.From, Username: s.Username, Password: s.Password})
	is.NoError(t, "relay", err)
	elsewhere := &Relay{settings: s, host: "127.0.0.1", options: append(r.options, portOf(t, h.Address))}
	trouble := &Trouble{}
	if err := elsewhere.Send(context.Background(), letter); !errors.As(err, &trouble) || !trouble.Relay {
		t.Errorf("sent without TLS: %v", err)
	}
	is.Equal(t, "mails begun", h.Tried(), 0)
}

func TestSettingsThatCannotBe(t *testing.T) {
	good := Settings{Address: "smtp://relay.example.gov", From: "registry@example.gov"}
	_, err := New(good)
	is.NoError(t, "good", err)
	for name, change := range map[string]func(*Settings){
		"no address":        func(s *Settings) { s.Address = "" },
		"no scheme":         func(s *Settings) { s.Address = "relay.example.gov:25" },
		"http":              func(s *Settings) { s.Address = "http://relay.example.gov" },
		"password within":   func(s *Settings) { s.Address = "smtp://a:b@relay.example.gov" },
		"port":              func(s *Settings) { s.Address = "smtp://relay.example.gov:99999" },
		"user alone":        func(s *Settings) { s.Username = "x" },
		"password alone":    func(s *Settings) { s.Password = "x" },
		"no sender":         func(s *Settings) { s.From = "" },
		"sender with name":  func(s *Settings) { s.From = "R <registry@example.gov>" },
		"answers elsewhere": func(s *Settings) { s.ReplyTo = "nobody" },
	} {
		s := good
		change(&s)
		if _, err := New(s); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestWhatAMailCanBeSentTo(t *testing.T) {
	for address, want := range map[string]bool{
		"ann@clinic.example": true, "": false, "ann": false, "ann@localhost": false, "Ann <ann@clinic.example>": false, "a@b.example, c@d.example": false,
		"ann@[127.0.0.1]": false, "ann@clinic.example\r\nBcc: x@y.example": false, " ann@clinic.example": false,
	} {
		is.Equal(t, address, IsAddress(address), want)
	}
}
