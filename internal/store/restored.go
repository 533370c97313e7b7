package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// A backup knows nothing of who left, whose password was changed and what was refused since it
// was made. So what is made of one lets nobody in: accounts, credentials, certificates and
// designations of it are paused when it is loaded, in the transaction that makes it a registry,
// until somebody lets them in or the standing of the registry that it replaces is carried over
// (docs/adr/0041).

// Restored is that a registry was made of a backup.
type Restored struct {
	Taken     time.Time  // the moment of the backup
	At        time.Time  // when it was restored
	Carried   bool       // who may do what is as in the registry that it replaces
	Confirmed time.Time  // from when it is open to others than administrators; zero: it is not yet
	By        iis.UserID // who confirmed it; 0: the command
}

// Waits reports that only administrators are let in, and no query is answered.
func (r *Restored) Waits() bool { return r != nil && r.Confirmed.IsZero() }

// restoredSetting is the setting that holds it.
const restoredSetting = "restored"

// pausedWhy is why the access of an account has ended that is paused so, and pausedBy in the
// place of whoever removed a certificate.
const (
	pausedWhy            = "Paused: the registry was restored from a backup"
	pausedBy  iis.UserID = -2
)

// pausedHash stands before the hash of a credential that is paused: no password has such a hash.
const pausedHash = "paused:"

// pauseAll pauses everybody in a registry that is loaded from a backup, and ends every link by
// which somebody would come in without a password, and every mail that waits: it was sent since.
func pauseAll(tx *Tx, taken, now time.Time) error {
	at := now.UnixMicro()
	for _, e := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE account SET ended = $1, ended_by = 0, ended_why = $2 WHERE ended = 0`, []any{at, pausedWhy}},
		{`UPDATE credential SET hash = $1 || hash WHERE substr(hash, 1, 7) <> $1`, []any{pausedHash}},
		{`UPDATE sender_certificate SET removed = $1, removed_by = $2 WHERE removed = 0`, []any{at, pausedBy}},
		{`UPDATE designation SET ended = $1, ended_by = 0, ended_why = $2 WHERE ended = 0`, []any{at, pausedWhy}},
		{`UPDATE broken_glass SET until = $1 WHERE until > $1`, []any{at}},
	} {
		if err := tx.Exec(e.sql, e.args...); err != nil {
			return fmt.Errorf("pause who may come in: %w", err)
		}
	}
	if err := endLinks(tx, at); err != nil {
		return err
	}
	return tx.putRestored(&Restored{Taken: taken, At: now})
}

// endLinks ends what somebody holds by which they come in: sessions, invitations, links by which
// a password is set or a paper signed, steps of a sign-in.
func endLinks(tx *Tx, at int64) error {
	for _, e := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM session`, nil},
		{`DELETE FROM sign_in_step`, nil},
		{`UPDATE invitation SET closed = $1, outcome = $2 WHERE closed = 0`, []any{at, "the registry was restored from a backup"}},
		{`UPDATE signing_link SET closed = $1 WHERE closed = 0`, []any{at}},
		{`UPDATE mail SET status = $1, done = $2, secret = $3 WHERE status = 'waiting'`, []any{string(iis.MailDropped), at, []byte{}}},
	} {
		if err := tx.Exec(e.sql, e.args...); err != nil {
			return fmt.Errorf("end the links of a backup: %w", err)
		}
	}
	return nil
}

func (tx *Tx) putRestored(r *Restored) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return tx.setSetting(restoredSetting, string(text))
}

// Restored tells of the last time that the registry was made of a backup; nil: never.
func (tx *Tx) Restored() (*Restored, error) {
	text, err := tx.setting(restoredSetting)
	if err != nil || text == "" {
		return nil, err
	}
	var r Restored
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, fmt.Errorf("read the setting %q: %w", restoredSetting, err)
	}
	return &r, nil
}

// ConfirmRestored opens a registry that was restored to others than administrators; false when it
// was not waiting for that.
func (tx *Tx) ConfirmRestored(by iis.UserID, now time.Time) (bool, error) {
	if err := tx.Lock(migrationLock); err != nil {
		return false, err
	}
	r, err := tx.Restored()
	if err != nil || !r.Waits() {
		return false, err
	}
	r.Confirmed, r.By = now.UTC(), by
	return true, tx.putRestored(r)
}

// PausedAccounts are those that a restore paused, by user name.
func (tx *Tx) PausedAccounts() (out []AccountAt, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT ` + accountColumns + `, n.name, n.facility FROM account a LEFT JOIN sender n ON n.id = a.sender_id
			WHERE a.ended > 0 AND a.ended_by = 0 AND a.ended_why = $1 ORDER BY a.username`,
		Args: []any{pausedWhy},
		Each: func(r db.Row) error {
			out = append(out, AccountAt{readAccount(r), r.Text(accountWidth), r.Text(accountWidth + 1)})
			return nil
		},
	})
	return out, err
}

// Paused reports an account that a restore paused.
func (a *Account) Paused() bool {
	return !a.Ended.IsZero() && a.EndedBy == 0 && a.EndedWhy == pausedWhy
}

// PausedSender is a sender of whom a restore paused something.
type PausedSender struct {
	ID           iis.SenderID
	Facility     string
	Name         string
	Usernames    []string
	Certificates int
}

// PausedSenders are those of whom credentials or certificates are paused by a restore, by their
// facility codes.
func (tx *Tx) PausedSenders() ([]PausedSender, error) {
	var out []PausedSender
	of := func(r db.Row) *PausedSender {
		if n := len(out); n == 0 || out[n-1].ID != iis.SenderID(r.Int(0)) {
			out = append(out, PausedSender{ID: iis.SenderID(r.Int(0)), Facility: r.Text(1), Name: r.Text(2)})
		}
		return &out[len(out)-1]
	}
	err := tx.Select(db.Query{
		SQL: `
			SELECT s.id, s.facility, s.name, c.username FROM sender s JOIN credential c ON c.sender_id = s.id
			WHERE substr(c.hash, 1, 7) = $1
			UNION ALL
			SELECT s.id, s.facility, s.name, '' FROM sender s JOIN sender_certificate c ON c.sender_id = s.id
			WHERE c.removed > 0 AND c.removed_by = $2 ORDER BY 2, 1, 4`,
		Args: []any{pausedHash, pausedBy},
		Each: func(r db.Row) error {
			if s, name := of(r), r.Text(3); name != "" {
				s.Usernames = append(s.Usernames, name)
			} else {
				s.Certificates++
			}
			return nil
		},
	})
	return out, err
}

// ResumeSender has the credentials and certificates of a sender be good again that a restore
// paused; false when none were.
func (tx *Tx) ResumeSender(id iis.SenderID) (bool, error) {
	n, err := tx.Count(`UPDATE credential SET hash = substr(hash, 8) WHERE sender_id = $1 AND substr(hash, 1, 7) = $2`, id, pausedHash)
	if err != nil {
		return false, err
	}
	m, err := tx.Count(`UPDATE sender_certificate SET removed = 0, removed_by = 0 WHERE sender_id = $1 AND removed > 0 AND removed_by = $2`, id, pausedBy)
	if err != nil || n+m == 0 {
		return false, err
	}
	return true, tx.credentialsChange()
}

// rightsTables are those of who may do what, as they were in the registry that is replaced.
// Others refer to the rows of the first two, which are therefore changed and never removed.
var rightsTables = []string{
	"sender", "account",
	"organization", "organization_change", "credential", "sender_certificate", "account_link", "passkey", "recovery_code", "designation",
	"application", "application_entry", "application_version", "agreement", "agreement_file", "agreement_extension", "informing_plan",
	"site_go_live", "course_result",
}

// referredTo is how many of these tables others refer to.
const referredTo = 2

// rightsSettings are settings of the same.
var rightsSettings = []string{stateSetting, senderKinds}

// tableRows are rows of a table as they are stored.
type tableRows struct {
	table   string
	columns []column
	rows    [][]any
}

// rowsOf reads rows of a table, in the order of their primary key.
func (tx *Tx) rowsOf(table, where string, args ...any) (*tableRows, error) {
	all, err := columnsOf(tx.Tx)
	if err != nil {
		return nil, err
	}
	t := &tableRows{table: table, columns: all[table]}
	sql, err := allRows(tx.Engine(), table, t.columns)
	if err != nil {
		return nil, err
	}
	if where != "" {
		sql = strings.Replace(sql, " ORDER BY ", " WHERE "+where+" ORDER BY ", 1)
	}
	err = tx.Select(db.Query{SQL: sql, Args: args, Each: func(r db.Row) error {
		row := make([]any, len(t.columns))
		for i, c := range t.columns {
			switch {
			case r.Null(i):
			case c.kind == kindInt:
				row[i] = r.Int(i)
			case c.kind == kindText:
				row[i] = r.Text(i)
			default:
				row[i] = append([]byte{}, r.Bytes(i)...)
			}
		}
		t.rows = append(t.rows, row)
		return nil
	}})
	return t, err
}

// put stores rows; those that are there already become as these.
func (t *tableRows) put(tx *Tx) error {
	names, key, change := "", "", ""
	for place := 1; place <= len(t.columns); place++ {
		for _, c := range t.columns {
			if c.key == place {
				key += ", " + c.name
			}
		}
	}
	for _, c := range t.columns {
		names += ", " + c.name
		if c.key == 0 {
			change += ", " + c.name + " = excluded." + c.name
		}
	}
	then := "DO NOTHING"
	if change != "" {
		then = "DO UPDATE SET " + change[2:]
	}
	return tx.insert(`
		INSERT INTO `+t.table+` (`+names[2:]+`)`, `
		ON CONFLICT (`+key[2:]+`) `+then, t.rows)
}

// Rights are who may do what in a registry: accounts with all by which they sign in, sites,
// senders with credentials and certificates, designations, applications, agreements, courses,
// and the state's policy.
type Rights struct {
	tables   []*tableRows
	settings map[string]string
	waits    bool // it was restored itself, and nobody has confirmed that
}

// Rights reads them whole.
func (tx *Tx) Rights() (*Rights, error) {
	out := &Rights{settings: map[string]string{}}
	for _, table := range rightsTables {
		t, err := tx.rowsOf(table, "")
		if err != nil {
			return nil, fmt.Errorf("read who may do what: %w", err)
		}
		out.tables = append(out.tables, t)
	}
	for _, name := range rightsSettings {
		value, err := tx.setting(name)
		if err != nil {
			return nil, err
		}
		out.settings[name] = value
	}
	r, err := tx.Restored()
	out.waits = r.Waits()
	return out, err
}

// PutRights has who may do what in a registry that was restored be as in the one that it
// replaces. Nobody is paused any more, but for accounts and senders that the replaced one does not
// have; links of either have ended.
func (tx *Tx) PutRights(s *Rights, now time.Time) error {
	for i, t := range s.tables {
		if i >= referredTo {
			if err := tx.Exec(`DELETE FROM ` + t.table); err != nil {
				return err
			}
		}
		if err := t.put(tx); err != nil {
			return fmt.Errorf("carry over who may do what, table %s: %w", t.table, err)
		}
	}
	for name, value := range s.settings {
		if value == "" {
			continue
		}
		if err := tx.setSetting(name, value); err != nil {
			return err
		}
	}
	if err := endLinks(tx, now.UnixMicro()); err != nil {
		return err
	}
	r, err := tx.Restored()
	if err != nil {
		return err
	}
	if r == nil {
		r = &Restored{At: now.UTC()}
	}
	if r.Carried = true; !s.waits {
		r.Confirmed = now.UTC()
	}
	if err := tx.putRestored(r); err != nil {
		return err
	}
	return tx.setSetting(credentialsChanged, strconv.FormatInt(tx.s.NewID(), 10))
}
