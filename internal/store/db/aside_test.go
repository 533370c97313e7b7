package db_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store/db"
)

// beside inserts the second row of a pair beside the transaction, unless how
// says that it fails there.
func beside(tx db.Tx, id int64, how int64) error {
	if err := insert(tx, 2*id, "row"); err != nil {
		return err
	}
	return tx.Beside(func() func(db.Tx) error {
		if how == 3 {
			panic("a bug while it is worked out")
		}
		return func(tx db.Tx) error {
			switch how {
			case 1:
				return errors.New("boom")
			case 2:
				panic("a bug")
			case 4:
				return insert(tx, 0, "a key that is taken")
			}
			return insert(tx, 2*id+1, "beside")
		}
	})
}

func TestWhatFailsBesideFailsItsOwnWriteOnly(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		is.NoError(t, "the first", d.Write(context.Background(), func(tx db.Tx) error { return beside(tx, 0, 0) }))
		var group sync.WaitGroup
		for i := range int64(100) {
			group.Go(func() {
				err := d.Write(context.Background(), func(tx db.Tx) error {
					if i%10 == 5 { // a failure before anything was changed, and one after
						return errors.New("no")
					}
					if err := beside(tx, i+1, i%10); err != nil || i%10 != 6 {
						return err
					}
					return errors.New("too late")
				})
				if good := i%10 == 0 || i%10 > 6; good != (err == nil) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		group.Wait()
		is.Equal(t, "rows", count(t, d), 2*(1+40))
	})
}

func TestWhatIsBesideComesInTheOrderOfTheWrites(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		is.NoError(t, "insert", d.Write(ctx, func(tx db.Tx) error { return insert(tx, 1, "first") }))
		var mu sync.Mutex
		var last string // of the writes, in the order in which they were made
		var group sync.WaitGroup
		for i := range 60 {
			group.Go(func() {
				name := string(rune('A' + i))
				is.NoError(t, "write", d.Write(ctx, func(tx db.Tx) error {
					if err := lock(tx, 1); err != nil {
						return err
					}
					mu.Lock()
					last = name
					mu.Unlock()
					return tx.Beside(func() func(db.Tx) error {
						return func(tx db.Tx) error { return tx.Exec(`UPDATE thing SET name = $1 WHERE id = 1`, name) }
					})
				}))
			})
		}
		group.Wait()
		var got string
		is.NoError(t, "read", d.Read(ctx, func(tx db.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT name FROM thing WHERE id = 1`, Each: func(r db.Row) error { got = r.Text(0); return nil }})
		}))
		is.Equal(t, "the newest", got, last)
	})
}

func TestADryWriteShowsWhatIsBeside(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		var seen int64
		dry := db.Dry(d, func(tx db.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT count(*) FROM thing`, Each: func(r db.Row) error { seen = r.Int(0); return nil }})
		})
		is.NoError(t, "write", dry.Write(context.Background(), func(tx db.Tx) error { return beside(tx, 1, 0) }))
		is.Equal(t, "rows that were shown", seen, int64(2))
		is.Equal(t, "rows that are left", count(t, d), 0)
	})
}
