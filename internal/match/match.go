// Package match decides whether a person that a source describes is one the
// registry knows: a match, perhaps, or nobody.
//
// Profile weighs evidence by Fellegi and Sunter's model, by what the files of
// matching/ say (README.md there tells how). Messages are placed as they come by
// Best, whose rules are exact ones: a facility's own number, an identifier, or
// name, birth date and sex, each with nothing against it. The package compares
// values, reads nothing and stores nothing. Start at Profile.Compare,
// Rules.Keys and Best.
package match

import (
	"slices"
	"sort"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Outcome is one of the three answers to "who is this".
type Outcome string

// The outcomes.
const (
	Match    Outcome = "match"    // this person, without a doubt that a person should look at
	Possible Outcome = "possible" // perhaps one of these: stored apart, and queued for a person
	New      Outcome = "new"      // nobody we know
)

// Source is one source's view of a known person.
type Source struct {
	Person iis.Person
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
	// Named says that the registry's own number for the person was given.
	Named bool
}

// Scored is a candidate with what speaks for and against it.
type Scored struct {
	Person  iis.PersonID
	Outcome Outcome
	Bits    float64
	Rule    string // the rule that matched; "" when none did
	Why     []Reason
	Guards  []string // what forbids a match in spite of the evidence
}

// ByOwnNumber reports that the sender's own number led to the candidate.
func (s *Scored) ByOwnNumber() bool {
	return slices.ContainsFunc(s.Why, func(r Reason) bool { return r.Field == OwnNumber })
}

// Decision is the answer for one described person.
type Decision struct {
	Outcome Outcome
	Person  iis.PersonID // of a Match
	Rule    string       // of a Match
	Bits    float64
	Why     []Reason
	// Candidates are all that were compared and are not New, best first.
	Candidates []Scored
}

// Opened is how a person was found whose record somebody had open: not by
// comparing.
const Opened = "record open"

// OwnNumber is the rule, and the comparison, of a sender's own number for its
// patient.
const OwnNumber = "own number"

// Weights in bits: a fair order of magnitude, so that scores of the exact rules
// and of what replaces them read alike.
const (
	bitsOwnNumber  = 20
	bitsIdentifier = 18
	bitsName       = 14
	bitsBirth      = 13
	bitsSex        = 1
)

// Best compares a described person with the candidates and decides.
func Best(in *iis.Person, candidates []Candidate) Decision {
	d := Decision{Outcome: New}
	for i := range candidates {
		if s := score(in, &candidates[i]); s.Outcome != New {
			d.Candidates = append(d.Candidates, s)
		}
	}
	sort.SliceStable(d.Candidates, func(i, j int) bool {
		a, b := &d.Candidates[i], &d.Candidates[j]
		if (a.Outcome == Match) != (b.Outcome == Match) {
			return a.Outcome == Match
		}
		if a.Bits != b.Bits {
			return a.Bits > b.Bits
		}
		return a.Person < b.Person
	})
	if len(d.Candidates) == 0 {
		return d
	}
	best := d.Candidates[0]
	d.Outcome, d.Bits, d.Why = best.Outcome, best.Bits, best.Why
	if best.Outcome == Match && rivalled(d.Candidates) {
		d.Outcome = Possible // two who fit alike: a person decides
	}
	if d.Outcome == Match {
		d.Person, d.Rule = best.Person, best.Rule
	}
	return d
}

// rivalled reports a second match that is as good as the first.
func rivalled(s []Scored) bool {
	return len(s) > 1 && s[1].Outcome == Match && s[0].Bits-s[1].Bits < bitsOwnNumber/2
}

// score compares with every source of a candidate: the best source counts, and
// what any source has against it counts too.
func score(in *iis.Person, c *Candidate) Scored {
	best := Scored{Person: c.Person, Outcome: New}
	var guards []string
	for i := range c.Sources {
		src := &c.Sources[i]
		e := compare(in, src, c.Named)
		outcome, rule := e.rule(in, &src.Person)
		if outcome != New && (best.Outcome != Match || outcome == Match) && e.bits > best.Bits {
			best.Outcome, best.Rule, best.Bits, best.Why = outcome, rule, e.bits, e.why
		}
		if src.Own { // a sender may correct its own record, but not into another child
			guards = append(guards, anotherChild(in, &src.Person, e)...)
		} else {
			guards = append(guards, against(in, &src.Person)...)
			if src.SameSender && !e.identifier && otherNumber(in, &src.Person) {
				guards = append(guards, "another number of the same facility")
			}
		}
	}
	if best.Outcome == Match && len(guards) > 0 {
		best.Outcome, best.Guards = Possible, guards
	}
	return best
}

// evidence is what one source's view has in common with a description.
type evidence struct {
	own, named, identifier, name, birth bool
	sex                                 int // 1 same, 0 unknown, -1 different
	bits                                float64
	why                                 []Reason
}

func compare(in *iis.Person, known *Source, named bool) evidence {
	e := evidence{own: known.Own, named: named}
	add := func(field string, bits float64) {
		e.why = append(e.why, Reason{Field: field, Level: "same", Bits: bits})
		e.bits += bits
	}
	if e.own {
		add(OwnNumber, bitsOwnNumber)
	}
	if e.named {
		add("registry number", bitsOwnNumber)
	}
	if typ := sharedIdentifier(in, &known.Person); typ != "" {
		e.identifier = true
		add(typ, bitsIdentifier)
	}
	if e.name = sameName(in, &known.Person); e.name {
		add("name", bitsName)
	}
	if e.birth = in.Birth == known.Person.Birth && in.Birth != cal.None; e.birth {
		add("birth date", bitsBirth)
	}
	if e.sex = agreeSex(in.Sex, known.Person.Sex); e.sex > 0 {
		add("sex", bitsSex)
	}
	return e
}

// rule is the first exact rule that holds, and what it decides.
func (e *evidence) rule(in, known *iis.Person) (Outcome, string) {
	switch {
	case e.own && (e.name || e.birth || Unsaid(in)):
		return Match, OwnNumber
	case e.named && (e.name || e.birth || Unsaid(in)):
		return Match, "registry number"
	case e.own || e.named:
		return Possible, "" // the number means someone else, or both name and birth date are wrong
	case e.identifier && e.birth && e.name:
		return Match, "identifier, name and birth date"
	case e.identifier && (e.birth || e.name):
		return Possible, ""
	case e.name && e.birth && e.sex >= 0:
		return Match, "name, birth date and sex"
	case e.name && e.birth:
		return Possible, ""
	case e.birth && in.LegalName().Given == "" && sameFamily(in, known):
		return Possible, "" // a query without a given name
	}
	return New, ""
}

// Unsaid reports a description by number alone, as a query may be.
func Unsaid(in *iis.Person) bool { return len(in.Names) == 0 && in.Birth == cal.None }

// agreeSex is 1 for the same sex, 0 when either is unknown, -1 when they differ.
func agreeSex(a, b string) int {
	if a == "" || b == "" || a == "U" || b == "U" {
		return 0
	}
	if a == b {
		return 1
	}
	return -1
}

// sameName reports that any name of one equals any name of the other: family
// and given name, folded.
func sameName(a, b *iis.Person) bool {
	for _, x := range a.Names {
		for _, y := range b.Names {
			if x.Family != "" && x.Given != "" && Fold(x.Family) == Fold(y.Family) && Fold(x.Given) == Fold(y.Given) {
				return true
			}
		}
	}
	return false
}

// anotherChild lists what tells two children apart whom their facility put under
// one number: twins, or a name that differs together with the sex.
func anotherChild(in, known *iis.Person, e evidence) []string {
	switch {
	case e.name:
		return nil
	case in.BirthOrder != 0 && known.BirthOrder != 0 && in.BirthOrder != known.BirthOrder:
		return []string{"different birth orders under one number"}
	case e.sex < 0:
		return []string{"different names and sexes under one number"}
	}
	return nil
}

// sameFamily reports a family name in common.
func sameFamily(a, b *iis.Person) bool {
	for _, x := range a.Names {
		for _, y := range b.Names {
			if x.Family != "" && Fold(x.Family) == Fold(y.Family) {
				return true
			}
		}
	}
	return false
}

// otherNumber reports that one facility knows the two by different numbers of
// one kind and authority: two charts, and so perhaps two people.
func otherNumber(a, b *iis.Person) bool {
	differ := false
	for _, x := range a.IDs {
		for _, y := range b.IDs {
			if x.Type != "MR" && x.Type != "PI" && x.Type != "PT" || x.Type != y.Type || !strings.EqualFold(x.Authority, y.Authority) {
				continue
			}
			if strings.EqualFold(x.Value, y.Value) {
				return false
			}
			differ = true
		}
	}
	return differ
}

// sharedIdentifier is the kind of a shared number that a person keeps for life.
func sharedIdentifier(a, b *iis.Person) string {
	for _, typ := range []string{"SS", "MA"} {
		for _, x := range a.Identified(typ) {
			for _, y := range b.Identified(typ) {
				if n := identifierKey(x); n != "" && n == identifierKey(y) {
					return typ
				}
			}
		}
	}
	return ""
}

// against lists what forbids taking two descriptions for one person without a
// person's decision.
func against(a, b *iis.Person) []string {
	var out []string
	for _, typ := range []string{"SS", "MA"} {
		if conflicting(a.Identified(typ), b.Identified(typ)) {
			out = append(out, "different numbers of type "+typ)
		}
	}
	if a.BirthOrder != 0 && b.BirthOrder != 0 && a.BirthOrder != b.BirthOrder {
		out = append(out, "different birth orders")
	}
	if a.MultipleBirth == "Y" && b.MultipleBirth == "Y" && !sameName(a, b) {
		out = append(out, "twins")
	}
	if x, y := Fold(a.LegalName().Suffix), Fold(b.LegalName().Suffix); x != "" && y != "" && x != y {
		out = append(out, "different name suffixes")
	}
	if x, y := Fold(a.LegalName().Middle), Fold(b.LegalName().Middle); x != "" && y != "" && x[0] != y[0] {
		out = append(out, "different middle names")
	}
	return out
}

func conflicting(a, b []iis.Identifier) bool {
	found := false
	for _, x := range a {
		for _, y := range b {
			kx, ky := identifierKey(x), identifierKey(y)
			if kx == "" || ky == "" {
				continue
			}
			if kx == ky {
				return false
			}
			found = true
		}
	}
	return found
}
