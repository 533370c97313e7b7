package iz

import (
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
)

var loadCodes = sync.OnceValues(codeset.Load)

// realCodes are the code tables of the repository.
func realCodes(t testing.TB) *codeset.Tables {
	t.Helper()
	codes, err := loadCodes()
	is.NoError(t, "the code tables", err)
	return codes
}

// Lines of which the tests build messages.
const (
	mshVXU = `MSH|^~\&|APP|CLINIC|IIS|STATE|20240305101500-0500||VXU^V04^VXU_V04|4711|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|ORG|STATE`
	mshQBP = `MSH|^~\&|APP|CLINIC|IIS|STATE|20240305101500-0500||QBP^Q11^QBP_Q11|4712|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS`
	pidAda = `PID|1||A1^^^CLINIC^MR||Lovelace^Ada^Byron^^^^L||20200229|F`
	orcOne = `ORC|RE|P1^CLINIC|F1^CLINIC`
	rxaMMR = `RXA|0|1|20240301||03^MMR^CVX|0.5|mL^mL^UCUM||00^New^NIP001||||||L1||MSD^Merck^MVX|||CP|A`
)

func parsed(t testing.TB, lines ...string) *hl7.Message {
	t.Helper()
	m, err := hl7.Parse([]byte(strings.Join(lines, "\r")))
	is.NoError(t, "parse", err)
	return m
}

// readLines reads a VXU with Ada Lovelace for its person and the given lines
// after her.
func readLines(t testing.TB, lines ...string) *VXU {
	t.Helper()
	return ReadVXU(parsed(t, append([]string{mshVXU, pidAda}, lines...)...), realCodes(t))
}

// setField is a line with field n set; for MSH, n is one less.
func setField(line string, n int, value string) string {
	fields := strings.Split(line, "|")
	for len(fields) <= n {
		fields = append(fields, "")
	}
	fields[n] = value
	return strings.Join(fields, "|")
}

// inShort is what findings come to: severity, both codes, place.
func inShort(fs iis.Findings) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, string(f.Severity)+" "+f.HL7+"/"+f.App+" "+f.Where.ERL())
	}
	return out
}

func TestAMessageIsRefusedOnlyForItsPersonOrWhenEveryOrderIsUnusable(t *testing.T) {
	good, bad := rxaMMR, `RXA|0|1|20240301||BADVALUE^MMR^CVX|999`
	for _, c := range []struct {
		name    string
		lines   []string
		refused bool
		want    []string
	}{
		{"no PID", []string{mshVXU, orcOne, good}, true, []string{"E 100/7 PID^1"}},
		{"empty PID", []string{mshVXU, "PID|", orcOne, good}, true, []string{"E 100/7 PID^1"}},
		{"PID of separators and a set id", []string{mshVXU, "PID|1||^^^^||~|"}, true, []string{"E 100/7 PID^1"}},
		{"no identifier", []string{mshVXU, "PID|1||^^^CLINIC^MR||Lovelace^Ada||20200229"}, true, []string{"E 101/7 PID^1^3"}},
		{"no name", []string{mshVXU, "PID|1||A1^^^CLINIC^MR||^^^^^^L||20200229"}, true, []string{"E 101/7 PID^1^5"}},
		{"a name of quotes", []string{mshVXU, `PID|1||A1^^^CLINIC^MR||""^""||20200229`}, true, []string{"E 101/7 PID^1^5"}},
		{"no birth date", []string{mshVXU, "PID|1||A1^^^CLINIC^MR||Lovelace^Ada"}, true, []string{"E 101/7 PID^1^7"}},
		{"a partial birth date", []string{mshVXU, "PID|1||A1^^^CLINIC^MR||Lovelace^Ada||202002"}, true, []string{"E 102/2 PID^1^7"}},
		{"an impossible birth date", []string{mshVXU, "PID|1||A1^^^CLINIC^MR||Lovelace^Ada||20230229"}, true, []string{"E 102/2 PID^1^7"}},
		{"all three", []string{mshVXU, "PID|1||||||||F"}, true, []string{"E 101/7 PID^1^7", "E 101/7 PID^1^3", "E 101/7 PID^1^5"}},
		{"no order group", []string{mshVXU, pidAda}, false, []string{}},
		{"its only order unusable", []string{mshVXU, pidAda, orcOne, bad}, true, []string{"E 103/5 RXA^1^5", "E 100/7 RXA^1"}},
		{"one of two orders unusable", []string{mshVXU, pidAda, orcOne, good, orcOne, bad}, false, []string{"E 103/5 RXA^2^5"}},
		{"an ORC alone", []string{mshVXU, pidAda, orcOne}, true, []string{"E 100/7 ORC^1", "E 100/7 RXA^1"}},
		{"an ORC alone beside a dose", []string{mshVXU, pidAda, orcOne, orcOne, good}, false, []string{"E 100/7 ORC^1"}},
		{"a fact without observations", []string{mshVXU, pidAda, orcOne, "RXA|0|1|20240301||998^none^CVX|999||||||||||||||NA"},
			false, []string{"I 100/8 RXA^1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ReadVXU(parsed(t, c.lines...), realCodes(t))
			is.Equal(t, "findings", inShort(v.Findings), c.want)
			is.Equal(t, "refused", v.Refused, c.refused)
		})
	}
}

func TestAnOrderAfterAnotherPatientIsNotGivenToTheFirst(t *testing.T) {
	v := readLines(t, orcOne, rxaMMR,
		"PID|2||B2^^^CLINIC^MR||Babbage^Charles||20191226|M", "NK1|1|Babbage^Sarah|MTH", orcOne, rxaMMR)
	is.Equal(t, "findings", inShort(v.Findings), []string{"W 100/8 PID^2", "E 100/8 RXA^2"})
	is.Equal(t, "kin", len(v.Person.Kin), 0)
	is.Equal(t, "usable", []bool{v.Orders[0].Usable, v.Orders[1].Usable}, []bool{true, false})

	again := readLines(t, pidAda, "PID|", orcOne, rxaMMR)
	is.Equal(t, "the same patient twice", inShort(again.Findings), []string{"W 100/8 PID^2", "W 100/8 PID^3"})
	is.Equal(t, "usable", again.Orders[0].Usable, true)

	second := readLines(t, mshVXU, orcOne, rxaMMR)
	is.Equal(t, "a second header", inShort(second.Findings), []string{"W 100/8 MSH^2", "E 100/8 RXA^1", "E 100/7 RXA^1"})
}

func TestALineBreakInsideAFieldIsReportedOnce(t *testing.T) {
	v := readLines(t, orcOne, rxaMMR, "OBX|1|ST|48767-8^note^LN|1|first line", "second line", "third line||||||F", "NTE|1||fine")
	is.Equal(t, "findings", inShort(v.Findings), []string{"W 102/8 OBX^1"})
	is.Equal(t, "observation", v.Orders[0].Dose.Observations[0].Text, "first line")
}

func TestWorkOnOneMessageIsBounded(t *testing.T) {
	t.Run("repetitions", func(t *testing.T) {
		v := ReadVXU(parsed(t, mshVXU, "PID|1||"+strings.Repeat("A^^^C^MR~", 5000)+"||Lovelace^Ada||20200229"), realCodes(t))
		is.Equal(t, "read", len(v.Person.IDs), maxReps)
		is.Equal(t, "findings", inShort(v.Findings), []string{"W 102/8 PID^1^3^51"})
	})
	t.Run("observations", func(t *testing.T) {
		lines := []string{orcOne, rxaMMR}
		for range maxObservations + 5 {
			lines = append(lines, "OBX|1|NM|30973-2^dose^LN|1|1||||||F")
		}
		v := readLines(t, lines...)
		is.Equal(t, "read", len(v.Orders[0].Dose.Observations), maxObservations)
		is.Equal(t, "findings", inShort(v.Findings), []string{"W 100/8 OBX^201"})
	})
	t.Run("order groups", func(t *testing.T) {
		lines := []string{}
		for range maxGroups + 5 {
			lines = append(lines, orcOne, rxaMMR)
		}
		v := readLines(t, lines...)
		is.Equal(t, "findings", inShort(v.Findings), []string{"E 100/8 RXA^1001"})
		is.Equal(t, "orders", len(v.Orders), maxGroups+1)
		is.Equal(t, "usable", []bool{v.Orders[maxGroups-1].Usable, v.Orders[maxGroups].Usable}, []bool{true, false})
	})
	t.Run("next of kin", func(t *testing.T) {
		lines := []string{}
		for range maxKin + 5 {
			lines = append(lines, "NK1|1|Lovelace^Anne|MTH")
		}
		v := readLines(t, lines...)
		is.Equal(t, "read", len(v.Person.Kin), maxKin)
		is.Equal(t, "findings", inShort(v.Findings), []string{"W 100/8 NK1^51"})
	})
}

func TestTheFirstPassRefusesOnlyTypeEventVersionAndProcessing(t *testing.T) {
	for _, c := range []struct {
		name, typ, processing, version string
		want                           []string
	}{
		{"a vaccination message", "VXU^V04^VXU_V04", "P", "2.5.1", []string{}},
		{"a query", "QBP^Q11^QBP_Q11", "T", "2.5.1", []string{}},
		{"an unknown structure", "VXU^V04^STRUCTURE", "D", "2.5.1", []string{}},
		{"lower case", "vxu^v04", "p", "2.5.1", []string{}},
		{"an old version", "VXU^V04", "P", "2.3.1", []string{}},
		{"a later version", "VXU^V04", "P", "2.8", []string{}},
		{"another message", "ADT^A01", "P", "2.5.1", []string{"E 200/5 MSH^1^9^1^1"}},
		{"no type", "^V04", "P", "2.5.1", []string{"E 200/5 MSH^1^9^1^1"}},
		{"no event", "VXU", "P", "2.5.1", []string{"E 201/5 MSH^1^9^1^2"}},
		{"the query's event", "VXU^Q11", "P", "2.5.1", []string{"E 201/5 MSH^1^9^1^2"}},
		{"no version", "VXU^V04", "P", "", []string{"E 203/5 MSH^1^12^1^1"}},
		{"version 13.4", "VXU^V04", "P", "13.4", []string{"E 203/5 MSH^1^12^1^1"}},
		{"version 3", "VXU^V04", "P", "3.0", []string{"E 203/5 MSH^1^12^1^1"}},
		{"no processing id", "VXU^V04", "", "2.5.1", []string{"E 202/5 MSH^1^11^1^1"}},
		{"an unknown processing id", "VXU^V04", "X", "2.5.1", []string{"E 202/5 MSH^1^11^1^1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fs := FirstPass(parsed(t, `MSH|^~\&|||||20240305||`+c.typ+`|1|`+c.processing+`|`+c.version))
			is.Equal(t, "findings", inShort(fs), c.want)
			for _, f := range fs {
				is.Equal(t, "is of the first pass", f.IsFirstPass(), true)
			}
		})
	}
}

func TestTheHeaderIsReadInFull(t *testing.T) {
	h := ReadHeader(parsed(t, `MSH|^~\&|APP^1.2^ISO|CLINIC|IIS|STATE|20240305101500.25-0500||VXU^V04^VXU_V04|4711|P^T|2.5.1^USA|||ER|AL|||||PH_X~Z22^CDCPHINVS|ORG^L|STATE|`))
	want := Header{
		SendingApp: "APP", SendingFacility: "CLINIC", ReceivingApp: "IIS", ReceivingFacility: "STATE",
		SendingOrg: "ORG", ReceivingOrg: "STATE", Code: "VXU", Event: "V04", Structure: "VXU_V04",
		ControlID: "4711", Processing: "P", Version: "2.5.1", Profile: "Z22", Time: h.Time,
	}
	is.Equal(t, "header", h, want)
	is.Equal(t, "time", h.Time.Format(time.RFC3339Nano), "2024-03-05T10:15:00.25-05:00")
	bare := ReadHeader(parsed(t, `MSH|`))
	is.Equal(t, "an empty header", bare, Header{})
}

func TestATimeIsReadAsFarAsItGoes(t *testing.T) {
	for in, want := range map[string]string{
		"20240305":                  "2024-03-05T00:00:00Z",
		"202403051015":              "2024-03-05T10:15:00Z",
		"20240305101530":            "2024-03-05T10:15:30Z",
		"20240305101530.1234+0530":  "2024-03-05T10:15:30.1234+05:30",
		"202403051015-500":          "2024-03-05T10:15:00-05:00",
		"20240305101-0500":          "2024-03-05T10:00:00-05:00",
		"20240305256199":            "2024-03-05T00:00:00Z",
		"20240305101530-9999":       "2024-03-05T10:15:30Z",
		"2024-03-05T10:15:30+01:00": "2024-03-05T10:15:30+01:00",
		"20240305101530Z":           "2024-03-05T10:15:30Z",
	} {
		got, ok := ParseTime(in)
		if !ok || got.Format(time.RFC3339Nano) != want {
			t.Errorf("ParseTime(%q) = %v %v, want %s", in, got.Format(time.RFC3339Nano), ok, want)
		}
	}
	for _, in := range []string{"", "2024", "202403", "20240230", "March 5", "20240305 noon", "2024/03/05", "2024-3-05xx"} {
		if got, ok := ParseTime(in); ok {
			t.Errorf("ParseTime(%q) = %v, want no time", in, got)
		}
	}
}

func TestADayIsNeverGuessed(t *testing.T) {
	for in, want := range map[string]cal.Date{
		"20240305": cal.Of(2024, 3, 5), "202403051015-0500": cal.Of(2024, 3, 5), "2024-03-05": cal.Of(2024, 3, 5),
		"202403": cal.None, "2024": cal.None, "03/05/2024": cal.None, "05032024": cal.None, "20240305?": cal.None,
		"20240230": cal.None, "00000000": cal.None, "17000000": cal.None, "2024-13-05": cal.None,
	} {
		if got, _ := readDay(in); got != want {
			t.Errorf("readDay(%q) = %v, want %v", in, got, want)
		}
	}
}
