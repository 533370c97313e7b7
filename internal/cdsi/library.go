package cdsi

import (
	"sync"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// Library has an engine for each schedule by which records are assessed, made when it
// is first asked for. Many may ask at once.
type Library struct {
	choose  func(assessment cal.Date) (*schedule.Schedule, error)
	mu      sync.RWMutex
	engines map[*schedule.Schedule]*Engine
}

// NewLibrary is a library over the schedules that choose gives: schedule.Library.For,
// or that with a state's own changes. The same schedule has to be the same pointer.
func NewLibrary(choose func(assessment cal.Date) (*schedule.Schedule, error)) *Library {
	return &Library{choose: choose, engines: map[*schedule.Schedule]*Engine{}}
}

// For is the engine of the schedule by which a record is assessed on a day.
func (l *Library) For(assessment cal.Date) (*Engine, error) {
	s, err := l.choose(assessment)
	if err != nil {
		return nil, err
	}
	return l.engine(s)
}

// engine is the engine of a schedule.
func (l *Library) engine(s *schedule.Schedule) (*Engine, error) {
	l.mu.RLock()
	e := l.engines[s]
	l.mu.RUnlock()
	if e != nil {
		return e, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.engines[s]; e != nil {
		return e, nil
	}
	e, err := Compile(s)
	if err != nil {
		return nil, err
	}
	l.engines[s] = e
	return e, nil
}
