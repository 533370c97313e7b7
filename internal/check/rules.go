package check

import (
	"slices"

	"openiis/internal/iis"
)

// Rule is one thing that can be wrong with a message. Name is stable: what
// severity a rule has for one sender is data that names it.
type Rule struct {
	Name     string       // PID-8 missing; second PID
	Source   string       // who demands it: a section or conformance statement
	Severity iis.Severity // W or I
	Fact     bool         // it tells what is so and nobody can correct: never more than I
	HL7, App string       // tables 0357 and 0533
	Say      string       // for the sender: what, and what to do; no patient's value
	on       kind
	check    func(v *view, at func(iis.Where))
	number   int // its place in the catalogue
}

// rules are the checks that take more than one field, in the order in which
// they run. Each is declared in the file named after it.
var rules = []*Rule{
	// structure.go
	&outOfOrder, &strayLine, &withoutRCP, &continued,
	// header.go
	&zone,
	// name.go
	&notLegalName,
	// setid.go
	&kinNumbers, &observationNumbers,
	// vaccine.go
	&unknownVaccine,
	// source.go
	&unknownSource, &sourceOfNothing,
	// amount.go
	&amountOfNothing,
	// refusal.go
	&reasonWithoutRefusal, &unsaidRefusal,
	// filler.go
	&keyOfNothing,
	// endtime.go
	&endDiffers,
	// dates.go
	&futureBirth, &futureDose, &beforeBirth, &afterDeath,
	// observation.go
	&unreadableDate, &unreadableNumber, &unknownEligibility, &unknownFunding, &unknownAntigen, &unreadableVIS, &unknownVIS,
	// eligibility.go
	&withoutEligibility,
}

// maxRules is the room for rules in a run; a test holds the catalogue to it.
const maxRules = 512

// Catalogue are all rules: the guide's demands on fields first, in the order of
// its tables, then the rules of the list, then the families. Severities per sender
// and the documentation are written against it.
func Catalogue() []Rule {
	out := make([]Rule, len(catalogue))
	for i, r := range catalogue {
		out[i] = *r
	}
	return out
}

// catalogue numbers every rule, once, before the first message.
var catalogue = func() []*Rule {
	var all []*Rule
	for _, t := range tables {
		for _, f := range t.fields {
			for _, w := range slices.Concat(f.whole, f.parts) {
				for _, r := range []*Rule{w.missing, w.ignored, w.bad} {
					if r != nil {
						all = append(all, r)
					}
				}
			}
		}
	}
	all = append(all, rules...)
	for _, f := range slices.Concat(ofMSH, ofPID, ofPD1, ofNK1, ofPV1) {
		all = append(all, f.rules...)
	}
	for _, f := range ofDose {
		all = append(all, f.rules...)
	}
	for i, r := range all {
		r.number = i
	}
	return all
}()
