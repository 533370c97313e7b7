package check

import (
	"bytes"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
)

// fact is a set of what is so about a segment or its order group: what the
// guide's conditional usages depend on.
type fact uint16

const (
	given          fact = 1 << iota // a vaccine was given, wholly or in part, by anybody
	administered                    // … by the sender (RXA-9.1 = 00)
	refused                         // RXA-20 = RE
	notGiven                        // RXA-20 = RE or NA
	unsaid                          // a refusal that RXA-20 does not say
	measured                        // RXA-6 says how much was given
	active                          // a vaccine is named: RXA-5 is not 998
	numeric                         // OBX-2 = NM
	twin                            // PID-24 = Y
	hasPublicity                    // PD1-11 is sent
	hasProtection                   // PD1-12 is sent
	hasStatus                       // PD1-16 is sent
	hasLot                          // RXA-15 is sent
	hasEligibility                  // an OBX with 64994-7 is in the group
)

// order is one order group: ORC, RXA, RXR and the observations up to the next.
type order struct {
	first, end    int // its segments: from first up to, not including, end
	orc, rxa, rxr hl7.Segment
	// eligible and paid are the first OBX about eligibility and funding.
	eligible, paid hl7.Segment
	facts          fact
}

// ordersOf finds the order groups and the observations. An RXA that follows
// another without an ORC begins a group of its own.
func ordersOf(m *hl7.Message, out []order, obx []observation) ([]order, []observation) {
	for i := range m.Len() {
		s := m.Segment(i)
		last := len(out) - 1
		switch s.Name() {
		case "ORC":
			out = append(out, order{first: i, orc: s})
		case "RXA":
			if last < 0 || !out[last].rxa.IsZero() {
				out = append(out, order{first: i})
				last++
			}
			out[last].rxa = s
			out[last].facts |= aboutRXA(s)
		case "RXR":
			if last >= 0 && out[last].rxr.IsZero() {
				out[last].rxr = s
			}
		case "OBX":
			is := subjectOf(s)
			obx = append(obx, observation{s, is})
			if last >= 0 {
				out[last].observe(s, is)
			}
		}
		if n := len(out); n > 0 {
			out[n-1].end = i + 1
		}
	}
	return out, obx
}

// observe notes an observation of the group.
func (o *order) observe(obx hl7.Segment, is subject) {
	switch {
	case is&eligibility != 0:
		o.facts |= hasEligibility
		if o.eligible.IsZero() {
			o.eligible = obx
		}
	case is&funding != 0 && o.paid.IsZero():
		o.paid = obx
	}
}

// aboutRXA is what an RXA says about its group, as package iz reads it: an empty
// or unknown completion status (RXA-20) is a completed dose, unless a reason for
// a refusal stands beside an unknown amount.
func aboutRXA(rxa hl7.Segment) fact {
	var f fact
	status, amount, code := leaf(rxa.Field(20)), leaf(rxa.Field(6)), rxa.Field(5)
	_, source := sourceOf(rxa)
	here := says(source, "00") || says(source, "0")
	known := len(amount) > 0 && string(amount) != "999"
	if !says(code, codeset.NoVaccine) && !says(code.Comp(4), codeset.NoVaccine) {
		f |= active
	}
	switch {
	case bytes.EqualFold(status, []byte("RE")):
		f |= refused | notGiven
	case bytes.EqualFold(status, []byte("NA")):
		f |= notGiven
	case len(status) == 0 && !here && !known && !blank(rxa.Field(18)):
		f |= refused | unsaid
	case f&active != 0:
		f |= given
		if here {
			f |= administered
		}
		if known && !allZeros(amount) {
			f |= measured
		}
	}
	if !blank(rxa.Field(15)) {
		f |= hasLot
	}
	return f
}

// sourceOf is the repetition of RXA-9 that says who gave the dose, and its
// number: the first that has a code of table NIP001 or names that table, or else
// the first. The others are notes, and some senders write them first.
func sourceOf(rxa hl7.Segment) (int, hl7.Value) {
	v := rxa.Field(9)
	for n, rep := range v.All() {
		if says(rep.Comp(3), "NIP001") || isSource(leaf(rep)) {
			return n, rep
		}
	}
	return 1, v.Rep(1)
}

// isSource reports 00 to 08, also with one digit.
func isSource(b []byte) bool {
	if len(b) == 2 && b[0] == '0' {
		b = b[1:]
	}
	return len(b) == 1 && '0' <= b[0] && b[0] <= '8'
}
