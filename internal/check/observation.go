package check

import (
	"bytes"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// What OBX-5 must be depends on OBX-2 (its type) and OBX-3 (its table). A
// missing value is the field table's business.

// observation is an OBX and what it is about.
type observation struct {
	hl7.Segment
	is subject
}

// subject is a set of what the rules ask about an OBX: its LOINC code (OBX-3)
// and its data type (OBX-2).
type subject uint8

const (
	eligibility subject = 1 << iota // 64994-7, funding eligibility (IG 1.5, IZ-23)
	funding                         // 30963-3, funding source
	antigen                         // 30956-7, vaccine type
	statement                       // 69764-9, bar code of an information statement
	dated                           // OBX-2 is DT, TS or DTM
	counted                         // OBX-2 is NM or SI
)

func subjectOf(obx hl7.Segment) subject {
	var is subject
	switch string(leaf(obx.Field(3))) {
	case "64994-7":
		is = eligibility
	case "30963-3":
		is = funding
	case "30956-7":
		is = antigen
	case "69764-9":
		is = statement
	}
	switch string(leaf(obx.Field(2))) {
	case "DT", "TS", "DTM":
		is |= dated
	case "NM", "SI":
		is |= counted
	}
	return is
}

// observed checks the value, unless it is blank, of each OBX about a subject.
func observed(about subject, fine func(in *Input, value hl7.Value) bool) func(*view, func(iis.Where)) {
	return func(v *view, at func(iis.Where)) {
		for _, s := range v.obx {
			if s.is&about == 0 {
				continue
			}
			if value := s.Field(5).Rep(1); !blank(value) && !fine(&v.Input, value) {
				at(s.AtField(5, 1, 1))
			}
		}
	}
}

var unreadableDate = Rule{
	Name: "OBX-5 unreadable date", Source: "IG 1.5, OBX-5; HL7 v2.5.1, 2.A.22", Severity: iis.Warning,
	HL7: iis.CodeType, App: iis.AppInvalidDate, on: vxu,
	Say:   "OBX-5 (observation value) is not a date that can be read, as OBX-2 says it is; send YYYYMMDD.",
	check: observed(dated, day.ok),
}

var unreadableNumber = Rule{
	Name: "OBX-5 unreadable number", Source: "IG 1.5, OBX-5; HL7 v2.5.1, 2.A.47", Severity: iis.Warning,
	HL7: iis.CodeType, App: iis.AppInvalidValue, on: vxu,
	Say:   "OBX-5 (observation value) is not a number, as OBX-2 says it is; send digits, with a decimal point where needed.",
	check: observed(counted, number.ok),
}

// unknownEligibility takes a state's own codes in the form that the guide gives
// them: the code system is the beginning of the code (AKA01^…^AKA).
var unknownEligibility = Rule{
	Name: "OBX-5 unknown eligibility", Source: "IG 1.5, OBX-5; IZ-35", Severity: iis.Warning,
	HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
	Say: "OBX-5 (funding eligibility) has a code that table 0064 does not list; send a code from it, or a state's code with its code system.",
	check: observed(eligibility, func(in *Input, value hl7.Value) bool {
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
	check: observed(funding, fundings.ok),
}

var unknownAntigen = Rule{
	Name: "OBX-5 unknown vaccine", Source: "IG 1.5, OBX-5; IZ-37", Severity: iis.Warning,
	HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
	Say: "OBX-5 (vaccine type) has a code that CVX does not list; send a CVX code.",
	check: observed(antigen, func(in *Input, value hl7.Value) bool {
		return in.Codes == nil || inAnyTriplet(value, func(code []byte) bool {
			_, ok := in.Codes.CVX(string(code))
			return ok
		})
	}),
}

var unreadableVIS = Rule{
	Name: "OBX-5 unreadable statement", Source: "IG 1.5, OBX-5; IZ-36", Severity: iis.Warning,
	HL7: iis.CodeTable, App: iis.AppInvalidValue, on: vxu,
	Say: "OBX-5 (information statement) is not the 24 digits of its bar code; send them, or send 30956-7 with the date of publication.",
	check: observed(statement, func(_ *Input, value hl7.Value) bool {
		_, _, ok := codeset.ReadGDTI(string(leaf(value)))
		return ok
	}),
}

// unknownVIS: an edition newer than our list is read from the bar code itself.
var unknownVIS = Rule{
	Name: "OBX-5 unknown statement", Source: "IG 1.5, OBX-5; IZ-36", Severity: info,
	HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
	Say: "OBX-5 (information statement) is an edition that CDC's list does not have; check the bar code.",
	check: observed(statement, func(in *Input, value hl7.Value) bool {
		if in.Codes == nil {
			return true
		}
		_, ok := in.Codes.VIS(string(leaf(value)))
		return ok
	}),
}
