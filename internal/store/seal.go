package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"openiis/internal/store/db"
)

// How the sealer looks for rows. Most are behind the newest sealed row and are
// read once. A row may also become visible later than others with higher ids:
// on PostgreSQL when its transaction commits, on SQLite when another program's
// clock is behind. So the stretches of time behind are counted again, the
// newest in each pass, the others each time their age has doubled: a row that
// was late by some time is found after about as much again.
const (
	stretchBits = nodeBits + countBits + 11 // stretches of 2.048 s
	lookBack    = 512                       // stretches: 17 minutes
	sealMax     = 10_000                    // new rows read for one seal, as its query says
	sealPage    = 256                       // seals read at once, as their queries say
)

// sealLock excludes two servers that add a seal at once.
const sealLock = 0x5EA1_0000

// Sealer chains the audit: each pass hashes the rows that no seal covers yet
// onto the chain. Whoever changes or removes a sealed row breaks the chain. One
// Sealer runs in each server; they take turns. It belongs to one goroutine.
type Sealer struct {
	s      *Store
	begun  bool
	head   Head
	seen   int64  // the highest id under a seal
	ledger ledger // of the stretches from floor on
	floor  int64
	looked int64 // the stretch that was the present one at the pass before
}

// NewSealer makes the sealer of one server.
func (s *Store) NewSealer() *Sealer {
	return &Sealer{s: s, ledger: newLedger(stretchBits), floor: math.MinInt64 >> stretchBits}
}

// Head is the newest seal that this sealer knows, as number and hash.
func (z *Sealer) Head() (seal int64, hash []byte) { return z.head.Seal, z.head.Hash }

// Pass seals what is not sealed and says how many rows that were. That the
// chain was cut is an error, told once; rows are sealed all the same, after the
// seal that is gone, so that the gap stays visible for ever.
func (z *Sealer) Pass(ctx context.Context, now time.Time) (int, error) {
	if err := z.s.running.begin(); err != nil {
		return 0, err
	}
	defer z.s.running.end()
	return z.seal(ctx, now)
}

// errCut is in every error that tells of a cut chain.
var errCut = errors.New("the audit was cut")

func (z *Sealer) seal(ctx context.Context, now time.Time) (int, error) {
	total, told := 0, error(nil)
	for more := true; more; {
		n, again, err := z.once(ctx, now)
		total, more = total+n, again
		switch {
		case errors.Is(err, errCut):
			told, more = err, true
		case err != nil:
			return total, fmt.Errorf("seal the audit: %w", err)
		}
	}
	return total, told
}

// once adds one seal; more says that there may be rows for another.
func (z *Sealer) once(ctx context.Context, now time.Time) (n int, more bool, err error) {
	var l *link
	err = z.s.read(ctx, func(tx *Tx) error {
		if err := z.follow(tx); err != nil {
			return err
		}
		late, err := z.late(tx, now)
		if err != nil {
			return err
		}
		if more = len(late) > sealMax; more {
			late = late[:sealMax]
		}
		l = newLink(z.head.Hash, z.head.Seal+1, now)
		return l.read(tx, late, z.seen)
	})
	if err != nil {
		return 0, false, err
	}
	if len(l.ids) > 0 {
		var added bool
		if added, err = z.add(ctx, l, now); !added { // another server has: follow it at the next pass
			return 0, false, err
		}
	}
	if !more {
		z.looked = idAt(now) >> stretchBits
		z.floor = max(z.floor, z.looked-2*lookBack)
		z.ledger.forget(z.floor)
	}
	return len(l.ids), more || len(l.ids) >= sealMax, err
}

// follow learns of the seals that were added since the pass before.
func (z *Sealer) follow(tx *Tx) error {
	if !z.begun {
		return z.begin(tx)
	}
	for n := sealPage; n == sealPage; {
		n = 0
		err := tx.Select(db.Query{
			SQL:  `SELECT ` + sealColumns + ` FROM audit_seal WHERE seq > $1 ORDER BY seq LIMIT 256`,
			Args: []any{z.head.Seal},
			Each: func(r db.Row) error {
				n++
				next := scanSeal(r)
				z.head = next.Head
				z.note(next.Seal, next.ids)
				return nil
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// begin reads the end of the chain, newest first: as far as the stretches go
// that will be looked at, and as much again for clocks that differ.
func (z *Sealer) begin(tx *Tx) error {
	recorded, err := tx.recordedHead() // before the seals: another server may add one meanwhile
	if err != nil {
		return err
	}
	z.head, z.seen, z.ledger = Head{}, 0, newLedger(stretchBits)
	next, back := int64(math.MaxInt64), true
	for n := sealPage; n == sealPage && back; {
		n = 0
		err := tx.Select(db.Query{
			SQL:  `SELECT ` + sealColumns + ` FROM audit_seal WHERE seq < $1 ORDER BY seq DESC LIMIT 256`,
			Args: []any{next},
			Each: func(r db.Row) error {
				n++
				s := scanSeal(r)
				if z.head.Seal == 0 {
					z.head = s.Head
					z.looked = idAt(s.At) >> stretchBits
					z.floor = z.looked - lookBack
				}
				z.note(s.Seal, s.ids)
				next, back = s.Seal, idAt(s.At)>>stretchBits >= z.floor-lookBack
				return nil
			},
		})
		if err != nil {
			return err
		}
	}
	z.begun = true
	if recorded.Seal > z.head.Seal {
		found := z.head.Seal
		z.head = recorded
		return cut(found, recorded)
	}
	return nil
}

// note counts rows as sealed.
func (z *Sealer) note(seal int64, ids []int64) {
	z.ledger.note(seal, ids)
	if len(ids) > 0 {
		z.seen = max(z.seen, ids[len(ids)-1])
	}
}

// cut says that the chain does not end where it did.
func cut(found int64, want Head) error {
	return fmt.Errorf("%w: its last seal is %d and was %d at %s; new rows are sealed, and the gap will show when the audit is verified",
		errCut, found, want.Seal, want.At.Format(time.RFC3339))
}

// late are the rows behind the newest sealed one that no seal covers, rising.
func (z *Sealer) late(tx *Tx, now time.Time) ([]int64, error) {
	var ids []int64
	look := func(from, hi int64) error {
		lo := max(from, z.floor) << stretchBits
		return tx.unsealed(&z.ledger, lo, min(hi, z.seen), func(id int64) { ids = append(ids, id) })
	}
	present := idAt(now) >> stretchBits
	if err := look(present-1, z.seen); err != nil {
		return nil, err
	}
	for age := int64(2); age <= lookBack; age *= 2 {
		if err := look(z.looked-age+1, (present-age+1)<<stretchBits-1); err != nil {
			return nil, err
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// read adds the rows with some ids, and after them those above an id.
func (l *link) read(tx *Tx, ids []int64, above int64) error {
	for some := range slices.Chunk(ids, 200) {
		queries := make([]db.Query, len(some))
		for i, id := range some {
			queries[i] = db.Query{SQL: `SELECT ` + auditColumns + ` FROM audit WHERE id = $1`, Args: []any{id}, Each: l.add}
		}
		if err := tx.Select(queries...); err != nil {
			return err
		}
	}
	return tx.Select(db.Query{
		SQL:  `SELECT ` + auditColumns + ` FROM audit WHERE id > $1 ORDER BY id LIMIT 10000`,
		Args: []any{above},
		Each: l.add,
	})
}

// add stores a link as the next seal, unless another server has added one since
// we looked. That the chain was cut is an error when it is added, too.
func (z *Sealer) add(ctx context.Context, l *link, now time.Time) (added bool, err error) {
	next := Head{z.head.Seal + 1, now, l.hash.Sum(nil)}
	var recorded Head
	err = z.s.write(ctx, func(tx *Tx) error {
		if err := tx.Lock(sealLock); err != nil {
			return err
		}
		var err error
		if recorded, err = tx.recordedHead(); err != nil || recorded.Seal > z.head.Seal {
			return err
		}
		err = tx.Exec(`INSERT INTO audit_seal (seq, at, ids, hash) VALUES ($1, $2, $3, $4)`,
			next.Seal, next.At.UnixMicro(), packIDs(l.ids), next.Hash)
		if err != nil {
			return err
		}
		return tx.recordHead(next)
	})
	if err != nil || recorded.Seal > z.head.Seal {
		return false, err
	}
	before := z.head
	z.head = next
	z.note(next.Seal, l.ids)
	if !recorded.equal(before) {
		return true, cut(recorded.Seal, before)
	}
	return true, nil
}
