package record

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// rows are the columns of every table that a decision moves rows of, but for
// times of change.
var rows = map[string]string{
	"report":         "person_id, id, source_id, sender_id, submission_id, received, *body",
	"link":           "person_id, source_id, method, score, why, since, actor",
	"source_key":     "sender_id, k, person_id, source_id",
	"match_key":      "k, source_id, person_id",
	"person":         "id, family, given, birth, sex, created, *folder, *events",
	"person_said":    "person_id, *said",
	"dose":           "person_id, id, given_on, cvx, mvx, lot, sender_id, info_source, completion, review",
	"standing":       "person_id, assessed, release, *body",
	"search_key":     "span, k, birth, person_id",
	"roster_entry":   "person_id, id, organization_id, own_number, place, since, until, why",
	"concern":        "person_id, id, reason, say, raised, raised_by, answer",
	"possible_match": "person_id, other_id, submission_id, why, created",
	"identity_pin":   "person_id, decision_id, source_id, kind, side",
	"person_alias":   "person_id, now_id, decision_id",
	"notice":         "person_id, id, source_id, kind, parts, language, due_by, state, why, created",
	"dose_pin":       "person_id, id, a, b, verdict, said_by, why, at",
}

// state is all that is stored of everyone, a line a row.
func (w *town) state() string {
	w.t.Helper()
	var out []string
	is.NoError(w.t, "read", w.s.Read(context.Background(), func(tx *store.Tx) error {
		for table, columns := range rows {
			var ask []string
			names := strings.Split(columns, ", ")
			for i, c := range names {
				if c[0] == '*' {
					names[i], ask = c[1:], append(ask, c[1:])
				} else {
					ask = append(ask, "CAST("+c+" AS TEXT)")
				}
			}
			err := tx.Select(db.Query{
				SQL: "SELECT " + strings.Join(ask, ", ") + " FROM " + table,
				Each: func(r db.Row) error {
					line := table
					for i, c := range names {
						if strings.HasPrefix(ask[i], "CAST") {
							line += fmt.Sprint(" ", c, "=", r.Text(i))
						} else {
							line += fmt.Sprintf(" %s=%x", c, r.Bytes(i))
						}
					}
					out = append(out, line)
					return nil
				},
			})
			if err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	}))
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// persons are all who are there.
func (w *town) persons() []iis.PersonID {
	w.t.Helper()
	var out []iis.PersonID
	is.NoError(w.t, "read", w.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.PersonsAfter(0, 10_000)
		return err
	}))
	return out
}
