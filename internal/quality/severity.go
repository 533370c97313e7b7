package quality

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/check"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Everyone stands for all senders, where a sender's severities are set: they hold
// for each that has none of its own for a rule.
const Everyone = store.Everyone

// Severity is the severity that a rule was given.
type Severity struct {
	Given       store.SeverityChange // by whom, when and why
	Rule        check.Rule           // with its own severity; zero when there is no such rule any more
	ForEveryone bool                 // it was given for all senders
}

// InForce reports that it is what a message is checked with: the rule is there,
// and may have it.
func (s Severity) InForce() bool { return check.MaySet(s.Given.Rule, s.Given.Severity) == nil }

// Setting is the severity as a table has it.
func (s Severity) Setting() check.Setting {
	return check.Setting{Rule: s.Given.Rule, Severity: s.Given.Severity, Reason: s.Given.Reason}
}

// Severities are those that a sender was given, in the order of the rules'
// names: its own, and those for everyone that hold for it. Of Everyone, its own.
func (d *Desk) Severities(ctx context.Context, sender iis.SenderID) ([]Severity, error) {
	var out []Severity
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if sender != Everyone {
			if _, err = profile(tx, sender); err != nil {
				return err
			}
		}
		out, err = severities(tx, sender)
		return err
	})
	return out, wrap("read severities", err)
}

func severities(tx *store.Tx, sender iis.SenderID) ([]Severity, error) {
	newest := map[string]store.SeverityChange{}
	for _, s := range slices.Compact([]iis.SenderID{Everyone, sender}) {
		changes, err := tx.SeverityChanges(s)
		if err != nil {
			return nil, err
		}
		for rule, c := range holding(changes) {
			newest[rule] = c
		}
	}
	var out []Severity
	for _, c := range newest {
		rule, _ := check.Find(c.Rule)
		out = append(out, Severity{c, rule, c.Sender == Everyone})
	}
	slices.SortFunc(out, func(a, b Severity) int { return cmp.Compare(a.Given.Rule, b.Given.Rule) })
	return out, nil
}

// holding are the newest words on each rule, but those taken back.
func holding(changes []store.SeverityChange) map[string]store.SeverityChange {
	out := map[string]store.SeverityChange{}
	for _, c := range changes {
		out[c.Rule] = c
		if c.Severity == "" {
			delete(out, c.Rule)
		}
	}
	return out
}

// Settable reports a finding whose severity is a rule's, and may be another for a
// sender: it was not made by reading or storing.
func (f Found) Settable() bool {
	_, ok := check.Find(f.Key.Rule)
	return ok && f.Key.Severity != iis.Error
}

// RuleFor is a rule as it is for one sender.
type RuleFor struct {
	Sender store.SenderProfile
	Rule   check.Rule // with its own severity
	// Given is what the sender was given, Everyones what all were; "" for nothing.
	Given, Everyones iis.Severity
	History          []store.SeverityChange // for this sender, the newest first
}

// Now is the severity with which the sender's messages are checked.
func (r RuleFor) Now() iis.Severity { return r.with(cmp.Or(r.Given, r.Everyones)) }

// Without is the severity when the sender is given none.
func (r RuleFor) Without() iis.Severity { return r.with(r.Everyones) }

// with is the rule's severity when it was given one, which another release may
// have allowed.
func (r RuleFor) with(given iis.Severity) iis.Severity {
	if check.MaySet(r.Rule.Name, given) != nil {
		return r.Rule.Severity
	}
	return given
}

// RuleFor reads what a rule is for a sender; fault.NotFound when there is no
// such sender, fault.Invalid when there is no such rule. The name "" is no rule:
// then only the sender is told.
func (d *Desk) RuleFor(ctx context.Context, sender iis.SenderID, name string) (RuleFor, error) {
	var out RuleFor
	if name != "" {
		rule, ok := check.Find(name)
		if !ok {
			return out, errNoRule
		}
		out.Rule = rule
	}
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if out.Sender, err = profile(tx, sender); err != nil {
			return err
		}
		all, err := tx.SeverityChanges(Everyone)
		if err != nil {
			return err
		}
		own, err := tx.SeverityChanges(sender)
		out.Given, out.Everyones, out.History = holding(own)[name].Severity, holding(all)[name].Severity, nil
		for _, c := range own {
			if c.Rule == name {
				out.History = append(out.History, c)
			}
		}
		slices.Reverse(out.History)
		return err
	})
	return out, wrap("read a rule", err)
}

var errNoRule = fault.New(fault.Invalid, "There is no such rule. Choose one from the list.")

// SetSeverity gives a rule a severity for one sender; "" takes back what it was
// given. It holds for messages that come a second later.
func (d *Desk) SetSeverity(ctx context.Context, by iis.Actor, sender iis.SenderID, s check.Setting) error {
	s.Reason = strings.TrimSpace(s.Reason)
	if _, ok := check.Find(s.Rule); !ok {
		return errNoRule
	}
	if s.Severity != "" {
		if err := check.MaySet(s.Rule, s.Severity); err != nil {
			return fault.Wrap(fault.Invalid, err, "This rule cannot have this severity: choose one of those offered.")
		}
	}
	if err := check.CheckReason(s.Reason); err != nil {
		return fault.Wrap(fault.Invalid, err, fmt.Sprintf("Say why, on one line of at most %d characters.", check.MaxReason))
	}
	return d.changeSeverities(ctx, by, sender, func(map[string]store.SeverityChange) []check.Setting { return []check.Setting{s} })
}

// SetSeverities makes a table all that a sender, or Everyone, was given: what it
// does not name is taken back. What stays as it was keeps who said so and when.
// It tells how many rules were changed. A table of which a line cannot be is
// refused whole.
func (d *Desk) SetSeverities(ctx context.Context, by iis.Actor, sender iis.SenderID, table []check.Setting) (changed int, err error) {
	var problems []error
	for _, s := range table {
		problems = append(problems, s.Check())
	}
	if err := errors.Join(problems...); err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "The table cannot be used.")
	}
	err = d.changeSeverities(ctx, by, sender, func(have map[string]store.SeverityChange) []check.Setting {
		todo := slices.Clone(table)
		for rule := range have {
			if !slices.ContainsFunc(table, func(s check.Setting) bool { return s.Rule == rule }) {
				todo = append(todo, check.Setting{Rule: rule, Reason: "It is not in the table that was set."})
			}
		}
		slices.SortFunc(todo, func(a, b check.Setting) int { return cmp.Compare(a.Rule, b.Rule) })
		todo = slices.DeleteFunc(todo, func(s check.Setting) bool { return same(have[s.Rule], s) })
		changed = len(todo)
		return todo
	})
	return changed, err
}

// same reports that a setting says nothing new.
func same(have store.SeverityChange, s check.Setting) bool {
	return have.Severity == s.Severity && (have.Reason == s.Reason || s.Severity == "")
}

// changeSeverities stores what a function makes of what a sender was given.
func (d *Desk) changeSeverities(ctx context.Context, by iis.Actor, sender iis.SenderID, do func(have map[string]store.SeverityChange) []check.Setting) error {
	return wrap("set severities", d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockSeverities(); err != nil {
			return err
		}
		if sender != Everyone {
			if _, err := profile(tx, sender); err != nil {
				return err
			}
		}
		changes, err := tx.SeverityChanges(sender)
		if err != nil {
			return err
		}
		have := holding(changes)
		for _, s := range do(have) {
			if same(have[s.Rule], s) {
				continue
			}
			if err := d.addSeverity(tx, by, sender, s); err != nil {
				return err
			}
		}
		return nil
	}))
}

// addSeverity stores one change and audits it.
func (d *Desk) addSeverity(tx *store.Tx, by iis.Actor, sender iis.SenderID, s check.Setting) error {
	c := store.SeverityChange{Sender: sender, Rule: s.Rule, Severity: s.Severity, Reason: s.Reason, At: d.now(), By: by.User}
	if err := tx.AddSeverityChange(c); err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{
		At: c.At, Actor: by, Act: "set severity", Subject: int64(sender), Written: []byte(check.WriteTable([]check.Setting{s})),
	})
}

// SenderOf is the sender of a user name; fault.NotFound when there is none.
func (d *Desk) SenderOf(ctx context.Context, username string) (iis.Sender, error) {
	var c store.Credential
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.Credential(username)
		return err
	})
	return c.Sender, wrap("find a sender", err)
}
