package check

import "openiis/internal/hl7"

// What OBX-5 must be depends on OBX-2 (its type) and OBX-3 (its table).

// observation is an OBX and what it is about.
type observation struct {
	hl7.Segment
	is subject
}

// subject is a set of what the rules ask about an OBX: its LOINC code (OBX-3)
// and its data type (OBX-2).
type subject uint8

const (
	eligibility subject = 1 << iota // 64994-7, funding eligibility (IG 1.5, IZ-23)
	funding                         // 30963-3, funding source
	antigen                         // 30956-7, vaccine type
	statement                       // 69764-9, bar code of an information statement
	dated                           // OBX-2 is DT, TS or DTM
	counted                         // OBX-2 is NM or SI
)

func subjectOf(obx hl7.Segment) subject {
	var is subject
	switch string(leaf(obx.Field(3))) {
	case "64994-7":
		is = eligibility
	case "30963-3":
		is = funding
	case "30956-7":
		is = antigen
	case "69764-9":
		is = statement
	}
	switch string(leaf(obx.Field(2))) {
	case "DT", "TS", "DTM":
		is |= dated
	case "NM", "SI":
		is |= counted
	}
	return is
}

// observed tells the value, unless it is blank, of each OBX about a subject that
// is not fine. A missing value is told by the guide's table of OBX.
func (r *run) observed(about subject, fine func(in *Input, value hl7.Value) bool) {
	for _, s := range r.view.obx {
		if s.is&about == 0 {
			continue
		}
		if value := s.Field(5).Rep(1); !blank(value) && !fine(&r.view.Input, value) {
			r.at(s.AtField(5, 1, 1))
		}
	}
}

// eligibilities are the codes of funding eligibility.
var eligibilities = table("0064")
