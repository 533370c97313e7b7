package check

import (
	"slices"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// address is an address (XAD) of which something was sent.
type address struct {
	in                                hl7.Segment
	field, rep                        int
	street, city, state, zip, country hl7.Value
	home                              bool // in the United States
	postal                            bool // letters are sent there
}

func (a *address) at(component int) iis.Where { return a.in.AtField(a.field, a.rep, component) }

// lookAtAddresses has every address of a field looked at.
func (r *run) lookAtAddresses(s hl7.Segment, field int, rules list[address]) {
	for n, rep := range s.Field(field).All() {
		if blank(rep) {
			continue
		}
		var p [7]hl7.Value
		rep.Parts(p[:])
		r.address = address{
			in: s, field: field, rep: n,
			street: p[0], city: p[2], state: p[3], zip: p[4], country: p[5],
			home: isHome(p[5]), postal: isPostal(p[6]) && !isBare(p[:6]),
		}
		rules.look(r, &r.address)
	}
}

var (
	states    = code("the table of states", "USPS-state")
	countries = code("ISO 3166", "country")
)

// hasNoCity reports a word that stands for a city that is not known.
func (a *address) hasNoCity() bool {
	w := wordOf(leaf(a.city))
	return w.isPlaceholder() || string(w.text()) == "ANYTOWN"
}

// isPostal reports an address that letters are sent to, by its type: not a place
// of birth or origin, and not one known to be bad.
func isPostal(typ hl7.Value) bool {
	switch string(leaf(typ)) {
	case "BDL", "BR", "RH", "N", "F", "BA":
		return false
	}
	return true
}

// isBare reports an address of which nothing was sent but its type.
func isBare(parts []hl7.Value) bool {
	return !slices.ContainsFunc(parts, func(v hl7.Value) bool { return !blank(v) })
}

// isHome reports an address of the United States, which is also what an empty
// country means (IG 1.5, XAD.6).
func isHome(country hl7.Value) bool {
	if says(country, "USA") || blank(country) {
		return true // nearly always
	}
	w := wordOf(leaf(country))
	switch string(w.text()) {
	case "USA", "US", "UNITED STATES", "UNITED STATES OF AMERICA":
		return true
	}
	return false
}

// isZip reports five or nine digits that are a zip code.
func isZip(b []byte) bool {
	if len(b) == 10 && b[5] == '-' {
		return isZip(b[:5]) && allDigits(b[6:])
	}
	if (len(b) != 5 && len(b) != 9) || !allDigits(b) {
		return false
	}
	return string(b[:5]) != "00000" && string(b[:5]) != "99999"
}
