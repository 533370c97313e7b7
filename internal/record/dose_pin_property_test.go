package record

import (
	"context"
	"slices"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// word is two reports of which somebody said something, the lower first.
type word [2]iis.SourceDoseID

// pinDoses says of two reports of somebody that they are of one shot, or of two, or takes
// back what was said of them.
func (c *chance) pinDoses() {
	var several []iis.PersonID
	for _, id := range c.persons() {
		if len(reportsHere(c.folder(id))) > 1 {
			several = append(several, id)
		}
	}
	if len(several) == 0 {
		return
	}
	id := several[c.r.IntN(len(several))]
	said := reportsHere(c.folder(id))
	c.r.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
	of := word{min(said[0], said[1]), max(said[0], said[1])}
	verdict := []iis.PinVerdict{iis.PinSame, iis.PinSame, iis.PinDifferent, store.Lifted}[c.r.IntN(4)]
	var err error
	if verdict == store.Lifted {
		err = c.k.UnpinDoses(context.Background(), id, of[0], of[1], steward, "no")
	} else {
		err = c.k.PinDoses(context.Background(), id, said[0], said[1], verdict, steward, "the vials were seen")
	}
	if c.say("%s of doses %d and %d of %d: %v", verdict, of[0], of[1], id, err); err != nil {
		c.expected(err)
		return
	}
	c.words[of] = verdict
}

// reportsHere are the reports of doses of a record, by their first versions.
func reportsHere(f *store.Folder) (out []iis.SourceDoseID) {
	for i := range f.Doses {
		if d := &f.Doses[i]; d.Dose.Counts() {
			out = append(out, d.Origin)
		}
	}
	return out
}

// pinsHold requires that what was said last of two reports holds wherever both are, and
// that they are of one shot, or of two, as far as nothing else that was said speaks
// against it: two records may have come together that were told apart by a third report.
func (c *chance) pinsHold(persons []iis.PersonID) {
	for _, id := range persons {
		f := c.folder(id)
		kept := &store.Folder{}
		is.NoError(c.t, "words", c.s.Read(context.Background(), func(tx *store.Tx) error {
			words, err := tx.DosePins(id)
			for _, w := range words {
				kept.SetPin(w)
			}
			return err
		}))
		if !slices.Equal(kept.Pins, f.Pins) {
			c.t.Errorf("of %d is kept %v, and holds %v", id, kept.Pins, f.Pins)
		}
		here := reportsHere(f)
		for of, verdict := range c.words {
			if !slices.Contains(here, of[0]) || !slices.Contains(here, of[1]) {
				continue
			}
			if verdict == store.Lifted {
				verdict = ""
			}
			if got := f.Pinned(of[0], of[1]); got != verdict {
				c.t.Errorf("of doses %d and %d of %d was said %q, and %q holds", of[0], of[1], id, verdict, got)
			}
			if verdict != "" && !contradicted(f.Pins, of) && oneShot(f, of) != (verdict == iis.PinSame) {
				c.t.Errorf("doses %d and %d of %d are one shot: %v, and %q was said of them", of[0], of[1], id, oneShot(f, of), verdict)
			}
		}
	}
}

// contradicted reports that what was said of other reports speaks against what was said
// of two: they are joined over others, or what is joined with them is held apart.
func contradicted(pins []iis.DosePin, of word) bool {
	joined := ring(pins, iis.DosePin{A: of[0], B: of[1]})
	if joined[of[1]] {
		return true
	}
	others := ring(pins, iis.DosePin{A: of[1], B: of[0]})
	return slices.ContainsFunc(pins, func(p iis.DosePin) bool {
		in := func(d iis.SourceDoseID) bool { return joined[d] || others[d] }
		return p.Verdict == iis.PinDifferent && (p.A != of[0] || p.B != of[1]) && in(p.A) && in(p.B)
	})
}

// oneShot reports that two reports are of one dose of a record.
func oneShot(f *store.Folder, of word) bool {
	return slices.ContainsFunc(f.Consolidated, func(d iis.Consolidated) bool {
		return slices.Contains(d.Members, of[0]) && slices.Contains(d.Members, of[1])
	})
}

// unpinAll takes back all that was said of doses and holds.
func (c *chance) unpinAll() {
	for _, id := range c.persons() {
		for _, p := range slices.Clone(c.folder(id).Pins) {
			is.NoError(c.t, "take back", c.k.UnpinDoses(context.Background(), id, p.A, p.B, steward, "no"))
			c.words[word{p.A, p.B}] = store.Lifted
		}
	}
}

// What was said of two reports that went over to a new identity is kept with the former
// one when that ends: its reports are taken back, and a word is of a person who is there.
func TestAWordOnWhatWentOverIsKeptWhenTheNewIdentityEnds(t *testing.T) {
	ctx := context.Background()
	eachTown(t, func(w *town) {
		former := w.send(ann, shot("1", "2021-06-01", "03", "L1"), shot("2", "2021-06-03", "03", "K2")).Person
		id, now, err := w.k.Seal(ctx, Sealing{
			Person: former, Sender: w.staff(), Order: "PR", Why: "adoption", By: steward,
			New: unnumbered(whose{0, "", "Newcomb", "Zelda", "2010-03-11"}.person()),
		})
		is.NoError(t, "seal", err)
		went := reportsHere(w.folder(now))
		is.NoError(t, "pin", w.k.PinDoses(ctx, now, went[0], went[1], iis.PinDifferent, steward, "both vials are here"))
		is.NoError(t, "unseal", w.k.Unseal(ctx, id, steward, "reversed"))
		for _, c := range []struct {
			of   iis.PersonID
			want int
		}{{former, 1}, {now, 0}} {
			is.NoError(t, "words", w.s.Read(ctx, func(tx *store.Tx) error {
				words, err := tx.DosePins(c.of)
				is.Equal(t, "words", len(words), c.want)
				return err
			}))
		}
	})
}
