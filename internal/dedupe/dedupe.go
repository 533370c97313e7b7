// Package dedupe decides which reports are of one and the same shot.
//
// Its rules at present are those of one day: same day, a vaccine group in
// common, and who reported it (MIROW vaccination-level deduplication, phase 2,
// as far as it concerns doses of one day). It compares values, reads nothing
// and stores nothing. Start at Group.
package dedupe

import (
	"sort"
	"strings"

	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// Verdict is the answer for two reports.
type Verdict string

// The verdicts.
const (
	Same      Verdict = "same"
	Different Verdict = "different"
	Review    Verdict = "review" // counted as two until a person has looked
)

// Group puts every report into exactly one group, one group a shot. The result
// does not depend on the order of the reports. Reports that are no doses
// (refusals, facts, deleted ones) are left out.
func Group(reports []iis.SourceDose, codes *codeset.Tables) []iis.Consolidated {
	var doses []*iis.SourceDose
	for i := range reports {
		if reports[i].Dose.Counts() {
			doses = append(doses, &reports[i])
		}
	}
	sort.Slice(doses, func(i, j int) bool { return leads(doses[i], doses[j], codes) })
	var groups []group
	day := 0 // where the groups of the current day begin: those of other days never match
	for i, d := range doses {
		if i > 0 && d.Dose.Date != doses[i-1].Dose.Date {
			day = len(groups)
		}
		groups = append(groups[:day], place(groups[day:], d, codes)...)
	}
	out := make([]iis.Consolidated, len(groups))
	for i, g := range groups {
		out[i] = g.consolidated()
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// group is one shot; the first member is its primary.
type group struct {
	members []*iis.SourceDose
	rule    string
	review  bool
}

// place adds a report to the first group in which it is the same as the
// primary and different from no member (complete linkage), or to a new one.
func place(groups []group, d *iis.SourceDose, codes *codeset.Tables) []group {
	review := false
	for i := range groups {
		g := &groups[i]
		verdict, rule := Compare(g.members[0], d, codes)
		if verdict == Review {
			g.review, review = true, true
		}
		if verdict != Same || clashes(g.members[1:], d, codes) {
			continue
		}
		g.members = append(g.members, d)
		g.rule = rule
		return groups
	}
	return append(groups, group{members: []*iis.SourceDose{d}, rule: "single report", review: review})
}

// clashes reports a member that is, or may be, another shot than d.
func clashes(members []*iis.SourceDose, d *iis.SourceDose, codes *codeset.Tables) bool {
	for _, m := range members {
		verdict, _ := Compare(m, d, codes)
		if verdict == Review || (verdict == Different && codes.SharesGroup(m.Dose.CVX, d.Dose.CVX)) {
			return true
		}
	}
	return false
}

func (g *group) consolidated() iis.Consolidated {
	c := iis.Consolidated{Primary: g.members[0].Origin, Rule: g.rule, Review: g.review}
	for _, m := range g.members {
		c.Members = append(c.Members, m.Origin)
		if c.ID == 0 || iis.DoseID(m.Origin) < c.ID {
			c.ID = iis.DoseID(m.Origin)
		}
	}
	return c
}

// Compare says whether two reports are of one shot, and by which rule.
func Compare(a, b *iis.SourceDose, codes *codeset.Tables) (Verdict, string) {
	x, y := &a.Dose, &b.Dose
	sameVaccine := x.CVX == y.CVX && (x.CVX != "" || (x.NDC != "" && x.NDC == y.NDC) || (x.CPT != "" && x.CPT == y.CPT))
	switch {
	case x.Date != y.Date:
		return Different, "other day"
	case !sameVaccine && !codes.SharesGroup(x.CVX, y.CVX):
		return Different, "no vaccine group in common"
	}
	both := x.Administered() && y.Administered()
	lots := compareLots(x.Lot, y.Lot)
	if a.Sender == b.Sender {
		return oneSender(sameVaccine, both, lots)
	}
	switch {
	case both && lots == lotsDiffer:
		return Review, "given twice on one day by two sites, with different lots"
	case both && lots == lotsSame:
		return Same, "same day, vaccine group and lot"
	case both && !sameVaccine:
		return Review, "given on one day by two sites, with different vaccines of a group"
	case both:
		return Same, "same day and vaccine, lot not known to both"
	case x.Administered() || y.Administered():
		return Same, "same day and vaccine group, one given and one known of"
	}
	return Same, "same day and vaccine group, both known of"
}

// oneSender compares two reports of one sender under different numbers: it
// holds them apart itself, so only the very same vaccine is taken for one shot.
func oneSender(sameVaccine, both bool, lots lotVerdict) (Verdict, string) {
	switch {
	case !sameVaccine:
		return Different, "held apart by the one who reported both"
	case lots == lotsDiffer && both:
		return Review, "given twice on one day by one site, with different lots"
	case lots == lotsDiffer:
		return Different, "different lots"
	}
	return Same, "same day and vaccine, reported twice by one sender"
}

type lotVerdict int

const (
	lotsUnknown lotVerdict = iota
	lotsSame
	lotsDiffer
)

func compareLots(a, b string) lotVerdict {
	a, b = foldLot(a), foldLot(b)
	switch {
	case a == "" || b == "":
		return lotsUnknown
	case a == b:
		return lotsSame
	}
	return lotsDiffer
}

// foldLot is a lot number in capitals without blanks and punctuation.
func foldLot(lot string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, lot)
}

// leads orders reports so that the one to be shown comes first: given over
// known of, complete over partial, a combination over its components, a specific
// vaccine over an unspecified one, more detail over less, and then the older.
func leads(a, b *iis.SourceDose, codes *codeset.Tables) bool {
	if a.Dose.Date != b.Dose.Date {
		return a.Dose.Date < b.Dose.Date
	}
	if x, y := rank(a, codes), rank(b, codes); x != y {
		return x > y
	}
	return a.Origin < b.Origin
}

func rank(d *iis.SourceDose, codes *codeset.Tables) int {
	r := 0
	if d.Dose.Administered() {
		r += 1000
	}
	if d.Dose.Completion != "PA" {
		r += 500
	}
	r += 50 * len(codes.Groups(d.Dose.CVX))
	if d.Dose.CVX != "" && !codes.Unspecified(d.Dose.CVX) {
		r += 20
	}
	return r + d.Detail
}
