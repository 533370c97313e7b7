package iz

import (
	"slices"
	"strings"

	"openiis/internal/codeset"
	"openiis/internal/fold"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// list is a list of vaccine codes.
type list int

const (
	noList  list = iota // none of ours, or none that has such a code
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
	own   bool // a code of the sender's own, or of a list that we do not have
	at    int  // its component: 1 or 4
}

// vaccine reads RXA-5, whose triplets hold a CVX code, an NDC or a CPT code in
// any order, and reports whether it names a vaccine. CVX wins, then what the NDC
// stands for, then the CPT code. A code that has the form of its list but is
// not in it is kept: lists grow, and ours may be late. So is one of a list that
// is none of the three: the dose was given, and somebody can find out what it was.
// What is kept so has no CVX code, and no forecast counts it.
func (r *reader) vaccine(rxa hl7.Segment, d *iis.Dose) bool {
	c := &d.Vaccine
	coded(rxa.Field(5), c)
	found := [2]named{r.name(c.Code, c.Text, c.System, rxa, 1), r.name(c.AltCode, c.AltText, c.AltSystem, rxa, 4)}
	cvx, ndc, cpt := pick(found, listCVX), pick(found, listNDC), pick(found, listCPT)
	if cvx == nil && ndc == nil && cpt == nil {
		return r.ownVaccine(rxa, found, c)
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

// ownVaccine reports an RXA-5 that has no code of ours, and whether it has one all
// the same. Words alone name no vaccine, nor does what cannot be a code of the list
// that it names: that is a slip, and the sender can mend it.
func (r *reader) ownVaccine(rxa hl7.Segment, found [2]named, c *iis.Coded) bool {
	switch {
	case found[0].own:
		r.find(ruleVaccineOwn, rxa.AtField(5, 1, 1))
	case found[1].own:
		r.find(ruleVaccineOwn, rxa.AtField(5, 1, 4))
	case c.Code == "" && c.AltCode == "":
		r.find(ruleVaccineMissing, rxa.AtField(5, 0, 0))
		return false
	default:
		r.find(ruleVaccineUnreadable, rxa.AtField(5, 0, 0))
		return false
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

// name finds out what a code is (identify), and reports one whose code system is
// missing or not its own.
func (r *reader) name(code, text, system string, rxa hl7.Segment, at int) named {
	n, clear := identify(r.codes, code, text, system)
	n.at = at
	if n.list != noList && !clear {
		r.find(ruleVaccineSystem, rxa.AtField(5, 1, at+2))
	}
	return n
}

// identify finds out what a code is: by its system, and by its shape when no system
// was sent or when the code cannot be one of that system but is known elsewhere.
// A code of another system is taken for what it looks like only when its text names
// that very vaccine: 03 may be anything in a list of the sender's own. clear tells
// that the system was the code's own.
func identify(t *codeset.Tables, code, text, system string) (n named, clear bool) {
	if code == "" {
		return named{}, true
	}
	code = strings.ToUpper(code)
	says, clear := listOf(system)
	looks := shapeOf(code)
	switch {
	case looks == noList:
		return named{own: says == noList || says == anyList}, true
	case says == noList:
		if n = lookUp(t, code, looks); n.known && isNameOf(t, n.cvx, text) {
			return n, false
		}
		return named{own: true}, true
	}
	n = lookUp(t, code, looks)
	if says != looks && says != anyList {
		if !n.known {
			return named{}, true
		}
		clear = false
	}
	return n, clear
}

// isNameOf reports a text that is CDC's name of a vaccine or the brand of one.
func isNameOf(t *codeset.Tables, cvx, text string) bool {
	v, ok := t.CVX(cvx)
	said := fold.Text(text)
	if !ok || said == "" {
		return false
	}
	isBrand := func(p codeset.TradeName) bool { return fold.Text(p.Name) == said }
	return fold.Text(v.Short) == said || fold.Text(v.Full) == said || slices.ContainsFunc(t.TradeNames(cvx, ""), isBrand)
}

// NamesVaccine reports an RXA-5 of which a code is in CVX, NDC or CPT, as it is read
// here.
func NamesVaccine(t *codeset.Tables, rxa5 hl7.Value) bool {
	var c iis.Coded
	coded(rxa5, &c)
	first, _ := identify(t, c.Code, c.Text, c.System)
	second, _ := identify(t, c.AltCode, c.AltText, c.AltSystem)
	return first.known || second.known
}

// lookUp finds a code of a list.
func lookUp(t *codeset.Tables, code string, in list) named {
	n := named{list: in, code: code}
	switch in {
	case listCVX:
		v, ok := t.CVX(code)
		n.known = ok
		if ok {
			n.code = v.CVX
		} else {
			n.code, _ = codeset.CanonicalCVX(code)
		}
		n.cvx = n.code
	case listNDC:
		p, ok := t.NDC(code)
		n.known, n.cvx = ok, p.CVX
		if ok {
			n.code = p.Code
		} else if full, ok := codeset.CanonicalNDC(code); ok {
			n.code = full
		}
	case listCPT:
		n.cvx, n.known = t.CPT(code)
		if !n.known {
			n.known = len(t.CPTChoices(code)) > 0
		}
	}
	return n
}
