package record

import (
	"context"
	"fmt"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/match"
	"openiis/internal/store"
)

// ofBefore makes of a registry what a program of the former version left: former
// keys alone, and no run.
func (p *places) ofBefore() {
	p.t.Helper()
	is.NoError(p.t, "as it was", p.s.Write(context.Background(), func(tx *store.Tx) error {
		if err := tx.Exec(`DELETE FROM key_run`); err != nil {
			return err
		}
		if err := tx.Exec(`DELETE FROM match_key`); err != nil {
			return err
		}
		_, words, err := tx.WordsAfter(0, 1_000_000)
		for i := range words {
			w := &words[i]
			if err := tx.AddMatchKeys(w.Person, w.Source, match.Default().FormerKeys(&w.Said)); err != nil {
				return err
			}
		}
		return err
	}))
	p.k = New(p.s, codeset.Default())
}

// child is one of many made-up children.
func child(i int) iis.Person {
	return someone(fmt.Sprintf("Quill%cfeather", 'a'+i%26), fmt.Sprintf("Juniper%c", 'a'+i/26), fmt.Sprintf("2019%02d%02d", 1+i%12, 1+i%28), "F",
		living(fmt.Sprintf("%d Larch Street", i), "58102"), number("MR", fmt.Sprintf("A%d", i), "OAK"))
}

// allFound requires that each child is found by name by another clinic.
func (p *places) allFound(when string, persons []iis.PersonID) {
	p.t.Helper()
	for i, id := range persons {
		who := child(i)
		who.IDs = nil
		if f := p.find(p.elm, who); f.Folder == nil || f.Folder.ID != id {
			p.t.Fatalf("%s: child %d is not found", when, i)
		}
	}
}

func TestKeysAreMadeAnewBesideIntakeAndGoneOnWithAfterAnEnd(t *testing.T) {
	eachPlace(t, func(p *places) {
		const children = 130 // more than two stretches
		var persons []iis.PersonID
		for i := range children {
			persons = append(persons, p.take(p.oak, child(i)).Person)
		}
		renamed := child(3)
		renamed.Names = []iis.Name{{Family: "Marsh", Given: renamed.Names[0].Given, Type: "L"}, {Family: renamed.Names[0].Family, Given: renamed.Names[0].Given, Type: "M"}}
		p.take(p.oak, renamed)
		var want [][]int64
		for _, id := range persons {
			want = append(want, p.rows(id))
		}
		p.ofBefore()
		p.allFound("before the run", persons)

		ctx, now := context.Background(), time.Now()
		more, err := p.k.NewRekeyer(iis.Actor{Kind: "job"}).Step(ctx, now)
		is.NoError(t, "a stretch", err)
		is.Equal(t, "more", more, true)
		p.k = New(p.s, codeset.Default()) // the program was killed, and another is started
		p.allFound("in the middle", persons)
		seen := p.take(p.elm, func() iis.Person { c := child(children - 1); c.IDs = nil; return c }())
		is.Equal(t, "who comes meanwhile is known", seen.Person, persons[children-1])
		between := p.take(p.oak, child(children))
		persons = append(persons, between.Person)

		r := p.k.NewRekeyer(iis.Actor{Kind: "job"})
		stretches := 0
		for more := true; more; stretches++ {
			more, err = r.Step(ctx, now)
			is.NoError(t, "a stretch", err)
		}
		is.Equal(t, "stretches after the end", stretches, 2) // and not three: the first is done
		p.allFound("after the first pass", persons)
		more, err = r.Step(ctx, now.Add(passesApart-time.Minute))
		is.NoError(t, "too soon", err)
		is.Equal(t, "the second pass waits", more, false)
		for more := true; more; {
			more, err = r.Step(ctx, now.Add(passesApart))
			is.NoError(t, "a stretch of the second pass", err)
		}
		p.k = New(p.s, codeset.Default())
		p.allFound("in the end", persons)
		for i, keys := range want {
			if got := p.rows(persons[i]); i < children-1 && !equalKeys(got, keys) {
				t.Fatalf("child %d has %d keys, want the %d that it would have had", i, len(got), len(keys))
			}
		}
		is.NoError(t, "run", p.s.Read(ctx, func(tx *store.Tx) error {
			done, err := tx.Rekeyed(match.KeyVersion)
			is.Equal(t, "done", done, true)
			return err
		}))
	})
}

func equalKeys(a, b []int64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestAllKeysAreMadeAnewAtOnceAndAgain(t *testing.T) {
	eachPlace(t, func(p *places) {
		who := p.take(p.oak, child(1)).Person
		want := p.rows(who)
		p.ofBefore()
		for _, time := range []string{"first", "again"} {
			run, err := p.k.NewRekeyer(iis.Actor{Kind: "command"}).All(context.Background(), p.s.Now, func(store.KeyRun) {})
			is.NoError(t, time, err)
			is.Equal(t, time+": done", run.Done(), true)
			is.Equal(t, time+": seen", run.Seen, int64(1))
			is.Equal(t, time+": keys", p.rows(who), want)
		}
	})
}

func TestAnEmptyRegistryHasNoFormerKeys(t *testing.T) {
	eachPlace(t, func(p *places) {
		more, err := p.k.NewRekeyer(iis.Actor{Kind: "job"}).Step(context.Background(), time.Now())
		is.NoError(t, "step", err)
		is.Equal(t, "more", more, false)
		is.Equal(t, "known", p.k.rekeyed.Load(), true)
		who := child(1)
		p.take(p.oak, who)
		f := match.Default().FormerKeys(&who)
		var hits store.Sharing
		is.NoError(t, "look", p.s.Read(context.Background(), func(tx *store.Tx) (err error) {
			_, hits, err = tx.FindSources(p.oak.ID, nil, f, len(f))
			return err
		}))
		is.Equal(t, "stored under former keys", len(hits.Shared), 0)
	})
}

// The key of a telephone that stands for none, which a program of version 2 stored, is gone
// when keys were made anew.
func TestTheKeyOfATelephoneThatStandsForNoneIsRemoved(t *testing.T) {
	eachPlace(t, func(p *places) {
		who := child(1)
		who.Telecoms = []iis.Telecom{{Use: "PRN", Equipment: "PH", Area: "123", Local: "4567890"}}
		r := p.take(p.oak, who)
		want := p.rows(r.Person)
		p.ofBefore()
		was := child(1)
		was.Telecoms = []iis.Telecom{{Use: "PRN", Equipment: "PH", Area: "201", Local: "4567890"}} // the same key
		is.NoError(t, "as it was", p.s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.AddMatchKeys(r.Person, r.Source, match.Default().Keys(&was))
		}))
		_, err := p.k.NewRekeyer(iis.Actor{Kind: "command"}).All(context.Background(), p.s.Now, func(store.KeyRun) {})
		is.NoError(t, "made anew", err)
		is.Equal(t, "keys", p.rows(r.Person), want)
	})
}
