package policy

import (
	"slices"
	"strings"

	"openiis/internal/yaml"
)

// Read reads a policy, strictly: a key that is not known, is missing or is there
// twice, and a value that is none, are errors with file, line and key, and all are
// told together.
func Read(file string, text []byte) (*Policy, error) {
	p := &Policy{Text: string(text)}
	if err := yaml.ReadStrictly(file, text, p.read); err != nil {
		return nil, err
	}
	return p, nil
}

// mostDays is the longest time of a policy: ten years.
const mostDays = 3650

func days(m *yaml.Map, key string) int { return m.Number(key, "days", 1, mostDays) }

// source is what says a fact: without it no fact is taken.
func source(m *yaml.Map) string {
	return m.Text("source", "the law or document that says so, or that none was found and who has set it")
}

func (p *Policy) read(m *yaml.Map) {
	p.State = m.Text("state", "the state's code, such as mn")
	if strings.Trim(p.State, "abcdefghijklmnopqrstuvwxyz") != "" || len(p.State) > 20 {
		m.Fail(m.Find("state"), "state", "%q is no code: write lower-case letters, 20 at most", p.State)
	}
	p.Name = m.Text("name", "the state's name")
	p.Registry = m.Text("registry", "what the state's registry is called")
	p.Department = m.Text("department", "who runs the registry")
	m.Group(m.Must("sharing", "whether records are shared when nobody said"), "sharing", func(m *yaml.Map) {
		p.Sharing = sharing(m)
	})
	m.Group(m.Must("birth feed", "who tells of births"), "birth feed", func(m *yaml.Map) {
		for _, n := range m.Items(m.Must("senders", "a list of facility codes"), "senders") {
			p.Births.Senders = append(p.Births.Senders, m.Word(n, m.At("senders"), "a facility code"))
		}
		p.Births.Newborn = days(m, "newborn for")
		p.Births.Source = source(m)
	})
	m.Group(m.Find("users"), "users", func(m *yaml.Map) {
		p.Users = &Users{IdleDays: days(m, "idle days"), Source: source(m)}
	})
	m.Group(m.Find("test messages"), "test messages", func(m *yaml.Map) {
		p.Tests = &Tests{KeepDays: days(m, "keep days"), Source: source(m)}
	})
	m.Group(m.Find("regional staff"), "regional staff", func(m *yaml.Map) { p.Regional = regional(m) })
	m.Group(m.Find("enrolment"), "enrolment", func(m *yaml.Map) { p.Enrolment = enrolment(m) })
	m.Group(m.Find("notice"), "notice", func(m *yaml.Map) { p.Notice = notice(m) })
	m.Group(m.Must("opt out", "whether parents may opt out"), "opt out", func(m *yaml.Map) { p.OptOut = optOut(m) })
	m.Group(m.Find("reporting"), "reporting", func(m *yaml.Map) {
		p.Reporting = &Reporting{Hours: m.Number("within hours", "hours", 1, 24*mostDays)}
		if m.Find("newborn within hours") != nil {
			p.Reporting.Newborn = m.Number("newborn within hours", "hours", 1, 24*mostDays)
		}
		p.Reporting.Source = source(m)
	})
	m.Group(m.Find("contact"), "contact", func(m *yaml.Map) {
		p.Contact = m.Text("words", "whom people turn to with a question, as papers say it")
		p.ContactSource = source(m)
	})
	p.Training = readTraining(m)
	p.Rosters = rosters(m)
	p.alerts = readAlerts(m)
}

func notice(m *yaml.Map) *Notice {
	n := &Notice{Title: m.Text("title", "what the notice is"), Within: days(m, "within")}
	for _, item := range m.Items(m.Must("languages", "a list of {code, name}"), "languages") {
		m.Group(item, "languages", func(l *yaml.Map) {
			n.Languages = append(n.Languages, Language{l.Text("code", "an ISO 639-2 code, such as eng"), l.Text("name", "the language's name")})
		})
	}
	for _, item := range m.Items(m.Must("parts", "a list of what parents are given"), "parts") {
		m.Group(item, "parts", func(p *yaml.Map) {
			part := Part{Name: p.Text("part", "what it is called"), Given: p.Text("given", "how parents are given it")}
			if paper := p.Find("paper"); paper != nil {
				part.Paper = p.Word(paper, p.At("paper"), "the code of a form or material of this folder")
			}
			part.Source = source(p)
			n.Parts = append(n.Parts, part)
		})
	}
	n.Source = source(m)
	return n
}

// held reads what a request does with what is held, which is said where somebody may opt
// out and nowhere else.
func (o *OptOut) held(m *yaml.Map) {
	for _, key := range []string{"held", "identity check", "take back days"} {
		if n := m.Find(key); n != nil && !o.Possible {
			m.Fail(n, m.At(key), "is here although possible is no: remove one of the two")
		}
	}
	if !o.Possible {
		return
	}
	o.Erases = m.One("held", "close", "erase") == "erase"
	o.Identity = m.Flag("identity check")
	o.TakeBack = m.Number("take back days", "days", 0, mostDays)
	if !o.Erases && o.TakeBack > 0 {
		m.Fail(m.Find("take back days"), m.At("take back days"), "goes with held: erase; what is only closed can always be opened again, so write 0")
	}
}

func optOut(m *yaml.Map) OptOut {
	o := OptOut{Possible: m.Flag("possible")}
	how := m.Find("how")
	for _, n := range m.Items(how, "how") {
		way := m.Word(n, m.At("how"), "a way to opt out")
		if !slices.Contains(OptOutWays, way) {
			m.Fail(n, m.At("how"), "%q is no way to opt out: want %s", way, strings.Join(OptOutWays, ", "))
		}
		o.How = append(o.How, way)
	}
	o.Contact = m.Text("contact", "whom parents turn to")
	o.Closes = m.One("enrolled child", "close", "refuse") == "close"
	o.held(m)
	o.Source = source(m)
	switch {
	case o.Possible && how == nil:
		m.Fail(nil, m.At("how"), "is missing: write in which ways parents opt out, of %s", strings.Join(OptOutWays, ", "))
	case !o.Possible && how != nil:
		m.Fail(how, m.At("how"), "is here although possible is no: remove one of the two")
	case !o.Possible && o.Closes:
		m.Fail(m.Find("enrolled child"), m.At("enrolled child"), "close goes with possible: yes; where nobody may opt out, write refuse")
	}
	return o
}
