package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/test/world"
)

const shots = "MRN,Last Name,First Name,DOB,Sex,Date Given,CVX,Lot\n" +
	"A1," + world.Canary + ",<i>Ada</i>,3/4/2020,F,1/2/2025,08,L1\n" +
	"A1," + world.Canary + ",<i>Ada</i>,3/4/2020,F,13/45/2025,94,L2\n"

// uploads uploads a file for a sender.
func (b *browser) uploads(from iis.Sender, name, content string, header ...string) page {
	b.w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	is.NoError(b.w.t, "sender", form.WriteField("sender", from.ID.Public()))
	file, err := form.CreateFormFile("file", name)
	is.NoError(b.w.t, "file", err)
	_, err = io.WriteString(file, content)
	is.NoError(b.w.t, "content", err)
	is.NoError(b.w.t, "form", form.Close())
	req, err := http.NewRequest(http.MethodPost, b.w.server.URL+"/files", &body)
	is.NoError(b.w.t, "request", err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := b.Do(req)
	is.NoError(b.w.t, "do", err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	is.NoError(b.w.t, "read", err)
	return page{resp.StatusCode, resp.Header, string(answer)}
}

func TestAFileIsLookedAtMappedAndStored(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	b.get("/files").want(t, "Upload a file of vaccinations", "At most 5,000 rows and 2 MB", "None yet.", "Oak &lt;i&gt;Street")
	b.get("/files/template.csv").want(t, "mrn,last_name,first_name")
	file := b.uploads(w.oak, "shots.csv", shots).location()
	p := b.get(file)
	p.want(t, "Would be refused", "&lt;i&gt;Ada&lt;/i&gt;", "L1", "Say first", `<option value="mrn" selected>`, "is a day that there is not")
	if strings.Contains(p.body, "Store these rows") {
		t.Error("rows can be stored of which nobody said whether they were given here")
	}
	wrong := b.post(file+"/columns", "column-1", "mrn", "column-2", "mrn")
	is.Equal(t, "two columns for one field", wrong.status, http.StatusBadRequest)
	wrong.want(t, "Two columns were chosen", "<title>Error: ")
	columns := []string{"doses", "given"}
	for i, f := range []string{"mrn", "last_name", "first_name", "birth_date", "sex", "date", "cvx", "lot"} {
		columns = append(columns, "column-"+string(rune('1'+i)), f)
	}
	is.Equal(t, "columns", b.post(file+"/columns", columns...).status, http.StatusSeeOther)
	b.get(file).want(t, "Store these rows", "As set for this sender")
	mapping := "doses:\tgiven\nMRN\tmrn\n"
	is.Equal(t, "stored", b.post(file+"/store", "mapping", mapping).location(), file)
	b.get(file).want(t, "Every row was answered,", "Added", "Refused", "Column <strong>Date Given</strong>", `href="/submissions/`)
	is.Equal(t, "the button pressed twice", b.post(file+"/store", "mapping", mapping).location(), file)
	b.get("/files").want(t, "Stored: 2 rows.")
	var found int
	is.NoError(t, "look", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.RecentPersons(10)
		found = len(ids)
		return err
	}))
	is.Equal(t, "people", found, 1)
}

func TestAFileIsOnlyForWhoUploadedItAndAdministrators(t *testing.T) {
	w := open(t)
	w.hasUser("other", access.Clinic, "OAK")
	elm := w.Facility("ELM", "Elm Clinic")
	file := w.signedIn("clinic").uploads(w.oak, "shots.csv", shots).location()
	other := w.signedIn("other")
	is.Equal(t, "another user of the site", other.get(file).status, http.StatusNotFound)
	is.Equal(t, "storing it", other.post(file+"/store", "mapping", "").status, http.StatusNotFound)
	is.Equal(t, "its columns", other.post(file+"/columns").status, http.StatusNotFound)
	is.Equal(t, "an administrator", w.signedIn("administrator").get(file).status, http.StatusOK)
	reader := w.signedIn("reader")
	p := reader.get("/files")
	is.Equal(t, "read-only", p.status, http.StatusForbidden)
	p.want(t, "may not upload files of vaccinations")
	is.Equal(t, "read-only uploads", reader.uploads(w.oak, "x.csv", shots).status, http.StatusForbidden)
	is.Equal(t, "for another site", other.uploads(elm, "x.csv", shots).status, http.StatusBadRequest)
	is.Equal(t, "from another site", other.uploads(w.oak, "x.csv", shots, "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site").status, http.StatusForbidden)
	is.Equal(t, "no number", other.get("/files/x").status, http.StatusNotFound)
}

func TestAFileThatCannotBeTakenIsRefusedInClearWords(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	for content, says := range map[string]string{
		"":                        "The file is empty.",
		"%PDF-1.7 not a list":     "This is a PDF document",
		"MRN,DOB\n":               "no rows below them",
		"MSH|^~\\&|not|for|here|": "HL7",
		"MRN,Last Name\n" + strings.Repeat("A1,Marsh\n", intake.PageLimits.Rows+100): "more than 5000 rows",
	} {
		p := b.uploads(w.oak, "list.csv", content)
		is.Equal(t, says, p.status, http.StatusSeeOther) // it is kept
		b.get(p.location()).want(t, says, "Nothing was stored.")
		b.post(p.location()+"/store", "mapping", "").want(t, says)
	}
	large := b.uploads(w.oak, "list.csv", strings.Repeat("x", intake.PageLimits.Bytes+1_000_000))
	is.Equal(t, "too large", large.status, http.StatusRequestEntityTooLarge)
	large.want(t, "larger than 2 MB and was not kept")
	b.uploads(w.oak, "", "x").want(t, "Choose a file.")
}

// Uploads that never end, or come over slow lines, keep nobody from their files.
func TestUploadsThatStandStillStopNobody(t *testing.T) {
	w := open(t)
	b := w.signedIn("clinic")
	file := b.uploads(w.oak, "shots.csv", shots).location()
	for range 2 * uploadsAtOnce {
		body, never := io.Pipe()
		defer func() { _ = never.Close() }()
		req, err := http.NewRequest(http.MethodPost, w.server.URL+"/files", body)
		is.NoError(t, "request", err)
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		go func() {
			if resp, err := b.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}()
		_, err = io.WriteString(never, "--x\r\nContent-Disposition: form-data; name=\"sender\"\r\n\r\n")
		is.NoError(t, "begin", err)
	}
	time.Sleep(200 * time.Millisecond) // the server has taken all of them
	is.Equal(t, "another file", b.get(file).status, http.StatusOK)
}
