package store

import (
	"bufio"
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

// A registry as a stream of bytes, the same from either database, is
//
//	"OpenIIS registry\n", and the number of this form (1)
//	the schema's version, and when it was taken (microseconds of 1970)
//	for each table: its name, its columns with their kinds, and its rows: a 1 before
//	each; a 0, and how many there were
//	a 0, and how many rows there were in all
//
// Numbers are varints, texts and bytes have their length before them. A value has a 0
// before it when it is NULL, and else a 1. Rows are in the order of their primary key,
// texts by their bytes, so that equal registries are equal streams.

// dumpMagic begins the stream.
const dumpMagic = "OpenIIS registry\n"

// dumpForm is the number of the form that is written and read.
const dumpForm = 1

// leftOut are tables whose rows a dump does not have: who is signed in signs in
// again.
var leftOut = []string{"session"}

// Kinds of columns.
const (
	kindInt   = 'i'
	kindText  = 't'
	kindBytes = 'b'
)

// column is one of a table.
type column struct {
	name string
	kind byte
	key  int // its place in the primary key, from 1; 0: it is not of it
}

// Dumped is what a dump holds.
type Dumped struct {
	Schema int       // the version of its schema
	Taken  time.Time // of this moment
	Tables int
	Rows   int64
}

// Dump writes all rows of the registry, as they are at one moment, while others
// read and write. What signed-in people hold is left out: they sign in again. It says
// in the audit that it was done, before the first row leaves.
func (s *Store) Dump(ctx context.Context, by Audit, to io.Writer) (Dumped, error) {
	if err := s.Write(ctx, func(tx *Tx) error { return tx.AddAudit(by) }); err != nil {
		return Dumped{}, err
	}
	return s.dump(ctx, time.Now(), to)
}

func (s *Store) dump(ctx context.Context, now time.Time, to io.Writer) (Dumped, error) {
	steps, err := migrations()
	if err != nil {
		return Dumped{}, err
	}
	d := &dumper{w: bufio.NewWriterSize(to, 1<<16), told: Dumped{Schema: len(steps), Taken: now.UTC().Truncate(time.Microsecond)}}
	err = s.read(ctx, func(tx *Tx) error {
		if err := whole(tx.Tx); err != nil {
			return err
		}
		columns, err := columnsOf(tx.Tx)
		if err != nil {
			return err
		}
		return d.all(tx.Tx, columns)
	})
	if err == nil {
		err = d.w.Flush()
	}
	return d.told, err
}

// whole is an error when the registry is spread over servers, of which no one
// moment can be read.
func whole(tx db.Tx) error {
	if tx.Engine() != db.PostgreSQL {
		return nil
	}
	citus, spread := false, false
	err := tx.Select(db.Query{
		SQL:  `SELECT 1 FROM pg_class WHERE relname = 'pg_dist_partition'`,
		Each: func(db.Row) error { citus = true; return nil },
	})
	if err == nil && citus {
		err = tx.Select(db.Query{
			SQL:  `SELECT 1 FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid WHERE c.relname = 'person'`,
			Each: func(db.Row) error { spread = true; return nil },
		})
	}
	if err == nil && spread {
		err = errors.New("this registry is in a cluster of several servers, of which no program reads one moment: back it up with the cluster's own means")
	}
	return err
}

// columnsOf are the columns of each table.
func columnsOf(tx db.Tx) (map[string][]column, error) {
	sql := `
		SELECT t.name, c.name, c.type, c.pk FROM sqlite_master t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' ORDER BY t.name, c.cid`
	if tx.Engine() == db.PostgreSQL {
		sql = `
			SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT), format_type(a.atttypid, NULL),
				CAST(COALESCE(array_position(CAST(i.indkey AS int2[]), a.attnum) + 1, 0) AS BIGINT)
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
			WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
			ORDER BY c.relname, a.attnum`
	}
	kinds := map[string]byte{"BIGINT": kindInt, "INTEGER": kindInt, "TEXT": kindText, "BLOB": kindBytes, "BYTEA": kindBytes}
	out := map[string][]column{}
	err := tx.Select(db.Query{SQL: sql, Each: func(r db.Row) error {
		out[r.Text(0)] = append(out[r.Text(0)], column{r.Text(1), kinds[strings.ToUpper(r.Text(2))], int(r.Int(3))})
		return nil
	}})
	return out, err
}

// dumper writes a dump.
type dumper struct {
	w    *bufio.Writer
	told Dumped
}

// all writes the stream, in one Select: one moment. A query of no table stands
// behind that of each, for its end.
func (d *dumper) all(tx db.Tx, columns map[string][]column) error {
	d.begin()
	var queries []db.Query
	for i := range distributions {
		table := distributions[i].table
		if slices.Contains(leftOut, table) {
			continue
		}
		has := columns[table]
		sql, err := allRows(tx.Engine(), table, has)
		if err != nil {
			return err
		}
		rows := int64(0)
		queries = append(queries,
			db.Query{SQL: `SELECT 1`, Each: func(db.Row) error { return d.head(table, has) }},
			db.Query{SQL: sql, Each: func(r db.Row) error { rows++; return d.row(r, has) }},
			db.Query{SQL: `SELECT 1`, Each: func(db.Row) error { return d.end(rows) }},
		)
	}
	// Another program may have brought the schema up to date since it was looked at.
	version := int64(0)
	queries = append(queries, db.Query{SQL: `SELECT MAX(version) FROM schema_version`, Each: func(r db.Row) error { version = r.Int(0); return nil }})
	if err := tx.Select(queries...); err != nil {
		return err
	}
	if version != int64(d.told.Schema) {
		return errors.New("the registry was brought to another schema meanwhile: do it again")
	}
	_ = d.text("")
	return d.number(d.told.Rows)
}

// allRows asks for all rows of a table, in the order of their primary key.
func allRows(e db.Engine, table string, has []column) (string, error) {
	var names, key []string
	for place := 1; ; place++ {
		i := slices.IndexFunc(has, func(c column) bool { return c.key == place })
		if i < 0 {
			break
		}
		name := has[i].name
		if has[i].kind == kindText && e == db.PostgreSQL {
			name += ` COLLATE "C"`
		}
		key = append(key, name)
	}
	for _, c := range has {
		if c.kind == 0 {
			return "", fmt.Errorf("column %s.%s is of a type that is not known here", table, c.name)
		}
		names = append(names, c.name)
	}
	if len(key) == 0 {
		return "", fmt.Errorf("there is no table %s, or it has no primary key", table)
	}
	return "SELECT " + strings.Join(names, ", ") + " FROM " + table + " ORDER BY " + strings.Join(key, ", "), nil
}

// begin, number and text write to a buffer that keeps its first error.
func (d *dumper) begin() {
	_ = d.text(dumpMagic)
	_ = d.number(dumpForm)
	_ = d.number(int64(d.told.Schema))
	_ = d.number(d.told.Taken.UnixMicro())
}

func (d *dumper) head(table string, has []column) error {
	d.told.Tables++
	_ = d.text(table)
	err := d.number(int64(len(has)))
	for _, c := range has {
		_ = d.text(c.name)
		err = d.number(int64(c.kind))
	}
	return err
}

func (d *dumper) row(r db.Row, has []column) error {
	d.told.Rows++
	err := d.w.WriteByte(1)
	for i, c := range has {
		if r.Null(i) {
			err = d.w.WriteByte(0)
			continue
		}
		_ = d.w.WriteByte(1) // an error stays for the next
		switch c.kind {
		case kindInt:
			err = d.number(r.Int(i))
		case kindText:
			err = d.text(r.Text(i))
		default:
			err = d.text(string(r.Bytes(i)))
		}
	}
	return err
}

func (d *dumper) end(rows int64) error {
	_ = d.w.WriteByte(0)
	return d.number(rows)
}

func (d *dumper) number(n int64) error {
	var b [binary.MaxVarintLen64]byte
	_, err := d.w.Write(b[:binary.PutVarint(b[:], n)])
	return err
}

func (d *dumper) text(s string) error {
	_ = d.number(int64(len(s)))
	_, err := d.w.WriteString(s)
	return err
}
