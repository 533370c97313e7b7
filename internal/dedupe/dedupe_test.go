package dedupe

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// shot is a report in short: id, sender, day, CVX, source (a administered, h
// historical) and lot.
type shot struct {
	id, sender int64
	day        int
	cvx, src   string
	lot        string
}

func (s shot) report() iis.SourceDose {
	source := "01"
	if s.src == "a" {
		source = "00"
	}
	return iis.SourceDose{
		ID: iis.SourceDoseID(s.id), Origin: iis.SourceDoseID(s.id), Sender: iis.SenderID(s.sender), Key: fmt.Sprint(s.id),
		Dose: iis.Dose{Kind: iis.Given, Action: iis.Add, Date: cal.Of(2024, 5, s.day), CVX: s.cvx, InfoSource: source, Lot: s.lot},
	}
}

func TestReportsOfOneShotAreOneDose(t *testing.T) {
	for _, c := range []struct {
		name   string
		shots  []shot
		want   int
		review bool
		lead   int64 // primary of the first group
	}{
		{"given here and known of elsewhere", []shot{{1, 1, 1, "94", "h", ""}, {2, 2, 1, "94", "a", "L1"}}, 1, false, 2},
		{"known of by two, one only by the unspecified code", []shot{{1, 1, 1, "45", "h", ""}, {2, 2, 1, "08", "h", ""}}, 1, false, 2},
		{"other days", []shot{{1, 1, 1, "94", "h", ""}, {2, 2, 2, "94", "a", "L1"}}, 2, false, 1},
		{"no group in common", []shot{{1, 1, 1, "03", "a", ""}, {2, 2, 1, "08", "a", ""}}, 2, false, 1},
		{"given by two sites with one lot", []shot{{1, 1, 1, "94", "a", "ab-1"}, {2, 2, 1, "94", "a", "AB1"}}, 1, false, 1},
		{"given by two sites with two lots", []shot{{1, 1, 1, "94", "a", "L1"}, {2, 2, 1, "94", "a", "L2"}}, 2, true, 1},
		{"combination here, its components known of elsewhere",
			[]shot{{1, 1, 1, "20", "h", ""}, {2, 1, 1, "08", "h", ""}, {3, 1, 1, "10", "h", ""}, {4, 2, 1, "110", "a", "C1"}}, 1, false, 4},
		{"one sender holds two vaccines of a group apart", []shot{{1, 1, 1, "110", "h", ""}, {2, 1, 1, "08", "h", ""}}, 2, false, 1},
		{"one sender reports one vaccine twice", []shot{{1, 1, 1, "94", "h", ""}, {2, 1, 1, "94", "h", ""}}, 1, false, 1},
		{"one site gave two lots of one vaccine", []shot{{1, 1, 1, "94", "a", "L1"}, {2, 1, 1, "94", "a", "L2"}}, 2, true, 1},
		{"codes that are not known", []shot{{1, 1, 1, "", "h", ""}, {2, 2, 1, "", "h", ""}}, 2, false, 1},
	} {
		var reports []iis.SourceDose
		for _, s := range c.shots {
			reports = append(reports, s.report())
		}
		got := Group(reports, codeset.Default())
		if len(got) != c.want {
			t.Errorf("%s: %d doses, want %d: %+v", c.name, len(got), c.want, got)
			continue
		}
		if got[0].Primary != iis.SourceDoseID(c.lead) {
			t.Errorf("%s: report %d leads, want %d", c.name, got[0].Primary, c.lead)
		}
		review := false
		for _, g := range got {
			review = review || g.Review
		}
		if review != c.review {
			t.Errorf("%s: review is %v", c.name, review)
		}
	}
}

func TestRefusalsFactsAndDeletedReportsAreNoDoses(t *testing.T) {
	a, b, c := shot{1, 1, 1, "94", "a", ""}.report(), shot{2, 1, 1, "94", "h", ""}.report(), shot{3, 1, 1, "998", "h", ""}.report()
	a.Dose.Action, b.Dose.Kind, c.Dose.Kind = iis.Delete, iis.Refusal, iis.Fact
	if got := Group([]iis.SourceDose{a, b, c}, codeset.Default()); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

// Whatever the reports and their order: every one is in exactly one dose, and
// the doses are the same.
func TestGroupingIsAPartitionAndDoesNotDependOnOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cvx := []string{"94", "03", "21", "110", "20", "08", "10", "45", "", "107"}
	for range 500 {
		var reports []iis.SourceDose
		for i := range 1 + r.IntN(9) {
			reports = append(reports, shot{int64(i + 1), int64(1 + r.IntN(3)), 1 + r.IntN(2), cvx[r.IntN(len(cvx))],
				[]string{"a", "h"}[r.IntN(2)], []string{"", "L1", "L2"}[r.IntN(3)]}.report())
		}
		first := Group(reports, codeset.Default())
		seen := map[iis.SourceDoseID]int{}
		for _, g := range first {
			for _, m := range g.Members {
				seen[m]++
			}
		}
		for i := range reports {
			if seen[reports[i].Origin] != 1 {
				t.Fatalf("report %d is in %d doses", i, seen[reports[i].Origin])
			}
		}
		r.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
		if again := Group(reports, codeset.Default()); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Fatalf("another order gives other doses:\n%+v\n%+v", first, again)
		}
	}
}
