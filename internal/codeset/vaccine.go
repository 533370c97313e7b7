package codeset

import (
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Codes that stand for no vaccine in particular (CVX).
const (
	NoVaccine      = "998"          // nothing was administered: the order group holds a fact
	UnknownVaccine = iis.UnknownCVX // something was administered, nobody knows what
)

// maxCVX is the largest number that three digits hold.
const maxCVX = 999

// maxGroups is how many vaccine groups fit a GroupSet.
const maxGroups = 64

// Status is what CDC says about a code's use.
type Status string

// The statuses. A code that is no longer or never was in use is still a known
// code: history is full of them.
const (
	Active      Status = "active"
	Inactive    Status = "inactive"
	NeverActive Status = "never-active" // assigned, the product never came
	NonUS       Status = "non-us"       // given abroad
)

// Vaccine is one CVX code.
type Vaccine struct {
	CVX    string // canonical: two digits at least, 03 and 107
	Short  string
	Full   string
	Status Status
	// Unspecified says that the code names a kind of vaccine without its
	// formulation, as old records do.
	Unspecified bool
	Updated     cal.Date
	Groups      []Group // empty for immune globulins, skin tests and 998
}

// Active reports a code in current use.
func (v Vaccine) Active() bool { return v.Status == Active }

// Group is a vaccine group in the sense of CDC's list (DTAP and TDAP are two).
// The clinical schedule groups more coarsely, in its own files.
type Group struct {
	Name string
	CVX  string // the code that stands for the group, often an unspecified one
}

// GroupSet is a set of vaccine groups for quick comparison. Its bits mean
// nothing outside the Tables that made it.
type GroupSet uint64

// Manufacturer is one MVX code.
type Manufacturer struct {
	MVX     string
	Name    string
	Status  Status
	Updated cal.Date
}

// TradeName is one product name with the vaccine that it names. A name may have
// several: makers merge, and products change behind their name.
type TradeName struct {
	Name    string
	CVX     string
	MVX     string // empty for a few old products
	Status  Status
	Updated cal.Date
}

// CanonicalCVX is the code with two digits at least (3 and 003 become 03). It
// is false for anything that cannot be a CVX code: other than one to three
// digits, or zero. It does not say whether the code exists.
func CanonicalCVX(s string) (string, bool) {
	n, ok := cvxNumber(s)
	switch {
	case !ok:
		return "", false
	case n < 10:
		return "0" + s[len(s)-1:], true
	case n < 100:
		return s[len(s)-2:], true
	}
	return s, true
}

func cvxNumber(s string) (int, bool) {
	if len(s) == 0 || len(s) > 3 || !allDigits(s) {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n, n > 0
}

// CVX is the vaccine of a code in any of its spellings (3, 03, 003).
func (t *Tables) CVX(code string) (Vaccine, bool) {
	n, ok := cvxNumber(code)
	if !ok || t.vaccines[n] == nil {
		return Vaccine{}, false
	}
	return *t.vaccines[n], true
}

// Groups are the names of the vaccine groups that a code belongs to, in CDC's
// spelling (94 is MMR and VARICELLA); none for an unknown code.
func (t *Tables) Groups(cvx string) []string {
	v, _ := t.CVX(cvx)
	var out []string
	for _, g := range v.Groups {
		out = append(out, g.Name)
	}
	return out
}

// AllGroups are all vaccine groups, in the order of their bits in a GroupSet.
func (t *Tables) AllGroups() []Group { return append([]Group(nil), t.groups...) }

// GroupSet is the set of a code's groups; empty for an unknown code.
func (t *Tables) GroupSet(cvx string) GroupSet {
	n, ok := cvxNumber(cvx)
	if !ok {
		return 0
	}
	return t.groupSets[n]
}

// SharesGroup reports that two codes have a vaccine group in common.
func (t *Tables) SharesGroup(a, b string) bool { return t.GroupSet(a)&t.GroupSet(b) != 0 }

// Unspecified reports a code that names a kind of vaccine without saying which
// formulation (88 influenza, 999 unknown). It is the weaker of two codes for one shot.
func (t *Tables) Unspecified(cvx string) bool {
	v, ok := t.CVX(cvx)
	return ok && v.Unspecified
}

// GroupCode reports a code that stands for a whole vaccine group. Not every one
// is unspecified: MMR is represented by 03, a vaccine like any other.
func (t *Tables) GroupCode(cvx string) bool {
	v, _ := t.CVX(cvx)
	for _, g := range v.Groups {
		if g.CVX == v.CVX {
			return true
		}
	}
	return false
}

// MVX is the maker of a code, in either case.
func (t *Tables) MVX(code string) (Manufacturer, bool) {
	m, ok := t.makers[strings.ToUpper(code)]
	return m, ok
}

// TradeName are the products of a name, in either case; none when it is unknown.
func (t *Tables) TradeName(name string) []TradeName {
	return append([]TradeName(nil), t.byTradeName[strings.ToUpper(name)]...)
}

// TradeNames are the products of a vaccine, of one maker or, when mvx is empty,
// of any, in the order of their names.
func (t *Tables) TradeNames(cvx, mvx string) []TradeName {
	cvx, _ = CanonicalCVX(cvx)
	var out []TradeName
	for _, p := range t.products {
		if p.CVX == cvx && (mvx == "" || strings.EqualFold(p.MVX, mvx)) {
			out = append(out, p)
		}
	}
	return out
}

// CPT is the vaccine that a billing code means. Where it may mean several of
// one group, the answer is that group's unspecified code: more is not known.
// CPTChoices has them all.
func (t *Tables) CPT(code string) (cvx string, ok bool) {
	cvxs, ok := t.cpts[code]
	if !ok {
		return "", false
	}
	cvx = t.oneOf(cvxs)
	return cvx, cvx != ""
}

// CPTChoices are all vaccines that a billing code may mean.
func (t *Tables) CPTChoices(code string) []string {
	return append([]string(nil), t.cpts[code]...)
}

// oneOf is the only code of the list, or the unspecified code of the one group
// that all of them belong to; "" when there is none.
func (t *Tables) oneOf(cvxs []string) string {
	if len(cvxs) == 1 {
		return cvxs[0]
	}
	common := ^GroupSet(0)
	for _, c := range cvxs {
		common &= t.GroupSet(c)
	}
	for i, g := range t.groups {
		if common == 1<<i && t.Unspecified(g.CVX) {
			return g.CVX
		}
	}
	return ""
}
