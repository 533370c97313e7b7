package intake

import (
	"context"
	"encoding/json"
	"fmt"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
)

// isTest reports a test: a message that says so in MSH-11 (T, training, or D, debugging), of
// a site that is not live. Of one that is live nothing is a test.
func (d *Desk) isTest(ctx context.Context, m *message) (test bool, err error) {
	if m.HL7 == nil || m.Head.Processing != "T" && m.Head.Processing != "D" {
		return false, nil
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		live, err := tx.IsLive(m.sub.Sender.ID, cal.On(m.sub.Received))
		test = !live
		return err
	})
	if err != nil {
		return false, fmt.Errorf("find whether a sender is live: %w", err)
	}
	return test, nil
}

// test answers a test, which was read and checked: nobody is looked for, and nothing of it is
// in any record (ADR 37). The answer is the same whoever is on record.
func (d *Desk) test(ctx context.Context, m *message) error {
	if m.Query != nil {
		return d.testQuery(ctx, m)
	}
	said := iis.Receipt{Match: iis.AnsweredTestRefused, Open: true} // it says nothing of anybody's record
	if m.Refused {
		m.asTest(iis.TestRefusedReceipt, &said, nil)
	} else {
		said.Match = iis.AnsweredTest
		for _, r := range usable(m.VXU) {
			said.Doses = append(said.Doses, iis.DoseReceipt{Order: r.Order, Outcome: iis.OutcomeTested})
		}
		m.asTest(iis.TestReceipt, &said, m.VXU.Orders)
	}
	m.reply.Bytes = d.acknowledges(m).ACK(m.Head, m.reply.Findings, m.told)
	if m.VXU == nil {
		return d.settle(m)
	}
	return d.settleAbout(ctx, m, &m.VXU.Person)
}

// testQuery answers a query that is a test with nobody, whoever was asked for.
func (d *Desk) testQuery(ctx context.Context, m *message) error {
	q := m.Query
	m.asTest(iis.TestQueryReceipt, &iis.Receipt{Match: iis.AnsweredTestQuery}, nil)
	status := iz.StatusNone
	if q.Refused {
		status = iz.StatusError
	} else {
		m.Findings = append(iis.Findings{ruleTestQuery.at(m.HL7.MSH().AtField(11, 0, 0))}, m.Findings...).OnePerPlace()
		m.reply.Findings = m.Findings
	}
	m.reply.Bytes = d.reply.None(q, status, m.Findings)
	return d.settleAbout(ctx, m, &q.Person, m.seen(0))
}

// asTest has the receipt say that the message was a test, and what would have become of it.
func (m *message) asTest(kind string, said *iis.Receipt, orders []iz.Order) {
	outcome, err := json.Marshal(said)
	if err != nil {
		panic(fmt.Sprintf("a receipt cannot be written: %v", err)) // plain fields only
	}
	m.testAs, m.outcome = kind, outcome
	if m.Query == nil {
		m.told = record.Told(nil, orders, said)
	}
}

// EraseTests erases test messages that were kept for as long as the state's policy says, and
// returns how many. What is not erased when it fails is for the next time.
func (d *Desk) EraseTests(ctx context.Context) (n int, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return 0, err
	}
	now := d.store.Now()
	before := now.AddDate(0, 0, -law.KeepTests())
	for {
		some, err := d.store.EraseTests(ctx, iis.Actor{Kind: "job"}, before, now)
		if n += some; err != nil || some == 0 {
			return n, err
		}
	}
}
