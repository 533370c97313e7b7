package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/notice"
	"openiis/internal/sheet"
)

const noticeUse = `openiis notice: want one of
  openiis notice list --db … [--state due] [--until DAY] [--out FILE.csv] [--all]   for whoever prints and mails them
  openiis notice made --db … NUMBER… | --file FILE.csv                              their letters are made
  openiis notice sent --db … NUMBER… | --file FILE.csv                              they are on their way
  openiis notice returned --db … NUMBER… | --file FILE.csv                          the mail brought them back
  openiis notice due --db … NUMBER… | --file FILE.csv                               they are due again`

// noticeCommand is `openiis notice`: what the parents of newborns are told.
func noticeCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "list" {
		return noticeList(args[1:], stdout, stderr)
	}
	marks := []iis.NoticeState{iis.NoticeMade, iis.NoticeSent, iis.NoticeReturned, iis.NoticeDue}
	if len(args) > 0 && slices.Contains(marks, iis.NoticeState(args[0])) {
		return noticeMark(iis.NoticeState(args[0]), args[1:], stdout, stderr)
	}
	fmt.Fprintln(stderr, noticeUse)
	return exitUsage
}

// noticeColumns are those of the file.
var noticeColumns = strings.Split("notice,status,due_by,days_late,language,parts,to,child,street,street2,city,state,zip", ",")

// noticeList is `openiis notice list`.
func noticeList(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("notice list", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	state := f.String("state", string(iis.NoticeDue), "state: due, made, sent, returned or withdrawn")
	until := f.String("until", "", "only those that are due by this day: YYYY-MM-DD")
	out := f.String("out", "", "file to write (default: standard output)")
	all := f.Bool("all", false, "those without an address too, which no mail reaches")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	wanted := notice.Filter{State: iis.NoticeState(*state)}
	switch day, ok := cal.Parse(*until); {
	case f.NArg() > 0:
		return failUsage(stderr, f.Name(), fmt.Errorf("%q is not expected here", f.Arg(0)))
	case !slices.Contains(iis.NoticeStates, wanted.State):
		return failUsage(stderr, f.Name(), fmt.Errorf("no notice is ever %q: want due, made, sent, returned or withdrawn", *state))
	case *until != "" && ok != nil:
		return failUsage(stderr, f.Name(), fmt.Errorf("--until %s is no day: want YYYY-MM-DD", *until))
	default:
		wanted.Until = day
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		return r.writeNotices(ctx, wanted, *out, *all, stdout, stderr)
	})
}

// writeNotices writes the file, and tells what is not in it.
func (r *registry) writeNotices(ctx context.Context, f notice.Filter, path string, all bool, stdout, stderr io.Writer) (err error) {
	to := stdout
	if path != "" {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		to = file
	}
	w := sheet.New(to)
	w.UseCRLF = true
	if err := w.Write(noticeColumns); err != nil {
		return err
	}
	written, unreached := 0, 0
	err = r.notices.Each(ctx, byCommand, f, func(l *notice.Line) error {
		if !l.Mail.Reaches() && !all {
			unreached++
			return nil
		}
		written++
		m := &l.Mail
		return w.Write([]string{
			l.ID.Public(), string(l.State), l.DueBy.String(), strconv.Itoa(l.Late), l.Notice.Language, strings.Join(l.Parts, "; "),
			m.To, m.Child, m.Street, m.Street2, m.City, m.State, m.Zip,
		})
	})
	w.Flush()
	if err := errors.Join(err, w.Error()); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "%d notices\n", written)
	if unreached > 0 {
		fmt.Fprintf(stderr, "%d more have no address to which the mail delivers, and are left out: the page Notices to parents shows them, and --all writes them too\n", unreached)
	}
	return nil
}

// noticeMark is `openiis notice made`, sent, returned and due.
func noticeMark(state iis.NoticeState, args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("notice "+string(state), flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	file := f.String("file", "", "CSV with a column notice, as `openiis notice list` writes it")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	numbers := f.Args()
	if (len(numbers) == 0) == (*file == "") {
		return failUsage(stderr, f.Name(), errors.New("say which: either numbers of notices, or --file"))
	}
	if *file != "" {
		var err error
		if numbers, err = noticesIn(*file); err != nil {
			return failUsage(stderr, f.Name(), err)
		}
	}
	ids := make([]iis.NoticeID, len(numbers))
	for i, number := range numbers {
		id, ok := iis.ParseNoticeID(strings.TrimSpace(number))
		if !ok {
			return failUsage(stderr, f.Name(), fmt.Errorf("%q is not the number of a notice: it has 13 letters and digits", number))
		}
		ids[i] = id
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		n, err := r.notices.Mark(ctx, byCommand, state, ids...)
		if err == nil {
			fmt.Fprintf(stdout, "%d notices are marked as %s; %d were already\n", n, state, len(ids)-n)
		}
		return err
	})
}

// noticesIn are the numbers in the column notice of a file.
func noticesIn(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	at := -1
	if len(rows) > 0 {
		at = slices.Index(rows[0], "notice")
	}
	if at < 0 {
		return nil, fmt.Errorf("%s: want a first row that names the columns, one of them notice", path)
	}
	var out []string
	for _, row := range rows[1:] {
		out = append(out, row[at])
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no notice is in it", path)
	}
	return out, nil
}
