package record

import (
	"bytes"
	"slices"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/schedule"
	"openiis/internal/store"
	"openiis/internal/synth"
)

// engineOn is the engine of the schedule in effect on a day.
func engineOn(t testing.TB, on cal.Date) *cdsi.Engine {
	t.Helper()
	e, err := cdsi.For(on)
	is.NoError(t, "engine", err)
	return e
}

// readBack is a stored standing as its readers see it.
func readBack(t testing.TB, row *store.Standing) Standing {
	t.Helper()
	s, err := ReadStanding(row)
	is.NoError(t, "read", err)
	return s
}

// standingOf is a standing made from an assessment that is shown to people.
func standingOf(a *Assessment, f *store.Folder, on cal.Date) Standing {
	s := Standing{Person: f.ID, Assessed: on, Release: a.Release, State: Assessed, Born: f.Golden.Birth, Due: []Due{}, Valid: []ValidDoses{}}
	for i := range a.Forecasts {
		fc := &a.Forecasts[i]
		s.Due = append(s.Due, Due{fc.Group, fc.Type, fc.Status, fc.DoseNumber, fc.Earliest, fc.Recommended, fc.PastDue, fc.Latest})
	}
	standard := map[string]bool{}
	for _, e := range a.Evaluations {
		standard[e.Antigen] = standard[e.Antigen] || e.Type == schedule.Standard
	}
	for _, e := range a.Evaluations {
		if e.Status != cdsi.Valid || (e.Type != schedule.Standard) == standard[e.Antigen] {
			continue
		}
		k := slices.IndexFunc(s.Valid, func(v ValidDoses) bool { return v.Antigen == e.Antigen })
		if k < 0 {
			k = len(s.Valid)
			s.Valid = append(s.Valid, ValidDoses{Antigen: e.Antigen})
		}
		s.Valid[k].Days = append(s.Valid[k].Days, e.Date)
	}
	s.sort()
	return s
}

func TestAStandingIsWhatPeopleAreShown(t *testing.T) {
	people, on := synth.People(3), cal.Of(2026, 1, 5)
	e := engineOn(t, on)
	due, valid := 0, 0
	for i := range 2000 {
		f := madeUp(people, i)
		f.Golden.Death = cal.None
		if i%10 == 0 { // somebody said something of their health, twice
			fact := iis.Dose{Kind: iis.Fact, Date: f.Golden.Birth.AddDays(400)}
			fact.Observations = []iis.Observation{coded("59784-9", "1", "38907003", "SCT"), coded("59785-6", "1", "77386006", "SCT")}
			for n := range 2 {
				id := iis.SourceDoseID(-1 - n)
				f.Doses = append(f.Doses, iis.SourceDose{ID: id, Origin: id, Sender: iis.SenderID(n), Dose: fact})
			}
		}
		row := standingBy(e, codeset.Default(), f, 7, on)
		have := readBack(t, &row)
		a := Assess(e, codeset.Default(), f, on, cdsi.Options{})
		is.Equal(t, "standing", have, standingOf(&a, f, on))
		due, valid = due+len(have.Due), valid+len(have.Valid)
	}
	if due < 20_000 || valid < 10_000 {
		t.Errorf("only %d groups and %d antigens were compared", due, valid)
	}
}

// TestEqualStandingsHaveEqualBytes: what has not changed is found by comparing.
func TestEqualStandingsHaveEqualBytes(t *testing.T) {
	people, on := synth.People(4), cal.Of(2026, 1, 5)
	e := engineOn(t, on)
	for i := range 300 {
		f := madeUp(people, i)
		body := standingBy(e, codeset.Default(), f, 1, on).Body
		slices.Reverse(f.Consolidated)
		slices.Reverse(f.Doses)
		is.Equal(t, "in another order", standingBy(e, codeset.Default(), f, 2, on).Body, body)
	}
}

func TestOfTheDeadNothingIsDue(t *testing.T) {
	on := cal.Of(2026, 1, 5)
	e := engineOn(t, on)
	for _, c := range []struct {
		name  string
		p     iis.Person
		want  StandingState
		valid int
	}{
		{"a child", iis.Person{Birth: born, Sex: "F"}, Assessed, 1},
		{"said to be dead", iis.Person{Birth: born, Sex: "F", Dead: "Y"}, Died, 1},
		{"with a day of death only", iis.Person{Birth: born, Sex: "F", Death: cal.Of(2025, 1, 1)}, Died, 1},
		{"with a day of death that another source denies", iis.Person{Birth: born, Sex: "F", Dead: "N", Death: cal.Of(2025, 1, 1)}, Assessed, 1},
		{"without a birth date", iis.Person{Sex: "F"}, NoBirthDate, 0},
		{"born after the day", iis.Person{Birth: on.AddDays(1), Sex: "F"}, BornLater, 0},
	} {
		f := &store.Folder{ID: 1, Golden: c.p}
		f.Doses = []iis.SourceDose{{ID: 1, Origin: 1, Dose: iis.Dose{Kind: iis.Given, Date: cal.Of(2024, 4, 8), CVX: "21"}}}
		f.Consolidated = []iis.Consolidated{{ID: 1, Primary: 1, Members: []iis.SourceDoseID{1}}}
		row := standingBy(e, codeset.Default(), f, 1, on)
		s := readBack(t, &row)
		is.Equal(t, c.name+": state", s.State, c.want)
		is.Equal(t, c.name+": something is due", len(s.Due) > 0, c.want == Assessed)
		is.Equal(t, c.name+": doses that count", len(s.Valid), c.valid)
	}
}

func TestWhatIsDueOnADay(t *testing.T) {
	d := Due{Status: cdsi.NotComplete, Recommended: 100, PastDue: 120}
	for day, want := range map[cal.Date][2]bool{99: {false, false}, 100: {true, false}, 120: {true, false}, 121: {true, true}} {
		is.Equal(t, "due, overdue on "+day.String(), [2]bool{d.IsDue(day), d.IsOverdue(day)}, want)
	}
	d.Status = cdsi.Complete
	is.Equal(t, "complete", d.IsDue(200) || d.IsOverdue(200), false)
}

func TestNamesOfTheScheduleHaveNumbers(t *testing.T) {
	releases, err := schedule.Releases()
	is.NoError(t, "releases", err)
	for _, r := range releases {
		own, err := schedule.Own()
		is.NoError(t, "schedules", err)
		s, err := own.Named(r.Release)
		is.NoError(t, r.Release, err)
		for _, g := range s.Groups {
			if groupCodes[g.Name] == 0 {
				t.Errorf("release %s: vaccine group %s has no number: give it the next", r.Release, g.Name)
			}
			for _, a := range g.Antigens {
				if antigenCodes[a] == 0 {
					t.Errorf("release %s: antigen %s has no number: give it the next", r.Release, a)
				}
			}
		}
	}
}

// full has everything that a standing can have.
func full() Standing {
	s := Standing{Assessed: 739000, State: Assessed, Born: born}
	for i, status := range storedStatuses[1:] {
		s.Due = append(s.Due, Due{groupNames[i+1], storedTypes[1+i%3], status, i, born.AddDays(40), cal.None, born.AddDays(30), born.AddDays(60000 * i)})
	}
	s.Due = append(s.Due, Due{Group: "A group of a later release", Type: schedule.Risk, Status: cdsi.NotComplete, Dose: 300, Recommended: born.AddDays(-3)})
	s.Valid = []ValidDoses{{"Measles", []cal.Date{born.AddDays(366), born.AddDays(366), born.AddDays(2000)}}, {"A later antigen", []cal.Date{born.AddDays(-2)}}}
	return s
}

func TestAStandingIsReadAsItWasWritten(t *testing.T) {
	want := full()
	is.Equal(t, "standing", readBack(t, &store.Standing{Assessed: want.Assessed, Body: want.encode()}), want)
}

// The bytes of version 1 are in databases: a change of them needs a new version.
func TestTheBytesOfAStandingStayWhatTheyAre(t *testing.T) {
	s := Standing{State: Assessed, Born: 1000, Due: []Due{{"Polio", schedule.Standard, cdsi.NotComplete, 4, 2000, 2100, 2200, cal.None}},
		Valid: []ValidDoses{{"Polio", []cal.Date{1060, 1120}}}}
	is.Equal(t, "bytes", s.encode(), []byte{1, 1, 0xe8, 7, 1, 12, 0x11, 15, 4, 0xd0, 15, 0xc8, 1, 0xc8, 1, 1, 16, 2, 120, 120})
}

func TestAStandingOfANewerProgramCountsAsNotAssessed(t *testing.T) {
	s := readBack(t, &store.Standing{Person: 5, Assessed: 739000, Release: "9", Body: []byte{standingVersion + 1, 1, 2, 3}})
	is.Equal(t, "standing", s, Standing{Person: 5})
	waits := waiting(5, 1)
	is.Equal(t, "waiting", readBack(t, &waits), Standing{Person: 5})
}

func TestADamagedStandingIsAnError(t *testing.T) {
	whole := full()
	body := whole.encode()
	for n := 1; n < len(body); n++ {
		if _, err := ReadStanding(&store.Standing{Assessed: 739000, Body: body[:n]}); err == nil {
			t.Errorf("the first %d of %d bytes are read as a standing", n, len(body))
		}
	}
	if _, err := ReadStanding(&store.Standing{Assessed: 739000, Body: append(bytes.Clone(body), 0)}); err == nil {
		t.Error("a standing with more behind it is read")
	}
}

func FuzzReadStanding(f *testing.F) {
	whole := full()
	f.Add(whole.encode())
	f.Add([]byte{standingVersion, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := ReadStanding(&store.Standing{Assessed: 739000, Body: body})
		if err != nil || s.State == NotAssessed {
			return
		}
		again, err := ReadStanding(&store.Standing{Assessed: 739000, Body: s.encode()})
		is.NoError(t, "read what was written", err)
		is.Equal(t, "again", again, s)
	})
}
