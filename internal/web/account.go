package web

import (
	"net/http"
	"strings"

	"openiis/internal/access"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// accountPage is somebody's own account.
type accountPage struct {
	Devices []access.Device
	Log     access.SignInLog
	Others  bool // there are other devices than this one
	Least   int  // the least length of a password
	Denied  string
	Purpose string
	Done    string
	Problem string

	Signs   bool          // their site signs agreements here
	ToSign  []enrol.Paper // their own forms that are due
	Waiting int64         // applications that wait for them; 0 of who reviews none

	Passkeys bool // they can be made here
	Provider string
	Links    []access.Link
}

// accountDone say what was done, by what an address has.
var accountDone = map[string]string{
	"password": "Your password was changed, and you are signed out everywhere else.",
	"ended":    "That sign-in has ended.",
	"factor":   "Your second factor was removed.",
	"others":   "You are signed out everywhere else.",
	"linked":   "Your account is linked. From now on you can sign in with it.",
	"unlinked": "The link was taken away.",
	"passkey":  "The passkey was removed.",
}

// account shows somebody's own account.
func (s *site) account(w http.ResponseWriter, r *http.Request) error {
	return s.showAccount(w, r, nil)
}

func (s *site) showAccount(w http.ResponseWriter, r *http.Request, wrong error) error {
	u := visitOf(r).user
	p := accountPage{Least: access.LeastPassword, Done: accountDone[r.URL.Query().Get("done")]}
	p.Purpose, p.Denied = access.RolePurpose(u.Role)
	p.Passkeys, p.Provider = s.Gate.HasPasskeys(), s.Gate.ProviderName()
	var err error
	if p.Links, err = s.Gate.Links(r.Context(), u); err != nil {
		return err
	}
	if p.Devices, err = s.Gate.Devices(r.Context(), u); err != nil {
		return err
	}
	p.Others = len(p.Devices) > 1
	if p.Log, err = s.Gate.Attempts(r.Context(), u.Manager(), u.ID, olderThan(r)); err != nil {
		return err
	}
	if err := s.accountOfSite(r, &p); err != nil {
		return err
	}
	status, title := http.StatusOK, "Your account"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: your account"
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "account", Title: title, Body: p})
}

// accountOfSite adds what whoever asks has to do with sites: their own agreements, and the
// applications that they review.
func (s *site) accountOfSite(r *http.Request, p *accountPage) error {
	u := visitOf(r).user
	law, err := s.Enrol.Policy(r.Context())
	if err != nil || law.Enrolment == nil {
		return err
	}
	p.Signs = u.Sender != 0
	if reviewApplications.allows(u) {
		if p.Waiting, err = s.Enrol.Waiting(r.Context(), reviewerOf(u)); err != nil {
			return err
		}
	}
	p.ToSign, err = s.ownDue(r)
	return err
}

// newPassword gives somebody another password.
func (s *site) newPassword(w http.ResponseWriter, r *http.Request) error {
	err := readForm(r)
	if err != nil {
		return err
	}
	f := r.PostForm
	if f.Get("password") != f.Get("again") {
		err = errNotTwice
	} else {
		err = s.Gate.SetPassword(r.Context(), placeOf(r), visitOf(r).user, f.Get("present"), f.Get("password"))
	}
	if said(err) || fault.KindOf(err) == fault.Busy && err != nil {
		return s.showAccount(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/account?done=password", http.StatusSeeOther)
	return nil
}

// endDevice ends one of somebody's own sign-ins.
func (s *site) endDevice(w http.ResponseWriter, r *http.Request) error {
	id, ok := iis.ParseSessionID(r.PathValue("session"))
	if !ok || id == 0 {
		return fault.New(fault.NotFound, "There is no such sign-in.")
	}
	if err := s.Gate.EndDevice(r.Context(), visitOf(r).user, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/account?done=ended", http.StatusSeeOther)
	return nil
}

// endDevices ends all sign-ins of somebody but this one.
func (s *site) endDevices(w http.ResponseWriter, r *http.Request) error {
	if err := s.Gate.EndDevice(r.Context(), visitOf(r).user, 0); err != nil {
		return err
	}
	http.Redirect(w, r, "/account?done=others", http.StatusSeeOther)
	return nil
}

// browserWords is a browser's name of itself in words: what people can tell their
// devices by.
func browserWords(agent string) string {
	name, system := "", ""
	for _, b := range [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	} {
		if strings.Contains(agent, b[0]) {
			name = b[1]
			break
		}
	}
	for _, o := range [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Macintosh", "Mac"}, {"CrOS", "Chromebook"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, o[0]) {
			system = o[1]
			break
		}
	}
	switch {
	case name == "" && system == "":
		return "a program that does not say what it is"
	case name == "":
		return "a browser on " + system
	case system == "":
		return name
	}
	return name + " on " + system
}
