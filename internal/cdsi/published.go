package cdsi

import (
	"sync"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// Published is the library of the releases that this program brings along.
var Published = sync.OnceValues(func() (*Library, error) {
	own, err := schedule.Own()
	if err != nil {
		return nil, err
	}
	return NewLibrary(own.For), nil
})

// For is the engine of the published release by which a record is assessed on a
// day.
func For(assessment cal.Date) (*Engine, error) {
	l, err := Published()
	if err != nil {
		return nil, err
	}
	return l.For(assessment)
}

// Named is the engine of a published release by its name.
func Named(release string) (*Engine, error) {
	own, err := schedule.Own()
	if err != nil {
		return nil, err
	}
	l, err := Published()
	if err != nil {
		return nil, err
	}
	s, err := own.Named(release)
	if err != nil {
		return nil, err
	}
	return l.engine(s)
}
