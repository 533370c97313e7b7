package store

import (
	"sync"
	"time"
)

// An id is a time-ordered int64: 41 bits of milliseconds since 2024, 12 bits of
// the node (one opening of the registry by one program), 10 bits of a count.
const (
	nodeBits  = 12
	countBits = 10
	nodes     = 1 << nodeBits
	counts    = 1 << countBits
	// decisionCounts are so many of the counts, the last, which are those of decisions alone: no other id of the node is one of theirs.
	decisionCounts = 16
)

var idEpoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// idMaker makes ids whose counts are from first to before end.
type idMaker struct {
	mu         sync.Mutex
	node       int64
	first, end int64
	ms         int64
	count      int64
}

func newIDMaker(node int64) *idMaker {
	return &idMaker{node: node, end: counts - decisionCounts}
}

// newDecisionMaker makes ids of decisions beside those of newIDMaker.
func newDecisionMaker(node int64) *idMaker {
	return &idMaker{node: node, first: counts - decisionCounts, count: counts - decisionCounts, end: counts}
}

// next makes an id. A clock that stands still or goes back, or more
// ids in a millisecond than there are counts, borrow the milliseconds that follow: ids only rise.
func (m *idMaker) next(now time.Time) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	ms := now.Sub(idEpoch).Milliseconds()
	if ms > m.ms {
		m.ms, m.count = ms, m.first
	} else if m.count++; m.count == m.end {
		m.ms, m.count = m.ms+1, m.first
	}
	return m.ms<<(nodeBits+countBits) | m.node<<countBits | m.count
}

// after makes an id that is greater than another, whoever made that and whatever the clock says.
func (m *idMaker) after(id int64, now time.Time) int64 {
	m.mu.Lock()
	if ms := id >> (nodeBits + countBits); ms >= m.ms {
		m.ms, m.count = ms+1, m.first-1 // which next counts from
	}
	m.mu.Unlock()
	return m.next(now)
}

// idAt is the smallest id that can be made at an instant. Of instants before 1954 and after
// 2093 no id can be made: of those it is the lowest, and the highest.
func idAt(t time.Time) int64 {
	const most = int64(1) << (63 - nodeBits - countBits)
	return max(-most, min(most-1, t.Sub(idEpoch).Milliseconds())) << (nodeBits + countBits)
}

// idTime is the instant at which an id was made, to the millisecond.
func idTime(id int64) time.Time {
	return idEpoch.Add(time.Duration(id>>(nodeBits+countBits)) * time.Millisecond)
}
