package store

import (
	"strconv"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Designation is that somebody of a site is designated to record objections to sharing, and
// their withdrawals. It is never removed: it ends.
type Designation struct {
	Account  iis.UserID
	Name     string       // theirs
	Sender   iis.SenderID // their site then
	Began    time.Time
	BeganBy  iis.UserID // 0: the command
	BeganWhy string
	Ended    time.Time // zero: it holds
	EndedBy  iis.UserID
	EndedWhy string
}

// AddDesignation stores that a designation begins.
func (tx *Tx) AddDesignation(d Designation) error {
	return tx.Exec(`INSERT INTO designation (account_id, began, sender_id, began_by, began_why) VALUES ($1, $2, $3, $4, $5)`,
		d.Account, d.Began.UnixMicro(), d.Sender, d.BeganBy, d.BeganWhy)
}

// EndDesignation ends that of an account; false when none holds.
func (tx *Tx) EndDesignation(account, by iis.UserID, why string, now time.Time) (bool, error) {
	n, err := tx.Count(`UPDATE designation SET ended = $1, ended_by = $2, ended_why = $3 WHERE account_id = $4 AND ended = 0`, now.UnixMicro(), by, why, account)
	return n > 0, err
}

const designationColumns = `d.account_id, a.name, d.sender_id, d.began, d.began_by, d.began_why, d.ended, d.ended_by, d.ended_why`

func readDesignation(r db.Row) Designation {
	return Designation{
		Account: iis.UserID(r.Int(0)), Name: r.Text(1), Sender: iis.SenderID(r.Int(2)), Began: momentAt(r.Int(3)), BeganBy: iis.UserID(r.Int(4)), BeganWhy: r.Text(5),
		Ended: momentAt(r.Int(6)), EndedBy: iis.UserID(r.Int(7)), EndedWhy: r.Text(8),
	}
}

// mostDesignations is how many are read of one account, and of one site.
const mostDesignations = 200

// DesignationsOf are all of an account, the newest first.
func (tx *Tx) DesignationsOf(account iis.UserID) ([]Designation, error) {
	return tx.designations(db.Query{
		SQL: `SELECT ` + designationColumns + ` FROM designation d JOIN account a ON a.id = d.account_id
			WHERE d.account_id = $1 ORDER BY d.began DESC LIMIT $2`,
		Args: []any{account, mostDesignations},
	})
}

// DesignatedAt are those that hold at the senders of a site, by name: of whom their access has ended, or who
// belongs to another site since, none does.
func (tx *Tx) DesignatedAt(senders ...iis.SenderID) ([]Designation, error) {
	if len(senders) == 0 {
		return nil, nil
	}
	var args []any
	for _, id := range senders {
		args = append(args, id)
	}
	args = append(args, mostDesignations)
	return tx.designations(db.Query{
		SQL: `SELECT ` + designationColumns + ` FROM designation d JOIN account a ON a.id = d.account_id
			WHERE d.sender_id IN (` + marksFrom(1, len(senders)) + `) AND d.ended = 0 AND a.ended = 0 AND a.sender_id IN (` + marksFrom(1, len(senders)) + `) ORDER BY a.name, a.id LIMIT $` + strconv.Itoa(len(senders)+1),
		Args: args,
	})
}

func (tx *Tx) designations(q db.Query) (out []Designation, err error) {
	q.Each = func(r db.Row) error { out = append(out, readDesignation(r)); return nil }
	err = tx.Select(q)
	return out, err
}
