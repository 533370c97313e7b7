package helpdesk

import (
	"regexp"
	"slices"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/fold"
)

// What looks like a patient's data. It is not all that could be written: whoever reads
// the warning above the field is the first guard, and this the second.
var (
	// A social security number (NNN-NN-NNNN).
	socialSecurity = regexp.MustCompile(`\b\d{3}[- ]\d{2}[- ]\d{4}\b`)
	// A telephone number of ten digits as Americans write it.
	telephone = regexp.MustCompile(`(?:\+?1[ .-]?)?\(?\b\d{3}\)?[ .-]\d{3}[ .-]?\d{4}\b`)
	// Six digits and more are the number of a chart, of a member or of a telephone.
	longNumber = regexp.MustCompile(`\d{6,}`)
	// A day as people write it, with its year.
	day = regexp.MustCompile(`(?i)\b(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4}|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{4})\b`)
	// Words that tell that a day is one of birth.
	birth = regexp.MustCompile(`(?i)\b(?:born|birth ?date|date of birth|birthday|dob|d\.o\.b)\b`)
	// A first and a family name, or the other way round with a comma.
	name = regexp.MustCompile(`\b\p{Lu}[\p{Ll}'’-]+,? (?:\p{Lu}\.? )?\p{Lu}[\p{L}'’-]+`)
	// A segment of a message that has a patient in it (HL7 v2.5.1, chapters 3 and 4).
	segment = regexp.MustCompile(`(?:^|\s)(?:PID|NK1|PD1|MSH|RXA|ORC)\|`)
	// The number of a record, a message or a file of this registry tells nothing.
	registryNumber = regexp.MustCompile(`\b[0-7][0-9A-HJKMNP-TV-Z]{12}\b`)
	// Numbers of digits alone are somebody else's.
	digits = regexp.MustCompile(`^\d+$`)
)

// notNames are words with a capital that are no names of people.
var notNames = fold.Words(`January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday
	Saturday Sunday The This When After Before Since On In At From Until We I It My Our Your Please Hello Dear Thank Thanks Help Desk Upload File Users User
	Training Course Submissions Submission Message Messages Record Records Registry Department Public Health State Massachusetts Minnesota Mississippi
	MIIS MIIC MIIX Something Looks Wrong Newest Duplicates Notices Organizations Senders Reviews Alerts Audit Error Page Access Administrator Clinic Hospital
	Print Find Person New York United States Microsoft Internet Explorer Google Chrome Edge Firefox Safari Windows Excel Sign Out Your Account Test Patient
	North South East West Saint Street Avenue Road County Pediatrics Family Medicine Center Centre School Pharmacy Vaccine Vaccines Hepatitis Covid Tdap MMR`)

// Suspicious says in words what in a text looks like a patient's data; nothing when
// nothing does. It does not repeat what was written.
func Suspicious(text string) []string {
	var out []string
	add := func(found bool, what string) {
		if found {
			out = append(out, what)
		}
	}
	text = registryNumber.ReplaceAllStringFunc(text, func(number string) string {
		if digits.MatchString(number) {
			return number
		}
		return " "
	})
	add(socialSecurity.MatchString(text), "a social security number")
	text = socialSecurity.ReplaceAllString(text, " ")
	add(telephone.MatchString(text), "a telephone number")
	text = telephone.ReplaceAllString(text, " ")
	add(segment.MatchString(text), "a part of a message, which has a patient in it")
	days := day.FindAllStringIndex(text, -1)
	ofBirth := birth.MatchString(text) && len(days) > 0
	add(ofBirth, "a date of birth")
	add(!ofBirth && slices.ContainsFunc(days, func(at []int) bool { return nameNear(text, at) }), "a name beside a date")
	add(longNumber.MatchString(day.ReplaceAllString(text, " ")), "a number of six digits or more, such as that of a chart")
	return out
}

// near is how many bytes around a day a name is looked for.
const near = 60

// nameNear reports what looks like a name of a person near a day.
func nameNear(text string, at []int) bool {
	around := strings.ToValidUTF8(text[max(0, at[0]-near):at[0]], "") + " | " + strings.ToValidUTF8(text[at[1]:min(len(text), at[1]+near)], "")
	for _, found := range name.FindAllString(around, -1) {
		if !slices.ContainsFunc(fold.Words(found), func(w string) bool { return slices.Contains(notNames, w) }) {
			return true
		}
	}
	return false
}

// refuse is an error for a text in which something looks like a patient's data.
func refuse(text string) error {
	found := Suspicious(text)
	if len(found) == 0 {
		return nil
	}
	last := len(found) - 1
	what := found[last]
	if last > 0 {
		what = strings.Join(found[:last], ", ") + " and " + what
	}
	return fault.New(fault.Invalid, "What you wrote seems to have %s in it. Tickets are read by people who may not see patients: take it out, and give the record’s registry number in its own field instead. Nothing was sent.", what)
}
