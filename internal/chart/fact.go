package chart

import (
	"slices"

	"openiis/internal/iis"
	"openiis/internal/record"
)

// Observations that belong beside a dose or in the list of facts (LOINC, table
// NIP003); the others are about payment, paper and schedules.
var telling = map[string]string{
	"30945-0": "Contraindication or precaution",
	"31044-1": "Reaction",
	"59784-9": "Presumed immunity after disease",
	"59785-6": "Indication",
	"75505-8": "Immunity shown by a laboratory test",
}

// refusal puts a refusal into words.
func (r *reading) refusal(s record.Shown) Statement {
	out := Statement{Date: s.Dose.Date, What: r.vaccineOf(&s.Dose), By: r.reporters(s)}
	for _, c := range s.Dose.Refused {
		out.Why = append(out.Why, sentence(r.d.coded(c, tableRefusal)))
	}
	return out
}

// fact puts an immunity, contraindication or other fact into words.
func (r *reading) fact(s record.Shown) Statement {
	out := Statement{Date: s.Dose.Date, By: r.reporters(s)}
	said := r.notes(&s.Dose)
	if len(said) == 0 {
		out.What = "No vaccine given"
		return out
	}
	out.What, out.Why = said[0], said[1:]
	return out
}

// notes are the facts that came with an order group.
func (r *reading) notes(d *iis.Dose) []string {
	var out []string
	for _, o := range d.Observations {
		label, ok := telling[o.Code.Code]
		value := r.observed(&o)
		if ok && value != "" {
			out = append(out, label+": "+value)
		}
	}
	return out
}

// observed is the value of an observation in words.
func (r *reading) observed(o *iis.Observation) string {
	if o.Value.IsZero() {
		return short(o.Text, maxShownNote)
	}
	return r.d.coded(o.Value, tableImmunity)
}

// reporters are all who report a line, each once.
func (r *reading) reporters(s record.Shown) []string {
	var out []string
	for _, d := range s.Reports {
		if name := r.sender(d.Sender); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
