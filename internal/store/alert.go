package store

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Alert is an access that a rule calls unusual, or several of one user.
type Alert struct {
	ID      iis.AlertID
	Rule    string
	Said    string // the rule in words, as it held then
	User    iis.UserID
	Person  iis.PersonID // 0: of many records
	Begun   time.Time    // of the first access
	Until   time.Time    // and of the last
	Count   int64        // of accesses; of many records: of records
	Closed  time.Time    // zero: nobody has decided
	Verdict string       // "" while it is open
}

// AlertEntry is what a reviewer said of an alert.
type AlertEntry struct {
	At      time.Time
	By      iis.UserID
	Verdict string
	Note    string
}

// alertMark is the setting that says up to which line of the audit users' acts are
// judged.
const alertMark = "alerts judged to"

// alertLock excludes two servers that judge at once.
const alertLock = 0x414C_5254 // "ALRT"

// JudgedTo is the line of the audit up to which users' acts are judged; 0: none is.
func (tx *Tx) JudgedTo() (int64, error) {
	text, err := tx.setting(alertMark)
	line, _ := strconv.ParseInt(text, 10, 64) // "" at first
	return line, err
}

// MoveJudged says that users' acts are judged from one line of the audit to another. It
// is false when another server has judged them meanwhile: then nothing may be stored.
func (tx *Tx) MoveJudged(from, to int64) (bool, error) {
	if err := tx.Lock(alertLock); err != nil {
		return false, err
	}
	at, err := tx.JudgedTo()
	if err != nil || at != from {
		return false, err
	}
	return true, tx.setSetting(alertMark, strconv.FormatInt(to, 10))
}

// judgeStretch is how much time one step of the judging takes at once.
const judgeStretch = time.Hour

// JudgeBounds are the lines that are judged next: after one of them, up to what is old
// enough that no line before it comes any more; more says that later ones are, too. A
// registry in which nothing was judged begins with those since a moment. One that was judged
// up to what is still to come, for its clock was wrong and has gone back, begins an hour ago:
// a line may be judged twice, and none is left out until that time comes.
func JudgeBounds(judged int64, since, now time.Time) (from, to int64, more bool) {
	from, last := judged, idAt(now.Add(-sealWithin))
	switch {
	case judged == 0:
		from = idAt(since)
	case judged > idAt(now.Add(clockWithin)):
		from = idAt(now.Add(-judgeStretch))
	}
	if last <= from {
		return from, from, false
	}
	if to = idAt(idTime(from).Add(judgeStretch)); to < last {
		return from, to, true
	}
	return from, last, false
}

// UserLines are what users did with records, in the lines after one and up to another,
// in their order.
func (tx *Tx) UserLines(after, upTo int64) ([]Audit, error) {
	var out []Audit
	err := tx.Select(db.Query{
		SQL: `
			SELECT ` + auditLineColumns + ` FROM audit
			WHERE id > $1 AND id <= $2 AND actor = 'user' AND person_id IS NOT NULL ORDER BY id`,
		Args: []any{after, upTo},
		Each: func(r db.Row) error { out = append(out, scanAudit(r)); return nil },
	})
	return out, err
}

// LinesOf are what one user did with records since a moment, up to a line, in order.
func (tx *Tx) LinesOf(user iis.UserID, since time.Time, upTo int64) ([]Audit, error) {
	var out []Audit
	err := tx.Select(db.Query{
		SQL: `
			SELECT ` + auditLineColumns + ` FROM audit
			WHERE actor = 'user' AND actor_id = $1 AND id >= $2 AND id <= $3 AND person_id IS NOT NULL ORDER BY id`,
		Args: []any{user, idAt(since), upTo},
		Each: func(r db.Row) error { out = append(out, scanAudit(r)); return nil },
	})
	return out, err
}

const alertColumns = `id, rule, said, account, person_id, begun, until, n, closed, verdict`

func scanAlert(r db.Row) Alert {
	a := Alert{
		ID: iis.AlertID(r.Int(0)), Rule: r.Text(1), Said: r.Text(2), User: iis.UserID(r.Int(3)), Person: iis.PersonID(r.Int(4)),
		Begun: time.UnixMicro(r.Int(5)).UTC(), Until: time.UnixMicro(r.Int(6)).UTC(), Count: r.Int(7), Verdict: r.Text(9),
	}
	if at := r.Int(8); at != 0 {
		a.Closed = time.UnixMicro(at).UTC()
	}
	return a
}

func (tx *Tx) alerts(q db.Query) ([]Alert, error) {
	var out []Alert
	q.Each = func(r db.Row) error { out = append(out, scanAlert(r)); return nil }
	if err := tx.Select(q); err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	return out, nil
}

// LastAlert is the newest alert of a rule about a user and a person (0: many), open or
// not; nil when there is none.
func (tx *Tx) LastAlert(user iis.UserID, rule string, person iis.PersonID) (*Alert, error) {
	found, err := tx.alerts(db.Query{
		SQL:  `SELECT ` + alertColumns + ` FROM alert WHERE account = $1 AND rule = $2 AND person_id = $3 ORDER BY id DESC LIMIT 1`,
		Args: []any{user, rule, person},
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// AddAlert stores a new alert.
func (tx *Tx) AddAlert(a Alert) error {
	return tx.Exec(`
		INSERT INTO alert (id, rule, said, account, person_id, begun, until, n, closed, verdict)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '')`,
		a.ID, a.Rule, a.Said, a.User, a.Person, a.Begun.UnixMicro(), a.Until.UnixMicro(), a.Count)
}

// GrowAlert puts what happened since to an open alert; false when it was decided
// meanwhile.
func (tx *Tx) GrowAlert(a Alert) (bool, error) {
	n, err := tx.Count(`UPDATE alert SET until = $1, n = $2, said = $3 WHERE id = $4 AND closed = 0`, a.Until.UnixMicro(), a.Count, a.Said, a.ID)
	return n == 1, err
}

// OpenAlerts are those that nobody has decided, the oldest first, after one of them (0:
// from the oldest), at most so many.
func (tx *Tx) OpenAlerts(after iis.AlertID, limit int) ([]Alert, error) {
	return tx.alerts(db.Query{
		SQL:  `SELECT ` + alertColumns + ` FROM alert WHERE closed = 0 AND id > $1 ORDER BY id LIMIT $2`,
		Args: []any{after, limit},
	})
}

// ClosedAlerts are those that were decided, the newest decision first, from behind one of
// them, which is closed (0: from the newest), at most so many.
func (tx *Tx) ClosedAlerts(behind iis.AlertID, limit int) ([]Alert, error) {
	closed := int64(math.MaxInt64)
	if behind != 0 {
		err := tx.Select(db.Query{
			SQL: `SELECT closed FROM alert WHERE id = $1`, Args: []any{behind},
			Each: func(r db.Row) error { closed = r.Int(0); return nil },
		})
		if err != nil {
			return nil, fmt.Errorf("read alerts: %w", err)
		}
	}
	return tx.alerts(db.Query{
		SQL: `
			SELECT ` + alertColumns + ` FROM alert
			WHERE closed > 0 AND (closed, id) < ($1, $2) ORDER BY closed DESC, id DESC LIMIT $3`,
		Args: []any{closed, behind, limit},
	})
}

// Alert is an alert with what was said of it, the oldest first; fault.NotFound when there
// is none.
func (tx *Tx) Alert(id iis.AlertID) (Alert, []AlertEntry, error) {
	found, err := tx.alerts(db.Query{SQL: `SELECT ` + alertColumns + ` FROM alert WHERE id = $1`, Args: []any{id}})
	if err != nil {
		return Alert{}, nil, err
	}
	if len(found) == 0 {
		return Alert{}, nil, fault.New(fault.NotFound, "There is no such alert.")
	}
	var said []AlertEntry
	err = tx.Select(db.Query{
		SQL:  `SELECT at, account, verdict, note FROM alert_entry WHERE alert_id = $1 ORDER BY id`,
		Args: []any{id},
		Each: func(r db.Row) error {
			said = append(said, AlertEntry{time.UnixMicro(r.Int(0)).UTC(), iis.UserID(r.Int(1)), r.Text(2), r.Text(3)})
			return nil
		},
	})
	return found[0], said, err
}

// SayOfAlert stores what a reviewer says of an open alert, and closes it when closes is
// set; fault.Conflict when it is not open (any more).
func (tx *Tx) SayOfAlert(id iis.AlertID, e AlertEntry, closes bool) error {
	closed, verdict := int64(0), ""
	if closes {
		closed, verdict = e.At.UnixMicro(), e.Verdict
	}
	n, err := tx.Count(`UPDATE alert SET closed = $1, verdict = $2 WHERE id = $3 AND closed = 0`, closed, verdict, id)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "This alert is decided already. Open it again to see by whom, and how.")
	}
	if err != nil {
		return err
	}
	return tx.Exec(`
		INSERT INTO alert_entry (alert_id, id, at, account, verdict, note) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, tx.s.NewID(), e.At.UnixMicro(), e.By, e.Verdict, e.Note)
}

// RecordWatch is a mark that a record is watched.
type RecordWatch struct {
	Person iis.PersonID // by the number that it was given to
	ID     int64
	Why    string
	At     time.Time
	By     iis.UserID
}

// AddWatch marks a record.
func (tx *Tx) AddWatch(w RecordWatch) error {
	return tx.Exec(`
		INSERT INTO watched_record (person_id, id, why, at, account, ended, ended_by) VALUES ($1, $2, $3, $4, $5, 0, 0)`,
		w.Person, w.ID, w.Why, w.At.UnixMicro(), w.By)
}

// EndWatch ends the mark of a record; fault.NotFound when it has none.
func (tx *Tx) EndWatch(person iis.PersonID, by iis.UserID, now time.Time) error {
	n, err := tx.Count(`UPDATE watched_record SET ended = $1, ended_by = $2 WHERE person_id = $3 AND ended = 0`, now.UnixMicro(), by, person)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "This record is not watched (any more).")
	}
	return err
}

// WatchedAmong are those of some ids that are watched, each with since when.
func (tx *Tx) WatchedAmong(ids ...iis.PersonID) (map[iis.PersonID]time.Time, error) {
	out := map[iis.PersonID]time.Time{}
	queries := make([]db.Query, len(ids))
	for i, id := range ids {
		queries[i] = db.Query{
			SQL: `SELECT at FROM watched_record WHERE person_id = $1 AND ended = 0`, Args: []any{id},
			Each: func(r db.Row) error { out[id] = time.UnixMicro(r.Int(0)).UTC(); return nil },
		}
	}
	if len(queries) == 0 {
		return out, nil
	}
	return out, tx.Select(queries...)
}

// Watches are the marks that hold, the newest first, before one of them (0: from the
// newest), at most so many.
func (tx *Tx) Watches(before int64, limit int) ([]RecordWatch, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	var out []RecordWatch
	err := tx.Select(db.Query{
		SQL:  `SELECT person_id, id, why, at, account FROM watched_record WHERE ended = 0 AND id < $1 ORDER BY id DESC LIMIT $2`,
		Args: []any{before, limit},
		Each: func(r db.Row) error {
			out = append(out, RecordWatch{iis.PersonID(r.Int(0)), r.Int(1), r.Text(2), time.UnixMicro(r.Int(3)).UTC(), iis.UserID(r.Int(4))})
			return nil
		},
	})
	return out, err
}
