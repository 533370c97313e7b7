package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// stateSetting is the setting that has the registry's state.
const stateSetting = "state"

// State is by which state's policy a registry goes.
type State struct {
	Code    string
	Text    string `json:",omitempty"` // the policy, of a folder of one's own; "" for the program's
	Regions string `json:",omitempty"` // the regions, likewise
	// Files are the folder's other files, likewise, by their paths within it.
	Files map[string]string `json:",omitempty"`
	Since time.Time
}

// Same reports that two are one and the same: nobody has set another since.
func (s State) Same(other State) bool {
	return s.Code == other.Code && s.Since.Equal(other.Since) && s.Text == other.Text && s.Regions == other.Regions && maps.Equal(s.Files, other.Files)
}

// stateLock is the advisory lock of those who change it.
const stateLock = 0x5354_4154 // "STAT"

// HoldState is State, and makes others who would change it wait until this
// transaction is done.
func (tx *Tx) HoldState() (State, error) {
	if err := tx.Lock(stateLock); err != nil {
		return State{}, err
	}
	return tx.State()
}

// State reads it; the zero State when none was ever said.
func (tx *Tx) State() (s State, err error) {
	text, err := tx.setting(stateSetting)
	if err != nil || text == "" {
		return State{}, err
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return State{}, fmt.Errorf("read the state's policy: %w", err)
	}
	return s, nil
}

// PutState has the registry remember its state, and returns it as it is stored, for
// the audit.
func (tx *Tx) PutState(s State) ([]byte, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return text, tx.setSetting(stateSetting, string(text))
}
