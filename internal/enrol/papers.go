package enrol

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/role"
)

// Paper is a form that is signed for a site, or for one of its people, and whether it is.
type Paper struct {
	N      int // its number in the list, from 1
	Agreed policy.Agreed
	Form   *form.Form
	Person *iis.Applicant // whom it is about; nil: the site
	Values form.Values
	Signed *iis.Agreement // that stands; nil: none does
	// Stale says that what stands was signed before what the form says of the site or the
	// person became another: of an application alone.
	Stale bool
	// Longer is what the programme has granted, the last day of it; None: nothing.
	Longer  cal.Date
	today   cal.Date
	says    *iis.Enrolment // the application; nil: it is a site's that takes part
	further bool           // it is about another access administrator than the first
}

// user is whom a paper is about; "" of the site's.
func (p *Paper) user() string {
	if p.Person == nil {
		return ""
	}
	return p.Person.Username
}

// Key names the paper whatever its number is: who comes and goes changes the numbers of
// those behind.
func (p *Paper) Key() string { return p.Form.Code + "/" + p.user() }

// Title is the form's title, with whom it is about.
func (p *Paper) Title() string {
	if p.Person == nil {
		return p.Form.Title("")
	}
	return p.Form.Title("") + ": " + p.Person.Name
}

// ByOfficial reports a form that the senior official signs.
func (p *Paper) ByOfficial() bool { return p.Form.Signer == form.SeniorOfficial }

// Blank is the form as it is to be signed, filled in with what is known and with answers.
func (p *Paper) Blank(a form.Answers) *form.Document {
	for name, values := range p.Suggested() {
		if _, answered := a[name]; !answered {
			a = maps.Clone(a)
			if a == nil {
				a = form.Answers{}
			}
			a[name] = values
		}
	}
	return p.Form.Show("", p.Values, p.filled(a))
}

// filled are answers with what is known: that is entered once, and not answered again.
func (p *Paper) filled(a form.Answers) form.Answers {
	out := p.Form.Prefill(p.Values)
	for i := range p.Form.Fields {
		name := p.Form.Fields[i].Name
		if _, known := out[name]; !known && len(a[name]) > 0 {
			out[name] = a[name]
		}
	}
	return out
}

// Asks are the form's fields that are not filled in by what is known.
func (p *Paper) Asks() (out []*form.Field) {
	known := p.Form.Prefill(p.Values)
	for i := range p.Form.Fields {
		if _, there := known[p.Form.Fields[i].Name]; !there {
			out = append(out, &p.Form.Fields[i])
		}
	}
	return out
}

// Done reports a form that is signed, of the words that it has.
func (p *Paper) Done() bool { return p.Signed != nil && !p.Stale }

// Until is the last day on which what was signed, or granted, holds; None: there is no
// such day. ok is false when nothing was signed and nothing granted.
func (p *Paper) Until() (last cal.Date, ok bool) {
	if p.Signed == nil {
		return p.Longer, p.Longer != cal.None
	}
	last = p.Signed.Expires
	if again := p.Agreed.AgainBy; again != cal.None && p.Signed.Version < p.Form.Version.String() && (last == cal.None || again < last) {
		last = again
	}
	if last != cal.None && p.Longer > last {
		last = p.Longer
	}
	return last, true
}

// State is how what a site or a user has agreed to stands.
type State string

// The states.
const (
	Unsigned State = "Not signed"
	Holds    State = "Signed"
	DueSoon  State = "To be renewed"
	Lapsed   State = "Lapsed"
	Granted  State = "Time granted"
	Awaited  State = "To be signed first" // of a site that the programme added
)

// noticeDays is how long before its last day an agreement is in the queue: a quarter.
const noticeDays = 90

// State is how the paper stands today.
func (p *Paper) State() State {
	last, ok := p.Until()
	switch {
	case !ok:
		return Unsigned
	case last == iis.SignedFirst && p.Signed == nil:
		return Awaited
	case last != cal.None && last < p.today:
		return Lapsed
	case p.Signed == nil:
		return Granted
	case last != cal.None && last < p.today.AddDays(noticeDays):
		return DueSoon
	}
	return Holds
}

// DaysLeft is how many days are left after today; less than none when it has lapsed.
func (p *Paper) DaysLeft() int {
	last, _ := p.Until()
	return int(last - p.today)
}

// Due reports a paper that is to be signed now or within the time of notice.
func (p *Paper) Due() bool { s := p.State(); return s != Holds }

// Bars reports a paper without which whom it is about has no access: of a site, one that
// was signed or granted and holds no more, or is to be signed first; of somebody, also one that was never signed.
func (p *Paper) Bars() bool {
	s := p.State()
	return s == Lapsed || s == Awaited || s == Unsigned && p.Person != nil
}

// Uploaded reports a form of which a document was uploaded.
func (p *Paper) Uploaded() bool { return p.Signed != nil && p.Signed.How == iis.SignedUploaded }

// subject is a site with its people, as its papers say them.
type subject struct {
	site   form.Values
	people []iis.Applicant
	says   *iis.Enrolment // of an application, whose signed forms must have its words; nil: of a site that takes part
}

// papers are all that are signed for a site and its people.
func papers(law *policy.Policy, of subject, signed []iis.Agreement, longer []iis.Extension, today cal.Date) ([]Paper, error) {
	if law.Enrolment == nil {
		return nil, nil
	}
	var out []Paper
	set := law.Papers()
	for _, agreed := range law.Enrolment.Forms {
		f := set.Form(agreed.Form)
		if f == nil { // a folder of one's own without forms: nobody can sign what is not there, and nobody is barred for it
			continue
		}
		for i, person := range about(agreed.Per, of.people) {
			p := Paper{N: len(out) + 1, Agreed: agreed, Form: f, Person: person, Values: valuesOf(of.site, person, today), today: today, says: of.says, further: i > 0}
			if err := p.find(signed, longer, of); err != nil {
				return nil, err
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// about are those of whom there is one form each; nil stands for the site.
func about(per policy.Per, people []iis.Applicant) (out []*iis.Applicant) {
	if per == policy.PerSite {
		return []*iis.Applicant{nil}
	}
	for i := range people {
		if per == policy.PerUser || people[i].Role == administrator {
			out = append(out, &people[i])
		}
	}
	return out
}

// valuesOf are what a form's placeholders stand for.
func valuesOf(site form.Values, person *iis.Applicant, today cal.Date) form.Values {
	v := form.Values{"day": form.DayWords("eng", today)}
	for name, value := range site {
		v[name] = value
	}
	if person != nil {
		v["user"], v["user email"] = person.Name, person.Email
		if r := role.Named(person.Role); r != nil {
			v["user role"] = r.Name
		}
	}
	return v
}

// find finds what stands of a paper, and what was granted.
func (p *Paper) find(signed []iis.Agreement, longer []iis.Extension, of subject) error {
	for i := range signed {
		a := &signed[i]
		if a.Form != p.Form.Code || a.Person != p.user() || !a.Replaced.IsZero() {
			continue
		}
		p.Signed = a
		if of.says == nil {
			break
		}
		d, err := documentOf(a)
		if err != nil {
			return err
		}
		p.Stale = !p.same(d, of.site, a.Day)
		break
	}
	for _, e := range longer {
		if e.Form == p.Form.Code && e.Person == p.user() && e.Until > p.Longer {
			p.Longer = e.Until
		}
	}
	return nil
}

// same reports that what was signed has the words that the form would have now, and what
// is known in it.
func (p *Paper) same(d *form.Document, site form.Values, day cal.Date) bool {
	v := valuesOf(site, p.Person, day)
	if p.Form.Show("", v, nil).Seen() != d.Seen() {
		return false
	}
	for name, values := range p.Form.Prefill(v) {
		if d.Answer(name) != values[0] {
			return false
		}
	}
	return true
}

func documentOf(a *iis.Agreement) (*form.Document, error) {
	d := &form.Document{}
	if err := json.Unmarshal([]byte(a.Document), d); err != nil {
		return nil, fmt.Errorf("read agreement %d: %w", a.ID, err)
	}
	return d, nil
}

// siteOf are the values of a site that applies.
func siteOf(e *iis.Enrolment) form.Values {
	return siteValues(cmp.Or(e.Under, e.Name), &iis.Organization{
		Name: e.Name, Street: e.Street, City: e.City, State: e.State, Zip: e.Zip, Phone: e.Phone, NPI: e.NPI, PIN: e.PIN,
	})
}

func siteValues(body string, o *iis.Organization) form.Values {
	return form.Values{
		"organization": body, "site": o.Name, "site phone": o.Phone, "site pin": o.PIN, "site npi": o.NPI,
		"site address": strings.Join(slices.DeleteFunc([]string{o.Street, strings.TrimSpace(strings.Trim(o.City+", "+o.State, ", ") + " " + o.Zip)}, func(s string) bool { return s == "" }), ", "),
	}
}

// numbered is the paper of a number.
func numbered(list []Paper, n int) (*Paper, error) {
	if n < 1 || n > len(list) {
		return nil, fault.New(fault.NotFound, "There is no such form here. What is signed may have changed: open the list again.")
	}
	return &list[n-1], nil
}
