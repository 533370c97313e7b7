package cdsi_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/schedule"
	"openiis/internal/shared"
)

// release is the release that the cases and the properties are judged by.
func release(t testing.TB) *schedule.Schedule {
	t.Helper()
	own, err := schedule.Own()
	if err != nil {
		t.Fatal(err)
	}
	s, err := own.Named("4.64-508")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func engine(t testing.TB) *cdsi.Engine {
	t.Helper()
	e, err := cdsi.Compile(release(t))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// testCase is a row of CDC's workbooks.
type testCase struct {
	id       string
	patient  cdsi.Patient
	group    string
	status   string
	number   string // "" when it is not forecast
	earliest string
	rec      string
	past     string
	doses    []wantedDose
}

type wantedDose struct{ status, reason, kind string }

// groupNames are the workbooks' names of vaccine groups.
var groupNames = map[string]string{
	"DTAP": "DTaP/Tdap/Td", "DTaP": "DTaP/Tdap/Td", "POL": "Polio", "IPOL": "Polio", "HIB": "Hib", "PCV": "Pneumococcal",
	"VAR": "Varicella", "ROTA": "Rotavirus", "Rota": "Rotavirus", "MCV": "Meningococcal", "MENB": "Meningococcal B",
	"ZOSTER": "Zoster", "FLU": "Influenza", "Flu": "Influenza", "YF": "Yellow Fever",
}

func cases(t testing.TB, file string) []testCase {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(shared.File(t, "cdsi", file))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.ToLower(name)] = i
	}
	var out []testCase
	for _, row := range rows[1:] {
		get := func(name string) string {
			i, ok := column[strings.ToLower(name)]
			if !ok {
				return ""
			}
			return strings.TrimSpace(row[i])
		}
		date := func(name string) cal.Date {
			d, err := cal.Parse(get(name))
			if err != nil {
				t.Fatalf("%s: %s is %q", get("CDC_Test_ID"), name, get(name))
			}
			return d
		}
		c := testCase{
			id: get("CDC_Test_ID"), group: get("Vaccine_Group"), status: get("Series_Status"), number: strings.Trim(get("Forecast_#"), "-"),
			earliest: get("Earliest_Date"), rec: get("Recommended_Date"), past: get("Past_Due_Date"),
			patient: cdsi.Patient{Born: date("DOB"), Sex: get("gender"), Assessed: date("Assessment_Date")},
		}
		if name := groupNames[c.group]; name != "" {
			c.group = name
		}
		for i := 1; i <= 7; i++ {
			n := fmt.Sprint(i)
			if get("Date_Administered_"+n) == "" {
				continue
			}
			cvx := get("CVX_" + n)
			if len(cvx) == 1 {
				cvx = "0" + cvx
			}
			c.patient.Doses = append(c.patient.Doses, cdsi.Dose{Date: date("Date_Administered_" + n), CVX: cvx, MVX: get("MVX_" + n)})
			c.doses = append(c.doses, wantedDose{get("Evaluation_Status_" + n), get("Evaluation_Reason_" + n), get("Series_Type_" + n)})
		}
		for i := 1; i <= 3; i++ {
			n := fmt.Sprint(i)
			if code := get("Observation_Code_" + n); code != "" {
				c.patient.Observations = append(c.patient.Observations, cdsi.Observed{Code: code, Date: date("Observation_Date_" + n)})
			}
		}
		out = append(out, c)
	}
	return out
}

// differences compares strictly: the status and reason of each dose in some best
// series of the row's group and type (or of the dose's own group, when it is of
// another), and status, number and all dates of the forecast, of which a blank must be
// blank. Where a group has two forecasts the workbook does not say which it means:
// here the risk one. Unless it is strict, a dose may be judged by any best series of
// the group, whatever type the row says.
func (c *testCase) differences(res *cdsi.Result, strict bool) []string {
	var out []string
	for i, want := range c.doses {
		if !strict {
			want.kind = ""
		}
		if got, ok := judged(res, c.group, i+1, want); !ok {
			out = append(out, fmt.Sprintf("dose %d: want %s %s, got %s", i+1, want.status, want.reason, got))
		}
	}
	var f *cdsi.Forecast
	for i := range res.Forecasts {
		if res.Forecasts[i].Group == c.group {
			f = &res.Forecasts[i] // standard before risk
			if f.Type == schedule.Risk {
				break
			}
		}
	}
	if f == nil {
		return append(out, "no forecast for "+c.group)
	}
	number := ""
	if f.DoseNumber > 0 {
		number = fmt.Sprint(f.DoseNumber)
	}
	check := func(what, want, got string) {
		if !strings.EqualFold(want, got) {
			out = append(out, fmt.Sprintf("%s: want %q, got %q", what, want, got))
		}
	}
	check("status", c.status, f.Status.String())
	check("number", c.number, number)
	check("earliest", c.earliest, f.Earliest.String())
	check("recommended", c.rec, f.Recommended.String())
	check("past due", c.past, f.PastDue.String())
	return out
}

func judged(res *cdsi.Result, group string, dose int, want wantedDose) (string, bool) {
	var pool, own []cdsi.Evaluation
	for _, e := range res.Evaluations {
		if e.Dose != dose {
			continue
		}
		own = append(own, e)
		if e.Group == group {
			pool = append(pool, e)
		}
	}
	if len(pool) == 0 {
		pool = own
	}
	if want.kind != "" {
		typed := slices.DeleteFunc(slices.Clone(pool), func(e cdsi.Evaluation) bool { return !strings.EqualFold(e.Type.String(), want.kind) })
		if len(typed) > 0 {
			pool = typed
		}
	}
	var got []string
	for _, e := range pool {
		if strings.EqualFold(e.Status.String(), want.status) && (want.reason == "" || hasReason(e, want.reason)) {
			return "", true
		}
		got = append(got, fmt.Sprintf("%s %v in %s", e.Status, e.Reasons.Texts(), e.Series))
	}
	return strings.Join(got, "; "), false
}

func hasReason(e cdsi.Evaluation, want string) bool {
	return slices.ContainsFunc(e.Reasons.Texts(), func(s string) bool { return strings.EqualFold(s, want) })
}

// compare runs all cases of a file and requires that exactly the listed ones fail.
func compare(t *testing.T, file string, known map[string]string) (right, loosely, all int) {
	e := engine(t)
	failed := map[string]bool{}
	list := cases(t, file)
	for i := range list {
		c := &list[i]
		res := e.Evaluate(&c.patient, cdsi.Options{})
		if len(c.differences(&res, false)) == 0 {
			loosely++
		}
		diff := c.differences(&res, true)
		if len(diff) == 0 {
			right++
			continue
		}
		failed[c.id] = true
		if known[c.id] == "" {
			t.Errorf("%s (%s): %s", c.id, c.group, strings.Join(diff, " | "))
		}
	}
	for id, why := range known {
		present := slices.ContainsFunc(list, func(c testCase) bool { return c.id == id })
		if present && !failed[id] {
			t.Errorf("%s is listed as failing (%s) and passes: take it off the list", id, why)
		}
	}
	return right, loosely, len(list)
}

func TestEveryHealthyCaseOfCDCIsRightInEveryField(t *testing.T) {
	right, _, all := compare(t, "cases-healthy-4.45.csv", knownHealthy)
	t.Logf("healthy 4.45: %d of %d rows right in every field (%.2f %%)", right, all, 100*float64(right)/float64(all))
}

func TestTheConditionCasesOfCDCAreRightButForTheListedOnes(t *testing.T) {
	right, loosely, all := compare(t, "cases-conditions-4.6.csv", knownConditions)
	t.Logf("conditions 4.6: %d of %d rows right in every field (%.2f %%); %d when any best series of the group may judge a dose",
		right, all, 100*float64(right)/float64(all), loosely)
	if float64(right) < 0.91*float64(all) {
		t.Errorf("fewer than 91 %% are right")
	}
}

// knownHealthy and knownConditions are the rows that are not right in every field,
// each with the reason. The lists are exact: a row that passes must leave them.
var knownHealthy = map[string]string{
	"2018-0022": "wants Inadvertent Vaccine for hepatitis B; the data name no inadvertent vaccine there",
}

var knownConditions = map[string]string{
	// The row is older than the data, or is not what its own description says.
	"2016-UC-0057": "described at 18 months, assessed at 5; Hib's indication 151 is from 12 months on (Table 5-4), so only the standard series holds, whose dose 2 is due after 4 weeks",
	"2016-UC-0060": "described with asplenia at 36 months, sent with a stem cell transplant (004) at 11 weeks; that series has a minimum of 4 weeks before dose 3, the row counts 8",
	"2016-UC-0110": "wants dose 4 from 2016-02-04, 6 months after dose 3; target dose 5 has a minimum age of 12 months, 2016-02-14, and a minimum interval of 12 weeks",
	"2016-UC-0130": "27 weeks after the onset of pregnancy (170) of 2016-08-22 are 2017-02-27, the row has 2016-02-27; it is past due after 36 weeks less a day (FORECASTDT-3), the row has the 36 weeks",
	"2016-UC-0153": "judges PCV13 at 4 months by the standard series and asks for 8 weeks; the risk series of 2-5 years has an absolute minimum age of 2 years and, not complete, is the best (Table 8-14)",
	"2016-UC-0178": "wants 5 years from the second PPSV23 of 2011; dose 4 of the series has its 5 years from the previous dose, the PCV13 of 2012-08-03",
	"2017-UC-0015": "wants cholera vaccine from 18 years; dose 1 has a minimum age of 2 years",
	"2022-UC-0017": "wants dose 2 eight weeks after PCV15; its minimum interval from the previous dose is 1 year",
	"2022-UC-0031": "sends observation 235, which indicates no series",
	"2025-UC-0015": "latest recommended is 7 months + 4 weeks after target dose 1, 2025-06-30; past due is the day before (FORECASTDT-3), the row has that day itself",
	// The season of 2023-24, of which a release of that time would have to tell.
	"2023-UC-0047": "assessed in October 2023; the release has the season of 2025-26 only",
	"2023-UC-0050": "assessed in December 2023; the release has the season of 2025-26 only",
	// The forecast's number counts doses of another series, against FORECASTDN-1 ("the target dose is part of the relevant patient series").
	"2016-UC-0058": "number 3 counts the dose at 5 months, Valid in the standard series only; in the risk series it is too young and 1 target dose is satisfied",
	"2016-UC-0093": "means the standard forecast, and number 2 counts the dose at 6 months, Valid in the travel series only",
	"2016-UC-0132": "number 5 counts the four doses of the childhood series; in the risk series none is satisfied, and two are skipped",
	// The data.
	"2016-UC-0128": "a known problem of the release: observation 070 makes an adult's series of priority A relevant that is meant for 2-23 months, and the 1-dose series (B) is not scorable (SELECTSCORE-2)",
	"2016-UC-0198": "as 2016-UC-0128, by observation 164",
	"2016-UC-0133": "dose 5 is Valid in the risk series; the row says the standard one, which four doses had completed: Extraneous (Figure 4-6)",
	"2022-UC-0001": "the indication 211 begins at 9 years and the patient is 8: it does not apply (Table 5-4), the row forecasts for the ninth birthday",
	"2022-UC-0005": "as 2022-UC-0001",
}
