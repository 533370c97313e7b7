package schedule_test

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

func date(t testing.TB, s string) cal.Date {
	t.Helper()
	d, err := cal.Parse(s)
	if err != nil || d == cal.None {
		t.Fatalf("%q is no date", s)
	}
	return d
}

func TestDurationsAreReadAsTheScheduleWritesThem(t *testing.T) {
	for _, c := range []struct {
		text, want string
		d          schedule.Duration
	}{
		{"", "", schedule.Duration{}},
		{"0 days", "0 days", schedule.Duration{Given: true}},
		{" 13 years", "13 years", schedule.Duration{Years: 13, Given: true}},
		{"1 years - 4 days", "1 year - 4 days", schedule.Duration{Years: 1, Days: -4, Given: true}},
		{"46 Years", "46 years", schedule.Duration{Years: 46, Given: true}},
		{"8 months + 1 day", "8 months + 1 day", schedule.Duration{Months: 8, Days: 1, Given: true}},
		{"28 days - 4 days", "24 days", schedule.Duration{Days: 24, Given: true}},
		{"4 days - 1 week", "4 days - 1 week", schedule.Duration{Weeks: -1, Days: 4, Given: true}},
		{"0 days - 2 weeks", "0 days - 2 weeks", schedule.Duration{Weeks: -2, Given: true}},
		{"16 years - 4 months", "16 years - 4 months", schedule.Duration{Years: 16, Months: -4, Given: true}},
		{"7 years + 4 weeks", "7 years + 4 weeks", schedule.Duration{Years: 7, Weeks: 4, Given: true}},
		{"2 YEARS - 1 month + 3 weeks - 1 DAY", "2 years + 3 weeks - 1 month - 1 day", schedule.Duration{Years: 2, Months: -1, Weeks: 3, Days: -1, Given: true}},
	} {
		d, err := schedule.ParseDuration(c.text)
		if err != nil || d != c.d {
			t.Errorf("%q is %+v, %v; want %+v", c.text, d, err, c.d)
		}
		if d.String() != c.want {
			t.Errorf("%q is written %q, want %q", c.text, d, c.want)
		}
	}
}

func TestTextThatIsNoDurationIsRefused(t *testing.T) {
	for _, s := range []string{
		"4", "years", "4 yeers", "4years", "four years", "- 4 days", "4 years -", "4 years - 4", "4 years 4 days", "4 years -4 days",
		"4 years + + 4 days", "1.5 years", "-4 days", "1 day + 1 day + 1 day + 1 day + 1 day + 1 day", "99999 days", "n/a", "4 years – 4 days",
	} {
		if d, err := schedule.ParseDuration(s); err == nil {
			t.Errorf("%q is read as %v", s, d)
		}
	}
}

func TestDatesAreCalculatedByTheRulesOfTheSpecification(t *testing.T) {
	for _, c := range []struct{ rule, day, add, want string }{
		{"CALCDT-1", "2000-01-01", "3 years", "2003-01-01"},
		{"CALCDT-2", "2000-01-01", "6 months", "2000-07-01"},
		{"CALCDT-2", "2000-11-01", "6 months", "2001-05-01"},
		{"CALCDT-3", "2000-01-01", "3 days", "2000-01-04"},
		{"CALCDT-3", "2000-01-01", "3 weeks", "2000-01-22"},
		{"CALCDT-3", "2000-02-01", "5 weeks", "2000-03-07"},
		{"CALCDT-4", "2000-01-15", "0 days - 4 weeks", "1999-12-18"},
		{"CALCDT-5", "2000-03-31", "6 months", "2000-10-01"},
		{"CALCDT-5", "2000-08-31", "6 months", "2001-03-01"},
		{"CALCDT-5", "2000-02-29", "1 year", "2001-03-01"},
		{"CALCDT-5", "2000-02-29", "4 years", "2004-02-29"},
		{"CALCDT-5", "2000-12-31", "2 months", "2001-03-01"},
		{"CALCDT-6", "2000-01-31", "6 months - 4 days", "2000-07-27"},
		{"CALCDT-6", "2000-02-29", "1 year - 4 days", "2001-02-25"},
		{"CALCDT-6 after CALCDT-5", "2000-02-29", "1 year + 1 month", "2001-04-01"},
		{"CALCDT-6", "2000-03-15", "16 years - 4 months", "2015-11-15"},
		{"nothing is added", "2000-02-29", "0 days", "2000-02-29"},
	} {
		d, err := schedule.ParseDuration(c.add)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.AddTo(date(t, c.day)).String(); got != c.want {
			t.Errorf("%s: %s + %s is %s, want %s", c.rule, c.day, c.add, got, c.want)
		}
	}
}

func TestAnAbsentDurationOrDayLeadsToNoDay(t *testing.T) {
	four := schedule.Duration{Days: 4, Given: true}
	if got := four.AddTo(cal.None); got != cal.None {
		t.Errorf("no day + 4 days is %v", got)
	}
	if got := (schedule.Duration{}).AddTo(date(t, "2000-01-01")); got != cal.None {
		t.Errorf("a day + no duration is %v", got)
	}
	far := schedule.Duration{Years: 9000, Days: 4, Given: true}
	if got := far.AddTo(date(t, "2000-01-01")); got != cal.None {
		t.Errorf("a day beyond the calendar is %v", got)
	}
	early := schedule.Duration{Days: -4000, Given: true}
	if got := early.AddTo(date(t, "0001-01-01")); got != cal.None {
		t.Errorf("a day before the calendar is %v", got)
	}
}

func FuzzADurationIsReadAsItWasWritten(f *testing.F) {
	for _, s := range []string{"4 years - 4 days", "0 days - 1 week", "1 day - 2 months", "46 Years", "28 days - 4 days", "1 year + 1 month + 1 week + 1 day", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := schedule.ParseDuration(text)
		if err != nil {
			return
		}
		if again, err := schedule.ParseDuration(d.String()); err != nil || again != d {
			t.Errorf("%q is %+v, written %q and read as %+v, %v", text, d, d, again, err)
		}
		for _, day := range []string{"2000-02-29", "0001-01-01", "9999-12-31"} {
			d.AddTo(date(t, day))
		}
	})
}
