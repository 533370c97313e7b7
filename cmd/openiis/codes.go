package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"openiis/internal/cal"
	"openiis/internal/codeset"
)

const codesUsage = `usage:
  openiis codes list
        each code-set file of this program with its release date and rows
  openiis codes import <folder> [--out codes] [--release YYYY-MM-DD]
        makes the files of folder codes from the files that CDC publishes;
        --release replaces the date that is found in them
`

// codesCommand answers "openiis codes …". It returns the exit status: 0 done, 1
// failed, 2 unusable arguments.
func codesCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, codesUsage)
		return 2
	}
	switch args[0] {
	case "list":
		if len(args) > 1 {
			fmt.Fprintf(stderr, "openiis codes list takes no arguments\n%s", codesUsage)
			return 2
		}
		return codesList(stdout, stderr)
	case "import":
		return codesImport(args[1:], stdout, stderr)
	case "help", "-h", "--help":
		fmt.Fprint(stdout, codesUsage)
		return 0
	}
	fmt.Fprintf(stderr, "openiis codes: there is no command %q\n%s", args[0], codesUsage)
	return 2
}

func codesList(stdout, stderr io.Writer) int {
	tables, err := codeset.Load()
	if err != nil {
		fmt.Fprintln(stderr, "openiis codes list:", err)
		return 1
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "file\trelease\trows\tsource")
	for _, r := range tables.Releases() {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", r.File, r.Date, r.Rows, r.Source)
	}
	if err := w.Flush(); err != nil {
		fmt.Fprintln(stderr, "openiis codes list:", err)
		return 1
	}
	return 0
}

// codesImport reads everything before it writes anything, so that a folder it
// refuses leaves the content as it was.
func codesImport(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("openiis codes import", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, codesUsage) }
	out := flags.String("out", "codes", "")
	day := flags.String("release", "", "")
	var folders []string
	for len(args) > 0 { // flags may stand before and after the folder
		if err := flags.Parse(args); err != nil {
			return 2
		}
		if args = flags.Args(); len(args) > 0 {
			folders, args = append(folders, args[0]), args[1:]
		}
	}
	release, err := cal.Parse(*day)
	if err != nil {
		fmt.Fprintf(stderr, "openiis codes import: --release %s: %v\n", *day, err)
		return 2
	}
	if len(folders) != 1 {
		fmt.Fprintf(stderr, "openiis codes import: name the one folder that holds CDC's files\n%s", codesUsage)
		return 2
	}
	files, err := codeset.Import(os.DirFS(folders[0]), release)
	if err != nil {
		fmt.Fprintf(stderr, "openiis codes import: nothing was written:\n  %s\n", strings.ReplaceAll(err.Error(), "\n", "\n  "))
		return 1
	}
	if err := writeCodes(*out, files, stdout); err != nil {
		fmt.Fprintln(stderr, "openiis codes import:", err)
		return 1
	}
	return 0
}

// writeCodes writes the files that changed and reports all of them.
func writeCodes(dir string, files []codeset.Imported, stdout io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "file\trelease\trows\twhat happened")
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		done := "unchanged"
		if old, err := os.ReadFile(path); err != nil || !bytes.Equal(old, f.Bytes) {
			done = "written"
			if err := replaceFile(path, f.Bytes); err != nil {
				return err
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", f.Name, f.Release, f.Rows, done)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, f := range files {
		for _, left := range f.Left {
			if _, err := fmt.Fprintf(stdout, "left out of %s: %s\n", f.Name, left); err != nil {
				return err
			}
		}
	}
	return nil
}

// replaceFile puts a file in place whole, or leaves the old one.
func replaceFile(path string, b []byte) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, b, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
