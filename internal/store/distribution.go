package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// distribution says where the rows of a table are once a registry is spread over
// the servers of a Citus cluster.
type distribution struct {
	table string
	place place
	by    string // of what is spread: the column whose value says on which shard a row is
}

// place is where a table's rows are, or, of what is spread, with which others.
// Tables of one place have the rows of one value on one server, and can be joined
// there.
type place string

const (
	// coordinator is for what is small, and never read together with what is spread.
	coordinator place = "the coordinator"
	// everywhere is for what is small and read together with what is spread: each
	// server has all of it, and each write goes to all.
	everywhere place = "every server"

	byPerson     place = "persons"
	bySubmission place = "submissions"
	bySender     place = "senders"
	byFile       place = "files"
	alone        place = "" // with no other
)

// distributions has a line for each table, those before others that refer to them
// (Citus wants that). It is what Distribute does, what docs/scaling.md explains,
// and what tests hold the schema and the statements against.
var distributions = []distribution{
	{"sender", everywhere, ""},
	{"organization", everywhere, ""},
	{"organization_change", everywhere, ""},
	{"account", everywhere, ""},
	{"invitation", everywhere, ""},
	{"credential", everywhere, ""},
	{"application", everywhere, ""},
	{"application_entry", everywhere, ""},
	{"agreement", everywhere, ""},
	{"agreement_extension", everywhere, ""},
	{"informing_plan", everywhere, ""},
	{"site_go_live", everywhere, ""},
	{"sender_certificate", everywhere, ""},
	{"account_link", everywhere, ""},
	{"designation", everywhere, ""},
	{"passkey", everywhere, ""},
	{"review", everywhere, ""},
	{"review_entry", everywhere, ""},
	{"severity_change", everywhere, ""},
	{"flat_mapping", everywhere, ""},
	{"unmatched_death", everywhere, ""},
	{"course_result", everywhere, ""},
	{"training_event", everywhere, ""},
	{"training_seat", everywhere, ""},
	{"ticket", everywhere, ""},
	{"ticket_entry", everywhere, ""},
	{"opt_out", everywhere, ""},

	{"person", byPerson, "id"},
	{"person_said", byPerson, "person_id"},
	{"report", byPerson, "person_id"},
	{"link", byPerson, "person_id"},
	{"dose", byPerson, "person_id"},
	{"dose_pin", byPerson, "person_id"},
	{"standing", byPerson, "person_id"},
	{"concern", byPerson, "person_id"},
	{"informed", byPerson, "person_id"},
	{"roster_entry", byPerson, "person_id"},
	{"concern_evidence", byPerson, "person_id"},
	{"possible_match", byPerson, "person_id"},
	{"possible_match_sender", byPerson, "person_id"},
	{"put_off", byPerson, "person_id"},
	{"person_alias", byPerson, "person_id"},
	{"identity_decision", byPerson, "person_id"},
	{"identity_pin", byPerson, "person_id"},
	{"notice", byPerson, "person_id"},
	{"sealed", byPerson, "person_id"},
	{"sealed_report", byPerson, "person_id"},
	{"sealed_link", byPerson, "person_id"},
	{"sealed_alias", byPerson, "person_id"},
	{"watched_record", byPerson, "person_id"},
	{"broken_glass", byPerson, "person_id"},
	{"opt_out_doubt", byPerson, "person_id"},

	// What leads to a person is where it is looked up. A sender's number is spread
	// by itself and not by the sender, of whom one may have sent most of them.
	{"match_key", alone, "k"},
	{"source_key", alone, "k"},
	{"search_key", alone, "span"},
	{"opt_out_key", alone, "k"},

	{"submission", bySubmission, "id"},
	{"receipt", bySubmission, "submission_id"},
	// By the submission, for all of them are listed under sender 0 too.
	{"submission_class", bySubmission, "submission_id"},
	{"sealed_submission", bySubmission, "id"},
	{"sealed_receipt", bySubmission, "submission_id"},
	{"sealed_about", bySubmission, "submission_id"},

	{"sender_day", bySender, "sender_id"},
	{"sender_day_detail", bySender, "sender_id"},

	{"flat_file", byFile, "id"},
	{"flat_row", byFile, "file_id"},
	{"sealed_file", byFile, "file_id"},

	// Its lines of no person must be somewhere too, and the chain is over all.
	{"audit", alone, "id"},
	{"alert", alone, "id"},
	{"alert_entry", alone, "alert_id"},
	{"session", alone, "token"},
	{"sign_in", alone, "account_id"},
	{"recovery_code", alone, "account_id"},
	{"application_version", alone, "application_id"},
	{"signing_link", alone, "id"},
	{"agreement_file", alone, "id"},
	{"sign_in_step", alone, "token"},
	{"kept_form", alone, "digest"},
	{"failed_sign_in", alone, "name"},

	{"schema_version", coordinator, ""},
	{"setting", coordinator, ""},
	{"audit_seal", coordinator, ""},
	{"standing_run", coordinator, ""},
	{"key_run", coordinator, ""},
	{"legacy_run", coordinator, ""},
	{"held_key", coordinator, ""},
	{"match_weights", coordinator, ""},
	{"match_adoption", coordinator, ""},
	{"mail", coordinator, ""},
}

// spread reports rows on several servers.
func (d *distribution) spread() bool { return d.by != "" }

// String says in words where a table's rows are.
func (d *distribution) String() string {
	switch {
	case !d.spread():
		return d.table + ": on " + string(d.place)
	case d.place == alone:
		return d.table + ": by " + d.by
	}
	return d.table + ": by " + d.by + ", with " + string(d.place)
}

// leader is the first table of a place, with which the others of it go.
func (p place) leader() string {
	i := slices.IndexFunc(distributions, func(d distribution) bool { return d.place == p })
	return distributions[i].table
}

// distributeLock excludes two programs that distribute at once.
const distributeLock = 0x5348_4152 // "SHAR"

// leastCitus is the oldest release of Citus that will do: since it, several
// servers' clocks and catalogues are kept together by Citus itself.
const leastCitus = 11

// Distribute spreads the tables of the registry over the servers of the Citus
// cluster whose coordinator this database is, and calls did with each table that
// was not where it belongs. What is there already stays: it may be stopped anywhere
// and called again, and is called again after each upgrade. An error says what is
// missing when the database is none of a coordinator.
func (s *Store) Distribute(ctx context.Context, by iis.Actor, did func(what string)) error {
	if err := s.canDistribute(ctx); err != nil {
		return fmt.Errorf("distribute the registry: %w", err)
	}
	moved := []string{}
	for i := range distributions {
		d := &distributions[i]
		if d.place == coordinator {
			continue
		}
		worked, err := s.distribute(ctx, d)
		if err != nil {
			return fmt.Errorf("distribute table %s: %w", d.table, err)
		}
		if worked {
			moved = append(moved, d.table)
			did(d.String())
		}
	}
	if err := s.dropLocalRows(ctx); err != nil {
		return fmt.Errorf("drop the coordinator's own copies: %w", err)
	}
	if len(moved) == 0 {
		return nil
	}
	return s.Write(ctx, func(tx *Tx) error {
		return tx.AddAudit(Audit{
			At: s.Now(), Actor: by, Act: "distribute registry", Subject: int64(len(moved)), Written: []byte(strings.Join(moved, " ")),
		})
	})
}

// canDistribute requires a coordinator of Citus, and tables that are all known.
func (s *Store) canDistribute(ctx context.Context) error {
	if s.Engine() != db.PostgreSQL {
		return errors.New("only a registry on PostgreSQL can be spread over several servers, and this one is a SQLite file")
	}
	return s.Read(ctx, func(tx *Tx) error {
		citus, err := tx.citus()
		if err != nil {
			return err
		}
		major, _, _ := strings.Cut(citus, ".")
		switch n, _ := strconv.Atoi(major); {
		case citus == "":
			return errors.New("this database has no Citus: install it on every server, and run CREATE EXTENSION citus in this database")
		case n < leastCitus:
			return fmt.Errorf("this database has Citus %s: it takes %d or later", citus, leastCitus)
		}
		return tx.coordinates()
	})
}

// citus is the release of Citus that the database has; "" when it has none.
func (tx *Tx) citus() (release string, err error) {
	if tx.Engine() != db.PostgreSQL {
		return "", nil
	}
	err = tx.Select(db.Query{
		SQL:  `SELECT CAST(extversion AS TEXT) FROM pg_extension WHERE extname = 'citus'`,
		Each: func(r db.Row) error { release = r.Text(0); return nil },
	})
	return release, err
}

// coordinates requires that the other servers know this one: tables that are on
// every server are here too.
func (tx *Tx) coordinates() error {
	here, others := int64(0), int64(0)
	err := tx.Select(db.Query{
		SQL:  `SELECT count(*) FROM pg_dist_node WHERE groupid = 0`,
		Each: func(r db.Row) error { here = r.Int(0); return nil },
	}, db.Query{
		SQL:  `SELECT count(*) FROM pg_dist_node WHERE groupid <> 0`,
		Each: func(r db.Row) error { others = r.Int(0); return nil },
	})
	if err == nil && here == 0 && others > 0 {
		err = errors.New("the cluster does not know its coordinator: run SELECT citus_set_coordinator_host('HOST') with a name under which its servers reach this one")
	}
	return err
}

// distributed is where Citus has a table.
type distributed struct {
	there bool   // Citus has it somewhere
	by    string // "" of what is on every server
}

// distribute brings one table where it belongs; worked is false when it is there.
func (s *Store) distribute(ctx context.Context, d *distribution) (worked bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		worked = false
		if err := tx.Lock(distributeLock); err != nil {
			return err
		}
		have, err := tx.distributed(d.table)
		if err != nil {
			return err
		}
		if have.there {
			if have.by != d.by {
				return fmt.Errorf("it is distributed already, by %q and not by %q: undistribute it first", have.by, d.by)
			}
			return nil
		}
		worked = true
		return tx.Select(d.query())
	})
	return worked, err
}

// query has Citus bring a table, with its rows, where it belongs.
func (d *distribution) query() db.Query {
	if !d.spread() {
		return db.Query{SQL: `SELECT create_reference_table(CAST($1 AS TEXT)::regclass)`, Args: []any{d.table}}
	}
	with := d.place.leader()
	if d.place == alone || with == d.table {
		with = "none"
	}
	return db.Query{
		SQL:  `SELECT create_distributed_table(CAST($1 AS TEXT)::regclass, $2, colocate_with => $3)`,
		Args: []any{d.table, d.by, with},
	}
}

// distributed asks Citus for a table. One that Citus has only taken note of, since
// another refers to it, is not there yet.
func (tx *Tx) distributed(table string) (have distributed, err error) {
	err = tx.Select(db.Query{
		SQL: `
			SELECT coalesce(column_to_column_name(logicalrelid, partkey), '')
			FROM pg_dist_partition
			WHERE logicalrelid = CAST($1 AS TEXT)::regclass AND (CAST(partmethod AS TEXT) = 'h' OR CAST(repmodel AS TEXT) = 't')`,
		Args: []any{table},
		Each: func(r db.Row) error { have = distributed{true, r.Text(0)}; return nil },
	})
	return have, err
}

// dropLocalRows drops what was left of tables' rows on the coordinator when they
// were copied to shards: nobody sees them any more. Citus truncates with them what
// refers to them, and so it is done only when all of that is spread as well.
func (s *Store) dropLocalRows(ctx context.Context) error {
	return s.Write(ctx, func(tx *Tx) error {
		outside := ""
		err := tx.Select(db.Query{
			SQL: `
				SELECT CAST(f.conrelid::regclass AS TEXT)
				FROM pg_constraint f JOIN pg_dist_partition p ON p.logicalrelid = f.confrelid
				WHERE f.contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_dist_partition o WHERE o.logicalrelid = f.conrelid)`,
			Each: func(r db.Row) error { outside = r.Text(0); return nil },
		})
		if err == nil && outside != "" {
			err = fmt.Errorf("table %s, which is not the registry's, refers to tables that are: drop it, and call this again", outside)
		}
		if err != nil {
			return err
		}
		for i := range distributions {
			if d := &distributions[i]; d.spread() {
				err := tx.Select(db.Query{SQL: `SELECT truncate_local_data_after_distributing_table(CAST($1 AS TEXT)::regclass)`, Args: []any{d.table}})
				if err != nil {
					return fmt.Errorf("of %s: %w", d.table, err)
				}
			}
		}
		return nil
	})
}
