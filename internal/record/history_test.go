package record

import (
	"context"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// statusToday is how a record stands today.
func (p *places) statusToday(person iis.PersonID) (s iis.Sharing) {
	p.t.Helper()
	p.status(person) // what is stored is what reports come to
	p.k.policies.Store(nil)
	is.NoError(p.t, "read", p.s.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(person)
		if err != nil {
			return err
		}
		shared, err := p.k.SharedIn(tx, f)
		s = shared.Status
		return err
	}))
	return s
}

// sees is what clinic staff of a site see of a record.
func (p *places) looks(person iis.PersonID, site iis.Sender) (sight Sight) {
	p.t.Helper()
	is.NoError(p.t, "read", p.s.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(person)
		if err != nil {
			return err
		}
		_, sight, err = p.k.Sees(tx, iis.Actor{Kind: "user", User: 7, Site: site.ID}, f)
		return err
	}))
	return sight
}

// goesLive has a sender be live from the beginning of a day.
func (p *places) goesLive(sender iis.Sender, day cal.Date) {
	p.t.Helper()
	is.NoError(p.t, "go live", p.s.Write(context.Background(), func(tx *store.Tx) error { return tx.SetGoLive(sender.ID, day, time.Time{}) }))
	p.k.policies.Store(nil)
}

func (p *places) by(state string) {
	p.t.Helper()
	_, err := p.k.GoBy(context.Background(), policy.Named(state), iis.Actor{Kind: "command"}, true)
	is.NoError(p.t, "go by "+state, err)
}

func TestADayThatIsSetLaterHoldsForWhatIsOnRecord(t *testing.T) {
	eachPlace(t, func(p *places) {
		p.by("ma")
		ana := someone("Quistgaard", "Ana", "20190302", "F", living("12 Larch Street", "58102"), number("MR", "1", "OAK"))
		id := p.take(p.oak, ana).Person
		is.Equal(t, "its site enrols, and no day is set", p.statusToday(id), iis.SharingUnknown)
		today := cal.On(p.s.Now())
		p.goesLive(p.oak, today)
		is.Equal(t, "it came on the day", p.statusToday(id), iis.SharingYes)
		is.Equal(t, "elm sees it", p.looks(id, p.elm), Whole)

		p.goesLive(p.oak, today.AddDays(10))
		is.Equal(t, "it came before the day", p.statusToday(id), iis.SharingUnknown)
		is.Equal(t, "elm is asked first", p.looks(id, p.elm), Asked)
		is.Equal(t, "oak sees its own", p.looks(id, p.oak), OwnPart)
		is.Equal(t, "a query of elm", who(p.find(p.elm, ana)), iis.PersonID(0))

		p.goesLive(p.oak, today)
		is.Equal(t, "the day was another", p.statusToday(id), iis.SharingYes)
		is.Equal(t, "elm sees it", p.looks(id, p.elm), Whole)

		// One word of a live sender ends it, though it says nothing else that is new.
		p.goesLive(p.oak, today.AddDays(10))
		is.Equal(t, "again", p.statusToday(id), iis.SharingUnknown)
		p.s.SetClock(func() time.Time { return time.Now().AddDate(0, 0, 11) })
		defer p.s.SetClock(time.Now)
		p.k.policies.Store(nil)
		is.Equal(t, "the same person", p.take(p.oak, ana).Person, id)
		is.Equal(t, "told", p.statusToday(id), iis.SharingYes)
	})
}

func TestAChoiceStandsBeforeADayThatIsSetLater(t *testing.T) {
	eachPlace(t, func(p *places) {
		p.by("ma")
		id := p.take(p.oak, someone("Quistgaard", "Ana", "20190302", "F", number("MR", "1", "OAK"))).Person
		p.goesLive(p.oak, cal.On(p.s.Now()).AddDays(10))
		p.chooses(p.elm, id, iis.Objects)
		is.Equal(t, "objected", p.statusToday(id), iis.SharingNo)
		p.chooses(p.elm, id, iis.Withdraws)
		is.Equal(t, "withdrawn", p.statusToday(id), iis.SharingYes)
	})
}

func TestOtherStatesKnowNoHistory(t *testing.T) {
	eachPlace(t, func(p *places) {
		p.by("mn")
		id := p.take(p.oak, someone("Quistgaard", "Ana", "20190302", "F", number("MR", "1", "OAK"))).Person
		p.goesLive(p.oak, cal.On(p.s.Now()).AddDays(10))
		is.Equal(t, "status", p.statusToday(id), iis.SharingYes)
	})
}

func TestWhatCountsAsHistoryIsNotChangedWhereItIsKept(t *testing.T) {
	day := cal.Of(2026, 3, 1)
	h := Histories{until: map[iis.SenderID]store.Live{1: {Day: day}, 3: {Day: day}}, untell: true}
	before, after := day.AddDays(-1).Time().Add(12*time.Hour).UnixMicro(), day.AddDays(1).Time().UnixMicro()
	list := []store.SourcePerson{said(1, nil), said(1, nil), said(2, nil), said(3, untold)}
	list[0].Received, list[1].Received, list[2].Received, list[3].Received = before, after, before, after
	got := h.sources(list)
	want := []bool{true, false, false, true}
	for i := range got {
		is.Equal(t, "history", got[i].Person.Untold, want[i])
		is.Equal(t, "one by one", h.source(&list[i]).Person.Untold, want[i])
	}
	is.Equal(t, "kept as it was", list[0].Person.Untold, false)
}
