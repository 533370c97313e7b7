package legacy

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"openiis/internal/iis"
	"openiis/internal/match"
)

// Outcomes are what became of the rows that were taken.
type Outcomes struct {
	New      int64            `json:"new"`      // patients of whom there was no record
	Unknown  int64            `json:"unknown"`  // who died, and of whom there is no record: none is made
	Possible int64            `json:"possible"` // stored apart, in the queue of possible duplicates
	Matched  map[string]int64 `json:"matched"`  // with a record that was there, by the rule
	// PossibleFor is why those who are possible were not joined: each guard that spoke, and
	// what else it was. One may have several.
	PossibleFor map[string]int64 `json:"possibleFor"`
	// Of the rejected whose parents opted out: records that were closed, and those who
	// may have one, stored apart and closed, in the queue of possible duplicates.
	Closed      int64 `json:"closed,omitempty"`
	ClosedApart int64 `json:"closedApart,omitempty"`

	// Unmade are of the new ones those of whom no record was made (record.Bulk.Unmade). No
	// report says it.
	Unmade int64 `json:"unmade,omitempty"`

	// OptedOut are rows of people, and OptedOutDoses rows of doses, of somebody who opted
	// out of the registry: nothing of them is kept.
	OptedOut      int64 `json:"optedOut,omitempty"`
	OptedOutDoses int64 `json:"optedOutDoses,omitempty"`

	Added        int64 `json:"added"`        // doses
	Consolidated int64 `json:"consolidated"` // further reports of a dose
	Updated      int64 `json:"updated"`      // newer words of their facility on a dose that it reported before
	Same         int64 `json:"same"`         // the facility had reported exactly this before
	Withdrawn    int64 `json:"withdrawn"`    // that the same certificate told of before
	Others       int64 `json:"others"`       // refusals, and what is no dose
}

func newOutcomes() Outcomes {
	return Outcomes{Matched: map[string]int64{}, PossibleFor: map[string]int64{}}
}

func (o Outcomes) clone() Outcomes {
	o.Matched = maps.Clone(o.Matched)
	if o.PossibleFor = maps.Clone(o.PossibleFor); o.PossibleFor == nil { // of an import that was begun without
		o.PossibleFor = map[string]int64{}
	}
	return o
}

// People are the patients that were taken.
func (o *Outcomes) People() int64 { return o.New + o.Unknown + o.Possible + o.Joined() }

// Joined are the patients who matched a record that was there.
func (o *Outcomes) Joined() (n int64) {
	for _, m := range o.Matched {
		n += m
	}
	return n
}

// Doses are the rows of doses that were taken.
func (o *Outcomes) Doses() int64 { return o.Added + o.Consolidated + o.Updated + o.Same + o.Others }

// count adds what became of one patient.
func (o *Outcomes) count(t *taken) {
	r := &t.receipt
	switch {
	case r.Match == iis.AnsweredOptedOut:
		o.OptedOut, o.OptedOutDoses = o.OptedOut+1, o.OptedOutDoses+t.rows
	case r.Person == 0:
		o.Unknown++
	case r.Match == string(match.New):
		o.New++
	case r.Match == string(match.Possible):
		o.Possible++
		for _, why := range heldBack(r.Why) {
			o.PossibleFor[why]++
		}
	default:
		o.Matched[r.Match]++
	}
	fresh := map[iis.DoseID]bool{} // doses that this patient added
	for n, d := range r.Doses {
		switch {
		case d.Outcome == iis.OutcomeDeleted:
			o.Withdrawn++
		case n < len(t.deletes) && t.deletes[n]: // no dose was told of, before or now
		case d.Outcome == iis.OutcomeSame:
			o.Same++
		case d.Outcome == iis.OutcomeUpdated:
			o.Updated++
		case d.Dose == 0:
			o.Others++
		case d.Outcome == iis.OutcomeKnown || fresh[d.Dose]:
			o.Consolidated++
		default:
			o.Added++
			fresh[d.Dose] = true
		}
	}
}

// Why somebody is possible, where no guard spoke.
const (
	littleAgrees = "too little agrees to be sure"
	severalNear  = "several records come as near"
)

// heldBack is why somebody was stored apart from whom they may be: the guards, by their names
// in matching/, and what else it was.
func heldBack(why json.RawMessage) []string {
	var v match.Verdict
	if json.Unmarshal(why, &v) != nil {
		return nil
	}
	switch {
	case len(v.Guards) > 0:
		return v.Guards
	case v.Rival != 0:
		return []string{severalNear}
	}
	return []string{littleAgrees}
}

// close adds what became of one whose parents opted out.
func (o *Outcomes) close(r *iis.Receipt) {
	if r.Match == string(match.Possible) {
		o.ClosedApart++
	} else {
		o.Closed++
	}
}

// Report is what came of an import: an auditor's account of every row.
type Report struct {
	Outcomes
	DryRun, Resumed bool
	Begun, Finished time.Time
	Took            time.Duration // of this run
	Files           [2]FileAccount
	Rejected        [2]map[string]int64 // rows of patients and of doses, by the reason
	Lost            map[string]int64    // values that were left out of rows that were taken
	Senders         int
	Before, After   int64  // records in the registry
	Truth           *Truth // nil: nothing is known of the files from elsewhere
	Notes           []string
	Folder          string // where it was written

	feed    *feedRules
	started time.Time
}

// FileAccount is one of the files.
type FileAccount struct {
	Path    string
	SHA256  string
	Rows    int64 // without the header
	Unknown []string
	Mixed   []string // columns of days of which some are month first and some day first
}

func (i *importing) newReport() *Report {
	r := &Report{feed: i.rules(), DryRun: i.DryRun, Lost: map[string]int64{}, started: time.Now()}
	for k, path := range i.paths() {
		t := &i.sorted.files[k]
		r.Files[k] = FileAccount{path, fmt.Sprintf("%x", t.digest), t.rows, t.unknown, slices.Sorted(maps.Keys(t.mixed))}
		r.Rejected[k] = map[string]int64{}
	}
	return r
}

// Check is a sum that must agree.
type Check struct {
	Says   string
	In     int64
	Out    int64
	Unsure string // why it may differ; "" when it must not
}

// Agrees reports that it does.
func (c Check) Agrees() bool { return c.In == c.Out }

// Checks are the sums by which every row is accounted for. What was read is
// counted where files are read; what was rejected where rejected rows are
// written; what was taken where the registry answers.
func (r *Report) Checks() []Check {
	others, optedOut := "", ""
	if r.feed.strict {
		others = "not known here + "
	}
	if r.OptedOut > 0 {
		optedOut = "opted out + "
	}
	out := []Check{{
		Says: "rows of " + r.feed.sheets[0].rows + " = new + matched + possible + " + others + optedOut + "rejected",
		In:   r.Files[ofPatients].Rows, Out: r.People() + r.OptedOut + sum(r.Rejected[ofPatients]),
	}}
	if len(r.feed.sheets) > 1 {
		out = append(out, Check{
			Says: "rows of doses = added + consolidated + updated + same + no doses + " + optedOut + "rejected",
			In:   r.Files[ofDoses].Rows, Out: r.Doses() + r.OptedOutDoses + sum(r.Rejected[ofDoses]),
		})
	}
	if !r.DryRun && !r.Finished.IsZero() {
		out = append(out, Check{
			Says: "records before + new + possible = records now", In: r.Before + r.New + r.Possible + r.ClosedApart, Out: r.After,
			Unsure: "it differs also when others added or merged records since the import began",
		})
	}
	if r.Truth != nil {
		out = append(out, r.Truth.checks()...)
	}
	return out
}

// Agree reports that every row is accounted for.
func (r *Report) Agree() bool {
	return !slices.ContainsFunc(r.Checks(), func(c Check) bool { return !c.Agrees() && c.Unsure == "" })
}

func sum(m map[string]int64) (n int64) {
	for _, v := range m {
		n += v
	}
	return n
}

// String is the report as an auditor reads and signs it. It has numbers and
// reasons, and nothing of a patient.
func (r *Report) String() string {
	var b strings.Builder
	title := "Import of " + r.feed.title + ": reconciliation report"
	if r.DryRun {
		title = "Import of " + r.feed.title + ": preview. Nothing was written to the registry."
	}
	fmt.Fprintf(&b, "%s\n\n", title)
	fmt.Fprintf(&b, "Begun     %s\n", r.Begun.UTC().Format(time.RFC3339))
	if !r.Finished.IsZero() {
		fmt.Fprintf(&b, "Finished  %s\n", r.Finished.UTC().Format(time.RFC3339))
	}
	if r.Resumed {
		b.WriteString("          gone on with after an interruption\n")
	}
	for k, is := range r.feed.sheets {
		f := r.Files[k]
		fmt.Fprintf(&b, "\n%s: %s\n  SHA-256 %s\n", title1(is.rows), filepath.Base(f.Path), f.SHA256)
		count(&b, 2, "rows", f.Rows)
		if k == int(ofPatients) {
			r.people(&b)
		}
		if k == int(ofDoses) || r.feed.facts {
			r.doses(&b)
		}
		reasons(&b, "rejected", r.Rejected[k])
		if k == int(ofPatients) && r.Closed+r.ClosedApart > 0 {
			count(&b, 2, "of these, records that were closed: the parents opted out", r.Closed)
			count(&b, 2, "of these, stored apart and closed, to be looked at: they may have one", r.ClosedApart)
		}
		if len(f.Unknown) > 0 {
			fmt.Fprintf(&b, "  columns that are not known, kept with the rows: %s\n", strings.Join(f.Unknown, ", "))
		}
		if len(f.Mixed) > 0 {
			fmt.Fprintf(&b, "  columns in which some days are month first and some day first: %s\n", strings.Join(f.Mixed, ", "))
		}
	}
	if len(r.Lost) > 0 {
		b.WriteString("\nValues that were left out, or kept as they are; the rest of their rows was taken\n")
		each(&b, 2, r.Lost)
	}
	fmt.Fprintf(&b, "\nFacilities whose rows were taken, each a sender: %d\n", r.Senders)
	if r.Truth != nil {
		r.Truth.write(&b)
	}
	b.WriteString("\nSums that must agree\n")
	for _, c := range r.Checks() {
		verdict := "agrees"
		if !c.Agrees() {
			verdict = "DOES NOT AGREE"
		}
		fmt.Fprintf(&b, "  %s\n    %d = %d: %s\n", c.Says, c.In, c.Out, verdict)
		if !c.Agrees() && c.Unsure != "" {
			fmt.Fprintf(&b, "    (%s)\n", c.Unsure)
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\nNote: %s\n", n)
	}
	if !r.DryRun {
		b.WriteString("\n\nChecked by ______________________________   Date ______________\n")
	}
	return b.String()
}

func (r *Report) people(b *strings.Builder) {
	if r.feed.strict {
		count(b, 2, "not known here: no record is made", r.Unknown)
	} else {
		count(b, 2, "new", r.New)
	}
	count(b, 2, "matched", r.Joined())
	each(b, 4, r.Matched)
	count(b, 2, "possible: stored apart, to be looked at", r.Possible)
	for _, why := range slices.Sorted(maps.Keys(r.PossibleFor)) { // as the guards of matching/ are called
		count(b, 4, "among them for: "+why, r.PossibleFor[why])
	}
	if r.OptedOut > 0 {
		count(b, 2, "opted out of the registry: nothing of them is kept", r.OptedOut)
	}
}

func (r *Report) doses(b *strings.Builder) {
	if r.feed.facts {
		b.WriteString("  doses of hepatitis B vaccine that they tell of\n")
	}
	count(b, 2, "added", r.Added)
	count(b, 2, "consolidated with another report of the dose", r.Consolidated)
	count(b, 2, "updated: a newer word on a dose", r.Updated)
	count(b, 2, "same: reported before, word for word", r.Same)
	if r.feed.facts {
		count(b, 2, "withdrawn: the certificate tells of none any more", r.Withdrawn)
		return
	}
	count(b, 2, "refusals, and what is no dose", r.Others)
	if r.OptedOutDoses > 0 {
		count(b, 2, "of people who opted out of the registry: nothing of them is kept", r.OptedOutDoses)
	}
}

func reasons(b *strings.Builder, what string, by map[string]int64) {
	count(b, 2, what, sum(by))
	each(b, 4, by)
}

func each(b *strings.Builder, indent int, by map[string]int64) {
	for _, name := range slices.Sorted(maps.Keys(by)) {
		count(b, indent, name, by[name])
	}
}

func count(b *strings.Builder, indent int, what string, n int64) {
	fmt.Fprintf(b, "%*s%-*s %10d\n", indent, "", 70-indent, what, n)
}

func title1(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// write writes the report into the folder.
func (r *Report) write(folder string) error {
	return os.WriteFile(filepath.Join(folder, reportFile), []byte(r.String()), 0o600)
}
