package check

import "openiis/internal/iis"

var invalidSSN = rule[identifier]{
	Rule: Rule{
		Name: "PID-3.1 not a social security number", Source: "AIRA MQE0218", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue,
		Say: "PID-3.1 (social security number) is one that was never given out; send the true number, or none.",
	},
	check: func(r *run, id *identifier) {
		if id.kind == socialSecurity && !isSSN(id.text) {
			r.at(id.at())
		}
	},
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
