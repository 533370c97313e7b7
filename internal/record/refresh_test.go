package record

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/schedule"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/synth"
)

// registry is a registry whose standings are renewed.
type registry struct {
	t  *testing.T
	s  *store.Store
	k  *Keeper
	at time.Time // now
}

func each(t *testing.T, test func(r *registry)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		test(&registry{t, s, New(s, codeset.Default()), time.Date(2026, 1, 5, 3, 0, 0, 0, time.Local)})
	})
}

// put puts made-up people in, as an older program did: without standings.
func (r *registry) put(n int) {
	people := synth.People(5)
	r.write(func(tx *store.Tx) error {
		for i := range n {
			if err := tx.PutFolder(madeUp(people, i), r.at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *registry) write(f func(tx *store.Tx) error) {
	r.t.Helper()
	is.NoError(r.t, "write", r.s.Write(context.Background(), f))
}

// change changes a record and its standing, as a message does.
func (r *registry) change(id iis.PersonID, how func(*store.Folder)) {
	r.t.Helper()
	r.at = r.at.Add(time.Second)
	r.write(func(tx *store.Tx) error {
		f, err := tx.Folder(id)
		if err != nil {
			return err
		}
		how(f)
		if err := tx.PutFolder(f, r.at); err != nil {
			return err
		}
		return r.k.storeStanding(tx, f, r.at)
	})
}

func (r *registry) newest() store.StandingRun {
	r.t.Helper()
	var run store.StandingRun
	is.NoError(r.t, "read", r.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		run, _, err = tx.NewestStandingRun()
		return err
	}))
	return run
}

// without is how many people have no standing.
func (r *registry) without() (n int) {
	r.t.Helper()
	is.NoError(r.t, "count", r.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		n, err = tx.WithoutStanding()
		return err
	}))
	return n
}

// rows are all standings as they are stored.
func (r *registry) rows() []store.Standing {
	r.t.Helper()
	var out []store.Standing
	for n := store.StandingsAtOnce; n == store.StandingsAtOnce; {
		last := iis.PersonID(0)
		if len(out) > 0 {
			last = out[len(out)-1].Person
		}
		is.NoError(r.t, "read", r.s.Read(context.Background(), func(tx *store.Tx) error {
			next, err := tx.StandingsAfter(last)
			n, out = len(next), append(out, next...)
			return err
		}))
	}
	return out
}

// all renews everyone.
func (r *registry) all(ctx context.Context, o Refresh) (store.StandingRun, error) {
	o.Now, o.Workers = func() time.Time { return r.at }, 2
	if o.Progress == nil {
		o.Progress = func(store.StandingRun) {}
	}
	if o.Failed == nil {
		o.Failed = func(err error) { r.t.Error(err) }
	}
	if o.Wait == nil {
		o.Wait = func(store.StandingRun) error { return errors.New("another program works on a run") }
	}
	return r.k.NewRefresher(iis.Actor{Kind: "command"}).All(ctx, o)
}

func (r *registry) renew() store.StandingRun {
	r.t.Helper()
	run, err := r.all(context.Background(), Refresh{})
	is.NoError(r.t, "refresh", err)
	return run
}

// steps does as a job does, at most so many steps.
func (r *registry) steps(f *Refresher, most int) (done int) {
	r.t.Helper()
	for done < most {
		more, err := f.Step(context.Background(), r.at)
		is.NoError(r.t, "step", err)
		if !more {
			return done
		}
		done++
	}
	return done
}

// verified requires that every standing is what the schedule says.
func (r *registry) verified(want Unchecked) {
	r.t.Helper()
	rows := map[iis.PersonID]*store.Standing{}
	list := r.rows()
	for i := range list {
		rows[list[i].Person] = &list[i]
	}
	have, looked := Unchecked{}, 0
	for last, n := iis.PersonID(0), 1; n > 0; {
		is.NoError(r.t, "read", r.s.Read(context.Background(), func(tx *store.Tx) error {
			ids, err := tx.PersonsAfter(last, 500)
			if err != nil || len(ids) == 0 {
				n = 0
				return err
			}
			last = ids[len(ids)-1]
			folders, err := tx.Folders(ids...)
			for _, f := range folders {
				same, err := r.k.stands(f, rows[f.ID], &have)
				is.NoError(r.t, "verify", err)
				if looked++; !same {
					r.t.Errorf("the standing of person %d is not what the schedule says", f.ID)
				}
			}
			return err
		}))
	}
	is.Equal(r.t, "not checked", have, want)
	is.Equal(r.t, "rows of people who are there", len(list) <= looked, true)
}

func TestARunRenewsEveryoneAndThenWritesNothing(t *testing.T) {
	each(t, func(r *registry) {
		const people = 1203 // two whole stretches and a part
		r.put(people)
		r.verified(Unchecked{Waiting: people})
		run := r.renew()
		is.Equal(t, "seen, written", []int64{run.Seen, run.Written}, []int64{people, people})
		r.verified(Unchecked{})
		rows := r.rows()
		is.Equal(t, "rows", len(rows), people)
		r.at = r.at.Add(time.Hour)
		run = r.renew()
		is.Equal(t, "seen, written again", []int64{run.Seen, run.Written}, []int64{people, 0})
		is.Equal(t, "rows again", r.rows(), rows)
		is.Equal(t, "the run is finished", r.newest().Finished.Equal(r.at), true)
	})
}

func TestADayThatPassesChangesOnlyWhomItConcerns(t *testing.T) {
	each(t, func(r *registry) {
		r.put(700)
		r.renew()
		before := r.rows()
		r.at = r.at.AddDate(0, 0, 60)
		run := r.renew()
		if run.Written == 0 || run.Written > 70 {
			t.Errorf("sixty days change %d of 700", run.Written)
		}
		changed := int64(0)
		for i, now := range r.rows() {
			if now.Assessed != before[i].Assessed {
				changed++
			} else {
				is.Equal(t, "who did not change", now, before[i])
			}
		}
		is.Equal(t, "changed", changed, run.Written)
		r.verified(Unchecked{})
	})
}

// TestAChildAgesOut: a child without rotavirus vaccine is too old for its first
// dose at 15 weeks, whatever message comes or not.
func TestAChildAgesOut(t *testing.T) {
	each(t, func(r *registry) {
		r.write(func(tx *store.Tx) error {
			return tx.PutFolder(&store.Folder{ID: 9, Golden: iis.Person{Birth: cal.On(r.at).AddDays(-14*7 - 6), Sex: "F"}}, r.at)
		})
		status := func() string {
			rows := r.rows()
			s := readBack(t, &rows[0])
			for _, d := range s.Due {
				if d.Group == "Rotavirus" {
					return d.Status.String()
				}
			}
			return "none"
		}
		job := r.k.NewRefresher(iis.Actor{Kind: "job"})
		r.steps(job, 9)
		is.Equal(t, "before", status(), "Not Complete")
		r.at = r.at.AddDate(0, 0, 1)
		r.steps(job, 9)
		is.Equal(t, "a day later", status(), "Aged Out")
	})
}

func TestARunThatWasStoppedGoesOnWhereItWas(t *testing.T) {
	each(t, func(r *registry) {
		const people = 2100
		r.put(people)
		ctx, kill := context.WithCancel(context.Background())
		run, err := r.all(ctx, Refresh{Progress: func(run store.StandingRun) {
			if run.Seen == 2*store.StandingsAtOnce {
				kill()
			}
		}})
		if err == nil || run.Seen < 1000 || run.Seen == people {
			t.Fatalf("it was stopped after %d: %v", run.Seen, err)
		}
		is.Equal(t, "rows of a part", len(r.rows()), int(run.Seen))
		var first store.StandingRun
		run, err = r.all(context.Background(), Refresh{Progress: func(run store.StandingRun) {
			if first.Seen == 0 {
				first = run
			}
		}})
		is.NoError(t, "go on", err)
		is.Equal(t, "it did not begin anew", first.Seen > 1000, true)
		is.Equal(t, "seen, written in all", []int64{run.Seen, run.Written}, []int64{people, people})
		r.verified(Unchecked{})
		rows := r.rows()
		r.write(func(tx *store.Tx) error { return tx.Exec(`DELETE FROM standing`) })
		r.renew()
		is.Equal(t, "as in one go", r.rows(), rows)
	})
}

// TestAProgramThatDiedHoldsARunOnlyForAMoment: nobody left the run when it was
// killed.
func TestAProgramThatDiedHoldsARunOnlyForAMoment(t *testing.T) {
	each(t, func(r *registry) {
		r.put(1100)
		died, next := r.k.NewRefresher(iis.Actor{Kind: "job"}), r.k.NewRefresher(iis.Actor{Kind: "job"})
		is.Equal(t, "steps", r.steps(died, 1), 1)
		is.Equal(t, "steps while it is held", r.steps(next, 9), 0)
		waited := 0
		_, err := r.all(context.Background(), Refresh{Wait: func(other store.StandingRun) error {
			if waited++; waited == 2 {
				return errors.New("tired")
			}
			r.at = other.HeldTo.Add(-time.Millisecond)
			return nil
		}})
		is.Equal(t, "the command waits", err != nil && strings.Contains(err.Error(), "tired"), true)
		r.at = r.at.Add(2 * time.Millisecond)
		is.Equal(t, "steps afterwards: the second stretch, and the last is no more", r.steps(next, 9), 1)
		is.Equal(t, "seen, written in all", []int64{r.newest().Seen, r.newest().Written}, []int64{1100, 1100})
		// the first was not dead at all, only slow
		more, err := died.Step(context.Background(), r.at)
		is.Equal(t, "the run is another's", errors.Is(err, store.ErrStandingLost) && !more, true)
		is.Equal(t, "and is finished", r.steps(died, 9), 0)
		is.Equal(t, "nothing was done twice", r.newest().Seen, int64(1100))
		r.verified(Unchecked{})
	})
}

func TestWhatAMessageChangedMeanwhileStays(t *testing.T) {
	each(t, func(r *registry) {
		r.put(40)
		r.renew()
		r.write(func(tx *store.Tx) error { return tx.Exec(`DELETE FROM standing WHERE person_id = 4`) })
		r.at = r.at.AddDate(1, 0, 0)
		job := r.k.NewRefresher(iis.Actor{Kind: "job"})
		_, mine, err := job.begin(context.Background(), cal.On(r.at), false, r.at)
		is.Equal(t, "begun", err == nil && mine, true)
		s, err := job.read(context.Background(), 0)
		is.NoError(t, "read", err)
		for _, id := range []iis.PersonID{3, 4} { // between being read and being written
			r.change(id, func(f *store.Folder) { f.Golden.Dead = "Y" })
		}
		s.assess(r.k, cal.On(r.at))
		touched := 0
		for _, n := range s.Renewed {
			if n.Person == 3 || n.Person == 4 {
				touched++
			}
		}
		is.Equal(t, "the run thinks that it must write both", touched, 2)
		is.NoError(t, "write", r.s.AddStretch(context.Background(), &job.run, job.by, &s.StandingStretch, r.at))
		for _, row := range r.rows()[2:4] {
			st := readBack(t, &row)
			is.Equal(t, "state", st.State, Died)
		}
		r.verified(Unchecked{})
	})
}

// TestARunBesideMessages: on PostgreSQL they write side by side.
func TestARunBesideMessages(t *testing.T) {
	each(t, func(r *registry) {
		r.put(1000)
		r.renew()
		day := r.at.AddDate(2, 0, 0)
		k := New(r.s, codeset.Default())
		done := make(chan error, 1)
		go func() {
			for round := range 5 {
				for id := iis.PersonID(1); id <= 1000; id += 7 {
					err := r.s.Write(context.Background(), func(tx *store.Tx) error {
						f, err := tx.Folder(id)
						if err != nil {
							return err
						}
						f.Golden.Birth = f.Golden.Birth.AddDays(-100 * (round + 1))
						now := day.Add(time.Duration(round)*time.Minute + time.Duration(id)*time.Millisecond)
						if err := tx.PutFolder(f, now); err != nil {
							return err
						}
						return k.storeStanding(tx, f, now)
					})
					if err != nil {
						done <- err
						return
					}
				}
			}
			done <- nil
		}()
		for running := true; running; {
			r.at = day
			r.renew()
			select {
			case err := <-done:
				is.NoError(t, "messages", err)
				running = false
			default:
			}
		}
		r.verified(Unchecked{})
	})
}

// later is the schedule of another release, in which nobody needs rotavirus.
func later(t *testing.T) *cdsi.Engine {
	own, err := schedule.Own()
	is.NoError(t, "schedules", err)
	s, err := own.For(cal.Of(2026, 1, 5))
	is.NoError(t, "schedule", err)
	next := *s
	next.Release = "later"
	next.Antigens = slices.Clone(s.Antigens)
	for i := range next.Antigens {
		if a := &next.Antigens[i]; a.Name == "Rotavirus" {
			a.Series = nil
		}
	}
	e, err := cdsi.Compile(&next)
	is.NoError(t, "compile", err)
	return e
}

func TestANewReleaseOfTheScheduleIsAppliedToEveryone(t *testing.T) {
	each(t, func(r *registry) {
		r.put(600)
		job := r.k.NewRefresher(iis.Actor{Kind: "job"})
		r.steps(job, 9)
		is.Equal(t, "nothing more to do that day", r.steps(job, 9), 0)
		is.Equal(t, "first", r.newest().Release, "4.64-508")

		newer, e := New(r.s, codeset.Default()), later(t)
		newer.engine = func(cal.Date) (*cdsi.Engine, error) { return e, nil }
		next := newer.NewRefresher(iis.Actor{Kind: "job"})
		r.at = r.at.Add(time.Minute)
		is.Equal(t, "steps of the newer program", r.steps(next, 9), 1)
		run := r.newest()
		is.Equal(t, "release", run.Release, "later")
		is.Equal(t, "finished", !run.Finished.IsZero(), true)
		if run.Written == 0 || run.Written == 600 {
			t.Errorf("the new release changes %d of 600", run.Written)
		}
		// the older program leaves the field to the newer one, the next day too
		r.at = r.at.AddDate(0, 0, 1)
		is.Equal(t, "steps of the older program", r.steps(job, 9), 0)
		is.Equal(t, "newest", r.newest().Release, "later")
		var unknown Unchecked
		for _, row := range r.rows() {
			if row.Release == "later" {
				unknown.Unknown++
			}
		}
		is.Equal(t, "by a release that this program lacks", int64(unknown.Unknown), run.Written)
		r.verified(unknown)
		// but a newer program that has left out a day is gone
		r.at = r.at.AddDate(0, 0, 1)
		is.Equal(t, "steps of the older program, alone", r.steps(job, 9), 1)
		is.Equal(t, "newest", r.newest().Release, "4.64-508")
		is.Equal(t, "finished", !r.newest().Finished.IsZero(), true)
		r.verified(Unchecked{})
	})
}

// TestAScheduleThatFailsKeepsNoMessageOut: the person waits for the next run.
func TestAScheduleThatFailsKeepsNoMessageOut(t *testing.T) {
	for name, fails := range map[string]func(cal.Date) (*cdsi.Engine, error){
		"it cannot be read": func(cal.Date) (*cdsi.Engine, error) { return nil, errors.New("no file") },
		"it panics":         func(cal.Date) (*cdsi.Engine, error) { return nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *registry) {
				r.put(3)
				r.renew()
				good := r.k.engine
				r.k.engine = fails
				r.change(2, func(f *store.Folder) { f.Golden.Sex = "U" })
				is.Equal(t, "nothing old is read", r.rows()[1].Assessed == cal.None && len(r.rows()[1].Body) == 0, true)
				r.k.engine = good
				r.verified(Unchecked{Waiting: 1})
				is.Equal(t, "the next run writes that one", r.renew().Written, int64(1))
				r.verified(Unchecked{})
			})
		})
	}
}

func TestARunTellsWhoCouldNotBeAssessedAndGoesOn(t *testing.T) {
	each(t, func(r *registry) {
		r.put(510)
		calls := 0
		good := r.k.engine
		r.k.engine = func(on cal.Date) (*cdsi.Engine, error) {
			if calls++; calls == 3 { // the first is for the release
				panic("Quillfeather")
			}
			return good(on)
		}
		job := r.k.NewRefresher(iis.Actor{Kind: "job"})
		more, err := job.Step(context.Background(), r.at)
		is.Equal(t, "it goes on", more, true)
		is.Equal(t, "why", strings.Contains(err.Error(), "person 2: it panicked: string"), true)
		is.Equal(t, "nothing of the record is told", strings.Contains(err.Error(), "Quillfeather"), false)
		r.steps(job, 9)
		r.verified(Unchecked{Waiting: 1})
	})
}

func TestWhatWasTamperedWithIsFound(t *testing.T) {
	each(t, func(r *registry) {
		r.put(3)
		r.renew()
		rows := r.rows()
		var unchecked Unchecked
		var f *store.Folder
		is.NoError(t, "read", r.s.Read(context.Background(), func(tx *store.Tx) (err error) {
			f, err = tx.Folder(2)
			return err
		}))
		rows[1].Body[len(rows[1].Body)-1]++
		same, err := r.k.stands(f, &rows[1], &unchecked)
		is.Equal(t, "another day", err == nil && !same, true)
		same, err = r.k.stands(f, &rows[2], &unchecked)
		is.Equal(t, "another's", err == nil && !same, true)
	})
}

func TestStandingsAreHandedOverInTheOrderOfPersons(t *testing.T) {
	each(t, func(r *registry) {
		r.put(1000) // two whole stretches
		is.Equal(t, "without one before", r.without(), 1000)
		r.renew()
		is.Equal(t, "without one after", r.without(), 0)
		var last iis.PersonID
		n := 0
		is.NoError(t, "each", EachStanding(context.Background(), r.s, func(s *Standing) {
			if s.Person <= last || s.State == NotAssessed {
				t.Errorf("person %d after %d", s.Person, last)
			}
			last, n = s.Person, n+1
		}))
		is.Equal(t, "handed over", n, 1000)
	})
}

// TestAStandingIsOfTheTransactionOfItsMessage: it is there when the message is
// answered, and with a message that fails nothing is.
func TestAStandingIsOfTheTransactionOfItsMessage(t *testing.T) {
	each(t, func(r *registry) {
		ctx := context.Background()
		person := iis.Person{Names: []iis.Name{{Family: "Quillfeather", Given: "Juniper", Type: "L"}}, Birth: born, Sex: "F",
			IDs: []iis.Identifier{{Value: "A1", Type: "MR", Authority: "OAK"}}}
		in := Arrival{Submission: 1, Sender: iis.Sender{ID: 1}, Received: time.Now(), Person: person,
			Finish: func(iis.Receipt) store.StoredReceipt { panic("after everything was stored") }}
		if _, err := r.k.Take(ctx, in); err == nil {
			t.Fatal("the message was taken")
		}
		is.Equal(t, "rows after a message that failed", len(r.rows()), 0)

		in.Finish = func(told iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: in.Submission, Person: told.Person, Answered: time.Now()}
		}
		receipt, err := r.k.Take(ctx, in)
		is.NoError(t, "take", err)
		var before, after *store.Standing
		read := func(into **store.Standing) {
			is.NoError(t, "read", r.s.Read(ctx, func(tx *store.Tx) (err error) {
				*into, err = tx.Standing(receipt.Person)
				return err
			}))
		}
		read(&before)
		in.Submission = 2
		in.Doses = []Report{{1, iis.Dose{Kind: iis.Given, Date: cal.Of(2024, 4, 8), CVX: "21"}}}
		_, err = r.k.Take(ctx, in)
		is.NoError(t, "take a dose", err)
		read(&after)
		is.Equal(t, "doses that count before", readBack(t, before).Valid, []ValidDoses{})
		is.Equal(t, "and after", readBack(t, after).Valid, []ValidDoses{{"Varicella", []cal.Date{cal.Of(2024, 4, 8)}}})
		r.verified(Unchecked{})
	})
}
