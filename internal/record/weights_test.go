package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/match"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// aVersion is a version of which one level was estimated: one person's sex differs in
// so many records of a thousand.
func aVersion(t *testing.T, differ int) *match.Version {
	t.Helper()
	p := match.Default().Use(match.ForUpdates)
	tally := p.NewTally()
	record := func(i int, sex string) *match.Record {
		who := someone(fmt.Sprint("Quill", string(rune('a'+i%26))), "Juniper", "20190203", sex)
		return p.Rules().Prepare(&who)
	}
	for i := range 1000 {
		sex := "F"
		if i < differ {
			sex = "M"
		}
		a, b := record(i, "F"), record(i, sex)
		tally.Blocked(a, b, match.SharedKinds(a.Keys(), b.Keys()), match.SaidOne, 1)
		other := someone("Osprey", "Linnea", "19880911", []string{"F", "M"}[i%2])
		tally.Random(a, p.Rules().Prepare(&other))
	}
	e, err := tally.Estimate()
	is.NoError(t, "estimate", err)
	v, err := e.Version(match.Sampled{Made: time.Unix(1e9, 0), Seed: 1, People: 1000, Compared: 1000})
	is.NoError(t, "version", err)
	return v
}

// signer is a user who signs weights off.
func (p *places) signer() iis.Actor {
	p.t.Helper()
	var id iis.UserID
	is.NoError(p.t, "account", p.s.Write(context.Background(), func(tx *store.Tx) (err error) {
		id, err = tx.PutAccount(store.Account{Username: "steward", Name: "Sam Steward", Role: "administrator", Hash: "x"}, time.Now())
		return err
	}))
	return iis.Actor{Kind: "command", User: id}
}

// weighedBy is the version of the weights that a decision of now names.
func (p *places) weighedBy(n int) string {
	p.t.Helper()
	chart := func(name string) func(*iis.Person) { return number("MR", fmt.Sprint(name, n), name) }
	who := func(edit func(*iis.Person)) iis.Person {
		return someone("Quillfeather", "Juniper", fmt.Sprintf("%d%02d%02d", 1920+n/300, 1+n%12, 1+n/12%25), "F", living(fmt.Sprint(n, " Larch Street"), fmt.Sprint(58102+n)), edit)
	}
	p.take(p.oak, who(chart("OAK")))
	r := p.take(p.elm, who(chart("ELM")))
	var v match.Verdict
	is.NoError(p.t, "verdict", json.Unmarshal(r.Why, &v))
	is.Equal(p.t, "levels are kept", len(v.Levels) > 3, true)
	return v.Weights
}

func (p *places) count(sql string, args ...any) (n int64) {
	p.t.Helper()
	p.each(sql, args, func(r db.Row) error { n = r.Int(0); return nil })
	return n
}

func TestAdoptedWeightsAreInForceInEveryProgramWithinASecond(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		server := &places{t: t, s: storetest.Open(t, address)}
		server.open()
		command := New(storetest.Open(t, address), codeset.Default()) // another program
		v, by := aVersion(t, 30), server.signer()
		own := match.Default().Version()
		is.Equal(t, "the program's own at first", server.weighedBy(1), own)
		server.cleanUp()

		n := 1
		until := func(what, want string) {
			t.Helper()
			for deadline := time.Now().Add(time.Second); ; time.Sleep(10 * time.Millisecond) {
				n++
				late := time.Now().After(deadline)
				if server.weighedBy(n) == want {
					return
				}
				if late {
					t.Fatalf("%s: a second later decisions go by other weights", what)
				}
			}
		}
		is.NoError(t, "adopt", command.Adopt(ctx, by, v, "the registry was measured"))
		until("adopted", v.Name)
		var at store.CleanUp
		is.NoError(t, "clean-up", server.s.Read(ctx, func(tx *store.Tx) (err error) { at, err = tx.CleanedUp(); return err }))
		is.Equal(t, "everyone is to be looked at again", at, store.CleanUp{})
		is.Equal(t, "a program that is started later", New(server.s, codeset.Default()).mustName(t), v.Name)
		is.Equal(t, "audited", server.count(`SELECT count(*) FROM audit WHERE act = $1 AND actor_id = $2`, ActAdopt, by.User), int64(1))

		err := command.Adopt(ctx, by, v, "again")
		is.Equal(t, "in force already", fault.KindOf(err), fault.Conflict)
		is.NoError(t, "back to the program's", command.Adopt(ctx, by, nil, "it was worse"))
		until("back", own)
		before, err := command.AdoptedBefore(ctx, v.Name)
		is.NoError(t, "the version before", err)
		is.NoError(t, "and again", command.Adopt(ctx, by, before, "it was not"))
		until("again", v.Name)

		all, err := command.WeightsVersions(ctx)
		is.NoError(t, "versions", err)
		var told []string
		for _, a := range all {
			told = append(told, a.Version+" "+a.Name+" "+a.Reason)
		}
		is.Equal(t, "versions", told, []string{v.Name + " Sam Steward it was not", " Sam Steward it was worse", v.Name + " Sam Steward the registry was measured"})
	})
}

// mustName is the version in force.
func (k *Keeper) mustName(t *testing.T) string {
	t.Helper()
	r, err := k.Weights(context.Background())
	is.NoError(t, "weights", err)
	return r.Version()
}

func TestWeightsAreSignedOffByAUserWithAReason(t *testing.T) {
	eachPlace(t, func(p *places) {
		ctx, v, by := context.Background(), aVersion(t, 30), p.signer()
		for _, c := range []struct {
			name string
			by   iis.Actor
			why  string
			want fault.Kind
		}{
			{"nobody", iis.Actor{Kind: "command"}, "why", fault.Denied},
			{"no reason", by, " ", fault.Invalid},
			{"a reason that is too long", by, strings.Repeat("x", maxWhy+1), fault.Invalid},
		} {
			is.Equal(t, c.name, fault.KindOf(p.k.Adopt(ctx, c.by, v, c.why)), c.want)
		}
		_, err := p.k.AdoptedBefore(ctx, "0123456789abcdef")
		is.Equal(t, "a version that never was", fault.KindOf(err), fault.NotFound)
		is.Equal(t, "nothing changed", p.k.mustName(t), match.Default().Version())
		is.Equal(t, "nothing kept", p.count(`SELECT count(*) FROM match_weights`), int64(0))
	})
}

// What a stretch of people came to by weights that are not in force any more is not
// kept: the pass over everyone begins anew.
func TestWhatFormerWeightsFoundIsNotKept(t *testing.T) {
	eachPlace(t, func(p *places) {
		ctx := context.Background()
		p.take(p.oak, someone("Quillfeather", "Juniper", "20190203", "F", number("MR", "A1", "OAK")))
		c := p.k.NewCleaner(iis.Actor{Kind: "job"})
		var err error
		c.judges, err = p.k.judges(ctx)
		is.NoError(t, "judges", err)
		f := &findings{to: store.CleanUp{Begun: 1}}
		is.NoError(t, "look", p.s.Read(ctx, func(tx *store.Tx) error { return c.look(tx, f, 10) }))
		is.NoError(t, "adopt", p.k.Adopt(ctx, p.signer(), aVersion(t, 30), "measured"))
		is.NoError(t, "keep", c.keep(ctx, f))
		is.Equal(t, "nobody was looked at", c.Done.People, 0)
		is.Equal(t, "nor is it said", p.count(`SELECT count(*) FROM setting WHERE name = 'people looked at again' AND value = '0 0 0 false'`), int64(1))
		is.Equal(t, "everyone is, afterwards", p.cleanUp().People, 1)
	})
}
