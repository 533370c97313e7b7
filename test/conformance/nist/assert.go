package nist

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// holds evaluates a condition or assertion at a node. What it does not know (a
// plug-in, the sequence of set ids) holds.
func (p *Profile) holds(e *element, n *node) bool {
	switch e.name {
	case "Condition", "Assertion":
		return p.holds(e.kids[0], n)
	case "AND":
		return !slices.ContainsFunc(e.kids, func(x *element) bool { return !p.holds(x, n) })
	case "OR":
		return slices.ContainsFunc(e.kids, func(x *element) bool { return p.holds(x, n) })
	case "NOT":
		return !p.holds(e.kids[0], n)
	case "IMPLY":
		return !p.holds(e.kids[0], n) || p.holds(e.kids[1], n)
	case "Presence":
		return len(p.find(n, e.attr("Path"))) > 0
	case "PlainText", "StringList", "Format", "ValueSet", "SimpleValue":
		return p.valuesHold(e, n)
	case "PathValue":
		a, b := p.find(n, e.attr("Path1")), p.find(n, e.attr("Path2"))
		if len(a) == 0 || len(b) == 0 {
			return true
		}
		return (a[0].value() == b[0].value()) == (e.attr("Operator") == "EQ")
	}
	return true
}

// valuesHold tests the values at a path: all of them, or one of them when
// AtLeastOnce says so. A path with nothing there holds.
func (p *Profile) valuesHold(e *element, n *node) bool {
	found := p.find(n, e.attr("Path"))
	if len(found) == 0 {
		return e.attr("NotPresentBehavior") != "FAIL"
	}
	holds := func(x *node) bool { return p.valueHolds(e, x.value()) }
	if e.attr("AtLeastOnce") == "true" {
		return slices.ContainsFunc(found, holds)
	}
	return !slices.ContainsFunc(found, func(x *node) bool { return !holds(x) })
}

func (p *Profile) valueHolds(e *element, text string) bool {
	switch e.name {
	case "PlainText":
		return text == e.attr("Text")
	case "StringList":
		return slices.Contains(strings.Split(e.attr("CSV"), ","), text)
	case "Format":
		return p.formats[e.attr("Regex")].MatchString(text)
	case "ValueSet":
		codes, known := p.values[e.attr("ValueSetID")]
		return !known || codes[text]
	}
	return compare(e.attr("Operator"), text, e.attr("Value"))
}

// compare compares as numbers when both are, else as text.
func compare(operator, a, b string) bool {
	order := strings.Compare(a, b)
	x, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	y, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if err1 == nil && err2 == nil {
		switch {
		case x < y:
			order = -1
		case x > y:
			order = 1
		default:
			order = 0
		}
	}
	switch operator {
	case "EQ":
		return order == 0
	case "NE":
		return order != 0
	case "GT":
		return order > 0
	case "GE":
		return order >= 0
	case "LT":
		return order < 0
	case "LE":
		return order <= 0
	}
	return true
}

var step = regexp.MustCompile(`(\d+)\[(\d+|\*)\]`)

// find is what was sent at a path below a node: 3[1].20[1], 12[*].4[1].
func (p *Profile) find(n *node, path string) []*node {
	found := []*node{n}
	for _, m := range step.FindAllStringSubmatch(path, -1) {
		i, _ := strconv.Atoi(m[1])
		var next []*node
		for _, x := range found {
			if x.leaf && i == 1 {
				next = append(next, x) // a value is its own first component
				continue
			}
			all := x.kids[i]
			if k, err := strconv.Atoi(m[2]); err == nil {
				all = all[min(k-1, len(all)):min(k, len(all))]
			}
			next = append(next, all...)
		}
		found = next
	}
	return slices.DeleteFunc(found, func(x *node) bool { return !x.present() })
}
