package check

import (
	"openiis/internal/codeset"
	"openiis/internal/hl7"
)

var (
	whenGiven        = condition{given, "for a dose that was given (RXA-20 CP, PA or empty)"}
	whenAdministered = condition{administered, "for a dose that the sender gave (RXA-9 is 00)"}
	whenMeasured     = condition{measured, "when RXA-6 says how much was given"}
	whenRefused      = condition{refused, "for a refusal (RXA-20 is RE)"}
	whenActive       = condition{active, "unless RXA-5 is 998"}
	whenNumeric      = condition{numeric, "when OBX-2 is NM"}
)

// ORC-3 is the key by which a dose is updated and deleted. Without it we make
// one from what was given and when, which is a W: a correction of those two
// would arrive as another dose.
var orcTable = compile(segmentTable{name: "ORC", on: vxu}, rowsOf(
	[]field{
		{at: "1", name: "order control", usage: required, want: constant("RE"), miss: info, off: info, where: "IZ-25"},
		{at: "3", name: "filler order number", usage: required},
	},
	ei("3", "filler order number"),
	[]field{
		{at: "7", name: "quantity and timing", usage: notUsed},
	},
	xcn("10", "who entered it"),
	[]field{
		{at: "12", name: "ordering provider", usage: knownIf, when: whenAdministered},
	},
	xcn("12", "the ordering provider"),
))

// RXA-21 is required, but its absence has an evident reading (add), and so have
// the two counters that are constants: info. RXA-9 and RXA-18 are held to
// the rest by rules of their own (rxa_9_….go, rxa_18_….go), RXA-5 by rxa_5_unknown.go. A
// unit beside the amount 999 is not used by the guide and does no harm.
var rxaTable = compile(segmentTable{name: "RXA", on: vxu}, rowsOf(
	[]field{
		{at: "1", name: "sub-id counter", usage: required, want: constant("0"), miss: info, off: info, where: "IZ-28"},
		{at: "2", name: "administration counter", usage: required, want: constant("1"), miss: info, off: info, where: "IZ-29"},
		{at: "3", name: "date given", usage: required, want: day, where: "IZ-TS_NZ"},
		{at: "5", name: "vaccine", usage: required},
		{at: "5.1", name: "vaccine code", usage: required},
		{at: "5.3", name: "code system of the vaccine", usage: required, miss: info, off: info,
			want: oneOf("CVX or NDC", "CVX", "NDC", "HL70292", "C4", "CPT", "L")},
		{at: "6", name: "amount", usage: required, want: number},
		{at: "7", name: "unit of the amount", usage: requiredIf, when: whenMeasured, off: info,
			want: code("UCUM", codeset.TableUnit, codeset.TableOldUnit)},
		{at: "9", name: "source of the information", usage: requiredIf, when: whenGiven, where: "IZ-31"},
		{at: "10", name: "administering provider", usage: knownIf, when: whenAdministered},
	},
	xcn("10", "the administering provider"),
	[]field{
		{at: "11", name: "where it was given", usage: knownIf, when: whenAdministered},
		{at: "11.4", name: "facility where it was given", usage: required, miss: info},
		{at: "15", name: "lot number", usage: requiredIf, when: whenAdministered},
		{at: "16", name: "expiration date", usage: knownIf, when: condition{hasLot, "when RXA-15 is sent"}, want: month},
		{at: "17", name: "manufacturer", usage: requiredIf, when: whenAdministered, want: maker},
		{at: "18", name: "reason of the refusal", usage: requiredIf, when: whenRefused, many: true, want: table("NIP002")},
		{at: "20", name: "completion status", usage: mayBeEmpty, want: table("0322")},
		{at: "21", name: "action code", usage: requiredIf, when: whenActive, want: table("0323"), miss: info},
		{at: "22", name: "time of entry", usage: optional, want: day},
	},
))

var rxrTable = compile(segmentTable{name: "RXR", on: vxu}, []field{
	{at: "1", name: "route", usage: required, want: code("the NCIT route table", codeset.TableRoute, codeset.TableOldRoute)},
	{at: "2", name: "body site", usage: mayBeEmpty, want: code("table 0163", codeset.TableSite)},
})

// OBX-3 outside NIP003 is kept as sent and not used: info. The value itself,
// OBX-5, is held to its type and table by obx_5_….go.
var obxTable = compile(segmentTable{name: "OBX", on: vxu, facts: aboutOBX}, []field{
	{at: "1", name: "set id", usage: required, want: positive, miss: info, off: info},
	{at: "2", name: "value type", usage: required, want: table("0125")},
	{at: "3", name: "observation", usage: required, off: info, want: code("table NIP003", codeset.TableObserved)},
	{at: "4", name: "sub-id that groups observations", usage: required, want: positive, off: info, where: "IZ-44"},
	{at: "5", name: "observation value", usage: required},
	{at: "6", name: "unit", usage: requiredIf, when: whenNumeric, miss: info},
	{at: "11", name: "result status", usage: required, want: constant("F"), miss: info, off: info, where: "IZ-22"},
	{at: "14", name: "date of the observation", usage: mayBeEmpty, want: day, where: "IZ-TS_NZ"},
	{at: "17", name: "observation method", usage: mayBeEmpty, off: info, want: code("the eligibility method table", "eligibility-method")},
	{at: "20", name: "reserved field", usage: notUsed},
	{at: "21", name: "reserved field", usage: notUsed},
	{at: "22", name: "reserved field", usage: notUsed},
})

func aboutOBX(s hl7.Segment) fact {
	if says(s.Field(2), "NM") {
		return numeric
	}
	return 0
}

var nteTable = compile(segmentTable{name: "NTE", on: vxu}, []field{
	{at: "3", name: "comment", usage: required, miss: info},
})
