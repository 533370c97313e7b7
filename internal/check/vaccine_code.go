package check

import (
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

var (
	vaccineUnknown = Rule{
		Name: "RXA-5 is 999", Source: "AIRA MQE0249", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-5 (vaccine) is 999, unknown, which counts for nothing; send the code of the vaccine, or of its kind.",
	}
	unspecified = Rule{
		Name: "RXA-5 not specific", Source: "AIRA MQE0245", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-5 names a kind of vaccine although the sender gave the dose; send the code of the product, and its NDC.",
	}
	neverUsed = Rule{
		Name: "RXA-5 never in use", Source: "AIRA MQE0561", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-5 (vaccine) has a code of a product that was never sold; send the code of the vaccine given.",
	}
	foreign = Rule{
		Name: "RXA-5 not used in the US", Source: "AIRA MQE0491", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-5 (vaccine) is not used in the United States although the sender gave the dose; send the code of the vaccine given, or RXA-9 01.",
	}
	noVaccine = Rule{
		Name: "RXA-5 not a vaccine", Source: "AIRA MQE0246", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "RXA-5 is the code of an immune globulin, antitoxin, antibody or skin test; it is kept, and does not count as a dose of a vaccine.",
	}
	cptDisagrees = Rule{
		Name: "RXA-5 CPT disagrees", Source: "AIRA MQE0310", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-5 has a CVX code and a CPT code of different vaccines and the CVX code was used; correct whichever is wrong.",
	}
)

var vaccineCodes = doseFamily{
	rules: []*Rule{&vaccineUnknown, &unspecified, &neverUsed, &foreign, &noVaccine, &cptDisagrees},
	look: func(r *run, d *dose) {
		codes := r.view.Codes
		if d.facts&given == 0 || codes == nil {
			return
		}
		v, known := codes.CVX(d.CVX)
		if !known {
			return // reading said so
		}
		if rule := doubtfulVaccine(&v, d); rule != nil {
			r.tell(rule, d.rxa.AtField(5, 1, 1))
		}
		if d.CPT != "" {
			billed, ok := codes.CPT(d.CPT)
			if ok && billed != v.CVX && !codes.SharesGroup(billed, v.CVX) {
				r.tell(&cptDisagrees, d.rxa.AtField(5, 1, 4))
			}
		}
	},
}

// doubtfulVaccine is what is wrong with a code in CVX for a dose, or nil.
func doubtfulVaccine(v *codeset.Vaccine, d *dose) *Rule {
	here := d.facts&administered != 0
	switch {
	case v.CVX == codeset.UnknownVaccine:
		return &vaccineUnknown
	case isNoVaccine(v.CVX):
		return &noVaccine
	case v.Status == codeset.NeverActive:
		return &neverUsed
	case here && v.Status == codeset.NonUS:
		return &foreign
	case here && v.Unspecified && d.NDC == "":
		return &unspecified
	}
	return nil
}

// isNoVaccine reports antitoxins, immune globulins, antibodies and skin tests.
func isNoVaccine(cvx string) bool {
	switch cvx {
	case "12", "27", // antitoxins
		"13", "14", "29", "30", "34", "36", "71", "79", "86", "87", "117", "156", "157", "159", "180", "181", // globulins
		"93", "306", "307", "315", "332", // antibodies
		"95", "96", "97", "98": // skin tests
		return true
	}
	return false
}
