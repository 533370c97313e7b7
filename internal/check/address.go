package check

import (
	"slices"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// addressRules are what can be wrong with an address (XAD) of one field.
type addressRules struct {
	street, city, state, zip, country                *Rule // missing
	cityInvalid, stateUnknown, zipInvalid, otherLand *Rule
}

var (
	patientAddress = addressFamily("PID-11", "the patient", 11,
		[9]string{"MQE0110", "MQE0094", "MQE0108", "MQE0113", "MQE0098", "MQE0093", "MQE0109", "MQE0112", "MQE0099"})
	kinAddress = addressFamily("NK1-4", "the next of kin", 4,
		[9]string{"MQE0075", "MQE0059", "MQE0073", "MQE0078", "MQE0063", "MQE0058", "MQE0074", "MQE0077", "MQE0064"})
)

// addressFamily makes the rules for the addresses of a field; the detections of
// AIRA are in the order of the rules.
func addressFamily(place, whose string, field int, aira [9]string) family {
	missing := func(component, name, detection string) *Rule {
		return &Rule{
			Name: place + component + " missing", Source: "AIRA " + detection, Severity: info,
			HL7: iis.CodeRequired, App: iis.AppRequiredMissing, on: vxu,
			Say: place + component + " (" + name + " of " + whose + ") is missing from an address that was sent; send it, so that letters arrive.",
		}
	}
	wrong := func(component, fault, name, detection, code, app, say string) *Rule {
		return &Rule{
			Name: place + component + " " + fault, Source: "AIRA " + detection, Severity: iis.Warning,
			HL7: code, App: app, on: vxu,
			Say: place + component + " (" + name + " of " + whose + ") " + say,
		}
	}
	a := &addressRules{
		street:  missing(".1", "street", aira[0]),
		city:    missing(".3", "city", aira[1]),
		state:   missing(".4", "state", aira[2]),
		zip:     missing(".5", "zip code", aira[3]),
		country: missing(".6", "country", aira[4]),
		cityInvalid: wrong(".3", "placeholder", "city", aira[5], iis.CodeApplication, iis.AppInvalidValue,
			"is a word that stands for a city that is not known; send the true city, or none."),
		stateUnknown: wrong(".4", "unknown", "state", aira[6], iis.CodeTable, iis.AppTable,
			"is not the postal code of a state; send its two letters, such as MI."),
		zipInvalid: wrong(".5", "invalid", "zip code", aira[7], iis.CodeType, iis.AppInvalidValue,
			"is not a zip code; send five digits, or nine."),
		otherLand: wrong(".6", "unknown", "country", aira[8], iis.CodeTable, iis.AppTable,
			"is not a code of ISO 3166; send its three letters, such as USA."),
	}
	return family{
		rules: []*Rule{a.street, a.city, a.state, a.zip, a.country, a.cityInvalid, a.stateUnknown, a.zipInvalid, a.otherLand},
		look: func(r *run, s hl7.Segment) {
			for n, rep := range s.Field(field).All() {
				if !blank(rep) {
					a.look(r, repetition{s, n, rep}, field)
				}
			}
		},
	}
}

var (
	states    = code("the table of states", "USPS-state")
	countries = code("ISO 3166", "country")
)

func (a *addressRules) look(r *run, rep repetition, field int) {
	var p [7]hl7.Value
	rep.Parts(p[:])
	tell := func(rule *Rule, component int) { r.tell(rule, rep.in.AtField(field, rep.number, component)) }
	home := isHome(p[5])
	if isPostal(p[6]) && !isBare(p[:6]) {
		a.gaps(&p, home, tell)
	}
	if w := wordOf(p[2]); w.isPlaceholder() || string(w.text()) == "ANYTOWN" {
		tell(a.cityInvalid, 3)
	}
	if !home {
		if !countries.ok(&r.view.Input, p[5]) {
			tell(a.otherLand, 6)
		}
		return
	}
	if !blank(p[3]) && !states.ok(&r.view.Input, p[3]) {
		tell(a.stateUnknown, 4)
	}
	if !blank(p[4]) && !isZip(leaf(p[4])) {
		tell(a.zipInvalid, 5)
	}
}

// gaps tells what an address lacks for a letter to arrive.
func (a *addressRules) gaps(p *[7]hl7.Value, home bool, tell func(*Rule, int)) {
	if blank(p[0]) {
		tell(a.street, 1)
	}
	if blank(p[2]) {
		tell(a.city, 3)
	}
	if home && blank(p[3]) {
		tell(a.state, 4)
	}
	if home && blank(p[4]) {
		tell(a.zip, 5)
	}
	if blank(p[5]) {
		tell(a.country, 6)
	}
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
	w := wordOf(country)
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
