package store_test

import (
	"context"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// TestItIsCountedHowOftenSendersBecomeOfAnotherKind counts what makes every record be looked
// at again: that a sender became something else, and not that there is a new one.
func TestItIsCountedHowOftenSendersBecomeOfAnotherKind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		write := func(do func(tx *store.Tx) error) {
			t.Helper()
			is.NoError(t, "write", s.Write(ctx, do))
		}
		var last store.KindsChange
		check := func(what string, times int, another bool, of iis.SenderID, kind iis.OrganizationKind) {
			t.Helper()
			is.NoError(t, "read", s.Read(ctx, func(tx *store.Tx) error {
				c, err := tx.SenderKindsChanged()
				if err != nil {
					return err
				}
				kinds, err := tx.SenderKinds()
				is.Equal(t, what, []any{c.Number, c.Version != last.Version, kinds[of]}, []any{times, another, kind})
				last = c
				return err
			}))
		}
		var oak, elm, staff iis.Sender
		write(func(tx *store.Tx) (err error) {
			if oak, err = tx.EnsureSender("OAK", "Oak", s.Now()); err != nil {
				return err
			}
			elm, err = tx.EnsureSender("ELM", "Elm", s.Now())
			return err
		})
		check("two clinics", 0, false, oak.ID, iis.KindClinic)
		write(func(tx *store.Tx) (err error) {
			staff, err = tx.EnsureSender(iis.StaffFacility, iis.StaffName, s.Now())
			return err
		})
		check("a new one that is no clinic is read, and nothing is made anew", 0, true, staff.ID, iis.KindState)

		put := func(of iis.Sender, change func(*iis.Organization)) {
			t.Helper()
			write(func(tx *store.Tx) error {
				o, err := tx.OrganizationOf(of.ID)
				if err != nil {
					return err
				}
				change(o)
				return tx.PutOrganization(o)
			})
		}
		put(oak, func(o *iis.Organization) { o.Name = "Oak Street" })
		check("another name", 0, false, oak.ID, iis.KindClinic)
		put(oak, func(o *iis.Organization) { o.Kind = iis.KindPharmacy })
		check("another kind", 1, true, oak.ID, iis.KindPharmacy)
		is.Equal(t, "when", time.Since(last.At) < time.Hour, true)

		var ward iis.Organization
		write(func(tx *store.Tx) error {
			home, err := tx.OrganizationOf(oak.ID)
			if err != nil {
				return err
			}
			ward = iis.Organization{Kind: iis.KindDepartment, Name: "Ward", Parent: home.ID, Status: iis.StatusLive, Created: s.Now(), Changed: s.Now()}
			return tx.AddOrganization(&ward)
		})
		write(func(tx *store.Tx) error { return tx.PutSenderPlace(elm.ID, ward.ID) })
		check("a department is of the kind of its site", 2, true, elm.ID, iis.KindPharmacy)
		write(func(tx *store.Tx) error { return tx.PutSenderPlace(oak.ID, ward.ID) })
		check("another place of the same kind", 2, false, oak.ID, iis.KindPharmacy)
		write(func(tx *store.Tx) error {
			o, err := tx.Organization(ward.Parent)
			if err != nil {
				return err
			}
			o.Kind = iis.KindClinic
			return tx.PutOrganization(&o)
		})
		check("the site of departments becomes another", 3, true, elm.ID, iis.KindClinic)
		write(func(tx *store.Tx) error {
			_, err := tx.AddSenderAt("FIR", "Fir", ward.ID, s.Now())
			return err
		})
		check("a new one at a site", 3, true, elm.ID, iis.KindClinic)
	})
}

// TestWhatAnOldRegistryBroughtOfASenderStaysWhatCameBefore: its facility is known, and then sends.
func TestWhatAnOldRegistryBroughtOfASenderStaysWhatCameBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var oak, elm iis.Sender
		is.NoError(t, "known", s.Write(context.Background(), func(tx *store.Tx) (err error) {
			oak, err = tx.EnsureSender("OAK", "Oak", s.Now())
			return err
		}))
		brought := s.Now()
		today := cal.On(brought)
		is.NoError(t, "they send", s.Write(context.Background(), func(tx *store.Tx) (err error) {
			if _, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "-", s.Now()); err != nil {
				return err
			}
			if elm, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm"}, "elm", "-", s.Now()); err != nil {
				return err
			}
			from, err := tx.LiveFrom()
			is.Equal(t, "from when each sends for real", []any{len(from), from[oak.ID].Day}, []any{1, today})
			is.Equal(t, "what came before, today too", from[oak.ID].After(brought), true)
			is.Equal(t, "what comes now", from[oak.ID].After(s.Now()), false)
			for _, id := range []iis.SenderID{oak.ID, elm.ID} {
				live, err := tx.IsLive(id, today)
				is.NoError(t, "live", err)
				is.Equal(t, "live", live, true)
			}
			return err
		}))
	})
}
