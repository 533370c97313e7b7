package store

import (
	"cmp"
	"context"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Credential is a sender's user name with the hash of its password.
type Credential struct {
	Username string
	Hash     string
	Sender   iis.Sender
}

// Credential reads the credential of a user name; fault.NotFound when there is
// none.
func (tx *Tx) Credential(username string) (Credential, error) {
	c := Credential{Username: username}
	found := false
	err := tx.Select(db.Query{
		SQL: `
			SELECT c.hash, s.id, s.facility, s.name, s.enforce, s.kind, s.proof
			FROM credential c JOIN sender s ON s.id = c.sender_id
			WHERE c.username = $1`,
		Args: []any{username},
		Each: func(r db.Row) error {
			found = true
			c.Hash = r.Text(0)
			c.Sender = readSender(r, 1)
			return nil
		},
	})
	if err == nil && !found {
		err = fault.New(fault.NotFound, "there is no such user name")
	}
	return c, err
}

// credentialsChanged is the setting that tells every server to forget what it
// knows of credentials.
const credentialsChanged = "credentials changed"

// senderColumns are what readSender reads.
const senderColumns = `id, facility, name, enforce, kind, proof`

// readSender reads a sender from a column on.
func readSender(r db.Row, from int) iis.Sender {
	return iis.Sender{
		ID: iis.SenderID(r.Int(from)), Facility: r.Text(from + 1), Name: r.Text(from + 2), Enforce: r.Int(from+3) != 0,
		Kind: iis.SenderKind(r.Text(from + 4)), Proof: iis.SenderProof(r.Text(from + 5)),
	}
}

// PutSender adds a facility or renames it, and gives it a user name; the same
// user name again is replaced. Without a kind it stays what it is, and a new one is
// a provider. A new one is given a site, which is live. It returns the sender with its id.
func (tx *Tx) PutSender(s iis.Sender, username, hash string, now time.Time) (iis.Sender, error) {
	s.ID = iis.SenderID(tx.s.NewID())
	err := tx.Exec(`
		INSERT INTO sender (id, facility, name, enforce, kind, created) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (facility) DO UPDATE SET name = excluded.name, enforce = excluded.enforce`,
		s.ID, s.Facility, s.Name, s.Enforce, string(cmp.Or(s.Kind, iis.SendsVaccinations)), now.UnixMicro())
	if err == nil && s.Kind != "" {
		err = tx.Exec(`UPDATE sender SET kind = $1 WHERE facility = $2`, string(s.Kind), s.Facility)
	}
	if err == nil {
		s, err = tx.SenderByFacility(s.Facility)
	}
	if err != nil {
		return s, err
	}
	had, err := tx.maySend(s.ID)
	if err == nil {
		err = tx.housed(s, iis.StatusLive, now)
	}
	if err == nil && !had {
		err = tx.mayNow(s, now)
	}
	if err != nil {
		return s, err
	}
	err = tx.Exec(`
		INSERT INTO credential (username, sender_id, hash, changed, set_by) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (username) DO UPDATE SET sender_id = excluded.sender_id, hash = excluded.hash, changed = excluded.changed, set_by = 0`,
		username, s.ID, hash, now.UnixMicro())
	if err != nil {
		return s, err
	}
	return s, tx.credentialsChange()
}

// maySend reports a sender that has a credential.
func (tx *Tx) maySend(id iis.SenderID) (may bool, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT COUNT(*) FROM credential WHERE sender_id = $1`, Args: []any{id},
		Each: func(r db.Row) error { may = r.Int(0) > 0; return nil },
	})
	return may, err
}

// EnsureSender reads the sender of a facility code, and adds it without any
// credential when there is none: its site enrols.
func (tx *Tx) EnsureSender(facility, name string, now time.Time) (iis.Sender, error) {
	return tx.ensureSender(facility, name, iis.SendsVaccinations, iis.StatusEnrolling, now)
}

// EnsureOffice is EnsureSender for an office of vital records, which tells by files
// and is live.
func (tx *Tx) EnsureOffice(code, name string, now time.Time) (iis.Sender, error) {
	return tx.ensureSender(code, name, iis.SendsCertificates, iis.StatusLive, now)
}

func (tx *Tx) ensureSender(facility, name string, kind iis.SenderKind, status iis.OrganizationStatus, now time.Time) (iis.Sender, error) {
	err := tx.Exec(`
		INSERT INTO sender (id, facility, name, enforce, kind, created) VALUES ($1, $2, $3, 0, $4, $5)
		ON CONFLICT (facility) DO NOTHING`,
		tx.s.NewID(), facility, name, string(kind), now.UnixMicro())
	if err != nil {
		return iis.Sender{}, err
	}
	s, err := tx.SenderByFacility(facility)
	if err == nil {
		err = tx.housed(s, status, now)
	}
	return s, err
}

// HasReported reports that somebody is known by a number of a sender's.
func (tx *Tx) HasReported(sender iis.SenderID) (has bool, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT person_id FROM source_key WHERE sender_id = $1 LIMIT 1`, Args: []any{sender},
		Each: func(db.Row) error { has = true; return nil },
	})
	return has, err
}

// SenderByFacility reads a sender by the registry's code for it.
func (tx *Tx) SenderByFacility(facility string) (iis.Sender, error) {
	return tx.oneSender(`SELECT `+senderColumns+` FROM sender WHERE facility = $1`, facility)
}

func (tx *Tx) oneSender(sql string, arg any) (iis.Sender, error) {
	var s iis.Sender
	err := tx.Select(db.Query{SQL: sql, Args: []any{arg}, Each: func(r db.Row) error {
		s = readSender(r, 0)
		return nil
	}})
	if err == nil && s.ID == 0 {
		err = fault.New(fault.NotFound, "there is no such sender")
	}
	return s, err
}

// SenderNames are the names of all senders, for pages that show sources.
func (tx *Tx) SenderNames() (map[iis.SenderID]string, error) {
	names := map[iis.SenderID]string{}
	err := tx.Select(db.Query{SQL: `SELECT id, name FROM sender`, Each: func(r db.Row) error {
		names[iis.SenderID(r.Int(0))] = r.Text(1)
		return nil
	}})
	return names, err
}

// FacilityNames are the names of all senders by the registry's code for each,
// for pages that would otherwise show the code.
func (tx *Tx) FacilityNames() (map[string]string, error) {
	names := map[string]string{}
	err := tx.Select(db.Query{SQL: `SELECT facility, name FROM sender`, Each: func(r db.Row) error {
		names[r.Text(0)] = r.Text(1)
		return nil
	}})
	return names, err
}

// CredentialVersion changes whenever any credential does, in whatever program.
func (s *Store) CredentialVersion(ctx context.Context) (string, error) {
	var v string
	err := s.Read(ctx, func(tx *Tx) (err error) {
		v, err = tx.setting(credentialsChanged)
		return err
	})
	return v, err
}
