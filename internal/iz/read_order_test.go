package iz

import (
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// readDose reads one order group of which the test wants the dose.
func readDose(t *testing.T, lines ...string) (iis.Dose, []string) {
	t.Helper()
	v := readLines(t, lines...)
	if len(v.Orders) == 0 {
		t.Fatal("no order group was read")
	}
	return v.Orders[0].Dose, inShort(v.Findings)
}

func TestADoseIsReadWithAllThatWasSent(t *testing.T) {
	d, findings := readDose(t,
		`ORC|RE|P1^CLINIC|F1^^1.2.3^ISO|||||||7^Clerk^Myron^M^^^^^REG^L^^^PRN||8^Doctor^Mary^^^^^^NPI^L^^^NPI^^^^^^^^MD|||||DCS^Dabig Clinic^HL70362`,
		`RXA|0|1|20240301101500-0500||49281-0560-05^Pentacel^NDC^120^DTaP-Hib-IPV^CVX|0.5|mL^mL^UCUM||^first note~00^New^NIP001~late entry|9^Nurse^Nell|^^^DCS_DC||||L1|202502|PMC^Sanofi & Co^MVX||I1^indicated^L|CP|U|20240301`,
		`RXR|C28161^IM^NCIT^IM^IM^HL70162|RT^Right Thigh^HL70163`,
		`NTE|1||gave it~twice checked`,
		`OBX|1|CE|64994-7^Eligibility^LN|1|V02^Medicaid^HL70064||||||F|||20240301|||VXC40^per immunization^CDCPHINVS`,
		`NTE|1||card seen`,
		`OBX|2|TS|29769-7^VIS presented^LN|2|202403011015||||||F`,
		`OBX|3|NM|30973-2^dose number^LN|3|2|{#}^number^UCUM|||||F|||2024-03-01`)
	is.Equal(t, "findings", findings, []string{"W 102/2 OBX^3^14"})
	is.Equal(t, "dose", d, iis.Dose{
		Kind: iis.Given, Action: iis.Update, Filler: iis.Ref{ID: "F1", Authority: "1.2.3"}, Placer: iis.Ref{ID: "P1", Authority: "CLINIC"},
		Date: cal.Of(2024, 3, 1), Time: "101500-0500",
		Vaccine: iis.Coded{Code: "49281-0560-05", Text: "Pentacel", System: "NDC", AltCode: "120", AltText: "DTaP-Hib-IPV", AltSystem: "CVX"},
		CVX:     "120", NDC: "49281-0560-05", MVX: "PMC",
		Manufacturer: iis.Coded{Code: "PMC", Text: "Sanofi & Co", System: "MVX"},
		Lot:          "L1", Expiration: cal.Of(2025, 2, 28), ExpirationMonth: true, Amount: "0.5", Unit: iis.Coded{Code: "mL", Text: "mL", System: "UCUM"},
		InfoSource: "00", Completion: "CP",
		Route:         iis.Coded{Code: "C28161", Text: "IM", System: "NCIT", AltCode: "IM", AltText: "IM", AltSystem: "HL70162"},
		Site:          iis.Coded{Code: "RT", Text: "Right Thigh", System: "HL70163"},
		Administrator: iis.Provider{ID: "9", Family: "Nurse", Given: "Nell"},
		Orderer:       iis.Provider{ID: "8", Family: "Doctor", Given: "Mary", Authority: "NPI", NameType: "L", IDType: "NPI", Degree: "MD"},
		Enterer:       iis.Provider{ID: "7", Family: "Clerk", Given: "Myron", Middle: "M", Authority: "REG", NameType: "L", IDType: "PRN"},
		EnteringOrg:   iis.Coded{Code: "DCS", Text: "Dabig Clinic", System: "HL70362"},
		Location:      "DCS_DC", Entered: "20240301", Indication: iis.Coded{Code: "I1", Text: "indicated", System: "L"},
		Notes: []string{"first note", "late entry", "gave it", "twice checked"},
		Observations: []iis.Observation{
			{Code: iis.Coded{Code: "64994-7", Text: "Eligibility", System: "LN"}, Group: "1", Type: "CE",
				Value: iis.Coded{Code: "V02", Text: "Medicaid", System: "HL70064"}, On: cal.Of(2024, 3, 1),
				Method: iis.Coded{Code: "VXC40", Text: "per immunization", System: "CDCPHINVS"}, Notes: []string{"card seen"}},
			{Code: iis.Coded{Code: "29769-7", Text: "VIS presented", System: "LN"}, Group: "2", Type: "TS", Text: "202403011015"},
			{Code: iis.Coded{Code: "30973-2", Text: "dose number", System: "LN"}, Group: "3", Type: "NM", Text: "2",
				Unit: iis.Coded{Code: "{#}", Text: "number", System: "UCUM"}, On: cal.Of(2024, 3, 1)},
		},
	})
}

func TestAnOrderGroupIsADoseARefusalOrAFact(t *testing.T) {
	const fact = `OBX|1|CE|59784-9^Immunity^LN|1|38907003^Varicella^SCT||||||F`
	for _, c := range []struct {
		name, rxa string
		kind      iis.DoseKind
	}{
		{"complete", `RXA|0|1|20240301||03^MMR^CVX|0.5|||00||||||||||| CP |A`, iis.Given},
		{"partial", `RXA|0|1|20240301||03^MMR^CVX|0.2|||00|||||||||||PA|A`, iis.Given},
		{"no status", `RXA|0|1|20240301||03^MMR^CVX|999|||01||||||||||||A`, iis.Given},
		{"refused", `RXA|0|1|20240301||03^MMR^CVX|999||||||||||||00^Parental^NIP002||RE|A`, iis.Refusal},
		{"a reason only, historical", `RXA|0|1|20240301||03^MMR^CVX|999||||||||||||00^Parental^NIP002|||A`, iis.Refusal},
		{"a reason and an amount", `RXA|0|1|20240301||03^MMR^CVX|0.5||||||||||||00^Parental^NIP002|||A`, iis.Given},
		{"a reason and given here", `RXA|0|1|20240301||03^MMR^CVX|999|||00^New^NIP001|||||||||00^Parental^NIP002|||A`, iis.Given},
		{"a reason and complete", `RXA|0|1|20240301||03^MMR^CVX|999||||||||||||00^Parental^NIP002||CP|A`, iis.Given},
		{"not administered", `RXA|0|1|20240301||03^MMR^CVX|999||||||||||||||NA`, iis.Fact},
		{"998", `RXA|0|1|20240301||998^none^CVX|999`, iis.Fact},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := readLines(t, orcOne, c.rxa, fact)
			is.Equal(t, "findings", inShort(v.Findings), []string{})
			is.Equal(t, "kind", v.Orders[0].Dose.Kind, c.kind)
			is.Equal(t, "usable", v.Orders[0].Usable, true)
		})
	}
}

func TestWhatIsDoubtfulInAnOrderIsAWarningAndTheDoseIsStored(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"no ORC", []string{rxaMMR}, []string{"W 100/7 RXA^1"}},
		{"a date with hyphens", []string{orcOne, `RXA|0|1|2024-03-01||03^MMR^CVX|999`}, []string{"W 102/2 RXA^1^3"}},
		{"an amount with its unit", []string{orcOne, `RXA|0|1|20240301||03^MMR^CVX|0.5 mL`}, []string{"W 102/4 RXA^1^6"}},
		{"an unknown source", []string{orcOne, `RXA|0|1|20240301||03^MMR^CVX|999|||LA^x^NIP001`}, []string{"W 103/5 RXA^1^9^1^1"}},
		{"two lots", []string{orcOne, `RXA|0|1|20240301||03^MMR^CVX|999|||01||||||L1~L2`}, []string{"W 102/8 RXA^1^15^2"}},
		{"an expiry in words", []string{orcOne, `RXA|0|1|20240301||03^MMR^CVX|999|||01||||||L1|soon`}, []string{"W 102/2 RXA^1^16"}},
		{"an unknown maker", []string{orcOne, `RXA|0|1|20240301||03^MMR^CVX|999|||01||||||||QQQ^x^MVX`}, []string{"W 103/5 RXA^1^17^1^1"}},
		{"an unknown status", []string{orcOne, `RXA|0|1|20240301||03^MMR^CVX|999|||01|||||||||||MMR`}, []string{"W 103/5 RXA^1^20"}},
		{"an unknown action", []string{orcOne, `RXA|0|1|20240301||03^MMR^CVX|999|||01|||||||||||CP|P`}, []string{"W 103/5 RXA^1^21"}},
		{"a route outside", []string{`RXR|IM`, orcOne, rxaMMR}, []string{"W 100/8 RXR^1"}},
		{"two routes", []string{orcOne, rxaMMR, `RXR|IM`, `RXR|SC`}, []string{"I 100/8 RXR^2"}},
		{"an observation of nothing", []string{orcOne, rxaMMR, `OBX|1|CE||1|V01`}, []string{"W 101/7 OBX^1^3"}},
		{"an observation without a value", []string{orcOne, rxaMMR, `OBX|1|CE|64994-7^^LN|1|^^`}, []string{"W 101/7 OBX^1^5"}},
		{"an observation of an unknown type", []string{orcOne, rxaMMR, `OBX|1|CODED VALUE|64994-7^^LN|1|V01^x^HL70064`}, []string{"W 103/5 OBX^1^2"}},
		{"an observation of a code system alone", []string{orcOne, rxaMMR, `OBX|1|CE|64994-7^^LN|1|^^HL70064`}, []string{"W 101/7 OBX^1^5"}},
		{"an observed date that is none", []string{orcOne, rxaMMR, `OBX|1|TS|29768-9^^LN|1|17000000`}, []string{"W 102/2 OBX^1^5"}},
		{"an unreadable observation date", []string{orcOne, rxaMMR, `OBX|1|CE|64994-7^^LN|1|V01||||||F|||yesterday`}, []string{"W 102/2 OBX^1^14"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := readLines(t, c.lines...)
			is.Equal(t, "findings", inShort(v.Findings), c.want)
			is.Equal(t, "usable", v.Orders[0].Usable, true)
			is.Equal(t, "vaccine", v.Orders[0].Dose.CVX, "03")
		})
	}
}

func TestAnOrderWithoutADateIsNotStored(t *testing.T) {
	for rxa, want := range map[string]string{
		`RXA|0|1|||03^MMR^CVX|999`:          "E 101/7 RXA^1^3",
		`RXA|0|1|202403||03^MMR^CVX|999`:    "E 102/2 RXA^1^3",
		`RXA|0|1|SHOT DATE||03^MMR^CVX|999`: "E 102/2 RXA^1^3",
		`RXA|0|1|""||03^MMR^CVX|999`:        "E 101/7 RXA^1^3",
	} {
		v := readLines(t, orcOne, rxa, orcOne, rxaMMR)
		is.Equal(t, rxa, inShort(v.Findings), []string{want})
		is.Equal(t, "usable", []bool{v.Orders[0].Usable, v.Orders[1].Usable}, []bool{false, true})
		is.Equal(t, "numbers", []int{v.Orders[0].Number, v.Orders[1].Number}, []int{1, 2})
	}
}

func TestASecondVaccinationUnderOneORCHasNoKeyOfItsOwn(t *testing.T) {
	v := readLines(t, `ORC|RE|P1^C|F1^C|||||||7^Clerk^Myron`, rxaMMR, `RXR|IM`, `RXA|0|1|20240301||21^Varicella^CVX|0.5`, `RXR|SC`)
	is.Equal(t, "findings", inShort(v.Findings), []string{"W 100/7 RXA^2"})
	is.Equal(t, "orders", len(v.Orders), 2)
	is.Equal(t, "keys", []iis.Ref{v.Orders[0].Dose.Filler, v.Orders[1].Dose.Filler}, []iis.Ref{{ID: "F1", Authority: "C"}, {}})
	is.Equal(t, "enterer", v.Orders[1].Dose.Enterer.Family, "Clerk")
	is.Equal(t, "routes", []string{v.Orders[0].Dose.Route.Code, v.Orders[1].Dose.Route.Code}, []string{"IM", "SC"})
}

func TestAmountsAreKeptAsSentAndUnknownOnesEmpty(t *testing.T) {
	for in, want := range map[string]string{
		"0.5": "0.5", ".5": ".5", "1": "1", "0.25": "0.25", "0": "0", "10.": "10.",
		"999": "", "999.0": "", "999.00": "", "0999": "", "": "", `""`: "",
		"-1": "", "half": "", ".": "", "1.2.3": "", "1e3": "", "12345678901234567": "",
	} {
		d, _ := readDose(t, orcOne, `RXA|0|1|20240301||03^MMR^CVX|`+in)
		is.Equal(t, in, d.Amount, want)
	}
}

func TestTheInformationSourceIsFoundWhereverItStands(t *testing.T) {
	for in, want := range map[string]struct {
		source string
		notes  []string
	}{
		"00^New^NIP001":              {"00", nil},
		"^a comment^~00^New^NIP001":  {"00", []string{"a comment"}},
		"01^hist^NIP0001~by a nurse": {"01", []string{"by a nurse"}},
		"0":                          {"00", nil},
		"02":                         {"02", nil},
		"07^School^HL7NIP001":        {"07", nil},
		"09^?^NIP001":                {"", nil},
		"01^local^99LOC":             {"", []string{"local"}},
		"given at school":            {"", []string{"given at school"}},
		"":                           {"", nil},
	} {
		d, _ := readDose(t, orcOne, `RXA|0|1|20240301||03^MMR^CVX|999|||`+in)
		is.Equal(t, in, d.InfoSource, want.source)
		is.Equal(t, in+" notes", d.Notes, want.notes)
	}
}

func TestAnExpirationMonthMeansItsLastDay(t *testing.T) {
	for in, want := range map[string]cal.Date{
		"202402": cal.Of(2024, 2, 29), "202312": cal.Of(2023, 12, 31), "20240115": cal.Of(2024, 1, 15), "2024011510": cal.Of(2024, 1, 15),
		"2024-02": cal.Of(2024, 2, 29), "2024": cal.None, "202413": cal.None, "000000": cal.None,
	} {
		d, _ := readDose(t, orcOne, `RXA|0|1|20240301||03^MMR^CVX|999|||01||||||L|`+in)
		is.Equal(t, in, d.Expiration, want)
	}
}

func TestFactsOutsideAnOrderAreKeptAndOtherObservationsAreNot(t *testing.T) {
	v := readLines(t,
		`OBX|1|CE|30945-0^Contraindication^LN|1|VXC22^allergy^CDCPHINVS||||||F|||20230105`,
		`OBX|2|TS|30946-8^from^LN|1|20230101||||||F`,
		`OBX|3|CE|59784-9^Immunity^LN|2|38907003^Varicella^SCT||||||F`,
		`OBX|4|ST|48767-8^note^LN|3|text||||||F`,
		orcOne, rxaMMR)
	is.Equal(t, "findings", inShort(v.Findings), []string{"I 100/8 OBX^4"})
	is.Equal(t, "orders", len(v.Orders), 3)
	first, second := v.Orders[0], v.Orders[1]
	is.Equal(t, "kinds", []iis.DoseKind{first.Dose.Kind, second.Dose.Kind, v.Orders[2].Dose.Kind}, []iis.DoseKind{iis.Fact, iis.Fact, iis.Given})
	is.Equal(t, "dates", []cal.Date{first.Dose.Date, second.Dose.Date}, []cal.Date{cal.Of(2023, 1, 5), cal.Of(2024, 3, 5)})
	is.Equal(t, "observations", []int{len(first.Dose.Observations), len(second.Dose.Observations)}, []int{2, 1})
	is.Equal(t, "places", []string{first.Where.ERL(), second.Where.ERL()}, []string{"OBX^1", "OBX^3"})
	is.Equal(t, "numbers", []int{first.Number, second.Number, v.Orders[2].Number}, []int{1, 2, 3})
}

func TestAnObservationsValueIsReadByItsTypeOrItsLooks(t *testing.T) {
	for _, c := range []struct {
		obx, typ, text string
		value          iis.Coded
	}{
		{`OBX|1|CWE|30963-3^^LN|1|VXC50^Public^CDCPHINVS`, "CWE", "", iis.Coded{Code: "VXC50", Text: "Public", System: "CDCPHINVS"}},
		{`OBX|1||64994-7^^LN|1|V01^x^HL70064`, "CE", "", iis.Coded{Code: "V01", Text: "x", System: "HL70064"}},
		{`OBX|1||64994-7^^LN|1|V01`, "ST", "V01", iis.Coded{}},
		{`OBX|1|ST|48767-8^^LN|1|a & b ^ c`, "ST", "a & b ^ c", iis.Coded{}},
		{`OBX|1|DT|29769-7^^LN|1|2024-03-01`, "DT", "20240301", iis.Coded{}},
		{`OBX|1|DT|29769-7^^LN|1|202403`, "DT", "202403", iis.Coded{}},
	} {
		d, _ := readDose(t, orcOne, rxaMMR, c.obx)
		is.Equal(t, c.obx, d.Observations[0].Type, c.typ)
		is.Equal(t, c.obx, d.Observations[0].Text, c.text)
		is.Equal(t, c.obx, d.Observations[0].Value, c.value)
	}
}

func TestTheVaccineIsFoundInEitherTripletAndAnySpelling(t *testing.T) {
	type codes struct{ CVX, NDC, CPT string }
	const rotateq = "00006-4047-20"
	for _, c := range []struct {
		rxa5   string
		want   codes
		usable bool
		found  []string
	}{
		{"03^MMR^CVX", codes{CVX: "03"}, true, nil},
		{"3^MMR^cvx", codes{CVX: "03"}, true, nil},
		{"003^MMR^HL70292", codes{CVX: "03"}, true, nil},
		{"^^^03^MMR^CVX", codes{CVX: "03"}, true, nil},
		{"LOC7^MMR^99LOC^03^MMR^CVX", codes{CVX: "03"}, true, nil},
		{"03^MMR", codes{CVX: "03"}, true, []string{"W 103/5 RXA^1^5^1^3"}},
		{"03^MMR^CVX CODE", codes{CVX: "03"}, true, []string{"W 103/5 RXA^1^5^1^3"}},
		{rotateq + "^RotaTeq^NDC^116^rotavirus^CVX", codes{"116", rotateq, ""}, true, nil},
		{"116^rotavirus^CVX^" + rotateq + "^RotaTeq^NDC", codes{"116", rotateq, ""}, true, nil},
		{rotateq + "^RotaTeq^NDC", codes{"116", rotateq, ""}, true, nil},
		{"00006404720^RotaTeq^NDC_USE", codes{"116", rotateq, ""}, true, nil},
		{"0006-4047-20^RotaTeq^2.16.840.1.113883.6.69", codes{"116", rotateq, ""}, true, nil},
		{"00006404720", codes{"116", rotateq, ""}, true, []string{"W 103/5 RXA^1^5^1^3"}},
		{rotateq + "^RotaTeq^CVX", codes{"116", rotateq, ""}, true, []string{"W 103/5 RXA^1^5^1^3"}},
		{"90707^MMR^C4", codes{"03", "", "90707"}, true, nil},
		{"90707^MMR^CPT-4", codes{"03", "", "90707"}, true, nil},
		{"51^Hib-Hep B^CVX^90748^Hib^C4", codes{"51", "", "90748"}, true, nil},
		{"122^rotavirus, NOS^CVX^" + rotateq + "^RotaTeq^NDC", codes{"122", rotateq, ""}, true, nil},
		{"03^MMR^CVX^" + rotateq + "^RotaTeq^NDC", codes{"03", rotateq, ""}, true, []string{"W 999/4 RXA^1^5"}},
		{"03^MMR^CVX^21^Varicella^CVX", codes{CVX: "03"}, true, []string{"W 999/4 RXA^1^5"}},
		{"997^future^CVX", codes{CVX: "997"}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"99999-9999-99^future^NDC", codes{NDC: "99999-9999-99"}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"99999-9999-99^future^NDC^03^MMR^CVX", codes{"03", "99999-9999-99", ""}, true, []string{"I 103/5 RXA^1^5^1^1"}},
		{"99998^future^C4", codes{CPT: "99998"}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"", codes{}, false, []string{"E 101/7 RXA^1^5"}},
		{"^Varicella^CVX", codes{}, false, []string{"E 101/7 RXA^1^5"}},
		{"14000BADVALUE^Varicella^CVX", codes{}, false, []string{"E 103/5 RXA^1^5"}},
		{"14000^Varicella^CVX", codes{}, false, []string{"E 103/5 RXA^1^5"}},
		{"000^none^CVX", codes{}, false, []string{"E 103/5 RXA^1^5"}},
		{"^MMR", codes{}, false, []string{"E 101/7 RXA^1^5"}},
		{"MSD^Merck^MVX", codes{}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"21^local^99LOC", codes{}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"^^^21^local^99LOC", codes{}, true, []string{"W 103/5 RXA^1^5^1^4"}},
		{"MMR1^MMR", codes{}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"14000^Varicella^CVX^V7^Varicella^99LOC", codes{}, true, []string{"W 103/5 RXA^1^5^1^4"}},
		{"03^measles shot^XYZ", codes{}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"03^^XYZ", codes{}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"03^varicella^XYZ", codes{}, true, []string{"W 103/5 RXA^1^5^1^1"}},
		{"03^mmr^XYZ", codes{CVX: "03"}, true, []string{"W 103/5 RXA^1^5^1^3"}},
		{"03^M-M-R II^XYZ", codes{CVX: "03"}, true, []string{"W 103/5 RXA^1^5^1^3"}},
		{"90707^MMR^XYZ", codes{"03", "", "90707"}, true, []string{"W 103/5 RXA^1^5^1^3"}},
		{"03^measles shot^XYZ^21^Varicella^CVX", codes{CVX: "21"}, true, nil},
	} {
		t.Run(c.rxa5, func(t *testing.T) {
			v := readLines(t, orcOne, `RXA|0|1|20240301||`+c.rxa5+`|999`, orcOne, rxaMMR)
			d := v.Orders[0].Dose
			is.Equal(t, "codes", codes{d.CVX, d.NDC, d.CPT}, c.want)
			is.Equal(t, "usable", v.Orders[0].Usable, c.usable)
			is.Equal(t, "findings", strings.Join(inShort(v.Findings), "\n"), strings.Join(c.found, "\n"))
		})
	}
}
