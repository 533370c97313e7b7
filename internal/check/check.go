// Package check says what is wrong, doubtful or worth knowing about a message
// that was read: what the national guide demands of a vaccination message (Z22)
// and of a query (Z34, Z44).
//
// It changes nothing of what is stored and refuses nothing: package iz has done
// that already, says E for what cannot be stored, and reports what it could not
// use as it read. Here are only W, when something is lost or doubtful, and I,
// when the guide is not kept but nothing is lost; and nothing is said of a place
// of which reading has said as much. A field that the guide lets be empty (RE)
// is at most an I when it is: the guide forbids more (IG 1.5, usage RE).
//
// Start at Message. Each rule stands in a file of its own with all there is to
// say of it, named after it: RXA-3 before PID-7 in rxa_3_before_pid_7.go. The
// lists of rules.go say what looks at what, and in which order. What the guide
// demands of single fields are few rules, guide_missing.go to guide_unreadable_*.go,
// and the tables fields_*.go of where each holds. docs/checks.md lists all.
package check

import (
	"sync"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// maxFindings ends the checks of one message: whoever reads the answer has
// enough to do by then, and a hostile message cannot make us answer with more
// than it sent.
const maxFindings = 500

// Input is a message with what was read from it. Only Message is needed; a rule
// that needs what is absent does not speak.
type Input struct {
	Message *hl7.Message
	VXU     *iz.VXU   // nil for a query
	Query   *iz.Query // nil for a vaccination message
	Codes   *codeset.Tables
	// Received is when the message came in.
	Received time.Time
	// Certificate says that the sender is an office that tells what birth certificates
	// say: it gave no dose itself, whatever RXA-9 says.
	Certificate bool
	// Severities replace the rules' own for this sender; nil: nothing is replaced.
	Severities *Severities
}

// Message checks one message. All findings have a place, an HL7 code and an
// application code, and none is an error. What is merely informative is said
// once a message, at the first place; what is a warning, at every place.
func Message(in Input) iis.Findings {
	if in.Message == nil {
		return nil
	}
	w := desks.Get().(*desk)
	found := w.check(in)
	desks.Put(w)
	return found
}

// desk is where a message is checked: a run, with room for the order groups and
// the observations of nearly every message.
type desk struct {
	run    run
	orders [8]order
	obx    [16]observation
}

// check makes the run.
func (w *desk) check(in Input) iis.Findings {
	r := &w.run
	r.view.Input = in
	r.view.kind = in.kind()
	r.view.today = in.lastDay()
	r.view.orders, r.view.obx = ordersOf(in.Message, w.orders[:0], w.obx[:0])
	if in.Certificate {
		for i := range r.view.orders {
			r.view.orders[i].facts &^= administered
		}
	}
	r.fields()
	r.whole()
	r.segments()
	r.doses()
	found := r.found
	w.clear()
	return found
}

// clear leaves nothing of the message behind.
func (w *desk) clear() {
	clear(w.orders[:min(len(w.run.view.orders), len(w.orders))])
	clear(w.obx[:min(len(w.run.view.obx), len(w.obx))])
	w.run = run{}
}

// desks are used again: they are large, and all that outlives a run is what it
// found.
var desks = sync.Pool{New: func() any { return new(desk) }}

// kind is what the message is checked as: what it was read as, or else what it
// says in MSH-9.1.
func (in *Input) kind() kind {
	switch {
	case in.Query != nil:
		return query
	case in.VXU != nil:
		return vxu
	case says(in.Message.MSH().Field(9).Comp(1), "QBP"):
		return query
	}
	return vxu
}

// kind is a set of message types.
type kind uint8

const (
	vxu kind = 1 << iota
	query
	both = vxu | query
)

// view is what a rule looks at: the input, and the order groups found in it.
type view struct {
	Input
	kind   kind
	today  cal.Date      // the last day that is not the future
	orders []order       // none in a query
	obx    []observation // all of them, in whatever group
}

// run is one message being checked.
type run struct {
	view  view
	found iis.Findings
	told  [maxRules / 64]uint64 // the informative rules that have spoken
	said  map[place][]int       // what reading found, by place; made when asked for
	rule  *Rule                 // the one of a list that is asked
	spoke bool                  // it has found something

	// What is looked at, and was read for the rules about it.
	segment    hl7.Segment
	patient    patient
	part       part
	names      names
	identifier identifier
	address    address
	phone      phone
	dose       dose
}

// at tells a place where the rule that is asked found something.
func (r *run) at(where iis.Where) {
	r.spoke = true
	r.tell(r.rule, where)
}

// tell adds a finding, unless enough was said.
func (r *run) tell(rule *Rule, where iis.Where) {
	severity := r.view.Severities.of(rule)
	word, bit := rule.number/64, uint64(1)<<(rule.number%64)
	again := severity == iis.Information && r.told[word]&bit != 0
	if severity == Off || again || len(r.found) >= maxFindings || (!rule.Fact && r.wasSaid(severity, where)) {
		return
	}
	r.told[word] |= bit
	r.found = append(r.found, iis.Finding{
		Rule: rule.Name, Severity: severity, Where: where,
		HL7: rule.HL7, App: rule.App, Say: rule.Say, Fact: rule.Fact,
	})
}

// wasSaid reports a place of which reading has a finding that is as bad: the
// same field, the same repetition, and one component or the whole of it.
func (r *run) wasSaid(s iis.Severity, at iis.Where) bool {
	known := r.view.reading()
	if len(known) == 0 {
		return false
	}
	if r.said == nil {
		r.said = make(map[place][]int, len(known))
		for i, f := range known {
			p := placeOf(f.Where)
			r.said[p] = append(r.said[p], i)
		}
	}
	for _, i := range r.said[placeOf(at)] {
		c := known[i].Where.Component
		if (known[i].Severity != iis.Information || s == iis.Information) && (c == 0 || at.Component == 0 || c == at.Component) {
			return true
		}
	}
	return false
}

// reading is what was found while the message was read.
func (v *view) reading() iis.Findings {
	switch {
	case v.VXU != nil:
		return v.VXU.Findings
	case v.Query != nil:
		return v.Query.Findings
	}
	return nil
}

// place is a repetition of a field of a segment.
type place struct {
	segment              string
	sequence, field, rep int
}

func placeOf(w iis.Where) place {
	return place{w.Segment, max(w.Sequence, 1), w.Field, max(w.Rep, 1)}
}

// fields holds every segment against the guide's table for it.
func (r *run) fields() {
	m, next := r.view.Message, 0
	var group fact
	for i := range m.Len() {
		if next < len(r.view.orders) && r.view.orders[next].first == i {
			group = r.view.orders[next].facts
			next++
		}
		s := m.Segment(i)
		table := tableFor(s.Name(), r.view.kind)
		if table == nil || !s.IsNamed() {
			continue
		}
		about := group
		if table.facts != nil {
			about |= table.facts(s)
		}
		sent := s.Filled()
		for j := range table.fields {
			if f := &table.fields[j]; f.needed || sent>>(f.number&63)&1 != 0 {
				r.demand(s, f, about)
			}
		}
	}
}

// whole has the rules about the message as a whole look at it.
func (r *run) whole() {
	rules := ofVXU
	if r.view.kind == query {
		rules = ofQuery
	}
	rules.look(r, &r.view)
}
