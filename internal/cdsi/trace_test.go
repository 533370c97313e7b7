package cdsi_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/cdsi"
)

func TestTheTraceTellsWhichConditionGaveASeriesItsPoints(t *testing.T) {
	e := engine(t)
	scored, tables := 0, map[string]bool{}
	for _, p := range []cdsi.Patient{
		{Born: on(t, "2025-01-10"), Sex: "F", Assessed: on(t, "2025-11-12"), Doses: history(t, "2025-03-10 119", "2025-03-10 49", "2025-03-10 08")},
		{Born: on(t, "2010-01-10"), Sex: "F", Assessed: on(t, "2025-11-12"), Doses: history(t, "2010-01-10 08", "2010-03-10 08", "2010-05-10 08", "2010-09-10 08")},
		{Born: on(t, "1960-01-10"), Sex: "M", Assessed: on(t, "2025-11-12"), Observations: []cdsi.Observed{{Code: "007"}, {Code: "014"}, {Code: "156"}}},
	} {
		r := e.Evaluate(&p, cdsi.Options{Explain: true})
		sum := map[string]int{}
		for _, s := range r.Trace {
			at := s.Antigen + "/" + s.Series
			switch {
			case strings.HasPrefix(s.Rule, "Table 8-7"), strings.HasPrefix(s.Rule, "Table 8-9"), strings.HasPrefix(s.Rule, "Table 8-11"):
				n, err := strconv.Atoi(s.Outcome[strings.LastIndex(s.Outcome, ": ")+2:])
				if err != nil {
					t.Fatalf("%s: %s", s.Rule, s.Outcome)
				}
				sum[at] += n
				tables[s.Rule] = true
			case strings.HasPrefix(s.Rule, "SELECTBEST"):
				scored++
				if want := fmt.Sprintf("%d points", sum[at]); s.Outcome != want && !strings.HasPrefix(s.Outcome, want+":") {
					t.Errorf("%s: %s, and its conditions give %d", at, s.Outcome, sum[at])
				}
			}
		}
	}
	if scored < 4 || len(tables) < 2 {
		t.Errorf("%d series were scored, by %v: the test shows little", scored, tables)
	}
}

func TestTheTraceOfAForecastHasTheRuleOfEachOfItsParts(t *testing.T) {
	e := engine(t)
	p := cdsi.Patient{Born: on(t, "2025-05-10"), Sex: "F", Assessed: on(t, "2025-11-12"), Doses: history(t, "2025-07-10 119")}
	r := e.Evaluate(&p, cdsi.Options{Explain: true, Group: "Rotavirus"})
	said := map[string]string{}
	for _, s := range r.Trace {
		if s.Series == "" || strings.Contains(s.Series, "2-dose") {
			said[s.Rule] = s.Outcome
		}
	}
	for rule, want := range map[string]string{
		"FORECASTDN-1":                   "dose number 2; target doses satisfied: 1",
		"FORECASTDT-4":                   "latest date",
		"FORECASTDTCAN-1":                "earliest date",
		"FORECASTRECVAC-1, FORECASTVG-9": "recommended vaccines: CVX 119",
	} {
		if said[rule] != want {
			t.Errorf("%s says %q, want %q", rule, said[rule], want)
		}
	}
}
