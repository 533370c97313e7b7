package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

const scheduleUsage = `usage:
  openiis schedule list
        each release of the clinical schedule in this program
  openiis schedule import <folder|zip> [--out DIR] [--released DAY] [--effective DAY] [--release NAME] [--source URL]
        makes a release in our files (default schedule/acip/<release>) from CDC's
        Supporting Data, whose XML does not say when it was published: --released.
        Assessments use it from --effective on (default: the day of publication).
        What is not given stays as an earlier import to the same folder had it.
  openiis schedule lint <dir> [--on DAY]
        tells what does not make sense in a release, or in a folder of local
        changes (states/<st>/schedule) as they fit the release of --on (default: today)
  openiis schedule diff <a> <b>
        tells in words what changes for whom from a to b
A release is named (4.64-508), a folder of our files, or CDC's folder or zip file.
Exit status: 0 done, 1 failed or problems found, 2 unusable arguments.
`

// scheduleCommand answers "openiis schedule …".
func scheduleCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	commands := map[string]func([]string, io.Writer, io.Writer) int{
		"list": scheduleList, "import": scheduleImport, "lint": scheduleLint, "diff": scheduleDiff,
	}
	if len(args) == 0 {
		fmt.Fprint(stderr, scheduleUsage)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "--help":
		fmt.Fprint(stdout, scheduleUsage)
		return exitOK
	}
	if run := commands[args[0]]; run != nil {
		return run(args[1:], stdout, stderr)
	}
	fmt.Fprintf(stderr, "openiis schedule: there is no command %q\n%s", args[0], scheduleUsage)
	return exitUsage
}

// scheduleArguments parses flags before and after the arguments, of which there
// have to be want.
func scheduleArguments(f *flag.FlagSet, args []string, want int, stderr io.Writer) (out []string, status int, ok bool) {
	f.Usage = func() { fmt.Fprint(stderr, scheduleUsage) }
	if out, status, ok = parseFiles(f, args, stderr); !ok {
		return nil, status, false
	}
	if len(out) != want {
		fmt.Fprintf(stderr, "openiis %s: want %d arguments, got %d\n%s", f.Name(), want, len(out), scheduleUsage)
		return nil, exitUsage, false
	}
	return out, exitOK, true
}

func scheduleList(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("schedule list", flag.ContinueOnError)
	if _, status, ok := scheduleArguments(f, args, 0, stderr); !ok {
		return status
	}
	releases, err := schedule.Releases()
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	for _, r := range releases {
		fmt.Fprintf(stdout, "%s  published %s, in effect from %s on  %s\n", r.Release, r.Released, r.Effective, r.Source)
	}
	return exitOK
}

// openFolder is a folder or zip file, and how to close it.
func openFolder(path string) (fs.FS, func() error, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return os.DirFS(path), func() error { return nil }, nil
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: neither a folder nor a zip file: %w", path, err)
	}
	return z, z.Close, nil
}

// importSchedule reads CDC's XML.
func importSchedule(path string) (*schedule.Schedule, error) {
	fsys, closed, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	s, err := schedule.ImportXML(fsys)
	if e := closed(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	s.Release = cmp.Or(s.Release, schedule.ReleaseIn(filepath.Base(filepath.Clean(path))))
	return s, nil
}

// isRelease says whether a folder is of our files.
func isRelease(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "release.yaml"))
	return err == nil
}

// anySchedule is a release by its name, from our files or from CDC's.
func anySchedule(name string) (*schedule.Schedule, error) {
	if _, err := os.Stat(name); err != nil {
		own, err := schedule.Own()
		if err != nil {
			return nil, err
		}
		return own.Named(name)
	}
	if isRelease(name) {
		return schedule.Read(os.DirFS(name))
	}
	return importSchedule(name)
}

// scheduleImport reads everything before it writes anything, so that a folder it
// refuses leaves the content as it was.
func scheduleImport(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("schedule import", flag.ContinueOnError)
	out := f.String("out", "", "")
	release := f.String("release", "", "")
	source := f.String("source", "", "")
	released := f.String("released", "", "")
	effective := f.String("effective", "", "")
	from, status, ok := scheduleArguments(f, args, 1, stderr)
	if !ok {
		return status
	}
	var days [2]cal.Date
	for i, text := range []string{*released, *effective} {
		var err error
		if days[i], err = cal.Parse(text); err != nil {
			return failUsage(stderr, f.Name(), fmt.Errorf("%q is %w", text, err))
		}
	}
	s, err := importSchedule(from[0])
	if err != nil {
		fmt.Fprintf(stderr, "openiis schedule import: nothing was written:\n%v\n", err)
		return exitFailed
	}
	if s.Release = cmp.Or(*release, s.Release); s.Release == "" {
		return failUsage(stderr, f.Name(), fmt.Errorf("%s does not say which release it is: give --release", from[0]))
	}
	dir := cmp.Or(*out, filepath.Join("schedule", "acip", s.Release))
	was, err := editionIn(dir)
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	if was.Release != "" && was.Release != s.Release {
		return failUsage(stderr, f.Name(), fmt.Errorf("%s has release %s, not %s: give another --out", dir, was.Release, s.Release))
	}
	s.Known = was.Known
	s.Source = cmp.Or(*source, was.Source, "https://www.cdc.gov/iis/downloads/supporting-data-"+s.Release+".zip")
	s.Released = cmp.Or(days[0], was.Released)
	s.Effective = cmp.Or(days[1], was.Effective, s.Released)
	if err := writeSchedule(dir, s.Files(), stdout); err != nil {
		return fail(stderr, f.Name(), err)
	}
	if s.Released == cal.None {
		fmt.Fprintln(stderr, "openiis schedule import: when it was published is not known: give --released, or no assessment will choose it")
	}
	return tellProblems(schedule.Lint(s), stdout)
}

// editionIn is what the release that is in a folder says of itself; nothing when
// there is none.
func editionIn(dir string) (schedule.Edition, error) {
	if !isRelease(dir) {
		return schedule.Edition{}, nil
	}
	return schedule.ReadEdition(os.DirFS(dir))
}

// writeSchedule writes the files that changed, and removes those of antigens
// that the release no longer has.
func writeSchedule(dir string, files map[string][]byte, stdout io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	written := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, files[name]) {
			continue
		}
		if err := replaceFile(path, files[name]); err != nil {
			return err
		}
		written++
	}
	there, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	removed := 0
	for _, path := range there {
		if files[filepath.Base(path)] == nil {
			if err := os.Remove(path); err != nil {
				return err
			}
			removed++
		}
	}
	_, err = fmt.Fprintf(stdout, "%s: %d files, %d of them written, %d removed\n", dir, len(files), written, removed)
	return err
}

func scheduleLint(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("schedule lint", flag.ContinueOnError)
	day := f.String("on", time.Now().Format(time.DateOnly), "")
	dirs, status, ok := scheduleArguments(f, args, 1, stderr)
	if !ok {
		return status
	}
	on, err := cal.Parse(*day)
	if err != nil {
		return failUsage(stderr, f.Name(), fmt.Errorf("--on %s: %w", *day, err))
	}
	if isRelease(dirs[0]) {
		s, err := schedule.Read(os.DirFS(dirs[0]))
		if err != nil {
			return fail(stderr, f.Name(), err)
		}
		return tellProblems(schedule.Lint(s), stdout)
	}
	overlays, err := schedule.ReadOverlays(os.DirFS(dirs[0]))
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	if len(overlays) == 0 {
		return fail(stderr, f.Name(), fmt.Errorf("%s has no release and no local changes", dirs[0]))
	}
	s, err := schedule.For(on)
	if err == nil {
		_, err = s.Amended(on, overlays...)
	}
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	fmt.Fprintf(stdout, "%d files of local changes fit release %s\n", len(overlays), s.Release)
	return exitOK
}

func tellProblems(problems []schedule.Problem, stdout io.Writer) int {
	for _, p := range problems {
		fmt.Fprintln(stdout, p)
	}
	if len(problems) > 0 {
		return exitFailed
	}
	fmt.Fprintln(stdout, "no problems")
	return exitOK
}

func scheduleDiff(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("schedule diff", flag.ContinueOnError)
	names, status, ok := scheduleArguments(f, args, 2, stderr)
	if !ok {
		return status
	}
	var both [2]*schedule.Schedule
	for i, name := range names {
		var err error
		if both[i], err = anySchedule(name); err != nil {
			return fail(stderr, f.Name(), err)
		}
	}
	changes := schedule.Diff(both[0], both[1])
	for i, c := range changes {
		if i == 0 || changes[i-1].Antigen != c.Antigen {
			heading := cmp.Or(c.Antigen, "All antigens")
			fmt.Fprintf(stdout, "%s%s\n", strings.Repeat("\n", min(i, 1)), heading)
		}
		fmt.Fprintln(stdout, "  "+c.String())
	}
	if len(changes) == 0 {
		fmt.Fprintln(stdout, "nothing changes")
	}
	return exitOK
}
