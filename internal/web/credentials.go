package web

import (
	"net/http"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/quality"
)

// credentialsPage is how the record system of somebody's own site signs in.
type credentialsPage struct {
	List     []ownSender
	Done     string
	At       iis.SenderID // whose form the problem is of
	Username string       // that was typed, or given
	Password string       // that was made just now; "": none was
	Problem  string
}

// ownSender is a sender with its figures of the last four weeks.
type ownSender struct {
	access.OwnSender
	Now       quality.Period
	CountedTo time.Time
}

// Age is since when a password is the same, in words.
func (credentialsPage) Age(set time.Time) string {
	switch days := int(time.Since(set).Hours() / 24); days {
	case 0:
		return "today"
	case 1:
		return "a day ago"
	default:
		return numberWords(int64(days)) + " days ago"
	}
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
	list, err := s.Gate.OwnSenders(r.Context(), visitOf(r).user)
	if err != nil {
		return err
	}
	for _, o := range list {
		q, err := s.Quality.Sender(r.Context(), nil, o.ID)
		if err != nil {
			return err
		}
		p.List = append(p.List, ownSender{o, q.Now, q.CountedTo})
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
