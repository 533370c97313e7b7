package enrol

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	_ "image/jpeg" // what may be uploaded
	_ "image/png"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/role"
	"openiis/internal/scan"
	"openiis/internal/store"
)

// signFor is how long a link for signing can be used.
const signFor = 30 * 24 * time.Hour

// bearer is for whom a paper is signed: an application, or a site that takes part.
type bearer struct {
	Application  iis.ApplicationID
	Organization iis.OrganizationID
}

// Signing is what somebody does who signs a paper.
type Signing struct {
	Paper   int // its number in the list
	Answers form.Answers
	form.Signing
	By      iis.Actor // zero: whoever has the link or the code
	Address string    // from where
}

// Desktop is what whoever signs by a link sees: for whom, and the papers.
type Desktop struct {
	Link   iis.SigningLink
	Site   string
	Law    *policy.Policy
	Papers []Paper // all of the place; Mine tells which the link is for
}

// Mine are the papers that the link is for.
func (t *Desktop) Mine() (out []Paper) {
	for i := range t.Papers {
		if t.may(&t.Papers[i]) {
			out = append(out, t.Papers[i])
		}
	}
	return out
}

// Reads are the papers that the senior official reads beside their own: the agreement of each
// user, which the user signs. A senior official reviews all forms of their site (Massachusetts:
// MIIS, Integrating the MIIS into Your Clinical Practice, Registration).
func (t *Desktop) Reads() (out []Paper) {
	if t.Link.Person != "" {
		return nil
	}
	for i := range t.Papers {
		if p := &t.Papers[i]; p.Person != nil && !p.ByOfficial() {
			out = append(out, *p)
		}
	}
	return out
}

// may reports that the link is for a paper.
func (t *Desktop) may(p *Paper) bool {
	if t.Link.Person == "" {
		return p.ByOfficial()
	}
	return !p.ByOfficial() && p.user() == t.Link.Person
}

var errNoLink = fault.New(fault.NotFound, "This link cannot be used: another one was made since, it is older than 30 days, or what it was for is over. Ask whoever gave it to you for a new one.")

// MakeLink makes a link for the senior official of an application, or by user name for one
// of its users, and returns its secret: it is told once, and one that was made before for
// the same signer ends.
func (d *Desk) MakeLink(ctx context.Context, code, person string) (token string, err error) {
	err = d.applying(ctx, "make a link for signing", code, func(tx *store.Tx, law *policy.Policy, a *iis.Application) error {
		if a.Status.Final() {
			return isOpen(a)
		}
		l := iis.SigningLink{Application: a.ID, Person: person, Signer: a.Says.Official, By: applicant}
		if person != "" {
			u := applicantNamed(a.Says.Users, person)
			if u == nil {
				return fault.New(fault.NotFound, "The application names no user %s.", person)
			}
			l.Signer = u.Contact
		}
		if token, err = d.addLink(tx, &l, a.Says.Name); err != nil {
			return err
		}
		return tx.AddApplicationEntry(&iis.ApplicationEntry{Application: a.ID, At: l.At, By: applicant, Act: iis.ApplicationLinked, Said: "for " + l.Signer.Name})
	})
	return token, err
}

func applicantNamed(users []iis.Applicant, username string) *iis.Applicant {
	for i := range users {
		if users[i].Username == username {
			return &users[i]
		}
	}
	return nil
}

// addLink stores a link in place of those before it for the same signer, and writes to the
// signer for which site it is.
func (d *Desk) addLink(tx *store.Tx, l *iis.SigningLink, site string) (token string, err error) {
	token = rand.Text() + rand.Text()
	l.At = d.now()
	l.Expires = l.At.Add(signFor)
	if err := tx.CloseSigningLinks(l.Application, l.Organization, l.Person, l.At); err != nil {
		return "", err
	}
	if err := tx.AddSigningLink(digestOf(token), l); err != nil {
		return "", err
	}
	return token, d.mailLink(tx, l, site, token)
}

// Desktop is what a link for signing is for; fault.NotFound when it cannot be used.
func (d *Desk) Desktop(ctx context.Context, token string) (t *Desktop, err error) {
	law, err := d.law(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		t, err = d.desktop(tx, law, token)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open what is to be signed: %w", err)
	}
	return t, nil
}

func (d *Desk) desktop(tx *store.Tx, law *policy.Policy, token string) (*Desktop, error) {
	l, err := tx.SigningLinkFor(digestOf(token))
	if err != nil && fault.KindOf(err) == fault.NotFound || err == nil && (!l.Closed.IsZero() || d.now().After(l.Expires)) {
		return nil, errNoLink
	}
	if err != nil {
		return nil, err
	}
	t := &Desktop{Link: l, Law: law}
	if l.Application == 0 {
		s, err := d.standing(tx, law, l.Organization)
		switch {
		case err != nil:
			return nil, err
		case !s.Open(): // closed, or merged into another since
			return nil, errNoLink
		}
		t.Site, t.Papers = s.Name, s.Papers
		return t, stillKept(tx, l.By, s)
	}
	a, err := tx.Application(l.Application)
	if err != nil {
		return nil, err
	}
	f, err := filing(tx, law, a, cal.On(d.now()))
	if err != nil {
		return nil, err
	}
	t.Site, t.Papers = a.Says.Name, f.Papers
	// Whoever is named as a user may sign their own form until they sign in; the senior
	// official as long as the application is open.
	switch {
	case a.Status == iis.ApplicationApproved && l.Person != "":
		return t, nil
	case a.Status.Final():
		return nil, errNoLink
	}
	return t, nil
}

// stillKept is errNoLink when whoever has made a link for signing could not make it any more:
// their access has ended, or is for less, or for another site.
func stillKept(tx *store.Tx, by iis.Actor, s *Standing) error {
	if by.User == 0 {
		return nil
	}
	a, err := tx.AccountOf(by.User)
	if err != nil {
		return err
	}
	theirs := slices.ContainsFunc(s.Senders, func(one iis.Sender) bool { return one.ID == a.Sender })
	if !a.Ended.IsZero() || !theirs || !role.Named(a.Role).May(role.KeepEnrolment) {
		return errNoLink
	}
	return nil
}

// SignByLink signs a paper by a link; what is wrong with the answers and the signature is
// told, and then nothing was signed.
func (d *Desk) SignByLink(ctx context.Context, token string, s Signing) (wrong []form.Wrong, err error) {
	law, err := d.law(ctx)
	if err != nil {
		return nil, err
	}
	s.By = signer
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockApplications(); err != nil {
			return err
		}
		t, err := d.desktop(tx, law, token)
		if err != nil {
			return err
		}
		p, err := numbered(t.Papers, s.Paper)
		if err == nil && !t.may(p) {
			err = errNoLink
		}
		if err != nil {
			return err
		}
		at := bearer{t.Link.Application, t.Link.Organization}
		if at.Application != 0 { // it may be approved since: then it holds of the site
			if at.Organization, err = siteNow(tx, at.Application); err != nil {
				return err
			}
		}
		wrong, err = d.sign(tx, at, p, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sign a form: %w", err)
	}
	return wrong, nil
}

// siteNow is the site that came of an application, or the one into which that was merged since;
// 0 when it is not approved.
func siteNow(tx *store.Tx, id iis.ApplicationID) (iis.OrganizationID, error) {
	a, err := tx.Application(id)
	if err != nil || a.Organization == 0 {
		return 0, err
	}
	return leadsTo(tx, a.Organization)
}

// sign stores a paper as somebody signed it.
func (d *Desk) sign(tx *store.Tx, at bearer, p *Paper, s Signing) ([]form.Wrong, error) {
	s.Day = cal.On(d.now())
	doc, wrong := p.Form.Sign("", p.Values, p.filled(s.Answers), s.Signing)
	if len(wrong) > 0 {
		return wrong, nil
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	a := iis.Agreement{
		Form: p.Form.Code, Version: p.Form.Version.String(), Application: at.Application, Organization: at.Organization, Person: p.user(),
		Document: string(text), Digest: doc.Signature.Digest, Signer: doc.Signature.Name, Title: doc.Signature.Title, How: iis.SignedTyped,
		Account: s.By.User, Address: s.Address, At: d.now(), Day: s.Day, Expires: doc.Until,
	}
	return nil, d.replace(tx, p, &a, s.By, iis.ApplicationSigned)
}

// replace stores a signed form in the place of the one that stood.
func (d *Desk) replace(tx *store.Tx, p *Paper, a *iis.Agreement, by iis.Actor, act string) error {
	if p.Signed != nil {
		if err := tx.ReplaceAgreement(p.Signed.ID, a.At); err != nil {
			return err
		}
	}
	if err := tx.AddAgreement(a, by); err != nil {
		return err
	}
	if a.Application == 0 {
		return nil
	}
	return tx.AddApplicationEntry(&iis.ApplicationEntry{
		Application: a.Application, At: a.At, By: by, Act: act, Said: p.Title() + ", by " + a.Signer + titled(a.Title),
	})
}

func titled(title string) string {
	if title == "" {
		return ""
	}
	return ", " + title
}

// Upload is a form that was printed, signed by hand and scanned.
type Upload struct {
	Paper       int
	Name        string // of the file
	Content     []byte
	Signer      string // whose signature it has
	SignerTitle string
	Day         cal.Date // that is written on it
	By          iis.Actor
	Address     string
	handed      bool // to the programme, which records it
}

// upload stores a form that was signed on paper. The registry takes it at once; the
// programme looks at it, and may refuse it.
func (d *Desk) upload(tx *store.Tx, at bearer, p *Paper, u Upload) error {
	media, err := scan.Kind("The file", u.Content)
	if err != nil {
		return err
	}
	u.Signer, u.SignerTitle = tidyText(u.Signer, 300), tidyText(u.SignerTitle, 300)
	today := cal.On(d.now())
	switch {
	case u.Signer == "":
		return fault.New(fault.Invalid, "Write whose signature is on it. Nothing was stored.")
	case u.SignerTitle == "" && p.Form.Signer.NeedsTitle():
		return fault.New(fault.Invalid, "Write the title of who has signed it. Nothing was stored.")
	case u.handed && u.Day != cal.None && u.Day <= today:
		if until := p.Form.Until(u.Day); until != cal.None && until < today {
			return fault.New(fault.Invalid, "A form that was signed on %s held until %s: have it signed anew. Nothing was stored.", u.Day, until)
		}
	case u.handed:
		return fault.New(fault.Invalid, "Write the day that is beside the signature, as YYYY-MM-DD, of today or before. Nothing was stored.")
	case u.Day == cal.None || u.Day > today || u.Day < today.AddMonths(-6):
		return fault.New(fault.Invalid, "Write the day that is beside the signature, as YYYY-MM-DD: today, or in the last six months. Nothing was stored.")
	}
	doc := p.Blank(nil)
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	file, err := tx.AddDocument(iis.Document{Name: scan.Name(u.Name, media, "signed-form"), Type: media, Content: u.Content})
	if err != nil {
		return err
	}
	a := iis.Agreement{
		Form: p.Form.Code, Version: p.Form.Version.String(), Application: at.Application, Organization: at.Organization, Person: p.user(),
		Document: string(text), Digest: fmt.Sprintf("%x", digestOf(string(u.Content))), Signer: u.Signer, Title: u.SignerTitle, How: iis.SignedUploaded,
		Account: u.By.User, Address: u.Address, At: d.now(), Day: u.Day, Expires: p.Form.Until(u.Day), File: file,
	}
	return d.replace(tx, p, &a, u.By, iis.ApplicationUploaded)
}

// UploadFor stores a form of an application that was signed on paper.
func (d *Desk) UploadFor(ctx context.Context, code string, u Upload) error {
	u.By = applicant
	return d.applying(ctx, "upload a signed form", code, func(tx *store.Tx, law *policy.Policy, a *iis.Application) error {
		if err := isOpen(a); err != nil {
			return err
		}
		f, err := filing(tx, law, *a, cal.On(d.now()))
		if err != nil {
			return err
		}
		p, err := numbered(f.Papers, u.Paper)
		if err != nil {
			return err
		}
		if err := hasRoom(tx, a.ID); err != nil {
			return err
		}
		return d.upload(tx, bearer{Application: a.ID}, p, u)
	})
}

// mostUploads is how many documents are kept of one application: whoever has its code has
// no account.
const mostUploads = 60

// hasRoom is an error when an application has as many documents as are kept of one.
func hasRoom(tx *store.Tx, id iis.ApplicationID) error {
	signed, err := tx.AgreementsBy(id)
	n := 0
	for i := range signed {
		if signed[i].File != 0 {
			n++
		}
	}
	if err == nil && n >= mostUploads {
		err = fault.New(fault.Conflict, "%d documents were uploaded already, and no more are taken. Have the form signed on screen, or ask the immunization programme. Nothing was stored.", n)
	}
	return err
}

// Sheet is a paper of an application, filled in or as it was signed, for its applicant or
// the programme.
func (f *Filing) Sheet(n int) (*form.Document, error) {
	p, err := numbered(f.Papers, n)
	if err != nil {
		return nil, err
	}
	return p.Sheet()
}

// Sheet is the paper as it was signed, or else as it is to be signed.
func (p *Paper) Sheet() (*form.Document, error) {
	if p.Done() {
		return documentOf(p.Signed)
	}
	return p.Blank(nil), nil
}

// Document is what was uploaded with a paper of an application, for its applicant.
func (d *Desk) Document(ctx context.Context, code string, n int) (doc iis.Document, err error) {
	f, err := d.Filed(ctx, code)
	if err != nil {
		return doc, err
	}
	p, err := numbered(f.Papers, n)
	if err != nil {
		return doc, err
	}
	return d.document(ctx, p.Signed)
}

func (d *Desk) document(ctx context.Context, a *iis.Agreement) (doc iis.Document, err error) {
	if a == nil || a.File == 0 {
		return doc, fault.New(fault.NotFound, "No document was uploaded.")
	}
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		doc, err = tx.Document(a.File)
		return err
	})
	return doc, err
}
