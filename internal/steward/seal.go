package steward

import (
	"cmp"
	"context"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// What the audit says of looking at what is sealed, always under the former identity.
const (
	ActListSeals = "list sealed identities"
	ActOpenSeal  = "open a sealing"
)

// Identity is a new identity as somebody writes it down: who a person is from now on.
type Identity struct {
	Family, Given, Middle, Suffix string
	Birth                         string // a day of the calendar, as 2023-04-05 or 4/5/2023
	Sex                           string // F, M, X or U
	MotherFamily, MotherGiven     string
	MotherMaiden                  string
	Street, City, State, Zip      string
	Telephone                     string
}

// Field is a part of an identity under the name that pages and files call it by; nil
// when there is no such part.
func (n *Identity) Field(name string) *string {
	return map[string]*string{
		"family": &n.Family, "given": &n.Given, "middle": &n.Middle, "suffix": &n.Suffix, "birth": &n.Birth, "sex": &n.Sex,
		"mother-family": &n.MotherFamily, "mother-given": &n.MotherGiven, "mother-maiden": &n.MotherMaiden,
		"street": &n.Street, "city": &n.City, "state": &n.State, "zip": &n.Zip, "telephone": &n.Telephone,
	}[name]
}

// IdentityFields are the names of all parts, in the order in which they are asked for.
var IdentityFields = []string{
	"family", "given", "middle", "suffix", "birth", "sex", "mother-given", "mother-family", "mother-maiden", "street", "city", "state", "zip", "telephone",
}

// person is an identity as a message would tell it.
func (n *Identity) person() (p iis.Person, err error) {
	for _, name := range IdentityFields {
		f := n.Field(name)
		*f = strings.Join(strings.Fields(*f), " ")
	}
	p.Names = []iis.Name{{Family: n.Family, Given: n.Given, Middle: n.Middle, Suffix: n.Suffix, Type: "L"}}
	if n.Birth != "" {
		var wrong cal.Unread
		if p.Birth, wrong = cal.ReadWritten(n.Birth, cal.MonthFirst); wrong != cal.Readable {
			return p, fault.New(fault.Invalid, "The birth date %s. Write it like 4/5/2023 or 2023-04-05.", wrong)
		}
	}
	switch p.Sex = strings.ToUpper(cmp.Or(n.Sex, "U")); p.Sex {
	case "F", "M", "X", "U":
	default:
		return p, fault.New(fault.Invalid, "Write the sex as F, M, X or U.")
	}
	if n.MotherGiven != "" || n.MotherFamily != "" {
		p.Kin = []iis.Kin{{
			Names:    []iis.Name{{Family: cmp.Or(n.MotherFamily, n.Family), Given: n.MotherGiven, Type: "L"}},
			Relation: iis.Coded{Code: "MTH", Text: "Mother", System: "HL70063"},
		}}
	}
	if n.MotherMaiden != "" {
		p.MotherMaiden = iis.Name{Family: n.MotherMaiden, Type: "M"}
	}
	if n.Street+n.City+n.Zip != "" {
		p.Addresses = []iis.Address{{Street: n.Street, City: n.City, State: n.State, Zip: n.Zip, Country: "USA", Type: "H"}}
	}
	if digits := digitsOf(n.Telephone); len(digits) == 10 {
		p.Telecoms = []iis.Telecom{{Use: "PRN", Equipment: "PH", Area: digits[:3], Local: digits[3:]}}
	} else if n.Telephone != "" {
		return p, fault.New(fault.Invalid, "Write the telephone number with its area code, ten digits in all.")
	}
	return p, nil
}

func digitsOf(s string) string {
	return strings.TrimPrefix(strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s), "1")
}

// Sealing is what somebody who may seal asks for.
type Sealing struct {
	Person   iis.PersonID
	Into     iis.PersonID // the record that the new identity has; 0: New is made
	New      Identity
	Anyway   bool   // also beside records that are like it
	Facility string // in whose name the history goes over; "": the programme's staff
	Order    string
	Why      string
}

// Seal seals a former identity (record.Keeper.Seal), with messages that name it and
// are stored with nobody, and returns the number of the new one. That the caller may is for the door to know.
func (d *Desk) Seal(ctx context.Context, by iis.Actor, in Sealing) (id iis.SealID, is iis.PersonID, err error) {
	out := record.Sealing{Person: in.Person, Into: in.Into, Anyway: in.Anyway, Order: in.Order, Why: in.Why, By: by}
	if in.Into == 0 {
		if out.New, err = in.New.person(); err != nil {
			return 0, 0, err
		}
	}
	if out.Sender, err = d.inWhoseName(ctx, by, strings.TrimSpace(in.Facility)); err != nil {
		return 0, 0, err
	}
	if id, is, err = d.keeper.Seal(ctx, out); err != nil {
		return 0, 0, wrap("seal an identity", err)
	}
	_, err = d.Sweep(ctx, by, id)
	return id, is, err
}

// Sweep seals what the senders of a sealed identity sent that names it and is stored
// with nobody (record.Keeper.Sweep), and returns how many messages that were.
func (d *Desk) Sweep(ctx context.Context, by iis.Actor, id iis.SealID) (int, error) {
	n, err := d.keeper.Sweep(ctx, id, by)
	return n, wrap("look for messages that name the former identity", err)
}

// inWhoseName is the sender of a facility. The programme's own is made when it is
// first needed.
func (d *Desk) inWhoseName(ctx context.Context, by iis.Actor, facility string) (from iis.Sender, err error) {
	name := cmp.Or(facility, iis.StaffFacility)
	err = d.read(ctx, "find the sender", func(tx *store.Tx) (err error) {
		from, err = tx.SenderByFacility(name)
		return err
	})
	switch {
	case err == nil || fault.KindOf(err) != fault.NotFound:
		return from, err
	case facility != "":
		return from, fault.Wrap(fault.Invalid, err, "There is no sender with this facility code.")
	}
	err = wrap("make the programme a sender", d.store.Write(ctx, func(tx *store.Tx) error {
		if from, err = tx.EnsureSender(iis.StaffFacility, iis.StaffName, d.now()); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: d.now(), Actor: by, Act: "set sender", Subject: int64(from.ID)})
	}))
	return from, err
}

// SealLine is a sealing in the list.
type SealLine struct {
	iis.Seal
	Who string // the name of who sealed
}

// maxSeals is how many sealings a page of the list has.
const maxSeals = 50

// Seals are the sealings that hold, the newest first, from behind one of them, and
// behind which there are more (0: none). Each is audited under its former identity.
func (d *Desk) Seals(ctx context.Context, by iis.Actor, before iis.SealID) (out []SealLine, next iis.SealID, err error) {
	err = d.read(ctx, "list what is sealed", func(tx *store.Tx) error {
		found, err := tx.Seals(before, maxSeals+1)
		if err != nil {
			return err
		}
		if out, next = nil, 0; len(found) > maxSeals {
			found = found[:maxSeals]
			next = found[maxSeals-1].ID
		}
		var users []iis.UserID
		for _, s := range found {
			users = append(users, s.By.User)
		}
		names, err := tx.UserNames(users)
		for _, s := range found {
			out = append(out, SealLine{s.Seal, names[s.By.User]})
		}
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	lines := make([]store.Audit, len(out))
	for i, s := range out {
		lines[i] = store.Audit{At: d.now(), Actor: by, Act: ActListSeals, Person: s.Person, Subject: int64(s.ID)}
	}
	return out, next, wrap("audit the list of what is sealed", d.store.AuditRead(lines...))
}

// OpenedSeal is a sealing with what went over, and what has not.
type OpenedSeal struct {
	SealLine
	Sender  string // in whose name the history went over
	Name    string // the former one
	Birth   cal.Date
	Over    []SealedDose
	Changes []SealedDose // that came since
}

// SealedDose is a dose or fact of a sealed identity.
type SealedDose struct {
	Date cal.Date
	What string
	Lot  string
	Done string // of a change: New, Corrected or Withdrawn
}

// Sealing opens a sealing; fault.NotFound when there is none. It is audited under the
// former identity before it is returned. Of the new one it has the number alone: that
// somebody looked must not stand in its log.
func (d *Desk) Sealing(ctx context.Context, by iis.Actor, id iis.SealID) (*OpenedSeal, error) {
	s, err := d.keeper.Sealing(ctx, id)
	if err != nil {
		return nil, wrap("open a sealing", err)
	}
	err = d.store.AuditRead(store.Audit{At: d.now(), Actor: by, Act: ActOpenSeal, Person: s.Person, Subject: int64(s.ID)})
	if err != nil {
		return nil, wrap("audit the opening of a sealing", err)
	}
	legal := s.Former.LegalName()
	out := &OpenedSeal{SealLine: SealLine{Seal: s.Seal}, Name: strings.TrimSpace(legal.Given + " " + legal.Family), Birth: s.Former.Birth}
	for i := range s.Over {
		out.Over = append(out.Over, d.sealedDose(&s.Over[i]))
	}
	for i := range s.Changes {
		c := d.sealedDose(&s.Changes[i].Dose)
		c.Done = map[iis.Action]string{iis.Add: "New", iis.Update: "Corrected", iis.Delete: "Withdrawn"}[s.Changes[i].Dose.Action]
		out.Changes = append(out.Changes, c)
	}
	err = d.read(ctx, "read who sealed", func(tx *store.Tx) error {
		names, err := tx.UserNames([]iis.UserID{s.By.User})
		if err != nil {
			return err
		}
		out.Who = names[s.By.User]
		p, err := tx.SenderProfile(s.Sender)
		out.Sender = p.Name
		return err
	})
	return out, err
}

// sealedDose is a dose or fact in short.
func (d *Desk) sealedDose(dose *iis.Dose) SealedDose {
	out := SealedDose{Date: dose.Date, Lot: dose.Lot, What: "A fact about the person’s health"}
	if v, ok := d.codes.CVX(dose.CVX); ok && v.CVX != codeset.NoVaccine {
		out.What = v.Plain()
	}
	for i := range dose.Observations {
		if o := &dose.Observations[i]; dose.Kind == iis.Fact && o.Value.Text != "" {
			out.What = o.Value.Text
			break
		}
	}
	return out
}

// TakeOver has what came for a sealed identity since go over to the new one; it
// returns how many doses and facts that were.
func (d *Desk) TakeOver(ctx context.Context, by iis.Actor, id iis.SealID) (int, error) {
	n, err := d.keeper.TakeOver(ctx, id, by)
	return n, wrap("take over", err)
}

// Unseal takes a sealing back (record.Keeper.Unseal).
func (d *Desk) Unseal(ctx context.Context, by iis.Actor, id iis.SealID, why string) error {
	return wrap("unseal an identity", d.keeper.Unseal(ctx, id, by, why))
}
