package cdsi

import (
	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// Result is what the schedule says of a person.
type Result struct {
	Release     string
	Evaluations []Evaluation // of the best series, by dose, antigen and series
	Forecasts   []Forecast   // one a vaccine group and series type, in the order of the schedule
	Problems    []Problem
	Trace       []Step // only when asked for

	series   []SeriesForecast // by vaccine group: what Forecast.Series are parts of
	vaccines []string         // likewise
	guidance []string         // likewise
}

// Status is an evaluation's (Table 3-1).
type Status uint8

// The statuses of an evaluation.
const (
	NotEvaluated Status = iota
	Valid
	NotValid
	Extraneous
	SubStandard
)

func (s Status) String() string {
	return [...]string{"", "Valid", "Not Valid", "Extraneous", "Sub-standard"}[s]
}

// SeriesStatus is a patient series' and a vaccine group's (Table 3-3).
type SeriesStatus uint8

// The statuses of a patient series.
const (
	NotComplete SeriesStatus = iota + 1
	Complete
	Immune
	Contraindicated
	AgedOut
	NotRecommended
)

func (s SeriesStatus) String() string {
	return [...]string{"", "Not Complete", "Complete", "Immune", "Contraindicated", "Aged Out", "Not Recommended"}[s]
}

// Reasons are the reasons of an evaluation, as a set.
type Reasons uint16

// The reasons. The last three are remarks; a dose counts with them.
const (
	TooYoung Reasons = 1 << iota
	TooOld
	TooSoon
	Conflict
	Inadvertent
	WrongVaccine
	AlreadyComplete
	Expired
	Condition
	GraceAge
	GraceInterval
	LittleVolume
)

var reasonTexts = [...]string{
	"Age: Too Young", "Age: Too Old", "Interval: too Soon", "Live Virus Conflict", "Inadvertent Vaccine",
	"Not a preferable or allowable vaccine", "Series Already Complete", "Lot Expired", "Dose Condition",
	"Age: Grace Period", "Interval: Grace Period", "Volume administered is less than recommended volume",
}

const remarks = GraceAge | GraceInterval | LittleVolume

// Texts are the reasons for which a dose counts less, in the published wording and in
// the order age, interval, conflict, vaccine.
func (r Reasons) Texts() []string { return (r &^ remarks).texts() }

// Remarks are the others: a grace period that was used, a volume below the
// recommended one.
func (r Reasons) Remarks() []string { return (r & remarks).texts() }

func (r Reasons) texts() []string {
	if r == 0 {
		return []string{}
	}
	var out []string
	for i, text := range reasonTexts {
		if r&(1<<i) != 0 {
			out = append(out, text)
		}
	}
	return out
}

// Has reports whether all of the reasons are among r.
func (r Reasons) Has(all Reasons) bool { return r&all == all }

// Evaluation is the verdict on a dose in one best series of one antigen.
type Evaluation struct {
	Dose    int // place in Patient.Doses, from 1
	Date    cal.Date
	CVX     string
	Group   string
	Antigen string
	Series  string
	Type    schedule.SeriesType
	Target  int // number of the target dose that it was judged against; 0 when none was left
	// Number is which dose of its series it is, or would be if it counted, as
	// Forecast.DoseNumber goes on: target doses that were skipped do not count. 0 for a
	// recurring dose given once more, and when none was left.
	Number  int
	Status  Status
	Reasons Reasons

	cause cause
}

// Forecast is the next dose of a vaccine group, or why there is none.
type Forecast struct {
	Group      string
	Type       schedule.SeriesType
	Status     SeriesStatus
	DoseNumber int // 0 unless Not Complete, like the dates

	Earliest, Recommended, PastDue, Latest cal.Date // None: there is none
	UnadjustedRecommended                  cal.Date
	UnadjustedPastDue                      cal.Date

	Reasons  []string // FORECASTVG-7
	Vaccines []string // CVX, recommended for the dose (FORECASTVG-9)
	Antigens []string // recommended (FORECASTVG-8)
	Guidance []string // FORECASTGUIDANCE-1
	Unsure   []string // what to find out: indications and contraindications that nobody knows of
	Series   []SeriesForecast
}

// SeriesForecast is the forecast of one best patient series.
type SeriesForecast struct {
	Status     SeriesStatus
	DoseNumber int
	Target     int // number of the target dose; 0 when none is left
	Doses      int // that the series asks for, without those skipped; 0 when it has no end or may yet be shortened

	Earliest, Recommended, PastDue, Latest cal.Date
	UnadjustedRecommended                  cal.Date
	UnadjustedPastDue                      cal.Date

	reason     reason
	priority   bool
	basis      basis
	s          *series
	indication *indication // nil unless the series is a risk series
}

// Antigen is the antigen of the series.
func (f *SeriesForecast) Antigen() string { return f.s.src.TargetDisease }

// Series is the name of the series.
func (f *SeriesForecast) Series() string { return f.s.src.Name }

// Problem is something about a dose or the patient that kept the schedule from
// judging, or that somebody should look at.
type Problem struct {
	Dose int // from 1; 0 when it is not about a dose
	Code string
	Text string
}

// The codes of problems with a forecast that was not made.
const (
	notKnown       = "not known"        // an indication that nobody knows of
	seasonNotKnown = "season not known" // the season of the assessment date
)

// The codes of doses on a day on which they cannot have been given.
const (
	impossibleDate  = "impossible date"
	beforeBirth     = "before birth"
	afterAssessment = "after assessment"
)

// OfDate reports a dose that was not judged because its date cannot be right.
func (p Problem) OfDate() bool {
	return p.Code == impossibleDate || p.Code == beforeBirth || p.Code == afterAssessment
}

// OfForecast reports a problem with a forecast that was not made.
func (p Problem) OfForecast() bool { return p.Code == notKnown || p.Code == seasonNotKnown }
