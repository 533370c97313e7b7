package web

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// doorsTo are the pages of a person that somebody who guesses the number would try.
var doorsTo = []string{"", "/record.pdf", "/log", "/log.pdf", "/sharing", "/concern", "/same", "/glass", "/informed", "/facts/condition"}

// isNone requires that a nurse is answered of a person as of a number that is none, by every
// page, form and roster.
func isNoneTo(t *testing.T, name string, b *browser, site iis.OrganizationID, id iis.PersonID) {
	t.Helper()
	n := id.Public()
	for _, suffix := range doorsTo {
		is.Equal(t, name+" opens "+suffix, alike(b.get("/people/"+n+suffix), n), alike(b.get("/people/"+never+suffix), never))
	}
	form := url.Values{"reason": {"missing"}, "say": {"I looked"}, "answer": {"yes"}, "told": {"yes"}, "until": {""}, "place": {"4"}}
	for _, suffix := range []string{"/concern", "/sharing"} {
		is.Equal(t, name+" posts to "+suffix, alike(b.do(http.MethodPost, "/people/"+n+suffix, form), n), alike(b.do(http.MethodPost, "/people/"+never+suffix, form), never))
	}
	at := rosterAddress(site) + "/people/"
	for _, suffix := range []string{"/change", "/end"} {
		is.Equal(t, name+" posts to the entry"+suffix, alike(b.do(http.MethodPost, at+n+suffix, form), n), alike(b.do(http.MethodPost, at+never+suffix, form), never))
	}
	is.Equal(t, name+" opens the entry", alike(b.get(at+n), n), alike(b.get(at+never), never))
	if list := b.get(rosterAddress(site)); strings.Contains(list.body, n) {
		t.Errorf("%s sees the number in the list", name)
	}
	if file := b.get(rosterAddress(site) + "/roster.csv"); strings.Contains(file.body, n) {
		t.Errorf("%s sees the number in the file", name)
	}
}

// A nurse sees of whom is on the roster what sharing lets a site see that reported nothing,
// and of all others nothing.
func TestANurseReachesNobodyButWhoIsOnTheRoster(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school, other := w.rosterSite("FERN", "Fern School", iis.KindSchool), w.rosterSite("LARCH", "Larch School", iis.KindSchool)
		nurse := w.rosteredAs("school-nurse", "FERN")
		is.Equal(t, "home leads on", nurse.get("/").location(), "/rosters")
		is.Equal(t, "to the roster", nurse.get("/rosters").location(), rosterAddress(school))
		is.Equal(t, "another school's", alike(nurse.get(rosterAddress(other)), other.Public()), alike(nurse.get(rosterAddress(iis.OrganizationID(77))), iis.OrganizationID(77).Public()))
		is.Equal(t, "no free search", nurse.do(http.MethodPost, "/people/find", url.Values{"q": {"Quillhaven"}}).status, http.StatusForbidden)
		cells := slices.DeleteFunc(slices.Clone(w.cells), func(c *cell) bool { return c.standing == sealed })
		for _, c := range cells {
			isNoneTo(t, "off the roster, "+c.name(), nurse, school, c.id)
		}
		for _, c := range cells {
			w.rostered(other, c.id)
		}
		isNoneTo(t, "on another's roster", nurse, school, w.cell(open_, another).id)
		for _, c := range cells {
			w.rostered(school, c.id)
		}
		list := nurse.get(rosterAddress(school))
		list.want(t, "8 students") // of six it is not shared
		for _, c := range cells {
			p := nurse.get("/people/" + c.id.Public())
			switch c.sharing {
			case iis.SharingYes:
				is.Equal(t, "open: "+c.given, p.status, http.StatusOK)
				is.Equal(t, "no empty table of sources", strings.Contains(p.body, "Where it comes from"), false)
				list.want(t, "Quillhaven, "+c.given)
			case iis.SharingUnknown:
				is.Equal(t, "unknown: "+c.given, p.status, http.StatusForbidden)
				if strings.Contains(p.body, "Record the answer") || strings.Contains(p.body, "LOT") {
					t.Errorf("a nurse is asked about sharing, or reads more than the name: %s", p.body)
				}
				answer := nurse.do(http.MethodPost, "/people/"+c.id.Public()+"/sharing", url.Values{"answer": {"yes"}, "told": {"yes"}})
				is.Equal(t, "a nurse answers nothing", answer.status, http.StatusForbidden)
			case iis.SharingNo:
				isNoneTo(t, "objected", nurse, school, c.id)
			}
		}
		plain := w.rosteredAs("child-care", "LARCH")
		is.Equal(t, "child care at a school is held to its roster too", plain.get("/people/"+w.cell(open_, own).id.Public()).status, http.StatusOK)
	})
}

// An entry that has ended opens nothing; one follows its person through a merge and back.
func TestAnEntryEndsAndFollowsItsPerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse := w.rosteredAs("school-nurse", "FERN")
		a, b := w.cell(open_, own), w.cell(open_, another)
		w.rostered(school, a.id)
		by := iis.Actor{Kind: "command"}
		d, err := w.keeper.Merge(context.Background(), a.id, b.id, by, "one child")
		is.NoError(t, "merge", err)
		opens := func(c *cell) bool {
			p := nurse.get("/people/" + c.id.Public())
			return p.status == http.StatusOK || p.location() != "" && nurse.get(p.location()).status == http.StatusOK
		}
		is.Equal(t, "joined", []bool{opens(a), opens(b)}, []bool{true, true})
		_, err = w.keeper.Undo(context.Background(), d, by, "two children")
		is.NoError(t, "undo", err)
		is.Equal(t, "parted", []bool{opens(a), opens(b)}, []bool{true, false})
		p := nurse.do(http.MethodPost, rosterAddress(school)+"/people/"+a.id.Public()+"/end", url.Values{"until": {""}, "why": {"moved away"}})
		is.Equal(t, "ended", p.location(), rosterAddress(school)+"?done=ended")
		isNoneTo(t, "ended", nurse, school, a.id)
	})
}

// Who is put on a roster is found by the whole name and birth date, and by nothing less.
func TestSomebodyIsPutOnARosterByAnExactSearchAlone(t *testing.T) {
	w := open(t)
	school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
	nurse := w.rosteredAs("school-nurse", "FERN")
	id := w.send("Marsh")
	at := rosterAddress(school) + "/add"
	look := func(family, given, birth, number string) page {
		return nurse.do(http.MethodPost, at, url.Values{"step": {"find"}, "family": {family}, "given": {given}, "birth": {birth}, "registry": {number}})
	}
	none := look("Nobody", "Atall", "4/5/2023", "")
	is.Equal(t, "nobody", none.status, http.StatusBadRequest)
	none.want(t, "Nobody is found by exactly this.")
	for name, p := range map[string]page{
		"a beginning": look("Mar", "Juniper", "4/5/2023", ""), "another day": look("Marsh", "Juniper", "4/6/2023", ""),
		"a number with another day": look("", "", "4/6/2023", id.Public()), "a nickname": look("Marsh", "June", "4/5/2023", ""),
	} {
		p.want(t, "Nobody is found by exactly this.")
		if strings.Contains(p.body, id.Public()) && name != "a number with another day" {
			t.Errorf("%s shows somebody", name)
		}
	}
	look("marsh", "JUNIPER", "2023-04-05", "").want(t, "One person is found", "Marsh, Juniper")
	look("", "", "4/5/2023", id.Public()).want(t, "One person is found")
	added := nurse.do(http.MethodPost, at, url.Values{"step": {"add"}, "family": {"Marsh"}, "given": {"Juniper"}, "birth": {"4/5/2023"}, "place": {"kindergarten"}, "own": {"S1"}})
	is.Equal(t, "added", added.location(), rosterAddress(school)+"?done=added")
	nurse.get(added.location()).want(t, "Marsh, Juniper", "1 student", ">S1<", "K (1)", "The person is on the roster.")
	nurse.get("/people/"+id.Public()).want(t, "Marsh", "Something looks wrong")
	look("Marsh", "Juniper", "4/5/2023", "").want(t, "on your roster already")
	if p := nurse.get("/people/" + id.Public() + "/log"); strings.Contains(p.body, "Oak") {
		t.Errorf("a nurse reads what others did: %s", p.body)
	}
	// A twin entry of the same name and day: nobody is shown any more.
	w.Takes(w.oak, "PID|1||A2^^^X^MR||Marsh^Juniper||20230405|M|||8 Elm Way^^Salem^MA^01970^USA^H")
	is.NoError(t, "end", w.doors.Rosters.End(context.Background(), iis.Actor{Kind: "user", User: 1, SeesAll: true}, school, id, "", ""))
	look("Marsh", "Juniper", "4/5/2023", "").want(t, "Nobody is found by exactly this.")
	year := nurse.get(rosterAddress(school) + "/year")
	year.want(t, "Nobody on the roster is in a grade.")
}

// upload uploads a roster, and shows what would become of it.
func (b *browser) uploadRoster(site iis.OrganizationID, rows string) page {
	b.w.t.Helper()
	return b.uploadRosterAt(rosterAddress(site), rows)
}

// uploadRosterAt is uploadRoster of the roster at an address.
func (b *browser) uploadRosterAt(roster, rows string) page {
	b.w.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	f, _ := m.CreateFormFile("file", "roster.csv") // a buffer takes all
	_, _ = f.Write([]byte(rows))
	_ = m.Close() // likewise
	req, err := http.NewRequest(http.MethodPost, b.w.server.URL+roster+"/files", &body)
	is.NoError(b.w.t, "request", err)
	req.Header.Set("Content-Type", m.FormDataContentType())
	resp, err := b.Do(req)
	is.NoError(b.w.t, "upload", err)
	defer resp.Body.Close()
	at := resp.Header.Get("Location")
	p := b.get(at)
	p.header.Set("Location", at)
	return p
}

// A roster that is uploaded puts nobody on it but whom a row means for certain, and tells
// nothing of others.
func TestAFilePutsOnTheRosterWhomItMeansForCertain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse := w.rosteredAs("school-nurse", "FERN")
		yes, no, gone := w.cell(open_, another), w.cell(objected, another), w.cell(open_, own)
		w.rostered(school, gone.id)
		day := func(c *cell) string { return c.born[:4] + "-" + c.born[4:6] + "-" + c.born[6:] }
		rows := "Student ID,Last name,First name,DOB,Grade,Street,City,State,ZIP,Phone\n" +
			"1,Quillhaven," + yes.given + "," + day(yes) + ",2,5 Larch Way,Salem,MA,01970,978-555-0188\n" +
			"2,Quillhaven," + no.given + "," + day(no) + ",2,5 Larch Way,Salem,MA,01970,978-555-0188\n" +
			"3,Quillhaven," + w.cell(open_, shared).given + "," + day(w.cell(open_, shared)) + ",2,,,,,\n" +
			"4,Quillhaven," + yes.given + "," + day(yes) + ",2,5 Larch Way,Salem,MA,01970,978-555-0188\n" +
			"5,Quillhaven,,2015-01-01,2,,,,,\n"
		p := nurse.uploadRoster(school, rows)
		p.want(t, "New on the roster</dt><dd>1", "Not found</dt><dd>2", "Not unique</dt><dd>1", "Invalid</dt><dd>1", "On the roster, not in the file</dt><dd>1", "the same person as line 2")
		done := nurse.do(http.MethodPost, p.location(), url.Values{"ends": {"yes"}, "until": {cal.On(w.Store.Now()).String()}})
		is.Equal(t, "taken over", done.status, http.StatusSeeOther)
		nurse.get(p.location()).want(t, "Every row was answered", "New on the roster</dt><dd>1", "Not found</dt><dd>2")
		nurse.get(rosterAddress(school)).want(t, "1 student", "Quillhaven, "+yes.given)
		isNoneTo(t, "not in the file", nurse, school, gone.id)
		isNoneTo(t, "objected, in the file", nurse, school, no.id)
		csv := nurse.get(p.location() + "/results.csv").body
		is.Equal(t, "answers", strings.Count(csv, "\n"), 6)
		is.Equal(t, "with their numbers", strings.Contains(csv, "2,1,\"Quillhaven, "+yes.given+"\""), true)
		again := nurse.uploadRoster(school, "Student ID,Last name,First name,DOB,Grade\n1,Quillhaven,"+yes.given+","+day(yes)+",3\n")
		again.want(t, "Moved, or another number</dt><dd>1", "It was 2.")
		other := w.rosterSite("LARCH", "Larch School", iis.KindSchool)
		w.rostered(other, yes.id)
		stranger := w.rosteredAs("school-nurse", "LARCH")
		number := again.location()[strings.LastIndex(again.location(), "/")+1:]
		for _, at := range []string{again.location(), rosterAddress(other) + "/files/" + number, "/files/" + number} {
			if p := stranger.get(at); p.status != http.StatusNotFound && p.status != http.StatusForbidden {
				t.Errorf("another school opens %s: %d", at, p.status)
			}
		}
		is.Equal(t, "an administrator does not store it as vaccinations", w.as("one-administrator").get("/files/"+number).status, http.StatusNotFound)
	})
}

// TestASignedFormOfAnotherSiteIsNotForWhoeverIsHeldToARoster: what was objected once is not in the history
// that they see, and neither is the form by its number.
func TestASignedFormOfAnotherSiteIsNotForWhoeverIsHeldToARoster(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		c := w.cell(open_, another)
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		w.rostered(school, c.id)
		w.chooses(w.elm, c.id, iis.Objects)
		w.chooses(w.elm, c.id, iis.Withdraws)
		page := personAddress(c.id) + "/sharing"
		forms := signedLink.FindAllString(w.looks("one-administrator").get(page).body, -1)
		is.Equal(t, "forms", len(forms), 2)
		nurse := w.rosteredAs("school-nurse", "FERN")
		nurse.get(page).want(t, "Yes")
		is.Equal(t, "in the history", signedLink.FindString(nurse.get(page).body), "")
		for _, form := range forms {
			is.Equal(t, "by its number", nurse.get(form).status, http.StatusNotFound)
			is.Equal(t, "as one that is none", alike(nurse.get(form), form[len(form)-13:]), alike(nurse.get(personAddress(c.id)+"/signed/"+never), never))
		}
		is.Equal(t, "the clinic that sees the record", strings.Contains(w.looks("one-clinic-staff").get(page).body, forms[0]), true)
	})
}
