package store_test

import (
	"context"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// TestNumbersThatTwoHadBeforeAnUpgradeMeanNobodyAlone: what an older program
// stored must not lead to the wrong child.
func TestNumbersThatTwoHadBeforeAnUpgradeMeanNobodyAlone(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		d, err := db.Open(ctx, address)
		is.NoError(t, "open", err)
		defer func() { is.NoError(t, "close", d.Close()) }()
		steps, err := store.Migrations()
		is.NoError(t, "migrations", err)
		is.NoError(t, "as it was", store.Migrate(ctx, d, steps[:4]))
		type key struct {
			sender int64
			k      string
			person int64
		}
		before := []key{
			{1, "MR|NORTH|77", 10}, {1, "MR|SOUTH|77", 20}, {1, "*|*|77", 20}, // two persons
			{1, "MR|NORTH|88", 10}, {1, "PI||88", 10}, {1, "*|*|88", 10}, // one, twice
			{1, "||99", 30}, {1, "*|*|99", 30}, {1, "MR|NORTH|A|99", 10}, {1, "*|*|A|99", 10},
			{2, "MR|NORTH|77", 40}, {2, "*|*|77", 40}, // another sender's
			{2, "MR||7%", 50}, {2, "MR|X|7_", 40}, {2, "*|*|7%", 50},
		}
		is.NoError(t, "put", d.Write(ctx, func(tx db.Tx) error {
			for _, k := range before {
				if err := tx.Exec(`INSERT INTO source_key (sender_id, k, person_id, source_id) VALUES ($1, $2, $3, $3)`, k.sender, k.k, k.person); err != nil {
					return err
				}
			}
			return nil
		}))
		is.NoError(t, "upgrade", store.Migrate(ctx, d, steps))
		after := map[key]int64{}
		is.NoError(t, "read", d.Read(ctx, func(tx db.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT sender_id, k, person_id, source_id FROM source_key`, Each: func(r db.Row) error {
				after[key{r.Int(0), r.Text(1), r.Int(2)}] = r.Int(3)
				return nil
			}})
		}))
		want := map[key]int64{}
		for _, k := range before {
			// what has a | in it is taken for the shorter number: it leads nowhere then
			if k == before[2] || k == before[7] {
				k.person = 0
			}
			want[k] = k.person
		}
		is.Equal(t, "keys", after, want)
	})
}
