package iz

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/shared"
	"openiis/test/conformance/nist"
)

// vxus are NIST's vaccination messages, by file name.
func vxus(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(shared.Dir(t), "hl7", "nist", "VXU_*.hl7"))
	is.NoError(t, "list", err)
	if len(names) < 50 {
		t.Fatalf("want NIST's more than 50 messages, found %d", len(names))
	}
	out := map[string][]byte{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		is.NoError(t, "read", err)
		out[strings.TrimSuffix(filepath.Base(name), ".hl7")] = text
	}
	return out
}

// relay reads a message and writes its person and orders as a history.
func relay(t *testing.T, message []byte) (*VXU, []byte) {
	t.Helper()
	m, err := hl7.Parse(message)
	is.NoError(t, "parse", err)
	v := ReadVXU(m, codeset.Default())
	return v, history(v.Person, storable(v)...)
}

// storable are the doses of a message that can be stored.
func storable(v *VXU) []iis.Dose {
	var doses []iis.Dose
	for _, o := range v.Orders {
		if o.Usable {
			doses = append(doses, o.Dose)
		}
	}
	return doses
}

// TestWhatNISTSendsUsWeSendOn reads each of NIST's messages that conforms to its
// own profile, and wants the history made of it to conform as well.
func TestWhatNISTSendsUsWeSendOn(t *testing.T) {
	asSent, asHistory := nist.Load(t, "Z22"), nist.Load(t, "Z32")
	got := map[string][]string{}
	clean := 0
	for name, message := range vxus(t) {
		if len(asSent.Validate(message)) > 0 {
			continue
		}
		clean++
		v, answer := relay(t, message)
		if v.Refused {
			t.Errorf("%s is refused", name)
		}
		for _, f := range asHistory.Validate(answer) {
			got[name] = append(got[name], f.String())
		}
	}
	if clean < 30 {
		t.Errorf("want more than 30 conforming messages, found %d", clean)
	}
	is.Equal(t, "departures", got, map[string][]string{})
}

// unsent are what a history of real senders' and faulty messages lacks, by kind
// of departure: how often, and why.
var unsent = map[string]struct {
	times  int
	reason string
}{
	"E NK1-4.7 R missing Address Type":                      {1, "the source gave no type of the address"},
	"E PID-8 R missing Administrative Sex":                  {1, "the source did not say the sex"},
	"E PID-5.2 R missing Given Name":                        {1, "the source gave no given name"},
	"E RXA-9 R missing Administration Notes":                {1, "the source did not say how it knows of the dose"},
	"E RXA-15 R missing Substance Lot Number":               {2, "the source gave no lot of a dose it gave"},
	"E RXA-17 R missing Substance Manufacturer Name":        {2, "the source gave no maker of a dose it gave"},
	"E RXA-18 R missing Substance/Treatment Refusal Reason": {1, "the source gave no reason of the refusal"},
	"W PID-5.3 length>30":                                   {1, "the source's value is longer than HL7 allows"},
	"W NK1-4.3 length>50":                                   {1, "the source's value is longer than HL7 allows"},
	"E OBX IZ-35":                                           {1, "the source's eligibility is not of the national table 0064"},
	"VS OBX-3 LOINC GOES HERE not in NIP003":                {1, "the source observed what the guide has no code for"},
	"E OBX IZ-36":                                           {3, "the bar code is of an edition newer than NIST's list"},
}

// TestWhatAnybodySendsUsWeSendOn does the same with the messages of real systems
// and with faulty ones. The list of departures is exact in both directions.
func TestWhatAnybodySendsUsWeSendOn(t *testing.T) {
	asHistory := nist.Load(t, "Z32")
	got, want := map[string]int{}, map[string]int{}
	for kind, u := range unsent {
		want[kind] = u.times
	}
	read := 0
	for _, message := range senders(t) {
		m, err := hl7.Parse(message)
		if err != nil || ReadHeader(m).Code != "VXU" {
			continue
		}
		v, answer := relay(t, message)
		if v.Refused {
			continue
		}
		read++
		_, twice := relay(t, answer)
		is.Equal(t, "written twice", lines(twice), lines(answer))
		for _, f := range asHistory.Validate(answer) {
			kind, _, _ := strings.Cut(number.ReplaceAllString(f.String(), ""), ": ")
			got[kind]++
		}
	}
	if read < 150 {
		t.Errorf("want more than 150 messages, found %d", read)
	}
	is.Equal(t, "departures", got, want)
}

var number = regexp.MustCompile(`\[[0-9]+\]`)

// senders are the messages of real systems, and those labelled with a fault.
func senders(t *testing.T) [][]byte {
	t.Helper()
	var out [][]byte
	names, err := filepath.Glob(filepath.Join(shared.Dir(t), "hl7", "vendor-samples", "*.hl7"))
	is.NoError(t, "list", err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		is.NoError(t, "read", err)
		out = append(out, text)
	}
	for _, name := range []string{"mqe-fatal-12", "mqe-quality-issues-253", "nist-pairs", "smm-tolerance-D"} {
		for line := range bytes.Lines(shared.File(t, "hl7", "labelled", name+".jsonl")) {
			var row struct{ Message, Request string }
			is.NoError(t, "read "+name, json.Unmarshal(line, &row))
			out = append(out, []byte(row.Message+row.Request))
		}
	}
	return out
}

// TestWhatWeSendWeReadTheSame writes each of NIST's messages as a history, reads
// that again, and wants the same facts and, written once more, the same bytes.
func TestWhatWeSendWeReadTheSame(t *testing.T) {
	all := vxus(t)
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			first, once := relay(t, all[name])
			second, twice := relay(t, once)
			is.Equal(t, "written twice", lines(twice), lines(once))
			is.Equal(t, "facts", factsOf(second), factsOf(first))
		})
	}
}

// factsOf is what may not get lost on the way, whoever sent it.
func factsOf(v *VXU) []string {
	p := v.Person
	out := []string{p.LegalName().Family, p.LegalName().Given, p.Birth.String(), first(p.Sex, "U")}
	for _, o := range v.Orders {
		if !o.Usable {
			continue
		}
		d := o.Dose
		out = append(out, strings.Join([]string{string(d.Kind), d.Date.String(), d.CVX, d.NDC, d.Lot, d.Expiration.String(), d.InfoSource}, " "))
	}
	return out
}
