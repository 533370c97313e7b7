package flat

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
)

// order is in which order the numbers of a day stand that has no month by name:
// 4/5/2024 is April 5 or May 4.
type order int

const (
	monthFirst order = iota // as Americans write
	dayFirst
	mixed // some can only be the one, some only the other
)

var (
	slashed = regexp.MustCompile(`^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})$`)
	iso     = regexp.MustCompile(`^(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})$`)
	named   = regexp.MustCompile(`^(\d{1,2})[ \-/.]*([A-Za-z]{3,9})\.?[ \-/.,]*(\d{4}|\d{2})$`)
	named2  = regexp.MustCompile(`^([A-Za-z]{3,9})\.?[ \-/.]*(\d{1,2})(?:st|nd|rd|th)?[ \-/.,]+(\d{4}|\d{2})$`)
	clock   = regexp.MustCompile(`(?i)[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AP]\.?M\.?)?\s*(Z|UTC|[+\-]\d{2}:?\d{2})?$`)
	serial  = regexp.MustCompile(`^\d{5}(\.\d+)?$`)
	month   = regexp.MustCompile(`^(\d{1,2})[/\-](\d{4}|\d{2})$`)
	monthN  = regexp.MustCompile(`^([A-Za-z]{3,9})[ \-/.]*(\d{4}|\d{2})$`)
)

// orderOf tells the order of a column from all of its days: one in twenty may be
// mistaken. seen counts days that leave it open, and those that tell.
func orderOf(cells []string) (o order, told, open int) {
	first, second := 0, 0
	for _, c := range cells {
		m := slashed.FindStringSubmatch(withoutClock(c))
		if m == nil {
			continue
		}
		a, b := number(m[1]), number(m[2])
		switch {
		case a > 12 && b <= 12:
			second++
		case b > 12 && a <= 12:
			first++
		case a != b:
			open++
		}
	}
	told = first + second
	switch {
	case second > 0 && second*20 >= told && first*20 >= told && first > 0:
		return mixed, told, open
	case second > first:
		return dayFirst, told, open
	}
	return monthFirst, told, open
}

// dates reads the days of one column.
type dates struct {
	order   order
	sheet   bool
	era1904 bool
	today   cal.Date
	birth   bool // a year of two digits may be of either century
}

// Why a day was not read, in words that follow the name of its column.
const (
	dateUnreadable = "is no date that can be read. Write month/day/year, as 4/30/2025."
	dateCentury    = "has a year of two digits, which may be of either century. Write the year with four digits."
	dateMixed      = "may be read in two ways, and other rows of the column have both orders. Write year-month-day, as 2025-04-30."
	dateImpossible = "is a day that there is not."
)

// read reads a day; say is why it cannot be.
func (d dates) read(cell string) (day cal.Date, say string) {
	c := withoutClock(cell)
	if m := iso.FindStringSubmatch(c); m != nil {
		return possible(number(m[1]), number(m[2]), number(m[3]))
	}
	if m := slashed.FindStringSubmatch(c); m != nil {
		return d.slashed(number(m[1]), number(m[2]), m[3])
	}
	if m := named.FindStringSubmatch(c); m != nil {
		return d.dated(m[3], monthNamed(m[2]), number(m[1]))
	}
	if m := named2.FindStringSubmatch(c); m != nil {
		return d.dated(m[3], monthNamed(m[1]), number(m[2]))
	}
	if len(c) == 8 && allDigits(c) {
		return eightDigits(c)
	}
	if serial.MatchString(c) {
		return d.serial(c)
	}
	return cal.None, dateUnreadable
}

// slashed reads numbers whose order the column tells.
func (d dates) slashed(a, b int, year string) (cal.Date, string) {
	switch {
	case a > 12:
		return d.dated(year, b, a)
	case b > 12 || a == b || d.order == monthFirst:
		return d.dated(year, a, b)
	case d.order == mixed:
		return cal.None, dateMixed
	}
	return d.dated(year, b, a)
}

func (d dates) dated(year string, month, day int) (cal.Date, string) {
	y := number(year)
	if len(year) == 2 {
		now, _, _ := d.today.YMD()
		switch century := now / 100 * 100; {
		case d.birth && century+y <= now:
			return cal.None, dateCentury
		case d.birth || century+y > now+20: // a vial may expire in some years
			y += century - 100
		default:
			y += century
		}
	}
	return possible(y, month, day)
}

// serial is a day as spreadsheets count them: day 60 of their count, February 29 of
// 1900, never was.
func (d dates) serial(c string) (cal.Date, string) {
	whole, _, _ := strings.Cut(c, ".")
	n := number(whole)
	base := cal.Of(1899, time.December, 30)
	if d.era1904 {
		base = cal.Of(1904, time.January, 1)
	}
	if n < 3653 || n > 73050 { // 1910 to 2099
		return cal.None, dateUnreadable
	}
	return base.AddDays(n), ""
}

// expiration reads a day or a month, whose last day counts.
func (d dates) expiration(cell string) (day cal.Date, isMonth bool, say string) {
	if day, say = d.read(cell); say == "" {
		return day, false, ""
	}
	year, mon := "", 0
	if m := month.FindStringSubmatch(cell); m != nil {
		year, mon = m[2], number(m[1])
	} else if m := monthN.FindStringSubmatch(cell); m != nil {
		year, mon = m[2], monthNamed(m[1])
	} else if len(cell) == 7 && cell[4] == '-' {
		year, mon = cell[:4], number(cell[5:])
	}
	if year == "" || mon < 1 || mon > 12 {
		return cal.None, false, say
	}
	first, say := d.dated(year, mon, 1)
	if say != "" {
		return cal.None, false, say
	}
	return first.AddMonths(1).AddDays(-1), true, ""
}

func possible(y, m, d int) (cal.Date, string) {
	if m < 1 || m > 12 || d < 1 || d > 31 || y < 1850 || y > 2199 {
		return cal.None, dateImpossible
	}
	day := cal.ParseCompact(pad(y, 4) + pad(m, 2) + pad(d, 2))
	if day == cal.None {
		return cal.None, dateImpossible
	}
	return day, ""
}

// eightDigits is YYYYMMDD, or else MMDDYYYY.
func eightDigits(c string) (cal.Date, string) {
	if day, say := possible(number(c[:4]), number(c[4:6]), number(c[6:])); say == "" {
		return day, ""
	}
	if day, say := possible(number(c[4:]), number(c[:2]), number(c[2:4])); say == "" {
		return day, ""
	}
	return cal.None, dateUnreadable
}

func withoutClock(c string) string {
	return strings.TrimSpace(clock.ReplaceAllString(strings.TrimSpace(c), ""))
}

// monthNamed is a month by its English name or the beginning of it; 0 for none.
func monthNamed(s string) int {
	s = strings.ToLower(s)
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); strings.HasPrefix(name, s) || s == "sept" && m == time.September {
			return int(m)
		}
	}
	return 0
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func pad(n, width int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
