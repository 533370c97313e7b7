package store

import (
	"slices"
	"strconv"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// SenderCertificate is what of a certificate makes it a sender's.
type SenderCertificate struct {
	ID      iis.CertificateID
	Sender  iis.SenderID
	Kind    iis.CertificateKind
	Value   string
	Expires time.Time // of the certificate seen last; zero: none was seen
	Used    time.Time // zero: not yet
	Added   time.Time
	AddedBy iis.UserID // 0: the command
}

const certificateColumns = `id, sender_id, kind, value, expires, used, added, added_by`

func readCertificate(r db.Row) SenderCertificate {
	return SenderCertificate{
		ID: iis.CertificateID(r.Int(0)), Sender: iis.SenderID(r.Int(1)), Kind: iis.CertificateKind(r.Text(2)), Value: r.Text(3),
		Expires: momentAt(r.Int(4)), Used: momentAt(r.Int(5)), Added: momentAt(r.Int(6)), AddedBy: iis.UserID(r.Int(7)),
	}
}

// AddCertificate makes a certificate known as a sender's.
func (tx *Tx) AddCertificate(c SenderCertificate) error {
	return tx.Exec(`
		INSERT INTO sender_certificate (id, sender_id, kind, value, expires, used, added, added_by, removed, removed_by) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, 0, 0)`,
		tx.s.NewID(), c.Sender, string(c.Kind), c.Value, instant(c.Expires), c.Added.UnixMicro(), c.AddedBy)
}

// CertificatesOf are those of a sender that are good, the oldest first; of sender 0 those of
// all.
func (tx *Tx) CertificatesOf(sender iis.SenderID) ([]SenderCertificate, error) {
	if sender == 0 {
		return tx.certificates(`SELECT ` + certificateColumns + ` FROM sender_certificate WHERE removed = 0 ORDER BY sender_id, id`)
	}
	return tx.certificates(`SELECT `+certificateColumns+` FROM sender_certificate WHERE sender_id = $1 AND removed = 0 ORDER BY id`, sender)
}

// CertificatesLike are those that are good and have one of some values, of a kind.
func (tx *Tx) CertificatesLike(kind iis.CertificateKind, values []string) ([]SenderCertificate, error) {
	var out []SenderCertificate
	for _, v := range values {
		list, err := tx.certificates(`SELECT `+certificateColumns+` FROM sender_certificate WHERE kind = $1 AND value = $2 AND removed = 0 ORDER BY id`, string(kind), v)
		if err != nil {
			return nil, err
		}
		out = slices.Concat(out, list)
	}
	return out, nil
}

func (tx *Tx) certificates(sql string, args ...any) ([]SenderCertificate, error) {
	var out []SenderCertificate
	err := tx.Select(db.Query{SQL: sql, Args: args, Each: func(r db.Row) error { out = append(out, readCertificate(r)); return nil }})
	return out, err
}

// NoteCertificate notes that a sender came with a certificate, and until when that is good.
func (tx *Tx) NoteCertificate(id iis.CertificateID, expires, now time.Time) error {
	return tx.Exec(`UPDATE sender_certificate SET expires = $1, used = $2 WHERE id = $3`, instant(expires), now.UnixMicro(), id)
}

// RemoveCertificate makes a certificate of a sender unknown; false when it is not known.
func (tx *Tx) RemoveCertificate(sender iis.SenderID, id iis.CertificateID, by iis.UserID, now time.Time) (bool, error) {
	n, err := tx.Count(`UPDATE sender_certificate SET removed = $1, removed_by = $2 WHERE sender_id = $3 AND id = $4 AND removed = 0`, now.UnixMicro(), by, sender, id)
	return n == 1, err
}

// SetProof says by what a sender proves who it is. Every server forgets what it knew of
// credentials.
func (tx *Tx) SetProof(sender iis.SenderID, proof iis.SenderProof) error {
	if err := tx.Exec(`UPDATE sender SET proof = $1 WHERE id = $2`, string(proof), sender); err != nil {
		return err
	}
	return tx.setSetting(credentialsChanged, strconv.FormatInt(tx.s.NewID(), 10))
}

// SenderOf reads a sender by its number.
func (tx *Tx) SenderOf(id iis.SenderID) (iis.Sender, error) {
	return tx.oneSender(`SELECT `+senderColumns+` FROM sender WHERE id = $1`, id)
}
