package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// What the guide demands is only the form. Whether what was sent can be true is
// data quality: the detections of AIRA's message quality evaluation (MQE) say
// what is worth asking, our own words and severities say what it means. A dose
// is stored whatever is found here, so all of it is W or I: W where somebody who
// knows the patient or the interface should look, I for facts and for what is
// merely absent.

// family is rules that look at one segment together.
type family struct {
	rules []*Rule
	look  func(r *run, s hl7.Segment)
}

// doseFamily is rules that look together at one order group with a dose in it.
type doseFamily struct {
	rules []*Rule
	look  func(r *run, d *dose)
}

// The families, in the order in which they look. Each is in the file named.
var (
	ofMSH = []family{
		headerTime, sendingFacility, // sent.go
	}
	ofPID = []family{
		patientNames,       // names.go
		patientMaiden,      // names.go
		patientIdentifiers, // identifiers.go
		birth,              // birth.go
		death,              // death.go
		patientAddress,     // address.go
		patientPhone,       // phone.go
		guardian,           // kin.go
	}
	ofPD1 = []family{
		protection, // protection.go
	}
	ofNK1 = []family{
		kinNames,    // names.go
		kinRelation, // kin.go
		kinAddress,  // address.go
		kinPhone,    // phone.go
	}
	ofPV1 = []family{
		visit, // visit.go
	}
	ofDose = []doseFamily{
		doseDates,    // dose_dates.go
		vaccineUse,   // vaccine_use.go
		vaccineCodes, // vaccine_code.go
		vaccineMaker, // maker.go
		lots,         // lot.go
		doseAmount,   // dose_amount.go
		routes,       // route.go
		doseSource,   // dose_source.go
		completion,   // completion.go
		repeats,      // repeated.go
		payment,      // funding.go
		providers,    // provider.go
	}
)

// familiesOf are those that look at a segment.
func familiesOf(s hl7.Segment) []family {
	switch s.Name() {
	case "MSH":
		return ofMSH
	case "PID":
		return ofPID
	case "PD1":
		return ofPD1
	case "NK1":
		return ofNK1
	case "PV1":
		return ofPV1
	}
	return nil
}

// segments lets the families of a vaccination message look at its segments.
func (r *run) segments() {
	if r.view.kind != vxu {
		return
	}
	m := r.view.Message
	for i := range m.Len() {
		s := m.Segment(i)
		of := familiesOf(s)
		for j := range of {
			of[j].look(r, s)
		}
	}
}

// dose is an order group with what was read from it.
type dose struct {
	*order
	*iis.Dose
}

// doses lets the families look at every dose that is not withdrawn. The order groups that reading
// found and ours are the same, but for those without an RXA or beyond a limit.
func (r *run) doses() {
	if r.view.VXU == nil {
		return
	}
	next, orders := 0, r.view.orders
	for i := range r.view.VXU.Orders {
		o := &r.view.VXU.Orders[i]
		if o.Where.Segment != "RXA" || o.Dose.Action == iis.Delete {
			continue
		}
		for next < len(orders) && orders[next].rxa.Seq() < o.Where.Sequence {
			next++
		}
		if next == len(orders) {
			return
		}
		r.dose = dose{&orders[next], &o.Dose}
		for j := range ofDose {
			ofDose[j].look(r, &r.dose)
		}
	}
}

// person is who was read, nobody when nothing was.
func (r *run) person() *iis.Person {
	if r.view.VXU == nil {
		return &nobody
	}
	return &r.view.VXU.Person
}

var nobody iis.Person
