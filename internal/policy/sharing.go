package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/yaml"
)

// Sharing is what a state lets people choose about who sees their record, and what a
// choice hides (docs/sharing.md).
type Sharing struct {
	Default bool
	Source  string // law or document, here and below
	// no is what an objection hides; nil of a file that says nothing of it (Hides).
	no      *Hiding
	Unknown *Unknown // nil: the state knows no status but yes and no
	Papers  *Papers  // nil: no form of the state's is needed
	Glass   *Glass   // nil: nobody may open what is hidden
	// Confidential are the doses that are confidential by themselves; nil: none are.
	Confidential *Confidential
}

// Hiding is what a status hides from providers who did not report it themselves: never
// from the programme, and never what a provider reported itself.
type Hiding struct {
	Record    bool // what is in the record
	Forecast  bool // what is due
	Existence bool // that there is such a person: searches and numbers lead to nobody
	Messages  bool // from those who ask by HL7
	Pages     bool // from those who look on pages
	Source    string
}

// Unknown is the status of whom nobody has told of the registry yet.
type Unknown struct {
	Hiding
	Prompts bool // who opens such a record is asked first
	// BeforeLive and ByHand are which history enters with it: what a sender sent before it
	// was live, and what is entered by hand of somebody whom the site has not vaccinated.
	BeforeLive, ByHand bool
	// Designated says that only designated staff of a site record the answer (Papers).
	Designated bool
}

// Papers are the forms that a choice is signed on, by their codes (states/README.md).
type Papers struct {
	Objection, Withdrawal string
	// Designated says that at a site only those record them whom it has designated for it; else
	// whoever's role may.
	Designated bool
	Source     string
}

// Glass is that a user may open what is hidden, in an emergency, with a reason that is
// reviewed afterwards.
type Glass struct {
	Minutes int      // for how long
	Reasons []string // of which one is chosen
	Source  string
}

// For is how long it is open.
func (g *Glass) For() time.Duration { return time.Duration(g.Minutes) * time.Minute }

// Confidential are doses that are confidential by what and when they are, as of services
// to adolescents.
type Confidential struct {
	CVX      []string // the vaccines
	From, To int      // given at these ages in years, the last included
	Source   string
}

// Has reports that a dose is confidential by itself.
func (c *Confidential) Has(cvx string, given, born cal.Date) bool {
	if c == nil || !slices.Contains(c.CVX, cvx) || born == cal.None || given < born {
		return false
	}
	age := cal.AgeOn(born, given).Years
	return c.From <= age && age <= c.To
}

// Hides is what a status hides; nil when it hides nothing.
func (p *Policy) Hides(s iis.Sharing) *Hiding {
	switch s {
	case iis.SharingNo:
		if p.Sharing.no == nil {
			return Neutral().Sharing.no
		}
		return p.Sharing.no
	case iis.SharingUnknown:
		if p.Sharing.Unknown != nil {
			return &p.Sharing.Unknown.Hiding
		}
	}
	return nil
}

// Fact is a fact in a sentence, with who says so.
type Fact struct{ Says, Source string }

// Facts are what holds of sharing beside the default, of a policy.
func (s *Sharing) Facts(p *Policy) (out []Fact) {
	no := p.Hides(iis.SharingNo)
	out = append(out, Fact{"No hides: " + no.String(), no.Source})
	if u := s.Unknown; u != nil {
		asks := ""
		if u.Prompts {
			asks = "; whoever opens the record is asked first"
		}
		if u.Designated {
			asks += "; staff whom a site has designated record the answer"
		}
		out = append(out, Fact{"Unknown hides: " + u.String() + asks, u.Source})
	}
	if f := s.Papers; f != nil {
		who := "; recorded by whoever’s role may"
		if f.Designated {
			who = "; recorded by staff whom a site has designated"
		}
		out = append(out, Fact{"Forms: " + f.Objection + ", " + f.Withdrawal + who, f.Source})
	}
	if g := s.Glass; g != nil {
		out = append(out, Fact{"Users may break the glass, for minutes: " + strconv.Itoa(g.Minutes), g.Source})
	}
	if c := s.Confidential; c != nil {
		out = append(out, Fact{"Confidential: CVX " + strings.Join(c.CVX, ", ") + " at ages " + strconv.Itoa(c.From) + " to " + strconv.Itoa(c.To), c.Source})
	}
	return out
}

// String is what is hidden, and from whom.
func (h *Hiding) String() string {
	pick := func(names []string, chosen ...bool) string {
		var out []string
		for i, name := range names {
			if chosen[i] {
				out = append(out, name)
			}
		}
		return strings.Join(out, ", ")
	}
	return pick(hidable, h.Record, h.Forecast, h.Existence) + "; from: " + pick(doors, h.Messages, h.Pages)
}

// sharing reads what is said of sharing.
func sharing(m *yaml.Map) Sharing {
	s := Sharing{Default: m.Flag("default"), Source: source(m)}
	m.Group(m.Find("no"), "no", func(m *yaml.Map) { h := hiding(m); s.no = &h })
	m.Group(m.Find("unknown"), "unknown", func(m *yaml.Map) { s.Unknown = unknown(m) })
	m.Group(m.Find("forms"), "forms", func(m *yaml.Map) {
		s.Papers = &Papers{Objection: m.Text("objection", "the code of a form"), Withdrawal: m.Text("withdrawal", "the code of a form"), Designated: designated(m, "recorded by"), Source: source(m)}
	})
	m.Group(m.Find("break the glass"), "break the glass", func(m *yaml.Map) { s.Glass = glass(m) })
	m.Group(m.Find("confidential"), "confidential", func(m *yaml.Map) { s.Confidential = confidential(m) })
	if s.Glass != nil && (s.no == nil || s.no.Existence) {
		m.Fail(m.Find("break the glass"), m.At("break the glass"), "goes with a no that does not hide existence: nobody opens what they cannot find")
	}
	return s
}

// What a status may hide, and from whom.
var (
	hidable = []string{"record", "forecast", "existence"}
	doors   = []string{"messages", "pages"}
)

func hiding(m *yaml.Map) Hiding {
	what, from := words(m, "hides", hidable), words(m, "from", doors)
	h := Hiding{
		Record: slices.Contains(what, "record"), Forecast: slices.Contains(what, "forecast"), Existence: slices.Contains(what, "existence"),
		Messages: slices.Contains(from, "messages"), Pages: slices.Contains(from, "pages"), Source: source(m),
	}
	if len(what) > 0 && !h.Record {
		m.Fail(m.Find("hides"), m.At("hides"), "leaves the record open, which tells all the rest: add record")
	}
	if h.Existence && !h.Forecast {
		m.Fail(m.Find("hides"), m.At("hides"), "a person whose existence is hidden has no forecast to show: add forecast")
	}
	return h
}

// words are a list of some words, each once.
func words(m *yaml.Map, key string, of []string) []string {
	var out []string
	for _, n := range m.Items(m.Must(key, "a list of "+strings.Join(of, ", ")), key) {
		word := m.Word(n, m.At(key), "one of "+strings.Join(of, ", "))
		switch {
		case !slices.Contains(of, word):
			m.Fail(n, m.At(key), "%q is none: want %s", word, strings.Join(of, ", "))
		case slices.Contains(out, word):
			m.Fail(n, m.At(key), "%q is here twice: remove one", word)
		}
		out = append(out, word)
	}
	return out
}

func unknown(m *yaml.Map) *Unknown {
	u := &Unknown{Hiding: hiding(m), Prompts: m.Flag("prompts"), Designated: designated(m, "answered by")}
	enters := words(m, "enters", []string{"before go-live", "by hand"})
	u.BeforeLive, u.ByHand = slices.Contains(enters, "before go-live"), slices.Contains(enters, "by hand")
	if u.Prompts && u.Existence {
		m.Fail(m.Find("prompts"), m.At("prompts"), "nobody is asked about a record that they cannot find: write no, or let existence be seen")
	}
	return u
}

// designated reports that a key has it that designated staff do something; left out, whoever's
// role may.
func designated(m *yaml.Map, key string) bool {
	const staff = "designated staff"
	return m.Find(key) != nil && m.One(key, staff, "role") == staff
}

// mostMinutes is the longest time for which glass is broken: a day.
const mostMinutes = 24 * 60

func glass(m *yaml.Map) *Glass {
	g := &Glass{Minutes: m.Number("minutes", "minutes", 1, mostMinutes)}
	for _, n := range m.Items(m.Must("reasons", "a list of reasons"), "reasons") {
		reason := m.Word(n, m.At("reasons"), "a reason")
		if slices.Contains(g.Reasons, reason) {
			m.Fail(n, m.At("reasons"), "%q is here twice: remove one", reason)
		}
		g.Reasons = append(g.Reasons, reason)
	}
	g.Source = source(m)
	return g
}

func confidential(m *yaml.Map) *Confidential {
	c := &Confidential{}
	for _, n := range m.Items(m.Must("cvx", "a list of CVX codes"), "cvx") {
		code := m.Word(n, m.At("cvx"), "a CVX code")
		if strings.Trim(code, "0123456789") != "" || len(code) < 2 || len(code) > 3 {
			m.Fail(n, m.At("cvx"), "%q is no CVX code: write two or three digits", code)
		}
		c.CVX = append(c.CVX, code)
	}
	c.From, c.To = m.Number("from age", "years", 0, 130), m.Number("to age", "years", 0, 130)
	if c.To < c.From {
		m.Fail(m.Find("to age"), m.At("to age"), "is before from age")
	}
	c.Source = source(m)
	return c
}
