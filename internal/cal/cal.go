// Package cal is the calendar: dates without a time of day, and exact ages.
//
// It does not know time zones, schedules or grace periods. Start at Date.
package cal

import (
	"errors"
	"time"
)

// Date is a calendar day as a day number in the proleptic Gregorian calendar:
// 0001-01-01 is day 1 and 1970-01-01 is day 719163. The zero value is not a
// day: None. Days before the year 1 do not exist here.
//
// Days are stored as one integer so that both database engines, the schedule
// and the matcher compute with them alike.
type Date int32

// None is the absent date.
const None Date = 0

// unixEpoch is the Date of 1970-01-01.
const unixEpoch = 719163

// Of returns the date of a year, month and day. An impossible day (30 February)
// is None: nothing is normalised to another day.
func Of(year int, month time.Month, day int) Date {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return None
	}
	// Years begin in March here, so that the leap day is the last of one.
	y, m := year, int(month)-3
	if m < 0 {
		y, m = y-1, m+12
	}
	return Date(365*y + y/4 - y/100 + y/400 + (153*m+2)/5 + day - march1)
}

// march1 is the number of days from 1 March of the year 0 to the day before
// 0001-01-01.
const march1 = 306

// On returns the calendar day of an instant in the instant's own location.
func On(t time.Time) Date {
	y, m, d := t.Date()
	return Of(y, m, d)
}

// ErrDate is returned for text that is not a calendar day.
var ErrDate = errors.New("not a date: want YYYY-MM-DD")

// Parse reads YYYY-MM-DD. The empty string is None without an error.
func Parse(s string) (Date, error) {
	if s == "" {
		return None, nil
	}
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return None, ErrDate
	}
	d := ParseCompact(s[0:4] + s[5:7] + s[8:10])
	if d == None {
		return None, ErrDate
	}
	return d, nil
}

// ParseCompact reads the eight digits YYYYMMDD; anything else is None.
func ParseCompact[T string | []byte](s T) Date {
	if len(s) != 8 {
		return None
	}
	n := 0
	for i := range 8 {
		c := s[i]
		if c < '0' || c > '9' {
			return None
		}
		n = n*10 + int(c-'0')
	}
	return Of(n/10000, time.Month(n/100%100), n%100)
}

// Time is the first instant of the day in UTC.
func (d Date) Time() time.Time {
	return time.Unix((int64(d)-unixEpoch)*86400, 0).UTC()
}

// YMD are the parts of the day; all zero for None.
func (d Date) YMD() (year int, month time.Month, day int) {
	if d == None {
		return 0, 0, 0
	}
	if d < None {
		return d.Time().Date()
	}
	// Neri and Schneider, "Euclidean affine functions and their application to calendar
	// algorithms" (2022): years begin in March, divisions are multiplications.
	n := 4*(uint32(d)+march1-1) + 3
	century := n / daysIn400Years
	p := 2939745 * uint64(n%daysIn400Years|3)
	ofYear := uint32(p) / 2939745 / 4
	m := 2141*ofYear + 197913
	year, month, day = int(100*century+uint32(p>>32)), time.Month(m>>16), int(m&0xffff/2141)+1
	if ofYear >= march1 {
		year, month = year+1, month-12
	}
	return year, month, day
}

const daysIn400Years = 146097

// String is YYYY-MM-DD, or "" for None.
func (d Date) String() string { return string(d.Append(nil)) }

// Append adds YYYY-MM-DD to b, or nothing for None.
func (d Date) Append(b []byte) []byte {
	if d == None {
		return b
	}
	y, m, day := d.YMD()
	digit := func(n int) byte { return byte('0' + n%10) }
	return append(b, digit(y/1000), digit(y/100), digit(y/10), digit(y), '-', digit(int(m)/10), digit(int(m)), '-', digit(day/10), digit(day))
}

// Compact is YYYYMMDD as HL7 writes a day (HL7 v2.5.1 chapter 2.A.22), or "".
func (d Date) Compact() string {
	if d == None {
		return ""
	}
	y, m, day := d.YMD()
	b := [8]byte{}
	put(b[0:4], y)
	put(b[4:6], int(m))
	put(b[6:8], day)
	return string(b[:])
}

func put(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// AddDays moves the day by n days.
func (d Date) AddDays(n int) Date { return d + Date(n) }

// MarshalText writes YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD or the empty text.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// IsZero reports the absent date, so that encoding/json's omitzero leaves it out.
func (d Date) IsZero() bool { return d == None }

func daysIn(year int, month time.Month) int {
	switch month {
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}
