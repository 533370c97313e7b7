package legacy

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// TestWhatADeathWasListedWithoutIsReadAgain has certificates listed as a program left them
// that did not keep what they say: it is read from what brought them, and nothing is
// decided by it.
func TestWhatADeathWasListedWithoutIsReadAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, job := context.Background(), iis.Actor{Kind: "job"}
		im := vitalFile(t, s, Deaths, "certificate_no;last_name;first_name;birth_date;sex;ssn;death_date;street\r\n"+
			"D1;NOBODY;PER;13.02.1901;M;;16.04.2025;\"4 Larch; rear\"\r\n"+
			"D2;STRANGER;KARL;06.05.1930;M;451227777;06.04.2025;\r\n"+
			"D3;LOST;ANA;07.05.1931;F;;06.04.2025;\r\n")
		run(t, im)
		list := func() (out []store.UnmatchedDeath) {
			is.NoError(t, "read", s.Read(ctx, func(tx *store.Tx) error {
				waiting, err := tx.UnmatchedDeaths()
				if err != nil {
					return err
				}
				settled, err := tx.SettledDeaths(10)
				out = append(waiting, settled...)
				return err
			}))
			return out
		}
		want := list()
		is.NoError(t, "settle", im.Keeper.SettleDeath(ctx, want[1].ID, true, iis.Actor{Kind: "user", User: 7}, "of another state"))
		want = list()
		is.Equal(t, "listed", len(want), 3)
		is.NoError(t, "as it was", s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.Exec(`UPDATE unmatched_death SET said = ''`); err != nil {
				return err
			}
			return tx.Exec(`UPDATE unmatched_death SET submission_id = 1 WHERE certificate = 'D3'`) // that is not there, or sealed
		}))
		is.Equal(t, "a number alone", list()[0].Said == nil, true)

		n, err := TellDeaths(ctx, s, codeset.Default(), job)
		is.NoError(t, "tell", err)
		is.Equal(t, "told", n, 2)
		got := list()
		for i, u := range got {
			if u.Certificate == "D3" {
				is.Equal(t, "of what cannot be read", u.Said == nil, true)
				want[i].Said = nil
			}
		}
		is.Equal(t, "listed as before", got, want)
		is.Equal(t, "street", strings.Contains(got[0].Said.Addresses[0].Street, "4 Larch; rear"), true)
		n, err = TellDeaths(ctx, s, codeset.Default(), job)
		is.NoError(t, "again", err)
		is.Equal(t, "told again", n, 0)
	})
}
