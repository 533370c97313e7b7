package cal

import (
	"strings"
	"time"
)

// Order is in which order the numbers of a day stand whose month is no word and
// whose year stands last: 4/5/2024 is April 5 or May 4. The zero Order is not
// known: such a day is Unclear, unless its numbers leave no choice.
type Order int

// The orders.
const (
	NotTold Order = iota
	MonthFirst
	DayFirst
)

// Unread is why a written day was not read.
type Unread string

// Why a day was not read, in words that follow the name of its column.
const (
	Readable   Unread = ""
	NoDate     Unread = "is no date that can be read"
	NoSuchDay  Unread = "is a day that there is not"
	Unclear    Unread = "may be read in two ways: month first or day first"
	NoCentury  Unread = "has a year of two digits, which may be of either century"
	earliestOf        = 1850
	latestOf          = 2199
)

// ReadWritten reads a day as people and systems write it: 2024-04-30, 20240430,
// 4/30/2024, 30.4.2024, 30-APR-2024, April 30, 2024, each with or without a time
// of day behind it. A day that may be two days is not read.
func ReadWritten(s string, order Order) (Date, Unread) {
	s = strings.TrimSpace(s)
	if len(s) == len("2024-04-30") && s[4] == '-' && s[7] == '-' { // nearly all
		return possible(number(s[:4]), number(s[5:7]), number(s[8:]))
	}
	parts, ok := partsOf(s)
	if !ok {
		return None, NoDate
	}
	if len(parts) == 1 && len(parts[0]) == len("20240430") {
		return eightDigits(parts[0], order)
	}
	if len(parts) != 3 {
		return None, NoDate
	}
	return threeParts(parts, order)
}

// OrderTold is the order that one written day tells, for those that do not; NotTold
// when it tells none.
func OrderTold(s string) Order {
	if len(s) < len("1/13/2024") || len(s) > 4 && s[4] == '-' {
		return NotTold
	}
	parts, ok := partsOf(strings.TrimSpace(s))
	if !ok || len(parts) != 3 || len(parts[2]) != 4 || number(parts[0]) < 1 || number(parts[1]) < 1 {
		return NotTold
	}
	switch a, b := number(parts[0]), number(parts[1]); {
	case a > 12 && a <= 31 && b <= 12:
		return DayFirst
	case b > 12 && b <= 31 && a <= 12:
		return MonthFirst
	}
	return NotTold
}

// threeParts reads a day of three parts.
func threeParts(p []string, order Order) (Date, Unread) {
	if len(p[0]) == 4 && number(p[0]) > 0 {
		return possible(number(p[0]), monthOrNumber(p[1]), number(p[2]))
	}
	year := number(p[2])
	switch {
	case year < 0 || len(p[2]) != 4 && len(p[2]) != 2:
		return None, NoDate
	case len(p[2]) == 2:
		return None, NoCentury
	}
	if m := monthNamed(p[1]); m > 0 {
		return possible(year, m, number(p[0]))
	}
	if m := monthNamed(p[0]); m > 0 {
		return possible(year, m, number(p[1]))
	}
	a, b := number(p[0]), number(p[1])
	switch {
	case a < 0 || b < 0:
		return None, NoDate
	case a > 12 && b > 12:
		return None, NoSuchDay
	case a > 12:
		return possible(year, b, a)
	case b > 12 || a == b || order == MonthFirst:
		return possible(year, a, b)
	case order == DayFirst:
		return possible(year, b, a)
	}
	return None, Unclear
}

// ReadWrittenMonth reads a month: 2025-04, 04/2025, APR 2025. It gives the first
// day.
func ReadWrittenMonth(s string) (Date, bool) {
	parts, ok := partsOf(strings.TrimSpace(s))
	if !ok || len(parts) != 2 {
		return None, false
	}
	if len(parts[0]) != 4 || number(parts[0]) < 0 {
		parts[0], parts[1] = parts[1], parts[0]
	}
	if len(parts[0]) != 4 {
		return None, false
	}
	day, why := possible(number(parts[0]), monthOrNumber(parts[1]), 1)
	return day, why == Readable
}

// partsOf cuts a written day at blanks, slashes, points, hyphens and commas, and
// between letters and digits; a time of day at its end is passed over.
func partsOf(s string) (parts []string, ok bool) {
	if i := strings.IndexByte(s, ':'); i > 0 { // the time of day begins at the last blank or T before
		for i--; i > 0 && '0' <= s[i] && s[i] <= '9'; i-- {
		}
		if i == 0 || s[i] != ' ' && s[i] != 'T' {
			return nil, false
		}
		s = strings.TrimSpace(s[:i])
	}
	for len(s) > 0 && len(parts) < 4 {
		n := run(s)
		if n == 0 {
			if !strings.ContainsRune(" /.-,", rune(s[0])) {
				return nil, false
			}
			s = s[1:]
			continue
		}
		if w := strings.ToLower(s[:n]); len(parts) == 0 || w != "st" && w != "nd" && w != "rd" && w != "th" {
			parts = append(parts, s[:n])
		}
		s = s[n:]
	}
	return parts, s == "" && len(parts) > 0
}

// run is how many digits, or how many letters, s begins with.
func run(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n > 0 {
		return n
	}
	for n < len(s) && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// eightDigits reads YYYYMMDD, or else eight digits with the year last.
func eightDigits(s string, order Order) (Date, Unread) {
	n := number(s)
	if n < 0 {
		return None, NoDate
	}
	if n/10000 >= earliestOf { // no month and day look like that
		return possible(n/10000, n/100%100, n%100)
	}
	return threeParts([]string{s[:2], s[2:4], s[4:]}, order)
}

func possible(y, m, d int) (Date, Unread) {
	if y < 0 || m < 0 || d < 0 {
		return None, NoDate
	}
	if y < earliestOf || y > latestOf || m < 1 || m > 12 || d < 1 || d > daysIn(y, time.Month(m)) {
		return None, NoSuchDay
	}
	return Of(y, time.Month(m), d), Readable
}

// number is a number of up to eight digits; -1 for what is none.
func number(s string) int {
	if s == "" || len(s) > 8 {
		return -1
	}
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

func monthOrNumber(s string) int {
	if m := monthNamed(s); m > 0 {
		return m
	}
	return number(s)
}

// monthNamed is a month by its English name or the beginning of it; 0 for none.
func monthNamed(s string) int {
	if len(s) < 3 {
		return 0
	}
	s = strings.ToLower(s)
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), s) || s == "sept" && m == time.September {
			return int(m)
		}
	}
	return 0
}
