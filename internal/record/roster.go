package record

import (
	"context"
	"fmt"

	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// seesByRoster is Sees of who is held to the roster of their site: a person who is not on
// it is as a number that is none, whatever else is known of them.
func (k *Keeper) seesByRoster(tx *store.Tx, by iis.Actor, f *store.Folder) (*store.Folder, Sight, error) {
	site, err := rosterWith(tx, by, f.ID)
	if err != nil || site == nil {
		return nil, Nothing, err
	}
	return k.sightOnRoster(tx, site.Kind, by, f)
}

// rosterWith is the site of somebody on whose roster a person is; nil: they are on none.
func rosterWith(tx *store.Tx, by iis.Actor, id iis.PersonID) (*iis.Organization, error) {
	site, err := tx.RosterSite(by.Site)
	if err != nil || site == nil {
		return nil, err
	}
	if on, err := tx.OnRoster(site.ID, id); err != nil || !on {
		return nil, err
	}
	return site, nil
}

// sightOnRoster is what somebody sees of a person who is on the roster of a kind of site, or
// would be if they were put on it. An entry opens nothing that a choice of sharing hides
// from a site; who opted out is gone; and nobody is asked whether the record may be shared.
func (k *Keeper) sightOnRoster(tx *store.Tx, kind iis.OrganizationKind, by iis.Actor, f *store.Folder) (*store.Folder, Sight, error) {
	seen, sight, records, err := k.partOnRoster(tx, kind, by, f)
	if err == nil && seen != nil && !records {
		return nil, Forecast, nil
	}
	return seen, sight, err
}

// partOnRoster is sightOnRoster before it is asked whether such sites open records.
func (k *Keeper) partOnRoster(tx *store.Tx, kind iis.OrganizationKind, by iis.Actor, f *store.Folder) (seen *store.Folder, sight Sight, records bool, err error) {
	if by.SeesAll {
		seen, sight, err = k.sees(tx, by, f)
		return seen, sight, true, err
	}
	law, err := k.policyIn(tx)
	if err != nil {
		return nil, Nothing, false, err
	}
	allowed := law.Roster(kind)
	if allowed == nil {
		return nil, Nothing, false, nil
	}
	by.User = 0 // whoever broke the glass in another role sees no more by it
	if seen, sight, err = k.sees(tx, by, f); err != nil || sight == Nothing {
		return nil, Nothing, false, err
	}
	return seen, sight, allowed.Records, nil
}

// OnRoster is SeesCard of a person who is on a site's roster, where that is known already.
func (k *Keeper) OnRoster(tx *store.Tx, site *iis.Organization, by iis.Actor, c *store.Card) (*store.Card, Sight, error) {
	seen, sight, records, err := k.partOnRoster(tx, site.Kind, by, folderOf(c))
	card := c
	switch {
	case err != nil || sight == Nothing:
		return nil, sight, err
	case sight == OwnPart:
		own := seen.Card()
		card = &own
	}
	if seen != nil && !records {
		sight = Forecast
	}
	return card, sight, nil
}

// Rosters is what the state lets a site do with a roster; nil: it has none.
func (k *Keeper) Rosters(tx *store.Tx, site *iis.Organization) (*policy.Roster, error) {
	law, err := k.policyIn(tx)
	if err != nil || !site.Open() {
		return nil, err
	}
	return law.Roster(site.Kind), nil
}

// Certain is the one person whom a description means so surely that nobody has to look, of
// those whom a site may put on its roster; 0: nobody. It goes by the profile for what is
// decided without anyone's looking: who is only likely is nobody, and who is hidden changes
// nothing of the answer.
func (k *Keeper) Certain(ctx context.Context, site *iis.Organization, by iis.Actor, who *iis.Person) (id iis.PersonID, err error) {
	j, err := k.judges(ctx)
	if err != nil {
		return 0, err
	}
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		id = 0
		former, err := k.former(tx)
		if err != nil {
			return err
		}
		described := j.describe(who, former)
		l, err := k.lookUp(tx, j, 0, &described)
		if err != nil {
			return err
		}
		if err := l.keepFor(func(d *store.Described) (bool, error) {
			_, sight, err := k.sightOnRoster(tx, site.Kind, by, &store.Folder{ID: d.ID, Golden: golden.Person(goldenSources(d.Sources)), Sources: d.Sources, Choices: d.Choices})
			return sight == Whole || sight == Forecast, err
		}); err != nil {
			return err
		}
		d := j.rules.Use(match.ForRosters).Decide(described.record, l.candidates)
		if d.Outcome == match.Match {
			id = d.Candidates[0].Person
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("look for somebody of a roster: %w", err)
	}
	return id, nil
}

// keepFor leaves of those who were found those for whom may says so.
func (l *lookup) keepFor(may func(*store.Described) (bool, error)) error {
	candidates, said := l.candidates[:0:0], l.said[:0:0]
	for i := range l.said {
		ok, err := may(&l.said[i])
		if err != nil {
			return err
		}
		if ok {
			candidates, said = append(candidates, l.candidates[i]), append(said, l.said[i])
		}
	}
	l.candidates, l.said = candidates, said
	return nil
}
