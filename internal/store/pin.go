package store

import (
	"fmt"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Pin is a person's word about a source, or about whatever a person has, that
// later evidence does not overrule.
type Pin struct {
	Person   iis.PersonID
	Decision iis.DecisionID
	Source   iis.SourceID     // 0: whatever the person has, now and later
	Kind     iis.DecisionKind // DecidedApart, or what made them one
	Side     int              // of DecidedApart: those of side 0 are not those of side 1
}

// Joins reports a pin of a decision by which sources are of one person.
func (p *Pin) Joins() bool {
	return p.Kind != iis.DecidedApart && p.Kind != iis.DecidedAlive && p.Source != 0
}

// AddPins stores pins.
func (tx *Tx) AddPins(pins []Pin) error {
	rows := make([][]any, len(pins))
	for i, p := range pins {
		rows[i] = []any{p.Person, p.Decision, p.Source, string(p.Kind), p.Side}
	}
	return tx.insert(`
		INSERT INTO identity_pin (person_id, decision_id, source_id, kind, side)`, `
		ON CONFLICT (person_id, decision_id, source_id) DO NOTHING`, rows)
}

// Pins are the pins of some persons.
func (tx *Tx) Pins(persons ...iis.PersonID) ([]Pin, error) {
	var out []Pin
	queries := make([]db.Query, len(persons))
	for i, id := range persons {
		queries[i] = pinsQuery(id, &out)
	}
	if len(queries) == 0 {
		return nil, nil
	}
	if err := tx.Select(queries...); err != nil {
		return nil, fmt.Errorf("read pins: %w", err)
	}
	return out, nil
}

func pinsQuery(person iis.PersonID, into *[]Pin) db.Query {
	return db.Query{
		SQL:  `SELECT decision_id, source_id, kind, side FROM identity_pin WHERE person_id = $1`,
		Args: []any{person},
		Each: func(r db.Row) error {
			*into = append(*into, Pin{
				Person: person, Decision: iis.DecisionID(r.Int(0)), Source: iis.SourceID(r.Int(1)),
				Kind: iis.DecisionKind(r.Text(2)), Side: int(r.Int(3)),
			})
			return nil
		},
	}
}

// ApartBy is the decision by which two persons are two; 0 when there is none.
// Whoever queues a possible match asks it first.
func (tx *Tx) ApartBy(a, b iis.PersonID) (iis.DecisionID, error) {
	pins, err := tx.Pins(a, b)
	if err != nil {
		return 0, err
	}
	return Opposed(pins, func(p Pin) bool { return p.Person == a }, func(p Pin) bool { return p.Person == b }), nil
}

// Opposed is a decision that holds those pins apart which two functions choose;
// 0 when there is none.
func Opposed(pins []Pin, ours, theirs func(Pin) bool) iis.DecisionID {
	if by := OpposedBy(pins, ours, theirs); len(by) > 0 {
		return by[0]
	}
	return 0
}

// OpposedBy are all such decisions, each once.
func OpposedBy(pins []Pin, ours, theirs func(Pin) bool) (by []iis.DecisionID) {
	for _, p := range pins {
		if p.Kind != iis.DecidedApart || !ours(p) || slices.Contains(by, p.Decision) {
			continue
		}
		for _, q := range pins {
			if q.Kind == iis.DecidedApart && q.Decision == p.Decision && q.Side != p.Side && theirs(q) {
				by = append(by, p.Decision)
				break
			}
		}
	}
	return by
}

// PinnedBy are the persons who have what a decision pinned, in the order of their ids.
func (tx *Tx) PinnedBy(decision iis.DecisionID) ([]iis.PersonID, error) {
	var persons []iis.PersonID
	err := tx.Select(db.Query{
		SQL: `SELECT DISTINCT person_id FROM identity_pin WHERE decision_id = $1 ORDER BY person_id`, Args: []any{decision},
		Each: func(r db.Row) error { persons = append(persons, iis.PersonID(r.Int(0))); return nil },
	})
	if err != nil {
		err = fmt.Errorf("find pins of %d: %w", decision, err)
	}
	return persons, err
}

// RemovePins removes what a decision pinned, wherever it is now.
func (tx *Tx) RemovePins(decision iis.DecisionID) error {
	persons, err := tx.PinnedBy(decision)
	if err != nil {
		return err
	}
	for _, id := range persons {
		if err := tx.Exec(`DELETE FROM identity_pin WHERE person_id = $1 AND decision_id = $2`, id, decision); err != nil {
			return err
		}
	}
	return nil
}

// MovePin moves what a decision pinned of a person as such to another.
func (tx *Tx) MovePin(from, to iis.PersonID, decision iis.DecisionID) error {
	return tx.both(
		[]any{to, from, decision}, `
		INSERT INTO identity_pin (person_id, decision_id, source_id, kind, side)
		SELECT CAST($1 AS BIGINT), decision_id, source_id, kind, side
		FROM identity_pin WHERE person_id = $2 AND decision_id = $3 AND source_id = 0
		ON CONFLICT (person_id, decision_id, source_id) DO NOTHING`,
		[]any{from, decision}, `
		DELETE FROM identity_pin WHERE person_id = $1 AND decision_id = $2 AND source_id = 0`)
}

// MoveAlive moves what was decided of a source's death to another person: by a merge,
// after which they are one. By the move of a source it stays, for the source goes to
// whose the death may be.
func (tx *Tx) MoveAlive(from, to iis.PersonID, source iis.SourceID) error {
	return tx.both(
		[]any{to, from, source}, `
		INSERT INTO identity_pin (person_id, decision_id, source_id, kind, side)
		SELECT CAST($1 AS BIGINT), decision_id, source_id, kind, side
		FROM identity_pin WHERE person_id = $2 AND source_id = $3 AND kind = 'alive'`,
		[]any{from, source}, `
		DELETE FROM identity_pin WHERE person_id = $1 AND source_id = $2 AND kind = 'alive'`)
}
