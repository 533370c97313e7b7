package web

import (
	"net/http"
	"strconv"

	"openiis/internal/quality"
)

// waits is how much waits for whoever looks, for the menu: "" where it is nothing, or not theirs.
type waits struct {
	Alerts       string // on unusual access, that nobody has decided
	Applications string // of sites, that were sent and nobody has answered
}

// countWords are a count as the menu has it.
func countWords(n int, more bool) string {
	switch {
	case n == 0:
		return ""
	case more:
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

// waiting counts what waits. Who may review nothing costs nothing.
func (s *site) waiting(r *http.Request, v view) (out waits, err error) {
	if v.May(reviewAlerts) {
		n, more, err := s.Audit.Waiting(r.Context(), auditor(v.User))
		if err != nil {
			return out, err
		}
		out.Alerts = countWords(n, more)
	}
	if v.May(reviewApplications) {
		n, err := s.Enrol.Waiting(r.Context(), reviewerOf(v.User))
		if err != nil {
			return out, err
		}
		out.Applications = countWords(int(n), false)
	}
	return out, nil
}

// worksPage is the first page of whoever reviews what others bring, and finds no people.
type worksPage struct {
	Signs            bool // sites sign agreements in this state
	Reviews, Waiting int  // that are open, and of them for the programme
	Lapsed, Due      int  // agreements; Due within 30 days
}

// works shows what waits for whoever looks.
func (s *site) works(w http.ResponseWriter, r *http.Request) error {
	u, p := visitOf(r).user, worksPage{}
	if keepReviews.allows(u) {
		open, _, err := s.Quality.Reviews(r.Context(), reachOf(r))
		if err != nil {
			return err
		}
		for _, review := range open {
			if p.Reviews++; !review.Signed(quality.Programme) {
				p.Waiting++
			}
		}
	}
	if keepAgreements.allows(u) {
		due, err := s.Enrol.Renewals(r.Context(), reviewerOf(u), 1)
		if err != nil {
			return err
		}
		p.Signs, p.Lapsed, p.Due = due.Law.Enrolment != nil, due.Lapsed, due.Within[0]+due.Within[1]
	}
	return s.show(w, r, http.StatusOK, view{Page: "works", Title: "What waits", Body: p})
}
