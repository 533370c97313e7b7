package iz

import (
	"fmt"
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// given is a dose that its source gave, with everything known.
func given() iis.Dose {
	return iis.Dose{
		Kind: iis.Given, Action: iis.Update,
		Filler: iis.Ref{ID: "F-1", Authority: "CLINIC"}, Placer: iis.Ref{ID: "P-1", Authority: "2.16.840.1.113883.9.2"},
		Date:    day("20200302"),
		Vaccine: iis.Coded{Code: "49281-0560-05", Text: "Pentacel", System: "NDC", AltCode: "120", AltText: "DTaP-Hib-IPV", AltSystem: "CVX"},
		CVX:     "120", NDC: "49281-0560-05", MVX: "PMC",
		Manufacturer: iis.Coded{Code: "PMC", Text: "sanofi", System: "MVX"},
		Lot:          "L0T-1", Expiration: day("20210531"), Amount: "0.5", Unit: iis.Coded{Code: "ML", System: "ISO+"},
		InfoSource: "00", Completion: "",
		Route: iis.Coded{Code: "IM", Text: "Intramuscular", System: "HL70162"}, Site: iis.Coded{Code: "LT", Text: "left thigh", System: "HL70163"},
		Administrator: iis.Provider{ID: "1234567890", Authority: "2.16.840.1.113883.4.6", IDType: "NPI", Family: "Nurse", Given: "Nora", NameType: "L", Degree: "RN"},
		Orderer:       iis.Provider{ID: "99", Authority: "CLINIC", IDType: "PRN", Family: "Order", Given: "Olga", Middle: "P", Suffix: "II", NameType: "L"},
		Enterer:       iis.Provider{ID: "no authority", Family: "Clerk", Given: "Carl"},
		EnteringOrg:   iis.Coded{Code: "CL1", Text: "Clinic One", System: "99STATE"},
		Location:      "CLINIC-3", Entered: "20200302101500-0500", Notes: []string{"cried"},
		Observations: []iis.Observation{
			{Code: iis.Coded{Code: "64994-7", System: "LN"}, Group: "1", Type: "CE", Value: iis.Coded{Code: "V02", Text: "Medicaid", System: "HL70064"},
				On: day("20200302"), Method: iis.Coded{Code: "VXC40", Text: "per dose", System: "CDCPHINVS"}, Notes: []string{"checked", "twice"}},
			{Code: iis.Coded{Code: "LOCAL-1", System: "L"}, Group: "1", Type: "ST", Text: "is not in the guide"},
			{Code: iis.Coded{Code: "30956-7", System: "LN"}, Group: "vis", Type: "CE", Value: iis.Coded{Code: "107", Text: "DTaP", System: "CVX"}},
			{Code: iis.Coded{Code: "29768-9", System: "LN"}, Group: "vis", Type: "TS", Text: "20070517"},
			{Code: iis.Coded{Code: "29769-7", System: "LN"}, Group: "vis", Type: "DT", Text: "20200302"},
			{Code: iis.Coded{Code: "30963-3", System: "LN"}, Type: "CE", Value: iis.Coded{Code: "VXC51", Text: "public VFC"}},
			{Code: iis.Coded{Code: "30973-2", System: "LN"}, Type: "NM", Text: "2"},
		},
	}
}

func historical() iis.Dose {
	return iis.Dose{Kind: iis.Given, Date: day("20180101"), CVX: "03", Vaccine: iis.Coded{Code: "03", System: "CVX"},
		InfoSource: "01", Completion: "CP", Filler: iis.Ref{ID: "9999", Authority: "CLINIC"}}
}

func refusal() iis.Dose {
	return iis.Dose{Kind: iis.Refusal, Date: day("20200101"), CVX: "141", Vaccine: iis.Coded{Code: "141", Text: "flu", System: "CVX"},
		Completion: "RE", InfoSource: "00", Amount: "0.5", Unit: iis.Coded{Code: "mL", System: "UCUM"},
		Refused: []iis.Coded{{Code: "00", Text: "Parental decision", System: "NIP002"}, {Code: "77"}, {Code: "01"}},
		Filler:  iis.Ref{ID: "R-1", Authority: "CLINIC"}}
}

func fact() iis.Dose {
	return iis.Dose{Kind: iis.Fact, Date: day("20200101"), CVX: "998", Vaccine: iis.Coded{Code: "998", Text: "no vaccine administered", System: "CVX"},
		Completion: "NA", Observations: []iis.Observation{
			{Code: iis.Coded{Code: "59784-9", Text: "Disease with presumed immunity", System: "LN"}, Group: "a", Type: "CE",
				Value: iis.Coded{Code: "38907003", Text: "Varicella infection", System: "SCT"}, On: day("20190101")},
			{Code: iis.Coded{Code: "30945-0", System: "LN"}, Group: "b", Type: "CE", Value: iis.Coded{Code: "VXC18", Text: "allergy"}},
			{Code: iis.Coded{Code: "30946-8", System: "LN"}, Group: "b", Type: "DT", Text: "20190202"},
		}}
}

func partial() iis.Dose {
	d := given()
	d.Completion, d.Observations = "PA", d.Observations[:1]
	return d
}

func ndcOnly() iis.Dose {
	d := historical()
	d.CVX, d.NDC, d.Vaccine = "", "99999-9999-99", iis.Coded{Code: "99999-9999-99", Text: "not listed", System: "NDC"}
	return d
}

// history is the answer with these doses, numbered by the registry.
func history(p iis.Person, doses ...iis.Dose) []byte {
	h := History{Person: p}
	for i, d := range doses {
		h.Doses = append(h.Doses, HistoryDose{ID: fmt.Sprintf("D%d", i+1), Dose: &d})
	}
	return registry().History(query(), h, codeset.Default())
}

// group is the order group of a dose as text.
func orderLines(d iis.Dose) []string { return lines(history(child(), d))[5:] }

func TestAGivenDoseIsWrittenWhole(t *testing.T) {
	is.Equal(t, "the group", orderLines(given()), []string{
		`ORC|RE|P-1^^2.16.840.1.113883.9.2^ISO|F-1^CLINIC|||||||^Clerk^Carl||` +
			`99^Order^Olga^P^II^^^^CLINIC^L^^^PRN|||||CL1^Clinic One^99STATE`,
		`RXA|0|1|20200302||120^DTaP-Hib-IPV^CVX^49281-0560-05^Pentacel^NDC|0.5|mL^millilitre^UCUM||00^New immunization record^NIP001|` +
			`1234567890^Nurse^Nora^^^^^^&2.16.840.1.113883.4.6&ISO^L^^^NPI^^^^^^^^RN|^^^CLINIC-3||||L0T-1|20210531|PMC^sanofi^MVX|||CP|A|20200302101500-0500`,
		`RXR|C28161^intramuscular^NCIT|LT^left thigh^HL70163`,
		`OBX|1|CE|64994-7^eligibility for publicly paid vaccine^LN|1|V02^Medicaid^HL70064||||||F|||20200302|||VXC40^per dose^CDCPHINVS`,
		`NTE|||checked\X0A\twice`,
		`OBX|2|ST|LOCAL-1^^L|1|is not in the guide||||||F`,
		`OBX|3|CE|30956-7^vaccine type^LN|2|107^DTaP^CVX||||||F`,
		`OBX|4|TS|29768-9^information statement: day it was published^LN|2|20070517||||||F`,
		`OBX|5|DT|29769-7^information statement: day it was handed over^LN|2|20200302||||||F`,
		`OBX|6|CE|30963-3^who paid for the vaccine^LN|3|VXC51^public VFC^CDCPHINVS||||||F`,
		`OBX|7|NM|30973-2^dose number in the series^LN|4|2|NA^not applicable^HL70353|||||F`,
		`OBX|8|TX|48767-8^comment^LN|5|cried||||||F`,
	})
}

func TestOtherReportsAreWrittenAsTheirKindDemands(t *testing.T) {
	for name, c := range map[string]struct {
		dose iis.Dose
		want []string
	}{
		"historical": {historical(), []string{`ORC|RE||D1^STATE`,
			`RXA|0|1|20180101||03^MMR^CVX|999|||01^Historical information - source unspecified^NIP001|||||||||||CP|A`}},
		"refusal": {refusal(), []string{`ORC|RE||9999^CLINIC`,
			`RXA|0|1|20200101||141^flu^CVX|999||||||||||||00^Parental decision^NIP002~01^religious exemption^NIP002||RE|A`}},
		"fact": {fact(), []string{`ORC|RE||9999^STATE`,
			`RXA|0|1|20200101||998^no vaccine administered^CVX|999||||||||||||||NA`,
			`OBX|1|CE|59784-9^Disease with presumed immunity^LN|1|38907003^Varicella infection^SCT||||||F|||20190101`,
			`OBX|2|CE|30945-0^contraindication or precaution^LN|2|VXC18^allergy^CDCPHINVS||||||F`,
			`OBX|3|DT|30946-8^contraindication or precaution: first day^LN|2|20190202||||||F`}},
		"known by its package only": {ndcOnly(), []string{`ORC|RE||D1^STATE`,
			`RXA|0|1|20180101||99999-9999-99^not listed^NDC|999|||01^Historical information - source unspecified^NIP001|||||||||||CP|A`}},
	} {
		t.Run(name, func(t *testing.T) { is.Equal(t, "the group", orderLines(c.dose), c.want) })
	}
}

// TestADoseIsNotEmbellished changes the fully known dose in one respect and
// looks at one field.
func TestADoseIsNotEmbellished(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(d *iis.Dose)
		segment string
		field   int
		want    string
	}{
		"an amount without unit is unknown":        {func(d *iis.Dose) { d.Unit = iis.Coded{} }, "RXA", 6, "999"},
		"an amount in a unit of nobody's":          {func(d *iis.Dose) { d.Unit = iis.Coded{Code: "PUFF", System: "L"} }, "RXA", 6, "999"},
		"a unit that NIST's list does not have":    {func(d *iis.Dose) { d.Unit = iis.Coded{Code: "IU"} }, "RXA", 7, "[iU]^international unit^UCUM"},
		"an amount that is no number":              {func(d *iis.Dose) { d.Amount = "half" }, "RXA", 6, "999"},
		"an amount of nothing":                     {func(d *iis.Dose) { d.Amount = "0" }, "RXA", 6, "0"},
		"an unknown source of information":         {func(d *iis.Dose) { d.InfoSource = "" }, "RXA", 9, ""},
		"a key without authority is not one":       {func(d *iis.Dose) { d.Filler.Authority = "" }, "ORC", 3, "D1^STATE"},
		"the constant is no key":                   {func(d *iis.Dose) { d.Filler.ID = "9999" }, "ORC", 3, "D1^STATE"},
		"a key within a universal identifier":      {func(d *iis.Dose) { d.Filler.Authority = "1.2.3" }, "ORC", 3, "F-1^^1.2.3^ISO"},
		"an order number without authority":        {func(d *iis.Dose) { d.Placer.Authority = "" }, "ORC", 2, ""},
		"a provider's number of unknown type":      {func(d *iis.Dose) { d.Administrator.IDType = "QQ" }, "RXA", 10, "^Nurse^Nora^^^^^^^L^^^^^^^^^^^RN"},
		"a number of a nameless provider":          {func(d *iis.Dose) { d.Administrator = iis.Provider{ID: "1", IDType: "NPI"} }, "RXA", 10, ""},
		"an organization of an unknown system":     {func(d *iis.Dose) { d.EnteringOrg.System = "OURS" }, "ORC", 17, ""},
		"a maker in small letters":                 {func(d *iis.Dose) { d.MVX, d.Manufacturer = "pmc", iis.Coded{} }, "RXA", 17, "PMC^Sanofi Pasteur^MVX"},
		"a maker that no list has":                 {func(d *iis.Dose) { d.MVX = "QQQ" }, "RXA", 17, ""},
		"the maker as its text":                    {func(d *iis.Dose) { d.MVX, d.Manufacturer = "", iis.Coded{Text: "sanofi"} }, "RXA", 17, ""},
		"a universal identifier for a place":       {func(d *iis.Dose) { d.Location = "1.2.3" }, "RXA", 11, "^^^&1.2.3&ISO"},
		"the month of a day that is not known":     {func(d *iis.Dose) { d.Expiration, d.ExpirationMonth = 0, true }, "RXA", 16, ""},
		"an entry time that is none":               {func(d *iis.Dose) { d.Entered = "yesterday" }, "RXA", 22, ""},
		"a reason to refuse a dose that was given": {func(d *iis.Dose) { d.Refused = refusal().Refused }, "RXA", 18, ""},
		"the billing code beside the vaccine": {func(d *iis.Dose) {
			d.NDC, d.Vaccine = "", iis.Coded{Code: "120", System: "CVX", AltCode: "90698", AltText: "Pentacel", AltSystem: "CPT"}
		}, "RXA", 5, "120^DTaP-Hib-IPV^CVX^90698^Pentacel^C4"},
		"a billing code alone": {func(d *iis.Dose) {
			d.CVX, d.NDC, d.CPT, d.Vaccine = "", "", "90749", iis.Coded{Code: "90749", Text: "unlisted", System: "C4"}
		}, "RXA", 5, "90749^unlisted^C4"},
		"a code of the sender's own": {func(d *iis.Dose) {
			d.CVX, d.NDC, d.Vaccine = "", "", iis.Coded{Code: "03", Text: "measles shot", System: "XYZ"}
		}, "RXA", 5, "999^unknown^CVX^03^measles shot^XYZ"},
		"an unknown vaccine with a code of somebody's own": {func(d *iis.Dose) {
			d.CVX, d.NDC, d.Vaccine = "999", "", iis.Coded{Code: "999", Text: "unknown", System: "CVX", AltCode: "03", AltText: "measles shot", AltSystem: "XYZ"}
		}, "RXA", 5, "999^unknown^CVX^03^measles shot^XYZ"},
		"a vaccine derived from its package": {func(d *iis.Dose) { d.Vaccine = iis.Coded{Code: "49281056005", Text: "Pentacel", System: "NDC"} },
			"RXA", 5, "120^DTaP-Hib-IPV^CVX^49281-0560-05^Pentacel^NDC"},
		"a site without a route has no place": {func(d *iis.Dose) { d.Route = iis.Coded{} }, "OBX", 1, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			d := given()
			c.change(&d)
			for _, line := range orderLines(d) {
				fields := strings.Split(line, "|")
				if fields[0] == "RXR" && d.Route.IsZero() {
					t.Errorf("want no RXR, got %s", line)
				}
				if fields[0] != c.segment {
					continue
				}
				got := ""
				if c.field < len(fields) {
					got = fields[c.field]
				}
				is.Equal(t, fmt.Sprintf("%s-%d", c.segment, c.field), got, c.want)
				break
			}
		})
	}
}

func TestAnObservationIsSentInATypeThatHoldsIt(t *testing.T) {
	for name, c := range map[string]struct {
		o    iis.Observation
		want string // OBX-2, 5 and 6
	}{
		"text":                          {iis.Observation{Type: "TX", Text: "a|b"}, `TX|a\F\b|`},
		"text of no type":               {iis.Observation{Text: "plain"}, `ST|plain|`},
		"a coded value of no type":      {iis.Observation{Value: iis.Coded{Code: "1", System: "SNOMED-CT"}}, `CE|1^^SCT|`},
		"a coded value with exceptions": {iis.Observation{Type: "CWE", Value: iis.Coded{Code: "1", Text: "one", System: "L"}}, `CWE|1^one^L|`},
		"only the second triplet":       {iis.Observation{Type: "CE", Value: iis.Coded{Code: "1", System: "OURS", AltCode: "2", AltText: "two", AltSystem: "SCT"}}, `CE|2^two^SCT|`},
		"a vaccine in another spelling": {iis.Observation{Type: "CE", Value: iis.Coded{Code: "3", Text: "MMR", System: "CVX"}}, `CE|03^MMR^CVX|`},
		"a code of nobody's system":     {iis.Observation{Type: "CE", Value: iis.Coded{Code: "1", Text: "one", System: "OURS"}}, `CE|1^one^OURS|`},
		"a code of no system":           {iis.Observation{Type: "CE", Value: iis.Coded{Code: "1"}}, `CE|1|`},
		"words without a code":          {iis.Observation{Type: "CE", Value: iis.Coded{Text: "egg", System: "L"}}, `ST|egg|`},
		"a number":                      {iis.Observation{Type: "NM", Text: "-1.5", Unit: iis.Coded{Code: "mL"}}, `NM|-1.5|mL^millilitre^UCUM`},
		"a number that is none":         {iis.Observation{Type: "NM", Text: "two"}, `ST|two|`},
		"a number of nobody's unit":     {iis.Observation{Type: "NM", Text: "2", Unit: iis.Coded{Code: "TITER", System: "OURS"}}, `NM|2|TITER^^OURS`},
		"a date":                        {iis.Observation{Type: "DT", Text: "20200229"}, `DT|20200229|`},
		"a date that is none":           {iis.Observation{Type: "DT", Text: "20210229"}, `ST|20210229|`},
		"a time":                        {iis.Observation{Type: "TS", Text: "202002291015"}, `TS|202002291015|`},
		"a time that is none":           {iis.Observation{Type: "TS", Text: "soon"}, `ST|soon|`},
		"a type of several parts":       {iis.Observation{Type: "XPN", Text: "Sample^Ada"}, `ST|Sample\S\Ada|`},
		"nothing":                       {iis.Observation{Type: "ST"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := fact()
			c.o.Code = iis.Coded{Code: comment}
			d.Observations = []iis.Observation{c.o}
			got := ""
			for _, line := range orderLines(d) {
				if f := strings.Split(line+"||", "|"); f[0] == "OBX" {
					got = f[2] + "|" + f[5] + "|" + f[6]
				}
			}
			is.Equal(t, "type, value and unit", got, c.want)
		})
	}
}

func TestAnEligibilityIsSentAsItCame(t *testing.T) {
	for name, c := range map[string]struct {
		value iis.Coded
		want  string
	}{
		"of the guide":           {iis.Coded{Code: "V02", System: "LOCAL"}, `V02^VFC: Medicaid or Medicaid managed care^HL70064`},
		"of a state":             {iis.Coded{Code: "AKA01", Text: "Alaska special", System: "AKA"}, `AKA01^Alaska special^AKA`},
		"local, of older guides": {iis.Coded{Code: "V07", System: "HL70064"}, `V07^^HL70064`},
	} {
		t.Run(name, func(t *testing.T) {
			d := given()
			d.Observations = []iis.Observation{{Code: iis.Coded{Code: eligibility}, Type: "CE", Value: c.value}}
			is.Equal(t, "OBX-5", strings.Split(segmentsOf(history(child(), d), "OBX")[0], "|")[5], c.want)
		})
	}
}

func TestHistoriesFollowTheirProfile(t *testing.T) {
	answer := history(richChild(), given(), historical(), refusal(), partial(), fact())
	is.Equal(t, "departures", departures(t, answer), []string{"VS OBX[2]-3[1] LOCAL-1 not in NIP003"})
	for i, obx := range segmentsOf(answer, "OBX") {
		is.Equal(t, "OBX-1", strings.Split(obx, "|")[1], fmt.Sprint(i+1))
	}
	is.Equal(t, "without any dose", departures(t, history(child())), nil)
	q := query()
	q.Findings = iis.Findings{finding(iis.Warning, "103", "5", iis.Where{Segment: "QPD", Sequence: 1, Field: 8}), finding(iis.Warning, "103", "5", iis.Where{})}
	answer = registry().History(q, History{Person: child()}, codeset.Default())
	is.Equal(t, "with doubts about the query", departures(t, answer), nil)
	is.Equal(t, "its MSA and ERR", [...]int{len(segmentsOf(answer, "MSA|AA")), len(segmentsOf(answer, "ERR"))}, [...]int{1, 1})
	own := historical()
	own.CVX, own.NDC, own.Vaccine = "", "", iis.Coded{Code: "M1", Text: "measles shot", System: "99OAK"}
	is.Equal(t, "a code of the sender's own", departures(t, history(child(), own)), nil)
	is.Equal(t, "a package of no known vaccine", departures(t, history(child(), ndcOnly())), []string{"VS RXA[1]-5[1] 99999-9999-99 not in CVX"})
}

func TestNastyTextSurvivesInADose(t *testing.T) {
	for i, text := range nasty {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			d := given()
			d.Filler, d.Placer = iis.Ref{ID: text, Authority: text}, iis.Ref{ID: text, Authority: text}
			d.Lot, d.Location, d.Vaccine.AltText, d.Manufacturer.Text = text, text, text, text
			d.Administrator = iis.Provider{ID: text, Authority: text, IDType: "NPI", Family: text, Given: text, Degree: text}
			d.Observations = []iis.Observation{{Code: iis.Coded{Code: "48767-8", Text: text}, Type: "TX", Text: text, Notes: []string{text}}}
			d.Notes = []string{text}
			m, err := hl7.Parse(history(child(), d))
			is.NoError(t, "parse", err)
			is.Equal(t, "segments", m.Len(), 11)
			orc, rxa, obx := m.First("ORC"), m.First("RXA"), m.First("OBX")
			for at, v := range map[string]hl7.Value{
				"ORC-2.1": orc.Field(2).Comp(1), "ORC-2.2": orc.Field(2).Comp(2),
				"ORC-3.1": orc.Field(3).Comp(1), "ORC-3.2": orc.Field(3).Comp(2),
				"RXA-5.2": rxa.Field(5).Comp(2), "RXA-10.1": rxa.Field(10).Comp(1), "RXA-10.2": rxa.Field(10).Comp(2),
				"RXA-10.3": rxa.Field(10).Comp(3), "RXA-10.9": rxa.Field(10).Comp(9), "RXA-10.21": rxa.Field(10).Comp(21),
				"RXA-11.4": rxa.Field(11).Comp(4), "RXA-15": rxa.Field(15), "RXA-17.2": rxa.Field(17).Comp(2),
				"OBX-3.2": obx.Field(3).Comp(2), "OBX-5": obx.Field(5), "NTE-3": m.First("NTE").Field(3),
				"OBX-5 of the note": m.Segment(10).Field(5),
			} {
				is.Equal(t, at, v.String(), text)
			}
		})
	}
}
