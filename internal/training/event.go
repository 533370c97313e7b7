package training

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Session is a session as somebody sees it.
type Session struct {
	iis.Event
	CourseTitle  string // "": it counts as no course
	For          string // the organization whose users alone it is for; "": everybody's
	Taken, Wait  int
	Mine         iis.SeatStatus // "": nothing
	MayRegister  bool           // it is for them, and still to come
	AskedByName  string
	List         []iis.Seat // those whom they look after; of one session alone
	SeesLink     bool
	Full, IsOver bool
}

// Lists of sessions, how long they may be.
const (
	mostEvents   = 200
	eventsBefore = 50
)

// Sessions are those that are to come, and for whoever keeps them those that wait.
type Sessions struct {
	Planned []Session // the first first
	Asked   []Session // that were asked for, the oldest first: all, or by the user
	Before  []Session // past, declined and called off, the newest first
}

// Events are the sessions that a user may take part in, and what they have asked for;
// keeps says that they plan sessions, and see all.
func (d *Desk) Events(ctx context.Context, u User, keeps bool) (out *Sessions, err error) {
	l, err := d.Library(ctx)
	if err != nil {
		return nil, err
	}
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out = &Sessions{}
		v := &viewer{tx: tx, u: u, keeps: keeps, l: l, law: law, now: d.now(), names: map[iis.OrganizationID]string{}}
		if err := v.begin(); err != nil {
			return err
		}
		planned, err := tx.EventsIn(iis.EventPlanned, v.now.Add(-12*time.Hour), mostEvents)
		if err != nil {
			return err
		}
		if out.Planned, err = v.sessions(planned); err != nil {
			return err
		}
		asked, err := tx.EventsIn(iis.EventAsked, time.Time{}, mostEvents)
		if err != nil {
			return err
		}
		if out.Asked, err = v.sessions(asked); err != nil {
			return err
		}
		all, err := tx.EventsBefore(iis.EventID(1<<62), mostEvents)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(e iis.Event) bool {
			return e.Status == iis.EventAsked || e.Status == iis.EventPlanned && e.Begins.After(v.now.Add(-12*time.Hour))
		})
		out.Before, err = v.sessions(all)
		out.Before = out.Before[:min(len(out.Before), eventsBefore)]
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions of training: %w", err)
	}
	return out, nil
}

// Event is one session with its seats; fault.NotFound for whom it is not.
func (d *Desk) Event(ctx context.Context, u User, keeps bool, id iis.EventID) (out *Session, err error) {
	l, err := d.Library(ctx)
	if err != nil {
		return nil, err
	}
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		v := &viewer{tx: tx, u: u, keeps: keeps, l: l, law: law, now: d.now(), names: map[iis.OrganizationID]string{}}
		if err := v.begin(); err != nil {
			return err
		}
		e, err := tx.Event(id)
		if err != nil {
			return err
		}
		found, err := v.sessions([]iis.Event{e})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return errNoEvent
		}
		out = &found[0]
		seats, err := tx.Seats(id)
		if err != nil {
			return err
		}
		out.List = slices.DeleteFunc(seats, func(s iis.Seat) bool {
			return !keeps && !(u.Looks && u.scope().Has(s.Sender))
		})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open a session of training: %w", err)
	}
	return out, nil
}

var errNoEvent = fault.New(fault.NotFound, "There is no such session among those that are for you.")

// viewer is somebody who looks at sessions.
type viewer struct {
	tx    *store.Tx
	u     User
	keeps bool
	l     *course.Library
	law   *policy.Policy
	now   time.Time
	mine  map[iis.EventID]iis.SeatStatus
	over  []iis.OrganizationID // the user's organization and what it is under
	names map[iis.OrganizationID]string
}

// begin reads where the user belongs, and what they have of sessions.
func (v *viewer) begin() (err error) {
	if v.mine, err = v.tx.SeatsOf(v.u.Actor.User); err != nil || v.u.Sender == 0 {
		return err
	}
	o, err := v.tx.OrganizationOf(v.u.Sender)
	const mostOver = 20 // nothing is under itself
	for range mostOver {
		if err != nil || o == nil {
			return err
		}
		v.over = append(v.over, o.ID)
		if o.Parent == 0 {
			return nil
		}
		var parent iis.Organization
		parent, err = v.tx.Organization(o.Parent)
		o = &parent
	}
	return err
}

// isFor reports a session that the user may take part in.
func (v *viewer) isFor(e *iis.Event) bool {
	if e.Region != "" && e.Region != v.u.Region {
		return false
	}
	return e.Organization == 0 || slices.Contains(v.over, e.Organization)
}

// looksAfter reports a session for an organization, or a region, that the user looks after.
func (v *viewer) looksAfter(e *iis.Event) bool {
	held := v.u.Actor.Reach
	return v.u.Looks && held.Holds() && (held.HasOrganization(e.Organization) || e.Region != "" && e.Region == held.Region)
}

// sessions are those of some events that the user may see.
func (v *viewer) sessions(events []iis.Event) ([]Session, error) {
	var out []Session
	for _, e := range events {
		asked := e.AskedBy != 0 && e.AskedBy == v.u.Actor.User
		public := e.Status == iis.EventPlanned || e.Status == iis.EventHeld || e.Status == iis.EventCalledOff
		if !v.keeps && !asked && !v.looksAfter(&e) && !(public && v.isFor(&e)) {
			continue
		}
		s := Session{Event: e, Mine: v.mine[e.ID], IsOver: !e.Begins.IsZero() && !v.now.Before(e.Begins.Add(time.Duration(e.Minutes)*time.Minute))}
		var err error
		if s.Taken, s.Wait, err = v.tx.SeatsTaken(e.ID); err != nil {
			return nil, err
		}
		if s.For, err = v.name(e.Organization); err != nil {
			return nil, err
		}
		if e.Region != "" {
			s.For = v.region(e.Region)
		}
		if e.Course != "" {
			s.CourseTitle = v.l.Title(e.Course)
		}
		if e.AskedBy != 0 {
			names, err := v.tx.UserNames([]iis.UserID{e.AskedBy})
			if err != nil {
				return nil, err
			}
			s.AskedByName = names[e.AskedBy]
		}
		s.Full = e.Seats > 0 && s.Taken >= e.Seats
		s.MayRegister = e.Status == iis.EventPlanned && !s.IsOver && v.isFor(&e)
		s.SeesLink = v.keeps || s.Mine == iis.SeatTaken
		if !s.SeesLink {
			s.Link = ""
		}
		out = append(out, s)
	}
	return out, nil
}

// region is a region's name, or its code when the state's file has it no more.
func (v *viewer) region(code string) string {
	if r := v.law.Region(code); r != nil {
		return "sites of " + r.Name
	}
	return "sites of " + code
}

// name is an organization's name; "" of none.
func (v *viewer) name(id iis.OrganizationID) (string, error) {
	if id == 0 {
		return "", nil
	}
	if n, ok := v.names[id]; ok {
		return n, nil
	}
	o, err := v.tx.Organization(id)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return "", err
	}
	v.names[id] = o.Name
	return o.Name, nil
}

// checked makes what was written of a session fit to be stored; fault.Invalid says what
// is wrong.
func (d *Desk) checked(ctx context.Context, e *iis.Event) error {
	l, err := d.Library(ctx)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		what string
		text *string
		most int
	}{
		{"The title", &e.Title, 120}, {"The description", &e.Say, mostSay}, {"The place", &e.Place, 300}, {"The link", &e.Link, 500}, {"What you wish", &e.Wish, mostSay},
	} {
		if *f.text, err = tidy(f.what, *f.text, f.most); err != nil {
			return err
		}
	}
	switch {
	case e.Kind.Words() == "":
		return fault.New(fault.Invalid, "Choose whether it is a webinar, or a session at a site or in a region.")
	case e.Title == "":
		return fault.New(fault.Invalid, "Write a title.")
	case e.Course != "" && l.Named(e.Course) == nil:
		return fault.New(fault.Invalid, "Choose as which course it counts, or none.")
	case e.Seats < 0 || e.Seats > 10_000:
		return fault.New(fault.Invalid, "The number of seats is from 1 to 10,000; leave it empty for no limit.")
	case e.Status == iis.EventPlanned && e.Begins.IsZero():
		return fault.New(fault.Invalid, "Write on which day it is, and when it begins.")
	case e.Status == iis.EventPlanned && (e.Minutes < 5 || e.Minutes > 24*60):
		return fault.New(fault.Invalid, "Write how many minutes it lasts, from 5 to 1,440.")
	case e.Status == iis.EventPlanned && e.Place == "" && e.Link == "":
		return fault.New(fault.Invalid, "Write where it is, or the link by which one takes part.")
	}
	if link, err := url.Parse(e.Link); e.Link != "" && (err != nil || link.Scheme != "https" || link.Host == "") {
		return fault.New(fault.Invalid, "A link begins with https://.")
	}
	return nil
}

// Ask asks the programme for a session for the user's site, or in their region. It is
// answered by Plan or Decline.
func (d *Desk) Ask(ctx context.Context, u User, e iis.Event) (iis.EventID, error) {
	e.Status, e.Begins, e.Minutes, e.Place, e.Link, e.Seats = iis.EventAsked, time.Time{}, 0, "", "", 0
	if err := d.checked(ctx, &e); err != nil {
		return 0, err
	}
	if e.Wish == "" {
		return 0, fault.New(fault.Invalid, "Write when it would suit you, and about how many would come.")
	}
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		e.Organization, e.Region = 0, ""
		if e.Kind == iis.RegionalEvent { // where the state has no regions, everybody's
			e.Region = u.Region
		}
		if e.Kind == iis.SiteEvent {
			o, err := tx.OrganizationOf(u.Sender)
			if err != nil {
				return err
			}
			if u.Sender == 0 || o == nil {
				return fault.New(fault.Invalid, "Your account belongs to no site: ask for a webinar, or for a session in a region.")
			}
			e.Organization = o.ID
		}
		e.AskedBy, e.Asked = u.Actor.User, d.now()
		return d.add(tx, u, &e, "asked for")
	})
	if err != nil {
		return 0, fmt.Errorf("ask for a session: %w", err)
	}
	return e.ID, nil
}

// add stores a new session.
func (d *Desk) add(tx *store.Tx, u User, e *iis.Event, did string) error {
	e.Changed, e.ChangedBy = d.now(), u.Actor.User
	if err := tx.AddEvent(e); err != nil {
		return err
	}
	return d.said(tx, u, e, did)
}

// said notes in the audit what was done with a session.
func (d *Desk) said(tx *store.Tx, u User, e *iis.Event, did string) error {
	return tx.AddAudit(store.Audit{
		At: e.Changed, Actor: u.Actor, Act: "training session: " + did, Subject: int64(e.ID),
		Written: fmt.Appendf(nil, "%s %q %q %q %s %d %q %q %d %d %q %s %q", e.Kind, e.Title, e.Say, e.Course, e.Begins.UTC().Format(time.RFC3339), e.Minutes, e.Place, e.Link, e.Seats, e.Organization, e.Region, e.Status, e.Why),
	})
}

// Plan plans a session that the programme offers by itself, and returns its number.
func (d *Desk) Plan(ctx context.Context, u User, e iis.Event) (iis.EventID, error) {
	e.Status, e.AskedBy, e.Wish, e.Why = iis.EventPlanned, 0, "", ""
	if err := d.checked(ctx, &e); err != nil {
		return 0, err
	}
	if err := d.forWhom(ctx, &e); err != nil {
		return 0, err
	}
	err := d.store.Write(ctx, func(tx *store.Tx) error { return d.add(tx, u, &e, "planned") })
	if err != nil {
		return 0, fmt.Errorf("plan a session: %w", err)
	}
	return e.ID, nil
}

// forWhom has a session be for those for whom its kind is: the users of its site, those of its
// region where the state has regions, or everybody.
func (d *Desk) forWhom(ctx context.Context, e *iis.Event) error {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	if e.Kind != iis.SiteEvent {
		e.Organization = 0
	}
	if e.Kind != iis.RegionalEvent {
		e.Region = ""
	}
	switch {
	case e.Kind == iis.SiteEvent && e.Organization == 0:
		return fault.New(fault.Invalid, "Say at which site it is: its users alone can take seats.")
	case e.Region != "" && law.Region(e.Region) == nil, e.Kind == iis.RegionalEvent && e.Region == "" && len(law.Regions) > 0:
		return fault.New(fault.Invalid, "Choose in which region it is: the users of its sites alone can take seats.")
	}
	return nil
}

// changing does something with a session while nobody else changes sessions or seats.
func (d *Desk) changing(ctx context.Context, what string, id iis.EventID, do func(*store.Tx, *iis.Event) error) error {
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockEvents(); err != nil {
			return err
		}
		e, err := tx.Event(id)
		if err != nil {
			return err
		}
		return do(tx, &e)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Change gives a session other facts, or plans one that was asked for. With more seats
// those who wait longest have them. What is over is not changed: fault.Conflict.
func (d *Desk) Change(ctx context.Context, u User, id iis.EventID, edit func(*iis.Event)) error {
	return d.changing(ctx, "change a session", id, func(tx *store.Tx, e *iis.Event) error {
		if e.Status != iis.EventAsked && e.Status != iis.EventPlanned {
			return fault.New(fault.Conflict, "This session is %s: it is not changed any more.", strings.ToLower(e.Status.Words()))
		}
		was := *e
		edit(e)
		e.ID, e.AskedBy, e.Asked, e.Wish, e.Why, e.Status = was.ID, was.AskedBy, was.Asked, was.Wish, was.Why, iis.EventPlanned
		if was.Status == iis.EventAsked && was.Organization != 0 {
			e.Organization = was.Organization
		}
		if err := d.checked(ctx, e); err != nil {
			return err
		}
		if err := d.forWhom(ctx, e); err != nil {
			return err
		}
		did := "changed"
		if was.Status == iis.EventAsked {
			did = "planned"
		}
		e.Changed, e.ChangedBy = d.now(), u.Actor.User
		if err := tx.PutEvent(e); err != nil {
			return err
		}
		if err := d.said(tx, u, e, did); err != nil {
			return err
		}
		if hasMoved(&was, e) {
			if err := d.mailSeats(tx, iis.MailMoved, e); err != nil {
				return err
			}
		}
		return d.seat(tx, u, e)
	})
}

// End declines a session that was asked for, or calls one off that was planned, with a
// reason that those concerned read.
func (d *Desk) End(ctx context.Context, u User, id iis.EventID, why string) error {
	why, err := tidy("The reason", why, mostSay)
	if err == nil && why == "" {
		err = fault.New(fault.Invalid, "Write why: whoever asked for it, or has a seat, reads it.")
	}
	if err != nil {
		return err
	}
	return d.changing(ctx, "end a session", id, func(tx *store.Tx, e *iis.Event) error {
		switch e.Status {
		case iis.EventAsked:
			e.Status = iis.EventDeclined
		case iis.EventPlanned:
			e.Status = iis.EventCalledOff
		default:
			return fault.New(fault.Conflict, "This session is %s already.", strings.ToLower(e.Status.Words()))
		}
		e.Why, e.Changed, e.ChangedBy = why, d.now(), u.Actor.User
		if err := tx.PutEvent(e); err != nil {
			return err
		}
		if e.Status == iis.EventCalledOff {
			if err := d.mailSeats(tx, iis.MailCalledOff, e); err != nil {
				return err
			}
		}
		return d.said(tx, u, e, string(e.Status))
	})
}
