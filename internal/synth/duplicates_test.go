package synth

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/is"
)

// exchangedDays reports a day that is another with day and month exchanged.
func exchangedDays(a, b cal.Date) bool {
	y, m, d := a.YMD()
	year, month, day := b.YMD()
	return a != b && y == year && int(m) == day && d == int(month)
}

func TestThereAreAsManyDuplicatesAsAreAskedFor(t *testing.T) {
	const many = 10_000
	for _, c := range []struct {
		ages          Ages
		size          int
		people, doses int // of a thousand
	}{{WholeState, 1_000_000, 50, 100}, {WholeState, 20_000, 0, 0}, {WholeState, 100_000, 120, 5}, {MostlyChildren, 50_000, 25, 300}} {
		p := People(5)
		p.Ages, p.Size, p.DuplicatePeople, p.DuplicateDoses = c.ages, c.size, c.people, c.doses
		var table Tables
		p.Legacy(&table, 0, many)
		name := fmt.Sprint(c)
		near := func(what string, got, of, perMille int) {
			t.Helper()
			share, most := 1000*float64(got)/float64(of), 4+0.1*float64(perMille)
			if math.Abs(share-float64(perMille)) > most || perMille == 0 && got > 0 {
				t.Errorf("%s: of a thousand %.1f %s, want %d", name, share, what, perMille)
			}
		}
		near("rows of patients are further ones", table.PatientRows-table.Persons, many, c.people)
		near("rows of doses are further ones", table.Agains, table.Shots, c.doses)
		is.Equal(t, name+": people with none or one further row, and rows", table.Twos <= table.PatientRows-many, true)
		if c.people > 40 && table.Twos >= table.PatientRows-many {
			t.Errorf("%s: nobody has three rows", name)
		}
		if c.doses == 0 && strings.Contains(string(table.Truth), ":") {
			t.Errorf("%s: the truth has shots with several rows", name)
		}
	}
}

// placed is an entry with its place.
type placed struct {
	entry
	at int
}

// TestAShotIsToldAgainInEveryWay: by which rows of one shot differ.
func TestAShotIsToldAgainInEveryWay(t *testing.T) {
	people := state(12, 1_000_000)
	often := people.rates()
	ways := map[string]int{}
	for i := range 6000 {
		l := people.Life(i)
		records := people.records(nil, &l, often)
		people.repeat(records, &l, often)
		shots, _ := markAgain(records)
		ways["shots"] += shots
		if len(records) > 1 {
			continue // parts are below a record of their own
		}
		first := map[int]placed{} // who gave it, or who says most
		for k, e := range records[0].doses {
			if f, seen := first[e.Number]; !seen || e.Lot != "" && f.Lot == "" {
				first[e.Number] = placed{e, k}
			}
		}
		for k, e := range records[0].doses {
			f := first[e.Number]
			if !e.again || k == f.at {
				continue
			}
			switch gap := max(e.Date-f.Date, f.Date-e.Date); {
			case exchangedDays(e.Date, f.Date):
				ways["exchanged"]++
			case gap > 3:
				t.Fatalf("person %d: one shot on %s and %s", i, e.Date, f.Date)
			case gap > 0:
				ways["days off"]++
			case e.bill && e.Vaccine.CVX == f.Vaccine.CVX:
				ways["bill"]++
			case e.bill:
				ways["bill by another code"]++
			case e.Dose == f.Dose:
				ways["copy"]++
			case slices.Contains(components[f.Vaccine.CVX], e.Vaccine):
				ways["part"]++
			case e.Vaccine == vague[f.Vaccine.CVX]:
				ways["kind alone"]++
			case e.Vaccine == billed[f.Vaccine.CVX]:
				ways["history by another code"]++
			default:
				ways["history"]++
			}
			if e.Historical && (e.Lot != "" || e.Site != nil) || e.Dose != f.Dose && !e.bill && e.from.At.Code == f.from.At.Code {
				t.Fatalf("person %d: %+v is told again by %+v", i, f.Dose, e.Dose)
			}
		}
	}
	for way, least := range map[string]int{ // of ten thousand shots
		"copy": 100, "history": 60, "kind alone": 20, "history by another code": 6, "days off": 40, "exchanged": 3, "bill": 50,
		"bill by another code": 8, "part": 20,
	} {
		if got := ways[way] * 10_000 / ways["shots"]; got < least || got > 6*least {
			t.Errorf("%s: %d of ten thousand shots, want %d to %d", way, got, least, 6*least)
		}
	}
}

// TestWhatIsToldAgainIsNoReportOfAnotherShot: an exchanged day that is another dose's
// own could not be told from a report of that.
func TestWhatIsToldAgainIsNoReportOfAnotherShot(t *testing.T) {
	people, codes := state(13, 1_000_000), codeset.Default()
	people.DuplicateDoses = 400
	often := people.rates()
	for i := range 2000 {
		l := people.Life(i)
		records := people.records(nil, &l, often)
		people.repeat(records, &l, often)
		for _, r := range records {
			if len(r.doses) > mostRows {
				t.Fatalf("person %d: %d rows in one record", i, len(r.doses))
			}
			for k, e := range r.doses {
				if e.Date < r.of.Birth || e.Date > people.Today || l.Death != cal.None && e.Date > l.Death {
					t.Fatalf("person %d: a row of %s", i, e.Date)
				}
				for _, other := range r.doses[k+1:] {
					if e.Number != other.Number && other.Date-e.Date < 16 && !e.Refused && !other.Refused && codes.SharesGroup(e.Vaccine.CVX, other.Vaccine.CVX) {
						t.Fatalf("person %d: %+v and %+v are two shots", i, e.Dose, other.Dose)
					}
				}
			}
		}
	}
}

func TestMostChildrenHaveWhatIsDue(t *testing.T) {
	const many = 30_000
	people, codes := state(14, 1_000_000), codeset.Default()
	due := []struct {
		cvx          string
		byTwo, bySix int
	}{{"20", 4, 5}, {"10", 3, 4}, {"03", 1, 2}, {"21", 1, 2}, {"08", 3, 3}, {"133", 4, 4}}
	var of, complete [2]int
	shots := 0
	for i := range many {
		person := people.Person(i)
		age := int(people.Today - person.Birth)
		for at, days := range [...]int{2 * 366, 6 * 366} {
			if age < days || age > days+3*year {
				continue
			}
			all := true
			for _, d := range due {
				n, want := 0, [...]int{d.byTwo, d.bySix}[at]
				for _, o := range person.Doses {
					if !o.Refused && int(o.Date-person.Birth) <= days && codes.SharesGroup(o.Vaccine.CVX, d.cvx) {
						n++
					}
				}
				all = all && n >= want
			}
			if of[at]++; all {
				complete[at]++
			}
		}
		for _, o := range person.Doses {
			if !o.Refused {
				shots++
			}
		}
	}
	for at, age := range [...]string{"two", "six"} {
		if share := 100 * complete[at] / of[at]; share < 55 || share > 80 {
			t.Errorf("of a hundred children %d had at %s what is due, want 55 to 80", share, age)
		}
	}
	if each := float64(shots) / many; each < 10.6 || each > 11 {
		t.Errorf("%.2f shots a person of a state, want about 10.8", each)
	}
}
