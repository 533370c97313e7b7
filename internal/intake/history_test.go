package intake

import (
	"context"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// TestWhetherASchoolEntersIsAskedWhereItIsStoredToo: the state's decision, or what a site is, may become
// another between the form and the transaction.
func TestWhetherASchoolEntersIsAskedWhereItIsStoredToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		var fern iis.Sender
		is.NoError(t, "a school", s.Write(ctx, func(tx *store.Tx) (err error) {
			if fern, err = tx.PutSender(iis.Sender{Facility: "FERN", Name: "Fern School"}, "fern", "-", s.Now()); err != nil {
				return err
			}
			o, err := tx.OrganizationOf(fern.ID)
			if err != nil {
				return err
			}
			o.Kind = iis.KindSchool
			return tx.PutOrganization(o)
		}))
		nurse := iis.Actor{Kind: "user", User: 1, Site: fern.ID, Roster: true}
		for state, want := range map[string]fault.Kind{"ms": fault.Denied, "ma": fault.Denied, "mn": fault.KindOf(nil)} {
			_, err := record.New(s, codeset.Default()).GoBy(ctx, policy.Named(state), iis.Actor{Kind: "command"}, true)
			is.NoError(t, "go by "+state, err)
			d := New(s, codeset.Default())
			for who, by := range map[string]iis.Actor{"a nurse": nurse, "staff": {Kind: "user", User: 2, SeesAll: true}} {
				var in record.Arrival
				d.entered(&Entry{By: by, From: fern, Act: ActEnter}, &in)
				err := s.Write(ctx, func(tx *store.Tx) error { return in.Before(tx, &store.Folder{}) })
				if who == "staff" {
					is.NoError(t, state+": staff", err)
					continue
				}
				is.Equal(t, state, fault.KindOf(err), want)
			}
		}
	})
}
