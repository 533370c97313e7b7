package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/intake"
)

// vaccinatePage is the form for vaccinations of one person, and the page on which they are looked
// at again before they are stored.
type vaccinatePage struct {
	*chart.Vaccinee
	Rows    []*typedRow
	Number  string // by which the site will know the person
	History bool   // whoever types adds what others gave, and nothing else
	Wrong   []typedWrong
	// New is who is described, where no record is open.
	New     *addPersonPage
	Why     string // of a correction
	WhyFrom string // what is wrong with that
	Version string // of what is corrected, that whoever corrects it has before them

	// Seen is what would be stored; nil while the form is shown.
	Seen    *chart.Foreseen
	message *flat.Message
}

// Suggestions are names of vaccines.
func (p *vaccinatePage) Suggestions() []flat.Suggestion { return suggestions() }

// Action is the address of the form.
func (p *vaccinatePage) Action() string {
	if p.New != nil {
		return addVaccinationsAddress
	}
	if p.Had != nil {
		return vaccinationAddress(p.ID, p.Had.Dose.Filler.ID) + "/correct"
	}
	return vaccinationsAddress(p.ID)
}

// lookedAt is a vaccination on the page on which it is looked at again.
type lookedAt struct {
	chart.Foresight
	How    string
	Told   []string
	Doubts []string
}

// LookedAt are the vaccinations that would be stored.
func (p *vaccinatePage) LookedAt() (out []lookedAt) {
	rows := p.filled()
	for i, f := range p.Seen.Doses {
		l := lookedAt{Foresight: f, Doubts: rows[i].Doubts}
		for _, o := range knownHow {
			if o.Value == rows[i].values["what"] {
				l.How = o.Words
			}
		}
		if rows[i].values[flat.FieldConfidential] != "" {
			l.Told = append(l.Told, "Confidential")
		}
		out = append(out, l)
	}
	return out
}

// filled are the rows in which something was typed.
func (p *vaccinatePage) filled() []*typedRow {
	return slices.DeleteFunc(slices.Clone(p.Rows), (*typedRow).blank)
}

// Back is the address to which the form leads when it is left.
func (p *vaccinatePage) Back() string {
	if p.New != nil {
		return "/"
	}
	return personAddress(p.ID)
}

// doses are the vaccinations that were read.
func (p *vaccinatePage) doses() (out []iis.Dose) {
	for i := range p.message.Rows {
		out = append(out, p.message.Rows[i].Dose)
	}
	return out
}

const addVaccinationsAddress = "/people/add/vaccinations"

func vaccinationsAddress(id iis.PersonID) string { return personAddress(id) + "/vaccinations" }

func vaccinationAddress(id iis.PersonID, number string) string {
	return vaccinationsAddress(id) + "/" + number
}

// vaccinateForm shows an empty form for vaccinations.
func (s *site) vaccinateForm(w http.ResponseWriter, r *http.Request) error {
	p := &vaccinatePage{Rows: readRows(map[string][]string{"rows": {"2"}})}
	if err := s.openVaccinee(r, p); err != nil {
		return err
	}
	return s.showVaccinate(w, r, p)
}

// openVaccinee reads whose vaccinations a form is about.
func (s *site) openVaccinee(r *http.Request, p *vaccinatePage) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	u := visitOf(r).user
	if p.Number == "" {
		p.Number = s.Chart.NewNumber()
	}
	p.History = !enterVaccinations.allows(u)
	if p.Vaccinee, err = s.Chart.Vaccinee(r.Context(), tellerOf(u), id, p.Number); err != nil {
		return err
	}
	return s.Intake.MayEnter(r.Context(), u.Actor(), p.From)
}

// showVaccinate shows the form, or what would be stored.
func (s *site) showVaccinate(w http.ResponseWriter, r *http.Request, p *vaccinatePage) error {
	for _, row := range p.Rows {
		if row.values[flat.FieldNumber] == "" {
			row.values[flat.FieldNumber] = s.Chart.NewNumber()
		}
	}
	v := view{Page: "vaccinate", Title: "Add vaccinations", Body: p}
	status := http.StatusOK
	switch {
	case len(p.Wrong) > 0:
		v.Title, status = "Error: add vaccinations", http.StatusBadRequest
	case p.Seen != nil:
		v.Title = "Look again before it is stored"
	case p.Had != nil:
		v.Title = "Correct a vaccination"
	}
	return s.show(w, r, status, v)
}

// vaccinate takes the form for vaccinations.
func (s *site) vaccinate(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p := &vaccinatePage{Rows: readRows(r.PostForm)}
	if id, ok := iis.ParseDoseID(r.PostForm.Get("number")); ok {
		p.Number = id.Public()
	}
	if err := s.openVaccinee(r, p); err != nil {
		return err
	}
	return s.takeVaccinations(w, r, p, func(e *intake.Entry) { e.Act = intake.ActEnter }, s.toRecord(w, r, p, "vaccinated"))
}

// toRecord leads to the record of which something was stored.
func (s *site) toRecord(w http.ResponseWriter, r *http.Request, p *vaccinatePage, done string) func(intake.Entered) error {
	return func(intake.Entered) error {
		http.Redirect(w, r, personAddress(p.ID)+"?"+done, http.StatusSeeOther)
		return nil
	}
}

// takeVaccinations does what the button of a form says: another row, back to the form, look at it
// again, or store it, and then what is next.
func (s *site) takeVaccinations(w http.ResponseWriter, r *http.Request, p *vaccinatePage, as func(*intake.Entry), next func(intake.Entered) error) error {
	switch r.PostForm.Get("do") {
	case "more":
		more := readRows(map[string][]string{"rows": {strconv.Itoa(len(p.Rows) + 1)}})
		p.Rows = append(p.Rows, more[min(len(p.Rows), len(more)):]...)
		return s.showVaccinate(w, r, p)
	case "edit":
		return s.showVaccinate(w, r, p)
	}
	fit, err := s.look(r, p)
	if err != nil {
		return err
	}
	if !fit {
		return s.showVaccinate(w, r, p)
	}
	if r.PostForm.Get("do") != "store" {
		seen := p.Foresee(p.doses())
		p.Seen = &seen
		return s.showVaccinate(w, r, p)
	}
	e := intake.Entry{By: visitOf(r).user.Actor(), From: p.From, Known: p.ID, Raw: p.message.Raw}
	as(&e)
	out, err := s.Intake.Enter(r.Context(), e)
	if err != nil {
		return err
	}
	if !out.Stored {
		p.Wrong = notStored(out)
		return s.showVaccinate(w, r, p)
	}
	return next(out)
}

// notStored are the reasons for which nothing was stored.
func notStored(out intake.Entered) (wrong []typedWrong) {
	for _, f := range out.Findings {
		if f.Severity == iis.Error || intake.LeftOut(&f) {
			wrong = append(wrong, typedWrong{Say: f.Say})
		}
	}
	if len(wrong) == 0 {
		wrong = []typedWrong{{Say: "It could not be stored. Tell the registry’s staff."}}
	}
	return wrong
}

// look reads what was typed, and reports whether it can be stored. What is wrong is at its field.
func (s *site) look(r *http.Request, p *vaccinatePage) (bool, error) {
	rows := p.filled()
	if len(rows) == 0 {
		p.Wrong = []typedWrong{{p.Rows[0].id("date"), "Write at least one vaccination: its date, the vaccine, and how it is known."}}
		return false, nil
	}
	t := flat.Typed{Known: &p.Said, By: visitOf(r).user.Name, Why: p.Why, History: p.History}
	if p.New != nil {
		t.Known, t.Person, t.Number = nil, p.New.values, p.New.number
	}
	for _, row := range rows {
		fields := row.typed()
		if p.Had != nil {
			fields[flat.FieldNumber], fields[flat.FieldAction] = p.Had.Dose.Filler.ID, string(iis.Update)
		}
		if fields[flat.FieldNumber] == "" {
			fields[flat.FieldNumber] = s.Chart.NewNumber()
		}
		t.Doses = append(t.Doses, fields)
	}
	p.message = t.Message(p.From, t.Doses[0][flat.FieldNumber], visitOf(r).started)
	if p.New != nil && p.message.Raw != nil {
		for i := range t.Doses {
			t.Doses[i][flat.FieldNumber] = chart.NumberOf(p.New.number, &p.message.Rows[i].Dose)
		}
		p.message = t.Message(p.From, t.Doses[0][flat.FieldNumber], visitOf(r).started)
	}
	for i, row := range rows {
		if p.New == nil && p.Had == nil && p.Taken(&p.message.Rows[i].Dose) { // the form was stored before, with something else in it
			row.values[flat.FieldNumber] = s.Chart.NewNumber()
			return s.look(r, p)
		}
	}
	fit, err := s.Intake.LookAtTyped(r.Context(), p.From, p.message)
	if err != nil {
		return false, err
	}
	for i, row := range rows {
		for _, problem := range p.message.Rows[i].Problems {
			p.tell(row, problem)
		}
	}
	if !fit && len(p.Wrong) == 0 {
		p.Wrong = []typedWrong{{Say: "This cannot be stored. Look at each field once more."}}
	}
	return fit && len(p.Wrong) == 0, nil
}

// tell puts what is wrong with a row to its field.
func (p *vaccinatePage) tell(row *typedRow, problem flat.Problem) {
	field := fieldOfForm(p.message.Field(problem))
	if problem.Severity != iis.Error {
		if !flat.OfPerson(field) { // of whom the record is open nothing is asked here
			row.Doubts = append(row.Doubts, problem.Say)
		}
		return
	}
	w := typedWrong{Say: problem.Say}
	if slices.ContainsFunc(doseSpecs, func(s typedSpec) bool { return s.name == field }) {
		w.ID = row.id(field)
		if row.wrong[field] == "" {
			row.wrong[field] = problem.Say
		}
	}
	if len(p.Rows) > 1 {
		w.Say = "Vaccination " + strconv.Itoa(row.N) + ": " + w.Say
	}
	p.Wrong = append(p.Wrong, w)
}

// openEntry reads the vaccination that an address names, to be corrected or deleted.
func (s *site) openEntry(r *http.Request) (*vaccinatePage, error) {
	id, err := personIn(r)
	if err != nil {
		return nil, err
	}
	number, ok := iis.ParseDoseID(r.PathValue("entry"))
	if !ok {
		return nil, fault.New(fault.NotFound, "This record has no vaccination that was entered under this number.")
	}
	u := visitOf(r).user
	p := &vaccinatePage{History: !enterVaccinations.allows(u), Number: number.Public()}
	if p.Vaccinee, err = s.Chart.Entry(r.Context(), tellerOf(u), id, number.Public()); err != nil {
		return nil, err
	}
	p.Version = iis.DoseID(p.Had.ID).Public()
	return p, s.Intake.MayEnter(r.Context(), u.Actor(), p.From)
}

// correctForm shows a vaccination as it was entered, to be corrected.
func (s *site) correctForm(w http.ResponseWriter, r *http.Request) error {
	p, err := s.openEntry(r)
	if err != nil {
		return err
	}
	p.Rows = readRows(nil)
	p.Rows[0].values = flat.TypedOf(&p.Had.Dose)
	p.Rows[0].values["what"] = p.Had.Dose.InfoSource
	return s.showVaccinate(w, r, p)
}

// correct takes the form with a correction.
func (s *site) correct(w http.ResponseWriter, r *http.Request) error {
	p, err := s.openEntry(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	r.PostForm.Set("rows", "1")
	p.Rows, p.Why = readRows(r.PostForm), whyTyped(r)
	p.Rows[0].values[flat.FieldNumber] = p.Number
	if seen := r.PostForm.Get("version"); seen != "" && seen != p.Version {
		p.Wrong = []typedWrong{{Say: "Somebody else corrected this vaccination while you wrote. It is now: " + p.What + ", " + dateWords(p.Had.Dose.Date) + ". Look at what you wrote once more."}}
		return s.showVaccinate(w, r, p)
	}
	if do := r.PostForm.Get("do"); p.Why == "" && (do == "look" || do == "store") {
		p.WhyFrom = noReason
		p.Wrong = []typedWrong{{"why", noReason}}
		return s.showVaccinate(w, r, p)
	}
	return s.takeVaccinations(w, r, p, func(e *intake.Entry) {
		e.Act, e.Corrects, e.Version, e.Reason = intake.ActCorrect, p.Number, p.Had.ID, p.Why
	}, s.toRecord(w, r, p, "corrected"))
}

// noReason is said of a correction without a reason.
const noReason = "Say why, in at most 1000 letters."

// whyTyped is the reason that was typed; "" when it is none that is taken.
func whyTyped(r *http.Request) string {
	why := strings.Join(strings.Fields(r.PostForm.Get("why")), " ")
	if len([]rune(why)) > 1000 {
		return ""
	}
	return why
}

// deleteForm asks whether a vaccination shall be deleted.
func (s *site) deleteForm(w http.ResponseWriter, r *http.Request) error {
	p, err := s.openEntry(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "deletedose", Title: "Delete a vaccination", Body: p})
}

// deleteDose deletes a vaccination that was entered in error.
func (s *site) deleteDose(w http.ResponseWriter, r *http.Request) error {
	p, err := s.openEntry(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	if p.Why = whyTyped(r); p.Why == "" {
		p.WhyFrom = noReason
		return s.show(w, r, http.StatusBadRequest, view{Page: "deletedose", Title: "Error: delete a vaccination", Body: p})
	}
	u := visitOf(r).user
	t := flat.Typed{Known: &p.Said, By: u.Name, Why: p.Why}
	out, err := s.Intake.Enter(r.Context(), intake.Entry{
		By: u.Actor(), From: p.From, Known: p.ID, Raw: t.Deletion(p.From, p.Had.Dose, p.Number, visitOf(r).started),
		Act: intake.ActDelete, Corrects: p.Number, Reason: p.Why,
	})
	if err != nil {
		return err
	}
	if !out.Stored {
		p.WhyFrom = notStored(out)[0].Say
		return s.show(w, r, http.StatusBadRequest, view{Page: "deletedose", Title: "Error: delete a vaccination", Body: p})
	}
	http.Redirect(w, r, personAddress(p.ID)+"?deleted", http.StatusSeeOther)
	return nil
}
