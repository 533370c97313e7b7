package match

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/shared"
)

// pair is two people of a labelled set. The label says what a state's programme
// wants done with them.
type pair struct {
	name string
	want Outcome
	a, b iis.Person
}

var labels = map[string]Outcome{"Match": Match, "Possible Match": Possible, "Not a Match": New}

// labelledPairs reads a set of AIRA's or MIIS's. nameLastHyph is not read: in
// these sets it is there only where the two are one, so it gives the label away.
func labelledPairs(t testing.TB, name string) []pair {
	t.Helper()
	lines := strings.Split(string(shared.File(t, "matching", "pairs", name+".txt")), "\n")
	var out []pair
	for i := 0; i+3 < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "TEST: ") {
			continue
		}
		want, labelled := labels[strings.TrimSpace(strings.TrimPrefix(lines[i+1], "EXPECT: "))]
		if !labelled { // one says "Not Sure"
			continue
		}
		out = append(out, pair{lines[i][6:], want, pairPerson(lines[i+2]), pairPerson(lines[i+3])})
	}
	if len(out) < 2000 {
		t.Fatalf("%s has only %d pairs", name, len(out))
	}
	return out
}

func pairPerson(line string) iis.Person {
	_, line, _ = strings.Cut(line, ": ")
	f := map[string]string{}
	for _, kv := range strings.Split(line, ",") {
		k, v, _ := strings.Cut(kv, "=")
		f[k] = v
	}
	p := iis.Person{
		Names:        []iis.Name{{Family: f["nameLast"], Given: f["nameFirst"], Middle: f["nameMiddle"], Suffix: f["nameSuffix"], Type: "L"}},
		Birth:        cal.ParseCompact(f["birthDate"]),
		Sex:          f["gender"],
		MotherMaiden: iis.Name{Family: f["motherMaidenName"]},
		Addresses:    []iis.Address{{Street: f["addressStreet1"], Street2: f["addressStreet2"], City: f["addressCity"], State: f["addressState"], Zip: f["addressZip"]}},
		Telecoms:     []iis.Telecom{{Text: f["phone"]}},
		IDs:          []iis.Identifier{{Type: "SS", Value: f["ssn"]}, {Type: "MA", Value: f["medicaid"]}, {Type: "MR", Value: f["mrns"]}},
		Kin:          []iis.Kin{{Names: []iis.Name{{Family: f["guardianNameLast"], Given: f["guardianNameFirst"]}}}},
	}
	if f["nameAlias"] != "" {
		p.Names = append(p.Names, iis.Name{Given: f["nameAlias"], Type: "A"})
	}
	if f["birthType"] == "2" {
		p.MultipleBirth = "Y"
	}
	_, _ = fmt.Sscan(f["birthOrder"], &p.BirthOrder)
	return p
}

func profile(t testing.TB, name string) *Profile {
	t.Helper()
	r, err := Published()
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Profile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// table counts by label and answer.
type table map[[2]Outcome]int

func (c table) accuracy() float64 {
	right, all := 0, 0
	for k, n := range c {
		all += n
		if k[0] == k[1] {
			right += n
		}
	}
	return float64(right) / float64(all)
}

func (c table) String() string {
	var b strings.Builder
	for _, want := range []Outcome{Match, Possible, New} {
		fmt.Fprintf(&b, " %s→%d/%d/%d", want, c[[2]Outcome{want, Match}], c[[2]Outcome{want, Possible}], c[[2]Outcome{want, New}])
	}
	return b.String()
}

func judge(p *Profile, pairs []pair) table {
	out := table{}
	for i := range pairs {
		c := p.Compare(p.rules.Prepare(&pairs[i].a), p.rules.Prepare(&pairs[i].b))
		out[[2]Outcome{pairs[i].want, c.Outcome}]++
	}
	return out
}

// MIIS-B and MIIS-C are older than the other sets: for the same pairs MIIS-E
// changes 168 of MIIS-C's labels. They are judged by what they leave.
var labelledSets = []struct {
	name, profile string
	least         float64
	// wrong is how many pairs in the profile strict may be a match that the label
	// calls no match: wanted is none. In each of those there are now name, birth date,
	// sex and home agree.
	wrong int
}{
	{"AIRA-A", "strict", .95, 0}, {"MIIS-D", "balanced", .94, 0}, {"MIIS-E", "balanced", .94, 0},
	{"MIIS-B", "balanced", .89, 2}, {"MIIS-C", "balanced", .89, 13},
}

func TestLabelledPairsAreJudgedAsProgrammesDo(t *testing.T) {
	for _, set := range labelledSets {
		pairs := labelledPairs(t, set.name)
		for _, name := range []string{"balanced", "strict"} {
			got := judge(profile(t, name), pairs)
			t.Logf("%s %s: %.4f%s", set.name, name, got.accuracy(), got)
			if name == set.profile && got.accuracy() < set.least {
				t.Errorf("%s in the profile %s: accuracy %.4f, want %.2f", set.name, name, got.accuracy(), set.least)
			}
			if wrong := got[[2]Outcome{New, Match}]; name == "strict" && wrong > set.wrong {
				t.Errorf("%s: %d wrong automatic matches in the profile strict, at most %d, wanted none", set.name, wrong, set.wrong)
			}
		}
	}
}

// Where MIIS-C calls a pair no match that strict matches, the newer MIIS-E calls
// the same pair a match.
func TestStrictMatchesNothingThatTheNewestLabelsForbid(t *testing.T) {
	p, newest := profile(t, "strict"), map[string]Outcome{}
	for _, x := range labelledPairs(t, "MIIS-E") {
		newest[x.name] = x.want
	}
	for _, x := range labelledPairs(t, "MIIS-C") {
		if x.want != New || p.Compare(p.rules.Prepare(&x.a), p.rules.Prepare(&x.b)).Outcome != Match {
			continue
		}
		if newest[x.name] != Match {
			t.Errorf("%s is matched, and MIIS-E says %s", x.name, newest[x.name])
		}
	}
}

func TestHardlyAnyDuplicateSharesNoKey(t *testing.T) {
	p := profile(t, "balanced")
	for _, set := range labelledSets {
		same, lost, keys, people := 0, 0, 0, 0
		for _, x := range labelledPairs(t, set.name) {
			a, b := p.rules.Keys(&x.a), p.rules.Keys(&x.b)
			keys, people = keys+len(a)+len(b), people+2
			if x.want == New {
				continue
			}
			same++
			if !slices.ContainsFunc(a, func(k int64) bool { return slices.Contains(b, k) }) {
				lost++
			}
		}
		t.Logf("%s: %d of %d share no key; %.1f keys a person", set.name, lost, same, float64(keys)/float64(people))
		if float64(lost) > .001*float64(same) {
			t.Errorf("%s: %d of %d pairs that match, or may, share no key", set.name, lost, same)
		}
	}
}

// csvRows reads a file with a header.
func csvRows(t testing.TB, name ...string) []map[string]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(shared.File(t, name...)))
	r.TrimLeadingSpace = true
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, v := range cells {
			row[strings.TrimSpace(all[0][i])] = strings.TrimSpace(v)
		}
		out = append(out, row)
	}
	return out
}

func febrlPerson(row map[string]string) iis.Person {
	return iis.Person{
		Names:     []iis.Name{{Family: row["surname"], Given: row["given_name"]}},
		Birth:     cal.ParseCompact(row["date_of_birth"]),
		IDs:       []iis.Identifier{{Type: "SS", Value: row["soc_sec_id"]}},
		Addresses: []iis.Address{{Street: row["street_number"] + " " + row["address_1"], Street2: row["address_2"], City: row["suburb"], State: row["state"], Zip: row["postcode"]}},
	}
}

// pairScore are pairs of one set: those that are one person, and those that are
// linked, rightly and wrongly; and how many of the first share no key.
type pairScore struct{ all, right, wrong, unblocked int }

func (s pairScore) f1() float64 { return 2 * float64(s.right) / float64(s.right+s.wrong+s.all) }

// groups are records that are linked with one another, each with one that stands
// for the group.
type groups []int

func (g groups) of(i int) int {
	for g[i] != i {
		i = g[i]
	}
	return i
}

// linked links each record of a set with all that are likely the same person by
// themselves, and counts pairs that are linked so, and pairs of the groups that
// this makes: two are one person too when each is one with a third.
func linked(p *Profile, rows []map[string]string) (direct, grouped pairScore) {
	x := NewIndex(p)
	g := make(groups, len(rows))
	for i := range rows {
		in := febrlPerson(rows[i])
		x.Add(p.rules.Prepare(&in))
		g[i] = i
	}
	person := func(i int) string { return strings.Split(rows[i]["rec_id"], "-")[1] }
	for i, sources := range x.people {
		r := sources[0]
		near := x.Near(r)
		for j := range i {
			if person(i) == person(j) {
				direct.all++
				if !slices.Contains(near, j) {
					direct.unblocked++
				}
			}
		}
		for _, j := range near {
			if j >= i || p.Compare(r, x.people[j][0]).Outcome == New {
				continue
			}
			direct.count(person(i) == person(j))
			g[g.of(i)] = g.of(j)
		}
	}
	grouped.all = direct.all
	for i := range rows {
		for j := range i {
			if g.of(i) == g.of(j) {
				grouped.count(person(i) == person(j))
			}
		}
	}
	return direct, grouped
}

func (s *pairScore) count(same bool) {
	if same {
		s.right++
	} else {
		s.wrong++
	}
}

func TestDuplicatesOfFEBRLAreFound(t *testing.T) {
	for _, set := range []string{"dataset1", "dataset2"} {
		rows := csvRows(t, "matching", "febrl", set+".csv")
		direct, grouped := linked(profile(t, "balanced").For(len(rows)), rows)
		t.Logf("%s: pairs %+v, F1 %.4f; groups %+v, F1 %.4f", set, direct, direct.f1(), grouped, grouped.f1())
		if direct.f1() < .995 || grouped.f1() < .995 {
			t.Errorf("%s: F1 %.4f of pairs and %.4f of groups, want .995", set, direct.f1(), grouped.f1())
		}
		if lost := float64(direct.unblocked) / float64(direct.all); lost > .01 {
			t.Errorf("%s: %.4f of the duplicates share no key", set, lost)
		}
	}
}

func nbsPerson(row map[string]string) iis.Person {
	birth, err := cal.Parse(row["BIRTHDATE"])
	if at, short := time.Parse("1/2/06", row["BIRTHDATE"]); err != nil && short == nil { // as some rows have it
		birth = cal.On(at)
		if at.Year() > 2025 {
			birth = cal.Of(at.Year()-100, at.Month(), at.Day())
		}
	}
	return iis.Person{
		Names:        []iis.Name{{Family: row["LAST"], Given: row["FIRST"], Suffix: row["SUFFIX"]}},
		MotherMaiden: iis.Name{Family: row["MAIDEN"]},
		Birth:        birth, Sex: row["GENDER"],
		IDs:       []iis.Identifier{{Type: "SS", Value: row["SSN"]}},
		Addresses: []iis.Address{{Street: strings.ReplaceAll(row["ADDRESS"], `\n`, ", "), City: row["CITY"], State: row["STATE"], Zip: row["ZIP"]}},
	}
}

func TestNobodyOfRecordLinkersTestIsLinkedToTheWrongPerson(t *testing.T) {
	for _, name := range []string{"balanced", "strict"} {
		seed := csvRows(t, "matching", "search", "nbs_seed.csv")
		p := profile(t, name).For(len(seed))
		x := NewIndex(p)
		for _, row := range seed {
			in := nbsPerson(row)
			x.Add(p.rules.Prepare(&in))
		}
		got := map[string]int{}
		for _, row := range csvRows(t, "matching", "search", "nbs_test.csv") {
			in := nbsPerson(row)
			outcome, hits := x.Find(p.rules.Prepare(&in))
			top := "none"
			if len(hits) > 0 {
				top = "other"
				if seed[hits[0].Number]["Match Id"] == row["Match Id"] {
					top = "right"
				}
			}
			got[row["Expected Result"]+" "+string(outcome)+" "+top]++
			if outcome == Match && (top == "other" || row["Expected Result"] == "no_match") {
				t.Errorf("%s: row %s, expected %s, is linked to %s", name, row["Test Case #"], row["Expected Result"], top)
				t.Log(hits[0].Comparison.Bits, row)
			}
		}
		t.Log(name, got)
	}
}

// TestOlderLabelsContradictTheNewest counts what no rule can reach: whoever answers as
// MIIS-E labels a pair is wrong in MIIS-B or MIIS-C wherever those label the same pair
// otherwise; and whoever goes by what was compared, where they label alike pairs otherwise.
func TestOlderLabelsContradictTheNewest(t *testing.T) {
	p, newest, votes := profile(t, "balanced"), map[string]Outcome{}, map[[fieldCount]Level]map[Outcome]int{}
	said := func(x *pair) string { return fmt.Sprint(x.a, x.b) }
	vote := func(to map[[fieldCount]Level]map[Outcome]int, x *pair) {
		v := p.Compare(p.rules.Prepare(&x.a), p.rules.Prepare(&x.b)).Levels
		if to[v] == nil {
			to[v] = map[Outcome]int{}
		}
		to[v][x.want]++
	}
	for _, x := range labelledPairs(t, "MIIS-E") {
		newest[said(&x)] = x.want
		vote(votes, &x)
	}
	// best is how many of some pairs are right when they are answered as most of others are.
	best := func(of, by map[Outcome]int) (right int) {
		most := max(by[New], by[Possible], by[Match])
		for o, n := range of {
			if by[o] == most {
				right = max(right, n)
			}
		}
		return right
	}
	for _, set := range []struct {
		name        string
		otherwise   int
		asE, levels string // the most that is to be had by answering as MIIS-E, by pair and by what is compared
	}{{"MIIS-B", 31, ".989", ".953"}, {"MIIS-C", 168, ".941", ".940"}} {
		pairs, otherwise, right, own := labelledPairs(t, set.name), 0, 0, map[[fieldCount]Level]map[Outcome]int{}
		for i := range pairs {
			if label, there := newest[said(&pairs[i])]; there && label != pairs[i].want {
				otherwise++
			}
			vote(own, &pairs[i])
		}
		for v, of := range own {
			by := votes[v]
			if by == nil {
				by = of // MIIS-E has none like it: any answer may be had
			}
			right += best(of, by)
		}
		all := float64(len(pairs))
		asE, byLevels := fmt.Sprintf("%.3f", 1-float64(otherwise)/all)[1:], fmt.Sprintf("%.3f", float64(right)/all)[1:]
		if otherwise != set.otherwise || asE != set.asE || byLevels != set.levels {
			t.Errorf("%s: %d labelled otherwise, at most %s and %s, want %d, %s, %s", set.name, otherwise, asE, byLevels, set.otherwise, set.asE, set.levels)
		}
	}
}
