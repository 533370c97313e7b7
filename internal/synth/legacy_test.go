package synth

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/is"
)

// read reads rows as any reader of RFC 4180 does, by the names of columns.
func read(t *testing.T, columns []string, rows []byte) []map[string]string {
	t.Helper()
	r := csvReader(columns, rows)
	var out []map[string]string
	for _, row := range r(t) {
		m := map[string]string{}
		for i, c := range columns {
			m[c] = row[i]
		}
		out = append(out, m)
	}
	return out
}

func csvReader(columns []string, rows []byte) func(*testing.T) [][]string {
	return func(t *testing.T) [][]string {
		r := csv.NewReader(bytes.NewReader(rows))
		r.FieldsPerRecord = len(columns)
		list, err := r.ReadAll()
		is.NoError(t, "read", err)
		return list
	}
}

func TestTheColumnsAreThoseOfTheContract(t *testing.T) {
	const patients = "patient_id,facility,mrn,last_name,first_name,middle_name,suffix,birth_date,sex,race,ethnicity,language,street,street2,city,state,zip,county,phone,email,ssn,medicaid_id,mother_first,mother_maiden,guardian_first,guardian_last,guardian_relation,multiple_birth,birth_order,birth_state,death_date,status,sharing,updated"
	const doses = "patient_id,dose_id,date,cvx,ndc,mvx,lot,expiration,amount,unit,route,site,source,completion,facility,provider,eligibility,funding,updated"
	is.Equal(t, "patients", strings.Join(PatientColumns, ","), patients)
	is.Equal(t, "doses", strings.Join(DoseColumns, ","), doses)
}

func TestAnOldRegistryHasMostPeopleOnceAndSomeTwice(t *testing.T) {
	const many = 6_000
	people := state(8, 1_000_000)
	var table Tables
	people.Legacy(&table, 0, many)
	patients, doses, truth := read(t, PatientColumns, table.Patients), read(t, DoseColumns, table.Doses), read(t, TruthColumns, table.Truth)
	is.Equal(t, "counted", []int{table.PatientRows, table.DoseRows, table.Persons}, []int{len(patients), len(doses), many})
	is.Equal(t, "rows of the truth", len(truth), len(patients))
	person, of := map[string]int{}, map[string]map[string]string{}
	for i, p := range patients {
		id := p["patient_id"]
		if truth[i]["patient_id"] != id || of[id] != nil {
			t.Fatalf("record %s stands twice, or the truth is of another", id)
		}
		of[id] = p
		person[id], _ = strconv.Atoi(truth[i]["person"])
	}
	numbers := map[string]bool{}
	for _, d := range doses {
		p := of[d["patient_id"]]
		if p == nil || numbers[d["dose_id"]] {
			t.Fatalf("dose %s is of no record, or stands twice", d["dose_id"])
		}
		numbers[d["dose_id"]] = true
		if d["date"] < p["birth_date"] || d["date"] > people.Today.String() || d["date"] > d["updated"] || d["updated"] > people.Today.String() {
			t.Errorf("dose of %s, updated %s, of somebody born %s", d["date"], d["updated"], p["birth_date"])
		}
	}
	// Nobody is lost: each person has a record, and each of their doses is in one.
	has := map[[2]string]bool{}
	for _, d := range doses {
		has[[2]string{strconv.Itoa(person[d["patient_id"]]), d["date"]}] = true
	}
	for i := range 2000 {
		for _, o := range people.Person(i).Doses {
			if o.Where != Elsewhere && !has[[2]string{strconv.Itoa(i), o.Date.String()}] {
				t.Fatalf("person %d has no record of a dose of %s", i, o.Date)
			}
		}
	}
}

func TestTheTruthNamesEveryDoseWhoseShotOtherRowsReport(t *testing.T) {
	const many = 3_000
	people := state(8, 1_000_000)
	var table Tables
	people.Legacy(&table, 0, many)
	rows := map[string]map[string]string{}
	given := map[string]int{} // rows of shots
	for _, d := range read(t, DoseColumns, table.Doses) {
		rows[d["dose_id"]] = d
		if d["completion"] != "RE" {
			given[d["patient_id"]]++
		}
	}
	shots, named, rowsOf := map[string][]string{}, 0, map[string]int{} // by person and number, and by person
	for _, r := range read(t, TruthColumns, table.Truth) {
		rowsOf[r["person"]] += given[r["patient_id"]]
		for one := range strings.FieldsFuncSeq(r["shots"], func(c rune) bool { return c == ';' }) {
			dose, number, _ := strings.Cut(one, ":")
			d := rows[dose]
			if d == nil || d["patient_id"] != r["patient_id"] || d["completion"] == "RE" {
				t.Fatalf("%s is no shot of record %s", dose, r["patient_id"])
			}
			named++
			shots[r["person"]+" "+number] = append(shots[r["person"]+" "+number], dose)
		}
	}
	is.Equal(t, "rows beyond the first of their shot", table.Agains, named-len(shots))
	if table.Agains < many/10 {
		t.Errorf("%d rows of doses are of a shot that stands before: too few to measure by", table.Agains)
	}
	for shot, of := range shots {
		first, err := cal.Parse(rows[of[0]]["date"])
		is.NoError(t, "date", err)
		for _, dose := range of[1:] {
			day, err := cal.Parse(rows[dose]["date"])
			is.NoError(t, "date", err)
			if (day-first > 6 || first-day > 6) && !exchangedDays(day, first) {
				t.Errorf("shot %s was given on %s and on %s", shot, first, day)
			}
		}
		if len(of) < 2 {
			t.Errorf("shot %s has one row", shot)
		}
	}
	// What is not named is reported once: a person has no more shots than lives know of.
	twice := map[string]int{}
	for shot, of := range shots {
		person, _, _ := strings.Cut(shot, " ")
		twice[person] += len(of) - 1
	}
	for i := range 1000 {
		l := people.Life(i)
		numbers := map[int]bool{}
		for _, a := range l.Accounts {
			for _, o := range a.Doses {
				if !o.Refused {
					numbers[o.Number] = true
				}
			}
		}
		person := strconv.Itoa(i)
		is.Equal(t, "shots of person "+person, rowsOf[person]-twice[person], len(numbers))
	}
}

func TestCodesOfAnOldRegistryAreThoseOfOurTables(t *testing.T) {
	people := state(9, 50_000)
	var table Tables
	people.Legacy(&table, 0, 5000)
	codes := codeset.Default()
	known := func(table, code string) bool {
		_, ok := codes.HL7(table, code)
		return code == "" || ok
	}
	facilities, bills := map[string]bool{}, 0
	for _, f := range read(t, FacilityColumns, people.FacilityTable()) {
		facilities[f["facility"]] = true
	}
	for _, d := range read(t, DoseColumns, table.Doses) {
		day, err := cal.Parse(d["date"])
		is.NoError(t, "date", err)
		n, hasNDC := codes.NDC(d["ndc"])
		_, cvx := codes.CVX(d["cvx"])
		_, mvx := codes.MVX(d["mvx"])
		told := d["source"] == "administered"
		bill := told && d["mvx"]+d["ndc"]+d["lot"]+d["expiration"]+d["provider"]+d["eligibility"] == ""
		given := told && !bill
		if bill {
			bills++
		}
		switch {
		case !cvx || d["mvx"] != "" && !mvx || d["ndc"] != "" && (!hasNDC || n.CVX != d["cvx"] || n.From > day):
			t.Fatalf("unknown product: %v", d)
		case !known(codeset.TableOldRoute, d["route"]) || !known(codeset.TableSite, d["site"]) || !known("0064", d["eligibility"]) || !known("funding-source", d["funding"]):
			t.Fatalf("unknown code: %v", d)
		case given != (d["lot"] != "") || given != (d["mvx"] != "") || given && d["expiration"] < d["date"]:
			t.Fatalf("who gave a dose knows maker and lot, and it has not expired; who did not, does not: %v", d)
		case d["completion"] == "RE" && d["source"] != "" || d["completion"] != "RE" && d["completion"] != "CP" || !told && d["completion"] == "CP" && d["source"] != "historical":
			t.Fatalf("what became of the dose? %v", d)
		case !facilities[d["facility"]]:
			t.Fatalf("nobody knows facility %s", d["facility"])
		}
	}
	if bills < table.Shots/200 || bills > table.Shots/20 {
		t.Errorf("%d of %d shots are told by a bill", bills, table.Shots)
	}
	for _, p := range read(t, PatientColumns, table.Patients) {
		if !known(codeset.TableRace, p["race"]) || !known("0441", p["status"]) || !facilities[p["facility"]] || p["ssn"] != "" {
			t.Fatalf("unknown code: %v", p)
		}
		if ph := p["phone"]; ph != "" && (len(ph) != 10 || ph[3:6] != "555") {
			t.Fatalf("somebody may have the number %s", ph)
		}
		if p["first_name"] == "" || p["last_name"] == "" || p["birth_date"] > people.Today.String() {
			t.Fatalf("a record without name or birth date: %v", p)
		}
	}
}

func TestTablesAreTheSameHoweverTheyAreCut(t *testing.T) {
	var again, other Tables
	state(3, 10_000).Legacy(&again, 64, 64)
	state(4, 10_000).Legacy(&other, 64, 64)
	var first Tables
	state(3, 10_000).Legacy(&first, 64, 64)
	is.Equal(t, "the same seed", string(again.Patients)+string(again.Doses), string(first.Patients)+string(first.Doses))
	if bytes.Equal(first.Patients, other.Patients) || bytes.Equal(first.Doses, other.Doses) {
		t.Error("another seed gave the same rows")
	}
}

func TestFieldsAreQuotedWhereTheyMustBe(t *testing.T) {
	w := csvRow{}
	w.text(`plain`).text(`a,b`).text(`say "x"`).text("two\nlines").date(cal.Of(2024, 2, 29)).date(cal.None).number(7)
	const want = "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",2024-02-29,,7\r\n"
	is.Equal(t, "row", string(w.end()), want)
}

func BenchmarkLegacy(b *testing.B) {
	people := state(1, 1_000_000)
	b.ReportAllocs()
	var t Tables
	i := 0
	for b.Loop() {
		t = Tables{Patients: t.Patients[:0], Doses: t.Doses[:0], Truth: t.Truth[:0]}
		people.Legacy(&t, i, 100)
		i += 100
	}
	b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "people/s")
}
