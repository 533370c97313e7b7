package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
)

// vxu takes a vaccination update that was read and checked:
//
//  1. place, join and store what is usable (record.Take);
//  2. acknowledge, and say what happened to each dose.
func (d *Desk) vxu(ctx context.Context, m *message) error {
	v := m.VXU
	if err := m.kept.Before(); err != nil {
		return err
	}
	var err error
	if v.Person.Untold, err = d.keeper.Untold(ctx, m.sub.Sender.ID, cal.On(m.sub.Received), m.byHand()); err != nil {
		return err
	}
	in := record.Arrival{
		Submission: m.sub.ID, Sender: m.sub.Sender, Actor: iis.Actor{Kind: "sender", Sender: m.sub.Sender.ID},
		Received: m.sub.Received, Person: v.Person, Doses: usable(v),
		Finish: m.finish,
	}
	if m.entry != nil {
		d.entered(m.entry, &in)
	}
	if m.taken, err = d.keeper.Take(ctx, in); err != nil && m.entry != nil {
		return d.refuseEntry(m, err)
	}
	if err != nil {
		return err
	}
	if err := m.kept.Wait(); err != nil {
		return err
	}
	m.reply.Bytes = d.acknowledges(m).ACK(m.Head, m.reply.Findings, m.told)
	return nil
}

// byHand reports a message that was made of a file, or of what somebody entered on a page, and
// has history alone: the site has not vaccinated the person.
func (m *message) byHand() bool {
	return (m.sub.Door == iis.DoorFile || m.entry != nil) && !slices.ContainsFunc(m.VXU.Orders, func(o iz.Order) bool {
		return o.Usable && o.Dose.Kind == iis.Given && o.Dose.Administered()
	})
}

func usable(v *iz.VXU) []record.Report {
	out := make([]record.Report, 0, len(v.Orders))
	for i := range v.Orders {
		if o := &v.Orders[i]; o.Usable {
			out = append(out, record.Report{Order: o.Number, Dose: o.Dose})
		}
	}
	return out
}

// finish adds what only storing could tell, and decides the acknowledgement.
// It may run more than once, when a transaction is tried again.
func (m *message) finish(r iis.Receipt) store.StoredReceipt {
	if r.Match == iis.AnsweredOptedOut {
		return m.leftOut()
	}
	all := m.Findings[:len(m.Findings):len(m.Findings)]
	for _, told := range r.Doses {
		if told.Outcome == iis.OutcomeNothing {
			all = append(all, ruleNothingToDelete.at(orderWhere(m.VXU, told.Order)))
		}
	}
	if r.NumberTaken {
		all = append(all, ruleNumberTaken.at(m.HL7.First("PID").AtField(3, 1, 1)))
	}
	m.reply.Crowded = r.Crowded
	m.reply.Findings = all.OnePerPlace()
	m.reply.Ack = iz.MSA1(m.reply.Findings)
	if m.entry != nil {
		r.Reason = m.entry.Reason
	}
	m.told = record.Told(&m.VXU.Person, m.VXU.Orders, &r)
	outcome, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("a receipt cannot be written: %v", err)) // plain fields only
	}
	return m.receipt(r.Person, outcome)
}

// leftOut answers what is about somebody who opted out: nothing of it is kept but that
// it came, and the sender learns that and no more. What was found in it would say again
// what it held.
func (m *message) leftOut() store.StoredReceipt {
	m.reply.Findings = iis.Findings{ruleOptedOut.at(iis.Where{Segment: "PID", Sequence: 1})}
	m.reply.Ack, m.told = iz.MSA1(m.reply.Findings), ""
	r := m.receipt(0, json.RawMessage(`{"Match":"`+iis.AnsweredOptedOut+`"}`))
	r.ControlID = ""
	return r
}

func orderWhere(v *iz.VXU, number int) iis.Where {
	for i := range v.Orders {
		if v.Orders[i].Number == number {
			return v.Orders[i].Where
		}
	}
	return iis.Where{Segment: "RXA", Sequence: number}
}
