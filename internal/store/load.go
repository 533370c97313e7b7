package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"openiis/internal/store/db"
)

// loadingTable is in a database while a dump is loaded into it: until that is done, no
// program takes it for a registry.
const loadingTable = "restore_under_way"

// How much is loaded in one transaction.
const (
	loadRows  = 5000
	loadBytes = 8 << 20
)

// longestRow is how much a row of a dump may hold, and mostColumns how many columns a table:
// what is more is damage.
const (
	longestRow  = 256 << 20
	mostColumns = 100
)

var errDamaged = errors.New("the backup is damaged or cut off")

// Load fills an empty database with a dump, and brings it to the schema of this
// program. Tell, when there is one, is called with each table that is there and its
// rows. When it fails, what is there is no registry: every program says so.
func Load(ctx context.Context, address string, from io.Reader, tell func(table string, rows int64)) (Dumped, error) {
	return load(ctx, address, from, tell, false)
}

// LoadHeld is Load of a backup: everybody who may come in is paused, and nobody can open what is
// loaded before what was decided since then is carried over (OpenRestored, Tx.CarriedOver).
func LoadHeld(ctx context.Context, address string, from io.Reader, tell func(table string, rows int64)) (Dumped, error) {
	return load(ctx, address, from, tell, true)
}

func load(ctx context.Context, address string, from io.Reader, tell func(table string, rows int64), held bool) (told Dumped, err error) {
	steps, err := migrations()
	if err != nil {
		return Dumped{}, err
	}
	r, err := newDumpReader(from, len(steps))
	if err != nil {
		return Dumped{}, err
	}
	if err = db.Peek(ctx, address, isEmpty); err != nil {
		return Dumped{}, fmt.Errorf("open the database: %w", err)
	}
	d, err := db.Open(ctx, address)
	if err != nil {
		return Dumped{}, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	l := &loader{ctx: ctx, db: d, in: r, tell: tell, held: held}
	if err := l.load(steps); err != nil {
		if !l.begun {
			return r.told, err
		}
		return r.told, fmt.Errorf("%w. What is in the database now is of no use: empty it, or remove the file, before it is done again", err)
	}
	return r.told, nil
}

// isEmpty is an error when there is a table in a database.
func isEmpty(tx db.Tx) error {
	tables, err := tablesOf(tx)
	if err == nil && len(tables) > 0 {
		err = fmt.Errorf("the database is not empty (%s): name an empty one, or a file that is not there yet", some(tables))
	}
	return err
}

// CheckDump reads a dump to its end and says what it holds.
func CheckDump(from io.Reader) (Dumped, error) {
	steps, err := migrations()
	if err != nil {
		return Dumped{}, err
	}
	r, err := newDumpReader(from, len(steps))
	for err == nil {
		var t *loadTable
		if t, err = r.table(); t == nil {
			break
		}
		for more := true; err == nil && more; {
			_, _, more, err = r.row(t)
		}
	}
	return r.told, err
}

// loader loads a dump.
type loader struct {
	ctx  context.Context
	db   db.DB
	in   *dumpReader
	tell func(table string, rows int64)
	// begun says that rows may be there, and held that opt-outs are carried over first.
	begun, held bool
}

func (l *loader) load(steps []migration) error {
	then := steps[:l.in.told.Schema]
	err := l.db.Write(l.ctx, func(tx db.Tx) error {
		if err := tx.Lock(migrationLock); err != nil {
			return err
		}
		if err := isEmpty(tx); err != nil { // another program may have come first
			return err
		}
		if err := bring(tx, 0, then); err != nil {
			return err
		}
		_, err := tx.Count(`CREATE TABLE ` + loadingTable + ` (since BIGINT NOT NULL PRIMARY KEY)`)
		return err
	})
	l.begun = err == nil
	for err == nil {
		var t *loadTable
		if t, err = l.in.table(); t == nil {
			break
		}
		err = l.fill(t)
	}
	if err != nil {
		return err
	}
	return l.db.Write(l.ctx, func(tx db.Tx) error {
		if err := tx.Lock(migrationLock); err != nil {
			return err
		}
		if err := bring(tx, len(then), steps); err != nil {
			return err
		}
		if l.held {
			held := &Tx{Tx: tx}
			if err := held.setSetting(carryFirst, "yes"); err != nil {
				return err
			}
			if err := pauseAll(held, l.in.told.Taken, time.Now().UTC().Truncate(time.Microsecond)); err != nil {
				return err
			}
		}
		_, err := tx.Count(`DROP TABLE ` + loadingTable)
		return err
	})
}

// fill puts the rows of a table in, instead of what its making put there.
func (l *loader) fill(t *loadTable) error {
	columns, err := l.columns(t)
	if err != nil {
		return err
	}
	for first, more := true, true; more; first = false {
		var rows [][]any
		for size := 0; more && len(rows) < loadRows && size < loadBytes; {
			row, n, next, err := l.in.row(t)
			if err != nil {
				return err
			}
			if more = next; more {
				rows, size = append(rows, row), size+n
			}
		}
		err := l.db.Write(l.ctx, func(tx db.Tx) error {
			if first {
				if _, err := tx.Count("DELETE FROM " + t.name); err != nil {
					return err
				}
			}
			next := 0
			return tx.Copy(t.name, columns, func(row []any) (bool, error) {
				if next == len(rows) {
					return false, nil
				}
				copy(row, rows[next])
				next++
				return true, nil
			})
		})
		if err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	if l.tell != nil {
		l.tell(t.name, t.rows)
	}
	return nil
}

// columns are those of a table of a dump, which the database must have.
func (l *loader) columns(t *loadTable) (names []string, err error) {
	var has map[string][]column
	err = l.db.Read(l.ctx, func(tx db.Tx) (err error) {
		has, err = columnsOf(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range t.columns {
		if !slices.ContainsFunc(has[t.name], func(h column) bool { return h.name == c.name && h.kind == c.kind }) {
			return nil, fmt.Errorf("%w: its schema has no column %s.%s", errDamaged, t.name, c.name)
		}
		names = append(names, c.name)
	}
	return names, nil
}

// loadTable is a table of a dump.
type loadTable struct {
	name    string
	columns []column
	rows    int64 // so far
}

// dumpReader reads a dump. What is in it is not trusted.
type dumpReader struct {
	r    *bufio.Reader
	told Dumped
	read map[string]bool // tables
}

// newDumpReader reads the beginning of a dump.
func newDumpReader(from io.Reader, schema int) (*dumpReader, error) {
	r := &dumpReader{r: bufio.NewReaderSize(from, 1<<16), read: map[string]bool{}}
	magic, err := r.text(len(dumpMagic))
	if err != nil || string(magic) != dumpMagic {
		return r, errors.Join(errors.New("this is no backup of a registry"), broken(err))
	}
	form, err := r.number()
	if err != nil {
		return r, err
	}
	version, err := r.number()
	if err != nil {
		return r, err
	}
	taken, err := r.number()
	switch {
	case err != nil:
		return r, err
	case form != dumpForm:
		return r, fmt.Errorf("the backup is of form %d and this program reads form %d: use a newer program", form, dumpForm)
	case version > int64(schema):
		return r, fmt.Errorf("the backup has schema version %d and this program knows %d: use a newer program", version, schema)
	case version < 1:
		return r, errDamaged
	}
	r.told.Schema, r.told.Taken = int(version), time.UnixMicro(taken).UTC()
	return r, nil
}

// broken is why reading failed, unless the stream is only at its end.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// table reads the beginning of the next table; nil at the end, when all is there
// that was written.
func (r *dumpReader) table() (*loadTable, error) {
	name, err := r.text(100)
	if err != nil {
		return nil, err
	}
	if len(name) == 0 {
		rows, err := r.number()
		if err == nil && (rows != r.told.Rows || !r.read["setting"]) {
			err = errDamaged
		}
		if err == nil {
			// The end must be one: what holds the bytes to their signature is asked there.
			switch _, err = r.r.ReadByte(); err {
			case io.EOF:
				err = nil
			case nil:
				err = errDamaged
			default:
				err = ended(err)
			}
		}
		return nil, err
	}
	t := &loadTable{name: string(name)}
	// A name of a dump is made part of a statement: it must be one that we know.
	if r.read[t.name] || !slices.ContainsFunc(distributions, func(d distribution) bool { return d.table == t.name }) {
		return nil, errDamaged
	}
	r.read[t.name] = true
	n, err := r.number()
	if err == nil && (n < 1 || n > mostColumns) {
		err = errDamaged
	}
	for ; err == nil && n > 0; n-- {
		var next column
		var text []byte
		var kind int64
		if text, err = r.text(100); err == nil {
			kind, err = r.number()
		}
		next.name, next.kind = string(text), byte(kind)
		again := slices.ContainsFunc(t.columns, func(c column) bool { return c.name == next.name })
		if err == nil && (again || kind != kindInt && kind != kindText && kind != kindBytes) {
			err = errDamaged
		}
		t.columns = append(t.columns, next)
	}
	r.told.Tables++
	return t, err
}

// row reads the next row, and says how long it is; false when there is none.
func (r *dumpReader) row(t *loadTable) (row []any, size int, more bool, err error) {
	flag, err := r.flag()
	if err != nil {
		return nil, 0, false, err
	}
	if !flag {
		n, err := r.number()
		if err == nil && n != t.rows {
			err = errDamaged
		}
		return nil, 0, false, err
	}
	t.rows++
	r.told.Rows++
	row = make([]any, len(t.columns))
	for i, c := range t.columns {
		there, err := r.flag()
		if err != nil {
			return nil, 0, false, err
		}
		if size += 8; !there {
			continue
		}
		if c.kind == kindInt {
			if row[i], err = r.number(); err != nil {
				return nil, 0, false, err
			}
			continue
		}
		b, err := r.text(longestRow - size)
		if err != nil {
			return nil, 0, false, err
		}
		size += len(b)
		if row[i] = b; c.kind == kindText {
			row[i] = string(b)
		}
	}
	return row, size, true, nil
}

func (r *dumpReader) flag() (bool, error) {
	b, err := r.r.ReadByte()
	if err == nil && b > 1 {
		err = errDamaged
	}
	return b == 1, ended(err)
}

func (r *dumpReader) number() (int64, error) {
	n, err := binary.ReadVarint(r.r)
	return n, ended(err)
}

// text reads a text of at most so many bytes. Room for it is made as it comes.
func (r *dumpReader) text(most int) ([]byte, error) {
	n, err := r.number()
	switch {
	case err != nil:
		return nil, err
	case n < 0 || n > int64(most):
		return nil, errDamaged
	case n <= 1<<16:
		b := make([]byte, n)
		_, err = io.ReadFull(r.r, b)
		return b, ended(err)
	}
	var b bytes.Buffer
	_, err = io.CopyN(&b, r.r, n)
	return b.Bytes(), ended(err)
}

// ended says of a stream that ends too early what that means.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged
	}
	if err != nil && strings.Contains(err.Error(), "overflow") { // a varint of more than 64 bits
		return errDamaged
	}
	return err
}
