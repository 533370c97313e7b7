package enrol

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Who acts in applications without an account: whoever has an application's code, and
// whoever has a link for signing.
var (
	applicant = iis.Actor{Kind: "applicant"}
	signer    = iis.Actor{Kind: "signer"}
)

// How long a draft is kept that nobody changes, and how many may be begun in a day: both
// bound what strangers can fill the registry with.
const (
	draftFor  = 60 * 24 * time.Hour
	mostBegun = 500
)

// codeLength is how many letters and digits an application's code has: 130 bits that
// nobody guesses.
const codeLength = 26

func digestOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// tidyCode is a code as it was made, however it was typed.
func tidyCode(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, code))
}

// CodeWords is a code as it is written down: in groups.
func CodeWords(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%5 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Filing is an application with all that belongs to it.
type Filing struct {
	iis.Application
	Law      *policy.Policy
	Problems []Problem // with what it says
	Papers   []Paper
	Entries  []iis.ApplicationEntry // the newest first
	Asked    []iis.FieldNote        // what is asked for now
	Question string                 // what was said with it
	Region   string                 // in words
	At       *iis.Organization      // that came of it; nil: none
}

// Of is what is wrong in a step.
func (f *Filing) Of(step string) (out []Problem) {
	for _, p := range f.Problems {
		if p.Step == step {
			out = append(out, p)
		}
	}
	return out
}

// ToSign are the forms without which it cannot be approved and that are not signed: those
// of users are signed by each at their first sign-in, or before by a link.
func (f *Filing) ToSign() (out []Paper) {
	for i := range f.Papers {
		if p := &f.Papers[i]; p.Agreed.Per != policy.PerUser && !p.Done() {
			out = append(out, *p)
		}
	}
	return out
}

// Note is what a reviewer has asked of a field; "" when nothing.
func (f *Filing) Note(key string) string {
	for _, n := range f.Asked {
		if n.Field == key {
			return n.Say
		}
	}
	return ""
}

// errClosed says that sites do not enrol here.
var errClosed = fault.New(fault.Denied, "Sites do not enrol on these pages in this registry. Ask the immunization programme how to take part.")

// law is the state's policy, which must let sites enrol.
func (d *Desk) law(ctx context.Context) (*policy.Policy, error) {
	law, err := d.keeper.Policy(ctx)
	if err == nil && law.Enrolment == nil {
		err = errClosed
	}
	return law, err
}

// Begin begins an application, and returns the code by which its applicant returns: it is
// told once. fault.Denied where sites do not enrol, fault.Busy when very many were begun
// today.
func (d *Desk) Begin(ctx context.Context) (code string, err error) {
	if _, err := d.law(ctx); err != nil {
		return "", err
	}
	code = rand.Text()[:codeLength]
	now := d.now()
	a := iis.Application{Status: iis.ApplicationDraft, Created: now, Changed: now}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockApplications(); err != nil {
			return err
		}
		if _, err := tx.ForgetDrafts(now.Add(-draftFor)); err != nil {
			return err
		}
		begun, err := tx.CountDrafts(now.Add(-24 * time.Hour))
		if err != nil {
			return err
		}
		if begun >= mostBegun {
			return fault.New(fault.Busy, "Very many applications were begun today. Try again tomorrow, or ask the immunization programme.")
		}
		if err := tx.AddApplication(digestOf(code), &a); err != nil {
			return err
		}
		return tx.AddApplicationEntry(&iis.ApplicationEntry{Application: a.ID, At: now, By: applicant, Act: iis.ApplicationBegun})
	})
	if err != nil {
		return "", fmt.Errorf("begin an application: %w", err)
	}
	return code, nil
}

var errNoCode = fault.New(fault.NotFound, "There is no application with this code. Check each letter; a draft that nobody has changed for 60 days is removed.")

// byCode is the application of a code.
func byCode(tx *store.Tx, code string) (iis.Application, error) {
	a, err := tx.ApplicationFor(digestOf(tidyCode(code)))
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = errNoCode
	}
	return a, err
}

// Filed is the application of a code, for its applicant; fault.NotFound when there is none.
func (d *Desk) Filed(ctx context.Context, code string) (f *Filing, err error) {
	law, err := d.law(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		a, err := byCode(tx, code)
		if err == nil {
			f, err = filing(tx, law, a, cal.On(d.now()))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open an application: %w", err)
	}
	return f, nil
}

// filing is an application with all that belongs to it.
func filing(tx *store.Tx, law *policy.Policy, a iis.Application, today cal.Date) (*Filing, error) {
	f := &Filing{Application: a, Law: law, Problems: Wrong(&a.Says, law)}
	signed, err := tx.AgreementsBy(a.ID)
	if err != nil {
		return nil, err
	}
	if f.Papers, err = papers(law, subject{siteOf(&a.Says), a.Says.Users, &f.Application.Says}, signed, nil, today); err != nil {
		return nil, err
	}
	if f.Entries, err = tx.ApplicationEntries(a.ID); err != nil {
		return nil, err
	}
	if r := law.Region(a.Region); r != nil {
		f.Region = r.Name
	}
	for _, e := range f.Entries {
		if a.Status != iis.ApplicationAsked {
			break
		}
		if e.Act == iis.ApplicationAskedFor {
			f.Asked, f.Question = e.Asked, e.Said
			break
		}
	}
	if a.Organization != 0 {
		o, err := tx.Organization(a.Organization)
		if err != nil {
			return nil, err
		}
		f.At = &o
	}
	return f, nil
}

// applying changes an application by its code, while nobody else changes any.
func (d *Desk) applying(ctx context.Context, what, code string, do func(*store.Tx, *policy.Policy, *iis.Application) error) error {
	law, err := d.law(ctx)
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockApplications(); err != nil {
			return err
		}
		a, err := byCode(tx, code)
		if err != nil {
			return err
		}
		return do(tx, law, &a)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// isOpen is an error when the applicant may not change an application as it stands.
func isOpen(a *iis.Application) error {
	switch {
	case a.Status.Open():
		return nil
	case a.Status == iis.ApplicationSubmitted:
		return fault.New(fault.Conflict, "The application is being reviewed and cannot be changed meanwhile. Nothing was changed. Take it back first, or wait until changes are asked for.")
	}
	return fault.New(fault.Conflict, "The application is %s: it cannot be changed any more. Nothing was changed.", strings.ToLower(a.Status.Words()))
}

// Save stores what the applicant has said so far, whatever is wrong with it: nothing that
// was typed is lost. edit changes what the application says.
func (d *Desk) Save(ctx context.Context, code string, edit func(*iis.Enrolment)) error {
	return d.applying(ctx, "save an application", code, func(tx *store.Tx, law *policy.Policy, a *iis.Application) error {
		if err := isOpen(a); err != nil {
			return err
		}
		edit(&a.Says)
		tidySays(&a.Says)
		a.Changed, a.Region = d.now(), ""
		if r := law.RegionOf(a.Says.County); r != nil {
			a.Region = r.Code
		}
		if err := tx.PutApplication(a); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: a.Changed, Actor: applicant, Act: "application: changed", Subject: int64(a.ID)})
	})
}

// maxSaid is how long what somebody writes about an application may be, in characters.
const maxSaid = 2000

func saidOf(text string) (string, error) {
	text = fold.Visible(text)
	if utf8.RuneCountInString(text) > maxSaid {
		return "", fault.New(fault.Invalid, "The text is too long: write %d characters at most. Nothing was changed.", maxSaid)
	}
	return text, nil
}

// Send sends an application for review, with an answer to what was asked, or none. What is
// wrong with it, or not signed, is told; then it stays with the applicant.
func (d *Desk) Send(ctx context.Context, code, answer string) error {
	answer, err := saidOf(answer)
	if err != nil {
		return err
	}
	return d.applying(ctx, "send an application", code, func(tx *store.Tx, law *policy.Policy, a *iis.Application) error {
		if err := isOpen(a); err != nil {
			return err
		}
		if err := complete(tx, law, *a, cal.On(d.now())); err != nil {
			return err
		}
		was, err := tx.LastVersion(a.ID)
		if err != nil {
			return err
		}
		var fields []iis.FieldChange
		if was != nil {
			fields = differSays(was, &a.Says)
		}
		now := d.now()
		a.Status, a.Changed, a.Submitted = iis.ApplicationSubmitted, now, now
		if err := tx.PutApplication(a); err != nil {
			return err
		}
		if err := tx.AddApplicationVersion(a.ID, a.Says); err != nil {
			return err
		}
		if err := d.mailContact(tx, iis.MailReceived, a); err != nil {
			return err
		}
		return tx.AddApplicationEntry(&iis.ApplicationEntry{Application: a.ID, At: now, By: applicant, Act: iis.ApplicationSent, Said: answer, Fields: fields})
	})
}

// complete is an error that tells what an application lacks.
func complete(tx *store.Tx, law *policy.Policy, a iis.Application, today cal.Date) error {
	f, err := filing(tx, law, a, today)
	if err != nil {
		return err
	}
	var lacks []string
	for i, p := range f.Problems {
		if i == 10 {
			lacks = append(lacks, fmt.Sprintf("And %d more.", len(f.Problems)-i))
			break
		}
		lacks = append(lacks, p.Label+": "+p.Say+".")
	}
	for _, p := range f.ToSign() {
		lacks = append(lacks, "To be signed: "+p.Title()+".")
	}
	if len(lacks) > 0 {
		return fault.New(fault.Invalid, "It is not complete yet. %s Nothing was changed.", strings.Join(lacks, " "))
	}
	return nil
}

// TakeBack takes an application back that waits for review, to change it (final is false),
// or for ever.
func (d *Desk) TakeBack(ctx context.Context, code, why string, final bool) error {
	why, err := saidOf(why)
	if err != nil {
		return err
	}
	return d.applying(ctx, "take an application back", code, func(tx *store.Tx, _ *policy.Policy, a *iis.Application) error {
		if a.Status.Final() || !final && a.Status != iis.ApplicationSubmitted {
			return fault.New(fault.Conflict, "The application is %s: there is nothing to take back. Nothing was changed.", strings.ToLower(a.Status.Words()))
		}
		a.Status, a.Changed = iis.ApplicationDraft, d.now()
		said := strings.TrimSpace("to change it. " + why)
		if final {
			a.Status, said = iis.ApplicationWithdrawn, why
			if err := tx.CloseApplicationLinks(a.ID, a.Changed); err != nil {
				return err
			}
		}
		if err := tx.PutApplication(a); err != nil {
			return err
		}
		return tx.AddApplicationEntry(&iis.ApplicationEntry{Application: a.ID, At: a.Changed, By: applicant, Act: iis.ApplicationTakenBack, Said: said})
	})
}
