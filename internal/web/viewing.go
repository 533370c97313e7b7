package web

import (
	"net/http"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/policy"
	"openiis/internal/role"
)

// viewingPage asks as which role pages shall be seen.
type viewingPage struct {
	Roles   []*role.Role
	Chosen  string
	Code    string // of a site
	Regions []policy.Region
	Region  string // the code of the one that is chosen
	Problem string
}

// viewingForm asks as which role somebody wants to see pages.
func (s *site) viewingForm(w http.ResponseWriter, r *http.Request) error {
	return s.showViewing(w, r, viewingPage{}, nil)
}

func (s *site) showViewing(w http.ResponseWriter, r *http.Request, p viewingPage, wrong error) error {
	p.Roles = visitOf(r).user.Views()
	var err error
	if p.Regions, err = s.Gate.Regions(r.Context()); err != nil {
		return err
	}
	if wrong != nil {
		p.Problem = fault.Public(wrong)
	}
	return s.ask(w, r, wrong, view{Page: "viewing", Title: "View as a role", Body: p})
}

// beginViewing has pages be shown as a role sees them.
func (s *site) beginViewing(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p := viewingPage{Chosen: r.PostForm.Get("role"), Code: strings.TrimSpace(r.PostForm.Get("facility")), Region: r.PostForm.Get("region")}
	err := s.Gate.BeginView(r.Context(), visitOf(r).user, p.Chosen, p.Code, p.Region)
	if said(err) {
		return s.showViewing(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// endViewing has pages be shown as somebody sees them themselves.
func (s *site) endViewing(w http.ResponseWriter, r *http.Request) error {
	if err := s.Gate.EndView(r.Context(), visitOf(r).user); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
