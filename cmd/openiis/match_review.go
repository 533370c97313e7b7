package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// reviewMemory is where a review begins to spend time rather than memory, in bytes.
// That everyone is in memory, of 2.5 million people, takes less.
const reviewMemory = 2 << 30

// limitReview sets it, unless the operator did (GOMEMLIMIT).
func limitReview() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(reviewMemory)
	}
}

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
	limitReview()
	keeper := record.New(s, codes)
	keeper.Matching(how.matching)
	cleaner := keeper.NewCleaner(iis.Actor{Kind: "job"})
	begun := time.Now()
	err = cleaner.All(ctx, how.all, tellReview(stderr))
	done := cleaner.Done
	if err != nil {
		fmt.Fprintf(stderr, "%d people looked at: call this again without --all to go on from there\n", done.People)
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d people looked at in %.1f s: %d pairs compared, %d records joined to another, %d parted again, "+
		"%d pairs queued, %d taken off the queue; %d keys that too many share were passed over\n",
		done.People, time.Since(begun).Seconds(), done.Pairs, done.Joined, done.Parted, done.Queued, done.Left, done.Crowded)
	return err
}

// tellReview tells every few seconds how far a review has come.
func tellReview(to io.Writer) func(record.Progress) {
	var begun time.Time // of the looking
	told := time.Now()
	return func(p record.Progress) {
		now := time.Now()
		if begun.IsZero() && !p.Reading {
			begun = now
		}
		if now.Sub(told) < refreshTold {
			return
		}
		told = now
		switch {
		case p.Keys:
			fmt.Fprintf(to, "%d people are read; now who shares keys with whom\n", p.Read)
		case p.Reading:
			fmt.Fprintf(to, "%d people read\n", p.Read)
		default:
			fmt.Fprintf(to, "%d of %d people looked at%s\n", p.People, p.Of, timeLeft(now.Sub(begun), p.People, p.Of))
		}
	}
}

// timeLeft is how long the rest takes when so many of some took so long; "" where
// nothing can be said yet.
func timeLeft(took time.Duration, done, of int) string {
	if done <= 0 || took < time.Second {
		return ""
	}
	left := time.Duration(float64(took) * float64(max(0, of-done)) / float64(done))
	return ", about " + left.Round(time.Second).String() + " left"
}
