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
	p := cdsi.Patient{Assessed: on, Doses: make([]cdsi.Dose, 0, len(out.Doses))}
	v := view{e, codes, &p}
	v.person(&f.Golden)
	for i := range out.Doses {
		v.dose(out.Doses[i].Dose)
	}
	for i := range out.Others {
		v.fact(out.Others[i].Dose)
	}
	v.ask()
	out.Result = e.Evaluate(&p, options)
	if out.Died = f.Golden.HasDied(); out.Died {
		out.Forecasts = nil
		out.Problems = slices.DeleteFunc(out.Problems, cdsi.Problem.OfForecast)
	}
	return out
}

// view puts a record into the schedule's terms: who, each dose, each fact, and at
// the end what must be asked.
type view struct {
	engine *cdsi.Engine
	codes  *codeset.Tables
	p      *cdsi.Patient
}

// person says who it is.
func (v view) person(of *iis.Person) {
	v.p.Born, v.p.Sex, v.p.BirthCountry = of.Birth, of.Sex, birthCountry(of)
}

// dose adds a dose that was given, with what was observed.
func (v view) dose(d *iis.Dose) {
	v.p.Doses = append(v.p.Doses, cdsi.Dose{
		Date: d.Date, CVX: d.CVX, MVX: d.MVX, Volume: millilitres(d), Expires: d.Expiration,
		Condition: d.Completion == "PA", // only a part of it was given
	})
	v.observe(d)
}

// fact adds what was observed without a dose. A refusal says nothing of health.
func (v view) fact(d *iis.Dose) {
	if d.Kind == iis.Fact {
		v.observe(d)
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

// codeSystems are the schedule's names of code systems, by those of HL7.
var codeSystems = map[string]string{"SCT": "SNOMED", "CDCPHINVS": "CDCPHINVS", "CVX": "CVX"}

// observe adds what an order group says of a person's health on a day. What has
// ended holds no longer. A severe allergic reaction is one to a vaccine: that of the
// observation's own group (OBX-4), or the one given. When nobody says which, it
// is not known to forbid any, and the forecast says that somebody must find out.
func (v view) observe(d *iis.Dose) {
	for i := range d.Observations {
		o := &d.Observations[i]
		if !codeset.IsHealth(o.Code.Code) {
			continue
		}
		since, until := Span(d, o)
		if until != cal.None && until < v.p.Assessed {
			continue
		}
		codes, unsure := v.observations(&o.Value), false
		if IsAllergy(&o.Value) {
			codes, unsure = v.allergies(VaccineOf(d, o))
		}
		for _, code := range codes {
			v.p.Observations = append(v.p.Observations, cdsi.Observed{Code: code, Date: since, Unsure: unsure})
		}
	}
}

// allergies are CDSi's observations of an allergic reaction to a vaccine (CVX, with
// or without its leading zeros). One that is no vaccine that anybody knows may be
// any: then it is unsure which of all holds.
func (v view) allergies(to string) (codes []string, unsure bool) {
	known, ok := v.codes.CVX(to)
	if !ok || known.CVX == codeset.UnknownVaccine || known.CVX == codeset.NoVaccine {
		return v.engine.Allergies(""), true
	}
	return v.engine.Allergies(known.CVX), false
}

// observations are CDSi's observations that a value stands for: the one that it
// names by CDC's own number, or those of its code by the schedule, or else by our
// list.
func (v view) observations(of *iis.Coded) []string {
	if code := ObservationOf(of); code != "" {
		return []string{code}
	}
	for _, c := range [][2]string{{of.System, of.Code}, {of.AltSystem, of.AltCode}} {
		system := strings.ToUpper(c[0])
		if codeSystems[system] == "" {
			continue
		}
		if codes := v.engine.Codes(codeSystems[system], c[1]); len(codes) > 0 {
			return codes
		}
		if codes := v.codes.ObservationsOf(system, c[1]); len(codes) > 0 {
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
func (v view) ask() {
	has := func(code string) bool {
		return slices.ContainsFunc(v.p.Observations, func(o cdsi.Observed) bool { return o.Code == code })
	}
	if has(immunocompromised) && !has(severelyImmunocompromised) {
		v.p.Observations = append(v.p.Observations, cdsi.Observed{Code: severelyImmunocompromised, Unsure: true})
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
