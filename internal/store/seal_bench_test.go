package store_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// BenchmarkSeal is a server under 2,000 audit rows a second, in time that the
// benchmark makes: each round is half a second, a thousand rows and one pass. Of
// the database's work it counts what is done in this process: all of SQLite's.
// Run it with -benchtime 2400x for twenty minutes of load.
func BenchmarkSeal(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchmarkSeal(b, storetest.Open(b, storetest.SQLite(b))) })
	b.Run("PostgreSQL", func(b *testing.B) { benchmarkSeal(b, storetest.Open(b, storetest.Postgres(b))) })
}

func benchmarkSeal(b *testing.B, s *store.Store) {
	const rows, every = 1000, 500 * time.Millisecond
	ctx, now := context.Background(), time.Now()
	z := s.NewSealer()
	spent := time.Duration(0)
	ids := make([]int64, rows)
	b.ReportAllocs()
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		if s.Engine() == db.PostgreSQL && round%100 == 0 {
			tamper(b, s, `ANALYZE audit`, `ANALYZE audit_seal`) // the test's server does not by itself
		}
		for i := range ids {
			ids[i] = idAt(now.Add(time.Duration(i)*every/rows), i)
		}
		insertRows(b, s, ids...)
		now = now.Add(every)
		b.StartTimer()
		before := processor()
		n, err := z.Pass(ctx, now)
		spent += processor() - before
		is.NoError(b, "seal", err)
		if n != rows {
			b.Fatalf("%d rows sealed, want %d", n, rows)
		}
	}
	b.ReportMetric(100*spent.Seconds()/(time.Duration(b.N)*every).Seconds(), "%core")
	b.ReportMetric(float64(spent.Microseconds())/float64(b.N*rows), "µs/row")
}

// BenchmarkVerifyAudit verifies twenty thousand rows under forty seals.
func BenchmarkVerifyAudit(b *testing.B) {
	s := storetest.Open(b, storetest.SQLite(b))
	z, start := s.NewSealer(), time.Now().Add(-time.Hour)
	for i := range 40 {
		at := start.Add(time.Duration(i) * time.Second / 2)
		insertRows(b, s, burst(at, 500)...)
		_, err := z.Pass(context.Background(), at.Add(time.Second/2))
		is.NoError(b, "seal", err)
	}
	for b.Loop() {
		v, err := s.VerifyAudit(context.Background(), time.Now())
		is.NoError(b, "verify", err)
		if v.Rows != 20_000 || len(v.Broken) > 0 {
			b.Fatalf("%+v", v)
		}
	}
}

// processor is the processor time that this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
