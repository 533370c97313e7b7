package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// registryCommand is `openiis registry distribute`: it spreads the tables of a
// registry over the servers of a Citus cluster, and says of each where it went.
func registryCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] != "distribute" {
		fmt.Fprintln(stderr, "openiis registry: want `openiis registry distribute --db postgres://…`")
		return exitUsage
	}
	f := flag.NewFlagSet("registry distribute", flag.ContinueOnError)
	db := f.String("db", "", "database on the coordinator of a Citus cluster: postgres://…")
	if status, ok := parse(f, args[1:], stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if err := isThere(*db); err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	ctx, stop := stopSignal()
	defer stop()
	s, err := store.Open(ctx, *db)
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	n := 0
	err = s.Distribute(ctx, iis.Actor{Kind: "command"}, func(what string) { n++; fmt.Fprintln(stdout, what) })
	if err = errors.Join(err, s.Close()); err != nil {
		return fail(stderr, f.Name(), err)
	}
	fmt.Fprintf(stdout, "%d tables distributed; the others were where they belong\n", n)
	return exitOK
}
