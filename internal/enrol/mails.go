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
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		written = 0
		err := d.dueIn(tx, law, Reviewer{Everyone: true}, func(o *iis.Organization, _ Place, list []Paper) error {
			for i := range list {
				n, err := d.remind(tx, law, o, &list[i])
				written += n
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || written == 0 {
			return err
		}
		return tx.AddAudit(store.Audit{At: d.now(), Actor: iis.Actor{Kind: "job"}, Act: "remind of agreements", Subject: int64(written)})
	})
	if err != nil {
		return 0, fmt.Errorf("remind of agreements that end soon: %w", err)
	}
	return written, nil
}

// remind writes about one paper; of days that were missed only for the nearest.
func (d *Desk) remind(tx *store.Tx, law *policy.Policy, o *iis.Organization, p *Paper) (written int, err error) {
	last, _ := p.Until()
	left := p.DaysLeft()
	step := law.Enrolment.Reminder(left)
	if step == 0 || last == cal.None || left < 0 {
		return 0, nil
	}
	to := []iis.Contact{}
	says := map[string]string{
		"form": p.Form.Title(""), "whose": o.Name, "until": mail.Day(last), "days": strconv.Itoa(left), "consequence": "nobody of the site has access",
	}
	if p.Person != nil {
		says["whose"], says["consequence"] = p.Person.Name, "you have no access"
		to = append(to, p.Person.Contact)
	} else if to, err = administratorsOf(tx, o.ID); err != nil {
		return 0, err
	}
	for _, c := range to {
		put, err := d.mails.Put(tx, mail.Letter{
			Kind: iis.MailExpires, To: c, Path: "/agreements", Says: says, Once: fmt.Sprintf("agreement %d %s %s %d %s", o.ID, p.Key(), last, step, c.Email),
		})
		if err != nil {
			return written, err
		}
		if put {
			written++
		}
	}
	return written, nil
}

// administratorsOf are the access administrators of a site and of its departments.
func administratorsOf(tx *store.Tx, site iis.OrganizationID) (out []iis.Contact, err error) {
	accounts, err := tx.HeldAccounts()
	if err != nil {
		return nil, err
	}
	for _, a := range accounts[site] {
		if a.Role == administrator {
			out = append(out, iis.Contact{Name: a.Name, Email: a.Email})
		}
	}
	return out, nil
}
