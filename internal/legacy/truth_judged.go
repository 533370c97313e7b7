package legacy

import (
	"cmp"
	"slices"

	"openiis/internal/iis"
)

// judge looks at each person of the truth, once every record was looked at.
func (t *truth) judge() error {
	slices.SortFunc(t.rows, func(a, b truthRow) int {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.record, b.record))
	})
	slices.SortFunc(t.doses, func(a, b truthDose) int {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.shot, b.shot), cmp.Compare(a.record, b.record))
	})
	doses := t.doses // each is of a person of the rows
	for rows := t.rows; len(rows) > 0; {
		p := onePerson{t: t}
		p.rows, rows = leading(rows, func(a, b truthRow) bool { return a.person == b.person })
		if len(doses) > 0 && doses[0].person == p.rows[0].person {
			p.doses, doses = leading(doses, func(a, b truthDose) bool { return a.person == b.person })
		}
		if err := p.judge(); err != nil {
			return err
		}
	}
	t.judgeQueue()
	return nil
}

// leading is how far a list begins with things that are the same, and the rest.
func leading[T any](list []T, same func(a, b T) bool) (first, rest []T) {
	n := 1
	for n < len(list) && same(list[0], list[n]) {
		n++
	}
	return list[:n], list[n:]
}

// onePerson is a person of the truth.
type onePerson struct {
	t     *truth
	rows  []truthRow
	doses []truthDose // that have several rows, in the order of shots
	// records are those that have rows or doses of the person, parts to which of them
	// the queue leads from each.
	records []iis.PersonID
	parts   []int
}

func (p *onePerson) judge() error {
	told := &p.t.told
	held := make([]iis.PersonID, 0, len(p.rows)) // a record for each row that is in one
	for _, r := range p.rows {
		if r.record != 0 {
			held = append(held, r.record)
		}
	}
	told.Rows, told.Held = told.Rows+int64(len(p.rows)), told.Held+int64(len(held))
	if len(p.rows) == 1 && len(p.doses) == 0 {
		return nil
	}
	p.spread(held)
	if len(p.rows) > 1 {
		records, parts := p.among(held)
		told.People.person(len(held), records, parts)
		told.Again.add(len(p.rows), len(held), records, parts)
		if parts > 1 {
			if err := p.t.strange(severalRecords, slices.Compact(held)...); err != nil {
				return err
			}
		}
	}
	for doses := p.doses; len(doses) > 0; {
		var shot []truthDose
		shot, doses = leading(doses, func(a, b truthDose) bool { return a.shot == b.shot })
		held = held[:0]
		for _, d := range shot {
			if d.record != 0 {
				held = append(held, d.record)
			}
		}
		records, parts := p.among(held)
		told.Doses.add(len(shot), len(held), records, parts)
	}
	return nil
}

// spread finds the person's records, and which of them the queue brings together.
func (p *onePerson) spread(held []iis.PersonID) {
	p.records = slices.Clone(held)
	for _, d := range p.doses {
		if d.record != 0 {
			p.records = append(p.records, d.record)
		}
	}
	slices.Sort(p.records)
	p.records = slices.Compact(p.records)
	p.parts = parted(len(p.records), func(i, j int) bool { return p.t.wait(p.records[i], p.records[j]) })
}

// among is how many records a list has, and how many are left of them when all pairs
// in the queue are joined.
func (p *onePerson) among(held []iis.PersonID) (records, parts int) {
	different := slices.Compact(slices.Clone(held)) // in their order
	of := make([]int, len(different))
	for i, id := range different {
		at, _ := slices.BinarySearch(p.records, id)
		of[i] = p.parts[at]
	}
	return len(different), distinct(of)
}

// judgeQueue says of each pair of the queue whether it is of one person.
func (t *truth) judgeQueue() {
	slices.SortFunc(t.rows, func(a, b truthRow) int {
		return cmp.Or(cmp.Compare(a.record, b.record), cmp.Compare(a.person, b.person))
	})
	people := func(record iis.PersonID) (out []uint64) {
		at, _ := slices.BinarySearchFunc(t.rows, record, func(r truthRow, id iis.PersonID) int { return cmp.Compare(r.record, id) })
		for ; at < len(t.rows) && t.rows[at].record == record; at++ {
			out = append(out, t.rows[at].person)
		}
		return out
	}
	for _, p := range t.waiting {
		ours, theirs := people(p.Person), people(p.Other)
		switch {
		case len(ours) == 0 || len(theirs) == 0:
			t.told.PairsUnknown++
		case slices.ContainsFunc(ours, func(who uint64) bool { return slices.Contains(theirs, who) }):
			t.told.PairsOfOne++
		default:
			t.told.PairsOfTwo++
		}
	}
}

// parted gives each of n things the number of its part: things that are linked are
// of one, over others perhaps.
func parted(n int, linked func(i, j int) bool) []int {
	parts := make([]int, n)
	for j := range parts {
		parts[j] = j
		for i := range j {
			if parts[i] == parts[j] || !linked(i, j) {
				continue
			}
			from, to := parts[j], parts[i]
			for k := range j + 1 {
				if parts[k] == from {
					parts[k] = to
				}
			}
		}
	}
	return parts
}

// distinct counts the different ones.
func distinct(parts []int) int {
	return len(slices.Compact(slices.Sorted(slices.Values(parts))))
}
