package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"openiis/internal/is"
)

// deduped is an answer of `openiis dedupe`.
type deduped struct {
	ID     json.RawMessage
	Error  string
	Groups []struct {
		Primary string
		Members []string
		Rule    string
		Review  bool
	}
	Pairs []struct{ A, B, Decision, Why string }
}

// deduping answers lines of histories.
func deduping(t *testing.T, stdin string) []deduped {
	t.Helper()
	var out, errs bytes.Buffer
	is.Equal(t, "status: "+errs.String(), dedupeCommand(nil, strings.NewReader(stdin), &out, &errs), exitOK)
	var all []deduped
	for text := range strings.Lines(out.String()) {
		var a deduped
		is.NoError(t, text, json.Unmarshal([]byte(text), &a))
		all = append(all, a)
	}
	return all
}

// said is an answer in short: the groups with their leader first, ? for review,
// then the pairs.
func (a *deduped) said() string {
	var b strings.Builder
	for _, g := range a.Groups {
		rest := slices.DeleteFunc(slices.Clone(g.Members), func(m string) bool { return m == g.Primary })
		fmt.Fprintf(&b, "%s ", strings.Join(append([]string{g.Primary}, rest...), "+")+map[bool]string{true: "?"}[g.Review])
	}
	for _, p := range a.Pairs {
		fmt.Fprintf(&b, "%s%s:%s ", p.A, p.B, p.Decision)
	}
	return strings.TrimSpace(b.String())
}

func TestDedupeSaysWhichReportsAreOfOneShot(t *testing.T) {
	const mmr = `"date":"2024-05-01","cvx":"03"`
	const dtap = `"date":"2024-05-01","cvx":"20",`
	for _, c := range []struct{ name, doses, want string }{
		{"nothing reported", ``, ``},
		{"given, and known of", `{"ref":"B",` + mmr + `,"source":"historical","organization":"oak"},{"ref":"A",` + mmr + `,"source":"administered","organization":"elm"}`,
			"A+B BA:same"},
		{"given by two with other lots", `{"ref":"A",` + mmr + `,"lot":"X1","source":"administered","organization":"elm"},{"ref":"B",` + mmr + `,"lot":"ZZ99","source":"administered","organization":"oak"}`,
			"A? B? AB:review"},
		{"no vaccine in common", `{"ref":"A",` + mmr + `,"source":"administered"},{"ref":"B","date":"2024-05-01","cvx":"10","source":"administered"}`,
			"A B"},
		{"a source that is not said", `{"ref":"A",` + mmr + `,"source":"administered"},{"ref":"B",` + mmr + `}`,
			"A+B AB:same"},
		{"one refused that day", `{"ref":"A",` + mmr + `,"source":"administered","completion":"CP"},{"ref":"B",` + mmr + `,"source":"historical","completion":"RE"}`,
			"A B AB:different"},
		{"one not given that day", `{"ref":"A",` + mmr + `,"completion":"NA"},{"ref":"B",` + mmr + `,"completion":"PA"}`,
			"B A AB:different"},
		{"no vaccine administered, by two", `{"ref":"A","date":"2024-05-01","cvx":"998","source":"administered","organization":"elm","completion":"CP"},{"ref":"B","date":"2024-05-01","cvx":"998","source":"administered","organization":"oak","completion":"CP"}`,
			"A B AB:different"},
		{"known of beside another's shot, and a later one", `{"ref":"A",` + dtap + `"source":"administered","organization":"X"},{"ref":"B","date":"2024-05-11","cvx":"20","source":"administered","organization":"Y"},{"ref":"C",` + dtap + `"source":"historical","organization":"Z"}`,
			"A+C B AB:different AC:same BC:different"},
		{"the same, and the lot of the later one", `{"ref":"A",` + dtap + `"source":"administered","organization":"X"},{"ref":"B","date":"2024-05-11","cvx":"20","lot":"L5","source":"administered","organization":"Y"},{"ref":"C",` + dtap + `"lot":"L5","source":"historical","organization":"Z"}`,
			"A+C? B? AB:different AC:same BC:review"},
		{"two lots two days apart, and known of", `{"ref":"A",` + dtap + `"lot":"AAAA1","source":"administered","organization":"X"},{"ref":"B","date":"2024-05-03","cvx":"20","lot":"ZZZZ9","source":"administered","organization":"Y"},{"ref":"C",` + dtap + `"source":"historical","organization":"Z"}`,
			"A+C? B? AB:review AC:same BC:review"},
	} {
		all := deduping(t, `{"id":"x","birthDate":"2023-01-01","doses":[`+c.doses+"]}\n")
		is.Equal(t, c.name, all[0].said(), c.want)
		for _, p := range all[0].Pairs {
			is.Equal(t, c.name+": why", p.Why != "", true)
		}
	}
}

func TestDedupeAnswersALineThatItCannotReadAndGoesOn(t *testing.T) {
	all := deduping(t, strings.Join([]string{
		`junk`,
		`{"id":1,"doses":[{"ref":"A","date":"2024-13-01","cvx":"03"}]}`,
		`{"id":2,"doses":[{"ref":"A","date":"2024-05-01","cvx":"03","source":"hearsay"}]}`,
		`{"id":3,"doses":[{"ref":"A","date":"2024-05-01","cvx":"03"},{"ref":"A","date":"2024-05-01","cvx":"03"}]}`,
		`{"id":4,"birthDate":"junk","doses":[]}`,
		`{"id":5,"birthDate":"2024-02-30","doses":[]}`,
		`{"id":6,"birthDate":7,"doses":[]}`,
		`{"id":7,"birthDate":"","doses":[]}`,
		`{"id":8,"doses":[]}`,
	}, "\n")+"\n")
	is.Equal(t, "answers", len(all), 9)
	for i, id := range []string{"null", "1", "2", "3", "4", "5", "6", "7", "8"} {
		is.Equal(t, "id", string(all[i].ID), id)
		is.Equal(t, id+" is refused: "+all[i].Error, all[i].Error != "", i < 7)
	}
	is.Equal(t, "what is wrong", all[4].Error, "birthDate is not a day as YYYY-MM-DD.")
	is.Equal(t, "arrays are there", all[8].Groups != nil && all[8].Pairs != nil, true)
}

// Whatever the reports: a pair that is to be looked at is of two groups that are, one that is
// the same is of one group, and one of one group is the same.
func TestPairsOfDedupeAreAsTheirGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	reviewed := 0
	for range 2000 {
		var doses []string
		for n := range 2 + r.IntN(5) {
			doses = append(doses, fmt.Sprintf(`{"ref":"%d","date":"2024-05-%02d","cvx":%q,"lot":%q,"source":%q,"organization":%q}`, n, 1+r.IntN(14),
				pick("20", "106", "110", "107", "08"), pick("", "", "AAAA1", "AAAA2", "ZZZZ9"), pick("administered", "historical"), pick("X", "Y", "Z")))
		}
		line := `{"id":"x","birthDate":"2023-01-01","doses":[` + strings.Join(doses, ",") + "]}\n"
		a := deduping(t, line)[0]
		group := map[string]int{}
		for i, g := range a.Groups {
			for _, m := range g.Members {
				group[m] = i
			}
		}
		for _, p := range a.Pairs {
			x, y := group[p.A], group[p.B]
			review := p.Decision == "review"
			if (p.Decision == "same") != (x == y) || review && !(a.Groups[x].Review && a.Groups[y].Review) {
				t.Fatalf("%s%s %s: %s", p.A, p.B, p.Decision, line)
			}
			if review {
				reviewed++
			}
		}
	}
	if reviewed < 500 {
		t.Errorf("only %d pairs were to be looked at", reviewed)
	}
}
