package store

import (
	"encoding/json"
	"time"

	"github.com/klauspost/compress/s2"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// AddFile keeps a file of rows as it came, and gives it its id.
func (tx *Tx) AddFile(f *iis.File, raw []byte) error {
	f.ID, f.Size = iis.FileID(tx.s.NewID()), len(raw)
	return tx.Exec(`
		INSERT INTO flat_file (id, sender_id, account, received, name, size, digest, raw, mapping, row_count, held_to, finished, roster)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, 0, 0, $9)`,
		f.ID, f.Sender, f.By, f.Received.UnixMicro(), f.Name, f.Size, tx.s.digest(raw), s2.EncodeBetter(nil, raw), f.Roster)
}

// notSealed leaves files out of which a row is about a sealed identity.
const notSealed = `NOT EXISTS (SELECT 1 FROM sealed_file WHERE sealed_file.file_id = flat_file.id)`

// fileColumns are what readFile reads.
const fileColumns = `id, sender_id, account, received, name, size, mapping, row_count, held_to, finished, roster`

func readFile(r db.Row) iis.File {
	f := iis.File{
		ID: iis.FileID(r.Int(0)), Sender: iis.SenderID(r.Int(1)), By: iis.UserID(r.Int(2)), Received: time.UnixMicro(r.Int(3)).UTC(),
		Name: r.Text(4), Size: int(r.Int(5)), Mapping: r.Text(6), Rows: int(r.Int(7)), HeldTo: time.UnixMicro(r.Int(8)).UTC(),
		Roster: iis.OrganizationID(r.Int(10)),
	}
	if at := r.Int(9); at != 0 {
		f.Finished = time.UnixMicro(at).UTC()
	}
	return f
}

// errNoFile is a file that there is not.
func errNoFile() error { return fault.New(fault.NotFound, "There is no file with this number.") }

// File is a file without its content; fault.NotFound when there is none.
func (tx *Tx) File(id iis.FileID) (f iis.File, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT ` + fileColumns + ` FROM flat_file WHERE id = $1 AND ` + notSealed,
		Args: []any{id},
		Each: func(r db.Row) error { f = readFile(r); return nil },
	})
	if err == nil && f.ID == 0 {
		err = errNoFile()
	}
	return f, err
}

// FileContent is a file byte for byte as it came.
func (tx *Tx) FileContent(id iis.FileID) (raw []byte, err error) {
	found := false
	err = tx.Select(db.Query{
		SQL:  `SELECT raw FROM flat_file WHERE id = $1 AND ` + notSealed,
		Args: []any{id},
		Each: func(r db.Row) (err error) {
			found = true
			raw, err = s2.Decode(nil, r.Bytes(0))
			return err
		},
	})
	if err == nil && !found {
		err = errNoFile()
	}
	return raw, err
}

// CommandFile is the newest file with a content that a sender had imported by
// command; the zero File when there is none.
func (tx *Tx) CommandFile(sender iis.SenderID, raw []byte) (f iis.File, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT ` + fileColumns + ` FROM flat_file WHERE sender_id = $1 AND digest = $2 AND account = 0 AND roster = 0 AND ` + notSealed + ` ORDER BY id DESC LIMIT 1`,
		Args: []any{sender, tx.s.digest(raw)},
		Each: func(r db.Row) error { f = readFile(r); return nil },
	})
	return f, err
}

// Files are the newest files of vaccinations, of one account or, by 0, of all.
func (tx *Tx) Files(by iis.UserID, limit int) (out []iis.File, err error) {
	q := db.Query{
		SQL:  `SELECT ` + fileColumns + ` FROM flat_file WHERE account = $1 AND roster = 0 AND ` + notSealed + ` ORDER BY id DESC LIMIT $2`,
		Args: []any{by, limit},
		Each: func(r db.Row) error { out = append(out, readFile(r)); return nil },
	}
	if by == 0 {
		q.SQL, q.Args = `SELECT `+fileColumns+` FROM flat_file WHERE roster = 0 AND `+notSealed+` ORDER BY id DESC LIMIT $1`, []any{limit}
	}
	return out, tx.Select(q)
}

// RosterFiles are the newest files of a site's roster.
func (tx *Tx) RosterFiles(site iis.OrganizationID, limit int) (out []iis.File, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT ` + fileColumns + ` FROM flat_file WHERE roster = $1 AND ` + notSealed + ` ORDER BY id DESC LIMIT $2`,
		Args: []any{site, limit},
		Each: func(r db.Row) error { out = append(out, readFile(r)); return nil },
	})
	return out, err
}

// OpenFiles are files, of rosters too, that are not sealed, the newest first, from behind one of them (0:
// from the newest).
func (tx *Tx) OpenFiles(before iis.FileID, limit int) (out []iis.File, err error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	err = tx.Select(db.Query{
		SQL:  `SELECT ` + fileColumns + ` FROM flat_file WHERE id < $1 AND ` + notSealed + ` ORDER BY id DESC LIMIT $2`,
		Args: []any{before, limit},
		Each: func(r db.Row) error { out = append(out, readFile(r)); return nil },
	})
	return out, err
}

// ClaimFile has the caller store a file until a moment, with a mapping; fault.Conflict
// when another program is storing it. Another mapping than that of before forgets
// what became of the rows.
func (tx *Tx) ClaimFile(id iis.FileID, mapping string, rows int, now, until time.Time) error {
	if err := tx.Exec(`DELETE FROM flat_row WHERE file_id = $1 AND EXISTS (SELECT 1 FROM flat_file WHERE id = $1 AND mapping <> $2 AND held_to <= $3)`,
		id, mapping, now.UnixMicro()); err != nil {
		return err
	}
	n, err := tx.Count(`
		UPDATE flat_file SET mapping = $1, row_count = $2, held_to = $3, finished = 0
		WHERE id = $4 AND held_to <= $5`,
		mapping, rows, until.UnixMicro(), id, now.UnixMicro())
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "This file is being stored at this moment. Wait a little, then load the page again.")
	}
	return err
}

// AddFileRows stores the answers to some rows, in place of earlier ones, and holds
// the file for longer.
func (tx *Tx) AddFileRows(id iis.FileID, rows []iis.FileRow, until time.Time) error {
	for _, r := range rows {
		problems, err := json.Marshal(r.Problems)
		if err != nil {
			return err
		}
		if err := tx.Exec(`
			INSERT INTO flat_row (file_id, line, submission_id, result, problems) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (file_id, line) DO UPDATE SET submission_id = excluded.submission_id, result = excluded.result, problems = excluded.problems`,
			id, r.Line, r.Submission, string(r.Result), string(problems)); err != nil {
			return err
		}
	}
	return tx.Exec(`UPDATE flat_file SET held_to = $1 WHERE id = $2`, until.UnixMicro(), id)
}

// ReleaseFile lets others store a file; whole says that all its rows were answered.
func (tx *Tx) ReleaseFile(id iis.FileID, now time.Time, whole bool) error {
	finished := int64(0)
	if whole {
		finished = now.UnixMicro()
	}
	return tx.Exec(`UPDATE flat_file SET held_to = 0, finished = $1 WHERE id = $2`, finished, id)
}

// FileRows are the answers to the rows of a file behind a line, in its order, at
// most limit.
func (tx *Tx) FileRows(id iis.FileID, behind, limit int) (out []iis.FileRow, err error) {
	err = tx.Select(db.Query{
		SQL: `
			SELECT line, submission_id, result, problems
			FROM flat_row WHERE file_id = $1 AND line > $2 ORDER BY line LIMIT $3`,
		Args: []any{id, behind, limit},
		Each: func(r db.Row) error {
			row := iis.FileRow{Line: int(r.Int(0)), Submission: iis.SubmissionID(r.Int(1)), Result: iis.RowResult(r.Text(2))}
			err := json.Unmarshal([]byte(r.Text(3)), &row.Problems)
			out = append(out, row)
			return err
		},
	})
	return out, err
}

// FileCounts are how many rows of a file had which result.
func (tx *Tx) FileCounts(id iis.FileID) (map[iis.RowResult]int, error) {
	out := map[iis.RowResult]int{}
	err := tx.Select(db.Query{
		SQL:  `SELECT result, count(*) FROM flat_row WHERE file_id = $1 GROUP BY result`,
		Args: []any{id},
		Each: func(r db.Row) error { out[iis.RowResult(r.Text(0))] = int(r.Int(1)); return nil },
	})
	return out, err
}

// FileMapping is how a sender's columns are read, with who said so and when.
type FileMapping struct {
	Text string // "" when nobody said
	At   time.Time
	By   iis.UserID // 0: the command
	Name string     // of By, as it is now
}

// FileMapping is that of a sender.
func (tx *Tx) FileMapping(sender iis.SenderID) (m FileMapping, err error) {
	err = tx.Select(db.Query{
		SQL: `
			SELECT m.mapping, m.at, m.account, a.name
			FROM flat_mapping m LEFT JOIN account a ON a.id = m.account WHERE m.sender_id = $1`,
		Args: []any{sender},
		Each: func(r db.Row) error {
			m = FileMapping{Text: r.Text(0), At: time.UnixMicro(r.Int(1)).UTC(), By: iis.UserID(r.Int(2)), Name: r.Text(3)}
			return nil
		},
	})
	return m, err
}

// PutFileMapping says how a sender's columns are read from now on.
func (tx *Tx) PutFileMapping(sender iis.SenderID, m FileMapping) error {
	return tx.Exec(`
		INSERT INTO flat_mapping (sender_id, mapping, at, account) VALUES ($1, $2, $3, $4)
		ON CONFLICT (sender_id) DO UPDATE SET mapping = excluded.mapping, at = excluded.at, account = excluded.account`,
		sender, m.Text, m.At.UnixMicro(), m.By)
}
