package schedule

import (
	"errors"
	"strconv"
	"strings"

	"openiis/internal/cal"
)

// Duration is a length of calendar time as the schedule writes it: "4 years - 4
// days" is {Years: 4, Days: -4}. Its zero value with Given false is an absent
// one, which is not the same as "0 days".
type Duration struct {
	Years, Months, Weeks, Days int16
	Given                      bool
}

// ErrDuration is returned for text that is not a length of time.
var ErrDuration = errors.New(`not a length of time such as "6 months" or "4 years - 4 days"`)

// ParseDuration reads terms of a whole number and a unit, joined by + and -,
// such as "4 years - 4 days", five at most. The sign belongs to its term. Units
// are singular or plural, in letters of any case; terms of one unit are summed,
// "28 days - 4 days" is 24 days. Empty text is an absent Duration.
func ParseDuration(s string) (Duration, error) {
	words := strings.Fields(s)
	if len(words) == 0 {
		return Duration{}, nil
	}
	d := Duration{Given: true}
	sign := 1
	for terms := 1; ; terms++ {
		if len(words) < 2 || terms > 5 {
			return Duration{}, ErrDuration
		}
		unit, ok := units[strings.ToLower(words[1])]
		n, err := strconv.ParseUint(words[0], 10, 12)
		if !ok || err != nil {
			return Duration{}, ErrDuration
		}
		*d.part(unit) += int16(sign * int(n)) // five terms below 4096 fit
		if len(words) == 2 {
			return d, nil
		}
		switch words[2] {
		case "+":
			sign = 1
		case "-":
			sign = -1
		default:
			return Duration{}, ErrDuration
		}
		words = words[3:]
	}
}

var units = map[string]int{
	"year": 0, "years": 0, "month": 1, "months": 1, "week": 2, "weeks": 2, "day": 3, "days": 3,
}

// part is the years, months, weeks or days.
func (d *Duration) part(unit int) *int16 {
	return [...]*int16{&d.Years, &d.Months, &d.Weeks, &d.Days}[unit]
}

// AddTo is the day that lies d after day: first the years, then the months, then
// the weeks and days (CALCDT-6). Where the years or the months lead to a day
// that does not exist, the first day of the next month takes its place before
// anything more is added (CALCDT-5). It is None when day is None or d is absent.
func (d Duration) AddTo(day cal.Date) cal.Date {
	if day == cal.None || !d.Given {
		return cal.None
	}
	if d.Years != 0 {
		day = day.AddMonths(12 * int(d.Years))
	}
	if d.Months != 0 {
		day = day.AddMonths(int(d.Months))
	}
	if day == cal.None {
		return cal.None // beyond the calendar
	}
	return max(day.AddDays(7*int(d.Weeks)+int(d.Days)), cal.None)
}

// String writes d as the schedule does, "" when it is absent. ParseDuration reads
// it back: what is taken away stands behind something that it is taken from.
func (d Duration) String() string {
	if !d.Given {
		return ""
	}
	var add, takeAway strings.Builder
	for unit, name := range [...]string{" year", " month", " week", " day"} {
		n, to := int(*d.part(unit)), &add
		switch {
		case n == 0:
			continue
		case n > 0 && add.Len() > 0:
			to.WriteString(" + ")
		case n < 0:
			n, to = -n, &takeAway
			to.WriteString(" - ")
		}
		to.WriteString(strconv.Itoa(n))
		to.WriteString(name)
		if n != 1 {
			to.WriteByte('s')
		}
	}
	if add.Len() == 0 {
		add.WriteString("0 days")
	}
	return add.String() + takeAway.String()
}
