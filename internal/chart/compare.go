package chart

import (
	"context"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// ActCompare is what the audit says of both records that someone compares.
const ActCompare = "compare records"

// Likeness is how two records agree in one thing.
type Likeness uint8

// The likenesses.
const (
	Alike   Likeness = iota // both say the same
	Partly                  // something is in both, and something in one only
	OneSide                 // only one record says anything
	Unlike                  // they say different things
	Apart                   // they say different things, as two records of one person do too
)

// Words say a likeness.
func (l Likeness) Words() string {
	return [...]string{"Same", "Partly the same", "In one only", "Different", "Says nothing"}[l]
}

// Comparison is two records beside each other.
type Comparison struct {
	A, B  *Record
	Rows  []Compared
	Doses []ComparedDose
}

// Compared is one thing that two records say.
type Compared struct {
	Label string
	A, B  []Said
	Like  Likeness
}

// Said is a value in one of two records.
type Said struct {
	Value   string
	Differs bool // the other record has nothing like it, but for case, accents and punctuation, and that says something
}

// ComparedDose is a dose of either record, or of both: of one day and a vaccine
// group in common.
type ComparedDose struct {
	Date cal.Date
	A, B *Dose // nil: the record has none
}

// Compare opens two records beside each other, and marks what is the same and
// what is not. Both are audited before it returns; fault.NotFound when one is not
// there. Who may decide about the two, its caller knows.
func (d *Desk) Compare(ctx context.Context, by iis.Actor, a, b iis.PersonID) (*Comparison, error) {
	var records [2]besides
	at := d.now()
	for i, id := range []iis.PersonID{a, b} {
		r, err := d.readAt(ctx, at, by, id, ActCompare)
		if err != nil {
			return nil, err
		}
		if r.partial() {
			return nil, errPartial
		}
		records[i] = r.beside(r.folder)
	}
	one, two := records[0], records[1]
	return &Comparison{A: one.Record, B: two.Record, Rows: compareRows(one, two), Doses: compareDoses(one.Doses, two.Doses)}, nil
}

// besides is a record beside another, with the name in its parts.
type besides struct {
	*Record
	name iis.Name
}

// beside is a record, or a part of it, to stand beside another.
func (r *reading) beside(f *store.Folder) besides {
	part := *r
	part.folder = f
	out := besides{part.record(), f.Golden.LegalName()}
	out.Sources = part.sources()
	return out
}

// compareRows are what two records say of the person, what tells most first.
// What neither says has no row.
func compareRows(a, b besides) []Compared {
	var out []Compared
	for _, f := range []struct {
		label string
		of    func(besides) []string
	}{
		{"First name", func(r besides) []string { return present(r.name.Given) }},
		{"Middle name", func(r besides) []string { return present(r.name.Middle) }},
		{"Last name", func(r besides) []string { return present(r.name.Family) }},
		{"Suffix", func(r besides) []string { return present(r.name.Suffix) }},
		{"Other names", func(r besides) []string { return values(r.OtherNames) }},
		{"Birth date", func(r besides) []string { return day(r.Birth) }},
		{"Sex", func(r besides) []string { return known(r.Sex, sex("")) }},
		{"Family and guardians", kinNames},
		{"Address", addressTexts},
		{"Telephone and e-mail", func(r besides) []string { return values(r.Contacts) }},
		{"Died", died},
	} {
		out = appendRow(out, f.label, f.of(a), f.of(b))
	}
	for _, label := range labelsOf(a.About, b.About) {
		out = appendRow(out, label, labelled(a.About, label), labelled(b.About, label))
	}
	for _, kind := range numberKinds(a, b) {
		out = appendRow(out, kind.Label, numbersOf(a, kind.Label), numbersOf(b, kind.Label))
		out[len(out)-1].ofSenders(slices.Contains(chartNumbers, kind.Type) && !oneSender(a, b, kind.Label))
	}
	out = appendRow(out, "Reported by", senderNames(a), senderNames(b))
	out[len(out)-1].ofSenders(true)
	return out
}

// chartNumbers are the types of numbers (table 0203) that each sender gives anew:
// that those of two senders differ says nothing.
var chartNumbers = []string{"MR", "PI", "PT", "PN", "AN", "VN"}

// ofSenders marks a row, when it is of what each sender has of its own, as one
// whose differences say nothing.
func (c *Compared) ofSenders(own bool) {
	if !own || c.Like == Alike || c.Like == Partly {
		return
	}
	c.Like = Apart
	for _, list := range [][]Said{c.A, c.B} {
		for i := range list {
			list[i].Differs = false
		}
	}
}

// oneSender reports that one sender has given numbers of a kind to both.
func oneSender(a, b besides, label string) bool {
	for _, x := range a.Numbers {
		for _, y := range b.Numbers {
			if x.Label == label && y.Label == label && x.From == y.From {
				return true
			}
		}
	}
	return false
}

// numberKinds are the kinds of numbers of two records, each once.
func numberKinds(a, b besides) []Number {
	var out []Number
	for _, n := range slices.Concat(a.Numbers, b.Numbers) {
		if !slices.ContainsFunc(out, func(o Number) bool { return o.Label == n.Label }) {
			out = append(out, n)
		}
	}
	return out
}

func appendRow(rows []Compared, label string, a, b []string) []Compared {
	if len(a)+len(b) == 0 {
		return rows
	}
	row := Compared{Label: label, A: marked(a, b), B: marked(b, a)}
	shared, alone := 0, 0
	for _, s := range slices.Concat(row.A, row.B) {
		if s.Differs {
			alone++
		} else {
			shared++
		}
	}
	switch {
	case alone == 0:
		row.Like = Alike
	case shared > 0:
		row.Like = Partly
	case len(a) == 0 || len(b) == 0:
		row.Like = OneSide
	default:
		row.Like = Unlike
	}
	return append(rows, row)
}

// marked are values, each with whether it is among others.
func marked(list, others []string) []Said {
	out := make([]Said, len(list))
	for i, v := range list {
		out[i] = Said{v, !slices.ContainsFunc(others, func(o string) bool { return fold.Text(o) == fold.Text(v) })}
	}
	return out
}

func values(list []Labelled) []string {
	var out []string
	for _, l := range list {
		if !slices.Contains(out, l.Value) {
			out = append(out, l.Value)
		}
	}
	return out
}

func labelsOf(lists ...[]Labelled) []string {
	var out []string
	for _, l := range slices.Concat(lists...) {
		if !slices.Contains(out, l.Label) {
			out = append(out, l.Label)
		}
	}
	return out
}

func labelled(list []Labelled, label string) []string {
	var out []string
	for _, l := range list {
		if l.Label == label {
			out = append(out, l.Value)
		}
	}
	return out
}

// known is a value but for the words that stand where none is known.
func known(value, unknown string) []string {
	if value == unknown {
		return nil
	}
	return []string{value}
}

func day(d cal.Date) []string {
	if d == cal.None {
		return nil
	}
	return []string{d.Time().Format("January 2, 2006")}
}

func died(r besides) []string {
	if !r.Died {
		return nil
	}
	return []string{strings.Join(append([]string{"Yes"}, day(r.Death)...), ", ")}
}

func kinNames(r besides) []string {
	var out []string
	for _, k := range r.Kin {
		out = append(out, join(", ", k.Name, strings.ToLower(k.Relation)))
	}
	return out
}

func addressTexts(r besides) []string {
	var out []string
	for _, a := range r.Addresses {
		if text := strings.Join(a.Lines, ", "); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

func numbersOf(r besides, label string) []string {
	var out []string
	for _, n := range r.Numbers {
		if n.Label == label && !slices.Contains(out, n.Value) {
			out = append(out, n.Value)
		}
	}
	return out
}

func senderNames(r besides) []string {
	var out []string
	for _, s := range r.Sources {
		if !slices.Contains(out, s.Sender) {
			out = append(out, s.Sender)
		}
	}
	return out
}

// compareDoses puts the doses of two records beside each other, in order of date:
// doses of one day that have a vaccine group in common stand in one line.
func compareDoses(a, b []Dose) []ComparedDose {
	taken := make([]bool, len(b))
	var out []ComparedDose
	for i := range a {
		line := ComparedDose{Date: a[i].Date, A: &a[i]}
		for j := range b {
			if !taken[j] && b[j].Date == a[i].Date && slices.ContainsFunc(b[j].Groups, func(g string) bool { return slices.Contains(a[i].Groups, g) }) {
				taken[j], line.B = true, &b[j]
				break
			}
		}
		out = append(out, line)
	}
	for j := range b {
		if !taken[j] {
			out = append(out, ComparedDose{Date: b[j].Date, B: &b[j]})
		}
	}
	slices.SortStableFunc(out, func(x, y ComparedDose) int { return int(x.Date) - int(y.Date) })
	return out
}

// Line is a person as a list shows one.
func (d *Desk) Line(c *store.Card) Line { return d.line(c) }
