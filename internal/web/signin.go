package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

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
	Ended     bool // the session, without the visitor's doing
	Unsaved   bool // what the visitor sent came too late
	Kept      bool // and was kept
	Wait      bool // too many wrong passwords: what that means is told

	Provider  string // that of single sign-on; "": there is none
	Leave     bool   // whoever was signed out came by it
	Passkeys  bool   // they can be used
	Passwords bool   // they are good for everyone
}

// waysIn says how people may sign in.
func (s *site) waysIn(p signInPage) signInPage {
	p.Provider, p.Passkeys, p.Passwords = s.Gate.ProviderName(), s.Gate.HasPasskeys(), !s.Gate.PasswordsOff()
	return p
}

// IdleMinutes is how long a session lasts in which nothing is done.
func (signInPage) IdleMinutes() int { return int(access.SessionIdle.Minutes()) }

// MostHours is how long a session lasts at most.
func (signInPage) MostHours() int { return int(access.SessionMax.Hours()) }

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
		Page: "signin", Title: "Sign in",
		Body: s.waysIn(signInPage{
			Return: back, SignedOut: q.Has("out"), Leave: q.Get("out") == "provider",
			Ended: q.Has("ended"), Unsaved: q.Get("ended") == "unsaved", Kept: q.Get("ended") == "kept",
		}),
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
		p.Problem, p.Wait = fault.Public(err), fault.KindOf(err) == fault.Busy
		status, _ := s.explain(w, err)
		return s.show(w, r, status, view{Page: "signin", Title: "Error: sign in", Body: s.waysIn(p)})
	}
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if err := s.begins(w, r, token); err != nil {
		return err
	}
	http.Redirect(w, r, p.Return, http.StatusSeeOther)
	return nil
}

// begins gives the browser the token of a new session, and ends the one that it had:
// nobody could come back to it.
func (s *site) begins(w http.ResponseWriter, r *http.Request, token string) error {
	if c, err := r.Cookie(s.cookieName()); err == nil && c.Value != "" {
		if err := s.Gate.Leave(r.Context(), c.Value); err != nil {
			return fmt.Errorf("end the session from before: %w", err)
		}
	}
	s.setCookie(w, token)
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
	return s.Gate.SignInAt(r.Context(), placeOf(r), username, password)
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	if err := s.Gate.SignOut(r.Context(), v.user, v.token); err != nil {
		return err
	}
	s.setCookie(w, "")
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`) // the cookie is ended by itself; a browser may still be asked for a step of signing in
	to := "/signin?out"
	if v.user.Means == access.ByProvider || v.user.Means == access.ByProviderTwo {
		to = "/signin?out=provider"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// localPath is where to go after signing in: the page of ours that was asked for, or that to
// which it belongs, or the first one for anything else. What is not an address of ours, and might
// be another site or hold a name, goes no further.
func localPath(s string) string {
	path, ok := strings.CutPrefix(s, "/")
	if !ok {
		return "/"
	}
	for asked := strings.Split(path, "/"); len(asked) > 0; asked = asked[:len(asked)-1] {
		for _, page := range pagesToComeBackTo() {
			if back := comeBack(page, asked); back != "" {
				return back
			}
		}
	}
	return "/"
}

// pagesToComeBackTo are the parts of the addresses of pages, but for those by which somebody
// comes in, those of a search of a session that is over, and those for anyone that have a secret,
// a code or a name in their address.
func pagesToComeBackTo() [][]string {
	comeBackTo.Do(func() { comeBackTo.pages = pagesOf(routes()) })
	return comeBackTo.pages
}

var comeBackTo struct {
	sync.Once
	pages [][]string
}

func pagesOf(list []route) (out [][]string) {
	for _, rt := range list {
		path, isPage := strings.CutPrefix(rt.pattern, "GET /")
		if !isPage || path == "{$}" || rt.may == finishSignIn || strings.HasPrefix(path, "signin") || strings.Contains(path, "{search}") || rt.may == anyone && strings.Contains(path, "{") {
			continue
		}
		out = append(out, strings.Split(path, "/"))
	}
	return out
}

// comeBack is the address that was asked for, when it is that of a page; "" when it is not.
func comeBack(page, asked []string) string {
	if len(page) != len(asked) {
		return ""
	}
	back := ""
	for i, part := range asked {
		if strings.HasPrefix(page[i], "{") {
			part = saysNothing(part)
		} else if part != page[i] {
			return ""
		}
		if part == "" {
			return ""
		}
		back += "/" + part
	}
	return back
}

// saysNothing is a part of an address that is a number of ours, the key of what is kept, or a
// short number; "" of anything else, which might be a name.
func saysNothing(part string) string {
	if id, ok := iis.ParsePersonID(part); ok { // as all public numbers are written
		return id.Public()
	}
	if key, ok := isKey(part); ok {
		return key
	}
	if n, err := strconv.Atoi(part); err == nil && n >= 0 && n < 1000 {
		return strconv.Itoa(n)
	}
	return ""
}

// stayAddress is where somebody says that they go on, lest their session end.
const stayAddress = "POST /stay"

// stay lets a session go on: being asked is use. The script of a page is told how long it holds
// now, in seconds, and whether that is all; a form leads back.
func (s *site) stay(w http.ResponseWriter, r *http.Request) error {
	u := visitOf(r).user
	if r.Header.Get("Accept") == "application/json" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"left":%d,"last":%t}`, int(time.Until(u.Until).Seconds()), u.Last) // the reader has gone: there is nobody to tell
		return nil
	}
	back := "/"
	if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
		back = localPath(from.Path)
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}
