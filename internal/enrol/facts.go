package enrol

import (
	"cmp"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/policy"
)

// fact is a field of an organization that people write.
type fact struct {
	name string
	most int // characters
	of   func(*iis.Organization) *string
	// wrong says what is wrong with what is written, "" when nothing is.
	wrong func(string) string
}

// facts are those that are text, in the order in which they are told.
var facts = []fact{
	{"Name", 200, func(o *iis.Organization) *string { return &o.Name }, nil},
	{"Street", 120, func(o *iis.Organization) *string { return &o.Street }, nil},
	{"City", 80, func(o *iis.Organization) *string { return &o.City }, nil},
	{"State", 2, func(o *iis.Organization) *string { return &o.State }, isState},
	{"ZIP code", 10, func(o *iis.Organization) *string { return &o.Zip }, isZip},
	{"County", 60, func(o *iis.Organization) *string { return &o.County }, nil},
	{"Telephone", 30, func(o *iis.Organization) *string { return &o.Phone }, isPhone},
	{"NPI", 10, func(o *iis.Organization) *string { return &o.NPI }, isNPI},
	{"PIN", 20, func(o *iis.Organization) *string { return &o.PIN }, nil},
}

func isState(s string) string {
	if len(s) != 2 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "write the two letters of the postal service, such as MN"
	}
	return ""
}

func isZip(s string) string {
	if digits := strings.Replace(s, "-", "", 1); strings.Trim(digits, "0123456789") != "" || len(s) != 5 && (len(s) != 10 || s[5] != '-') {
		return "write five digits, or nine with a hyphen after the fifth"
	}
	return ""
}

func isPhone(s string) string {
	digits := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
	if len(digits) < 7 {
		return "write at least seven digits"
	}
	return ""
}

func isNPI(s string) string {
	if !iis.ValidNPI(s) {
		return "it has ten digits, of which the last follows from the others, and this is none: look for a slip"
	}
	return ""
}

// clean takes blanks out of what was written, and tells everything that is wrong with
// it together. A region that was set before stays, though the registry may go by another
// policy since, which does not have it.
func clean(o, was *iis.Organization, law *policy.Policy) error {
	var wrong []string
	if o.Kind.Words() == "" {
		wrong = append(wrong, "Kind: want "+list(iis.OrganizationKinds)+".")
	}
	o.State, o.Region = strings.ToUpper(o.State), fold.Visible(o.Region)
	for _, f := range facts {
		p := f.of(o)
		*p = strings.Join(strings.Fields(fold.Visible(*p)), " ")
		switch {
		case *p == "":
		case len([]rune(*p)) > f.most:
			wrong = append(wrong, f.name+": "+count(f.most, "character")+" at most.")
		case f.wrong != nil && f.wrong(*p) != "":
			wrong = append(wrong, f.name+": "+f.wrong(*p)+".")
		}
	}
	if o.Name == "" {
		wrong = append(wrong, "Name: say what it is called.")
	}
	if o.Region == "" || o.Region != was.Region || o.Kind != was.Kind {
		wrong = append(wrong, regionWrong(o, law)...)
	}
	if len(wrong) > 0 {
		return fault.New(fault.Invalid, "%s Nothing was changed.", strings.Join(wrong, " "))
	}
	return nil
}

// regionWrong tells what is wrong with a region that was set by hand.
func regionWrong(o *iis.Organization, law *policy.Policy) []string {
	var codes []string
	for i := range law.Regions {
		codes = append(codes, law.Regions[i].Code)
	}
	switch {
	case o.Region == "" && o.Kind != iis.KindRegion, law.Region(o.Region) != nil && o.Kind != iis.KindState:
		return nil
	case len(codes) == 0:
		return []string{"Region: the policy by which this registry goes (" + law.Name + ") has no regions."}
	case o.Kind == iis.KindState:
		return []string{"Region: the state is in none."}
	case o.Region == "":
		return []string{"Region: say of which region it is the organization: " + list(codes) + "."}
	}
	return []string{"Region: there is no region " + o.Region + ": want " + list(codes) + "."}
}

// differ is what of an organization became another.
func (t *tree) differ(was, now *iis.Organization) (out []iis.FieldChange) {
	add := func(field, before, after string) {
		if before != after {
			out = append(out, iis.FieldChange{Field: field, Was: before, Now: after})
		}
	}
	add("Kind", was.Kind.Words(), now.Kind.Words())
	for _, f := range facts[:1] {
		add(f.name, *f.of(was), *f.of(now))
	}
	add("Status", was.Status.Words(), now.Status.Words())
	add("Closed on", day(was.Closed), day(now.Closed))
	add("How it reports", reportingWords(was.Reports), reportingWords(now.Reports))
	add("Under", t.named(was.Parent), t.named(now.Parent))
	add("Region by hand", was.Region, now.Region)
	for _, f := range facts[1:] {
		add(f.name, *f.of(was), *f.of(now))
	}
	return out
}

func day(d cal.Date) string {
	if d == cal.None {
		return ""
	}
	return d.String()
}

// named is an organization by name and number; "" of none.
func (t *tree) named(id iis.OrganizationID) string {
	if id == 0 {
		return ""
	}
	name := ""
	if o := t.at[id]; o != nil {
		name = o.Name
	}
	return strings.TrimSpace(cmp.Or(name, "an organization") + " (" + id.Public() + ")")
}
