// Package schedule is the clinical schedule as CDC publishes it (CDSi
// Supporting Data): antigens with their series, and the tables that all
// antigens share, in the terms of the Logic Specification.
//
// It holds and checks the schedule and judges no dose: that is package cdsi.
// A schedule that was loaded is never changed and may be shared by everyone.
// Start at Schedule, and at For, which gives the one that holds on a day.
package schedule

import "openiis/internal/cal"

// Schedule is one release of the schedule.
type Schedule struct {
	Edition
	Antigens     []Antigen // by name
	Conflicts    []Conflict
	Groups       []VaccineGroup
	Vaccines     []Vaccine
	Observations []Observation
}

// Edition says which release a schedule is. CDC's XML says nothing of it.
type Edition struct {
	Release   string   // CDC's name of it, such as 4.64-508
	Source    string   // where it was published
	Released  cal.Date // when it was published
	Effective cal.Date // assessments from this day on use it, see Library.For; None: only who names it
	Known     []KnownProblem
	Local     []string // authority and citation of each local change that is in it, see Amended
}

// KnownProblem is a problem that Lint finds in a release as it was published and
// that we keep, to say what CDC says.
type KnownProblem struct {
	Problem string // in Lint's words
	Why     string // what is meant, and what comes of it
}

// Antigen is what is recommended against one target disease.
type Antigen struct {
	Name            string // such as Measles; what VaccineGroup and Vaccine refer to
	Immunity        Immunity
	Contraindicated []Contraindication        // of the whole antigen (vaccineGroup in the XML)
	NotThese        []VaccineContraindication // of some of its vaccines (vaccine in the XML)
	Series          []Series
}

// Immunity is the evidence of immunity (section 7.2).
type Immunity struct {
	History   []Guideline // observations that are evidence
	BirthDate []BornBefore
}

// Guideline is an observation by CDSi's code, with its title.
type Guideline struct {
	Code  string // three digits or letters as published, such as 011
	Title string
}

// BornBefore makes whoever was born before a day immune, unless an exclusion is
// observed.
type BornBefore struct {
	Before     cal.Date
	Country    string // of birth; "" for any
	Exclusions []Guideline
}

// Contraindication is an observation that forbids an antigen's vaccines
// (section 7.3), while the patient's age is in the window.
type Contraindication struct {
	Observation Guideline
	Text        string
	Guidance    string
	Begin, End  Duration // of age; absent: no bound
}

// VaccineContraindication forbids only some vaccines.
type VaccineContraindication struct {
	Contraindication
	Vaccines []VaccineAges
}

// VaccineAges is a vaccine with the ages at which something holds of it.
type VaccineAges struct {
	Type       string // CDC's short name
	CVX        string
	Begin, End Duration
}

// SeriesType says whom a series is for (Table 5-5).
type SeriesType uint8

// The types.
const (
	Standard SeriesType = iota + 1
	Risk
	EvaluationOnly
)

// Series is one way to be protected against a target disease.
type Series struct {
	Name          string
	TargetDisease string
	VaccineGroup  string
	Guidance      []string
	Type          SeriesType
	Equivalent    []string // series groups of the same antigen that it is equivalent to (8.8); directional
	Genders       []Gender // empty: any
	Select        Select
	Indications   []Indication // of a Risk series (Table 5-4)
	Doses         []SeriesDose
}

// Gender is administrative sex as the schedule names it.
type Gender uint8

// The genders.
const (
	Female Gender = iota + 1
	Male
	Unknown // also "Transgender" and whatever else is neither, as published data use it
)

// Select is what chapter 8 compares series by.
type Select struct {
	Default     bool
	ProductPath bool
	GroupName   string
	Group       string   // number of the series group
	Priority    string   // A, B or C; "" when blank
	Preference  int      // lowest is best; 0 when blank
	MinAge      Duration // minAgeToStart
	MaxAge      Duration // maxAgeToStart
}

// Indication makes a Risk series relevant (Table 5-4).
type Indication struct {
	Observation Guideline
	Description string
	Begin, End  Duration
	Guidance    string
}

// SeriesDose is one target dose of a series.
type SeriesDose struct {
	Number       int
	Ages         []Age
	Intervals    []Interval
	Allowable    []Interval // allowable intervals: only AbsMin is given (6.6)
	Preferable   []PreferableVaccine
	AllowableVax []VaccineAges
	Inadvertent  []VaccineAges // ages are absent
	Skips        []ConditionalSkip
	Recurring    bool
	Season       Season
}

// Effective is when a row holds: from the effective date through the cessation
// date, both days included; None: no bound (section 3.3, RELEVANT-1 and -2).
type Effective struct{ From, Through cal.Date }

// Age is a row of ages (6.4).
type Age struct {
	AbsMin, Min, EarliestRec, LatestRec, Max Duration
	Effective
}

// Interval is a row of intervals (6.5, 6.6). Exactly one of the four
// references is set.
type Interval struct {
	FromPrevious                        bool
	FromTargetDose                      int      // number of a target dose; 0: not this
	FromMostRecent                      []string // CVX codes
	FromObservation                     Guideline
	AbsMin, Min, EarliestRec, LatestRec Duration
	Override                            bool // intervalPriority
	Effective
}

// PreferableVaccine is a row of preferable vaccines (6.8).
type PreferableVaccine struct {
	VaccineAges
	TradeName string
	MVX       string
	Volume    string // mL, as published; "" when not given
	Forecast  bool   // forecastVaccineType Y
}

// Context is when a conditional skip is looked at.
type Context uint8

// The contexts.
const (
	Both Context = iota + 1
	OnEvaluation
	OnForecast
)

// Logic joins sets or conditions.
type Logic uint8

// The logics. One alone needs none.
const (
	And Logic = iota + 1
	Or
)

// ConditionalSkip lets a target dose be skipped (6.2).
type ConditionalSkip struct {
	Context Context
	Logic   Logic
	Sets    []SkipSet
}

// SkipSet is one set of conditions.
type SkipSet struct {
	ID          string
	Description string
	Effective
	Logic      Logic
	Conditions []Condition
}

// ConditionType is what a condition looks at.
type ConditionType uint8

// The types.
const (
	ByAge ConditionType = iota + 1
	ByInterval
	CompletedSeries
	CountByAge
	CountByDate
	CountByAgeAndDate
)

// Condition is one condition of a set (Tables 6-6 to 6-9).
type Condition struct {
	ID           string
	Type         ConditionType
	Start, Until cal.Date // a dose counts from Start and before Until (CONDSKIP-1); None: no bound
	Begin, End   Duration // of age
	Interval     Duration
	Count        int
	ValidOnly    bool // doseType Valid; else Total
	Compare      Comparison
	Vaccines     []string // CVX; empty: any of the antigen
	SeriesGroups []string
}

// Comparison is doseCountLogic.
type Comparison uint8

// The comparisons.
const (
	Greater Comparison = iota + 1
	Equal
	Less
)

// Season bounds a recommendation: its first and its last day; None: no bound.
type Season struct{ Start, End cal.Date }

// Conflict is a pair of live vaccines that need an interval (6.7).
type Conflict struct {
	Previous, Current  VaccineAges // ages are absent
	Begin, MinEnd, End Duration
}

// VaccineGroup is a group for which one forecast is made (chapter 9).
type VaccineGroup struct {
	Name     string
	Full     bool // administerFullVaccineGroup Yes
	Antigens []string
}

// Vaccine is a CVX code with what it protects against.
type Vaccine struct {
	CVX      string
	Name     string
	Antigens []Association
}

// Association is one antigen of a vaccine, while the age at administration is in
// the window.
type Association struct {
	Antigen    string
	Begin, End Duration
}

// Observation is a coded observation of a person.
type Observation struct {
	Code             string
	Title            string
	Group            string
	Indication       string
	Contraindication string
	Clarifying       string
	Coded            []CodedValue
}

// CodedValue is an observation in another code system.
type CodedValue struct{ Code, System, Text string }
