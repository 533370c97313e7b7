package enrol

import (
	"slices"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/iis"
)

// moves are the allowed moves from status to status: all that there are. That an
// organization was merged is said by Merge and taken back by none of these but the
// last line, by which what was closed or merged comes back.
var moves = map[iis.OrganizationStatus][]iis.OrganizationStatus{
	iis.StatusEnrolling: {iis.StatusTraining, iis.StatusTesting, iis.StatusLive, iis.StatusInactive},
	iis.StatusTraining:  {iis.StatusTesting, iis.StatusLive, iis.StatusEnrolling, iis.StatusInactive},
	iis.StatusTesting:   {iis.StatusLive, iis.StatusTraining, iis.StatusInactive},
	iis.StatusLive:      {iis.StatusTesting, iis.StatusTraining, iis.StatusInactive},
	iis.StatusInactive:  {iis.StatusEnrolling, iis.StatusLive},
}

// Moves are the statuses to which an organization may go from one.
func Moves(from iis.OrganizationStatus) []iis.OrganizationStatus { return slices.Clone(moves[from]) }

// mayMove tells why a move is not allowed.
func mayMove(from, to iis.OrganizationStatus) error {
	if slices.Contains(moves[from], to) {
		return nil
	}
	if to.Words() == "" {
		return fault.New(fault.Invalid, "There is no status %q: want %s. Nothing was changed.", to, list(iis.OrganizationStatuses))
	}
	if from == to {
		return fault.New(fault.Conflict, "It is %s already. Nothing was changed.", strings.ToLower(to.Words()))
	}
	return fault.New(fault.Conflict, "What is %s cannot become %s: it may become %s. Nothing was changed.", from, to, list(moves[from]))
}

// list names words: a, b or c.
func list[T ~string](of []T) string {
	var words []string
	for _, w := range of {
		words = append(words, string(w))
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// level is how high in the tree organizations of a kind stand: an organization is
// under one of a higher level, or of its own where there are several storeys.
type level int

const (
	ofState level = iota
	ofRegion
	ofBody
	ofSite
	ofDepartment
)

func levelOf(k iis.OrganizationKind) level {
	switch {
	case k == iis.KindState:
		return ofState
	case k == iis.KindRegion:
		return ofRegion
	case k == iis.KindOrganization:
		return ofBody
	case k.IsSite():
		return ofSite
	}
	return ofDepartment
}

// mayBeUnder has, for each level, the levels under which it may stand.
var mayBeUnder = map[level][]level{
	ofState:      nil,
	ofRegion:     {ofState},
	ofBody:       {ofState, ofRegion, ofBody},
	ofSite:       {ofState, ofRegion, ofBody},
	ofDepartment: {ofSite},
}

// belongsUnder says in words under what a level stands.
var belongsUnder = map[level]string{
	ofState:      "nothing",
	ofRegion:     "the state, or nothing",
	ofBody:       "the state, a region, another organization, or nothing",
	ofSite:       "the state, a region, an organization, or nothing",
	ofDepartment: "a site",
}

// MayBeUnder reports that organizations of a kind may be under those of another.
func MayBeUnder(k, above iis.OrganizationKind) bool {
	return slices.Contains(mayBeUnder[levelOf(k)], levelOf(above))
}

// fits tells why an organization cannot be as it is said to be, among the others.
func (t *tree) fits(o *iis.Organization) error {
	if err := t.fitsUnder(o); err != nil {
		return err
	}
	for _, child := range t.children[o.ID] {
		if c := t.at[child]; c.Open() && !MayBeUnder(c.Kind, o.Kind) {
			return fault.New(fault.Conflict, "It cannot be %s: %s (%s) is under it. Nothing was changed.", aKind(o.Kind), c.Name, lower(c.Kind))
		}
	}
	if s := t.senders[o.ID]; len(s) > 0 && !o.Kind.Sends() {
		return fault.New(fault.Conflict, "It cannot be %s: the sender %s belongs to it, and senders belong to sites and departments. Nothing was changed.", aKind(o.Kind), s[0].Facility)
	}
	return t.isAlone(o)
}

// fitsUnder tells why an organization cannot be under its parent.
func (t *tree) fitsUnder(o *iis.Organization) error {
	if o.Parent == 0 {
		if o.Kind == iis.KindDepartment {
			return fault.New(fault.Invalid, "A department is a part of a site: say of which. Nothing was changed.")
		}
		return nil
	}
	p := t.at[o.Parent]
	switch {
	case p == nil:
		return fault.New(fault.Invalid, "There is no organization %s that it could be under. Nothing was changed.", o.Parent.Public())
	case p.ID == o.ID || slices.Contains(t.above(p), o.ID):
		return fault.New(fault.Conflict, "It cannot be under %s, which is %s. Nothing was changed.", p.Name, map[bool]string{true: "itself", false: "under it"}[p.ID == o.ID])
	case !MayBeUnder(o.Kind, p.Kind):
		return fault.New(fault.Conflict, "%s cannot be under %s: it is under %s. Nothing was changed.", upper(aKind(o.Kind)), aKind(p.Kind), belongsUnder[levelOf(o.Kind)])
	case o.Open() && !p.Open():
		return fault.New(fault.Conflict, "%s is inactive: open it first, or choose another. Nothing was changed.", p.Name)
	}
	return nil
}

// isAlone tells that there is another of what there is one of.
func (t *tree) isAlone(o *iis.Organization) error {
	if !o.Open() {
		return nil
	}
	for _, other := range t.all {
		switch {
		case other.ID == o.ID || !other.Open():
		case o.Kind == iis.KindState && other.Kind == iis.KindState:
			return fault.New(fault.Conflict, "There is one state, and it is here already: %s. Nothing was changed.", other.Name)
		case o.Kind == iis.KindRegion && other.Kind == iis.KindRegion && other.Region == o.Region:
			return fault.New(fault.Conflict, "This region has an organization already: %s. Nothing was changed.", other.Name)
		case o.PIN != "" && other.PIN == o.PIN:
			return fault.New(fault.Conflict, "The PIN %s is that of %s. Nothing was changed.", o.PIN, other.Name)
		}
	}
	return nil
}

func lower(k iis.OrganizationKind) string {
	switch k {
	case iis.KindWIC:
		return "WIC site"
	case iis.KindVitalRecords:
		return "vital records office"
	}
	return strings.ToLower(k.Words())
}

// aKind is a kind with its article.
func aKind(k iis.OrganizationKind) string {
	if k == iis.KindOrganization {
		return "an organization"
	}
	return "a " + lower(k)
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
