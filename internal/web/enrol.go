package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"openiis/internal/access"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/paper"
	"openiis/internal/policy"
	"openiis/internal/role"
)

// callerOf is from where a request comes, for limits.
func callerOf(r *http.Request) access.Caller { return access.CallerAt(r.RemoteAddr) }

// enrolPage is where a site begins to enrol, or somebody returns to an application.
type enrolPage struct {
	Law     *policy.Policy
	Papers  []string // what is signed
	Code    string
	Problem string
}

// enrolStart says what enrolling is, and what is needed for it.
func (s *site) enrolStart(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.known(r); err != nil {
		return err
	}
	return s.showEnrolStart(w, r, "", nil)
}

func (s *site) showEnrolStart(w http.ResponseWriter, r *http.Request, code string, wrong error) error {
	law, err := s.Enrol.Policy(r.Context())
	if err != nil {
		return err
	}
	p := enrolPage{Law: law, Code: code}
	if law.Enrolment != nil {
		for _, a := range law.Enrolment.Forms {
			if f := law.Papers().Form(a.Form); f != nil {
				p.Papers = append(p.Papers, f.Title("")+": one per "+string(a.Per))
			}
		}
	}
	status, title := http.StatusOK, "Enroll a site"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: "+title
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "enrol", Title: title, Body: p})
}

// beginEnrolment begins an application, and shows its code, once.
func (s *site) beginEnrolment(w http.ResponseWriter, r *http.Request) error {
	if err := s.Gate.MayBegin(callerOf(r)); err != nil {
		return s.showEnrolStart(w, r, "", err)
	}
	code, err := s.Enrol.Begin(r.Context())
	if err != nil {
		return err
	}
	http.Redirect(w, r, filingAddress(code)+"?new=", http.StatusSeeOther)
	return nil
}

// returnToEnrolment leads to an application by its code.
func (s *site) returnToEnrolment(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	typed := strings.TrimSpace(r.PostForm.Get("code"))
	code := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))
	err := s.Gate.ByCode(r.Context(), callerOf(r), func() error {
		_, err := s.Enrol.Filed(r.Context(), code)
		return err
	})
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Busy) {
		return s.showEnrolStart(w, r, typed, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, filingAddress(code), http.StatusSeeOther)
	return nil
}

func filingAddress(code string) string { return "/enrol/" + url.PathEscape(code) }

// filed is the application that an address has the code of.
func (s *site) filed(w http.ResponseWriter, r *http.Request) (f *enrol.Filing, err error) {
	hideAddress(w)
	err = s.Gate.ByCode(r.Context(), callerOf(r), func() error {
		f, err = s.Enrol.Filed(r.Context(), r.PathValue("code"))
		return err
	})
	return f, err
}

// filingPage is an application as its applicant sees it.
type filingPage struct {
	*enrol.Filing
	Code    string
	Words   string // the code in groups
	New     bool
	Steps   []filingStep
	Links   []madeLink // that was made just now
	Done    string
	Problem string
	Answer  string
}

// filingStep is a step in the list of what is to be done.
type filingStep struct {
	Key, Name string
	Left      int // how many things are wrong or missing
	Notes     int // how many are asked for
	Begun     bool
}

// madeLink is a link that is shown once.
type madeLink struct {
	Name, What, Address string
	Mailed              string // to which address it was sent, too; "": to none
}

// mailed is to which address a link was sent by mail, too; "" when to none.
func (s *site) mailed(address string) string {
	if s.Mail.Reaches(address) {
		return address
	}
	return ""
}

// stepNames are the names of the steps.
var stepNames = map[string]string{
	enrol.StepSite: "The site", enrol.StepReporting: "How the site will report", enrol.StepPeople: "Contact and senior official",
	enrol.StepUsers: "Users and access administrators",
}

var filingsDone = map[string]string{
	"saved": "It was saved.", "sent": "It was sent for review. Come back with your code to see what became of it.", "back": "It was taken back. Change it, and send it again.",
	"withdrawn": "It was withdrawn.", "uploaded": "The signed form was stored.",
}

// StepFor is the step in which a field is.
func (filingPage) StepFor(key string) string { return stepOf(key) }

// filing shows an application with what is still to be done.
func (s *site) filing(w http.ResponseWriter, r *http.Request) error {
	f, err := s.filed(w, r)
	if err != nil {
		return err
	}
	return s.showFiling(w, r, filingPage{Filing: f, New: r.URL.Query().Has("new"), Done: filingsDone[r.URL.Query().Get("done")]}, nil)
}

func (s *site) showFiling(w http.ResponseWriter, r *http.Request, p filingPage, wrong error) error {
	p.Code = strings.ToUpper(r.PathValue("code"))
	p.Words = enrol.CodeWords(p.Code)
	for i := range p.Entries { // applicants deal with the programme, and not with one of its people
		if p.Entries[i].Name != "" {
			p.Entries[i].Name = "The programme"
		}
	}
	for _, key := range enrol.Steps {
		step := filingStep{Key: key, Name: stepNames[key], Left: len(p.Of(key))}
		for _, n := range p.Asked {
			if stepOf(n.Field) == key {
				step.Notes++
			}
		}
		p.Steps = append(p.Steps, step)
	}
	status, title := http.StatusOK, "Application of a site"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: "+title
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "filing", Title: title, Body: p})
}

// stepOf is the step in which a field is.
func stepOf(key string) string {
	switch key {
	case "kind":
		return enrol.StepSite
	case "reports":
		return enrol.StepReporting
	case "users":
		return enrol.StepUsers
	}
	for i := range enrol.Fields {
		if enrol.Fields[i].Key == key {
			return enrol.Fields[i].Step
		}
	}
	return enrol.StepUsers
}

// filingStepPage is a step of an application, to be filled in.
type filingStepPage struct {
	*enrol.Filing
	Code, Step, Name string
	Fields           []filingField
	Kinds            []iis.OrganizationKind
	Counties         []string
	Ways             []policy.Way
	Roles            []*role.Role
	Rows             []filingUser
	Shown            []enrol.Problem // what is wrong, of what was begun
	Saved            bool
	Next             string // the step behind it; "" of the last
}

// filingField is a field with what is asked of it.
type filingField struct {
	enrol.Field
	Is, Wrong, Note string
}

// Type is that of its input.
func (f filingField) Type() string {
	if strings.HasSuffix(f.Key, "phone") {
		return "tel"
	}
	return "text"
}

// filingUser is one user in the list, or room for one.
type filingUser struct {
	N int
	iis.Applicant
	Wrong []string
}

// emptyRows is room for so many more users on the page.
const emptyRows = 3

func (s *site) filingStepForm(w http.ResponseWriter, r *http.Request) error {
	f, err := s.filed(w, r)
	if err != nil {
		return err
	}
	key := r.PathValue("step")
	if stepNames[key] == "" {
		return fault.New(fault.NotFound, "An application has no such step.")
	}
	p := filingStepPage{
		Filing: f, Code: strings.ToUpper(r.PathValue("code")), Step: key, Name: stepNames[key], Kinds: enrol.SiteKinds(), Counties: f.Law.Counties(),
		Ways: enrol.ReportingWays, Roles: enrol.UserRoles(), Saved: r.URL.Query().Has("saved"),
	}
	if p.Saved || f.Status == iis.ApplicationAsked { // what nobody has begun is not wrong
		p.Shown = f.Of(key)
	}
	wrong := map[string]string{}
	for _, problem := range p.Shown {
		wrong[problem.Key] = problem.Say
	}
	for _, field := range enrol.Fields {
		if field.Step == key {
			p.Fields = append(p.Fields, filingField{field, field.Value(&f.Says), wrong[field.Key], f.Note(field.Key)})
		}
	}
	for i := range len(f.Says.Users) + emptyRows {
		row := filingUser{N: i + 1}
		if i < len(f.Says.Users) {
			row.Applicant = f.Says.Users[i]
		}
		for _, problem := range p.Shown {
			if rest, ours := strings.CutPrefix(problem.Key, fmt.Sprintf("user-%d-", i+1)); ours {
				row.Wrong = append(row.Wrong, rest+": "+problem.Say)
			}
		}
		p.Rows = append(p.Rows, row)
	}
	for i, other := range enrol.Steps {
		if other == key && i+1 < len(enrol.Steps) {
			p.Next = enrol.Steps[i+1]
		}
	}
	title := p.Name
	if len(p.Shown) > 0 {
		title = "Error: " + title
	}
	return s.show(w, r, http.StatusOK, view{Page: "filingstep", Title: title, Body: p})
}

// saveFilingStep stores what was typed, whatever is wrong with it.
func (s *site) saveFilingStep(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	key, code := r.PathValue("step"), r.PathValue("code")
	if _, err := s.filed(w, r); err != nil {
		return err
	}
	if stepNames[key] == "" {
		return fault.New(fault.NotFound, "An application has no such step.")
	}
	post := r.PostForm
	err := s.Enrol.Save(r.Context(), code, func(e *iis.Enrolment) {
		for i := range enrol.Fields {
			if f := &enrol.Fields[i]; f.Step == key && post.Has(f.Key) {
				f.Set(e, post.Get(f.Key))
			}
		}
		switch key {
		case enrol.StepSite:
			e.Kind = iis.OrganizationKind(post.Get("kind"))
		case enrol.StepReporting:
			e.Reports = post.Get("reports")
		case enrol.StepUsers:
			e.Users = usersIn(post)
		}
	})
	if err != nil {
		return err
	}
	address := filingAddress(code)
	switch post.Get("then") {
	case "next":
		address += "/steps/" + url.PathEscape(post.Get("next"))
	case "list":
		address += "?done=saved"
	default:
		address += "/steps/" + key + "?saved="
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// usersIn are the users of a form, row by row.
func usersIn(post url.Values) (out []iis.Applicant) {
	for i := 1; post.Has(fmt.Sprintf("user-%d-name", i)); i++ {
		of := func(field string) string { return post.Get(fmt.Sprintf("user-%d-%s", i, field)) }
		out = append(out, iis.Applicant{
			Contact:  iis.Contact{Name: of("name"), Title: of("title"), Phone: of("phone"), Email: of("email")},
			Username: of("username"), Role: of("role"),
		})
	}
	return out
}

// sendFiling sends an application for review, takes it back, or withdraws it.
func (s *site) sendFiling(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f, err := s.filed(w, r)
	if err != nil {
		return err
	}
	code, text, done := r.PathValue("code"), r.PostForm.Get("said"), ""
	switch r.PathValue("act") {
	case "send":
		err, done = s.Enrol.Send(r.Context(), code, text), "sent"
	case "take-back":
		err, done = s.Enrol.TakeBack(r.Context(), code, text, false), "back"
	case "withdraw":
		err, done = s.Enrol.TakeBack(r.Context(), code, text, true), "withdrawn"
	default:
		return fault.New(fault.NotFound, "There is no page at this address.")
	}
	if formWrong(err) {
		return s.showFiling(w, r, filingPage{Filing: f, Answer: text}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, filingAddress(code)+"?done="+done, http.StatusSeeOther)
	return nil
}

// linkFiling makes a link by which the senior official, or a user, signs. It is shown once.
func (s *site) linkFiling(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f, err := s.filed(w, r)
	if err != nil {
		return err
	}
	person := r.PostForm.Get("person")
	token, err := s.Enrol.MakeLink(r.Context(), r.PathValue("code"), person)
	if said(err) || err != nil && fault.KindOf(err) == fault.NotFound {
		return s.showFiling(w, r, filingPage{Filing: f}, err)
	}
	if err != nil {
		return err
	}
	l := madeLink{Name: f.Says.Official.Name, What: "the forms of the site", Address: s.base(r) + "/sign/" + token, Mailed: s.mailed(f.Says.Official.Email)}
	for _, u := range f.Says.Users {
		if person != "" && u.Username == person {
			l.Name, l.What, l.Mailed = u.Name, "their own agreement", s.mailed(u.Email)
		}
	}
	return s.showFiling(w, r, filingPage{Filing: f, Links: []madeLink{l}}, nil)
}

// numberIn is the number of a form that an address has.
func numberIn(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return 0, fault.New(fault.NotFound, "There is no such form here.")
	}
	return n, nil
}

// filingPDF is a form of an application, filled in or signed.
func (s *site) filingPDF(w http.ResponseWriter, r *http.Request) error {
	f, err := s.filed(w, r)
	if err != nil {
		return err
	}
	n, err := numberIn(r)
	if err != nil {
		return err
	}
	d, err := f.Sheet(n)
	if err != nil {
		return err
	}
	return sendForm(w, r, d)
}

// sendForm sends a form as PDF.
func sendForm(w http.ResponseWriter, r *http.Request, d *form.Document) error {
	pdf, err := paper.WriteForm(d, visitOf(r).started)
	if err != nil {
		return err
	}
	sendPDF(w, formFile(d), pdf)
	return nil
}
