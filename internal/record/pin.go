package record

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// What the audit calls a person's word on two reports of doses.
const (
	ActPin   = "pin doses"
	ActUnpin = "unpin doses"
)

// maxPinWhy is the longest reason for a pin, in letters.
const maxPinWhy = 1000

// PinDoses takes a person's word on two reports of doses, named by their Origin:
// that they are of one shot, or of two. It holds against every rule until
// UnpinDoses, in the place of what was said of the two before, and the record is
// made anew with it. fault.NotFound when the person or a report is not there,
// fault.Invalid without a reason or for one report alone, fault.Conflict when it
// cannot hold beside what was said of other reports.
func (k *Keeper) PinDoses(ctx context.Context, person iis.PersonID, a, b iis.SourceDoseID, verdict iis.PinVerdict, by iis.Actor, why string) error {
	if verdict != iis.PinSame && verdict != iis.PinDifferent {
		return fault.New(fault.Invalid, "Say whether the two reports are of one shot or of two.")
	}
	return k.pin(ctx, person, a, b, by, why, ActPin, func(f *store.Folder, w *store.DosePin) error {
		w.Verdict = verdict
		return mayPin(f, w.DosePin)
	})
}

// UnpinDoses takes back what was said of two reports: the rules decide again.
// fault.Conflict when nothing was.
func (k *Keeper) UnpinDoses(ctx context.Context, person iis.PersonID, a, b iis.SourceDoseID, by iis.Actor, why string) error {
	return k.pin(ctx, person, a, b, by, why, ActUnpin, func(f *store.Folder, w *store.DosePin) error {
		w.Verdict = store.Lifted
		if f.Pinned(w.A, w.B) == "" {
			return fault.New(fault.Conflict, "Nothing was decided of these two reports, or it was taken back already.")
		}
		return nil
	})
}

// pin stores a word on two reports when may allows it, with the record that it
// makes, in one transaction.
func (k *Keeper) pin(ctx context.Context, person iis.PersonID, a, b iis.SourceDoseID, by iis.Actor, why, act string, may func(*store.Folder, *store.DosePin) error) error {
	why = strings.TrimSpace(why)
	switch {
	case a == b:
		return fault.New(fault.Invalid, "Name two reports.")
	case why == "" || utf8.RuneCountInString(why) > maxPinWhy || !utf8.ValidString(why):
		return fault.New(fault.Invalid, "Say why, in at most %d letters.", maxPinWhy)
	}
	err := k.store.Write(ctx, func(tx *store.Tx) error {
		now := k.store.Now()
		f, err := tx.FolderToChange(person)
		if err != nil {
			return err
		}
		w := store.DosePin{Person: f.ID, ID: k.store.NewID(), By: by.User, Why: why, At: now, DosePin: iis.DosePin{A: min(a, b), B: max(a, b)}}
		if err := may(f, &w); err != nil {
			return err
		}
		return k.storePin(tx, f, w, by, act)
	})
	if err != nil {
		return fmt.Errorf("%s of person %d: %w", act, person, err)
	}
	return nil
}

// storePin stores a word that may hold, and what comes of it.
func (k *Keeper) storePin(tx *store.Tx, f *store.Folder, w store.DosePin, by iis.Actor, act string) error {
	if err := tx.AddDosePin(w); err != nil {
		return err
	}
	f.SetPin(w)
	if err := k.deriveAndKeep(tx, f, w.At); err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{
		At: w.At, Actor: by, Act: act, Person: w.Person, Subject: w.ID,
		Written: fmt.Appendf(nil, "%d %d %s\n%s", w.A, w.B, w.Verdict, w.Why),
	})
}

// deriveAndKeep makes a record anew of which no report changed, and stores it.
func (k *Keeper) deriveAndKeep(tx *store.Tx, f *store.Folder, now time.Time) error {
	before, rules := f.Consolidated, f.DoseRules
	if err := k.derive(tx, f); err != nil {
		return err
	}
	return k.keep(tx, f, before, now, func(*iis.SourceDose) bool { return rules != f.DoseRules })
}

// mayPin requires two reports of doses, of which what is said can hold: a person
// may not join, over others that are joined, what is held apart.
func mayPin(f *store.Folder, p iis.DosePin) error {
	there := 0
	for i := range f.Doses {
		if d := &f.Doses[i]; (d.Origin == p.A || d.Origin == p.B) && d.Dose.Counts() {
			there++
		}
	}
	if there != 2 {
		return fault.New(fault.NotFound, "One of the two reports is not among the doses of this record (any more).")
	}
	joined := ring(f.Pins, p)
	if p.Verdict == iis.PinDifferent && joined[p.B] {
		return fault.New(fault.Conflict, "Each of the two was joined with a third report. Take one of those decisions back first.")
	}
	if p.Verdict == iis.PinDifferent {
		return nil
	}
	others := ring(f.Pins, iis.DosePin{A: p.B, B: p.A})
	for _, have := range f.Pins {
		if have.Verdict == iis.PinDifferent && (have.A != p.A || have.B != p.B) &&
			(joined[have.A] && others[have.B] || joined[have.B] && others[have.A]) {
			return fault.New(fault.Conflict, "A report that was joined with one of the two is held apart from the other. Take that decision back first.")
		}
	}
	return nil
}

// ring are the reports that people joined with the first of a pair, over others
// perhaps, but for what they said of that very pair.
func ring(pins []iis.DosePin, of iis.DosePin) map[iis.SourceDoseID]bool {
	in := map[iis.SourceDoseID]bool{of.A: true}
	for grown := true; grown; {
		grown = false
		for _, p := range pins {
			self := (p.A == of.A && p.B == of.B) || (p.A == of.B && p.B == of.A)
			if p.Verdict == iis.PinSame && !self && in[p.A] != in[p.B] {
				in[p.A], in[p.B], grown = true, true, true
			}
		}
	}
	return in
}
