package stub

// Verdict is what a stub says of a description.
type Verdict int

// The verdicts.
const (
	Another  Verdict = iota // nobody who opted out, as far as can be told
	Doubtful                // it may be: the record is made, and somebody looks
	Same                    // who opted out is described: no record is made
)

// Judge says whether a description is of whom a stub is of, by the kinds of the
// combinations that they have in common.
//
// Name and birth date alone are never enough, for two people may share them. What is
// the same beside them must be the person's own number, the mother, the telephone or
// the home; twins share the last three, and so these count only where the given name
// is the same to the letter. A child without a name is recognized by birth date, mother
// and home together, where the child who opted out was born alone.
func Judge(shared []Kind) Verdict {
	has := map[Kind]bool{}
	for _, k := range shared {
		has[k] = true
	}
	family := 0 // what is common to a family, beside the same given name and birth date
	for _, k := range []Kind{Mother, Telephone, Home} {
		if has[k] {
			family++
		}
	}
	number := has[Social] || has[Chart] || has[Certificate]
	named := has[Name] || has[GivenSounds] || family > 0
	switch {
	case number && named, has[Name] && family > 0, family > 1, has[Unnamed]:
		return Same
	case number, has[Name], has[Month], has[Swapped], family > 0:
		return Doubtful
	}
	return Another
}

// ByNumber reports that a sender's own number for its patient, the birth date and the
// name are the same: whoever else the description is like, it is of whom the stub is of.
func ByNumber(shared []Kind) bool {
	chart, named := false, false
	for _, k := range shared {
		chart = chart || k == Chart
		named = named || k == Name || k == GivenSounds
	}
	return chart && named
}
