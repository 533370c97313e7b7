package legacy

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
	"openiis/internal/synth"
)

// knownRegistry writes the files of made-up people, with the truth, and gives an
// import of them.
func knownRegistry(t *testing.T, s *store.Store, people int) (*Import, synth.Tables) {
	t.Helper()
	dir, tables := oldRegistry(t, people)
	im := importOf(s, dir)
	im.Truth = filepath.Join(dir, "truth.csv")
	write(t, dir, "truth.csv", synth.TruthColumns, string(tables.Truth))
	return im, tables
}

// theirs puts what is said of some rows in the place of what the truth says.
func theirs(t *testing.T, im *Import, said map[string][2]string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(readFile(t, filepath.Dir(im.Truth), "truth.csv"))).ReadAll()
	is.NoError(t, "read the truth", err)
	var b strings.Builder
	for _, row := range rows[1:] {
		if other, ok := said[row[0]]; ok {
			row[1], row[2] = other[0], other[1]
		}
		b.WriteString(strings.Join(row, ",") + "\r\n")
	}
	write(t, filepath.Dir(im.Truth), "truth.csv", synth.TruthColumns, b.String())
}

// misjudged are the lines of the file of misjudgements.
func misjudged(t *testing.T, im *Import) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(readFile(t, im.Out, misjudgedFile))).ReadAll()
	is.NoError(t, "read what is misjudged", err)
	return rows[1:]
}

func TestEveryDuplicateThatIsKnownIsFoundQueuedOrMissed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		im, tables := knownRegistry(t, s, 300)
		im.DryRun = true
		preview := run(t, im).Truth
		im.DryRun = false
		r := run(t, im)
		told := r.Truth
		is.Equal(t, "of a preview", preview, told)
		is.Equal(t, "rows", []int64{told.Rows, told.Held, told.Unknown}, []int64{int64(tables.PatientRows), int64(tables.PatientRows), 0})
		is.Equal(t, "people planted", told.People.Planted, int64(tables.Twos))
		is.Equal(t, "rows planted", told.Again.Planted, int64(tables.PatientRows-tables.Persons))
		is.Equal(t, "doses planted", told.Doses.Planted, int64(tables.Agains))
		is.Equal(t, "joined wrongly", []int64{told.WrongRecords, told.WrongDoses}, []int64{0, 0})
		// What the registry said of each row when it took it comes to the same.
		is.Equal(t, "rows in a record with another", told.Again.One, r.Joined())
		is.Equal(t, "rows of a dose with another", told.Doses.One, r.Consolidated)
		is.Equal(t, "records", told.Rows-told.Again.One, r.After)
		if told.People.One == 0 || told.People.Waiting == 0 || told.Doses.One == 0 || told.Doses.Waiting == 0 {
			t.Errorf("too few people for what is to be told:\n%s", r)
		}
		is.NoError(t, "read the audit", s.Read(context.Background(), func(tx *store.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT COUNT(*) FROM audit WHERE act = $1`, Args: []any{actHold}, Each: func(r db.Row) error {
				is.Equal(t, "lines of the audit, and none of the preview", r.Int(0), int64(1))
				return nil
			}})
		}))
		for _, row := range misjudged(t, im) {
			if row[0] != string(severalRecords) && row[0] != string(severalDoses) {
				t.Errorf("misjudged: %v", row)
			}
		}
	})
}

func TestWhatPeopleDecideIsToldWhenTheImportIsToldAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		im, _ := knownRegistry(t, s, 300)
		before := run(t, im).Truth
		ctx := context.Background()
		var joined int64
		is.NoError(t, "read", s.Read(ctx, func(tx *store.Tx) error {
			pairs, err := tx.PairsAfter(store.Pair{}, 1000)
			is.Equal(t, "pairs", int64(len(pairs)), before.PairsOfOne+before.PairsOfTwo)
			for _, p := range pairs {
				a, err := tx.Folder(p.Person)
				is.NoError(t, "read", err)
				b, err := tx.Folder(p.Other)
				is.NoError(t, "read", err)
				if a.Golden.Birth == b.Golden.Birth {
					_, err := im.Keeper.Merge(ctx, p.Other, p.Person, im.By, "One person.")
					is.NoError(t, "merge", err)
					joined++
				}
			}
			return err
		}))
		if joined == 0 {
			t.Fatal("nobody waits who could be joined")
		}
		after := run(t, im).Truth
		is.Equal(t, "pairs that are left", after.PairsOfOne+after.PairsOfTwo, before.PairsOfOne+before.PairsOfTwo-joined)
		is.Equal(t, "rows that were queued are found, or records hold two", after.Again.One-before.Again.One+after.WrongRecords, joined)
		is.Equal(t, "queued or found", after.Again.One+after.Again.Waiting, before.Again.One+before.Again.Waiting)
	})
}

func TestWhatIsJoinedWronglyIsListedByPublicNumbers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		im, tables := knownRegistry(t, s, 300)
		before := run(t, im).Truth
		both, doses, alone := twoInOne(t, s)
		of := func(id iis.PersonID) string { return id.Public() }
		// Of two rows in one record the truth now says that they are two people's, and of
		// two records of strangers that they are one's.
		theirs(t, im, map[string][2]string{
			both.rows[0]: {"900001", doses[0] + ":1;" + doses[1] + ":2"}, both.rows[1]: {"900002", ""},
			alone[0].rows[0]: {"900003", ""}, alone[1].rows[0]: {"900003", ""},
		})
		r := run(t, im)
		is.Equal(t, "records joined wrongly", r.Truth.WrongRecords, before.WrongRecords+1)
		is.Equal(t, "doses joined wrongly", r.Truth.WrongDoses, before.WrongDoses+1)
		is.Equal(t, "people missed", r.Truth.People.Missed, before.People.Missed+1)
		listed := misjudged(t, im)
		for _, want := range [][]string{
			{string(twoPeople), of(both.id)}, {string(twoShots), of(both.id)},
			{string(severalRecords), of(min(alone[0].id, alone[1].id)) + ";" + of(max(alone[0].id, alone[1].id))},
		} {
			if !slices.ContainsFunc(listed, func(row []string) bool { return slices.Equal(row, want) }) {
				t.Errorf("misjudged.csv lacks %v:\n%v", want, listed)
			}
		}
		for _, line := range strings.Split(string(tables.Patients), "\r\n") {
			if id, _, _ := strings.Cut(line, ","); id != "" && strings.Contains(readFile(t, im.Out, misjudgedFile)+r.String(), id) {
				t.Errorf("the number %s of a patient is told", id)
			}
		}
	})
}

// rowsOf is a record, with the numbers of the old registry's rows in it.
type rowsOf struct {
	id   iis.PersonID
	rows []string
}

// twoInOne finds a record of two rows with two reports of one dose, and two records
// of one row without doses that anybody else reports.
func twoInOne(t *testing.T, s *store.Store) (both rowsOf, doses []string, alone []rowsOf) {
	t.Helper()
	is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.PersonsAfter(0, 10_000)
		if err != nil {
			return err
		}
		folders, err := tx.Folders(ids...)
		for _, f := range folders {
			one := rowsOf{id: f.ID}
			for _, source := range f.Sources {
				for _, n := range source.Person.IDs {
					if n.Type == "PI" {
						one.rows = append(one.rows, n.Value)
					}
				}
			}
			joined := joinedDoses(f)
			switch {
			case len(one.rows) == 2 && len(joined) == 2 && both.id == 0:
				both, doses = one, joined
			case len(one.rows) == 1 && len(joined) == 0:
				alone = append(alone, one)
			}
		}
		return err
	}))
	if both.id == 0 || len(alone) < 2 {
		t.Fatal("too few people")
	}
	return both, doses, []rowsOf{alone[0], alone[len(alone)-1]}
}

// joinedDoses are the old registry's numbers of reports that are of one dose.
func joinedDoses(f *store.Folder) (out []string) {
	doses, _ := record.History(f)
	for _, d := range doses {
		if len(d.Reports) < 2 {
			continue
		}
		for _, r := range d.Reports {
			out = append(out, r.Dose.Filler.ID)
		}
	}
	return out
}

func TestRowsThatAreNotThereAreAccountedForToo(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	im, _ := knownRegistry(t, s, 60)
	rows := strings.SplitAfter(readFile(t, filepath.Dir(im.Patients), "patients.csv"), "\r\n")
	gone, _, _ := strings.Cut(rows[1], ",")
	is.NoError(t, "leave one out", os.WriteFile(im.Patients, []byte(strings.Join(slices.Delete(rows, 1, 2), "")), 0o600))
	theirs(t, im, map[string][2]string{gone: {"77", gone + "00:1;" + gone + "01:1"}})
	told := run(t, im).Truth
	is.Equal(t, "rows that are in no record", told.Rows-told.Held, int64(1))
	if told.Doses.Absent != 1 {
		t.Errorf("of a shot with two rows, neither of which is there, one is beyond the first: %+v", told.Doses)
	}
}

func TestATruthWithoutShotsSaysNothingOfDoses(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	im, _ := knownRegistry(t, s, 60)
	var b strings.Builder
	for line := range strings.Lines(readFile(t, filepath.Dir(im.Truth), "truth.csv")) {
		b.WriteString(line[:strings.LastIndexByte(line, ',')] + "\n")
	}
	is.NoError(t, "write", os.WriteFile(im.Truth, []byte(b.String()), 0o600))
	r := run(t, im)
	is.Equal(t, "doses", r.Truth.Doses, DoseFate{})
	if !strings.Contains(r.String(), "of doses it says nothing") {
		t.Errorf("the report does not say that doses are not told of:\n%s", r)
	}
}

func TestAFileThatIsNoTruthIsRefused(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	im, _ := knownRegistry(t, s, 20)
	for said, want := range map[string]string{
		"":                                           "empty",
		"patient_id,name\r\n1,x\r\n":                 "no column patient_id or none person",
		"patient_id,person\r\n1,2\r\n1,3":            "stands in two rows",
		"patient_id,person\r\n1\r\n":                 "line 2",
		"patient_id,person,shots\r\n1,2,7":           "line 2: shots: want dose_id:number",
		"patient_id,person,shots\r\n1,2,7:x":         "no number of a shot",
		"patient_id,person,shots\r\n1,2,7:1;7:1\r\n": "stands twice among the shots",
	} {
		is.NoError(t, "write", os.WriteFile(im.Truth, []byte(said), 0o600))
		_, err := im.Run(context.Background())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "truth.csv") {
			t.Errorf("%q is refused by %v, want %q", said, err, want)
		}
	}
	im.Truth += ".not"
	if _, err := im.Run(context.Background()); err == nil {
		t.Error("a truth that is not there is taken")
	}
	is.Equal(t, "records of refused imports", len(contents(t, s)), 0)
}

func TestPartsAreWhatIsLinkedOverOthersToo(t *testing.T) {
	linked := func(pairs ...string) func(i, j int) bool {
		return func(i, j int) bool { return slices.Contains(pairs, fmt.Sprint(min(i, j), max(i, j))) }
	}
	for _, c := range []struct {
		n     int
		pairs []string
		want  int
	}{{0, nil, 0}, {1, nil, 1}, {3, nil, 3}, {3, []string{"0 1"}, 2}, {3, []string{"0 2", "1 2"}, 1}, {5, []string{"0 3", "1 4", "3 4"}, 2}} {
		is.Equal(t, fmt.Sprint(c.n, c.pairs), distinct(parted(c.n, linked(c.pairs...))), c.want)
	}
}
