package check

import (
	"bufio"
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/shared"
)

// publicFiles are the messages of a folder of the public sets, by file name.
func publicFiles(t testing.TB, pattern ...string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(append([]string{shared.Dir(t), "hl7"}, pattern...)...))
	is.NoError(t, "list the public files", err)
	if len(names) == 0 {
		t.Fatalf("there is no file %s among the public sets", filepath.Join(pattern...))
	}
	out := map[string]string{}
	for _, name := range names {
		out[filepath.Base(name)] = string(shared.File(t, append([]string{"hl7"}, append(pattern[:len(pattern)-1:len(pattern)-1], filepath.Base(name))...)...))
	}
	return out
}

// warnings are what is found of a message that makes the answer AE.
func warnings(fs iis.Findings) []string {
	out := []string{}
	for _, f := range fs {
		if f.Severity != iis.Information {
			out = append(out, short(f))
		}
	}
	return out
}

// deserved are the warnings that NIST's own VXU get from us, each with how many
// there are and why that is right. The messages are made from templates that
// keep one old header, with days that were moved past those of the vaccines.
var deserved = map[string]struct {
	times int
	why   string
}{
	"PID-7 in the future":              {19, "days after the message's own MSH-7"},
	"RXA-3 in the future":              {393, "days after the message's own MSH-7"},
	"RXA-3 before PID-7":               {7, "a birth date moved past the doses"},
	"RXA-3 after RXA-16":               {7, "doses moved past the expiration of their lot"},
	"RXA-5 not in use on RXA-3":        {27, "PCV13, quadrivalent influenza vaccine: weeks to a year before their licences"},
	"RXA-3 outside the vaccine's ages": {3, "MMRV at ten months, hepatitis A at four"},
	"RXR-1 not that of RXA-5":          {47, "rotavirus vaccine into the muscle of the thigh"},
	"RXA-17 does not make RXA-5":       {6, "HAVRIX of Sanofi Pasteur"},
}

func TestNISTsOwnVXUAreAnsweredWithoutAWarningThatTheyDoNotDeserve(t *testing.T) {
	times := map[string]int{}
	for name, raw := range publicFiles(t, "nist", "VXU_*.hl7") {
		in := read(t, raw)
		if in.VXU.Refused || len(in.VXU.Orders) == 0 {
			t.Errorf("%s was not read: the test says nothing about it", name)
		}
		rest := iis.Findings{}
		for _, f := range all(in) {
			if _, ok := deserved[f.Rule]; ok {
				times[f.Rule]++
			} else {
				rest = append(rest, f)
			}
		}
		is.Equal(t, name, warnings(rest), []string{})
	}
	for rule, want := range deserved {
		is.Equal(t, rule+" ("+want.why+")", times[rule], want.times)
	}
}

// labelled is a message of a labelled set.
type labelled struct {
	ID, Issue, Expected, Location, Message string
}

func labelledSet(t *testing.T, name string) []labelled {
	t.Helper()
	var out []labelled
	lines := bufio.NewScanner(bytes.NewReader(shared.File(t, "hl7", "labelled", name)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l labelled
		is.NoError(t, "a line of "+name, json.Unmarshal(lines.Bytes(), &l))
		out = append(out, l)
	}
	return out
}

// warned are the warnings that the messages of real senders, and those that AIRA
// says must be accepted, get from us: all of them are about what is truly wrong.
var warned = map[string]int{
	// vendors: numbers and telephones that are made up, DTaP-Hib-IPV and others
	// before their licence, a Twinrix at three years, an unknown site
	"PID-13 invalid": 1, "NK1-5 invalid": 1, "PID-3.1 not a Medicaid number": 1, "PID-3.1 not a social security number": 2,
	"RXA-5 not in use on RXA-3": 22, "RXR-2 unknown": 1,
	// AIRA: rotavirus vaccine under the skin of four-year-olds
	"RXA-3 outside the vaccine's ages": 4, "RXR-1 not that of RXA-5": 3,
	// AIRA: what the guide forbids
	"OBX-2 unknown": 1, "OBX-4 missing": 1, "PID-22 unknown": 1,
}

func TestMessagesOfRealSendersGetNoWarningThatTheyDoNotDeserve(t *testing.T) {
	times := map[string]int{}
	for _, raw := range realMessages(t) {
		for _, f := range Message(read(t, raw)) {
			if f.Severity == iis.Warning {
				times[f.Rule]++
			}
		}
	}
	is.Equal(t, "warnings by rule", times, warned)
}

func TestMessagesOfRealSendersAreNeverAnError(t *testing.T) {
	for name, raw := range realMessages(t) {
		for _, f := range all(read(t, raw)) {
			if f.Severity == iis.Error {
				t.Errorf("%s: %s", name, short(f))
			}
		}
	}
}

// realMessages are those of vendors and those that AIRA wants accepted.
func realMessages(t *testing.T) map[string]string {
	t.Helper()
	sets := publicFiles(t, "vendor-samples", "*.hl7")
	for _, l := range labelledSet(t, "smm-tolerance-D.jsonl") {
		sets[l.ID] = l.Message
	}
	return sets
}

// elsewhere are rows of the labelled set whose location is not where their
// defect is.
var elsewhere = map[string]string{
	"NEXT_OF_KIN_NAME_FIRST_IS_MISSING": "NK1-2.2", // the labels of the two names are swapped
	"NEXT_OF_KIN_NAME_LAST_IS_MISSING":  "NK1-2.1",
	// the end differs from the start, and the end is ignored: MQE0266 says RXA-4 too
	"VACCINATION_ADMIN_DATE_END_IS_DIFFERENT_FROM_START_DATE": "RXA-4",
	// DTP in 2017: either the code or the day is wrong, and we mark the code
	"VACCINATION_ADMIN_DATE_IS_BEFORE_OR_AFTER_LICENSED_VACCINE_RANGE": "RXA-3 or RXA-5",
}

// withoutDefect are rows of the labelled set that do not have their defect: the
// day that should lie in the future is the day of MSH-7, and there is no PV1.
var withoutDefect = []string{
	"HL7_MSH_MESSAGE_DATE_IS_IN_FUTURE", "PATIENT_BIRTH_DATE_IS_AFTER_SUBMISSION", "PATIENT_BIRTH_DATE_IS_IN_FUTURE",
	"PATIENT_DEATH_DATE_IS_IN_FUTURE", "PATIENT_VFC_EFFECTIVE_DATE_IS_IN_FUTURE", "VACCINATION_ADMIN_DATE_IS_AFTER_MESSAGE_SUBMITTED",
	"VACCINATION_SYSTEM_ENTRY_TIME_IS_IN_FUTURE", "PATIENT_VFC_STATUS_IS_INVALID", "PATIENT_VFC_STATUS_IS_UNRECOGNIZED",
	"PATIENT_CLASS_IS_UNRECOGNIZED",
}

// misses are the defects that we do not report where they are, each with the
// reason. A defect that comes to be reported must leave the list.
var misses = map[string]string{}

// leastShare is the share of defects reported, in percent, that is kept.
const leastShare = 100

func TestLabelledDefectsAreReportedWhereTheyAre(t *testing.T) {
	hit, of := map[string]int{}, map[string]int{}
	for _, l := range labelledSet(t, "mqe-quality-issues-253.jsonl") {
		if (l.Expected != "ERROR" && l.Expected != "WARNING") || slices.Contains(withoutDefect, l.Issue) {
			continue
		}
		of[l.Expected]++
		if where, moved := elsewhere[l.Issue]; moved {
			l.Location = where
		}
		why, missed := misses[l.Issue]
		switch reported := reports(all(read(t, l.Message)), l.Location); {
		case reported && missed:
			t.Errorf("%s %s (%s) is reported now: take it off the list (%s)", l.ID, l.Issue, l.Location, why)
		case reported:
			hit[l.Expected]++
		case !missed:
			t.Errorf("%s %s %s (%s) is not reported", l.ID, l.Expected, l.Issue, l.Location)
		}
	}
	for _, e := range []string{"ERROR", "WARNING"} {
		t.Logf("%s: %d of %d defects are reported where they are", e, hit[e], of[e])
		if hit[e]*100 < leastShare*of[e] {
			t.Errorf("%s: fewer than %d %% of the defects are reported", e, leastShare)
		}
	}
}

// reports says whether a finding is at a place such as PID-7, PID-5.2, ORC or
// "RXA-5 or RXA-17".
func reports(fs iis.Findings, location string) bool {
	for _, place := range strings.Split(location, " or ") {
		segment, rest, _ := strings.Cut(place, "-")
		field, component, _ := strings.Cut(rest, ".")
		f, _ := strconv.Atoi(field)
		c, _ := strconv.Atoi(component)
		for _, got := range fs {
			w := got.Where
			if w.Segment == segment && (f == 0 || w.Field == f) && (c == 0 || w.Component == 0 || w.Component == c) {
				return true
			}
		}
	}
	return false
}
