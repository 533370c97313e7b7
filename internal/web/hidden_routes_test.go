package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/chart"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/role"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// inPath is a part of an address that stands for something.
var inPath = regexp.MustCompile(`\{([a-z.]+)\}`)

// unused is another number that was never given.
const unused = "0AAAAAAAAAAA2"

// ofAPerson are the addresses of one person, as methods with paths: every route of today that
// has the number of a record, and those of tomorrow. given says what stands in each part of
// the path but the number of the person, which stays.
func ofAPerson(given map[string]string) (out []string) {
	for _, rt := range routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		if !strings.HasPrefix(path, "/people/{number}") {
			continue
		}
		form := []string{given["form"]}
		if strings.Contains(path, "{form}") {
			form = []string{"objection", "withdrawal"}
		}
		for _, f := range form {
			out = append(out, method+" "+inPath.ReplaceAllStringFunc(path, func(part string) string {
				switch name := strings.Trim(part, "{}"); {
				case name == "number":
					return part
				case name == "form":
					return f
				case given[name] != "":
					return given[name]
				}
				return unused
			}))
		}
	}
	return out
}

// filled is a form that says enough for each of these pages.
var filled = url.Values{
	"reason": {"missing"}, "say": {"I looked for her and did not find the dose"}, "why": {"I looked for her and did not find it"}, "verdict": {"same"}, "answer": {"yes"}, "told": {"yes"},
	"confidential": {"yes"}, "day": {"1/2/2020"}, "how": {"fact-sheet"}, "language": {"eng"}, "asked": {"It should say 2020"}, "asker": {iis.AskedByParent},
	"signer": {"Mary Sedge"}, "relation": {"mother"}, "signed": {"1/2/2020"}, "agrees": {"yes"}, "to": {unused}, "number": {unused},
}

// withFile is a form with a file.
func withFile() (contentType, body string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.SetBoundary("0123456789abcdef0123456789abcdef") // it is one
	for _, name := range slices.Sorted(maps.Keys(filled)) {
		_ = m.WriteField(name, filled.Get(name)) // a buffer takes all
	}
	f, _ := m.CreateFormFile("evidence", "card.pdf")
	_, _ = f.Write([]byte("%PDF-1.4\n%%EOF\n"))
	_ = m.Close() // likewise
	return m.FormDataContentType(), b.String()
}

// answer is all that a browser is told: status, headers and body, but for the number that was
// asked for and what is another at each request.
func (b *browser) answer(method, path, number string, files bool) string {
	b.w.t.Helper()
	path = strings.ReplaceAll(path, "{number}", number)
	var p page
	switch {
	case method == http.MethodGet:
		p = b.get(path)
	case files:
		contentType, body := withFile()
		p = b.sendsRaw(path, contentType, body)
	default:
		p = b.do(method, path, filled)
	}
	var head []string
	for name, values := range p.header {
		if name != "Date" && name != "Content-Length" && name != "Location" {
			head = append(head, name+": "+strings.Join(values, "; "))
		}
	}
	slices.Sort(head)
	at := regexp.MustCompile(`found=\w+`).ReplaceAllString(strings.ReplaceAll(p.location(), number, "ASKED"), "found=")
	p.header.Del("Location") // said by at
	body := regexp.MustCompile(`(reference=|[Rr]eference[^<]*<[^>]*>)[A-Z2-7]{8}`).ReplaceAllString(alike(p, number), "$1REFERENCE")
	return fmt.Sprintf("%d\n%s\n%s\n%s", p.status, at, strings.Join(head, "\n"), body)
}

// sendsRaw posts a body as it is.
func (b *browser) sendsRaw(path, contentType, body string) page {
	b.w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.w.server.URL+path, strings.NewReader(body))
	is.NoError(b.w.t, "request", err)
	r.Header.Set("Content-Type", contentType)
	resp, err := b.Do(r)
	is.NoError(b.w.t, "do", err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	is.NoError(b.w.t, "read", err)
	return page{resp.StatusCode, resp.Header, string(text)}
}

// isNone fails the test where a number is answered otherwise than one that was never given.
func (b *browser) isNone(name, number string, given map[string]string) {
	b.w.t.Helper()
	for _, at := range ofAPerson(given) {
		method, path, _ := strings.Cut(at, " ")
		for _, files := range []bool{false, true} {
			if files && method == http.MethodGet {
				continue
			}
			is.Equal(b.w.t, name+": "+at, b.answer(method, path, number, files), b.answer(method, path, never, files))
		}
	}
}

// everything is what there may be of a person from every part of the program, by another site
// than that which looks: its numbers by what they stand for in an address.
func (w *sharingWorld) everything(c *cell) map[string]string {
	w.t.Helper()
	ctx := context.Background()
	is.NoError(w.t, "user", w.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.PutAccount(store.Account{Username: "eve", Name: "Eve Elm", Role: "access-administrator", Hash: "-", Sender: w.elm.ID}, w.Store.Now())
		return err
	}))
	var eve store.Account
	is.NoError(w.t, "user", w.Store.Read(ctx, func(tx *store.Tx) (err error) {
		eve, err = tx.Account("eve")
		return err
	}))
	staff := iis.Actor{Kind: "user", User: eve.ID, SeesAll: true, Site: w.elm.ID}
	teller := chart.Teller{Actor: staff, Name: "Eve Elm", Sender: w.elm.ID}
	_, err := w.Chart.Inform(ctx, teller, c.id, chart.Inform{Day: "1/2/2020", How: []string{"fact-sheet"}, Language: "eng"})
	is.NoError(w.t, "inform", err)
	is.NoError(w.t, "petition", w.Chart.Petition(ctx, staff, c.id, chart.Petition{
		Reason: "missing", Say: "Elmsaid", AskedFor: "Elmasked", Evidence: []chart.File{{Name: "Elmfile.pdf", Content: []byte("%PDF-1.4\nElmproof\n%%EOF\n")}},
	}))
	given := map[string]string{"kind": "condition", "other": w.cell(iis.SharingYes, own).id.Public()}
	is.NoError(w.t, "numbers", w.Store.Read(ctx, func(tx *store.Tx) error {
		informed, err := tx.InformedOf(c.id)
		if err != nil {
			return err
		}
		proofs, err := tx.Evidence(c.id)
		if err != nil {
			return err
		}
		f, err := tx.Folder(c.id)
		if err != nil {
			return err
		}
		given["entry"], given["evidence"], given["concern"] = informed[0].ID.Public(), proofs[0].ID.Public(), proofs[0].Concern.Public()
		given["source"], given["dose"] = f.Sources[0].Source.Public(), f.Consolidated[0].ID.Public()
		for _, choice := range f.Choices {
			given["submission"] = choice.Submission.Public()
		}
		return nil
	}))
	return given
}

// TestEveryAddressOfAHiddenRecordAnswersAsOfNone asks every route that has the number of a
// person, with all numbers of what is in the record guessed right, as every role from which
// the record is hidden: status, headers and body are those of a number that is none.
func TestEveryAddressOfAHiddenRecordAnswersAsOfNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newSharingWorld(t, s, "ma")
		hidden := w.cell(iis.SharingNo, another)
		given := w.everything(hidden)
		part := w.cell(iis.SharingNo, shared)
		theirs := w.everything(part)
		for _, r := range role.All() {
			w.learns("one-" + r.ID)
			b := w.as("one-" + r.ID)
			if mayIn(r, iis.SharingNo, another) != allOfIt {
				b.isNone(r.ID, hidden.id.Public(), given)
			}
			if mayIn(r, iis.SharingNo, shared) != ownPart {
				continue
			}
			// Of who sees a part, what another site did is as if it were not there.
			for _, path := range []string{"/evidence/{evidence}", "/signed/{submission}"} {
				at := func(id string) string { return "/people/" + part.id.Public() + inPath.ReplaceAllString(path, id) }
				id := theirs[inPath.FindStringSubmatch(path)[1]]
				is.Equal(t, r.ID+" guesses "+path, alike(b.get(at(id)), id), alike(b.get(at(never)), never))
			}
			for _, path := range []string{"", "/informed", "/sharing", "/log", "/log.pdf", "/record.pdf"} {
				said := inWords(b.get("/people/" + part.id.Public() + path))
				for _, word := range []string{"Elmsaid", "Elmasked", "Elmfile", "Elmproof", "Eve Elm", "Elm Square"} {
					if strings.Contains(said, word) {
						t.Errorf("%s reads %s at %q of a record of which they see a part", r.ID, word, path)
					}
				}
			}
			withdraw := "/people/" + part.id.Public() + "/informed/"
			if r.May("record health facts") {
				is.Equal(t, r.ID+" withdraws", alike(b.do(http.MethodPost, withdraw+theirs["entry"]+"/withdraw", filled), theirs["entry"]), alike(b.do(http.MethodPost, withdraw+never+"/withdraw", filled), never))
			}
		}
	})
}

// seals seals the former identity.
func (w *former) seals() {
	w.t.Helper()
	w.maySeal(access.Administrator)
	form := newIdentity(w.id.Public())
	for field, value := range map[string]string{"family": "Moorland", "given": "Sorrel", "street": "5 Fen Court", "telephone": "413 555 0177", "birth": "5/5/2020", "why": "An adoption."} {
		form.Set(field, value)
	}
	p := w.signedIn(access.Administrator).do(http.MethodPost, "/sealed", form)
	if !strings.HasPrefix(p.location(), "/sealed/") {
		w.t.Fatalf("not sealed: %d %s %s", p.status, p.location(), regexp.MustCompile(`Error:</strong> [^<]*`).FindString(p.body))
	}
}

// TestEveryAddressOfASealedIdentityAnswersAsOfNone asks the same of a former identity.
func TestEveryAddressOfASealedIdentityAnswersAsOfNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newFormer(t, s)
		w.lives()
		w.seals()
		given := map[string]string{"kind": "condition", "other": w.words[0].Public()}
		for _, u := range w.users {
			for _, n := range w.numbers {
				w.signedIn(u).isNone(u, n, given)
			}
		}
	})
}

// TestMyCorrectionsNameNoRecordThatIsHiddenSince is about a note on a record that was joined to
// one of which its author may not know.
func TestMyCorrectionsNameNoRecordThatIsHiddenSince(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newSharingWorld(t, s, "ma")
		w.learns("one-vaccinator")
		b := w.as("one-vaccinator")
		open, hidden := w.cell(iis.SharingYes, another), w.cell(iis.SharingNo, another)
		is.Equal(t, "a note", b.do(http.MethodPost, "/people/"+open.id.Public()+"/concern", url.Values{"reason": {"missing"}, "say": {"A dose"}}).status, http.StatusSeeOther)
		b.get("/help/corrections").want(t, "/people/"+open.id.Public())
		_, err := w.keeper.Merge(context.Background(), hidden.id, open.id, iis.Actor{Kind: "command"}, "one child")
		is.NoError(t, "merge", err)
		p := b.get("/help/corrections")
		p.want(t, "A record that you may not open any more", "A dose is missing")
		for _, n := range []string{open.id.Public(), hidden.id.Public()} {
			if strings.Contains(p.body, n) {
				t.Errorf("the list names %s", n)
			}
		}
	})
}

// TestLookingAsARoleAsksForNoCourseOfThatRole is about an administrator, of whom no course is
// required, who looks at pages as a role that has to complete one.
func TestLookingAsARoleAsksForNoCourseOfThatRole(t *testing.T) {
	w := open(t)
	w.inMassachusetts()
	w.hasOneOfEach()
	admin := w.as("one-administrator")
	is.Equal(t, "begin", admin.post("/viewing", "role", access.Clinic, "facility", "OAK").location(), "/")
	is.Equal(t, "not what the role has to learn", admin.get("/people/newest").status, http.StatusOK)
	is.Equal(t, "they can end it", admin.post("/viewing/end").location(), "/")
}

// TestWhoNamesAnyPersonSeesEverybody is about addresses and lists that ask nobody's sharing: a
// role that may use them sees everyone's anyway.
func TestWhoNamesAnyPersonSeesEverybody(t *testing.T) {
	asks := map[permission]bool{
		findPeople: true, openRecords: true, raiseConcerns: true, recordHealth: true, flagSame: true, decideIdentity: true, decideDoses: true, changeSharing: true, breakGlass: true,
	}
	for _, rt := range routes() {
		names := strings.Contains(rt.pattern, "/people/{number}") || strings.Contains(rt.pattern, "/person/{number}") || strings.Contains(rt.pattern, "/watched/{number}") ||
			slices.Contains([]permission{settleConcerns, keepNotices, takeOptOuts, searchAudit, reviewAlerts, placeDeaths, sealIdentities}, rt.may)
		if !names || asks[rt.may] {
			continue
		}
		for _, r := range role.All() {
			if r.May(role.Permission(rt.may)) && !r.Everyone {
				t.Errorf("%s lets in %s, who does not see everyone's, and asks nobody's sharing", rt.pattern, r.ID)
			}
		}
	}
}
