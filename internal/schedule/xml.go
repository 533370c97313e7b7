package schedule

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/yaml"
)

// element is one element of CDC's XML: either text or other elements.
type element struct {
	name, text string
	children   []*element
	line       int
}

// blank says that nothing is written in the element or in any below it: CDC's
// way to say that there is none.
func (e *element) blank() bool {
	return e.text == "" && !slices.ContainsFunc(e.children, func(c *element) bool { return !c.blank() })
}

// parseXML reads a document into its root element. CDC's files have no
// attributes; one would be something we do not understand.
func parseXML(text []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	root := &element{}
	open := []*element{root}
	texts := [][]byte{nil} // of the open elements
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if len(t.Attr) > 0 || t.Name.Space != "" {
				return nil, fmt.Errorf("element %s has attributes or a namespace, which CDC's files have not", t.Name.Local)
			}
			line, _ := d.InputPos()
			e := &element{name: t.Name.Local, line: line}
			if len(open) > yaml.MaxDepth {
				return nil, fmt.Errorf("line %d: more than %d elements stand in one another", line, yaml.MaxDepth)
			}
			top.children = append(top.children, e)
			open, texts = append(open, e), append(texts, nil)
		case xml.EndElement:
			top.text = trimLines(string(texts[len(texts)-1]))
			open, texts = open[:len(open)-1], texts[:len(texts)-1]
		case xml.CharData:
			last := len(texts) - 1
			texts[last] = append(texts[last], t...)
		}
	}
	if len(root.children) != 1 {
		return nil, errors.New("there is no document in it")
	}
	return root.children[0], nil
}

// trimLines cuts white space at both ends of the text and of each of its lines.
func trimLines(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\u00a0", " "))
	if !strings.Contains(s, "\n") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, "\n")
}

// reading is the reading of one file; it goes on after an error, to tell all.
type reading struct {
	file   string
	series string // being read, "" outside
	dose   string // being read, "" outside
	errs   []error
}

func (r *reading) fail(e *element, format string, args ...any) {
	place := r.file
	if r.series != "" {
		place += fmt.Sprintf(": series %q", r.series)
	}
	if r.dose != "" {
		place += ": " + r.dose
	}
	r.errs = append(r.errs, fmt.Errorf("%s: line %d: %s: %s", place, e.line, e.name, fmt.Sprintf(format, args...)))
}

// fields are the children of one element, each read by its name.
type fields struct {
	r *reading
	e *element
}

// open looks that e has only children of the names listed, those with a star any
// number of times and others once at most, and no text between them.
func (r *reading) open(e *element, names ...string) fields {
	if e.text != "" {
		r.fail(e, "the text %q is where elements should be", e.text)
	}
	seen := map[string]bool{}
	for _, c := range e.children {
		switch {
		case slices.Contains(names, c.name+"*"):
		case !slices.Contains(names, c.name):
			r.fail(c, "an element of this name is not known in %s", e.name)
		case seen[c.name]:
			r.fail(c, "there is a second one in %s", e.name)
		}
		seen[c.name] = true
	}
	return fields{r, e}
}

// each calls read for every child of that name which is not blank, after looking
// at what it consists of.
func (f fields) each(name string, names []string, read func(fields)) {
	for _, c := range f.e.children {
		if c.name != name {
			continue
		}
		g := f.r.open(c, names...)
		if !c.blank() {
			read(g)
		}
	}
}

func (f fields) child(name string) *element {
	for _, c := range f.e.children {
		if c.name == name {
			return c
		}
	}
	return &element{name: name, line: f.e.line}
}

// texts are the texts of all children of that name which have one.
func (f fields) texts(name string) []string {
	var out []string
	for _, c := range f.e.children {
		if c.name == name {
			if s := f.leaf(c); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

func (f fields) leaf(c *element) string {
	if len(c.children) > 0 {
		f.r.fail(c, "elements are where text should be")
	}
	return c.text
}

func (f fields) text(name string) string { return f.leaf(f.child(name)) }

// must is a text that has to be there.
func (f fields) must(name string) string {
	s := f.text(name)
	if s == "" {
		f.r.fail(f.child(name), "it is missing in %s", f.e.name)
	}
	return s
}

func (f fields) duration(name string) Duration {
	d, err := ParseDuration(f.text(name))
	if err != nil {
		f.r.fail(f.child(name), "%q is %v", f.text(name), err)
	}
	return d
}

// date is a day, written YYYYMMDD or, in evidence of immunity, MM/DD/YYYY.
func (f fields) date(name string) cal.Date {
	s := f.text(name)
	if s == "" {
		return cal.None
	}
	compact := s
	if len(s) == 10 && s[2] == '/' && s[5] == '/' {
		compact = s[6:] + s[:2] + s[3:5]
	}
	d := cal.ParseCompact(compact)
	if d == cal.None {
		f.r.fail(f.child(name), "%q is not a day written YYYYMMDD or MM/DD/YYYY", s)
	}
	return d
}

// number is a whole number, 0 when blank.
func (f fields) number(name string) int {
	s := f.text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 15)
	if err != nil {
		f.r.fail(f.child(name), "%q is not a whole number", s)
	}
	return int(n)
}

// cvx is a code that has to be there.
func (f fields) cvx(name string) string { return f.code(f.child(name), f.must(name)) }

// list is a list separated by semicolons.
func (f fields) list(name string) []string {
	s := f.text(name)
	if s == "" {
		return nil
	}
	out := strings.Split(s, ";")
	for i := range out {
		if out[i] = strings.TrimSpace(out[i]); out[i] == "" {
			f.r.fail(f.child(name), "%q has an empty place in its list", s)
		}
	}
	return out
}

func (f fields) cvxList(name string) []string {
	list := f.list(name)
	for i, s := range list {
		list[i] = f.code(f.child(name), s)
	}
	return list
}

// code is a CVX code with at least two digits.
func (f fields) code(e *element, s string) string {
	c, ok := padCVX(s)
	if s != "" && !ok {
		f.r.fail(e, "%q is not a CVX code", s)
	}
	return c
}

// padCVX writes a CVX code with at least two digits; it says whether s is one.
func padCVX(s string) (string, bool) {
	if len(s) == 0 || len(s) > 3 || strings.Trim(s, "0123456789") != "" {
		return s, false
	}
	s = strings.TrimLeft(s, "0")
	return strings.Repeat("0", max(0, 2-len(s))) + s, true
}

// word is a word of an enumeration.
func word[T comparable](f fields, name string, s spelling[T]) T {
	return meaning(f, f.child(name), f.text(name), s)
}

func meaning[T comparable](f fields, e *element, text string, s spelling[T]) T {
	v, ok := s.of(text)
	if !ok {
		f.r.fail(e, "%q is not known; known are: %s", text, s.words())
	}
	return v
}
