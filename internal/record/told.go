package record

import (
	"strconv"
	"strings"

	"openiis/internal/dedupe"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/match"
)

// Told is what the acknowledgement of a message says of what became of it: whose record
// it was, by the sender's own number, and how many of its order groups were added,
// known already and so on, and which dose was kept apart and why, by the sender's own
// number (ORC-3). It tells no more than the sender may know: of a record that others
// protect, and of a former identity that is sealed, what it is to whom nobody else had
// ever told of the person; and the same of somebody who may be one of those alone. The
// receipt tells the rest (inbox.Desk.Receipt). Of a test it says that it was one.
func Told(p *iis.Person, orders []iz.Order, r *iis.Receipt) string {
	switch r.Match {
	case "":
		return ""
	case iis.AnsweredTest:
		return toldOfTest + " As a real message it could be stored. " + whatBecame(orders, r)
	case iis.AnsweredTestRefused:
		return toldOfTest + " As a real message nothing of it could be stored either."
	}
	return "Patient" + patientNumber(p) + ": " + whoseRecord(r) + " " + whatBecame(orders, r)
}

// toldOfTest is said of every test but a query.
const toldOfTest = "This was a test, for your site is not live yet: nothing of it was stored, and nobody was looked for."

// patientNumber is the sender's own number for its patient (PID-3), with a space before
// it; "" when it sent none.
func patientNumber(p *iis.Person) string {
	for _, typ := range []string{"MR", "PI", "PT"} {
		if ids := p.Identified(typ); len(ids) > 0 {
			return " " + typ + " " + ids[0].Value
		}
	}
	return ""
}

func whoseRecord(r *iis.Receipt) string {
	switch {
	case r.Match == match.OwnNumber:
		return "known by your number."
	case r.Match == match.SaidBefore:
		return "known as you described it before."
	case r.Open && r.Match == string(match.Possible) && r.OpenOther:
		return "a record of its own; it may be somebody who is known already, and staff will look."
	case !r.Open || r.Match == string(match.New) || r.Match == string(match.Possible):
		return "a record of its own."
	case match.ByNumber(r.Match):
		return "a known record, by its number."
	}
	return "a known record."
}

// fates are the outcomes of order groups in words, in the order in which they are told.
var fates = []struct {
	outcome iis.Outcome
	words   string
}{
	{iis.OutcomeAdded, "added"},
	{iis.OutcomeApart, "added, perhaps the same as another"},
	{iis.OutcomeKnown, "already known from others"},
	{iis.OutcomeUpdated, "updated"},
	{iis.OutcomeSame, "as you reported before"},
	{iis.OutcomeDeleted, "withdrawn"},
	{iis.OutcomeNothing, "not there to withdraw"},
	{iis.OutcomeTested, "could be stored"},
}

func whatBecame(orders []iz.Order, r *iis.Receipt) string {
	if len(orders) == 0 {
		return "No doses were sent."
	}
	count := map[iis.Outcome]int{}
	var apart strings.Builder
	for _, d := range r.Doses {
		if !r.Open {
			d.Outcome = d.Outcome.Closed()
		}
		count[d.Outcome]++
		if d.Outcome == iis.OutcomeApart {
			apart.WriteString(" " + doseNumber(orders, d.Order) + " is kept apart: " + dedupe.Say(d.Rule))
		}
	}
	var parts []string
	for _, f := range fates {
		if n := count[f.outcome]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+f.words)
		}
	}
	if n := len(orders) - len(r.Doses); n > 0 {
		parts = append(parts, strconv.Itoa(n)+" not stored")
	}
	of := " reports: "
	if len(orders) == 1 {
		of = " report: "
	}
	return "Of " + strconv.Itoa(len(orders)) + of + strings.Join(parts, "; ") + "." + apart.String()
}

// doseNumber is a dose by the sender's own number (ORC-3), or by its place in the message.
func doseNumber(orders []iz.Order, order int) string {
	for i := range orders {
		if o := &orders[i]; o.Number == order && o.Dose.Filler.ID != "" {
			return "ORC-3 " + o.Dose.Filler.ID
		}
	}
	return "Order " + strconv.Itoa(order)
}
