package store

import (
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Invitation is a link by which somebody sets a password once.
type Invitation struct {
	ID       iis.InvitationID
	Username string
	Name     string
	Email    string
	Role     string
	Sender   iis.SenderID
	Site     string     // its name
	Account  iis.UserID // who gets a new password; 0: it is for a new user
	By       iis.UserID // 0: the command
	At       time.Time
	Expires  time.Time
	Closed   time.Time // zero: it can still be used
	Outcome  string
	// Application is that of which it came, as the programme approved it; 0: of none.
	Application iis.ApplicationID
	Region      string // whose sites they will look after; "": none
}

// AddInvitation stores one under the hash of its token, and returns its number.
func (tx *Tx) AddInvitation(token []byte, i Invitation) (iis.InvitationID, error) {
	id := iis.InvitationID(tx.s.NewID())
	return id, tx.Exec(`
		INSERT INTO invitation (id, token, username, name, email, role, sender_id, account_id, invited_by, at, expires, closed, outcome, application_id, region)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', $12, $13)`,
		id, token, i.Username, i.Name, i.Email, i.Role, i.Sender, i.Account, i.By, i.At.UnixMicro(), i.Expires.UnixMicro(), i.Application, i.Region)
}

// CloseInvitation ends one with what became of it, and the account that came of it;
// false when it is closed.
func (tx *Tx) CloseInvitation(id iis.InvitationID, outcome string, account iis.UserID, now time.Time) (bool, error) {
	n, err := tx.Count(`UPDATE invitation SET closed = $1, outcome = $2, account_id = $3 WHERE id = $4 AND closed = 0`,
		now.UnixMicro(), outcome, account, id)
	return n == 1, err
}

// CloseInvitationsFor ends the open ones for a user name.
func (tx *Tx) CloseInvitationsFor(username, outcome string, now time.Time) error {
	return tx.Exec(`UPDATE invitation SET closed = $1, outcome = $2 WHERE username = $3 AND closed = 0`, now.UnixMicro(), outcome, username)
}

// CloseInvitationsBy ends the open ones that somebody has made.
func (tx *Tx) CloseInvitationsBy(by iis.UserID, outcome string, now time.Time) error {
	return tx.Exec(`UPDATE invitation SET closed = $1, outcome = $2 WHERE invited_by = $3 AND closed = 0`, now.UnixMicro(), outcome, by)
}

const invitationColumns = `i.id, i.username, i.name, i.email, i.role, i.sender_id, n.name, i.account_id, i.invited_by, i.at, i.expires, i.closed, i.outcome, i.application_id, i.region`

func readInvitation(r db.Row) Invitation {
	return Invitation{
		ID: iis.InvitationID(r.Int(0)), Username: r.Text(1), Name: r.Text(2), Email: r.Text(3), Role: r.Text(4), Sender: iis.SenderID(r.Int(5)), Site: r.Text(6),
		Account: iis.UserID(r.Int(7)), By: iis.UserID(r.Int(8)), At: momentAt(r.Int(9)), Expires: momentAt(r.Int(10)), Closed: momentAt(r.Int(11)), Outcome: r.Text(12),
		Application: iis.ApplicationID(r.Int(13)), Region: r.Text(14),
	}
}

// InvitationFor reads one by the hash of its token; fault.NotFound when there is none.
func (tx *Tx) InvitationFor(token []byte) (Invitation, error) {
	return tx.oneInvitation(`WHERE i.token = $1`, token)
}

// Invitation reads one; fault.NotFound when there is none.
func (tx *Tx) Invitation(id iis.InvitationID) (Invitation, error) {
	return tx.oneInvitation(`WHERE i.id = $1`, id)
}

func (tx *Tx) oneInvitation(where string, arg any) (Invitation, error) {
	var out Invitation
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + invitationColumns + ` FROM invitation i LEFT JOIN sender n ON n.id = i.sender_id ` + where,
		Args: []any{arg},
		Each: func(r db.Row) error { out = readInvitation(r); return nil },
	})
	if err == nil && out.ID == 0 {
		err = fault.New(fault.NotFound, "there is no such invitation")
	}
	return out, err
}

// OpenInvitations are those that can be used at a moment, to the senders of a scope, the
// newest first, at most 200.
func (tx *Tx) OpenInvitations(of iis.Scope, now time.Time) ([]Invitation, error) {
	theirs, args := inScope("i.sender_id", of, 2)
	return tx.openInvitations(`i.expires > $1 AND `+theirs, append([]any{now.UnixMicro()}, args...)...)
}

// OpenInvitationsFor are those for a user name that can be used at a moment.
func (tx *Tx) OpenInvitationsFor(username string, now time.Time) ([]Invitation, error) {
	return tx.openInvitations(`i.username = $1 AND i.expires > $2`, username, now.UnixMicro())
}

// InvitationWithdrawn reports that the last invitation for a user name was withdrawn.
func (tx *Tx) InvitationWithdrawn(username string) (withdrawn bool, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT outcome FROM invitation WHERE username = $1 ORDER BY id DESC LIMIT 1`, Args: []any{username},
		Each: func(r db.Row) error { withdrawn = r.Text(0) == InvitationWasWithdrawn; return nil },
	})
	return withdrawn, err
}

// InvitationWasWithdrawn is the outcome of an invitation that somebody withdrew.
const InvitationWasWithdrawn = "withdrawn"

func (tx *Tx) openInvitations(where string, args ...any) ([]Invitation, error) {
	var out []Invitation
	err := tx.Select(db.Query{
		SQL: `
			SELECT ` + invitationColumns + ` FROM invitation i LEFT JOIN sender n ON n.id = i.sender_id
			WHERE i.closed = 0 AND ` + where + ` ORDER BY i.id DESC LIMIT 200`,
		Args: args,
		Each: func(r db.Row) error { out = append(out, readInvitation(r)); return nil },
	})
	return out, err
}
