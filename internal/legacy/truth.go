package legacy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strconv"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// truth is what is known of the files from elsewhere, as of made-up ones: which rows
// of patients are of one person, and which rows of doses are of one shot. It takes 24
// bytes a row of a patient and 32 a row of a dose that is not the only one of its shot.
type truth struct {
	registry string
	rows     []truthRow   // by id, until it is judged by person
	doses    []truthDose  // likewise
	waiting  []store.Pair // that are in the queue, in their order
	told     Truth
	strange  func(misjudgement, ...iis.PersonID) error // hears of what the registry holds against it

	// Of the record that is being looked at.
	people []uint64
	shots  []heldShot
	origin map[iis.SourceDoseID]int
}

// truthRow is a row of patients. Numbers are hashes of what stands in the files.
type truthRow struct {
	id, person uint64
	record     iis.PersonID // that it is part of; 0: none
}

// truthDose is a row of doses whose shot other rows report too.
type truthDose struct {
	id, person uint64
	shot       uint32       // of the person's
	record     iis.PersonID // likewise
}

// The columns of the truth.
const (
	truthID     = "patient_id"
	truthPerson = "person"
	truthShots  = "shots"
)

// truthColumns are where the columns stand; that of shots may be missing: -1.
type truthColumns struct{ id, person, shots int }

// openTruth opens a file of the truth and reads its header.
func openTruth(path string) (*csvFile, truthColumns, error) {
	at := truthColumns{-1, -1, -1}
	c, err := openCSV(path)
	if err != nil {
		return nil, at, err
	}
	for i, name := range c.header {
		switch name {
		case truthID:
			at.id = i
		case truthPerson:
			at.person = i
		case truthShots:
			at.shots = i
		}
	}
	if at.id < 0 || at.person < 0 {
		err = fault.New(fault.Invalid, "%s: there is no column %s or none %s; it must say of each row of the patients whose it is, as truth.csv of `openiis generate` does", path, truthID, truthPerson)
		return nil, at, errors.Join(err, c.file.Close())
	}
	return c, at, nil
}

// checkTruth refuses a file that is no truth before anything is imported. What it says
// is read again when all is taken: until then others need the memory.
func (im *Import) checkTruth() error {
	if im.Truth == "" {
		return nil
	}
	_, err := readTruth(im.Truth, im.Registry)
	return err
}

// readTruth reads the truth.
func readTruth(path, registry string) (*truth, error) {
	c, at, err := openTruth(path)
	if err != nil {
		return nil, err
	}
	t := &truth{registry: registry, origin: map[iis.SourceDoseID]int{}}
	t.told.Path, t.told.Shots = path, at.shots >= 0
	if err := t.read(c, at); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), c.file.Close())
	}
	digest, err := c.close()
	t.told.SHA256 = fmt.Sprintf("%x", digest)
	return t, err
}

func (t *truth) read(c *csvFile, at truthColumns) error {
	var cells [][]byte
	for {
		row, err := c.read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if cells, _ = split(row.text, c.comma, cells); row.broken || len(cells) != len(c.header) {
			return fault.New(fault.Invalid, "line %d has not as many cells as there are columns", row.line)
		}
		one := truthRow{id: hashed(cells[at.id]), person: hashed(cells[at.person])}
		t.rows = append(t.rows, one)
		if at.shots < 0 {
			continue
		}
		if err := t.readShots(cells[at.shots], one.person); err != nil {
			return fmt.Errorf("line %d: %w", row.line, err)
		}
	}
	slices.SortFunc(t.rows, func(a, b truthRow) int { return cmp.Compare(a.id, b.id) })
	slices.SortFunc(t.doses, func(a, b truthDose) int { return cmp.Compare(a.id, b.id) })
	for i := range t.rows[:max(0, len(t.rows)-1)] {
		if t.rows[i].id == t.rows[i+1].id {
			return fault.New(fault.Invalid, "a %s stands in two rows: it can be of one person only", truthID)
		}
	}
	for i := range t.doses[:max(0, len(t.doses)-1)] {
		if t.doses[i].id == t.doses[i+1].id {
			return fault.New(fault.Invalid, "a dose_id stands twice among the %s: it can be of one shot only", truthShots)
		}
	}
	return nil
}

// readShots reads which of a row's doses are of which shots of a person.
func (t *truth) readShots(cell []byte, person uint64) error {
	for one := range bytes.SplitSeq(cell, []byte{';'}) {
		if one = bytes.TrimSpace(one); len(one) == 0 {
			continue
		}
		colon := bytes.LastIndexByte(one, ':')
		if colon < 0 {
			return fault.New(fault.Invalid, "%s: want dose_id:number, with semicolons between", truthShots)
		}
		shot, err := strconv.ParseUint(string(bytes.TrimSpace(one[colon+1:])), 10, 32)
		if err != nil {
			return fault.New(fault.Invalid, "%s: behind the colon stands no number of a shot", truthShots)
		}
		t.doses = append(t.doses, truthDose{id: hashed(one[:colon]), person: person, shot: uint32(shot)})
	}
	return nil
}

// hashed is a number of the files as it is remembered. Of ten million numbers two are
// taken for one in one of a hundred thousand cases.
func hashed(cell []byte) uint64 { return hashOf(readable(cell)) }

func hashOf(number string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, number) // a hash never fails
	return h.Sum64()
}

// row is what is known of a patient's number; nil when nothing is.
func (t *truth) row(number string) *truthRow {
	i, found := slices.BinarySearchFunc(t.rows, hashOf(number), func(r truthRow, id uint64) int { return cmp.Compare(r.id, id) })
	if !found {
		return nil
	}
	return &t.rows[i]
}

// dose is what is known of a dose's number; nil when its shot has no other row.
func (t *truth) dose(number string) *truthDose {
	i, found := slices.BinarySearchFunc(t.doses, hashOf(number), func(d truthDose, id uint64) int { return cmp.Compare(d.id, id) })
	if !found {
		return nil
	}
	return &t.doses[i]
}
