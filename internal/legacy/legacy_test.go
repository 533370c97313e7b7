package legacy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/synth"
)

// oldRegistry writes the files of made-up people.
func oldRegistry(t *testing.T, people int) (dir string, tables synth.Tables) {
	t.Helper()
	dir = t.TempDir()
	synth.People(7).Legacy(&tables, 0, people)
	write(t, dir, "patients.csv", synth.PatientColumns, string(tables.Patients))
	write(t, dir, "doses.csv", synth.DoseColumns, string(tables.Doses))
	return dir, tables
}

func write(t *testing.T, dir, name string, columns []string, rows string) {
	t.Helper()
	is.NoError(t, "write", os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(columns, ",")+"\r\n"+rows), 0o600))
}

func importOf(s *store.Store, dir string) *Import {
	codes := codeset.Default()
	return &Import{
		Store: s, Keeper: record.New(s, codes), Codes: codes, Patients: filepath.Join(dir, "patients.csv"), Doses: filepath.Join(dir, "doses.csv"),
		Registry: "OLD", Out: filepath.Join(dir, "out"), By: iis.Actor{Kind: "command"}, Tell: func(Progress) {}, people: 40,
	}
}

func run(t *testing.T, im *Import) *Report {
	t.Helper()
	r, err := im.Run(context.Background())
	is.NoError(t, "import", err)
	if !r.Agree() {
		t.Fatalf("not every row is accounted for:\n%s", r)
	}
	return r
}

// contents are what the records of a registry come to, in words that do not
// depend on their numbers.
func contents(t *testing.T, s *store.Store) []string {
	t.Helper()
	var out []string
	is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.PersonsAfter(0, 1_000_000)
		if err != nil {
			return err
		}
		for _, id := range ids {
			f, err := tx.Folder(id)
			if err != nil {
				return err
			}
			out = append(out, content(f))
		}
		return nil
	}))
	slices.Sort(out)
	return out
}

func content(f *store.Folder) string {
	n := f.Golden.LegalName()
	lines := []string{fmt.Sprint(n.Family, "|", n.Given, "|", f.Golden.Birth, "|", f.Golden.Sex, "|", len(f.Sources), "|", f.Golden.Addresses)}
	for _, s := range f.Sources {
		lines = append(lines, fmt.Sprint("source ", s.Sender, s.Person.IDs, s.Received))
	}
	for _, c := range f.Consolidated {
		for _, d := range f.Doses {
			if d.Origin == c.Primary {
				lines = append(lines, fmt.Sprintf("dose %s %s %s %d of %d %v", d.Dose.Date, d.Dose.CVX, d.Dose.Lot, d.Sender, len(c.Members), c.Review))
			}
		}
	}
	slices.Sort(lines[1:])
	return strings.Join(lines, "\n")
}

// verified requires that every record is what its reports come to.
func verified(t *testing.T, im *Import) {
	t.Helper()
	_, err := im.Keeper.Verify(context.Background(), record.Verified{
		Record:   func(id iis.PersonID) { t.Errorf("record %d is not what its reports come to", id) },
		Standing: func(id iis.PersonID) { t.Errorf("standing of %d is not that of its record", id) },
		Progress: func(int) {},
	})
	is.NoError(t, "verify", err)
}

func TestEveryRowOfAnOldRegistryIsAccountedFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir, tables := oldRegistry(t, 300)
		im := importOf(s, dir)
		r := run(t, im)
		is.Equal(t, "patients", r.People(), int64(tables.PatientRows))
		is.Equal(t, "doses", r.Doses(), int64(tables.DoseRows))
		if r.Joined() == 0 || r.Consolidated == 0 || r.Others == 0 {
			t.Errorf("the planted duplicates and refusals left no trace:\n%s", r)
		}
		is.Equal(t, "records", r.After, r.New+r.Possible)
		why := int64(0)
		for _, n := range r.PossibleFor {
			why += n
		}
		if r.Possible == 0 || why < r.Possible || !strings.Contains(r.String(), "among them for: ") {
			t.Errorf("%d possible, and %d reasons: %v", r.Possible, why, r.PossibleFor)
		}
		verified(t, im)
		again := run(t, im) // the same files once more: nothing is done twice
		is.Equal(t, "outcomes", again.Outcomes, r.Outcomes)
		is.Equal(t, "records", again.After, r.After)
		placed, err := os.ReadFile(filepath.Join(im.Out, placedFile))
		is.NoError(t, "read", err)
		is.Equal(t, "lines of placed.csv", strings.Count(string(placed), "\r\n"), tables.PatientRows+1)
		if _, err := os.Stat(im.spill()); err == nil {
			t.Error("the sorted rows are still there")
		}
	})
}

func TestAnInterruptedImportGoesOnAndComesToTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir, _ := oldRegistry(t, 300)
		im := importOf(s, dir)
		stopped := errors.New("stopped")
		for chunks := 2; chunks <= 4; chunks += 2 {
			ctx, stop := context.WithCancelCause(context.Background())
			told := 0
			im.Tell = func(p Progress) {
				if told++; told == chunks {
					stop(stopped)
				}
			}
			_, err := im.Run(ctx)
			if err == nil {
				t.Fatal("an interrupted import says that it is done")
			}
		}
		// What a kill leaves: rows behind those that the registry has.
		f, err := os.OpenFile(filepath.Join(im.Out, placedFile), os.O_APPEND|os.O_WRONLY, 0)
		is.NoError(t, "open", err)
		_, err = f.WriteString("half a row")
		is.NoError(t, "write", errors.Join(err, f.Close()))
		im.Tell = func(Progress) {}
		r := run(t, im)
		if !r.Resumed {
			t.Error("the report does not say that the import was interrupted")
		}
		verified(t, im)
		resumed := contents(t, s)
		resumedPlaced, err := os.ReadFile(filepath.Join(im.Out, placedFile))
		is.NoError(t, "read", err)

		straight := storetest.Open(t, storetest.SQLite(t))
		im2 := importOf(straight, dir)
		im2.Out = filepath.Join(dir, "straight")
		r2 := run(t, im2)
		is.Equal(t, "outcomes", r.Outcomes, r2.Outcomes)
		is.Equal(t, "rows of placed.csv", outcomes(string(resumedPlaced)), outcomes(readFile(t, im2.Out, placedFile)))
		is.Equal(t, "records", withoutSenders(resumed), withoutSenders(contents(t, straight)))
	})
}

var longNumber = regexp.MustCompile(`\d{12,}`)

// withoutSenders leaves the numbers of senders out of contents, which each
// registry gives anew.
func withoutSenders(list []string) []string {
	var out []string
	for _, c := range list {
		lines := strings.Split(c, "\n")
		for i, l := range lines {
			if strings.HasPrefix(l, "dose ") || strings.HasPrefix(l, "source ") {
				lines[i] = longNumber.ReplaceAllString(l, "#")
			}
		}
		slices.Sort(lines[1:])
		out = append(out, strings.Join(lines, "\n"))
	}
	slices.Sort(out)
	return out
}

// outcomes are placed.csv without the numbers of persons.
func outcomes(placed string) []string {
	var out []string
	for line := range strings.Lines(placed) {
		cut := strings.LastIndexByte(line, ',')
		out = append(out, line[:max(cut, 0)])
	}
	return out
}

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	is.NoError(t, "read", err)
	return string(b)
}

func TestAPreviewSaysWhatTheImportDoesAndWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir, _ := oldRegistry(t, 150)
		im := importOf(s, dir)
		im.DryRun = true
		preview := run(t, im)
		is.Equal(t, "records", len(contents(t, s)), 0)
		is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
			senders, err := tx.SenderNames()
			is.Equal(t, "senders", len(senders), 0)
			return err
		}))
		if !strings.Contains(preview.String(), "Nothing was written") {
			t.Errorf("the preview does not say that it is one:\n%s", preview)
		}
		im.DryRun = false
		is.Equal(t, "outcomes", run(t, im).Outcomes, preview.Outcomes)
	})
}

// A preview in a registry that goes away fills it as an import does, and says that it is a preview.
func TestAPreviewInARegistryThatGoesAwaySaysWhatTheImportDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir, _ := oldRegistry(t, 150)
		im := importOf(storetest.Open(t, storetest.SQLite(t)), dir)
		im.DryRun, im.Passing = true, true
		preview := run(t, im)
		for _, word := range []string{"Nothing was written", "preview"} {
			if !strings.Contains(preview.String(), word) {
				t.Errorf("the preview does not say %q:\n%s", word, preview)
			}
		}
		if _, err := os.Stat(filepath.Join(preview.Folder, placedFile)); !os.IsNotExist(err) {
			t.Errorf("the preview tells numbers of records that nobody has: %v", err)
		}
		is.Equal(t, "outcomes", run(t, importOf(s, dir)).Outcomes, preview.Outcomes)
	})
}
