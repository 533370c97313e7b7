package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// placed is where each table of the registry's list is.
func placed() map[string]store.Placed {
	out := map[string]store.Placed{}
	for _, p := range store.Distributions() {
		out[p.Table] = p
	}
	return out
}

// catalogue connects to an empty registry on PostgreSQL.
func catalogue(t *testing.T) *pgx.Conn {
	if testing.Short() {
		t.Skip("-short leaves PostgreSQL out")
	}
	address := storetest.Postgres(t)
	storetest.Open(t, address)
	c, err := pgx.Connect(context.Background(), address)
	is.NoError(t, "connect", err)
	t.Cleanup(func() { _ = c.Close(context.Background()) }) // the test is over
	return c
}

// rowsOf are the rows of a query as texts.
func rowsOf(t *testing.T, c *pgx.Conn, sql string) [][]string {
	t.Helper()
	rows, err := c.Query(context.Background(), sql)
	is.NoError(t, "query", err)
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) ([]string, error) {
		values, err := r.Values()
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i], _ = v.(string)
		}
		return texts, err
	})
	is.NoError(t, "read", err)
	return out
}

// A new table says where its rows are when the registry is spread over several
// servers, in the list that `openiis registry distribute` goes by.
func TestEveryTableHasItsPlace(t *testing.T) {
	where := placed()
	var have []string
	for _, r := range rowsOf(t, catalogue(t), `
		SELECT CAST(c.relname AS TEXT), coalesce((SELECT 'person' FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'person_id'), '')
		FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
		WHERE s.nspname = 'public' AND c.relkind IN ('r', 'p')`) {
		have = append(have, r[0])
		p, listed := where[r[0]]
		if !listed {
			t.Errorf("table %s has no line in distributions: say where its rows are when the registry is spread over several servers", r[0])
		}
		if r[1] != "" && p.By == "" && r[0] != "opt_out" { // few ask to be left out, and each message asks whether any did
			t.Errorf("table %s knows persons and is on %s: it grows with them and must be spread", r[0], p.Place)
		}
	}
	for table := range where {
		if !slices.Contains(have, table) {
			t.Errorf("there is no table %s", table)
		}
	}
}

// What is spread can be: every unique key of such a table contains the column by
// which it is (first catalogue query), and so does every foreign key between two
// such tables, which must be of one place (second). A person's tables have it first
// in their keys: one read gives a person.
func TestWhatIsSpreadCanBe(t *testing.T) {
	where, c := placed(), catalogue(t)
	n := 0
	for _, r := range rowsOf(t, c, `
		SELECT CAST(t.relname AS TEXT), array_to_string(ARRAY(
			SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY k(n, place)
			JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY k.place), ',')
		FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
		WHERE i.indisunique AND s.nspname = 'public'`) {
		p, key := where[r[0]], strings.Split(r[1], ",")
		switch n++; {
		case p.By == "":
		case !slices.Contains(key, p.By):
			t.Errorf("table %s has the unique key (%s): it must contain %s", p.Table, r[1], p.By)
		case p.Place == "persons" && key[0] != p.By:
			t.Errorf("table %s has the unique key (%s): it must begin with %s", p.Table, r[1], p.By)
		}
	}
	if n < 20 {
		t.Errorf("only %d unique keys found: the query looks in the wrong place", n)
	}
	for _, r := range rowsOf(t, c, `
		SELECT CAST(t.relname AS TEXT), CAST(o.relname AS TEXT), array_to_string(ARRAY(
			SELECT a.attname FROM unnest(f.conkey) k JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k), ',')
		FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class o ON o.oid = f.confrelid WHERE f.contype = 'f'`) {
		from, to := where[r[0]], where[r[1]]
		switch together := to.By != "" && from.Place == to.Place && slices.Contains(strings.Split(r[2], ","), from.By); {
		case to.Coordinator || to.By != "" && !together:
			t.Errorf("%s (%s) refers to %s: neither is that on every server nor with it", from.Table, r[2], to.Table)
		case from.Coordinator:
			t.Errorf("%s refers to %s, and stays on the coordinator: put it on every server", from.Table, to.Table)
		case from.By == "" && to.By != "":
			t.Errorf("%s is on every server and refers to %s, which is spread", from.Table, to.Table)
		}
	}
}

// Citus wants a table distributed before those that refer to it.
func TestTablesComeAfterThoseToWhichTheyRefer(t *testing.T) {
	refers := rowsOf(t, catalogue(t), `
		SELECT CAST(t.relname AS TEXT), CAST(o.relname AS TEXT)
		FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class o ON o.oid = f.confrelid WHERE f.contype = 'f'`)
	var order []string
	for _, p := range store.Distributions() {
		order = append(order, p.Table)
	}
	for _, r := range refers {
		if slices.Index(order, r[0]) < slices.Index(order, r[1]) {
			t.Errorf("%s comes before %s, to which it refers", r[0], r[1])
		}
	}
}

func TestOnlyAClusterCanBeDistributed(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address)
		err := s.Distribute(context.Background(), iis.Actor{Kind: "command"}, func(what string) { t.Errorf("distributed %s", what) })
		want := "distribute the registry: only a registry on PostgreSQL can be spread over several servers, and this one is a SQLite file"
		if strings.HasPrefix(address, "postgres") {
			want = "distribute the registry: this database has no Citus: install it on every server, and run CREATE EXTENSION citus in this database"
		}
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	})
}
