package record

import (
	"cmp"
	"slices"

	"openiis/internal/dedupe"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Shown is one line of a history: a dose, refusal or fact with every report of
// it.
type Shown struct {
	ID      iis.DoseID
	Dose    *iis.Dose         // as dedupe.Shown makes it of the reports: it must not be changed
	Reports []*iis.SourceDose // the one that leads first
	Rule    string            // why they are one; dedupe.Say has the sentence
	Rules   []string          // the same of each of Reports, from the second on
	Review  bool              // a person should look
	Doubts  []iis.DoseDoubt   // others that may be the same shot: counted as two until someone has looked
}

// History is what a folder shows: its consolidated doses, and then refusals and
// facts, each in order of date. Deleted reports are not part of it.
func History(f *store.Folder) (doses, others []Shown) {
	lines := newLines(f)
	doses = make([]Shown, 0, len(f.Consolidated))
	room := make([]*iis.SourceDose, 0, len(f.Doses)) // for the reports of all doses
	for i := range f.Consolidated {
		c, begin := &f.Consolidated[i], len(room)
		room = append(room, lines.of(c)...)
		if reports := slices.Clip(room[begin:]); len(reports) > 0 {
			doses = append(doses, Shown{c.ID, dedupe.Shown(reports), reports, c.Rule, c.Rules, c.Review, c.Doubts})
		}
	}
	return byDate(doses), byDate(otherLines(f))
}

// lines finds the reports of a folder's doses.
type lines struct {
	at   map[iis.SourceDoseID]*iis.SourceDose
	room []*iis.SourceDose
}

func newLines(f *store.Folder) *lines {
	l := &lines{at: make(map[iis.SourceDoseID]*iis.SourceDose, len(f.Doses))}
	l.read(f)
	return l
}

// read takes up another folder.
func (l *lines) read(f *store.Folder) {
	clear(l.at)
	for i := range f.Doses {
		l.at[f.Doses[i].Origin] = &f.Doses[i]
	}
}

// of are the reports of a dose, the one that leads first. They are good until the
// next dose is asked for.
func (l *lines) of(c *iis.Consolidated) []*iis.SourceDose {
	l.room = l.room[:0]
	for _, m := range c.Members {
		if d := l.at[m]; d != nil {
			l.room = append(l.room, d)
		}
	}
	return l.room
}

// otherLines are the refusals and facts, each said once however many said it.
func otherLines(f *store.Folder) []Shown {
	var out []Shown
	at := map[string]int{}
	for i := range f.Doses {
		d := &f.Doses[i]
		if d.Dose.Kind == iis.Given || d.Dose.Action == iis.Delete {
			continue
		}
		key := whatKey(&d.Dose)
		if j, seen := at[key]; seen {
			out[j].Reports = append(out[j].Reports, d)
			continue
		}
		at[key] = len(out)
		out = append(out, Shown{ID: iis.DoseID(d.Origin), Dose: &d.Dose, Reports: []*iis.SourceDose{d}, Rule: dedupe.Single})
	}
	return out
}

func byDate(list []Shown) []Shown {
	slices.SortStableFunc(list, func(a, b Shown) int {
		return cmp.Or(cmp.Compare(a.Dose.Date, b.Dose.Date), cmp.Compare(a.ID, b.ID))
	})
	return list
}
