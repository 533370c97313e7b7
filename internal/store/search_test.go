package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// child is a folder of one source: family and given name as "Marsh/Juniper/Rose".
func child(id iis.PersonID, birth cal.Date, names ...string) *store.Folder {
	var p iis.Person
	for _, n := range names {
		part := append(strings.Split(n, "/"), "", "")
		p.Names = append(p.Names, iis.Name{Family: part[0], Given: part[1], Middle: part[2]})
	}
	p.Birth = birth
	return &store.Folder{ID: id, Golden: p, Sources: []store.SourcePerson{{Source: iis.SourceID(id), Person: p}}}
}

func put(t *testing.T, s *store.Store, folders ...*store.Folder) {
	t.Helper()
	is.NoError(t, "put", s.Write(context.Background(), func(tx *store.Tx) error {
		for _, f := range folders {
			if err := tx.PutFolder(f, time.Now()); err != nil {
				return err
			}
		}
		return nil
	}))
}

// card is a person's card.
func card(t *testing.T, s *store.Store, id iis.PersonID) *store.Card {
	t.Helper()
	var cards []store.Card
	is.NoError(t, "card", s.Read(context.Background(), func(tx *store.Tx) (err error) {
		cards, err = tx.Cards(id)
		return err
	}))
	return &cards[0]
}

// byName is a search as someone writes it, with a day or a year.
func byName(text string, birth cal.Date, year int) store.ByName {
	if birth != cal.None {
		year, _, _ = birth.YMD()
	}
	return store.ByName{Words: fold.Words(text), Birth: birth, Year: year}
}

// all are those of whose name every word fits.
func all(t *testing.T, s *store.Store, q store.ByName) []iis.PersonID {
	t.Helper()
	var out []iis.PersonID
	is.NoError(t, "find", s.Read(context.Background(), func(tx *store.Tx) error {
		found, _, err := tx.FindByName(q)
		out = nil
		for _, f := range found {
			if f.Fits == len(q.Words) {
				out = append(out, f.Person)
			}
		}
		return err
	}))
	slices.Sort(out)
	return out
}

func TestAPersonIsFoundByHalfANameAndADayOrAYear(t *testing.T) {
	day := cal.Of(2023, 4, 5)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, child(1, day, "Marsh/Juniper/Rose", "Fen/Juniper"), child(2, day, "De la Cruz/Zoë/María"), child(3, day, "Delacruz/Zoe"),
			child(4, cal.Of(2023, 11, 30), "O'Brien/Mary Ann"), child(5, cal.Of(2022, 4, 5), "Marsh/Juniper"), child(6, day, "Đặng/An"),
			child(7, day, "Smith-Jones/Ida"), child(8, cal.None, "Marsh/Juniper"), child(9, day, "Marshall/June"), child(10, day, "Ńandu/Li"))
		for _, c := range []struct {
			text  string
			birth cal.Date
			year  int
			want  []iis.PersonID
		}{
			{"juniper marsh", day, 0, []iis.PersonID{1}},
			{"MARSH, JUNIPER", day, 0, []iis.PersonID{1}},
			{"mar jun", day, 0, []iis.PersonID{1, 9}},
			{"m", day, 0, []iis.PersonID{1, 9}},
			{"rose marsh", day, 0, []iis.PersonID{1}},
			{"fen", day, 0, []iis.PersonID{1}},
			{"zoe de la cruz", day, 0, []iis.PersonID{2, 3}},
			{"cruz zoe", day, 0, []iis.PersonID{2}},
			{"delacruz", day, 0, []iis.PersonID{2, 3}},
			{"de la cruz", cal.None, 2023, []iis.PersonID{2, 3}},
			{"obrien", cal.None, 2023, []iis.PersonID{4}},
			{"o'brien maryann", cal.None, 2023, []iis.PersonID{4}},
			{"brien mary", cal.None, 2023, []iis.PersonID{4}},
			{"ann obr", cal.None, 2023, []iis.PersonID{4}},
			{"marsh", cal.None, 2022, []iis.PersonID{5}},
			{"dang an", day, 0, []iis.PersonID{6}},
			{"jones", day, 0, []iis.PersonID{7}},
			{"smithj", day, 0, []iis.PersonID{7}},
			{"nandu li", cal.None, 2023, []iis.PersonID{10}},
			{"marsh", day + 1, 0, nil},
			{"arsh", day, 0, nil},
			{"marsh rowan", day, 0, nil},
		} {
			is.Equal(t, c.text, all(t, s, byName(c.text, c.birth, c.year)), c.want)
		}
	})
}

func TestAYearAloneNeedsThreeLettersOfAName(t *testing.T) {
	for text, want := range map[string]bool{"li": false, "li xu": false, "l x": false, "lin": true, "l marsh": true} {
		is.Equal(t, text, byName(text, cal.None, 2023).CanScan(), want)
	}
	is.Equal(t, "one letter and a day", byName("l", cal.Of(2023, 4, 5), 0).CanScan(), true)
}

func TestWithADayThoseOfWhomOnlyPartOfTheNameFitsAreFoundToo(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	day := cal.Of(2023, 4, 5)
	put(t, s, child(1, day, "Marsh/Juniper"), child(2, day, "Marsh/Rowan"), child(3, day, "Fen/Ada"))
	is.NoError(t, "find", s.Read(context.Background(), func(tx *store.Tx) error {
		found, complete, err := tx.FindByName(byName("juniper marsh", day, 0))
		slices.SortFunc(found, func(a, b store.Found) int { return int(a.Person - b.Person) })
		is.Equal(t, "found", found, []store.Found{{Person: 1, Fits: 2, Whole: 2}, {Person: 2, Fits: 1, Whole: 1}})
		is.Equal(t, "all", complete, true)
		return err
	}))
}

func TestAPersonIsFoundByNumbersAndTelephones(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := child(1, cal.Of(2023, 4, 5), "Marsh/Juniper")
		f.Sources[0].Person.IDs = []iis.Identifier{{Value: "MR-12 34", Type: "MR"}, {Value: "555667777", Type: "SS"}, {Value: "--"}}
		f.Golden.Telecoms = []iis.Telecom{{Area: "508", Local: "5550147"}, {Email: "anne@example.org"}}
		f.Golden.Kin = []iis.Kin{{Telecoms: []iis.Telecom{{Text: "+1 (617) 555-0149"}}}}
		put(t, s, f, child(2, cal.None, "Fen/Ada"))
		for number, want := range map[string]int{
			"mr1234": 1, "MR 1234": 1, "1234": 0, "(508) 555-0147": 1, "15085550147": 1, "508.555.0147": 1, "617-555-0149": 1,
			"555667777": 0, "555-66-7777": 0, "5550147": 0, "": 0, "--": 0,
		} {
			is.NoError(t, "find", s.Read(context.Background(), func(tx *store.Tx) error {
				found, err := tx.FindByNumber(number)
				is.Equal(t, number, len(found), want)
				return err
			}))
			is.Equal(t, number+" holds now", card(t, s, 1).HasNumber(number), want == 1)
		}
	})
}

func TestAFormerNameStillFindsAPersonAndIsKnownAsFormer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		day := cal.Of(2023, 4, 5)
		put(t, s, child(1, day, "Fen/Juniper"))
		is.NoError(t, "change", s.Write(context.Background(), func(tx *store.Tx) error {
			f, err := tx.Folder(1)
			if err != nil {
				return err
			}
			f.Golden.Names = []iis.Name{{Family: "Marsh", Given: "Juniper"}}
			f.Golden.Birth = day + 1
			return tx.PutFolder(f, time.Now())
		}))
		for _, c := range []struct {
			text  string
			birth cal.Date
			now   int
		}{{"fen juniper", day, 0}, {"marsh", day + 1, 1}} {
			q := byName(c.text, c.birth, 0)
			is.Equal(t, c.text, all(t, s, q), []iis.PersonID{1})
			is.Equal(t, c.text+" fits now", card(t, s, 1).FitsNow(q), c.now)
		}
		is.Equal(t, "a name of another year", card(t, s, 1).FitsNow(byName("marsh", cal.None, 2022)), 0)
	})
}

func TestACardIsAFolderWithoutItsDoses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := child(1, cal.Of(2023, 4, 5), "Marsh/Juniper/Rose")
		f.Doses = []iis.SourceDose{{ID: 1, Origin: 1, Key: "1", Dose: iis.Dose{Kind: iis.Given, Lot: "L77"}}}
		put(t, s, f, child(2, cal.None, "Fen/Ada"))
		is.Equal(t, "person", card(t, s, 1).Golden, f.Golden)
		is.NoError(t, "cards", s.Read(context.Background(), func(tx *store.Tx) error {
			cards, err := tx.Cards(2, 3, 1)
			is.Equal(t, "in order", []iis.PersonID{cards[0].ID, cards[1].ID}, []iis.PersonID{2, 1})
			return err
		}))
	})
}

func TestANameThatNoKeyHoldsDoesNoHarm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		day := cal.Of(2023, 4, 5)
		long := strings.Repeat("Ж", 5000)
		f := child(1, day, long+"/"+long, "/", "\xff\x00/A")
		f.Sources[0].Person.IDs = []iis.Identifier{{Value: long, Type: "MR"}}
		put(t, s, f)
		is.Equal(t, "found by its beginning", all(t, s, byName("ЖЖЖ", day, 0)), []iis.PersonID{1})
	})
}

func TestEveryWordOfAVeryLongNameIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		day := cal.Of(2019, 3, 14)
		put(t, s, child(1, day, "García Márquez-O’Higgins/José María de los Ángeles/Íñigo"))
		for _, text := range []string{"jose maria angeles inigo garcia marquez higgins", "inigo garcia", "higgins inigo", "delosangeles garcia"} {
			is.Equal(t, text, all(t, s, byName(text, day, 0)), []iis.PersonID{1})
			is.Equal(t, text, all(t, s, byName(text, cal.None, 2019)), []iis.PersonID{1})
		}
	})
}
