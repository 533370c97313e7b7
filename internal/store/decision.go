package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Decision is a decision about who is who, with what it takes to undo it.
type Decision struct {
	iis.IdentityDecision
	Moved Moved
}

// Moved is what a decision changed besides the rows of the sources that it
// names: what undoing it puts back. Persons are those of then.
type Moved struct {
	Sources  []iis.SourceID   `json:",omitempty"` // of Other, in their order
	Created  time.Time        // when the person was made who is no more
	NewOne   bool             `json:",omitempty"` // a move made the person that the sources went to
	Concerns []iis.ConcernID  `json:",omitempty"` // of Other, that Person has now
	Informed []iis.InformedID `json:",omitempty"` // likewise: that somebody was informed
	Rostered []iis.RosterID   `json:",omitempty"` // likewise: entries on rosters
	Pins     []iis.DecisionID `json:",omitempty"` // of Other as a person, that Person has now
	Settled  []Queued         `json:",omitempty"` // left the queue
	Renamed  []Queued         `json:",omitempty"` // of Other, as they were; Person has them now, or had them already
	HadToo   []Queued         `json:",omitempty"` // of Renamed, those that Person had already
	Retired  []Retired        `json:",omitempty"` // are no person's records any more
	// Unmatched is the certificate of a death that left the list of the unmatched, as it
	// stood there.
	Unmatched *UnmatchedDeath `json:",omitempty"`
}

// Retired is a record that a decision left to nobody: what certificates say of deaths
// that are not those of whom they might have been (UnmatchedDeath).
type Retired struct {
	Person  iis.PersonID
	Created time.Time
}

// Queued is a row of the queue of possible matches.
type Queued struct {
	Person, Other iis.PersonID
	Submission    iis.SubmissionID
	Why           json.RawMessage
	Created       int64 // Unix microseconds
}

// PairDigest is what a line of the audit keeps a digest of, for a pair that came
// into the queue or left it.
func PairDigest(b []byte, q Queued) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(q.Person))
	return binary.BigEndian.AppendUint64(b, uint64(q.Other))
}

// NewDecisionID makes the number of a decision, or of a sealing, about some persons whom the transaction
// holds: it is greater than those of all that were taken about them before, by whichever server, whatever its
// clock says.
func (tx *Tx) NewDecisionID(persons ...iis.PersonID) (int64, error) {
	var newest int64
	var queries []db.Query
	for _, id := range persons {
		for _, sql := range []string{
			`SELECT id FROM identity_decision WHERE person_id = $1 ORDER BY id DESC LIMIT 1`,
			`SELECT decision_id FROM identity_pin WHERE person_id = $1 ORDER BY decision_id DESC LIMIT 1`,
			`SELECT id FROM sealed WHERE new_id = $1 ORDER BY id DESC LIMIT 1`,
		} {
			queries = append(queries, db.Query{SQL: sql, Args: []any{id}, Each: func(r db.Row) error { newest = max(newest, r.Int(0)); return nil }})
		}
	}
	if len(queries) > 0 {
		if err := tx.Select(queries...); err != nil {
			return 0, fmt.Errorf("number a decision: %w", err)
		}
	}
	return tx.s.decisions.after(newest, tx.s.Now()), nil
}

// AddDecision stores a decision under each person concerned, and returns it as
// it is stored, for the audit.
func (tx *Tx) AddDecision(d *Decision, concerned ...iis.PersonID) ([]byte, error) {
	d.Moved.Sources = d.Sources
	moved, err := json.Marshal(d.Moved)
	if err != nil {
		return nil, fmt.Errorf("decision %d: %w", d.ID, err)
	}
	concerned = slices.Compact(slices.Sorted(slices.Values(concerned)))
	for _, person := range concerned {
		if person == 0 {
			continue
		}
		err := tx.Exec(`
			INSERT INTO identity_decision (person_id, id, kind, first_id, other_id, undoes, at, actor, actor_id, why, moved)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			person, d.ID, string(d.Kind), d.Person, d.Other, d.Undoes, d.At.UnixMicro(), d.By.Kind, actorID(d.By), d.Why, string(moved))
		if err != nil {
			return nil, err
		}
	}
	return append(moved, d.Why...), nil
}

// decisionColumns are what readDecision reads.
const decisionColumns = `id, kind, first_id, other_id, undoes, at, actor, actor_id, why, moved`

func readDecision(r db.Row) (Decision, error) {
	var d Decision
	d.ID, d.Kind = iis.DecisionID(r.Int(0)), iis.DecisionKind(r.Text(1))
	d.Person, d.Other, d.Undoes = iis.PersonID(r.Int(2)), iis.PersonID(r.Int(3)), iis.DecisionID(r.Int(4))
	d.At, d.By, d.Why = time.UnixMicro(r.Int(5)).UTC(), actorOf(r.Text(6), r.Int(7)), r.Text(8)
	if err := json.Unmarshal(r.Bytes(9), &d.Moved); err != nil {
		return d, fmt.Errorf("read decision %d: %w", d.ID, err)
	}
	d.Sources = d.Moved.Sources
	return d, nil
}

// Decisions are what was decided of some persons, by the ids that they had then,
// each once, the oldest first, and which of it was undone.
func (tx *Tx) Decisions(persons ...iis.PersonID) ([]Decision, error) {
	byID := map[iis.DecisionID]Decision{}
	queries := make([]db.Query, len(persons))
	for i, id := range persons {
		queries[i] = db.Query{
			SQL:  `SELECT ` + decisionColumns + ` FROM identity_decision WHERE person_id = $1 ORDER BY id`,
			Args: []any{id},
			Each: func(r db.Row) error {
				d, err := readDecision(r)
				byID[d.ID] = d
				return err
			},
		}
	}
	if len(queries) == 0 {
		return nil, nil
	}
	if err := tx.Select(queries...); err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	for _, d := range byID {
		if undone, ok := byID[d.Undoes]; ok {
			undone.UndoneBy = d.ID
			byID[d.Undoes] = undone
		}
	}
	out := make([]Decision, 0, len(byID))
	for _, d := range byID {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Decision) int { return int(min(1, max(-1, a.ID-b.ID))) })
	return out, nil
}

// NewestDecisions are so many of what was decided of anybody at most, the newest
// first, each once.
func (tx *Tx) NewestDecisions(limit int) ([]Decision, error) {
	var out []Decision
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + decisionColumns + ` FROM identity_decision ORDER BY id DESC, person_id LIMIT $1`,
		Args: []any{limit},
		Each: func(r db.Row) error { // stored under each person concerned
			d, err := readDecision(r)
			if len(out) == 0 || out[len(out)-1].ID != d.ID {
				out = append(out, d)
			}
			return err
		},
	})
	if err != nil {
		err = fmt.Errorf("read the newest decisions: %w", err)
	}
	return out, err
}

// Decision finds a decision, with those who are concerned; nil when there is
// none.
func (tx *Tx) Decision(id iis.DecisionID) (*Decision, []iis.PersonID, error) {
	var concerned []iis.PersonID
	err := tx.Select(db.Query{
		SQL: `SELECT person_id FROM identity_decision WHERE id = $1 ORDER BY person_id`, Args: []any{id},
		Each: func(r db.Row) error { concerned = append(concerned, iis.PersonID(r.Int(0))); return nil },
	})
	if err != nil || len(concerned) == 0 {
		return nil, nil, err
	}
	all, err := tx.Decisions(concerned...)
	for i := range all {
		if all[i].ID == id {
			return &all[i], concerned, err
		}
	}
	return nil, nil, err
}
