package record

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

var (
	canary  = whose{0, "17", "Quillfeather", "Oriole", "2020-05-05"}
	adopted = whose{0, "17", "Marsh", "Juniper", "2020-05-05"}
)

// home is where a child lives, and with whom.
type home struct{ street, phone, mother, maiden string }

var (
	formerHome = home{"12 Canary Lane", "2015550142", "Linnet", "Starling"}
	newHome    = home{"7 Heath Street", "6175550101", "Hazel", "Fields"}
	nowhere    = home{}
)

// at is a child as a clinic knows it, with its home.
func (c whose) at(h home) iis.Person {
	p := c.person()
	if h == nowhere {
		return p
	}
	p.Addresses = []iis.Address{{Street: h.street, City: "Plymouth", State: "MA", Zip: "02360", Type: "H"}}
	p.Telecoms = []iis.Telecom{{Use: "PRN", Equipment: "PH", Area: h.phone[:3], Local: h.phone[3:]}}
	p.MotherMaiden = iis.Name{Family: h.maiden}
	p.Kin = []iis.Kin{{Names: []iis.Name{{Family: c.family, Given: h.mother, Type: "L"}}, Relation: iis.Coded{Code: "MTH"}}}
	return p
}

// unnumbered is a description without numbers.
func unnumbered(p iis.Person) iis.Person {
	p.IDs = nil
	return p
}

// tell is send of a child with its home.
func (w *town) tell(c whose, h home, doses ...iis.Dose) iis.Receipt {
	w.t.Helper()
	return w.sendPerson(c.clinic, c.at(h), doses...)
}

// staff is the programme as a sender.
func (w *town) staff() (s iis.Sender) {
	w.t.Helper()
	is.NoError(w.t, "staff", w.s.Write(context.Background(), func(tx *store.Tx) (err error) {
		s, err = tx.EnsureSender(iis.StaffFacility, iis.StaffName, w.s.Now())
		return err
	}))
	return s
}

func (w *town) sealing(of iis.PersonID) Sealing {
	return Sealing{Person: of, New: unnumbered(adopted.at(newHome)), Sender: w.staff(), Order: "PR-2026-114", Why: "adoption", By: steward}
}

func (w *town) seal(of iis.PersonID) (iis.SealID, iis.PersonID) {
	w.t.Helper()
	id, is2, err := w.k.Seal(context.Background(), w.sealing(of))
	is.NoError(w.t, "seal", err)
	return id, is2
}

// finds is whom a clinic finds: numbers of the match, or of all who may be meant.
func (w *town) finds(clinic int, who iis.Person) (out []iis.PersonID) {
	w.t.Helper()
	f, err := w.k.Find(context.Background(), w.clinics[clinic].ID, &who)
	is.NoError(w.t, "find", err)
	if f.Folder != nil {
		return []iis.PersonID{f.Folder.ID}
	}
	for _, c := range f.Candidates {
		out = append(out, c.ID)
	}
	return out
}

// people are all records that can be read.
func (w *town) people() (out []iis.PersonID) {
	w.t.Helper()
	is.NoError(w.t, "people", w.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.PersonsAfter(0, 100)
		return err
	}))
	return out
}

func (w *town) nobody(id iis.PersonID) {
	w.t.Helper()
	err := w.s.Read(context.Background(), func(tx *store.Tx) error { _, err := tx.Folder(id); return err })
	is.Equal(w.t, "the former number", fault.KindOf(err), fault.NotFound)
}

func (w *town) cleanUp() Cleaned {
	w.t.Helper()
	c := w.k.NewCleaner(iis.Actor{Kind: "job"})
	is.NoError(w.t, "clean up", c.All(context.Background(), true, func(Progress) {}))
	return c.Done
}

func TestASealedIdentityIsNobodyAndItsHistoryIsTheNewOnes(t *testing.T) {
	eachTown(t, func(w *town) {
		given := shot("1", "2020-07-05", "20", "LOT7")
		given.Administrator = iis.Provider{Family: "Canary", Given: "Doctor"}
		given.Placer, given.Location, given.Notes = iis.Ref{ID: "canary", Authority: "X"}, "CANARY", []string{"canary"}
		was := w.tell(canary, formerHome, given)
		w.tell(whose{1, "a", canary.family, canary.given, canary.born}, formerHome, shot("9", "2020-09-06", "10", "P3"))
		sisters := w.send(whose{2, "b", "Marsh", "Fern", "2018-01-01"})
		before := w.shots(was.Person)
		id, now := w.seal(was.Person)
		w.nobody(was.Person)
		is.Equal(t, "doses", w.shots(now), before)
		is.Equal(t, "people", w.people(), []iis.PersonID{sisters.Person, now})
		text := strings.ToLower(fmt.Sprintf("%+v", w.folder(now)))
		for _, word := range []string{"canary", "quillfeather", "oriole", fmt.Sprint(w.clinics[0].ID), `"17"`, "pr-2026"} {
			if strings.Contains(text, word) {
				t.Errorf("the new record tells %q", word)
			}
		}
		stranger := unnumbered(canary.at(formerHome))
		is.Equal(t, "a stranger finds nobody by the former name", w.finds(2, stranger), nil)
		is.Equal(t, "its own clinic finds what it told", w.finds(0, canary.at(formerHome)), []iis.PersonID{was.Person})
		is.Equal(t, "by the new name it is found", w.finds(2, unnumbered(adopted.at(newHome))), []iis.PersonID{now})
		_, err := w.k.Sealing(context.Background(), id)
		is.NoError(t, "sealing", err)
	})
}

func TestWhatStillComesForASealedIdentityStaysWithIt(t *testing.T) {
	eachTown(t, func(w *town) {
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		id, now := w.seal(was.Person)
		again := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"), shot("2", "2021-05-05", "03", "M1"))
		is.Equal(t, "again", again.Person, was.Person)
		is.Equal(t, "the first dose", again.Doses[0].Outcome, iis.OutcomeSame)
		is.Equal(t, "the second dose", again.Doses[1].Outcome, iis.OutcomeAdded)
		// its number with a slip in the name, another clinic, and the former registry number
		slip := canary
		slip.given = "Oriol"
		is.Equal(t, "a slip", w.tell(slip, formerHome).Person, was.Person)
		is.Equal(t, "mended", w.tell(canary, formerHome).Person, was.Person)
		other := w.tell(whose{1, "a", canary.family, canary.given, canary.born}, formerHome, shot("5", "2022-01-01", "08", "H"))
		is.Equal(t, "another clinic", []any{other.Person, other.Match}, []any{was.Person, "new"})
		is.Equal(t, "people", w.people(), []iis.PersonID{now})
		is.Equal(t, "the new record", w.shots(now), []string{"2020-07-05 20 LOT7"})
		f, err := w.k.Find(context.Background(), w.clinics[0].ID, ptr(canary.at(formerHome)))
		is.NoError(t, "find", err)
		is.Equal(t, "the former clinic sees its own", len(f.Folder.Doses), 2)
		is.Equal(t, "and the answer is to be sealed", f.Sealed, []iis.PersonID{was.Person})
		is.Equal(t, "queued", w.cleanUp().Queued, 0)
		w.verify()
		// the right-holder lets it go over
		s, err := w.k.Sealing(context.Background(), id)
		is.NoError(t, "sealing", err)
		is.Equal(t, "changes", len(s.Changes), 2)
		_, err = w.k.TakeOver(context.Background(), id, steward)
		is.NoError(t, "take over", err)
		is.Equal(t, "the new record then", w.shots(now), []string{"2020-07-05 20 LOT7", "2021-05-05 03 M1", "2022-01-01 08 H"})
		wrong := shot("1", "2020-07-05", "20", "LOT7")
		wrong.Action = iis.Delete
		right := shot("2", "2021-05-06", "03", "M1")
		right.Action = iis.Update
		w.tell(canary, formerHome, wrong, right)
		_, err = w.k.TakeOver(context.Background(), id, steward)
		is.NoError(t, "take over corrections", err)
		is.Equal(t, "corrected", w.shots(now), []string{"2021-05-06 03 M1", "2022-01-01 08 H"})
		_, err = w.k.TakeOver(context.Background(), id, steward)
		refused(t, err, fault.Conflict, "Nothing")
	})
}

func TestWhatIsKnownOfTheHealthGoesOver(t *testing.T) {
	eachTown(t, func(w *town) {
		o, _ := w.k.codes.Observation("014")
		fact := iis.Dose{Kind: iis.Fact, Action: iis.Add, CVX: codeset.NoVaccine, Completion: "NA", Vaccine: iis.Coded{Code: codeset.NoVaccine, System: "CVX"}}
		fact.Date, fact.Filler = canary.person().Birth, iis.Ref{ID: "f", Authority: "X"}
		fact.Observations = []iis.Observation{{
			Code: iis.Coded{Code: o.LOINC, System: "LN"}, Group: "1", Type: "CE", Value: o.Value, On: fact.Date, Notes: []string{"According to: Dr. Canary"},
		}}
		reaction := shot("1", "2021-05-05", "03", "M1")
		reaction.Observations = []iis.Observation{
			{Code: iis.Coded{Code: codeset.LOINCReaction, System: "LN"}, Group: "1", Type: "CE", Value: iis.Coded{Code: "39579001", System: "SCT"}},
			{Code: iis.Coded{Code: codeset.LOINCEligibility, System: "LN"}, Group: "2", Type: "CE", Value: iis.Coded{Code: "V02", System: "HL70064"}},
		}
		refusal := iis.Dose{Kind: iis.Refusal, Action: iis.Add, CVX: "21", Completion: "RE", Vaccine: iis.Coded{Code: "21", System: "CVX"}, Date: fact.Date}
		was := w.tell(canary, formerHome, fact, reaction, refusal)
		_, now := w.seal(was.Person)
		doses, others := History(w.folder(now))
		is.Equal(t, "doses and facts", []int{len(doses), len(others)}, []int{1, 1})
		is.Equal(t, "what CDC calls it", ObservationOf(&others[0].Dose.Observations[0].Value), "014")
		is.Equal(t, "observations of the dose", len(doses[0].Dose.Observations), 1)
		is.Equal(t, "the reaction", doses[0].Dose.Observations[0].Value.Code, "39579001")
		if text := fmt.Sprintf("%+v", w.folder(now)); strings.Contains(text, "Canary") || strings.Contains(text, "V02") {
			t.Errorf("the new record tells who said it, or who paid: %s", text)
		}
	})
}

func ptr[T any](v T) *T { return &v }

func TestTheClinicThatKnowsBothIdentitiesReportsTheNewOne(t *testing.T) {
	eachTown(t, func(w *town) {
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		_, now := w.seal(was.Person)
		told := w.tell(adopted, newHome, shot("2", "2021-05-05", "03", "M1"))
		is.Equal(t, "the new identity", told.Person, now)
		is.Equal(t, "again", w.tell(adopted, newHome).Person, now)
		is.Equal(t, "an old message sent again", w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7")).Person, was.Person)
		is.Equal(t, "people", w.people(), []iis.PersonID{now})
		reused := w.send(whose{0, canary.number, "Fields", "Basil", "1980-01-01"})
		is.Equal(t, "its number for another patient", []any{reused.Match, reused.NumberTaken}, []any{"new", true})
		is.Equal(t, "queue", w.queued(reused.Person), nil)
	})
}

func TestNobodyIsQueuedWithTheNewIdentityForTheFormerOne(t *testing.T) {
	eachTown(t, func(w *town) {
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"), shot("2", "2021-05-05", "03", "M1"))
		in := w.sealing(was.Person)
		in.New.Names[0] = iis.Name{Family: "Quillfeather-Marsh", Given: canary.given, Type: "L"} // as in a step-parent adoption
		_, now, err := w.k.Seal(context.Background(), in)
		is.NoError(t, "seal", err)
		// somebody like the former identity, but not surely it: a record of its own
		like := w.tell(whose{2, "z", "Quillfeather", "Oriole", "2020-05-06"}, nowhere, shot("1", "2020-07-05", "20", "LOT7"), shot("2", "2021-05-05", "03", "M1"))
		is.Equal(t, "apart from both", slices.Contains([]iis.PersonID{was.Person, now}, like.Person), false)
		w.cleanUp()
		for _, id := range w.people() {
			is.Equal(t, "queue", w.queued(id), nil)
		}
	})
}

func TestUnsealingPutsEverythingBack(t *testing.T) {
	eachTown(t, func(w *town) {
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		gone := w.send(whose{1, "a", "Quill", "Ori", "2019-05-05"}, shot("9", "2020-09-06", "10", "P3"))
		w.merge(was.Person, gone.Person)
		twin := w.send(whose{2, "t", canary.family, "Robin", canary.born})
		apart := w.apart(was.Person, twin.Person)
		before, decided := w.shots(was.Person), w.decisions(was.Person)
		id, now := w.seal(gone.Person) // by a former number
		w.nobody(was.Person)
		w.nobody(gone.Person)
		is.Equal(t, "decisions about the twin", w.decisions(twin.Person), nil)
		is.Equal(t, "a twin's message", w.send(whose{2, "t", canary.family, "Robin", canary.born}).Person, twin.Person)
		w.tell(canary, formerHome, shot("2", "2021-05-05", "03", "M1"))
		is.NoError(t, "unseal", w.k.Unseal(context.Background(), id, steward, "the order was reversed"))
		is.Equal(t, "doses", w.shots(was.Person), append(slices.Clone(before), "2021-05-05 03 M1"))
		is.Equal(t, "by the former number", w.folder(gone.Person).ID, was.Person)
		is.Equal(t, "by the new number", w.folder(now).ID, was.Person)
		is.Equal(t, "decisions", w.decisions(was.Person), decided)
		is.Equal(t, "people", w.people(), []iis.PersonID{was.Person, twin.Person})
		w.undo(apart)
		refused(t, w.k.Unseal(context.Background(), id, steward, "again"), fault.NotFound, "no such sealing")
		is.Equal(t, "its own number", w.tell(canary, formerHome).Person, was.Person)
		again, _ := w.seal(was.Person)
		is.NoError(t, "sealed and unsealed again", w.k.Unseal(context.Background(), again, steward, "once more"))
		is.Equal(t, "doses after all", w.shots(was.Person), append(before, "2021-05-05 03 M1"))
	})
}

func (w *town) decisions(id iis.PersonID) (out []string) {
	w.t.Helper()
	all, err := w.k.Decisions(context.Background(), id)
	is.NoError(w.t, "decisions", err)
	for _, d := range all {
		out = append(out, fmt.Sprint(d.ID, d.Kind))
	}
	return out
}

func TestANewIdentityThatHasARecordKeepsWhatItHasWhenUnsealed(t *testing.T) {
	eachTown(t, func(w *town) {
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		has := w.tell(whose{1, "n", "Marsh", "Juniper", "2020-05-05"}, newHome, shot("1", "2023-01-01", "94", "Q"))
		in := w.sealing(was.Person)
		_, _, err := w.k.Seal(context.Background(), in)
		refused(t, err, fault.Conflict, has.Person.Public())
		in.Into = has.Person
		id, now, err := w.k.Seal(context.Background(), in)
		is.NoError(t, "seal into", err)
		is.Equal(t, "into", now, has.Person)
		is.Equal(t, "doses", w.shots(now), []string{"2020-07-05 20 LOT7", "2023-01-01 94 Q"})
		_, _, err = w.k.Seal(context.Background(), in)
		refused(t, err, fault.NotFound, "")
		is.NoError(t, "unseal", w.k.Unseal(context.Background(), id, steward, "reversed"))
		is.Equal(t, "the one", w.shots(was.Person), []string{"2020-07-05 20 LOT7"})
		is.Equal(t, "the other", w.shots(now), []string{"2023-01-01 94 Q"})
	})
}

// A school put a child on its roster by what a sealing had brought into a record that others
// tell of too. When the sealing is taken back nobody can say whose the entry is: it opens nothing.
func TestAnEntryMadeByWhatWentOverOpensNothingWhenItIsTakenBack(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		has := w.tell(whose{1, "n", "Marsh", "Juniper", "2020-05-05"}, newHome)
		in := w.sealing(was.Person)
		in.Into = has.Person
		id, now, err := w.k.Seal(ctx, in)
		is.NoError(t, "seal into", err)
		over := slices.DeleteFunc(w.folder(now).Sources, func(s store.SourcePerson) bool { return s.Source == has.Source })
		is.Equal(t, "sources that went over", len(over), 1)
		entry := func(by ...iis.SourceID) iis.RosterID {
			e := iis.RosterEntry{Person: now, ID: iis.RosterID(w.s.NewID()), Site: 1, Since: w.folder(now).Golden.Birth, Added: w.s.Now(), Changed: w.s.Now(), Sources: by}
			is.NoError(t, "put on a roster", w.s.Write(ctx, func(tx *store.Tx) error { return tx.AddRosterEntries(e) }))
			return e.ID
		}
		stays := entry(has.Source)
		entry(over[0].Source)
		entry(over[0].Source, has.Source)
		is.NoError(t, "unseal", w.k.Unseal(ctx, id, steward, "reversed"))
		is.NoError(t, "rosters", w.s.Read(ctx, func(tx *store.Tx) error {
			open, err := tx.RosterEntries(now)
			is.NoError(t, "entries that open", err)
			if len(open) != 1 || open[0].ID != stays {
				t.Errorf("%d entries open the record, want the one by its own words", len(open))
			}
			parted, err := tx.PartedRoster(1, 10)
			is.Equal(t, "entries that a site is asked about", len(parted), 2)
			return err
		}))
	})
}

func TestASealingNeedsAnOrderAReasonAndNobodyUndecided(t *testing.T) {
	eachTown(t, func(w *town) {
		was := w.tell(canary, formerHome)
		other := w.send(whose{1, "o", canary.family, "Wren", "1990-01-01"})
		refuse := func(word string, kind fault.Kind, change func(*Sealing)) {
			t.Helper()
			in := w.sealing(was.Person)
			change(&in)
			_, _, err := w.k.Seal(context.Background(), in)
			refused(t, err, kind, word)
		}
		refuse("number of the order", fault.Invalid, func(s *Sealing) { s.Order = " " })
		refuse("Write why", fault.Invalid, func(s *Sealing) { s.Why = "" })
		refuse("new family name", fault.Invalid, func(s *Sealing) { s.New.Names = nil })
		refuse("has told of the former", fault.Invalid, func(s *Sealing) { s.Sender = w.clinics[0] })
		refuse("one record", fault.Invalid, func(s *Sealing) { s.Into = s.Person })
		refuse("described like the former", fault.Conflict, func(s *Sealing) { s.New = unnumbered(canary.person()) })
		refuse("no such record", fault.NotFound, func(s *Sealing) { s.Person = 99 })
		_, err := w.k.Flag(context.Background(), was.Person, other.Person, steward, "may be one")
		is.NoError(t, "flag", err)
		refuse(other.Person.Public(), fault.Conflict, func(s *Sealing) {})
		is.Equal(t, "nothing changed", w.people(), []iis.PersonID{was.Person, other.Person})
	})
}

func TestASealingHoldsThroughMergesMovesAndNewKeys(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		id, now := w.seal(was.Person)
		more := w.send(whose{1, "m", "Marsh", "Fern", "1990-01-01"}, shot("1", "2024-01-01", "94", "Q"))
		merged := w.merge(more.Person, now)
		w.nobody(was.Person)
		// keys that an older program made are made anew
		reports := w.sealedReports(was.Person)
		rules, err := w.k.Weights(ctx)
		is.NoError(t, "weights", err)
		is.NoError(t, "older keys", w.s.Write(ctx, func(tx *store.Tx) error {
			return tx.RemoveMatchKeys(reports[0].Source, rules.Keys(reports[0].Said))
		}))
		_, err = w.k.NewRekeyer(iis.Actor{Kind: "job"}).All(ctx, w.s.Now, func(store.KeyRun) {})
		is.NoError(t, "new keys", err)
		other := w.tell(whose{2, "x", canary.family, canary.given, canary.born}, formerHome)
		is.Equal(t, "another clinic tells of the former identity", other.Person, was.Person)
		is.Equal(t, "people", w.people(), []iis.PersonID{more.Person})
		s, err := w.k.Sealing(ctx, id)
		is.NoError(t, "sealing", err)
		is.Equal(t, "the new identity, where it is now", s.New, more.Person)
		w.builtOn(id, merged)
		is.Equal(t, "the former", w.shots(was.Person), []string{"2020-07-05 20 LOT7"})
		is.Equal(t, "the one it was merged with", w.shots(more.Person), []string{"2024-01-01 94 Q"})
		is.Equal(t, "the new number leads to", w.folder(now).ID, was.Person)
	})
}

func (w *town) sealedReports(id iis.PersonID) (out []store.Report) {
	w.t.Helper()
	is.NoError(w.t, "sealed reports", w.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.SealedReports(id)
		return err
	}))
	return out
}

func TestAnIdentityIsSealedTwiceAndUnsealedInOrder(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		first, now := w.seal(was.Person)
		in := w.sealing(now)
		in.New = unnumbered(whose{0, "", "Fields", "Basil", "2020-05-05"}.at(home{"1 Third Street", "6175550133", "Ivy", "Sedge"}))
		second, last, err := w.k.Seal(ctx, in)
		is.NoError(t, "seal again", err)
		w.nobody(now)
		is.Equal(t, "doses", w.shots(last), []string{"2020-07-05 20 LOT7"})
		is.Equal(t, "the first identity still captures", w.tell(canary, formerHome).Person, was.Person)
		is.Equal(t, "and the second", w.tell(whose{1, "q", "Marsh", "Juniper", "2020-05-05"}, newHome).Person, now)
		is.Equal(t, "people", w.people(), []iis.PersonID{last})
		refused(t, w.k.Unseal(ctx, first, steward, "x"), fault.Conflict, second.Public())
		_, err = w.k.TakeOver(ctx, first, steward)
		refused(t, err, fault.Conflict, second.Public())
		is.NoError(t, "unseal the second", w.k.Unseal(ctx, second, steward, "x"))
		is.NoError(t, "unseal the first", w.k.Unseal(ctx, first, steward, "x"))
		is.Equal(t, "as it was", w.shots(was.Person), []string{"2020-07-05 20 LOT7"})
	})
}

func TestFeedsTellTheSealedIdentityAndNobodyElse(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		_, now := w.seal(was.Person)
		for _, knownOnly := range []bool{false, true} {
			p := canary.at(formerHome)
			p.IDs = []iis.Identifier{{Value: "D1", Type: "PI", Authority: "VITAL"}}
			p.Dead = "Y"
			sub := iis.Submission{ID: iis.SubmissionID(w.s.NewID()), Sender: w.clinics[2], Door: iis.DoorImport, Received: w.s.Now(), Raw: []byte("Quillfeather")}
			var got iis.Receipt
			err := w.k.Bulk(ctx, func(b *Bulk) error {
				if err := b.Tx().KeepWith(&sub); err != nil {
					return err
				}
				in := Arrival{Submission: sub.ID, Sender: w.clinics[2], Received: sub.Received, Person: p, KnownOnly: knownOnly}
				in.Others = []Reported{{Sender: w.clinics[1], Doses: []Report{{1, shot("8", "2021-01-01", "94", "Z")}}}}
				if err := b.Lock([]Arrival{in}); err != nil {
					return err
				}
				var err error
				if got, err = b.Take(in); err != nil {
					return err
				}
				return b.Close(sub.ID)
			})
			is.NoError(t, "feed", err)
			is.Equal(t, "what the list of the feed says", []any{got.Match, got.Person != 0}, []any{map[bool]string{false: "new", true: "not known"}[knownOnly], !knownOnly})
			_, err = w.s.Submission(ctx, sub.ID)
			is.Equal(t, "the rows", fault.KindOf(err), fault.NotFound)
		}
		is.Equal(t, "people", w.people(), []iis.PersonID{now})
		is.Equal(t, "the new identity lives", w.folder(now).Golden.Dead, "")
		is.Equal(t, "its doses", w.shots(now), []string{"2020-07-05 20 LOT7"})
		is.Equal(t, "told of the sealed one", len(w.sealedReports(was.Person)), 3)
	})
}

func TestWhoAsksForTheFormerIdentityIsNotLedToTheNewOne(t *testing.T) {
	eachTown(t, func(w *town) {
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		in := w.sealing(was.Person)
		stays := whose{1, "n", "Marsh", canary.given, canary.born} // as in a step-parent adoption: the home and the given name stay
		in.New = unnumbered(stays.at(formerHome))
		_, now, err := w.k.Seal(context.Background(), in)
		is.NoError(t, "seal", err)
		is.Equal(t, "a stranger asks for the former", w.finds(2, unnumbered(canary.at(formerHome))), nil)
		is.Equal(t, "and for the new", w.finds(2, unnumbered(stays.at(formerHome))), []iis.PersonID{now})
		is.Equal(t, "the former clinic asks for the former", w.finds(0, canary.at(formerHome)), []iis.PersonID{was.Person})
		is.Equal(t, "and for the new", w.finds(0, unnumbered(stays.at(formerHome))), []iis.PersonID{now})
		is.Equal(t, "somebody tells of the former", w.tell(whose{2, "x", canary.family, canary.given, canary.born}, formerHome).Person, was.Person)
		is.Equal(t, "and of the new", w.tell(stays, formerHome).Person, now)
		is.Equal(t, "people", w.people(), []iis.PersonID{now})
	})
}

// Who kept the former identity from others keeps the new one from them.
func TestANewIdentityIsKeptFromWhomTheFormerOneWas(t *testing.T) {
	for what, edit := range map[string]func(*iis.Person){
		"an objection": func(p *iis.Person) { p.Protection = "Y" },
		"an opt-out":   func(p *iis.Person) { p.OptOut = "Y" },
	} {
		t.Run(what, func(t *testing.T) {
			eachTown(t, func(w *town) {
				child := canary.at(formerHome)
				edit(&child)
				was := w.sendPerson(canary.clinic, child, shot("1", "2020-07-05", "20", "LOT7"))
				_, now := w.seal(was.Person)
				is.Equal(t, "a stranger finds nobody", w.finds(2, unnumbered(adopted.at(newHome))), nil)
				is.Equal(t, "whom nobody may see", visible(policy.Neutral(), w.folder(now).Sources, w.folder(now).Choices, of(w.clinics[2].ID)), false)
			})
		})
	}
}

func TestANewIdentityIsKeptFromOthersWhereTheStateSharesNothing(t *testing.T) {
	eachTown(t, func(w *town) {
		closed := *policy.Neutral()
		closed.Sharing.Default = false
		w.k.policies.Store(&heldPolicy{trusted: trusted{doses: w.k.doses}, Policy: &closed, read: time.Now().Add(time.Hour)})
		was := w.tell(canary, formerHome, shot("1", "2020-07-05", "20", "LOT7"))
		_, now := w.seal(was.Person)
		is.Equal(t, "whom nobody may see", visible(policy.Neutral(), w.folder(now).Sources, w.folder(now).Choices, of(w.clinics[2].ID)), false)
	})
}
