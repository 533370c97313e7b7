package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/yaml"
)

// Change is one thing that differs between two schedules, and whom it concerns.
type Change struct {
	Antigen string // "" in the tables that all antigens share
	Series  string // "" when it is not of one series
	Dose    int    // 0 when it is not of one dose
	Text    string
}

// String is the change in one line: "HPV, 2-dose series, dose 2: minimum age 9
// years → 15 years".
func (c Change) String() string {
	where := c.Antigen
	if c.Series != "" {
		short := strings.TrimSpace(strings.TrimPrefix(c.Series, c.Antigen+" "))
		where += ", " + cmp.Or(short, c.Series)
	}
	if c.Dose != 0 {
		where += fmt.Sprintf(", dose %d", c.Dose)
	}
	return strings.TrimPrefix(where+": ", ": ") + c.Text
}

// Diff tells what changes from a to b, antigen by antigen and at last in the
// tables that all share. It compares what the files say, so whatever differs in
// them, beside the edition, is told.
func Diff(a, b *Schedule) []Change {
	d := differ{}
	for i := range a.Antigens {
		was := &a.Antigens[i]
		d.at = Change{Antigen: was.Name}
		if is := b.antigen(was.Name); is == nil {
			d.say("no longer has a schedule")
		} else {
			d.mapping("", antigenNode(was), antigenNode(is))
		}
	}
	for i := range b.Antigens {
		if is := &b.Antigens[i]; a.antigen(is.Name) == nil {
			d.at = Change{Antigen: is.Name}
			d.say("is new: %s", count(len(is.Series), "series", "series"))
		}
	}
	d.at = Change{}
	d.mapping("", a.tablesNode(), b.tablesNode())
	return d.out
}

func (s *Schedule) antigen(name string) *Antigen {
	for i := range s.Antigens {
		if s.Antigens[i].Name == name {
			return &s.Antigens[i]
		}
	}
	return nil
}

func antigenNode(a *Antigen) *yaml.Node {
	d := &document{writing: true, whole: true}
	return tell(d, a, onLines, d.antigen)
}

func (s *Schedule) tablesNode() *yaml.Node {
	d := &document{writing: true, whole: true}
	conflicts := byPrevious(s.Conflicts)
	return tell(d, s, onLines, func(f *form, s *Schedule) {
		rows(f, "vaccine groups", &s.Groups, oneLine, d.groupRow)
		rows(f, "vaccines", &s.Vaccines, oneLine, d.vaccineRow)
		rows(f, "conflicts", &conflicts, onLines, d.conflictRow)
		rows(f, "observations", &s.Observations, onLines, d.observationRow)
	})
}

// differ compares what was and what is, node by node.
type differ struct {
	at  Change // where it is
	out []Change
}

func (d *differ) say(format string, args ...any) {
	c := d.at
	c.Text = fmt.Sprintf(format, args...)
	d.out = append(d.out, c)
}

// mapping compares two mappings key by key; what says which they are, "" in a
// series or dose, whose place says it.
func (d *differ) mapping(what string, was, is *yaml.Node) {
	for _, key := range keys(was, is) {
		d.value(phrase(what, key), key, was.Get(key), is.Get(key))
	}
}

// keys are the keys of both, in the order of the second and then the first.
func keys(was, is *yaml.Node) []string {
	var out []string
	for _, n := range []*yaml.Node{is, was} {
		for i := 0; i < len(n.Items); i += 2 {
			if !slices.Contains(out, n.Items[i].Text) {
				out = append(out, n.Items[i].Text)
			}
		}
	}
	return out
}

// value compares what stands under one key; either may be absent.
func (d *differ) value(what, key string, was, is *yaml.Node) {
	some := cmp.Or(is, was)
	_, ofRows := rowNames[key]
	switch {
	case some.Kind == yaml.Sequence && ofRows && some.Items[0].Kind == yaml.Mapping:
		d.rows(what, key, itemsOf(was), itemsOf(is))
	case some.Kind == yaml.Mapping && was != nil && is != nil:
		d.mapping(what, was, is)
	case some.Kind == yaml.Sequence:
		d.texts(what, itemsOf(was), itemsOf(is))
	default:
		if a, b := inWords(was), inWords(is); a != b {
			d.say("%s %s → %s", what, a, b)
		}
	}
}

func itemsOf(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// texts compares two lists of texts.
func (d *differ) texts(what string, was, is []*yaml.Node) {
	a, b := words(was), words(is)
	before := len(d.out)
	for _, w := range a {
		if !slices.Contains(b, w) {
			d.say("%s without %s", what, w)
		}
	}
	for _, w := range b {
		if !slices.Contains(a, w) {
			d.say("%s with %s", what, w)
		}
	}
	if len(d.out) == before && !slices.Equal(a, b) {
		d.say("%s in another order", what)
	}
}

func words(list []*yaml.Node) []string {
	var out []string
	for _, n := range list {
		out = append(out, inWords(n))
	}
	return out
}

// rows compares two lists of rows. Rows that are of the same thing are compared,
// the first of it with the first, the second with the second.
func (d *differ) rows(what, key string, was, is []*yaml.Node) {
	name := rowNames[key]
	a, b := named(name.is, was), named(name.is, is)
	before := len(d.out)
	for i, id := range a {
		j := slices.Index(b, id)
		d.within(key, was[i], func() {
			switch {
			case j >= 0:
				d.mapping(name.of(what, key, was[i], is[j]), was[i], is[j])
			default:
				d.whole(name.of(what, key, was[i], nil), "removed", summary(key, was[i]))
			}
		})
	}
	for j, id := range b {
		if !slices.Contains(a, id) {
			d.within(key, is[j], func() {
				d.whole(name.of(what, key, nil, is[j]), "added", summary(key, is[j]))
			})
		}
	}
	if len(d.out) == before && !slices.Equal(a, b) {
		d.say("%s in another order", what)
	}
}

// whole says that a whole row is removed or added.
func (d *differ) whole(row, done, summary string) {
	d.say("%s", strings.TrimSuffix(strings.TrimSpace(row+" "+done)+": "+summary, ": "))
}

// within goes into a series or a dose for as long as f runs.
func (d *differ) within(key string, row *yaml.Node, f func()) {
	outer := d.at
	switch key {
	case "series":
		d.at.Series = inWords(row.Get("series"))
	case "doses":
		d.at.Dose, _ = strconv.Atoi(inWords(row.Get("dose"))) // it was written from a number
	}
	f()
	d.at = outer
}

// named gives each row a name that no other in the list has.
func named(is func(*yaml.Node) string, list []*yaml.Node) []string {
	times := map[string]int{}
	var out []string
	for _, row := range list {
		id := is(row)
		times[id]++
		out = append(out, fmt.Sprintf("%s\x00%d", id, times[id]))
	}
	return out
}

func count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
