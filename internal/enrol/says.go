package enrol

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/role"
)

// Steps of an application, in their order.
const (
	StepSite      = "site"
	StepReporting = "reporting"
	StepPeople    = "people"
	StepUsers     = "users"
)

// Steps are all of them.
var Steps = []string{StepSite, StepReporting, StepPeople, StepUsers}

// Field is one thing that an application says in words.
type Field struct {
	Key, Label string
	Step       string
	Most       int // characters
	Need       bool
	of         func(*iis.Enrolment) *string
	wrong      func(string) string
}

// Fields are those of text, in the order in which they are told.
var Fields = []Field{
	{"name", "Name of the site", StepSite, 200, true, func(e *iis.Enrolment) *string { return &e.Name }, nil},
	{"under", "Parent organization", StepSite, 200, false, func(e *iis.Enrolment) *string { return &e.Under }, nil},
	{"street", "Street", StepSite, 120, true, func(e *iis.Enrolment) *string { return &e.Street }, nil},
	{"city", "City", StepSite, 80, true, func(e *iis.Enrolment) *string { return &e.City }, nil},
	{"state", "State", StepSite, 2, true, func(e *iis.Enrolment) *string { return &e.State }, isState},
	{"zip", "ZIP code", StepSite, 10, true, func(e *iis.Enrolment) *string { return &e.Zip }, isZip},
	{"county", "County", StepSite, 60, true, func(e *iis.Enrolment) *string { return &e.County }, nil},
	{"phone", "Telephone of the site", StepSite, 30, true, func(e *iis.Enrolment) *string { return &e.Phone }, isPhone},
	{"npi", "NPI", StepSite, 10, false, func(e *iis.Enrolment) *string { return &e.NPI }, isNPI},
	{"pin", "PIN", StepSite, 20, false, func(e *iis.Enrolment) *string { return &e.PIN }, nil},
	{"vendor", "Maker of the record system", StepReporting, 120, false, func(e *iis.Enrolment) *string { return &e.Vendor }, nil},
	{"product", "Name and version of the record system", StepReporting, 120, false, func(e *iis.Enrolment) *string { return &e.Product }, nil},
	{"volume", "Vaccinations a month", StepReporting, 7, true, func(e *iis.Enrolment) *string { return &e.Volume }, isCount},
	{"contact-name", "Contact: name", StepPeople, 120, true, func(e *iis.Enrolment) *string { return &e.Contact.Name }, nil},
	{"contact-title", "Contact: title", StepPeople, 120, false, func(e *iis.Enrolment) *string { return &e.Contact.Title }, nil},
	{"contact-phone", "Contact: telephone", StepPeople, 30, true, func(e *iis.Enrolment) *string { return &e.Contact.Phone }, isPhone},
	{"contact-email", "Contact: e-mail", StepPeople, 200, true, func(e *iis.Enrolment) *string { return &e.Contact.Email }, isEmail},
	{"official-name", "Senior official: name", StepPeople, 120, true, func(e *iis.Enrolment) *string { return &e.Official.Name }, nil},
	{"official-title", "Senior official: title", StepPeople, 120, true, func(e *iis.Enrolment) *string { return &e.Official.Title }, nil},
	{"official-phone", "Senior official: telephone", StepPeople, 30, false, func(e *iis.Enrolment) *string { return &e.Official.Phone }, isPhone},
	{"official-email", "Senior official: e-mail", StepPeople, 200, true, func(e *iis.Enrolment) *string { return &e.Official.Email }, isEmail},
}

// Value is what an application says in the field.
func (f *Field) Value(e *iis.Enrolment) string { return *f.of(e) }

// Set has an application say something in the field.
func (f *Field) Set(e *iis.Enrolment, value string) { *f.of(e) = value }

func isEmail(s string) string {
	at, err := mail.ParseAddress(s)
	if err != nil || at.Address != s || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
		return "write an address such as name@example.org"
	}
	return ""
}

func isCount(s string) string {
	if strings.Trim(s, "0123456789") != "" {
		return "write a number, such as 200"
	}
	return ""
}

// SiteKinds are the kinds of sites that apply.
func SiteKinds() (out []iis.OrganizationKind) {
	for _, k := range iis.OrganizationKinds {
		if k.IsSite() && k != iis.KindVitalRecords {
			out = append(out, k)
		}
	}
	return out
}

// ReportingWays are the ways in which a site reports, with their words.
var ReportingWays = []policy.Way{
	{Code: iis.ReportsHL7, Name: "Our record system (EHR) sends HL7 messages"},
	{Code: iis.ReportsFile, Name: "We upload files of vaccinations"},
	{Code: iis.ReportsHand, Name: "We enter vaccinations on these pages"},
	{Code: iis.ReportsNothing, Name: "We report nothing, and look records up alone (a school, child care programme or health plan)"},
}

func reportingWords(code string) string {
	for _, w := range ReportingWays {
		if w.Code == code {
			return w.Name
		}
	}
	return ""
}

// administrator is the role that a site names somebody for who manages its users.
const administrator = "access-administrator"

// UserRoles are the roles that an application may ask for: those that an access
// administrator may give.
func UserRoles() (out []*role.Role) {
	a := role.Named(administrator)
	for _, r := range role.All() {
		if a.Gives(r) {
			out = append(out, r)
		}
	}
	return out
}

// mostUsers is how many users an application names at most.
const mostUsers = 100

// Problem is what is wrong with what an application says, or missing.
type Problem struct {
	Step  string
	Key   string // of the field; of users "users" or "user-1-email"
	Label string
	Say   string // a sentence that goes on after the label
}

// tidySays takes out of what was written what nobody can see, and cuts what is too long to
// be kept at all. It keeps what is wrong: nothing that was typed is lost.
func tidySays(e *iis.Enrolment) {
	for i := range Fields {
		p := Fields[i].of(e)
		*p = tidyText(*p, 4*Fields[i].Most)
	}
	e.State = strings.ToUpper(e.State)
	var users []iis.Applicant
	for _, u := range e.Users {
		for _, p := range []*string{&u.Name, &u.Title, &u.Phone, &u.Email, &u.Username, &u.Role} {
			*p = tidyText(*p, 400)
		}
		if u.Name+u.Title+u.Phone+u.Email+u.Username == "" {
			continue
		}
		if u.Username == "" && isUsername(u.Email) {
			u.Username = u.Email
		}
		if len(users) < mostUsers {
			users = append(users, u)
		}
	}
	e.Users = users
}

func tidyText(s string, most int) string {
	s = strings.Join(strings.Fields(fold.Visible(s)), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most])
	}
	return s
}

// isUsername reports what may be a user name, as package access takes them.
func isUsername(s string) bool {
	return len(s) >= 2 && len(s) <= 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@") == ""
}

// Wrong tells everything that is wrong with what an application says, by its steps.
func Wrong(e *iis.Enrolment, law *policy.Policy) (out []Problem) {
	if !e.Kind.IsSite() || e.Kind == iis.KindVitalRecords {
		out = append(out, Problem{StepSite, "kind", "Kind of site", "choose one"})
	}
	for i := range Fields {
		f := &Fields[i]
		if f.Step == StepReporting && f.Key == "vendor" && reportingWords(e.Reports) == "" {
			out = append(out, Problem{StepReporting, "reports", "How the site will report", "choose one"})
		}
		v, say := *f.of(e), ""
		need := f.Need || f.Key == "vendor" && e.Reports == iis.ReportsHL7
		switch {
		case v == "" && need:
			say = "write it"
		case v == "":
		case utf8.RuneCountInString(v) > f.Most:
			say = fmt.Sprintf("%s at most", count(f.Most, "character"))
		case f.wrong != nil:
			say = f.wrong(v)
		}
		if say != "" {
			out = append(out, Problem{f.Step, f.Key, f.Label, say})
		}
	}
	return append(out, wrongUsers(e, law)...)
}

func wrongUsers(e *iis.Enrolment, law *policy.Policy) (out []Problem) {
	names, admins := map[string]bool{}, 0
	for i, u := range e.Users {
		add := func(field, label, say string) {
			out = append(out, Problem{StepUsers, fmt.Sprintf("user-%d-%s", i+1, field), fmt.Sprintf("User %d: %s", i+1, label), say})
		}
		switch {
		case u.Name == "":
			add("name", "name", "write it")
		case utf8.RuneCountInString(u.Name) > 120:
			add("name", "name", "120 characters at most")
		}
		if say := isEmail(u.Email); say != "" || utf8.RuneCountInString(u.Email) > 200 {
			add("email", "e-mail", "write an address such as name@example.org")
		}
		switch lower := strings.ToLower(u.Username); {
		case !isUsername(u.Username):
			add("username", "user name", "write 2 to 60 letters, digits, points, hyphens, underscores or @, without blanks")
		case names[lower]:
			add("username", "user name", "somebody else of this list has it: each has their own")
		default:
			names[lower] = true
		}
		if r := role.Named(u.Role); r == nil || !role.Named(administrator).Gives(r) {
			add("role", "role", "choose one")
		}
		if u.Role == administrator {
			admins++
		}
	}
	if law.Enrolment != nil && admins < law.Enrolment.Least {
		out = append(out, Problem{StepUsers, "users", "Access administrators", "name " + count(law.Enrolment.Least, "access administrator") + " at least: they invite the site’s users and end their access"})
	}
	return out
}

// differSays is what of an application became another.
func differSays(was, now *iis.Enrolment) (out []iis.FieldChange) {
	add := func(field, before, after string) {
		if before != after {
			out = append(out, iis.FieldChange{Field: field, Was: before, Now: after})
		}
	}
	add("Kind of site", was.Kind.Words(), now.Kind.Words())
	add("How the site will report", reportingWords(was.Reports), reportingWords(now.Reports))
	for i := range Fields {
		f := &Fields[i]
		add(f.Label, *f.of(was), *f.of(now))
	}
	add("Users", usersWords(was.Users), usersWords(now.Users))
	return out
}

func usersWords(users []iis.Applicant) string {
	var out []string
	for _, u := range users {
		name := u.Role
		if r := role.Named(u.Role); r != nil {
			name = r.Name
		}
		out = append(out, fmt.Sprintf("%s (%s, %s, %s)", u.Name, name, u.Email, u.Username))
	}
	return strings.Join(out, "; ")
}

// ReviewFields are the fields on which a reviewer may write, with what they say.
func ReviewFields(e *iis.Enrolment) (out []SaidField) {
	out = append(out, SaidField{"kind", "Kind of site", e.Kind.Words()})
	for i := range Fields {
		if Fields[i].Key == "vendor" {
			out = append(out, SaidField{"reports", "How the site will report", reportingWords(e.Reports)})
		}
		out = append(out, SaidField{Fields[i].Key, Fields[i].Label, *Fields[i].of(e)})
	}
	return append(out, SaidField{"users", "Users", usersWords(e.Users)})
}

// SaidField is a field with what an application says in it.
type SaidField struct{ Key, Label, Value string }
