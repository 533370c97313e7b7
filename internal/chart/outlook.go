package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/record"
	"openiis/internal/schedule"
)

// Outlook is what the schedule says of a person on a day.
type Outlook struct {
	On      cal.Date
	Release string // of the schedule; empty when there was none to ask
	// Silent is why nothing is forecast; empty when something is.
	Silent string
	// Next is what a nurse looks at, what needs action first. Rest is what needs
	// none for years, or ever, and has no dose either.
	Next, Rest []Next
	Problems   []string // what could not be judged, and why
	Failed     error    // why the schedule could not be asked
	// Confidential says that something of it is about a confidential dose.
	Confidential bool
}

// Urgency is how soon a vaccine group needs action; the most urgent comes first.
type Urgency uint8

// The urgencies.
const (
	Overdue Urgency = iota
	DueNow
	DueLater
	Forbidden // contraindicated
	Finished  // complete
	Immune
	NotNeeded
	TooOld
)

// Words say an urgency; those of Overdue and DueLater go on with a day.
func (u Urgency) Words() string {
	return [...]string{"Overdue since", "Due now", "Due from", "Should not be given", "Complete", "Immune", "Not recommended", "Too old for it"}[u]
}

// Next is the next dose of a vaccine group, or why there is none.
type Next struct {
	Group   string // in plain words
	For     string // whom this forecast is for, when the group has several
	Urgency Urgency
	Since   cal.Date // goes with the words of Overdue and DueLater
	Dose    int      // its number; 0 when none is due
	// The days between which it is given: None when there is none.
	Earliest, Recommended, PastDue cal.Date
	Vaccines                       []string // recommended, by CDC's short names, or by the beginnings of these
	// Confidential says that a dose of the group is: what is due would tell of it.
	Confidential bool
	// Shared says that the vaccine is not for everybody: clinician and patient decide
	// together (ACIP's shared clinical decision-making).
	Shared   bool
	Ask      []string // what nobody knows and may forbid the dose, or ask for it: to be found out first
	Guidance []string // what CDC says of the series to who gives the next dose
	Why      string   // one sentence, its days in ISO 8601
}

// Count is whether a dose counts.
type Count uint8

// The verdicts.
const (
	Counts Count = iota
	CountsWithRemark
	CountsNot
	WrongDate // not judged: it cannot have been given on its day
	NotJudged
)

// Verdict is what the schedule says of a dose in one vaccine group.
type Verdict struct {
	Group string // in plain words; empty when it is about the dose in every group
	Count Count
	Words string // "Counts as dose 2"; a booster has no number
	Why   string // one sentence, its days in ISO 8601; empty when Words say all
	under []string
	// antigens are those that it is about; none when the dose was not judged.
	antigens []string
	// detail tells verdicts of one group apart: the antigen, or whom the series is for.
	detail string
}

// years is how far ahead a group without doses is looked at.
const years = 5

// assess asks the schedule. Whatever fails is said in the outlook: a record can be
// read without its forecast.
func (r *reading) assess() record.Assessment {
	out := &r.outlook
	out.On = r.today
	engine, err := r.d.engine(r.today)
	if err != nil {
		out.Failed = fmt.Errorf("ask for the schedule of %s: %w", r.today, err)
		out.Silent = "The schedule could not be read, so nothing was judged. This is a fault of the registry, and not of this record."
		var a record.Assessment
		a.Doses, a.Others = record.History(r.folder)
		return a
	}
	out.Release = engine.Release()
	a := record.Assess(engine, r.d.codes, r.folder, r.today, cdsi.Options{})
	birth := r.folder.Golden.Birth
	switch {
	case birth == cal.None:
		out.Silent = "The birth date is not known. Without it no dose can be judged and nothing is forecast."
	case birth > r.today:
		out.Silent = "The birth date is in the future. No dose can be judged and nothing is forecast."
	case a.Died:
		out.Silent = record.NothingDue
	default:
		r.forecasts(&a)
	}
	r.problems(&a)
	return a
}

// problems fills in what could not be judged. What decides on vaccines that nobody
// asks for, and is not known, is told in one line.
func (r *reading) problems(a *record.Assessment) {
	out := &r.outlook
	var unknown []string
	for _, p := range a.Problems {
		text := short(r.named(p.Text), maxShownNote) // it may name a code as it was sent
		switch {
		case p.Dose > 0:
			d := a.Doses[p.Dose-1].Dose
			name, _ := r.vaccine(d)
			out.Problems = append(out.Problems, name+", "+d.Date.String()+": "+text)
		case !r.judged(): // Silent says it
		case p.Code == notKnown:
			group, _, _ := strings.Cut(text, ": ")
			if group = scheduleGroup(group); !slices.Contains(unknown, group) {
				unknown = append(unknown, group)
			}
		default:
			out.Problems = append(out.Problems, text)
		}
	}
	if len(unknown) > 0 && r.folder.Golden.Dead != "Y" {
		out.Problems = append(out.Problems, "What is on record does not say enough to tell whether these may be given; find out before you give one: "+strings.Join(unknown, "; ")+".")
	}
}

// notKnown is the engine's code of what would decide on a vaccine group that
// nobody asks for, if anybody knew.
const notKnown = "not known"

// judged reports whether doses could be judged at all; when not, Silent says why.
func (r *reading) judged() bool {
	birth := r.folder.Golden.Birth
	return r.outlook.Failed == nil && birth != cal.None && birth <= r.today
}

// forecasts fills in what is next.
func (r *reading) forecasts(a *record.Assessment) {
	given := map[string]bool{}
	for i := range a.Evaluations {
		given[a.Evaluations[i].Group] = true
	}
	for i := range a.Forecasts {
		f := &a.Forecasts[i]
		if f.Type == schedule.EvaluationOnly {
			continue
		}
		n := r.next(f)
		for k := range a.Forecasts {
			if a.Forecasts[k].Group == f.Group && a.Forecasts[k].Type != f.Type && a.Forecasts[k].Type != schedule.EvaluationOnly {
				n.For = seriesWords(f.Type)
			}
		}
		idle := n.Urgency >= NotNeeded || n.Urgency == DueLater && n.Recommended > r.today.AddMonths(12*years)
		if idle && !given[f.Group] {
			r.outlook.Rest = append(r.outlook.Rest, n)
		} else {
			if n.Dose > 0 {
				n.Guidance = f.Guidance
			}
			r.outlook.Next = append(r.outlook.Next, n)
		}
	}
	for _, list := range [][]Next{r.outlook.Next, r.outlook.Rest} {
		slices.SortStableFunc(list, func(a, b Next) int {
			return cmp.Or(cmp.Compare(a.Urgency, b.Urgency), cmp.Compare(a.Since, b.Since), strings.Compare(a.Group, b.Group))
		})
	}
}

// next puts a forecast into words.
func (r *reading) next(f *cdsi.Forecast) Next {
	n := Next{
		Group: scheduleGroup(f.Group), Urgency: urgency(f, r.today), Dose: f.DoseNumber,
		Earliest: f.Earliest, Recommended: f.Recommended, PastDue: f.PastDue, Why: r.named(f.Why()), Ask: f.Unsure,
	}
	switch n.Urgency {
	case Overdue:
		n.Since = f.PastDue.AddDays(1) // past due is the last day on which it is not
	case DueLater:
		n.Since = f.Recommended
	}
	n.Vaccines, n.Shared = r.recommended(f.Vaccines), n.Dose > 0 && shared(f)
	return n
}

func urgency(f *cdsi.Forecast, today cal.Date) Urgency {
	switch f.Status {
	case cdsi.Complete:
		return Finished
	case cdsi.Immune:
		return Immune
	case cdsi.Contraindicated:
		return Forbidden
	case cdsi.AgedOut:
		return TooOld
	case cdsi.NotRecommended:
		return NotNeeded
	}
	switch {
	case f.PastDue != cal.None && today > f.PastDue:
		return Overdue
	case today >= f.Recommended:
		return DueNow
	}
	return DueLater
}

func seriesWords(t schedule.SeriesType) string {
	switch t {
	case schedule.Risk:
		return "because of a risk"
	case schedule.EvaluationOnly:
		return "for judging doses only"
	}
	return "standard"
}

// verdicts are those on a dose, which counts from 1: one a vaccine group, or more
// where its antigens or series differ.
func (r *reading) verdicts(a *record.Assessment, dose int) []Verdict {
	type line struct {
		Verdict
		group string
		kinds []schedule.SeriesType
	}
	var lines []line
	first, _ := slices.BinarySearchFunc(a.Evaluations, dose, func(e cdsi.Evaluation, dose int) int { return cmp.Compare(e.Dose, dose) })
	for i := first; i < len(a.Evaluations) && a.Evaluations[i].Dose == dose; i++ {
		e := &a.Evaluations[i]
		v := verdict(e, r.named(e.Why()), a.Doses[dose-1].Dose.Completion == "PA")
		k := slices.IndexFunc(lines, func(l line) bool { return l.group == e.Group && l.Words == v.Words && l.Why == v.Why })
		if k < 0 {
			k = len(lines)
			lines = append(lines, line{Verdict: v, group: e.Group})
		}
		if !slices.Contains(lines[k].antigens, e.Antigen) {
			lines[k].antigens = append(lines[k].antigens, e.Antigen)
		}
		if !slices.Contains(lines[k].kinds, e.Type) {
			lines[k].kinds = append(lines[k].kinds, e.Type)
		}
	}
	var out []Verdict
	for _, l := range lines {
		v := l.Verdict
		v.under = headings(l.group)
		for _, other := range lines { // what tells it from the others of its group
			if other.group != l.group || other.Words == l.Words && other.Why == l.Why {
				continue
			}
			if !slices.Equal(other.antigens, l.antigens) {
				v.detail = strings.ToLower(strings.Join(l.antigens, ", "))
			} else if !slices.Equal(other.kinds, l.kinds) {
				v.detail = seriesWords(l.kinds[0])
			}
		}
		v.Group = join(": ", scheduleGroup(l.group), v.detail)
		out = append(out, v)
	}
	for _, p := range a.Problems {
		if p.Dose == dose && len(out) == 0 {
			v := Verdict{Count: NotJudged, Words: "Could not be judged", Why: short(r.named(p.Text), maxShownNote)}
			if p.OfDate() {
				v.Count = WrongDate
			}
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		out = append(out, Verdict{Count: NotJudged, Words: "Not judged", Why: "Nothing in the schedule judges this vaccine for this person."})
	}
	return out
}

// verdict puts an evaluation into words, with the engine's sentence for it, of the
// dose of a number in its series (0: of none), given in part only or whole. The
// sentence begins or ends with the verdict, which stands in Words already.
func verdict(e *cdsi.Evaluation, why string, partial bool) Verdict {
	if head, rest, found := strings.Cut(why, ": "); found && (e.Status == cdsi.Valid || e.Status == cdsi.NotValid) && !strings.Contains(head, ",") {
		why = sentence(rest)
	}
	counts := "Counts"
	if e.Number != 0 {
		counts = fmt.Sprintf("Counts as dose %d", e.Number)
	}
	switch {
	case e.Status == cdsi.SubStandard && e.Reasons.Has(cdsi.Condition) && partial:
		why = "Only a part of the dose was given; it must be repeated."
	case e.Status == cdsi.Valid && e.Reasons == 0:
		return Verdict{Count: Counts, Words: counts}
	case e.Status == cdsi.Valid:
		return Verdict{Count: CountsWithRemark, Words: counts + ", with a remark", Why: why}
	case e.Status == cdsi.Extraneous:
		return Verdict{Count: CountsNot, Words: "Does not count, need not be repeated", Why: saidAlready.Replace(why)}
	}
	return Verdict{Count: CountsNot, Words: "Does not count", Why: why}
}

// saidAlready is what Words say of a dose that need not be repeated.
var saidAlready = strings.NewReplacer("; it does not count and need not be repeated", "", "; it does not count and harms nothing", "")

// Verdicts are those on a dose that matter under a heading of Record.Groups: all of
// them under none, or when nothing was judged there.
func (d Dose) Verdicts(group string) []Verdict {
	var out []Verdict
	for _, v := range d.verdicts {
		if slices.Contains(v.under, group) {
			v.Group = v.detail // the heading says the rest
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return d.verdicts
	}
	return out
}

// Doubt says of a dose what a reader of a list has to know under a heading of
// Record.Groups: that it does not count, or not for some antigen, or has a date
// that cannot be right, and why, in one sentence. Both are empty when it counts, and when
// the schedule has nothing to say of it.
func (d Dose) Doubt(group string) (words, why string) {
	list := slices.DeleteFunc(slices.Clone(d.verdicts), func(v Verdict) bool { return len(v.under) > 0 && !slices.Contains(v.under, group) })
	var not []string
	some := false
	for _, v := range list {
		if v.Count == WrongDate {
			return v.Words, v.Why
		}
		for _, a := range v.antigens {
			counts := slices.ContainsFunc(list, func(o Verdict) bool { return o.Count != CountsNot && slices.Contains(o.antigens, a) })
			some = some || counts
			if !counts && !slices.Contains(not, a) {
				not = append(not, a)
				if why == "" {
					words, why = v.Words, v.Why
				}
			}
		}
	}
	if some && len(not) > 0 {
		words = "Does not count for " + strings.ToLower(join(" and ", not...))
	}
	return words, why
}
