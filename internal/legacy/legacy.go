// Package legacy is the act of bringing files of people in: an old registry, its
// patients and their doses, and what vital records tell of births and deaths, of any
// size and in any order.
//
// It decides nothing about people: whose record a row belongs to, and which
// doses are one, is said by package record, which takes every row. It only
// reads rows (patient.go, dose.go, feed.go), brings the doses of each patient together on
// the disk (sort.go), and hands people on in chunks (take.go), each in one
// transaction with how far the import has come; into an empty registry, ahead of
// it (fill.go). Start at Import.Run.
package legacy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// Import is one run of an import.
type Import struct {
	Store  *store.Store
	Keeper *record.Keeper
	Codes  *codeset.Tables

	Feed Feed
	// CSV files, packed with gzip or not. Births and deaths are one file, Patients.
	Patients, Doses string
	Facilities      string // CSV of facility,name: names for codes; "" for none
	// Truth is a CSV of which rows are of one person, and which reports of one shot, as
	// made-up files have one beside them: the report says how the registry bears it out.
	// Nothing is imported by it. "" for none.
	Truth string
	// Registry is the code of the old registry, or of vital records: the sender of what
	// names no facility, and the authority of its own numbers.
	Registry string
	// Out is the folder for the report and the rejected rows, unless it is another
	// import's already (Report.Folder is the one it became); "" for one of its own beside
	// the file. The rows lie there while they are sorted.
	Out string
	// DryRun says what would happen: everything is tried in one transaction that is undone, or,
	// into a registry that goes away afterwards (Passing), as it would be imported.
	DryRun, Passing bool
	By              iis.Actor
	Tell            func(Progress) // hears how far it is, after each chunk

	people int // in a chunk; 0: what suits the database
}

// Progress is how far an import has come.
type Progress struct {
	Reading   bool  // the files are still being read and sorted
	Rows      int64 // that were read until now, while Reading
	Comparing bool  // everyone is taken, and records are held against the truth
	Patients  int64 // rows of patients that are done; records, while Comparing
	Of        int64
	Keys      bool // everybody is stored, and keys are being put in order
}

// plan is how the files are cut. It is kept, so that an import that is gone on
// with by a newer program cuts as the one that began it.
type plan struct {
	Parts  int    `json:"parts"`  // into which rows are sorted by patient_id
	People int    `json:"people"` // in a chunk
	OptOut optOut `json:"optOut,omitempty"`
}

// kept is the body of a store.LegacyRun.
type kept struct {
	Plan   plan         `json:"plan"`
	Sender iis.SenderID `json:"sender"` // the old registry
	Before int64        `json:"before"` // records that were there
	After  int64        `json:"after"`  // and those that are, when it was finished
	Done   Outcomes     `json:"done"`
	Placed int64        `json:"placed"` // length of placed.csv
	// Keys is how many of the keys that are held back are stored (store.Filling); nil
	// when the registry was not filled. Lines were in the audit then.
	Keys  *store.KeysPut `json:"keys,omitempty"`
	Lines int64          `json:"lines,omitempty"`
}

// importing is an Import on its way.
type importing struct {
	*Import
	store  *store.Store // Import.Store, or a rehearsal of it
	keeper *record.Keeper
	run    store.LegacyRun
	kept   kept
	today  cal.Date
	law    *policy.Policy // of the state
	// registry is the sender of what names no facility: kept.Sender.
	registry iis.SenderID
	plan     plan                  // kept.Plan
	from     map[string]iis.Sender // by the old registry's code
	names    map[string]string
	// facilities are those that rows were of which were taken.
	facilities map[string]bool
	sorted     *sorted
	folder     string // of this import: what is told is written into it
	out        *output
	report     *Report
}

// Run takes the files. When the same files were begun before it goes on where
// that ended, and when they were finished it only tells again what came of
// them. Rows that cannot be taken do not stop it: they are written out with the
// reason. It ends early when ctx does; what it did until then stays done.
func (im *Import) Run(ctx context.Context) (*Report, error) {
	if err := im.checkTruth(); err != nil {
		return nil, err
	}
	i := &importing{Import: im, store: im.Store, keeper: im.Keeper, from: map[string]iis.Sender{}, facilities: map[string]bool{}}
	if err := os.MkdirAll(im.root(), 0o700); err != nil {
		return nil, err
	}
	var err error
	if i.law, err = im.Keeper.Policy(ctx); err != nil {
		return nil, err
	}
	if i.names, err = facilityNames(im.Facilities); err != nil {
		return nil, err
	}
	spill := im.spill()
	if err := os.RemoveAll(spill); err != nil { // of one that was cut off
		return nil, err
	}
	defer os.RemoveAll(spill)
	if i.sorted, err = im.sort(ctx, spill); err != nil {
		return nil, err
	}
	i.report = i.newReport()
	if im.undone() {
		return i.report, i.rehearse(ctx)
	}
	err = i.goOn(ctx)
	if errors.Is(err, store.ErrNotAlone) { // with everything stored, as beside others
		i.report = i.newReport()
		i.report.Notes = append(i.report.Notes, besideOthers)
		err = i.goOn(ctx)
	}
	return i.report, err
}

// undone reports that all is tried in one transaction.
func (im *Import) undone() bool { return im.DryRun && !im.Passing }

// goOn takes what is not taken yet.
func (i *importing) goOn(ctx context.Context) (err error) {
	if err := i.begin(ctx); err != nil {
		return err
	}
	if i.out, err = i.openOutput(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.out.close()) }()
	if k := i.kept.Keys; k != nil && !k.All {
		err = i.fill(ctx)
	} else {
		err = i.chunks(ctx, i.take)
	}
	if err != nil {
		return err
	}
	return i.finish(ctx)
}

// rehearse takes everything in one transaction that is undone.
func (i *importing) rehearse(ctx context.Context) (err error) {
	i.store = i.Store.Rehearsal(func(*store.Tx) error { return nil })
	i.keeper = i.Keeper.Over(i.store)
	err = i.keeper.Bulk(ctx, func(t *record.Bulk) error {
		if err := i.start(t.Tx()); err != nil {
			return err
		}
		var err error
		if i.out, err = i.openOutput(); err != nil {
			return err
		}
		err = i.chunks(ctx, func(_ context.Context, c *chunk) error {
			sub, all, err := i.takeIn(t, c)
			if err != nil {
				return err
			}
			i.tell(c, all)
			return i.audit(t.Tx(), sub, t.Written())
		})
		if err != nil {
			return err
		}
		return i.holdTruth(ctx, func(do func(*store.Tx) error) error { return do(t.Tx()) })
	})
	if i.out != nil {
		err = errors.Join(err, i.out.close())
	}
	if err == nil {
		err = i.complete()
	}
	return err
}

// begin takes up the import of these files, or begins it.
func (i *importing) begin(ctx context.Context) error {
	err := i.store.Write(ctx, func(tx *store.Tx) error {
		held, err := tx.HeldBy()
		if err == nil && held != "" && held != i.sorted.digest {
			err = store.ErrHalfFilled
		}
		if err != nil {
			return err
		}
		run, err := tx.LegacyRun(i.sorted.digest)
		if err != nil {
			return err
		}
		if run == nil {
			return i.start(tx)
		}
		i.run = *run
		i.report.Resumed = run.Finished.IsZero()
		return json.Unmarshal(run.Body, &i.kept)
	})
	if err != nil {
		return fmt.Errorf("begin the import: %w", err)
	}
	i.settle()
	if i.kept.Plan.Parts != i.sorted.parts() {
		return i.sorted.again(ctx, i.kept.Plan.Parts)
	}
	return nil
}

// start begins an import.
func (i *importing) start(tx *store.Tx) error {
	clear(i.from) // this may run more than once
	from, err := i.facility(tx, i.Registry)
	if err != nil {
		return err
	}
	now := i.store.Now()
	i.run = store.LegacyRun{ID: i.sorted.digest, Begun: now}
	i.kept = kept{Plan: plan{i.sorted.parts(), cmp.Or(i.people, peopleOf(tx.Engine())), optOutOf(i.law)}, Sender: from.ID, Done: newOutcomes()}
	if i.kept.Before, err = tx.PersonCount(); err != nil {
		return err
	}
	if err := i.mayFill(tx); err != nil {
		return err
	}
	i.settle()
	if err := i.putRun(tx, &i.run, &i.kept); err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{At: now, Actor: i.By, Act: "begin import", Subject: int64(from.ID), Written: []byte(i.run.ID)})
}

// settle takes from the run what rows are read by.
func (i *importing) settle() {
	i.today, i.registry, i.plan = cal.On(i.run.Begun), i.kept.Sender, i.kept.Plan
	i.report.Begun, i.report.Before = i.run.Begun, i.kept.Before
}

// peopleOf is how many people a chunk has. On PostgreSQL each takes some twenty
// of the 6,400 locks that a server has by default.
func peopleOf(e db.Engine) int {
	if e == db.PostgreSQL {
		return 200
	}
	return 500
}

func (i *importing) putRun(tx *store.Tx, run *store.LegacyRun, k *kept) error {
	body, err := json.Marshal(k)
	if err != nil {
		return err
	}
	run.Body = body
	return tx.PutLegacyRun(run)
}

// finish ends the import once.
func (i *importing) finish(ctx context.Context) error {
	if i.run.Finished.IsZero() {
		next := i.run
		err := i.store.Write(ctx, func(tx *store.Tx) error {
			next = i.run
			err := tx.HoldLegacyRun(&i.run)
			if err == nil {
				i.kept.After, err = tx.PersonCount()
			}
			if err != nil {
				return err
			}
			next.Finished = i.store.Now()
			if err := i.putRun(tx, &next, &i.kept); err != nil {
				return err
			}
			return tx.AddAudit(store.Audit{At: next.Finished, Actor: i.By, Act: "finish import", Subject: int64(i.kept.Sender), Written: []byte(next.ID)})
		})
		if err != nil {
			return fmt.Errorf("finish the import: %w", err)
		}
		i.run = next
	}
	i.report.Finished = i.run.Finished
	i.report.After = i.kept.After + i.kept.Done.Unmade // so that a sum tells nobody of it
	read := func(do func(*store.Tx) error) error { return i.store.Read(ctx, do) }
	return errors.Join(i.holdTruth(ctx, read), i.complete())
}

// complete fills the report and writes it.
func (i *importing) complete() error {
	i.report.Outcomes, i.report.Took = i.kept.Done, time.Since(i.report.started)
	i.report.Senders = len(i.facilities)
	return i.report.write(i.folder)
}
