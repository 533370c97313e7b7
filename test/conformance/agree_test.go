package conformance_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/hl7"
	"openiis/internal/is"
	"openiis/internal/shared"
	"openiis/internal/synth"
	"openiis/test/drive"
)

// One person, told in a message, is judged in four places: by `openiis forecast`
// from what is known of them, in the Z42, on the page and on paper. All must say
// the same of each dose and of each vaccine group.

// subject is a person with a message about them and a line for `openiis forecast`
// made of the same facts, not of the message.
type subject struct {
	id, mrn string
	on      cal.Date // the day of assessment
	vxu     []byte
	line    forecastLine
	dead    bool
}

type forecastLine struct {
	ID             string            `json:"id"`
	BirthDate      string            `json:"birthDate"`
	Sex            string            `json:"sex"`
	AssessmentDate string            `json:"assessmentDate"`
	Doses          []forecastDose    `json:"doses"`
	Observations   []forecastObserve `json:"observations"`
}

type forecastDose struct {
	Date   string `json:"date"`
	CVX    string `json:"cvx"`
	MVX    string `json:"mvx,omitempty"`
	Volume string `json:"volume,omitempty"`
	Expiry string `json:"expiry,omitempty"`
}

type forecastObserve struct {
	Code   string `json:"code"`
	System string `json:"system"`
	Date   string `json:"date"`
}

// forecastAnswer is the line that answers.
type forecastAnswer struct {
	ID          string
	Evaluations []struct{ Date, CVX, Group, Antigen, Series, SeriesType, Status, Why string }
	Forecasts   []struct {
		Group, SeriesType, Status              string
		DoseNumber                             int
		Earliest, Recommended, PastDue, Latest string
		Why                                    string
	}
	Problems []struct {
		Dose int
		Text string
	}
	Error string
}

func TestCommandAnswerPageAndPaperSayTheSame(t *testing.T) {
	shared.Dir(t)
	subjects := slices.Concat(madeUp(t, 300), healthyCases(t), withFacts())
	sort.SliceStable(subjects, func(i, j int) bool { return subjects[i].on < subjects[j].on })
	answers := forecastsOf(t, subjects)
	office := openOffice(t)
	doses, groups, prints := 0, 0, 0
	for i := range subjects {
		s, want := &subjects[i], &answers[i]
		is.Equal(t, "the answer's person", want.ID+want.Error, s.id)
		office.take(s)
		z42 := office.ask(s)
		page := office.page(z42.number)
		agreeOnDoses(t, s, want, z42, page)
		if s.dead {
			is.Equal(t, s.id+": a dead person's forecasts", z42.forecasts, []fact{{"59779-9": "VXC16", "30982-3": "This person has died. Nothing is due."}})
			is.Equal(t, s.id+": a dead person's page", strings.Contains(page, "This person has died. Nothing is due.") && len(rows(page, dueSection)) == 0, true)
		} else {
			agreeOnForecasts(t, s, want, z42, page)
			if i%12 == 0 {
				agreeOnPaper(t, s, office.paper(z42.number), page)
				prints++
			}
		}
		doses, groups = doses+len(s.line.Doses), groups+len(want.Forecasts)
		if t.Failed() {
			t.Fatalf("stopped at person %d of %d, %s", i+1, len(subjects), s.id)
		}
	}
	t.Logf("%d people, %d doses, %d forecasts and %d printed records agree", len(subjects), doses, groups, prints)
	if len(subjects) < 1000 || prints < 50 {
		t.Errorf("only %d people and %d printed records", len(subjects), prints)
	}
}

// agreed is the day on which made-up people are assessed.
var agreed = cal.Of(2025, 11, 10)

// madeUp are people as the demonstration has them.
func madeUp(t *testing.T, n int) []subject {
	t.Helper()
	people := synth.People(2024)
	people.Today, people.Ages, people.Size = agreed, synth.WholeState, n
	clinic := people.Clinic(0)
	var out []subject
	for i := range n {
		p := people.Person(i)
		s := subject{id: fmt.Sprint("made-up ", i), mrn: p.MRN(clinic), on: agreed, dead: p.Death != cal.None, line: forecastLine{Sex: p.Sex, BirthDate: p.Birth.String()}}
		var all []int
		for k := range p.Doses {
			d := &p.Doses[k]
			if d.Date > agreed {
				continue
			}
			all = append(all, k)
			switch {
			case d.Refused:
			case d.Historical:
				s.line.Doses = append(s.line.Doses, forecastDose{Date: d.Date.String(), CVX: d.Vaccine.CVX})
			default:
				s.line.Doses = append(s.line.Doses, forecastDose{d.Date.String(), d.Vaccine.CVX, d.Vaccine.MVX, d.Vaccine.Amount, d.Expiration.String()})
			}
		}
		s.vxu = p.VXU(clinic, fmt.Sprint("M", i), agreed.Time(), all...)
		out = append(out, s)
	}
	return out
}

// healthyCases are CDC's, as messages. Two doses of one vaccine on a day are one
// to a registry: such cases are left out.
func healthyCases(t *testing.T) []subject {
	t.Helper()
	table, err := csv.NewReader(bytes.NewReader(shared.File(t, "cdsi", "cases-healthy-4.45.csv"))).ReadAll()
	is.NoError(t, "read", err)
	var out []subject
	for n, row := range table[1:] {
		get := func(name string) string { return strings.TrimSpace(row[slices.Index(table[0], name)]) }
		date := func(name string) cal.Date {
			d, err := cal.Parse(get(name))
			is.NoError(t, name, err)
			return d
		}
		s := subject{id: get("CDC_Test_ID"), mrn: fmt.Sprint("H", n), on: date("Assessment_Date"), line: forecastLine{Sex: get("gender"), BirthDate: date("DOB").String()}}
		twice := map[string]bool{}
		again := false
		for i := 1; i <= 7; i++ {
			if n := fmt.Sprint(i); get("Date_Administered_"+n) != "" {
				cvx := get("CVX_" + n)
				if len(cvx) == 1 {
					cvx = "0" + cvx
				}
				d := forecastDose{Date: date("Date_Administered_" + n).String(), CVX: cvx, MVX: get("MVX_" + n)}
				s.line.Doses = append(s.line.Doses, d)
				again = again || twice[d.Date]
				twice[d.Date] = true
			}
		}
		if !again {
			s.vxu = message(&s, n)
			out = append(out, s)
		}
	}
	return out
}

// withFacts are people of whom more is known than doses.
func withFacts() []subject {
	var out []subject
	for n, c := range []struct {
		born, loinc, snomed string
		doses               []string
	}{
		{"2023-01-10", "30945-0", "294468006", []string{"2024-01-12 03"}},                  // neomycin allergy
		{"2020-01-10", "59784-9", "38907003", []string{"2021-01-12 03", "2021-01-12 110"}}, // had varicella
		{"1970-01-10", "59785-6", "73211009", nil},                                         // diabetes
		{"1995-01-10", "59785-6", "77386006", []string{"2002-01-10 110"}},                  // pregnant: two forecasts of a group
	} {
		s := subject{id: "fact " + c.snomed, mrn: fmt.Sprint("F", n), on: agreed, line: forecastLine{Sex: "F", BirthDate: c.born}}
		s.line.Observations = []forecastObserve{{c.snomed, "SNOMED", "2025-06-01"}}
		for _, d := range c.doses {
			s.line.Doses = append(s.line.Doses, forecastDose{Date: d[:10], CVX: d[11:]})
		}
		s.vxu = message(&s, 10_000+n)
		s.vxu = append(s.vxu, "ORC|RE||9999^X\rRXA|0|1|20250601||998^no vaccine administered^CVX|999||||||||||||||NA|A\r"+
			"OBX|1|CE|"+c.loinc+"^fact^LN|1|"+c.snomed+"^fact^SCT||||||F|||20250601\r"...)
		out = append(out, s)
	}
	return out
}

// message is a vaccination message about a subject whose name is that of no other.
func message(s *subject, n int) []byte {
	name := "Q"
	for k := n + 1; k > 0; k /= 26 {
		name += string(rune('a'+k%26)) + string(rune('a'+(k*7+3)%26))
	}
	var b hl7.Builder
	b.Header().Field(7, "20250101120000+0000").Field(9, "VXU", "V04", "VXU_V04").Field(10, s.mrn).Field(11, "P").
		Field(12, "2.5.1").Field(15, "ER").Field(16, "AL").Field(21, "Z22", "CDCPHINVS")
	b.Segment("PID").Field(1, "1").Field(3, s.mrn, "", "", "X", "MR").Field(5, name+"er", name+"ie", "", "", "", "", "L").
		Field(7, strings.ReplaceAll(s.line.BirthDate, "-", "")).Field(8, s.line.Sex)
	for i, d := range s.line.Doses {
		b.Segment("ORC").Field(1, "RE").Field(3, fmt.Sprint(s.mrn, "-", i), "X")
		b.Segment("RXA").Field(1, "0").Field(2, "1").Field(3, strings.ReplaceAll(d.Date, "-", "")).Field(5, d.CVX, "", "CVX").Field(6, "999").
			Field(9, "01", "", "NIP001")
		if d.MVX != "" {
			b.Field(17, d.MVX, "", "MVX")
		}
		b.Field(20, "CP").Field(21, "A")
	}
	return b.Bytes()
}

// forecastsOf is what the command says, from its own program.
func forecastsOf(t *testing.T, subjects []subject) []forecastAnswer {
	t.Helper()
	bin, err := drive.Build(t.TempDir())
	is.NoError(t, "build", err)
	var in bytes.Buffer
	for i := range subjects {
		s := &subjects[i]
		s.line.ID, s.line.AssessmentDate = s.id, s.on.String()
		is.NoError(t, "line", json.NewEncoder(&in).Encode(s.line))
	}
	command := exec.Command(bin, "forecast")
	command.Stdin = &in
	out, err := command.Output()
	is.NoError(t, "openiis forecast", err)
	answers := make([]forecastAnswer, 0, len(subjects))
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var a forecastAnswer
		if err := d.Decode(&a); err == io.EOF {
			break
		} else {
			is.NoError(t, "an answer", err)
		}
		answers = append(answers, a)
	}
	is.Equal(t, "answers", len(answers), len(subjects))
	return answers
}

// agreeOnForecasts requires that the answer and the page have the command's
// forecasts, all of them and no other.
func agreeOnForecasts(t *testing.T, s *subject, want *forecastAnswer, z42 evaluatedHistory, page string) {
	t.Helper()
	compact := func(day string) string { return strings.ReplaceAll(day, "-", "") }
	var told, shown []string
	for _, f := range want.Forecasts {
		number := ""
		if f.DoseNumber > 0 {
			number = strconv.Itoa(f.DoseNumber)
		}
		told = append(told, strings.Join([]string{f.Status, number, compact(f.Earliest), compact(f.Recommended), compact(f.PastDue), compact(f.Latest), f.Why}, "|"))
		if f.SeriesType == "Evaluation Only" {
			continue
		}
		line := plain(f.Group)
		for _, other := range want.Forecasts {
			if other.Group == f.Group && other.SeriesType != f.SeriesType && other.SeriesType != "Evaluation Only" {
				line += map[string]string{"Standard": " standard", "Risk": " because of a risk"}[f.SeriesType]
				break
			}
		}
		line += " " + urgency(f.Status, f.Recommended, f.PastDue, s.on)
		if f.DoseNumber == 0 {
			shown = append(shown, american(line+" none "+f.Why))
			continue
		}
		line += fmt.Sprintf(" Dose %d Earliest %s , recommended %s", f.DoseNumber, f.Earliest, f.Recommended)
		if f.PastDue != "" {
			line += " , overdue after " + f.PastDue
		}
		shown = append(shown, american(line+" Why "+f.Why))
	}
	var answered, seen []string
	for _, f := range z42.forecasts {
		answered = append(answered, strings.Join([]string{f["59783-1"], f["30973-2"], f["30981-5"], f["30980-7"], f["59778-1"], f["59777-3"], f["30982-3"]}, "|"))
	}
	for _, p := range want.Problems {
		if p.Dose == 0 {
			told = append(told, "||||||"+p.Text)
		}
	}
	is.Equal(t, s.id+": the answer's forecasts", answered, told)
	for _, r := range rows(page, dueSection) {
		seen = append(seen, text(beside.ReplaceAllString(vaccines.ReplaceAllString(r, "$1"), "")))
	}
	for i, line := range shown { // the page names vaccines
		before, after, coded := strings.Cut(line, "CVX ")
		if !coded {
			continue
		}
		after = strings.TrimLeft(after, "0123456789 or")
		if at := slices.IndexFunc(seen, func(s string) bool {
			return strings.HasPrefix(s, before) && strings.HasSuffix(s, after) && !strings.Contains(s, "CVX")
		}); at >= 0 {
			shown[i] = seen[at]
		}
	}
	sort.Strings(shown)
	sort.Strings(seen)
	is.Equal(t, s.id+": the page's forecasts", seen, shown)
}

// urgency is a status as the page puts it.
func urgency(status, recommended, pastDue string, on cal.Date) string {
	switch status {
	case "Complete":
		return "✓ Complete"
	case "Immune":
		return "✓ Immune"
	case "Contraindicated":
		return "✕ Should not be given"
	case "Aged Out":
		return "– Too old for it"
	case "Not Recommended":
		return "– Not recommended"
	}
	last, _ := cal.Parse(pastDue)
	switch {
	case pastDue != "" && on > last:
		return "! Overdue since " + last.AddDays(1).String()
	case on.String() >= recommended:
		return "● Due now"
	}
	return "○ Due from " + recommended
}

// agreeOnDoses requires of each dose that the answer and the page say of it in
// each group whether it counts, as the command does.
func agreeOnDoses(t *testing.T, s *subject, want *forecastAnswer, z42 evaluatedHistory, page string) {
	t.Helper()
	is.Equal(t, s.id+": doses", len(z42.doses), len(s.line.Doses))
	table := rows(page, dateSection)
	is.Equal(t, s.id+": doses of the page", len(table), len(s.line.Doses))
	for i, d := range z42.doses {
		var expect, got []string
		for _, e := range want.Evaluations {
			if e.Date != d.date || e.CVX != d.cvx {
				continue
			}
			at := slices.IndexFunc(d.facts, func(f fact) bool { return slices.Contains(strings.Split(f["59780-7"], "; "), e.Series) })
			if at < 0 {
				t.Errorf("%s: the answer has no verdict on %s %s in %s", s.id, d.date, d.cvx, e.Series)
				continue
			}
			f := d.facts[at]
			is.Equal(t, s.id+": valid", f["59781-5"] == "Y", e.Status == "Valid")
			if e.Status != "Valid" {
				is.Equal(t, s.id+": why not", f["30982-3"], e.Why)
			}
			words := map[string]string{"Valid": "Counts", "Extraneous": "Does not count, need not be repeated"}[e.Status]
			if words == "" {
				words = "Does not count"
			}
			if n := f["30973-2"]; n != "" {
				words += " as dose " + n
			}
			expect = append(expect, plain(e.Group)+": "+words)
		}
		for _, v := range verdictOf.FindAllStringSubmatch(table[i], -1) {
			group, _, _ := strings.Cut(text(v[2]), ": ")
			if words := strings.TrimSuffix(text(v[1]), ", with a remark"); words != "Not judged" && words != "Could not be judged" {
				got = append(got, group+": "+words)
			}
		}
		slices.Sort(expect)
		slices.Sort(got)
		is.Equal(t, fmt.Sprintf("%s: the page on %s %s", s.id, d.date, d.cvx), slices.Compact(got), slices.Compact(expect))
	}
}

// agreeOnPaper requires that paper has what the page does not fold away.
func agreeOnPaper(t *testing.T, s *subject, paper, page string) {
	t.Helper()
	open, _, _ := strings.Cut(dueSection.FindString(page), `<details class="no-print"><summary>Not needed`)
	for _, r := range rowOf.FindAllString(open, -1) {
		cells := regexp.MustCompile(`(?s)<td.*?</td>`).FindAllString(r, 2)
		group, status := text(cells[0]), []rune(text(cells[1]))
		words := string(status[2:]) + " " + group[:min(len(group), 12)]
		if words == "Complete "+group[:min(len(group), 12)] || words == "Immune "+group[:min(len(group), 12)] {
			words = group // in the sentence of all that are
		}
		if !strings.Contains(paper, words) {
			t.Errorf("%s: paper lacks %q:\n%s", s.id, words, paper)
		}
	}
}
