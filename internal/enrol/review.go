package enrol

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Reviewer is who looks at applications, and at what sites have signed, for the programme.
type Reviewer struct {
	iis.Actor
	Everyone bool   // of all regions
	Region   string // else only of this one; "": of none
}

// sees reports that an application is one of theirs.
func (r Reviewer) sees(region string) bool {
	return r.Everyone || r.Region != "" && r.Region == region
}

var errNotTheirs = fault.New(fault.NotFound, "There is no such application among those that you review.")

// Inviter makes an invitation in a transaction, as package access keeps them, and returns
// its secret.
type Inviter func(tx *store.Tx, by iis.Actor, i store.Invitation) (token string, err error)

// InviteBy tells the desk how users are invited: without it nothing can be approved.
func (d *Desk) InviteBy(f Inviter) { d.invite = f }

// Queue is a page of applications of one status.
type Queue struct {
	Status iis.ApplicationStatus
	List   []iis.Application
	Page   int
	More   bool
	Law    *policy.Policy
}

// Applications are those of a status that a reviewer sees: who has waited longest first.
// Where sites do not enrol there are none.
func (d *Desk) Applications(ctx context.Context, by Reviewer, status iis.ApplicationStatus, page int) (*Queue, error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	q := &Queue{Status: status, Page: max(page, 1), Law: law}
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		skip := (q.Page - 1) * PageSize
		switch {
		case by.Everyone:
			q.List, err = tx.Applications(status, PageSize+1, skip)
		case by.Region != "":
			q.List, err = tx.ApplicationsInRegion(status, by.Region, PageSize+1, skip)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	if q.More = len(q.List) > PageSize; q.More {
		q.List = q.List[:PageSize]
	}
	return q, nil
}

// Waiting is how many applications wait for a reviewer, of those that they see. It is cheap.
func (d *Desk) Waiting(ctx context.Context, by Reviewer) (n int64, err error) {
	if !by.Everyone && by.Region == "" {
		return 0, nil
	}
	region := by.Region
	if by.Everyone {
		region = ""
	}
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.CountApplications(iis.ApplicationSubmitted, region)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count applications: %w", err)
	}
	return n, nil
}

// Alike is an organization that may be the site of an application, and why.
type Alike struct {
	Line
	Why string
}

// Review is an application as a reviewer sees it.
type Review struct {
	*Filing
	Alike  []Alike // organizations that it may be
	Bodies []iis.Organization
	Code   string // a facility code that is free
	Says   []SaidField
}

// ForReview is an application for a reviewer; fault.NotFound when it is none of theirs. It
// is audited.
func (d *Desk) ForReview(ctx context.Context, by Reviewer, id iis.ApplicationID) (r *Review, err error) {
	law, err := d.law(ctx)
	if err != nil {
		return nil, err
	}
	now := d.now()
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		a, err := theirs(tx, by, id)
		if err != nil {
			return err
		}
		f, err := filing(tx, law, a, cal.On(now))
		if err != nil {
			return err
		}
		t, err := readTree(tx, law)
		if err != nil {
			return err
		}
		r = &Review{Filing: f, Alike: t.alike(by, &a.Says), Says: ReviewFields(&a.Says), Code: t.freeCode(&a.Says)}
		for i := range t.all {
			if o := &t.all[i]; o.Open() && levelOf(o.Kind) < ofSite && t.mayTakeIn(by, o) {
				r.Bodies = append(r.Bodies, *o)
			}
		}
		slices.SortFunc(r.Bodies, func(a, b iis.Organization) int { return strings.Compare(a.Name, b.Name) })
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open an application: %w", err)
	}
	return r, d.store.AuditRead(store.Audit{At: now, Actor: by.Actor, Act: "open application", Subject: int64(id)})
}

// theirs is an application that a reviewer sees. A draft is nobody's but its applicant's.
func theirs(tx *store.Tx, by Reviewer, id iis.ApplicationID) (iis.Application, error) {
	a, err := tx.Application(id)
	if err != nil && fault.KindOf(err) == fault.NotFound || err == nil && (!by.sees(a.Region) || a.Submitted.IsZero()) {
		return a, errNotTheirs
	}
	return a, err
}

// mayTakeIn reports a body under which a reviewer may have a new site be: of their region,
// or of none, such as the state and a health system over several.
func (t *tree) mayTakeIn(by Reviewer, o *iis.Organization) bool {
	code := t.place(o).Code
	return code == "" || by.sees(code)
}

// alike are the organizations that an application's site may be, of those that a reviewer
// sees, the likeliest first.
func (t *tree) alike(by Reviewer, e *iis.Enrolment) (out []Alike) {
	name := fold.Words(e.Name)
	score := map[iis.OrganizationID]int{}
	for i := range t.all {
		o := &t.all[i]
		if !o.Kind.IsSite() || !by.sees(t.place(o).Code) {
			continue
		}
		var why []string
		n := 0
		if e.NPI != "" && o.NPI == e.NPI {
			n, why = n+4, append(why, "the same NPI")
		}
		if e.PIN != "" && strings.EqualFold(o.PIN, e.PIN) {
			n, why = n+4, append(why, "the same PIN")
		}
		if same := common(name, fold.Words(o.Name)); same != "" {
			n, why = n+2, append(why, same)
			if e.Zip != "" && len(o.Zip) >= 5 && len(e.Zip) >= 5 && o.Zip[:5] == e.Zip[:5] {
				n, why = n+1, append(why, "the same ZIP code")
			}
		}
		if n > 0 {
			score[o.ID] = n
			out = append(out, Alike{t.line(o), strings.Join(why, ", ")})
		}
	}
	slices.SortStableFunc(out, func(a, b Alike) int { return score[b.ID] - score[a.ID] })
	return out[:min(len(out), 10)]
}

// common says that one name has all words of the other; "" when not.
func common(a, b []string) string {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return ""
	}
	for _, w := range a {
		if !slices.Contains(b, w) {
			return ""
		}
	}
	if len(a) == len(b) {
		return "the same name"
	}
	return "a name with the same words"
}

// freeCode is a facility code that no sender has: the PIN, or letters of the name.
func (t *tree) freeCode(e *iis.Enrolment) string {
	taken := map[string]bool{}
	for _, list := range t.senders {
		for _, s := range list {
			taken[strings.ToUpper(s.Facility)] = true
		}
	}
	base := strings.ToUpper(e.PIN)
	if base == "" {
		var letters strings.Builder
		for _, w := range strings.Fields(e.Name) {
			if first := strings.ToUpper(w[:1]); strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" {
				letters.WriteString(first)
			}
		}
		base = cmp.Or(letters.String(), "SITE")
	}
	base = base[:min(len(base), 16)]
	for n := 1; ; n++ {
		code := base
		if n > 1 {
			code = fmt.Sprintf("%s-%d", base, n)
		}
		if !taken[code] {
			return code
		}
	}
}

// reviewing changes an application that waits for review, while nobody else changes any.
func (d *Desk) reviewing(ctx context.Context, what string, by Reviewer, id iis.ApplicationID, do func(*store.Tx, *iis.Application) error) error {
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockApplications(); err != nil {
			return err
		}
		a, err := theirs(tx, by, id)
		if err != nil {
			return err
		}
		if err := waits(&a); err != nil {
			return err
		}
		return do(tx, &a)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func waits(a *iis.Application) error {
	if a.Status == iis.ApplicationSubmitted {
		return nil
	}
	return fault.New(fault.Conflict, "The application does not wait for review any more: %s. Nothing was changed.", strings.ToLower(a.Status.Words()))
}

// Ask asks the applicant for changes, field by field or in all.
func (d *Desk) Ask(ctx context.Context, by Reviewer, id iis.ApplicationID, notes []iis.FieldNote, text string) error {
	text, err := saidOf(text)
	if err != nil {
		return err
	}
	var asked []iis.FieldNote
	for _, n := range notes {
		if n.Say, err = saidOf(n.Say); err != nil {
			return err
		}
		if n.Say != "" {
			asked = append(asked, n)
		}
	}
	if text == "" && len(asked) == 0 {
		return fault.New(fault.Invalid, "Write what is to be changed, beside a field or below. Nothing was changed.")
	}
	return d.reviewing(ctx, "ask for changes", by, id, func(tx *store.Tx, a *iis.Application) error {
		a.Status, a.Changed = iis.ApplicationAsked, d.now()
		if err := tx.PutApplication(a); err != nil {
			return err
		}
		if err := d.mailContact(tx, iis.MailChanges, a); err != nil {
			return err
		}
		return tx.AddApplicationEntry(&iis.ApplicationEntry{Application: a.ID, At: a.Changed, By: by.Actor, Act: iis.ApplicationAskedFor, Said: text, Asked: asked})
	})
}

// Decline declines an application, with a reason that the applicant reads.
func (d *Desk) Decline(ctx context.Context, by Reviewer, id iis.ApplicationID, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.reviewing(ctx, "decline an application", by, id, func(tx *store.Tx, a *iis.Application) error {
		a.Status, a.Changed = iis.ApplicationDeclined, d.now()
		if err := tx.PutApplication(a); err != nil {
			return err
		}
		if err := tx.CloseApplicationLinks(a.ID, a.Changed); err != nil {
			return err
		}
		if err := d.mailContact(tx, iis.MailDeclined, a); err != nil {
			return err
		}
		return tx.AddApplicationEntry(&iis.ApplicationEntry{Application: a.ID, At: a.Changed, By: by.Actor, Act: iis.ApplicationRefused, Said: why})
	})
}

// RefuseForm says that a signed form of an application is none: the applicant has it
// signed again.
func (d *Desk) RefuseForm(ctx context.Context, by Reviewer, id iis.ApplicationID, n int, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	law, err := d.law(ctx)
	if err != nil {
		return err
	}
	return d.reviewing(ctx, "refuse a signed form", by, id, func(tx *store.Tx, a *iis.Application) error {
		f, err := filing(tx, law, *a, cal.On(d.now()))
		if err != nil {
			return err
		}
		p, err := numbered(f.Papers, n)
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
		return tx.AddApplicationEntry(&iis.ApplicationEntry{Application: a.ID, At: now, By: by.Actor, Act: iis.ApplicationRefusedDoc, Said: p.Title() + ": " + why})
	})
}

// UploadedWith is the document that was uploaded with a paper of an application, for a
// reviewer.
func (d *Desk) UploadedWith(ctx context.Context, by Reviewer, id iis.ApplicationID, n int) (doc iis.Document, err error) {
	r, err := d.ForReview(ctx, by, id)
	if err != nil {
		return doc, err
	}
	p, err := numbered(r.Papers, n)
	if err != nil {
		return doc, err
	}
	return d.document(ctx, p.Signed)
}
