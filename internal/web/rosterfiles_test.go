package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/roster"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// rosterHead and ofRoster are the column names and a row of a roster file.
const rosterHead = "Student ID,Last name,First name,DOB,Grade,Street,City,State,ZIP,Phone\n"

func (c *cell) ofRoster(own, place string) string {
	return own + ",Quillhaven," + c.given + "," + c.born[:4] + "-" + c.born[4:6] + "-" + c.born[6:] + "," + place + ",5 Larch Way,Salem,MA,01970,978-555-0188\n"
}

// isOn reports that a person is on a roster.
func (w *registry) isOn(site iis.OrganizationID, id iis.PersonID) (on bool) {
	w.t.Helper()
	is.NoError(w.t, "on it", w.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
		on, err = tx.OnRoster(site, id)
		return err
	}))
	return on
}

// lacks requires that a page does not say something.
func (p page) lacks(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Errorf("the page says %q:\n%s", text, p.body)
		}
	}
}

// What a file means is the same for an administrator, who sees more, as for the site.
func TestARosterFileIsJudgedAsItsSiteSeesWhoeverLooksFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse, admin := w.rosteredAs("school-nurse", "FERN"), w.as("one-administrator")
		inFile, absent := w.cell(objected, another), w.cell(objected, own)
		w.rostered(school, inFile.id)
		w.rostered(school, absent.id)
		p := admin.uploadRoster(school, rosterHead+inFile.ofRoster("1", "2"))
		p.want(t, "Not found</dt><dd>1")
		p.lacks(t, "New on the roster", "On it already", "Moved, or", "On the roster, not in the file", absent.given)
		is.Equal(t, "one answer for both", nurse.get(p.location()).status, http.StatusOK)
		done := admin.do(http.MethodPost, p.location(), url.Values{"ends": {"yes"}})
		is.Equal(t, "taken over", done.status, http.StatusSeeOther)
		is.Equal(t, "who is hidden is not ended", w.isOn(school, absent.id), true)
		nurse.get(p.location()).want(t, "Not found</dt><dd>1")
	})
}

// Who objects after a file was looked at is neither shown nor ended.
func TestWhoIsHiddenAfterARosterFileWasLookedAtIsNobody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse := w.rosteredAs("school-nurse", "FERN")
		inFile, absent := w.cell(open_, another), w.cell(open_, own)
		w.rostered(school, absent.id)
		p := nurse.uploadRoster(school, rosterHead+inFile.ofRoster("1", "2"))
		p.want(t, "New on the roster</dt><dd>1", "On the roster, not in the file</dt><dd>1", absent.given)
		w.objects(inFile)
		w.objects(absent)
		again := nurse.get(p.location())
		again.want(t, "Not found</dt><dd>1")
		again.lacks(t, "New on the roster", "On the roster, not in the file", absent.given)
		nurse.do(http.MethodPost, p.location(), url.Values{"ends": {"yes"}})
		is.Equal(t, "neither ended nor put on it", []bool{w.isOn(school, absent.id), w.isOn(school, inFile.id)}, []bool{true, false})
	})
}

// What was cut out of a file meanwhile stays out of it, and no answer tells who opted out.
func TestARosterFileKeepsNothingOfWhoOptedOutAndTellsNobody(t *testing.T) {
	w := open(t)
	school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
	admin := w.signedIn("administrator")
	nurse := w.rosteredAs("school-nurse", "FERN")
	is.Equal(t, "opted out", admin.optsOut("Fern") != "", true)
	id := w.send("Marsh")
	own := w.rostered(school, id).Own
	ctx, desk, by := context.Background(), w.doors.Rosters, iis.Actor{Kind: "user", User: 1, SeesAll: true}
	raw := "Student ID,Last name,First name,DOB,Grade,Phone\n" +
		"71,Fern,Thistle,2024-03-04,2,218-555-0166\n" +
		"72,Erasedchild,Otto,2019-01-02,2,\n" +
		"73,Nobody,Atall,2019-01-02,2,\n" +
		own + ",Marsh,Juniper,2023-04-05,3,\n" +
		"75,Fern,Thistle,2024-03-04,A grade that is longer than any,218-555-0166\n"
	file, err := desk.KeepFile(ctx, by, school, "roster.csv", []byte(raw))
	is.NoError(t, "keep", err)
	f, err := desk.OpenFile(ctx, by, school, file)
	is.NoError(t, "open", err)
	is.NoError(t, "another erases a row", w.Store.Write(ctx, func(tx *store.Tx) error { return tx.CutFile(file, flat.Without([]byte(raw), []int{3}), []int{3}) }))
	st := desk.Stage(by, f)
	st.Wait(stagingWaits)
	is.NoError(t, "looked at", st.Err)
	is.Equal(t, "lines of who opted out", st.Cut, []int{2, 6})
	is.NoError(t, "read", w.Store.Read(ctx, func(tx *store.Tx) error {
		left, err := tx.FileContent(file)
		for _, gone := range []string{"Fern", "Erasedchild"} {
			is.Equal(t, gone+" is in the file", strings.Contains(string(left), gone), false)
		}
		return err
	}))
	rows, _, err := desk.Look(ctx, by, f, st)
	is.NoError(t, "look", err)
	elsewhere := roster.New(w.Store, w.keeper) // which finds the file without who was cut
	f, err = elsewhere.OpenFile(ctx, by, school, file)
	is.NoError(t, "open again", err)
	anew := elsewhere.Stage(by, f)
	anew.Wait(stagingWaits)
	again, _, err := elsewhere.Look(ctx, by, f, anew)
	is.NoError(t, "look again", err)
	for _, line := range []int{2, 4, 6} {
		for name, seen := range map[string][]roster.Staged{"at first": rows, "again": again} {
			at := slices.IndexFunc(seen, func(r roster.Staged) bool { return r.Line == line })
			is.Equal(t, name+" there is the line", at >= 0, true)
			is.Equal(t, name+" it tells", seen[at].Name+seen[at].Own+seen[at].Birth+seen[at].Place+string(seen[at].Result), string(iis.RowNobody))
		}
	}
	is.NoError(t, "take over", elsewhere.Accept(ctx, by, f, roster.Acceptance{}))
	csv := nurse.get(rosterFileAddress(school, file) + "/results.csv")
	csv.want(t, "2,,,,,Not found,\n", "4,,,,,Not found,\n", "6,,,,,Not found,\n", "Marsh, Juniper")
}

// A row that is refused for its grade changes nothing, and its child has not left.
func TestARefusedRowDoesNotEndTheEntryOfItsChild(t *testing.T) {
	w := open(t)
	school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
	nurse := w.rosteredAs("school-nurse", "FERN")
	id := w.send("Marsh")
	e := w.rostered(school, id)
	for name, row := range map[string]string{
		"a grade too long":   e.Own + ",Marsh,Juniper,2023-04-05,A grade that is longer than any\n",
		"without birth date": e.Own + ",Marsh,Juniper,,3\n",
	} {
		p := nurse.uploadRoster(school, "Student ID,Last name,First name,DOB,Grade\n"+row)
		p.want(t, "Invalid</dt><dd>1")
		p.lacks(t, "On the roster, not in the file")
		nurse.do(http.MethodPost, p.location(), url.Values{"ends": {"yes"}})
		is.Equal(t, name+": is on it", w.isOn(school, id), true)
	}
	other := nurse.uploadRoster(school, "Student ID,Last name,First name,DOB,Grade\n"+e.Own+",Other,Child,2020-01-05,A grade that is longer than any\n")
	other.want(t, "On the roster, not in the file</dt><dd>1") // the number is another child's now
}
