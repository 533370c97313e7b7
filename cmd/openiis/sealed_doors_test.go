package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/mllp"
	"openiis/internal/steward"
	"openiis/internal/store"
)

// gates are the doors of a service, by which a sender sends.
type gates struct {
	t          *testing.T
	http, mllp string
}

// send sends a message by a door, and returns the status and the answer without its
// times and numbers.
func (g gates) send(door, username, password, message string) string {
	g.t.Helper()
	if door == "mllp" {
		message = strings.Replace(message, "-0500||", "-0500|"+username+":"+password+"|", 1)
		c, err := net.Dial("tcp", g.mllp)
		is.NoError(g.t, "dial", err)
		defer c.Close()
		_, err = io.WriteString(c, "\x0b"+message+"\x1c\r")
		is.NoError(g.t, "send", err)
		answer, err := bufio.NewReader(c).ReadString(0x1c)
		is.NoError(g.t, "answer", err)
		return "200\n" + maskedAnswer(strings.Trim(answer, "\x0b\x1c"))
	}
	path, kind, body := "/hl7", "application/hl7-v2", message
	if door == "soap" {
		var text strings.Builder
		_ = xml.EscapeText(&text, []byte(message)) // a builder does not fail
		path, kind = "/soap", "application/soap+xml"
		body = `<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><submitSingleMessage xmlns="urn:cdc:iisb:2011"><username>` + username +
			`</username><password>` + password + `</password><facilityID/><hl7Message>` + text.String() + `</hl7Message></submitSingleMessage></Body></Envelope>`
	}
	return g.asks(http.MethodPost, path, kind, body, username, password)
}

func (g gates) asks(method, path, kind, body, username, password string) string {
	g.t.Helper()
	r, err := http.NewRequest(method, "http://"+g.http+path, strings.NewReader(body))
	is.NoError(g.t, "request", err)
	r.Header.Set("Content-Type", kind)
	r.SetBasicAuth(username, password)
	res, err := http.DefaultClient.Do(r)
	is.NoError(g.t, "do", err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	is.NoError(g.t, "read", err)
	return fmt.Sprint(res.StatusCode, "\n", maskedAnswer(string(answer)))
}

func maskedAnswer(text string) string {
	text = regexp.MustCompile(`\b0[0-9A-HJKMNP-TV-Z]{12}\b`).ReplaceAllString(text, "NUMBER")
	return regexp.MustCompile(`\b20[0-9]{12}[-+0-9.]*|20[0-9-]+T[0-9:.]+Z`).ReplaceAllString(text, "TIME")
}

// TestNoDoorTellsOfASealedIdentity sends by every door what is about one, as a clinic
// that told of it and as one that did not.
func TestNoDoorTellsOfASealedIdentity(t *testing.T) {
	ctx := context.Background()
	r := opened(t)
	_, err := r.gate.AddSender(ctx, iis.Sender{Facility: "OTHER", Name: "Another"}, "other", "an0ther")
	is.NoError(t, "sender", err)
	is.NoError(t, "user", r.gate.AddUser(ctx, access.NewUser{Username: "ada", Name: "Ada", Role: access.Administrator, Seals: true}, "secret"))
	var log bytes.Buffer
	lines := newLogWriter(&log)
	s := newService(r, r.desk, lines.logger())
	stopping, stop := context.WithCancel(ctx)
	web, line := listening(t), listening(t)
	ended := make(chan error, 2)
	go func() { ended <- s.serveHTTP(stopping, web, s.routes(stopping), time.Minute) }()
	go func() {
		ended <- (&mllp.Server{Desk: r.desk, Gate: r.gate, Log: lines.logger()}).Serve(stopping, line)
	}()
	g := gates{t, web.Addr().String(), line.Addr().String()}

	told := func(control string) string {
		return strings.Replace(aboutCanary(control), "|20200304|F", "|20200304|F|||9 Canarylane^^Plymouth^MA^02360^USA^H||^PRN^PH^^^201^5550142", 1)
	}
	update := strings.ReplaceAll(told("C"), "C^^^CLINIC^MR", "17^^^CLINIC^MR")
	is.Equal(t, "told", strings.Contains(g.send("http", "clinic", "secret", update), "MSA|AA|C"), true)
	const becameOf = "Patient MR 17: known by your number. Of 1 report: 1 as you reported before."
	is.Equal(t, "told again", strings.Contains(g.send("http", "clinic", "secret", update), becameOf), true)
	var ids []iis.PersonID
	is.NoError(t, "read", r.store.Read(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.PersonsAfter(0, 10)
		return err
	}))
	ada, err := r.gate.Sealer(ctx, "ada")
	is.NoError(t, "sealer", err)
	id, now, err := r.steward.Seal(ctx, ada, steward.Sealing{
		Person: ids[0], Order: "PR-1", Why: "adoption", New: steward.Identity{Family: "Moorland", Given: "Sorrel", Birth: "2020-03-04", Sex: "F", Street: "5 Fen Court", City: "Boston"},
	})
	is.NoError(t, "seal", err)

	query := "MSH|^~\\&|EHR|CLINIC|||20250102120000-0500||QBP^Q11^QBP_Q11|Q|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\r" +
		"QPD|Z34^Request Immunization History^CDCPHINVS|T|17^^^CLINIC^MR~" + ids[0].Public() + "^^^OPENIIS^SR|" + canary + "^Quill^^^^^L||20200304|F|9 Canarylane^^Plymouth^MA^02360^USA^H|^PRN^PH^^^201^5550142\rRCP|I|5^RD&Records&HL70126\r"
	never := strings.NewReplacer(canary, "Nevernever", "Quill", "Wasnever", "17^^^", "99^^^", ids[0].Public(), "0AAAAAAAAAAA1", "Canarylane", "Neverlane", "5550142", "5550143")
	for _, door := range []string{"http", "soap", "mllp"} {
		is.Equal(t, door+": a stranger asks", never.Replace(g.send(door, "other", "an0ther", query)), g.send(door, "other", "an0ther", never.Replace(query)))
		answer := g.send(door, "clinic", "secret", query)
		is.Equal(t, door+": the clinic that told of it asks", strings.Contains(answer, canary) && !strings.Contains(answer, "Moorland"), true)
		again := g.send(door, "clinic", "secret", update)
		is.Equal(t, door+": and tells again", strings.Contains(again, "MSA|AA|C") && strings.Count(again, "ERR|") == 1 && strings.Contains(again, becameOf), true)
	}
	var sent iis.SubmissionID
	is.NoError(t, "sealed message", r.store.Read(ctx, func(tx *store.Tx) error {
		reports, err := tx.SealedReports(ids[0])
		sent = reports[0].Submission
		return err
	}))
	receipt := func(n, username, password string) string {
		return g.asks(http.MethodGet, "/hl7/receipts/"+n, "", "", username, password)
	}
	is.Equal(t, "its receipt", strings.HasPrefix(receipt(sent.Public(), "clinic", "secret"), "200"), true)
	is.Equal(t, "another's", receipt(sent.Public(), "other", "an0ther"), receipt("0AAAAAAAAAAA1", "other", "an0ther"))
	is.Equal(t, "figures", strings.Contains(g.asks(http.MethodGet, "/metrics", "", "", "", ""), canary), false)
	stop()
	is.NoError(t, "serve", <-ended)
	is.NoError(t, "serve", <-ended)
	lines.Flush()
	for _, word := range []string{canary, ids[0].Public(), now.Public(), id.Public(), "PR-1", "Moorland"} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log holds %q:\n%s", word, log.String())
		}
	}
}
