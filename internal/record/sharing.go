package record

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Shared is how a record stands: whether it is shared, since when, and by whose word. It
// is a pure function of what its sources say and of what was chosen, and so is the same
// after whatever was merged, moved and undone (docs/sharing.md, "Whose word leads").
type Shared struct {
	Status iis.Sharing
	From   cal.Date     // the day that the leading word names; None when it names none
	At     int64        // when that word came, in Unix microseconds; 0: nobody said anything
	Cause  SharingCause // what kind of word it is
	By     iis.SenderID // whose; 0: nobody's
	// owners are those whose PD1-12 protects the record, when nothing else does: they see
	// all of it.
	owners []iis.SenderID
}

// SharingCause is by what a status holds.
type SharingCause string

// The causes.
const (
	ByObjection  SharingCause = "objection"
	ByWithdrawal SharingCause = "withdrawal"
	ByAnswer     SharingCause = "answer"
	ByPD1        SharingCause = "PD1-12"
	ByBirth      SharingCause = "birth record"
	ByHistory    SharingCause = "history"
	ByDefault    SharingCause = "default"
)

// SharingOf is how a record stands:
//
//  1. An objection, an answer No and each source's PD1-12 Y hold until they are taken
//     back: what was said on a page by a withdrawal of this same record, a source's
//     PD1-12 by such a withdrawal or by that source itself (N). One that holds is enough.
//  2. Else the newest explicit word that it may be shared leads.
//  3. Else, when all that is known is history of which nobody told the person, it is
//     unknown: that never stands before anything that somebody chose.
//  4. Else the record is shared.
func SharingOf(sources []store.SourcePerson, choices []iis.Choice) Shared {
	if s, holds := objected(sources, choices); holds {
		return s
	}
	s := Shared{Status: iis.SharingYes, Cause: ByDefault}
	untold := len(sources) > 0
	for i := range sources {
		p := &sources[i].Person
		untold = untold && p.Untold
		if p.Protection == "N" && !p.Untold && sources[i].Received >= s.At {
			s = Shared{Status: iis.SharingYes, Cause: ByPD1, From: p.ProtectionFrom, At: sources[i].Received, By: sources[i].Sender}
		}
	}
	for i := range choices {
		c := &choices[i]
		if (c.Kind == iis.AnswerYes || c.Kind == iis.Withdraws) && c.Received >= s.At {
			s = Shared{Status: iis.SharingYes, Cause: ByAnswer, From: c.From, At: c.Received, By: c.Sender}
			if c.Kind == iis.Withdraws {
				s.Cause = ByWithdrawal
			}
		}
	}
	if s.Cause == ByDefault && untold {
		return Shared{Status: iis.SharingUnknown, Cause: ByHistory, At: sources[0].Received, By: sources[0].Sender}
	}
	return s
}

// objected is the objection that leads, of those that hold: one that was said on a page
// before PD1-12, of which the first leads, and has an owner.
func objected(sources []store.SourcePerson, choices []iis.Choice) (s Shared, holds bool) {
	first := int64(math.MaxInt64)
	for i := range sources {
		from := &sources[i]
		p := &from.Person
		if p.Protection != "Y" || lifted(choices, from.Source, p.ProtectedAt, p.ProtectionFrom) {
			continue
		}
		switch at := p.ProtectedAt; {
		case at < first:
			first, holds = at, true
			s = Shared{Status: iis.SharingNo, Cause: ByPD1, From: p.ProtectionFrom, At: at, By: from.Sender, owners: []iis.SenderID{from.Sender}}
			if p.Certificate == iis.BirthCertificate {
				s.Cause = ByBirth
			}
		case at == first:
			s.owners = append(s.owners, from.Sender)
		}
	}
	for i := range choices {
		c := &choices[i]
		if c.Kind != iis.Objects && c.Kind != iis.AnswerNo || lifted(choices, c.Source, c.Received, cal.None) {
			continue
		}
		s = Shared{Status: iis.SharingNo, Cause: ByObjection, From: c.From, At: c.Received, By: c.Sender}
		if holds = true; c.Kind == iis.AnswerNo {
			s.Cause = ByAnswer
		}
	}
	return s, holds
}

// lifted reports that a withdrawal took back what a source had objected until then. A
// later day of PD1-13 is a new objection.
func lifted(choices []iis.Choice, source iis.SourceID, at int64, from cal.Date) bool {
	return slices.ContainsFunc(choices, func(w iis.Choice) bool {
		return w.Kind == iis.Withdraws && w.Received >= at && from <= w.From && slices.Contains(w.Lifts, source)
	})
}

// objectors are the sources of which an objection holds: those that a withdrawal takes back.
func objectors(f *store.Folder) []iis.SourceID {
	var out []iis.SourceID
	for i := range f.Sources {
		s := &f.Sources[i]
		if s.Person.Protection == "Y" && !lifted(f.Choices, s.Source, s.Person.ProtectedAt, s.Person.ProtectionFrom) {
			out = append(out, s.Source)
		}
	}
	for i := range f.Choices {
		c := &f.Choices[i]
		if (c.Kind == iis.Objects || c.Kind == iis.AnswerNo) && !lifted(f.Choices, c.Source, c.Received, cal.None) {
			out = append(out, c.Source)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// share has the consolidated person say what was chosen, as PD1-12 and PD1-13 do: what
// nobody chose on a page is as its sources say it.
func share(g *iis.Person, sources []store.SourcePerson, choices []iis.Choice) {
	if !slices.ContainsFunc(choices, func(c iis.Choice) bool { return c.Kind.OfSharing() }) {
		return
	}
	s := SharingOf(sources, choices)
	g.Untold = false
	switch s.Status {
	case iis.SharingNo:
		g.Protection, g.ProtectionFrom = "Y", s.From
	default:
		g.Protection, g.ProtectionFrom = "N", s.From
	}
}

// limited reports that something is said by which a record may be hidden from somebody:
// nearly none has any of it.
func limited(sources []store.SourcePerson, choices []iis.Choice) bool {
	untold := len(sources) > 0
	for i := range sources {
		p := &sources[i].Person
		if p.Protection == "Y" || p.Closed() {
			return true
		}
		untold = untold && p.Untold
	}
	return untold || len(choices) > 0
}

// visible reports that a sender may know of a record: nothing limits it by the state's
// policy, or the sender's site owns the protection (IG 1.5, PD1-12: who protected the record
// first. Who does so later protects what it reported itself, and cannot see the record by
// saying so). Nobody owns an objection that was made on a page, or a record that is closed.
func visible(law *policy.Policy, sources []store.SourcePerson, choices []iis.Choice, owns func(iis.SenderID) bool) bool {
	if !limited(sources, choices) {
		return true
	}
	if closed(sources) {
		return false
	}
	s := SharingOf(sources, choices)
	h := law.Hides(s.Status)
	return h == nil || !h.Record || !h.Messages || slices.ContainsFunc(s.owners, owns)
}

// visible is visible today: by what is history today.
func (h *heldPolicy) visible(sources []store.SourcePerson, choices []iis.Choice, asker iis.SenderID) bool {
	return visible(h.Policy, h.histories.sources(sources), choices, h.owner(asker).Owns)
}

// tells reports that what becomes of a message may tell its sender of a record beyond what
// it reported itself. Who is held to a roster is told of every record as of a new one, whoever
// is on the roster: that a dose is known already would tell of one that is confidential.
func (h *heldPolicy) tells(sources []store.SourcePerson, choices []iis.Choice, sender iis.SenderID) bool {
	_, held := h.rosters[sender]
	return !held && h.visible(sources, choices, sender)
}

// Visible is tells of a record, for the receipts of a sender.
func (k *Keeper) Visible(tx *store.Tx, f *store.Folder, asker iis.SenderID) (bool, error) {
	h, err := k.heldIn(tx)
	return err == nil && h.tells(f.Sources, f.Choices, asker), err
}

// Sight is what somebody sees of a record.
type Sight uint8

// The sights, in the order of what is seen.
const (
	Nothing  Sight = iota // not even that it is there
	Name                  // that it is there, and nothing of it
	Asked                 // likewise, until somebody has said whether it may be shared
	OwnPart               // what their own site reported
	Whole                 // everything
	Glass                 // everything, for a while, because they broke the glass
	Forecast              // that it is there, and what is due
)

// Sees is what somebody sees of a record on a page, and the record as they see it: nil
// when they see nothing of it. The programme's staff see everything; so do commands and
// jobs. Who is held to a region sees nobody else, and of theirs what another provider does.
//
// Who is held to a roster sees nobody else, and of whom is on it what a site sees that
// reported nothing (roster.go).
func (k *Keeper) Sees(tx *store.Tx, by iis.Actor, f *store.Folder) (*store.Folder, Sight, error) {
	if by.Roster {
		return k.seesByRoster(tx, by, f)
	}
	if in, err := k.reaches(tx, by, f); err != nil || !in {
		return nil, Nothing, err
	}
	return k.sees(tx, by, f)
}

// Knows reports that somebody may know of a person by what they are held to, before anything
// is read of the person: who is held to a roster knows nobody else.
func (k *Keeper) Knows(tx *store.Tx, by iis.Actor, id iis.PersonID) (bool, error) {
	if !by.Roster {
		return true, nil
	}
	site, err := rosterWith(tx, by, id)
	return site != nil, err
}

// sees is what somebody sees of a record who is held to no roster.
func (k *Keeper) sees(tx *store.Tx, by iis.Actor, f *store.Folder) (*store.Folder, Sight, error) {
	if f.Golden.Closed() && !by.SeesClosed { // the parents opted out: for nobody else there is such a person
		return nil, Nothing, nil
	}
	if by.Kind != "user" || by.SeesAll {
		return f, Whole, nil
	}
	h, err := k.heldIn(tx)
	if err != nil {
		return nil, Nothing, err
	}
	law, today := h.Policy, h.histories.sources(f.Sources)
	if !limited(today, f.Choices) {
		return f, Whole, nil
	}
	s := SharingOf(today, f.Choices)
	sight := sightOf(law, &s, by.Owns)
	if sight == Whole {
		return f, Whole, nil
	}
	if until, err := k.broken(tx, law, by, f.ID); err != nil || until.After(k.store.Now()) {
		return f, Glass, err
	}
	if by.Site != 0 {
		if own := h.ownPart(f, by.Owns); own != nil {
			return own, OwnPart, nil
		}
		if sight == Nothing && slices.ContainsFunc(f.Choices, func(c iis.Choice) bool { return by.Owns(c.Sender) }) {
			sight = Name // who recorded what was chosen knows whose record it is
		}
	}
	return nil, sight, nil
}

// sightOf is what a site sees of a record of which it reported nothing.
func sightOf(law *policy.Policy, s *Shared, owns func(iis.SenderID) bool) Sight {
	h := law.Hides(s.Status)
	switch {
	case h == nil || !h.Record || !h.Pages || slices.ContainsFunc(s.owners, owns):
		return Whole
	case h.Existence:
		return Nothing
	case s.Status == iis.SharingUnknown && law.Sharing.Unknown.Prompts:
		return Asked
	case !h.Forecast:
		return Forecast
	}
	return Name
}

// SeesWhole reports that nothing of some records is hidden from somebody.
func (k *Keeper) SeesWhole(tx *store.Tx, by iis.Actor, folders ...*store.Folder) (bool, error) {
	for _, f := range folders {
		_, sight, err := k.Sees(tx, by, f)
		if err != nil || sight != Whole && sight != Glass {
			return false, err
		}
	}
	return true, nil
}

// SeesCard is Sees of a person as a list shows one: the card as they may see it, which is
// of their own part alone where they see no more.
func (k *Keeper) SeesCard(tx *store.Tx, by iis.Actor, c *store.Card) (*store.Card, Sight, error) {
	seen, sight, err := k.Sees(tx, by, folderOf(c))
	switch {
	case err != nil || sight == Nothing:
		return nil, sight, err
	case sight != OwnPart:
		return c, sight, nil
	}
	own := seen.Card()
	return &own, sight, nil
}

// folderOf is as much of a record as a card has.
func folderOf(c *store.Card) *store.Folder {
	return &store.Folder{ID: c.ID, Golden: c.Golden, Sources: c.Sources, Choices: c.Choices}
}

// broken is until when somebody may see a record whose glass they broke; zero when they
// did not, or the state does not let them.
func (k *Keeper) broken(tx *store.Tx, law *policy.Policy, by iis.Actor, id iis.PersonID) (until time.Time, err error) {
	if law.Sharing.Glass == nil || by.User == 0 {
		return until, nil
	}
	open, err := tx.Glass(by.User, k.store.Now())
	if err != nil || len(open) == 0 {
		return until, err
	}
	for _, g := range open {
		now, err := tx.Follow(g.Person)
		if err != nil {
			return until, err
		}
		if now[0] == id && g.Until.After(until) {
			until = g.Until
		}
	}
	return until, nil
}

// Untold reports that what a sender sends on a day is history of which nobody told the
// person, where the state's policy knows that: it was not live yet, or, given by hand, it
// is history alone.
func (k *Keeper) Untold(ctx context.Context, sender iis.SenderID, on cal.Date, byHand bool) (untold bool, err error) {
	h := k.policies.Load()
	if h == nil || time.Since(h.read) >= policyFor {
		err = k.store.Read(ctx, func(tx *store.Tx) (err error) {
			h, err = k.heldIn(tx)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	u := h.Sharing.Unknown
	if u == nil {
		return false, nil
	}
	if u.ByHand && byHand {
		return true, nil
	}
	return u.BeforeLive && h.notLive[sender] > on, nil
}

// readNotLive reads which senders are not live yet, each with the day from which it is.
func (h *heldPolicy) readNotLive(tx *store.Tx, now time.Time) (err error) {
	if u := h.Sharing.Unknown; u != nil && u.BeforeLive {
		if h.notLive, err = tx.NotLive(cal.On(now)); err != nil {
			return fmt.Errorf("read which senders are live: %w", err)
		}
	}
	return nil
}
