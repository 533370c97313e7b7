package legacy

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

const birthColumns = "certificate_no,last_name,first_name,middle_name,suffix,birth_date,sex,plurality,birth_order,birth_facility,mother_first,mother_last,mother_maiden,mother_birth_date,father_first,father_last,street,city,state,zip,county,phone,hepb_date,hepb_lot,opt_out\r\n"

const someBirths = birthColumns +
	"2025-0001,MARSH,JUNIPER,ANNE,,2025-03-01,F,1,,ELM HOSPITAL,ANNA,MARSH,VANG,1995-02-03,OTTO,MARSH,12 LARCH ST,FARGO,ND,58102,CASS,701-555-0101,2025-03-01,HB77,N\r\n" +
	"2025-0002,QUIST,ANA,,,2025-03-02,F,2,1,ELM HOSPITAL,EVA,QUIST,DAHL,1990-05-05,,,3 OAK LN,FARGO,ND,58103,CASS,701-555-0102,,,\r\n" +
	"2025-0003,QUIST,ELSE,,,2025-03-02,F,2,2,ELM HOSPITAL,EVA,QUIST,DAHL,1990-05-05,,,3 OAK LN,FARGO,ND,58103,CASS,701-555-0102,2025-02-01,,\r\n" +
	"2025-0004,SECRET,NAME,,,2025-03-04,M,1,,ELM HOSPITAL,MIA,SECRET,,,,,5 OAK LN,FARGO,ND,58103,,,,,Y\r\n" +
	"2025-0006,UNCLEAR,NAME,,,2025-03-04,M,1,,ELM HOSPITAL,MIA,UNCLEAR,,,,,5 OAK LN,FARGO,ND,58103,,,,,OPT OUT\r\n" +
	"2025-0007,UNCLEAR,NAME,,,2025-03-04,M,1,,ELM HOSPITAL,MIA,UNCLEAR,,,,,5 OAK LN,FARGO,ND,58103,,,,,U\r\n" +
	"2025-0005,NODAY,NAME,,,,M,1,,,,,,,,,,,,,,,,,\r\n" +
	"2025-0008,,LONELY,,,2025-03-05,M,1,,ELM HOSPITAL,IDA,DAHL,,,,,7 PINE RD,FARGO,ND,58103,,,,,N\r\n" +
	"2025-0009,,,,,2025-03-05,M,1,,ELM HOSPITAL,IDA,DAHL,,,,,7 PINE RD,FARGO,ND,58103,,,,,N\r\n"

// vitalFile writes a file of vital records, and is the import of it.
func vitalFile(t *testing.T, s *store.Store, feed Feed, rows string) *Import {
	t.Helper()
	dir := t.TempDir()
	im := importOf(s, dir)
	im.Feed, im.Registry, im.Patients, im.Doses = feed, "VITAL", filepath.Join(dir, "vital.csv"), ""
	is.NoError(t, "write", os.WriteFile(im.Patients, []byte(rows), 0o600))
	return im
}

// folders are all records.
func folders(t *testing.T, s *store.Store) (out []*store.Folder) {
	t.Helper()
	is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.PersonsAfter(0, 10_000)
		for _, id := range ids {
			f, err := tx.Folder(id)
			if err != nil {
				return err
			}
			out = append(out, f)
		}
		return err
	}))
	return out
}

// recordOf is the record of the one person of a name.
func recordOf(t *testing.T, s *store.Store, family, given string) *store.Folder {
	t.Helper()
	var found []*store.Folder
	for _, f := range folders(t, s) {
		if n := f.Golden.LegalName(); strings.EqualFold(n.Family, family) && strings.EqualFold(n.Given, given) {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d records of %s %s", len(found), given, family)
	}
	return found[0]
}

func TestNewbornsAreEnrolledFromBirthRecords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		// The hospital reported the child before it had a name, and its dose.
		dir := t.TempDir()
		write(t, dir, "patients.csv", []string{"patient_id", "facility", "mrn", "last_name", "first_name", "birth_date", "sex", "street", "city", "state", "zip", "phone", "mother_first", "mother_maiden"},
			"H1,ELM,77,MARSH,BABY GIRL,2025-03-01,F,12 LARCH ST,FARGO,ND,58102,701-555-0101,ANNA,VANG\r\n")
		write(t, dir, "doses.csv", []string{"patient_id", "dose_id", "date", "cvx", "lot", "facility", "source"}, "H1,D1,2025-03-01,08,HB77,ELM,administered\r\n")
		run(t, importOf(s, dir))

		im := vitalFile(t, s, Births, someBirths)
		r := run(t, im)
		is.Equal(t, "new", r.New, int64(2))
		is.Equal(t, "matched", r.Joined(), int64(1))
		is.Equal(t, "rejected", r.Rejected[0], map[string]int64{optedOut: 1, optUnclear: 2, noBirth: 1, noFamily: 1, noName: 1})
		is.Equal(t, "left out", r.Lost["hepb_date lies before the birth date or in the future"], int64(1))

		named := recordOf(t, s, "Marsh", "Juniper")
		is.Equal(t, "sources", len(named.Sources), 2)
		is.Equal(t, "doses", len(named.Consolidated), 1)
		is.Equal(t, "reports of it", len(named.Consolidated[0].Members), 2)
		is.Equal(t, "mother", named.Golden.MotherMaiden, iis.Name{Family: "VANG", Given: "ANNA", Type: "M"})
		is.Equal(t, "born alone", named.Golden.MultipleBirth, "N")
		twin := recordOf(t, s, "Quist", "Else")
		is.Equal(t, "twin", twin.Golden.MultipleBirth+string(rune('0'+twin.Golden.BirthOrder)), "Y2")
		is.Equal(t, "parents", len(twin.Golden.Kin), 1)
		for _, d := range named.Doses {
			if strings.Contains(d.Dose.Filler.ID, "2025-0001") {
				t.Error("the number of the certificate goes out with the dose")
			}
		}
		if all := strings.Join(contents(t, s), ""); strings.Contains(all, "SECRET") || strings.Contains(all, "UNCLEAR") {
			t.Error("a child whose parents opted out has a record")
		}
		if rejected := readFile(t, im.Out, "rejected-births.csv"); !strings.Contains(rejected, optedOut) || !strings.Contains(rejected, "2025-0005") {
			t.Errorf("rejected rows:\n%s", rejected)
		}
		for _, secret := range []string{"SECRET", "UNCLEAR", "OAK LN", "MIA"} {
			if rejected := readFile(t, im.Out, "rejected-births.csv"); strings.Contains(rejected, secret) || !strings.Contains(rejected, "2025-0004,,,") {
				t.Errorf("what parents did not want kept is among the rejected rows:\n%s", rejected)
			}
		}
		is.Equal(t, "mother's birth date", named.Source(named.Sources[1].Source).Person.Kin[0].Birth.String(), "1995-02-03")
		verified(t, im)

		// A corrected certificate keeps its number: the record is corrected.
		corrected := strings.ReplaceAll(someBirths, "QUIST,ELSE,", "QUIST,ELSA,")
		r = run(t, vitalFile(t, s, Births, corrected))
		is.Equal(t, "matched by their number", r.Matched["own number"], int64(3))
		is.Equal(t, "new", r.New, int64(0))
		recordOf(t, s, "Quist", "Elsa")
		again := run(t, vitalFile(t, s, Births, corrected))
		is.Equal(t, "the same file again", again.Outcomes, r.Outcomes)
	})
}

func TestTheHospitalMayReportANewbornAfterTheBirthRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		run(t, vitalFile(t, s, Births, someBirths))
		dir := t.TempDir()
		write(t, dir, "patients.csv", []string{"patient_id", "facility", "last_name", "first_name", "birth_date", "sex", "street", "city", "state", "zip", "phone", "mother_first", "mother_maiden"},
			"H1,ELM,MARSH,BABY GIRL,2025-03-01,F,12 LARCH ST,FARGO,ND,58102,701-555-0101,ANNA,VANG\r\n"+
				"H2,ELM,QUIST,BABY GIRL A,2025-03-02,F,3 OAK LN,FARGO,ND,58103,701-555-0102,EVA,DAHL\r\n")
		write(t, dir, "doses.csv", []string{"patient_id", "date", "cvx"}, "")
		r := run(t, importOf(s, dir))
		is.Equal(t, "matched", r.Joined(), int64(1))
		is.Equal(t, "a twin without a name is for people to decide", r.Possible, int64(1))
		is.Equal(t, "name", recordOf(t, s, "Marsh", "Juniper").Golden.LegalName().Given, "JUNIPER")
	})
}

func TestAPreviewOfBirthsWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		im := vitalFile(t, s, Births, someBirths)
		im.DryRun = true
		r := run(t, im)
		is.Equal(t, "new", r.New, int64(3))
		is.Equal(t, "records", len(contents(t, s)), 0)
		if !strings.Contains(r.String(), "Import of birth records: preview") || strings.Contains(r.String(), "Doses:") {
			t.Errorf("report:\n%s", r)
		}
	})
}

// goesBy has a registry go by the policy of a state.
func goesBy(t *testing.T, s *store.Store, state string) {
	t.Helper()
	_, err := record.New(s, codeset.Default()).GoBy(context.Background(), policy.Named(state), iis.Actor{Kind: "command"}, true)
	is.NoError(t, "go by "+state, err)
}

// recentBirths are a child and twins who were born some days ago.
func recentBirths(edit ...string) string {
	day := func(n int) string { return cal.On(time.Now()).AddDays(-n).String() }
	return strings.NewReplacer(append(edit, "2025-03-01", day(9), "2025-03-02", day(8), "2025-03-04", day(6))...).Replace(someBirths)
}

// noticesOf are the notices of a record: state and why.
func noticesOf(t *testing.T, s *store.Store, f *store.Folder) []string {
	t.Helper()
	out := []string{}
	is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
		list, err := tx.Notices(f.ID)
		for _, n := range list {
			out = append(out, strings.TrimSpace(string(n.State)+" "+n.Why))
		}
		return err
	}))
	return out
}

func TestABirthRecordMakesANoticeDueWhereTheStateSendsOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		goesBy(t, s, "mn")
		run(t, vitalFile(t, s, Births, recentBirths()))
		run(t, vitalFile(t, s, Births, recentBirths("QUIST,ELSE,", "QUIST,ELSA,")))
		for _, name := range []string{"Marsh Juniper", "Quist Ana", "Quist Elsa"} {
			family, given, _ := strings.Cut(name, " ")
			is.Equal(t, name, noticesOf(t, s, recordOf(t, s, family, given)), []string{"due"})
		}
		died := "certificate_no,last_name,first_name,birth_date,death_date,street,zip\r\nD1,QUIST,ANA," +
			cal.On(time.Now()).AddDays(-8).String() + "," + cal.On(time.Now()).AddDays(-7).String() + ",3 OAK LN,58103\r\n"
		run(t, vitalFile(t, s, Deaths, died))
		is.Equal(t, "a death", noticesOf(t, s, recordOf(t, s, "Quist", "Ana")), []string{"withdrawn " + record.WhyDied})
		// What the office says of a death enrols nobody, whatever its code.
		office := vitalFile(t, s, Deaths, strings.Replace(died, "D1", "D2", 1))
		office.Registry = policy.Named("mn").Births.Senders[0]
		run(t, office)
		is.Equal(t, "by the office", noticesOf(t, s, recordOf(t, s, "Quist", "Ana")), []string{"withdrawn " + record.WhyDied})
	})
}

func TestAnOptOutClosesTheRecordThatIsThereAndMakesNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		goesBy(t, s, "mn")
		run(t, vitalFile(t, s, Births, recentBirths()))
		before := len(contents(t, s))
		// The parents of the first child opt out later, by an amended certificate.
		im := vitalFile(t, s, Births, recentBirths("HB77,N", "HB77,Y"))
		r := run(t, im)
		is.Equal(t, "rejected", r.Rejected[0], map[string]int64{optedClosed: 2, optUnclear: 2, noBirth: 1})
		is.Equal(t, "closed", []int64{r.Closed, r.ClosedApart}, []int64{1, 0})
		is.Equal(t, "records", len(contents(t, s)), before)
		child := recordOf(t, s, "Marsh", "Juniper")
		is.Equal(t, "the record is closed", child.Golden.Closed(), true)
		is.Equal(t, "what was known stays", len(child.Consolidated), 1)
		is.Equal(t, "notice", noticesOf(t, s, child), []string{"withdrawn " + record.WhyOptedOut})
		is.Equal(t, "a twin's record", recordOf(t, s, "Quist", "Ana").Golden.Closed(), false)
		if !strings.Contains(r.String(), "of these, records that were closed: the parents opted out") {
			t.Errorf("report:\n%s", r)
		}
		if placed := readFile(t, im.Out, placedFile); !strings.Contains(placed, "2025-0001,own number,"+child.ID.Public()) {
			t.Errorf("placed:\n%s", placed)
		}
		if all := strings.Join(contents(t, s), ""); strings.Contains(all, "SECRET") {
			t.Error("a child whose parents opted out has a record")
		}
		again := run(t, im)
		is.Equal(t, "the same file again", again.Outcomes, r.Outcomes)
		verified(t, im)
		is.Equal(t, "deaths", len(unmatchedOf(t, im)), 0)
		numberAlone(t, im, "2025-0001", "JUNIPER", "SECRET", "UNCLEAR", "LARCH")

		// They change their mind; a later file says so.
		r = run(t, vitalFile(t, s, Births, recentBirths("QUIST,ELSE,", "QUIST,ELSA,")))
		is.Equal(t, "open again", recordOf(t, s, "Marsh", "Juniper").Golden.Closed(), false)
		is.Equal(t, "notice", noticesOf(t, s, child), []string{"due"})
		is.Equal(t, "closed", r.Closed, int64(0))
	})
}

// numberAlone requires that of a rejected row nothing is told but its certificate.
func numberAlone(t *testing.T, im *Import, certificate string, secret ...string) {
	t.Helper()
	rejected := readFile(t, im.Out, "rejected-births.csv")
	if !strings.Contains(rejected, ","+certificate+",,,") {
		t.Errorf("%s is not among the rejected rows:\n%s", certificate, rejected)
	}
	for _, word := range secret {
		if strings.Contains(rejected, word) {
			t.Errorf("what parents did not want kept is among the rejected rows:\n%s", rejected)
		}
	}
}

func TestNothingOfAChildThatWasLeftOutIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		goesBy(t, s, "mn")
		im := vitalFile(t, s, Births, recentBirths("HB77,N", "HB77,Y"))
		run(t, im)
		is.Equal(t, "deaths", len(unmatchedOf(t, im)), 0)
		is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT raw FROM submission`, Each: func(r db.Row) error {
				raw, err := s2.Decode(nil, r.Bytes(0))
				for _, name := range []string{"SECRET", "JUNIPER", "UNCLEAR"} {
					if strings.Contains(string(raw), name) {
						t.Errorf("%s is kept in a submission", name)
					}
				}
				if !strings.Contains(string(raw), "QUIST") {
					t.Error("the submission has not the rows that were taken")
				}
				return err
			}})
		}))
	})
}

func TestAnOptOutBesideTheHospitalsRecordIsForPeopleToDecide(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		goesBy(t, s, "mn")
		day := cal.On(time.Now()).AddDays(-6).String()
		dir := t.TempDir()
		columns := []string{"patient_id", "facility", "last_name", "first_name", "birth_date", "sex", "street", "city", "state", "zip", "mother_first"}
		write(t, dir, "patients.csv", columns, "H1,ELM,SECRET,NAME,"+day+",M,5 OAK LN,FARGO,ND,58103,MIA\r\nH2,ELM,LARCH,BABY BOY,"+day+",M,,,,,\r\n")
		write(t, dir, "doses.csv", []string{"patient_id", "date", "cvx"}, "")
		run(t, importOf(s, dir))
		r := run(t, vitalFile(t, s, Births, birthColumns+
			"1,SECRET,NAME,,,"+day+",M,1,,ELM HOSPITAL,MIA,SECRET,,,,,5 OAK LN,FARGO,ND,58103,,,,,Y\r\n"+
			"2,LARCH,THEO,,,"+day+",M,1,,,,,,,,,,,,,,,,,Y\r\n"))
		is.Equal(t, "closed, and to be looked at", []int64{r.Closed, r.ClosedApart}, []int64{1, 1})
		is.Equal(t, "the hospital's record", recordOf(t, s, "Secret", "Name").Golden.Closed(), true)
		is.Equal(t, "apart", recordOf(t, s, "Larch", "Theo").Golden.Closed(), true)
		is.Equal(t, "notices", noticesOf(t, s, recordOf(t, s, "Larch", "Theo")), []string{})
	})
}

func TestWhereNobodyOptsOutTheRowIsRefusedWithThatReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		goesBy(t, s, "ma")
		run(t, vitalFile(t, s, Births, recentBirths()))
		im := vitalFile(t, s, Births, recentBirths("HB77,N", "HB77,Y"))
		r := run(t, im)
		numberAlone(t, im, "2025-0001", "JUNIPER", "SECRET", "UNCLEAR", "LARCH")
		why := "the parents opted out, and Massachusetts has no opt-out: nothing was changed"
		is.Equal(t, "rejected", r.Rejected[0], map[string]int64{why: 2, optUnclear: 2, noBirth: 1})
		child := recordOf(t, s, "Marsh", "Juniper")
		is.Equal(t, "closed", child.Golden.Closed(), false)
		is.Equal(t, "notice", noticesOf(t, s, child), []string{"due"})
	})
}

func TestACertificateWithoutItsDoseWithdrawsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		run(t, vitalFile(t, s, Births, someBirths))
		doses := func() (out []string) {
			f := recordOf(t, s, "Marsh", "Juniper")
			for _, c := range f.Consolidated {
				for _, d := range f.Doses {
					if d.Origin == c.Primary {
						out = append(out, d.Dose.Date.String()+" "+d.Dose.Lot)
					}
				}
			}
			return out
		}
		is.Equal(t, "dose", doses(), []string{"2025-03-01 HB77"})
		other := run(t, vitalFile(t, s, Births, strings.ReplaceAll(someBirths, "2025-03-01,HB77,N", "2025-03-02,HB78,N")))
		is.Equal(t, "updated", other.Updated, int64(1))
		is.Equal(t, "another day", doses(), []string{"2025-03-02 HB78"})
		silent := run(t, vitalFile(t, s, Births, "certificate_no,last_name,first_name,birth_date\r\n2025-0001,MARSH,JUNIPER,2025-03-01\r\n"))
		is.Equal(t, "withdrawn by a file without the column", silent.Withdrawn, int64(0))
		unread := run(t, vitalFile(t, s, Births, strings.ReplaceAll(someBirths, "2025-03-01,HB77,N", "soon,,N")))
		is.Equal(t, "withdrawn by a day that is none", unread.Withdrawn, int64(0))
		is.Equal(t, "dose still", len(doses()), 1)
		none := strings.ReplaceAll(someBirths, "2025-03-01,HB77,N", ",,N")
		im := vitalFile(t, s, Births, none)
		is.Equal(t, "withdrawn", run(t, im).Withdrawn, int64(1))
		is.Equal(t, "no dose", len(doses()), 0)
		verified(t, im)
		is.Equal(t, "withdrawn twice", run(t, vitalFile(t, s, Births, none+" ")).Withdrawn, int64(0))
		run(t, vitalFile(t, s, Births, someBirths+" "))
		is.Equal(t, "and told of again", doses(), []string{"2025-03-01 HB77"})
	})
}
