package store

import (
	"encoding/json"
	"fmt"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Sums are what is counted of a sender over some time.
type Sums struct {
	// Messages that are no queries, by how they were answered.
	Accepted, Doubted, InPart, Unstored, Rejected, Unanswered int64
	Queries, QueriesRefused                                   int64
	// Doses that the sender gave and reported for the first time, and how many
	// of them within so many days of being given.
	Doses, Within1, Within7, Within30 int64
}

// columns are the sums in the order of sumColumns.
func (s *Sums) columns() []*int64 {
	return []*int64{
		&s.Accepted, &s.Doubted, &s.InPart, &s.Unstored, &s.Rejected, &s.Unanswered,
		&s.Queries, &s.QueriesRefused, &s.Doses, &s.Within1, &s.Within7, &s.Within30,
	}
}

const sumColumns = `accepted, doubted, in_part, unstored, rejected, unanswered, queries, queries_refused, doses, within_1, within_7, within_30`

// sumOf adds columns up. PostgreSQL would give a decimal number.
func sumOf(columns string) string {
	return "CAST(sum(" + strings.ReplaceAll(columns, ", ", ") AS BIGINT), CAST(sum(") + ") AS BIGINT)"
}

// Add adds others to the sums.
func (s *Sums) Add(o Sums) {
	more := o.columns()
	for i, c := range s.columns() {
		*c += *more[i]
	}
}

// Count counts one submission.
func (s *Sums) Count(k iis.Kind, a iis.Answer) {
	if k.Asks() {
		s.Queries++
		if a.Refused() {
			s.QueriesRefused++
		}
		return
	}
	*s.columns()[a]++
}

// Messages are all that are no queries.
func (s *Sums) Messages() int64 {
	return s.Accepted + s.Doubted + s.InPart + s.Unstored + s.Rejected + s.Unanswered
}

// Refused are the messages of which nothing was stored, and the sender was told.
func (s *Sums) Refused() int64 { return s.Unstored + s.Rejected }

// FindingKey is what makes findings one line of a list: the rule, the place as
// people write it, and the severity.
type FindingKey struct {
	Rule, Where string
	Severity    iis.Severity
}

// MarshalText writes a key for JSON.
func (k FindingKey) MarshalText() ([]byte, error) {
	return []byte(string(k.Severity) + "|" + k.Where + "|" + k.Rule), nil
}

// UnmarshalText reads what MarshalText wrote. Neither severity nor place has a
// vertical bar.
func (k *FindingKey) UnmarshalText(b []byte) error {
	severity, rest, _ := strings.Cut(string(b), "|")
	k.Severity = iis.Severity(severity)
	k.Where, k.Rule, _ = strings.Cut(rest, "|")
	return nil
}

// Seen is how many submissions had something, and the newest that had.
type Seen struct {
	N    int64            `json:"n"`
	Last iis.SubmissionID `json:"last"`
}

// Share is how many of some had something.
type Share struct {
	Have int64 `json:"have"`
	Of   int64 `json:"of"`
}

// DayDetail is what is counted beyond the sums.
type DayDetail struct {
	Findings map[FindingKey]Seen `json:",omitempty"`
	// Delays are the doses of Sums.Doses by how many days after they were given
	// they were reported.
	Delays map[int]int64 `json:",omitempty"`
	// Births are those of Delays that were given within days of birth (quality.BirthDays).
	Births map[int]int64 `json:",omitempty"`
	// Fields are how often something that ought to be sent was.
	Fields map[string]Share `json:",omitempty"`
	// Tests are the messages that were tests, of those that Sums counts, and how many of
	// them would have been stored without error.
	Tests Share `json:",omitzero"`
}

// Add adds others to the detail.
func (d *DayDetail) Add(o DayDetail) {
	for k, v := range o.Findings {
		d.Find(k, v.N, v.Last)
	}
	for k, v := range o.Delays {
		d.Delay(k, v)
	}
	for k, v := range o.Births {
		d.Birth(k, v)
	}
	for k, v := range o.Fields {
		d.Field(k, v)
	}
	d.Tests = Share{d.Tests.Have + o.Tests.Have, d.Tests.Of + o.Tests.Of}
}

// Find counts n submissions with a finding, the newest of which is last.
func (d *DayDetail) Find(k FindingKey, n int64, last iis.SubmissionID) {
	if d.Findings == nil {
		d.Findings = map[FindingKey]Seen{}
	}
	seen := d.Findings[k]
	d.Findings[k] = Seen{seen.N + n, max(seen.Last, last)}
}

// Delay counts n doses that were reported so many days after they were given.
func (d *DayDetail) Delay(days int, n int64) {
	if d.Delays == nil {
		d.Delays = map[int]int64{}
	}
	d.Delays[days] += n
}

// Birth counts n birth doses that were reported so many days after they were given:
// those of Delay, too.
func (d *DayDetail) Birth(days int, n int64) {
	if d.Births == nil {
		d.Births = map[int]int64{}
	}
	d.Births[days] += n
}

// Field counts how often a field was sent.
func (d *DayDetail) Field(name string, s Share) {
	if d.Fields == nil {
		d.Fields = map[string]Share{}
	}
	have := d.Fields[name]
	d.Fields[name] = Share{have.Have + s.Have, have.Of + s.Of}
}

// SenderDay is a sender's day in figures.
type SenderDay struct {
	Sender iis.SenderID
	Day    cal.Date
	Sums
	DayDetail
}

// dayQuery reads a sender's days.
func dayQuery(sender iis.SenderID, from, to cal.Date, each func(SenderDay) error) db.Query {
	return db.Query{
		SQL: `
			SELECT d.day, ` + sumColumns + `, x.detail
			FROM sender_day d JOIN sender_day_detail x ON x.sender_id = d.sender_id AND x.day = d.day
			WHERE d.sender_id = $1 AND d.day >= $2 AND d.day <= $3 ORDER BY d.day`,
		Args: []any{sender, from, to},
		Each: func(r db.Row) error {
			d := SenderDay{Sender: sender, Day: cal.Date(r.Int(0))}
			sums := d.columns()
			for i, c := range sums {
				*c = r.Int(1 + i)
			}
			if err := json.Unmarshal(r.Bytes(1+len(sums)), &d.DayDetail); err != nil {
				return fmt.Errorf("read day %d of sender %d: %w", d.Day, sender, err)
			}
			return each(d)
		},
	}
}

// SenderDays are a sender's days, both ends included, the oldest first. Days on
// which nothing came are left out.
func (tx *Tx) SenderDays(sender iis.SenderID, from, to cal.Date) ([]SenderDay, error) {
	var out []SenderDay
	err := tx.Select(dayQuery(sender, from, to, func(d SenderDay) error { out = append(out, d); return nil }))
	return out, err
}

// SenderSums are the sums of every sender over some days, both ends included,
// and the last of these days on which something came. Senders of which nothing
// came are left out.
func (tx *Tx) SenderSums(from, to cal.Date) (map[iis.SenderID]Sums, map[iis.SenderID]cal.Date, error) {
	sums, last := map[iis.SenderID]Sums{}, map[iis.SenderID]cal.Date{}
	err := tx.Select(db.Query{
		SQL: `
			SELECT d.sender_id, max(d.day), ` + sumOf(sumColumns) + `
			FROM sender s JOIN sender_day d ON d.sender_id = s.id AND d.day >= $1 AND d.day <= $2
			GROUP BY d.sender_id`,
		Args: []any{from, to},
		Each: func(r db.Row) error {
			var s Sums
			for i, c := range s.columns() {
				*c = r.Int(2 + i)
			}
			id := iis.SenderID(r.Int(0))
			sums[id], last[id] = s, cal.Date(r.Int(1))
			return nil
		},
	})
	return sums, last, err
}
