package web

import (
	"net/http"
	"net/url"
	"strconv"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/roster"
	"openiis/internal/sheet"
)

const rostersAddress = "/rosters"

func rosterAddress(id iis.OrganizationID) string { return rostersAddress + "/" + id.Public() }

// rosterIn is the site whose roster an address names.
func rosterIn(r *http.Request) (iis.OrganizationID, error) {
	id, ok := iis.ParseOrganizationID(r.PathValue("site"))
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not the number of a site. It has 13 letters and digits.")
	}
	return id, nil
}

// rostersPage is the list of rosters, or why whoever looks keeps none.
type rostersPage struct {
	Sites []roster.SiteLine
	None  string // "" of the programme's staff
}

// rosters leads to the roster of one's own site, or lists all, for the programme.
func (s *site) rosters(w http.ResponseWriter, r *http.Request) error {
	u := visitOf(r).user
	if !u.Everyone() {
		id, err := s.Rosters.Own(r.Context(), u.Actor())
		if err != nil && fault.KindOf(err) == fault.NotFound {
			return s.show(w, r, http.StatusOK, view{Page: "rosters", Title: "Rosters", Body: rostersPage{None: fault.Public(err)}})
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, rosterAddress(id), http.StatusSeeOther)
		return nil
	}
	sites, err := s.Rosters.Sites(r.Context(), u.Actor())
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "rosters", Title: "Rosters", Body: rostersPage{Sites: sites}})
}

// rosterPage is a page of a roster.
type rosterPage struct {
	*roster.List
	Done         string
	Before, Next string // addresses; "" of none
	Sorts        []struct{ Code, Words string }
	Found        string // the key of a search within it; "": everyone
	Search       string // what was searched for
	Keeps        bool   // the reader keeps it too
	NoPlace      string
}

// Of is the roster's own page with another place, or what is due.
func (p rosterPage) Of(key, value string) string {
	return rosterAddress(p.ID) + "?" + url.Values{key: {value}}.Encode()
}

// rosterDone say what has just been done.
var rosterDone = map[string]string{
	"added": "The person is on the roster.", "changed": "The entry was changed.", "ended": "The entry was ended. It stays in the history.", "year": "Everyone went up a grade.",
}

// roster shows a page of a roster.
func (s *site) roster(w http.ResponseWriter, r *http.Request) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	v, q := visitOf(r), r.URL.Query()
	ask := roster.Query{Place: q.Get("place"), Due: roster.Due(q.Get("due")), Sort: q.Get("sort")}
	ask.Page, _ = strconv.Atoi(q.Get("page")) // what is no number is the first
	if key := q.Get("found"); key != "" {
		text, kept := s.searches.text(key, v.token, v.started)
		if !kept {
			q.Del("found")
		}
		ask.Text = text
	}
	l, err := s.Rosters.List(r.Context(), v.user.Actor(), id, ask)
	if err != nil {
		return err
	}
	p := rosterPage{List: l, Done: rosterDone[q.Get("done")], Sorts: roster.Sorts, Found: q.Get("found"), Search: ask.Text, Keeps: keepRosters.allows(v.user), NoPlace: roster.NoPlace}
	q.Del("done")
	at := func(page int) string {
		q.Set("page", strconv.Itoa(page))
		return rosterAddress(id) + "?" + q.Encode()
	}
	if l.Page > 1 {
		p.Before = at(l.Page - 1)
	}
	if l.Page < l.Pages {
		p.Next = at(l.Page + 1)
	}
	return s.show(w, r, http.StatusOK, view{Page: "roster", Title: "Roster", Body: p})
}

// findInRoster keeps what was searched for within a roster, under a key that says nothing.
func (s *site) findInRoster(w http.ResponseWriter, r *http.Request) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	v := visitOf(r)
	to := rosterAddress(id)
	if text := r.PostForm.Get("q"); text != "" {
		to += "?found=" + s.searches.keep(search{session: v.token, text: text, at: v.started})
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// rosterCSV is the whole roster as a file.
func (s *site) rosterCSV(w http.ResponseWriter, r *http.Request) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	var out *sheet.Writer
	err = s.Rosters.Everyone(r.Context(), visitOf(r).user.Actor(), id, func(site *roster.Site, lines []roster.Line) error {
		if out == nil {
			csvHead(w, "roster.csv")
			out = sheet.New(w)
			_ = out.Write([]string{"own_number", "name", "birth_date", "grade_or_room", "since", "due", "registry_number"})
		}
		for i := range lines {
			l := &lines[i]
			_ = out.Write([]string{l.Own, l.Name, day(l.Birth), l.Place, day(l.Since), string(l.Due), l.Person.Public()})
		}
		out.Flush()
		return nil
	})
	return err
}

// day is a day in a file; "" of none.
func day(d cal.Date) string {
	if d == cal.None {
		return ""
	}
	return d.String()
}

func csvHead(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// rosterEntryPage is the entry of a person.
type rosterEntryPage struct {
	*roster.Entry
	Own, Place, Until, Why string
	Problem                string
	Keeps                  bool
}

// rosterEntry shows the entry of a person on a roster.
func (s *site) rosterEntry(w http.ResponseWriter, r *http.Request) error {
	return s.showRosterEntry(w, r, nil)
}

func (s *site) showRosterEntry(w http.ResponseWriter, r *http.Request, wrong error) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	person, err := personIn(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	e, err := s.Rosters.Entry(r.Context(), v.user.Actor(), id, person)
	if err != nil {
		return err
	}
	p := rosterEntryPage{Entry: e, Own: e.Line.Own, Place: e.Line.Place, Until: v.started.Format("1/2/2006"), Keeps: keepRosters.allows(v.user)}
	status, title := http.StatusOK, "An entry of the roster"
	if wrong != nil {
		v.err = wrong
		p.Problem, title = fault.Public(wrong), "Error: "+title
		status, _ = s.explain(w, wrong)
		for field, value := range map[string]*string{"own": &p.Own, "place": &p.Place, "until": &p.Until, "why": &p.Why} {
			if r.PostForm.Has(field) {
				*value = r.PostForm.Get(field)
			}
		}
	}
	return s.show(w, r, status, view{Page: "rosterentry", Title: title, Body: p})
}

// changeRosterEntry changes or ends the entry of a person.
func (s *site) changeRosterEntry(w http.ResponseWriter, r *http.Request) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	person, err := personIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	by, f, done := visitOf(r).user.Actor(), r.PostForm, "changed"
	switch r.PathValue("act") {
	case "change":
		err = s.Rosters.Change(r.Context(), by, id, person, f.Get("own"), f.Get("place"))
	case "end":
		done = "ended"
		err = s.Rosters.End(r.Context(), by, id, person, f.Get("until"), f.Get("why"))
	default:
		return fault.New(fault.NotFound, "There is no such page.")
	}
	if formWrong(err) {
		return s.showRosterEntry(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, rosterAddress(id)+"?done="+done, http.StatusSeeOther)
	return nil
}

// endUnsure ends an entry of which it cannot be told whose it is.
func (s *site) endUnsure(w http.ResponseWriter, r *http.Request) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	entry, ok := iis.ParseRosterID(r.PathValue("entry"))
	if !ok {
		return fault.New(fault.NotFound, "This is not the number of an entry. It has 13 letters and digits.")
	}
	if err := s.Rosters.EndUnsure(r.Context(), visitOf(r).user.Actor(), id, entry); err != nil {
		return err
	}
	http.Redirect(w, r, rosterAddress(id)+"?done=ended", http.StatusSeeOther)
	return nil
}

// rosterAddPage is where somebody is put on a roster.
type rosterAddPage struct {
	*roster.Site
	Search  roster.Search
	Found   *roster.Candidate // nil: nobody yet
	Details roster.Details
	Problem string
}

// addToRosterForm shows where somebody is looked for who shall be on a roster.
func (s *site) addToRosterForm(w http.ResponseWriter, r *http.Request) error {
	return s.showAddToRoster(w, r, rosterAddPage{}, nil)
}

func (s *site) showAddToRoster(w http.ResponseWriter, r *http.Request, p rosterAddPage, wrong error) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	if p.Site, err = s.Rosters.Site(r.Context(), visitOf(r).user.Actor(), id); err != nil {
		return err
	}
	status, title := http.StatusOK, "Put somebody on the roster"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: put somebody on the roster"
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "rosteradd", Title: title, Body: p})
}

// addToRoster looks for somebody exactly, and puts the one person on the roster who is
// found: whoever puts them there has described them again.
func (s *site) addToRoster(w http.ResponseWriter, r *http.Request) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	by, f := visitOf(r).user.Actor(), r.PostForm
	p := rosterAddPage{
		Search:  roster.Search{Family: f.Get("family"), Given: f.Get("given"), Birth: f.Get("birth"), Number: f.Get("registry")},
		Details: roster.Details{Own: f.Get("own"), Place: f.Get("place"), Since: f.Get("since")},
	}
	adds := f.Get("step") == "add"
	if adds {
		_, err = s.Rosters.Add(r.Context(), by, id, p.Search, p.Details)
		if err == nil {
			http.Redirect(w, r, rosterAddress(id)+"?done=added", http.StatusSeeOther)
			return nil
		}
		if !formWrong(err) {
			return err
		}
	}
	found, lost := s.Rosters.Find(r.Context(), by, id, p.Search)
	switch {
	case lost != nil && !formWrong(lost):
		return lost
	case lost != nil:
		return s.showAddToRoster(w, r, p, lost)
	}
	p.Found = found
	if !adds {
		p.Details.Since = visitOf(r).started.Format("1/2/2006")
	}
	return s.showAddToRoster(w, r, p, err)
}

// rosterYearPage is what a new school year does.
type rosterYearPage struct {
	*roster.Year
	Until   string
	Problem string
}

// rosterYear shows what a new school year would do with a roster.
func (s *site) rosterYear(w http.ResponseWriter, r *http.Request) error {
	return s.showRosterYear(w, r, r.URL.Query().Get("last"), visitOf(r).started.Format("1/2/2006"), nil)
}

func (s *site) showRosterYear(w http.ResponseWriter, r *http.Request, last, until string, wrong error) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	y, err := s.Rosters.PlanYear(r.Context(), visitOf(r).user.Actor(), id, last)
	if err != nil {
		return err
	}
	p := rosterYearPage{Year: y, Until: until}
	status, title := http.StatusOK, "A new school year"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: a new school year"
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "rosteryear", Title: title, Body: p})
}

// takeRosterYear has everyone go up a grade.
func (s *site) takeRosterYear(w http.ResponseWriter, r *http.Request) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	f := r.PostForm
	_, err = s.Rosters.TakeYear(r.Context(), visitOf(r).user.Actor(), id, f.Get("last"), f.Get("seen"), f.Get("until"))
	if formWrong(err) {
		return s.showRosterYear(w, r, f.Get("last"), f.Get("until"), err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, rosterAddress(id)+"?done=year", http.StatusSeeOther)
	return nil
}
