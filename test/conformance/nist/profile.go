package nist

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// element is an XML element as read.
type element struct {
	name  string
	attrs map[string]string
	kids  []*element
	text  string
}

func (e *element) attr(name string) string { return e.attrs[name] }

// child is the first child of a name, or nil.
func (e *element) child(name string) *element {
	if e == nil {
		return nil
	}
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// children are the children of a name.
func (e *element) children(name string) []*element {
	var out []*element
	if e != nil {
		for _, k := range e.kids {
			if k.name == name {
				out = append(out, k)
			}
		}
	}
	return out
}

// descendants are the elements of a name at any depth, in document order.
func (e *element) descendants(name string) []*element {
	var out []*element
	for _, k := range e.kids {
		if k.name == name {
			out = append(out, k)
		}
		out = append(out, k.descendants(name)...)
	}
	return out
}

func parseXML(t testing.TB, text []byte) *element {
	t.Helper()
	top := &element{}
	open := []*element{top}
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("nist: a profile's XML cannot be read: %v", err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{name: x.Name.Local, attrs: map[string]string{}}
			for _, a := range x.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			last := open[len(open)-1]
			last.kids = append(last.kids, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			open[len(open)-1].text += string(x)
		}
	}
	return top.kids[0]
}

func (p *Profile) readStructure(root *element) {
	p.message = root.descendants("Message")[0]
	p.segments, p.datatypes = map[string]*element{}, map[string]*element{}
	for _, x := range root.child("Segments").kids {
		p.segments[x.attr("ID")] = x
	}
	for _, x := range root.child("Datatypes").kids {
		p.datatypes[x.attr("ID")] = x
	}
}

func (p *Profile) readConstraints(root *element) {
	p.predicates = constraintsOf(root.child("Predicates"))
	p.checks = constraintsOf(root.child("Constraints"))
	p.formats = map[string]*regexp.Regexp{}
	for _, e := range root.descendants("Format") {
		pattern := e.attr("Regex")
		p.formats[pattern] = regexp.MustCompile(`^(?:` + pattern + `)$`)
	}
}

// constraintsOf sorts <Datatype><ByID ID="…">… and its like by where they apply.
func constraintsOf(root *element) map[place][]*element {
	out := map[place][]*element{}
	if root == nil {
		return out
	}
	for _, kind := range root.kids {
		for _, by := range kind.kids {
			id := by.attr("ID")
			if id == "" {
				id = by.attr("Name")
			}
			at := place{kind.name, id}
			out[at] = append(out[at], by.kids...)
		}
	}
	return out
}

// readValues reads the value sets. One that holds only dots is open, and so are
// three that NIST lists in part; an empty set is not checked.
func (p *Profile) readValues(root *element) {
	p.values = map[string]map[string]bool{}
	for _, set := range root.descendants("ValueSetDefinition") {
		name := set.attr("BindingIdentifier")
		codes := map[string]bool{}
		for _, e := range set.descendants("ValueElement") {
			codes[e.attr("Value")] = true
		}
		dots := codes["..."] || codes["...*"]
		if len(codes) <= 1 && dots || name == "HL70399" || name == "HL70072" || name == "HL70296" {
			codes = map[string]bool{}
		}
		p.values[name] = codes
	}
}

// limit is a Max or MaxLength; without a number there is no limit.
func limit(s string) (n int, limited bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func itoa(n int) string { return strconv.Itoa(n) }

// words is a text with each run of blanks made one, at most max characters.
func words(s string, max int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	return string(r[:min(max, len(r))])
}
