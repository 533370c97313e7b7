package record

import (
	"context"
	"slices"

	"openiis/internal/dedupe"
	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Found is the answer to "who is this" for an asker.
type Found struct {
	// Folder is the record of the one person who matches, and nil otherwise.
	Folder *store.Folder
	// Candidates are the records of those who may be meant when nobody matches
	// alone, best first.
	Candidates []*store.Folder
}

// Find looks for the person that a sender describes. Of a protected person, a
// sender who does not protect it sees what it reported itself, and nothing if
// it reported nothing: neither as the match nor among the candidates.
func (k *Keeper) Find(ctx context.Context, asker iis.SenderID, person *iis.Person) (Found, error) {
	var f Found
	err := k.store.Read(ctx, func(tx *store.Tx) error {
		l, err := k.lookUp(tx, asker, person)
		if err != nil {
			return err
		}
		k.hide(&l, asker)
		if err := l.heed(tx); err != nil {
			return err
		}
		d := match.Best(person, l.candidates)
		for _, c := range d.Candidates {
			switch {
			case d.Outcome != match.Match:
				f.Candidates = append(f.Candidates, l.folder(c.Person))
			case c.Person == d.Person:
				f.Folder = l.folder(c.Person)
			}
		}
		return nil
	})
	return f, err
}

// hide leaves of each record what an asker may see, before anything is
// compared: a hidden person must not change the answer about another.
func (k *Keeper) hide(l *lookup, asker iis.SenderID) {
	var folders []*store.Folder
	var candidates []match.Candidate
	for i, f := range l.folders {
		shown := k.seen(f, asker)
		if shown == nil {
			continue
		}
		folders = append(folders, shown)
		c := l.candidates[i]
		if shown != f { // only what the asker said itself may be compared
			own := c.Sources[:0:0]
			for j, s := range f.Sources {
				if s.Sender == asker {
					own = append(own, c.Sources[j])
				}
			}
			c.Sources = own
		}
		candidates = append(candidates, c)
	}
	l.folders, l.candidates = folders, candidates
}

// seen is what an asker may see of a record: all of it, or of a protected one
// its own part, or nil.
func (k *Keeper) seen(f *store.Folder, asker iis.SenderID) *store.Folder {
	if Visible(f.Sources, asker) {
		return f
	}
	own := &store.Folder{ID: f.ID, Created: f.Created, Changed: f.Changed, Pins: f.Pins}
	for _, s := range f.Sources {
		if s.Sender == asker {
			own.Sources = append(own.Sources, s)
		}
	}
	if len(own.Sources) == 0 {
		return nil
	}
	for _, d := range f.Doses {
		if d.Sender == asker {
			own.Doses = append(own.Doses, d)
		}
	}
	k.derive(own)
	return own
}

// derive makes the consolidated view of a folder from what was reported.
func (k *Keeper) derive(f *store.Folder) {
	f.Golden = golden.Person(goldenSources(f.Sources))
	f.Consolidated, f.DoseRules = k.rules.Group(f.Doses, f.Pins), dedupe.Version
}

// Visible reports that a sender may know of a person: nobody protects the
// record, or the sender itself does (PD1-12).
func Visible(sources []store.SourcePerson, asker iis.SenderID) bool {
	if !slices.ContainsFunc(sources, func(s store.SourcePerson) bool { return s.Person.Protection == "Y" }) {
		return true
	}
	said := make(map[iis.SenderID][]iis.Person, len(sources))
	for _, s := range sources {
		said[s.Sender] = append(said[s.Sender], s.Person)
	}
	protected, owner := golden.Protected(said, asker)
	return !protected || owner
}
