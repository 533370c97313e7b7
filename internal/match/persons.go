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
	Left    bool // the person asked to be left out of the registry (Candidate.Left)
}

// Persons decides whom of some others a known person may be: every source of the
// one is compared with every source of the other, what any of them has against it
// counts, and what says most for it. A match is one that would have been placed
// with the other had it come later.
func (p *Profile) Persons(one *Known, others []Known) Decision {
	d := Decision{Outcome: New, profile: p}
	for i := range others {
		switch s := p.Between(one, &others[i]); {
		case s.Outcome != New:
			d.Candidates = append(d.Candidates, s)
		case p.wantsDose(&s):
			d.Near = append(d.Near, s.Person)
		}
	}
	d.order()
	return d
}

// Concern reports that Persons would tell of the other, as a candidate or as near.
func (p *Profile) Concern(one, other *Known) bool {
	s := p.Between(one, other)
	return s.Outcome != New || p.wantsDose(&s)
}

// Rule is the rule of a match by comparing.
func (p *Profile) Rule() string { return byProfile + p.Name }

// Firm reports a person of whom each source alone matches each other, whatever was given to
// it: Settle leaves them one, if nobody else comes near.
func (p *Profile) Firm(k *Known) bool {
	none := -p.rules.weights[Vaccinations][NoneShared]
	for i := range k.Sources {
		for j := range i {
			s := p.Between(&Known{Sources: k.Sources[i : i+1], Left: k.Left}, &Known{Sources: k.Sources[j : j+1]})
			if s.Outcome != Match || !s.byNumber() && s.Bits-none < p.match {
				return false
			}
		}
	}
	return true
}

// wantsDose reports one who is not possible, and would be with a vaccination in common.
func (p *Profile) wantsDose(s *Scored) bool {
	return s.Bits+p.rules.weights[Vaccinations][SharedDose] >= p.possible && s.guards&p.toNew == 0
}

// Between compares two persons: what says most for one counts, and what any source of
// the one has against any of the other. Of who opted out another number parts nothing that is
// together; an open record that stood beside it is for a person to decide about: what is joined may be erased.
func (p *Profile) Between(one, other *Known) Scored {
	var best Scored
	var against guards
	var few [4]Source // as many as most have: of these no memory is asked for
	for i := range one.Sources {
		from := &one.Sources[i]
		c := Candidate{Person: other.Person, Left: one.Left && other.Left, Sources: few[:0]}
		for _, o := range other.Sources {
			c.Sources = append(c.Sources, Source{Record: o.Record, SameSender: o.Sender == from.Sender})
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
