package cdsi

import "openiis/internal/schedule"

// relevant is chapter 5: whether an antigen series is a relevant patient series
// (Table 5-5), and the indication that makes a risk series one.
func (r *run) relevant(s *series) (*indication, bool) {
	if s.genders&(1<<r.gender) == 0 {
		return nil, false
	}
	if s.kind != schedule.Risk {
		return nil, true
	}
	if !s.indicated.meets(&r.observed) {
		return nil, false
	}
	for i := range s.indication {
		if r.indicates(&s.indication[i]) {
			if r.t != nil {
				r.t.add(Step{Rule: "Table 5-4", Antigen: r.e.antigens[s.antigen].name, Series: s.src.Name,
					Row: "indication " + s.indication[i].src.Observation.Code + " " + s.indication[i].src.Observation.Title, Outcome: "the series is relevant"})
			}
			return &s.indication[i], true
		}
	}
	if r.t != nil {
		r.t.add(Step{Rule: "Table 5-4", Antigen: r.e.antigens[s.antigen].name, Series: s.src.Name,
			Outcome: "the series is not relevant: at this age none of its indications applies"})
	}
	return nil, false
}

// indicates is Table 5-4, with the ages of CALCDTIND-1 and CALCDTIND-2.
func (r *run) indicates(i *indication) bool {
	return r.observed.has(i.obs) && r.atAge(i.window, r.assessed)
}
