package record

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/dedupe"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// nora is a user who decides.
var nora = iis.Actor{Kind: "user", User: 7}

// juniper is a made-up child.
var juniper = iis.Person{Names: []iis.Name{{Family: "Marsh", Given: "Juniper", Type: "L"}}, Birth: born, Sex: "F",
	Addresses: []iis.Address{{Street: "1 Oak Road", City: "Salem", Zip: "01970"}}}

// report is a report of a dose of MMR of a sender: given where there is a lot.
func report(number int, day cal.Date, cvx, lot string) iis.Dose {
	source := "01"
	if lot != "" {
		source = "00"
	}
	return iis.Dose{Kind: iis.Given, Action: iis.Add, Filler: iis.Ref{ID: fmt.Sprint("D", number)}, Date: day, CVX: cvx, Lot: lot, InfoSource: source, Completion: "CP"}
}

// takes takes reports of a sender about juniper.
func (r *registry) takes(sender iis.SenderID, doses ...iis.Dose) iis.Receipt {
	r.t.Helper()
	in := Arrival{
		Submission: iis.SubmissionID(r.s.NewID()), Sender: iis.Sender{ID: sender}, Actor: iis.Actor{Kind: "sender", Sender: sender},
		Received: r.s.Now(), Person: juniper,
		Finish: func(told iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: told.Submission, Sender: sender, Answered: r.s.Now(), Kind: "VXU", Ack: "AA", Person: told.Person}
		},
	}
	in.Person.IDs = []iis.Identifier{{Value: fmt.Sprint("A", sender), Type: "MR"}}
	for i, d := range doses {
		in.Doses = append(in.Doses, Report{Order: i + 1, Dose: d})
	}
	receipt, err := r.k.Take(context.Background(), in)
	is.NoError(r.t, "take", err)
	return receipt
}

// doses are the rows of the table of doses: number, review.
func (r *registry) doses(person iis.PersonID) (out []string) {
	r.t.Helper()
	is.NoError(r.t, "read", r.s.Read(context.Background(), func(tx *store.Tx) error {
		out = nil
		return tx.Select(db.Query{
			SQL: `SELECT given_on, cvx, lot, mvx, review FROM dose WHERE person_id = $1 ORDER BY id`, Args: []any{person},
			Each: func(row db.Row) error {
				out = append(out, fmt.Sprint(cal.Date(row.Int(0)), " ", row.Text(1), " ", row.Text(2), " ", row.Text(3), " ", row.Int(4)))
				return nil
			},
		})
	}))
	return out
}

// allVerified requires that every record and standing is what its reports and pins
// come to.
func (r *registry) allVerified() Unchecked {
	r.t.Helper()
	unchecked, err := r.k.Verify(context.Background(), Verified{
		Record:   func(iis.PersonID) { r.t.Errorf("a record is not what its reports come to") },
		Standing: func(iis.PersonID) { r.t.Errorf("a standing is not that of its record") },
		Progress: func(int) {},
	})
	is.NoError(r.t, "verify", err)
	return unchecked
}

func (r *registry) folder(id iis.PersonID) (f *store.Folder) {
	r.t.Helper()
	is.NoError(r.t, "read", r.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		f, err = tx.Folder(id)
		return err
	}))
	return f
}

func TestAReceiptTellsWhatBecameOfEachDoseAndWhy(t *testing.T) {
	each(t, func(r *registry) {
		day := cal.Of(2024, 5, 6)
		told := func(what string, got iis.Receipt, want ...string) {
			t.Helper()
			var have []string
			for _, d := range got.Doses {
				have = append(have, string(d.Outcome)+" "+d.Rule)
			}
			is.Equal(t, what, have, want)
		}
		told("the first", r.takes(1, report(1, day, "03", "L1")), "added ")
		told("known of by another", r.takes(2, report(1, day.AddDays(2), "03", ""), report(2, day, "21", "V1")),
			"known given and known, days apart", "added ")
		told("of another lot", r.takes(3, report(1, day, "03", "K2")), "apart lots differ, one day")
		told("the same again", r.takes(3, report(1, day, "03", "K2")), "same given and known, days apart")
		told("corrected", r.takes(3, report(1, day, "03", "L1")), "updated one lot, one day")
		told("two of one message that are one", r.takes(3, report(2, day, "133", "P1"), report(3, day, "133", "P1")),
			"added reported twice by one sender", "added reported twice by one sender")
		r.allVerified()
	})
}

func TestTheDoseThatIsShownIsTheSameEverywhere(t *testing.T) {
	each(t, func(r *registry) {
		day := cal.Of(2024, 5, 6)
		bare, full := report(1, day, "03", "L1"), report(1, day, "03", "L1")
		bare.Lot, full.MVX = "", "MSD"
		bare.Route = iis.Coded{Code: "C38299"}
		bare.Site, bare.Amount, bare.NDC = iis.Coded{Code: "LA"}, "0.5", "00006-4681-00"
		person := r.takes(1, bare).Person
		is.Equal(t, "bare", r.doses(person), []string{"2024-05-06 03   0"})
		r.takes(2, full)
		is.Equal(t, "filled", r.doses(person), []string{"2024-05-06 03 L1 MSD 0"})
		f := r.folder(person)
		doses, _ := History(f)
		is.Equal(t, "in a history", doses[0].Dose.Lot+doses[0].Dose.MVX+doses[0].Dose.Site.Code, "L1MSDLA")
		is.Equal(t, "its sender", doses[0].Reports[0].Sender, iis.SenderID(1))
		r.allVerified()
	})
}

func TestAPersonsWordOnTwoReportsHoldsUntilItIsTakenBack(t *testing.T) {
	ctx := context.Background()
	each(t, func(r *registry) {
		day := cal.Of(2024, 5, 6)
		a := r.takes(1, report(1, day, "03", "L1"))
		b := r.takes(2, report(1, day, "03", "K2"))
		c := r.takes(3, report(1, day.AddDays(1), "03", ""))
		person, one, two, three := a.Person, a.Doses[0].Source, b.Doses[0].Source, c.Doses[0].Source
		before := r.folder(person)
		is.Equal(t, "two, to be looked at", r.doses(person), []string{"2024-05-06 03 L1  1", "2024-05-06 03 K2  1"})

		is.NoError(t, "pin", r.k.PinDoses(ctx, person, two, one, iis.PinSame, nora, " The vial was misread "))
		is.Equal(t, "one", r.doses(person), []string{"2024-05-06 03 K2  0"})
		is.Equal(t, "rule", r.folder(person).Consolidated[0].WhyMember(one), dedupe.ByPerson)
		r.allVerified()

		is.NoError(t, "pin again", r.k.PinDoses(ctx, person, one, two, iis.PinDifferent, nora, "Both vials are here"))
		is.Equal(t, "two, decided", r.doses(person), []string{"2024-05-06 03 L1  0", "2024-05-06 03 K2  0"})
		r.takes(2, report(1, day, "03", "K22")) // what comes later does not change it
		is.Equal(t, "still two", r.doses(person), []string{"2024-05-06 03 L1  0", "2024-05-06 03 K22  0"})
		r.takes(2, report(1, day, "03", "K2"))
		r.allVerified()

		is.NoError(t, "lift", r.k.UnpinDoses(ctx, person, one, two, nora, "I was wrong"))
		after := r.folder(person)
		is.Equal(t, "as before", [2]any{after.Consolidated, after.Pins}, [2]any{before.Consolidated, before.Pins})
		is.Equal(t, "rows", r.doses(person), []string{"2024-05-06 03 L1  1", "2024-05-06 03 K2  1"})
		r.allVerified()
		_ = three

		var words []store.DosePin
		is.NoError(t, "words", r.s.Read(ctx, func(tx *store.Tx) (err error) { words, err = tx.DosePins(person); return err }))
		var said []string
		for _, w := range words {
			said = append(said, fmt.Sprint(w.Verdict, " ", w.By, " ", w.Why))
		}
		is.Equal(t, "kept for ever", said, []string{"same 7 The vial was misread", "different 7 Both vials are here", "lifted 7 I was wrong"})
		log, err := r.s.AccessLog(ctx, person, 50)
		is.NoError(t, "log", err)
		acts := map[string]int{}
		for _, l := range log {
			acts[l.Act]++
		}
		is.Equal(t, "audited", [2]int{acts[ActPin], acts[ActUnpin]}, [2]int{2, 1})
	})
}

func TestAWordThatCannotHoldIsRefusedAndChangesNothing(t *testing.T) {
	ctx := context.Background()
	each(t, func(r *registry) {
		day := cal.Of(2024, 5, 6)
		var ids []iis.SourceDoseID
		var person iis.PersonID
		for i := range 3 {
			told := r.takes(iis.SenderID(i+1), report(1, day.AddDays(60*i), "03", fmt.Sprint("LOT", i*111)))
			person, ids = told.Person, append(ids, told.Doses[0].Source)
		}
		pin := func(a, b iis.SourceDoseID, v iis.PinVerdict) error {
			return r.k.PinDoses(ctx, person, a, b, v, nora, "because")
		}
		is.NoError(t, "1 and 2", pin(ids[0], ids[1], iis.PinSame))
		is.NoError(t, "2 not 3", pin(ids[1], ids[2], iis.PinDifferent))
		before := r.folder(person)
		for name, c := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"1 and 3, over 2":    {pin(ids[0], ids[2], iis.PinSame), fault.Conflict},
			"itself":             {pin(ids[0], ids[0], iis.PinSame), fault.Invalid},
			"no verdict":         {pin(ids[0], ids[1], "perhaps"), fault.Invalid},
			"lifted by the way":  {pin(ids[0], ids[1], store.Lifted), fault.Invalid},
			"no such report":     {pin(ids[0], 99, iis.PinSame), fault.NotFound},
			"no such person":     {r.k.PinDoses(ctx, 99, ids[0], ids[1], iis.PinSame, nora, "because"), fault.NotFound},
			"no reason":          {r.k.PinDoses(ctx, person, ids[0], ids[1], iis.PinSame, nora, " "), fault.Invalid},
			"nothing to lift":    {r.k.UnpinDoses(ctx, person, ids[0], ids[2], nora, "because"), fault.Conflict},
			"lift without words": {r.k.UnpinDoses(ctx, person, ids[0], ids[1], nora, ""), fault.Invalid},
		} {
			if c.err == nil || fault.KindOf(c.err) != c.kind {
				t.Errorf("%s: %v, want a fault of kind %v", name, c.err, c.kind)
			}
		}
		after := r.folder(person)
		is.Equal(t, "record", [2]any{after.Consolidated, after.Pins}, [2]any{before.Consolidated, before.Pins})
		r.allVerified()
	})
}

// byOlderRules puts a record back as a program of older rules left it: what is
// known of is a dose of its own.
func (r *registry) byOlderRules(person iis.PersonID) {
	var rows []store.Derived
	r.change(person, func(f *store.Folder) {
		rows = nil
		f.Consolidated, f.DoseRules = nil, 0
		for i := range f.Doses {
			d := &f.Doses[i]
			f.Consolidated = append(f.Consolidated, iis.Consolidated{ID: iis.DoseID(d.Origin), Primary: d.Origin, Members: []iis.SourceDoseID{d.Origin}, Rule: "single report"})
			rows = append(rows, store.Derived{ID: iis.DoseID(d.Origin), Sender: d.Sender, Shown: &d.Dose})
		}
	})
	r.write(func(tx *store.Tx) error { return tx.PutDoses(person, rows) })
}

func TestARecordByOlderRulesIsMadeAnew(t *testing.T) {
	ctx := context.Background()
	each(t, func(r *registry) {
		day := cal.Of(2024, 5, 6)
		person := r.takes(1, report(1, day, "03", "L1")).Person
		r.takes(2, report(1, day.AddDays(2), "03", ""))
		want, rows := r.folder(person), r.doses(person)
		r.byOlderRules(person)
		is.Equal(t, "rows before", len(r.doses(person)), 2)
		is.Equal(t, "no fault, but older", r.allVerified().Older, 1)

		job := r.k.NewRenewer(iis.Actor{Kind: "job"}, false)
		more, err := job.Step(ctx, r.at)
		is.NoError(t, "renew", err)
		is.Equal(t, "more, seen, renewed", [3]any{more, job.Seen, job.Renewed}, [3]any{false, 1, 1})
		is.Equal(t, "record", r.folder(person).Consolidated, want.Consolidated)
		is.Equal(t, "rows", r.doses(person), rows)
		is.Equal(t, "older", r.allVerified().Older, 0)

		r.byOlderRules(person) // it is done: nobody looks again by itself
		_, err = job.Step(ctx, r.at)
		is.NoError(t, "again", err)
		is.Equal(t, "seen", job.Seen, 1)
		r.takes(3, report(1, day, "03", "")) // a message makes it anew
		is.Equal(t, "older", r.allVerified().Older, 0)
		r.byOlderRules(person)
		again := r.k.NewRenewer(iis.Actor{Kind: "command"}, true)
		_, err = again.Step(ctx, r.at)
		is.NoError(t, "whatever was done", err)
		is.Equal(t, "renewed", again.Renewed, 1)
		is.Equal(t, "older", r.allVerified().Older, 0)
	})
}

func TestWhatANewerProgramRenewsIsLeftToIt(t *testing.T) {
	each(t, func(r *registry) {
		person := r.takes(1, report(1, cal.Of(2024, 5, 6), "03", "L1")).Person
		r.byOlderRules(person)
		newer := store.Renewal{Rules: rulesOf(dedupe.Version+1, 0), UpTo: 5}
		r.write(func(tx *store.Tx) error { return tx.SetRenewal(newer) })
		for _, again := range []bool{false, true} {
			job := r.k.NewRenewer(iis.Actor{Kind: "job"}, again)
			more, err := job.Step(context.Background(), r.at)
			is.NoError(t, "step", err)
			is.Equal(t, "more, seen", [2]any{more, job.Seen}, [2]any{false, 0})
		}
		var at store.Renewal
		is.NoError(t, "read", r.s.Read(context.Background(), func(tx *store.Tx) (err error) { at, err = tx.Renewal(); return err }))
		is.Equal(t, "as it was", at, newer)
	})
}

// Whatever comes and is decided, a record is what its reports and decisions come
// to, and the table of doses has a row for each dose.
func TestWhateverIsSaidAndDecidedARecordIsWhatItComesTo(t *testing.T) {
	ctx := context.Background()
	each(t, func(r *registry) {
		d := rand.New(rand.NewPCG(7, 8))
		var person iis.PersonID
		var ids []iis.SourceDoseID
		pinned, lifted := 0, 0
		for range 60 {
			if len(ids) < 3 || d.IntN(3) == 0 {
				dose := report(1+d.IntN(4), cal.Of(2024, 5, 6).AddDays(d.IntN(10)), []string{"03", "94", "21", "05"}[d.IntN(4)], []string{"", "L1", "K2"}[d.IntN(3)])
				dose.Action = []iis.Action{iis.Add, iis.Update, iis.Update, iis.Delete}[d.IntN(4)]
				told := r.takes(iis.SenderID(1+d.IntN(3)), dose)
				if person = told.Person; told.Doses[0].Source != 0 && !slices.Contains(ids, told.Doses[0].Source) {
					ids = append(ids, told.Doses[0].Source)
				}
				continue
			}
			a, b := ids[d.IntN(len(ids))], ids[d.IntN(len(ids))]
			if d.IntN(3) == 0 {
				if r.k.UnpinDoses(ctx, person, a, b, nora, "because") == nil {
					lifted++
				}
			} else if r.k.PinDoses(ctx, person, a, b, []iis.PinVerdict{iis.PinSame, iis.PinDifferent}[d.IntN(2)], nora, "because") == nil {
				pinned++
			}
		}
		if pinned < 5 || lifted < 1 {
			t.Errorf("only %d pins and %d lifted", pinned, lifted)
		}
		r.allVerified()
		is.Equal(t, "rows", len(r.doses(person)), len(r.folder(person).Consolidated))
	})
}

func TestRenewingGoesOnWhereItWasLeft(t *testing.T) {
	ctx := context.Background()
	each(t, func(r *registry) {
		r.put(store.StandingsAtOnce + 20)
		first := r.k.NewRenewer(iis.Actor{Kind: "job"}, false)
		more, err := first.Step(ctx, time.Now())
		is.NoError(t, "first", err)
		is.Equal(t, "more", more, true)
		cut, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := first.Step(cut, time.Now()); err == nil {
			t.Error("what was cut went on")
		}
		second := r.k.NewRenewer(iis.Actor{Kind: "job"}, false)
		more, err = second.Step(ctx, time.Now())
		is.NoError(t, "second", err)
		is.Equal(t, "more, seen", [2]any{more, second.Seen}, [2]any{false, 20})
		var left int
		is.NoError(t, "read", r.s.Read(ctx, func(tx *store.Tx) error {
			left = 0
			for _, last := range []iis.PersonID{0, store.StandingsAtOnce} {
				records, err := tx.RecordsAfter(last)
				if err != nil {
					return err
				}
				old, err := olderRules(records, rulesOf(dedupe.Version, 0))
				if err != nil {
					return err
				}
				left += len(slices.Compact(old))
			}
			return nil
		}))
		is.Equal(t, "left", left, 0)
	})
}
