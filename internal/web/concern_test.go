package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
)

func TestAClinicUserSaysThatARecordLooksWrongAndStaffAnswer(t *testing.T) {
	w := open(t)
	record := "/people/" + w.send("Marsh").Public()
	clinic := w.signedIn("clinic")
	clinic.get(record).want(t, record+"/concern", "Nobody has said that something looks wrong.")
	clinic.get(record+"/concern").want(t, "What looks wrong?", "A dose is missing")
	p := clinic.do(http.MethodPost, record+"/concern", url.Values{"reason": {"missing"}, "say": {" "}})
	is.Equal(t, "without words", p.status, http.StatusBadRequest)
	p.want(t, "Describe what looks wrong", `role="alert"`, `value="missing" checked`)
	p = clinic.do(http.MethodPost, record+"/concern", url.Values{"reason": {"missing"}, "say": {"<b>MMR</b> of 2024"}})
	is.Equal(t, "sent", p.location(), record+"?raised")
	clinic.get(p.location()).want(t, "Your note was sent", "A dose is missing", "&lt;b&gt;MMR&lt;/b&gt; of 2024", "Nora clinic (you)", ">Open<", "this record looks wrong")

	staff := w.signedIn("administrator")
	p = staff.get("/concerns")
	p.want(t, "Marsh, Juniper", "Nora clinic", "&lt;b&gt;MMR&lt;/b&gt; of 2024")
	_, rest, _ := strings.Cut(p.body, `action="`) // the form to sign out
	_, rest, _ = strings.Cut(rest, `action="`)
	action, _, _ := strings.Cut(rest, `"`)
	is.Equal(t, "without words", staff.do(http.MethodPost, action, url.Values{"answer": {""}}).status, http.StatusBadRequest)
	p = staff.do(http.MethodPost, action, url.Values{"answer": {"Asked <them>."}, "verdict": {"corrected"}})
	is.Equal(t, "a verdict of what is no petition", p.status, http.StatusBadRequest)
	p.want(t, "Nobody asked for a certain correction", "Asked &lt;them&gt;.</textarea>")
	p = staff.do(http.MethodPost, action, url.Values{"answer": {"Asked the clinic to send it."}})
	is.Equal(t, "closed", p.location(), "/concerns?settled")
	staff.get(p.location()).want(t, "The note is closed.", "No note is open.")
	p = staff.do(http.MethodPost, action, url.Values{"answer": {"Again and again"}})
	is.Equal(t, "twice", p.status, http.StatusConflict)
	p.want(t, "closed already", "Again and again")
	staff.get("/concerns?closed").want(t, "Marsh, Juniper", "Asked the clinic to send it.", "Nora administrator", `href="/concerns?closed" aria-current="page"`)
	clinic.get(record).want(t, ">Closed<", "Asked the clinic to send it.", "Closed by Nora administrator")
}

func TestTheListOfNotesHasPages(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	ctx := context.Background()
	for i := range 51 {
		is.NoError(t, "raise", w.Chart.Raise(ctx, w.user("clinic").Actor(), id, "other", fmt.Sprintf("Note %03d.", i)))
	}
	staff := w.signedIn("administrator")
	p := staff.get("/concerns")
	p.want(t, "Note 000.", "Note 049.")
	if strings.Contains(p.body, "Note 050.") {
		t.Error("the page has more than 50")
	}
	next := regexp.MustCompile(`/concerns\?after=\w{13}`).FindString(p.body)
	p = staff.get(next)
	p.want(t, "Note 050.")
	if strings.Contains(p.body, "Note 049.") || strings.Contains(p.body, "after=") {
		t.Error("the last page goes on")
	}
}

func TestAReadOnlyUserIsRefusedAnEditClearly(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	record := "/people/" + id.Public()
	reader := w.signedIn("reader")
	p := reader.get(record)
	p.want(t, "Your role, Read-only, cannot add one.")
	if strings.Contains(p.body, record+"/concern") {
		t.Error("the page offers what its reader may not do")
	}
	for _, p := range []page{
		reader.get(record + "/concern"),
		reader.do(http.MethodPost, record+"/concern", url.Values{"reason": {"missing"}, "say": {"MMR"}}),
	} {
		is.Equal(t, "status", p.status, http.StatusForbidden)
		p.want(t, "Not allowed", "Your role, read-only, may not say that a record looks wrong. That takes the role administrator, regional coordinator, access administrator, vaccinator, clinic staff or school nurse. Nothing was changed.")
	}
	p = w.signedIn("clinic").do(http.MethodPost, record+"/concerns/00000000000G1/settle", url.Values{"answer": {"done"}})
	is.Equal(t, "a clinic user closes a note", p.status, http.StatusForbidden)
	p.want(t, "Your role, clinic staff, may not close notes about records that look wrong. That takes the role administrator.")
	reader.get(record).want(t, "Nobody has said that something looks wrong.")
}

func TestThePrintedRecordIsAPDFAndAuditedBeforeItLeaves(t *testing.T) {
	w := open(t)
	id := w.send("Märsh", "ORC|RE||1^X\rRXA|0|1|20240408||03^MMR^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L77||MSD^Merck^MVX|||PA|A")
	b := w.signedIn("reader")
	p := b.get("/people/" + id.Public() + "/record.pdf")
	is.Equal(t, "status", p.status, http.StatusOK)
	is.Equal(t, "type", p.header.Get("Content-Type"), "application/pdf")
	is.Equal(t, "kept", p.header.Get("Cache-Control"), "no-store")
	if !bytes.HasPrefix([]byte(p.body), []byte("%PDF-")) {
		t.Error("this is no PDF")
	}
	log, err := w.Store.AccessLog(context.Background(), id, 1)
	is.NoError(t, "access log", err)
	is.Equal(t, "act", log[0].Act, "print record")
	is.Equal(t, "of nobody", b.get("/people/00000000000G1/record.pdf").status, http.StatusNotFound)
}
