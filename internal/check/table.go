package check

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"openiis/internal/iis"
)

// Setting is a severity that a rule is given, and why.
type Setting struct {
	Rule     string
	Severity iis.Severity // W, I or off
	Reason   string
}

// MaxReason is how many characters a reason may have.
const MaxReason = 500

// tableHead is the first line of a table of severities.
const tableHead = "rule\tseverity\treason"

// ReadTable reads a table of severities as people write it: a line a rule, with
// tabs between its name, its severity and the reason, under a line that names
// the three. Empty lines and lines that begin with # say nothing.
//
// The error names every line that cannot be used and says what to do; nothing
// of such a table is given back.
func ReadTable(text string) ([]Setting, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("the table is not UTF-8: save it as UTF-8 text")
	}
	var out []Setting
	var problems []error
	headed, first := false, map[string]int{}
	number := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		number++
		line = strings.TrimSuffix(line, "\r")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		if !headed {
			if line != tableHead {
				return nil, fmt.Errorf("line %d: the table must begin with the line %q, with tabs between", number, strings.ReplaceAll(tableHead, "\t", " "))
			}
			headed = true
			continue
		}
		s, err := readSetting(line)
		if err == nil && first[s.Rule] != 0 {
			err = fmt.Errorf("rule %q is on line %d already: remove one of them", s.Rule, first[s.Rule])
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("line %d: %w", number, err))
			continue
		}
		first[s.Rule] = number
		out = append(out, s)
	}
	if !headed {
		return nil, fmt.Errorf("the table is empty: it must begin with the line %q, with tabs between", strings.ReplaceAll(tableHead, "\t", " "))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return out, nil
}

func readSetting(line string) (Setting, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != 3 {
		return Setting{}, fmt.Errorf("%d columns instead of 3: put one tab between rule, severity and reason", len(cells))
	}
	s := Setting{strings.TrimSpace(cells[0]), iis.Severity(strings.TrimSpace(cells[1])), strings.TrimSpace(cells[2])}
	return s, s.Check()
}

// Check says in a sentence why a setting cannot be; nil when it can.
func (s Setting) Check() error {
	if err := MaySet(s.Rule, s.Severity); err != nil {
		return err
	}
	return CheckReason(s.Reason)
}

// CheckReason says in a sentence why a text is no reason; nil when it is one.
func CheckReason(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return errors.New("say why: the reason is empty")
	case utf8.RuneCountInString(text) > MaxReason:
		return fmt.Errorf("write a reason of at most %d characters", MaxReason)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return errors.New("write the reason on one line, as plain text")
	}
	return nil
}

// WriteTable writes a table that ReadTable reads.
func WriteTable(settings []Setting) string {
	var b strings.Builder
	b.WriteString(tableHead + "\n")
	for _, s := range settings {
		b.WriteString(s.Rule + "\t" + string(s.Severity) + "\t" + s.Reason + "\n")
	}
	return b.String()
}

// Table is what NewSeverities takes.
func Table(settings []Setting) map[string]iis.Severity {
	out := make(map[string]iis.Severity, len(settings))
	for _, s := range settings {
		out[s.Rule] = s.Severity
	}
	return out
}
