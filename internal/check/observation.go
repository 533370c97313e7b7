package check

import (
	"bytes"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// What OBX-5 must be depends on OBX-2 (its type) and OBX-3 (its table). A
// missing value is the field table's business.

// observed checks the value, unless it is blank, of each OBX that a rule applies
// to.
func observed(applies func(obx hl7.Segment) bool, fine func(in *Input, value hl7.Value) bool) func(*view, func(iis.Where)) {
	return func(v *view, at func(iis.Where)) {
		for _, s := range v.obx {
			if !applies(s) {
				continue
			}
			if value := s.Field(5).Rep(1); !blank(value) && !fine(&v.Input, value) {
				at(s.AtField(5, 1, 1))
			}
		}
	}
}

// under applies to observations with a LOINC code, ofType to those of one of the
// given data types.
func under(loinc string) func(hl7.Segment) bool {
	return func(obx hl7.Segment) bool { return says(obx.Field(3), loinc) }
}

func ofType(types ...string) func(hl7.Segment) bool {
	return func(obx hl7.Segment) bool {
		sent := obx.Field(2)
		for _, t := range types {
			if says(sent, t) {
				return true
			}
		}
		return false
	}
}

var unreadableDate = Rule{
	Name: "OBX-5 unreadable date", Source: "IG 1.5, OBX-5; HL7 v2.5.1, 2.A.22", Severity: iis.Warning,
	HL7: iis.CodeType, App: iis.AppInvalidDate, on: vxu,
	Say:   "OBX-5 (observation value) is not a date that can be read, as OBX-2 says it is; send YYYYMMDD.",
	check: observed(ofType("DT", "TS", "DTM"), day.ok),
}

var unreadableNumber = Rule{
	Name: "OBX-5 unreadable number", Source: "IG 1.5, OBX-5; HL7 v2.5.1, 2.A.47", Severity: iis.Warning,
	HL7: iis.CodeType, App: iis.AppInvalidValue, on: vxu,
	Say:   "OBX-5 (observation value) is not a number, as OBX-2 says it is; send digits, with a decimal point where needed.",
	check: observed(ofType("NM", "SI"), number.ok),
}

// unknownEligibility takes a state's own codes in the form that the guide gives
// them: the code system is the beginning of the code (AKA01^…^AKA).
var unknownEligibility = Rule{
	Name: "OBX-5 unknown eligibility", Source: "IG 1.5, OBX-5; IZ-35", Severity: iis.Warning,
	HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
	Say: "OBX-5 (funding eligibility) has a code that table 0064 does not list; send a code from it, or a state's code with its code system.",
	check: observed(under(eligibilityCode), func(in *Input, value hl7.Value) bool {
		return eligibilities.ok(in, value) || isLocal(leaf(value), leaf(value.Comp(3)))
	}),
}

var (
	eligibilities = table("0064")
	fundings      = code("the table of funding sources", codeset.TableFunding)
)

// isLocal reports a state's own code: letters that name the state, and digits.
func isLocal(code, system []byte) bool {
	if len(system) < 2 || len(code) <= len(system) || !bytes.HasPrefix(code, system) {
		return false
	}
	for _, c := range system {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return allDigits(code[len(system):])
}

var unknownFunding = Rule{
	Name: "OBX-5 unknown funding source", Source: "IG 1.5, OBX-3 30963-3", Severity: iis.Warning,
	HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
	Say:   "OBX-5 (funding source) has a code that the guide's table does not list; send PHC70, VXC50, VXC51 or VXC52.",
	check: observed(under("30963-3"), fundings.ok),
}

var unknownAntigen = Rule{
	Name: "OBX-5 unknown vaccine", Source: "IG 1.5, OBX-5; IZ-37", Severity: iis.Warning,
	HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
	Say: "OBX-5 (vaccine type) has a code that CVX does not list; send a CVX code.",
	check: observed(under("30956-7"), func(in *Input, value hl7.Value) bool {
		return in.Codes == nil || inAnyTriplet(value, func(code []byte) bool {
			_, ok := in.Codes.CVX(string(code))
			return ok
		})
	}),
}

// visCode is the LOINC code of the bar code of an information statement.
const visCode = "69764-9"

var unreadableVIS = Rule{
	Name: "OBX-5 unreadable statement", Source: "IG 1.5, OBX-5; IZ-36", Severity: iis.Warning,
	HL7: iis.CodeTable, App: iis.AppInvalidValue, on: vxu,
	Say: "OBX-5 (information statement) is not the 24 digits of its bar code; send them, or send 30956-7 with the date of publication.",
	check: observed(under(visCode), func(_ *Input, value hl7.Value) bool {
		_, _, ok := codeset.ReadGDTI(string(leaf(value)))
		return ok
	}),
}

// unknownVIS: an edition newer than our list is read from the bar code itself.
var unknownVIS = Rule{
	Name: "OBX-5 unknown statement", Source: "IG 1.5, OBX-5; IZ-36", Severity: info,
	HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
	Say: "OBX-5 (information statement) is an edition that CDC's list does not have; check the bar code.",
	check: observed(under(visCode), func(in *Input, value hl7.Value) bool {
		if in.Codes == nil {
			return true
		}
		_, ok := in.Codes.VIS(string(leaf(value)))
		return ok
	}),
}
