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
}

// submissions lists what was sent. The list shows nothing of a patient, and its
// filter is about none: it may stand in the address.
func (s *site) submissions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := inbox.Filter{Answer: offered(inbox.Answers, q.Get("answer")), Kind: offered(inbox.Kinds, q.Get("kind"))}
	f.Sender, _ = iis.ParseSenderID(q.Get("sender")) // what cannot be read filters nothing
	f.Day, _ = cal.Parse(q.Get("day"))
	f.Before, _ = iis.ParseSubmissionID(q.Get("before"))
	in := visitOf(r).user.Scope()
	if !in.Has(f.Sender) {
		f.Sender = 0
	}
	list, err := s.Inbox.List(r.Context(), in, f)
	if err != nil {
		return err
	}
	p := submissionsPage{List: list, Filter: f, Answers: inbox.Answers, Kinds: inbox.Kinds}
	if list.Next != 0 {
		p.Older = submissionsAddress(f, list.Next)
	}
	if f.Before != 0 {
		p.Newest = submissionsAddress(f, 0)
	}
	return s.show(w, r, http.StatusOK, view{Page: "submissions", Title: "Submissions", Body: p})
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
func submissionsAddress(f inbox.Filter, before iis.SubmissionID) string {
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
		return "/submissions"
	}
	return "/submissions?" + q.Encode()
}
