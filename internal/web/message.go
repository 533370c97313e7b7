package web

import (
	"net/http"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/inbox"
)

// submissionNumber is the submission that an address names.
func submissionNumber(r *http.Request) (iis.SubmissionID, error) {
	id, ok := iis.ParseSubmissionID(r.PathValue("number"))
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not the number of a submission. It has 13 letters and digits.")
	}
	return id, nil
}

// messagePage is one submission, as it is shown under the list from which it was opened.
type messagePage struct {
	*inbox.Message
	At    string // address of the list
	Tests bool   // of test messages alone
}

// message shows one submission.
func (s *site) message(w http.ResponseWriter, r *http.Request) error {
	return s.showMessage(w, r, messagePage{At: submissionsAt})
}

// testMessage shows one that was a test; any other is not there.
func (s *site) testMessage(w http.ResponseWriter, r *http.Request) error {
	return s.showMessage(w, r, messagePage{At: testsAt, Tests: true})
}

func (s *site) showMessage(w http.ResponseWriter, r *http.Request, p messagePage) error {
	id, err := submissionNumber(r)
	if err != nil {
		return err
	}
	user := visitOf(r).user
	in := user.Scope()
	in.Tests = p.Tests
	if p.Message, err = s.Inbox.Open(r.Context(), user.Actor(), in, id); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "message", Title: "Submission " + id.Public(), Body: p})
}

// replayPage is the sandbox for one message.
type replayPage struct {
	inbox.Copy
	TooLong bool
	Problem string
	Tried   bool
	Ack     string
	Stored  bool
	Reply   []string
	Content inbox.Content
	Fate    inbox.Fate
}

// maxEdited is how long a message may be to be edited in a form: encoded, it is
// up to three times as long, and must stay within maxForm.
const maxEdited = maxForm/3 - 1024

// replayForm shows a copy of a message to be edited.
func (s *site) replayForm(w http.ResponseWriter, r *http.Request) error {
	p, err := s.replayCopy(r)
	if err != nil {
		return err
	}
	p.TooLong = len(p.Text) > maxEdited
	return s.show(w, r, http.StatusOK, view{Page: "replay", Title: "Try a corrected copy", Body: p})
}

func (s *site) replayCopy(r *http.Request) (replayPage, error) {
	id, err := submissionNumber(r)
	if err != nil {
		return replayPage{}, err
	}
	user := visitOf(r).user
	c, err := s.Inbox.Copy(r.Context(), user.Actor(), user.Scope(), id)
	return replayPage{Copy: c}, err
}

// replay says what would happen if the edited copy came from the same sender.
// Someone of a site may try the messages of that site alone.
func (s *site) replay(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p, err := s.replayCopy(r)
	if err != nil {
		return err
	}
	p.Text = strings.ReplaceAll(r.PostForm.Get("message"), "\r\n", "\n")
	raw := []byte(strings.ReplaceAll(p.Text, "\n", "\r"))
	tried, err := s.Intake.Rehearse(r.Context(), visitOf(r).user.Actor(), p.ID, p.Sender, raw)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		visitOf(r).err = err
		p.Problem = fault.Public(err)
		return s.show(w, r, http.StatusBadRequest, view{Page: "replay", Title: "Error: try a corrected copy", Body: p})
	}
	if err != nil {
		return err
	}
	p.Tried, p.Ack, p.Stored = true, tried.Reply.Ack, tried.Stored
	p.Reply = inbox.Lines(tried.Reply.Bytes)
	p.Content = s.Inbox.Content(raw, tried.Reply.Findings)
	p.Fate = s.Inbox.Tried(visitOf(r).user.Actor(), raw, tried.Receipt)
	return s.show(w, r, http.StatusOK, view{Page: "replay", Title: "What would happen", Body: p})
}
