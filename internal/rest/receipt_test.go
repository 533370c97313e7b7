package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/test/world"
)

// get asks for a path as a user name.
func (s *service) get(t *testing.T, path, username, password string) answer {
	t.Helper()
	return s.post(t, path, "", func(r *http.Request) {
		r.Method, r.Body, r.ContentLength = http.MethodGet, http.NoBody, 0
		r.SetBasicAuth(username, password)
	})
}

// withReceipts is a service that tells what became of messages.
func withReceipts(t *testing.T) *service {
	t.Helper()
	w := world.Open(t)
	w.Sender("CLINIC", "A clinic", "clinic", "s3cret:|&")
	w.Sender("OTHER", "Another clinic", "other", "an0ther:|&")
	desk := inbox.New(w.Store, codeset.Default(), "OPENIIS")
	return serveOver(t, w, w.Desk, Options{Receipts: desk})
}

func TestASenderReadsWhatBecameOfItsMessage(t *testing.T) {
	s := withReceipts(t)
	other := func(r *http.Request) { r.SetBasicAuth("other", "an0ther:|&") }
	is.Equal(t, "first", s.post(t, "/hl7", update("C1", "A1")).status, http.StatusOK)
	sent := s.post(t, "/hl7", update("C2", "B7"), other)
	link := sent.header.Get("Link")
	path, rest, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	is.Equal(t, "link", ok && rest == `; rel="describedby"; type="application/json"`, true)
	number := strings.Split(sent.body, "|")[9]
	is.Equal(t, "address, with MSH-10 of the answer", path, "/hl7/receipts/"+number)

	got := s.get(t, path, "other", "an0ther:|&")
	is.Equal(t, "type", got.header.Get("Content-Type"), "application/json")
	var r inbox.Receipt
	is.NoError(t, "read", json.Unmarshal([]byte(got.body), &r))
	is.Equal(t, "which", []string{r.Submission, r.ControlID, r.Ack}, []string{number, "C2", "AA"})
	is.Equal(t, "whom", r.Patient.Numbers, []inbox.ReceiptNumber{{Value: "B7", Type: "MR", Authority: "CLINIC"}})
	is.Equal(t, "match", r.Patient.Match, "known")
	is.Equal(t, "doses", r.Doses, []inbox.ReceiptDose{{
		Order: 1, Number: "B7-1", Outcome: "known", Rule: "known of, one day",
		Say: "Already known from another report: now reported by this sender too.",
		Why: "Two who know of it name the same day, and vaccines that agree.",
	}})
	s.NeverLogs(world.Canary)

	id, ok := iis.ParseSubmissionID(number)
	is.Equal(t, "a number", ok, true)
	var receipt store.StoredReceipt
	is.NoError(t, "receipt", s.Store.Read(context.Background(), func(tx *store.Tx) (err error) { receipt, err = tx.Receipt(id); return err }))
	log, err := s.Store.AccessLog(context.Background(), receipt.Person, 10)
	is.NoError(t, "log", err)
	is.Equal(t, "audited", log[0].Act, "read receipt")
}

func TestAReceiptIsForItsSenderAlone(t *testing.T) {
	s := withReceipts(t)
	number := strings.Split(s.post(t, "/hl7", update("C1", "A1")).body, "|")[9]
	for name, c := range map[string]struct {
		path, user, password string
		want                 int
	}{
		"another sender": {"/hl7/receipts/" + number, "other", "an0ther:|&", http.StatusNotFound},
		"nobody":         {"/hl7/receipts/" + number, "clinic", "wrong", http.StatusUnauthorized},
		"no number":      {"/hl7/receipts/C1", "clinic", "s3cret:|&", http.StatusNotFound},
		"no such":        {"/hl7/receipts/0000000000001", "clinic", "s3cret:|&", http.StatusNotFound},
		"its own":        {"/hl7/receipts/" + number, "clinic", "s3cret:|&", http.StatusOK},
	} {
		is.Equal(t, name, s.get(t, c.path, c.user, c.password).status, c.want)
	}
}

// Of a record that another protects, a receipt must not tell that it is there.
func TestAReceiptTellsNothingOfWhatAnotherProtects(t *testing.T) {
	s := withReceipts(t)
	protected := strings.Replace(update("C1", "A1"), "\rNK1", "\rPD1||||||||||||Y|20250102\rNK1", 1)
	is.Equal(t, "first", s.post(t, "/hl7", protected).status, http.StatusOK)
	other := func(r *http.Request) { r.SetBasicAuth("other", "an0ther:|&") }
	read := func(text string) (r inbox.Receipt) {
		t.Helper()
		sent := s.post(t, "/hl7", text, other)
		got := s.get(t, "/hl7/receipts/"+strings.Split(sent.body, "|")[9], "other", "an0ther:|&")
		is.NoError(t, "read", json.Unmarshal([]byte(got.body), &r))
		return r
	}
	nobody := [2]string{"new", "A new record: nobody matched."}
	r := read(update("C2", "B7"))
	is.Equal(t, "one who is it", [2]string{r.Patient.Match, r.Patient.Say}, nobody)
	is.Equal(t, "dose", [3]string{r.Doses[0].Outcome, r.Doses[0].Rule, r.Doses[0].Why}, [3]string{"added", "", ""})
	is.Equal(t, "the same again", read(update("C3", "B7")).Patient.Match, "known")
	var bare []string
	for _, line := range strings.Split(update("C4", "B8"), "\r") {
		if fields := strings.Split(line, "|"); fields[0] == "PID" {
			line = strings.Join(fields[:9], "|") // name, birth and sex alone
		}
		if !strings.HasPrefix(line, "NK1") {
			bare = append(bare, line)
		}
	}
	r = read(strings.Join(bare, "\r"))
	is.Equal(t, "one who may be it", [2]string{r.Patient.Match, r.Patient.Say}, nobody)

	open := strings.Replace(update("C5", "A1"), "\rNK1", "\rPD1||||||||||||N|20250103\rNK1", 1)
	is.Equal(t, "no longer protected", s.post(t, "/hl7", open).status, http.StatusOK)
	is.Equal(t, "one who may be it", read(strings.Replace(strings.Join(bare, "\r"), "B8", "B9", 1)).Patient.Match, "possible")
}
