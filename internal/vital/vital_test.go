package vital

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
)

var office = Office{Code: "VITAL", Codes: codeset.Default()}

func TestTheNumberOfACertificateIsFoundByItsType(t *testing.T) {
	for want, ids := range map[string][]iis.Identifier{
		"":   {{Value: "77", Type: "MR"}, {Value: "  ", Type: "BR"}},
		"B1": {{Value: "P1", Type: "PI"}, {Value: "B1", Type: "BR"}},
		"C1": {{Value: "P1", Type: "PI"}, {Value: "C1", Type: "BCT"}},
		"P1": {{Value: "M1", Type: "MR"}, {Value: "P1", Type: "PI", Authority: "EVRS"}},
	} {
		is.Equal(t, "number", Number(&iis.Person{IDs: ids}), want)
	}
}

func TestWhatCanBeSaidInTwoWaysIsSaidInOne(t *testing.T) {
	mother := iis.Coded{Code: "MTH", Text: "mother", System: "HL70063"}
	p := iis.Person{
		IDs:          []iis.Identifier{{Value: "77", Type: "MR", Authority: "ELM"}, {Value: "B1", Type: "BR", Authority: "X"}},
		Names:        []iis.Name{{Family: "Marsh", Given: "Juniper"}},
		MotherMaiden: iis.Name{Family: "Vang"},
		BirthOrder:   2,
		Kin: []iis.Kin{
			{Names: []iis.Name{{Given: "Ole", Type: "L"}}, Relation: iis.Coded{Code: "GRP"}},
			{Names: []iis.Name{{Family: "Marsh", Given: "Anna"}}, Relation: iis.Coded{Code: "MTH", Text: "Mum"}, Birth: cal.Of(1995, 2, 3)},
		},
	}
	office.Newborn(&p, "B1")
	is.Equal(t, "certificate", p.Certificate, iis.BirthCertificate)
	is.Equal(t, "numbers", p.IDs, []iis.Identifier{{Value: "B1", Type: "PI", Authority: "VITAL"}, {Value: "77", Type: "MR", Authority: "ELM"}})
	is.Equal(t, "several", p.MultipleBirth, "Y")
	is.Equal(t, "maiden", p.MotherMaiden, iis.Name{Family: "Vang", Given: "Anna", Type: "M"})
	is.Equal(t, "mother", p.Kin[0], iis.Kin{Names: []iis.Name{{Family: "Marsh", Given: "Anna", Type: "L"}}, Relation: mother, Birth: cal.Of(1995, 2, 3)})
	is.Equal(t, "others behind", len(p.Kin), 2)

	alone := iis.Person{MultipleBirth: "N", BirthOrder: 1, MotherMaiden: iis.Name{Given: "Anna"}}
	office.Newborn(&alone, "B2")
	is.Equal(t, "order of one", alone.BirthOrder, 0)
	is.Equal(t, "maiden of whom it is not said", alone.MotherMaiden, iis.Name{})
	is.Equal(t, "mother of whom only that name is said", alone.Kin, []iis.Kin{{Names: []iis.Name{{Given: "Anna", Type: "L"}}, Relation: mother}})
}

func TestTheDoseAtBirthIsTheOfficesReport(t *testing.T) {
	born := cal.Of(2025, 3, 1)
	p := &iis.Person{Birth: born, BirthFacility: "ELM"}
	sent := iis.Dose{Kind: iis.Given, Action: iis.Add, Date: born, CVX: "45", InfoSource: "00", Lot: "HB77", Filler: iis.Ref{ID: "9"}}
	is.Equal(t, "at birth", office.Report(sent, p), office.HepatitisB(born, "HB77", "ELM"))
	later := sent
	later.Date = born.AddDays(atBirthDays + 1)
	is.Equal(t, "the second", office.Report(later, p).Filler, sent.Filler)
	other := sent
	other.CVX = "306"
	is.Equal(t, "another vaccine", office.Report(other, p).InfoSource, fromCertificate)
	sent.Action = iis.Delete
	is.Equal(t, "deleted", office.Report(sent, p), office.NoHepatitisB())
	refusal := iis.Dose{Kind: iis.Refusal, CVX: "08", InfoSource: "00"}
	is.Equal(t, "refused", office.Report(refusal, p), refusal)
}
