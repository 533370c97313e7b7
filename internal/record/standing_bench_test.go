package record

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/synth"
)

// BenchmarkStanding makes the standing of made-up people with all their doses.
func BenchmarkStanding(b *testing.B) {
	on := cal.Of(2026, 1, 5)
	e, err := cdsi.For(on)
	is.NoError(b, "engine", err)
	people := synth.People(1)
	var folders []*store.Folder
	bytes, doses := 0, 0
	for i := range 500 {
		f := madeUp(people, i)
		folders = append(folders, f)
		doses += len(f.Doses)
		s := standingBy(e, codeset.Default(), f, 1, on)
		bytes += len(s.Body)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		standingBy(e, codeset.Default(), folders[i%len(folders)], 1, on)
		i++
	}
	b.ReportMetric(float64(bytes)/float64(len(folders)), "bytes")
	b.ReportMetric(float64(doses)/float64(len(folders)), "doses")
}

// madeUp is the record of a made-up person with all doses, each reported once.
func madeUp(people *synth.Population, i int) *store.Folder {
	p := people.Person(i)
	f := &store.Folder{ID: iis.PersonID(i + 1), Golden: iis.Person{Names: []iis.Name{p.Name}, Birth: p.Birth, Sex: p.Sex, Death: p.Death}}
	f.Sources = []store.SourcePerson{{Source: iis.SourceID(i + 1), Sender: 1, Person: f.Golden}}
	for n := range p.Doses {
		d := &p.Doses[n]
		if d.Refused {
			continue
		}
		id := iis.SourceDoseID(i*1000 + n + 1)
		f.Doses = append(f.Doses, iis.SourceDose{ID: id, Origin: id, Source: iis.SourceID(i + 1), Sender: 1, Key: p.Filler(d), Dose: iis.Dose{
			Kind: iis.Given, Date: d.Date, CVX: d.Vaccine.CVX, MVX: d.Vaccine.MVX, Lot: d.Lot, Completion: "CP",
		}})
		f.Consolidated = append(f.Consolidated, iis.Consolidated{ID: iis.DoseID(id), Primary: id, Members: []iis.SourceDoseID{id}, Rule: "single report"})
	}
	return f
}
