package record

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
	"openiis/internal/stub"
)

// Erase erases the record of somebody who opted out, and leaves a stub: before the time to
// take it back is over too, when somebody says so.
//
//  1. in stretches, what names the person and is stored with nobody: refused messages,
//     queries, rows of imports and files (opt_out_sweep.go);
//  2. in one transaction: the stub, everything else, and a line of the audit;
//  3. what came meanwhile, as in 1.
//
// It may be stopped anywhere before 2 and done again; until then the record is closed.
//
// fault.NotFound: there is no such request. fault.Conflict: nothing is to be erased.
func (k *Keeper) Erase(ctx context.Context, id iis.OptOutID, by iis.Actor) (*iis.OptOut, error) {
	w, err := k.wordsFor(ctx, id)
	if err != nil {
		return nil, err
	}
	begun := iis.SubmissionID(k.store.NewID())
	line := store.Audit{Actor: by, Act: ActSweepErase, Person: w.person, Subject: int64(id)}
	if err := k.sweepNamed(ctx, line, w, 0); err != nil {
		return nil, fmt.Errorf("erase what names person %d: %w", w.person, err)
	}
	var out *store.OptOut
	err = k.try(ctx, ActErase, func(x *deciding) error {
		out, err = x.erasable(id)
		if err != nil {
			return err
		}
		return x.tx.Thoroughly(func() error { return x.erase(out, w, by) })
	})
	if err != nil {
		return nil, err
	}
	if err := k.sweepNamed(ctx, line, w, begun); err != nil {
		return nil, fmt.Errorf("erase what came meanwhile and names person %d: %w", w.person, err)
	}
	return &out.OptOut, nil
}

// erasable is a request by which a record is to be erased.
func (x *deciding) erasable(id iis.OptOutID) (*store.OptOut, error) {
	out, err := x.tx.OptOut(id)
	switch {
	case err != nil:
		return nil, err
	case out == nil:
		return nil, fault.New(fault.NotFound, "There is no such request.")
	case out.State != iis.OptOutWaiting:
		return nil, fault.New(fault.Conflict, "By this request nothing is to be erased any more.")
	}
	return out, nil
}

// wordsFor are by what a person is named whose record is to be erased.
func (k *Keeper) wordsFor(ctx context.Context, id iis.OptOutID) (*named, error) {
	var w *named
	err := k.store.Read(ctx, func(tx *store.Tx) error {
		x := &deciding{k: k, tx: tx}
		out, err := x.erasable(id)
		if err != nil {
			return err
		}
		now, err := tx.Follow(out.Person)
		if err != nil {
			return err
		}
		reports, err := tx.Reports(now[0])
		if err != nil {
			return err
		}
		roster, err := tx.RosterNumbers(now[0])
		if err != nil {
			return err
		}
		behind, err := tx.Behind(now[0])
		if err != nil {
			return err
		}
		for sealed := range behind {
			more, err := tx.SealedReports(sealed)
			if err != nil {
				return err
			}
			own, err := tx.SealedRosterNumbers(sealed)
			if err != nil {
				return err
			}
			reports, roster = append(reports, more...), append(roster, own...)
		}
		w = newNamed(now[0], reports, roster)
		former, err := tx.Former(now[0])
		w.numbers = append(former, now[0])
		return err
	})
	return w, err
}

// erase erases a record, all in one transaction.
func (x *deciding) erase(out *store.OptOut, w *named, by iis.Actor) error {
	now, err := x.tx.Follow(out.Person)
	if err != nil {
		return err
	}
	sides, err := x.hold(now[0])
	if err != nil {
		return err
	}
	s := sides[0]
	former, err := x.tx.Former(s.id)
	if err != nil {
		return err
	}
	e := &store.Erasing{Persons: append(former, s.id), Had: s.had, Redact: w.redact, Names: w.redactNames}
	whole, err := x.tx.Folder(s.id)
	if err != nil {
		return err
	}
	if err := x.eraseSealed(e, w, &s.reports); err != nil {
		return err
	}
	if err := x.keepStub(out, s, &whole.Golden); err != nil {
		return err
	}
	if err := x.eraseMessages(e, s, w); err != nil {
		return err
	}
	for _, l := range s.linked {
		own, keys := s.keys(l.Source)
		if err := x.tx.EraseKeys(l.Source, l.Sender, own, keys); err != nil {
			return err
		}
	}
	theirs := func(u *store.UnmatchedDeath) bool { return u.Decision == 0 && u.Said != nil && w.describes(u.Said) }
	if err := x.tx.EraseUnmatched(e, theirs); err != nil {
		return err
	}
	if err := x.tx.ErasePerson(e); err != nil {
		return err
	}
	if err := x.tx.RedactTexts(e); err != nil {
		return err
	}
	out.Persons, out.Sources, out.Erased = e.Persons, s.sources(), e.Erased
	return x.erased(out, by)
}

// erased stores that a record was erased.
func (x *deciding) erased(out *store.OptOut, by iis.Actor) error {
	out.State, out.Said, out.Done, out.Due = iis.OptOutErased, "", x.now, x.now
	if err := x.tx.PutOptOut(out); err != nil {
		return err
	}
	return x.tx.AddAudit(store.Audit{At: x.now, Actor: by, Act: ActErase, Person: out.Person, Subject: int64(out.ID)})
}

// keepStub makes the stub of a person: of every word of every source, each with the
// number that it had for the person; and of all words together, for one source may know
// the mother and another the home.
func (x *deciding) keepStub(out *store.OptOut, s *side, golden *iis.Person) error {
	key, err := optOutKey(x.tx)
	if err != nil {
		return err
	}
	words := namesKnown(x.judges.rules)
	var all []stub.Combination
	add := func(p *iis.Person, sender iis.SenderID) {
		for _, c := range stub.Combinations(p, sender, words, true) {
			if !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	births := map[cal.Date]bool{golden.Birth: true}
	var maidens []iis.Name
	together := iis.Person{MultipleBirth: golden.MultipleBirth, BirthOrder: golden.BirthOrder}
	for i := range s.reports {
		p := s.reports[i].Said
		if p == nil {
			continue
		}
		add(p, s.reports[i].Sender)
		births[p.Birth] = true
		maidens = append(maidens, p.MotherMaiden)
		together.Names = append(together.Names, p.Names...)
		together.Kin = append(together.Kin, p.Kin...)
		together.Addresses = append(together.Addresses, p.Addresses...)
		together.Telecoms = append(together.Telecoms, p.Telecoms...)
	}
	slices.SortFunc(maidens, func(a, b iis.Name) int { return strings.Compare(a.Family+a.Given, b.Family+b.Given) })
	for born := range births {
		for _, m := range append(slices.Compact(maidens), iis.Name{}) {
			p := together
			p.Birth, p.MotherMaiden = born, m
			add(&p, 0)
		}
	}
	return x.tx.AddOptOutKeys(out.ID, hashed(key, all))
}

// eraseSealed removes the former identities that are sealed behind a person, and adds
// what was said of them to what the stub is made of.
func (x *deciding) eraseSealed(e *store.Erasing, w *named, reports *[]store.Report) error {
	behind, err := x.tx.Behind(e.Persons...)
	if err != nil {
		return err
	}
	for sealed := range behind {
		more, err := x.tx.SealedReports(sealed)
		if err != nil {
			return err
		}
		messages, err := x.tx.SealedAbout(sealed)
		if err != nil {
			return err
		}
		if err := x.eraseAll(&store.Erasing{}, w, messages); err != nil { // counted for nobody
			return err
		}
		s := &side{reports: more}
		for i := range more {
			if l := (store.Linked{Source: more[i].Source, Sender: more[i].Sender}); !slices.Contains(s.linked, l) {
				s.linked = append(s.linked, l)
			}
		}
		for _, l := range s.linked {
			own, keys := s.keys(l.Source)
			if err := x.tx.EraseKeys(l.Source, l.Sender, own, keys); err != nil {
				return err
			}
		}
		if err := x.tx.EraseSealed(sealed); err != nil {
			return err
		}
		*reports = append(*reports, more...)
	}
	return nil
}

// eraseMessages erases the messages about a person, wherever what they brought was then:
// a source that was moved here brought its messages along, and one that was moved away
// took them with it.
func (x *deciding) eraseMessages(e *store.Erasing, s *side, w *named) error {
	sources := s.sources()
	decided, err := x.tx.Decisions(e.Persons...)
	if err != nil {
		return err
	}
	elsewhere := map[iis.SourceID]bool{}
	persons := slices.Clone(e.Persons)
	for i := range decided {
		d := &decided[i]
		for _, moved := range d.Sources {
			elsewhere[moved] = elsewhere[moved] || !slices.Contains(sources, moved)
		}
		if moves(d) || d.Kind == iis.DecidedUndo {
			persons = append(persons, d.Person, d.Other)
		}
	}
	persons = slices.DeleteFunc(sortedOnce(persons), func(p iis.PersonID) bool { return p == 0 })
	all, err := x.tx.SubmissionsAbout(e.Persons, func(source iis.SourceID) bool { return !elsewhere[source] })
	if err != nil {
		return err
	}
	for _, p := range persons { // where messages of what is here now were placed then
		if slices.Contains(e.Persons, p) {
			continue
		}
		more, err := x.tx.TakenFor(p, func(source iis.SourceID) bool { return slices.Contains(sources, source) })
		if err != nil {
			return err
		}
		all = append(all, more...)
	}
	slices.Sort(all)
	return x.eraseAll(e, w, slices.Compact(all))
}

// eraseAll erases messages: of an import the rows of the person, of any other all. The
// files whose rows they were lose those rows.
func (x *deciding) eraseAll(e *store.Erasing, w *named, all []iis.SubmissionID) error {
	about := map[iis.SubmissionID]bool{}
	for _, id := range all {
		sub, found, err := x.tx.AnySubmission(id)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if sub.Door == iis.DoorImport {
			if _, err := cutImport(x.tx, &sub, w, e.Count); err != nil {
				return err
			}
			continue
		}
		about[id] = true
		if err := x.tx.EraseSubmission(id); err != nil {
			return err
		}
	}
	e.Count("messages, forms and queries", len(about))
	w.of(about)
	return nil
}

// describes reports a description that has a name and birth date of the person.
func (w *named) describes(p *iis.Person) bool {
	if !slices.Contains(w.rows.births, p.Birth) {
		return false
	}
	return slices.ContainsFunc(p.Names, func(n iis.Name) bool {
		words := append(wordsIn(n.Family), wordsIn(n.Given)...)
		return slices.ContainsFunc(w.rows.names, func(all []string) bool {
			return !slices.ContainsFunc(all, func(one string) bool { return !slices.Contains(words, one) })
		})
	})
}

// ownNumbers are the numbers that senders gave a person.
func ownNumbers(reports []store.Report) (out []string) {
	for i := range reports {
		if p := reports[i].Said; p != nil {
			for _, id := range p.IDs {
				if _, ours := iis.ParsePersonID(id.Value); !(ours && id.Type == "SR") {
					out = append(out, strings.TrimSpace(id.Value))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
