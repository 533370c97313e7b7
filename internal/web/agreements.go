package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/role"
)

// agreementsPage is what somebody and their site have signed, and what is to be signed.
type agreementsPage struct {
	*enrol.Standing // nil: they belong to no site
	Mine            []enrol.Paper
	Theirs          []enrol.Paper // of the site, when they look after that
	Barred          []enrol.Paper // without which they may do nothing
	Keeps           bool
	Waits           bool // they may do nothing before something is signed
	Return          string
	Kept            string // the address of a form that was sent while access waited; "": none
	Link            *madeLink
	Mails           bool        // links can be sent by mail
	LinksTo         iis.Contact // to whom alone links go; nobody: to whom whoever makes one says
	AsOfficial      bool        // what the senior official signs may be signed in this account
	Official        string
	Done            string
	Problem         string
}

var agreementsDone = map[string]string{"signed": "The form was signed.", "uploaded": "The signed form was stored. The programme looks at it."}

// handOf is somebody who is signed in, as one who signs. Whoever may do nothing before
// something is signed has no permission, and looks after their site's forms by their role
// all the same: otherwise nobody could renew what has lapsed.
func handOf(u access.User) enrol.Hand {
	return enrol.Hand{Actor: u.Actor(), Username: u.Username, Keeps: role.Named(u.Role).May(role.KeepEnrolment) && signsAgreements.allows(u)}
}

// ownStanding is how the site of whoever asks stands; nil when they belong to none, or
// sites sign nothing here.
func (s *site) ownStanding(r *http.Request) (*enrol.Standing, error) {
	u := visitOf(r).user
	id, err := s.Enrol.SiteOf(r.Context(), u.Sender)
	if err != nil || id == 0 {
		return nil, err
	}
	st, err := s.Enrol.Standing(r.Context(), id)
	if err != nil || st.Law.Enrolment == nil {
		return nil, err
	}
	return st, nil
}

// ownDue are the forms that whoever asks is to sign themselves now or soon; none of whoever looks
// as another role.
func (s *site) ownDue(r *http.Request) ([]enrol.Paper, error) {
	u := visitOf(r).user
	if u.View != nil {
		return nil, nil
	}
	return s.Enrol.OwnDue(r.Context(), u.Username, u.Role, u.Sender)
}

// agreements shows what whoever asks has signed, and their site.
func (s *site) agreements(w http.ResponseWriter, r *http.Request) error {
	return s.showAgreements(w, r, agreementsPage{Done: agreementsDone[r.URL.Query().Get("done")]}, nil)
}

func (s *site) showAgreements(w http.ResponseWriter, r *http.Request, p agreementsPage, wrong error) error {
	u := visitOf(r).user
	st, err := s.ownStanding(r)
	if err != nil {
		return err
	}
	p.Standing, p.Return, p.Waits, p.Keeps = st, localPath(r.URL.Query().Get("return")), u.Stage == access.WantsAgreement, handOf(u).Keeps
	p.Mails = s.Mail.On()
	if !p.Waits {
		if p.Kept, err = s.lastKept(r, u.ID); err != nil {
			return err
		}
	}
	if st != nil {
		if p.AsOfficial, err = s.Enrol.SignsAsOfficial(r.Context(), st.ID, handOf(u)); err != nil {
			return err
		}
		if p.LinksTo, err = s.Enrol.LinksTo(r.Context(), st.ID); err != nil {
			return err
		}
		p.Barred = st.Barred(u.Username)
		for _, one := range st.Papers {
			switch {
			case one.Person != nil && one.Person.Username == u.Username:
				p.Mine = append(p.Mine, one)
			case one.Person == nil || p.Keeps && one.ByOfficial():
				p.Theirs = append(p.Theirs, one)
			}
		}
	}
	status, title := http.StatusOK, "Agreements"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: "+title
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "agreements", Title: title, Body: p})
}

// ownPaper is the form that an address numbers, of whoever asks or of their site.
func (s *site) ownPaper(r *http.Request) (*enrol.Standing, *enrol.Paper, error) {
	n, err := numberIn(r)
	if err != nil {
		return nil, nil, err
	}
	st, err := s.ownStanding(r)
	if err != nil {
		return nil, nil, err
	}
	hand := handOf(visitOf(r).user)
	if st != nil && n >= 1 && n <= len(st.Papers) && hand.May(&st.Papers[n-1]) {
		return st, &st.Papers[n-1], nil
	}
	return nil, nil, fault.New(fault.NotFound, "There is no such form among those that you sign.")
}

// signForm shows a form to whoever signs it, or has it signed.
func (s *site) signForm(w http.ResponseWriter, r *http.Request) error {
	st, p, err := s.ownPaper(r)
	if err != nil {
		return err
	}
	return s.showSign(w, r, ofOwn(st, signFormOf(p, nil, form.Signing{Day: cal.On(visitOf(r).started)}, nil)))
}

const agreementsAddress = "/agreements"

// ofOwn adds the addresses of a page at which somebody signs who is signed in.
func ofOwn(st *enrol.Standing, p signPage) signPage {
	p.Back, p.Site, p.Leave = agreementsAddress, st.Name, true
	p.To = fmt.Sprintf("%s/%d", agreementsAddress, p.N)
	p.PDF, p.Upload = p.To+"/form.pdf", p.To+"/upload"
	return p
}

// signAgreement signs a form.
func (s *site) signAgreement(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	st, p, err := s.ownPaper(r)
	if err != nil {
		return err
	}
	by := signatureIn(r, p.N)
	wrong, err := s.Enrol.SignFor(r.Context(), st.ID, handOf(visitOf(r).user), by)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.showSign(w, r, ofOwn(st, signFormOf(p, by.Answers, by.Signing, wrong)))
	}
	http.Redirect(w, r, agreementsAddress+"?done=signed", http.StatusSeeOther)
	return nil
}

// agreementPDF is a form, as it is to be signed or was signed.
func (s *site) agreementPDF(w http.ResponseWriter, r *http.Request) error {
	_, p, err := s.ownPaper(r)
	if err != nil {
		return err
	}
	return sendPaper(w, r, p)
}

// sendPaper sends a form of a site as it was signed, or is to be signed.
func sendPaper(w http.ResponseWriter, r *http.Request, p *enrol.Paper) error {
	d, err := p.Sheet()
	if err != nil {
		return err
	}
	return sendForm(w, r, d)
}

// agreementUploadForm shows where a form that was signed on paper is uploaded.
func (s *site) agreementUploadForm(w http.ResponseWriter, r *http.Request) error {
	_, p, err := s.ownPaper(r)
	if err != nil {
		return err
	}
	return s.showUpload(w, r, ownUpload(p), nil)
}

func ownUpload(p *enrol.Paper) uploadPage {
	at := agreementsAddress + "/" + strconv.Itoa(p.N)
	return uploadPage{Paper: *p, Back: agreementsAddress, Action: at + "/upload", PDF: at + "/form.pdf"}
}

// uploadAgreement stores it.
func (s *site) uploadAgreement(w http.ResponseWriter, r *http.Request) error {
	st, p, err := s.ownPaper(r)
	if err != nil {
		return err
	}
	page := ownUpload(p)
	u, err := readSigned(r, &page)
	if err == nil {
		err = s.Enrol.UploadTo(r.Context(), st.ID, handOf(visitOf(r).user), u)
	}
	if said(err) || err != nil && fault.KindOf(err) == fault.TooLarge {
		return s.showUpload(w, r, page, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, agreementsAddress+"?done=uploaded", http.StatusSeeOther)
	return nil
}

// linkAgreements makes a link for the senior official: it is sent to them, or shown once where that cannot be.
func (s *site) linkAgreements(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	st, err := s.ownStanding(r)
	if err != nil {
		return err
	}
	if st == nil {
		return fault.New(fault.NotFound, "Your account belongs to no site that signs forms.")
	}
	name, email := r.PostForm.Get("official"), r.PostForm.Get("email")
	to, token, err := s.Enrol.LinkFor(r.Context(), st.ID, handOf(visitOf(r).user), iis.Contact{Name: name, Email: email})
	if said(err) {
		return s.showAgreements(w, r, agreementsPage{Official: name}, err)
	}
	if err != nil {
		return err
	}
	if token == "" {
		return s.showAgreements(w, r, agreementsPage{Done: "The link was sent to " + to.Name + " at " + to.Email + ", the senior official whom the application of your site names. A link from before cannot be used any more."}, nil)
	}
	l := madeLink{Name: name, What: "the forms of the site", Address: s.base(r) + "/sign/" + url.PathEscape(token), Mailed: s.mailed(email)}
	return s.showAgreements(w, r, agreementsPage{Link: &l}, nil)
}
