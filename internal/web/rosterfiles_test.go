package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
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
	first, err := desk.Look(ctx, by, f, st)
	is.NoError(t, "look", err)
	elsewhere := roster.New(w.Store, w.keeper) // which finds the file without who was cut
	f, err = elsewhere.OpenFile(ctx, by, school, file)
	is.NoError(t, "open again", err)
	anew := elsewhere.Stage(by, f)
	anew.Wait(stagingWaits)
	again, err := elsewhere.Look(ctx, by, f, anew)
	is.NoError(t, "look again", err)
	for _, line := range []int{2, 4, 6} {
		for name, seen := range map[string][]roster.Staged{"at first": first.Rows, "again": again.Rows} {
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

// Who is shown as found by a row, or as absent, is so in the log: each look, for whoever looks.
func TestEachPersonWhomAStagedRosterShowsIsInTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse, admin := w.rosteredAs("school-nurse", "FERN"), w.as("one-administrator")
		fresh, absent, hidden := w.cell(open_, another), w.cell(open_, own), w.cell(objected, another)
		w.rostered(school, absent.id)
		p := nurse.uploadRoster(school, rosterHead+fresh.ofRoster("1", "2")+hidden.ofRoster("2", "2"))
		for i, b := range []*browser{nurse, admin} {
			if i > 0 {
				b.get(p.location())
			}
			is.Equal(t, "lines of who was found by a row", w.linesOf(fresh.id, "find by a row of a roster file"), i+1)
			is.Equal(t, "lines of who is absent", w.linesOf(absent.id, "list a roster"), i+1)
			is.Equal(t, "lines of who is hidden", w.linesOf(hidden.id, "find by a row of a roster file"), 0)
		}
	})
}

// linesOf is how many lines of an act the audit has of a person.
func (w *registry) linesOf(id iis.PersonID, act string) (n int) {
	w.t.Helper()
	lines, err := w.Store.AccessLog(context.Background(), id, 1000)
	is.NoError(w.t, "log", err)
	for _, l := range lines {
		if l.Act == act {
			n++
		}
	}
	return n
}

// Two rows that mean somebody who objects afterwards are both as of nobody.
func TestThatTwoRowsMeanOnePersonIsNotToldOfWhoIsHidden(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse, who := w.rosteredAs("school-nurse", "FERN"), w.cell(open_, another)
		p := nurse.uploadRoster(school, rosterHead+who.ofRoster("1", "2")+who.ofRoster("1", "2"))
		p.want(t, "Not unique</dt><dd>1")
		w.objects(who)
		again := nurse.get(p.location())
		again.want(t, "Not found</dt><dd>2")
		again.lacks(t, "Not unique</dt>", "the same person")
	})
}

// Rows that mean somebody by the school's own number alone go with the record: of who opts out
// they are cut out of the file, and the file is sealed with who is sealed.
func TestRowsByASchoolsOwnNumberGoWithTheirPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "mn")
		ctx, desk, by := context.Background(), w.doors.Rosters, iis.Actor{Kind: "user", User: 1, SeesAll: true}
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		admin := w.as("one-administrator")
		leaver, adopted := w.cell(open_, another), w.cell(open_, own)
		row := func(own string, c *cell, given string) string {
			return own + ",Quillhaven," + given + "," + c.born[:4] + "-" + c.born[4:6] + "-" + c.born[6:] + ",3\n"
		}
		const head, other = "Student ID,Last name,First name,DOB,Grade\n", "70001,Marshwren,Otto,2014-02-03,3\n70002,Quillhaven,Bert,2014-02-03,3\n"
		kept := map[string]iis.FileID{}
		for _, c := range []*cell{leaver, adopted} {
			e := w.rostered(school, c.id)
			old := head + row(e.Own, c, "Oldspelt") + "70001,Quillhaven,Namesake,2014-02-03,3\n"
			is.NoError(t, "another number", desk.Change(ctx, by, school, c.id, "88"+e.Own, "4"))
			now := head + row("88"+e.Own, c, "Newspelt") + "88" + e.Own + ",,,,3\n" + other
			for name, text := range map[string]string{"old": old, "new": now} {
				id, err := desk.KeepFile(ctx, by, school, name+".csv", []byte(text))
				is.NoError(t, "keep", err)
				kept[name+c.given] = id
			}
		}
		w.isClosed(leaver)
		erased := admin.do(http.MethodPost, "/opt-outs/"+leaver.numbers["opt-outs/{request}"]+"/erase", nil)
		is.Equal(t, "erased", erased.status, http.StatusSeeOther)
		w.maySeal("one-administrator")
		sealing := admin.do(http.MethodPost, "/sealed", newIdentity(adopted.id.Public()))
		is.Equal(t, "sealed", strings.HasPrefix(sealing.location(), "/sealed/"), true)
		is.NoError(t, "files", w.Store.Read(ctx, func(tx *store.Tx) error {
			for name, want := range map[string]string{"old": head + "\n70001,Quillhaven,Namesake,2014-02-03,3\n", "new": head + "\n\n" + other} {
				left, err := tx.FileContent(kept[name+leaver.given])
				if err != nil {
					return err
				}
				is.Equal(t, "what is left of the "+name+" file", string(left), want)
			}
			files, err := tx.RosterFiles(school, 10)
			is.Equal(t, "files of who is sealed are listed", slices.ContainsFunc(files, func(f iis.File) bool {
				return f.ID == kept["old"+adopted.given] || f.ID == kept["new"+adopted.given]
			}), false)
			return err
		}))
	})
}

// An entry goes with the source by which somebody was put on the roster; where both records say
// it, it opens neither until the school says whom it means.
func TestAnEntryGoesWithTheSourceByWhichItWasMade(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		ctx, by := context.Background(), iis.Actor{Kind: "command"}
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse := w.rosteredAs("school-nurse", "FERN")
		kept, gone := w.cell(open_, own), w.cell(open_, another)
		opens := func() []bool {
			return []bool{nurse.get("/people/"+kept.id.Public()).status == http.StatusOK, nurse.get("/people/"+gone.id.Public()).status == http.StatusOK}
		}
		merge := func() iis.DecisionID {
			d, err := w.keeper.Merge(ctx, kept.id, gone.id, by, "one child")
			is.NoError(t, "merge", err)
			return d
		}
		d := merge()
		if w.folderOf(kept).Golden.LegalName().Given == kept.given { // the record says who the other one is
			_, err := w.keeper.Undo(ctx, d, by, "the other way")
			is.NoError(t, "undo", err)
			kept, gone = gone, kept
			d = merge()
		}
		w.putsOn(nurse, school, gone, "S77")
		is.Equal(t, "joined", opens()[0], true)
		_, err := w.keeper.Undo(ctx, d, by, "two children")
		is.NoError(t, "undo", err)
		is.Equal(t, "it was put there as the second", opens(), []bool{false, true})
		nurse.get(rosterAddress(school)).want(t, "1 student", gone.given)

		// Once more, and as if both had said that name.
		is.NoError(t, "end", w.doors.Rosters.End(ctx, iis.Actor{Kind: "user", User: 1, SeesAll: true}, school, gone.id, "", ""))
		d = merge()
		is.NoError(t, "on the roster", s.Write(ctx, func(tx *store.Tx) error {
			f, err := tx.Folder(kept.id)
			if err != nil {
				return err
			}
			at := s.Now()
			e := iis.RosterEntry{Person: f.ID, ID: iis.RosterID(s.NewID()), Site: school, Own: "S78", Since: cal.On(at), Added: at, Changed: at}
			for i := range f.Sources {
				e.Sources = append(e.Sources, f.Sources[i].Source)
			}
			return tx.AddRosterEntries(e)
		}))
		_, err = w.keeper.Undo(ctx, d, by, "two children")
		is.NoError(t, "undo again", err)
		is.Equal(t, "it opens neither", opens(), []bool{false, false})
		list := nurse.get(rosterAddress(school))
		list.want(t, "Look at these again", "S78", "0 students")
		list.lacks(t, kept.given, gone.given)
		csv := nurse.get(rosterAddress(school) + "/roster.csv")
		csv.lacks(t, "S78", kept.given, gone.given)
		isNoneTo(t, "parted", nurse, school, gone.id)
		entry := regexp.MustCompile(`/unsure/(\w{13})`).FindStringSubmatch(list.body)
		is.Equal(t, "an entry", len(entry), 2)
		is.Equal(t, "another school ends nothing", w.rosteredAs("school-nurse", "PINE").do(http.MethodPost, rosterAddress(school)+entry[0], nil).status, http.StatusNotFound)
		is.Equal(t, "ended", nurse.do(http.MethodPost, rosterAddress(school)+entry[0], nil).location(), rosterAddress(school)+"?done=ended")
		nurse.get(rosterAddress(school)).lacks(t, "Look at these again")
	})
}

// folderOf is the record of a person.
func (w *matrix) folderOf(c *cell) (f *store.Folder) {
	w.t.Helper()
	is.NoError(w.t, "record", w.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
		f, err = tx.Folder(c.id)
		return err
	}))
	return f
}

// putsOn has a nurse put somebody on the roster by name and birth date.
func (w *matrix) putsOn(nurse *browser, school iis.OrganizationID, c *cell, own string) {
	w.t.Helper()
	added := nurse.do(http.MethodPost, rosterAddress(school)+"/add", url.Values{
		"step": {"add"}, "family": {"Quillhaven"}, "given": {c.given}, "birth": {c.born[4:6] + "/" + c.born[6:] + "/" + c.born[:4]}, "own": {own},
	})
	is.Equal(w.t, "put on the roster", added.location(), rosterAddress(school)+"?done=added")
}
