package record

import (
	"bytes"
	"fmt"
	"runtime/debug"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// CountsOtherwise reports that the schedule says something else of a record on a day
// when the doses that two reports lead, named by their Origin, are counted as one shot
// and not as two: other doses count, or the next one of a vaccine group is another or
// due on another day. The folder stays as it is.
func (k *Keeper) CountsOtherwise(f *store.Folder, a, b iis.SourceDoseID, on cal.Date) (otherwise bool, err error) {
	defer func() {
		if p := recover(); p != nil { // its value may hold what is on record
			err = fmt.Errorf("assess person %d: it panicked: %T\n%s", f.ID, p, debug.Stack())
		}
	}()
	e, err := k.engine(on)
	if err != nil {
		return false, fmt.Errorf("the schedule of %s: %w", on, err)
	}
	one := *f
	one.Pins = append(slices.Clone(f.Pins), iis.DosePin{A: min(a, b), B: max(a, b), Verdict: iis.PinSame})
	k.lately().derive(&one)
	as, were := standingBy(e, k.codes, f, 0, on), standingBy(e, k.codes, &one, 0, on)
	return !bytes.Equal(as.Body, were.Body), nil
}

// IsLive reports a vaccine (CVX) that the schedule of a day keeps apart from other live
// ones.
func (k *Keeper) IsLive(cvx string, on cal.Date) (bool, error) {
	e, err := k.engine(on)
	if err != nil {
		return false, fmt.Errorf("the schedule of %s: %w", on, err)
	}
	return e.Live(cvx), nil
}
