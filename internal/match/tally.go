package match

import (
	"cmp"
	"math"
	"slices"

	"openiis/internal/fold"
)

// Said is what a person decided of two, who looked at them.
type Said uint8

// What may have been said. Nobody decided of most.
const (
	SaidNothing Said = iota
	SaidOne          // they are one person
	SaidTwo          // they are two
)

// Kinds is a set of kinds of key (KindOfKey) that two share.
type Kinds uint32

// SharedKinds are the kinds of the keys that are in both lists.
func SharedKinds(a, b []int64) Kinds {
	var out Kinds
	for _, k := range a {
		if slices.Contains(b, k) {
			out |= 1 << (k & (1<<kindBits - 1))
		}
	}
	return out
}

// Tally counts at which levels pairs of a registry agree: all that weights are
// estimated from. It keeps no description, only how often each combination of levels
// came, and how often each name did. It is not safe for concurrent use.
type Tally struct {
	by      *Profile
	random  [fieldCount][levelCount]float64
	pairs   int // random ones
	blocked map[agreement]float64
	met     int // pairs that share a key
	said    [SaidTwo + 1]int
	people  int // whose names were counted
	names   [fieldCount]map[string]int
}

// agreement is at which levels two agree, through what they were found, and what
// was said of them.
type agreement struct {
	levels [fieldCount]Level
	kinds  Kinds
	said   Said
}

func (a *agreement) compare(b *agreement) int {
	return cmp.Or(slices.Compare(a.levels[:], b.levels[:]), cmp.Compare(a.kinds, b.kinds), cmp.Compare(a.said, b.said))
}

// NewTally is an empty tally for weights to follow those of a profile's rules, by
// which the records are prepared that it is given.
func (p *Profile) NewTally() *Tally {
	t := &Tally{by: p, blocked: map[agreement]float64{}}
	t.names[FamilyName], t.names[GivenName] = map[string]int{}, map[string]int{}
	return t
}

// Random counts two of the registry who were drawn by chance. The likelier they are
// one after all, the less they count for two.
func (t *Tally) Random(a, b *Record) {
	var c Comparison
	t.by.compare(&c, a, b)
	two := 1 / (1 + math.Exp2(c.Bits.Float()))
	for f, l := range c.Levels {
		if l != Missing {
			t.random[f][l] += two
		}
	}
	t.pairs++
}

// Blocked counts two who share keys of some kinds. Such a pair stands for weight
// pairs of the sample.
func (t *Tally) Blocked(a, b *Record, shared Kinds, said Said, weight float64) {
	var c Comparison
	t.by.rules.levels(&c, a, b)
	t.blocked[agreement{c.Levels, shared, said}] += weight
	t.met++
	t.said[said]++
}

// mostNames is how many names are counted at once. When there are more, those that
// came once are forgotten: no rare name is ever told.
const mostNames = 1 << 20

// Name counts the name of a person.
func (t *Tally) Name(family, given string) {
	t.people++
	r := t.by.rules
	t.count(FamilyName, r.familyName(fold.Words(family), false).text)
	if words := fold.Words(given); !r.standsIn(words) {
		t.count(GivenName, r.givenName(words, false).text)
	}
}

func (t *Tally) count(f Field, name string) {
	if name == "" || letters(name)&(1<<31) != 0 {
		return
	}
	t.names[f][name]++
	if len(t.names[f]) > mostNames {
		for n, times := range t.names[f] {
			if times == 1 {
				delete(t.names[f], n)
			}
		}
	}
}

// sorted are the agreements in an order that is always the same, so that sums are
// too.
func (t *Tally) sorted() []weighed {
	out := make([]weighed, 0, len(t.blocked))
	for a, n := range t.blocked {
		out = append(out, weighed{a, n})
	}
	slices.SortFunc(out, func(a, b weighed) int { return a.compare(&b.agreement) })
	return out
}

// weighed is an agreement with for how many pairs it stands.
type weighed struct {
	agreement
	pairs float64
}
