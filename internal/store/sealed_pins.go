package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Pins while somebody is sealed. Those of the sealed person are kept with the sealing, and
// what comes for it heeds them (SealedPins). Those of others stay where they are and hold
// on, also of a decision that is hidden because it names who is sealed: that something is
// held apart or together is said without naming the decision.

// pinned reports that a pin is to be put back: its decision was not undone while it was
// kept.
func (tx *Tx) pinned(values []any) (bool, error) {
	undone, err := tx.undone(iis.DecisionID(values[1].(int64)))
	return !undone, err
}

// undone reports a decision that was undone, also where that is hidden.
func (tx *Tx) undone(decision iis.DecisionID) (bool, error) {
	d, _, err := tx.Decision(decision)
	if err != nil || d != nil {
		return d != nil && d.UndoneBy != 0, err
	}
	all, err := tx.HiddenDecisions(0)
	return slices.ContainsFunc(all, func(h HiddenDecision) bool { return h.Undoes == decision }), err
}

// HiddenDecision is a decision that is sealed with somebody whom it names.
type HiddenDecision struct {
	Decision
	By iis.SealID // the sealing that keeps it
}

// HiddenDecisions are those that concern a person (0: anybody), each as often as it is stored,
// the oldest first, with which of them was undone.
func (tx *Tx) HiddenDecisions(person iis.PersonID) (out []HiddenDecision, err error) {
	all, err := tx.sealed(db.Query{SQL: `SELECT ` + sealedColumns + ` FROM sealed WHERE undone = 0 ORDER BY id`})
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		for _, text := range s.Rows[decisionTable] {
			row, err := keptRow(text)
			if err != nil || len(row) != 11 {
				return nil, fmt.Errorf("read a decision of the sealed %d: %w", s.Person, err)
			}
			n, err := numbers(row[0], row[1], row[3], row[4], row[5])
			if err != nil {
				return nil, err
			}
			if person != 0 && iis.PersonID(n[0]) != person {
				continue
			}
			h := HiddenDecision{By: s.ID}
			h.ID, h.Kind, h.Undoes = iis.DecisionID(n[1]), iis.DecisionKind(*row[2]), iis.DecisionID(n[4])
			h.Person, h.Other = iis.PersonID(n[2]), iis.PersonID(n[3])
			if err := json.Unmarshal([]byte(*row[10]), &h.Moved); err != nil {
				return nil, fmt.Errorf("read hidden decision %d: %w", h.ID, err)
			}
			h.Sources = h.Moved.Sources
			out = append(out, h)
		}
	}
	for i := range out {
		for j := range out {
			if out[j].Undoes == out[i].ID {
				out[i].UndoneBy = out[j].ID
			}
		}
	}
	slices.SortStableFunc(out, func(a, b HiddenDecision) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// pins are what people decided about a sealed person, as far as later words must heed
// it: of who it is, and of its doses.
func (s *Sealed) pins() (pins []Pin, words []DosePin, err error) {
	for _, text := range s.Rows[pinTable] {
		row, err := keptRow(text)
		if err != nil || len(row) != 5 {
			return nil, nil, fmt.Errorf("read a pin of the sealed %d: %w", s.Person, err)
		}
		n, err := numbers(row[0], row[1], row[2], row[4])
		if err != nil {
			return nil, nil, err
		}
		pins = append(pins, Pin{iis.PersonID(n[0]), iis.DecisionID(n[1]), iis.SourceID(n[2]), iis.DecisionKind(*row[3]), int(n[3])})
	}
	for _, text := range s.Rows[dosePinTable] {
		row, err := keptRow(text)
		if err != nil || len(row) != 8 {
			return nil, nil, fmt.Errorf("read a word on doses of the sealed %d: %w", s.Person, err)
		}
		n, err := numbers(row[1], row[2], row[3])
		if err != nil {
			return nil, nil, err
		}
		words = append(words, DosePin{ID: n[0], DosePin: iis.DosePin{A: iis.SourceDoseID(n[1]), B: iis.SourceDoseID(n[2]), Verdict: iis.PinVerdict(*row[4])}})
	}
	slices.SortFunc(words, func(a, b DosePin) int { return cmp.Compare(a.ID, b.ID) })
	return pins, words, nil
}

// SealedPins are what people decided of who some persons are who are sealed.
func (tx *Tx) SealedPins(persons ...iis.PersonID) (out []Pin, err error) {
	for _, id := range persons {
		s, err := tx.sealOf(id, "")
		if err != nil {
			return nil, err
		}
		if s == nil {
			continue
		}
		pins, _, err := s.pins()
		if err != nil {
			return nil, err
		}
		out = append(out, pins...)
	}
	return out, nil
}
