package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"openiis/internal/store"
)

// auditCommand is `openiis audit verify`: it recomputes the audit's hash chains
// and exits 1 when a row or a seal was changed or removed.
func auditCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] != "verify" {
		fmt.Fprintln(stderr, "openiis audit: want `openiis audit verify --db …`")
		return exitUsage
	}
	f := flag.NewFlagSet("audit verify", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	if status, ok := parse(f, args[1:], stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if _, err := os.Stat(*db); err != nil && !strings.Contains(*db, "://") {
		return failUsage(stderr, "audit verify", err) // opening it would create it
	}
	ctx := context.Background()
	s, err := store.Open(ctx, *db)
	if err != nil {
		return fail(stderr, "audit verify", err)
	}
	defer s.Close()
	v, err := s.VerifyAudit(ctx, time.Now())
	if err != nil {
		return fail(stderr, "audit verify", err)
	}
	fmt.Fprintf(stdout, "%d rows under %d seals; %d not yet sealed, of which %d are older than a minute\n", v.Rows, v.Seals, v.Unsealed, v.OldUnsealed)
	for _, b := range v.Broken {
		fmt.Fprintln(stdout, "broken:", b)
	}
	if len(v.Broken) > 0 {
		return exitFailed
	}
	return exitOK
}
