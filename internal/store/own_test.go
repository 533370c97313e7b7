package store_test

import (
	"context"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// A sender's number leads to the same record whether number and record are read by
// one statement or, as on several servers, one after the other.
func TestAnOwnNumberLeadsToTheSameRecordOnOneServerOrSeveral(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		known, other := child(1001, 7300, "Marsh/Juniper"), child(1002, 7400, "Oak/Rose")
		put(t, s, known, other)
		is.NoError(t, "numbers", s.Write(context.Background(), func(tx *store.Tx) error {
			for _, k := range []struct {
				sender iis.SenderID
				person iis.PersonID
				own    []string
				bare   []string
			}{
				{1, 1001, []string{"MR|A|1", "MR|A|2"}, []string{"*|*|1", "*|*|2"}},
				{1, 1002, []string{"MR|B|1"}, []string{"*|*|1"}}, // the number alone was two persons'
				{2, 1002, []string{"MR|A|1"}, nil},
				{2, 1003, []string{"MR|A|3"}, nil}, // whose record is no more
			} {
				if err := tx.AddKeys(k.sender, k.person, iis.SourceID(k.person), k.own, k.bare, nil); err != nil {
					return err
				}
			}
			return nil
		}))
		read := func(sender iis.SenderID, own ...string) (id iis.PersonID) {
			is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
				f, source, err := tx.ReadOwn(sender, own)
				if f != nil {
					id = f.ID
					is.Equal(t, "the source", iis.PersonID(source), id)
					is.Equal(t, "the sources of the record", len(f.Sources), 1)
				}
				return err
			}))
			return id
		}
		for _, together := range []bool{true, false} {
			store.SetTogether(s, together)
			is.Equal(t, "its number", read(1, "MR|A|1"), 1001)
			is.Equal(t, "its number alone", read(1, "*|*|2"), 1001)
			is.Equal(t, "another sender's patient", read(2, "MR|A|1"), 1002)
			is.Equal(t, "a number alone that two had", read(1, "*|*|1"), 0)
			is.Equal(t, "a number of nobody", read(1, "MR|A|9"), 0)
			is.Equal(t, "a record that is no more", read(2, "MR|A|3"), 0)
			is.Equal(t, "two numbers of one", read(1, "MR|A|1", "MR|A|2"), 1001)
			is.Equal(t, "numbers of two", read(1, "MR|A|1", "MR|B|1"), 0)
			is.Equal(t, "no number", read(1), 0)
		}
	})
}
