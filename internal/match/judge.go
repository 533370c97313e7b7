package match

import (
	"cmp"
	"slices"
)

// Comparison is what two descriptions have in common: the level of each field,
// what it is worth, and what forbids a match. It is the whole reason of a
// decision and can be kept with it.
type Comparison struct {
	Levels  [fieldCount]Level
	Outcome Outcome
	Bits    Bits // all of it, with the odds before anything was compared
	points  [fieldCount]Bits
	prior   Bits
	capped  Bits // what the limit on a household's evidence took away
	// twoNames says that of given names which are only nearly the same neither is more
	// of a name: one is hardly a slip for the other.
	twoNames bool
	guards   guards
}

// Compare compares two descriptions and judges by the profile. It does not
// matter which comes first.
func (p *Profile) Compare(a, b *Record) Comparison {
	var c Comparison
	p.compare(&c, a, b)
	return c
}

func (p *Profile) compare(c *Comparison, a, b *Record) {
	r := p.rules
	r.levels(c, a, b)
	c.Bits, c.prior = p.prior, p.prior
	for f, l := range c.Levels {
		if l == Missing {
			continue
		}
		if l != Same || c.points[f] == 0 {
			c.points[f] = r.weights[f][l]
		}
		c.Bits += c.points[f]
	}
	c.capped = p.overHousehold(c)
	c.Bits -= c.capped
	c.guards = found(c, a, b) & p.on
	c.Outcome = p.outcome(c)
}

// conflicts are guards that count whichever source of a person they come from.
const conflicts guards = 1<<guardNumbers | 1<<guardSuffix | 1<<guardOrder | 1<<guardTwins

// unlessSaid are guards of what the source that fits best may not have said: then
// another's word of it counts. MARIA fits MARIA ELENA and MARIA LUISA, and BABY GIRL
// both twins; neither makes one of the two.
const unlessSaid guards = 1<<guardGiven | 1<<guardMiddle | 1<<guardSex

// unsaid is what of the guards of other sources counts beside this one.
func (c *Comparison) unsaid(others guards) guards {
	if c.is(GivenName, 1<<Same) {
		others &^= 1 << guardGiven
	}
	if c.Levels[MiddleName] != Missing {
		others &^= 1 << guardMiddle
	}
	if c.Levels[Sex] != Missing {
		others &^= 1 << guardSex
	}
	return others & unlessSaid
}

// against is what a source has against a match with whom another fits better.
func (c *Comparison) against() guards {
	g := c.guards & (conflicts | unlessSaid)
	if !c.is(GivenName, 1<<Different|1<<InFamily) {
		g &^= 1 << guardGiven
	}
	return g
}

// Person compares a description with every source's description of one person:
// the source that says most for a match counts, and what any of them has against
// it counts too. The order of the sources does not matter.
func (p *Profile) Person(in *Record, sources []*Record) Comparison {
	var best Comparison
	var against guards
	for i, s := range sources {
		var c Comparison
		p.compare(&c, in, s)
		against |= c.against()
		if i == 0 || c.better(&best) {
			best = c
		}
	}
	if best.guards |= against&conflicts | best.unsaid(against); best.Outcome == Match && best.guards != 0 {
		best.Outcome = Possible
	}
	return best
}

// outcome is what the bits come to, within what the guards leave. A history of
// vaccinations may make a match doubtful but never makes one.
func (p *Profile) outcome(c *Comparison) Outcome {
	switch {
	case c.Bits < p.possible || c.guards&p.toNew != 0:
		return New
	case c.guards != 0 || c.Bits-max(0, c.points[Vaccinations]) < p.match:
		return Possible
	}
	return Match
}

// householdFields are what the children of a family share, who are also taken to be
// vaccinated together.
var householdFields = [...]Field{FamilyName, Address, Telephone, Email, MaidenName, Guardian, Vaccinations}

// overHousehold is how much more those fields say than they may: where the given
// names tell two people of one family apart, the family is no evidence.
func (p *Profile) overHousehold(c *Comparison) Bits {
	otherBirth := c.is(BirthDate, 1<<TwoParts|1<<NextYear|1<<GenerationApart|1<<Different)
	if !c.is(GivenName, 1<<Different|1<<InFamily) && !(otherBirth && c.is(GivenName, 1<<Missing|1<<Placeholder)) {
		return 0
	}
	var sum Bits
	for _, f := range householdFields {
		sum += max(0, c.points[f])
	}
	limit := p.household
	if otherBirth {
		limit = p.household2
	}
	return max(0, sum-limit)
}

// is reports that a field is at one of the levels of a set: 1<<Same|1<<Nearly.
func (c *Comparison) is(f Field, levels uint32) bool { return levels&(1<<c.Levels[f]) != 0 }

// found are the guards that stand against taking the two for one.
func found(c *Comparison, a, b *Record) guards {
	var g guards
	e := c.besides()
	sameGiven := c.is(GivenName, 1<<Same|1<<Nickname|1<<OneLetter|1<<Part|1<<Alike)
	sameBirth := c.sameBirth()
	several := a.multiple || b.multiple

	g.add(guardGiven, c.is(GivenName, 1<<Different|1<<InFamily|1<<Swapped|1<<Initial) || c.is(GivenName, 1<<OtherMiddle) && !(e.number && e.home))
	g.add(guardNearGiven, c.is(GivenName, 1<<OneLetter|1<<Alike) && (e.agree < 2 || !e.number && c.twoNames))
	g.add(guardMiddle, c.is(MiddleName, 1<<Different) && !e.number && otherMiddles(a, b))
	g.add(guardBirth, !sameBirth && !(e.number && sameGiven && c.is(BirthDate, 1<<DayMonth|1<<OneDigit|1<<ThreeDays)) && !c.birthSlip(e, a, b))
	g.add(guardNumbers, c.is(SocialSecurity, 1<<Different) || c.is(Medicaid, 1<<Different) ||
		(c.is(SocialSecurity, 1<<OneDigit) || c.is(Medicaid, 1<<OneDigit)) && !(sameBirth && c.is(GivenName, 1<<Same) && c.is(FamilyName, 1<<Same|1<<SameWords)))
	g.add(guardSex, c.is(Sex, 1<<Different) && !(e.number && sameGiven))
	g.add(guardSuffix, c.is(Suffix, 1<<Different))
	g.add(guardOrder, c.is(BirthOrder, 1<<Different))
	g.add(guardTwins, several && c.is(GivenName, 1<<Different|1<<InFamily|1<<OtherMiddle))
	g.add(guardNearTwins, several && c.is(GivenName, 1<<Nickname|1<<OneLetter|1<<Part|1<<Alike|1<<Initial))
	g.add(guardNamesake, e.agree == 0 || e.agree == 1 && (e.differ >= 3 || c.is(BirthDate, 1<<SameNewYear) && !e.number))
	g.add(guardFamily, c.is(FamilyName, 1<<Different|1<<Missing) && !e.number && !(e.home && e.mother))
	g.add(guardStranger, c.is(FamilyName, 1<<Different) && !e.some)
	g.add(guardGeneration, c.is(BirthDate, 1<<GenerationApart) && !e.number && !e.mother && !c.nearNumber())
	g.add(guardPlaceholder, c.is(GivenName, 1<<Missing|1<<Placeholder) && (several || !sameBirth || !e.number && (neitherNamed(a, b) || !(e.home && e.mother))))

	g.add(guardGivenExact, !c.is(GivenName, 1<<Same))
	g.add(guardFamilyExact, !c.is(FamilyName, 1<<Same|1<<SameWords))
	g.add(guardBirthExact, !sameBirth)
	g.add(guardHome, !c.is(Address, 1<<Same) && !c.is(Telephone, 1<<Same))
	g.add(guardFamilyNumber, !c.is(FamilyName, 1<<Same|1<<SameWords) && !c.forLife())
	g.add(guardHomeNumber, !c.is(Address, 1<<Same) && !c.is(Telephone, 1<<Same) && !c.forLife())
	return g
}

// besides is what two have in common beside name, birth date and sex, in which
// namesakes agree too.
type besides struct {
	number, home, mother bool // a number for life, the home, the mother or a guardian
	agree, differ        int  // fields that agree firmly, and that do not agree
	some                 bool // a field agrees at least a little
}

func (c *Comparison) besides() besides {
	e := besides{
		number: c.number(),
		home:   c.is(Address, 1<<Same|1<<Nearly) || c.is(Telephone, 1<<Same|1<<OtherArea),
		mother: c.is(MaidenName, 1<<Same|1<<Nearly) || c.is(Guardian, 1<<Same|1<<Nearly),
	}
	for _, f := range [...]Field{MiddleName, SocialSecurity, Medicaid, RecordNumber, Address, Telephone, Email, MaidenName, Guardian} {
		switch c.Levels[f] {
		case Same, Nearly, Initial, LastFour, OtherArea:
			e.agree++
		case OneDigit:
			if e.some = true; f != Telephone {
				e.agree++
			}
		case OtherTown, SameStreet:
			e.some = true
		case Different:
			e.differ++
		}
	}
	e.some = e.some || e.agree > 0
	return e
}

// number reports that a number which a person keeps agrees.
func (c *Comparison) number() bool {
	return c.forLife() || c.is(RecordNumber, 1<<Same)
}

// nearNumber reports a number for life that agrees but for a digit, or as far as
// it is known: those of parent and child have nothing in common.
func (c *Comparison) nearNumber() bool {
	return c.is(SocialSecurity, 1<<OneDigit|1<<LastFour) || c.is(Medicaid, 1<<OneDigit)
}

// birthSlip reports a slip in the birth date of one and the same: the whole name
// and the home agree, and nothing speaks against it; with two of three parts
// only, something more agrees. Father and son of one name are ten years and more
// apart, and no family gives two children one name.
func (c *Comparison) birthSlip(e besides, a, b *Record) bool {
	slip := c.is(BirthDate, 1<<DayMonth|1<<OneDigit|1<<ThreeDays) || c.is(BirthDate, 1<<TwoParts) && e.agree >= 2
	years := a.birth.y - b.birth.y
	return slip && years > -10 && years < 10 && !a.multiple && !b.multiple &&
		c.is(GivenName, 1<<Same) && c.is(FamilyName, 1<<Same|1<<SameWords|1<<Part) && e.home && e.differ == 0
}

// neitherNamed reports that of both only a placeholder is known, or no given name at all: so are
// two of one birth whom nobody marked as such, and nothing of the family tells them apart.
func neitherNamed(a, b *Record) bool { return len(a.givens) == 0 && len(b.givens) == 0 }

// otherMiddles reports middle names that are written out on both sides: an initial
// is soon a wrong one.
func otherMiddles(a, b *Record) bool {
	whole := func(n name) bool { return len(n.text) > 1 }
	return slices.ContainsFunc(a.middles, whole) && slices.ContainsFunc(b.middles, whole)
}

// before orders comparisons, the best first.
func (c *Comparison) before(d *Comparison) int {
	return cmp.Or(cmp.Compare(d.Outcome.rank(), c.Outcome.rank()), cmp.Compare(d.Bits, c.Bits))
}

// better reports that c is the one to go by. Of two that are worth the same, the
// levels decide: not the order.
func (c *Comparison) better(d *Comparison) bool {
	return cmp.Or(c.before(d), slices.Compare(c.Levels[:], d.Levels[:])) < 0
}

func (o Outcome) rank() int {
	switch o {
	case Match:
		return 2
	case Possible:
		return 1
	}
	return 0
}

// choose decides between all who were compared, best first: one who matches is
// meant if nobody else comes near, and if there is nobody of the same birth and
// family whose name could be the one that is only nearly the same.
func (p *Profile) choose(compared []*Comparison) Outcome {
	if len(compared) == 0 {
		return New
	}
	first := compared[0]
	if first.Outcome != Match {
		return first.Outcome
	}
	for _, other := range compared[1:] {
		rival := other.Outcome != New && first.Bits-other.Bits < p.rival
		if rival || other.sibling() && !first.is(GivenName, 1<<Same) {
			return Possible
		}
	}
	return Match
}

// sibling reports two of the same birth and family.
func (c *Comparison) sibling() bool {
	return c.is(BirthDate, 1<<Same|1<<SameNewYear) && c.is(FamilyName, 1<<Same|1<<SameWords|1<<Part)
}
