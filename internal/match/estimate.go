package match

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// Limits of an estimate. What is beyond them keeps the weight in force, and the
// report says why.
const (
	// leastPairs is of how many pairs at a level, of one person and of two, a weight
	// may be estimated.
	leastPairs = 20
	// leastOne is how many pairs of one person a field must have.
	leastOne = 100
	// MostMoved is by how many bits a weight may move from one version to the next:
	// more is a change of what senders send, or a mistake, and for a person to find.
	MostMoved = 4 * bit
	// clearly is how many bits part two levels whose order is no matter of chance.
	clearly = 2 * bit
	// leastBearers is how many people of the registry bear a name that is told.
	leastBearers = 20
	// namePeople is for how many people the frequencies in force count.
	namePeople = 1000
)

// leastPerMillion is from how many bearers per million on a name is told: in a rarer
// one agreement is worth the most.
var leastPerMillion = map[Field]int{FamilyName: 100, GivenName: 150}

// Estimated is what a level was and is worth.
type Estimated struct {
	Field         Field
	Level         Level
	Before, After Bits
	Moved         Bits // by which it would have moved
	// One and Two are how often one person and two are at the level, of those at any.
	One, Two float64
	Pairs    float64 // of one person at the level
	Random   float64 // pairs of two at the level
	Kept     string  // why the weight in force is kept; "" when it was estimated
}

// Estimate is a set of weights that was estimated from a tally.
type Estimate struct {
	Levels []Estimated
	tally  *Tally
	one    float64 // pairs of one person
	rules  *Rules
}

// limits are the levels whose weight is a limit: what agreement is worth goes by how
// many bear the name.
var limits = map[Field]bool{FamilyName: true, GivenName: true, MiddleName: true}

// Estimate estimates weights from what was counted. It is an error when nothing can
// be.
func (t *Tally) Estimate() (*Estimate, error) {
	m := t.fit()
	e := &Estimate{tally: t, rules: t.by.rules.copy()}
	fresh := 0
	for f, levels := range fieldLevels {
		one := 0.0
		for _, l := range levels {
			one += m.sum[onePerson][f][l]
		}
		e.one = max(e.one, one)
		for _, l := range levels {
			x := t.level(m, Field(f), l, one)
			if x.Kept == "" {
				fresh++
			}
			e.Levels = append(e.Levels, x)
		}
		if same := m.is[onePerson][f][Same]; limits[Field(f)] && e.rules.agrees[f] != 0 && one >= leastOne && m.sum[onePerson][f][Same] >= leastPairs {
			e.rules.agrees[f] = math.Round(min(.999, same)*1000) / 1000
		}
	}
	if fresh == 0 {
		return nil, fmt.Errorf("the registry says too little: %d pairs drawn by chance, and %.0f pairs of one person. A weight is estimated from %d pairs of one person in its field, and %d at its level",
			t.pairs, e.one, leastOne, leastPairs)
	}
	e.inOrder()
	for _, x := range e.Levels {
		if x.Kept == "" {
			e.rules.weights[x.Field][x.Level] = x.After
			e.rules.why[x.Field][x.Level] = fmt.Sprintf("estimated: %s of one person, of %.0f pairs; %s of two, of %.0f", share(x.One), x.Pairs, share(x.Two), x.Random)
		}
	}
	e.frequencies(FamilyName)
	e.frequencies(GivenName)
	return e, nil
}

// copy are rules that may be given other weights and frequencies.
func (r *Rules) copy() *Rules {
	out := *r
	for f := range out.bearers {
		out.bearers[f] = maps.Clone(r.bearers[f])
	}
	return &out
}

// level estimates what a level is worth.
func (t *Tally) level(m *mixture, f Field, l Level, one float64) Estimated {
	now := t.by.rules.weights[f][l]
	x := Estimated{
		Field: f, Level: l, Before: now, After: now,
		One: m.is[onePerson][f][l], Two: m.is[strangers][f][l], Pairs: m.sum[onePerson][f][l], Random: t.random[f][l],
	}
	x.Moved = Bits(math.Round(math.Log2(x.One/x.Two)*float64(bit))) - now
	switch {
	case l == Same && limits[f]:
		x.Moved, x.Kept = 0, "a limit: agreement is worth what the frequency of the name says"
	case one < leastOne:
		x.Kept = fmt.Sprintf("only %.0f pairs of one person have the field", one)
	case x.Pairs < leastPairs:
		x.Kept = fmt.Sprintf("only %.0f pairs of one person are at it", x.Pairs)
	case x.Random < leastPairs:
		x.Kept = fmt.Sprintf("only %.0f pairs drawn by chance are at it", x.Random)
	case x.Moved > MostMoved || x.Moved < -MostMoved:
		x.Kept = fmt.Sprintf(refusal+"it would move by %+.2f bits, and %.0f are the most", x.Moved.Float(), MostMoved.Float())
	case now > 0 && x.Moved > 0 && slices.Contains(householdFields[:], f):
		x.Kept = fmt.Sprintf(refusal+"it would move by %+.2f bits, and what a family shares may say less than before, not more", x.Moved.Float())
	case l == Different && now+x.Moved > 0:
		x.Kept = fmt.Sprintf(refusal+"%.2f bits, and what is different is nothing for a match", (now + x.Moved).Float())
	default:
		x.After = now + x.Moved
	}
	return x
}

// inOrder has levels whose order would turn round keep what they are worth: the same
// is worth the most and what is different the least, and what was clearly more stays
// more.
func (e *Estimate) inOrder() {
	for turned := true; turned; {
		turned = false
		for i := range e.Levels {
			for j := range e.Levels {
				a, b := &e.Levels[i], &e.Levels[j]
				if a.Field != b.Field || !before(a, b) || a.After >= b.After || a.Before < b.Before {
					continue
				}
				turned = e.refuse(a, b) || turned
				turned = e.refuse(b, a) || turned
			}
		}
	}
}

// refuse has a level that was estimated keep what it was worth, because of another.
func (e *Estimate) refuse(x, of *Estimated) bool {
	if x.Kept != "" {
		return false
	}
	x.After = x.Before
	x.Kept = fmt.Sprintf(refusal+"it would be out of order with %q", e.rules.names[of.Field][of.Level])
	return true
}

// before reports levels of which the first must be worth no less than the second.
func before(a, b *Estimated) bool {
	return a.Level != b.Level && (a.Level == Same || b.Level == Different || a.Before-b.Before >= clearly)
}

// frequencies makes the table of frequent names anew. Of a name that fewer than
// leastBearers bear nothing is told but that: it keeps what the table had for it, or
// as many as there may be at most.
func (e *Estimate) frequencies(f Field) {
	table, people := e.rules.bearers[f], float64(e.tally.people)
	names := maps.Clone(table)
	for n := range e.tally.names[f] {
		names[n] = table[n]
	}
	for n, had := range names {
		if count := e.tally.names[f][n]; count >= leastBearers {
			names[n] = int(math.Round((float64(count) + float64(had)/1e6*namePeople) / (people + namePeople) * 1e6))
		} else if most := leastBearers / people * 1e6; float64(had) > most {
			names[n] = int(most)
		}
		names[n] = min(names[n], mostBearers)
	}
	maps.DeleteFunc(names, func(_ string, n int) bool { return n < leastPerMillion[f] })
	e.rules.bearers[f] = names
}

// Sampled is from what an estimate was made, as the file tells it.
type Sampled struct {
	Made time.Time
	Seed uint64
	// People are those of the registry, and Compared those who were compared with
	// others.
	People, Compared int
	Changes          []Changes
}

// Version is the file of the estimate, for a person to read and sign off.
func (e *Estimate) Version(s Sampled) (*Version, error) {
	settings := []string{
		versionMade + ": " + s.Made.UTC().Format(time.RFC3339),
		versionFrom + ": " + e.tally.by.rules.version,
		fmt.Sprintf("seed: %d", s.Seed),
		fmt.Sprintf("people in the registry: %d", s.People),
		fmt.Sprintf("people compared: %d", s.Compared),
		fmt.Sprintf("pairs drawn by chance: %d", e.tally.pairs),
		fmt.Sprintf("pairs that share a key: %d", e.tally.met),
		fmt.Sprintf("of which a person said that they are one: %d", e.tally.said[SaidOne]),
		fmt.Sprintf("of which a person said that they are two: %d", e.tally.said[SaidTwo]),
		fmt.Sprintf("pairs taken for one person: %.0f", e.one),
	}
	return ReadVersion(writeVersion(e.rules, settings, e.report(s.Changes)))
}

// Refused are how many levels keep what they were worth because of a limit of safety.
func (e *Estimate) Refused() int {
	n := 0
	for i := range e.Levels {
		if e.Levels[i].refused() {
			n++
		}
	}
	return n
}

// sortedNames are the names of a table in order.
func sortedNames(table map[string]int) []string { return slices.Sorted(maps.Keys(table)) }
