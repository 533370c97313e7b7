package match

import "openiis/internal/iis"

// Told is what one sender says of a known person.
type Told struct {
	*Record
	Sender iis.SenderID
}

// Known is a person of the registry with all that is said of it.
type Known struct {
	Person  iis.PersonID
	Sources []Told
}

// Persons decides whom of some others a known person may be: every source of the
// one is compared with every source of the other, what any of them has against it
// counts, and what says most for it. A match is one that would have been placed
// with the other had it come later.
func (p *Profile) Persons(one *Known, others []Known) Decision {
	d := Decision{Outcome: New, profile: p}
	for i := range others {
		switch s := p.between(one, &others[i]); {
		case s.Outcome != New:
			d.Candidates = append(d.Candidates, s)
		case s.Bits+p.rules.weights[Vaccinations][SharedDose] >= p.possible && s.guards&p.toNew == 0:
			d.Near = append(d.Near, s.Person)
		}
	}
	d.order()
	return d
}

// between compares two persons.
func (p *Profile) between(one, other *Known) Scored {
	var best Scored
	var against guards
	for i := range one.Sources {
		from := &one.Sources[i]
		c := Candidate{Person: other.Person, Sources: make([]Source, len(other.Sources))}
		for j, o := range other.Sources {
			c.Sources[j] = Source{Record: o.Record, SameSender: o.Sender == from.Sender}
		}
		s := p.score(from.Record, &c)
		against |= s.against() | s.guards&(1<<guardChart|1<<guardChild)
		if i == 0 || s.before(&best) < 0 {
			best = s
		}
	}
	best.Person = other.Person
	if best.guards |= against&^unlessSaid | best.unsaid(against); best.Outcome == Match && best.guards != 0 {
		best.Outcome = Possible
	}
	return best
}
