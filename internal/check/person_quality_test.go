package check

import (
	"strings"
	"testing"
	"time"

	"openiis/internal/hl7"
	"openiis/internal/is"
)

// told is what checking says beside reading, without what is merely absent.
func told(t *testing.T, raw string) []string {
	t.Helper()
	out := []string{}
	for _, f := range shorts(Message(read(t, raw))) {
		if !strings.HasSuffix(f, " missing") {
			out = append(out, f)
		}
	}
	return out
}

func TestWhatCannotBeTrueOfAPersonIsReported(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []string
		want    []string
	}{
		{"a message from tomorrow", []string{"MSH-7=20240307101500-0500"}, []string{"W 999/1 MSH^1^7 MSH-7 in the future"}},
		{"a message from where it is already tomorrow", []string{"MSH-7=20240306011500+1200"}, nil},
		// name
		{"a placeholder for a name", []string{"PID-5=Unknown^Ada^^^^^L"}, []string{"W 999/4 PID^1^5^1^1 PID-5 placeholder"}},
		{"a placeholder in the second name", []string{"PID-5=Lovelace^Ada^^^^^L~Byron^unk^^^^^A"}, []string{"W 999/4 PID^1^5^2^2 PID-5 placeholder"}},
		{"a middle initial X", []string{"PID-5=Lovelace^Ada^X^^^^L"}, nil},
		{"people called None and Null", []string{"PID-5=None^Ada^^^^^L~Null^Ada^^^^^A"}, nil},
		{"a turn of direction in a name", []string{"PID-5=Lovelace^A\u202eda^^^^^L"}, []string{"W 102/4 PID^1^5^1^2 PID-5 characters"}},
		{"digits in a name", []string{"PID-5=Lovelace^Ada2^^^^^L"}, []string{"W 102/4 PID^1^5^1^2 PID-5 characters"}},
		{"a name with hyphen, apostrophe, blank and accent", []string{"PID-5=O'Neil-de la Cruz^Zoë Ann^^^^^L"}, nil},
		{"an escaped ampersand", []string{`PID-5=Love\T\lace^Ada^^^^^L`}, nil},
		{"a test patient", []string{"PID-5=Test^Ada^^^^^L"}, []string{"W 999/3 PID^1^5^1 PID-5 test patient"}},
		{"Mickey Mouse", []string{"PID-5=Mouse^Mickey^^^^^L"}, []string{"W 999/3 PID^1^5^1 PID-5 test patient"}},
		{"somebody called Mouse", []string{"PID-5=Mouse^Ada^^^^^L"}, nil},
		{"the mark of a record not to be used", []string{"PID-5=ZZLovelace^Ada^^^^^L"}, []string{"W 999/4 PID^1^5^1^1 PID-5.1 prefix"}},
		{"a newborn", []string{"PID-5=Lovelace^Baby Girl^^^^^L"}, []string{"I 999/3 PID^1^5^1^2 PID-5 newborn"}},
		{"a newborn twin, who has no middle initial", []string{"PID-5=Lovelace^TWIN A^^^^^L"}, []string{"I 999/3 PID^1^5^1^2 PID-5 newborn"}},
		{"a newborn boy of two", []string{"PID-5=Lovelace^Boy B^^^^^L"}, []string{"I 999/3 PID^1^5^1^2 PID-5 newborn"}},
		{"the same name twice", []string{"PID-5=Thomas^THOMAS^^^^^L"}, []string{"I 999/3 PID^1^5^1 PID-5 same names"}},
		{"a middle initial with the given name", []string{"PID-5=Lovelace^Ada B.^^^^^L"}, []string{"I 999/4 PID^1^5^1^2 PID-5.2 with an initial"}},
		{"an initial for a name", []string{"PID-5=L^Ada^^^^^L"}, []string{"I 999/4 PID^1^5^1^1 PID-5 single letter"}},
		{"a sentence for a name", []string{"PID-5=Lovelace^" + strings.Repeat("Ada ", 13) + "A^^^^^L"}, []string{"I 999/4 PID^1^5^1^2 PID-5 very long"}},
		{"a long name of letters that take two bytes", []string{"PID-5=Lovelace^" + strings.Repeat("Ξ", 30) + "^^^^^L"}, nil},
		{"a placeholder for the mother", []string{"PID-6=UNKNOWN^Anne^^^^^M"}, []string{"W 999/4 PID^1^6^1^1 PID-6 placeholder"}},
		{"a placeholder for the next of kin", []string{"NK1-2=Milbanke^Unknown^^^^^L"}, []string{"W 999/4 NK1^1^2^1^2 NK1-2 placeholder"}},
		// identifiers
		{"zeros for a number", []string{"PID-3=0000^^^CLINIC^MR"}, []string{"W 999/4 PID^1^3^1^1 PID-3.1 placeholder"}},
		{"a word for a number", []string{"PID-3=A1^^^CLINIC^MR~unknown^^^STATE^SR"}, []string{"W 999/4 PID^1^3^2^1 PID-3.1 placeholder"}},
		{"an unknown type of number", []string{"PID-3=A1^^^CLINIC^QQQ"}, []string{"W 103/5 PID^1^3^1^5 PID-3.5 unknown"}},
		{"a foreign national number", []string{"PID-3=A1^^^CLINIC^NNCAN"}, nil},
		{"an impossible Medicaid number", []string{"PID-3=A1^^^CLINIC^MR~999999^^^STATE^MA"},
			[]string{"W 102/4 PID^1^3^2^1 PID-3.1 not a Medicaid number"}},
		{"a Medicaid number", []string{"PID-3=A1^^^CLINIC^MR~AB12345C^^^STATE^MA"}, nil},
		// birth and death
		{"born in the year 1800", []string{"PID-7=18000101"}, []string{"W 999/1 PID^1^7 PID-7 very long ago"}},
		{"a hundred years old", []string{"PID-7=19200101"}, nil},
		{"second of a single birth", []string{"PID-24=N"}, []string{"W 999/3 PID^1^25 PID-25 contradicts PID-24"}},
		{"second of nobody says what", []string{"PID-24="}, []string{"I 101/7 PID^1^24 PID-25 without PID-24"}},
		{"first of a single birth", []string{"PID-24=N", "PID-25=1"}, nil},
		{"died before birth", []string{"PID-29=20190101", "PID-30=Y", "RXA-3=20181201"},
			[]string{"W 999/1 RXA^1^3 RXA-3 before PID-7", "W 999/1 PID^1^29 PID-29 before PID-7"}},
		{"died tomorrow", []string{"PID-29=20240306", "PID-30=Y"}, []string{"W 999/1 PID^1^29 PID-29 in the future"}},
		{"died and alive", []string{"PID-29=20240305"},
			[]string{"W 999/3 PID^1^30 PID-30 contradicts PID-29"}},
		// address
		{"an unknown state", []string{"PID-11=1 Engine Rd^^Boston^Mass^02118^USA^P"}, []string{"W 103/5 PID^1^11^1^4 PID-11.4 unknown"}},
		{"a zip code with letters", []string{"NK1-4=1 Engine Rd^^Boston^MA^O2118^^P"}, []string{"W 102/4 NK1^1^4^1^5 NK1-4.5 invalid"}},
		{"nine digits of zip code", []string{"PID-11=1 Engine Rd^^Boston^MA^02118-0001^USA^P"}, nil},
		{"an unknown country", []string{"PID-11=1 Engine Rd^^Boston^MA^02118^SOMEWHERE^P"}, []string{"W 103/5 PID^1^11^1^6 PID-11.6 unknown"}},
		{"an address abroad", []string{"PID-11=1 Rue X^^Québec^QC^G1R 4P5^CAN^P"}, nil},
		{"a placeholder for a city", []string{"NK1-4=1 Engine Rd^^ANYTOWN^MA^02118^USA^P"}, []string{"W 999/4 NK1^1^4^1^3 NK1-4.3 placeholder"}},
		// telephone
		{"no area code", []string{"PID-13=^PRN^PH^^^^5550100"}, []string{"W 999/4 PID^1^13^1 PID-13 incomplete"}},
		{"an exchange that begins with 1", []string{"NK1-5=^PRN^PH^^^617^1234567"}, []string{"W 999/4 NK1^1^5^1 NK1-5 invalid"}},
		{"one digit over and over", []string{"PID-13=^PRN^PH^^^617^5550100~^ORN^CP^^^222^2222222"}, []string{"W 999/4 PID^1^13^2 PID-13 invalid"}},
		{"a number written whole, with an extension", []string{"PID-13=1 (617) 555-0100 x23^PRN^PH"}, nil},
		{"a number of another country", []string{"PID-13=^PRN^PH^^44^20^79460100"}, nil},
		// others
		{"a mother who is called a child", []string{"NK1-3=CHD^Child^HL70063"}, []string{"W 999/3 NK1^1^3 NK1-3 child of a minor"}},
		{"a child of an adult", []string{"NK1-3=CHD^Child^HL70063", "PID-7=19700101"}, nil},
	} {
		if c.want == nil {
			c.want = []string{}
		}
		is.Equal(t, c.name, told(t, with(goodVXU, c.changes...)), c.want)
	}
}

func TestNothingIsOldOrLateWhenNobodyKnowsWhatDayItIs(t *testing.T) {
	in := read(t, with(goodVXU, "MSH-7=", "PID-7=18500101", "RXA-5=33^PPSV23^CVX", "RXA-3=20990101", "RXA-16="))
	in.Received = time.Time{}
	is.Equal(t, "findings", shorts(Message(in)), []string{"W 101/7 MSH^1^7 MSH-7 missing"})
}

func TestWhatIsMerelyAbsentIsInformation(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []string
		want    []string
	}{
		{"the sending facility", []string{"MSH-4="}, []string{"I 101/7 MSH^1^4 MSH-4 missing"}},
		{"a twin's birth order", []string{"PID-25="}, []string{"I 101/7 PID^1^25 PID-25 missing"}},
		{"the day of death", []string{"PID-30=Y"}, []string{"I 101/7 PID^1^29 PID-29 missing"}},
		{"most of an address", []string{"PID-11=^^^^^^P"}, []string{}},
		{"parts of an address", []string{"PID-11=^^Boston^^^^P"}, []string{
			"I 101/7 PID^1^11^1^1 PID-11.1 missing", "I 101/7 PID^1^11^1^4 PID-11.4 missing",
			"I 101/7 PID^1^11^1^5 PID-11.5 missing", "I 101/7 PID^1^11^1^6 PID-11.6 missing",
		}},
		{"all of a place of birth but its state", []string{"PID-11=1 Engine Rd^^Boston^MA^02118^USA^P~^^^MA^^^BDL"}, []string{}},
		{"the equipment of a telephone", []string{"PID-13=^PRN^^^^617^5550100"}, []string{"I 101/7 PID^1^13^1^3 PID-13.3 missing"}},
		{"the kin of a child", []string{"NK1-="}, []string{"I 100/7 NK1^1 NK1 missing"}},
		{"the kin of an adult", []string{"NK1-=", "PID-7=19700101"}, []string{}},
	} {
		is.Equal(t, c.name, shorts(Message(read(t, with(goodVXU, c.changes...)))), c.want)
	}
}

func TestTheVisitOfOlderGuidesIsLookedAt(t *testing.T) {
	for pv1, want := range map[string][]string{
		"PV1|1|R||||||||||||||||||V01^20240305": {},
		"PV1|1|Q||||||||||||||||||V99^20240306": {
			"W 103/5 PV1^1^2 PV1-2 unknown", "W 103/5 PV1^1^20^1^1 PV1-20.1 unknown", "W 999/1 PV1^1^20^1^2 PV1-20.2 in the future",
		},
		"PV1|1|R||||||||||||||||||V01^2024": {"W 102/2 PV1^1^20^1^2 PV1-20.2 unreadable"},
	} {
		raw := strings.Replace(with(goodVXU), "\rORC", "\r"+pv1+"\rORC", 1)
		is.Equal(t, pv1, shorts(Message(read(t, raw))), want)
	}
}

func TestSocialSecurityNumbersThatWereNeverGivenOutAreKnown(t *testing.T) {
	for number, want := range map[string]bool{
		"219-09-9998": true, "219099998": true, "9998": true, "000121234": false, "666121234": false, "900121234": false,
		"219000001": false, "219120000": false, "123456789": false, "111-11-1111": false, "21909999": false, "2190999980": false,
		"219-O9-9998": false, "": false,
	} {
		if got := isSSN([]byte(number)); got != want {
			t.Errorf("%q: got %v, want %v", number, got, want)
		}
	}
}

func TestNumbersOfTheNorthAmericanPlanAreTold(t *testing.T) {
	for text, want := range map[string]string{
		"^PRN^PH^^^617^5550100": "", "^PRN^PH^^1^617^555-0100": "", "^PRN^PH^^^^6175550100": "", "6175550100": "", "+1 617 555 0100": "",
		"+44 20 7946 0100": "", "^NET^Internet^a@example.org": "", "^PRN^PH^^^617": "", "": "", "^PRN^PH^^^617^5550100^12": "",
		"5550100": "incomplete", "^PRN^PH^^^61^5550100": "incomplete", "^PRN^PH^^^117^5550100": "incomplete",
		"^PRN^PH^^^017^5550100": "invalid", "^PRN^PH^^^911^5550100": "invalid", "^PRN^PH^^^617^0550100": "invalid",
		"^PRN^PH^^^617^55501000": "invalid", "call mother": "invalid", "^PRN^PH^^^999^9999999": "invalid",
	} {
		m, err := hl7.Parse([]byte("MSH|^~\\&|\rPID|" + text))
		is.NoError(t, text, err)
		p, got := phoneOf(m.Segment(1).Field(1).Rep(1)), ""
		switch {
		case p.isIncomplete():
			got = "incomplete"
		case p.isInvalid():
			got = "invalid"
		}
		is.Equal(t, text, got, want)
	}
}
