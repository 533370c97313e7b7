package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"openiis/internal/fault"
)

// retryAfter is how many seconds a browser is asked to wait when we are busy:
// after that, one more failed sign-in is forgotten.
const retryAfter = 10

// faultPage is a failure as a page: what happened and what to do.
type faultPage struct {
	Heading string
	Say     string
	// Reference is for our own failures: the same as in the log.
	Reference string
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

// fail answers a failed request with a page, or with the way to the sign-in
// page for someone who is not signed in.
func (s *site) fail(w *response, r *http.Request, err error) {
	v := visitOf(r)
	if errors.Is(err, errSignIn) {
		http.Redirect(w, r, signInAddress(r), http.StatusSeeOther)
		return
	}
	v.err = err
	if w.status != 0 { // an answer is already on its way
		return
	}
	status, heading := s.explain(w, err)
	p := faultPage{Heading: heading, Say: fault.Public(err)}
	if status == http.StatusInternalServerError {
		p.Say, p.Reference = "It was not done. Please try again. If it happens again, tell the help desk this reference:", v.reference
	}
	if err := s.show(w, r, status, view{Page: "fault", Title: heading, Body: p}); err != nil {
		http.Error(w, heading+". Reference "+v.reference, status) // not even the page can be made
	}
}

// explain is the status of a failure with its heading; it sets Retry-After.
func (s *site) explain(w http.ResponseWriter, err error) (status int, heading string) {
	kind := fault.KindOf(err)
	if kind == fault.Busy {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	return statusOf(kind)
}

// signInAddress is the sign-in page with the way back. Only a page that was
// asked for is worth coming back to; a form that was sent is not.
func signInAddress(r *http.Request) string {
	back := localPath(r.URL.Path)
	if r.Method != http.MethodGet || back == "/" {
		return "/signin"
	}
	return "/signin?return=" + url.QueryEscape(back)
}

// noPage answers for addresses that do not exist.
func (s *site) noPage(_ http.ResponseWriter, r *http.Request) error {
	if err := s.recognize(r); err != nil && !errors.Is(err, errSignIn) {
		return err
	}
	return fault.New(fault.NotFound, "There is no page at this address.")
}

// readForm reads a form. What is wrong with it is not repeated.
func readForm(r *http.Request) error {
	err := r.ParseForm()
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return fault.New(fault.TooLarge, "The form is larger than this page takes.")
	}
	if err != nil {
		return fault.New(fault.Invalid, "The form could not be read. Open the page again.")
	}
	return nil
}
