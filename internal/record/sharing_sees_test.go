package record

import (
	"context"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// sights are what users see of a person, by name.
func (p *places) sees(person iis.PersonID, by iis.Actor) (out Sight) {
	p.t.Helper()
	is.NoError(p.t, "look", p.s.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(person)
		if err != nil {
			return err
		}
		seen, sight, err := p.k.Sees(tx, by, f)
		card := f.Card()
		_, listed, err2 := p.k.SeesCard(tx, by, &card)
		is.Equal(p.t, "in a list as in the record", listed, sight)
		is.Equal(p.t, "something is shown", seen != nil, sight == Whole || sight == OwnPart || sight == Glass)
		if err == nil {
			err = err2
		}
		out = sight
		return err
	}))
	return out
}

func TestWhatIsSeenOfARecordIsThePolicysToSay(t *testing.T) {
	eachPlace(t, func(p *places) {
		id := p.take(p.elm, someone("Quistgaard", "Ana", "20190302", "F", living("12 Larch Street", "58102"), number("MR", "1", "ELM"), protected)).Person
		oak, elm, none := iis.Actor{Kind: "user", User: 1, Site: p.oak.ID}, iis.Actor{Kind: "user", User: 2, Site: p.elm.ID}, iis.Actor{Kind: "user", User: 3}
		staff, job := iis.Actor{Kind: "user", User: 4, SeesAll: true}, iis.Actor{Kind: "job"}
		for state, want := range map[string][]Sight{
			"neutral": {Whole, Whole, Whole, Whole, Whole},
			"ma":      {Nothing, Whole, Nothing, Whole, Whole},
			"mn":      {Name, Whole, Name, Whole, Whole},
		} {
			p.goesBy(state)
			var got []Sight
			for _, by := range []iis.Actor{oak, elm, none, staff, job} {
				got = append(got, p.sees(id, by))
			}
			is.Equal(p.t, state, got, want)
		}
		// An objection on a page has no owner; whoever wrote it down knows of the person.
		p.goesBy("ma")
		p.chooses(p.oak, id, iis.Objects)
		is.Equal(t, "who protects it by PD1-12", p.sees(id, elm), OwnPart)
		is.Equal(t, "who wrote the objection down", p.sees(id, oak), Name)
		is.Equal(t, "anybody else", p.sees(id, none), Nothing)
		is.Equal(t, "the programme", p.sees(id, staff), Whole)

		p.goesBy("mn")
		is.NoError(t, "break", p.s.Write(context.Background(), func(tx *store.Tx) error {
			now := p.s.Now()
			return tx.AddGlass(store.Glass{Person: id, ID: p.s.NewID(), User: none.User, Reason: "x", Say: "y", Opened: now, Until: now.Add(time.Hour)})
		}))
		is.Equal(t, "who broke the glass", p.sees(id, none), Glass)
		is.Equal(t, "another user of no site", p.sees(id, iis.Actor{Kind: "user", User: 5}), Name)
		p.goesBy("ma")
		is.Equal(t, "where nobody may", p.sees(id, none), Nothing)
	})
}

// goesBy has the keeper go by a state's policy, for as long as the test lasts.
func (p *places) goesBy(state string) {
	p.k.policies.Store(&heldPolicy{trusted: trusted{doses: p.k.doses}, Policy: policy.Named(state), read: time.Now().Add(time.Hour)})
}
