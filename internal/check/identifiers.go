package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// A number that many patients share joins their records: worse than no number.
var (
	placeholderID = Rule{
		Name: "PID-3.1 placeholder", Source: "AIRA MQE0220", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-3.1 (patient identifier) is a placeholder that many patients may share; send the patient's own number.",
	}
	invalidSSN = Rule{
		Name: "PID-3.1 not a social security number", Source: "AIRA MQE0218", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-3.1 (social security number) is one that was never given out; send the true number, or none.",
	}
	invalidMedicaid = Rule{
		Name: "PID-3.1 not a Medicaid number", Source: "AIRA MQE0167", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue, on: vxu,
		Say: "PID-3.1 (Medicaid number) has no digits, or all digits are the same; send the true number, or none.",
	}
)

var patientIdentifiers = family{
	rules: []*Rule{&placeholderID, &invalidSSN, &invalidMedicaid},
	look: func(r *run, pid hl7.Segment) {
		for n, rep := range pid.Field(3).All() {
			var space [5]hl7.Value
			parts := rep.Parts(space[:])
			if len(parts) == 0 || blank(parts[0]) {
				continue
			}
			var typ []byte
			if len(parts) == 5 {
				typ = leaf(parts[4])
			}
			if rule := wrongID(parts[0], typ); rule != nil {
				r.tell(rule, pid.AtField(3, n, 1))
			}
		}
	},
}

// wrongID is what is wrong with an identifier of a type, or nil.
func wrongID(id hl7.Value, typ []byte) *Rule {
	w := wordOf(id)
	switch string(typ) {
	case "SS":
		if !isSSN(leaf(id)) {
			return &invalidSSN
		}
	case "MA", "MCD":
		if w.isPlaceholder() || isOneDigit(leaf(id)) {
			return &invalidMedicaid
		}
	default:
		if w.isPlaceholder() || (w.n > 1 && allZeros(leaf(id))) {
			return &placeholderID
		}
	}
	return nil
}

// isSSN reports a number that may be a social security number (SSA: no area
// 000, 666 or from 900, no group 00, no serial 0000), hyphens or not. The last
// four digits alone are let be.
func isSSN(b []byte) bool {
	var d [9]byte
	n := 0
	for _, c := range b {
		switch {
		case c == '-' || c == ' ':
		case c < '0' || c > '9' || n == len(d):
			return false
		default:
			d[n] = c
			n++
		}
	}
	if n == 4 {
		return true
	}
	area, group, serial := string(d[:3]), string(d[3:5]), string(d[5:])
	switch {
	case n != len(d), area == "000", area == "666", area[0] == '9', group == "00", serial == "0000":
		return false
	case string(d[:]) == "123456789", string(d[:]) == "078051120": // of examples and advertisements
		return false
	}
	return !isOneDigit(d[:])
}

// isOneDigit reports a number without a digit, or one digit over and over.
func isOneDigit(b []byte) bool {
	var only byte
	for _, c := range b {
		if c < '0' || c > '9' {
			continue
		}
		if only != 0 && c != only {
			return false
		}
		only = c
	}
	return only == 0 || len(b) > 1
}
