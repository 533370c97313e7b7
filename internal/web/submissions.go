package web

import (
	"net/http"
	"net/url"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/inbox"
)

// submissionsPage is a page of the list of submissions, with its filter.
type submissionsPage struct {
	*inbox.List
	Filter  inbox.Filter
	Answers []inbox.Choice
	Kinds   []inbox.Choice
	Older   string // address of the next page; "" on the last
	Newest  string // address of the first page; "" on it
	At      string // address of the list
	Tests   bool   // of test messages alone
}

// The addresses of the list of submissions, and of that of test messages alone.
const (
	submissionsAt = "/submissions"
	testsAt       = "/test-messages"
)

// submissions lists what was sent. The list shows nothing of a patient, and its
// filter is about none: it may stand in the address.
func (s *site) submissions(w http.ResponseWriter, r *http.Request) error {
	return s.listSubmissions(w, r, submissionsPage{At: submissionsAt}, "Submissions")
}

// testMessages lists what was sent as a test, for whoever may see nothing else of what a site
// sends.
func (s *site) testMessages(w http.ResponseWriter, r *http.Request) error {
	return s.listSubmissions(w, r, submissionsPage{At: testsAt, Tests: true}, "Test messages")
}

func (s *site) listSubmissions(w http.ResponseWriter, r *http.Request, p submissionsPage, title string) error {
	q := r.URL.Query()
	f := inbox.Filter{Answer: offered(inbox.Answers, q.Get("answer")), Kind: offered(inbox.Kinds, q.Get("kind"))}
	f.Sender, _ = iis.ParseSenderID(q.Get("sender")) // what cannot be read filters nothing
	f.Day, _ = cal.Parse(q.Get("day"))
	f.Before, _ = iis.ParseSubmissionID(q.Get("before"))
	in := visitOf(r).user.Scope()
	if in.Tests = p.Tests; p.Tests {
		f.Kind = ""
	}
	if !in.Has(f.Sender) {
		f.Sender = 0
	}
	list, err := s.Inbox.List(r.Context(), in, f)
	if err != nil {
		return err
	}
	p.List, p.Filter, p.Answers, p.Kinds = list, f, inbox.Answers, inbox.Kinds
	if list.Next != 0 {
		p.Older = submissionsAddress(p.At, f, list.Next)
	}
	if f.Before != 0 {
		p.Newest = submissionsAddress(p.At, f, 0)
	}
	return s.show(w, r, http.StatusOK, view{Page: "submissions", Title: title, Body: p})
}

// offered is a value that can be chosen, or "": what else stands in an address
// shall not stand in the next.
func offered(choices []inbox.Choice, value string) string {
	if slices.ContainsFunc(choices, func(c inbox.Choice) bool { return c.Value == value }) {
		return value
	}
	return ""
}

// submissionsAddress is the list with a filter, from behind a submission.
func submissionsAddress(at string, f inbox.Filter, before iis.SubmissionID) string {
	q := url.Values{}
	set := func(key, value string) {
		if value != "" {
			q.Set(key, value)
		}
	}
	if f.Sender != 0 {
		set("sender", f.Sender.Public())
	}
	set("answer", f.Answer)
	set("kind", f.Kind)
	set("day", f.Day.String())
	if before != 0 {
		set("before", before.Public())
	}
	if len(q) == 0 {
		return at
	}
	return at + "?" + q.Encode()
}
