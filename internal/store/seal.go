package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"time"

	"openiis/internal/store/db"
)

// How far back a pass looks for rows that are not sealed. Rows carry the time
// at which they were made, and on PostgreSQL become visible when their
// transaction commits, which may be a little later and in another order; a sweep
// looks further back for what a very slow transaction left.
const (
	sealWindow  = 3 * time.Second
	sweepWindow = 20 * time.Minute
	sweepEvery  = 5 * time.Minute
	sealMax     = 50_000 // rows read in one pass
)

// sealLock excludes two servers that seal the same part at once.
const sealLock = 0x5EA1_0000

// Sealer chains the audit: each pass hashes the rows that no seal covers yet
// onto the part's chain. Whoever changes or removes a sealed row breaks the
// chain from there on. One Sealer runs in each server; they take turns.
type Sealer struct {
	s         *Store
	parts     [auditParts]sealedPart
	lastSweep time.Time
}

// sealedPart is what the sealer knows of a chain.
type sealedPart struct {
	known  bool
	seq    int64
	hash   []byte
	seen   int64              // rows up to here have been looked at
	recent map[int64]struct{} // ids sealed that a pass may see again
}

// NewSealer makes the sealer of one server.
func (s *Store) NewSealer() *Sealer { return &Sealer{s: s} }

// Pass seals what is not sealed and says how many rows that were.
func (z *Sealer) Pass(ctx context.Context, now time.Time) (int, error) {
	window := sealWindow
	sweep := now.Sub(z.lastSweep) >= sweepEvery
	if sweep {
		window = sweepWindow
	}
	above := idAt(now.Add(-window))
	for part := range z.parts {
		if !z.parts[part].known || sweep {
			if err := z.learn(ctx, int64(part), now); err != nil {
				return 0, fmt.Errorf("read the seals of part %d: %w", part, err)
			}
		}
		above = min(above, z.parts[part].seen)
	}
	rows, more, err := z.unsealed(ctx, above)
	if err != nil {
		return 0, fmt.Errorf("read the audit: %w", err)
	}
	total := 0
	for part := range rows {
		n, err := z.sealPart(ctx, int64(part), rows[part], now)
		if err != nil {
			return total, fmt.Errorf("seal the audit, part %d: %w", part, err)
		}
		total += n
	}
	if sweep && !more {
		z.lastSweep = now
	}
	return total, nil
}

// sealPart adds a seal over rows to a part's chain.
func (z *Sealer) sealPart(ctx context.Context, part int64, rows []auditRow, now time.Time) (int, error) {
	p := &z.parts[part]
	if len(rows) == 0 {
		p.seen = max(p.seen, idAt(now.Add(-sealWindow)))
		return 0, nil
	}
	sealed := false
	hash := chain(p.hash, rows)
	err := z.s.Write(ctx, func(tx *Tx) (err error) {
		sealed, err = tx.addSeal(part, p, rows, hash, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	if !sealed { // another server has: learn from it at the next pass
		p.known = false
		return 0, nil
	}
	p.seq, p.hash = p.seq+1, hash
	for _, r := range rows {
		p.seen = max(p.seen, r.id)
		p.recent[r.id] = struct{}{}
	}
	p.forget(idAt(now.Add(-2 * sealWindow)))
	return len(rows), nil
}

// forget drops ids that no ordinary pass will look at again; a sweep learns
// them anew.
func (p *sealedPart) forget(before int64) {
	for id := range p.recent {
		if id < before && id < p.seen {
			delete(p.recent, id)
		}
	}
}

// learn reads a chain's end and the ids that its recent seals cover.
func (z *Sealer) learn(ctx context.Context, part int64, now time.Time) error {
	p := sealedPart{known: true, recent: map[int64]struct{}{}}
	since := now.Add(-2 * sweepWindow).UnixMicro()
	each := func(r db.Row) error {
		ids, err := unpackIDs(r.Bytes(2))
		if err != nil {
			return err
		}
		if seq := r.Int(0); seq > p.seq {
			p.seq, p.hash = seq, r.Bytes(1)
		}
		for _, id := range ids {
			p.recent[id] = struct{}{}
			p.seen = max(p.seen, id)
		}
		return nil
	}
	err := z.s.Read(ctx, func(tx *Tx) error {
		return tx.Select(
			db.Query{SQL: `SELECT seq, hash, ids FROM audit_seal WHERE part = $1 ORDER BY seq DESC LIMIT 1`, Args: []any{part}, Each: each},
			db.Query{SQL: `SELECT seq, hash, ids FROM audit_seal WHERE part = $1 AND at >= $2`, Args: []any{part, since}, Each: each})
	})
	if err == nil {
		z.parts[part] = p
	}
	return err
}

// unsealed are the rows above an id that no seal covers, by part and oldest
// first; more says that there are others.
func (z *Sealer) unsealed(ctx context.Context, above int64) (rows [auditParts][]auditRow, more bool, err error) {
	n := 0
	err = z.s.Read(ctx, func(tx *Tx) error {
		return tx.Select(db.Query{
			SQL:  `SELECT ` + auditColumns + ` FROM audit WHERE id > $1 ORDER BY id LIMIT $2`,
			Args: []any{above, sealMax},
			Each: func(r db.Row) error {
				n++
				part := r.Int(0)
				if _, done := z.parts[part].recent[r.Int(1)]; !done {
					rows[part] = append(rows[part], scanAudit(r))
				}
				return nil
			},
		})
	})
	return rows, n == sealMax, err
}

// addSeal adds a seal unless another server has added one since we looked.
func (tx *Tx) addSeal(part int64, p *sealedPart, rows []auditRow, hash []byte, now time.Time) (bool, error) {
	if err := tx.Lock(sealLock + part); err != nil {
		return false, err
	}
	seq := int64(0)
	err := tx.Select(db.Query{
		SQL:  `SELECT coalesce(max(seq), 0) FROM audit_seal WHERE part = $1`,
		Args: []any{part},
		Each: func(r db.Row) error { seq = r.Int(0); return nil },
	})
	if err != nil || seq != p.seq {
		return false, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	return true, tx.Exec(`INSERT INTO audit_seal (part, seq, at, ids, hash) VALUES ($1, $2, $3, $4, $5)`,
		part, seq+1, now.UnixMicro(), packIDs(ids), hash)
}

// chain is the hash of a seal: over the seal before it and the rows it covers.
func chain(before []byte, rows []auditRow) []byte {
	h := sha256.New()
	h.Write(before)
	for _, r := range rows {
		h.Write(r.content)
	}
	return h.Sum(nil)
}

func packIDs(ids []int64) []byte {
	var b []byte
	last := int64(0)
	for _, id := range ids {
		b = binary.AppendVarint(b, id-last)
		last = id
	}
	return b
}

func unpackIDs(b []byte) ([]int64, error) {
	var ids []int64
	last := int64(0)
	for len(b) > 0 {
		d, n := binary.Varint(b)
		if n <= 0 {
			return nil, errors.New("a seal's ids cannot be read")
		}
		last += d
		ids = append(ids, last)
		b = b[n:]
	}
	return ids, nil
}

// Verdict is what a verification of the audit found.
type Verdict struct {
	Rows, Seals int64
	// Unsealed counts rows that no seal covers; those of the last moments are
	// ordinary, OldUnsealed are not.
	Unsealed, OldUnsealed int64
	Broken                []string // each: part, seal, what is wrong
}

// VerifyAudit recomputes every chain.
func (s *Store) VerifyAudit(ctx context.Context, now time.Time) (Verdict, error) {
	var v Verdict
	for part := range int64(auditParts) {
		if err := s.verifyPart(ctx, part, now, &v); err != nil {
			return v, fmt.Errorf("verify the audit, part %d: %w", part, err)
		}
	}
	return v, nil
}

type seal struct {
	seq  int64
	ids  []int64
	hash []byte
}

func (s *Store) verifyPart(ctx context.Context, part int64, now time.Time, v *Verdict) error {
	var before []byte
	sealed, oldSealed := int64(0), int64(0)
	old := idAt(now.Add(-time.Minute))
	for next := int64(1); ; {
		seals, err := s.seals(ctx, part, next)
		if err != nil {
			return err
		}
		if len(seals) == 0 {
			break
		}
		for _, z := range seals {
			if z.seq != next {
				v.Broken = append(v.Broken, fmt.Sprintf("part %d: seal %d is missing", part, next))
			}
			rows, err := s.sealedRows(ctx, part, z.ids)
			if err != nil {
				return err
			}
			if len(rows) != len(z.ids) {
				v.Broken = append(v.Broken, fmt.Sprintf("part %d, seal %d: %d of %d rows are missing", part, z.seq, len(z.ids)-len(rows), len(z.ids)))
			} else if !bytes.Equal(chain(before, rows), z.hash) {
				v.Broken = append(v.Broken, fmt.Sprintf("part %d, seal %d: a row or a seal was changed", part, z.seq))
			}
			before, next = z.hash, z.seq+1
			v.Seals++
			sealed += int64(len(rows))
			for _, r := range rows {
				if r.id <= old {
					oldSealed++
				}
			}
		}
	}
	return s.Read(ctx, func(tx *Tx) error {
		return tx.Select(db.Query{
			SQL:  `SELECT count(*), coalesce(sum(CASE WHEN id <= $1 THEN 1 ELSE 0 END), 0) FROM audit WHERE part = $2`,
			Args: []any{old, part},
			Each: func(r db.Row) error {
				v.Rows += r.Int(0)
				v.Unsealed += r.Int(0) - sealed
				v.OldUnsealed += r.Int(1) - oldSealed
				return nil
			},
		})
	})
}

func (s *Store) seals(ctx context.Context, part, from int64) ([]seal, error) {
	var out []seal
	err := s.Read(ctx, func(tx *Tx) error {
		return tx.Select(db.Query{
			SQL:  `SELECT seq, ids, hash FROM audit_seal WHERE part = $1 AND seq >= $2 ORDER BY seq LIMIT 500`,
			Args: []any{part, from},
			Each: func(r db.Row) error {
				ids, err := unpackIDs(r.Bytes(1))
				out = append(out, seal{r.Int(0), ids, r.Bytes(2)})
				return err
			},
		})
	})
	return out, err
}

// sealedRows reads the rows of a seal in the seal's order.
func (s *Store) sealedRows(ctx context.Context, part int64, ids []int64) ([]auditRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	want := make(map[int64]int, len(ids))
	for i, id := range ids {
		want[id] = i
	}
	low, high := ids[0], ids[0]
	for _, id := range ids {
		low, high = min(low, id), max(high, id)
	}
	var rows []auditRow
	err := s.Read(ctx, func(tx *Tx) error {
		return tx.Select(db.Query{
			SQL:  `SELECT ` + auditColumns + ` FROM audit WHERE id >= $1 AND id <= $2 AND part = $3`,
			Args: []any{low, high, part},
			Each: func(r db.Row) error {
				if _, in := want[r.Int(1)]; in {
					rows = append(rows, scanAudit(r))
				}
				return nil
			},
		})
	})
	sort.Slice(rows, func(i, j int) bool { return want[rows[i].id] < want[rows[j].id] })
	return rows, err
}
