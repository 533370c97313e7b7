// Package cdsi judges every dose and dates every next dose of a person by CDC's
// CDSi Logic Specification 4.6 over a release of the schedule. A file is a
// chapter; comments name the specification's rules, and docs/cdsi.md what it
// leaves open and how that is read here.
//
// It is pure: no clock, no files, no state between calls. It neither reads the
// schedule (package schedule) nor decides what is shown. Start at Compile and
// Engine.Evaluate.
package cdsi

import (
	"strings"
	"sync"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// Engine is a release of the schedule made ready to judge by. It never changes
// and is shared by goroutines.
type Engine struct {
	release       string
	effective     cal.Date
	antigens      []antigen
	groups        []vaccineGroup
	vaccines      []vaccine
	vaccineOf     map[string]vax
	observations  []string
	observationOf map[string]obs
	coded         map[coded][]string
	allergies     []string // observations of a severe allergic reaction to some vaccine
	seriesCount   int
	spans         int       // different durations
	runs          sync.Pool // memory of earlier runs, to be used again
}

// coded is a code of another system.
type coded struct{ system, code string }

// Release is CDC's name of the schedule.
func (e *Engine) Release() string { return e.release }

// Live reports a vaccine (CVX) that must be kept apart from other live ones (6.7).
func (e *Engine) Live(cvx string) bool {
	v, ok := e.vaccineOf[cvx]
	return ok && e.vaccines[v].spaced
}

// Note is what to say of an assessment on a day before the release was in effect: it
// is made by what was recommended later. Empty for other days.
func (e *Engine) Note(assessed cal.Date) string {
	if assessed >= e.effective {
		return ""
	}
	return "Release " + e.release + " was in effect from " + e.effective.String() + " on, after the assessment date: what was recommended then may have been other."
}

// Groups are the names of the vaccine groups, in the order of the schedule.
func (e *Engine) Groups() []string {
	out := make([]string, len(e.groups))
	for i := range e.groups {
		out[i] = e.groups[i].src.Name
	}
	return out
}

// Codes are CDSi's observations that a code of another system (SNOMED, CVX,
// CDCPHINVS) stands for; none when the schedule does not know it.
func (e *Engine) Codes(system, code string) []string {
	return e.coded[coded{strings.ToUpper(strings.TrimSpace(system)), code}]
}

// allergic is the code of CDCPHINVS for a severe allergic reaction to a vaccine. It
// stands for a CDSi observation of each antigen's vaccines. Some of these CDC gives
// no codes at all (RSV, dengue, Ebola, chikungunya, orthopoxvirus); they are known
// by how their titles begin.
var allergic = coded{"CDCPHINVS", "VXC20"}

const (
	allergicTitle = "Severe allergic reaction after previous dose of "
	anyOfAKind    = allergicTitle + "any " // to one kind of influenza vaccine, which nobody said
)

// component is the observation of a reaction to a component of vaccines. It
// contraindicates nearly everything: who reacted to one vaccine has it only when
// somebody says so.
const component = "080"

// Allergies are CDSi's observations of a severe allergic reaction after a dose of
// a vaccine: those that contraindicate one of its antigens. "" is any vaccine.
func (e *Engine) Allergies(cvx string) []string {
	all := e.allergies
	if cvx == "" {
		return all
	}
	var out []string
	v, known := e.vaccineOf[cvx]
	for _, code := range all {
		if known && code != component && e.contraindicates(e.observationOf[code], &e.vaccines[v]) {
			out = append(out, code)
		}
	}
	return out
}

// contraindicates reports that an observation contraindicates an antigen of a
// vaccine.
func (e *Engine) contraindicates(o obs, v *vaccine) bool {
	for _, of := range v.associations {
		for _, c := range e.antigens[of.antigen].contra {
			if c.obs == o {
				return true
			}
		}
	}
	return false
}

// Evaluate says of a person which doses count, and why, and what is due when.
// What cannot be judged is a problem in the answer; there is no error.
func (e *Engine) Evaluate(p *Patient, o Options) Result {
	var out Result
	e.EvaluateInto(&out, p, o)
	return out
}

// EvaluateInto is Evaluate for many people one after the other: it uses the memory of
// the answer before, which is then gone. Nothing of the earlier answer may be kept.
func (e *Engine) EvaluateInto(out *Result, p *Patient, o Options) {
	r := e.runs.Get().(*run)
	r.begin(out, p, o)
	r.process()
	r.end()
	e.runs.Put(r)
}

// genderOf is the schedule's gender of an administrative sex (Table 5-2: empty is
// Unknown).
func genderOf(sex string) schedule.Gender {
	switch sex {
	case "F":
		return schedule.Female
	case "M":
		return schedule.Male
	}
	return schedule.Unknown
}
