package cal

import "testing"

func TestDaysAreReadAsPeopleWriteThem(t *testing.T) {
	april30, april5, may4 := Of(2024, 4, 30), Of(2024, 4, 5), Of(2024, 5, 4)
	for _, c := range []struct {
		text  string
		order Order
		want  Date
		why   Unread
	}{
		{"2024-04-30", NotTold, april30, Readable},
		{"2024/4/30", NotTold, april30, Readable},
		{"2024.04.30", DayFirst, april30, Readable},
		{"20240430", NotTold, april30, Readable},
		{"04302024", NotTold, april30, Readable},
		{"04052024", DayFirst, may4, Readable},
		{"04052024", NotTold, None, Unclear},
		{"4/30/2024", NotTold, april30, Readable},
		{"30.4.2024", NotTold, april30, Readable},
		{"30-APR-2024", NotTold, april30, Readable},
		{"30APR2024", NotTold, april30, Readable},
		{"Apr 30, 2024", NotTold, april30, Readable},
		{"April 30th, 2024", NotTold, april30, Readable},
		{"2024-Apr-30", NotTold, april30, Readable},
		{" 4/30/2024 12:00:00 AM ", NotTold, april30, Readable},
		{"2024-04-30T00:00:00Z", NotTold, april30, Readable},
		{"2024-04-30 00:00:00.000", NotTold, april30, Readable},
		{"4/5/2024", MonthFirst, april5, Readable},
		{"4/5/2024", DayFirst, may4, Readable},
		{"4/5/2024", NotTold, None, Unclear},
		{"5/5/2024", NotTold, Of(2024, 5, 5), Readable},
		{"4/30/24", MonthFirst, None, NoCentury},
		{"2023-02-29", NotTold, None, NoSuchDay},
		{"13/13/2024", NotTold, None, NoSuchDay},
		{"1024-04-30", NotTold, None, NoSuchDay},
		{"20241399", NotTold, None, NoSuchDay},
		{"", NotTold, None, NoDate},
		{"unknown", NotTold, None, NoDate},
		{"2024", NotTold, None, NoDate},
		{"12345", NotTold, None, NoDate},
		{"1/2/3/2024", NotTold, None, NoDate},
		{"2024-ab-30", NotTold, None, NoDate},
		{"10:30", NotTold, None, NoDate},
	} {
		if got, why := ReadWritten(c.text, c.order); got != c.want || why != c.why {
			t.Errorf("%q with order %d: %v %q, want %v %q", c.text, c.order, got, why, c.want, c.why)
		}
	}
}

func TestOneDayOfAColumnTellsItsOrder(t *testing.T) {
	for text, want := range map[string]Order{
		"4/30/2024": MonthFirst, "30/4/2024": DayFirst, "4/5/2024": NotTold, "2024-04-30": NotTold, "40/4/2024": NotTold, "": NotTold,
		"30.04.2024 10:00": DayFirst,
	} {
		if got := OrderTold(text); got != want {
			t.Errorf("%q tells %d, want %d", text, got, want)
		}
	}
}

func TestAMonthIsReadWithoutADay(t *testing.T) {
	for _, text := range []string{"2025-04", "04/2025", "4/2025", "APR 2025", "Apr-2025"} {
		if got, ok := ReadWrittenMonth(text); !ok || got != Of(2025, 4, 1) {
			t.Errorf("%q is %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "2025", "13/2025", "4/25", "x/2025"} {
		if got, ok := ReadWrittenMonth(text); ok {
			t.Errorf("%q is %v, want nothing", text, got)
		}
	}
}
