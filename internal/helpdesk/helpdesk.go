// Package helpdesk is the act of asking for help and answering: tickets of users and of
// people without an account, and the questions that are answered already.
//
// Nothing of a patient belongs into a ticket. What looks like it is refused (Suspicious),
// and a record is named by its number, which says nothing to whoever may not open it.
// What is wrong with a record is said beside the record, by package chart. Nobody acts
// in another's name: who writes is who is signed in. Start at Desk.Open and Desk.Ticket.
package helpdesk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Desk is where tickets are kept. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	now    func() time.Time
	gate   *gate
	mails  *mail.Box // nil: nobody is written to (MailBy)
}

// MailBy gives the desk the outbox. Before, and while that has no relay, nobody is written to.
func (d *Desk) MailBy(b *mail.Box) { d.mails = b }

// New makes the desk of a registry.
func New(s *store.Store, keeper *record.Keeper) *Desk {
	return &Desk{store: s, keeper: keeper, now: s.Now, gate: newGate()}
}

// Library is what is answered already, in the registry's state.
func (d *Desk) Library(ctx context.Context) (*course.Library, error) {
	p, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	return course.Of(p)
}

// User is somebody who asks or answers.
type User struct {
	Actor    iis.Actor
	Role     string       // its ID
	Sender   iis.SenderID // their site; 0: none
	Sees     bool         // they see the tickets of their site or region, or all
	Everyone bool         // what they see is every site's
	Answers  bool         // they are of the help desk
}

// sees reports a ticket that somebody may read.
func (u User) sees(t *iis.Ticket) bool {
	return u.opened(t) || u.Sees && u.scope().Has(t.Sender)
}

// scope is whose tickets they see, where they see any.
func (u User) scope() iis.Scope {
	return iis.Scope{Sender: u.Sender, Home: u.Actor.Home, Everyone: u.Everyone, Reach: u.Actor.Reach}
}

// opened reports a ticket that they have opened themselves.
func (u User) opened(t *iis.Ticket) bool { return t.By != 0 && t.By == u.Actor.User }

// Question is what somebody asks, with what is taken from where they are.
type Question struct {
	Topic   string // a code of iis.TicketTopics
	Subject string
	Say     string
	Record  string // the number of a record that it is about; "": none
	// Route is the pattern of the page from which it is asked, Reference that of an error
	// page: "" where there is none. Agent is the browser.
	Route, Reference, Agent string
	// Name and Contact are of somebody without an account.
	Name, Contact string
}

// How long what is written may be, in characters.
const (
	mostSubject = 120
	mostSay     = 4000
	mostName    = 120
	mostAgent   = 300
)

// Open opens a ticket of somebody who is signed in. fault.Invalid says what is missing,
// or what looks like a patient's data.
func (d *Desk) Open(ctx context.Context, u User, q Question) (iis.TicketID, error) {
	return d.open(ctx, u.Actor, iis.Ticket{By: u.Actor.User, Sender: u.Sender, Role: u.Role}, q)
}

// Ask opens a ticket of somebody without an account, who calls from somewhere.
// fault.Busy when too many came from there, or in all.
func (d *Desk) Ask(ctx context.Context, from string, q Question) (iis.TicketID, error) {
	name, err := tidy("Your name", q.Name, mostName)
	if err != nil {
		return 0, err
	}
	contact, err := tidy("Your telephone number or e-mail address", q.Contact, mostName)
	switch {
	case err != nil:
		return 0, err
	case name == "":
		return 0, fault.New(fault.Invalid, "Write your name.")
	case contact == "":
		return 0, fault.New(fault.Invalid, "Write a telephone number or an e-mail address, so that somebody can answer you.")
	case !slices.Contains(iis.PublicTopics, q.Topic):
		return 0, fault.New(fault.Invalid, "Choose what it is about.")
	}
	q.Record, q.Reference, q.Route = "", "", ""
	t := iis.Ticket{Name: name, Contact: contact}
	if _, err := check(&t, q); err != nil {
		return 0, err // before it counts
	}
	if err := d.gate.enter(from, d.now()); err != nil {
		return 0, err
	}
	return d.open(ctx, iis.Actor{Kind: "visitor"}, t, q)
}

// check fills a ticket with what was asked, and returns the text.
func check(t *iis.Ticket, q Question) (say string, err error) {
	if t.Subject, err = tidy("The subject", q.Subject, mostSubject); err != nil {
		return "", err
	}
	if say, err = tidy("The question", q.Say, mostSay); err != nil {
		return "", err
	}
	t.Topic, t.Route, t.Reference, t.Agent = q.Topic, q.Route, q.Reference, cut(q.Agent, mostAgent)
	switch {
	case iis.TicketTopicWords(t.Topic) == t.Topic:
		return "", fault.New(fault.Invalid, "Choose what it is about.")
	case t.Subject == "":
		return "", fault.New(fault.Invalid, "Write in a few words what it is about.")
	case say == "":
		return "", fault.New(fault.Invalid, "Describe what you did, what happened, and what you expected.")
	}
	if err := refuse(t.Subject + "\n" + say); err != nil {
		return "", err
	}
	if number := strings.TrimSpace(q.Record); number != "" {
		id, ok := iis.ParsePersonID(number)
		if !ok {
			return "", fault.New(fault.Invalid, "This is no registry number: it has 13 letters and digits, and stands at the top of the record. Write nothing else there.")
		}
		t.Record = id
	}
	return say, nil
}

// open stores a ticket.
func (d *Desk) open(ctx context.Context, by iis.Actor, t iis.Ticket, q Question) (iis.TicketID, error) {
	say, err := check(&t, q)
	if err != nil {
		return 0, err
	}
	t.Status, t.Priority = iis.TicketOpen, iis.Ordinary
	if t.Topic == "privacy" {
		t.Priority = iis.High
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		t.Opened = d.now()
		t.Changed = t.Opened
		if err := tx.AddTicket(&t); err != nil {
			return err
		}
		return tx.AddTicketEntry(&iis.TicketEntry{Ticket: t.ID, At: t.Opened, By: t.By, Act: iis.TicketAsked, Say: say}, by)
	})
	if err != nil {
		return 0, fmt.Errorf("open a ticket: %w", err)
	}
	return t.ID, nil
}

// cut is the beginning of a text, without what nobody can see.
func cut(text string, most int) string {
	letters := []rune(fold.Visible(text))
	return string(letters[:min(len(letters), most)])
}

// tidy is a text without what nobody can see; fault.Invalid when it is longer than most.
func tidy(what, text string, most int) (string, error) {
	text = fold.Visible(text)
	if utf8.RuneCountInString(text) > most {
		return "", fault.New(fault.Invalid, "%s is too long: write %d characters at most. Nothing was sent.", what, most)
	}
	return text, nil
}
