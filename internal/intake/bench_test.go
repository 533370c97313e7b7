package intake_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/synth"
)

// BenchmarkTake takes messages about new people with all their doses from 16
// senders at once, without a network between: keep, check, match, consolidate, commit, reply.
func BenchmarkTake(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { take(b, storetest.SQLite(b)) })
	b.Run("PostgreSQL", func(b *testing.B) { take(b, storetest.Postgres(b)) })
}

// BenchmarkQuery asks one after the other for people among 3000 with all their
// doses, by number, name and birth date: for the history, as their own clinic and
// as another one, and for the evaluation and forecast.
func BenchmarkQuery(b *testing.B) {
	for _, q := range []question{{"Z34", "", "|Z32^", false}, {"Abroad", "", "|Z32^", true}, {"Z44", "Z44", "|Z42^", false}} {
		b.Run(q.name+"/SQLite", func(b *testing.B) { ask(b, storetest.SQLite(b), q) })
		b.Run(q.name+"/PostgreSQL", func(b *testing.B) { ask(b, storetest.Postgres(b), q) })
	}
}

// question is a kind of query: those of package synth, or the same under another name.
type question struct {
	name, ask, answer string
	abroad            bool // a clinic asks that told of nobody
}

// ask sends queries.
func ask(b *testing.B, address string, q question) {
	const known = 3000
	desk, from := open(b, address)
	people := synth.People(1)
	clinic := people.Clinic(0)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	send := func(msg []byte) intake.Reply {
		reply, err := desk.Message(context.Background(), from, iis.DoorHTTP, msg)
		if err != nil {
			b.Fatal(err)
		}
		return reply
	}
	for i := range known {
		p := people.Person(i)
		send(p.VXU(clinic, fmt.Sprint(i), at, everyDose(&p)...))
	}
	if q.abroad {
		from.ID++
	}
	b.ReportAllocs()
	b.ResetTimer()
	used := processor(b)
	for i := range b.N {
		p := people.Person(i % known)
		query := p.QBP(clinic, fmt.Sprint("q", i), at)
		if q.ask != "" {
			query = bytes.ReplaceAll(query, []byte("|Z34^"), []byte("|"+q.ask+"^"))
		}
		if reply := send(query); !bytes.Contains(reply.Bytes, []byte(q.answer)) {
			b.Fatal("a person who is known is not found")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
	b.ReportMetric(float64((processor(b)-used).Microseconds())/float64(b.N), "cpu-µs/query")
}

// everyDose are the places of all doses of a person.
func everyDose(p *synth.Person) []int {
	all := make([]int, len(p.Doses))
	for i := range all {
		all[i] = i
	}
	return all
}

// open is a desk on an empty registry, and a sender.
func open(b *testing.B, address string) (*intake.Desk, iis.Sender) {
	b.Helper()
	s := storetest.Open(b, address)
	var from iis.Sender
	if err := s.Write(context.Background(), func(tx *store.Tx) (err error) {
		from, err = tx.PutSender(iis.Sender{Facility: "BENCH", Name: "Bench"}, "bench", "-", time.Now())
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return intake.New(s, codeset.Default()), from
}

func take(b *testing.B, address string) {
	desk, from := open(b, address)
	people := synth.People(1)
	clinic := people.Clinic(0)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var next atomic.Int64
	b.ReportAllocs()
	used := processor(b)
	b.SetParallelism(16 / runtime.GOMAXPROCS(0))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(next.Add(1))
			p := people.Person(i)
			msg := p.VXU(clinic, fmt.Sprint(i), at, everyDose(&p)...)
			if _, err := desk.Message(context.Background(), from, iis.DoorHTTP, msg); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64((processor(b)-used).Microseconds())/float64(b.N), "cpu-µs/msg")
}

// processor is the time that this program has used: it varies less than the
// clock does on a machine that others use too.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
