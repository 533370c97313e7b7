package schedule_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// A small made-up release in CDC's form, with its quirks.
const (
	madeUpAntigen = `<antigenSupportingData>
<immunity><dateOfBirth><immunityBirthDate>01/31/1957</immunityBirthDate><birthCountry/></dateOfBirth></immunity>
<contraindications/>
<series>
<seriesName>Fever 2-dose series </seriesName><targetDisease>Fever</targetDisease><vaccineGroup>Fever </vaccineGroup>
<seriesAdminGuidance/><seriesType>Risk</seriesType><equivalentSeriesGroups>2; 3</equivalentSeriesGroups><requiredGender/>
<selectSeries><defaultSeries>Yes</defaultSeries><productPath>No</productPath><seriesGroup>1</seriesGroup></selectSeries>
<indication/>
<seriesDose><doseNumber>Dose 1</doseNumber>
<age><absMinAge> 1 Years - 4 days</absMinAge><effectiveDate>20200229</effectiveDate></age><age><absMinAge/><minAge/></age>
<interval><fromPrevious>N</fromPrevious><fromMostRecent>3;  21 </fromMostRecent><fromRelevantObs/><intervalPriority>override</intervalPriority></interval>
<preferableVaccine><vaccineType>Fever</vaccineType><cvx>7</cvx><volume>0.5</volume><forecastVaccineType>y</forecastVaccineType></preferableVaccine>
<conditionalSkip><context>both</context><setLogic>n/a</setLogic><set><setID>1</setID><condition><conditionID>1</conditionID>
<conditionType>vaccine count BY date and age</conditionType><doseCount>0</doseCount><doseType>valid</doseType><doseCountLogic>Greater Than</doseCountLogic>
</condition></set></conditionalSkip>
<recurringDose>No</recurringDose><seasonalRecommendation/></seriesDose>
</series></antigenSupportingData>`
	madeUpTables = `<?xml version="1.0" encoding="UTF-8"?>
<scheduleSupportingData><liveVirusConflicts/>
<vaccineGroups><vaccineGroup><name>Fever</name><administerFullVaccineGroup/></vaccineGroup></vaccineGroups>
<vaccineGroupToAntigenMap><vaccineGroupMap><name>Fever </name><antigen>Fever</antigen></vaccineGroupMap></vaccineGroupToAntigenMap>
<cvxToAntigenMap><cvxMap><cvx>7</cvx><shortDescription>Fever</shortDescription><association><antigen>Fever</antigen></association></cvxMap></cvxToAntigenMap>
<observations/></scheduleSupportingData>`
)

func madeUp(antigen, tables string) fstest.MapFS {
	return fstest.MapFS{
		"Version 1.2 - 508/XML/AntigenSupportingData- Fever.xml":  {Data: []byte(antigen)},
		"Version 1.2 - 508/XML/ScheduleSupportingData.xml":        {Data: []byte(tables)},
		"Version 1.2 - 508/XML/ScheduleSupportingData.xsd":        {Data: []byte("<not-ours/>")},
		"__MACOSX/Version 1.2 - 508/._ScheduleSupportingData.xml": {Data: []byte("\x00")},
	}
}

func TestAFileThatIsTooLongOrTooDeepIsRefused(t *testing.T) {
	long := "<antigenSupportingData>" + strings.Repeat(" ", 16<<20) + "</antigenSupportingData>"
	deep := strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000)
	for text, want := range map[string]string{long: "is longer than 16 megabytes", deep: "stand in one another"} {
		_, err := schedule.ImportXML(madeUp(text, madeUpTables))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q…: %v, want %q", text, err, want)
		}
	}
	comment := fstest.MapFS{"a.yaml": {Data: []byte("# " + strings.Repeat("x", 16<<20))}}
	for name, read := range map[string]func() error{
		"a release":     func() error { _, err := schedule.Read(comment); return err },
		"local changes": func() error { _, err := schedule.ReadOverlays(comment); return err },
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), "is longer than 16 megabytes") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTextInManyPiecesIsReadInAMoment(t *testing.T) {
	name := "Fever" + strings.Repeat("<!---->e", 100_000)
	s, err := schedule.ImportXML(madeUp(madeUpAntigen, strings.Replace(madeUpTables, "<shortDescription>Fever", "<shortDescription>"+name, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(s.Vaccines[0].Name); got != 100_005 {
		t.Errorf("the name has %d letters", got)
	}
}

func TestCDCsSpellingsAreUnderstood(t *testing.T) {
	s, err := schedule.ImportXML(madeUp("\ufeff"+madeUpAntigen, madeUpTables))
	if err != nil {
		t.Fatal(err)
	}
	year := schedule.Duration{Years: 1, Days: -4, Given: true}
	want := &schedule.Schedule{
		Edition: schedule.Edition{Release: "1.2-508"},
		Antigens: []schedule.Antigen{{
			Name:     "Fever",
			Immunity: schedule.Immunity{BirthDate: []schedule.BornBefore{{Before: cal.Of(1957, 1, 31)}}},
			Series: []schedule.Series{{
				Name: "Fever 2-dose series", TargetDisease: "Fever", VaccineGroup: "Fever", Type: schedule.Risk, Equivalent: []string{"2", "3"},
				Select: schedule.Select{Default: true, Group: "1"},
				Doses: []schedule.SeriesDose{{
					Number:     1,
					Ages:       []schedule.Age{{AbsMin: year, Effective: schedule.Effective{From: cal.Of(2020, 2, 29)}}},
					Intervals:  []schedule.Interval{{FromMostRecent: []string{"03", "21"}, Override: true}},
					Preferable: []schedule.PreferableVaccine{{VaccineAges: schedule.VaccineAges{Type: "Fever", CVX: "07"}, Volume: "0.5", Forecast: true}},
					Skips: []schedule.ConditionalSkip{{Context: schedule.Both, Sets: []schedule.SkipSet{{ID: "1", Conditions: []schedule.Condition{
						{ID: "1", Type: schedule.CountByAgeAndDate, ValidOnly: true, Compare: schedule.Greater},
					}}}}},
				}},
			}},
		}},
		Groups:   []schedule.VaccineGroup{{Name: "Fever", Antigens: []string{"Fever"}}},
		Vaccines: []schedule.Vaccine{{CVX: "07", Name: "Fever", Antigens: []schedule.Association{{Antigen: "Fever"}}}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("read\n%+v, want\n%+v", s, want)
	}
}

func TestWhatTheImporterDoesNotKnowIsRefusedByName(t *testing.T) {
	dose := `AntigenSupportingData- Fever.xml: series "Fever 2-dose series": dose 1: line `
	for _, c := range []struct{ old, new, want string }{
		{"1 Years - 4 days", "1 yeers - 4 days", dose + `10: absMinAge: "1 yeers - 4 days" is not a length of time`},
		{"20200229", "20210229", `effectiveDate: "20210229" is not a day written YYYYMMDD or MM/DD/YYYY`},
		{"01/31/1957", "31/01/1957", `immunityBirthDate: "31/01/1957" is not a day`},
		{"<cvx>7</cvx>", "<cvx>7a</cvx>", dose + `12: cvx: "7a" is not a CVX code`},
		{"<cvx>7</cvx>", "<cvx/>", `cvx: it is missing in preferableVaccine`},
		{"3;  21 ", "3;; 21", `fromMostRecent: "3;; 21" has an empty place in its list`},
		{"3;  21 ", "3; none", `"none" is not a CVX code`},
		{"<minAge/>", "<minimumAge/>", dose + `10: minimumAge: an element of this name is not known in age`},
		{"<recurringDose>No</recurringDose>", "<recurringDose>No</recurringDose><recurringDose/>", `recurringDose: there is a second one in seriesDose`},
		{"<immunity>", "<immunity>somehow", `immunity: the text "somehow" is where elements should be`},
		{"<recurringDose>No", "<recurringDose><a/>", `recurringDose: elements are where text should be`},
		{"<immunity>", `<immunity lang="en">`, "element immunity has attributes or a namespace"},
		{"<seriesType>Risk", "<seriesType>High Risk", `seriesType: "High Risk" is not known; known are: evaluation only, risk, standard`},
		{"override", "overrule", `intervalPriority: "overrule" is not known`},
		{"<context>both", "<context>always", `context: "always" is not known`},
		{"n/a", "XOR", `setLogic: "XOR" is not known`},
		{"vaccine count BY date and age", "Vaccine Count by Moon", `conditionType: "Vaccine Count by Moon" is not known`},
		{"Greater Than", "at least", `doseCountLogic: "at least" is not known`},
		{"<doseCount>0</doseCount>", "", "dose count, type and logic belong to a count of vaccines"},
		{"<doseCount>0", "<doseCount>-1", `doseCount: "-1" is not a whole number`},
		{"<conditionID>1", "<conditionID>2", `conditionID: "2" is not 1, its place in the set`},
		{"<forecastVaccineType>y", "<forecastVaccineType>perhaps", `forecastVaccineType: "perhaps" is not known`},
		{"<volume>0.5", "<volume>half", `volume: "half" is not a number of mL`},
		{"<requiredGender/>", "<requiredGender>Women</requiredGender>", `requiredGender: "Women" is not known; known are: f, female, m, male, transgender, unknown`},
		{"<fromPrevious>N", "<fromPrevious>Y", "interval: it refers to 2 things to count from"},
		{"Dose 1", "First", `doseNumber: "First" is not such as "Dose 1"`},
		{"<targetDisease>Fever", "<targetDisease>", "no series names a target disease"},
		{"</series>", "</series><series><seriesName>X</seriesName><targetDisease>Cough</targetDisease></series>", `"Cough" is not "Fever", the target disease of the series before it`},
		{"</series>", "", "syntax error"},
		{"antigenSupportingData>", "somethingElse>", "a document of this name is not known"},
		{"<vaccineGroupMap><name>Fever", "<vaccineGroupMap><name>Cough", `vaccineGroupMap: "Cough" is not among the vaccine groups`},
		{"<observations/>", "<observations><observation><observationCode>1</observationCode></observation></observations>", "observationTitle: it is missing in observation"},
		{"</scheduleSupportingData>", "", "ScheduleSupportingData.xml: XML syntax error"},
	} {
		antigen, tables := strings.ReplaceAll(madeUpAntigen, c.old, c.new), strings.ReplaceAll(madeUpTables, c.old, c.new)
		if antigen == madeUpAntigen && tables == madeUpTables {
			t.Fatalf("%q is not there to be replaced", c.old)
		}
		s, err := schedule.ImportXML(madeUp(antigen, tables))
		if err == nil || s != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v\nwant %s", c.new, c.old, err, c.want)
		}
	}
}

func TestAllErrorsOfAnImportAreToldTogether(t *testing.T) {
	_, err := schedule.ImportXML(madeUp(strings.NewReplacer("20200229", "never", "both", "always").Replace(madeUpAntigen),
		strings.ReplaceAll(madeUpTables, "<cvx>7</cvx>", "<cvx>seven</cvx>")))
	for _, want := range []string{`"never"`, `"always"`, `"seven"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant in it %s", err, want)
		}
	}
	two := madeUp(madeUpAntigen, madeUpTables)
	two["again.xml"] = &fstest.MapFile{Data: []byte(madeUpAntigen)}
	if _, err := schedule.ImportXML(two); err == nil || !strings.Contains(err.Error(), "both are of Fever") {
		t.Errorf("two files of one antigen: %v", err)
	}
	if _, err := schedule.ImportXML(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "want a file of scheduleSupportingData") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestAZipFileIsReadLikeAFolder(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if err := w.AddFS(os.DirFS(filepath.Dir(cdc(t)))); err != nil { // the release in a folder of its name
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	fromZip, err := schedule.ImportXML(z)
	if err != nil {
		t.Fatal(err)
	}
	if fromZip.Release != release {
		t.Errorf("it is release %q", fromZip.Release)
	}
	fromFolder, err := schedule.ImportXML(os.DirFS(cdc(t)))
	if err != nil {
		t.Fatal(err)
	}
	fromFolder.Release = fromZip.Release
	if !reflect.DeepEqual(fromZip, fromFolder) {
		t.Error("the zip file's schedule differs from the folder's")
	}
}

func TestAReleaseIsNamedByItsFolder(t *testing.T) {
	for name, want := range map[string]string{
		"supporting-data-4.64-508": "4.64-508", "supporting-data-4.65-508.zip": "4.65-508", "Version 4.65 - 508": "4.65-508", "v5.0.zip": "5.0", ".": "", "cdsi": "",
	} {
		if got := schedule.ReleaseIn(name); got != want {
			t.Errorf("%q names %q, want %q", name, got, want)
		}
	}
}

// Whatever stands in CDC's files, an import ends with a schedule or with errors,
// and a schedule that it gives can be written, read back and compared.
func FuzzAnImportEnds(f *testing.F) {
	f.Add(madeUpAntigen, madeUpTables)
	f.Add("<antigenSupportingData/>", "<scheduleSupportingData/>")
	f.Fuzz(func(t *testing.T, antigen, tables string) {
		s, err := schedule.ImportXML(madeUp(antigen, tables))
		if err != nil {
			return
		}
		schedule.Lint(s)
		back, err := schedule.Read(inMemory(s.Files()))
		if err != nil {
			t.Skip("the files cannot be written as YAML: a name has a character that it cannot have")
		}
		if changes := schedule.Diff(s, back); len(changes) > 0 {
			t.Errorf("it is read back with changes: %v", changes)
		}
	})
}
