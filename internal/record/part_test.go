package record

import (
	"context"
	"slices"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// namesakes are what four clinics know of one or more people of one name: the home with a
// middle name, both the home and the telephone, the telephone, and that with another middle name.
func namesakes() (home, both, phone, other iis.Person) {
	one := func(mr, middle string, edit ...func(*iis.Person)) iis.Person {
		p := someone("Smith", "David", "19770904", "M", append(edit, number("MR", mr, "C"+mr))...)
		p.Names[0].Middle = middle
		return p
	}
	atHome := func(p *iis.Person) { living("7 Larch Street", "58133")(p); p.Telecoms = nil }
	return one("A", "Lee", atHome), one("B", "", living("7 Larch Street", "58133")), one("C", "", reached("58133")), one("D", "Ray", reached("58133"))
}

// newest is the newest decision about a person.
func (p *places) newest(of iis.PersonID) iis.IdentityDecision {
	p.t.Helper()
	all, err := p.k.Decisions(p.t.Context(), of)
	is.NoError(p.t, "decisions", err)
	if len(all) == 0 {
		p.t.Fatal("nothing was decided")
	}
	return all[0]
}

// where is where a source is now.
func (p *places) where(source iis.SourceID, among ...iis.PersonID) (id iis.PersonID) {
	p.t.Helper()
	for _, of := range among {
		now, all, err := p.k.Sources(p.t.Context(), of)
		is.NoError(p.t, "sources", err)
		if slices.ContainsFunc(all, func(l store.Linked) bool { return l.Source == source }) {
			id = now
		}
	}
	return id
}

// TestARecordIsPartedWhenSomebodyElseComes is about one who was placed where another may be
// meant as well who came later.
func TestARecordIsPartedWhenSomebodyElseComes(t *testing.T) {
	eachPlace(t, func(p *places) {
		home, both, _, other := namesakes()
		first, second := p.take(p.oak, home), p.take(p.elm, both)
		is.Equal(t, "taken for one", second.Person, first.Person)
		is.Equal(t, "nobody else is there", p.cleanUp().Parted, 0)
		third := p.take(p.opens("ASH"), other)
		before := p.outcome()

		did := p.cleanUp()
		is.Equal(t, "parted", did.Parted, 1)
		d := p.newest(first.Person)
		is.Equal(t, "the decision", []any{d.Kind, d.Other, d.By.Kind, d.Why}, []any{iis.DecidedMove, first.Person, "job", whyParted})
		is.Equal(t, "the older one keeps the record", p.where(first.Source, first.Person, d.Person), first.Person)
		is.Equal(t, "the other is a new one", p.where(second.Source, first.Person, d.Person), d.Person)
		is.Equal(t, "everyone waits", len(p.verdicts(first.Person))+len(p.verdicts(third.Person))+len(p.verdicts(d.Person)), 3)
		again := p.cleanUp()
		is.Equal(t, "left to do", []int{again.Parted, again.Joined, again.Queued, again.Left}, []int{0, 0, 0, 0})

		_, err := p.k.Undo(p.t.Context(), d.ID, iis.Actor{Kind: "command"}, "they are one")
		is.NoError(t, "undo", err)
		is.Equal(t, "all is as it was", p.outcome(), before)
		again = p.cleanUp()
		is.Equal(t, "never again", []int{again.Parted, again.Joined}, []int{0, 0})
		is.Equal(t, "all is as it was", p.outcome(), before)
	})
}

// TestWhatTheCleanUpJoinedIsPartedByIt is about two records that were joined, and get their
// numbers back when somebody else comes.
func TestWhatTheCleanUpJoinedIsPartedByIt(t *testing.T) {
	eachPlace(t, func(p *places) {
		home, both, phone, other := namesakes()
		first, second := p.take(p.oak, home), p.take(p.elm, phone)
		third := p.take(p.opens("FIR"), both)
		is.Equal(t, "joined", p.cleanUp().Joined, 2)
		is.Equal(t, "one", []iis.PersonID{p.where(second.Source, first.Person), p.where(third.Source, first.Person)}, []iis.PersonID{first.Person, first.Person})
		p.take(p.opens("ASH"), other)
		is.Equal(t, "parted", p.cleanUp().Parted > 0, true)
		is.Equal(t, "the second is who it was", p.where(second.Source, second.Person), second.Person)
		d := p.newest(first.Person)
		is.Equal(t, "the decision", []any{d.Kind, d.By.Kind, d.Why}, []any{iis.DecidedUndo, "job", whyParted})
		again := p.cleanUp()
		is.Equal(t, "left to do", []int{again.Parted, again.Joined, again.Queued, again.Left}, []int{0, 0, 0, 0})
		_, err := p.k.Merge(p.t.Context(), first.Person, second.Person, iis.Actor{Kind: "command"}, "they are one")
		is.NoError(t, "merge", err)
		is.Equal(t, "never again", p.cleanUp().Parted, 0)
		is.Equal(t, "one", p.where(second.Source, first.Person), first.Person)
	})
}

// TestNobodyIsPartedForASealedIdentity is about somebody who comes near a record and is the new
// identity of who is sealed: parting would tell of it.
func TestNobodyIsPartedForASealedIdentity(t *testing.T) {
	eachTown(t, func(w *town) {
		p := &places{t: t, s: w.s, k: w.k, oak: w.clinics[0], elm: w.clinics[1]}
		home, both, _, other := namesakes()
		first := p.take(p.oak, home)
		is.Equal(t, "taken for one", p.take(p.elm, both).Person, first.Person)
		was := w.tell(canary, formerHome)
		in := w.sealing(was.Person)
		in.New, in.Anyway = unnumbered(other), true
		_, _, err := w.k.Seal(t.Context(), in)
		is.NoError(t, "seal", err)
		is.Equal(t, "parted", p.cleanUp().Parted, 0)
		w.nobody(was.Person)
	})
}

// TestWhatIsBoundIsNotParted is about what is no worse since somebody else came: what a user
// decided, and what a clinic has told anew.
func TestWhatIsBoundIsNotParted(t *testing.T) {
	for what, bind := range map[string]func(p *places, first, second iis.Receipt){
		"somebody held the sources together": func(p *places, first, second iis.Receipt) {
			_, err := p.k.Together(p.t.Context(), first.Person, first.Source, second.Source, iis.Actor{Kind: "command"}, "I know them")
			is.NoError(p.t, "together", err)
		},
		"one has moved since": func(p *places, first, _ iis.Receipt) {
			home, _, _, _ := namesakes()
			home.Addresses[0].Street = "90 Moor Road"
			is.Equal(p.t, "its record", p.take(p.oak, home).Person, first.Person)
		},
	} {
		t.Run(what, func(t *testing.T) {
			eachPlace(t, func(p *places) {
				home, both, _, other := namesakes()
				first, second := p.take(p.oak, home), p.take(p.elm, both)
				is.Equal(t, "taken for one", second.Person, first.Person)
				bind(p, first, second)
				p.take(p.opens("ASH"), other)
				is.Equal(t, "parted", p.cleanUp().Parted, 0)
				is.Equal(t, "one", p.where(second.Source, first.Person), first.Person)
			})
		})
	}
}

// TestWhoIsPartedIsNotJoinedForEver is about two whom the clean-up would join as two and part as
// one, as where more people come near than are compared with one: it has parted them twice.
func TestWhoIsPartedIsNotJoinedForEver(t *testing.T) {
	eachPlace(t, func(p *places) {
		home, _, phone, _ := namesakes()
		p.take(p.oak, home)
		second := p.take(p.elm, phone)
		third := p.take(p.opens("FIR"), func() iis.Person { _, both, _, _ := namesakes(); return both }())
		is.Equal(t, "joined", p.cleanUp().Joined, 2)
		job := iis.Actor{Kind: "job"}
		for n := range mostPartings {
			var merged []iis.DecisionID
			for _, of := range []iis.PersonID{second.Person, third.Person} {
				all, err := p.k.Decisions(t.Context(), of)
				is.NoError(t, "decisions", err)
				for _, d := range all {
					if d.Kind == iis.DecidedMerge && d.UndoneBy == 0 && !slices.Contains(merged, d.ID) {
						merged = append(merged, d.ID)
					}
				}
			}
			slices.Sort(merged)
			slices.Reverse(merged)
			for _, id := range merged {
				_, err := p.k.Undo(t.Context(), id, job, whyParted)
				is.NoError(t, "part again", err)
			}
			want := 2
			if n == mostPartings-1 {
				want = 0
			}
			is.Equal(t, "joined again", p.cleanUp().Joined, want)
		}
	})
}

// TestWhoSaysOnlyThatADoseWasGivenDoesNotDecideWhoIsOne is about a clinic of which an old registry
// has shots, and nothing of whom. They go where the record goes: of two records they are the
// one's, and of one they are all of it. Who is one is to be the same before and after.
func TestWhoSaysOnlyThatADoseWasGivenDoesNotDecideWhoIsOne(t *testing.T) {
	shots := func(year string) (out []Report) {
		for n, d := range []iis.Dose{shot(year+"1", year+"-03-04", "20", ""), shot(year+"2", year+"-05-06", "10", ""), shot(year+"3", year+"-07-08", "03", "")} {
			out = append(out, Report{n + 1, d})
		}
		return out
	}
	eachPlace(t, func(p *places) {
		ash := p.opens("ASH")
		brought := func(from iis.Sender, who iis.Person, own, others []Report) (got iis.Receipt) {
			sub := iis.Submission{ID: iis.SubmissionID(p.s.NewID()), Sender: from, Door: iis.DoorImport, Received: p.s.Now(), Raw: []byte("rows")}
			is.NoError(t, "brought", p.k.Bulk(t.Context(), func(b *Bulk) error {
				if err := b.Tx().KeepWith(&sub); err != nil {
					return err
				}
				in := Arrival{Submission: sub.ID, Sender: from, Received: sub.Received, Person: who, Doses: own}
				if others != nil {
					in.Others = []Reported{{Sender: ash, Doses: others}}
				}
				if err := b.Lock([]Arrival{in}); err != nil {
					return err
				}
				var err error
				if got, err = b.Take(in); err != nil {
					return err
				}
				return b.Close(sub.ID)
			}))
			return got
		}
		home, both, phone, _ := namesakes()
		first := brought(p.oak, home, shots("2020"), nil)
		second := brought(p.elm, phone, nil, shots("2022"))
		brought(p.opens("FIR"), both, nil, nil)
		is.Equal(t, "joined", p.cleanUp().Joined, 2)
		is.Equal(t, "one", p.where(second.Source, first.Person), first.Person)
		again := p.cleanUp()
		is.Equal(t, "left to do", []int{again.Parted, again.Joined}, []int{0, 0})
	})
}

// TestWhatIsHiddenIsNotOpenedByParting is about a record that is not shared, or closed, of which
// one half would be once it is parted: a job does not say that an objection was of the other.
func TestWhatIsHiddenIsNotOpenedByParting(t *testing.T) {
	for what, hide := range map[string]func(p *places, first iis.Receipt, both *iis.Person){
		"an objection for the half that stays": func(p *places, first iis.Receipt, both *iis.Person) {
			p.take(p.elm, *both)
			p.chooses(p.oak, first.Person, iis.Objects)
		},
		"an objection for the half that would leave": func(p *places, first iis.Receipt, both *iis.Person) {
			p.take(p.elm, *both)
			p.chooses(p.elm, first.Person, iis.Objects)
		},
		"an objection that somebody else recorded": func(p *places, first iis.Receipt, both *iis.Person) {
			p.take(p.elm, *both)
			p.chooses(p.opens("FIR"), first.Person, iis.AnswerNo)
		},
		"PD1-12 of one": func(p *places, first iis.Receipt, both *iis.Person) {
			both.Protection = "Y"
			p.take(p.elm, *both)
		},
		"somebody opted out": func(p *places, first iis.Receipt, both *iis.Person) {
			both.OptOut = "Y"
			p.take(p.elm, *both)
		},
	} {
		t.Run(what, func(t *testing.T) {
			eachPlace(t, func(p *places) {
				home, both, _, other := namesakes()
				first := p.take(p.oak, home)
				hide(p, first, &both)
				p.take(p.opens("ASH"), other)
				is.Equal(t, "parted", p.cleanUp().Parted, 0)
				p.cleanUp()
				is.Equal(t, "the staff are asked, once", p.asked(first.Person), []string{whyAsked})
				_, all, err := p.k.Sources(t.Context(), first.Person)
				is.NoError(t, "sources", err)
				is.Equal(t, "all of it is there", len(all) >= 2, true)
				if p.status(first.Person) == iis.SharingNo {
					p.chooses(p.opens("FIR"), first.Person, iis.Withdraws)
					is.Equal(t, "parted once it is shared", p.cleanUp().Parted, 1)
				}
			})
		})
	}
}

// asked is what waits for the staff about a person.
func (p *places) asked(id iis.PersonID) (out []string) {
	p.t.Helper()
	is.NoError(p.t, "concerns", p.s.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(id)
		if err != nil {
			return err
		}
		said, err := tx.Concerns(f.ID)
		out = nil
		for _, c := range said {
			if c.IsOpen() {
				out = append(out, c.Say)
			}
		}
		return err
	}))
	return out
}

// TestWhoOptedOutIsNotPartedFromThemselvesByAnotherNumber: what intake joined with a closed record
// the clean-up leaves there, and asks nobody about it.
func TestWhoOptedOutIsNotPartedFromThemselvesByAnotherNumber(t *testing.T) {
	eachPlace(t, func(p *places) {
		_, both, _, _ := namesakes()
		first := p.take(p.oak, both)
		left := both
		left.OptOut = "Y"
		is.Equal(t, "closed", p.take(p.oak, left).Person, first.Person)
		anew := both
		anew.IDs = nil
		number("MR", "ANEW", "CB")(&anew)
		is.Equal(t, "whose record it is", p.take(p.oak, anew).Person, first.Person)
		p.take(p.elm, someone("Smith", "David", "19770904", "M", living("9 Other Road", "58104"), number("MR", "E1", "ELM")))
		did := p.cleanUp()
		is.Equal(t, "parted", did.Parted, 0)
		is.Equal(t, "asked", len(p.asked(first.Person)), 0)
		_, all, err := p.k.Sources(t.Context(), first.Person)
		is.NoError(t, "sources", err)
		is.Equal(t, "sources", len(all), 2)
	})
}

// TestAnOpenRecordIsNotJoinedWithWhoOptedOutByAJob: two charts of a clinic stood open beside each other before one of
// them opted out. What is joined with that is erased, and nobody said it of the other.
func TestAnOpenRecordIsNotJoinedWithWhoOptedOutByAJob(t *testing.T) {
	eachPlace(t, func(p *places) {
		_, both, _, _ := namesakes()
		first := p.take(p.oak, both)
		other := both
		other.IDs = nil
		number("MR", "ANEW", "CB")(&other)
		second := p.take(p.oak, other)
		is.Equal(t, "two charts are two records", first.Person != second.Person, true)
		p.cleanUp()
		left := both
		left.OptOut = "Y"
		is.Equal(t, "closed", p.take(p.oak, left).Person, first.Person)
		did := p.cleanUp()
		is.Equal(t, "joined", did.Joined, 0)
		is.Equal(t, "left the queue", did.Left, 0)
		_, all, err := p.k.Sources(t.Context(), second.Person)
		is.NoError(t, "sources", err)
		is.Equal(t, "sources of the open record", len(all), 1)
	})
}
