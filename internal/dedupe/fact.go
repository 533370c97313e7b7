package dedupe

import (
	"cmp"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// fact is a report as the rules look at it.
type fact struct {
	d          *iis.SourceDose
	date       cal.Date
	year       int // of date, and its month and day
	month, day int8
	vaccine
	given  bool
	lot    string // folded
	rank   uint64 // survivorship: the higher is shown
	next   int32  // the next member of its group; -1: none
	why    int    // the rule by which it is in its group; none: by a person's word
	placed bool
	byHand bool // a person joined it with one before it
}

func (r *Rules) fact(d *iis.SourceDose) *fact {
	f := &fact{}
	r.read(f, d)
	return f
}

// read is fact, into room that is there.
func (r *Rules) read(f *fact, d *iis.SourceDose) {
	*f = fact{
		d: d, date: d.Dose.Date, vaccine: r.vaccine(d.Dose.CVX), given: d.Dose.Administered(), lot: foldLot(d.Dose.Lot), next: -1, why: none,
	}
	year, month, day := f.date.YMD()
	f.year, f.month, f.day = year, int8(month), int8(day)
	f.rank = r.rank(f)
}

// rank orders reports of one shot by which is to be shown (survivorship): the
// one that holds what all others do, so that no vaccine of a combination is
// lost; then given over known of, wholly over in part, by where the knowledge is
// from and who tells it, a specific vaccine over an unspecified one, and more detail
// over less. WhyShown says the same in words.
func (r *Rules) rank(f *fact) uint64 {
	rank := uint64(f.wide())
	rank = rank<<1 | truth(f.given)
	rank = rank<<1 | truth(f.wholly())
	rank = rank<<5 | r.trusted(f.d).rank
	rank = rank<<1 | truth(f.named())
	return rank<<8 | f.detail()
}

// wholly reports a report of all of a dose.
func (f *fact) wholly() bool { return f.d.Dose.Completion != "PA" }

// named reports a report that says which vaccine it was.
func (f *fact) named() bool { return f.d.Dose.CVX != "" && !f.unspecified }

// detail is how much a report says.
func (f *fact) detail() uint64 { return uint64(min(max(f.d.Detail, 0), 255)) }

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// byRank is the order in which reports are placed: the one to be shown before
// those that it stands for. Between equals decides what they say, and who says
// it, never when it came: the doses must not depend on that.
func byRank(a, b *fact) int {
	switch { // most are told apart here
	case a.rank != b.rank:
		return cmp.Compare(b.rank, a.rank)
	case a.date != b.date:
		return cmp.Compare(a.date, b.date)
	}
	return cmp.Or(
		cmp.Compare(a.d.Dose.CVX, b.d.Dose.CVX), cmp.Compare(a.lot, b.lot), cmp.Compare(a.d.Sender, b.d.Sender),
		cmp.Compare(a.d.Key, b.d.Key), cmp.Compare(a.d.Origin, b.d.Origin))
}

// equals reports two reports that the rules cannot tell apart, but for their
// senders.
func (f *fact) equals(g *fact) bool {
	return f.rank == g.rank && f.date == g.date && f.d.Dose.CVX == g.d.Dose.CVX && f.lot == g.lot
}

// beyond reports two reports that are further apart than what was given is given again.
func beyond(a, b *fact) bool {
	gap := int(a.date) - int(b.date)
	window := min(a.window, b.window)
	return gap > window || -gap > window
}

// exchanged reports two days of which one is the other with day and month exchanged.
func exchanged(a, b *fact) bool {
	return a.year == b.year && a.day == b.month && a.month == b.day && a.month != a.day
}

// apart reports vaccines that have nothing in common: two such reports are of
// two shots, or of one that holds both.
func apart(a, b *fact) bool { return a.parts&b.parts == 0 && !sameVaccine(a, b) }

// sameVaccine reports the same code, in whatever code system there is one; in one
// of a sender's own, only of the same sender.
func sameVaccine(a, b *fact) bool {
	x, y := &a.d.Dose, &b.d.Dose
	if x.CVX != y.CVX && x.CVX != "" && y.CVX != "" {
		return false // nearly always
	}
	return x.SameVaccine(y) && (!x.OwnCode() || a.d.Sender == b.d.Sender)
}

// compare says by which rule two reports are of one shot, of two, or to be
// looked at: its place in rules, or none when they are far: too far apart, or of
// vaccines that have nothing in common. p is room for what it works out.
func (r *Rules) compare(a, b *fact, p *pair) int {
	further := beyond(a, b)
	if further && (!exchanged(a, b) || min(a.window, b.window) == 0) || apart(a, b) {
		return none
	}
	*p = pair{
		gap: int(max(a.date, b.date) - min(a.date, b.date)), given: int(truth(a.given) + truth(b.given)),
		lots: compareLots(a.lot, b.lot), oneSender: a.d.Sender == b.d.Sender, school: a.parts&b.parts&r.school != 0,
	}
	p.how, p.exact = agree(a, b)
	p.general = a.family != 0 && a.family == b.family && a.general != b.general && oneMaker(a, b)
	if further {
		if rules[exchange].fits(p) {
			return exchange
		}
		return none
	}
	i := 0
	for !rules[i].fits(p) { // the last but one fits everything
		i++
	}
	return i
}

// oneMaker reports two reports that do not name two manufacturers.
func oneMaker(a, b *fact) bool {
	x, y := a.d.Dose.MVX, b.d.Dose.MVX
	return x == "" || y == "" || strings.EqualFold(x, y)
}

// agree says how two vaccines agree that have something in common, and whether
// the one that is known better is all of what the other may be.
func agree(a, b *fact) (how, bool) {
	switch {
	case sameVaccine(a, b):
		return equal, true
	case a.unspecified || b.unspecified:
		return unspecific, (a.unspecified && b.parts&^a.parts == 0) || (b.unspecified && a.parts&^b.parts == 0)
	case a.parts == b.parts:
		return alike, true
	case a.parts&^b.parts == 0 || b.parts&^a.parts == 0:
		return holds, false
	}
	return crosses, false
}

// Compare says whether two reports are of one shot, and by which rule; the rule
// is empty where they have no vaccine in common or are too far apart.
func (r *Rules) Compare(a, b *iis.SourceDose) (Verdict, string) {
	x, y := r.fact(a), r.fact(b)
	if i := r.compare(x, y, new(pair)); i != none {
		return rules[i].verdict, rules[i].name
	}
	return Different, ""
}
