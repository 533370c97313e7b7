package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Look is what was staged as far as it may be told now: whoever was hidden, closed or erased
// since is nobody. Of a row that was not found there is the line alone, as in Answer. Whoever
// waits for it has s done.
func (d *Desk) Look(ctx context.Context, by iis.Actor, f *File, s *Staging) (rows []Staged, absent []Line, err error) {
	by = f.reader(by)
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		absent = nil
		may, err := d.known(tx, by, f.Site, s.Rows)
		if err != nil {
			return err
		}
		rows = slices.Clone(s.Rows)
		for i := range rows {
			if r := &rows[i]; r.Result == iis.RowNobody || r.person != 0 && !may[r.person] {
				*r = Staged{Line: r.Line, Result: iis.RowNobody}
			}
		}
		if len(s.Absent) == 0 {
			return nil
		}
		lines, err := d.lines(tx, by, f.Site)
		if err != nil {
			return err
		}
		was := make(map[iis.RosterID]bool, len(s.Absent))
		for i := range s.Absent {
			was[s.Absent[i].ID] = true
		}
		absent = Query{}.of(slices.DeleteFunc(lines, func(l Line) bool { return !was[l.ID] }))
		return nil
	})
	if err != nil {
		err = fmt.Errorf("look again at roster file %d: %w", f.ID, err)
	}
	return rows, absent, err
}

// known are those whom rows mean and of whom somebody may know.
func (d *Desk) known(tx *store.Tx, by iis.Actor, site *Site, rows []Staged) (map[iis.PersonID]bool, error) {
	out := map[iis.PersonID]bool{}
	for part := range slices.Chunk(rows, atOnce) {
		var ids []iis.PersonID
		for i := range part {
			if part[i].person != 0 {
				ids = append(ids, part[i].person)
			}
		}
		slices.Sort(ids)
		cards, err := tx.Cards(slices.Compact(ids)...)
		if err != nil {
			return nil, err
		}
		for i := range cards {
			_, sight, err := d.keeper.OnRoster(tx, &site.Organization, by, &cards[i])
			if err != nil {
				return nil, err
			}
			out[cards[i].ID] = sight != record.Nothing && sight != record.Closed
		}
	}
	return out, nil
}

// blank are the lines of a file with nothing on them, as rows that are not found: those that
// were cut out of it when it was looked at before are among them.
func (f *File) blank(p *plan) (out []Staged) {
	if p.Table.Sheet {
		return nil
	}
	row := make(map[int]bool, len(p.Table.Rows))
	for i := range p.Table.Rows {
		row[p.Table.Rows[i].Line] = true
	}
	line := 0
	for text := range strings.Lines(string(f.raw)) {
		if line++; line > 1 && !row[line] && strings.TrimSpace(text) == "" {
			out = append(out, Staged{Line: line, Result: iis.RowNobody})
		}
	}
	return out
}
