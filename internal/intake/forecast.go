package intake

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
)

// forecast answers a Z44. Its answer has room for one person and none for
// candidates (IG 1.5, appendix C, RCP: "only one record can be returned"), so its
// limit is one: more are too many (TM, as for a Z34 beyond its limit in appendix
// A.6, and in NIST's case IZ-QR-4). One who may be meant and may not is no match
// (appendix A.4: "if an exact match can't be found an acknowledgement message is
// returned indicating no match").
func (d *Desk) forecast(ctx context.Context, m *message, found *record.Found) error {
	status := iz.StatusNone
	switch {
	case found.Folder != nil:
		return d.evaluate(m, found)
	case len(found.Candidates) > 1 || len(found.Candidates) == 0 && found.Crowded:
		status = iz.StatusTooMany
	}
	m.reply.Bytes = d.reply.None(m.Query, status, m.Query.Findings)
	return d.settleAbout(ctx, m, &m.Query.Person, m.seen(0))
}

// evaluate answers a Z44 with a record that was found: judged and forecast as of
// the day of the query (Z42). Of the dead nothing is forecast, and a remark says so. What the asker may not see of the record, the
// schedule does not see either.
func (d *Desk) evaluate(m *message, found *record.Found) error {
	f, on := found.Folder, cal.On(m.sub.Received)
	engine, err := engineFor(on)
	if err != nil {
		return err
	}
	a := record.Assess(engine, d.codes, f, on, cdsi.Options{})
	e := evaluated(&a, f, groupsOf(found.Withheld, d.codes), d.codes, on)
	e.Person.IDs = identifiers(f, m.sub.Sender.ID)
	m.reply.Bytes = d.reply.EvaluatedHistory(m.Query, &e, d.codes)
	return d.settle(m, m.seen(f.ID))
}

// engineFor is the engine of the schedule in effect on a day.
func engineFor(on cal.Date) (*cdsi.Engine, error) {
	e, err := cdsi.For(on)
	if err != nil {
		return nil, fmt.Errorf("the schedule for %s: %w", on, err)
	}
	return e, nil
}

// evaluated puts an assessment in the terms of the guide. Nothing is due for
// whoever has died: nobody should be reminded. Of vaccine groups that are withheld nothing is
// forecast, and then the schedule remarks nothing either: it may name them.
func evaluated(a *record.Assessment, f *store.Folder, withheld []string, codes *codeset.Tables, on cal.Date) iz.Evaluated {
	person := &f.Golden
	e := iz.Evaluated{Person: *person, On: on, Doses: make([]iz.EvaluatedDose, 0, len(a.Doses)+len(a.Others))}
	for i := range a.Doses {
		e.Doses = append(e.Doses, iz.EvaluatedDose{HistoryDose: historyDose(f, &a.Doses[i]), Verdicts: verdicts(a, i+1, codes)})
	}
	for i := range a.Others {
		e.Doses = append(e.Doses, iz.EvaluatedDose{HistoryDose: historyDose(f, &a.Others[i])})
	}
	e.Forecasts = forecasts(a, withheld, person.Birth, codes, on)
	if a.Died {
		e.Remarks = append(e.Remarks, record.NothingDue)
	}
	for _, p := range a.Problems {
		if p.Dose == 0 && len(withheld) == 0 {
			e.Remarks = append(e.Remarks, p.Text)
		}
	}
	return e
}

// verdicts are those on the n-th dose. Antigens of a group that agree are told
// in one. A dose on which there is none says why, under the groups of its vaccine.
func verdicts(a *record.Assessment, n int, codes *codeset.Tables) []iz.Verdict {
	var out []iz.Verdict
	for i := range a.Evaluations {
		if e := &a.Evaluations[i]; e.Dose == n {
			out = agree(out, verdict(a, e, codes))
		}
	}
	judged := len(out) > 0
	for _, p := range a.Problems {
		switch {
		case p.Dose != n:
		case judged:
			out = append(out, iz.Verdict{Reason: p.Text})
		default:
			out = append(out, notJudged(a.Doses[n-1].Dose.CVX, p.Text, codes)...)
		}
	}
	if len(out) == 0 {
		out = notJudged(a.Doses[n-1].Dose.CVX, whyNot(a), codes)
	}
	return out
}

// whyNot is why a dose was not judged of which the schedule says nothing.
func whyNot(a *record.Assessment) string {
	if len(a.Forecasts) == 0 && !a.Died && len(a.Problems) > 0 { // of the person: nothing was looked at
		return "Not judged. " + a.Problems[0].Text
	}
	return "Not judged: the schedule asks nothing of this person that the dose could count for."
}

// agree adds a verdict, or the name of its series to one that says the same. The
// number of doses is told when that agrees too.
func agree(list []iz.Verdict, v iz.Verdict) []iz.Verdict {
	for i := range list {
		same := v
		same.Series, same.Of = list[i].Series, list[i].Of
		if same != list[i] {
			continue
		}
		if list[i].Of != v.Of {
			list[i].Of = 0
		}
		list[i].Series += "; " + v.Series
		return list
	}
	return append(list, v)
}

func verdict(a *record.Assessment, e *cdsi.Evaluation, codes *codeset.Tables) iz.Verdict {
	v := iz.Verdict{Group: groupOfDose(e.Group, e.CVX, codes), Series: e.Series, Valid: "N"}
	s := seriesOf(a, e)
	if s != nil {
		v.Status = s.Status.String()
	}
	if e.Status != cdsi.Valid {
		v.Reason = e.Why()
		return v
	}
	v.Valid, v.Number = "Y", e.Number // a booster has none (IG 1.5, appendix A.4.3)
	if e.Reasons != 0 {
		v.Reason = e.Why()
	}
	if s != nil && 0 < v.Number && v.Number <= s.Doses {
		v.Of = s.Doses
	}
	return v
}

// seriesOf is where the series stands in which a dose was judged.
func seriesOf(a *record.Assessment, e *cdsi.Evaluation) *cdsi.SeriesForecast {
	for i := range a.Forecasts {
		if f := &a.Forecasts[i]; f.Group == e.Group && f.Type == e.Type {
			for k := range f.Series {
				if s := &f.Series[k]; s.Antigen() == e.Antigen && s.Series() == e.Series {
					return s
				}
			}
		}
	}
	return nil
}

// notJudged says why there is no verdict on a vaccine, once a group of it.
func notJudged(cvx, why string, codes *codeset.Tables) []iz.Verdict {
	v, known := codes.CVX(cvx)
	if len(v.Groups) == 0 {
		if !known {
			return []iz.Verdict{{Reason: why}}
		}
		return []iz.Verdict{{Group: v.CVX, Reason: why}}
	}
	var out []iz.Verdict
	for _, g := range v.Groups {
		out = append(out, iz.Verdict{Group: g.CVX, Reason: why})
	}
	return out
}

// forecasts are those of all groups. A group may have two, standard and risk:
// they have its one code and differ by the names of their series. Those of groups that are
// withheld are left out.
func forecasts(a *record.Assessment, withheld []string, born cal.Date, codes *codeset.Tables, on cal.Date) []iz.Forecast {
	out := make([]iz.Forecast, 0, len(a.Forecasts))
	for i := range a.Forecasts {
		f := &a.Forecasts[i]
		if slices.Contains(withheld, f.Group) {
			continue
		}
		out = append(out, iz.Forecast{
			Group: groupOfForecast(f, born, codes, on), Series: seriesNames(f), Number: f.DoseNumber, Of: dosesOf(f), Status: f.Status.String(), Reason: reason(f),
			Earliest: f.Earliest, Due: f.Recommended, Overdue: f.PastDue, Latest: f.Latest,
		})
	}
	return out
}

// reason is why a forecast is as it is, and what has to be found out before a dose
// is given.
func reason(f *cdsi.Forecast) string {
	if len(f.Unsure) == 0 {
		return f.Why()
	}
	return f.Why() + " Find out first: " + strings.Join(f.Unsure, " ")
}

func seriesNames(f *cdsi.Forecast) string {
	var names []string
	for i := range f.Series {
		if name := f.Series[i].Series(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}

// dosesOf is how many doses the series of a forecast ask for: 0 when they differ,
// when the next dose is past them, and when they will never be given.
func dosesOf(f *cdsi.Forecast) int {
	if f.Status != cdsi.NotComplete && f.Status != cdsi.Complete {
		return 0
	}
	n := f.Series[0].Doses
	for i := range f.Series {
		if f.Series[i].Doses != n {
			return 0
		}
	}
	if f.DoseNumber > n {
		return 0
	}
	return n
}

func historyDose(f *store.Folder, s *record.Shown) iz.HistoryDose {
	d := s.Dose
	if len(f.Choices) > 0 && record.MarkedConfidential(f, s) {
		d = record.SayConfidential(d)
	}
	return iz.HistoryDose{ID: s.ID.Public(), Dose: d}
}
