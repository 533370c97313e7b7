package store

import "openiis/internal/store/db"

// Rehearsal is this registry with everything that is written to it undone:
// what a transaction would have left is shown to look just before. It is of
// this registry, and closes with it.
func (s *Store) Rehearsal(look func(*Tx) error) *Store {
	r := &Store{ids: s.ids, clock: s.clock, salt: s.salt, toRead: s.toRead, together: s.together, running: s.running}
	r.close = func() error { return nil } // it is not this one's to close
	r.db = db.Dry(s.db, func(tx db.Tx) error { return look(&Tx{Tx: tx, s: r}) })
	return r
}
