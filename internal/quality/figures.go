package quality

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Period is some days of a sender, both ends included, in figures.
type Period struct {
	From, To cal.Date
	store.Sums
	store.DayDetail
}

// over adds up the days that lie in a period.
func over(days []store.SenderDay, from, to cal.Date) Period {
	p := Period{From: from, To: to}
	for _, d := range days {
		if d.Day >= from && d.Day <= to {
			p.Sums.Add(d.Sums)
			p.DayDetail.Add(d.DayDetail)
		}
	}
	return p
}

// AcceptedShare is how many of a hundred messages were stored whole, with or
// without warnings.
func (p Period) AcceptedShare() float64 { return percent(p.Accepted+p.Doubted, p.Messages()) }

// RefusedShare is how many of a hundred messages stored nothing.
func (p Period) RefusedShare() float64 { return percent(p.Refused(), p.Messages()) }

// WithinShare is how many of a hundred doses were reported within some days: 1,
// 7 or 30.
func (p Period) WithinShare(days int) float64 {
	switch days {
	case 1:
		return percent(p.Within1, p.Doses)
	case 7:
		return percent(p.Within7, p.Doses)
	}
	return percent(p.Within30, p.Doses)
}

// Median is the delay of the dose in the middle, in words.
func (p Period) Median() string {
	days := make([]int, 0, len(p.Delays))
	total := int64(0)
	for d, n := range p.Delays {
		days = append(days, d)
		total += n
	}
	sort.Ints(days)
	seen := int64(0)
	for _, d := range days {
		if seen += p.Delays[d]; 2*seen >= total {
			return delayWords(d)
		}
	}
	return ""
}

func delayWords(days int) string {
	switch {
	case days == 0:
		return "the same day"
	case days == 1:
		return "1 day"
	case days >= maxDelay:
		return "over a year"
	}
	return fmt.Sprintf("%d days", days)
}

// Count is one line of a table with a bar: how many, how many of a hundred, and
// how many of a hundred in the period before.
type Count struct {
	Label string
	Code  string // MSA-1, or the field of the message
	N     int64
	Of    int64 // 0: there is nothing to take a share of
	Share float64
	Was   string // in words; "" when there was nothing before
}

// answers are the messages by how they were answered.
func answers(now, before Period) []Count {
	var out []Count
	for _, l := range []struct {
		label, code string
		n           func(store.Sums) int64
	}{
		{"Stored as sent", "AA", func(s store.Sums) int64 { return s.Accepted }},
		{"Stored, with warnings", "AE", func(s store.Sums) int64 { return s.Doubted }},
		{"Stored in part", "AE", func(s store.Sums) int64 { return s.InPart }},
		{"Refused", "AE", func(s store.Sums) int64 { return s.Unstored }},
		{"Refused unread", "AR", func(s store.Sums) int64 { return s.Rejected }},
		{"Not answered", "", func(s store.Sums) int64 { return s.Unanswered }},
	} {
		c := count(l.label, l.code, store.Share{Have: l.n(now.Sums), Of: now.Messages()}, store.Share{Have: l.n(before.Sums), Of: before.Messages()})
		if l.code != "" || c.N > 0 { // not to answer is our own fault, and rare
			out = append(out, c)
		}
	}
	return out
}

func count(label, code string, now, before store.Share) Count {
	c := Count{Label: label, Code: code, N: now.Have, Of: now.Of, Share: percent(now.Have, now.Of)}
	if before.Of > 0 {
		c.Was = InPercent(percent(before.Have, before.Of))
	}
	return c
}

// delays are the doses by how late they were reported.
func delays(now, before Period) []Count {
	var out []Count
	for _, l := range []struct {
		label    string
		from, to int
	}{
		{"The same day", 0, 0}, {"The next day", 1, 1}, {"2 to 7 days later", 2, 7}, {"8 to 30 days later", 8, 30},
		{"More than 30 days later", 31, maxDelay},
	} {
		out = append(out, count(l.label, "", now.delayed(l.from, l.to), before.delayed(l.from, l.to)))
	}
	return out
}

func (p Period) delayed(from, to int) store.Share {
	s := store.Share{Of: p.Doses}
	for d, n := range p.Delays {
		if d >= from && d <= to {
			s.Have += n
		}
	}
	return s
}

// fields are how often each field was sent, the person's and the dose's.
func fields(now, before Period) (person, dose []Count) {
	for _, f := range personFields {
		person = append(person, count(f.name, f.where, now.Fields[f.key], before.Fields[f.key]))
	}
	for _, f := range doseFields {
		dose = append(dose, count(f.name, f.where, now.Fields[f.key], before.Fields[f.key]))
	}
	return person, dose
}

// Found is a line of what is found most in a sender's submissions.
type Found struct {
	Key      store.FindingKey
	Say      string // as the newest example said it
	N        int64  // submissions
	Share    float64
	Was      string
	Examples []iis.SubmissionID // newest first
}

const (
	maxFound    = 10
	maxExamples = 3
)

// found are the findings of a period: what loses something first, then the most
// frequent.
func found(now, before Period, days []store.SenderDay) []Found {
	var out []Found
	of, ofBefore := now.Messages()+now.Queries, before.Messages()+before.Queries
	for k, seen := range now.Findings {
		f := Found{Key: k, N: seen.N, Share: percent(seen.N, of)}
		if ofBefore > 0 {
			f.Was = InPercent(percent(before.Findings[k].N, ofBefore))
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Found) int {
		return cmp.Or(
			cmp.Compare(severityOrder(a.Key.Severity), severityOrder(b.Key.Severity)), cmp.Compare(b.N, a.N),
			cmp.Compare(a.Key.Where, b.Key.Where), cmp.Compare(a.Key.Rule, b.Key.Rule))
	})
	out = out[:min(len(out), maxFound)]
	for i := range out {
		out[i].Examples = examples(out[i].Key, days, now.From)
	}
	return out
}

func severityOrder(s iis.Severity) int {
	return slices.Index([]iis.Severity{iis.Error, iis.Warning, iis.Information}, s)
}

// examples are the newest submissions of each day that had a finding.
func examples(k store.FindingKey, days []store.SenderDay, from cal.Date) []iis.SubmissionID {
	var out []iis.SubmissionID
	for _, d := range slices.Backward(days) {
		if seen, ok := d.Findings[k]; ok && d.Day >= from && len(out) < maxExamples {
			out = append(out, seen.Last)
		}
	}
	return out
}
