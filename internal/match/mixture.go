package match

import (
	"math"
	"math/bits"
)

// class is what two who share a key are to each other.
type class uint8

// The classes. Two of a household share what a family shares, and as to the rest are
// two like any: without a class of their own they would be taken for one person
// whose given name is often wrong.
const (
	onePerson class = iota
	oneHousehold
	strangers
	classCount
)

// mixture is Fellegi and Sunter's model of pairs that share a key, fitted by
// expectation and maximization (Dempster, Laird and Rubin 1977; Winkler 1988).
//
// A field of which a key is made agrees in all pairs that were found by the key, and
// says nothing there: pairs of each kind of key are a sample of their own, which is
// weighed without those fields and counts for the others only.
type mixture struct {
	pairs []weighed
	prior [fieldCount][levelCount]float64 // of one person, by the weights in force
	// is is how often each class is at each level, of those at any.
	is [classCount][fieldCount][levelCount]float64
	// share is how many pairs of each kind of key are of each class.
	share [keyKinds][classCount]float64
	log   [classCount][fieldCount][levelCount]float64
	sum   [classCount][fieldCount][levelCount]float64
	found [keyKinds][classCount]float64
}

// madeOf are the fields of which each kind of key is made, as a set.
var madeOf = [keyKinds]uint32{
	keyFamily:  1<<BirthDate | 1<<FamilyName | 1<<MaidenName,
	keyGiven:   1<<BirthDate | 1<<GivenName | 1<<MiddleName,
	keyYear:    1<<BirthDate | 1<<FamilyName | 1<<GivenName,
	keyDay:     1<<BirthDate | 1<<FamilyName | 1<<GivenName,
	keySocial:  1 << SocialSecurity,
	keyCare:    1 << Medicaid,
	keyChart:   1 << RecordNumber,
	keyPhone:   1<<BirthDate | 1<<Telephone,
	keyMother:  1<<BirthDate | 1<<Guardian,
	keyHouse:   1<<BirthDate | 1<<Address,
	keyZIP:     1<<FamilyName | 1<<GivenName | 1<<Address,
	keyEmail:   1<<BirthDate | 1<<Email,
	keySwapped: 1<<BirthDate | 1<<FamilyName | 1<<GivenName,
	keyFront:   1<<SocialSecurity | 1<<FamilyName | 1<<GivenName,
	keyEnd:     1<<SocialSecurity | 1<<FamilyName | 1<<GivenName,
	keyStreet:  1<<GivenName | 1<<Address,
	keyTown:    1<<BirthDate | 1<<Address,
}

// priorPairs is for how many pairs of one person the weights in force count in each
// field: they hold where the registry says nothing.
const priorPairs = 10

// tries and enough end the fitting: after so many rounds, or when no weight moves by
// as many bits any more.
const (
	tries  = 100
	enough = .005
)

// fit fits the mixture to the pairs of a tally.
func (t *Tally) fit() *mixture {
	m := &mixture{pairs: t.sorted()}
	m.begin(t)
	for range tries {
		before := m.is[onePerson]
		m.expect()
		m.maximize()
		if farthest(&before, &m.is[onePerson]) < enough {
			break
		}
	}
	return m
}

func farthest(a, b *[fieldCount][levelCount]float64) (most float64) {
	for f := range a {
		for l := range a[f] {
			if a[f][l] > 0 && b[f][l] > 0 {
				most = max(most, math.Abs(math.Log2(a[f][l]/b[f][l])))
			}
		}
	}
	return most
}

// begin begins with what the weights in force and the random pairs say.
func (m *mixture) begin(t *Tally) {
	for f, levels := range fieldLevels {
		all, floor := 0.0, .5
		for _, l := range levels {
			all += t.random[f][l]
		}
		for _, l := range levels {
			m.is[strangers][f][l] = (t.random[f][l] + floor) / (all + floor*float64(len(levels)))
		}
		m.prior[f] = t.by.rules.implied(Field(f), &m.is[strangers][f])
	}
	m.is[onePerson], m.is[oneHousehold] = m.prior, m.is[strangers]
	for _, f := range familyFields {
		m.is[oneHousehold][f] = m.family(f)
	}
	for k := range m.share {
		m.share[k] = [classCount]float64{.3, .2, .5}
	}
}

// familyFields are those in which two of a household are not like any two: what a
// family shares, and the birth date, which twins share.
var familyFields = append([]Field{BirthDate}, householdFields[:]...)

// family is how two of a household agree in a field, before anything is known of it:
// as one person does in what a family shares, and in the birth date as twins do or as
// strangers.
func (m *mixture) family(f Field) [levelCount]float64 {
	out := m.prior[f]
	if f == BirthDate {
		for l := range out {
			out[l] = (out[l] + m.is[strangers][f][l]) / 2
		}
	}
	return out
}

// implied is how often one person is at each level, by what the levels weigh and how
// often two are: most do not differ, and of those as many are at a level as it weighs.
func (r *Rules) implied(f Field, two *[levelCount]float64) (one [levelCount]float64) {
	rest := 0.0
	for _, l := range fieldLevels[f] {
		one[l] = two[l] * math.Exp2(r.weights[f][l].Float())
		if l != Different {
			rest += one[l]
		}
	}
	one[Different] = min(.5, one[Different])
	for _, l := range fieldLevels[f] {
		if l != Different {
			one[l] *= (1 - one[Different]) / rest
		}
	}
	return one
}

// expect works out to which class each pair belongs, and counts by that.
func (m *mixture) expect() {
	for c := range m.is {
		for f := range m.is[c] {
			for l, p := range m.is[c][f] {
				m.log[c][f][l] = math.Log(max(p, 1e-12))
			}
		}
	}
	m.sum, m.found = [classCount][fieldCount][levelCount]float64{}, [keyKinds][classCount]float64{}
	for i := range m.pairs {
		m.weigh(&m.pairs[i])
	}
}

// weigh counts a pair. It counts once in a field, by what it is on average in the
// samples where the field says something.
func (m *mixture) weigh(w *weighed) {
	var whole [classCount]float64
	for c := range whole {
		for f, l := range w.levels {
			if l != Missing {
				whole[c] += m.log[c][f][l]
			}
		}
	}
	var is [fieldCount][classCount]float64
	var samples [fieldCount]float64
	for kinds := uint32(w.kinds); kinds != 0; kinds &= kinds - 1 {
		k := bits.TrailingZeros32(kinds)
		p := m.classOf(w, k, whole)
		for c, share := range p {
			m.found[k][c] += w.pairs * share
		}
		for f, l := range w.levels {
			if l == Missing || madeOf[k]&(1<<f) != 0 {
				continue
			}
			samples[f]++
			for c, share := range p {
				is[f][c] += share
			}
		}
	}
	for f, l := range w.levels {
		if w.kinds == 0 && w.said == SaidOne && l != Missing { // found by no key, and one all the same
			samples[f], is[f][onePerson] = 1, 1
		}
		if samples[f] == 0 {
			continue
		}
		for c := range is[f] {
			m.sum[c][f][l] += w.pairs * is[f][c] / samples[f]
		}
	}
}

// classOf is how likely a pair that was found by a kind of key is of each class; what
// a person decided is certain.
func (m *mixture) classOf(w *weighed, kind int, whole [classCount]float64) (p [classCount]float64) {
	if w.said == SaidOne {
		p[onePerson] = 1
		return p
	}
	most := math.Inf(-1)
	for c := range whole {
		p[c] = whole[c] + math.Log(max(m.share[kind][c], 1e-12))
		for f, l := range w.levels {
			if l != Missing && madeOf[kind]&(1<<f) != 0 {
				p[c] -= m.log[c][f][l]
			}
		}
		if class(c) == onePerson && w.said == SaidTwo {
			p[c] = math.Inf(-1)
		}
		most = max(most, p[c])
	}
	sum := 0.0
	for c := range p {
		p[c] = math.Exp(p[c] - most)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}

// maximize makes of the counts how often each class is at each level. How strangers
// agree is known from random pairs, and so is how two of a household do in what a
// family does not share.
func (m *mixture) maximize() {
	for f := range Field(fieldCount) {
		m.refit(onePerson, f, &m.prior[f])
	}
	for _, f := range familyFields {
		start := m.family(f)
		m.refit(oneHousehold, f, &start)
	}
	for k := range m.found {
		all := 0.0
		for _, n := range m.found[k] {
			all += n
		}
		if all == 0 {
			continue
		}
		for c := range m.found[k] {
			m.share[k][c] = (m.found[k][c] + 1) / (all + float64(classCount))
		}
	}
}

func (m *mixture) refit(c class, f Field, prior *[levelCount]float64) {
	all := float64(priorPairs)
	for _, l := range fieldLevels[f] {
		all += m.sum[c][f][l]
	}
	for _, l := range fieldLevels[f] {
		m.is[c][f][l] = (m.sum[c][f][l] + priorPairs*prior[l]) / all
	}
}
