package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// FileLimits are how large a roster may be that is uploaded.
var FileLimits = flat.Limits{Bytes: 30_000_000, Rows: MostEntries}

// numberColumns are names of columns that hold a site's own number of a person, beside those
// that package flat knows.
var numberColumns = []string{
	"student number", "student id", "student id number", "local student id", "local id", "member number", "member id", "subscriber id", "child number", "child id", "own number",
	"id 1", "id1", "sourcedId",
}

// placeColumns are names of columns that hold a grade or room, and registryColumns those of
// the registry's own number.
var (
	placeColumns    = []string{"grade", "grade level", "current grade", "gradelevel", "room", "classroom", "class", "homeroom", "home room", "group"}
	registryColumns = []string{"registry number", "registry id", "registry number of the record", "iis id", "iis number", "miis id", "miic id", "miix id"}
)

// known are the columns of rosters as package flat is told of them.
func known() flat.Mapping {
	m := flat.Mapping{}
	for _, c := range numberColumns {
		m.Columns = append(m.Columns, flat.Assigned{Column: c, Field: "mrn"})
	}
	for _, c := range slices.Concat(placeColumns, registryColumns) { // no column of theirs
		m.Columns = append(m.Columns, flat.Assigned{Column: c})
	}
	return m
}

// columnNamed is the first column of a table that has one of some names; -1: none has.
func columnNamed(t *flat.Table, names []string) int {
	key := func(s string) string {
		return strings.Join(fold.Words(strings.ReplaceAll(s, "_", " ")), "")
	}
	return slices.IndexFunc(t.Header, func(h string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return key(n) == key(h) })
	})
}

// KeepFile keeps a roster as it came, before anything reads it.
func (d *Desk) KeepFile(ctx context.Context, by iis.Actor, id iis.OrganizationID, name string, raw []byte) (iis.FileID, error) {
	f := iis.File{By: by.User, Received: d.now(), Name: shortName(name)}
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		site, err := d.site(tx, by, id)
		if err != nil {
			return err
		}
		if f.Sender, f.Roster = site.Sender, site.ID; f.Sender == 0 {
			return fault.New(fault.Conflict, "%s has no sender in whose name a file could be kept. Add one on its page first.", site.Name)
		}
		if err := tx.AddFile(&f, raw); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: f.Received, Actor: by, Act: actKeep, Subject: int64(f.ID), Written: raw})
	})
	if err != nil {
		return 0, fmt.Errorf("keep a roster file of %d: %w", id, err)
	}
	return f.ID, nil
}

// maxFileName is how much of a file's name is kept, in letters.
const maxFileName = 200

func shortName(name string) string {
	r := []rune(strings.ToValidUTF8(name, ""))
	if len(r) == 0 {
		return "roster"
	}
	return string(r[:min(len(r), maxFileName)])
}

// File is an uploaded roster.
type File struct {
	iis.File
	*Site
	raw []byte
}

// reader is somebody as who judges of whom a file may tell: the site in whose name it was
// kept, whoever looks, for what was found is shown to all who keep the roster.
func (f *File) reader(by iis.Actor) iis.Actor {
	return iis.Actor{Kind: "user", User: by.User, Site: f.File.Sender, Roster: true}
}

// fileLines is how many files a list has.
const fileLines = 50

// Files are the newest files of a site's roster.
func (d *Desk) Files(ctx context.Context, by iis.Actor, id iis.OrganizationID) (site *Site, out []iis.File, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if site, err = d.site(tx, by, id); err != nil {
			return err
		}
		out, err = tx.RosterFiles(id, fileLines)
		return err
	})
	if err != nil {
		err = fmt.Errorf("list the roster files of %d: %w", id, err)
	}
	return site, out, err
}

// OpenFile opens a file of a site's roster; fault.NotFound when there is none, or it is
// another's. The look is audited first.
func (d *Desk) OpenFile(ctx context.Context, by iis.Actor, id iis.OrganizationID, file iis.FileID) (*File, error) {
	out := &File{}
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if out.Site, err = d.site(tx, by, id); err != nil {
			return err
		}
		if out.File, err = tx.File(file); err != nil {
			return err
		}
		if out.Roster != id {
			return fault.New(fault.NotFound, "There is no file with this number.")
		}
		out.raw, err = tx.FileContent(file)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open roster file %d: %w", file, err)
	}
	if err := d.store.AuditRead(store.Audit{At: d.now(), Actor: by, Act: actRead, Subject: int64(file)}); err != nil {
		return nil, fmt.Errorf("audit the opening of roster file %d: %w", file, err)
	}
	return out, nil
}

// Results are the answers to rows of a file that was taken over, behind a line, with how many
// rows had which result.
func (d *Desk) Results(ctx context.Context, f *File, behind, limit int) (rows []iis.FileRow, counts map[iis.RowResult]int, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.FileRows(f.ID, behind, limit); err != nil {
			return err
		}
		counts, err = tx.FileCounts(f.ID)
		return err
	})
	return rows, counts, err
}

// Answer is a row of a file as its owner wrote it, with what became of it. Of one that was
// not found there is the line alone: rows of those who opted out are cut out of the file, and
// nobody is told which.
type Answer struct {
	Line                    int
	Own, Name, Birth, Place string
	Result                  iis.RowResult
	Say                     string
}

// Answers hands what became of each row to each, beside what the file says.
func (d *Desk) Answers(ctx context.Context, f *File, each func(Answer) error) error {
	rows, _, err := d.Results(ctx, f, 0, MostEntries+1)
	if err != nil {
		return err
	}
	p, err := f.plan(d.now())
	if err != nil {
		return err
	}
	at := map[int]int{}
	for i := range p.Table.Rows {
		at[p.Table.Rows[i].Line] = i
	}
	for i := range rows {
		a := Answer{Line: rows[i].Line, Result: told(rows[i].Result)}
		if n, there := at[a.Line]; there && a.Result != iis.RowNobody {
			r := p.row(n)
			a.Own, a.Name, a.Birth, a.Place = r.own, r.name(), r.birth(), r.place
		}
		for _, problem := range rows[i].Problems {
			a.Say = strings.TrimSpace(a.Say + " " + problem.Say)
		}
		if err := each(a); err != nil {
			return err
		}
	}
	return nil
}

// told is a result as it is told: that somebody opted out is not.
func told(r iis.RowResult) iis.RowResult {
	if r == iis.RowOptedOut {
		return iis.RowNobody
	}
	return r
}

// table reads the rows of a file.
func (f *File) plan(now time.Time) (*plan, error) {
	t, err := flat.Read(f.raw, FileLimits, known())
	if err != nil {
		return nil, err
	}
	return newPlan(t, f, now), nil
}
