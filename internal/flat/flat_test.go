package flat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"openiis/internal/cal"
	"openiis/internal/check"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/iz"
)

var (
	limits = Limits{Bytes: 1 << 20, Rows: 1000}
	oak    = iis.Sender{Facility: "OAK", Name: "Oak Street Pediatrics"}
	today  = cal.Of(2025, 11, 20)
	noon   = time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)
)

const good = "MRN,Last Name,First Name,DOB,Sex,Date Given,CVX,Lot #,Mfr,Exp\n" +
	"A1,Marsh,Juniper,3/1/2020,F,11/3/2025,94,L1,MSD,10/31/2026\n" +
	"A1,Marsh,Juniper,3/1/2020,F,11/3/2025,08,L2,GSK,\n" +
	"B2,Fern,Ash,4/15/2019,M,11/4/2025,20,L3,SKB,\n"

// planOf is the plan of a file as it would be guessed.
func planOf(t *testing.T, text string) *Plan {
	t.Helper()
	table, err := Read([]byte(text), limits, Mapping{})
	is.NoError(t, "read", err)
	return NewPlan(table, table.Guess(Mapping{}), oak, today)
}

// messages are those of a plan.
func messages(p *Plan) []*Message {
	var out []*Message
	for _, g := range p.Groups {
		out = append(out, p.Message(g, "FILE", noon))
	}
	return out
}

// one is the only message of a file of one row with these columns.
func one(t *testing.T, header, row string) *Message {
	t.Helper()
	p := planOf(t, "MRN,Last Name,First Name,DOB,"+header+"\nA1,Marsh,Juniper,2020-03-01,"+row+"\n")
	is.Equal(t, "lacking", len(p.Lacking), 0)
	return messages(p)[0]
}

func TestRowsOfOnePersonAreOneMessage(t *testing.T) {
	p := planOf(t, good)
	all := messages(p)
	is.Equal(t, "messages", len(all), 2)
	v := iz.ReadVXU(parse(t, all[0].Raw), codeset.Default())
	is.Equal(t, "doses", len(v.Orders), 2)
	is.Equal(t, "name", v.Person.LegalName().Family, "Marsh")
	is.Equal(t, "born", v.Person.Birth, cal.Of(2020, 3, 1))
	is.Equal(t, "number", v.Person.IDs, []iis.Identifier{{Value: "A1", Type: "MR", Authority: "OAK"}})
	d := v.Orders[1].Dose
	is.Equal(t, "second dose", fmt.Sprint(d.CVX, d.MVX, d.Lot, d.Date, d.InfoSource, d.Action), "08SKBL22025-11-0300A")
	is.Equal(t, "control", v.Header.ControlID, "FILE-2")
}

func parse(t *testing.T, raw []byte) *hl7.Message {
	t.Helper()
	m, err := hl7.Parse(raw)
	is.NoError(t, "parse", err)
	return m
}

func TestAWholeRowPassesTheChecksOfMessagesWithoutAWarning(t *testing.T) {
	p := planOf(t, "MRN,Last Name,First Name,DOB,Sex,Race,Ethnicity,Street,City,State,Zip,Phone,Guardian First,Guardian Last,Relationship,Date Given,CVX,NDC,Lot,Exp,Mfr,Amount,Route,Site,VFC,Funding Source,Administered By,NPI\n"+
		"A1,Marsh,Juniper,3/1/2020,F,White,Not Hispanic,1 Oak St,Plymouth,MA,2360,(508) 555-0163,Ivy,Marsh,Mother,11/3/2025,94,,L1,10/31/2026,Merck,0.5 mL,SC,Left Arm,Medicaid,VFC,\"Reed, Lena RN\",1234567893\n")
	m := messages(p)[0]
	v := iz.ReadVXU(parse(t, m.Raw), codeset.Default())
	found := append(v.Findings, check.Message(check.Input{Message: parse(t, m.Raw), VXU: v, Codes: codeset.Default(), Received: noon})...)
	for _, f := range found {
		if f.Severity != iis.Information {
			t.Errorf("%s at %s: %s", f.Severity, f.Where.ERL(), f.Say)
		}
	}
	for _, r := range m.Rows {
		is.Equal(t, "problems", len(r.Problems), 0)
	}
	d := v.Orders[0].Dose
	is.Equal(t, "who", d.Administrator.Family+" "+d.Administrator.Given+" "+d.Administrator.ID, "Reed Lena 1234567893")
	is.Equal(t, "zip", v.Person.Addresses[0].Zip, "02360")
	is.Equal(t, "observations", len(d.Observations), 2)
}

func TestColumnsAreKnownByManyNames(t *testing.T) {
	for name, want := range map[string]string{
		"DOB": "birth_date", "Birth Date": "birth_date", "Born on": "birth_date", "Shot day": "date", "Pt Last Name": "last_name", "patientLastName": "last_name", "PATIENT_FIRST_NAME": "first_name", "CVX Code": "cvx",
		"NDC": "ndc", "Lot #": "lot", "Vaccine Lot No.": "lot", "Chart #": "mrn", "Acct No": "mrn", "Date of Service": "date", "DOS": "date", "Vaccination Date": "date",
		"Vaccine": "vaccine", "Immunization Name": "vaccine", "Procedure Code": "cpt", "CPT®": "cpt", "Mfr": "mvx", "Exp. Date": "expiration", "Patient Sex": "sex", "Zip Code": "zip",
		"VFC Status": "eligibility", "Copay": "", "Insurance": "", "Mother's Maiden Name": "mother_maiden", "birth_date": "birth_date", "Dose ID": "dose_id", "Patient Name": "full_name",
	} {
		is.Equal(t, name, FieldOf(name), want)
	}
}

// No name may stand at two fields: which of them it meant would be chance.
func TestEveryFieldsNamesAreItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, f := range Fields() {
		for _, n := range f.names {
			key := foldColumn(n)
			if other, had := seen[key]; had && other != f.Name {
				t.Errorf("%q stands at %s and at %s", n, other, f.Name)
			}
			seen[key] = f.Name
		}
	}
}

func TestFilesAreReadHoweverTheyAreWritten(t *testing.T) {
	utf16File := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(strings.ReplaceAll(good, ",", "\t"))) {
		utf16File = binary.LittleEndian.AppendUint16(utf16File, u)
	}
	for name, content := range map[string][]byte{
		"commas":       []byte(good),
		"CRLF and BOM": []byte("\xef\xbb\xbf" + strings.ReplaceAll(good, "\n", "\r\n")),
		"CR alone":     []byte(strings.ReplaceAll(good, "\n", "\r")),
		"semicolons":   []byte(strings.ReplaceAll(good, ",", ";")),
		"tabs":         []byte(strings.ReplaceAll(good, ",", "\t")),
		"bars":         []byte(strings.ReplaceAll(good, ",", "|")),
		"UTF-16":       utf16File,
		"a title":      []byte("Immunization report\nPrinted 11/20/2025\n\n" + good),
		"sep":          []byte("sep=;\n" + strings.ReplaceAll(good, ",", ";")),
		"quotes":       []byte(`"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(good), ",", `","`), "\n", "\"\n\"") + `"`),
		"no last end":  []byte(strings.TrimSpace(good)),
	} {
		table, err := Read(content, limits, Mapping{})
		is.NoError(t, name, err)
		is.Equal(t, name+": columns", len(table.Header), 10)
		is.Equal(t, name+": rows", len(table.Rows), 3)
		is.Equal(t, name+": cell", table.Rows[2].Cell(1), "Fern")
	}
}

func TestLettersOfWindowsAreRead(t *testing.T) {
	table, err := Read([]byte("MRN,Last Name,First Name,DOB\nA1,Nu\xf1ez,Jos\xe9,1/2/2020\n"), limits, Mapping{})
	is.NoError(t, "read", err)
	is.Equal(t, "name", table.Rows[0].Cells[1:3], []string{"Nuñez", "José"})
	is.Equal(t, "noted", slices.Contains(table.Notes, "The letters are Windows-1252 (Latin-1)."), true)
}

func TestLinesAreCountedAsAnEditorDoes(t *testing.T) {
	table, err := Read([]byte("MRN,Last Name,Street,DOB\n\nA1,Marsh,\"1 Oak St\nApt 2\",1/2/2020\nB2,Fern,x,1/3/2020\n"), limits, Mapping{})
	is.NoError(t, "read", err)
	is.Equal(t, "lines", []int{table.Rows[0].Line, table.Rows[1].Line}, []int{3, 5})
}

// One row broken in the middle takes none of its neighbours with it.
func TestABrokenRowIsAloneInItsTrouble(t *testing.T) {
	lines := strings.Split(good, "\n")
	for name, broken := range map[string]string{
		"a mark never closed":        `C3,"Moss,Ivy,1/1/2018,F,11/4/2025,20,L9,SKB,`,
		"a mark closed too early":    `C3,"Moss"x,Ivy,1/1/2018,F,11/4/2025,20,L9,SKB,`,
		"a separator within a value": `C3,Moss,Ivy,1/1/2018,F,11/4/2025,20,L9,Glaxo, Inc,,more`,
	} {
		text := strings.Join([]string{lines[0], lines[1], broken, lines[2], lines[3]}, "\n") + "\n"
		table, err := Read([]byte(text), limits, Mapping{})
		is.NoError(t, name, err)
		is.Equal(t, name+": rows", len(table.Rows), 4)
		is.Equal(t, name+": broken", []bool{table.Rows[0].Broken != "", table.Rows[1].Broken != "", table.Rows[2].Broken != "", table.Rows[3].Broken != ""}, []bool{false, true, false, false})
		all := messages(NewPlan(table, table.Guess(Mapping{}), oak, today))
		is.Equal(t, name+": refused", all[1].Rows[0].Refused && all[1].Raw == nil, true)
		is.Equal(t, name+": others", len(all), 3)
	}
	quoted, err := Read([]byte(strings.Join([]string{lines[0], strings.Replace(lines[1], "Juniper", `"Juniper`, 1), strings.Replace(lines[2], "Juniper", `"Juniper"`, 1), lines[3]}, "\n")), limits, Mapping{})
	is.NoError(t, "read", err)
	is.Equal(t, "a mark that closes in the next line breaks its own line", quoted.Rows[0].Broken != "" && quoted.Rows[1].Broken == "", true)
}

func TestGarbageIsRefusedInClearWords(t *testing.T) {
	for name, c := range map[string]struct{ content, says string }{
		"empty":             {"", "empty"},
		"blanks":            {"\n  \r\n", "empty"},
		"commas":            {",,,\n,,,\n", "empty"},
		"PDF":               {"%PDF-1.7\n%\xe2\xe3", "PDF"},
		"old Excel":         {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"},
		"zip":               {"PK\x03\x04rubbish", "ZIP"},
		"picture":           {"\x89PNG\r\n\x1a\n", "picture"},
		"web page":          {"<html><table><tr><td>MRN", "web page"},
		"HL7":               {"MSH|^~\\&|", "HL7"},
		"binary":            {"MRN\x00\x00\x01", "no text"},
		"no names":          {"1,2,3\n4,5,6\n", "No row names the columns"},
		"a header alone":    {"MRN,Last Name,First Name,DOB\n", "no rows"},
		"a long file":       {good + strings.Repeat("A1,Marsh,Juniper,3/1/2020,F,11/3/2025,94,L1,MSD,\n", limits.Rows+100), "more than 1000 rows"},
		"a very large file": {strings.Repeat("x", limits.Bytes+1), "At most 1 MB"},
	} {
		_, err := Read([]byte(c.content), limits, Mapping{})
		if k := fault.KindOf(err); err == nil || k != fault.Invalid && k != fault.TooLarge || !strings.Contains(fault.Public(err), c.says) {
			t.Errorf("%s: got %v, want a refusal with %q", name, err, c.says)
		}
	}
}

func TestColumnsThatEveryRowNeedsAreAskedFor(t *testing.T) {
	p := planOf(t, "Last Name,First Name,Date Given,Lot\nMarsh,Juniper,1/2/2025,L1\n")
	is.Equal(t, "lacking", p.Lacking, []string{"Patient number (MRN or chart number)", "Birth date", "CVX code, NDC, CPT code or name of the vaccine"})
	is.Equal(t, "groups", len(p.Groups), 0)
}

func TestDaysAreReadAsTheyAreWritten(t *testing.T) {
	d := dates{today: today}
	for text, want := range map[string]string{
		"2025-11-03": "2025-11-03", "20251103": "2025-11-03", "11/3/2025": "2025-11-03", "11-03-2025": "2025-11-03", "11.3.2025": "2025-11-03", "2025/11/3": "2025-11-03",
		"3-Nov-2025": "2025-11-03", "03NOV2025": "2025-11-03", "Nov 3, 2025": "2025-11-03", "November 3rd, 2025": "2025-11-03", "11/3/25": "2025-11-03", "11032025": "2025-11-03",
		"11/3/2025 1:45 PM": "2025-11-03", "2025-11-03T00:00:00Z": "2025-11-03", "2025-11-03 14:00:00.000": "2025-11-03", "45964": "2025-11-03", "45964.5": "2025-11-03", "25/12/2024": "2024-12-25",
		"11/3/98": "1998-11-03", "2/30/2025": "", "13/13/2025": "", "yesterday": "", "1103": "", "0": "", "99999": "", "3/2025": "", "11/3/20251": "",
	} {
		got, say := d.read(text)
		if got.String() != want || (say == "") != (want != "") {
			t.Errorf("%q: got %v (%s), want %s", text, got, say, want)
		}
	}
	birth := dates{today: today, birth: true}
	if _, say := birth.read("3/1/20"); say != dateCentury {
		t.Errorf("a birth date of either century: got %q", say)
	}
	if day, _ := birth.read("3/1/85"); day != cal.Of(1985, 3, 1) {
		t.Errorf("a birth date of the last century: got %v", day)
	}
	if day, _ := (dates{era1904: true}).read("44502"); day != cal.Of(2025, 11, 3) {
		t.Errorf("a day of the Macintosh: got %v", day)
	}
}

func TestTheWholeColumnDecidesTheOrderOfDayAndMonth(t *testing.T) {
	for _, c := range []struct {
		cells []string
		want  order
	}{
		{[]string{"1/2/2025", "3/4/2025"}, monthFirst},
		{[]string{"1/2/2025", "3/14/2025"}, monthFirst},
		{[]string{"1/2/2025", "14/3/2025"}, dayFirst},
		{[]string{"1/2/2025", "14/3/2025", "3/14/2025"}, mixed},
		{append(slices.Repeat([]string{"3/14/2025"}, 40), "14/3/2025"), monthFirst},
	} {
		got, _, _ := orderOf(c.cells)
		is.Equal(t, strings.Join(c.cells[:2], " "), got, c.want)
	}
	p := planOf(t, "MRN,Last Name,First Name,DOB,Date Given,CVX\nA1,Marsh,Juniper,1/3/2020,4/5/2025,94\nB2,Fern,Ash,31/3/2020,5/6/2025,94\n")
	is.Equal(t, "born", messages(p)[0].Person.Birth, cal.Of(2020, 3, 1))
	is.Equal(t, "a column that leaves it open goes with the other", messages(p)[0].Rows[0].Dose.Date, cal.Of(2025, 5, 4))
	is.Equal(t, "said", len(p.Notes), 2)
	p = planOf(t, "MRN,Last Name,First Name,DOB,Date Given,CVX\nA1,Marsh,Juniper,2020-03-01,4/5/2025,94\nB2,Fern,Ash,2020-03-01,15/6/2025,94\nC3,Moss,Ivy,2020-03-01,6/15/2025,94\n")
	is.Equal(t, "either way in a column of both", messages(p)[0].Rows[0].Refused, true)
	is.Equal(t, "one way in a column of both", messages(p)[1].Rows[0].Dose.Date, cal.Of(2025, 6, 15))
}

func TestVaccinesAreFoundByCodeOrName(t *testing.T) {
	for _, c := range []struct{ header, row, cvx, rule string }{
		{"Date,CVX", "11/3/2025,94", "94", ""},
		{"Date,CVX", "11/3/2025,3", "03", ""},
		{"Date,CPT", "11/3/2025,90707", "03", ""},
		{"Date,CPT", "11/3/2025,90707-SL", "03", ""},
		{"Date,CPT", "11/3/2025,90471", "", "no vaccine"},
		{"Date,CPT", "11/3/2025,99213", "", "no vaccine"},
		{"Date,CPT", "11/3/2025,12345", "", "vaccine unknown"},
		{"Date,NDC", "11/3/2025,00006-4999-00", "94", ""},
		{"Date,NDC", "11/3/2025,5.816E+10", "", "number shortened"},
		{"Date,Vaccine", "11/3/2025,MMR", "03", ""},
		{"Date,Vaccine", "11/3/2025,ProQuad", "94", ""},
		{"Date,Vaccine", "11/3/2025,MMRV (ProQuad)", "94", ""},
		{"Date,Vaccine", "11/3/2025,Flu shot", "88", ""},
		{"Date,Vaccine", "11/3/2025,Hep B", "45", ""},
		{"Date,Vaccine", "11/3/2025,90707", "03", ""},
		{"Date,Vaccine", "11/3/2025,Vitamin K", "", "vaccine unknown"},
		{"Date,CVX,Vaccine", "11/3/2025,94,our own name of it", "94", ""},
		{"Date,CVX,Vaccine", "11/3/2025,94,Hep B", "", "vaccines differ"},
		{"Date,CVX,CPT", "11/3/2025,94,90744", "", "vaccines differ"},
		{"Date,CVX,CPT", "11/3/2025,94,90471", "94", ""},
		{"Date,Vaccine,CPT", "11/3/2025,MMR,90471", "03", ""},
		{"Date,NDC,CPT", "11/3/2025,00006-4999-00,90471", "94", ""},
		{"Date,Vaccine,CPT", "11/3/2025,Immunization administration,90471", "", "no vaccine"},
		{"Date,CVX", "11/3/2025,", "", "vaccine missing"},
		{"Date,CVX", "11/3/2025,998", "", "vaccine unknown"},
		{"Date,CVX", ",94", "", "date missing"},
		{"Date,CVX", "soon,94", "", "date unreadable"},
	} {
		u := one(t, c.header, c.row).Rows[0]
		rule := ""
		for _, p := range u.Problems {
			rule = p.Rule
		}
		if u.Dose.CVX != c.cvx && !u.Refused && !u.Passed || rule != c.rule || (c.cvx == "") != (u.Refused || u.Passed) {
			t.Errorf("%s: got CVX %q and %q (%v), want %q and %q", c.row, u.Dose.CVX, rule, u.Problems, c.cvx, c.rule)
		}
		if isFee(u.Dose.CPT) && !u.Passed {
			t.Errorf("%s: a fee is sent as the code of a vaccine", c.row)
		}
	}
}

// Of two products with one name that makers tell apart, the maker decides; without
// it the row is refused, not guessed.
func TestANameOfSeveralVaccinesIsRefused(t *testing.T) {
	v := vaccineNames()
	n := 0
	for _, cvxs := range v.exact {
		if len(cvxs) > 1 {
			n++
		}
	}
	if n == 0 {
		t.Fatal("no name has several vaccines: this test tests nothing")
	}
	u := one(t, "Date,Vaccine", "11/3/2025,Comirnaty").Rows[0]
	is.Equal(t, "rule", u.Problems[0].Rule, "vaccine ambiguous")
	is.Equal(t, "refused", u.Refused, true)
}

func TestWhatARowSaysOfTheDoseIsHeeded(t *testing.T) {
	refused := one(t, "Date,CVX,Status,Reason Refused", "11/3/2025,94,Declined,religious").Rows[0].Dose
	is.Equal(t, "refusal", string(refused.Kind)+" "+refused.Refused[0].Code, "refusal 01")
	void := one(t, "Date,CVX,Status", "11/3/2025,94,Entered in error").Rows[0].Dose
	is.Equal(t, "void", void.Action, iis.Delete)
	is.Equal(t, "not given", one(t, "Date,CVX,Status", "11/3/2025,94,Scheduled").Rows[0].Passed, true)
	is.Equal(t, "historical", one(t, "Date,CVX,Source", "11/3/2025,94,Historical").Rows[0].Dose.InfoSource, "01")
	is.Equal(t, "historical by yes", one(t, "Date,CVX,Historical", "11/3/2025,94,Y").Rows[0].Dose.InfoSource, "01")
	is.Equal(t, "source unknown", one(t, "Date,CVX,Source", "11/3/2025,94,maybe").Rows[0].Refused, true)
	month := one(t, "Date,CVX,Exp", "11/3/2025,94,02/2026").Rows[0].Dose
	is.Equal(t, "month", fmt.Sprint(month.Expiration, month.ExpirationMonth), "2026-02-28 true")
	m := one(t, "Date,CVX,Status", "11/3/2025,94,Void")
	v := iz.ReadVXU(parse(t, m.Raw), codeset.Default())
	is.Equal(t, "sent as a delete", v.Orders[0].Dose.Action, iis.Delete)
	table, err := Read([]byte(good), limits, Mapping{})
	is.NoError(t, "read", err)
	p := NewPlan(table, table.Guess(Mapping{Doses: Elsewhere}), oak, today)
	is.Equal(t, "all historical", messages(p)[0].Rows[0].Dose.InfoSource, "01")
}

func TestAValueThatIsNotKnownIsLeftOutAndSaid(t *testing.T) {
	u := one(t, "Date,CVX,Route,Phone", "11/3/2025,94,somehow,555").Rows[0]
	is.Equal(t, "refused", u.Refused, false)
	var columns []int
	for _, p := range u.Problems {
		columns = append(columns, p.Column)
		is.Equal(t, "severity", p.Severity, iis.Warning)
	}
	is.Equal(t, "columns", columns, []int{7, 6})
}

func TestRowsThatDifferAboutAPersonAreTold(t *testing.T) {
	p := planOf(t, "MRN,Last Name,First Name,DOB,Sex,City,Date,CVX\nA1,Marsh,Juniper,2020-03-01,F,,11/3/2025,94\nA1,Marsh,Juniper,2020-03-01,M,Plymouth,11/3/2025,08\n")
	m := messages(p)[0]
	is.Equal(t, "sex of the first", m.Person.Sex, "F")
	is.Equal(t, "town of the second", m.Person.Addresses[0].City, "Plymouth")
	is.Equal(t, "problem", m.Rows[1].Problems[0].Rule, "rows differ")
	is.Equal(t, "column", m.Rows[1].Problems[0].Column, 4)
	same := planOf(t, "MRN,Last Name,First Name,DOB,Date,CVX\nA1,Marsh,Juniper,2020-03-01,11/3/2025,94\nA1,Fern,Ash,2019-03-01,11/3/2025,08\n")
	is.Equal(t, "one number for two patients is two messages", len(same.Groups), 2)
}

func TestFindingsOfTheMessageComeBackToRowAndColumn(t *testing.T) {
	p := planOf(t, good)
	m := messages(p)[0]
	m.Tell(iis.Findings{
		{Rule: "lot odd", Severity: iis.Warning, Where: iis.Where{Segment: "RXA", Sequence: 2, Field: 15}, Say: "RXA-15 (lot number) is odd."},
		{Rule: "lot long", Severity: iis.Warning, Where: iis.Where{Segment: "RXA", Sequence: 2, Field: 15}, Say: "RXA-15 has more."},
		{Rule: "sex odd", Severity: iis.Warning, Where: iis.Where{Segment: "PID", Sequence: 1, Field: 8}, Say: "x"},
		{Rule: "no place", Severity: iis.Information, Where: iis.Where{Segment: "NK1", Sequence: 1}, Say: "x"},
	})
	is.Equal(t, "second row", fmt.Sprint(m.Rows[1].Problems), "[{3 7 W lot odd Lot number is odd.} {3 7 W lot long “Lot #” has more.}]")
	is.Equal(t, "first row", fmt.Sprint(m.Rows[0].Problems), "[{2 4 W sex odd x}]")
}

func TestWhatIsWrongNamesTheColumnOfTheFile(t *testing.T) {
	kind := iis.Finding{Rule: "kind", Severity: iis.Warning, Where: iis.Where{Segment: "RXA", Sequence: 1, Field: 5}, Say: "RXA-5 names a kind of vaccine."}
	for _, c := range []struct{ header, row, want string }{
		{"Date,Vaccine", "11/3/2025,Hep B", "“Vaccine” names a kind of vaccine."},
		{"Date,CVX,Vaccine", "11/3/2025,,Hep B", "“Vaccine” names a kind of vaccine."},
		{"Date,CVX,Vaccine", "11/3/2025,45,", "“CVX” names a kind of vaccine."},
		{"Date,Vaccine", "11/3/2025,90471", "“Vaccine” " + vaccineFee},
		{"Date,CVX", "11/3/2025,90471", "“CVX” " + vaccineFee},
		{"Date,Procedure  Code", "11/3/2025,90471", "“Procedure Code” " + vaccineFee},
		{"Date,Vaccine", "11/3/2025,998", "“Vaccine” " + vaccineUnknown},
		{"Date,Vaccine", "11/3/2025,Vitamin K", "“Vaccine” " + vaccineUnknown},
	} {
		m := one(t, c.header, c.row)
		if m.Raw != nil {
			m.Tell(iis.Findings{kind})
		}
		p := m.Rows[0].Problems
		if len(p) != 1 {
			t.Fatalf("%s: %s: %v", c.header, c.row, p)
		}
		is.Equal(t, c.header+": "+c.row, p[0].Say, c.want)
		is.Equal(t, "its column", strings.Contains(c.want, strings.Join(strings.Fields(m.plan.Table.Header[p[0].Column]), " ")), true)
	}
}

func TestNamesAndPlacesInOneColumnAreTakenApart(t *testing.T) {
	for text, want := range map[string]string{"Marsh, Juniper Rose": "Marsh/Juniper/Rose/", "Juniper Marsh": "Marsh/Juniper//", "Juniper R. Marsh Jr": "Marsh/Juniper/R/Jr", "Marsh, Juniper, III": "Marsh/Juniper//III", "De La Cruz, Ana": "De La Cruz/Ana//"} {
		n, ok := fullName(text)
		is.Equal(t, text, fmt.Sprint(n.Family+"/"+n.Given+"/"+n.Middle+"/"+n.Suffix+" ", ok), want+" true")
	}
	if _, ok := fullName("Ana De La Cruz"); ok {
		t.Error("a name that can be cut in several ways was cut")
	}
	a := place("12 Oak St, Apt 2, Springfield, ma 01101")
	is.Equal(t, "place", a, iis.Address{Street: "12 Oak St", Street2: "Apt 2", City: "Springfield", State: "MA", Zip: "01101"})
	is.Equal(t, "no end", place("12 Oak St"), iis.Address{Street: "12 Oak St"})
}

func TestAMappingIsWrittenAndRead(t *testing.T) {
	m := Mapping{Doses: Elsewhere, Columns: []Assigned{{"Chart", "mrn"}, {"Copay", ""}}}
	got, err := ParseMapping("# ours\n" + m.Text())
	is.NoError(t, "parse", err)
	is.Equal(t, "mapping", got, m)
	for _, bad := range []string{"Chart mrn", "Chart\tnumber", "A\tmrn\nB\tmrn", "doses:\tperhaps"} {
		if _, err := ParseMapping(bad); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%q was taken: %v", bad, err)
		}
	}
	table, err := Read([]byte("Kennung,Nachname,First Name,DOB,Copay\nA1,Marsh,Juniper,1/2/2020,5\n"), limits, Mapping{Columns: []Assigned{{"Kennung", "mrn"}, {"NACHNAME", "last_name"}}})
	is.NoError(t, "read", err)
	known := Mapping{Columns: []Assigned{{"Kennung", "mrn"}, {"NACHNAME", "last_name"}, {"DOB", ""}}}
	is.Equal(t, "what was said goes before what a name means", table.Guess(known).Columns,
		[]Assigned{{"Kennung", "mrn"}, {"Nachname", "last_name"}, {"First Name", "first_name"}, {"DOB", ""}, {"Copay", ""}})
}

func workbook(t *testing.T, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	is.NoError(t, "write", f.Write(&b))
	return b.Bytes()
}

func TestAWorkbookIsRead(t *testing.T) {
	content := workbook(t, func(f *excelize.File) {
		_, _ = f.NewSheet("Shots")
		set := func(cell string, v any) { is.NoError(t, cell, f.SetCellValue("Shots", cell, v)) }
		is.NoError(t, "first sheet", f.SetCellValue("Sheet1", "A1", "Notes of the office"))
		for i, name := range []string{"Chart #", "Patient Name", "DOB", "Date Given", "CVX", "Zip", "Lot"} {
			cell, _ := excelize.CoordinatesToCellName(i+1, 3)
			set(cell, name)
		}
		set("A1", "Shots of November")
		set("A4", 1207)
		set("B4", "Marsh, Juniper")
		set("C4", time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)) // shown as 3/1/20
		set("D4", "11/3/2025")
		set("E4", 8)
		set("F4", 2360)
		set("A6", "1208")
		set("B6", "<b>Fern</b>, Ash")
		set("C6", "4/15/2019")
		is.NoError(t, "formula", f.SetCellFormula("Shots", "D6", "C6+1"))
		set("E6", "20")
	})
	table, err := Read(content, limits, Mapping{})
	is.NoError(t, "read", err)
	is.Equal(t, "rows", len(table.Rows), 2)
	is.Equal(t, "lines", []int{table.Line, table.Rows[0].Line, table.Rows[1].Line}, []int{3, 4, 6})
	all := messages(NewPlan(table, table.Guess(Mapping{}), oak, today))
	m := all[0]
	is.Equal(t, "born", m.Person.Birth, cal.Of(2020, 3, 1))
	is.Equal(t, "vaccine", m.Rows[0].Dose.CVX, "08")
	is.Equal(t, "zip", m.Person.Addresses[0].Zip, "02360")
	is.Equal(t, "a formula without a result", all[1].Rows[0].Problems[0].Rule, "date missing")
}

func TestADamagedWorkbookIsRefused(t *testing.T) {
	content := workbook(t, func(f *excelize.File) { _ = f.SetCellValue("Sheet1", "A1", "MRN") })
	for _, cut := range []int{len(content) / 2, len(content) - 30} {
		if _, err := Read(content[:cut], limits, Mapping{}); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("cut at %d: got %v", cut, err)
		}
	}
	if _, err := Read(content, limits, Mapping{}); fault.KindOf(err) != fault.Invalid || err == nil {
		t.Errorf("a workbook without rows was taken: %v", err)
	}
}

// A workbook that unpacks to far more than it is long is refused before it fills
// the memory.
func TestABombIsRefused(t *testing.T) {
	content := workbook(t, func(f *excelize.File) {
		is.NoError(t, "set", f.SetCellValue("Sheet1", "A1", "MRN"))
		for i := range 200 {
			cell, _ := excelize.CoordinatesToCellName(1, i+2)
			is.NoError(t, "set", f.SetCellValue("Sheet1", cell, strings.Repeat("A", 30000)+fmt.Sprint(i)))
		}
	})
	small := Limits{Bytes: len(content) + 1, Rows: 1000}
	if _, err := Read(content, small, Mapping{}); fault.KindOf(err) != fault.Invalid || err == nil {
		t.Errorf("%d bytes unpacked to 6 MB: got %v", len(content), err)
	}
}

func TestALeadingEqualsSignKeepsZeros(t *testing.T) {
	p := planOf(t, "MRN,Last Name,First Name,DOB\n=\"00123\",Marsh,Juniper,2020-03-01\n")
	is.Equal(t, "number", messages(p)[0].Person.IDs[0].Value, "00123")
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("sep=;\nMRN;DOB\n\"a\nb\";1/2/2020\n"))
	f.Add([]byte("\xff\xfeM\x00R\x00N\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		table, err := Read(content, Limits{Bytes: 1 << 16, Rows: 200}, Mapping{})
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
				t.Fatalf("%v", err)
			}
			return
		}
		p := NewPlan(table, table.Guess(Mapping{}), oak, today)
		seen := 0
		for _, g := range p.Groups {
			m := p.Message(g, "FILE", noon)
			seen += len(m.Rows)
			if m.Raw == nil {
				continue
			}
			parsed, err := hl7.Parse(m.Raw)
			if err != nil {
				t.Fatalf("our own message cannot be read: %v", err)
			}
			v := iz.ReadVXU(parsed, codeset.Default())
			orders := 0
			for _, u := range m.Rows {
				orders = max(orders, u.Order)
			}
			if len(v.Orders) != orders {
				t.Fatalf("%d doses were written and %d read", orders, len(v.Orders))
			}
		}
		if len(p.Lacking) == 0 && seen != len(table.Rows) {
			t.Fatalf("%d rows, and %d were answered", len(table.Rows), seen)
		}
	})
}
