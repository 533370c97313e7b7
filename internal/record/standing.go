package record

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
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

// standingOf is what an assessment comes to.
func standingOf(a *Assessment, p *iis.Person, on cal.Date) Standing {
	s := Standing{Assessed: on, Release: a.Release, Born: p.Birth, State: Assessed}
	switch {
	case p.HasDied():
		s.State = Died
	case p.Birth <= cal.None:
		s.State = NoBirthDate
	case p.Birth > on:
		s.State = BornLater
	}
	if s.State == Assessed {
		s.Due = make([]Due, len(a.Forecasts))
		for i := range a.Forecasts {
			f := &a.Forecasts[i]
			s.Due[i] = Due{f.Group, f.Type, f.Status, f.DoseNumber, f.Earliest, f.Recommended, f.PastDue, f.Latest}
		}
	}
	s.Valid = validDoses(a.Evaluations)
	s.sort()
	return s
}

// validDoses are the doses that count, of evaluations in the order of doses.
func validDoses(evaluations []cdsi.Evaluation) []ValidDoses {
	type antigen struct {
		ValidDoses
		kind schedule.SeriesType // the first of the types in their order
		dose int                 // the last that counted
	}
	var list []antigen
	for i := range evaluations {
		e := &evaluations[i]
		k := slices.IndexFunc(list, func(a antigen) bool { return a.Antigen == e.Antigen })
		if k < 0 {
			k = len(list)
			list = append(list, antigen{ValidDoses: ValidDoses{Antigen: e.Antigen}, kind: e.Type})
		}
		a := &list[k]
		if e.Type < a.kind { // a series judges every dose of its antigen: this is the first
			a.kind, a.Days, a.dose = e.Type, a.Days[:0], 0
		}
		if e.Type == a.kind && e.Status == cdsi.Valid && e.Dose != a.dose {
			a.Days, a.dose = append(a.Days, e.Date), e.Dose
		}
	}
	var out []ValidDoses
	for i := range list {
		if len(list[i].Days) > 0 {
			slices.Sort(list[i].Days)
			out = append(out, list[i].ValidDoses)
		}
	}
	return out
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
	return standingBy(e, f, changed, on), nil
}

// standingBy is standing by an engine.
func standingBy(e *cdsi.Engine, f *store.Folder, changed int64, on cal.Date) store.Standing {
	a := Assess(e, f, on, cdsi.Options{})
	s := standingOf(&a, &f.Golden, on)
	return store.Standing{Person: f.ID, Changed: changed, Assessed: on, Release: e.Release(), Body: s.encode()}
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
// changes it.
func (k *Keeper) storeStanding(tx *store.Tx, f *store.Folder, now time.Time) error {
	s, _ := k.standing(f, now.UnixMicro(), cal.On(now)) // the next run tries again, and tells why it fails
	return tx.PutStanding(&s)
}
