package mail_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/mail"
	"openiis/internal/policy"
	"openiis/internal/relay"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/mailhost"
)

const pages = "https://registry.example.gov"

var ctx = context.Background()

// post is an outbox with its relay, and a clock that a test moves.
type post struct {
	*mail.Box
	t     *testing.T
	store *store.Store
	host  *mailhost.Host
	relay *relay.Relay
	now   time.Time
}

func open(t *testing.T, s *store.Store) *post {
	t.Helper()
	p := &post{t: t, store: s, host: mailhost.Open(t, mailhost.StartTLS), now: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
	s.SetClock(func() time.Time { return p.now })
	var err error
	p.relay, err = relay.New(relay.Settings{Address: p.host.Address, From: "registry@example.gov", Username: mailhost.Username, Password: mailhost.Password, Authorities: p.host.Authorities})
	is.NoError(t, "relay", err)
	p.Box = p.box("a secret of the operator's")
	return p
}

func (p *post) box(secret string) *mail.Box {
	b := mail.New(p.store, func(context.Context) (*policy.Policy, error) { return policy.Neutral(), nil })
	is.NoError(p.t, "by", b.By(p.relay, pages+"/", []byte(secret)))
	return b
}

// put stores a letter, and says whether it was written.
func (p *post) put(l mail.Letter) (written bool) {
	p.t.Helper()
	is.NoError(p.t, "put", p.store.Write(ctx, func(tx *store.Tx) (err error) {
		written, err = p.Put(tx, l)
		return err
	}))
	return written
}

// deliver delivers what is due, as the job does.
func (p *post) deliver() {
	p.t.Helper()
	for more := true; more; {
		var err error
		more, err = p.Deliver(ctx)
		is.NoError(p.t, "deliver", err)
	}
}

func (p *post) list(status iis.MailStatus) []iis.Mail {
	p.t.Helper()
	page, err := p.List(ctx, status, 0)
	is.NoError(p.t, "list", err)
	return page.List
}

// invite makes an invitation with the letter that it is sent by.
func (p *post) invite(username string) (iis.InvitationID, mail.Letter) {
	p.t.Helper()
	var id iis.InvitationID
	hash := sha256.Sum256([]byte(username))
	is.NoError(p.t, "invite", p.store.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = tx.AddInvitation(hash[:], store.Invitation{Username: username, Name: "Ann", Role: "viewer", At: p.now, Expires: p.now.Add(7 * 24 * time.Hour)})
		return err
	}))
	return id, mail.Letter{
		Kind: iis.MailPassword, To: iis.Contact{Name: "Ann", Email: username + "@clinic.example"}, Path: "/invited/", Secret: "SECRET" + strings.ToUpper(username), Link: int64(id),
		Says: map[string]string{"username": username, "until": "December 7, 2026"},
	}
}

func ticket(n int) mail.Letter {
	return mail.Letter{
		Kind: iis.MailTicketReply, To: iis.Contact{Name: "Ann", Email: "ann@clinic.example"}, Path: fmt.Sprintf("/help/tickets/%d", n), Says: map[string]string{"reference": fmt.Sprint(n)},
	}
}

func TestASecretLinkWaitsEncryptedAndIsGoneWhenItWasSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := open(t, s)
		_, letter := p.invite("ann")
		is.Equal(t, "written", p.put(letter), true)
		waits := p.list(iis.MailWaits)
		is.Equal(t, "waiting", len(waits), 1)
		if len(waits[0].Secret) == 0 || bytes.Contains(waits[0].Secret, []byte("SECRET")) || strings.Contains(fmt.Sprint(waits[0]), "SECRETANN") {
			t.Errorf("the secret waits as %q", waits[0].Secret)
		}
		p.deliver()
		got := p.host.Mails()
		is.Equal(t, "sent", len(got), 1)
		is.Equal(t, "to", got[0].To, "ann@clinic.example")
		if !strings.Contains(got[0].Text, "\n"+pages+"/invited/SECRETANN\n") || !strings.Contains(got[0].Text, "Hello Ann,") {
			t.Errorf("the mail says:\n%s", got[0].Text)
		}
		sent := p.list(iis.MailSent)
		is.Equal(t, "listed as sent", len(sent), 1)
		is.Equal(t, "secret is kept", len(sent[0].Secret), 0)
		p.deliver()
		is.Equal(t, "sent once", len(p.host.Mails()), 1)
		if err := p.Again(ctx, iis.Actor{Kind: "user", User: 1}, sent[0].ID); fault.KindOf(err) != fault.Conflict {
			t.Errorf("sent again: %v", err)
		}
	})
}

func TestWhatIsNotTakenIsTriedAgainWithBackOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := open(t, s)
		p.host.Answer(func(step, _ string) error {
			if step == "rcpt" {
				return mailhost.Refusal(451, "greylisted")
			}
			return nil
		})
		is.Equal(t, "written", p.put(ticket(1)), true)
		p.deliver()
		p.deliver()
		is.Equal(t, "tried", p.host.Tried(), 1)
		waits := p.list(iis.MailWaits)
		is.Equal(t, "waits", len(waits), 1)
		is.Equal(t, "answer", strings.Contains(waits[0].Answer, "greylisted"), true)
		is.Equal(t, "due in a minute", waits[0].Due.Sub(p.now), time.Minute)
		p.now = p.now.Add(time.Minute)
		p.deliver()
		is.Equal(t, "tried", p.host.Tried(), 2)
		is.Equal(t, "due in five", p.list(iis.MailWaits)[0].Due.Sub(p.now), 5*time.Minute)
		p.host.Answer(nil)
		p.now = p.now.Add(5 * time.Minute)
		p.deliver()
		is.Equal(t, "taken", len(p.host.Mails()), 1)
		is.Equal(t, "attempts", p.list(iis.MailSent)[0].Attempts, 3)
	})
}

func TestAMailIsGivenUpAfterThreeDaysAndItsSecretWithIt(t *testing.T) {
	p := open(t, storetest.Open(t, storetest.SQLite(t)))
	p.host.Answer(func(string, string) error { return mailhost.Refusal(451, "not now") })
	_, letter := p.invite("ann")
	p.put(letter)
	begun := p.now
	for p.now.Sub(begun) < 4*24*time.Hour {
		p.deliver()
		p.now = p.now.Add(time.Hour)
	}
	failed := p.list(iis.MailGivenUp)
	is.Equal(t, "failed", len(failed), 1)
	is.Equal(t, "secret", len(failed[0].Secret), 0)
	if after := failed[0].Done.Sub(begun); after < 2*24*time.Hour || after > 3*24*time.Hour {
		t.Errorf("given up after %v", after)
	}
	if err := p.Again(ctx, iis.Actor{Kind: "user", User: 1}, failed[0].ID); fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Public(err), "Make a new one") {
		t.Errorf("a mail without its secret is sent again: %v", err)
	}
}

func TestWhatIsRefusedForGoodHasFailedAndCanBeSentAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := open(t, s)
		p.host.Answer(func(step, to string) error {
			if step == "rcpt" && to == "ann@clinic.example" {
				return mailhost.Refusal(550, "no such mailbox")
			}
			return nil
		})
		p.put(ticket(1))
		other := ticket(2)
		other.To.Email = "bea@clinic.example"
		p.put(other)
		p.deliver()
		is.Equal(t, "the other one is not held up", len(p.host.Mails()), 1)
		failed := p.list(iis.MailGivenUp)
		is.Equal(t, "failed", len(failed), 1)
		is.Equal(t, "answer", strings.Contains(failed[0].Answer, "no such mailbox"), true)
		p.host.Answer(nil)
		is.NoError(t, "again", p.Again(ctx, iis.Actor{Kind: "user", User: 1}, failed[0].ID))
		p.deliver()
		is.Equal(t, "taken", len(p.host.Mails()), 2)
		is.Equal(t, "failed", len(p.list(iis.MailGivenUp)), 0)
	})
}

// A program that is killed between the relay's answer and its own commit has sent a mail
// that it does not know of: another sends it once more, under the same number.
func TestAProgramThatIsKilledInTheMiddleLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := open(t, s)
		p.put(ticket(1))
		work, kill := context.WithCancel(ctx)
		p.host.Answer(func(step, _ string) error {
			if step == "data" {
				kill()
				time.Sleep(50 * time.Millisecond)
			}
			return nil
		})
		_, _ = p.Deliver(work) // killed: what it says nobody hears
		p.host.Answer(nil)
		is.Equal(t, "it is not due while it may be on its way", len(due(p)), 0)
		is.Equal(t, "and not lost", len(p.list(iis.MailWaits))+len(p.list(iis.MailSent)), 1)
		p.now = p.now.Add(6 * time.Minute)
		next := p.box("a secret of the operator's")
		_, err := next.Deliver(ctx)
		is.NoError(t, "deliver", err)
		got := p.host.Mails()
		if len(got) < 1 || len(got) > 2 {
			t.Fatalf("%d mails", len(got))
		}
		for _, m := range got {
			is.Equal(t, "number", m.Message.Header.Get("Message-ID"), got[0].Message.Header.Get("Message-ID"))
		}
		is.Equal(t, "sent", len(p.list(iis.MailSent)), 1)
	})
}

func due(p *post) (out []iis.Mail) {
	for _, m := range p.list(iis.MailWaits) {
		if !m.Due.After(p.now) {
			out = append(out, m)
		}
	}
	return out
}

func TestAWrongPasswordOfTheRelayFailsNoMail(t *testing.T) {
	p := open(t, storetest.Open(t, storetest.SQLite(t)))
	good := p.relay
	var err error
	p.relay, err = relay.New(relay.Settings{Address: p.host.Address, From: "registry@example.gov", Username: mailhost.Username, Password: "wrong", Authorities: p.host.Authorities})
	is.NoError(t, "relay", err)
	p.Box = p.box("a secret of the operator's")
	p.put(ticket(1))
	p.put(ticket(2))
	p.deliver()
	is.Equal(t, "waits", len(p.list(iis.MailWaits)), 2)
	for _, m := range p.list(iis.MailWaits) {
		if strings.Contains(m.Answer, "wrong") {
			t.Errorf("the answer tells the password: %s", m.Answer)
		}
	}
	p.relay = good
	p.Box = p.box("a secret of the operator's")
	p.now = p.now.Add(15 * time.Minute)
	p.deliver()
	is.Equal(t, "taken", len(p.host.Mails()), 2)
}

func TestAMailWhoseLinkIsClosedIsNotSent(t *testing.T) {
	p := open(t, storetest.Open(t, storetest.SQLite(t)))
	id, letter := p.invite("ann")
	p.put(letter)
	is.NoError(t, "withdraw", p.store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.CloseInvitation(id, "withdrawn", 0, p.now)
		return err
	}))
	p.put(ticket(1))
	p.deliver()
	is.Equal(t, "sent", len(p.host.Mails()), 1)
	dropped := p.list(iis.MailDropped)
	is.Equal(t, "dropped", len(dropped), 1)
	is.Equal(t, "secret", len(dropped[0].Secret), 0)
}

func TestAnotherSecretFileFailsWhatItCannotOpen(t *testing.T) {
	p := open(t, storetest.Open(t, storetest.SQLite(t)))
	_, letter := p.invite("ann")
	p.put(letter)
	p.Box = p.box("another secret, of another file")
	p.deliver()
	is.Equal(t, "sent", len(p.host.Mails()), 0)
	is.Equal(t, "answer", strings.Contains(p.list(iis.MailGivenUp)[0].Answer, "another secret file"), true)
}

func TestWhatIsWrittenOnceAndWhatStrangersCause(t *testing.T) {
	p := open(t, storetest.Open(t, storetest.SQLite(t)))
	once := ticket(1)
	once.Once = "agreement 7, 30 days"
	is.Equal(t, "first", p.put(once), true)
	p.deliver()
	is.Equal(t, "second", p.put(once), false)
	n := 0
	for i := range 20 {
		l := ticket(i)
		l.Stranger = true
		if p.put(l) {
			n++
		}
	}
	is.Equal(t, "of strangers in a day", n, 4) // the first one counts
	p.now = p.now.Add(25 * time.Hour)
	l := ticket(1)
	l.Stranger = true
	is.Equal(t, "tomorrow", p.put(l), true)
	l.To.Email = "no address"
	is.Equal(t, "without an address", p.put(l), false)
}

func TestNoLinkIsMadeOfWhatStrangersWrite(t *testing.T) {
	p := open(t, storetest.Open(t, storetest.SQLite(t)))
	l := ticket(1)
	l.To.Name = "Click https://evil.example/x\r\nBcc: all@evil.example <b>now</b> {link}"
	p.put(l)
	p.deliver()
	m := p.host.Mails()[0]
	for _, bad := range []string{"evil.example", "https://evil", "<b>", "\nBcc", "all@evil"} {
		if strings.Contains(m.Text, bad) {
			t.Errorf("the mail has %q:\n%s", bad, m.Text)
		}
	}
	is.Equal(t, "a header of theirs", m.Message.Header.Get("Bcc"), "")
}

func TestABoxWithoutARelayTakesNothing(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	var none *mail.Box
	b := mail.New(s, func(context.Context) (*policy.Policy, error) { return policy.Neutral(), nil })
	for _, box := range []*mail.Box{none, b} {
		is.NoError(t, "put", s.Write(ctx, func(tx *store.Tx) error {
			written, err := box.Put(tx, ticket(1))
			is.Equal(t, "written", written, false)
			return err
		}))
		more, err := box.Deliver(ctx)
		is.NoError(t, "deliver", err)
		is.Equal(t, "more", more, false)
	}
	for name, by := range map[string]func() error{
		"no address of the pages": func() error { return b.By(nil, "", []byte("x")) },
		"no secret":               func() error { return b.By(nil, pages, nil) },
	} {
		if by() == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if err := b.Again(ctx, iis.Actor{}, 1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("sent again without a relay: %v", err)
	}
}

func TestOldMailsAreForgotten(t *testing.T) {
	p := open(t, storetest.Open(t, storetest.SQLite(t)))
	p.put(ticket(1))
	p.deliver()
	p.now = p.now.Add(91 * 24 * time.Hour)
	p.put(ticket(2))
	is.NoError(t, "forget", p.Forget(ctx))
	is.Equal(t, "sent", len(p.list(iis.MailSent)), 0)
	is.Equal(t, "waiting", len(p.list(iis.MailWaits)), 1)
}
