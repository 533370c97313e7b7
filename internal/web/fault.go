package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"openiis/internal/access"
	"openiis/internal/fault"
)

// retryAfter is how many seconds a browser is asked to wait when we are busy:
// after that, one more failed sign-in is forgotten.
const retryAfter = 10

// faultPage is a failure as a page: what happened and what to do.
type faultPage struct {
	Heading string
	Say     string
	Advice  string // what to do
	// Reference is for our own failures: the same as in the log.
	Reference string
	Help      string // where one tells the help desk
}

// statusOf is a kind of failure in the language of HTTP, with a heading.
func statusOf(k fault.Kind) (status int, heading string) {
	switch k {
	case fault.NotFound:
		return http.StatusNotFound, "Not found"
	case fault.Invalid:
		return http.StatusBadRequest, "This could not be understood"
	case fault.Denied:
		return http.StatusForbidden, "Not allowed"
	case fault.Conflict:
		return http.StatusConflict, "Someone else was faster"
	case fault.Busy:
		return http.StatusServiceUnavailable, "Too busy at the moment"
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge, "Too large"
	}
	return http.StatusInternalServerError, "Something went wrong on our side"
}

// adviceOn is what to do about a kind of failure, where what failed does not say
// it itself.
func adviceOn(k fault.Kind) string {
	switch k {
	case fault.Conflict:
		return "Nothing of yours was stored. Go back, load the page again, and see what changed."
	case fault.Busy:
		return "Wait ten seconds, then load this page again."
	case fault.TooLarge:
		return "Nothing was stored. Go back and send less."
	case fault.Internal:
		return "Try again. If it happens again, tell the help desk this reference:"
	}
	return ""
}

// fail answers a failed request with a page, or with the way to the sign-in
// page for someone who is not signed in.
func (s *site) fail(w *response, r *http.Request, err error) {
	v := visitOf(r)
	if errors.Is(err, errSignIn) || errors.Is(err, errEnded) {
		s.toSignIn(w, r, errors.Is(err, errEnded))
		return
	}
	switch {
	case errors.Is(err, errWhole):
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	case errors.Is(err, errHalfway):
		http.Redirect(w, r, s.stepAddress(v.user.Stage, r), http.StatusSeeOther)
		return
	}
	if errors.Is(err, errLearn) && r.Method == http.MethodGet {
		http.Redirect(w, r, "/training?first", http.StatusSeeOther)
		return
	}
	v.err = err
	if w.status != 0 { // an answer is already on its way
		return
	}
	status, heading := s.explain(w, err)
	p := faultPage{Heading: heading, Say: fault.Public(err), Advice: adviceOn(fault.KindOf(err))}
	if status == http.StatusInternalServerError {
		p.Say, p.Reference = "It was not done.", v.reference
	}
	_, route, _ := strings.Cut(v.route, " ")
	p.Help = helpFrom(route, p.Reference)
	if err := s.show(w, r, status, view{Page: "fault", Title: heading, Body: p}); err != nil {
		http.Error(w, heading+". Reference "+v.reference, status) // not even the page can be made
	}
}

// stepAddress is where somebody finishes signing in, or signs what their access waits for,
// with the way back. A form that was sent meanwhile is kept.
func (s *site) stepAddress(stage access.Stage, r *http.Request) string {
	address := "/signin/code"
	switch stage {
	case access.WantsFactor:
		address = "/signin/second-factor"
	case access.WantsAgreement:
		address = agreementsAddress
		if kept := s.keepForm(r); kept != "" {
			return address + "?" + url.Values{"return": {kept}}.Encode()
		}
	}
	if back := localPath(r.URL.Path); r.Method == http.MethodGet && back != "/" {
		address += "?" + url.Values{"return": {back}}.Encode()
	}
	return address
}

// explain is the status of a failure with its heading; it sets Retry-After.
func (s *site) explain(w http.ResponseWriter, err error) (status int, heading string) {
	kind := fault.KindOf(err)
	if kind == fault.Busy {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	if errors.Is(err, access.ErrHurried) {
		return http.StatusTooManyRequests, "Too many at once"
	}
	return statusOf(kind)
}

// toSignIn leads to the sign-in page, with the way back. Only a page that was
// asked for is worth coming back to; a form that was sent is not. Of a session
// that ended the page says so, and whether something was lost with it.
func (s *site) toSignIn(w http.ResponseWriter, r *http.Request, ended bool) {
	q := url.Values{}
	switch {
	case ended && r.URL.Path == "/signout":
		q.Set("out", "yes")
	case ended && r.Method != http.MethodGet && "POST "+r.URL.Path != stayAddress: // with which nothing was sent
		q.Set("ended", "unsaved")
		if kept := s.keepForm(r); kept != "" {
			q.Set("ended", "kept")
			q.Set("return", kept)
		}
	case ended:
		q.Set("ended", "yes")
	}
	if ended {
		s.setCookie(w, "") // it says so once
	}
	if back := localPath(r.URL.Path); r.Method == http.MethodGet && back != "/" {
		q.Set("return", back)
	}
	address := "/signin"
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// noPage answers for addresses that do not exist.
func (s *site) noPage(_ http.ResponseWriter, r *http.Request) error {
	if err := s.recognize(r); err != nil && fault.KindOf(err) != fault.Denied {
		return err
	}
	return fault.New(fault.NotFound, "There is no page at this address. Check it, or begin at the first page.")
}

// readForm reads a form. What is wrong with it is not repeated.
func readForm(r *http.Request) error {
	err := r.ParseForm()
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return fault.New(fault.TooLarge, "The form is larger than this page takes.")
	}
	if err != nil || !isText(r.PostForm) {
		return errUnreadable
	}
	return nil
}

// isText reports a form that no browser would send otherwise: no database takes what is
// no text.
func isText(form url.Values) bool {
	for _, values := range form {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return false
			}
		}
	}
	return true
}
