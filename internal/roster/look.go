package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// How many rows, and how many absent people, a look shows at most.
const (
	mostRows   = 200
	mostAbsent = 100
)

// Preview is what was staged as far as it is shown.
type Preview struct {
	Counts map[iis.RowResult]int
	Rows   []Staged // those that change something or need a look, as many as are shown
	More   int      // that are not shown
	Absent []Line   // who is on the roster and not in the file, as many as are shown
	Gone   int      // how many those are
}

// Look is what was staged as far as it may be told now: whoever was hidden, closed or erased
// since is nobody. Of a row that was not found there is the line alone, as in Answer. Whoever
// waits for it has s done. Each person whom it shows is audited first.
func (d *Desk) Look(ctx context.Context, by iis.Actor, f *File, s *Staging) (*Preview, error) {
	site := f.reader(by)
	var out *Preview
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		out = &Preview{Counts: map[iis.RowResult]int{}}
		may, err := d.known(tx, site, f.Site, s.Rows)
		if err != nil {
			return err
		}
		for i := range s.Rows {
			r := s.Rows[i]
			if r.Result == iis.RowNobody || r.means() != 0 && !may[r.means()] {
				r = Staged{Line: r.Line, Result: iis.RowNobody}
			}
			out.add(r)
		}
		if len(s.Absent) == 0 {
			return nil
		}
		lines, err := d.lines(tx, site, f.Site)
		if err != nil {
			return err
		}
		was := make(map[iis.RosterID]bool, len(s.Absent))
		for i := range s.Absent {
			was[s.Absent[i].ID] = true
		}
		absent := Query{}.of(slices.DeleteFunc(lines, func(l Line) bool { return !was[l.ID] }))
		out.Gone, out.Absent = len(absent), absent[:min(len(absent), mostAbsent)]
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look again at roster file %d: %w", f.ID, err)
	}
	if err := d.store.AuditRead(out.shown(d.now(), by, f)...); err != nil {
		return nil, fmt.Errorf("audit a look at roster file %d: %w", f.ID, err)
	}
	return out, nil
}

// add counts a row, and takes it among those that are shown.
func (p *Preview) add(r Staged) {
	p.Counts[r.Result]++
	switch {
	case r.Result == iis.RowThere:
	case len(p.Rows) == mostRows:
		p.More++
	default:
		p.Rows = append(p.Rows, r)
	}
}

// shown are the lines of the audit of whom a look shows, each once: who is found by a row, and
// who is on the roster.
func (p *Preview) shown(at time.Time, by iis.Actor, f *File) (lines []store.Audit) {
	told := map[iis.PersonID]bool{}
	add := func(act string, id iis.PersonID) {
		if id != 0 && !told[id] {
			told[id] = true
			lines = append(lines, store.Audit{At: at, Actor: by, Act: act, Person: id, Subject: int64(f.ID)})
		}
	}
	for i := range p.Rows {
		add(actRow, p.Rows[i].means())
	}
	for i := range p.Absent {
		add(actList, p.Absent[i].Person)
	}
	return lines
}

// known are those whom rows mean and of whom somebody may know.
func (d *Desk) known(tx *store.Tx, by iis.Actor, site *Site, rows []Staged) (map[iis.PersonID]bool, error) {
	out := map[iis.PersonID]bool{}
	for part := range slices.Chunk(rows, atOnce) {
		var ids []iis.PersonID
		for i := range part {
			if id := part[i].means(); id != 0 {
				ids = append(ids, id)
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
			out[cards[i].ID] = sight != record.Nothing
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
