package iz

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/test/conformance/nist"
)

// registry writes with a fixed clock and numbers its messages.
func registry() Responder {
	zone := time.FixedZone("", -5*60*60)
	return Responder{
		App: "OPENIIS", Facility: "STATE",
		NewID: func() string { return "OUT1" },
		Now:   func() time.Time { return time.Date(2026, 3, 2, 14, 5, 9, 0, zone) },
	}
}

// asked is the header of a message from a clinic.
func asked(code string) Header {
	return Header{
		SendingApp: "EHR", SendingFacility: "CLINIC", ReceivingApp: "IIS", ReceivingFacility: "MA0000",
		SendingOrg: "CLINICORG", ReceivingOrg: "STATEORG",
		Code: code, ControlID: "IN-1", Processing: "T", Version: "2.5.1",
	}
}

// lines are the segments of a message as text.
func lines(message []byte) []string {
	return strings.Split(strings.TrimSuffix(string(message), "\r"), "\r")
}

// segmentsOf are the segments of one name.
func segmentsOf(message []byte, name string) []string {
	var out []string
	for _, l := range lines(message) {
		if strings.HasPrefix(l, name) {
			out = append(out, l)
		}
	}
	return out
}

// departures are what the profile of a message finds wrong with it.
func departures(t *testing.T, message []byte) []string {
	t.Helper()
	profile := string(message[strings.Index(string(message), "^CDCPHINVS")-3:][:3])
	var out []string
	for _, f := range nist.Load(t, profile).Validate(message) {
		out = append(out, f.String())
	}
	return out
}

func finding(severity iis.Severity, hl7, app string, at iis.Where) iis.Finding {
	return iis.Finding{Rule: "test", Severity: severity, HL7: hl7, App: app, Where: at, Say: "The value is not right."}
}

func TestTheAcknowledgementCodeFollowsTheWorstFinding(t *testing.T) {
	at := iis.Where{Segment: "PID", Sequence: 1, Field: 5}
	information, warning := finding(iis.Information, "0", "", at), finding(iis.Warning, "103", "5", at)
	mistake, firstPass := finding(iis.Error, "101", "7", at), finding(iis.Error, "203", "", at)
	for name, c := range map[string]struct {
		found iis.Findings
		want  string
	}{
		"nothing":                   {nil, "AA"},
		"information":               {iis.Findings{information}, "AA"},
		"a warning":                 {iis.Findings{information, warning}, "AE"},
		"an error":                  {iis.Findings{mistake, warning}, "AE"},
		"a first-pass failure":      {iis.Findings{mistake, firstPass}, "AR"},
		"an unknown key (204)":      {iis.Findings{finding(iis.Error, "204", "", at)}, "AE"},
		"our own failure (207)":     {iis.Findings{finding(iis.Error, "207", "", at)}, "AE"},
		"an unsupported processing": {iis.Findings{finding(iis.Error, "202", "", at)}, "AR"},
	} {
		t.Run(name, func(t *testing.T) { is.Equal(t, "MSA-1", MSA1(c.found), c.want) })
	}
}

func TestAnAcknowledgementIsWrittenAsTheGuideShows(t *testing.T) {
	const head = `MSH|^~\&|IIS|MA0000|EHR|CLINIC|20260302140509-0500||ACK^V04^ACK|OUT1|T|2.5.1|||NE|NE|||||Z23^CDCPHINVS|STATEORG|CLINICORG`
	at := iis.Where{Segment: "RXA", Sequence: 2, Field: 5, Component: 1}
	for name, c := range map[string]struct {
		from  Header
		found iis.Findings
		want  []string
	}{
		"accepted": {asked("VXU"), nil, []string{head, `MSA|AA|IN-1`}},
		"with a warning": {asked("VXU"), iis.Findings{finding(iis.Warning, "103", "5", at)}, []string{head, `MSA|AE|IN-1`,
			`ERR||RXA^2^5^1^1|103^Table value not found^HL70357|W|5^Table value not found^HL70533|||The value is not right.`}},
		"once per place, the worst first": {asked("VXU"), iis.Findings{
			finding(iis.Information, "0", "", iis.Where{}), finding(iis.Warning, "102", "2", at), finding(iis.Error, "101", "", at)},
			[]string{head, `MSA|AE|IN-1`,
				`ERR||RXA^2^5^1^1|101^Required field missing^HL70357|E||||The value is not right.`,
				`ERR|||0^Message accepted^HL70357|I||||The value is not right.`}},
		"codes that are in no table": {asked("VXU"), iis.Findings{
			finding(iis.Error, "", "2000", iis.Where{}), finding(iis.Information, "77", "", iis.Where{})},
			[]string{head, `MSA|AE|IN-1`,
				`ERR|||999^Application error^HL70357|E||||The value is not right.`,
				`ERR|||0^Message accepted^HL70357|I||||The value is not right.`}},
		"a line without a name is no place": {asked("VXU"), iis.Findings{
			finding(iis.Warning, "100", "", iis.Where{Segment: "a^b", Sequence: 1})},
			[]string{head, `MSA|AE|IN-1`, `ERR|||100^Segment sequence error^HL70357|W||||The value is not right.`}},
		"a query that fails the first pass": {asked("QBP"), iis.Findings{finding(iis.Error, "203", "", iis.Where{Segment: "MSH", Sequence: 1, Field: 12})},
			[]string{strings.Replace(head, "^V04^", "^Q11^", 1), `MSA|AR|IN-1`,
				`ERR||MSH^1^12|203^Unsupported version ID^HL70357|E||||The value is not right.`}},
		"a header that says nothing": {Header{}, nil,
			[]string{`MSH|^~\&|OPENIIS|STATE|||20260302140509-0500||ACK^V04^ACK|OUT1|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS`, `MSA|AA|UNKNOWN`}},
		"a facility with a universal identifier": {Header{SendingFacility: "2.16.840.1.113883.9", ControlID: "7"}, nil,
			[]string{`MSH|^~\&|OPENIIS|STATE||^2.16.840.1.113883.9^ISO|20260302140509-0500||ACK^V04^ACK|OUT1|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS`, `MSA|AA|7`}},
	} {
		t.Run(name, func(t *testing.T) {
			is.Equal(t, "the acknowledgement", lines(registry().ACK(c.from, c.found, "")), c.want)
		})
	}
}

// TestEveryAcknowledgementFollowsItsProfile walks all codes that a finding may
// carry. NIST's set of table 0533 ends at 6; the guide's own examples use 7.
func TestEveryAcknowledgementFollowsItsProfile(t *testing.T) {
	places := []iis.Where{{}, {Segment: "RXA"}, {Segment: "RXA", Sequence: 3, Field: 5},
		{Segment: "PID", Sequence: 1, Field: 11, Rep: 2}, {Segment: "PID", Sequence: 1, Field: 11, Component: 5, Sub: 2}}
	profile := nist.Load(t, "Z23")
	for _, e := range codeset.Default().HL7Table(codeset.TableError) {
		code := e.Code
		for _, app := range []string{"", "1", "2", "3", "4", "5", "6", "7", "8", "2001"} {
			for _, severity := range []iis.Severity{iis.Error, iis.Warning, iis.Information} {
				var fs iis.Findings
				for _, at := range places {
					fs = append(fs, finding(severity, code, app, at))
				}
				message := registry().ACK(asked([]string{"VXU", "QBP", "ADT"}[len(app)%3]), fs, "")
				want := 0
				if app == "7" || app == "8" {
					want = len(places)
				}
				got := 0
				for _, f := range profile.Validate(message) {
					if f.What == app+" not in HL70533_IZ" {
						got++
						continue
					}
					t.Errorf("code %s, application code %s, %s: %s", code, app, severity, f)
				}
				if got != want {
					t.Errorf("application code %s is outside NIST's set %d times, want %d", app, got, want)
				}
			}
		}
	}
}

func TestANumberAboveNinetyNineIsToldThoughItIsLong(t *testing.T) {
	ack := registry().ACK(asked("VXU"), iis.Findings{finding(iis.Warning, "102", "2", iis.Where{Segment: "OBX", Sequence: 120, Field: 5})}, "")
	is.Equal(t, "ERR-2", strings.Split(segmentsOf(ack, "ERR")[0], "|")[2], "OBX^120^5")
	is.Equal(t, "departures", departures(t, ack), []string{"W ERR[1]-2[1].2 length>2"})
}

func TestAnAnswerGoesBackToWhomAUniversalIdNames(t *testing.T) {
	m := parsed(t, `MSH|^~\&|^2.16.840.1.113883.3.72^ISO|^clinic.example^DNS|IIS^1.2^ISO|^1.3.6.1^ISO|20240305101500-0500||VXU^V04^VXU_V04|IN-1|P|2.5.1`)
	got := segmentsOf(registry().ACK(ReadHeader(m), nil, ""), "MSH")[0]
	is.Equal(t, "MSH-3 to MSH-6", strings.Join(strings.Split(got, "|")[2:6], "|"), "IIS|^1.3.6.1^ISO|^2.16.840.1.113883.3.72^ISO|clinic.example")
}

func TestAnAcknowledgementListsAHundredFindingsAtMost(t *testing.T) {
	var fs iis.Findings
	for i := range 250 {
		fs = append(fs, finding(iis.Warning, "102", "2", iis.Where{Segment: "OBX", Sequence: i + 1, Field: 5}))
	}
	errs := segmentsOf(registry().ACK(asked("VXU"), fs[:100], ""), "ERR")
	is.Equal(t, "segments for a hundred findings", len(errs), 100)
	is.Equal(t, "the last of a hundred", strings.Contains(errs[99], "OBX^100^5"), true)
	errs = segmentsOf(registry().ACK(asked("VXU"), fs, ""), "ERR")
	is.Equal(t, "segments for more", len(errs), 100)
	is.Equal(t, "the last segment", errs[99],
		`ERR|||999^Application error^HL70357|W||||151 more findings are not listed; correct those above and send again.`)
}

func TestALongSentenceIsCutAtAWord(t *testing.T) {
	for name, c := range map[string]struct{ say, want string }{
		"short":         {"Correct the date.", "Correct the date."},
		"just fits":     {strings.Repeat("abcd ", 49) + "abcde", strings.Repeat("abcd ", 49) + "abcde"},
		"cut":           {strings.Repeat("abcd ", 60), strings.TrimSpace(strings.Repeat("abcd ", 49)) + "..."},
		"escapes count": {strings.Repeat("a^b ", 60), strings.TrimSpace(strings.Repeat("a^b ", 41)) + "..."},
		"one word":      {strings.Repeat("é", 300), strings.Repeat("é", 247) + "..."},
	} {
		t.Run(name, func(t *testing.T) {
			is.Equal(t, "the sentence", shorten(c.say, 250), c.want)
			fs := iis.Findings{{Severity: iis.Warning, HL7: "102", Say: c.say}}
			is.Equal(t, "departures", departures(t, registry().ACK(asked("VXU"), fs, "")), nil)
		})
	}
}

// nasty is text of everything that means something to the encoding.
var nasty = []string{`a|b^c~d\e&f`, "line\r\nline\ttab", `\X0D\`, ` blanks `, `\F\`, `MSH|^~\&|x`, "é ß 漢", `""`, "\r", "||^^"}

func TestNastyTextSurvivesInAnAcknowledgement(t *testing.T) {
	for i, text := range nasty {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			h := Header{SendingApp: text, SendingFacility: text, SendingOrg: text, ControlID: text}
			m, err := hl7.Parse(registry().ACK(h, iis.Findings{{Severity: iis.Error, HL7: "102", Say: text}}, ""))
			is.NoError(t, "parse", err)
			is.Equal(t, "segments", m.Len(), 3)
			is.Equal(t, "MSH-5", m.MSH().Field(5).String(), text)
			is.Equal(t, "MSH-6", m.MSH().Field(6).String(), text)
			is.Equal(t, "MSH-23", m.MSH().Field(23).String(), text)
			is.Equal(t, "MSA-2", m.First("MSA").Field(2).String(), text)
			is.Equal(t, "ERR-8", m.First("ERR").Field(8).String(), text)
		})
	}
}
