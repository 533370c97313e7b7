package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"openiis/internal/is"
)

func TestSettingsComeFromTheFileAndFlagsWin(t *testing.T) {
	path := written(t, "openiis.json", `{"db": "a.db", "matching": "strict", "http": "127.0.0.1:1", "mllp": ":2", "maxMessageBytes": 5000, "secureCookies": true, "trustProxy": true}`+"\n")
	var errs bytes.Buffer
	c, status, ok := readConfig("serve", []string{"--config", path, "--http", "127.0.0.1:3"}, &errs)
	is.Equal(t, "said", errs.String(), "")
	is.Equal(t, "status", status, exitOK)
	is.Equal(t, "ok", ok, true)
	is.Equal(t, "settings", c, Config{DB: "a.db", HTTP: "127.0.0.1:3", MLLP: ":2", Matching: "strict", MaxMessageBytes: 5000, SecureCookies: true, TrustProxy: true})
}

func TestSettingsThatCannotBeUnderstoodAreRefused(t *testing.T) {
	for name, x := range map[string]struct{ file, want string }{
		"something after":       {"{\"db\": \"a\"}\n\ngarbage", ", line 3: something stands after the settings: remove it"},
		"another object":        {`{"db": "a"} {}`, ", line 1: something stands after the settings: remove it"},
		"a brace too many":      {`{"db": "a"}}`, ", line 1: something stands after the settings: remove it"},
		"an unknown key":        {"{\n\"db\": \"a\",\n\"Db\": \"b\"}", `, line 3: there is no setting "Db": there are clientCA, db, http, mail, matching, maxMessageBytes, mllp, noPasswords, pagesAt, secretFile, secureCookies, senderPerMinute, senders, singleSignOn, state, tlsCert, tlsKey, trustProxy, videos`},
		"a key twice":           {`{"db": "a", "db": "b"}`, ", line 1: db is set twice: remove one"},
		"a number for text":     {`{"db": 5}`, ", line 1: db wants a text in quotes"},
		"a text for number":     {`{"db": "a", "maxMessageBytes": "4 MB"}`, ", line 1: maxMessageBytes wants a whole number"},
		"a fraction":            {`{"db": "a", "maxMessageBytes": 1.5}`, ", line 1: maxMessageBytes wants a whole number"},
		"a text for yes":        {`{"db": "a", "trustProxy": "yes"}`, ", line 1: trustProxy wants true or false"},
		"null":                  {`{"db": null}`, ", line 1: db wants a text in quotes"},
		"a list":                {`[]`, `, line 1: want one JSON object, such as {"db": "registry.db"}`},
		"nothing":               {"", ", line 1: want one JSON object"},
		"no end":                {"{\n\"db\": \"a\"", ", line 2: this is not JSON: "},
		"a comma too many":      {"{\"db\": \"a\",}", ", line 1: this is not JSON: "},
		"a negative size":       {`{"db": "a", "maxMessageBytes": -1}`, "openiis serve: the largest message (--max-message-bytes, or maxMessageBytes in the file) is set to -1 bytes: want a number from 1 to 1073741824"},
		"no size":               {`{"db": "a", "maxMessageBytes": 0}`, "is set to 0 bytes"},
		"an unheard-of size":    {`{"db": "a", "maxMessageBytes": 99999999999}`, "is set to 99999999999 bytes"},
		"a profile for queries": {`{"db": "a", "matching": "query"}`, `openiis serve: updates cannot be matched by "query": want balanced or strict`},
		"an unknown state":      {`{"db": "a", "state": "xx"}`, `openiis serve: there is no state "xx": want ma, mn or ms`},
	} {
		path := written(t, "openiis.json", x.file)
		var errs bytes.Buffer
		_, status, ok := readConfig("serve", []string{"--config", path}, &errs)
		is.Equal(t, name+": ok", ok, false)
		is.Equal(t, name+": status", status, exitUsage)
		if !strings.Contains(errs.String(), x.want) || strings.Contains(x.want, "line") && !strings.Contains(errs.String(), "the configuration "+path) {
			t.Errorf("%s: got %q, want %q", name, errs.String(), x.want)
		}
	}
	var errs bytes.Buffer
	_, status, _ := readConfig("serve", []string{"--db", "a", "--max-message-bytes", "-5"}, &errs)
	is.Equal(t, "a negative flag", status, exitUsage)
}

func TestADemoRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for args, want := range map[string]string{
		"--state xx":       `openiis demo: there is no state "xx": want ma, mn or ms, or a folder of your own with a policy.yaml`,
		"--matching loose": `openiis demo: updates cannot be matched by "loose": want balanced or strict`,
		"--people 0":       "openiis demo: --people 0: want 1 to 100000",
		"--people 5 300":   `openiis demo: "300" is not expected here`,
	} {
		var out, errs bytes.Buffer
		is.Equal(t, args+": status", demoCommand(strings.Fields(args), nil, &out, &errs), exitUsage)
		is.Equal(t, args+": said", strings.TrimSpace(errs.String()), want)
	}
}

// A demonstration that takes a secret uses it: one that cannot be used is refused.
func TestADemoEncryptsSecondFactorsWithTheSecretThatItIsGiven(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	is.NoError(t, "write", os.WriteFile(file, []byte("short\n"), 0o600))
	var out, errs bytes.Buffer
	status := demoCommand([]string{"--people", "1", "--http", "127.0.0.1:0", "--secret-file", file}, nil, &out, &errs)
	is.Equal(t, "status", status, exitFailed)
	is.Equal(t, "said", strings.TrimSpace(errs.String()), "openiis demo: --secret-file "+file+": it has 5 characters, and at least 16 are wanted")
}

func TestADemoThatIsInterruptedEndsWell(t *testing.T) {
	var out bytes.Buffer
	said := &interruptsWhenTold{}
	status := demoCommand([]string{"--people", "100000", "--http", "127.0.0.1:0"}, nil, &out, said)
	is.Equal(t, "status", status, exitOK)
	is.Equal(t, "said", said.String(), "Making up 100000 people …\nStopped before everybody was made up.\n")
	is.Equal(t, "printed", out.String(), "")
}

// interruptsWhenTold ends the program by its signal when it is first told
// something.
type interruptsWhenTold struct{ bytes.Buffer }

func (w *interruptsWhenTold) Write(p []byte) (int, error) {
	if w.Len() == 0 {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			return 0, err
		}
	}
	return w.Buffer.Write(p)
}
