package record

import (
	"hash/fnv"
	"slices"

	"openiis/internal/cal"
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
	l, err := a.k.lookUp(a.tx, a.by, a.Sender.ID, &a.who)
	if err != nil {
		return err
	}
	if again, err := a.placeAgain(&l); again || err != nil {
		return err
	}
	if err := l.heed(a.tx); err != nil {
		return err
	}
	l.stays(&a.Person)
	by := a.by.updates
	if a.KnownOnly {
		by = a.by.closing
	}
	d := by.Decide(a.who.record, l.candidates)
	if len(l.vault.said) > 0 && !a.over {
		if captured, err := a.capture(by, &l, &d); captured || err != nil {
			return err
		}
	}
	if out, err := a.recognize(&d); out || err != nil {
		a.receipt.Match, a.folder = iis.AnsweredOptedOut, nil
		return err
	}
	a.receipt.Crowded = l.crowded
	if len(d.Candidates) > 0 {
		a.receipt.Why = d.Verdict(0).JSON()
	}
	if d.Outcome != match.Match {
		return a.placeNew(&d, l.said)
	}
	return a.placeWith(&d.Candidates[0], l.own)
}

// placeWith places what is said with the person who matches.
func (a *arrival) placeWith(m *match.Scored, own []store.Hit) (err error) {
	a.receipt.Person, a.receipt.Match = m.Person, m.Rule
	// Keys are always locked before persons: nobody waits in a circle.
	if a.folder, err = a.tx.Hold(m.Person); err != nil {
		return err
	}
	if a.folder == nil {
		return a.place() // merged meanwhile: its keys lead elsewhere now
	}
	a.receipt.Source = a.knownSource(own)
	if a.receipt.Source != 0 {
		return nil
	}
	a.receipt.Source = iis.SourceID(a.k.store.NewID())
	return a.tx.AddLink(store.Link{
		Person: m.Person, Source: a.receipt.Source, Method: m.Rule, Bits: m.Bits.Float(), Why: a.receipt.Why, Since: a.now, Actor: "match",
	})
}

// placeOpen places what somebody says of the record that they have open. The
// sender's source of the person is the one that it has there, or a new one.
func (a *arrival) placeOpen() error {
	var err error
	if a.folder, err = a.tx.FolderToChange(a.Known); err != nil {
		return err
	}
	a.receipt.Person, a.receipt.Match = a.folder.ID, match.Opened
	if a.receipt.Source = a.sourceHere(); a.receipt.Source != 0 {
		return nil
	}
	a.receipt.Source = iis.SourceID(a.k.store.NewID())
	return a.tx.AddLink(store.Link{Person: a.folder.ID, Source: a.receipt.Source, Method: match.Opened, Since: a.now, Actor: a.Actor.Kind})
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
	for i := range a.folder.Choices {
		if c := &a.folder.Choices[i]; c.Sender == a.Sender.ID {
			return c.Source
		}
	}
	return 0
}

// placeKnown places what says of a sender's own patient just what it said
// before: it stays where it was placed then. Nothing is compared, and nobody
// else is looked for.
func (a *arrival) placeKnown() (bool, error) {
	f, source, err := a.tx.HoldOwn(a.Sender.ID, match.LookUpKeys(&a.Person))
	if err != nil || f == nil {
		return false, err
	}
	s := f.Source(source)
	if s == nil || match.Unsaid(&a.Person) {
		return false, nil
	}
	h, err := a.k.Histories(a.tx)
	if err != nil || !repeats(h.source(s), &a.Person) {
		return false, err
	}
	a.folder, a.receipt.Person, a.receipt.Source, a.receipt.Match = f, f.ID, source, match.OwnNumber
	return true, nil
}

// repeats reports that a description says nothing that the source did not say before.
func repeats(s *store.SourcePerson, said *iis.Person) bool {
	next := golden.Update(&s.Person, said)
	return s.Person.Same(&next)
}

// placeNew makes a new person: nobody matches, or a person must decide. Then the
// new one is provisional: it stands beside those who may be meant, in the queue. Of
// those who were compared said is what is known.
func (a *arrival) placeNew(d *match.Decision, said []store.Described) error {
	if a.KnownOnly && d.Outcome == match.New {
		a.receipt.Match = match.NotKnown
		return nil
	}
	a.receipt.Person, a.receipt.Match = iis.PersonID(a.k.store.NewID()), "new"
	a.receipt.Source = iis.SourceID(a.k.store.NewID())
	a.folder = &store.Folder{ID: a.receipt.Person}
	if err := a.tx.AddLink(store.Link{Person: a.receipt.Person, Source: a.receipt.Source, Method: store.MethodNew, Since: a.now, Actor: "match"}); err != nil {
		return err
	}
	if len(d.Candidates) == 0 {
		return nil
	}
	h, err := a.k.heldIn(a.tx)
	if err != nil {
		return err
	}
	for i := range d.Candidates {
		c := &d.Candidates[i]
		a.receipt.Match = string(match.Possible)
		a.receipt.NumberTaken = a.receipt.NumberTaken || c.Own
		a.receipt.OpenOther = a.receipt.OpenOther || slices.ContainsFunc(said, func(o store.Described) bool {
			return o.ID == c.Person && h.tells(o.Sources, o.Choices, a.Sender.ID)
		})
		if err := a.tx.AddPossibleMatch(a.receipt.Person, c.Person, a.Submission, d.Verdict(i).JSON(), a.now); err != nil {
			return err
		}
	}
	return nil
}

// knownSource is this sender's record of this patient: the one that its own
// number led to, or its only one when it sent no number of its own.
func (a *arrival) knownSource(own []store.Hit) iis.SourceID {
	for _, h := range own {
		if h.Person == a.receipt.Person {
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
//
// A word of a live sender ends that it was history, though it says nothing else that is new;
// a word that is history itself does not.
func (a *arrival) said() (*iis.Person, error) {
	known := a.folder.Source(a.receipt.Source)
	if known == nil && a.Known == 0 {
		return &a.Person, nil
	}
	h, err := a.k.Histories(a.tx)
	if err != nil {
		return nil, err
	}
	if known != nil {
		known = h.source(known)
	}
	if a.Known != 0 {
		return a.saidOpen(known), nil
	}
	if repeats(known, &a.Person) {
		return nil, nil
	}
	next := golden.Update(&known.Person, &a.Person)
	return &next, nil
}

// saidOpen is the sender's word on the person whose record is open: as whom it knows them, when
// it had said nothing of them yet; and that they were told, when all that it had said was
// history. Nothing else that it says of a person is changed so.
func (a *arrival) saidOpen(known *store.SourcePerson) *iis.Person {
	switch {
	case len(a.Person.Names) == 0: // events and choices alone
	case known == nil:
		return &a.Person
	case known.Person.Untold && !a.Person.Untold:
		next := known.Person
		next.Untold = false
		return &next
	}
	return nil
}

func goldenSources(sources []store.SourcePerson) []golden.Source {
	out := make([]golden.Source, len(sources))
	for i, s := range sources {
		out[i] = golden.Source{Person: s.Person, Received: s.Received, Order: s.Version}
		if s.Alive {
			setAside(&out[i].Person)
		}
	}
	return out
}

// setAside leaves a death out of what a source says.
func setAside(p *iis.Person) {
	p.Dead, p.Death, p.DeathTime = "", cal.None, ""
	if p.Status == "P" { // table 0441: inactive because deceased
		p.Status, p.StatusFrom = "", cal.None
	}
}
