package record

import (
	"context"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// said is a source of a sender with the same number, that said something of sharing.
func said(sender iis.SenderID, edit func(*iis.Person)) store.SourcePerson {
	s := store.SourcePerson{Source: iis.SourceID(sender), Sender: sender, Received: int64(sender)}
	if edit != nil {
		edit(&s.Person)
	}
	return s
}

func chose(kind iis.ChoiceKind, source iis.SourceID, at int64, lifts ...iis.SourceID) iis.Choice {
	return iis.Choice{ID: at, Kind: kind, Source: source, Sender: iis.SenderID(source), Received: at, From: cal.Of(2026, 1, 1), Lifts: lifts}
}

func yes(at int64) func(*iis.Person) {
	return func(p *iis.Person) { p.Protection, p.ProtectedAt = "Y", at }
}

func noPD1(p *iis.Person)  { p.Protection = "N" }
func untold(p *iis.Person) { p.Untold = true }
func untoldN(p *iis.Person) {
	p.Untold, p.Protection = true, "N"
}

func TestOneObjectionIsEnoughAndOnlyWhatTookItBackLiftsIt(t *testing.T) {
	later := func(p *iis.Person) { p.Protection, p.ProtectedAt, p.ProtectionFrom = "Y", 10, cal.Of(2026, 2, 1) }
	for name, c := range map[string]struct {
		sources []store.SourcePerson
		choices []iis.Choice
		want    iis.Sharing
		cause   SharingCause
	}{
		"nobody said anything":                       {[]store.SourcePerson{said(1, nil)}, nil, iis.SharingYes, ByDefault},
		"history alone":                              {[]store.SourcePerson{said(1, untold), said(2, untold)}, nil, iis.SharingUnknown, ByHistory},
		"history, and who is live":                   {[]store.SourcePerson{said(1, untold), said(2, nil)}, nil, iis.SharingYes, ByDefault},
		"history with an N of habit":                 {[]store.SourcePerson{said(1, untoldN)}, nil, iis.SharingUnknown, ByHistory},
		"history with a Y":                           {[]store.SourcePerson{said(1, func(p *iis.Person) { untold(p); yes(1)(p) })}, nil, iis.SharingNo, ByPD1},
		"history that was answered":                  {[]store.SourcePerson{said(1, untold)}, []iis.Choice{chose(iis.AnswerYes, 2, 20)}, iis.SharingYes, ByAnswer},
		"history that came after the answer":         {[]store.SourcePerson{said(9, untold)}, []iis.Choice{chose(iis.AnswerNo, 2, 5)}, iis.SharingNo, ByAnswer},
		"another's N":                                {[]store.SourcePerson{said(1, yes(1)), said(2, noPD1)}, nil, iis.SharingNo, ByPD1},
		"an objection, and an N of an EHR":           {[]store.SourcePerson{said(1, nil), said(30, noPD1)}, []iis.Choice{chose(iis.Objects, 1, 20)}, iis.SharingNo, ByObjection},
		"an objection, and an answer Yes":            {[]store.SourcePerson{said(1, nil)}, []iis.Choice{chose(iis.Objects, 1, 20), chose(iis.AnswerYes, 2, 30)}, iis.SharingNo, ByObjection},
		"an objection that was withdrawn":            {[]store.SourcePerson{said(1, nil)}, []iis.Choice{chose(iis.Objects, 1, 20), chose(iis.Withdraws, 2, 30, 1)}, iis.SharingYes, ByWithdrawal},
		"an objection after the withdrawal":          {[]store.SourcePerson{said(1, nil)}, []iis.Choice{chose(iis.Objects, 1, 20), chose(iis.Withdraws, 2, 30, 1), chose(iis.Objects, 1, 40)}, iis.SharingNo, ByObjection},
		"a withdrawal of another record's objection": {[]store.SourcePerson{said(1, nil)}, []iis.Choice{chose(iis.Objects, 1, 20), chose(iis.Withdraws, 2, 30, 7)}, iis.SharingNo, ByObjection},
		"PD1-12 that was withdrawn, and is repeated": {[]store.SourcePerson{said(50, yes(10))}, []iis.Choice{chose(iis.Withdraws, 2, 30, 50)}, iis.SharingYes, ByWithdrawal},
		"PD1-12 of a later day":                      {[]store.SourcePerson{said(50, later)}, []iis.Choice{chose(iis.Withdraws, 2, 30, 50)}, iis.SharingNo, ByPD1},
		"PD1-12 after the withdrawal":                {[]store.SourcePerson{said(50, yes(40))}, []iis.Choice{chose(iis.Withdraws, 2, 30, 50)}, iis.SharingNo, ByPD1},
	} {
		got := SharingOf(c.sources, c.choices)
		is.Equal(t, name, []string{string(got.Status), string(got.Cause)}, []string{string(c.want), string(c.cause)})
	}
}

// of is one sender alone, as of whom it asks what is its own.
func of(sender iis.SenderID) func(iis.SenderID) bool { return iis.Actor{Site: sender}.Owns }

func TestWhoProtectedARecordFirstSeesItAndNobodyWhoseObjectionIsOnAPage(t *testing.T) {
	law := policy.Neutral()
	both := []store.SourcePerson{said(1, yes(5)), said(2, yes(6)), said(3, nil)}
	for sender, want := range map[iis.SenderID]bool{1: true, 2: false, 3: false, 4: false} {
		is.Equal(t, "by PD1-12", visible(law, both, nil, of(sender)), want)
		is.Equal(t, "by a page", visible(law, both, []iis.Choice{chose(iis.Objects, 1, 20)}, of(sender)), false)
		is.Equal(t, "when nobody does", visible(law, []store.SourcePerson{said(1, nil)}, nil, of(sender)), true)
	}
	is.Equal(t, "unknown where the state knows it not", visible(law, []store.SourcePerson{said(1, untold)}, nil, of(2)), true)
	is.Equal(t, "unknown in Massachusetts", visible(policy.Named("ma"), []store.SourcePerson{said(1, untold)}, nil, of(2)), false)
}

// chooses records a choice about a record, in the name of a clinic.
func (p *places) chooses(from iis.Sender, person iis.PersonID, kind iis.ChoiceKind) {
	p.t.Helper()
	_, err := p.k.Take(context.Background(), Arrival{
		Submission: iis.SubmissionID(p.s.NewID()), Sender: from, Actor: iis.Actor{Kind: "user", User: 7}, Received: p.s.Now(),
		Known: person, Choice: &iis.Choice{Kind: kind, From: cal.On(p.s.Now()), By: 7},
		Finish: func(r iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: r.Submission, Sender: from.ID, Answered: p.s.Now(), Kind: iis.FormReceipt, Ack: "AA", Person: r.Person, Outcome: []byte("{}")}
		},
	})
	is.NoError(p.t, "choose", err)
	time.Sleep(2 * time.Microsecond) // the next is later
}

// status is how a record stands, and that what is stored is what its reports come to.
func (p *places) status(person iis.PersonID) iis.Sharing {
	p.t.Helper()
	var f *store.Folder
	is.NoError(p.t, "read", p.s.Read(context.Background(), func(tx *store.Tx) error {
		stored, rebuilt, _, err := tx.FolderAndReports(person)
		if err != nil {
			return err
		}
		if stored == nil {
			return fault.New(fault.NotFound, "no record")
		}
		if err := p.k.derive(tx, rebuilt); err != nil {
			return err
		}
		rebuilt.Created, rebuilt.Changed = stored.Created, stored.Changed
		is.Equal(p.t, "stored as derived", store.SameFolder(stored, rebuilt), true)
		f = stored
		return nil
	}))
	return SharingOf(f.Sources, f.Choices).Status
}

func TestAChoiceGoesWhereverItsSourceGoes(t *testing.T) {
	eachPlace(t, func(p *places) {
		ctx, by := context.Background(), iis.Actor{Kind: "user", User: 7}
		open := p.take(p.oak, someone("Quistgaard", "Ana", "20190302", "F", living("12 Larch Street", "58102"), number("MR", "1", "OAK"))).Person
		shut := p.take(p.elm, someone("Vang", "Bo", "20110814", "M", living("3 Fir Lane", "58104"), number("MR", "9", "ELM"))).Person
		is.Equal(t, "two", open != shut, true)
		p.chooses(p.elm, shut, iis.Objects)
		is.Equal(t, "objected", p.status(shut), iis.SharingNo)
		is.Equal(t, "the other", p.status(open), iis.SharingYes)
		// An objection and its withdrawal in the other record, later: it takes back its own alone.
		p.chooses(p.oak, open, iis.Objects)
		p.chooses(p.oak, open, iis.Withdraws)
		is.Equal(t, "withdrawn", p.status(open), iis.SharingYes)

		d, err := p.k.Merge(ctx, open, shut, by, "one child")
		is.NoError(t, "merge", err)
		is.Equal(t, "merged: the protected one leads", p.status(open), iis.SharingNo)
		is.Equal(t, "to a third clinic", who(p.find(iis.Sender{ID: 99}, someone("Quistgaard", "Ana", "20190302", "F", living("12 Larch Street", "58102")))), 0)
		_, err = p.k.Undo(ctx, d, by, "two children")
		is.NoError(t, "undo", err)
		is.Equal(t, "parted", []iis.Sharing{p.status(open), p.status(shut)}, []iis.Sharing{iis.SharingYes, iis.SharingNo})

		d, err = p.k.Merge(ctx, open, shut, by, "one child after all")
		is.NoError(t, "merge", err)
		p.chooses(p.oak, open, iis.Withdraws)
		is.Equal(t, "withdrawn of both", p.status(open), iis.SharingYes)
		_, err = p.k.Undo(ctx, d, by, "two children")
		is.NoError(t, "undo", err)
		is.Equal(t, "parted: the withdrawal was the other's", []iis.Sharing{p.status(open), p.status(shut)}, []iis.Sharing{iis.SharingYes, iis.SharingNo})
	})
}

func TestAMessageChangesNothingOfWhatWasChosenOnAPage(t *testing.T) {
	eachPlace(t, func(p *places) {
		ana := someone("Quistgaard", "Ana", "20190302", "F", living("12 Larch Street", "58102"), number("MR", "1", "OAK"))
		id := p.take(p.oak, ana).Person
		p.chooses(p.oak, id, iis.Objects)
		ana.Protection, ana.Sex = "N", "F"
		p.take(p.oak, ana)
		is.Equal(t, "an N of the EHR", p.status(id), iis.SharingNo)
		p.chooses(p.elm, id, iis.Withdraws)
		is.Equal(t, "withdrawn at another clinic", p.status(id), iis.SharingYes)
		ana.Protection = "Y"
		p.take(p.oak, ana)
		is.Equal(t, "a Y after it", p.status(id), iis.SharingNo)
	})
}
