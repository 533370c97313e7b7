package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
)

const forecastUsage = `usage:
  openiis forecast [--schedule DIR] [--parallel N] [--explain] [--group NAME]
        reads people from standard input, one JSON object a line, and says of
        each which doses count, and why, and what is due when; one line each
  --schedule DIR   judge everybody by this release: a folder of our files, CDC's
                   folder or zip file, or the name of a release of this program;
                   without it, by the release in effect on the assessment date
  --parallel N     judge N lines at a time; the answers keep the order
  --explain        add the trace: each rule, row and date that was looked at
  --group NAME     only this vaccine group, such as DTaP/Tdap/Td
`

// forecastCommand is `openiis forecast`.
func forecastCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("forecast", flag.ContinueOnError)
	f.Usage = func() { fmt.Fprint(f.Output(), forecastUsage) }
	dir := f.String("schedule", "", "folder of another release")
	parallel := f.Int("parallel", 1, "lines judged at a time")
	explain := f.Bool("explain", false, "add the trace")
	group := f.String("group", "", "only this vaccine group")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	switch {
	case f.NArg() > 0:
		return failUsage(stderr, "forecast", fmt.Errorf("it reads standard input and takes no file %q", f.Arg(0)))
	case *parallel < 1 || *parallel > 1024:
		return failUsage(stderr, "forecast", errors.New("--parallel wants a number from 1 to 1024"))
	}
	engines, err := forecastEngines(*dir)
	if err != nil {
		return failUsage(stderr, "forecast", err)
	}
	newest, err := engines(lastDay)
	if err != nil {
		return fail(stderr, "forecast", err)
	}
	if *group != "" && !slices.Contains(newest.Groups(), *group) {
		return failUsage(stderr, "forecast", fmt.Errorf("the schedule has no vaccine group %q; it has %s", *group, strings.Join(newest.Groups(), ", ")))
	}
	fc := forecaster{engines: engines, options: cdsi.Options{Explain: *explain, Group: *group}}
	if err := inOrder(stdin, stdout, *parallel, fc.answer); err != nil {
		return fail(stderr, "forecast", err)
	}
	return exitOK
}

// lastDay is after every release.
var lastDay = cal.Of(9999, 12, 31)

// engineFor is the engine by which a record is assessed on a day.
type engineFor func(cal.Date) (*cdsi.Engine, error)

// forecastEngines are those of this program's own releases, or one for the release that
// is named.
func forecastEngines(name string) (engineFor, error) {
	if name == "" {
		own, err := cdsi.Published()
		if err != nil {
			return nil, err
		}
		return own.For, nil
	}
	s, err := anySchedule(name)
	if err != nil {
		return nil, fmt.Errorf("--schedule: %w", err)
	}
	e, err := cdsi.Compile(s)
	if err != nil {
		return nil, fmt.Errorf("--schedule: %w", err)
	}
	return func(cal.Date) (*cdsi.Engine, error) { return e, nil }, nil
}

// lineBatch is some lines on their way through a worker.
type lineBatch struct {
	text  []byte // the lines, one after the other
	ends  []int  // where each ends
	long  []bool // which were longer than maxLine and cut
	out   []byte
	ready chan struct{}
}

const (
	maxLine   = 4 << 20
	batchSize = 32
)

// inOrder answers each line of in on out, some lines at a time, and keeps their
// order. What is at hand is answered before more is waited for, so that it can be
// talked to line by line. answer adds its line to the bytes given.
func inOrder(in io.Reader, out io.Writer, parallel int, answer func(d *personReader, out, line []byte, long bool) []byte) error {
	work, queue, spare := make(chan *lineBatch), make(chan *lineBatch, 4*parallel), make(chan *lineBatch, 8*parallel)
	stop := make(chan struct{})
	defer close(stop)
	for range parallel {
		go func() {
			d := newPersonReader()
			for b := range work {
				start := 0
				for i, end := range b.ends {
					b.out = answer(d, b.out, b.text[start:end], b.long[i])
					start = end
				}
				b.ready <- struct{}{}
			}
		}()
	}
	failed := make(chan error, 1)
	go func() {
		defer close(queue)
		defer close(work)
		failed <- readBatches(in, spare, func(b *lineBatch) bool {
			select {
			case queue <- b:
			case <-stop:
				return false
			}
			work <- b
			return true
		})
	}()
	for b := range queue {
		<-b.ready
		if _, err := out.Write(b.out); err != nil {
			return fmt.Errorf("write an answer: %w", err)
		}
		select {
		case spare <- b:
		default:
		}
	}
	return <-failed
}

func readBatches(in io.Reader, spare chan *lineBatch, send func(*lineBatch) bool) error {
	r := bufio.NewReaderSize(in, 256<<10)
	for {
		var b *lineBatch
		select {
		case b = <-spare:
			b.text, b.ends, b.long, b.out = b.text[:0], b.ends[:0], b.long[:0], b.out[:0]
		default:
			b = &lineBatch{ready: make(chan struct{}, 1)}
		}
		err := b.fill(r)
		if len(b.ends) > 0 && !send(b) {
			return nil // the other end is gone
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a line: %w", err)
		}
	}
}

// fill reads lines until the batch is full or nothing more is at hand. Empty lines
// are no lines.
func (b *lineBatch) fill(r *bufio.Reader) error {
	for len(b.ends) == 0 || len(b.ends) < batchSize && r.Buffered() > 0 {
		start, long := len(b.text), false
		for {
			part, err := r.ReadSlice('\n')
			if len(b.text)-start+len(part) > maxLine {
				long = true
			} else {
				b.text = append(b.text, part...)
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if line := strings.TrimSpace(string(b.text[start:])); line != "" || long {
				b.ends, b.long = append(b.ends, len(b.text)), append(b.long, long)
			} else {
				b.text = b.text[:start]
			}
			if err != nil {
				return err
			}
			break
		}
	}
	return nil
}
