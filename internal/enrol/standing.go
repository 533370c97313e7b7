package enrol

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Standing is what a site and its users have signed, and how that stands.
type Standing struct {
	iis.Organization
	Place   Place
	Law     *policy.Policy
	Senders []iis.Sender
	Parts   []iis.OrganizationID // the site, and its departments
	Former  []iis.OrganizationID // sites that were merged into it, over all merges
	Papers  []Paper
	// Held says that the site has signed something, or was asked to: before, nobody's
	// access depends on what is signed.
	Held    bool
	History []iis.Agreement // all that was signed, the newest first
	Longer  []iis.Extension
	Users   []iis.Applicant // whose access has not ended
}

// Barred are the papers without which the site, or somebody by user name, has no access.
func (s *Standing) Barred(username string) (out []Paper) {
	for i := range s.Papers {
		p := &s.Papers[i]
		if s.Held && p.Bars() && (p.user() == "" || p.user() == username) {
			out = append(out, *p)
		}
	}
	return out
}

// Due are the papers that are to be signed now or soon.
func (s *Standing) Due() (out []Paper) {
	for i := range s.Papers {
		if s.Papers[i].Due() {
			out = append(out, s.Papers[i])
		}
	}
	return out
}

// standing reads how a site stands.
func (d *Desk) standing(tx *store.Tx, law *policy.Policy, id iis.OrganizationID) (*Standing, error) {
	t, err := readTree(tx, law)
	if err != nil {
		return nil, err
	}
	o := t.at[id]
	if o == nil {
		return nil, errNone
	}
	s := &Standing{Organization: *o, Place: t.place(o), Law: law, Senders: t.ofSite(id), Parts: []iis.OrganizationID{id}}
	for _, child := range t.children[id] {
		if t.at[child].Kind == iis.KindDepartment {
			s.Parts = append(s.Parts, child)
		}
	}
	s.Former = t.former(id)
	if s.History, err = tx.AgreementsOf(id); err != nil {
		return nil, err
	}
	if s.Longer, err = tx.ExtensionsOf(id); err != nil {
		return nil, err
	}
	var senders []iis.SenderID
	for _, sender := range s.Senders {
		senders = append(senders, sender.ID)
	}
	accounts, err := tx.AccountsAt(senders...)
	if err != nil {
		return nil, err
	}
	s.Users = people(accounts)
	s.Held = held(s.History, s.Longer)
	s.Papers, err = papers(law, subject{site: t.values(o), people: s.Users}, s.History, s.Longer, cal.On(d.now()))
	return s, err
}

// held reports that something stands, was signed, or was asked for.
func held(signed []iis.Agreement, longer []iis.Extension) bool {
	return len(longer) > 0 || len(signed) > 0
}

// ofSite are the senders of a site and of its departments.
func (t *tree) ofSite(id iis.OrganizationID) []iis.Sender {
	out := slices.Clone(t.senders[id])
	for _, child := range t.children[id] {
		if t.at[child].Kind == iis.KindDepartment {
			out = append(out, t.senders[child]...)
		}
	}
	return out
}

// former are the organizations that were merged into one, over all merges.
func (t *tree) former(id iis.OrganizationID) (out []iis.OrganizationID) {
	into := map[iis.OrganizationID][]iis.OrganizationID{}
	for i := range t.all {
		if to := t.all[i].MergedInto; to != 0 {
			into[to] = append(into[to], t.all[i].ID)
		}
	}
	out = slices.Clone(into[id])
	for i := 0; i < len(out) && len(out) <= len(t.all); i++ {
		out = append(out, into[out[i]]...)
	}
	return out
}

// values are what a form says of a site.
func (t *tree) values(o *iis.Organization) form.Values {
	body := o.Name
	if p := t.at[o.Parent]; p != nil && levelOf(p.Kind) == ofBody {
		body = p.Name
	}
	return siteValues(body, o)
}

func people(accounts []store.Account) (out []iis.Applicant) {
	for _, a := range accounts {
		out = append(out, iis.Applicant{Contact: iis.Contact{Name: a.Name, Email: a.Email}, Username: a.Username, Role: a.Role})
	}
	return out
}

// SiteOf is the site that a sender belongs to: of a department, the site of which it is a
// part; 0 when it belongs to none.
func (d *Desk) SiteOf(ctx context.Context, sender iis.SenderID) (site iis.OrganizationID, err error) {
	if sender == 0 {
		return 0, nil
	}
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		site, _, _, err = tx.AgreedFor(sender, "")
		return err
	})
	return site, err
}

// Standing is how a site stands; fault.NotFound when there is none of this number, or it
// is none of a reviewer's.
func (d *Desk) Standing(ctx context.Context, id iis.OrganizationID) (s *Standing, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		s, err = d.standing(tx, law, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what a site has signed: %w", err)
	}
	return s, nil
}

// agreeing changes what a site has signed, while nobody else changes any.
func (d *Desk) agreeing(ctx context.Context, what string, id iis.OrganizationID, do func(*store.Tx, *Standing) error) error {
	law, err := d.law(ctx)
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockApplications(); err != nil {
			return err
		}
		s, err := d.standing(tx, law, id)
		if err != nil {
			return err
		}
		if !s.Kind.IsSite() || !s.Open() {
			return fault.New(fault.Conflict, "Forms are signed for sites that are not inactive. Nothing was changed.")
		}
		return do(tx, s)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Hand is somebody of a site who is signed in and signs.
type Hand struct {
	iis.Actor
	Username string
	// Keeps says that they look after what the site has signed: forms of the senior
	// official are signed or uploaded by them, or by a link that they make.
	Keeps bool
}

// May reports that they may sign a paper: their own, or the site's.
func (h Hand) May(p *Paper) bool {
	if p.ByOfficial() {
		return h.Keeps
	}
	return p.user() == h.Username || p.user() == "" && h.Keeps
}

var errNotYours = fault.New(fault.Denied, "This form is for somebody else to sign. Nothing was changed.")

// SignFor signs a paper of a site by somebody who is signed in; what is wrong with the
// answers and the signature is told, and then nothing was signed.
func (d *Desk) SignFor(ctx context.Context, id iis.OrganizationID, hand Hand, s Signing) (wrong []form.Wrong, err error) {
	s.By = hand.Actor
	err = d.agreeing(ctx, "sign a form", id, func(tx *store.Tx, at *Standing) error {
		p, err := numbered(at.Papers, s.Paper)
		if err == nil && !hand.May(p) {
			err = errNotYours
		}
		if err == nil && p.ByOfficial() {
			err = isOfficial(tx, id, hand)
		}
		if err != nil {
			return err
		}
		wrong, err = d.sign(tx, bearer{Organization: id}, p, s)
		return err
	})
	return wrong, err
}

// isOfficial is fault.Denied when the newest application of a site names the e-mail of somebody else
// than who is signed in as that of its senior official: they sign by a link of their own.
func isOfficial(tx *store.Tx, id iis.OrganizationID, hand Hand) error {
	official, err := officialOf(tx, id)
	if err != nil || official.Email == "" {
		return err
	}
	a, err := tx.AccountOf(hand.User)
	if err != nil || strings.EqualFold(official.Email, a.Email) {
		return err
	}
	return fault.New(fault.Denied, "The application of your site names %s as its senior official: this form is signed by them, by a link that you make for them, or on paper. Nothing was changed.", official.Name)
}

// officialOf is whom the newest application of a site names as its senior official; nobody of a site
// that never applied.
func officialOf(tx *store.Tx, id iis.OrganizationID) (iis.Contact, error) {
	applied, err := tx.ApplicationsOf(id)
	if err != nil || len(applied) == 0 {
		return iis.Contact{}, err
	}
	return applied[len(applied)-1].Says.Official, nil
}

// LinksTo is to whom alone links for signing as the senior official of a site go, by mail: whom its
// newest application names. Nobody where no mail is sent, or the site never applied: then whoever
// makes a link names the official and hands it over.
func (d *Desk) LinksTo(ctx context.Context, id iis.OrganizationID) (to iis.Contact, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		to, err = d.linksTo(tx, id)
		return err
	})
	return to, err
}

func (d *Desk) linksTo(tx *store.Tx, id iis.OrganizationID) (iis.Contact, error) {
	official, err := officialOf(tx, id)
	if err != nil || !d.mails.Reaches(official.Email) {
		return iis.Contact{}, err
	}
	return official, nil
}

// SignsAsOfficial reports that somebody may sign in their own account what the senior official of a
// site signs.
func (d *Desk) SignsAsOfficial(ctx context.Context, id iis.OrganizationID, hand Hand) (bool, error) {
	err := d.store.Read(ctx, func(tx *store.Tx) error { return isOfficial(tx, id, hand) })
	if fault.KindOf(err) == fault.Denied {
		return false, nil
	}
	return err == nil, err
}

// Record stores a form of a site that was signed on paper and handed to the programme: whoever keeps
// what sites have signed says who signed it, and on which day. It may be of any day, as long as it holds still.
func (d *Desk) Record(ctx context.Context, by Reviewer, id iis.OrganizationID, u Upload) error {
	u.By, u.handed = by.Actor, true
	return d.agreeing(ctx, "record a signed form", id, func(tx *store.Tx, s *Standing) error {
		if !by.sees(s.Place.Code) {
			return errNone
		}
		p, err := numbered(s.Papers, u.Paper)
		if err != nil {
			return err
		}
		return d.upload(tx, bearer{Organization: id}, p, u)
	})
}

// UploadTo stores a form of a site that was signed on paper.
func (d *Desk) UploadTo(ctx context.Context, id iis.OrganizationID, hand Hand, u Upload) error {
	u.By = hand.Actor
	return d.agreeing(ctx, "upload a signed form", id, func(tx *store.Tx, at *Standing) error {
		p, err := numbered(at.Papers, u.Paper)
		if err == nil && !hand.May(p) {
			err = errNotYours
		}
		if err != nil {
			return err
		}
		return d.upload(tx, bearer{Organization: id}, p, u)
	})
}

// LinkFor makes a link by which the senior official of a site signs what is due. Where its application
// names them and mail is sent it goes to them alone, whoever is named here (LinksTo), and the secret is
// not told; else it is told once, to be handed over.
func (d *Desk) LinkFor(ctx context.Context, id iis.OrganizationID, hand Hand, official iis.Contact) (to iis.Contact, token string, err error) {
	official.Name, official.Email = tidyText(official.Name, 120), tidyText(official.Email, 200)
	if !hand.Keeps {
		return official, "", errNotYours
	}
	err = d.agreeing(ctx, "make a link for signing", id, func(tx *store.Tx, s *Standing) error {
		known, err := d.linksTo(tx, id)
		if err != nil {
			return err
		}
		if to = official; known.Email != "" {
			to = known
		}
		if to.Name == "" {
			return fault.New(fault.Invalid, "Write for whom the link is. Nothing was changed.")
		}
		l := iis.SigningLink{Organization: id, Signer: to, By: hand.Actor}
		if token, err = d.addLink(tx, &l, s.Name); err != nil {
			return err
		}
		if known.Email != "" {
			token = ""
		}
		return tx.AddAudit(store.Audit{At: l.At, Actor: hand.Actor, Act: "make a link for signing", Subject: int64(id), Written: []byte(to.Name)})
	})
	return to, token, err
}

// Extend lets a site or a user go on until a day without a signature that is due, or asks
// for one by that day. form is the code of a form, and person a user name or "".
func (d *Desk) Extend(ctx context.Context, by Reviewer, id iis.OrganizationID, n int, until cal.Date, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.agreeing(ctx, "extend an agreement", id, func(tx *store.Tx, s *Standing) error {
		if !by.sees(s.Place.Code) {
			return errNone
		}
		p, err := numbered(s.Papers, n)
		if err != nil {
			return err
		}
		return d.extend(tx, by, s, p, until, why)
	})
}

func (d *Desk) extend(tx *store.Tx, by Reviewer, s *Standing, p *Paper, until cal.Date, why string) error {
	today := cal.On(d.now())
	last, ok := p.Until()
	switch {
	case until < today || until > today.AddMonths(12):
		return fault.New(fault.Invalid, "Write a day from today on, and within a year, as YYYY-MM-DD. Nothing was changed.")
	case ok && last == cal.None:
		return fault.New(fault.Conflict, "It holds without an end: there is nothing to extend. Nothing was changed.")
	case ok && until <= last:
		return fault.New(fault.Conflict, "It holds until %s already. Nothing was changed.", last)
	}
	return tx.AddExtension(&iis.Extension{Organization: s.ID, Form: p.Form.Code, Person: p.user(), Until: until, Why: why, At: d.now(), By: by.Actor})
}

// AskToSign asks a site that was there before its forms were signed here to sign them by a
// day: until then nothing changes, and afterwards access waits for the signatures.
func (d *Desk) AskToSign(ctx context.Context, by Reviewer, id iis.OrganizationID, until cal.Date, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.agreeing(ctx, "ask a site to sign", id, func(tx *store.Tx, s *Standing) error {
		if !by.sees(s.Place.Code) {
			return errNone
		}
		asked := 0
		for i := range s.Papers {
			if p := &s.Papers[i]; p.State() == Unsigned {
				if err := d.extend(tx, by, s, p, until, why); err != nil {
					return err
				}
				asked++
			}
		}
		if asked == 0 {
			return fault.New(fault.Conflict, "Everything is signed, or was asked for. Nothing was changed.")
		}
		return nil
	})
}

// Refuse says that what was signed is none, such as an upload that nobody can read: it
// holds no more from this moment.
func (d *Desk) Refuse(ctx context.Context, by Reviewer, id iis.OrganizationID, n int, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.agreeing(ctx, "refuse a signed form", id, func(tx *store.Tx, s *Standing) error {
		if !by.sees(s.Place.Code) {
			return errNone
		}
		p, err := numbered(s.Papers, n)
		if err != nil {
			return err
		}
		if p.Signed == nil {
			return fault.New(fault.Conflict, "This form is not signed. Nothing was changed.")
		}
		now := d.now()
		if err := tx.ReplaceAgreement(p.Signed.ID, now); err != nil {
			return err
		}
		// Yesterday is the last day of what it takes the place of: the site is held to it.
		e := iis.Extension{Organization: id, Form: p.Form.Code, Person: p.user(), Until: cal.On(now).AddDays(-1), Why: "refused: " + why, At: now, By: by.Actor}
		return tx.AddExtension(&e)
	})
}

// Agreement is a signed form of a site, as it was signed, and through whom.
func (d *Desk) Agreement(ctx context.Context, site iis.OrganizationID, id iis.AgreementID) (a iis.Agreement, doc *form.Document, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return a, nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if a, err = tx.Agreement(id); err != nil {
			return err
		}
		if a.Organization != site {
			return fault.New(fault.NotFound, "There is no signed form with this number.")
		}
		if doc, err = documentOf(&a); err != nil {
			return err
		}
		doc.Through, err = wayOf(tx, law.Papers(), &a)
		return err
	})
	return a, doc, err
}

// Upload is the document that was uploaded with a signed form of a site.
func (d *Desk) Upload(ctx context.Context, site iis.OrganizationID, id iis.AgreementID) (iis.Document, error) {
	a, _, err := d.Agreement(ctx, site, id)
	if err != nil {
		return iis.Document{}, err
	}
	return d.document(ctx, &a)
}

// Ends is in words when what was signed, or granted, ends; "" when nothing was.
func (p *Paper) Ends() string {
	last, _ := p.Until()
	switch s := p.State(); {
	case s == Awaited:
		return "Nobody of the site has access before."
	case s == Lapsed && p.Signed == nil:
		return "It was to be signed by " + dayWords(last) + "."
	case s == Lapsed:
		return "It held until " + dayWords(last) + "."
	case s == Granted:
		return "To be signed by " + dayWords(last) + "."
	case s != Unsigned && last != cal.None:
		return "It holds until " + dayWords(last) + "."
	case s == Holds:
		return "It holds until it is withdrawn."
	}
	return ""
}

// StateWords is a state with its end, in one line.
func (p *Paper) StateWords() string { return strings.TrimSpace(string(p.State()) + ". " + p.Ends()) }
