package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// rosterColumns are what readRoster reads.
const rosterColumns = `person_id, id, organization_id, own_number, place, since, until, why, added, added_by, changed, changed_by, sources, parted, former_numbers`

func readRoster(r db.Row) iis.RosterEntry {
	return iis.RosterEntry{
		Person: iis.PersonID(r.Int(0)), ID: iis.RosterID(r.Int(1)), Site: iis.OrganizationID(r.Int(2)), Own: r.Text(3), Place: r.Text(4),
		Since: cal.Date(r.Int(5)), Until: cal.Date(r.Int(6)), Why: r.Text(7), Added: time.UnixMicro(r.Int(8)).UTC(), By: iis.UserID(r.Int(9)),
		Changed: time.UnixMicro(r.Int(10)).UTC(), ChangedBy: iis.UserID(r.Int(11)), Sources: readSources(r.Text(12)), Parted: iis.DecisionID(r.Int(13)),
		FormerOwn: strings.FieldsFunc(r.Text(14), isNewline),
	}
}

func isNewline(r rune) bool { return r == '\n' }

// sourcesText are sources as a row has them, and readSources reads them.
func sourcesText(sources []iis.SourceID) string {
	parts := make([]string, len(sources))
	for i, s := range sources {
		parts[i] = strconv.FormatInt(int64(s), 10)
	}
	return strings.Join(parts, " ")
}

func readSources(text string) (out []iis.SourceID) {
	for _, part := range strings.Fields(text) {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil { // we wrote it
			out = append(out, iis.SourceID(n))
		}
	}
	return out
}

// AddRosterEntries puts people on rosters.
func (tx *Tx) AddRosterEntries(entries ...iis.RosterEntry) error {
	rows := make([][]any, len(entries))
	for i := range entries {
		e := &entries[i]
		rows[i] = []any{e.Person, e.ID, e.Site, e.Own, e.Place, e.Since, e.Until, e.Why, e.Added.UnixMicro(), e.By, e.Changed.UnixMicro(), e.ChangedBy, sourcesText(e.Sources), e.Parted, strings.Join(e.FormerOwn, "\n")}
	}
	return tx.insert(`INSERT INTO roster_entry (`+rosterColumns+`)`, ``, rows)
}

// PutRosterEntry stores place, number and end of an entry that holds; fault.Conflict when it
// does not (any more).
func (tx *Tx) PutRosterEntry(e *iis.RosterEntry) error {
	n, err := tx.Count(`
		UPDATE roster_entry SET own_number = $1, place = $2, until = $3, why = $4, changed = $5, changed_by = $6, former_numbers = $7
		WHERE person_id = $8 AND id = $9 AND until = 0`,
		e.Own, e.Place, e.Until, e.Why, e.Changed.UnixMicro(), e.ChangedBy, strings.Join(e.FormerOwn, "\n"), e.Person, e.ID)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "The entry was ended meanwhile, or the person is not on this roster. Open the roster again. Nothing was changed.")
	}
	return err
}

// RosterEntries are the entries of a person that hold, of all rosters.
func (tx *Tx) RosterEntries(person iis.PersonID) ([]iis.RosterEntry, error) {
	return tx.rosterEntries(`WHERE person_id = $1 AND until = 0 AND parted = 0 ORDER BY id`, person)
}

// AllRosterEntries are all entries of a person, with those that were ended, and of which it
// cannot be told whose they are.
func (tx *Tx) AllRosterEntries(person iis.PersonID) ([]iis.RosterEntry, error) {
	return tx.rosterEntries(`WHERE person_id = $1 ORDER BY id`, person)
}

// PartedRoster are the entries of a site of which it cannot be told whose they are, at most
// limit, in their order.
func (tx *Tx) PartedRoster(site iis.OrganizationID, limit int) ([]iis.RosterEntry, error) {
	return tx.rosterEntries(`WHERE organization_id = $1 AND until = 0 AND parted <> 0 ORDER BY id LIMIT $2`, site, limit)
}

// PartRosterEntry says that sources left a person's record by a decision, and that it cannot be
// told whose an entry is.
func (tx *Tx) PartRosterEntry(person iis.PersonID, id iis.RosterID, by iis.DecisionID) error {
	return tx.Exec(`UPDATE roster_entry SET parted = $1 WHERE person_id = $2 AND id = $3 AND parted = 0`, by, person, id)
}

// Roster are the entries of a site that hold, in the order of persons, at most limit.
func (tx *Tx) Roster(site iis.OrganizationID, limit int) ([]iis.RosterEntry, error) {
	return tx.rosterEntries(`WHERE organization_id = $1 AND until = 0 AND parted = 0 ORDER BY person_id, id LIMIT $2`, site, limit)
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
		SQL: `SELECT 1 FROM roster_entry WHERE person_id = $1 AND organization_id = $2 AND until = 0 AND parted = 0 LIMIT 1`, Args: []any{person, site},
		Each: func(db.Row) error { is = true; return nil },
	})
	return is, err
}

// OnRosterOf are those of some persons who are on a site's roster now: one statement for all,
// whoever there is.
func (tx *Tx) OnRosterOf(site iis.OrganizationID, persons ...iis.PersonID) (map[iis.PersonID]bool, error) {
	on := map[iis.PersonID]bool{}
	args := []any{site, 0} // nobody is 0: who asks for none asks all the same
	for _, id := range persons {
		args = append(args, id)
	}
	err := tx.Select(db.Query{
		SQL:  `SELECT person_id FROM roster_entry WHERE organization_id = $1 AND until = 0 AND parted = 0 AND person_id IN (` + marksFrom(2, len(args)-1) + `)`,
		Args: args,
		Each: func(r db.Row) error { on[iis.PersonID(r.Int(0))] = true; return nil },
	})
	return on, err
}

// RosterSender is the site to whose roster a sender is held: that to which it belongs, or whose
// department it is. Open: it is not inactive.
type RosterSender struct {
	Site iis.OrganizationID
	Kind iis.OrganizationKind
	Open bool
}

// RosterSenders are the senders that belong to a kind of site that may keep a roster.
func (tx *Tx) RosterSenders() (map[iis.SenderID]RosterSender, error) {
	out := map[iis.SenderID]RosterSender{}
	var kinds []any
	for _, k := range iis.RosterKinds {
		kinds = append(kinds, string(k))
	}
	err := tx.Select(db.Query{
		SQL: `
			SELECT sender.id, coalesce(above.id, site.id), coalesce(above.kind, site.kind), CASE WHEN 'inactive' IN (site.status, above.status) THEN 0 ELSE 1 END
			FROM sender JOIN organization site ON site.id = sender.organization_id
			LEFT JOIN organization above ON above.id = site.parent_id AND site.kind = 'department'
			WHERE coalesce(above.kind, site.kind) IN (` + marksFrom(1, len(iis.RosterKinds)) + `)`,
		Args: kinds,
		Each: func(r db.Row) error {
			out[iis.SenderID(r.Int(0))] = RosterSender{iis.OrganizationID(r.Int(1)), iis.OrganizationKind(r.Text(2)), r.Int(3) == 1}
			return nil
		},
	})
	return out, err
}

// RosterSizes are how many entries hold of each site that has any.
func (tx *Tx) RosterSizes() (map[iis.OrganizationID]int, error) {
	out := map[iis.OrganizationID]int{}
	err := tx.Select(db.Query{
		SQL:  `SELECT organization_id, COUNT(*) FROM roster_entry WHERE until = 0 AND parted = 0 GROUP BY organization_id`,
		Each: func(r db.Row) error { out[iis.OrganizationID(r.Int(0))] = int(r.Int(1)); return nil },
	})
	return out, err
}

// GiveRoster makes the roster of one site, ended entries and files with it, another's.
func (tx *Tx) GiveRoster(from, to iis.OrganizationID) error {
	if err := tx.Exec(`UPDATE roster_entry SET organization_id = $1 WHERE organization_id = $2`, to, from); err != nil {
		return err
	}
	return tx.Exec(`UPDATE flat_file SET roster = $1 WHERE roster = $2 AND roster > 0`, to, from)
}

// RosterNumber is a number of its own that a site has, or had, of somebody on its roster.
type RosterNumber struct {
	Site   iis.OrganizationID
	Number string
}

// RosterNumbers are those of a person, on rosters that ended too.
func (tx *Tx) RosterNumbers(person iis.PersonID) (out []RosterNumber, err error) {
	all, err := tx.AllRosterEntries(person)
	for i := range all {
		for _, n := range append(all[i].FormerOwn, all[i].Own) {
			if n != "" {
				out = append(out, RosterNumber{all[i].Site, n})
			}
		}
	}
	return out, err
}

// SealedRosterNumbers are RosterNumbers of a person who is sealed.
func (tx *Tx) SealedRosterNumbers(person iis.PersonID) (out []RosterNumber, err error) {
	s, err := tx.sealOf(person, "")
	if err != nil || s == nil {
		return nil, err
	}
	for _, text := range s.Rows[rosterTable] {
		row, err := keptRow(text)
		if err != nil || len(row) < 12 {
			return nil, fmt.Errorf("read an entry on a roster of the sealed %d: %w", person, err)
		}
		n, err := numbers(row[2])
		if err != nil {
			return nil, err
		}
		own := []string{*row[3]}
		if len(row) == 15 { // else it was kept before there were former ones
			own = append(own, strings.FieldsFunc(*row[14], isNewline)...)
		}
		for _, number := range own {
			if number != "" {
				out = append(out, RosterNumber{iis.OrganizationID(n[0]), number})
			}
		}
	}
	return out, nil
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
