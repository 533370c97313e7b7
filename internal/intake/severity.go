package intake

import (
	"context"
	"fmt"
	"maps"

	"openiis/internal/check"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// severities are those of all senders.
type severities struct {
	bySender map[iis.SenderID]*check.Severities
	everyone *check.Severities // of those who have none of their own
}

// watchSeverities keeps severities in memory.
func watchSeverities(s *store.Store) *store.Watched[severities] {
	return store.Watch(s, (*store.Tx).SeveritiesVersion, func(tx *store.Tx) (severities, error) {
		changes, err := tx.AllSeverityChanges()
		if err != nil {
			return severities{}, err
		}
		bySender, everyone := tables(changes)
		return severities{bySender, everyone}, nil
	})
}

// severitiesOf are a sender's severities, not older than a second.
func (d *Desk) severitiesOf(ctx context.Context, sender iis.SenderID) (*check.Severities, error) {
	all, _, err := d.severities.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("read severities: %w", err)
	}
	if own, ok := all.bySender[sender]; ok {
		return own, nil
	}
	return all.everyone, nil
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

// Look asks whether any program changed a severity, or the weights of matching, so
// that no message waits for it: jobs.Look does every moment.
func (d *Desk) Look(ctx context.Context) {
	_ = d.severities.Look(ctx) // a message that comes later looks itself, and fails if it must
	d.keeper.Look(ctx)
}
