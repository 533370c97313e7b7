package policy

import (
	"slices"
	"strings"

	"openiis/internal/yaml"
)

// Requirement is a course that users of some roles are to have completed.
type Requirement struct {
	Course string   // its code
	Roles  []string // IDs of roles
	// Use says that before they have, they use nothing but training, their account and
	// help; otherwise it is asked of a site's users before the site goes live.
	Use    bool
	Source string
}

// readTraining reads which courses are required; none where the file says nothing.
func readTraining(m *yaml.Map) (out []Requirement) {
	list := m.Find("training")
	if list == nil {
		return nil
	}
	for _, item := range m.Items(list, "training") {
		m.Group(item, "training", func(m *yaml.Map) {
			r := Requirement{Course: code(m, "course", m.Must("course", "the code of a course"))}
			for _, n := range m.Items(m.Must("for", "a list of roles"), "for") {
				role := code(m, "for", n)
				if slices.Contains(r.Roles, role) {
					m.Fail(n, m.At("for"), "%q is here twice: remove one", role)
				}
				r.Roles = append(r.Roles, role)
			}
			r.Use = m.One("before", "use", "go-live") == "use"
			r.Source = source(m)
			for _, other := range out {
				if other.Course == r.Course && slices.ContainsFunc(r.Roles, func(role string) bool { return slices.Contains(other.Roles, role) }) {
					m.Fail(m.Find("course"), m.At("course"), "%q is required twice of the same role: write it once", r.Course)
				}
			}
			out = append(out, r)
		})
	}
	return out
}

// code is a word of lower-case letters, digits and hyphens.
func code(m *yaml.Map, key string, n *yaml.Node) string {
	if n == nil {
		return ""
	}
	word := m.Word(n, m.At(key), "lower-case letters, digits and hyphens")
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		m.Fail(n, m.At(key), "%q is none: write lower-case letters, digits and hyphens", word)
	}
	return word
}
