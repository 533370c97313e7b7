package store

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// ActAnswerQuery is what the audit calls an answer to a query about somebody.
const ActAnswerQuery = "answer query"

// ActAlert begins what the audit calls each act about unusual access: that a record is
// watched, that somebody is looked at and what was decided. These lines stand in no
// person's log, where they would tell those concerned, and everyone who opens the record.
const ActAlert = "alert: "

// Audit is one line of the audit: who did or saw what of whom. It never holds a
// value of a patient, only ids and digests (45 CFR 164.312(b)).
type Audit struct {
	ID      int64
	At      time.Time
	Actor   iis.Actor
	Act     string // take message, answer query, open record, sign in, …
	Person  iis.PersonID
	Subject int64 // the submission, sender or account concerned
	// Written is what a write stored; only its digest is kept.
	Written []byte
	Digest  []byte
}

// digest is a keyed digest: equal contents show as equal to whoever holds the
// registry's salt, and nobody can try out values against it.
func (s *Store) digest(content []byte) []byte {
	if len(content) == 0 {
		return nil
	}
	h := hmac.New(sha256.New, s.salt)
	h.Write(content)
	return h.Sum(nil)[:16]
}

// actorID is the number of whoever acted: of a sender or of a user.
func actorID(a iis.Actor) int64 { return max(int64(a.Sender), int64(a.User)) }

// actorOf is an actor as it is stored.
func actorOf(kind string, id int64) iis.Actor {
	if kind == "sender" {
		return iis.Actor{Kind: kind, Sender: iis.SenderID(id)}
	}
	return iis.Actor{Kind: kind, User: iis.UserID(id)}
}

// AddAudit writes a line of the audit in this transaction.
func (tx *Tx) AddAudit(a Audit) error {
	id := tx.s.NewID()
	var person any
	if a.Person != 0 {
		person = a.Person
	}
	tx.s.audited.Store(true)
	return tx.Exec(`
		INSERT INTO audit (id, at, actor, actor_id, act, person_id, subject_id, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, a.At.UnixMicro(), a.Actor.Kind, actorID(a.Actor), a.Act, person, a.Subject, tx.s.digest(a.Written))
}

// AuditRead writes lines of the audit for what is about to be shown, and
// returns when they are durable: call it before the answer leaves. Concurrent
// reads share a commit.
func (s *Store) AuditRead(lines ...Audit) error { return s.auditLater(lines).Wait() }

// Settle writes the receipt of a submission that changes no record, with the
// lines of the audit for what its answer reveals, and returns when they are
// durable. Concurrent ones share a commit.
func (s *Store) Settle(r StoredReceipt, lines ...Audit) error {
	return s.append(func(tx *Tx) error {
		if err := tx.AddReceipt(r); err != nil {
			return err
		}
		return tx.addAudits(lines)
	}).Wait()
}

func (s *Store) auditLater(lines []Audit) *db.Pending {
	return s.append(func(tx *Tx) error { return tx.addAudits(lines) })
}

func (tx *Tx) addAudits(lines []Audit) error {
	for _, a := range lines {
		if err := tx.AddAudit(a); err != nil {
			return err
		}
	}
	return nil
}

// auditColumns are what a seal covers, in the order in which appendRow reads
// them.
const auditColumns = `id, at, actor_id, person_id, subject_id, actor, act, digest`

// appendRow appends what a seal hashes of a row: its numbers, and its texts
// with their lengths before them, so that two different rows never read alike.
func appendRow(b []byte, r db.Row) []byte {
	for column := range 5 {
		b = binary.BigEndian.AppendUint64(b, uint64(r.Int(column)))
	}
	for column := 5; column < 8; column++ {
		v := r.Bytes(column)
		b = binary.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
	}
	return b
}

// AccessLog is the newest of a person's audit, newest first.
func (s *Store) AccessLog(ctx context.Context, person iis.PersonID, limit int) ([]Audit, error) {
	return s.AccessLogBefore(ctx, person, math.MaxInt64, limit)
}

// AccessLogBefore is a person's audit before one of its lines, newest first. What
// was done under a former id is part of it, and what was done to several ids that the
// person had is one act. Acts about unusual access (ActAlert) are left out.
func (s *Store) AccessLogBefore(ctx context.Context, person iis.PersonID, line int64, limit int) ([]Audit, error) {
	var out []Audit
	err := s.Read(ctx, func(tx *Tx) error {
		ids, err := tx.Former(person)
		if err != nil {
			return err
		}
		var queries []db.Query
		for _, id := range append(ids, person) {
			queries = append(queries, logQuery(id, line, limit, &out))
		}
		return tx.Select(queries...)
	})
	slices.SortFunc(out, func(a, b Audit) int { return cmp.Compare(b.ID, a.ID) })
	out = eachOnce(out)
	return out[:min(len(out), limit)], err
}

// eachOnce leaves one line of each act of a log, the newest line first: the oldest, so that
// whoever reads on before a line meets no act again.
func eachOnce(log []Audit) []Audit {
	type deed struct {
		at      time.Time
		actor   iis.Actor
		act     string
		subject int64
	}
	of := map[deed]iis.PersonID{} // under which id it was met
	var out []Audit
	for _, a := range slices.Backward(log) {
		d := deed{a.At, a.Actor, a.Act, a.Subject}
		if id, met := of[d]; met && id != a.Person {
			continue
		}
		of[d] = a.Person
		out = append(out, a)
	}
	slices.Reverse(out)
	return out
}

func logQuery(person iis.PersonID, before int64, limit int, into *[]Audit) db.Query {
	return db.Query{
		SQL: `
			SELECT id, at, actor, actor_id, act, subject_id
			FROM audit WHERE person_id = $1 AND id < $2 AND substr(act, 1, 7) <> 'alert: ' ORDER BY id DESC LIMIT $3`,
		Args: []any{person, before, limit},
		Each: func(r db.Row) error {
			*into = append(*into, Audit{
				ID: r.Int(0), At: time.UnixMicro(r.Int(1)).UTC(), Act: r.Text(4), Person: person, Subject: r.Int(5),
				Actor: actorOf(r.Text(2), r.Int(3)),
			})
			return nil
		},
	}
}
