package store

import (
	"math"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Session is a sign-in that still holds.
type Session struct {
	ID      iis.SessionID
	Account Account
	Site    string // name of the sender that the account belongs to; "": none
	Stage   string // what is still to be done before it is whole; "": nothing

	Created, Seen time.Time
	Expires       time.Time
	Address       string // from where it was made
	Agent         string // what the browser says that it is
	Means         string // by what it was begun; "": a password

	// As which role, of which site or region, its user looks at pages; "": as themselves.
	ViewRole     string
	ViewRegion   string // of a role that sees its own region
	ViewSender   iis.SenderID
	ViewSiteName string // its name; "": none

	// Kind and Closed (it, or the site of which it is a department, takes no part any more) are of
	// the site to which the account belongs, ViewKind is of the other.
	Kind, ViewKind iis.OrganizationKind
	Closed         bool

	homes homes
}

// Home is the site of the sender in whose name its user acts, as themselves or in a view; nil
// when the sender has no other beside it.
func (s *Session) Home(sender iis.SenderID) *iis.Home { return s.homes.home(sender) }

// sessionSender is the sender of the user of a session, or that of their view.
const sessionSender = `(SELECT CASE WHEN v.view_role = '' THEN a.sender_id ELSE v.view_sender END FROM session v JOIN account a ON a.id = v.account_id WHERE v.token = $1)`

// longOver is how long a sign-in is kept that has expired.
const longOver = 24 * time.Hour

// mostSessions is how many sign-ins of one account hold at once: a further one ends the oldest
// (docs/users.md).
const mostSessions = 10

// AddSession stores a sign-in under the hash of its token, and forgets those of the
// account that are long over, or more than it may have.
func (tx *Tx) AddSession(token []byte, s Session) error {
	err := tx.Exec(`DELETE FROM session WHERE account_id = $1 AND expires < $2`, s.Account.ID, s.Created.Add(-longOver).UnixMicro())
	if err != nil {
		return err
	}
	if err := tx.endOldest(s.Account.ID); err != nil {
		return err
	}
	return tx.Exec(`
		INSERT INTO session (token, account_id, created, seen, expires, id, stage, address, agent, means) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		token, s.Account.ID, s.Created.UnixMicro(), s.Created.UnixMicro(), s.Expires.UnixMicro(), tx.s.NewID(), s.Stage, s.Address, s.Agent, s.Means)
}

// endOldest makes room for one more sign-in of an account.
func (tx *Tx) endOldest(account iis.UserID) error {
	var ids []int64
	err := tx.Select(db.Query{
		SQL: `SELECT id FROM session WHERE account_id = $1 ORDER BY created DESC, id DESC`, Args: []any{account},
		Each: func(r db.Row) error { ids = append(ids, r.Int(0)); return nil },
	})
	for i := mostSessions - 1; err == nil && i < len(ids); i++ {
		err = tx.Exec(`DELETE FROM session WHERE account_id = $1 AND id = $2`, account, ids[i])
	}
	return err
}

// sessionColumns are what readSession reads of sessionTables.
const sessionColumns = accountColumns + `, n.name, s.id, s.stage, s.created, s.seen, s.expires, s.address, s.agent, s.means, s.view_role, s.view_sender, v.name, coalesce(site_of.kind, site.kind, ''), CASE WHEN 'inactive' IN (site.status, site_of.status) THEN 1 ELSE 0 END, coalesce(viewed_of.kind, viewed.kind, ''), s.view_region`

// sessionTables are where sessionColumns are, with the sites of the account and of the view; of a
// department that is its parent.
const sessionTables = `session s JOIN account a ON a.id = s.account_id
			LEFT JOIN sender n ON n.id = a.sender_id LEFT JOIN organization site ON site.id = n.organization_id
			LEFT JOIN organization site_of ON site_of.id = site.parent_id AND site.kind = 'department'
			LEFT JOIN sender v ON v.id = s.view_sender LEFT JOIN organization viewed ON viewed.id = v.organization_id
			LEFT JOIN organization viewed_of ON viewed_of.id = viewed.parent_id AND viewed.kind = 'department'`

func readSession(r db.Row) Session {
	const c = accountWidth
	return Session{
		Account: readAccount(r), Site: r.Text(c), ID: iis.SessionID(r.Int(c + 1)), Stage: r.Text(c + 2), // the name NULL: ""
		Created: time.UnixMicro(r.Int(c + 3)), Seen: time.UnixMicro(r.Int(c + 4)), Expires: time.UnixMicro(r.Int(c + 5)),
		Address: r.Text(c + 6), Agent: r.Text(c + 7), Means: r.Text(c + 8), ViewRole: r.Text(c + 9), ViewSender: iis.SenderID(r.Int(c + 10)), ViewSiteName: r.Text(c + 11),
		Kind: iis.OrganizationKind(r.Text(c + 12)), Closed: r.Int(c+13) == 1, ViewKind: iis.OrganizationKind(r.Text(c + 14)), ViewRegion: r.Text(c + 15),
	}
}

// Session reads a sign-in by the hash of its token; fault.NotFound when there is
// none.
func (tx *Tx) Session(token []byte) (Session, error) {
	var s Session
	var h homes
	err := tx.Select(db.Query{
		SQL: `
			SELECT ` + sessionColumns + `
			FROM ` + sessionTables + `
			WHERE s.token = $1`,
		Args: []any{token},
		Each: func(r db.Row) error { s = readSession(r); return nil },
	}, h.homeOf(sessionSender, token))
	s.homes = h
	if err == nil && s.Account.ID == 0 {
		err = fault.New(fault.NotFound, "not signed in")
	}
	return s, err
}

// Sessions are the sign-ins of somebody that hold at a moment and were used since
// another, the last used first.
func (tx *Tx) Sessions(account iis.UserID, now, since time.Time) ([]Session, error) {
	var out []Session
	err := tx.Select(db.Query{
		SQL: `
			SELECT ` + sessionColumns + `
			FROM ` + sessionTables + `
			WHERE s.account_id = $1 AND s.expires > $2 AND s.seen > $3 ORDER BY s.seen DESC, s.id DESC`,
		Args: []any{account, now.UnixMicro(), since.UnixMicro()},
		Each: func(r db.Row) error { out = append(out, readSession(r)); return nil },
	})
	return out, err
}

// TouchSession notes that a session was used.
func (tx *Tx) TouchSession(token []byte, now time.Time) error {
	return tx.Exec(`UPDATE session SET seen = $1 WHERE token = $2`, now.UnixMicro(), token)
}

// SetView has the pages of a session be shown as a role of a site or region sees them; "" as its
// user does.
func (tx *Tx) SetView(id iis.SessionID, account iis.UserID, role string, sender iis.SenderID, region string) error {
	return tx.Exec(`UPDATE session SET view_role = $1, view_sender = $2, view_region = $3 WHERE account_id = $4 AND id = $5`, role, sender, region, account, id)
}

// EndSession removes a sign-in.
func (tx *Tx) EndSession(token []byte) error {
	return tx.Exec(`DELETE FROM session WHERE token = $1`, token)
}

// TakeSession removes a sign-in; false when it was gone.
func (tx *Tx) TakeSession(token []byte) (bool, error) {
	n, err := tx.Count(`DELETE FROM session WHERE token = $1`, token)
	return n == 1, err
}

// EndOneSession removes the sign-in of a number, of somebody.
func (tx *Tx) EndOneSession(account iis.UserID, id iis.SessionID) error {
	return tx.Exec(`DELETE FROM session WHERE account_id = $1 AND id = $2`, account, id)
}

// EndSessions removes all sign-ins of somebody but one; 0: but none.
func (tx *Tx) EndSessions(account iis.UserID, but iis.SessionID) error {
	return tx.Exec(`DELETE FROM session WHERE account_id = $1 AND id <> $2`, account, but)
}

// SignIn is one attempt to sign in.
type SignIn struct {
	Account iis.UserID // 0: nobody has the user name
	At      time.Time
	Outcome string
	Address string
	Agent   string
	ID      int64 // it is given one
}

// AddSignIn writes an attempt down, and forgets the account's from before a moment.
func (tx *Tx) AddSignIn(s SignIn, forget time.Time) error {
	err := tx.Exec(`DELETE FROM sign_in WHERE account_id = $1 AND id < $2`, s.Account, idAt(forget))
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO sign_in (account_id, id, at, outcome, address, agent) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.Account, tx.s.NewID(), s.At.UnixMicro(), s.Outcome, s.Address, s.Agent)
}

// SignIns are the newest attempts of an account before one of them (0: the newest), the newest
// first.
func (tx *Tx) SignIns(account iis.UserID, before int64, limit int) ([]SignIn, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	var out []SignIn
	err := tx.Select(db.Query{
		SQL:  `SELECT at, outcome, address, agent, id FROM sign_in WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
		Args: []any{account, before, limit},
		Each: func(r db.Row) error {
			out = append(out, SignIn{account, time.UnixMicro(r.Int(0)).UTC(), r.Text(1), r.Text(2), r.Text(3), r.Int(4)})
			return nil
		},
	})
	return out, err
}

// CountSignIns is how many attempts of an account had an outcome since a moment.
func (tx *Tx) CountSignIns(account iis.UserID, outcome string, since time.Time) (n int64, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT COUNT(*) FROM sign_in WHERE account_id = $1 AND outcome = $2 AND at >= $3`,
		Args: []any{account, outcome, since.UnixMicro()},
		Each: func(r db.Row) error { n = r.Int(0); return nil },
	})
	return n, err
}

// SetFactor gives an account the secret of a second factor, or takes it ("").
func (tx *Tx) SetFactor(account iis.UserID, factor string, step int64) error {
	return tx.Exec(`UPDATE account SET factor = $1, factor_step = $2 WHERE id = $3`, factor, step, account)
}

// FactorsLike are the secrets of second factors that begin so, by account.
func (tx *Tx) FactorsLike(prefix string) (map[iis.UserID]string, error) {
	out := map[iis.UserID]string{}
	err := tx.Select(db.Query{
		SQL: `SELECT id, factor FROM account WHERE factor <> ''`,
		Each: func(r db.Row) error {
			if strings.HasPrefix(r.Text(1), prefix) {
				out[iis.UserID(r.Int(0))] = r.Text(1)
			}
			return nil
		},
	})
	return out, err
}

// KeepFactor keeps the same secret in another way; the last used step stays.
func (tx *Tx) KeepFactor(account iis.UserID, factor string) error {
	return tx.Exec(`UPDATE account SET factor = $1 WHERE id = $2`, factor, account)
}

// UseStep notes that the code of a step was used; false when that one or a later was.
func (tx *Tx) UseStep(account iis.UserID, step int64) (bool, error) {
	n, err := tx.Count(`UPDATE account SET factor_step = $1 WHERE id = $2 AND factor_step < $1`, step, account)
	return n == 1, err
}

// PutRecoveryCodes makes some the recovery codes of an account, as digests.
func (tx *Tx) PutRecoveryCodes(account iis.UserID, codes [][]byte) error {
	if err := tx.Exec(`DELETE FROM recovery_code WHERE account_id = $1`, account); err != nil {
		return err
	}
	for _, c := range codes {
		if err := tx.Exec(`INSERT INTO recovery_code (account_id, code) VALUES ($1, $2)`, account, c); err != nil {
			return err
		}
	}
	return nil
}

// UseRecoveryCode uses one up; false when there is no such.
func (tx *Tx) UseRecoveryCode(account iis.UserID, code []byte) (bool, error) {
	n, err := tx.Count(`DELETE FROM recovery_code WHERE account_id = $1 AND code = $2`, account, code)
	return n == 1, err
}

// RecoveryCodes is how many of an account are left.
func (tx *Tx) RecoveryCodes(account iis.UserID) (n int64, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT COUNT(*) FROM recovery_code WHERE account_id = $1`, Args: []any{account},
		Each: func(r db.Row) error { n = r.Int(0); return nil },
	})
	return n, err
}
