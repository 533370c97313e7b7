package steward

import (
	"context"
	"strconv"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// What the audit says of deaths of whom there is no record.
const (
	ActDeaths = "list deaths without a record"
	ActDeath  = "open a death without a record" // its Subject is the number of the death
)

// errDeaths is for those who may not say whose death it is.
var errDeaths = fault.New(fault.Denied, "Only the registry’s staff decide whose death a certificate tells of. Nothing was changed.")

// Deaths is a part of the list of deaths of whom there is no record.
type Deaths struct {
	List []Death
	Next string // behind what place the next page begins; "" when this is the last
}

// Death is a certificate of a death of whom there is no record.
type Death struct {
	store.UnmatchedDeath
	Office string // its name
	Who    string // who settled it, by name; "" of a user no longer known
	// Candidates are those whose it may be, best first; of a list none.
	Candidates []DeathCandidate
}

// DeathCandidate is somebody whose death it may be.
type DeathCandidate struct {
	Card  store.Card
	Alike Judgement // how alike the two are; without its reasons
}

// mostDeathCandidates is how many persons are named beside a certificate.
const mostDeathCandidates = 5

// Deaths lists those that wait, the oldest first, from behind a place; or, settled, those
// that were decided to be nobody's here, the newest decision first, a page of them. The
// programme alone sees them. That somebody did is audited.
func (d *Desk) Deaths(ctx context.Context, by By, settled bool, after string) (Deaths, error) {
	if !by.Everyone {
		return Deaths{}, errDeaths
	}
	var out Deaths
	err := d.read(ctx, "list deaths without a record", func(tx *store.Tx) error {
		out = Deaths{}
		var list []store.UnmatchedDeath
		var err error
		if settled {
			list, err = tx.SettledDeaths(PageSize)
		} else {
			list, err = tx.WaitingDeaths(deathPlaceIn(after), PageSize+1)
		}
		if err != nil {
			return err
		}
		if len(list) > PageSize {
			list = list[:PageSize]
			out.Next = deathPlaceText(list[PageSize-1].Place())
		}
		out.List, err = named(tx, list)
		return err
	})
	if err != nil {
		return Deaths{}, err
	}
	return out, wrap("audit the list of deaths", d.store.AuditRead(store.Audit{At: d.now(), Actor: by.Actor, Act: ActDeaths}))
}

// named puts names to offices and users.
func named(tx *store.Tx, list []store.UnmatchedDeath) ([]Death, error) {
	senders, err := tx.SenderNames()
	if err != nil {
		return nil, err
	}
	var users []iis.UserID
	for _, u := range list {
		if u.By != 0 {
			users = append(users, u.By)
		}
	}
	names, err := tx.UserNames(users)
	if err != nil {
		return nil, err
	}
	out := make([]Death, len(list))
	for i, u := range list {
		out[i] = Death{UnmatchedDeath: u, Office: senders[u.Sender], Who: names[u.By]}
	}
	return out, nil
}

// Death opens one, with those whose it may be. Both it and they are audited before it
// returns; fault.NotFound when it is not on the list (any more).
func (d *Desk) Death(ctx context.Context, by By, id iis.UnmatchedID) (*Death, error) {
	if !by.Everyone {
		return nil, errDeaths
	}
	var out *Death
	err := d.read(ctx, "open a death", func(tx *store.Tx) error {
		u, err := tx.Unmatched(id)
		if err != nil {
			return err
		}
		list, err := named(tx, []store.UnmatchedDeath{u})
		if err == nil {
			out = &list[0]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if out.Said != nil {
		if out.Candidates, err = d.deathCandidates(ctx, &out.UnmatchedDeath); err != nil {
			return nil, err
		}
	}
	at := d.now()
	lines := []store.Audit{{At: at, Actor: by.Actor, Act: ActDeath, Subject: int64(id)}}
	for i := range out.Candidates {
		lines = append(lines, store.Audit{At: at, Actor: by.Actor, Act: ActDeath, Person: out.Candidates[i].Card.ID, Subject: int64(id)})
	}
	return out, wrap("audit a death", d.store.AuditRead(lines...))
}

// deathCandidates are those whose death it may be.
func (d *Desk) deathCandidates(ctx context.Context, u *store.UnmatchedDeath) ([]DeathCandidate, error) {
	scored, err := d.keeper.DeathCandidates(ctx, u, mostDeathCandidates)
	if err != nil {
		return nil, wrap("find whose death it is", err)
	}
	var out []DeathCandidate
	err = d.read(ctx, "find whose death it is", func(tx *store.Tx) error {
		out = nil
		for i := range scored {
			cards, err := tx.Cards(scored[i].Person)
			if err != nil {
				return err
			}
			if len(cards) == 1 {
				out = append(out, DeathCandidate{cards[0], Judgement{Outcome: scored[i].Outcome, Bits: scored[i].Bits.Float()}})
			}
		}
		return nil
	})
	return out, err
}

// DeathOf decides that a certificate is that of a person, whose record it closes. The
// reason is required; the errors are those of record.Keeper.PlaceDeath.
func (d *Desk) DeathOf(ctx context.Context, by By, id iis.UnmatchedID, person iis.PersonID, why string) error {
	if !by.Everyone {
		return errDeaths
	}
	why, err := reason(why, "Say why: whoever looks at this record later has to understand it.")
	if err != nil {
		return err
	}
	_, err = d.keeper.PlaceDeath(ctx, id, person, by.Actor, why)
	return wrap("decide whose death it is", err)
}

// NobodyHere decides that a certificate is nobody's here, or takes that back (settled
// false). The reason is required.
func (d *Desk) NobodyHere(ctx context.Context, by By, id iis.UnmatchedID, settled bool, why string) error {
	if !by.Everyone {
		return errDeaths
	}
	why, err := reason(why, "Say why: whoever looks at this certificate later has to understand it.")
	if err != nil {
		return err
	}
	return wrap("decide that a death is nobody’s here", d.keeper.SettleDeath(ctx, id, settled, by.Actor, why))
}

// deathPlaceText writes a place in the list of deaths as an address has it.
func deathPlaceText(p store.UnmatchedPlace) string {
	return strconv.FormatInt(p.Since.UnixMicro(), 36) + "-" + p.ID.Public()
}

// deathPlaceIn reads a place; what is none is the beginning.
func deathPlaceIn(text string) store.UnmatchedPlace {
	since, number, _ := strings.Cut(text, "-")
	at, err := strconv.ParseInt(since, 36, 64)
	id, ok := iis.ParseUnmatchedID(number)
	if err != nil || !ok {
		return store.UnmatchedPlace{}
	}
	return store.UnmatchedPlace{Since: time.UnixMicro(at).UTC(), ID: id}
}
