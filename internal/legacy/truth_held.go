package legacy

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// misjudgement is what the registry holds against the truth.
type misjudgement string

// The misjudgements, as misjudged.csv names them.
const (
	twoPeople      misjudgement = "two people in one record"
	severalRecords misjudgement = "one person in several records that are not in the queue"
	twoShots       misjudgement = "two shots in one dose"
	severalDoses   misjudgement = "one shot in several doses that are not in question"
)

// pairsAtOnce is how many pairs of the queue are read at once.
const pairsAtOnce = 10_000

// reading reads from the registry.
type reading func(do func(*store.Tx) error) error

// actHold is what the audit calls that everyone was looked at so.
const actHold = "compare records with the truth"

// holdTruth tells how the registry bears out what is known of the files. In a preview
// nobody has a number that lasts, and none is told.
func (i *importing) holdTruth(ctx context.Context, read reading) (err error) {
	if i.Truth == "" {
		return nil
	}
	t, err := readTruth(i.Truth, i.Registry)
	if err != nil {
		return err
	}
	t.strange = func(misjudgement, ...iis.PersonID) error { return nil }
	if !i.DryRun {
		err := i.store.AuditRead(store.Audit{At: i.store.Now(), Actor: i.By, Act: actHold, Subject: int64(i.kept.Sender)})
		if err != nil {
			return err
		}
		f, err := os.OpenFile(filepath.Join(i.folder, misjudgedFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(f)
		defer func() { err = errors.Join(err, w.Flush(), f.Close()) }()
		t.strange = listIn(w)
	}
	if err := t.hold(ctx, read, i.Tell); err != nil {
		return fmt.Errorf("compare records with the truth: %w", err)
	}
	i.report.Truth = &t.told
	return nil
}

// listIn lists misjudgements by the public numbers of records.
func listIn(w *bufio.Writer) func(misjudgement, ...iis.PersonID) error {
	_, _ = w.WriteString("what,records\r\n") // an error stays with the writer
	return func(what misjudgement, records ...iis.PersonID) error {
		numbers := make([]string, len(records))
		for i, id := range records {
			numbers[i] = id.Public()
		}
		_, err := fmt.Fprintf(w, "%q,%s\r\n", what, strings.Join(numbers, ";"))
		return err
	}
}

// hold looks at every record, and then at every person of the truth.
func (t *truth) hold(ctx context.Context, read reading, tell func(Progress)) error {
	var of int64
	err := read(func(tx *store.Tx) (err error) {
		if of, err = tx.PersonCount(); err != nil {
			return err
		}
		return t.readQueue(tx)
	})
	for done, last := int64(0), iis.PersonID(0); err == nil; {
		var stretch []store.StoredRecord
		err = read(func(tx *store.Tx) (err error) {
			stretch, err = tx.RecordsAfter(last)
			return err
		})
		if err == nil {
			err = errors.Join(t.holdEach(stretch), ctx.Err())
		}
		if err != nil || len(stretch) == 0 {
			break
		}
		last, done = stretch[len(stretch)-1].ID, done+int64(len(stretch))
		tell(Progress{Comparing: true, Patients: done, Of: max(of, done)})
	}
	if err == nil {
		err = t.judge()
	}
	return err
}

// holdEach looks at some records. Reading them takes most of the time: all processors
// do that.
func (t *truth) holdEach(stretch []store.StoredRecord) error {
	folders := make([]*store.Folder, len(stretch))
	var work errgroup.Group
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		work.Go(func() (err error) {
			for k := w; k < len(stretch) && err == nil; k += workers {
				folders[k], err = stretch[k].Folder()
			}
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for _, f := range folders {
		if err := errors.Join(t.peopleOf(f), t.dosesOf(f)); err != nil {
			return err
		}
	}
	return nil
}

// readQueue reads which pairs wait.
func (t *truth) readQueue(tx *store.Tx) error {
	t.waiting = t.waiting[:0] // it may run again
	for last := (store.Pair{}); ; {
		pairs, err := tx.PairsAfter(last, pairsAtOnce)
		if err != nil || len(pairs) == 0 {
			return err
		}
		t.waiting, last = append(t.waiting, pairs...), pairs[len(pairs)-1]
	}
}

// wait reports that two records are a pair of the queue.
func (t *truth) wait(a, b iis.PersonID) bool {
	return slices.ContainsFunc([]store.Pair{{Person: a, Other: b}, {Person: b, Other: a}}, func(p store.Pair) bool {
		_, found := slices.BinarySearchFunc(t.waiting, p, func(have, p store.Pair) int {
			return cmp.Or(cmp.Compare(have.Person, p.Person), cmp.Compare(have.Other, p.Other))
		})
		return found
	})
}

// peopleOf looks whose rows a record is made of.
func (t *truth) peopleOf(f *store.Folder) error {
	t.people = t.people[:0]
	for i := range f.Sources {
		for _, id := range f.Sources[i].Person.IDs {
			if id.Type != "PI" || id.Authority != t.registry {
				continue
			}
			r := t.row(id.Value)
			if r == nil {
				t.told.Unknown++
				continue
			}
			r.record = f.ID
			t.people = append(t.people, r.person)
		}
	}
	slices.Sort(t.people)
	if len(slices.Compact(t.people)) < 2 {
		return nil
	}
	t.told.WrongRecords++
	return t.strange(twoPeople, f.ID)
}

// heldShot is a report of the old registry in a consolidated dose.
type heldShot struct {
	*truthDose     // nil: it is the only one of its shot
	dose       int // its place in the folder
}

// same reports two reports of one shot.
func (a heldShot) same(b heldShot) bool {
	return a.truthDose != nil && b.truthDose != nil && a.person == b.person && a.shot == b.shot
}

// dosesOf looks which reports a record's doses are made of.
func (t *truth) dosesOf(f *store.Folder) error {
	if !t.told.Shots {
		return nil
	}
	clear(t.origin)
	for i := range f.Doses {
		t.origin[f.Doses[i].Origin] = i
	}
	t.shots = t.shots[:0]
	wrong := false
	for i := range f.Consolidated {
		begin := len(t.shots)
		for _, m := range f.Consolidated[i].Members {
			at, there := t.origin[m]
			if !there || f.Doses[at].Dose.Filler.Authority != t.registry {
				continue
			}
			one := heldShot{t.dose(f.Doses[at].Dose.Filler.ID), i}
			if one.truthDose != nil {
				one.record = f.ID
			}
			t.shots = append(t.shots, one)
		}
		for _, other := range t.shots[min(begin+1, len(t.shots)):] {
			if !other.same(t.shots[begin]) {
				t.told.WrongDoses++
				wrong = true
				break
			}
		}
	}
	missed := t.shotsOf(f)
	if wrong {
		if err := t.strange(twoShots, f.ID); err != nil {
			return err
		}
	}
	if missed {
		return t.strange(severalDoses, f.ID)
	}
	return nil
}

// shotsOf counts what became of the reports of each shot in a record; missed is true
// when one is counted twice and nobody is asked about it.
func (t *truth) shotsOf(f *store.Folder) (missed bool) {
	shots := slices.DeleteFunc(t.shots, func(s heldShot) bool { return s.truthDose == nil })
	slices.SortFunc(shots, func(a, b heldShot) int {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.shot, b.shot), cmp.Compare(a.dose, b.dose))
	})
	for len(shots) > 0 {
		n := 1
		for n < len(shots) && shots[n].same(shots[0]) {
			n++
		}
		doses := make([]int, 0, n)
		for _, s := range shots[:n] {
			doses = append(doses, s.dose)
		}
		doses = slices.Compact(doses)
		parts := parted(len(doses), func(i, j int) bool {
			a, b := &f.Consolidated[doses[i]], &f.Consolidated[doses[j]]
			return doubts(a, b) || doubts(b, a)
		})
		t.told.Doses.One += int64(n - len(doses))
		t.told.Doses.Questioned += int64(len(doses) - distinct(parts))
		t.told.Doses.Missed += int64(distinct(parts) - 1)
		missed = missed || distinct(parts) > 1
		shots = shots[n:]
	}
	return missed
}

func doubts(a, b *iis.Consolidated) bool {
	return slices.ContainsFunc(a.Doubts, func(d iis.DoseDoubt) bool { return d.Other == b.ID })
}
