package record

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"openiis/internal/dedupe"
	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// side is a person whose sources a decision moves, read whole.
type side struct {
	id      iis.PersonID
	created time.Time // zero of one who is made now
	linked  []store.Linked
	reports []store.Report // in their order
	pins    []store.DosePin
	had     store.SearchKeys
}

// sources are the person's sources.
func (s *side) sources() []iis.SourceID {
	out := make([]iis.SourceID, len(s.linked))
	for i, l := range s.linked {
		out[i] = l.Source
	}
	return out
}

// saysWho reports that some of the sources say who the person is.
func (s *side) saysWho(of func(iis.SourceID) bool) bool {
	return slices.ContainsFunc(s.reports, func(r store.Report) bool { return r.Said != nil && of(r.Source) })
}

// keys are all keys under which a source may be found: those of every word of it.
// Those that it does not have (any more) do no harm.
func (s *side) keys(source iis.SourceID) (own []string, keys []int64) {
	rules := match.Default()
	for i := range s.reports {
		if r := &s.reports[i]; r.Source == source && r.Said != nil {
			own, keys = append(own, match.OwnKeys(r.Said)...), append(keys, rules.Keys(r.Said)...)
			keys = append(keys, rules.FormerKeys(r.Said)...) // of a registry that is being re-keyed
		}
	}
	slices.Sort(own)
	slices.Sort(keys)
	return slices.Compact(own), slices.Compact(keys)
}

// locks are the locks of all keys of all sources (lockKeys).
func locks(sides []*side) []int64 {
	var out []int64
	for _, s := range sides {
		for _, l := range s.linked {
			own, keys := s.keys(l.Source)
			out = append(out, lockKeys(l.Sender, own, keys)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// read reads some persons whole; fault.NotFound when one is not there.
func (x *deciding) read(ids []iis.PersonID) ([]*side, error) {
	out := make([]*side, len(ids))
	for i, id := range ids {
		f, err := x.tx.Folder(id)
		if err != nil {
			return nil, err
		}
		if f.ID != id {
			return nil, errMoved
		}
		s := &side{id: id, created: f.Created}
		if s.linked, err = x.tx.Linked(id); err != nil {
			return nil, err
		}
		if s.reports, err = x.tx.Reports(id); err != nil {
			return nil, err
		}
		if s.pins, err = x.tx.DosePins(id); err != nil {
			return nil, err
		}
		s.had = foundBy(s)
		out[i] = s
	}
	return out, nil
}

// foundBy is what a person is found by from the search box: what it is, and all
// that it was after each report.
func foundBy(s *side) store.SearchKeys {
	keys, f := store.SearchKeys{}, &store.Folder{ID: s.id}
	for i := range s.reports {
		if s.reports[i].Said != nil {
			f.SetSource(&s.reports[i])
			f.Golden = golden.Person(goldenSources(f.Sources))
			keys.Add(f)
		}
	}
	return keys
}

// carry moves sources from one person to another: their rows and keys. What is
// derived is for settle.
func (x *deciding) carry(from, to *side, sources []iis.SourceID) error {
	moves := func(s iis.SourceID) bool { return slices.Contains(sources, s) }
	for _, l := range from.linked {
		if !moves(l.Source) {
			continue
		}
		if err := x.tx.MoveSource(from.id, to.id, l.Source); err != nil {
			return err
		}
		own, keys := from.keys(l.Source)
		if err := x.tx.MoveKeys(to.id, l.Source, l.Sender, own, keys); err != nil {
			return err
		}
		for _, other := range from.linked { // a number alone that two persons have leads nowhere
			if moves(other.Source) || other.Sender != l.Sender {
				continue
			}
			theirs, _ := from.keys(other.Source)
			for _, k := range own {
				if match.IsBare(k) && slices.Contains(theirs, k) {
					if err := x.tx.DropBare(l.Sender, k); err != nil {
						return err
					}
				}
			}
		}
	}
	if err := x.carryPins(from, to, moves); err != nil {
		return err
	}
	to.linked = append(to.linked, part(&from.linked, func(l store.Linked) bool { return moves(l.Source) })...)
	to.reports = append(to.reports, part(&from.reports, func(r store.Report) bool { return moves(r.Source) })...)
	slices.SortFunc(to.linked, func(a, b store.Linked) int { return cmp.Compare(a.Source, b.Source) })
	slices.SortFunc(to.reports, func(a, b store.Report) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

// carryPins moves what was said of two reports with the source of the older one:
// it holds wherever both are, and comes to hold again where they meet again.
func (x *deciding) carryPins(from, to *side, moves func(iis.SourceID) bool) error {
	goes := map[iis.SourceDoseID]bool{}
	for i := range from.reports {
		for k := range from.reports[i].Doses {
			goes[from.reports[i].Doses[k].ID] = moves(from.reports[i].Source)
		}
	}
	pins := part(&from.pins, func(p store.DosePin) bool { return goes[p.A] })
	for _, p := range pins {
		if err := x.tx.MoveDosePin(from.id, to.id, p.ID); err != nil {
			return err
		}
	}
	to.pins = append(to.pins, pins...)
	slices.SortFunc(to.pins, func(a, b store.DosePin) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

// part takes those out of a list that a function chooses.
func part[T any](list *[]T, chosen func(T) bool) []T {
	var out, rest []T
	for _, v := range *list {
		if chosen(v) {
			out = append(out, v)
		} else {
			rest = append(rest, v)
		}
	}
	*list = rest
	return out
}

// settle derives persons anew whose sources came or went, and stores what comes
// of it.
func (x *deciding) settle(sides ...*side) error {
	for _, s := range sides {
		x.held = append(x.held, s.id) // of one who is made now too
		f := store.FolderOf(s.id, s.created, s.reports)
		for _, p := range s.pins {
			f.SetPin(p)
		}
		pins, err := x.tx.Pins(s.id)
		if err != nil {
			return err
		}
		f.SetAlive(pins)
		if err := x.k.derive(x.tx, f); err != nil {
			return err
		}
		if err := x.tx.PutDerived(f, s.had, foundBy(s), x.now); err != nil {
			return err
		}
		if err := x.tx.PutDoses(s.id, derivedDoses(f)); err != nil {
			return err
		}
		if err := x.k.storeStanding(x.tx, f, x.now); err != nil {
			return err
		}
		if err := x.notices(f); err != nil {
			return err
		}
	}
	return nil
}

// derivedDoses are all consolidated doses of a folder, as they are stored.
func derivedDoses(f *store.Folder) []store.Derived {
	lines := newLines(f)
	out := make([]store.Derived, len(f.Consolidated))
	for i := range f.Consolidated {
		c := &f.Consolidated[i]
		reports := lines.of(c)
		out[i] = store.Derived{ID: c.ID, Review: c.Review, Sender: reports[0].Sender, Shown: dedupe.Shown(reports)}
	}
	return out
}

// absorb moves everything of a person to another, who has the id from then on.
func (x *deciding) absorb(into, gone *side) error {
	had := gone.had
	x.d.Moved.Created = gone.created
	sources := gone.sources()
	if err := x.carry(gone, into, sources); err != nil {
		return err
	}
	for _, p := range gone.pins { // on reports that were taken back from a new identity (takeBack)
		if err := x.tx.MoveDosePin(gone.id, into.id, p.ID); err != nil {
			return err
		}
	}
	into.pins = append(into.pins, gone.pins...)
	slices.SortFunc(into.pins, func(a, b store.DosePin) int { return cmp.Compare(a.ID, b.ID) })
	if err := x.carryAlive(gone, into, sources); err != nil {
		return err
	}
	if err := x.carryPerson(gone.id, into.id); err != nil {
		return err
	}
	if err := x.tx.RemoveDerived(gone.id, had); err != nil {
		return err
	}
	if err := x.tx.AddAlias(gone.id, into.id, x.d.ID); err != nil {
		return err
	}
	return x.settle(into)
}

// carryPerson moves what is of a person and of no source.
func (x *deciding) carryPerson(gone, into iis.PersonID) error {
	pins, err := x.tx.Pins(gone)
	if err != nil {
		return err
	}
	for _, p := range pins {
		if p.Source == 0 {
			x.d.Moved.Pins = append(x.d.Moved.Pins, p.Decision)
			if err := x.tx.MovePin(gone, into, p.Decision); err != nil {
				return err
			}
		}
	}
	if x.d.Moved.Concerns, err = x.tx.ConcernIDs(gone); err != nil {
		return err
	}
	for _, c := range x.d.Moved.Concerns {
		if err := x.tx.MoveConcern(gone, into, c); err != nil {
			return err
		}
	}
	if x.d.Moved.Informed, err = x.tx.InformedIDs(gone); err != nil {
		return err
	}
	for _, i := range x.d.Moved.Informed {
		if err := x.tx.MoveInformed(gone, into, i); err != nil {
			return err
		}
	}
	if x.d.Moved.Rostered, err = x.tx.RosterIDs(gone); err != nil {
		return err
	}
	for _, e := range x.d.Moved.Rostered {
		if err := x.tx.MoveRosterEntry(gone, into, e); err != nil {
			return err
		}
	}
	return x.carryQueue(gone, into)
}

// other is the other one of a pair.
func other(q store.Queued, than iis.PersonID) iis.PersonID {
	if q.Person == than {
		return q.Other
	}
	return q.Person
}

// renamed is a row of the queue with another person in the place of one.
func renamed(q store.Queued, from, to iis.PersonID) store.Queued {
	if q.Person == from {
		q.Person = to
	} else if q.Other == from {
		q.Other = to
	}
	return q
}

// waits reports that a pair is in the queue, among a person's rows.
func waits(queued []store.Queued, a, b iis.PersonID) bool {
	return slices.ContainsFunc(queued, func(q store.Queued) bool {
		return q.Person == a && q.Other == b || q.Person == b && q.Other == a
	})
}

// carryQueue renames what a person is queued for, and settles what was between
// the two. A pair waits once, and one that is held apart not at all.
func (x *deciding) carryQueue(gone, into iis.PersonID) error {
	if err := x.settleQueue(gone, into); err != nil {
		return err
	}
	theirs, err := x.tx.Queued(gone)
	if err != nil {
		return err
	}
	ours, err := x.tx.Queued(into)
	if err != nil {
		return err
	}
	for _, q := range theirs {
		if there, err := x.waitsFor(other(q, gone)); err != nil {
			return err
		} else if !there {
			continue // whoever took them along takes this along too
		}
		if err := x.tx.Unqueue(q); err != nil {
			return err
		}
		next := renamed(q, gone, into)
		x.d.Moved.Renamed = append(x.d.Moved.Renamed, q)
		apart, err := x.tx.ApartBy(into, other(q, gone))
		switch {
		case err != nil:
			return err
		case waits(ours, into, other(q, gone)):
			x.d.Moved.HadToo = append(x.d.Moved.HadToo, next)
		case apart == 0:
			if err := x.tx.Queue(next); err != nil {
				return err
			}
		}
		ours = append(ours, next)
	}
	return nil
}

// queueBack puts back into the queue what a merge settled or renamed, as far as
// it still waits with whom that was merged into.
func (x *deciding) queueBack(d *store.Decision, into iis.PersonID) error {
	for _, was := range d.Moved.Renamed {
		now, err := x.tx.Follow(other(was, d.Other))
		if err != nil {
			return err
		}
		who := now[0]
		ours, err := x.tx.Queued(into)
		if err != nil {
			return err
		}
		if !waits(d.Moved.HadToo, d.Person, other(was, d.Other)) {
			i := slices.IndexFunc(ours, func(q store.Queued) bool { return other(q, into) == who })
			if i < 0 {
				continue // decided meanwhile
			}
			if err := x.tx.Unqueue(ours[i]); err != nil {
				return err
			}
		}
		if err := x.queueOpen(was); err != nil {
			return err
		}
	}
	return x.queueAll(d.Moved.Settled)
}

// queueAll puts back what left the queue.
func (x *deciding) queueAll(pairs []store.Queued) error {
	for _, q := range pairs {
		if err := x.queueOpen(q); err != nil {
			return err
		}
	}
	return nil
}

// queueOpen puts a pair into the queue, unless it is decided: held apart, or one.
func (x *deciding) queueOpen(q store.Queued) error {
	now, err := x.tx.Follow(q.Person, q.Other)
	if err != nil || now[0] == now[1] {
		return err
	}
	q.Person, q.Other = now[0], now[1]
	if there, err := x.waitsFor(q.Person, q.Other); err != nil || !there {
		return err
	}
	ours, err := x.tx.Queued(q.Person)
	if err != nil || waits(ours, q.Person, q.Other) {
		return err
	}
	if apart, err := x.tx.ApartBy(q.Person, q.Other); err != nil || apart != 0 {
		return err
	}
	return x.tx.Queue(q)
}

// waitsFor has a decision hold persons who are to wait in the queue: nobody makes one of them part of
// another record meanwhile, without what waits. It is false where one of them is not there any more. Whoever
// the decision itself makes is nobody else's yet.
func (x *deciding) waitsFor(ids ...iis.PersonID) (there bool, err error) {
	begin, holds := x.more(ids)
	switch {
	case begin:
		return false, errMore
	case holds || x.also == nil:
		return true, nil
	}
	found, err := x.tx.Folders(sortedOnce(ids)...)
	for _, id := range ids {
		if !slices.ContainsFunc(found, func(f *store.Folder) bool { return f.ID == id }) { // a former number leads to another
			return false, err
		}
	}
	return true, err
}

// undoPin lifts what a decision held apart or together. What it took off the
// queue waits again.
func (x *deciding) undoPin(d *store.Decision) error {
	if err := x.restore(d); err != nil {
		return err
	}
	if err := x.holdNow(d); err != nil {
		return err
	}
	if err := x.tx.RemovePins(d.ID); err != nil {
		return err
	}
	return x.queueAll(d.Moved.Settled)
}

// undoFlag takes two persons off the queue whom a user flagged.
func (x *deciding) undoFlag(d *store.Decision) error {
	if err := x.holdNow(d); err != nil {
		return err
	}
	now, err := x.tx.Follow(d.Person)
	if err != nil {
		return err
	}
	queued, err := x.tx.Queued(now[0])
	if err != nil {
		return err
	}
	for _, q := range queued {
		var said Flagged
		if json.Unmarshal(q.Why, &said) == nil && said.Rule == RuleFlagged && said.Decision == d.ID {
			return x.tx.Unqueue(q)
		}
	}
	return nil // it was decided meanwhile, or waited for another reason
}

// holdNow holds those whom a decision concerns, and looks whether it still
// stands.
func (x *deciding) holdNow(d *store.Decision) error {
	var ids []iis.PersonID
	for _, id := range []iis.PersonID{d.Person, d.Other} {
		if id != 0 {
			ids = append(ids, id)
		}
	}
	now, err := x.tx.Follow(ids...)
	if err != nil {
		return err
	}
	now = slices.Compact(slices.Sorted(slices.Values(now)))
	x.concerned = append(x.concerned, now...)
	if err := x.holdPersons(now); err != nil {
		return err
	}
	return x.still(d)
}
