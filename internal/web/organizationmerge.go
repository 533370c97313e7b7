package web

import (
	"net/http"
	"strings"

	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// mergePage is the way to a merge: whom to look for, and then what it will do.
type mergePage struct {
	From       *enrol.Card
	Text       string       // that was looked for
	Found      []enrol.Line // whom it may go into
	More       int          // that were found beside them
	Plan       *enrol.Plan  // nil while nobody is chosen
	SeenFrom   string
	SeenInto   string
	Why        string
	Problem    string
	SameSite   bool // kinds of sites go into each other
	Impossible bool // the merge that was chosen cannot be
}

// mergeForm looks for the organization into which another is merged.
func (s *site) mergeForm(w http.ResponseWriter, r *http.Request) error {
	id, err := organizationNumber(r)
	if err != nil {
		return err
	}
	p := mergePage{Text: strings.TrimSpace(r.URL.Query().Get("text"))}
	if p.From, err = s.Enrol.Open(r.Context(), reachOf(r), id); err != nil {
		return err
	}
	if p.SameSite = p.From.Kind.IsSite(); p.Text != "" {
		f := enrol.Filter{Text: p.Text, Kind: p.From.Kind}
		if p.SameSite {
			f.Kind = enrol.AnySite
		}
		l, err := s.Enrol.List(r.Context(), f)
		if err != nil {
			return err
		}
		for _, line := range l.Lines {
			if line.ID != id {
				p.Found = append(p.Found, line)
			}
		}
		p.More = l.Found - len(l.Lines)
	}
	return s.show(w, r, http.StatusOK, view{Page: "organizationmerge", Title: "Merge an organization", Body: p})
}

// mergeParts are the two organizations that an address names.
func mergeParts(r *http.Request) (from, into iis.OrganizationID, err error) {
	if from, err = organizationNumber(r); err == nil {
		into, err = parseOrganization(r.PathValue("other"))
	}
	return from, into, err
}

// mergePlan says what a merge will do, and asks for the reason.
func (s *site) mergePlan(w http.ResponseWriter, r *http.Request) error {
	return s.showMergePlan(w, r, "", nil)
}

func (s *site) showMergePlan(w http.ResponseWriter, r *http.Request, why string, wrong error) error {
	from, into, err := mergeParts(r)
	if err != nil {
		return err
	}
	p := mergePage{Why: why}
	if p.From, err = s.Enrol.Open(r.Context(), reachOf(r), from); err != nil {
		return err
	}
	p.Plan, err = s.Enrol.PlanMerge(r.Context(), from, into)
	if formWrong(err) {
		wrong, p.Impossible = err, true
	} else if err != nil {
		return err
	}
	if p.Plan != nil {
		p.SeenFrom, p.SeenInto = seenText(p.Plan.From.Changed), seenText(p.Plan.Into.Changed)
	}
	status, title := http.StatusOK, "Merge an organization"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "organizationmerge", Title: title, Body: p})
}

// merge does it.
func (s *site) merge(w http.ResponseWriter, r *http.Request) error {
	from, into, err := mergeParts(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	seenFrom, err := seenIn(r.PostForm.Get("from"))
	if err != nil {
		return err
	}
	seenInto, err := seenIn(r.PostForm.Get("into"))
	if err != nil {
		return err
	}
	_, err = s.Enrol.Merge(r.Context(), visitOf(r).user.Actor(), from, into, seenFrom, seenInto, r.PostForm.Get("why"))
	if formWrong(err) {
		return s.showMergePlan(w, r, r.PostForm.Get("why"), err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, organizationAddress(into)+"?done=merged&former="+from.Public(), http.StatusSeeOther)
	return nil
}
