package quality

import (
	"cmp"
	"context"
	"encoding/json"
	"runtime"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/store"
)

const (
	// settled is how long after a submission was kept its receipt is there, if
	// there will be one: a sender waits for its answer less long.
	settled = time.Minute
	// batch is how many submissions are counted in one transaction. It is small
	// so that no message waits for it noticeably.
	batch = 20
	// maxDelay is the longest delay that is counted by days; longer ones count
	// as it.
	maxDelay = 366
)

// Tally counts the oldest submissions that nobody counted yet, at most one
// batch of them, and says how many they were. It takes up where it, or another
// server, left off; what it counts it counts once.
func (d *Desk) Tally(ctx context.Context, now time.Time) (int, error) {
	after, arrived, err := d.store.Untallied(ctx, now.Add(-settled), batch)
	if err != nil || len(arrived) == 0 {
		return 0, err
	}
	t := tally{d: d, days: map[senderDay]*store.SenderDay{}}
	for i := range arrived {
		t.count(&arrived[i])
		runtime.Gosched() // a message that came meanwhile shall not wait for the whole batch
	}
	_, err = d.store.AddTally(ctx, store.Tally{
		After: after, UpTo: arrived[len(arrived)-1].ID, Days: t.sorted(), Classes: t.classes,
	})
	return len(arrived), err
}

type senderDay struct {
	sender iis.SenderID
	day    cal.Date
}

// tally is what a batch comes to.
type tally struct {
	d       *Desk
	days    map[senderDay]*store.SenderDay
	classes []store.Classed
}

// sorted are the days in one order for all servers.
func (t *tally) sorted() []store.SenderDay {
	out := make([]store.SenderDay, 0, len(t.days))
	for _, d := range t.days {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b store.SenderDay) int {
		return cmp.Or(cmp.Compare(a.Sender, b.Sender), cmp.Compare(a.Day, b.Day))
	})
	return out
}

// count counts one submission; a form of our own pages, which a user filled in and no
// system sent, is classed for the list and says nothing of how well messages are
// sent. Of the others it counts how they were answered, what was found, and, of a
// vaccination message that was stored, how late and how complete it was. Tests count as
// what they would have been, and are late for nothing.
func (t *tally) count(a *store.Arrived) {
	kind, answer := iis.KindOther, iis.Unanswered
	if a.Door == iis.DoorWeb {
		kind = iis.KindForm
	}
	if r := a.Receipt; r != nil {
		kind, answer = r.Class()
	}
	t.classes = append(t.classes, store.Classed{Submission: a.ID, Sender: a.Sender.ID, Class: iis.ClassOf(kind, answer)})
	if kind == iis.KindForm {
		return
	}
	day := t.day(a)
	day.Count(kind, answer)
	if a.Receipt == nil {
		return
	}
	if kind == iis.KindTest {
		day.Tests.Of++
		if answer == iis.Accepted || answer == iis.Doubted {
			day.Tests.Have++
		}
	}
	t.findings(day, a)
	if kind == iis.KindUpdate && a.Receipt.Person != 0 || a.Receipt.Kind == iis.TestReceipt {
		t.content(day, a)
	}
}

// day is the sender's day on which a submission came, by the server's calendar.
func (t *tally) day(a *store.Arrived) *store.SenderDay {
	key := senderDay{a.Sender.ID, cal.On(a.Received.Local())}
	d := t.days[key]
	if d == nil {
		d = &store.SenderDay{Sender: key.sender, Day: key.day}
		t.days[key] = d
	}
	return d
}

// findings counts each line of a list of findings once a submission.
func (t *tally) findings(day *store.SenderDay, a *store.Arrived) {
	seen := map[store.FindingKey]bool{}
	for _, f := range a.Receipt.Findings {
		key := store.FindingKey{Rule: f.Rule, Where: f.Where.String(), Severity: f.Severity}
		if !seen[key] {
			seen[key] = true
			day.Find(key, 1, a.ID)
		}
	}
}

// content counts what only the message itself tells.
func (t *tally) content(day *store.SenderDay, a *store.Arrived) {
	m, err := hl7.Parse(a.Raw)
	if err != nil { // it was stored once: only a change of this program leads here
		return
	}
	v := iz.ReadVXU(m, t.d.codes)
	for _, f := range personFields {
		day.Field(f.key, share(f.sent(&v.Person)))
	}
	fresh := firstReports(a.Receipt)
	for i := range v.Orders {
		o := &v.Orders[i]
		if !o.Usable || !o.Dose.Counts() || !o.Dose.Administered() {
			continue
		}
		for _, f := range doseFields {
			day.Field(f.key, share(f.sent(&o.Dose)))
		}
		if fresh[o.Number] {
			timely(day, &o.Dose, v.Person.Birth, cal.On(a.Received.Local()))
		}
	}
}

func share(sent bool) store.Share {
	if sent {
		return store.Share{Have: 1, Of: 1}
	}
	return store.Share{Of: 1}
}

// firstReports are the order groups that the sender reported for the first
// time: sending the same again, or correcting it, is not late.
func firstReports(r *store.StoredReceipt) map[int]bool {
	var told iis.Receipt
	if json.Unmarshal(r.Outcome, &told) != nil {
		return nil
	}
	out := map[int]bool{}
	for _, d := range told.Doses {
		out[d.Order] = d.Outcome == iis.OutcomeAdded || d.Outcome == iis.OutcomeKnown || d.Outcome == iis.OutcomeApart
	}
	return out
}

// timely counts how many days passed between a dose and its report. A dose of a
// later day than its report has no delay to count.
func timely(day *store.SenderDay, dose *iis.Dose, birth, received cal.Date) {
	delay := int(received - dose.Date)
	if delay < 0 {
		return
	}
	day.Doses++
	for _, within := range []struct {
		days int
		n    *int64
	}{{1, &day.Within1}, {7, &day.Within7}, {30, &day.Within30}} {
		if delay <= within.days {
			*within.n++
		}
	}
	day.Delay(min(delay, maxDelay), 1)
	if birth != cal.None && birth <= dose.Date && dose.Date <= birth.AddDays(BirthDays) {
		day.Birth(min(delay, maxDelay), 1)
	}
}
