package record

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// ActEstimate is what the audit calls that weights were estimated from a registry.
const ActEstimate = "estimate weights"

// Sampling says how much of a registry is read to estimate weights. The same
// registry, seed and numbers give the same weights.
type Sampling struct {
	Seed    uint64
	People  int // compared with all who share keys with them
	Pairs   int // drawn by chance from these
	Decided int // of these, decided anew to tell what would change
	// Progress is told what is done next, and of how many people.
	Progress func(what string, people int)
}

// What is read unless somebody says otherwise: a registry of 2.5 million people says
// enough by these, and they fit into memory.
const (
	SamplePeople  = 20_000
	SamplePairs   = 4_000_000
	SampleDecided = 5_000
)

// sampleAtOnce is how many people are read in one transaction, and mostDecisions how
// many decisions of people are, the newest.
const (
	sampleAtOnce  = 100
	mostDecisions = 20_000
)

// estimating is an estimate on its way.
type estimating struct {
	k      *Keeper
	by     *judges
	how    Sampling
	tally  *match.Tally
	people int            // in the registry
	sample []iis.PersonID // drawn by chance
	drawn  map[iis.PersonID]bool
	cards  []*card                  // of the sample
	said   map[[2]iis.SourceID]bool // pairs of which a person decided
}

// card is a person with what each source says and gave, made ready for comparing.
type card struct {
	id      iis.PersonID
	sources []sampled
}

type sampled struct {
	id     iis.SourceID
	record *match.Record
	keys   []int64
}

// Estimate estimates weights from the registry, against those in force, and makes the
// file of a version of them. It reads only: short transactions beside intake, a sample
// of the people, and the names of all. That it did is in the audit before the answer
// leaves; nothing of a patient is in the file, but names that many bear.
func (k *Keeper) Estimate(ctx context.Context, by iis.Actor, how Sampling) (*match.Version, error) {
	now, err := k.judges(ctx)
	if err != nil {
		return nil, err
	}
	e := &estimating{k: k, by: now, how: how, tally: now.rules.Use(match.ForUpdates).NewTally(), said: map[[2]iis.SourceID]bool{}}
	for _, step := range []func(context.Context) error{e.count, e.read, e.decisions, e.blocked} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("estimate weights: %w", err)
		}
	}
	fitted, err := e.tally.Estimate()
	if err != nil {
		return nil, err
	}
	about := match.Sampled{Made: k.store.Now(), Seed: how.Seed, People: e.people, Compared: len(e.sample)}
	v, err := fitted.Version(about) // its rules, to see what they change
	if err != nil {
		return nil, err
	}
	if about.Changes, err = e.changes(ctx, v.Rules); err != nil {
		return nil, fmt.Errorf("estimate weights: %w", err)
	}
	if v, err = fitted.Version(about); err != nil {
		return nil, err
	}
	return v, k.store.AuditRead(store.Audit{At: k.store.Now(), Actor: by, Act: ActEstimate, Subject: int64(len(e.sample)), Written: e.read64()})
}

// read64 are the people of the sample, for the audit.
func (e *estimating) read64() []byte {
	var b []byte
	for _, id := range e.sample {
		b = binary.BigEndian.AppendUint64(b, uint64(id))
	}
	return b
}

// count counts everyone's names, and draws the sample: those whose numbers, scattered
// by the seed, are the least.
func (e *estimating) count(ctx context.Context) error {
	e.how.Progress("names of everyone", 0)
	type drawn struct {
		at uint64
		id iis.PersonID
	}
	var least []drawn
	keep := func() {
		slices.SortFunc(least, func(a, b drawn) int { return cmp.Compare(a.at, b.at) })
		least = least[:min(len(least), e.how.People)]
	}
	last, more := iis.PersonID(0), true
	for more {
		err := e.k.store.Read(ctx, func(tx *store.Tx) (err error) {
			if err := tx.Filled(); err != nil {
				return err
			}
			var names []store.Named
			if names, more, err = tx.NamesAfter(last); err != nil {
				return err
			}
			for _, n := range names {
				e.people, last = e.people+1, n.ID
				e.tally.Name(n.Family, n.Given)
				if least = append(least, drawn{scattered(e.how.Seed, n.ID), n.ID}); len(least) > 2*e.how.People {
					keep()
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	keep()
	for _, d := range least {
		e.sample = append(e.sample, d.id)
	}
	return nil
}

// scattered is a number of a person by which people stand in an order of chance
// (Steele, Lea and Flood's SplitMix64).
func scattered(seed uint64, id iis.PersonID) uint64 {
	x := uint64(id) + (seed+1)*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// read reads the sample, and counts pairs of it that are drawn by chance.
func (e *estimating) read(ctx context.Context) error {
	e.how.Progress("descriptions of the sample", len(e.sample))
	e.drawn = make(map[iis.PersonID]bool, len(e.sample))
	for some := range slices.Chunk(e.sample, sampleAtOnce) {
		err := e.k.store.Read(ctx, func(tx *store.Tx) error {
			cards, err := e.cardsOf(tx, some)
			for _, c := range cards {
				e.cards, e.drawn[c.id] = append(e.cards, c), true
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	e.how.Progress("pairs drawn by chance", len(e.cards))
	r := rand.New(rand.NewPCG(e.how.Seed, uint64(len(e.cards))))
	if len(e.cards) < 2 {
		return nil
	}
	one := func(c *card) *match.Record { return c.sources[r.IntN(len(c.sources))].record }
	for range e.how.Pairs {
		if i, j := r.IntN(len(e.cards)), r.IntN(len(e.cards)); i != j {
			e.tally.Random(one(e.cards[i]), one(e.cards[j]))
		}
	}
	return ctx.Err()
}

// cardsOf reads people and makes them ready, in the order of their ids. Whoever said
// nothing of a person has nothing to compare.
func (e *estimating) cardsOf(tx *store.Tx, ids []iis.PersonID) ([]*card, error) {
	folders, err := tx.Folders(ids...)
	if err != nil {
		return nil, err
	}
	out := make([]*card, len(folders))
	sideBySide(len(folders), func(i int) {
		f := folders[i]
		c := &card{id: f.ID}
		for k := range f.Sources {
			s := &f.Sources[k]
			record := e.by.rules.Prepare(&s.Person)
			doses := givenBy(f, e.k.codes, func(d *iis.SourceDose) bool { return d.Source == s.Source })
			c.sources = append(c.sources, sampled{s.Source, record.WithDoses(doses), record.Keys()})
		}
		out[i] = c
	})
	out = slices.DeleteFunc(out, func(c *card) bool { return len(c.sources) == 0 })
	slices.SortFunc(out, func(a, b *card) int { return cmp.Compare(a.id, b.id) })
	return out, nil
}

// drawnShare is which share of the people are in the sample.
func (e *estimating) drawnShare() float64 { return float64(len(e.sample)) / float64(max(1, e.people)) }

// pairOf is a pair of sources in one order.
func pairOf(a, b iis.SourceID) [2]iis.SourceID { return [2]iis.SourceID{min(a, b), max(a, b)} }

// blocked counts the pairs of sources, of the sample with all who share keys with it
// and of one person with each other. All sources of two people count as one pair. A
// pair of two people may be met from either, and one person only once.
func (e *estimating) blocked(ctx context.Context) error {
	e.how.Progress("pairs that share a key", len(e.cards))
	within, between := 1.0, 1/(2-e.drawnShare())
	for some := range slices.Chunk(e.cards, sampleAtOnce) {
		err := e.k.store.Read(ctx, func(tx *store.Tx) error {
			near, err := e.near(tx, some)
			if err != nil {
				return err
			}
			for i, c := range some {
				e.pairs(c.sources, nil, 2*within/float64(len(c.sources)))
				for _, o := range near[i] {
					if e.drawn[o.id] && o.id < c.id {
						continue // met from there
					}
					e.pairs(c.sources, o.sources, between/float64(len(c.sources)*len(o.sources)))
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

// near are, for each of some people, those who share keys with it.
func (e *estimating) near(tx *store.Tx, some []*card) ([][]*card, error) {
	keys := make([][]int64, len(some))
	for i, c := range some {
		for _, s := range c.sources {
			keys[i] = append(keys[i], s.keys...)
		}
		slices.Sort(keys[i])
		keys[i] = slices.Compact(keys[i])
	}
	sharing, err := tx.Sharers(keys)
	if err != nil {
		return nil, err
	}
	ids, all := make([][]iis.PersonID, len(some)), []iis.PersonID(nil)
	for i, c := range some {
		delete(sharing[i].Shared, c.id)
		ids[i] = inOrder(nil, nil, sharing[i].Shared)
		all = append(all, ids[i]...)
	}
	slices.Sort(all)
	cards, err := e.cardsOf(tx, slices.Compact(all))
	if err != nil {
		return nil, err
	}
	byID := make(map[iis.PersonID]*card, len(cards))
	for _, c := range cards {
		byID[c.id] = c
	}
	out := make([][]*card, len(some))
	for i := range some {
		for _, id := range ids[i] {
			if c := byID[id]; c != nil {
				out[i] = append(out[i], c)
			}
		}
	}
	return out, nil
}

// pairs counts the pairs of some sources with others, or with each other, of which
// nobody decided: those are counted by themselves.
func (e *estimating) pairs(some, others []sampled, weight float64) {
	for i := range some {
		with := others
		if others == nil {
			with = some[i+1:]
		}
		for j := range with {
			a, b := &some[i], &with[j]
			if shared := match.SharedKinds(a.keys, b.keys); shared != 0 && !e.said[pairOf(a.id, b.id)] {
				e.tally.Blocked(a.record, b.record, shared, match.SaidNothing, weight)
			}
		}
	}
}
