package chart

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Vaccinee is a person of whom somebody enters vaccinations, or corrects one.
type Vaccinee struct {
	Whom
	From iis.Sender // in whose name it is entered
	// Said is as whom the site's message names the person: as the site did before, or else by
	// the number that the page gave, and as the record has it.
	Said iis.Person
	// Had is what is corrected or deleted; nil where vaccinations are new. What says it in words.
	Had  *iis.SourceDose
	What string

	reading *reading
}

// Vaccinee is whose vaccinations somebody is about to enter; number is one by which the site will
// know the person, if it does not yet. The look is audited. Errors are those of Open and Speaks.
func (d *Desk) Vaccinee(ctx context.Context, by Teller, id iis.PersonID, number string) (*Vaccinee, error) {
	if err := by.Speaks(); err != nil {
		return nil, err
	}
	r, err := d.read(ctx, by.Actor, id, actVaccinate)
	if err != nil {
		return nil, err
	}
	from, err := d.speaksFor(ctx, by)
	if err != nil {
		return nil, fmt.Errorf("enter vaccinations of %d: %w", id, err)
	}
	return &Vaccinee{Whom: r.whom(), From: from, Said: r.saidBy(from.ID, number), reading: r}, nil
}

// SpeaksFor is the sender in whose name a teller enters something.
func (d *Desk) SpeaksFor(ctx context.Context, by Teller) (iis.Sender, error) {
	if err := by.Speaks(); err != nil {
		return iis.Sender{}, err
	}
	return d.speaksFor(ctx, by)
}

// Entry is the person with a dose that was entered under a number, to be corrected or deleted:
// fault.NotFound when there is none, fault.Denied when another site entered it, and
// fault.Conflict when it was deleted.
func (d *Desk) Entry(ctx context.Context, by Teller, id iis.PersonID, number string) (*Vaccinee, error) {
	r, err := d.read(ctx, by.Actor, id, actVaccinate)
	if err != nil {
		return nil, err
	}
	folder := r.told()
	at := slices.IndexFunc(folder.Doses, func(s iis.SourceDose) bool { return s.Dose.EnteredAs() == number })
	if at < 0 || number == "" {
		return nil, fault.New(fault.NotFound, "This record has no vaccination that was entered under this number.")
	}
	had := &folder.Doses[at]
	switch {
	case !by.May(had.Sender):
		return nil, fault.New(fault.Denied, "This was entered by another site. Only that site, or the registry’s staff, can correct it. Nothing was changed. If it is wrong, say so under “Something looks wrong”.")
	case had.Dose.Action == iis.Delete:
		return nil, fault.New(fault.Conflict, "This vaccination was deleted.")
	}
	out := &Vaccinee{Whom: r.whom(), Had: had, What: r.doseInShort(&had.Dose), Said: r.saidBy(had.Sender, number), reading: r}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		p, err := tx.SenderProfile(had.Sender)
		out.From = p.Sender
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read who entered a dose of %d: %w", id, err)
	}
	return out, nil
}

// saidBy is as whom a sender names the person in a message. It ends with the registry's own number,
// by which the message alone tells whose record was open.
func (r *reading) saidBy(sender iis.SenderID, number string) iis.Person {
	ours := iis.Identifier{Value: r.folder.ID.Public(), Type: "SR", Authority: iis.RegistryAuthority}
	for i := range r.folder.Sources {
		p := &r.folder.Sources[i].Person
		if r.folder.Sources[i].Sender == sender && len(p.Names) > 0 && p.Birth != cal.None {
			return iis.Person{IDs: append(slices.Clone(p.IDs), ours), Names: p.Names[:1], Birth: p.Birth, Sex: p.Sex}
		}
	}
	g := &r.folder.Golden
	return iis.Person{
		IDs: []iis.Identifier{{Value: number, Type: "PI", Authority: iis.EnteredOnPage}, ours}, Names: []iis.Name{g.LegalName()}, Birth: g.Birth, Sex: g.Sex,
	}
}

// doseInShort is a dose in one line.
func (r *reading) doseInShort(d *iis.Dose) string {
	if d.Kind == iis.Refusal {
		return r.inShort(d)
	}
	name, product := r.vaccine(d)
	return join(", ", name, product, lotWords(d.Lot))
}

// Foreseen is what a record would be with vaccinations that are about to be stored.
type Foreseen struct {
	Doses  []Foresight // in the order in which they were given
	Groups []GroupChange
	Silent string // why nothing is forecast; "" when something is
}

// Foresight is a vaccination that is about to be stored.
type Foresight struct {
	Dose
	What string
	// Known says that the shot is on record already, by whom; nobody is named to who is not
	// told who reported.
	Known   bool
	KnownTo []string
	Refused bool
}

// Foresee says what would be of some doses if they were stored now, and what would be forecast
// then. A dose that is corrected stands in the place of what it was. Nothing is stored.
func (v *Vaccinee) Foresee(doses []iis.Dose) Foreseen {
	r := v.reading
	base := *r
	base.folder = r.told()
	var reports []iis.SourceDose
	for i := range doses {
		s := iis.SourceDose{
			Person: v.ID, Sender: v.From.ID, Key: record.DoseKey(&doses[i]), Received: r.d.now().UnixMicro(), Detail: doses[i].Detail(), Dose: doses[i],
		}
		s.ID = iis.SourceDoseID(math.MaxInt64 - int64(i)) // the newest of all
		if s.Origin = s.ID; v.Had != nil {
			s.Origin, s.Source = v.Had.Origin, v.Had.Source
		}
		reports = append(reports, s)
	}
	before, after := base, base
	before.outlook, after.outlook = Outlook{}, Outlook{}
	before.assess()
	after.folder = r.d.keeper.Supposing(base.folder, reports...)
	rec := after.record()
	shown, _ := record.History(after.folder)
	out := Foreseen{Groups: changes(&before.outlook, &after.outlook), Silent: after.outlook.Silent}
	for i := range doses {
		f := Foresight{What: r.doseInShort(&doses[i]), Refused: doses[i].Kind == iis.Refusal}
		f.Date = doses[i].Date
		for k := range shown {
			if slices.ContainsFunc(shown[k].Reports, func(d *iis.SourceDose) bool { return d.Origin == reports[i].Origin }) {
				f.Dose = rec.Doses[k]
				f.Known, f.KnownTo = after.knownBefore(&shown[k], reports)
			}
		}
		out.Doses = append(out.Doses, f)
	}
	return out
}

// told is the record as far as whoever reads it is told of it.
func (r *reading) told() *store.Folder {
	if !r.by.Roster {
		return r.folder
	}
	f, _ := r.d.keeper.WithoutConfidential(r.law, r.folder)
	return f
}

// knownBefore are who reported a shot besides what is about to be stored.
func (r *reading) knownBefore(s *record.Shown, fresh []iis.SourceDose) (known bool, by []string) {
	for _, d := range s.Reports {
		if slices.ContainsFunc(fresh, func(f iis.SourceDose) bool { return f.Origin == d.Origin }) {
			continue
		}
		known = true
		if name := r.sender(d.Sender); !r.by.Roster && !slices.Contains(by, name) {
			by = append(by, name)
		}
	}
	return known, by
}

// maxNear is how many persons are shown beside the form for a new one.
const maxNear = 10

// Near are those whom somebody may mean who describes a person, of those of whom they may know:
// by the matching that would place the description, and by name and birth date. Whoever is
// shown is in the audit.
func (d *Desk) Near(ctx context.Context, by iis.Actor, who *iis.Person) ([]Line, error) {
	like, err := d.keeper.Like(ctx, by, who)
	if err != nil {
		return nil, err
	}
	name := who.LegalName()
	named, err := Search{Text: strings.Join([]string{name.Given, name.Family, who.Birth.String()}, " ")}.read(cal.On(d.now()))
	unnamed := err != nil
	var lines []Line
	err = d.store.Snapshot(ctx, func(tx *store.Tx) error {
		lines = nil
		hits := make([]store.Found, len(like))
		for i, id := range like {
			hits[i].Person = id
		}
		found, _, err := d.sees(tx, by, anybody, hits)
		if err != nil {
			return err
		}
		if !unnamed {
			hits, _, err := named.find(tx)
			if err != nil {
				return err
			}
			hits = slices.DeleteFunc(hits, func(h store.Found) bool { return slices.Contains(like, h.Person) })
			more, _, err := d.sees(tx, by, named, hits)
			if err != nil {
				return err
			}
			found = append(found, more...)
		}
		for _, s := range found[:min(len(found), maxNear)] {
			lines = append(lines, d.seenLine(s))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for who is like somebody new: %w", err)
	}
	return lines, d.audit(by, actSearch, lines)
}

// Described is a search taken apart as far as the form for a new person can use it: the words of
// the name, as they were written, and the birth date; None when it was not written whole.
func (q Search) Described(today cal.Date) (words []string, birth cal.Date) {
	w, err := q.read(today)
	if err != nil || w.id != 0 || w.number != "" {
		return nil, cal.None
	}
	parts, err := readWords(strings.FieldsFunc(q.Text, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }), today)
	if err != nil {
		return nil, cal.None
	}
	return parts.words, w.name.Birth
}

// Taken reports that the number of a dose that is about to be stored stands in this record for
// something else that the site entered, or deleted: a form that was stored and is sent anew, changed,
// tells of another dose.
func (v *Vaccinee) Taken(d *iis.Dose) bool {
	return slices.ContainsFunc(v.reading.folder.Doses, func(s iis.SourceDose) bool {
		return d.Filler.ID != "" && s.Sender == v.From.ID && s.Dose.Filler.ID == d.Filler.ID && (s.Dose.Action == iis.Delete || s.Dose.Date != d.Date || !s.Dose.SameVaccine(d))
	})
}

// NewNumber is a number for a report or a person that a form is about to make: the form sent
// twice makes one.
func (d *Desk) NewNumber() string { return iis.DoseID(d.store.NewID()).Public() }
