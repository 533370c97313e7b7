package record

import (
	"context"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// What the audit calls what happens to notices, and to a record whose parents opted
// out.
const (
	ActNotice         = "make a notice due"
	ActWithdrawNotice = "withdraw a notice"
	ActNoticeLanguage = "put a notice into another language"
	ActMarkNotice     = "mark a notice" // followed by the state that it was given
	ActClose          = "close a record"
)

// Why a notice is withdrawn. Each holds for as long as it is so: a death that was
// somebody else's is taken back, and the notice is due again.
const (
	WhyDied     = "the child has died"
	WhyOptedOut = "the parents opted out"
	WhyTold     = "another notice tells the parents of this child"
)

// bearing is what of a person bears on notices.
type bearing struct{ died, optedOut bool }

func bearingOf(p *iis.Person) bearing { return bearing{p.HasDied(), p.Closed()} }

// notify makes a notice due when an arrival enrols a newborn, and looks at those
// that are there when what bears on them has changed.
func (a *arrival) notify(fresh bool, was bearing) error {
	p, err := a.k.policyIn(a.tx)
	if err != nil {
		return err
	}
	is := bearingOf(&a.folder.Golden)
	told := p.Notice != nil && a.enrolls(p)
	if !told && was == is {
		return nil
	}
	var list []iis.Notice
	if !fresh {
		if list, err = a.tx.Notices(a.folder.ID); err != nil {
			return err
		}
	}
	stored := len(list)
	if told {
		if list, err = a.due(p.Notice, list); err != nil {
			return err
		}
	}
	return noticesAnew(a.tx, list, stored, is, a.Actor, a.now)
}

// enrolls reports that vital records tell of a newborn here, whose parents did not
// opt out. What a sender that the policy names says of births has no certificate where
// it is no office of vital records; a death enrols nobody. Of what comes in bulk, birth
// records alone do, and what goes over to a new identity does not: an old registry tells of what it told long ago.
func (a *arrival) enrolls(p *policy.Policy) bool {
	born := a.Birth || a.Person.Certificate == iis.BirthCertificate ||
		a.Person.Certificate == "" && !a.later && p.IsBirthSender(a.Sender.Facility)
	return a.Known == 0 && born && !a.over && !a.Person.Closed() &&
		p.IsNewborn(a.folder.Golden.Birth, cal.On(a.now))
}

// due adds the notice of an enrollment, unless the source made one due before: a
// certificate that comes again, or amended, tells nobody twice. One that is due goes
// in the language that is known now.
func (a *arrival) due(n *policy.Notice, list []iis.Notice) ([]iis.Notice, error) {
	language := n.Language(a.folder.Golden.Language)
	made := false
	for i := range list {
		have := &list[i]
		made = made || have.Kind == iis.NoticeOfEnrollment && have.Source == a.receipt.Source
		if have.State != iis.NoticeDue || have.Language == language {
			continue
		}
		have.Language, have.Changed = language, a.now
		if err := putNotice(a.tx, have, ActNoticeLanguage, a.Actor); err != nil {
			return nil, err
		}
	}
	if made {
		return list, nil
	}
	return append(list, iis.Notice{
		Person: a.folder.ID, ID: iis.NoticeID(a.k.store.NewID()), Source: a.receipt.Source, Kind: iis.NoticeOfEnrollment,
		Parts: n.PartNames(), Language: language, DueBy: cal.On(a.now).AddDays(n.Within), State: iis.NoticeDue, Created: a.now,
	}), nil
}

// noticesAnew settles a person's notices, the oldest first, of which the first are
// stored; it stores and audits those that are new or change.
func noticesAnew(tx *store.Tx, list []iis.Notice, stored int, is bearing, by iis.Actor, now time.Time) error {
	for i := range list {
		n := &list[i]
		state, why := settled(list, i, is)
		if i < stored && n.State == state && n.Why == why {
			continue
		}
		act := ActNotice
		if state == iis.NoticeWithdrawn {
			act = ActWithdrawNotice
		}
		n.State, n.Why, n.Changed = state, why, now
		if i >= stored {
			if err := tx.AddNotice(n); err != nil {
				return err
			}
			if err := auditNotice(tx, n, act, by); err != nil {
				return err
			}
		} else if err := putNotice(tx, n, act, by); err != nil {
			return err
		}
	}
	return nil
}

// putNotice stores and audits what has changed of a notice.
func putNotice(tx *store.Tx, n *iis.Notice, act string, by iis.Actor) error {
	if err := tx.PutNotice(n); err != nil {
		return err
	}
	return auditNotice(tx, n, act, by)
}

func auditNotice(tx *store.Tx, n *iis.Notice, act string, by iis.Actor) error {
	return tx.AddAudit(store.Audit{
		At: n.Changed, Actor: by, Act: act, Person: n.Person, Subject: int64(n.ID), Written: store.NoticeDigest(n),
	})
}

// settled is the state of one of a person's notices as things are: what is sent stays
// sent, and of those that tell of the same thing one is sent.
func settled(list []iis.Notice, i int, is bearing) (state iis.NoticeState, why string) {
	n := &list[i]
	switch {
	case n.State == iis.NoticeSent || n.State == iis.NoticeReturned:
		return n.State, n.Why
	case is.died:
		return iis.NoticeWithdrawn, WhyDied
	case is.optedOut:
		return iis.NoticeWithdrawn, WhyOptedOut
	case leading(list, n.Kind) != i:
		return iis.NoticeWithdrawn, WhyTold
	case n.State == iis.NoticeWithdrawn:
		return iis.NoticeDue, ""
	}
	return n.State, ""
}

// leading is which notice of a kind is the one that tells: one that was sent, else
// one that is made, else the oldest.
func leading(list []iis.Notice, kind iis.NoticeKind) int {
	lead, rank := -1, 0
	for i := range list {
		if list[i].Kind != kind {
			continue
		}
		r := 1
		switch list[i].State {
		case iis.NoticeSent, iis.NoticeReturned:
			r = 3
		case iis.NoticeMade:
			r = 2
		}
		if r > rank {
			lead, rank = i, r
		}
	}
	return lead
}

// notices settles the notices of a person whose sources came or went.
func (x *deciding) notices(f *store.Folder) error {
	list, err := x.tx.Notices(f.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	return noticesAnew(x.tx, list, len(list), bearingOf(&f.Golden), x.d.By, x.now)
}

// marks are the states that people give notices, each with those that it follows.
var marks = map[iis.NoticeState][]iis.NoticeState{
	iis.NoticeMade:     {iis.NoticeDue},
	iis.NoticeSent:     {iis.NoticeDue, iis.NoticeMade},
	iis.NoticeReturned: {iis.NoticeSent},
	iis.NoticeDue:      {iis.NoticeMade, iis.NoticeSent, iis.NoticeReturned}, // it was marked by mistake, or is to be sent again
}

// MarkNotices says of some notices that they are made, sent, returned, or due again;
// all of them or none. It returns how many changed: which are in that state already
// stay as they are.
//
// fault.Invalid: nobody gives a notice that state. fault.NotFound: there is no such
// notice. fault.Conflict: one is in a state that this does not follow; it is named.
func (k *Keeper) MarkNotices(ctx context.Context, state iis.NoticeState, by iis.Actor, ids ...iis.NoticeID) (changed int, err error) {
	follows, ok := marks[state]
	if !ok {
		return 0, fault.New(fault.Invalid, "Nobody marks a notice as %q: want made, sent, returned or due.", string(state))
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	err = k.store.Write(ctx, func(tx *store.Tx) error {
		changed = 0
		now := k.store.Now()
		for _, id := range ids {
			n, err := holdNotice(tx, id)
			if err != nil {
				return err
			}
			if n.State == state {
				continue
			}
			if !slices.Contains(follows, n.State) {
				return fault.New(fault.Conflict, "Notice %s is %s and cannot be marked as %s. Nothing was marked. Open the list again to see how things are.", id.Public(), n.State, state)
			}
			was := n.State
			n.State, n.Why, n.Changed = state, "", now
			if err := putNotice(tx, n, ActMarkNotice+" "+string(state), by); err != nil {
				return err
			}
			if err := k.informByNotice(tx, by, n, was, now); err != nil {
				return err
			}
			changed++
			if err := othersOf(tx, n, by, now); err != nil {
				return err
			}
		}
		return nil
	})
	return changed, err
}

// holdNotice reads a notice and makes other writes to its person wait: a merge, which
// would take it away, and messages that withdraw it.
func holdNotice(tx *store.Tx, id iis.NoticeID) (*iis.Notice, error) {
	for range tries {
		n, err := tx.NoticeByID(id)
		if err != nil {
			return nil, err
		}
		if n == nil {
			return nil, fault.New(fault.NotFound, "There is no notice %s. Nothing was marked.", id.Public())
		}
		if _, err := tx.HoldPersons(n.Person); err != nil {
			return nil, err
		}
		held, err := tx.NoticeByID(id)
		if err != nil || held != nil && held.Person == n.Person {
			return held, err
		} // it was merged meanwhile
	}
	return nil, fault.New(fault.Busy, "Records are being joined just now. Please try again.")
}

// othersOf settles all notices of a person of whom one was marked: one that is sent
// stands for the others, and one that is due again may be told, or too late.
func othersOf(tx *store.Tx, n *iis.Notice, by iis.Actor, now time.Time) error {
	list, err := tx.Notices(n.Person)
	if err != nil {
		return err
	}
	f, err := tx.Folder(n.Person)
	if err != nil {
		return err
	}
	return noticesAnew(tx, list, len(list), bearingOf(&f.Golden), by, now)
}
