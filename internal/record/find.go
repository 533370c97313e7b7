package record

import (
	"context"
	"slices"

	"openiis/internal/cal"
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
	// Crowded says that so many people share everything that was said that nobody
	// was compared: who is meant may be there all the same.
	Crowded bool
	// Withheld are doses that are not the asker's to know, who is held to a roster: Folder is
	// as if they were not there, and what is due of their vaccine groups is not to be told either.
	Withheld []Shown
	// Sealed are the former identities that are answered with, each as the asker told
	// of it: nobody else is to learn that it was (store.SettleSealed).
	Sealed []iis.PersonID
}

// Find looks for the person that a sender describes, by the profile for queries.
// Of a protected person, a
// sender whose site does not protect it sees what its site reported itself, and nothing if
// it reported nothing: neither as the match nor among the candidates. Who is held to a roster
// (audience) finds nobody else, and of whom is on it no confidential doses.
func (k *Keeper) Find(ctx context.Context, asker iis.SenderID, person *iis.Person) (Found, error) {
	var f Found
	by, err := k.judges(ctx)
	if err != nil {
		return f, err
	}
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		f = Found{}
		a, err := k.audience(tx, asker)
		if err != nil {
			return err
		}
		known, err := k.findKnown(tx, a, person)
		if known != nil || err != nil {
			f.Folder = known
			return err
		}
		f, err = k.findLike(tx, by, a, person)
		return err
	})
	return f, err
}

// findLike finds a person by comparing with all who may be meant.
func (k *Keeper) findLike(tx *store.Tx, by *judges, a *audience, person *iis.Person) (f Found, err error) {
	former, err := k.former(tx)
	if err != nil {
		return f, err
	}
	who := by.describe(person, former)
	l, err := k.lookUp(tx, by, a.asker, &who)
	if err != nil {
		return f, err
	}
	if err := a.among(tx, l.said); err != nil {
		return f, err
	}
	l.hide(a)
	if err := l.heed(tx); err != nil {
		return f, err
	}
	f.Crowded = l.crowded && !a.held // how many share what was said tells of others
	d := by.queries.Decide(who.record, l.candidates)
	if len(l.vault.said) > 0 {
		if answered, err := k.fromVault(tx, by, &f, &l, &who, &d, a); answered || err != nil {
			return f, err
		}
	}
	if err = k.answer(tx, &f, &d, a); err == nil && f.Folder == nil && len(f.Candidates) == 0 {
		err = l.likewise(tx)
	}
	return f, err
}

// likewise asks, for who found nobody, what is asked of one person who is hidden, and of one who
// is sealed: how long an answer takes tells no more than the answer.
func (l *lookup) likewise(tx *store.Tx) error {
	const nobody = iis.PersonID(0)
	if !l.read {
		if _, err := tx.Described(nobody); err != nil {
			return err
		}
	}
	if l.opened {
		return nil
	}
	if _, err := tx.SealedDescribed(nobody); err != nil {
		return err
	}
	if _, err := tx.SealedReports(nobody); err != nil {
		return err
	}
	for range 2 { // whose it is, and that this is not sealed in turn
		if _, err := tx.NewOf(nobody); err != nil {
			return err
		}
	}
	return nil
}

// findKnown is what an asker may see of its own patient of whom it says nothing but
// what it told before: that is where what it told was placed, and nobody else is
// looked for, as when it tells the same again (placeKnown). nil: it is to be looked for.
// By number and birth date alone, say, a clinic that told of a former identity and of the
// new one under one number may ask for either: whom it means is told by its name. Whoever is
// held to a roster has no patients of its own.
func (k *Keeper) findKnown(tx *store.Tx, a *audience, person *iis.Person) (*store.Folder, error) {
	own := match.LookUpKeys(person)
	if len(own) == 0 || len(person.Names) == 0 || person.Birth == cal.None || a.held {
		return nil, nil
	}
	whole, source, err := tx.ReadOwn(a.asker, own)
	if err != nil || whole == nil {
		return nil, err
	}
	if s := whole.Source(source); s == nil || !repeats(s, person) {
		return nil, nil
	}
	return k.seen(whole, a), nil
}

// answer reads the records of whom a decision names, as far as the asker may see them.
func (k *Keeper) answer(tx *store.Tx, f *Found, d *match.Decision, a *audience) error {
	named := d.Candidates
	if d.Outcome == match.Match {
		named = named[:1]
	}
	ids := make([]iis.PersonID, len(named))
	for i := range named {
		ids[i] = named[i].Person
	}
	whole, err := tx.Folders(ids...)
	if err != nil {
		return err
	}
	for _, w := range whole {
		switch shown := k.seen(w, a); {
		case shown == nil:
		case d.Outcome == match.Match && a.held:
			f.Folder, f.Withheld = a.withoutConfidential(a.Policy, shown)
			a.stand(f.Folder, w)
		case d.Outcome == match.Match:
			f.Folder = shown
		default:
			f.Candidates = append(f.Candidates, shown)
		}
	}
	return nil
}

// hide leaves of each candidate what an asker may see, before anything is
// compared: a hidden person must not change the answer about another.
func (l *lookup) hide(a *audience) {
	if a.held { // nobody else is compared, and no number leads to anybody else
		_ = l.keepFor(func(d *store.Described) (bool, error) { return a.knows(d.ID), nil }) // it fails where what it asks does
		l.own = slices.DeleteFunc(slices.Clone(l.own), func(h store.Hit) bool { return !a.knows(h.Person) })
	}
	l.leave(a.owner.Owns, func(d *store.Described) bool { return a.visible(d.Sources, d.Choices, a.asker) })
}

// leave leaves of each candidate all that is said, when it is open, or else what is the
// asker's own: only that may be compared.
func (l *lookup) leave(owns func(iis.SenderID) bool, open func(*store.Described) bool) {
	seen, shown := []match.Candidate(nil), []store.Described(nil)
	for i, c := range l.candidates {
		of := l.said[i]
		if said := of.Sources; !open(&of) {
			own, its := []match.Source(nil), []store.SourcePerson(nil)
			closed := closed(said)
			for j := range said {
				if owns(said[j].Sender) && !closed {
					own, its = append(own, c.Sources[j]), append(its, said[j])
				}
			}
			c.Sources, of.Sources = own, its
		}
		if len(c.Sources) > 0 {
			seen, shown = append(seen, c), append(shown, of)
		}
	}
	l.candidates, l.said = seen, shown
}

// seen is what an asker may see of a record: all of it, or of a protected one
// its own part, or nil; of a closed one nil, and of whom a roster does not name.
func (k *Keeper) seen(f *store.Folder, a *audience) *store.Folder {
	switch {
	case !a.knows(f.ID):
		return nil
	case a.visible(f.Sources, f.Choices, a.asker):
		return f
	case closed(f.Sources):
		return nil
	}
	own := a.ownPart(f, a.owner.Owns)
	if own != nil {
		a.stand(own, f)
	}
	return own
}

// stand has what an asker sees of a record that is not shared with it say how the whole record
// stands, as its page tells the asker's users: what the asker sent itself (PD1-12 N, by habit)
// may be overruled by what was chosen elsewhere, of which its part knows nothing.
func (a *audience) stand(seen, whole *store.Folder) {
	if a.visible(whole.Sources, whole.Choices, a.asker) {
		return
	}
	g := &seen.Golden
	switch s := a.histories.SharingOf(whole.Sources, whole.Choices); s.Status {
	case iis.SharingNo:
		g.Protection, g.ProtectionFrom = "Y", s.From
	case iis.SharingUnknown:
		g.Protection, g.ProtectionFrom = "", cal.None
	}
}

// ownPart is what a site itself said of a person, by any of its senders, made into a record of
// its own; nil when it never said who the person is.
func (t *trusted) ownPart(f *store.Folder, owns func(iis.SenderID) bool) *store.Folder {
	own := t.part(f, func(of iis.SenderID, _ iis.SourceID) bool { return owns(of) })
	if len(own.Sources) == 0 {
		return nil
	}
	return own
}

// part is what some sources say of a person, by itself.
func (t *trusted) part(f *store.Folder, of func(iis.SenderID, iis.SourceID) bool) *store.Folder {
	out := &store.Folder{ID: f.ID, Created: f.Created, Changed: f.Changed, Pins: f.Pins}
	for _, s := range f.Sources {
		if of(s.Sender, s.Source) {
			out.Sources = append(out.Sources, s)
		}
	}
	for _, d := range f.Doses {
		if of(d.Sender, d.Source) {
			out.Doses = append(out.Doses, d)
		}
	}
	for _, c := range f.Choices {
		if of(c.Sender, c.Source) {
			out.Choices = append(out.Choices, c)
		}
	}
	t.derive(out)
	return out
}

// Without takes a record apart into what one source says, and what all others say.
func (k *Keeper) Without(f *store.Folder, source iis.SourceID) (one, rest *store.Folder) {
	by := k.lately()
	one = by.part(f, func(_ iis.SenderID, s iis.SourceID) bool { return s == source })
	return one, by.part(f, func(_ iis.SenderID, s iis.SourceID) bool { return s != source })
}

// Supposing is a record as it would be with reports, each in the place of the one of the same Origin.
// What it was given is not changed.
func (k *Keeper) Supposing(f *store.Folder, reports ...iis.SourceDose) *store.Folder {
	out := *f
	out.Doses = slices.Clone(f.Doses)
	for _, d := range reports {
		if i := slices.IndexFunc(out.Doses, func(had iis.SourceDose) bool { return had.Origin == d.Origin }); i >= 0 {
			out.Doses[i] = d
		} else {
			out.Doses = append(out.Doses, d)
		}
	}
	k.lately().derive(&out)
	return &out
}

// closed reports a record that only the programme's staff may see: somebody opted out, and
// it was not taken back since (golden.Person says the same of the whole).
func closed(sources []store.SourcePerson) bool {
	back := backSince(sources)
	return slices.ContainsFunc(sources, func(s store.SourcePerson) bool { return s.Person.Closed() && s.Received > back })
}

// backSince is when it was last said that somebody who opted out is in the registry
// again; -1: never.
func backSince(sources []store.SourcePerson) int64 {
	back := int64(-1)
	for i := range sources {
		if s := &sources[i]; s.Person.OptOut == iis.OptedBack {
			back = max(back, s.Received)
		}
	}
	return back
}
