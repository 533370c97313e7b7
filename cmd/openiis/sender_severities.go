package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"openiis/internal/check"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/quality"
)

// senderSeverities is `openiis sender severities`: it shows the severities that
// rules were given for a sender or for everyone, or replaces them by a table.
func senderSeverities(args []string, stdout, stderr io.Writer) int {
	const command = "sender severities"
	f := flag.NewFlagSet(command, flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	username := f.String("username", "", "user name of the sender")
	everyone := f.Bool("everyone", false, "instead of --username: what holds for every sender that has no severity of its own for a rule")
	show := f.Bool("show", false, "show the table in force")
	file := f.String("file", "", "table to set: rule, severity (W, I or off) and reason, with tabs between; it replaces the one in force")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") || !usable(stderr, f, *username) {
		return exitUsage
	}
	if (*username == "") != *everyone {
		return failUsage(stderr, command, errors.New("give one of --username and --everyone"))
	}
	if (*file == "") != *show {
		return failUsage(stderr, command, errors.New("give one of --show and --file"))
	}
	var table []check.Setting
	if *file != "" {
		var err error
		if table, err = readTable(*file); err != nil {
			return failUsage(stderr, command, err)
		}
	}
	return withRegistry(*db, mustBeThere, stderr, command, func(ctx context.Context, r *registry) error {
		q := r.quality
		sender, name, err := whose(ctx, q, *username)
		if err != nil {
			return err
		}
		if *show {
			return showSeverities(ctx, q, stdout, sender, name)
		}
		changed, err := q.SetSeverities(ctx, iis.Actor{Kind: "command"}, sender, table)
		if err == nil {
			fmt.Fprintf(stdout, "%s: rules given a severity: %d; changed: %d\n", name, len(table), changed)
		}
		return err
	})
}

// whose is the sender of a user name with its name; everyone when there is none.
func whose(ctx context.Context, q *quality.Desk, username string) (iis.SenderID, string, error) {
	if username == "" {
		return quality.Everyone, "every sender without its own", nil
	}
	s, err := q.SenderOf(ctx, username)
	if fault.KindOf(err) == fault.NotFound {
		return 0, "", fmt.Errorf("no sender has the user name %q: `openiis sender add` adds one", username)
	}
	return s.ID, fmt.Sprintf("%s (%s)", s.Facility, s.Name), err
}

// showSeverities writes the table in force as --file takes it, with who set each
// line in comments, and below it what holds beside it.
func showSeverities(ctx context.Context, q *quality.Desk, stdout io.Writer, sender iis.SenderID, name string) error {
	list, err := q.Severities(ctx, sender)
	if err != nil {
		return err
	}
	head, _, _ := strings.Cut(check.WriteTable(nil), "\n")
	var own, others strings.Builder
	for _, s := range list {
		who := s.Given.Name
		if s.Given.By == 0 {
			who = "this command"
		}
		note := fmt.Sprintf("# set %s by %s; by itself the rule is %s", s.Given.At.Local().Format("2006-01-02 15:04"), who, s.Rule.Severity)
		if !s.InForce() {
			note = "# not in force, remove it: " + check.MaySet(s.Given.Rule, s.Given.Severity).Error()
		}
		line := strings.TrimPrefix(check.WriteTable([]check.Setting{s.Setting()}), head+"\n")
		if s.ForEveryone && sender != quality.Everyone {
			others.WriteString("# " + line)
			continue
		}
		own.WriteString(note + "\n" + line)
	}
	fmt.Fprintf(stdout, "# %s\n%s\n%s", oneLine(name), head, own.String())
	if others.Len() > 0 {
		fmt.Fprintf(stdout, "# for every sender, and so for this one:\n%s", others.String())
	}
	return nil
}

// oneLine is a text that cannot begin another line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// maxTable is how long a table of severities may be, in bytes: one with a long
// reason for every rule is shorter.
const maxTable = 1 << 20

// readTable reads a table of severities. The error names the file with each of
// the lines that cannot be used.
func readTable(path string) ([]check.Setting, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxTable+1))
	if err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	if len(text) > maxTable {
		return nil, fmt.Errorf("the table %s is longer than a megabyte", path)
	}
	table, err := check.ReadTable(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used:\n%w", filepath.Base(path), err)
	}
	return table, nil
}

// readSeverities are those of a table; nil without a path.
func readSeverities(path string) (*check.Severities, error) {
	if path == "" {
		return nil, nil
	}
	table, err := readTable(path)
	if err != nil {
		return nil, err
	}
	return check.NewSeverities(check.Table(table))
}
