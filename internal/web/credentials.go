package web

import (
	"net/http"
	"strings"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// credentialsPage is how the record system of somebody's own site signs in.
type credentialsPage struct {
	List     []access.OwnSender
	Done     string
	At       iis.SenderID // whose form the problem is of
	Username string       // that was typed, or given
	Password string       // that was made just now; "": none was
	Problem  string
}

const credentialsAddress = "/credentials"

// credentials shows the senders of one's own site with their user names.
func (s *site) credentials(w http.ResponseWriter, r *http.Request) error {
	p := credentialsPage{}
	if r.URL.Query().Has("ended") {
		p.Done = "The user name was ended. Nothing is taken by it any more."
	}
	return s.showCredentials(w, r, p, nil)
}

func (s *site) showCredentials(w http.ResponseWriter, r *http.Request, p credentialsPage, wrong error) error {
	var err error
	if p.List, err = s.Gate.OwnSenders(r.Context(), visitOf(r).user); err != nil {
		return err
	}
	if wrong != nil {
		p.Problem = fault.Public(wrong)
	}
	return s.ask(w, r, wrong, view{Page: "credentials", Title: "Record system", Body: p})
}

// giveCredential makes a password for the record system, which is shown once.
func (s *site) giveCredential(w http.ResponseWriter, r *http.Request) error {
	id, err := senderNumber(r)
	if err == nil {
		err = readForm(r)
	}
	if err != nil {
		return err
	}
	p := credentialsPage{At: id, Username: strings.TrimSpace(r.PostForm.Get("username"))}
	p.Password, err = s.Gate.GiveCredential(r.Context(), placeOf(r), visitOf(r).user, id, p.Username, r.PostForm.Get("proof"))
	if said(err) {
		return s.showCredentials(w, r, p, err)
	}
	if err != nil {
		return err
	}
	return s.showCredentials(w, r, p, nil)
}

// endCredential ends a user name of the record system.
func (s *site) endCredential(w http.ResponseWriter, r *http.Request) error {
	id, err := senderNumber(r)
	if err == nil {
		err = readForm(r)
	}
	if err == nil {
		err = s.Gate.TakeCredential(r.Context(), visitOf(r).user, id, r.PostForm.Get("username"))
	}
	if said(err) {
		return s.showCredentials(w, r, credentialsPage{At: id}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, credentialsAddress+"?ended", http.StatusSeeOther)
	return nil
}
