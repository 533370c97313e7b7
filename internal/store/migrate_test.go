package store_test

import (
	"context"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// eachBefore runs a test on both databases as they were before a migration.
func eachBefore(t *testing.T, migration int, test func(t *testing.T, d db.DB, upgrade func())) {
	steps, err := store.Migrations()
	is.NoError(t, "migrations", err)
	storetest.EachAddress(t, func(t *testing.T, address string) {
		d, err := db.Open(t.Context(), address)
		is.NoError(t, "open", err)
		defer func() { is.NoError(t, "close", d.Close()) }()
		is.NoError(t, "as it was", store.Migrate(t.Context(), d, steps[:migration-1]))
		test(t, d, func() { is.NoError(t, "upgrade", store.Migrate(t.Context(), d, steps)) })
	})
}

// TestNumbersThatTwoHadBeforeAnUpgradeMeanNobodyAlone: what an older program
// stored must not lead to the wrong child.
func TestNumbersThatTwoHadBeforeAnUpgradeMeanNobodyAlone(t *testing.T) {
	eachBefore(t, 5, func(t *testing.T, d db.DB, upgrade func()) {
		ctx := context.Background()
		type key struct {
			sender int64
			k      string
			person int64
		}
		before := []key{
			{1, "MR|NORTH|77", 10}, {1, "MR|SOUTH|77", 20}, {1, "*|*|77", 20}, // two persons
			{1, "MR|NORTH|88", 10}, {1, "PI||88", 10}, {1, "*|*|88", 10}, // one, twice
			{1, "||99", 30}, {1, "*|*|99", 30}, {1, "MR|NORTH|A|99", 10}, {1, "*|*|A|99", 10},
			{2, "MR|NORTH|77", 40}, {2, "*|*|77", 40}, // another sender's
			{2, "MR||7%", 50}, {2, "MR|X|7_", 40}, {2, "*|*|7%", 50},
		}
		is.NoError(t, "put", d.Write(ctx, func(tx db.Tx) error {
			for _, k := range before {
				if err := tx.Exec(`INSERT INTO source_key (sender_id, k, person_id, source_id) VALUES ($1, $2, $3, $3)`, k.sender, k.k, k.person); err != nil {
					return err
				}
			}
			return nil
		}))
		upgrade()
		after := map[key]int64{}
		is.NoError(t, "read", d.Read(ctx, func(tx db.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT sender_id, k, person_id, source_id FROM source_key`, Each: func(r db.Row) error {
				after[key{r.Int(0), r.Text(1), r.Int(2)}] = r.Int(3)
				return nil
			}})
		}))
		want := map[key]int64{}
		for _, k := range before {
			// what has a | in it is taken for the shorter number: it leads nowhere then
			if k == before[2] || k == before[7] {
				k.person = 0
			}
			want[k] = k.person
		}
		is.Equal(t, "keys", after, want)
	})
}

// An upgrade gives each sender that is there a site, live when it may send or has sent.
func TestSendersThatWereThereBeforeAnUpgradeHaveSites(t *testing.T) {
	eachBefore(t, 24, func(t *testing.T, d db.DB, upgrade func()) {
		ctx := context.Background()
		is.NoError(t, "put", d.Write(ctx, func(tx db.Tx) error {
			for i, s := range []struct {
				facility, kind string
				live           int
			}{{"OAK", "provider", 20000}, {"ELM", "provider", 0}, {"FIR", "provider", 0}, {"OLD", "provider", 0}, {"VITAL", "vital-records", 0}, {"OPENIIS-STAFF", "provider", 0}, {"FILE", "provider", 0}} {
				err := tx.Exec(`INSERT INTO sender (id, facility, name, enforce, created, go_live, kind) VALUES ($1, $2, $3, 0, 77, $4, $5)`,
					i+1, s.facility, s.facility+" name", s.live, s.kind)
				if err != nil {
					return err
				}
			}
			if err := tx.Exec(`INSERT INTO credential (username, sender_id, hash, changed) VALUES ('elm', 2, '-', 1)`); err != nil {
				return err
			}
			return tx.Exec(`
				INSERT INTO sender_day (sender_id, day, accepted, doubted, in_part, unstored, rejected, unanswered, queries, queries_refused, doses, within_1, within_7, within_30)
				VALUES (3, 20000, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`)
		}))
		upgrade()
		after := map[string]string{}
		histories := 0
		is.NoError(t, "read", d.Read(ctx, func(tx db.Tx) error {
			return tx.Select(db.Query{
				SQL:  `SELECT s.facility, o.kind, o.name, o.status FROM sender s JOIN organization o ON o.id = s.organization_id`,
				Each: func(r db.Row) error { after[r.Text(0)] = r.Text(1) + ", " + r.Text(2) + ", " + r.Text(3); return nil },
			}, db.Query{
				SQL:  `SELECT organization_id FROM organization_change WHERE act = 'added' AND at = 77`,
				Each: func(db.Row) error { histories++; return nil },
			})
		}))
		is.Equal(t, "sites", after, map[string]string{
			"OAK": "clinic, OAK name, live", "ELM": "clinic, ELM name, live", "FIR": "clinic, FIR name, live", "OLD": "clinic, OLD name, enrolling",
			"VITAL": "vital-records, VITAL name, live", "OPENIIS-STAFF": "state, Immunization programme, live", "FILE": "state, Immunization programme, live",
		})
		is.Equal(t, "histories", histories, 6)
	})
}

// Accounts of earlier releases keep what they may, under the roles' present names; their
// sessions are over, and nothing says yet since when they are idle.
func TestAccountsFromBeforeAnUpgradeAreTheSamePeopleWithTheSameRights(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		d, err := db.Open(ctx, address)
		is.NoError(t, "open", err)
		steps, err := store.Migrations()
		is.NoError(t, "migrations", err)
		is.NoError(t, "as it was", store.Migrate(ctx, d, steps[:24]))
		is.NoError(t, "put", d.Write(ctx, func(tx db.Tx) error {
			for i, a := range []struct {
				username, role string
				sender, seals  int64
			}{{"ada", "administrator", 0, 1}, {"ben", "administrator", 0, 0}, {"nora", "clinic", 7, 0}, {"nemo", "clinic", 0, 0}, {"rita", "reader", 0, 0}} {
				err := tx.Exec(`INSERT INTO account (id, username, name, role, hash, created, changed, sender_id, seals) VALUES ($1, $2, $3, $4, $5, 77, 78, $6, $7)`,
					i+1, a.username, a.username+" name", a.role, "hash of "+a.username, a.sender, a.seals)
				if err != nil {
					return err
				}
			}
			return tx.Exec(`INSERT INTO session (token, account_id, created, seen, expires) VALUES ($1, 1, 77, 77, $2)`, []byte("token"), time.Now().Add(time.Hour).UnixMicro())
		}))
		is.NoError(t, "upgrade", store.Migrate(ctx, d, steps))
		is.NoError(t, "close", d.Close())

		s := storetest.Open(t, address)
		type account struct {
			role   string
			sender iis.SenderID
			seals  bool
		}
		read := func() map[string]store.AccountAt {
			after := map[string]store.AccountAt{}
			is.NoError(t, "read", s.Read(ctx, func(tx *store.Tx) error {
				list, err := tx.Accounts(iis.Scope{Everyone: true}, "", 10)
				for _, a := range list {
					after[a.Username] = a
				}
				return err
			}))
			return after
		}
		got := map[string]account{}
		for name, a := range read() {
			got[name] = account{a.Role, a.Sender, a.Seals}
			is.Equal(t, name, []any{a.Name, a.Hash, a.Factor, a.Ended.IsZero(), a.Active.IsZero(), a.SignedIn.IsZero()}, []any{name + " name", "hash of " + name, "", true, true, true})
		}
		is.Equal(t, "accounts", got, map[string]account{
			"ada": {"administrator", 0, true}, "ben": {"administrator", 0, false}, "nora": {"clinic-staff", 7, false},
			"nemo": {"clinic-staff", 0, false}, "rita": {"viewer", 0, false},
		})
		is.NoError(t, "count", s.Write(ctx, func(tx *store.Tx) error {
			if _, err := tx.Session([]byte("token")); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a session from before: %v", err)
			}
			return tx.CountIdle(time.UnixMicro(79))
		}))
		for name, a := range read() {
			is.Equal(t, name+" is idle since", a.Active.UnixMicro(), 79)
		}
	})
}

// Who could record objections to sharing before sites designated anybody still can.
func TestAccessAdministratorsFromBeforeAnUpgradeAreDesignated(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		d, err := db.Open(ctx, address)
		is.NoError(t, "open", err)
		steps, err := store.Migrations()
		is.NoError(t, "migrations", err)
		is.NoError(t, "as it was", store.Migrate(ctx, d, steps[:38]))
		is.NoError(t, "put", d.Write(ctx, func(tx db.Tx) error {
			for i, a := range []struct {
				username, role string
				sender, ended  int64
			}{{"olga", "access-administrator", 7, 0}, {"left", "access-administrator", 7, 70}, {"nobody", "access-administrator", 0, 0}, {"nora", "clinic-staff", 7, 0}, {"ada", "administrator", 0, 0}} {
				err := tx.Exec(`INSERT INTO account (id, username, name, role, hash, created, changed, sender_id, ended) VALUES ($1, $2, $3, $4, '-', 77, 78, $5, $6)`,
					i+1, a.username, a.username, a.role, a.sender, a.ended)
				if err != nil {
					return err
				}
			}
			return nil
		}))
		is.NoError(t, "upgrade", store.Migrate(ctx, d, steps))
		is.NoError(t, "close", d.Close())
		s := storetest.Open(t, address)
		is.NoError(t, "read", s.Read(ctx, func(tx *store.Tx) error {
			list, err := tx.DesignatedAt(7)
			if err == nil && len(list) == 1 {
				is.Equal(t, "who", []any{list[0].Name, list[0].Began.UnixMicro(), list[0].BeganBy}, []any{"olga", int64(78), iis.UserID(0)})
			}
			is.Equal(t, "designated", len(list), 1)
			all := 0
			for id := iis.UserID(1); id <= 5; id++ {
				of, err := tx.DesignationsOf(id)
				if err != nil {
					return err
				}
				all += len(of)
			}
			is.Equal(t, "nobody else", all, 1)
			return err
		}))
	})
}
