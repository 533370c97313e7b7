package intake

import (
	"slices"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/record"
)

// groupCodes are the codes that stand for the schedule's vaccine groups, as CDC's
// list of groups has them. Where that list is finer than the schedule, the first
// stands for the whole.
var groupCodes = map[string][]string{
	"COVID-19":              {"213"},
	"Chikungunya":           {"317"},
	"Cholera":               {"26"},
	dtap:                    {"107", "115", "139"}, // DTaP, Tdap, Td
	"Dengue":                {"330"},
	"Ebola":                 {"214"},
	"HPV":                   {"137"},
	"HepA":                  {"85"},
	"HepB":                  {"45"},
	"Hib":                   {"17"},
	"Influenza":             {"88"},
	"Japanese Encephalitis": {"129"},
	"MMR":                   {"03"},
	"Meningococcal":         {"108"},
	"Meningococcal B":       {"164"},
	"Orthopoxvirus":         {"325"},
	"Pneumococcal":          {"152", "33"}, // conjugate, polysaccharide
	"Polio":                 {"89"},
	"RSV":                   {"304"},
	"Rabies":                {"90"},
	"Rotavirus":             {"122"},
	"TBE":                   {"222"},
	"Typhoid":               {"91"},
	"Varicella":             {"21"},
	"Yellow Fever":          {"184"},
	"Zoster":                {"188"},
}

const dtap = "DTaP/Tdap/Td"

// groupOfDose is the code of the vaccine group in which a dose was judged, the
// finer one of its vaccine if there is one; "" for a group that has no code.
func groupOfDose(group, cvx string, codes *codeset.Tables) string {
	list := groupCodes[group]
	v, _ := codes.CVX(cvx)
	for _, g := range v.Groups {
		if slices.Contains(list, g.CVX) {
			return g.CVX
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// groupsOf are the schedule's vaccine groups of the vaccines of some doses.
func groupsOf(doses []record.Shown, codes *codeset.Tables) (out []string) {
	for i := range doses {
		v, _ := codes.CVX(doses[i].Dose.CVX)
		for group, list := range groupCodes {
			if slices.ContainsFunc(v.Groups, func(g codeset.Group) bool { return slices.Contains(list, g.CVX) }) {
				out = append(out, group)
			}
		}
	}
	return out
}

// groupOfForecast is the code of a group that is forecast: that of the vaccine
// recommended, if the schedule names one. From 7 years on nobody is to be given
// DTaP; Tdap may be given wherever Td is due. Who may have no pertussis vaccine is
// told DT or Td: a reader takes the code for what to give.
func groupOfForecast(f *cdsi.Forecast, born cal.Date, codes *codeset.Tables, on cal.Date) string {
	switch {
	case len(f.Vaccines) > 0:
		return groupOfDose(f.Group, f.Vaccines[0], codes)
	case f.Group == dtap:
		return codeOfDTaP(max(on, f.Recommended) >= born.AddMonths(7*12), withoutPertussis(f))
	}
	return groupOfDose(f.Group, "", codes)
}

func codeOfDTaP(old, withoutPertussis bool) string {
	switch {
	case old && withoutPertussis:
		return "139" // Td
	case old:
		return "115" // Tdap
	case withoutPertussis:
		return "28" // DT; CDC's list has no group of it
	}
	return "107" // DTaP
}

// withoutPertussis reports a forecast in which pertussis alone is contraindicated.
func withoutPertussis(f *cdsi.Forecast) bool {
	return f.Status == cdsi.NotComplete && slices.ContainsFunc(f.Series, func(s cdsi.SeriesForecast) bool {
		return s.Antigen() == "Pertussis" && s.Status == cdsi.Contraindicated
	})
}
