package record

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
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
	a := Assess(e, codeset.Default(), f, assessedOn, cdsi.Options{})
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

	mmrv.CVX = codeset.UnknownVaccine
	is.Equal(t, "anaphylaxis after nobody knows which vaccine", statuses(t, mmrv, "MMR", "Polio"),
		[]string{"MMR Not Complete, to find out", "Polio Not Complete, to find out"})

	fact := iis.Dose{Kind: iis.Fact, Date: cal.Of(2024, 5, 2)}
	fact.Observations = []iis.Observation{coded("30956-7", "2", "10", "CVX"), coded("30945-0", "2", "VXC20", "CDCPHINVS")}
	is.Equal(t, "an allergy to polio vaccine by its group", statuses(t, fact, "MMR", "Polio"), []string{"MMR Not Complete", "Polio Contraindicated"})

	for _, code := range []string{"3", "003"} { // MMR is 03
		fact.Observations[0].Value.Code = code
		is.Equal(t, "an allergy to "+code, statuses(t, fact, "MMR", "Polio"), []string{"MMR Contraindicated", "Polio Not Complete"})
	}
	for _, code := range []string{"998", "999", "00006-4681-00"} {
		fact.Observations[0].Value.Code = code
		is.Equal(t, "an allergy to "+code, statuses(t, fact, "MMR", "Polio"), []string{"MMR Not Complete, to find out", "Polio Not Complete, to find out"})
	}

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
	alive := Assess(e, codeset.Default(), f, on, cdsi.Options{})
	f.Golden.Dead = "Y"
	dead := Assess(e, codeset.Default(), f, on, cdsi.Options{})
	is.Equal(t, "alive", alive.Died || len(alive.Forecasts) == 0 || len(alive.Problems) == 0, false)
	is.Equal(t, "dead", dead.Died, true)
	is.Equal(t, "forecasts after death", len(dead.Forecasts), 0)
	is.Equal(t, "what is missing of them", len(dead.Problems), 0)
	is.Equal(t, "verdicts", len(dead.Evaluations), len(alive.Evaluations))
}

// codedFact is a fact of one observation, in a group of its own, and what stands
// beside it.
func codedFact(loinc string, v iis.Coded, beside ...iis.Observation) iis.Dose {
	main := iis.Observation{Code: iis.Coded{Code: loinc, System: "LN"}, Group: "1", Type: "CE", Value: v}
	return iis.Dose{Kind: iis.Fact, Date: cal.Of(2025, 5, 2), Observations: append([]iis.Observation{main}, beside...)}
}

func lastDay(group, text string) iis.Observation {
	return iis.Observation{Code: iis.Coded{Code: codeset.LOINCLastDay, System: "LN"}, Group: group, Type: "DT", Text: text}
}

func TestWhatHasEndedHoldsNoLonger(t *testing.T) {
	globulin := iis.Coded{Code: "125", System: codeset.ObservationSystem}
	for _, c := range []struct {
		name   string
		beside []iis.Observation
		want   string
	}{
		{"without an end", nil, "MMR Contraindicated"},
		{"until today", []iis.Observation{lastDay("1", "20251210")}, "MMR Contraindicated"},
		{"until yesterday", []iis.Observation{lastDay("1", "20251209")}, "MMR Not Complete"},
		{"another fact ended", []iis.Observation{lastDay("2", "20251209")}, "MMR Contraindicated"},
		{"nobody knows what ended", []iis.Observation{lastDay("", "20251209")}, "MMR Contraindicated"},
		{"an end that is no day", []iis.Observation{lastDay("1", "soon")}, "MMR Contraindicated"},
	} {
		is.Equal(t, c.name, statuses(t, codedFact(codeset.LOINCContraindication, globulin, c.beside...), "MMR"), []string{c.want})
	}
}

func TestCDCsOwnNumberSaysWhichOfSeveralIsMeant(t *testing.T) {
	aids := iis.Coded{Code: "62479008", System: "SCT"}
	is.Equal(t, "by SNOMED CT alone: the worse is possible", statuses(t, codedFact(codeset.LOINCContraindication, aids), "MMR"), []string{"MMR Contraindicated"})
	aids.AltCode, aids.AltSystem = "155", codeset.ObservationSystem
	is.Equal(t, "not severely", statuses(t, codedFact(codeset.LOINCContraindication, aids), "MMR"), []string{"MMR Not Complete"})
}

func TestImmunodeficiencyOfAnyCauseAsksHowSevereItIs(t *testing.T) {
	any := codedFact(codeset.LOINCContraindication, iis.Coded{Code: "VXC27", System: "CDCPHINVS"})
	is.Equal(t, "VXC27", statuses(t, any, "MMR", "Varicella", "Polio"),
		[]string{"MMR Not Complete, to find out", "Varicella Not Complete, to find out", "Polio Not Complete"})
	any.Observations = append(any.Observations, iis.Observation{
		Code: iis.Coded{Code: codeset.LOINCContraindication}, Group: "2", Value: iis.Coded{Code: "246", System: codeset.ObservationSystem},
	})
	is.Equal(t, "severe", statuses(t, any, "MMR", "Polio"), []string{"MMR Contraindicated", "Polio Not Complete"})
}

func TestTheGuidesCodesThatCDCsListLacksAreUnderstood(t *testing.T) {
	mumps := codedFact(codeset.LOINCSerology, iis.Coded{Code: "341112003", System: "SCT"})
	for i, code := range []string{"371111005", "278968001"} {
		mumps.Observations = append(mumps.Observations, coded(codeset.LOINCSerology, string(rune('2'+i)), code, "SCT"))
	}
	is.Equal(t, "mumps, measles and rubella", statuses(t, mumps, "MMR"), []string{"MMR Immune"})
	preservative := codedFact(codeset.LOINCContraindication, iis.Coded{Code: "VXC17", System: "CDCPHINVS"})
	is.Equal(t, "2-phenoxyethanol", statuses(t, preservative, "Polio", "MMR"), []string{"Polio Contraindicated", "MMR Not Complete"})
}

func TestAnAllergyToAVaccineWithoutAVXC20OfItsOwnForbidsItToo(t *testing.T) {
	for group, cvx := range map[string]string{"Dengue": "330", "RSV": "306", "Ebola": "204", "Chikungunya": "317", "Orthopoxvirus": "206"} {
		d := codedFact(codeset.LOINCContraindication, iis.Coded{Code: "VXC20", System: "CDCPHINVS"}, coded(codeset.LOINCVaccine, "1", cvx, "CVX"))
		lib, err := cdsi.Published()
		is.NoError(t, "schedule", err)
		e, err := lib.For(assessedOn)
		is.NoError(t, "engine", err)
		if len(e.Allergies(VaccineOf(&d, &d.Observations[0]))) == 0 {
			t.Errorf("an allergy to %s vaccine (CVX %s) forbids nothing", group, cvx)
		}
	}
}
