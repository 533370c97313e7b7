package chart

import (
	"context"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// ActCompareDeath is what the audit says of a record beside which someone looks at a
// certificate of a death.
const ActCompareDeath = "compare a death"

// Death is what a certificate of a death says (A.Record), in words.
func (d *Desk) Death(said *iis.Person) *Comparison {
	a := d.ofDeath(said, nil, 0, time.Time{})
	return &Comparison{A: a.Record, B: &Record{}, Rows: compareRows(a, besides{Record: &Record{}})}
}

// CompareDeath opens what a certificate of a death says (A) beside the record of somebody
// whose it may be (B). The record is audited before it returns; fault.NotFound when it is
// not there. Who may decide about it, its caller knows.
func (d *Desk) CompareDeath(ctx context.Context, by iis.Actor, office iis.SenderID, since time.Time, said *iis.Person, person iis.PersonID) (*Comparison, error) {
	r, err := d.read(ctx, by, person, ActCompareDeath)
	if err != nil {
		return nil, err
	}
	a, b := d.ofDeath(said, r.senders, office, since), r.beside(r.folder)
	return &Comparison{A: a.Record, B: b.Record, Rows: compareRows(a, b), Doses: compareDoses(a.Doses, b.Doses)}, nil
}

// ofDeath is a record of nothing but what a certificate says.
func (d *Desk) ofDeath(said *iis.Person, senders map[iis.SenderID]string, office iis.SenderID, since time.Time) besides {
	r := &reading{d: d, senders: senders, today: cal.On(d.now())}
	f := &store.Folder{Golden: *said}
	if office != 0 {
		f.Sources = []store.SourcePerson{{Sender: office, Received: since.UnixMicro(), Person: *said}}
	}
	r.folder = f
	return r.beside(f)
}
