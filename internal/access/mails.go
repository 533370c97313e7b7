package access

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/store"
)

// MailBy gives the gate the outbox. Before, and while that has no relay, nobody is written
// to. It is called before the gate is used.
func (g *Gate) MailBy(b *mail.Box) { g.mails = b }

// accountPath is the page of one's own account.
const accountPath = "/account"

// mailInvitation writes to whom a link is for.
func (g *Gate) mailInvitation(tx *store.Tx, i store.Invitation, id iis.InvitationID, token string) error {
	l := mail.Letter{
		Kind: iis.MailInvitation, To: iis.Contact{Name: i.Name, Email: i.Email}, Path: "/invited/", Secret: token, Link: int64(id),
		Says: map[string]string{"username": i.Username, "until": mail.Day(cal.On(i.Expires))},
	}
	if i.Account != 0 {
		l.Kind = iis.MailPassword
	} else {
		site := ""
		if i.Sender != 0 {
			s, err := tx.SenderOf(i.Sender)
			if err != nil {
				return err
			}
			site = " at " + s.Name
		}
		l.Says["role"] = strings.ToLower(RoleWords(i.Role)) + site
	}
	_, err := g.mails.Put(tx, l)
	return err
}

// whole are the outcomes of the sign-in log that let somebody in.
var whole = map[string]bool{OutcomeIn: true, OutcomeRecovery: true, OutcomeInvited: true, OutcomeProvider: true, OutcomeLinked: true, OutcomePasskey: true}

// lookedBack is how many lines of the sign-in log a notice is judged by.
const lookedBack = 200

// noticeDevice writes to somebody who has just been let in from an address, or by a browser,
// from which they never were before, once a day at most. It is called before the sign-in
// log has this one.
func (g *Gate) noticeDevice(tx *store.Tx, a store.Account, at Place, now time.Time) error {
	if !g.mails.On() {
		return nil
	}
	list, err := tx.SignIns(a.ID, 0, lookedBack)
	if err != nil {
		return err
	}
	before, address, browser := false, false, false
	for _, s := range list {
		if !whole[s.Outcome] {
			continue
		}
		before = true
		address = address || s.Address == string(at.Caller)
		browser = browser || family(s.Agent) == family(at.agent())
	}
	if !before || address && browser {
		return nil
	}
	_, err = g.mails.Put(tx, mail.Letter{
		Kind: iis.MailNewDevice, To: iis.Contact{Name: a.Name, Email: a.Email}, Path: accountPath, Once: onceADay("device", a.ID, now),
		Says: map[string]string{"username": a.Username, "when": mail.Moment(now), "browser": browserOf(at.agent())},
	})
	return err
}

// family is a browser's name without its versions, which change by themselves.
func family(agent string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, agent)
}

// browserOf is a browser as a mail has it: strangers choose what it says that it is.
func browserOf(agent string) string {
	for _, name := range []string{"Edg", "Firefox", "Chrome", "Safari"} {
		if strings.Contains(agent, name) {
			return strings.Replace(name, "Edg", "Edge", 1)
		}
	}
	return "another browser"
}

func onceADay(what string, id iis.UserID, now time.Time) string {
	return fmt.Sprintf("%s %d %s", what, id, cal.On(now))
}

// manyFailed is after how many failed attempts within an hour somebody is written to.
const manyFailed = 10

// noticeFailed writes to somebody as whom others have tried to sign in and failed, once a day
// at most. It is called after the sign-in log has the last one.
func (g *Gate) noticeFailed(tx *store.Tx, account iis.UserID, now time.Time) error {
	if account == 0 || !g.mails.On() {
		return nil
	}
	list, err := tx.SignIns(account, 0, lookedBack)
	if err != nil {
		return err
	}
	n := 0
	for _, s := range list {
		if (s.Outcome == OutcomeWrong || s.Outcome == OutcomeBadCode || s.Outcome == OutcomeBadPasskey) && now.Sub(s.At) < time.Hour {
			n++
		}
	}
	if n < manyFailed {
		return nil
	}
	a, err := tx.AccountOf(account)
	if err != nil || !a.Ended.IsZero() {
		return err
	}
	_, err = g.mails.Put(tx, mail.Letter{
		Kind: iis.MailFailed, To: iis.Contact{Name: a.Name, Email: a.Email}, Path: accountPath, Once: onceADay("failed", a.ID, now),
		Says: map[string]string{"username": a.Username, "when": mail.Moment(now), "count": strconv.Itoa(n)},
	})
	return err
}

// idleNotice is how long before an account is paused its user is written to.
const idleNotice = 14 * 24 * time.Hour

// RemindIdle writes to those whose access is paused soon, because they do not use it, once
// each time that this comes; it returns to how many.
func (g *Gate) RemindIdle(ctx context.Context) (written int, err error) {
	after, err := g.idleAfter(ctx)
	if err != nil || !g.mails.On() || after <= idleNotice {
		return 0, err
	}
	now := g.store.Now()
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		written = 0
		list, err := tx.AccountsIdle(now.Add(idleNotice-after), now.Add(-after))
		if err != nil {
			return err
		}
		for _, a := range list {
			put, err := g.mails.Put(tx, mail.Letter{
				Kind: iis.MailIdle, To: iis.Contact{Name: a.Name, Email: a.Email}, Path: "/signin", Once: fmt.Sprintf("idle %d %d", a.ID, a.Active.UnixMicro()),
				Says: map[string]string{"username": a.Username, "until": mail.Day(cal.On(a.Active.Add(after)))},
			})
			if err != nil {
				return err
			}
			if put {
				written++
			}
		}
		if written == 0 {
			return nil
		}
		return tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "job"}, Act: "remind of idle access", Subject: int64(written)})
	})
	if err != nil {
		return 0, fmt.Errorf("remind of access that is not used: %w", err)
	}
	return written, nil
}
