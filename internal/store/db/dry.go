package db

import (
	"context"
	"errors"
)

// Dry is a database in which everything can be tried and nothing is kept: a
// Write runs as it would, is looked at by look, and is undone; what is appended
// never runs. Reads see the real database. Engine, locks and reads are d's own,
// so that a dry write waits for others, and others for it, as a real one.
//
// On SQLite others that share a transaction with a dry write run again without
// it: it is for a person who tries something out, not for a program.
func Dry(d DB, look func(Tx) error) DB { return &dry{d, look} }

type dry struct {
	DB
	look func(Tx) error
}

// errDry undoes a dry write that succeeded.
var errDry = errors.New("a dry write is undone")

// Write runs fn and look, and undoes both.
func (d *dry) Write(ctx context.Context, fn func(Tx) error) error {
	err := d.DB.Write(ctx, func(tx Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if t, ok := tx.(*sqliteTx); ok {
			if failed := t.finish(); failed != nil {
				return failed.err
			}
		}
		if err := d.look(tx); err != nil {
			return err
		}
		return errDry
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}

// Append drops a transaction.
func (d *dry) Append(func(Tx) error) *Pending {
	p := &Pending{done: make(chan struct{}), ordered: true}
	close(p.done)
	return p
}

// AppendBefore drops a transaction.
func (d *dry) AppendBefore(fn func(Tx) error) *Pending { return d.Append(fn) }

// Close leaves the real database open: it is not this one's to close.
func (d *dry) Close() error { return nil }
