package nist

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/shared"
)

// TestTheGoPortAgreesWithThePythonTool runs both over every message of the
// public sets and compares finding by finding.
func TestTheGoPortAgreesWithThePythonTool(t *testing.T) {
	dir := shared.Dir(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is absent: install it to compare this package with tools/nistval.py")
	}
	names := messageFiles(t, dir)
	args := append([]string{filepath.Join(dir, "tools", "nistval.py")}, names...)
	cmd := exec.Command(python, args...)
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the Python tool failed: %v\n%s", err, complaints.String())
	}
	want := map[string][]string{}
	current := ""
	for _, line := range strings.Split(strings.TrimRight(string(out), "\n"), "\n") {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			current = name
			continue
		}
		want[current] = append(want[current], strings.TrimRight(strings.TrimPrefix(line, "   "), " "))
	}
	all, findings := profiles(t), 0
	for _, name := range names {
		got := validate(t, all, name)
		findings += len(got)
		is.Equal(t, filepath.Base(name), strings.Join(got, "\n"), strings.Join(want[name], "\n"))
	}
	if findings < 100 {
		t.Errorf("the public sets are known to hold faults, but only %d were found", findings)
	}
}

func messageFiles(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	for _, folder := range []string{"nist", "ig-examples", "vendor-samples"} {
		found, err := filepath.Glob(filepath.Join(dir, "hl7", folder, "*.hl7"))
		is.NoError(t, "list "+folder, err)
		names = append(names, found...)
	}
	if len(names) < 200 {
		t.Fatalf("want the public sets' more than 200 messages, found %d", len(names))
	}
	return names
}

func profiles(t *testing.T) map[string]*Profile {
	t.Helper()
	all := map[string]*Profile{}
	for name := range files {
		all[name] = Load(t, name)
	}
	return all
}

func validate(t *testing.T, all map[string]*Profile, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	is.NoError(t, "read a message", err)
	z := Of(text)
	if !Known(z) {
		return []string{"E MSH-21 unknown profile " + z}
	}
	var got []string
	for _, f := range all[z].Validate(text) {
		got = append(got, strings.TrimRight(f.String(), " "))
	}
	return got
}

// TestDeparturesAreFound spoils a conforming acknowledgement in one place at a
// time. It needs no Python.
func TestDeparturesAreFound(t *testing.T) {
	const whole = `MSH|^~\&|A|B|C|D|20260302140509-0500||ACK^V04^ACK|1|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS` + "\r" +
		"MSA|AE|2\r" +
		"ERR||PID^1^11^1^5|101^Required field missing^HL70357|E|4^Invalid value^HL70533|||Send it.\r"
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing spoiled":               {"", "", ""},
		"a segment is missing":          {"MSA|AE|2\r", "", "E MSG/MSA required segment/group missing"},
		"a segment too many":            {"ERR||", "ZZZ|1\rERR||", "E MSG unexpected segment ZZZ at 3"},
		"a required field is empty":     {"MSA|AE|2", "MSA|AE|", "E MSA[1]-2 R missing Message Control ID"},
		"a field that is not supported": {"MSA|AE|2", "MSA|AE|2|text", "E MSA[1]-3 X present Text Message"},
		"a code outside its set":        {"MSA|AE", "MSA|XX", "VS MSA[1]-1[1] XX not in HL70008_IZ"},
		"a repetition of what may not":  {"MSA|AE|2", "MSA|AE|2~3", "E MSA[1]-2 too many repetitions"},
		"a length":                      {"PID^1^", "PID^111^", "W ERR[1]-2[1].2 length>2"},
		"a condition":                   {"PID^1^11^1^5", "PID^1^11^^5", "E ERR[1]-2[1].4 R missing Field Repetition"},
		"a constraint":                  {"|2.5.1|", "|2.5|", "E MSH[1] IZ-15: The value of MSH-12.1 (Version ID) SHALL be '2.5.1'.\nVS MSH[1]-12[1].1 2.5 not in HL70104_IZ"},
		"a format":                      {"140509-0500", "140509", "E MSH[1] IZ-TS_Z: The value of MSH-7.1 (Time) SHALL be formatted with YYYYMMDDHHMMSS+-ZZZZ."},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range Load(t, "Z23").Validate([]byte(strings.Replace(whole, c.from, c.to, 1))) {
				got = append(got, f.String())
			}
			is.Equal(t, "findings", strings.Join(got, "\n"), c.want)
		})
	}
}
