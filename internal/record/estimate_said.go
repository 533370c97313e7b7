package record

import (
	"context"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// decisions counts pairs of which people decided that they are one or two, the newest
// of what stands. Those who were decided about are few, and were doubtful: each counts
// for as much as it would if it had been met in the sample.
func (e *estimating) decisions(ctx context.Context) error {
	var all []store.Decision
	err := e.k.store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.NewestDecisions(mostDecisions)
		return err
	})
	if err != nil {
		return err
	}
	undone := map[iis.DecisionID]bool{}
	for i := range all {
		undone[all[i].Undoes] = true
	}
	all = slices.DeleteFunc(all, func(d store.Decision) bool {
		by := d.By.Kind == "job" // goes by weights itself
		return by || undone[d.ID] || d.Kind != iis.DecidedMerge && d.Kind != iis.DecidedApart && d.Kind != iis.DecidedTogether
	})
	e.how.Progress("decisions of people", len(all))
	for some := range slices.Chunk(all, sampleAtOnce) {
		err := e.k.store.Read(ctx, func(tx *store.Tx) error {
			for i := range some {
				if err := e.decided(tx, &some[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// decided counts what a person decided of two: that the sources which moved are of
// one with those that were there, that two sources are, or that two people are two.
func (e *estimating) decided(tx *store.Tx, d *store.Decision) error {
	ids := []iis.PersonID{d.Person}
	if d.Kind == iis.DecidedApart {
		ids = append(ids, d.Other)
	}
	now, err := tx.Follow(ids...)
	if err != nil {
		return err
	}
	cards, err := e.cardsOf(tx, now)
	if err != nil || len(cards) != len(ids) {
		return err // one is not there any more
	}
	moved := func(s sampled) bool { return slices.Contains(d.Sources, s.id) }
	switch first := cards[0].sources; d.Kind {
	case iis.DecidedApart:
		e.tell(first, cards[1].sources, match.SaidTwo)
	case iis.DecidedTogether:
		if of := chosen(first, moved); len(of) > 1 {
			e.tell(of[:1], of[1:], match.SaidOne)
		}
	default:
		e.tell(chosen(first, moved), chosen(first, func(s sampled) bool { return !moved(s) }), match.SaidOne)
	}
	return nil
}

func chosen(sources []sampled, by func(sampled) bool) (out []sampled) {
	for _, s := range sources {
		if by(s) {
			out = append(out, s)
		}
	}
	return out
}

// tell counts all pairs of some sources with others as one pair of which a person
// decided.
func (e *estimating) tell(some, others []sampled, said match.Said) {
	weight := e.drawnShare() / float64(max(1, len(some)*len(others)))
	for i := range some {
		for j := range others {
			a, b := &some[i], &others[j]
			pair := pairOf(a.id, b.id)
			if e.said[pair] {
				continue
			}
			e.said[pair] = true
			e.tally.Blocked(a.record, b.record, match.SharedKinds(a.keys, b.keys), said, weight)
		}
	}
}

// changes decides some of the sample anew, each among all who share keys with it, by
// the weights in force and by others.
func (e *estimating) changes(ctx context.Context, others *match.Rules) ([]match.Changes, error) {
	sample := e.sample[:min(len(e.sample), e.how.Decided)]
	e.how.Progress("decided anew", len(sample))
	var out []match.Changes
	for _, profile := range []string{match.ForUpdates, match.ForClosing} {
		c := match.Changes{Profile: profile}
		for some := range slices.Chunk(sample, sampleAtOnce) {
			err := e.k.store.Read(ctx, func(tx *store.Tx) error {
				now, err := e.outcomes(tx, some, e.by.rules, profile)
				if err != nil {
					return err
				}
				then, err := e.outcomes(tx, some, others, profile)
				for id, d := range now {
					c.Add(d.Outcome, then[id].Outcome)
				}
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}

func (e *estimating) outcomes(tx *store.Tx, some []iis.PersonID, rules *match.Rules, profile string) (map[iis.PersonID]match.Decision, error) {
	c := newCards(e.k, &judges{rules: rules, updates: rules.Use(profile)}, tx)
	decisions, _, err := c.decide(some)
	return decisions, err
}
