package check

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"openiis/internal/iis"
)

// Off is the severity of a rule that does not speak.
const Off iis.Severity = "off"

// Severities replace the severities of rules for one sender. They never change
// and are safe for concurrent use; a nil one replaces nothing.
type Severities struct {
	byNumber [maxRules]iis.Severity // by the rule's number; empty: the rule's own
}

// NewSeverities makes severities from a table of W, I or off by a rule's name.
// The error names what is not a rule or not such a severity; the rest of the
// table is in force all the same, for a rule may have gone since it was written.
func NewSeverities(table map[string]iis.Severity) (*Severities, error) {
	s := new(Severities)
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(table)) {
		severity := table[name]
		i := slices.IndexFunc(catalogue, func(r *Rule) bool { return r.Name == name })
		switch {
		case i < 0:
			problems = append(problems, fmt.Errorf("there is no rule %q", name))
		case severity != iis.Warning && severity != iis.Information && severity != Off:
			problems = append(problems, fmt.Errorf("rule %q: severity %q is none of W, I and off", name, severity))
		default:
			s.byNumber[i] = severity
		}
	}
	return s, errors.Join(problems...)
}

// of is the severity of a rule for the sender.
func (s *Severities) of(rule *Rule) iis.Severity {
	if s != nil && s.byNumber[rule.number] != "" {
		return s.byNumber[rule.number]
	}
	return rule.Severity
}
