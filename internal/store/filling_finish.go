package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// KeysPut is how many of the keys that were held back are stored: of those of each
// kind so many stretches, from the least key on.
type KeysPut struct {
	Match, Own, Search int
	All                bool
}

// How keys are stored.
const (
	keysAtOnce   = 1 << 18 // match keys in a transaction, about
	heldRange    = 3 << 20 // other keys that are sorted, and stored, at once
	heldSampling = 512     // one in so many tells where ranges end
)

// Finish stores the keys that were held back, each kind in the order of its table,
// and ends the filling. done is how far that came before; save is called in every
// transaction with how far it comes. Nothing can be judged any more.
func (f *Filling) Finish(ctx context.Context, chunks int64, done KeysPut, save func(*Tx, KeysPut) error) error {
	f.cards, f.own = cards{}, nil
	end := &finishing{f, ctx, chunks, done, save}
	for _, step := range []func() error{end.match, end.own, end.search, end.all} {
		if err := step(); err != nil {
			return fmt.Errorf("store keys that were held back: %w", err)
		}
	}
	return nil
}

// finishing is a Finish on its way.
type finishing struct {
	f      *Filling
	ctx    context.Context
	chunks int64
	done   KeysPut
	save   func(*Tx, KeysPut) error
}

// table is where keys are stored.
type keyTable struct {
	name    string
	columns []string
	unique  string
}

var (
	matchKeys  = keyTable{"match_key", []string{"k", "source_id", "person_id"}, "k, source_id"}
	sourceKeys = keyTable{"source_key", []string{"sender_id", "k", "person_id", "source_id"}, "sender_id, k"}
	searchKeys = keyTable{"search_key", []string{"span", "k", "birth", "person_id"}, "span, k, birth, person_id"}
)

// put stores rows with how far that comes. Where others write too, a row may be
// there: it is newer, and stays.
func (e *finishing) put(into keyTable, n int, fill func(i int, row []any), to KeysPut) error {
	put := func() error {
		return e.f.s.Write(e.ctx, func(tx *Tx) error {
			err := e.f.Alone(tx, e.chunks)
			switch {
			case err == nil:
				err = tx.Copy(into.name, into.columns, rowsOf(n, fill))
			case errors.Is(err, ErrNotAlone):
				err = tx.insertRows(into, n, fill)
			}
			if err != nil {
				return err
			}
			return e.save(tx, to)
		})
	}
	err := put()
	if err != nil && e.ctx.Err() == nil {
		err = put() // somebody came between: now that shows
	}
	if err == nil {
		e.done = to
	}
	return err
}

// insertRows adds rows that are not there.
func (tx *Tx) insertRows(into keyTable, n int, fill func(i int, row []any)) error {
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = make([]any, len(into.columns))
		fill(i, rows[i])
	}
	return tx.insert("INSERT INTO "+into.name+" ("+strings.Join(into.columns, ", ")+")",
		" ON CONFLICT ("+into.unique+") DO NOTHING", rows)
}

// match stores match keys, some stretches at a time. The next are put in order
// meanwhile.
func (e *finishing) match() error {
	type ordered struct {
		rows []indexed
		to   int
	}
	ready := make(chan ordered)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(ready)
		var s ordered
		for n := e.done.Match; n < keyStretches; n++ {
			s.rows = append(s.rows, e.f.keys.inOrder(n)...)
			if s.to = n + 1; len(s.rows) < keysAtOnce && s.to < keyStretches {
				continue
			}
			select {
			case ready <- s:
			case <-stop:
				return
			}
			s = ordered{}
		}
	}()
	for s := range ready {
		to := e.done
		to.Match = s.to
		err := e.put(matchKeys, len(s.rows), func(i int, row []any) {
			k := s.rows[i]
			of := e.f.sources[k.source-1]
			row[0], row[1], row[2] = k.k, int64(of.source), int64(of.person)
		}, to)
		if err != nil {
			return err
		}
	}
	e.f.keys, e.f.sources = nil, nil
	return nil
}

// heldKey is a key of a number or of a search.
type heldKey struct {
	at     int64 // the sender, or the span of days of birth
	k      string
	birth  cal.Date // of a search
	person iis.PersonID
	source iis.SourceID // of a number
	bare   bool
}

func (a *heldKey) compare(b *heldKey) int {
	return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.k, b.k))
}

// readKey reads a key of a kind.
func (h *heldReader) readKey(part int) heldKey {
	if part == heldOwn {
		o := h.own()
		return heldKey{at: int64(o.sender), k: o.k, person: o.person, source: o.source, bare: o.bare}
	}
	person, k := h.search()
	return heldKey{at: span(k.birth), k: k.k, birth: k.birth, person: person}
}

// own stores senders' own numbers.
func (e *finishing) own() error {
	return e.ranges(heldOwn, e.done.Own, func(keys []heldKey, n int) error {
		keys = lastOfEach(keys)
		to := e.done
		to.Own = n
		return e.put(sourceKeys, len(keys), func(i int, row []any) {
			k := &keys[i]
			row[0], row[1], row[2], row[3] = k.at, k.k, int64(k.person), int64(k.source)
		}, to)
	})
}

// lastOfEach leaves of each number, of which all stand together in the order in
// which they came, where it leads in the end (AddKeys).
func lastOfEach(keys []heldKey) []heldKey {
	out := keys[:0]
	for _, k := range keys {
		last := len(out) - 1
		switch {
		case last < 0 || out[last].compare(&k) != 0:
			out = append(out, k)
		case k.bare && out[last].person != k.person:
			out[last].person, out[last].source = 0, 0
		default:
			out[last] = k
		}
	}
	return out
}

// search stores what people are found by from the search box.
func (e *finishing) search() error {
	return e.ranges(heldSearch, e.done.Search, func(keys []heldKey, n int) error {
		slices.SortFunc(keys, func(a, b heldKey) int {
			return cmp.Or(a.compare(&b), cmp.Compare(a.birth, b.birth), cmp.Compare(a.person, b.person))
		})
		keys = slices.Compact(keys)
		to := e.done
		to.Search = n
		return e.put(searchKeys, len(keys), func(i int, row []any) {
			k := &keys[i]
			row[0], row[1], row[2], row[3] = k.at, k.k, int64(k.birth), int64(k.person)
		}, to)
	})
}

// ranges hands on the keys of a kind, those of one range after the other, in their
// order and then in that in which they came. from are the ranges that are stored;
// where they end depends on what is held back alone.
func (e *finishing) ranges(part, from int, each func(keys []heldKey, n int) error) error {
	var sample []heldKey
	n := 0
	err := e.f.eachHeld(e.ctx, part, func(h *heldReader) error {
		k := h.readKey(part)
		if n++; n%heldSampling == 0 {
			k.k = strings.Clone(k.k)
			sample = append(sample, k)
		}
		return h.err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(sample, func(a, b heldKey) int { return a.compare(&b) })
	all := 1 + n/heldRange
	for i := from; i < all; i++ {
		var keys []heldKey
		err := e.f.eachHeld(e.ctx, part, func(h *heldReader) error {
			k := h.readKey(part)
			if i > 0 && k.compare(&sample[i*len(sample)/all]) < 0 || i < all-1 && k.compare(&sample[(i+1)*len(sample)/all]) >= 0 {
				return h.err
			}
			k.k = strings.Clone(k.k)
			keys = append(keys, k)
			return h.err
		})
		if err != nil {
			return err
		}
		slices.SortStableFunc(keys, func(a, b heldKey) int { return a.compare(&b) })
		if err := each(keys, i+1); err != nil {
			return err
		}
	}
	return nil
}

// all ends the filling.
func (e *finishing) all() error {
	to := e.done
	to.All = true
	return e.f.s.Write(e.ctx, func(tx *Tx) error {
		if err := tx.Exec(`DELETE FROM held_key WHERE run = $1`, e.f.run); err != nil {
			return err
		}
		return e.save(tx, to)
	})
}
