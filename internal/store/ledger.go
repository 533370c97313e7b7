package store

import (
	"math"
	"slices"

	"openiis/internal/store/db"
)

// ledger counts the rows under seals, by stretches of time, and which seals
// these are. Held against the rows it shows, at the price of a count, whether
// there is a row without a seal.
type ledger struct {
	bits      uint // an id without so many low bits is the number of its stretch
	stretches map[int64]stretch
}

// stretch is what the ledger knows of one stretch of time.
type stretch struct {
	rows        int64
	first, last int64 // seals that cover some of them
}

func newLedger(bits uint) ledger { return ledger{bits, map[int64]stretch{}} }

// note counts the rows under a seal.
func (l *ledger) note(seal int64, ids []int64) {
	for len(ids) > 0 {
		number, n := ids[0]>>l.bits, 1
		for n < len(ids) && ids[n]>>l.bits == number {
			n++
		}
		s, known := l.stretches[number]
		if !known {
			s.first = seal
		}
		l.stretches[number] = stretch{s.rows + int64(n), min(s.first, seal), max(s.last, seal)}
		ids = ids[n:]
	}
}

// between sums up the stretches of the ids from lo to hi.
func (l *ledger) between(lo, hi int64) stretch {
	sum := stretch{first: math.MaxInt64}
	for number, s := range l.stretches {
		if lo>>l.bits <= number && number <= hi>>l.bits {
			sum.rows += s.rows
			sum.first, sum.last = min(sum.first, s.first), max(sum.last, s.last)
		}
	}
	return sum
}

// forget drops the stretches before a number.
func (l *ledger) forget(before int64) {
	for number := range l.stretches {
		if number < before {
			delete(l.stretches, number)
		}
	}
}

// unsealed hands over the rows with ids from lo to hi that no seal covers. It
// counts them and looks closer only where the ledger has another count. No
// stretch may hold sealed rows outside of the bounds.
func (tx *Tx) unsealed(l *ledger, lo, hi int64, each func(id int64)) error {
	if lo > hi {
		return nil
	}
	rows, sealed := int64(0), l.between(lo, hi)
	err := tx.Select(db.Query{
		SQL:  `SELECT count(*) FROM audit WHERE id >= $1 AND id <= $2`,
		Args: []any{lo, hi},
		Each: func(r db.Row) error { rows = r.Int(0); return nil },
	})
	if err != nil || rows == sealed.rows {
		return err
	}
	if first, last := lo>>l.bits, hi>>l.bits; first < last {
		middle := (first + (last-first+1)/2) << l.bits
		if err := tx.unsealed(l, lo, middle-1, each); err != nil {
			return err
		}
		return tx.unsealed(l, middle, hi, each)
	}
	known, err := tx.idsUnder(sealed.first, sealed.last, lo, hi)
	if err != nil {
		return err
	}
	return tx.Select(db.Query{
		SQL:  `SELECT id FROM audit WHERE id >= $1 AND id <= $2 ORDER BY id`,
		Args: []any{lo, hi},
		Each: func(r db.Row) error {
			if _, found := slices.BinarySearch(known, r.Int(0)); !found {
				each(r.Int(0))
			}
			return nil
		},
	})
}

// idsUnder are the ids from lo to hi that the seals from first to last cover,
// rising.
func (tx *Tx) idsUnder(first, last, lo, hi int64) ([]int64, error) {
	var ids []int64
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + sealColumns + ` FROM audit_seal WHERE seq >= $1 AND seq <= $2 ORDER BY seq`,
		Args: []any{first, last},
		Each: func(r db.Row) error {
			for _, id := range scanSeal(r).ids {
				if lo <= id && id <= hi {
					ids = append(ids, id)
				}
			}
			return nil
		},
	})
	slices.Sort(ids)
	return ids, err
}
