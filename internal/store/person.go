package store

import (
	"encoding/json"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Hit is a source that a key led to.
type Hit struct {
	Person iis.PersonID
	Source iis.SourceID
	// Own says that it was found by the sender's own number for the person.
	Own bool
	// Key is the sender's number or, for a match key, its hash.
	Key   string
	Match int64
}

// FindSources looks up a sender's own numbers and match keys in one round trip.
// A key leads to at most 200 sources: one that more share says nothing.
func (tx *Tx) FindSources(sender iis.SenderID, own []string, keys []int64) ([]Hit, error) {
	var hits []Hit
	queries := make([]db.Query, 0, len(own)+len(keys))
	for _, k := range own {
		queries = append(queries, ownQuery(sender, k, &hits))
	}
	for _, k := range keys {
		queries = append(queries, keyQuery(k, &hits))
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return hits, tx.Select(queries...)
}

func ownQuery(sender iis.SenderID, k string, hits *[]Hit) db.Query {
	return db.Query{
		SQL:  `SELECT person_id, source_id FROM source_key WHERE sender_id = $1 AND k = $2`,
		Args: []any{sender, k},
		Each: func(r db.Row) error {
			*hits = append(*hits, Hit{Own: true, Key: k, Person: iis.PersonID(r.Int(0)), Source: iis.SourceID(r.Int(1))})
			return nil
		},
	}
}

// keyQuery asks for one key: SQLite would build a table in memory for a list of
// them. Its limit is part of the text: SQLite plans anew for each value of an
// argument that it finds there.
func keyQuery(k int64, hits *[]Hit) db.Query {
	return db.Query{
		SQL:  `SELECT person_id, source_id FROM match_key WHERE k = $1 LIMIT 200`,
		Args: []any{k},
		Each: func(r db.Row) error {
			*hits = append(*hits, Hit{Match: k, Person: iis.PersonID(r.Int(0)), Source: iis.SourceID(r.Int(1))})
			return nil
		},
	}
}

// SourcePerson is the newest version of what a sender said of a person.
type SourcePerson struct {
	Source     iis.SourceID
	Version    int64
	Sender     iis.SenderID
	Submission iis.SubmissionID
	Received   time.Time
	Person     iis.Person
	Body       []byte // Person as stored
}

// Folder is everything that is stored of one person.
type Folder struct {
	ID      iis.PersonID
	Created time.Time
	Changed time.Time // of what is known of the person, not of the doses
	Sources []SourcePerson
	// Doses are the newest versions of all reports, deleted ones included, in
	// the order in which they came.
	Doses        []Report
	Consolidated []iis.Consolidated

	golden []byte
}

// Golden reads the consolidated person.
func (f *Folder) Golden() (iis.Person, error) {
	var p iis.Person
	if err := decode(f.golden, &p); err != nil {
		return p, fmt.Errorf("read person %d: %w", f.ID, err)
	}
	return p, nil
}

// SetGolden puts another consolidated person into the folder, not into the
// store: the view of somebody who may not see all of it.
func (f *Folder) SetGolden(p *iis.Person) (err error) {
	f.golden, err = Encode(p)
	return err
}

func sourcesQuery(id iis.PersonID, add func(SourcePerson)) db.Query {
	return db.Query{
		SQL: `
			SELECT source_id, version, sender_id, submission_id, received, body
			FROM source_person WHERE person_id = $1 ORDER BY source_id, version`,
		Args: []any{id},
		Each: func(r db.Row) error {
			s := SourcePerson{
				Source: iis.SourceID(r.Int(0)), Version: r.Int(1), Sender: iis.SenderID(r.Int(2)),
				Submission: iis.SubmissionID(r.Int(3)), Received: time.UnixMicro(r.Int(4)).UTC(), Body: r.Bytes(5),
			}
			add(s)
			return nil
		},
	}
}

// appendSource keeps the newest version of each source: versions come in order.
func appendSource(list []SourcePerson, s SourcePerson) []SourcePerson {
	if n := len(list); n > 0 && list[n-1].Source == s.Source {
		list[n-1] = s
		return list
	}
	return append(list, s)
}

// Read fills in the person that the stored body describes.
func (s *SourcePerson) Read() error { return decode(s.Body, &s.Person) }

// Reports reads what was said of some persons and reported for them, and not
// what was derived from it: all that comparing and deriving anew need.
func (tx *Tx) Reports(ids []iis.PersonID) ([]*Folder, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	folders := make([]*Folder, len(ids))
	queries := make([]db.Query, 0, 2*len(ids))
	for i, id := range ids {
		f := &Folder{ID: id}
		folders[i] = f
		queries = append(queries, sourcesQuery(id, func(s SourcePerson) { f.Sources = appendSource(f.Sources, s) }), f.reportsQuery())
	}
	if err := tx.Select(queries...); err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	out := folders[:0]
	for _, f := range folders {
		if len(f.Sources) == 0 {
			continue // a number that was never given out
		}
		if err := f.readSources(); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (f *Folder) readSources() error {
	for i := range f.Sources {
		if err := f.Sources[i].Read(); err != nil {
			return fmt.Errorf("read source %d: %w", f.Sources[i].Source, err)
		}
	}
	return nil
}

// Hold makes other writes to a person's record wait for this one, and says
// whether the record must be read again, because one of them may have changed it
// meanwhile: on PostgreSQL, where writes run side by side.
func (tx *Tx) Hold(id iis.PersonID) (again bool, err error) {
	return tx.Engine() == db.PostgreSQL, tx.Lock(int64(id))
}

// Folder reads everything of one person in one round trip; fault.NotFound when
// there is no such person.
func (tx *Tx) Folder(id iis.PersonID) (*Folder, error) {
	found, err := tx.Folders([]iis.PersonID{id})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "There is no such record.")
	}
	return found[0], nil
}

// Folders reads everything of some persons in one round trip, in the order
// asked; whoever does not exist is left out.
func (tx *Tx) Folders(ids []iis.PersonID) ([]*Folder, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	folders := make([]*Folder, len(ids))
	queries := make([]db.Query, 0, 4*len(ids))
	for i, id := range ids {
		folders[i] = &Folder{ID: id}
		queries = folders[i].queries(queries)
	}
	if err := tx.Select(queries...); err != nil {
		return nil, fmt.Errorf("read persons: %w", err)
	}
	out := folders[:0]
	for _, f := range folders {
		if f.golden == nil {
			continue
		}
		if err := f.readSources(); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// queries are the questions that fill a folder.
func (f *Folder) queries(list []db.Query) []db.Query {
	id := []any{f.ID}
	return append(list,
		db.Query{
			SQL:  `SELECT body, created, changed FROM person WHERE id = $1`,
			Args: id,
			Each: func(r db.Row) error {
				f.golden = r.Bytes(0)
				f.Created, f.Changed = time.UnixMicro(r.Int(1)).UTC(), time.UnixMicro(r.Int(2)).UTC()
				return nil
			},
		},
		sourcesQuery(f.ID, func(s SourcePerson) { f.Sources = appendSource(f.Sources, s) }),
		f.reportsQuery(),
		db.Query{
			SQL:  `SELECT id, primary_id, members, rule, review FROM dose WHERE person_id = $1 ORDER BY id`,
			Args: id,
			Each: f.addConsolidated,
		})
}

// AddPerson adds or replaces a consolidated person.
func (tx *Tx) AddPerson(id iis.PersonID, p *iis.Person, now time.Time) error {
	body, err := Encode(p)
	if err != nil {
		return err
	}
	name := p.LegalName()
	return tx.Exec(`
		INSERT INTO person (id, family, given, birth, sex, body, created, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE
		SET family = excluded.family, given = excluded.given, birth = excluded.birth, sex = excluded.sex,
		    body = excluded.body, changed = excluded.changed`,
		id, name.Family, name.Given, p.Birth, p.Sex, body, now.UnixMicro(), now.UnixMicro())
}

// AddSource adds a version of what a sender said of a person.
func (tx *Tx) AddSource(person iis.PersonID, s SourcePerson) error {
	return tx.Exec(`
		INSERT INTO source_person (person_id, source_id, version, sender_id, submission_id, received, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		person, s.Source, s.Version, s.Sender, s.Submission, s.Received.UnixMicro(), s.Body)
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

// AddLink links a source to a person.
func (tx *Tx) AddLink(l Link) error {
	if l.Why == nil {
		l.Why = json.RawMessage("[]")
	}
	return tx.Exec(`
		INSERT INTO link (person_id, source_id, method, score, why, since, actor)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (person_id, source_id) DO NOTHING`,
		l.Person, l.Source, l.Method, int64(l.Bits*1000), string(l.Why), l.Since.UnixMicro(), l.Actor)
}

// AddKeys stores a source's own numbers and match keys. Keys that are there
// stay; a sender's number moves to the source that used it last.
func (tx *Tx) AddKeys(sender iis.SenderID, person iis.PersonID, source iis.SourceID, own []string, keys []int64) error {
	for _, k := range own {
		err := tx.Exec(`
			INSERT INTO source_key (sender_id, k, person_id, source_id) VALUES ($1, $2, $3, $4)
			ON CONFLICT (sender_id, k) DO UPDATE SET person_id = excluded.person_id, source_id = excluded.source_id`,
			sender, k, person, source)
		if err != nil {
			return err
		}
	}
	for _, k := range keys {
		err := tx.Exec(`
			INSERT INTO match_key (k, source_id, person_id) VALUES ($1, $2, $3)
			ON CONFLICT (k, source_id) DO NOTHING`,
			k, source, person)
		if err != nil {
			return err
		}
	}
	return nil
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

// PersonLine is a person as a list shows one.
type PersonLine struct {
	ID            iis.PersonID
	Family, Given string
	Birth         cal.Date
	Sex           string
}

// PersonLines reads the list lines of some persons, in that order.
func (tx *Tx) PersonLines(ids []iis.PersonID) ([]PersonLine, error) {
	var out []PersonLine
	var queries []db.Query
	for _, id := range ids {
		queries = append(queries, db.Query{
			SQL:  `SELECT family, given, birth, sex FROM person WHERE id = $1`,
			Args: []any{id},
			Each: func(r db.Row) error {
				out = append(out, PersonLine{id, r.Text(0), r.Text(1), cal.Date(r.Int(2)), r.Text(3)})
				return nil
			},
		})
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return out, tx.Select(queries...)
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
