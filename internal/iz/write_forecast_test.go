package iz

import (
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
)

const qpd44 = `QPD|Z44^Request Evaluated History and Forecast^CDCPHINVS|tag-1|123^^^CLINIC^MR|Sample^Ada^^^^^L||20190302|F`

// evaluatedLines are the order groups of a Z42 as text.
func evaluatedLines(t *testing.T, e Evaluated) []string {
	t.Helper()
	answer := evaluatedAnswer(e)
	is.Equal(t, "departures", departures(t, answer), nil)
	return lines(answer)[5:]
}

func evaluatedAnswer(e Evaluated) []byte {
	if len(e.Person.Names) == 0 {
		e.Person = child()
	}
	e.On = day("20260302")
	q := query()
	q.Profile, q.QPD, q.Header.Profile = ProfileAskEval, []byte(qpd44), ProfileAskEval
	return registry().EvaluatedHistory(q, &e, codeset.Default())
}

// shot is a dose of which only day and vaccine are known.
func shot(cvx string) iis.Dose {
	return iis.Dose{Kind: iis.Given, Action: iis.Add, Date: day("20200302"), CVX: cvx, InfoSource: "01"}
}

func TestAnEvaluatedHistoryIsWrittenAsTheGuideShows(t *testing.T) {
	e := Evaluated{
		Doses: []EvaluatedDose{{HistoryDose{"D1", new(shot("94"))}, []Verdict{
			{Group: "03", Series: "Measles 2-dose series; Mumps 2-dose series", Number: 1, Of: 2, Valid: "Y", Status: "Not Complete"},
			{Group: "21", Series: "Varicella childhood 2-dose series", Valid: "N", Reason: "Does not count.", Status: "Not Complete"},
		}}},
		Forecasts: []Forecast{
			{Group: "03", Series: "Measles 2-dose series", Number: 2, Of: 2, Status: "Not Complete", Reason: "Dose 2 can be given.",
				Earliest: day("20200402"), Due: day("20230302"), Overdue: day("20260330"), Latest: day("20400101")},
			{Group: "122", Series: "Rotavirus 3-dose series", Status: "Aged Out", Reason: "Aged out."},
		},
		Remarks: []string{"The schedule has no observation 999."},
	}
	is.Equal(t, "the answer", lines(evaluatedAnswer(e))[:5], []string{head("Z42"), `MSA|AA|IN-1`,
		`QAK|tag-1|OK|Z44^Request Evaluated History and Forecast^CDCPHINVS`, qpd44,
		`PID|1||4711^^^STATE^SR||Sample^Ada^^^^^L||20190302|F`})
	const at = `||||||F|||20260302`
	schedule := func(n, fact string) string {
		return `OBX|` + n + `|CE|59779-9^schedule used^LN|` + fact + `|VXC16^ACIP^CDCPHINVS` + at
	}
	is.Equal(t, "the groups", evaluatedLines(t, e), []string{
		`ORC|RE||D1^STATE`,
		`RXA|0|1|20200302||94^MMRV^CVX|999|||01^Historical information - source unspecified^NIP001|||||||||||CP|A`,
		`OBX|1|CE|30956-7^vaccine type^LN|1|03^MMR^CVX` + at,
		schedule("2", "1"),
		`OBX|3|ST|59780-7^name of the series^LN|1|Measles 2-dose series; Mumps 2-dose series` + at,
		`OBX|4|NM|30973-2^dose number in the series^LN|1|1|NA^not applicable^HL70353|||||F|||20260302`,
		`OBX|5|NM|59782-3^doses in the primary series^LN|1|2|NA^not applicable^HL70353|||||F|||20260302`,
		`OBX|6|ID|59781-5^whether the dose is valid^LN|1|Y` + at,
		`OBX|7|ST|59783-1^status in the series^LN|1|Not Complete` + at,
		`OBX|8|CE|30956-7^vaccine type^LN|2|21^varicella^CVX` + at,
		schedule("9", "2"),
		`OBX|10|ST|59780-7^name of the series^LN|2|Varicella childhood 2-dose series` + at,
		`OBX|11|ID|59781-5^whether the dose is valid^LN|2|N` + at,
		`OBX|12|ST|30982-3^reason for the forecast or the verdict^LN|2|Does not count.` + at,
		`OBX|13|ST|59783-1^status in the series^LN|2|Not Complete` + at,
		`ORC|RE||9999^STATE`,
		`RXA|0|1|20260302||998^no vaccine administered^CVX|999||||||||||||||NA`,
		`OBX|14|CE|30956-7^vaccine type^LN|1|03^MMR^CVX` + at,
		schedule("15", "1"),
		`OBX|16|ST|59780-7^name of the series^LN|1|Measles 2-dose series` + at,
		`OBX|17|DT|30981-5^earliest day for the dose^LN|1|20200402` + at,
		`OBX|18|DT|30980-7^day the dose is due^LN|1|20230302` + at,
		`OBX|19|DT|59778-1^day the dose is overdue^LN|1|20260330` + at,
		`OBX|20|DT|59777-3^latest day for the dose^LN|1|20400101` + at,
		`OBX|21|NM|30973-2^dose number in the series^LN|1|2|NA^not applicable^HL70353|||||F|||20260302`,
		`OBX|22|NM|59782-3^doses in the primary series^LN|1|2|NA^not applicable^HL70353|||||F|||20260302`,
		`OBX|23|ST|59783-1^status in the series^LN|1|Not Complete` + at,
		`OBX|24|ST|30982-3^reason for the forecast or the verdict^LN|1|Dose 2 can be given.` + at,
		`OBX|25|CE|30956-7^vaccine type^LN|2|122^rotavirus, unspecified formulation^CVX` + at,
		schedule("26", "2"),
		`OBX|27|ST|59780-7^name of the series^LN|2|Rotavirus 3-dose series` + at,
		`OBX|28|ST|59783-1^status in the series^LN|2|Aged Out` + at,
		`OBX|29|ST|30982-3^reason for the forecast or the verdict^LN|2|Aged out.` + at,
		schedule("30", "3"),
		`OBX|31|ST|30982-3^reason for the forecast or the verdict^LN|3|The schedule has no observation 999.` + at,
	})
}

// A source may have judged the dose by a schedule of its own. Two verdicts under
// one dose would be told apart by nobody.
func TestASourcesOwnVerdictIsNotToldBesideOurs(t *testing.T) {
	d := given()
	d.Observations = append(d.Observations, // d has a dose number, 30973-2, already
		iis.Observation{Code: iis.Coded{Code: "30956-7", System: "LN"}, Group: "own", Type: "CE", Value: iis.Coded{Code: "107", Text: "DTaP", System: "CVX"}},
		iis.Observation{Code: iis.Coded{Code: "59781-5", System: "LN"}, Group: "own", Type: "ID", Text: "N"},
		iis.Observation{Code: iis.Coded{Code: "31044-1", System: "LN"}, Group: "own", Type: "CE", Value: iis.Coded{Code: "VXC12", System: "CDCPHINVS"}})
	e := Evaluated{Doses: []EvaluatedDose{{HistoryDose{"D1", &d}, []Verdict{{Group: "107", Valid: "Y"}}}}}
	var got []string
	for _, l := range segmentsOf(evaluatedAnswer(e), "OBX") {
		f := strings.Split(l, "|")
		got = append(got, f[4]+" "+strings.Split(f[3], "^")[0]+" "+strings.Split(f[5], "^")[0])
	}
	is.Equal(t, "observations", got[:12], []string{
		"1 30956-7 107", "1 59779-9 VXC16", "1 59781-5 Y", // ours
		"2 64994-7 V02", "2 48767-8 checked", "2 48767-8 twice", "2 LOCAL-1 is not in the guide", // notes are comments: there is no NTE
		"3 30956-7 107", "3 29768-9 20070517", "3 29769-7 20200302", // the information statement keeps its vaccine type
		"4 30963-3 VXC51", "5 31044-1 VXC12",
	})
	if len(segmentsOf(evaluatedAnswer(e), "NTE")) > 0 {
		t.Error("the profile has no NTE")
	}
	is.Equal(t, "what the dose still holds", len(d.Observations), 10)
}

func TestEveryOrderGroupHasAnObservation(t *testing.T) {
	refusal := iis.Dose{Kind: iis.Refusal, Action: iis.Add, Date: day("20200302"), Refused: []iis.Coded{{Code: "00", System: "NIP002"}}}
	of := func(cvx string) iis.Dose {
		d := refusal
		d.CVX = cvx
		return d
	}
	for name, c := range map[string]struct {
		dose iis.Dose
		want []string
	}{
		"a refusal is named by its groups":      {of("94"), []string{"30956-7^vaccine type 03^MMR^CVX", "30956-7^vaccine type 21^varicella^CVX"}},
		"a refusal of what belongs to no group": {of("86"), []string{"30956-7^vaccine type 86^IG^CVX"}},
		"a fact of which nothing is known": {iis.Dose{Kind: iis.Fact, Date: day("20200302"), CVX: "998"},
			[]string{"48767-8^comment Nothing more is known of it."}},
		"a forecast of nothing": {shot("03"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := Evaluated{Doses: []EvaluatedDose{{HistoryDose: HistoryDose{"D1", &c.dose}}}}
			var got []string
			for _, l := range evaluatedLines(t, e) {
				f := strings.Split(l, "|")
				if f[0] == "ORC" && len(got) > 0 {
					break
				}
				if f[0] == "OBX" {
					got = append(got, strings.TrimSuffix(f[3], "^LN")+" "+f[5])
				}
			}
			if c.want != nil {
				is.Equal(t, "observations", got, c.want)
			}
		})
	}
}

func TestADateThatIsNoneIsNotSent(t *testing.T) {
	e := Evaluated{Forecasts: []Forecast{{Group: "03", Earliest: day("20200402"), Due: cal.None}}}
	for _, l := range evaluatedLines(t, e) {
		if strings.Contains(l, "30980-7") || strings.Contains(l, "59777-3") {
			t.Errorf("sent: %s", l)
		}
	}
}
