package record

import (
	"context"
	"slices"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/match"
	"openiis/internal/store"
)

// TestAClinicAsksForItsOwnPatient asks with all that the clinic told, with less, and
// with what it told of another child.
func TestAClinicAsksForItsOwnPatient(t *testing.T) {
	eachPlace(t, func(p *places) {
		larch := living("12 Larch Street", "58102")
		ana := someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", "1", "OAK"))
		ben := someone("Quistgaard", "Ben", "20170814", "M", larch, number("MR", "2", "OAK"))
		is1, is2 := p.take(p.oak, ana).Person, p.take(p.oak, ben).Person
		if is1 == is2 {
			t.Fatal("two children are one record")
		}
		less := ana
		less.Addresses, less.Telecoms, less.Sex = nil, nil, ""
		swapped := ben
		swapped.IDs = ana.IDs
		moved := ana
		moved.Addresses = []iis.Address{{Street: "7 Birch Road", City: "Fargo", Zip: "58104", Type: "H"}}
		for name, c := range map[string]struct {
			who  iis.Person
			want iis.PersonID
		}{
			"with all that was told":  {ana, is1},
			"the brother":             {ben, is2},
			"with a part of it":       {less, is1},
			"with a new address":      {moved, is1},
			"with the brother's name": {swapped, 0},
		} {
			is.Equal(t, name, who(p.find(p.oak, c.who)), c.want)
		}

		// Another clinic protects the record: the first sees what it told itself.
		abroad := ana
		abroad.IDs = nil
		is.Equal(t, "the second clinic's", p.take(p.elm, someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", "9", "ELM"), protected)).Person, is1)
		own := p.find(p.oak, ana)
		is.Equal(t, "its own part", who(own), is1)
		for _, s := range own.Folder.Sources {
			is.Equal(t, "who told it", s.Sender, p.oak.ID)
		}
		is.Equal(t, "to the clinic that protects", len(p.find(p.elm, abroad).Folder.Sources), 2)

		// A closed record is nobody's, whoever told of it.
		p.take(p.elm, someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", "9", "ELM"), func(p *iis.Person) { p.OptOut = "Y" }))
		is.Equal(t, "of a closed record", who(p.find(p.oak, ana)), 0)
	})
}

// both is whom a clinic finds by its number and, of the same description, by comparing:
// what the first way answers the second must hold possible at least.
func (p *places) both(what string, asker iis.Sender, said iis.Person) (known, like iis.PersonID) {
	p.t.Helper()
	whole, found := foundBothWays(p.t, p.k, asker, &said)
	if whole == nil {
		return 0, who(found)
	}
	found.Candidates = append(found.Candidates, found.Folder)
	if !slices.ContainsFunc(found.Candidates, func(f *store.Folder) bool { return f != nil && store.SameFolder(f, whole) && f.ID == whole.ID }) {
		p.t.Errorf("%s: its number leads to %d, whom comparing does not find, or not as it may be seen", what, whole.ID)
	}
	return whole.ID, who(found)
}

// foundBothWays finds a person by the asker's number, and by comparing.
func foundBothWays(t testing.TB, k *Keeper, asker iis.Sender, said *iis.Person) (known *store.Folder, like Found) {
	t.Helper()
	by, err := k.judges(context.Background())
	is.NoError(t, "judges", err)
	is.NoError(t, "find", k.store.Read(context.Background(), func(tx *store.Tx) (err error) {
		a, err := k.audience(tx, asker.ID)
		if err != nil {
			return err
		}
		if known, err = k.findKnown(tx, a, said); err == nil {
			like, err = k.findLike(tx, by, a, said)
		}
		return err
	}))
	return known, like
}

// TestANumberLeadsToNobodyWhoWasDescribedOtherwise gives numbers to two patients.
func TestANumberLeadsToNobodyWhoWasDescribedOtherwise(t *testing.T) {
	larch := living("12 Larch Street", "58102")
	for name, id := range map[string]func(*iis.Person){
		"in full": number("MR", "7", "OAK"), "without an authority": number("MR", "7", ""), "without a type": number("", "7", "OAK"),
	} {
		t.Run(name, func(t *testing.T) {
			eachPlace(t, func(p *places) {
				ana := someone("Quistgaard", "Ana", "20190302", "F", larch, id)
				eva := someone("Quistgaard", "Eva", "20170814", "F", living("3 Oak Lane", "58104"), id)
				one := p.take(p.oak, ana).Person
				known, like := p.both("who has it alone", p.oak, ana)
				is.Equal(t, "alone", []iis.PersonID{known, like}, []iis.PersonID{one, one})
				second := p.take(p.oak, eva)
				is.Equal(t, "the number is taken", []any{second.Match, second.NumberTaken}, []any{"possible", true})
				known, _ = p.both("who had it before", p.oak, ana)
				is.Equal(t, "who had it before, by number", known, 0)
				is.Equal(t, "who had it before, found", who(p.find(p.oak, ana)), one)
				is.Equal(t, "who has it now", who(p.find(p.oak, eva)), second.Person)
				known, _ = p.both("its number at another clinic", p.elm, eva)
				is.Equal(t, "another clinic's number", known, 0)
				alone := iis.Person{IDs: eva.IDs}
				known, _ = p.both("the number alone", p.oak, alone)
				is.Equal(t, "the number alone says nobody", known, 0)
			})
		})
	}
}

// TestWhatWasToldTogetherIsAnsweredTogether asks with what is told less often: a
// registry number that names somebody else, a newborn without a name, a number for life
// that another clinic contradicts, a death that was set aside.
func TestWhatWasToldTogetherIsAnsweredTogether(t *testing.T) {
	larch, ann := living("12 Larch Street", "58102"), bornTo("Ann", "Vang")
	eachPlace(t, func(p *places) {
		ctx := context.Background()
		ben := p.take(p.elm, someone("Moor", "Ben", "20150814", "M", number("MR", "B", "ELM"))).Person
		ana := someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", "1", "OAK"))
		named := ana
		named.IDs = append(slices.Clone(ana.IDs), iis.Identifier{Type: "SR", Value: ben.Public(), Authority: Registry})
		one := p.take(p.oak, ana).Person
		known, like := p.both("a registry number that was not told", p.oak, named)
		is.Equal(t, "a registry number that was not told", []iis.PersonID{known, like}, []iis.PersonID{0, one})
		is.Equal(t, "told", p.take(p.oak, named).Person, one)
		known, like = p.both("a registry number that was", p.oak, named)
		is.Equal(t, "a registry number that was", []iis.PersonID{known, like}, []iis.PersonID{one, one})

		baby := someone("Vang", "BABY BOY", "20220302", "M", larch, ann, number("MR", "2", "OAK"))
		second := someone("Vang", "BABY BOY B", "20220302", "M", larch, ann, number("MR", "3", "OAK"))
		boys := []iis.PersonID{p.take(p.oak, baby).Person, p.take(p.oak, second).Person}
		is.Equal(t, "two boys", boys[0] == boys[1], false)
		for i, b := range []iis.Person{baby, second} {
			known, _ := p.both("a newborn", p.oak, b)
			is.Equal(t, "a newborn", known, boys[i])
		}

		// Somebody joins records with two numbers for life: it is no doubt any more.
		mine := someone("Marsh", "Ivy", "20180101", "F", larch, number("MR", "4", "OAK"), number("MA", "A100001", ""))
		theirs := someone("Marsh", "Ivy", "20180101", "F", living("9 Hill Road", "58104"), number("MR", "4", "ELM"), number("MA", "A200002", ""))
		ivy, other := p.take(p.oak, mine).Person, p.take(p.elm, theirs).Person
		is.Equal(t, "two numbers for life", ivy == other, false)
		merged, err := p.k.Merge(ctx, ivy, other, steward, "one child")
		is.NoError(t, "merge", err)
		known, like = p.both("joined", p.oak, mine)
		is.Equal(t, "joined", []iis.PersonID{known, like}, []iis.PersonID{ivy, ivy})
		known, _ = p.both("joined, the other clinic", p.elm, theirs)
		is.Equal(t, "joined, the other clinic", known, ivy)
		_, err = p.k.Undo(ctx, merged, steward, "they are two")
		is.NoError(t, "undo", err)
		known, _ = p.both("two again", p.elm, theirs)
		is.Equal(t, "two again", known, other)

		dead := someone("Tarn", "Ash", "19500101", "M", larch, number("MR", "5", "OAK"), func(p *iis.Person) { p.Dead = "Y" })
		ash := p.take(p.oak, dead).Person
		_, err = p.k.Alive(ctx, ash, steward, "another's certificate")
		is.NoError(t, "alive", err)
		found := p.find(p.oak, dead)
		is.Equal(t, "a death that was set aside", []any{who(found), found.Folder.Golden.HasDied()}, []any{ash, false})
	})
}

// TestANumberThatLeadsNowhereIsComparedAsAny is about what a query sees between the two
// things that it reads, when a record is merged or a source moved meanwhile.
func TestANumberThatLeadsNowhereIsComparedAsAny(t *testing.T) {
	eachPlace(t, func(p *places) {
		ana := someone("Quistgaard", "Ana", "20190302", "F", living("12 Larch Street", "58102"), number("MR", "1", "OAK"))
		eva := someone("Moor", "Eva", "20150814", "F", living("9 Hill Road", "58104"), number("MR", "2", "OAK"))
		one, two := p.take(p.oak, ana).Person, p.take(p.oak, eva).Person
		for what, to := range map[string]iis.PersonID{"a person who is no more": 4711, "one who has not the source": two} {
			is.NoError(t, what, p.s.Write(context.Background(), func(tx *store.Tx) error {
				return tx.Exec(`UPDATE source_key SET person_id = $1 WHERE sender_id = $2 AND k = $3`, to, p.oak.ID, match.OwnKeys(&ana)[0])
			}))
			known, _ := foundBothWays(t, p.k, p.oak, &ana)
			is.Equal(t, what, known == nil, true)
			is.Equal(t, what, who(p.find(p.oak, ana)), one)
		}
	})
}

// TestTheClinicThatToldOfBothIdentitiesAsksByItsNumber asks under the number that was
// the former identity's and has become the new one's, or a stranger's.
func TestTheClinicThatToldOfBothIdentitiesAsksByItsNumber(t *testing.T) {
	eachTown(t, func(w *town) {
		former, now := canary.at(formerHome), adopted.at(newHome)
		born := iis.Person{IDs: now.IDs, Birth: now.Birth}
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7")).Person
		_, is2 := w.seal(was)
		asks := func(what string, said iis.Person, byNumber bool, want ...iis.PersonID) {
			t.Helper()
			known, like := foundBothWays(t, w.k, w.clinics[0], &said)
			is.Equal(t, what+", by its number", known != nil, byNumber)
			if byNumber {
				is.Equal(t, what+", by comparing", who(like), known.ID)
			}
			is.Equal(t, what, w.finds(0, said), want)
		}
		asks("for the former, before it tells of the new", former, false, was)
		asks("for the new", now, false, is2)
		asks("by number and birth date", born, false, was)
		is.Equal(t, "it tells of the new", w.tell(adopted, newHome).Person, is2)
		asks("for the former", former, false, was)
		asks("for the new, of whom it told", now, true, is2)
		asks("by number and birth date then, which is as much the former", born, false, was)
		moved := formerHome
		moved.phone = "2015550177"
		is.Equal(t, "it goes on telling of the former", w.tell(canary, moved).Person, was)
		asks("for the new, of whom it told before", now, false, is2)
		asks("for the former again", canary.at(moved), false, was)
		basil := whose{0, canary.number, "Fields", "Basil", "1980-01-01"}
		stranger := w.send(basil).Person
		asks("for a stranger under that number", basil.person(), true, stranger)
		asks("for the new in the end", now, false, is2)
		asks("for the former in the end", canary.at(moved), false, was)
	})
}

// who is whose record an answer is; 0 is nobody's.
func who(f Found) iis.PersonID {
	if f.Folder == nil {
		return 0
	}
	return f.Folder.ID
}
