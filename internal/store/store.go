// Package store holds the registry's data: every SQL statement but the reports'
// own is here, written once for both database engines.
//
// It decides nothing: what to store is said by package record and the acts.
// Each file is one noun. Start at Open, Store.Write and Tx.
package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"openiis/internal/store/db"
)

// Store is an open, migrated registry. It is safe for concurrent use.
type Store struct {
	db  db.DB
	ids *idMaker
	// decisions are the numbers of decisions about who is who, which go on from others' (NewDecisionID): a server whose
	// clock is ahead takes no other ids along.
	decisions *idMaker
	clock     func() time.Time
	salt      []byte // keys the digests of the audit; secret, made with the registry
	toRead    bool   // it was opened to be looked at
	// together says that all rows are in one database: a sender's numbers and the
	// records to which they lead can be read by one statement.
	together bool
	running  *running
	audited  atomic.Bool  // this program added lines to the audit
	close    func() error // end, once
}

// Tx is a transaction with the verbs of every noun.
type Tx struct {
	db.Tx
	s     *Store
	batch *Batch     // of people who are judged ahead (Filling); nil in every other transaction
	known Remembered // what need not be decoded anew; nil: everything
}

// Open opens the registry at an address (a SQLite file or postgres://…),
// creates it when absent and migrates it. A database of another program, or of
// a newer release, is refused before anything is written to it.
func Open(ctx context.Context, address string) (*Store, error) { return open(ctx, address, false) }

// open is Open; restored says that it may be one into which opt-outs are to be carried
// over first.
func open(ctx context.Context, address string, restored bool) (*Store, error) {
	steps, err := migrations()
	if err != nil {
		return nil, err
	}
	err = db.Peek(ctx, address, func(tx db.Tx) error {
		_, err := versionOf(tx, steps)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the registry: %w", err)
	}
	d, err := db.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	s := newStore(d)
	if err := s.begin(ctx, steps, restored); err != nil {
		_ = d.Close() // the first error tells more
		return nil, err
	}
	return s, nil
}

// OpenToRead opens a registry whose schema is this program's and changes
// nothing in it: what it holds is evidence. Only Read, and what reads, may be
// called.
func OpenToRead(ctx context.Context, address string) (*Store, error) {
	steps, err := migrations()
	if err != nil {
		return nil, err
	}
	version := 0
	err = db.Peek(ctx, address, func(tx db.Tx) (err error) {
		version, err = versionOf(tx, steps)
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("open the registry: %w", err)
	case version == 0:
		return nil, errors.New("open the registry: there is none in this database")
	case version < len(steps):
		return nil, fmt.Errorf("open the registry: its schema has version %d and this program's has %d; `openiis serve` brings it up to date", version, len(steps))
	}
	d, err := db.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	s := newStore(d)
	s.toRead = true
	return s, nil
}

// newStore is a store over an open database.
func newStore(d db.DB) *Store {
	s := &Store{db: d, running: &running{}, clock: time.Now}
	s.close = sync.OnceValue(s.end)
	return s
}

// begin migrates the registry and numbers this opening of it.
func (s *Store) begin(ctx context.Context, steps []migration, restored bool) error {
	if err := migrate(ctx, s.db, steps); err != nil {
		return err
	}
	return s.write(ctx, func(tx *Tx) error {
		if first, err := tx.setting(carryFirst); err != nil || first != "" && !restored {
			return cmp.Or(err, errCarryFirst)
		}
		if err := tx.Lock(migrationLock); err != nil {
			return err
		}
		node, err := tx.nextNode()
		if err != nil {
			return err
		}
		s.ids, s.decisions = newIDMaker(node), newDecisionMaker(node)
		citus, err := tx.citus()
		if err != nil {
			return err
		}
		s.together = citus == ""
		s.salt, err = tx.secret("audit salt")
		return err
	})
}

// closeWithin is how long Close may take to seal the audit.
const closeWithin = 30 * time.Second

// Close waits for reads and writes that are under way, finishes what was
// queued, seals what this program added to the audit, and closes the database.
// Whoever reads or writes later gets fault.Busy. A second Close waits for the
// first.
func (s *Store) Close() error { return s.close() }

// end is what the first Close does.
func (s *Store) end() error {
	s.running.close()
	var err error
	if s.audited.Load() {
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		_, err = s.NewSealer().seal(ctx, time.Now())
	}
	return errors.Join(err, s.db.Close())
}

// Engine is the kind of database.
func (s *Store) Engine() db.Engine { return s.db.Engine() }

// OneWriter reports that writes run one after the other, and everybody waits for each.
func (s *Store) OneWriter() bool { return s.Engine() == db.SQLite }

// Read runs fn on what is committed; fault.Busy after Close was called.
func (s *Store) Read(ctx context.Context, fn func(*Tx) error) error {
	if err := s.running.begin(); err != nil {
		return err
	}
	defer s.running.end()
	return s.read(ctx, fn)
}

// Snapshot is Read that sees one moment throughout (db.DB): whoever is followed from a number to
// a record is not joined with another, or parted from them, in between.
func (s *Store) Snapshot(ctx context.Context, fn func(*Tx) error) error {
	if err := s.running.begin(); err != nil {
		return err
	}
	defer s.running.end()
	return s.db.Snapshot(ctx, func(tx db.Tx) error { return fn(&Tx{Tx: tx, s: s}) })
}

// Write runs fn in a transaction and returns when it is durable; fault.Busy
// after Close was called.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	if err := s.running.begin(); err != nil {
		return err
	}
	defer s.running.end()
	return s.write(ctx, fn)
}

func (s *Store) read(ctx context.Context, fn func(*Tx) error) error {
	return s.db.Read(ctx, func(tx db.Tx) error { return fn(&Tx{Tx: tx, s: s}) })
}

func (s *Store) write(ctx context.Context, fn func(*Tx) error) error {
	if s.toRead {
		return errors.New("write: the registry was opened to be read")
	}
	return s.db.Write(ctx, func(tx db.Tx) error { return fn(&Tx{Tx: tx, s: s}) })
}

// Beside works out what takes time and needs no database, beside other writes
// where that helps them, and stores it with what put does (db.Tx): the
// statements that follow do not find it yet.
func (tx *Tx) Beside(work func() (put func(*Tx) error)) error {
	return tx.Tx.Beside(func() func(db.Tx) error {
		put := work()
		return func(inner db.Tx) error { return put(&Tx{Tx: inner, s: tx.s, batch: tx.batch}) }
	})
}

// append queues a transaction that only inserts.
func (s *Store) append(fn func(*Tx) error) *db.Pending {
	return s.db.Append(func(tx db.Tx) error { return fn(&Tx{Tx: tx, s: s}) })
}

// appendBefore queues a transaction that only inserts and that a Write of the
// same caller will follow.
func (s *Store) appendBefore(fn func(*Tx) error) *db.Pending {
	return s.db.AppendBefore(func(tx db.Tx) error { return fn(&Tx{Tx: tx, s: s}) })
}

// Probe tries whether the registry can be written to: it makes a moment durable,
// and nothing else.
func (s *Store) Probe(ctx context.Context) error {
	return s.Write(ctx, func(tx *Tx) error { return tx.setSetting("probe", time.Now().UTC().Format(time.RFC3339)) })
}

// NewID makes a fresh id: ordered by time, unique among all servers of the
// registry.
func (s *Store) NewID() int64 { return s.ids.next(s.Now()) }

// Now is the registry's time: what ids and the acts over the store go by.
func (s *Store) Now() time.Time { return s.clock() }

// SetClock has the registry live at other times than now, for a demonstration
// whose messages came over weeks. Times must not go back, and nothing else may
// use the store meanwhile; the audit's seals, sign-ins and locks keep the
// machine's time.
func (s *Store) SetClock(now func() time.Time) { s.clock = now }

// setting reads a setting; "" when it was never set.
func (tx *Tx) setting(name string) (string, error) {
	var value string
	err := tx.Select(settingQuery(name, &value))
	return value, err
}

func settingQuery(name string, into *string) db.Query {
	return db.Query{
		SQL:  `SELECT value FROM setting WHERE name = $1`,
		Args: []any{name},
		Each: func(r db.Row) error { *into = r.Text(0); return nil },
	}
}

func (tx *Tx) setSetting(name, value string) error {
	return tx.Exec(`
		INSERT INTO setting (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
}

// nextNode numbers this opening of the registry, so that two programs on one
// database never make the same id.
func (tx *Tx) nextNode() (int64, error) {
	text, err := tx.setting("node")
	if err != nil {
		return 0, err
	}
	node, _ := strconv.ParseInt(text, 10, 64) // "" at first
	node++
	return node % nodes, tx.setSetting("node", strconv.FormatInt(node, 10))
}

// secret reads a random secret, and makes it the first time.
func (tx *Tx) secret(name string) ([]byte, error) {
	text, err := tx.setting(name)
	if err != nil {
		return nil, err
	}
	if text != "" {
		return hex.DecodeString(text)
	}
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	return b, tx.setSetting(name, hex.EncodeToString(b))
}
