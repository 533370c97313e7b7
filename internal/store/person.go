package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Hit is a source to which a sender's own number for a person led.
type Hit struct {
	Person iis.PersonID
	Source iis.SourceID
}

// Sharing are persons who share match keys with a description.
type Sharing struct {
	// Shared is how many keys each of them shares. A former key counts for several:
	// whoever shares one would share as many, had its keys been made anew.
	Shared map[iis.PersonID]int
	// Crowded is how many keys led to so many sources that they say nothing, and
	// were passed over.
	Crowded int
}

// MostSources is how many sources may share a match key before it says nothing.
const MostSources = 300

// formerKey is for how many keys a former one counts.
const formerKey = 8

// FindSources looks up a sender's own numbers and match keys, the last so many of
// which are former ones, in one round trip.
func (tx *Tx) FindSources(sender iis.SenderID, own []string, keys []int64, former int) ([]Hit, Sharing, error) {
	if tx.batch != nil {
		return tx.batch.find(sender, own, keys, former)
	}
	var hits []Hit
	var sharers []sharer
	queries := make([]db.Query, 0, len(own)+len(keys))
	for _, k := range own {
		queries = append(queries, ownQuery(sender, k, &hits))
	}
	queries = append(queries, tx.matchKeyQueries(keys, func(s sharer) { sharers = append(sharers, s) })...)
	if len(queries) == 0 {
		return nil, Sharing{}, nil
	}
	err := tx.Select(queries...)
	return hits, sharing(sharers, len(keys)-former), err
}

// sharer is a person who has the key at a place of those that were asked for.
type sharer struct {
	at     int
	person iis.PersonID
}

// sharing counts the keys that each person shares. From some on they are former ones.
func sharing(found []sharer, former int) Sharing {
	slices.SortFunc(found, func(a, b sharer) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.person, b.person)) })
	s := Sharing{Shared: make(map[iis.PersonID]int, len(found))}
	for len(found) > 0 {
		of := found
		if end := slices.IndexFunc(found, func(f sharer) bool { return f.at != found[0].at }); end > 0 {
			of = found[:end]
		}
		if found = found[len(of):]; len(of) > MostSources {
			s.Crowded++
			continue
		}
		worth := 1
		if of[0].at >= former {
			worth = formerKey
		}
		for _, f := range slices.Compact(of) { // several sources may be of one person
			s.Shared[f.person] += worth
		}
	}
	return s
}

func ownQuery(sender iis.SenderID, k string, hits *[]Hit) db.Query {
	return db.Query{
		SQL:  `SELECT person_id, source_id FROM source_key WHERE sender_id = $1 AND k = $2 AND person_id <> 0`,
		Args: []any{sender, k},
		Each: func(r db.Row) error {
			*hits = append(*hits, Hit{Person: iis.PersonID(r.Int(0)), Source: iis.SourceID(r.Int(1))})
			return nil
		},
	}
}

// OwnKey is a sender's own number for a person.
type OwnKey struct {
	Sender iis.SenderID
	Key    string
}

// KnownOwn are those of many numbers that somebody is known by, in one round
// trip.
func (tx *Tx) KnownOwn(keys []OwnKey) (map[OwnKey]bool, error) {
	known := map[OwnKey]bool{}
	queries := make([]db.Query, len(keys))
	for i, k := range keys {
		queries[i] = db.Query{
			SQL:  `SELECT person_id FROM source_key WHERE sender_id = $1 AND k = $2`,
			Args: []any{k.Sender, k.Key},
			Each: func(db.Row) error { known[k] = true; return nil },
		}
	}
	if len(queries) == 0 {
		return known, nil
	}
	return known, tx.Select(queries...)
}

// Link is why a source is held to be about a person.
type Link struct {
	Person iis.PersonID
	Source iis.SourceID
	Method string
	Bits   float64
	Why    json.RawMessage
	Since  time.Time
	Actor  string
}

// MethodNew is the method of a person's first source, with which the person was made.
const MethodNew = "new"

// AddLink links a source to a person.
func (tx *Tx) AddLink(l Link) error {
	if tx.batch != nil {
		return tx.batch.addLink(tx, l)
	}
	if l.Method != MethodNew { // a new person is in no pair yet
		if err := tx.rankAnew(l.Person); err != nil {
			return err
		}
	}
	return tx.Exec(`
		INSERT INTO link (person_id, source_id, method, score, why, since, actor)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (person_id, source_id) DO NOTHING`,
		l.row()...)
}

// row is a link as it is stored.
func (l *Link) row() []any {
	why := string(l.Why)
	if l.Why == nil {
		why = "[]"
	}
	return []any{l.Person, l.Source, l.Method, int64(l.Bits * 1000), why, l.Since.UnixMicro(), l.Actor}
}

// AddKeys stores a source's own numbers, and those of its match keys that may not
// be there yet. A sender's number moves to the source that used it last; a bare one, of
// which a part was left out, leads nowhere once two persons have had it.
func (tx *Tx) AddKeys(sender iis.SenderID, person iis.PersonID, source iis.SourceID, own, bare []string, keys []int64) error {
	if tx.batch != nil {
		tx.batch.addKeys(sender, person, source, own, bare, keys)
		return nil
	}
	rows := func(numbers []string) [][]any {
		out := make([][]any, len(numbers))
		for i, k := range numbers {
			out[i] = []any{sender, k, person, source}
		}
		return out
	}
	err := tx.insert(`
		INSERT INTO source_key (sender_id, k, person_id, source_id)`, `
		ON CONFLICT (sender_id, k) DO UPDATE SET person_id = excluded.person_id, source_id = excluded.source_id`, rows(own))
	if err != nil {
		return err
	}
	err = tx.insert(`
		INSERT INTO source_key (sender_id, k, person_id, source_id)`, `
		ON CONFLICT (sender_id, k) DO UPDATE
		SET source_id = CASE WHEN source_key.person_id = excluded.person_id THEN excluded.source_id ELSE 0 END,
		    person_id = CASE WHEN source_key.person_id = excluded.person_id THEN excluded.person_id ELSE 0 END`, rows(bare))
	if err != nil {
		return err
	}
	return tx.AddMatchKeys(person, source, keys)
}

// AddMatchKeys stores keys by which a person is found through what a source said.
// Those that are there stay.
func (tx *Tx) AddMatchKeys(person iis.PersonID, source iis.SourceID, keys []int64) error {
	rows := make([][]any, len(keys))
	for i, k := range keys {
		rows[i] = []any{k, source, person}
	}
	return tx.insert(`
		INSERT INTO match_key (k, source_id, person_id)`, `
		ON CONFLICT (k, source_id) DO NOTHING`, rows)
}

// AddPossibleMatch queues two persons for someone to look at.
func (tx *Tx) AddPossibleMatch(person, other iis.PersonID, sub iis.SubmissionID, why json.RawMessage, now time.Time) error {
	if why == nil {
		why = json.RawMessage("[]")
	}
	return tx.Exec(`
		INSERT INTO possible_match (person_id, other_id, submission_id, why, created) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person_id, other_id) DO NOTHING`,
		person, other, sub, string(why), now.UnixMicro())
}

// PersonsAfter are persons in the order of their ids, from behind one of them.
func (tx *Tx) PersonsAfter(last iis.PersonID, limit int) ([]iis.PersonID, error) {
	var out []iis.PersonID
	err := tx.Select(db.Query{
		SQL:  `SELECT id FROM person WHERE id > $1 ORDER BY id LIMIT $2`,
		Args: []any{last, limit},
		Each: func(r db.Row) error { out = append(out, iis.PersonID(r.Int(0))); return nil },
	})
	return out, err
}

// Named is a person with the name that the record shows.
type Named struct {
	ID            iis.PersonID
	Family, Given string
}

// namedAtOnce is how many are read at once, as the query says.
const namedAtOnce = 2000

// NamesAfter are the next persons in the order of their ids, from behind one of them;
// more says that there may be others behind.
func (tx *Tx) NamesAfter(last iis.PersonID) (names []Named, more bool, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT id, family, given FROM person WHERE id > $1 ORDER BY id LIMIT 2000`,
		Args: []any{last},
		Each: func(r db.Row) error {
			names = append(names, Named{iis.PersonID(r.Int(0)), r.Text(1), r.Text(2)})
			return nil
		},
	})
	return names, len(names) == namedAtOnce, err
}

// RecentPersons are the newest persons, the newest first.
func (tx *Tx) RecentPersons(limit int) ([]iis.PersonID, error) {
	var out []iis.PersonID
	err := tx.Select(db.Query{
		SQL:  `SELECT id FROM person ORDER BY id DESC LIMIT $1`,
		Args: []any{limit},
		Each: func(r db.Row) error { out = append(out, iis.PersonID(r.Int(0))); return nil },
	})
	return out, err
}
