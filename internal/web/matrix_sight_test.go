package web

import (
	"fmt"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/role"
)

// sight is how much of a person somebody is to see.
type sight int

const (
	notThere  sight = iota // as a number that was never given
	isRefused              // nothing, and the page says why
	nameOnly               // that there is such a person
	ownPart                // what their own site reported
	asReader               // the shots, and nothing of who told what
	allOfIt
)

// hidesIn is what a record that is not shared hides from another site, by the law of each state.
var hidesIn = map[string]map[*standing]sight{
	"ma": {objected: notThere, protected: notThere, unknown: nameOnly, answeredNo: notThere, confidentialNo: notThere, joined: notThere},
	"ms": {protected: nameOnly, confidentialNo: nameOnly, joined: nameOnly},
	"mn": {protected: nameOnly, confidentialNo: nameOnly, joined: nameOnly},
	// without a state pages hide nothing (isLimited)
}

// hides is what a record that is not shared hides from another site on pages; false: it hides nothing.
func (w *matrix) hides(c *cell) (sight, bool) {
	for st, hides := range hidesIn[w.state] {
		if c.is(st) {
			return hides, true
		}
	}
	return notThere, false
}

// isLimited reports a record that is not shared with who asks by a message.
func (w *matrix) isLimited(c *cell) bool {
	_, limited := w.hides(c)
	return limited || w.state == "neutral" && c.standing != nil && c.sharing == iis.SharingNo
}

// rostersIn are the roles to whom each state lets a roster open records.
var rostersIn = map[string][]string{
	"ma":      {"school-nurse", "health-plan"},
	"ms":      {"school-nurse", "child-care"},
	"mn":      {"school-nurse", "child-care", "health-plan"},
	"neutral": {"school-nurse", "child-care", "health-plan"},
}

// mayIn says what a viewer is to see of a person. It is written down here, and not taken from the
// program.
func (w *matrix) mayIn(v viewer, c *cell) sight {
	hides, limited := w.hides(c)
	at := c.relation
	switch {
	case v.elm && c.relation == another:
		at = own
	case v.elm && c.relation == own, !v.oak && !v.elm: // who belongs to no site has no patients
		at = another
	}
	held, roster := v.role != nil && (v.role.Roster || v.school), "school-nurse"
	if held && !v.school {
		roster = v.role.ID
	}
	near := w.state == "mn" && (v.region && c.elm || v.home && c.is(resident))
	switch {
	case v.role == nil || !v.role.May("open records"):
		return isRefused
	case c.is(sealed), held && !(v.rosters && slices.Contains(rostersIn[w.state], roster)), v.role.Regional && !near:
		return notThere
	case c.is(closed) && !v.role.May(role.OpenClosed), held && c.is(removed):
		return notThere
	case held && !limited:
		return asReader
	case v.everyone() || !limited:
		return allOfIt
	case c.pd1 && (at == own || v.elm && c.elm): // who protected the record first
		return allOfIt
	case v.glass && hides != notThere:
		return allOfIt
	case at == own, at == shared:
		return ownPart
	}
	return hides
}

// isOfOwnSite fails the test where the pages of a record of which somebody sees a part tell who did what at
// another site.
func (w *matrix) isOfOwnSite(v viewer, c *cell, read map[string]*strings.Builder) {
	w.t.Helper()
	if w.mayIn(v, c) != ownPart || !c.elm || v.elm {
		return
	}
	for kind, text := range read {
		if kind != asList {
			is.Equal(w.t, v.name+", "+c.name()+": "+kind, tells(strings.ToLower(text.String()), "Eve Elm", "Elm Square"), nil)
		}
	}
}

// tells are the words of a list that a text has.
func tells(text string, words ...string) (out []string) {
	for _, word := range words {
		if strings.Contains(text, strings.ToLower(word)) {
			out = append(out, word)
		}
	}
	return out
}

// isSeen fails the test where what a viewer read of a person, in lower case, is not what it is to be.
func (w *matrix) isSeen(v viewer, c *cell, text string) {
	w.t.Helper()
	name := fmt.Sprintf("%s, %s, %s", v.name, c.standing.name, c.relation.name)
	everything := slices.Concat(c.elms(), c.oaks(), c.work(), []string{c.given})
	switch w.mayIn(v, c) {
	case allOfIt:
		want := slices.Concat(c.elms(), c.oaks())
		if v.everyone() && v.role.May("close notes about records that look wrong") {
			want = append(want, c.work()...)
		}
		is.Equal(w.t, name+" reads all", tells(text, want...), want)
	case ownPart:
		ours, theirs := c.oaks(), slices.Concat(c.elms(), c.work())
		if v.elm {
			ours, theirs = c.elms(), c.oaks()
		}
		is.Equal(w.t, name+" reads its own part", tells(text, ours...), ours)
		is.Equal(w.t, name+" reads of the other clinic", tells(text, theirs...), nil)
	case asReader:
		var shots []string
		for _, word := range slices.Concat(c.elms(), c.oaks()) {
			if strings.Contains(word, "LOT") && !(c.confides() && word == c.lot("ELM")) {
				shots = append(shots, word)
			}
		}
		if c.confides() {
			is.Equal(w.t, name+" reads the confidential shot", tells(text, c.lot("ELM")), nil)
		}
		is.Equal(w.t, name+" reads the shots", tells(text, shots...), shots)
		is.Equal(w.t, name+" reads of who told them", tells(text, append(c.work(), "ELMCHART"+c.given, "OAKCHART"+c.given)...), nil)
	case nameOnly:
		is.Equal(w.t, name+" reads the name", tells(text, c.given), []string{c.given})
		is.Equal(w.t, name+" reads of the clinics", tells(text, slices.Concat(c.elms(), c.oaks(), c.work(), []string{"5550188", "larch"})...), nil)
	default:
		is.Equal(w.t, name+" reads", tells(text, everything...), nil)
	}
}

// sightOf is what a text shows of a person, in the words of the table.
func sightOf(kind string, c *cell, text string) string {
	if kind == whoLooked { // which tells nothing of the person, and of whom it was opened by
		switch {
		case strings.Contains(text, "eve elm"), c.relation == own && strings.Contains(text, "opened the record"):
			return "**all**"
		case strings.Contains(text, "opened the record"):
			return "own part"
		}
		return "–"
	}
	theirs, ours := tells(text, slices.Concat(c.elms(), c.work())...), tells(text, c.oaks()...)
	switch {
	case len(theirs) > 0 || c.relation == own && len(ours) > 0:
		return "**all**"
	case len(ours) > 0:
		return "own part"
	case len(tells(text, c.given)) > 0:
		return "name"
	}
	return "–"
}
