package cdsi_test

import (
	"syscall"
	"testing"
	"time"

	"openiis/internal/cdsi"
)

// BenchmarkHealthy judges CDC's healthy cases, all vaccine groups each time; people
// are counted, not rounds.
func BenchmarkHealthy(b *testing.B) {
	b.Run("again", func(b *testing.B) { benchmark(b, "cases-healthy-4.45.csv", true) })
	b.Run("fresh", func(b *testing.B) { benchmark(b, "cases-healthy-4.45.csv", false) })
}

func BenchmarkConditions(b *testing.B) {
	b.Run("again", func(b *testing.B) { benchmark(b, "cases-conditions-4.6.csv", true) })
}

// BenchmarkTogether judges on as many cores as -cpu says.
func BenchmarkTogether(b *testing.B) {
	e := engine(b)
	list := cases(b, "cases-healthy-4.45.csv")
	b.RunParallel(func(pb *testing.PB) {
		var res cdsi.Result
		for i := 0; pb.Next(); i++ {
			e.EvaluateInto(&res, &list[i%len(list)].patient, cdsi.Options{})
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "people/s")
}

// benchmark uses the memory of the answer before again, or takes new memory for each.
func benchmark(b *testing.B, file string, again bool) {
	e := engine(b)
	list := cases(b, file)
	for i := range list { // warm
		e.Evaluate(&list[i].patient, cdsi.Options{})
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := processor(b)
	var res cdsi.Result
	for i := range b.N {
		if !again {
			res = cdsi.Result{}
		}
		e.EvaluateInto(&res, &list[i%len(list)].patient, cdsi.Options{})
		if len(res.Forecasts) == 0 {
			b.Fatal("nothing was forecast")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "people/s")
	b.ReportMetric(float64(b.N)/(processor(b)-before).Seconds(), "people/cpu-s")
}

// processor is the processor time of this process: what remains comparable on a
// machine that others use too.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
