package record

import (
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// What still comes for a sealed identity (docs/sealed-records.md): it is stored with
// it, where nobody reads it, and answered as if its sender alone had ever told of that
// person. The keys of its sources lead to it as before, so that it is looked for with
// everyone else; only what people read does not have it.

// vault is who of those found by key is sealed.
type vault struct {
	said       []store.Described // what each source says of each
	candidates []match.Candidate // the same, ready for comparing
	own        []store.Hit       // by the sender's own numbers
	whose      map[iis.PersonID]iis.PersonID
}

// openVault reads those of some persons who are sealed. The sender's own numbers that
// lead to them are no others' any more.
func (l *lookup) openVault(by *judges, tx *store.Tx, sender iis.SenderID, ids []iis.PersonID, named map[iis.PersonID]string) error {
	missing := slices.DeleteFunc(slices.Clone(ids), func(id iis.PersonID) bool {
		return slices.ContainsFunc(l.said, func(d store.Described) bool { return d.ID == id })
	})
	v := &l.vault
	l.opened = true
	var err error
	if v.said, err = tx.SealedDescribed(missing...); err != nil || len(v.said) == 0 {
		return err
	}
	sealed := make([]iis.PersonID, len(v.said))
	for i := range v.said {
		sealed[i] = v.said[i].ID
	}
	l.own = slices.DeleteFunc(slices.Clone(l.own), func(h store.Hit) bool {
		if slices.Contains(sealed, h.Person) {
			v.own = append(v.own, h)
			return true
		}
		return false
	})
	for i := range v.said {
		v.candidates = append(v.candidates, by.candidate(&v.said[i], nil, sender, v.own, named[v.said[i].ID]))
	}
	v.whose, err = tx.NewOf(sealed...)
	return err
}

// partFrom leaves the new identity of whoever is sealed out of the candidates of a
// decision where the sealed one fits better: whoever tells of the former identity, or
// asks for it, is not led to the new one.
func (v *vault) partFrom(sealed, d *match.Decision, candidates []match.Candidate) (left []match.Candidate, parted bool) {
	left = slices.Clone(candidates)
	for i := range sealed.Candidates {
		s := &sealed.Candidates[i]
		for j := range d.Candidates {
			if o := &d.Candidates[j]; o.Person == v.whose[s.Person] && o.Bits <= s.Bits {
				left, parted = slices.DeleteFunc(left, func(c match.Candidate) bool { return c.Person == o.Person }), true
			}
		}
	}
	return left, parted
}

// means reports that a sealed identity is meant and nobody else: it matches, or the
// sender's own number leads to it and nothing much speaks against it; and neither its
// new identity nor anybody who matches fits better.
func (v *vault) means(best *match.Scored, d *match.Decision) bool {
	if best.Outcome != match.Match && !(best.Own && best.Bits >= 0) {
		return false
	}
	for i := range d.Candidates {
		o := &d.Candidates[i]
		if o.Bits > best.Bits && (o.Person == v.whose[best.Person] || i == 0 && d.Outcome == match.Match) {
			return false
		}
	}
	return true
}

// capture places what is about a sealed identity with it. What is not goes the way of
// everything else, among those who are left of a decision.
func (a *arrival) capture(by *match.Profile, l *lookup, d *match.Decision) (bool, error) {
	sealed := by.Decide(a.who.record, l.vault.candidates)
	if len(sealed.Candidates) > 0 {
		best := &sealed.Candidates[0]
		if l.vault.means(best, d) {
			return true, a.placeSealed(best, l.vault.own)
		}
		a.receipt.NumberTaken = best.Own && best.Outcome != match.Match && !a.k.rehearses
		if left, parted := l.vault.partFrom(&sealed, d, l.candidates); parted {
			*d = by.Decide(a.who.record, left)
		}
	}
	// The registry's own number of it is no number of whoever this is.
	a.Person.IDs = slices.DeleteFunc(slices.Clone(a.Person.IDs), func(id iis.Identifier) bool {
		n, ok := iis.ParsePersonID(id.Value)
		return ok && id.Type == "SR" && slices.ContainsFunc(l.vault.said, func(s store.Described) bool { return s.ID == n })
	})
	return false, nil
}

// placeSealed places an arrival with a sealed identity. Its folder is what its own
// senders said before, so that what becomes of it tells nothing of what others said; in
// the rehearsal of one message, which people see, it is empty.
func (a *arrival) placeSealed(best *match.Scored, own []store.Hit) error {
	seal, err := a.tx.SealOf(best.Person)
	if err != nil {
		return err
	}
	if seal == nil {
		return a.place() // unsealed meanwhile
	}
	reports, err := a.tx.SealedReports(best.Person)
	if err != nil {
		return err
	}
	a.sealed = true
	a.folder, err = seal.Folder(reports, func(r *store.Report) bool {
		return (a.later || !a.k.rehearses) && (r.Sender == a.Sender.ID || slices.ContainsFunc(a.Others, func(o Reported) bool { return o.Sender.ID == r.Sender }))
	})
	if err != nil {
		return err
	}
	if err := a.k.derive(a.tx, a.folder); err != nil {
		return err
	}
	a.receipt.Person, a.receipt.Match, a.receipt.Why = best.Person, best.Rule, nil
	if a.k.rehearses && !a.later { // whoever tries one message is not to learn that there is such a record
		a.receipt.Match = string(match.New)
	}
	if a.receipt.Source = a.knownSource(own); a.receipt.Source != 0 {
		return nil
	}
	a.receipt.Source = iis.SourceID(a.k.store.NewID())
	if a.sourceHere() == 0 {
		a.receipt.Match = string(match.New)
	}
	return a.addLink(store.Link{Person: best.Person, Source: a.receipt.Source, Method: a.receipt.Match, Since: a.now, Actor: "match"})
}

// addLink links a source to the person of an arrival.
func (a *arrival) addLink(l store.Link) error {
	if a.sealed {
		return a.tx.AddSealedLink(l)
	}
	return a.tx.AddLink(l)
}

// asUnknown is the receipt of one of many arrivals that went to a sealed identity, as if
// its senders alone had ever told of that person, or nobody: a death makes no record. Its
// number is nobody's. The receipts of many are read by whoever imports them.
func (a *arrival) asUnknown() iis.Receipt {
	out := a.receipt
	out.Person, out.Why, out.NumberTaken = iis.PersonID(a.k.store.NewID()), nil, false
	if a.KnownOnly {
		out.Person, out.Match = 0, match.NotKnown
	}
	if out.Match != string(match.New) {
		return out
	}
	out.Doses = slices.Clone(out.Doses)
	for i := range out.Doses { // whoever is new has had nothing told before
		switch d := &out.Doses[i]; d.Outcome {
		case iis.OutcomeSame, iis.OutcomeUpdated, iis.OutcomeKnown:
			d.Outcome, d.Rule = iis.OutcomeAdded, ""
		}
	}
	return out
}

// fromVault answers a query that is about a sealed identity, to those who told of it
// themselves: with what they told, made into a record of its own. Others are answered
// as if nobody had ever told of it, also another sender of their site. Nobody is led from it to the new identity.
func (k *Keeper) fromVault(tx *store.Tx, by *judges, f *Found, l *lookup, who *described, d *match.Decision, a *audience) (bool, error) {
	sealed := by.queries.Decide(who.record, l.vault.candidates)
	if left, parted := l.vault.partFrom(&sealed, d, l.candidates); parted {
		*d = by.queries.Decide(who.record, left)
	}
	if a.held { // who is sealed is on no roster
		return false, nil
	}
	own := lookup{candidates: l.vault.candidates, said: l.vault.said}
	own.leave(func(id iis.SenderID) bool { return id == a.asker }, func(*store.Described) bool { return false })
	mine := by.queries.Decide(who.record, own.candidates)
	if len(mine.Candidates) == 0 || len(d.Candidates) > 0 && d.Candidates[0].Bits > mine.Candidates[0].Bits {
		return false, nil
	}
	for i := range mine.Candidates {
		id := mine.Candidates[i].Person
		shown, err := tx.SealedFolder(id, func(r *store.Report) bool { return r.Sender == a.asker })
		if err != nil {
			return false, err
		}
		shown.Created = k.store.Now()
		if err := k.derive(tx, shown); err != nil {
			return false, err
		}
		f.Sealed = append(f.Sealed, id)
		if mine.Outcome == match.Match {
			f.Folder = shown
			break
		}
		f.Candidates = append(f.Candidates, shown)
	}
	return true, nil
}

// barred reports that two persons must not be thought to be one by themselves: one is
// the new identity of a sealed one, and the other is more like that one. Whoever
// looked at the two would learn what is sealed.
func (j *judges) barred(tx *store.Tx, a, b iis.PersonID) (bool, error) {
	behind, err := tx.Behind(a, b)
	if err != nil || len(behind) == 0 {
		return false, err
	}
	said, err := tx.Described(a, b)
	if err != nil || len(said) < 2 {
		return false, err
	}
	known := map[iis.PersonID]*match.Known{said[0].ID: j.known(&said[0]), said[1].ID: j.known(&said[1])}
	for sealed, whose := range behind {
		other := a
		if whose == a {
			other = b
		}
		former, err := tx.SealedDescribed(sealed)
		if err != nil {
			return false, err
		}
		if len(former) == 0 || known[other] == nil || known[whose] == nil {
			continue
		}
		was := j.known(&former[0])
		d := j.updates.Persons(known[other], []match.Known{*was, *known[whose]})
		if len(d.Candidates) > 0 && d.Candidates[0].Person == was.Person {
			return true, nil
		}
		if len(d.Candidates) == 0 && slices.Contains(d.Near, was.Person) {
			return true, nil
		}
	}
	return false, nil
}
