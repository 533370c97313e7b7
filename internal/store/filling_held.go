package store

import (
	"context"
	"encoding/binary"

	"github.com/klauspost/compress/s2"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// heldNumber is a sender's own number for a person, held back.
type heldNumber struct {
	heldSource
	sender iis.SenderID
	k      string
	bare   bool
}

// heldWriter writes keys one after the other.
type heldWriter struct{ out []byte }

func (w *heldWriter) int(n int64) { w.out = binary.BigEndian.AppendUint64(w.out, uint64(n)) }
func (w *heldWriter) count(n int) { w.out = binary.AppendUvarint(w.out, uint64(n)) }
func (w *heldWriter) text(s string) {
	w.count(len(s))
	w.out = append(w.out, s...)
}

func (w *heldWriter) word(s heldSource) {
	w.int(int64(s.source))
	w.int(int64(s.person))
}

func (w *heldWriter) own(o *heldNumber) {
	w.word(o.heldSource)
	w.int(int64(o.sender))
	w.count(map[bool]int{true: 1}[o.bare])
	w.text(o.k)
}

func (w *heldWriter) search(person iis.PersonID, k searchKey) {
	w.int(int64(person))
	w.int(int64(k.birth))
	w.text(k.k)
}

// heldReader reads what a heldWriter wrote.
type heldReader struct {
	in  string
	err error
}

func (h *heldReader) int() int64 {
	if len(h.in) < 8 {
		h.in, h.err = "", errBody
		return 0
	}
	n := int64(binary.BigEndian.Uint64([]byte(h.in[:8])))
	h.in = h.in[8:]
	return n
}

func (h *heldReader) count() int {
	n, size := binary.Uvarint([]byte(h.in[:min(len(h.in), binary.MaxVarintLen64)]))
	if size <= 0 || n > uint64(len(h.in)) {
		h.in, h.err = "", errBody
		return 0
	}
	h.in = h.in[size:]
	return int(n)
}

func (h *heldReader) text() (s string) {
	n := h.count()
	if n > len(h.in) {
		h.in, h.err = "", errBody
		return ""
	}
	s, h.in = h.in[:n], h.in[n:]
	return s
}

func (h *heldReader) word() heldSource {
	return heldSource{iis.SourceID(h.int()), iis.PersonID(h.int())}
}

func (h *heldReader) own() heldNumber {
	return heldNumber{heldSource: h.word(), sender: iis.SenderID(h.int()), bare: h.count() == 1, k: h.text()}
}

func (h *heldReader) search() (iis.PersonID, searchKey) {
	person := iis.PersonID(h.int())
	return person, searchKey{birth: cal.Date(h.int()), k: h.text()}
}

// heldAtOnce is how many chunks are read at once, as the query says.
const heldAtOnce = 16

// eachHeld hands on what is held back of one kind, in the order in which it came.
func (f *Filling) eachHeld(ctx context.Context, part int, each func(*heldReader) error) error {
	last := int64(0)
	for {
		n := 0
		err := f.s.Read(ctx, func(tx *Tx) error {
			return tx.Select(db.Query{
				SQL: `
					SELECT chunk, body FROM held_key WHERE run = $1 AND chunk > $2 AND part = $3
					ORDER BY chunk LIMIT 16`,
				Args: []any{f.run, last, part},
				Each: func(r db.Row) error {
					last = r.Int(0)
					n++
					body, err := s2.Decode(nil, r.Bytes(1))
					if err != nil {
						return err
					}
					for h := (&heldReader{in: string(body)}); h.in != ""; {
						if err := each(h); err != nil {
							return err
						}
					}
					return nil
				},
			})
		})
		if err != nil || n < heldAtOnce {
			return err
		}
	}
}
