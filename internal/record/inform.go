package record

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// What the audit calls what happens to the log of who was informed of the registry.
const (
	ActInform         = "record informing"
	ActWithdrawInform = "withdraw informing"
)

// Inform writes down in a transaction that a person, or a parent or guardian, was informed of the
// registry and of the right to object: by a user in the log itself, with an answer about sharing,
// or with a letter that was sent. Without a source it goes with the site's only one.
func (k *Keeper) Inform(tx *store.Tx, by iis.Actor, i *iis.Informed) (err error) {
	i.ID, i.By, i.At = iis.InformedID(k.store.NewID()), by.User, k.store.Now()
	if i.Source == 0 {
		var home *iis.Home
		if i.Sender == by.Site {
			home = by.Home
		}
		if i.Source, err = tx.SourceOf(i.Person, i.Sender, home); err != nil {
			return err
		}
	}
	if err := tx.AddInformed(i); err != nil {
		return err
	}
	written := fmt.Appendf(nil, "%s %s %s", i.Day, strings.Join(i.How, ","), i.Language)
	return tx.AddAudit(store.Audit{At: i.At, Actor: by, Act: ActInform, Person: i.Person, Subject: int64(i.ID), Written: written})
}

// WithdrawInforming says in a transaction that an entry of the log was wrong, and why. It stays.
func (k *Keeper) WithdrawInforming(tx *store.Tx, by iis.Actor, person iis.PersonID, id iis.InformedID, why string) error {
	now := k.store.Now()
	if err := tx.WithdrawInformed(person, id, by.User, why, now); err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{At: now, Actor: by, Act: ActWithdrawInform, Person: person, Subject: int64(id), Written: []byte(why)})
}

// informByNotice keeps the log in step with a notice whose state changes: a letter that is sent
// informs the parents; one that comes back, or was marked by mistake, did not.
func (k *Keeper) informByNotice(tx *store.Tx, by iis.Actor, n *iis.Notice, was iis.NoticeState, now time.Time) error {
	if n.State == iis.NoticeSent {
		return k.Inform(tx, by, &iis.Informed{Person: n.Person, Source: n.Source, Day: cal.On(now), How: []string{iis.InformedByNotice}, Language: n.Language})
	}
	if was != iis.NoticeSent {
		return nil
	}
	said, err := tx.AllInformed(n.Person)
	if err != nil {
		return err
	}
	why := "The letter to the parents was marked as due again."
	if n.State == iis.NoticeReturned {
		why = "The mail brought the letter to the parents back."
	}
	at := slices.IndexFunc(said, func(i iis.Informed) bool {
		return i.Holds() && i.Source == n.Source && slices.Contains(i.How, iis.InformedByNotice)
	})
	if at < 0 { // it was sent before such letters were in the log
		return nil
	}
	return k.WithdrawInforming(tx, by, n.Person, said[at].ID, why)
}
