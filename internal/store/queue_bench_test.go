package store_test

import (
	"context"
	"fmt"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// BenchmarkQueue measures pages of a queue of 100,000 pairs and of as many doses
// in question, of 1000 senders: a page of everyone's from the beginning and from
// the middle, and of one sender's.
func BenchmarkQueue(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"SQLite": storetest.SQLite, "PostgreSQL": storetest.Postgres} {
		b.Run(name, func(b *testing.B) { benchmarkQueue(b, storetest.Open(b, address(b))) })
	}
}

const queued = 100_000

func benchmarkQueue(b *testing.B, s *store.Store) {
	fillQueue(b, s)
	middle := store.PairPlace{Rank: 2, Pair: store.Pair{Person: queued + queued/2, Other: 1}}
	for _, c := range []struct {
		name string
		f    store.PairFilter
	}{
		{"from the beginning", store.PairFilter{}},
		{"from the middle", store.PairFilter{After: middle}},
		{"one of a sender's", store.PairFilter{Senders: []iis.SenderID{501}}},
		{"both of a sender's", store.PairFilter{Senders: []iis.SenderID{501}, Both: true, For: 501}},
		{"of a sender that has none", store.PairFilter{Senders: []iis.SenderID{5000}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.f.Now = noon
				is.NoError(b, "list", s.Read(context.Background(), func(tx *store.Tx) error {
					_, err := tx.PossibleMatches(c.f, 26)
					return err
				}))
			}
		})
	}
	for _, sender := range []iis.SenderID{0, 501} {
		b.Run(fmt.Sprintf("doses of sender %d", sender), func(b *testing.B) {
			for b.Loop() {
				is.NoError(b, "list", s.Read(context.Background(), func(tx *store.Tx) error {
					_, err := tx.Questions(store.QuestionFilter{Senders: []iis.SenderID{sender}, Now: noon}, 26)
					return err
				}))
			}
		})
	}
}

func fillQueue(b *testing.B, s *store.Store) {
	b.Helper()
	for at := 0; at < queued; at += 2000 {
		is.NoError(b, "fill", s.Write(context.Background(), func(tx *store.Tx) error {
			for i := at; i < at+2000; i++ {
				p := store.Pair{Person: iis.PersonID(queued + i), Other: iis.PersonID(1 + i)}
				if err := tx.AddPossibleMatch(p.Person, p.Other, 0, nil, noon); err != nil {
					return err
				}
				one, two := iis.SenderID(1+i%1000), iis.SenderID(1+i/7%1000)
				if err := tx.PutRank(p, int64(1+i%3), map[iis.SenderID]bool{one: i%4 == 0, two: i%4 == 0}); err != nil {
					return err
				}
				d := store.Derived{ID: iis.DoseID(1 + i), Review: true, Sender: one, Shown: &iis.Dose{CVX: "08", Date: 1}}
				if err := tx.PutDoses(p.Person, []store.Derived{d}); err != nil {
					return err
				}
				if err := tx.PutDoseRisk(p.Person, d.ID, int64(1+i%3)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}
