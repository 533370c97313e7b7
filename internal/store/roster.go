package store

import (
	"fmt"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// rosterColumns are what readRoster reads.
const rosterColumns = `person_id, id, organization_id, own_number, place, since, until, why, added, added_by, changed, changed_by`

func readRoster(r db.Row) iis.RosterEntry {
	return iis.RosterEntry{
		Person: iis.PersonID(r.Int(0)), ID: iis.RosterID(r.Int(1)), Site: iis.OrganizationID(r.Int(2)), Own: r.Text(3), Place: r.Text(4),
		Since: cal.Date(r.Int(5)), Until: cal.Date(r.Int(6)), Why: r.Text(7), Added: time.UnixMicro(r.Int(8)).UTC(), By: iis.UserID(r.Int(9)),
		Changed: time.UnixMicro(r.Int(10)).UTC(), ChangedBy: iis.UserID(r.Int(11)),
	}
}

// AddRosterEntries puts people on rosters.
func (tx *Tx) AddRosterEntries(entries ...iis.RosterEntry) error {
	rows := make([][]any, len(entries))
	for i := range entries {
		e := &entries[i]
		rows[i] = []any{e.Person, e.ID, e.Site, e.Own, e.Place, e.Since, e.Until, e.Why, e.Added.UnixMicro(), e.By, e.Changed.UnixMicro(), e.ChangedBy}
	}
	return tx.insert(`INSERT INTO roster_entry (`+rosterColumns+`)`, ``, rows)
}

// PutRosterEntry stores place, number and end of an entry that holds; fault.Conflict when it
// does not (any more).
func (tx *Tx) PutRosterEntry(e *iis.RosterEntry) error {
	n, err := tx.Count(`
		UPDATE roster_entry SET own_number = $1, place = $2, until = $3, why = $4, changed = $5, changed_by = $6
		WHERE person_id = $7 AND id = $8 AND until = 0`,
		e.Own, e.Place, e.Until, e.Why, e.Changed.UnixMicro(), e.ChangedBy, e.Person, e.ID)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "The entry was ended meanwhile, or the person is not on this roster. Open the roster again. Nothing was changed.")
	}
	return err
}

// RosterEntries are the entries of a person that hold, of all rosters.
func (tx *Tx) RosterEntries(person iis.PersonID) ([]iis.RosterEntry, error) {
	return tx.rosterEntries(`WHERE person_id = $1 AND until = 0 ORDER BY id`, person)
}

// Roster are the entries of a site that hold, in the order of persons, at most limit.
func (tx *Tx) Roster(site iis.OrganizationID, limit int) ([]iis.RosterEntry, error) {
	return tx.rosterEntries(`WHERE organization_id = $1 AND until = 0 ORDER BY person_id, id LIMIT $2`, site, limit)
}

func (tx *Tx) rosterEntries(where string, args ...any) (out []iis.RosterEntry, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT ` + rosterColumns + ` FROM roster_entry ` + where, Args: args,
		Each: func(r db.Row) error { out = append(out, readRoster(r)); return nil },
	})
	if err != nil {
		err = fmt.Errorf("read a roster: %w", err)
	}
	return out, err
}

// RosterSite is the site whose roster a sender's users keep: that to which the sender
// belongs, or whose department it does. It is nil of a site of another kind, and of one that
// is inactive.
func (tx *Tx) RosterSite(sender iis.SenderID) (*iis.Organization, error) {
	o, err := tx.OrganizationOf(sender)
	if err != nil || o == nil {
		return nil, err
	}
	if o.Kind == iis.KindDepartment && o.Parent != 0 && o.Open() {
		over, err := tx.Organization(o.Parent)
		if err != nil {
			return nil, err
		}
		o = &over
	}
	if !o.Open() || !o.Kind.HasRoster() {
		return nil, nil
	}
	return o, nil
}

// OnRoster reports that a person is on a site's roster now.
func (tx *Tx) OnRoster(site iis.OrganizationID, person iis.PersonID) (is bool, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT 1 FROM roster_entry WHERE person_id = $1 AND organization_id = $2 AND until = 0 LIMIT 1`, Args: []any{person, site},
		Each: func(db.Row) error { is = true; return nil },
	})
	return is, err
}

// RosterSizes are how many entries hold of each site that has any.
func (tx *Tx) RosterSizes() (map[iis.OrganizationID]int, error) {
	out := map[iis.OrganizationID]int{}
	err := tx.Select(db.Query{
		SQL:  `SELECT organization_id, COUNT(*) FROM roster_entry WHERE until = 0 GROUP BY organization_id`,
		Each: func(r db.Row) error { out[iis.OrganizationID(r.Int(0))] = int(r.Int(1)); return nil },
	})
	return out, err
}

// GiveRoster makes the roster of one site, ended entries with it, another's.
func (tx *Tx) GiveRoster(from, to iis.OrganizationID) error {
	return tx.Exec(`UPDATE roster_entry SET organization_id = $1 WHERE organization_id = $2`, to, from)
}

// RosterIDs are all entries of a person, ended ones included.
func (tx *Tx) RosterIDs(person iis.PersonID) (out []iis.RosterID, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT id FROM roster_entry WHERE person_id = $1 ORDER BY id`, Args: []any{person},
		Each: func(r db.Row) error { out = append(out, iis.RosterID(r.Int(0))); return nil },
	})
	return out, err
}

// MoveRosterEntry moves one to another person.
func (tx *Tx) MoveRosterEntry(from, to iis.PersonID, id iis.RosterID) error {
	return tx.both(
		[]any{to, from, id}, `
		INSERT INTO roster_entry (`+rosterColumns+`)
		SELECT CAST($1 AS BIGINT), `+strings.TrimPrefix(rosterColumns, "person_id, ")+`
		FROM roster_entry WHERE person_id = $2 AND id = $3`,
		[]any{from, id}, `
		DELETE FROM roster_entry WHERE person_id = $1 AND id = $2`)
}
