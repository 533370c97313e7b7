package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// everyShard are parts of statements that ask several shards, each with who asks.
// docs/scaling.md counts with them. None but the first is on the way of a message.
var everyShard = [][2]string{
	{"UPDATE possible_match SET rank = 0 WHERE other_id = $1", "a message by which a clinic that is new to a known person is linked; a merge"},
	{"FROM possible_match WHERE other_id = $1", "a merge, and the clean-up"},
	{"FROM possible_match m WHERE m.other_id = $1", "the page of a record"},
	{"FROM possible_match m WHERE (m.person_id = $1 AND m.other_id = $2) OR", "a pair, from the side of either: two shards"},
	{"FROM possible_match m WHERE m.rank = 0", "the job that ranks the queue"},
	{"FROM possible_match m WHERE (m.rank, ", "the queue"},
	{"FROM possible_match_sender s JOIN possible_match m", "a clinic's queue"},
	{"FROM dose m WHERE m.review > 0", "the queue of doses, and the job that ranks it"},
	{"FROM identity_decision WHERE id = $1", "undoing a decision"},
	{"FROM identity_pin WHERE decision_id = $1", "undoing a decision, for its pins"},
	{"FROM person_alias WHERE now_id = $1", "the access log, for former numbers"},
	{"FROM audit WHERE person_id = $1 AND id < $2", "the access log"},
	{"SELECT count(*) FROM audit WHERE person_id = $1", "a search of the audit by person, for how many lines there are"},
	{"FROM audit WHERE id < $1", "a search of the audit by sender, kind or time"},
	{"FROM audit WHERE actor = 'user' AND actor_id = $1", "a search of the audit by user, and the job that judges access"},
	{"FROM alert WHERE account = $1", "the job that judges access, for what was raised already"},
	{"FROM alert WHERE closed", "the lists of alerts"},
	{"FROM watched_record WHERE ended = 0 AND id < $1", "the list of watched records"},
	{"FROM concern WHERE settled IS NULL", "the list of concerns"},
	{"FROM roster_entry WHERE organization_id = $1", "the roster of a site"},
	{"FROM roster_entry WHERE until = 0 AND parted = 0 GROUP BY organization_id", "the list of rosters"},
	{"UPDATE roster_entry SET organization_id = $1", "a merge of sites, for its roster"},
	{"FROM concern WHERE raised_by = $1", "the list of one's own petitions"},
	{"FROM person ORDER BY id DESC", "the newest records"},
	{"AND span IN ($5, $6", "a search by a year of birth: a shard for each span of days"},
	{"FROM submission s LEFT JOIN receipt r ON r.submission_id = s.id WHERE s.id >", "lists and counts of submissions"},
	{"FROM submission_class", "lists of submissions by their class"},
	{"FROM sealed_receipt WHERE submission_id >", "the job that erases tests, for those that are sealed"},
	{"FROM sender s JOIN sender_day d", "the list of senders"},
	{"FROM person WHERE id > $1", "passes over everyone"},
	{"WHERE person.id > $1 ORDER BY person.id", "passes over everyone"},
	{"FROM standing WHERE person_id > $1", "passes over everyone's standing"},
	{"FROM report WHERE person_id > $1", "passes over everyone's reports"},
	{"SELECT COUNT(*) FROM person", "counts of everyone"},
	{"FROM sealed WHERE id = $1", "a sealing by its number"},
	{"FROM sealed WHERE undone = 0 AND id < $1", "the list of sealings"},
	{"SELECT subject_id, act FROM audit WHERE person_id = $1", "a sealing, for the messages that said again what was known, and queries"},
	{"FROM flat_file WHERE sender_id = $1", "a sealing, for uploaded files"},
	{"FROM flat_file WHERE roster = $1", "the files of a roster"},
	{"UPDATE flat_file SET roster = $1 WHERE roster = $2", "a merge of sites, for the files of a roster"},
	{"FROM flat_file WHERE id < $1", "a sealing, for uploaded files that name somebody"},
	{"FROM sealed_alias WHERE now_id = $1", "an unsealing, for former numbers"},
	{"FROM sealed WHERE undone = 0 ORDER BY id", "an unsealing, for pins whose decision is sealed by another"},
	{"FROM sealed_about WHERE sealed_id = $1 ORDER BY", "an unsealing, for its messages"},
	{"FROM sealed_file WHERE sealed_id = $1 ORDER BY", "an unsealing, for its files"},
	{"FROM sealed WHERE new_id = $1", "the clean-up and the queue, for who is sealed behind a record"},
	{"FROM sealed_report ORDER BY", "passes over everyone, for those who are sealed"},
	{"FROM match_key GROUP BY k", "openiis match blocks"},
	{"FROM match_key WHERE k >= $1 AND k <= $2", "openiis match review, over many"},
	{"FROM audit WHERE id >", "the audit's sealer and its verification"},
	{"FROM receipt WHERE submission_id > $1", "verification of the audit"},
}

// ran is a statement with the act in which it ran.
type ran struct {
	act string
	store.Statement
}

// shards is how many partitions stand for the shards of a table.
const shards = 8

// spreadOut has PostgreSQL keep each table that is to be spread in partitions by
// the hash of its column. As Citus does, it then refuses unique keys without it, and
// its plans say which partitions a statement looks at. The tables are empty.
func spreadOut(t *testing.T, c *pgx.Conn) {
	t.Helper()
	for _, p := range store.Distributions() {
		if p.By == "" {
			continue
		}
		sql := fmt.Sprintf(`ALTER TABLE %[1]s RENAME TO was; CREATE TABLE %[1]s (LIKE was INCLUDING DEFAULTS INCLUDING INDEXES) PARTITION BY HASH (%[2]s); DROP TABLE was;`, p.Table, p.By)
		for i := range shards {
			sql += fmt.Sprintf(`CREATE TABLE %[1]s_p%[2]d PARTITION OF %[1]s FOR VALUES WITH (MODULUS %[3]d, REMAINDER %[2]d);`, p.Table, i, shards)
		}
		_, err := c.Exec(context.Background(), sql)
		is.NoError(t, "spread "+p.Table, err)
	}
}

// statements are what a registry runs in its life, each text with the arguments of
// a few of its runs, on tables that are spread out.
func statements(t *testing.T) (*pgx.Conn, []ran) {
	if testing.Short() {
		t.Skip("-short leaves PostgreSQL out")
	}
	address := storetest.Postgres(t)
	s := storetest.Open(t, address)
	c, err := pgx.Connect(context.Background(), address)
	is.NoError(t, "connect", err)
	t.Cleanup(func() { _ = c.Close(context.Background()) }) // the test is over
	spreadOut(t, c)
	store.SetTogether(s, false)
	var all []ran
	act, times := "", map[string]int{}
	store.Overhear(s, func(st store.Statement) {
		if key := act + st.SQL; times[key] < 20 {
			times[key]++
			all = append(all, ran{act, st})
		}
	})
	newLife(t, s).live(func(what string) { act = what })
	return c, all
}

// insertOf is an INSERT of given rows.
var insertOf = regexp.MustCompile(`^\s*INSERT INTO (\w+) \(([^)]*)\)\s+VALUES`)

// partition is the name of one of ours.
var partition = regexp.MustCompile(`^(\w+)_p(\d)$`)

// looks are the tables at which a statement looks, each with the shards of it; none
// of a table that is not spread.
func (r *ran) looks(t *testing.T, c *pgx.Conn) map[string][]string {
	t.Helper()
	var text []byte
	err := c.QueryRow(context.Background(), `EXPLAIN (FORMAT JSON) `+r.SQL, r.Args...).Scan(&text)
	is.NoError(t, "explain "+r.SQL, err)
	var plan any
	is.NoError(t, "plan", json.Unmarshal(text, &plan))
	out := map[string][]string{}
	var walk func(node any)
	walk = func(node any) {
		switch n := node.(type) {
		case []any:
			for _, v := range n {
				walk(v)
			}
		case map[string]any:
			if name, ok := n["Relation Name"].(string); ok {
				table, shard := name, ""
				if m := partition.FindStringSubmatch(name); m != nil {
					table, shard = m[1], m[2]
				}
				if out[table] == nil {
					out[table] = []string{}
				}
				if shard != "" && !slices.Contains(out[table], shard) {
					out[table] = append(out[table], shard)
				}
			}
			for _, v := range n {
				walk(v)
			}
		}
	}
	walk(plan)
	for _, s := range out {
		slices.Sort(s)
	}
	return out
}

// asker is who may ask several shards by a statement; "" when nobody may.
func (r *ran) asker() string {
	text := strings.Join(strings.Fields(r.SQL), " ")
	for _, e := range everyShard {
		if strings.Contains(text, e[0]) {
			return e[1]
		}
	}
	return ""
}

// TestStatements reads what a registry runs whose tables are spread out.
func TestStatements(t *testing.T) {
	c, all := statements(t)
	if len(all) < 150 {
		t.Errorf("only %d statements ran: the test looks in the wrong place", len(all))
	}
	t.Run("each runs on shards", func(t *testing.T) { eachRunsOnShards(t, c, all) })
	t.Run("matching asks one shard a key", func(t *testing.T) { matchingAsksOneShardAKey(t, c, all) })
	t.Run("no row moves to another shard", func(t *testing.T) { noRowMoves(t, all) })
}

// Each statement can run on shards: rows that are stored say
// on which they go; what is joined is together; what is held is on one; and all that
// ask several are listed.
func eachRunsOnShards(t *testing.T, c *pgx.Conn, all []ran) {
	where, used := placed(), map[string]bool{}
	for _, r := range all {
		if m := insertOf.FindStringSubmatch(r.SQL); m != nil {
			if p := where[m[1]]; p.By != "" && !slices.Contains(strings.Split(strings.ReplaceAll(m[2], " ", ""), ","), p.By) {
				t.Errorf("%s\nstores rows without %s", r.SQL, p.By)
			}
			continue
		}
		places, on, several := map[string]bool{}, map[string]bool{}, false
		for table, looked := range r.looks(t, c) {
			p := where[table]
			switch {
			case p.By != "" && p.Place == "":
				places[table] = true
			case p.By != "" || p.Coordinator:
				places[p.Place] = true
			}
			if p.By != "" && len(looked) > 0 {
				several = several || len(looked) > 1
				on[strings.Join(looked, " ")] = true
			}
		}
		if several = several || len(on) > 1; several {
			used[r.asker()] = true
		}
		switch {
		case len(places) > 1:
			t.Errorf("%s\njoins what is not together: %v", r.SQL, places)
		case several && r.Hold:
			t.Errorf("%s\nholds rows of several shards", r.SQL)
		case several && r.asker() == "":
			t.Errorf("%s: %s\nasks several shards: %v", r.act, r.SQL, on)
		}
	}
	for _, e := range everyShard {
		if !used[e[1]] {
			t.Errorf("nothing asks several shards by %s: take it off the list", e[0])
		}
	}
}

// Who is meant by a message or a query is looked up key by key, each on one shard:
// its plan looks at one partition, and says by which value.
func matchingAsksOneShardAKey(t *testing.T, c *pgx.Conn, all []ran) {
	lookedUp := map[string]int{}
	for _, r := range all {
		if r.act != "messages" && r.act != "queries" || insertOf.MatchString(r.SQL) {
			continue
		}
		for table, looked := range r.looks(t, c) {
			switch table {
			case "match_key", "source_key", "person", "person_alias":
				if lookedUp[table]++; len(looked) != 1 {
					t.Errorf("%s\nlooks at %d shards of %s, want one", r.SQL, len(looked), table)
				}
			}
		}
	}
	for table, least := range map[string]int{"match_key": 20, "source_key": 5, "person": 5} {
		if lookedUp[table] < least {
			t.Errorf("%s was looked up %d times: the test looks in the wrong place", table, lookedUp[table])
		}
	}
}

// A change must not move a row to another shard.
func noRowMoves(t *testing.T, all []ran) {
	where := placed()
	set := regexp.MustCompile(`UPDATE (?:(\w+)\s+)?SET ((?s:.*?))(?:\sWHERE|$)`)
	into := regexp.MustCompile(`INSERT INTO (\w+)`)
	for _, r := range all {
		m := set.FindStringSubmatch(r.SQL)
		if m == nil {
			continue
		}
		table := m[1]
		if i := into.FindStringSubmatch(r.SQL); i != nil {
			table = i[1]
		}
		if by := where[table].By; by != "" && regexp.MustCompile(`(^|[,\s])`+by+`\s*=`).MatchString(m[2]) {
			t.Errorf("%s\nchanges %s, by which rows are spread", r.SQL, by)
		}
	}
}
