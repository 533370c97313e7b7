package chart

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Search is what someone wrote into the search box, one of:
//
//   - a name and a birth date or year in any order, each word of the name in
//     whole or its beginning ("marsh jun 4/5/2023", "2023 marsh"), the date as
//     Americans write one (4/5/23, 2023-04-05, April 5th, 2023, 5-Apr-2023);
//   - a registry number;
//   - another number of the person's, such as a medical record number;
//   - a telephone number.
type Search struct{ Text string }

// The limits of a search: more is a mistake, and each word costs look-ups.
const (
	maxSearchText  = 200 // bytes
	maxSearchWords = 6
)

// firstYear is the first year that is taken for a year of birth, so that
// 04052023 is not read as a day of the year 405.
const firstYear = 1850

// wanted is a search that was understood: one of a registry number, another
// number, or a name with a birth date or year.
type wanted struct {
	id     iis.PersonID
	number string
	name   store.ByName
}

// Number is the registry number that was written, when it is nothing else.
func (q Search) Number() (iis.PersonID, bool) {
	s := strings.TrimSpace(q.Text)
	if !strings.ContainsAny(s, "0123456789") { // a name of 13 letters is no number
		return 0, false
	}
	return iis.ParsePersonID(s)
}

// read understands the text, or says what to write instead (fault.Invalid). It
// never repeats the text.
func (q Search) read(today cal.Date) (wanted, error) {
	if len(q.Text) > maxSearchText {
		return wanted{}, fault.New(fault.Invalid, "That is too long. Write the name and the birth date only.")
	}
	if id, ok := q.Number(); ok {
		return wanted{id: id}, nil
	}
	if number, ok := q.otherNumber(); ok {
		return wanted{number: number}, nil
	}
	return q.readName(today)
}

// labels are what people write before a number.
var labels = []string{"mrn", "mr", "id", "no", "no.", "number", "#", "phone", "tel", "tel.", "telephone"}

// otherNumber is a text that is one number: of a telephone, after a label, or
// one word with digits that is no date.
func (q Search) otherNumber() (string, bool) {
	text := strings.TrimSpace(q.Text)
	if label, rest, ok := strings.Cut(text, " "); ok && slices.Contains(labels, strings.ToLower(strings.TrimSuffix(label, ":"))) {
		rest = strings.TrimSpace(rest)
		return rest, strings.ContainsAny(rest, "0123456789")
	}
	if strings.Trim(text, "0123456789 ()+-./") == "" && isTelephone(text) {
		return text, true
	}
	if localNumber.MatchString(text) {
		return text, true
	}
	if strings.ContainsFunc(text, unicode.IsSpace) || !strings.ContainsAny(text, "0123456789") {
		return "", false
	}
	if y, _, _ := inDigits(text); len(y) == 4 && !allDigits(text) {
		return "", false
	}
	return strings.TrimPrefix(text, "#"), true
}

// localNumber is a telephone number without its area code. Nobody is found by one, but
// it may be another number of somebody's.
var localNumber = regexp.MustCompile(`^[0-9]{3}[ .-]?[0-9]{4}$`)

// isTelephone reports as many digits as an American telephone number has.
func isTelephone(s string) bool {
	n := 0
	for _, r := range s {
		if '0' <= r && r <= '9' {
			n++
		}
	}
	return n == 10 || n == 11 && strings.HasPrefix(strings.TrimLeft(s, "+( "), "1")
}

// readName understands a name with a birth date or year.
func (q Search) readName(today cal.Date) (wanted, error) {
	said, err := readWords(strings.FieldsFunc(q.Text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == ',' || r == ';'
	}), today)
	if err != nil {
		return wanted{}, err
	}
	name := store.ByName{}
	for _, w := range said.words {
		name.Words = append(name.Words, fold.Words(w)...)
	}
	dates := len(said.dates) + len(said.years)
	switch {
	case len(name.Words) == 0 && dates == 0:
		return wanted{}, fault.New(fault.Invalid, "Write a name and a birth date, a telephone number, a medical record number, or a registry number.")
	case dates == 0:
		return wanted{}, fault.New(fault.Invalid, "A birth date is needed. Add it after the name, like 4/5/2023. The year alone will do.")
	case dates > 1:
		return wanted{}, fault.New(fault.Invalid, "There is more than one date. Write the birth date only.")
	case len(name.Words) == 0:
		return wanted{}, fault.New(fault.Invalid, "A name is needed. Write at least the beginning of one beside the birth date.")
	}
	name.Words = longest(name.Words)
	if len(said.dates) > 0 {
		name.Birth = said.dates[0]
		name.Year, _, _ = name.Birth.YMD()
	} else {
		name.Year = said.years[0]
	}
	thisYear, _, _ := today.YMD()
	switch {
	case name.Birth > today || name.Year > thisYear:
		return wanted{}, fault.New(fault.Invalid, "The birth date is in the future. Check the year.")
	case !name.CanScan():
		return wanted{}, fault.New(fault.Invalid, "Write three letters of a name or more beside a birth year, or the whole birth date, like mar 2023 or ma 4/5/2023.")
	}
	return wanted{name: name}, nil
}

// longest are the words of a long name that tell most, the longest, in their
// order: whoever has all the words has these.
func longest(words []string) []string {
	for len(words) > maxSearchWords {
		least := 0
		for i, w := range words {
			if len(w) <= len(words[least]) {
				least = i
			}
		}
		words = slices.Delete(words, least, least+1)
	}
	return words
}

// said is a text taken apart.
type said struct {
	words []string
	dates []cal.Date
	years []int
}

// dateLabels are what people write before a birth date, and are no names.
var dateLabels = []string{"dob", "d.o.b", "birthdate", "birthday"}

// readWords tells names from dates and years.
func readWords(tokens []string, today cal.Date) (said, error) {
	var out said
	for len(tokens) > 0 {
		d, used, err := readDate(tokens, today)
		switch {
		case err != nil:
			return said{}, err
		case used > 0:
			out.dates = append(out.dates, d)
			tokens = tokens[used:]
			continue
		case len(tokens[0]) == 4 && allDigits(tokens[0]) && number(tokens[0]) >= firstYear:
			out.years = append(out.years, number(tokens[0]))
		case slices.Contains(dateLabels, strings.ToLower(strings.TrimRight(tokens[0], ".:"))):
		case strings.ContainsAny(tokens[0], "0123456789"):
			return said{}, fault.New(fault.Invalid, "There is a number that is no birth date. Write the birth date like 4/5/2023 or 2023-04-05, with day, month and year, or the year alone. Write any other number, such as a telephone number, without a name.")
		default:
			out.words = append(out.words, tokens[0])
		}
		tokens = tokens[1:]
	}
	return out, nil
}

// readDate reads a date at the beginning of the tokens and says how many it
// took; none when there is no date.
func readDate(tokens []string, today cal.Date) (cal.Date, int, error) {
	y, m, d := "", "", ""
	used := 3
	if len(tokens) >= 3 {
		y, m, d = dateOf(tokens[0], tokens[1], tokens[2])
	}
	if len(y) != 4 { // 5 Lee 23 is a name with numbers
		y, m, d = inDigits(tokens[0])
		used = 1
	}
	if y == "" {
		return cal.None, 0, nil
	}
	day := cal.Of(fullYear(y, today), time.Month(number(m)), number(d))
	if day == cal.None || fullYear(y, today) < firstYear {
		return cal.None, 0, fault.New(fault.Invalid, "There is no such day. Write the birth date as month, day, year, like 4/5/2023.")
	}
	return day, used, nil
}

// fullYear is a year of which people may have written the last two digits only:
// the last such year that is not to come.
func fullYear(y string, today cal.Date) int {
	n := number(y)
	if len(y) != 2 {
		return n
	}
	this, _, _ := today.YMD()
	if n += this - this%100; n > this {
		n -= 100
	}
	return n
}

// inDigits takes a date apart that is one word: 2023-04-05 and 2023/4/5, the
// American 4/5/2023, 4-5-23 and 4.5.2023, 5-Apr-2023, and the eight digits
// 20230405 and 04052023.
func inDigits(s string) (y, m, d string) {
	if len(s) == 8 && allDigits(s) {
		if s[:4] >= strconv.Itoa(firstYear) && s[4:6] <= "12" {
			return s[:4], s[4:6], s[6:]
		}
		return s[4:], s[:2], s[2:4]
	}
	p := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	if len(p) != 3 {
		return "", "", ""
	}
	return dateOf(p[0], p[1], p[2])
}

// dateOf reads three words as a date: year, month and day as Americans order
// them, or the day first when the month is a word (April 5th 2023, 5 Apr 2023).
// It gives nothing for what is no date: April alone is a name.
func dateOf(a, b, c string) (y, m, d string) {
	if len(a) == 4 && allDigits(a) {
		y, m, d = a, b, c
	} else {
		y, m, d = c, a, b
		if monthNamed(b) != 0 {
			m, d = b, a
		}
	}
	if n := monthNamed(m); n != 0 {
		m = strconv.Itoa(int(n))
	}
	if len(d) > 2 {
		for _, ending := range []string{"st", "nd", "rd", "th"} {
			d = strings.TrimSuffix(strings.ToLower(d), ending)
		}
	}
	if !allDigits(y) || !allDigits(m) || !allDigits(d) || len(y) != 4 && len(y) != 2 || len(m) > 2 || len(d) > 2 {
		return "", "", ""
	}
	return y, m, d
}

func monthNamed(s string) time.Month {
	s = strings.TrimSuffix(s, ".")
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(s, m.String()) || strings.EqualFold(s, m.String()[:3]) {
			return m
		}
	}
	return 0
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// number is the value of a few digits; 0 for more than an int holds.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
