package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"openiis/internal/access"
	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/helpdesk"
	"openiis/internal/iis"
)

// asker is somebody who asks for help, or answers.
func asker(u access.User) helpdesk.User {
	return helpdesk.User{
		Actor: u.Actor(), Role: u.Role, Sender: u.Sender, Everyone: u.Everyone(), Sees: seeTickets.allows(u), Answers: answerTickets.allows(u),
	}
}

// helpFrom is where one asks for help from a page: its pattern and, of an error page, its
// reference go along, and never its address.
func helpFrom(route, reference string) string {
	q := url.Values{}
	if isRoute(route) {
		q.Set("page", route)
	}
	if reference != "" {
		q.Set("reference", reference)
	}
	if len(q) == 0 {
		return "/help/new"
	}
	return "/help/new?" + q.Encode()
}

// isRoute reports the pattern of a page of ours: what somebody wrote into an address is
// not kept.
func isRoute(pattern string) bool {
	return pattern != "/" && slices.ContainsFunc(routes(), func(rt route) bool {
		_, path, _ := strings.Cut(rt.pattern, " ")
		return path == pattern
	})
}

// isReference reports what may be a reference of an error page.
func isReference(s string) bool {
	return len(s) == referenceLength && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// HelpHere is where help is from this page.
func (v view) HelpHere() string {
	if v.Route == "" || strings.HasPrefix(v.Route, "/help") || v.User.ID == 0 {
		return "/help"
	}
	return "/help?" + url.Values{"page": {v.Route}}.Encode()
}

// helpPage is where everything about help begins.
type helpPage struct {
	Topics   []*course.Topic
	Courses  []*course.Course
	Known    bool
	New      string // where one asks; with the page that they came from
	Page     string // from which they came; "": it is not known
	Text     string // that was searched for
	Searched bool
	Found    []answerPart
}

// answerPart is a question with its answer.
type answerPart struct {
	Topic    *course.Topic
	Code     string
	Question string
	Text     template.HTML
}

// parts are answers as a page has them. Package course makes their HTML, and lets
// nothing through that is not text.
func parts(found []course.Found) []answerPart {
	var out []answerPart
	for _, f := range found {
		out = append(out, answerPart{f.Topic, f.Answer.Code, f.Question, template.HTML(f.HTML)})
	}
	return out
}

func (s *site) help(w http.ResponseWriter, r *http.Request) error {
	return s.showHelp(w, r, helpPage{Page: r.URL.Query().Get("page")})
}

func (s *site) showHelp(w http.ResponseWriter, r *http.Request, p helpPage) error {
	u, err := s.known(r)
	if err != nil {
		return err
	}
	l, err := s.Help.Library(r.Context())
	if err != nil {
		return err
	}
	p.Topics, p.Courses, p.Known, p.New = l.Topics, l.Courses, u.ID != 0, helpFrom(p.Page, "")
	if !isRoute(p.Page) {
		p.Page = ""
	}
	title := "Help"
	if p.Searched {
		const most = 20
		found := l.Search(p.Text)
		p.Found = parts(found[:min(len(found), most)])
		title = "Help: answers found"
	}
	return s.show(w, r, http.StatusOK, view{Page: "help", Title: title, Body: p})
}

// findHelp looks answers up. What is looked for is in no address: somebody may write a
// name there.
func (s *site) findHelp(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	text := r.PostForm.Get("text")
	return s.showHelp(w, r, helpPage{Page: r.PostForm.Get("page"), Text: strings.ToValidUTF8(text[:min(len(text), 500)], ""), Searched: true})
}

// topicPage is a topic with its answers.
type topicPage struct {
	*course.Topic
	Parts []answerPart
}

func (s *site) topic(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.known(r); err != nil {
		return err
	}
	l, err := s.Help.Library(r.Context())
	if err != nil {
		return err
	}
	t := l.Topic(r.PathValue("topic"))
	if t == nil {
		return fault.New(fault.NotFound, "There is no such topic. See the list of topics.")
	}
	var found []course.Found
	for i := range t.Answers {
		found = append(found, course.Found{Topic: t, Answer: &t.Answers[i]})
	}
	return s.show(w, r, http.StatusOK, view{Page: "topic", Title: t.Title, Body: topicPage{t, parts(found)}})
}

// ticketFormPage is the form by which somebody asks.
type ticketFormPage struct {
	helpdesk.Question
	Topics  []iis.TicketTopic
	Sent    string // the number of what was sent; "": nothing yet
	Problem string
}

// topicsFor are the topics that may be chosen.
func topicsFor(public bool) []iis.TicketTopic {
	return slices.DeleteFunc(slices.Clone(iis.TicketTopics), func(t iis.TicketTopic) bool { return public && !slices.Contains(iis.PublicTopics, t.Code) })
}

// questionIn is what was written into a form, with the browser.
func questionIn(r *http.Request) helpdesk.Question {
	f := r.PostForm
	q := helpdesk.Question{Topic: f.Get("topic"), Subject: f.Get("subject"), Say: f.Get("say"), Record: f.Get("record"), Name: f.Get("name"), Contact: f.Get("contact"), Agent: r.UserAgent()}
	if isRoute(f.Get("page")) {
		q.Route = f.Get("page")
	}
	if isReference(f.Get("reference")) {
		q.Reference = f.Get("reference")
	}
	return q
}

// ticketForm shows the form, with the page from which somebody came.
func (s *site) ticketForm(w http.ResponseWriter, r *http.Request) error {
	var p ticketFormPage
	if page := r.URL.Query().Get("page"); isRoute(page) {
		p.Route = page
	}
	if reference := r.URL.Query().Get("reference"); isReference(reference) {
		p.Reference = reference
	}
	p.Agent = r.UserAgent()
	return s.showTicketForm(w, r, "ticketform", "Ask the help desk", p, nil)
}

func (s *site) showTicketForm(w http.ResponseWriter, r *http.Request, page, title string, p ticketFormPage, wrong error) error {
	p.Topics = topicsFor(page == "ask")
	status := http.StatusOK
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: page, Title: title, Body: p})
}

// openTicket opens a ticket of whoever is signed in.
func (s *site) openTicket(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	q := questionIn(r)
	id, err := s.Help.Open(r.Context(), asker(visitOf(r).user), q)
	if said(err) {
		return s.showTicketForm(w, r, "ticketform", "Ask the help desk", ticketFormPage{Question: q}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, ticketAddress(id)+"?done=opened", http.StatusSeeOther)
	return nil
}

// askForm shows the form for people without an account.
func (s *site) askForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.known(r); err != nil {
		return err
	}
	return s.showTicketForm(w, r, "ask", "Ask us", ticketFormPage{}, nil)
}

// askUs opens a ticket of somebody without an account.
func (s *site) askUs(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	if _, err := s.known(r); err != nil {
		return err
	}
	q := questionIn(r)
	id, err := s.Help.Ask(r.Context(), string(access.CallerAt(r.RemoteAddr)), q)
	if said(err) || err != nil && fault.KindOf(err) == fault.Busy {
		return s.showTicketForm(w, r, "ask", "Ask us", ticketFormPage{Question: q}, err)
	}
	if err != nil {
		return err
	}
	return s.showTicketForm(w, r, "ask", "Ask us", ticketFormPage{Sent: id.Public()}, nil)
}
