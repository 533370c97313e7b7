package yaml

import (
	"fmt"
	"slices"
	"strings"
)

// Emit writes a mapping as YAML in one fixed way.
func Emit(n *Node) string {
	e := emitter{}
	e.block(n, "", false)
	return e.String()
}

type emitter struct{ strings.Builder }

// block writes what stands on lines of its own, each after indent.
func (e *emitter) block(n *Node, indent string, air bool) {
	if n.Kind == Mapping {
		for i := 0; i < len(n.Items); i += 2 {
			if v := n.Items[i+1]; indent == "" && i > 0 && v.Kind != Scalar {
				e.WriteString("\n")
			}
			e.WriteString(indent)
			e.member(n.Items[i], n.Items[i+1], indent)
		}
		return
	}
	for i, item := range n.Items {
		if air && i > 0 {
			e.WriteString("\n")
		}
		e.WriteString(indent + "- ")
		if item.Kind != Mapping || item.OneRow {
			e.inline(item, false)
			e.WriteString("\n")
			continue
		}
		deeper := indent + "  "
		for i := 0; i < len(item.Items); i += 2 {
			if i > 0 {
				e.WriteString(deeper)
			}
			e.member(item.Items[i], item.Items[i+1], deeper)
		}
	}
}

func (e *emitter) member(key, value *Node, indent string) {
	e.WriteString(key.Text + ":")
	switch {
	case value.Kind == Scalar || value.OneRow:
		e.WriteString(" ")
		e.inline(value, false)
		e.WriteString("\n")
	case value.Kind == Mapping:
		e.WriteString("\n")
		e.block(value, indent+"  ", false)
	default:
		e.WriteString("\n")
		e.block(value, indent, key.Text == "series")
	}
}

// inline writes what stands on one line; flow says that it stands within
// brackets.
func (e *emitter) inline(n *Node, flow bool) {
	switch n.Kind {
	case Scalar:
		if n.Quoted || !bare(n.Text, flow) {
			e.WriteString(quote(n.Text))
		} else {
			e.WriteString(n.Text)
		}
	case Mapping:
		e.WriteString("{")
		for i := 0; i < len(n.Items); i += 2 {
			if i > 0 {
				e.WriteString(", ")
			}
			e.WriteString(n.Items[i].Text + ": ")
			e.inline(n.Items[i+1], true)
		}
		e.WriteString("}")
	case Sequence:
		e.WriteString("[")
		for i, item := range n.Items {
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
