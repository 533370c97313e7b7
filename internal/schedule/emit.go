package schedule

import (
	"fmt"
	"slices"
	"strings"
)

// emit writes a mapping as YAML in one fixed way.
func emit(n *node) string {
	e := emitter{}
	e.block(n, "", false)
	return e.String()
}

type emitter struct{ strings.Builder }

// block writes what stands on lines of its own, each after indent.
func (e *emitter) block(n *node, indent string, air bool) {
	if n.kind == mappingNode {
		for i := 0; i < len(n.items); i += 2 {
			if v := n.items[i+1]; indent == "" && i > 0 && v.kind != scalarNode {
				e.WriteString("\n")
			}
			e.WriteString(indent)
			e.member(n.items[i], n.items[i+1], indent)
		}
		return
	}
	for i, item := range n.items {
		if air && i > 0 {
			e.WriteString("\n")
		}
		e.WriteString(indent + "- ")
		if item.kind != mappingNode || item.oneRow {
			e.inline(item, false)
			e.WriteString("\n")
			continue
		}
		deeper := indent + "  "
		for i := 0; i < len(item.items); i += 2 {
			if i > 0 {
				e.WriteString(deeper)
			}
			e.member(item.items[i], item.items[i+1], deeper)
		}
	}
}

func (e *emitter) member(key, value *node, indent string) {
	e.WriteString(key.text + ":")
	switch {
	case value.kind == scalarNode || value.oneRow:
		e.WriteString(" ")
		e.inline(value, false)
		e.WriteString("\n")
	case value.kind == mappingNode:
		e.WriteString("\n")
		e.block(value, indent+"  ", false)
	default:
		e.WriteString("\n")
		e.block(value, indent, key.text == "series")
	}
}

// inline writes what stands on one line; flow says that it stands within
// brackets.
func (e *emitter) inline(n *node, flow bool) {
	switch n.kind {
	case scalarNode:
		if n.quoted || !bare(n.text, flow) {
			e.WriteString(quote(n.text))
		} else {
			e.WriteString(n.text)
		}
	case mappingNode:
		e.WriteString("{")
		for i := 0; i < len(n.items); i += 2 {
			if i > 0 {
				e.WriteString(", ")
			}
			e.WriteString(n.items[i].text + ": ")
			e.inline(n.items[i+1], true)
		}
		e.WriteString("}")
	case sequenceNode:
		e.WriteString("[")
		for i, item := range n.items {
			if i > 0 {
				e.WriteString(", ")
			}
			e.inline(item, true)
		}
		e.WriteString("]")
	}
}

// notBare are words that other readers of YAML take for something else.
var notBare = []string{"true", "false", "null", "on", "off", "~"}

// bare says whether a text needs no quotes: it begins with a letter or digit and
// has nothing in it that is read otherwise.
func bare(s string, flow bool) bool {
	if s == "" || slices.Contains(notBare, strings.ToLower(s)) {
		return false
	}
	if c := s[0]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, " ") {
		return false
	}
	return (!flow || !strings.ContainsAny(s, ",[]{}:?")) && !strings.ContainsFunc(s, special)
}

// special characters stand in a file only by their number.
func special(r rune) bool {
	return r < ' ' || r >= 0x7f && r <= 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff
}

func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case special(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
