package record

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// born is a child of two years and eight months on assessedOn.
var born, assessedOn = cal.Of(2023, 4, 5), cal.Of(2025, 12, 10)

// statuses are the statuses of some vaccine groups of a child with one order group.
func statuses(t *testing.T, d iis.Dose, groups ...string) []string {
	t.Helper()
	lib, err := cdsi.Published()
	is.NoError(t, "schedule", err)
	e, err := lib.For(assessedOn)
	is.NoError(t, "engine", err)
	f := &store.Folder{ID: 1, Golden: iis.Person{Birth: born, Sex: "F"}}
	f.Doses = []iis.SourceDose{{ID: 1, Origin: 1, Dose: d}}
	if d.Kind == iis.Given {
		f.Consolidated = []iis.Consolidated{{ID: 1, Primary: 1, Members: []iis.SourceDoseID{1}}}
	}
	var out []string
	a := Assess(e, f, assessedOn, cdsi.Options{})
	for _, g := range groups {
		for _, fc := range a.Forecasts {
			if fc.Group == g {
				status := fc.Status.String()
				if len(fc.Unsure) > 0 {
					status += ", to find out"
				}
				out = append(out, g+" "+status)
			}
		}
	}
	return out
}

func coded(loinc, group, code, system string) iis.Observation {
	return iis.Observation{Code: iis.Coded{Code: loinc, System: "LN"}, Group: group, Type: "CE", Value: iis.Coded{Code: code, System: system}}
}

func TestAnAllergicReactionForbidsTheVaccineThatItIsAbout(t *testing.T) {
	mmrv := iis.Dose{Kind: iis.Given, Date: cal.Of(2024, 4, 8), CVX: "94"}
	mmrv.Observations = []iis.Observation{coded("31044-1", "1", "39579001", "SCT")}
	is.Equal(t, "anaphylaxis after MMRV", statuses(t, mmrv, "MMR", "Varicella", "Polio", "HepB"),
		[]string{"MMR Contraindicated", "Varicella Contraindicated", "Polio Not Complete", "HepB Not Complete"})

	fact := iis.Dose{Kind: iis.Fact, Date: cal.Of(2024, 5, 2)}
	fact.Observations = []iis.Observation{coded("30956-7", "2", "10", "CVX"), coded("30945-0", "2", "VXC20", "CDCPHINVS")}
	is.Equal(t, "an allergy to polio vaccine by its group", statuses(t, fact, "MMR", "Polio"), []string{"MMR Not Complete", "Polio Contraindicated"})

	fact.Observations = fact.Observations[1:]
	is.Equal(t, "an allergy to nobody knows which vaccine", statuses(t, fact, "MMR", "Polio"),
		[]string{"MMR Not Complete, to find out", "Polio Not Complete, to find out"})
}

func TestADiseaseThatWasHadIsImmunity(t *testing.T) {
	fact := iis.Dose{Kind: iis.Fact, Date: cal.Of(2024, 5, 2)}
	fact.Observations = []iis.Observation{coded("59784-9", "1", "38907003", "SCT")}
	is.Equal(t, "varicella", statuses(t, fact, "Varicella", "MMR"), []string{"Varicella Immune", "MMR Not Complete"})
}

func TestAPartOfADoseDoesNotCount(t *testing.T) {
	d := iis.Dose{Kind: iis.Given, Date: cal.Of(2024, 4, 8), CVX: "21", Completion: "PA"}
	is.Equal(t, "partial", statuses(t, d, "Varicella"), []string{"Varicella Not Complete"})
}

func TestNothingIsDueAfterDeathAndDosesAreJudged(t *testing.T) {
	lib, err := cdsi.Published()
	is.NoError(t, "schedule", err)
	on := cal.Of(2030, 12, 10) // when the release has no season: who is alive is told so
	e, err := lib.For(on)
	is.NoError(t, "engine", err)
	f := &store.Folder{ID: 1, Golden: iis.Person{Birth: born, Sex: "F"}}
	f.Doses = []iis.SourceDose{{ID: 1, Origin: 1, Dose: iis.Dose{Kind: iis.Given, Date: cal.Of(2024, 4, 8), CVX: "94"}}}
	f.Consolidated = []iis.Consolidated{{ID: 1, Primary: 1, Members: []iis.SourceDoseID{1}}}
	alive := Assess(e, f, on, cdsi.Options{})
	f.Golden.Dead = "Y"
	dead := Assess(e, f, on, cdsi.Options{})
	is.Equal(t, "alive", alive.Died || len(alive.Forecasts) == 0 || len(alive.Problems) == 0, false)
	is.Equal(t, "dead", dead.Died, true)
	is.Equal(t, "forecasts after death", len(dead.Forecasts), 0)
	is.Equal(t, "what is missing of them", len(dead.Problems), 0)
	is.Equal(t, "verdicts", len(dead.Evaluations), len(alive.Evaluations))
}
