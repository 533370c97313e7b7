package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// each runs a test on an empty database of either engine with one table.
func each(t *testing.T, test func(t *testing.T, d db.DB)) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		d, err := db.Open(ctx, address)
		is.NoError(t, "open", err)
		t.Cleanup(func() { is.NoError(t, "close", d.Close()) })
		is.NoError(t, "create", d.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Count(`CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, note TEXT)`)
			return err
		}))
		test(t, d)
	})
}

func insert(tx db.Tx, id int64, name string) error {
	return tx.Exec(`INSERT INTO thing (id, name, note) VALUES ($1, $2, $3)`, id, name, nil)
}

func count(t *testing.T, d db.DB) (n int64) {
	t.Helper()
	is.NoError(t, "count", d.Read(context.Background(), func(tx db.Tx) error {
		return tx.Select(db.Query{SQL: `SELECT count(*) FROM thing`, Each: func(r db.Row) error { n = r.Int(0); return nil }})
	}))
	return n
}

func TestAFailedWriteLeavesNoTraceAndTheOthersOfItsGroupStay(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		var group sync.WaitGroup
		for i := range int64(60) {
			group.Go(func() {
				err := d.Write(ctx, func(tx db.Tx) error {
					if err := insert(tx, i, "x"); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return boom
					case 2:
						panic("a bug")
					}
					return nil
				})
				if (i%3 == 0) != (err == nil) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		group.Wait()
		if n := count(t, d); n != 20 {
			t.Errorf("%d rows, want 20", n)
		}
	})
}

func TestABadAppendFailsAloneInItsGroup(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		var all []*db.Pending
		for i := range int64(50) {
			id := i
			if i == 25 {
				id = 0 // a key that is taken
			}
			all = append(all, d.Append(func(tx db.Tx) error { return insert(tx, id, fmt.Sprint(i)) }))
		}
		for i, p := range all {
			if err := p.Wait(); (i == 25) != (err != nil) {
				t.Errorf("append %d: %v", i, err)
			}
		}
		if n := count(t, d); n != 49 {
			t.Errorf("%d rows, want 49", n)
		}
	})
}

func TestAConstraintBrokenInAWriteIsItsError(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		two := func(tx db.Tx) error { return errors.Join(insert(tx, 1, "a"), insert(tx, 1, "b")) }
		if err := d.Write(ctx, two); err == nil {
			t.Error("the same key twice was taken")
		}
		is.NoError(t, "write after a failed one", d.Write(ctx, func(tx db.Tx) error { return insert(tx, 1, "c") }))
		if n := count(t, d); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestRowsComeBackAsTheyWere(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		is.NoError(t, "write", d.Write(ctx, func(tx db.Tx) error {
			if err := insert(tx, -9007199254740993, "ñandú \t'; DROP TABLE thing; --"); err != nil {
				return err
			}
			n, err := tx.Count(`UPDATE thing SET note = $1 WHERE id < $2`, "seen", 0)
			if n != 1 {
				t.Errorf("%d rows changed, want 1", n)
			}
			return err
		}))
		var got []string
		is.NoError(t, "read", d.Read(ctx, func(tx db.Tx) error {
			one := db.Query{SQL: `SELECT id, name, note, length(name) FROM thing`, Each: func(r db.Row) error {
				got = append(got, fmt.Sprintln(r.Int(0), r.Text(1), r.Text(2), r.Null(2), string(r.Bytes(1)) == r.Text(1)))
				return nil
			}}
			return tx.Select(one, one)
		}))
		want := "-9007199254740993 ñandú \t'; DROP TABLE thing; -- seen false true\n"
		is.Equal(t, "rows", got, []string{want, want})
	})
}

func TestAReadCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		err := d.Read(context.Background(), func(tx db.Tx) error { return insert(tx, 1, "x") })
		if err == nil || count(t, d) != 0 {
			t.Errorf("a read wrote: %v", err)
		}
	})
}

func TestCopyAddsRowsInBulk(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		i := 0
		is.NoError(t, "copy", d.Write(context.Background(), func(tx db.Tx) error {
			return tx.Copy("thing", []string{"id", "name"}, func(row []any) (bool, error) {
				i++
				row[0], row[1] = i, fmt.Sprint(i)
				return i <= 1000, nil
			})
		}))
		if n := count(t, d); n != 1000 {
			t.Errorf("%d rows, want 1000", n)
		}
	})
}

func TestAClosedDatabaseRefusesWrites(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		d, err := db.Open(ctx, address)
		is.NoError(t, "open", err)
		is.NoError(t, "close", d.Close())
		is.NoError(t, "close again", d.Close())
		if d.Append(func(db.Tx) error { return nil }).Wait() == nil {
			t.Error("append after close")
		}
		if d.Write(ctx, func(db.Tx) error { return nil }) == nil {
			t.Error("write after close")
		}
	})
}

// Two writes that each hold what the other wants: the server ends one, which is
// tried again when the other is done.
func TestWritesThatWaitForEachOtherBothHappen(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		var begun, group sync.WaitGroup
		begun.Add(2)
		for i := range int64(2) {
			once := sync.OnceFunc(begun.Done)
			group.Go(func() {
				is.NoError(t, "write", d.Write(context.Background(), func(tx db.Tx) error {
					if err := lock(tx, 1+i); err != nil {
						return err
					}
					once()
					if d.Engine() == db.PostgreSQL { // on SQLite one begins when the other is done
						begun.Wait()
					}
					if err := lock(tx, 2-i); err != nil {
						return err
					}
					return insert(tx, i, "x")
				}))
			})
		}
		group.Wait()
		is.Equal(t, "rows", count(t, d), int64(2))
	})
}

// lock takes a lock at once.
func lock(tx db.Tx, key int64) error {
	if err := tx.Lock(key); err != nil {
		return err
	}
	return tx.Select(db.Query{SQL: `SELECT 1`})
}

func TestADryWriteIsSeenByItsLookAndThenUndone(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		is.NoError(t, "a real one", d.Write(ctx, func(tx db.Tx) error { return insert(tx, 1, "real") }))
		var seen int64
		look := func(tx db.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT count(*) FROM thing`, Each: func(r db.Row) error { seen = r.Int(0); return nil }})
		}
		dry := db.Dry(d, look)
		is.NoError(t, "a dry one", dry.Write(ctx, func(tx db.Tx) error { return insert(tx, 2, "dry") }))
		is.Equal(t, "seen", seen, int64(2))
		is.NoError(t, "appended", dry.Append(func(tx db.Tx) error { return insert(tx, 3, "dry") }).Wait())
		is.NoError(t, "appended before", dry.AppendBefore(func(tx db.Tx) error { return insert(tx, 4, "dry") }).Before())
		boom := errors.New("boom")
		if err := dry.Write(ctx, func(tx db.Tx) error { return boom }); !errors.Is(err, boom) {
			t.Errorf("a dry write that fails gives %v", err)
		}
		is.NoError(t, "close", dry.Close())
		is.Equal(t, "kept", count(t, d), int64(1))
	})
}

func TestDryWritesTakeNoRealOnesWithThem(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		dry := db.Dry(d, func(db.Tx) error { return nil })
		var group sync.WaitGroup
		for i := range int64(60) {
			group.Go(func() {
				to := d
				if i%3 == 0 {
					to = dry
				}
				is.NoError(t, "write", to.Write(ctx, func(tx db.Tx) error { return insert(tx, i, "x") }))
			})
		}
		group.Wait()
		is.Equal(t, "kept", count(t, d), int64(40))
	})
}

// TestAReaderThatGaveUpLeavesNothingToTheNext: its connection is used again.
func TestAReaderThatGaveUpLeavesNothingToTheNext(t *testing.T) {
	each(t, func(t *testing.T, d db.DB) {
		for i := range int64(20) {
			ctx, giveUp := context.WithCancel(context.Background())
			_ = d.Read(ctx, func(tx db.Tx) error {
				err := tx.Select(db.Query{SQL: `SELECT count(*) FROM thing`})
				giveUp()
				return err
			})
			is.NoError(t, "write", d.Write(context.Background(), func(tx db.Tx) error { return insert(tx, i, "x") }))
			for range 13 { // one after the other, in turn over all connections
				is.Equal(t, "what the next reads", count(t, d), i+1)
			}
		}
	})
}
