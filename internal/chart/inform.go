package chart

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

const (
	actInformForm = "open informing form"
)

// Way is how somebody is informed of the registry: what is stored, and its words.
type Way struct{ Code, Words string }

// Ways are those that a user may choose from (Massachusetts: MIIS, Integrating the MIIS
// into Your Clinical Practice, Tools for Informing). A code, once used, keeps its meaning.
var Ways = []Way{
	{"fact-sheet", "Given the fact sheet"},
	{"discussed", "Discussed at the visit"},
	{"registration", "Wording in the registration form"},
	{"letter", "By letter"},
	{"e-mail", "By e-mail"},
	{"poster", "A poster or display was pointed out"},
	{"other", "In another way"},
}

// otherWays are those that the registry itself writes down.
var otherWays = []Way{
	{iis.InformedByNotice, "By the letter to parents of newborns"},
	{iis.InformedWhenAsked, "Told, and asked whether the record may be shared"},
}

func wayWords(code string) string {
	for _, w := range slices.Concat(Ways, otherWays) {
		if w.Code == code {
			return w.Words
		}
	}
	return code
}

// InformedIn are the languages in which people are informed (ISO 639-2), the two in which
// there are materials first.
var InformedIn = []Way{
	{"eng", "English"}, {"spa", "Spanish"}, {"por", "Portuguese"}, {"zho", "Chinese"}, {"hat", "Haitian Creole"}, {"vie", "Vietnamese"}, {"hmn", "Hmong"}, {"som", "Somali"},
	{"ara", "Arabic"}, {"rus", "Russian"}, {"fra", "French"}, {"khm", "Khmer"}, {"kar", "Karen"}, {"sgn", "A sign language"}, {"und", "Another language"},
}

// Informing is that a person, or a parent or guardian, was informed, in words.
type Informing struct {
	ID        iis.InformedID
	Sender    iis.SenderID
	Day       cal.Date
	How       []string
	Language  string
	Where     string // the site, or the programme
	By        string
	At        time.Time
	Holds     bool
	Withdrawn time.Time
	Withdrew  string // who did
	Why       string
	Parted    bool // as of a Concern
}

// informing puts one into words.
func (r *reading) informing(i *iis.Informed) Informing {
	out := Informing{ID: i.ID, Sender: i.Sender, Day: i.Day, Where: "the programme", By: r.user(i.By), At: i.At, Holds: i.Holds(), Language: i.Language, Parted: i.Parted != 0}
	if i.Sender != 0 {
		out.Where = r.sender(i.Sender)
	}
	for _, code := range i.How {
		out.How = append(out.How, wayWords(code))
	}
	for _, l := range InformedIn {
		if l.Code == i.Language {
			out.Language = l.Words
		}
	}
	if !out.Holds {
		out.Withdrawn, out.Withdrew, out.Why = i.Withdrawn, r.user(i.WithdrawnBy), i.Why
	}
	return out
}

// LastInformed is the newest that holds; nil when nobody wrote down that this person was
// informed.
func (r *Record) LastInformed() *Informing {
	for i := range r.Informed {
		if r.Informed[i].Holds {
			return &r.Informed[i]
		}
	}
	return nil
}

// InformingForm is what the form about informing shows: whom it is about, and what was
// written down before.
type InformingForm struct {
	Whom
	Before []Informing // the newest first
}

// Informed opens the form about informing; the record is audited as opened for it.
func (d *Desk) Informed(ctx context.Context, by Teller, id iis.PersonID) (*InformingForm, error) {
	r, err := d.read(ctx, by.Actor, id, actInformForm)
	if err != nil {
		return nil, err
	}
	if err := r.readUsers(ctx); err != nil {
		return nil, err
	}
	out := &InformingForm{Whom: r.whom()}
	for i := range r.informed {
		out.Before = append(out.Before, r.informing(&r.informed[i]))
	}
	return out, nil
}

// Inform is what a user writes down.
type Inform struct {
	Day      string // as it was typed
	How      []string
	Language string
}

// check tells what is wrong with it, as of a day, and what it means.
func (in *Inform) check(today, birth cal.Date) (out iis.Informed, wrong []Wrong) {
	day, unread := cal.ReadWritten(in.Day, cal.MonthFirst)
	switch {
	case strings.TrimSpace(in.Day) == "":
		wrong = append(wrong, Wrong{Field: "day", Say: "Write the day on which they were informed."})
	case unread != cal.Readable:
		wrong = append(wrong, Wrong{Field: "day", Say: "This is not a day. Write month, day and year, such as 4/30/2026."})
	case day > today:
		wrong = append(wrong, Wrong{Field: "day", Say: "This day is in the future."})
	case birth != cal.None && day < birth:
		wrong = append(wrong, Wrong{Field: "day", Say: "This day is before the birth date."})
	}
	out.Day = day
	for _, code := range in.How {
		if !slices.ContainsFunc(Ways, func(w Way) bool { return w.Code == code }) || slices.Contains(out.How, code) {
			wrong = append(wrong, Wrong{Field: "how", Say: "Choose of the ways that are given."})
			break
		}
		out.How = append(out.How, code)
	}
	if len(in.How) == 0 {
		wrong = append(wrong, Wrong{Field: "how", Say: "Choose how they were informed."})
	}
	if !slices.ContainsFunc(InformedIn, func(w Way) bool { return w.Code == in.Language }) {
		wrong = append(wrong, Wrong{Field: "language", Say: "Choose the language."})
	}
	out.Language = in.Language
	return out, wrong
}

// Inform writes down that a person, or a parent or guardian, was informed of the registry
// and of the right to object. What is wrong is told, and then nothing is changed.
func (d *Desk) Inform(ctx context.Context, by Teller, id iis.PersonID, in Inform) ([]Wrong, error) {
	if err := by.Speaks(); err != nil {
		return nil, err
	}
	if _, err := d.read(ctx, by.Actor, id, actInformForm); err != nil { // who sees nothing of it learns nothing here
		return nil, err
	}
	var wrong []Wrong
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FolderToChange(id)
		if err != nil {
			return err
		}
		var i iis.Informed
		if i, wrong = in.check(cal.On(d.now()), f.Golden.Birth); len(wrong) > 0 {
			return nil
		}
		i.Person, i.Sender = f.ID, by.Sender
		return d.keeper.Inform(tx, by.Actor, &i)
	})
	if err != nil {
		return nil, fmt.Errorf("record that person %d was informed: %w", id, err)
	}
	return wrong, nil
}

// WithdrawInforming says that something was written down wrongly: by whoever speaks for
// the site that informed, or for the programme. It stays in the history.
func (d *Desk) WithdrawInforming(ctx context.Context, by Teller, person iis.PersonID, id iis.InformedID, why string) error {
	why, err := written(why, "Write why it is withdrawn.")
	if err != nil {
		return err
	}
	r, err := d.read(ctx, by.Actor, person, actInformForm)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(r.informed, func(i iis.Informed) bool { return i.ID == id })
	if at < 0 { // not there, or not theirs to see
		return fault.New(fault.NotFound, "There is no such entry. Open the page of the record again.")
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FolderToChange(person)
		if err != nil {
			return err
		}
		if !by.May(r.informed[at].Sender) {
			return fault.New(fault.Denied, "Another site wrote this down. Ask that site, or the programme, to withdraw it. Nothing was changed.")
		}
		return d.keeper.WithdrawInforming(tx, by.Actor, f.ID, id, why)
	})
	if err != nil {
		return fmt.Errorf("withdraw informing %d: %w", id, err)
	}
	return nil
}
