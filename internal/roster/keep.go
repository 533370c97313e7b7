package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Details are what a site says of a person on its roster.
type Details struct{ Own, Place, Since string }

// Add puts the one person on a roster whom a search means exactly. fault.Conflict: they are
// on it already.
func (d *Desk) Add(ctx context.Context, by iis.Actor, id iis.OrganizationID, q Search, details Details) (*iis.RosterEntry, error) {
	x, err := q.read()
	if err != nil {
		return nil, err
	}
	since, err := d.dayOf(details.Since, "The first day")
	if err != nil {
		return nil, err
	}
	var e *iis.RosterEntry
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		site, err := d.site(tx, by, id)
		if err != nil {
			return err
		}
		c, _, err := d.one(tx, by, site, &x)
		if err != nil {
			return err
		}
		if c == nil {
			return errNobody
		}
		if since < c.Golden.Birth {
			return fault.New(fault.Invalid, "The first day is before the birth date.")
		}
		e = &iis.RosterEntry{Person: c.ID, Site: site.ID, Since: since}
		if e.Place, err = site.placeOf(details.Place); err != nil {
			return err
		}
		if e.Own, err = site.numberOf(details.Own); err != nil {
			return err
		}
		added, err := d.put(tx, by, &x, e)
		if err == nil && !added {
			err = fault.New(fault.Conflict, "This person is on your roster already. Nothing was changed.")
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("put somebody on the roster of %d: %w", id, err)
	}
	return e, nil
}

// put stores a new entry of whom a description means, with its line of the audit; false when the
// person is on the roster already.
func (d *Desk) put(tx *store.Tx, by iis.Actor, x *exact, e *iis.RosterEntry) (bool, error) {
	if there, err := tx.HoldPersons(e.Person); err != nil || !there {
		return false, err
	}
	if have, err := entryOf(tx, e.Site, e.Person); err != nil || have != nil {
		return false, err
	}
	cards, err := tx.Cards(e.Person)
	if err != nil || len(cards) == 0 {
		return false, err
	}
	e.Sources = x.sources(&cards[0])
	e.ID, e.Added, e.By = iis.RosterID(d.store.NewID()), d.now(), by.User
	e.Changed, e.ChangedBy = e.Added, e.By
	if err := tx.AddRosterEntries(*e); err != nil {
		return false, err
	}
	return true, tx.AddAudit(audited(by, actAdd, e.Added, e))
}

// audited is the line of the audit of what was written of an entry.
func audited(by iis.Actor, act string, at time.Time, e *iis.RosterEntry) store.Audit {
	return store.Audit{
		At: at, Actor: by, Act: act, Person: e.Person, Subject: int64(e.ID),
		Written: []byte(strings.Join([]string{e.Site.Public(), e.Own, e.Place, e.Since.String(), e.Until.String(), e.Why}, "\n")),
	}
}

// Entry is an entry of a roster with whose it is.
type Entry struct {
	*Site
	Line
}

// Entry opens the entry of a person on a site's roster; fault.NotFound when there is none, or
// the person is hidden: as a number that is none.
func (d *Desk) Entry(ctx context.Context, by iis.Actor, id iis.OrganizationID, person iis.PersonID) (*Entry, error) {
	var out *Entry
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		out = nil
		site, err := d.site(tx, by, id)
		if err != nil {
			return err
		}
		l, err := d.held(tx, by, site, person)
		if err == nil && l != nil {
			out = &Entry{site, *l}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open an entry of the roster of %d: %w", id, err)
	}
	line := store.Audit{At: d.now(), Actor: by, Act: actOpen, Subject: int64(id)}
	if out != nil {
		line.Person = out.Person
	}
	if err := d.store.AuditRead(line); err != nil {
		return nil, fmt.Errorf("audit an entry of the roster of %d: %w", id, err)
	}
	if out == nil {
		return nil, errNotOn
	}
	return out, nil
}

// errNotOn is for somebody who is not on a roster, or is hidden.
var errNotOn = fault.New(fault.NotFound, "Nobody with this number is on the roster.")

// held is the line of a person on a roster; nil when there is none of whom the reader may know.
func (d *Desk) held(tx *store.Tx, by iis.Actor, site *Site, person iis.PersonID) (*Line, error) {
	now, err := tx.Follow(person)
	if err != nil || len(now) == 0 {
		return nil, err
	}
	e, err := entryOf(tx, site.ID, now[0])
	if err != nil || e == nil {
		return nil, err
	}
	lines, err := d.part(tx, by, site, []iis.RosterEntry{*e}, cal.On(d.now()))
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	return &lines[0], d.confide(tx, by, lines)
}

// Change gives a person of a roster another grade or room, and another number.
func (d *Desk) Change(ctx context.Context, by iis.Actor, id iis.OrganizationID, person iis.PersonID, own, place string) error {
	return d.edit(ctx, by, id, person, actChange, func(site *Site, e *iis.RosterEntry) (err error) {
		if e.Place, err = site.placeOf(place); err != nil {
			return err
		}
		own, err := site.numberOf(own)
		number(e, own)
		return err
	})
}

// longestWhy is the longest reason, in letters.
const longestWhy = 200

// End ends an entry, with any other that the person has on this roster: the person has left.
// They stay in the history.
func (d *Desk) End(ctx context.Context, by iis.Actor, id iis.OrganizationID, person iis.PersonID, until, why string) error {
	last, err := d.dayOf(until, "The last day")
	if err != nil {
		return err
	}
	if why = oneLine(why); len([]rune(why)) > longestWhy {
		return fault.New(fault.Invalid, "The reason is longer than %d letters.", longestWhy)
	}
	return d.edit(ctx, by, id, person, actEnd, func(_ *Site, e *iis.RosterEntry) error {
		if last < e.Since {
			return fault.New(fault.Invalid, "The last day is before the first, %s.", e.Since)
		}
		e.Until, e.Why = last, why
		return nil
	})
}

// edit changes an entry that holds, with its line of the audit.
func (d *Desk) edit(ctx context.Context, by iis.Actor, id iis.OrganizationID, person iis.PersonID, act string, change func(*Site, *iis.RosterEntry) error) error {
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		site, err := d.site(tx, by, id)
		if err != nil {
			return err
		}
		l, err := d.held(tx, by, site, person)
		if err != nil {
			return err
		}
		if l == nil {
			return errNotOn
		}
		e := l.RosterEntry
		if err := change(site, &e); err != nil {
			return err
		}
		if err := d.save(tx, by, act, &e); err != nil || act != actEnd {
			return err
		}
		return d.endOthers(tx, by, &e)
	})
	if err != nil {
		return fmt.Errorf("%s of %d: %w", act, id, err)
	}
	return nil
}

// endOthers ends what else a person has on the roster of an entry that was ended.
func (d *Desk) endOthers(tx *store.Tx, by iis.Actor, ended *iis.RosterEntry) error {
	others, err := entriesOf(tx, ended.Site, ended.Person)
	if err != nil {
		return err
	}
	for i := range others {
		e := &others[i]
		e.Until, e.Why = max(ended.Until, e.Since), ended.Why
		if err := d.save(tx, by, actEnd, e); err != nil {
			return err
		}
	}
	return nil
}

// number gives an entry another number of the site's own: the former one is found in files still.
func number(e *iis.RosterEntry, own string) {
	if e.Own != "" && e.Own != own && !slices.Contains(e.FormerOwn, e.Own) {
		e.FormerOwn = append(slices.Clone(e.FormerOwn), e.Own)
	}
	e.Own = own
}

// save stores an entry that was changed.
func (d *Desk) save(tx *store.Tx, by iis.Actor, act string, e *iis.RosterEntry) error {
	e.Changed, e.ChangedBy = d.now(), by.User
	if err := tx.PutRosterEntry(e); err != nil {
		return err
	}
	return tx.AddAudit(audited(by, act, e.Changed, e))
}

// may reports that a person may be put on a roster now.
func (d *Desk) may(tx *store.Tx, by iis.Actor, site *Site, person iis.PersonID) (bool, error) {
	cards, err := tx.Cards(person)
	if err != nil || len(cards) == 0 {
		return false, err
	}
	_, sight, err := d.keeper.OnRoster(tx, &site.Organization, by, &cards[0])
	return sight != record.Nothing, err
}
