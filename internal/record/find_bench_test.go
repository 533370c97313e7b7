package record

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/synth"
)

// BenchmarkFind looks for made-up people by what another clinic would say of them (name,
// birth date, sex, address, telephone; no number), and decides who is meant: keys looked
// up, candidates read and compared, the record read. It wants a registry of such people
// that is there already, of OPENIIS_PEOPLE people of seed 1 (`openiis generate`, `openiis
// import legacy`), and changes nothing in it:
//
//	OPENIIS_REGISTRY=registry.db OPENIIS_PEOPLE=2500000 go test ./internal/record -run '^$' -bench Find -benchtime 5000x
//
// It tells p50 and p99 in milliseconds, and what share was found. One asks at a time.
func BenchmarkFind(b *testing.B) {
	address := os.Getenv("OPENIIS_REGISTRY")
	if address == "" {
		b.Skip("set OPENIIS_REGISTRY and OPENIIS_PEOPLE: see the comment")
	}
	many, err := strconv.Atoi(os.Getenv("OPENIIS_PEOPLE"))
	is.NoError(b, "OPENIIS_PEOPLE", err)
	s, err := store.OpenToRead(context.Background(), address)
	is.NoError(b, "open", err)
	defer func() { is.NoError(b, "close", s.Close()) }()
	k := New(s, codeset.Default())
	people, dice := synth.People(1), rand.New(rand.NewPCG(1, 2))
	people.Size, people.Ages, people.Today = many, synth.WholeState, cal.Of(2025, 6, 30) // as generate makes them
	ask := func() (found bool, took time.Duration) {
		life := people.Life(dice.IntN(many))
		who := &life.Accounts[life.Home]
		p := iis.Person{
			Names: []iis.Name{who.Name}, Birth: who.Birth, Sex: who.Sex, Addresses: []iis.Address{who.Address},
			Telecoms: []iis.Telecom{who.Phone},
		}
		start := time.Now()
		f, err := k.Find(context.Background(), iis.SenderID(1), &p)
		is.NoError(b, "find", err)
		return f.Folder != nil, time.Since(start)
	}
	for range 200 { // connections are made, caches warm
		ask()
	}
	var took []time.Duration
	found := 0
	for b.Loop() {
		there, t := ask()
		if took = append(took, t); there {
			found++
		}
	}
	slices.Sort(took)
	for _, of := range []struct {
		name string
		at   int
	}{{"p50-ms", 50}, {"p99-ms", 99}} {
		b.ReportMetric(float64(took[len(took)*of.at/100].Microseconds())/1000, of.name)
	}
	b.ReportMetric(100*float64(found)/float64(len(took)), "found-%")
}
