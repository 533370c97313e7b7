package chart

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Reason is why a record may look wrong: what is stored, and its words.
type Reason struct{ Code, Words string }

// Reasons are those that a user may choose from. A code, once used, keeps its
// meaning.
var Reasons = []Reason{
	{"person", "The name, birth date, sex or address is wrong"},
	{"mixed", "Two people are mixed up in this record"},
	{"double", "This person has another record too"},
	{"missing", "A dose is missing"},
	{"dose", "A dose is wrong or was never given"},
	{"other", "Something else"},
}

func reasonWords(code string) string {
	for _, r := range Reasons {
		if r.Code == code {
			return r.Words
		}
	}
	return code
}

// maxSay is the longest text of a concern or of its answer, in letters.
const maxSay = 1000

// Concern is what a user said looks wrong, in words.
type Concern struct {
	ID        iis.ConcernID
	Person    iis.PersonID
	Reason    string
	Say       string
	By        string
	Raised    time.Time
	Open      bool
	Settled   time.Time
	SettledBy string
	Answer    string
}

// concern puts a concern into words.
func (r *reading) concern(c iis.Concern) Concern {
	out := Concern{
		ID: c.ID, Person: c.Person, Reason: reasonWords(c.Reason), Say: c.Say, By: r.user(c.By), Raised: c.Raised, Open: c.IsOpen(),
	}
	if !out.Open {
		out.Settled, out.SettledBy, out.Answer = c.Settled, r.user(c.SettledBy), c.Answer
	}
	return out
}

// Raise tells the registry's staff that a record looks wrong. What is not said
// well is fault.Invalid.
func (d *Desk) Raise(ctx context.Context, by iis.Actor, person iis.PersonID, reason, say string) error {
	if reasonWords(reason) == reason {
		return fault.New(fault.Invalid, "Choose what looks wrong.")
	}
	say, err := written(say, "Describe what looks wrong, so that staff can find it.")
	if err != nil {
		return err
	}
	if err := d.MayKnow(ctx, by, person); err != nil {
		return err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FolderToChange(person)
		if err != nil {
			return err
		}
		c := iis.Concern{
			Person: f.ID, ID: iis.ConcernID(d.store.NewID()), Reason: reason, Say: say, Raised: d.now(), By: by.User,
		}
		if err := tx.AddConcern(c); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: c.Raised, Actor: by, Act: actRaise, Person: f.ID, Subject: int64(c.ID), Written: []byte(reason + "\n" + say)})
	})
	if err != nil {
		return fmt.Errorf("raise a concern about %d: %w", person, err)
	}
	return nil
}

// visible drops what nobody would see, but ends of lines.
func visible(r rune) rune {
	switch {
	case r == '\u200c' || r == '\u200d': // they join letters, or keep them apart
		return r
	case unicode.In(r, unicode.Cc, unicode.Cf) && r != '\n' || r == utf8.RuneError:
		return -1
	}
	return r
}

// blank reports what is nothing to see by itself.
func blank(r rune) bool { return unicode.IsSpace(r) || r == '\u200c' || r == '\u200d' }

// written is what a user wrote into a field, fit to be stored: no control
// characters but ends of lines, not empty, not too long.
func written(text, whenEmpty string) (string, error) {
	text = strings.TrimFunc(strings.Map(visible, text), blank)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.New(fault.Invalid, "%s", whenEmpty)
	case n > maxSay:
		return "", fault.New(fault.Invalid, "That is too long: it has %d letters, and %d is the most.", n, maxSay)
	}
	return text, nil
}

// Settle closes a concern with what staff did about it; fault.Conflict when it
// is closed already.
func (d *Desk) Settle(ctx context.Context, by iis.Actor, person iis.PersonID, id iis.ConcernID, answer string) error {
	answer, err := written(answer, "Write what was done about it.")
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		now := d.now()
		f, err := tx.FolderToChange(person)
		if err != nil {
			return err
		}
		if err := tx.SettleConcern(f.ID, id, by.User, answer, now); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: actSettle, Person: f.ID, Subject: int64(id), Written: []byte(answer)})
	})
	if err != nil {
		return fmt.Errorf("settle concern %d: %w", id, err)
	}
	return nil
}

// OpenConcern is a concern in the list of those that wait, with whose record it
// is about.
type OpenConcern struct {
	Concern
	About Line
}

// OpenConcerns lists what waits for the registry's staff, the oldest first.
func (d *Desk) OpenConcerns(ctx context.Context, by iis.Actor) ([]OpenConcern, error) {
	r := &reading{d: d, by: by}
	var out []OpenConcern
	var lines []Line
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if r.concerns, err = tx.OpenConcerns(); err != nil {
			return err
		}
		if r.users, err = tx.AccountsOf(r.userIDs()); err != nil {
			return err
		}
		ids := make([]iis.PersonID, len(r.concerns))
		for i, c := range r.concerns {
			ids[i] = c.Person
		}
		cards, err := tx.Cards(ids...)
		for i := range cards { // as many as concerns: no record is ever removed
			lines = append(lines, d.line(&cards[i]))
			out = append(out, OpenConcern{r.concern(r.concerns[i]), lines[i]})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list concerns: %w", err)
	}
	return out, d.audit(by, actConcerns, lines)
}
