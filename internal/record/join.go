package record

import (
	"cmp"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// join adds what the message says that is new to the folder: the source's word
// on the person, and its reports of events. What is derived is derived anew.
func (a *arrival) join() error {
	before := a.folder.Consolidated
	r := a.report(a.receipt.Source)
	var keys []int64
	said, err := a.said()
	if err != nil {
		return err
	}
	if r.Said = said; r.Said != nil {
		keys = a.newKeys(r.Said)
		a.folder.SetSource(r)
	}
	if a.later { // nearly all of them are new: a list of such long rows is dear to lengthen
		n := len(a.Doses)
		for i := range a.Others {
			n += len(a.Others[i].Doses)
		}
		a.folder.Doses = slices.Grow(a.folder.Doses, n)
	}
	a.joinDoses(r)
	a.joinChoice(r)
	reports := []*store.Report{r}
	for _, o := range a.Others {
		other, err := a.joinOther(o)
		if err != nil {
			return err
		}
		reports = append(reports, other)
	}
	reports = slices.DeleteFunc(reports, func(r *store.Report) bool { return r.Said == nil && len(r.Doses) == 0 && r.Choice == nil })
	if len(reports) > 0 {
		if err := a.k.derive(a.tx, a.folder); err != nil {
			return err
		}
		if err := a.store(reports, keys, before); err != nil {
			return err
		}
	}
	a.tellDoses(before, a.folder.Consolidated)
	return nil
}

// joinChoice adds what was chosen. A withdrawal takes back what the record has objections
// of now.
func (a *arrival) joinChoice(r *store.Report) {
	if a.Choice == nil {
		return
	}
	c := *a.Choice
	if c.Kind == iis.Withdraws {
		c.Lifts = objectors(a.folder)
	}
	r.Choice = &c
	a.folder.AddChoice(r)
}

// newKeys are the keys of what the source says now that its word before did not
// have: those are there, and stay.
func (a *arrival) newKeys(said *iis.Person) []int64 {
	who := a.who
	if said != &a.Person {
		who = a.by.describe(said, a.former)
	}
	known := a.folder.Source(a.receipt.Source)
	if known == nil || a.former {
		return who.keys
	}
	had := a.by.describe(&known.Person, false).keys
	var out []int64
	for _, k := range who.keys {
		if !slices.Contains(had, k) {
			out = append(out, k)
		}
	}
	return out
}

// report is an empty report of a source.
func (a *arrival) report(source iis.SourceID) *store.Report {
	return &store.Report{
		ID: a.k.store.NewID(), Person: a.receipt.Person, Source: source, Sender: a.Sender.ID,
		Submission: a.Submission, Received: a.Received.UnixMicro(),
	}
}

// joinDoses adds what is said of events.
func (a *arrival) joinDoses(r *store.Report) {
	seen := make(map[string]string, len(a.Doses))
	if a.later {
		r.Doses = slices.Grow(r.Doses, len(a.Doses))
	}
	for i := range a.Doses {
		told := a.joinDose(r, &a.Doses[i].Dose, a.keyOf(&a.Doses[i].Dose, seen))
		told.Order = a.Doses[i].Order
		a.receipt.Doses = append(a.receipt.Doses, told)
	}
}

// joinOther adds what one more sender reported of the person. Its source is the
// one that it has there, or a new one, of which nothing is said but that it
// reports.
func (a *arrival) joinOther(o Reported) (*store.Report, error) {
	b := *a
	b.Sender, b.Doses, b.receipt.Doses = o.Sender, o.Doses, nil
	source := b.sourceHere()
	if source == 0 {
		source = iis.SourceID(a.k.store.NewID())
		err := a.addLink(store.Link{Person: a.receipt.Person, Source: source, Method: toldBeside, Since: a.now, Actor: a.Actor.Kind})
		if err != nil {
			return nil, err
		}
	}
	b.receipt.Source = source
	r := b.report(source)
	b.joinDoses(r)
	a.receipt.Doses = append(a.receipt.Doses, b.receipt.Doses...)
	return r, nil
}

// toldBeside is why a source is held to be about a person when another's word on
// the same person told of its reports.
const toldBeside = "told beside"

// joinDose adds what is said of one event to the report and the folder, as a
// new version, unless the sender said exactly the same before. A delete of what
// was never reported adds nothing.
func (a *arrival) joinDose(r *store.Report, said *iis.Dose, key string) iis.DoseReceipt {
	told := iis.DoseReceipt{Outcome: iis.OutcomeAdded}
	known := a.knownReport(said, key)
	switch {
	case said.Action == iis.Delete && (known == nil || !hasNumber(said)): // 9999 deletes nothing
		told.Outcome = iis.OutcomeNothing
		return told
	case known != nil:
		told.Source, told.Outcome = known.Origin, outcomeOf(&known.Dose, said)
		if told.Outcome == iis.OutcomeSame && known.Source == a.receipt.Source {
			return told
		} // what another source of the sender said is said again: each may go to another person some day
	}
	v := store.NewVersion{ID: iis.SourceDoseID(a.k.store.NewID()), Key: key, Detail: said.Detail(), Dose: *said, Begins: known == nil}
	if known != nil && known.Source != a.receipt.Source {
		v.Replaces = known.Origin
	}
	r.Doses = append(r.Doses, v)
	told.Source = a.folder.SetDose(r, &v).Origin
	return told
}

// store stores reports that are in the folder already, and what came of them. keys
// are those of the new word on the person.
func (a *arrival) store(reports []*store.Report, keys []int64, before []iis.Consolidated) error {
	add := a.tx.AddReport
	if a.sealed {
		add = a.tx.AddSealedReport
	}
	for _, r := range reports {
		body, err := add(r)
		if err != nil {
			return err
		}
		if a.written = append(a.written, body...); r.Said == nil {
			continue
		}
		if err := a.storeKeys(r, keys); err != nil {
			return err
		}
	}
	if a.sealed { // nothing is kept that is derived of it
		return nil
	}
	fresh := func(d *iis.SourceDose) bool { return d.Submission == a.Submission }
	if !a.later {
		return a.k.keep(a.tx, a.folder, before, a.now, fresh)
	}
	known := !a.folder.Created.IsZero()
	if err := a.k.keepDerived(a.tx, a.folder, before, a.now, fresh); err != nil || !known {
		return err // the next run finds that a new person has no standing
	}
	s := waiting(a.folder.ID, a.now.UnixMicro())
	return a.tx.PutStanding(&s)
}

// storeKeys stores the keys by which a source's word is found.
func (a *arrival) storeKeys(r *store.Report, keys []int64) error {
	var own, bare []string
	for _, k := range a.own {
		if match.IsBare(k) {
			bare = append(bare, k)
		} else {
			own = append(own, k)
		}
	}
	return a.tx.AddKeys(a.Sender.ID, r.Person, r.Source, own, bare, keys)
}

// outcomeOf is what a further report of a known event does. Two that differ at
// most in whether they call themselves an addition or an update are the same.
func outcomeOf(have, said *iis.Dose) iis.Outcome {
	wasDeleted, deletes := have.Action == iis.Delete, said.Action == iis.Delete
	switch {
	case wasDeleted == deletes && have.Same(said):
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
	if d.OwnCode() {
		own := d.OwnCodes()
		parts = append(parts, own[:]...)
	}
	if d.Kind == iis.Given {
		parts = append(parts, strings.ToUpper(d.Lot))
	}
	for _, o := range d.Observations {
		if d.Kind == iis.Fact {
			parts = append(parts, o.Code.Code, o.Value.Code, o.Text)
			if own := ObservationOf(&o.Value); own != "" { // one code may stand for several of CDC's
				parts = append(parts, own)
			}
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
	known := a.knownReport(d, key)
	if known == nil {
		if other := a.otherAuthority(d); other != nil {
			known, key = other, other.Key
		}
	}
	if d.Action == iis.Update || d.Action == iis.Delete {
		own := key + "|" + what
		if a.knownReport(d, own) != nil || (d.Action == iis.Delete && known != nil && a.otherEvent(&known.Dose, d)) {
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

// knownReport is this sender's report under a key: what it said of this patient
// under this number of its own for the patient, or else under another, unless that
// is another event: of two records that became one, each may number from 1.
func (a *arrival) knownReport(d *iis.Dose, key string) *iis.SourceDose {
	known := a.folder.Reported(a.Sender.ID, a.receipt.Source, key)
	if known != nil && a.anothers(known, d) {
		return nil
	}
	return known
}

// anothers reports a report of another source and another event.
func (a *arrival) anothers(known *iis.SourceDose, d *iis.Dose) bool {
	return known.Source != a.receipt.Source && a.otherEvent(&known.Dose, d)
}

// otherAuthority is this sender's only report with the same number, when one of
// the two names no authority.
func (a *arrival) otherAuthority(d *iis.Dose) *iis.SourceDose {
	var found *iis.SourceDose
	prefix := numberKey(d.Filler.ID)
	for i := range a.folder.Doses {
		r := &a.folder.Doses[i]
		if r.Sender != a.Sender.ID || !strings.HasPrefix(r.Key, prefix) || a.anothers(r, d) {
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
	return have.Kind == iis.Given && said.Kind == iis.Given && have.Date != said.Date && (said.CVX != "" || said.OwnCode()) &&
		!have.SameVaccine(said) && !a.k.codes.SharesGroup(have.CVX, said.CVX)
}

// tellDoses completes the receipt: which dose each report belongs to, whether
// that dose was known from another report, and by which rule it is one with that
// or is kept apart from another that may be the same shot.
func (a *arrival) tellDoses(before, after []iis.Consolidated) {
	at := make(map[iis.SourceDoseID]*iis.Consolidated, len(a.folder.Doses))
	for i := range after {
		for _, m := range after[i].Members {
			at[m] = &after[i]
		}
	}
	known := make(map[iis.SourceDoseID]bool, len(a.folder.Doses))
	for i := range before {
		for _, m := range before[i].Members {
			known[m] = true
		}
	}
	for i := range a.receipt.Doses {
		told := &a.receipt.Doses[i]
		c := at[told.Source]
		if c == nil {
			continue
		}
		told.Dose = c.ID
		if len(c.Rules) > 0 {
			told.Rule = cmp.Or(c.WhyMember(told.Source), c.Rules[0])
		}
		if told.Outcome != iis.OutcomeAdded {
			continue
		}
		switch { // of a dose that is in doubt, the report that leads it is
		case c.Review && c.Primary == told.Source:
			told.Outcome, told.Rule = iis.OutcomeApart, c.Doubts[0].Rule
		case slices.ContainsFunc(c.Members, func(m iis.SourceDoseID) bool { return known[m] }):
			told.Outcome = iis.OutcomeKnown
		}
	}
}
