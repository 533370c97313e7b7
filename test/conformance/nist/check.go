package nist

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// check reports constraints, usage, cardinality, length and value sets of a
// node and all below it.
func (v *validation) check(n *node) {
	here := place{n.kind, n.id}
	for _, c := range v.p.checks[here] {
		v.constraint(c, n)
	}
	own := map[int]*element{} // predicates on fields or components of n itself
	for _, c := range v.p.predicates[here] {
		target := c.attr("Target")
		switch strings.Count(target, "[") {
		case 1:
			own[leadingNumber(target)] = c
		default:
			v.distantPredicate(c, n)
		}
	}
	if n.kind == "Segment" || n.kind == "Datatype" && n.present() {
		v.parts(n, own)
	}
	for i := 1; i <= n.last; i++ {
		for _, kid := range n.kids[i] {
			v.check(kid)
		}
	}
}

func leadingNumber(target string) int {
	number, _, _ := strings.Cut(target, "[")
	n, _ := limit(number)
	return n
}

func (v *validation) constraint(c *element, n *node) {
	if c.name != "Constraint" {
		return
	}
	assertion := c.child("Assertion")
	if assertion == nil || v.p.holds(assertion, n) {
		return
	}
	text := ""
	if d := c.child("Description"); d != nil {
		text = words(d.text, 150)
	}
	v.add("E", n.at, c.attr("ID")+": "+text)
}

// distantPredicate is a predicate on something further down than n's own
// parts: ORC-12 of an order group.
func (v *validation) distantPredicate(c *element, n *node) {
	target := c.attr("Target")
	found := len(v.p.find(n, target)) > 0
	above := target
	if i := strings.LastIndexByte(target, '.'); i >= 0 {
		above = target[:i]
	}
	switch v.p.usage(c, n) {
	case "R":
		if !found && len(v.p.find(n, above)) > 0 {
			text := ""
			if d := c.child("Description"); d != nil {
				r := []rune(d.text)
				text = string(r[:min(90, len(r))])
			}
			v.add("E", n.at+" "+target, "conditional R missing: "+text)
		}
	case "X":
		if found {
			v.add("E", n.at+" "+target, "conditional X present")
		}
	}
}

// usage is what a predicate makes of a conditional usage.
func (p *Profile) usage(predicate *element, n *node) string {
	if p.holds(predicate.child("Condition"), n) {
		return predicate.attr("TrueUsage")
	}
	return predicate.attr("FalseUsage")
}

// parts checks the fields of a segment or the components of a data type.
func (v *validation) parts(n *node, own map[int]*element) {
	name, join := "Component", "."
	if n.kind == "Segment" {
		name, join = "Field", "-"
	}
	for i, def := range n.meta.children(name) {
		var sent []*node
		for _, k := range n.kids[i+1] {
			if k.present() {
				sent = append(sent, k)
			}
		}
		where := n.at + join + itoa(i+1)
		usage := def.attr("Usage")
		if usage == "C" {
			usage = "O"
			if predicate := own[i+1]; predicate != nil {
				usage = v.p.usage(predicate, n)
			}
		}
		if usage == "R" && len(sent) == 0 {
			v.add("E", where, "R missing "+def.attr("Name"))
		}
		if usage == "X" && len(sent) > 0 {
			v.add("E", where, "X present "+def.attr("Name"))
		}
		if most, limited := limit(def.attr("Max")); n.kind == "Segment" && limited && most > 0 && len(sent) > most {
			v.add("E", where, "too many repetitions")
		}
		for _, x := range sent {
			v.content(def, x)
		}
	}
}

// content checks length and value set of one value.
func (v *validation) content(def *element, x *node) {
	text := x.value()
	if most, limited := limit(def.attr("MaxLength")); x.leaf && limited && utf8.RuneCountInString(text) > most {
		v.add("W", x.at, "length>"+def.attr("MaxLength"))
	}
	binding, strength := def.attr("Binding"), def.attr("BindingStrength")
	if binding != "" && (strength == "R" || strength == "") && text != "" && !v.p.bound(binding, text) {
		v.add("VS", x.at, text+" not in "+binding)
	}
}

// localSystem are the code systems that HL70396 describes rather than lists.
var localSystem = regexp.MustCompile(`^(?:HL7[0-9]{4}|99[\p{L}\p{N}_]+|L)$`)

// bound reports a code within its value sets, or sets that say nothing.
func (p *Profile) bound(binding, code string) bool {
	says := false
	for _, name := range strings.Split(binding, ":") {
		codes, known := p.values[name]
		if !known || codes[code] {
			return true
		}
		says = says || len(codes) > 0
	}
	return !says || binding == "HL70396_IZ" && localSystem.MatchString(code)
}
