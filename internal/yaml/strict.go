package yaml

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ReadStrictly reads a file of facts by a function that asks for its keys one by
// one: a key that nobody asked for, is missing or is there twice, and a value that is
// none, are errors with file, line and key, and all are told together.
func ReadStrictly(file string, text []byte, read func(*Map)) error {
	root, err := Parse(file, text)
	if err != nil {
		return err
	}
	r := &reader{file: file}
	if m := r.mapping(root, ""); m != nil {
		read(m)
		m.done()
	}
	return errors.Join(r.errs...)
}

// reader reads one file, and goes on after an error.
type reader struct {
	file string
	errs []error
}

func (r *reader) fail(n *Node, key, format string, args ...any) {
	place := fmt.Sprintf("%s:%d", r.file, n.Line)
	if key != "" {
		place += ": " + key
	}
	r.errs = append(r.errs, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

// Map is a mapping of the file whose keys are asked for one by one.
type Map struct {
	r      *reader
	node   *Node
	within string // the key under which it stands; "" for the file itself
	asked  []string
}

// mapping begins one; nil when there is none. End it with done.
func (r *reader) mapping(n *Node, within string) *Map {
	if n.Kind != Mapping {
		r.fail(n, within, "want keys and values here")
		return nil
	}
	return &Map{r: r, node: n, within: within}
}

// Fail tells that a value, or the mapping itself (nil), is wrong. Key is its full name.
func (m *Map) Fail(n *Node, key, format string, args ...any) {
	if n == nil {
		n = m.node
	}
	m.r.fail(n, key, format, args...)
}

// At is the full name of a key, for errors.
func (m *Map) At(key string) string {
	if m.within == "" {
		return key
	}
	return m.within + ", " + key
}

// Find is the value of a key; nil when it is not there.
func (m *Map) Find(key string) *Node {
	if !slices.Contains(m.asked, key) {
		m.asked = append(m.asked, key)
	}
	return m.node.Get(key)
}

// Must is the value of a key that has to be there.
func (m *Map) Must(key, what string) *Node {
	n := m.Find(key)
	if n == nil {
		m.Fail(nil, m.At(key), "is missing: write %s", what)
	}
	return n
}

// done refuses keys that nobody asked for, and those that are there twice.
func (m *Map) done() {
	seen := map[string]bool{}
	for i := 0; i < len(m.node.Items); i += 2 {
		k := m.node.Items[i]
		switch {
		case !slices.Contains(m.asked, k.Text):
			m.Fail(k, m.within, "the key %q is not known here; known are: %s", k.Text, strings.Join(m.asked, ", "))
		case seen[k.Text]:
			m.Fail(k, m.within, "the key %q is here twice: remove one", k.Text)
		}
		seen[k.Text] = true
	}
}

// Word is the text of a value, which is what a phrase says.
func (m *Map) Word(n *Node, key, what string) string { return m.r.word(n, key, what) }

func (r *reader) word(n *Node, key, what string) string {
	if n.Kind != Scalar || strings.TrimSpace(n.Text) == "" {
		r.fail(n, key, "want %s", what)
		return ""
	}
	return n.Text
}

// Text is the text of a key that has to be there.
func (m *Map) Text(key, what string) string {
	if n := m.Must(key, what); n != nil {
		return m.r.word(n, m.At(key), what)
	}
	return ""
}

// One is a word of a few.
func (m *Map) One(key string, of ...string) string {
	what := strings.Join(of[:len(of)-1], ", ") + " or " + of[len(of)-1]
	n := m.Must(key, what)
	if n == nil {
		return ""
	}
	if n.Kind != Scalar || !slices.Contains(of, n.Text) {
		m.Fail(n, m.At(key), "%q is none: want %s", n.Text, what)
	}
	return n.Text
}

// Flag is a key that is yes or no.
func (m *Map) Flag(key string) bool { return m.One(key, "yes", "no") == "yes" }

// Number is a whole number from least to most, of what a name says.
func (m *Map) Number(key, of string, least, most int) int {
	what := fmt.Sprintf("a number of %s, from %d to %d", of, least, most)
	n := m.Must(key, what)
	if n == nil {
		return 0
	}
	v, err := strconv.Atoi(n.Text)
	if err != nil || n.Kind != Scalar || v < least || v > most {
		m.Fail(n, m.At(key), "%q is none: want %s", n.Text, what)
	}
	return v
}

// Items are the items of a list, at least one.
func (m *Map) Items(n *Node, key string) []*Node {
	if n == nil {
		return nil
	}
	if n.Kind != Sequence || len(n.Items) == 0 {
		m.Fail(n, m.At(key), "want a list here, with one item at least")
		return nil
	}
	return n.Items
}

// Group reads what stands under a key.
func (m *Map) Group(n *Node, key string, read func(*Map)) {
	if n == nil {
		return
	}
	if g := m.r.mapping(n, m.At(key)); g != nil {
		read(g)
		g.done()
	}
}
