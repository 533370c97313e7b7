package main

import (
	"context"
	"flag"
	"fmt"
	"io"
)

// migrateCommand is `openiis migrate`: the schema of a registry as this program wants it, and a
// role of PostgreSQL that serves it without owning it.
func migrateCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("migrate", flag.ContinueOnError)
	db := f.String("db", "", "database, as its owner: a file, or postgres://…")
	role := f.String("serve-as", "", "role of PostgreSQL that may serve the registry and owns nothing; it is there already")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if f.NArg() > 0 {
		return failUsage(stderr, f.Name(), fmt.Errorf("%q is not expected here", f.Arg(0)))
	}
	return withRegistry(*db, mayMake, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		fmt.Fprintln(stdout, "The schema is that of this program.")
		if *role == "" {
			return nil
		}
		if err := r.store.GrantTo(ctx, *role); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "The role %s may serve it: start `openiis serve` with its address. After each new release, run this again first.\n", *role)
		return nil
	})
}
