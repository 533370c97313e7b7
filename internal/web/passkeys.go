package web

import (
	"net/http"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// passkeysPage lists somebody's passkeys.
type passkeysPage struct {
	List    []access.Passkey
	Can     bool // they can be made here
	Problem string
}

// passkeyPage asks the browser for a passkey.
type passkeyPage struct {
	Make    bool   // a new one
	Action  string // where the answer goes
	Options string // what the browser is asked for, as JSON
	Return  string
	Other   string // where another way is
	Problem string
}

// passkeys shows somebody's passkeys.
func (s *site) passkeys(w http.ResponseWriter, r *http.Request) error {
	return s.showPasskeys(w, r, nil)
}

func (s *site) showPasskeys(w http.ResponseWriter, r *http.Request, wrong error) error {
	list, err := s.Gate.Passkeys(r.Context(), visitOf(r).user)
	if err != nil {
		return err
	}
	p := passkeysPage{List: list, Can: s.Gate.HasPasskeys()}
	if wrong != nil {
		p.Problem = fault.Public(wrong)
	}
	return s.ask(w, r, wrong, view{Page: "passkeys", Title: "Passkeys", Body: p})
}

// passkeyWrong shows what is wrong where a passkey was to be made.
func (s *site) passkeyWrong(w http.ResponseWriter, r *http.Request, wrong error) error {
	if !said(wrong) && fault.KindOf(wrong) != fault.Busy {
		return wrong
	}
	if visitOf(r).user.Stage == access.WantsFactor {
		return s.showFactor(w, r, factorPage{}, wrong)
	}
	return s.showPasskeys(w, r, wrong)
}

// newPasskey asks the browser to make a passkey: on somebody's account, or as the second factor
// that they must have to sign in.
func (s *site) newPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	u := visitOf(r).user
	options, step, err := s.Gate.NewPasskey(r.Context(), placeOf(r), u, r.PostForm.Get("proof"), r.PostForm.Get("name"))
	if err != nil {
		return s.passkeyWrong(w, r, err)
	}
	p := passkeyPage{Make: true, Action: "/account/passkeys/made", Other: "/account/passkeys", Options: options}
	if u.Stage == access.WantsFactor {
		p.Action, p.Other = "/signin/second-factor/passkey/made", "/signin/second-factor"
	}
	s.setStep(w, step)
	return s.show(w, r, http.StatusOK, view{Page: "passkey", Title: "Make a passkey", Body: p})
}

// addPasskey takes the one that was made.
func (s *site) addPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v := visitOf(r)
	codes, token, err := s.Gate.AddPasskey(r.Context(), placeOf(r), v.user, v.token, s.stepOf(w, r), r.PostForm.Get("answer"))
	if err != nil {
		return s.passkeyWrong(w, r, err)
	}
	to := "/account/passkeys"
	if token != "" {
		s.setCookie(w, token)
		v.user.Stage, to = access.Whole, "/"
	}
	if codes == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	return s.showStep(w, r, view{Page: "codes", Title: "Recovery codes"}, &factorPage{Codes: codes, Return: to}, nil)
}

// removePasskey removes one of somebody's own.
func (s *site) removePasskey(w http.ResponseWriter, r *http.Request) error {
	id, ok := iis.ParsePasskeyID(r.PathValue("passkey"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such passkey of yours.")
	}
	err := readForm(r)
	if err == nil {
		err = s.Gate.RemovePasskey(r.Context(), placeOf(r), visitOf(r).user, id, r.PostForm.Get("proof"))
	}
	if err != nil {
		return s.passkeyWrong(w, r, err)
	}
	http.Redirect(w, r, "/account?done=passkey", http.StatusSeeOther)
	return nil
}

// askPasskey asks the browser for a passkey of whoever it is.
func (s *site) askPasskey(w http.ResponseWriter, r *http.Request) error {
	back := localPath(r.URL.Query().Get("return"))
	options, step, err := s.Gate.AskPasskey(r.Context(), placeOf(r))
	if err != nil {
		return s.notSignedIn(w, r, err)
	}
	s.setStep(w, step)
	return s.show(w, r, http.StatusOK, view{Page: "passkey", Title: "Sign in with a passkey", Body: passkeyPage{Action: "/signin/passkey", Options: options, Return: back, Other: "/signin"}})
}

// byPasskey signs somebody in by it.
func (s *site) byPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	token, err := s.Gate.SignInByPasskey(r.Context(), placeOf(r), s.stepOf(w, r), r.PostForm.Get("answer"))
	if err != nil {
		return s.notSignedIn(w, r, err)
	}
	if err := s.begins(w, r, token); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(r.PostForm.Get("return")), http.StatusSeeOther)
	return nil
}

// askOwnPasskey asks the browser for a passkey of whoever is halfway in.
func (s *site) askOwnPasskey(w http.ResponseWriter, r *http.Request) error {
	back := localPath(r.URL.Query().Get("return"))
	options, step, err := s.Gate.AskOwnPasskey(r.Context(), placeOf(r), visitOf(r).user)
	if err != nil {
		return err
	}
	s.setStep(w, step)
	return s.show(w, r, http.StatusOK, view{Page: "passkey", Title: "Second factor", Body: passkeyPage{Action: "/signin/code/passkey", Options: options, Return: back, Other: "/signin/code"}})
}

// byOwnPasskey takes it as the second factor.
func (s *site) byOwnPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v, p := visitOf(r), s.codePage(r, r.PostForm.Get("return"))
	token, err := s.Gate.ByOwnPasskey(r.Context(), placeOf(r), v.user, v.token, s.stepOf(w, r), r.PostForm.Get("answer"))
	if said(err) || err != nil && fault.KindOf(err) == fault.Busy {
		return s.showStep(w, r, view{Page: "code", Title: "Second factor"}, p, err)
	}
	if err != nil {
		return err
	}
	s.setCookie(w, token)
	http.Redirect(w, r, p.Return, http.StatusSeeOther)
	return nil
}
