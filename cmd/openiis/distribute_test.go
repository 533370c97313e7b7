package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestDistributeSaysWhatItWants(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.db")
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, exitUsage, "want `openiis registry distribute --db postgres://…`"},
		{[]string{"distribute"}, exitUsage, "--db is required"},
		{[]string{"distribute", "--db", file}, exitUsage, "there is no database"},
	} {
		var out, errs bytes.Buffer
		if status := registryCommand(c.args, nil, &out, &errs); status != c.status || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%v: status %d, %q", c.args, status, errs.String())
		}
	}
}
