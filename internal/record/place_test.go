package record

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/match"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// places is a registry to which two clinics send.
type places struct {
	t        *testing.T
	s        *store.Store
	k        *Keeper
	oak, elm iis.Sender
}

func eachPlace(t *testing.T, test func(p *places)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := &places{t: t, s: s}
		p.open()
		test(p)
	})
}

// open has the two clinics send.
func (p *places) open() {
	p.t.Helper()
	p.k = New(p.s, codeset.Default())
	is.NoError(p.t, "senders", p.s.Write(context.Background(), func(tx *store.Tx) (err error) {
		if p.oak, err = tx.EnsureSender("OAK", "Oak Street Clinic", time.Now()); err != nil {
			return err
		}
		p.elm, err = tx.EnsureSender("ELM", "Elm Square Clinic", time.Now())
		return err
	}))
}

// take takes what a sender says of a person.
func (p *places) take(from iis.Sender, who iis.Person) iis.Receipt {
	p.t.Helper()
	r, err := p.k.Take(context.Background(), Arrival{
		Submission: iis.SubmissionID(p.s.NewID()), Sender: from, Received: p.s.Now(), Person: who,
		Finish: func(iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: iis.SubmissionID(p.s.NewID())}
		},
	})
	is.NoError(p.t, "take", err)
	return r
}

func (p *places) find(asker iis.Sender, who iis.Person) Found {
	p.t.Helper()
	f, err := p.k.Find(context.Background(), asker.ID, &who)
	is.NoError(p.t, "find", err)
	return f
}

// verdicts are what the queue keeps of a person.
func (p *places) verdicts(of iis.PersonID) map[iis.PersonID]match.Verdict {
	p.t.Helper()
	out := map[iis.PersonID]match.Verdict{}
	p.each(`SELECT other_id, why FROM possible_match WHERE person_id = $1`, []any{of}, func(r db.Row) error {
		var v match.Verdict
		err := json.Unmarshal([]byte(r.Text(1)), &v)
		out[iis.PersonID(r.Int(0))] = v
		return err
	})
	return out
}

// each reads rows.
func (p *places) each(sql string, args []any, each func(db.Row) error) {
	p.t.Helper()
	is.NoError(p.t, "read", p.s.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(db.Query{SQL: sql, Args: args, Each: each})
	}))
}

// made is a made-up child; edits say more.
func someone(family, given, born, sex string, edit ...func(*iis.Person)) iis.Person {
	p := iis.Person{Names: []iis.Name{{Family: family, Given: given, Type: "L"}}, Birth: cal.ParseCompact(born), Sex: sex}
	for _, e := range edit {
		e(&p)
	}
	return p
}

func number(typ, value, authority string) func(*iis.Person) {
	return func(p *iis.Person) {
		p.IDs = append(p.IDs, iis.Identifier{Type: typ, Value: value, Authority: authority})
	}
}

func living(street, zip string) func(*iis.Person) {
	return func(p *iis.Person) {
		p.Addresses = append(p.Addresses, iis.Address{Street: street, City: "Fargo", Zip: zip, Type: "H"})
		p.Telecoms = append(p.Telecoms, iis.Telecom{Use: "PRN", Equipment: "PH", Area: "701", Local: "555" + zip[1:]})
	}
}

// reached is living of whom the telephone is told and not the home.
func reached(zip string) func(*iis.Person) {
	return func(p *iis.Person) {
		living("", zip)(p)
		p.Addresses = nil
	}
}

func bornTo(given, maiden string) func(*iis.Person) {
	return func(p *iis.Person) { p.MotherMaiden = iis.Name{Given: given, Family: maiden} }
}

func twin(order int) func(*iis.Person) {
	return func(p *iis.Person) { p.MultipleBirth, p.BirthOrder = "Y", order }
}

func protected(p *iis.Person) { p.Protection = "Y" }

// TestWhoeverIsDescribedIsPlacedAsAPersonWould sends what one clinic says and
// then what another says, in either order.
func TestWhoeverIsDescribedIsPlacedAsAPersonWould(t *testing.T) {
	larch, ann := living("12 Larch Street", "58102"), bornTo("Ann", "Vang")
	ss := number("SS", "219099999", "")
	for name, c := range map[string]struct {
		x, y iis.Person
		want string // of the second: "profile balanced", "possible" or "new"
	}{
		"the same in other spelling":     {someone("O'Brien-López", "Ana María", "20190302", "F", larch), someone("OBRIEN LOPEZ", "ANA MARIA", "20190302", "F", larch), "profile balanced"},
		"twins":                          {someone("Quist", "Ana", "20190302", "F", larch, ann, twin(1)), someone("Quist", "Eva", "20190302", "F", larch, ann, twin(2)), "new"},
		"twins of whom nobody told":      {someone("Quist", "Ana", "20190302", "F", larch, ann), someone("Quist", "Eva", "20190302", "F", larch, ann), "new"},
		"twins with nearly one name":     {someone("Quist", "Jayden", "20190302", "M", larch, twin(0)), someone("Quist", "Jaydon", "20190302", "M", larch), "possible"},
		"namesakes":                      {someone("Quist", "Ana", "20190302", "F"), someone("Quist", "Ana", "20190302", "F"), "possible"},
		"namesakes of two homes":         {someone("Smith", "John", "20190302", "M", larch), someone("Smith", "John", "20190302", "M", living("3 Oak Lane", "02139")), "possible"},
		"a baby, by mother and address":  {someone("Vang", "BABY BOY", "20190302", "M", larch, ann), someone("Quist", "Otto", "20190302", "M", larch, ann), "profile balanced"},
		"a baby, by its name alone":      {someone("Quist", "BABY BOY", "20190302", "M"), someone("Quist", "Otto", "20190302", "M"), "possible"},
		"a name changed by marriage":     {someone("Marsh", "Ana", "19900302", "F", larch), someone("Quist", "Ana", "19900302", "F", larch), "possible"},
		"that, and the name before told": {someone("Marsh", "Ana", "19900302", "F", larch), someone("Quist", "Ana", "19900302", "F", larch, func(p *iis.Person) { p.Names = append(p.Names, iis.Name{Family: "Marsh", Given: "Ana", Type: "M"}) }), "profile balanced"},
		"day and month swapped, at home": {someone("Quist", "Ana", "20190302", "F", larch), someone("Quist", "Ana", "20190203", "F", larch), "profile balanced"},
		"day and month swapped":          {someone("Quist", "Ana", "20190302", "F"), someone("Quist", "Ana", "20190203", "F"), "possible"},
		"half of a double name":          {someone("García López", "Ana", "20190302", "F", larch), someone("Lopez", "Ana", "20190302", "F", larch), "profile balanced"},
		"a double name turned round":     {someone("García López", "Ana", "20190302", "F", larch), someone("Lopez-Garcia", "Ana", "20190302", "F", larch), "profile balanced"},
		"two social security numbers":    {someone("Quist", "Ana", "20190302", "F", larch, ss), someone("Quist", "Ana", "20190302", "F", larch, number("SS", "219088888", "")), "possible"},
		"brother and sister":             {someone("Quist", "Ana", "20190302", "F", larch, ann), someone("Quist", "Otto", "20200509", "M", larch, ann), "new"},
	} {
		t.Run(name, func(t *testing.T) {
			eachPlace(t, func(p *places) {
				number("MR", "A1", "OAK")(&c.x)
				number("MR", "B1", "ELM")(&c.y)
				first := p.take(p.oak, c.x)
				is.Equal(p.t, "first", first.Match, "new")
				p.told(c.want, first.Person, p.take(p.elm, c.y))
			})
			back := &places{t: t, s: storetest.Open(t, storetest.SQLite(t))}
			back.open()
			first := back.take(back.elm, c.y)
			back.told(c.want, first.Person, back.take(back.oak, c.x))
		})
	}
}

// A newborn without a name has become one of twins; the other twin, whom a third
// sender tells of, fits what was said before the name, and is queued.
func TestATwinIsNotJoinedThroughTheNewbornsTimeWithoutAName(t *testing.T) {
	larch, ann := living("12 Larch Street", "58102"), bornTo("Ann", "Vang")
	eachPlace(t, func(p *places) {
		var fir iis.Sender
		is.NoError(p.t, "sender", p.s.Write(context.Background(), func(tx *store.Tx) (err error) {
			fir, err = tx.EnsureSender("FIR", "Fir Clinic", time.Now())
			return err
		}))
		first := p.take(p.oak, someone("Vang", "BABY GIRL", "20190302", "F", larch, ann, number("MR", "A1", "OAK")))
		lily := p.take(p.elm, someone("Vang", "Lily", "20190302", "F", larch, ann, number("MR", "B1", "ELM")))
		is.Equal(p.t, "Lily", lily.Person, first.Person)
		rose := p.take(fir, someone("Vang", "Rose", "20190302", "F", larch, ann, number("MR", "C1", "FIR")))
		is.Equal(p.t, "Rose", rose.Match, "possible")
		is.Equal(p.t, "Rose is Lily", rose.Person == lily.Person, false)
		is.Equal(p.t, "queued", len(p.verdicts(rose.Person)), 1)
	})
}

// told requires of the second of two messages that it was placed as wanted
// beside the first's person, and that the reason is kept.
func (p *places) told(want string, first iis.PersonID, second iis.Receipt) {
	p.t.Helper()
	is.Equal(p.t, "second", second.Match, want)
	is.Equal(p.t, "one person", first == second.Person, want == "profile balanced")
	queued := p.verdicts(second.Person)
	is.Equal(p.t, "queued", len(queued), map[string]int{"possible": 1}[want])
	var kept match.Verdict
	switch want {
	case "new":
		is.Equal(p.t, "no reason", string(second.Why), "")
		return
	case "possible":
		kept = queued[first]
	default:
		p.each(`SELECT why FROM link WHERE source_id = $1`, []any{second.Source}, func(r db.Row) error {
			return json.Unmarshal([]byte(r.Text(0)), &kept)
		})
	}
	var told match.Verdict
	is.NoError(p.t, "receipt", json.Unmarshal(second.Why, &told))
	is.Equal(p.t, "the receipt's reason", told, kept)
	if kept.Profile != "balanced" || kept.Weights == "" || len(kept.Levels) < 4 || (want == "possible") != (kept.Outcome == match.Possible) {
		p.t.Errorf("the reason is kept as %+v", kept)
	}
}

func TestAPossibleMatchIsStoredAtOnceAndFoundAsCertainByNobody(t *testing.T) {
	eachPlace(t, func(p *places) {
		first := p.take(p.oak, someone("Quist", "Ana", "20190302", "F", living("12 Larch Street", "58102"), number("MR", "A1", "OAK")))
		second := p.take(p.elm, someone("Quist", "Ana", "20190302", "F", number("MR", "B1", "ELM")))
		is.Equal(t, "apart", []string{first.Match, second.Match}, []string{"new", "possible"})
		f := p.find(p.elm, someone("Quist", "Ana", "20190302", "F"))
		is.Equal(t, "by name", []int{len(f.Candidates)}, []int{2})
		is.Equal(t, "certain", f.Folder == nil, true)
		f = p.find(p.elm, someone("Quist", "Ana", "20190302", "F", number("MR", "B1", "ELM")))
		is.Equal(t, "by its own number", f.Folder != nil && f.Folder.ID == second.Person, true)
		again := p.take(p.elm, someone("Quist", "Ana", "20190302", "F", living("12 Larch Street", "58102"), number("MR", "B1", "ELM")))
		is.Equal(t, "it stays its sender's", again.Person, second.Person)
	})
}

func TestAStrictRegistryAsksForMore(t *testing.T) {
	eachPlace(t, func(p *places) {
		p.k.Matching("strict")
		larch := living("12 Larch Street", "58102")
		p.take(p.oak, someone("Quist", "William", "20190302", "M", larch, number("MR", "A1", "OAK")))
		bill := p.take(p.elm, someone("Quist", "Bill", "20190302", "M", larch, number("MR", "B1", "ELM")))
		is.Equal(t, "a short form", bill.Match, "possible")
	})
}

func TestWhoeverIsFoundByAFormerNameOrAddressIsTheSame(t *testing.T) {
	eachPlace(t, func(p *places) {
		larch := living("12 Larch Street", "58102")
		first := p.take(p.oak, someone("Quist", "Ana", "19900302", "F", larch, number("MR", "A1", "OAK")))
		p.take(p.oak, someone("Marsh", "Ana", "19900302", "F", living("3 Oak Lane", "02139"), number("MR", "A1", "OAK")))
		had, have := p.rows(first.Person), []int64{}
		for _, who := range []iis.Person{someone("Quist", "Ana", "19900302", "F", larch), someone("Marsh", "Ana", "19900302", "F", living("3 Oak Lane", "02139"))} {
			have = append(have, match.Default().Keys(&who)...)
		}
		for _, k := range have {
			if !slices.Contains(had, k) {
				t.Errorf("a key of the kind %q is not there", match.KindOfKey(k))
			}
		}
	})
}

// rows are the match keys that lead to a person.
func (p *places) rows(who iis.PersonID) (keys []int64) {
	p.each(`SELECT k FROM match_key WHERE person_id = $1 ORDER BY k`, []any{who}, func(r db.Row) error {
		keys = append(keys, r.Int(0))
		return nil
	})
	return keys
}

func TestWhatAProtectedPersonMayRevealStaysHidden(t *testing.T) {
	eachPlace(t, func(p *places) {
		larch := living("12 Larch Street", "58102")
		hidden := p.take(p.oak, someone("Quillfeather", "Ana", "20190302", "F", larch, protected, number("MR", "A1", "OAK")))
		asked := someone("Quillfeather", "Ana", "20190302", "F", larch)
		f := p.find(p.elm, asked)
		is.Equal(t, "another sees", f.Folder == nil && len(f.Candidates) == 0, true)
		f = p.find(p.oak, asked)
		is.Equal(t, "the owner sees", f.Folder != nil && f.Folder.ID == hidden.Person, true)
		asked = someone("Quillfeather", "Ana", "20190302", "F", larch, number("SR", hidden.Person.Public(), "OPENIIS"))
		f = p.find(p.elm, asked)
		is.Equal(t, "another with the registry's number", f.Folder == nil && len(f.Candidates) == 0, true)
	})
}

func TestAKeyThatTooManyShareIsPassedOverAndThatIsTold(t *testing.T) {
	eachPlace(t, func(p *places) {
		common := someone("Smith", "Ana", "20190302", "F")
		keys := match.Default().Keys(&common)
		is.NoError(t, "a crowd", p.s.Write(context.Background(), func(tx *store.Tx) error {
			for i := range store.MostSources + 1 {
				if err := tx.AddMatchKeys(iis.PersonID(1000+i), iis.SourceID(1000+i), keys); err != nil {
					return err
				}
			}
			return nil
		}))
		r := p.take(p.oak, common)
		is.Equal(t, "an update", []any{r.Match, r.Crowded}, []any{"new", true})
		is.Equal(t, "a query", p.find(p.oak, common).Crowded, true)
		home := common
		living("12 Larch Street", "58102")(&home)
		r = p.take(p.elm, home)
		is.Equal(t, "with an address", []any{r.Match, r.Crowded}, []any{"new", false})
		var blocks []store.Block
		is.NoError(t, "blocks", p.s.Read(context.Background(), func(tx *store.Tx) (err error) {
			blocks, err = tx.Blocks(store.MostSources)
			return err
		}))
		is.Equal(t, "blocks", len(blocks), len(keys))
		is.Equal(t, "the largest", blocks[0].Sources > store.MostSources, true)
	})
}
