package chart

import (
	"slices"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
)

// telling are the observations that belong beside a dose or in the list of facts
// (codeset.IsHealth), in words.
var telling = map[string]string{
	codeset.LOINCContraindication: "Contraindication or precaution",
	codeset.LOINCReaction:         "Reaction",
	codeset.LOINCDisease:          "Presumed immunity after disease",
	codeset.LOINCIndication:       "Indication",
	codeset.LOINCSerology:         "Immunity shown by a laboratory test",
}

// statement puts a refusal or a fact into words.
func (r *reading) statement(s record.Shown) Statement {
	out := r.fact
	if s.Dose.Kind == iis.Refusal {
		out = r.refusal
	}
	is := out(s)
	is.Confidential = record.Confidential(r.law, r.folder, &s)
	return is
}

// refusal puts a refusal into words.
func (r *reading) refusal(s record.Shown) Statement {
	out := Statement{Date: s.Dose.Date, What: r.vaccineOf(s.Dose), By: r.reporters(s), Entries: r.entries(s)}
	for _, c := range s.Dose.Refused {
		out.Why = append(out.Why, sentence(r.refusalReason(c)))
	}
	return out
}

// otherReason is the code of a reason that its text says (NIP002).
const otherReason = "02"

func (r *reading) refusalReason(c iis.Coded) string {
	if c.Code == otherReason && c.Text != "" {
		return "other reason: " + c.Text
	}
	return r.d.coded(c, tableRefusal)
}

// fact puts an immunity, contraindication or other fact into words.
func (r *reading) fact(s record.Shown) Statement {
	out := Statement{Date: s.Dose.Date, By: r.reporters(s), Entries: r.entries(s)}
	said := r.notes(s.Dose)
	if len(said) == 0 {
		out.What = "No vaccine given"
		return out
	}
	out.What, out.Why = said[0], said[1:]
	for i := range s.Dose.Observations {
		o := &s.Dose.Observations[i]
		if !codeset.IsHealth(o.Code.Code) {
			continue
		}
		out.Why = append(out.Why, o.Notes...)
		if first, last := record.Span(s.Dose, o); last != cal.None {
			out.Date, out.Until, out.Ended = first, last, last < r.today
		}
	}
	return out
}

// inShort is a fact or refusal in one line.
func (r *reading) inShort(d *iis.Dose) string {
	if d.Kind == iis.Refusal {
		return "Refused: " + r.vaccineOf(d)
	}
	if said := r.notes(d); len(said) > 0 {
		return said[0]
	}
	return "No vaccine given"
}

// notes are the facts that came with an order group.
func (r *reading) notes(d *iis.Dose) []string {
	var out []string
	for i := range d.Observations {
		o := &d.Observations[i]
		value := r.observed(o)
		if !codeset.IsHealth(o.Code.Code) || value == "" {
			continue
		}
		if cvx := record.VaccineOf(d, o); cvx != "" && o.Code.Code == codeset.LOINCContraindication && record.IsAllergy(&o.Value) {
			value = r.groupOr(&iis.Dose{CVX: cvx})
		}
		out = append(out, r.label(d, o)+": "+value)
	}
	return out
}

// label says as what an observation is told, and of which vaccine when it is about
// another than the dose that it came with.
func (r *reading) label(d *iis.Dose, o *iis.Observation) string {
	label := telling[o.Code.Code]
	if known, ok := r.d.codes.Observation(record.ObservationOf(&o.Value)); ok {
		switch kindOfObservation(&known) {
		case Condition:
			label = "Health condition or risk"
		case Allergy:
			label = "Allergy"
		}
	}
	cvx := record.VaccineOf(d, o)
	if o.Code.Code == codeset.LOINCContraindication && cvx != "" && record.IsAllergy(&o.Value) {
		return "Severe allergic reaction to a vaccine"
	}
	if cvx == "" || d.Kind == iis.Given && cvx == d.CVX {
		return label
	}
	name := r.groupOr(&iis.Dose{CVX: cvx})
	if o.Code.Code == codeset.LOINCReaction {
		return label + " after " + name
	}
	return label + ", " + name
}

// observed is the value of an observation in words.
func (r *reading) observed(o *iis.Observation) string {
	if o.Value.IsZero() {
		return short(o.Text, maxShownNote)
	}
	if o.Code.Code == codeset.LOINCReaction {
		return r.d.coded(o.Value, tableReaction)
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

// entries are those of a line's reports that were entered on a page.
func (r *reading) entries(s record.Shown) []Entered {
	var out []Entered
	for _, d := range s.Reports {
		if onPage(&d.Dose) {
			out = append(out, Entered{d.Dose.Filler.ID, d.Sender, r.sender(d.Sender)})
		}
	}
	return out
}
