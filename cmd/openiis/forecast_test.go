package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"openiis/internal/shared"
)

func forecast(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	status := forecastCommand(args, strings.NewReader(stdin), &out, &errs)
	return ran{status, out.String(), errs.String()}
}

// answered are the answers, one object a line.
func answered(t *testing.T, out string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for _, l := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		var m map[string]any
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatalf("an answer is not JSON: %v: %s", err, l)
		}
		list = append(list, m)
	}
	return list
}

const infant = `{"id":"a","birthDate":"2025-01-10","sex":"F","assessmentDate":"2025-11-10","doses":[{"date":"2025-02-14","cvx":"107","mvx":"PMC"}]}`

func TestForecastJudgesADoseAndDatesTheNextWithReasons(t *testing.T) {
	r := forecast(t, infant+"\n")
	if r.status != exitOK || r.errors != "" {
		t.Fatalf("status %d, %s", r.status, r.errors)
	}
	m := answered(t, r.out)[0]
	if m["id"] != "a" || m["schedule"] != "4.64-508" {
		t.Errorf("id %v, schedule %v", m["id"], m["schedule"])
	}
	evaluations := m["evaluations"].([]any)
	if len(evaluations) != 3 {
		t.Fatalf("%d evaluations, want one for each of diphtheria, pertussis and tetanus", len(evaluations))
	}
	e := evaluations[0].(map[string]any)
	want := map[string]any{
		"dose": 1.0, "date": "2025-02-14", "cvx": "107", "group": "DTaP/Tdap/Td", "antigen": "Diphtheria", "series": "Diphtheria standard series",
		"seriesType": "Standard", "targetDose": 1.0, "status": "Not Valid",
		"why": "Does not count as dose 1: given 7 days before the minimum age of 6 weeks, beyond the 4-day grace; " +
			"also CVX 107 is meant for this dose from the age of 6 weeks less 4 days, not at 1 month 4 days.",
	}
	for key, v := range want {
		if e[key] != v {
			t.Errorf("%s is %v, want %v", key, e[key], v)
		}
	}
	if got := fmt.Sprint(e["reasons"]); got != "[Age: Too Young Not a preferable or allowable vaccine]" {
		t.Errorf("reasons %s", got)
	}
	f := groupOf(m, "DTaP/Tdap/Td")
	if f["status"] != "Not Complete" || f["doseNumber"] != 1.0 || f["earliest"] != "2025-02-21" || f["recommended"] != "2025-03-10" || f["pastDue"] != "2025-05-07" {
		t.Errorf("the forecast is %v", f)
	}
	if aged := groupOf(m, "Rotavirus"); aged["status"] != "Aged Out" || aged["earliest"] != nil || aged["doseNumber"] != nil {
		t.Errorf("an aged-out group keeps its forecast without dates: %v", aged)
	}
	if strings.Contains(r.out, "null") {
		t.Error("something is null: an absent value is an absent key")
	}
}

func groupOf(m map[string]any, name string) map[string]any {
	for _, f := range m["forecasts"].([]any) {
		if f := f.(map[string]any); f["group"] == name {
			return f
		}
	}
	return nil
}

func TestForecastAnswersEveryLineInOrderAndGoesOnAfterABadOne(t *testing.T) {
	var in strings.Builder
	const n = 500
	for i := range n {
		switch i % 5 {
		case 3:
			fmt.Fprintf(&in, "{\"id\":%d,\"birthDate\":\"soon\"}\n", i)
		case 4:
			in.WriteString("not JSON\n\n")
		default:
			in.WriteString(strings.Replace(infant, `"a"`, fmt.Sprint(i), 1) + "\n")
		}
	}
	one, four := forecast(t, in.String()), forecast(t, in.String(), "--parallel", "4")
	if one.status != exitOK || one.out != four.out {
		t.Fatalf("status %d; one worker and four give the same: %v", one.status, one.out == four.out)
	}
	list := answered(t, one.out)
	if len(list) != n {
		t.Fatalf("%d answers to %d lines", len(list), n)
	}
	for i, m := range list {
		_, failed := m["error"]
		if failed != (i%5 >= 3) {
			t.Errorf("line %d: %v", i, m)
		}
		switch id, present := m["id"]; {
		case !present:
			t.Errorf("line %d has no id", i)
		case i%5 == 4 && id != nil, i%5 != 4 && id != float64(i):
			t.Errorf("line %d is answered as %v", i, id)
		}
	}
}

func TestForecastNamesEveryDoseThatItCannotJudge(t *testing.T) {
	r := forecast(t, `{"id":"p","birthDate":"2025-01-10","sex":"M","assessmentDate":"2025-11-10","doses":[`+
		`{"date":"2024-12-31","cvx":"08"},{"date":"2025-12-31","cvx":"08"},{"date":"2025-02-30","cvx":"08"},{"date":"2025-03-10","cvx":"999"},`+
		`{"date":"2025-03-10","cvx":"8"},{"date":"2025-03-10","cvx":8}]}`)
	m := answered(t, r.out)[0]
	var got []string
	for _, p := range m["problems"].([]any) {
		p := p.(map[string]any)
		got = append(got, fmt.Sprint(p["dose"], " ", p["code"]))
	}
	if s := strings.Join(got, ", "); s != "1 before birth, 2 after assessment, 3 impossible date, 4 unknown vaccine, 6 same day" {
		t.Errorf("problems: %s", s)
	}
	if n := len(m["evaluations"].([]any)); n != 2 {
		t.Errorf("%d evaluations, want those of the two doses that can be judged", n)
	}
}

func TestForecastRefusesALineThatSaysAThingTwiceOrInOtherLetters(t *testing.T) {
	for line, want := range map[string]string{
		`{"id":1,"birthDate":"2025-01-10","birthDate":"2020-01-10","assessmentDate":"2025-11-10"}`:                                     "birthDate is there twice",
		`{"id":1,"birthDate":"2025-01-10","assessmentDate":"2025-11-10","doses":[],"doses":[]}`:                                        "doses is there twice",
		`{"id":1,"birthDate":"2025-01-10","assessmentDate":"2025-11-10","doses":[{"date":"2025-03-10","cvx":"107","cvx":"08"}]}`:       "cvx is there twice",
		`{"id":1,"birthDate":"2025-01-10","assessmentDate":"2025-11-10","Doses":[{"date":"2025-03-10","cvx":"107"}]}`:                  "doses is written in other letters",
		`{"id":1,"birthDate":"2025-01-10","assessmentDate":"2025-11-10","doses":[{"Date":"2025-03-10","cvx":"107"}]}`:                  "date is written in other letters",
		`{"id":1,"birthDate":"2025-01-10","assessmentDate":"2025-11-10","observations":[{"code":"007","unsure":true,"unsure":false}]}`: "unsure is there twice",
	} {
		m := answered(t, forecast(t, line).out)[0]
		if say, _ := m["error"].(string); !strings.Contains(say, want) || m["id"] != 1.0 || m["forecasts"] != nil {
			t.Errorf("%s is answered %v, want %q", line, m, want)
		}
	}
	m := answered(t, forecast(t, `{"id":1,"birthDate":"2025-01-10","assessmentDate":"2025-11-10","note":"a","note":"b","doses":[{"date":"2025-03-10","cvx":"107","lot":"x","lot":"y"}]}`).out)[0]
	if m["error"] != nil || len(m["problems"].([]any)) != 0 {
		t.Errorf("keys that nobody asked for are passed over: %v", m["error"])
	}
}

func TestForecastTellsEverythingThatItCouldNotUse(t *testing.T) {
	m := answered(t, forecast(t, `{"id":1,"birthDate":"2025-01-10","sex":"Q","assessmentDate":"2025-11-10","doses":[`+
		`{"date":"2025-03-10","cvx":"107","expiry":"soon"},{"date":"2025-05-10","cvx":"107","volume":"half"},{"date":"2025-07-10","cvx":"107","volume":-1},{"date":"2025-07-12"}],`+
		`"observations":[{"code":"007","date":"2025-02-30"},{"date":"2025-03-01"}]}`).out)[0]
	var got []string
	for _, p := range m["problems"].([]any) {
		p := p.(map[string]any)
		got = append(got, fmt.Sprint(p["dose"], " ", p["code"]))
	}
	slices.Sort(got)
	want := []string{
		"1 impossible expiry", "2 impossible volume", "3 impossible volume", "4 unknown vaccine",
		"<nil> impossible date", "<nil> unknown observation", "<nil> unknown sex",
	}
	if !slices.Equal(got, want) {
		t.Errorf("told is %q", got)
	}
	for _, line := range []string{infant, strings.Replace(infant, `"sex":"F",`, "", 1), strings.Replace(infant, `"F"`, `"x"`, 1)} {
		if p := answered(t, forecast(t, line).out)[0]["problems"].([]any); len(p) != 0 {
			t.Errorf("%s: %v", line, p)
		}
	}
}

func TestForecastExplainsAndLimitsToAGroup(t *testing.T) {
	r := forecast(t, infant, "--explain", "--group", "DTaP/Tdap/Td")
	m := answered(t, r.out)[0]
	if n := len(m["forecasts"].([]any)); n != 1 {
		t.Errorf("%d forecasts, want one", n)
	}
	rules := map[string]bool{}
	for _, s := range m["trace"].([]any) {
		rules[s.(map[string]any)["rule"].(string)] = true
	}
	for _, rule := range []string{"Table 6-15", "Table 6-31", "FORECASTDTCAN-1", "FORECASTDT-2, -5", "Table 7-10", "Table 8-14", "FORECASTVG-1"} {
		if !rules[rule] {
			t.Errorf("the trace does not name %s", rule)
		}
	}
}

func TestForecastTakesCodesOfOtherSystemsAndWhatNobodyKnows(t *testing.T) {
	const person = `{"id":1,"birthDate":"1990-01-10","sex":"F","assessmentDate":"2025-11-10","observations":[%s]}`
	contraindicated := func(observation string) map[string]any {
		return groupOf(answered(t, forecast(t, fmt.Sprintf(person, observation)).out)[0], "MMR")
	}
	if f := contraindicated(`{"code":"007"}`); f["status"] != "Contraindicated" {
		t.Errorf("CDSi's own code: %v", f)
	}
	if f := contraindicated(`{"code":"77386006","system":"SNOMED"}`); f["status"] != "Contraindicated" {
		t.Errorf("the same in SNOMED: %v", f)
	}
	f := contraindicated(`{"code":"007","unsure":true}`)
	if f["status"] != "Not Complete" || len(f["unsure"].([]any)) == 0 {
		t.Errorf("what nobody knows does not contraindicate, and is asked for: %v", f)
	}
	r := answered(t, forecast(t, fmt.Sprintf(person, `{"code":"nonsense"},{"code":"1","system":"SNOMED"}`)).out)[0]
	if n := len(r["problems"].([]any)); n != 2 {
		t.Errorf("%d problems, want each unknown observation named", n)
	}
}

func TestForecastRefusesArgumentsThatItCannotUse(t *testing.T) {
	for _, args := range [][]string{{"--parallel", "0"}, {"--parallel", "x"}, {"--group", "Plague"}, {"people.jsonl"}, {"--schedule", t.TempDir()}, {"--nonsense"}} {
		if r := forecast(t, infant, args...); r.status != exitUsage || r.out != "" || r.errors == "" {
			t.Errorf("%v: status %d, out %q, errors %q", args, r.status, r.out, r.errors)
		}
	}
}

func TestForecastFailsWhenItsAnswersCannotBeWritten(t *testing.T) {
	var errs bytes.Buffer
	in := strings.NewReader(strings.Repeat(infant+"\n", 2000))
	if status := forecastCommand([]string{"--parallel", "2"}, in, full{}, &errs); status != exitFailed || errs.Len() == 0 {
		t.Errorf("status %d, errors %q", status, errs.String())
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestForecastAnswersALineBeforeTheNextIsThere(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan int)
	go func() { done <- forecastCommand(nil, inR, outW, io.Discard) }()
	for range 3 {
		if _, err := io.WriteString(inW, infant+"\n"); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 1<<16)
		if n, err := outR.Read(buf); err != nil || !bytes.HasPrefix(buf[:n], []byte(`{"id":"a"`)) {
			t.Fatalf("no answer: %v", err)
		}
	}
	inW.Close()
	if status := <-done; status != exitOK {
		t.Errorf("status %d", status)
	}
}

func TestAVeryLongLineIsAnsweredAndTheRestGoesOn(t *testing.T) {
	r := forecast(t, `{"id":"`+strings.Repeat("x", maxLine+10)+"\"}\n"+infant)
	list := answered(t, r.out)
	if len(list) != 2 || list[0]["error"] == nil || list[1]["id"] != "a" {
		t.Errorf("%d answers", len(list))
	}
}

func TestForecastJudgesBySeveralFormsOfARelease(t *testing.T) {
	own := forecast(t, infant)
	xml := filepath.Join(shared.Dir(t), "cdsi", "supporting-data-4.64-508")
	for _, name := range []string{xml, filepath.Join("..", "..", "schedule", "acip", "4.64-508"), "4.64-508"} {
		if r := forecast(t, infant, "--schedule", name); r.status != exitOK || r.out != own.out {
			t.Errorf("%s: status %d %s, another answer: %v", filepath.Base(name), r.status, r.errors, r.out != own.out)
		}
	}
}

func TestTextIsEscapedInAnswersOnlyWhereItMustBe(t *testing.T) {
	for c := range 256 {
		for _, before := range []int{0, 3, 7, 8, 20} {
			text := strings.Repeat("x", before) + string([]byte{byte(c)}) + strings.Repeat("y", 9)
			got := string(appendString(nil, text))
			var back string
			if err := json.Unmarshal([]byte(got), &back); err != nil || back != strings.ToValidUTF8(text, "\ufffd") {
				t.Fatalf("character %d after %d: %s, %v", c, before, got, err)
			}
			if plain := c >= ' ' && c < 128 && c != '"' && c != '\\'; plain != isPlain(text) {
				t.Fatalf("character %d after %d is plain: %v", c, before, !plain)
			}
		}
	}
}

// FuzzForecastLine: whatever the line, there is one line of JSON for it, and what a
// careful reader takes for JSON is taken for JSON.
func FuzzForecastLine(f *testing.F) {
	f.Add([]byte(infant))
	f.Add([]byte(`{"id":"\u00e9\ud83d\ude00\n","doses":[{"cvx":20,"volume":1e-3,"x":[{}]}],"observations":null}`))
	f.Add([]byte(`{"id":-0.5e+3,"birthDate":"2020-02-29","assessmentDate":"2020-02-29","sex":true}`))
	own, err := forecastEngines("")
	if err != nil {
		f.Fatal(err)
	}
	fc, r := forecaster{engines: own}, newPersonReader()
	f.Fuzz(func(t *testing.T, in []byte) {
		if bytes.ContainsRune(in, '\n') {
			return
		}
		out := fc.answer(r, nil, in, false)
		if !json.Valid(out) || bytes.Count(out, []byte("\n")) != 1 {
			t.Fatalf("%q is answered %q", in, out)
		}
		badly := bytes.Contains(out, []byte("not JSON")) || bytes.Contains(out, []byte("ends within a text")) || bytes.Contains(out, []byte("follows the object"))
		if valid := json.Valid(bytes.TrimPrefix(in, []byte("\ufeff"))); valid && badly || !valid && !bytes.Contains(out, []byte(`"error"`)) {
			t.Fatalf("%q is JSON: %v, and is answered %q", in, valid, out)
		}
	})
}

func TestForecastSaysWhenItsScheduleIsYoungerThanTheQuestion(t *testing.T) {
	old := strings.ReplaceAll(strings.ReplaceAll(infant, "2025-", "2019-"), `"a"`, `"b"`)
	r := forecast(t, infant+"\n"+old+"\n")
	list := answered(t, r.out)
	if note := list[0]["scheduleNote"]; note != nil {
		t.Errorf("of a day on which the release was in effect: %v", note)
	}
	if list[1]["schedule"] != "4.64-508" || !strings.Contains(fmt.Sprint(list[1]["scheduleNote"]), "in effect from 2025-11-10 on, after the assessment date") {
		t.Errorf("schedule %v, note %v", list[1]["schedule"], list[1]["scheduleNote"])
	}
	for _, group := range []string{"Influenza", "COVID-19"} {
		if strings.Contains(r.out[strings.Index(r.out, "\n"):], `{"group":"`+group+`"`) {
			t.Errorf("%s is forecast for 2019 by a season of 2025", group)
		}
		if !strings.Contains(r.out, `"season not known","text":"`+group+": ") {
			t.Errorf("nobody says why %s is not forecast", group)
		}
	}
}
