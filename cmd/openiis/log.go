package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// When lines of the log are written: after this time, or when so many bytes
// wait.
const (
	logWithin = 200 * time.Millisecond
	logBytes  = 64 << 10
)

// logWriter gathers the lines of a log and writes many at once: a write for
// each would cost a message more than its answer does. It is safe for
// concurrent use.
type logWriter struct {
	out io.Writer

	writing sync.Mutex // held while lines are written, in their order

	mu      sync.Mutex
	lines   []byte // not yet written
	spare   []byte // the buffer before, to be used again
	waiting bool   // somebody will write the lines in a moment
}

func newLogWriter(out io.Writer) *logWriter { return &logWriter{out: out} }

// logger writes JSON through the writer. Warnings and errors do not wait.
func (w *logWriter) logger() *slog.Logger {
	return slog.New(promptly{slog.NewJSONHandler(w, nil), w})
}

// Write takes one line; a write that fails is not told.
func (w *logWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	w.lines = append(w.lines, line...)
	full := len(w.lines) >= logBytes
	if !w.waiting {
		w.waiting = true
		time.AfterFunc(logWithin, w.Flush)
	}
	w.mu.Unlock()
	if full {
		w.Flush()
	}
	return len(line), nil
}

// Flush writes the lines that wait.
func (w *logWriter) Flush() {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.mu.Lock()
	lines := w.lines
	w.lines, w.spare, w.waiting = w.spare[:0], nil, false
	w.mu.Unlock()
	if len(lines) > 0 {
		_, _ = w.out.Write(lines) // there is nowhere to tell of it
	}
	w.mu.Lock()
	w.spare = lines
	w.mu.Unlock()
}

// promptly is a handler after which warnings and errors are written at once.
type promptly struct {
	slog.Handler
	w *logWriter
}

// Handle writes one line.
func (p promptly) Handle(ctx context.Context, r slog.Record) error {
	err := p.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		p.w.Flush()
	}
	return err
}

// WithAttrs is the handler with more attributes.
func (p promptly) WithAttrs(attrs []slog.Attr) slog.Handler {
	return promptly{p.Handler.WithAttrs(attrs), p.w}
}

// WithGroup is the handler with a group.
func (p promptly) WithGroup(name string) slog.Handler {
	return promptly{p.Handler.WithGroup(name), p.w}
}
