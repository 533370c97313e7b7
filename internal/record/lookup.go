package record

import (
	"cmp"
	"maps"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// described is a person as a submission or a query describes it.
type described struct {
	person *iis.Person
	record *match.Record
	// keys are those by which the person is looked up, and under which a source's
	// word is stored. The last so many are former ones.
	keys   []int64
	former int
	ahead  *foreread
}

// describe makes a description ready for being looked up and compared. Former
// keys are among its keys where somebody may be stored under those alone.
func (j *judges) describe(p *iis.Person, former bool) described {
	d := described{person: p, record: j.rules.Prepare(p)}
	d.keys = d.record.Keys()
	if former {
		was := j.rules.FormerKeys(p)
		d.keys, d.former = append(d.keys, was...), len(was)
	}
	return d
}

// former reports that people are to be looked up by former keys too.
func (k *Keeper) former(tx *store.Tx) (bool, error) {
	if k.rekeyed.Load() {
		return false, nil
	}
	done, err := tx.Rekeyed(match.KeyVersion)
	if done {
		k.rekeyed.Store(true) // and never again otherwise
	}
	return !done, err
}

// lookup is who was found by key.
type lookup struct {
	own        []store.Hit // by the sender's own numbers
	candidates []match.Candidate
	said       []store.Described // of each candidate
	// crowded says that all keys lead to too many people to compare anybody.
	crowded bool
	vault   vault
	// read and opened say that somebody was read who may be meant, and somebody who may be sealed.
	read, opened bool
}

// maxCandidates is how many persons are compared. Those who share most keys come
// first, and nobody has been seen to stand so far behind.
const maxCandidates = 40

// lookUp finds who may be meant and reads what is said of them, in two round
// trips.
func (k *Keeper) lookUp(tx *store.Tx, by *judges, sender iis.SenderID, who *described) (lookup, error) {
	own, sharing, err := tx.FindSources(sender, match.LookUpKeys(who.person), who.keys, who.former)
	if err != nil {
		return lookup{}, err
	}
	named, err := numbered(tx, sender, who.person)
	if err != nil {
		return lookup{}, err
	}
	ids := inOrder(own, slices.Sorted(maps.Keys(named)), sharing.Shared)
	said, err := who.ahead.described(tx, ids)
	if err != nil {
		return lookup{}, err
	}
	l := lookup{own: own, said: said, candidates: make([]match.Candidate, len(said)), read: len(ids) > 0}
	if len(said) < len(ids) {
		if err := l.openVault(by, tx, sender, ids, named); err != nil {
			return lookup{}, err
		}
	}
	l.crowded = sharing.Crowded > 0 && sharing.Crowded == len(who.keys)
	for i := range said {
		l.candidates[i] = by.candidate(&said[i], who.ahead, sender, l.own, named[said[i].ID])
	}
	return l, nil
}

// inOrder are those who are compared: first to whom a number leads, then who
// shares most keys.
func inOrder(own []store.Hit, named []iis.PersonID, shared map[iis.PersonID]int) []iis.PersonID {
	others := make([]iis.PersonID, 0, len(shared))
	for id := range shared {
		others = append(others, id)
	}
	slices.SortFunc(others, func(a, b iis.PersonID) int { return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a, b)) })
	var ids []iis.PersonID
	add := func(id iis.PersonID) {
		if len(ids) < maxCandidates && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, h := range own {
		add(h.Person)
	}
	for _, id := range named {
		add(id)
	}
	for _, id := range others {
		add(id)
	}
	return ids
}

// candidate is a person with what each source says, made ready for comparing.
func (j *judges) candidate(d *store.Described, ready *foreread, sender iis.SenderID, own []store.Hit, named string) match.Candidate {
	c := match.Candidate{Person: d.ID, Named: named, Left: closed(d.Sources), Sources: make([]match.Source, len(d.Sources))}
	for i := range d.Sources {
		s := &d.Sources[i]
		c.Sources[i] = match.Source{
			Record: ready.prepare(j, s), SameSender: s.Sender == sender,
			Own: slices.ContainsFunc(own, func(h store.Hit) bool { return h.Source == s.Source }),
		}
	}
	return c
}

// prepare makes what a source says ready for comparing. The number of a death that was
// set aside says nothing: another certificate of the office may be this person's.
func (j *judges) prepare(s *store.SourcePerson) *match.Record {
	if !s.Alive || s.Person.Certificate != iis.DeathCertificate {
		return j.rules.Prepare(&s.Person)
	}
	p := s.Person
	p.IDs = slices.DeleteFunc(slices.Clone(p.IDs), func(id iis.Identifier) bool { return id.Type == "PI" })
	return j.rules.Prepare(&p)
}

// numbered are those whom a number names that is not the sender's own for its patient,
// each with the rule: the registry's own (type SR), and that of a birth certificate
// which the same office sent before, in the certificate of a death.
func numbered(tx *store.Tx, sender iis.SenderID, p *iis.Person) (map[iis.PersonID]string, error) {
	var numbers []iis.PersonID
	for _, id := range p.Identified("SR") {
		if n, ok := iis.ParsePersonID(id.Value); ok {
			numbers = append(numbers, n)
		}
	}
	now, err := tx.Follow(numbers...)
	if err != nil {
		return nil, err
	}
	out := make(map[iis.PersonID]string, len(now))
	for _, id := range now {
		out[id] = match.RegistryNumber
	}
	if p.Certificate != iis.DeathCertificate {
		return out, nil
	}
	born, _, err := tx.FindSources(sender, match.BirthKeys(p), nil, 0)
	for _, h := range born {
		out[h.Person] = match.BirthNumber
	}
	return out, err
}
