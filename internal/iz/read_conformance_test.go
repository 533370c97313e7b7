package iz

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/shared"
)

// labelled is one line of the public sets with a third party's verdict.
type labelled struct {
	ID, Case, Defect, Location, Message, Request string
}

func readLabelled(t *testing.T, file string) []labelled {
	t.Helper()
	var out []labelled
	for line := range bytes.Lines(shared.File(t, "hl7", "labelled", file)) {
		var l labelled
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		is.NoError(t, file, json.Unmarshal(line, &l))
		out = append(out, l)
	}
	if len(out) == 0 {
		t.Fatalf("%s holds no message", file)
	}
	return out
}

// messagesOf are the files of the public sets that match a pattern.
func messagesOf(t *testing.T, pattern string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared.Dir(t), "hl7", pattern))
	is.NoError(t, pattern, err)
	if len(files) == 0 {
		t.Fatalf("no file matches %s", pattern)
	}
	out := map[string][]byte{}
	for _, f := range files {
		out[filepath.Base(f)] = shared.File(t, "hl7", filepath.Dir(pattern), filepath.Base(f))
	}
	return out
}

// mustBeTaken fails for a message of which anything would not be stored.
func mustBeTaken(t *testing.T, raw []byte) {
	t.Helper()
	m, err := hl7.Parse(raw)
	is.NoError(t, "parse", err)
	is.Equal(t, "first pass", inShort(FirstPass(m)), []string{})
	v := ReadVXU(m, realCodes(t))
	if v.Refused || v.Findings.Worst() == iis.Error {
		t.Errorf("refused %v: %q", v.Refused, inShort(v.Findings))
	}
	for _, o := range v.Orders {
		if !o.Usable && o.Dose.CVX != noVaccine {
			t.Errorf("order %d at %s is not usable", o.Number, o.Where.ERL())
		}
	}
}

func TestRealAndValidVaccinationMessagesAreTaken(t *testing.T) {
	for _, pattern := range []string{"vendor-samples/*.hl7", "nist/VXU*.hl7"} {
		for name, raw := range messagesOf(t, pattern) {
			t.Run(name, func(t *testing.T) { mustBeTaken(t, raw) })
		}
	}
	for _, l := range readLabelled(t, "smm-tolerance-D.jsonl") {
		t.Run(l.ID, func(t *testing.T) { mustBeTaken(t, []byte(l.Message)) })
	}
	for i, l := range readLabelled(t, "nist-pairs.jsonl") {
		if strings.Contains(l.Request, "|VXU^") {
			t.Run(strconv.Itoa(i), func(t *testing.T) { mustBeTaken(t, []byte(l.Request)) })
		}
	}
}

func TestFatalDefectsRefuseTheMessageAndNameTheirPlace(t *testing.T) {
	for _, l := range readLabelled(t, "mqe-fatal-12.jsonl") {
		t.Run(l.Defect, func(t *testing.T) {
			m, err := hl7.Parse([]byte(l.Message))
			is.NoError(t, "parse", err)
			v := ReadVXU(m, realCodes(t))
			named := false
			for _, f := range v.Findings {
				named = named || (f.Severity == iis.Error && f.Where.String() == l.Location)
			}
			if !v.Refused || !named {
				t.Errorf("refused %v, want true with an error at %s: %q", v.Refused, l.Location, inShort(v.Findings))
			}
		})
	}
}

func TestValidQueriesAreAnswerable(t *testing.T) {
	for name, raw := range messagesOf(t, "nist/QBP*.hl7") {
		t.Run(name, func(t *testing.T) {
			m, err := hl7.Parse(raw)
			is.NoError(t, "parse", err)
			q := ReadQuery(m, realCodes(t))
			if q.Refused {
				t.Errorf("refused: %q", inShort(q.Findings))
			}
			is.Equal(t, "echo", string(q.QPD), string(m.First("QPD").Raw()))
		})
	}
}

func TestLargeBatchesAreReadAndNearlyAllIsStored(t *testing.T) {
	read, orders, lost := 0, 0, 0
	for name, raw := range messagesOf(t, "batch/*") {
		s := hl7.NewSplitter(bytes.NewReader(raw), 1<<20)
		for {
			text, err := s.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			is.NoError(t, name, err)
			m, err := hl7.Parse(text)
			is.NoError(t, name, err)
			v := ReadVXU(m, realCodes(t))
			read++
			checkFindings(t, v.Findings)
			for _, o := range v.Orders {
				orders++
				if !o.Usable {
					lost++
				}
			}
		}
	}
	t.Logf("%d messages, %d order groups, %d of them not stored", read, orders, lost)
	if read < 2500 || lost > orders/100 {
		t.Errorf("%d messages with %d order groups, %d not stored: want at least 2500 messages and under 1 %% lost", read, orders, lost)
	}
}

// checkFindings checks what holds of every finding: a place and both codes, a
// sentence and a name.
func checkFindings(t *testing.T, fs iis.Findings) {
	t.Helper()
	for _, f := range fs {
		if f.Where.IsZero() || f.HL7 == "" || f.App == "" || f.Rule == "" || f.Say == "" || len(f.Say) > 250 {
			t.Errorf("an incomplete finding: %+v", f)
		}
	}
}
