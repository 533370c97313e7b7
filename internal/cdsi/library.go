package cdsi

import (
	"sync"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// Library has an engine for each release of a library of schedules, made when it is
// first asked for. Many may ask at once.
type Library struct {
	releases *schedule.Library
	mu       sync.RWMutex
	engines  map[*schedule.Schedule]*Engine
}

// NewLibrary is a library over one of schedules.
func NewLibrary(releases *schedule.Library) *Library {
	return &Library{releases: releases, engines: map[*schedule.Schedule]*Engine{}}
}

// For is the engine of the release by which a record is assessed on a day.
func (l *Library) For(assessment cal.Date) (*Engine, error) {
	s, err := l.releases.For(assessment)
	if err != nil {
		return nil, err
	}
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
	if e, err = Compile(s); err != nil {
		return nil, err
	}
	l.engines[s] = e
	return e, nil
}
