package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"openiis/internal/backup"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// keyFlags are those by which a command is told what a backup is locked with.
type keyFlags struct {
	passphrase, people *string
	plain              *bool
	peopleFlag         string
	read               func(io.Reader) (backup.Key, error)
}

// lockFlags are for writing, unlockFlags for reading.
func lockFlags(f *flag.FlagSet) keyFlags {
	return keyFlags{
		f.String("passphrase-file", "", "file with a passphrase that the backup is locked with"),
		f.String("recipients-file", "", "file with the public keys (age1…) of those who may restore it, one a line"),
		f.Bool("plain", false, "do not encrypt it: whoever has the file has every record"),
		"recipients-file", backup.Recipients,
	}
}

func unlockFlags(f *flag.FlagSet) keyFlags {
	return keyFlags{
		f.String("passphrase-file", "", "file with the passphrase that the backup was locked with"),
		f.String("identity-file", "", "file with the secret key (AGE-SECRET-KEY-1…) of somebody for whom it was locked"),
		f.Bool("plain", false, "it is not encrypted"),
		"identity-file", backup.Identities,
	}
}

// key is what was given: one of the three.
func (k keyFlags) key() (backup.Key, error) {
	given := 0
	for _, is := range []bool{*k.passphrase != "", *k.people != "", *k.plain} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return backup.Key{}, fmt.Errorf("want one of --passphrase-file, --%s and --plain", k.peopleFlag)
	case *k.plain:
		return backup.Key{}, nil
	case *k.people != "":
		f, err := os.Open(*k.people)
		if err != nil {
			return backup.Key{}, err
		}
		key, err := k.read(f)
		return key, errors.Join(err, f.Close())
	}
	secret, err := readSecret(*k.passphrase)
	if err != nil {
		return backup.Key{}, err
	}
	return backup.Passphrase(secret)
}

// backupCommand is `openiis backup`: the whole registry, as it is at one moment, in one
// file.
func backupCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("backup", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	out := f.String("out", "", "file to write, which is not there yet")
	keys := lockFlags(f)
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "out") {
		return exitUsage
	}
	key, err := keys.key()
	if err == nil && f.NArg() > 0 {
		err = fmt.Errorf("%q is not expected here", f.Arg(0))
	}
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	ctx, stop := stopSignal()
	defer stop()
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(_ context.Context, r *registry) error {
		told, err := backup.Write(ctx, r.store, done("back up"), *out, key)
		if err != nil {
			return err
		}
		tellDumped(stdout, "written to "+*out, told)
		return nil
	})
}

// done is an act of a command on the whole registry, for the audit.
func done(act string) store.Audit {
	return store.Audit{At: time.Now(), Actor: iis.Actor{Kind: "command"}, Act: act}
}

// tellDumped says what a backup holds.
func tellDumped(w io.Writer, what string, told store.Dumped) {
	fmt.Fprintf(w, "%s: %d rows of %d tables, as they were at %s\n", what, told.Rows, told.Tables, told.Taken.Format(time.RFC3339))
}

// restoreCommand is `openiis restore`: a registry of a backup, or with --check only a
// look at whether there could be one.
func restoreCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("restore", flag.ContinueOnError)
	db := f.String("db", "", "an empty database: a file that is not there yet, or postgres://…")
	from := f.String("from", "", "file that `openiis backup` wrote")
	optOuts := f.String("opt-outs", "", "file that `openiis optout export` wrote: who opted out since the backup is erased again")
	replaces := f.String("replaces", "", "database of the registry that is replaced, while it can be read: its opt-outs are carried over, and who may do what")
	noOptOuts := f.Bool("no-opt-outs", false, "nobody has opted out since the backup was made")
	administrator := f.String("administrator", "", "user name of an administrator of the backup who is let in: everybody else is paused until they are let in")
	check := f.Bool("check", false, "read it to its end and say what it holds; no database is written")
	keys := unlockFlags(f)
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "from") || !*check && !need(stderr, f, "db") {
		return exitUsage
	}
	key, err := keys.key()
	switch {
	case err != nil:
	case f.NArg() > 0:
		err = fmt.Errorf("%q is not expected here", f.Arg(0))
	case *check && *db != "":
		err = errors.New("--check writes no database: leave --db out")
	case *administrator != "" && *replaces != "":
		err = errors.New("with --replaces nobody is paused: leave --administrator out")
	}
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	if *check {
		told, err := backup.Check(*from, key)
		if err != nil {
			return fail(stderr, f.Name(), err)
		}
		tellDumped(stdout, "whole", told)
		return exitOK
	}
	carry, err := carrier(*optOuts, *replaces, *noOptOuts)
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	return restore(restoring{*db, *from, *administrator, key, carry}, stdout, stderr)
}

// restoring is a backup that is to be restored.
type restoring struct {
	db, from      string
	administrator string // who is let in; "": nobody
	key           backup.Key
	carry         func(ctx context.Context, db string, w io.Writer) error
}

// carrier is what carries opt-outs over to a registry that was restored: one of three.
func carrier(file, replaces string, none bool) (func(ctx context.Context, db string, w io.Writer) error, error) {
	given := 0
	for _, is := range []bool{file != "", replaces != "", none} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, errors.New("want one of --opt-outs, --replaces and --no-opt-outs: a backup still has whoever opted out since it was made")
	}
	switch {
	case none:
		return func(ctx context.Context, db string, w io.Writer) error { return carryFrom(ctx, db, nil, nil, w) }, nil
	case file != "":
		_, err := os.Stat(file)
		return func(ctx context.Context, db string, w io.Writer) error { return carryOptOuts(ctx, db, file, w) }, err
	}
	return func(ctx context.Context, db string, w io.Writer) error {
		var all bytes.Buffer
		r, err := openRegistry(ctx, replaces)
		if err != nil {
			return err
		}
		_, err = r.steward.ExportOptOuts(ctx, byCommand, &all)
		if err == nil {
			err = carryFrom(ctx, db, &all, r.store, w)
		}
		return errors.Join(err, r.Close())
	}, isThere(replaces)
}

func restore(in restoring, stdout, stderr io.Writer) int {
	ctx, stop := stopSignal()
	defer stop()
	told, err := backup.RestoreHeld(ctx, in.db, in.from, in.key, func(table string, rows int64) {
		if rows > 0 {
			fmt.Fprintf(stderr, "%s: %d rows\n", table, rows)
		}
	})
	if err != nil {
		return fail(stderr, "restore", err)
	}
	tellDumped(stdout, "restored", told)
	if err := in.carry(ctx, in.db, stdout); err != nil {
		return fail(stderr, "restore", fmt.Errorf("%w. The registry is restored, and nobody can open it before what was decided since is carried over: empty the database and do it again, or run `openiis optout carry`, which carries opt-outs alone and leaves everybody paused", err))
	}
	return withRegistry(in.db, mustBeThere, stderr, "restore", func(ctx context.Context, r *registry) error {
		a := done("restore")
		a.Written = []byte(told.Taken.Format(time.RFC3339Nano))
		if err := r.store.Write(ctx, func(tx *store.Tx) error { return tx.AddAudit(a) }); err != nil {
			return err
		}
		if in.administrator != "" {
			if err := letAdministratorIn(ctx, r, in.administrator); err != nil {
				return errors.Join(err, tellRestored(ctx, r, stdout))
			}
			fmt.Fprintf(stdout, "administrator %s is let in\n", in.administrator)
		}
		if err := tellRestored(ctx, r, stdout); err != nil {
			return err
		}
		fmt.Fprintln(stdout, "Before it is used: `openiis audit verify` with the anchors that you keep, and `openiis record verify`.")
		return nil
	})
}
