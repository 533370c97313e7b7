package match

import (
	"testing"

	"openiis/internal/iis"
)

// BenchmarkCompare compares prepared pairs of one person and of two, made up
// like those of a registry.
func BenchmarkCompare(b *testing.B) {
	p := profile(b, "balanced")
	var pairs [][2]*Record
	for i := range 500 {
		x, y := madeUp(i)
		pairs = append(pairs, [2]*Record{p.rules.Prepare(&x), p.rules.Prepare(&y)})
	}
	b.ResetTimer()
	var c Comparison
	for i := 0; b.Loop(); i++ {
		pair := &pairs[i%len(pairs)]
		c = Comparison{}
		p.compare(&c, pair[0], pair[1])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpairs/s")
}

// BenchmarkShared compares the pairs of a labelled set.
func BenchmarkShared(b *testing.B) {
	p := profile(b, "balanced")
	var pairs [][2]*Record
	for _, x := range labelledPairs(b, "MIIS-E") {
		pairs = append(pairs, [2]*Record{p.rules.Prepare(&x.a), p.rules.Prepare(&x.b)})
	}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		pair := &pairs[i%len(pairs)]
		p.Compare(pair[0], pair[1])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpairs/s")
}

func BenchmarkPrepareAndKeys(b *testing.B) {
	p := profile(b, "balanced")
	var people []iis.Person
	for i := range 500 {
		x, _ := madeUp(i)
		people = append(people, x)
	}
	n := 0
	for i := 0; b.Loop(); i++ {
		n += len(p.rules.Keys(&people[i%len(people)]))
	}
	b.ReportMetric(float64(n)/float64(b.N), "keys/person")
}
