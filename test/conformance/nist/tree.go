package nist

import (
	"math"
	"strings"
)

// node is a piece of a message in its place in the profile: the message, a
// group, a segment, a field's repetition or a component.
type node struct {
	kind string // Message, Group, Segment or Datatype, as the constraints say
	id   string
	at   string // for findings
	meta *element
	leaf bool
	text string // a leaf's text, as sent
	kids map[int][]*node
	last int // the highest key of kids
}

func (n *node) addKid(i int, kid *node) {
	if n.kids == nil {
		n.kids = map[int][]*node{}
	}
	n.kids[i] = append(n.kids[i], kid)
	n.last = max(n.last, i)
}

// present reports that something was sent here.
func (n *node) present() bool {
	if n.leaf {
		return n.text != ""
	}
	for _, same := range n.kids {
		for _, k := range same {
			if k.present() {
				return true
			}
		}
	}
	return false
}

// value is the text of a leaf, or of the first component's first.
func (n *node) value() string {
	if n.leaf {
		return n.text
	}
	if first := n.kids[1]; len(first) > 0 {
		return first[0].value()
	}
	return ""
}

func leaf(text, at string) *node {
	return &node{kind: "Datatype", leaf: true, text: text, at: at}
}

// component builds a field's repetition (level 0) or a component (level 1).
func (p *Profile) component(datatype, raw string, level int, at string) *node {
	def := p.datatypes[datatype]
	parts := def.children("Component")
	n := &node{kind: "Datatype", id: datatype, at: at}
	if len(parts) == 0 {
		n.leaf, n.text = true, raw
		return n
	}
	n.meta = def
	separator := "^"
	if level > 0 {
		separator = "&"
	}
	for i, text := range strings.Split(raw, separator) {
		if text == "" {
			continue
		}
		where := at + "." + itoa(i+1)
		if i < len(parts) && level == 0 {
			n.addKid(i+1, p.component(parts[i].attr("Datatype"), text, 1, where))
		} else {
			n.addKid(i+1, leaf(text, where))
		}
	}
	return n
}

// segment builds a segment from its line.
func (p *Profile) segment(ref, line, at string) *node {
	def := p.segments[ref]
	fields := strings.Split(line, "|")
	n := &node{kind: "Segment", id: ref, at: at, meta: def}
	header := fields[0] == "MSH"
	values := fields[1:]
	if header {
		values = append([]string{"|"}, values...)
	}
	defs := def.children("Field")
	for i, value := range values {
		if value == "" {
			continue
		}
		delimiters := header && i < 2
		reps := []string{value}
		if !delimiters {
			reps = strings.Split(value, "~")
		}
		for k, rep := range reps {
			where := at + "-" + itoa(i+1) + "[" + itoa(k+1) + "]"
			if i >= len(defs) || delimiters {
				n.addKid(i+1, leaf(rep, where))
				continue
			}
			datatype := defs[i].attr("Datatype")
			if fields[0] == "OBX" && i == 4 {
				datatype = p.observed(values[1])
			}
			n.addKid(i+1, p.component(datatype, rep, 0, where))
		}
	}
	return n
}

// observed is the data type of OBX-5 for the type named in OBX-2.
func (p *Profile) observed(typ string) string {
	for _, name := range []string{typ + "_IZ", typ} {
		if p.datatypes[name] != nil {
			return name
		}
	}
	return "ST"
}

// leading is the name of the first segment of a group.
func (p *Profile) leading(group *element) string {
	for group != nil && len(group.kids) > 0 {
		first := group.kids[0]
		if first.name == "Segment" {
			return p.segments[first.attr("Ref")].attr("Name")
		}
		group = first
	}
	return ""
}

// structure places the lines of the message in the segments and groups that the
// profile defines, each as often as it may come.
func (v *validation) structure(defs []*element, parent *node) {
	for i, def := range defs {
		most := math.MaxInt
		if n, limited := limit(def.attr("Max")); limited {
			most = max(n, 1)
		}
		name := v.p.leading(def)
		if def.name == "Segment" {
			name = v.p.segments[def.attr("Ref")].attr("Name")
		}
		count := 0
		for v.next < len(v.lines) && prefix(v.lines[v.next], 3) == name && count < most {
			count++
			parent.addKid(i+1, v.place(def, name, count))
		}
		where := parent.at + "/" + name
		if def.attr("Usage") == "R" && count == 0 {
			v.add("E", where, "required segment/group missing")
		}
		if def.attr("Usage") == "X" && count > 0 {
			v.add("E", where, "X segment present")
		}
	}
}

// place takes the next line as a segment, or the next lines as a group.
func (v *validation) place(def *element, name string, number int) *node {
	if def.name == "Segment" {
		v.seen[name]++
		n := v.p.segment(def.attr("Ref"), v.lines[v.next], name+"["+itoa(v.seen[name])+"]")
		v.next++
		return n
	}
	g := &node{kind: "Group", id: def.attr("ID"), meta: def, at: def.attr("Name") + "[" + itoa(number) + "]"}
	v.structure(def.kids, g)
	return g
}
