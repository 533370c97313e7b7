// Package clients_test proves that clients which others made can talk to the
// program: npm's soap and node-hl7-client, Debian's zeep, curl. It also looks
// for patients' names in everything the program said aside (the canary).
package clients_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/is"
	"openiis/internal/store/storetest"
	"openiis/test/drive"
)

// canary is a name that stands nowhere but in what is sent.
const canary = "Xanthippelora"

// message is a made-up VXU; user is empty or the credential of MLLP.
func message(control, user string) string {
	return "MSH|^~\\&|EHR|X|||20240612093012-0500|" + user + "|VXU^V04^VXU_V04|" + control + "|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
		"PID|1||P1^^^X^MR||" + canary + "^Quill^^^^^L||20200102|F|||7 " + canary + " Lane^^Town^MN^55119^USA^P\r" +
		"ORC|RE||" + control + "^X\rRXA|0|1|20240612||94^MMRV^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L1|20260101|MSD^Merck^MVX|||CP|A\r"
}

// query asks for that person.
const query = "MSH|^~\\&|EHR|X|||20240612093012-0500||QBP^Q11^QBP_Q11|Q1|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\r" +
	"QPD|Z34^Request Immunization History^CDCPHINVS|T1||" + canary + "^Quill^^^^^L||20200102|F\rRCP|I|5^RD&Records&HL70126\r"

// running is a server with its log and one sender.
type running struct {
	*drive.Server
	program drive.Program
	who     drive.Credential
	log     *logged
}

type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func start(t *testing.T) *running {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves the real clients out")
	}
	bin, err := drive.Build(t.TempDir())
	is.NoError(t, "build", err)
	r := &running{program: drive.Program{Bin: bin, DB: storetest.SQLite(t)}, log: &logged{}}
	r.who = drive.Credential{Facility: "X", Username: "clinic", Password: "a pass & word"}
	is.NoError(t, "sender", r.program.AddSender(r.who))
	r.Server, err = r.program.Serve(r.log)
	is.NoError(t, "serve", err)
	t.Cleanup(func() {
		is.NoError(t, "stop", r.Stop())
		if strings.Contains(r.log.String(), canary) {
			t.Errorf("a patient's name is in the log")
		}
	})
	return r
}

// run runs a client with input and returns what it printed. A client that is
// not installed is a failure.
func run(t *testing.T, input any, name string, args ...string) []byte {
	t.Helper()
	body, err := json.Marshal(input)
	is.NoError(t, "input", err)
	c := exec.Command(name, args...)
	c.Stdin = bytes.NewReader(body)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %v: %v (run `make packages npm` if it is not installed)\n%.2000s", name, args, err, tail(errs.String()))
	}
	return out
}

// tail is the end of what a client complained of.
func tail(s string) string { return s[max(0, len(s)-1000):] }

func accepted(t *testing.T, reply, control string) {
	t.Helper()
	reply = strings.ReplaceAll(strings.ReplaceAll(reply, "\r\n", "\r"), "\n", "\r")
	if err := drive.Accepted([]byte(reply), control); err != nil {
		t.Errorf("%v: %q", err, reply)
	}
}

type soapAnswer struct {
	Echo    string
	Replies []string
	Fault   string
}

func TestSOAPClientsOfTwoMakesTalkToBothServices(t *testing.T) {
	r := start(t)
	for _, client := range [][]string{{"node", "soap.mjs"}, {"/usr/bin/python3", "soap_zeep.py"}} {
		for i, wsdl := range []string{"?wsdl", "?wsdl=2014"} {
			control := fmt.Sprintf("S%d%s", i, client[0][len(client[0])-1:])
			out := run(t, map[string]any{
				"wsdl": "http://" + r.HTTP + "/soap" + wsdl, "username": r.who.Username, "password": r.who.Password,
				"messages": []string{message(control, ""), query},
			}, client[0], client[1])
			var a soapAnswer
			is.NoError(t, "answer", json.Unmarshal(out, &a))
			if a.Echo != "is anybody there" || len(a.Replies) != 2 {
				t.Fatalf("%v %s: %+v", client, wsdl, a)
			}
			accepted(t, a.Replies[0], control)
			if !strings.Contains(a.Replies[1], "|Z32^CDCPHINVS") || !strings.Contains(a.Replies[1], "94^MMRV^CVX") {
				t.Errorf("%v %s: history: %s", client, wsdl, a.Replies[1])
			}
			if !strings.Contains(a.Fault, "Security") || strings.Contains(a.Fault, canary) {
				t.Errorf("%v %s: wrong password: %s", client, wsdl, a.Fault)
			}
		}
	}
}

func TestNodeHL7ClientTalksMLLP(t *testing.T) {
	r := start(t)
	host, port, err := net.SplitHostPort(r.MLLP)
	is.NoError(t, "address", err)
	user := r.who.Username + ":" + strings.ReplaceAll(r.who.Password, "&", `\T\`)
	out := run(t, []string{message("M1", user), message("M2", ""), query}, "node", "mllp.mjs", host, port)
	var replies []string
	is.NoError(t, "answer", json.Unmarshal(out, &replies))
	if len(replies) != 3 {
		t.Fatalf("%d replies: %v", len(replies), replies)
	}
	accepted(t, replies[0], "M1")
	accepted(t, replies[1], "M2")
	if !strings.Contains(replies[2], "|Z32^CDCPHINVS") {
		t.Errorf("history: %s", replies[2])
	}
}

func TestCurlSendsAMessageAndABatch(t *testing.T) {
	r := start(t)
	dir := t.TempDir()
	one, file := filepath.Join(dir, "one.hl7"), filepath.Join(dir, "batch.hl7")
	is.NoError(t, "write", os.WriteFile(one, []byte(message("C1", "")), 0o600))
	is.NoError(t, "write", os.WriteFile(file, []byte("FHS|^~\\&\rBHS|^~\\&\r"+message("C2", "")+message("C3", "")+"BTS|2\rFTS|1\r"), 0o600))
	curl := func(path, body, password string) string {
		return string(run(t, nil, "curl", "-sS", "-u", r.who.Username+":"+password, "-H", "Content-Type: application/hl7-v2",
			"--data-binary", "@"+body, "-w", "\n%{http_code}", "http://"+r.HTTP+path))
	}
	reply, _, _ := strings.Cut(curl("/hl7", one, r.who.Password), "\n")
	accepted(t, reply, "C1")
	batch := curl("/hl7/batch", file, r.who.Password)
	if strings.Count(batch, "MSA|AA|C") != 2 || !strings.HasPrefix(batch, "FHS|") || !strings.Contains(batch, "BTS|2\r") {
		t.Errorf("batch: %q", batch)
	}
	if out := curl("/hl7", one, "wrong"); !strings.HasSuffix(out, "\n401") || strings.Contains(out, canary) {
		t.Errorf("wrong password: %q", out)
	}
}

func TestANewPasswordTakesEffectWithinASecond(t *testing.T) {
	r := start(t)
	old, err := drive.Dial(r.Server, drive.HTTP, r.who)
	is.NoError(t, "dial", err)
	defer old.Close()
	_, err = old.Send([]byte(message("N1", "")))
	is.NoError(t, "send", err)
	changed := r.who
	changed.Password = "another one"
	is.NoError(t, "sender", r.program.AddSender(changed))
	time.Sleep(time.Second) // what the contract promises, measured from outside
	if _, err := old.Send([]byte(message("N2", ""))); err == nil {
		t.Error("the old password still works a second after it was replaced")
	}
	fresh, err := drive.Dial(r.Server, drive.HTTP, changed)
	is.NoError(t, "dial", err)
	defer fresh.Close()
	reply, err := fresh.Send([]byte(message("N3", "")))
	is.NoError(t, "send", err)
	accepted(t, string(reply), "N3")
}
