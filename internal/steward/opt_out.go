package steward

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// What the audit says of looking at requests to be left out of the registry.
const (
	ActListOptOuts   = "list opt-outs"
	ActOpenOptOut    = "open an opt-out"
	ActFindOptOut    = "look for an opt-out"
	ActPreviewOptOut = "look at what an opt-out would erase"
	ActSettleDoubt   = "decide whether a record is of somebody who opted out"
)

// OptingOut is a request as somebody of the staff takes it.
type OptingOut struct {
	Person                 iis.PersonID // 0: Who has no record
	Who                    Identity
	Anyway                 bool
	How, Relation, Checked string
	Said                   string // who asks
	Asked                  string // the day, as somebody writes it
	Form                   []byte
}

// OptOut takes a request (record.Keeper.OptOut), and erases at once where the state's
// policy leaves no time to take it back. That the caller may is for the door to know.
func (d *Desk) OptOut(ctx context.Context, by iis.Actor, in OptingOut) (*iis.OptOut, error) {
	out := record.OptingOut{
		Person: in.Person, Anyway: in.Anyway, How: in.How, Relation: in.Relation, Checked: in.Checked, Said: in.Said, Form: in.Form, By: by,
	}
	day, wrong := cal.ReadWritten(strings.TrimSpace(in.Asked), cal.MonthFirst)
	if wrong != cal.Readable {
		return nil, fault.New(fault.Invalid, "The day on which they asked %s. Write it like 4/5/2026 or 2026-04-05.", wrong)
	}
	out.Asked = day
	var err error
	if in.Person == 0 {
		if out.Who, err = in.Who.person(); err != nil {
			return nil, err
		}
	}
	taken, err := d.keeper.OptOut(ctx, out)
	if err != nil {
		return nil, wrap("take an opt-out", err)
	}
	if taken.State == iis.OptOutWaiting && !taken.Due.After(d.now()) {
		taken, err = d.keeper.Erase(ctx, taken.ID, by)
	}
	return taken, wrap("take an opt-out", err)
}

// EraseOptedOut erases now what a request would erase later.
func (d *Desk) EraseOptedOut(ctx context.Context, by iis.Actor, id iis.OptOutID) (*iis.OptOut, error) {
	out, err := d.keeper.Erase(ctx, id, by)
	return out, wrap("erase a record", err)
}

// OptBack takes a request back.
func (d *Desk) OptBack(ctx context.Context, by iis.Actor, id iis.OptOutID) (*iis.OptOut, error) {
	out, err := d.keeper.OptBack(ctx, id, by)
	return out, wrap("take an opt-out back", err)
}

// FindOptOut is the request of somebody who is described; 0 when there is none. It is
// audited first.
func (d *Desk) FindOptOut(ctx context.Context, by iis.Actor, who Identity) (iis.OptOutID, error) {
	p, err := who.person()
	if err != nil {
		return 0, err
	}
	if p.Birth == cal.None || p.LegalName().Given == "" || p.LegalName().Family == "" {
		return 0, fault.New(fault.Invalid, "Write family name, given name and birth date, and what else is known: the mother, the telephone, the home.")
	}
	if err := d.store.AuditRead(store.Audit{At: d.now(), Actor: by, Act: ActFindOptOut}); err != nil {
		return 0, wrap("look for an opt-out", err)
	}
	id, err := d.keeper.FindOptOut(ctx, &p)
	return id, wrap("look for an opt-out", err)
}

// OptOutPolicy is what the state says of opting out, and who says so.
func (d *Desk) OptOutPolicy(ctx context.Context) (*policy.Policy, error) { return d.keeper.Policy(ctx) }

// Erasable is a kind of what an opt-out erases, in words, and how many there are.
type Erasable struct {
	What string
	N    int
}

// PreviewOptOut is what an opt-out would erase of a record now. It is audited first. Whoever is
// held to a region is told nothing: it counts what they may not see.
func (d *Desk) PreviewOptOut(ctx context.Context, by iis.Actor, person iis.PersonID) ([]Erasable, error) {
	if by.Reach.Holds() {
		return nil, nil
	}
	if err := d.store.AuditRead(store.Audit{At: d.now(), Actor: by, Act: ActPreviewOptOut, Person: person}); err != nil {
		return nil, wrap("look at what would be erased", err)
	}
	counts, err := d.keeper.PreviewErase(ctx, person)
	return erasables(counts), wrap("look at what would be erased", err)
}

func erasables(counts map[string]int) (out []Erasable) {
	for what, n := range counts {
		out = append(out, Erasable{what, n})
	}
	slices.SortFunc(out, func(a, b Erasable) int { return strings.Compare(a.What, b.What) })
	return out
}

// optOutLines is how many requests a page has.
const optOutLines = 50

// OptOutLine is a request in a list: numbers and days.
type OptOutLine struct {
	iis.OptOut
	Who string // who took it
}

// OptOuts are requests in a state, the newest first, from behind one of them; next is from
// where the older ones go on, 0 when there are none. Those whose record is still there are
// audited under it.
func (d *Desk) OptOuts(ctx context.Context, by iis.Actor, state iis.OptOutState, before iis.OptOutID) (out []OptOutLine, next iis.OptOutID, err error) {
	var found []store.OptOut
	var names map[iis.UserID]string
	err = d.read(ctx, "list opt-outs", func(tx *store.Tx) (err error) {
		if found, err = tx.OptOuts(state, before, optOutLines+1); err != nil {
			return err
		}
		users := make([]iis.UserID, len(found))
		for i := range found {
			users[i] = found[i].By.User
		}
		names, err = tx.UserNames(users)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	if len(found) > optOutLines {
		found = found[:optOutLines]
		next = found[optOutLines-1].ID
	}
	lines := []store.Audit{{At: d.now(), Actor: by, Act: ActListOptOuts}}
	for _, o := range found {
		if o.Person != 0 {
			lines = append(lines, store.Audit{At: d.now(), Actor: by, Act: ActListOptOuts, Person: o.Person, Subject: int64(o.ID)})
		}
		out = append(out, OptOutLine{o.OptOut, names[o.By.User]})
	}
	if err := d.store.AuditRead(lines...); err != nil {
		return nil, 0, wrap("list opt-outs", err)
	}
	return out, next, nil
}

// OpenedOptOut is a request with what was erased by it.
type OpenedOptOut struct {
	OptOutLine
	BackWho string
	Erased  []Erasable
	Keys    int // hashes of the stub
}

// OpenOptOut opens a request; fault.NotFound when there is none. It is audited first.
func (d *Desk) OpenOptOut(ctx context.Context, by iis.Actor, id iis.OptOutID) (*OpenedOptOut, error) {
	var o *store.OptOut
	out := &OpenedOptOut{}
	err := d.read(ctx, "open an opt-out", func(tx *store.Tx) (err error) {
		if o, err = tx.OptOut(id); err != nil || o == nil {
			return err
		}
		keys, err := tx.OptOutKeys(id)
		if err != nil {
			return err
		}
		names, err := tx.UserNames([]iis.UserID{o.By.User, o.BackBy})
		out.OptOutLine, out.BackWho, out.Keys = OptOutLine{o.OptOut, names[o.By.User]}, names[o.BackBy], len(keys)
		return err
	})
	if err == nil && o == nil {
		err = fault.New(fault.NotFound, "There is no such request.")
	}
	if err != nil {
		return nil, err
	}
	out.Erased = erasables(o.Erased)
	line := store.Audit{At: d.now(), Actor: by, Act: ActOpenOptOut, Person: o.Person, Subject: int64(id)}
	return out, wrap("open an opt-out", d.store.AuditRead(line))
}

// OptOutDoubt is a record that may be of somebody who opted out.
type OptOutDoubt struct {
	Person iis.PersonID
	OptOut iis.OptOutID
	Agrees []string
	At     time.Time
}

// OptOutDoubts are those that wait, the oldest first. They are audited first.
func (d *Desk) OptOutDoubts(ctx context.Context, by iis.Actor) (out []OptOutDoubt, err error) {
	var found []store.OptOutDoubt
	err = d.read(ctx, "list records that may be of somebody who opted out", func(tx *store.Tx) (err error) {
		found, err = tx.OptOutDoubts(optOutLines)
		return err
	})
	var lines []store.Audit
	for _, f := range found {
		out = append(out, OptOutDoubt{f.Person, f.OptOut, f.Kinds, f.At})
		lines = append(lines, store.Audit{At: d.now(), Actor: by, Act: ActListOptOuts, Person: f.Person, Subject: int64(f.OptOut)})
	}
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	return out, wrap("list records that may be of somebody who opted out", d.store.AuditRead(lines...))
}

// SettleOptOutDoubt decides that a record is another's, and stays. One that is of whoever
// opted out is closed or erased by a request of its own.
func (d *Desk) SettleOptOutDoubt(ctx context.Context, by iis.Actor, person iis.PersonID, id iis.OptOutID) error {
	return wrap("decide about a record", d.store.Write(ctx, func(tx *store.Tx) error {
		waits, err := tx.SettleOptOutDoubt(person, id, "another", d.now(), by.User)
		if err == nil && !waits {
			err = fault.New(fault.Conflict, "Somebody decided about this record already.")
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: d.now(), Actor: by, Act: ActSettleDoubt, Person: person, Subject: int64(id)})
	}))
}

// EraseDue erases records whose time to be taken back is over, some at once, and returns
// how many. One that fails does not keep the others.
func (d *Desk) EraseDue(ctx context.Context) (n int, err error) {
	var due []store.OptOut
	err = d.read(ctx, "find what is to be erased", func(tx *store.Tx) (err error) {
		due, err = tx.OptOutsDue(d.now(), optOutLines)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, o := range due {
		_, failed := d.keeper.Erase(ctx, o.ID, iis.Actor{Kind: "job"})
		if failed == nil {
			n++
		} else if err == nil {
			err = wrap("erase a record", failed)
		}
	}
	return n, err
}

// ExportOptOuts writes the opt-outs that a backup made before does not have.
func (d *Desk) ExportOptOuts(ctx context.Context, by iis.Actor, to io.Writer) (int, error) {
	n, err := d.keeper.ExportOptOuts(ctx, by, to)
	return n, wrap("export opt-outs", err)
}
