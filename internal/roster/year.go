package roster

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Rise is what a new school year does with a grade.
type Rise struct {
	From, To string // To is "" of those who leave
	N        int
}

// Year is what a new school year will do with a roster.
type Year struct {
	*Site
	Last  string   // the last grade: who is in it leaves
	Lasts []string // of which the last may be chosen: the grades that are there
	Rises []Rise
	Stay  int // who is in no grade
	// Seen stands for the roster as it was looked at: another roster is not raised by it.
	Seen string
}

// PlanYear is what a new school year would do: everyone a grade up, and the last grade ends.
// last is "" for the highest that is there. fault.Invalid: it is no school's roster.
func (d *Desk) PlanYear(ctx context.Context, by iis.Actor, id iis.OrganizationID, last string) (y *Year, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		y, _, err = d.year(tx, by, id, last)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("plan a school year of %d: %w", id, err)
	}
	return y, nil
}

func (d *Desk) year(tx *store.Tx, by iis.Actor, id iis.OrganizationID, last string) (*Year, []Line, error) {
	site, err := d.site(tx, by, id)
	if err != nil {
		return nil, nil, err
	}
	if !site.Graded() {
		return nil, nil, fault.New(fault.Invalid, "Grades rise in schools alone.")
	}
	lines, err := d.lines(tx, by, site)
	if err != nil {
		return nil, nil, err
	}
	y := &Year{Site: site, Last: last}
	count := map[string]int{}
	for i := range lines {
		count[lines[i].Place]++
	}
	for _, g := range iis.Grades {
		if count[g] > 0 {
			y.Lasts = append(y.Lasts, g)
		}
	}
	if y.Last == "" && len(y.Lasts) > 0 {
		y.Last = y.Lasts[len(y.Lasts)-1]
	}
	if y.Last != "" && !slices.Contains(iis.Grades, y.Last) {
		return nil, nil, fault.New(fault.Invalid, "Choose the last grade of the school.")
	}
	y.Stay = len(lines)
	var seen []string
	for _, g := range y.Lasts {
		y.Rises = append(y.Rises, Rise{g, y.next(g), count[g]})
		y.Stay -= count[g]
		seen = append(seen, g+"="+strconv.Itoa(count[g]))
	}
	y.Seen = strings.Join(seen, " ")
	return y, lines, nil
}

// next is the grade after one; "" of one whose students leave.
func (y *Year) next(grade string) string {
	at, last := slices.Index(iis.Grades, grade), slices.Index(iis.Grades, y.Last)
	if at >= last || at+1 >= len(iis.Grades) {
		return ""
	}
	return iis.Grades[at+1]
}

// TakeYear does what PlanYear has shown. fault.Conflict: the roster is another meanwhile.
func (d *Desk) TakeYear(ctx context.Context, by iis.Actor, id iis.OrganizationID, last, seen, until string) (*Year, error) {
	day, err := d.dayOf(until, "The last day")
	if err != nil {
		return nil, err
	}
	var y *Year
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		var lines []Line
		if y, lines, err = d.year(tx, by, id, last); err != nil {
			return err
		}
		if y.Seen != seen {
			return fault.New(fault.Conflict, "The roster has changed since you looked. Look at the new plan; nothing was changed.")
		}
		for i := range lines {
			e := lines[i].RosterEntry
			if !slices.Contains(iis.Grades, e.Place) {
				continue
			}
			if err := d.rise(tx, by, y, &e, day); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take a school year of %d: %w", id, err)
	}
	return y, nil
}

// rise has one student go up, or leave.
func (d *Desk) rise(tx *store.Tx, by iis.Actor, y *Year, e *iis.RosterEntry, day cal.Date) error {
	act, next := actChange, y.next(e.Place)
	if next == "" {
		act, next = actEnd, e.Place
		e.Until, e.Why = max(day, e.Since), "Left after the last grade"
	}
	e.Place = next
	return d.save(tx, by, act, e)
}
