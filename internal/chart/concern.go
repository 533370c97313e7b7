package chart

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/role"
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
	// AskedFor is what the record should say instead; "" of a note. Asker says for whom
	// it is asked, "" for the user alone.
	AskedFor, Asker string
	// Parted says that sources left the record since, or went back to another, and that it
	// cannot be told whether it was raised about those.
	Parted  bool
	Verdict string // of a petition that was decided, in words
	// Alone says that who took the petition down decided it, as nobody else could.
	Alone    bool
	Evidence []iis.Evidence
}

// Askers are those for whom a user may ask for a correction, beside themselves.
var Askers = []Option{{iis.AskedByPerson, "The person themselves"}, {iis.AskedByParent, "A parent or guardian"}}

// concern puts a concern into words.
func (r *reading) concern(c iis.Concern) Concern {
	out := Concern{
		ID: c.ID, Person: c.Person, Reason: reasonWords(c.Reason), Say: c.Say, By: r.user(c.By), Raised: c.Raised, Open: c.IsOpen(),
		AskedFor: c.AskedFor, Asker: words(Askers, c.Asker), Verdict: c.Verdict.Words(), Parted: c.Parted != 0,
	}
	for _, e := range r.evidence {
		if e.Concern == c.ID {
			out.Evidence = append(out.Evidence, e)
		}
	}
	if !out.Open {
		out.Settled, out.SettledBy, out.Answer = c.Settled, r.user(c.SettledBy), c.Answer
		out.Alone = c.IsPetition() && c.SettledBy == c.By
	}
	return out
}

// Petition is what a user says is wrong with a record. With what it should say
// instead it is a petition for correction, which may have evidence.
type Petition struct {
	Reason   string // of Reasons
	Say      string
	AskedFor string // what the record should say instead; "": it is a note
	Asker    string // for whom, of Askers; "": for nobody but the user
	Evidence []File
}

// Raise tells the registry's staff that a record looks wrong. What is not said
// well is fault.Invalid.
func (d *Desk) Raise(ctx context.Context, by iis.Actor, person iis.PersonID, reason, say string) error {
	return d.Petition(ctx, by, person, Petition{Reason: reason, Say: say})
}

// Petition is Raise with what the record should say instead, for whom it is asked, and
// what proves it. It changes nothing in the record.
func (d *Desk) Petition(ctx context.Context, by iis.Actor, person iis.PersonID, p Petition) error {
	evidence, err := p.tidy()
	if err != nil {
		return err
	}
	if err := d.MayOpen(ctx, by, person); err != nil {
		return err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FolderToChange(person)
		if err != nil {
			return err
		}
		c := iis.Concern{
			Person: f.ID, ID: iis.ConcernID(d.store.NewID()), Reason: p.Reason, Say: p.Say, Raised: d.now(), By: by.User,
			AskedFor: p.AskedFor, Asker: p.Asker,
		}
		if c.Source, err = tx.SourceOf(f.ID, by.Site, by.Home); err != nil {
			return err
		}
		if err := tx.AddConcern(c); err != nil {
			return err
		}
		written := p.Reason + "\n" + p.Say
		if c.IsPetition() {
			written += "\n" + p.AskedFor + "\n" + p.Asker
		}
		for _, e := range evidence {
			e.Person, e.Concern, e.At, e.By = f.ID, c.ID, c.Raised, by.User
			if err := tx.AddEvidence(&e); err != nil {
				return err
			}
			written += fmt.Sprintf("\n%s %d %x", e.Kind, e.Size, sha256.Sum256(e.Content))
		}
		return tx.AddAudit(store.Audit{At: c.Raised, Actor: by, Act: actRaise, Person: f.ID, Subject: int64(c.ID), Written: []byte(written)})
	})
	if err != nil {
		return fmt.Errorf("raise a concern about %d: %w", person, err)
	}
	return nil
}

// tidy makes what was typed fit to be stored, and returns the evidence; fault.Invalid
// says what is wrong.
func (p *Petition) tidy() (evidence []iis.Evidence, err error) {
	if reasonWords(p.Reason) == p.Reason {
		return nil, fault.New(fault.Invalid, "Choose what looks wrong.")
	}
	if p.Say, err = written(p.Say, "Describe what looks wrong, so that staff can find it."); err != nil {
		return nil, err
	}
	if p.AskedFor = fold.Visible(p.AskedFor); p.AskedFor != "" {
		if p.AskedFor, err = written(p.AskedFor, ""); err != nil {
			return nil, err
		}
	}
	switch {
	case p.Asker != "" && words(Askers, p.Asker) == "":
		return nil, fault.New(fault.Invalid, "Choose for whom you ask.")
	case p.AskedFor == "" && (p.Asker != "" || len(p.Evidence) > 0):
		return nil, fault.New(fault.Invalid, "Write what the record should say instead: that is what staff decide about.")
	}
	return checkFiles(p.Evidence)
}

// written is what a user wrote into a field, fit to be stored: no control
// characters but ends of lines, not empty, not too long.
func written(text, whenEmpty string) (string, error) {
	text = fold.Visible(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.New(fault.Invalid, "%s", whenEmpty)
	case n > maxSay:
		return "", fault.New(fault.Invalid, "That is too long: it has %d letters, and %d is the most.", n, maxSay)
	}
	return text, nil
}

// Settle closes a note with what staff did about it; fault.Conflict when it is closed
// already.
func (d *Desk) Settle(ctx context.Context, by iis.Actor, person iis.PersonID, id iis.ConcernID, answer string) error {
	return d.Decide(ctx, by, person, id, "", answer)
}

// Decide closes a concern with what staff decided and why. A petition has a verdict,
// which a note has not. fault.Conflict when it is closed already, fault.Denied when
// somebody would decide what they have asked for themselves, unless nobody else may: then
// the audit and the record say so.
func (d *Desk) Decide(ctx context.Context, by iis.Actor, person iis.PersonID, id iis.ConcernID, verdict iis.Verdict, answer string) error {
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
		c, err := tx.Concern(f.ID, id)
		if err != nil {
			return err
		}
		switch {
		case c.IsPetition() && verdict.Words() == "":
			return fault.New(fault.Invalid, "Choose what was decided. The note is open still.")
		case !c.IsPetition() && verdict != "":
			return fault.New(fault.Invalid, "Nobody asked for a certain correction here: close the note with an answer alone.")
		}
		act := actSettle
		if c.IsPetition() && c.IsOpen() && c.By == by.User {
			if err := tx.LockAccounts(); err != nil {
				return err
			}
			switch others, err := d.othersDecide(tx, by.User); {
			case err != nil:
				return err
			case others:
				return fault.New(fault.Denied, "You have asked for this correction yourself: another administrator decides it. Nothing was changed.")
			}
			act = actSettleAlone
		}
		if err := tx.SettleConcern(f.ID, id, by.User, verdict, answer, now); err != nil {
			return err
		}
		text := answer
		if verdict != "" {
			text = string(verdict) + "\n" + answer
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: act, Person: f.ID, Subject: int64(id), Written: []byte(text)})
	})
	if err != nil {
		return fmt.Errorf("settle concern %d: %w", id, err)
	}
	return nil
}

// othersDecide reports that anybody but one user may decide petitions, and can sign in: their access
// has not ended and is not paused.
func (d *Desk) othersDecide(tx *store.Tx, but iis.UserID) (bool, error) {
	law, err := d.keeper.PolicyIn(tx)
	if err != nil {
		return false, err
	}
	idle := d.now().AddDate(0, 0, -law.Idle())
	for _, r := range role.All() {
		if !r.May(role.SettleConcerns) {
			continue
		}
		list, err := tx.AccountsAs(r.ID)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(list, func(a store.Account) bool { return a.ID != but && (a.Active.IsZero() || a.Active.After(idle)) }) {
			return true, nil
		}
	}
	return false, nil
}

// ListedConcern is a concern in the list of all, with whose record it is about.
type ListedConcern struct {
	Concern
	About Line
	Own   bool // whoever looks has asked for it, and does not decide it
	Sole  bool // whoever looks has asked for it, and decides it as nobody else may
}

// concernsPage is how many a page of the list has.
const concernsPage = 50

// Concerns lists what waits for the registry's staff, the oldest first, or what they have
// settled, the newest first, after one of them (0: from the beginning); next is the last of a
// page when there are more.
func (d *Desk) Concerns(ctx context.Context, by iis.Actor, settled bool, after iis.ConcernID) (out []ListedConcern, next iis.ConcernID, err error) {
	r := &reading{d: d, by: by}
	var lines []Line
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		lines, out, next = nil, nil, 0
		read := tx.OpenConcerns
		if settled {
			read = tx.SettledConcerns
		}
		if r.concerns, err = read(after, concernsPage+1); err != nil {
			return err
		}
		if len(r.concerns) > concernsPage {
			r.concerns = r.concerns[:concernsPage]
			next = r.concerns[concernsPage-1].ID
		}
		if r.users, err = tx.AccountsOf(r.userIDs()); err != nil {
			return err
		}
		if r.evidence, err = evidenceOf(tx, r.concerns); err != nil {
			return err
		}
		ids := make([]iis.PersonID, len(r.concerns))
		for i, c := range r.concerns {
			ids[i] = c.Person
		}
		others, err := d.othersDecide(tx, by.User)
		if err != nil {
			return err
		}
		cards, err := tx.Cards(ids...)
		for i := range cards { // as many as concerns: no record is ever removed
			c := r.concerns[i]
			lines = append(lines, d.line(&cards[i]))
			own := c.IsPetition() && c.By == by.User
			out = append(out, ListedConcern{r.concern(c), lines[i], own && others, own && !others})
		}
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list concerns: %w", err)
	}
	return out, next, d.audit(by, actConcerns, lines)
}

// evidenceOf is what proves some petitions.
func evidenceOf(tx *store.Tx, concerns []iis.Concern) (out []iis.Evidence, err error) {
	asked := map[iis.PersonID]bool{}
	for _, c := range concerns {
		if !c.IsPetition() || asked[c.Person] {
			continue
		}
		asked[c.Person] = true
		found, err := tx.Evidence(c.Person)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// Asked is a note or petition that a user has raised, without anything of the patient:
// what it says is on the record's page, for those who may open that.
type Asked struct {
	ID       iis.ConcernID
	Person   iis.PersonID // 0: whose record it is now they may not know
	Reason   string
	Raised   time.Time
	Open     bool
	Petition bool
	Settled  time.Time
	Verdict  string // in words; "" while it is open, and of a note
}

// askedPage is how many a page of them has.
const askedPage = 50

// Asked are the notes and petitions that a user has raised, after one of them (0: from
// the newest), the newest first; next is the last of them when there are more.
func (d *Desk) Asked(ctx context.Context, by iis.Actor, before iis.ConcernID) (out []Asked, next iis.ConcernID, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out, next = nil, 0
		found, err := tx.ConcernsBy(by.User, before, askedPage+1)
		if err != nil {
			return err
		}
		if len(found) > askedPage {
			found = found[:askedPage]
			next = found[askedPage-1].ID
		}
		known, err := d.known(tx, by, found)
		if err != nil {
			return err
		}
		for _, c := range found {
			if !known[c.Person] {
				c.Person = 0
			}
			out = append(out, Asked{c.ID, c.Person, reasonWords(c.Reason), c.Raised, c.IsOpen(), c.IsPetition(), c.Settled, c.Verdict.Words()})
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list what a user has asked for: %w", err)
	}
	return out, next, nil
}

// known are the records of some concerns of which somebody may know: what they raised may be
// of a hidden one since, where records were joined or somebody objected.
func (d *Desk) known(tx *store.Tx, by iis.Actor, concerns []iis.Concern) (map[iis.PersonID]bool, error) {
	var ids []iis.PersonID
	for _, c := range concerns {
		ids = append(ids, c.Person)
	}
	slices.Sort(ids)
	cards, err := tx.Cards(slices.Compact(ids)...)
	if err != nil {
		return nil, err
	}
	out := map[iis.PersonID]bool{}
	for i := range cards {
		_, sight, err := d.keeper.SeesCard(tx, by, &cards[i])
		if err != nil {
			return nil, err
		}
		out[cards[i].ID] = sight != record.Nothing
	}
	return out, nil
}
