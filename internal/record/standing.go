package record

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/dedupe"
	"openiis/internal/iis"
	"openiis/internal/schedule"
	"openiis/internal/store"
)

// Standing is where a person stands by the schedule: what is due when, and which
// doses count. One is stored for each person (store.Standing), so that whoever
// reminds, counts or reports reads short rows and judges nobody. It holds what a
// day changes only where that changes something: whether a dose is overdue is
// for its reader to say, from PastDue and today.
type Standing struct {
	Person   iis.PersonID
	Assessed cal.Date // as of this day; each later run found it to be so still
	Release  string   // the schedule by which it was assessed then
	State    StandingState
	Born     cal.Date
	Due      []Due        // by vaccine group and series type; nobody's who has died
	Valid    []ValidDoses // by antigen
}

// StandingState says what the schedule can say of a person.
type StandingState uint8

// The states. Their numbers are stored.
const (
	NotAssessed StandingState = iota // waits for the next run
	Assessed                         // all is as the schedule says
	NoBirthDate                      // none is known: nothing can be judged
	BornLater                        // the birth date lies after the day
	Died                             // nothing is due any more
	standingStates
)

func (s StandingState) String() string {
	return [...]string{"not assessed", "assessed", "without a birth date", "with a birth date to come", "died"}[s]
}

// Due is the next dose of a vaccine group, or why there is none (cdsi.Forecast).
type Due struct {
	Group                                  string
	Type                                   schedule.SeriesType
	Status                                 cdsi.SeriesStatus
	Dose                                   int // 0 unless Not Complete, like the dates
	Earliest, Recommended, PastDue, Latest cal.Date
}

// IsDue reports that a dose is recommended on a day, or was before it.
func (d *Due) IsDue(on cal.Date) bool {
	return d.Status == cdsi.NotComplete && d.Recommended != cal.None && on >= d.Recommended
}

// IsOverdue reports that a dose should have been given before a day.
func (d *Due) IsOverdue(on cal.Date) bool {
	return d.Status == cdsi.NotComplete && d.PastDue != cal.None && on > d.PastDue
}

// ValidDoses are the days of the doses that count against an antigen: in its
// standard series, or in its risk series when it has no standard one here. They
// are kept by antigen and with their days because that is how immunization is
// counted: coverage and school rules ask how many doses counted by an age, and
// of which antigen (a Td is no pertussis dose).
type ValidDoses struct {
	Antigen string
	Days    []cal.Date // rising
}

// assessor finds where people stand, one after the other. It keeps its memory for
// the next: a run assesses everyone, and each message someone.
type assessor struct {
	patient  cdsi.Patient
	result   cdsi.Result
	lines    lines
	facts    map[string]bool // that were there already
	counted  []counted
	standing Standing
}

var assessors = sync.Pool{New: func() any {
	return &assessor{lines: lines{at: map[iis.SourceDoseID]*iis.SourceDose{}}, facts: map[string]bool{}}
}}

// assess says where a record stands on a day. It is what Assess says of the same
// record, without what a reader would be shown beside it: reports, reasons and
// vaccines. What it returns is the assessor's own, until the next.
func (a *assessor) assess(e *cdsi.Engine, codes *codeset.Tables, f *store.Folder, on cal.Date) *Standing {
	a.describe(e, codes, f, on)
	e.EvaluateInto(&a.result, &a.patient, cdsi.Options{})
	s := &a.standing
	*s = Standing{Person: f.ID, Assessed: on, Release: e.Release(), State: Assessed, Born: f.Golden.Birth, Due: s.Due[:0], Valid: s.Valid[:0]}
	switch {
	case f.Golden.HasDied():
		s.State = Died
	case s.Born <= cal.None:
		s.State = NoBirthDate
	case s.Born > on:
		s.State = BornLater
	default:
		for i := range a.result.Forecasts {
			f := &a.result.Forecasts[i]
			s.Due = append(s.Due, Due{f.Group, f.Type, f.Status, f.DoseNumber, f.Earliest, f.Recommended, f.PastDue, f.Latest})
		}
	}
	a.count()
	s.sort()
	return s
}

// describe is the record as the schedule looks at it: each consolidated dose as
// it is shown, and each fact once (History).
func (a *assessor) describe(e *cdsi.Engine, codes *codeset.Tables, f *store.Folder, on cal.Date) {
	p := &a.patient
	*p = cdsi.Patient{Assessed: on, Doses: p.Doses[:0], Observations: p.Observations[:0]}
	v := view{e, codes, p}
	v.person(&f.Golden)
	clear(a.facts)
	a.lines.read(f)
	for i := range f.Consolidated {
		if reports := a.lines.of(&f.Consolidated[i]); len(reports) > 0 {
			v.dose(dedupe.Shown(reports))
		}
	}
	for i := range f.Doses {
		d := &f.Doses[i].Dose
		if d.Kind != iis.Fact || d.Action == iis.Delete {
			continue
		}
		if key := whatKey(d); !a.facts[key] {
			a.facts[key] = true
			v.fact(d)
		}
	}
	v.ask()
}

// counted are the doses of an antigen that count.
type counted struct {
	antigen string
	kind    schedule.SeriesType // of the series that says so: the first of the types in their order
	dose    int                 // the last
	days    []cal.Date
}

// count finds the doses that count.
func (a *assessor) count() {
	list := a.counted[:0]
	for i := range a.result.Evaluations { // in the order of doses
		e := &a.result.Evaluations[i]
		k := slices.IndexFunc(list, func(c counted) bool { return c.antigen == e.Antigen })
		if k < 0 {
			k = len(list)
			var days []cal.Date
			if k < cap(list) {
				days = list[:k+1][k].days[:0]
			}
			list = append(list, counted{e.Antigen, e.Type, 0, days})
		}
		c := &list[k]
		if e.Type < c.kind { // each series judges every dose of its antigen: this is the first
			c.kind, c.dose, c.days = e.Type, 0, c.days[:0]
		}
		if e.Type == c.kind && e.Status == cdsi.Valid && e.Dose != c.dose {
			c.dose, c.days = e.Dose, append(c.days, e.Date)
		}
	}
	a.counted = list
	for i := range list {
		if len(list[i].days) > 0 {
			slices.Sort(list[i].days)
			a.standing.Valid = append(a.standing.Valid, ValidDoses{list[i].antigen, list[i].days})
		}
	}
}

// sort puts everything in the order in which it is stored.
func (s *Standing) sort() {
	slices.SortFunc(s.Due, func(a, b Due) int {
		return cmp.Or(byCode(groupCodes, a.Group, b.Group), cmp.Compare(a.Type, b.Type))
	})
	slices.SortFunc(s.Valid, func(a, b ValidDoses) int { return byCode(antigenCodes, a.Antigen, b.Antigen) })
}

// standing is where a record stands on a day, as it is stored. A schedule that
// cannot be read, or fails on this record, must not keep a message out: the
// person then waits for the next run, and the error says why.
func (k *Keeper) standing(f *store.Folder, changed int64, on cal.Date) (s store.Standing, err error) {
	defer func() {
		if p := recover(); p != nil { // its value may hold what is on record
			s, err = waiting(f.ID, changed), fmt.Errorf("assess person %d: it panicked: %T\n%s", f.ID, p, debug.Stack())
		}
	}()
	e, err := k.engine(on)
	if err != nil {
		return waiting(f.ID, changed), fmt.Errorf("the schedule of %s: %w", on, err)
	}
	return standingBy(e, k.codes, f, changed, on), nil
}

// standingBy is standing by an engine.
func standingBy(e *cdsi.Engine, codes *codeset.Tables, f *store.Folder, changed int64, on cal.Date) store.Standing {
	a := assessors.Get().(*assessor)
	s := a.assess(e, codes, f, on)
	out := store.Standing{Person: f.ID, Changed: changed, Assessed: on, Release: s.Release, Body: s.encode()}
	assessors.Put(a)
	return out
}

// waiting is the standing of someone who was not assessed: better none than one
// that may be wrong.
func waiting(id iis.PersonID, changed int64) store.Standing {
	return store.Standing{Person: id, Changed: changed, Body: []byte{}}
}

// EachStanding hands every stored standing to each, in the order of persons. What
// each is given is its own.
func EachStanding(ctx context.Context, s *store.Store, each func(*Standing)) error {
	for last, n := iis.PersonID(0), store.StandingsAtOnce; n == store.StandingsAtOnce; {
		var rows []store.Standing
		err := s.Read(ctx, func(tx *store.Tx) (err error) {
			rows, err = tx.StandingsAfter(last)
			return err
		})
		if err != nil {
			return err
		}
		for i := range rows {
			st, err := ReadStanding(&rows[i])
			if err != nil {
				return fmt.Errorf("person %d: %w", rows[i].Person, err)
			}
			each(&st)
		}
		if n = len(rows); n > 0 {
			last = rows[n-1].Person
		}
	}
	return nil
}

// storeStanding stores a record as it stands now, in the transaction that
// changes it, after which nobody changes the folder.
func (k *Keeper) storeStanding(tx *store.Tx, f *store.Folder, now time.Time) error {
	return tx.Beside(func() func(*store.Tx) error {
		s, _ := k.standing(f, now.UnixMicro(), cal.On(now)) // the next run tries again, and tells why it fails
		return func(tx *store.Tx) error { return tx.PutStanding(&s) }
	})
}
