package cdsi

import (
	"sync"

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
