package db

import (
	"errors"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
)

// TestAFileThatCannotBeUsedIsToldWithWhatToDo gives the words the errors: file
// modes do not bind the administrator who may run this.
func TestAFileThatCannotBeUsedIsToldWithWhatToDo(t *testing.T) {
	for code, want := range map[sqlite.ResultCode]string{
		sqlite.ResultReadOnly:         "let this program write to the file and to its folder",
		sqlite.ResultReadOnlyCantInit: "let this program write to the file and to its folder",
		sqlite.ResultCorrupt:          "restore it from a backup",
		sqlite.ResultNotADB:           "name another file",
	} {
		got := inWords("registry.db", errors.Join(code.ToError(), nil)).Error()
		if !strings.HasPrefix(got, "registry.db ") || !strings.Contains(got, want) {
			t.Errorf("%v: %s, want %s", code, got, want)
		}
	}
	if err := inWords("registry.db", nil); err != nil {
		t.Error(err)
	}
}
