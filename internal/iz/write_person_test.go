package iz

import (
	"fmt"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
)

func day(s string) cal.Date { return cal.ParseCompact(s) }

// child is a person of whom little is known.
func child() iis.Person {
	return iis.Person{
		IDs:   []iis.Identifier{{Value: "4711", Type: "SR", Authority: "STATE"}},
		Names: []iis.Name{{Family: "Sample", Given: "Ada", Type: "L"}},
		Birth: day("20190302"), Sex: "F",
	}
}

// richChild is a person of whom everything is known that a message can say.
func richChild() iis.Person {
	return iis.Person{
		IDs: []iis.Identifier{
			{Value: "4711", Type: "SR"},
			{Value: "MR-9", Type: "MR", Authority: "2.16.840.1.113883.9.1"},
			{Value: "77", Type: "MA", Authority: "STATE MEDICAID"},
		},
		Names: []iis.Name{
			{Family: "O'Sample", Given: "Ada", Middle: "Q", Suffix: "JR", Prefix: "MS"},
			{Family: "Sample", Given: "Addie", Type: "A"},
		},
		MotherMaiden: iis.Name{Family: "Sampleton", Given: "Grace"},
		Birth:        day("20190302"), Sex: "F",
		Races: []iis.Coded{{Code: "2106-3", Text: "White", System: "HL70005"}, {Code: "2028-9", System: "CDCREC"},
			{Code: "2106-3", System: "CDCREC"}, {Code: "ZZ", Text: "not a race", System: "L"}},
		Ethnicity: iis.Coded{Code: "N", Text: "Not Hispanic", System: "HL70189"},
		Language:  iis.Coded{Code: "eng", Text: "English", System: "ISO6392"},
		Addresses: []iis.Address{
			{Street: "1 Main St", Street2: "Apt 2", City: "Springfield", State: "MA", Zip: "01101", Country: "US", Type: "H", County: "25013"},
			{City: "Lowell", State: "MA", Type: "BDL"},
			{Type: "H"},
		},
		Telecoms: []iis.Telecom{
			{Area: "413", Local: "5550100", Extension: "12", Equipment: "PH"},
			{Email: "ada@example.org"},
			{Use: "WPN", Equipment: "brick", Area: "413", Local: "5550101", Country: "1"},
			{Use: "ORN", Local: "5550102"},
		},
		MultipleBirth: "Y", BirthOrder: 2, BirthFacility: "Lowell General",
		Dead: "Y", Death: day("20240102"),
		Publicity: iis.Coded{Code: "02", Text: "Reminder/recall - any method", System: "HL70215"}, PublicityFrom: day("20200101"),
		Protection: "N", ProtectionFrom: day("20200102"),
		Status: "A", StatusFrom: day("20200103"),
		Kin: []iis.Kin{
			{Names: []iis.Name{{Family: "Sample", Given: "Grace", Type: "L"}}, Relation: iis.Coded{Code: "MTH", Text: "Mother", System: "HL70063"},
				Addresses: []iis.Address{{Street: "1 Main St", City: "Springfield", State: "MA", Zip: "01101", Country: "USA", Type: "P"}},
				Telecoms:  []iis.Telecom{{Use: "PRN", Equipment: "CP", Area: "413", Local: "5550103"}, {Area: "413", Local: "5550104"}}},
			{Names: []iis.Name{{Family: "Nobody", Given: "Knows", Type: "L"}}, Relation: iis.Coded{Code: "ZZZ"}},
			{Names: []iis.Name{{Family: "Sample", Given: "Alan", Type: "L"}}, Relation: iis.Coded{Code: "FTH"}},
		},
	}
}

// personLines are PID, PD1 and NK1 of a person.
func personLines(p iis.Person) []string {
	return lines(registry().History(query(), History{Person: p}, codeset.Default()))[4:]
}

func TestAPersonIsWrittenAsTheGuideWantsIt(t *testing.T) {
	is.Equal(t, "the rich person", personLines(richChild()), []string{
		`PID|1||4711^^^STATE^SR~MR-9^^^&2.16.840.1.113883.9.1&ISO^MR~77^^^STATE MEDICAID^MA||` +
			`O'Sample^Ada^Q^JR^MS^^L~Sample^Addie^^^^^A|Sampleton^Grace^^^^^M|20190302|F||` +
			`2106-3^White^CDCREC~2028-9^Asian^CDCREC|` +
			`1 Main St^Apt 2^Springfield^MA^01101^USA^H^^25013~^^Lowell^MA^^^BDL||` +
			`^PRN^PH^^^413^5550100^12~^NET^Internet^ada@example.org~^WPN^^^1^413^5550101||eng^English^ISO639|||||||` +
			`2186-5^not Hispanic or Latino^CDCREC|Lowell General|Y|2||||20240102|Y`,
		`PD1|||||||||||02^Reminder/recall - any method^HL70215|N|20200102|||A|20200103|20200101`,
		`NK1|1|Sample^Grace^^^^^L|MTH^Mother^HL70063|1 Main St^^Springfield^MA^01101^USA^P|^PRN^CP^^^413^5550103`,
		`NK1|2|Sample^Alan^^^^^L|FTH^father^HL70063`,
	})
	is.Equal(t, "the other", personLines(child()), []string{`PID|1||4711^^^STATE^SR||Sample^Ada^^^^^L||20190302|F`})
}

// TestWhatIsNotKnownIsNotInvented changes the little-known child in one respect
// and looks at one field.
func TestWhatIsNotKnownIsNotInvented(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(p *iis.Person)
		segment string
		field   int
		want    string
	}{
		"a sex nobody told stays empty":       {func(p *iis.Person) { p.Sex = "" }, "PID", 8, ""},
		"X is said though the profile is old": {func(p *iis.Person) { p.Sex = "X" }, "PID", 8, "X"},
		"an identifier without authority": {func(p *iis.Person) {
			p.IDs = append(p.IDs, iis.Identifier{Value: "1", Type: "MR"})
		}, "PID", 3, "4711^^^STATE^SR"},
		"an identifier of no known type": {func(p *iis.Person) {
			p.IDs = append(p.IDs, iis.Identifier{Value: "1", Type: "QQ", Authority: "A"}, iis.Identifier{Value: "1", Authority: "A"})
		}, "PID", 3, "4711^^^STATE^SR"},
		"the first name is the legal one":          {func(p *iis.Person) { p.Names[0].Type = "A" }, "PID", 5, "Sample^Ada^^^^^L"},
		"the first name is sent as far as known":   {func(p *iis.Person) { p.Names[0].Given = "" }, "PID", 5, "Sample^^^^^^L"},
		"a further name without type":              {func(p *iis.Person) { p.Names = append(p.Names, iis.Name{Family: "X", Given: "Y"}) }, "PID", 5, "Sample^Ada^^^^^L"},
		"a further name without given name":        {func(p *iis.Person) { p.Names = append(p.Names, iis.Name{Family: "X", Type: "A"}) }, "PID", 5, "Sample^Ada^^^^^L"},
		"a mother of whom the given name is known": {func(p *iis.Person) { p.MotherMaiden.Given = "Grace" }, "PID", 6, ""},
		"an unknown ethnicity":                     {func(p *iis.Person) { p.Ethnicity = iis.Coded{Code: "U", System: "HL70189"} }, "PID", 22, ""},
		"Hispanic in the old letters":              {func(p *iis.Person) { p.Ethnicity = iis.Coded{Code: "H"} }, "PID", 22, "2135-2^Hispanic or Latino^CDCREC"},
		"an address without type keeps none":       {func(p *iis.Person) { p.Addresses = []iis.Address{{City: "Lowell"}} }, "PID", 11, "^^Lowell"},
		"an address of unknown type":               {func(p *iis.Person) { p.Addresses = []iis.Address{{City: "Lowell", Type: "QQ"}} }, "PID", 11, "^^Lowell"},
		"a country that is no code": {func(p *iis.Person) {
			p.Addresses = []iis.Address{{City: "Lowell", Country: "United States", Type: "H"}}
		}, "PID", 11, "^^Lowell^^^^H"},
		"the first telephone is the primary one": {func(p *iis.Person) { p.Telecoms = []iis.Telecom{{Area: "413", Local: "5550100"}} }, "PID", 13, "^PRN^^^^413^5550100"},
		"a further telephone without use": {func(p *iis.Person) {
			p.Telecoms = []iis.Telecom{{Use: "ORN", Area: "413", Local: "5550100"}, {Area: "413", Local: "5550101"}}
		}, "PID", 13, "^ORN^^^^413^5550100"},
		"a telephone of unknown use":      {func(p *iis.Person) { p.Telecoms = []iis.Telecom{{Use: "QQ", Area: "413", Local: "5550100"}} }, "PID", 13, ""},
		"a telephone as one text":         {func(p *iis.Person) { p.Telecoms = []iis.Telecom{{Use: "PRN", Text: "ask the neighbour"}} }, "PID", 13, ""},
		"a language of an old table":      {func(p *iis.Person) { p.Language = iis.Coded{Code: "en", System: "HL70639"} }, "PID", 15, "en^^ISO639"},
		"a language of an unknown system": {func(p *iis.Person) { p.Language = iis.Coded{Code: "en", Text: "English", System: "OURS"} }, "PID", 15, "en^English"},
		"birth order of a single birth":   {func(p *iis.Person) { p.MultipleBirth, p.BirthOrder = "N", 1 }, "PID", 25, "1"},
		"birth order nobody counted":      {func(p *iis.Person) { p.MultipleBirth = "Y" }, "PID", 25, ""},
		"a death date without a death":    {func(p *iis.Person) { p.Death = day("20240102") }, "PID", 29, ""},
		"a death without its date":        {func(p *iis.Person) { p.Dead = "Y" }, "PID", 30, "Y"},
		"dates without what they date": {func(p *iis.Person) {
			p.Protection, p.PublicityFrom, p.StatusFrom = "Y", day("20200101"), day("20200101")
		}, "PD1", 17, ""},
		"the date of the protection": {func(p *iis.Person) { p.Protection, p.ProtectionFrom = "Y", day("20200101") }, "PD1", 13, "20200101"},
		"an unknown publicity code":  {func(p *iis.Person) { p.Protection, p.Publicity = "Y", iis.Coded{Code: "99"} }, "PD1", 11, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := child()
			c.change(&p)
			for _, line := range personLines(p) {
				fields := strings.Split(line, "|")
				if fields[0] != c.segment {
					continue
				}
				got := ""
				if c.field < len(fields) {
					got = fields[c.field]
				}
				is.Equal(t, fmt.Sprintf("%s-%d", c.segment, c.field), got, c.want)
				return
			}
			t.Fatalf("there is no %s", c.segment)
		})
	}
}

func TestNobodySaidAnythingOfSharing(t *testing.T) {
	p := child()
	p.PublicityFrom = day("20200101")
	for _, line := range personLines(p) {
		if strings.HasPrefix(line, "PD1") {
			t.Errorf("want no PD1, got %s", line)
		}
	}
}

func TestNastyTextSurvivesInAPerson(t *testing.T) {
	for i, text := range nasty {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			p := child()
			p.IDs[0].Value, p.IDs[0].Authority = text, text
			p.Names[0] = iis.Name{Family: text, Given: text, Middle: text, Suffix: text, Prefix: text}
			p.MotherMaiden = iis.Name{Family: text}
			p.BirthFacility = text
			p.Addresses = []iis.Address{{Street: text, Street2: text, City: text, State: text, Zip: text, County: text}}
			p.Telecoms = []iis.Telecom{{Email: text}, {Email: text}}
			p.Language = iis.Coded{Code: text, Text: text}
			m, err := hl7.Parse(registry().Candidates(query(), []iis.Person{p}, codeset.Default()))
			is.NoError(t, "parse", err)
			is.Equal(t, "segments", m.Len(), 5)
			pid := m.First("PID")
			for at, v := range map[string]hl7.Value{
				"PID-3.1": pid.Field(3).Comp(1), "PID-3.4": pid.Field(3).Comp(4),
				"PID-5.1": pid.Field(5).Comp(1), "PID-5.2": pid.Field(5).Comp(2), "PID-5.3": pid.Field(5).Comp(3),
				"PID-5.4": pid.Field(5).Comp(4), "PID-5.5": pid.Field(5).Comp(5), "PID-6.1": pid.Field(6).Comp(1),
				"PID-11.1": pid.Field(11).Comp(1), "PID-11.2": pid.Field(11).Comp(2), "PID-11.3": pid.Field(11).Comp(3),
				"PID-11.4": pid.Field(11).Comp(4), "PID-11.5": pid.Field(11).Comp(5), "PID-11.9": pid.Field(11).Comp(9),
				"PID-13.4": pid.Field(13).Rep(2).Comp(4), "PID-15.1": pid.Field(15).Comp(1), "PID-15.2": pid.Field(15).Comp(2),
				"PID-23": pid.Field(23),
			} {
				is.Equal(t, at, v.String(), text)
			}
		})
	}
}
