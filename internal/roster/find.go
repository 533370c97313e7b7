package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Search is a person by the whole name and birth date, or by the number of the record that
// the family has on paper, with the birth date.
type Search struct{ Family, Given, Birth, Number string }

// Candidate is the one person whom a search means.
type Candidate struct {
	*Site
	Person iis.PersonID
	Name   string
	Birth  cal.Date
	Shared bool // the record will be open to whoever keeps the roster
	// Entry is that of somebody who is on the roster already; nil of others.
	Entry *iis.RosterEntry
}

// errNobody is for a search that leads to nobody, to several, or to somebody who is hidden:
// one answer for all.
var errNobody = fault.New(fault.Invalid, "Nobody is found by exactly this. Check the spelling of the whole name, and the birth date, against the child’s papers; or ask the family for the registry number on its printed record.")

// read makes a search fit to be looked up; fault.Invalid says what is missing.
func (q Search) read() (exact, error) {
	x := exact{family: fold.Text(oneLine(q.Family)), given: fold.Text(oneLine(q.Given))}
	day, wrong := cal.ReadWritten(oneLine(q.Birth), cal.MonthFirst)
	if oneLine(q.Birth) == "" || wrong != "" || day == cal.None {
		return x, fault.New(fault.Invalid, "Write the whole birth date as month, day, year, like 4/30/2019.")
	}
	x.birth = day
	if number := oneLine(q.Number); number != "" {
		id, ok := iis.ParsePersonID(number)
		if !ok {
			return x, fault.New(fault.Invalid, "The registry number has 13 letters and digits. Leave it empty if you do not have it.")
		}
		x.number = id
		return x, nil
	}
	if x.family == "" || x.given == "" {
		return x, fault.New(fault.Invalid, "Write the whole first and last name.")
	}
	return x, nil
}

// exact is a search that was read.
type exact struct {
	family, given string
	birth         cal.Date
	number        iis.PersonID
}

// means reports that a search means somebody by a name and birth date that hold now.
func (x *exact) means(p *iis.Person) bool {
	if p.Birth != x.birth {
		return false
	}
	return x.number != 0 || slices.ContainsFunc(p.Names, func(n iis.Name) bool {
		given := fold.Text(n.Given)
		return fold.Text(n.Family) == x.family && (given == x.given || fold.Text(n.Given+" "+n.Middle) == x.given)
	})
}

// sources are those of a record that say what somebody was described by: by name and birth date,
// or, where no source says them so, as the record has them.
func (x *exact) sources(c *store.Card) (out []iis.SourceID) {
	of := func(x *exact) {
		for i := range c.Sources {
			if x.means(&c.Sources[i].Person) {
				out = append(out, c.Sources[i].Source)
			}
		}
	}
	if x.number == 0 {
		of(x)
	}
	if len(out) == 0 {
		n := c.Golden.LegalName()
		of(&exact{family: fold.Text(n.Family), given: fold.Text(n.Given), birth: c.Golden.Birth})
	}
	return out
}

// candidates are the numbers to which a search may lead.
func (x *exact) candidates(tx *store.Tx) ([]iis.PersonID, error) {
	if x.number != 0 {
		return tx.Follow(x.number)
	}
	words := append(fold.Words(x.given), fold.Words(x.family)...)
	found, all, err := tx.FindByName(store.ByName{Words: words, Birth: x.birth, Year: yearOf(x.birth)})
	if err != nil || !all {
		return nil, err
	}
	var out []iis.PersonID
	for _, f := range found {
		if f.Fits == len(words) {
			out = append(out, f.Person)
		}
	}
	return out, nil
}

func yearOf(d cal.Date) int {
	y, _, _ := d.YMD()
	return y
}

// one is the one person of a site's search; nil: nobody, or several.
func (d *Desk) one(tx *store.Tx, by iis.Actor, site *Site, x *exact) (*store.Card, record.Sight, error) {
	ids, err := x.candidates(tx)
	if err != nil || len(ids) == 0 {
		return nil, record.Nothing, err
	}
	cards, err := tx.Cards(ids...)
	if err != nil {
		return nil, record.Nothing, err
	}
	var found *store.Card
	var as record.Sight
	for i := range cards {
		card, sight, err := d.keeper.OnRoster(tx, &site.Organization, by, &cards[i])
		switch {
		case err != nil:
			return nil, record.Nothing, err
		case sight == record.Nothing || !x.means(&card.Golden):
		case found != nil:
			return nil, record.Nothing, nil
		default:
			found, as = card, sight
		}
	}
	return found, as, nil
}

// Find is the one person whom a search means exactly, of those of whom the site may know;
// else errNobody, whoever there is. Each search is in the audit, with whom it showed.
func (d *Desk) Find(ctx context.Context, by iis.Actor, id iis.OrganizationID, q Search) (*Candidate, error) {
	x, err := q.read()
	if err != nil {
		return nil, err
	}
	var out *Candidate
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out = nil
		site, err := d.site(tx, by, id)
		if err != nil {
			return err
		}
		c, sight, err := d.one(tx, by, site, &x)
		if err != nil || c == nil {
			return err
		}
		out = &Candidate{Site: site, Person: c.ID, Name: name(c.Golden.LegalName()), Birth: c.Golden.Birth, Shared: sight == record.Whole || sight == record.OwnPart}
		out.Entry, err = entryOf(tx, site.ID, c.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for somebody for the roster of %d: %w", id, err)
	}
	line := store.Audit{At: d.now(), Actor: by, Act: actLook, Subject: int64(id)}
	if out != nil {
		line.Person = out.Person
	}
	if err := d.store.AuditRead(line); err != nil {
		return nil, fmt.Errorf("audit a search for the roster of %d: %w", id, err)
	}
	if out == nil {
		return nil, errNobody
	}
	return out, nil
}

// entryOf is the first entry of a person on a site's roster that holds; nil: there is none.
func entryOf(tx *store.Tx, site iis.OrganizationID, person iis.PersonID) (*iis.RosterEntry, error) {
	all, err := entriesOf(tx, site, person)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// entriesOf are the entries of a person on a site's roster that hold: two, where records were
// joined that were both on it.
func entriesOf(tx *store.Tx, site iis.OrganizationID, person iis.PersonID) ([]iis.RosterEntry, error) {
	all, err := tx.RosterEntries(person)
	return slices.DeleteFunc(all, func(e iis.RosterEntry) bool { return e.Site != site }), err
}

// oneLine is a text without what nobody sees, and with one blank between words.
func oneLine(text string) string { return strings.Join(strings.Fields(fold.Visible(text)), " ") }
