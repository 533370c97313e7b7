package intake

import (
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/synth"
)

// asOf is the day on which the histories of these tests are judged.
var asOf = cal.Of(2026, 3, 2)

func on(s string) cal.Date { return cal.ParseCompact(s) }

// shots are doses, each "20240312 110".
func shots(list ...string) []iis.Dose {
	var out []iis.Dose
	for _, s := range list {
		day, cvx, _ := strings.Cut(s, " ")
		out = append(out, iis.Dose{Kind: iis.Given, Action: iis.Add, Date: on(day), CVX: cvx, InfoSource: "01"})
	}
	return out
}

// fact is what was observed of a person on a day.
func fact(day, loinc, system, code, text string) iis.Dose {
	return iis.Dose{Kind: iis.Fact, Action: iis.Add, Date: on(day), CVX: codeset.NoVaccine, Observations: []iis.Observation{
		{Code: iis.Coded{Code: loinc, System: "LN"}, Group: "1", Type: "CE", Value: iis.Coded{Code: code, Text: text, System: system}},
	}}
}

// recordOf is a record of a person born on a day.
func recordOf(born, sex string, doses ...iis.Dose) *store.Folder {
	f := &store.Folder{ID: 7, Golden: iis.Person{Names: []iis.Name{{Family: "Sample", Given: "Ada", Type: "L"}}, Birth: on(born), Sex: sex}}
	for i, d := range doses {
		id := iis.SourceDoseID(i + 1)
		f.Doses = append(f.Doses, iis.SourceDose{ID: id, Origin: id, Dose: d})
		if d.Kind == iis.Given {
			f.Consolidated = append(f.Consolidated, iis.Consolidated{ID: iis.DoseID(id), Primary: id, Members: []iis.SourceDoseID{id}})
		}
	}
	return f
}

// answerTo is the Z42 about a record, and what it has to say: what the engine
// says, but of whoever has died that nothing is due.
func answerTo(t testing.TB, f *store.Folder) ([]byte, record.Assessment) {
	t.Helper()
	engine, err := engineFor(asOf)
	is.NoError(t, "engine", err)
	a := record.Assess(engine, codeset.Default(), f, asOf, cdsi.Options{})
	e := evaluated(&a, f, nil, codeset.Default(), asOf)
	e.Person.IDs = identifiers(f, 0)
	r := iz.Responder{App: Name, Facility: Name, Now: func() time.Time { return asOf.Time() }, NewID: func() string { return "OUT1" }}
	q := &iz.Query{
		Header:  iz.Header{Code: "QBP", ControlID: "IN-1", Processing: "P", Version: "2.5.1"},
		Profile: iz.ProfileAskEval, Tag: "t1", QPD: []byte("QPD|Z44^Request Evaluated History and Forecast^CDCPHINVS|t1|1^^^X^MR"),
	}
	return r.EvaluatedHistory(q, &e, codeset.Default()), a
}

// histories are people whom a schedule has different things to say of.
func histories() map[string]*store.Folder {
	refusal := iis.Dose{Kind: iis.Refusal, Action: iis.Add, Date: on("20240101"), CVX: "141", Refused: []iis.Coded{{Code: "00", System: "NIP002"}}}
	allergy := fact("20240601", "30945-0", "SCT", "294468006", "neomycin allergy")
	immune := fact("20240601", "59784-9", "SCT", "38907003", "varicella")
	noPertussis := fact("20240601", "30945-0", "CDCPHINVS", "VXC22", "encephalopathy")
	dead := recordOf("20240110", "F", shots("20240312 110", "20240312 18", "20250105 03")...)
	dead.Golden.Dead, dead.Golden.Death = "Y", on("20250601")
	return map[string]*store.Folder{
		"a complete child": recordOf("20200110", "F", shots(
			"20200110 08", "20200312 110", "20200312 49", "20200312 133", "20200312 119", "20200512 110", "20200512 49", "20200512 133", "20200512 119",
			"20200712 110", "20200712 133", "20210112 03", "20210112 21", "20210112 83", "20210112 49", "20210112 133", "20210412 20",
			"20210812 83", "20240115 130", "20240115 94", "20251001 140")...),
		"a late child with doses that do not count": recordOf("20240110", "F",
			shots("20230520 03", "20240312 110", "20240313 110", "20250105 03", "20250520 17", "20250520 26", "20250520 86", "20270101 03")...),
		"one vaccine twice on a day":      recordOf("20240110", "F", shots("20240312 110", "20240312 110")...),
		"combination vaccines":            recordOf("20240110", "M", shots("20240312 146", "20240512 120", "20250112 94", "20250612 148")...),
		"a contraindication":              recordOf("20230110", "F", append(shots("20240112 03"), allergy)...),
		"a child without pertussis":       recordOf("20240110", "F", append(shots("20240312 20"), noPertussis)...),
		"a woman without pertussis":       recordOf("19900110", "F", noPertussis),
		"one who has died":                dead,
		"an immunity":                     recordOf("20200110", "F", append(shots("20210112 03"), immune)...),
		"an adult who refused":            recordOf("19800110", "F", append(shots("19950101 09", "20200101 115", "20210304 208", "20210404 208"), refusal)...),
		"a risk":                          recordOf("19700110", "M", fact("20200101", "59785-6", "SCT", "73211009", "diabetes")),
		"two forecasts of a group":        recordOf("19950110", "F", append(shots("20020110 110"), fact("20260101", "59785-6", "SCT", "77386006", "pregnant"))...),
		"an old person":                   recordOf("19400110", "F", shots("20150110 33", "20180110 187", "20180710 187", "20251001 197")...),
		"nothing at all":                  recordOf("20260110", "U"),
		"a birth after the day of query":  recordOf("20260401", "F", shots("20260101 08")...),
		"an allergy to nobody knows what": recordOf("20240405", "F", fact("20241103", "30945-0", "CDCPHINVS", "VXC20", "allergy")),
		"a dose of no known vaccine":      recordOf("20240110", "F", shots("20240312 ")...),
	}
}

func TestAnEvaluatedHistorySaysWhatTheScheduleSays(t *testing.T) {
	for name, f := range histories() {
		t.Run(name, func(t *testing.T) {
			answer, a := answerTo(t, f)
			sameAs(t, groupsIn(t, answer), &a)
		})
	}
}

// factLine is a fact on one line: group, series, number of how many, validity,
// status, earliest and due day, reason.
func factLine(f map[string]string) string {
	return strings.TrimRight(strings.Join([]string{f["30956-7"], f["59780-7"], f["30973-2"], f["59782-3"], f["59781-5"], f["59783-1"],
		f["30981-5"], f["30980-7"], f["30982-3"]}, "|"), "|")
}

func TestWhatIsSaidOfADoseAndAForecast(t *testing.T) {
	const threeOfDTaP = "Diphtheria standard series; Pertussis standard series; Tetanus standard series"
	for name, want := range map[string]map[string][]string{
		"combination vaccines": {
			"20240312 146": {"107|" + threeOfDTaP + "|1||Y|Not Complete", "45|HepB 3-dose series|1|3|Y|Not Complete",
				"17|Hib start at 2 months 4-dose series|1|3|Y|Complete", "89|Polio 4-dose series|1||Y|Not Complete"},
			"20250112 94": {"03|Measles 2-dose series; Mumps 2-dose series; Rubella 2-dose series|1||Y|Not Complete", "21|Varicella childhood 2-dose series|1|2|Y|Not Complete"},
		},
		"a late child with doses that do not count": {
			"20230520 03": {"03||||||||The dose is dated before the birth date."},
			"20240313 110": {"107|" + threeOfDTaP + "|||N|Not Complete|||Does not count as dose 2: given 7 days before the minimum age of 10 weeks, beyond the 4-day grace; " +
				"also given 1 day after the previous dose of 2024-03-12, 27 days before the minimum interval of 4 weeks, beyond the 4-day grace.",
				"45|HepB 3-dose series|||N|Not Complete|||Does not count as dose 2: given 1 day after the previous dose of 2024-03-12, 27 days before the minimum interval of 4 weeks, beyond the 4-day grace.",
				"89|Polio 4-dose series|||N|Not Complete|||Does not count as dose 2: given 7 days before the minimum age of 10 weeks, beyond the 4-day grace; " +
					"also given 1 day after the previous dose of 2024-03-12, 27 days before the minimum interval of 4 weeks, beyond the 4-day grace."},
			"20250520 26": {"26||||||||Nothing on record asks for a series with vaccine CVX 26; the dose was not judged."},
			"20250520 86": {"86||||||||The schedule does not know vaccine CVX 86."},
			"20270101 03": {"03||||||||The dose is dated after the assessment date."},
		},
		"an adult who refused": {
			"19950101 09":  {"139|Diphtheria start at 12 months series; Tetanus start at 12 months series|1||Y|Not Complete"},
			"20210404 208": {"213|COVID-19 start at 2 years+ shared clinical decision-making series|||Y|Not Complete"},
			"20240101 141": {"88"},
		},
		"a contraindication": {"20260302 998": {"03|Measles 2-dose series; Mumps 2-dose series; Rubella 2-dose series||||Contraindicated|||Contraindicated: Severe allergic reaction to neomycin."}},
		"a child without pertussis": {"20260302 998": {"28|" + threeOfDTaP + "|2|||Not Complete|20240409|20240510|" +
			"Dose 2 can be given from 2024-04-09 (4 weeks after the previous dose of 2024-03-12), is recommended 2024-05-10 (age 4 months), and is overdue after 2024-07-07; Pertussis is contraindicated."}},
		"a woman without pertussis": {"20260302 998": {"139|Diphtheria standard series; Pertussis standard series; Tetanus standard series|1|||Not Complete|19970110|19970110|" +
			"Dose 1 can be given from 1997-01-10 (minimum age 7 years), and is overdue after 1997-01-10; Pertussis is contraindicated."}},
		"one who has died": {
			"20240312 18": {"90||||||||Nothing on record asks for a series with vaccine CVX 18; the dose was not judged."},
			"20250105 03": {"03|Measles 2-dose series; Mumps 2-dose series; Rubella 2-dose series|||N||||Does not count as dose 1: " +
				"given 5 days before the minimum age of 12 months, beyond the 4-day grace; also CVX 03 is meant for this dose from the age of 12 months less 4 days, not at 11 months 26 days."},
			"20260302 998": {"||||||||This person has died. Nothing is due."}},
		"two forecasts of a group": {"20260302 998": {
			"115|Diphtheria start at 12 months series; Pertussis start at 12 months series; Tetanus start at 12 months series|2|||Not Complete|20020207|20020207|" +
				"Dose 2 can be given from 2002-02-07 (4 weeks after the previous dose of 2002-01-10), and is overdue after 2002-02-07.",
			"115|Pertussis risk 1-dose series|1|1||Not Complete|20020110|20020110|Dose 1 can be given from 2002-01-10 (the day of the last dose); because of: Pregnant."}},
		"a birth after the day of query": {"20260101 08": {"45||||||||Not judged. The birth date is after the assessment date; nothing can be judged."},
			"20260302 998": {"||||||||The birth date is after the assessment date; nothing can be judged."}},
	} {
		t.Run(name, func(t *testing.T) {
			answer, _ := answerTo(t, histories()[name])
			for _, g := range groupsIn(t, answer) {
				var got []string
				for _, f := range g.facts {
					got = append(got, factLine(f))
				}
				for _, line := range want[g.day+" "+g.cvx] {
					if !slices.Contains(got, line) {
						t.Errorf("%s %s lacks\n%s\nin\n%s", g.day, g.cvx, line, strings.Join(got, "\n"))
					}
				}
			}
		})
	}
}

func TestAnEvaluatedHistoryValidates(t *testing.T) {
	for name, f := range histories() {
		t.Run(name, func(t *testing.T) {
			var want []string
			if name == "a dose of no known vaccine" { // what no source gave is not invented
				want = []string{"E RXA[1]-5 R missing Administered Code"}
			}
			answer, _ := answerTo(t, f)
			is.Equal(t, "departures", z42Departures(t, answer), want)
		})
	}
}

func TestWhatHasToBeFoundOutFirstIsSaid(t *testing.T) {
	answer, _ := answerTo(t, histories()["an allergy to nobody knows what"])
	groups := groupsIn(t, answer)
	for _, f := range groups[len(groups)-1].facts {
		if f["30956-7"] == "03" && (!strings.Contains(f["30982-3"], ". Find out first: ") || !strings.Contains(f["30982-3"], "severe allergic reaction")) {
			t.Errorf("of MMR is said: %s", f["30982-3"])
		}
	}
}

func TestNothingIsDueForWhoeverHasDied(t *testing.T) {
	f := histories()["a late child with doses that do not count"]
	f.Golden.Dead, f.Golden.Death = "Y", on("20250601")
	answer, _ := answerTo(t, f)
	groups := groupsIn(t, answer)
	last := groups[len(groups)-1]
	is.Equal(t, "what is due", last.facts, []map[string]string{{"59779-9": "VXC16", "30982-3": record.NothingDue}})
	is.Equal(t, "a dose is judged all the same", groups[1].facts[0]["59781-5"], "Y")
	is.Equal(t, "departures", z42Departures(t, answer), nil)
}

func BenchmarkEvaluatedHistory(b *testing.B) {
	f := histories()["a complete child"]
	answer, _ := answerTo(b, f)
	b.SetBytes(int64(len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		answerTo(b, f)
	}
}

// allOf are the places of all doses of a person.
func allOf(p synth.Person) []int {
	out := make([]int, len(p.Doses))
	for i := range out {
		out[i] = i
	}
	return out
}

// Whatever made-up people were given, their evaluated histories say what the
// engine says, and validate.
func TestEvaluatedHistoriesOfManyPeople(t *testing.T) {
	people := synth.People(44)
	clinic := people.Clinic(0)
	doses := 0
	for i := range 150 {
		p := people.Person(i)
		m, err := hl7.Parse(p.VXU(clinic, "1", asOf.Time(), allOf(p)...))
		is.NoError(t, "parse", err)
		v := iz.ReadVXU(m, codeset.Default())
		var given []iis.Dose
		for _, o := range v.Orders {
			if o.Usable {
				given = append(given, o.Dose)
			}
		}
		doses += len(given)
		f := recordOf(v.Person.Birth.Compact(), v.Person.Sex, given...)
		f.Golden = v.Person
		answer, a := answerTo(t, f)
		sameAs(t, groupsIn(t, answer), &a)
		is.Equal(t, "departures", z42Departures(t, answer), nil)
		if t.Failed() {
			t.Fatalf("person %d", i)
		}
	}
	if doses < 500 {
		t.Errorf("only %d doses", doses)
	}
}
