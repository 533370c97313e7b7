package store

import (
	"fmt"
	"maps"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// senderKinds is the setting that says how what senders are has changed.
const senderKinds = "sender kinds"

// KindsChange is the last change of what kinds of organizations senders are of.
type KindsChange struct {
	Number  int       // how often one that was there became of another kind
	At      time.Time // when that was last
	Version int64     // another with each change, and each new sender
}

// SenderKindsChanged reads when what senders are changed last.
func (tx *Tx) SenderKindsChanged() (c KindsChange, err error) {
	value, err := tx.setting(senderKinds)
	if err != nil || value == "" {
		return c, err
	}
	var at int64
	if _, err := fmt.Sscan(value, &c.Number, &at, &c.Version); err != nil {
		return c, fmt.Errorf("read the setting %q: %w", senderKinds, err)
	}
	c.At = momentAt(at)
	return c, nil
}

// kindsChange notes that there is a new sender, or that one became of another kind.
func (tx *Tx) kindsChange(another bool) error {
	if err := tx.LockOrganizations(); err != nil { // lest two count from the same number
		return err
	}
	c, err := tx.SenderKindsChanged()
	if err != nil {
		return err
	}
	if another {
		c.Number, c.At = c.Number+1, tx.s.Now()
	}
	return tx.setSetting(senderKinds, fmt.Sprint(c.Number, instant(c.At), tx.s.NewID()))
}

// SenderKinds are of what kind of organization each sender is: a department's is that of
// its site.
func (tx *Tx) SenderKinds() (map[iis.SenderID]iis.OrganizationKind, error) {
	out := map[iis.SenderID]iis.OrganizationKind{}
	err := tx.Select(db.Query{
		SQL: `
			SELECT sender.id, home.kind, site.kind FROM sender JOIN organization home ON home.id = sender.organization_id
			LEFT JOIN organization site ON site.id = home.parent_id`,
		Each: func(r db.Row) error {
			kind := iis.OrganizationKind(r.Text(1))
			if kind == iis.KindDepartment {
				kind = iis.OrganizationKind(r.Text(2))
			}
			out[iis.SenderID(r.Int(0))] = kind
			return nil
		},
	})
	return out, err
}

// changingKinds does what may make senders of another kind, and notes it if it did.
func (tx *Tx) changingKinds(do func() error) error {
	before, err := tx.SenderKinds()
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, err := tx.SenderKinds()
	if err != nil || maps.Equal(before, after) {
		return err
	}
	return tx.kindsChange(true)
}
