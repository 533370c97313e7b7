package web

import (
	"fmt"
	"net/http"

	"openiis/internal/enrol"
	"openiis/internal/iis"
	"openiis/internal/quality"
)

// reachOf is to whom whoever asks is held; nil: to nobody.
func reachOf(r *http.Request) *iis.Reach { return visitOf(r).user.Actor().Reach }

// findReach finds whom somebody sees who is held to their region. It is found anew with
// each request: when a site, or their account, goes to another region, what they see
// follows at once.
func (s *site) findReach(r *http.Request) (err error) {
	u := &visitOf(r).user
	if !u.Regional() {
		return nil
	}
	if u.Reach, err = s.Enrol.OfRegion(r.Context(), u.Region); err != nil {
		return fmt.Errorf("find the region of user %d: %w", u.ID, err)
	}
	return nil
}

// regionPage is what whoever looks after a region sees first of it.
type regionPage struct {
	Name         string
	Records      bool // the state's policy lets them see records
	Signs        bool // sites sign agreements in this state
	All          int  // sites, inactive ones too
	Statuses     []statusCount
	Reviews      int // that are open
	Waiting      int // of them, for the programme
	Lapsed, Due  int // agreements; Due within 30 days
	Applications int
	More         bool
	OnTheWay     []enrol.Line // sites that are not live yet, some
}

// statusCount is how many sites have a status.
type statusCount struct {
	Status iis.OrganizationStatus
	N      int
}

// mostOnTheWay is how many sites that are not live yet the first page lists.
const mostOnTheWay = 20

// regionHome is the first page of whoever looks after a region: people are found there, and
// how its sites are.
func (s *site) regionHome(w http.ResponseWriter, r *http.Request) error {
	p, err := s.region(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "find", Title: "Find a person", Body: findPage{Region: p}})
}

func (s *site) region(r *http.Request) (*regionPage, error) {
	held, by := reachOf(r), reviewerOf(visitOf(r).user)
	law, err := s.Enrol.Policy(r.Context())
	if err != nil {
		return nil, err
	}
	p := &regionPage{Name: held.Name, Records: law.Regional != nil, Signs: law.Enrolment != nil}
	if held.Region == "" {
		return p, nil
	}
	sites, err := s.Enrol.List(r.Context(), enrol.Filter{Kind: enrol.AnySite, Status: enrol.AnyStatus, All: true, Held: held})
	if err != nil {
		return nil, err
	}
	p.sites(sites)
	open, _, err := s.Quality.Reviews(r.Context(), held)
	if err != nil {
		return nil, err
	}
	for _, review := range open {
		if p.Reviews++; !review.Signed(quality.Programme) {
			p.Waiting++
		}
	}
	due, err := s.Enrol.Renewals(r.Context(), by, 1)
	if err != nil {
		return nil, err
	}
	p.Lapsed, p.Due = due.Lapsed, due.Within[0]+due.Within[1]
	waits, err := s.Enrol.Applications(r.Context(), by, iis.ApplicationSubmitted, 1)
	if err != nil {
		return nil, err
	}
	p.Applications, p.More = len(waits.List), waits.More
	return p, nil
}

// sites counts the sites of a region, and takes those that are on their way.
func (p *regionPage) sites(l *enrol.List) {
	p.All = l.Found
	n := map[iis.OrganizationStatus]int{}
	for _, line := range l.Lines {
		n[line.Status]++
		if line.Open() && line.Status != iis.StatusLive && len(p.OnTheWay) < mostOnTheWay {
			p.OnTheWay = append(p.OnTheWay, line)
		}
	}
	for _, status := range iis.OrganizationStatuses {
		p.Statuses = append(p.Statuses, statusCount{status, n[status]})
	}
}
