package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// standingCommand is `openiis standing refresh` and `openiis standing count`.
func standingCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	run := map[string]func(context.Context, *store.Store, io.Writer, io.Writer) error{"refresh": standingRefresh, "count": standingCount}
	if len(args) == 0 || run[args[0]] == nil {
		fmt.Fprintln(stderr, "openiis standing: want `openiis standing refresh --db …` or `openiis standing count --db …`")
		return exitUsage
	}
	f := flag.NewFlagSet("standing "+args[0], flag.ContinueOnError)
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
	limitMemory()
	ctx, stop := stopSignal()
	defer stop()
	s, err := store.Open(ctx, *db)
	if err == nil {
		err = errors.Join(run[args[0]](ctx, s, stdout, stderr), s.Close())
	}
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	return exitOK
}

// refreshTold is how often progress is told.
const refreshTold = 5 * time.Second

// standingRefresh renews everyone's standing as of today and by the release of
// the schedule that is in effect. It may run beside a server. What ends it, it
// goes on there when it is called again on the same day.
func standingRefresh(ctx context.Context, s *store.Store, stdout, stderr io.Writer) error {
	codes, err := codeset.Load()
	if err != nil {
		return err
	}
	defer sealBeside(ctx, s, stderr)()
	begun, told, failed := time.Now(), time.Now(), 0
	waited := false
	run, err := record.New(s, codes).NewRefresher(iis.Actor{Kind: "command"}).All(ctx, record.Refresh{
		Now: time.Now, Workers: runtime.GOMAXPROCS(0),
		Progress: func(run store.StandingRun) {
			if time.Since(told) >= refreshTold {
				told = time.Now()
				fmt.Fprintf(stderr, "%d people seen, %d changed\n", run.Seen, run.Written)
			}
		},
		Failed: func(err error) {
			if failed++; failed == 1 {
				fmt.Fprintf(stderr, "some could not be assessed; they wait for the next run: %v\n", err)
			}
		},
		Wait: func(other store.StandingRun) error {
			if !waited {
				waited = true
				fmt.Fprintf(stderr, "another program works on a run, or was ended a moment ago: waiting until it is done, or silent until %s\n", other.HeldTo.Local().Format(time.TimeOnly))
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second):
				return nil
			}
		},
	})
	if err != nil {
		if run.Seen > 0 {
			fmt.Fprintf(stderr, "%d people seen, %d changed: call this again to go on from there\n", run.Seen, run.Written)
		}
		return err
	}
	fmt.Fprintf(stdout, "%d people seen, %d changed, as of %s by release %s, in %.1f s\n",
		run.Seen, run.Written, run.Day, run.Release, time.Since(begun).Seconds())
	if failed > 0 {
		return errors.New("some could not be assessed")
	}
	return nil
}
