package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"openiis/internal/check"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/quality"
)

// severityPage is where an administrator gives a rule another severity for a
// sender: without a rule, the list to choose it from.
type severityPage struct {
	quality.RuleFor
	Segments []segmentRules // to choose from
	Choices  []severityChoice
	Chosen   iis.Severity // on the form that was sent, or now
	Reason   string       // on the form that was sent
	Problem  string
}

// segmentRules are the rules about one segment.
type segmentRules struct {
	Name  string
	Rules []check.Rule
}

// severityChoice is one answer on the form.
type severityChoice struct {
	Severity iis.Severity // "" takes back what the sender was given
	Words    string
}

// severityForm shows the form for one rule, or the list of rules.
func (s *site) severityForm(w http.ResponseWriter, r *http.Request) error {
	return s.showSeverity(w, r, r.URL.Query().Get("rule"), severityPage{}, nil)
}

// severity gives a rule a severity for a sender.
func (s *site) severity(w http.ResponseWriter, r *http.Request) error {
	id, err := senderNumber(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	set := check.Setting{
		Rule: r.PostForm.Get("rule"), Severity: iis.Severity(r.PostForm.Get("severity")), Reason: r.PostForm.Get("reason"),
	}
	if set.Severity == ownSeverity {
		set.Severity = ""
	} else if set.Severity == "" {
		err = fault.New(fault.Invalid, "Choose a severity.")
	}
	if err == nil {
		err = s.Quality.SetSeverity(r.Context(), visitOf(r).user.Actor(), id, set)
	}
	if formWrong(err) {
		return s.showSeverity(w, r, set.Rule, severityPage{Chosen: set.Severity, Reason: set.Reason}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, senderAddress(id)+"#severities", http.StatusSeeOther)
	return nil
}

// ownSeverity is the form's word for taking back what a sender was given.
const ownSeverity iis.Severity = "own"

// showSeverity shows the form for a rule, with what was wrong with the one that
// was sent. A rule that is none leads back to the list.
func (s *site) showSeverity(w http.ResponseWriter, r *http.Request, rule string, p severityPage, wrong error) error {
	id, err := senderNumber(r)
	if err != nil {
		return err
	}
	p.RuleFor, err = s.Quality.RuleFor(r.Context(), id, rule)
	if fault.KindOf(err) == fault.Invalid {
		wrong = errors.Join(err, wrong)
		rule = ""
		p.RuleFor, err = s.Quality.RuleFor(r.Context(), id, "")
	}
	if err != nil {
		return err
	}
	if rule == "" {
		p.Segments = rulesBySegment()
	} else {
		p.Choices = choices(p.RuleFor)
		if wrong == nil {
			p.Chosen = p.Given
		}
	}
	v := view{Page: "severity", Title: "Severity of a rule", Body: &p}
	status := http.StatusOK
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		v.Title = "Error: " + v.Title
	}
	return s.show(w, r, status, v)
}

// choices are the severities that a rule may have, and to take back.
func choices(rule quality.RuleFor) []severityChoice {
	var out []severityChoice
	for _, c := range []severityChoice{
		{iis.Warning, "Warning (W): somebody should look, and the answer is AE"},
		{iis.Information, "Note (I): worth knowing, said once a message"},
		{check.Off, "Off: nothing is said"},
	} {
		if check.MaySet(rule.Rule.Name, c.Severity) == nil {
			out = append(out, c)
		}
	}
	if rule.Given != "" {
		from := "the rule’s own"
		if rule.Everyones != "" {
			from = "that of every sender"
		}
		out = append(out, severityChoice{"", "As if nothing had been said: " + strings.ToLower(severityWord(rule.Without())) + ", " + from})
	}
	return out
}

// severityWord is a severity in a word.
func severityWord(s iis.Severity) string {
	switch s {
	case iis.Error:
		return "Error"
	case iis.Warning:
		return "Warning"
	case check.Off:
		return "Off"
	}
	return "Note"
}

// rulesBySegment are all rules in the order of their names, by the segment that
// they are about.
func rulesBySegment() []segmentRules {
	all := check.Catalogue()
	slices.SortFunc(all, func(a, b check.Rule) int { return strings.Compare(a.Name, b.Name) })
	var out []segmentRules
	var others segmentRules
	for _, r := range all {
		name, _, _ := strings.Cut(r.Name, " ")
		name, _, _ = strings.Cut(name, "-")
		switch {
		case len(name) != 3 || name != strings.ToUpper(name):
			others.Rules = append(others.Rules, r)
		case len(out) == 0 || out[len(out)-1].Name != name:
			out = append(out, segmentRules{name, []check.Rule{r}})
		default:
			out[len(out)-1].Rules = append(out[len(out)-1].Rules, r)
		}
	}
	if len(others.Rules) > 0 {
		others.Name = "Others"
		out = append(out, others)
	}
	return out
}
