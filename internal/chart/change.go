package chart

import (
	"context"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Change is what an entry on a page does to the forecast, or the withdrawing of it.
type Change struct {
	What      string
	Withdrawn bool
	// StillBy are others who say the same: withdrawing one report changed nothing.
	StillBy []string
	Groups  []GroupChange
}

// GroupChange is a vaccine group that is forecast otherwise than without the entry.
type GroupChange struct {
	Group   string
	Was, Is string // its status, with days in ISO 8601
	// Not and Also are vaccines recommended no longer, or now.
	Not, Also []string
	FindOut   []string // what is to be found out now
}

// OpenChanged is Open, with what an entry of a number does to the forecast: the record
// is assessed with and without it. A number that is none changes nothing.
func (d *Desk) OpenChanged(ctx context.Context, by iis.Actor, id iis.PersonID, number string) (*Record, error) {
	return d.open(ctx, by, id, func(r *reading, out *Record) { out.Change = r.change(number) })
}

// change is what an entry does to the forecast of a record that was put into words;
// nil when the record has no such entry.
func (r *reading) change(number string) *Change {
	entry := r.reported(number)
	if entry == nil {
		return nil
	}
	c := &Change{What: r.inShort(&entry.Dose), Withdrawn: entry.Dose.Action == iis.Delete}
	other := *r.folder
	other.Doses = slices.Clone(r.folder.Doses)
	i := slices.IndexFunc(other.Doses, func(s iis.SourceDose) bool { return s.Origin == entry.Origin })
	if c.Withdrawn {
		other.Doses[i].Dose.Action = iis.Add
		c.StillBy = r.stillBy(&other, entry.Origin)
	} else {
		other.Doses = slices.Delete(other.Doses, i, i+1)
	}
	before := &reading{d: r.d, by: r.by, folder: &other, senders: r.senders, today: r.today}
	before.assess()
	c.Groups = changes(&before.outlook, &r.outlook)
	return c
}

// stillBy are who else reports what an entry says, in a folder that has it.
func (r *reading) stillBy(f *store.Folder, origin iis.SourceDoseID) []string {
	_, others := record.History(f)
	for _, s := range others {
		if !slices.ContainsFunc(s.Reports, func(d *iis.SourceDose) bool { return d.Origin == origin }) {
			continue
		}
		s.Reports = slices.DeleteFunc(s.Reports, func(d *iis.SourceDose) bool { return d.Origin == origin })
		return r.reporters(s)
	}
	return nil
}

// changes are the vaccine groups of which two outlooks say something else, in the
// order of the second.
func changes(before, after *Outlook) []GroupChange {
	was, is := byGroup(before), byGroup(after)
	var out []GroupChange
	for _, group := range groupsOf(after, before) {
		a, b := was[group], is[group]
		g := GroupChange{Group: group, Was: statusWords(a), Is: statusWords(b)}
		g.Not, g.Also = without(vaccinesOf(a), vaccinesOf(b)), without(vaccinesOf(b), vaccinesOf(a))
		g.FindOut = without(questionsOf(b), questionsOf(a))
		if g.Was == g.Is {
			g.Was = ""
		} else {
			g.Not, g.Also = nil, nil // the status says it all
		}
		if g.Was != "" || len(g.Not)+len(g.Also)+len(g.FindOut) > 0 {
			out = append(out, g)
		}
	}
	return out
}

func byGroup(o *Outlook) map[string][]Next {
	out := map[string][]Next{}
	for _, n := range slices.Concat(o.Next, o.Rest) {
		out[n.Group] = append(out[n.Group], n)
	}
	return out
}

// groupsOf are the groups of some outlooks, each once.
func groupsOf(outlooks ...*Outlook) []string {
	var out []string
	for _, o := range outlooks {
		for _, n := range slices.Concat(o.Next, o.Rest) {
			if !slices.Contains(out, n.Group) {
				out = append(out, n.Group)
			}
		}
	}
	return out
}

// statusWords are the forecasts of a group in words; of several, for whom each is.
func statusWords(list []Next) string {
	var parts []string
	for _, n := range list {
		s := n.Urgency.Words()
		if !n.Since.IsZero() {
			s += " " + n.Since.String()
		}
		if n.For != "" {
			s += " (" + n.For + ")"
		}
		parts = append(parts, s)
	}
	if len(parts) == 0 {
		return "Not forecast"
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

func vaccinesOf(list []Next) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.Vaccines...)
	}
	return out
}

func questionsOf(list []Next) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.Ask...)
	}
	return out
}

// without are the texts of a list that another has not, each once.
func without(list, other []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(other, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
