package record

import (
	"bytes"
	"reflect"
	"slices"
	"strings"

	"openiis/internal/dedupe"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// join stores each report that says something new and groups all reports of
// the person into doses. What was grouped before is derived anew too: it is a
// function of the reports, and cheaper to compute than to read.
func (a *arrival) join() error {
	before := dedupe.Group(sourceDoses(a.folder.Doses), a.k.codes)
	changed := false
	seen := make(map[string]string, len(a.Doses))
	for i := range a.Doses {
		stored, err := a.storeDose(i, a.keyOf(&a.Doses[i].Dose, seen))
		if err != nil {
			return err
		}
		changed = changed || stored
	}
	after := before
	if changed {
		after = dedupe.Group(sourceDoses(a.folder.Doses), a.k.codes)
		if err := a.storeGroups(before, after); err != nil {
			return err
		}
	}
	a.tellDoses(before, after)
	return nil
}

// storeDose stores one report as a new version of what this sender said of the
// event, unless it said exactly the same before. A delete of what was never
// reported stores nothing.
func (a *arrival) storeDose(i int, key string) (bool, error) {
	dose := &a.Doses[i].Dose
	told := iis.DoseReceipt{Order: a.Doses[i].Order, Outcome: iis.OutcomeAdded}
	d := store.Report{Body: a.bodies[i], SourceDose: iis.SourceDose{
		Person: a.receipt.Person, Source: a.receipt.Source, Sender: a.Sender.ID, Submission: a.Submission,
		Received: a.Received.UnixMicro(), Key: key, Detail: dose.Detail(), Dose: *dose,
	}}
	known := slices.IndexFunc(a.folder.Doses, func(have store.Report) bool { return have.Sender == d.Sender && have.Key == d.Key })
	switch {
	case dose.Action == iis.Delete && (known < 0 || !hasNumber(dose)): // 9999 deletes nothing
		told.Outcome = iis.OutcomeNothing
	case known >= 0:
		have := &a.folder.Doses[known]
		d.Origin = have.Origin
		told.Source, told.Outcome = d.Origin, outcomeOf(have, &d)
	}
	if told.Outcome == iis.OutcomeSame || told.Outcome == iis.OutcomeNothing {
		a.receipt.Doses = append(a.receipt.Doses, told)
		return false, nil
	}
	d.ID = iis.SourceDoseID(a.k.store.NewID())
	if d.Origin == 0 {
		d.Origin = d.ID
	}
	told.Source = d.Origin
	a.receipt.Doses = append(a.receipt.Doses, told)
	if known >= 0 {
		a.folder.Doses[known] = d
	} else {
		a.folder.Doses = append(a.folder.Doses, d)
	}
	return true, a.tx.AddReport(&d)
}

// outcomeOf is what a further report of a known event does. Two that differ at
// most in whether they call themselves an addition or an update are the same.
func outcomeOf(have, said *store.Report) iis.Outcome {
	wasDeleted, deletes := have.Dose.Action == iis.Delete, said.Dose.Action == iis.Delete
	switch {
	case wasDeleted == deletes && bytes.Equal(have.Body, said.Body):
		return iis.OutcomeSame
	case deletes:
		return iis.OutcomeDeleted
	}
	return iis.OutcomeUpdated
}

// DoseKey names the event of a report within its sender: the sender's own
// number for it (ORC-3), never the constant 9999, and when there is none what
// happened and when.
func DoseKey(d *iis.Dose) string {
	if !hasNumber(d) {
		return whatKey(d)
	}
	return numberKey(d.Filler.ID) + strings.ToUpper(d.Filler.Authority)
}

// hasNumber reports a report that carries its sender's own number.
func hasNumber(d *iis.Dose) bool {
	id := strings.TrimSpace(d.Filler.ID)
	return id != "" && id != iis.NotAKey
}

// numberKey is how every key of a number begins; its authority follows.
func numberKey(id string) string { return "id|" + strings.TrimSpace(id) + "|" }

// whatKey says what happened and when.
func whatKey(d *iis.Dose) string {
	parts := []string{"what", string(d.Kind), d.Date.Compact(), d.CVX}
	if d.CVX == "" {
		parts = append(parts, d.NDC, d.CPT)
	}
	if d.Kind == iis.Given {
		parts = append(parts, strings.ToUpper(d.Lot))
	}
	for _, o := range d.Observations {
		if d.Kind == iis.Fact {
			parts = append(parts, o.Code.Code, o.Value.Code, o.Text)
		}
	}
	return strings.Join(parts, "|")
}

// keyOf is the key under which a report is stored: that of its number; where
// the sender once gave the number with an authority and once without, the key
// that is there; and a key of its own when the number stands for another event
// already: an addition of another vaccine on another day, or an order group
// before it in the same message. Some senders number the message and not the
// dose, and none of their doses may be lost.
func (a *arrival) keyOf(d *iis.Dose, seen map[string]string) string {
	key, what := DoseKey(d), whatKey(d)
	if !hasNumber(d) {
		return key
	}
	known := a.knownReport(key)
	if known == nil {
		if other := a.otherAuthority(d); other != nil {
			known, key = other, other.Key
		}
	}
	if d.Action == iis.Update || d.Action == iis.Delete {
		own := key + "|" + what
		if a.knownReport(own) != nil || (d.Action == iis.Delete && known != nil && a.otherEvent(&known.Dose, d)) {
			return own // the one that is meant, or none: never another shot
		}
	}
	if first, used := seen[key]; used && first != what {
		return key + "|" + what
	}
	if known != nil && d.Action != iis.Update && d.Action != iis.Delete && a.otherEvent(&known.Dose, d) {
		return key + "|" + what
	}
	seen[key] = what
	return key
}

// knownReport is this sender's report under a key.
func (a *arrival) knownReport(key string) *store.Report {
	for i := range a.folder.Doses {
		if r := &a.folder.Doses[i]; r.Sender == a.Sender.ID && r.Key == key {
			return r
		}
	}
	return nil
}

// otherAuthority is this sender's only report with the same number, when one of
// the two names no authority.
func (a *arrival) otherAuthority(d *iis.Dose) *store.Report {
	var found *store.Report
	prefix := numberKey(d.Filler.ID)
	for i := range a.folder.Doses {
		r := &a.folder.Doses[i]
		if r.Sender != a.Sender.ID || !strings.HasPrefix(r.Key, prefix) {
			continue
		}
		if d.Filler.Authority != "" && r.Key != prefix {
			continue // both name one, and they differ
		}
		if found != nil {
			return nil
		}
		found = r
	}
	return found
}

// otherEvent reports two reports that have neither day nor vaccine in common.
func (a *arrival) otherEvent(have, said *iis.Dose) bool {
	return have.Kind == iis.Given && said.Kind == iis.Given && have.Date != said.Date && said.CVX != "" &&
		have.CVX != said.CVX && !a.k.codes.SharesGroup(have.CVX, said.CVX)
}

// storeGroups writes the doses that changed and removes those that are gone.
func (a *arrival) storeGroups(before, after []iis.Consolidated) error {
	was := make(map[iis.DoseID]iis.Consolidated, len(before))
	for _, c := range before {
		was[c.ID] = c
	}
	for _, c := range after {
		old, had := was[c.ID]
		delete(was, c.ID)
		primary := a.report(c.Primary)
		if had && reflect.DeepEqual(old, c) && primary.Submission != a.Submission {
			continue
		}
		if err := a.tx.PutConsolidated(a.receipt.Person, c, &primary.Dose); err != nil {
			return err
		}
	}
	for id := range was {
		if err := a.tx.RemoveConsolidated(a.receipt.Person, id); err != nil {
			return err
		}
	}
	return nil
}

func (a *arrival) report(origin iis.SourceDoseID) *iis.SourceDose {
	for i := range a.folder.Doses {
		if a.folder.Doses[i].Origin == origin {
			return &a.folder.Doses[i].SourceDose
		}
	}
	return &iis.SourceDose{}
}

// sourceDoses are reports as dedupe compares them.
func sourceDoses(reports []store.Report) []iis.SourceDose {
	out := make([]iis.SourceDose, len(reports))
	for i := range reports {
		out[i] = reports[i].SourceDose
	}
	return out
}

// tellDoses completes the receipt: which dose each report belongs to, and
// whether that dose was known from another report.
func (a *arrival) tellDoses(before, after []iis.Consolidated) {
	for i := range a.receipt.Doses {
		told := &a.receipt.Doses[i]
		for _, c := range after {
			if !slices.Contains(c.Members, told.Source) {
				continue
			}
			told.Dose = c.ID
			if told.Outcome == iis.OutcomeAdded && sharesMember(c, before) {
				told.Outcome = iis.OutcomeKnown
			}
		}
	}
}

func sharesMember(c iis.Consolidated, before []iis.Consolidated) bool {
	for _, b := range before {
		for _, m := range b.Members {
			if slices.Contains(c.Members, m) {
				return true
			}
		}
	}
	return false
}
