package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"text/tabwriter"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/jobs"
	"openiis/internal/match"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Profiles by which updates may be matched.
const (
	matchingBalanced = "balanced"
	matchingStrict   = "strict"
)

const matchingUse = "how sure a match of an update must be: balanced, or strict"

// mayMatch refuses a profile by which an operator cannot have updates matched.
func mayMatch(profile string) error {
	if profile != matchingBalanced && profile != matchingStrict {
		return fmt.Errorf("updates cannot be matched by %q: want %s or %s", profile, matchingBalanced, matchingStrict)
	}
	return nil
}

// matchRegistry is `openiis match rekey`, `openiis match blocks` and `openiis match
// review`.
func matchRegistry(name string, args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("match "+name, flag.ContinueOnError)
	f.Usage = func() { fmt.Fprint(f.Output(), matchUsage) }
	db := f.String("db", "", "database: a file, or postgres://…")
	var how reviewing
	if name == "review" {
		f.BoolVar(&how.all, "all", false, "look at everyone again")
		f.StringVar(&how.matching, "matching", matchingBalanced, matchingUse)
	}
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if f.NArg() > 0 {
		return failUsage(stderr, f.Name(), fmt.Errorf("%q is not expected here", f.Arg(0)))
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if err := isThere(*db); err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	ctx, stop := stopSignal()
	defer stop()
	run, open := matchRekey, store.Open
	switch name {
	case "blocks":
		run, open = matchBlocks, store.OpenToRead
	case "review":
		run = how.run
	}
	s, err := open(ctx, *db)
	if err == nil {
		err = errors.Join(run(ctx, s, stdout, stderr), s.Close())
	}
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	return exitOK
}

// sealBeside seals the audit beside a long command, until the function that it
// returns is called.
func sealBeside(ctx context.Context, s *store.Store, stderr io.Writer) (finish func()) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var sealed sync.WaitGroup
	sealed.Go(func() { jobs.Seal(work, s.NewSealer(), slog.New(slog.NewTextHandler(stderr, nil))) })
	return func() {
		cancel()
		sealed.Wait()
	}
}

// matchRekey makes everyone's match keys anew at once. It may run beside a
// server of this version. What ends it, it goes on there when it is called again.
func matchRekey(ctx context.Context, s *store.Store, stdout, stderr io.Writer) error {
	codes, err := codeset.Load()
	if err != nil {
		return err
	}
	defer sealBeside(ctx, s, stderr)()
	begun, told := time.Now(), time.Now()
	run, err := record.New(s, codes).NewRekeyer(iis.Actor{Kind: "command"}).All(ctx, time.Now, func(run store.KeyRun) {
		if time.Since(told) >= refreshTold {
			told = time.Now()
			fmt.Fprintf(stderr, "pass %d of %d: %d people seen\n", run.Pass, store.LastPass, run.Seen)
		}
	})
	if err != nil {
		if run.Seen > 0 {
			fmt.Fprintf(stderr, "pass %d of %d: %d people seen: call this again to go on from there\n", run.Pass, store.LastPass, run.Seen)
		}
		return err
	}
	fmt.Fprintf(stdout, "%d people have the keys of version %d, made in %.1f s\n", run.Seen, run.Version, time.Since(begun).Seconds())
	return nil
}

// leastBlock is the smallest block that matchBlocks lists.
const leastBlock = 100

// matchBlocks lists how many sources share a key, by kind of key: where many keys
// are over the limit, something that is sent for an unknown value is missing in
// matching/placeholders.tsv.
func matchBlocks(ctx context.Context, s *store.Store, stdout, _ io.Writer) error {
	var blocks []store.Block
	err := s.Read(ctx, func(tx *store.Tx) (err error) {
		blocks, err = tx.Blocks(leastBlock)
		return err
	})
	if err != nil {
		return err
	}
	type kind struct{ blocks, over, largest int64 }
	kinds, order := map[string]*kind{}, []string{}
	for _, b := range blocks { // the largest first
		name := match.KindOfKey(b.Key)
		k := kinds[name]
		if k == nil {
			k = &kind{largest: b.Sources}
			kinds[name], order = k, append(order, name)
		}
		k.blocks++
		if b.Sources > store.MostSources {
			k.over++
		}
	}
	if len(blocks) == 0 {
		_, err := fmt.Fprintf(stdout, "No key is shared by %d sources or more.\n", leastBlock)
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "kind of key\tlargest block\tblocks of %d and more\tpassed over (more than %d)\n", leastBlock, store.MostSources)
	for _, name := range order {
		k := kinds[name]
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", name, k.largest, k.blocks, k.over)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(blocks) == store.MostBlocks {
		fmt.Fprintf(stdout, "Only the %d largest blocks are counted.\n", store.MostBlocks)
	}
	return nil
}
