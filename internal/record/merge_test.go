package record

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// town is a registry with a few clinics, for decisions about who is who.
type town struct {
	t       testing.TB
	s       *store.Store
	k       *Keeper
	clinics []iis.Sender
	n       atomic.Int64
}

var steward = iis.Actor{Kind: "user", User: 77}

func eachTown(t *testing.T, test func(w *town)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s)
		test(w)
		w.verify()
	})
}

func newTown(t testing.TB, s *store.Store) *town {
	w := &town{t: t, s: s, k: New(s, codeset.Default())}
	is.NoError(t, "senders", s.Write(context.Background(), func(tx *store.Tx) error {
		w.clinics = nil
		for _, name := range []string{"OAK", "ELM", "ASH"} {
			c, err := tx.PutSender(iis.Sender{Facility: name, Name: name}, strings.ToLower(name), "-", time.Now())
			if err != nil {
				return err
			}
			w.clinics = append(w.clinics, c)
		}
		return nil
	}))
	return w
}

// whose is a made-up child as a clinic knows it.
type whose struct {
	clinic              int
	number              string
	family, given, born string
}

func (c whose) person() iis.Person {
	p := iis.Person{Names: []iis.Name{{Family: c.family, Given: c.given, Type: "L"}}, Sex: "F"}
	p.Birth, _ = cal.Parse(c.born)
	if c.number != "" {
		p.IDs = []iis.Identifier{{Value: c.number, Type: "MR", Authority: "X"}}
	}
	return p
}

// shot is a dose as a clinic reports it: its own number for it, day, vaccine, lot.
func shot(number, day, cvx, lot string) iis.Dose {
	d := iis.Dose{Kind: iis.Given, CVX: cvx, Lot: lot, InfoSource: "00", Completion: "CP", Action: iis.Add}
	d.Date, _ = cal.Parse(day)
	d.Filler.ID = number
	return d
}

func (w *town) send(c whose, doses ...iis.Dose) iis.Receipt {
	w.t.Helper()
	return w.sendPerson(c.clinic, c.person(), doses...)
}

func (w *town) sendPerson(clinic int, who iis.Person, doses ...iis.Dose) iis.Receipt {
	w.t.Helper()
	n := w.n.Add(1)
	in := Arrival{
		Submission: iis.SubmissionID(w.s.NewID()), Sender: w.clinics[clinic], Received: time.Date(2026, 1, 1, 0, 0, int(n), 0, time.UTC),
		Actor: iis.Actor{Kind: "sender", Sender: w.clinics[clinic].ID}, Person: who,
	}
	in.Finish = func(r iis.Receipt) store.StoredReceipt {
		return store.StoredReceipt{Submission: in.Submission, Sender: in.Sender.ID, Answered: in.Received, Kind: "VXU", Ack: "AA", Person: r.Person, Outcome: []byte("{}")}
	}
	for i, d := range doses {
		in.Doses = append(in.Doses, Report{i + 1, d})
	}
	r, err := w.k.Take(context.Background(), in)
	is.NoError(w.t, "take", err)
	return r
}

func (w *town) folder(id iis.PersonID) *store.Folder {
	w.t.Helper()
	var f *store.Folder
	is.NoError(w.t, "read", w.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		f, err = tx.Folder(id)
		return err
	}))
	return f
}

// shots are the doses of a record: day, vaccine and lot, in order.
func (w *town) shots(id iis.PersonID) []string {
	w.t.Helper()
	doses, _ := History(w.folder(id))
	out := []string{}
	for _, d := range doses {
		out = append(out, fmt.Sprint(d.Dose.Date, " ", d.Dose.CVX, " ", d.Dose.Lot))
	}
	return out
}

func (w *town) verify() {
	w.t.Helper()
	wrong := func(id iis.PersonID) { w.t.Errorf("record %d is not what its reports come to", id) }
	_, err := w.k.Verify(context.Background(), Verified{Record: wrong, Standing: wrong, Progress: func(int) {}})
	is.NoError(w.t, "verify", err)
}

func (w *town) merge(keep, gone iis.PersonID) iis.DecisionID {
	w.t.Helper()
	id, err := w.k.Merge(context.Background(), keep, gone, steward, "same mother and address")
	is.NoError(w.t, "merge", err)
	return id
}

func (w *town) undo(d iis.DecisionID) iis.DecisionID {
	w.t.Helper()
	id, err := w.k.Undo(context.Background(), d, steward, "they are cousins")
	is.NoError(w.t, "undo", err)
	return id
}

func (w *town) move(source iis.SourceID, from, to iis.PersonID) iis.DecisionID {
	w.t.Helper()
	id, err := w.k.Move(context.Background(), source, from, to, steward, "it is about the sister")
	is.NoError(w.t, "move", err)
	return id
}

func (w *town) apart(a, b iis.PersonID) iis.DecisionID {
	w.t.Helper()
	id, err := w.k.Apart(context.Background(), a, b, steward, "twins")
	is.NoError(w.t, "apart", err)
	return id
}

// refused requires a refusal of a kind, with a word in it.
func refused(t testing.TB, err error, kind fault.Kind, word string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(fault.Public(err), word) {
		t.Errorf("the answer is %v (%v): want a fault %v with %q", err, fault.KindOf(err), kind, word)
	}
}

var (
	ann   = whose{0, "A1", "Marsh", "Ann", "2020-05-01"}
	anna  = whose{1, "E1", "Marsh-Fern", "Anna", "2020-05-01"}
	bella = whose{2, "S1", "Marsh", "Bella", "2020-05-01"}
)

func TestAMergedRecordHasWhatBothHadAndOldNumbersLeadToIt(t *testing.T) {
	eachTown(t, func(w *town) {
		a := w.send(ann, shot("1", "2021-06-01", "03", "L1")).Person
		b := w.send(anna, shot("1", "2021-06-01", "03", "L1"), shot("2", "2022-06-01", "21", "L2")).Person
		d := w.merge(a, b)
		is.Equal(t, "doses", w.shots(a), []string{"2021-06-01 03 L1", "2022-06-01 21 L2"})
		is.Equal(t, "the old number leads to", w.folder(b).ID, a)
		is.Equal(t, "what comes for the old one goes to", w.send(anna, shot("3", "2023-06-01", "08", "L3")).Person, a)
		named := whose{2, "S9", "", "", ""}.person()
		named.IDs = append(named.IDs, iis.Identifier{Value: b.Public(), Type: "SR"})
		found, err := w.k.Find(context.Background(), w.clinics[1].ID, &iis.Person{Names: anna.person().Names, Birth: anna.person().Birth, Sex: "F", IDs: named.IDs[1:]})
		is.NoError(t, "find", err)
		if found.Folder == nil || found.Folder.ID != a {
			t.Errorf("the registry's old number finds %+v, want record %d", found.Folder, a)
		}
		all, err := w.k.Decisions(context.Background(), b)
		is.NoError(t, "decisions", err)
		if len(all) != 1 || all[0].ID != d || all[0].Kind != iis.DecidedMerge || all[0].Why == "" || all[0].By != steward || !all[0].Stands() {
			t.Errorf("the history is %+v", all)
		}
		log, err := w.s.AccessLog(context.Background(), a, 100)
		is.NoError(t, "log", err)
		is.Equal(t, "lines of the log of both", len(log), 4) // three messages, and one merge
	})
}

func TestAnUndoneMergeLeavesEverythingWhereItWasAndWhatCameSinceWithItsSource(t *testing.T) {
	eachTown(t, func(w *town) {
		a := w.send(ann, shot("1", "2021-06-01", "03", "L1")).Person
		b := w.send(anna, shot("1", "2021-06-01", "03", "L1")).Person
		before := w.state()
		d := w.merge(a, b)
		w.undo(d)
		is.Equal(t, "the registry", w.state(), before)

		d = w.merge(a, b)
		w.send(anna, shot("2", "2022-06-01", "21", "L2"))
		w.send(ann, shot("3", "2022-07-01", "08", "L3"))
		w.undo(d)
		is.Equal(t, "one", w.shots(a), []string{"2021-06-01 03 L1", "2022-07-01 08 L3"})
		is.Equal(t, "the other", w.shots(b), []string{"2021-06-01 03 L1", "2022-06-01 21 L2"})
		is.Equal(t, "what comes goes to", w.send(anna, shot("4", "2023-06-01", "10", "L4")).Person, b)

		_, err := w.k.Undo(context.Background(), d, steward, "again")
		refused(t, err, fault.Conflict, "undone already")
	})
}

// Some senders number each patient's doses from 1.
func TestNoDoseIsLostWhenOneClinicsTwoRecordsWithTheSameNumbersBecomeOne(t *testing.T) {
	eachTown(t, func(w *town) {
		again := ann
		again.number, again.family = "A2", "Fern"
		a := w.send(ann, shot("1", "2021-06-01", "03", "L1")).Person
		b := w.send(again, shot("1", "2022-09-09", "21", "L2")).Person
		d := w.merge(a, b)
		is.Equal(t, "doses", w.shots(a), []string{"2021-06-01 03 L1", "2022-09-09 21 L2"})
		w.verify()
		changed := shot("1", "2022-09-10", "21", "L2")
		changed.Action = iis.Update
		w.send(again, changed)
		is.Equal(t, "its own dose is changed", w.shots(a), []string{"2021-06-01 03 L1", "2022-09-10 21 L2"})
		w.send(again, shot("1", "2021-06-01", "03", "L1")) // the very words of the other record
		w.verify()
		w.undo(d)
		is.Equal(t, "one", w.shots(a), []string{"2021-06-01 03 L1"})
		if have := w.shots(b); !slices.Contains(have, "2021-06-01 03 L1") || !slices.Contains(have, "2022-09-10 21 L2") {
			t.Errorf("the other has %v: it lost what its own source said", have)
		}
	})
}

func TestDecisionsThatMakeNoSenseAreRefused(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		a, b, c := w.send(ann).Person, w.send(anna).Person, w.send(bella).Person
		_, err := w.k.Merge(ctx, a, a, steward, "x")
		refused(t, err, fault.Invalid, "Choose two")
		_, err = w.k.Merge(ctx, a, b, steward, " ")
		refused(t, err, fault.Invalid, "why")
		_, err = w.k.Merge(ctx, a, 12345, steward, "x")
		refused(t, err, fault.NotFound, "")
		_, err = w.k.Undo(ctx, 12345, steward, "x")
		refused(t, err, fault.NotFound, "")
		d := w.merge(a, b)
		_, err = w.k.Merge(ctx, a, b, steward, "x")
		refused(t, err, fault.Conflict, "one already")
		_, err = w.k.Merge(ctx, c, b, steward, "x")
		refused(t, err, fault.Conflict, "merged into")
		_, err = w.k.Undo(ctx, w.undo(d), steward, "x")
		refused(t, err, fault.Conflict, "undid another")
		_, err = w.k.Move(ctx, w.source(a), a, c, steward, "x")
		refused(t, err, fault.Conflict, "merge the two")
		_, err = w.k.Move(ctx, 99, a, c, steward, "x")
		refused(t, err, fault.NotFound, "source")
		pin := w.apart(a, c)
		_, err = w.k.Merge(ctx, a, c, steward, "x")
		refused(t, err, fault.Conflict, "different people")
		_, err = w.k.Flag(ctx, c, a, steward, "x")
		refused(t, err, fault.Conflict, "different people")
		_, err = w.k.Apart(ctx, c, a, steward, "x")
		refused(t, err, fault.Conflict, pin.Public())
		w.merge(b, a) // what is held apart from one is held apart from both
		_, err = w.k.Merge(ctx, b, c, steward, "x")
		refused(t, err, fault.Conflict, "different people")
		w.undo(pin)
		w.merge(b, c)
	})
}

// source is the only source of a person.
func (w *town) source(id iis.PersonID) iis.SourceID {
	w.t.Helper()
	_, linked, err := w.k.Sources(context.Background(), id)
	is.NoError(w.t, "sources", err)
	if len(linked) != 1 {
		w.t.Fatalf("record %d has %d sources", id, len(linked))
	}
	return linked[0].Source
}

func TestAMovedSourceTakesItsReportsKeysAndPinsAndComesBack(t *testing.T) {
	eachTown(t, func(w *town) {
		a := w.send(ann, shot("1", "2021-06-01", "03", "L1")).Person
		b := w.send(anna, shot("2", "2022-06-01", "21", "L2"))
		w.merge(a, b.Person)
		before := w.state()
		d := w.move(b.Source, a, 0)
		made := w.send(anna, shot("3", "2023-06-01", "08", "L3")).Person
		if made == a || made == b.Person {
			t.Errorf("what comes for the moved source goes to %d", made)
		}
		is.Equal(t, "what moved", w.shots(made), []string{"2022-06-01 21 L2", "2023-06-01 08 L3"})
		is.Equal(t, "what stayed", w.shots(a), []string{"2021-06-01 03 L1"})
		w.verify()
		w.undo(d)
		is.Equal(t, "the number that was given meanwhile leads to", w.folder(made).ID, a)
		is.Equal(t, "all", w.shots(a), []string{"2021-06-01 03 L1", "2022-06-01 21 L2", "2023-06-01 08 L3"})

		c := w.send(bella).Person
		d = w.move(b.Source, a, c)
		is.Equal(t, "there", w.shots(c), []string{"2022-06-01 21 L2", "2023-06-01 08 L3"})
		w.undo(d)
		if after := w.state(); len(after) < len(before) {
			t.Error("something is missing after moving there and back")
		}
	})
}

// Twins at one clinic: what was decided apart stays apart whatever comes.
func TestWhatIsHeldApartIsNotMatchedAcross(t *testing.T) {
	eachTown(t, func(w *town) {
		one := whose{0, "T1", "Twin", "Ada", "2020-05-01"}
		a := w.send(one).Person
		b := w.send(whose{0, "T2", "Twin", "Eva", "2020-05-01"}).Person
		pin := w.apart(a, b)
		one.given = "Eva" // the clinic mixes up the names
		if got := w.send(one).Person; got == b {
			t.Errorf("a message under the number of %d was placed with %d, from whom it is held apart", a, b)
		}
		_, err := w.k.Move(context.Background(), w.source(b), b, a, steward, "x")
		refused(t, err, fault.Conflict, "")
		w.undo(pin)
	})
}

// After two charts of one clinic were merged, a change of name in one of them
// must not start a third record: that the numbers differ was decided already.
func TestAMessageForAMergedRecordIsNotSetApartByWhatWasMerged(t *testing.T) {
	eachTown(t, func(w *town) {
		second := whose{0, "A2", "Fern", "Annie", "2020-05-01"}
		a, b := w.send(ann).Person, w.send(second).Person
		if a == b {
			t.Fatal("they were one from the beginning")
		}
		w.merge(a, b)
		second.family = "Marsh-Fern"
		is.Equal(t, "the changed name comes to", w.send(second).Person, a)
		found, err := w.k.Find(context.Background(), w.clinics[0].ID, &iis.Person{Names: second.person().Names, Birth: second.person().Birth, IDs: second.person().IDs})
		is.NoError(t, "find", err)
		if found.Folder == nil || found.Folder.ID != a {
			t.Error("the clinic asks by its own number, and is not told")
		}
	})
}

func (w *town) queued(id iis.PersonID) []store.Queued {
	w.t.Helper()
	var out []store.Queued
	is.NoError(w.t, "queue", w.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.Queued(id)
		return err
	}))
	return out
}

func TestWhatADecisionSettlesLeavesTheQueueAndWaitsAgainWhenItIsUndone(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		a, b, c := w.send(ann).Person, w.send(anna).Person, w.send(bella).Person
		flag := func(x, y iis.PersonID) iis.DecisionID {
			d, err := w.k.Flag(ctx, x, y, steward, "look at these")
			is.NoError(t, "flag", err)
			return d
		}
		flag(a, b)
		taken := flag(b, c)
		before := w.state()
		is.Equal(t, "waiting for b", len(w.queued(b)), 2)
		d := w.merge(a, b)
		is.Equal(t, "the other pair waits under the new name", waits(w.queued(a), a, c), true)
		is.Equal(t, "rows", len(w.queued(a)), 1)
		w.undo(d)
		is.Equal(t, "the registry", w.state(), before)

		d = w.merge(a, b)
		apart := w.apart(a, c) // settles it for both
		is.Equal(t, "rows", len(w.queued(a)), 0)
		w.undo(d)
		is.Equal(t, "the pair that was settled does not wait", waits(w.queued(b), b, c), false)
		is.Equal(t, "the pair that was merged does", waits(w.queued(a), a, b), true)
		w.undo(apart)
		w.undo(taken)
		is.Equal(t, "rows of c", len(w.queued(c)), 1) // a and c, who waited as one
	})
}

func TestMergesInAChainAreFollowedAndUndoneOneByOne(t *testing.T) {
	eachTown(t, func(w *town) {
		a := w.send(ann, shot("1", "2021-06-01", "03", "L1")).Person
		b := w.send(anna, shot("2", "2022-06-01", "21", "L2")).Person
		c := w.send(bella, shot("3", "2023-06-01", "08", "L3")).Person
		before := w.state()
		first, second := w.merge(b, a), w.merge(c, b)
		for _, id := range []iis.PersonID{a, b, c} {
			is.Equal(t, "leads to", w.folder(id).ID, c)
		}
		_, err := w.k.Undo(context.Background(), first, steward, "x")
		refused(t, err, fault.Conflict, second.Public())
		w.undo(second)
		is.Equal(t, "leads to", w.folder(a).ID, b)
		w.undo(first)
		again := w.merge(a, c) // the other way round
		is.Equal(t, "leads to", w.folder(c).ID, a)
		w.undo(again)
		is.Equal(t, "the registry", w.state(), before)
	})
}

func TestUnitedRecordsLoseNoSourceUntilThatIsUndone(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		a := w.send(ann, shot("1", "2021-06-01", "03", "L1")).Person
		b := w.send(anna, shot("2", "2022-06-01", "21", "L2")).Person
		c := w.send(bella, shot("3", "2023-06-01", "08", "L3")).Person
		sister, before := w.source(b), w.state()
		earlier := w.merge(a, b)
		d, err := w.k.Unite(ctx, a, c, steward, "the clinic has seen the birth certificate")
		is.NoError(t, "unite", err)
		is.Equal(t, "doses", w.shots(c), []string{"2021-06-01 03 L1", "2022-06-01 21 L2", "2023-06-01 08 L3"})
		_, err = w.k.Move(ctx, sister, a, 0, steward, "x")
		refused(t, err, fault.Conflict, d.Public())
		_, err = w.k.Undo(ctx, earlier, steward, "x")
		refused(t, err, fault.Conflict, d.Public())
		_, err = w.k.Unite(ctx, a, c, steward, "x")
		refused(t, err, fault.Conflict, "one already")
		all, err := w.k.Decisions(ctx, c)
		is.NoError(t, "decisions", err)
		if all[0].ID != d || all[0].Kind != iis.DecidedTogether || all[0].Person != a || all[0].Other != c || all[0].By != steward {
			t.Errorf("the history is %+v", all)
		}
		log, err := w.s.AccessLog(ctx, c, 1)
		is.NoError(t, "log", err)
		is.Equal(t, "the last act", log[0].Act, ActUnite)
		w.undo(d)
		w.undo(earlier)
		is.Equal(t, "the registry", w.state(), before)
		w.merge(a, b)
		w.move(sister, a, 0)
		w.apart(a, c)
		_, err = w.k.Unite(ctx, a, c, steward, "x")
		refused(t, err, fault.Conflict, "different people")
	})
}

// Messages come while records are merged and parted, from several sides at once:
// none is lost, and none comes to a number that leads elsewhere.
func TestMessagesThatComeWhileRecordsAreMergedAreNotLost(t *testing.T) {
	eachTown(t, func(w *town) {
		a, b := w.send(ann).Person, w.send(anna).Person
		const messages = 25
		var all sync.WaitGroup
		for clinic, kid := range []whose{ann, anna} {
			all.Go(func() {
				for i := range messages {
					if i%5 == 4 {
						kid.family += "e" // so that it is not placed without comparing
					}
					w.send(kid, shot(fmt.Sprint(clinic, "-", i), fmt.Sprintf("2021-%02d-%02d", 1+i%12, 1+i), "03", fmt.Sprint("L", clinic, i)))
				}
			})
		}
		all.Go(func() {
			for range messages {
				r := w.known(b, shot("", "2020-06-01", "08", ""))
				if now := w.folder(r.Person).ID; now != a && now != b {
					t.Errorf("what was said of an open record came to %d", now)
				}
			}
		})
		for range 8 {
			d := w.merge(a, b)
			w.undo(d)
		}
		last := w.merge(a, b)
		all.Wait()
		w.verify()
		is.Equal(t, "persons", w.persons(), []iis.PersonID{a})
		w.undo(last)
		w.verify()
		for i, id := range []iis.PersonID{a, b} {
			own := 0
			for _, d := range w.folder(id).Doses {
				if d.Sender == w.clinics[i].ID {
					own++
				}
			}
			is.Equal(t, "reports of the clinic of each", own, messages)
		}
	})
}

// known is what a third clinic says of a record that it has open.
func (w *town) known(id iis.PersonID, doses ...iis.Dose) iis.Receipt {
	w.t.Helper()
	sub := iis.SubmissionID(w.s.NewID())
	in := Arrival{Submission: sub, Sender: w.clinics[2], Received: time.Unix(1, 0), Known: id, Doses: []Report{{1, doses[0]}}}
	in.Finish = func(r iis.Receipt) store.StoredReceipt {
		return store.StoredReceipt{Submission: sub, Sender: in.Sender.ID, Answered: in.Received, Kind: "form", Ack: "AA", Person: r.Person, Outcome: []byte("{}")}
	}
	r, err := w.k.Take(context.Background(), in)
	is.NoError(w.t, "take", err)
	return r
}

// pinned are the words on two reports that hold in a record.
func (w *town) pinned(id iis.PersonID) []iis.DosePin {
	w.t.Helper()
	var words []store.DosePin
	f := w.folder(id)
	is.NoError(w.t, "words", w.s.Read(context.Background(), func(tx *store.Tx) (err error) { words, err = tx.DosePins(f.ID); return err }))
	is.Equal(w.t, "words that are kept, and that hold", len(words), len(f.Pins))
	return f.Pins
}

func TestAWordOnTwoReportsMovesWithThemAndComesBack(t *testing.T) {
	ctx := context.Background()
	eachTown(t, func(w *town) {
		a := w.send(ann, shot("1", "2021-06-01", "21", "L1")).Person
		b := w.send(anna, shot("2", "2022-06-01", "03", "L2"), shot("3", "2022-06-01", "03", "K3"))
		one, two := b.Doses[0].Source, b.Doses[1].Source
		is.NoError(t, "pin", w.k.PinDoses(ctx, b.Person, one, two, iis.PinSame, steward, "the vial was misread"))
		want := []iis.DosePin{{A: one, B: two, Verdict: iis.PinSame}}
		is.Equal(t, "before", len(w.shots(b.Person)), 1)
		before := w.state()

		d := w.merge(a, b.Person)
		is.Equal(t, "moved", w.pinned(a), want)
		is.Equal(t, "one shot there too", len(w.shots(a)), 2)
		w.verify()
		w.undo(d)
		is.Equal(t, "back", w.pinned(b.Person), want)
		is.Equal(t, "none is left", len(w.pinned(a)), 0)
		is.Equal(t, "all is as it was", w.state(), before)
	})
}

// What was said of two reports of two sources waits while they are apart, with the
// source of the older, and holds again where both meet.
func TestAWordOnReportsOfTwoSourcesHoldsAgainWhereTheyMeet(t *testing.T) {
	ctx := context.Background()
	eachTown(t, func(w *town) {
		first := w.send(ann, shot("1", "2021-06-01", "03", "L1"))
		second := w.send(anna, shot("2", "2021-06-01", "03", "K2"))
		a, b := first.Person, second.Person
		d := w.merge(a, b)
		is.Equal(t, "in question", w.folder(a).Consolidated[0].Review, true)
		is.NoError(t, "pin", w.k.PinDoses(ctx, a, second.Doses[0].Source, first.Doses[0].Source, iis.PinSame, steward, "the vial was misread"))
		is.Equal(t, "one shot", len(w.shots(a)), 1)

		w.undo(d)
		is.Equal(t, "it waits with the older report", []int{len(w.pinned(a)), len(w.pinned(b))}, []int{1, 0})
		is.Equal(t, "each has its own", [2]string{w.shots(a)[0], w.shots(b)[0]}, [2]string{"2021-06-01 03 L1", "2021-06-01 03 K2"})
		w.verify()

		w.merge(b, a) // the other way round
		is.Equal(t, "it holds again", w.pinned(b), []iis.DosePin{{A: first.Doses[0].Source, B: second.Doses[0].Source, Verdict: iis.PinSame}})
		is.Equal(t, "one shot again", len(w.shots(b)), 1)
	})
}
