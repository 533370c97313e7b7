package check

import (
	"bytes"

	"openiis/internal/fold"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/match"
)

// A name that nobody bears makes a record that is not found again and is never
// matched with the person's others.

var (
	placeholderName = Rule{
		Name: "PID-5 placeholder", Source: "AIRA MQE0140, MQE0165, MQE0173", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-5 (patient name) has a word that stands for an unknown name; send the true name, or leave that part empty.",
	}
	signsInName = Rule{
		Name: "PID-5 characters", Source: "AIRA MQE0140, MQE0165", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-5 (patient name) has digits or signs that names do not have; send the name alone.",
	}
	testName = Rule{
		Name: "PID-5 test patient", Source: "AIRA MQE0551", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "PID-5 (patient name) looks like that of a test patient; do not send test patients to production.",
	}
	markedName = Rule{
		Name: "PID-5.1 prefix", Source: "AIRA MQE0165", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-5.1 (family name) begins with ZZ, the mark of a record not to be used; do not send it, or send the name without the mark.",
	}
	newbornName = Rule{
		Name: "PID-5 newborn", Source: "AIRA MQE0172", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "PID-5 (patient name) looks like that of a newborn without a given name; send the given name when it is known.",
	}
	sameNames = Rule{
		Name: "PID-5 same names", Source: "AIRA MQE0140", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "PID-5 has the same family and given name; check that neither was copied from the other.",
	}
	initialInGiven = Rule{
		Name: "PID-5.2 with an initial", Source: "AIRA MQE0142", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-5.2 (given name) ends in a single letter, perhaps a middle initial; send that in PID-5.3.",
	}
	shortName = Rule{
		Name: "PID-5 single letter", Source: "AIRA MQE0140, MQE0165", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-5 (patient name) has a family or given name of a single letter; send the whole name.",
	}
	longName = Rule{
		Name: "PID-5 very long", Source: "AIRA, name unexpectedly long", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-5 (patient name) has a part of more than 50 characters; check that nothing else was put into it.",
	}
)

// longestName is more than a part of a name has.
const longestName = 50

var patientNames = family{
	rules: []*Rule{
		&placeholderName, &signsInName, &testName, &markedName, &newbornName, &sameNames, &initialInGiven, &shortName, &longName,
	},
	look: func(r *run, pid hl7.Segment) {
		for n, rep := range pid.Field(5).All() {
			var space [3]hl7.Value
			var words [3]word
			for i, v := range rep.Parts(space[:]) {
				words[i] = wordOf(v)
				if rule := wrongName(v, &words[i], i+1); rule != nil {
					r.tell(rule, pid.AtField(5, n, i+1))
				}
			}
			if rule, component := oddNames(&words[0], &words[1]); rule != nil {
				r.tell(rule, pid.AtField(5, n, component))
			}
		}
	},
}

// wrongName is what is wrong with a family (1), given (2) or middle name (3) by
// itself, or nil.
func wrongName(v hl7.Value, w *word, component int) *Rule {
	b := leaf(v)
	switch {
	case len(b) == 0 || v.IsNull():
		return nil
	case w.isPlaceholder():
		return &placeholderName
	case hasSigns(b):
		return &signsInName
	case len(b) > longestName:
		return &longName
	case component == 3:
		return nil
	case len(b) == 1:
		return &shortName
	case component == 1 && bytes.HasPrefix(w.text(), []byte("ZZ")):
		return &markedName
	case component == 2 && endsInInitial(w.text()) && !isNewborn(w.text()): // TWIN A
		return &initialInGiven
	}
	return nil
}

// oddNames is what is odd about family and given name together, or nil, and the
// component that it is about.
func oddNames(family, given *word) (rule *Rule, component int) {
	f, g := family.text(), given.text()
	switch {
	case len(f) == 0 || len(g) == 0:
		return nil, 0
	case isTest(f, g):
		return &testName, 0
	case isNewborn(g):
		return &newbornName, 2
	case len(f) > 1 && bytes.Equal(f, g) && !family.isPlaceholder():
		return &sameNames, 0
	}
	return nil, 0
}

// hasSigns reports what stands in no name: digits, signs other than those of
// spelling, and what turns the direction of text. Other text beyond ASCII is left
// alone, and so are escapes.
func hasSigns(b []byte) bool {
	for _, c := range b {
		if isSign[c] {
			return true
		}
	}
	return fold.Turns(b)
}

var isSign = func() (is [256]bool) {
	for _, c := range []byte("0123456789?*#@%$!<>=+;:_[]{}\"/") {
		is[c] = true
	}
	return is
}()

// endsInInitial reports two words of which the second is a letter, perhaps with
// a point.
func endsInInitial(b []byte) bool {
	first, last, two := bytes.Cut(bytes.TrimSuffix(b, []byte(".")), []byte(" "))
	return two && len(first) > 1 && len(last) == 1
}

// isTest reports names that people give to test patients.
func isTest(family, given []byte) bool {
	switch string(family) {
	case "TEST", "ZZTEST", "ZZZTEST", "TESTING", "TESTPATIENT", "TEST PATIENT", "DUMMY", "DO NOT USE", "DONOTUSE", "PATIENT TEST":
		return true
	case "MOUSE":
		return string(given) == "MICKEY" || string(given) == "MINNIE"
	case "DUCK":
		return string(given) == "DONALD" || string(given) == "DAISY"
	}
	switch string(given) {
	case "TEST", "ZZTEST", "TESTPATIENT", "TEST PATIENT", "DO NOT USE", "DONOTUSE":
		return true
	}
	return false
}

// isNewborn reports what stands for the given name of a child without one, also
// with more behind it (BABY BOY OF ADA): who is asked to look does no harm.
func isNewborn(given []byte) bool {
	return match.Default().IsUnnamed(string(given)) ||
		bytes.HasPrefix(given, []byte("BABY")) || bytes.HasPrefix(given, []byte("NEWBORN")) || bytes.HasPrefix(given, []byte("INFANT"))
}

// Other people's names help to find and tell apart; only what is no name at all
// is told.
var (
	patientMaiden = placeholders("PID-6", "mother's maiden name", "AIRA MQE0547, MQE0548", 6)
	kinNames      = placeholders("NK1-2", "name of the next of kin", "AIRA MQE0153, MQE0154, MQE0155", 2)
)

func placeholders(place, name, source string, field int) family {
	rule := Rule{
		Name: place + " placeholder", Source: source, Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: place + " (" + name + ") has a word that stands for an unknown name; send the true name, or leave that part empty.",
	}
	return family{
		rules: []*Rule{&rule},
		look: func(r *run, s hl7.Segment) {
			var space [2]hl7.Value
			for i, v := range s.Field(field).Parts(space[:]) {
				if w := wordOf(v); w.isPlaceholder() {
					r.tell(&rule, s.AtField(field, 1, i+1))
				}
			}
		},
	}
}
