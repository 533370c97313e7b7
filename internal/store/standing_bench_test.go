package store_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/synth"
)

// BenchmarkStanding renews the standing of everyone in a registry of
// OPENIIS_PEOPLE made-up people (10000 without it) with all their doses, whose
// records are put straight into the database: at first, when everyone's is
// written; again on the same day, when nobody's is; and on 1 July, when the
// influenza season changes nearly everyone's.
//
//	OPENIIS_PEOPLE=1000000 go test ./internal/store -run '^$' -bench Standing -benchtime 1x -timeout 30m
func BenchmarkStanding(b *testing.B) {
	people := 10_000
	if n, err := strconv.Atoi(os.Getenv("OPENIIS_PEOPLE")); err == nil {
		people = n
	}
	for name, address := range map[string]func(testing.TB) string{"SQLite": storetest.SQLite, "PostgreSQL": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, address(b))
			at := time.Date(2026, 1, 5, 3, 0, 0, 0, time.Local)
			putPeople(b, s, people, at)
			for _, run := range []struct {
				name string
				at   time.Time
			}{{"first", at}, {"again", at.Add(time.Hour)}, {"season", at.AddDate(0, 6, 0)}} {
				b.Run(run.name, func(b *testing.B) {
					for b.Loop() {
						renew(b, s, run.at)
					}
				})
			}
		})
	}
}

// putPeople puts people in, a part of them in each transaction.
func putPeople(b *testing.B, s *store.Store, people int, at time.Time) {
	b.Helper()
	state := synth.People(1)
	const part = 20_000
	for from := 0; from < people; from += part {
		is.NoError(b, "put people", s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.CopyFolders(min(part, people-from), func(i int) *store.Folder { return madeUpLife(state, from+i) }, at)
		}))
	}
}

// renew renews everyone's standing and reports how fast, and the most memory
// that this program had.
func renew(b *testing.B, s *store.Store, at time.Time) {
	begun := time.Now()
	run, err := record.New(s, codeset.Default()).NewRefresher(iis.Actor{Kind: "command"}).All(context.Background(), record.Refresh{
		Now: func() time.Time { return at }, Workers: runtime.GOMAXPROCS(0),
		Progress: func(store.StandingRun) {}, Failed: func(err error) { b.Error(err) }, Wait: func(store.StandingRun) error { return fmt.Errorf("held") },
	})
	is.NoError(b, "refresh", err)
	b.ReportMetric(time.Since(begun).Seconds(), "s")
	b.ReportMetric(float64(run.Seen)/time.Since(begun).Seconds(), "people/s")
	b.ReportMetric(float64(run.Written), "changed")
	b.ReportMetric(residentMost(b), "MB-most")
}

// residentMost is the most memory that this program had resident, in MB.
func residentMost(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	is.NoError(b, "memory", err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			is.NoError(b, "memory", err)
			return float64(kb) / 1024
		}
	}
	b.Fatal("the system does not tell")
	return 0
}

// madeUpLife is the record of a made-up person with all doses, as the one clinic
// that sent them said it.
func madeUpLife(state *synth.Population, i int) *store.Folder {
	p := state.Person(i)
	said := iis.Person{
		IDs:   []iis.Identifier{{Value: fmt.Sprintf("MR%09d", i), Type: "MR", Authority: "OAK"}},
		Names: []iis.Name{p.Name}, Birth: p.Birth, Sex: p.Sex, Races: []iis.Coded{p.Race}, Ethnicity: p.Ethnicity,
		Addresses: []iis.Address{p.Address}, Telecoms: []iis.Telecom{p.Phone}, Death: p.Death,
		Kin: []iis.Kin{{Names: []iis.Name{p.Parent.Name}, Relation: p.Parent.Relation}},
	}
	f := &store.Folder{ID: iis.PersonID(i + 1), Golden: said, Sources: []store.SourcePerson{{Source: iis.SourceID(i + 1), Sender: 1, Person: said}}}
	for n := range p.Doses {
		d := &p.Doses[n]
		if d.Refused {
			continue
		}
		id := iis.SourceDoseID(i*1000 + n + 1)
		dose := iis.Dose{
			Kind: iis.Given, Date: d.Date, CVX: d.Vaccine.CVX, Vaccine: iis.Coded{Code: d.Vaccine.CVX, Text: d.Vaccine.Name, System: "CVX"},
			MVX: d.Vaccine.MVX, Lot: d.Lot, Expiration: d.Expiration, Amount: d.Vaccine.Amount, Unit: iis.Coded{Code: "mL", Text: "mL", System: "UCUM"},
			InfoSource: "00", Completion: "CP", Route: d.Vaccine.Route, Administrator: p.Provider,
		}
		f.Doses = append(f.Doses, iis.SourceDose{ID: id, Origin: id, Source: iis.SourceID(i + 1), Sender: 1, Key: p.Filler(d), Dose: dose})
		f.Consolidated = append(f.Consolidated, iis.Consolidated{ID: iis.DoseID(id), Primary: id, Members: []iis.SourceDoseID{id}, Rule: "single report"})
	}
	return f
}
