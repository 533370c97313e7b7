package legacy

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
)

// The files.
type kind byte

const (
	ofPatients kind = iota
	ofDoses
)

// sorted are the rows of all files, sorted into parts by the person's number, so that a
// part holds all rows of its patients and can be held in memory. Part 0 has the
// rows that name none.
type sorted struct {
	im     *Import
	dir    string
	n      int    // parts but the first
	digest string // of both files
	files  [2]table
	told   int64
}

// table is what was learned of one file.
type table struct {
	id      string   // the column of the person's number
	dated   []string // the columns with days
	comma   byte
	header  []string
	head    []byte
	columns map[string]int
	unknown []string
	rows    int64
	orders  map[string]cal.Order // of columns with days
	mixed   map[string]bool      // that some rows tell one order of, and some the other
	digest  []byte
}

// Sizes of parts: each is held in memory with what is made of it.
const (
	partBytes = 8 << 20
	mostParts = 400 // files that are open at once
	packing   = 8   // how much more a packed file holds, about
)

// sort reads both files once.
func (im *Import) sort(ctx context.Context, dir string) (*sorted, error) {
	s := &sorted{im: im, dir: dir}
	var size int64
	for _, path := range im.paths() {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if n := info.Size(); strings.HasSuffix(path, ".gz") {
			size += packing * n
		} else {
			size += n
		}
	}
	return s, s.again(ctx, int(min(mostParts, 1+size/partBytes)))
}

// digestOf is by what an import of these files is known.
func (im *Import) digestOf(files [2]table) string {
	if im.Feed == OldRegistry {
		return hex.EncodeToString(files[ofPatients].digest) + "-" + hex.EncodeToString(files[ofDoses].digest)
	}
	return im.rules().sheets[0].rows + "-" + hex.EncodeToString(files[ofPatients].digest)
}

func (s *sorted) parts() int { return s.n }

// again sorts into as many parts.
func (s *sorted) again(ctx context.Context, parts int) (err error) {
	if err := errors.Join(os.RemoveAll(s.dir), os.MkdirAll(s.dir, 0o700)); err != nil {
		return err
	}
	s.n, s.told = parts, 0
	into := make([]*bufio.Writer, parts+1)
	for i := range into {
		f, err := os.OpenFile(s.path(i), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		into[i] = bufio.NewWriterSize(f, 1<<15)
	}
	for k, path := range s.im.paths() {
		if err := s.file(ctx, kind(k), path, into); err != nil {
			return fmt.Errorf("read the %s: %w", s.im.rules().sheets[k].rows, err)
		}
	}
	s.digest = s.im.digestOf(s.files)
	for _, w := range into {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (s *sorted) path(part int) string { return filepath.Join(s.dir, fmt.Sprintf("%03d", part)) }

// file sorts one file.
func (s *sorted) file(ctx context.Context, k kind, path string, into []*bufio.Writer) error {
	c, err := openCSV(path)
	if err != nil {
		return err
	}
	t, err := newTable(s.im.rules(), k, c)
	if err != nil {
		return errors.Join(err, c.file.Close())
	}
	var cells [][]byte
	var head [2 + 2*binary.MaxVarintLen64]byte
	for {
		row, err := c.read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return errors.Join(err, c.file.Close())
		}
		t.rows++
		part := 0
		if head[0], head[1] = byte(k), 0; row.broken {
			head[1] = 1
		} else {
			cells, _ = split(row.text, t.comma, cells)
			part = t.part(cells, s.n)
			t.learn(cells)
		}
		n := binary.PutUvarint(head[2:], uint64(row.line))
		n += binary.PutUvarint(head[2+n:], uint64(len(row.text)))
		_, _ = into[part].Write(head[:2+n]) // an error stays with the writer
		_, _ = into[part].Write(row.text)
		if s.told++; s.told%(1<<17) == 0 {
			if err := ctx.Err(); err != nil {
				return errors.Join(err, c.file.Close())
			}
			s.im.Tell(Progress{Reading: true, Rows: s.told})
		}
	}
	t.digest, err = c.close()
	s.files[k] = *t
	return err
}

// newTable reads the header of a file.
func newTable(feed *feedRules, k kind, c *csvFile) (*table, error) {
	is := &feed.sheets[k]
	t := &table{id: feed.id, dated: is.dated, comma: c.comma, header: c.header, head: c.head, columns: map[string]int{}, orders: map[string]cal.Order{}, mixed: map[string]bool{}}
	if len(c.header) > mostColumns {
		return nil, fault.New(fault.Invalid, "it has more than 300 columns")
	}
	for i, name := range c.header {
		if first, twice := t.columns[name]; twice && name != "" { // not named: where the header is missing it is somebody's
			return nil, fault.New(fault.Invalid, "columns %d and %d have the same name; the first row must name the columns", first+1, i+1)
		}
		t.columns[name] = i
		if !slices.Contains(is.known, name) {
			t.unknown = append(t.unknown, name)
		}
	}
	for _, name := range is.needed {
		if _, ok := t.columns[name]; !ok {
			return nil, fault.New(fault.Invalid, "there is no column %s; the first row must name the columns", name)
		}
	}
	for _, name := range is.not {
		if _, ok := t.columns[name]; ok {
			return nil, fault.New(fault.Invalid, "there is a column %s: this is no file of %s", name, is.rows)
		}
	}
	if _, cvx := t.columns["cvx"]; k == ofDoses && !cvx {
		if _, ndc := t.columns["ndc"]; !ndc {
			return nil, fault.New(fault.Invalid, "there is no column cvx and none ndc")
		}
	}
	return t, nil
}

// part is the part in which a row belongs.
func (t *table) part(cells [][]byte, parts int) int {
	at := t.columns[t.id]
	if len(cells) != len(t.header) || at >= len(cells) {
		return 0
	}
	id := readable(cells[at])
	if id == "" {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // a hash never fails
	return 1 + int(h.Sum64()%uint64(parts))
}

// learn learns from a row in which order its days are written.
func (t *table) learn(cells [][]byte) {
	for _, name := range t.dated {
		at, ok := t.columns[name]
		if !ok || at >= len(cells) || len(cells[at]) > 4 && cells[at][4] == '-' { // year first: nearly all
			continue
		}
		told := cal.OrderTold(readable(cells[at]))
		switch have := t.orders[name]; {
		case told == cal.NotTold || t.mixed[name]:
		case have != cal.NotTold && have != told:
			t.orders[name], t.mixed[name] = cal.NotTold, true
		default:
			t.orders[name] = told
		}
	}
}

// sortedRow is a row with what it is.
type sortedRow struct {
	kind   kind
	line   int
	broken bool
	text   []byte
}

// read reads the rows of a part, in the order of the files.
func (s *sorted) read(part int) ([]sortedRow, error) {
	b, err := os.ReadFile(s.path(part))
	if err != nil {
		return nil, err
	}
	var out []sortedRow
	for len(b) > 2 {
		r := sortedRow{kind: kind(b[0]), broken: b[1] == 1}
		line, n := binary.Uvarint(b[2:])
		size, m := binary.Uvarint(b[2+max(n, 0):])
		if n <= 0 || m <= 0 || uint64(len(b)) < uint64(2+n+m)+size {
			return nil, errors.New("a sorted part is not as it was written")
		}
		b = b[2+n+m:]
		r.line, r.text = int(line), b[:size]
		b = b[size:]
		out = append(out, r)
	}
	return out, nil
}
