package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
)

// formOn is the tag of the form of a page that is sent to an address.
func (b *browser) formOn(at, action string) string {
	b.w.t.Helper()
	shown := b.get(at)
	tag := regexp.MustCompile(`<form [^>]*action="` + regexp.QuoteMeta(action) + `"[^>]*>`).FindString(shown.body)
	if tag == "" {
		b.w.t.Fatalf("%s has no form for %s: %s", at, action, shown.body)
	}
	return tag
}

// sendsBy sends a form as a browser does: by the way that its tag names, and where that takes
// files, with one in a field.
func (b *browser) sendsBy(tag, action string, fields url.Values, file string) page {
	b.w.t.Helper()
	if !strings.Contains(tag, `enctype="multipart/form-data"`) {
		return b.do(http.MethodPost, action, fields)
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, v := range values {
			is.NoError(b.w.t, "field", m.WriteField(name, v))
		}
	}
	f, err := m.CreateFormFile(file, "card.pdf")
	is.NoError(b.w.t, "file", err)
	_, err = f.Write([]byte("%PDF-1.4\n%%EOF\n"))
	is.NoError(b.w.t, "file", err)
	is.NoError(b.w.t, "form", m.Close())
	return b.sendsRaw(action, m.FormDataContentType(), body.String())
}

// keptAt is where a form can be read that an answer says was kept.
func keptAt(t *testing.T, p page) string {
	t.Helper()
	to := p.location()
	kept := regexp.MustCompile(`/kept/[A-Z2-7]{26}`).FindString(strings.ReplaceAll(to, "%2F", "/"))
	if !strings.HasPrefix(to, "/signin?ended=kept&") || kept == "" {
		t.Fatalf("not kept: %s", to)
	}
	return kept
}

func TestFormsWithFilesAreKeptWithoutTheirFiles(t *testing.T) {
	w := open(t)
	w.inMassachusetts()
	person := "/people/" + w.send("Marsh").Public()
	b := w.as("administrator")
	for _, c := range []struct {
		at, action, file, field string
	}{
		{person + "/concern", person + "/concern", "evidence", "say"},
		{person + "/sharing/objection", person + "/sharing/objection/paper", "paper", "signer"},
	} {
		said := url.Values{c.field: {"What <was> typed."}, "reason": {"missing"}}
		tag := b.formOn(c.at, c.action)
		w.lapse("administrator")
		kept := keptAt(t, b.sendsBy(tag, c.action, said, c.file))
		is.Equal(t, "back", b.do(http.MethodPost, "/signin", url.Values{"username": {"administrator"}, "password": {password}, "return": {kept}}).location(), kept)
		p := b.get(kept)
		p.want(t, "What &lt;was&gt; typed.", `action="`+c.action+`" enctype="multipart/form-data"`, "Choose the files again", `name="`+c.file+`" type="file"`)
		if strings.Contains(p.body, "PDF-1.4") || strings.Contains(p.body, "card.pdf") {
			t.Errorf("%s: the file is kept: %s", c.at, p.body)
		}
	}
	w.lapse("administrator")
	large := url.Values{"say": {strings.Repeat("a", maxForm)}, "reason": {"missing"}}
	tag := `<form enctype="multipart/form-data">`
	is.Equal(t, "no more than a form is long", b.sendsBy(tag, person+"/concern", large, "evidence").location(), "/signin?ended=unsaved")
	w.NeverLogs("typed.")
}

func TestAFormThatWasKeptIsSentWithAFileThatIsChosenAgain(t *testing.T) {
	w := open(t)
	record := "/people/" + w.send("Marsh").Public()
	b := w.signedIn("clinic")
	said := url.Values{"reason": {"missing"}, "say": {"A dose is missing."}, "asked": {"The dose of 2024."}, "asker": {"parent"}}
	tag := b.formOn(record+"/concern", record+"/concern")
	w.lapse("clinic")
	kept := keptAt(t, b.sendsBy(tag, record+"/concern", said, "evidence"))
	b.signIn("clinic")
	is.Equal(t, "sent", b.sendsBy(b.formOn(kept, record+"/concern"), record+"/concern", said, "evidence").location(), record+"?raised")
	b.get(record).want(t, "A dose is missing.", "card.pdf")
}

// What is half typed stays: without a script the button opens a tab of its own.
func TestStayingSignedInLeavesThePageAsItIs(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	b.get("/").want(t, `action="/stay" target="_blank"`, "<noscript> (opens in a tab of its own")
}

// TestAPasswordThatProvesWhoAsksIsNotKept: whoever makes a record system's password types their own.
func TestAPasswordThatProvesWhoAsksIsNotKept(t *testing.T) {
	w := open(t)
	b := w.signedIn("administrator")
	w.lapse("administrator")
	sent := b.do(http.MethodPost, "/credentials/"+w.oak.ID.Public(), url.Values{"username": {"oak2"}, "proof": {"hunter22 hunter22"}})
	is.Equal(t, "kept", sent.location(), "/signin?ended=unsaved")
}
