package main

import (
	"flag"
	"fmt"
	"io"
	"slices"

	"openiis/internal/codeset"
	"openiis/internal/dedupe"
	"openiis/internal/iis"
)

const dedupeUsage = `usage:
  openiis dedupe
        reads histories from standard input, one JSON object a line, and says of
        each which reports are of one and the same shot, and why; one line each
`

// dedupeCommand is `openiis dedupe`.
func dedupeCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("dedupe", flag.ContinueOnError)
	f.Usage = func() { fmt.Fprint(f.Output(), dedupeUsage) }
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if f.NArg() > 0 {
		return failUsage(stderr, "dedupe", fmt.Errorf("it reads standard input and takes no file %q", f.Arg(0)))
	}
	d := deduper{dedupe.Published(), codeset.Default()}
	answer := func(_ *personReader, out, text []byte, long bool) []byte { return d.answer(out, text, long) }
	if err := inOrder(stdin, stdout, 1, answer); err != nil {
		return fail(stderr, "dedupe", err)
	}
	return exitOK
}

// historyLine is a history as `openiis dedupe` reads one.
type historyLine struct {
	BirthDate text         `json:"birthDate"`
	Doses     []reportLine `json:"doses"`
}

// reportLine is a report of a dose.
type reportLine struct {
	Ref, Date, CVX, MVX, Lot, Source, Organization, Completion text
}

// deduper answers lines of `openiis dedupe`.
type deduper struct {
	rules *dedupe.Rules
	codes *codeset.Tables
}

func (d deduper) answer(out, b []byte, long bool) []byte {
	if long {
		return appendError(out, nil, "The line is longer than 4 MB.")
	}
	var in historyLine
	id, wrong := readMatchLine(b, &in)
	var reports []iis.SourceDose
	if wrong == "" {
		wrong = notADay("birthDate", in.BirthDate)
	}
	if wrong == "" {
		reports, wrong = d.reports(in.Doses)
	}
	if wrong != "" {
		return appendError(out, id, wrong)
	}
	groups := d.group(reports)
	l := &line{b: out}
	l.open()
	l.raw("id", id)
	d.tellGroups(l, in.Doses, groups)
	d.tellPairs(l, in.Doses, reports, groups)
	l.close()
	return append(l.b, '\n')
}

// reports are the doses of a line as senders report them: the organization is
// the sender, and the place in the line the order in which they came.
func (d deduper) reports(doses []reportLine) ([]iis.SourceDose, string) {
	refs := map[text]bool{}
	senders := map[text]iis.SenderID{}
	out := make([]iis.SourceDose, len(doses))
	for i, in := range doses {
		if in.Ref == "" || refs[in.Ref] {
			return nil, fmt.Sprintf("Dose %d has no ref, or that of another dose.", i+1)
		}
		refs[in.Ref] = true
		day := matchDay(in.Date)
		source, known := map[text]string{"administered": "00", "historical": "01", "": ""}[in.Source]
		if day <= 0 || in.CVX == "" || !known {
			return nil, fmt.Sprintf("Dose %d needs a date and a cvx, and its source is administered or historical.", i+1)
		}
		sender := senders[in.Organization]
		if sender == 0 || in.Organization == "" { // who is not named is nobody else
			sender = iis.SenderID(i + 1)
			senders[in.Organization] = sender
		}
		r, cvx := &out[i], padded(string(in.CVX), 2)
		r.ID, r.Origin, r.Sender, r.Received = iis.SourceDoseID(i+1), iis.SourceDoseID(i+1), sender, int64(i+1)
		r.Dose = iis.Dose{
			Kind: kindOf(in.Completion, cvx), Date: day, CVX: cvx, MVX: string(in.MVX), Lot: string(in.Lot),
			InfoSource: source, Completion: string(in.Completion),
		}
		r.Detail = r.Dose.Detail()
	}
	return out, ""
}

// kindOf is what a completion of table 0322 and a vaccine code say of a report. What was refused
// or not given is no shot, and one with no other report; so is CVX 998, no vaccine administered.
func kindOf(completion text, cvx string) iis.DoseKind {
	switch {
	case completion == "RE":
		return iis.Refusal
	case completion == "NA" || cvx == codeset.NoVaccine:
		return iis.Fact
	}
	return iis.Given
}

// group is the groups of the shots, and a group for each report of none: every
// report is in exactly one.
func (d deduper) group(reports []iis.SourceDose) []iis.Consolidated {
	groups := d.rules.Group(reports, nil)
	for i := range reports {
		if r := &reports[i]; !r.Dose.Counts() {
			groups = append(groups, iis.Consolidated{Primary: r.ID, Members: []iis.SourceDoseID{r.ID}, Rule: "no dose"})
		}
	}
	return groups
}

func (d deduper) tellGroups(l *line, doses []reportLine, groups []iis.Consolidated) {
	ref := func(id iis.SourceDoseID) string { return string(doses[id-1].Ref) }
	each(l, "groups", groups, func(g *iis.Consolidated) {
		l.text("primary", ref(g.Primary))
		members := make([]string, len(g.Members))
		for i, m := range g.Members {
			members[i] = ref(m)
		}
		l.texts("members", members)
		l.text("rule", g.Rule)
		l.key("review")
		l.b = fmt.Append(l.b, g.Review)
	})
}

// pairLine is what is said of two reports that have a vaccine group in common.
type pairLine struct {
	a, b     int
	decision dedupe.Verdict
	why      string
}

func (d deduper) tellPairs(l *line, doses []reportLine, reports []iis.SourceDose, groups []iis.Consolidated) {
	var pairs []pairLine
	for a := range reports {
		for b := a + 1; b < len(reports); b++ {
			x, y := &reports[a], &reports[b]
			if x.Dose.CVX == y.Dose.CVX || d.codes.SharesGroup(x.Dose.CVX, y.Dose.CVX) {
				decision, why := d.pair(x, y, groups)
				pairs = append(pairs, pairLine{a, b, decision, why})
			}
		}
	}
	each(l, "pairs", pairs, func(p *pairLine) {
		l.text("a", string(doses[p.a].Ref))
		l.text("b", string(doses[p.b].Ref))
		l.text("decision", string(p.decision))
		l.text("why", p.why)
	})
}

// pair is the verdict on two reports, as their groups bear it out. What looks like
// one shot and is not of one group is for a person to say where the two groups are,
// and else settled by the reports that they are with.
func (d deduper) pair(x, y *iis.SourceDose, groups []iis.Consolidated) (dedupe.Verdict, string) {
	if !x.Dose.Counts() || !y.Dose.Counts() {
		return dedupe.Different, "One of them was refused or not given."
	}
	verdict, rule := d.rules.Compare(x, y)
	why := "They are too far apart, or have nothing in common, to be one shot."
	if rule != "" {
		why = dedupe.Say(rule)
	}
	of := func(r *iis.SourceDose) *iis.Consolidated {
		return &groups[slices.IndexFunc(groups, func(g iis.Consolidated) bool { return slices.Contains(g.Members, r.Origin) })]
	}
	a, b := of(x), of(y)
	together := a == b
	doubtful := slices.ContainsFunc(a.Doubts, func(o iis.DoseDoubt) bool { return o.Other == b.ID })
	switch {
	case together && verdict == dedupe.Same:
		return dedupe.Same, why
	case together:
		return dedupe.Same, "Each of them agrees with the report that leads the dose."
	case verdict != dedupe.Different && !doubtful:
		return dedupe.Different, why + " Another report shows that they are of two."
	case verdict == dedupe.Same:
		return dedupe.Review, why + " Another report holds them apart."
	}
	return verdict, why
}
