package web

import (
	"bytes"
	"context"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/role"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// unused is another number that was never given.
const unused = "0AAAAAAAAAAA2"

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

// inWords is what a page says, a PDF as poppler reads it: the letters of its font have
// numbers of their own.
func inWords(p page) string {
	text := readable(p)
	if !strings.HasPrefix(p.header.Get("Content-Type"), "application/pdf") {
		return text
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		panic("what PDFs say cannot be read: scripts/packages.sh says what to install")
	}
	read := exec.Command("pdftotext", "-", "-")
	read.Stdin = strings.NewReader(p.body)
	if out, err := read.Output(); err == nil {
		text += string(out)
	}
	return text
}

// TestMyCorrectionsNameNoRecordThatIsHiddenSince is about a note on a record that was joined to
// one of which its author may not know.
func TestMyCorrectionsNameNoRecordThatIsHiddenSince(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		b := w.as("one-vaccinator")
		open, hidden := w.cell(open_, another), w.cell(objected, another)
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
	w.hasNewOfEach()
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
		seeRosters: true, keepRosters: true, addHistory: true, takeOptOutsOf: true,
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
