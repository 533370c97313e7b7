package intake

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"openiis/internal/check"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// goodFor is how long what was read holds: a change takes effect within it,
// whatever delays the next look.
const goodFor = 900 * time.Millisecond

// severities are those of all senders, in memory: no message pays for a read. It
// is safe for concurrent use.
type severities struct {
	store *store.Store
	held  atomic.Pointer[held]
	mu    sync.Mutex // held by whoever looks
}

// held is what was read. It never changes.
type held struct {
	version  string
	looked   time.Time // when the version was asked for
	bySender map[iis.SenderID]*check.Severities
	everyone *check.Severities // of those who have none of their own
}

// of are a sender's severities, not older than goodFor.
func (s *severities) of(ctx context.Context, sender iis.SenderID) (*check.Severities, error) {
	h := s.held.Load()
	if h == nil || time.Since(h.looked) > goodFor {
		if err := s.look(ctx); err != nil {
			return nil, err
		}
		h = s.held.Load()
	}
	if own, ok := h.bySender[sender]; ok {
		return own, nil
	}
	return h.everyone, nil
}

// look asks whether severities changed and reads them anew if they did. Those
// who come while somebody looks share the answer.
func (s *severities) look(ctx context.Context) error {
	came := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.held.Load()
	if old != nil && old.looked.After(came) {
		return nil
	}
	now := held{looked: time.Now()}
	var changes []store.SeverityChange
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		// the version first: what is changed between the two reads is read again
		if now.version, err = tx.SeveritiesVersion(); err != nil || (old != nil && old.version == now.version) {
			return err
		}
		changes, err = tx.AllSeverityChanges()
		return err
	})
	if err != nil {
		return fmt.Errorf("read severities: %w", err)
	}
	if old != nil && old.version == now.version {
		now.bySender, now.everyone = old.bySender, old.everyone
	} else {
		now.bySender, now.everyone = tables(changes)
	}
	s.held.Store(&now)
	return nil
}

// tables are the severities that the changes come to. A sender's own word on a
// rule holds before that on everyone.
func tables(changes []store.SeverityChange) (map[iis.SenderID]*check.Severities, *check.Severities) {
	words := map[iis.SenderID]map[string]iis.Severity{}
	for _, c := range changes {
		if words[c.Sender] == nil {
			words[c.Sender] = map[string]iis.Severity{}
		}
		words[c.Sender][c.Rule] = c.Severity
	}
	out := map[iis.SenderID]*check.Severities{}
	for sender, own := range words {
		table := map[string]iis.Severity{}
		for _, from := range []map[string]iis.Severity{words[store.Everyone], own} {
			maps.Copy(table, holding(from))
		}
		// A rule that has gone since, or may no longer have what it was given,
		// has its own severity; the sender's page tells it.
		out[sender], _ = check.NewSeverities(table)
	}
	return out, out[store.Everyone]
}

// holding are the words that were not taken back.
func holding(words map[string]iis.Severity) map[string]iis.Severity {
	out := maps.Clone(words)
	maps.DeleteFunc(out, func(_ string, s iis.Severity) bool { return s == "" })
	return out
}

// Look asks whether any program changed a severity, so that no message waits for
// it: jobs.Look does every moment.
func (d *Desk) Look(ctx context.Context) {
	_ = d.severities.look(ctx) // a message that comes later looks itself, and fails if it must
}
