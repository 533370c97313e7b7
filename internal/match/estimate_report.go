package match

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// refusal is how it is told that a limit of safety keeps a weight.
const refusal = "REFUSED: "

func (x *Estimated) refused() bool { return strings.HasPrefix(x.Kept, refusal) }

// Changes is what other weights would make of people of the registry, each of whom
// was decided anew among those who share keys with it.
type Changes struct {
	Profile string
	// Table is how many had the one outcome and have the other.
	Table map[[2]Outcome]int
}

// Add counts a person.
func (c *Changes) Add(now, then Outcome) {
	if c.Table == nil {
		c.Table = map[[2]Outcome]int{}
	}
	c.Table[[2]Outcome{now, then}]++
}

// Changed is how many would be decided otherwise, of how many.
func (c *Changes) Changed() (changed, of int) {
	for k, n := range c.Table {
		if of += n; k[0] != k[1] {
			changed += n
		}
	}
	return changed, of
}

// report tells a person what the estimate changes.
func (e *Estimate) report(changes []Changes) string {
	var b strings.Builder
	b.WriteString("\nWhat would change, of people who were decided anew:\n\n")
	for i := range changes {
		changes[i].write(&b)
	}
	e.levelsReport(&b)
	e.namesReport(&b)
	return b.String()
}

func (c *Changes) write(b *strings.Builder) {
	changed, of := c.Changed()
	fmt.Fprintf(b, "profile %s: %d of %d people\n", c.Profile, changed, of)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	all := []Outcome{Match, Possible, New}
	fmt.Fprintln(w, "\tthen match\tthen possible\tthen new\t")
	for _, now := range all {
		fmt.Fprintf(w, "now %s\t", now)
		for _, then := range all {
			fmt.Fprintf(w, "%d\t", c.Table[[2]Outcome{now, then}])
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // into memory
	b.WriteString("\n")
}

func (e *Estimate) levelsReport(b *strings.Builder) {
	fmt.Fprintf(b, "What each level is worth, in bits. %d of %d were estimated; %d are refused by a limit of safety and keep what they were worth.\n\n",
		e.fresh(), len(e.Levels), e.Refused())
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "field\tlevel\tnow\tthen\tmoves\tof one person\tof two\tpairs of one\tpairs of two\tnote")
	for i := range e.Levels {
		x := &e.Levels[i]
		moves := "-"
		if x.After != x.Before {
			moves = fmt.Sprintf("%+.2f", (x.After - x.Before).Float())
		}
		note := x.Kept
		if note != "" && !x.refused() {
			note = "kept: " + note
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.0f\t%.0f\t%s\n", x.Field, e.rules.names[x.Field][x.Level], x.Before.text(), x.After.text(), moves,
			share(x.One), share(x.Two), x.Pairs, x.Random, note)
	}
	_ = w.Flush()
	was := e.tally.by.rules
	fmt.Fprintf(b, "\nTwo records of one person agree in the family name in %s of all (now %s), in the given name in %s (now %s).\n",
		share(e.rules.agrees[FamilyName]), share(was.agrees[FamilyName]), share(e.rules.agrees[GivenName]), share(was.agrees[GivenName]))
}

func (e *Estimate) fresh() int {
	n := 0
	for i := range e.Levels {
		if e.Levels[i].Kept == "" {
			n++
		}
	}
	return n
}

// share is a share of all in words, to three digits.
func share(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// farNames is by how many bits a name has to move to be told.
const farNames = 1.0

func (e *Estimate) namesReport(b *strings.Builder) {
	fmt.Fprintf(b, "\nFrequent names, of %d people: a name is told that %d people bear, and as many of a million as the tables have.\n", e.tally.people, leastBearers)
	was := e.tally.by.rules
	for _, f := range []Field{FamilyName, GivenName} {
		table, had := e.rules.bearers[f], was.bearers[f]
		added, gone := 0, 0
		var far []string
		for _, n := range sortedNames(table) {
			switch before, known := had[n]; {
			case !known:
				added++
			case math.Abs(math.Log2(float64(table[n])/float64(before))) >= farNames:
				far = append(far, fmt.Sprintf("%s %d (now %d)", n, table[n], before))
			}
		}
		for n := range had {
			if table[n] == 0 {
				gone++
			}
		}
		fmt.Fprintf(b, "%s: %d names, %d of them new, %d gone; %d are twice as frequent as now or half as frequent", f, len(table), added, gone, len(far))
		if len(far) > 0 {
			fmt.Fprintf(b, ", among them %s", strings.Join(far[:min(len(far), 20)], ", "))
		}
		b.WriteString(".\n")
	}
}
