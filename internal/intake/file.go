package intake

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// How large files of rows may be: on a page, whose answer somebody waits for, and
// for the command.
var (
	PageLimits    = flat.Limits{Bytes: 2_000_000, Rows: 5_000}
	CommandLimits = flat.Limits{Bytes: 100_000_000, Rows: 500_000}
)

// What the audit says of files.
const (
	actKeepFile     = "keep file"
	actOpenFile     = "open file"
	actStoreFile    = "store rows of file"
	actRehearseFile = "try rows of file"
	actSetMapping   = "set columns of files"
)

// maxFileName is how much of a file's name is kept, in characters.
const maxFileName = 200

// Owner is who looks after a file: what they uploaded is theirs, and everyone's who
// may see all.
type Owner struct {
	Actor    iis.Actor
	Everyone bool // an administrator
}

func (o Owner) may(f iis.File) bool { return o.Everyone || o.Actor.User != 0 && o.Actor.User == f.By }

// File is a file of rows that was kept, with what is known of its sender's files.
type File struct {
	iis.File
	From  iis.Sender
	Known flat.Mapping      // how this sender's columns were read last
	Said  store.FileMapping // likewise, with who said so and when
	// Table are its rows; nil when it cannot be read, and Unreadable says why.
	Table      *flat.Table
	Unreadable error
}

// KeepFile keeps a file as it came, before anything reads it.
func (d *Desk) KeepFile(ctx context.Context, by iis.Actor, from iis.Sender, name string, raw []byte) (iis.FileID, error) {
	f := iis.File{Sender: from.ID, By: by.User, Received: d.store.Now(), Name: shortName(name)}
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddFile(&f, raw); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: f.Received, Actor: by, Act: actKeepFile, Subject: int64(f.ID), Written: raw})
	})
	if err != nil {
		return 0, fmt.Errorf("keep a file: %w", err)
	}
	return f.ID, nil
}

// shortName is a file's name as far as it is kept.
func shortName(name string) string {
	if !utf8.ValidString(name) {
		return "file"
	}
	r := []rune(name)
	return string(r[:min(len(r), maxFileName)])
}

// OpenFile reads a file that was kept; fault.NotFound when there is none, or it is
// another's. The look is audited first. A file that cannot be
// read is no error: it says so itself.
func (d *Desk) OpenFile(ctx context.Context, by Owner, id iis.FileID, most flat.Limits) (*File, error) {
	var f File
	var raw []byte
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if f.File, err = tx.File(id); err != nil {
			return err
		}
		if f.Roster != 0 { // it is no file of vaccinations: package roster opens it
			return fault.New(fault.NotFound, "There is no file with this number.")
		}
		if !by.may(f.File) {
			return fault.New(fault.NotFound, "There is no file with this number.") // that there is one is for them and the administrators
		}
		if raw, err = tx.FileContent(id); err != nil {
			return err
		}
		f.From, f.Said, err = sourceOf(tx, f.Sender)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open file %d: %w", id, err)
	}
	if err := d.store.AuditRead(store.Audit{At: d.store.Now(), Actor: by.Actor, Act: actOpenFile, Subject: int64(id)}); err != nil {
		return nil, fmt.Errorf("audit the opening of file %d: %w", id, err)
	}
	return &f, f.read(raw, most)
}

// sourceOf is a sender with how its files are read.
func sourceOf(tx *store.Tx, id iis.SenderID) (iis.Sender, store.FileMapping, error) {
	p, err := tx.SenderProfile(id)
	if err != nil {
		return iis.Sender{}, store.FileMapping{}, err
	}
	m, err := tx.FileMapping(id)
	return p.Sender, m, err
}

// read reads the rows; only a failure of ours is an error.
func (f *File) read(raw []byte, most flat.Limits) (err error) {
	f.Known, err = flat.ParseMapping(f.Said.Text)
	if err != nil { // a field that this release no longer has
		f.Known = flat.Mapping{}
	}
	f.Table, err = flat.Read(raw, most, f.Known)
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.TooLarge) {
		f.Unreadable, err = err, nil
	}
	return err
}

// planOf is how the file is understood by a mapping, with its columns in its order.
func (d *Desk) planOf(f *File, m flat.Mapping) *flat.Plan {
	return flat.NewPlan(f.Table, m, f.From, cal.On(d.store.Now()))
}

// Preview is what can be told of a file before anything of it is stored.
type Preview struct {
	Plan *flat.Plan
	Rows []PreviewRow // in the order of the file
	// Good, Doubtful and so on count rows: Good and Doubtful would be stored, the
	// latter with warnings.
	Good, Doubtful, Refused, Passed int
	People                          int // messages with at least a row to be stored
}

// PreviewRow is a row as it is understood, with what is wrong with it.
type PreviewRow struct {
	flat.Understood
	Person iis.Person
}

// PreviewFile says how a file is understood and what would be found, looking at no
// record. Nothing is stored.
func (d *Desk) PreviewFile(ctx context.Context, f *File, m flat.Mapping) (*Preview, error) {
	severities, err := d.severitiesOf(ctx, f.Sender)
	if err != nil {
		return nil, err
	}
	out := &Preview{Plan: d.planOf(f, m)}
	now := d.store.Now()
	for _, group := range out.Plan.Groups {
		msg := out.Plan.Message(group, f.ID.Public(), now)
		if msg.Raw != nil {
			e := Examine(msg.Raw, d.codes, severities, now)
			msg.Tell(e.Findings)
			refuseUnusable(msg, &e)
			out.People++
		}
		for i, u := range msg.Rows {
			out.count(&msg.Rows[i])
			out.Rows = append(out.Rows, PreviewRow{u, msg.Person})
		}
	}
	sortRows(out.Rows)
	return out, nil
}

// refuseUnusable marks rows of which the checks of messages let nothing through.
func refuseUnusable(msg *flat.Message, e *Examined) {
	usable := map[int]bool{}
	if e.VXU != nil && !e.Refused {
		for _, r := range usableOrders(e) {
			usable[r] = true
		}
	}
	for i := range msg.Rows {
		u := &msg.Rows[i]
		if !u.Passed && (e.Refused || u.Order > 0 && !usable[u.Order]) {
			u.Refused = true
		}
	}
}

func usableOrders(e *Examined) []int {
	var out []int
	for _, r := range usable(e.VXU) {
		out = append(out, r.Order)
	}
	return out
}

func (p *Preview) count(u *flat.Understood) {
	worst := iis.Severity("")
	for _, problem := range u.Problems {
		if problem.Severity == iis.Warning {
			worst = iis.Warning
		}
	}
	switch {
	case u.Passed:
		p.Passed++
	case u.Refused:
		p.Refused++
	case worst == iis.Warning:
		p.Doubtful++
	default:
		p.Good++
	}
}

// SetFileMapping says how a sender's columns are read from now on.
func (d *Desk) SetFileMapping(ctx context.Context, by iis.Actor, from iis.SenderID, m flat.Mapping) error {
	if err := m.Check(); err != nil {
		return err
	}
	said := store.FileMapping{Text: m.Text(), At: d.store.Now(), By: by.User}
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutFileMapping(from, said); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: said.At, Actor: by, Act: actSetMapping, Subject: int64(from), Written: []byte(said.Text)})
	})
	if err != nil {
		return fmt.Errorf("set the columns of sender %d: %w", from, err)
	}
	return nil
}

// FileMapping is how a sender's columns are read.
func (d *Desk) FileMapping(ctx context.Context, from iis.SenderID) (m flat.Mapping, err error) {
	var said store.FileMapping
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		said, err = tx.FileMapping(from)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("read the columns of sender %d: %w", from, err)
	}
	m, err = flat.ParseMapping(said.Text)
	if err != nil { // a field that this release no longer has
		return flat.Mapping{}, nil
	}
	return m, nil
}

// fileLines is how many files a list has.
const fileLines = 50

// FileLine is a file in a list.
type FileLine struct {
	iis.File
	SenderName string
}

// Files are the newest files that somebody may open: their own, or everyone's.
func (d *Desk) Files(ctx context.Context, by Owner) (out []FileLine, err error) {
	account := by.Actor.User
	if by.Everyone {
		account = 0
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		files, err := tx.Files(account, fileLines)
		if err != nil {
			return err
		}
		senders, err := tx.SenderProfiles()
		names := map[iis.SenderID]string{}
		for _, s := range senders {
			names[s.ID] = s.Name
		}
		out = nil
		for _, f := range files {
			out = append(out, FileLine{f, names[f.Sender]})
		}
		return err
	})
	return out, err
}

// FileSenders are the senders for which somebody may upload.
func (d *Desk) FileSenders(ctx context.Context, in iis.Scope) (out []iis.Sender, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.SenderProfiles()
		out = nil
		for _, s := range all {
			if in.Has(s.ID) {
				out = append(out, s.Sender)
			}
		}
		return err
	})
	return out, err
}

// FileAnswers are answers to rows of a file behind a line, with how many rows had
// which result.
func (d *Desk) FileAnswers(ctx context.Context, id iis.FileID, behind, limit int) (rows []iis.FileRow, counts map[iis.RowResult]int, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.FileRows(id, behind, limit); err != nil {
			return err
		}
		counts, err = tx.FileCounts(id)
		return err
	})
	return rows, counts, err
}

// holdFor is how long a file is held by the program that stores it, from one part of
// it to the next.
const holdFor = 2 * time.Minute
