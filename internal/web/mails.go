package web

import (
	"net/http"
	"slices"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/mail"
)

const mailsAddress = "/mails"

// mailsPage is the list of mails of one status.
type mailsPage struct {
	*mail.Page
	Statuses []iis.MailStatus
	First    bool
	More     string // the address of the next page; "" on the last
	Done     string
	Problem  string
}

// mails lists what waits to be sent, what has failed and what was sent.
func (s *site) mails(w http.ResponseWriter, r *http.Request) error {
	p := mailsPage{}
	if r.URL.Query().Has("again") {
		p.Done = "The mail waits to be sent again. That takes some seconds."
	}
	return s.showMails(w, r, p, nil)
}

func (s *site) showMails(w http.ResponseWriter, r *http.Request, p mailsPage, wrong error) error {
	q := r.URL.Query()
	status := iis.MailStatus(q.Get("status"))
	if !slices.Contains(iis.MailStatuses, status) {
		status = iis.MailWaits
	}
	before, _ := iis.ParseMailID(q.Get("before")) // what is no number is the beginning
	var err error
	if p.Page, err = s.Mail.List(r.Context(), status, before); err != nil {
		return err
	}
	p.Statuses, p.First = iis.MailStatuses, before == 0
	if p.Next != 0 {
		p.More = mailsAddress + "?status=" + string(status) + "&before=" + p.Next.Public()
	}
	code, title := http.StatusOK, "Mail"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: mail"
		code, _ = s.explain(w, wrong)
	}
	return s.show(w, r, code, view{Page: "mails", Title: title, Body: p})
}

// sendAgain has a mail be sent that has failed, or is to be tried later.
func (s *site) sendAgain(w http.ResponseWriter, r *http.Request) error {
	id, ok := iis.ParseMailID(r.PathValue("mail"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such mail.")
	}
	err := s.Mail.Again(r.Context(), visitOf(r).user.Actor(), id)
	if said(err) {
		return s.showMails(w, r, mailsPage{}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, mailsAddress+"?again", http.StatusSeeOther)
	return nil
}
