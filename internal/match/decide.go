package match

import (
	"cmp"
	"encoding/json"
	"slices"

	"openiis/internal/iis"
)

// Source is one source's view of a known person.
type Source struct {
	*Record
	// Own says that this is the sender's own record, found by its own number
	// for its patient: the strongest single evidence there is.
	Own bool
	// SameSender says that it is of the sender itself, under whatever number.
	SameSender bool
}

// Candidate is a known person with every source's view of it.
type Candidate struct {
	Person  iis.PersonID
	Sources []Source
	// Named is by which number of another authority than the sender the person was
	// named: RegistryNumber or BirthNumber; "" when none leads there.
	Named string
	// Left says that the person asked to be left out of the registry. A sender that knows them by
	// another number is told of nobody, and so does not tell two people apart by it.
	Left bool
}

// Scored is a candidate with what speaks for and against it.
type Scored struct {
	Person iis.PersonID
	// Rule is what makes it a match, or would if no guard forbade it: OwnNumber,
	// RegistryNumber, BirthNumber, or the profile.
	Rule string
	// Own says that the sender's own number led to the candidate.
	Own bool
	Comparison
}

// Decision is the answer for one described person.
type Decision struct {
	Outcome Outcome
	// Candidates are all that were compared and are not New, best first. Of a
	// Match the first is the one.
	Candidates []Scored
	// Near are those whom a vaccination in common would make possible, where that was
	// not known. Persons tells them.
	Near    []iis.PersonID
	profile *Profile
}

// Decide compares a described person with the candidates: by the sender's own
// number and the registry's first, and by the profile where those say nothing. A
// sender may correct its own record, but not into another child; and two numbers
// of one facility are two of its patients, until a person says that they are one.
func (p *Profile) Decide(in *Record, candidates []Candidate) Decision {
	d := Decision{Outcome: New, profile: p}
	for i := range candidates {
		if s := p.score(in, &candidates[i]); s.Outcome != New {
			d.Candidates = append(d.Candidates, s)
		}
	}
	d.order()
	return d
}

// order puts the best first and decides between all.
func (d *Decision) order() {
	if len(d.Candidates) == 0 {
		return
	}
	slices.SortFunc(d.Candidates, func(a, b Scored) int {
		return cmp.Or(a.before(&b), cmp.Compare(a.Person, b.Person))
	})
	d.Outcome = d.profile.among(d.Candidates)
}

// score compares with every source of a candidate: the source that says most
// for it counts, and what any source has against it counts too. A number may be that
// of a sister's or brother's record, whichever number it is.
func (p *Profile) score(in *Record, c *Candidate) Scored {
	s := Scored{Person: c.Person}
	var against guards
	for i := range c.Sources {
		src := &c.Sources[i]
		var x Comparison
		p.compare(&x, in, src.Record)
		own := src.Own || src.SameSender && x.barely()
		if own {
			s.Own = s.Own || src.Own
			against.add(guardChild, x.anotherChild(in, src.Record))
		} else {
			against |= x.against()
			against.add(guardChild, c.Named != "" && x.anotherChild(in, src.Record))
			against.add(guardChart, src.SameSender && !c.Left && !x.forLife() && otherChart(in, src.Record))
		}
		if bears := in.unsaid || x.sameName() || x.sameBirth(); bears && own {
			s.Rule = OwnNumber
		} else if bears && s.Rule == "" {
			s.Rule = c.Named
		}
		if i == 0 || x.better(&s.Comparison) {
			s.Comparison = x
		}
	}
	heard := against &^ unlessSaid
	if s.Rule == "" { // no number leads there
		heard |= s.unsaid(against)
	}
	s.settle(heard, c.Named != "")
	if s.Rule == "" {
		s.Rule = byProfile + p.Name
	}
	return s
}

// settle decides what the comparison and the numbers come to. A number that
// leads to somebody whose name and birth date are others means someone else, or
// both are wrong: a person should look.
func (s *Scored) settle(against guards, named bool) {
	switch {
	case s.Rule != "":
		s.Outcome, s.guards = Match, against
	case s.Outcome == New && (s.Own || named):
		s.Outcome = Possible
	}
	if s.guards |= against; s.Outcome == Match && s.guards != 0 {
		s.Outcome = Possible
	}
}

// before orders candidates, the best first: who matches by a number, who matches
// by comparing, who may be meant.
func (s *Scored) before(o *Scored) int {
	return cmp.Or(cmp.Compare(o.rank(), s.rank()), cmp.Compare(o.Bits, s.Bits))
}

func (s *Scored) rank() int {
	if s.Outcome == Match && s.byNumber() {
		return Match.rank() + 1
	}
	return s.Outcome.rank()
}

func (s *Scored) byNumber() bool { return ByNumber(s.Rule) }

// ByNumber reports a rule by which a number led to somebody: comparing alone says
// nothing of it.
func ByNumber(rule string) bool {
	return rule == OwnNumber || rule == RegistryNumber || rule == BirthNumber
}

// among decides between all who were compared, best first. A number decides
// alone, but for another that leads to someone else.
func (p *Profile) among(all []Scored) Outcome {
	if first := &all[0]; first.Outcome == Match && first.byNumber() {
		if len(all) > 1 && all[1].Outcome == Match && all[1].byNumber() {
			return Possible
		}
		return Match
	}
	compared := make([]*Comparison, len(all))
	for i := range all {
		compared[i] = &all[i].Comparison
	}
	return p.choose(compared)
}

func (c *Comparison) sameName() bool {
	return c.is(GivenName, 1<<Same|1<<Nickname) && c.is(FamilyName, 1<<Same|1<<SameWords|1<<FormerName)
}

func (c *Comparison) sameBirth() bool { return c.is(BirthDate, 1<<Same|1<<SameNewYear) }

// barely reports a sender's number that has no authority, and name and birth date
// with it: where a sender leaves the authority out, that is its patient.
func (c *Comparison) barely() bool {
	return c.is(RecordNumber, 1<<NoAuthority) && c.sameName() && c.sameBirth()
}

// forLife reports that a number which a person keeps for life agrees.
func (c *Comparison) forLife() bool {
	return c.is(SocialSecurity, 1<<Same) || c.is(Medicaid, 1<<Same)
}

// anotherChild reports two children whom their facility put under one number:
// twins, or a name that differs together with the sex.
func (c *Comparison) anotherChild(in, known *Record) bool {
	if c.sameName() && c.is(GivenName, 1<<Same) {
		return false
	}
	twins := (in.multiple || known.multiple) && c.is(GivenName, 1<<Different|1<<InFamily|1<<OtherMiddle)
	return twins || c.is(BirthOrder, 1<<Different) || c.is(Sex, 1<<Different)
}

// otherChart reports that one facility knows the two by different numbers of one
// kind and authority: two charts, and so perhaps two people.
func otherChart(a, b *Record) bool {
	differ := false
	for _, x := range a.charts {
		for _, y := range b.charts {
			if x.typ != y.typ || x.authority != y.authority {
				continue
			}
			if x.value == y.value {
				return false
			}
			differ = true
		}
	}
	return differ
}

// Verdict is why a candidate was, or was not, taken for the described person: all
// of the reason, as it is kept with a link or with two who may be one.
type Verdict struct {
	Rule    string  `json:"rule"`    // OwnNumber, RegistryNumber, BirthNumber, or the profile
	Outcome Outcome `json:"outcome"` // of this candidate alone
	Profile string  `json:"profile"`
	Weights string  `json:"weights"` // their version
	Bits    float64 `json:"bits"`    // with the odds before anything was compared
	// Levels are what agrees and what does not, and what each is worth.
	Levels []Step   `json:"levels"`
	Guards []string `json:"guards,omitempty"`
	// Rival is another candidate who came too near for a match; 0 is nobody.
	Rival iis.PersonID `json:"rival,omitempty"`
}

// Step is a Reason without its sentence, which Rules.Say has.
type Step struct {
	Field string  `json:"field"`
	Level string  `json:"level"`
	Bits  float64 `json:"bits"`
}

// Verdict is the reason of the n-th candidate.
func (d *Decision) Verdict(n int) Verdict {
	s, p := &d.Candidates[n], d.profile
	v := Verdict{
		Rule: s.Rule, Outcome: s.Outcome, Profile: p.Name, Weights: p.rules.version, Bits: s.Bits.Float(),
	}
	if s.guards != 0 {
		v.Guards = s.Guards()
	}
	for _, r := range p.Why(&s.Comparison) {
		v.Levels = append(v.Levels, Step{r.Field, r.Level, r.Bits})
	}
	if s.Outcome == Match && d.Outcome != Match && len(d.Candidates) > 1 {
		v.Rival = d.Candidates[min(1, max(0, 1-n))].Person
	}
	return v
}

// JSON is the verdict as it is kept.
func (v Verdict) JSON() json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("a verdict cannot be written: " + err.Error()) // plain fields only
	}
	return b
}

// Agreed are the fields in which the two agree, in the order of the fields.
func (v Verdict) Agreed() []string {
	var out []string
	for _, s := range v.Levels {
		if slices.Contains(fieldNames[:], s.Field) && s.Bits > 0 {
			out = append(out, s.Field)
		}
	}
	return out
}
