package store

import (
	"fmt"

	"openiis/internal/iis"
)

// doseRules is the setting that says how far records were made anew by newer
// rules for doses.
const doseRules = "dose rules"

// Renewal is how far records were made anew by a version of the rules for doses.
type Renewal struct {
	Rules int          // dedupe.Version; 0: no program has begun
	UpTo  iis.PersonID // the last who was looked at
	Done  bool
}

// Renewal reads how far records were made anew.
func (tx *Tx) Renewal() (r Renewal, err error) {
	value, err := tx.setting(doseRules)
	if err != nil || value == "" {
		return r, err
	}
	if _, err := fmt.Sscan(value, &r.Rules, &r.UpTo, &r.Done); err != nil {
		return r, fmt.Errorf("read the setting %q: %w", doseRules, err)
	}
	return r, nil
}

// SetRenewal says how far records were made anew.
func (tx *Tx) SetRenewal(r Renewal) error {
	return tx.setSetting(doseRules, fmt.Sprint(r.Rules, int64(r.UpTo), r.Done))
}
