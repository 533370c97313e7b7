// Package notice is the act of telling parents what the state's policy says they are
// told: the list of notices that are due, those that are late, what is handed to
// whoever prints and mails them, and what became of each.
//
// It makes no notice due and withdraws none: package record does, with what enrols a
// child and what bears on it. It writes no letter. Whom it shows, it audits before it
// returns. Start at Desk.List and Desk.Mark.
package notice

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// ActList is what the audit says of each person whom a list or a file of notices
// shows.
const ActList = "list notices"

// Desk is where notices are looked after. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	now    func() time.Time
}

// New makes the desk of a registry.
func New(s *store.Store, k *record.Keeper) *Desk {
	return &Desk{store: s, keeper: k, now: s.Now}
}

// Filter says which notices are wanted.
type Filter struct {
	State iis.NoticeState
	Until cal.Date // due by this day or before; None: whenever
	After string   // behind the place that a Page named; "": from the beginning
}

// PageSize is how many notices a page of the list has at most.
const PageSize = 50

// Line is a notice with whom it is about.
type Line struct {
	iis.Notice
	Card     store.Card
	Late     int    // days since it should have been sent; 0: it is not late
	Language string // in words
	Mail     Mail
}

// Page is a part of the list, by the day by which notices are due.
type Page struct {
	Lines []Line
	// Waiting are how many wait in each state in which somebody has something to do.
	Waiting map[iis.NoticeState]Counts
	Policy  *policy.Policy
	// Next is behind what place the next page begins; "" when this is the last.
	Next string
}

// Counts are how many notices wait, and how many of them should have been sent.
type Counts struct{ All, Late int64 }

// waits are the states in which somebody has something to do.
var waits = []iis.NoticeState{iis.NoticeDue, iis.NoticeMade, iis.NoticeReturned}

// List is a page of the notices in a state; fault.Invalid when there is no such
// state. Whom it shows is audited.
func (d *Desk) List(ctx context.Context, by iis.Actor, f Filter) (Page, error) {
	wanted, err := f.read()
	if err != nil {
		return Page{}, err
	}
	page := Page{}
	if page.Policy, err = d.keeper.Policy(ctx); err != nil {
		return Page{}, err
	}
	today := cal.On(d.now())
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		page.Lines, page.Next = nil, ""
		counted, err := tx.CountNotices(today, waits...)
		if err != nil {
			return err
		}
		page.Waiting = map[iis.NoticeState]Counts{}
		for state, n := range counted {
			page.Waiting[state] = Counts(n)
		}
		page.Lines, page.Next, err = lines(tx, page.Policy, wanted, PageSize, today)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list notices: %w", err)
	}
	return page, d.audit(by, page.Lines)
}

// read reads a filter.
func (f Filter) read() (store.NoticeFilter, error) {
	for _, s := range iis.NoticeStates {
		if s == f.State {
			return store.NoticeFilter{State: s, Until: cmp.Or(f.Until, lastDay), After: placeIn(f.After)}, nil
		}
	}
	return store.NoticeFilter{}, fault.New(fault.Invalid, "No notice is ever %q: want due, made, sent, returned or withdrawn.", string(f.State))
}

// lastDay is behind every day by which a notice is due.
const lastDay = cal.Date(1 << 30)

// placeText writes a place in the list as an address has it: it says nothing of a
// patient.
func placeText(n *iis.Notice) string {
	return strconv.FormatInt(int64(n.DueBy), 36) + "-" + n.ID.Public()
}

// placeIn reads a place; what is none is the beginning.
func placeIn(text string) store.NoticePlace {
	day, number, _ := strings.Cut(text, "-")
	due, err := strconv.ParseInt(day, 36, 32)
	id, ok := iis.ParseNoticeID(number)
	if err != nil || !ok {
		return store.NoticePlace{}
	}
	return store.NoticePlace{DueBy: cal.Date(due), ID: id}
}

// lines reads at most n notices with whom they are about, and behind what place
// there are more.
func lines(tx *store.Tx, p *policy.Policy, f store.NoticeFilter, n int, today cal.Date) (out []Line, next string, err error) {
	found, err := tx.NoticesBy(f, n+1)
	if err != nil {
		return nil, "", err
	}
	if len(found) > n {
		found = found[:n]
		next = placeText(&found[n-1])
	}
	ids := make([]iis.PersonID, len(found))
	for i := range found {
		ids[i] = found[i].Person
	}
	cards, err := tx.Cards(ids...)
	if err != nil {
		return nil, "", err
	}
	at := map[iis.PersonID]store.Card{}
	for _, c := range cards {
		at[c.ID] = c
	}
	for _, notice := range found {
		card, there := at[notice.Person]
		if !there {
			continue // merged a moment ago: it is in the list again
		}
		l := Line{Notice: notice, Card: card, Language: p.LanguageName(notice.Language), Mail: mailOf(&card.Golden)}
		if notice.Late(today) {
			l.Late = int(today - notice.DueBy)
		}
		out = append(out, l)
	}
	return out, next, nil
}

// audit writes whom a list shows, and returns when that is durable.
func (d *Desk) audit(by iis.Actor, shown []Line) error { return d.auditAs(ActList, by, shown) }

func (d *Desk) auditAs(act string, by iis.Actor, shown []Line) error {
	at := d.now()
	list := make([]store.Audit, 0, len(shown)+1)
	for i := range shown {
		list = append(list, store.Audit{At: at, Actor: by, Act: act, Person: shown[i].Person, Subject: int64(shown[i].ID)})
	}
	if len(list) == 0 {
		list = append(list, store.Audit{At: at, Actor: by, Act: act})
	}
	if err := d.store.AuditRead(list...); err != nil {
		return fmt.Errorf("audit notices: %w", err)
	}
	return nil
}

// ActPrint is what the audit says of each person whose letter is printed.
const ActPrint = "print notices"

// Print is those notices that are chosen, in the order of their numbers, to be printed
// as letters. Whose they are is audited.
func (d *Desk) Print(ctx context.Context, by iis.Actor, ids ...iis.NoticeID) ([]Line, *policy.Policy, error) {
	if len(ids) == 0 {
		return nil, nil, fault.New(fault.Invalid, "Choose the notices first. Nothing was printed.")
	}
	if len(ids) > PageSize {
		return nil, nil, fault.New(fault.Invalid, "These are more than %d notices at once. Choose fewer. Nothing was printed.", PageSize)
	}
	p, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, nil, err
	}
	var out []Line
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = chosen(tx, p, ids)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("print notices: %w", err)
	}
	return out, p, d.auditAs(ActPrint, by, out)
}

// chosen reads notices by their numbers; those that were withdrawn are none to print.
func chosen(tx *store.Tx, p *policy.Policy, ids []iis.NoticeID) (out []Line, err error) {
	for _, id := range ids {
		n, err := tx.NoticeByID(id)
		if err != nil {
			return nil, err
		}
		if n == nil || n.State == iis.NoticeWithdrawn {
			return nil, fault.New(fault.Conflict, "One of the notices was withdrawn, or is not there any more. Open the list again. Nothing was printed.")
		}
		cards, err := tx.Cards(n.Person)
		if err != nil {
			return nil, err
		}
		if len(cards) == 0 {
			return nil, fault.New(fault.Conflict, "One of the notices has just moved to another record. Open the list again. Nothing was printed.")
		}
		out = append(out, Line{Notice: *n, Card: cards[0], Language: p.LanguageName(n.Language), Mail: mailOf(&cards[0].Golden)})
	}
	return out, nil
}

// Mark says of some notices that they are made, sent, returned, or due again; all of
// them or none. It returns how many changed. Faults are those of
// record.Keeper.MarkNotices.
func (d *Desk) Mark(ctx context.Context, by iis.Actor, state iis.NoticeState, ids ...iis.NoticeID) (int, error) {
	if len(ids) == 0 {
		return 0, fault.New(fault.Invalid, "Choose the notices first. Nothing was marked.")
	}
	n, err := d.keeper.MarkNotices(ctx, state, by, ids...)
	if err != nil {
		return 0, fmt.Errorf("mark notices: %w", err)
	}
	return n, nil
}

// atOnce is how many notices are read and audited at once for a file.
const atOnce = 500

// Each hands all notices that a filter wants to a function, in the order of the list,
// without holding them all in memory. Whom a stretch shows is audited before it is
// handed on. What comes or is marked meanwhile may be in it or not.
func (d *Desk) Each(ctx context.Context, by iis.Actor, f Filter, do func(*Line) error) error {
	p, err := d.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	for more := true; more; more = f.After != "" {
		wanted, err := f.read()
		if err != nil {
			return err
		}
		var stretch []Line
		err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
			stretch, f.After, err = lines(tx, p, wanted, atOnce, cal.On(d.now()))
			return err
		})
		if err != nil {
			return fmt.Errorf("list notices: %w", err)
		}
		if err := d.audit(by, stretch); err != nil {
			return err
		}
		for i := range stretch {
			if err := do(&stretch[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
