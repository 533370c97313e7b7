package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Sealed is a sealing as it is stored.
type Sealed struct {
	iis.Seal
	SealedBody
}

// SealedBody is what it takes to restore a former identity, and what of it went over
// to the new one.
type SealedBody struct {
	Created time.Time           // when the former record was made
	Sender  iis.SenderID        // in whose name its history went over
	Number  string              // under which that sender knows the new identity
	Rows    map[string][]string // of tables that are kept as they were (keptTables)
	Hidden  []Hidden            // decisions that the list of deaths without a record does not say
	Queued  []Queued            // that waited between the two
	Sent    []iis.SubmissionID  // the messages by which the history went over
	Over    []WentOver
}

// WentOver is a dose or fact of the former identity that the new one has.
type WentOver struct {
	Origins []iis.SourceDoseID // the reports that it is made of
	Filler  iis.Ref            // under which the new one has it
	Dose    iis.Dose           // as it went over
}

// sealedColumns are what readSealed reads.
const sealedColumns = `person_id, id, new_id, at, actor, actor_id, order_number, why, body`

func readSealed(r db.Row) (*Sealed, error) {
	s := &Sealed{Seal: iis.Seal{
		Person: iis.PersonID(r.Int(0)), ID: iis.SealID(r.Int(1)), New: iis.PersonID(r.Int(2)), At: time.UnixMicro(r.Int(3)).UTC(),
		By: actorOf(r.Text(4), r.Int(5)), Order: r.Text(6), Why: r.Text(7),
	}}
	if err := json.Unmarshal(r.Bytes(8), &s.SealedBody); err != nil {
		return nil, fmt.Errorf("read sealing %d: %w", s.ID, err)
	}
	return s, nil
}

func (tx *Tx) sealed(q db.Query) ([]*Sealed, error) {
	var out []*Sealed
	q.Each = func(r db.Row) error {
		s, err := readSealed(r)
		out = append(out, s)
		return err
	}
	if err := tx.Select(q); err != nil {
		return nil, fmt.Errorf("read what is sealed: %w", err)
	}
	return out, nil
}

// Seals are the sealings that hold, the newest first, from behind one of them (0: from
// the newest), at most so many.
func (tx *Tx) Seals(before iis.SealID, limit int) ([]*Sealed, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return tx.sealed(db.Query{
		SQL:  `SELECT ` + sealedColumns + ` FROM sealed WHERE undone = 0 AND id < $1 ORDER BY id DESC LIMIT $2`,
		Args: []any{before, limit},
	})
}

// SealOf is the sealing of a former identity that holds; nil when there is none.
// Others who change it wait for this transaction.
func (tx *Tx) SealOf(person iis.PersonID) (*Sealed, error) { return tx.sealOf(person, "sealed") }

func (tx *Tx) sealOf(person iis.PersonID, hold string) (*Sealed, error) {
	found, err := tx.sealed(db.Query{
		SQL: `SELECT ` + sealedColumns + ` FROM sealed WHERE person_id = $1 AND undone = 0`, Args: []any{person}, Hold: hold,
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// Seal is a sealing that holds, by its number; nil when there is none.
func (tx *Tx) Seal(id iis.SealID) (*Sealed, error) {
	found, err := tx.sealed(db.Query{SQL: `SELECT ` + sealedColumns + ` FROM sealed WHERE id = $1 AND undone = 0`, Args: []any{id}})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// NewOf are the new identities of sealed ones, by their present numbers. Whose new
// identity was sealed in turn has that of that one.
func (tx *Tx) NewOf(sealed ...iis.PersonID) (map[iis.PersonID]iis.PersonID, error) {
	out := map[iis.PersonID]iis.PersonID{}
	for next := sealed; len(next) > 0; {
		queries := make([]db.Query, len(next))
		found := make([]iis.PersonID, len(next))
		for i, id := range next {
			queries[i] = db.Query{
				SQL: `SELECT new_id FROM sealed WHERE person_id = $1 AND undone = 0`, Args: []any{id},
				Each: func(r db.Row) error { found[i] = iis.PersonID(r.Int(0)); return nil },
			}
		}
		if err := tx.Select(queries...); err != nil {
			return nil, fmt.Errorf("read whose the sealed are: %w", err)
		}
		now, err := tx.Follow(found...)
		if err != nil {
			return nil, err
		}
		var more []iis.PersonID
		for i, id := range next {
			if now[i] == 0 {
				continue
			}
			for was, is := range out {
				if is == id {
					out[was] = now[i]
				}
			}
			out[id] = now[i]
			more = append(more, now[i])
		}
		next = more
	}
	return out, nil
}

// SealedInto is the first sealing whose new identity a record was or is, also one that was
// undone; 0 when there is none.
func (tx *Tx) SealedInto(person iis.PersonID) (first iis.SealID, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT id FROM sealed WHERE new_id = $1 ORDER BY id DESC`, Args: []any{person},
		Each: func(r db.Row) error { first = iis.SealID(r.Int(0)); return nil },
	})
	if err != nil {
		err = fmt.Errorf("find the sealings into %d: %w", person, err)
	}
	return first, err
}

// Behind are the sealed identities of some persons, by whatever number they had when
// those were sealed, with whose each is.
func (tx *Tx) Behind(persons ...iis.PersonID) (map[iis.PersonID]iis.PersonID, error) {
	out := map[iis.PersonID]iis.PersonID{}
	for _, id := range persons {
		ids, err := tx.Former(id)
		if err != nil {
			return nil, err
		}
		for next := append(ids, id); len(next) > 0; {
			var found []iis.PersonID
			queries := make([]db.Query, len(next))
			for i, now := range next {
				queries[i] = db.Query{
					SQL: `SELECT person_id FROM sealed WHERE new_id = $1 AND undone = 0`, Args: []any{now},
					Each: func(r db.Row) error { found = append(found, iis.PersonID(r.Int(0))); return nil },
				}
			}
			if err := tx.Select(queries...); err != nil {
				return nil, fmt.Errorf("read what is sealed behind %d: %w", id, err)
			}
			next = nil
			for _, s := range found {
				if out[s] == 0 {
					out[s] = id
					next = append(next, s)
				}
			}
		}
	}
	return out, nil
}

// PutSealed stores a sealing, new or changed, and returns its body as stored.
func (tx *Tx) PutSealed(s *Sealed) ([]byte, error) {
	body, err := json.Marshal(s.SealedBody)
	if err != nil {
		return nil, fmt.Errorf("sealing %d: %w", s.ID, err)
	}
	return body, tx.Exec(`
		INSERT INTO sealed (person_id, id, new_id, at, actor, actor_id, order_number, why, body, undone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
		ON CONFLICT (person_id, id) DO UPDATE SET body = excluded.body`,
		s.Person, s.ID, s.New, s.At.UnixMicro(), s.By.Kind, actorID(s.By), s.Order, s.Why, string(body))
}

// SealPerson takes everything of a person, who has these former numbers, out of the
// tables that are read, but for the keys by which it is found: those go on leading to
// it. What was derived is gone. The sealing itself is for PutSealed.
func (tx *Tx) SealPerson(s *Sealed, former []iis.PersonID, had SearchKeys) error {
	for _, id := range former {
		err := tx.both(
			[]any{id}, `
			INSERT INTO sealed_alias (person_id, now_id, decision_id)
			SELECT person_id, now_id, decision_id FROM person_alias WHERE person_id = $1`,
			[]any{id}, `DELETE FROM person_alias WHERE person_id = $1`)
		if err != nil {
			return err
		}
	}
	if err := tx.takeKept(append(former, s.Person), s); err != nil {
		return err
	}
	if err := tx.moveSealed(s.Person, "", "sealed_"); err != nil {
		return err
	}
	return tx.RemoveDerived(s.Person, had)
}

// moveSealed moves reports and links of a person between the tables that are read and
// those that are sealed.
func (tx *Tx) moveSealed(person iis.PersonID, from, to string) error {
	for table, columns := range map[string]string{
		"report": `person_id, id, source_id, sender_id, submission_id, received, body`,
		"link":   `person_id, source_id, method, score, why, since, actor`,
	} {
		err := tx.both(
			[]any{person}, `INSERT INTO `+to+table+` (`+columns+`) SELECT `+columns+` FROM `+from+table+` WHERE person_id = $1`,
			[]any{person}, `DELETE FROM `+from+table+` WHERE person_id = $1`)
		if err != nil {
			return err
		}
	}
	return nil
}

// UnsealPerson puts back what SealPerson took, but for what is derived, and says when.
func (tx *Tx) UnsealPerson(s *Sealed, now time.Time) error {
	if err := tx.moveSealed(s.Person, "sealed_", ""); err != nil {
		return err
	}
	aliases, err := tx.SealedFormer(s.Person)
	if err != nil {
		return err
	}
	for _, id := range aliases {
		err := tx.both(
			[]any{id}, `
			INSERT INTO person_alias (person_id, now_id, decision_id)
			SELECT person_id, now_id, decision_id FROM sealed_alias WHERE person_id = $1`,
			[]any{id}, `DELETE FROM sealed_alias WHERE person_id = $1`)
		if err != nil {
			return err
		}
	}
	if err := tx.leaveToOthers(s); err != nil {
		return err
	}
	if err := tx.putKept(s); err != nil {
		return err
	}
	return tx.Exec(`UPDATE sealed SET undone = $1 WHERE person_id = $2 AND id = $3`, now.UnixMicro(), s.Person, s.ID)
}

// SealedFormer are the former numbers of a sealed identity.
func (tx *Tx) SealedFormer(id iis.PersonID) (out []iis.PersonID, err error) {
	for next := []iis.PersonID{id}; len(next) > 0; {
		var found []iis.PersonID
		for _, now := range next {
			err := tx.Select(db.Query{
				SQL: `SELECT person_id FROM sealed_alias WHERE now_id = $1 ORDER BY person_id`, Args: []any{now},
				Each: func(r db.Row) error { found = append(found, iis.PersonID(r.Int(0))); return nil },
			})
			if err != nil {
				return nil, fmt.Errorf("read former numbers of %d: %w", id, err)
			}
		}
		out, next = append(out, found...), found
	}
	return out, nil
}

// RemoveReport removes a report of a source: what went over to a new identity, which
// is taken back. The message that brought it is kept.
func (tx *Tx) RemoveReport(person iis.PersonID, id int64) error {
	return tx.Exec(`DELETE FROM report WHERE person_id = $1 AND id = $2`, person, id)
}

// RemoveSource removes a source of which no report is left that says who the person
// is from what it is found by; whole, when no report is left at all.
func (tx *Tx) RemoveSource(person iis.PersonID, source iis.SourceID, sender iis.SenderID, own []string, keys []int64, whole bool) error {
	for _, k := range own {
		if err := tx.Exec(`DELETE FROM source_key WHERE sender_id = $1 AND k = $2 AND source_id = $3`, sender, k, source); err != nil {
			return err
		}
	}
	if err := tx.RemoveMatchKeys(source, keys); err != nil || !whole {
		return err
	}
	for _, sql := range []string{
		`DELETE FROM link WHERE person_id = $1 AND source_id = $2`, `DELETE FROM identity_pin WHERE person_id = $1 AND source_id = $2`,
	} {
		if err := tx.Exec(sql, person, source); err != nil {
			return err
		}
	}
	return nil
}

// SealedFolder is what is known of a sealed identity from those of its reports that
// are told; without sources when it is not sealed.
func (tx *Tx) SealedFolder(person iis.PersonID, told func(*Report) bool) (*Folder, error) {
	s, err := tx.sealOf(person, "")
	if err != nil || s == nil {
		return &Folder{ID: person}, err
	}
	reports, err := tx.SealedReports(person)
	if err != nil {
		return nil, err
	}
	return s.Folder(reports, told)
}

// SealedReports are all reports of a sealed identity, in their order.
func (tx *Tx) SealedReports(person iis.PersonID) ([]Report, error) {
	var out []Report
	q := reportsQuery(person, func(r *Report) { out = append(out, *r) })
	q.SQL = strings.Replace(q.SQL, "FROM report", "FROM sealed_report", 1)
	if err := tx.Select(q); err != nil {
		return nil, fmt.Errorf("read the reports of the sealed %d: %w", person, err)
	}
	return out, nil
}

// AddSealedReport stores what came for a sealed identity, and returns it as stored.
func (tx *Tx) AddSealedReport(r *Report) ([]byte, error) {
	body := encode(r, walkNewReport)
	return body, tx.Exec(`
		INSERT INTO sealed_report (person_id, id, source_id, sender_id, submission_id, received, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.Person, r.ID, r.Source, r.Sender, r.Submission, r.Received, body)
}

// AddSealedLink links a source to a sealed identity.
func (tx *Tx) AddSealedLink(l Link) error {
	return tx.Exec(`
		INSERT INTO sealed_link (person_id, source_id, method, score, why, since, actor)
		VALUES ($1, $2, $3, 0, '[]', $4, $5)
		ON CONFLICT (person_id, source_id) DO NOTHING`,
		l.Person, l.Source, l.Method, l.Since.UnixMicro(), l.Actor)
}

// SealedDescribed is what each source says of those of some persons who are sealed, by
// whatever number; others are left out.
func (tx *Tx) SealedDescribed(ids ...iis.PersonID) ([]Described, error) {
	now := append([]iis.PersonID(nil), ids...)
	for more := true; more; {
		more = false
		queries := make([]db.Query, len(now))
		for i, id := range now {
			queries[i] = db.Query{
				SQL: `SELECT now_id FROM sealed_alias WHERE person_id = $1`, Args: []any{id},
				Each: func(r db.Row) error { now[i], more = iis.PersonID(r.Int(0)), true; return nil },
			}
		}
		if err := tx.Select(queries...); err != nil {
			return nil, fmt.Errorf("follow sealed numbers: %w", err)
		}
	}
	var out []Described
	seen := map[iis.PersonID]bool{}
	for _, id := range now {
		if seen[id] {
			continue
		}
		seen[id] = true
		f, err := tx.SealedFolder(id, func(*Report) bool { return true })
		if err != nil {
			return nil, err
		}
		if len(f.Sources) > 0 {
			out = append(out, Described{ID: id, Sources: f.Sources, Choices: f.Choices})
		}
	}
	return out, nil
}

// SealedWords is every word that a source ever said of each sealed identity: few.
func (tx *Tx) SealedWords() ([]Word, error) {
	var words []Word
	err := tx.Select(db.Query{
		SQL: `SELECT person_id, source_id, body FROM sealed_report ORDER BY person_id, id`,
		Each: func(row db.Row) error {
			w, said, err := readWord(row)
			if said {
				words = append(words, w)
			}
			return err
		},
	})
	return words, err
}
