package record

import (
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
	if r.Said = a.said(); r.Said != nil {
		a.folder.SetSource(r)
	}
	a.joinDoses(r)
	reports := []*store.Report{r}
	for _, o := range a.Others {
		other, err := a.joinOther(o)
		if err != nil {
			return err
		}
		reports = append(reports, other)
	}
	reports = slices.DeleteFunc(reports, func(r *store.Report) bool { return r.Said == nil && len(r.Doses) == 0 })
	if len(reports) > 0 {
		a.k.derive(a.folder)
		if err := a.store(reports, before); err != nil {
			return err
		}
	}
	a.tellDoses(before, a.folder.Consolidated)
	return nil
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
	if a.later { // nearly all of them are new: lists of such long rows are dear to lengthen
		r.Doses = slices.Grow(r.Doses, len(a.Doses))
		a.folder.Doses = slices.Grow(a.folder.Doses, len(a.Doses))
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
		err := a.tx.AddLink(store.Link{Person: a.receipt.Person, Source: source, Method: toldBeside, Since: a.now, Actor: a.Actor.Kind})
		if err != nil {
			return nil, err
		}
	}
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
	known := a.knownReport(key)
	switch {
	case said.Action == iis.Delete && (known == nil || !hasNumber(said)): // 9999 deletes nothing
		told.Outcome = iis.OutcomeNothing
		return told
	case known != nil:
		told.Source, told.Outcome = known.Origin, outcomeOf(&known.Dose, said)
		if told.Outcome == iis.OutcomeSame {
			return told
		}
	}
	v := store.NewVersion{ID: iis.SourceDoseID(a.k.store.NewID()), Key: key, Detail: said.Detail(), Dose: *said}
	r.Doses = append(r.Doses, v)
	told.Source = a.folder.SetDose(r, &v).Origin
	return told
}

// store stores reports that are in the folder already, and what came of them.
func (a *arrival) store(reports []*store.Report, before []iis.Consolidated) error {
	for _, r := range reports {
		body, err := a.tx.AddReport(r)
		if err != nil {
			return err
		}
		if a.written = append(a.written, body...); r.Said == nil {
			continue
		}
		if err := a.storeKeys(r); err != nil {
			return err
		}
	}
	if err := a.storeDoses(before); err != nil {
		return err
	}
	known := !a.folder.Created.IsZero()
	if err := a.tx.PutFolder(a.folder, a.now); err != nil {
		return err
	}
	if !a.later {
		return a.k.storeStanding(a.tx, a.folder, a.now)
	}
	if !known {
		return nil // the next run finds that there is none
	}
	s := waiting(a.folder.ID, a.now.UnixMicro())
	return a.tx.PutStanding(&s)
}

// storeKeys stores the keys by which a source's word is found.
func (a *arrival) storeKeys(r *store.Report) error {
	var own, bare []string
	for _, k := range a.own {
		if match.IsBare(k) {
			bare = append(bare, k)
		} else {
			own = append(own, k)
		}
	}
	return a.tx.AddKeys(a.Sender.ID, r.Person, r.Source, own, bare, a.keys)
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
func (a *arrival) knownReport(key string) *iis.SourceDose {
	return a.folder.Reported(a.Sender.ID, key)
}

// otherAuthority is this sender's only report with the same number, when one of
// the two names no authority.
func (a *arrival) otherAuthority(d *iis.Dose) *iis.SourceDose {
	var found *iis.SourceDose
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

// storeDoses writes the doses that changed and removes those that are gone.
func (a *arrival) storeDoses(before []iis.Consolidated) error {
	was := make(map[iis.DoseID]*iis.Consolidated, len(before))
	for i := range before {
		was[before[i].ID] = &before[i]
	}
	var changed []store.Derived
	for i := range a.folder.Consolidated {
		c := &a.folder.Consolidated[i]
		old := was[c.ID]
		delete(was, c.ID)
		primary := a.reported(c.Primary)
		if old == nil || primary.Submission == a.Submission || old.Primary != c.Primary || old.Review != c.Review {
			changed = append(changed, store.Derived{ID: c.ID, Review: c.Review, Shown: primary})
		}
	}
	for id := range was {
		if err := a.tx.RemoveDose(a.receipt.Person, id); err != nil {
			return err
		}
	}
	return a.tx.PutDoses(a.receipt.Person, changed)
}

func (a *arrival) reported(origin iis.SourceDoseID) *iis.SourceDose {
	for i := range a.folder.Doses {
		if a.folder.Doses[i].Origin == origin {
			return &a.folder.Doses[i]
		}
	}
	return &iis.SourceDose{}
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
