package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/jobs"
	"openiis/internal/store"
)

// The facility under which files are taken when --sender names none.
const (
	fileFacility = iis.FileFacility
	fileName     = "File import"
)

// messageImport is `openiis message import`: files of messages straight into a
// database. An interruption ends it after the messages that were begun, each of
// them answered; doing it again does no harm.
func messageImport(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("message import", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	facility := f.String("sender", "", "the registered facility that the messages come from")
	matching := f.String("matching", matchingBalanced, matchingUse)
	files, status, ok := parseFiles(f, args, stderr)
	if !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if err := mayMatch(*matching); err != nil {
		return failUsage(stderr, "message import", err)
	}
	absent := isThere(*db) != nil
	ctx, stop := stopSignal()
	defer stop()
	r, err := openRegistry(ctx, *db)
	if err != nil {
		return fail(stderr, "message import", err)
	}
	if absent {
		sayMade(stderr, "message import", *db)
	}
	r.desk.Matching(*matching)
	well, err := importFiles(ctx, r, &importer{facility: *facility, files: files, stdin: stdin, stdout: bufio.NewWriter(stdout), stderr: stderr})
	if err := errors.Join(err, r.Close()); err != nil {
		return fail(stderr, "message import", err)
	}
	if !well {
		return exitFailed
	}
	return exitOK
}

// importer is one run of the command.
type importer struct {
	facility string
	files    []string
	stdin    io.Reader
	from     iis.Sender
	desk     *intake.Desk
	stdout   *bufio.Writer
	stderr   io.Writer

	done int // messages, in all files
	told time.Time
}

// importFiles takes the files and seals the audit beside it, as a server would.
func importFiles(ctx context.Context, r *registry, im *importer) (well bool, err error) {
	if im.from, err = importSender(ctx, r.store, im.facility); err != nil {
		return false, err
	}
	im.desk, im.told = r.desk, time.Now()
	work, finish := context.WithCancel(context.WithoutCancel(ctx))
	var sealing sync.WaitGroup
	sealing.Go(func() { jobs.Seal(work, r.store.NewSealer(), slog.New(slog.NewTextHandler(im.stderr, nil))) })
	well = eachFile(im.files, im.stdin, im.stderr, func(name string, r io.Reader) error { return im.file(ctx, name, r) })
	finish()
	sealing.Wait()
	return well, im.stdout.Flush()
}

// importSender is the facility that messages come from.
func importSender(ctx context.Context, s *store.Store, facility string) (iis.Sender, error) {
	code := facility
	if code == "" {
		code = fileFacility
	}
	var from iis.Sender
	err := s.Read(ctx, func(tx *store.Tx) (err error) {
		from, err = tx.SenderByFacility(code)
		return err
	})
	if fault.KindOf(err) != fault.NotFound {
		return from, err
	}
	if facility != "" {
		return from, fmt.Errorf("there is no facility %s; register it with `openiis sender add`", facility)
	}
	err = s.Write(ctx, func(tx *store.Tx) (err error) {
		now := time.Now()
		if from, err = tx.EnsureSender(fileFacility, fileName, now); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "command"}, Act: "set sender", Subject: int64(from.ID)})
	})
	return from, err
}

// file takes one file and tells what became of it.
func (im *importer) file(ctx context.Context, name string, r io.Reader) error {
	if err := ctx.Err(); err != nil {
		return errors.New("interrupted before it was begun")
	}
	begun := time.Now()
	result, err := im.desk.Batch(ctx, intake.Batch{
		From: im.from, Door: iis.DoorFile, Max: defaults().MaxMessageBytes, Each: im.progress,
	}, interruptible{ctx, r}, im.stdout)
	fmt.Fprintf(im.stderr, "%s: %d messages in %.1f s: %d AA, %d AE, %d AR, %d failed\n",
		name, result.Messages, time.Since(begun).Seconds(), result.AA, result.AE, result.AR, result.Failed)
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("interrupted: %d messages were taken and are answered; import the file again to take the rest, it does no harm", result.Messages)
	case err != nil:
		return err
	case result.Messages == 0:
		return errors.New("there is no HL7 message in it: no line begins with MSH")
	case result.Failed > 0:
		return fmt.Errorf("%d messages were not taken through a failure on our side; import it again", result.Failed)
	}
	return nil
}

// progress tells once a second how far it is, and why a message was not taken.
func (im *importer) progress(t intake.Taken) {
	im.done++
	if t.Err != nil {
		fmt.Fprintf(im.stderr, "message %d was not taken: %v\n", im.done, t.Err)
	}
	if now := time.Now(); now.Sub(im.told) >= time.Second {
		im.told = now
		fmt.Fprintf(im.stderr, "%d messages\n", im.done)
	}
}

// interruptible is a reader that gives up when ctx is done, also while it waits
// for a pipe into which nobody writes.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

// Read reads, beside a wait for the interruption.
func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	type result struct {
		piece []byte
		err   error
	}
	came := make(chan result, 1)
	go func() {
		piece := make([]byte, len(p)) // p is the caller's again when we give up
		n, err := i.r.Read(piece)
		came <- result{piece[:n], err}
	}()
	select {
	case got := <-came:
		return copy(p, got.piece), got.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}
