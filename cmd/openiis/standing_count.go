package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/record"
	"openiis/internal/schedule"
	"openiis/internal/store"
)

// series is what standings are counted by: a vaccine group, and for whom the
// series is.
type series struct {
	group string
	kind  schedule.SeriesType
}

// The columns of the count. Those who are not complete are told apart by today.
const (
	overdue = iota
	dueNow
	dueLater
	otherStatus     // and the statuses of cdsi but Not Complete from there on
	standingColumns = otherStatus + int(cdsi.NotRecommended)
)

// standingCount tells how many people stand where, as of today, from what is
// stored.
func standingCount(ctx context.Context, s *store.Store, stdout, _ io.Writer) error {
	today := cal.On(time.Now())
	states := map[record.StandingState]int{}
	counts := map[series]*[standingColumns]int{}
	err := record.EachStanding(ctx, s, func(st *record.Standing) {
		states[st.State]++
		for i := range st.Due {
			d := &st.Due[i]
			of := series{d.Group, d.Type}
			if counts[of] == nil {
				counts[of] = new([standingColumns]int)
			}
			counts[of][columnOf(d, today)]++
		}
	})
	if err != nil {
		return err
	}
	err = s.Read(ctx, func(tx *store.Tx) error {
		none, err := tx.WithoutStanding()
		if none > 0 {
			states[record.NotAssessed] += none
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, state := range slices.Sorted(maps.Keys(states)) {
		fmt.Fprintf(stdout, "%d people %s\n", states[state], state)
	}
	t := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\noverdue\tdue\tlater\tcomplete\timmune\tcontraindicated\taged out\tnot recommended\t  vaccine group")
	list := slices.SortedFunc(maps.Keys(counts), func(a, b series) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.group, b.group)) })
	for _, of := range list {
		for column, n := range counts[of] {
			if column != otherStatus {
				fmt.Fprintf(t, "%d\t", n)
			}
		}
		fmt.Fprintf(t, "  %s, %s\n", of.group, of.kind)
	}
	return t.Flush()
}

// columnOf is the column in which a group of a person counts.
func columnOf(d *record.Due, today cal.Date) int {
	switch {
	case d.Status != cdsi.NotComplete:
		return otherStatus + int(d.Status) - int(cdsi.NotComplete)
	case d.IsOverdue(today):
		return overdue
	case d.IsDue(today):
		return dueNow
	}
	return dueLater
}
