package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// segments has the rules about single segments look at those of a vaccination
// message. What several rules need of a segment is read once, into the run.
func (r *run) segments() {
	if r.view.kind != vxu {
		return
	}
	m := r.view.Message
	for i := range m.Len() {
		r.segment = m.Segment(i)
		switch r.segment.Name() {
		case "MSH":
			ofMSH.look(r, &r.segment)
		case "PID":
			r.lookAtPatient(r.segment)
		case "PD1":
			ofPD1.look(r, &r.segment)
		case "NK1":
			r.lookAtKin(r.segment)
		case "PV1":
			ofPV1.look(r, &r.segment)
		}
	}
}

// patient is a PID and who was read from it.
type patient struct {
	pid hl7.Segment
	*iis.Person
}

// isFirst reports the PID that was read: a second one is nobody's.
func (p *patient) isFirst() bool { return p.pid.Seq() <= 1 }

func (r *run) lookAtPatient(pid hl7.Segment) {
	r.lookAtNames(pid, 5)
	r.lookAtNameParts(pid, 6, ofMaidenPart)
	r.lookAtIdentifiers(pid, 3)
	r.patient = patient{pid, r.person()}
	ofPatient.look(r, &r.patient)
	r.lookAtAddresses(pid, 11, ofPatientAddress)
	r.lookAtPhones(pid, 13, ofPatientPhone)
	ofGuardian.look(r, &r.patient)
}

func (r *run) lookAtKin(nk1 hl7.Segment) {
	r.lookAtNameParts(nk1, 2, ofKinPart)
	ofNK1.look(r, &r.segment)
	r.lookAtAddresses(nk1, 4, ofKinAddress)
	r.lookAtPhones(nk1, 5, ofKinPhone)
}

// person is who was read, nobody when nothing was.
func (r *run) person() *iis.Person {
	if r.view.VXU == nil {
		return &nobody
	}
	return &r.view.VXU.Person
}

var nobody iis.Person

// ageOfMajority in months: whoever is younger has somebody who answers for them.
const ageOfMajority = 18 * 12

// isMinor reports a patient whom somebody else answers for.
func (r *run) isMinor() bool {
	born := r.person().Birth
	return !born.IsZero() && r.view.today < born.AddMonths(ageOfMajority)
}
