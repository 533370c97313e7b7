package schedule

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"

	"openiis/internal/cal"
	content "openiis/schedule"
)

// acip is the folder of the releases: the recommendations of the Advisory
// Committee on Immunization Practices as CDC publishes them.
const acip = "acip"

// Load reads one release from a folder that has several, as the content folder
// schedule/ does. Its problems, if it has any, are for Lint to tell.
func Load(fsys fs.FS, release string) (*Schedule, error) {
	dir, err := fs.Sub(fsys, path.Join(acip, release))
	if err != nil {
		return nil, fmt.Errorf("schedule: release %q: %w", release, err)
	}
	s, err := Read(dir)
	if err != nil {
		return nil, fmt.Errorf("release %s: %w", release, err)
	}
	if s.Release != release {
		return nil, fmt.Errorf("schedule: the folder %s says that it is release %q", release, s.Release)
	}
	return s, nil
}

// ReadEdition reads from the folder of a release only which one it is.
func ReadEdition(fsys fs.FS) (Edition, error) {
	var s Schedule
	if errs := s.readFile(fsys, releaseFile, nil); len(errs) > 0 {
		return Edition{}, fmt.Errorf("schedule: %w", errors.Join(errs...))
	}
	return s.Edition, nil
}

// Library is a folder of releases. Each is read when it is first asked for and
// then kept; many may ask at once.
type Library struct {
	editions []Edition // the oldest first
	read     map[string]func() (*Schedule, error)
}

// Open looks which releases are in a folder, without reading them.
func Open(fsys fs.FS) (*Library, error) {
	folders, err := fs.ReadDir(fsys, acip)
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	l := &Library{read: map[string]func() (*Schedule, error){}}
	for _, folder := range folders {
		release := folder.Name()
		dir, err := fs.Sub(fsys, path.Join(acip, release))
		if err != nil {
			return nil, fmt.Errorf("schedule: release %q: %w", release, err)
		}
		e, err := ReadEdition(dir)
		if err != nil {
			return nil, fmt.Errorf("release %s: %w", release, err)
		}
		if e.Release != release {
			return nil, fmt.Errorf("schedule: the folder %s says that it is release %q", release, e.Release)
		}
		l.editions = append(l.editions, e)
		l.read[release] = sync.OnceValues(func() (*Schedule, error) { return Load(fsys, release) })
	}
	if len(l.editions) == 0 {
		return nil, fmt.Errorf("schedule: there is no release")
	}
	slices.SortFunc(l.editions, func(a, b Edition) int {
		return cmp.Or(cmp.Compare(a.Effective, b.Effective), cmp.Compare(a.Released, b.Released), cmp.Compare(a.Release, b.Release))
	})
	return l, nil
}

// Releases are the releases, the oldest first.
func (l *Library) Releases() []Edition { return slices.Clone(l.editions) }

// Named is a release by its name.
func (l *Library) Named(release string) (*Schedule, error) {
	read := l.read[release]
	if read == nil {
		return nil, fmt.Errorf("schedule: there is no release %q", release)
	}
	return read()
}

// For is the release by which a record is assessed on a day: the newest that was
// in effect then. Before the first of all the first serves, for there is none
// that fits better. A release without an effective date is only had by name.
func (l *Library) For(assessment cal.Date) (*Schedule, error) {
	release := ""
	for _, e := range l.editions {
		if e.Effective != cal.None && (release == "" || e.Effective <= assessment) {
			release = e.Release
		}
	}
	if release == "" {
		return nil, fmt.Errorf("schedule: no release says from which day on it is in effect")
	}
	return l.Named(release)
}

// Own is the library of this program's own releases.
var Own = sync.OnceValues(func() (*Library, error) { return Open(content.Files) })

// Releases are this program's own releases, the oldest first.
func Releases() ([]Edition, error) {
	l, err := Own()
	if err != nil {
		return nil, err
	}
	return l.Releases(), nil
}

// For is the one of this program's own releases by which a record is assessed on
// a day, see Library.For.
func For(assessment cal.Date) (*Schedule, error) {
	l, err := Own()
	if err != nil {
		return nil, err
	}
	return l.For(assessment)
}
