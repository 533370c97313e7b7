package check

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

var (
	notInUse = Rule{
		Name: "RXA-5 not in use on RXA-3", Source: "AIRA MQE0243, MQE0257, MQE0487, MQE0491", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "RXA-5 (vaccine) was not yet, or no longer, in use on the day in RXA-3; correct whichever is wrong and send again.",
	}
	replaced = Rule{
		Name: "RXA-5 replaced before RXA-3", Source: "AIRA MQE0256, MQE0490", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "RXA-5 (vaccine) had been replaced by another on the day in RXA-3; check that the code is that of the vaccine given.",
	}
	outsideAges = Rule{
		Name: "RXA-3 outside the vaccine's ages", Source: "AIRA MQE0258, MQE0259", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "On the day in RXA-3 the patient was too young or too old for the vaccine in RXA-5; correct whichever is wrong, or see to the patient.",
	}
)

// graceDays are what a dose may be early (ACIP, general best practices).
const graceDays = 4

// vaccineUse looks at the end of use only where the sender gave the dose: much
// was given abroad for years after it had gone here.
var vaccineUse = doseFamily{
	rules: []*Rule{&notInUse, &replaced, &outsideAges},
	look: func(r *run, d *dose) {
		if d.facts&given == 0 || d.Date.IsZero() { // without a day there is nothing to hold it against
			return
		}
		u := &uses[cvxNumber(d.CVX)]
		here := d.facts&administered != 0
		switch {
		case d.Date < u.from, here && u.until != cal.None && d.Date > u.until:
			r.tell(&notInUse, d.rxa.AtField(5, 1, 1))
		case here && u.replaced != cal.None && d.Date >= u.replaced:
			r.tell(&replaced, d.rxa.AtField(5, 1, 1))
		}
		born := r.person().Birth
		if born.IsZero() || d.Date < born {
			return
		}
		tooYoung := u.youngest > 0 && d.Date < born.AddMonths(u.youngest).AddDays(-graceDays)
		if tooYoung || (u.tooOld > 0 && d.Date >= born.AddMonths(u.tooOld)) {
			r.tell(&outsideAges, d.rxa.AtField(3, 0, 0))
		}
	},
}

// cvxNumber is a CVX code as a number, 0 for what is none.
func cvxNumber(code string) int {
	n := 0
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' || i > 2 {
			return 0
		}
		n = n*10 + int(code[i]-'0')
	}
	return n
}

// use is when and for whom a vaccine is given in the United States. What is 0
// or None has no limit.
type use struct {
	from     cal.Date // its first licence or authorisation
	replaced cal.Date // when another took its place
	until    cal.Date // when no dose can have been left
	youngest int      // months
	tooOld   int      // months: the first age at which it is not given
}

// uses are by CVX number; those without a row have no limits.
var uses = func() (all [1000]use) {
	for _, row := range useRows {
		all[row.cvx] = use{date(row.from), date(row.replaced), date(row.until), row.youngest, row.tooOld}
	}
	return all
}()

func date(s string) cal.Date {
	if s == "" {
		return cal.None
	}
	return cal.ParseCompact(s)
}
