package access

import (
	"context"
	"runtime"
)

// maxWaiting is how many attempts may wait in a lane.
const maxWaiting = 128

// The lanes, so that one crowd does not stand in the way of another: those who
// were right before, strangers, and strangers from suspect addresses.
const (
	provenLane = iota
	cleanLane
	suspectLane
	laneCount
)

// lane is a queue for slow hashes: so many may wait, and so many of those
// compute. Each that computes takes 19 MiB and a processor.
type lane struct{ waiting, computing chan struct{} }

// newLanes leaves half of the processors to other work, whoever knocks.
func newLanes() (lanes [laneCount]lane) {
	atOnce := max(1, runtime.GOMAXPROCS(0)/4)
	strangers := make(chan struct{}, atOnce)
	for i := range lanes {
		lanes[i] = lane{make(chan struct{}, maxWaiting), strangers}
	}
	lanes[provenLane].computing = make(chan struct{}, atOnce)
	return lanes
}

func (g *Gate) lane(c claim, s standing) lane {
	switch {
	case s != stranger:
		return g.lanes[provenLane]
	case g.limits.isSuspect(c.address):
		return g.lanes[suspectLane]
	}
	return g.lanes[cleanLane]
}

// enter takes a place in the lane, if one is free.
func (l lane) enter() (leave func(), ok bool) {
	select {
	case l.waiting <- struct{}{}:
		return func() { <-l.waiting }, true
	default:
		return nil, false
	}
}

// hash compares a password with a stored hash when it is its turn.
func (l lane) hash(ctx context.Context, stored, password string) (bool, error) {
	select {
	case l.computing <- struct{}{}:
		defer func() { <-l.computing }()
		return passwordIs(stored, password), nil
	case <-ctx.Done():
		return false, errCrowd
	}
}
