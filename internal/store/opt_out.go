package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// OptOut is a request to be left out as it is stored.
type OptOut struct {
	iis.OptOut
	OptOutBody
}

// OptOutBody is what is kept of a request beside its columns. Persons and sources are
// the numbers that the record and its sources had: they mean nothing outside of this
// registry, and by them a backup that was made before is found to hold the person.
type OptOutBody struct {
	Persons []iis.PersonID `json:",omitempty"`
	Sources []iis.SourceID `json:",omitempty"`
	Erased  map[string]int `json:",omitempty"` // rows, by what they were
}

const optOutColumns = `id, person_id, state, how, relation, checked, asked, said, form, at, actor, actor_id, due, done, back, back_by, body`

func readOptOut(r db.Row) (OptOut, error) {
	o := OptOut{OptOut: iis.OptOut{
		ID: iis.OptOutID(r.Int(0)), Person: iis.PersonID(r.Int(1)), State: iis.OptOutState(r.Text(2)), How: r.Text(3), Relation: r.Text(4),
		Checked: r.Text(5), Asked: cal.Date(r.Int(6)), Said: r.Text(7), Form: r.Bytes(8), At: time.UnixMicro(r.Int(9)).UTC(),
		By: actorOf(r.Text(10), r.Int(11)), Due: timeAt(r.Int(12)), Done: timeAt(r.Int(13)), Back: timeAt(r.Int(14)), BackBy: iis.UserID(r.Int(15)),
	}}
	if err := json.Unmarshal(r.Bytes(16), &o.OptOutBody); err != nil {
		return o, fmt.Errorf("read opt-out %d: %w", o.ID, err)
	}
	return o, nil
}

// timeAt is a time that is stored; 0 is none.
func timeAt(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// PutOptOut stores a request, new or changed.
func (tx *Tx) PutOptOut(o *OptOut) error {
	body, err := json.Marshal(o.OptOutBody)
	if err != nil {
		return fmt.Errorf("opt-out %d: %w", o.ID, err)
	}
	form := o.Form
	if form == nil {
		form = []byte{}
	}
	return tx.Exec(`
		INSERT INTO opt_out (id, person_id, state, how, relation, checked, asked, said, form, at, actor, actor_id, due, done, back, back_by, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE
		SET person_id = excluded.person_id, state = excluded.state, said = excluded.said, form = excluded.form, due = excluded.due,
		    done = excluded.done, back = excluded.back, back_by = excluded.back_by, body = excluded.body`,
		o.ID, o.Person, string(o.State), o.How, o.Relation, o.Checked, o.Asked, o.Said, form, o.At.UnixMicro(), o.By.Kind, actorID(o.By),
		instant(o.Due), instant(o.Done), instant(o.Back), o.BackBy, string(body))
}

func (tx *Tx) optOuts(where string, args ...any) ([]OptOut, error) {
	var out []OptOut
	err := tx.Select(db.Query{
		SQL: `SELECT ` + optOutColumns + ` FROM opt_out WHERE ` + where, Args: args,
		Each: func(r db.Row) error {
			o, err := readOptOut(r)
			out = append(out, o)
			return err
		},
	})
	if err != nil {
		return nil, fmt.Errorf("read opt-outs: %w", err)
	}
	return out, nil
}

// OptOut is a request by its number; nil when there is none.
func (tx *Tx) OptOut(id iis.OptOutID) (*OptOut, error) {
	found, err := tx.optOuts(`id = $1`, id)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// OptOutsOf are the requests about a record, by whatever number it had then, the newest
// first.
func (tx *Tx) OptOutsOf(persons ...iis.PersonID) (out []OptOut, err error) {
	for _, id := range persons {
		found, err := tx.optOuts(`person_id = $1 ORDER BY id DESC`, id)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b OptOut) int { return int(min(1, max(-1, b.ID-a.ID))) })
	return out, nil
}

// OptOuts are requests in some state, the newest first, from behind one of them (0: from
// the newest), at most so many.
func (tx *Tx) OptOuts(state iis.OptOutState, before iis.OptOutID, limit int) ([]OptOut, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return tx.optOuts(`state = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, string(state), before, limit)
}

// AllOptOuts are all requests, in the order in which they were taken.
func (tx *Tx) AllOptOuts() ([]OptOut, error) { return tx.optOuts(`id > 0 ORDER BY id`) }

// OptOutsDue are those whose records are to be erased by an instant.
func (tx *Tx) OptOutsDue(now time.Time, limit int) ([]OptOut, error) {
	return tx.optOuts(`state = $1 AND due > 0 AND due <= $2 ORDER BY due, id LIMIT $3`, string(iis.OptOutWaiting), now.UnixMicro(), limit)
}

// OptOutKey is a hash of a stub, with the kind of what it is a hash of.
type OptOutKey struct {
	Hash []byte
	Kind int64
}

// AddOptOutKeys adds hashes to the stub of a request.
func (tx *Tx) AddOptOutKeys(id iis.OptOutID, keys []OptOutKey) error {
	rows := make([][]any, len(keys))
	for i, k := range keys {
		rows[i] = []any{k.Hash, id, k.Kind}
	}
	return tx.insert(`
		INSERT INTO opt_out_key (k, opt_out_id, kind)`, `
		ON CONFLICT (k, opt_out_id) DO NOTHING`, rows)
}

// OptOutKeys are the hashes of the stub of a request.
func (tx *Tx) OptOutKeys(id iis.OptOutID) (out []OptOutKey, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT k, kind FROM opt_out_key WHERE opt_out_id = $1 ORDER BY k`, Args: []any{id},
		Each: func(r db.Row) error { out = append(out, OptOutKey{r.Bytes(0), r.Int(1)}); return nil },
	})
	return out, err
}

// RemoveOptOutKeys removes a stub.
func (tx *Tx) RemoveOptOutKeys(id iis.OptOutID) error {
	return tx.Exec(`DELETE FROM opt_out_key WHERE opt_out_id = $1`, id)
}

// AnyOptOutKey reports that there is a stub of anybody: of whom nothing else is kept. It asks the table that is on every server, for each message asks.
func (tx *Tx) AnyOptOutKey() (any bool, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT id FROM opt_out WHERE state IN ('erased', 'left out') LIMIT 1`,
		Each: func(db.Row) error { any = true; return nil },
	})
	return any, err
}

// SharedOptOutKeys are the kinds of hashes that a description has in common with each
// stub, looked up in one round trip.
func (tx *Tx) SharedOptOutKeys(hashes [][]byte) (map[iis.OptOutID][]int64, error) {
	out := map[iis.OptOutID][]int64{}
	queries := make([]db.Query, len(hashes))
	for i, h := range hashes {
		queries[i] = db.Query{
			SQL: `SELECT opt_out_id, kind FROM opt_out_key WHERE k = $1`, Args: []any{h},
			Each: func(r db.Row) error {
				id := iis.OptOutID(r.Int(0))
				out[id] = append(out[id], r.Int(1))
				return nil
			},
		}
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return out, tx.Select(queries...)
}

// Settings of the key with which stubs are hashed.
const (
	optOutSecret = "opt-out key"       // random, where there is no file
	optOutFile   = "opt-out key file"  // the path of the file
	optOutCheck  = "opt-out key check" // by which the key is known again
)

// OptOutSecret is the secret with which stubs are hashed, and the check by which it is
// known again ("" before the first): of the file that was named, or else a random one
// that the registry keeps, and makes the first time. A file that cannot be read is an
// error: without it those who opted out would not be recognized.
func (tx *Tx) OptOutSecret() (content []byte, check string, err error) {
	path := ""
	if err := tx.Select(settingQuery(optOutFile, &path), settingQuery(optOutCheck, &check)); err != nil {
		return nil, "", err
	}
	if path == "" {
		if tx.s.toRead {
			text, err := tx.setting(optOutSecret)
			if err != nil {
				return nil, "", err
			}
			content, err = hex.DecodeString(text)
			return content, check, err
		}
		content, err = tx.secret(optOutSecret)
		return content, check, err
	}
	if content, err = os.ReadFile(path); err != nil {
		err = fmt.Errorf("the key of opt-outs is in a file that cannot be read, and without it nobody who opted out is recognized: %w", err)
	}
	return content, check, err
}

// SetOptOutCheck keeps by what the key of stubs is known again.
func (tx *Tx) SetOptOutCheck(check string) error { return tx.setSetting(optOutCheck, check) }

// SetOptOutFile has the key of stubs be that of a file, by its absolute path. It is
// refused while there are stubs, which were hashed with another.
func (tx *Tx) SetOptOutFile(path string) error {
	if any, err := tx.AnyOptOutKey(); err != nil || any {
		return errors.Join(err, errOptOutKeyed)
	}
	if err := tx.setSetting(optOutCheck, ""); err != nil {
		return err
	}
	return tx.setSetting(optOutFile, path)
}

var errOptOutKeyed = errors.New("somebody opted out already, and what is kept of them is hashed with the key that there is: name the key file before the first opt-out")

// CarryOptOutSecret gives a registry that was restored the random secret of the one that
// it replaces, so that stubs of both are hashed alike; "" is none.
func (tx *Tx) CarryOptOutSecret(hexed, path, check string) error {
	for name, value := range map[string]string{optOutSecret: hexed, optOutFile: path, optOutCheck: check} {
		if value == "" {
			continue
		}
		if err := tx.setSetting(name, value); err != nil {
			return err
		}
	}
	return nil
}

// OptOutSettings are the random secret, the path of the key file and the check, as they
// are stored.
func (tx *Tx) OptOutSettings() (hexed, path, check string, err error) {
	err = tx.Select(settingQuery(optOutSecret, &hexed), settingQuery(optOutFile, &path), settingQuery(optOutCheck, &check))
	return hexed, path, check, err
}

// OptOutDoubt is a record that may be of somebody who opted out.
type OptOutDoubt struct {
	Person     iis.PersonID
	OptOut     iis.OptOutID
	Submission iis.SubmissionID
	Kinds      []string // what agrees, in words
	At         time.Time
	Settled    time.Time
	By         iis.UserID
	Verdict    string // another or same; "" while it waits
}

// AddOptOutDoubt keeps that a record may be of somebody who opted out.
func (tx *Tx) AddOptOutDoubt(d OptOutDoubt) error {
	return tx.Exec(`
		INSERT INTO opt_out_doubt (person_id, opt_out_id, submission_id, kinds, at, settled, settled_by, verdict)
		VALUES ($1, $2, $3, $4, $5, 0, 0, '')
		ON CONFLICT (person_id, opt_out_id) DO NOTHING`,
		d.Person, d.OptOut, d.Submission, strings.Join(d.Kinds, "; "), d.At.UnixMicro())
}

// OptOutDoubts are those that wait, the oldest first, at most so many.
func (tx *Tx) OptOutDoubts(limit int) (out []OptOutDoubt, err error) {
	err = tx.Select(db.Query{
		SQL: `
			SELECT person_id, opt_out_id, submission_id, kinds, at FROM opt_out_doubt
			WHERE settled = 0 ORDER BY at, person_id, opt_out_id LIMIT $1`,
		Args: []any{limit},
		Each: func(r db.Row) error {
			out = append(out, OptOutDoubt{
				Person: iis.PersonID(r.Int(0)), OptOut: iis.OptOutID(r.Int(1)), Submission: iis.SubmissionID(r.Int(2)),
				Kinds: strings.Split(r.Text(3), "; "), At: time.UnixMicro(r.Int(4)).UTC(),
			})
			return nil
		},
	})
	return out, err
}

// SettleOptOutDoubt keeps what somebody decided of a record that may be of whoever opted
// out; false when it does not wait.
func (tx *Tx) SettleOptOutDoubt(person iis.PersonID, id iis.OptOutID, verdict string, now time.Time, by iis.UserID) (bool, error) {
	n, err := tx.Count(`
		UPDATE opt_out_doubt SET settled = $1, settled_by = $2, verdict = $3
		WHERE person_id = $4 AND opt_out_id = $5 AND settled = 0`, now.UnixMicro(), by, verdict, person, id)
	return n > 0, err
}

// Judging reports a transaction in which people are judged ahead (Filling): nobody has
// opted out of a registry that is filled so.
func (tx *Tx) Judging() bool { return tx.batch != nil }

// HomesOf finds in whose records some sources are. It reads every link: it is for a
// registry that is being restored.
func (tx *Tx) HomesOf(sources []iis.SourceID, each func(iis.PersonID, iis.SourceID)) error {
	wanted := map[int64]bool{}
	for _, s := range sources {
		wanted[int64(s)] = true
	}
	return tx.Select(db.Query{
		SQL: `SELECT person_id, source_id FROM link`,
		Each: func(r db.Row) error {
			if wanted[r.Int(1)] {
				each(iis.PersonID(r.Int(0)), iis.SourceID(r.Int(1)))
			}
			return nil
		},
	})
}

// Fingerprint is by what a registry is known again, also one that was restored from its
// backup; nothing of it can be told from that.
func (s *Store) Fingerprint() string {
	h := hmac.New(sha256.New, s.salt)
	h.Write([]byte("which registry"))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// carryFirst is the setting of a registry that was restored and is not to be opened before
// the opt-outs since its backup are carried over.
const carryFirst = "opt-outs to be carried over"

// errCarryFirst says what to do with such a registry.
var errCarryFirst = errors.New("this registry was restored from a backup, and the opt-outs since then are not carried over: run `openiis optout carry`")

// OpenRestored opens a registry that was restored, to carry opt-outs over.
func OpenRestored(ctx context.Context, address string) (*Store, error) {
	return open(ctx, address, true)
}

// CarriedOver lets a registry that was restored be opened.
func (tx *Tx) CarriedOver() error {
	return tx.Exec(`DELETE FROM setting WHERE name = $1`, carryFirst)
}
