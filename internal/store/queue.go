package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Pair is two persons who may be one. Person is the one that was stored apart,
// or flagged; Other is whom it may be.
type Pair struct{ Person, Other iis.PersonID }

// PossibleMatch is a pair in the queue.
type PossibleMatch struct {
	Pair
	Submission iis.SubmissionID // by which it came into the queue; 0: by none
	Why        json.RawMessage  // what was decided when it came
	Created    time.Time
	Rank       int64 // where it stands: the lower, the sooner; 0: not yet worked out
}

// possibleColumns are what readPossible reads.
const possibleColumns = `m.person_id, m.other_id, m.submission_id, m.why, m.created, m.rank`

func readPossible(r db.Row) PossibleMatch {
	return PossibleMatch{
		Pair{iis.PersonID(r.Int(0)), iis.PersonID(r.Int(1))}, iis.SubmissionID(r.Int(2)), json.RawMessage(r.Text(3)), time.UnixMicro(r.Int(4)).UTC(), r.Int(5),
	}
}

// PairFilter says which pairs a list is of. The zero filter is all that nobody of
// the programme has put off.
type PairFilter struct {
	Senders []iis.SenderID // of whom one has reported one of the two; none: anyone
	Both    bool           // one of Senders has reported both
	For     iis.SenderID   // in whose queue: what was put off there is left out; 0: the programme's
	After   PairPlace      // behind this one; zero: from the beginning
	Now     time.Time
}

// PairPlace is a place in the queue of pairs.
type PairPlace struct {
	Rank int64
	Pair
}

// Place is where the pair stands.
func (m *PossibleMatch) Place() PairPlace { return PairPlace{m.Rank, m.Pair} }

// PossibleMatches lists pairs of the queue in their order. It reads about as
// many rows as it gives.
func (tx *Tx) PossibleMatches(f PairFilter, limit int) ([]PossibleMatch, error) {
	if len(f.Senders) > 0 {
		return tx.reported(f, limit)
	}
	return tx.possible(db.Query{
		SQL: `
			SELECT ` + possibleColumns + `
			FROM possible_match m
			WHERE (m.rank, m.person_id, m.other_id) > ($1, $2, $3)
			AND NOT EXISTS (
				SELECT 1 FROM put_off p
				WHERE p.person_id = m.person_id AND p.other_id = m.other_id AND p.sender_id = $4 AND p.until > $5)
			ORDER BY m.rank, m.person_id, m.other_id LIMIT $6`,
		Args: []any{max(f.After.Rank, 1), f.After.Person, f.After.Other, f.For, f.Now.UnixMicro(), limit},
	})
}

// pairsOf are the pairs of whom a sender has reported both, or only one.
func (tx *Tx) pairsOf(f PairFilter, sender iis.SenderID, both bool, limit int) ([]PossibleMatch, error) {
	return tx.possible(db.Query{
		SQL: `
			SELECT ` + possibleColumns + `
			FROM possible_match_sender s
			JOIN possible_match m ON m.person_id = s.person_id AND m.other_id = s.other_id AND m.rank = s.rank
			WHERE s.sender_id = $1 AND s.both_of = $2 AND (s.rank, s.person_id, s.other_id) > ($3, $4, $5)
			AND NOT EXISTS (
				SELECT 1 FROM put_off p
				WHERE p.person_id = s.person_id AND p.other_id = s.other_id AND p.sender_id = $6 AND p.until > $7)
			ORDER BY s.rank, s.person_id, s.other_id LIMIT $8`,
		Args: []any{sender, both, max(f.After.Rank, 1), f.After.Person, f.After.Other, f.For, f.Now.UnixMicro(), limit},
	})
}

// reported merges the pairs both of whom each sender has reported, and unless those
// alone are wanted the ones of whom it has reported one: each is a range of the index.
func (tx *Tx) reported(f PairFilter, limit int) ([]PossibleMatch, error) {
	var out []PossibleMatch
	for _, sender := range f.Senders {
		for _, both := range []bool{true, false} {
			if f.Both && !both {
				continue
			}
			of, err := tx.pairsOf(f, sender, both, limit)
			if err != nil {
				return nil, err
			}
			out = append(out, of...)
		}
	}
	slices.SortFunc(out, func(a, b PossibleMatch) int { return a.Place().compare(b.Place()) })
	out = slices.CompactFunc(out, func(a, b PossibleMatch) bool { return a.Pair == b.Pair })
	return out[:min(len(out), limit)], nil
}

func (p PairPlace) compare(o PairPlace) int {
	return cmp.Or(cmp.Compare(p.Rank, o.Rank), cmp.Compare(p.Person, o.Person), cmp.Compare(p.Other, o.Other))
}

// PossibleOf are the pairs of the queue of which a person is one, at most 100.
func (tx *Tx) PossibleOf(id iis.PersonID) ([]PossibleMatch, error) {
	first, err := tx.possible(db.Query{
		SQL:  `SELECT ` + possibleColumns + ` FROM possible_match m WHERE m.person_id = $1 ORDER BY m.other_id LIMIT 100`,
		Args: []any{id},
	})
	if err != nil {
		return nil, err
	}
	second, err := tx.possible(db.Query{
		SQL:  `SELECT ` + possibleColumns + ` FROM possible_match m WHERE m.other_id = $1 ORDER BY m.person_id LIMIT 100`,
		Args: []any{id},
	})
	return append(first, second...), err
}

// PossibleMatch is a pair in the queue, whichever of the two is named first;
// fault.NotFound when it is not there.
func (tx *Tx) PossibleMatch(p Pair) (PossibleMatch, error) {
	found, err := tx.possible(db.Query{
		SQL: `
			SELECT ` + possibleColumns + `
			FROM possible_match m
			WHERE (m.person_id = $1 AND m.other_id = $2) OR (m.person_id = $2 AND m.other_id = $1)`,
		Args: []any{p.Person, p.Other},
	})
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "These two records are not in the queue.")
	}
	if err != nil {
		return PossibleMatch{}, err
	}
	return found[0], nil
}

// PairsAfter are pairs of the queue in the order of their persons, from behind one of
// them, whoever has put them off.
func (tx *Tx) PairsAfter(last Pair, limit int) ([]Pair, error) {
	var out []Pair
	err := tx.Select(db.Query{
		SQL: `
			SELECT person_id, other_id FROM possible_match
			WHERE (person_id, other_id) > ($1, $2) ORDER BY person_id, other_id LIMIT $3`,
		Args: []any{last.Person, last.Other, limit},
		Each: func(r db.Row) error {
			out = append(out, Pair{iis.PersonID(r.Int(0)), iis.PersonID(r.Int(1))})
			return nil
		},
	})
	return out, err
}

// Unranked are pairs whose place in the queue is not worked out yet.
func (tx *Tx) Unranked(limit int) ([]PossibleMatch, error) {
	return tx.possible(db.Query{
		SQL:  `SELECT ` + possibleColumns + ` FROM possible_match m WHERE m.rank = 0 ORDER BY m.person_id, m.other_id LIMIT $1`,
		Args: []any{limit},
	})
}

func (tx *Tx) possible(q db.Query) ([]PossibleMatch, error) {
	var out []PossibleMatch
	q.Each = func(r db.Row) error { out = append(out, readPossible(r)); return nil }
	return out, tx.Select(q)
}

// PutRank gives a pair its place in the queue, and in those of the senders who
// have reported one of the two, or both.
func (tx *Tx) PutRank(p Pair, rank int64, both map[iis.SenderID]bool) error {
	err := tx.Exec(`DELETE FROM possible_match_sender WHERE person_id = $1 AND other_id = $2`, p.Person, p.Other)
	if err != nil {
		return err
	}
	for sender, b := range both {
		err := tx.Exec(`
			INSERT INTO possible_match_sender (person_id, other_id, sender_id, rank, both_of) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (person_id, other_id, sender_id) DO UPDATE SET rank = excluded.rank, both_of = excluded.both_of`,
			p.Person, p.Other, sender, rank, b)
		if err != nil {
			return err
		}
	}
	return tx.Exec(`UPDATE possible_match SET rank = $1 WHERE person_id = $2 AND other_id = $3`, rank, p.Person, p.Other)
}

// rankAnew has the places of a person's pairs worked out again: who has reported
// the person has changed.
func (tx *Tx) rankAnew(id iis.PersonID) error {
	if err := tx.Exec(`UPDATE possible_match SET rank = 0 WHERE person_id = $1 AND rank <> 0`, id); err != nil {
		return err
	}
	return tx.Exec(`UPDATE possible_match SET rank = 0 WHERE other_id = $1 AND rank <> 0`, id)
}

// PutOff is what somebody has put off.
type PutOff struct {
	Pair                // Other is 0 for the doses of a person
	For    iis.SenderID // in whose queue; 0: that of the programme
	Until  time.Time
	At     time.Time
	By     iis.UserID
	ByName string // as it is now
}

// PutOff puts a pair, or a person's doses, off in a queue.
func (tx *Tx) PutOff(o PutOff) error {
	return tx.Exec(`
		INSERT INTO put_off (person_id, other_id, sender_id, until, at, account) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person_id, other_id, sender_id) DO UPDATE
		SET until = excluded.until, at = excluded.at, account = excluded.account`,
		o.Person, o.Other, o.For, o.Until.UnixMicro(), o.At.UnixMicro(), o.By)
}

// PutsOff are the queues in which a pair, or a person's doses, is put off at a
// time.
func (tx *Tx) PutsOff(p Pair, now time.Time) ([]PutOff, error) {
	var out []PutOff
	err := tx.Select(db.Query{
		SQL: `
			SELECT p.sender_id, p.until, p.at, p.account, a.name
			FROM put_off p LEFT JOIN account a ON a.id = p.account
			WHERE p.person_id = $1 AND p.other_id = $2 AND p.until > $3 ORDER BY p.sender_id`,
		Args: []any{p.Person, p.Other, now.UnixMicro()},
		Each: func(r db.Row) error {
			out = append(out, PutOff{
				p, iis.SenderID(r.Int(0)), time.UnixMicro(r.Int(1)).UTC(), time.UnixMicro(r.Int(2)).UTC(), iis.UserID(r.Int(3)), r.Text(4),
			})
			return nil
		},
	})
	return out, err
}
