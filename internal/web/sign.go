package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/form"
)

// signingPage is what whoever has a link for signing sees: the forms.
type signingPage struct {
	*enrol.Desktop
	Token string
	Left  int // that are not signed
	Done  bool
}

// desktop is what an address has a link for.
func (s *site) desktop(w http.ResponseWriter, r *http.Request) (t *enrol.Desktop, err error) {
	hideAddress(w)
	err = s.Gate.ByCode(r.Context(), callerOf(r), func() error {
		t, err = s.Enrol.Desktop(r.Context(), r.PathValue("token"))
		return err
	})
	return t, err
}

// signing lists the forms that a link is for.
func (s *site) signing(w http.ResponseWriter, r *http.Request) error {
	t, err := s.desktop(w, r)
	if err != nil {
		return err
	}
	p := signingPage{Desktop: t, Token: r.PathValue("token"), Done: r.URL.Query().Has("signed")}
	for _, one := range t.Mine() {
		if toSign(&one) {
			p.Left++
		}
	}
	return s.show(w, r, http.StatusOK, view{Page: "signing", Title: "Forms to sign", Body: p})
}

// toSign reports a form that is to be signed now.
func toSign(p *enrol.Paper) bool { return !p.Done() || p.Due() }

// signPage is one form to be read and signed.
type signPage struct {
	enrol.Paper
	*shownForm
	Known       []form.Answer // what is filled in already
	Site        string
	Back, To    string // addresses: of the list, and to which it is sent
	PDF, Upload string // that of its PDF, and where a signed paper is uploaded; "": nowhere
	Leave       bool   // whoever signs is signed in, and may sign out
}

// Title is the form's.
func (p signPage) Title() string { return p.shownForm.Document.Title }

// signFormOf is a page on which a form is signed: what is known stands as text, and only
// the rest is asked.
func signFormOf(p *enrol.Paper, a form.Answers, by form.Signing, wrong []form.Wrong) signPage {
	d := p.Blank(a)
	answers := form.Answers{}
	for i := range d.Answers {
		answers[d.Answers[i].Name] = d.Answers[i].Values
	}
	shown := showForm(p.Form, "", p.Values, answers, wrong).ToSign(by)
	asked := map[string]bool{}
	for _, f := range p.Asks() {
		asked[formPrefix+f.Name] = true
	}
	out := signPage{Paper: *p, shownForm: shown}
	shown.Fields = slices.DeleteFunc(shown.Fields, func(f formField) bool { return !asked[f.ID] })
	for _, one := range shown.Document.Answers {
		if !asked[formPrefix+one.Name] {
			out.Known = append(out.Known, one)
		}
	}
	return out
}

// signatureIn is what a form says that was sent to be signed.
func signatureIn(r *http.Request, n int) enrol.Signing {
	answers, _ := answersIn(r.PostForm)
	return enrol.Signing{Paper: n, Answers: answers, Address: string(callerOf(r)), Signing: signingIn(r.PostForm, cal.On(visitOf(r).started))}
}

// showSign shows a form to be signed, with what is wrong with what was sent.
func (s *site) showSign(w http.ResponseWriter, r *http.Request, p signPage) error {
	status, title := http.StatusOK, "Sign a form"
	if len(p.Wrong) > 0 {
		status, title = http.StatusUnprocessableEntity, "Error: "+title
	}
	return s.show(w, r, status, view{Page: "sign", Title: title, Body: p})
}

// linkPaper is the form of a link that an address numbers, of those that are signed by it, or also
// of those that are read.
func (s *site) linkPaper(w http.ResponseWriter, r *http.Request, read bool) (*enrol.Desktop, *enrol.Paper, error) {
	t, err := s.desktop(w, r)
	if err != nil {
		return nil, nil, err
	}
	n, err := numberIn(r)
	if err != nil {
		return nil, nil, err
	}
	list := t.Mine()
	if read {
		list = append(list, t.Reads()...)
	}
	for _, p := range list {
		if p.N == n {
			return t, &p, nil
		}
	}
	return nil, nil, fault.New(fault.NotFound, "There is no such form among those that this link is for.")
}

// signLinkForm shows a form to whoever has a link.
func (s *site) signLinkForm(w http.ResponseWriter, r *http.Request) error {
	t, p, err := s.linkPaper(w, r, false)
	if err != nil {
		return err
	}
	by := form.Signing{Name: "", Title: t.Link.Signer.Title, Day: cal.On(visitOf(r).started)}
	return s.showSign(w, r, s.ofLink(r, t, signFormOf(p, nil, by, nil)))
}

// ofLink adds the addresses of a link's page.
func (s *site) ofLink(r *http.Request, t *enrol.Desktop, p signPage) signPage {
	p.Back = "/sign/" + url.PathEscape(r.PathValue("token"))
	p.To = fmt.Sprintf("%s/%d", p.Back, p.N)
	p.PDF, p.Site = p.To+"/form.pdf", t.Site
	return p
}

// signByLink signs a form.
func (s *site) signByLink(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	t, p, err := s.linkPaper(w, r, false)
	if err != nil {
		return err
	}
	by := signatureIn(r, p.N)
	wrong, err := s.Enrol.SignByLink(r.Context(), r.PathValue("token"), by)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.showSign(w, r, s.ofLink(r, t, signFormOf(p, by.Answers, by.Signing, wrong)))
	}
	http.Redirect(w, r, "/sign/"+url.PathEscape(r.PathValue("token"))+"?signed=", http.StatusSeeOther)
	return nil
}

// linkPDF is a form of a link, as it is to be signed or was signed.
func (s *site) linkPDF(w http.ResponseWriter, r *http.Request) error {
	_, p, err := s.linkPaper(w, r, true)
	if err != nil {
		return err
	}
	d, err := p.Sheet()
	if err != nil {
		return err
	}
	return sendForm(w, r, d)
}
