package steward

import (
	"encoding/json"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/match"
)

// Judgement is how alike two descriptions are, in words.
type Judgement struct {
	Outcome match.Outcome
	Bits    float64
	Reasons []match.Reason // what speaks for and against; none when that is not known
	Guards  []string       // why the registry does not join them by itself, in words
	// Profile and Version say by what it was judged; empty when that is not known.
	Profile, Version string
	Flag             string       // the word of the user who said that the two are one
	Rival            iis.PersonID // another who came too near for a match; 0: nobody
	byNumber         bool         // a sender's own number led to the other
}

// Likely says in words what the bits come to: 0 are even odds, and each one more
// doubles them.
func (j Judgement) Likely() string {
	switch {
	case j.Bits >= 12:
		return "Very likely one person"
	case j.Bits >= 6:
		return "Likely one person"
	case j.Bits >= 2:
		return "More likely one person than two"
	case j.Bits > -2:
		return "About as likely one person as two"
	}
	return "More likely two people"
}

// ByNumber reports that a sender's own number for its patient led to the other.
func (j Judgement) ByNumber() bool {
	if j.byNumber {
		return true
	}
	for _, r := range j.Reasons {
		if r.Field == match.OwnNumber {
			return true
		}
	}
	return false
}

// kept is what is kept with a pair of the queue: a match.Verdict, a user's word
// (record.Flagged), or what the rules before the weights wrote, who called its
// levels Why. Names are read whatever their case.
type kept struct {
	Profile string
	Weights string // their version
	Rule    string // match.OwnNumber, another rule, or the profile
	Bits    float64
	Levels  []match.Step
	Why     []match.Step
	Guards  []string
	Rival   iis.PersonID
	Say     string // a user's own words
}

// read reads what is kept with a pair. What cannot be read is left out: the
// record is judged anew anyway.
func read(rules *match.Rules, text json.RawMessage) Judgement {
	var k kept
	if json.Unmarshal(text, &k) != nil {
		return Judgement{}
	}
	out := Judgement{Outcome: match.Possible, Bits: k.Bits, Profile: k.Profile, Guards: guardWords(k.Guards), Flag: k.Say}
	out.Version, out.byNumber = k.Weights, k.Rule == match.OwnNumber
	out.Rival = k.Rival
	for _, s := range append(k.Levels, k.Why...) {
		out.Reasons = append(out.Reasons, match.Reason{Field: s.Field, Level: s.Level, Bits: s.Bits, Says: says(rules, s)})
	}
	return out
}

// says is the sentence of a level.
func says(rules *match.Rules, s match.Step) string {
	if s.Field == match.OwnNumber {
		return "The sender’s own number for its patient leads to both."
	}
	if say := rules.Say(s); say != "" {
		return say
	}
	return "The " + s.Field + ": " + s.Level + "."
}

// guardSentences say what stands against joining two records without anyone's
// looking. The names are those of the files of matching/.
var guardSentences = map[string]string{
	"given name":         "The given names are not the same.",
	"near given name":    "The given names are only nearly the same, as the names of twins may be, and little else agrees but what twins share.",
	"middle name":        "The middle names are written out and differ: two of a family may share their first name.",
	"birth date":         "The birth dates are not the same.",
	"numbers":            "They have different numbers that a person keeps for life.",
	"sex":                "The sexes are different.",
	"suffix":             "The suffixes of the names (Jr., III) are different, as those of father and son are.",
	"birth order":        "The birth orders are different, as those of twins are.",
	"twins":              "One is a twin or other multiple birth, and the given names are different.",
	"near twins":         "One is a twin or other multiple birth, and the given names are only nearly the same.",
	"namesake":           "Little but name, birth date and sex agrees: it may be a namesake.",
	"family name":        "The family names are different.",
	"stranger":           "Nothing but given name, birth date and sex agrees: it may be a stranger.",
	"a generation apart": "They are born as far apart as parent and child, who may have one name.",
	"placeholder":        "A given name only stands for one that was not known, as BABY BOY does.",
	"given name exact":   "The given names are not exactly the same.",
	"family name exact":  "The family names are not exactly the same.",
	"birth date exact":   "The birth dates are not exactly the same.",
	"home":               "Neither an address nor a telephone number agrees.",

	"family name or number": "The family names are not the same, and no number that a person keeps for life agrees.",
	"home or number":        "Neither an address nor a telephone number agrees, and no number that a person keeps for life.",

	"another number of the same facility": "One facility has two numbers for them, as for two of its patients.",
	"another child under one number":      "One number came with what is said of two children.",
}

func guardWords(names []string) []string {
	out := make([]string, 0, len(names))
	for _, n := range names {
		s, ok := guardSentences[n]
		if !ok {
			s = sentence(n)
		}
		out = append(out, s)
	}
	return out
}

// sentence gives words a capital letter and a period.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
