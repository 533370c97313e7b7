package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// Many keys and many persons are asked for by one statement or by one each: who is
// found, in which order, and what is said of them is the same.
func TestWhoIsFoundIsTheSameByOneStatementOrMany(t *testing.T) {
	const people = 60
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var folders []*store.Folder
		for i := range people {
			folders = append(folders, child(iis.PersonID(1001+i), 7300, fmt.Sprintf("Marsh/Juniper%d", i)))
		}
		put(t, s, folders...)
		var keys []int64
		for k := range people {
			keys = append(keys, int64(k+1))
		}
		is.NoError(t, "keys", s.Write(context.Background(), func(tx *store.Tx) error {
			for i := range people { // the i-th has keys up to its own place, by two sources
				for source := range iis.SourceID(2) {
					if err := tx.AddMatchKeys(iis.PersonID(1001+i), iis.SourceID(2*i)+source+1, keys[:i+1]); err != nil {
						return err
					}
				}
			}
			for source := range iis.SourceID(store.MostSources) { // with the others more than count
				if err := tx.AddMatchKeys(1001, 1000+source, keys[2:3]); err != nil {
					return err
				}
			}
			return nil
		}))
		var ids []iis.PersonID
		for i := range people {
			ids = append(ids, iis.PersonID(1001+(i*7)%people)) // in an order of its own
		}
		ids = append(ids, 9, 1001) // nobody, and one again
		look := func(together bool) (sharing []store.Sharing, said []store.Described, cards []store.Card) {
			store.SetTogether(s, together)
			is.NoError(t, "look up", s.Read(context.Background(), func(tx *store.Tx) error {
				for _, n := range []int{0, 1, 12, people} {
					_, found, err := tx.FindSources(1, nil, keys[:n], n/4)
					if err != nil {
						return err
					}
					sharing = append(sharing, found)
				}
				more, err := tx.Sharers([][]int64{keys[3:], {7}, nil, {1 << 40}})
				if err != nil {
					return err
				}
				sharing = append(sharing, more...)
				if said, err = tx.Described(ids...); err != nil {
					return err
				}
				cards, err = tx.Cards(ids[:3]...)
				return err
			}))
			return sharing, said, cards
		}
		sharing, said, cards := look(false)
		is.Equal(t, "of 60 keys the first has", sharing[3].Shared[1001], 1)
		is.Equal(t, "and the last", sharing[3].Shared[1060], 44+15*8)
		is.Equal(t, "keys that too many have", sharing[3].Crowded, 1)
		is.Equal(t, "described", len(said), people+1)
		is.Equal(t, "the second", said[1].ID, 1008)
		is.Equal(t, "its name", said[1].Sources[0].Person.Names[0].Given, "Juniper7")
		is.Equal(t, "cards", len(cards), 3)
		sharing1, said1, cards1 := look(true)
		is.Equal(t, "who shares", sharing1, sharing)
		is.Equal(t, "what is said", said1, said)
		is.Equal(t, "cards", cards1, cards)
	})
}

// A program before schema 23 stored a folder whole: who that is stands nowhere else, until
// the folder is stored again.
func TestAFolderThatAnOlderProgramStoredHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		before, after := child(1001, 7300, "Marsh/Juniper"), child(1001, 7300, "Oak/Rose")
		before.Doses = []iis.SourceDose{{ID: 5, Origin: 5, Person: 1001, Source: 1001, Key: "k1"}}
		after.Doses = []iis.SourceDose{{ID: 6, Origin: 6, Person: 1001, Source: 1001, Key: "k2"}}
		names := func() (given []string) {
			is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
				whole, err := tx.Folder(1001)
				if err != nil {
					return err
				}
				said, err := tx.Described(1001)
				if err != nil {
					return err
				}
				unread, _, err := tx.UnreadAfter(0)
				if err != nil {
					return err
				}
				read, err := unread[0].Described()
				if err != nil {
					return err
				}
				records, err := tx.RecordsAfter(0)
				if err != nil {
					return err
				}
				record, err := records[0].Folder()
				if err != nil {
					return err
				}
				is.Equal(t, "the doses", whole.Doses, record.Doses)
				for _, sources := range [][]store.SourcePerson{whole.Sources, said[0].Sources, read.Sources, record.Sources} {
					given = append(given, sources[0].Person.Names[0].Given)
				}
				given = append(given, whole.Doses[0].Key)
				return nil
			}))
			return given
		}
		put(t, s, before)
		is.Equal(t, "apart", names(), []string{"Juniper", "Juniper", "Juniper", "Juniper", "k1"})
		is.NoError(t, "as an older program does", s.Write(context.Background(), func(tx *store.Tx) error {
			if err := tx.Exec(`DELETE FROM person_said WHERE person_id = $1`, 1001); err != nil { // as migration 33 leaves it
				return err
			}
			return tx.Exec(`UPDATE person SET folder = $1 WHERE id = $2`, store.WholeFolder(after), 1001)
		}))
		is.Equal(t, "whole", names(), []string{"Rose", "Rose", "Rose", "Rose", "k2"})
		before.Created = time.UnixMicro(1)
		put(t, s, before)
		is.Equal(t, "apart again", names(), []string{"Juniper", "Juniper", "Juniper", "Juniper", "k1"})
	})
}
