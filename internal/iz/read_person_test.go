package iz

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestAPersonIsReadWithAllThatWasSent(t *testing.T) {
	v := ReadVXU(parsed(t, mshVXU,
		`PID|1||A1^^^CLINIC&1.2.3&ISO^MR~ ~M9^^^&9.9&ISO^MA||Love\T\lace^Ada^Byron^Jr^Dr^^L~Noel^Ada^^^^^B|Milbanke^Anne^^^^^M`+
			`|20200229|f||2106-3^White^CDCREC~2028-9^Asian^CDCREC|1 Main St^Apt 2^Boston^MA^02101^USA^H^^25025~^^^MA^^^BDL`+
			`||^PRN^PH^^1^617^5550147~^NET^Internet^ada@example.org|(617)555-0148X12|eng^English^ISO639|||||||2186-5^not Hispanic^CDCREC`+
			`|General Hospital|Y|2||||20231224|Y`,
		`PD1|||||||||||02^Reminder^HL70215|Y|20240101|||A|20240102|20240103`,
		`NK1|1|Milbanke^Anne^^^^^L|MTH^Mother^HL70063|1 Main St^^Boston^MA^02101^USA^P|^PRN^PH^^^617^5550149`), realCodes(t))
	is.Equal(t, "findings", inShort(v.Findings), []string{})
	is.Equal(t, "person", v.Person, iis.Person{
		IDs:          []iis.Identifier{{Value: "A1", Type: "MR", Authority: "CLINIC"}, {Value: "M9", Type: "MA", Authority: "9.9"}},
		Names:        []iis.Name{{Family: "Love&lace", Given: "Ada", Middle: "Byron", Suffix: "Jr", Prefix: "Dr", Type: "L"}, {Family: "Noel", Given: "Ada", Type: "B"}},
		MotherMaiden: iis.Name{Family: "Milbanke", Given: "Anne", Type: "M"},
		Birth:        cal.Of(2020, 2, 29), Sex: "F",
		Races:     []iis.Coded{{Code: "2106-3", Text: "White", System: "CDCREC"}, {Code: "2028-9", Text: "Asian", System: "CDCREC"}},
		Ethnicity: iis.Coded{Code: "2186-5", Text: "not Hispanic", System: "CDCREC"},
		Language:  iis.Coded{Code: "eng", Text: "English", System: "ISO639"},
		Addresses: []iis.Address{
			{Street: "1 Main St", Street2: "Apt 2", City: "Boston", State: "MA", Zip: "02101", Country: "USA", Type: "H", County: "25025"},
			{State: "MA", Type: "BDL"}},
		Telecoms: []iis.Telecom{
			{Use: "PRN", Equipment: "PH", Country: "1", Area: "617", Local: "5550147"},
			{Use: "NET", Equipment: "Internet", Email: "ada@example.org"},
			{Use: "WPN", Area: "617", Local: "5550148", Extension: "12"}},
		MultipleBirth: "Y", BirthOrder: 2, BirthFacility: "General Hospital", Dead: "Y", Death: cal.Of(2023, 12, 24),
		Publicity: iis.Coded{Code: "02", Text: "Reminder", System: "HL70215"}, PublicityFrom: cal.Of(2024, 1, 3),
		Protection: "Y", ProtectionFrom: cal.Of(2024, 1, 1), Status: "A", StatusFrom: cal.Of(2024, 1, 2),
		Kin: []iis.Kin{{
			Names:     []iis.Name{{Family: "Milbanke", Given: "Anne", Type: "L"}},
			Relation:  iis.Coded{Code: "MTH", Text: "Mother", System: "HL70063"},
			Addresses: []iis.Address{{Street: "1 Main St", City: "Boston", State: "MA", Zip: "02101", Country: "USA", Type: "P"}},
			Telecoms:  []iis.Telecom{{Use: "PRN", Equipment: "PH", Area: "617", Local: "5550149"}},
		}},
	})
}

func TestWhatIsDoubtfulInAPersonIsAWarningAndNeverARefusal(t *testing.T) {
	const pid = `PID|1||A1^^^CLINIC^MR||Lovelace^Ada||20200229|F`
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"an identifier without a type", []string{`PID|1||A1||Lovelace^Ada||20200229`}, []string{"W 101/7 PID^1^3^1^5"}},
		{"a second identifier without a type", []string{`PID|1||A1^^^C^MR~7^^^X||Lovelace^Ada||20200229`}, []string{"W 101/7 PID^1^3^2^5"}},
		{"no given name", []string{`PID|1||A1^^^C^MR||Lovelace||20200229`}, []string{"W 101/7 PID^1^5^1^2"}},
		{"no family name", []string{`PID|1||A1^^^C^MR||^Ada||20200229`}, []string{"W 101/7 PID^1^5^1^1"}},
		{"a birth date with hyphens", []string{`PID|1||A1^^^C^MR||Lovelace^Ada||2020-02-29`}, []string{"W 102/2 PID^1^7"}},
		{"a birth date with a time", []string{`PID|1||A1^^^C^MR||Lovelace^Ada||202002291115-0500`}, []string{}},
		{"an unknown sex", []string{`PID|1||A1^^^C^MR||Lovelace^Ada||20200229|O`}, []string{"W 103/5 PID^1^8"}},
		{"a multiple birth neither Y nor N", []string{pid + `||||||||||||||||X`}, []string{"W 103/5 PID^1^24"}},
		{"a birth order in words", []string{pid + `|||||||||||||||||Twin`}, []string{"W 102/4 PID^1^25"}},
		{"a birth order of none", []string{pid + `|||||||||||||||||0`}, []string{"W 102/4 PID^1^25"}},
		{"a partial death date", []string{pid + `|||||||||||||||||||||202301|Y`}, []string{"W 102/2 PID^1^29"}},
		{"an unknown protection", []string{pid, `PD1||||||||||||maybe|20240101`}, []string{"W 103/5 PD1^1^12"}},
		{"a protection of yes", []string{pid, `PD1||||||||||||Y|20240101`}, []string{}},
		{"an unknown registry status", []string{pid, `PD1||||||||||||||||Q`}, []string{"W 103/5 PD1^1^16"}},
		{"a next of kin without a name", []string{pid, `NK1|1|^^^^^^L|MTH`}, []string{"W 101/7 NK1^1^2"}},
		{"a next of kin without a relationship", []string{pid, `NK1|1|Milbanke^Anne`, `NK1|2|Milbanke^Anne|MTH`}, []string{"W 101/7 NK1^1^3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ReadVXU(parsed(t, append([]string{mshVXU}, c.lines...)...), realCodes(t))
			is.Equal(t, "findings", inShort(v.Findings), c.want)
			is.Equal(t, "refused", v.Refused, false)
		})
	}
}

func TestWhatIsDoubtfulIsNotStoredAsIfItWereKnown(t *testing.T) {
	v := ReadVXU(parsed(t, mshVXU, `PID|1||A1||Lovelace^Ada||2020-02-29|O||||||||||||||||X|Twin||||202301|?`,
		`PD1||||||||||||maybe||||Q`, `NK1|1||MTH`, `NK1|2|Milbanke^Anne`), realCodes(t))
	is.Equal(t, "person", v.Person, iis.Person{
		IDs: []iis.Identifier{{Value: "A1"}}, Names: []iis.Name{{Family: "Lovelace", Given: "Ada"}},
		Birth: cal.Of(2020, 2, 29), Sex: "U", Kin: []iis.Kin{{Names: []iis.Name{{Family: "Milbanke", Given: "Anne"}}}},
	})
}

func TestIdentifiersOfOldSendersAreRead(t *testing.T) {
	v := ReadVXU(parsed(t, mshVXU, `PID|1|E5^^^HMO^PT|A1^^^CLINIC^MR|A1~K7^^^OLD^PI|Lovelace^Ada||20200229||||||||||||000-00-0000`), realCodes(t))
	is.Equal(t, "identifiers", v.Person.IDs, []iis.Identifier{
		{Value: "A1", Type: "MR", Authority: "CLINIC"}, {Value: "E5", Type: "PT", Authority: "HMO"},
		{Value: "K7", Type: "PI", Authority: "OLD"}, {Value: "000-00-0000", Type: "SS"},
	})
	is.Equal(t, "findings", inShort(v.Findings), []string{})

	only := ReadVXU(parsed(t, mshVXU, `PID|1|E5^^^HMO^PT|||Lovelace^Ada||20200229`), realCodes(t))
	is.Equal(t, "without PID-3", inShort(only.Findings), []string{"E 101/7 PID^1^3"})
}

func TestTheLegalNameLeadsWhereverItStands(t *testing.T) {
	v := ReadVXU(parsed(t, mshVXU, `PID|1||A1^^^C^MR||Ada^Countess^^^^^A~Lovelace^Ada^^^^^L||20200229`), realCodes(t))
	is.Equal(t, "names", v.Person.Names, []iis.Name{{Family: "Lovelace", Given: "Ada", Type: "L"}, {Family: "Ada", Given: "Countess", Type: "A"}})
}

func TestTelephonesOfOldAndNewSendersAreTakenApart(t *testing.T) {
	for in, want := range map[string][]iis.Telecom{
		"(651)555-0147":                          {{Use: "PRN", Area: "651", Local: "5550147"}},
		"1-651-555-0147":                         {{Use: "PRN", Area: "651", Local: "5550147"}},
		"(651)555-0147^ORN^CP^^^651^555-0147":    {{Use: "ORN", Equipment: "CP", Area: "651", Local: "5550147"}},
		"^PRN^PH^^^^6515550147":                  {{Use: "PRN", Equipment: "PH", Area: "651", Local: "5550147"}},
		"^PRN^PH^^^^^^^^^+1 651 555 0147":        {{Use: "PRN", Equipment: "PH", Area: "651", Local: "5550147"}},
		"ask at school":                          {{Use: "PRN", Text: "ask at school"}},
		"ada@example.org":                        {{Use: "NET", Email: "ada@example.org"}},
		"^^~^PRN^PH^^^651^5550147":               {{Use: "PRN", Equipment: "PH", Area: "651", Local: "5550147"}},
		"^^PH^^^651^5550147~^^CP^^^651^5550148":  {{Use: "PRN", Equipment: "PH", Area: "651", Local: "5550147"}, {Equipment: "CP", Area: "651", Local: "5550148"}},
		"^^^^^^":                                 nil,
		"^NET^X.400^ada@example.org":             {{Use: "NET", Equipment: "X.400", Email: "ada@example.org"}},
		`""^PRN^PH^^^651^5550147^""`:             {{Use: "PRN", Equipment: "PH", Area: "651", Local: "5550147"}},
		"^PRN^PH^^^651^5550147^9~^PRN^PH^^^651^": {{Use: "PRN", Equipment: "PH", Area: "651", Local: "5550147", Extension: "9"}},
	} {
		v := ReadVXU(parsed(t, mshVXU, "PID|1||A1^^^C^MR||Lovelace^Ada||20200229||||||"+in), realCodes(t))
		is.Equal(t, in, v.Person.Telecoms, want)
	}
}

// The lists of a person stand in memory of their own from the first message to the
// last element, and one that has no element is none: the stored form tells them apart.
func TestListsOfAPersonAreApart(t *testing.T) {
	read := func(lines ...string) *iis.Person {
		v := ReadVXU(parsed(t, append([]string{mshVXU, `PID|1||A1^^^CLINIC^MR||Lovelace^Ada^^^^^L||20200229|F`}, lines...)...), realCodes(t))
		return &v.Person
	}
	bare := read()
	if bare.Races != nil || bare.Addresses != nil || bare.Telecoms != nil || bare.Kin != nil {
		t.Errorf("what was not sent is a list: %+v", *bare)
	}
	p := read(`NK1|1|One^A|MTH^^HL70063|^^Boston|^^^^^617^5550147`, `NK1|2`, `NK1|3|Two^B~Three^C|FTH^^HL70063|^^Salem~^^Lynn|^^^^^617^5550148`)
	p.Kin[0].Names = append(p.Kin[0].Names, iis.Name{Family: "Four"})
	p.Names = append(p.Names, iis.Name{Family: "Five"})
	is.Equal(t, "kin", p.Kin[1], iis.Kin{
		Names:     []iis.Name{{Family: "Two", Given: "B"}, {Family: "Three", Given: "C"}},
		Relation:  iis.Coded{Code: "FTH", System: "HL70063"},
		Addresses: []iis.Address{{City: "Salem"}, {City: "Lynn"}},
		Telecoms:  []iis.Telecom{{Area: "617", Local: "5550148"}},
	})
	is.Equal(t, "first of kin", p.Kin[0].Names[0], iis.Name{Family: "One", Given: "A"})
	is.Equal(t, "name", p.Names[0].Family, "Lovelace")
}
