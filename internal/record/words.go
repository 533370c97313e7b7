package record

import (
	"slices"

	"openiis/internal/iis"
)

// carryWords moves what users said of a record (notes, petitions with what proves them, words
// of informing, and that somebody is on a roster) with the sources about which it was said, once those went from one person
// to another. What was said about a source that stays, stays; so does that of which it cannot be
// told, and is marked as such. Of an undo, since is the decision that is undone: what is older
// was there before it, and is told apart (store.Moved). 0: of no undo.
func (x *deciding) carryWords(from, to *side, since iis.DecisionID) error {
	concerns, err := x.tx.ConcernIDs(from.id)
	if err != nil {
		return err
	}
	for _, id := range concerns {
		c, err := x.tx.Concern(from.id, id)
		if err != nil {
			return err
		}
		switch {
		case to.has(c.Source):
			err = x.tx.MoveConcern(from.id, to.id, id)
		case c.Source == 0 && int64(id) > int64(since):
			err = x.tx.PartConcern(from.id, id, x.d.ID)
		}
		if err != nil {
			return err
		}
	}
	said, err := x.tx.AllInformed(from.id)
	if err != nil {
		return err
	}
	for i := range said {
		w := &said[i]
		switch source := x.aboutSource(w, from, to); {
		case to.has(source):
			err = x.tx.MoveInformed(from.id, to.id, w.ID)
		case source == 0 && int64(w.ID) > int64(since):
			err = x.tx.PartInformed(from.id, w.ID, x.d.ID)
		}
		if err != nil {
			return err
		}
	}
	return x.carryRoster(from, to, since)
}

// carryRoster moves entries on rosters with the sources by which somebody was put there. Of which
// it cannot be told whose they are, as where some of those stay, they are marked, and open
// nothing until the site says so anew.
func (x *deciding) carryRoster(from, to *side, since iis.DecisionID) error {
	entries, err := x.tx.AllRosterEntries(from.id)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		goes, stays := slices.ContainsFunc(e.Sources, to.has), slices.ContainsFunc(e.Sources, from.has)
		switch {
		case goes && !stays:
			err = x.tx.MoveRosterEntry(from.id, to.id, e.ID)
		case goes == stays && e.Holds() && int64(e.ID) > int64(since):
			err = x.tx.PartRosterEntry(from.id, e.ID, x.d.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// aboutSource is the source that somebody was informed about. Of a word from before that was
// written down with it, it is the only one that the site had in the record; 0 when it had
// several or none.
func (x *deciding) aboutSource(w *iis.Informed, from, to *side) (only iis.SourceID) {
	if w.Source != 0 || w.Sender == 0 {
		return w.Source
	}
	for _, l := range slices.Concat(from.linked, to.linked) {
		if l.Sender != w.Sender || to.has(l.Source) && !slices.Contains(x.d.Sources, l.Source) {
			continue
		}
		if only != 0 {
			return 0
		}
		only = l.Source
	}
	return only
}

// has reports a source among a person's.
func (s *side) has(source iis.SourceID) bool {
	return source != 0 && slices.Contains(s.sources(), source)
}
