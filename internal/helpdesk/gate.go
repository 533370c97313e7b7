package helpdesk

import (
	"sync"
	"time"

	"openiis/internal/fault"
)

// How many tickets people without an account may open within an hour: from one place,
// and in all. Behind one address may be a whole clinic.
const (
	mostFromOne = 5
	mostInAll   = 200
	gateSpan    = time.Hour
)

// gate counts tickets of people without an account, in memory: a server that starts
// anew begins to count anew.
type gate struct {
	mu   sync.Mutex
	all  []time.Time // the oldest first
	from map[string][]time.Time
}

func newGate() *gate { return &gate{from: map[string][]time.Time{}} }

// enter counts one more from a place, or refuses it: fault.Busy.
func (g *gate) enter(from string, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = since(g.all, now.Add(-gateSpan))
	for place, times := range g.from { // as many as were let in within the hour, at most
		if times = since(times, now.Add(-gateSpan)); len(times) == 0 {
			delete(g.from, place)
		} else {
			g.from[place] = times
		}
	}
	if len(g.all) >= mostInAll || len(g.from[from]) >= mostFromOne {
		return fault.New(fault.Busy, "Too many questions have come within an hour. Nothing was sent: keep what you wrote, and try again in an hour.")
	}
	g.all, g.from[from] = append(g.all, now), append(g.from[from], now)
	return nil
}

// since leaves out what was before a moment.
func since(times []time.Time, from time.Time) []time.Time {
	for len(times) > 0 && times[0].Before(from) {
		times = times[1:]
	}
	return times
}
