package store

import (
	"strconv"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Everyone stands for all senders: a severity that is set for it holds for each
// sender that has none of its own for the rule.
const Everyone iis.SenderID = 0

// SeverityChange is somebody's word on the severity of a rule for a sender.
type SeverityChange struct {
	Sender   iis.SenderID // or Everyone
	Rule     string
	Severity iis.Severity // W, I, off; "" when nothing holds any more
	Reason   string
	At       time.Time
	By       iis.UserID // 0: the command
	Name     string     // of By, as it is now
}

// severitiesChanged is the setting that tells every server to read severities
// anew.
const severitiesChanged = "severities changed"

// severityLock excludes two who change severities at once.
const severityLock = 0x5E71_3301

// LockSeverities makes others who change severities wait for this transaction.
func (tx *Tx) LockSeverities() error { return tx.Lock(severityLock) }

// AddSeverityChange adds a word on a severity, which holds from when the
// transaction commits; the transaction must have LockSeverities. Every server
// sees it at its next look at SeveritiesVersion.
func (tx *Tx) AddSeverityChange(c SeverityChange) error {
	last := int64(0)
	err := tx.Select(db.Query{
		SQL:  `SELECT max(n) FROM severity_change WHERE sender_id = $1`,
		Args: []any{c.Sender},
		Each: func(r db.Row) error { last = r.Int(0); return nil }, // NULL: 0
	})
	if err != nil {
		return err
	}
	err = tx.Exec(`
		INSERT INTO severity_change (sender_id, n, rule, severity, reason, at, account) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.Sender, last+1, c.Rule, string(c.Severity), c.Reason, c.At.UnixMicro(), c.By)
	if err != nil {
		return err
	}
	return tx.setSetting(severitiesChanged, strconv.FormatInt(tx.s.NewID(), 10))
}

// SeverityChanges are all words on a sender's severities, the oldest first.
func (tx *Tx) SeverityChanges(sender iis.SenderID) ([]SeverityChange, error) {
	return tx.severityChanges(`WHERE c.sender_id = $1 ORDER BY c.n`, sender)
}

// AllSeverityChanges are those of all senders, each sender's oldest first.
func (tx *Tx) AllSeverityChanges() ([]SeverityChange, error) {
	return tx.severityChanges(`ORDER BY c.sender_id, c.n`)
}

func (tx *Tx) severityChanges(which string, args ...any) ([]SeverityChange, error) {
	var out []SeverityChange
	err := tx.Select(db.Query{
		SQL: `
			SELECT c.sender_id, c.rule, c.severity, c.reason, c.at, c.account, a.name
			FROM severity_change c LEFT JOIN account a ON a.id = c.account ` + which,
		Args: args,
		Each: func(r db.Row) error {
			out = append(out, SeverityChange{
				Sender: iis.SenderID(r.Int(0)), Rule: r.Text(1), Severity: iis.Severity(r.Text(2)), Reason: r.Text(3),
				At: time.UnixMicro(r.Int(4)).UTC(), By: iis.UserID(r.Int(5)), Name: r.Text(6),
			})
			return nil
		},
	})
	return out, err
}

// SeveritiesVersion changes whenever any severity does, in whatever program.
func (tx *Tx) SeveritiesVersion() (string, error) { return tx.setting(severitiesChanged) }
