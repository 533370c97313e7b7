package record

import (
	"maps"
	"slices"

	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// heed makes what people decided count for more than what is compared, where the
// sender's own number leads to somebody: whoever is held apart from that person is
// nobody to compare with, and what is held together with the sender's own source,
// or was merged with it, says nothing against it.
func (l *lookup) heed(tx *store.Tx) error {
	var home []iis.PersonID
	own := map[iis.SourceID]bool{}
	for _, h := range l.own {
		home, own[h.Source] = append(home, h.Person), true
	}
	var all []iis.PersonID
	several := len(l.said) > 1
	for _, f := range l.said {
		all = append(all, f.ID)
		several = several || len(f.Sources) > 1
	}
	if err := l.vault.heed(tx, home); err != nil {
		return err
	}
	nobody := l.leadsToNobody(home)
	if len(home) == 0 || !several && !nobody {
		return nil
	}
	pins, err := tx.Pins(sortedOnce(append(all, home...))...)
	if err != nil || len(pins) == 0 {
		return err
	}
	ours := func(p store.Pin) bool { return slices.Contains(home, p.Person) }
	for i := len(l.said) - 1; i >= 0; i-- {
		f, c := &l.said[i], &l.candidates[i]
		switch {
		case slices.Contains(home, f.ID):
			c.Sources = notHeld(f, c.Sources, joined(pins, f.ID, own))
		case store.Opposed(pins, ours, func(p store.Pin) bool { return p.Person == f.ID }) != 0:
			l.said, l.candidates = slices.Delete(l.said, i, i+1), slices.Delete(l.candidates, i, i+1)
		}
	}
	return nil
}

// stays leaves out what others say of a person in whose record the sender's own source is,
// when that says of who its patient is just what it said before: whatever speaks against
// it there did so before, and a new address is no reason to part the two. Whether they
// are one is for a person to say, or for the clean-up.
func (l *lookup) stays(said *iis.Person) {
	for i := range l.said {
		same := slices.ContainsFunc(l.said[i].Sources, func(s store.SourcePerson) bool {
			return slices.ContainsFunc(l.own, func(h store.Hit) bool { return h.Source == s.Source }) && sameWho(&s.Person, said)
		})
		if c := &l.candidates[i]; same {
			c.Sources = slices.DeleteFunc(slices.Clone(c.Sources), func(s match.Source) bool { return !s.Own })
		}
	}
}

// sameWho reports that of names, birth, sex and numbers nothing is said that a source did
// not say before.
func sameWho(source, said *iis.Person) bool {
	next := golden.Update(source, said)
	return slices.Equal(next.Names, source.Names) && next.Birth == source.Birth && next.Sex == source.Sex &&
		next.MultipleBirth == source.MultipleBirth && next.BirthOrder == source.BirthOrder && slices.Equal(next.IDs, source.IDs)
}

// heed leaves out who is sealed and was decided to be another than one of some persons.
func (v *vault) heed(tx *store.Tx, home []iis.PersonID) error {
	if len(home) == 0 || len(v.said) == 0 {
		return nil
	}
	sealed := make([]iis.PersonID, len(v.said))
	for i := range v.said {
		sealed[i] = v.said[i].ID
	}
	pins, err := tx.SealedPins(sealed...)
	if err != nil {
		return err
	}
	open, err := tx.Pins(sortedOnce(home)...)
	if err != nil {
		return err
	}
	pins = append(pins, open...)
	ours := func(p store.Pin) bool { return slices.Contains(home, p.Person) }
	for i := len(v.said) - 1; i >= 0; i-- {
		if store.Opposed(pins, ours, func(p store.Pin) bool { return p.Person == v.said[i].ID }) != 0 {
			v.said, v.candidates = slices.Delete(v.said, i, i+1), slices.Delete(v.candidates, i, i+1)
		}
	}
	return nil
}

// joined are the sources of a person that people decided to be one's with some of it, those
// left out: also those whom no one decision names together, but one after the other does.
func joined(pins []store.Pin, person iis.PersonID, with map[iis.SourceID]bool) map[iis.SourceID]bool {
	out, reached := map[iis.SourceID]bool{}, maps.Clone(with)
	for more := true; more; {
		more = false
		for _, p := range pins {
			if p.Person != person || !p.Joins() || !reached[p.Source] {
				continue
			}
			for _, q := range pins {
				if q.Person == person && q.Decision == p.Decision && !reached[q.Source] {
					out[q.Source], reached[q.Source], more = true, true, true
				}
			}
		}
	}
	return out
}

// notHeld leaves sources out of those that are compared.
func notHeld(f *store.Described, compared []match.Source, held map[iis.SourceID]bool) []match.Source {
	if len(held) == 0 {
		return compared
	}
	var out []match.Source
	for i := range f.Sources {
		if !held[f.Sources[i].Source] {
			out = append(out, compared[i])
		}
	}
	return out
}
