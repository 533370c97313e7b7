package web

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"openiis/internal/chart"
	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/helpdesk"
	"openiis/internal/iis"
	"openiis/internal/role"
)

func ticketAddress(id iis.TicketID) string { return "/help/tickets/" + id.Public() }

// ticketsDone say what was done, by what an address has.
var ticketsDone = map[string]string{
	"opened":   "Your question was sent to the help desk. The answer will stand here.",
	"said":     "It was added.",
	"closed":   "The ticket is closed. It stays, and can be opened again.",
	"again":    "The ticket is open again.",
	"pointed":  "Whoever asked was pointed to the answer.",
	"arranged": "It was changed.",
}

// ticketsPage lists tickets.
type ticketsPage struct {
	*helpdesk.Page
	Which string // mine, site, all or queue
	First bool
	More  string
}

// before is the ticket that an address says the page begins behind; 0: none.
func before(r *http.Request) iis.TicketID {
	id, _ := iis.ParseTicketID(r.URL.Query().Get("before")) // what is no number is the beginning
	return id
}

// tickets lists one's own tickets.
func (s *site) tickets(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Help.Mine(r.Context(), asker(visitOf(r).user), before(r))
	if err != nil {
		return err
	}
	p := ticketsPage{Page: list, Which: "mine", First: before(r) == 0}
	if list.Next != 0 {
		p.More = "/help/tickets?before=" + list.Next.Public()
	}
	return s.show(w, r, http.StatusOK, view{Page: "tickets", Title: "My tickets", Body: p})
}

// helpDesk lists the tickets of a site or, for who sees all, those that wait.
func (s *site) helpDesk(w http.ResponseWriter, r *http.Request) error {
	u, q := asker(visitOf(r).user), r.URL.Query()
	p := ticketsPage{Which: "site", First: before(r) == 0}
	var err error
	switch {
	case u.Everyone && !q.Has("all"):
		p.Which = "queue"
		at, _ := strconv.Atoi(q.Get("priority")) // what is no number is the beginning
		if p.Page, err = s.Help.Queue(r.Context(), u, iis.TicketPriority(at), before(r)); err == nil && p.Next != 0 {
			p.More = "/help/desk?priority=" + strconv.Itoa(int(p.At)) + "&before=" + p.Next.Public()
		}
	default:
		if u.Everyone {
			p.Which = "all"
		}
		if p.Page, err = s.Help.All(r.Context(), u, before(r)); err == nil && p.Next != 0 {
			p.More = "/help/desk?all&before=" + p.Next.Public()
		}
	}
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "helpdesk", Title: "Tickets", Body: p})
}

// ticketPage is one ticket.
type ticketPage struct {
	*helpdesk.Ticket
	Answers    bool // whoever looks is of the help desk
	Priorities []iis.TicketPriority
	Helpful    []answerPart // answers that may help
	Said       []ticketLine
	Say        string // as written
	Done       string
	Problem    string
}

// ticketLine is an entry as the page shows it.
type ticketLine struct {
	iis.TicketEntry
	Topic  *course.Topic // of an answer that was pointed to
	Answer *answerPart   // nil when it is not there any more
}

// desk are the roles of those who answer tickets.
func desk() (out []string) {
	for _, r := range role.All() {
		if r.May(role.Permission(answerTickets)) {
			out = append(out, r.ID)
		}
	}
	return out
}

func ticketIn(r *http.Request) (iis.TicketID, error) {
	id, ok := iis.ParseTicketID(r.PathValue("ticket"))
	if !ok {
		return 0, fault.New(fault.NotFound, "There is no such ticket among those that you may see.")
	}
	return id, nil
}

func (s *site) ticket(w http.ResponseWriter, r *http.Request) error {
	return s.showTicket(w, r, ticketPage{Done: ticketsDone[r.URL.Query().Get("done")]}, nil)
}

func (s *site) showTicket(w http.ResponseWriter, r *http.Request, p ticketPage, wrong error) error {
	id, err := ticketIn(r)
	if err != nil {
		return err
	}
	u := asker(visitOf(r).user)
	if p.Ticket, err = s.Help.Ticket(r.Context(), u, id, desk()); err != nil {
		return err
	}
	l, err := s.Help.Library(r.Context())
	if err != nil {
		return err
	}
	p.Answers, p.Priorities, p.Helpful = u.Answers, iis.TicketPriorities, parts(p.Suggest)
	for _, e := range p.Entries {
		line := ticketLine{TicketEntry: e}
		if topic, code, ok := strings.Cut(e.Say, "#"); ok && e.Act == iis.TicketPointed {
			t, a := l.Answer(topic, code)
			if a != nil {
				line.Topic, line.Answer = t, &answerPart{t, a.Code, a.Question, template.HTML(a.HTML)} // as parts has it
			}
		}
		p.Said = append(p.Said, line)
	}
	status, title := http.StatusOK, "Ticket "+id.Public()
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "ticket", Title: title, Body: p})
}

// onTicket does something with the ticket that an address names, and leads back to it.
func (s *site) onTicket(w http.ResponseWriter, r *http.Request, act func(u helpdesk.User, id iis.TicketID) (done string, err error)) error {
	id, err := ticketIn(r)
	if err == nil {
		err = readForm(r)
	}
	done := ""
	if err == nil {
		done, err = act(asker(visitOf(r).user), id)
	}
	if said(err) {
		return s.showTicket(w, r, ticketPage{Say: r.PostForm.Get("say")}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, ticketAddress(id)+"?done="+done, http.StatusSeeOther)
	return nil
}

func (s *site) sayInTicket(w http.ResponseWriter, r *http.Request) error {
	return s.onTicket(w, r, func(u helpdesk.User, id iis.TicketID) (string, error) {
		return "said", s.Help.Say(r.Context(), u, id, r.PostForm.Get("say"), r.PostForm.Get("note") != "")
	})
}

func (s *site) closeTicket(w http.ResponseWriter, r *http.Request) error {
	return s.onTicket(w, r, func(u helpdesk.User, id iis.TicketID) (string, error) {
		if r.PostForm.Get("again") != "" {
			return "again", s.Help.Close(r.Context(), u, id, false)
		}
		return "closed", s.Help.Close(r.Context(), u, id, true)
	})
}

func (s *site) pointTicket(w http.ResponseWriter, r *http.Request) error {
	return s.onTicket(w, r, func(u helpdesk.User, id iis.TicketID) (string, error) {
		topic, answer, _ := strings.Cut(r.PostForm.Get("answer"), "#")
		return "pointed", s.Help.Point(r.Context(), u, id, topic, answer)
	})
}

func (s *site) arrangeTicket(w http.ResponseWriter, r *http.Request) error {
	return s.onTicket(w, r, func(u helpdesk.User, id iis.TicketID) (string, error) {
		priority, _ := strconv.Atoi(r.PostForm.Get("priority"))    // what is no number is no priority
		assigned, _ := iis.ParseUserID(r.PostForm.Get("assigned")) // and nobody
		return "arranged", s.Help.Arrange(r.Context(), u, id, iis.TicketPriority(priority), assigned, desk())
	})
}

// correctionsPage lists what a user has said of records.
type correctionsPage struct {
	Asked []chart.Asked
	First bool
	More  string
}

func (s *site) corrections(w http.ResponseWriter, r *http.Request) error {
	behind, _ := iis.ParseConcernID(r.URL.Query().Get("before")) // what is no number is the beginning
	list, next, err := s.Chart.Asked(r.Context(), visitOf(r).user.Actor(), behind)
	if err != nil {
		return err
	}
	p := correctionsPage{Asked: list, First: behind == 0}
	if next != 0 {
		p.More = "/help/corrections?before=" + next.Public()
	}
	return s.show(w, r, http.StatusOK, view{Page: "corrections", Title: "My corrections", Body: p})
}
