package enrol

import (
	"strconv"

	"openiis/internal/form"
	"openiis/internal/iis"
)

// Suggested are answers that whoever signs would write anyway: of an application, what it
// says; of a renewal, what was signed before. They may be changed by the signer. A form
// whose fields have other names is not answered for.
func (p *Paper) Suggested() form.Answers {
	if p.says != nil {
		return p.suggest(p.says)
	}
	if p.Signed == nil {
		return nil
	}
	d, err := documentOf(p.Signed)
	if err != nil {
		return nil // a suggestion less
	}
	out := form.Answers{}
	for i := range d.Answers {
		if a := &d.Answers[i]; p.Form.Field(a.Name) != nil && len(a.Values) > 0 {
			out[a.Name] = a.Values
		}
	}
	return out
}

func (p *Paper) suggest(e *iis.Enrolment) form.Answers {
	known := map[string][]string{
		"contact": {e.Contact.Name}, "contact-email": {e.Contact.Email}, "contact-phone": {e.Contact.Phone},
		"medical-director": {e.Official.Name}, "official-email": {e.Official.Email}, "representative-email": {e.Official.Email},
		"system": {tidyText(e.Vendor+" "+e.Product, 300)}, "users": {strconv.Itoa(len(e.Users))}, "facilities": {e.Name},
		"reporting": {map[string]string{iis.ReportsHL7: "exchange", iis.ReportsFile: "exchange", iis.ReportsHand: "entry"}[e.Reports]},
		"kind":      kindChoices(e.Kind),
	}
	if p.Person != nil {
		known["title"], known["phone"] = []string{p.Person.Title}, []string{p.Person.Phone}
		known["standing"] = []string{"first"}
		if p.further {
			known["standing"] = []string{"further"}
		}
	}
	out := form.Answers{}
	for name, values := range known {
		f := p.Form.Field(name)
		if f == nil {
			continue
		}
		for _, v := range values {
			if v != "" && (f.Kind != form.Choose || offers(f, v)) {
				out[name] = []string{v}
				break
			}
		}
	}
	return out
}

// kindChoices are the names that forms have for a kind, the best first.
func kindChoices(k iis.OrganizationKind) []string {
	return []string{string(k), map[iis.OrganizationKind]string{iis.KindHealthDepartment: "health-department"}[k], map[iis.OrganizationKind]string{iis.KindHealthDepartment: "public-health"}[k], "other"}
}

func offers(f *form.Field, value string) bool {
	for _, c := range f.Choices {
		if c.Value == value {
			return true
		}
	}
	return false
}
