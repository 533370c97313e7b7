package record

import (
	"bytes"
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

// lookUp finds who may be meant and reads what was reported of them, or their
// whole records, in two round trips.
func (k *Keeper) lookUp(tx *store.Tx, sender iis.SenderID, person *iis.Person, whole bool) (lookup, error) {
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
	read := tx.Reports
	if whole {
		read = tx.Folders
	}
	found, err := read(ids)
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
	l, err := a.k.lookUp(a.tx, a.Sender.ID, &a.Person, false)
	if err != nil {
		return err
	}
	d := match.Best(&a.Person, l.candidates)
	if d.Outcome != match.Match {
		return a.placeNew(d)
	}
	a.receipt.Person, a.receipt.Match = d.Person, d.Rule
	if a.folder, err = a.hold(l.folder(d.Person)); err != nil {
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

// hold keeps a record from others until the end of the transaction. Two messages
// about one person may share no key, and so no lock so far. Keys are always
// locked before persons, and one person at most: nobody waits in a circle.
func (a *arrival) hold(f *store.Folder) (*store.Folder, error) {
	again, err := a.tx.Hold(f.ID)
	if err != nil || !again {
		return f, err
	}
	found, err := a.tx.Reports([]iis.PersonID{f.ID})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return f, nil
	}
	return found[0], nil
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

// storeSource stores the sender's word on the person as a new version, unless
// it said nothing new. What the message left out holds as it was.
func (a *arrival) storeSource() error {
	s := store.SourcePerson{
		Source: a.receipt.Source, Version: a.k.store.NewID(), Sender: a.Sender.ID,
		Submission: a.Submission, Received: a.Received, Person: a.Person, Body: a.body,
	}
	known := slices.IndexFunc(a.folder.Sources, func(have store.SourcePerson) bool { return have.Source == s.Source })
	if known >= 0 {
		s.Person = golden.Update(&a.folder.Sources[known].Person, &a.Person)
		var err error
		if s.Body, err = store.Encode(&s.Person); err != nil {
			return err
		}
	}
	if known >= 0 && bytes.Equal(a.folder.Sources[known].Body, s.Body) {
		return nil
	}
	a.saidNew = true
	if err := a.tx.AddSource(a.receipt.Person, s); err != nil {
		return err
	}
	if known >= 0 {
		a.folder.Sources[known] = s
	} else {
		a.folder.Sources = append(a.folder.Sources, s)
	}
	return a.tx.AddKeys(a.Sender.ID, a.receipt.Person, s.Source, a.own, a.keys)
}

// derivePerson makes the golden record anew from the sources, when any of them
// said something new.
func (a *arrival) derivePerson() error {
	if !a.saidNew {
		return nil
	}
	g := golden.Person(goldenSources(a.folder.Sources))
	return a.tx.AddPerson(a.receipt.Person, &g, a.now)
}

func goldenSources(sources []store.SourcePerson) []golden.Source {
	out := make([]golden.Source, len(sources))
	for i, s := range sources {
		out[i] = golden.Source{Person: s.Person, Received: s.Received.UnixMicro(), Order: s.Version}
	}
	return out
}
