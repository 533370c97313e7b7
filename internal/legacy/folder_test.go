package legacy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// twoMonths writes the births of two months of one folder, and imports.
func twoMonths(t *testing.T, s *store.Store) (january, february *Import) {
	t.Helper()
	dir := t.TempDir()
	month := func(name string, rows ...string) *Import {
		head := "certificate_no,last_name,first_name,birth_date,sex,mother_first"
		is.NoError(t, "write", os.WriteFile(filepath.Join(dir, name), []byte(head+"\r\n"+strings.Join(rows, "\r\n")+"\r\n"), 0o600))
		im := importOf(s, dir)
		im.Feed, im.Patients, im.Doses, im.Out = Births, filepath.Join(dir, name), "", ""
		return im
	}
	return month("jan.csv", "J1,Ash,Ada,2026-01-05,F,Ina"),
		month("feb.csv", "F1,Birch,Bo,2026-02-05,M,Una", "F2,Cedar,Cy,2026-02-06,M,Ola", "F3,Doe,Di,no day,F,Ida")
}

// What one file came to stays as it is, whatever else is imported from the same folder.
func TestTwoFilesOfOneFolderHaveAFolderEach(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		january, february := twoMonths(t, s)
		first := run(t, january).Folder
		placed, report := readFile(t, first, placedFile), readFile(t, first, reportFile)
		second := run(t, february)
		if second.Folder == first {
			t.Fatalf("both files are told of in %s", first)
		}
		is.Equal(t, "where", filepath.Dir(first), filepath.Join(filepath.Dir(january.Patients), "import-births"))
		is.Equal(t, "by the name of the file", strings.HasPrefix(filepath.Base(first), "jan-"), true)
		is.Equal(t, "february", strings.Count(readFile(t, second.Folder, placedFile), "\r\n"), 3)

		again := run(t, january)
		is.Equal(t, "folder", again.Folder, first)
		is.Equal(t, "placed", readFile(t, first, placedFile), placed)
		is.Equal(t, "notes", len(again.Notes), 0)
		is.Equal(t, "report", readFile(t, first, reportFile), report)
		january.DryRun = true
		if preview := run(t, january); preview.Folder == first || !strings.HasSuffix(preview.Folder, "-preview") {
			t.Errorf("the preview is in %s", preview.Folder)
		}
		is.Equal(t, "report after a preview", readFile(t, first, reportFile), report)

		other := *january
		other.DryRun, other.Store = false, storetest.Open(t, storetest.SQLite(t))
		other.Keeper = other.Keeper.Over(other.Store)
		is.Equal(t, "of another registry", run(t, &other).Folder, first+"-2")
		is.Equal(t, "placed", readFile(t, first, placedFile), placed)
	})
}

// A folder that is named is used as it is, as long as no other import has its report in it.
func TestAFolderThatIsNamedKeepsTheReportThatIsInIt(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	january, february := twoMonths(t, s)
	named := filepath.Join(t.TempDir(), "out")
	january.Out, february.Out, january.DryRun = named, named, true
	is.Equal(t, "preview", run(t, january).Folder, named)
	january.DryRun = false
	is.Equal(t, "after a preview", run(t, january).Folder, named)
	placed, report := readFile(t, named, placedFile), readFile(t, named, reportFile)
	is.Equal(t, "of another file", filepath.Dir(run(t, february).Folder), named)
	february.DryRun = true
	is.Equal(t, "its preview", filepath.Dir(run(t, february).Folder), named)
	is.Equal(t, "again", run(t, january).Folder, named)
	is.Equal(t, "placed", readFile(t, named, placedFile), placed)
	is.Equal(t, "report", readFile(t, named, reportFile), report)

	is.NoError(t, "take the owner away", os.Remove(filepath.Join(named, ownerFile))) // as versions before left it
	is.Equal(t, "of an import that did not say whose it is", filepath.Dir(run(t, january).Folder), named)
	is.Equal(t, "report", readFile(t, named, reportFile), report)
}
