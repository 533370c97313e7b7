package record

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// What the audit calls what is done about sealed identities, always under the former
// one: nothing of it stands in the log of the new one.
const (
	ActSeal     = "seal an identity"
	ActUnseal   = "unseal an identity"
	ActTakeOver = "take over to a new identity"
)

// maxOrder is how many letters the number of an order has at most.
const maxOrder = 100

// Sealing is a former identity that is to be sealed, and the new one.
type Sealing struct {
	Person iis.PersonID // the former identity, by whatever number
	// Into is the record of the new identity, where there is one; otherwise New says
	// who it is, and a record is made.
	Into iis.PersonID
	New  iis.Person
	// Anyway makes the record also beside those who are like New: they wait in the
	// queue of possible matches, as after any message.
	Anyway bool
	Sender iis.Sender // in whose name the history goes over; its site has told nothing of the former identity
	Order  string     // the number of the order
	Why    string
	By     iis.Actor
}

// check tells what is missing.
func (s *Sealing) check() error {
	s.Order, s.Why = strings.TrimSpace(s.Order), strings.TrimSpace(s.Why)
	switch {
	case s.Order == "" || !utf8.ValidString(s.Order) || utf8.RuneCountInString(s.Order) > maxOrder:
		return fault.New(fault.Invalid, "Give the number of the order, in at most %d letters: nothing is sealed without one.", maxOrder)
	case s.Why == "" || !utf8.ValidString(s.Why) || utf8.RuneCountInString(s.Why) > maxWhy:
		return fault.New(fault.Invalid, "Write why, in at most %d letters: whoever opens the sealing later will want to know.", maxWhy)
	case s.Into != 0:
		return nil
	}
	if n := s.New.LegalName(); n.Family == "" || n.Given == "" || s.New.Birth == 0 {
		return fault.New(fault.Invalid, "Give the new family name, given name and birth date, or the number of the record that the new identity has.")
	}
	return nil
}

// Seal gives a person a new identity. What was known under the former one is sealed:
// no page, search, list or answer has it, its numbers are as if they had never been
// given, and what still comes for it stays with it. The history of vaccinations and
// health facts goes over to the new identity in a message of Sender's, without
// whatever tells where it comes from. It returns the new identity's number.
//
// fault.Invalid: order, reason or new identity are missing, or Sender's site told of
// the former one. fault.NotFound: there is no such record. fault.Conflict: somebody has to
// decide first who else may be the former identity, or the new one.
func (k *Keeper) Seal(ctx context.Context, s Sealing) (id iis.SealID, is iis.PersonID, err error) {
	if err := s.check(); err != nil {
		return 0, 0, err
	}
	err = k.try(ctx, ActSeal, func(x *deciding) error {
		former, into, err := x.sidesOfSealing(&s)
		if err != nil {
			return err
		}
		number, err := x.tx.NewDecisionID(x.held...)
		if err != nil {
			return err
		}
		sealed := &store.Sealed{
			Seal:       iis.Seal{ID: iis.SealID(number), Person: former.id, Order: s.Order, Why: s.Why, At: x.now, By: s.By},
			SealedBody: store.SealedBody{Created: former.created, Sender: s.Sender.ID, Number: iis.SourceID(k.store.NewID()).Public()},
		}
		if err := x.maySeal(&s, former, into, sealed); err != nil {
			return err
		}
		if err := x.putAway(sealed, former); err != nil {
			return err
		}
		f, err := k.formerFolder(x.tx, sealed, former.reports)
		if err != nil {
			return err
		}
		sealed.Over = k.goesOver(f)
		to := goal{anyway: s.Anyway, person: s.New}
		if into != nil {
			to = goal{into: into.id, person: whoIs(&store.FolderOf(into.id, into.created, into.reports).Sources[0].Person)}
		}
		if err := x.judges.tellsApart(&to.person, f); err != nil {
			return err
		}
		if err := x.keepFrom(&to.person, f); err != nil {
			return err
		}
		if sealed.New, err = x.sendOver(sealed, s.Sender, &to, sealed.Over); err != nil {
			return err
		}
		id, is = sealed.ID, sealed.New
		return x.closeSealing(sealed, ActSeal, s.By)
	})
	return id, is, err
}

// keepFrom has a new identity be kept from whom the former one was kept: by an
// objection, by the parents' opt-out, or because the state shares nothing by default.
func (x *deciding) keepFrom(is *iis.Person, f *store.Folder) error {
	held, err := x.k.heldIn(x.tx)
	if err != nil {
		return err
	}
	law, former := held.Policy, &f.Golden
	if former.Protection == "Y" || !law.Sharing.Default && is.Protection == "" {
		is.Protection = "Y"
	}
	is.Untold = former.Untold || held.histories.SharingOf(f.Sources, f.Choices).Status == iis.SharingUnknown
	if former.Closed() {
		is.OptOut = "Y"
	}
	return nil
}

// sidesOfSealing are the two records of a sealing; into is nil when there is none yet.
func (x *deciding) sidesOfSealing(s *Sealing) (former, into *side, err error) {
	if s.Into == 0 {
		now, err := x.tx.Follow(s.Person)
		if err != nil {
			return nil, nil, err
		}
		sides, err := x.hold(now[0])
		if err != nil {
			return nil, nil, err
		}
		return sides[0], nil, nil
	}
	a, b, err := x.two(s.Person, s.Into)
	if err != nil {
		return nil, nil, err
	}
	sides, err := x.hold(a, b)
	if err != nil {
		return nil, nil, err
	}
	return sides[0], sides[1], nil
}

// maySeal refuses a sealing after which something would still tell of the former
// identity.
func (x *deciding) maySeal(s *Sealing, former, into *side, sealed *store.Sealed) error {
	everyone := func(iis.SourceID) bool { return true }
	if into != nil && !into.saysWho(everyone) {
		return fault.New(fault.Conflict, "Nothing says who the record %s is about.", into.id.Public())
	}
	site, err := x.tx.HomeOf(s.Sender.ID) // to which the history would come as its own
	if err != nil {
		return err
	}
	if s.Sender.Facility != iis.StaffFacility && slices.ContainsFunc(former.linked, func(l store.Linked) bool { return l.Sender == s.Sender.ID || site.Has(l.Sender) }) {
		return fault.New(fault.Invalid, "This sender, or another of its site, has told of the former identity: in its name the history would lead back. Choose another.")
	}
	queued, err := x.tx.Queued(former.id)
	if err != nil {
		return err
	}
	for _, q := range queued {
		if into == nil || other(q, former.id) != into.id {
			return fault.New(fault.Conflict, "The record %s may be of the same person and waits in the queue of possible duplicates. Decide about it first: what belongs to the former identity is sealed with it, and nothing of it later.", other(q, former.id).Public())
		}
		sealed.Queued = append(sealed.Queued, q)
		if err := x.tx.Unqueue(q); err != nil {
			return err
		}
	}
	return nil
}

// putAway takes everything of the former identity, and the messages about it, out of
// what is read.
func (x *deciding) putAway(sealed *store.Sealed, former *side) error {
	numbers, err := x.tx.Former(former.id)
	if err != nil {
		return err
	}
	if err := x.tx.SealPerson(sealed, slices.Clone(numbers), former.had); err != nil {
		return fmt.Errorf("put the former identity away: %w", err)
	}
	_, err = x.tx.SealSubmissions(former.id, append(numbers, former.id))
	return err
}

// closeSealing stores a sealing with a line of the audit.
func (x *deciding) closeSealing(sealed *store.Sealed, act string, by iis.Actor) error {
	body, err := x.tx.PutSealed(sealed)
	if err != nil {
		return err
	}
	return x.tx.AddAudit(store.Audit{At: x.now, Actor: by, Act: act, Person: sealed.Person, Subject: int64(sealed.ID), Written: body})
}

// tellsApart refuses a new identity that is described as well by what was said of the
// former one: what comes for it would be taken for that one's.
func (j *judges) tellsApart(is *iis.Person, former *store.Folder) error {
	self := store.Described{ID: 1, Sources: []store.SourcePerson{{Person: *is}}}
	was := store.Described{ID: 2, Sources: former.Sources}
	d := j.updates.Decide(j.rules.Prepare(is), []match.Candidate{j.candidate(&self, nil, 0, nil, ""), j.candidate(&was, nil, 0, nil, "")})
	bits := map[iis.PersonID]match.Bits{}
	for i := range d.Candidates {
		bits[d.Candidates[i].Person] = d.Candidates[i].Bits
	}
	if of, like := bits[was.ID]; like && of >= bits[self.ID] {
		return fault.New(fault.Conflict, "The new identity is described like the former one, so that what comes for it could not be told apart. Give its new names, parents, address and telephone as far as they are known.")
	}
	return nil
}

// goal is whose record what goes over is to be in.
type goal struct {
	into   iis.PersonID // 0: one who is made
	anyway bool         // also beside others like that
	person iis.Person   // how they are described
}

// sendOver has a message of a sender's bring what goes over: the new identity is made
// or found by it as by any message.
func (x *deciding) sendOver(sealed *store.Sealed, from iis.Sender, to *goal, over []store.WentOver) (iis.PersonID, error) {
	person := to.person
	person.IDs = []iis.Identifier{{Value: sealed.Number, Type: "MR", Authority: from.Facility}}
	if to.into != 0 {
		person.IDs = append(person.IDs, iis.Identifier{Value: to.into.Public(), Type: "SR", Authority: Registry})
	}
	sub := iis.Submission{ID: iis.SubmissionID(x.k.store.NewID()), Sender: from, Door: iis.DoorFile, Received: x.now}
	raw, v, err := messageOver(&sub, &person, over, x.k.codes)
	if err != nil {
		return 0, err
	}
	sub.Raw = raw
	if err := x.tx.KeepWith(&sub); err != nil {
		return 0, err
	}
	v.Person.OptOut, v.Person.Untold = person.OptOut, person.Untold // of which HL7 has no word
	a := x.k.arrival(Arrival{
		Submission: sub.ID, Sender: from, Actor: iis.Actor{Kind: "sender", Sender: from.ID}, Received: x.now, Person: v.Person, Doses: ordersOf(v),
		Finish: func(r iis.Receipt) store.StoredReceipt {
			outcome, err := json.Marshal(r)
			if err != nil {
				panic(fmt.Sprintf("a receipt cannot be written: %v", err)) // plain fields only
			}
			return store.StoredReceipt{
				Submission: sub.ID, Sender: from.ID, Answered: x.now, Kind: "VXU", ControlID: sub.ID.Public(), Ack: "AA", Person: r.Person, Outcome: outcome,
			}
		},
	}, x.judges)
	a.tx, a.now, a.over, a.receipt = x.tx, x.now, true, iis.Receipt{Submission: sub.ID}
	a.Before = func(_ *store.Tx, f *store.Folder) error { return x.mayGoOver(a, f, to) }
	if err := a.take(); err != nil {
		return 0, err
	}
	sealed.Sent = append(sealed.Sent, sub.ID)
	return a.receipt.Person, nil
}

// mayGoOver refuses to let a history go to anybody but the new identity.
func (x *deciding) mayGoOver(a *arrival, f *store.Folder, to *goal) error {
	switch {
	case to.into == f.ID:
		return nil
	case to.into != 0:
		return fault.New(fault.Conflict, "What the record %s says of itself leads to another one, %s. Decide who is who first.", to.into.Public(), f.ID.Public())
	case a.receipt.Match == string(match.New), a.receipt.Match == string(match.Possible) && to.anyway:
		return nil
	}
	like := f.ID
	if a.receipt.Match == string(match.Possible) {
		queued, err := x.tx.Queued(f.ID)
		if err != nil {
			return err
		}
		like = other(queued[0], f.ID)
	}
	return fault.New(fault.Conflict, "The record %s is like the new identity. If it is that of the same child, seal into it. If it is another's, say that a record is to be made all the same.", like.Public())
}

// Unseal takes a sealing back: the former identity is as it was, with what came for it
// meanwhile, and what went over to the new one is taken from that. A new identity of
// whom nobody else has told is no more, and its number leads to the former one.
//
// fault.NotFound: there is no such sealing. fault.Conflict: the new identity is sealed
// itself, or a later decision builds on what went over, which is named.
func (k *Keeper) Unseal(ctx context.Context, id iis.SealID, by iis.Actor, why string) error {
	if why = strings.TrimSpace(why); why == "" || !utf8.ValidString(why) || utf8.RuneCountInString(why) > maxWhy {
		return fault.New(fault.Invalid, "Write why, in at most %d letters.", maxWhy)
	}
	return k.try(ctx, ActUnseal, func(x *deciding) error {
		sealed, is, err := x.sealing(id)
		if err != nil {
			return err
		}
		reports, err := x.tx.SealedReports(sealed.Person)
		if err != nil {
			return err
		}
		x.keys = locksOf(reports)
		sides, err := x.hold(is)
		if err != nil {
			return err
		}
		whole, err := x.takeBack(sealed, sides[0])
		if err != nil {
			return err
		}
		former, err := x.putBack(sealed)
		if err != nil {
			return err
		}
		x.d.ID, x.d.By = iis.DecisionID(sealed.ID), by
		if sides[0].saysWho(func(iis.SourceID) bool { return true }) {
			if err := x.partRoster(sealed, sides[0].id, whole); err != nil {
				return err
			}
			err = x.settle(sides[0], former)
		} else {
			err = x.absorb(former, sides[0])
		}
		if err != nil {
			return err
		}
		for _, q := range sealed.Queued {
			if err := x.queueOpen(q); err != nil {
				return err
			}
		}
		for _, person := range []iis.PersonID{sealed.Person, is} {
			err := x.tx.AddAudit(store.Audit{At: x.now, Actor: by, Act: ActUnseal, Person: person, Subject: int64(sealed.ID), Written: []byte(why)})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// sealing is a sealing that holds, with the present number of the new identity.
func (x *deciding) sealing(id iis.SealID) (*store.Sealed, iis.PersonID, error) {
	found, err := x.tx.Seal(id)
	if err != nil || found == nil {
		return nil, 0, orNoSeal(err)
	}
	sealed, err := x.tx.SealOf(found.Person) // and held
	if err != nil || sealed == nil || sealed.ID != id {
		return nil, 0, orNoSeal(err)
	}
	now, err := x.tx.Follow(sealed.New)
	if err != nil {
		return nil, 0, err
	}
	next, err := x.tx.SealOf(now[0])
	if err == nil && next != nil {
		err = fault.New(fault.Conflict, "The new identity was sealed in turn, by %s. Unseal that first.", next.ID.Public())
	}
	return sealed, now[0], err
}

func orNoSeal(err error) error {
	if err == nil {
		err = fault.New(fault.NotFound, "There is no such sealing.")
	}
	return err
}

// locksOf are the locks of all keys of reports (lockKeys).
func locksOf(reports []store.Report) []int64 {
	s := &side{reports: reports}
	for i := range reports {
		if l := (store.Linked{Source: reports[i].Source, Sender: reports[i].Sender}); !slices.Contains(s.linked, l) {
			s.linked = append(s.linked, l)
		}
	}
	return locks([]*side{s})
}

// putBack puts the former identity back, as far as nothing is derived.
func (x *deciding) putBack(sealed *store.Sealed) (*side, error) {
	if err := x.tx.UnsealPerson(sealed, x.now); err != nil {
		return nil, err
	}
	if err := x.tx.UnsealSubmissions(sealed.Person); err != nil {
		return nil, err
	}
	for _, sub := range sealed.Sent {
		if err := x.tx.SealSubmission(sub, sealed.Person); err != nil {
			return nil, err
		}
	}
	s := &side{id: sealed.Person, created: sealed.Created, had: store.SearchKeys{}}
	var err error
	if s.linked, err = x.tx.Linked(s.id); err != nil {
		return nil, err
	}
	if s.reports, err = x.tx.Reports(s.id); err != nil {
		return nil, err
	}
	if s.pins, err = x.tx.DosePins(s.id); err != nil {
		return nil, err
	}
	f, err := x.k.formerFolder(x.tx, sealed, s.reports)
	if err != nil {
		return nil, err
	}
	return s, x.matchedAgain(f)
}
