package check

import "openiis/internal/iis"

var noVaccine = rule[dose]{
	Rule: Rule{
		Name: "RXA-5 not a vaccine", Source: "AIRA MQE0246", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXA-5 is the code of an immune globulin, antitoxin, antibody or skin test; it is kept, and does not count as a dose of a vaccine.",
	},
	check: func(r *run, d *dose) {
		if isNoVaccine(d.vaccine.CVX) {
			r.at(d.rxa.AtField(5, 1, 1))
		}
	},
}
