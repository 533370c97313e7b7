package cal

import (
	"fmt"
	"strings"
	"time"
)

// Age is a span of whole years, months and days between two calendar days.
type Age struct{ Years, Months, Days int }

// AgeOn is the age on day on of someone born on day born: whole years, then
// whole months, then the days left. It is the zero Age when either day is
// absent or on is before born.
//
// A month is complete on the same day number of the next month; where that
// month is shorter (born on the 31st), it is complete on the first day of the
// month after, the convention of the immunization schedule (CDC CDSi Logic
// Specification, chapter 3, date calculation rule CALCDT-5).
func AgeOn(born, on Date) Age {
	if born == None || on == None || on < born {
		return Age{}
	}
	y1, m1, d1 := born.YMD()
	y2, m2, d2 := on.YMD()
	months := (y2-y1)*12 + int(m2) - int(m1)
	if d2 < d1 {
		months--
	}
	start := born.AddMonths(months)
	if start > on { // the day does not exist in that month and has moved past on
		months--
		start = born.AddMonths(months)
	}
	return Age{Years: months / 12, Months: months % 12, Days: int(on - start)}
}

// AddMonths moves the day by n months. Where the month has no such day the
// result is the first day of the month after (31 January + 1 month is 1 March).
func (d Date) AddMonths(n int) Date {
	if d == None {
		return None
	}
	y, m, day := d.YMD()
	total := y*12 + int(m) - 1 + n
	y, m = total/12, monthOf(total)
	if day > daysIn(y, m) {
		total++
		y, m, day = total/12, monthOf(total), 1
	}
	return Of(y, m, day)
}

// String is the age in words, "1 year 2 months 3 days"; a newborn is "0 days".
func (a Age) String() string {
	var parts []string
	add := func(n int, unit string) {
		if n == 1 {
			parts = append(parts, "1 "+unit)
		} else if n != 0 {
			parts = append(parts, fmt.Sprintf("%d %ss", n, unit))
		}
	}
	add(a.Years, "year")
	add(a.Months, "month")
	add(a.Days, "day")
	if len(parts) == 0 {
		return "0 days"
	}
	return strings.Join(parts, " ")
}

// monthOf is the calendar month of a count of months since year 0.
func monthOf(total int) time.Month { return time.Month(total%12 + 1) }
