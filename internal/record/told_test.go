package record

import (
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/iz"
	"openiis/internal/match"
)

// TestWhatAnAcknowledgementTells is about what a sender may know of a record, and what
// not.
func TestWhatAnAcknowledgementTells(t *testing.T) {
	p := someone("Quistgaard", "Ana", "20190302", "F", number("SS", "219099999", ""), number("MR", "17", "OAK"))
	orders := []iz.Order{{Number: 1}, {Number: 2, Dose: iis.Dose{Filler: iis.Ref{ID: "A17"}}}, {Number: 3}, {Number: 4}}
	unnumbered := []iis.DoseReceipt{{Order: 4, Outcome: iis.OutcomeApart, Rule: "a rule that is gone"}}
	doses := []iis.DoseReceipt{{Order: 1, Outcome: iis.OutcomeKnown}, {Order: 2, Outcome: iis.OutcomeApart, Rule: "two lots, one day, one site"}, {Order: 3, Outcome: iis.OutcomeSame}}
	for _, c := range []struct {
		r    iis.Receipt
		want string
	}{
		{iis.Receipt{Match: match.OwnNumber, Open: true, Doses: doses},
			"Patient MR 17: known by your number. Of 4 reports: 1 added, perhaps the same as another; 1 already known from others; 1 as you reported before; 1 not stored. " +
				"ORC-3 A17 is kept apart: One site says that it gave this vaccine on this day from two lots."},
		{iis.Receipt{Match: match.OwnNumber, Open: true, Doses: unnumbered},
			"Patient MR 17: known by your number. Of 4 reports: 1 added, perhaps the same as another; 3 not stored. Order 4 is kept apart: a rule that is gone"},
		{iis.Receipt{Match: match.OwnNumber, Doses: doses}, "Patient MR 17: known by your number. Of 4 reports: 2 added; 1 as you reported before; 1 not stored."},
		{iis.Receipt{Match: "profile balanced", Open: true, Doses: doses[:1]}, "Patient MR 17: a known record. Of 4 reports: 1 already known from others; 3 not stored."},
		{iis.Receipt{Match: "profile balanced", Doses: doses[:1]}, "Patient MR 17: a record of its own. Of 4 reports: 1 added; 3 not stored."},
		{iis.Receipt{Match: match.RegistryNumber, Doses: doses[:1]}, "Patient MR 17: a record of its own. Of 4 reports: 1 added; 3 not stored."},
		{iis.Receipt{Match: "possible", Open: true, Doses: doses[:1]}, "Patient MR 17: a record of its own. Of 4 reports: 1 already known from others; 3 not stored."},
		{iis.Receipt{Match: "possible", Open: true, OpenOther: true, Doses: doses[:1]},
			"Patient MR 17: a record of its own; it may be somebody who is known already, and staff will look. Of 4 reports: 1 already known from others; 3 not stored."},
		{iis.Receipt{Match: "possible", OpenOther: true, Doses: doses[:1]}, "Patient MR 17: a record of its own. Of 4 reports: 1 added; 3 not stored."},
		{iis.Receipt{}, ""},
	} {
		is.Equal(t, c.r.Match, Told(&p, orders, &c.r), c.want)
	}
	is.Equal(t, "without doses", Told(&iis.Person{}, nil, &iis.Receipt{Match: "new", Open: true}), "Patient: a record of its own. No doses were sent.")
}

// TestAnAcknowledgementTellsNothingOfWhatIsProtected sends the same about a record that
// another clinic protects and about one that nobody else knows.
func TestAnAcknowledgementTellsNothingOfWhatIsProtected(t *testing.T) {
	eachPlace(t, func(p *places) {
		said := func(known bool) string {
			given, mr := "Ana", "1"
			if known {
				given, mr = "Eva", "2"
				p.takeWith(p.elm, someone("Quistgaard", given, "20190302", "F", living("12 Larch Street", "58102"), bornTo("Ann", "Vang"), number("MR", "E"+mr, "ELM"), protected), shot("1", "2021-08-07", "20", "L1"))
			}
			who := someone("Quistgaard", given, "20190302", "F", living("12 Larch Street", "58102"), bornTo("Ann", "Vang"), number("MR", mr, "OAK"))
			r := p.takeWith(p.oak, who, shot("1", "2021-08-07", "20", "L1"))
			is.Equal(t, "is known to others", r.Match != "new", known)
			return strings.ReplaceAll(Told(&who, make([]iz.Order, 1), &r), "MR "+mr, "MR")
		}
		is.Equal(t, "told of a protected record", said(true), said(false))
	})
}

// TestAnAcknowledgementTellsOfWhomItMayBe sends who may be somebody else's patient, open
// or protected, and who may be nobody: only of the open one it is told.
func TestAnAcknowledgementTellsOfWhomItMayBe(t *testing.T) {
	const may = "; it may be somebody who is known already, and staff will look"
	eachPlace(t, func(p *places) {
		said := func(given, mr string, edit ...func(*iis.Person)) string {
			if edit != nil {
				p.takeWith(p.elm, someone("Quistgaard", given, "20190302", "F", append(edit, number("MR", "E"+mr, "ELM"))...), shot("1", "2021-08-07", "20", "L1"))
			}
			who := someone("Quistgaard", given, "20190302", "F", number("MR", mr, "OAK"))
			r := p.takeWith(p.oak, who, shot("1", "2021-08-07", "20", "L1"))
			is.Equal(t, "may be another", r.Match == "possible", edit != nil)
			return strings.ReplaceAll(Told(&who, make([]iz.Order, 1), &r), "MR "+mr, "MR")
		}
		nobody := said("Ana", "1")
		is.Equal(t, "one whom nobody knows", strings.Contains(nobody, may), false)
		is.Equal(t, "one who may be a protected child", said("Bodil", "2", protected), nobody)
		is.Equal(t, "one who may be an open child", strings.Replace(said("Cecilie", "3", func(*iis.Person) {}), may, "", 1), nobody)
	})
}
