package intake

import (
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
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

// answerTo is the Z42 about a record, and what the engine says of it.
func answerTo(t testing.TB, f *store.Folder) ([]byte, record.Assessment) {
	t.Helper()
	engine, err := engineFor(asOf)
	is.NoError(t, "engine", err)
	a := record.Assess(engine, f, asOf, cdsi.Options{})
	e := evaluated(&a, f.Golden.Birth, codeset.Default(), asOf)
	e.Person = f.Golden
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
	allergy := fact("20240601", "30945-0", "CDCPHINVS", "VXC27", "immunodeficiency")
	immune := fact("20240601", "59784-9", "SCT", "38907003", "varicella")
	return map[string]*store.Folder{
		"a complete child": recordOf("20200110", "F", shots(
			"20200110 08", "20200312 110", "20200312 49", "20200312 133", "20200312 119", "20200512 110", "20200512 49", "20200512 133", "20200512 119",
			"20200712 110", "20200712 133", "20210112 03", "20210112 21", "20210112 83", "20210112 49", "20210112 133", "20210412 20",
			"20210812 83", "20240115 130", "20240115 94", "20251001 140")...),
		"a late child with doses that do not count": recordOf("20240110", "F",
			shots("20230520 03", "20240312 110", "20240313 110", "20250105 03", "20250520 17", "20250520 26", "20250520 86", "20270101 03")...),
		"one vaccine twice on a day":     recordOf("20240110", "F", shots("20240312 110", "20240312 110")...),
		"combination vaccines":           recordOf("20240110", "M", shots("20240312 146", "20240512 120", "20250112 94", "20250612 148")...),
		"a contraindication":             recordOf("20230110", "F", append(shots("20240112 03"), allergy)...),
		"an immunity":                    recordOf("20200110", "F", append(shots("20210112 03"), immune)...),
		"an adult who refused":           recordOf("19800110", "F", append(shots("19950101 09", "20200101 115", "20210304 208", "20210404 208"), refusal)...),
		"a risk beside the standard":     recordOf("19700110", "M", fact("20200101", "59785-6", "SCT", "73211009", "diabetes")),
		"an old person":                  recordOf("19400110", "F", shots("20150110 33", "20180110 187", "20180710 187", "20251001 197")...),
		"nothing at all":                 recordOf("20260110", "U"),
		"a birth after the day of query": recordOf("20260401", "F", shots("20260101 08")...),
		"a dose of no known vaccine":     recordOf("20240110", "F", shots("20240312 ")...),
	}
}

func TestAnEvaluatedHistorySaysWhatTheScheduleSays(t *testing.T) {
	for name, f := range histories() {
		t.Run(name, func(t *testing.T) {
			answer, a := answerTo(t, f)
			sameAs(t, groupsOf(t, answer), &a)
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
