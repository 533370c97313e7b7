package dedupe

import (
	"encoding/json"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/shared"
)

// scenario is a pair of reports of MIROW's guide with the outcome of NIST's and
// AIRA's weighted method.
type scenario struct {
	Scenario string
	Records  []struct {
		Date, CVX, Lot, Org, Source, Product string
		Groups                               []string
	}
	Outcome string `json:"weighted_outcome"`
}

// deviations are the scenarios in which the ordered rules say something else than
// the weighted method, and why.
var deviations = map[string]struct {
	rule string
	why  string
}{
	"S009": {"one sender, days apart", "Step 1 and R8: one site reports both, ten days apart, under two numbers: who reported them holds them apart, and more than four days are never joined without anyone's looking."},
	"S010": {"two shots", "R8: two sites say that they gave it, five days apart, and neither names a lot. The weights are unsure; both are counted either way."},
}

func TestScenariosOfMIROW(t *testing.T) {
	var all []scenario
	is.NoError(t, "read", json.Unmarshal(shared.File(t, "matching", "doses", "mirow_scenarios.json"), &all))
	is.Equal(t, "scenarios", len(all), 12)
	outcomes := map[Verdict]string{Same: "EQUAL", Different: "DIFFERENT", Review: "UNSURE"}
	for _, s := range all {
		a, b := s.report(0), s.report(1)
		verdict, rule := Published().Compare(&a, &b)
		d, deviates := deviations[s.Scenario]
		switch {
		case deviates && (outcomes[verdict] == s.Outcome || rule != d.rule):
			t.Errorf("%s is listed as a deviation by %q (%s), and is %s by %q", s.Scenario, d.rule, d.why, verdict, rule)
		case !deviates && outcomes[verdict] != s.Outcome:
			t.Errorf("%s: %s by %q, want %s", s.Scenario, verdict, rule, s.Outcome)
		}
	}
}

// unspecified are codes that say no more than the groups of a scenario do, and
// of its products.
var unspecified = map[string]string{"DTaP": "107", "HepB": "45", "Polio": "89", "HIB": "17", "Pediatrix": "110"}

// report is a report of a scenario. Some name groups and no code; who does not
// say who gave it only knows of it; two have day and month the wrong way round.
func (s scenario) report(i int) iis.SourceDose {
	r := s.Records[i]
	date := cal.ParseCompact(r.Date)
	if date == cal.None {
		date = cal.ParseCompact(r.Date[:4] + r.Date[6:] + r.Date[4:6])
	}
	cvx := r.CVX
	if cvx == "" && len(r.Groups) > 1 {
		cvx = unspecified["Pediatrix"]
	} else if cvx == "" {
		cvx = unspecified[r.Groups[0]]
	}
	source := "01"
	if r.Source == "administered" {
		source = "00"
	}
	sender := iis.SenderID(i + 1)
	if r.Org != "" && r.Org == s.Records[0].Org {
		sender = 1
	}
	id := iis.SourceDoseID(i + 1)
	return iis.SourceDose{ID: id, Origin: id, Sender: sender, Dose: iis.Dose{
		Kind: iis.Given, Date: date, CVX: cvx, Lot: r.Lot, InfoSource: source,
	}}
}
