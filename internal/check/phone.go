package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// phone is a telephone number (XTN).
type phone struct {
	in         hl7.Segment
	field, rep int
	mail       bool // no telephone, an address of e-mail
	equipment  hl7.Value
	number     american // when it is told
	told       bool     // a number is sent that is not another country's
}

func (p *phone) at(component int) iis.Where { return p.in.AtField(p.field, p.rep, component) }

// lookAtPhones has every telephone of a field looked at.
func (r *run) lookAtPhones(s hl7.Segment, field int, rules list[phone]) {
	for n, rep := range s.Field(field).All() {
		if blank(rep) {
			continue
		}
		r.phone = phoneOf(rep)
		r.phone.in, r.phone.field, r.phone.rep = s, field, n
		rules.look(r, &r.phone)
	}
}

// phoneOf reads the components of an XTN.
func phoneOf(xtn hl7.Value) (p phone) {
	var parts [12]hl7.Value
	xtn.Parts(parts[:])
	p.mail, p.equipment = says(parts[1], "NET"), parts[2]
	text := parts[0] // in the old manner
	if blank(text) {
		text = parts[11]
	}
	abroad := !blank(parts[4]) && !says(parts[4], "1") && !says(parts[4], "+1") && !says(parts[4], "001")
	if p.mail || abroad || (blank(text) && blank(parts[6])) {
		return p
	}
	if blank(parts[6]) {
		if b := leaf(text); len(b) > 0 && b[0] == '+' && !(len(b) > 1 && b[1] == '1') {
			return p // another country
		}
		p.number.add(leaf(text))
	} else {
		p.number.add(leaf(parts[5]))
		p.number.add(leaf(parts[6]))
	}
	p.told = true
	return p
}

// isIncomplete reports too few digits.
func (p *phone) isIncomplete() bool {
	n := &p.number
	return p.told && !n.odd && n.len < len(n.digits)
}

// isInvalid reports what is no telephone number, and is not merely too short.
func (p *phone) isInvalid() bool {
	n := &p.number
	return p.told && !p.isIncomplete() && (n.odd || n.len > len(n.digits) || !n.assigned())
}

// american is a number of the North American numbering plan: area, exchange, line.
type american struct {
	digits [10]byte
	len    int  // of what was sent, without the 1 before it
	odd    bool // it has letters
}

// add takes the digits of text up to an extension.
func (n *american) add(text []byte) {
	for _, c := range text {
		switch {
		case c == 'x' || c == 'X':
			return
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			n.odd = true
		case c < '0' || c > '9' || (c == '1' && n.len == 0): // no area begins with 1
		default:
			if n.len < len(n.digits) {
				n.digits[n.len] = c
			}
			n.len++
		}
	}
}

// assigned reports a number that the plan allows: area and exchange begin with 2
// to 9, and the area is no service code (N11). No telephone has one digit only.
func (n *american) assigned() bool {
	d := &n.digits
	return d[0] >= '2' && d[3] >= '2' && !(d[1] == '1' && d[2] == '1') && string(d[:3]) != "999" && !isOneDigit(d[3:])
}
