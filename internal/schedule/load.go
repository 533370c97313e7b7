package schedule

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"openiis/internal/yaml"
)

// Read reads a release from its folder, strictly: an unknown key or word is an
// error with file, line, series and dose, and all are returned together. Whether
// the release makes sense is asked by Lint.
func Read(fsys fs.FS) (*Schedule, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	s := &Schedule{}
	antigens := make([]Antigen, len(names))
	errs := make([][]error, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() { errs[i] = s.readFile(fsys, name, &antigens[i]) })
	}
	wait.Wait()
	for _, name := range tables {
		if !slices.Contains(names, name) {
			errs = append(errs, []error{fmt.Errorf("the file %s is missing", name)})
		}
	}
	if all := slices.Concat(errs...); len(all) > 0 {
		return nil, fmt.Errorf("schedule: the files cannot be read:\n%w", errors.Join(all...))
	}
	for _, a := range antigens {
		if a.Name != "" {
			s.Antigens = append(s.Antigens, a)
		}
	}
	slices.SortFunc(s.Antigens, byName)
	return s, nil
}

func byName(a, b Antigen) int {
	return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
}

// readFile reads one file: a table into s, which no other file fills, or an
// antigen.
func (s *Schedule) readFile(fsys fs.FS, name string, a *Antigen) []error {
	text, err := readText(fsys, name)
	if err != nil {
		return []error{err}
	}
	root, err := yaml.Parse(name, text)
	if err != nil {
		return []error{err}
	}
	d := &document{file: name, lists: map[string]any{}}
	switch name {
	case releaseFile:
		fill(d, root, &s.Edition, d.edition)
	case groupsFile:
		readTable(d, root, "vaccine groups", &s.Groups, d.groupRow)
	case vaccinesFile:
		readTable(d, root, "vaccines", &s.Vaccines, d.vaccineRow)
	case conflictsFile:
		var list []previousVaccine
		readTable(d, root, "conflicts", &list, d.conflictRow)
		for _, p := range list {
			s.Conflicts = append(s.Conflicts, p.current...)
		}
	case observationsFile:
		readTable(d, root, "observations", &s.Observations, d.observationRow)
	default:
		fill(d, root, a, d.antigen)
		if want := antigenFile(a.Name); a.Name != "" && want != name {
			d.fail(root, "the file of %s has to be named %s", a.Name, want)
		}
	}
	return d.errs
}

// maxFile is how long a file may be, in bytes; the longest that is known has a
// fiftieth of it. A zip file of a few kilobytes can hold gigabytes.
const maxFile = 16 << 20

func readText(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s is longer than %d megabytes, which no file of a schedule is", name, maxFile>>20)
	}
	return text, nil
}

func readTable[T any](d *document, root *yaml.Node, key string, list *[]T, describe func(*form, *T)) {
	fill(d, root, list, func(f *form, list *[]T) { rows(f, key, list, onLines, describe) })
}
