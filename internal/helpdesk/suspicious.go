package helpdesk

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/match"
)

// Parts of a day that is written with its month.
const (
	month = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`
	year  = `(?:\d{4}|['’]?\d{2})`
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
	// A number by a word that says of whom: of a chart, a member, a policy.
	chart = regexp.MustCompile(`(?i)\b(?:(?:mrn|m\.r\.n\.?|medicaid|medicare|(?:medical record|chart|hospital)(?: ?(?:no|num|number|id))?)|(?:patient|member|student|insurance|policy|subscriber|certificate) ?(?:no|num|number|id|#))(?:[ .:#=-]|\bis\b|\bwas\b)*[a-z]{0,3}\d{3,}`)
	// A day as people write it, with its year.
	day = regexp.MustCompile(`(?i)\b(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{1,2} \d{1,2} \d{4}|(?:19|20)\d{2}[/. -]\d{1,2}[/. -]\d{1,2}|` +
		month + `[ -]*\d{1,2}(?:st|nd|rd|th)?[ ,-]+` + year + `|\d{1,2}(?:st|nd|rd|th)?[ .-]*(?:of )?` + month + `[ ,.-]*` + year + `)\b`)
	// Words that tell that a day is one of birth, and a month that does with them.
	birth      = regexp.MustCompile(`(?i)\b(?:born|birth ?date|date of birth|birthday|dob|d\.o\.b)\b`)
	birthMonth = regexp.MustCompile(`(?i)\b` + month + `,? ?(?:of )?(?:19|20)\d{2}\b`)
	// A word that may be of a name.
	word = regexp.MustCompile(`\p{L}[\p{L}'’-]*`)
	// A segment of a message that has a patient in it (HL7 v2.5.1, chapters 3 and 4).
	segment = regexp.MustCompile(`(?:^|\s)(?:PID|NK1|PD1|MSH|RXA|ORC)\|`)
	// The number of a record, a message or a file of this registry tells nothing.
	registryNumber = regexp.MustCompile(`\b[0-7][0-9A-HJKMNP-TV-Z]{12}\b`)
	// Numbers of digits alone are somebody else's.
	digits = regexp.MustCompile(`^\d+$`)
)

// notNames are words with a capital that are no names of people, besides the names of months: of
// days, places, pages of the registry, programs, vaccines, and words of messages.
var notNames = fold.Words(`January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday
	Saturday Sunday The This When After Before Since On In At From Until We I It My Our Your Please Hello Dear Thank Thanks Help Desk Upload File Users User
	Training Course Submissions Submission Message Messages Record Records Registry Department Public Health State Massachusetts Minnesota Mississippi
	MIIS MIIC MIIX Something Looks Wrong Newest Duplicates Notices Organizations Senders Reviews Alerts Audit Error Page Access Administrator Clinic Hospital
	Print Find Person New York United States Microsoft Internet Explorer Google Chrome Edge Firefox Safari Windows Excel Sign Out Your Account Test Patient
	North South East West Saint Street Avenue Road County Pediatrics Family Medicine Center Centre School Pharmacy Vaccine Vaccines Hepatitis Covid Tdap MMR
	Lot Lots Expires Expiry Exp Born Dob Birth Birthday Date Day For Of And Server System Batch Files Failed Failure Answer Answers Query Queries Login Password
	Pfizer Moderna Merck Sanofi Pasteur GlaxoSmithKline GSK Novavax Seqirus Comirnaty Spikevax Gardasil Prevnar Vaxneuvance Pediarix Pentacel Vaxelis Kinrix Quadracel
	Boostrix Adacel Infanrix Daptacel Havrix Vaqta Engerix Recombivax Heplisav Varivax ProQuad Priorix Shingrix Menveo MenQuadfi Menactra Bexsero Trumenba Penbraya
	Rotarix RotaTeq Fluzone Flucelvax Fluarix FluMist Afluria Fluad FluLaval Ipol ActHIB PedvaxHIB Twinrix Abrysvo Arexvy Beyfortus Tenivac`)

// everyday are words that are frequent names too: two of them in small letters are taken for words.
var everyday = fold.Words(`will mark may bill grant rose grace hope faith joy dawn guy art chase pat sue rob jack frank gene dale clay drew page long day white black brown
	green young king price wood hill small short best good case cook fox hall law lane little love mills park parks rice rich sharp stone waters weeks wells west wise
	church cross fields ford glass major marks miles pace reed english french german post power powers street rush walls banks barber baker carter porter shepherd
	max ray van an do so no lee in to`)

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
	add(chart.MatchString(text), "the number of a chart, a patient or a member")
	text = chart.ReplaceAllString(text, " ")
	days := day.FindAllStringIndex(text, -1)
	ofBirth := birth.MatchString(text) && (len(days) > 0 || birthMonth.MatchString(text))
	add(ofBirth, "a date of birth")
	add(!ofBirth && slices.ContainsFunc(days, func(at []int) bool { return nameNear(text, at) }), "a name beside a date")
	add(longNumber.MatchString(day.ReplaceAllString(text, " ")), "a number of six digits or more, such as that of a chart")
	return out
}

// near is how many bytes around a day a name is looked for.
const near = 60

// nameNear reports what looks like a name of a person near a day.
func nameNear(text string, at []int) bool {
	return named(strings.ToValidUTF8(text[max(0, at[0]-near):at[0]], "")) || named(strings.ToValidUTF8(text[at[1]:min(len(text), at[1]+near)], ""))
}

// named reports two words beside each other that look like a first and a family name in either order:
// with a blank, a comma or the letter of a middle name between them.
func named(text string) bool {
	last, end, beside, letter := "", 0, false, false
	for _, at := range word.FindAllStringIndex(text, -1) {
		w, gap := text[at[0]:at[1]], text[end:at[0]]
		end = at[1]
		if letter { // of a middle name, with its full stop
			gap = strings.TrimPrefix(gap, ".")
		}
		beside = beside && strings.Trim(strings.Replace(gap, ",", "", 1), " \t\r\n") == ""
		if letter = utf8.RuneCountInString(w) == 1; letter {
			continue
		}
		if beside && isName(last, w) {
			return true
		}
		last, beside = w, true
	}
	return false
}

// isName reports that two words look like a name: both with a capital, and neither of them one of
// those that are no names; or, however they are written, a frequent first and a frequent family name.
func isName(a, b string) bool {
	return looksNamed(a) && looksNamed(b) || frequent(a, b) || frequent(b, a)
}

// looksNamed reports a word that is written as a name is. In capitals alone a short one is more
// likely an abbreviation, unless it is a frequent name.
func looksNamed(w string) bool {
	runes := []rune(w)
	if len(runes) < 2 || !unicode.IsUpper(runes[0]) || isIn(notNames, w) {
		return false
	}
	if strings.ToUpper(w) != w || len(runes) >= 5 {
		return true
	}
	return match.Default().IsGiven(w) || match.Default().IsFamily(w)
}

// frequent reports a frequent first and a frequent family name, that are not both words of every day.
func frequent(given, family string) bool {
	r := match.Default()
	if isIn(everyday, given) && (isIn(everyday, family) || isIn(notNames, family)) {
		return false
	}
	return r.IsGiven(given) && r.IsFamily(family)
}

// isIn reports a word that is, without case and accents, one of a list; of several parts all are.
func isIn(list []string, w string) bool {
	for _, part := range fold.Words(w) {
		if !slices.Contains(list, part) {
			return false
		}
	}
	return true
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
