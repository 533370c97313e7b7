package check

import "openiis/internal/iis"

var patientEquipmentMissing = rule[phone]{
	Rule: Rule{
		Name: "PID-13.3 missing", Source: "AIRA MQE0461", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-13.3 (equipment of the telephone of the patient) is missing; send PH, or CP for one that takes text messages.",
	},
	check: func(r *run, p *phone) {
		if !p.mail && blank(p.equipment) {
			r.at(p.at(3))
		}
	},
}
