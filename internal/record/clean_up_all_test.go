package record

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// crowd are messages about a few families whose names, homes and birth dates are much
// alike, from two clinics, with slips; the same each time.
func crowd(messages int, names ...string) []func(p *places) {
	r := rand.New(rand.NewPCG(11, 1))
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	var out []func(p *places)
	for i := range messages {
		who := someone(
			one("Quillfeather", "Quilfeather", "Osprey", "Marsh", "Marsh-Osprey"), one(append([]string{"Juniper", "Linnea", "Linea", "Rowan", "Alaric", "Baby Girl"}, names...)...),
			fmt.Sprintf("%d0%d%d", 2015+r.IntN(3), 1+r.IntN(3), 10+r.IntN(4)), one("F", "F", "M"),
			living(one("4 Larch Street", "1 Fen Lane", "20 Moor Street"), one("58102", "58105")))
		if r.IntN(3) == 0 {
			bornTo(one("Hazel", "Ivy"), one("Brook", "Stone"))(&who)
		}
		if r.IntN(8) == 0 {
			twin(1 + r.IntN(2))(&who)
		}
		if r.IntN(6) == 0 {
			number("MA", fmt.Sprint("A", 100000+r.IntN(20)), "")(&who)
		}
		oak, chart := r.IntN(2) == 0, r.IntN(messages)
		day := who.Birth.AddDays(61 + r.IntN(3)).String()
		group := one("20", "10", "133")
		out = append(out, func(p *places) {
			from, at := p.elm, "ELM"
			if oak {
				from, at = p.oak, "OAK"
			}
			who := who
			number("MR", fmt.Sprint("C", chart), at)(&who)
			p.takeWith(from, who, shot(fmt.Sprint(i), day, group, ""))
		})
	}
	return out
}

// belated are messages about children of whom it was said too little, or the wrong thing,
// before: first what was said, and then what makes of two records one, or says that
// they are two.
func belated(name string) (first, then []func(p *places)) {
	less, more, elsewhere := whole()
	for _, p := range []*iis.Person{&less, &more, &elsewhere} {
		p.Names = []iis.Name{{Family: "Quillfeather" + name, Given: "Juniper", Type: "L"}}
		p.IDs = []iis.Identifier{{Type: "MR", Value: p.IDs[0].Value + name, Authority: p.IDs[0].Authority}}
	}
	one := someone("Smith", "Michael", "20190309", "M", living("4 Larch Street", "5811"+name), number("MR", "D"+name, "OAK"))
	two := someone("Smith", "Mike", "20190309", "", reached("5811"+name), number("MR", "D"+name, "ELM"))
	other := someone("Heron", "Ash", "20190309", "M", living("9 Hill Road", "58101"), number("MR", "D"+name, "ELM"))
	oak := func(who iis.Person) func(p *places) { return func(p *places) { p.take(p.oak, who) } }
	elm := func(who iis.Person) func(p *places) { return func(p *places) { p.take(p.elm, who) } }
	return []func(p *places){oak(less), elm(elsewhere), oak(one), elm(two)}, []func(p *places){oak(more), elm(other)}
}

// fill takes all of some messages, by the keys of this program.
func (p *places) fill(messages []func(p *places)) {
	_, err := p.k.NewRekeyer(iis.Actor{Kind: "job"}).All(context.Background(), p.s.Now, func(store.KeyRun) {})
	is.NoError(p.t, "keys", err)
	for _, say := range messages {
		say(p)
	}
}

// review looks at everybody again, in memory or each looked up.
func (p *places) review(together bool) Cleaned {
	p.t.Helper()
	c := p.k.NewCleaner(iis.Actor{Kind: "job"})
	c.among, c.least = 20, math.MaxInt64
	if together {
		c.least = 0
	}
	is.NoError(p.t, "review", c.All(context.Background(), true, func(at Progress) {
		is.Equal(p.t, "in memory", at.Reading || c.census != nil, together)
	}))
	return c.Done
}

// another is an empty registry on the same engine.
func another(t *testing.T, like *store.Store) *store.Store {
	t.Helper()
	if like.Engine() == db.PostgreSQL {
		return storetest.Open(t, storetest.Postgres(t))
	}
	return storetest.Open(t, storetest.SQLite(t))
}

// TestLookingAtEveryoneTogetherFindsTheSame fills registries with the same messages, and
// looks at everyone again twice: what is found must not depend on how they are read.
func TestLookingAtEveryoneTogetherFindsTheSame(t *testing.T) {
	want := ""
	eachPlace(t, func(p *places) {
		messages := crowd(200)
		before, then := belated("1")
		soon, last := belated("2")
		begin := slices.Concat(before, messages[:100], then, messages[100:150], soon)
		end := slices.Concat(messages[150:], last)
		for _, together := range []bool{false, true} {
			other := &places{t: t, s: p.s}
			if together {
				other.s = another(t, p.s)
			}
			other.open()
			other.fill(begin)
			first := other.review(together)
			other.fill(end)
			second := other.review(together)
			got := fmt.Sprintf("%+v %+v\n%s", first, second, other.outcome())
			if want == "" {
				want = got
			}
			is.Equal(t, fmt.Sprintf("found, together %v", together), got, want)
			if first.Joined == 0 || first.Queued < 10 || second.Queued == 0 || second.Joined == 0 || second.Left == 0 {
				t.Errorf("too little was found for a test: %+v, %+v", first, second)
			}
		}
	})
}

// TestGuardsHoldInMemory is about names by which guards stand against a match.
func TestGuardsHoldInMemory(t *testing.T) {
	want := ""
	eachPlace(t, func(p *places) {
		messages := crowd(120, "Linnea Rose", "Linnea Wren", "Hanna", "Hannah", "Baby Girl A", "Baby Girl B", "Twin A")
		for _, together := range []bool{false, true} {
			other := &places{t: t, s: another(t, p.s)}
			other.open()
			other.fill(messages)
			done := other.review(together)
			got := fmt.Sprintf("%+v\n%s", done, other.outcome())
			if want == "" {
				want = got
			}
			is.Equal(t, fmt.Sprintf("found, together %v", together), got, want)
			if done.Queued == 0 {
				t.Errorf("too little was found for a test: %+v", done)
			}
		}
	})
}

// TestAPassInMemoryIsGoneOnWith stops a pass after each stretch; another program goes on.
func TestAPassInMemoryIsGoneOnWith(t *testing.T) {
	eachPlace(t, func(p *places) {
		messages := crowd(150)
		straight := &places{t: t, s: another(t, p.s)}
		straight.open()
		straight.fill(messages)
		want := straight.review(true)
		p.fill(messages)
		stopped := errors.New("killed")
		looked, anew, passes := 0, true, 0
		for done := false; !done; anew = false {
			ctx, kill := context.WithCancelCause(context.Background())
			p.k = New(p.s, codeset.Default())
			c := p.k.NewCleaner(iis.Actor{Kind: "job"})
			c.among, c.least = 20, 0
			err := c.All(ctx, anew, func(at Progress) {
				if at.People > 0 {
					kill(stopped)
				}
			})
			looked, done = looked+c.Done.People, err == nil
			if passes++; passes > 100 {
				t.Fatalf("it does not end: %v", err)
			}
			kill(nil)
			var at store.CleanUp
			is.NoError(t, "where it stands", p.s.Read(context.Background(), func(tx *store.Tx) (err error) {
				at, err = tx.CleanedUp()
				return err
			}))
			done = done || at.Finished
		}
		is.Equal(t, "looked at by all", looked, want.People)
		is.Equal(t, "more than one", passes > 2, true)
		is.Equal(t, "outcome", p.outcome(), straight.outcome())
	})
}

// TestTheSealedAreNobodyToAPass looks at everyone again with a sealed identity about, of
// whom a stranger seems to tell, and seals another while everyone is read already.
func TestTheSealedAreNobodyToAPass(t *testing.T) {
	want := ""
	eachTown(t, func(w *town) {
		for _, together := range []bool{false, true} {
			o := w
			if together {
				o = newTown(t, another(t, w.s))
			}
			p := &places{t: t, s: o.s, k: o.k, oak: o.clinics[0], elm: o.clinics[1]}
			p.fill(crowd(60))
			was := o.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"), shot("2", "2021-05-05", "03", "M1"))
			in := o.sealing(was.Person)
			in.New.Names[0] = iis.Name{Family: "Quillfeather-Marsh", Given: canary.given, Type: "L"}
			_, now, err := o.k.Seal(context.Background(), in)
			is.NoError(t, "seal", err)
			like := o.tell(whose{2, "z", "Quillfeather", "Oriole", "2020-05-06"}, nowhere, shot("1", "2020-07-05", "20", "LOT7"), shot("2", "2021-05-05", "03", "M1"))
			next := o.tell(whose{1, "n", "Heron", "Ash", "2020-05-09"}, home{"5 Fen Lane", "2015550190", "Ivy", "Sedge"})
			doubles := map[string]iis.PersonID{}
			for _, name := range []string{"Heron", "Tern"} { // who has become like another since: the pass finds it
				o.tell(whose{1, "t", "Tern", "Ash", "2021-03-09"}, home{"9 Moor Lane", "2015550191", "Ann", "Reed"})
				born := map[string]string{"Heron": "2020-05-08", "Tern": "2021-03-08"}[name]
				o.tell(whose{2, "d" + name, "Sparrow" + name, "Ash", born}, nowhere)
				doubles[name] = o.tell(whose{2, "d" + name, name, "Ash", born}, nowhere).Person
			}
			c := o.k.NewCleaner(iis.Actor{Kind: "job"})
			c.among, c.least = 20, math.MaxInt64
			if together {
				c.least = 0
			}
			sealed := false
			is.NoError(t, "review", c.All(context.Background(), true, func(at Progress) {
				if at.Reading && !at.Keys || sealed {
					return
				}
				sealed = true // of everyone there was at the beginning, as the first are looked at
				in := o.sealing(next.Person)
				in.New = unnumbered(whose{0, "", "Fields", "Basil", "2019-02-02"}.at(home{"1 Third Street", "6175550133", "Ivy", "Sedge"}))
				_, _, err := o.k.Seal(context.Background(), in)
				is.NoError(t, "seal meanwhile", err)
			}))
			is.Equal(t, "sealed meanwhile", sealed, true)
			for what, id := range map[string]iis.PersonID{"the new identity": now, "the stranger": like.Person, "the double of who was sealed meanwhile": doubles["Heron"]} {
				is.Equal(t, what+" waits", o.queued(id), nil)
			}
			is.Equal(t, "a double waits", len(o.queued(doubles["Tern"])), 1)
			o.nobody(was.Person)
			o.nobody(next.Person)
			c.Done.People = 0 // whoever came meanwhile is looked at or not
			got := fmt.Sprintf("%+v", c.Done)
			if want == "" {
				want = got
			}
			is.Equal(t, fmt.Sprintf("found, together %v", together), got, want)
			o.verify()
		}
	})
}

// TestAPassOverFewLooksEachUp is about a registry of which few have changed.
func TestAPassOverFewLooksEachUp(t *testing.T) {
	eachPlace(t, func(p *places) {
		p.fill(crowd(60))
		p.review(true)
		day := p.s.Now().Add(2 * cleanEvery)
		p.s.SetClock(func() (now time.Time) { day = day.Add(time.Second); return day })
		p.review(true)
		day = day.Add(cleanEvery)
		p.take(p.oak, someone("Heron", "Ash", "20200101", "F"))
		c := p.k.NewCleaner(iis.Actor{Kind: "job"})
		c.least = 1
		is.NoError(t, "review", c.All(context.Background(), false, func(at Progress) {
			is.Equal(t, "in memory", at.Reading || c.census != nil, false)
			is.Equal(t, "to look at", at.Of, 1)
		}))
		is.Equal(t, "looked at", c.Done.People, 1)
	})
}

func TestKeysAreFoundByWhomTheyAreShared(t *testing.T) {
	const people = 1000
	n := &census{}
	for i := range people {
		n.ids = append(n.ids, iis.PersonID(10+2*i))
	}
	r := rand.New(rand.NewPCG(5, 5))
	want := map[int64][]uint32{}
	var keys []int64
	for range 3000 {
		keys = append(keys, int64(r.Uint64()))
	}
	keys = append(keys, math.MinInt64, math.MaxInt64, 0, -1)
	slices.Sort(keys)
	const crowded = 17 // of these keys, more have it than may
	for i, k := range keys {
		var block []store.KeyOf
		sharing := r.IntN(4)
		if i == crowded {
			sharing = store.MostSources + 1
		}
		for range sharing {
			block = append(block, store.KeyOf{Key: k, Person: iis.PersonID(10 + r.IntN(2*people))}) // every other is unknown
		}
		if len(block) == 0 {
			continue
		}
		slices.SortFunc(block, func(a, b store.KeyOf) int { return int(a.Person - b.Person) })
		n.addBlock(block)
		for _, b := range slices.Compact(block) {
			if number, there := n.number(b.Person); there {
				want[k] = append(want[k], number)
			}
		}
	}
	n.keys.index()
	for i, k := range keys {
		who, many := n.keys.find(k)
		is.Equal(t, "crowded", many, i == crowded)
		if len(want[k]) > 1 && i != crowded {
			is.Equal(t, "who", who, want[k])
		} else {
			is.Equal(t, "nobody else", len(who), 0)
		}
	}
	_, many := n.keys.find(12345)
	is.Equal(t, "no such key", many, false)
}

// TestWhoeverHasBecomeOneIsMetAsOne joins two in memory, and asks whom a third meets.
func TestWhoeverHasBecomeOneIsMetAsOne(t *testing.T) {
	eachPlace(t, func(p *places) {
		home := living("4 Larch Street", "58102")
		a := p.take(p.oak, someone("Quillfeather", "Juniper", "20190203", "F", number("MR", "A1", "OAK"))).Person
		b := p.take(p.elm, someone("Quillfeather", "Juniper", "20190203", "F", number("MR", "B1", "ELM"), home)).Person
		c := p.take(p.oak, someone("Quillfeather", "Linnea", "20190203", "F", number("MR", "A2", "OAK"), home)).Person
		by, err := p.k.judges(context.Background())
		is.NoError(t, "judges", err)
		n, err := p.k.takeCensus(context.Background(), by, store.CleanUp{}, Progress{}, func(Progress) {})
		is.NoError(t, "census", err)
		meets := func(id iis.PersonID) met {
			all, err := n.around([]iis.PersonID{id}, nil, nil)
			is.NoError(t, "around", err)
			slices.Sort(all[0].near)
			return all[0]
		}
		is.Equal(t, "before", meets(c).pairs, 2)
		n.join(store.Pair{Person: b, Other: a})
		is.Equal(t, "after", meets(c), met{near: []iis.PersonID{a}, pairs: 1})
		is.Equal(t, "from the other side", slices.Contains(meets(a).near, c), true)
		i, _ := n.number(a)
		is.Equal(t, "sources", len(n.known(&n.desks[0], by.rules.NewUnpacker(), i).Sources), 2)
		some, _, end := n.behind(0, 10)
		is.Equal(t, "left to look at", len(some), 2)
		is.Equal(t, "nobody is behind", end, true)
	})
}
