package record

import (
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// A source that was moved out and back is one with those whom its record was joined with meanwhile,
// though no decision names both (seed 90105 of the random sequences).
func TestWhoWasJoinedOneAfterTheOtherIsHeldTogether(t *testing.T) {
	pin := func(source iis.SourceID, decision iis.DecisionID) store.Pin {
		return store.Pin{Source: source, Person: 7, Decision: decision, Kind: iis.DecidedMerge}
	}
	pins := []store.Pin{pin(2, 20), pin(1, 20), pin(1, 10), pin(8, 10), pin(4, 30), pin(5, 30)}
	is.Equal(t, "by way of source 1", joined(pins, 7, map[iis.SourceID]bool{8: true}), map[iis.SourceID]bool{1: true, 2: true})
	is.Equal(t, "nobody decided about it", len(joined(pins, 7, map[iis.SourceID]bool{9: true})), 0)
	is.Equal(t, "of another person", len(joined(pins, 6, map[iis.SourceID]bool{8: true})), 0)
}
