package legacy

import (
	"context"
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// wards is an old registry of some children.
const wards = "P1,OAK,c-1,QUILLCANARY,WRENCANARY,2020-05-05,F,12 LARCH ST,FARGO,ND,58102,7015550147\r\n" +
	"P2,OAK,c-2,MARSH,FERN,2019-04-04,F,7 HEATH ST,FARGO,ND,58102,7015550148\r\n"

const wardsDoses = "P1,D1,2020-07-05,20,OAK\r\nP1,D2,2020-09-06,10,ELM\r\nP2,D3,2019-07-05,20,OAK\r\n"

// wardsImport is an import of children and their doses.
func wardsImport(t *testing.T, s *store.Store, registry, patients, doses string) *Import {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "patients.csv", []string{"patient_id", "facility", "mrn", "last_name", "first_name", "birth_date", "sex", "street", "city", "state", "zip", "phone"}, patients)
	write(t, dir, "doses.csv", []string{"patient_id", "dose_id", "date", "cvx", "facility"}, doses)
	im := importOf(s, dir)
	im.Registry = registry
	return im
}

// sealWard gives somebody a new identity, and returns the number of it.
func sealWard(t *testing.T, s *store.Store, im *Import, former iis.PersonID) iis.PersonID {
	t.Helper()
	var staff iis.Sender
	is.NoError(t, "staff", s.Write(context.Background(), func(tx *store.Tx) (err error) {
		staff, err = tx.EnsureSender(iis.StaffFacility, iis.StaffName, s.Now())
		return err
	}))
	birth, _ := cal.Parse("2020-05-05")
	_, now, err := im.Keeper.Seal(context.Background(), record.Sealing{
		Person: former, Sender: staff, Order: "PR-1", Why: "adoption", By: iis.Actor{Kind: "user", User: 1},
		New: iis.Person{Names: []iis.Name{{Family: "Moorland", Given: "Sorrel", Type: "L"}}, Birth: birth, Sex: "F"},
	})
	is.NoError(t, "seal", err)
	return now
}

// allAgree requires that all sums agree, also those that may differ for other reasons.
func allAgree(t *testing.T, what string, r *Report) {
	t.Helper()
	for _, c := range r.Checks() {
		if !c.Agrees() {
			t.Errorf("%s: %s: %d = %d", what, c.Says, c.In, c.Out)
		}
	}
}

// What an import says of a sealed identity is what it would say if its senders alone had
// ever told of that person, and its sums are those of a registry in which nothing is
// sealed.
func TestAnImportAfterASealingTellsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		calm := storetest.Open(t, storetest.SQLite(t))
		run(t, wardsImport(t, calm, "OLD", wards, wardsDoses))
		first := wardsImport(t, s, "OLD", wards, wardsDoses)
		run(t, first)
		former := personNamed(t, s, "Wrencanary").ID
		now := sealWard(t, s, first, former)

		more := strings.Replace(wards, "12 LARCH", "14 LARCH", 1) + "P3,OAK,c-3,FIELDS,BASIL,2018-01-01,M,1 ELM ST,FARGO,ND,58102,7015550149\r\n"
		for _, dry := range []bool{true, false} {
			im, other := wardsImport(t, s, "OLD", more, wardsDoses), wardsImport(t, calm, "OLD", more, wardsDoses)
			im.DryRun, other.DryRun = dry, dry
			r, want := run(t, im), run(t, other)
			allAgree(t, "a later file", r)
			r.Unmade = 0
			is.Equal(t, "outcomes of a later file", r.Outcomes, want.Outcomes)
			is.Equal(t, "records", []int64{r.Before, r.After}, []int64{want.Before, want.After})
			if dry {
				continue
			}
			placed := readFile(t, im.Out, placedFile)
			for _, number := range []string{former.Public(), now.Public()} {
				if strings.Contains(placed, number) {
					t.Errorf("placed.csv tells %s:\n%s", number, placed)
				}
			}
			is.Equal(t, "placed", outcomes(placed), outcomes(readFile(t, other.Out, placedFile)))
			verified(t, im)
		}
	})
}

// Another registry, whose senders never told of the former identity, has it as new: its
// doses too, though others had told of them.
func TestAnotherRegistryHasASealedIdentityAsNew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		first := wardsImport(t, s, "OLD", wards, wardsDoses)
		run(t, first)
		former := personNamed(t, s, "Wrencanary").ID
		sealWard(t, s, first, former)
		// the child's own facility is new; that of its second dose had told of it
		im := wardsImport(t, s, "NEXT", strings.ReplaceAll(strings.SplitAfter(wards, "\r\n")[0], "OAK,c-1", "FIR,f-1"), "P1,D1,2020-07-05,20,FIR\r\nP1,D2,2020-09-06,10,ELM\r\n")
		r := run(t, im)
		allAgree(t, "another registry's file", r)
		is.Equal(t, "new, and added", []int64{r.New, r.Joined(), r.Possible, r.Added, r.Same}, []int64{1, 0, 0, 2, 0})
		placed := strings.Split(readFile(t, im.Out, placedFile), "\r\n")
		i := slices.IndexFunc(placed, func(l string) bool { return strings.HasPrefix(l, "P1,new,0") })
		if i < 0 || strings.Contains(placed[i], former.Public()) {
			t.Errorf("placed as %q", placed)
		}
		again := wardsImport(t, s, "NEXT", strings.ReplaceAll(strings.SplitAfter(wards, "\r\n")[0], "OAK,c-1", "FIR,f-1"), "P1,D1,2020-07-05,20,FIR\r\n")
		r = run(t, again)
		allAgree(t, "once more", r)
		is.Equal(t, "its own number", []int64{r.New, r.Matched["own number"], r.Same}, []int64{0, 1, 1})
		is.Equal(t, "records", int(r.After), len(contents(t, s)))
	})
}

// A certificate of a death of a sealed identity is that of somebody who is not known, on
// the list of those as well, until it is unsealed.
func TestACertificateOfASealedIdentityIsOfNobodyKnown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		first := wardsImport(t, s, "OLD", wards, wardsDoses)
		run(t, first)
		sealWard(t, s, first, personNamed(t, s, "Wrencanary").ID)
		im := vitalFile(t, s, Deaths, "certificate_no,last_name,first_name,birth_date,street,zip,death_date\r\n"+
			"D-1,QUILLCANARY,WRENCANARY,2020-05-05,12 LARCH ST,58102,2024-04-06\r\nD-2,STRANGER,KARL,1930-05-06,,,2024-04-06\r\n")
		r := run(t, im)
		allAgree(t, "deaths", r)
		is.Equal(t, "not known", r.Unknown, int64(2))
		is.Equal(t, "on the list", unmatchedOf(t, im), []string{"D-1 found nobody", "D-2 found nobody"})
		var seals []*store.Sealed
		is.NoError(t, "seals", s.Read(context.Background(), func(tx *store.Tx) (err error) {
			seals, err = tx.Seals(0, 10)
			return err
		}))
		is.NoError(t, "unseal", im.Keeper.Unseal(context.Background(), seals[0].ID, iis.Actor{Kind: "user", User: 1}, "reversed"))
		is.Equal(t, "unsealed", unmatchedOf(t, im), []string{"D-2 found nobody"})
		is.Equal(t, "and it holds", personNamed(t, s, "Wrencanary").Golden.HasDied(), true)
		verified(t, im)
	})
}
