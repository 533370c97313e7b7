package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

// ownKey are tables that know a person and are distributed by another key of
// their own, each with the reason.
var ownKey = map[string]string{
	"source_key": "sender_id,k",            // looked up by the sender's number
	"match_key":  "k,source_id",            // looked up by key
	"search_key": "span,k,birth,person_id", // looked up by key
	"receipt":    "submission_id",          // looked up by message
	"audit":      "id",                     // one chain over all
}

// What belongs to a person can be distributed by person_id: every unique key of
// such a table contains it (first catalogue query), and so does every foreign
// key between two such tables (second).
func TestAPersonsTablesCanBeDistributed(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves PostgreSQL out")
	}
	address := storetest.Postgres(t)
	storetest.Open(t, address)
	ctx := context.Background()
	c, err := pgx.Connect(ctx, address)
	is.NoError(t, "connect", err)
	defer func() { _ = c.Close(ctx) }() // the test is over
	rows, err := c.Query(ctx, `
		SELECT t.relname, array_to_string(ARRAY(
			SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY k(n, place)
			JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY k.place), ',')
		FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
		WHERE i.indisunique AND s.nspname = 'public'
		AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'person_id')`)
	is.NoError(t, "unique keys", err)
	n := 0
	for rows.Next() {
		var table, columns string
		is.NoError(t, "scan", rows.Scan(&table, &columns))
		n++
		if own, listed := ownKey[table]; listed && columns == own {
			continue
		}
		if !strings.HasPrefix(columns, "person_id") {
			t.Errorf("table %s has the unique key (%s): it must begin with person_id", table, columns)
		}
	}
	is.NoError(t, "unique keys", rows.Err())
	if n < 6 {
		t.Errorf("only %d unique keys found: the query looks in the wrong place", n)
	}
	var foreign int
	is.NoError(t, "foreign keys", c.QueryRow(ctx, `
		SELECT count(*) FROM pg_constraint f
		WHERE f.contype = 'f'
		AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = f.conrelid AND a.attname = 'person_id')
		AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = f.confrelid AND a.attname = 'person_id')
		AND NOT EXISTS (SELECT 1 FROM unnest(f.conkey) k JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k WHERE a.attname = 'person_id')`).Scan(&foreign))
	if foreign != 0 {
		t.Errorf("%d foreign keys between persons' tables lack person_id", foreign)
	}
}
