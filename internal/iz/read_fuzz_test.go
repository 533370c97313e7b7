package iz

import (
	"strings"
	"testing"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// seeds are messages that lead into every part of the reader.
func seeds(f *testing.F) {
	for _, lines := range [][]string{
		{mshVXU, pidAda, orcOne, rxaMMR, `RXR|IM^^HL70162|LT`, `OBX|1|CE|64994-7^^LN|1|V01^^HL70064||||||F|||20240301`, `NTE|1||note`},
		{mshVXU, `PID|1|E1|A1^^^C^MR~^^~B||L^A~""^""|M|2020-02-29|o|||1 St^^B^^^^BDL|||617-555-0147 x2~^NET^^a@b|||||1|||2186-5||Y|2||||2024|Y`, `PD1|||||||||||02||Y|x|||Q|1|2`, `NK1|1|K^A|MTH`},
		{mshVXU, pidAda, `OBX|1|CE|59784-9^^LN|1|1^x^SCT`, `OBX|2|TS|30946-8^^LN|1|2024`, rxaMMR, rxaMMR, `ORC`, `ORC|RE`, `RXA|||20240301||00006404720^^^90707^^C4|999|||x~00||||||||||00^x^NIP002||NA|D`},
		{mshVXU, pidAda, `PID|2||B||C^D||20200101`, orcOne, rxaMMR, mshVXU, `no segment`, `RXR`, `OBX|`},
		{mshQBP, `QPD|Z34^x|tag|A^^^C^MR|L^A|M|20200229|F|1 St|617|Y|1`, `RCP|I|5^RD`},
		{`MSH#*!$%#A#B###2024##QBP*Q11#1#P#2.5.1`, `QPD#Z44#t|#A$F$##`},
		{`MSH|`}, {`MSH|^~\&|||||||||||`, `PID`, `RXA|||20240301||03`},
	} {
		f.Add([]byte(strings.Join(lines, "\r")))
	}
}

func FuzzReadVXU(f *testing.F) {
	seeds(f)
	codes, err := loadCodes()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := hl7.Parse(raw)
		if err != nil {
			return
		}
		checkFindings(t, FirstPass(m))
		v := ReadVXU(m, codes)
		checkFindings(t, v.Findings)
		lost := 0
		for i, o := range v.Orders {
			if o.Number != i+1 || o.Where.IsZero() {
				t.Errorf("order %d has the number %d and the place %q", i, o.Number, o.Where.ERL())
			}
			unsaid := o.Dose.OwnCode() && o.Dose.Vaccine.Code == "" && o.Dose.Vaccine.AltCode == ""
			if o.Usable && (o.Dose.Date.IsZero() || unsaid) {
				t.Errorf("order %d is usable without a date or a vaccine", o.Number)
			}
			if !o.Usable {
				lost++
			}
		}
		failed := v.Findings.Worst() == iis.Error
		if v.Refused && !failed {
			t.Error("refused without an error")
		}
		if failed && !v.Refused && lost == 0 {
			t.Error("an error, and yet everything can be stored")
		}
		p := &v.Person
		if !v.Refused && (len(p.IDs) == 0 || len(p.Names) == 0 || p.Birth.IsZero()) {
			t.Error("taken without an identifier, a name or a birth date")
		}
	})
}

func FuzzReadQuery(f *testing.F) {
	seeds(f)
	codes, err := loadCodes()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := hl7.Parse(raw)
		if err != nil {
			return
		}
		q := ReadQuery(m, codes)
		checkFindings(t, q.Findings)
		if q.Refused != (q.Findings.Worst() == iis.Error) {
			t.Errorf("refused %v with %q", q.Refused, inShort(q.Findings))
		}
		p := &q.Person
		if !q.Refused && len(p.IDs) == 0 && (len(p.Names) == 0 || p.Birth.IsZero()) {
			t.Error("answerable without anybody to look for")
		}
	})
}

// BenchmarkReadVXU reads a message of 1.5 KB with two doses.
func BenchmarkReadVXU(b *testing.B) {
	raw := []byte(strings.Join([]string{
		mshVXU,
		`PID|1||U89P75523^^^CLINIC^MR||Lovelace^Ada^Byron^^^^L|Milbanke^Anne^^^^^M|20150514|F||2106-3^White^CDCREC|104 Greenland St^^Fulton^MI^49052^USA^P||^PRN^PH^^^269^5550146|||||||||2186-5^not Hispanic or Latino^CDCREC`,
		`PD1|||||||||||02^Reminder/Recall - any method^HL70215|||||A|20190714|20190714`,
		`NK1|1|Milbanke^Anne^^^^^L|MTH^Mother^HL70063|104 Greenland St^^Fulton^MI^49052^USA^P|^PRN^PH^^^269^5550146`,
		`ORC|RE||BU89P75523.1^CLINIC|||||||I-23432^Burden^Donna^A^^^^^NIST-AA-1`,
		`RXA|0|1|20190514||21^Varicella^CVX|999|||01^Historical information - source unspecified^NIP001|||||||||||CP|A`,
		`ORC|RE||BU89P75523.2^CLINIC|||||||I-23432^Burden^Donna^A^^^^^NIST-AA-1||57422^RADON^NICHOLAS^^^^^^NIST-AA-1^L`,
		`RXA|0|1|20190714||21^Varicella^CVX|0.5|mL^milliliters^UCUM||00^Administered^NIP001||||||N3783EO||MSD^Merck and Co^MVX|||CP|A`,
		`RXR|C38299^Subcutaneous^NCIT|RA^^HL70163`,
		`OBX|1|CE|64994-7^Vaccine funding program eligibility category^LN|1|V02^VFC eligible - Medicaid^HL70064||||||F|||20190714|||VXC40^Eligibility captured at the immunization level^CDCPHINVS`,
		`OBX|2|CE|30956-7^Vaccine Type^LN|2|21^Varicella^CVX||||||F`,
		`OBX|3|TS|29768-9^Date vaccine information statement published^LN|2|20080313||||||F`,
		`OBX|4|TS|29769-7^Date vaccine information statement presented^LN|2|20190714||||||F`}, "\r"))
	codes := realCodes(b)
	m, err := hl7.Parse(raw)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if v := ReadVXU(m, codes); v.Refused {
			b.Fatal(inShort(v.Findings))
		}
	}
}
