package policy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/yaml"
)

// Read reads a policy, strictly: a key that is not known, is missing or is there
// twice, and a value that is none, are errors with file, line and key, and all are
// told together.
func Read(file string, text []byte) (*Policy, error) {
	root, err := yaml.Parse(file, text)
	if err != nil {
		return nil, err
	}
	r := &reader{file: file}
	p := &Policy{Text: string(text)}
	r.policy(r.mapping(root, ""), p)
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return p, nil
}

// reader reads one file, and goes on after an error.
type reader struct {
	file string
	errs []error
}

func (r *reader) fail(n *yaml.Node, key, format string, args ...any) {
	place := fmt.Sprintf("%s:%d", r.file, n.Line)
	if key != "" {
		place += ": " + key
	}
	r.errs = append(r.errs, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

// mapping is a mapping of the file whose keys are asked for one by one.
type mapping struct {
	r      *reader
	node   *yaml.Node
	within string // the key under which it stands; "" for the file itself
	asked  []string
}

// mapping begins one; nil when there is none. End it with done.
func (r *reader) mapping(n *yaml.Node, within string) *mapping {
	if n.Kind != yaml.Mapping {
		r.fail(n, within, "want keys and values here")
		return nil
	}
	return &mapping{r: r, node: n, within: within}
}

// at is the full name of a key, for errors.
func (m *mapping) at(key string) string {
	if m.within == "" {
		return key
	}
	return m.within + ", " + key
}

// find is the value of a key; nil when it is not there.
func (m *mapping) find(key string) *yaml.Node {
	m.asked = append(m.asked, key)
	return m.node.Get(key)
}

// must is the value of a key that has to be there.
func (m *mapping) must(key, what string) *yaml.Node {
	n := m.find(key)
	if n == nil {
		m.r.fail(m.node, m.at(key), "is missing: write %s", what)
	}
	return n
}

// done refuses keys that nobody asked for, and those that are there twice.
func (m *mapping) done() {
	seen := map[string]bool{}
	for i := 0; i < len(m.node.Items); i += 2 {
		k := m.node.Items[i]
		switch {
		case !slices.Contains(m.asked, k.Text):
			m.r.fail(k, m.within, "the key %q is not known here; known are: %s", k.Text, strings.Join(m.asked, ", "))
		case seen[k.Text]:
			m.r.fail(k, m.within, "the key %q is here twice: remove one", k.Text)
		}
		seen[k.Text] = true
	}
}

// word is the text of a value.
func (r *reader) word(n *yaml.Node, key, what string) string {
	if n.Kind != yaml.Scalar || strings.TrimSpace(n.Text) == "" {
		r.fail(n, key, "want %s", what)
		return ""
	}
	return n.Text
}

func (m *mapping) text(key, what string) string {
	if n := m.must(key, what); n != nil {
		return m.r.word(n, m.at(key), what)
	}
	return ""
}

// one is a word of a few.
func (m *mapping) one(key string, of ...string) string {
	what := strings.Join(of[:len(of)-1], ", ") + " or " + of[len(of)-1]
	n := m.must(key, what)
	if n == nil {
		return ""
	}
	if n.Kind != yaml.Scalar || !slices.Contains(of, n.Text) {
		m.r.fail(n, m.at(key), "%q is none: want %s", n.Text, what)
	}
	return n.Text
}

func (m *mapping) flag(key string) bool { return m.one(key, "yes", "no") == "yes" }

// mostDays is the longest time of a policy: ten years.
const mostDays = 3650

func (m *mapping) days(key string) int {
	const what = "a number of days, from 1 to 3650"
	n := m.must(key, what)
	if n == nil {
		return 0
	}
	days, err := strconv.Atoi(n.Text)
	if err != nil || n.Kind != yaml.Scalar || days < 1 || days > mostDays {
		m.r.fail(n, m.at(key), "%q is none: want %s", n.Text, what)
	}
	return days
}

// items are the items of a list, at least one.
func (m *mapping) items(n *yaml.Node, key string) []*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.Sequence || len(n.Items) == 0 {
		m.r.fail(n, m.at(key), "want a list here, with one item at least")
		return nil
	}
	return n.Items
}

// group reads what stands under a key.
func (m *mapping) group(n *yaml.Node, key string, read func(*mapping)) {
	if n == nil {
		return
	}
	if g := m.r.mapping(n, m.at(key)); g != nil {
		read(g)
		g.done()
	}
}

// source is what says a fact: without it no fact is taken.
func (m *mapping) source() string {
	return m.text("source", "the law or document that says so, or that none was found and who has set it")
}

func (r *reader) policy(m *mapping, p *Policy) {
	if m == nil {
		return
	}
	p.State = m.text("state", "the state's code, such as mn")
	if strings.Trim(p.State, "abcdefghijklmnopqrstuvwxyz") != "" || len(p.State) > 20 {
		r.fail(m.node.Get("state"), "state", "%q is no code: write lower-case letters, 20 at most", p.State)
	}
	p.Name = m.text("name", "the state's name")
	p.Registry = m.text("registry", "what the state's registry is called")
	p.Department = m.text("department", "who runs the registry")
	m.group(m.must("sharing", "whether records are shared when nobody said"), "sharing", func(m *mapping) {
		p.Sharing = Sharing{Default: m.flag("default"), Source: m.source()}
	})
	m.group(m.must("birth feed", "who tells of births"), "birth feed", func(m *mapping) {
		for _, n := range m.items(m.must("senders", "a list of facility codes"), "senders") {
			p.Births.Senders = append(p.Births.Senders, r.word(n, m.at("senders"), "a facility code"))
		}
		p.Births.Newborn = m.days("newborn for")
		p.Births.Source = m.source()
	})
	m.group(m.find("notice"), "notice", func(m *mapping) { p.Notice = m.notice() })
	m.group(m.must("opt out", "whether parents may opt out"), "opt out", func(m *mapping) { p.OptOut = m.optOut() })
	p.alerts = m.readAlerts()
	m.done()
}

func (m *mapping) notice() *Notice {
	n := &Notice{Title: m.text("title", "what the notice is"), Within: m.days("within")}
	for _, item := range m.items(m.must("languages", "a list of {code, name}"), "languages") {
		m.group(item, "languages", func(l *mapping) {
			n.Languages = append(n.Languages, Language{l.text("code", "an ISO 639-2 code, such as eng"), l.text("name", "the language's name")})
		})
	}
	for _, item := range m.items(m.must("parts", "a list of what parents are given"), "parts") {
		m.group(item, "parts", func(p *mapping) {
			n.Parts = append(n.Parts, Part{p.text("part", "what it is called"), p.text("given", "how parents are given it"), p.source()})
		})
	}
	n.Source = m.source()
	return n
}

func (m *mapping) optOut() OptOut {
	o := OptOut{Possible: m.flag("possible")}
	how := m.find("how")
	for _, n := range m.items(how, "how") {
		way := m.r.word(n, m.at("how"), "a way to opt out")
		if !slices.Contains(OptOutWays, way) {
			m.r.fail(n, m.at("how"), "%q is no way to opt out: want %s", way, strings.Join(OptOutWays, ", "))
		}
		o.How = append(o.How, way)
	}
	o.Contact = m.text("contact", "whom parents turn to")
	o.Closes = m.one("enrolled child", "close", "refuse") == "close"
	o.Source = m.source()
	switch {
	case o.Possible && how == nil:
		m.r.fail(m.node, m.at("how"), "is missing: write in which ways parents opt out, of %s", strings.Join(OptOutWays, ", "))
	case !o.Possible && how != nil:
		m.r.fail(how, m.at("how"), "is here although possible is no: remove one of the two")
	case !o.Possible && o.Closes:
		m.r.fail(m.node.Get("enrolled child"), m.at("enrolled child"), "close goes with possible: yes; where nobody may opt out, write refuse")
	}
	return o
}
