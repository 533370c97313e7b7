package record

import (
	"slices"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// What went over to a new identity is taken back when the former one is unsealed.

// takeBack takes what went over from the new identity, and tells which sources are no more.
// The messages that brought it stay sealed.
func (x *deciding) takeBack(sealed *store.Sealed, is *side) (whole []iis.SourceID, err error) {
	gone, left, err := wentOver(sealed, is)
	if err != nil {
		return nil, err
	}
	before := *is
	before.reports, is.reports = gone, left
	for _, l := range is.linked {
		of := func(r store.Report) bool { return r.Source == l.Source }
		if slices.ContainsFunc(gone, of) && !slices.ContainsFunc(is.reports, of) {
			whole = append(whole, l.Source)
		}
	}
	if err := x.mayTakeBack(is, whole); err != nil {
		return nil, err
	}
	for _, r := range gone {
		if err := x.tx.RemoveReport(is.id, r.ID); err != nil {
			return nil, err
		}
	}
	for _, l := range is.linked {
		if !slices.ContainsFunc(gone, func(r store.Report) bool { return r.Source == l.Source }) {
			continue
		}
		own, keys := before.keys(l.Source)
		if err := x.tx.RemoveSource(is.id, l.Source, l.Sender, own, keys, slices.Contains(whole, l.Source)); err != nil {
			return nil, err
		}
	}
	is.linked = slices.DeleteFunc(slices.Clone(is.linked), func(l store.Linked) bool { return slices.Contains(whole, l.Source) })
	return whole, nil
}

// partRoster marks the entries on rosters of a new identity that stays, as somebody has told of
// it themselves, by whose evidence are sources that are no more: it cannot be told whose
// they are (carryRoster).
func (x *deciding) partRoster(sealed *store.Sealed, is iis.PersonID, whole []iis.SourceID) error {
	entries, err := x.tx.AllRosterEntries(is)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		if !e.Holds() || !slices.ContainsFunc(e.Sources, func(s iis.SourceID) bool { return slices.Contains(whole, s) }) {
			continue
		}
		if err := x.tx.PartRosterEntry(is, e.ID, iis.DecisionID(sealed.ID)); err != nil {
			return err
		}
	}
	return nil
}

// wentOver are the reports of a new identity that went over to it, and those that did not.
// fault.Conflict: none did, or they are another's now.
func wentOver(sealed *store.Sealed, is *side) (went, others []store.Report, err error) {
	for _, r := range is.reports {
		if slices.Contains(sealed.Sent, r.Submission) {
			went = append(went, r)
		} else {
			others = append(others, r)
		}
	}
	if len(went) == 0 {
		err = fault.New(fault.Conflict, "What went over is no longer in the record %s: it was moved to another. Undo that first.", is.id.Public())
	}
	return went, others, err
}

// mayTakeBack refuses to take from a record what a decision builds on that stands: one that
// moved a source that is no more then; or, when nothing else is left that says who the record
// is about but what was brought since it first was a new identity, what brought it, and what
// was moved away from it.
func (x *deciding) mayTakeBack(is *side, whole []iis.SourceID) error {
	stand, err := x.movesOf(is.id)
	if err != nil {
		return err
	}
	first, err := x.tx.SealedInto(is.id)
	if err != nil {
		return err
	}
	brought := map[iis.SourceID]bool{}
	var builds *store.HiddenDecision
	for i := range stand {
		d := &stand[i]
		switch {
		case slices.ContainsFunc(d.Sources, func(s iis.SourceID) bool { return slices.Contains(whole, s) }):
			return buildsOnSealing(d)
		case d.Person == is.id && d.ID > iis.DecisionID(first):
			builds = d
			for _, s := range d.Sources {
				brought[s] = true
			}
		case d.Other == is.id:
			builds = d
		}
	}
	if builds != nil && !is.saysWho(func(s iis.SourceID) bool { return !brought[s] }) {
		return buildsOnSealing(builds)
	}
	return nil
}

func buildsOnSealing(d *store.HiddenDecision) error {
	if d.By != 0 {
		return fault.New(fault.Conflict, "A decision that the sealing %s hides moved sources of the new identity’s record and builds on what went over. Unseal that first.", d.By.Public())
	}
	return fault.New(fault.Conflict, "Decision %s moved sources of the new identity’s record and builds on what went over. Undo it first.", d.ID.Public())
}

// movesOf are the decisions by which sources came to a record or left it, and which stand:
// hidden ones too, the oldest first of each.
func (x *deciding) movesOf(id iis.PersonID) ([]store.HiddenDecision, error) {
	out, err := x.tx.HiddenDecisions(id)
	if err != nil {
		return nil, err
	}
	open, err := x.tx.Decisions(id)
	for _, d := range open {
		out = append(out, store.HiddenDecision{Decision: d})
	}
	return slices.DeleteFunc(out, func(h store.HiddenDecision) bool { return !h.Stands() || !moves(&h.Decision) }), err
}
