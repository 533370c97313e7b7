package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/yaml"
)

// Alert is a rule by which access to records is unusual, so that somebody looks at it
// (docs/audit.md).
type Alert struct {
	Rule   string // of AlertRules
	Most   int    // of many records, and of many people listed: more than so many
	Within string // in an hour, or a day
	From   int    // of unusual hours: from this minute of the day
	To     int    // to before this one, perhaps of the next day
	// OwnPatients is, of the own family name, what a record raises that the user's own site
	// reports too: of OwnPatientsRaise.
	OwnPatients string
	Source      string
}

// The rules that there are.
const (
	OwnName      = "own family name"
	Watched      = "watched record"
	ManyRecords  = "many records"
	ManyListed   = "many people listed"
	UnusualHours = "unusual hours"
	Deceased     = "deceased person"
	// BrokenGlass is a rule of every state that lets users open what is hidden from them.
	BrokenGlass = "broken glass"
)

// What a record of the user's own site raises: an alert of its own, as any other; one alert for
// all such records of a day, so that whoever has the name of many of their patients does not drown
// the reviewers; or none.
const (
	RaiseEach     = "each"
	RaiseTogether = "together"
	RaiseNone     = "none"
)

// OwnPatientsRaise are all of them.
var OwnPatientsRaise = []string{RaiseEach, RaiseTogether, RaiseNone}

// AlertRules are the rules that a policy may name.
var AlertRules = []string{OwnName, Watched, ManyRecords, ManyListed, UnusualHours, Deceased}

// Alerts are the rules by which access is unusual: those of the file, or of the neutral
// policy when it says nothing of them.
func (p *Policy) Alerts() []Alert {
	var out []Alert
	if from := p; from.alerts != nil || Neutral().alerts != nil {
		if from.alerts == nil {
			from = Neutral()
		}
		out = *from.alerts
	}
	if g := p.Sharing.Glass; g != nil {
		out = append(slices.Clip(out), Alert{Rule: BrokenGlass, Source: g.Source})
	}
	return out
}

// CountsPeople reports that a rule is about how many different people somebody saw something of.
func (a Alert) CountsPeople() bool { return a.Rule == ManyRecords || a.Rule == ManyListed }

// Window is the time in which a rule counts people.
func (a Alert) Window() time.Duration {
	if a.Within == "hour" {
		return time.Hour
	}
	return 24 * time.Hour
}

// Name is a rule with what tells it from others of its kind.
func (a Alert) Name() string {
	if a.CountsPeople() {
		return a.Rule + " in " + within(a.Within)
	}
	return a.Rule
}

// within is the time of a rule in words.
func within(code string) string { return map[string]string{"hour": "an hour", "day": "a day"}[code] }

// String is the rule in a sentence.
func (a Alert) String() string {
	switch a.Rule {
	case OwnName:
		return "The family name of the user is that of the person."
	case Watched:
		return "The record is watched."
	case ManyRecords:
		return "The user opened more than " + strconv.Itoa(a.Most) + " different records of other sites’ patients in " + within(a.Within) + "."
	case ManyListed:
		return "Lists showed the user more than " + strconv.Itoa(a.Most) + " different people in " + within(a.Within) +
			", besides the patients of their own site and those on its roster."
	case BrokenGlass:
		return "The user broke the glass: they opened a record that is not shared with them."
	case UnusualHours:
		return "The user opened records between " + clock(a.From) + " and " + clock(a.To) + "."
	}
	return "The person is dead."
}

func clock(minute int) string {
	return time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC).Format("3:04 PM")
}

// At reports that a time of the day is within unusual hours.
func (a Alert) At(t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	if a.From <= a.To {
		return a.From <= minute && minute < a.To
	}
	return minute >= a.From || minute < a.To
}

// readAlerts reads the rules; "none" when there are to be none.
func readAlerts(m *yaml.Map) *[]Alert {
	n := m.Find("alerts")
	if n == nil {
		return nil
	}
	out := []Alert{}
	if n.Kind == yaml.Scalar && n.Text == "none" {
		return &out
	}
	seen := map[string]bool{}
	for _, item := range m.Items(n, "alerts") {
		m.Group(item, "alerts", func(r *yaml.Map) {
			a := alert(r)
			if seen[a.Name()] {
				m.Fail(item, "alerts", "the rule %q is here twice: remove one", a.Name())
			}
			seen[a.Name()] = true
			out = append(out, a)
		})
	}
	return &out
}

// mostCounted is the highest number of records or people that a rule may name.
const mostCounted = 100_000

func alert(m *yaml.Map) Alert {
	a := Alert{Rule: m.One("rule", AlertRules...)}
	switch a.Rule {
	case ManyRecords:
		a.Most = m.Number("records", "records", 1, mostCounted)
		a.Within = m.One("within", "hour", "day")
	case ManyListed:
		a.Most = m.Number("people", "people", 1, mostCounted)
		a.Within = m.One("within", "hour", "day")
	case OwnName:
		a.OwnPatients = RaiseEach
		if m.Find("own patients") != nil {
			a.OwnPatients = m.One("own patients", OwnPatientsRaise...)
		}
	case UnusualHours:
		a.From, a.To = minute(m, "from"), minute(m, "to")
		if a.From == a.To {
			m.Fail(nil, m.At("to"), "is the time of from: there would be no hour between them")
		}
	}
	a.Source = source(m)
	return a
}

// minute is a time of the day.
func minute(m *yaml.Map, key string) int {
	const what = "a time of the day, such as 22:00"
	n := m.Must(key, what)
	if n == nil {
		return 0
	}
	t, err := time.Parse("15:04", strings.TrimSpace(n.Text))
	if err != nil || n.Kind != yaml.Scalar {
		m.Fail(n, m.At(key), "%q is none: want %s", n.Text, what)
	}
	return t.Hour()*60 + t.Minute()
}
