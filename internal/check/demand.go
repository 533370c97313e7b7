package check

import (
	"slices"
	"strconv"
	"strings"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// usage is the guide's word for how a field or component is used, in its own
// notation (IG 1.5, usage definitions). A conditional one has the usage when the
// condition holds, then the usage when it does not.
type usage string

const (
	required    usage = "R"  // its absence is reported
	mayBeEmpty  usage = "RE" // sent when known; its absence is never reported
	optional    usage = "O"
	notUsed     usage = "X" // ignored when sent
	requiredIf  usage = "C(R/O)"
	knownIf     usage = "C(RE/O)"
	knownIfOnly usage = "C(RE/X)"
)

// demand is a rule of the guide about any field of which its tables (fields_*.go)
// say something. Each stands in a file of its own, guide_… and its name; a row of
// a table makes of it the rule for one field, which can have a severity of its
// own and is told by its own name: PID-8 missing.
type demand struct {
	name     string
	fault    string // what follows the place in the name for one field
	source   string // followed by the place
	severity iis.Severity
	hl7, app string
	say      func(f *field) string // completes "PID-8 (sex) …"
}

// of is the demand on one field, with the severity of its row, if it has one.
func (d *demand) of(place string, f *field, own iis.Severity) *Rule {
	severity := d.severity
	if own != "" {
		severity = own
	}
	return &Rule{
		Name: place + " " + d.fault, Source: strings.TrimSuffix(d.source+", "+place+"; "+f.where, "; "), Severity: severity,
		HL7: d.hl7, App: d.app, Say: place + " (" + f.name + ") " + d.say(f) + ".",
	}
}

// want is what a value must be, and the demand that is not met when it is not.
type want struct {
	demand *demand
	say    string // completes "PID-8 (sex) …"
	// ok gets one repetition or component that is not blank; it allocates nothing
	// for a good value.
	ok func(in *Input, v hl7.Value) bool
}

// wanted is what a demand says of a value that its row does not want.
func wanted(f *field) string { return f.want.say }

// split is the usage when the condition holds and when it does not.
func (u usage) split() (when, otherwise usage) {
	switch u {
	case requiredIf:
		return required, optional
	case knownIf:
		return mayBeEmpty, optional
	case knownIfOnly:
		return mayBeEmpty, notUsed
	}
	return u, u
}

// info is the severity of a demand whose breach loses nothing. A demand of the
// guide is a W unless its row says info, and that is said where the value is
// formal (set ids, constants) or has an evident reading when it is empty.
const info = iis.Information

// field is one row of a segment's table: what the guide says of a field, or of a
// component in each repetition of it that was sent.
type field struct {
	at    string // 8 or 5.2
	name  string // what it holds, in a person's words
	usage usage
	when  condition // of a conditional usage: about the segment or its order group
	of    repeated  // likewise, about the repetition that the component is in
	want  want      // what a value must be; zero: anything
	many  bool      // the field repeats
	miss  iis.Severity
	off   iis.Severity // of a value that is not what is wanted
	where string       // conformance statement, when there is one: IZ-25
	say   string       // of a value of usage X, when it is not simply ignored
}

// condition is a named predicate about a segment or the order group it is in.
type condition struct {
	is  fact
	say string // completes "… is missing; it is required …"
}

// repeated is a named predicate about one repetition of a field.
type repeated struct {
	say   string
	holds func(sent hl7.Value) bool
}

// segmentTable is what the guide says of one segment.
type segmentTable struct {
	name  string
	on    kind
	facts func(s hl7.Segment) fact // what the conditions of its rows are about
	// fields are those with a row, in the order of their first row.
	fields []fieldRows
}

// fieldRows are the rows of one field: of the field itself, if it has one, and
// of its components.
type fieldRows struct {
	number int
	many   bool
	whole  []row
	parts  []row
	needed bool // its absence may be reported
}

// row is a demand made ready: its findings in words.
type row struct {
	component       int // 0: the field itself
	then, otherwise usage
	when            fact
	of              func(sent hl7.Value) bool
	want            func(in *Input, v hl7.Value) bool

	missing, ignored, bad *Rule
}

// now is the usage in the light of what is so.
func (w *row) now(about fact) usage {
	if about&w.when == w.when {
		return w.then
	}
	return w.otherwise
}

// compile makes the rows of a segment ready. Rows from which no finding can
// come (RE and no type) stay in the source for the reader and are left out here.
func compile(t segmentTable, fields []field) segmentTable {
	for _, f := range fields {
		r := row{when: f.when.is, of: f.of.holds, want: f.want.ok}
		field, component, _ := strings.Cut(f.at, ".")
		number, _ := strconv.Atoi(field)
		r.component, _ = strconv.Atoi(component)
		r.then, r.otherwise = f.usage.split()
		place := t.name + "-" + f.at
		if r.then == required {
			r.missing = missing.of(place, &f, f.miss)
		}
		if r.then == notUsed || r.otherwise == notUsed {
			r.ignored = misplaced.of(place, &f, "")
		}
		if r.want != nil {
			r.bad = f.want.demand.of(place, &f, f.off)
		}
		if r.missing != nil || r.ignored != nil || r.bad != nil {
			t.add(number, f.many, r)
		}
	}
	return t
}

// rules are those of a segment's table, in the order of its rows.
func (t *segmentTable) rules() []*Rule {
	var out []*Rule
	for _, f := range t.fields {
		for _, w := range slices.Concat(f.whole, f.parts) {
			for _, r := range []*Rule{w.missing, w.ignored, w.bad} {
				if r != nil {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// add puts a row with the others of its field.
func (t *segmentTable) add(number int, many bool, r row) {
	i := 0
	for i < len(t.fields) && t.fields[i].number != number {
		i++
	}
	if i == len(t.fields) {
		t.fields = append(t.fields, fieldRows{number: number})
	}
	f := &t.fields[i]
	f.many = f.many || many
	if r.component == 0 {
		f.whole = append(f.whole, r)
		f.needed = f.needed || r.missing != nil
	} else {
		f.parts = append(f.parts, r)
	}
}

// demand holds one field of a segment against its rows.
func (r *run) demand(s hl7.Segment, f *fieldRows, about fact) {
	v := s.Field(f.number)
	empty := blank(v)
	if empty && !f.needed {
		return
	}
	for i := range f.whole {
		w := &f.whole[i]
		switch use := w.now(about); {
		case isMissing(use, empty):
			r.tell(w.missing, s.AtField(f.number, 0, 0))
		case empty:
		case isMisplaced(use, empty):
			r.tell(w.ignored, s.AtField(f.number, 0, 0))
		case w.want != nil && !f.many:
			if !w.want(&r.view.Input, v) {
				r.tell(w.bad, s.AtField(f.number, 0, 0))
			}
		case w.want != nil:
			for n, rep := range v.All() {
				if !blank(rep) && !w.want(&r.view.Input, rep) {
					r.tell(w.bad, s.AtField(f.number, n, 0))
				}
			}
		}
	}
	if empty || len(f.parts) == 0 {
		return
	}
	if !f.many {
		r.components(repetition{s, 1, v.Rep(1)}, f, about)
		return
	}
	for n, rep := range v.All() {
		if !blank(rep) {
			r.components(repetition{s, n, rep}, f, about)
		}
	}
}

// repetition is one repetition of a field and where it stands.
type repetition struct {
	in     hl7.Segment
	number int
	hl7.Value
}

// components holds the components of one repetition against their rows.
func (r *run) components(rep repetition, f *fieldRows, about fact) {
	for i := range f.parts {
		w := &f.parts[i]
		v := rep.Comp(w.component)
		empty, use := blank(v), w.now(about)
		lacks, excess := isMissing(use, empty), isMisplaced(use, empty)
		if !lacks && !excess && (empty || w.want == nil) {
			continue // nearly always; the condition is asked only when it matters
		}
		if w.of != nil && !w.of(rep.Value) {
			continue
		}
		rule := w.bad
		switch {
		case lacks:
			rule = w.missing
		case excess:
			rule = w.ignored
		case w.want(&r.view.Input, v):
			continue
		}
		r.tell(rule, rep.in.AtField(f.number, rep.number, w.component))
	}
}
