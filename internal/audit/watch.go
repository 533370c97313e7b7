package audit

import (
	"context"
	"slices"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Watched is a record that is watched, with why.
type Watched struct {
	Person iis.PersonID // by the number that the mark was given to
	Why    string
	At     time.Time
	By     Who
	ID     int64
}

// WatchedPage is a part of the list of watched records, the newest mark first.
type WatchedPage struct {
	Records []Watched
	Next    int64 // before which mark the list goes on; 0: this is the end
}

// Watched are the records that are watched, before one of the marks (0: from the newest).
// Each is audited before it returns.
func (d *Desk) Watched(ctx context.Context, by By, before int64) (WatchedPage, error) {
	var out WatchedPage
	err := d.read(ctx, "list watched records", func(tx *store.Tx) error {
		out = WatchedPage{}
		list, err := watches(tx, by, before)
		if err != nil {
			return err
		}
		if len(list) > PageSize {
			list = list[:PageSize]
			out.Next = list[PageSize-1].ID
		}
		users := make([]iis.UserID, len(list))
		for i, w := range list {
			users[i] = w.By
		}
		who, err := readWhose(tx, users)
		for _, w := range list {
			out.Records = append(out.Records, Watched{w.Person, w.Why, w.At, who.user(w.By), w.ID})
		}
		return err
	})
	if err != nil {
		return WatchedPage{}, err
	}
	lines := []store.Audit{}
	for _, w := range out.Records {
		lines = append(lines, store.Audit{At: d.now(), Actor: by.Actor, Act: actListWatched, Person: w.Person})
	}
	if len(lines) == 0 {
		lines = append(lines, store.Audit{At: d.now(), Actor: by.Actor, Act: actListWatched})
	}
	return out, wrap("audit the list of watched records", d.store.AuditRead(lines...))
}

// watches are the marks of a page, and one more when there are more, without those of
// identities that are sealed to whoever looks.
func watches(tx *store.Tx, by By, before int64) (out []store.RecordWatch, err error) {
	for {
		list, err := tx.Watches(before, PageSize+1)
		if err != nil || len(list) == 0 {
			return out, err
		}
		before = list[len(list)-1].ID
		full := len(list) > PageSize
		if !by.Seals {
			ids := make([]iis.PersonID, len(list))
			for i, w := range list {
				ids[i] = w.Person
			}
			sealed, err := tx.SealedAmong(ids...)
			if err != nil {
				return nil, err
			}
			list = slices.DeleteFunc(list, func(w store.RecordWatch) bool { return sealed[w.Person] })
		}
		if out = append(out, list...); !full || len(out) > PageSize {
			return out, nil
		}
	}
}

// Watch marks a record, so that whoever opens it raises an alert. fault.Invalid without a
// registry number or reason, fault.NotFound of nobody's number, fault.Conflict of one that
// is watched.
func (d *Desk) Watch(ctx context.Context, by By, number, why string) error {
	id, ok := iis.ParsePersonID(number)
	if !ok {
		return fault.New(fault.Invalid, "That is not a registry number. It has 13 letters and digits; take it from the record’s page.")
	}
	why, err := written(why, "Say why this record is watched.")
	if err != nil {
		return err
	}
	return wrap("watch a record", d.store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FolderToChange(id)
		if fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.Invalid, "There is no record with this number. Check the number.")
		}
		if err != nil {
			return err
		}
		former, err := tx.Former(f.ID)
		if err != nil {
			return err
		}
		marked, err := tx.WatchedAmong(append(former, f.ID)...)
		if err == nil && len(marked) > 0 {
			err = fault.New(fault.Conflict, "This record is watched already.")
		}
		if err != nil {
			return err
		}
		w := store.RecordWatch{Person: f.ID, ID: d.store.NewID(), Why: why, At: d.now(), By: by.User}
		if err := tx.AddWatch(w); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: w.At, Actor: by.Actor, Act: actWatch, Person: f.ID, Subject: w.ID, Written: []byte(why)})
	}))
}

// EndWatch ends the mark of a record; fault.NotFound when it has none.
func (d *Desk) EndWatch(ctx context.Context, by By, id iis.PersonID) error {
	return wrap("end the watch on a record", d.store.Write(ctx, func(tx *store.Tx) error {
		now := d.now()
		sealed, err := tx.SealedAmong(id)
		if err != nil {
			return err
		}
		if sealed[id] && !by.Seals {
			return fault.New(fault.NotFound, "This record is not watched (any more).")
		}
		if err := tx.EndWatch(id, by.User, now); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by.Actor, Act: actEndWatch, Person: id})
	}))
}
