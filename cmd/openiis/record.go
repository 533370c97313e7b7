package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// recordCommand is `openiis record verify`: it makes every record anew from its
// reports, and its standing from the record, and exits 1 when one that is stored
// differs. And it is `openiis record renew`, which stores those anew whose doses
// were joined by older rules.
func recordCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	run := map[string]func(context.Context, *store.Store, io.Writer, io.Writer) (int, error){"verify": verifyRecords, "renew": renewRecords}
	if len(args) == 0 || run[args[0]] == nil {
		fmt.Fprintln(stderr, "openiis record: want `openiis record verify --db …` or `openiis record renew --db …`")
		return exitUsage
	}
	f := flag.NewFlagSet("record "+args[0], flag.ContinueOnError)
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
	ctx, stop := stopSignal()
	defer stop()
	wrong := 0
	s, err := store.Open(ctx, *db)
	if err == nil {
		wrong, err = run[args[0]](ctx, s, stdout, stderr)
		err = errors.Join(err, s.Close())
	}
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	if wrong > 0 {
		return exitFailed
	}
	return exitOK
}

// renewRecords makes anew what older rules made, whatever was done before. It may
// run beside a server.
func renewRecords(ctx context.Context, s *store.Store, stdout, stderr io.Writer) (int, error) {
	codes, err := codeset.Load()
	if err != nil {
		return 0, err
	}
	job := record.New(s, codes).NewRenewer(iis.Actor{Kind: "command"}, true)
	wait, err := job.Settling(ctx, time.Now())
	if err != nil {
		return 0, err
	}
	if wait > 0 {
		fmt.Fprintf(stderr, "what a sender is was changed a moment ago: in %.0f seconds every server goes by it, and this begins\n", math.Ceil(wait.Seconds()))
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(wait):
		}
	}
	for more := true; more; {
		if more, err = job.Step(ctx, time.Now()); err != nil {
			fmt.Fprintf(stderr, "%d records looked at, %d made anew: call this again to do the rest\n", job.Seen, job.Renewed)
			return 0, err
		}
	}
	fmt.Fprintf(stdout, "%d records looked at, %d made anew\n", job.Seen, job.Renewed)
	return 0, nil
}

func verifyRecords(ctx context.Context, s *store.Store, stdout, stderr io.Writer) (wrong int, err error) {
	codes, err := codeset.Load()
	if err != nil {
		return 0, err
	}
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
	if unchecked.Older > 0 {
		fmt.Fprintf(stdout, "note: the doses of %d records were joined by other rules than this program's: run `openiis record renew`, or let a server run\n", unchecked.Older)
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
