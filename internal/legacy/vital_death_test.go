package legacy

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestDeathsCloseRecordsAndMakeNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		run(t, vitalFile(t, s, Births, someBirths))
		im := vitalFile(t, s, Deaths, "certificate_no,last_name,first_name,middle_name,birth_date,sex,ssn,death_date,street,city,state,zip\r\n"+
			"2025-0001,MARSH,JUNIPER,ANNE,2025-03-01,F,,2025-04-05,12 LARCH ST,FARGO,ND,58102\r\n"+ // and no birth of that number
			"2025-0102,STRANGER,ANN,,1940-01-01,F,,2025-04-05,1 ELM ST,FARGO,ND,58102\r\n"+
			"2025-0103,QUIST,ANA,,2025-03-02,F,,2025-04-06,,,,\r\n"+ // nothing but the name
			"2025-0104,QUIST,ANA,,2025-03-02,F,,2025-01-06,,,,\r\n"+
			"2025-0105,QUIST,ANA,,2025-03-02,F,,,,,,\r\n")
		r := run(t, im)
		is.Equal(t, "matched", r.Joined(), int64(1))
		is.Equal(t, "not known", r.Unknown, int64(1))
		is.Equal(t, "possible", r.Possible, int64(1))
		is.Equal(t, "new", r.New, int64(0))
		is.Equal(t, "rejected", r.Rejected[0], map[string]int64{deathBefore: 1, noDeath: 1})
		day, _ := cal.Parse("2025-04-05")
		dead := recordOf(t, s, "Marsh", "Juniper")
		if g := dead.Golden; !g.HasDied() || g.Death != day || g.Status != "P" {
			t.Errorf("the record is not closed: %+v", g)
		}
		for _, c := range contents(t, s) {
			if strings.Contains(c, "STRANGER") {
				t.Error("a death made a record")
			}
		}
		placed := readFile(t, im.Out, placedFile)
		if !strings.Contains(placed, "2025-0102,not known,\r\n") {
			t.Errorf("placed:\n%s", placed)
		}
		verified(t, im)
		again := run(t, vitalFile(t, s, Deaths, "certificate_no,last_name,first_name,birth_date,death_date\r\n2025-0001,MARSH,JUNIPER,2025-03-01,2025-04-06\r\n"))
		is.Equal(t, "an amended certificate", again.Matched["own number"], int64(1))
		is.Equal(t, "day", recordOf(t, s, "Marsh", "Juniper").Golden.Death, day+1)
	})
}

func TestADeathIsMatchedByTheBirthCertificateOrTheSocialSecurityNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		run(t, vitalFile(t, s, Births, someBirths))
		dir := t.TempDir()
		write(t, dir, "patients.csv", []string{"patient_id", "last_name", "first_name", "birth_date", "sex", "ssn", "street", "zip"},
			"O1,LUND,OTTO,1940-01-02,M,219099999,1 ELM ST,58102\r\nO2,LUND,PER,1941-01-02,M,317228888,2 ELM ST,58102\r\n")
		write(t, dir, "doses.csv", []string{"patient_id", "date", "cvx"}, "")
		run(t, importOf(s, dir))
		before := len(contents(t, s))
		im := vitalFile(t, s, Deaths, "certificate_no,last_name,first_name,birth_date,sex,ssn,birth_certificate_no,death_date\r\n"+
			"D1,FOSTER,ANA,2025-03-02,F,,2025-0002,2025-04-05\r\n"+ // another family name, and one of twins
			"D2,LUND,OTTO,1940-01-02,M,219-09-9999,,2025-04-06\r\n"+
			"D3,NOBODY,PER,1901-01-02,M,,2025-9999,2025-04-06\r\n"+
			"D4,STRANGER,KARL,1930-05-06,M,451227777,,2025-04-06\r\n")
		r := run(t, im)
		is.Equal(t, "matched", r.Matched, map[string]int64{"birth certificate number": 1, "profile closing": 1})
		is.Equal(t, "not known", r.Unknown, int64(2))
		is.Equal(t, "columns that are not known", r.Files[0].Unknown, []string(nil))
		is.Equal(t, "records", len(contents(t, s)), before)
		for _, who := range []struct{ family, given string }{{"Quist", "Ana"}, {"Lund", "Otto"}} {
			if f := personNamed(t, s, who.given); !f.Golden.HasDied() {
				t.Errorf("%s %s is not closed", who.given, who.family)
			}
		}
		if personNamed(t, s, "Else").Golden.HasDied() || personNamed(t, s, "Per").Golden.HasDied() {
			t.Error("somebody else was closed")
		}
		verified(t, im)

		// The number of another's certificate closes nobody without a person's word.
		other := run(t, vitalFile(t, s, Deaths, "certificate_no,last_name,first_name,birth_date,sex,birth_certificate_no,death_date\r\nD5,HALE,KAI,1950-03-02,M,2025-0003,2025-04-05\r\n"))
		is.Equal(t, "possible", other.Possible, int64(1))
		is.Equal(t, "closed", personNamed(t, s, "Else").Golden.HasDied(), false)
	})
}

// personNamed is the record of the one person of a given name.
func personNamed(t *testing.T, s *store.Store, given string) *store.Folder {
	t.Helper()
	var found []*store.Folder
	for _, f := range folders(t, s) {
		if strings.EqualFold(f.Golden.LegalName().Given, given) {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d records of %s", len(found), given)
	}
	return found[0]
}

const deathOfAna = "certificate_no,last_name,first_name,birth_date,death_date\r\n2025-0103,QUIST,ANA,2025-03-02,2025-04-06\r\n"

// unmatchedOf are the certificates of deaths of whom there is no record.
func unmatchedOf(t *testing.T, im *Import) (out []string) {
	t.Helper()
	all, err := im.Keeper.Unmatched(context.Background())
	is.NoError(t, "unmatched", err)
	for _, u := range all {
		word := "found nobody"
		if u.Decision != 0 {
			word = "decided"
		}
		out = append(out, u.Certificate+" "+word)
	}
	return out
}

func TestAWrongDeathIsSetAsideAndStaysSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, by := context.Background(), iis.Actor{Kind: "command"}
		run(t, vitalFile(t, s, Births, someBirths))
		const file = "certificate_no,last_name,first_name,birth_date,birth_certificate_no,death_date\r\nD1,MARSH,JUNIPER,2025-03-01,2025-0001,2025-04-05\r\n"
		im := vitalFile(t, s, Deaths, file)
		died := func() bool { return recordOf(t, s, "Marsh", "Juniper").Golden.HasDied() }
		id := recordOf(t, s, "Marsh", "Juniper").ID
		_, err := im.Keeper.Alive(ctx, id, by, "nobody says so")
		is.Equal(t, "of somebody alive", fault.KindOf(err), fault.Conflict)
		run(t, im)
		is.Equal(t, "died", died(), true)
		_, err = im.Keeper.Alive(ctx, id, by, " ")
		is.Equal(t, "without a reason", fault.KindOf(err), fault.Invalid)
		decision, err := im.Keeper.Alive(ctx, id, by, "The mother called.")
		is.NoError(t, "alive", err)
		g := recordOf(t, s, "Marsh", "Juniper").Golden
		is.Equal(t, "alive", fmt.Sprint(g.HasDied(), g.Death, g.Status), fmt.Sprint(false, cal.None, ""))
		is.Equal(t, "unmatched", unmatchedOf(t, im), []string{"D1 decided"})
		verified(t, im)

		again := run(t, vitalFile(t, s, Deaths, file+" ")) // another file, the same certificate
		is.Equal(t, "the same certificate again", again.Matched["own number"], int64(1))
		run(t, vitalFile(t, s, Deaths, strings.ReplaceAll(file, "2025-04-05", "2025-04-07")))
		is.Equal(t, "died by the same certificate", died(), false)
		is.Equal(t, "unmatched", unmatchedOf(t, im), []string{"D1 decided"})
		verified(t, im)

		run(t, vitalFile(t, s, Deaths, strings.ReplaceAll(file, "D1,", "D2,")))
		is.Equal(t, "died by another certificate", died(), true)
		second, err := im.Keeper.Alive(ctx, id, by, "And again.")
		is.NoError(t, "alive", err)
		is.Equal(t, "died", died(), false)
		for _, d := range []iis.DecisionID{second, decision} {
			_, err = im.Keeper.Undo(ctx, d, by, "They did die.")
			is.NoError(t, "undo", err)
			is.Equal(t, "died again", died(), true)
			verified(t, im)
		}
		is.Equal(t, "unmatched", len(unmatchedOf(t, im)), 0)
		all, err := im.Keeper.Decisions(ctx, id)
		is.NoError(t, "decisions", err)
		is.Equal(t, "decisions", len(all), 4)
		verified(t, im)
	})
}

func TestADeathThatIsSetAsideHoldsWhereItsSourceIsMoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, by := context.Background(), iis.Actor{Kind: "command"}
		run(t, vitalFile(t, s, Births, someBirths))
		im := vitalFile(t, s, Deaths, "certificate_no,last_name,first_name,birth_date,birth_certificate_no,death_date\r\nD1,QUIST,ANA,2025-03-02,2025-0002,2025-04-05\r\n")
		run(t, im)
		ana, else_ := personNamed(t, s, "Ana").ID, personNamed(t, s, "Else").ID
		alive, err := im.Keeper.Alive(ctx, ana, by, "It was her sister.")
		is.NoError(t, "alive", err)
		died := func() string {
			return fmt.Sprint(folderOf(t, s, ana).Golden.HasDied(), folderOf(t, s, else_).Golden.HasDied())
		}
		is.Equal(t, "nobody", died(), "false false")
		var certificate iis.SourceID
		for _, p := range folderOf(t, s, ana).Sources {
			if p.Person.Certificate == iis.DeathCertificate {
				certificate = p.Source
			}
		}
		move, err := im.Keeper.Move(ctx, certificate, ana, else_, by, "The certificate is hers.")
		is.NoError(t, "move", err)
		is.Equal(t, "the sister", died(), "false true")
		verified(t, im)
		_, err = im.Keeper.Undo(ctx, move, by, "No.")
		is.NoError(t, "undo the move", err)
		is.Equal(t, "nobody again", died(), "false false")

		merge, err := im.Keeper.Merge(ctx, else_, ana, by, "one after all")
		is.NoError(t, "merge", err)
		is.Equal(t, "of both", folderOf(t, s, else_).Golden.HasDied(), false)
		verified(t, im)
		_, err = im.Keeper.Undo(ctx, merge, by, "two")
		is.NoError(t, "undo the merge", err)
		is.Equal(t, "nobody still", died(), "false false")
		_, err = im.Keeper.Undo(ctx, alive, by, "She did.")
		is.NoError(t, "undo", err)
		is.Equal(t, "she did", died(), "true false")
		verified(t, im)
	})
}

// folderOf is the record of a person.
func folderOf(t *testing.T, s *store.Store, id iis.PersonID) (f *store.Folder) {
	t.Helper()
	is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) (err error) {
		f, err = tx.Folder(id)
		return err
	}))
	return f
}

func TestAPossibleDeathThatIsAnothersLeavesNoRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, by := context.Background(), iis.Actor{Kind: "command"}
		run(t, vitalFile(t, s, Births, someBirths))
		before := contents(t, s)
		ana := recordOf(t, s, "Quist", "Ana").ID
		im := vitalFile(t, s, Deaths, deathOfAna)
		is.Equal(t, "possible", run(t, im).Possible, int64(1))
		is.Equal(t, "unmatched", len(unmatchedOf(t, im)), 0)
		var dead iis.PersonID
		for _, f := range folders(t, s) {
			if f.Golden.HasDied() {
				dead = f.ID
			}
		}
		waiting := contents(t, s)
		decision, err := im.Keeper.Apart(ctx, ana, dead, by, "Another Ana.")
		is.NoError(t, "apart", err)
		is.Equal(t, "records", contents(t, s), before)
		is.Equal(t, "unmatched", unmatchedOf(t, im), []string{"2025-0103 decided"})
		verified(t, im)

		r := run(t, vitalFile(t, s, Deaths, deathOfAna+" "))
		is.Equal(t, "again", r.Unknown, int64(1))
		is.Equal(t, "records", contents(t, s), before)
		is.Equal(t, "unmatched", unmatchedOf(t, im), []string{"2025-0103 decided"})

		_, err = im.Keeper.Undo(ctx, decision, by, "It was her.")
		is.NoError(t, "undo", err)
		is.Equal(t, "records", contents(t, s), waiting)
		is.Equal(t, "unmatched", len(unmatchedOf(t, im)), 0)
		verified(t, im)
		_, err = im.Keeper.Merge(ctx, ana, dead, by, "It was her.")
		is.NoError(t, "merge", err)
		is.Equal(t, "died", folderOf(t, s, ana).Golden.HasDied(), true)
		verified(t, im)
	})
}

func TestAnAmendedCertificateOfADeathThatWasAnothersIsMatchedAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, by := context.Background(), iis.Actor{Kind: "command"}
		run(t, vitalFile(t, s, Births, someBirths))
		ana := recordOf(t, s, "Quist", "Ana").ID
		im := vitalFile(t, s, Deaths, deathOfAna)
		run(t, im)
		var dead iis.PersonID
		for _, f := range folders(t, s) {
			if f.Golden.HasDied() {
				dead = f.ID
			}
		}
		decision, err := im.Keeper.Apart(ctx, ana, dead, by, "Another Ana.")
		is.NoError(t, "apart", err)
		amended := run(t, vitalFile(t, s, Deaths, "certificate_no,last_name,first_name,birth_date,birth_certificate_no,death_date\r\n2025-0103,MARSH,JUNIPER,2025-03-01,2025-0001,2025-04-06\r\n"))
		is.Equal(t, "matched", amended.Matched["birth certificate number"], int64(1))
		is.Equal(t, "died", recordOf(t, s, "Marsh", "Juniper").Golden.HasDied(), true)
		is.Equal(t, "unmatched", len(unmatchedOf(t, im)), 0)
		_, err = im.Keeper.Undo(ctx, decision, by, "It was her.")
		is.Equal(t, "undo", fault.KindOf(err), fault.Conflict)
		verified(t, im)
	})
}
