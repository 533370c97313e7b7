package iis_test

import (
	"strings"
	"testing"

	"openiis/internal/iis"
)

func TestWhatStandsForAGivenNameIsKnownHoweverItIsWritten(t *testing.T) {
	for given, want := range map[string]bool{
		"BABY BOY": true, " baby \t Girl ": true, "Twin C": true, "boy 2": true, "GirlA": true, "bb": true, "Newborn Girl D": true,
		"": false, " ": false, "A": false, "Otto": false, "Boyd A": false, "Baby Otto": false, "Boy E": false, "Boy 5": false,
		"Baby" + strings.Repeat(" Boy", 9): false, "Infante": false,
	} {
		if got := iis.IsUnnamed(given); got != want {
			t.Errorf("IsUnnamed(%q) = %v", given, got)
		}
	}
}
