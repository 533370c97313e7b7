package record

import (
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// Histories tells which sources are history of which nobody told the person, by when
// their senders went live as it is known now: a day that is set or changed later
// holds for what is on record already, and for what an old registry brought.
type Histories struct {
	until  map[iis.SenderID]store.Live
	untell bool // the state's policy takes history for what nobody was told of
}

// BeforeLive reports that something came before its sender went live: history, in any state.
func (h Histories) BeforeLive(sender iis.SenderID, at time.Time) bool {
	live, has := h.until[sender]
	return has && live.After(at)
}

// Histories is by what sources are judged in a transaction.
func (k *Keeper) Histories(tx *store.Tx) (Histories, error) {
	h, err := k.heldIn(tx)
	if err != nil {
		return Histories{}, err
	}
	return h.histories, nil
}

// readHistories reads until when what each sender sent is history.
func (h *heldPolicy) readHistories(tx *store.Tx) error {
	until, err := tx.LiveFrom()
	u := h.Sharing.Unknown
	h.histories = Histories{until: until, untell: u != nil && u.BeforeLive}
	return err
}

// untold reports that a source is history: it was marked so when it came, or all of it came
// before its sender's day.
func (h Histories) untold(s *store.SourcePerson) bool {
	if s.Person.Untold {
		return true
	}
	return h.untell && h.BeforeLive(s.Sender, time.UnixMicro(s.Received))
}

// source is a source as it counts today. What it was given is not changed.
func (h Histories) source(s *store.SourcePerson) *store.SourcePerson {
	if s.Person.Untold || !h.untold(s) {
		return s
	}
	marked := *s
	marked.Person.Untold = true
	return &marked
}

// sources are sources as they count today. What they were given is not changed.
func (h Histories) sources(list []store.SourcePerson) []store.SourcePerson {
	var out []store.SourcePerson
	for i := range list {
		if list[i].Person.Untold || !h.untold(&list[i]) {
			continue
		}
		if out == nil {
			out = slices.Clone(list)
		}
		out[i].Person.Untold = true
	}
	if out == nil {
		return list
	}
	return out
}

// SharingOf is how a record stands today.
func (h Histories) SharingOf(sources []store.SourcePerson, choices []iis.Choice) Shared {
	return SharingOf(h.sources(sources), choices)
}

// SharedIn is how a record stands today, in a transaction.
func (k *Keeper) SharedIn(tx *store.Tx, f *store.Folder) (Shared, error) {
	h, err := k.Histories(tx)
	return h.SharingOf(f.Sources, f.Choices), err
}
