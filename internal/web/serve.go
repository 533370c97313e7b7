package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// maxForm is the largest form that is read, in bytes.
const maxForm = 64 << 10

// referenceLength is enough to find one request of a month in the log, and short
// enough to be read out on the telephone.
const referenceLength = 8

// visit is one request on its way: what its line in the log will say.
type visit struct {
	started   time.Time
	reference string
	route     string      // its pattern
	lacks     []string    // courses that the user still has to complete before use
	user      access.User // zero when not signed in
	token     string
	err       error
}

type visitKey struct{}

// visitOf is the visit that serve put into the request.
func visitOf(r *http.Request) *visit { return r.Context().Value(visitKey{}).(*visit) }

// serve wraps a route: headers, the check for forms of other sites, who it is,
// whether they may, and one line in the log.
func (s *site) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{started: time.Now(), reference: rand.Text()[:referenceLength], route: rt.pattern}
		out := &response{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		defer s.finish(out, r, rt)
		setHeaders(out.Header())
		if s.Secure { // from then on the browser comes over TLS alone (RFC 6797)
			out.Header().Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		r.Body = http.MaxBytesReader(out, r.Body, rt.mostBody())
		err := s.admit(rt, r)
		led := false
		if err == nil {
			err = s.mayKnow(r, rt)
		}
		if err == nil {
			led, err = s.leadOn(out, r, rt)
		}
		if err == nil && !led {
			err = rt.handle(s, out, r)
		}
		if err != nil {
			s.fail(out, r, err)
		}
	})
}

// mayKnow is fault.NotFound for whoever names a person of whom they may not know, on any
// page and in any form, as for one who is not there.
func (s *site) mayKnow(r *http.Request, rt route) error {
	_, path, _ := strings.Cut(rt.pattern, " ")
	if !strings.HasPrefix(path, "/people/{number}") || visitOf(r).user.Everyone() {
		return nil
	}
	named := []string{r.PathValue("number")}
	if strings.HasSuffix(path, "/same/{other}") || strings.HasSuffix(path, "/to/{other}") || strings.HasSuffix(path, "/compare/{other}") && !strings.Contains(path, "/doses/") {
		named = append(named, r.PathValue("other"))
	}
	for _, number := range named {
		if id, ok := iis.ParsePersonID(number); ok {
			if err := s.Chart.MayKnow(r.Context(), visitOf(r).user.Actor(), id); err != nil {
				return err
			}
		}
	}
	return nil
}

// leadOn sends whoever asks for a page of a record by a former number to the same
// page under the present one. Merges are undone: it is for this time.
func (s *site) leadOn(w http.ResponseWriter, r *http.Request, rt route) (bool, error) {
	if !strings.HasPrefix(rt.pattern, "GET /people/{number}") {
		return false, nil
	}
	id, ok := iis.ParsePersonID(r.PathValue("number"))
	if !ok {
		return false, nil
	}
	now, err := s.Chart.Now(r.Context(), visitOf(r).user.Actor(), id)
	if err != nil || now == id {
		return false, err
	}
	to := *r.URL
	to.Path = personAddress(now) + strings.TrimPrefix(to.Path, "/people/"+r.PathValue("number"))
	to.RawPath = ""
	http.Redirect(w, r, to.RequestURI(), http.StatusFound)
	return true, nil
}

// contentPolicy lets a page load its own styles, and run nothing. Pages of whoever is signed in, and
// those that ask for a passkey (scripted), run our own scripts beside.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// setHeaders sets what holds for every answer; assets replace Cache-Control.
//
// The referrer policy is not no-referrer: a browser then sends forms with
// "Origin: null" (Fetch standard, 3.2), and on a network without TLS, where it
// does not send Sec-Fetch-Site either, our own forms could not be told from
// those of another site. No address tells more than a registry number.
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

var (
	// errSignIn sends a visitor to the sign-in page, errEnded one whose session
	// is over.
	errSignIn = fault.New(fault.Denied, "Please sign in.")
	errEnded  = fault.New(fault.Denied, "The session has ended. Please sign in again.")
	// errHalfway sends one who has not finished signing in to where they do, errWhole
	// one who has away from there.
	errHalfway = fault.New(fault.Denied, "Please finish signing in.")
	errWhole   = fault.New(fault.Denied, "You are signed in.")
	// errLearn keeps whoever has not completed a course that is required before use.
	errLearn = fault.New(fault.Denied, "Complete the courses that are required of you first: see Training. Nothing was changed.")
	// errViewing is for whatever would change something, or is somebody's own, while they see
	// pages as another role does.
	errViewing   = fault.New(fault.Denied, "You see pages as another role does, and nothing can be changed meanwhile. End that first, with the button above.")
	errOtherSite = fault.New(fault.Denied, "This form was sent from another site. Open the page here and try again.")
)

// admit lets a request through or says why not.
func (s *site) admit(rt route, r *http.Request) error {
	if err := s.cross.Check(r); err != nil {
		return errOtherSite
	}
	if rt.may == anyone {
		if rt.hurries() && s.recognize(r) != nil { // who is signed in is known, and shares an address with all of a clinic
			return s.Gate.MayAsk(callerOf(r))
		}
		return nil
	}
	if err := s.recognize(r); err != nil {
		return err
	}
	u := visitOf(r).user
	switch {
	case u.Stage == access.WantsAgreement && rt.may != signingOut && rt.may != signsAgreements:
		return errHalfway
	case u.Stage == access.WantsAgreement:
	case u.Stage != access.Whole && rt.may != signingOut && rt.may != finishSignIn:
		return errHalfway
	case u.Stage == access.Whole && rt.may == finishSignIn:
		return errWhole
	}
	if u.View != nil && rt.may != signingOut && rt.pattern != stayAddress && (r.Method != http.MethodGet && !rt.reads || rt.may == ownAccount && rt.pattern != firstPage) {
		return errViewing
	}
	if !rt.may.allows(u) {
		return rt.may.refusal(u)
	}
	if err := s.mustLearn(rt, r); err != nil {
		return err
	}
	return s.viewed(rt, r)
}

// mustLearn keeps whoever lacks a course that is required before use from everything but
// what everyone may who is signed in (training, help, their account, what they sign) and signing out. It
// is the one place that does: every address is admitted here.
func (s *site) mustLearn(rt route, r *http.Request) (err error) {
	v := visitOf(r)
	if v.user.Stage != access.Whole {
		return nil
	}
	own := v.user.Role
	if v.user.View != nil { // what they lack themselves, and not what the role that they look as has to learn
		own = v.user.View.Own
	}
	if v.lacks, err = s.Training.Before(r.Context(), v.user.ID, own); err != nil {
		return err
	}
	if len(v.lacks) > 0 && (rt.may != ownAccount || rt.pattern == firstPage) && rt.may != signingOut && rt.may != signsAgreements {
		return errLearn
	}
	return nil
}

// viewed writes down that somebody looks at a page as another role. Of which record, they who
// have its log read; what page of it, its own line says.
func (s *site) viewed(rt route, r *http.Request) error {
	u := visitOf(r).user
	if u.View == nil || rt.may == signingOut {
		return nil
	}
	page := rt.pattern
	var person iis.PersonID
	if _, path, _ := strings.Cut(page, " "); strings.HasPrefix(path, "/people/{number}") {
		if id, ok := iis.ParsePersonID(r.PathValue("number")); ok {
			person, page = id, ""
		}
	}
	if err := s.Gate.Viewed(u, page, person); err != nil {
		return fmt.Errorf("write down who looks at a page: %w", err)
	}
	return nil
}

// firstPage is the address of the page that finds people.
const firstPage = "GET /{$}"

// known finds who looks at a page that is for anyone: whoever is signed in sees what is
// theirs.
func (s *site) known(r *http.Request) (access.User, error) {
	switch err := s.recognize(r); {
	case err != nil && fault.KindOf(err) == fault.Denied:
		return access.User{}, nil
	case err != nil:
		return access.User{}, err
	}
	v := visitOf(r)
	if v.user.Stage != access.Whole {
		return access.User{}, nil
	}
	var err error
	v.lacks, err = s.Training.Before(r.Context(), v.user.ID, v.user.Role)
	return v.user, err
}

// recognize finds who sends a request; errSignIn or errEnded when nobody is
// signed in.
func (s *site) recognize(r *http.Request) error {
	v := visitOf(r)
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return errSignIn
	}
	u, err := s.Gate.SignedIn(r.Context(), c.Value)
	switch {
	case err != nil && fault.KindOf(err) == fault.Denied:
		return errEnded
	case err != nil:
		return fmt.Errorf("find who is signed in: %w", err)
	}
	v.user, v.token = u, c.Value
	return s.findReach(r)
}

// finish answers for a panic and writes the line of the log. The line has the
// route's pattern and not the address, and of an error what it says: errors hold
// ids only.
func (s *site) finish(w *response, r *http.Request, rt route) {
	v := visitOf(r)
	if p := recover(); p != nil {
		if e, ok := p.(error); ok && errors.Is(e, http.ErrAbortHandler) {
			panic(p)
		}
		s.fail(w, r, panicked(p))
	}
	level := slog.LevelInfo
	line := []slog.Attr{
		slog.String("method", r.Method), slog.String("route", rt.pattern), slog.Int("status", w.status),
		slog.Int64("ms", time.Since(v.started).Milliseconds()), slog.Int64("user", int64(v.user.ID)),
		slog.String("reference", v.reference),
	}
	if v.err != nil {
		line = append(line, slog.String("fault", fault.KindOf(v.err).String()), slog.String("error", v.err.Error()))
		if fault.KindOf(v.err) == fault.Internal {
			level = slog.LevelError
		}
	}
	s.Log.LogAttrs(r.Context(), level, "page", line...)
}

// panicked is a bug as an error. What a panic carries may be anything, so only
// errors of the run time, which name no values of ours, are told.
func panicked(p any) error {
	stack := make([]byte, 8<<10)
	stack = stack[:runtime.Stack(stack, false)]
	if e, ok := p.(runtime.Error); ok {
		return fmt.Errorf("panic: %w\n%s", e, stack)
	}
	return fmt.Errorf("panic of type %T\n%s", p, stack)
}

// response remembers the status for the log.
type response struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the first status.
func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write is 200 when nothing was said before, as in net/http.
func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
