package chart_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/chart"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// outlooks are the forecasts in one line each.
func outlooks(list []chart.Next) map[string]string {
	out := map[string]string{}
	for _, n := range list {
		say := n.Urgency.Words()
		if n.Since != cal.None {
			say += " " + n.Since.String()
		}
		if n.Dose > 0 {
			say += fmt.Sprintf(", dose %d", n.Dose)
		}
		out[n.Group] = say
	}
	return out
}

// verdictsOf are the verdicts on a dose under a heading in one line each.
func verdictsOf(d chart.Dose, under string) []string {
	var out []string
	for _, v := range d.Verdicts(under) {
		out = append(out, v.Group+": "+v.Words+": "+v.Why)
	}
	return out
}

// short is a day as HL7 has it.
func short(d cal.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

func TestTheRecordSaysWhatIsDueAndWhichDosesCount(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		w := newWorldAt(t, address)
		today := cal.Of(2025, 12, 4)
		w.store.SetClock(func() time.Time { return today.Time().Add(18 * time.Hour) })
		born := cal.Of(2024, 4, 5)
		early, second := born.AddMonths(12).AddDays(-10), born.AddMonths(14)
		w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", short(born),
			order("1", short(born), "08^HepB^CVX", "00", "|||||CP|A"),
			order("2", short(born.AddMonths(2)), "110^Pediarix^CVX", "00", "|||||CP|A"),
			order("3", short(early), "03^MMR^CVX", "00", "|||||CP|A"),
			order("4", short(second), "21^Varicella^CVX", "00", "|||||CP|A"),
			order("5", short(second), "777^Nothing known^CVX", "00", "|||||CP|A"))
		r := w.open("Marsh Juniper " + born.String())
		is.Equal(t, "silent", r.Outlook.Silent, "")
		is.Equal(t, "day", r.Outlook.On, today)
		got := outlooks(r.Outlook.Next)
		if !strings.HasPrefix(got["Hepatitis A"], "Due now") || got["Varicella (chickenpox)"] != "Due from "+born.AddMonths(48).String()+", dose 2" ||
			!strings.HasPrefix(got["Measles, mumps, rubella (MMR)"], "Overdue since ") {
			t.Errorf("what is due: %v", got)
		}
		is.Equal(t, "polio", strings.HasPrefix(got["Polio"], "Overdue since "), true)
		is.Equal(t, "overdue comes first", r.Outlook.Next[0].Urgency, chart.Overdue)
		for i := 1; i < len(r.Outlook.Next); i++ {
			is.Equal(t, "order", r.Outlook.Next[i-1].Urgency <= r.Outlook.Next[i].Urgency, true)
		}
		rest := outlooks(r.Outlook.Rest)
		is.Equal(t, "rotavirus is folded away", rest["Rotavirus"], "Too old for it")
		is.Equal(t, "zoster is folded away", strings.HasPrefix(rest["Zoster (shingles)"], "Due from"), true)

		is.Equal(t, "counts", verdictsOf(r.Doses[0], ""), []string{"Hepatitis B: Counts as dose 1: "})
		is.Equal(t, "a combination under one of its groups", verdictsOf(r.Doses[1], "Polio"), []string{": Counts as dose 1: "})
		is.Equal(t, "a combination by date", len(verdictsOf(r.Doses[1], "")), 3)
		words, tooEarly := r.Doses[2].Doubt("Measles, mumps, rubella (MMR)")
		is.Equal(t, "too early", words, "Does not count")
		is.Equal(t, "too early", strings.Contains(tooEarly, "10 days before the minimum age of 12 months"), true)
		is.Equal(t, "too early", verdictsOf(r.Doses[2], "")[0], "Measles, mumps, rubella (MMR): Does not count: "+tooEarly)
		is.Equal(t, "problems", r.Outlook.Problems, []string{"Nothing known, " + second.String() + ": The schedule does not know vaccine CVX 777."})
		last := r.Doses[4]
		if last.Vaccine != "Nothing known" {
			last = r.Doses[3]
		}
		is.Equal(t, "unknown", verdictsOf(last, ""), []string{": Could not be judged: The schedule does not know vaccine CVX 777."})
		words, _ = last.Doubt("Other")
		is.Equal(t, "of what was not judged there is no doubt", words, "")
	})
}

func TestADoseInTheGracePeriodCountsWithARemark(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405", order("1", "20240402", "03^MMR^CVX", "00", "|||||CP|A"))
	v := w.open("Marsh Juniper 4/5/2023").Doses[0].Verdicts("")
	is.Equal(t, "one verdict for three antigens", len(v), 1)
	is.Equal(t, "count", v[0].Count, chart.CountsWithRemark)
	is.Equal(t, "words", v[0].Words, "Counts as dose 1, with a remark")
	is.Equal(t, "why", v[0].Why, "Given at 11 months 28 days, 3 days before the minimum age of 12 months, within the 4-day grace.")
}

// A first Tdap at 25 fills the schedule's seventh dose of tetanus, and people
// would look for six others: it is dose 1, as the next is dose 2. A flu shot of
// each year is no second dose each time.
func TestADoseIsCountedAsTheNextOneIs(t *testing.T) {
	w := newWorldAt(t, storetest.SQLite(t))
	w.store.SetClock(func() time.Time { return cal.Of(2025, 12, 4).Time().Add(18 * time.Hour) })
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "19900405",
		order("1", "20150606", "115^Tdap^CVX", "00", "|||||CP|A"),
		order("2", "20231001", "158^Flu^CVX", "00", "|||||CP|A"), order("3", "20241001", "158^Flu^CVX", "00", "|||||CP|A"))
	r := w.open("Marsh Juniper 1990-04-05")
	is.Equal(t, "Tdap", verdictsOf(r.Doses[0], ""), []string{"Diphtheria, tetanus, pertussis: Counts as dose 1: "})
	is.Equal(t, "the next", strings.HasSuffix(outlooks(r.Outlook.Next)["Diphtheria, tetanus, pertussis"], ", dose 2"), true)
	is.Equal(t, "flu", verdictsOf(r.Doses[1], ""), []string{"Influenza: Counts as dose 1: "})
	is.Equal(t, "flu, a year later", verdictsOf(r.Doses[2], ""), []string{"Influenza: Counts: "})
}

func TestWhatTheScheduleSaysIsSaidWithoutCodes(t *testing.T) {
	w := newWorldAt(t, storetest.SQLite(t))
	w.store.SetClock(func() time.Time { return cal.Of(2025, 12, 4).Time().Add(18 * time.Hour) })
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "19900405",
		order("1", "20241103", "303^RSV^CVX", "00", "|||||CP|A"), order("2", "20241103", "26^Cholera^CVX", "00", "|||||CP|A"))
	w.send(w.oak, "A2^^^X^MR", "Elder^Ingrid", "19600405")
	r := w.open("Marsh Juniper 1990-04-05")
	say := strings.Join(append(verdictsOf(r.Doses[0], ""), verdictsOf(r.Doses[1], "")...), " ") + strings.Join(r.Outlook.Problems, " ")
	if strings.Contains(say, "CVX") || !strings.Contains(say, "RSV, recombinant, protein subunit RSVpreF, adjuvant reconstituted, 0.5 mL, preservative-free was given inadvertently") {
		t.Errorf("said: %s", say)
	}
	r = w.open("Elder Ingrid 1960-04-05")
	for _, n := range r.Outlook.Next {
		switch n.Group {
		case "Pneumococcal":
			is.Equal(t, "vaccines", strings.Join(n.Vaccines, " or "), "Pneumococcal conjugate PCV15 or Pneumococcal conjugate PCV20 or Pneumococcal conjugate PCV21")
		case "COVID-19":
			is.Equal(t, "clinician and patient decide", n.Shared && strings.Contains(strings.Join(n.Guidance, " "), "individual-based decision-making"), true)
		case "Zoster (shingles)":
			is.Equal(t, "for everybody", n.Shared, false)
		}
	}
	is.Equal(t, "she is due something", len(r.Outlook.Next) > 3, true)
}

// An allergic reaction of which nobody says to which vaccine may forbid any of them.
func TestWhatHasToBeFoundOutFirstIsSaidBesideTheDose(t *testing.T) {
	w := newWorldAt(t, storetest.SQLite(t))
	w.store.SetClock(func() time.Time { return cal.Of(2025, 12, 4).Time().Add(18 * time.Hour) })
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20240405",
		"ORC|RE||9999^X\rRXA|0|1|20241103||998^none^CVX|999||||||||||||||NA|A\rOBX|1|CE|30945-0^Contraindication^LN|1|VXC20^allergy^CDCPHINVS||||||F|||20241103")
	r := w.open("Marsh Juniper 2024-04-05")
	asked := 0
	for _, n := range r.Outlook.Next {
		if n.Group == "Measles, mumps, rubella (MMR)" {
			is.Equal(t, "MMR", strings.Contains(strings.Join(n.Ask, " "), "severe allergic reaction"), true)
			asked++
		}
	}
	is.Equal(t, "MMR is asked of", asked, 1)
	is.Equal(t, "of vaccines that nobody asks for, lines", len(r.Outlook.Problems), 1)
	if say := r.Outlook.Problems[0]; !strings.HasPrefix(say, "What is on record does not say enough") || !strings.Contains(say, "; Tick-borne encephalitis; Typhoid;") {
		t.Errorf("said: %s", say)
	}
}

func TestADoseGivenInPartDoesNotCountAndSaysThatItWasPartial(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405", order("1", "20240408", "03^MMR^CVX", "00", "|||||PA|A"))
	words, why := w.open("Marsh Juniper 4/5/2023").Doses[0].Doubt("Measles, mumps, rubella (MMR)")
	is.Equal(t, "words", words, "Does not count")
	is.Equal(t, "why", why, "Only a part of the dose was given; it must be repeated.")
}

// What a reader of the printed record must not take for a dose that counts.
func TestADoseThatCountsForSomeAntigensOnlyOrHasAWrongDateIsDoubted(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20140405",
		order("1", "20130408", "03^MMR^CVX", "00", "|||||CP|A"),   // before birth
		order("2", "20140606", "28^DT^CVX", "00", "|||||CP|A"),    // counts
		order("3", "20140620", "20^DTaP^CVX", "00", "|||||CP|A"),  // the first against pertussis, too soon for the others
		order("4", "20140818", "09^Td^CVX", "00", "|||||CP|A"),    // not for a child
		order("5", "20240405", "115^Tdap^CVX", "00", "|||||CP|A"), // counts
		order("6", "20240606", "19^BCG^CVX", "00", "|||||CP|A"))   // the schedule does not know it
	var got []string
	for _, g := range w.open("Marsh Juniper 4/5/2014").Groups {
		for _, d := range g.Doses {
			words, why := d.Doubt(g.Name)
			got = append(got, d.Date.String()+" "+words)
			is.Equal(t, "a doubt has its reason", words == "", why == "")
		}
	}
	slices.Sort(got)
	is.Equal(t, "doubts", got, []string{
		"2013-04-08 Could not be judged", "2014-06-06 ", "2014-06-20 Does not count for diphtheria and tetanus", "2014-08-18 Does not count", "2024-04-05 ", "2024-06-06 ",
	})
}

func TestWhoeverHasDiedIsDueNothing(t *testing.T) {
	w := newWorld(t)
	w.sendPID(w.oak, "PID|1||A1^^^X^MR||Marsh^Juniper||20230405|F|||||||||||||||||||||20250101|Y", order("1", "20240408", "03^MMR^CVX", "00", "|||||CP|A"))
	r := w.open("Marsh Juniper 4/5/2023")
	is.Equal(t, "silent", r.Outlook.Silent, "This person has died. Nothing is due.")
	is.Equal(t, "next", len(r.Outlook.Next)+len(r.Outlook.Rest), 0)
	is.Equal(t, "doses are judged", verdictsOf(r.Doses[0], ""), []string{"Measles, mumps, rubella (MMR): Counts as dose 1: "})
}

func TestWithoutAPossibleBirthDateNothingIsJudgedAndTheRecordSaysSo(t *testing.T) {
	w := newWorld(t)
	today := cal.Of(2025, 12, 4)
	for birth, want := range map[cal.Date]string{
		cal.None:            "The birth date is not known. Without it no dose can be judged and nothing is forecast.",
		today.AddMonths(12): "The birth date is in the future. No dose can be judged and nothing is forecast.",
	} {
		shot := iis.Dose{Date: cal.Of(2024, 4, 8), CVX: "03", Kind: iis.Given, Completion: "CP"}
		r := w.desk.RecordOf(&store.Folder{Golden: iis.Person{Birth: birth}, Doses: []iis.SourceDose{{Origin: 1, Dose: shot}}, Consolidated: []iis.Consolidated{{Members: []iis.SourceDoseID{1}}}}, today)
		is.Equal(t, "doses", len(r.Doses), 1)
		is.Equal(t, "silent", r.Outlook.Silent, want)
		is.Equal(t, "next", len(r.Outlook.Next)+len(r.Outlook.Rest), 0)
		is.Equal(t, "problems", len(r.Outlook.Problems), 0)
		for _, d := range r.Doses {
			is.Equal(t, "verdicts", len(d.Verdicts("")), 0)
		}
	}
}

func TestARecordIsReadWithoutItsScheduleAndSaysSo(t *testing.T) {
	w := newWorld(t)
	w.desk.WithoutSchedule(errors.New("the disk is gone"))
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405", order("1", "20240408", "03^MMR^CVX", "00", "|||||CP|A"))
	r := w.open("Marsh Juniper 4/5/2023")
	is.Equal(t, "doses", len(r.Doses), 1)
	is.Equal(t, "verdicts", len(r.Doses[0].Verdicts("")), 0)
	is.Equal(t, "silent", strings.Contains(r.Outlook.Silent, "The schedule could not be read"), true)
	is.Equal(t, "the fault is kept", r.Outlook.Failed != nil && strings.Contains(r.Outlook.Failed.Error(), "the disk is gone"), true)
}

func TestEveryGroupOfTheScheduleHasPlainWords(t *testing.T) {
	l, err := cdsi.Published()
	is.NoError(t, "library", err)
	e, err := l.For(cal.On(time.Now()))
	is.NoError(t, "engine", err)
	known := map[string]bool{}
	for _, words := range chart.GroupWords {
		known[words] = true
	}
	for _, g := range e.Groups() {
		is.Equal(t, g+" has words", chart.ScheduleGroup(g) != "", true)
		is.Equal(t, g+" has headings", len(chart.Headings(g)) > 0, true)
		for _, h := range chart.Headings(g) {
			is.Equal(t, g+" stands under "+h, known[h], true)
		}
	}
}

func TestTheTwoForecastsOfAGroupAreLabelled(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20180405",
		"ORC|RE||9999^X\rRXA|0|1|20240502||998^none^CVX|999||||||||||||||NA|A\rOBX|1|CE|59785-6^x^LN|1|86406008^HIV^SCT||||||F|||20240502")
	labels := map[string][]string{}
	o := w.open("Marsh Juniper 4/5/2018").Outlook
	for _, n := range append(o.Next, o.Rest...) {
		if n.For != "" {
			labels[n.Group] = append(labels[n.Group], n.For)
		}
	}
	is.Equal(t, "groups with two forecasts", len(labels) > 0, true)
	for group, list := range labels {
		slices.Sort(list)
		is.Equal(t, group, list, []string{"because of a risk", "standard"})
	}
}
