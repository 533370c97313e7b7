package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"openiis/internal/store"
)

// auditCommand is `openiis audit search`, `openiis audit verify` and `openiis audit head`.
func auditCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case "verify":
			return auditVerify(args[1:], stdout, stderr)
		case "head":
			return auditHead(args[1:], stdout, stderr)
		case "search":
			return auditSearch(args[1:], stdout, stderr)
		}
	}
	fmt.Fprintln(stderr, "openiis audit: want `openiis audit search --db … [--person N] [--user U] [--sender F] [--kind K] [--since DAY] [--until DAY]`, `openiis audit verify --db … [--anchor FILE]` or `openiis audit head --db …`")
	return exitUsage
}

// auditVerify recomputes the audit's hash chain. It exits 1 when something was
// changed, removed, inserted or left unsealed.
func auditVerify(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("audit verify", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	file := f.String("anchor", "", "file with lines of `audit head` or the server's log, kept elsewhere: the chain must still have these seals")
	if status, ok := parseAudit(f, args, stderr); !ok {
		return status
	}
	var anchors []store.Head
	if *file != "" {
		var err error
		if anchors, err = readAnchors(*file); err != nil {
			return failUsage(stderr, "audit verify", err)
		}
	}
	return withAudit(*db, stderr, "audit verify", func(ctx context.Context, s *store.Store) (int, error) {
		v, err := s.VerifyAudit(ctx, time.Now(), anchors...)
		if err != nil {
			return exitFailed, err
		}
		tellVerdict(stdout, v)
		if len(anchors) > 0 {
			fmt.Fprintf(stdout, "held against %d anchors\n", len(anchors))
		} else {
			fmt.Fprintln(stdout, withoutAnchor)
		}
		if len(v.Broken) > 0 {
			return exitFailed, nil
		}
		return exitOK, nil
	})
}

// withoutAnchor says what a verification without anchors cannot find.
const withoutAnchor = "held against no anchor: rows and seals that somebody cut from the end, with the registry's own record of them, are not missed; keep lines of `openiis audit head` elsewhere, and give them with --anchor FILE"

// tellVerdict prints what was found, what is wrong last.
func tellVerdict(w io.Writer, v store.Verdict) {
	fmt.Fprintf(w, "%d rows under %d seals; %d not yet sealed, of which %d are older than a minute\n", v.Rows, v.Seals, v.Unsealed, v.OldUnsealed)
	if v.Waiting > 0 {
		fmt.Fprintf(w, "waiting: %d of these came after the last seal, as when a program is killed; the next server that runs seals them\n", v.Waiting)
	}
	for _, n := range v.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	for _, b := range v.Broken {
		fmt.Fprintln(w, "broken:", b)
	}
	if v.More > 0 {
		fmt.Fprintf(w, "and %d more\n", v.More)
	}
}

// headLine is a seal as `audit head` prints it, and as the server logs it.
type headLine struct {
	Time time.Time `json:"time"`
	Seal int64     `json:"seal"`
	Hash string    `json:"hash,omitempty"`
}

// auditHead prints the newest seal as a line of JSON, to be kept where whoever
// can change the database cannot.
func auditHead(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("audit head", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	if status, ok := parseAudit(f, args, stderr); !ok {
		return status
	}
	return withAudit(*db, stderr, "audit head", func(ctx context.Context, s *store.Store) (int, error) {
		h, err := s.AuditHead(ctx)
		if err != nil {
			return exitFailed, err
		}
		if h.Seal == 0 {
			fmt.Fprintln(stderr, "openiis audit head: nothing is sealed yet")
			return exitOK, nil
		}
		return exitOK, json.NewEncoder(stdout).Encode(headLine{h.At, h.Seal, hex.EncodeToString(h.Hash)})
	})
}

func parseAudit(f *flag.FlagSet, args []string, stderr io.Writer) (status int, ok bool) {
	if status, ok := parse(f, args, stderr); !ok {
		return status, false
	}
	if f.NArg() > 0 {
		fmt.Fprintf(stderr, "openiis %s: %q is not expected here\n", f.Name(), f.Arg(0))
		return exitUsage, false
	}
	return exitUsage, need(stderr, f, "db")
}

// withAudit opens a registry as it is for one act, which gives the exit status.
func withAudit(db string, stderr io.Writer, command string, do func(context.Context, *store.Store) (int, error)) int {
	if err := isThere(db); err != nil {
		return failUsage(stderr, command, err)
	}
	ctx := context.Background()
	s, err := store.OpenToRead(ctx, db)
	if err != nil {
		return fail(stderr, command, err)
	}
	status, err := do(ctx, s)
	if closed := s.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fail(stderr, command, err)
	}
	return status
}

// maxLogLine is the longest line of a file of anchors.
const maxLogLine = 1 << 20

// readAnchors reads the lines of JSON that name a seal; a log has others. A file
// without any is an error, and so is a line that was cut off or changed: an
// anchor that holds nothing must not seem to hold.
func readAnchors(name string) ([]store.Head, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the anchors: %w", err)
	}
	defer file.Close()
	var out []store.Head
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLogLine)
	for n := 1; lines.Scan(); n++ {
		if !bytes.Contains(lines.Bytes(), []byte(`"seal"`)) {
			continue
		}
		var l headLine
		err := json.Unmarshal(lines.Bytes(), &l)
		hash, notHex := hex.DecodeString(l.Hash)
		if err != nil || notHex != nil || l.Seal < 1 || len(hash) != 32 {
			return nil, fmt.Errorf("read the anchors: line %d of %s is not a line of `openiis audit head`", n, name)
		}
		out = append(out, store.Head{Seal: l.Seal, At: l.Time, Hash: hash})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the anchors: %w", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("read the anchors: %s has no line of `openiis audit head`", name)
	}
	return out, nil
}
