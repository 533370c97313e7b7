package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Verdict is what a reviewer says of an alert.
type Verdict string

// The verdicts. The last leaves the alert open.
const (
	Explained Verdict = "explained"
	Misuse    Verdict = "misuse"
	Undecided Verdict = "not decided"
)

// Verdicts are all of them.
var Verdicts = []Verdict{Explained, Misuse, Undecided}

// Alert is an alert in words.
type Alert struct {
	store.Alert
	Who     Who
	Days    int  // for how many whole days it has been open; of one that is decided: was
	Own     bool // it is about whoever looks, who may not decide it
	History []Entry
	// Reasons are why they broke the glass, as they said it, the oldest first.
	Reasons []string
}

// Open reports that nobody has decided it.
func (a Alert) Open() bool { return a.Closed.IsZero() }

// HowMuch is how much was done, in words.
func (a Alert) HowMuch() string {
	switch {
	case strings.HasPrefix(a.Rule, policy.ManyRecords):
		return fmt.Sprintf("%d different records", a.Count)
	case strings.HasPrefix(a.Rule, policy.ManyListed):
		return fmt.Sprintf("%d different people", a.Count)
	case a.Count == 1:
		return "1 access"
	}
	return fmt.Sprintf("%d accesses", a.Count)
}

// Entry is what a reviewer said of an alert.
type Entry struct {
	At   time.Time
	Who  Who
	Said Verdict
	Note string
}

// AlertPage is a part of the list of alerts.
type AlertPage struct {
	Alerts []Alert
	Next   iis.AlertID // behind which the list goes on; 0: this is the end
}

// Alerts are the open alerts, the oldest first, or those that were decided, the newest
// decision first, from behind one of them (0: from the beginning). Whose records they are
// about is audited before it returns. Alerts on an identity that is sealed to whoever
// looks are left out.
func (d *Desk) Alerts(ctx context.Context, by By, decided bool, behind iis.AlertID) (AlertPage, error) {
	var out AlertPage
	err := d.read(ctx, "list alerts", func(tx *store.Tx) error {
		out = AlertPage{}
		list, err := d.alerts(tx, by, decided, behind)
		if err != nil {
			return err
		}
		if len(list) > PageSize {
			list = list[:PageSize]
			out.Next = list[PageSize-1].ID
		}
		out.Alerts, err = d.told(tx, by, list)
		return err
	})
	if err != nil {
		return AlertPage{}, err
	}
	lines := []store.Audit{}
	for _, a := range out.Alerts {
		lines = append(lines, store.Audit{At: d.now(), Actor: by.Actor, Act: actList, Person: a.Person, Subject: int64(a.ID)})
	}
	if len(lines) == 0 {
		lines = append(lines, store.Audit{At: d.now(), Actor: by.Actor, Act: actList})
	}
	return out, wrap("audit the list of alerts", d.store.AuditRead(lines...))
}

// Waiting is how many alerts are open that somebody may see, a page's worth at most: more says
// that there are more.
func (d *Desk) Waiting(ctx context.Context, by By) (n int, more bool, err error) {
	err = d.read(ctx, "count alerts", func(tx *store.Tx) error {
		list, err := d.alerts(tx, by, false, 0)
		n, more = min(len(list), PageSize), len(list) > PageSize
		return err
	})
	return n, more, err
}

// alerts are those of a page, and one more when there are more.
func (d *Desk) alerts(tx *store.Tx, by By, decided bool, behind iis.AlertID) ([]store.Alert, error) {
	var out []store.Alert
	read := tx.OpenAlerts
	if decided {
		read = tx.ClosedAlerts
	}
	for {
		list, err := read(behind, PageSize+1)
		if err != nil || len(list) == 0 {
			return out, err
		}
		behind = list[len(list)-1].ID
		full := len(list) > PageSize
		if list, err = openAlerts(tx, by, list); err != nil {
			return nil, err
		}
		if out = append(out, list...); !full || len(out) > PageSize {
			return out, nil
		}
	}
}

// openAlerts leaves out those on identities that are sealed to whoever looks.
func openAlerts(tx *store.Tx, by By, list []store.Alert) ([]store.Alert, error) {
	if by.Seals {
		return list, nil
	}
	ids := make([]iis.PersonID, len(list))
	for i, a := range list {
		ids[i] = a.Person
	}
	sealed, err := tx.SealedAmong(ids...)
	return slices.DeleteFunc(list, func(a store.Alert) bool { return sealed[a.Person] }), err
}

// told puts alerts into words.
func (d *Desk) told(tx *store.Tx, by By, list []store.Alert) ([]Alert, error) {
	users := make([]iis.UserID, len(list))
	for i, a := range list {
		users[i] = a.User
	}
	who, err := readWhose(tx, users)
	if err != nil {
		return nil, err
	}
	out := make([]Alert, len(list))
	for i, a := range list {
		until := d.now()
		if !a.Closed.IsZero() {
			until = a.Closed
		}
		out[i] = Alert{Alert: a, Who: who.user(a.User), Days: int(until.Sub(a.Begun) / (24 * time.Hour)), Own: a.User == by.User}
	}
	return out, nil
}

// Alert is an alert with what was said of it; fault.NotFound when there is none, or it is
// on an identity that is sealed to whoever looks. That it is opened is audited before it
// returns.
func (d *Desk) Alert(ctx context.Context, by By, id iis.AlertID) (*Alert, error) {
	var out Alert
	err := d.read(ctx, "open an alert", func(tx *store.Tx) error {
		a, said, err := theAlert(tx, by, id)
		if err != nil {
			return err
		}
		list, err := d.told(tx, by, []store.Alert{a})
		if err != nil {
			return err
		}
		out = list[0]
		users := make([]iis.UserID, len(said))
		for i, e := range said {
			users[i] = e.By
		}
		who, err := readWhose(tx, users)
		if err != nil {
			return err
		}
		for _, e := range said {
			out.History = append(out.History, Entry{e.At, who.user(e.By), Verdict(e.Verdict), e.Note})
		}
		out.Reasons, err = reasons(tx, &a)
		return err
	})
	if err != nil {
		return nil, err
	}
	line := store.Audit{At: d.now(), Actor: by.Actor, Act: actOpen, Person: out.Person, Subject: int64(id)}
	return &out, wrap("audit an alert", d.store.AuditRead(line))
}

// reasons are why whom an alert is about broke the glass, within its time.
func reasons(tx *store.Tx, a *store.Alert) (out []string, err error) {
	if a.Rule != policy.BrokenGlass {
		return nil, nil
	}
	numbers, err := tx.Former(a.Person)
	if err != nil {
		return nil, err
	}
	broke, err := tx.GlassOf(append(numbers, a.Person)...)
	for _, g := range broke {
		if g.User == a.User && !g.Opened.Before(a.Begun.Add(-time.Second)) && !g.Opened.After(a.Until.Add(time.Second)) {
			out = append(out, g.Reason+". "+g.Say)
		}
	}
	return out, err
}

// theAlert is an alert that whoever looks may know of.
func theAlert(tx *store.Tx, by By, id iis.AlertID) (store.Alert, []store.AlertEntry, error) {
	a, said, err := tx.Alert(id)
	if err != nil {
		return a, nil, err
	}
	left, err := openAlerts(tx, by, []store.Alert{a})
	if err == nil && len(left) == 0 {
		err = fault.New(fault.NotFound, "There is no such alert.")
	}
	return a, said, err
}

// Decide says what a reviewer finds of an alert, with a note, and closes it unless that is
// Undecided. fault.Denied of one about the reviewer, fault.Conflict of one that is decided,
// fault.Invalid without a verdict or note.
func (d *Desk) Decide(ctx context.Context, by By, id iis.AlertID, verdict Verdict, note string) error {
	if !slices.Contains(Verdicts, verdict) {
		return fault.New(fault.Invalid, "Choose what you find: explained, misuse or not decided.")
	}
	note, err := written(note, "Write what you found and whom you asked: whoever looks at this later has to understand it.")
	if err != nil {
		return err
	}
	return wrap("decide an alert", d.store.Write(ctx, func(tx *store.Tx) error {
		a, _, err := theAlert(tx, by, id)
		switch {
		case err != nil:
			return err
		case a.User == by.User:
			return fault.New(fault.Denied, "This alert is about you: another reviewer decides it. Nothing was changed.")
		}
		e := store.AlertEntry{At: d.now(), By: by.User, Verdict: string(verdict), Note: note}
		if err := tx.SayOfAlert(id, e, verdict != Undecided); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{
			At: e.At, Actor: by.Actor, Act: store.ActAlert + string(verdict), Person: a.Person, Subject: int64(id), Written: []byte(string(verdict) + "\n" + note),
		})
	}))
}
