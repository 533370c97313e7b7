package check

import (
	"bytes"

	"openiis/internal/hl7"
	"openiis/internal/iis"
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
		Name: "PID-5 newborn", Source: "AIRA MQE0172", Severity: info,
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
			parts := rep.Parts(space[:])
			for i, v := range parts {
				if !blank(v) {
					r.partOfName(v, pid.AtField(5, n, i+1))
				}
			}
			if len(parts) > 1 {
				r.wholeName(parts[0], parts[1], pid.AtField(5, n, 0))
			}
		}
	},
}

// partOfName looks at a family, given or middle name by itself.
func (r *run) partOfName(v hl7.Value, at iis.Where) {
	b, w := leaf(v), wordOf(v)
	switch {
	case w.isPlaceholder() && (at.Component < 3 || w.n > 1):
		r.tell(&placeholderName, at)
	case hasSigns(b):
		r.tell(&signsInName, at)
	case len(b) > longestName:
		r.tell(&longName, at)
	case at.Component == 3:
	case len(b) == 1:
		r.tell(&shortName, at)
	case at.Component == 1 && bytes.HasPrefix(w.text(), []byte("ZZ")):
		r.tell(&markedName, at)
	case at.Component == 2 && endsInInitial(w.text()):
		r.tell(&initialInGiven, at)
	}
}

// wholeName looks at family and given name together.
func (r *run) wholeName(family, given hl7.Value, at iis.Where) {
	f, g := wordOf(family), wordOf(given)
	if f.n == 0 || g.n == 0 {
		return
	}
	within := func(component int) iis.Where {
		at.Component = component
		return at
	}
	switch {
	case isTest(f.text(), g.text()):
		r.tell(&testName, at)
	case isNewborn(g.text()):
		r.tell(&newbornName, within(2))
	case f.n > 1 && bytes.Equal(f.text(), g.text()) && !f.isPlaceholder():
		r.tell(&sameNames, at)
	}
}

// hasSigns reports what stands in no name: digits, and signs other than those of
// spelling. Text beyond ASCII is left alone, and so are escapes.
func hasSigns(b []byte) bool { return bytes.IndexFunc(b, isSign) >= 0 }

func isSign(c rune) bool {
	switch c {
	case '?', '*', '#', '@', '%', '$', '!', '<', '>', '=', '+', ';', ':', '_', '[', ']', '{', '}', '"', '/':
		return true
	}
	return '0' <= c && c <= '9'
}

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

// isNewborn reports what stands for the given name of a child without one.
func isNewborn(given []byte) bool {
	if bytes.HasPrefix(given, []byte("BABY")) || bytes.HasPrefix(given, []byte("NEWBORN")) || bytes.HasPrefix(given, []byte("INFANT")) {
		return true
	}
	switch string(given) {
	case "BOY", "GIRL", "BB", "BG", "BOY A", "BOY B", "GIRL A", "GIRL B", "BOYA", "BOYB", "GIRLA", "GIRLB",
		"TWIN A", "TWIN B", "MALE", "FEMALE", "TWINA", "TWINB":
		return true
	}
	return false
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
