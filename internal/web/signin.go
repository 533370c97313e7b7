package web

import (
	"fmt"
	"net/http"
	"strings"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// maxCredential is the longest user name or password worth checking, in bytes.
const maxCredential = 1024

// signInPage is the sign-in form.
type signInPage struct {
	Username  string
	Return    string
	Problem   string // what is wrong, in plain words
	SignedOut bool
}

// cookieName has the prefix __Host- when browsers come over TLS: they then take
// the cookie from this host alone, over TLS alone (RFC 6265bis, 4.1.3).
func (s *site) cookieName() string {
	if s.Secure {
		return "__Host-openiis"
	}
	return "openiis"
}

func (s *site) setCookie(w http.ResponseWriter, token string) {
	c := &http.Cookie{
		Name: s.cookieName(), Value: token, Path: "/",
		HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (s *site) signInForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	back := localPath(q.Get("return"))
	if s.recognize(r) == nil {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	}
	return s.show(w, r, http.StatusOK, view{
		Page: "signin", Title: "Sign in", Body: signInPage{Return: back, SignedOut: q.Has("out")},
	})
}

func (s *site) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p := signInPage{Username: strings.TrimSpace(r.PostForm.Get("username")), Return: localPath(r.PostForm.Get("return"))}
	token, err := s.checkSignIn(r, p.Username, r.PostForm.Get("password"))
	switch fault.KindOf(err) {
	case fault.Denied, fault.Busy, fault.Invalid:
		visitOf(r).err = err
		p.Problem = fault.Public(err)
		status, _ := s.explain(w, err)
		return s.show(w, r, status, view{Page: "signin", Title: "Error: sign in", Body: p})
	}
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	s.setCookie(w, token)
	http.Redirect(w, r, p.Return, http.StatusSeeOther)
	return nil
}

func (s *site) checkSignIn(r *http.Request, username, password string) (token string, err error) {
	switch {
	case username == "" && password == "":
		return "", fault.New(fault.Invalid, "Write your user name and your password.")
	case username == "":
		return "", fault.New(fault.Invalid, "Write your user name.")
	case password == "":
		return "", fault.New(fault.Invalid, "Write your password.")
	case len(username) > maxCredential || len(password) > maxCredential:
		return "", fault.New(fault.Denied, "The user name or the password is wrong.")
	}
	return s.Gate.SignIn(r.Context(), access.CallerAt(r.RemoteAddr), username, password)
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	if err := s.Gate.SignOut(r.Context(), v.user, v.token); err != nil {
		return err
	}
	s.setCookie(w, "")
	http.Redirect(w, r, "/signin?out", http.StatusSeeOther)
	return nil
}

// localPath is where to go after signing in: a page that is worth coming back
// to, or the first one for anything else. What is not an address of ours, and
// might be another site or hold a name, goes no further.
func localPath(s string) string {
	const newest = "/people/newest"
	if s == newest {
		return newest
	}
	number, ok := strings.CutPrefix(s, "/people/")
	if id, known := iis.ParsePersonID(number); ok && known {
		return personAddress(id)
	}
	return "/"
}
