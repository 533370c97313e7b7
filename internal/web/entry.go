package web

import (
	"net/http"
	"slices"

	"openiis/internal/access"
	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// tellerOf is for whom someone says something of a person's health: an administrator
// for the programme, others for the site that they belong to.
func tellerOf(u access.User) chart.Teller {
	return chart.Teller{Actor: u.Actor(), Name: u.Name, Sender: u.Sender, Staff: u.Everyone()}
}

// entryKind is a form about health, in words.
type entryKind struct {
	Kind   chart.EntryKind
	Action string // the link to it, and its heading
	Ask    string // what is chosen
	Since  string // the label of its day
	Hint   string // to that
}

var entryKinds = []entryKind{
	{chart.Condition, "Record a condition or risk", "Which condition, treatment or risk?", "First day", "If it is not known, the day since which it is known."},
	{chart.Immunity, "Record immunity", "Which disease was had, or which immunity shown?", "Day of the diagnosis or test", "If it is not known, the day since which it is known."},
	{chart.Allergy, "Record an allergy", "Allergy to what?", "First day", "The day of the reaction, or since which the allergy is known."},
	{chart.Reaction, "Record a reaction to a dose", "Which reaction?", "Day of the reaction", ""},
	{chart.Refused, "Record a refusal", "Which vaccine was refused?", "Day of the refusal", ""},
}

// entryPage is a form about health, with what was typed and what is wrong with it.
type entryPage struct {
	entryKind
	*chart.EntryForm
	Entry   chart.Entry
	Search  string
	Sources []chart.Option
	Who     []chart.Option
	Reasons []chart.Option
	Wrong   []chart.Wrong
}

// Problem is what is wrong with a field; "" when nothing is.
func (p *entryPage) Problem(field string) string {
	for _, w := range p.Wrong {
		if w.Field == field {
			return w.Say
		}
	}
	return ""
}

// Wrongly is Problem with its field.
func (p *entryPage) Wrongly(field string) chart.Wrong {
	return chart.Wrong{Field: field, Say: p.Problem(field)}
}

// listed are choices with the one that is chosen.
type listed struct {
	chart.Choices
	Chosen string
}

// Of are the choices of a heading, with the one that is chosen.
func (p *entryPage) Of(g chart.Choices) listed { return listed{g, p.Entry.What} }

// Lasts reports a form that asks for a last day.
func (p *entryPage) Lasts() bool { return p.Kind == chart.Condition || p.Kind == chart.Allergy }

// IsReaction and IsRefusal tell forms with fields of their own.
func (p *entryPage) IsReaction() bool { return p.Kind == chart.Reaction }
func (p *entryPage) IsRefusal() bool  { return p.Kind == chart.Refused }

// Long reports a list that is searched and folded.
func (p *entryPage) Long() bool { return p.Kind == chart.Condition || p.Kind == chart.Allergy }

// Open reports headings that are unfolded: those of a search, and that of the choice.
func (p *entryPage) Open(g chart.Choices) bool {
	return p.Search != "" || slices.ContainsFunc(g.List, func(c chart.Choice) bool { return c.Value == p.Entry.What })
}

// Hidden reports a choice that a search hides: it is sent along, lest it be lost.
func (p *entryPage) Hidden() bool {
	return p.Entry.What != "" && !slices.ContainsFunc(p.Choices, func(g chart.Choices) bool {
		return slices.ContainsFunc(g.List, func(c chart.Choice) bool { return c.Value == p.Entry.What })
	})
}

// kindIn is the form that an address names.
func kindIn(r *http.Request) (entryKind, error) {
	for _, k := range entryKinds {
		if string(k.Kind) == r.PathValue("kind") {
			return k, nil
		}
	}
	return entryKind{}, fault.New(fault.NotFound, "There is no form of this kind.")
}

// entryForm shows an empty form about health.
func (s *site) entryForm(w http.ResponseWriter, r *http.Request) error {
	return s.showEntry(w, r, &entryPage{})
}

// showEntry shows a form about health as far as it is filled in.
func (s *site) showEntry(w http.ResponseWriter, r *http.Request, p *entryPage) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if p.entryKind, err = kindIn(r); err != nil {
		return err
	}
	by := tellerOf(visitOf(r).user)
	if err := by.Speaks(); err != nil {
		return err
	}
	if p.EntryForm, err = s.Chart.EntryForm(r.Context(), by.Actor, id, p.Kind, p.Search); err != nil {
		return err
	}
	if p.Problem("") != "" || p.Entry.Number == "" {
		p.Entry.Number = p.EntryForm.Number // the one that was sent cannot be used
	}
	p.Sources, p.Who, p.Reasons = chart.Sources, chart.Refusers, chart.RefusalReasons
	v := view{Page: "entry", Title: p.Action, Body: p}
	status := http.StatusOK
	if len(p.Wrong) > 0 {
		v.Title, status = "Error: "+v.Title, http.StatusBadRequest
	}
	return s.show(w, r, status, v)
}

// say records what was entered, or searches the list of the form.
func (s *site) say(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	kind, err := kindIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	f := r.PostForm
	number := f.Get("number")
	if id, ok := iis.ParseDoseID(number); ok {
		number = id.Public() // as it is filed, however it is spelled
	}
	p := &entryPage{Entry: chart.Entry{
		Number: number, Kind: kind.Kind, What: f.Get("what"), Dose: f.Get("dose"), Since: f.Get("since"), Until: f.Get("until"),
		Says: f.Get("says"), Who: f.Get("who"), Why: f.Get("why"), Reason: f.Get("reason"),
	}}
	if p.Entry.What == "" {
		p.Entry.What = f.Get("before") // a choice that a search hid
	}
	if f.Has("search-list") {
		p.Search = f.Get("search")
		return s.showEntry(w, r, p)
	}
	p.Wrong, err = s.Chart.Say(r.Context(), tellerOf(visitOf(r).user), id, p.Entry)
	if err != nil {
		return err
	}
	if len(p.Wrong) > 0 {
		return s.showEntry(w, r, p)
	}
	http.Redirect(w, r, entryAddress(id, p.Entry.Number), http.StatusSeeOther)
	return nil
}

// entryAddress is a record with what an entry changed in it.
func entryAddress(id iis.PersonID, number string) string {
	return personAddress(id) + "?entry=" + number
}

// entryIn is the record and the number of an entry that an address names.
func entryIn(r *http.Request) (iis.PersonID, string, error) {
	person, err := personIn(r)
	if err != nil {
		return 0, "", err
	}
	id, ok := iis.ParseDoseID(r.PathValue("entry"))
	if !ok {
		return 0, "", fault.New(fault.NotFound, "This record has no entry with this number.")
	}
	return person, id.Public(), nil
}

// withdrawForm asks whether an entry shall be withdrawn.
func (s *site) withdrawForm(w http.ResponseWriter, r *http.Request) error {
	id, number, err := entryIn(r)
	if err != nil {
		return err
	}
	e, err := s.Chart.Withdrawal(r.Context(), tellerOf(visitOf(r).user), id, number)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "withdraw", Title: "Withdraw an entry", Body: e})
}

// withdraw withdraws an entry that was made in error.
func (s *site) withdraw(w http.ResponseWriter, r *http.Request) error {
	id, number, err := entryIn(r)
	if err != nil {
		return err
	}
	if err := s.Chart.Withdraw(r.Context(), tellerOf(visitOf(r).user), id, number); err != nil {
		return err
	}
	http.Redirect(w, r, entryAddress(id, number), http.StatusSeeOther)
	return nil
}
