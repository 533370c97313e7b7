package schedule

import (
	"maps"
	"slices"
	"strings"
)

// A spelling is how an enumeration is written: what each word means (in small
// letters) and how we write each meaning. CDC's words drift between releases;
// a word that is not here is refused, never guessed.
type spelling[T comparable] struct {
	read  map[string]T
	write map[T]string
}

func (s spelling[T]) of(word string) (T, bool) {
	v, ok := s.read[strings.ToLower(word)]
	return v, ok
}

// words are all words that are read, for an error.
func (s spelling[T]) words() string {
	var out []string
	for _, w := range slices.Sorted(maps.Keys(s.read)) {
		if w == "" {
			w = "nothing"
		}
		out = append(out, w)
	}
	return strings.Join(out, ", ")
}

var (
	seriesTypes = spelling[SeriesType]{
		map[string]SeriesType{"standard": Standard, "risk": Risk, "evaluation only": EvaluationOnly},
		map[SeriesType]string{Standard: "Standard", Risk: "Risk", EvaluationOnly: "Evaluation Only"},
	}
	genders = spelling[Gender]{
		map[string]Gender{"female": Female, "f": Female, "male": Male, "m": Male, "unknown": Unknown, "transgender": Unknown},
		map[Gender]string{Female: "Female", Male: "Male", Unknown: "Unknown"},
	}
	contexts = spelling[Context]{
		map[string]Context{"both": Both, "evaluation": OnEvaluation, "forecast": OnForecast},
		map[Context]string{Both: "Both", OnEvaluation: "Evaluation", OnForecast: "Forecast"},
	}
	logics = spelling[Logic]{
		map[string]Logic{"": 0, "n/a": 0, "and": And, "or": Or},
		map[Logic]string{And: "AND", Or: "OR"},
	}
	conditionTypes = spelling[ConditionType]{
		map[string]ConditionType{
			"age": ByAge, "interval": ByInterval, "completed series": CompletedSeries,
			"vaccine count by age": CountByAge, "vaccine count by date": CountByDate,
			"vaccine count by date and age": CountByAgeAndDate, "vaccine count by age and date": CountByAgeAndDate,
		},
		map[ConditionType]string{
			ByAge: "Age", ByInterval: "Interval", CompletedSeries: "Completed Series", CountByAge: "Vaccine Count by Age",
			CountByDate: "Vaccine Count by Date", CountByAgeAndDate: "Vaccine Count by Age and Date",
		},
	}
	comparisons = spelling[Comparison]{
		map[string]Comparison{
			"": 0, "greater": Greater, "greater than": Greater, "equal": Equal, "equal to": Equal, "equals": Equal,
			"less": Less, "less than": Less,
		},
		map[Comparison]string{Greater: "greater than", Equal: "equal to", Less: "less than"},
	}
	validOnly  = spelling[bool]{map[string]bool{"": false, "total": false, "valid": true}, map[bool]string{false: "Total", true: "Valid"}}
	flags      = spelling[bool]{map[string]bool{"": false, "n": false, "no": false, "y": true, "yes": true}, nil}
	overrides  = spelling[bool]{map[string]bool{"": false, "n": false, "y": true, "override": true}, nil}
	priorities = spelling[string]{map[string]string{"": "", "a": "A", "b": "B", "c": "C"}, map[string]string{"A": "A", "B": "B", "C": "C"}}
	systems    = spelling[string]{
		map[string]string{"snomed": "SNOMED", "cvx": "CVX", "cdcphinvs": "CDCPHINVS"},
		map[string]string{"SNOMED": "SNOMED", "CVX": "CVX", "CDCPHINVS": "CDCPHINVS"},
	}
)

func (t SeriesType) String() string    { return seriesTypes.write[t] }
func (g Gender) String() string        { return genders.write[g] }
func (c Context) String() string       { return contexts.write[c] }
func (l Logic) String() string         { return logics.write[l] }
func (t ConditionType) String() string { return conditionTypes.write[t] }
func (c Comparison) String() string    { return comparisons.write[c] }
