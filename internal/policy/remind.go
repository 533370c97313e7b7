package policy

import (
	"slices"
	"strconv"

	"openiis/internal/yaml"
)

// remindDays are the days before the last one of an agreement on which those who sign it are
// written to, where the state's file says nothing else.
var remindDays = []int{60, 30, 7}

// Reminder is which of the state's reminders is due when so many days are left: that of the
// fewest days that has been reached; 0 when none is.
func (e *Enrolment) Reminder(left int) (step int) {
	for _, n := range e.Remind {
		if left <= n && (step == 0 || n < step) {
			step = n
		}
	}
	return step
}

// readRemind reads on how many days before an agreement ends who signs it is written to.
func readRemind(m *yaml.Map) []int {
	list := m.Find("remind days")
	if list == nil {
		return remindDays
	}
	out := []int{}
	for _, n := range m.Items(list, "remind days") {
		word := m.Word(n, m.At("remind days"), "a number of days")
		days, err := strconv.Atoi(word)
		if err != nil || days < 1 || days > 365 || slices.Contains(out, days) {
			m.Fail(n, m.At("remind days"), "%q is none: write numbers of days from 1 to 365, each once", word)
			continue
		}
		out = append(out, days)
	}
	return out
}
