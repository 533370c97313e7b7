package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/mllp"
	"openiis/internal/rest"
	"openiis/internal/shared"
	"openiis/internal/soap"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// ran is what a command did.
type ran struct {
	status      int
	out, errors string
}

func message(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	status := messageCommand(args, strings.NewReader(stdin), &out, &errs)
	return ran{status, out.String(), errs.String()}
}

// written is a file with a content.
func written(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	is.NoError(t, "write", os.WriteFile(path, []byte(content), 0o600))
	return path
}

func update(control, number string) string {
	return "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20250102120000-0500||VXU^V04^VXU_V04|" + control + "|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
		"PID|1||" + number + "^^^CLINIC^MR||Example^Ada^^^^^L||20200304|F\rNK1|1|Example^Eve^^^^^L|MTH^Mother^HL70063\r" +
		"ORC|RE||" + number + "-1^CLINIC\rRXA|0|1|20250102||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||01^Historical^NIP001|||||||||||CP|A\r"
}

// acksIn are the acknowledgements in a text, as MSA-1:MSA-2.
func acksIn(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\r") {
		if f := strings.Split(line, "|"); f[0] == "MSA" {
			out = append(out, f[1]+":"+f[2])
		}
	}
	return strings.Join(out, " ")
}

func TestCheckSaysOfEachMessageWhatTheRegistryWould(t *testing.T) {
	file := written(t, "batch.hl7", "stray\rFHS|^~\\&\rBHS|^~\\&\r"+update("1", "A")+
		strings.Replace(update("2", "B"), "20200304", "nonsense", 1)+
		strings.Replace(update("3", "C"), "|3|P|2.5.1", "||P|2.5.1", 1)+
		update("4", strings.Repeat("long", 1<<20))+
		strings.Replace(update("5", "E"), "VXU^V04", "ADT^A04", 1)+"BTS|5\rFTS|1\r")
	got := message(t, "", "check", "--now", "2025-06-01", file)
	is.Equal(t, "status", got.status, exitOK)
	var acks []string
	for line := range strings.Lines(got.out) {
		var m map[string]any
		is.NoError(t, "a line of JSON", json.Unmarshal([]byte(line), &m))
		id, has := m["id"]
		if !has {
			t.Errorf("a line without id: %s", line)
		}
		if m["error"] != nil {
			acks = append(acks, "error")
			is.Equal(t, "id of what is no message", id, nil)
			continue
		}
		name, _ := id.(string)
		acks = append(acks, name+":"+m["ack"].(string))
		for _, f := range m["findings"].([]any) {
			for key, v := range f.(map[string]any) {
				if v == nil || v == "" {
					t.Errorf("the finding %v has nothing in %s", f, key)
				}
			}
		}
	}
	is.Equal(t, "lines", acks, []string{"error", "1:AA", "2:AE", ":AE", "error", "5:AR"})
	first, _, _ := strings.Cut(got.out, "\n{\"id\":\"2\"")
	if !strings.Contains(first, `{"id":"1","ack":"AA","findings":[]}`) {
		t.Errorf("the first message's line is\n%s", first)
	}
	if !strings.Contains(got.out, `"severity":"E","location":"PID^1^7","code0357":"102","code0533":`) {
		t.Errorf("the bad birth date is not told:\n%s", got.out)
	}
}

func TestCheckReadsStandardInput(t *testing.T) {
	for _, args := range [][]string{{"check"}, {"check", "-"}, {"check", "-", "--now", "2025-06-01"}} {
		got := message(t, update("1", "A"), args...)
		is.Equal(t, strings.Join(args, " "), got.out, "{\"id\":\"1\",\"ack\":\"AA\",\"findings\":[]}\n")
	}
}

func TestCheckGoesOnAfterAFileThatIsAbsent(t *testing.T) {
	got := message(t, "", "check", "/nowhere/at/all.hl7", written(t, "one.hl7", update("1", "A")))
	is.Equal(t, "status", got.status, exitFailed)
	is.Equal(t, "lines", strings.Count(got.out, "\n"), 1)
	if !strings.Contains(got.errors, "/nowhere/at/all.hl7: no such file") {
		t.Errorf("got %q", got.errors)
	}
}

func TestUnusableArgumentsExitWith2(t *testing.T) {
	for _, args := range []string{
		"", "nothing", "check --now yesterday", "check --now 2025-02-30", "check --unknown", "import", "import file",
		"send", "send --to http://x/hl7", "send --to ftp://x --username u --password-file " + written(t, "p", "p"),
		"send --to x --username u --password-file " + written(t, "p", "p"),
		"send --to http://x/hl7 --username u --password-file /nowhere/at/all",
		"send --to http://x/hl7 --username u --password-file " + written(t, "p", "\n"),
	} {
		if got := message(t, "", strings.Fields(args)...); got.status != exitUsage || got.errors == "" || got.out != "" {
			t.Errorf("%q: status %d, said %q", args, got.status, got.errors)
		}
	}
}

// TestCheckReadsThePublicBatches runs real files of several kinds.
func TestCheckReadsThePublicBatches(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "hl7", "batch")
	for name, want := range map[string]int{"nist-2015-6.hl7": 6, "aira-large-b-2548.hl7": 2548} {
		got := message(t, "", "check", filepath.Join(dir, name))
		is.Equal(t, name+": status", got.status, exitOK)
		is.Equal(t, name+": lines", strings.Count(got.out, "\n"), want)
		is.Equal(t, name+": errors", strings.Count(got.out, `"error":`), 0)
	}
}

// emptyRegistry is the address of a registry that nobody has sent to.
func emptyRegistry(t *testing.T) string {
	t.Helper()
	db := storetest.SQLite(t)
	storetest.Open(t, db)
	return db
}

func TestImportIntoADatabaseThatIsNotThereMakesOneAndSaysSo(t *testing.T) {
	db := filepath.Join(t.TempDir(), "new.db")
	got := message(t, update("1", "A"), "import", "--db", db, "-")
	is.Equal(t, "status", got.status, exitOK)
	is.Equal(t, "said", strings.Contains(got.errors, "openiis message import: "+db+" was not there; a new registry was made\n"), true)
}

func TestImportTakesFilesAndAnswersThem(t *testing.T) {
	db := emptyRegistry(t)
	one := written(t, "one.hl7", update("1", "A"))
	many := written(t, "many.hl7", "FHS|^~\\&|EHR\r"+update("2", "B")+strings.Replace(update("3", "C"), "VXU^V04", "ADT^A04", 1)+"FTS|1\r")
	got := message(t, "", "import", "--db", db, one, many)
	is.Equal(t, "status", got.status, exitOK)
	is.Equal(t, "answers", acksIn(got.out), "AA:1 AA:2 AR:3")
	if !strings.Contains(got.out, "\rFHS|") || !strings.HasSuffix(got.out, "\rFTS|1\r") {
		t.Errorf("the second file is not wrapped likewise:\n%q", got.out)
	}
	for _, want := range []string{"one.hl7: 1 messages", "many.hl7: 2 messages", "1 AA, 0 AE, 1 AR, 0 failed"} {
		if !strings.Contains(got.errors, want) {
			t.Errorf("standard error lacks %q:\n%s", want, got.errors)
		}
	}
	// The same again is known, under the same facility.
	got = message(t, update("1", "A"), "import", "--db", db, "-")
	is.Equal(t, "again", acksIn(got.out), "AA:1")
	s := storetest.Open(t, db)
	names := map[string]bool{}
	is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
		all, err := tx.SenderNames()
		for _, n := range all {
			names[n] = true
		}
		return err
	}))
	is.Equal(t, "senders", names, map[string]bool{fileName: true})
}

func TestImportForAFacilityThatIsRegisteredOrNot(t *testing.T) {
	db := emptyRegistry(t)
	got := message(t, update("1", "A"), "import", "--db", db, "--sender", "OAK")
	is.Equal(t, "status", got.status, exitFailed)
	if !strings.Contains(got.errors, "there is no facility OAK") {
		t.Errorf("got %q", got.errors)
	}
	var out, errs bytes.Buffer
	status := senderCommand([]string{"add", "--db", db, "--facility", "OAK", "--name", "Oak", "--username", "oak", "--password-file", written(t, "p", "secret\n")}, nil, &out, &errs)
	is.Equal(t, "sender add", status, exitOK)
	got = message(t, update("1", "A"), "import", "--db", db, "--sender", "OAK")
	is.Equal(t, "status", got.status, exitOK)
	is.Equal(t, "answers", acksIn(got.out), "AA:1")
}

func TestImportTellsOfFilesItCannotTakeAndGoesOn(t *testing.T) {
	got := message(t, "", "import", "--db", emptyRegistry(t), "/nowhere.hl7", written(t, "empty.hl7", "nothing here"), written(t, "one.hl7", update("1", "A")))
	is.Equal(t, "status", got.status, exitFailed)
	is.Equal(t, "answers", acksIn(got.out), "AA:1")
	for _, want := range []string{"/nowhere.hl7: no such file", "empty.hl7: there is no HL7 message in it"} {
		if !strings.Contains(got.errors, want) {
			t.Errorf("standard error lacks %q:\n%s", want, got.errors)
		}
	}
}

// interrupting is a pipe into which somebody writes a little, then ends the
// program by its signal, and nothing more.
type interrupting struct{ first io.Reader }

func (r interrupting) Read(p []byte) (int, error) {
	if n, err := r.first.Read(p); err == nil {
		return n, nil
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {} // nothing more comes
}

func TestAnImportThatIsInterruptedSaysWhatItTook(t *testing.T) {
	file := "FHS|^~\\&\rBHS|^~\\&\r" + update("1", "A") + update("2", "B") + update("3", "C")[:200]
	var out, errs bytes.Buffer
	status := messageCommand([]string{"import", "--db", emptyRegistry(t), "-"}, interrupting{strings.NewReader(file)}, &out, &errs)
	is.Equal(t, "status", status, exitFailed)
	is.Equal(t, "answers", acksIn(out.String()), "AA:1 AA:2 AR:UNKNOWN")
	if !strings.HasSuffix(out.String(), "\rBTS|3\rFTS|1\r") {
		t.Errorf("the file of answers has no end: %q", out.String())
	}
	for _, want := range []string{"standard input: 2 messages in", "-: interrupted: 2 messages were taken and are answered; import the file again to take the rest"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("standard error lacks %q:\n%s", want, errs.String())
		}
	}
}

// doors are the doors of a registry with a sender.
func doors(t *testing.T) (httpURL, mllpURL, passwordFile string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, err := openRegistry(ctx, storetest.SQLite(t))
	is.NoError(t, "open", err)
	const password = "p|^&~\\ss:1" // everything that has to be escaped
	_, err = r.gate.AddSender(ctx, iis.Sender{Facility: "CLINIC", Name: "A clinic"}, "clinic", password)
	is.NoError(t, "add sender", err)
	mux := http.NewServeMux()
	mux.Handle("/hl7", rest.Handler(r.desk, r.gate, rest.Options{}))
	log := slog.New(slog.DiscardHandler)
	s := &service{Config: defaults(), registry: r, desk: watchedDesk{r.desk, newHealth(r.store, log)}, log: log}
	mux.Handle("/soap", soap.Handler(s.soap()))
	server := httptest.NewServer(mux)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	ended := make(chan error, 1)
	go func() { ended <- (&mllp.Server{Desk: r.desk, Gate: r.gate}).Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		is.NoError(t, "serve", <-ended)
		server.Close()
		is.NoError(t, "close", r.Close())
	})
	return server.URL, "mllp://" + l.Addr().String(), written(t, "password", password+"\n")
}

func TestSendReachesEveryDoor(t *testing.T) {
	httpURL, mllpURL, password := doors(t)
	for _, to := range []string{httpURL + "/hl7", httpURL + "/soap", mllpURL} {
		file := written(t, "two.hl7", "FHS|^~\\&\r"+update("1", "A")+strings.Replace(update("2", "B"), "VXU^V04", "ADT^A04", 1)+"FTS|1\r")
		got := message(t, "", "send", "--to", to, "--username", "clinic", "--password-file", password, file)
		is.Equal(t, to+": status", got.status, exitOK)
		is.Equal(t, to+": answers", acksIn(got.out), "AA:1 AR:2")
		if !strings.HasSuffix(got.errors, "2 messages sent: 1 AA, 0 AE, 1 AR\n") {
			t.Errorf("%s: said %q", to, got.errors)
		}
	}
}

func TestSendStopsWhenItIsNotLetIn(t *testing.T) {
	httpURL, mllpURL, _ := doors(t)
	wrong := written(t, "wrong", "wrong")
	for to, want := range map[string]string{
		httpURL + "/hl7":       "message 1: status 401: The user name or the password is wrong.",
		httpURL + "/soap":      "message 1: status 500: The user name or the password is wrong.",
		"http://127.0.0.1:1/x": "message 1: ",
		"mllp://127.0.0.1:1":   "message 1: ",
	} {
		got := message(t, update("1", "A")+update("2", "B"), "send", "--to", to, "--username", "clinic", "--password-file", wrong, "-")
		if got.status != exitFailed || !strings.Contains(got.errors, want) || strings.Contains(got.errors, "message 2") {
			t.Errorf("%s: status %d, said %q, want %q", to, got.status, got.errors, want)
		}
	}
	got := message(t, update("1", "A"), "send", "--to", mllpURL, "--username", "clinic", "--password-file", wrong)
	is.Equal(t, "MLLP answers with a message", acksIn(got.out), "AR:1")
}

func TestTheCredentialIsPutIntoMSH8WhateverTheHeader(t *testing.T) {
	for in, want := range map[string]string{
		"MSH|^~\\&|a|b|c|d|e||VXU\rPID|1\r": "MSH|^~\\&|a|b|c|d|e|u:p\\F\\\\S\\|VXU\rPID|1\r",
		"MSH|^~\\&|a\rPID|1\r":              "MSH|^~\\&|a|||||u:p\\F\\\\S\\\rPID|1\r",
		"MSH#^~\\&#a#b#c#d#e#old#VXU\r":     "MSH#^~\\&#a#b#c#d#e#u:p|\\S\\#VXU\r",
	} {
		got := withCredential([]byte(in), "u", "p|^")
		is.Equal(t, in, string(got), want)
		if _, err := hl7.Parse(got); err != nil {
			t.Errorf("%q cannot be read: %v", got, err)
		}
	}
}
