package intake

import (
	"context"
	"encoding/json"
	"fmt"

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
	_, err := d.keeper.Take(ctx, record.Arrival{
		Submission: m.sub.ID, Sender: m.sub.Sender, Actor: iis.Actor{Kind: "sender", Sender: m.sub.Sender.ID},
		Received: m.sub.Received, Person: v.Person, Doses: usable(v),
		Finish: m.finish,
	})
	if err != nil {
		return err
	}
	if err := m.kept.Wait(); err != nil {
		return err
	}
	m.reply.Bytes = d.acknowledges(m).ACK(m.Head, m.reply.Findings, m.told)
	return nil
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
	all := m.Findings[:len(m.Findings):len(m.Findings)]
	for _, told := range r.Doses {
		if told.Outcome == iis.OutcomeNothing {
			all = append(all, iis.Finding{
				Rule: "nothing to delete", Severity: iis.Warning, Where: orderWhere(m.VXU, told.Order),
				HL7: iis.CodeUnknownKey, App: iis.AppIgnored,
				Say: "There is no dose of yours with this number (ORC-3) to delete. Check the number and the patient.",
			})
		}
	}
	if r.NumberTaken {
		all = append(all, iis.Finding{
			Rule: "number of another patient", Severity: iis.Warning, Where: m.HL7.First("PID").AtField(3, 1, 1),
			HL7: iis.CodeDuplicateKey, App: iis.AppIllogicalValue,
			Say: "You sent this number before for a patient with another name or birth date. This one is kept apart from that patient. Check the number.",
		})
	}
	m.reply.Crowded = r.Crowded
	m.reply.Findings = all.OnePerPlace()
	m.reply.Ack = iz.MSA1(m.reply.Findings)
	m.told = record.Told(&m.VXU.Person, m.VXU.Orders, &r)
	outcome, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("a receipt cannot be written: %v", err)) // plain fields only
	}
	return m.receipt(r.Person, outcome)
}

func orderWhere(v *iz.VXU, number int) iis.Where {
	for i := range v.Orders {
		if v.Orders[i].Number == number {
			return v.Orders[i].Where
		}
	}
	return iis.Where{Segment: "RXA", Sequence: number}
}
