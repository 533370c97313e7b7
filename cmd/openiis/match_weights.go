package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/record"
	"openiis/internal/role"
	"openiis/internal/store"
)

// weightsCommands are what `openiis match` does with versions of the weights.
var weightsCommands = map[string]func(args []string, stdout, stderr io.Writer) int{
	"estimate": matchEstimate, "adopt": matchAdopt, "versions": matchVersions,
}

// ownWeights is what a command calls the weights of the program.
const ownWeights = "program"

// Limits of what an estimate reads: less says nothing, more does not fit into memory.
const (
	leastSample, mostSample           = 100, 200_000
	leastRandomPairs, mostRandomPairs = 10_000, 100_000_000
)

// weightsFlags are those of one of the commands.
func weightsFlags(name string) (f *flag.FlagSet, db *string) {
	f = flag.NewFlagSet("match "+name, flag.ContinueOnError)
	f.Usage = func() { fmt.Fprint(f.Output(), matchUsage) }
	return f, f.String("db", "", "database: a file, or postgres://…")
}

// matchEstimate is `openiis match estimate`.
func matchEstimate(args []string, stdout, stderr io.Writer) int {
	f, db := weightsFlags("estimate")
	out := f.String("out", "", "file to write; it must not be there")
	seed := f.Uint64("seed", 1, "the same seed draws the same people")
	people := f.Int("people", record.SamplePeople, "how many people are compared with all who share keys with them")
	pairs := f.Int("pairs", record.SamplePairs, "how many pairs are drawn by chance")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	switch {
	case !need(stderr, f, "db", "out"):
		return exitUsage
	case f.NArg() > 0:
		return failUsage(stderr, f.Name(), fmt.Errorf("%q is not expected here", f.Arg(0)))
	case *people < leastSample || *people > mostSample:
		return failUsage(stderr, f.Name(), fmt.Errorf("--people: want %d to %d", leastSample, mostSample))
	case *pairs < leastRandomPairs || *pairs > mostRandomPairs:
		return failUsage(stderr, f.Name(), fmt.Errorf("--pairs: want %d to %d", leastRandomPairs, mostRandomPairs))
	}
	if _, err := os.Lstat(*out); !errors.Is(err, fs.ErrNotExist) {
		return failUsage(stderr, f.Name(), fmt.Errorf("%s is there already: name another file", *out))
	}
	how := record.Sampling{Seed: *seed, People: *people, Pairs: *pairs, Decided: min(*people, record.SampleDecided), Progress: func(what string, people int) {
		if people > 0 {
			what = fmt.Sprintf("%s: %d", what, people)
		}
		fmt.Fprintln(stderr, what)
	}}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		v, err := r.keeper.Estimate(ctx, byCommand, how)
		if err != nil {
			return err
		}
		if err := writeNew(*out, v.Text); err != nil {
			return err
		}
		_, err = fmt.Fprintf(stdout, "%s\nversion %s, estimated against %s, is in %s. Nothing has changed. Who signs it off: openiis match adopt --db … %s --by USER --reason …\n",
			v.Report(), v.Name, v.From, *out, filepath.Base(*out))
		return err
	})
}

// writeNew writes a file that was not there.
func writeNew(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// matchAdopt is `openiis match adopt`.
func matchAdopt(args []string, stdout, stderr io.Writer) int {
	f, db := weightsFlags("adopt")
	version := f.String("version", "", "a version that was in force before, or "+ownWeights)
	by := f.String("by", "", "user name of the administrator who signs it off")
	reason := f.String("reason", "", "why, in a sentence; it is kept")
	status, ok := parse(f, args, stderr)
	var file string
	if ok && f.NArg() > 0 { // the file may stand between
		file = f.Arg(0)
		status, ok = parse(f, f.Args()[1:], stderr)
	}
	switch {
	case !ok:
		return status
	case !need(stderr, f, "db", "by", "reason"):
		return exitUsage
	case f.NArg() > 0:
		return failUsage(stderr, f.Name(), fmt.Errorf("%q is not expected here", f.Arg(0)))
	case (file == "") == (*version == ""):
		return failUsage(stderr, f.Name(), errors.New("give one of FILE and --version"))
	}
	var v *match.Version
	if file != "" {
		var err error
		if v, err = readWeights(file); err != nil {
			return failUsage(stderr, f.Name(), err)
		}
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		var err error
		if *version != "" && *version != ownWeights {
			if v, err = r.keeper.AdoptedBefore(ctx, *version); err != nil {
				return err
			}
		}
		u, err := signer(ctx, r, *by)
		if err != nil {
			return err
		}
		if err := r.keeper.Adopt(ctx, iis.Actor{Kind: byCommand.Kind, User: u.ID}, v, *reason); err != nil {
			return err
		}
		_, err = fmt.Fprintf(stdout, "%s is in force, signed off by %s (%s). Servers go by it within a second, and look at everyone again for duplicates; `openiis match review` does that at once. Keys stay as they are.\n",
			versionName(v), u.Name, u.Username)
		return err
	})
}

// signer is the administrator who signs weights off.
func signer(ctx context.Context, r *registry, username string) (access.User, error) {
	u, err := r.gate.Named(ctx, username)
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil:
		return u, fmt.Errorf("--by: no user has the user name %q", username)
	case err != nil:
		return u, err
	case !u.May(role.SignWeights):
		return u, fmt.Errorf("--by: %s signs in as %s: weights are signed off by an administrator", username, access.RoleAt(u.Role, ""))
	}
	return u, nil
}

func versionName(v *match.Version) string {
	if v == nil {
		return "the version of this program (" + match.Default().Version() + ")"
	}
	return "version " + v.Name
}

// readWeights reads a file of weights.
func readWeights(name string) (*match.Version, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, match.MaxVersion+1))
	if err != nil {
		return nil, fmt.Errorf("read the weights: %w", err)
	}
	v, err := match.ReadVersion(text)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w", filepath.Base(name), err)
	}
	return v, nil
}

// matchVersions is `openiis match versions`.
func matchVersions(args []string, stdout, stderr io.Writer) int {
	f, db := weightsFlags("versions")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if f.NArg() > 0 {
		return failUsage(stderr, f.Name(), fmt.Errorf("%q is not expected here", f.Arg(0)))
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		all, err := r.keeper.WeightsVersions(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "version\tin force\tsigned off by\twhy")
		for i, a := range all {
			name, since := a.Version, "from "+a.At.Local().Format("2006-01-02 15:04:05")
			if name == store.OwnWeights {
				name = ownWeights
			}
			if i == 0 {
				since = "now, " + since
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", name, since, oneLine(a.Name), oneLine(a.Reason))
		}
		since := "before all others"
		if len(all) == 0 {
			since = "now: nothing was adopted yet"
		}
		fmt.Fprintf(w, "%s\t%s\t\tversion %s, that this program has\n", ownWeights, since, match.Default().Version())
		return w.Flush()
	})
}
