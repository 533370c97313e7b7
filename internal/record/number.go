package record

import "openiis/internal/cdsi"

// Number is which dose of its series a valid one is, as the number of the next
// dose counts them: those of the schedule that were skipped do not, so a first
// Tdap at 25 is dose 1 and not dose 7. A booster, a dose of the schedule given
// again, has none: 0 (IG 1.5, appendix A.4.3).
func (a *Assessment) Number(e *cdsi.Evaluation) int {
	n := 1
	for i := range a.Evaluations {
		o := &a.Evaluations[i]
		if o.Status != cdsi.Valid || o.Antigen != e.Antigen || o.Series != e.Series || o.Type != e.Type {
			continue
		}
		switch {
		case o.Target < e.Target:
			n++
		case o.Target == e.Target && o.Date < e.Date:
			return 0
		}
	}
	return n
}
