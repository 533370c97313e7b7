package record

import (
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
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
	// Died says that nothing is due because the person has died: doses are judged,
	// and Forecasts is empty.
	Died bool
}

// NothingDue is what to say when Died.
const NothingDue = "This person has died. Nothing is due."

// Assess judges every dose of a record and dates the next ones, as of a day. Nothing
// is due after death.
func Assess(e *cdsi.Engine, codes *codeset.Tables, f *store.Folder, on cal.Date, options cdsi.Options) Assessment {
	var out Assessment
	out.Doses, out.Others = History(f)
	a := assessor{engine: e, codes: codes, on: on}
	p := a.patient(f, out.Doses, out.Others)
	out.Result = e.Evaluate(&p, options)
	if out.Died = f.Golden.Dead == "Y"; out.Died {
		out.Forecasts = nil
		out.Problems = slices.DeleteFunc(out.Problems, cdsi.Problem.OfForecast)
	}
	return out
}

// assessor puts a record into the schedule's terms.
type assessor struct {
	engine   *cdsi.Engine
	codes    *codeset.Tables
	on       cal.Date
	observed []cdsi.Observed
}

// patient is a record as the schedule looks at it.
func (a *assessor) patient(f *store.Folder, doses, others []Shown) cdsi.Patient {
	p := cdsi.Patient{
		Born: f.Golden.Birth, Sex: f.Golden.Sex, BirthCountry: birthCountry(&f.Golden), Assessed: a.on, Doses: make([]cdsi.Dose, len(doses)),
	}
	for i := range doses {
		d := &doses[i].Dose
		p.Doses[i] = cdsi.Dose{
			Date: d.Date, CVX: d.CVX, MVX: d.MVX, Volume: millilitres(d), Expires: d.Expiration,
			Condition: d.Completion == "PA", // only a part of it was given
		}
		a.observe(d)
	}
	for i := range others {
		if d := &others[i].Dose; d.Kind == iis.Fact {
			a.observe(d)
		}
	}
	a.ask()
	p.Observations = a.observed
	return p
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

// codeSystems are the schedule's names of code systems, by those of HL7.
var codeSystems = map[string]string{"SCT": "SNOMED", "CDCPHINVS": "CDCPHINVS", "CVX": "CVX"}

// observe adds what an order group says of a person's health on a day. What has
// ended holds no longer. A severe allergic reaction is one to a vaccine: that of the
// observation's own group (OBX-4), or the one given. When nobody says which, it
// is not known to forbid any, and the forecast says that somebody must find out.
func (a *assessor) observe(d *iis.Dose) {
	for i := range d.Observations {
		o := &d.Observations[i]
		if !codeset.IsHealth(o.Code.Code) {
			continue
		}
		since, until := Span(d, o)
		if until != cal.None && until < a.on {
			continue
		}
		codes, unsure := a.observations(&o.Value), false
		if IsAllergy(&o.Value) {
			to := VaccineOf(d, o)
			codes, unsure = a.engine.Allergies(to), to == ""
		}
		for _, code := range codes {
			a.observed = append(a.observed, cdsi.Observed{Code: code, Date: since, Unsure: unsure})
		}
	}
}

// observations are CDSi's observations that a value stands for: the one that it
// names by CDC's own number, or those of its code by the schedule, or else by our
// list.
func (a *assessor) observations(v *iis.Coded) []string {
	if code := ObservationOf(v); code != "" {
		return []string{code}
	}
	for _, c := range [][2]string{{v.System, v.Code}, {v.AltSystem, v.AltCode}} {
		system := strings.ToUpper(c[0])
		if codeSystems[system] == "" {
			continue
		}
		if codes := a.engine.Codes(codeSystems[system], c[1]); len(codes) > 0 {
			return codes
		}
		if codes := a.codes.ObservationsOf(system, c[1]); len(codes) > 0 {
			return codes
		}
	}
	return nil
}

// The observations of a weakened immune system of which nobody says how weak.
const (
	immunocompromised         = "003"
	severelyImmunocompromised = "246"
)

// ask asks what decides and was left open. CDC's observation 003, for which
// VXC27 (immunodeficiency due to any cause) stands, forbids live influenza and
// smallpox vaccine only; whether MMR and varicella vaccine are forbidden depends
// on how weak the immune system is (246), and that must be found out.
func (a *assessor) ask() {
	has := func(code string) bool {
		return slices.ContainsFunc(a.observed, func(o cdsi.Observed) bool { return o.Code == code })
	}
	if has(immunocompromised) && !has(severelyImmunocompromised) {
		a.observed = append(a.observed, cdsi.Observed{Code: severelyImmunocompromised, Unsure: true})
	}
}

// ObservationOf is CDC's number of an observation (CDSi) that a value names in
// either triplet; "" when it names none.
func ObservationOf(v *iis.Coded) string {
	switch {
	case strings.EqualFold(v.System, codeset.ObservationSystem):
		return v.Code
	case strings.EqualFold(v.AltSystem, codeset.ObservationSystem):
		return v.AltCode
	}
	return ""
}

// IsAllergy reports a code of a severe allergic reaction to a vaccine: that of
// the contraindication (NIP003's VXC20), or anaphylaxis as a reaction (SNOMED CT).
func IsAllergy(v *iis.Coded) bool {
	switch strings.ToUpper(v.System) {
	case "CDCPHINVS":
		return v.Code == "VXC20"
	case "SCT":
		return v.Code == "39579001"
	}
	return false
}

// VaccineOf is the vaccine that an observation is about: the one named in its
// group (30956-7), or the one given; "" when nobody says.
func VaccineOf(d *iis.Dose, about *iis.Observation) string {
	if o := beside(d, about, codeset.LOINCVaccine); o != nil && o.Value.Code != "" {
		return o.Value.Code
	}
	if d.Kind == iis.Given {
		return d.CVX
	}
	return ""
}

// Span are the first and the last day on which an observation holds: those of
// its group (30946-8, 30944-3), the first else of the observation itself or of its
// order group. A last day of None is not known, and one outside a group is of
// nobody knows what.
func Span(d *iis.Dose, about *iis.Observation) (first, last cal.Date) {
	if about.Group != "" {
		first = day(beside(d, about, codeset.LOINCFirstDay))
		last = day(beside(d, about, codeset.LOINCLastDay))
	}
	if first == cal.None {
		first = about.On
	}
	if first == cal.None {
		first = d.Date
	}
	return first, last
}

// day is the day that an observation tells (DT, or TS with a time behind it); None
// of no observation.
func day(o *iis.Observation) cal.Date {
	if o == nil {
		return cal.None
	}
	return cal.ParseCompact(o.Text[:min(len(o.Text), len("YYYYMMDD"))])
}

// beside is the observation of a code in another's group, or nil.
func beside(d *iis.Dose, about *iis.Observation, loinc string) *iis.Observation {
	for i := range d.Observations {
		if o := &d.Observations[i]; o.Code.Code == loinc && o.Group == about.Group {
			return o
		}
	}
	return nil
}
