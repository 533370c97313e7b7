package store_test

import (
	"context"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// TestTheAuditOfALargeSiteIsSearched: a health system has thousands of users.
func TestTheAuditOfALargeSiteIsSearched(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		last := iis.UserID(5000)
		site := &store.AuditSite{Senders: []iis.SenderID{7}}
		for id := range last {
			site.Users = append(site.Users, id+1)
		}
		is.NoError(t, "write", s.Write(ctx, func(tx *store.Tx) error {
			for _, by := range []iis.Actor{{Kind: "user", User: last}, {Kind: "user", User: last + 1}, {Kind: "sender", Sender: 7}} {
				if err := tx.AddAudit(store.Audit{At: s.Now(), Actor: by, Act: "open record", Person: 17}); err != nil {
					return err
				}
			}
			return nil
		}))
		for what, f := range map[string]store.AuditFilter{"all": {Site: site}, "of a person": {Site: site, Persons: []iis.PersonID{17}}} {
			is.NoError(t, "search", s.Read(ctx, func(tx *store.Tx) error {
				lines, _, err := tx.SearchAudit(f, 10)
				is.Equal(t, what, len(lines), 2)
				return err
			}))
		}
	})
}
