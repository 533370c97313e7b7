// Package vital is what birth certificates say, however they come: as a row of a
// file or as a message, one certificate becomes the same description of a newborn,
// and the same report of the dose at birth.
//
// It reads neither rows nor messages, and places nobody. Start at Office.Newborn.
package vital

import (
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// Office is an office of vital records.
type Office struct {
	Code  string // the registry's code for it: the authority of its numbers
	Codes *codeset.Tables
}

// numberTypes are the types under which messages carry the number of a birth
// certificate, the best first (table 0203): BR of the national guide, BCT and BCFN
// of later versions of HL7 (2.9), and PI, the type under which it is kept.
var numberTypes = [...]string{"BR", "BCT", "BCFN", "PI"}

// Number is the number of a birth certificate among the numbers of a person; ""
// when there is none.
func Number(p *iis.Person) string {
	for _, t := range numberTypes {
		for _, id := range p.Identified(t) {
			if v := strings.TrimSpace(id.Value); v != "" {
				return v
			}
		}
	}
	return ""
}

// Newborn makes what a birth certificate says of a child the word of the office:
// the number of the certificate is its own number for the child, and what can be
// said in two ways is said in one.
func (o Office) Newborn(p *iis.Person, certificate string) {
	p.Certificate = iis.BirthCertificate
	ids := []iis.Identifier{{Value: certificate, Type: "PI", Authority: o.Code}}
	for _, id := range p.IDs {
		if !slices.Contains(numberTypes[:], id.Type) {
			ids = append(ids, id)
		}
	}
	p.IDs = ids
	for i := range p.Names {
		orElse(&p.Names[i].Type, "L")
	}
	orElse(&p.Sex, "U")
	for i := range p.Addresses {
		orElse(&p.Addresses[i].Type, "H")
	}
	o.plurality(p)
	o.parents(p)
}

func orElse(s *string, otherwise string) {
	if *s == "" {
		*s = otherwise
	}
}

// plurality says whether a child was born alone, and else which it was.
func (o Office) plurality(p *iis.Person) {
	switch {
	case p.MultipleBirth == "N":
		p.BirthOrder = 0
	case p.MultipleBirth == "" && p.BirthOrder > 1:
		p.MultipleBirth = "Y"
	}
}

// parents puts the mother first and the father second. Of a mother who is told by
// her maiden name alone it is known that she is the mother.
func (o Office) parents(p *iis.Person) {
	mother, isTold := relative(p, "MTH")
	if !isTold && p.MotherMaiden.Given != "" {
		mother = iis.Kin{Names: []iis.Name{{Given: p.MotherMaiden.Given, Type: "L"}}}
		isTold = true
	}
	if p.MotherMaiden.Family != "" {
		p.MotherMaiden.Type = "M"
		if isTold && len(mother.Names) > 0 {
			orElse(&p.MotherMaiden.Given, mother.Names[0].Given)
		}
	} else {
		p.MotherMaiden = iis.Name{}
	}
	father, hasFather := relative(p, "FTH")
	var kin []iis.Kin
	if isTold {
		kin = append(kin, o.kin(mother, "MTH"))
	}
	if hasFather {
		kin = append(kin, o.kin(father, "FTH"))
	}
	for _, k := range p.Kin {
		if k.Relation.Code != "MTH" && k.Relation.Code != "FTH" {
			kin = append(kin, k)
		}
	}
	p.Kin = kin
}

// relative is the first relative of a kind.
func relative(p *iis.Person, relation string) (iis.Kin, bool) {
	for _, k := range p.Kin {
		if k.Relation.Code == relation {
			return k, true
		}
	}
	return iis.Kin{}, false
}

// kin is a relative with the registry's words for the relation.
func (o Office) kin(k iis.Kin, relation string) iis.Kin {
	k.Names = slices.Clone(k.Names)
	for i := range k.Names {
		orElse(&k.Names[i].Type, "L")
	}
	k.Relation = iis.Coded{Code: relation, System: "HL70063"}
	if e := o.Codes.Find("0063", relation); e != nil {
		k.Relation.Text = e.Meaning
	}
	return k
}

// atBirth is the office's number for the dose at birth: a person has one. That of
// the certificate would reach whoever receives the history.
const atBirth = "HEPB-AT-BIRTH"

// fromCertificate is the information source of what a birth certificate tells
// (NIP001).
const fromCertificate = "06"

// birthDoses are the codes of a dose against hepatitis B as it is given at birth: of
// one for the young, or of one of which it is not said (CVX).
var birthDoses = []string{"08", "45"}

// HepatitisB is the office's report of the dose that was given at birth: the hospital
// that gave it may report it itself. Which vaccine a certificate does not say: one
// against hepatitis B for the young, CVX 08.
func (o Office) HepatitisB(day cal.Date, lot, place string) iis.Dose {
	d := iis.Dose{
		Kind: iis.Given, Action: iis.Add, Date: day, CVX: "08", InfoSource: fromCertificate, Completion: "CP",
		Vaccine: iis.Coded{Code: "08", System: "CVX"}, Lot: lot, Location: place,
		Filler: iis.Ref{ID: atBirth, Authority: o.Code},
	}
	if v, known := o.Codes.CVX("08"); known {
		d.Vaccine.Text = v.Short
	}
	return d
}

// NoHepatitisB is the office's word that no dose was given at birth, which withdraws
// the one that it reported before, and says nothing when it reported none.
func (o Office) NoHepatitisB() iis.Dose {
	return iis.Dose{Kind: iis.Given, Action: iis.Delete, CVX: "08", InfoSource: fromCertificate, Filler: iis.Ref{ID: atBirth, Authority: o.Code}}
}

// Report is what a message of the office says of a dose, as the office's report: an
// office gives none, it knows of them from the certificate. That of the dose against
// hepatitis B at birth is the same as HepatitisB where the message says no more.
func (o Office) Report(d iis.Dose, p *iis.Person) iis.Dose {
	if d.Kind != iis.Given {
		return d
	}
	d.InfoSource = fromCertificate
	if !slices.Contains(birthDoses, d.CVX) || d.Date > p.Birth.AddDays(atBirthDays) {
		return d
	}
	if d.Action == iis.Delete {
		return o.NoHepatitisB()
	}
	plain := o.HepatitisB(d.Date, d.Lot, d.Location)
	d.Action, d.Filler, d.Placer, d.CVX, d.Vaccine = plain.Action, plain.Filler, plain.Placer, plain.CVX, plain.Vaccine
	orElse(&d.Completion, plain.Completion)
	orElse(&d.Location, p.BirthFacility)
	return d
}

// atBirthDays is how many days after the birth a first dose is still that of the
// birth: the certificate is filled in before the child is a month old.
const atBirthDays = 30

// Impossible reports a dose at a day on which the child cannot have had it.
func Impossible(day, born, today cal.Date) bool { return day < born || day > today }
