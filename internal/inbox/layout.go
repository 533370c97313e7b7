package inbox

import (
	"slices"
	"strconv"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// What a page shows of one message at most. Places with findings are always
// shown.
const (
	maxSegments = 150
	maxFields   = 100 // more than any segment has
	maxReps     = 20
	maxParts    = 30 // more than any data type has
	maxMarks    = 200
	maxText     = 400 // characters of one value
	maxRaw      = 2000
)

// Segment is one line of a message, taken apart.
type Segment struct {
	ID      string // PID, or what stands where a name should
	Name    string // in words; "" when it is not one of the guide's
	Seq     int    // among those of its name
	Several bool   // there are others of its name
	Text    string // as it came
	Fields  []Field
	Marks   []Mark // about the segment as a whole
	Missing bool   // it was not sent, and something was found about that
}

// Field is one field of a segment that was sent, or that something was found
// about.
type Field struct {
	Place string // PID-5
	Name  string
	Reps  []Piece // its repetitions; none when nothing was sent
	More  int     // repetitions that are not shown
	Marks []Mark
}

// Piece is a repetition, component or subcomponent.
type Piece struct {
	Place  string // PID-5.1; "" for a repetition
	N      int    // of a repetition, from 1
	Name   string
	Text   string
	Means  string // a code or a date in words
	Parts  []Piece
	Marked iis.Severity // the worst that was found here; "" for nothing
}

// Mark is a finding at its place on the page.
type Mark struct {
	N        int // its number on the page, from 1
	Finding  iis.Finding
	Severity string // in words
	Own      string // the rule's own severity in words, when the finding has another; else ""
	Place    string // PID-3.4, repetition 2
	Placed   bool   // it stands at a place of the message
	HL7, App string // both codes in words
}

// layout takes a message apart, and says of each mark whether it was placed.
func (d *Desk) layout(m *hl7.Message, marks []Mark) (segments []Segment, cut int) {
	l := layout{d: d, delims: m.Delims(), marks: marks, placed: map[int]bool{}}
	for i := range m.Len() {
		s := m.Segment(i)
		if i >= maxSegments && !l.marked(s) {
			cut++
			continue
		}
		segments = append(segments, l.segment(s))
	}
	for i, s := range segments { // several of a name are numbered
		segments[i].Several = s.Seq > 1 || slices.ContainsFunc(segments[i+1:], func(o Segment) bool { return o.ID == s.ID })
	}
	for _, k := range marks {
		if !l.placed[k.N] && k.Finding.Where.Segment != "" {
			segments = append(segments, Segment{
				ID: k.Finding.Where.Segment, Name: d.codes.Segment(k.Finding.Where.Segment), Missing: true, Marks: []Mark{k},
			})
			l.placed[k.N] = true
		}
	}
	for i := range marks {
		marks[i].Placed = l.placed[marks[i].N]
	}
	return segments, cut
}

type layout struct {
	d      *Desk
	delims hl7.Delimiters
	marks  []Mark
	placed map[int]bool // by Mark.N: shown at its place
}

// marked reports a segment that something was found in.
func (l *layout) marked(s hl7.Segment) bool {
	return slices.ContainsFunc(l.marks, func(k Mark) bool { return at(k, s) })
}

func at(k Mark, s hl7.Segment) bool {
	return k.Finding.Where.Segment == s.Name() && max(k.Finding.Where.Sequence, 1) == s.Seq()
}

// take gives the marks of a segment's field, 0 being the segment itself.
func (l *layout) take(s hl7.Segment, field int) []Mark {
	var out []Mark
	for _, k := range l.marks {
		if at(k, s) && k.Finding.Where.Field == field {
			out = append(out, k)
			l.placed[k.N] = true
		}
	}
	return out
}

func (l *layout) segment(s hl7.Segment) Segment {
	out := Segment{ID: s.Name(), Name: l.d.codes.Segment(s.Name()), Seq: s.Seq(), Text: short(legible(withoutSecrets(s, l.delims)), maxRaw), Marks: l.take(s, 0)}
	if !s.IsNamed() {
		out.ID, out.Name = "", "A line without a segment name"
		return out
	}
	last := min(s.Fields(), maxFields)
	for _, k := range l.marks {
		if at(k, s) {
			last = max(last, k.Finding.Where.Field)
		}
	}
	for n := 1; n <= last; n++ {
		marks := l.take(s, n)
		if s.Field(n).IsEmpty() && len(marks) == 0 {
			continue
		}
		out.Fields = append(out.Fields, l.field(s, n, marks))
	}
	return out
}

func (l *layout) field(s hl7.Segment, n int, marks []Mark) Field {
	named, _ := l.d.codes.Field(s.Name(), n)
	out := Field{Place: s.Name() + "-" + strconv.Itoa(n), Name: named.Name, Marks: marks}
	typ := named.Type
	if typ == "" { // OBX-5: OBX-2 says what it is
		typ = s.Field(2).String()
	}
	if s.Field(n).IsEmpty() {
		return out
	}
	if s.Name() == "MSH" && n == 8 {
		out.Reps = []Piece{{N: 1, Text: hidden(""), Marked: worstAt(marks, 1, 0, 0)}}
		return out
	}
	for i, rep := range s.Field(n).All() {
		worst := worstAt(marks, i, 0, 0)
		if i > maxReps && worst == "" {
			out.More++
			continue
		}
		p := piece{l: l, place: out.Place, marks: marks, rep: i, hidden: secret(s, n, rep)}
		out.Reps = append(out.Reps, p.repetition(rep, typ, named.Table))
	}
	return out
}

// worstAt is the worst that was found at a place of a field or in it; 0 stands
// for all.
func worstAt(marks []Mark, rep, component, sub int) iis.Severity {
	var found iis.Findings
	for _, k := range marks {
		w := k.Finding.Where
		if max(w.Rep, 1) == rep && (component == 0 || w.Component == component) && (sub == 0 || w.Sub == sub) {
			found = append(found, k.Finding)
		}
	}
	return found.Worst()
}

// piece is one repetition on its way to the page.
type piece struct {
	l      *layout
	place  string
	marks  []Mark
	rep    int
	hidden bool
}

func (p piece) repetition(v hl7.Value, typ, table string) Piece {
	out := Piece{N: p.rep, Marked: worstAt(p.marks, p.rep, 0, 0)}
	if v.Comps() <= 1 && v.Sub(2).IsEmpty() {
		out.Text = p.text(v)
		out.Means = p.l.d.means(typ, table, out.Text)
		return out
	}
	for n := 1; n <= min(v.Comps(), maxParts); n++ {
		if c := v.Comp(n); !c.IsEmpty() || worstAt(p.marks, p.rep, n, 0) != "" {
			out.Parts = append(out.Parts, p.component(c, n, typ, table))
		}
	}
	return out
}

// component is the n-th component of a data type. The table of a coded field is
// that of its identifiers, components 1 and 4.
func (p piece) component(v hl7.Value, n int, typ, table string) Piece {
	named, _ := p.l.d.codes.Component(typ, n)
	if coded(typ) && (n == 1 || n == 4) {
		named.Table = table
	}
	out := Piece{Place: p.place + "." + strconv.Itoa(n), Name: named.Name, Marked: worstAt(p.marks, p.rep, n, 0)}
	p.hidden = p.hidden && n == 1
	if v.Sub(2).IsEmpty() {
		out.Text = p.text(v)
		out.Means = p.l.d.means(named.Type, named.Table, out.Text)
		return out
	}
	for i := 1; i <= maxParts; i++ {
		if s := v.Sub(i); !s.IsEmpty() {
			of, _ := p.l.d.codes.Component(named.Type, i)
			out.Parts = append(out.Parts, Piece{
				Place: out.Place + "." + strconv.Itoa(i), Name: of.Name, Text: p.text(s), Marked: worstAt(p.marks, p.rep, n, i),
			})
		}
	}
	return out
}

// text is a value as a page shows it.
func (p piece) text(v hl7.Value) string {
	if v.IsNull() {
		return `"" (asks to delete the value)`
	}
	s := v.String()
	if p.hidden {
		return hidden(s)
	}
	return short(legible([]byte(s)), maxText)
}

func coded(typ string) bool { return typ == "CE" || typ == "CWE" || typ == "CNE" }
