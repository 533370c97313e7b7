package codeset

import (
	"errors"
	"fmt"
	"strings"

	"openiis/internal/cal"
)

// The methods of this file read the content files of vaccines into Tables. What
// they leave unsaid (sorting, unique keys, references) the lint says.

func (t *Tables) takeVaccines(s sheet) error {
	for i, r := range s.rows {
		n, ok := cvxNumber(r[0])
		updated, err := cal.Parse(r[5])
		if !ok || err != nil {
			return fmt.Errorf("%s: want a CVX code of one to three digits and a date YYYY-MM-DD", s.at(i))
		}
		t.vaccines[n] = &Vaccine{
			CVX: r[0], Short: r[1], Full: r[2],
			Status: Status(r[3]), Unspecified: r[4] == yes, Updated: updated,
		}
	}
	return nil
}

func (t *Tables) takeGroups(s sheet) error {
	bit := make(map[Group]int)
	for i, r := range s.rows {
		n, ok := cvxNumber(r[0])
		if !ok || t.vaccines[n] == nil {
			return fmt.Errorf("%s: %q is not in cvx.tsv", s.at(i), r[0])
		}
		g := Group{Name: r[1], CVX: r[2]}
		b, seen := bit[g]
		if !seen {
			b = len(t.groups)
			if b == maxGroups {
				return fmt.Errorf("%s: more than %d vaccine groups: widen GroupSet", s.at(i), maxGroups)
			}
			bit[g] = b
			t.groups = append(t.groups, g)
		}
		t.vaccines[n].Groups = append(t.vaccines[n].Groups, g)
		t.groupSets[n] |= 1 << b
	}
	return nil
}

func (t *Tables) takeMakers(s sheet) error {
	t.makers = make(map[string]Manufacturer, len(s.rows))
	var problems []error
	for i, r := range s.rows {
		m := Manufacturer{MVX: r[0], Name: r[1], Status: Status(r[2]), Updated: s.date(i, 3, &problems)}
		t.makers[strings.ToUpper(m.MVX)] = m
	}
	return errors.Join(problems...)
}

func (t *Tables) takeTradeNames(s sheet) error {
	t.byTradeName = make(map[string][]TradeName, len(s.rows))
	var problems []error
	for i, r := range s.rows {
		p := TradeName{Name: r[0], CVX: r[1], MVX: r[2], Status: Status(r[3]), Updated: s.date(i, 4, &problems)}
		t.products = append(t.products, p)
		name := strings.ToUpper(p.Name)
		t.byTradeName[name] = append(t.byTradeName[name], p)
	}
	return errors.Join(problems...)
}

func (t *Tables) takeCPT(s sheet) error {
	t.cpts = make(map[string][]string, len(s.rows))
	for i, r := range s.rows {
		cvxs := strings.Fields(r[1])
		if len(cvxs) == 0 {
			return fmt.Errorf("%s: a CPT code needs a CVX code", s.at(i))
		}
		t.cpts[r[0]] = cvxs
	}
	return nil
}

// date is the day in a cell, None when it is empty; a cell that is no day is
// added to the problems.
func (s sheet) date(row, column int, problems *[]error) cal.Date {
	d, err := cal.Parse(s.rows[row][column])
	if err != nil {
		*problems = append(*problems, fmt.Errorf("%s: %s: %w", s.at(row), layouts[s.name].columns[column], err))
	}
	return d
}

// yes is the one value of a column that says yes or nothing.
const yes = "yes"
