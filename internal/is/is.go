// Package is compares what a test got with what it wanted.
//
// It is not an assertion library: one function, a readable difference. Start at
// Equal.
package is

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// Equal fails the test when got and want differ, and shows the lines in which
// they do.
func Equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	t.Errorf("%s:\n%s", what, Diff(lines(got), lines(want)))
}

// NoError ends the test when err is not nil.
func NoError(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// Diff shows the lines that only got (-) or only want (+) has, in order.
func Diff(got, want []string) string {
	var b strings.Builder
	i, j := 0, 0
	for i < len(got) || j < len(want) {
		switch {
		case i < len(got) && j < len(want) && got[i] == want[j]:
			i, j = i+1, j+1
		case j >= len(want) || (i < len(got) && !contains(want[j:], got[i])):
			fmt.Fprintf(&b, "  got   %s\n", got[i])
			i++
		default:
			fmt.Fprintf(&b, "  want  %s\n", want[j])
			j++
		}
	}
	return b.String()
}

func contains(in []string, s string) bool {
	for _, x := range in {
		if x == s {
			return true
		}
	}
	return false
}

func lines(v any) []string {
	if s, ok := v.(string); ok {
		return strings.Split(strings.ReplaceAll(s, "\r", "\n"), "\n")
	}
	if b, err := json.MarshalIndent(v, "", "  "); err == nil && string(b) != "{}" {
		return strings.Split(string(b), "\n")
	}
	return strings.Split(fmt.Sprintf("%+v", v), "\n")
}
