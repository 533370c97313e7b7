package record

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// cleanUp looks at everybody who changed since the last time.
func (p *places) cleanUp() Cleaned {
	p.t.Helper()
	c := p.k.NewCleaner(iis.Actor{Kind: "job"})
	is.NoError(p.t, "clean up", c.All(context.Background(), false, func(Progress) {}))
	return c.Done
}

// whole is what two clinics know of one child when all is known; the first clinic
// knew less before.
func whole() (less, more, elsewhere iis.Person) {
	less = someone("Quillfeather", "Juniper", "20190203", "F", number("MR", "A1", "OAK"))
	more = someone("Quillfeather", "Juniper", "20190203", "F", number("MR", "A1", "OAK"), living("4 Larch Street", "58102"))
	elsewhere = someone("Quillfeather", "Juniper", "20190203", "F", number("MR", "B1", "ELM"), living("4 Larch Street", "58102"))
	return less, more, elsewhere
}

func TestRecordsAreJoinedThatLaterEvidenceMakesOne(t *testing.T) {
	eachPlace(t, func(p *places) {
		ctx := context.Background()
		less, more, elsewhere := whole()
		first := p.take(p.oak, less)
		second := p.take(p.elm, elsewhere)
		is.Equal(t, "little is known: two", first.Person == second.Person, false)
		is.Equal(t, "nothing to join yet", p.cleanUp().Joined, 0)
		p.take(p.oak, more)
		is.Equal(t, "joined", p.cleanUp().Joined, 1)

		decisions, err := p.k.Decisions(ctx, second.Person)
		is.NoError(t, "decisions", err)
		is.Equal(t, "one decision", len(decisions), 1)
		is.Equal(t, "a merge", decisions[0].Kind, iis.DecidedMerge)
		is.Equal(t, "by the job", decisions[0].By.Kind, "job")
		is.Equal(t, "the older is kept", decisions[0].Person, first.Person)

		_, err = p.k.Undo(ctx, decisions[0].ID, iis.Actor{Kind: "command"}, "they are cousins")
		is.NoError(t, "undo", err)
		is.Equal(t, "never again", p.cleanUp().Joined, 0)
		is.Equal(t, "but for people to see", len(p.verdicts(second.Person)), 1)
	})
}

// TestASharedDoseSaysThatTwoMayBeOne is about one who moved and whom somebody wrote
// down with two slips: too little agrees but what was given.
func TestASharedDoseSaysThatTwoMayBeOne(t *testing.T) {
	for name, second := range map[string]iis.Dose{
		"the same day":  shot("2", "2024-10-01", "140", ""),
		"another day":   shot("2", "2023-11-02", "140", ""),
		"another group": shot("2", "2024-10-01", "115", ""),
	} {
		t.Run(name, func(t *testing.T) {
			eachPlace(t, func(p *places) {
				x := someone("Osprey", "Linnea", "19880911", "F", living("1 Fen Lane", "58105"), number("MR", "A1", "OAK"))
				y := someone("Osprey", "Linea", "19880923", "F", living("20 Moor Street", "58231"), number("MR", "B1", "ELM"))
				first := p.takeWith(p.oak, x, shot("1", "2024-10-01", "140", "LOT1"))
				second := p.takeWith(p.elm, y, second)
				is.Equal(t, "when they came", second.Match, "new")
				done := p.cleanUp()
				is.Equal(t, "joined", done.Joined, 0)
				is.Equal(t, "queued", done.Queued == 1, name == "the same day")
				if v, ok := p.verdicts(max(first.Person, second.Person))[min(first.Person, second.Person)]; ok && !slices.Contains(v.Agreed(), "vaccinations") {
					t.Errorf("the reason does not say what was given: %+v", v)
				}
			})
		})
	}
}

// TestNobodyIsJoinedWhileSomebodyElseFitsAsWell is about one who comes between the
// comparison and the join.
func TestNobodyIsJoinedWhileSomebodyElseFitsAsWell(t *testing.T) {
	eachPlace(t, func(p *places) {
		less, more, elsewhere := whole()
		first, second := p.take(p.oak, less), p.take(p.elm, elsewhere)
		p.take(p.oak, more)
		other := elsewhere
		other.IDs = []iis.Identifier{{Type: "MR", Value: "B9", Authority: "ELM"}}
		is.Equal(t, "another chart of the same clinic", p.take(p.elm, other).Person == second.Person, false)
		c := p.k.NewCleaner(iis.Actor{Kind: "job"})
		var err error
		c.judges, err = p.k.judges(context.Background())
		is.NoError(t, "judges", err)
		_, err = c.join(context.Background(), newerFirst(first.Person, second.Person))
		is.NoError(t, "join", err)
		is.Equal(t, "joined", c.Done.Joined, 0)
		is.Equal(t, "nor by a pass", p.cleanUp().Joined, 0)
	})
}

// TestTwinsWhoWereVaccinatedTogetherAreTwo is about two of whom nobody told that they
// were born together.
func TestTwinsWhoWereVaccinatedTogetherAreTwo(t *testing.T) {
	eachPlace(t, func(p *places) {
		day := shot("1", "2021-08-07", "20", "L1")
		p.takeWith(p.oak, someone("Marsh", "Rowan", "20210607", "M", number("MR", "A2", "OAK"), living("9 Alder Way", "58103")), day)
		p.takeWith(p.elm, someone("Marsh", "Alaric", "20210607", "M", number("MR", "B3", "ELM"), living("9 Alder Way", "58103")), day)
		is.Equal(t, "queued", p.cleanUp().Queued, 0)
	})
}

// TestAPairLeavesTheQueueThatNothingSaysMayBeOne is about a record that is corrected into
// that of somebody else.
func TestAPairLeavesTheQueueThatNothingSaysMayBeOne(t *testing.T) {
	eachPlace(t, func(p *places) {
		p.take(p.oak, someone("Smith", "Michael", "20190309", "M", living("4 Larch Street", "58102"), number("MR", "A1", "OAK")))
		second := p.take(p.elm, someone("Smith", "Mike", "20190309", "", reached("58102"), number("MR", "B1", "ELM")))
		is.Equal(t, "waits", len(p.verdicts(second.Person)), 1)
		is.Equal(t, "it still may be", p.cleanUp().Left, 0)
		other := someone("Heron", "Ash", "20190309", "M", living("1 Fen Lane", "58105"), number("MR", "B1", "ELM"))
		is.Equal(t, "the same record", p.take(p.elm, other).Person, second.Person)
		is.Equal(t, "left", p.cleanUp().Left, 1)
		is.Equal(t, "waits no more", len(p.verdicts(second.Person)), 0)
	})
}

func TestThoseHeldApartAreNeitherJoinedNorQueued(t *testing.T) {
	eachPlace(t, func(p *places) {
		less, more, elsewhere := whole()
		first, second := p.take(p.oak, less), p.take(p.elm, elsewhere)
		_, err := p.k.Apart(context.Background(), first.Person, second.Person, iis.Actor{Kind: "command"}, "two cousins")
		is.NoError(t, "apart", err)
		p.take(p.oak, more)
		done := p.cleanUp()
		is.Equal(t, "joined", done.Joined, 0)
		is.Equal(t, "queued", done.Queued, 0)
	})
}

func TestACleanUpIsGoneOnWithWhereItWasStopped(t *testing.T) {
	eachPlace(t, func(p *places) {
		const children = 130 // more than two stretches
		for i := range children {
			p.take(p.oak, child(i))
		}
		later := time.Now().Add(time.Hour)
		c := p.k.NewCleaner(iis.Actor{Kind: "job"})
		more, err := c.Step(context.Background(), later)
		is.NoError(t, "a stretch", err)
		is.Equal(t, "more", more, true)
		p.k = New(p.s, codeset.Default()) // the program was killed, and another is started
		again := p.k.NewCleaner(iis.Actor{Kind: "job"})
		for more := true; more; {
			more, err = again.Step(context.Background(), later)
			is.NoError(t, "go on", err)
		}
		is.Equal(t, "looked at by both", c.Done.People+again.Done.People, children)
	})
}

// families are messages about several families: twins, a newborn who is named
// later, one who moves, one whose name changes, at two clinics. Those of one number
// are one clinic's about one patient, and stay in their order.
func families() [][]func(p *places) iis.Receipt {
	say := func(oak bool, who iis.Person) func(p *places) iis.Receipt {
		day := who.Birth.AddDays(61).String() // one shot, which both clinics tell of, and one of each
		return func(p *places) iis.Receipt {
			if oak {
				return p.takeWith(p.oak, who, shot("1", day, "20", "L1"), shot("2", day, "10", ""))
			}
			return p.takeWith(p.elm, who, shot("7", day, "107", ""), shot("8", day, "133", "P4"))
		}
	}
	less, more, elsewhere := whole()
	twin := func(given, mr, at string) iis.Person {
		return someone("Marsh", given, "20210607", "M", number("MR", mr, at), living("9 Alder Way", "58103"))
	}
	named := func(given, mr, at string) iis.Person {
		return someone("Tarn", given, "20220110", "F", number("MR", mr, at), living("77 Birch Road", "58104"))
	}
	moved := func(street, zip, mr, at string) iis.Person {
		return someone("Osprey", "Linnea", "20180911", "F", number("MR", mr, at), living(street, zip))
	}
	return [][]func(p *places) iis.Receipt{
		{say(true, less), say(true, more)}, {say(false, elsewhere)},
		{say(true, twin("Rowan", "A2", "OAK"))}, {say(true, twin("Alaric", "A3", "OAK"))},
		{say(false, twin("Rowan", "B2", "ELM"))}, {say(false, twin("Alaric", "B3", "ELM"))},
		{say(true, named("Baby Girl", "A4", "OAK"))}, {say(false, named("Saffron", "B4", "ELM"))},
		{say(true, moved("1 Fen Lane", "58105", "A5", "OAK")), say(true, moved("20 Moor Street", "58106", "A5", "OAK"))},
		{say(false, moved("20 Moor Street", "58106", "B5", "ELM"))},
	}
}

// outcome is who is who, and who waits, in words that no id is in: by the numbers
// of the sources.
func (p *places) outcome() string {
	numbers := map[iis.PersonID][]string{}
	p.each(`SELECT person_id, k FROM source_key WHERE person_id <> 0 ORDER BY k`, nil, func(r db.Row) error {
		numbers[iis.PersonID(r.Int(0))] = append(numbers[iis.PersonID(r.Int(0))], fmt.Sprintf("%q", r.Text(1)))
		return nil
	})
	var lines []string
	is.NoError(p.t, "queue", p.s.Read(context.Background(), func(tx *store.Tx) error {
		for id, n := range numbers {
			f, err := tx.Folder(id)
			if err != nil {
				return err
			}
			lines = append(lines, "person "+strings.Join(n, " ")+shown(f))
			all, err := tx.Queued(id)
			if err != nil {
				return err
			}
			for _, q := range all {
				pair := []string{strings.Join(numbers[q.Person], " "), strings.Join(numbers[q.Other], " ")}
				slices.Sort(pair)
				lines = append(lines, "queue "+strings.Join(pair, " | "))
			}
		}
		return nil
	}))
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}

// shown are the doses of a record, and of how many reports each is.
func shown(f *store.Folder) string {
	var out []string
	doses, _ := History(f)
	for _, d := range doses {
		out = append(out, fmt.Sprint(" ", d.Dose.Date, " ", d.Dose.CVX, " ", d.Dose.Lot, " ", len(d.Reports), d.Review))
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

func TestTheOrderOfArrivalDoesNotChangeTheOutcome(t *testing.T) {
	orders := 4
	want := ""
	for seed := range orders {
		eachPlace(t, func(p *places) {
			left := families()
			order := rand.New(rand.NewPCG(uint64(seed), 1))
			for len(left) > 0 {
				i := order.IntN(len(left))
				left[i][0](p)
				if left[i] = left[i][1:]; len(left[i]) == 0 {
					left = slices.Delete(left, i, i+1)
				}
			}
			p.cleanUp()
			got := p.outcome()
			if want == "" {
				want = got
			}
			is.Equal(t, fmt.Sprintf("outcome of order %d", seed), got, want)
		})
	}
	t.Log(want)
}
