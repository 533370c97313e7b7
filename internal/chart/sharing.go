package chart

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Sharing is how a record stands, for whoever sees it.
type Sharing struct {
	Status iis.Sharing
	Why    string   // in a sentence
	Since  cal.Date // the day that the leading word names, or on which it came; None when nobody said anything
	// Partial says that the reader sees what their own site reported alone, and Glass until
	// when they see all of it because they broke the glass (zero: they did not).
	Partial bool
	Glass   bool
	// Asks says that the reader sees their own part, and is to ask whether the rest may be shared.
	Asks bool
	// Objected says that it is No by an objection that was signed.
	Objected bool
	// TakenBack is, of one that is No, how that is taken back in this state, in a sentence.
	TakenBack string
	// MayBreak says that the state lets whoever may break the glass see the rest.
	MayBreak bool
}

// sharing is how the record stands, in words.
func (r *reading) sharing() Sharing {
	s := Sharing{Status: r.shared.Status, Since: since(&r.shared), Partial: r.partial(), Glass: r.sight == record.Glass, Objected: r.shared.Cause == record.ByObjection, MayBreak: r.law.Sharing.Glass != nil}
	by := r.senders[r.shared.By]
	if r.narrow() && !r.by.Owns(r.shared.By) {
		by = "" // who else reports the person is not theirs to know
	}
	s.Why = causeWords(r.shared.Cause, by)
	s.Asks = r.partial() && !r.by.Roster && s.Status == iis.SharingUnknown && r.law.Sharing.Unknown.Prompts
	if s.Status == iis.SharingNo {
		s.TakenBack = takenBack(r.law, r.shared.Cause, by)
	}
	return s
}

// takenBack says how it is taken back in a state that a record is not shared.
func takenBack(law *policy.Policy, c record.SharingCause, by string) string {
	if law.Sharing.Papers != nil {
		return "It is taken back by the form for withdrawing an objection, which the person, or a parent or guardian, signs."
	}
	const none = "No form of this state limits sharing or takes that back: "
	switch c {
	case record.ByPD1, record.ByBirth:
		if by == "" {
			by = "the provider that set it"
		}
		return none + "it ends when " + by + " sends the person again with PD1-12 N. Ask them, when the person wants it otherwise."
	}
	return none + "it was recorded while the registry went by another policy. Ask the registry’s staff."
}

// since is the day from which a status holds.
func since(s *record.Shared) cal.Date {
	if s.From != cal.None || s.At == 0 {
		return s.From
	}
	return cal.On(time.UnixMicro(s.At))
}

// causeWords say by what a status holds.
func causeWords(c record.SharingCause, by string) string {
	from := ""
	if by != "" {
		from = " It was recorded for " + by + "."
	}
	switch c {
	case record.ByObjection:
		return "The person, or a parent or guardian, objected to sharing." + from
	case record.ByWithdrawal:
		return "An objection was withdrawn." + from
	case record.ByAnswer:
		return "The person, or a parent or guardian, was told of the registry and answered." + from
	case record.ByPD1:
		if by == "" {
			by = "A provider"
		}
		return by + " sent it with a message (PD1-12)."
	case record.ByBirth:
		return "The birth record enrolled the child so: the state shares nothing until somebody says otherwise."
	case record.ByHistory:
		return "All that is known is history of which nobody has told the person yet."
	}
	return "Nobody has said otherwise: the state’s default holds."
}

// Barred is a record that somebody may know of, and sees nothing of (yet).
type Barred struct {
	ID     iis.PersonID
	Name   string
	Birth  cal.Date
	Status iis.Sharing
	Asks   bool          // it is shown once somebody has said whether it may be shared
	Glass  *policy.Glass // nil: nobody may break the glass
	// Outlook is what is due, where the state's policy does not hide it.
	Outlook *Outlook
	// HasForms says that the state has forms about sharing; TakenBack is as of Sharing.
	HasForms  bool
	TakenBack string
}

// Error is what is said on any page but that of the record, which knows better.
func (b *Barred) Error() string { return "the record is not shared with whoever asks" }

// bar says why nothing of a record is shown to whoever may know that it is there.
func (d *Desk) bar(r *reading, whole *store.Folder) {
	if r.sight == record.Nothing {
		return
	}
	g := &whole.Golden
	b := &Barred{
		ID: whole.ID, Name: fullName(g.LegalName()), Birth: g.Birth, Status: r.shared.Status, Asks: r.sight == record.Asked, Glass: r.law.Sharing.Glass,
	}
	if b.HasForms = r.law.Sharing.Papers != nil; b.Status == iis.SharingNo {
		b.TakenBack = takenBack(r.law, r.shared.Cause, "")
	}
	say := "The person, or a parent or guardian, asked that this record not be shared with other providers. You see nothing of it."
	switch r.sight {
	case record.Asked:
		say = "Nobody has told this person of the registry yet. Open the record itself first, and say whether it may be shared."
	case record.Forecast:
		of := *r
		of.folder = whole
		b.Outlook = &of.forFamily().Outlook // what is due tells of the doses that are not shown
	}
	r.barred = fault.Wrap(fault.Denied, b, say)
}

// errPartial is for whoever would compare or decide about a record of which they see a
// part.
var errPartial = fault.New(fault.Denied, "Sharing of this record is limited: you see what your own site reported. Only the registry’s staff compare and decide about it. Nothing was changed.")

// MayKnow is fault.NotFound for somebody who asks for a record that is not there, or that
// they may not even know of: one answer for both, and one line of the audit.
func (d *Desk) MayKnow(ctx context.Context, by iis.Actor, id iis.PersonID) error {
	if by.SeesAll {
		return nil
	}
	line := store.Audit{At: d.now(), Actor: by, Act: actMissing, Subject: int64(id)}
	err := d.store.Snapshot(ctx, func(tx *store.Tx) error {
		now, err := tx.Follow(id)
		if err != nil {
			return err
		}
		if known, err := d.keeper.Knows(tx, by, now[0]); err != nil || !known {
			return err
		}
		cards, err := tx.Cards(now...)
		if err != nil || len(cards) == 0 {
			return err
		}
		_, sight, err := d.keeper.SeesCard(tx, by, &cards[0])
		if sight != record.Nothing {
			line = store.Audit{}
		} else {
			line.Act, line.Person, line.Subject = actHidden, cards[0].ID, 0
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("see whether %d may be known: %w", id, err)
	}
	if line.Act == "" {
		return nil
	}
	if err := d.store.AuditRead(line); err != nil {
		return fmt.Errorf("audit that %d is refused: %w", id, err)
	}
	return errMissing
}

// MayOpen is the refusal that the page of a record gives to somebody; nil when they see the
// record or a part of it. A form that shows nothing of the person asks it, for nobody acts
// on a record unseen. It is audited as any opening is.
func (d *Desk) MayOpen(ctx context.Context, by iis.Actor, id iis.PersonID) error {
	_, err := d.read(ctx, by, id, actForm)
	return err
}

// SharingLine is a line of the history of a record's status, or a choice that changed
// nothing.
type SharingLine struct {
	At     time.Time
	Status iis.Sharing
	Since  cal.Date
	Why    string
	By     string // who recorded a choice; "" of what was sent
	// Form is the number of the form on which it was signed; 0: on none. Paper says that a
	// signed paper was uploaded with it.
	Form  iis.SubmissionID
	Paper bool
}

// SharingPage is a record's status with its whole history, the newest first.
type SharingPage struct {
	Whom
	Sharing
	Law     *policy.Policy
	History []SharingLine
}

// Sharing opens the status of a record with its history: of who sees a part of it, what
// their own site said.
func (d *Desk) Sharing(ctx context.Context, by iis.Actor, id iis.PersonID) (*SharingPage, error) {
	r, err := d.read(ctx, by, id, actSharing)
	if err != nil {
		return nil, err
	}
	out := &SharingPage{Law: r.law, Whom: r.whom(), Sharing: r.sharing()}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		reports, err := tx.Reports(r.folder.ID)
		if err != nil {
			return err
		}
		reports = slices.DeleteFunc(reports, func(p store.Report) bool { return !tellsOf(by, r.sight, p.Sender) })
		var users []iis.UserID
		for i := range reports {
			if c := reports[i].Choice; c != nil {
				users = append(users, c.By)
			}
		}
		names, err := tx.UserNames(users)
		if err != nil {
			return err
		}
		out.History = r.statuses(reports, names)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the sharing of %d: %w", id, err)
	}
	return out, nil
}

// statuses are how a record stood after each report that changed it, or chose something,
// the newest first.
func (r *reading) statuses(reports []store.Report, names map[iis.UserID]string) []SharingLine {
	var out []SharingLine
	f := &store.Folder{ID: r.folder.ID}
	was := record.Shared{}
	for i := range reports {
		p := &reports[i]
		if p.Said != nil {
			f.SetSource(p)
		}
		chose := p.Choice != nil && p.Choice.Kind.OfSharing()
		if chose {
			f.AddChoice(p)
		}
		s := r.histories.SharingOf(f.Sources, f.Choices)
		if !chose && (len(out) > 0 || s.Cause == record.ByDefault) && s.Status == was.Status && s.Cause == was.Cause && s.By == was.By && s.From == was.From {
			continue
		}
		line := SharingLine{At: time.UnixMicro(p.Received).UTC(), Status: s.Status, Since: since(&s), Why: causeWords(s.Cause, r.senders[s.By])}
		if chose {
			line.By, line.Paper = names[p.Choice.By], p.Choice.Paper != ""
			line.Why = choiceWords(p.Choice.Kind, r.senders[p.Sender])
			if line.Since = p.Choice.From; p.Choice.Kind == iis.Objects || p.Choice.Kind == iis.Withdraws {
				line.Form = p.Submission
			}
		}
		out, was = append(out, line), s
	}
	slices.Reverse(out)
	return out
}

// choiceWords say what was chosen on a page.
func choiceWords(k iis.ChoiceKind, site string) string {
	from := "."
	if site != "" {
		from = ", recorded for " + site + "."
	}
	switch k {
	case iis.Objects:
		return "The person, or a parent or guardian, objected to sharing" + from
	case iis.Withdraws:
		return "The person, or a parent or guardian, withdrew the objection" + from
	case iis.AnswerNo:
		return "The person, or a parent or guardian, was told of the registry and does not want the record shared" + from
	}
	return "The person, or a parent or guardian, was told of the registry and does not object" + from
}

// errReads is for who sees a record because somebody is on their roster.
var errReads = fault.New(fault.Denied, "You may read the records of whom is on your roster, and answer nothing about their sharing. Nothing was changed.")

// errNotTold is for an answer without its ground.
var errNotTold = fault.New(fault.Invalid, "Say that the person, or a parent or guardian, was told of the registry and of the right to limit sharing. If they were not, tell them first: nothing was changed.")

// Answer records what a person, or a parent or guardian, answered when they were told of
// the registry: that the record may be shared, or not. It is asked of a record of which
// nobody had told them, and of no other: fault.Conflict.
func (d *Desk) Answer(ctx context.Context, by Teller, id iis.PersonID, yes, told bool) error {
	if err := by.Speaks(); err != nil {
		return err
	}
	if by.Actor.Roster {
		return errReads
	}
	if !told {
		return errNotTold
	}
	who, err := d.Recorders(ctx, by)
	if err != nil {
		return err
	}
	if !who.MayAnswer() {
		return who.refusal()
	}
	var barred *Barred
	if _, err := d.read(ctx, by.Actor, id, actSharing); err != nil && !(errors.As(err, &barred) && barred.Asks) {
		return err
	}
	c := iis.Choice{Kind: iis.AnswerNo, From: cal.On(d.now()), By: by.Actor.User}
	var form iis.Form
	form.Add("Form", "Answer about sharing")
	form.Add("Record", id.Public())
	form.Add("Told of the registry", "Yes")
	if form.Add("May be shared", "No"); yes {
		c.Kind = iis.AnswerYes
		form.Fields[len(form.Fields)-1].Value = "Yes"
	}
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	var histories record.Histories
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		histories, err = d.keeper.Histories(tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("answer about %d: %w", id, err)
	}
	informed := &iis.Informed{Sender: by.Sender, Day: c.From, How: []string{iis.InformedWhenAsked}}
	return d.choose(ctx, by, id, form, record.Arrival{Choice: &c, Informs: informed, Before: func(tx *store.Tx, f *store.Folder) error {
		if who, err := recordersIn(tx, law, by); err != nil || !who.MayAnswer() {
			return orRefusal(err, who)
		}
		if law.Sharing.Unknown == nil {
			return fault.New(fault.Conflict, "In this state nobody is asked whether a record may be shared. Nothing was changed.")
		}
		if histories.SharingOf(f.Sources, f.Choices).Status != iis.SharingUnknown {
			return fault.New(fault.Conflict, "Somebody has answered meanwhile. Open the record again.")
		}
		return nil
	}})
}

// choose keeps a form and makes its choice part of the record, in one transaction with
// what it changes.
func (d *Desk) choose(ctx context.Context, by Teller, id iis.PersonID, form iis.Form, in record.Arrival) error {
	from, err := d.speaksFor(ctx, by)
	if err != nil {
		return fmt.Errorf("choose about %d: %w", id, err)
	}
	form.Add("For", from.Name)
	form.Add("Recorded by", by.Name)
	in.Act = actChoose
	return d.takeForm(ctx, by, id, from, form, in)
}

// errNoReason and their like are what is wrong with how glass is broken.
var (
	errNoReason = fault.New(fault.Invalid, "Choose a reason of the list.")
	errNoGlass  = fault.New(fault.Denied, "In this state nobody may open a record that is not shared with them. Nothing was opened.")
)

// leastSay is how many letters a reason in one's own words has at least.
const leastSay = 15

// Break opens a record for a while that is not shared with somebody, for a reason that
// somebody else looks at afterwards. fault.Invalid: there is no reason, or next to none.
func (d *Desk) Break(ctx context.Context, by iis.Actor, id iis.PersonID, reason, say string) error {
	if err := d.MayKnow(ctx, by, id); err != nil {
		return err
	}
	say, err := written(say, "Say in your own words why you must see this record now.")
	if err != nil {
		return err
	}
	if len([]rune(say)) < leastSay {
		return fault.New(fault.Invalid, "Say more of why you must see this record now: whoever looks at it afterwards has to understand it.")
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		law, err := d.keeper.PolicyIn(tx)
		if err != nil {
			return err
		}
		g := law.Sharing.Glass
		switch {
		case g == nil:
			return errNoGlass
		case !slices.Contains(g.Reasons, reason):
			return errNoReason
		}
		f, err := tx.Folder(id)
		if err != nil {
			return err
		}
		if _, sight, err := d.keeper.Sees(tx, by, f); err != nil || sight == record.Whole || sight == record.Glass {
			return err // there is nothing to break
		} else if sight == record.Nothing {
			return errMissing
		}
		now := d.now()
		broke := store.Glass{Person: f.ID, ID: d.store.NewID(), User: by.User, Reason: reason, Say: say, Opened: now, Until: now.Add(g.For())}
		if err := tx.AddGlass(broke); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: ActGlass, Person: f.ID, Subject: broke.ID, Written: []byte(reason + "\n" + say)})
	})
	if err != nil {
		return fmt.Errorf("break the glass of %d: %w", id, err)
	}
	return nil
}

// Glass is the record of which somebody is about to break the glass: fault.Conflict when
// they see it already, fault.Denied where the state lets nobody.
func (d *Desk) Glass(ctx context.Context, by iis.Actor, id iis.PersonID) (*Barred, error) {
	r, err := d.read(ctx, by, id, actSharing)
	var barred *Barred
	if errors.As(err, &barred) {
		if barred.Glass == nil {
			return nil, errNoGlass
		}
		return barred, nil
	}
	if err != nil {
		return nil, err
	}
	if !r.partial() {
		return nil, fault.New(fault.Conflict, "You see this record already.")
	}
	if r.law.Sharing.Glass == nil {
		return nil, errNoGlass
	}
	who := r.whom()
	return &Barred{ID: who.ID, Name: who.Name, Birth: who.Birth, Status: r.shared.Status, Glass: r.law.Sharing.Glass}, nil
}
