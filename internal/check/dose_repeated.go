package check

import "openiis/internal/iis"

var sameDose = rule[dose]{
	Rule: Rule{
		Name: "dose repeated", Source: "MIROW, vaccination level deduplication", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "The message reports the same vaccine on the same day more than once; send each dose once.",
	},
	check: func(r *run, d *dose) {
		if !d.Counts() || d.Date.IsZero() {
			return
		}
		for i := range min(len(r.view.VXU.Orders), mostCompared) {
			o := &r.view.VXU.Orders[i]
			if &o.Dose == d.Dose {
				return
			}
			same := o.Dose.Date == d.Date && o.Dose.SameVaccine(d.Dose) && o.Dose.Counts()
			if same && (o.Dose.Lot == d.Lot || o.Dose.Lot == "" || d.Lot == "") {
				r.at(d.rxa.At())
				return
			}
		}
	},
}

// mostCompared ends the comparing of a message with very many doses.
const mostCompared = 100
