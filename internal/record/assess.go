package record

import (
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Assessment is what the schedule says of a record on a day.
type Assessment struct {
	cdsi.Result
	// Doses are those that were judged: Evaluation.Dose counts from 1 in them.
	Doses []Shown
	// Others are the refusals and facts.
	Others []Shown
}

// Assess judges every dose of a record and dates the next ones, as of a day.
func Assess(e *cdsi.Engine, f *store.Folder, on cal.Date, options cdsi.Options) Assessment {
	var a Assessment
	a.Doses, a.Others = History(f)
	p := cdsi.Patient{Assessed: on, Doses: make([]cdsi.Dose, 0, len(a.Doses))}
	describe(&p, &f.Golden)
	for i := range a.Doses {
		addDose(&p, e, &a.Doses[i].Dose)
	}
	for i := range a.Others {
		addFact(&p, e, &a.Others[i].Dose)
	}
	a.Result = e.Evaluate(&p, options)
	return a
}

// describe says who a person is, as the schedule looks at it.
func describe(p *cdsi.Patient, of *iis.Person) {
	p.Born, p.Sex, p.BirthCountry = of.Birth, of.Sex, birthCountry(of)
}

// addDose adds a dose as the schedule looks at it, with what was observed.
func addDose(p *cdsi.Patient, e *cdsi.Engine, d *iis.Dose) {
	p.Doses = append(p.Doses, cdsi.Dose{
		Date: d.Date, CVX: d.CVX, MVX: d.MVX, Volume: millilitres(d), Expires: d.Expiration,
		Condition: d.Completion == "PA", // only a part of it was given
	})
	p.Observations = observed(p.Observations, e, d)
}

// addFact adds what was observed without a dose. A refusal says nothing of health.
func addFact(p *cdsi.Patient, e *cdsi.Engine, d *iis.Dose) {
	if d.Kind == iis.Fact {
		p.Observations = observed(p.Observations, e, d)
	}
}

// birthCountry is the country of the address at which a person was born.
func birthCountry(p *iis.Person) string {
	for _, a := range p.Addresses {
		if a.Type == "BDL" || a.Type == "N" {
			return a.Country
		}
	}
	return ""
}

// millilitres is how much was given; 0 when nobody said, or in another unit.
func millilitres(d *iis.Dose) float64 {
	if !strings.EqualFold(d.Unit.Code, "mL") {
		return 0
	}
	v, err := strconv.ParseFloat(d.Amount, 64)
	if err != nil || v < 0 {
		return 0
	}
	return v
}

// The observations of an order group that say something of a person's health
// (table NIP003); the others are about payment, paper and schedules.
var ofHealth = map[string]bool{
	"30945-0": true, // contraindication or precaution
	"31044-1": true, // reaction
	"59784-9": true, // disease with presumed immunity
	"59785-6": true, // indication
	"75505-8": true, // disease with serological evidence of immunity
}

// codeSystems are the schedule's names of code systems, by those of HL7.
var codeSystems = map[string]string{"SCT": "SNOMED", "CDCPHINVS": "CDCPHINVS", "CVX": "CVX"}

// observed adds what an order group says of a person's health. A severe allergic
// reaction is one to a vaccine: that of the observation's own group (OBX-4), or
// the one given. When nobody says which, it is not known to forbid any, and the
// forecast says that somebody must find out.
func observed(list []cdsi.Observed, e *cdsi.Engine, d *iis.Dose) []cdsi.Observed {
	for i := range d.Observations {
		o := &d.Observations[i]
		system := codeSystems[strings.ToUpper(o.Value.System)]
		if !ofHealth[o.Code.Code] || system == "" {
			continue
		}
		on := o.On
		if on == cal.None {
			on = d.Date
		}
		codes, unsure := e.Codes(system, o.Value.Code), false
		if isAllergy(system, o.Value.Code) {
			to := vaccineOf(d, o)
			codes, unsure = e.Allergies(to), to == ""
		}
		for _, code := range codes {
			list = append(list, cdsi.Observed{Code: code, Date: on, Unsure: unsure})
		}
	}
	return list
}

// isAllergy reports a code of a severe allergic reaction to a vaccine: that of
// the contraindication (NIP003's VXC20), or anaphylaxis as a reaction (SNOMED CT).
func isAllergy(system, code string) bool {
	return system == "CDCPHINVS" && code == "VXC20" || system == "SNOMED" && code == "39579001"
}

// vaccineOf is the vaccine that an observation is about: the one named in its
// group (30956-7), or the one given; "" when nobody says.
func vaccineOf(d *iis.Dose, about *iis.Observation) string {
	for i := range d.Observations {
		o := &d.Observations[i]
		if o.Code.Code == "30956-7" && o.Group == about.Group && o.Value.Code != "" {
			return o.Value.Code
		}
	}
	if d.Kind == iis.Given {
		return d.CVX
	}
	return ""
}
