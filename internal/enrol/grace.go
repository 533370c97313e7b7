package enrol

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// graceDays is how long users have to sign their own forms for a site to which they come with
// their sender, or whose application is approved after they were there.
const graceDays = 30

// grace gives users of a site that time for what they have not signed there: nobody who works
// loses access from one moment to the next, nor by what a site that was just added signs first. A site that has signed nothing holds nobody to it.
func (d *Desk) grace(c *change, site iis.OrganizationID, of func(username string) bool) error {
	s, err := d.standing(c.tx, c.law, site)
	if err != nil || !s.Held {
		return err
	}
	for i := range s.Papers {
		p := &s.Papers[i]
		mine := p.Person != nil && p.State() == Unsigned && of(p.user())
		if !mine && (p.Person != nil || p.State() != Awaited) {
			continue
		}
		err := c.tx.AddExtension(&iis.Extension{
			Organization: site, Form: p.Form.Code, Person: p.user(), Until: cal.On(c.now).AddDays(graceDays), Why: c.why, At: c.now, By: c.by,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// everybody is all users of a site.
func everybody(string) bool { return true }

// siteOf is the site that an organization is, or of which it is a department; nil of others.
func (t *tree) siteOf(id iis.OrganizationID) *iis.Organization {
	o := t.at[id]
	if o != nil && o.Kind == iis.KindDepartment {
		o = t.at[o.Parent]
	}
	if o == nil || !o.Kind.IsSite() {
		return nil
	}
	return o
}

// comers are users who come from one site to another with their senders, and have to sign
// there.
type comers struct {
	to  *iis.Organization // nil: nobody has to sign anew
	who map[string]bool   // by user name: but for those whose access waited for a signature of theirs
}

func (n comers) has(username string) bool { return n.who[username] }

// comers finds those who belong to some senders of one organization, before they go to
// another.
func (d *Desk) comers(tx *store.Tx, t *tree, senders []iis.Sender, from, to iis.OrganizationID) (n comers, err error) {
	was, now := t.siteOf(from), t.siteOf(to)
	if now == nil || was != nil && was.ID == now.ID || len(senders) == 0 {
		return n, nil
	}
	var ids []iis.SenderID
	for _, s := range senders {
		ids = append(ids, s.ID)
	}
	accounts, err := tx.AccountsAt(ids...)
	if err != nil || len(accounts) == 0 {
		return n, err
	}
	n = comers{to: now, who: map[string]bool{}}
	for _, a := range accounts {
		n.who[a.Username] = true
	}
	if was == nil {
		return n, nil
	}
	before, err := d.standing(tx, t.law, was.ID)
	if err != nil {
		return n, err
	}
	for name := range n.who {
		for _, p := range before.Barred(name) {
			if p.Person != nil {
				delete(n.who, name)
			}
		}
	}
	return n, nil
}

// welcome gives them their time.
func (d *Desk) welcome(c *change, n comers) error {
	if n.to == nil {
		return nil
	}
	return d.grace(c, n.to.ID, n.has)
}
