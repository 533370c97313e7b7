package course

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Prose is a piece of text that people read.
type Prose struct {
	HTML string // safe: nothing is in it but what markdown lets through (check)
	Text string // its words, for whoever searches
}

// markdown reads CommonMark without extensions. Raw HTML and addresses that run
// script are refused by check, and would be left out by it.
var markdown = goldmark.New()

// part is what stands under a heading.
type part struct {
	title string
	line  int
	nodes []ast.Node
}

// document is a file of Markdown as it was parsed.
type document struct {
	file   string
	source []byte
	errs   []error
}

func (d *document) fail(n ast.Node, format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf("%s:%d: %s", d.file, d.line(n), fmt.Sprintf(format, args...)))
}

// line is on which line a node stands, or the block around it.
func (d *document) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
			return 1 + bytes.Count(d.source[:n.Lines().At(0).Start], []byte("\n"))
		}
	}
	return 1
}

// parts are what stands under each heading of a level; what stands before the first
// is the part without a title.
func (d *document) parts(level int) []part {
	root := markdown.Parser().Parse(text.NewReader(d.source))
	d.check(root)
	out := []part{{line: 1}}
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level <= level {
			out = append(out, part{title: d.words(n), line: d.line(n)})
			if h.Level < level || d.words(n) == "" {
				d.fail(n, "a heading of level %d with words is wanted here: %s", level, strings.Repeat("#", level))
			}
			continue
		}
		last := &out[len(out)-1]
		last.nodes = append(last.nodes, n)
	}
	return out
}

// check refuses what no course and no answer may have: raw HTML, pictures, and links
// that lead to anything but a page of ours or one over TLS.
func (d *document) check(root ast.Node) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function below returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			d.fail(n, "HTML cannot stand here: write words, lists, **bold**, `code` and [links](/training)")
		case *ast.Image:
			d.fail(n, "a picture cannot stand here: say it in words, which everyone can read")
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			d.checkLink(n, string(n.Destination))
		case *ast.AutoLink:
			d.checkLink(n, string(n.URL(d.source)))
		}
		return ast.WalkContinue, nil
	})
}

func (d *document) checkLink(n ast.Node, to string) {
	ours := strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.Contains(to, `\`)
	if !ours && !strings.HasPrefix(to, "https://") {
		d.fail(n, "%q is no link for a page: begin it with / or https://", to)
	}
}

// prose is the nodes of a part as HTML and as words.
func (d *document) prose(nodes []ast.Node) Prose {
	var html bytes.Buffer
	var words []string
	for _, n := range nodes {
		if err := markdown.Renderer().Render(&html, d.source, n); err != nil {
			d.fail(n, "it cannot be shown: %v", err)
		}
		words = append(words, d.words(n))
	}
	return Prose{html.String(), strings.Join(words, " ")}
}

// words are the words of a node and of what is in it.
func (d *document) words(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function below returns no error
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(d.source))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			if entering {
				b.Write(n.Lines().Value(d.source))
			}
		default:
			if !entering && n.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}
