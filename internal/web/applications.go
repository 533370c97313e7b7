package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"openiis/internal/access"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// reviewerOf is somebody who reviews for the programme.
func reviewerOf(u access.User) enrol.Reviewer {
	return enrol.Reviewer{Actor: u.Actor(), Everyone: u.Everyone(), Region: u.Region}
}

const applicationsAddress = "/applications"

func applicationAddress(id iis.ApplicationID) string { return applicationsAddress + "/" + id.Public() }

// applicationsPage is the queue of applications.
type applicationsPage struct {
	*enrol.Queue
	Statuses []iis.ApplicationStatus
	Region   string // to which whoever looks is held; "" when to none
	NoRegion bool   // whoever looks sees one region only, and has none
	Before   string
	Next     string
}

// applications lists those of a status.
func (s *site) applications(w http.ResponseWriter, r *http.Request) error {
	q, by := r.URL.Query(), reviewerOf(visitOf(r).user)
	status := iis.ApplicationStatus(q.Get("status"))
	if status.Words() == "" || status == iis.ApplicationDraft {
		status = iis.ApplicationSubmitted
	}
	page, _ := strconv.Atoi(q.Get("page")) // what is no number is the first
	list, err := s.Enrol.Applications(r.Context(), by, status, page)
	if err != nil {
		return err
	}
	p := applicationsPage{
		Queue: list, NoRegion: !by.Everyone && by.Region == "",
		Statuses: []iis.ApplicationStatus{iis.ApplicationSubmitted, iis.ApplicationAsked, iis.ApplicationApproved, iis.ApplicationDeclined, iis.ApplicationWithdrawn},
	}
	if !by.Everyone {
		p.Region = by.Region
	}
	at := func(page int) string {
		return fmt.Sprintf("%s?status=%s&page=%d", applicationsAddress, strings.ReplaceAll(string(status), " ", "+"), page)
	}
	if list.Page > 1 {
		p.Before = at(list.Page - 1)
	}
	if list.More {
		p.Next = at(list.Page + 1)
	}
	return s.show(w, r, http.StatusOK, view{Page: "applications", Title: "Applications of sites", Body: p})
}

// applicationPage is an application as a reviewer sees it.
type applicationPage struct {
	*enrol.Review
	How      string // what was typed: whether it is a new site, or which
	Under    string
	Said     string
	Typed    map[string]string // what was written beside fields
	AtForm   string            // which form the problem is of
	Problem  string
	Done     string
	Everyone bool       // all users are to be invited
	Links    []madeLink // that were made just now
}

var applicationsDone = map[string]string{"ask": "The applicant is asked for changes.", "decline": "The application was declined.", "refuse": "The signed form was refused: the applicant has it signed again."}

func applicationIn(r *http.Request) (iis.ApplicationID, error) {
	id, ok := iis.ParseApplicationID(r.PathValue("application"))
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not the number of an application. It has 13 letters and digits.")
	}
	return id, nil
}

// application shows one.
func (s *site) application(w http.ResponseWriter, r *http.Request) error {
	return s.showApplication(w, r, applicationPage{Done: applicationsDone[r.URL.Query().Get("done")]}, nil)
}

func (s *site) showApplication(w http.ResponseWriter, r *http.Request, p applicationPage, wrong error) error {
	id, err := applicationIn(r)
	if err != nil {
		return err
	}
	code := ""
	if p.Review != nil {
		code = p.Code
	}
	if p.Review, err = s.Enrol.ForReview(r.Context(), reviewerOf(visitOf(r).user), id); err != nil {
		return err
	}
	if code != "" {
		p.Code = code
	}
	status, title := http.StatusOK, "Application of a site"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: "+title
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "application", Title: title, Body: p})
}

// decideApplication asks for changes, declines, refuses a signed form, or approves.
func (s *site) decideApplication(w http.ResponseWriter, r *http.Request) error {
	id, err := applicationIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	by, act := reviewerOf(visitOf(r).user), r.PathValue("act")
	p := applicationPage{Said: r.PostForm.Get("said"), How: r.PostForm.Get("site"), Under: r.PostForm.Get("under"), Typed: map[string]string{}, AtForm: act}
	switch act {
	case "ask":
		var notes []iis.FieldNote
		for name, values := range r.PostForm {
			if key, ours := strings.CutPrefix(name, "note-"); ours && strings.TrimSpace(values[0]) != "" {
				p.Typed[key] = values[0]
			}
		}
		for _, f := range enrol.ReviewFields(&iis.Enrolment{}) { // in their order
			if say := p.Typed[f.Key]; say != "" {
				notes = append(notes, iis.FieldNote{Field: f.Key, Label: f.Label, Say: say})
			}
		}
		err = s.Enrol.Ask(r.Context(), by, id, notes, p.Said)
	case "decline":
		err = s.Enrol.Decline(r.Context(), by, id, p.Said)
	case "refuse":
		n, _ := strconv.Atoi(r.PostForm.Get("n")) // what is no number is no form
		err = s.Enrol.RefuseForm(r.Context(), by, id, n, p.Said)
	case "approve":
		return s.approve(w, r, id, p)
	default:
		return fault.New(fault.NotFound, "There is no page at this address.")
	}
	if formWrong(err) {
		return s.showApplication(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, applicationAddress(id)+"?done="+act, http.StatusSeeOther)
	return nil
}

// approve approves an application, and shows the links for its access administrators, once.
func (s *site) approve(w http.ResponseWriter, r *http.Request, id iis.ApplicationID, p applicationPage) error {
	a := enrol.Approval{Facility: r.PostForm.Get("facility"), Said: p.Said, Everyone: r.PostForm.Get("everyone") == "yes"}
	p.Everyone = a.Everyone
	p.Review = &enrol.Review{Code: a.Facility}
	var err error
	switch {
	case p.How == "":
		err = fault.New(fault.Invalid, "Say whether the site is new, or which of those that are here it is. Nothing was changed.")
	case p.How != "new":
		a.Attach, err = parseOrganization(p.How)
	case p.Under != "":
		a.Under, err = parseOrganization(p.Under)
	}
	var links []enrol.Link
	if err == nil {
		_, links, err = s.Enrol.Approve(r.Context(), reviewerOf(visitOf(r).user), id, a)
	}
	if said(err) {
		return s.showApplication(w, r, p, err)
	}
	if err != nil {
		return err
	}
	p.Review, p.Done = nil, "The application was approved. The site is in training now."
	p.Links = s.madeLinks(r, links)
	return s.showApplication(w, r, p, nil)
}

// applicationPDF is a form of an application, filled in or signed.
func (s *site) applicationPDF(w http.ResponseWriter, r *http.Request) error {
	id, err := applicationIn(r)
	if err != nil {
		return err
	}
	n, err := numberIn(r)
	if err != nil {
		return err
	}
	a, err := s.Enrol.ForReview(r.Context(), reviewerOf(visitOf(r).user), id)
	if err != nil {
		return err
	}
	d, err := a.Sheet(n)
	if err != nil {
		return err
	}
	return sendForm(w, r, d)
}

// applicationUpload is a document that was uploaded with an application.
func (s *site) applicationUpload(w http.ResponseWriter, r *http.Request) error {
	id, err := applicationIn(r)
	if err != nil {
		return err
	}
	n, err := numberIn(r)
	if err != nil {
		return err
	}
	d, err := s.Enrol.UploadedWith(r.Context(), reviewerOf(visitOf(r).user), id, n)
	if err != nil {
		return err
	}
	sendDocument(w, d)
	return nil
}

// renewalsPage is the queue of what is to be signed again.
type renewalsPage struct {
	*enrol.Renewals
	Before, Next string
}

// renewals shows the queue.
func (s *site) renewals(w http.ResponseWriter, r *http.Request) error {
	page, _ := strconv.Atoi(r.URL.Query().Get("page")) // what is no number is the first
	list, err := s.Enrol.Renewals(r.Context(), reviewerOf(visitOf(r).user), page)
	if err != nil {
		return err
	}
	p := renewalsPage{Renewals: list}
	if list.Page > 1 {
		p.Before = fmt.Sprintf("/renewals?page=%d", list.Page-1)
	}
	if list.More {
		p.Next = fmt.Sprintf("/renewals?page=%d", list.Page+1)
	}
	return s.show(w, r, http.StatusOK, view{Page: "renewals", Title: "Renewals of agreements", Body: p})
}
