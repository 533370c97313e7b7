package iz

import (
	"strconv"
	"strings"
	"testing"

	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// fidelity sets fields of a message about one dose, reads it, writes what was
// read as a history and looks at one field of that.
type fidelity struct {
	sent []string // ORC, RXA, … of the group, or PID; "RXA-16=202502" sets a field of the usual line
	at   string   // OBX 2-5: field 5 of the second OBX
	want string
	// departs is what the profile finds: of what the source sent, never of ours.
	departs []string
}

func (f fidelity) check(t *testing.T) {
	t.Helper()
	lines := []string{mshVXU, pidAda, orcOne, rxaMMR}
	for _, s := range f.sent {
		place, value, isField := strings.Cut(s, "=")
		if !isField {
			lines = append(lines, s)
			continue
		}
		name, field, _ := strings.Cut(place, "-")
		for i := range lines {
			if strings.HasPrefix(lines[i], name) {
				lines[i] = setField(lines[i], fieldNumber(field), value)
			}
		}
	}
	v, answer := relay(t, []byte(strings.Join(lines, "\r")))
	if v.Refused {
		t.Fatal("the message is refused")
	}
	name, place, _ := strings.Cut(f.at, " ")
	nth, field, _ := strings.Cut(place, "-")
	segments := segmentsOf(answer, name)
	if len(segments) < fieldNumber(nth) {
		t.Fatalf("there is no %s %s in %q", name, nth, string(answer))
	}
	fields := strings.Split(segments[fieldNumber(nth)-1]+strings.Repeat("|", 40), "|")
	is.Equal(t, f.at, fields[fieldNumber(field)], f.want)
	_, twice := relay(t, answer)
	is.Equal(t, "read and written again", string(twice), string(answer))
	is.Equal(t, "departures", departures(t, answer), f.departs)
}

func fieldNumber(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func TestATimeOfDayIsSentAsItCame(t *testing.T) {
	for sent, want := range map[string]string{
		"20240301":                  "20240301",
		"2024030109":                "2024030109",
		"202403010915":              "202403010915",
		"20240301091530":            "20240301091530",
		"20240301000000":            "20240301000000",
		"20240301091530.1234":       "20240301091530.1234",
		"20240301091530.5":          "20240301091530", // TS_NZ has fractions of four digits only
		"20240301091530-0500":       "20240301091530", // and no zone
		"2024-03-01T09:15:30-05:00": "20240301091530",
		"20240301251530":            "20240301", // no time
		"202403010":                 "20240301",
	} {
		t.Run(sent, func(t *testing.T) {
			fidelity{[]string{"RXA-3=" + sent}, "RXA 1-3", want, nil}.check(t)
			fidelity{[]string{"PID-7=" + strings.ReplaceAll(sent, "2024", "2020")}, "PID 1-7", strings.ReplaceAll(want, "2024", "2020"), nil}.check(t)
			fidelity{[]string{"PID-29=" + sent, "PID-30=Y"}, "PID 1-29", want, nil}.check(t)
			fidelity{[]string{`OBX|1|CE|30963-3^x^LN|1|VXC50^y^CDCPHINVS||||||F|||` + sent}, "OBX 1-14", want, nil}.check(t)
		})
	}
}

func TestATimeIsKeptAsItWasSent(t *testing.T) {
	for sent, want := range map[string]string{
		"20240301": "", "20240301091530.5-0500": "091530.5-0500", "2024-03-01T09:15:30Z": "091530+0000", "202403010960": "",
	} {
		d, _ := readDose(t, orcOne, setField(rxaMMR, 3, sent))
		is.Equal(t, sent, d.Time, want)
	}
}

func TestAnExpiryIsSentAsPreciselyAsItCame(t *testing.T) {
	for sent, want := range map[string]string{
		"202502": "202502", "2025-02": "202502", "20250228": "20250228", "20250228235959": "20250228", "202513": "", "soon": "",
	} {
		t.Run(sent, func(t *testing.T) { fidelity{[]string{"RXA-16=" + sent}, "RXA 1-16", want, nil}.check(t) })
	}
	d, _ := readDose(t, orcOne, setField(rxaMMR, 16, "202402"))
	is.Equal(t, "the last day of use", d.Expiration.Compact(), "20240229")
}

func TestWhatASourceToldOfADoseIsToldAgain(t *testing.T) {
	const eggs = `OBX|1|CE|30945-0^Contraindication^LN|1|`
	for name, f := range map[string]fidelity{
		"the number of the order": {[]string{"ORC-2=P-77^^1.2.3.4^ISO"}, "ORC 1-2", "P-77^^1.2.3.4^ISO", nil},
		"a note in RXA-9": {[]string{"RXA-9=00^New^NIP001~^cried a lot"},
			"OBX 1-5", "cried a lot", nil},
		"a note under RXA, and the code it is sent by": {[]string{"NTE|1||first~second"}, "OBX 2-3", "48767-8^comment^LN", nil},
		"a note under an OBX":                          {[]string{eggs + "VXC18^x^CDCPHINVS||||||F", "NTE|1||seen~twice"}, "NTE 1-3", `seen\X0A\twice`, nil},
		"an allergy in SNOMED":                         {[]string{eggs + "91930004^egg^SNOMED-CT||||||F"}, "OBX 1-5", "91930004^egg^SCT", nil},
		"an allergy in ICD-10":                         {[]string{eggs + "Z91.012^egg^I10C||||||F"}, "OBX 1-5", "Z91.012^egg^I10C", nil},
		"an allergy in words":                          {[]string{eggs + "^egg||||||F"}, "OBX 1-5", "egg", nil},
		"an allergy in a local code":                   {[]string{eggs + "E1^egg^L||||||F"}, "OBX 1-5", "E1^egg^L", nil},
		"an allergy in nobody's code": {[]string{eggs + "E1^egg^OURS||||||F"}, "OBX 1-5", "E1^egg^OURS",
			[]string{"VS OBX[1]-5[1].3 OURS not in HL70396_IZ"}},
		"what the guide has no code for": {[]string{`OBX|1|CE|82593-5^Immunity^LN|1|38907003^Varicella^SCT||||||F`}, "OBX 1-3", "82593-5^Immunity^LN",
			[]string{"VS OBX[1]-3[1] 82593-5 not in NIP003"}},
		"a fact in SNOMED alone": {[]string{`OBX|1|ST|293104008^Vaccine allergy^SCT|1|hives||||||F`}, "OBX 1-3", "293104008^Vaccine allergy^SCT",
			[]string{"VS OBX[1]-3[1] 293104008 not in NIP003"}},
		"how it was observed": {[]string{`OBX|1|CE|75505-8^Serology^LN|1|371111005^measles^SCT||||||F||||||ELISA^x^L`}, "OBX 1-17", "ELISA^x^L",
			[]string{"VS OBX[1]-17[1] ELISA not in PHVS_FundingEligibilityObsMethod_IIS"}},
		"a time that was observed": {[]string{`OBX|1|TS|29769-7^given out^LN|1|20240301091530-0500||||||F`}, "OBX 1-5", "20240301091530-0500", nil},
		"international units":      {[]string{"RXA-6=150", "RXA-7=[iU]^IU^UCUM"}, "RXA 1-6", "150", []string{"VS RXA[1]-7[1] [iU] not in UCUM"}},
		"an amount without a unit": {[]string{"RXA-7="}, "RXA 1-6", "999", nil},
	} {
		t.Run(name, func(t *testing.T) { f.check(t) })
	}
}

// FuzzSendOn sends on whatever can be stored, reads that and sends it on once
// more: the two must be the same.
func FuzzSendOn(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := hl7.Parse(raw); err != nil {
			return
		}
		v, _ := relay(t, raw)
		if v.Refused {
			return
		}
		if len(v.Person.Identified("SR")) == 0 {
			v.Person.IDs = append(v.Person.IDs, iis.Identifier{Value: "4711", Type: "SR"}) // the registry's own, which every answer has
		}
		once := history(v.Person, storable(v)...)
		if _, twice := relay(t, once); string(twice) != string(once) {
			t.Errorf("sent on\n%q\nand once more\n%q", once, twice)
		}
	})
}
