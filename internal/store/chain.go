package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"
	"time"

	"openiis/internal/store/db"
)

// Head is a seal of the audit's chain as one remembers it: the chain that no
// longer has it was cut off or changed.
type Head struct {
	Seal int64 // its number, from 1; 0 before the first
	At   time.Time
	Hash []byte // SHA-256 over all before it
}

// equal reports the same seal with the same hash.
func (h Head) equal(other Head) bool { return h.Seal == other.Seal && bytes.Equal(h.Hash, other.Hash) }

// link is a seal while it is hashed. Rows are added in the order of their ids.
type link struct {
	ids  []int64
	hash hash.Hash
	row  []byte // the row at hand; the next one takes its room
}

// newLink begins the seal after another. Number and time are in the hash, so
// that neither can be changed.
func newLink(before []byte, seq int64, at time.Time) *link {
	l := &link{hash: sha256.New()}
	l.hash.Write(before)
	b := binary.BigEndian.AppendUint64(nil, uint64(seq))
	l.hash.Write(binary.BigEndian.AppendUint64(b, uint64(at.UnixMicro())))
	return l
}

// add adds a row of auditColumns.
func (l *link) add(r db.Row) error {
	l.ids = append(l.ids, r.Int(0))
	l.row = appendRow(l.row[:0], r)
	l.hash.Write(l.row)
	return nil
}

// packIDs writes ids as the varint differences between them.
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
	ids := make([]int64, 0, len(b)/3) // a difference takes three or four bytes under load
	last := int64(0)
	for len(b) > 0 {
		d, n := binary.Varint(b)
		if n <= 0 {
			return nil, errors.New("a list of ids cannot be read")
		}
		last += d
		ids = append(ids, last)
		b = b[n:]
	}
	return ids, nil
}

// seal is a seal as stored.
type seal struct {
	Head
	ids  []int64 // rising
	torn bool    // what is stored is no such list; ids is empty
}

// sealColumns are what scanSeal reads.
const sealColumns = `seq, at, hash, ids`

func scanSeal(r db.Row) seal {
	s := seal{Head: Head{r.Int(0), time.UnixMicro(r.Int(1)).UTC(), r.Bytes(2)}}
	ids, err := unpackIDs(r.Bytes(3))
	if s.torn = err != nil || !slices.IsSorted(ids); !s.torn {
		s.ids = ids
	}
	return s
}

// AuditHead is the newest seal; the zero Head before the first. Whoever keeps
// it elsewhere can give it to VerifyAudit later.
func (s *Store) AuditHead(ctx context.Context) (Head, error) {
	var h Head
	err := s.Read(ctx, func(tx *Tx) error {
		return tx.Select(db.Query{
			SQL: `SELECT ` + sealColumns + ` FROM audit_seal ORDER BY seq DESC LIMIT 1`, Each: func(r db.Row) error {
				h = scanSeal(r).Head
				return nil
			},
		})
	})
	return h, err
}

// headSetting is where the registry itself writes down its newest seal, beside
// the chain: a chain that lost its end no longer agrees with it.
const headSetting = "audit head"

// recordedHead reads what the registry wrote down last; the zero Head when that
// is nothing or cannot be read.
func (tx *Tx) recordedHead() (Head, error) {
	text, err := tx.setting(headSetting)
	var h Head
	var at int64
	if _, bad := fmt.Sscanf(text, "%d %d %x", &h.Seal, &at, &h.Hash); bad != nil {
		return Head{}, err
	}
	h.At = time.UnixMicro(at).UTC()
	return h, err
}

func (tx *Tx) recordHead(h Head) error {
	return tx.setSetting(headSetting, fmt.Sprintf("%d %d %x", h.Seal, h.At.UnixMicro(), h.Hash))
}
