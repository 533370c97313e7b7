// Package yaml reads and writes our files: the clinical schedule, and states'
// policies. They are in the plain part of YAML: mappings and lists by indentation,
// rows in { } and [ ] on one line, texts bare or in double quotes, comments. The
// rest of YAML (anchors, block texts, several documents, …) is refused, so a file
// means what it looks like. Whatever is accepted means the same to every reader
// of YAML, which a test compares. Reading it takes a sixth of the time.
//
// What a key means it does not know. Start at Parse and Emit.
package yaml

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is what a value is.
type Kind uint8

// The kinds.
const (
	Scalar   Kind = iota // text
	Mapping              // items are keys and values in turn
	Sequence             // items
)

// Node is a value in a file.
type Node struct {
	Kind   Kind
	OneRow bool // written on one line, in brackets
	Quoted bool
	Line   int
	Text   string
	Items  []*Node
}

// lineError is a line that cannot be read.
type lineError struct {
	line int
	why  string
}

// Parse reads the file of that name into its outermost mapping. What cannot be
// read is an error that begins with file and line.
func Parse(name string, text []byte) (root *Node, err error) {
	p := parser{}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case lineError:
			root, err = nil, fmt.Errorf("%s:%d: %s", name, e.line, e.why)
		default:
			panic(e)
		}
	}()
	p.split(string(text))
	if len(p.lines) == 0 {
		panic(lineError{1, "nothing is in the file"})
	}
	if p.lines[0].indent != 0 {
		panic(lineError{p.lines[0].number, "the first key has to stand at the margin"})
	}
	root = p.mapping(0)
	if len(p.lines) > 0 {
		p.fail("this is not indented as what stands above it")
	}
	return root, nil
}

type fileLine struct {
	indent, number int
	text           string // without indentation, and without space at its end
}

// parser goes through the lines; where it cannot go on it panics with a
// lineError, which Parse catches.
type parser struct {
	lines []fileLine // that are left
	row   string     // what is left of the line within which a value is read
	at    int        // its number
	depth int        // of the value that is read
	nodes []Node     // to take new ones from
}

func (p *parser) fail(format string, args ...any) {
	at := p.at
	if p.row == "" && len(p.lines) > 0 {
		at = p.lines[0].number
	}
	panic(lineError{at, fmt.Sprintf(format, args...)})
}

func (p *parser) new(k Kind, text string) *Node {
	if len(p.nodes) == 0 {
		p.nodes = make([]Node, 256)
	}
	n := &p.nodes[0]
	p.nodes = p.nodes[1:]
	n.Kind, n.Text, n.Line = k, text, p.at
	return n
}

// split cuts the file into lines that say something.
func (p *parser) split(text string) {
	p.lines = make([]fileLine, 0, strings.Count(text, "\n")+1)
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), " ")
		body := strings.TrimLeft(line, " ")
		for _, r := range body {
			if special(r) || r == utf8.RuneError {
				panic(lineError{number, fmt.Sprintf("the character %q cannot stand in a file; within double quotes write \\u%04x", r, r)})
			}
		}
		if body == "" || body[0] == '#' {
			continue
		}
		p.lines = append(p.lines, fileLine{len(line) - len(body), number, body})
	}
}

// next takes the first line that is left.
func (p *parser) next() fileLine {
	l := p.lines[0]
	p.lines = p.lines[1:]
	p.at = l.number
	return l
}

// follows says that the next line stands at indent and whether it is an item.
func (p *parser) follows(indent int) (here, item bool) {
	if len(p.lines) == 0 || p.lines[0].indent != indent {
		return false, false
	}
	return true, strings.HasPrefix(p.lines[0].text, "- ")
}

// MaxDepth is how deep values may stand in one another: our files need 8. The
// reader calls itself for each, and a stack has an end.
const MaxDepth = 50

func (p *parser) deeper() {
	if p.depth++; p.depth > MaxDepth {
		panic(lineError{p.at, fmt.Sprintf("more than %d values stand in one another here", MaxDepth)})
	}
}

// mapping reads the lines at indent.
func (p *parser) mapping(indent int) *Node {
	p.at = p.lines[0].number
	m := p.new(Mapping, "")
	for {
		here, item := p.follows(indent)
		if !here || item {
			return m
		}
		l := p.next()
		p.member(m, l.text, indent)
	}
}

// member reads "key: value", or a key and what is indented below it.
func (p *parser) member(m *Node, text string, indent int) {
	p.deeper()
	defer func() { p.depth-- }()
	p.row = text
	key := p.key()
	m.Items = append(m.Items, key, nil)
	value := len(m.Items) - 1
	if p.row != "" && p.row[0] != '#' {
		m.Items[value] = p.value()
		return
	}
	p.row = ""
	switch {
	case len(p.lines) > 0 && p.lines[0].indent > indent:
		deeper := p.lines[0].indent
		if _, item := p.follows(deeper); item {
			m.Items[value] = p.sequence(deeper)
		} else {
			m.Items[value] = p.mapping(deeper)
		}
	default:
		if _, item := p.follows(indent); item {
			m.Items[value] = p.sequence(indent)
			return
		}
		panic(lineError{key.Line, fmt.Sprintf("%s: nothing is written here: leave the key out", key.Text)})
	}
}

// sequence reads the items at indent.
func (p *parser) sequence(indent int) *Node {
	p.at = p.lines[0].number
	s := p.new(Sequence, "")
	for {
		here, item := p.follows(indent)
		if !here || !item {
			return s
		}
		l := p.next()
		body := strings.TrimLeft(l.text[2:], " ")
		column := indent + len(l.text) - len(body)
		if !startsKey(body) {
			p.row = body
			s.Items = append(s.Items, p.value())
			continue
		}
		m := p.new(Mapping, "")
		p.member(m, body, column)
		for {
			if here, item := p.follows(column); !here || item {
				break
			}
			l := p.next()
			p.member(m, l.text, column)
		}
		s.Items = append(s.Items, m)
	}
}

// startsKey says whether a line begins with a key: words and a colon.
func startsKey(s string) bool {
	i := strings.IndexByte(s, ':')
	return i > 0 && keyChars(s[:i]) && (i+1 == len(s) || s[i+1] == ' ')
}

func keyChars(s string) bool {
	if c := s[0] | 0x20; c < 'a' || c > 'z' || len(s) > 100 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != ' ' && c != '-' {
			return false
		}
	}
	return s[len(s)-1] != ' '
}

// key takes a key and its colon from the row.
func (p *parser) key() *Node {
	if !startsKey(p.row) {
		p.fail("want a key, a colon and a space; %q is none", clip(p.row))
	}
	i := strings.IndexByte(p.row, ':')
	k := p.new(Scalar, p.row[:i])
	p.row = strings.TrimLeft(p.row[i+1:], " ")
	return k
}

// value reads the rest of the row, to its end.
func (p *parser) value() *Node {
	var v *Node
	if c := p.row[0]; c == '{' || c == '[' || c == '"' {
		v = p.inRow()
		if rest := strings.TrimLeft(p.row, " "); rest != "" && (rest[0] != '#' || rest == p.row) {
			p.fail("there is more on the line than the value: %q", clip(rest))
		}
	} else {
		text, _, _ := strings.Cut(p.row, " #")
		v = p.bare(strings.TrimRight(text, " "))
	}
	p.row = ""
	return v
}

// inRow reads one value within a row.
func (p *parser) inRow() *Node {
	switch {
	case p.row == "":
		p.failRow()
	case p.row[0] == '"':
		return p.quoted()
	case p.row[0] == '{':
		m := p.new(Mapping, "")
		p.members('}', func() {
			m.Items = append(m.Items, p.key())
			m.Items = append(m.Items, p.inRow())
		})
		m.OneRow = true
		return m
	case p.row[0] == '[':
		s := p.new(Sequence, "")
		p.members(']', func() { s.Items = append(s.Items, p.inRow()) })
		s.OneRow = true
		return s
	}
	end := strings.IndexAny(p.row, ",[]{}")
	if end < 0 {
		p.failRow()
	}
	text := strings.TrimRight(p.row[:end], " ")
	if strings.Contains(text, " #") || strings.ContainsAny(text, ":?") {
		p.fail("%q has to stand in double quotes here", clip(text))
	}
	v := p.bare(text)
	p.row = p.row[end:]
	return v
}

func (p *parser) failRow() {
	panic(lineError{p.at, "the row has no end on its line"})
}

// members calls member for each of those within brackets.
func (p *parser) members(end byte, member func()) {
	p.deeper()
	defer func() { p.depth-- }()
	p.row = strings.TrimLeft(p.row[1:], " ")
	for p.row == "" || p.row[0] != end {
		if p.row == "" {
			p.failRow()
		}
		member()
		p.row = strings.TrimLeft(p.row, " ")
		switch {
		case p.row == "":
			p.failRow()
		case p.row[0] == ',':
			p.row = strings.TrimLeft(p.row[1:], " ")
			if p.row != "" && p.row[0] == end {
				p.fail("a comma stands before the end of the row")
			}
		case p.row[0] != end:
			p.fail("want a comma or %c before %q", end, clip(p.row))
		}
	}
	p.row = p.row[1:]
}

// bare checks a text without quotes.
func (p *parser) bare(text string) *Node {
	if text == "" {
		panic(lineError{p.at, "nothing is written here"})
	}
	if strings.ContainsRune("-?:,[]{}#&*!|>'\"%@`=<~", rune(text[0])) || strings.Contains(text, ": ") || strings.HasSuffix(text, ":") ||
		text == "null" || text == "Null" || text == "NULL" {
		panic(lineError{p.at, fmt.Sprintf("%q has to stand in double quotes", clip(text))})
	}
	return p.new(Scalar, text)
}

// quoted reads a text in double quotes from the row.
func (p *parser) quoted() *Node {
	i := 1
	for ; i < len(p.row) && p.row[i] != '"'; i++ {
		if p.row[i] == '\\' {
			i++
		}
	}
	if i >= len(p.row) {
		panic(lineError{p.at, "the text in double quotes has no end on its line"})
	}
	v := p.new(Scalar, p.row[1:i])
	v.Quoted = true
	if strings.Contains(v.Text, `\`) {
		v.Text = p.unescape(v.Text)
	}
	p.row = p.row[i+1:]
	return v
}

func (p *parser) unescape(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i+1:] // not empty: quoted ends at a quote that no backslash precedes
		size := 1
		switch s[0] {
		case '"', '\\':
			b.WriteByte(s[0])
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'u':
			size = 5
			code, err := strconv.ParseUint(s[1:min(size, len(s))], 16, 32)
			if err != nil || len(s) < size || !utf8.ValidRune(rune(code)) {
				panic(lineError{p.at, `want four hexadecimal digits behind \u`})
			}
			b.WriteRune(rune(code))
		default:
			panic(lineError{p.at, fmt.Sprintf(`\%c is not known; known are \" \\ \n \t \u`, s[0])})
		}
		s = s[size:]
	}
}

// Get is the value of a key of a mapping; nil when the key, or the mapping, is not
// there.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Mapping {
		return nil
	}
	for i := 0; i < len(n.Items); i += 2 {
		if n.Items[i].Text == key {
			return n.Items[i+1]
		}
	}
	return nil
}

// clip shortens a text for an error.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
