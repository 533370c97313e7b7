package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// recordCommand is `openiis record verify`: it makes every record anew from its
// reports, and its standing from the record, and exits 1 when one that is stored
// differs.
func recordCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] != "verify" {
		fmt.Fprintln(stderr, "openiis record: want `openiis record verify --db …`")
		return exitUsage
	}
	f := flag.NewFlagSet("record verify", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	if status, ok := parse(f, args[1:], stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if err := isThere(*db); err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	wrong, err := verifyRecords(context.Background(), *db, stdout, stderr)
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	if wrong > 0 {
		return exitFailed
	}
	return exitOK
}

func verifyRecords(ctx context.Context, address string, stdout, stderr io.Writer) (wrong int, err error) {
	codes, err := codeset.Load()
	if err != nil {
		return 0, err
	}
	s, err := store.Open(ctx, address)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	looked := 0
	unchecked, err := record.New(s, codes).Verify(ctx, record.Verified{
		Record: func(id iis.PersonID) {
			wrong++
			fmt.Fprintf(stdout, "wrong: record %s is not what its reports come to\n", id.Public())
		},
		Standing: func(id iis.PersonID) {
			wrong++
			fmt.Fprintf(stdout, "wrong: the standing of record %s is not what the schedule says of it\n", id.Public())
		},
		Progress: func(n int) {
			if looked = n; n%100_000 == 0 {
				fmt.Fprintf(stderr, "%d records looked at\n", n)
			}
		},
	})
	if err != nil {
		return wrong, err
	}
	if unchecked.Waiting > 0 {
		fmt.Fprintf(stdout, "note: %d wait to be assessed: run `openiis standing refresh`, or let a server run\n", unchecked.Waiting)
	}
	if unchecked.Unknown > 0 {
		fmt.Fprintf(stdout, "note: the standings of %d are by a release of the schedule that this program does not have\n", unchecked.Unknown)
	}
	fmt.Fprintf(stdout, "%d records, %d wrong\n", looked, wrong)
	return wrong, nil
}
