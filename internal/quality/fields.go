package quality

import (
	"slices"

	"openiis/internal/iis"
)

// field is something that ought to be sent. Its key is kept with the figures
// and never changes its meaning.
type field[T any] struct {
	key   string
	where string // the field of the message
	name  string
	sent  func(*T) bool
}

// personFields are what a registry needs to find a person again and to reach
// the family (CDC's core data elements for IIS; IG 1.5, PID and NK1).
var personFields = []field[iis.Person]{
	{"sex", "PID-8", "Sex", func(p *iis.Person) bool { return p.Sex != "" && p.Sex != "U" }},
	{"race", "PID-10", "Race", func(p *iis.Person) bool { return len(p.Races) > 0 }},
	{"ethnicity", "PID-22", "Ethnicity", func(p *iis.Person) bool { return !p.Ethnicity.IsZero() }},
	{"address", "PID-11", "Address with street, city, state and ZIP", hasAddress},
	{"phone", "PID-13", "Telephone", hasPhone},
	{"email", "PID-13", "E-mail", hasEmail},
	{"mother", "PID-6", "Mother's maiden name", func(p *iis.Person) bool { return p.MotherMaiden.Family != "" }},
	{"kin", "NK1-2", "Parent or guardian", func(p *iis.Person) bool { return len(p.Kin) > 0 }},
}

// doseFields are what ought to come with a dose that the sender gave.
var doseFields = []field[iis.Dose]{
	{"lot", "RXA-15", "Lot number", func(d *iis.Dose) bool { return d.Lot != "" }},
	{"maker", "RXA-17", "Manufacturer", func(d *iis.Dose) bool { return d.MVX != "" || !d.Manufacturer.IsZero() }},
	{"expiration", "RXA-16", "Expiration date", func(d *iis.Dose) bool { return !d.Expiration.IsZero() }},
	{"ndc", "RXA-5", "NDC", func(d *iis.Dose) bool { return d.NDC != "" }},
	{"amount", "RXA-6", "Amount", func(d *iis.Dose) bool { return d.Amount != "" }},
	{"route", "RXR-1", "Route", func(d *iis.Dose) bool { return !d.Route.IsZero() }},
	{"site", "RXR-2", "Body site", func(d *iis.Dose) bool { return !d.Site.IsZero() }},
	{"eligibility", "OBX 64994-7", "Eligibility for publicly paid vaccine", observed("64994-7")},
	{"funding", "OBX 30963-3", "Funding source", observed("30963-3")},
	{"vis", "OBX 69764-9", "Vaccine information statement", observed("69764-9", "30956-7")},
	{"provider", "RXA-10", "Who gave it", func(d *iis.Dose) bool { return !d.Administrator.IsZero() }},
}

func hasAddress(p *iis.Person) bool {
	return slices.ContainsFunc(p.Addresses, func(a iis.Address) bool {
		return a.Street != "" && a.City != "" && a.State != "" && a.Zip != ""
	})
}

func hasPhone(p *iis.Person) bool {
	return slices.ContainsFunc(p.Telecoms, func(t iis.Telecom) bool { return t.Local != "" || (t.Text != "" && t.Email == "") })
}

func hasEmail(p *iis.Person) bool {
	return slices.ContainsFunc(p.Telecoms, func(t iis.Telecom) bool { return t.Email != "" })
}

// observed reports a dose with an observation of one of some LOINC codes. One
// without a value was never read.
func observed(codes ...string) func(*iis.Dose) bool {
	return func(d *iis.Dose) bool {
		return slices.ContainsFunc(d.Observations, func(o iis.Observation) bool { return slices.Contains(codes, o.Code.Code) })
	}
}
