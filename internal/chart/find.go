package chart

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// MaxLines is how many persons a list shows at most.
const MaxLines = 50

// Line is a person as a list shows one.
type Line struct {
	ID    iis.PersonID
	Name  string // family name first
	Birth cal.Date
	Age   string // today, in words; empty when the birth date is not known
	Sex   string // in words
	// Exact says that given and family name are those that were searched for;
	// otherwise only the family name is.
	Exact bool
}

// Find lists the persons whom a search means, the exact ones first. Only family
// name and birth date are compared, each exactly but for case, accents and
// punctuation; former names count. The list is at most MaxLines long. A text
// that cannot be understood is fault.Invalid and says what to write.
func (d *Desk) Find(ctx context.Context, by iis.Actor, q Search) ([]Line, error) {
	w, err := q.read(cal.On(d.now()))
	if err != nil {
		return nil, err
	}
	var lines []Line
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		exact, others, err := w.find(tx)
		if err != nil {
			return err
		}
		if lines, err = d.lines(tx, exact, true); err != nil {
			return err
		}
		rest, err := d.lines(tx, others, false)
		lines = append(lines, rest...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	lines = lines[:min(len(lines), MaxLines)]
	return d.shown(by, actSearch, lines)
}

// Recent lists the newest persons, at most n.
func (d *Desk) Recent(ctx context.Context, by iis.Actor, n int) ([]Line, error) {
	var lines []Line
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		ids, err := tx.RecentPersons(min(n, MaxLines))
		if err != nil {
			return err
		}
		stored, err := tx.PersonLines(ids)
		lines = make([]Line, len(stored))
		for i, p := range stored {
			lines[i] = d.line(p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list newest: %w", err)
	}
	return d.shown(by, actNewest, lines)
}

// shown audits the lines and returns them when that is durable.
func (d *Desk) shown(by iis.Actor, act string, lines []Line) ([]Line, error) {
	ids := make([]iis.PersonID, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	if err := d.store.AuditRead(d.auditLines(by, act, ids)...); err != nil {
		return nil, fmt.Errorf("audit %s: %w", act, err)
	}
	return lines, nil
}

// find looks the names up under every way to tell family from given name.
func (w wanted) find(tx *store.Tx) (exact, others []iis.PersonID, err error) {
	if w.number != 0 {
		return []iis.PersonID{w.number}, nil, nil
	}
	keys, full := w.keys()
	hits, err := tx.FindSources(0, nil, keys)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range hits {
		if full[h.Match] && !slices.Contains(exact, h.Person) {
			exact = append(exact, h.Person)
		}
	}
	for _, h := range hits {
		if !slices.Contains(exact, h.Person) && !slices.Contains(others, h.Person) {
			others = append(others, h.Person)
		}
	}
	return exact, others, nil
}

// keys are the match keys of each run of words taken for the family name, with
// what is left, or any word of it, taken for the given name. full are those of
// a whole name.
func (w wanted) keys() (keys []int64, full map[int64]bool) {
	full = map[int64]bool{}
	for i := range w.words {
		for j := i + 1; j <= len(w.words); j++ {
			rest := slices.Concat(w.words[:i], w.words[j:])
			for _, given := range append(slices.Clone(rest), strings.Join(rest, " ")) {
				p := iis.Person{Birth: w.birth, Names: []iis.Name{{Family: strings.Join(w.words[i:j], " "), Given: given}}}
				made := match.Keys(&p) // name and birth date when there is a given name; then family name and birth date
				if len(made) == 2 {
					full[made[0]] = true
				}
				keys = append(keys, made...)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), full
}

// lines reads persons and puts them in the order of their names.
func (d *Desk) lines(tx *store.Tx, ids []iis.PersonID, exact bool) ([]Line, error) {
	stored, err := tx.PersonLines(ids)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(stored))
	for i, p := range stored {
		out[i] = d.line(p)
		out[i].Exact = exact
	}
	slices.SortStableFunc(out, func(a, b Line) int { return strings.Compare(match.Fold(a.Name), match.Fold(b.Name)) })
	return out, nil
}

func (d *Desk) line(p store.PersonLine) Line {
	return Line{
		ID: p.ID, Name: familyFirst(iis.Name{Family: p.Family, Given: p.Given}), Birth: p.Birth,
		Age: age(p.Birth, cal.On(d.now())), Sex: sex(p.Sex),
	}
}
