package codeset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/shared"
)

func TestCVXCodesAreTakenInAnySpelling(t *testing.T) {
	for in, want := range map[string]string{
		"3": "03", "03": "03", "003": "03", "107": "107", "1": "01", "010": "10", "999": "999",
		"": "", "0": "", "000": "", "0003": "", "3 ": "", "-3": "", "O3": "", "٣": "",
	} {
		got, ok := CanonicalCVX(in)
		if got != want || ok != (want != "") {
			t.Errorf("CanonicalCVX(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, spelling := range []string{"3", "03", "003"} {
		v, ok := Default().CVX(spelling)
		if !ok || v.CVX != "03" || v.Short != "MMR" || !v.Active() {
			t.Errorf("CVX(%q) = %+v, %v", spelling, v, ok)
		}
	}
}

func TestACodeNobodyAssignedIsNotFound(t *testing.T) {
	c := Default()
	if _, ok := c.CVX("777"); ok {
		t.Error("CVX 777 was found")
	}
	if _, ok := c.MVX("ZZZ"); ok {
		t.Error("MVX ZZZ was found")
	}
	if _, ok := c.CPT("12345"); ok {
		t.Error("CPT 12345 was found")
	}
	if _, ok := c.HL7("0063", "COUSIN"); ok {
		t.Error("a cousin was found")
	}
	if _, ok := c.HL7("no table", "Y"); ok {
		t.Error("a table that is not there answered")
	}
	if c.SharesGroup("777", "777") || c.GroupSet("x") != 0 || c.Groups("777") != nil || c.VISFor("777") != nil {
		t.Error("an unknown vaccine has groups or statements")
	}
}

func TestInactiveCodesStayKnown(t *testing.T) {
	for cvx, want := range map[string]Status{"01": Inactive, "57": NeverActive, "505": NonUS, "187": Active} {
		v, ok := Default().CVX(cvx)
		if !ok || v.Status != want {
			t.Errorf("CVX %s: status %q, %v; want %q", cvx, v.Status, ok, want)
		}
	}
}

func TestVaccinesShareTheirGroups(t *testing.T) {
	c := Default()
	is.Equal(t, "groups of MMRV", c.Groups("94"), []string{"MMR", "VARICELLA"})
	is.Equal(t, "groups of an immune globulin", len(c.Groups("86")), 0)
	for _, p := range []struct {
		a, b string
		want bool
	}{
		{"94", "03", true}, {"94", "21", true}, {"03", "21", false}, {"110", "08", true}, {"110", "10", true},
		{"20", "107", true}, {"140", "88", true}, {"86", "87", false}, {"998", "998", false}, {"3", "003", true},
	} {
		if got := c.SharesGroup(p.a, p.b); got != p.want || got != c.SharesGroup(p.b, p.a) {
			t.Errorf("SharesGroup(%s, %s) = %v", p.a, p.b, got)
		}
	}
	for _, g := range c.AllGroups() {
		if !c.GroupCode(g.CVX) {
			t.Errorf("group %s: its own code %s is not in it", g.Name, g.CVX)
		}
	}
}

func TestUnspecifiedCodesAreTold(t *testing.T) {
	c := Default()
	for cvx, want := range map[string]bool{
		"88": true, "107": true, "45": true, "109": true, "147": true, "213": true, "999": true,
		"03": false, "21": false, "115": false, "196": false, "140": false, "998": false, "777": false,
	} {
		if got := c.Unspecified(cvx); got != want {
			t.Errorf("Unspecified(%s) = %v", cvx, got)
		}
	}
	if !c.GroupCode("03") || c.GroupCode("94") || c.GroupCode("147") {
		t.Error("03 stands for a group; 94 and 147 do not")
	}
}

func TestACPTCodeOfSeveralVaccinesMeansTheirGroup(t *testing.T) {
	c := Default()
	for cpt, want := range map[string]string{
		"90707": "03", "90710": "94", // one vaccine
		"90700": "107", "90714": "139", "90734": "108", "90662": "88", "90675": "90", "90743": "45", "91304": "213",
		"90581": "319", "90717": "184",
	} {
		if got, ok := c.CPT(cpt); got != want || !ok {
			t.Errorf("CPT(%s) = %q, %v; want %s", cpt, got, ok, want)
		}
	}
	is.Equal(t, "choices of 90700", c.CPTChoices("90700"), []string{"20", "106"})
}

func TestPackageNumbersAreBroughtToElevenDigits(t *testing.T) {
	for in, want := range map[string]string{
		"49281-0425-50": "49281-0425-50", "49281042550": "49281-0425-50",
		"0006-4109-02": "00006-4109-02", "49281-425-50": "49281-0425-50", "66521-0200-2": "66521-0200-02",
		"4928142550": "", "": "", "49281-425-5": "", "49281--50": "", "49281-0425-50-1": "", "4928A-0425-50": "", "492810425500": "",
	} {
		got, ok := CanonicalNDC(in)
		if got != want || ok != (want != "") {
			t.Errorf("CanonicalNDC(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestAPackageIsFoundUnderEverySpelling(t *testing.T) {
	c := Default()
	for _, s := range []string{"49281-0521-00", "49281-521-00", "49281052100", "4928152100"} {
		n, ok := c.NDC(s)
		if !ok || n.CVX != "161" || n.MVX != "PMC" || n.TradeName != "FLUZONE QUADRIVALENT" || !n.Use || n.Sale {
			t.Errorf("NDC(%q) = %+v, %v", s, n, ok)
		}
	}
	n, ok := c.GTIN("00349281521003")
	is.Equal(t, "the bar code of it", []string{n.Code, n.To.String()}, []string{"49281-0521-00", "2022-06-30"})
	if _, bad := c.GTIN("00349281521004"); bad || !ok {
		t.Error("a bar code with a wrong check digit was found")
	}
}

func TestEveryPackageIsFoundByItsTenDigits(t *testing.T) {
	c := Default()
	for code := range c.ndcs {
		readings := 0
		for _, ten := range tenDigits(code) {
			if n, ok := c.NDC(ten); ok && n.Code == code {
				readings++
			}
		}
		if readings == 0 {
			t.Errorf("%s is not found by ten digits", code)
		}
	}
}

// tenDigits are the ten-digit numbers that fill up to an eleven-digit one.
func tenDigits(code string) []string {
	p := strings.Split(code, "-")
	var out []string
	for i := range p {
		if strings.HasPrefix(p[i], "0") {
			q := append([]string(nil), p...)
			q[i] = q[i][1:]
			out = append(out, strings.Join(q, ""))
		}
	}
	return out
}

func TestAPackageOfSeveralCodesMeansTheirGroup(t *testing.T) {
	c := Default()
	n, ok := c.NDC("58160-0821-05") // the same syringe for adults and for dialysis
	is.Equal(t, "codes", n.CVXs, []string{"43", "44"})
	if !ok || n.CVX != "45" {
		t.Errorf("CVX = %q, want 45", n.CVX)
	}
	n, _ = c.NDC("70461-0020-04")
	is.Equal(t, "makers of one package", n.MVXs, []string{"NOV", "SEQ"})
	is.Equal(t, "no single maker", n.MVX, "")
	for code, n := range c.ndcs {
		if n.CVX == "" {
			t.Errorf("%s has no vaccine", code)
		}
	}
}

func TestCartonsAndTheirUnitsFindEachOther(t *testing.T) {
	c := Default()
	sale, ok := c.NDC("00005-0100-02")
	if !ok || !sale.Sale || sale.Use {
		t.Fatalf("the carton: %+v", sale)
	}
	is.Equal(t, "inside", sale.Inside, []string{"00005-0100-01"})
	use, _ := c.NDC(sale.Inside[0])
	if !use.Use || !strings.Contains(strings.Join(use.Cartons, " "), sale.Code) {
		t.Errorf("the unit does not know its carton: %+v", use)
	}
	both, _ := c.NDC("58160-0816-05")
	if !both.Use || !both.Sale {
		t.Errorf("one number for carton and vial: use %v, sale %v", both.Use, both.Sale)
	}
}

func TestMakersAndTradeNames(t *testing.T) {
	c := Default()
	m, ok := c.MVX("msd")
	if !ok || m.MVX != "MSD" || m.Status != Active {
		t.Errorf("MVX(msd) = %+v, %v", m, ok)
	}
	names := c.TradeName("gardasil 9")
	if len(names) != 1 || names[0].CVX != "165" || names[0].MVX != "MSD" {
		t.Errorf("TradeName(gardasil 9) = %+v", names)
	}
	if got := c.TradeNames("165", "MSD"); len(got) != 1 || got[0].Name != "Gardasil 9" {
		t.Errorf("TradeNames(165) = %+v", got)
	}
	if got := c.TradeNames("165", "PMC"); got != nil {
		t.Errorf("another maker's: %+v", got)
	}
}

func TestInformationStatementsAreFoundByTheirBarCode(t *testing.T) {
	c := Default()
	v, ok := c.VIS("253088698300001111140611")
	if !ok || v.Edition != cal.Of(2014, 6, 11) || v.Current || v.Document != "0886983000011" {
		t.Errorf("got %+v, %v", v, ok)
	}
	if w, _ := c.VIS("(253)088698300001111140611"); w != v {
		t.Error("brackets hide the statement")
	}
	if d, ok := c.VISDocument(v.Document); !ok || !strings.HasPrefix(d.PDF, "https://") {
		t.Errorf("document: %+v", d)
	}
	// The fact sheets' strings end in another day than their edition's.
	eua, _ := c.VIS("253088698300033211201201")
	is.Equal(t, "edition of a fact sheet", eua.Edition, cal.Of(2021, 4, 6))
}

func TestTheStatementsOfAVaccineStartWithTheCurrentOne(t *testing.T) {
	c := Default()
	list := c.VISFor("143")
	if len(list) != 3 || !list[0].Current || list[1].Edition <= list[2].Edition {
		t.Errorf("statements of CVX 143: %+v", list)
	}
	if got := c.VISFor("998"); got != nil {
		t.Errorf("no vaccine has statements: %+v", got)
	}
}

func TestANewEditionIsReadWithoutTheList(t *testing.T) {
	document, edition, ok := ReadGDTI("253088698300001111270301")
	if !ok || document != "0886983000011" || edition != cal.Of(2027, 3, 1) {
		t.Errorf("got %q %v %v", document, edition, ok)
	}
	for _, s := range []string{"", "253088698300001111271301", "25308869830000111127030", "254088698300001111270301", "25308869830000111127030X"} {
		if _, _, ok := ReadGDTI(s); ok {
			t.Errorf("ReadGDTI(%q) was taken", s)
		}
	}
}

func TestOldRoutesAndSitesAreTranslated(t *testing.T) {
	c := Default()
	for _, p := range []struct {
		in   iis.Coded
		want string
	}{
		{iis.Coded{Code: "C28161", System: "NCIT"}, "C28161"},
		{iis.Coded{Code: "IM", System: "HL70162"}, "C28161"},
		{iis.Coded{Code: "im", System: "NCIT"}, "C28161"}, // the wrong system, and small
		{iis.Coded{Code: "SQ"}, "C38299"},
		{iis.Coded{Code: "XX", System: "L", AltCode: "PO", AltSystem: "HL70162"}, "C38288"},
		{iis.Coded{Code: "SC", System: "HL70162", AltCode: "C28161", AltSystem: "NCIT"}, "C28161"}, // today's code wins
		{iis.Coded{Code: "OTH", System: "HL70162"}, ""},
		{iis.Coded{Text: "Intramuscular"}, ""},
	} {
		e, ok := c.Route(p.in)
		if e.Code != p.want || ok != (p.want != "") || ok && e.Table != TableRoute {
			t.Errorf("Route(%v) = %+v, %v; want %q", p.in, e, ok, p.want)
		}
	}
	for code, want := range map[string]string{"LA": "LA", "LUA": "LA", "rd": "RD", "BN": "BN", "": "", "QQ": ""} {
		e, ok := c.Site(iis.Coded{Code: code})
		if e.Code != want || ok != (want != "") {
			t.Errorf("Site(%q) = %q, %v; want %q", code, e.Code, ok, want)
		}
	}
}

func TestRaceEthnicityAndUnitsAreTranslated(t *testing.T) {
	c := Default()
	check := func(what string, e Entry, ok bool, want string) {
		t.Helper()
		if e.Code != want || ok != (want != "") {
			t.Errorf("%s: %q, %v; want %q", what, e.Code, ok, want)
		}
	}
	e, ok := c.Race(iis.Coded{Code: "2106-3", System: "HL70005"})
	check("race under its old name", e, ok, "2106-3")
	e, ok = c.Race(iis.Coded{Code: "W"})
	check("a letter", e, ok, "2106-3")
	e, ok = c.Race(iis.Coded{Code: "2034-7"})
	check("a detailed race", e, ok, "2028-9")
	e, ok = c.Race(iis.Coded{Code: "U"})
	check("race unknown", e, ok, "")
	e, ok = c.Ethnicity(iis.Coded{Code: "H", System: "HL70189"})
	check("ethnicity", e, ok, "2135-2")
	e, ok = c.Ethnicity(iis.Coded{Code: "2186-5", System: "HL70005"})
	check("ethnicity in race's system", e, ok, "2186-5")
	e, ok = c.Unit(iis.Coded{Code: "mL", System: "UCUM"})
	check("unit", e, ok, "mL")
	e, ok = c.Unit(iis.Coded{Code: "cc"})
	check("unit of old", e, ok, "mL")
	e, ok = c.Unit(iis.Coded{Code: "CM"})
	check("centimetres of vaccine", e, ok, "")
}

func TestTablesTellWhatTheGuideHasFromWhatIsMerelyUnderstood(t *testing.T) {
	c := Default()
	for _, p := range []struct {
		table, code string
		guide       bool
	}{
		{"0001", "F", true}, {"0001", "X", false}, {"0063", "MTH", true}, {"0063", "FND", false},
		{"0064", "V22", true}, {"0064", "V07", false}, {"NIP001", "00", true}, {"NIP003", "69764-9", true},
		{"0203", "SS", true}, {"funding-source", "PHC70", true}, {"0190", "BDL", true}, {"0322", "PA", true},
	} {
		e, ok := c.HL7(p.table, p.code)
		if !ok || e.Guide != p.guide || e.Meaning == "" {
			t.Errorf("table %s, %s: %+v, %v", p.table, p.code, e, ok)
		}
	}
	is.Equal(t, "codes of 0323", c.HL7Table("0323")[2].Code, "U")
	is.Equal(t, "a table that is not there", len(c.HL7Table("0999")), 0)
}

func TestTheGuidesValueSetsAreComplete(t *testing.T) {
	text := string(shared.File(t, "hl7", "VALUE-SETS.txt"))
	for set, table := range map[string]string{
		"HL70001_IZ": "0001", "HL70441_IZ": "0441", "HL70215_IZ": "0215", "HL70201_IZ": "0201", "HL70202_IZ": "0202",
		"HL70136_IZ": "0136", "HL70125_IZ": "0125", "HL70190_IZ": "0190", "HL70163_IZ": "0163", "HL70322_IZ": "0322",
		"HL70323_IZ": "0323", "HL70063_IZ": "0063", "HL70203_IZ": "0203", "HL70200_IZ": "0200", "HL70064_IZ": "0064",
		"NIP001": "NIP001", "NIP002": "NIP002", "NIP003": "NIP003", "NCIT": "NCIT-route", "CDCREC_E_IZ": "CDCREC-ethnicity",
		"CDCREC_R_IZ": "CDCREC-race", "PHVS_ImmunizationFundingSource_IIS": "funding-source", "HL70357": "0357",
		"PHVS_FundingEligibilityObsMethod_IIS": "eligibility-method", "PHVS_VaccinationSpecialIndications_IIS": "indication",
		"PHVS_SerologicalEvidenceOfImmunity_IIS": "serology",
	} {
		wanted := valueSet(text, set)
		if len(wanted) == 0 {
			t.Errorf("the guide's value set %s was not found", set)
		}
		for _, e := range Default().HL7Table(table) {
			if e.Guide != wanted[e.Code] {
				t.Errorf("table %s, %s: guide is %v, the value set says %v", table, e.Code, e.Guide, wanted[e.Code])
			}
			delete(wanted, e.Code)
		}
		delete(wanted, "***") // "specific state codes": no code
		for code := range wanted {
			t.Errorf("table %s has no %s", table, code)
		}
	}
}

// valueSet are the codes of the first value set of that name.
func valueSet(text, name string) map[string]bool {
	out := make(map[string]bool)
	_, rest, _ := strings.Cut("\n"+text, "\n## "+name+" |")
	for _, line := range strings.Split(rest, "\n")[1:] {
		if strings.HasPrefix(line, "##") {
			break
		}
		if code, _, ok := strings.Cut(line, "|"); ok {
			out[strings.TrimSpace(code)] = true
		}
	}
	return out
}

func TestThePackageNumbersOfTheGuideAreMostlyKnown(t *testing.T) {
	text := string(shared.File(t, "hl7", "VALUE-SETS.txt"))
	known, all := 0, 0
	for _, set := range []string{"NDC_Sale", "NDC_Use"} {
		for code := range valueSet(text, set) {
			all++
			if _, ok := Default().NDC(code); ok {
				known++
			}
		}
	}
	// The guide's list is older; CDC has since withdrawn a few numbers.
	if known*100 < all*95 {
		t.Errorf("%d of %d package numbers are known", known, all)
	}
}

func TestCodesCanBeReadByManyAtOnce(t *testing.T) {
	done := make(chan bool)
	for range 4 {
		go func() {
			ok := true
			for n := range 200 {
				v, found := Default().CVX([]string{"03", "94", "140"}[n%3])
				ok = ok && found && len(v.Groups) > 0
			}
			done <- ok
		}()
	}
	for range 4 {
		if !<-done {
			t.Error("a reader missed a vaccine")
		}
	}
}

func TestTheContentFolderHasNothingElse(t *testing.T) {
	err := filepath.WalkDir(filepath.Join("..", "..", "codes"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".tsv") && d.Name() != "README.md" && d.Name() != "codes.go" {
			t.Errorf("%s is neither content nor its description", d.Name())
		}
		return err
	})
	is.NoError(t, "walk", err)
}
