package schedule

import (
	"fmt"
	"strings"

	"openiis/internal/yaml"
)

// The files of a release beside those of its antigens.
const (
	releaseFile      = "release.yaml"
	groupsFile       = "vaccine-groups.yaml"
	vaccinesFile     = "vaccines.yaml"
	conflictsFile    = "conflicts.yaml"
	observationsFile = "observations.yaml"
)

var tables = []string{releaseFile, groupsFile, vaccinesFile, conflictsFile, observationsFile}

// Files are the schedule as files that people read, by name: the same schedule
// gives the same bytes.
func (s *Schedule) Files() map[string][]byte {
	out := map[string][]byte{}
	file := func(name, title string, describe func(*document) *yaml.Node) {
		d := &document{file: name, writing: true, lists: map[string]any{}}
		out[name] = []byte(s.header(title) + yaml.Emit(describe(d)))
	}
	file(releaseFile, "The release", func(d *document) *yaml.Node { return tell(d, &s.Edition, onLines, d.edition) })
	file(groupsFile, "Vaccine groups and their antigens", func(d *document) *yaml.Node { return table(d, "vaccine groups", &s.Groups, oneLine, d.groupRow) })
	file(vaccinesFile, "Vaccines and what they protect against (CVX to antigen)", func(d *document) *yaml.Node {
		return table(d, "vaccines", &s.Vaccines, oneLine, d.vaccineRow)
	})
	file(conflictsFile, "Vaccine conflicts: which vaccine needs an interval after which", func(d *document) *yaml.Node {
		list := byPrevious(s.Conflicts)
		return table(d, "conflicts", &list, onLines, d.conflictRow)
	})
	file(observationsFile, "Coded observations", func(d *document) *yaml.Node {
		return table(d, "observations", &s.Observations, onLines, d.observationRow)
	})
	for _, a := range s.Antigens {
		file(antigenFile(a.Name), a.Name, func(d *document) *yaml.Node { return tell(d, &a, onLines, d.antigen) })
	}
	return out
}

func antigenFile(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "-") + ".yaml"
}

func table[T any](d *document, key string, list *[]T, oneRow bool, describe func(*form, *T)) *yaml.Node {
	return tell(d, list, onLines, func(f *form, list *[]T) { rows(f, key, list, oneRow, describe) })
}

// byPrevious puts neighbouring conflicts of one previous vaccine together.
func byPrevious(conflicts []Conflict) []previousVaccine {
	var out []previousVaccine
	for _, c := range conflicts {
		if len(out) == 0 || out[len(out)-1].VaccineAges != c.Previous {
			out = append(out, previousVaccine{VaccineAges: c.Previous})
		}
		last := &out[len(out)-1]
		last.current = append(last.current, c)
	}
	return out
}

func (s *Schedule) header(title string) string {
	day := ""
	if s.Released != 0 {
		day = " of " + s.Released.String()
	}
	source := ""
	if s.Source != "" {
		source = "# " + s.Source + "\n"
	}
	return fmt.Sprintf("# %s\n# CDC, Clinical Decision Support for Immunization (CDSi), Supporting Data %s%s\n%s", title, s.Release, day, source)
}
