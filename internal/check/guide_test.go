package check

import (
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/iz"
)

// found is what checking alone says of a message, without what reading says.
func found(t *testing.T, raw string) []string {
	t.Helper()
	in := read(t, raw)
	if in.VXU != nil {
		in.VXU = &iz.VXU{}
	}
	if in.Query != nil {
		in.Query = &iz.Query{}
	}
	return shorts(Message(in))
}

func TestEachBreachOfTheGuideForAVXUHasItsFinding(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []string
		want    []string
	}{
		// header
		{"a message time without a zone", []string{"MSH-7=20240305101500"}, []string{"I 102/2 MSH^1^7 MSH-7 without zone"}},
		{"a message time without seconds", []string{"MSH-7=202403051015-0500"}, []string{"I 102/2 MSH^1^7 MSH-7 without zone"}},
		{"a message time with fractions", []string{"MSH-7=20240305101500.123-0500"}, nil},
		{"no message time", []string{"MSH-7="}, []string{"W 101/7 MSH^1^7 MSH-7 missing"}},
		{"an impossible message time", []string{"MSH-7=20240230101500-0500"}, []string{"W 102/2 MSH^1^7 MSH-7 unreadable"}},
		{"no message structure", []string{"MSH-9=VXU^V04"}, []string{"W 101/7 MSH^1^9^1^3 MSH-9.3 missing"}},
		{"an unknown message structure", []string{"MSH-9=VXU^V04^VXU_V05"}, []string{"W 103/4 MSH^1^9^1^3 MSH-9.3 differs"}},
		{"no control id", []string{"MSH-10="}, []string{"W 101/7 MSH^1^10 MSH-10 missing"}},
		{"an older version", []string{"MSH-12=2.3.1"}, []string{"I 103/4 MSH^1^12 MSH-12 differs"}},
		{"no acknowledgment types", []string{"MSH-15=", "MSH-16=NE"},
			[]string{"I 101/7 MSH^1^15 MSH-15 missing", "I 103/4 MSH^1^16 MSH-16 differs"}},
		{"no profile", []string{"MSH-21="}, []string{"I 101/7 MSH^1^21 MSH-21 missing"}},
		// patient
		{"no set id", []string{"PID-1="}, []string{"I 101/7 PID^1^1 PID-1 missing"}},
		{"identifiers in the fields of old versions", []string{"PID-2=A1", "PID-4=A2", "PID-19=000-00-0000"},
			[]string{"I 999/8 PID^1^2 PID-2 not used", "I 999/8 PID^1^4 PID-4 not used", "I 999/8 PID^1^19 PID-19 not used"}},
		{"a second identifier without a type", []string{"PID-3=A1^^^CLINIC^MR~A2^^^CLINIC"}, []string{"W 101/7 PID^1^3^2^5 PID-3.5 missing"}},
		{"an empty repetition", []string{"PID-3=A1^^^CLINIC^MR~"}, nil},
		{"no name type", []string{"PID-5=Lovelace^Ada"}, []string{"I 101/7 PID^1^5^1^7 PID-5.7 missing"}},
		{"an unknown name type", []string{"PID-5=Lovelace^Ada^^^^^Q"},
			[]string{"I 103/5 PID^1^5^1^7 PID-5.7 unknown", "I 103/4 PID^1^5^1^7 PID-5 not the legal name"}},
		{"a maiden name without its family name", []string{"PID-6=^Anne^^^^^M"}, []string{"W 101/7 PID^1^6^1^1 PID-6.1 missing"}},
		{"no sex", []string{"PID-8="}, []string{"W 101/7 PID^1^8 PID-8 missing"}},
		{"the null for sex", []string{`PID-8=""`}, []string{"W 101/7 PID^1^8 PID-8 missing"}},
		{"an unknown sex", []string{"PID-8=Q"}, []string{"W 103/5 PID^1^8 PID-8 unknown"}},
		{"a sex of the newer table", []string{"PID-8=X"}, nil},
		{"a second race that is unknown", []string{"PID-10=2106-3^White^CDCREC~9999-9^?^CDCREC"}, []string{"W 103/5 PID^1^10^2 PID-10 unknown"}},
		{"a race under the old table's name", []string{"PID-10=2106-3^White^HL70005"}, nil},
		{"a race of words alone", []string{"PID-10=^White"}, nil},
		{"an ethnicity of the old table", []string{"PID-22=H^Hispanic^HL70189"}, nil},
		{"an unknown ethnicity", []string{"PID-22=QQ"}, []string{"W 103/5 PID^1^22 PID-22 unknown"}},
		{"a telephone written whole", []string{"PID-13=(617)555-0100^PRN^PH"}, nil},
		{"a telephone without its number", []string{"PID-13=^PRN^PH^^^617"}, []string{"W 101/7 PID^1^13^1^7 PID-13.7 missing"}},
		{"an e-mail address that is missing", []string{"PID-13=^NET^Internet"}, []string{"W 101/7 PID^1^13^1^4 PID-13.4 missing"}},
		{"an unknown kind of telephone", []string{"PID-13=^XXX^YY^^^617^5550100"},
			[]string{"I 103/5 PID^1^13^1^2 PID-13.2 unknown", "I 103/5 PID^1^13^1^3 PID-13.3 unknown"}},
		{"a birth order that is no number", []string{"PID-25=second"}, []string{"W 102/4 PID^1^25 PID-25 unreadable"}},
		{"a twin without a birth order (RE)", []string{"PID-25="}, nil},
		{"an unreadable date of death", []string{"PID-29=20241301", "PID-30=Y"}, []string{"W 102/2 PID^1^29 PID-29 unreadable"}},
		{"unknown codes of PD1", []string{"PD1-11=99", "PD1-12=Q", "PD1-16=Z"},
			[]string{"W 103/5 PD1^1^11 PD1-11 unknown", "W 103/5 PD1^1^12 PD1-12 unknown", "W 103/5 PD1^1^16 PD1-16 unknown"}},
		{"dates of PD1 without what they date", []string{"PD1-11=", "PD1-12=", "PD1-16="},
			[]string{"I 999/8 PD1^1^13 PD1-13 not used", "I 999/8 PD1^1^17 PD1-17 not used", "I 999/8 PD1^1^18 PD1-18 not used"}},
		{"a protected record is a fact", []string{"PD1-12=Y"}, []string{"I 999/3 PD1^1^12 PD1-12 protected"}},
		{"an unknown relationship", []string{"NK1-3=QQQ"}, []string{"W 103/5 NK1^1^3 NK1-3 unknown"}},
		{"kin numbered from 2", []string{"NK1-1=2"}, []string{"I 102/4 NK1^1^1 NK1-1 not in sequence"}},
		{"kin without any name", []string{"NK1-2="}, []string{"W 101/7 NK1^1^2 NK1-2 missing"}},
		{"no kin and no PD1 (RE)", []string{"NK1-=", "PD1-="}, nil},
		// order
		{"no key", []string{"ORC-3="}, []string{"W 101/7 ORC^1^3 ORC-3 missing"}},
		{"a key without an authority", []string{"ORC-3=F1"}, []string{"I 101/7 ORC^1^3^1^2 ORC-3.2 missing"}},
		{"a key with an OID for its authority", []string{"ORC-3=F1^^1.2.3^ISO"}, nil},
		{"another order control", []string{"ORC-1=NW"}, []string{"I 103/4 ORC^1^1 ORC-1 differs"}},
		{"a dose without an amount", []string{"RXA-6="}, []string{"W 101/7 RXA^1^6 RXA-6 missing"}},
		{"an amount in words", []string{"RXA-6=half"}, []string{"W 102/4 RXA^1^6 RXA-6 unreadable"}},
		{"an amount without its unit", []string{"RXA-7="}, []string{"W 101/7 RXA^1^7 RXA-7 missing"}},
		{"an unknown amount needs no unit", []string{"RXA-6=999", "RXA-7="}, nil},
		{"an amount in an old unit", []string{"RXA-7=ML"}, nil},
		{"no source", []string{"RXA-9="}, []string{"W 101/7 RXA^1^9 RXA-9 missing"}},
		{"a source behind a note", []string{"RXA-9=^left arm sore~00^New^NIP001"}, nil},
		{"an unknown source", []string{"RXA-9=77^?^NIP001"}, []string{"W 103/5 RXA^1^9^1^1 RXA-9 unknown"}},
		{"a dose given here without lot and maker", []string{"RXA-15=", "RXA-17="},
			[]string{"W 101/7 RXA^1^15 RXA-15 missing", "W 101/7 RXA^1^17 RXA-17 missing"}},
		{"an empty completion status is a completed dose", []string{"RXA-20=", "RXA-15="}, []string{"W 101/7 RXA^1^15 RXA-15 missing"}},
		{"a historical dose needs neither", []string{"RXA-9=01^Historical^NIP001", "RXA-15=", "RXA-17=", "RXA-16="}, nil},
		{"no provider and no place (RE)", []string{"RXA-10=", "RXA-11=", "ORC-12="}, nil},
		{"a lot that expires in a month", []string{"RXA-16=202501"}, nil},
		{"an expiration that is no date", []string{"RXA-16=soon"}, []string{"W 102/2 RXA^1^16 RXA-16 unreadable"}},
		{"a date given with its time", []string{"RXA-3=20240301093000-0500"}, nil},
		{"another end of administration", []string{"RXA-4=20240302"}, []string{"I 999/8 RXA^1^4 RXA-4 differs from RXA-3"}},
		{"an unknown vaccine", []string{"RXA-5=987^?^CVX"}, []string{"W 103/5 RXA^1^5^1^1 RXA-5 unknown"}},
		{"an unknown vaccine with a known CPT", []string{"RXA-5=XX^?^L^90707^MMR^C4"}, nil},
		{"an unknown maker", []string{"RXA-17=QQQ^?^MVX"}, []string{"W 103/5 RXA^1^17 RXA-17 unknown"}},
		{"an unknown completion status", []string{"RXA-20=QQ"}, []string{"W 103/5 RXA^1^20 RXA-20 unknown"}},
		{"an unknown action", []string{"RXA-21=Q"}, []string{"W 103/5 RXA^1^21 RXA-21 unknown"}},
		{"no action", []string{"RXA-21="}, []string{"I 101/7 RXA^1^21 RXA-21 missing"}},
		{"an unreadable time of entry", []string{"RXA-22=20240332"}, []string{"W 102/2 RXA^1^22 RXA-22 unreadable"}},
		{"a partial dose is a fact", []string{"RXA-20=PA"}, nil},
		{"a reason for a refusal of a dose that was given", []string{"RXA-18=00^Parental^NIP002"},
			[]string{"W 999/3 RXA^1^18 RXA-18 without a refusal"}},
		{"no eligibility", []string{"OBX-3=30963-3^Funding^LN", "OBX-5=VXC50^Public^CDCPHINVS"}, []string{"I 101/6 RXA^1 no eligibility"}},
		{"an unknown route and site", []string{"RXR-1=QQ^^NCIT", "RXR-2=QQ"},
			[]string{"W 103/5 RXR^1^1 RXR-1 unknown", "W 103/5 RXR^1^2 RXR-2 unknown"}},
		{"a route of the old table", []string{"RXR-1=SC^Subcutaneous^HL70162"}, nil},
		{"no route segment (RE)", []string{"RXR-="}, nil},
		// observations
		{"an unknown type of value", []string{"OBX-2=QQ"}, []string{"W 103/5 OBX^1^2 OBX-2 unknown"}},
		{"an observation out of the list", []string{"OBX-3=1234-5^?^LN"},
			[]string{"I 103/5 OBX^1^3 OBX-3 unknown", "I 101/6 RXA^1 no eligibility"}},
		{"a sub-id that is no number", []string{"OBX-4=1.1"}, []string{"I 102/4 OBX^1^4 OBX-4 unreadable"}},
		{"no sub-id", []string{"OBX-4="}, []string{"W 101/7 OBX^1^4 OBX-4 missing"}},
		{"no value", []string{"OBX-5="}, []string{"W 101/7 OBX^1^5 OBX-5 missing"}},
		{"an unknown eligibility", []string{"OBX-5=V99^?^HL70064"}, []string{"W 103/5 OBX^1^5^1^1 OBX-5 unknown eligibility"}},
		{"a state's own eligibility", []string{"OBX-5=AKA01^state^AKA"}, nil},
		{"an unknown funding source", []string{"OBX-3=30963-3^Funding^LN", "OBX-5=VXC99^?^CDCPHINVS"},
			[]string{"I 101/6 RXA^1 no eligibility", "W 103/5 OBX^1^5^1^1 OBX-5 unknown funding source"}},
		{"a statement that is no bar code", []string{"OBX-3=69764-9^Document^LN", "OBX-5=MMR"},
			[]string{"I 101/6 RXA^1 no eligibility", "W 103/4 OBX^1^5^1^1 OBX-5 unreadable statement", "I 103/5 OBX^1^5^1^1 OBX-5 unknown statement"}},
		{"a value that should be a date", []string{"OBX-2=DT", "OBX-3=29769-7^VIS presented^LN", "OBX-5=yesterday"},
			[]string{"I 101/6 RXA^1 no eligibility", "W 102/2 OBX^1^5^1^1 OBX-5 unreadable date"}},
		{"a value that should be a number, without a unit", []string{"OBX-2=NM", "OBX-3=30973-2^Dose number^LN", "OBX-5=one"},
			[]string{"I 101/6 RXA^1 no eligibility", "I 101/7 OBX^1^6 OBX-6 missing", "W 102/4 OBX^1^5^1^1 OBX-5 unreadable number"}},
		{"an unknown method", []string{"OBX-17=QQ"}, []string{"I 103/5 OBX^1^17 OBX-17 unknown"}},
		{"an unknown vaccine of a statement", []string{"OBX-3=30956-7^Type^LN", "OBX-5=987^?^CVX"},
			[]string{"I 101/6 RXA^1 no eligibility", "W 103/5 OBX^1^5^1^1 OBX-5 unknown vaccine"}},
	} {
		got := strings.Join(found(t, with(goodVXU, c.changes...)), "\n")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got\n%s\nwant also %s", c.name, got, want)
			}
		}
		if n := strings.Count(got+"\n", "\n"); got != "" && n != len(c.want) || (got == "" && len(c.want) > 0) {
			t.Errorf("%s: got\n%s\nwant %d findings", c.name, got, len(c.want))
		}
	}
}

func TestEachBreachOfTheGuideForAQueryHasItsFinding(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []string
		want    []string
	}{
		{"no limit", []string{"RCP-2="}, []string{"I 101/7 RCP^1^2 RCP-2 missing"}},
		{"no RCP", []string{"RCP-="}, []string{"I 100/7 RCP^1 RCP missing"}},
		{"a limit in words", []string{"RCP-2=ten^RD"}, []string{"W 102/4 RCP^1^2 RCP-2 unreadable"}},
		{"another priority", []string{"RCP-1=D"}, []string{"I 103/4 RCP^1^1 RCP-1 differs"}},
		{"another text of the query's name", []string{"QPD-1=Z34^History please^HL70471"}, nil},
		{"no tag", []string{"QPD-2="}, []string{"W 101/7 QPD^1^2 QPD-2 missing"}},
		{"an unreadable date of birth", []string{"QPD-6=2020"}, []string{"W 102/2 QPD^1^6 QPD-6 unreadable"}},
		{"unknown codes", []string{"QPD-7=Q", "QPD-10=1", "QPD-11=x"},
			[]string{"W 103/5 QPD^1^7 QPD-7 unknown", "W 103/5 QPD^1^10 QPD-10 unknown", "W 102/4 QPD^1^11 QPD-11 unreadable"}},
		{"a name by halves", []string{"QPD-4=Lovelace"}, []string{"W 101/7 QPD^1^4^1^2 QPD-4.2 missing"}},
	} {
		got := found(t, with(goodQBP, c.changes...))
		if c.want == nil {
			c.want = []string{}
		}
		is.Equal(t, c.name, got, c.want)
	}
	is.Equal(t, "RCP before QPD", found(t, strings.Join([]string{goodQBP[0], goodQBP[2], goodQBP[1]}, "\r")),
		[]string{"W 100/4 QPD^1 out of order"})
	is.Equal(t, "a line break within, and a continuation", found(t, with(goodQBP)+"more^of it\rDSC|1\r"),
		[]string{"W 102/8 RCP^1 stray line", "I 999/8 DSC^1 DSC not used"})
}

func TestARefusalAndAFactAreNotFaults(t *testing.T) {
	refusal := []string{"ORC-3=9999^CLINIC", "RXA-6=999", "RXA-7=", "RXA-9=", "RXA-15=", "RXA-16=", "RXA-17=", "RXR-=",
		"RXA-18=00^Parental^NIP002", "RXA-20=RE"}
	is.Equal(t, "a refusal", found(t, with(goodVXU, refusal...)), []string{})
	fact := append(append([]string(nil), refusal...), "RXA-5=998^None^CVX", "RXA-18=", "RXA-20=NA", "RXA-21=")
	is.Equal(t, "a fact", found(t, with(goodVXU, fact...)), []string{})

	is.Equal(t, "a refusal with the number, source and amount of a dose",
		found(t, with(goodVXU, append(refusal, "ORC-3=F1^CLINIC", "RXA-6=0.5", "RXA-9=00^New^NIP001")...)), []string{
			"I 999/8 RXA^1^9^1^1 RXA-9 without a dose",
			"I 999/8 RXA^1^6 RXA-6 without a dose",
			"I 103/4 ORC^1^3^1^1 ORC-3 without a dose",
		})
	is.Equal(t, "a refusal without its reason", found(t, with(goodVXU, append(refusal, "RXA-18=")...)),
		[]string{"W 101/7 RXA^1^18 RXA-18 missing"})
	is.Equal(t, "a refusal that is not called one", found(t, with(goodVXU, append(refusal, "RXA-20=")...)),
		[]string{"I 101/7 RXA^1^20 RXA-20 of a refusal"})
}

func TestOnlyWhatWeReadIsHeldToItsOrder(t *testing.T) {
	swapped := func(a, b int) string {
		lines := append([]string(nil), goodVXU...)
		lines[a], lines[b] = lines[b], lines[a]
		return strings.Join(lines, "\r")
	}
	is.Equal(t, "NK1 before PD1", found(t, swapped(2, 3)), []string{"W 100/4 PD1^1 out of order"})
	is.Equal(t, "RXR after an OBX", found(t, swapped(6, 7)), []string{"W 100/4 RXR^1 out of order"})
	is.Equal(t, "a second group", found(t, with(goodVXU)+strings.Join(goodVXU[4:], "\r")), []string{})
	is.Equal(t, "segments that we do not read, and of nobody",
		found(t, strings.Join(goodVXU[:4], "\r")+"\rIN1|x\rPV1||R\rZZZ|1\rGT1|1\r"+strings.Join(goodVXU[4:], "\r")+"\rPV1||R\rZQ1|2\r"), []string{})
	is.Equal(t, "kin after the doses", found(t, with(goodVXU)+"NK1|2|Byron^George^^^^^L|FTH^Father^HL70063\r"),
		[]string{"W 100/4 NK1^2 out of order"})
}

// These are found while reading; together, nothing of the structure is missed.
func TestReadingAndCheckingTogetherMissNothingOfTheStructure(t *testing.T) {
	good := with(goodVXU)
	for _, c := range []struct{ name, raw, want string }{
		{"a second PID", strings.Replace(good, "\rPD1", "\rPID|1||A1^^^CLINIC^MR||Lovelace^Ada^^^^^L||20200229|F\rPD1", 1), "W 100/8 PID^2 "},
		{"a second MSH", good + goodVXU[0], "W 100/8 MSH^2 "},
		{"a line that is no segment", good + "rest of a note\r", " OBX^4 "},
		{"an RXA without its ORC", with(goodVXU, "ORC-="), "W 100/7 RXA^1 "},
		{"an ORC without its RXA", good + "ORC|RE||F2^CLINIC\r", "E 100/7 ORC^2 "},
		{"an RXR before the orders", strings.Replace(good, "\rORC", "\rRXR|IM\rORC", 1), "W 100/8 RXR^1 "},
		{"an OBX before the orders", strings.Replace(good, "\rORC", "\rOBX|1|ST|1234-5^x^LN|1|x||||||F\rORC", 1), " OBX^1 "},
	} {
		got := strings.Join(shorts(all(read(t, c.raw))), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestWhatReadingHasSaidIsNotSaidAgain(t *testing.T) {
	in := read(t, with(goodVXU, "PID-8=Q", "RXA-21="))
	is.Equal(t, "reading", shorts(in.VXU.Findings), []string{"W 103/5 PID^1^8 sex unknown"})
	is.Equal(t, "checking", shorts(Message(in)), []string{"I 101/7 RXA^1^21 RXA-21 missing"})
	in.VXU.Findings[0].Severity = iis.Information
	if got := Message(in); len(got) != 2 || got[0].Severity != iis.Warning {
		t.Errorf("a warning is kept from the sender by mere information about its place: got %v", shorts(got))
	}
}

func TestInformationIsGivenOnceAndWarningsEveryTime(t *testing.T) {
	raw := with(goodVXU, "RXA-15=", "RXA-21=")
	second := with(goodVXU[4:], "RXA-15=", "RXA-21=")
	is.Equal(t, "two doses without lot and action", found(t, raw+second), []string{
		"W 101/7 RXA^1^15 RXA-15 missing", "I 101/7 RXA^1^21 RXA-21 missing", "W 101/7 RXA^2^15 RXA-15 missing",
	})
}

func TestAHostileMessageIsNotAnsweredWithoutEnd(t *testing.T) {
	in := Input{Codes: realCodes(t), Message: read(t, with(goodVXU)+strings.Repeat("OBX|\r", 50_000)).Message}
	if got := len(Message(in)); got != maxFindings {
		t.Errorf("got %d findings, want %d", got, maxFindings)
	}
}

func TestWithoutCodeTablesNothingIsUnknown(t *testing.T) {
	in := read(t, with(goodVXU, "PID-8=Q", "RXA-5=987^?^CVX", "RXA-17=QQQ", "OBX-5=V99"))
	in.Codes, in.VXU = nil, nil
	is.Equal(t, "findings", shorts(Message(in)), []string{})
	is.Equal(t, "without a message", Message(Input{}), nil)
}
