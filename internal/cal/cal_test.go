package cal

import (
	"testing"
	"time"
)

func TestDatesRoundTripThroughTextAndDayNumbers(t *testing.T) {
	for d := Of(1899, 12, 1); d < Of(2101, 2, 1); d++ {
		y, m, day := d.YMD()
		if Of(y, m, day) != d {
			t.Fatalf("Of(YMD(%d)) = %d", d, Of(y, m, day))
		}
		back, err := Parse(d.String())
		if err != nil || back != d || ParseCompact(d.Compact()) != d {
			t.Fatalf("%v does not round-trip: %v %v", d, back, err)
		}
	}
	if Of(1, 1, 1) != 1 || Of(1970, 1, 1) != 719163 || Of(1969, 12, 31) != 719162 {
		t.Errorf("day numbers moved: %d %d", Of(1, 1, 1), Of(1970, 1, 1))
	}
}

func TestImpossibleDaysAreNone(t *testing.T) {
	for _, s := range []string{"20150229", "20151301", "20150100", "00000000", "2015043", "2015-4-01", "SHOTDATE"} {
		if d := ParseCompact(s); d != None {
			t.Errorf("ParseCompact(%q) = %v, want None", s, d)
		}
	}
	if _, err := Parse("2015/01/01"); err == nil {
		t.Error("Parse took slashes")
	}
	if Of(2024, time.February, 29) == None {
		t.Error("29 February of a leap year is a day")
	}
}

func TestAgeCountsWholeYearsMonthsDays(t *testing.T) {
	for _, c := range []struct{ born, on, want string }{
		{"2015-01-31", "2015-03-01", "1 month"},
		{"2015-01-31", "2015-02-28", "28 days"},
		{"2012-02-29", "2013-02-28", "11 months 30 days"},
		{"2012-02-29", "2013-03-01", "1 year"},
		{"2014-08-20", "2015-10-23", "1 year 2 months 3 days"},
		{"2020-05-05", "2020-05-05", "0 days"},
		{"2020-12-31", "2021-01-30", "30 days"},
	} {
		born, _ := Parse(c.born)
		on, _ := Parse(c.on)
		if got := AgeOn(born, on).String(); got != c.want {
			t.Errorf("age of %s on %s = %q, want %q", c.born, c.on, got, c.want)
		}
	}
}

func TestEveryDayOfTheCalendarIsTheOneThatThePlatformKnows(t *testing.T) {
	last := Of(9999, 12, 31)
	for d := Of(1, 1, 1); d <= last; d++ {
		y, m, day := d.YMD()
		if ty, tm, td := d.Time().Date(); y != ty || m != tm || day != td {
			t.Fatalf("day %d is %d-%d-%d, want %d-%d-%d", int(d), y, m, day, ty, tm, td)
		}
		if Of(y, m, day) != d {
			t.Fatalf("Of(%d, %d, %d) = %d, want %d", y, m, day, int(Of(y, m, day)), int(d))
		}
	}
}
