package record

import (
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/match"
)

// TestWhatAnAcknowledgementTells is about what a sender may know of a record, and what
// not.
func TestWhatAnAcknowledgementTells(t *testing.T) {
	p := someone("Quistgaard", "Ana", "20190302", "F", number("SS", "219099999", ""), number("MR", "17", "OAK"))
	doses := []iis.DoseReceipt{{Order: 1, Outcome: iis.OutcomeKnown}, {Order: 2, Outcome: iis.OutcomeApart}, {Order: 3, Outcome: iis.OutcomeSame}}
	for _, c := range []struct {
		r    iis.Receipt
		want string
	}{
		{iis.Receipt{Match: match.OwnNumber, Open: true, Doses: doses},
			"Patient MR 17: known by your number. Of 4 reports: 1 added, perhaps the same as another; 1 already known from others; 1 as you reported before; 1 not stored."},
		{iis.Receipt{Match: match.OwnNumber, Doses: doses}, "Patient MR 17: known by your number. Of 4 reports: 2 added; 1 as you reported before; 1 not stored."},
		{iis.Receipt{Match: "profile balanced", Open: true, Doses: doses[:1]}, "Patient MR 17: a known record. Of 4 reports: 1 already known from others; 3 not stored."},
		{iis.Receipt{Match: "profile balanced", Doses: doses[:1]}, "Patient MR 17: a record of its own. Of 4 reports: 1 added; 3 not stored."},
		{iis.Receipt{Match: match.RegistryNumber, Doses: doses[:1]}, "Patient MR 17: a record of its own. Of 4 reports: 1 added; 3 not stored."},
		{iis.Receipt{Match: "possible", Open: true, Doses: doses[:1]}, "Patient MR 17: a record of its own. Of 4 reports: 1 already known from others; 3 not stored."},
		{iis.Receipt{}, ""},
	} {
		is.Equal(t, c.r.Match, Told(&p, 4, &c.r), c.want)
	}
	is.Equal(t, "without doses", Told(&iis.Person{}, 0, &iis.Receipt{Match: "new", Open: true}), "Patient: a record of its own. No doses were sent.")
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
			return strings.ReplaceAll(Told(&who, 1, &r), "MR "+mr, "MR")
		}
		is.Equal(t, "told of a protected record", said(true), said(false))
	})
}
