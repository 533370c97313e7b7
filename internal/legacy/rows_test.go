package legacy

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// badPatients and badDoses are files with every kind of bad row, among good ones;
// the reason stands behind the row, after a #.
const (
	badPatients = "\xef\xbb\xbfPatient_ID;Last_Name;First_Name;Birth_Date;Sex;Facility;MRN;Favourite Colour;Sharing;Death_Date\r\n" +
		"1;MARSH;JUNIPER;30/04/2015;F;CLINIC;A1;blue;N;\r\n" +
		"2;\"O\"\"HARA; JR\";\"MARIA\nELENA\";04/05/2016;M;CLINIC;A2;;;\r\n" +
		"3;MU\xd1OZ;ANA;1 MAY 2017;Q;;;;;31/12/1999\r\n" +
		"\r\n" +
		"1;MARSH;JUNIPER;30/04/2015;F;CLINIC;A1;blue;N;\r\n" + // sameAgain
		"1;MARSH;OTHER;30/04/2015;F;CLINIC;A1;blue;N;\r\n" + // idAgain
		";NOBODY;ANN;30/04/2015;F;CLINIC;A9;;;\r\n" + // noPatientID
		"4;;;30/04/2015;F;CLINIC;A4;;;\r\n" + // noName
		"5;BLANK;BIRTH;;F;CLINIC;A5;;;\r\n" + // noBirth
		"6;FUTURE;BIRTH;30/04/2199;F;CLINIC;A6;;;\r\n" + // birthLater
		"7;NO;DAY;30/02/2015;F;CLINIC;A7;;;\r\n" + // cal.NoSuchDay
		"8;SHORT;ROW;30/04/2015\r\n" + // rowShifted
		"9;\"OPEN;QUOTE;30/04/2015;F;CLINIC;A8;;;\r\n" + // rowBroken
		"10;YEAR;SHORT;30/04/15;F;CLINIC;A10;;;\r\n" // cal.NoCentury
	badDoses = "patient_id,dose_id,date,cvx,ndc,lot,facility,source,completion\n" +
		"1,D1,2015-07-01,20,,L1,CLINIC,administered,CP\n" +
		"1,D2,20150901,,49281-0286-10,L2,OTHER,historical,\n" +
		"2,D3,2016-07-01,3,,,CLINIC,,RE\n" +
		"1,D1,2015-07-01,20,,L1,CLINIC,administered,CP\n" + // sameAgain
		"1,D1,2015-07-02,20,,L1,CLINIC,administered,CP\n" + // doseAgain
		"1,D4,,20,,,CLINIC,,\n" + // noDate
		"1,D5,2014-01-01,20,,,CLINIC,,\n" + // dateBefore
		"1,D6,2199-01-01,20,,,CLINIC,,\n" + // dateLater
		"1,D7,2015-08-01,,,,CLINIC,,\n" + // noVaccine
		"1,D8,2015-08-01,tetanus,,,CLINIC,,\n" + // badVaccine
		"1,D9,2015-08-01,998,,,CLINIC,,\n" + // nothingGiven
		"99,D10,2015-08-01,20,,,CLINIC,,\n" + // noPatient
		"5,D11,2015-08-01,20,,,CLINIC,,\n" + // patientRejected
		"1,D12,5/6/2015,20,,,CLINIC,,\n" + // cal.Unclear
		"1,D13,soon,20,,,CLINIC,,\n" // cal.NoDate
)

func TestEveryKindOfBadRowIsRejectedWithItsReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir := t.TempDir()
		is.NoError(t, "write", os.WriteFile(filepath.Join(dir, "patients.csv"), []byte(badPatients), 0o600))
		is.NoError(t, "write", os.WriteFile(filepath.Join(dir, "doses.csv"), []byte(badDoses), 0o600))
		im := importOf(s, dir)
		r := run(t, im)
		is.Equal(t, "rejected patients", r.Rejected[ofPatients], map[string]int64{
			sameAgain: 1, idAgain + "patient_id": 1, "patient_id is missing": 1, noName: 1, noBirth: 1, birthLater: 1, rowShifted: 1, rowBroken: 1,
			"birth_date is a day that there is not": 1, "birth_date has a year of two digits, which may be of either century": 1,
		})
		is.Equal(t, "rejected doses", r.Rejected[ofDoses], map[string]int64{
			sameAgain: 1, doseAgain: 1, noDate: 1, dateBefore: 1, dateLater: 1, noVaccine: 1, badVaccine: 1, nothingGiven: 1,
			noPatient: 1, patientRejected: 1, "date may be read in two ways: month first or day first": 1, "date is no date that can be read": 1,
		})
		is.Equal(t, "people", r.People(), int64(3))
		is.Equal(t, "added", r.Added, int64(2))
		is.Equal(t, "refused", r.Others, int64(1))
		is.Equal(t, "unknown columns", r.Files[ofPatients].Unknown, []string{"favourite_colour"})
		is.Equal(t, "values left out", r.Lost, map[string]int64{
			"sex is not known": 1, "cvx is no code of a vaccine": 1, "death_date lies before the birth date or in the future": 1,
		})
		rejects := readFile(t, im.Out, "rejected-patients.csv")
		if !strings.Contains(rejects, "7;"+sameAgain+";1;MARSH;JUNIPER;") {
			t.Errorf("the rejected row does not stand with its line and reason:\n%s", rejects)
		}
		verified(t, im)
		people(t, s)
	})
}

// people looks at what was read of the good rows.
func people(t *testing.T, s *store.Store) {
	t.Helper()
	all := strings.Join(contents(t, s), "\n")
	for _, want := range []string{
		"MARSH|JUNIPER|2015-04-30|F", `O"HARA; JR|MARIA ELENA|2016-05-04|M`, "MUÑOZ|ANA|2017-05-01|U", "dose 2015-07-01 20 L1", "dose 2015-09-01",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in\n%s", want, all)
		}
	}
	is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.FindByNumber("A1")
		if err != nil {
			return err
		}
		is.Equal(t, "found by number", len(ids), 1)
		f, err := tx.Folder(ids[0])
		if err != nil {
			return err
		}
		is.Equal(t, "protection", f.Golden.Protection, "Y")
		from, err := tx.SenderByFacility("OTHER")
		is.Equal(t, "who told of the second dose", f.Doses[1].Sender, from.ID)
		sub, err2 := s.Submission(context.Background(), f.Doses[1].Submission)
		is.NoError(t, "read the rows", err2)
		is.Equal(t, "door", sub.Door, iis.DoorImport)
		for _, kept := range []string{"Favourite Colour", "A1;blue;N", "D2,20150901"} {
			if !strings.Contains(string(sub.Raw), kept) {
				t.Errorf("%q is not kept in\n%s", kept, sub.Raw)
			}
		}
		return err
	}))
}

func TestFilesThatCannotBeReadAreRefusedBeforeAnythingIsWritten(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	good := "patient_id,last_name,first_name,birth_date\n"
	for name, files := range map[string][2]string{
		"no column birth_date": {"patient_id,last_name,first_name\n", badDoses},
		"have the same name":   {"patient_id,last_name,first_name,birth_date,last_name\n", badDoses},
		"is empty":             {"", badDoses},
		"UTF-16":               {"\xff\xfep\x00", badDoses},
		"none ndc":             {good, "patient_id,date\n"},
	} {
		dir := t.TempDir()
		is.NoError(t, "write", os.WriteFile(filepath.Join(dir, "patients.csv"), []byte(files[0]), 0o600))
		is.NoError(t, "write", os.WriteFile(filepath.Join(dir, "doses.csv"), []byte(files[1]), 0o600))
		if _, err := importOf(s, dir).Run(context.Background()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	is.Equal(t, "records", len(contents(t, s)), 0)
}
