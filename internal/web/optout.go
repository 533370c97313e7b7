package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/steward"
)

// optOutsAddress is the list of those who asked to be left out of the registry.
const optOutsAddress = "/opt-outs"

func optOutAddress(id iis.OptOutID) string { return optOutsAddress + "/" + id.Public() }

// The codes of a state's forms by which somebody opts out, and comes back.
const (
	optOutForm  = "opt-out"
	optBackForm = "opt-back-in"
)

// optOutIn is the request that an address names.
func optOutIn(r *http.Request) (iis.OptOutID, error) {
	id, ok := iis.ParseOptOutID(r.PathValue("request"))
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not the number of a request. It has 13 letters and digits.")
	}
	return id, nil
}

// optOutWords are states in words.
var optOutWords = map[iis.OptOutState]string{
	iis.OptOutWaiting: "To be erased", iis.OptOutClosed: "Closed", iis.OptOutErased: "Erased", iis.OptOutNone: "No record was there", iis.OptOutBack: "Taken back",
}

// wordOf is a code of a list in words.
func wordOf(list []iis.Coded, code string) string {
	for _, c := range list {
		if c.Code == code {
			return c.Text
		}
	}
	return "not noted"
}

// optOutsPage is the list of requests, and of records that may be of somebody who opted
// out.
type optOutsPage struct {
	State    iis.OptOutState
	States   []iis.OptOutState
	List     []steward.OptOutLine
	Doubts   []steward.OptOutDoubt
	More     string // address of older ones; "" when there are none
	First    bool
	Possible bool
	Name     string // of the state
	Done     string
	Problem  string
}

// Words are those of a state.
func (optOutsPage) Words(s iis.OptOutState) string { return optOutWords[s] }

// optOuts lists requests.
func (s *site) optOuts(w http.ResponseWriter, r *http.Request) error { return s.showOptOuts(w, r, nil) }

func (s *site) showOptOuts(w http.ResponseWriter, r *http.Request, wrong error) error {
	by := visitOf(r).user.Actor()
	q := r.URL.Query()
	p := optOutsPage{State: iis.OptOutState(q.Get("state")), States: iis.OptOutStates, First: !q.Has("before")}
	if !slices.Contains(p.States, p.State) {
		p.State = iis.OptOutWaiting
	}
	before, _ := iis.ParseOptOutID(q.Get("before")) // what cannot be read begins at the newest
	law, err := s.Steward.OptOutPolicy(r.Context())
	if err != nil {
		return err
	}
	p.Possible, p.Name = law.OptOut.Possible, law.Name
	list, next, err := s.Steward.OptOuts(r.Context(), by, p.State, before)
	if err != nil {
		return err
	}
	if p.List = list; next != 0 {
		p.More = optOutsAddress + "?state=" + strings.ReplaceAll(string(p.State), " ", "+") + "&before=" + next.Public()
	}
	if p.Doubts, err = s.Steward.OptOutDoubts(r.Context(), by); err != nil {
		return err
	}
	if q.Has("kept") {
		p.Done = "kept"
	}
	status, title := http.StatusOK, "Opt-outs"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: opt-outs"
	}
	return s.show(w, r, status, view{Page: "optouts", Title: title, Body: p})
}

// optOutPage is the form by which a request is taken: of a record, or of somebody who has
// none; or by which one who was erased is found, to come back.
type optOutPage struct {
	Person                        iis.PersonID
	How, Relation, Checked, Asked string // as they were written
	Said                          string
	Anyway, Find, Understood      bool
	Law                           policy.OptOut
	Registry, Source              string
	Ways                          []string
	Relations, Checks             []iis.Coded
	Erasable                      []steward.Erasable
	Fields                        []sealField
	Paper                         string // the code of the state's form; "": it has none
	Problem                       string
	Taken                         bool       // the request was taken just now, by whoever sees no list of them
	Unseen                        bool       // whoever takes it is told of no record that is like the person's
	Screen                        *shownForm // the state's form, to be signed on the page; nil: it has none, or there is no record
}

// Way is a way to ask in words.
func (optOutPage) Way(way string) string {
	return map[string]string{"call": "By a call", "form": "By a signed form"}[way]
}

// readOptOut reads what was written.
func readOptOut(r *http.Request) (p optOutPage, who steward.Identity) {
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	p = optOutPage{Understood: get("understood") == "yes", How: get("how"), Relation: get("relation"), Checked: get("checked"), Asked: get("asked"), Said: get("said"), Anyway: get("anyway") == "yes"}
	for _, name := range steward.IdentityFields {
		*who.Field(name) = get(name)
	}
	return p, who
}

// showOptOutForm shows the form, of a record with what would be erased.
func (s *site) showOptOutForm(w http.ResponseWriter, r *http.Request, p *optOutPage, who steward.Identity, wrong error) error {
	law, err := s.Steward.OptOutPolicy(r.Context())
	if err != nil {
		return err
	}
	p.Law, p.Registry, p.Source = law.OptOut, law.Registry, law.OptOut.Source
	p.Ways = slices.DeleteFunc(slices.Clone(law.OptOut.How), func(way string) bool { return way == "certificate" })
	p.Relations = iis.OptOutRelations
	p.Unseen = visitOf(r).user.Regional()
	p.Checks = slices.DeleteFunc(slices.Clone(iis.OptOutChecks), func(c iis.Coded) bool { return c.Code == "certificate" })
	code := optOutForm
	if p.Find {
		code = optBackForm
	}
	if law.Papers().Form(code) != nil {
		p.Paper = code
	}
	title := "Opt somebody out who has no record"
	switch {
	case p.Find:
		title = "Find an opt-out"
	case p.Person != 0:
		title = "Opt out " + p.Person.Public()
		if p.Erasable, err = s.Steward.PreviewOptOut(r.Context(), visitOf(r).user.Actor(), p.Person); err != nil {
			return err
		}
		if f := law.Papers().Form(code); f != nil && p.Screen == nil && slices.Contains(p.Ways, "form") {
			values, err := s.optOutValues(r, law, p.Person)
			if err != nil {
				return err
			}
			p.Screen = showForm(f, r.URL.Query().Get("language"), values, f.Prefill(values), nil).ToSign(form.Signing{Day: cal.On(visitOf(r).started)})
		}
	}
	if p.Person == 0 {
		for _, name := range steward.IdentityFields {
			p.Fields = append(p.Fields, sealField{name, sealLabels[name], *who.Field(name), name == "birth"})
		}
	}
	status := http.StatusOK
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
	} else if p.Screen != nil && len(p.Screen.Wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if status != http.StatusOK {
		title = "Error: " + strings.ToLower(title[:1]) + title[1:]
	}
	return s.show(w, r, status, view{Page: "optout", Title: title, Body: *p})
}

// optOutForm is the form for a record.
func (s *site) optOutForm(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if u := visitOf(r).user; u.Regional() {
		if err := s.Chart.MayOpen(r.Context(), u.Actor(), id); err != nil {
			return err
		}
	}
	return s.showOptOutForm(w, r, &optOutPage{Person: id, Asked: time.Now().Format("1/2/2006")}, steward.Identity{}, nil)
}

// optsOut reports that somebody takes requests to be left out, of whose record they open: the
// programme's staff, and those of a region where the state's policy has it.
func (s *site) optsOut(r *http.Request) (bool, error) {
	u := visitOf(r).user
	if !takeOptOutsOf.allows(u) || !u.Regional() {
		return takeOptOutsOf.allows(u), nil
	}
	law, err := s.Steward.OptOutPolicy(r.Context())
	return err == nil && law.OptOut.Possible && law.Regional != nil && law.Regional.OptOuts, err
}

// newOptOut is the form for somebody who has no record, or of whose record whoever takes the
// request knows nothing.
func (s *site) newOptOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayLeaveOut(r); err != nil {
		return err
	}
	return s.showOptOutForm(w, r, &optOutPage{Asked: time.Now().Format("1/2/2006")}, steward.Identity{}, nil)
}

// optOut takes a request about a record.
func (s *site) optOut(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if u := visitOf(r).user; u.Regional() {
		if err := s.Chart.MayOpen(r.Context(), u.Actor(), id); err != nil {
			return err
		}
	}
	return s.takeOptOut(w, r, id)
}

// leaveOut takes a request of somebody who has no record.
func (s *site) leaveOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayLeaveOut(r); err != nil {
		return err
	}
	return s.takeOptOut(w, r, 0)
}

// mayLeaveOut refuses those of a region where the programme alone takes requests.
func (s *site) mayLeaveOut(r *http.Request) error {
	may, err := s.optsOut(r)
	if err == nil && !may {
		err = fault.New(fault.Denied, "In this state the programme’s staff take requests to be left out of the registry.")
	}
	return err
}

func (s *site) takeOptOut(w http.ResponseWriter, r *http.Request, person iis.PersonID) error {
	paper, unread := s.readOptOutForm(r)
	if unread != nil && r.PostForm == nil {
		return unread
	}
	p, who := readOptOut(r)
	p.Person = person
	switch {
	case unread != nil:
		return s.showOptOutForm(w, r, &p, who, unread)
	case person != 0 && !p.Understood:
		return s.showOptOutForm(w, r, &p, who, fault.New(fault.Invalid, "Confirm that you have read what is closed and erased. Nothing was changed."))
	case person != 0 && r.PostForm.Has("screen"):
		doc, err := s.signedOptOut(r, &p)
		if err != nil {
			return err
		}
		if doc == nil {
			return s.showOptOutForm(w, r, &p, who, nil)
		}
		paper = doc
	}
	taken, err := s.Steward.OptOut(r.Context(), visitOf(r).user.Actor(), steward.OptingOut{
		Person: person, Who: who, Anyway: p.Anyway, How: p.How, Relation: p.Relation, Checked: p.Checked, Said: p.Said, Asked: p.Asked, Form: paper,
	})
	if formWrong(err) {
		return s.showOptOutForm(w, r, &p, who, err)
	}
	if err != nil {
		return err
	}
	if visitOf(r).user.Regional() { // every address of the record is one of nobody to them by now
		return s.show(w, r, http.StatusOK, view{Page: "optout", Title: "Opt-out taken", Body: optOutPage{Person: person, Taken: true}})
	}
	http.Redirect(w, r, optOutAddress(taken.ID)+"?taken", http.StatusSeeOther)
	return nil
}

// findOptOutForm is the form by which somebody who was erased is found, to come back.
func (s *site) findOptOutForm(w http.ResponseWriter, r *http.Request) error {
	return s.showOptOutForm(w, r, &optOutPage{Find: true}, steward.Identity{}, nil)
}

// findOptOut finds the request of somebody who is described.
func (s *site) findOptOut(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p, who := readOptOut(r)
	p.Find = true
	id, err := s.Steward.FindOptOut(r.Context(), visitOf(r).user.Actor(), who)
	if err == nil && id == 0 {
		err = fault.New(fault.Invalid, "Nobody who is described so has opted out. Write what else is known: former names, the mother, the telephone, the home.")
	}
	if formWrong(err) {
		return s.showOptOutForm(w, r, &p, who, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, optOutAddress(id), http.StatusSeeOther)
	return nil
}

// openedOptOut is the page of a request.
type openedOptOut struct {
	*steward.OpenedOptOut
	Just    string // what was just done: taken, erased, back, or nothing
	Paper   string // the code of the state's form by which somebody comes back; "": it has none
	Problem string
}

func (openedOptOut) Words(s iis.OptOutState) string { return optOutWords[s] }
func (p openedOptOut) RelationWords() string        { return wordOf(iis.OptOutRelations, p.Relation) }
func (p openedOptOut) CheckedWords() string         { return wordOf(iis.OptOutChecks, p.Checked) }

// HowWords is the way in which somebody asked.
func (p openedOptOut) HowWords() string {
	return map[string]string{"call": "A call", "form": "A signed form", "certificate": "The birth record", "restore": "A restore: it was sealed since the backup"}[p.How]
}

// openOptOut shows a request.
func (s *site) openOptOut(w http.ResponseWriter, r *http.Request) error {
	return s.showOptOut(w, r, nil)
}

func (s *site) showOptOut(w http.ResponseWriter, r *http.Request, wrong error) error {
	id, err := optOutIn(r)
	if err != nil {
		return err
	}
	o, err := s.Steward.OpenOptOut(r.Context(), visitOf(r).user.Actor(), id)
	if err != nil {
		return err
	}
	law, err := s.Steward.OptOutPolicy(r.Context())
	if err != nil {
		return err
	}
	p := openedOptOut{OpenedOptOut: o}
	if law.Papers().Form(optBackForm) != nil {
		p.Paper = optBackForm
	}
	for _, done := range []string{"taken", "erased", "back"} {
		if r.URL.Query().Has(done) {
			p.Just = done
		}
	}
	status, title := http.StatusOK, "Opt-out "+id.Public()
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "optedout", Title: title, Body: p})
}

// changeOptOut does something about a request, and shows it.
func (s *site) changeOptOut(w http.ResponseWriter, r *http.Request, done string, do func(iis.OptOutID) error) error {
	id, err := optOutIn(r)
	if err != nil {
		return err
	}
	if err := do(id); formWrong(err) {
		return s.showOptOut(w, r, err)
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, fmt.Sprintf("%s?%s", optOutAddress(id), done), http.StatusSeeOther)
	return nil
}

// eraseOptedOut erases now what would be erased later.
func (s *site) eraseOptedOut(w http.ResponseWriter, r *http.Request) error {
	return s.changeOptOut(w, r, "erased", func(id iis.OptOutID) error {
		_, err := s.Steward.EraseOptedOut(r.Context(), visitOf(r).user.Actor(), id)
		return err
	})
}

// optBack takes a request back.
func (s *site) optBack(w http.ResponseWriter, r *http.Request) error {
	return s.changeOptOut(w, r, "back", func(id iis.OptOutID) error {
		_, err := s.Steward.OptBack(r.Context(), visitOf(r).user.Actor(), id)
		return err
	})
}

// keepDoubted decides that a record is not of somebody who opted out.
func (s *site) keepDoubted(w http.ResponseWriter, r *http.Request) error {
	id, err := optOutIn(r)
	if err != nil {
		return err
	}
	person, err := personIn(r)
	if err != nil {
		return err
	}
	err = s.Steward.SettleOptOutDoubt(r.Context(), visitOf(r).user.Actor(), person, id)
	if formWrong(err) {
		return s.showOptOuts(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, optOutsAddress+"?kept", http.StatusSeeOther)
	return nil
}
