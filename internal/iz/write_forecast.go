package iz

import (
	"strconv"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// Evaluated is what a Z42 says of one person: every dose with the schedule's
// verdicts on it, and what is due when.
type Evaluated struct {
	Person iis.Person // identifiers already chosen for the asker, our own SR first
	On     cal.Date   // the day as of which everything holds
	Doses  []EvaluatedDose
	// Forecasts are written under one order group, in this order.
	Forecasts []Forecast
	// Remarks are what kept the schedule from judging the person, a sentence each.
	Remarks []string
}

// EvaluatedDose is an order group of the history. A refusal or a fact has no verdicts.
type EvaluatedDose struct {
	HistoryDose
	Verdicts []Verdict
}

// Verdict is what the schedule says of a dose in one vaccine group. What is
// empty is not sent.
type Verdict struct {
	Group  string // CVX code that stands for the vaccine group
	Series string // its name, or several that agree
	Number int    // which dose of the series it is; 0 unless it counts
	Of     int    // doses in the series; 0 when there is no such number
	Valid  string // Y or N; "" when it could not be judged
	Reason string // one plain sentence
	Status string // of the series
}

// Forecast is the next dose of a vaccine group, or why there is none.
type Forecast struct {
	Group  string
	Series string
	Number int
	Of     int
	Status string
	Reason string

	Earliest, Due, Overdue, Latest cal.Date
}

// Observations of an evaluated history (table NIP003; IG 1.5, table A-5).
const (
	vaccineType  = "30956-7"
	scheduleUsed = "59779-9"
	seriesName   = "59780-7"
	doseNumber   = "30973-2"
	dosesInAll   = "59782-3"
	doseValid    = "59781-5"
	whyVerdict   = "30982-3"
	seriesStatus = "59783-1"
	earliestDay  = "30981-5"
	dueDay       = "30980-7"
	overdueDay   = "59778-1"
	latestDay    = "59777-3"
	dueNext      = "30979-9"
)

// ofASchedule are the observations by which a schedule's verdicts are told, but
// for the vaccine type, which information statements have as well.
var ofASchedule = map[string]bool{
	scheduleUsed: true, seriesName: true, doseNumber: true, dosesInAll: true, doseValid: true, whyVerdict: true,
	seriesStatus: true, earliestDay: true, dueDay: true, overdueDay: true, latestDay: true, dueNext: true,
}

// sizeFact is about how long a verdict or a forecast is.
const sizeFact = 768

// EvaluatedHistory answers a query with one person's history, judged, and the
// forecast (profile Z42; IG 1.5, appendix A.4). PD1 and NK1 have no place in
// it.
func (r Responder) EvaluatedHistory(q *Query, e *Evaluated, t *codeset.Tables) []byte {
	w := &writer{r: r, t: t}
	facts := len(e.Forecasts)
	for i := range e.Doses {
		facts += len(e.Doses[i].Verdicts)
	}
	w.b.Grow(sizePerson + len(e.Doses)*sizeDose/2 + facts*sizeFact)
	w.response(q, ProfileForecast, StatusFound, q.Findings)
	w.pid(1, &e.Person)
	for i := range e.Doses {
		w.evaluatedOrder(&e.Doses[i], e.On)
	}
	w.forecasts(e)
	return straight(w.b.Bytes())
}

// evaluatedOrder writes one order group with our verdicts on it, then what was
// observed. The profile demands an OBX of each group.
func (w *writer) evaluatedOrder(d *EvaluatedDose, on cal.Date) {
	w.orc(&d.HistoryDose)
	w.rxa(d.Dose)
	w.rxr(d.Dose)
	o := judging{w: w, on: on}
	for i := range d.Verdicts {
		o.verdict(&d.Verdicts[i])
	}
	before := w.obx
	if d.Dose.Kind == iis.Refusal {
		o.refused(d.Dose)
	}
	w.observations(unjudged(d.Dose), o.fact)
	if w.obx == before && len(d.Verdicts) == 0 {
		o.next()
		o.text(comment, "TX", "Nothing more is known of it.")
	}
}

// unjudged is a dose without what its source observed by a schedule: in an
// evaluated history one schedule speaks, ours. (A history, Z32, tells it all.)
// Notes become comments, for the profile has no NTE.
func unjudged(d *iis.Dose) *iis.Dose {
	drop := map[string]bool{}
	notes := false
	for i := range d.Observations {
		o := &d.Observations[i]
		if ofASchedule[o.Code.Code] {
			drop[o.Group] = true
		}
		notes = notes || len(o.Notes) > 0
	}
	if len(drop) == 0 && !notes {
		return d
	}
	out := *d
	out.Observations = make([]iis.Observation, 0, len(d.Observations))
	for i := range d.Observations {
		o := d.Observations[i]
		if ofASchedule[o.Code.Code] || o.Group != "" && drop[o.Group] && o.Code.Code == vaccineType {
			continue
		}
		said := o.Notes
		o.Notes = nil
		out.Observations = append(out.Observations, o)
		for _, note := range said {
			out.Observations = append(out.Observations, iis.Observation{Code: iis.Coded{Code: comment}, Group: o.Group, Type: "TX", Text: note})
		}
	}
	return &out
}

// forecasts writes all of them under the one order group that gives nothing
// (appendix A.4.10), a sub-id each.
func (w *writer) forecasts(e *Evaluated) {
	none := HistoryDose{Dose: &iis.Dose{Kind: iis.Fact, CVX: codeset.NoVaccine, Date: e.On}}
	w.orc(&none)
	w.rxa(none.Dose)
	o := judging{w: w, on: e.On}
	for i := range e.Forecasts {
		o.forecast(&e.Forecasts[i])
	}
	remarks := e.Remarks
	if len(remarks)+len(e.Forecasts) == 0 {
		remarks = []string{"The schedule has no forecast for this person."}
	}
	for _, text := range remarks {
		o.next()
		o.schedule()
		o.text(whyVerdict, "ST", text)
	}
}

// judging writes the observations of one order group that are ours.
type judging struct {
	w    *writer
	on   cal.Date
	fact int // the last OBX-4
}

func (o *judging) next() { o.fact++ }

// verdict is one fact: its observations share a sub-id, the vaccine group first.
func (o *judging) verdict(v *Verdict) {
	o.next()
	o.group(v.Group)
	o.schedule()
	o.text(seriesName, "ST", v.Series)
	o.number(doseNumber, v.Number)
	o.number(dosesInAll, v.Of)
	o.text(doseValid, "ID", v.Valid)
	o.text(whyVerdict, "ST", v.Reason)
	o.text(seriesStatus, "ST", v.Status)
}

func (o *judging) forecast(f *Forecast) {
	o.next()
	o.group(f.Group)
	o.schedule()
	o.text(seriesName, "ST", f.Series)
	o.date(earliestDay, f.Earliest)
	o.date(dueDay, f.Due)
	o.date(overdueDay, f.Overdue)
	o.date(latestDay, f.Latest)
	o.number(doseNumber, f.Number)
	o.number(dosesInAll, f.Of)
	o.text(seriesStatus, "ST", f.Status)
	o.text(whyVerdict, "ST", f.Reason)
}

// refused names what was refused by its groups: a refusal has seldom an
// observation of its own.
func (o *judging) refused(d *iis.Dose) {
	v, known := o.w.t.CVX(d.CVX)
	for _, g := range v.Groups {
		o.next()
		o.group(g.CVX)
	}
	if known && len(v.Groups) == 0 {
		o.next()
		o.group(v.CVX)
	}
}

func (o *judging) group(cvx string) {
	if cvx == "" {
		return
	}
	v, _ := o.w.t.CVX(cvx)
	o.coded(vaccineType, iis.Coded{Code: cvx, Text: v.Short, System: "CVX"})
}

// schedule says by which schedule: ACIP's is the only one that has a code.
func (o *judging) schedule() {
	o.coded(scheduleUsed, iis.Coded{Code: "VXC16", Text: "ACIP", System: "CDCPHINVS"})
}

func (o *judging) coded(loinc string, v iis.Coded) {
	o.w.observation(&iis.Observation{Code: iis.Coded{Code: loinc}, Type: "CE", Value: v, On: o.on}, o.fact)
}

func (o *judging) number(loinc string, n int) {
	if n > 0 {
		o.text(loinc, "NM", strconv.Itoa(n))
	}
}

func (o *judging) date(loinc string, d cal.Date) { o.text(loinc, "DT", d.Compact()) }

func (o *judging) text(loinc, typ, value string) {
	if value != "" {
		o.w.observation(&iis.Observation{Code: iis.Coded{Code: loinc}, Type: typ, Text: value, On: o.on}, o.fact)
	}
}
