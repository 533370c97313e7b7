package web

import (
	"net/http"

	"openiis/internal/fault"
)

// maxStep is how long a browser keeps the secret of a step, in seconds.
const maxStep = 600

func (s *site) stepName() string { return s.cookieName() + "-step" }

// setStep gives the browser the secret of what it was asked, or takes it.
func (s *site) setStep(w http.ResponseWriter, step string) {
	c := &http.Cookie{Name: s.stepName(), Value: step, Path: "/", MaxAge: maxStep, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode}
	if step == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// stepOf is the secret that a browser brings back; it has it no more after that.
func (s *site) stepOf(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(s.stepName())
	if err != nil {
		return ""
	}
	s.setStep(w, "")
	return c.Value
}

// toProvider leads a browser to the provider of single sign-on. It is a link and no form: what a form leads
// to may be on this site only (form-action).
func (s *site) toProvider(w http.ResponseWriter, r *http.Request) error {
	address, step, err := s.Gate.ToProvider(r.Context(), placeOf(r), localPath(r.URL.Query().Get("return")))
	if err != nil {
		return s.notSignedIn(w, r, err)
	}
	s.setStep(w, step)
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// notSignedIn shows the sign-in page with what kept somebody out.
func (s *site) notSignedIn(w http.ResponseWriter, r *http.Request, err error) error {
	if k := fault.KindOf(err); k != fault.Denied && k != fault.Busy && k != fault.Conflict {
		return err
	}
	visitOf(r).err = err
	status, _ := s.explain(w, err)
	return s.show(w, r, status, view{Page: "signin", Title: "Error: sign in", Body: s.waysIn(signInPage{Return: "/", Problem: fault.Public(err)})})
}

// fromProvider takes a browser that comes back from the provider.
func (s *site) fromProvider(w http.ResponseWriter, r *http.Request) error {
	hideAddress(w) // it has the code
	came, err := s.Gate.FromProvider(r.Context(), placeOf(r), s.stepOf(w, r), r.URL.Query())
	if err != nil && s.recognize(r) == nil && said(err) {
		return err // somebody who is signed in wanted to link their account
	}
	if err != nil {
		return s.notSignedIn(w, r, err)
	}
	if came.Linked {
		http.Redirect(w, r, "/account?done=linked", http.StatusSeeOther)
		return nil
	}
	if err := s.begins(w, r, came.Session); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(came.Return), http.StatusSeeOther)
	return nil
}

// leaveProvider signs out of the provider too.
func (s *site) leaveProvider(w http.ResponseWriter, r *http.Request) error {
	address := s.Gate.LeaveProvider(r.Context(), s.base(r)+"/signin?out")
	if address == "" {
		address = "/signin?out"
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// base is the address of the pages.
func (s *site) base(r *http.Request) string {
	if s.PagesAt != "" {
		return s.PagesAt
	}
	scheme := "http"
	if s.Secure || r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// continuePage leads to the provider, after a form.
type continuePage struct {
	Provider string
	Address  string
	Back     string
}

func (s *site) showContinue(w http.ResponseWriter, r *http.Request, address, step, back string) error {
	s.setStep(w, step)
	return s.show(w, r, http.StatusOK, view{Page: "continue", Title: "Go on", Body: continuePage{s.Gate.ProviderName(), address, back}})
}

// linkProvider leads somebody to the provider, to link their account.
func (s *site) linkProvider(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	address, step, err := s.Gate.ToProviderToLink(r.Context(), placeOf(r), visitOf(r).user, r.PostForm.Get("proof"))
	if said(err) || err != nil && fault.KindOf(err) == fault.Busy {
		return s.showAccount(w, r, err)
	}
	if err != nil {
		return err
	}
	return s.showContinue(w, r, address, step, "/account")
}

// unlinkProvider takes the link away.
func (s *site) unlinkProvider(w http.ResponseWriter, r *http.Request) error {
	err := readForm(r)
	if err == nil {
		err = s.Gate.DropOwnLinks(r.Context(), placeOf(r), visitOf(r).user, r.PostForm.Get("proof"))
	}
	if said(err) || err != nil && fault.KindOf(err) == fault.Busy {
		return s.showAccount(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/account?done=unlinked", http.StatusSeeOther)
	return nil
}

// acceptByProvider leads whoever has a link to the provider.
func (s *site) acceptByProvider(w http.ResponseWriter, r *http.Request) error {
	hideAddress(w)
	token := r.PathValue("token")
	address, step, err := s.Gate.ToProviderInvited(r.Context(), placeOf(r), token)
	if said(err) || err != nil && fault.KindOf(err) == fault.Busy {
		return s.showInvited(w, r, err)
	}
	if err != nil {
		return err
	}
	return s.showContinue(w, r, address, step, "/invited/"+token)
}
