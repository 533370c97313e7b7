package check

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/iis"
)

// Off is the severity of a rule that does not speak.
const Off iis.Severity = "off"

// settable are the severities that a rule may be given. E is none of them: it
// says that something was not stored, and no setting keeps anything from being
// stored. A rule's own comes first, so that the zero of a table means that.
var settable = [...]iis.Severity{"", iis.Warning, iis.Information, Off}

// Severities replace the severities of rules for one sender. They never change
// and are safe for concurrent use; a nil one replaces nothing.
type Severities struct {
	byNumber [maxRules]uint8 // an index into settable, by the rule's number
}

// NewSeverities makes severities from a table of W, I or off by a rule's name.
// The error names what MaySet refuses; the rest of the table is in force all the
// same, for a rule may have gone since it was written.
func NewSeverities(table map[string]iis.Severity) (*Severities, error) {
	s := new(Severities)
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(table)) {
		rule := named(name)
		if err := maySet(rule, name, table[name]); err != nil {
			problems = append(problems, err)
			continue
		}
		s.byNumber[rule.number] = uint8(slices.Index(settable[:], table[name]))
	}
	return s, errors.Join(problems...)
}

// of is the severity of a rule for the sender.
func (s *Severities) of(rule *Rule) iis.Severity {
	if s != nil && s.byNumber[rule.number] != 0 {
		return settable[s.byNumber[rule.number]]
	}
	return rule.Severity
}

// OfReading gives what was found while a message was read the severities of the
// sender, where a rule here says the same thing (sameAs): both must obey. An error
// stays: it says that something was not stored.
func (s *Severities) OfReading(found iis.Findings) iis.Findings {
	if s == nil {
		return found
	}
	out := make(iis.Findings, 0, len(found))
	for _, f := range found {
		if rule := sameAs(&f); rule != nil && f.Severity != iis.Error && s.byNumber[rule.number] != 0 {
			f.Severity = s.of(rule)
		}
		if f.Severity != Off {
			out = append(out, f)
		}
	}
	return out
}

// sameAs is the rule that says what reading found, or nil. Reading has some names of its
// own, for what may be at several places: "date unreadable" at PD1-13 is the rule "PD1-13
// unreadable".
func sameAs(f *iis.Finding) *Rule {
	if r := named(cmp.Or(otherNames[f.Rule], f.Rule)); r != nil || f.Where.Field == 0 {
		return r
	}
	what := f.Rule[strings.LastIndexByte(f.Rule, ' ')+1:]
	switch what {
	case "missing", "unknown", "unreadable":
	default:
		return nil
	}
	field := f.Where.Segment + "-" + strconv.Itoa(f.Where.Field)
	if n := f.Where.Component; n != 0 {
		if r := named(field + "." + strconv.Itoa(n) + " " + what); r != nil {
			return r
		}
	}
	return named(field + " " + what)
}

// otherNames are the rules that say the same as reading in other words.
var otherNames = map[string]string{
	"vaccine code system": "RXA-5.3 missing",
	"OBX-2 unknown":       "OBX-2 missing",
}

// MaySet says in a sentence why a rule cannot have a severity; nil when it can.
// Any rule may be I or off, and W unless it tells a fact.
func MaySet(name string, severity iis.Severity) error { return maySet(named(name), name, severity) }

func maySet(rule *Rule, name string, severity iis.Severity) error {
	switch {
	case rule == nil:
		return fmt.Errorf("there is no rule %q%s", name, meant(name))
	case severity == "" || !slices.Contains(settable[:], severity):
		return fmt.Errorf("rule %q: severity %q is none of W, I and off", name, severity)
	case severity == iis.Warning && rule.Fact:
		return fmt.Errorf("rule %q tells a fact, which the sender cannot correct: it may be I or off", name)
	}
	return nil
}

// Find is the rule of a name.
func Find(name string) (Rule, bool) {
	if r := named(name); r != nil {
		return *r, true
	}
	return Rule{}, false
}

// named is the rule of a name, or nil.
func named(name string) *Rule { return byName[name] }

var byName = func() map[string]*Rule {
	out := make(map[string]*Rule, len(catalogue))
	for _, r := range catalogue {
		out[r.Name] = r
	}
	return out
}()

// meant proposes the rules whose names are nearest to one that is none.
func meant(name string) string {
	near := Nearest(name)
	for i := range near {
		near[i] = fmt.Sprintf("%q", near[i])
	}
	if len(near) == 0 {
		return ""
	}
	return ": did you mean " + strings.Join(near, ", ") + "?"
}

// proposed is how many names are proposed.
const proposed = 3

// Nearest are the names of the rules that are written most like a text, the
// nearest first; none when nothing is alike.
func Nearest(text string) []string {
	type near struct {
		name string
		far  int
	}
	if len(text) > 2*longestRule {
		return nil
	}
	var all []near
	for _, r := range catalogue {
		if far := edits(strings.ToLower(text), strings.ToLower(r.Name)); far <= max(len(text), len(r.Name))/2 {
			all = append(all, near{r.Name, far})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return a.far - b.far })
	var out []string
	for _, n := range all[:min(proposed, len(all))] {
		out = append(out, n.name)
	}
	return out
}

// longestRule is longer than a rule's name.
const longestRule = 60

// edits is how many characters must be added, removed or replaced to make one
// text of another.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost = 1 + min(before, row[j], row[j+1])
			}
			before, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
