package chart

import (
	"slices"
	"strconv"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// person fills in who the record is about.
func (r *reading) person(out *Record) {
	p := &r.folder.Golden
	out.Name, out.FamilyFirst = fullName(p.LegalName()), familyFirst(p.LegalName())
	for i, n := range p.Names {
		if name := fullName(n); i > 0 && name != out.Name {
			label := "Other name"
			if n.Type != "" && n.Type != "U" {
				label = sentence(r.d.meaning(tableNameType, n.Type))
			}
			out.OtherNames = append(out.OtherNames, Labelled{label, name})
		}
	}
	out.Birth, out.Sex = p.Birth, sex(p.Sex)
	until := r.today
	if p.Dead == "Y" {
		out.Died, out.Death, until = true, p.Death, p.Death
	}
	out.Age = age(p.Birth, until)
	out.Protected, out.Closed = r.shared.Status == iis.SharingNo, p.Closed()
	out.About = r.about(p)
	out.Addresses = r.addresses(p.Addresses)
	out.Contacts = r.contacts(p.Telecoms)
	for _, k := range p.Kin {
		out.Kin = append(out.Kin, r.kin(k))
	}
	if !r.by.Roster { // those of clinics are of no use to a school
		out.Numbers = r.numbers()
	}
}

// about is what else is known of a person.
func (r *reading) about(p *iis.Person) []Labelled {
	var out []Labelled
	add := func(label, value string) {
		if value != "" {
			out = append(out, Labelled{label, sentence(value)})
		}
	}
	var races []string
	for _, c := range p.Races {
		e, ok := r.d.codes.Race(c)
		races = append(races, found(e, ok, c))
	}
	add("Race", join(", ", races...))
	e, ok := r.d.codes.Ethnicity(p.Ethnicity)
	add("Ethnicity", found(e, ok, p.Ethnicity))
	add("Language", sent(p.Language))
	add("Mother’s name before marriage", join(" ", p.MotherMaiden.Given, p.MotherMaiden.Family))
	if p.MultipleBirth == "Y" {
		order := "Yes"
		if p.BirthOrder > 0 {
			order = "Yes, born as number " + strconv.Itoa(p.BirthOrder)
		}
		add("Twin or other multiple birth", order)
	}
	add("Born at", short(p.BirthFacility, maxShown))
	add("Reminders", r.d.coded(p.Publicity, "0215"))
	return out
}

func (r *reading) addresses(list []iis.Address) []Address {
	var out []Address
	for _, a := range list {
		if lines := addressLines(a); len(lines) > 0 {
			out = append(out, Address{sentence(r.d.meaning(tableAddress, orElse(a.Type, "H"))), lines})
		}
	}
	return out
}

func (r *reading) contacts(list []iis.Telecom) []Labelled {
	var out []Labelled
	for _, t := range list {
		value := telephone(t)
		if value == "" {
			continue
		}
		label := "E-mail"
		if t.Email == "" {
			label = "Telephone"
			if t.Use != "" && t.Use != "PRN" && t.Use != "NET" {
				label += ", " + r.d.meaning(tableTelecom, t.Use)
			}
		}
		out = append(out, Labelled{label, value})
	}
	return out
}

// guardians are the relations of parents and guardians (table 0063).
var guardians = []string{"MTH", "FTH", "PAR", "GRD", "FCH", "SCH"}

// adulthood is the age from which a parent answers no longer: a record for an
// adult is not headed by the mother's name. A guardian still does.
const adulthood = 18

// guards says whether a relation is that of a parent or guardian today.
func (r *reading) guards(relation string) bool {
	if born := r.folder.Golden.Birth; born != cal.None && cal.AgeOn(born, r.today).Years >= adulthood {
		return relation == "GRD"
	}
	return slices.Contains(guardians, relation)
}

func (r *reading) kin(k iis.Kin) Kin {
	name := iis.Name{}
	if len(k.Names) > 0 {
		name = k.Names[0]
	}
	out := Kin{
		Name: fullName(name), Relation: sentence(orElse(r.d.coded(k.Relation, tableRelation), "relation not known")),
		Guardian: r.guards(k.Relation.Code) && name != (iis.Name{}),
	}
	for _, t := range k.Telecoms {
		if value := telephone(t); value != "" {
			out.Contacts = append(out.Contacts, value)
		}
	}
	return out
}

// numbers are the identifiers of all sources, each with who sent it.
func (r *reading) numbers() []Number {
	var out []Number
	for _, s := range r.folder.Sources {
		for _, id := range s.Person.IDs {
			n := Number{sentence(orElse(r.d.meaning(tableIdentifier, id.Type), "number of an unknown kind")), short(id.Value, maxShown), r.sender(s.Sender), id.Type}
			if id.Type == "SS" {
				n.Value = hidden(n.Value)
			}
			if id.Value != "" && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}
