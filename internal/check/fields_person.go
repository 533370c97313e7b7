package check

import "openiis/internal/hl7"

// belongsInPID3 says that an identifier in a field of older versions was read
// all the same.
const belongsInPID3 = "is not used by the guide; it was read, but send it in PID-3 with its type"

var pidTable = compile(segmentTable{name: "PID", on: vxu, facts: aboutPID}, rowsOf(
	[]field{
		{at: "1", name: "set id", usage: required, want: constant("1"), miss: info, off: info, where: "IZ-46"},
		{at: "2", name: "patient id", usage: notUsed, say: belongsInPID3},
		{at: "3", name: "patient identifiers", usage: required},
		{at: "3.1", name: "patient identifier", usage: required, many: true},
		{at: "3.4", name: "authority of the patient identifier", usage: required, many: true, miss: info},
		{at: "3.5", name: "type of the patient identifier", usage: required, many: true, want: idType},
		{at: "4", name: "alternate patient id", usage: notUsed},
		{at: "5", name: "patient name", usage: required},
	},
	xpn("5", "the patient"),
	[]field{
		{at: "6.1", name: "mother's maiden family name", usage: required},
		{at: "6.7", name: "type of the mother's maiden name", usage: required, want: constant("M"), miss: info, off: info, where: "IZ-66"},
		{at: "7", name: "date of birth", usage: required, want: day, where: "IZ-TS_NZ"},
		{at: "8", name: "sex", usage: required, want: table("0001")},
		{at: "9", name: "patient alias", usage: notUsed},
		{at: "10", name: "race", usage: mayBeEmpty, many: true, want: code("the race table CDCREC", "CDCREC-race", "0005")},
	},
	xad("11", "the patient"),
	[]field{
		{at: "12", name: "county code", usage: notUsed},
	},
	xtn("13", "the patient"),
	[]field{
		{at: "19", name: "social security number", usage: notUsed, say: belongsInPID3},
		{at: "20", name: "driver's license number", usage: notUsed},
		{at: "21", name: "mother's identifier", usage: notUsed},
		{at: "22", name: "ethnic group", usage: mayBeEmpty, want: code("the ethnicity table CDCREC", "CDCREC-ethnicity", "0189")},
		{at: "24", name: "multiple birth", usage: mayBeEmpty, want: table("0136")},
		{at: "25", name: "birth order", usage: knownIf, when: condition{twin, "when PID-24 is Y"}, want: positive},
		// C(RE/X) in the guide: without PID-30 Y the rule PID-30 contradicts PID-29 speaks, and once is enough.
		{at: "29", name: "time of death", usage: mayBeEmpty, want: day},
		{at: "30", name: "death indicator", usage: mayBeEmpty, want: table("0136")},
	},
))

func aboutPID(s hl7.Segment) fact {
	var f fact
	if says(s.Field(24), "Y") {
		f |= twin
	}
	return f
}

var pd1Table = compile(segmentTable{name: "PD1", on: vxu, facts: aboutPD1}, []field{
	{at: "4", name: "primary care provider", usage: notUsed},
	{at: "11", name: "publicity code", usage: mayBeEmpty, want: table("0215")},
	{at: "12", name: "protection indicator", usage: mayBeEmpty, want: table("0136")},
	{at: "13", name: "date of the protection indicator", usage: knownIfOnly, when: condition{hasProtection, "when PD1-12 is sent"}, want: day},
	{at: "16", name: "registry status", usage: mayBeEmpty, want: table("0441")},
	{at: "17", name: "date of the registry status", usage: knownIfOnly, when: condition{hasStatus, "when PD1-16 is sent"}, want: day, where: "IZ-DT_D"},
	{at: "18", name: "date of the publicity code", usage: knownIfOnly, when: condition{hasPublicity, "when PD1-11 is sent"}, want: day, where: "IZ-DT_D"},
})

func aboutPD1(s hl7.Segment) fact {
	var f fact
	if !blank(s.Field(11)) {
		f |= hasPublicity
	}
	if !blank(s.Field(12)) {
		f |= hasProtection
	}
	if !blank(s.Field(16)) {
		f |= hasStatus
	}
	return f
}

var nk1Table = compile(segmentTable{name: "NK1", on: vxu}, rowsOf(
	[]field{
		{at: "1", name: "set id", usage: required, want: positive, miss: info, off: info},
		{at: "2", name: "name of the next of kin", usage: required},
	},
	xpn("2", "the next of kin"),
	[]field{
		{at: "3", name: "relationship", usage: required, want: table("0063")},
	},
	xad("4", "the next of kin"),
	xtn("5", "the next of kin"),
))
