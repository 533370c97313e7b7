package enrol

import (
	"context"
	"fmt"
	"strconv"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// MailBy gives the desk the outbox. Before, and while that has no relay, nobody is written to.
func (d *Desk) MailBy(b *mail.Box) { d.mails = b }

// mailContact writes to the contact of an application how it stands. The mail has its
// reference and neither its code nor anything that was written about it.
func (d *Desk) mailContact(tx *store.Tx, kind iis.MailKind, a *iis.Application) error {
	_, err := d.mails.Put(tx, mail.Letter{
		Kind: kind, To: a.Says.Contact, Path: "/enrol", Says: map[string]string{"reference": a.ID.Public()}, Stranger: kind == iis.MailReceived,
	})
	return err
}

// mailLink writes to whoever signs by a link.
func (d *Desk) mailLink(tx *store.Tx, l *iis.SigningLink, site, token string) error {
	_, err := d.mails.Put(tx, mail.Letter{
		Kind: iis.MailSign, To: l.Signer, Path: "/sign/", Secret: token, Link: l.ID, Stranger: l.By == applicant,
		Says: map[string]string{"site": site, "until": mail.Day(cal.On(l.Expires))},
	})
	return err
}

// Remind writes to those whose agreements end in as many days as the state's file says, and
// were not written to of that: to whom a form is about, or to the access administrators of
// the site. It returns to how many.
func (d *Desk) Remind(ctx context.Context) (written int, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil || law.Enrolment == nil || !d.mails.On() {
		return 0, err
	}
	var letters []mail.Letter
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		letters = nil
		accounts, err := tx.HeldAccounts()
		if err != nil {
			return err
		}
		return d.dueIn(tx, law, Reviewer{Everyone: true}, func(o *iis.Organization, _ Place, list []Paper) error {
			for i := range list {
				letters = append(letters, reminders(law, o, &list[i], administratorsOf(accounts[o.ID]))...)
			}
			return nil
		})
	})
	if err != nil {
		return 0, fmt.Errorf("find agreements that end soon: %w", err)
	}
	if len(letters) == 0 {
		return 0, nil
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		written = 0
		for _, l := range letters {
			put, err := d.mails.Put(tx, l)
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
		return tx.AddAudit(store.Audit{At: d.now(), Actor: iis.Actor{Kind: "job"}, Act: "remind of agreements", Subject: int64(written)})
	})
	if err != nil {
		return 0, fmt.Errorf("remind of agreements that end soon: %w", err)
	}
	return written, nil
}

// reminders are the letters about one paper; of days that were missed only that of the
// nearest.
func reminders(law *policy.Policy, o *iis.Organization, p *Paper, administrators []iis.Contact) (out []mail.Letter) {
	last, _ := p.Until()
	left := p.DaysLeft()
	step := law.Enrolment.Reminder(left)
	if step == 0 || last == cal.None || left < 0 {
		return nil
	}
	to, whose, consequence := administrators, o.Name, "nobody of the site has access"
	if p.Person != nil {
		to, whose, consequence = []iis.Contact{p.Person.Contact}, p.Person.Name, "you have no access"
	}
	for _, c := range to {
		out = append(out, mail.Letter{
			Kind: iis.MailExpires, To: c, Path: "/agreements", Once: fmt.Sprintf("agreement %d %s %s %d %s", o.ID, p.Key(), last, step, c.Email),
			Says: map[string]string{"form": p.Form.Title(""), "whose": whose, "until": mail.Day(last), "days": strconv.Itoa(left), "consequence": consequence},
		})
	}
	return out
}

// administratorsOf are the access administrators among the accounts of a site.
func administratorsOf(accounts []store.Account) (out []iis.Contact) {
	for _, a := range accounts {
		if a.Role == administrator {
			out = append(out, iis.Contact{Name: a.Name, Email: a.Email})
		}
	}
	return out
}
