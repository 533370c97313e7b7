package record

import (
	"context"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/match"
	"openiis/internal/store"
)

// takeWith takes what a sender says of a person and of doses.
func (p *places) takeWith(from iis.Sender, who iis.Person, doses ...iis.Dose) iis.Receipt {
	p.t.Helper()
	in := Arrival{
		Submission: iis.SubmissionID(p.s.NewID()), Sender: from, Received: p.s.Now(), Person: who,
		Finish: func(iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: iis.SubmissionID(p.s.NewID())}
		},
	}
	for i, d := range doses {
		in.Doses = append(in.Doses, Report{Order: i + 1, Dose: d})
	}
	r, err := p.k.Take(context.Background(), in)
	is.NoError(p.t, "take", err)
	return r
}

// TestAMessageThatIsSentAgainMakesNoOtherRecord sends what may be somebody who is
// known, without a number, and then more of the same patient.
func TestAMessageThatIsSentAgainMakesNoOtherRecord(t *testing.T) {
	larch, ann := living("12 Larch Street", "58102"), bornTo("Ann", "Vang")
	quist := someone("Quist", "Ana", "19900302", "F", larch)
	for name, c := range map[string]struct {
		known, said iis.Person // of the other clinic, and of the one without numbers
		then        iis.Person
		first, next []iis.Dose
		again       bool
	}{
		"the same":                            {someone("Marsh", "Ana", "19900302", "F", larch), quist, quist, nil, nil, true},
		"the next visit":                      {someone("Marsh", "Ana", "19900302", "F", larch), quist, quist, []iis.Dose{shot("1", "2020-01-02", "140", "")}, []iis.Dose{shot("2", "2021-01-02", "140", "")}, true},
		"its number at last":                  {someone("Marsh", "Ana", "19900302", "F", larch), quist, someone("Quist", "Ana", "19900302", "F", larch, number("MR", "7", "OAK")), nil, nil, true},
		"at another address":                  {someone("Marsh", "Ana", "19900302", "F", larch), quist, someone("Quist", "Ana", "19900302", "F", living("3 Oak Lane", "58103")), nil, nil, false},
		"a name and a day are too little":     {someone("Quist", "Ana", "20190302", "F"), someone("Quist", "Ana", "20190302", "F"), someone("Quist", "Ana", "20190302", "F"), nil, nil, false},
		"but with the number of a dose":       {someone("Quist", "Ana", "20190302", "F"), someone("Quist", "Ana", "20190302", "F"), someone("Quist", "Ana", "20190302", "F"), []iis.Dose{shot("1", "2020-01-02", "03", "")}, []iis.Dose{shot("1", "2020-01-02", "03", "")}, true},
		"newborns of one mother may be two":   {someone("Quist", "BABY BOY", "20190302", "M"), someone("Quist", "BABY BOY", "20190302", "M", larch, ann), someone("Quist", "BABY BOY", "20190302", "M", larch, ann), []iis.Dose{shot("1", "2019-03-02", "08", "")}, []iis.Dose{shot("2", "2019-03-02", "08", "")}, false},
		"a newborn with the number of a dose": {someone("Quist", "BABY BOY", "20190302", "M"), someone("Quist", "BABY BOY", "20190302", "M", larch, ann), someone("Quist", "BABY BOY", "20190302", "M", larch, ann), []iis.Dose{shot("1", "2019-03-02", "08", "")}, []iis.Dose{shot("1", "2019-03-02", "08", "")}, true},
		"twins without an order":              {someone("Quist", "BOY", "20190302", "M", larch, twin(0)), someone("Quist", "BOY", "20190302", "M", larch, ann, twin(0)), someone("Quist", "BOY", "20190302", "M", larch, ann, twin(0)), nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			eachPlace(t, func(p *places) {
				p.take(p.elm, c.known)
				first := p.takeWith(p.oak, c.said, c.first...)
				next := p.takeWith(p.oak, c.then, c.next...)
				third := p.takeWith(p.oak, c.then, c.next...)
				if again := next.Match == match.SaidBefore; again != c.again {
					p.t.Errorf("the first: %s, the second: %s", first.Match, next.Match)
				}
				if same := next.Person == first.Person && next.Source == first.Source; same != c.again {
					p.t.Errorf("placed with the source before: %v", same)
				}
				if c.again && third.Source != first.Source {
					p.t.Errorf("the third is placed elsewhere: %s", third.Match)
				}
			})
		})
	}
}

// TestAMessageThatIsSentAgainFollowsItsSource merges the record that it made with
// another's, and undoes it.
func TestAMessageThatIsSentAgainFollowsItsSource(t *testing.T) {
	eachPlace(t, func(p *places) {
		ctx, larch := context.Background(), living("12 Larch Street", "58102")
		marsh, quist := someone("Marsh", "Ana", "19900302", "F", larch), someone("Quist", "Ana", "19900302", "F", larch)
		known, first := p.take(p.elm, marsh), p.take(p.oak, quist)
		merged, err := p.k.Merge(ctx, known.Person, first.Person, steward, "one woman, married in May")
		is.NoError(p.t, "merge", err)
		if r := p.take(p.oak, quist); r.Person != known.Person || r.Source != first.Source {
			p.t.Errorf("after the merge: %+v", r)
		}
		_, err = p.k.Undo(ctx, merged, steward, "they are sisters-in-law")
		is.NoError(p.t, "undo", err)
		if r := p.take(p.oak, quist); r.Person != first.Person || r.Source != first.Source {
			p.t.Errorf("after its undoing: %+v", r)
		}
		if r := p.take(p.elm, quist); r.Source == first.Source {
			p.t.Error("another clinic's patient went into the source of the first")
		}
	})
}
