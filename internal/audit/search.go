package audit

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/deed"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Query is what is searched for, as people write it; what is empty limits nothing.
type Query struct {
	Person string    // a registry number
	User   string    // a user name
	Sender string    // a facility code
	Site   string    // a facility code of a site: what its users did, those of its departments too
	Sends  bool      // and what its senders did
	Kind   deed.Kind // what was done
	From   time.Time
	Until  time.Time // the first moment that is not wanted
}

// Line is a line of the audit in words.
type Line struct {
	ID     int64
	At     time.Time
	Who    Who
	Act    string // its name
	Kind   deed.Kind
	What   string           // in words
	Person iis.PersonID     // whose record, by the number of then; 0: no record
	Door   iis.Door         // of an act by a message: by which door it came; "": of another
	Sent   iis.SubmissionID // that message; 0: none
}

// Page is a part of what was found, the newest line first.
type Page struct {
	Lines []Line
	// Next is before which line the search goes on; 0: nothing older is left. A page that
	// is not full and has a Next looked through as much as one page may.
	Next int64
	// Total is how many lines there are of a person when nothing else limits them, and
	// whoever looks may see all; -1: nobody counted.
	Total int64
}

// PageSize is how many lines a page has at most.
const PageSize = 50

// Search reads the audit before one of its lines (0: from the newest); fault.Invalid when
// what is searched for is not understood. The search itself is audited before it returns:
// under the person searched for, or with the number of the user or sender.
func (d *Desk) Search(ctx context.Context, by By, q Query, before int64) (Page, error) {
	out := Page{Total: -1}
	line := store.Audit{At: d.now(), Actor: by.Actor, Act: actSearchMany}
	err := d.read(ctx, "search the audit", func(tx *store.Tx) error {
		out = Page{Total: -1}
		f, who, err := d.filter(tx, by, q)
		if err != nil {
			return err
		}
		f.Before = before
		if line.Subject = max(int64(f.Actor.Sender), int64(f.Actor.User)); who != 0 {
			line.Act, line.Person = actSearch, who
		}
		if q.Site != "" {
			s, err := tx.SenderByFacility(q.Site)
			if err != nil {
				return err
			}
			line.Subject = int64(s.ID)
		}
		if len(f.Persons) > 0 && f.Persons[0] == 0 { // it is nobody's number
			return nil
		}
		if who != 0 && by.Reviews && q == (Query{Person: q.Person}) { // the index counts a reviewer's lines, too
			if out.Total, err = tx.CountAudit(f.Persons...); err != nil {
				return err
			}
		}
		found, err := d.collect(tx, by, f, &out)
		if err != nil {
			return err
		}
		out.Lines, err = words(tx, found)
		return err
	})
	if err != nil {
		return Page{}, err
	}
	line.Written = []byte(strings.Join([]string{q.Person, q.User, q.Sender, q.Site, string(q.Kind), q.From.String(), q.Until.String()}, "\n"))
	return out, wrap("audit a search of the audit", d.store.AuditRead(line))
}

// readable reports a text that a database takes: nothing else names anybody.
func readable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// filter understands a query; who is the person searched for, 0 when there is none.
func (d *Desk) filter(tx *store.Tx, by By, q Query) (f store.AuditFilter, who iis.PersonID, err error) {
	f = store.AuditFilter{From: q.From, Until: q.Until}
	switch {
	case !readable(q.User):
		return f, 0, errNoUser
	case !readable(q.Sender):
		return f, 0, errNoSender
	case !readable(q.Site):
		return f, 0, errNoSite
	case q.User != "" && q.Sender != "" || q.Site != "" && q.User+q.Sender != "":
		return f, 0, fault.New(fault.Invalid, "Name a user or a sender or a site, and one alone: each line is by one of them.")
	case !q.From.IsZero() && !q.Until.IsZero() && !q.From.Before(q.Until):
		return f, 0, fault.New(fault.Invalid, "The first day is after the last. Turn them round.")
	case q.Kind != "" && q.Kind.Words() == "":
		return f, 0, fault.New(fault.Invalid, "There is no kind of act of this name. Choose one of the list.")
	}
	if q.Kind != "" {
		f.Acts, f.Begins = deed.Acts(q.Kind), deed.Begins(q.Kind)
	}
	if f.Actor, err = actor(tx, q); err == nil && q.Site != "" {
		f.Site, err = site(tx, q)
	}
	if err != nil || q.Person == "" {
		return f, 0, err
	}
	id, ok := iis.ParsePersonID(q.Person)
	if !ok {
		return f, 0, fault.New(fault.Invalid, "That is not a registry number. It has 13 letters and digits; find the person by name first, and take the number from the record.")
	}
	f.Persons, who, err = d.numbers(tx, by, id)
	return f, who, err
}

var (
	errNoUser   = fault.New(fault.Invalid, "There is no user with this name to sign in. It is not the name of a person.")
	errNoSender = fault.New(fault.Invalid, "There is no sender with this facility code.")
	errNoSite   = fault.New(fault.Invalid, "There is no site with this facility code.")
)

// actor is the user or sender who is searched for.
func actor(tx *store.Tx, q Query) (iis.Actor, error) {
	switch {
	case q.User != "":
		a, err := tx.Account(q.User)
		if fault.KindOf(err) == fault.NotFound {
			err = errNoUser
		}
		return iis.Actor{Kind: "user", User: a.ID}, err
	case q.Sender != "":
		s, err := tx.SenderByFacility(q.Sender)
		if fault.KindOf(err) == fault.NotFound {
			err = errNoSender
		}
		return iis.Actor{Kind: "sender", Sender: s.ID}, err
	}
	return iis.Actor{}, nil
}

// site is who acts for the site that is searched for.
func site(tx *store.Tx, q Query) (*store.AuditSite, error) {
	s, err := tx.SenderByFacility(q.Site)
	if fault.KindOf(err) == fault.NotFound {
		err = errNoSite
	}
	if err != nil {
		return nil, err
	}
	senders := []iis.SenderID{s.ID}
	beside, err := tx.SendersBeside(s.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range beside {
		if one.ID != s.ID {
			senders = append(senders, one.ID)
		}
	}
	out := &store.AuditSite{}
	if out.Users, err = tx.UsersAt(senders...); err == nil && q.Sends {
		out.Senders = senders
	}
	return out, err
}

// numbers are all numbers that a person has or had, and the present one. Of nobody's
// number, and of one that is sealed to whoever looks, it is a 0.
func (d *Desk) numbers(tx *store.Tx, by By, id iis.PersonID) (all []iis.PersonID, now iis.PersonID, err error) {
	sealed, err := tx.SealedAmong(id)
	if err != nil {
		return nil, 0, err
	}
	if sealed[id] && by.Seals {
		return []iis.PersonID{id}, id, nil
	}
	present, err := tx.Follow(id)
	if err != nil {
		return nil, 0, err
	}
	cards, err := tx.Cards(present[0])
	if err != nil || len(cards) == 0 {
		return []iis.PersonID{0}, 0, err
	}
	former, err := tx.Former(present[0])
	return append(former, present[0]), present[0], err
}

// collect reads lines until a page is full, and leaves out those of identities that are
// sealed to whoever looks.
func (d *Desk) collect(tx *store.Tx, by By, f store.AuditFilter, page *Page) ([]store.Audit, error) {
	var out []store.Audit
	for {
		want := PageSize + 1 - len(out)
		found, next, err := tx.SearchAudit(f, want)
		if err != nil {
			return nil, err
		}
		stopped := len(found) < want // at the end, or where one page stops
		if found, err = open(tx, by, found); err != nil {
			return nil, err
		}
		out = append(out, found...)
		switch {
		case len(out) > PageSize:
			page.Next = out[PageSize-1].ID
			return out[:PageSize], nil
		case next == 0 || stopped:
			page.Next = next
			return out, nil
		}
		f.Before = next
	}
}

// open leaves out the lines of identities that are sealed to whoever looks, and what
// reviewers of unusual access do when they are none.
func open(tx *store.Tx, by By, lines []store.Audit) ([]store.Audit, error) {
	if !by.Reviews {
		lines = slices.DeleteFunc(lines, func(l store.Audit) bool { return strings.HasPrefix(l.Act, store.ActAlert) })
	}
	if by.Seals || len(lines) == 0 {
		return lines, nil
	}
	ids := make([]iis.PersonID, len(lines))
	for i, l := range lines {
		ids[i] = l.Person
	}
	sealed, err := tx.SealedAmong(ids...)
	return slices.DeleteFunc(lines, func(l store.Audit) bool { return sealed[l.Person] }), err
}

// words puts lines into words.
func words(tx *store.Tx, lines []store.Audit) ([]Line, error) {
	var users []iis.UserID
	var sent []iis.SubmissionID
	for _, l := range lines {
		if l.Actor.Kind == "user" {
			users = append(users, l.Actor.User)
		}
		if deed.Of(l.Act).Message && l.Subject != 0 {
			sent = append(sent, iis.SubmissionID(l.Subject))
		}
	}
	by, err := readWhose(tx, users)
	if err != nil {
		return nil, err
	}
	doors, err := tx.DoorsOf(sent...)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(lines))
	for i, l := range lines {
		did := deed.Of(l.Act)
		out[i] = Line{ID: l.ID, At: l.At, Who: by.of(l.Actor), Act: l.Act, Kind: did.Kind, What: did.Elsewhere(), Person: l.Person}
		if door, ok := doors[iis.SubmissionID(l.Subject)]; ok && did.Message {
			out[i].Door, out[i].Sent = door, iis.SubmissionID(l.Subject)
		}
	}
	return out, nil
}
