package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// reviewing is how `openiis match review` was called.
type reviewing struct {
	all      bool
	matching string
}

// run looks for duplicates among those who changed, or everyone, at once. It may
// run beside servers. What ends it, it goes on there when it is called again
// without --all.
func (how *reviewing) run(ctx context.Context, s *store.Store, stdout, stderr io.Writer) error {
	if err := mayMatch(how.matching); err != nil {
		return err
	}
	codes, err := codeset.Load()
	if err != nil {
		return err
	}
	defer sealBeside(ctx, s, stderr)()
	keeper := record.New(s, codes)
	keeper.Matching(how.matching)
	begun, told := time.Now(), time.Now()
	cleaner := keeper.NewCleaner(iis.Actor{Kind: "job"})
	err = cleaner.All(ctx, how.all, func(done record.Cleaned) {
		if time.Since(told) >= refreshTold {
			told = time.Now()
			fmt.Fprintf(stderr, "%d people looked at\n", done.People)
		}
	})
	done := cleaner.Done
	if err != nil {
		fmt.Fprintf(stderr, "%d people looked at: call this again without --all to go on from there\n", done.People)
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d people looked at in %.1f s: %d pairs compared, %d records joined to another, "+
		"%d pairs queued, %d taken off the queue; %d keys that too many share were passed over\n",
		done.People, time.Since(begun).Seconds(), done.Pairs, done.Joined, done.Queued, done.Left, done.Crowded)
	return err
}
