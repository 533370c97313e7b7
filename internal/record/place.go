package record

import (
	"encoding/json"
	"hash/fnv"
	"slices"

	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// lockKeys are the advisory locks of everything by which this person may be
// found, in one order for all, so that no two messages wait for each other.
func lockKeys(sender iis.SenderID, own []string, keys []int64) []int64 {
	locks := slices.Clone(keys)
	for _, k := range own {
		h := fnv.New64a()
		_, _ = h.Write([]byte(k)) // a hash never fails
		locks = append(locks, int64(h.Sum64())^int64(sender))
	}
	slices.Sort(locks)
	return slices.Compact(locks)
}

// lookup is who was found by key, with their records.
type lookup struct {
	hits       []store.Hit
	folders    []*store.Folder
	candidates []match.Candidate
}

// maxCandidates is how many persons are compared; more than that share a key
// that says nothing.
const maxCandidates = 40

// lookUp finds who may be meant and reads their records, in two round trips.
func (k *Keeper) lookUp(tx *store.Tx, sender iis.SenderID, person *iis.Person) (lookup, error) {
	hits, err := tx.FindSources(sender, match.LookUpKeys(person), match.Keys(person))
	if err != nil {
		return lookup{}, err
	}
	var ids []iis.PersonID
	add := func(id iis.PersonID) {
		if !slices.Contains(ids, id) && len(ids) < maxCandidates {
			ids = append(ids, id)
		}
	}
	ownSource := map[iis.SourceID]bool{}
	for _, h := range hits {
		add(h.Person)
		ownSource[h.Source] = ownSource[h.Source] || h.Own
	}
	named := registryNumbers(person)
	for _, id := range named {
		add(id)
	}
	found, err := tx.Folders(ids...)
	if err != nil {
		return lookup{}, err
	}
	l := lookup{hits: hits, folders: found}
	for _, f := range found {
		c := match.Candidate{Person: f.ID, Named: slices.Contains(named, f.ID)}
		for i := range f.Sources {
			s := &f.Sources[i]
			c.Sources = append(c.Sources, match.Source{Person: s.Person, Own: ownSource[s.Source], SameSender: s.Sender == sender})
		}
		l.candidates = append(l.candidates, c)
	}
	return l, nil
}

// folder is the record of one of those who were found.
func (l *lookup) folder(id iis.PersonID) *store.Folder {
	for _, f := range l.folders {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// registryNumbers are persons named by the registry's own number (type SR).
func registryNumbers(p *iis.Person) []iis.PersonID {
	var out []iis.PersonID
	for _, id := range p.Identified("SR") {
		if n, ok := iis.ParsePersonID(id.Value); ok {
			out = append(out, n)
		}
	}
	return out
}

// place decides whose record this is, and reads that record.
func (a *arrival) place() error {
	if a.Known != 0 {
		return a.placeOpen()
	}
	if !a.first {
		if known, err := a.placeKnown(); known || err != nil {
			return err
		}
	}
	l, err := a.k.lookUp(a.tx, a.Sender.ID, &a.Person)
	if err != nil {
		return err
	}
	d := match.Best(&a.Person, l.candidates)
	if d.Outcome != match.Match {
		return a.placeNew(d)
	}
	a.receipt.Person, a.receipt.Match = d.Person, d.Rule
	// Keys are always locked before persons: nobody waits in a circle.
	if a.folder, err = a.tx.Hold(l.folder(d.Person)); err != nil {
		return err
	}
	a.receipt.Source = a.knownSource(l.hits)
	if a.receipt.Source != 0 {
		return nil
	}
	a.receipt.Source = iis.SourceID(a.k.store.NewID())
	why, err := json.Marshal(d.Why)
	if err != nil {
		return err
	}
	return a.tx.AddLink(store.Link{
		Person: d.Person, Source: a.receipt.Source, Method: d.Rule, Bits: d.Bits, Why: why, Since: a.now, Actor: "match",
	})
}

// placeOpen places what somebody says of the record that they have open. The
// sender's source of the person is the one that it has there, or a new one, of which
// nothing is said but that it reports.
func (a *arrival) placeOpen() error {
	f, err := a.tx.Folder(a.Known)
	if err != nil {
		return err
	}
	if a.folder, err = a.tx.Hold(f); err != nil {
		return err
	}
	a.receipt.Person, a.receipt.Match = a.Known, match.Opened
	if a.receipt.Source = a.sourceHere(); a.receipt.Source != 0 {
		return nil
	}
	a.receipt.Source = iis.SourceID(a.k.store.NewID())
	return a.tx.AddLink(store.Link{Person: a.Known, Source: a.receipt.Source, Method: match.Opened, Since: a.now, Actor: a.Actor.Kind})
}

// sourceHere is a source of the sender's in the folder: of what it said of the
// person, or else of what it reported; 0 when it has none.
func (a *arrival) sourceHere() iis.SourceID {
	for _, s := range a.folder.Sources {
		if s.Sender == a.Sender.ID {
			return s.Source
		}
	}
	for i := range a.folder.Doses {
		if d := &a.folder.Doses[i]; d.Sender == a.Sender.ID {
			return d.Source
		}
	}
	return 0
}

// placeKnown places what says of a sender's own patient just what it said
// before: it stays where it was placed then. Nothing is compared, and nobody
// else is looked for.
func (a *arrival) placeKnown() (bool, error) {
	own, err := a.tx.HoldOwn(a.Sender.ID, match.LookUpKeys(&a.Person))
	if err != nil || len(own) == 0 {
		return false, err
	}
	first := own[0]
	for _, o := range own[1:] {
		if o.Source != first.Source {
			return false, nil
		}
	}
	s := first.Folder.Source(first.Source)
	if s == nil || match.Unsaid(&a.Person) || !a.repeats(s) {
		return false, nil
	}
	a.folder, a.receipt.Person, a.receipt.Source, a.receipt.Match = first.Folder, first.ID, first.Source, match.OwnNumber
	return true, nil
}

// repeats reports that the sender says nothing new of a person.
func (a *arrival) repeats(s *store.SourcePerson) bool {
	next := golden.Update(&s.Person, &a.Person)
	return s.Person.Same(&next)
}

// placeNew makes a new person: nobody matches, or a person must decide.
func (a *arrival) placeNew(d match.Decision) error {
	a.receipt.Person, a.receipt.Match = iis.PersonID(a.k.store.NewID()), "new"
	a.receipt.Source = iis.SourceID(a.k.store.NewID())
	a.folder = &store.Folder{ID: a.receipt.Person}
	err := a.tx.AddLink(store.Link{Person: a.receipt.Person, Source: a.receipt.Source, Method: "new", Since: a.now, Actor: "match"})
	if err != nil {
		return err
	}
	for _, c := range d.Candidates {
		a.receipt.Match = "possible"
		a.receipt.NumberTaken = a.receipt.NumberTaken || c.ByOwnNumber()
		why, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if err := a.tx.AddPossibleMatch(a.receipt.Person, c.Person, a.Submission, why, a.now); err != nil {
			return err
		}
	}
	return nil
}

// knownSource is this sender's record of this patient: the one that its own
// number led to, or its only one when it sent no number of its own.
func (a *arrival) knownSource(hits []store.Hit) iis.SourceID {
	for _, h := range hits {
		if h.Own && h.Person == a.receipt.Person {
			return h.Source
		}
	}
	if len(a.own) > 0 {
		return 0
	}
	for _, s := range a.folder.Sources {
		if s.Sender == a.Sender.ID {
			return s.Source
		}
	}
	return 0
}

// said is the sender's word on the person, when it is new; nil otherwise. What
// the message left out holds as it was.
func (a *arrival) said() *iis.Person {
	if a.Known != 0 {
		return nil
	}
	known := a.folder.Source(a.receipt.Source)
	if known == nil {
		return &a.Person
	}
	if a.repeats(known) {
		return nil
	}
	next := golden.Update(&known.Person, &a.Person)
	return &next
}

func goldenSources(sources []store.SourcePerson) []golden.Source {
	out := make([]golden.Source, len(sources))
	for i, s := range sources {
		out[i] = golden.Source{Person: s.Person, Received: s.Received, Order: s.Version}
	}
	return out
}
