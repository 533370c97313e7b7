package web

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"openiis/internal/access"
)

// searches are what visitors searched for of late, under keys that say nothing.
// They stand in memory only: after a restart a search is written again.
type searches struct {
	mu    sync.Mutex
	byKey map[string]search
	keys  []string // the oldest first
}

// search is what someone wrote, in a session that alone may come back to it.
type search struct {
	session, text string
	at            time.Time
}

// The bounds of what is kept.
const (
	maxSearches   = 5000
	maxEach       = 100  // of one session, lest one that never stops pushes out everyone's
	maxSearchText = 1000 // bytes; more than any search that is understood
)

func newSearches() *searches { return &searches{byKey: map[string]search{}} }

// keep keeps a search and returns its key.
func (s *searches) keep(q search) string {
	q.text = q.text[:min(len(q.text), maxSearchText)]
	key := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.keys) > 0 && (len(s.keys) >= maxSearches || q.at.Sub(s.byKey[s.keys[0]].at) > access.SessionIdle) {
		delete(s.byKey, s.keys[0])
		s.keys = s.keys[1:]
	}
	s.forgetOldest(q.session)
	s.byKey[key] = q
	s.keys = append(s.keys, key)
	return key
}

// forgetOldest makes room for one more search of a session that has all it may.
func (s *searches) forgetOldest(session string) {
	oldest, n := -1, 0
	for i, k := range s.keys {
		if s.byKey[k].session == session {
			if n++; oldest < 0 {
				oldest = i
			}
		}
	}
	if n >= maxEach {
		delete(s.byKey, s.keys[oldest])
		s.keys = slices.Delete(s.keys, oldest, oldest+1)
	}
}

// text is what a session searched for; ok is false when that is no longer kept.
func (s *searches) text(key, session string, now time.Time) (text string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, ok := s.byKey[key]
	if !ok || q.session != session || now.Sub(q.at) > access.SessionIdle {
		return "", false
	}
	return q.text, true
}
