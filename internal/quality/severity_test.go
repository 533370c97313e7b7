package quality

import (
	"context"
	"testing"

	"openiis/internal/check"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

var nora = iis.Actor{Kind: "user", User: 71}

// severitiesOf are a sender's severities, a line each.
func (w *world) severitiesOf(sender iis.SenderID) []string {
	w.t.Helper()
	list, err := w.desk.Severities(context.Background(), sender)
	is.NoError(w.t, "severities", err)
	out := []string{}
	for _, s := range list {
		line := s.Given.Rule + " " + string(s.Rule.Severity) + ">" + string(s.Given.Severity) + " " + s.Given.Reason
		if s.ForEveryone {
			line += " (everyone)"
		}
		out = append(out, line)
	}
	return out
}

func TestASendersSeverityIsSetAndTakenBackWithWhoAndWhy(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		lot := check.Setting{Rule: "RXA-15 missing", Severity: iis.Information, Reason: " No lots there. "}
		is.NoError(t, "set", w.desk.SetSeverity(ctx, nora, w.oak.ID, lot))
		is.NoError(t, "set it again", w.desk.SetSeverity(ctx, nora, w.oak.ID, lot))
		_, err := w.desk.SetSeverities(ctx, iis.Actor{Kind: "command"}, Everyone, []check.Setting{
			{Rule: "RXA-15 missing", Severity: check.Off, Reason: "for all"}, {Rule: "NK1 missing", Severity: check.Off, Reason: "for all"},
		})
		is.NoError(t, "set everyone's", err)
		is.Equal(t, "oak", w.severitiesOf(w.oak.ID), []string{"NK1 missing I>off for all (everyone)", "RXA-15 missing W>I No lots there."})
		is.Equal(t, "elm", w.severitiesOf(w.elm.ID), []string{"NK1 missing I>off for all (everyone)", "RXA-15 missing W>off for all (everyone)"})

		is.NoError(t, "take back", w.desk.SetSeverity(ctx, nora, w.oak.ID, check.Setting{Rule: lot.Rule, Reason: "They have lots now"}))
		rule, err := w.desk.RuleFor(ctx, w.oak.ID, lot.Rule)
		is.NoError(t, "rule", err)
		is.Equal(t, "now", rule.Now(), check.Off)
		is.Equal(t, "own", rule.Rule.Severity, iis.Warning)
		is.Equal(t, "history", len(rule.History), 2)
		is.Equal(t, "why, the newest first", rule.History[0].Reason, "They have lots now")
		is.Equal(t, "who", rule.History[1].By, nora.User)
		is.Equal(t, "audited", w.audited(int64(w.oak.ID), int64(Everyone)), []string{"71 set severity", "0 set severity", "0 set severity", "71 set severity"})
	})
}

// Another release may have allowed what this one does not.
func TestASeverityThatARuleMayNotHaveIsToldAsNotInForce(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		for _, rule := range []string{"PD1-12 protected", "a rule that went"} {
			is.NoError(t, "set", w.desk.store.Write(ctx, func(tx *store.Tx) error {
				return w.desk.addSeverity(tx, nora, w.oak.ID, check.Setting{Rule: rule, Severity: iis.Warning, Reason: "then"})
			}))
		}
		rule, err := w.desk.RuleFor(ctx, w.oak.ID, "PD1-12 protected")
		is.NoError(t, "rule", err)
		is.Equal(t, "now", rule.Now(), iis.Information)
		list, err := w.desk.Severities(ctx, w.oak.ID)
		is.NoError(t, "severities", err)
		is.Equal(t, "in force", []bool{list[0].InForce(), list[1].InForce()}, []bool{false, false})
	})
}

func TestATableOfSeveritiesReplacesTheOneBeforeAndKeepsWhatStays(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		a := check.Setting{Rule: "RXA-15 missing", Severity: iis.Information, Reason: "a"}
		b := check.Setting{Rule: "NK1 missing", Severity: check.Off, Reason: "b"}
		c := check.Setting{Rule: "PID-8 missing", Severity: check.Off, Reason: "c"}
		for _, step := range []struct {
			table   []check.Setting
			changed int
		}{{[]check.Setting{a, b}, 2}, {[]check.Setting{b, a}, 0}, {[]check.Setting{a, c}, 2}, {nil, 2}, {nil, 0}} {
			changed, err := w.desk.SetSeverities(ctx, nora, w.oak.ID, step.table)
			is.NoError(t, "set", err)
			is.Equal(t, "changed", changed, step.changed)
			is.Equal(t, "held", len(w.severitiesOf(w.oak.ID)), len(step.table))
		}
		is.Equal(t, "lines of the audit", len(w.audited(int64(w.oak.ID), int64(w.oak.ID))), 6)
	})
}

func TestNoSeverityIsSetThatARuleMayNotHave(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		for name, s := range map[string]check.Setting{
			"an error":         {Rule: "RXA-15 missing", Severity: iis.Error, Reason: "x"},
			"a fact":           {Rule: "PD1-12 protected", Severity: iis.Warning, Reason: "x"},
			"no rule":          {Rule: "RXA-99", Severity: iis.Warning, Reason: "x"},
			"no reason":        {Rule: "RXA-15 missing", Severity: iis.Information, Reason: " "},
			"taken back, mute": {Rule: "RXA-15 missing"},
			"a line too many":  {Rule: "RXA-15 missing", Severity: iis.Information, Reason: "x\ny"},
		} {
			is.Equal(t, name, fault.KindOf(w.desk.SetSeverity(ctx, nora, w.oak.ID, s)), fault.Invalid)
			good := check.Setting{Rule: "PID-8 missing", Severity: check.Off, Reason: "x"}
			_, err := w.desk.SetSeverities(ctx, nora, w.oak.ID, []check.Setting{good, s})
			is.Equal(t, name+" in a table", fault.KindOf(err), fault.Invalid)
		}
		is.Equal(t, "set", w.severitiesOf(w.oak.ID), []string{})
		good := check.Setting{Rule: "PID-8 missing", Severity: check.Off, Reason: "x"}
		is.Equal(t, "no such sender", fault.KindOf(w.desk.SetSeverity(ctx, nora, 4711, good)), fault.NotFound)
		_, err := w.desk.RuleFor(ctx, w.oak.ID, "RXA-99")
		is.Equal(t, "no such rule", fault.KindOf(err), fault.Invalid)
		is.Equal(t, "audited", w.audited(int64(w.oak.ID), 4711), nil)
	})
}
