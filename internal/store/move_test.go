package store_test

import (
	"context"
	"slices"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// whatMoves says of every table that knows a person what a decision about who is
// who does with its rows (package record, carry.go). A new table is added here
// when its rows move, or stay for a reason.
var whatMoves = map[string]string{
	"person_said":           "is derived anew, or removed, with the person's row",
	"report":                "moves with its source, by delete and insert",
	"link":                  "moves with its source, by delete and insert",
	"dose_pin":              "moves with the source of the older report, by delete and insert",
	"identity_pin":          "moves with its source; of the person as such, and of a death, with a merge",
	"notice":                "moves with its source, by delete and insert",
	"source_key":            "leads to where its source is",
	"match_key":             "leads to where its source is",
	"concern":               "moves with a merge, and comes back",
	"concern_evidence":      "moves with its concern",
	"informed":              "moves with a merge, and comes back",
	"roster_entry":          "moves with a merge, and comes back; with the sources by which somebody was put there",
	"possible_match":        "is renamed or settled by a merge, and comes back",
	"possible_match_sender": "is ranked anew (queue)",
	"put_off":               "is removed with its pair (queue)",
	"dose":                  "is derived anew",
	"standing":              "is derived anew",
	"search_key":            "is derived anew",
	"receipt":               "stays: the number that was told then",
	"alert":                 "stays: the number of then; the page leads on",
	"broken_glass":          "stays: the number of then; whoever looks follows it",
	"watched_record":        "stays: access is judged by all numbers of a person",
	"opt_out":               "stays: the number of then; what is asked of it follows former numbers",
	"opt_out_doubt":         "stays: the number of then; the page leads on",
	"audit":                 "stays: one chain; a person's log asks for former numbers too",
	"person_alias":          "stays: it is the way from a former number",
	"identity_decision":     "stays: as those concerned were known then",
	"sealed":                "stays: a sealed identity is nobody's to merge; the way from it to the new one follows former numbers",
	"sealed_report":         "stays: it is back in report before anybody can decide",
	"sealed_link":           "stays: it is back in link before anybody can decide",
	"sealed_alias":          "stays: it is back in person_alias before anybody can decide",
}

func TestEveryTableThatKnowsAPersonIsSaidToMoveOrToStay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sql := `
			SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'person_id'
			WHERE m.type = 'table' ORDER BY m.name`
		if s.Engine() == db.PostgreSQL {
			sql = `
				SELECT CAST(t.relname AS TEXT) FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace AND s.nspname = 'public'
				JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'person_id' WHERE t.relkind IN ('r', 'p') ORDER BY 1`
		}
		var have []string
		is.NoError(t, "catalogue", s.Read(context.Background(), func(tx *store.Tx) error {
			return tx.Select(db.Query{SQL: sql, Each: func(r db.Row) error { have = append(have, r.Text(0)); return nil }})
		}))
		for _, table := range have {
			if whatMoves[table] == "" {
				t.Errorf("table %s knows a person: say in whatMoves what a merge does with its rows, and do it", table)
			}
		}
		for table := range whatMoves {
			if !slices.Contains(have, table) {
				t.Errorf("there is no table %s that knows a person", table)
			}
		}
	})
}
