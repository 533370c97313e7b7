package record

import (
	"context"
	"slices"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// certificateOf is the number of a certificate: its office's own for the person.
func certificateOf(p *iis.Person) string {
	for _, id := range p.Identified("PI") {
		return id.Value
	}
	return ""
}

// noteDeath keeps a certificate of a death on the list of those of whom there is no
// record while that is so: nobody is made by it, and it is not forgotten. A death that
// was set aside stays on it. That of a sealed identity is on it too, as of whom nobody is
// known: whoever reads the list learns no more by it.
func (a *arrival) noteDeath() error {
	number := certificateOf(&a.Person)
	if a.Person.Certificate != iis.DeathCertificate || !a.KnownOnly || number == "" {
		return nil
	}
	if a.folder == nil || a.sealed {
		return a.tx.PutUnmatched(store.UnmatchedDeath{Sender: a.Sender.ID, Certificate: number, Submission: a.Submission, Since: a.now, Said: &a.Person})
	}
	if s := a.folder.Source(a.receipt.Source); s != nil && s.Alive {
		return nil
	}
	return a.tx.DropUnmatched(a.Sender.ID, number, 0)
}

// matchedAgain takes the certificates of deaths of somebody who is unsealed off that list,
// but for those that were set aside.
func (x *deciding) matchedAgain(f *store.Folder) error {
	for i := range f.Sources {
		s := &f.Sources[i]
		if s.Person.Certificate != iis.DeathCertificate || s.Alive {
			continue
		}
		if err := x.tx.DropUnmatched(s.Sender, certificateOf(&s.Person), 0); err != nil {
			return err
		}
	}
	return nil
}

// unmatched puts a certificate of a death on that list by a decision.
func (x *deciding) unmatched(s *store.SourcePerson) error {
	number := certificateOf(&s.Person)
	if s.Person.Certificate != iis.DeathCertificate || number == "" {
		return nil
	}
	return x.tx.PutUnmatched(store.UnmatchedDeath{Sender: s.Sender, Certificate: number, Submission: s.Submission, Since: x.now, Decision: x.d.ID, Said: &s.Person})
}

// retire leaves a record to nobody that certificates of deaths alone made, when it
// waits for no other decision: who died is none of those who were thought of, and a
// death makes nobody. What was reported stays, and leads here when the decision is
// undone.
func (x *deciding) retire(s *side) error {
	f := store.FolderOf(s.id, s.created, s.reports)
	alive := func(p store.SourcePerson) bool { return p.Person.Certificate != iis.DeathCertificate }
	if len(f.Sources) == 0 || len(f.Sources) != len(s.linked) || len(f.Doses) > 0 || slices.ContainsFunc(f.Sources, alive) {
		return nil
	}
	if queued, err := x.tx.Queued(s.id); err != nil || len(queued) > 0 {
		return err
	}
	for i := range f.Sources {
		if err := x.unmatched(&f.Sources[i]); err != nil {
			return err
		}
		_, keys := s.keys(f.Sources[i].Source)
		if err := x.tx.RemoveMatchKeys(f.Sources[i].Source, keys); err != nil {
			return err
		}
	}
	x.d.Moved.Retired = append(x.d.Moved.Retired, store.Retired{Person: s.id, Created: s.created})
	return x.tx.RemoveDerived(s.id, s.had)
}

// restore makes the records anew that a decision left to nobody. fault.Conflict: a
// certificate was placed with another record since.
func (x *deciding) restore(d *store.Decision) error {
	var left []*side
	for _, gone := range d.Moved.Retired {
		s, err := x.leftOf(gone)
		if err != nil {
			return err
		}
		left = append(left, s)
	}
	if err := x.tx.Lock(locks(left)...); err != nil {
		return err
	}
	for _, s := range left {
		if err := x.restoreOne(d, s); err != nil {
			return err
		}
	}
	return nil
}

// leftOf is what is stored of a record that was left to nobody.
func (x *deciding) leftOf(gone store.Retired) (*side, error) {
	s := &side{id: gone.Person, created: gone.Created}
	var err error
	if s.linked, err = x.tx.Linked(s.id); err != nil {
		return nil, err
	}
	s.reports, err = x.tx.Reports(s.id)
	return s, err
}

func (x *deciding) restoreOne(d *store.Decision, s *side) error {
	for _, l := range s.linked {
		own, keys := s.keys(l.Source)
		hits, _, err := x.tx.FindSources(l.Sender, own, nil, 0)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(hits, func(h store.Hit) bool { return h.Source != l.Source }) {
			return fault.New(fault.Conflict, "The certificate came again since and was placed with another record. Decide about that one instead.")
		}
		if err := x.tx.AddMatchKeys(s.id, l.Source, keys); err != nil {
			return err
		}
	}
	for i := range s.reports {
		if r := &s.reports[i]; r.Said != nil {
			if err := x.tx.DropUnmatched(r.Sender, certificateOf(r.Said), d.ID); err != nil {
				return err
			}
		}
	}
	return x.settle(s)
}

// leadsToNobody reports that the sender's own number was that of a record which a
// decision left to nobody: then who was held apart from it is not compared.
func (l *lookup) leadsToNobody(home []iis.PersonID) bool {
	return slices.ContainsFunc(home, func(id iis.PersonID) bool {
		return !slices.ContainsFunc(l.said, func(d store.Described) bool { return d.ID == id })
	})
}

// Unmatched are the deaths of whom there is no record, by office and number. That
// someone reads them is for the caller to audit.
func (k *Keeper) Unmatched(ctx context.Context) (out []store.UnmatchedDeath, err error) {
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		out, err = tx.UnmatchedDeaths()
		return err
	})
	return out, err
}

// sortedOnce are persons in the order of their ids, each once.
func sortedOnce(ids []iis.PersonID) []iis.PersonID {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}
