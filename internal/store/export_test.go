package store

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"openiis/internal/iis"
)

// CopyFolders adds folders in bulk, findable as if PutFolder had put each, for
// tests that need many people soon.
func (tx *Tx) CopyFolders(n int, folder func(i int) *Folder, now time.Time) error {
	type entry struct {
		searchKey
		person iis.PersonID
	}
	var keys []entry
	i := 0
	var said [][]any
	err := tx.Copy("person", personColumns, func(row []any) (bool, error) {
		if i == n {
			return false, nil
		}
		f := folder(i)
		i++
		for _, k := range f.findable().keys() {
			keys = append(keys, entry{k, f.ID})
		}
		copy(row, f.row(now, now))
		said = append(said, f.saidRow())
		return true, nil
	})
	if err != nil {
		return err
	}
	if err := tx.Copy("person_said", saidColumns, rowsOf(n, func(i int, row []any) { copy(row, said[i]) })); err != nil {
		return err
	}
	slices.SortFunc(keys, func(a, b entry) int { // so that each page is written once
		return cmp.Or(cmp.Compare(span(a.birth), span(b.birth)), cmp.Compare(a.k, b.k), cmp.Compare(a.birth, b.birth), cmp.Compare(a.person, b.person))
	})
	return tx.Copy("search_key", []string{"span", "k", "birth", "person_id"}, func(row []any) (bool, error) {
		if len(keys) == 0 {
			return false, nil
		}
		copy(row, keys[0].row(keys[0].person))
		keys = keys[1:]
		return true, nil
	})
}

// WholeFolder is a folder as a program before schema 23 stored it.
func WholeFolder(f *Folder) []byte { return encode(f, walkFolder) }

// IDTime is when an id says that it was made, IDAt the first of an instant.
var (
	IDTime = idTime
	IDAt   = idAt
)

// What tests of upgrades use.
var (
	Migrations = migrations
	Migrate    = migrate
)

// Placed is a line of distributions.
type Placed struct {
	Table, Place, By string // By: the column whose value says on which shard a row is; "" of what is not spread
	Coordinator      bool
}

// Distributions is where each table's rows are.
func Distributions() []Placed {
	out := make([]Placed, len(distributions))
	for i, d := range distributions {
		out[i] = Placed{d.table, string(d.place), d.by, d.place == coordinator}
	}
	return out
}

// DumpRows is Dump without its line in the audit, and as if taken at a set time: equal
// registries give equal bytes.
func (s *Store) DumpRows(ctx context.Context, to io.Writer) (Dumped, error) {
	return s.dump(ctx, time.Unix(0, 0), to)
}

// DumpOfVersion writes the dump of a registry of an older schema which has nothing but
// one setting.
func DumpOfVersion(version int, name, value string, to io.Writer) error {
	d := &dumper{w: bufio.NewWriter(to), told: Dumped{Schema: version}}
	d.begin()
	has := []column{{name: "name", kind: kindText}, {name: "value", kind: kindText}}
	_ = d.head("setting", has) // the buffer keeps its first error
	_ = d.w.WriteByte(1)
	for _, v := range []string{name, value} {
		_ = d.w.WriteByte(1)
		_ = d.text(v)
	}
	_ = d.end(1)
	_ = d.text("")
	_ = d.number(1)
	return d.w.Flush()
}

// SetTogether says whether all rows are in one database.
func SetTogether(s *Store, together bool) { s.together = together }
