package schedule

import (
	"fmt"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/yaml"
)

// A form is one mapping of our files and the value it stands for. The same
// function describes it for both ways: each call names a key and where its value
// belongs, which is filled from the file or put into it. So what is written and
// what is read cannot come apart. What is blank is left out.
type form struct {
	doc   *document
	node  *yaml.Node // a mapping
	found int        // how many of the keys asked for are there
}

// document is one file being read or written. Reading goes on after an error, to
// tell all.
type document struct {
	file    string
	writing bool
	whole   bool           // write every list where it is, never "same as"
	series  string         // being read or written, "" outside
	dose    int            // likewise, 0 outside
	lists   map[string]any // see sameRows
	asked   []string       // keys asked for, of this mapping behind those of the ones around it
	errs    []error
}

func (d *document) fail(n *yaml.Node, format string, args ...any) {
	place := fmt.Sprintf("%s:%d", d.file, n.Line)
	if d.series != "" {
		place += fmt.Sprintf(": series %q", d.series)
	}
	if d.dose != 0 {
		place += fmt.Sprintf(": dose %d", d.dose)
	}
	d.errs = append(d.errs, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

// fill reads a mapping, strictly.
func fill[T any](d *document, n *yaml.Node, v *T, describe func(*form, *T)) {
	if n.Kind != yaml.Mapping {
		d.fail(n, "want keys and values here")
		return
	}
	f := form{doc: d, node: n}
	before := len(d.asked)
	describe(&f, v)
	asked := d.asked[before:]
	d.asked = d.asked[:before]
	if f.found == len(n.Items)/2 {
		return
	}
	known := map[string]bool{}
	for _, k := range asked {
		known[k] = true
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Items); i += 2 {
		switch k := n.Items[i]; {
		case !known[k.Text]:
			d.fail(k, "the key %q is not known here; known are: %s", k.Text, strings.Join(asked, ", "))
		case seen[k.Text]:
			d.fail(k, "the key %q is here twice", k.Text)
		default:
			seen[k.Text] = true
		}
	}
}

// tell makes a mapping.
func tell[T any](d *document, v *T, oneRow bool, describe func(*form, *T)) *yaml.Node {
	f := form{doc: d, node: &yaml.Node{Kind: yaml.Mapping, OneRow: oneRow}}
	describe(&f, v)
	return f.node
}

// get is the value of a key, nil when the key is not there.
func (f *form) get(key string) *yaml.Node {
	f.doc.asked = append(f.doc.asked, key)
	n := f.peek(key)
	if n != nil {
		f.found++
	}
	return n
}

func (f *form) peek(key string) *yaml.Node {
	for i := 0; i < len(f.node.Items); i += 2 {
		if f.node.Items[i].Text == key {
			return f.node.Items[i+1]
		}
	}
	return nil
}

func (f *form) put(key string, value *yaml.Node) {
	f.node.Items = append(f.node.Items, scalar(key), value)
}

func scalar(text string) *yaml.Node { return &yaml.Node{Text: text} }

// quoted is a text that stays one although it looks like a number.
func quoted(text string) *yaml.Node {
	return &yaml.Node{Text: text, Quoted: true}
}

// line is the text of a scalar, which must not be blank: what there is not is
// left out.
func (d *document) line(n *yaml.Node) string {
	switch {
	case n.Kind != yaml.Scalar:
		d.fail(n, "want one value here")
	case n.Text == "":
		d.fail(n, "nothing is written here: leave the key out")
	default:
		return n.Text
	}
	return ""
}

// value is a scalar that write turns into text and read takes from it.
func value[T comparable](f *form, key string, p *T, read func(string) (T, error), write func(T) string) {
	if f.doc.writing {
		if text := write(*p); text != "" {
			f.put(key, scalar(text))
		}
		return
	}
	n := f.get(key)
	if n == nil {
		return
	}
	text := f.doc.line(n)
	v, err := read(text)
	if err != nil {
		f.doc.fail(n, "%s: %q: %v", key, text, err)
		return
	}
	*p = v
}

func (f *form) text(key string, p *string) {
	value(f, key, p, func(s string) (string, error) { return s, nil }, func(s string) string { return s })
}

func (f *form) duration(key string, p *Duration) { value(f, key, p, ParseDuration, Duration.String) }

func (f *form) date(key string, p *cal.Date) { value(f, key, p, cal.Parse, cal.Date.String) }

func (f *form) number(key string, p *int) {
	value(f, key, p, strconv.Atoi, func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	})
}

func (f *form) flag(key string, p *bool) {
	read := func(s string) (bool, error) {
		if s != "yes" && s != "no" {
			return false, fmt.Errorf("want yes or no")
		}
		return s == "yes", nil
	}
	value(f, key, p, read, func(v bool) string {
		if v {
			return "yes"
		}
		return ""
	})
}

func enum[T comparable](f *form, key string, p *T, s spelling[T]) {
	value(f, key, p, s.parse, func(v T) string { return s.write[v] })
}

func (s spelling[T]) parse(text string) (T, error) {
	v, ok := s.of(text)
	if !ok {
		return v, fmt.Errorf("not known; known are: %s", s.words())
	}
	return v, nil
}

// name is a text that has to be there.
func (f *form) name(key string, p *string) {
	f.text(key, p)
	if !f.doc.writing && f.peek(key) == nil {
		f.doc.fail(f.node, "%s is missing", key)
	}
}

// code is a code that has to be there; it is quoted, for 03 is not 3.
func (f *form) code(key string, p *string) {
	if f.doc.writing {
		f.put(key, quoted(*p))
		return
	}
	if n := f.get(key); n != nil {
		*p = f.doc.line(n)
	} else {
		f.doc.fail(f.node, "%s is missing", key)
	}
}

func (f *form) cvx(p *string) {
	f.code("cvx", p)
	if !f.doc.writing {
		f.doc.checkCVX(f.node, *p)
	}
}

func (d *document) checkCVX(n *yaml.Node, code string) {
	if padded, ok := padCVX(code); code != "" && (!ok || padded != code) {
		d.fail(n, "%q is not a CVX code of at least two digits", code)
	}
}

// codes is a list of CVX codes on one line.
func (f *form) codes(key string, p *[]string) {
	list(f, key, p, func(n *yaml.Node) string {
		f.doc.checkCVX(n, n.Text)
		return f.doc.line(n)
	}, quoted, true)
}

// texts is a list of texts, a line each; words one on one line.
func (f *form) texts(key string, p *[]string) { list(f, key, p, f.doc.line, scalar, false) }
func (f *form) words(key string, p *[]string) { list(f, key, p, f.doc.line, scalar, true) }

func list[T any](f *form, key string, p *[]T, read func(*yaml.Node) T, write func(T) *yaml.Node, oneRow bool) {
	if f.doc.writing {
		if len(*p) == 0 {
			return
		}
		seq := &yaml.Node{Kind: yaml.Sequence, OneRow: oneRow}
		for _, v := range *p {
			seq.Items = append(seq.Items, write(v))
		}
		f.put(key, seq)
		return
	}
	n := f.get(key)
	if n == nil {
		return
	}
	if n.Kind != yaml.Sequence || len(n.Items) == 0 {
		f.doc.fail(n, "%s: want a list here", key)
		return
	}
	*p = make([]T, 0, len(n.Items))
	for _, item := range n.Items {
		*p = append(*p, read(item))
	}
}

// group is a mapping of its own under a key; v's zero value is left out.
func group[T comparable](f *form, key string, v *T, oneRow bool, describe func(*form, *T)) {
	if f.doc.writing {
		if n := tell(f.doc, v, oneRow, describe); len(n.Items) > 0 {
			f.put(key, n)
		}
		return
	}
	if n := f.get(key); n != nil {
		fill(f.doc, n, v, describe)
	}
}

// rows is a list of mappings: each on one line when oneRow.
func rows[T any](f *form, key string, p *[]T, oneRow bool, describe func(*form, *T)) {
	list(f, key, p,
		func(n *yaml.Node) (v T) { fill(f.doc, n, &v, describe); return v },
		func(v T) *yaml.Node { return tell(f.doc, &v, oneRow, describe) }, false)
}

// sameRows is rows of which a file has the same long list many times: the list
// stands where it is first, and later "same as dose 1" or "same as dose 2 of" a
// series stands for it.
func sameRows[T any](f *form, key string, p *[]T, oneRow bool, describe func(*form, *T)) {
	d := f.doc
	if d.writing {
		rows(f, key, p, oneRow, describe)
		if len(*p) == 0 || d.whole {
			return
		}
		last := f.node.Items[len(f.node.Items)-1]
		content, place := key+yaml.Emit(last), key+" of "+d.here()
		if len(content) < 200 {
			return
		}
		if first, ok := d.lists[content].(string); ok {
			*last = *scalar("same as " + strings.TrimSuffix(first, " of "+d.series))
		} else if d.lists[place] == nil {
			d.lists[content], d.lists[place] = d.here(), true
		}
		return
	}
	if n := f.peek(key); n == nil || n.Kind != yaml.Scalar {
		rows(f, key, p, oneRow, describe)
		if place := key + " of " + d.here(); d.lists[place] == nil {
			d.lists[place] = *p
		}
		return
	}
	n := f.get(key)
	place, ok := strings.CutPrefix(n.Text, "same as ")
	same, there := d.lists[key+" of "+place].([]T)
	if !there {
		same, there = d.lists[key+" of "+place+" of "+d.series].([]T)
	}
	if !ok || !there {
		d.fail(n, "%s: %q does not name a list above", key, n.Text)
	}
	*p = same
}

// here is the place of a list, as "same as" names it.
func (d *document) here() string {
	if d.dose == 0 {
		return d.series
	}
	return fmt.Sprintf("dose %d of %s", d.dose, d.series)
}
