package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"openiis/test/drive"
)

// result is what a run came to. Times are in milliseconds where the name says
// nothing else.
type result struct {
	Mode     string     `json:"mode"`
	Abroad   bool       `json:"abroad"` // histories were asked for by another clinic than told of the person
	Asks     int        `json:"asks"`   // queries a second that were asked for; 0: as many as were answered
	Door     drive.Door `json:"door"`
	Database string     `json:"database"`
	People   int        `json:"people"`
	Senders  int        `json:"senders"`
	Seeded   seeding    `json:"seeded"`
	Seconds  float64    `json:"seconds"`
	Updates  summary    `json:"updates"`
	Queries  summary    `json:"queries"`

	Pages map[string]summary `json:"pages,omitempty"` // by what was asked for

	ServerMB  float64  `json:"serverMB"`         // resident memory at its highest, seeding included
	ServerCPU float64  `json:"serverCPUSeconds"` // during the timed run; a database server is not counted
	Errors    []string `json:"errors"`           // the first few
}

type seeding struct {
	Messages int     `json:"messages"`
	Seconds  float64 `json:"seconds"`
}

// summary is of one kind of message.
type summary struct {
	Messages  int     `json:"messages"`
	PerSecond float64 `json:"perSecond"`
	P50       float64 `json:"p50"`
	P95       float64 `json:"p95"`
	P99       float64 `json:"p99"`
	Max       float64 `json:"max"`
	Wrong     int     `json:"wrong"` // answers that were wrong or never came
}

// tally is what one sender saw. A run is bounded in time, and so is this.
type tally struct {
	times  []time.Duration
	errs   int
	errors []string
}

// fewErrors is how many errors are told in words.
const fewErrors = 5

func (t *tally) took(d time.Duration) { t.times = append(t.times, d) }

func (t *tally) wrong(err error) {
	t.errs++
	if len(t.errors) < fewErrors {
		t.errors = append(t.errors, err.Error())
	}
}

func sum(senders []*sender) *tally {
	all := &tally{}
	for _, s := range senders {
		all.times = append(all.times, s.tally.times...)
		all.errs += s.tally.errs
		all.errors = append(all.errors, s.tally.errors...)
	}
	slices.Sort(all.times)
	all.errors = all.errors[:min(len(all.errors), fewErrors)]
	return all
}

func (t *tally) summary(seconds float64) summary {
	s := summary{Messages: len(t.times), PerSecond: float64(len(t.times)) / seconds, Wrong: t.errs}
	if len(t.times) > 0 {
		at := func(part float64) float64 {
			return float64(t.times[int(part*float64(len(t.times)-1))].Microseconds()) / 1000
		}
		s.P50, s.P95, s.P99, s.Max = at(0.50), at(0.95), at(0.99), at(1)
	}
	return s
}

func (r *result) wrong() int {
	n := r.Updates.Wrong + r.Queries.Wrong
	for _, p := range r.Pages {
		n += p.Wrong
	}
	return n
}

// table prints the result for people.
func (r *result) table(w io.Writer) error {
	fmt.Fprintf(w, "%s over %s on %s, %d senders, %d people", r.Mode, r.Door, r.Database, r.Senders, r.People)
	if r.Seeded.Messages > 0 {
		fmt.Fprintf(w, " (put in in %.1f s, %.0f a second)", r.Seeded.Seconds, float64(r.Seeded.Messages)/r.Seeded.Seconds)
	}
	if r.Mode == mixedMode && r.Asks > 0 {
		fmt.Fprintf(w, ", %d queries a second", r.Asks)
	}
	if r.Abroad {
		fmt.Fprint(w, ", asked for by another clinic")
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tmessages\ta second\tp50 ms\tp95 ms\tp99 ms\tmax ms\twrong\t")
	row := func(name string, s summary) {
		if s.Messages+s.Wrong > 0 {
			fmt.Fprintf(t, "%s\t%d\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%d\t\n", name, s.Messages, s.PerSecond, s.P50, s.P95, s.P99, s.Max, s.Wrong)
		}
	}
	row("updates", r.Updates)
	row("queries", r.Queries)
	for _, name := range slices.Sorted(maps.Keys(r.Pages)) {
		row(name, r.Pages[name])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, e := range r.Errors {
		fmt.Fprintln(w, "wrong:", e)
	}
	_, err := fmt.Fprintf(w, "server: %.0f MB resident at most, %.1f s of processor in %.1f s\n", r.ServerMB, r.ServerCPU, r.Seconds)
	return err
}
