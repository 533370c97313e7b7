package cdsi_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/schedule"
)

// maker makes up people with histories that hang together no better than real ones.
type maker struct {
	*rand.Rand
	s *schedule.Schedule
}

func newMaker(t testing.TB, seed uint64) *maker {
	t.Helper()
	return &maker{rand.New(rand.NewPCG(seed, 4)), release(t)}
}

func (m *maker) person() cdsi.Patient {
	assessed := cal.Of(2026, 2, 1) - cal.Date(m.IntN(365*3))
	var born cal.Date
	switch m.IntN(4) {
	case 0:
		born = assessed - cal.Date(m.IntN(365*2))
	case 1:
		born = assessed - cal.Date(m.IntN(365*19))
	default:
		born = assessed - cal.Date(m.IntN(365*95))
	}
	p := cdsi.Patient{Born: born, Sex: []string{"F", "M", "X", "U"}[m.IntN(4)], Assessed: assessed}
	if m.IntN(2) == 0 {
		p.BirthCountry = "US"
	}
	for range m.IntN(4) * m.IntN(4) {
		p.Doses = append(p.Doses, m.dose(born, assessed))
	}
	if m.IntN(3) == 0 {
		for range 1 + m.IntN(3) {
			o := cdsi.Observed{Code: m.s.Observations[m.IntN(len(m.s.Observations))].Code}
			if m.IntN(2) == 0 {
				o.Date = born + cal.Date(m.IntN(int(assessed-born)+1))
			}
			p.Observations = append(p.Observations, o)
		}
	}
	return p
}

func (m *maker) dose(born, assessed cal.Date) cdsi.Dose {
	days := int(assessed-born) + 1
	if m.IntN(2) == 0 {
		days = min(days, 600)
	}
	d := cdsi.Dose{Date: born + cal.Date(m.IntN(days)), CVX: m.s.Vaccines[m.IntN(len(m.s.Vaccines))].CVX}
	if m.IntN(2) == 0 { // a vaccine that is in use
		d.CVX = []string{"20", "107", "110", "115", "03", "94", "21", "10", "48", "49", "08", "133", "216", "33", "116", "119", "83", "165", "114", "162", "88", "121", "187", "312"}[m.IntN(24)]
	}
	if m.IntN(30) == 0 {
		d.Condition = true
	}
	return d
}

// lastDose is the latest dose that counts for an antigen of the schedule.
func lastDose(s *schedule.Schedule, p *cdsi.Patient, antigen string) cal.Date {
	last := cal.None
	for _, d := range p.Doses {
		for i := range s.Vaccines {
			if s.Vaccines[i].CVX != d.CVX {
				continue
			}
			for _, a := range s.Vaccines[i].Antigens {
				begins := !a.Begin.Given || d.Date >= a.Begin.AddTo(p.Born)
				ends := !a.End.Given || d.Date < a.End.AddTo(p.Born)
				if a.Antigen == antigen && begins && ends {
					last = max(last, d.Date)
				}
			}
		}
	}
	return last
}

const people = 4_000

func TestNothingIsForecastBeforeTheLastDoseAndDatesAreInOrder(t *testing.T) {
	m := newMaker(t, 1)
	e := engine(t)
	forecasts := 0
	for range people {
		p := m.person()
		res := e.Evaluate(&p, cdsi.Options{})
		for _, f := range res.Forecasts {
			for i := range f.Series {
				s := &f.Series[i]
				if last := lastDose(m.s, &p, s.Antigen()); s.Earliest != cal.None && s.Earliest < last {
					t.Fatalf("%s is forecast for %s, before its last dose on %s: %+v", s.Series(), s.Earliest, last, p)
				}
			}
			if f.Status != cdsi.NotComplete {
				if f.Earliest != cal.None || f.Recommended != cal.None || f.PastDue != cal.None || f.Latest != cal.None || f.DoseNumber != 0 {
					t.Fatalf("%s is %s and has dates or a number: %+v", f.Group, f.Status, p)
				}
				continue
			}
			forecasts++
			if f.Earliest == cal.None || f.Earliest < p.Born || f.Recommended < f.Earliest || f.DoseNumber < 1 {
				t.Fatalf("%s: earliest %s, recommended %s, number %d: %+v", f.Group, f.Earliest, f.Recommended, f.DoseNumber, p)
			}
			if f.PastDue != cal.None && f.PastDue < f.Recommended {
				t.Fatalf("%s is past due on %s, before it is recommended on %s: %+v", f.Group, f.PastDue, f.Recommended, p)
			}
		}
	}
	t.Logf("%d forecasts of %d people", forecasts, people)
}

func TestTheSameHistoryInAnotherOrderGivesTheSameAnswer(t *testing.T) {
	m := newMaker(t, 2)
	e := engine(t)
	for range people {
		p := m.person()
		if len(p.Doses) > 1 && m.IntN(2) == 0 { // doses of one day, too
			p.Doses[1].Date = p.Doses[0].Date
		}
		q := p
		q.Doses, q.Observations = slices.Clone(p.Doses), slices.Clone(p.Observations)
		m.Shuffle(len(q.Doses), func(i, j int) { q.Doses[i], q.Doses[j] = q.Doses[j], q.Doses[i] })
		slices.Reverse(q.Observations)
		a, b := e.Evaluate(&p, cdsi.Options{}), e.Evaluate(&q, cdsi.Options{})
		if x, y := said(&p, &a), said(&q, &b); x != y {
			t.Fatalf("in one order:\n%s\nin another:\n%s\n%+v", x, y, p)
		}
	}
}

// said is all that an answer says, without the places of doses in the input.
func said(p *cdsi.Patient, r *cdsi.Result) string {
	var evaluations, rest []string
	for _, e := range r.Evaluations {
		d := p.Doses[e.Dose-1]
		evaluations = append(evaluations, fmt.Sprintln(d, e.Antigen, e.Series, e.Target, e.Status, e.Reasons, e.Why()))
	}
	slices.Sort(evaluations)
	for i := range r.Forecasts {
		f := &r.Forecasts[i]
		rest = append(rest, fmt.Sprintln(f.Group, f.Type, f.Status, f.DoseNumber, f.Earliest, f.Recommended, f.PastDue, f.Latest, f.Reasons, f.Vaccines, f.Antigens, f.Why()))
	}
	return fmt.Sprint(evaluations, rest)
}

func TestOneMemoryForManyPeopleGivesWhatFreshMemoryGives(t *testing.T) {
	m := newMaker(t, 3)
	e := engine(t)
	var again cdsi.Result
	for range people {
		p := m.person()
		fresh := e.Evaluate(&p, cdsi.Options{})
		e.EvaluateInto(&again, &p, cdsi.Options{})
		if x, y := said(&p, &fresh), said(&p, &again); x != y {
			t.Fatalf("fresh:\n%s\nagain:\n%s", x, y)
		}
		for i := range fresh.Forecasts {
			if !slices.Equal(fresh.Forecasts[i].Guidance, again.Forecasts[i].Guidance) {
				t.Fatalf("%s: other guidance", fresh.Forecasts[i].Group)
			}
		}
	}
}

func TestEveryLeapDayAndMonthEndFrom2000To2030CanBeABirthDate(t *testing.T) {
	e := engine(t)
	ages := []schedule.Duration{{Given: true}, {Months: 2, Given: true}, {Months: 4, Given: true}, {Months: 6, Given: true}, {Months: 12, Given: true}, {Years: 4, Given: true}, {Years: 11, Given: true}}
	vaccines := []string{"08", "110", "110", "110", "94", "94", "115"}
	days := 0
	for born := cal.Of(2000, 1, 1); born <= cal.Of(2030, 12, 31); born++ {
		_, month, day := born.YMD()
		if _, _, next := (born + 1).YMD(); next != 1 && (month != time.February || day != 29) && day != 1 {
			continue
		}
		days++
		for _, after := range []int{0, 1, 31, 59, 60, 61, 182, 365, 366, 730, 4 * 366, 12 * 366, 30 * 366, 70 * 366} {
			p := cdsi.Patient{Born: born, Assessed: born + cal.Date(after), Sex: "F"}
			for i, a := range ages {
				if on := a.AddTo(born); on <= p.Assessed {
					p.Doses = append(p.Doses, cdsi.Dose{Date: on, CVX: vaccines[i]})
				}
			}
			res := e.Evaluate(&p, cdsi.Options{Explain: day == 29})
			problems := slices.DeleteFunc(slices.Clone(res.Problems), func(p cdsi.Problem) bool { return p.Code == "season not known" })
			if len(res.Forecasts) == 0 || len(problems) > 0 {
				t.Fatalf("born %s, assessed %s: %d forecasts, problems %v", born, p.Assessed, len(res.Forecasts), res.Problems)
			}
		}
	}
	if days < 31*12 {
		t.Errorf("only %d days were tried", days)
	}
}

func TestDatesAtTheEdgesOfTheCalendarHarmNothing(t *testing.T) {
	e := engine(t)
	edges := []cal.Date{-5, cal.None, 1, 2, cal.Of(1899, 12, 31), cal.Of(2999, 12, 31), cal.Of(9999, 12, 31), 1<<30 - 1, 1 << 30, 1<<31 - 1, -1 << 31}
	for _, born := range edges {
		for _, assessed := range edges {
			for _, date := range edges {
				p := cdsi.Patient{Born: born, Assessed: assessed, Doses: []cdsi.Dose{{Date: date, CVX: "03"}, {Date: date, CVX: "21", Expires: date}},
					Observations: []cdsi.Observed{{Code: "170", Date: date}, {Code: "007", Date: date}}}
				res := e.Evaluate(&p, cdsi.Options{Explain: true})
				for i := range res.Forecasts {
					_ = res.Forecasts[i].Why()
				}
			}
		}
	}
}

// FuzzEvaluate gives histories of random bytes. It ends, always: a turn of each loop
// either takes a dose or moves on by a target dose.
func FuzzEvaluate(f *testing.F) {
	e, s := engine(f), release(f)
	f.Add(uint32(730000), uint32(9000), byte(0), []byte{1, 2, 3, 4, 5, 6, 7, 8})
	f.Add(uint32(738000), uint32(300), byte(7), []byte{0, 60, 20, 0, 120, 20, 1, 10, 40})
	f.Fuzz(func(t *testing.T, born, age uint32, flags byte, history []byte) {
		p := cdsi.Patient{Born: cal.Date(born % 3_700_000), Sex: []string{"F", "M", "X", "U"}[flags&3], BirthCountry: "US"}
		p.Assessed = p.Born + cal.Date(age%50_000)
		for i := 0; i+3 <= len(history) && i < 300; i += 3 {
			on := p.Born + cal.Date(int(history[i])<<8|int(history[i+1]))
			if flags&4 != 0 && i%9 == 0 {
				p.Observations = append(p.Observations, cdsi.Observed{Code: s.Observations[int(history[i+2])%len(s.Observations)].Code, Date: on})
				continue
			}
			p.Doses = append(p.Doses, cdsi.Dose{Date: on, CVX: s.Vaccines[int(history[i+2])%len(s.Vaccines)].CVX, Condition: flags&8 != 0 && i%6 == 0})
		}
		res := e.Evaluate(&p, cdsi.Options{Explain: flags&16 != 0})
		for i := range res.Evaluations {
			if res.Evaluations[i].Status == cdsi.NotEvaluated || len(res.Evaluations[i].Why()) < 20 {
				t.Fatalf("a dose without a verdict: %+v", res.Evaluations[i])
			}
		}
		for i := range res.Forecasts {
			if x := &res.Forecasts[i]; x.Status == 0 || len(x.Why()) < 10 || x.Status == cdsi.NotComplete && x.Earliest == cal.None {
				t.Fatalf("a forecast without sense: %+v", x)
			}
		}
		again := e.Evaluate(&p, cdsi.Options{})
		if said(&p, &res) != said(&p, &again) {
			t.Fatal("explaining changes the answer")
		}
	})
}

// A dose more, after all others, of a vaccine that counted before: what was complete
// stays complete. Two things are the specification's own and no fault. A dose put
// between others may make the next one too soon (CALCDTINT-1), so it is added last
// here. And a vaccine group may show Not Complete because a second series of the same
// type has begun, which happens with pneumococcal vaccines of old age given early; the
// series that was complete still is.
func TestAValidDoseMoreNeverMakesACompleteSeriesIncomplete(t *testing.T) {
	m := newMaker(t, 9)
	e := engine(t)
	tried := 0
	for range people {
		p := m.person()
		before := e.Evaluate(&p, cdsi.Options{})
		for i := range before.Forecasts {
			f := &before.Forecasts[i]
			cvx := counted(&before, f)
			if f.Status != cdsi.Complete || cvx == "" {
				continue
			}
			tried++
			q := p
			q.Doses = append(slices.Clone(p.Doses), cdsi.Dose{Date: p.Assessed, CVX: cvx})
			after := e.Evaluate(&q, cdsi.Options{})
			if s := lost(f, &after); s != "" {
				t.Fatalf("with CVX %s on %s, %s is no longer complete: %+v", cvx, p.Assessed, s, p)
			}
		}
	}
	if tried < people/50 {
		t.Errorf("only %d complete groups were tried", tried)
	}
}

// counted is the vaccine of some valid dose of a forecast's series.
func counted(r *cdsi.Result, f *cdsi.Forecast) string {
	for _, e := range r.Evaluations {
		if e.Group == f.Group && e.Type == f.Type && e.Status == cdsi.Valid {
			return e.CVX
		}
	}
	return ""
}

// lost is the series of a complete forecast that is not complete in a later answer.
func lost(f *cdsi.Forecast, later *cdsi.Result) string {
	for i := range f.Series {
		was, kept := &f.Series[i], false
		if was.Status != cdsi.Complete {
			continue
		}
		for k := range later.Forecasts {
			g := &later.Forecasts[k]
			for n := range g.Series {
				is := &g.Series[n]
				kept = kept || g.Group == f.Group && g.Type == f.Type && is.Antigen() == was.Antigen() && is.Status == cdsi.Complete
			}
			if g.Group == f.Group && g.Type == f.Type && g.Status != cdsi.Complete && g.Group != "Pneumococcal" {
				return g.Group
			}
		}
		if !kept {
			return was.Series()
		}
	}
	return ""
}

// What a dose is in a series is decided by it and the doses before it: one given later
// changes nothing of that.
func TestALaterDoseNeverChangesWhatAnEarlierOneIsInItsSeries(t *testing.T) {
	m := newMaker(t, 12)
	e := engine(t)
	compared := 0
	for range people {
		p := m.person()
		if m.IntN(2) == 0 { // for a skip by another series (Table 6-7): polio, HepB and PCV for a risk
			p.Observations = append(p.Observations, cdsi.Observed{Code: []string{"143", "054", "032", "014"}[m.IntN(4)]})
			vaccines := [][]string{{"10", "89", "110"}, {"10", "10", "10"}, {"43", "44", "08"}, {"133", "33", "216"}}[m.IntN(4)]
			for range 1 + m.IntN(5) {
				p.Doses = append(p.Doses, cdsi.Dose{Date: p.Born + cal.Date(m.IntN(int(p.Assessed-p.Born)+1)), CVX: vaccines[m.IntN(3)]})
			}
		}
		slices.SortStableFunc(p.Doses, func(a, b cdsi.Dose) int { return int(a.Date) - int(b.Date) })
		n := len(p.Doses)
		if n < 2 || p.Doses[n-1].Date == p.Doses[n-2].Date {
			continue
		}
		q := p
		q.Doses = p.Doses[:n-1]
		later, before := e.Evaluate(&p, cdsi.Options{}), e.Evaluate(&q, cdsi.Options{})
		for _, a := range before.Evaluations {
			for _, b := range later.Evaluations {
				if a.Dose != b.Dose || a.Antigen != b.Antigen || a.Series != b.Series {
					continue
				}
				compared++
				if a.Status != b.Status || a.Reasons != b.Reasons || a.Target != b.Target {
					t.Fatalf("%s in %s is %s %d; with a later dose it is %s %d: %+v", a.Date, a.Series, a.Status, a.Target, b.Status, b.Target, p)
				}
			}
		}
	}
	if compared < people {
		t.Errorf("only %d verdicts were compared", compared)
	}
}
