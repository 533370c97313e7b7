package store

import (
	"math"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// ticketLock is the advisory lock of those who write in tickets: what one does depends
// on what the ticket is.
const ticketLock = 0x5449_434B // "TICK"

// LockTickets makes others who write in tickets wait until this transaction is done.
func (tx *Tx) LockTickets() error { return tx.Lock(ticketLock) }

// AddTicket stores a new ticket, which is given its number.
func (tx *Tx) AddTicket(t *iis.Ticket) error {
	t.ID = iis.TicketID(tx.s.NewID())
	return tx.Exec(`
		INSERT INTO ticket (id, account_id, sender_id, name, contact, topic, subject, route, role, agent, reference, about_id, status, priority, assigned, opened, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		t.ID, t.By, t.Sender, t.Name, t.Contact, t.Topic, t.Subject, t.Route, t.Role, t.Agent, t.Reference, t.Record,
		string(t.Status), int(t.Priority), t.Assigned, t.Opened.UnixMicro(), t.Changed.UnixMicro())
}

// PutTicket stores what may change of a ticket: its status, its priority, and to whom it
// is assigned.
func (tx *Tx) PutTicket(t *iis.Ticket) error {
	return tx.Exec(`UPDATE ticket SET status = $1, priority = $2, assigned = $3, changed = $4 WHERE id = $5`,
		string(t.Status), int(t.Priority), t.Assigned, t.Changed.UnixMicro(), t.ID)
}

// ticketQuery reads tickets with the names of who asked, of their site, and of whom it
// is assigned to.
const ticketQuery = `
	SELECT t.id, t.account_id, t.sender_id, t.name, t.contact, t.topic, t.subject, t.route, t.role, t.agent, t.reference, t.about_id, t.status, t.priority,
		t.assigned, t.opened, t.changed, a.name, n.name, h.name
	FROM ticket t LEFT JOIN account a ON a.id = t.account_id LEFT JOIN sender n ON n.id = t.sender_id LEFT JOIN account h ON h.id = t.assigned `

func (tx *Tx) tickets(q db.Query) ([]iis.Ticket, error) {
	var out []iis.Ticket
	q.Each = func(r db.Row) error {
		t := iis.Ticket{
			ID: iis.TicketID(r.Int(0)), By: iis.UserID(r.Int(1)), Sender: iis.SenderID(r.Int(2)), Name: r.Text(3), Contact: r.Text(4), Topic: r.Text(5),
			Subject: r.Text(6), Route: r.Text(7), Role: r.Text(8), Agent: r.Text(9), Reference: r.Text(10), Record: iis.PersonID(r.Int(11)),
			Status: iis.TicketStatus(r.Text(12)), Priority: iis.TicketPriority(r.Int(13)), Assigned: iis.UserID(r.Int(14)),
			Opened: momentAt(r.Int(15)), Changed: momentAt(r.Int(16)), Site: r.Text(18), AssignedName: r.Text(19),
		}
		if t.By != 0 {
			t.Name = r.Text(17)
		}
		out = append(out, t)
		return nil
	}
	err := tx.Select(q)
	return out, err
}

// Ticket reads one; fault.NotFound when there is none.
func (tx *Tx) Ticket(id iis.TicketID) (iis.Ticket, error) {
	found, err := tx.tickets(db.Query{SQL: ticketQuery + `WHERE t.id = $1`, Args: []any{id}})
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no such ticket among those that you may see.")
	}
	if err != nil {
		return iis.Ticket{}, err
	}
	return found[0], nil
}

// TicketsBy are those that a user has opened, before one of them (0: from the newest),
// the newest first.
func (tx *Tx) TicketsBy(user iis.UserID, before iis.TicketID, limit int) ([]iis.Ticket, error) {
	return tx.tickets(db.Query{SQL: ticketQuery + `WHERE t.account_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3`, Args: []any{user, from(before), limit}})
}

// TicketsOf are those that users of the senders of a scope have opened, likewise; of
// everyone, those of people without an account too.
func (tx *Tx) TicketsOf(of iis.Scope, before iis.TicketID, limit int) ([]iis.Ticket, error) {
	theirs, senders := inScope("t.sender_id", of, 2)
	args := append(append([]any{from(before)}, senders...), limit)
	return tx.tickets(db.Query{SQL: ticketQuery + `WHERE t.id < $1 AND ` + theirs + ` ORDER BY t.id DESC LIMIT ` + marksFrom(len(args), 1), Args: args})
}

// OpenTickets are those that are not closed, after one of them, the most pressing and
// then the oldest first.
func (tx *Tx) OpenTickets(priority iis.TicketPriority, after iis.TicketID, limit int) ([]iis.Ticket, error) {
	return tx.tickets(db.Query{
		SQL:  ticketQuery + `WHERE t.status <> 'closed' AND (t.priority > $1 OR t.priority = $1 AND t.id > $2) ORDER BY t.priority, t.id LIMIT $3`,
		Args: []any{int(priority), after, limit},
	})
}

func from(before iis.TicketID) int64 {
	if before == 0 {
		return math.MaxInt64
	}
	return int64(before)
}

// AddTicketEntry stores what was said or done of a ticket, with its line of the audit.
// The line has a digest of what was said.
func (tx *Tx) AddTicketEntry(e *iis.TicketEntry, by iis.Actor) error {
	e.ID = tx.s.NewID()
	err := tx.Exec(`
		INSERT INTO ticket_entry (ticket_id, id, at, account_id, act, internal, say) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.Ticket, e.ID, e.At.UnixMicro(), e.By, string(e.Act), e.Internal, e.Say)
	if err != nil {
		return err
	}
	return tx.AddAudit(Audit{At: e.At, Actor: by, Act: "ticket: " + string(e.Act), Subject: int64(e.Ticket), Written: []byte(e.Say)})
}

// TicketEntries are what was said and done of a ticket, the oldest first, the first
// 1,000.
func (tx *Tx) TicketEntries(id iis.TicketID) ([]iis.TicketEntry, error) {
	var out []iis.TicketEntry
	err := tx.Select(db.Query{
		SQL: `
			SELECT e.id, e.at, e.account_id, e.act, e.internal, e.say, a.name, a.role
			FROM ticket_entry e LEFT JOIN account a ON a.id = e.account_id WHERE e.ticket_id = $1 ORDER BY e.id LIMIT 1000`,
		Args: []any{id},
		Each: func(r db.Row) error {
			out = append(out, iis.TicketEntry{
				Ticket: id, ID: r.Int(0), At: momentAt(r.Int(1)), By: iis.UserID(r.Int(2)), Act: iis.TicketAct(r.Text(3)), Internal: r.Int(4) != 0,
				Say: r.Text(5), Name: r.Text(6), Role: r.Text(7),
			})
			return nil
		},
	})
	return out, err
}
