package helpdesk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/store"
)

// Ticket is a ticket with what was said of it.
type Ticket struct {
	iis.Ticket
	Entries  []iis.TicketEntry // without what is for the help desk alone, for others
	Mine     bool              // whoever looks has opened it
	MayWrite bool
	Suggest  []course.Found // answers that may help, three at most
	Desk     []Agent        // to whom it may be assigned, for the help desk
}

// Agent is somebody of the help desk.
type Agent struct {
	ID   iis.UserID
	Name string
}

// Page is a page of a list of tickets.
type Page struct {
	Tickets []iis.Ticket
	Next    iis.TicketID       // the last one when there are more; 0 on the last page
	At      iis.TicketPriority // of that one, in the queue
}

// pageOf is how many tickets a page has.
const pageOf = 50

func (d *Desk) list(ctx context.Context, read func(*store.Tx) ([]iis.Ticket, error)) (p *Page, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		p = &Page{}
		p.Tickets, err = read(tx)
		if len(p.Tickets) > pageOf {
			p.Tickets = p.Tickets[:pageOf]
			last := p.Tickets[pageOf-1]
			p.Next, p.At = last.ID, last.Priority
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	return p, nil
}

// Mine are the tickets that somebody has opened, before one of them (0: from the
// newest), the newest first.
func (d *Desk) Mine(ctx context.Context, u User, before iis.TicketID) (*Page, error) {
	return d.list(ctx, func(tx *store.Tx) ([]iis.Ticket, error) { return tx.TicketsBy(u.Actor.User, before, pageOf+1) })
}

// All are the tickets that somebody sees, before one of them: of their site or region, or of every
// one and of people without an account.
func (d *Desk) All(ctx context.Context, u User, before iis.TicketID) (*Page, error) {
	if !u.Sees {
		return &Page{}, nil
	}
	return d.list(ctx, func(tx *store.Tx) ([]iis.Ticket, error) { return tx.TicketsOf(u.scope(), before, pageOf+1) })
}

// Queue are the tickets that are not closed, after one of them, the most pressing and
// then the oldest first; for who sees all.
func (d *Desk) Queue(ctx context.Context, u User, at iis.TicketPriority, after iis.TicketID) (*Page, error) {
	if !u.Sees || !u.Everyone {
		return &Page{}, nil
	}
	return d.list(ctx, func(tx *store.Tx) ([]iis.Ticket, error) { return tx.OpenTickets(at, after, pageOf+1) })
}

// find is a ticket that somebody may see; fault.NotFound as for one that is not there.
func find(tx *store.Tx, u User, id iis.TicketID) (iis.Ticket, error) {
	t, err := tx.Ticket(id)
	if err == nil && !u.sees(&t) {
		err = fault.New(fault.NotFound, "There is no such ticket among those that you may see.")
	}
	if err != nil {
		return iis.Ticket{}, err
	}
	return t, nil
}

// Ticket is one ticket; fault.NotFound for who may not see it. That somebody else's is
// read is audited. roles are those of the help desk.
func (d *Desk) Ticket(ctx context.Context, u User, id iis.TicketID, roles []string) (*Ticket, error) {
	l, err := d.Library(ctx)
	if err != nil {
		return nil, err
	}
	out := &Ticket{}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		*out = Ticket{}
		if out.Ticket, err = find(tx, u, id); err != nil {
			return err
		}
		entries, err := tx.TicketEntries(id)
		if err != nil {
			return err
		}
		out.Entries = slices.DeleteFunc(entries, func(e iis.TicketEntry) bool { return e.Internal && !u.Answers })
		if u.Answers {
			out.Desk, err = agents(tx, roles)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open ticket %d: %w", id, err)
	}
	out.Mine = u.opened(&out.Ticket)
	out.MayWrite = out.Mine || u.Answers
	text := out.Subject
	if len(out.Entries) > 0 {
		text += " " + out.Entries[0].Say
	}
	found := l.Search(text)
	out.Suggest = found[:min(len(found), 3)]
	if out.Mine {
		return out, nil
	}
	return out, d.store.AuditRead(store.Audit{At: d.now(), Actor: u.Actor, Act: "ticket: read", Subject: int64(id)})
}

// agents are those who may sign in by some roles.
func agents(tx *store.Tx, roles []string) (out []Agent, err error) {
	for _, role := range roles {
		found, err := tx.AccountsAs(role)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			out = append(out, Agent{a.ID, a.Name})
		}
	}
	return out, nil
}

// writing does something to a ticket while nobody else writes in tickets.
func (d *Desk) writing(ctx context.Context, u User, id iis.TicketID, do func(*store.Tx, *iis.Ticket, time.Time) error) error {
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockTickets(); err != nil {
			return err
		}
		t, err := find(tx, u, id)
		if err != nil {
			return err
		}
		t.Changed = d.now()
		if err := do(tx, &t, t.Changed); err != nil {
			return err
		}
		return tx.PutTicket(&t)
	})
	if err != nil {
		return fmt.Errorf("write in ticket %d: %w", id, err)
	}
	return nil
}

// Say adds what whoever asked has to say, or an answer of the help desk. Others only
// read. note has it for the help desk alone. What looks like a patient's data is
// fault.Invalid.
func (d *Desk) Say(ctx context.Context, u User, id iis.TicketID, say string, note bool) error {
	say, err := tidy("What you wrote", say, mostSay)
	if err == nil && say == "" {
		err = fault.New(fault.Invalid, "Write something.")
	}
	if err == nil {
		err = refuse(say)
	}
	if err != nil {
		return err
	}
	return d.writing(ctx, u, id, func(tx *store.Tx, t *iis.Ticket, now time.Time) error {
		e := iis.TicketEntry{Ticket: id, At: now, By: u.Actor.User, Say: say}
		switch {
		case !u.Answers && (note || !u.opened(t)):
			return fault.New(fault.Denied, "You may read this ticket, and not write in it. Nothing was changed.")
		case note:
			e.Act, e.Internal = iis.TicketNoted, true
		case u.opened(t): // of somebody of the help desk too: here they are who asks
			e.Act, t.Status = iis.TicketSaid, iis.TicketOpen
		default:
			e.Act = iis.TicketAnswer
			answered(t, u)
			if err := d.mailAnswered(tx, t); err != nil {
				return err
			}
		}
		return tx.AddTicketEntry(&e, u.Actor)
	})
}

// mailAnswered writes to whoever asked, when they have an account, that there is an answer:
// not what it says.
func (d *Desk) mailAnswered(tx *store.Tx, t *iis.Ticket) error {
	if t.By == 0 || !d.mails.On() {
		return nil
	}
	a, err := tx.AccountOf(t.By)
	if err != nil || !a.Ended.IsZero() {
		return err
	}
	_, err = d.mails.Put(tx, mail.Letter{
		Kind: iis.MailTicketReply, To: iis.Contact{Name: a.Name, Email: a.Email}, Path: "/help/tickets/" + t.ID.Public(), Says: map[string]string{"reference": t.ID.Public()},
	})
	return err
}

// answered has a ticket be answered by somebody, whose it is when it was nobody's.
func answered(t *iis.Ticket, u User) {
	t.Status = iis.TicketAnswered
	if t.Assigned == 0 {
		t.Assigned = u.Actor.User
	}
}

// Point points whoever asked to an answer that there is, by the codes of its topic and
// of itself; for the help desk.
func (d *Desk) Point(ctx context.Context, u User, id iis.TicketID, topic, answer string) error {
	l, err := d.Library(ctx)
	if err != nil {
		return err
	}
	if _, a := l.Answer(topic, answer); a == nil {
		return fault.New(fault.NotFound, "There is no such answer.")
	}
	return d.writing(ctx, u, id, func(tx *store.Tx, t *iis.Ticket, now time.Time) error {
		if !u.Answers {
			return errNotDesk
		}
		answered(t, u)
		if err := d.mailAnswered(tx, t); err != nil {
			return err
		}
		return tx.AddTicketEntry(&iis.TicketEntry{Ticket: id, At: now, By: u.Actor.User, Act: iis.TicketPointed, Say: topic + "#" + answer}, u.Actor)
	})
}

var errNotDesk = fault.New(fault.Denied, "Only the help desk may do this. Nothing was changed.")

// Close closes a ticket, or opens it again: whoever asked, or the help desk.
func (d *Desk) Close(ctx context.Context, u User, id iis.TicketID, closed bool) error {
	return d.writing(ctx, u, id, func(tx *store.Tx, t *iis.Ticket, now time.Time) error {
		if !u.Answers && !u.opened(t) {
			return fault.New(fault.Denied, "You may read this ticket, and not close it. Nothing was changed.")
		}
		if closed == (t.Status == iis.TicketClosed) {
			return fault.New(fault.Conflict, "This ticket is %s already.", strings.ToLower(t.Status.Words()))
		}
		e := iis.TicketEntry{Ticket: id, At: now, By: u.Actor.User, Act: iis.TicketFinished}
		t.Status = iis.TicketClosed
		if !closed {
			e.Act, t.Status = iis.TicketAgain, iis.TicketOpen
		}
		return tx.AddTicketEntry(&e, u.Actor)
	})
}

// Arrange gives a ticket another priority, and to somebody of the help desk (0: to
// nobody). roles are those of the help desk.
func (d *Desk) Arrange(ctx context.Context, u User, id iis.TicketID, priority iis.TicketPriority, assigned iis.UserID, roles []string) error {
	return d.writing(ctx, u, id, func(tx *store.Tx, t *iis.Ticket, now time.Time) error {
		switch {
		case !u.Answers:
			return errNotDesk
		case priority.Words() == "":
			return fault.New(fault.Invalid, "Choose how much it hurries.")
		case t.Priority == priority && t.Assigned == assigned:
			return nil
		}
		to := "nobody"
		if assigned != 0 {
			all, err := agents(tx, roles)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(all, func(a Agent) bool { return a.ID == assigned })
			if i < 0 {
				return fault.New(fault.Invalid, "Choose somebody of the help desk.")
			}
			to = all[i].Name
		}
		t.Priority, t.Assigned = priority, assigned
		return tx.AddTicketEntry(&iis.TicketEntry{
			Ticket: id, At: now, By: u.Actor.User, Act: iis.TicketMoved, Internal: true, Say: "Priority: " + priority.Words() + ". Assigned to: " + to + ".",
		}, u.Actor)
	})
}
