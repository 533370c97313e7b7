package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/course"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/sheet"
	"openiis/internal/training"
)

const sessionsAddress = "/training/sessions"

func sessionAddress(id iis.EventID) string { return sessionsAddress + "/" + id.Public() }

// sessionsDone say what was done, by what an address has.
var sessionsDone = map[string]string{
	"asked":    "Your request was sent. The programme plans the session, or tells you why it cannot.",
	"planned":  "The session is planned. Users can take seats.",
	"changed":  "The session was changed.",
	"taken":    "You have a seat.",
	"waiting":  "The session is full. You are on the waiting list, and have the next seat that somebody gives up.",
	"given-up": "You have given up your seat.",
	"ended":    "It will not take place. Whoever asked, or has a seat, reads why.",
	"marked":   "Attendance was marked.",
}

// sessionsPage lists sessions.
type sessionsPage struct {
	*training.Sessions
	Done string
}

func (s *site) sessions(w http.ResponseWriter, r *http.Request) error {
	u := visitOf(r).user
	who, err := s.sitsIn(r)
	if err != nil {
		return err
	}
	list, err := s.Training.Events(r.Context(), who, keepTraining.allows(u))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "sessions", Title: "Training sessions", Body: sessionsPage{list, sessionsDone[r.URL.Query().Get("done")]}})
}

// sessionPage is one session.
type sessionPage struct {
	*training.Session
	Done    string
	Wrote   string // as the reason
	Problem string
}

func (s *site) session(w http.ResponseWriter, r *http.Request) error {
	return s.showSession(w, r, sessionPage{Done: sessionsDone[r.URL.Query().Get("done")]}, nil)
}

func (s *site) showSession(w http.ResponseWriter, r *http.Request, p sessionPage, wrong error) error {
	id, err := eventIn(r)
	if err != nil {
		return err
	}
	u := visitOf(r).user
	who, err := s.sitsIn(r)
	if err != nil {
		return err
	}
	if p.Session, err = s.Training.Event(r.Context(), who, keepTraining.allows(u), id); err != nil {
		return err
	}
	status, title := http.StatusOK, "Session: "+p.Session.Title
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "session", Title: title, Body: p})
}

// onSession does something with the session that an address names, and leads back to it.
func (s *site) onSession(w http.ResponseWriter, r *http.Request, p func() sessionPage, act func(id iis.EventID) (done string, err error)) error {
	id, err := eventIn(r)
	if err == nil {
		err = readForm(r)
	}
	done := ""
	if err == nil {
		done, err = act(id)
	}
	if said(err) {
		return s.showSession(w, r, p(), err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sessionAddress(id)+"?done="+done, http.StatusSeeOther)
	return nil
}

// seat takes a seat, or gives it up.
func (s *site) seat(w http.ResponseWriter, r *http.Request) error {
	u, err := s.sitsIn(r)
	if err != nil {
		return err
	}
	return s.onSession(w, r, func() sessionPage { return sessionPage{} }, func(id iis.EventID) (string, error) {
		if r.PostForm.Get("seat") == "give-up" {
			return "given-up", s.Training.GiveUp(r.Context(), u, id)
		}
		got, err := s.Training.TakeSeat(r.Context(), u, id)
		return string(got), err
	})
}

// endSession declines a session that was asked for, or calls one off.
func (s *site) endSession(w http.ResponseWriter, r *http.Request) error {
	return s.onSession(w, r, func() sessionPage { return sessionPage{Wrote: r.PostForm.Get("why")} }, func(id iis.EventID) (string, error) {
		return "ended", s.Training.End(r.Context(), learner(visitOf(r).user), id, r.PostForm.Get("why"))
	})
}

// markAttendance says who was there.
func (s *site) markAttendance(w http.ResponseWriter, r *http.Request) error {
	return s.onSession(w, r, func() sessionPage { return sessionPage{} }, func(id iis.EventID) (string, error) {
		var there []iis.UserID
		for _, v := range r.PostForm["there"] {
			if user, ok := iis.ParseUserID(v); ok {
				there = append(there, user)
			}
		}
		return "marked", s.Training.MarkAttendance(r.Context(), learner(visitOf(r).user), id, there)
	})
}

// sessionFormPage is the form by which a session is planned, changed or asked for.
type sessionFormPage struct {
	iis.Event
	Asking    bool // it is asked for, and not planned
	New       bool
	Kinds     []iis.EventKind
	Courses   []*course.Course
	Day, Time string // as written
	MinutesIn string
	SeatsIn   string
	Site      string // whoever asks belongs to it; "": none
	At        string // as written: of which site it is, by its number, code or name
	Regions   []policy.Region
	Zone      string // in which the time is written
	Problem   string
}

// written is the form as somebody has filled it in; fault.Invalid when a day, a time or
// a number cannot be read.
func (p *sessionFormPage) written(form url.Values) error {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	p.Kind, p.Title, p.Say, p.Course, p.Place, p.Link = iis.EventKind(get("kind")), get("title"), form.Get("say"), get("course"), get("place"), get("link")
	p.At, p.Region = get("at"), get("region")
	p.Wish, p.Day, p.Time, p.MinutesIn, p.SeatsIn = form.Get("wish"), get("day"), get("time"), get("minutes"), get("seats")
	if p.Asking {
		return nil
	}
	var err error
	if p.Begins, err = time.ParseInLocation("2006-01-02 15:04", p.Day+" "+p.Time, time.Local); err != nil {
		return fault.New(fault.Invalid, "Write the day as 2026-03-31, and when it begins as 14:00.")
	}
	if p.Minutes, err = strconv.Atoi(p.MinutesIn); err != nil {
		return fault.New(fault.Invalid, "Write how many minutes it lasts.")
	}
	if p.Seats = 0; p.SeatsIn != "" {
		if p.Seats, err = strconv.Atoi(p.SeatsIn); err != nil || p.Seats < 1 {
			return fault.New(fault.Invalid, "Write how many seats there are, or leave it empty for no limit.")
		}
	}
	return nil
}

// showSessionForm shows the form, and what is wrong with it.
func (s *site) showSessionForm(w http.ResponseWriter, r *http.Request, p sessionFormPage, wrong error) error {
	l, err := s.Training.Library(r.Context())
	if err != nil {
		return err
	}
	p.Kinds, p.Courses, p.Site = iis.EventKinds, l.Courses, visitOf(r).user.Site
	law, err := s.Enrol.Policy(r.Context())
	if err != nil {
		return err
	}
	if p.Regions = law.Regions; len(p.Regions) == 0 && p.Kind != iis.RegionalEvent {
		p.Kinds = slices.DeleteFunc(slices.Clone(p.Kinds), func(k iis.EventKind) bool { return k == iis.RegionalEvent })
	}
	p.Zone = visitOf(r).started.Format("MST, UTC-07:00")
	if p.Asking && visitOf(r).user.Sender == 0 {
		p.Kinds = slices.DeleteFunc(slices.Clone(p.Kinds), func(k iis.EventKind) bool { return k == iis.SiteEvent })
	}
	status, title := http.StatusOK, "Plan a session"
	if p.Asking {
		title = "Ask for a session"
	}
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "sessionform", Title: title, Body: p})
}

func (s *site) sessionForm(w http.ResponseWriter, r *http.Request) error {
	return s.showSessionForm(w, r, sessionFormPage{New: true, MinutesIn: "60"}, nil)
}

func (s *site) askSessionForm(w http.ResponseWriter, r *http.Request) error {
	return s.showSessionForm(w, r, sessionFormPage{New: true, Asking: true}, nil)
}

// planSession plans a session.
func (s *site) planSession(w http.ResponseWriter, r *http.Request) error {
	p := sessionFormPage{New: true}
	return s.storeSession(w, r, &p, "planned", func() (iis.EventID, error) {
		if err := s.siteOfSession(r, &p); err != nil {
			return 0, err
		}
		return s.Training.Plan(r.Context(), learner(visitOf(r).user), p.Event)
	})
}

// siteOfSession finds the site of a session, as it was written.
func (s *site) siteOfSession(r *http.Request, p *sessionFormPage) error {
	if p.Kind != iis.SiteEvent || p.At == "" {
		return nil
	}
	l, err := s.Enrol.List(r.Context(), enrol.Filter{Kind: enrol.AnySite, Text: p.At, Held: reachOf(r)})
	switch {
	case err != nil:
		return err
	case l.Found == 0:
		return fault.New(fault.Invalid, "No site is found by what you wrote: write its number, its facility code, or words of its name.")
	case l.Found > 1:
		return fault.New(fault.Invalid, "%d sites are found by what you wrote, such as %s and %s: write more of the name, or the number of the one.", l.Found, l.Lines[0].Name, l.Lines[1].Name)
	}
	p.Organization = l.Lines[0].ID
	return nil
}

// sitsIn is whoever asks as one who may take part in sessions, with the region of their site.
func (s *site) sitsIn(r *http.Request) (training.User, error) {
	u := visitOf(r).user
	out := learner(u)
	if held := reachOf(r); held.Holds() {
		out.Region = held.Region
		return out, nil
	}
	at, err := s.Enrol.SiteOf(r.Context(), u.Sender)
	if err != nil || at == 0 {
		return out, err
	}
	c, err := s.Enrol.Open(r.Context(), nil, at)
	if err == nil {
		out.Region = c.Place.Code
	}
	return out, err
}

// askSession asks for one.
func (s *site) askSession(w http.ResponseWriter, r *http.Request) error {
	p := sessionFormPage{New: true, Asking: true}
	return s.storeSession(w, r, &p, "asked", func() (iis.EventID, error) {
		u, err := s.sitsIn(r)
		if err != nil {
			return 0, err
		}
		return s.Training.Ask(r.Context(), u, p.Event)
	})
}

// storeSession reads the form and stores the session.
func (s *site) storeSession(w http.ResponseWriter, r *http.Request, p *sessionFormPage, done string, put func() (iis.EventID, error)) error {
	err := readForm(r)
	if err == nil {
		err = p.written(r.PostForm)
	}
	var id iis.EventID
	if err == nil {
		id, err = put()
	}
	if said(err) {
		return s.showSessionForm(w, r, *p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sessionAddress(id)+"?done="+done, http.StatusSeeOther)
	return nil
}

// changeSessionForm shows the form with the session as it is.
func (s *site) changeSessionForm(w http.ResponseWriter, r *http.Request) error {
	p, err := s.sessionAsItIs(r)
	if err != nil {
		return err
	}
	return s.showSessionForm(w, r, p, nil)
}

func (s *site) sessionAsItIs(r *http.Request) (p sessionFormPage, err error) {
	id, err := eventIn(r)
	if err != nil {
		return p, err
	}
	e, err := s.Training.Event(r.Context(), learner(visitOf(r).user), true, id)
	if err != nil {
		return p, err
	}
	p = sessionFormPage{Event: e.Event, MinutesIn: strconv.Itoa(e.Minutes)}
	if e.Minutes == 0 {
		p.MinutesIn = "60"
	}
	if e.Organization != 0 {
		p.At = e.Organization.Public()
	}
	if e.Seats > 0 {
		p.SeatsIn = strconv.Itoa(e.Seats)
	}
	if !e.Begins.IsZero() {
		p.Day, p.Time = e.Begins.Local().Format("2006-01-02"), e.Begins.Local().Format("15:04")
	}
	return p, nil
}

// changeSession changes a session, or plans one that was asked for.
func (s *site) changeSession(w http.ResponseWriter, r *http.Request) error {
	p, err := s.sessionAsItIs(r)
	if err != nil {
		return err
	}
	done := "changed"
	if p.Status == iis.EventAsked {
		done = "planned"
	}
	id, wish := p.ID, p.Wish
	return s.storeSession(w, r, &p, done, func() (iis.EventID, error) {
		p.Wish = wish
		if err := s.siteOfSession(r, &p); err != nil {
			return 0, err
		}
		return id, s.Training.Change(r.Context(), learner(visitOf(r).user), id, func(e *iis.Event) {
			e.Organization, e.Region = p.Organization, p.Region
			e.Kind, e.Title, e.Say, e.Course, e.Begins, e.Minutes, e.Place, e.Link, e.Seats = p.Kind, p.Title, p.Say, p.Course, p.Begins, p.Minutes, p.Place, p.Link, p.Seats
		})
	})
}

// traineesPage lists what users have completed.
type traineesPage struct {
	*training.Completion
	Everyone bool
	First    bool
	More     string
}

func (s *site) trainees(w http.ResponseWriter, r *http.Request) error {
	u, after := visitOf(r).user, r.URL.Query().Get("after")
	c, err := s.Training.Completion(r.Context(), learner(u), after)
	if err != nil {
		return err
	}
	p := traineesPage{Completion: c, Everyone: u.Everyone(), First: after == ""}
	if c.Next != "" {
		p.More = "/training/users?" + url.Values{"after": {c.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, view{Page: "trainees", Title: "Training of users", Body: p})
}

// plainCell is a text that no spreadsheet takes for a formula.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// traineesCSV is the list to be taken away.
func (s *site) traineesCSV(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Training.CompletionOfAll(r.Context(), learner(visitOf(r).user))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="training.csv"`)
	out := sheet.New(w)
	rows := [][]string{{"user name", "name", "role", "site", "course", "title", "required", "completed", "version", "counts"}}
	for _, u := range c.Users {
		line := []string{plainCell(u.Username), plainCell(u.Name), roleWords(u.Role, ""), plainCell(u.Site)}
		if len(u.Courses) == 0 {
			rows = append(rows, append(line, "", "", "", "", "", ""))
		}
		for _, c := range u.Courses {
			required, completed, version, counts := "no", "", "", "no"
			switch {
			case c.Use:
				required = "before use"
			case c.Required:
				required = "before going live"
			}
			if c.Done != nil {
				completed, version = c.Done.At.Local().Format(time.DateOnly), strconv.Itoa(c.Done.Version)
			}
			if c.Counts {
				counts = "yes"
			}
			rows = append(rows, append(slices.Clone(line), c.Code, plainCell(c.Title), required, completed, version, counts))
		}
	}
	_ = out.WriteAll(rows) // the reader has gone: there is nobody to tell
	return nil
}
