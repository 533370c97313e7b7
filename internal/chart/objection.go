package chart

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	_ "image/jpeg" // signed papers may be pictures
	_ "image/png"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/scan"
	"openiis/internal/store"
)

// ToSign is what a form about sharing needs to know: of a record of which whoever fills it
// in sees nothing, the person's name and birth date alone.
type ToSign struct {
	Whom
	Form   *form.Form
	Values form.Values
	Status iis.Sharing
	Today  cal.Date
}

// The forms about sharing, as addresses name them, each with what it chooses.
var sharingForms = map[string]iis.ChoiceKind{"objection": iis.Objects, "withdrawal": iis.Withdraws}

// errNoForm is for a form that the state does not have.
var errNoForm = fault.New(fault.NotFound, "There is no such form: in this state sharing is not limited by a form.")

// formOf is the state's form of a choice.
func formOf(law *policy.Policy, kind iis.ChoiceKind) (*form.Form, error) {
	p := law.Sharing.Papers
	if p == nil || kind == "" {
		return nil, errNoForm
	}
	code := p.Objection
	if kind == iis.Withdraws {
		code = p.Withdrawal
	}
	return law.Papers().MustForm(code)
}

// ToSign opens a form about the sharing of a record, for whoever records it: also where
// they see no more of the record than that it is there. fault.Denied for whom a site that
// designates has not.
func (d *Desk) ToSign(ctx context.Context, by Teller, id iis.PersonID, name string) (*ToSign, error) {
	if err := d.recordsObjections(ctx, by); err != nil {
		return nil, err
	}
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	f, err := formOf(law, sharingForms[name])
	if err != nil {
		return nil, err
	}
	out := &ToSign{Form: f, Today: cal.On(d.now()), Values: form.Values{}}
	if out.Values["site"], err = d.siteName(ctx, by); err != nil {
		return nil, err
	}
	r, err := d.read(ctx, by.Actor, id, actSharing)
	var barred *Barred
	switch {
	case errors.As(err, &barred):
		out.Whom, out.Status = Whom{ID: barred.ID, Name: barred.Name, Birth: barred.Birth}, barred.Status
	case err != nil:
		return nil, err
	default:
		out.Whom, out.Status = r.whom(), r.shared.Status
		g := &r.folder.Golden
		out.Values["guardian"] = (&Record{Kin: kinOf(r)}).Guardian()
		for _, a := range r.addresses(g.Addresses) {
			out.Values["patient address"] = strings.Join(a.Lines, ", ")
			break
		}
		for _, t := range g.Telecoms {
			if value := telephone(t); value != "" && t.Email == "" {
				out.Values["patient phone"] = value
				break
			}
		}
	}
	out.Values["patient"] = out.Name
	if out.Birth != cal.None {
		out.Values["birth date"] = out.Birth.Time().Format("01/02/2006")
	}
	for k, v := range out.Values {
		if v == "" {
			delete(out.Values, k)
		}
	}
	return out, nil
}

func kinOf(r *reading) (out []Kin) {
	for _, k := range r.folder.Golden.Kin {
		out = append(out, r.kin(k))
	}
	return out
}

// siteName is for whom a teller speaks.
func (d *Desk) siteName(ctx context.Context, by Teller) (name string, err error) {
	if by.Staff {
		return iis.StaffName, nil
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		p, err := tx.SenderProfile(by.Sender)
		name = p.Name
		return err
	})
	return name, err
}

// Paper is a signed paper that somebody uploads: who signed it, as what, and when.
type Paper struct {
	File     []byte
	Signer   string
	Relation string
	Signed   cal.Date
}

// check is the media type of the paper, or what is wrong with it.
func (p *Paper) check(today cal.Date) (media string, err error) {
	var wrong error
	if p.Signer, wrong = written(p.Signer, "Write the name of whoever signed the paper."); wrong != nil {
		return "", wrong
	}
	if p.Relation, wrong = written(p.Relation, "Write as what they signed: the person, or whose parent or guardian."); wrong != nil {
		return "", wrong
	}
	switch {
	case p.Signed == cal.None:
		return "", fault.New(fault.Invalid, "Write the day on which the paper was signed, like 4/5/2026.")
	case p.Signed > today:
		return "", fault.New(fault.Invalid, "The day on which the paper was signed is in the future.")
	}
	return scan.Kind("The file of the signed paper", p.File)
}

// The labels of what a form about sharing keeps.
const (
	labelDocument = "Document"
	labelPaper    = "Paper"
)

// Sign records an objection or its withdrawal that a person, or a parent or guardian,
// signed: on the page (doc), or on paper that is uploaded. The status changes in the same
// transaction. fault.Conflict when an objection holds already, or there is none to take
// back.
func (d *Desk) Sign(ctx context.Context, by Teller, id iis.PersonID, name string, doc *form.Document, paper *Paper) error {
	if err := d.recordsObjections(ctx, by); err != nil {
		return err
	}
	if err := d.MayKnow(ctx, by.Actor, id); err != nil {
		return err
	}
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	kind := sharingForms[name]
	f, err := formOf(law, kind)
	if err != nil {
		return err
	}
	var kept iis.Form
	kept.Add("Form", f.Title(""))
	kept.Add("Record", id.Public())
	c := iis.Choice{Kind: kind, By: by.Actor.User}
	if paper != nil {
		if c.Paper, err = paper.check(cal.On(d.now())); err != nil {
			return err
		}
		c.From = paper.Signed
		kept.Add("Signed on paper by", paper.Signer)
		kept.Add("As", paper.Relation)
		kept.Add("Signed on", paper.Signed.String())
		kept.Add("Kind of file", c.Paper)
		kept.Add(labelPaper, base64.StdEncoding.EncodeToString(paper.File))
	} else {
		if doc == nil || doc.Code != f.Code || !doc.Holds() {
			return fault.New(fault.Invalid, "The form is not signed, or it has changed since. Open it again.")
		}
		c.From = doc.Signature.Day
		text, err := json.Marshal(doc)
		if err != nil {
			return fmt.Errorf("keep a signed form: %w", err)
		}
		kept.Add("Signed by", doc.Signature.Name)
		kept.Add("As", doc.Signature.Title)
		kept.Add("Signed on", doc.Signature.Day.String())
		kept.Add("Digest", doc.Signature.Digest)
		kept.Fields = append(kept.Fields, iis.FormField{Label: labelDocument, Value: string(text)})
	}
	return d.choose(ctx, by, id, kept, record.Arrival{Choice: &c, Before: func(tx *store.Tx, f *store.Folder) error {
		if who, err := recordersIn(tx, law, by); err != nil || !who.May() {
			return orRefusal(err, who)
		}
		return choosable(f, kind)
	}})
}

// choosable refuses a choice that changes nothing.
func choosable(f *store.Folder, kind iis.ChoiceKind) error {
	s := record.SharingOf(f.Sources, f.Choices)
	switch {
	case kind == iis.Objects && s.Cause == record.ByObjection:
		return fault.New(fault.Conflict, "An objection is on record already. Nothing was changed.")
	case kind == iis.Withdraws && s.Status != iis.SharingNo:
		return fault.New(fault.Conflict, "No objection is on record that could be withdrawn. Nothing was changed.")
	}
	return nil
}

// Signed is a signed form as it was kept.
type Signed struct {
	Document *form.Document // nil of one that was signed on paper
	At       time.Time
	Media    string // of the paper that was uploaded
	File     []byte
}

// Signed opens a signed form of a record: for those to whom its sharing page tells who recorded
// it (tellsOf), and for the site that did. fault.NotFound for others, as for one that is not there.
func (d *Desk) Signed(ctx context.Context, by iis.Actor, id iis.PersonID, sub iis.SubmissionID) (*Signed, error) {
	var now iis.PersonID
	err := d.store.Snapshot(ctx, func(tx *store.Tx) error {
		f, err := tx.Folder(id)
		if err != nil {
			return err
		}
		_, sight, err := d.keeper.Sees(tx, by, f)
		if err != nil || sight == record.Nothing {
			return err
		}
		if slices.ContainsFunc(f.Choices, func(c iis.Choice) bool { return c.Submission == sub && tellsOf(by, sight, c.Sender) }) {
			now = f.ID
		}
		return nil
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	line := store.Audit{At: d.now(), Actor: by, Act: actPaper, Person: now, Subject: int64(sub)}
	if now == 0 {
		line.Act = actMissing
	}
	if err := d.store.AuditRead(line); err != nil {
		return nil, fmt.Errorf("audit the opening of form %d: %w", sub, err)
	}
	if now == 0 {
		return nil, fault.New(fault.NotFound, "There is no such signed form.")
	}
	kept, err := d.store.Submission(ctx, sub)
	if err != nil {
		return nil, fmt.Errorf("read the signed form %d: %w", sub, err)
	}
	return signedIn(&kept)
}

// signedIn reads what Sign kept.
func signedIn(kept *iis.Submission) (*Signed, error) {
	f, ok := iis.ParseForm(kept.Raw)
	if !ok {
		return nil, fmt.Errorf("submission %d is no form", kept.ID)
	}
	out := &Signed{At: kept.Received, Media: f.Value("Kind of file")}
	if out.Media != "" {
		file, err := base64.StdEncoding.DecodeString(f.Value(labelPaper))
		out.File = file
		return out, err
	}
	out.Document = new(form.Document)
	if err := json.Unmarshal([]byte(f.Value(labelDocument)), out.Document); err != nil {
		return nil, fault.New(fault.NotFound, "There is no such signed form.")
	}
	return out, nil
}
