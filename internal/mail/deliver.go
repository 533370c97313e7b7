package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/relay"
	"openiis/internal/store"
)

// lease is how long a server that has taken a mail to send it has for that: when it is
// killed meanwhile the mail is sent once more, and never lost.
const lease = 5 * time.Minute

// pauses are how long a mail waits after each attempt that failed; the last one is for all
// that follow.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}

// mostForRelay is how long a mail waits at most when nothing could be sent: once the relay is
// back all go out.
const mostForRelay = 15 * time.Minute

func pauseAfter(attempts int) time.Duration {
	return pauses[min(max(attempts, 1), len(pauses))-1]
}

// postman is who sends.
var postman = iis.Actor{Kind: "job"}

// Deliver sends one mail of those that are due, and says whether to go on with the next at
// once: not when none is due, or the relay takes nothing now.
func (b *Box) Deliver(ctx context.Context) (more bool, err error) {
	if !b.On() {
		return false, nil
	}
	due := false
	err = b.store.Read(ctx, func(tx *store.Tx) error { // rather than hold up who writes
		m, err := tx.DueMail(b.store.Now())
		due = m != nil
		return err
	})
	if err != nil || !due {
		return false, err
	}
	m, err := b.take(ctx)
	if err != nil {
		return false, fmt.Errorf("take a mail to send: %w", err)
	}
	if m == nil {
		return false, nil
	}
	trouble := b.send(ctx, m)
	if ctx.Err() != nil && trouble != nil {
		return false, nil // we are stopping: it is due again when its lease is over
	}
	if err := b.settle(ctx, m, trouble); err != nil {
		return false, fmt.Errorf("store what became of mail %d: %w", m.ID, err)
	}
	return trouble == nil || !trouble.Relay, nil
}

// take takes the mail that has waited longest, for the length of a lease; nil when none is
// due. One whose link is closed since is dropped.
func (b *Box) take(ctx context.Context) (taken *iis.Mail, err error) {
	err = b.store.Write(ctx, func(tx *store.Tx) error {
		taken = nil
		if err := tx.LockMails(); err != nil {
			return err
		}
		now := b.store.Now()
		for {
			m, err := tx.DueMail(now)
			if err != nil || m == nil {
				return err
			}
			needed, err := stillNeeded(tx, m, now)
			if err != nil {
				return err
			}
			if !needed {
				if err := end(tx, m, iis.MailDropped, "Its link was used, withdrawn or replaced before it could be sent.", now); err != nil {
					return err
				}
				continue
			}
			m.Attempts, m.Due = m.Attempts+1, now.Add(lease)
			taken = m
			return tx.PutMail(m)
		}
	})
	return taken, err
}

// stillNeeded reports that the link of a mail can be used, or that it has none that is
// secret.
func stillNeeded(tx *store.Tx, m *iis.Mail, now time.Time) (bool, error) {
	switch {
	case m.Link == 0:
		return true, nil
	case m.Kind == iis.MailSign:
		return tx.SigningLinkIsOpen(m.Link, now)
	}
	i, err := tx.Invitation(iis.InvitationID(m.Link))
	if err != nil {
		return false, err
	}
	return i.Closed.IsZero() && now.Before(i.Expires), nil
}

// send hands a mail to the relay.
func (b *Box) send(ctx context.Context, m *iis.Mail) *relay.Trouble {
	letter, err := b.letter(ctx, m)
	if err != nil {
		return &relay.Trouble{Final: true, Answer: err.Error()}
	}
	err = b.relay.Send(ctx, letter)
	var t *relay.Trouble
	switch {
	case err == nil:
		return nil
	case errors.As(err, &t):
		return t
	}
	return &relay.Trouble{Relay: true, Answer: err.Error()}
}

// letter is a mail in words.
func (b *Box) letter(ctx context.Context, m *iis.Mail) (relay.Letter, error) {
	law, err := b.policy(ctx)
	if err != nil {
		return relay.Letter{}, err
	}
	values := map[string]string{"name": m.To.Name, "link": b.pages + m.Path}
	for name, value := range m.Says {
		values[name] = value
	}
	if len(m.Secret) > 0 {
		secret, err := b.open(m)
		if err != nil {
			return relay.Letter{}, fault.New(fault.Conflict, "The link was encrypted with another secret file than the one that is set now: make a new link.")
		}
		values["link"] += secret
	}
	words, err := law.Mail(m.Kind, values)
	if err != nil {
		return relay.Letter{}, err
	}
	return relay.Letter{To: m.To.Email, Subject: words.Subject, Text: words.Text, Number: m.ID.Public(), At: m.At}, nil
}

// settle stores what became of an attempt.
func (b *Box) settle(ctx context.Context, m *iis.Mail, t *relay.Trouble) error {
	return b.store.Write(ctx, func(tx *store.Tx) error {
		now := b.store.Now()
		if t == nil {
			return end(tx, m, iis.MailSent, "", now)
		}
		pause := pauseAfter(m.Attempts)
		if t.Relay {
			pause = min(pause, mostForRelay)
		}
		next := now.Add(pause)
		if t.Final || next.After(m.Until) {
			return end(tx, m, iis.MailGivenUp, t.Answer, now)
		}
		m.Due, m.Answer = next, t.Answer
		return tx.PutMail(m)
	})
}

// end is the end of a mail: its secret is kept no longer.
func end(tx *store.Tx, m *iis.Mail, status iis.MailStatus, answer string, now time.Time) error {
	m.Status, m.Answer, m.Done, m.Secret = status, answer, now, nil
	if err := tx.PutMail(m); err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{At: now, Actor: postman, Act: "mail: " + string(status), Subject: int64(m.ID), Written: []byte(m.To.Email)})
}

// Forget removes mails that were done with long ago.
func (b *Box) Forget(ctx context.Context) error {
	return b.store.Write(ctx, func(tx *store.Tx) error {
		now := b.store.Now()
		n, err := tx.ForgetMails(now.Add(-keptFor))
		if err != nil || n == 0 {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: postman, Act: "forget old mails", Subject: n})
	})
}

// Page is a page of the outbox.
type Page struct {
	Status iis.MailStatus
	List   []iis.Mail
	Next   iis.MailID // the last one when there are more; 0 on the last page
	Counts map[iis.MailStatus]int64
	Relay  string // its host; "": there is none
}

// pageOf is how many mails a page has.
const pageOf = 50

// List is a page of the mails of a status, before one of them (0: from the newest).
func (b *Box) List(ctx context.Context, status iis.MailStatus, before iis.MailID) (p *Page, err error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	err = b.store.Read(ctx, func(tx *store.Tx) error {
		p = &Page{Status: status, Relay: b.Host()}
		if p.Counts, err = tx.CountMails(); err != nil {
			return err
		}
		if p.List, err = tx.Mails(status, before, pageOf+1); err != nil {
			return err
		}
		if len(p.List) > pageOf {
			p.List = p.List[:pageOf]
			p.Next = p.List[pageOf-1].ID
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	return p, nil
}

// Again has a mail be sent that was given up, or tried at once that waits. One whose link was
// secret cannot be: that is kept no longer.
func (b *Box) Again(ctx context.Context, by iis.Actor, id iis.MailID) error {
	if !b.On() {
		return fault.New(fault.Conflict, "No relay is set, and so nothing can be sent. Nothing was changed.")
	}
	return b.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockMails(); err != nil {
			return err
		}
		m, err := tx.Mail(id)
		if err != nil {
			return err
		}
		now := b.store.Now()
		switch {
		case m.Status != iis.MailGivenUp && m.Status != iis.MailWaits:
			return fault.New(fault.Conflict, "This mail is not waiting and has not failed. Nothing was changed.")
		case m.Status == iis.MailGivenUp && m.Kind.HasSecret():
			return fault.New(fault.Conflict, "The link of this mail is kept no longer. Make a new one where it was made: that is sent in a mail of its own. Nothing was changed.")
		case m.Status == iis.MailWaits && m.Attempts > 0 && m.Answer == "" && m.Due.After(now):
			return fault.New(fault.Conflict, "This mail is being sent at the moment. Nothing was changed.")
		}
		m.Status, m.Due, m.Until, m.Done = iis.MailWaits, now, now.Add(triedFor), time.Time{}
		if err := tx.PutMail(&m); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: "mail: send again", Subject: int64(id)})
	})
}

// Day is a day as mails have it.
func Day(d cal.Date) string { return d.Time().Format("January 2, 2006") }

// Moment is a moment as mails have it, in the server's time zone.
func Moment(t time.Time) string { return t.Local().Format("January 2, 2006, 15:04 MST") }
