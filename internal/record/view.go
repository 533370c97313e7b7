package record

import (
	"sort"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// Shown is one line of a history: a dose, refusal or fact with every report of
// it.
type Shown struct {
	ID      iis.DoseID
	Dose    iis.Dose // as the primary report has it
	Reports []*iis.SourceDose
	Rule    string
	Review  bool
}

// History is what a folder shows: its consolidated doses, and then refusals and
// facts, each in order of date. Deleted reports are not part of it.
func History(f *store.Folder) (doses, others []Shown) {
	byOrigin := make(map[iis.SourceDoseID]*iis.SourceDose, len(f.Doses))
	for i := range f.Doses {
		byOrigin[f.Doses[i].Origin] = &f.Doses[i]
	}
	for _, c := range f.Consolidated {
		s := Shown{ID: c.ID, Rule: c.Rule, Review: c.Review}
		for _, m := range c.Members {
			if d := byOrigin[m]; d != nil {
				s.Reports = append(s.Reports, d)
			}
		}
		if len(s.Reports) > 0 { // the primary is the one that is shown
			s.Dose = s.Reports[0].Dose
			doses = append(doses, s)
		}
	}
	return byDate(doses), byDate(otherLines(f))
}

// otherLines are the refusals and facts, each said once however many said it.
func otherLines(f *store.Folder) []Shown {
	var out []Shown
	at := map[string]int{}
	for i := range f.Doses {
		d := &f.Doses[i]
		if d.Dose.Kind == iis.Given || d.Dose.Action == iis.Delete {
			continue
		}
		key := whatKey(&d.Dose)
		if j, seen := at[key]; seen {
			out[j].Reports = append(out[j].Reports, d)
			continue
		}
		at[key] = len(out)
		out = append(out, Shown{ID: iis.DoseID(d.Origin), Dose: d.Dose, Reports: []*iis.SourceDose{d}, Rule: "single report"})
	}
	return out
}

func byDate(list []Shown) []Shown {
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Dose.Date != list[j].Dose.Date {
			return list[i].Dose.Date < list[j].Dose.Date
		}
		return list[i].ID < list[j].ID
	})
	return list
}
