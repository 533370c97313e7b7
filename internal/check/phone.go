package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// phoneRules are what can be wrong with a telephone number (XTN) of one field.
type phoneRules struct{ incomplete, invalid, equipment *Rule }

var (
	patientPhone = phoneFamily("PID-13", "the patient", 13, "MQE0174", "MQE0175", "MQE0461")
	kinPhone     = phoneFamily("NK1-5", "the next of kin", 5, "MQE0082", "MQE0083", "MQE0461")
)

func phoneFamily(place, whose string, field int, incomplete, invalid, equipment string) family {
	p := &phoneRules{
		incomplete: &Rule{
			Name: place + " incomplete", Source: "AIRA " + incomplete, Severity: iis.Warning,
			HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
			Say: place + " (telephone of " + whose + ") has fewer than ten digits; send the area code in component 6 and seven digits in 7.",
		},
		invalid: &Rule{
			Name: place + " invalid", Source: "AIRA " + invalid, Severity: iis.Warning,
			HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
			Say: place + " (telephone of " + whose + ") is not a number of the North American plan; correct it, or send the country in component 5.",
		},
		equipment: &Rule{
			Name: place + ".3 missing", Source: "AIRA " + equipment, Severity: info,
			HL7: iis.CodeRequired, App: iis.AppRequiredMissing, on: vxu,
			Say: place + ".3 (equipment of the telephone of " + whose + ") is missing; send PH, or CP for one that takes text messages.",
		},
	}
	return family{
		rules: []*Rule{p.incomplete, p.invalid, p.equipment},
		look: func(r *run, s hl7.Segment) {
			for n, rep := range s.Field(field).All() {
				if blank(rep) {
					continue
				}
				var parts [12]hl7.Value
				rep.Parts(parts[:])
				if rule := p.fault(&parts); rule != nil {
					r.tell(rule, s.AtField(field, n, 0))
				}
				if blank(parts[2]) && !says(parts[1], "NET") {
					r.tell(p.equipment, s.AtField(field, n, 3))
				}
			}
		},
	}
}

// fault is what is wrong with the number in the components of an XTN, or nil.
func (p *phoneRules) fault(parts *[12]hl7.Value) *Rule {
	text := parts[0] // in the old manner
	if blank(text) {
		text = parts[11]
	}
	abroad := !blank(parts[4]) && !says(parts[4], "1") && !says(parts[4], "+1") && !says(parts[4], "001")
	if says(parts[1], "NET") || abroad || (blank(text) && blank(parts[6])) {
		return nil
	}
	var n phone
	if blank(parts[6]) {
		if b := leaf(text); b[0] == '+' && !(len(b) > 1 && b[1] == '1') {
			return nil // another country
		}
		n.add(leaf(text))
	} else {
		n.add(leaf(parts[5]))
		n.add(leaf(parts[6]))
	}
	switch {
	case n.odd || n.len > len(n.digits):
		return p.invalid
	case n.len < len(n.digits):
		return p.incomplete
	case !n.assigned():
		return p.invalid
	}
	return nil
}

// phone is a number of the North American numbering plan: area, exchange, line.
type phone struct {
	digits [10]byte
	len    int  // of what was sent, without the 1 before it
	odd    bool // it has letters
}

// add takes the digits of text up to an extension.
func (p *phone) add(text []byte) {
	for _, c := range text {
		switch {
		case c == 'x' || c == 'X':
			return
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			p.odd = true
		case c < '0' || c > '9' || (c == '1' && p.len == 0): // no area begins with 1
		default:
			if p.len < len(p.digits) {
				p.digits[p.len] = c
			}
			p.len++
		}
	}
}

// assigned reports a number that the plan allows: area and exchange begin with 2
// to 9, and the area is no service code (N11). No telephone has one digit only.
func (p *phone) assigned() bool {
	d := &p.digits
	return d[0] >= '2' && d[3] >= '2' && !(d[1] == '1' && d[2] == '1') && string(d[:3]) != "999" && !isOneDigit(d[3:])
}
