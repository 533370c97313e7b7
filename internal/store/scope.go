package store

import (
	"maps"
	"slices"

	"openiis/internal/iis"
)

// inScope is the condition that a column names a sender of a scope, and its arguments, of
// which the first has a number: SQLite counts arguments as they appear.
func inScope(column string, s iis.Scope, number int) (where string, args []any) {
	var senders []iis.SenderID
	switch {
	case s.Everyone:
		return "1 = 1", nil
	case s.Reach.Holds():
		senders = slices.Sorted(maps.Keys(s.Reach.Senders))
	default:
		senders = s.Home.Of(s.Sender)
	}
	if len(senders) == 0 {
		return "1 = 0", nil
	}
	for _, id := range senders {
		args = append(args, id)
	}
	return column + " IN (" + marksFrom(number, len(senders)) + ")", args
}
