package store_test

import (
	"context"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// inQueue puts pairs into the queue and gives each a place; the senders of both
// are in both.
func inQueue(t testing.TB, s *store.Store, rank int64, both map[iis.SenderID]bool, pairs ...store.Pair) {
	t.Helper()
	is.NoError(t, "put pairs", s.Write(context.Background(), func(tx *store.Tx) error {
		for _, p := range pairs {
			if err := tx.AddPossibleMatch(p.Person, p.Other, 0, nil, noon); err != nil {
				return err
			}
			if err := tx.PutRank(p, rank, both); err != nil {
				return err
			}
		}
		return nil
	}))
}

func listed(t testing.TB, s *store.Store, f store.PairFilter, limit int) []store.Pair {
	t.Helper()
	var out []store.Pair
	f.Now = noon
	is.NoError(t, "list", s.Read(context.Background(), func(tx *store.Tx) error {
		found, err := tx.PossibleMatches(f, limit)
		for _, m := range found {
			out = append(out, m.Pair)
		}
		return err
	}))
	return out
}

func TestTheQueueIsInTheOrderOfItsRanksAndIsReadInPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b, c, d := store.Pair{Person: 10, Other: 1}, store.Pair{Person: 10, Other: 2}, store.Pair{Person: 11, Other: 1}, store.Pair{Person: 12, Other: 1}
		inQueue(t, s, 7, nil, b, a, d)
		inQueue(t, s, 3, nil, c)
		is.Equal(t, "all", listed(t, s, store.PairFilter{}, 10), []store.Pair{c, a, b, d})
		is.Equal(t, "the first page", listed(t, s, store.PairFilter{}, 2), []store.Pair{c, a})
		is.Equal(t, "the second page", listed(t, s, store.PairFilter{After: store.PairPlace{Rank: 7, Pair: a}}, 2), []store.Pair{b, d})
		is.Equal(t, "behind the last", len(listed(t, s, store.PairFilter{After: store.PairPlace{Rank: 7, Pair: d}}, 2)), 0)
	})
}

func TestAllPairsOfTheQueueAreReadInTheOrderOfPersons(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b, c, d := store.Pair{Person: 10, Other: 1}, store.Pair{Person: 10, Other: 2}, store.Pair{Person: 11, Other: 1}, store.Pair{Person: 12, Other: 1}
		inQueue(t, s, 7, nil, b, d)
		inQueue(t, s, 0, nil, c, a) // their places are not worked out yet
		is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
			first, err := tx.PairsAfter(store.Pair{}, 3)
			is.NoError(t, "first", err)
			is.Equal(t, "the first", first, []store.Pair{a, b, c})
			rest, err := tx.PairsAfter(c, 3)
			is.Equal(t, "the rest", rest, []store.Pair{d})
			return err
		}))
	})
}

func TestTheQueueOfASenderIsOfThoseWhomItHasReported(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		one, two, three := store.Pair{Person: 10, Other: 1}, store.Pair{Person: 11, Other: 1}, store.Pair{Person: 12, Other: 1}
		inQueue(t, s, 5, map[iis.SenderID]bool{7: true, 8: false}, two)
		inQueue(t, s, 4, map[iis.SenderID]bool{7: false}, one)
		inQueue(t, s, 6, map[iis.SenderID]bool{7: false, 9: true}, three)
		is.Equal(t, "of 7", listed(t, s, store.PairFilter{Senders: []iis.SenderID{7}}, 10), []store.Pair{one, two, three})
		is.Equal(t, "of 7, a page", listed(t, s, store.PairFilter{Senders: []iis.SenderID{7}}, 2), []store.Pair{one, two})
		is.Equal(t, "of 7, the next", listed(t, s, store.PairFilter{Senders: []iis.SenderID{7}, After: store.PairPlace{Rank: 5, Pair: two}}, 2), []store.Pair{three})
		is.Equal(t, "both of 7", listed(t, s, store.PairFilter{Senders: []iis.SenderID{7}, Both: true}, 10), []store.Pair{two})
		is.Equal(t, "of 8 and 9, each once", listed(t, s, store.PairFilter{Senders: []iis.SenderID{8, 9, 7}}, 10), []store.Pair{one, two, three})
		is.Equal(t, "of 8 and 9", listed(t, s, store.PairFilter{Senders: []iis.SenderID{8, 9}}, 10), []store.Pair{two, three})
		is.Equal(t, "of nobody", len(listed(t, s, store.PairFilter{Senders: []iis.SenderID{6}}, 10)), 0)
		inQueue(t, s, 5, map[iis.SenderID]bool{8: true}, two)
		is.Equal(t, "both of 7, when it has reported it no more", len(listed(t, s, store.PairFilter{Senders: []iis.SenderID{7}, Both: true}, 10)), 0)
	})
}

func TestWhatIsPutOffIsLeftOutOfOneQueueForAWhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := store.Pair{Person: 10, Other: 1}
		inQueue(t, s, 5, map[iis.SenderID]bool{7: true}, p)
		is.NoError(t, "put off", s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.PutOff(store.PutOff{Pair: p, For: 7, Until: noon.Add(time.Hour), At: noon, By: 3})
		}))
		is.Equal(t, "in that queue", len(listed(t, s, store.PairFilter{Senders: []iis.SenderID{7}, Both: true, For: 7}, 10)), 0)
		is.Equal(t, "in the programme's", len(listed(t, s, store.PairFilter{}, 10)), 1)
		is.NoError(t, "until then", s.Read(context.Background(), func(tx *store.Tx) error {
			found, err := tx.PutsOff(p, noon)
			is.Equal(t, "who has put it off", []iis.UserID{found[0].By}, []iis.UserID{3})
			over, err2 := tx.PutsOff(p, noon.Add(time.Hour))
			is.NoError(t, "later", err2)
			is.Equal(t, "an hour later", len(over), 0)
			return err
		}))
		is.NoError(t, "put off again, but not for long", s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.PutOff(store.PutOff{Pair: p, For: 7, Until: noon, At: noon, By: 3})
		}))
		is.Equal(t, "when the time is over", len(listed(t, s, store.PairFilter{Senders: []iis.SenderID{7}, Both: true, For: 7}, 10)), 1)
	})
}

// A person with several doses in question is one task, where the dose of the highest
// risk is.
func TestDosesInQuestionAreOneTaskAPersonByRisk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put := func(person iis.PersonID, sender iis.SenderID, review bool, ids ...iis.DoseID) {
			var doses []store.Derived
			for _, id := range ids {
				doses = append(doses, store.Derived{
					ID: id, Review: review, Sender: sender, Shown: &iis.Dose{CVX: "08", Date: 1},
				})
			}
			is.NoError(t, "put doses", s.Write(context.Background(), func(tx *store.Tx) error { return tx.PutDoses(person, doses) }))
		}
		risk := func(risk int64, person iis.PersonID, ids ...iis.DoseID) {
			is.NoError(t, "risk", s.Write(context.Background(), func(tx *store.Tx) error {
				for _, id := range ids {
					if err := tx.PutDoseRisk(person, id, risk); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		unplaced := func() (out []iis.PersonID) {
			is.NoError(t, "unplaced", s.Read(context.Background(), func(tx *store.Tx) (err error) {
				out, err = tx.Unplaced(10)
				return err
			}))
			return out
		}
		put(1, 7, true, 21, 24)
		put(2, 8, true, 22)
		put(2, 7, true, 23)
		put(3, 7, false, 20, 25)
		ask := func(f store.QuestionFilter) []int64 {
			var out []int64
			f.Now = noon
			is.NoError(t, "questions", s.Read(context.Background(), func(tx *store.Tx) error {
				found, err := tx.Questions(f, 10)
				for _, q := range found {
					out = append(out, int64(q.Person), q.Risk, int64(q.Dose))
				}
				return err
			}))
			return out
		}
		is.Equal(t, "to place", unplaced(), []iis.PersonID{1, 2})
		is.Equal(t, "before they have a place", len(ask(store.QuestionFilter{})), 0)
		risk(3, 1, 21)
		risk(2, 1, 24)
		risk(3, 2, 22, 23)
		risk(1, 3, 20) // in no question
		is.Equal(t, "left to place", len(unplaced()), 0)
		is.Equal(t, "all", ask(store.QuestionFilter{}), []int64{1, 2, 24, 2, 3, 22})
		is.Equal(t, "behind the first", ask(store.QuestionFilter{After: store.QuestionPlace{Risk: 2, Dose: 24}}), []int64{2, 3, 22})
		is.Equal(t, "of a sender", ask(store.QuestionFilter{Senders: []iis.SenderID{7}}), []int64{1, 2, 24, 2, 3, 23})
		risk(1, 2, 23)
		is.Equal(t, "where a later one has the highest risk", ask(store.QuestionFilter{}), []int64{2, 1, 23, 1, 2, 24})
		is.Equal(t, "of both", ask(store.QuestionFilter{Senders: []iis.SenderID{7, 8}}), ask(store.QuestionFilter{}))
		is.Equal(t, "of a sender whose is the other", ask(store.QuestionFilter{Senders: []iis.SenderID{8}}), []int64{2, 3, 22})
		put(2, 7, true, 23)
		is.Equal(t, "to place when a dose has changed", unplaced(), []iis.PersonID{2})
		risk(3, 2, 23)
		is.NoError(t, "put off", s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.PutOff(store.PutOff{Pair: store.Pair{Person: 1}, Until: noon.Add(time.Hour), At: noon})
		}))
		is.Equal(t, "when one is put off", ask(store.QuestionFilter{}), []int64{2, 3, 22})
	})
}
