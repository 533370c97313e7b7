package check

import (
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/iz"
)

var loadCodes = sync.OnceValues(codeset.Load)

// realCodes are the code tables of the repository.
func realCodes(t testing.TB) *codeset.Tables {
	t.Helper()
	codes, err := loadCodes()
	is.NoError(t, "the code tables", err)
	return codes
}

// received is when every message of the tests comes in.
var received = time.Date(2024, 3, 5, 12, 0, 0, 0, time.UTC)

// read is a message's text read as package iz reads it.
func read(t testing.TB, raw string) Input {
	t.Helper()
	m, err := hl7.Parse([]byte(raw))
	is.NoError(t, "parse", err)
	in := Input{Message: m, Codes: realCodes(t), Received: received}
	if iz.ReadHeader(m).Code == "QBP" {
		in.Query = iz.ReadQuery(m, in.Codes)
	} else {
		in.VXU = iz.ReadVXU(m, in.Codes)
	}
	return in
}

// all is what reading and checking find together, as a sender is told.
func all(in Input) iis.Findings {
	fs := iz.FirstPass(in.Message)
	if in.VXU != nil {
		fs = append(fs, in.VXU.Findings...)
	}
	if in.Query != nil {
		fs = append(fs, in.Query.Findings...)
	}
	return append(fs, Message(in)...).OnePerPlace()
}

// short is a finding in a line: severity, codes, place, rule.
func short(f iis.Finding) string {
	return string(f.Severity) + " " + f.HL7 + "/" + f.App + " " + f.Where.ERL() + " " + f.Rule
}

func shorts(fs iis.Findings) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, short(f))
	}
	return out
}

// A message that keeps the guide, segment by segment.
var (
	goodVXU = []string{
		`MSH|^~\&|APP|CLINIC|IIS|STATE|20240305101500-0500||VXU^V04^VXU_V04|4711|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|ORG|STATE`,
		`PID|1||A1^^^CLINIC^MR||Lovelace^Ada^Byron^^^^L|Milbanke^Anne^^^^^M|20200229|F||2106-3^White^CDCREC|1 Engine Rd^^Boston^MA^02118^USA^P||^PRN^PH^^^617^5550100|||||||||2186-5^Not Hispanic^CDCREC||Y|2|||||N`,
		`PD1|||||||||||02^Reminder^HL70215|N|20240305|||A|20240305|20240305`,
		`NK1|1|Milbanke^Anne^^^^^L|MTH^Mother^HL70063|1 Engine Rd^^Boston^MA^02118^USA^P|^PRN^PH^^^617^5550100`,
		`ORC|RE|P1^CLINIC|F1^CLINIC|||||||7^Babbage^Charles^^^^^^CLINIC^L^^^PRN||8^Somerville^Mary^^^^^^CLINIC^L^^^MD`,
		`RXA|0|1|20240301||03^MMR^CVX|0.5|mL^mL^UCUM||00^New^NIP001|7^Babbage^Charles^^^^^^CLINIC^L^^^PRN|^^^CLINIC||||L1|20250101|MSD^Merck^MVX|||CP|A`,
		`RXR|C38299^Subcutaneous^NCIT|LA^Left Arm^HL70163`,
		`OBX|1|CE|64994-7^Eligibility^LN|1|V01^Not eligible^HL70064||||||F|||20240301|||VXC40^per immunization^CDCPHINVS`,
		`OBX|2|CE|30956-7^Vaccine Type^LN|2|03^MMR^CVX||||||F|||20240301`,
		`OBX|3|DT|29768-9^VIS published^LN|2|20210806||||||F|||20240301`,
		`OBX|4|DT|29769-7^VIS presented^LN|2|20240301||||||F|||20240301`,
	}
	goodQBP = []string{
		`MSH|^~\&|APP|CLINIC|IIS|STATE|20240305101500-0500||QBP^Q11^QBP_Q11|4712|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS`,
		`QPD|Z34^Request Immunization History^CDCPHINVS|T1|A1^^^CLINIC^MR|Lovelace^Ada^^^^^L|Milbanke^Anne^^^^^M|20200229|F|1 Engine Rd^^Boston^MA^02118^USA^P|^PRN^PH^^^617^5550100|Y|2`,
		`RCP|I|10^RD&Records&HL70126`,
	}
)

// with is a message with fields set: "RXA-20=RE". A missing segment is put at
// its end; "RXR-" takes a segment out.
func with(good []string, changes ...string) string {
	lines := append([]string(nil), good...)
	for _, c := range changes {
		place, value, _ := strings.Cut(c, "=")
		name, field, _ := strings.Cut(place, "-")
		for i := range lines {
			if strings.HasPrefix(lines[i], name+"|") {
				lines[i] = set(lines[i], field, value)
				break
			}
		}
	}
	var kept []string
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\r") + "\r"
}

// set is a line with one field set; no line when the field is not named.
func set(line, field, value string) string {
	if field == "" {
		return ""
	}
	n := 0
	for _, c := range field {
		n = n*10 + int(c-'0')
	}
	if strings.HasPrefix(line, "MSH") {
		n--
	}
	parts := strings.Split(line, "|")
	for len(parts) <= n {
		parts = append(parts, "")
	}
	parts[n] = value
	return strings.Join(parts, "|")
}

func TestAMessageThatKeepsTheGuideHasNoFinding(t *testing.T) {
	is.Equal(t, "of a VXU", shorts(all(read(t, with(goodVXU)))), []string{})
	is.Equal(t, "of a query", shorts(all(read(t, with(goodQBP)))), []string{})
}
