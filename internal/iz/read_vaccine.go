package iz

import (
	"strings"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// list is a list of vaccine codes.
type list int

const (
	noList  list = iota // none of ours: a local code, a manufacturer
	anyList             // no system was sent: the code's shape decides
	listCVX
	listNDC
	listCPT
)

// listOf is the list that a code system names, in the spellings that senders
// use (HL7 table 0396 and before it; the identifiers of the HL7 registry).
// clear is false for a spelling of nobody's.
func listOf(system string) (named list, clear bool) {
	s := strings.ToUpper(system)
	switch s {
	case "":
		return anyList, false
	case "CVX", "HL70292", "0292", "C", "2.16.840.1.113883.12.292", "2.16.840.1.113883.6.59":
		return listCVX, true
	case "NDC", "NDC_USE", "NDC_SALE", "HL70549", "2.16.840.1.113883.6.69":
		return listNDC, true
	case "C4", "C5", "CPT", "CPT4", "CPT-4", "CPT5", "CPT-5", "2.16.840.1.113883.6.12":
		return listCPT, true
	}
	switch {
	case strings.Contains(s, "CVX"):
		return listCVX, false
	case strings.Contains(s, "NDC"):
		return listNDC, false
	case strings.Contains(s, "CPT"):
		return listCPT, false
	}
	return noList, true
}

// shapeOf is the list whose codes look like this one.
func shapeOf(code string) list {
	if _, ok := codeset.CanonicalNDC(code); ok {
		return listNDC
	}
	switch n := len(code); {
	case n <= 3 && allDigits(code) && strings.Trim(code, "0") != "":
		return listCVX
	case n == 10 && allDigits(code):
		return listNDC
	case n == 5 && allDigits(code[:4]) && (isDigit(code[4]) || ('A' <= code[4] && code[4] <= 'Z')):
		return listCPT // the letter: category II and III codes, vaccine administration
	}
	return noList
}

// named is one code found in RXA-5.
type named struct {
	list  list
	code  string // canonical where the code is known or its shape allows
	cvx   string // the vaccine it names; "" when that is not known
	known bool
	at    int // its component: 1 or 4
}

// vaccine reads RXA-5, whose triplets hold a CVX code, an NDC or a CPT code in
// any order, and reports whether it names a vaccine. CVX wins, then what the NDC
// stands for, then the CPT code. A code that has the form of its list but is
// not in it is kept: lists grow, and ours may be late.
func (r *reader) vaccine(rxa hl7.Segment, d *iis.Dose) bool {
	c := &d.Vaccine
	coded(rxa.Field(5), c)
	found := [2]named{r.name(c.Code, c.System, rxa, 1), r.name(c.AltCode, c.AltSystem, rxa, 4)}
	cvx, ndc, cpt := pick(found, listCVX), pick(found, listNDC), pick(found, listCPT)
	if cvx == nil && ndc == nil && cpt == nil {
		if c.Code == "" && c.AltCode == "" {
			r.find(ruleVaccineMissing, rxa.AtField(5, 0, 0))
		} else {
			r.find(ruleVaccineUnreadable, rxa.AtField(5, 0, 0))
		}
		return false
	}
	for _, n := range [...]*named{cvx, ndc, cpt} { // best first
		if n == nil {
			continue
		}
		switch n.list {
		case listCVX:
			d.CVX = n.code
		case listNDC:
			d.NDC = n.code
		case listCPT:
			d.CPT = n.code
		}
		if d.CVX == "" {
			d.CVX = n.cvx
		}
	}
	r.doubtCodes(rxa, found, d)
	if r.disagree(cvx, ndc) || twoVaccines(found) {
		r.find(ruleVaccineConflict, rxa.AtField(5, 0, 0))
	}
	return true
}

// doubtCodes reports codes that are in no list: a warning when the vaccine
// rests on it.
func (r *reader) doubtCodes(rxa hl7.Segment, found [2]named, d *iis.Dose) {
	_, known := r.codes.CVX(d.CVX)
	for _, n := range found {
		switch {
		case n.list == noList || n.known:
		case known:
			r.find(ruleSecondCodeUnknown, rxa.AtField(5, 1, n.at))
		default:
			r.find(ruleVaccineUnknown, rxa.AtField(5, 1, n.at))
		}
	}
}

// disagree reports a CVX code that is not what the NDC stands for, nor a less
// specific code of the same group.
func (r *reader) disagree(cvx, ndc *named) bool {
	if cvx == nil || ndc == nil || !cvx.known || !ndc.known {
		return false
	}
	p, _ := r.codes.NDC(ndc.code)
	for _, c := range p.CVXs {
		if c == cvx.code || (r.codes.Unspecified(cvx.code) && r.codes.SharesGroup(c, cvx.code)) {
			return false
		}
	}
	return len(p.CVXs) > 0
}

// twoVaccines reports two CVX codes that are not the same.
func twoVaccines(found [2]named) bool {
	a, b := &found[0], &found[1]
	return a.list == listCVX && b.list == listCVX && a.code != b.code
}

// pick is the code of a list among those found, a known one first; nil when
// there is none.
func pick(found [2]named, of list) *named {
	var best *named
	for i := range found {
		if n := &found[i]; n.list == of && (best == nil || (n.known && !best.known)) {
			best = n
		}
	}
	return best
}

// name finds out what a code is: by its system, and by its shape when no system
// was sent or when the code cannot be one of that system but is known elsewhere.
func (r *reader) name(code, system string, rxa hl7.Segment, at int) named {
	if code == "" {
		return named{}
	}
	code = strings.ToUpper(code)
	says, clear := listOf(system)
	looks := shapeOf(code)
	if says == noList || looks == noList {
		return named{}
	}
	n := r.lookUp(code, looks)
	n.at = at
	if says != looks && says != anyList {
		if !n.known {
			return named{}
		}
		clear = false
	}
	if !clear {
		r.find(ruleVaccineSystem, rxa.AtField(5, 1, at+2))
	}
	return n
}

// lookUp finds a code of a list.
func (r *reader) lookUp(code string, in list) named {
	n := named{list: in, code: code}
	switch in {
	case listCVX:
		v, ok := r.codes.CVX(code)
		n.known = ok
		if ok {
			n.code = v.CVX
		} else {
			n.code, _ = codeset.CanonicalCVX(code)
		}
		n.cvx = n.code
	case listNDC:
		p, ok := r.codes.NDC(code)
		n.known, n.cvx = ok, p.CVX
		if ok {
			n.code = p.Code
		} else if full, ok := codeset.CanonicalNDC(code); ok {
			n.code = full
		}
	case listCPT:
		n.cvx, n.known = r.codes.CPT(code)
		if !n.known {
			n.known = len(r.codes.CPTChoices(code)) > 0
		}
	}
	return n
}
