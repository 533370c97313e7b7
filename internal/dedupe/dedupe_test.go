package dedupe

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/matching"
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
		Dose: iis.Dose{Kind: iis.Given, Action: iis.Add, Date: cal.Of(2024, 5, 1).AddDays(s.day), CVX: s.cvx, InfoSource: source, Lot: s.lot},
	}
}

func reportsOf(shots []shot) []iis.SourceDose {
	var out []iis.SourceDose
	for _, s := range shots {
		out = append(out, s.report())
	}
	return out
}

// TestEachRule has each rule decide, and its neighbours not.
func TestEachRule(t *testing.T) {
	for _, c := range []struct {
		a, b shot
		want Verdict
		rule string
	}{
		{shot{1, 1, 0, "94", "h", ""}, shot{2, 1, 0, "94", "h", ""}, Same, "reported twice by one sender"},
		{shot{1, 1, 0, "94", "a", "L1"}, shot{2, 1, 0, "94", "a", "l-1"}, Same, "reported twice by one sender"},
		{shot{1, 1, 0, "94", "a", "L1"}, shot{2, 1, 0, "94", "a", "K2"}, Review, "two lots, one day, one site"},
		{shot{1, 1, 0, "94", "a", "L1"}, shot{2, 1, 0, "94", "a", "L2"}, Review, "two lots, one day, one site"}, // lots that follow one another are two
		{shot{1, 1, 0, "110", "a", ""}, shot{2, 1, 0, "08", "a", ""}, Different, "held apart by who gave both"},
		{shot{1, 1, 0, "110", "a", ""}, shot{2, 1, 0, "120", "a", ""}, Different, "held apart by who gave both"},
		// A bill beside the clinical record of one site is no second vaccine.
		{shot{1, 1, 0, "20", "a", "AB12"}, shot{2, 1, 0, "107", "a", ""}, Same, "two codes, one day, one site"},
		{shot{1, 1, 0, "110", "a", "AB12"}, shot{2, 1, 0, "107", "a", ""}, Review, "vaccines differ, one day"},
		{shot{1, 1, 0, "20", "a", "AB12"}, shot{2, 1, 0, "106", "a", ""}, Same, "general and particular code, one day"},
		{shot{1, 1, 0, "106", "a", "AB12"}, shot{2, 1, 0, "20", "a", ""}, Same, "general and particular code, one day"},
		{shot{1, 1, 0, "175", "a", "AB12"}, shot{2, 1, 0, "176", "a", ""}, Review, "vaccines differ, one day"}, // two products
		{shot{1, 1, 0, "114", "a", "AB12"}, shot{2, 1, 0, "136", "a", ""}, Review, "vaccines differ, one day"}, // with one bill code
		{shot{1, 1, 0, "110", "a", "AB12"}, shot{2, 1, 0, "106", "a", ""}, Different, "held apart by who gave both"},
		{shot{1, 1, 0, "20", "a", "AB12"}, shot{2, 1, 0, "106", "a", "AB12"}, Same, "one lot, one day"},
		{shot{1, 1, 0, "20", "a", "AB12"}, shot{2, 1, 0, "106", "a", "XY99"}, Review, "lots differ, one day"},
		{shot{1, 1, 0, "110", "a", "A1"}, shot{2, 2, 0, "10", "a", "B2"}, Different, "combination and another lot"},
		{shot{1, 1, 0, "110", "h", "A1"}, shot{2, 1, 0, "10", "h", "B2"}, Different, "combination and another lot"},
		{shot{1, 1, 0, "20", "a", "L1"}, shot{2, 2, 0, "106", "h", ""}, Same, "given and known, one day"},
		{shot{1, 1, 0, "20", "a", "AB12"}, shot{2, 2, 0, "107", "h", "AB13"}, Same, "given and known, one day"}, // a slip in what is known of
		{shot{1, 1, 0, "20", "a", "AB12"}, shot{2, 2, 0, "20", "h", "XY99"}, Review, "lots differ, one day"},
		{shot{1, 1, 0, "45", "h", ""}, shot{2, 2, 0, "08", "h", ""}, Same, "known of, one day"},
		{shot{1, 1, 0, "89", "h", ""}, shot{2, 2, 0, "10", "h", ""}, Same, "known of, one day"},
		{shot{1, 1, 0, "109", "h", ""}, shot{2, 2, 0, "133", "h", ""}, Same, "known of, one day"},
		{shot{1, 1, 0, "10", "h", "AB12"}, shot{2, 2, 0, "10", "h", "AB13"}, Review, "lots differ, one day"},
		{shot{1, 1, 0, "94", "a", "ab-1"}, shot{2, 2, 0, "94", "a", "AB1"}, Same, "one lot, one day"},
		{shot{1, 1, 0, "20", "a", "AB1"}, shot{2, 2, 0, "106", "a", "AB1"}, Same, "one lot, one day"},
		{shot{1, 1, 0, "49", "a", "2345mm"}, shot{2, 2, 0, "49", "a", ""}, Same, "given by two, one day"},
		{shot{1, 1, 0, "94", "a", "L1"}, shot{2, 2, 0, "94", "a", "L2"}, Review, "lots differ, one day"},
		{shot{1, 1, 0, "20", "a", ""}, shot{2, 2, 0, "106", "a", ""}, Same, "general and particular code, one day"},
		{shot{1, 1, 0, "18", "a", ""}, shot{2, 2, 0, "176", "a", "AB1"}, Same, "general and particular code, one day"},
		{shot{1, 1, 0, "20", "a", ""}, shot{2, 2, 2, "106", "a", ""}, Different, "two shots"}, // no more than before on another day
		{shot{1, 1, 0, "110", "a", "C1"}, shot{2, 2, 0, "20", "h", ""}, Same, "combination and its part"},
		{shot{1, 1, 0, "20", "a", "C1"}, shot{2, 2, 0, "110", "h", ""}, Same, "combination and its part"},
		{shot{1, 1, 0, "110", "h", ""}, shot{2, 1, 0, "08", "h", ""}, Same, "combination and its part"},
		{shot{1, 1, 0, "20", "h", ""}, shot{2, 2, 0, "106", "h", ""}, Same, "combination and its part"},
		{shot{1, 1, 0, "110", "a", ""}, shot{2, 2, 0, "20", "a", ""}, Review, "vaccines differ, one day"},
		{shot{1, 1, 0, "110", "a", ""}, shot{2, 2, 0, "120", "h", ""}, Review, "vaccines differ, one day"}, // neither stands for both
		{shot{1, 1, 0, "05", "h", ""}, shot{2, 2, 0, "06", "h", ""}, Different, ""},                        // measles and rubella
		{shot{1, 1, 0, "05", "h", ""}, shot{2, 2, 0, "03", "h", ""}, Same, "combination and its part"},
		{shot{1, 1, 0, "03", "a", ""}, shot{2, 2, 0, "08", "a", ""}, Different, ""},
		{shot{1, 1, 0, "30", "a", ""}, shot{2, 2, 0, "30", "h", ""}, Same, "given and known, one day"}, // of no vaccine group

		{shot{1, 1, 0, "08", "a", "ENG123"}, shot{2, 2, -3, "45", "h", ""}, Same, "given and known, days apart"},
		{shot{1, 1, 0, "51", "a", ""}, shot{2, 2, 2, "45", "h", ""}, Same, "given and known, days apart"},
		{shot{1, 1, 0, "08", "a", "ENG123"}, shot{2, 2, 3, "08", "h", "ENG124"}, Same, "given and known, days apart"},
		{shot{1, 1, 0, "20", "a", "AAAA1"}, shot{2, 2, 2, "20", "a", "ZZZZ9"}, Review, "two lots, days apart, both given"},
		{shot{1, 1, 0, "20", "a", "AAAA1"}, shot{2, 2, 2, "20", "h", "ZZZZ9"}, Different, "lots differ, days apart"},
		{shot{1, 1, 0, "20", "a", "AAAA1"}, shot{2, 2, 14, "20", "a", "ZZZZ9"}, Different, "lots differ, days apart"},
		{shot{1, 1, 0, "08", "a", "ENG123"}, shot{2, 2, 3, "08", "h", "X9"}, Different, "lots differ, days apart"},
		{shot{1, 1, 0, "08", "a", "ENG123"}, shot{2, 2, 3, "08", "a", "ENG124"}, Review, "two lots, days apart, both given"},
		{shot{1, 1, 0, "08", "a", "ENG123"}, shot{2, 2, 5, "08", "h", ""}, Review, "too close for two"},
		{shot{1, 1, 0, "08", "a", ""}, shot{2, 2, 2, "08", "a", ""}, Review, "given by two, days apart"},
		{shot{1, 1, 0, "110", "a", ""}, shot{2, 2, 2, "08", "h", ""}, Review, "vaccines differ, days apart"},
		{shot{1, 1, 0, "110", "a", ""}, shot{2, 2, 2, "08", "a", ""}, Different, "two shots"},
		{shot{1, 1, 0, "17", "h", ""}, shot{2, 2, 1, "48", "h", ""}, Review, "known of, days apart, school"},
		{shot{1, 1, 0, "88", "h", ""}, shot{2, 2, 4, "150", "h", ""}, Same, "known of, days apart"},
		{shot{1, 1, 0, "110", "a", "AC21"}, shot{2, 1, 10, "110", "a", "AC21"}, Review, "one sender, days apart"},
		{shot{1, 1, 0, "110", "h", ""}, shot{2, 1, 3, "110", "h", ""}, Review, "one sender, days apart"},
		{shot{1, 1, 0, "110", "a", "AC21"}, shot{2, 2, 3, "110", "a", "AC21"}, Same, "one lot, days apart"},
		{shot{1, 1, 0, "110", "a", "AC21"}, shot{2, 2, 10, "110", "a", "AC21"}, Review, "one lot, more days apart"},
		{shot{1, 1, 0, "110", "a", "AC21"}, shot{2, 1, 24, "110", "a", "AC21"}, Different, ""},
		{shot{1, 1, 0, "20", "h", ""}, shot{2, 2, 23, "20", "h", ""}, Review, "too close for two"},
		{shot{1, 1, 0, "20", "h", ""}, shot{2, 2, 24, "20", "h", ""}, Different, ""},
		{shot{1, 1, 0, "110", "h", ""}, shot{2, 2, 7, "107", "h", ""}, Different, "two shots"},
		{shot{1, 1, 0, "20", "a", ""}, shot{2, 2, 7, "20", "a", ""}, Different, "two shots"},

		// 3 May, which is 2024-05-03, and 5 March: 59 days before.
		{shot{1, 1, 2, "08", "a", "AB12"}, shot{2, 2, -57, "08", "h", ""}, Review, "day and month exchanged"},
		{shot{1, 1, 2, "08", "h", ""}, shot{2, 1, -57, "45", "h", ""}, Review, "day and month exchanged"},
		{shot{1, 1, 2, "08", "a", "AB12"}, shot{2, 2, -57, "08", "a", "AB12"}, Review, "day and month exchanged"},
		{shot{1, 1, 2, "20", "a", "AB12"}, shot{2, 2, -57, "106", "h", ""}, Review, "day and month exchanged"},
		{shot{1, 1, 2, "08", "a", ""}, shot{2, 2, -57, "08", "a", ""}, Different, ""},
		{shot{1, 1, 2, "08", "a", "AB12"}, shot{2, 2, -57, "08", "h", "XY99"}, Different, ""},
		{shot{1, 1, 2, "08", "a", "AB12"}, shot{2, 2, -57, "110", "h", ""}, Different, ""},
		{shot{1, 1, 2, "08", "a", "AB12"}, shot{2, 2, -56, "08", "h", ""}, Different, ""},
		{shot{1, 1, 2, "30", "a", "AB12"}, shot{2, 2, -57, "30", "h", ""}, Different, ""}, // immune globulin

		{shot{1, 1, 0, "18", "a", "R1"}, shot{2, 1, 3, "18", "a", "R1"}, Different, ""}, // rabies: days 0 and 3
		{shot{1, 1, 0, "18", "a", "R1"}, shot{2, 2, 2, "18", "h", ""}, Same, "given and known, days apart"},
		{shot{1, 1, 0, "208", "a", "EL1"}, shot{2, 1, 21, "208", "a", "EL1"}, Different, ""}, // two doses from a mass clinic's one lot
		{shot{1, 1, 0, "104", "a", "T1"}, shot{2, 1, 7, "104", "a", "T1"}, Different, ""},    // accelerated
		{shot{1, 1, 0, "134", "a", "J1"}, shot{2, 1, 7, "134", "a", "J1"}, Different, ""},
		{shot{1, 1, 0, "30", "a", "H1"}, shot{2, 2, 1, "30", "h", ""}, Different, ""},
	} {
		a, b := c.a.report(), c.b.report()
		verdict, rule := Published().Compare(&a, &b)
		other, back := Published().Compare(&b, &a)
		if verdict != c.want || rule != c.rule {
			t.Errorf("%v and %v: %s by %q, want %s by %q", c.a, c.b, verdict, rule, c.want, c.rule)
		}
		if other != verdict || back != rule {
			t.Errorf("%v and %v: %s by %q the other way round", c.a, c.b, other, back)
		}
	}
}

func TestEveryRuleHasItsCaseAndItsSentence(t *testing.T) {
	names := map[string]bool{}
	for _, r := range rules {
		if names[r.name] || Say(r.name) != r.say || r.say == "" || r.of == "" {
			t.Errorf("%q: a rule has a name of its own, a sentence, and says which of the guide it is", r.name)
		}
		names[r.name] = true
	}
	is.Equal(t, "a rule of the past", Say("given twice on one day"), "given twice on one day")
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
		{"combination here, its components known of elsewhere",
			[]shot{{1, 1, 1, "20", "h", ""}, {2, 1, 1, "08", "h", ""}, {3, 1, 1, "10", "h", ""}, {4, 2, 1, "110", "a", "C1"}}, 1, false, 4},
		{"components given here, the combination known of elsewhere",
			[]shot{{1, 1, 1, "20", "a", "A"}, {2, 1, 1, "08", "a", "B"}, {3, 1, 1, "10", "a", "C"}, {4, 2, 1, "110", "h", ""}}, 1, false, 4},
		{"two combinations of which neither holds the other", []shot{{1, 1, 1, "110", "h", ""}, {2, 2, 1, "120", "h", ""}}, 2, true, 1},
		{"measles, mumps and rubella alone, and all in one",
			[]shot{{1, 1, 1, "05", "h", ""}, {2, 1, 1, "06", "h", ""}, {3, 1, 1, "07", "h", ""}, {4, 2, 1, "03", "h", ""}}, 1, false, 4},
		{"the giver knows that there was no pertussis in it, another says there was", []shot{{1, 1, 1, "28", "a", ""}, {2, 2, 1, "20", "h", ""}}, 1, false, 2},
		{"two lots given, and known of by a third", []shot{{1, 1, 1, "94", "a", "L1"}, {2, 2, 1, "94", "a", "K2"}, {3, 3, 1, "94", "h", ""}}, 2, true, 1},
		{"no lot, and two lots: two given with different lots are never one", []shot{{1, 1, 1, "94", "a", ""}, {2, 2, 1, "94", "a", "L1"}, {3, 3, 1, "94", "a", "K2"}}, 2, true, 1},
		{"the nearest of two days", []shot{{1, 1, 1, "08", "a", "L1"}, {2, 1, 6, "08", "a", "K2"}, {3, 2, 5, "08", "h", ""}}, 2, false, 1},
		{"a shot given between keeps what is known of apart", // the lots keep 3 from 2
			[]shot{{1, 1, 1, "08", "a", "L1"}, {2, 1, 3, "08", "a", "K2"}, {3, 2, 5, "08", "h", "L1"}}, 2, true, 1},
		{"too close to what is known of, which is another's shot", []shot{{1, 1, 0, "20", "a", ""}, {2, 2, 10, "20", "a", ""}, {3, 3, 0, "20", "h", ""}}, 2, false, 1},
		{"the lot of one shot is known of with the day of another", []shot{{1, 1, 0, "20", "a", ""}, {2, 2, 10, "20", "a", "AAAA1"}, {3, 3, 0, "20", "h", "AAAA1"}, {4, 4, 0, "20", "h", "AAAA1"}}, 2, true, 1},
		{"two lots days apart, and known of", []shot{{1, 1, 0, "20", "a", "AAAA1"}, {2, 2, 2, "20", "a", "ZZZZ9"}, {3, 3, 0, "20", "h", ""}}, 2, true, 1},
		{"days do not chain", []shot{{1, 1, 0, "88", "h", ""}, {2, 2, 4, "88", "h", ""}, {3, 3, 8, "88", "h", ""}}, 2, true, 1},
		{"codes that are not known", []shot{{1, 1, 1, "", "h", ""}, {2, 2, 1, "", "h", ""}}, 2, false, 1},
		{"a bill beside the record, and history by another", []shot{{1, 1, 1, "20", "a", "AB12"}, {2, 1, 1, "107", "a", ""}, {3, 2, 1, "20", "h", ""}}, 1, false, 1},
		{"day and month exchanged by who knows of it", []shot{{1, 1, 2, "08", "a", "AB12"}, {2, 2, -57, "08", "h", ""}}, 2, true, 1},
		{"days exchanged, and each another's own", []shot{{1, 1, 2, "08", "a", "AB12"}, {2, 2, -57, "08", "a", "XY99"}, {3, 3, -57, "08", "h", ""}, {4, 3, 2, "08", "h", ""}}, 2, false, 1},
		{"a lot that is mistyped, and the same without", []shot{{1, 1, 1, "08", "a", "AB12"}, {2, 2, 1, "08", "h", "AB13"}, {3, 3, 1, "08", "h", "AB12"}}, 1, false, 1},
	} {
		got := Published().Group(reportsOf(c.shots), nil)
		if len(got) != c.want {
			t.Errorf("%s: %d doses, want %d: %+v", c.name, len(got), c.want, got)
			continue
		}
		if got[0].Primary != iis.SourceDoseID(c.lead) {
			t.Errorf("%s: report %d leads, want %d", c.name, got[0].Primary, c.lead)
		}
		for _, g := range got {
			if g.Review != (len(g.Doubts) > 0) || len(g.Doubts) > len(got)-1 {
				t.Errorf("%s: doubts %v", c.name, g.Doubts)
			}
		}
		review := slices.ContainsFunc(got, func(g iis.Consolidated) bool { return g.Review })
		if review != c.review {
			t.Errorf("%s: review is %v: %+v", c.name, review, got)
		}
	}
}

func TestADoseTellsWhyOfEachReportAndTheWeakestOfAll(t *testing.T) {
	got := Published().Group(reportsOf([]shot{{1, 1, 0, "08", "a", "L1"}, {2, 2, 0, "08", "h", ""}, {3, 3, 3, "45", "h", ""}}), nil)
	is.Equal(t, "doses", got, []iis.Consolidated{{
		ID: 1, Primary: 1, Members: []iis.SourceDoseID{1, 2, 3}, Rule: "given and known, days apart",
		Rules: []string{"given and known, one day", "given and known, days apart"},
	}})
	is.Equal(t, "of one", got[0].WhyMember(3), "given and known, days apart")
	is.Equal(t, "of the first", got[0].WhyMember(1), "")
	got = Published().Group(reportsOf([]shot{{1, 1, 0, "08", "a", "L1"}, {2, 2, 0, "08", "a", "X9"}, {3, 3, 9, "08", "h", ""}}), nil)
	is.Equal(t, "doubts", [][]iis.DoseDoubt{got[0].Doubts, got[1].Doubts, got[2].Doubts}, [][]iis.DoseDoubt{
		{{Other: 2, Rule: "lots differ, one day"}, {Other: 3, Rule: "too close for two"}},
		{{Other: 1, Rule: "lots differ, one day"}, {Other: 3, Rule: "too close for two"}},
		{{Other: 1, Rule: "too close for two"}, {Other: 2, Rule: "too close for two"}},
	})
}

func TestWhichReportIsShown(t *testing.T) {
	base := shot{1, 1, 0, "08", "h", ""}.report()
	with := func(id int64, change func(*iis.SourceDose)) iis.SourceDose {
		d := base
		d.ID, d.Origin, d.Sender, d.Key = iis.SourceDoseID(id), iis.SourceDoseID(id), iis.SenderID(id), fmt.Sprint(id)
		change(&d)
		return d
	}
	source := func(s string) func(*iis.SourceDose) { return func(d *iis.SourceDose) { d.Dose.InfoSource = s } }
	for _, c := range []struct {
		name        string
		worse, than func(*iis.SourceDose)
	}{
		{"known of, given", func(d *iis.SourceDose) { d.Detail = 6 }, source("00")},
		{"in part, wholly", func(d *iis.SourceDose) { d.Dose.Completion = "PA"; d.Detail = 6 }, func(*iis.SourceDose) {}},
		{"memory, written record", source("04"), source("03")},
		{"school, nobody says", source("07"), source("01")},
		{"another provider, another registry", source("02"), source("05")},
		{"unspecified, specific", func(d *iis.SourceDose) { d.Dose.CVX = "45"; d.Detail = 6 }, func(*iis.SourceDose) {}},
		{"part, combination", source("00"), func(d *iis.SourceDose) { d.Dose.CVX = "110" }},
		{"little, much", func(*iis.SourceDose) {}, func(d *iis.SourceDose) { d.Detail = 3 }},
		{"earlier, later", func(*iis.SourceDose) {}, func(*iis.SourceDose) {}},
	} {
		got := Published().Group([]iis.SourceDose{with(1, c.worse), with(2, c.than)}, nil)
		if len(got) != 1 || got[0].Primary != 2 {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestWhoseWordIsTakenFirstGoesByWhatSendersAre has each report of two senders in either
// order and under either number: what a sender is decides, and nothing else does.
func TestWhoseWordIsTakenFirstGoesByWhatSendersAre(t *testing.T) {
	senders := Senders{
		1: iis.KindClinic, 2: iis.KindPharmacy, 3: iis.KindHealthPlan, 4: iis.KindSchool, 5: iis.KindChildCare, 6: iis.KindHospital, 7: iis.KindState,
	}
	told := func(id, sender int64, source string, detail int) iis.SourceDose {
		d := shot{id, sender, 0, "08", "h", ""}.report()
		d.Dose.InfoSource, d.Detail = source, detail
		return d
	}
	for _, c := range []struct {
		name                string
		first               int64
		firstBy             string
		firstSays           int
		second              int64
		secondBy            string
		secondSays          int
		why, withoutSenders string
	}{
		{"a clinic before a pharmacy", 1, "00", 0, 2, "00", 9, "the report shown is trusted more (who gave it tells it from their own chart), and this one less (a pharmacy gave it and tells it from its own record).", "second"},
		{"a pharmacy before a bill", 2, "00", 0, 3, "00", 9, "the report shown is trusted more (a pharmacy gave it and tells it from its own record), and this one less (a health plan tells it from a bill for a shot that somebody else gave).", "second"},
		{"a bill before a school", 3, "01", 0, 4, "01", 9, "the report shown is trusted more (a health plan knows of it from a bill), and this one less (a school’s list, copied from what parents brought).", "second"},
		{"a clinic that knows of it before a bill", 1, "01", 0, 3, "01", 9, "the report shown is trusted more (somebody knows of it and does not say from where), and this one less (a health plan knows of it from a bill).", "second"},
		{"what was given before all that is known of", 5, "00", 0, 1, "02", 9, "the report shown is from who gave it, and this one knows of it.", "first"},
		{"a school that says from where is as any", 4, "03", 9, 1, "03", 0, "the report shown says more of the shot.", "first"},
		{"a hospital is as any who gave it", 6, "00", 9, 1, "00", 0, "the report shown says more of the shot.", "first"},
		{"the programme’s staff after who gave it", 6, "00", 0, 7, "00", 9, "the report shown is trusted more (who gave it tells it from their own chart), and this one less (the programme’s staff entered it, or it was in a file, for whoever gave it).", "second"},
	} {
		for _, ids := range [][2]int64{{1, 2}, {2, 1}} {
			a, b := told(ids[0], c.first, c.firstBy, c.firstSays), told(ids[1], c.second, c.secondBy, c.secondSays)
			for _, reports := range [][]iis.SourceDose{{a, b}, {b, a}} {
				got := Published().From(senders).Group(reports, nil)
				if len(got) != 1 || got[0].Primary != a.Origin {
					t.Errorf("%s: %+v", c.name, got)
				}
				any := Published().Group(reports, nil)
				is.Equal(t, c.name+", of senders of whom nothing is known", any[0].Primary == a.Origin, c.withoutSenders == "first")
			}
			is.Equal(t, c.name, Published().From(senders).WhyShown(&a, &b), c.why)
		}
	}
}

func TestWhyOneReportIsShownAndNotAnother(t *testing.T) {
	with := func(id int64, change func(*iis.SourceDose)) *iis.SourceDose {
		d := shot{id, id, 0, "08", "h", ""}.report()
		change(&d)
		return &d
	}
	same := func(*iis.SourceDose) {}
	for _, c := range []struct {
		shown, other func(*iis.SourceDose)
		want         string
	}{
		{func(d *iis.SourceDose) { d.Dose.CVX = "110" }, func(d *iis.SourceDose) { d.Dose.InfoSource = "00" }, "the report shown holds all that was given, and this one a part of it."},
		{same, func(d *iis.SourceDose) { d.Dose.Completion = "PA" }, "this one says that not all of it was given."},
		{same, func(d *iis.SourceDose) { d.Dose.InfoSource = "" }, "this one does not say from where it is known."},
		{same, func(d *iis.SourceDose) { d.Dose.CVX = "45" }, "this one does not say which vaccine it was, but what it was against."},
		{same, func(d *iis.SourceDose) { d.Dose.Date++ }, "they are equally good, and the earlier day is shown."},
		{same, same, "they say the same, and the latest is shown."},
		{same, func(d *iis.SourceDose) { d.Dose.Lot = "X1" }, "they are equally good, and one is chosen by a fixed order."},
	} {
		is.Equal(t, "why", Published().WhyShown(with(1, c.shown), with(2, c.other)), c.want)
	}
}

func TestRefusalsFactsAndDeletedReportsAreNoDoses(t *testing.T) {
	a, b, c := shot{1, 1, 1, "94", "a", ""}.report(), shot{2, 1, 1, "94", "h", ""}.report(), shot{3, 1, 1, "998", "h", ""}.report()
	a.Dose.Action, b.Dose.Kind, c.Dose.Kind = iis.Delete, iis.Refusal, iis.Fact
	if got := Published().Group([]iis.SourceDose{a, b, c}, nil); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestAPersonsWordComesBeforeEveryRule(t *testing.T) {
	same, different := iis.PinSame, iis.PinDifferent
	for _, c := range []struct {
		name  string
		shots []shot
		pins  []iis.DosePin
		want  string
	}{
		{"two, though they agree", []shot{{1, 1, 0, "94", "a", "L1"}, {2, 2, 0, "94", "h", ""}}, []iis.DosePin{{A: 1, B: 2, Verdict: different}}, "[1] [2]"},
		{"two, and no doubt is left", []shot{{1, 1, 0, "94", "a", "L1"}, {2, 2, 0, "94", "a", "K2"}}, []iis.DosePin{{A: 1, B: 2, Verdict: different}}, "[1] [2]"},
		{"one, though lots differ", []shot{{1, 1, 0, "94", "a", "L1"}, {2, 2, 0, "94", "a", "K2"}}, []iis.DosePin{{A: 1, B: 2, Verdict: same}}, "[2 1]"},
		{"one, far apart; what agrees with the one that leads joins",
			[]shot{{1, 1, 0, "94", "a", "L1"}, {2, 2, 90, "94", "h", ""}, {3, 3, 0, "94", "h", ""}}, []iis.DosePin{{A: 1, B: 2, Verdict: same}}, "[1 2 3]"},
		{"a doubt about two others of the groups is decided too",
			[]shot{{1, 1, 0, "94", "a", "L1"}, {2, 2, 0, "94", "a", "K2"}, {3, 3, 0, "94", "h", ""}}, []iis.DosePin{{A: 2, B: 3, Verdict: different}}, "[1 3] [2]"},
		{"apart from one that a person joined with another",
			[]shot{{1, 1, 0, "94", "a", "L1"}, {2, 2, 90, "94", "h", ""}, {3, 3, 0, "94", "h", ""}},
			[]iis.DosePin{{A: 1, B: 2, Verdict: same}, {A: 2, B: 3, Verdict: different}}, "[1 2] [3]"},
		{"words that cannot all hold: apart wins",
			[]shot{{1, 1, 0, "94", "h", ""}, {2, 2, 40, "94", "h", ""}, {3, 3, 80, "94", "h", ""}},
			[]iis.DosePin{{A: 1, B: 2, Verdict: same}, {A: 2, B: 3, Verdict: same}, {A: 1, B: 3, Verdict: different}}, "[1 2] [3]"},
		{"of what is not there", []shot{{1, 1, 0, "94", "h", ""}}, []iis.DosePin{{A: 1, B: 9, Verdict: same}}, "[1]"},
	} {
		got := ""
		doses := Published().Group(reportsOf(c.shots), c.pins)
		for i, d := range doses {
			if i > 0 {
				got += " "
			}
			got += fmt.Sprint(d.Members)
			is.Equal(t, c.name+": review", d.Review, false)
		}
		is.Equal(t, c.name, got, c.want)
	}
	joined := Published().Group(reportsOf([]shot{{1, 1, 0, "94", "a", "L1"}, {2, 2, 0, "94", "a", "K2"}}), []iis.DosePin{{A: 1, B: 2, Verdict: same}})
	is.Equal(t, "rule", joined[0].Rule, ByPerson)
}

// someReports are made-up reports among which much agrees, and pins of some.
func someReports(r *rand.Rand) (reports []iis.SourceDose, pins []iis.DosePin) {
	cvx := []string{"94", "03", "21", "110", "20", "08", "10", "45", "", "107", "51", "05", "133", "109", "120"}
	for i := range 1 + r.IntN(12) {
		reports = append(reports, shot{int64(i + 1), int64(1 + r.IntN(3)), r.IntN(12) * r.IntN(3), cvx[r.IntN(len(cvx))],
			[]string{"a", "h"}[r.IntN(2)], []string{"", "", "L1", "K2"}[r.IntN(4)]}.report())
		reports[i].Detail = r.IntN(3)
	}
	for range r.IntN(4) {
		a, b := iis.SourceDoseID(1+r.IntN(len(reports))), iis.SourceDoseID(1+r.IntN(len(reports)))
		if a < b {
			pins = append(pins, iis.DosePin{A: a, B: b, Verdict: []iis.PinVerdict{iis.PinSame, iis.PinDifferent}[r.IntN(2)]})
		}
	}
	return reports, pins
}

// Whatever the reports and their order: every one is in exactly one dose, the
// doses are the same, what a person held apart is apart, and a dose shows
// whatever any of its reports was against.
func TestGroupingIsAPartitionAndDoesNotDependOnOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rules := Published()
	joined := 0
	for range 3000 {
		reports, pins := someReports(r)
		first := rules.Group(reports, pins)
		seen := map[iis.SourceDoseID]int{}
		at := map[iis.SourceDoseID]iis.DoseID{}
		for _, g := range first {
			for _, m := range g.Members {
				seen[m]++
				at[m] = g.ID
			}
			is.Equal(t, "reasons", len(g.Rules), len(g.Members)-1)
			joined += len(g.Rules)
			complete(t, rules, reports, pins, g)
		}
		for i := range reports {
			if seen[reports[i].Origin] != 1 {
				t.Fatalf("report %d is in %d doses", i, seen[reports[i].Origin])
			}
		}
		for _, p := range pins {
			if p.Verdict == iis.PinDifferent && at[p.A] == at[p.B] {
				t.Fatalf("held apart by a person, and joined: %+v %+v", p, first)
			}
		}
		r.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
		r.Shuffle(len(pins), func(i, j int) { pins[i], pins[j] = pins[j], pins[i] })
		if again := rules.Group(reports, pins); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Fatalf("another order gives other doses:\n%+v\n%+v", first, again)
		}
	}
	if joined < 2500 {
		t.Errorf("only %d reports were joined: the test looks at too little", joined)
	}
}

// complete requires of a dose in which no person had a hand that each report is
// the same as the one that leads and different from none, that no two that were
// given have different lots, and that the one that is shown holds what all do.
func complete(t *testing.T, rules *Rules, reports []iis.SourceDose, pins []iis.DosePin, g iis.Consolidated) {
	t.Helper()
	if slices.Contains(g.Rules, ByPerson) {
		return
	}
	var facts []*fact
	for _, m := range g.Members {
		i := slices.IndexFunc(reports, func(d iis.SourceDose) bool { return d.Origin == m })
		facts = append(facts, rules.fact(&reports[i]))
	}
	for i := range facts {
		for j := range i {
			at := rules.compare(facts[j], facts[i], new(pair))
			switch {
			case at == none && apart(facts[i], facts[j]) && j > 0:
			case at == none || j == 0 && verdictAt(at) != Same || verdictAt(at) == Different:
				t.Fatalf("members %d and %d of %+v do not agree", j, i, g)
			case facts[i].given && facts[j].given && facts[i].lot != facts[j].lot && facts[i].lot != "" && facts[j].lot != "":
				t.Fatalf("two lots were given as one shot: %+v", g)
			}
		}
		if facts[i].parts&^facts[0].parts != 0 && !facts[i].unspecified {
			t.Fatalf("report %d of %+v was against more than is shown", i, g)
		}
	}
}

func verdictAt(i int) Verdict { return rules[i].verdict }

// Whichever report came first, the doses are made of the same reports.
func TestDosesDoNotDependOnWhichReportCameFirst(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		reports, _ := someReports(r)
		want := byKey(reports, Published().Group(reports, nil))
		numbers := r.Perm(len(reports))
		for i := range reports {
			reports[i].ID, reports[i].Origin = iis.SourceDoseID(100+numbers[i]), iis.SourceDoseID(100+numbers[i])
		}
		is.Equal(t, "doses", byKey(reports, Published().Group(reports, nil)), want)
	}
}

// byKey names the members of doses by the senders' numbers.
func byKey(reports []iis.SourceDose, doses []iis.Consolidated) string {
	var out []string
	for _, d := range doses {
		var keys []string
		for _, m := range d.Members {
			i := slices.IndexFunc(reports, func(s iis.SourceDose) bool { return s.Origin == m })
			keys = append(keys, reports[i].Key)
		}
		slices.Sort(keys)
		out = append(out, fmt.Sprint(keys, d.Review))
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

// A bill by the general code of the vaccine is the clinical record's shot, which leads;
// where both name a manufacturer, and not one, they are two products.
func TestABillByTheGeneralCodeIsTheShotUnlessTwoManufacturersAreNamed(t *testing.T) {
	given, bill := shot{1, 1, 0, "20", "a", "AB12"}.report(), shot{2, 1, 0, "106", "a", ""}.report()
	given.Detail, bill.Detail = given.Dose.Detail(), bill.Dose.Detail()
	group := func() []iis.Consolidated { return Published().Group([]iis.SourceDose{given, bill}, nil) }
	doses := group()
	is.Equal(t, "doses", len(doses), 1)
	is.Equal(t, "rule", doses[0].Rule, "general and particular code, one day")
	is.Equal(t, "shown", doses[0].Primary, given.Origin)
	given.Dose.MVX, bill.Dose.MVX = "SKB", "skb"
	is.Equal(t, "of one manufacturer", len(group()), 1)
	bill.Dose.MVX = "PMC"
	is.Equal(t, "of two manufacturers", []bool{len(group()) == 2, group()[0].Review}, []bool{true, true})
}

func TestFactsThatAreWrongAreToldWithTheirLine(t *testing.T) {
	_, err := Load(fstest.MapFS{
		"doses/windows.tsv": {Data: []byte("# w\nof\tcode\tdays\tschool\twhy\tsource\ngroup\tNONE\t99\tno\t\tx\n")},
		"doses/parts.tsv":   {Data: []byte("# p\ngroup\tcvx\tparts\twhy\nMMR\t05\tmeasles\tx\nMMR\t\tmeasles\tx\nMMR\t888\tmeasles\n")},
		"doses/trust.tsv":   {Data: []byte("source\trank\twhy\n00\t1\tx\n")},
		"doses/general.tsv": {Data: []byte("# g\ngeneral\tcvx\twhy\tsource\n20\t03\tx\tx\n20\t107\tx\tx\n20\t106\tx\tx\n106\t20\tx\tx\n")},
	}, codeset.Default())
	is.Equal(t, "wrong", fmt.Sprint(err), `doses/parts.tsv:5: want 4 cells
doses/parts.tsv:3: MMR has no part "measles"
doses/windows.tsv:3: why is empty
doses/windows.tsv:3: there is no group "NONE"
doses/windows.tsv:3: "99" is no number from 0 to 60
doses/windows.tsv:3: school is yes, of a group, or empty
doses/general.tsv:3: "20" and "03" are no two codes that hold the same and name it
doses/general.tsv:4: "20" and "107" are no two codes that hold the same and name it
doses/general.tsv:6: "106" or "20" is of another vaccine too
doses/trust.tsv:1: the first line says what the file is
doses/trust.tsv:2: want the columns [source sender rank why]`)
	_, err = Load(matching.Doses, codeset.Default())
	is.NoError(t, "published", err)

	files := fstest.MapFS{"doses/trust.tsv": {Data: []byte("# t\nsource\tsender\trank\twhy\n00\t\t40\tx\n00\tclub\t4\tx\n00\tdepartment\t4\tx\n01\tschool\t4\tx\n01\tschool\t3\tx\n")}}
	for _, name := range []string{"windows", "parts", "general"} {
		text, err := fs.ReadFile(matching.Doses, "doses/"+name+".tsv")
		is.NoError(t, "read", err)
		files["doses/"+name+".tsv"] = &fstest.MapFile{Data: text}
	}
	_, err = Load(files, codeset.Default())
	is.Equal(t, "wrong", fmt.Sprint(err), `doses/trust.tsv:3: "40" is no number from 0 to 31
doses/trust.tsv:4: "club" is no kind of site
doses/trust.tsv:5: a department is of the kind of its site
doses/trust.tsv:7: "01" of "school" has a row before
doses/trust.tsv: "01" has no row of any sender`)
}

func BenchmarkGroup30(b *testing.B)  { benchmark(b, 30) }
func BenchmarkGroup100(b *testing.B) { benchmark(b, 100) }

// benchmark groups the reports of a childhood: a shot of four vaccines every two
// months, reported by one who gave it and some who know of it.
func benchmark(b *testing.B, n int) {
	r := rand.New(rand.NewPCG(3, 4))
	cvx := []string{"110", "133", "49", "119", "03", "21", "88", "150", "08", "10"}
	var reports []iis.SourceDose
	for i := range n {
		s := shot{int64(i + 1), int64(1 + i%3), i / 6 * 60, cvx[i/2%len(cvx)], []string{"a", "h"}[i%2], ""}
		if s.src == "a" {
			s.lot = fmt.Sprint("LOT", i)
		}
		reports = append(reports, s.report())
	}
	r.Shuffle(n, func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
	rules := Published()
	b.ReportAllocs()
	for b.Loop() {
		rules.Group(reports, nil)
	}
}
