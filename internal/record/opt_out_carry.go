package record

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// A backup holds whoever opted out since it was made. So the opt-outs are carried beside
// it: a registry that is restored is given all of them before anybody can open it
// (docs/opt-out.md).

// What the audit calls the carrying of opt-outs from a registry to one that is restored.
const (
	ActExportOptOuts = "export opt-outs"
	ActCarryOptOuts  = "carry opt-outs over"
)

// carriedForm is the number of the form of what is carried.
const carriedForm = 1

// carried are all opt-outs of a registry: hashes and numbers, and no name.
type carried struct {
	Form     int
	Registry string // by which it is known again
	Secret   string `json:",omitempty"` // of the hashes, where it is in the registry itself
	KeyFile  string `json:",omitempty"` // or where it is
	Check    string
	OptOuts  []carriedOptOut
}

type carriedOptOut struct {
	store.OptOut
	Keys []store.OptOutKey `json:",omitempty"`
}

// ExportOptOuts writes all opt-outs, to be carried over when a backup is restored.
func (k *Keeper) ExportOptOuts(ctx context.Context, by iis.Actor, to io.Writer) (n int, err error) {
	all := carried{Form: carriedForm, Registry: k.store.Fingerprint()}
	line := store.Audit{At: k.store.Now(), Actor: by, Act: ActExportOptOuts}
	if err := k.store.AuditRead(line); err != nil {
		return 0, err
	}
	err = k.store.Read(ctx, func(tx *store.Tx) (err error) {
		all.OptOuts = nil
		if all.Secret, all.KeyFile, all.Check, err = tx.OptOutSettings(); err != nil {
			return err
		}
		if all.KeyFile != "" {
			all.Secret = ""
		}
		list, err := tx.AllOptOuts()
		if err != nil {
			return err
		}
		for _, o := range list {
			c := carriedOptOut{OptOut: o}
			c.Said = "" // who asked is in the registry alone
			if c.Keys, err = tx.OptOutKeys(o.ID); err != nil {
				return err
			}
			all.OptOuts = append(all.OptOuts, c)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("export opt-outs: %w", err)
	}
	e := json.NewEncoder(to)
	e.SetIndent("", " ")
	return len(all.OptOuts), e.Encode(all)
}

// Carried counts what carrying opt-outs over did.
type Carried struct {
	OptOuts int // that were carried
	Erased  int // records that the backup still had
	Closed  int // records that were closed again
	Back    int // that were taken back since the backup
}

// CarryOptOuts brings a registry that was restored from a backup to what was decided
// since: whoever opted out is erased or closed again, whoever came back is not kept out.
// It may be done again. fault.Invalid: it is no such file, or of another registry.
func (k *Keeper) CarryOptOuts(ctx context.Context, by iis.Actor, from io.Reader) (out Carried, err error) {
	var all carried
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil || all.Form != carriedForm {
		return out, fault.Wrap(fault.Invalid, err, "This is no file of opt-outs that `openiis optout export` wrote.")
	}
	if all.Registry != k.store.Fingerprint() {
		return out, fault.New(fault.Invalid, "These are the opt-outs of another registry than the one that was restored.")
	}
	if err := k.carrySecret(ctx, by, &all); err != nil {
		return out, err
	}
	for i := range all.OptOuts {
		if err := k.carry(ctx, by, &all.OptOuts[i], &out); err != nil {
			return out, fmt.Errorf("carry opt-out %s over: %w", all.OptOuts[i].ID.Public(), err)
		}
		out.OptOuts++
	}
	return out, nil
}

// carrySecret gives the registry the secret of the hashes that are carried.
func (k *Keeper) carrySecret(ctx context.Context, by iis.Actor, all *carried) error {
	return k.store.Write(ctx, func(tx *store.Tx) error {
		_, _, check, err := tx.OptOutSettings()
		if err != nil {
			return err
		}
		if check != "" && all.Check != "" && check != all.Check {
			any, err := tx.AnyOptOutKey()
			if err != nil || any {
				return cmp.Or(err, error(fault.New(fault.Invalid, "These opt-outs were kept with another key than those of the backup.")))
			}
		}
		if err := tx.CarryOptOutSecret(all.Secret, all.KeyFile, all.Check); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: k.store.Now(), Actor: by, Act: ActCarryOptOuts})
	})
}

// carry carries one opt-out over.
func (k *Keeper) carry(ctx context.Context, by iis.Actor, c *carriedOptOut, out *Carried) error {
	var have *store.OptOut
	err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
		have, err = tx.OptOut(c.ID)
		return err
	})
	if err != nil {
		return err
	}
	switch c.State {
	case iis.OptOutErased:
		n, err := k.eraseAgain(ctx, by, c)
		if out.Erased += n; err != nil {
			return err
		}
	case iis.OptOutWaiting, iis.OptOutClosed:
		if have == nil {
			out.Closed++
			return k.closeAgain(ctx, by, c)
		}
		return nil
	case iis.OptOutBack:
		if have != nil && have.State != iis.OptOutBack {
			out.Back++
			_, err := k.OptBack(ctx, c.ID, by)
			return err
		}
	}
	return k.putCarried(ctx, c)
}

func (k *Keeper) putCarried(ctx context.Context, c *carriedOptOut) error {
	return k.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddOptOutKeys(c.ID, c.Keys); err != nil {
			return err
		}
		return tx.PutOptOut(&c.OptOut)
	})
}

// closeAgain closes a record that was closed since the backup.
func (k *Keeper) closeAgain(ctx context.Context, by iis.Actor, c *carriedOptOut) error {
	return k.try(ctx, ActOptOut, func(x *deciding) error {
		now, err := x.tx.Follow(c.Person)
		if err != nil {
			return err
		}
		sides, err := x.hold(now[0])
		if fault.KindOf(err) == fault.NotFound && err != nil { // it came after the backup
			return x.tx.PutOptOut(&c.OptOut)
		}
		if err != nil {
			return err
		}
		if err := x.sayOptOut(sides[0], "Y"); err != nil {
			return err
		}
		if err := x.tx.PutOptOut(&c.OptOut); err != nil {
			return err
		}
		return x.tx.AddAudit(store.Audit{At: x.now, Actor: by, Act: ActOptOut, Person: sides[0].id, Subject: int64(c.ID)})
	})
}

// eraseAgain erases what the backup still has of somebody, wherever it was then: records
// that became theirs later, and sources that were in others' records. What was in their
// record then, and is another's since, is left to that.
func (k *Keeper) eraseAgain(ctx context.Context, by iis.Actor, c *carriedOptOut) (n int, err error) {
	homes := map[iis.PersonID][]iis.SourceID{} // who has sources of theirs, and which
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		clear(homes)
		for _, p := range c.Persons {
			now, err := tx.Follow(p)
			if err != nil {
				return err
			}
			if found, err := tx.Folders(now[0]); err != nil || len(found) == 0 {
				if err != nil {
					return err
				}
				continue
			}
			if homes[now[0]] == nil {
				homes[now[0]] = []iis.SourceID{}
			}
		}
		return tx.HomesOf(c.Sources, func(p iis.PersonID, s iis.SourceID) { homes[p] = append(homes[p], s) })
	})
	if err != nil {
		return 0, err
	}
	for _, p := range slices.Sorted(maps.Keys(homes)) {
		if len(homes[p]) == 0 {
			continue // nothing of it is theirs: another's, by what was decided later
		}
		alone, err := k.partFrom(ctx, by, p, homes[p])
		if err != nil {
			return n, err
		}
		again := c.OptOut
		again.Person, again.State = alone, iis.OptOutWaiting
		if err := k.store.Write(ctx, func(tx *store.Tx) error { return tx.PutOptOut(&again) }); err != nil {
			return n, err
		}
		if _, err := k.Erase(ctx, c.ID, by); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// partFrom leaves some sources of a record alone in one: the others go, or if most are
// others' these go.
func (k *Keeper) partFrom(ctx context.Context, by iis.Actor, person iis.PersonID, theirs []iis.SourceID) (iis.PersonID, error) {
	var linked []store.Linked
	err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
		linked, err = tx.Linked(person)
		return err
	})
	if err != nil {
		return 0, err
	}
	others := slices.DeleteFunc(slices.Clone(linked), func(l store.Linked) bool { return slices.Contains(theirs, l.Source) })
	if len(others) == 0 {
		return person, nil
	}
	const why = "opted out since the backup"
	to := iis.PersonID(0)
	for _, s := range theirs {
		id, err := k.Move(ctx, s, person, to, by, why)
		if err != nil {
			return 0, err
		}
		if to == 0 {
			if to, err = k.movedTo(ctx, id); err != nil {
				return 0, err
			}
		}
	}
	return to, nil
}

// movedTo is to whom a decision moved a source.
func (k *Keeper) movedTo(ctx context.Context, id iis.DecisionID) (to iis.PersonID, err error) {
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		d, _, err := tx.Decision(id)
		if err == nil && d == nil {
			err = errors.New("the decision by which a source was moved is not there")
		}
		if err == nil {
			to = d.Person
		}
		return err
	})
	return to, err
}

// PreviewErase says what an opt-out would erase of a record now, counted by what it is: it
// is erased in a transaction that is undone. Refused messages, queries and rows that name
// the person are looked for when it is done.
func (k *Keeper) PreviewErase(ctx context.Context, person iis.PersonID) (map[string]int, error) {
	dry := k.Over(k.store.Rehearsal(func(*store.Tx) error { return nil }))
	var out map[string]int
	err := dry.try(ctx, ActErase, func(x *deciding) error {
		now, err := x.tx.Follow(person)
		if err != nil {
			return err
		}
		reports, err := x.tx.Reports(now[0])
		if err != nil {
			return err
		}
		if len(reports) == 0 {
			return fault.New(fault.NotFound, "There is no such record.")
		}
		o := store.OptOut{OptOut: iis.OptOut{ID: iis.OptOutID(k.store.NewID()), Person: now[0], State: iis.OptOutWaiting, At: x.now}}
		if err := x.erase(&o, newNamed(now[0], reports, nil), iis.Actor{}); err != nil {
			return err
		}
		out = o.Erased
		return nil
	})
	return out, err
}
