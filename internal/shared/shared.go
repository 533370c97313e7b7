// Package shared finds the public test sets that live outside this repository.
//
// It is for tests only. The sets are not ours to publish; a test that needs
// them skips, and says so, when they are absent. Start at Dir.
package shared

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir is the folder of the public sets: $OPENIIS_SHARED, or the folder "shared"
// beside the repository. The test is skipped when there is none.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("OPENIIS_SHARED")
	if dir == "" {
		_, file, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "hl7")); err != nil {
		t.Skip("the public test sets are absent: set OPENIIS_SHARED to their folder to run this test")
	}
	return dir
}

// File is the content of one file of the public sets.
func File(t testing.TB, name ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{Dir(t)}, name...)...))
	if err != nil {
		t.Fatalf("a public test file cannot be read: %v", err)
	}
	return b
}
